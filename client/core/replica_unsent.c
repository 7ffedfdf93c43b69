/* The outbox's content: unsent edits as a message (outbox.proto), and back into a new replica after a crash. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/utf8.h"
#include "outbox.pb-c.h"

/* ---------------------------------------------------------------- saving */

static Cocanvas__Outbox__UnsentOp **save_list(const struct own_list *list, struct arena *arena)
{
    Cocanvas__Outbox__UnsentOp **out = arena_calloc(arena, list->n + 1, sizeof(*out));

    ASSERT(out);
    for (size_t i = 0; i < list->n; i++) {
        out[i] = arena_alloc(arena, sizeof(**out));
        ASSERT(out[i]);
        cocanvas__outbox__unsent_op__init(out[i]);
        out[i]->op = own_message(list->at[i], arena);
        ASSERT(out[i]->op);
        out[i]->time_ms = list->at[i]->time_ms;
        out[i]->first_step = list->at[i]->first_step;
        out[i]->last_step = list->at[i]->last_step;
        out[i]->anonymous = list->at[i]->anonymous;
        out[i]->written_seq = list->at[i]->written_seq;
    }
    return out;
}

static bool have_base(Cocanvas__Outbox__BaseText **bases, size_t n, uint64_t object, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (bases[i]->object == object && strcmp(bases[i]->key, key) == 0)
            return true;
    return false;
}

/* The text that an own edit refers to at own_base; NULL if it was made by an own edit. */
static const struct text *base_of(const struct replica *r, uint64_t object, const char *key)
{
    const struct base_text *base;

    if (r->loaded && own_ops_settled(r))
        return text_at(r->confirmed, object, key);
    base = bases_find(r, object, key);
    return base ? &base->text : NULL;
}

static void save_bases(const struct replica *r, const struct own_list *list, Cocanvas__Outbox__BaseText **bases,
                       size_t *n, struct arena *arena)
{
    for (size_t i = 0; i < list->n; i++) {
        const Cocanvas__TextEdit *edit = list->at[i]->op->text_edit;
        const struct text *text = list->at[i]->is_text ? base_of(r, edit->object, edit->key) : NULL;

        if (!text || have_base(bases, *n, edit->object, edit->key))
            continue;
        bases[*n] = arena_alloc(arena, sizeof(*bases[*n]));
        ASSERT(bases[*n]);
        cocanvas__outbox__base_text__init(bases[*n]);
        bases[*n]->object = edit->object;
        bases[*n]->key = edit->key;
        bases[*n]->text = text->bytes;
        (*n)++;
    }
}

void replica_save_unsent(struct replica *r, struct buf *out)
{
    Cocanvas__Outbox__Unsent unsent = COCANVAS__OUTBOX__UNSENT__INIT;
    struct arena arena;
    size_t len;

    arena_init(&arena, SIZE_MAX);
    unsent.client_seq = r->last_client_seq;
    unsent.client = r->client;
    unsent.last_object = r->last_object;
    unsent.base_seq = r->own_base;
    unsent.base_epoch = r->epoch;
    unsent.in_flight_seq = r->in_flight_seq;
    unsent.in_flight_base = r->in_flight_base;
    unsent.in_flight_undo_of = r->in_flight_undo_of;
    unsent.in_flight_mark = r->in_flight_mark;
    unsent.n_in_flight = r->in_flight.n;
    unsent.in_flight = save_list(&r->in_flight, &arena);
    unsent.n_pending = r->pending.n;
    unsent.pending = save_list(&r->pending, &arena);
    unsent.bases = arena_calloc(&arena, r->in_flight.n + r->pending.n + 1, sizeof(*unsent.bases));
    ASSERT(unsent.bases);
    save_bases(r, &r->in_flight, unsent.bases, &unsent.n_bases, &arena);
    save_bases(r, &r->pending, unsent.bases, &unsent.n_bases, &arena);
    len = cocanvas__outbox__unsent__get_packed_size(&unsent);
    cocanvas__outbox__unsent__pack(&unsent, buf_reserve(out, len));
    buf_wrote(out, len);
    arena_fini(&arena);
}

/* ---------------------------------------------------------------- restoring */

