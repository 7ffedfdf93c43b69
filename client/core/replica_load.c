/* Snapshots under own edits: the state jumps, and the edits have to be brought to it, by the batches between or by
 * the difference of texts. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/canvas_internal.h"

/* ---------------------------------------------------------------- base texts and backlog */

void bases_clear(struct replica *r)
{
    for (size_t i = 0; i < r->n_bases; i++) {
        free(r->bases[i].key);
        text_fini(&r->bases[i].text);
    }
    free(r->bases);
    r->bases = NULL;
    r->n_bases = 0;
}

struct base_text *bases_find(const struct replica *r, uint64_t object, const char *key)
{
    for (size_t i = 0; i < r->n_bases; i++)
        if (r->bases[i].object == object && strcmp(r->bases[i].key, key) == 0)
            return &r->bases[i];
    return NULL;
}

void bases_add(struct replica *r, uint64_t object, const char *key, const char *text, size_t len)
{
    struct base_text *base;

    if (bases_find(r, object, key))
        return;
    r->bases = xrealloc(r->bases, (r->n_bases + 1) * sizeof(*r->bases));
    base = &r->bases[r->n_bases++];
    base->object = object;
    base->key = xstrdup(key);
    text_init(&base->text);
    text_set(&base->text, text, len);
}

void backlog_clear(struct replica *r)
{
    for (size_t i = 0; i < r->n_backlog; i++)
        buf_fini(&r->backlog[i]);
    free(r->backlog);
    r->backlog = NULL;
    r->n_backlog = r->cap_backlog = 0;
}

void backlog_add(struct replica *r, const Cocanvas__Committed *batch)
{
    size_t len = cocanvas__committed__get_packed_size(batch);
    struct buf *bytes;

    if (r->n_backlog == r->cap_backlog) {
        r->cap_backlog = r->cap_backlog ? r->cap_backlog * 2 : 16;
        r->backlog = xrealloc(r->backlog, r->cap_backlog * sizeof(*r->backlog));
    }
    bytes = &r->backlog[r->n_backlog++];
    buf_init(bytes);
    cocanvas__committed__pack(batch, buf_reserve(bytes, len));
    buf_wrote(bytes, len);
}

/* ---------------------------------------------------------------- by difference */

/* A card's text field that nobody has written to is an empty text. */
const struct text *text_at(const struct canvas *c, uint64_t object, const char *key)
{
    static char nothing[1];
    static const struct text empty = {.bytes = nothing};
    const struct text *text = canvas_text(c, object, key);

    return text || !*key || !canvas_card(c, object) ? text : &empty;
}

static void keep_bases_of(struct replica *r, const struct own_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const Cocanvas__TextEdit *edit = list->at[i]->op->text_edit;
        const struct text *text = list->at[i]->is_text ? text_at(r->confirmed, edit->object, edit->key) : NULL;

        if (text)
            bases_add(r, edit->object, edit->key, text->bytes, text->len_bytes);
    }
}

static void apply_if_it_fits(struct text *text, const struct own_op *own)
{
    if (!own->broken && own->text.pre_len == text->len_points)
        text_apply(text, &own->text, NULL);
}

static void bases_of_created(struct replica *r, const Cocanvas__CardCreate *create)
{
    bases_add(r, create->id, "", create->text, strlen(create->text));
    for (size_t i = 0; i < create->n_fields; i++)
        bases_add(r, create->id, create->fields[i]->key, create->fields[i]->text, strlen(create->fields[i]->text));
}

/* The batch in flight has been committed, unseen: what pending refers to are the texts after it. */
static void fly_bases(struct replica *r)
{
    for (size_t i = 0; i < r->in_flight.n; i++) {
        const struct own_op *own = r->in_flight.at[i];
        struct base_text *base;

        if (own->op->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
            bases_of_created(r, own->op->card_create);
        if (!own->is_text)
            continue;
        base = bases_find(r, own->op->text_edit->object, own->op->text_edit->key);
        if (base)
            apply_if_it_fits(&base->text, own);
    }
}

static void rebase_by_difference(struct replica *r, uint64_t object, const char *key, const struct text *was,
                                 const struct text *is)
{
    struct text_op difference;

    text_op_init(&difference);
    text_diff(&difference, was, is);
    if (!text_op_is_noop(&difference))
        rebase_text(r, object, key, &difference);
    text_op_fini(&difference);
}

static uint64_t created_by(const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return op->card_create->id;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return op->comment_add->id;
    case COCANVAS__OP__KIND_LINK_ADD:
        return op->link_add->id;
    case COCANVAS__OP__KIND_READING_ADD:
        return op->reading_add->id;
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return op->block_add->block->id;
    default:
        return 0;
    }
}

/* Nobody knows whether the anonymous batch in flight was committed: the server keeps no account of it, and the batches among
 * which its mark would stand are gone. What it made, if it made anything, is there or is not; else it is given up rather
 * than done twice, and its words are told. */
static void settle_anonymous(struct replica *r)
{
    uint64_t made = 0;

    for (size_t i = 0; i < r->in_flight.n && !made; i++)
        made = created_by(r->in_flight.at[i]->op);
    if (made && !canvas_id_used(r->confirmed, made))
        return;
    if (made) {
        fly_bases(r);
    } else {
        for (size_t i = 0; i < r->in_flight.n; i++) {
            if (r->in_flight.at[i]->is_text)
                rebase_over_inverse(r, r->in_flight.at[i]);
            steps_forget(r, r->in_flight.at[i]);
            own_lost(r, r->in_flight.at[i], STATUS_STALE);
        }
    }
    in_flight_done(r);
}

