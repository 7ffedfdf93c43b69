/* What becomes of a room when the journal is in trouble: unknown outcomes, another owner, PostgreSQL away, a full disk,
 * and what PostgreSQL refuses (room_fakes.h). */
#include "tests/support/room_fakes.h"

/* ---------------------------------------------------------------- the journal's troubles */

static void lose_group(struct world *w, enum fake_outcome outcome)
{
    world_turn(w);
    assert_true(w->journal.underway);
    journal_set_up(&w->journal, false);
    journal_finish(&w->journal, outcome);
    world_turn(w);
    assert_int_equal(w->rooms->by_id->state, ROOM_UNCERTAIN);
}

static void test_unknown_outcome_that_was_committed(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "kept");
    lose_group(w, LOST_BUT_WRITTEN);
    client_run(a);
    assert_true(a->degraded);
    assert_int_equal(a->n_own, 0);
    client_create(b, "meanwhile");
    world_turn(w);
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_false(a->degraded);
    assert_int_equal(a->n_own, 1);
    assert_int_equal(b->n_own, 1);
    assert_int_equal(w->canvas.head, 2);
    assert_true(a->connected && b->connected);
}

static void test_unknown_outcome_that_was_not_committed(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "again");
    client_edit_at(b, 0, 4711, 0, 0, 0, "refused");
    lose_group(w, LOST);
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_int_equal(a->n_own, 1);
    assert_int_equal(b->n_rejects, 1);
    assert_int_equal(w->canvas.head, 1);
    client_create(a, "on");
    world_settle(w);
    assert_int_equal(w->canvas.head, 2);
}

/* Only positions: the head cannot tell, so they are written again. */
static void test_unknown_outcome_of_a_reject(void **state)
{
    for (int written = 0; written < 2; written++) {
        struct world *w = world_new();
        world_open(w, 1);
        client_edit_at(&w->clients[0], 0, 4711, 0, 0, 0, "refused");
        lose_group(w, written ? LOST_BUT_WRITTEN : LOST);
        journal_set_up(&w->journal, true);
        world_settle(w);
        assert_int_equal(w->clients[0].n_rejects, 1);
        assert_int_equal(w->canvas.clients[0].pos.last_client_seq, 1);
        world_free(w);
    }
    (void)state;
}

/* A warning at the commit: unknown, although the connection stands. */
static void test_unknown_outcome_without_a_break(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_create(&w->clients[0], "kept");
    world_turn(w);
    journal_finish(&w->journal, LOST_BUT_WRITTEN);
    world_settle(w);
    assert_int_equal(w->clients[0].n_own, 1);
}

static void test_unknown_outcome_and_another_owner(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    client_create(&w->clients[0], "lost");
    lose_group(w, LOST);
    w->canvas.epoch++; /* somebody else had it in between, though the head is the old one */
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
    assert_int_equal(w->clients[1].dropped, STATUS_CONFLICT);
    client_connect(&w->clients[0], false, true);
    world_settle(w);
    assert_int_equal(w->clients[0].acked, 0);
    client_send(&w->clients[0]); /* nothing typed is lost */
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
}

static void test_join_while_uncertain_waits(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_create(&w->clients[0], "kept");
    lose_group(w, LOST_BUT_WRITTEN);
    client_connect(&w->clients[1], false, false);
    client_connect(&w->clients[2], true, false);
    world_turn(w);
    client_run(&w->clients[2]);
    assert_false(w->clients[2].open);
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_true(w->clients[1].open && w->clients[2].open);
    assert_int_equal(w->clients[1].state.seq, 1);
    assert_int_equal(w->clients[2].state.seq, 1);
}

static void test_fenced_room_is_closed(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    w->canvas.epoch++;
    client_create(&w->clients[0], "fenced");
    world_settle(w);
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
    assert_int_equal(w->clients[1].dropped, STATUS_CONFLICT);
    assert_int_equal(rooms_stats(w->rooms)->rooms, 0);
    assert_int_equal(w->canvas.head, 0);
    world_open(w, 2);
}

static void test_fence_found_by_a_join(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    w->canvas.epoch++;
    client_connect(&w->clients[1], false, false);
    world_settle(w);
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
    assert_int_equal(w->clients[1].refused, STATUS_CONFLICT);
}

static void test_fence_found_by_a_join_while_a_group_is_under_way(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    w->canvas.epoch++;
    client_create(&w->clients[0], "fenced");
    world_turn(w);
    client_connect(&w->clients[1], false, false);
    while (journal_answer(&w->journal))
        ;
    rooms_pump(w->rooms); /* nothing that the journal has borrowed is freed */
    assert_int_equal(w->clients[1].refused, STATUS_CONFLICT);
    assert_true(w->clients[0].connected);
    world_settle(w);
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
}

