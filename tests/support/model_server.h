/* A server in one process, for tests of replicas: orders batches as a room does (dedupe, transform over later edits,
 * resolve, apply, number), keeps the journal, answers openings. No network, no PostgreSQL; what is sent is packed
 * and unpacked on the way, as on the wire. */
#ifndef COCANVAS_TESTS_MODEL_SERVER_H
#define COCANVAS_TESTS_MODEL_SERVER_H

#include <string.h>

#include "common/buf.h"
#include "common/canvas.h"
#include "common/op.h"
#include "common/template.h"
#include "server/room/room_anonymous.h"
#include "wire.pb-c.h"

enum { MODEL_CLIENTS = 16 };

struct model_client {
    uint64_t last_client_seq;
    uint32_t last_object;
    struct buf last_reject; /* encoded Reject; empty: the last one was committed */
    bool reject_passes;     /* it is told once and not kept: of an anonymous batch */
    struct room_made *made;
};

struct model_server {
    struct canvas c;
    struct buf first_state; /* encoded CanvasState at seq 0 */
    struct buf *log;        /* log[i]: encoded Committed of seq i + 1 */
    uint64_t head;
    uint64_t oldest;                            /* first seq that is still kept */
    struct model_client clients[MODEL_CLIENTS]; /* by client number */
    enum text_side side;                        /* TEXT_LEFT; the other one is the fault that tests must find */
    bool compose;                               /* a fault: catch-up composes */
    int64_t now_ms;
    struct room_anonymous anonymous;
    bool switches; /* people switch "anonymous" on and off */
    struct arena arena;
    uint64_t duplicates, rejects, transforms;
};

static inline void model_init(struct model_server *s, const struct canvas_limits *limits)
{
    struct template *bmc = template_load("bmc");

    memset(s, 0, sizeof(*s));
    s->side = TEXT_LEFT;
    s->oldest = 1;
    s->now_ms = 1000;
    canvas_init(&s->c, limits);
    template_instantiate(bmc, "A test", &s->c);
    template_free(bmc);
    anonymous_begin(&s->anonymous, &s->c);
    buf_init(&s->first_state);
    canvas_encode(&s->c, &s->first_state);
    arena_init(&s->arena, 64 << 20);
    for (size_t i = 0; i < MODEL_CLIENTS; i++)
        buf_init(&s->clients[i].last_reject);
}

static inline void model_fini(struct model_server *s)
{
    for (uint64_t i = 0; i < s->head; i++)
        buf_fini(&s->log[i]);
    free(s->log);
    for (size_t i = 0; i < MODEL_CLIENTS; i++) {
        buf_fini(&s->clients[i].last_reject);
        free(s->clients[i].made);
    }
    anonymous_fini(&s->anonymous);
    buf_fini(&s->first_state);
    canvas_fini(&s->c);
    arena_fini(&s->arena);
}

static inline Cocanvas__Committed *model_batch(const struct model_server *s, uint64_t seq)
{
    const struct buf *bytes = &s->log[seq - 1];
    Cocanvas__Committed *batch = cocanvas__committed__unpack(NULL, buf_len(bytes), buf_at(bytes));

    ASSERT(batch);
    return batch;
}

static inline void model_append(struct model_server *s, uint32_t client, uint64_t client_seq, uint64_t undo_of,
                                uint64_t mark, size_t n_ops, Cocanvas__Op **ops)
{
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    size_t len;

    batch.seq = s->c.seq = ++s->head;
    batch.epoch = 1;
    batch.client = mark ? CLIENT_ANONYMOUS : client;
    batch.client_seq = mark ? 0 : client_seq;
    batch.author = mark ? AUTHOR_ANONYMOUS : client;
    batch.mark = mark;
    batch.time_ms = s->now_ms;
    batch.undo_of = undo_of;
    batch.n_ops = n_ops;
    batch.ops = ops;
    len = cocanvas__committed__get_packed_size(&batch);
    s->log = xrealloc(s->log, s->head * sizeof(*s->log));
    buf_init(&s->log[s->head - 1]);
    cocanvas__committed__pack(&batch, buf_reserve(&s->log[s->head - 1], len));
    buf_wrote(&s->log[s->head - 1], len);
    anonymous_applied(&s->anonymous, &s->c, &batch);
}

