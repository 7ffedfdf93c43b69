/* Marks and switches of one room: see the header. */
#include "server/room/room_anonymous.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"

enum { SWITCHES_MAX = 4096 }; /* the older half is forgotten beyond: batches that were written then count as of an unknown time */

/* ---------------------------------------------------------------- what is remembered */

static void add_switch(struct room_anonymous *a, uint64_t seq, bool on)
{
    if (a->n_switches == SWITCHES_MAX) {
        size_t half = SWITCHES_MAX / 2;
        memmove(a->switches, a->switches + half, half * sizeof *a->switches);
        a->n_switches = half;
    }
    if (a->n_switches == a->cap_switches) {
        a->cap_switches = a->cap_switches ? 2 * a->cap_switches : 4;
        a->switches = xrealloc(a->switches, a->cap_switches * sizeof *a->switches);
    }
    a->switches[a->n_switches++] = (struct room_switch){.seq = seq, .on = on};
}

void anonymous_begin(struct room_anonymous *a, const struct canvas *c)
{
    add_switch(a, c->seq, canvas_is_anonymous(c));
}

void anonymous_fini(struct room_anonymous *a)
{
    free(a->marks);
    free(a->switches);
    *a = (struct room_anonymous){0};
}

static void add_mark(struct room_anonymous *a, uint64_t mark, uint64_t seq)
{
    if (a->n_marks == a->cap_marks) {
        a->cap_marks = a->cap_marks ? 2 * a->cap_marks : 64;
        a->marks = xrealloc(a->marks, a->cap_marks * sizeof *a->marks);
    }
    a->marks[a->n_marks++] = (struct room_mark){.mark = mark, .seq = seq};
}

void anonymous_applied(struct room_anonymous *a, const struct canvas *c, const Cocanvas__Committed *batch)
{
    bool on = canvas_is_anonymous(c);
    if (on != a->switches[a->n_switches - 1].on)
        add_switch(a, batch->seq, on);
    if (batch->mark != 0)
        add_mark(a, batch->mark, batch->seq);
}

void anonymous_trim(struct room_anonymous *a, uint64_t first_seq)
{
    size_t gone = 0;
    while (gone < a->n_marks && a->marks[gone].seq < first_seq)
        gone++;
    if (gone == 0)
        return;
    memmove(a->marks, a->marks + gone, (a->n_marks - gone) * sizeof *a->marks);
    a->n_marks -= gone;
}

bool anonymous_known(const struct room_anonymous *a, uint64_t mark)
{
    for (size_t i = a->n_marks; i > 0; i--)
        if (a->marks[i - 1].mark == mark)
            return true;
    return false;
}

/* ---------------------------------------------------------------- which batches are taken */

/* What held in the state after seq; nobody knows for states before the first one that is remembered. */
static bool was(const struct room_anonymous *a, uint64_t seq, bool on)
{
    for (size_t i = a->n_switches; i > 0; i--)
        if (a->switches[i - 1].seq <= seq)
            return a->switches[i - 1].on == on;
    return false;
}

static enum status check_ops(const struct canvas *c, const Cocanvas__Submit *s, uint32_t *bad_op, struct why *why)
{
    for (size_t i = 0; i < s->n_ops; i++) {
        bool needs_name = op_needs_name(c, s->ops[i]);
        *bad_op = (uint32_t)i;
        if (needs_name && s->anonymous)
            return refuse(why, STATUS_BAD_OP, "Votes, what facilitators set, and signed comments are never part of an anonymous batch.");
        if (!needs_name && !s->anonymous)
            return refuse(why, STATUS_FORBIDDEN, "Everything is written anonymously on this canvas now; nothing was saved under your name.");
    }
    *bad_op = 0;
    return STATUS_OK;
}

enum status anonymous_check(const struct room_anonymous *a, const struct canvas *c, const Cocanvas__Submit *s, uint32_t *bad_op,
                            struct why *why)
{
    bool on = canvas_is_anonymous(c);
    uint64_t written = s->base_seq - s->behind;
    *bad_op = 0;
    if (s->behind > s->base_seq)
        return refuse(why, STATUS_BAD_OP, "No batch is written before the first state.");
    if (s->anonymous != (s->mark != 0) || (s->anonymous && s->undo_of != 0))
        return refuse(why, STATUS_BAD_OP, "An anonymous batch has a mark and no undo_of, a named one has no mark.");
    if (s->anonymous && !on && !was(a, written, true))
        return refuse(why, STATUS_FORBIDDEN, "Anonymous writing is switched off on this canvas; nothing was saved.");
    /* Written under a name before it was switched on: it stays what it was. */
    bool named_before = !s->anonymous && (!on || !was(a, written, true));
    return named_before ? STATUS_OK : check_ops(c, s, bad_op, why);
}

/* ---------------------------------------------------------------- one's own */

void made_note(struct room_made **made, const Cocanvas__Submit *s)
{
    for (size_t i = 0; i < s->n_ops; i++) {
        if (s->ops[i]->kind_case != COCANVAS__OP__KIND_COMMENT_ADD)
            continue;
        if (!*made)
            *made = xcalloc(1, sizeof **made);
        (*made)->ids[(*made)->n++ % ROOM_MADE_MAX] = s->ops[i]->comment_add->id;
    }
}

struct rights_made made_rights(const struct room_made *made)
{
    if (!made)
        return (struct rights_made){0};
    return (struct rights_made){.ids = made->ids, .n = made->n < ROOM_MADE_MAX ? made->n : ROOM_MADE_MAX};
}
