/* Taking back what one person did: alone, it leaves what was there before; what others did since stays, letter by letter; twice is
 * once; and undo takes it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "client/core/revert.h"
#include "tests/support/op_help.h"
#include "tests/support/replica_help.h"

enum { THEY, OTHER, LEADER, PEERS, RUNS = 60, EDITS = 60 };

struct world {
    struct model_server s;
    struct peer peers[PEERS];
    struct arena arena;
    struct revert_plan plan;
    uint64_t block;
};

static void world_init(struct world *w)
{
    size_t n;
    struct block **blocks;

    memset(w, 0, sizeof(*w));
    model_init(&w->s, NULL);
    blocks = canvas_blocks_in_order(&w->s.c, &n);
    w->block = blocks[0]->o.id;
    free(blocks);
    for (unsigned i = 0; i < PEERS; i++) {
        peer_init(&w->peers[i], &w->s, i + 1);
        peer_connect(&w->peers[i], true, UINT32_MAX);
    }
    arena_init(&w->arena, 256 << 20);
}

static void world_fini(struct world *w)
{
    for (unsigned i = 0; i < PEERS; i++)
        peer_fini(&w->peers[i]);
    model_fini(&w->s);
    arena_fini(&w->arena);
}

static void settle(struct world *w)
{
    assert_true(peers_settle(w->peers, PEERS));
}

static void edit(struct world *w, unsigned who, Cocanvas__Op *op)
{
    struct why why = {""};

    if (replica_edit(w->peers[who].r, 1, &op, w->s.now_ms, false, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    settle(w);
}

static uint64_t add_card(struct world *w, unsigned who, const char *text)
{
    uint64_t id = replica_next_id(w->peers[who].r);

    edit(w, who, card_create(&w->arena, id, w->block, 0, text));
    return id;
}

static void type(struct world *w, unsigned who, uint64_t card, uint32_t at, uint32_t removed, const char *text)
{
    struct why why = {""};

    assert_int_equal(
        replica_text_splice(w->peers[who].r, card, "", at, removed, text, strlen(text), w->s.now_ms, false, &why),
        STATUS_OK);
    settle(w);
}

static const char *text_of(struct world *w, uint64_t card)
{
    return canvas_card(replica_view(w->peers[LEADER].r), card)->text.bytes;
}

static bool is_there(struct world *w, uint64_t card)
{
    return canvas_card(replica_view(w->peers[LEADER].r), card)->deleted_seq == 0;
}

/* Plans it; does it, if there is anything to do. */
static void plan_since(struct world *w, uint64_t since)
{
    struct past *p = past_new();
    struct why why = {""};
    struct revert_request request = {
        .replica = w->peers[LEADER].r, .authors = {THEY + 1}, .n_authors = 1, .since = since};

    assert_int_equal(past_begin(p, buf_at(&w->s.first_state), buf_len(&w->s.first_state), 0, &why), STATUS_OK);
    for (uint64_t seq = 1; seq <= w->s.head; seq++)
        assert_int_equal(past_add(p, buf_at(&w->s.log[seq - 1]), buf_len(&w->s.log[seq - 1]), &why), STATUS_OK);
    if (revert_make(&w->plan, p, &request, &w->arena, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_int_equal(w->plan.stale, 0);
    past_free(p);
}

static void revert_since(struct world *w, uint64_t since)
{
    struct why why = {""};

    plan_since(w, since);
    if (w->plan.n == 0)
        return;
    if (replica_edit(w->peers[LEADER].r, w->plan.n, w->plan.ops, w->s.now_ms, false, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    settle(w);
}

static void revert(struct world *w)
{
    revert_since(w, 1);
}

static void assert_nothing_left(struct world *w)
{
    plan_since(w, 1);
    assert_int_equal(w->plan.n, 0);
}

static void undo(struct world *w)
{
    struct why why = {""};

    assert_int_equal(replica_undo(w->peers[LEADER].r, w->s.now_ms, &why), STATUS_OK);
    settle(w);
}

/* ---------------------------------------------------------------- one thing after the other */

static void what_they_made_goes(void **state)
{
    struct world w;
    uint64_t theirs, others;

    (void)state;
    world_init(&w);
    others = add_card(&w, OTHER, "stays");
    theirs = add_card(&w, THEY, "goes");
    revert(&w);
    assert_false(is_there(&w, theirs));
    assert_true(is_there(&w, others));
    assert_int_equal(w.plan.removed, 1);
    assert_int_equal(w.plan.batches, 1);
    assert_nothing_left(&w);
    undo(&w);
    assert_true(is_there(&w, theirs));
    revert(&w);
    assert_false(is_there(&w, theirs));
    world_fini(&w);
}

static void what_they_removed_comes_back(void **state)
{
    struct world w;
    uint64_t card;

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "mine");
    edit(&w, THEY, card_delete(&w.arena, card));
    revert(&w);
    assert_true(is_there(&w, card));
    assert_int_equal(w.plan.restored, 1);
    assert_nothing_left(&w);
    undo(&w);
    assert_false(is_there(&w, card));
    revert(&w);
    assert_true(is_there(&w, card));
    world_fini(&w);
}

static void letters_go_one_by_one(void **state)
{
    struct world w;
    uint64_t card;

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "The price is high");
    type(&w, THEY, card, 4, 5, "rubbish");  /* price -> rubbish */
    type(&w, OTHER, card, 0, 0, "Today: "); /* later work of others */
    type(&w, OTHER, card, 13, 3, "");       /* removes some of the rubbish */
    type(&w, THEY, card, 0, 0, "HAHA ");
    revert(&w);
    assert_string_equal(text_of(&w, card), "Today: The price is high");
    assert_int_equal(w.plan.texts, 1);
    assert_nothing_left(&w); /* "price" is not put back twice */
    undo(&w);
    assert_string_equal(text_of(&w, card), "HAHA Today: The rush is high");
    revert(&w);
    assert_string_equal(text_of(&w, card), "Today: The price is high");
    assert_nothing_left(&w);
    world_fini(&w);
}

static void words_that_others_put_back_do_not_come_twice(void **state)
{
    struct world w;
    uint64_t card;

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "one two three");
    type(&w, THEY, card, 4, 4, "");
    type(&w, OTHER, card, 4, 0, "two ");
    revert(&w);
    assert_string_equal(text_of(&w, card), "one two three");
    type(&w, OTHER, card, 4, 4, ""); /* and now the others want it away */
    revert(&w);
    assert_string_equal(text_of(&w, card), "one three");
    world_fini(&w);
}

static void what_others_worked_on_stays_without_their_words(void **state)
{
    struct world w;
    uint64_t card;

    (void)state;
    world_init(&w);
    card = add_card(&w, THEY, "bad");
    type(&w, OTHER, card, 3, 0, " but mine is good");
    revert(&w);
    assert_true(is_there(&w, card));
    assert_string_equal(text_of(&w, card), " but mine is good");
    assert_int_equal(w.plan.n_kept, 1);
    assert_int_equal(w.plan.kept[0].reason, REVERT_WORKED_ON);
    assert_true(w.plan.kept[0].object == card);
    world_fini(&w);
}

static void a_later_set_of_others_stays(void **state)
{
    struct world w;
    uint64_t card;
    const struct card *c;

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "x");
    edit(&w, OTHER, prop_text(&w.arena, card, "color", "green"));
    edit(&w, THEY, prop_text(&w.arena, card, "color", "red"));
    edit(&w, THEY, prop_text(&w.arena, card, "color", "pink"));
    edit(&w, THEY, prop_text(&w.arena, card, "status", "done"));
    edit(&w, THEY, tag_set(&w.arena, card, "spam", true));
    edit(&w, OTHER, prop_text(&w.arena, card, "status", "open"));
    revert(&w);
    c = canvas_card(replica_view(w.peers[LEADER].r), card);
    assert_string_equal(props_get(&c->props, "color")->text, "green");
    assert_string_equal(props_get(&c->props, "status")->text, "open");
    assert_int_equal(c->n_tags, 0);
    assert_int_equal(w.plan.settings, 2);
    assert_nothing_left(&w);
    undo(&w);
    c = canvas_card(replica_view(w.peers[LEADER].r), card);
    assert_string_equal(props_get(&c->props, "color")->text, "pink");
    revert(&w);
    c = canvas_card(replica_view(w.peers[LEADER].r), card);
    assert_string_equal(props_get(&c->props, "color")->text, "green");
    world_fini(&w);
}

