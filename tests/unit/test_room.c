/* One room with a journal and streams that the test controls (room_fakes.h, which also compares everything that
 * leaves the server with what is committed: P1, P2, P4). */
#include "tests/support/room_fakes.h"

static int start(void **state)
{
    *state = world_new();
    return 0;
}

static int stop(void **state)
{
    world_free(*state);
    return 0;
}

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

/* Two clients and a card with the text "abcdef"; clients[0] made it. */
static uint64_t open_with_text(struct world *w, size_t n)
{
    world_open(w, n);
    uint64_t card = client_create(&w->clients[0], "abcdef");
    world_settle(w);
    return card;
}

static void test_late_insert_goes_left(void **state)
{
    struct world *w = *state;
    uint64_t card = open_with_text(w, 3);
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
    uint64_t card = open_with_text(w, 2);
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
    uint64_t card = open_with_text(w, 2);
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
    uint64_t card = open_with_text(w, 2);
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
    uint64_t card = open_with_text(w, 2);
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
    uint64_t card = open_with_text(w, 1);
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
    uint64_t card = open_with_text(w, 1);
    client_edit_at(&w->clients[0], 2, card, 6, 0, 0, "1");
    world_settle(w);
    assert_int_equal(w->clients[0].reject_code, STATUS_BAD_OP);
}

static void test_base_older_than_the_log_is_stale(void **state)
{
    struct world *w = *state;
    w->limits.log_batches = 4;
    uint64_t card = open_with_text(w, 2);
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
    uint64_t card = open_with_text(w, 1);
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
    uint64_t card = open_with_text(w, 1);
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

/* ---------------------------------------------------------------- joining */

static void test_join_waits_for_a_durable_state(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_create(&w->clients[0], "under way");
    world_turn(w);
    struct client *b = &w->clients[1];
    client_connect(b, true, false);
    world_turn(w);
    client_run(b);
    assert_false(b->open);
    client_create(&w->clients[0], "refused: one at a time");
    assert_int_equal(w->clients[0].dropped, STATUS_OUT_OF_ORDER);
    world_settle(w);
    assert_true(b->open);
    assert_int_equal(b->opened_head, 1);
    assert_int_equal(b->state.seq, 1);
}

/* The next group is ordered in the same callback, but after the join was served. */
static void test_join_is_served_before_the_next_group(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    client_create(&w->clients[0], "first");
    world_turn(w);
    client_create(&w->clients[1], "second");
    struct client *c = &w->clients[2];
    client_connect(c, true, false);
    world_turn(w);
    journal_finish(&w->journal, WRITTEN);
    assert_true(w->journal.underway);
    world_turn(w);
    client_run(c);
    assert_true(c->open);
    assert_int_equal(c->opened_head, 1);
    assert_int_equal(c->state.seq, 1);
    world_settle(w);
    assert_int_equal(c->state.seq, 2);
}

static void test_join_follows_from_its_own_state(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "1");
    world_settle(w);
    client_disconnect(b);
    client_create(a, "2");
    world_settle(w);
    client_connect(b, false, true);
    world_settle(w);
    assert_int_equal(b->mode, COCANVAS__OPENED__MODE__OPS);
    assert_int_equal(b->state.seq, 2);
    client_connect(b, false, true); /* at the head */
    world_settle(w);
    assert_int_equal(b->mode, COCANVAS__OPENED__MODE__OPS);
}

static void test_state_that_does_not_fit_gets_a_snapshot(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "1");
    world_settle(w);
    b->state.seq = 99; /* from the future */
    client_connect(b, false, true);
    world_settle(w);
    assert_int_equal(b->mode, COCANVAS__OPENED__MODE__SNAPSHOT);
    assert_int_equal(b->state.seq, 1);
    b->state.header.cols = 7; /* diverged at the head */
    canvas_touch(&b->state, &b->state.header.o);
    client_connect(b, false, true);
    world_settle(w);
    assert_int_equal(b->mode, COCANVAS__OPENED__MODE__SNAPSHOT);
    client_check_hash(b);
}