void replica_history_lost(struct replica *r)
{
    view_unwind(r);
    if (r->in_flight_mark && r->own_base != r->confirmed->seq)
        settle_anonymous(r);
    else if (!r->in_flight_mark && r->in_flight_seq && r->in_flight_seq <= r->acked) {
        fly_bases(r);
        in_flight_done(r);
    }
    for (size_t i = 0; i < r->n_bases; i++) {
        struct base_text *base = &r->bases[i];
        const struct text *now = text_at(r->confirmed, base->object, base->key);

        if (now)
            rebase_by_difference(r, base->object, base->key, &base->text, now);
    }
    bases_clear(r);
    backlog_clear(r);
    r->own_base = r->confirmed->seq;
    replica_tell(r, NULL, NULL, false, NULL);
}

/* ---------------------------------------------------------------- by history */

bool replica_history_wanted(const struct replica *r, uint64_t *from, uint64_t *to)
{
    if (!r->loaded || r->own_base >= r->confirmed->seq)
        return false;
    *from = r->own_base + 1;
    *to = r->confirmed->seq - r->n_backlog;
    return true;
}

/* Base texts stay at own_base, so that the difference can still be taken if the rest of the history cannot be had. */
static void bases_follow(struct replica *r, const Cocanvas__Committed *batch, bool own)
{
    struct text_op op;

    text_op_init(&op);
    for (size_t i = 0; i < batch->n_ops; i++) {
        struct base_text *base;
        uint64_t object;
        const char *key;

        if (own && batch->ops[i]->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
            bases_of_created(r, batch->ops[i]->card_create);
        if (!op_text_target(batch->ops[i], &object, &key))
            continue;
        base = bases_find(r, object, key);
        text_op_from_message(&op, batch->ops[i]->text_edit);
        if (base && base->text.len_points == op.pre_len)
            text_apply(&base->text, &op, NULL);
    }
    text_op_fini(&op);
}

static enum status follow_batch(struct replica *r, const Cocanvas__Committed *batch, struct why *why)
{
    bool own;
    enum status st = rebase_batch(r, batch, &own, why);

    bases_follow(r, batch, own);
    return st;
}

/* The last gap is closed: what came meanwhile is taken from the backlog. */
static enum status drain_backlog(struct replica *r, struct why *why)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < r->n_backlog && st == STATUS_OK; i++) {
        const struct buf *bytes = &r->backlog[i];
        Cocanvas__Committed *batch = cocanvas__committed__unpack(NULL, buf_len(bytes), buf_at(bytes));

        ASSERT(batch);
        st = follow_batch(r, batch, why);
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    if (st == STATUS_OK) {
        bases_clear(r);
        backlog_clear(r);
        replica_tell(r, NULL, NULL, false, NULL);
    }
    return st;
}

enum status replica_history(struct replica *r, const Cocanvas__Committed *batch, struct why *why)
{
    uint64_t from, to;
    enum status st;

    if (!replica_history_wanted(r, &from, &to))
        return STATUS_OK;
    if (batch->seq != from)
        return refuse(why, STATUS_BAD_OP, "history: batch %llu came instead of %llu", (unsigned long long)batch->seq,
                      (unsigned long long)from);
    view_unwind(r);
    for (size_t i = 0; i < batch->n_ops; i++) {
        st = check_text_steps(batch->ops[i], why);
        if (st != STATUS_OK)
            return st;
    }
    st = follow_batch(r, batch, why);
    if (st == STATUS_OK && from == to)
        st = drain_backlog(r, why);
    return st;
}

/* ---------------------------------------------------------------- loading */

/* Settings need no history, but what has a mark is only found there. */
static bool needs_history(const struct replica *r)
{
    if (r->in_flight_mark)
        return true;
    for (size_t i = 0; i < r->in_flight.n; i++)
        if (r->in_flight.at[i]->is_text)
            return true;
    for (size_t i = 0; i < r->pending.n; i++)
        if (r->pending.at[i]->is_text)
            return true;
    return false;
}

/* The texts that own edits and undo entries refer to, before the state under them is exchanged. */
void keep_bases(struct replica *r)
{
    bases_clear(r);
    keep_bases_of(r, &r->in_flight);
    keep_bases_of(r, &r->pending);
    for (size_t i = 0; i < r->undo.n; i++)
        keep_bases_of(r, &r->undo.at[i].inverse);
    for (size_t i = 0; i < r->redo.n; i++)
        keep_bases_of(r, &r->redo.at[i].inverse);
}

enum status replica_load(struct replica *r, const uint8_t *state, size_t len, uint64_t acked, struct why *why)
{
    const struct canvas_limits no_limits = {0};
    struct canvas *fresh = xcalloc(1, sizeof(*fresh));
    enum status st;

    canvas_init(fresh, &no_limits);
    st = canvas_decode(fresh, state, len, why);
    if (st != STATUS_OK) {
        canvas_fini(fresh);
        free(fresh);
        return st;
    }
    view_unwind(r);
    if (acked > r->acked)
        r->acked = acked;
    if (r->loaded && own_ops_settled(r))
        keep_bases(r);
    if (r->split)
        canvas_fini(&r->view);
    r->split = false;
    canvas_fini(r->confirmed);
    free(r->confirmed);
    r->confirmed = fresh;
    r->loaded = true;
    backlog_clear(r);
    recent_clear(r);
    if (!needs_history(r) || r->own_base >= r->confirmed->seq)
        replica_history_lost(r);
    else
        replica_tell(r, NULL, NULL, false, NULL);
    return STATUS_OK;
}
