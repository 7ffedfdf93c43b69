/* A replica's life, its view, and committed batches (replica.h tells the whole).
 *
 * The view is a second canvas from the first local edit on. Own ops are laid over it inside one canvas_begin(), so
 * that canvas_rollback() takes exactly them off again: a batch of others costs its own ops and the objects that own
 * edits changed, never a copy of the canvas. */
#include "client/core/replica.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/canvas_internal.h"
#include "common/ids.h"

static const struct canvas_limits no_limits;

struct replica *replica_new(const struct canvas_limits *limits)
{
    struct replica *r = xcalloc(1, sizeof(*r));

    /* What the server committed is applied whatever today's limits are; they bind only local edits. */
    r->confirmed = xcalloc(1, sizeof(*r->confirmed));
    canvas_init(r->confirmed, &no_limits);
    replica_set_limits(r, limits);
    r->role = COCANVAS__ROLE__OWNER;
    arena_init(&r->arena, REPLICA_ARENA_BYTES);
    return r;
}

void replica_free(struct replica *r)
{
    if (!r)
        return;
    view_unwind(r);
    if (r->split)
        canvas_fini(&r->view);
    canvas_fini(r->confirmed);
    free(r->confirmed);
    own_list_clear(&r->in_flight);
    own_list_clear(&r->pending);
    step_stack_clear(&r->undo);
    step_stack_clear(&r->redo);
    bases_clear(r);
    backlog_clear(r);
    recent_clear(r);
    for (size_t i = 0; i < r->n_told; i++)
        text_op_fini(&r->told[i]);
    free(r->told);
    free(r->made);
    arena_fini(&r->arena);
    free(r);
}

void replica_on_event(struct replica *r, replica_event_cb *cb, void *ctx)
{
    r->event_cb = cb;
    r->event_ctx = ctx;
}

void replica_on_lost(struct replica *r, replica_lost_cb *cb, void *ctx)
{
    r->lost_cb = cb;
    r->lost_ctx = ctx;
}

void replica_tell(struct replica *r, const Cocanvas__Committed *batch, const Cocanvas__Op *op, bool own,
                  const struct text_op *text)
{
    const struct replica_event event = {.batch = batch, .op = op, .own = own, .text = text};

    if (r->event_cb)
        r->event_cb(r->event_ctx, &event);
}

void replica_tell_local(struct replica *r, const Cocanvas__Op *op)
{
    uint64_t object;
    const char *key;
    struct text_op text;

    if (!op || !op_text_target(op, &object, &key)) {
        replica_tell(r, NULL, op, true, NULL);
        return;
    }
    text_op_init(&text);
    text_op_from_message(&text, op->text_edit);
    replica_tell(r, NULL, op, true, &text);
    text_op_fini(&text);
}

struct canvas *replica_confirmed(struct replica *r)
{
    return r->confirmed;
}

uint64_t replica_seq(const struct replica *r)
{
    return r->confirmed->seq;
}

uint64_t replica_hash(struct replica *r)
{
    return canvas_hash(r->confirmed);
}

void replica_set_limits(struct replica *r, const struct canvas_limits *limits)
{
    r->limits = limits ? *limits : no_limits;
}

const struct canvas_limits *replica_limits(const struct replica *r)
{
    return &r->limits;
}

void replica_set_identity(struct replica *r, uint32_t client, uint32_t author, uint32_t last_object,
                          uint64_t acked_client_seq)
{
    r->client = client;
    r->author = author;
    if (last_object > r->last_object)
        r->last_object = last_object;
    if (last_object > r->used_object)
        r->used_object = last_object;
    /* What is not in flight was answered; the server's word on the last number counts, so that the next one follows
     * it. */
    if (!r->in_flight_seq || acked_client_seq > r->last_client_seq)
        r->last_client_seq = acked_client_seq;
    if (acked_client_seq > r->acked)
        r->acked = acked_client_seq;
}

uint32_t replica_client(const struct replica *r)
{
    return r->client;
}

void replica_set_role(struct replica *r, int role)
{
    r->role = role;
}

uint32_t replica_author(const struct replica *r)
{
    return r->author;
}

bool replica_is_anonymous(struct replica *r)
{
    return canvas_is_anonymous(replica_view(r));
}

struct op_actor replica_actor(const struct replica *r, bool anonymous, int64_t time_ms, uint64_t base_seq, uint32_t last_object)
{
    return (struct op_actor){.client = anonymous ? CLIENT_ANONYMOUS : r->client,
                             .author = anonymous ? AUTHOR_ANONYMOUS : r->author,
                             .time_ms = time_ms,
                             .base_seq = base_seq,
                             .seq = r->confirmed->seq + 1,
                             .last_object = last_object};
}

static uint64_t next_anonymous_id(const struct canvas *view)
{
    uint64_t id;

    do
        id = object_id_anonymous();
    while (canvas_id_used(view, id));
    return id;
}

uint64_t replica_next_id(struct replica *r)
{
    if (replica_is_anonymous(r))
        return next_anonymous_id(replica_view(r));
    ASSERT(r->last_object < UINT32_MAX);
    return object_id(r->client, ++r->last_object);
}

