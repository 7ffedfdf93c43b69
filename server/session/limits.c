/* See limits.h. Three tables of leaking buckets behind one mutex, which is held for a look-up only. */
#include "server/session/limits.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"

enum { LOGIN_FORGOTTEN_MS = 30000, MINUTE_MS = 60000 };

/* Who is connected. */
struct seats {
    struct address person;
    unsigned n;
    UT_hash_handle hh;
};

struct limits {
    pthread_mutex_t lock; /* guards everything below */
    struct limits_settings settings;
    struct failures addresses, logins, all;
    struct seats *seats; /* owned */
    uint64_t seed;   /* so that nobody can choose logins that share a bucket */
    int64_t told_ms; /* when the crowd was last logged; 0: never */
};

/* ---- networks */

static bool parse_network(char *text, struct network *out)
{
    char *slash = strchr(text, '/'), *end = NULL;
    unsigned whole = 128;
    if (slash)
        *slash = '\0';
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, out->b + 12) == 1) {
        out->b[10] = out->b[11] = 0xff;
        whole = 32;
    } else if (inet_pton(AF_INET6, text, out->b) != 1) {
        return false;
    }
    long bits = slash ? strtol(slash + 1, &end, 10) : (long)whole;
    if (bits < 0 || bits > (long)whole || (slash && (end == slash + 1 || *end)))
        return false;
    out->bits = (unsigned)bits + 128 - whole;
    return true;
}

enum status networks_parse(const char *text, struct networks *out, struct why *why)
{
    char *copy = xstrdup(text), *rest = NULL;
    enum status status = STATUS_OK;
    out->n = 0;
    for (char *one = strtok_r(copy, ", ", &rest); one && status == STATUS_OK; one = strtok_r(NULL, ", ", &rest)) {
        if (out->n == LIMITS_NETWORKS)
            status = refuse(why, STATUS_MALFORMED, "there are more than %d networks", LIMITS_NETWORKS);
        else if (!parse_network(one, &out->at[out->n]))
            status =
                refuse(why, STATUS_MALFORMED, "\"%.60s\" is no network: write 203.0.113.0/24 or 2001:db8::/32", one);
        else
            out->n++;
    }
    free(copy);
    return status;
}

/* The address of an IPv6 host is cut to 64 bits: of a network's, no more can be compared. */
static bool holds(const struct network *network, const struct address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool ipv4 = memcmp(address->b, mapped, sizeof mapped) == 0;
    unsigned bits = !ipv4 && network->bits > 64 ? 64 : network->bits;
    unsigned bytes = bits / 8, left = bits % 8;
    if (memcmp(network->b, address->b, bytes) != 0)
        return false;
    return left == 0 || ((network->b[bytes] ^ address->b[bytes]) & 0xff << (8 - left) & 0xff) == 0;
}

bool networks_hold(const struct networks *networks, const struct address *address)
{
    for (unsigned i = 0; i < networks->n; i++)
        if (holds(&networks->at[i], address))
            return true;
    return false;
}

void limits_address_text(const struct address *address, char out[LIMITS_ADDRESS_TEXT])
{
    struct in6_addr in;
    memcpy(&in, address->b, sizeof in);
    const char *text = IN6_IS_ADDR_V4MAPPED(&in) ? inet_ntop(AF_INET, address->b + 12, out, LIMITS_ADDRESS_TEXT)
                                                 : inet_ntop(AF_INET6, address->b, out, LIMITS_ADDRESS_TEXT);
    if (!text)
        out[0] = '\0';
}

/* ---- life */

struct limits *limits_new(void)
{
    struct limits *l = xcalloc(1, sizeof *l);
    ASSERT(pthread_mutex_init(&l->lock, NULL) == 0);
    randombytes_buf(&l->seed, sizeof l->seed);
    return l;
}

