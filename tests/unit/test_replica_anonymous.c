/* A replica on an anonymous canvas: what is sent without a name and what under one, how its own batch is known again after
 * anything that can happen on the way, and that a switch changes nothing about what was typed before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/op_help.h"
#include "tests/support/replica_help.h"

struct stage {
    struct model_server s;
    struct peer peers[2]; /* [0]: a facilitator, [1]: an editor */
    struct arena arena;
};

static int setup(void **state)
{
    struct stage *t = xcalloc(1, sizeof *t);
    arena_init(&t->arena, 8 << 20);
    model_init(&t->s, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        peer_init(&t->peers[i], &t->s, i + 1);
        peer_connect(&t->peers[i], true, UINT32_MAX);
    }
    replica_set_role(t->peers[1].r, COCANVAS__ROLE__EDITOR);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct stage *t = *state;
    for (size_t i = 0; i < 2; i++)
        peer_fini(&t->peers[i]);
    model_fini(&t->s);
    arena_fini(&t->arena);
    free(t);
    return 0;
}

#define STAGE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static enum status edit(struct stage *t, struct peer *p, Cocanvas__Op *op)
{
    return replica_edit(p->r, 1, &op, t->s.now_ms, false, NULL);
}

static void switch_to(struct stage *t, bool on)
{
    assert_int_equal(edit(t, &t->peers[0], prop_set(&t->arena, 0, "anonymous", value_of(&t->arena, VALUE_FLAG, NULL, on))), STATUS_OK);
}

static void settle(struct stage *t)
{
    assert_true(peers_settle(t->peers, 2));
    for (size_t i = 0; i < 2; i++) {
        assert_true(view_is_confirmed(t->peers[i].r));
        assert_true(replica_hash(t->peers[i].r) == canvas_hash(&t->s.c));
    }
}

static uint64_t write_card(struct stage *t, struct peer *p, const char *text)
{
    uint64_t id = replica_next_id(p->r);
    size_t n;
    struct block **blocks = canvas_blocks_in_order(replica_view(p->r), &n);
    assert_int_equal(edit(t, p, card_create(&t->arena, id, blocks[0]->o.id, 0, text)), STATUS_OK);
    free(blocks);
    return id;
}

static void type(struct stage *t, struct peer *p, uint64_t card, const char *text)
{
    uint32_t at = canvas_card(replica_view(p->r), card)->text.len_points;
    assert_int_equal(replica_text_splice(p->r, card, "", at, 0, text, strlen(text), t->s.now_ms, false, NULL), STATUS_OK);
}

static const char *text_of(const struct stage *t, uint64_t card)
{
    return canvas_card(&t->s.c, card)->text.bytes;
}

