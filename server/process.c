/* See process.h. */
#include "server/process.h"

#include <errno.h>
#include <event2/event.h>
#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <protobuf-c/protobuf-c.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Passwords and texts pass through this memory: no dumps, and no other process of the same user may look into it. A
 * build with sanitizers has to be looked into: the leak checker does it. */
static void keep_memory_private(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef SANITIZED
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void raise_descriptors(const struct config *c)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if ((int64_t)limit.rlim_cur < c->max_connections + 128)
        log_notice(NULL, "max_connections is %lld, but the system allows %llu descriptors (LimitNOFILE)",
                   (long long)c->max_connections, (unsigned long long)limit.rlim_cur);
}

enum status process_prepare(const struct config *c, struct why *why)
{
    bool known;
    enum log_level level = log_level_from_name(c->log_level, &known);
    bool journal = strcmp(c->log_format, "journal") == 0 ||
                   (strcmp(c->log_format, "auto") == 0 && getenv("JOURNAL_STREAM") != NULL);
    log_setup(level, journal);
    if (geteuid() == 0 && !c->allow_root)
        return refuse(why, STATUS_DENIED,
                      "cocanvasd does not run as root; start it as a user of its own (or with --allow-root)");
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    keep_memory_private();
    raise_descriptors(c);
    return STATUS_OK;
}

unsigned process_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

bool process_is_unix_socket(int fd)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    return getsockname(fd, (struct sockaddr *)&sa, &len) == 0 && sa.ss_family == AF_UNIX;
}

/* The version of a Debian package that is installed, from dpkg's database. */
static bool package_version(const char *package, char *out, size_t room)
{
    FILE *file = fopen("/var/lib/dpkg/status", "re");
    char line[1024];
    bool here = false, found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "Package: ", 9) == 0)
            here = strcmp(line + 9, package) == 0;
        found = here && strncmp(line, "Version: ", 9) == 0;
        if (found)
            snprintf(out, room, "%.90s", line + 9);
    }
    if (file)
        fclose(file);
    return found;
}

void process_print_version(FILE *out)
{
    char package[100];
    int pq = PQlibVersion();
    fprintf(out, "cocanvasd %s\n", COCANVAS_VERSION);
    fprintf(out, "libevent %s, %s, libpq %d.%d, libsodium %s, protobuf-c %s\n", event_get_version(),
            OpenSSL_version(OPENSSL_VERSION), pq / 10000, pq % 10000, sodium_version_string(), protobuf_c_version());
    if (package_version("libevent-core-2.1-7", package, sizeof package) && strcmp(package, "2.1.12-stable-8") == 0)
        fprintf(out, "warning: libevent %s lacks security fixes; install 2.1.12-stable-8+deb12u1 or later\n", package);
}
