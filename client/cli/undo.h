/* Undo for a program that forgets: a command ends, and the next one knows nothing of what the last one did. So one's
 * own last change is looked up in the canvas' journal and its inverse is made from there. Pure.
 *
 * What others did since stays (P6): a text edit's inverse is transformed over every later edit of that text; a
 * property, tag or place that somebody else set since is left as it is; a card that somebody else worked on since is
 * not taken away. The inverse is submitted with undo_of = the client_seq of what it takes back, so the next undo
 * goes one change further and a redo finds what was undone. */
#ifndef COCANVAS_CLIENT_CLI_UNDO_H
#define COCANVAS_CLIENT_CLI_UNDO_H

#include "common/arena.h"
#include "common/canvas.h"
#include "wire.pb-c.h"

struct history {
    /* Ascending seq, without gaps, up to the canvas' present seq; owned by whoever filled it. */
    Cocanvas__Committed **at;
    size_t n;
    bool complete;               /* there is no more of it to be had */
    const struct canvas *origin; /* what the canvas was made of, for a history from seq 1 on; NULL: not known */
};

enum undo_outcome {
    UNDO_READY,         /* ops are to be submitted */
    UNDO_NOTHING,       /* there is nothing to take back */
    UNDO_BLOCKED,       /* there is, but not without harm to others: see why */
    UNDO_NEEDS_HISTORY, /* what must be known lies before the history that is given */
};

struct undo_plan {
    const Cocanvas__Committed *target; /* what is taken back; NULL if nothing was found */
    Cocanvas__Op **ops;                /* in the order to be applied; from the arena */
    size_t n;
    size_t left_out; /* ops of the target that somebody else's later change stands against */
    const char *why; /* a sentence for BLOCKED */
};

/* client: this device's number on the canvas, 0 if it has none yet. revision: this change instead of the last one, 0
 * none. */
enum undo_outcome undo_make(struct undo_plan *plan, const struct history *history, const struct canvas *canvas,
                            uint32_t author, uint32_t client, bool redo, uint64_t revision, struct arena *arena);

/* ---- undo_text.c: the inverse of a text edit of history->at[index], in the present text's coordinates. False if it
 * has no effect any more. */
bool undo_text(const struct history *history, size_t index, const Cocanvas__TextEdit *edit, struct text_op *inverse);

/* ---- undo_past.c: what stood before the op ops[op] of history->at[index] */
enum undo_past { PAST_KNOWN, PAST_UNSET, PAST_HIDDEN };
enum undo_past undo_past_value(const struct history *history, size_t index, size_t op, const Cocanvas__PropSet *set,
                               struct arena *arena, const Cocanvas__Value **value);
enum undo_past undo_past_place(const struct history *history, size_t index, size_t op, uint64_t card,
                               const Cocanvas__Place **place);
/* Whether the tag or the author's vote was there. */
enum undo_past undo_past_tag(const struct history *history, size_t index, size_t op, const Cocanvas__TagSet *set,
                             bool *on);
/* Whether a card was deleted, a comment deleted or resolved, a link or reading removed: the `on` that the given op,
 * which sets such a thing, found. */
enum undo_past undo_past_switch(const struct history *history, size_t index, size_t op, bool *on);
enum undo_past undo_past_vote(const struct history *history, size_t index, size_t op, uint64_t card, uint32_t author,
                              bool *on);

#endif
