/* Who comes into a room, and how it is brought up to date; who is too slow for it (room_fakes.h). */
#include "tests/support/room_fakes.h"

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
    uint64_t card = world_open_with_text(w, 2);
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
    b->member = (struct member){.stream = b->stream, .session = b, .cb = &client_member_callbacks, .id = 99};
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

static void test_slow_member_is_caught_up_by_a_snapshot(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 2);
    struct client *b = &w->clients[1];
    b->stream->room = 700; /* ends in the middle of a frame */
    world_write_much(w, 100, 1000);
    assert_int_equal(b->member.state, MEMBER_LAGGED);
    assert_int_equal(b->n_lagged, 0);
    assert_true(w->rooms->by_id->log.end - w->rooms->by_id->log.begin < (40 << 10));
    b->stream->room = SIZE_MAX;
    world_settle(w);
    assert_int_equal(b->n_lagged, 1);
    assert_int_equal(b->state.seq, w->canvas.head);
    client_check_hash(b);
    world_write_much(w, 3, 10);
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
    world_write_much(w, 100, 1000);
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
    world_write_much(w, 50, 1000);
    struct client *b = &w->clients[1];
    client_new_stream(b);
    client_connect(b, true, false);
    b->stream->room = 5000;
    world_settle(w);
    assert_false(b->has_state);
    world_write_much(w, 100, 1000);
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
    world_write_much(w, 1, 10);
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
    world_write_much(w, 3, 1000);
    assert_true(b->stream->span_left > 0);
    unsigned before = b->n_committed;
    room_leave(&b->member);
    assert_int_equal(b->member.state, MEMBER_NONE);
    world_write_much(w, 3, 1000);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_join_waits_for_a_durable_state),
        ROOM_TEST(test_join_is_served_before_the_next_group),
        ROOM_TEST(test_join_follows_from_its_own_state),
        ROOM_TEST(test_state_that_does_not_fit_gets_a_snapshot),
        ROOM_TEST(test_snapshot_is_encoded_once_for_many),
        ROOM_TEST(test_nobody_is_taken_back),
        ROOM_TEST(test_loads_from_snapshot_and_suffix),
        ROOM_TEST(test_newer_session_replaces_the_older),
        ROOM_TEST(test_reject_of_a_replaced_session),
        ROOM_TEST(test_queued_batch_of_a_replaced_session_is_discarded),
        ROOM_TEST(test_client_id_of_another_person_is_denied),
        ROOM_TEST(test_other_workspace_is_not_found),
        ROOM_TEST(test_reader_may_not_submit),
        ROOM_TEST(test_people_are_told),
        ROOM_TEST(test_slow_member_is_caught_up_by_a_snapshot),
        ROOM_TEST(test_lagged_member_gets_a_durable_snapshot),
        ROOM_TEST(test_lag_in_the_middle_of_a_snapshot),
        ROOM_TEST(test_stuck_member_is_dropped),
        ROOM_TEST(test_leaving_in_mid_frame_finishes_the_frame),
        ROOM_TEST(test_session_may_vanish_at_any_time),
    };
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
