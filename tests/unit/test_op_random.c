/* Random ops: whatever is tried, refused batches leave no trace, hashes kept in passing equal hashes made anew,
 * everyone who applies the committed batches has the same bytes (P4), and inverses bring back what was seen. Each run
 * prints its seed when it fails; COCANVAS_SEED repeats it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/op_help.h"

enum { CLIENTS = 3, MOST_OPS = 6 };

struct session {
    struct canvas server, replica;
    struct op_actor actors[CLIENTS];
    struct arena arena;
    struct dice dice;
    struct rng rng;
    unsigned accepted, refused;
};

static void session_init(struct session *s, uint64_t seed)
{
    *s = (struct session){.rng = {seed}};
    s->dice = (struct dice){.rng = &s->rng};
    static const struct canvas_limits limits = {.text_points = 60, .cards = 60, .objects = 50};
    small_canvas(&s->server, &limits);
    canvas_init(&s->replica, NULL);
    canvas_copy(&s->replica, &s->server);
    arena_init(&s->arena, 64 << 20);
    for (uint32_t i = 0; i < CLIENTS; i++)
        s->actors[i] = (struct op_actor){.client = i + 1, .author = i + 10};
}

static void session_fini(struct session *s)
{
    canvas_fini(&s->server);
    canvas_fini(&s->replica);
    arena_fini(&s->arena);
}

static size_t random_batch(struct session *s, const struct op_actor *actor, Cocanvas__Op *ops[MOST_OPS])
{
    size_t n = 1 + dice_below(&s->dice, dice_is(&s->dice, 2) ? 1 : MOST_OPS);
    for (size_t i = 0; i < n; i++) {
        ops[i] =
            dice_op(&s->dice, &s->server, object_id(actor->client, actor->last_object + 1 + (uint32_t)i), &s->arena);
        /* Cards of one batch often go one after another. */
        if (i > 0 && ops[i]->kind_case == COCANVAS__OP__KIND_CARD_CREATE &&
            ops[i - 1]->kind_case == COCANVAS__OP__KIND_CARD_CREATE) {
            ops[i]->card_create->place->block = ops[i - 1]->card_create->place->block;
            ops[i]->card_create->place->after = ops[i - 1]->card_create->id;
        }
    }
    return n;
}

/* The server's way of a batch; true if it was committed. */
static bool serve(struct session *s, struct op_actor *actor, size_t n, Cocanvas__Op **ops)
{
    uint32_t bad_op;
    struct why why = {""};
    enum status status = batch_check(n, ops, &s->server.limits, &bad_op, &why);
    if (status == STATUS_OK)
        status = batch_resolve_apply(&s->server, n, ops, actor, &s->arena, &bad_op, &why);
    assert_true(status == STATUS_OK || (why.text[0] != '\0' && bad_op < n));
    assert_int_not_equal(status, STATUS_INTERNAL);
    if (status == STATUS_OK)
        s->server.seq++;
    return status == STATUS_OK;
}

/* The committed batch through bytes, as a client gets it. */
static void follow(struct session *s, const struct op_actor *actor, size_t n, Cocanvas__Op **ops)
{
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    struct why why = {""};
    batch.seq = s->server.seq;
    batch.client = actor->client;
    batch.author = actor->author;
    batch.time_ms = actor->time_ms;
    batch.n_ops = n;
    batch.ops = ops;
    size_t len = cocanvas__committed__get_packed_size(&batch);
    uint8_t *bytes = arena_alloc(&s->arena, len);
    cocanvas__committed__pack(&batch, bytes);
    Cocanvas__Committed *received = cocanvas__committed__unpack(arena_allocator(&s->arena), len, bytes);
    assert_non_null(received);
    enum status status = batch_apply_committed(&s->replica, received, &why);
    if (status != STATUS_OK)
        fail_msg("the replica refuses seq %lu: %s: %s", (unsigned long)batch.seq, status_name(status), why.text);
}