static void test_snapshot_is_encoded_once_for_many(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    client_create(&w->clients[0], "1");
    world_settle(w);
    struct room *room = w->rooms->by_id;
    client_connect(&w->clients[1], true, false);
    world_settle(w);
    const struct room_bytes *frames = room->snapshot;
    assert_non_null(frames);
    for (size_t i = 2; i < 8; i++) {
        client_create(&w->clients[0], "more");
        client_connect(&w->clients[i], true, false);
        world_settle(w);
        assert_int_equal(w->clients[i].state.seq, w->canvas.head);
    }
    assert_ptr_equal(room->snapshot, frames);
    assert_int_equal(frames->refs, 1);
}

/* A writer that comes back without its state may have edits on its disk that rest on what it saw. */
static void test_nobody_is_taken_back(void **state)
{
    struct world *w = *state;
    world_open(w, 2); /* the cached snapshot is of seq 0 */
    struct client *a = &w->clients[0], *b = &w->clients[1];
    client_create(a, "1");
    world_settle(w);
    client_disconnect(b);
    client_create(a, "2");
    world_settle(w);
    client_connect(b, false, false);
    while (!b->caught_up) {
        world_turn(w);
        while (journal_answer(&w->journal))
            ;
        client_step(b);
    }
    assert_true(b->state.seq >= 1);
    world_settle(w);
    assert_int_equal(b->state.seq, 2);
}

static void test_loads_from_snapshot_and_suffix(void **state)
{
    struct world *w = *state;
    w->limits.snapshot_batches = 3;
    uint64_t card = open_with_text(w, 2);
    for (uint32_t i = 0; i < 7; i++) {
        client_edit_at(&w->clients[0], w->clients[0].state.seq, card, 6 + i, 0, 0, "1");
        world_settle(w);
        if (i == 5)
            client_disconnect(&w->clients[1]);
    }
    assert_int_equal(w->canvas.snapshots, 2);
    assert_int_equal(w->canvas.snapshot_seq, 6);
    /* Forgotten without a release, as after a crash: the next room reads snapshot and suffix. */
    struct room *room = w->rooms->by_id;
    room_close(room, STATUS_CONFLICT, "");
    assert_int_equal(w->clients[0].dropped, STATUS_CONFLICT);
    rooms_pump(w->rooms);
    assert_int_equal(w->clients[1].state.seq, 7);
    client_connect(&w->clients[1], false, true);
    client_connect(&w->clients[2], true, false);
    world_settle(w);
    assert_int_equal(w->clients[1].mode, COCANVAS__OPENED__MODE__OPS);
    assert_int_equal(w->clients[1].state.seq, 8);
    assert_int_equal(w->clients[2].state.seq, 8);
    /* The suffix can be transformed over, too. */
    client_edit_at(&w->clients[1], 6, card, 11, 0, 0, "22");
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "221111111abcdef");
}

static void test_newer_session_replaces_the_older(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *twin = &w->clients[2];
    twin->id = a->id;
    twin->author = a->author;
    client_create(a, "under way");
    world_turn(w);
    client_connect(twin, false, false);
    world_turn(w);
    assert_int_equal(a->dropped, STATUS_REPLACED);
    client_run(twin);
    assert_false(twin->open); /* the batch under way is finished first */
    world_settle(w);
    assert_true(twin->open);
    assert_int_equal(twin->acked, 1);
    assert_int_equal(twin->number, a->number);
}

/* The refusal of the older session's batch reaches the newer one in Opened, not as a frame before it. */
static void test_reject_of_a_replaced_session(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0], *twin = &w->clients[1];
    twin->id = a->id;
    twin->author = a->author;
    client_edit_at(a, 0, 4711, 0, 0, 0, "refused");
    world_turn(w);
    client_connect(twin, false, false);
    world_settle(w);
    assert_int_equal(twin->n_rejects, 0);
    assert_int_equal(twin->opened_reject, 1);
}

