/* A session played through real clients and a real daemon. */
#ifndef COCANVAS_TESTS_REPLAY_PLAY_H
#define COCANVAS_TESTS_REPLAY_PLAY_H

#include "tests/replay/trace.h"
#include "tests/replay/verify.h"

struct play_options {
    struct stage *stage;
    const struct trace *trace;
    const struct text *end;          /* the text at the end */
    const char *template_id, *title; /* what the canvas was made of */
    unsigned n_players;
    uint32_t trouble_every; /* one cut or restart in so many txns; 0: never */
};

/* Plays it on a new canvas, and checks what must be equal at the end: texts and state hashes of all players, of a
 * client that comes anew, and of the journal. Prints a line about it, and "end SEQ HASH CARD" for play_check(). */
void play(const struct play_options *o);

/* A new client opens the canvas: is all still as it was? (After a restart of the daemon, from snapshot and suffix.) */
void play_check(const struct play_options *o, struct outcome expected, uint64_t text_card);

#endif
