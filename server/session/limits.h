/* How often a login may fail, for all workers together: by address, by login, and in all. Only failures count, and
 * only of passwords, invitations and reset links: a device's token can't be guessed, so somebody who is known keeps
 * coming in, whatever strangers do with their login.
 *
 * Each count is a bucket that leaks. An address that has failed too often waits. A login (there may be no such
 * account: it makes no difference) that has failed too often is slowed down to one try in half a minute, wherever it
 * comes from. When too much fails in all, each address has three tries left instead of its full number: so a crowd
 * of attackers is slowed down, and a person who comes with the right password is not kept out. Behind the shared
 * networks sit many people with one address: they may fail twenty times as often.
 *
 * And how many connections one person has at this moment, so that what one connection may do bounds what an account may. */
#ifndef COCANVAS_SERVER_SESSION_LIMITS_H
#define COCANVAS_SERVER_SESSION_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "server/session/auth.h"

struct limits;

enum { LIMITS_NETWORKS = 32, LIMITS_SHARED_TIMES = 20, LIMITS_CROWDED_TRIES = 3 };

struct network {
    uint8_t b[16]; /* IPv4 mapped into IPv6, as in struct address */
    unsigned bits; /* of the 128 that count */
};
struct networks {
    struct network at[LIMITS_NETWORKS];
    unsigned n;
};

struct limits_settings {
    unsigned per_address, per_login, per_minute; /* failures; the last is in all */
    unsigned per_account;                        /* connections; 0: no limit */
    struct networks shared;
};

/* "203.0.113.0/24, 2001:db8::/32, 192.0.2.7"; "" is none. */
enum status networks_parse(const char *text, struct networks *out, struct why *why) MUST_CHECK;
bool networks_hold(const struct networks *networks, const struct address *address);
/* "192.0.2.1", or an IPv6 network's address. */
enum { LIMITS_ADDRESS_TEXT = 64 };
void limits_address_text(const struct address *address, char out[LIMITS_ADDRESS_TEXT]);

struct limits *limits_new(void);
void limits_free(struct limits *l);
/* The rest from any thread. Times are monotonic. */
void limits_set(struct limits *l, const struct limits_settings *settings);
/* Whether a login may be tried now; else why not. A try counts as a failure of that login until it is given back, so
 * that a hundred at once do not pass before the first has failed. login NULL: not known (a reset link). */
bool limits_may_try(struct limits *l, const struct address *address, const char *login, int64_t now_ms,
                    struct why *why);
/* The try was no failure: it succeeded, or nobody could say. */
void limits_give_back(struct limits *l, const char *login, int64_t now_ms);
/* It failed: for the address and in all. */
void limits_failed(struct limits *l, const struct address *address, int64_t now_ms);
/* One more connection of that person (a key of 16 bytes), until it leaves; false: there are too many. */
bool limits_enter(struct limits *l, const struct address *person, struct why *why);
void limits_leave(struct limits *l, const struct address *person);
/* How many times the usual number of failures an address may have: 1, or 20 behind a shared network. */
unsigned limits_times(struct limits *l, const struct address *address);

#endif