/* How many batches have the author, from seq on. */
static unsigned batches_by(const struct stage *t, uint32_t author, uint64_t from)
{
    unsigned n = 0;
    for (uint64_t seq = from; seq <= t->s.head; seq++) {
        Cocanvas__Committed *batch = model_batch(&t->s, seq);
        n += batch->author == author;
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    return n;
}

static const struct card *card_of(const struct stage *t, uint64_t id)
{
    const struct card *card = canvas_card(&t->s.c, id);
    assert_non_null(card);
    return card;
}

/* ---------------------------------------------------------------- what is sent how */

/* Whoever types on at once has not broken a rule: the switch goes ahead, alone. */
static void a_switch_ends_its_batch(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[0];
    size_t dropped;
    switch_to(t, true);
    settle(t);
    switch_to(t, false);
    (void)write_card(t, p, "under my name");
    switch_to(t, true);
    assert_true(replica_seal(p->r, 100, 100000, &dropped));
    Cocanvas__Submit *submit = replica_submit(p->r, &t->arena);
    assert_int_equal(submit->n_ops, 1);
    assert_int_equal(submit->ops[0]->kind_case, COCANVAS__OP__KIND_PROP_SET);
    peer_send(p);
    settle(t);
    assert_true(canvas_is_anonymous(&t->s.c));
}

static void names_and_none(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    uint64_t named = write_card(t, p, "named");
    settle(t);
    switch_to(t, true);
    settle(t);
    uint64_t from = t->s.head + 1, card = write_card(t, p, "a thought"), other = write_card(t, p, "another");
    assert_true(object_is_anonymous(card) && object_is_anonymous(other) && card != other);
    assert_true(canvas_card(replica_view(p->r), card)->created_by == AUTHOR_ANONYMOUS); /* in one's own view, too */
    type(t, p, named, "!");
    settle(t);
    assert_true(card_of(t, card)->created_by == AUTHOR_ANONYMOUS);
    assert_true(card_of(t, named)->edited_by == AUTHOR_ANONYMOUS);
    assert_int_equal(batches_by(t, 2, from), 0);
    switch_to(t, false);
    settle(t);
    uint64_t after = write_card(t, p, "named again");
    assert_false(object_is_anonymous(after));
    settle(t);
    assert_int_equal(card_of(t, after)->created_by, 2);
}

/* One edit of both kinds becomes two batches; the numbers of the named ones have no gap. */
static void votes_have_names(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t card = write_card(t, p, "vote for this");
    assert_int_equal(edit(t, p, vote_set(&t->arena, card, true)), STATUS_OK);
    uint64_t from = t->s.head + 1;
    settle(t);
    assert_int_equal(t->s.head, from + 1);
    assert_int_equal(batches_by(t, AUTHOR_ANONYMOUS, from), 1);
    assert_int_equal(batches_by(t, 2, from), 1);
    assert_int_equal(card_of(t, card)->n_votes, 1);
    assert_int_equal(card_of(t, card)->votes[0], 2);
    assert_int_equal(t->s.clients[2].last_client_seq, 1);
    assert_int_equal(replica_last_client_seq(p->r), 1);
    assert_int_equal(t->s.rejects, 0);
}

/* ---------------------------------------------------------------- on the way */

/* Committed, but the answer was lost with the program: known again in the history, and not done twice. */
static void crash_after_the_commit(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    uint64_t card = write_card(t, p, "");
    settle(t);
    switch_to(t, true);
    settle(t);
    type(t, p, card, "once");
    peer_seal(p, 8);
    type(t, p, card, " more");
    assert_true(peer_arrive(p, STATUS_OK, 0));
    assert_string_equal(text_of(t, card), "once");
    peer_crash(p);
    assert_true(replica_in_flight(p->r));
    peer_connect(p, true, UINT32_MAX);
    settle(t);
    assert_string_equal(text_of(t, card), "once more");
    assert_int_equal(p->lost + t->s.rejects, 0);
    assert_int_equal(batches_by(t, 2, t->s.head - 1), 0);
}

static void crash_before_it_arrived(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t card = write_card(t, p, "kept");
    peer_seal(p, 8);
    peer_crash(p);
    peer_connect(p, true, UINT32_MAX);
    settle(t);
    assert_string_equal(text_of(t, card), "kept");
    assert_true(card_of(t, card)->created_by == AUTHOR_ANONYMOUS);
}

/* Neither history nor an account of it: what made something is found by that, other words are told rather than typed twice. */
static void history_is_gone(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t card = write_card(t, p, "made");
    peer_seal(p, 8);
    type(t, p, card, " up");
    assert_true(peer_arrive(p, STATUS_OK, 0));
    peer_crash(p);
    peer_connect(p, true, 0);
    settle(t);
    assert_string_equal(text_of(t, card), "made up");
    assert_int_equal(p->lost, 0);
    type(t, p, card, "!");
    peer_seal(p, 8);
    assert_true(peer_arrive(p, STATUS_OK, 0));
    peer_crash(p);
    peer_connect(p, true, 0);
    settle(t);
    assert_string_equal(text_of(t, card), "made up!");
    assert_int_equal(p->lost, 1);
}

/* ---------------------------------------------------------------- a switch while somebody is away */

static void switched_on_while_away(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    settle(t);
    peer_disconnect(p, false);
    uint64_t card = write_card(t, p, "under my name");
    switch_to(t, true);
    assert_true(peers_settle(t->peers, 1));
    peer_crash(p);
    peer_connect(p, true, UINT32_MAX);
    assert_true(peers_settle(t->peers, 2));
    assert_int_equal(card_of(t, card)->created_by, 2);
    assert_int_equal(p->lost + t->s.rejects, 0);
}

static void switched_off_while_away(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t before = write_card(t, p, "there before");
    settle(t);
    peer_disconnect(p, false);
    uint64_t card = write_card(t, p, "nobody's");
    type(t, p, before, ", nobody's, too");
    switch_to(t, false);
    assert_true(peers_settle(t->peers, 1));
    peer_crash(p);
    uint64_t from = t->s.head + 1;
    peer_connect(p, true, UINT32_MAX);
    settle(t);
    assert_true(card_of(t, card)->created_by == AUTHOR_ANONYMOUS);
    assert_true(card_of(t, before)->edited_by == AUTHOR_ANONYMOUS);
    assert_int_equal(batches_by(t, 2, from), 0);
    assert_int_equal(p->lost + t->s.rejects, 0);
}

/* Named, anonymous and named words in one text, none of them sent: three batches, each as it was typed. */
static void typed_across_switches(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[0];
    uint64_t card = write_card(t, p, "");
    settle(t);
    uint64_t from = t->s.head + 1;
    type(t, p, card, "a");
    switch_to(t, true);
    type(t, p, card, "b");
    switch_to(t, false);
    type(t, p, card, "c");
    settle(t);
    assert_string_equal(text_of(t, card), "abc");
    assert_int_equal(batches_by(t, AUTHOR_ANONYMOUS, from), 1);
    assert_int_equal(batches_by(t, 1, from), 3); /* "a" and on; off; "c" */
    assert_int_equal(t->s.rejects, 0);
}

/* ---------------------------------------------------------------- undo */

static void undo_without_a_name(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t from = t->s.head + 1, card = write_card(t, p, "taken back");
    settle(t);
    assert_int_equal(replica_undo(p->r, t->s.now_ms, NULL), STATUS_OK);
    settle(t);
    assert_true(card_of(t, card)->deleted_seq != 0);
    assert_int_equal(replica_redo(p->r, t->s.now_ms, NULL), STATUS_OK);
    settle(t);
    assert_int_equal(card_of(t, card)->deleted_seq, 0);
    assert_string_equal(text_of(t, card), "taken back");
    assert_int_equal(batches_by(t, AUTHOR_ANONYMOUS, from), t->s.head - from + 1);
}

static void undo_never_says_whose_it_was(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    uint64_t named = write_card(t, p, "named");
    settle(t);
    switch_to(t, true);
    settle(t);
    uint64_t card = write_card(t, p, "nobody's");
    settle(t);
    switch_to(t, false);
    settle(t);
    assert_int_equal(replica_undo(p->r, t->s.now_ms, NULL), STATUS_OK); /* the named one: the other is left out */
    settle(t);
    assert_int_equal(card_of(t, card)->deleted_seq, 0);
    assert_true(card_of(t, named)->deleted_seq != 0);
    assert_int_equal(replica_undo(p->r, t->s.now_ms, NULL), STATUS_NOT_FOUND);
}

static void a_comment_of_ones_own(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t id = replica_next_id(p->r), card = write_card(t, p, "");
    Cocanvas__CommentAdd add;
    Cocanvas__CommentDelete gone = COCANVAS__COMMENT_DELETE__INIT;
    cocanvas__comment_add__init(&add);
    add.id = gone.id = id;
    add.object = card;
    add.text = help_text(&t->arena, "hm");
    gone.on = true;
    assert_int_equal(edit(t, p, help_wrap(&t->arena, COCANVAS__OP__KIND_COMMENT_ADD, &add)), STATUS_OK);
    settle(t);
    replica_set_role(t->peers[0].r, COCANVAS__ROLE__EDITOR);
    assert_int_equal(edit(t, &t->peers[0], help_wrap(&t->arena, COCANVAS__OP__KIND_COMMENT_DELETE, &gone)), STATUS_FORBIDDEN);
    assert_int_equal(edit(t, p, help_wrap(&t->arena, COCANVAS__OP__KIND_COMMENT_DELETE, &gone)), STATUS_OK);
    settle(t);
    assert_true(canvas_comment(&t->s.c, id)->deleted_seq != 0);
}

/* ---------------------------------------------------------------- refused */

/* Switched off before the server had it, and it was typed on a state of which it does not know: the words are told, no name is put under them. */
static void refused_is_not_signed(void **state)
{
    struct stage *t = *state;
    struct peer *p = &t->peers[1];
    switch_to(t, true);
    settle(t);
    uint64_t card = write_card(t, p, "too late");
    peer_seal(p, 8);
    assert_true(peer_arrive(p, STATUS_FORBIDDEN, 0));
    settle(t);
    assert_null(canvas_card(&t->s.c, card));
    assert_int_equal(p->lost, 1);
    assert_false(replica_in_flight(p->r) || replica_has_pending(p->r));
    uint64_t next = write_card(t, p, "goes on");
    settle(t);
    assert_non_null(canvas_card(&t->s.c, next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(names_and_none),
        STAGE_TEST(a_switch_ends_its_batch),
        STAGE_TEST(votes_have_names),
        STAGE_TEST(crash_after_the_commit),
        STAGE_TEST(crash_before_it_arrived),
        STAGE_TEST(history_is_gone),
        STAGE_TEST(switched_on_while_away),
        STAGE_TEST(switched_off_while_away),
        STAGE_TEST(typed_across_switches),
        STAGE_TEST(undo_without_a_name),
        STAGE_TEST(undo_never_says_whose_it_was),
        STAGE_TEST(a_comment_of_ones_own),
        STAGE_TEST(refused_is_not_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
