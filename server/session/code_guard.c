/* See code_guard.h. Leaking buckets behind one mutex, which is held for a look-up only. */
#include "server/session/code_guard.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/session/limits.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

struct code_guard {
    uint8_t secret[CODE_SECRET];
    struct limits *limits;
    pthread_mutex_t lock; /* guards what follows */
    struct failures minute, hour, crowd, codes;
    bool crowded; /* since it was full, until half of it is forgotten: not on and off with each wrong one */
};

static const struct address everybody = {{0}};

struct code_guard *code_guard_new(const uint8_t secret[CODE_SECRET], struct limits *limits)
{
    struct code_guard *g = xcalloc(1, sizeof *g);
    memcpy(g->secret, secret, sizeof g->secret);
    g->limits = limits;
    g->minute.forgotten_ms = (double)MINUTE_MS / CODE_WRONG_A_MINUTE;
    g->hour.forgotten_ms = (double)HOUR_MS / CODE_WRONG_AN_HOUR;
    g->crowd.forgotten_ms = (double)MINUTE_MS / CODE_CROWD_A_MINUTE;
    g->codes.forgotten_ms = (double)MINUTE_MS / CODE_LOOKS_A_MINUTE;
    g->crowd.most = CODE_CROWD_A_MINUTE;
    g->codes.most = CODE_LOOKS_A_MINUTE;
    ASSERT(pthread_mutex_init(&g->lock, NULL) == 0);
    return g;
}

void code_guard_free(struct code_guard *g)
{
    if (!g)
        return;
    failures_fini(&g->minute);
    failures_fini(&g->hour);
    failures_fini(&g->crowd);
    failures_fini(&g->codes);
    pthread_mutex_destroy(&g->lock);
    sodium_memzero(g, sizeof *g);
    free(g);
}

void code_guard_hash(const struct code_guard *g, const char code[JOIN_CODE_TEXT], uint8_t out[CODE_HASH])
{
    crypto_auth_hmacsha256(out, (const unsigned char *)code, strlen(code), g->secret);
}

bool code_guard_may_try(struct code_guard *g, const struct address *address, const uint8_t *hash, int64_t now_ms)
{
    unsigned times = g->limits ? limits_times(g->limits, address) : 1;
    struct address key = everybody;
    if (hash)
        memcpy(key.b, hash, sizeof key.b);
    pthread_mutex_lock(&g->lock);
    g->minute.most = CODE_WRONG_A_MINUTE * times;
    g->hour.most = CODE_WRONG_AN_HOUR * times;
    bool may = failures_may_try(&g->minute, address, now_ms) && failures_may_try(&g->hour, address, now_ms) &&
               (!hash || failures_may_try(&g->codes, &key, now_ms));
    if (may && hash)
        failures_add(&g->codes, &key, now_ms);
    pthread_mutex_unlock(&g->lock);
    return may;
}

static bool look_crowded(struct code_guard *g, int64_t now_ms)
{
    g->crowd.most = g->crowded ? CODE_CROWD_A_MINUTE / 2 : CODE_CROWD_A_MINUTE;
    bool crowded = !failures_may_try(&g->crowd, &everybody, now_ms);
    if (crowded && !g->crowded)
        log_warn(NULL, "wrong join codes come by the hundred: for now all guests have to pass through the lobby");
    g->crowded = crowded;
    g->crowd.most = CODE_CROWD_A_MINUTE;
    return crowded;
}

void code_guard_wrong(struct code_guard *g, const struct address *address, int64_t now_ms)
{
    pthread_mutex_lock(&g->lock);
    failures_add(&g->minute, address, now_ms);
    failures_add(&g->hour, address, now_ms);
    /* No more than fills it: when it is over, it is over within half a minute, however many came. */
    if (failures_may_try(&g->crowd, &everybody, now_ms))
        failures_add(&g->crowd, &everybody, now_ms);
    (void)look_crowded(g, now_ms);
    pthread_mutex_unlock(&g->lock);
}

void code_guard_came_in(struct code_guard *g, const struct address *address, int64_t now_ms)
{
    pthread_mutex_lock(&g->lock);
    failures_take_back(&g->minute, address, now_ms);
    failures_take_back(&g->hour, address, now_ms);
    pthread_mutex_unlock(&g->lock);
}

bool code_guard_crowded(struct code_guard *g, int64_t now_ms)
{
    pthread_mutex_lock(&g->lock);
    bool crowded = look_crowded(g, now_ms);
    pthread_mutex_unlock(&g->lock);
    return crowded;
}