static void test_queued_batch_of_a_replaced_session_is_discarded(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1], *twin = &w->clients[2];
    twin->id = a->id;
    twin->author = a->author;
    client_create(b, "keeps the journal busy");
    world_turn(w);
    client_create(a, "queued");
    client_connect(twin, false, false);
    assert_int_equal(a->dropped, STATUS_REPLACED);
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
    assert_int_equal(twin->acked, 0);
    client_create(twin, "now");
    world_settle(w);
    assert_int_equal(w->canvas.head, 2);
}

static void test_client_id_of_another_person_is_denied(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *thief = &w->clients[2];
    thief->id = w->clients[0].id;
    client_connect(thief, false, false);
    world_settle(w);
    assert_int_equal(thief->refused, STATUS_DENIED);
    assert_true(w->clients[0].connected);
    client_disconnect(&w->clients[0]);
    rooms_tick(w->rooms); /* the room forgets the client: the journal denies it */
    client_connect(thief, false, false);
    world_settle(w);
    assert_int_equal(thief->refused, STATUS_DENIED);
}

static void test_other_workspace_is_not_found(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *b = &w->clients[1];
    client_new_stream(b);
    b->member = (struct member){.stream = b->stream, .session = b, .cb = &member_cb, .id = 99};
    struct uuid other;
    uuid_random(&other);
    room_join(w->rooms, &b->member, &other, &w->canvas.id);
    assert_int_equal(b->refused, STATUS_NOT_FOUND);
}

static void test_reader_may_not_submit(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *b = &w->clients[1];
    client_connect(b, true, false);
    world_settle(w);
    client_create(b, "no");
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_UNEXPECTED);
    assert_int_equal(w->canvas.head, 0);
}

static void test_people_are_told(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    assert_int_equal(w->asked_people, 1);
    rooms_people(w->rooms, w->people_room, 2,
                 (struct room_people[]){{.author = 1, .name = "person 1"}, {.author = 2, .name = "person 2"}});
    world_settle(w);
    assert_int_equal(w->clients[0].n_people, 1);
    client_connect(&w->clients[1], false, false); /* known already */
    world_settle(w);
    assert_int_equal(w->clients[0].n_people, 1);
    client_connect(&w->clients[2], false, false); /* not known yet */
    world_settle(w);
    assert_int_equal(w->clients[0].n_people, 2);
    assert_int_equal(w->asked_people, 1);
}

/* ---------------------------------------------------------------- slow members */

/* Batches of about n bytes in the card's text field, by clients[0]. */
static void write_much(struct world *w, unsigned batches, size_t n)
{
    struct client *a = &w->clients[0];
    char *text = xcalloc(1, n + 1);
    memset(text, 'x', n);
    for (unsigned i = 0; i < batches; i++) {
        client_create(a, text);
        world_settle(w);
    }
    free(text);
}

static void test_slow_member_is_caught_up_by_a_snapshot(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 2);
    struct client *b = &w->clients[1];
    b->stream->room = 700; /* ends in the middle of a frame */
    write_much(w, 100, 1000);
    assert_int_equal(b->member.state, MEMBER_LAGGED);
    assert_int_equal(b->n_lagged, 0);
    assert_true(w->rooms->by_id->log.end - w->rooms->by_id->log.begin < (40 << 10));
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(b->n_lagged, 1);
    assert_int_equal(b->state.seq, w->canvas.head);
    client_check_hash(b);
    write_much(w, 3, 10);
    assert_int_equal(b->state.seq, w->canvas.head);
    assert_int_equal(rooms_stats(w->rooms)->lagged, 1);
}

