/* Credentials: what a login, a name and a password may look like, and how often an address may be wrong. The flow of a
 * login is handle_login.c's; the hashing is hasher.c's. */
#ifndef COCANVAS_SERVER_SESSION_AUTH_H
#define COCANVAS_SERVER_SESSION_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hash_table.h"
#include "server/journal/store.h"

/* Where a connection comes from, as far as limits are concerned: an IPv4 address (mapped into IPv6) or an IPv6 /64. */
struct address {
    uint8_t b[16];
};

/* Lower case, 2 to 64 of [a-z0-9._@+-]; false if it can't be a login. */
bool login_normalise(const char *given, char out[STORE_LOGIN]);
/* A display name: one line of 1 to 64 code points, not only blanks. */
bool name_check(const char *name);
/* 10 to 1,024 bytes. */
bool password_check(const char *password);

/* Failures by address: buckets that leak. Not for two threads at once. */
struct failure_bucket {
    struct address address;
    double failures;
    int64_t at_ms; /* monotonic time that failures refers to */
    UT_hash_handle hh;
};
struct failures {
    struct failure_bucket *buckets;
    unsigned most;       /* failures from which an address has to wait */
    double forgotten_ms; /* one is forgotten in this time; 0: FAILURE_FORGOTTEN_MS */
};
enum { FAILURE_FORGOTTEN_MS = 3000, FAILURE_BUCKETS = 10000 };

void failures_fini(struct failures *f);
bool failures_may_try(struct failures *f, const struct address *address, int64_t now_ms);
void failures_add(struct failures *f, const struct address *address, int64_t now_ms);
/* One that was counted, and turned out to be none. */
void failures_take_back(struct failures *f, const struct address *address, int64_t now_ms);

#endif
