/* Batches: all ops or none; keys for runs of new cards; and the re-spread of a block whose keys grew too long. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/op_internal.h"
#include "common/order.h"

/* A single op needs no rollback: op_apply() changes nothing if it refuses. */
static bool begin(struct canvas *c, size_t n_ops)
{
    if (n_ops < 2)
        return false;
    canvas_begin(c);
    return true;
}

static void end(struct canvas *c, bool began, enum status status)
{
    if (!began)
        return;
    if (status == STATUS_OK)
        canvas_commit(c);
    else
        canvas_rollback(c);
}

/* ---- runs: cards that are pasted one after another get keys that share their gap evenly, so that keys stay short */

struct run {
    size_t left;            /* ops that still take a key */
    struct order_key *keys; /* the next one first; owned through `all` */
    struct order_key *all;
};

/* How many ops from `at` on create cards of which each goes directly after the one before. */
static size_t run_length(size_t n_ops, Cocanvas__Op *const *ops, size_t at)
{
    size_t n = 0;
    for (size_t i = at; i < n_ops && ops[i]->kind_case == COCANVAS__OP__KIND_CARD_CREATE; i++) {
        const Cocanvas__Place *place = ops[i]->card_create->place;
        if (i > at) {
            const Cocanvas__CardCreate *before = ops[i - 1]->card_create;
            if (place->first || place->after != before->id || place->block != before->place->block)
                break;
        }
        n++;
    }
    return n;
}

/* Starts a run at op `at` if there is one; without keys the ops are resolved one by one. */
static void run_start(struct run *run, const struct canvas *c, size_t n_ops, Cocanvas__Op *const *ops, size_t at)
{
    const char *low, *high;
    size_t n = run_length(n_ops, ops, at);
    if (n < 2 || place_gap(c, ops[at]->card_create->place, NULL, &low, &high, NULL) != STATUS_OK)
        return;
    free(run->all);
    run->all = run->keys = xcalloc(n, sizeof *run->keys);
    run->left = order_n_between(low, high, n, run->keys) == STATUS_OK ? n : 0;
}

static const char *run_next(struct run *run)
{
    if (run->left == 0)
        return NULL;
    run->left--;
    return (run->keys++)->text;
}

enum status batch_resolve_apply(struct canvas *c, size_t n_ops, Cocanvas__Op **ops, struct op_actor *actor,
                                struct arena *arena, uint32_t *bad_op, struct why *why)
{
    uint32_t last_object = actor->last_object;
    bool began = begin(c, n_ops);
    struct run run = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n_ops && status == STATUS_OK; i++) {
        *bad_op = (uint32_t)i;
        if (run.left == 0)
            run_start(&run, c, n_ops, ops, i);
        status = resolve_with_key(c, ops[i], actor, arena, run_next(&run), why);
        if (status == STATUS_OK)
            status = op_apply(c, ops[i], actor, why);
    }
    end(c, began, status);
    free(run.all);
    if (status != STATUS_OK)
        actor->last_object = last_object;
    return status;
}

enum status batch_apply_committed(struct canvas *c, const Cocanvas__Committed *batch, struct why *why)
{
    if (batch->seq != c->seq + 1)
        return refuse(why, STATUS_OUT_OF_ORDER, "batch %llu does not follow %llu", (unsigned long long)batch->seq,
                      (unsigned long long)c->seq);
    struct op_actor actor = {
        .client = (uint32_t)batch->client,
        .author = batch->author,
        .time_ms = batch->time_ms,
        .base_seq = batch->seq - 1,
        .seq = batch->seq,
    };
    bool began = begin(c, batch->n_ops);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < batch->n_ops && status == STATUS_OK; i++) {
        status = op_check_committed(batch->ops[i], why);
        if (status == STATUS_OK)
            status = op_apply(c, batch->ops[i], &actor, why);
    }
    end(c, began, status);
    if (status == STATUS_OK)
        c->seq = batch->seq;
    return status;
}

/* ---- re-spreading */

enum { RESPREAD_REACH = 512 }; /* cards on either side of a long key that are re-keyed with it, if that is enough */

/* New keys for the cards [from, to) of the block; false if they would be too long. */
static bool spread_keys(const struct block *block, uint32_t from, uint32_t to, struct order_key *keys)
{
    const char *low = from > 0 ? block->cards[from - 1]->order_key : "";
    const char *high = to < block->n_cards ? block->cards[to]->order_key : "";
    if (order_n_between(low, high, to - from, keys) != STATUS_OK)
        return false;
    for (uint32_t i = 0; i < to - from; i++) {
        if (keys[i].len > ORDER_KEY_RESPREAD)
            return false;
    }
    return true;
}

static Cocanvas__Op *respread_op(const struct block *block, uint32_t from, uint32_t to, const struct order_key *keys,
                                 struct arena *arena)
{
    size_t n = to - from;
    Cocanvas__Op *op = pbc_new(arena, &cocanvas__op__descriptor);
    Cocanvas__Respread *m = pbc_new(arena, &cocanvas__respread__descriptor);
    if (op == NULL || m == NULL)
        return NULL;
    op->kind_case = COCANVAS__OP__KIND_RESPREAD;
    op->respread = m;
    m->block = block->o.id;
    m->n_cards = m->n_keys = n;
    m->cards = arena_calloc(arena, n, sizeof *m->cards);
    m->keys = arena_calloc(arena, n, sizeof *m->keys);
    for (size_t i = 0; i < n && m->cards != NULL && m->keys != NULL; i++) {
        m->cards[i] = block->cards[from + i]->o.id;
        m->keys[i] = arena_strndup(arena, keys[i].text, keys[i].len);
        if (m->keys[i] == NULL)
            return NULL;
    }
    return m->cards != NULL && m->keys != NULL ? op : NULL;
}

Cocanvas__Op *op_respread(const struct canvas *c, const struct block *block, struct arena *arena)
{
    (void)c;
    if (block->n_long_keys == 0)
        return NULL;
    uint32_t first = 0, last = block->n_cards;
    while (strlen(block->cards[first]->order_key) <= ORDER_KEY_RESPREAD)
        first++;
    while (strlen(block->cards[last - 1]->order_key) <= ORDER_KEY_RESPREAD)
        last--;
    uint32_t from = first > RESPREAD_REACH ? first - RESPREAD_REACH : 0;
    uint32_t to = block->n_cards - last > RESPREAD_REACH ? last + RESPREAD_REACH : block->n_cards;
    struct order_key *keys = xcalloc(block->n_cards, sizeof *keys);
    Cocanvas__Op *op = NULL;
    if (spread_keys(block, from, to, keys))
        op = respread_op(block, from, to, keys, arena);
    else if (spread_keys(block, 0, block->n_cards, keys))
        op = respread_op(block, 0, block->n_cards, keys, arena);
    free(keys);
    return op;
}

struct block *op_placed_block(const struct canvas *c, const Cocanvas__Op *op)
{
    if (op->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
        return canvas_block(c, op->card_create->place->block);
    if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE)
        return canvas_block(c, op->card_move->place->block);
    return NULL;
}