static void test_lagged_member_gets_a_durable_snapshot(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 3);
    struct client *b = &w->clients[1];
    b->stream->room = 700;
    write_much(w, 100, 1000);
    client_create(&w->clients[2], "under way");
    world_turn(w);
    assert_true(w->journal.underway);
    b->stream->room = SIZE_MAX;
    world_turn(w);
    client_run(b);
    assert_int_equal(b->n_lagged, 1);
    assert_int_equal(b->member.state, MEMBER_LAGGED);
    world_settle(w);
    assert_int_equal(b->state.seq, 101);
}

/* Falls off the log while its first snapshot is still on its way. */
static void test_lag_in_the_middle_of_a_snapshot(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 1);
    write_much(w, 50, 1000);
    struct client *b = &w->clients[1];
    client_new_stream(b);
    client_connect(b, true, false);
    b->stream->room = 5000;
    world_settle(w);
    assert_false(b->has_state);
    write_much(w, 100, 1000);
    assert_int_equal(b->member.state, MEMBER_LAGGED);
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(b->n_lagged, 1);
    assert_int_equal(b->state.seq, w->canvas.head);
}

static void test_stuck_member_is_dropped(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *b = &w->clients[1];
    b->stream->room = 0;
    write_much(w, 1, 10);
    w->now_ms += 20000;
    rooms_tick(w->rooms);
    assert_true(b->connected);
    w->now_ms += 20000;
    rooms_tick(w->rooms);
    assert_int_equal(b->dropped, STATUS_SLOW);
    assert_true(w->clients[0].connected);
}

static void test_leaving_in_mid_frame_finishes_the_frame(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *b = &w->clients[1];
    b->stream->room = 700;
    write_much(w, 3, 1000);
    assert_true(b->stream->span_left > 0);
    unsigned before = b->n_committed;
    room_leave(&b->member);
    assert_int_equal(b->member.state, MEMBER_NONE);
    write_much(w, 3, 1000);
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(buf_len(&b->stream->received), 0); /* whole frames only */
    assert_int_equal(b->n_committed, before + 1);
    assert_null(b->member.rest);
}

static void test_session_may_vanish_at_any_time(void **state)
{
    struct world *w = *state;
    world_open(w, 4);
    client_create(&w->clients[0], "under way");
    world_turn(w);
    client_create(&w->clients[1], "queued");
    client_connect(&w->clients[4], false, false);
    for (size_t i = 0; i < 5; i++)
        client_disconnect(&w->clients[i]);
    while (journal_answer(&w->journal))
        ;
    rooms_tick(w->rooms);
    world_settle(w);
    assert_int_equal(w->canvas.head, 1);
    assert_int_equal(rooms_stats(w->rooms)->members, 0);
    world_open(w, 2);
    assert_int_equal(w->clients[0].acked, 1);
    assert_int_equal(w->clients[1].acked, 0);
}

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

/* ---------------------------------------------------------------- presence, checkpoints, history */

/* Lets the presence timer run. */
static void run_presence(struct world *w)
{
    while (!TAILQ_EMPTY(&w->rooms->presence))
        event_base_loop(w->base, EVLOOP_ONCE);
    world_settle(w);
}

static void set_presence(struct client *c, uint64_t object, const char *key)
{
    Cocanvas__Presence presence;
    cocanvas__presence__init(&presence);
    presence.object = object;
    presence.key = (char *)(uintptr_t)key;
    room_presence(&c->member, &presence);
}

static void test_presence_is_collected(void **state)
{
    struct world *w = *state;
    world_open(w, 3);
    run_presence(w);
    struct client *c = &w->clients[2];
    unsigned before = c->n_updates;
    for (uint64_t i = 1; i <= 10; i++) {
        set_presence(&w->clients[0], i, "notes");
        set_presence(&w->clients[1], 2 * i, "");
    }
    run_presence(w);
    assert_int_equal(c->n_updates, before + 1);
    assert_int_equal(c->n_present, 2);
    assert_int_equal(c->present[0].session, w->clients[0].member.session_no);
    assert_int_equal(c->present[0].object, 10);
    assert_string_equal(c->present[0].key, "notes");
    assert_int_equal(c->present[1].object, 20);
    room_leave(&w->clients[0].member);
    run_presence(w);
    assert_true(c->last_gone);
}