void limits_free(struct limits *l)
{
    if (!l)
        return;
    failures_fini(&l->addresses);
    failures_fini(&l->logins);
    failures_fini(&l->all);
    struct seats *one, *next;
    HASH_ITER(hh, l->seats, one, next) {
        HASH_DEL(l->seats, one);
        free(one);
    }
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void limits_set(struct limits *l, const struct limits_settings *settings)
{
    pthread_mutex_lock(&l->lock);
    l->settings = *settings;
    l->logins.most = settings->per_login;
    l->logins.forgotten_ms = LOGIN_FORGOTTEN_MS;
    l->all.most = settings->per_minute;
    l->all.forgotten_ms = (double)MINUTE_MS / settings->per_minute;
    pthread_mutex_unlock(&l->lock);
}

/* ---- counting */

static const struct address everybody = {{0}};

static struct address login_key(const struct limits *l, const char *login)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(login, strlen(login), l->seed);
    struct address key;
    memcpy(key.b, &hash, sizeof key.b);
    return key;
}

static unsigned times(const struct limits *l, const struct address *address)
{
    return networks_hold(&l->settings.shared, address) ? LIMITS_SHARED_TIMES : 1;
}

unsigned limits_times(struct limits *l, const struct address *address)
{
    pthread_mutex_lock(&l->lock);
    unsigned found = times(l, address);
    pthread_mutex_unlock(&l->lock);
    return found;
}

static void tell_crowd(struct limits *l, int64_t now_ms)
{
    if (l->told_ms && now_ms - l->told_ms < MINUTE_MS)
        return;
    l->told_ms = now_ms;
    log_warn(NULL, "logins fail by the hundred, from many addresses: each address has %d tries now",
             LIMITS_CROWDED_TRIES);
}

bool limits_may_try(struct limits *l, const struct address *address, const char *login, int64_t now_ms, struct why *why)
{
    bool may = true;
    pthread_mutex_lock(&l->lock);
    unsigned most = l->settings.per_address;
    if (!failures_may_try(&l->all, &everybody, now_ms)) {
        tell_crowd(l, now_ms);
        most = most < LIMITS_CROWDED_TRIES ? most : LIMITS_CROWDED_TRIES;
    }
    l->addresses.most = most * times(l, address);
    struct address key = login ? login_key(l, login) : everybody;
    if (!failures_may_try(&l->addresses, address, now_ms)) {
        refuse(why, STATUS_BUSY, "Too many failed logins from your address: wait a minute, then try again.");
        may = false;
    } else if (login && !failures_may_try(&l->logins, &key, now_ms)) {
        refuse(
            why, STATUS_BUSY,
            "Too many wrong passwords for this login: wait half a minute, then try again. Devices that are logged in "
            "are not affected.");
        may = false;
    } else if (login) {
        failures_add(&l->logins, &key, now_ms);
    }
    pthread_mutex_unlock(&l->lock);
    return may;
}

void limits_give_back(struct limits *l, const char *login, int64_t now_ms)
{
    pthread_mutex_lock(&l->lock);
    struct address key = login_key(l, login);
    failures_take_back(&l->logins, &key, now_ms);
    pthread_mutex_unlock(&l->lock);
}

void limits_failed(struct limits *l, const struct address *address, int64_t now_ms)
{
    pthread_mutex_lock(&l->lock);
    failures_add(&l->addresses, address, now_ms);
    failures_add(&l->all, &everybody, now_ms);
    pthread_mutex_unlock(&l->lock);
}

/* ---- connections of one person */

bool limits_enter(struct limits *l, const struct address *person, struct why *why)
{
    pthread_mutex_lock(&l->lock);
    struct seats *at;
    HASH_FIND(hh, l->seats, person, sizeof *person, at);
    bool may = !at || l->settings.per_account == 0 || at->n < l->settings.per_account;
    if (may && !at) {
        at = xcalloc(1, sizeof *at);
        at->person = *person;
        HASH_ADD(hh, l->seats, person, sizeof at->person, at);
    }
    if (may)
        at->n++;
    else
        refuse(why, STATUS_BUSY, "You are connected %u times already: close some of them first.", at->n);
    pthread_mutex_unlock(&l->lock);
    return may;
}

void limits_leave(struct limits *l, const struct address *person)
{
    pthread_mutex_lock(&l->lock);
    struct seats *at;
    HASH_FIND(hh, l->seats, person, sizeof *person, at);
    ASSERT(at && at->n > 0);
    if (--at->n == 0) {
        HASH_DEL(l->seats, at);
        free(at);
    }
    pthread_mutex_unlock(&l->lock);
}