static void shuffled_cards_stand_as_they_stood(void **state)
{
    struct world w;
    uint64_t cards[6], last = 0;
    struct rng rng = {rng_seed(0x5ec0)};
    const struct card *c;

    (void)state;
    world_init(&w);
    for (unsigned i = 0; i < 6; i++) {
        cards[i] = replica_next_id(w.peers[OTHER].r);
        edit(&w, OTHER, card_create(&w.arena, cards[i], w.block, last, "x"));
        last = cards[i];
    }
    for (unsigned i = 0; i < 30; i++) {
        uint64_t id = cards[rng_below(&rng, 6)], after = cards[rng_below(&rng, 6)];

        if (id != after)
            edit(&w, THEY, card_move(&w.arena, id, place_of(&w.arena, w.block, after, 0, false)));
    }
    revert(&w);
    c = canvas_card(replica_view(w.peers[LEADER].r), cards[0]);
    assert_null(card_prev_alive(c));
    for (unsigned i = 0; i < 6; i++, c = card_next_alive(c))
        assert_true(c->o.id == cards[i]);
    assert_nothing_left(&w);
    world_fini(&w);
}

static void only_what_is_asked_for(void **state)
{
    struct world w;
    uint64_t early, late;

    (void)state;
    world_init(&w);
    early = add_card(&w, THEY, "early");
    type(&w, THEY, early, 5, 0, " words");
    late = add_card(&w, THEY, "late");
    type(&w, THEY, early, 0, 5, "");
    revert_since(&w, 3);
    assert_true(is_there(&w, early));
    assert_string_equal(text_of(&w, early), "early words");
    assert_false(is_there(&w, late));
    world_fini(&w);
}

