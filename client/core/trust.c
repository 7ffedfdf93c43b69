/* The list of servers that we know (trust.h): read whole, written whole under a lock. */
#include "client/core/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "client/core/paths.h"
#include "common/buf.h"
#include "common/tls.h"

enum {
    KNOWN_HOSTS_MAX = 1 << 20,
    PIN_TEXT = (PIN_BYTES * 8 + 4) / 5 + 1,
    PINS_MAX = 2,
};

struct known {
    uint8_t pins[PINS_MAX][PIN_BYTES];
    size_t n_pins;
    bool by_ca; /* first vouched for by a certificate authority, whose certificates change their keys */
};

static char *file_in(const char *config_dir, const char *name)
{
    return xasprintf("%s/%s", config_dir, name);
}

static char *server_name(const char *host, uint16_t port)
{
    bool bare_ipv6 = strchr(host, ':') != NULL && host[0] != '[';

    return bare_ipv6 ? xasprintf("[%s]:%u", host, port) : xasprintf("%s:%u", host, port);
}

/* ---------------------------------------------------------------- reading */

static bool parse_pins(char *list, struct known *known)
{
    char *rest = NULL;

    for (char *pin = strtok_r(list, ",", &rest); pin; pin = strtok_r(NULL, ",", &rest)) {
        if (known->n_pins == PINS_MAX || !base32_decode(pin, known->pins[known->n_pins], PIN_BYTES))
            return false;
        known->n_pins++;
    }
    return known->n_pins > 0;
}

/* Lines that we do not understand are skipped, here and kept when writing. */
static bool parse_line(char *line, const char *server, struct known *known)
{
    char *rest = NULL;
    char *name = strtok_r(line, " \t", &rest);
    char *pins = strtok_r(NULL, " \t", &rest);
    char *since = strtok_r(NULL, " \t", &rest);
    char *via = strtok_r(NULL, " \t", &rest);

    *known = (struct known){0};
    if (!name || name[0] == '#' || strcmp(name, server) != 0 || !pins || !parse_pins(pins, known))
        return false;
    known->by_ca = since && via && strcmp(via, "ca") == 0;
    return true;
}

static bool find_known(const char *config_dir, const char *host, uint16_t port, struct known *known)
{
    char *file = file_in(config_dir, "known_hosts");
    char *server = server_name(host, port);
    char *text = paths_read(file, KNOWN_HOSTS_MAX, NULL);
    char *rest = NULL;
    bool found = false;

    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line && !found; line = strtok_r(NULL, "\n", &rest))
        found = parse_line(line, server, known);
    free(text);
    free(server);
    free(file);
    return found;
}

/* ---------------------------------------------------------------- deciding */

static bool among(const struct known *known, const uint8_t pin[PIN_BYTES])
{
    for (size_t i = 0; i < known->n_pins; i++)
        if (memcmp(known->pins[i], pin, PIN_BYTES) == 0)
            return true;
    return false;
}

/* What happened, and what to do; doubt tells why the authority's word, which did for this server so far, does not
 * any more (NULL: there never was one). */
static enum trust refused(const char *host, uint16_t port, const uint8_t *expected, const uint8_t *seen, bool link,
                          const char *doubt, struct why *why)
{
    char old[128], now[128];

    pin_words(expected, old, sizeof(old));
    pin_words(seen, now, sizeof(now));
    if (link)
        (void)refuse(why, STATUS_DENIED,
                     "This is not the server that the link was made for: expected %s, found %s. Ask for a new link.",
                     old, now);
    else if (doubt)
        (void)refuse(why, STATUS_DENIED,
                     "The server came with a new key (%s), and %s. Nothing was sent. Ask its owner to renew the certificate; if "
                     "the owner confirms the six words: cocanvas server forget %s:%u",
                     now, doubt, host, port);
    else
        (void)refuse(why, STATUS_DENIED,
                     "The server's key has changed: was %s, is %s. Somebody may be in between; nothing was sent. If its owner "
                     "confirms the new words: cocanvas server forget %s:%u",
                     old, now, host, port);
    return TRUST_REFUSED;
}

enum trust trust_decide(const char *config_dir, const char *host, uint16_t port, const uint8_t *link_pin, SSL *ssl,
                        uint8_t seen[PIN_BYTES], struct why *why)
{
    struct known known;
    char doubt[TLS_DOUBT_TEXT], words[128];

    if (tls_peer_pin(ssl, seen) != STATUS_OK) {
        (void)refuse(why, STATUS_DENIED, "the server showed no certificate");
        return TRUST_REFUSED;
    }
    if (link_pin)
        return memcmp(link_pin, seen, PIN_BYTES) == 0 ? TRUSTED : refused(host, port, link_pin, seen, true, NULL, why);
    if (find_known(config_dir, host, port, &known)) {
        if (among(&known, seen) || (known.by_ca && tls_peer_verified(ssl, host)))
            return TRUSTED;
        if (known.by_ca)
            tls_peer_doubt(ssl, host, doubt);
        return refused(host, port, known.pins[0], seen, false, known.by_ca ? doubt : NULL, why);
    }
    if (tls_peer_verified(ssl, host))
        return TRUSTED;
    tls_peer_doubt(ssl, host, doubt);
    pin_words(seen, words, sizeof words);
    (void)refuse(why, STATUS_DENIED,
                 "Nobody vouches for the key of %s yet, and %s. Its six words: %s. If the owner says the same ones: "
                 "--accept-new, or use a link, which carries the key",
                 host, doubt, words);
    return TRUST_ASK;
}

