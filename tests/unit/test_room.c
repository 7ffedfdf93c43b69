/* One room with a journal and streams that the test controls (room_fakes.h, which also compares everything that
 * leaves the server with what is committed: P1, P2, P4): the order of batches, their transformation, refusals. */
#include "tests/support/room_fakes.h"

/* ---------------------------------------------------------------- order */

static void test_batch_is_seen_after_commit(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    uint64_t card = client_create(a, "hello");
    assert_int_equal(w->journal.groups, 0);
    world_turn(w); /* the journal is idle: ordered at the end of the same turn */
    assert_true(w->journal.underway);
    world_turn(w);
    client_run(a);
    assert_int_equal(a->n_committed, 0);
    journal_finish(&w->journal, WRITTEN);
    world_turn(w);
    client_run(a);
    client_run(b);
    assert_int_equal(a->n_own, 1);
    assert_false(a->in_flight);
    assert_int_equal(b->n_committed, 1);
    assert_string_equal(world_card_text(w, card), "hello");
}

static void test_group_collects_while_commit_is_under_way(void **state)
{
    struct world *w = *state;
    world_open(w, 4);
    client_create(&w->clients[0], "0");
    world_turn(w);
    for (size_t i = 1; i < 4; i++)
        client_create(&w->clients[i], "x");
    world_turn(w);
    assert_int_equal(w->journal.groups, 1);
    journal_finish(&w->journal, WRITTEN); /* sends the next group at once */
    assert_int_equal(w->journal.groups, 2);
    assert_int_equal(w->journal.part.n_rows, 3);
    world_settle(w);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(w->clients[i].state.seq, 4);
}

static void test_batch_sent_again_is_dropped(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    client_create(a, "once");
    client_send(a); /* while it is queued */
    world_turn(w);
    client_send(a); /* while it is under way */
    world_settle(w);
    client_send(a); /* when it is committed */
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
    assert_int_equal(rooms_stats(w->rooms)->dedupes, 3);
    assert_true(a->connected);
    assert_int_equal(a->n_errors + a->n_rejects, 0);
    client_create(a, "next");
    world_settle(w);
    assert_int_equal(w->canvas.head, 2);
}

/* A late repetition waits in the queue, behind another client's group; the next batch is not taken for it. */
static void test_next_batch_behind_a_late_repetition(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "once");
    world_settle(w);
    client_create(b, "other");
    world_turn(w);
    client_send(a);
    client_create(a, "next");
    world_settle(w);
    assert_int_equal(w->canvas.head, 3);
    assert_true(a->connected);
    assert_int_equal(a->n_errors + a->n_rejects, 0);
}

static void test_bookkeeping_outlives_the_room(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    client_create(a, "once");
    world_settle(w);
    client_disconnect(a);
    w->now_ms += 60000;
    rooms_tick(w->rooms);
    world_settle(w);
    assert_int_equal(rooms_stats(w->rooms)->rooms, 0);
    client_connect(a, false, false);
    world_settle(w);
    assert_int_equal(a->acked, 1);
    assert_int_equal(a->opened_last_object, 1);
    client_send(a);
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
    assert_int_equal(rooms_stats(w->rooms)->dedupes, 1);
}

static void test_gap_in_client_seq_drops_the_session(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    a->client_seq = 1;
    client_create(a, "two without one");
    world_settle(w);
    assert_int_equal(a->dropped, STATUS_OUT_OF_ORDER);
    assert_int_equal(w->canvas.head, 0);
}

static void test_second_batch_before_answer_drops_the_session(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    client_create(a, "one");
    world_turn(w);
    client_create(a, "two");
    assert_int_equal(a->dropped, STATUS_OUT_OF_ORDER);
    world_settle(w);
    assert_int_equal(w->canvas.head, 1); /* the one under way is finished without it */
    client_connect(a, false, false);
    world_settle(w);
    assert_int_equal(a->acked, 1);
}

static void test_garbage_gets_an_error(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    room_submit(&a->member, (const uint8_t *)"\xba\x01\x05xx", 5);
    world_settle(w);
    assert_int_equal(a->n_errors, 1);
    assert_int_equal(a->error_code, STATUS_MALFORMED);
    assert_true(a->connected);
    client_create(a, "fine");
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
}

