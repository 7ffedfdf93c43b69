/* A backup was put back: what a replica holds, and what its unsent edits rest on, is another history. Its unsent edits are laid over
 * what stands there now, under the number that it has there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "client/core/replica.h"
#include "tests/support/op_help.h"

enum { BLOCK = 1, CARD = 2, OLD = 7, NEW = 1008, AUTHOR = 3 };
#define EPOCH(history, takes) ((uint64_t)(history) << EPOCH_BITS | (takes))

struct stage {
    struct arena arena;
    struct replica *r;
    size_t lost;
};

static void on_lost(void *ctx, uint64_t object, const char *key, const char *text, size_t len, enum status code)
{
    (void)object, (void)key, (void)text, (void)len, (void)code;
    ((struct stage *)ctx)->lost++;
}

static struct replica *new_replica(struct stage *t)
{
    struct replica *r = replica_new(NULL);
    replica_on_lost(r, on_lost, t);
    return r;
}

/* A canvas with one block and one card, at some seq. */
static void load(struct stage *t, uint64_t seq, const char *text)
{
    struct canvas_limits no_limits = {0};
    struct canvas c;
    struct buf bytes;
    struct why why;
    struct op_actor server = {.author = 1, .base_seq = UINT64_MAX, .seq = 1};
    Cocanvas__Op *ops[] = {block_add(&t->arena, BLOCK, "kp", "Partners"), card_create(&t->arena, CARD, BLOCK, 0, text)};
    uint32_t bad;
    canvas_init(&c, &no_limits);
    assert_int_equal(batch_resolve_apply(&c, 2, ops, &server, &t->arena, &bad, &why), STATUS_OK);
    c.seq = seq;
    buf_init(&bytes);
    canvas_encode(&c, &bytes);
    assert_int_equal(replica_load(t->r, buf_at(&bytes), buf_len(&bytes), 0, &why), STATUS_OK);
    buf_fini(&bytes);
    canvas_fini(&c);
}

static int setup(void **state)
{
    struct stage *t = xcalloc(1, sizeof *t);
    arena_init(&t->arena, 8 << 20);
    t->r = new_replica(t);
    replica_set_epoch(t->r, EPOCH(100, 3));
    replica_set_identity(t->r, OLD, AUTHOR, 20, 4);
    load(t, 50, "bread and cake");
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct stage *t = *state;
    replica_free(t->r);
    arena_fini(&t->arena);
    free(t);
    return 0;
}

#define HISTORY_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void type(struct stage *t, uint64_t card, uint32_t at, const char *words)
{
    struct why why;
    assert_int_equal(replica_text_splice(t->r, card, "", at, 0, words, strlen(words), 1, false, &why), STATUS_OK);
}

/* In flight: "fresh " before the bread; pending: a card, and words on it. */
static uint64_t work(struct stage *t)
{
    struct why why;
    size_t dropped;
    type(t, CARD, 0, "fresh ");
    assert_true(replica_seal(t->r, 100, 100000, &dropped));
    uint64_t mine = replica_next_id(t->r);
    Cocanvas__Op *create = card_create(&t->arena, mine, BLOCK, CARD, "mi");
    assert_int_equal(replica_edit(t->r, 1, &create, 1, false, &why), STATUS_OK);
    type(t, mine, 2, "lk");
    return mine;
}

static const char *text_of(struct stage *t, uint64_t card)
{
    const struct text *text = canvas_text(replica_view(t->r), card, "");
    return text ? text->bytes : "(none)";
}

static void go_on(struct stage *t, uint32_t number, uint64_t acked)
{
    assert_true(replica_other_history(t->r, EPOCH(101, 1)));
    replica_begin_history(t->r, EPOCH(101, 1), number, acked);
    replica_set_identity(t->r, number, AUTHOR, 0, acked);
    load(t, 60, "bread and butter, and cake");
    uint64_t from, to;
    assert_false(replica_history_wanted(t->r, &from, &to));
    assert_false(replica_other_history(t->r, EPOCH(101, 9)));
    assert_int_equal(replica_undo_depth(t->r), 0);
}