static void test_presence_of_all_is_sent_at_open(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    set_presence(&w->clients[0], 5, "");
    run_presence(w);
    struct client *c = &w->clients[2];
    client_connect(c, true, false);
    world_settle(w);
    assert_true(c->last_full);
    assert_int_equal(c->n_present, 2);
    assert_int_equal(c->present[0].object, 5);
    run_presence(w);
    assert_int_equal(w->clients[0].present[0].session, c->member.session_no);
}

static void test_presence_is_dropped_first_for_the_slow(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    run_presence(w);
    struct client *b = &w->clients[1];
    b->stream->room = 0;
    for (uint64_t i = 1; i <= 100; i++) {
        set_presence(&w->clients[0], i, "");
        run_presence(w);
    }
    assert_int_equal(stream_pending(b->stream), 0);
    assert_true(b->member.presence_stale);
    unsigned before = b->n_updates;
    write_much(w, 1, 10);
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(b->n_updates, before + 1);
    assert_true(b->last_full);
    assert_int_equal(b->present[0].object, 100);
}

static void test_checkpoints_carry_the_hash(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    write_much(w, 520, 3);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(w->clients[i].n_checkpoints, 2);
}

static void test_history_from_log_and_journal(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 2);
    write_much(w, 150, 1000);
    assert_true(w->rooms->by_id->log.first_seq > 100);
    struct client *b = &w->clients[1];
    b->history_next = 1;
    w->journal.page = 20;
    room_history(&b->member, 7, 1, 0);
    room_history(&b->member, 8, 1, 0);
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_BUSY);
    assert_true(b->history_last);
    assert_int_equal(b->history_next, 151);
    assert_true(b->n_pages > 5);
    b->history_next = 140; /* in the log alone */
    room_history(&b->member, 9, 140, 145);
    world_turn(w);
    assert_int_equal(w->journal.n_asked, 0);
    world_settle(w);
    assert_int_equal(b->history_next, 146);
    room_history(&b->member, 10, 500, 600); /* nothing there */
    world_settle(w);
    assert_int_equal(b->history_next, 146);
    assert_true(b->history_last);
}

static void test_history_shows_nothing_uncommitted(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    write_much(w, 2, 10);
    client_create(&w->clients[0], "under way");
    world_turn(w);
    struct client *b = &w->clients[1];
    b->history_next = 1;
    room_history(&b->member, 7, 1, 3);
    world_turn(w);
    client_run(b);
    assert_true(b->history_last);
    assert_int_equal(b->history_next, 3);
}

/* Each person once, with however many devices; those who are still on their way in do not count. */
static void test_who_is_present(void **state)
{
    struct world *w = *state;
    struct room_present present;
    struct uuid elsewhere;
    uuid_random(&elsewhere);
    rooms_present(w->rooms, &w->canvas.id, &present);
    assert_int_equal(present.count, 0);
    for (size_t i = 0; i < 12; i++)
        w->clients[i].author = i < 3 ? 7 : (uint32_t)i + 10; /* three devices of one person, and nine others */
    world_open(w, 12);
    rooms_present(w->rooms, &w->canvas.id, &present);
    assert_int_equal(present.count, 10);
    assert_int_equal(present.n, ROOM_PRESENT_MAX);
    assert_int_equal(present.authors[0], 7);
    assert_string_equal(present.names[0], "person 1");
    for (size_t i = 1; i < ROOM_PRESENT_MAX; i++)
        assert_int_equal(present.authors[i], i + 12);
    rooms_present(w->rooms, &elsewhere, &present);
    assert_int_equal(present.count + present.n, 0);
    for (size_t i = 3; i < 12; i++)
        client_disconnect(&w->clients[i]);
    client_disconnect(&w->clients[0]);
    client_connect(&w->clients[13], false, true); /* JOINING until the journal answers */
    rooms_present(w->rooms, &w->canvas.id, &present);
    assert_int_equal(present.count, 1);
    assert_int_equal(present.n, 1);
    world_settle(w);
    rooms_present(w->rooms, &w->canvas.id, &present);
    assert_int_equal(present.count, 2);
}