static void step(struct session *s)
{
    Cocanvas__Op *ops[MOST_OPS];
    struct op_actor *actor = &s->actors[dice_below(&s->dice, CLIENTS)];
    actor->seq = s->server.seq + 1;
    actor->base_seq =
        dice_is(&s->dice, 3) && s->server.seq > 3 ? s->server.seq - dice_below(&s->dice, 4) : s->server.seq;
    actor->time_ms++;
    size_t n = random_batch(s, actor, ops);
    uint64_t hash = canvas_hash(&s->server);
    uint32_t last_object = actor->last_object;
    if (serve(s, actor, n, ops)) {
        s->accepted++;
        follow(s, actor, n, ops);
        assert_int_equal(canvas_hash(&s->replica), canvas_hash(&s->server));
    } else {
        s->refused++;
        assert_int_equal(canvas_hash(&s->server), hash);
        assert_int_equal(actor->last_object, last_object);
    }
    assert_null(s->server.undo);
    audit_lists(&s->server);
    arena_reset(&s->arena);
}

static void sessions_converge(void **state)
{
    (void)state;
    uint64_t first = rng_seed(1);
    unsigned accepted = 0, refused = 0;
    for (uint64_t seed = first; seed < first + 150; seed++) {
        struct session s;
        session_init(&s, seed);
        for (int i = 0; i < 120; i++)
            step(&s);
        audit(&s.server);
        if (!same_state(&s.server, &s.replica))
            fail_msg("seed %lu: the replica's bytes differ", (unsigned long)seed);
        accepted += s.accepted;
        refused += s.refused;
        session_fini(&s);
    }
    /* The generator must try both, or this test tests little. */
    assert_true(accepted > 4000 && refused > 2000);
}

/* Taking back a batch's ops, the last one first, brings back what people saw, if nobody else did anything in between.
 */
static void inverses_restore(void **state)
{
    (void)state;
    uint64_t first = rng_seed(1000);
    unsigned inverted = 0;
    for (uint64_t seed = first; seed < first + 60; seed++) {
        struct session s;
        session_init(&s, seed);
        s.server.limits = (struct canvas_limits){0};
        for (int i = 0; i < 80; i++) {
            struct op_actor *actor = &s.actors[0];
            struct buf before, after;
            uint32_t bad_op;
            struct why why;
            Cocanvas__Op *ops[MOST_OPS], *inverse[MOST_OPS];
            size_t n_inverse = 0;
            buf_init(&before);
            buf_init(&after);
            visible_state(&s.server, &before);
            actor->seq = s.server.seq + 1;
            actor->base_seq = s.server.seq;
            size_t n = random_batch(&s, actor, ops);
            canvas_begin(&s.server);
            bool ok = batch_check(n, ops, NULL, &bad_op, &why) == STATUS_OK;
            for (size_t j = 0; j < n && ok; j++) {
                ok = op_resolve(&s.server, ops[j], actor, &s.arena, &why) == STATUS_OK;
                if (ok)
                    n_inverse +=
                        op_invert(&s.server, ops[j], actor, &s.arena, &inverse[n_inverse], MOST_OPS - n_inverse);
                ok = ok && op_apply(&s.server, ops[j], actor, &why) == STATUS_OK;
            }
            for (size_t j = n_inverse; j-- > 0 && ok;) {
                struct op_actor undoer = {
                    .client = 1, .author = actor->author, .base_seq = actor->base_seq, .seq = actor->seq + 1};
                if (op_check(inverse[j], NULL, &why) != STATUS_OK ||
                    op_resolve(&s.server, inverse[j], &undoer, &s.arena, &why) != STATUS_OK ||
                    op_apply(&s.server, inverse[j], &undoer, &why) != STATUS_OK)
                    fail_msg("seed %lu step %d: %s cannot be taken back: %s", (unsigned long)seed, i,
                             op_kind_name(inverse[j]), why.text);
                inverted++;
            }
            if (ok)
                visible_state(&s.server, &after);
            if (ok &&
                (buf_len(&before) != buf_len(&after) || memcmp(buf_at(&before), buf_at(&after), buf_len(&before)) != 0))
                fail_msg("seed %lu step %d: another state after undo (%s)", (unsigned long)seed, i,
                         op_kind_name(ops[n - 1]));
            canvas_rollback(&s.server);
            audit_lists(&s.server);
            buf_fini(&before);
            buf_fini(&after);
            step(&s);
        }
        session_fini(&s);
    }
    assert_true(inverted > 1000);
}

