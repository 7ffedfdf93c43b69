/* What goes on beside the trace: all players type on one more card at the same time, without waiting for each other.
 * Each types marks like "[2:17 abcdef]", one character at a time, all beginning at the same place, and takes whole
 * marks away again. At the end every mark that was typed and not taken away is there once and in one piece (P5),
 * whatever the network did. */
#ifndef COCANVAS_TESTS_REPLAY_SCRIBBLE_H
#define COCANVAS_TESTS_REPLAY_SCRIBBLE_H

#include "tests/replay/player.h"

struct scribble;

struct scribble *scribble_new(uint64_t card, unsigned n_players);
void scribble_free(struct scribble *s);
/* The player does one small thing, if it can edit. */
void scribble_step(struct scribble *s, struct player *p);
/* Ends with a sentence if the text is not what was typed. */
void scribble_check(const struct scribble *s, const struct text *text);
size_t scribble_marks(const struct scribble *s);

#endif
