/* Join codes are short, so what keeps them safe is how often one may guess: counted here for all workers together. And
 * what stands in the database instead of them: an HMAC under a secret that is not in it, since the hash alone of eight
 * letters is found in seconds by whoever has a dump.
 *
 * Only wrong codes count: five and then five a minute, twenty and then twenty an hour from an address (twenty times
 * that from a network that is named as shared), and each guest who gets in makes up for one of them, so a workshop
 * behind one address may mistype. A hundred wrong ones a minute in all make a crowd: then right codes lead no further
 * than to the lobby, where a person decides. One code is looked at 120 times a minute at most. */
#ifndef COCANVAS_SERVER_SESSION_CODE_GUARD_H
#define COCANVAS_SERVER_SESSION_CODE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/join_code.h"
#include "server/session/auth.h"

struct code_guard;
struct limits;

enum {
    CODE_SECRET = 32,
    CODE_HASH = 32,
    CODE_WRONG_A_MINUTE = 5,
    CODE_WRONG_AN_HOUR = 20,
    CODE_CROWD_A_MINUTE = 100,
    CODE_LOOKS_A_MINUTE = 120,
};

/* limits: knows the shared networks; borrowed, may be NULL. */
struct code_guard *code_guard_new(const uint8_t secret[CODE_SECRET], struct limits *limits);
void code_guard_free(struct code_guard *g);

/* The rest from any thread. Times are monotonic. code: as join_code_parse() writes it. */
void code_guard_hash(const struct code_guard *g, const char code[JOIN_CODE_TEXT], uint8_t out[CODE_HASH]);
/* Whether a code may be looked at now; hash NULL: it has not the form of one. */
bool code_guard_may_try(struct code_guard *g, const struct address *address, const uint8_t *hash, int64_t now_ms);
void code_guard_wrong(struct code_guard *g, const struct address *address, int64_t now_ms);
/* Somebody from there has got in. */
void code_guard_came_in(struct code_guard *g, const struct address *address, int64_t now_ms);
bool code_guard_crowded(struct code_guard *g, int64_t now_ms);

#endif