/* Rolling back many batches' worth of changes at once, as a replica does with its own edits. */
static void deep_rollback(void **state)
{
    (void)state;
    uint64_t first = rng_seed(5000);
    for (uint64_t seed = first; seed < first + 60; seed++) {
        struct session s;
        session_init(&s, seed);
        for (int i = 0; i < 60; i++)
            step(&s);
        uint64_t hash = canvas_hash(&s.server);
        canvas_begin(&s.server);
        for (int i = 0; i < 60; i++) {
            struct op_actor *actor = &s.actors[0];
            struct why why;
            Cocanvas__Op *op = dice_op(&s.dice, &s.server, object_id(1, actor->last_object + 1), &s.arena);
            actor->base_seq = 0;
            actor->seq = s.server.seq + 1;
            if (op_check(op, NULL, &why) == STATUS_OK && op_resolve(&s.server, op, actor, &s.arena, &why) == STATUS_OK)
                assert_int_equal(op_apply(&s.server, op, actor, &why), STATUS_OK);
            if (dice_is(&s.dice, 10))
                canvas_hash(&s.server);
        }
        canvas_rollback(&s.server);
        assert_int_equal(canvas_hash(&s.server), hash);
        assert_true(same_state(&s.server, &s.replica));
        audit(&s.server);
        session_fini(&s);
    }
}

/* Thousands of cards at the same place: keys grow, re-spreads keep them short and the order as it is. */
static void respreads_keep_order(void **state)
{
    (void)state;
    struct session s;
    session_init(&s, 1);
    s.server.limits = (struct canvas_limits){0};
    struct op_actor *actor = &s.actors[0];
    unsigned respreads = 0;
    size_t longest = 0;
    const struct block *block = canvas_block(&s.server, 1);
    for (uint32_t i = 0; i < 4000; i++) {
        /* The first 1,500 at the end; then alternately directly after a card in the middle and before the last one
         * put there. */
        Cocanvas__Op *op =
            card_create(&s.arena, object_id(1, i + 1), 1, i < 1500 ? 0 : object_id(1, i % 2 == 0 ? 750 : i), "");
        actor->seq = s.server.seq + 1;
        actor->base_seq = s.server.seq;
        assert_true(serve(&s, actor, 1, &op));
        follow(&s, actor, 1, &op);
        size_t len = strlen(op->card_create->place->order_key);
        longest = len > longest ? len : longest;
        Cocanvas__Op *keys = op_respread(&s.server, op_placed_block(&s.server, op), &s.arena);
        if (keys != NULL) {
            struct why why;
            struct op_actor system = {.seq = s.server.seq + 1};
            uint64_t before = block->cards[800]->o.id;
            assert_true(keys->respread->n_cards < block->n_cards); /* the neighbourhood is enough */
            assert_int_equal(op_apply(&s.server, keys, &system, &why), STATUS_OK);
            s.server.seq++;
            follow(&s, &system, 1, &keys);
            assert_int_equal(block->cards[800]->o.id, before);
            respreads++;
        }
        arena_reset(&s.arena);
    }
    assert_true(respreads > 3 && respreads < 200);
    assert_true(longest <= ORDER_KEY_RESPREAD + 2);
    audit(&s.server);
    assert_true(same_state(&s.server, &s.replica));
    session_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_converge),
        cmocka_unit_test(inverses_restore),
        cmocka_unit_test(deep_rollback),
        cmocka_unit_test(respreads_keep_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