static void votes_and_what_is_forbidden_is_said(void **state)
{
    struct world w;
    uint64_t card, theirs;

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "x");
    theirs = add_card(&w, THEY, "y");
    edit(&w, THEY, vote_set(&w.arena, card, true));
    edit(&w, OTHER, prop_set(&w.arena, w.block, "rights.delete", value_of(&w.arena, VALUE_CHOICE, "nobody", 0)));
    revert(&w);
    assert_int_equal(w.plan.votes, 1);
    assert_int_equal(w.plan.n, 0);
    assert_int_equal(w.plan.n_kept, 1);
    assert_int_equal(w.plan.kept[0].reason, REVERT_REFUSED);
    assert_true(w.plan.kept[0].object == theirs);
    assert_true(w.plan.kept[0].why[0] != '\0');
    world_fini(&w);
}

static void a_text_that_moved_on_waits_for_a_newer_window(void **state)
{
    struct world w;
    uint64_t card;
    struct why why = {""};
    struct past *p = past_new();
    struct revert_request request = {.authors = {THEY + 1}, .n_authors = 1, .since = 1};

    (void)state;
    world_init(&w);
    card = add_card(&w, OTHER, "x");
    type(&w, THEY, card, 0, 0, "bad ");
    request.replica = w.peers[LEADER].r;
    assert_int_equal(past_begin(p, buf_at(&w.s.first_state), buf_len(&w.s.first_state), 0, &why), STATUS_OK);
    for (uint64_t seq = 1; seq <= w.s.head; seq++)
        assert_int_equal(past_add(p, buf_at(&w.s.log[seq - 1]), buf_len(&w.s.log[seq - 1]), &why), STATUS_OK);
    type(&w, OTHER, card, 5, 0, " more");
    assert_int_equal(revert_make(&w.plan, p, &request, &w.arena, &why), STATUS_OK);
    assert_int_equal(w.plan.stale, 1);
    assert_int_equal(w.plan.n, 0);
    past_free(p);
    revert(&w);
    assert_string_equal(text_of(&w, card), "x more");
    world_fini(&w);
}

static void a_window_that_begins_too_late_is_refused(void **state)
{
    struct world w;
    struct why why = {""};
    struct past *p = past_new();
    struct revert_request request = {.authors = {THEY + 1}, .n_authors = 1, .since = 1};

    (void)state;
    world_init(&w);
    request.replica = w.peers[LEADER].r;
    assert_int_equal(revert_make(&w.plan, p, &request, &w.arena, &why), STATUS_NOT_FOUND);
    past_free(p);
    world_fini(&w);
}

/* ---------------------------------------------------------------- anything at all */

static void random_edit(struct world *w, unsigned who, struct rng *rng, bool votes)
{
    struct edit e = {
        .p = &w->peers[who], .rng = rng, .view = replica_view(w->peers[who].r), .ascii = rng_below(rng, 2)};
    enum status st = STATUS_OK;
    Cocanvas__Op *op;

    arena_init(&e.arena, 1 << 20);
    if (rng_below(rng, 3) == 0) {
        st = type_somewhere(&e, false);
    } else {
        op = make_any(&e);
        if (votes || op->kind_case != COCANVAS__OP__KIND_VOTE_SET)
            st = replica_edit(e.p->r, 1, &op, w->s.now_ms, false, NULL);
    }
    if (rng_below(rng, 8) == 0)
        st = replica_undo(e.p->r, w->s.now_ms, NULL);
    (void)st; /* many are refused: what they are about is gone */
    arena_fini(&e.arena);
    settle(w);
}

