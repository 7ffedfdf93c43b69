/* States of a canvas that are over: a window of its history, the ops that bring something back as it was, and a reader that
 * gets windows from the server.
 *
 *   struct past         pure: an old state and the batches after it give the canvas after any seq between. Forward costs the
 *                       batches between; back begins at the nearest of a few copies that are kept on the way.
 *   past_restore_ops    pure: the edits that make a card, or everything, as it was then. Ordinary edits: others see them
 *                       come, and undo takes them back.
 *   struct past_reader  over a struct client: "the state after seq", answered later by callback. */
#ifndef COCANVAS_CLIENT_CORE_PAST_H
#define COCANVAS_CLIENT_CORE_PAST_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/canvas.h"
#include "common/status.h"
#include "wire.pb-c.h"

struct client;

/* ---------------------------------------------------------------- a window of the history */

enum {
    PAST_COPIES = 16,           /* encoded states kept on the way, beside the first */
    PAST_BATCHES_MAX = 65536,   /* in one window */
    PAST_BYTES_MAX = 128 << 20, /* of batches and copies together */
};

struct past;

struct past *past_new(void);
void past_free(struct past *p);
/* Forgets everything and begins with an encoded CanvasState. hash: what it must have, 0: not known. Refused: the window is
 * empty. */
enum status past_begin(struct past *p, const uint8_t *state, size_t len, uint64_t hash, struct why *why) MUST_CHECK;
/* An encoded Committed: the next batch, seq past_last() + 1 (else OUT_OF_ORDER). TOO_LARGE: the window is full. */
enum status past_add(struct past *p, const uint8_t *committed, size_t len, struct why *why) MUST_CHECK;
bool past_is_empty(const struct past *p);
uint64_t past_first(const struct past *p); /* the oldest and the newest seq whose state can be had; 0 if empty */
uint64_t past_last(const struct past *p);
bool past_has(const struct past *p, uint64_t seq);
/* The canvas after seq, which must be in the window; borrowed until the next call with p. NULL and why if a batch does not
 * fit: the history is damaged. */
const struct canvas *past_at(struct past *p, uint64_t seq, struct why *why);
/* The batch that led to seq; borrowed until the next call with p; what past_at() gave stays as it is. NULL for the
 * window's first seq and outside of it. */
const Cocanvas__Committed *past_batch(struct past *p, uint64_t seq);
/* A canvas of one's own, like c: canvas_fini() and free(). */
struct canvas *past_copy(const struct canvas *c);

/* ---------------------------------------------------------------- bringing something back */

/* The ops that make it in `view` as it was in `past` (an older state of the same canvas), for replica_edit() as one step;
 * from the arena. *n 0: nothing is different. NULL: the arena is full.
 *
 * object: a card: whether it is there, text, fields, properties, tags, and its place (its block, removed since, comes back);
 *         a block: its title, prompt, place and properties, whether it is there; 0: all cards, blocks, links and readings, the
 *         order in all blocks, and the canvas' own properties. What was made since then is deleted, as people delete.
 *
 * Not brought back: votes (nobody votes for others) and comments (what was said stays said), on any object; named versions;
 * what a deleted card holds. Texts change by the smallest edit, so what others type meanwhile is kept. */
Cocanvas__Op **past_restore_ops(const struct canvas *view, const struct canvas *past, uint64_t object,
                                struct arena *arena, size_t *n);

/* ---------------------------------------------------------------- getting it from the server */

/* Borrowed until the callback returns. */
struct past_answer {
    uint64_t seq;                /* as asked */
    const struct canvas *canvas; /* after seq (past_copy() keeps it); NULL: it cannot be had */
    uint32_t author;             /* who made the batch seq, and when; 0 and 0 at the very beginning */
    int64_t time_ms;
    const Cocanvas__Committed *batch; /* that batch; NULL: not known */
    struct past *past;                /* the window that it is from; for revert.h. NULL: it cannot be had */
    enum status code; /* why not, and the sentence for people; OK and "" */
    const char *sentence;
};
typedef void past_answer_cb(void *ctx, const struct past_answer *answer);

struct past_reader;

/* For the canvas that is open on the client. The callback is always called from the loop, never inside of a call here. */
struct past_reader *past_reader_new(struct event_base *base, struct client *client, past_answer_cb *cb, void *ctx);
/* Not inside of the callback. */
void past_reader_free(struct past_reader *r);
/* The state after seq. Asked again before the answer: only the newest question is answered. Steps that are near the last
 * one cost no round trip. */
void past_reader_ask(struct past_reader *r, uint64_t seq);
/* The same, out of a window that begins with the state after `from` or with an earlier one. */
void past_reader_ask_window(struct past_reader *r, uint64_t from, uint64_t seq);
/* To be called by client_callbacks.on_reply with every reply; true: it was for the reader. */
bool past_reader_reply(struct past_reader *r, const Cocanvas__Frame *reply);
/* Another canvas is open now, or none: forgets everything, and answers nothing that was asked before. */
void past_reader_reset(struct past_reader *r);

#endif