/* ---------------------------------------------------------------- transformation */

static void test_late_insert_goes_left(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 3);
    client_edit_at(&w->clients[0], 1, card, 6, 3, 0, "111");
    world_settle(w);
    client_edit_at(&w->clients[1], 1, card, 6, 3, 0, "222");
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "abc222111def");
    client_edit_at(&w->clients[2], 1, card, 6, 2, 2, "3"); /* over both: removes c and d around them */
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "ab3222111ef");
    assert_int_equal(rooms_stats(w->rooms)->transforms, 2);
}

static void test_edits_of_one_group_are_transformed(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 2);
    client_edit_at(&w->clients[0], 1, card, 6, 0, 2, "");
    client_edit_at(&w->clients[1], 1, card, 6, 1, 0, "X");
    world_turn(w);
    assert_int_equal(w->journal.part.n_rows, 2);
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "Xcdef");
}

static void test_edit_with_nothing_left_is_still_answered(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 2);
    client_edit_at(&w->clients[0], 1, card, 6, 1, 2, "");
    client_edit_at(&w->clients[1], 1, card, 6, 1, 2, "");
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "adef");
    assert_int_equal(w->clients[1].n_own, 1);
    assert_int_equal(w->canvas.head, 3);
    Cocanvas__Committed *batch = cocanvas__committed__unpack(NULL, w->canvas.rows[3].len, w->canvas.rows[3].payload);
    assert_int_equal(batch->n_ops, 0);
    cocanvas__committed__free_unpacked(batch, NULL);
}

/* The index of the op at fault is the one in the Submit, also when an op before it has nothing left. */
static void test_reject_names_the_op_of_the_submit(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 2);
    client_edit_at(&w->clients[0], 1, card, 6, 1, 2, "");
    world_settle(w);
    Cocanvas__TextStep retain = COCANVAS__TEXT_STEP__INIT, cut = COCANVAS__TEXT_STEP__INIT;
    Cocanvas__TextEdit edit;
    Cocanvas__VoteSet wrong = COCANVAS__VOTE_SET__INIT;
    Cocanvas__Op ops[2] = {COCANVAS__OP__INIT, COCANVAS__OP__INIT};
    cocanvas__text_edit__init(&edit);
    retain.kind_case = COCANVAS__TEXT_STEP__KIND_RETAIN;
    cut.kind_case = COCANVAS__TEXT_STEP__KIND_REMOVE;
    retain.retain = cut.remove = 1;
    edit.object = card;
    edit.pre_len = 6;
    edit.n_steps = 2;
    edit.steps = (Cocanvas__TextStep *[]){&retain, &cut};
    ops[0].kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
    ops[0].text_edit = &edit;
    wrong.card = 4711;
    ops[1].kind_case = COCANVAS__OP__KIND_VOTE_SET;
    ops[1].vote_set = &wrong;
    client_seal(&w->clients[1], 1, 1, 2, (Cocanvas__Op *[]){&ops[0], &ops[1]});
    client_send(&w->clients[1]);
    world_settle(w);
    assert_int_equal(w->clients[1].n_rejects, 1);
    assert_int_equal(w->clients[1].reject_op, 1);
}

static void test_wrong_length_at_base_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 2);
    struct client *b = &w->clients[1];
    client_edit_at(b, 1, card, 7, 3, 0, "no"); /* nothing came since */
    world_settle(w);
    assert_int_equal(b->reject_code, STATUS_BAD_OP);
    client_edit_at(&w->clients[0], 1, card, 6, 0, 0, "12");
    world_settle(w);
    client_edit_at(b, 1, card, 8, 3, 0, "no"); /* fits the present text, but not the one at its base */
    world_settle(w);
    assert_int_equal(b->n_rejects, 2);
    assert_int_equal(b->reject_code, STATUS_BAD_OP);
    assert_string_equal(world_card_text(w, card), "12abcdef");
}

static void test_base_before_own_edit_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 1);
    struct client *a = &w->clients[0];
    client_edit_at(a, 1, card, 6, 0, 0, "1");
    world_settle(w);
    client_edit_at(a, 1, card, 6, 0, 0, "2");
    world_settle(w);
    assert_int_equal(a->reject_code, STATUS_BAD_OP);
}

