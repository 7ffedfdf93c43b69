/* What must be equal at the end (P4): all clients, the journal played again from the template, and a client that comes
 * anew. */
#ifndef COCANVAS_TESTS_REPLAY_VERIFY_H
#define COCANVAS_TESTS_REPLAY_VERIFY_H

#include "tests/replay/player.h"

/* The confirmed state of a player, by its numbers. */
struct outcome {
    uint64_t seq, hash;
};

struct outcome player_outcome(struct player *p);
void expect_outcome(const char *who, struct outcome expected, struct outcome found);
void expect_text(const char *who, const struct text *found, const char *expected);

/* Fetches the whole journal through the player and applies it to the state that the template gives: out, which must be
 * initialised. */
struct outcome journal_outcome(struct player *p, const char *template_id, const char *title, struct canvas *out);

#endif