static void test_journal_away_and_back(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0];
    journal_set_up(&w->journal, false);
    client_create(a, "waits");
    world_settle(w);
    assert_true(a->degraded);
    assert_int_equal(w->canvas.head, 0);
    assert_true(a->in_flight);
    client_connect(&w->clients[2], true, false); /* readers go on */
    client_connect(&w->clients[3], false, false);
    world_settle(w);
    assert_true(w->clients[2].open && w->clients[2].degraded);
    assert_int_equal(w->clients[3].refused, STATUS_DEGRADED);
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_false(a->degraded);
    assert_false(w->clients[2].degraded);
    assert_int_equal(w->canvas.head, 1);
    assert_false(a->in_flight);
}

/* PostgreSQL answers again and again, and cannot save: people are told once, with the time when it began, until a commit succeeds. */
static void test_a_full_disk_is_no_up_and_down(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "waits");
    world_turn(w);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(w->journal.underway);
        journal_set_up(&w->journal, false);
        journal_finish(&w->journal, LOST);
        world_turn(w);
        client_run(a);
        client_run(b);
        assert_true(a->degraded && b->degraded);
        journal_set_up(&w->journal, true); /* connected, and the canvas taken */
        while (!w->journal.underway) {
            assert_true(journal_answer(&w->journal));
            world_turn(w);
        }
        client_run(a);
        client_run(b);
        assert_true(a->degraded && b->degraded);
        assert_int_equal(a->n_status, 1);
        assert_int_equal(a->since_ms, 77000); /* the fake's, the first time */
        w->now_ms += 5000;
    }
    client_connect(&w->clients[2], true, false); /* who comes now is told, too */
    world_settle(w);
    assert_false(a->degraded || b->degraded || w->clients[2].degraded);
    assert_int_equal(a->n_status, 2);
    assert_int_equal(a->n_own, 1);
    journal_set_up(&w->journal, false); /* nothing is waiting: back is back */
    journal_set_up(&w->journal, true);
    world_settle(w);
    assert_int_equal(a->n_status, 4);
    assert_false(a->degraded);
}

/* The room that was in doubt is gone: the others are not kept in doubt by it. */
static void test_doubt_ends_with_its_room(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_create(&w->clients[0], "x");
    lose_group(w, LOST);
    assert_true(rooms_degraded(w->rooms));
    journal_set_up(&w->journal, true);
    w->canvas.epoch += 5; /* somebody else had it meanwhile */
    world_settle(w);
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
    assert_false(rooms_degraded(w->rooms));
}

static void test_canvas_cannot_be_opened_while_the_journal_is_away(void **state)
{
    struct world *w = *state;
    journal_set_up(&w->journal, false);
    client_connect(&w->clients[0], true, false);
    assert_int_equal(w->clients[0].refused, STATUS_DEGRADED);
    journal_set_up(&w->journal, true);
    client_connect(&w->clients[0], true, false);
    journal_set_up(&w->journal, false); /* goes while the canvas is loading */
    world_settle(w);
    assert_int_equal(w->clients[0].refused, STATUS_DEGRADED);
    journal_set_up(&w->journal, true);
    client_connect(&w->clients[0], true, false);
    world_settle(w);
    assert_true(w->clients[0].open);
}

/* ---------------------------------------------------------------- what PostgreSQL refuses */

/* Everybody opens again and sends what is not answered. */
static void open_again(struct world *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct client *c = &w->clients[i];
        assert_int_equal(c->dropped, STATUS_CONFLICT);
        client_disconnect(c);
        client_connect(c, false, true);
    }
    world_settle(w);
    for (size_t i = 0; i < n; i++)
        if (w->clients[i].in_flight)
            client_send(&w->clients[i]);
    world_settle(w);
}

static void assert_texts(struct world *w, const char *expected)
{
    char texts[400] = "";
    const struct block *block = canvas_block(&w->canvas.state, BLOCK_ONE);
    for (uint32_t i = 0; i < block->n_cards; i++)
        snprintf(texts + strlen(texts), sizeof texts - strlen(texts), "%s ", block->cards[i]->text.bytes);
    assert_string_equal(texts, expected);
}

/* One of seven batches in a group: it alone is rejected, for good; whoever had one behind it sends it again. */
static void test_a_refused_batch_is_found_and_rejected(void **state)
{
    struct world *w = *state;
    world_open(w, 8);
    w->journal.poison = "poison";
    client_create(&w->clients[0], "0");
    world_turn(w);
    const char *const texts[] = {"1", "2", "3", "4", "poison", "6", "7"};
    for (size_t i = 0; i < 7; i++)
        client_create(&w->clients[i + 1], texts[i]);
    world_settle(w);
    assert_int_equal(w->canvas.head, 5); /* what stood before it is durable */
    open_again(w, 8);
    assert_texts(w, "0 1 2 3 4 6 7 ");
    assert_int_equal(w->clients[5].opened_reject, 1);
    assert_int_equal(w->canvas.clients[5].pos.reject_code, STATUS_INTERNAL);
    assert_int_equal(w->canvas.head, 7);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(w->clients[i].state.seq, 7);
        assert_false(w->clients[i].in_flight);
        assert_int_equal(w->clients[i].opened_reject != 0, i == 5);
    }
    client_create(&w->clients[5], "well"); /* under the next number */
    world_settle(w);
    assert_texts(w, "0 1 2 3 4 6 7 well ");
}