static void test_base_from_the_future_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 1);
    client_edit_at(&w->clients[0], 2, card, 6, 0, 0, "1");
    world_settle(w);
    assert_int_equal(w->clients[0].reject_code, STATUS_BAD_OP);
}

static void test_base_older_than_the_log_is_stale(void **state)
{
    struct world *w = *state;
    w->limits.log_batches = 4;
    uint64_t card = world_open_with_text(w, 2);
    for (int i = 0; i < 200; i++) {
        client_edit_at(&w->clients[0], w->clients[0].state.seq, card, (uint32_t)(6 + i), 0, 0, "1");
        world_settle(w);
    }
    assert_true(w->canvas.head > 200);
    client_edit_at(&w->clients[1], 1, card, 6, 0, 0, "1");
    world_settle(w);
    assert_int_equal(w->clients[1].reject_code, STATUS_STALE);
}

/* ---------------------------------------------------------------- refusals */

static void test_reject_is_durable_and_counts_as_answered(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    client_edit_at(a, 0, 4711, 0, 0, 0, "no such card");
    world_turn(w);
    world_turn(w);
    client_run(a);
    assert_int_equal(a->n_rejects, 0);
    assert_int_equal(w->journal.part.n_rows, 0);
    assert_int_equal(w->journal.part.n_positions, 1);
    world_settle(w);
    assert_int_equal(a->n_rejects, 1);
    assert_int_equal(a->reject_code, STATUS_NOT_FOUND);
    client_send(a); /* the answer was lost: the stream does not carry it again, Opened does */
    world_settle(w);
    assert_int_equal(a->n_rejects, 1);
    client_connect(a, false, true);
    world_settle(w);
    assert_int_equal(a->acked, 1);
    assert_int_equal(a->opened_reject, 1);
    client_create(a, "goes on");
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
}

static void test_batch_is_all_or_none(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 1);
    struct client *a = &w->clients[0];
    Cocanvas__VoteSet vote = COCANVAS__VOTE_SET__INIT, wrong = COCANVAS__VOTE_SET__INIT;
    Cocanvas__Op ops[2] = {COCANVAS__OP__INIT, COCANVAS__OP__INIT};
    vote.card = card;
    vote.on = wrong.on = true;
    wrong.card = 4711;
    ops[0].kind_case = ops[1].kind_case = COCANVAS__OP__KIND_VOTE_SET;
    ops[0].vote_set = &vote;
    ops[1].vote_set = &wrong;
    client_seal(a, 2, 1, 2, (Cocanvas__Op *[]){&ops[0], &ops[1]});
    client_send(a);
    world_settle(w);
    assert_int_equal(a->n_rejects, 1);
    assert_int_equal(a->reject_op, 1);
    assert_int_equal(w->canvas.head, 1);
    world_open(w, 2); /* and nothing of it is in the room's state */
}

static void test_too_many_ops_are_refused(void **state)
{
    struct world *w = *state;
    uint64_t card = world_open_with_text(w, 1);
    w->limits.submit_ops = 1;
    struct client *a = &w->clients[0];
    Cocanvas__VoteSet vote = COCANVAS__VOTE_SET__INIT;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    vote.card = card;
    op.kind_case = COCANVAS__OP__KIND_VOTE_SET;
    op.vote_set = &vote;
    client_seal(a, 2, 1, 2, (Cocanvas__Op *[]){&op, &op});
    client_send(a);
    world_settle(w);
    assert_int_equal(a->reject_code, STATUS_TOO_LARGE);
    client_seal(a, 3, 1, 0, NULL);
    client_send(a);
    world_settle(w);
    assert_int_equal(a->reject_code, STATUS_BAD_OP);
}