static void restore_list(struct own_list *list, Cocanvas__Outbox__UnsentOp *const *ops, size_t n, uint64_t *next_step)
{
    for (size_t i = 0; i < n; i++) {
        struct own_op *own = own_new(ops[i]->op, ops[i]->time_ms, ops[i]->first_step);

        own->last_step = ops[i]->last_step;
        own->anonymous = ops[i]->anonymous;
        own->written_seq = ops[i]->written_seq;
        if (own->last_step > *next_step)
            *next_step = own->last_step;
        own_list_append(list, own);
    }
}

/* protobuf-c keeps unknown fields, even such as it cannot read again after writing them. */
static bool can_be_copied(const Cocanvas__Op *op)
{
    struct arena arena;
    bool copied;

    arena_init(&arena, REPLICA_ARENA_BYTES);
    copied = op_dup(op, &arena) != NULL;
    arena_fini(&arena);
    return copied;
}

/* The file may be damaged: nothing in it is used before all of it was looked at. */
static enum status check_list(Cocanvas__Outbox__UnsentOp *const *ops, size_t n, struct why *why)
{
    const struct canvas_limits no_limits = {0};
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        bool noop =
            ops[i]->op && ops[i]->op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT && ops[i]->op->text_edit->n_steps == 0;

        if (!ops[i]->op || !can_be_copied(ops[i]->op))
            st = refuse(why, STATUS_MALFORMED, "an unsent edit cannot be read");
        else if (!noop) /* others did in the meantime what it would have done */
            st = op_check(ops[i]->op, &no_limits, why);
        if (st == STATUS_OK)
            st = check_text_steps(ops[i]->op, why);
    }
    return st;
}

static enum status check_unsent(const Cocanvas__Outbox__Unsent *unsent, struct why *why)
{
    enum status st = check_list(unsent->in_flight, unsent->n_in_flight, why);

    if (st == STATUS_OK)
        st = check_list(unsent->pending, unsent->n_pending, why);
    if (st == STATUS_OK &&
        (unsent->in_flight_seq ? unsent->in_flight_seq != unsent->client_seq : unsent->n_in_flight > 0))
        st = refuse(why, STATUS_MALFORMED, "the numbers of the unsent edits do not fit together");
    for (size_t i = 0; i < unsent->n_in_flight && st == STATUS_OK; i++)
        if (unsent->in_flight[i]->anonymous != (unsent->in_flight_mark != 0))
            st = refuse(why, STATUS_MALFORMED, "an unsent batch has a name and has none");
    for (size_t i = 0; i < unsent->n_bases && st == STATUS_OK; i++)
        if (!utf8_check(unsent->bases[i]->text, strlen(unsent->bases[i]->text), NULL))
            st = refuse(why, STATUS_BAD_TEXT, "a text beside the unsent edits is not valid");
    return st;
}

static void take_unsent(struct replica *r, const Cocanvas__Outbox__Unsent *unsent)
{
    r->last_client_seq = unsent->client_seq;
    r->client = unsent->client;
    r->last_object = r->used_object = unsent->last_object;
    r->own_base = unsent->base_seq;
    r->epoch = unsent->base_epoch;
    r->in_flight_seq = unsent->in_flight_seq;
    r->in_flight_base = unsent->in_flight_base;
    r->in_flight_undo_of = unsent->in_flight_undo_of;
    r->in_flight_mark = unsent->in_flight_mark;
    restore_list(&r->in_flight, unsent->in_flight, unsent->n_in_flight, &r->next_step);
    restore_list(&r->pending, unsent->pending, unsent->n_pending, &r->next_step);
    for (size_t i = 0; i < unsent->n_bases; i++)
        bases_add(r, unsent->bases[i]->object, unsent->bases[i]->key, unsent->bases[i]->text,
                  strlen(unsent->bases[i]->text));
}

enum status replica_restore_unsent(struct replica *r, const uint8_t *bytes, size_t len, struct why *why)
{
    Cocanvas__Outbox__Unsent *unsent = cocanvas__outbox__unsent__unpack(NULL, len, bytes);
    enum status st;

    if (!unsent)
        return refuse(why, STATUS_MALFORMED, "the file of unsent edits is damaged");
    st = check_unsent(unsent, why);
    if (st == STATUS_OK)
        take_unsent(r, unsent);
    cocanvas__outbox__unsent__free_unpacked(unsent, NULL);
    return st;
}