static void see_leader(struct world *w, struct buf *out)
{
    buf_init(out);
    see_canvas(replica_view(w->peers[LEADER].r), out);
}

static void alone_it_leaves_what_was_there(void **state)
{
    (void)state;
    for (uint32_t run = 0; run < RUNS; run++) {
        struct world w;
        struct rng rng = {rng_seed(0x4e5e0000 + run)};
        struct buf before, after;
        uint64_t since;

        world_init(&w);
        for (unsigned i = 0; i < EDITS; i++)
            random_edit(&w, OTHER, &rng, false);
        see_leader(&w, &before);
        since = w.s.head + 1;
        for (unsigned i = 0; i < EDITS; i++)
            random_edit(&w, THEY, &rng, false);
        revert_since(&w, since);
        see_leader(&w, &after);
        if (strcmp((const char *)buf_at(&before), (const char *)buf_at(&after)) != 0)
            fail_msg("run %u: before\n%s\nafter\n%s", run, (const char *)buf_at(&before), (const char *)buf_at(&after));
        plan_since(&w, since);
        assert_int_equal(w.plan.n, 0);
        buf_fini(&before);
        buf_fini(&after);
        world_fini(&w);
    }
}

/* Whatever happened, it can be planned and done, is no batch that anybody refuses, and there is nothing to do after it. */
static void among_others_it_is_done_once(void **state)
{
    (void)state;
    for (uint32_t run = 0; run < RUNS; run++) {
        struct world w;
        struct rng rng = {rng_seed(0x4e5f0000 + run)};
        uint64_t rejects;

        world_init(&w);
        for (unsigned i = 0; i < 2 * EDITS; i++)
            random_edit(&w, rng_below(&rng, 2) ? THEY : OTHER, &rng, true);
        rejects = w.s.rejects;
        revert(&w);
        assert_int_equal(w.s.rejects, rejects);
        plan_since(&w, 1);
        if (w.plan.n)
            fail_msg("run %u: %zu ops are left, the first is a %s", run, w.plan.n, op_kind_name(w.plan.ops[0]));
        world_fini(&w);
    }
}

/* They write small letters and take away what they like; the others write signs, each another one: in the end there are all signs,
 * and no letters. */
static void no_letter_is_left_and_none_is_lost(void **state)
{
    (void)state;
    for (uint32_t run = 0; run < RUNS; run++) {
        struct world w;
        struct rng rng = {rng_seed(0x4e600000 + run)};
        uint64_t card;
        size_t signs = 0;
        const char *text;

        world_init(&w);
        card = add_card(&w, OTHER, "");
        for (unsigned i = 0; i < EDITS; i++) {
            bool they = rng_below(&rng, 2);
            const struct text *now = canvas_text(replica_view(w.peers[OTHER].r), card, "");
            uint32_t at = rng_below(&rng, now->len_points + 1);
            uint32_t most = now->len_points - at < 5 ? now->len_points - at : 5;
            char sign[5] = "";

            (void)utf8_encode(0x4e00 + i, sign);
            type(&w, they ? THEY : OTHER, card, at, they ? rng_below(&rng, most + 1) : 0, they ? "xy" : sign);
            signs += !they;
        }
        revert(&w);
        text = text_of(&w, card);
        assert_null(strpbrk(text, "xy"));
        assert_int_equal(utf8_points(text, strlen(text)), signs);
        assert_nothing_left(&w);
        world_fini(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_they_made_goes),
        cmocka_unit_test(what_they_removed_comes_back),
        cmocka_unit_test(letters_go_one_by_one),
        cmocka_unit_test(words_that_others_put_back_do_not_come_twice),
        cmocka_unit_test(what_others_worked_on_stays_without_their_words),
        cmocka_unit_test(a_later_set_of_others_stays),
        cmocka_unit_test(shuffled_cards_stand_as_they_stood),
        cmocka_unit_test(only_what_is_asked_for),
        cmocka_unit_test(votes_and_what_is_forbidden_is_said),
        cmocka_unit_test(a_text_that_moved_on_waits_for_a_newer_window),
        cmocka_unit_test(a_window_that_begins_too_late_is_refused),
        cmocka_unit_test(alone_it_leaves_what_was_there),
        cmocka_unit_test(among_others_it_is_done_once),
        cmocka_unit_test(no_letter_is_left_and_none_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
