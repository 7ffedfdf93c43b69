/* Carets between the wire's coordinates (a confirmed state) and the view's, and the ring of committed text edits that
 * carets of older states are carried through. Presence overtakes nothing and waits for nothing, so a caret usually
 * speaks of a state that is a few batches old. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"

/* ---------------------------------------------------------------- what came in */

void told_begin(struct replica *r, size_t n)
{
    if (n > r->n_told) {
        r->told = xrealloc(r->told, n * sizeof(*r->told));
        for (size_t i = r->n_told; i < n; i++)
            text_op_init(&r->told[i]);
        r->n_told = n;
    }
    for (size_t i = 0; i < n; i++)
        text_op_clear(&r->told[i], 0);
}

static void recent_fini(struct recent_text *recent)
{
    free(recent->key);
    text_op_fini(&recent->op);
    *recent = (struct recent_text){0};
}

void recent_clear(struct replica *r)
{
    for (size_t i = 0; i < REPLICA_RECENT; i++)
        recent_fini(&r->recent[i]);
    r->n_recent = 0;
}

/* Where a caret goes depends on counts only. */
static void forget_characters(struct text_op *op)
{
    free(op->bytes);
    op->bytes = NULL;
    op->n_bytes = op->cap_bytes = 0;
    for (uint32_t i = 0; i < op->n_steps; i++)
        op->steps[i].at_bytes = op->steps[i].len_bytes = 0;
}

void recent_add(struct replica *r, const Cocanvas__Committed *batch)
{
    for (size_t i = 0; i < batch->n_ops; i++) {
        struct recent_text *recent = &r->recent[r->n_recent % REPLICA_RECENT];
        uint64_t object;
        const char *key;

        if (!op_text_target(batch->ops[i], &object, &key) || batch->ops[i]->text_edit->n_steps == 0)
            continue;
        recent_fini(recent);
        recent->seq = batch->seq;
        recent->object = object;
        recent->key = xstrdup(key);
        recent->author = batch->author;
        text_op_init(&recent->op);
        text_op_from_message(&recent->op, batch->ops[i]->text_edit);
        forget_characters(&recent->op);
        r->n_recent++;
    }
}

/* ---------------------------------------------------------------- there and back */

/* Where position `at` of the text after op was before it. What op inserted lies at one place of that text; of what it
 * removed, the beginning is taken. */
static uint32_t position_before(const struct text_op *op, uint32_t at)
{
    uint32_t before = 0, after = 0;

    for (uint32_t i = 0; i < op->n_steps && after < at; i++) {
        const struct text_step *step = &op->steps[i];

        if (step->kind == TEXT_INSERT) {
            after += step->points;
        } else if (step->kind == TEXT_REMOVE) {
            before += step->points;
        } else if (step->points >= at - after) {
            return before + (at - after);
        } else {
            before += step->points;
            after += step->points;
        }
    }
    return after >= at ? before : before + (at - after);
}

static bool is_in_view(const struct own_op *own, uint64_t object, const char *key)
{
    return own->is_text && !own->broken && own->refused == STATUS_OK && own->op->text_edit->object == object &&
           strcmp(own->op->text_edit->key, key) == 0;
}

static uint32_t back_through(const struct own_list *list, uint64_t object, const char *key, uint32_t at)
{
    for (size_t i = list->n; i > 0; i--)
        if (is_in_view(list->at[i - 1], object, key))
            at = position_before(&list->at[i - 1]->text, at);
    return at;
}

static uint32_t forth_through(const struct own_list *list, uint64_t object, const char *key, uint32_t at)
{
    for (size_t i = 0; i < list->n; i++)
        if (is_in_view(list->at[i], object, key))
            at = text_transform_position(&list->at[i]->text, at, TEXT_RIGHT);
    return at;
}

static uint32_t within(const struct canvas *c, uint64_t object, const char *key, uint32_t at)
{
    const struct text *text = text_at(c, object, key);
    uint32_t len = text ? text->len_points : 0;

    return at < len ? at : len;
}

uint32_t replica_caret_to_confirmed(struct replica *r, uint64_t object, const char *key, uint32_t at)
{
    at = within(replica_view(r), object, key, at);
    if (own_ops_settled(r)) {
        at = back_through(&r->pending, object, key, at);
        at = back_through(&r->in_flight, object, key, at);
    }
    return within(r->confirmed, object, key, at);
}

/* A caret comes to stand behind what its owner typed at it, and in front of what others typed there: at the place where
 * its owner's next character will stand (text.h's rule of ties). */
uint32_t replica_caret_follow(struct replica *r, uint64_t object, const char *key, uint32_t author, uint64_t at_seq,
                              uint32_t at)
{
    uint64_t first = r->n_recent > REPLICA_RECENT ? r->n_recent - REPLICA_RECENT : 0;
    uint64_t next = r->n_recent;

    while (next > first && r->recent[(next - 1) % REPLICA_RECENT].seq > at_seq)
        next--;
    for (uint64_t i = next; i < r->n_recent; i++) {
        const struct recent_text *recent = &r->recent[i % REPLICA_RECENT];
        enum text_side side = recent->author == author ? TEXT_LEFT : TEXT_RIGHT;

        /* A caret may come from anybody: a position behind the text's end stays there. */
        if (recent->object == object && strcmp(recent->key, key) == 0 && at <= recent->op.pre_len)
            at = text_transform_position(&recent->op, at, side);
    }
    return within(r->confirmed, object, key, at);
}

uint32_t replica_caret_to_view(struct replica *r, uint64_t object, const char *key, uint32_t at)
{
    const struct canvas *view = replica_view(r); /* settles which own ops are in it */

    at = within(r->confirmed, object, key, at);
    if (own_ops_settled(r)) {
        at = forth_through(&r->in_flight, object, key, at);
        at = forth_through(&r->pending, object, key, at);
    }
    return within(view, object, key, at);
}