/* At the group's ends, and two of them. */
static void test_refused_batches_at_every_place(void **state)
{
    for (size_t bad = 1; bad < 6; bad++) {
        char expected[40] = "";
        struct world *w = world_new();
        w->journal.poison = "poison";
        world_open(w, 6);
        client_create(&w->clients[0], "x");
        world_turn(w);
        for (size_t i = 1; i < 6; i++)
            client_create(&w->clients[i], i == bad || (bad == 3 && i == 4) ? "poison" : "x");
        world_settle(w);
        while (w->clients[0].dropped == STATUS_CONFLICT)
            open_again(w, 6);
        for (size_t i = 1; i < 6; i++)
            assert_int_equal(w->clients[i].opened_reject != 0, i == bad || (bad == 3 && i == 4));
        for (size_t i = 0; i < (bad == 3 ? 4u : 5u); i++)
            strcat(expected, "x ");
        assert_texts(w, expected);
        world_free(w);
    }
    (void)state;
}

/* A title that cannot be written beside its batch: lists keep the old one, nobody is blamed. A Reject of the same group is as
 * durable as ever when it goes out. */
static void test_a_refused_title_is_left_out(void **state)
{
    struct world *w = *state;
    world_open(w, 4);
    w->journal.poison_title = "poison";
    client_create(&w->clients[0], "0");
    world_turn(w);
    client_title(&w->clients[1], "poison");
    client_create(&w->clients[2], "2");
    client_edit_at(&w->clients[3], 0, object_id(9, 9), 5, 0, 0, "of a card that there is not");
    world_settle(w);
    assert_int_equal(w->canvas.head, 3);
    assert_int_equal(w->clients[3].n_rejects, 1);
    assert_string_equal(canvas_title(&w->canvas.state), "poison");
    assert_string_equal(w->canvas.title, "");
    for (size_t i = 0; i < 3; i++) {
        assert_true(w->clients[i].connected);
        assert_int_equal(w->clients[i].state.seq, 3);
        assert_int_equal(w->clients[i].n_rejects, 0);
    }
    client_title(&w->clients[1], "Good");
    world_settle(w);
    assert_string_equal(w->canvas.title, "Good");
}

/* PostgreSQL goes in the middle of the search: everybody opens again, and the search begins anew. */
static void test_an_outcome_unknown_while_searching(void **state)
{
    struct world *w = *state;
    world_open(w, 4);
    w->journal.poison = "poison";
    client_create(&w->clients[0], "0");
    world_turn(w);
    for (size_t i = 1; i < 4; i++)
        client_create(&w->clients[i], i == 3 ? "poison" : "x");
    world_turn(w);
    journal_finish(&w->journal, WRITTEN);
    world_turn(w);
    for (unsigned i = 0; i < 2; i++) { /* refused as a whole, and alone */
        journal_finish(&w->journal, WRITTEN);
        world_turn(w);
    }
    journal_finish(&w->journal, LOST_BUT_WRITTEN);
    world_settle(w);
    while (w->clients[0].dropped == STATUS_CONFLICT)
        open_again(w, 4);
    assert_texts(w, "0 x x ");
    assert_int_equal(w->clients[3].opened_reject, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_unknown_outcome_that_was_committed),
        ROOM_TEST(test_unknown_outcome_that_was_not_committed),
        cmocka_unit_test(test_unknown_outcome_of_a_reject),
        ROOM_TEST(test_unknown_outcome_without_a_break),
        ROOM_TEST(test_unknown_outcome_and_another_owner),
        ROOM_TEST(test_join_while_uncertain_waits),
        ROOM_TEST(test_fenced_room_is_closed),
        ROOM_TEST(test_fence_found_by_a_join),
        ROOM_TEST(test_fence_found_by_a_join_while_a_group_is_under_way),
        ROOM_TEST(test_journal_away_and_back),
        ROOM_TEST(test_a_full_disk_is_no_up_and_down),
        ROOM_TEST(test_doubt_ends_with_its_room),
        ROOM_TEST(test_canvas_cannot_be_opened_while_the_journal_is_away),
        ROOM_TEST(test_a_refused_batch_is_found_and_rejected),
        ROOM_TEST(test_refused_batches_at_every_place),
        ROOM_TEST(test_a_refused_title_is_left_out),
        ROOM_TEST(test_an_outcome_unknown_while_searching),
    };
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
