# shellcheck shell=bash
# Sourced by ./run and ./test: packages and builds. Expects $top, the project's folder.
: "${top:?}"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$2" >&2; exit "$1"; }

# Names of the packages of the given groups, one a line.
packages_of() {
    local group
    for group in "$@"; do awk -v g="$group" '$1 == g {print $2}' "$top/deploy/packages"; done
}

# Those that are missing, and (as root, with fresh lists) those for which a security archive has a newer version.
packages_wanted() {
    local name state
    for name in $(packages_of "$@"); do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
        [ "$state" = installed ] || echo "$name"
    done
}

# Libraries and servers behind our -dev packages whose fixes matter as soon as we run.
security_sensitive='libevent-2.1-7 libevent-core-2.1-7 libevent-dev libssl3 libssl-dev openssl libpq5 libpq-dev postgresql-15 postgresql-client-15'

packages_outdated() {
    # shellcheck disable=SC2086
    LC_ALL=C apt-get install --simulate --only-upgrade $security_sensitive 2>/dev/null | awk '/^Inst / {print $2}' |
        grep -Fxf <(printf '%s\n' $security_sensitive) || true
}

install_packages() {
    local wanted outdated=''
    wanted=$(packages_wanted "$@")
    if [ "$(id -u)" -ne 0 ]; then
        [ -z "$wanted" ] && return 0
        # shellcheck disable=SC2086
        die 3 "these packages are missing; install them with
  sudo apt-get install --no-install-recommends ${wanted//$'\n'/ }
and start again."
    fi
    export DEBIAN_FRONTEND=noninteractive
    # The lists are as old as the last update: refresh them when something is missing, else once a day.
    if [ -n "$wanted" ] || [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)" ]; then
        say 'apt-get update'
        apt-get update -qq || say 'apt-get update failed; going on with the lists that are there'
    fi
    outdated=$(packages_outdated)
    [ -z "$wanted$outdated" ] && return 0
    # Debian's postgresql would start a cluster of its own; ours is private.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
    fi
    # shellcheck disable=SC2086
    say "installing: ${wanted//$'\n'/ } ${outdated//$'\n'/ }"
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold $wanted $outdated >/dev/null ||
        die 1 'apt-get install failed; see the lines above'
}

# build PRESET [TARGET…]: configures once, then builds.
build() {
    local preset=$1
    shift
    if [ ! -f "$top/build/$preset/build.ninja" ]; then
        say "configuring ($preset)"
        (cd "$top" && cmake --preset "$preset" >"$top/build/$preset.log" 2>&1) || { cat "$top/build/$preset.log" >&2; die 1 "cmake failed for $preset"; }
    fi
    say "building ($preset)"
    (cd "$top" && cmake --build --preset "$preset" ${1:+--target "$@"} >"$top/build/$preset.log" 2>&1) ||
        { tail -60 "$top/build/$preset.log" >&2; die 1 "the build failed ($preset); whole log: build/$preset.log"; }
}
