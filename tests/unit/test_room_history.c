/* What a room keeps and shows beside its batches: presence, checkpoints, history, old states; and how it is stored,
 * released and drained (room_fakes.h). */
#include "tests/support/room_fakes.h"

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
    world_write_much(w, 1, 10);
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
    world_write_much(w, 520, 3);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(w->clients[i].n_checkpoints, 2);
}

static void test_history_from_log_and_journal(void **state)
{
    struct world *w = *state;
    w->limits.log_bytes = 32 << 10;
    world_open(w, 2);
    world_write_much(w, 150, 1000);
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
    world_write_much(w, 2, 10);
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
    world_write_much(w, 120, 3000);
    room_store_snapshot(w->rooms->by_id, true);
    world_settle(w);
    assert_int_equal(w->canvas.snapshot_seq, 120);
    assert_true(buf_len(&w->canvas.snapshot) > ROOM_SNAPSHOT_PART);
}

static void test_old_states_come_in_parts(void **state)
{
    struct world *w = *state;
    world_with_a_large_snapshot(w, 2);
    world_write_much(w, 3, 10);
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
    world_write_much(w, 40, 10);
    assert_int_equal(w->canvas.snapshots, before);
    assert_true(w->rooms->by_id->bytes_since < state_bytes / 2);
    while (w->canvas.snapshots == before) {
        assert_true(w->rooms->by_id->bytes_since < state_bytes / 2 + 4000);
        world_write_much(w, 1, 3000);
    }
    assert_true(w->canvas.snapshot_seq > 120 + 40 + state_bytes / 2 / 3200);
    assert_true(w->canvas.snapshot_seq < 120 + 40 + state_bytes / 2 / 2800);
}

/* ---------------------------------------------------------------- release and drain */

static void test_idle_room_is_stored_and_released(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    world_write_much(w, 3, 10);
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
    world_write_much(w, 1, 10);
    client_disconnect(&w->clients[0]);
    w->now_ms += 60000;
    rooms_tick(w->rooms);
    assert_int_equal(w->rooms->by_id->state, ROOM_RELEASING);
    client_connect(&w->clients[0], false, false);
    world_settle(w);
    assert_true(w->clients[0].open);
    assert_int_equal(w->canvas.releases, 0);
    world_write_much(w, 1, 10);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_presence_is_collected),
        ROOM_TEST(test_presence_of_all_is_sent_at_open),
        ROOM_TEST(test_presence_is_dropped_first_for_the_slow),
        ROOM_TEST(test_checkpoints_carry_the_hash),
        ROOM_TEST(test_history_from_log_and_journal),
        ROOM_TEST(test_history_shows_nothing_uncommitted),
        ROOM_TEST(test_who_is_present),
        ROOM_TEST(test_old_states_come_in_parts),
        ROOM_TEST(test_an_old_state_waits_for_who_is_slow),
        ROOM_TEST(test_an_old_state_that_goes_meanwhile),
        ROOM_TEST(test_a_large_state_is_stored_seldom),
        ROOM_TEST(test_idle_room_is_stored_and_released),
        ROOM_TEST(test_join_stops_a_release),
        ROOM_TEST(test_drain_finishes_and_stores),
        ROOM_TEST(test_drain_without_a_journal),
    };
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