/* One text edit over all later ones of others. */
static inline enum status model_transform(struct model_server *s, Cocanvas__Op *op, uint64_t base_seq, uint32_t client,
                                          bool *noop, struct why *why)
{
    struct text_op own, over, next;
    uint64_t object;
    const char *key;
    enum status st = STATUS_OK;

    *noop = false;
    if (!op_text_target(op, &object, &key))
        return STATUS_OK;
    text_op_init(&own);
    text_op_init(&over);
    text_op_init(&next);
    text_op_from_message(&own, op->text_edit);
    for (uint64_t seq = base_seq + 1; seq <= s->head && st == STATUS_OK; seq++) {
        Cocanvas__Committed *batch = model_batch(s, seq);

        for (size_t i = 0; i < batch->n_ops && st == STATUS_OK; i++) {
            uint64_t other;
            const char *other_key;

            if (!op_text_target(batch->ops[i], &other, &other_key) || other != object || strcmp(key, other_key) != 0)
                continue;
            text_op_from_message(&over, batch->ops[i]->text_edit);
            if ((batch->client == client && !batch->mark) || over.pre_len != own.pre_len) {
                st = refuse(why, STATUS_BAD_OP, "pre_len %u, text has %u", own.pre_len, over.pre_len);
                break;
            }
            text_transform(&next, &own, &over, s->side);
            text_op_copy(&own, &next);
            s->transforms++;
        }
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    *noop = text_op_is_noop(&own);
    if (st == STATUS_OK && !*noop)
        op->text_edit = text_op_to_message(&own, op->text_edit, &s->arena);
    text_op_fini(&own);
    text_op_fini(&over);
    text_op_fini(&next);
    return st;
}

static inline enum status model_order(struct model_server *s, uint32_t client, Cocanvas__Submit *submit,
                                      uint32_t *bad_op, struct why *why)
{
    struct model_client *mc = &s->clients[client];
    struct op_actor actor = {.client = submit->anonymous ? CLIENT_ANONYMOUS : client,
                             .author = submit->anonymous ? AUTHOR_ANONYMOUS : client,
                             .time_ms = s->now_ms,
                             .base_seq = submit->base_seq,
                             .seq = s->c.seq + 1,
                             .last_object = mc->last_object};
    size_t kept = 0;
    enum status st;

    *bad_op = 0;
    if (submit->n_ops == 0)
        return refuse(why, STATUS_BAD_OP, "empty");
    if (submit->base_seq > s->head)
        return refuse(why, STATUS_BAD_OP, "base from the future");
    if (submit->base_seq + 1 < s->oldest)
        return refuse(why, STATUS_STALE, "too old");
    st = batch_check(submit->n_ops, submit->ops, &s->c.limits, bad_op, why);
    if (st == STATUS_OK)
        st = anonymous_check(&s->anonymous, &s->c, submit, bad_op, why);
    for (size_t i = 0; i < submit->n_ops && st == STATUS_OK; i++) {
        bool noop;

        *bad_op = (uint32_t)i;
        st = model_transform(s, submit->ops[i], submit->base_seq, client, &noop, why);
        if (!noop)
            submit->ops[kept++] = submit->ops[i];
    }
    if (st != STATUS_OK)
        return st;
    submit->n_ops = kept;
    st = batch_resolve_apply(&s->c, submit->n_ops, submit->ops, &actor, &s->arena, bad_op, why);
    if (st != STATUS_OK)
        return st;
    mc->last_object = actor.last_object;
    if (submit->anonymous)
        made_note(&mc->made, submit);
    model_append(s, client, submit->client_seq, submit->undo_of, submit->mark, submit->n_ops, submit->ops);
    return STATUS_OK;
}

static inline void model_respread(struct model_server *s, Cocanvas__Submit *submit)
{
    for (size_t i = 0; i < submit->n_ops; i++) {
        struct block *block = op_placed_block(&s->c, submit->ops[i]);
        Cocanvas__Op *op = block ? op_respread(&s->c, block, &s->arena) : NULL;
        struct op_actor actor = {.time_ms = s->now_ms, .base_seq = UINT64_MAX, .seq = s->c.seq + 1};

        if (op && op_apply(&s->c, op, &actor, NULL) == STATUS_OK)
            model_append(s, 0, 0, 0, 0, 1, &op);
    }
}

static inline void model_reject(struct model_server *s, uint32_t client, const Cocanvas__Submit *submit, enum status code,
                                uint32_t op, struct why *why)
{
    Cocanvas__Reject reject;
    struct model_client *mc = &s->clients[client];
    size_t len;

    cocanvas__reject__init(&reject);
    reject.client_seq = submit->client_seq;
    reject.mark = submit->mark;
    reject.code = (Cocanvas__ErrorCode)code;
    reject.detail = why->text;
    reject.at_seq = s->head;
    reject.op = op;
    len = cocanvas__reject__get_packed_size(&reject);
    cocanvas__reject__pack(&reject, buf_reserve(&mc->last_reject, len));
    buf_wrote(&mc->last_reject, len);
    s->rejects++;
}

/* An encoded Submit. force: refuse it with that code (OK: judge it). True: it was answered by a Reject, now in
 * clients[].last_reject. */
static inline bool model_submit(struct model_server *s, uint32_t client, const struct buf *bytes, enum status force,
                                uint32_t force_op)
{
    struct model_client *mc = &s->clients[client];
    struct why why = {"refused by the test"};
    Cocanvas__Submit *submit;
    uint32_t bad_op = 0;
    enum status st;

    arena_reset(&s->arena);
    submit = cocanvas__submit__unpack(arena_allocator(&s->arena), buf_len(bytes), buf_at(bytes));
    ASSERT(submit);
    if (submit->client_seq <= mc->last_client_seq || anonymous_known(&s->anonymous, submit->mark)) {
        s->duplicates++;
        return false;
    }
    ASSERT(submit->client_seq == mc->last_client_seq + 1);
    s->now_ms++;
    mc->last_client_seq += submit->anonymous ? 0 : 1;
    mc->reject_passes = submit->anonymous;
    buf_clear(&mc->last_reject, SIZE_MAX);
    st = force;
    if (force == STATUS_OK)
        st = model_order(s, client, submit, &bad_op, &why);
    else
        bad_op = submit->n_ops ? force_op % (uint32_t)submit->n_ops : 0;
    if (st == STATUS_OK) {
        model_respread(s, submit);
        return false;
    }
    model_reject(s, client, submit, st, bad_op, &why);
    return true;
}

/* The state that a replay of the whole journal leads to has the same hash. */
static inline bool model_replay_agrees(struct model_server *s)
{
    struct canvas replay;
    bool same = true;

    canvas_init(&replay, NULL);
    ASSERT(canvas_decode(&replay, buf_at(&s->first_state), buf_len(&s->first_state), NULL) == STATUS_OK);
    for (uint64_t seq = 1; seq <= s->head && same; seq++) {
        Cocanvas__Committed *batch = model_batch(s, seq);

        same = batch_apply_committed(&replay, batch, NULL) == STATUS_OK;
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    same = same && canvas_hash(&replay) == canvas_hash(&s->c);
    canvas_fini(&replay);
    return same;
}

#endif