/* ---------------------------------------------------------------- old states */

/* 120 cards of 3,000 characters: a state of two parts. */
static void world_with_a_large_snapshot(struct world *w, size_t clients)
{
    world_open(w, clients);
    write_much(w, 120, 3000);
    room_store_snapshot(w->rooms->by_id, true);
    world_settle(w);
    assert_int_equal(w->canvas.snapshot_seq, 120);
    assert_true(buf_len(&w->canvas.snapshot) > ROOM_SNAPSHOT_PART);
}

static void test_old_states_come_in_parts(void **state)
{
    struct world *w = *state;
    world_with_a_large_snapshot(w, 2);
    write_much(w, 3, 10);
    struct client *b = &w->clients[1];
    room_past(&b->member, 7, 121);
    room_past(&b->member, 8, 121);
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_BUSY);
    assert_int_equal(b->n_pasts, 1);
    assert_int_equal(b->past_request, 7);
    assert_int_equal(b->past_seq, 120);
    assert_int_equal(b->n_parts, 2);
    assert_int_equal(b->state.seq, 123); /* its own state did not suffer */
    room_past(&b->member, 9, 119);
    world_settle(w);
    assert_int_equal(b->past_seq, 0);
    room_past(&b->member, 10, UINT64_MAX);
    world_settle(w);
    assert_int_equal(b->past_seq, 120);
    assert_int_equal(b->n_pasts, 3);
    room_past(&b->member, 0, 1);
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_UNEXPECTED);
}

static void test_an_old_state_waits_for_who_is_slow(void **state)
{
    struct world *w = *state;
    world_with_a_large_snapshot(w, 2);
    struct client *b = &w->clients[1];
    b->stream->room = 1000;
    room_past(&b->member, 7, 120);
    assert_int_equal(w->journal.n_asked, 1);
    journal_answer(&w->journal);
    world_turn(w);
    assert_int_equal(w->journal.n_asked, 0); /* one part in memory, and no other is read */
    assert_true(stream_pending(b->stream) < ROOM_SNAPSHOT_PART + 100);
    client_create(&w->clients[0], "others go on");
    world_settle(w);
    assert_int_equal(w->clients[0].state.seq, 121);
    assert_int_equal(b->n_pasts, 0);
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(b->n_pasts, 1);
    assert_int_equal(b->past_seq, 120);
    assert_int_equal(b->state.seq, 121);
}

static void test_an_old_state_that_goes_meanwhile(void **state)
{
    struct world *w = *state;
    world_with_a_large_snapshot(w, 2);
    struct client *b = &w->clients[1];
    room_past(&b->member, 7, 120);
    journal_answer(&w->journal);
    world_turn(w);
    assert_int_equal(w->journal.n_asked, 1);
    w->canvas.snapshot_seq = 119; /* the one that is being read was thinned out */
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_BUSY);
    assert_int_equal(b->n_pasts, 0);
    w->canvas.snapshot_seq = 120;
    journal_set_up(&w->journal, false);
    room_past(&b->member, 8, 120);
    world_settle(w);
    assert_int_equal(b->error_code, STATUS_DEGRADED);
    journal_set_up(&w->journal, true);
    room_past(&b->member, 9, 120);
    client_disconnect(b);
    world_settle(w); /* an answer for who has left */
    assert_int_equal(b->n_pasts, 0);
}

/* All snapshots together cost no more than a few times the journal: one of a large canvas waits until batches of half its own
 * size have come. */