bool replica_has_pending(const struct replica *r)
{
    return r->pending.n > 0;
}

bool replica_in_flight(const struct replica *r)
{
    return r->in_flight_seq != 0;
}

size_t replica_unsent_ops(const struct replica *r)
{
    return r->in_flight.n + r->pending.n;
}

uint64_t replica_last_client_seq(const struct replica *r)
{
    return r->last_client_seq;
}

uint64_t replica_in_flight_mark(const struct replica *r)
{
    return r->in_flight_mark;
}

bool replica_is_answer(const struct replica *r, const Cocanvas__Committed *batch)
{
    if (!r->in_flight_seq)
        return false;
    if (r->in_flight_mark)
        return batch->mark == r->in_flight_mark;
    return r->client && batch->client == r->client && batch->client_seq == r->in_flight_seq;
}

bool has_own_ops(const struct replica *r)
{
    return r->in_flight.n || r->pending.n || r->in_flight_seq;
}

bool own_ops_settled(const struct replica *r)
{
    return r->own_base == r->confirmed->seq;
}

/* ---------------------------------------------------------------- the view */

void view_unwind(struct replica *r)
{
    if (!r->laid)
        return;
    canvas_rollback(&r->view);
    r->laid = false;
}

/* Predicts what the server will make of an own op; one that does not fit is left out of the view, not out of the
 * list. */
static void predict(struct replica *r, struct own_op *own, uint64_t base_seq, uint32_t *last_object)
{
    struct op_actor actor = replica_actor(r, own->anonymous, own->time_ms, base_seq, *last_object);
    Cocanvas__Op *op;

    own->refused = own->broken ? STATUS_BAD_OP : STATUS_OK;
    if (own->broken || own_is_noop(own))
        return;
    arena_reset(&r->arena);
    op = own_message(own, &r->arena);
    if (!op) {
        own->refused = STATUS_TOO_LARGE;
        return;
    }
    own->refused = op_resolve(&r->view, op, &actor, &r->arena, NULL);
    if (own->refused == STATUS_OK)
        own->refused = op_apply(&r->view, op, &actor, NULL);
    if (own->refused == STATUS_OK)
        *last_object = actor.last_object;
}

/* What others do can make an op fit no more, or again; no event tells of it, since the view is laid when it is asked for. */
static void lay_op(struct replica *r, struct own_op *own, uint64_t base_seq, uint32_t *last_object)
{
    bool fitted = own->refused == STATUS_OK;

    predict(r, own, base_seq, last_object);
    r->jumped |= fitted != (own->refused == STATUS_OK);
}

void view_lay(struct replica *r)
{
    uint32_t last_object = 0;

    if (r->laid)
        return;
    if (!r->split) {
        canvas_init(&r->view, &no_limits);
        canvas_copy(&r->view, r->confirmed);
        r->split = true;
    }
    r->view.limits =
        no_limits; /* ours were within them when typed; growth by others must not push them out of the view */
    canvas_begin(&r->view);
    r->laid = true;
    if (!own_ops_settled(r))
        return;
    for (size_t i = 0; i < r->in_flight.n; i++)
        lay_op(r, r->in_flight.at[i], r->in_flight_base, &last_object);
    for (size_t i = 0; i < r->pending.n; i++)
        lay_op(r, r->pending.at[i], UINT64_MAX, &last_object);
}

const struct canvas *replica_view(struct replica *r)
{
    if (has_own_ops(r))
        view_lay(r);
    else
        view_unwind(r); /* what was typed and taken back again leaves stamps behind */
    return r->split ? &r->view : r->confirmed;
}

bool replica_view_jumped(struct replica *r)
{
    (void)replica_view(r);
    bool jumped = r->jumped;
    r->jumped = false;
    return jumped;
}

/* ---------------------------------------------------------------- committed batches */

static void apply_to_view(struct replica *r, const Cocanvas__Committed *batch)
{
    if (!r->split)
        return;
    if (batch_apply_committed(&r->view, batch, NULL) != STATUS_OK) {
        canvas_fini(&r->view);
        r->split = false;
    }
}

enum status replica_committed(struct replica *r, const Cocanvas__Committed *batch, struct why *why)
{
    bool own = replica_is_answer(r, batch) || (r->client && batch->client == r->client);
    enum status st;

    view_unwind(r);
    st = batch_apply_committed(r->confirmed, batch, why);
    if (st != STATUS_OK)
        return st;
    apply_to_view(r, batch);
    recent_add(r, batch);
    told_begin(r, batch->n_ops);
    if (r->own_base + 1 == batch->seq)
        st = rebase_batch(r, batch, &own, why);
    else
        backlog_add(r, batch);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < batch->n_ops; i++)
        replica_tell(r, batch, batch->ops[i], own, r->told[i].n_steps ? &r->told[i] : NULL);
    if (batch->n_ops == 0)
        replica_tell(r, batch, NULL, own, NULL);
    return STATUS_OK;
}