static Cocanvas__Submit *next_batch(struct stage *t)
{
    size_t dropped;
    (void)replica_seal(t->r, 100, 100000, &dropped);
    Cocanvas__Submit *submit = replica_submit(t->r, &t->arena);
    assert_non_null(submit);
    return submit;
}

static void test_the_same_history_goes_on(void **state)
{
    struct stage *t = *state;
    assert_false(replica_other_history(t->r, EPOCH(100, 4)));
    assert_false(replica_other_history(t->r, 0));
}

static void test_edits_come_along_under_a_new_number(void **state)
{
    struct stage *t = *state;
    uint64_t mine = work(t), renamed = object_id(NEW, (uint32_t)mine);
    go_on(t, NEW, 0);
    assert_string_equal(text_of(t, CARD), "fresh bread and butter, and cake");
    assert_string_equal(text_of(t, renamed), "milk");
    assert_string_equal(text_of(t, mine), "(none)");
    Cocanvas__Submit *submit = next_batch(t);
    assert_int_equal(submit->client_seq, 1);
    assert_int_equal(submit->base_seq, 60);
    assert_int_equal(submit->n_ops, 3);
    assert_int_equal(replica_next_id(t->r) >> 32, NEW);
    assert_true((uint32_t)replica_next_id(t->r) > (uint32_t)mine);
    assert_int_equal(t->lost, 0);
}

/* Known there, but with fewer answers than it had: the next number follows those. */
static void test_a_batch_goes_out_under_the_next_number(void **state)
{
    struct stage *t = *state;
    uint64_t mine = work(t);
    assert_int_equal(replica_last_client_seq(t->r), 5);
    go_on(t, OLD, 2);
    assert_string_equal(text_of(t, CARD), "fresh bread and butter, and cake");
    assert_string_equal(text_of(t, mine), "milk");
    assert_int_equal(next_batch(t)->client_seq, 3);
}

/* It was in the backup already. */
static void test_what_is_answered_there_is_done(void **state)
{
    struct stage *t = *state;
    uint64_t mine = work(t);
    go_on(t, OLD, 5);
    assert_string_equal(text_of(t, mine), "milk");
    Cocanvas__Submit *submit = next_batch(t);
    assert_int_equal(submit->client_seq, 6);
    assert_int_equal(submit->n_ops, 2);
}

/* Killed, and killed again between the news and the new state. */
static void test_after_a_kill(void **state)
{
    struct stage *t = *state;
    uint64_t mine = work(t);
    for (int kills = 0; kills < 2; kills++) {
        struct buf saved;
        struct why why;
        buf_init(&saved);
        replica_save_unsent(t->r, &saved);
        replica_free(t->r);
        t->r = new_replica(t);
        assert_int_equal(replica_restore_unsent(t->r, buf_at(&saved), buf_len(&saved), &why), STATUS_OK);
        buf_fini(&saved);
        if (kills == 0) {
            assert_true(replica_other_history(t->r, EPOCH(101, 1)));
            replica_begin_history(t->r, EPOCH(101, 1), NEW, 0);
            replica_set_identity(t->r, NEW, AUTHOR, 0, 0);
        }
    }
    assert_false(replica_other_history(t->r, EPOCH(101, 1)));
    replica_set_identity(t->r, NEW, AUTHOR, 0, 0);
    load(t, 60, "bread and butter, and cake");
    assert_string_equal(text_of(t, CARD), "fresh bread and butter, and cake");
    assert_string_equal(text_of(t, object_id(NEW, (uint32_t)mine)), "milk");
    assert_int_equal(next_batch(t)->client_seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(test_the_same_history_goes_on),
        HISTORY_TEST(test_edits_come_along_under_a_new_number),
        HISTORY_TEST(test_a_batch_goes_out_under_the_next_number),
        HISTORY_TEST(test_what_is_answered_there_is_done),
        HISTORY_TEST(test_after_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