static void test_a_large_state_is_stored_seldom(void **state)
{
    struct world *w = *state;
    world_with_a_large_snapshot(w, 1);
    w->limits.snapshot_batches = 3;
    unsigned before = w->canvas.snapshots;
    size_t state_bytes = buf_len(&w->canvas.snapshot), log_before = w->rooms->by_id->bytes_since;
    assert_int_equal(log_before, 0);
    write_much(w, 40, 10);
    assert_int_equal(w->canvas.snapshots, before);
    assert_true(w->rooms->by_id->bytes_since < state_bytes / 2);
    while (w->canvas.snapshots == before) {
        assert_true(w->rooms->by_id->bytes_since < state_bytes / 2 + 4000);
        write_much(w, 1, 3000);
    }
    assert_true(w->canvas.snapshot_seq > 120 + 40 + state_bytes / 2 / 3200);
    assert_true(w->canvas.snapshot_seq < 120 + 40 + state_bytes / 2 / 2800);
}

/* ---------------------------------------------------------------- release and drain */

static void test_idle_room_is_stored_and_released(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    write_much(w, 3, 10);
    client_disconnect(&w->clients[0]);
    rooms_tick(w->rooms);
    assert_int_equal(w->canvas.snapshots, 0);
    w->now_ms += 60000;
    rooms_tick(w->rooms);
    world_settle(w);
    assert_int_equal(w->canvas.snapshots, 1);
    assert_int_equal(w->canvas.snapshot_seq, 3);
    assert_int_equal(w->canvas.releases, 1);
    assert_int_equal(rooms_stats(w->rooms)->rooms, 0);
    world_open(w, 1); /* loads the snapshot */
    assert_int_equal(w->clients[0].state.seq, 3);
    client_disconnect(&w->clients[0]);
    w->now_ms += 60000;
    rooms_tick(w->rooms);
    assert_int_equal(w->canvas.snapshots, 1); /* nothing changed */
    assert_int_equal(rooms_stats(w->rooms)->rooms, 0);
}

static void test_join_stops_a_release(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    write_much(w, 1, 10);
    client_disconnect(&w->clients[0]);
    w->now_ms += 60000;
    rooms_tick(w->rooms);
    assert_int_equal(w->rooms->by_id->state, ROOM_RELEASING);
    client_connect(&w->clients[0], false, false);
    world_settle(w);
    assert_true(w->clients[0].open);
    assert_int_equal(w->canvas.releases, 0);
    write_much(w, 1, 10);
}

static void count_call(void *ctx)
{
    ++*(int *)ctx;
}

static void test_drain_finishes_and_stores(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    client_create(&w->clients[0], "under way");
    world_turn(w);
    client_create(&w->clients[1], "queued");
    int drained = 0;
    rooms_drain(w->rooms, count_call, &drained);
    client_connect(&w->clients[2], true, false);
    assert_int_equal(w->clients[2].refused, STATUS_SHUTDOWN);
    assert_int_equal(drained, 0);
    world_settle(w);
    assert_int_equal(drained, 1);
    assert_int_equal(w->canvas.head, 2);
    assert_int_equal(w->canvas.snapshot_seq, 2);
    assert_int_equal(w->canvas.releases, 1);
    client_create(&w->clients[0], "too late");
    world_settle(w);
    assert_int_equal(w->canvas.head, 2);
}