/* A batch that removes many long texts would make a frame beyond its limit, although it is itself small. */
static void test_batch_that_removes_too_much_is_refused(void **state)
{
    enum { TEXTS = 120 };
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0];
    char *text = xcalloc(1, 10001);
    memset(text, 'x', 10000);
    static Cocanvas__TextStep cut[TEXTS];
    static Cocanvas__TextEdit edits[TEXTS];
    static Cocanvas__Op ops[TEXTS];
    Cocanvas__TextStep *steps[TEXTS];
    Cocanvas__Op *list[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        uint64_t card = client_create(a, text);
        world_settle(w);
        cocanvas__text_step__init(&cut[i]);
        cocanvas__text_edit__init(&edits[i]);
        cocanvas__op__init(&ops[i]);
        cut[i].kind_case = COCANVAS__TEXT_STEP__KIND_REMOVE;
        cut[i].remove = edits[i].pre_len = 10000;
        steps[i] = &cut[i];
        edits[i].object = card;
        edits[i].n_steps = 1;
        edits[i].steps = &steps[i];
        ops[i].kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
        ops[i].text_edit = &edits[i];
        list[i] = &ops[i];
    }
    client_seal(a, TEXTS + 1, a->state.seq, TEXTS, list);
    client_send(a);
    world_settle(w);
    assert_int_equal(a->reject_code, STATUS_TOO_LARGE);
    client_seal(a, TEXTS + 2, a->state.seq, TEXTS / 2, list);
    client_send(a);
    world_settle(w);
    assert_int_equal(a->n_rejects, 1);
    assert_int_equal(w->clients[1].state.seq, TEXTS + 1);
    free(text);
}

static void test_title_goes_to_the_journal(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_title(&w->clients[0], "Plans");
    world_turn(w);
    assert_true(w->journal.part.has_title);
    world_settle(w);
    assert_string_equal(w->canvas.title, "Plans");
    client_create(&w->clients[0], "no title in this");
    world_turn(w);
    assert_false(w->journal.part.has_title);
    world_settle(w);
}

/* Cards always put first into the same gap make long keys. */
static void test_long_keys_are_spread_anew(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0];
    uint64_t first = client_create(a, "first");
    world_settle(w);
    client_create(a, "last");
    world_settle(w);
    uint64_t own = 2;
    while (w->canvas.head == own && own < 2000) {
        Cocanvas__CardCreate create;
        Cocanvas__Place place;
        cocanvas__card_create__init(&create);
        cocanvas__place__init(&place);
        Cocanvas__Op op = COCANVAS__OP__INIT;
        place.block = BLOCK_ONE;
        place.after = first;
        create.id = client_new_id(a);
        create.place = &place;
        op.kind_case = COCANVAS__OP__KIND_CARD_CREATE;
        op.card_create = &create;
        client_submit_at(a, a->state.seq, &op);
        world_settle(w);
        own++;
    }
    assert_true(own < 2000);
    assert_int_equal(w->canvas.head, own + 1);
    assert_int_equal(w->canvas.rows[w->canvas.head].client, 0);
    assert_int_equal(w->clients[1].state.seq, w->canvas.head);
    const struct block *block = canvas_block(&w->canvas.state, BLOCK_ONE);
    for (uint32_t i = 0; i < block->n_cards; i++)
        assert_true(strlen(block->cards[i]->order_key) <= 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_batch_is_seen_after_commit),
        ROOM_TEST(test_group_collects_while_commit_is_under_way),
        ROOM_TEST(test_batch_sent_again_is_dropped),
        ROOM_TEST(test_next_batch_behind_a_late_repetition),
        ROOM_TEST(test_bookkeeping_outlives_the_room),
        ROOM_TEST(test_gap_in_client_seq_drops_the_session),
        ROOM_TEST(test_second_batch_before_answer_drops_the_session),
        ROOM_TEST(test_garbage_gets_an_error),
        ROOM_TEST(test_late_insert_goes_left),
        ROOM_TEST(test_edits_of_one_group_are_transformed),
        ROOM_TEST(test_edit_with_nothing_left_is_still_answered),
        ROOM_TEST(test_reject_names_the_op_of_the_submit),
        ROOM_TEST(test_wrong_length_at_base_is_refused),
        ROOM_TEST(test_base_before_own_edit_is_refused),
        ROOM_TEST(test_base_from_the_future_is_refused),
        ROOM_TEST(test_base_older_than_the_log_is_stale),
        ROOM_TEST(test_reject_is_durable_and_counts_as_answered),
        ROOM_TEST(test_batch_is_all_or_none),
        ROOM_TEST(test_too_many_ops_are_refused),
        ROOM_TEST(test_batch_that_removes_too_much_is_refused),
        ROOM_TEST(test_title_goes_to_the_journal),
        ROOM_TEST(test_long_keys_are_spread_anew),
    };
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