/* ---------------------------------------------------------------- writing */

static int lock_list(const char *config_dir, struct why *why)
{
    char *file = file_in(config_dir, "known_hosts.lock");
    int fd = -1;

    if (paths_make(config_dir, why) == STATUS_OK) {
        fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || flock(fd, LOCK_EX) < 0) {
            (void)refuse(why, STATUS_INTERNAL, "cannot lock %.120s: %s", file, strerror(errno));
            if (fd >= 0)
                close(fd);
            fd = -1;
        }
    }
    free(file);
    return fd;
}

/* The list without this server's line. *since and *via: when it was first seen and who vouched then; malloc'd or
 * NULL. */
static void copy_others(const char *text, const char *server, struct buf *out, char **since, char **via)
{
    size_t name_len = strlen(server);

    for (const char *line = text; line && *line;) {
        const char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) : strlen(line);

        if (len > name_len && memcmp(line, server, name_len) == 0 &&
            (line[name_len] == ' ' || line[name_len] == '\t')) {
            char *copy = xstrndup(line, len), *rest = NULL;
            char *date, *voucher;

            (void)strtok_r(copy, " \t", &rest);
            (void)strtok_r(NULL, " \t", &rest);
            date = strtok_r(NULL, " \t", &rest);
            voucher = strtok_r(NULL, " \t", &rest);
            if (date && !*since)
                *since = xstrdup(date);
            if (voucher && !*via)
                *via = xstrdup(voucher);
            free(copy);
        } else if (len > 0) {
            buf_add(out, line, len);
            buf_add(out, "\n", 1);
        }
        line = end ? end + 1 : NULL;
    }
}

/* A link and a person's word replace what was noted before. A certificate authority does not: from then on its word
 * would do for this server. */
static bool via_counts(const char *via)
{
    return strcmp(via, "link") == 0 || strcmp(via, "prompt") == 0;
}

static enum status change_list(const char *config_dir, const char *server, const char *pins, const char *via,
                               struct why *why)
{
    char *file = file_in(config_dir, "known_hosts");
    char *text, *since = NULL, *known_via = NULL, *line;
    enum status st = STATUS_INTERNAL;
    struct buf out;
    int lock = lock_list(config_dir, why);

    buf_init(&out);
    if (lock < 0)
        goto out;
    text = paths_read(file, KNOWN_HOSTS_MAX, NULL);
    copy_others(text, server, &out, &since, &known_via);
    free(text);
    if (pins) {
        char today[32];
        time_t now = time(NULL);
        struct tm tm;

        (void)strftime(today, sizeof(today), "%Y-%m-%d", gmtime_r(&now, &tm));
        line = xasprintf("%s %s %s %s\n", server, pins, since ? since : today,
                         known_via && !via_counts(via) ? known_via : via);
        buf_add(&out, line, strlen(line));
        free(line);
    }
    st = paths_replace(file, buf_len(&out) ? (const void *)buf_at(&out) : "", buf_len(&out), true, why);
    close(lock);
out:
    buf_fini(&out);
    free(since);
    free(known_via);
    free(file);
    return st;
}

enum status trust_remember(const char *config_dir, const char *host, uint16_t port, const uint8_t pin[PIN_BYTES],
                           const uint8_t *next_pin, const char *via, struct why *why)
{
    char first[PIN_TEXT], second[PIN_TEXT] = "";
    char *server = server_name(host, port);
    char *pins;
    struct known known;
    bool as_it_is;
    enum status st = STATUS_OK;

    base32_encode(pin, PIN_BYTES, first);
    if (next_pin)
        base32_encode(next_pin, PIN_BYTES, second);
    pins = xasprintf("%s%s%s", first, next_pin ? "," : "", second);
    as_it_is = find_known(config_dir, host, port, &known) && memcmp(known.pins[0], pin, PIN_BYTES) == 0 &&
               !(known.by_ca && via_counts(via)) && known.n_pins == (next_pin ? 2U : 1U) &&
               (!next_pin || memcmp(known.pins[1], next_pin, PIN_BYTES) == 0);
    if (!as_it_is)
        st = change_list(config_dir, server, pins, via, why);
    free(pins);
    free(server);
    return st;
}

enum status trust_forget(const char *config_dir, const char *host, uint16_t port, struct why *why)
{
    char *server = server_name(host, port);
    struct known known;
    enum status st;

    st = find_known(config_dir, host, port, &known)
             ? change_list(config_dir, server, NULL, NULL, why)
             : refuse(why, STATUS_NOT_FOUND, "%.120s is not in the list of known servers", server);
    free(server);
    return st;
}