static void test_drain_without_a_journal(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    journal_set_up(&w->journal, false);
    client_create(&w->clients[0], "stays with the client");
    world_turn(w);
    int drained = 0;
    rooms_drain(w->rooms, count_call, &drained);
    assert_int_equal(drained, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_batch_is_seen_after_commit),
        TEST(test_group_collects_while_commit_is_under_way),
        TEST(test_batch_sent_again_is_dropped),
        TEST(test_next_batch_behind_a_late_repetition),
        TEST(test_bookkeeping_outlives_the_room),
        TEST(test_gap_in_client_seq_drops_the_session),
        TEST(test_second_batch_before_answer_drops_the_session),
        TEST(test_garbage_gets_an_error),
        TEST(test_late_insert_goes_left),
        TEST(test_edits_of_one_group_are_transformed),
        TEST(test_edit_with_nothing_left_is_still_answered),
        TEST(test_reject_names_the_op_of_the_submit),
        TEST(test_wrong_length_at_base_is_refused),
        TEST(test_base_before_own_edit_is_refused),
        TEST(test_base_from_the_future_is_refused),
        TEST(test_base_older_than_the_log_is_stale),
        TEST(test_reject_is_durable_and_counts_as_answered),
        TEST(test_batch_is_all_or_none),
        TEST(test_too_many_ops_are_refused),
        TEST(test_batch_that_removes_too_much_is_refused),
        TEST(test_title_goes_to_the_journal),
        TEST(test_long_keys_are_spread_anew),
        TEST(test_join_waits_for_a_durable_state),
        TEST(test_join_is_served_before_the_next_group),
        TEST(test_join_follows_from_its_own_state),
        TEST(test_state_that_does_not_fit_gets_a_snapshot),
        TEST(test_snapshot_is_encoded_once_for_many),
        TEST(test_nobody_is_taken_back),
        TEST(test_loads_from_snapshot_and_suffix),
        TEST(test_newer_session_replaces_the_older),
        TEST(test_reject_of_a_replaced_session),
        TEST(test_queued_batch_of_a_replaced_session_is_discarded),
        TEST(test_client_id_of_another_person_is_denied),
        TEST(test_other_workspace_is_not_found),
        TEST(test_reader_may_not_submit),
        TEST(test_people_are_told),
        TEST(test_slow_member_is_caught_up_by_a_snapshot),
        TEST(test_lagged_member_gets_a_durable_snapshot),
        TEST(test_lag_in_the_middle_of_a_snapshot),
        TEST(test_stuck_member_is_dropped),
        TEST(test_leaving_in_mid_frame_finishes_the_frame),
        TEST(test_session_may_vanish_at_any_time),
        TEST(test_unknown_outcome_that_was_committed),
        TEST(test_unknown_outcome_that_was_not_committed),
        cmocka_unit_test(test_unknown_outcome_of_a_reject),
        TEST(test_unknown_outcome_without_a_break),
        TEST(test_unknown_outcome_and_another_owner),
        TEST(test_join_while_uncertain_waits),
        TEST(test_fenced_room_is_closed),
        TEST(test_fence_found_by_a_join),
        TEST(test_fence_found_by_a_join_while_a_group_is_under_way),
        TEST(test_journal_away_and_back),
        TEST(test_a_full_disk_is_no_up_and_down),
        TEST(test_doubt_ends_with_its_room),
        TEST(test_canvas_cannot_be_opened_while_the_journal_is_away),
        TEST(test_presence_is_collected),
        TEST(test_presence_of_all_is_sent_at_open),
        TEST(test_presence_is_dropped_first_for_the_slow),
        TEST(test_checkpoints_carry_the_hash),
        TEST(test_a_refused_batch_is_found_and_rejected),
        TEST(test_refused_batches_at_every_place),
        TEST(test_a_refused_title_is_left_out),
        TEST(test_an_outcome_unknown_while_searching),
        TEST(test_history_from_log_and_journal),
        TEST(test_history_shows_nothing_uncommitted),
        TEST(test_who_is_present),
        TEST(test_old_states_come_in_parts),
        TEST(test_an_old_state_waits_for_who_is_slow),
        TEST(test_an_old_state_that_goes_meanwhile),
        TEST(test_a_large_state_is_stored_seldom),
        TEST(test_idle_room_is_stored_and_released),
        TEST(test_join_stops_a_release),
        TEST(test_drain_finishes_and_stores),
        TEST(test_drain_without_a_journal),
    };
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
