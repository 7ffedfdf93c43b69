/* The journal against a real PostgreSQL: group commit, fencing, taking, clients, history, snapshots. What happens
 * when things break is in test_journal_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/journal_internal.h"
#include "tests/support/journal_fixture.h"

static struct pg_cluster *cluster_of(void **state)
{
    return *state;
}

static long head_of(struct pg_cluster *cluster, const struct fixture_canvas *canvas)
{
    return pg_cluster_ask_number(cluster, "SELECT head_seq FROM canvas WHERE canvas_id = '%s'", canvas->id_text);
}

static long rows_of(struct pg_cluster *cluster, const struct fixture_canvas *canvas)
{
    return pg_cluster_ask_number(cluster, "SELECT count(*) FROM journal WHERE canvas_id = '%s'", canvas->id_text);
}

/* ---------------------------------------------------------------- group commit */

static void test_a_group_writes_rows_in_order(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, true);
    assert_int_equal(f->take_status, STATUS_OK);
    assert_int_equal(f->taken.epoch, 1);
    assert_int_equal(f->taken.head_seq, 0);
    assert_true(journal_is_idle(f->journal));

    fixture_add(f, 41, &canvas, 1, 0, 3, 7);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    assert_int_equal(f->commits[0].room_id, 41);
    assert_true(f->idle_when_done);
    assert_int_equal(head_of(cluster_of(state), &canvas), 3);
    char *rows = pg_cluster_ask(cluster_of(state),
        "SELECT string_agg(concat_ws(',', seq, epoch, client, client_seq, author, time_ms, encode(payload, 'escape')), ' ' ORDER BY seq)"
        " FROM journal WHERE canvas_id = '%s' AND workspace_id = '%s'", canvas.id_text, canvas.workspace_text);
    assert_string_equal(rows, "1,1,7,10,107,1000001,batch 1 2,1,7,20,107,1000002,batch 2 3,1,7,30,107,1000003,batch 3");
    free(rows);
    assert_int_equal(pg_cluster_ask_number(cluster_of(state), "SELECT changed_ms FROM canvas WHERE canvas_id = '%s'", canvas.id_text), 1000003);

    fixture_add(f, 41, &canvas, 1, 3, 1, 7);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    assert_int_equal(head_of(cluster_of(state), &canvas), 4);
    assert_int_equal(journal_stats(f->journal)->groups, 2);
    assert_int_equal(journal_stats(f->journal)->batches, 4);
    fixture_free(f);
}

static void test_an_empty_group_is_nothing(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    journal_send(f->journal);
    assert_true(journal_is_idle(f->journal));
    assert_int_equal(journal_stats(f->journal)->groups, 0);
    fixture_free(f);
}

/* Parts of 0 to 4 batches, with positions and titles for some: every canvas gets its own slices. */
static void test_many_canvases_in_one_group(void **state)
{
    enum { N = 60 };
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas[N];
    for (unsigned i = 0; i < N; i++) {
        canvas[i] = fixture_canvas(cluster_of(state));
        struct uuid client_id;
        uuid_random(&client_id);
        fixture_take(f, &canvas[i], false);
        fixture_client(f, &canvas[i], 1, &client_id, 9);
        assert_int_equal(f->client.number, 1);
    }
    for (unsigned i = 0; i < N; i++) {
        fixture_add(f, i, &canvas[i], 1, 0, i % 5, 1);
        if (i % 3 == 0)
            journal_add_position(f->journal, &(struct journal_client){.number = 1, .last_client_seq = i + 1, .last_object = i + 2});
        if (i % 7 == 0)
            journal_set_title(f->journal, "changed title");
    }
    fixture_commit(f);
    assert_int_equal(f->n_commits, N);
    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(f->commits[i].room_id, i);
        assert_int_equal(f->commits[i].outcome, COMMIT_DONE);
        assert_int_equal(head_of(cluster_of(state), &canvas[i]), i % 5);
        assert_int_equal(rows_of(cluster_of(state), &canvas[i]), i % 5);
        long position = pg_cluster_ask_number(cluster_of(state), "SELECT last_client_seq FROM client_pos WHERE canvas_id = '%s'", canvas[i].id_text);
        assert_int_equal(position, i % 3 == 0 ? i + 1 : 0);
        char *title = pg_cluster_ask(cluster_of(state), "SELECT title FROM canvas WHERE canvas_id = '%s'", canvas[i].id_text);
        assert_string_equal(title, i % 7 == 0 ? "changed title" : "first title");
        free(title);
    }
    assert_int_equal(pg_cluster_ask_number(cluster_of(state),
        "SELECT count(*) FROM journal WHERE encode(payload, 'escape') <> 'batch ' || seq"), 0);
    fixture_free(f);
}

static void test_large_batches(void **state)
{
    enum { LARGE = 200000, N = 1000 };
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, false);
    uint8_t *payload = xmalloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        payload[i] = (uint8_t)(i * 31);
    journal_add_canvas(f->journal, 1, &canvas.workspace, &canvas.id, 1, 0, N);
    for (uint64_t seq = 1; seq <= N; seq++) {
        struct journal_row row = {.seq = seq, .payload = payload, .payload_len = seq % 100 == 0 ? LARGE : seq};
        journal_add_row(f->journal, &row);
    }
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    assert_int_equal(rows_of(cluster_of(state), &canvas), N);
    char *sum = pg_cluster_ask(cluster_of(state), "SELECT md5(payload) = (SELECT md5(payload) FROM journal WHERE canvas_id = '%s' AND seq = 200)"
                               " AND octet_length(payload) = 200000 FROM journal WHERE canvas_id = '%s' AND seq = 900", canvas.id_text, canvas.id_text);
    assert_string_equal(sum, "t");
    free(sum);
    free(payload);
    fixture_free(f);
}

/* ---------------------------------------------------------------- fencing (P12) */

/* Each of head, epoch and owner alone fences; and the rest of the group is written. */
static void test_a_stale_canvas_is_fenced_and_the_others_are_written(void **state)
{
    static const char *const changes[] = {"head_seq = head_seq + 1", "epoch = epoch + 1", "epoch = epoch - 1", "owner = NULL",
                                          "owner = '00000000-0000-4000-8000-000000000001'"};
    enum { N = sizeof changes / sizeof *changes };
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    for (unsigned i = 0; i < N; i++) {
        struct fixture_canvas stale = fixture_canvas(cluster_of(state)), good = fixture_canvas(cluster_of(state));
        struct uuid client_id;
        uuid_random(&client_id);
        fixture_take(f, &stale, false);
        fixture_take(f, &good, false);
        fixture_client(f, &stale, 1, &client_id, 9);
        pg_cluster_sql(cluster_of(state), "UPDATE canvas SET %s WHERE canvas_id = '%s'", changes[i], stale.id_text);
        long head = head_of(cluster_of(state), &stale);

        unsigned first = f->n_commits;
        fixture_add(f, 1, &stale, 1, 0, 2, 1);
        journal_add_position(f->journal, &(struct journal_client){.number = 1, .last_client_seq = 20});
        journal_set_title(f->journal, "stolen");
        fixture_add(f, 2, &good, 1, 0, 2, 0);
        fixture_commit(f);
        assert_int_equal(f->commits[first].outcome, COMMIT_FENCED);
        assert_int_equal(f->commits[first + 1].outcome, COMMIT_DONE);
        assert_int_equal(head_of(cluster_of(state), &stale), head);
        assert_int_equal(rows_of(cluster_of(state), &stale), 0);
        assert_int_equal(rows_of(cluster_of(state), &good), 2);
        assert_int_equal(pg_cluster_ask_number(cluster_of(state), "SELECT last_client_seq FROM client_pos WHERE canvas_id = '%s'", stale.id_text), 0);
        assert_int_equal(pg_cluster_ask_number(cluster_of(state), "SELECT count(*) FROM canvas WHERE title = 'stolen'"), 0);
    }
    assert_int_equal(journal_stats(f->journal)->fenced, N);
    assert_true(f->up);
    fixture_free(f);
}

/* Two daemons that both believe they own a canvas: one commit per seq succeeds. */
static void test_of_two_owners_one_writes(void **state)
{
    struct fixture *a = fixture_new(cluster_of(state), "a"), *b = fixture_new(cluster_of(state), "b");
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(a, &canvas, false);
    fixture_take(b, &canvas, false);
    assert_int_equal(b->take_status, STATUS_CONFLICT);
    pg_cluster_sql(cluster_of(state), "UPDATE node SET lease_until = now() - interval '1 s' WHERE name = 'a'");
    fixture_take(b, &canvas, false);
    assert_int_equal(b->take_status, STATUS_OK);
    assert_int_equal(b->taken.epoch, 2);
    fixture_add(a, 1, &canvas, 1, 0, 1, 0);
    fixture_add(b, 1, &canvas, 2, 0, 1, 0);
    journal_send(a->journal);
    assert_int_equal(fixture_commit(b), COMMIT_DONE);
    fixture_wait(a, &a->n_groups_done, 0);
    assert_int_equal(a->commits[0].outcome, COMMIT_FENCED);
    assert_int_equal(rows_of(cluster_of(state), &canvas), 1);
    fixture_free(a);
    fixture_free(b);
}

/* ---------------------------------------------------------------- taking */

static void test_taking_reads_snapshot_and_suffix(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, true);
    assert_int_equal(f->taken.snapshot_seq, 0);
    assert_string_equal(f->snapshot, "state 0");
    assert_true(f->taken.snapshot_hash == (uint64_t)-7);
    assert_int_equal(f->taken.n_suffix, 0);
    assert_int_equal(f->taken.oldest_seq, 1);
    assert_int_equal(f->taken.next_client, 1);
    assert_true(uuid_equal(&f->taken.workspace, &canvas.workspace));

    fixture_add(f, 1, &canvas, 1, 0, 5, 0);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    fixture_take(f, &canvas, true);
    assert_int_equal(f->taken.epoch, 2);
    assert_int_equal(f->taken.head_seq, 5);
    assert_int_equal(f->taken.n_suffix, 5);
    assert_string_equal(f->suffix[0], "batch 1");
    assert_string_equal(f->suffix[4], "batch 5");

    journal_snapshot(f->journal, 1, &canvas.workspace, &canvas.id, 2, 3, 99, (const uint8_t *)"state 3", 7);
    fixture_wait(f, &f->n_snapshots, 0);
    assert_int_equal(f->snapshot_status, STATUS_OK);
    fixture_take(f, &canvas, true);
    assert_int_equal(f->taken.snapshot_seq, 3);
    assert_int_equal(f->taken.snapshot_hash, 99);
    assert_string_equal(f->snapshot, "state 3");
    assert_int_equal(f->taken.n_suffix, 2);
    assert_string_equal(f->suffix[0], "batch 4");

    pg_cluster_sql(cluster_of(state), "DELETE FROM journal WHERE canvas_id = '%s' AND seq <= 3", canvas.id_text);
    fixture_take(f, &canvas, true);
    assert_int_equal(f->taken.oldest_seq, 4);
    pg_cluster_sql(cluster_of(state), "DELETE FROM journal WHERE canvas_id = '%s'", canvas.id_text);
    fixture_take(f, &canvas, false);
    assert_int_equal(f->taken.oldest_seq, 6);
    assert_int_equal(f->taken.epoch, 5);
    assert_null(f->taken.snapshot);
    fixture_free(f);
}

static void test_a_canvas_that_is_not_there(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas;
    uuid_random(&canvas.id);
    fixture_take(f, &canvas, true);
    assert_int_equal(f->take_status, STATUS_NOT_FOUND);
    assert_true(f->up);
    fixture_free(f);
}

static void test_a_live_owner_keeps_and_a_released_canvas_is_free(void **state)
{
    struct fixture *a = fixture_new(cluster_of(state), "a"), *b = fixture_new(cluster_of(state), "b");
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(a, &canvas, true);
    fixture_take(b, &canvas, true);
    assert_int_equal(b->take_status, STATUS_CONFLICT);
    struct fixture_canvas other = fixture_canvas(cluster_of(state));
    journal_release(a->journal, &canvas.workspace, &canvas.id, 99);      /* not our epoch: no effect */
    fixture_take(a, &other, false);                                      /* answers come in order: the release is through */
    fixture_take(b, &canvas, true);
    assert_int_equal(b->take_status, STATUS_CONFLICT);
    fixture_take(a, &canvas, true);
    assert_int_equal(a->taken.epoch, 2);
    journal_release(a->journal, &canvas.workspace, &canvas.id, 2);
    while (pg_cluster_ask_number(cluster_of(state), "SELECT count(*) FROM canvas WHERE canvas_id = '%s' AND owner IS NULL", canvas.id_text) == 0)
        event_base_loop(a->base, EVLOOP_NONBLOCK);
    fixture_take(b, &canvas, true);
    assert_int_equal(b->take_status, STATUS_OK);
    assert_int_equal(b->taken.epoch, 3);
    fixture_free(a);
    fixture_free(b);
}

/* A restarted daemon does not wait for its own old lease; and the old one, if it still runs, takes nothing any more. */
static void test_a_restart_supersedes_the_incarnation_before(void **state)
{
    struct fixture *old = fixture_new(cluster_of(state), "n1");
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(old, &canvas, true);
    struct fixture *young = fixture_new(cluster_of(state), "n1");
    fixture_take(young, &canvas, true);
    assert_int_equal(young->take_status, STATUS_OK);
    assert_int_equal(young->taken.epoch, 2);
    fixture_add(old, 1, &canvas, 1, 0, 1, 0);
    assert_int_equal(fixture_commit(old), COMMIT_FENCED);
    fixture_take(old, &canvas, true);
    assert_int_equal(old->take_status, STATUS_CONFLICT);
    struct fixture_canvas other = fixture_canvas(cluster_of(state));
    fixture_take(old, &other, true);
    assert_int_equal(old->take_status, STATUS_CONFLICT);

    /* nor does it keep the young one's lease alive, should that one die */
    pg_cluster_sql(cluster_of(state), "UPDATE node SET lease_until = '2020-01-01' WHERE name = 'n1'");
    event_active(old->journal->heartbeat, EV_TIMEOUT, 0);
    do
        event_base_loop(old->base, EVLOOP_ONCE);
    while (old->journal->beating);
    assert_int_equal(pg_cluster_ask_number(cluster_of(state), "SELECT (lease_until < now())::int FROM node WHERE name = 'n1'"), 1);
    fixture_free(old);
    fixture_free(young);
}

/* The lease is renewed by itself, and an old incarnation does not win it back. */
static void test_the_lease_is_renewed(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), "renew");
    pg_cluster_sql(cluster_of(state), "UPDATE node SET lease_until = now() WHERE name = 'renew'");
    while (pg_cluster_ask_number(cluster_of(state), "SELECT count(*) FROM node WHERE name = 'renew' AND lease_until > now() + interval '5 s'") == 0)
        event_base_loop(f->base, EVLOOP_ONCE);
    fixture_free(f);
}

/* ---------------------------------------------------------------- clients (P3) */

static void test_clients_get_numbers_and_keep_them(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state)), other = fixture_canvas(cluster_of(state));
    struct uuid first, second;
    uuid_random(&first);
    uuid_random(&second);
    fixture_take(f, &other, false);
    fixture_take(f, &canvas, false);
    fixture_client(f, &canvas, 1, &first, 4);
    assert_int_equal(f->client_status, STATUS_OK);
    assert_int_equal(f->client.number, 1);
    assert_int_equal(f->client.author, 4);
    assert_int_equal(f->client.last_client_seq, 0);
    fixture_client(f, &canvas, 1, &second, 5);
    assert_int_equal(f->client.number, 2);
    fixture_client(f, &canvas, 1, &first, 4);
    assert_int_equal(f->client.number, 1);
    fixture_client(f, &canvas, 1, &first, 5);
    assert_int_equal(f->client_status, STATUS_DENIED);
    fixture_client(f, &other, 1, &first, 5);
    assert_int_equal(f->client.number, 1);
    uuid_random(&second);
    fixture_client(f, &canvas, 2, &second, 5);
    assert_int_equal(f->client_status, STATUS_CONFLICT);
    fixture_client(f, &canvas, 2, &first, 4);
    assert_int_equal(f->client_status, STATUS_CONFLICT);
    fixture_take(f, &canvas, false);
    assert_int_equal(f->taken.next_client, 3);
    fixture_free(f);
}

static void test_positions_outlive_the_journal(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    struct uuid first, second;
    uuid_random(&first);
    uuid_random(&second);
    fixture_take(f, &canvas, false);
    fixture_client(f, &canvas, 1, &first, 4);
    fixture_client(f, &canvas, 1, &second, 5);
    fixture_add(f, 1, &canvas, 1, 0, 2, 1);
    journal_add_position(f->journal, &(struct journal_client){.number = 1, .author = 4, .last_client_seq = 20, .last_object = UINT32_MAX});
    journal_add_position(f->journal, &(struct journal_client){
        .number = 2, .author = 5, .last_client_seq = 8, .last_object = 3, .reject_client_seq = 8, .reject_code = 11, .reject_at_seq = 2});
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    /* only a position: a batch that was refused, with the head as it is */
    fixture_add(f, 1, &canvas, 1, 2, 0, 0);
    journal_add_position(f->journal, &(struct journal_client){.number = 1, .author = 4, .last_client_seq = 21, .last_object = UINT32_MAX});
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    pg_cluster_sql(cluster_of(state), "DELETE FROM journal WHERE canvas_id = '%s'", canvas.id_text);

    fixture_client(f, &canvas, 1, &first, 4);
    assert_int_equal(f->client.last_client_seq, 21);
    assert_true(f->client.last_object == UINT32_MAX);
    assert_int_equal(f->client.reject_client_seq, 0);
    fixture_client(f, &canvas, 1, &second, 5);
    assert_int_equal(f->client.last_client_seq, 8);
    assert_int_equal(f->client.last_object, 3);
    assert_int_equal(f->client.reject_client_seq, 8);
    assert_int_equal(f->client.reject_code, 11);
    assert_int_equal(f->client.reject_at_seq, 2);
    fixture_free(f);
}

/* ---------------------------------------------------------------- history and snapshots */

static void read_history(struct fixture *f, const struct fixture_canvas *canvas, uint64_t from, uint64_t to)
{
    unsigned old = f->n_reads;
    journal_read(f->journal, 1, 2, 3, &canvas->workspace, &canvas->id, from, to);
    fixture_wait(f, &f->n_reads, old);
}

static void test_history_comes_in_pages(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);      /* 10 batches or 1,000 bytes a page */
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, false);
    fixture_add(f, 1, &canvas, 1, 0, 25, 1);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    read_history(f, &canvas, 1, 25);
    assert_int_equal(f->read_n, 10);
    assert_false(f->read_last);
    assert_int_equal(f->read_oldest, 1);
    assert_string_equal(f->read[0], "batch 1");
    assert_string_equal(f->read[9], "batch 10");
    read_history(f, &canvas, 21, 25);
    assert_int_equal(f->read_n, 5);
    assert_true(f->read_last);
    assert_string_equal(f->read[4], "batch 25");
    read_history(f, &canvas, 26, UINT64_MAX);
    assert_int_equal(f->read_status, STATUS_OK);
    assert_int_equal(f->read_n, 0);
    assert_true(f->read_last);

    uint8_t payload[600] = {0};
    journal_add_canvas(f->journal, 1, &canvas.workspace, &canvas.id, 1, 25, 29);
    for (uint64_t seq = 26; seq <= 29; seq++)
        journal_add_row(f->journal, &(struct journal_row){.seq = seq, .payload = payload, .payload_len = sizeof payload});
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    read_history(f, &canvas, 26, 29);
    assert_int_equal(f->read_n, 2);      /* the page ends with the batch that goes over its bytes */
    assert_false(f->read_last);
    pg_cluster_sql(cluster_of(state), "DELETE FROM journal WHERE canvas_id = '%s' AND seq < 28", canvas.id_text);
    read_history(f, &canvas, 1, 28);
    assert_int_equal(f->read_n, 1);
    assert_true(f->read_last);
    assert_int_equal(f->read_oldest, 28);
    fixture_free(f);
}

static void store_snapshot(struct fixture *f, const struct fixture_canvas *canvas, uint64_t seq, const char *state)
{
    unsigned old = f->n_snapshots;
    journal_snapshot(f->journal, 1, &canvas->workspace, &canvas->id, 1, seq, seq, (const uint8_t *)state, strlen(state));
    fixture_wait(f, &f->n_snapshots, old);
    assert_int_equal(f->snapshot_status, STATUS_OK);
}

static void assert_kept(void **state, const struct fixture_canvas *canvas, const char *expected)
{
    char *seqs = pg_cluster_ask(cluster_of(state), "SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM snapshot WHERE canvas_id = '%s'",
                                canvas->id_text);
    assert_string_equal(seqs, expected);
    free(seqs);
}

static void test_the_last_two_snapshots_are_kept(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, false);
    fixture_add(f, 1, &canvas, 1, 0, 9, 1);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    for (uint64_t seq = 2; seq <= 8; seq += 2)
        store_snapshot(f, &canvas, seq, "s");
    assert_kept(state, &canvas, "0 6 8");

    static const struct { uint64_t epoch, seq; } refused[] = {{2, 9}, {1, 10}};      /* not our epoch; beyond the head */
    for (int i = 0; i < 2; i++) {
        unsigned old = f->n_snapshots;
        journal_snapshot(f->journal, 1, &canvas.workspace, &canvas.id, refused[i].epoch, refused[i].seq, 1, (const uint8_t *)"s", 1);
        fixture_wait(f, &f->n_snapshots, old);
        assert_int_equal(f->snapshot_status, STATUS_CONFLICT);
    }
    fixture_free(f);
}

/* A history of 30,000 batches with a snapshot at every 1,000: however it grows, no past state is further than two times 4,096
 * batches behind a snapshot, and there is one of them for each 4,096. */
static void test_snapshots_are_thinned_evenly(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state)), other = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, false);
    pg_cluster_sql(cluster_of(state), "UPDATE canvas SET head_seq = 30000 WHERE canvas_id = '%s'", canvas.id_text);
    for (uint64_t seq = 1000; seq <= 30000; seq += 1000)
        store_snapshot(f, &canvas, seq, "s");
    assert_kept(state, &canvas, "0 5000 9000 13000 17000 21000 25000 29000 30000");
    store_snapshot(f, &canvas, 29500, "s"); /* the first of the last 4,096 stays; it is 29,000 that is one of the last two no more */
    assert_kept(state, &canvas, "0 5000 9000 13000 17000 21000 25000 29000 29500 30000");
    assert_kept(state, &other, "0");
    fixture_free(f);
}

static void ask_state(struct fixture *f, const struct fixture_canvas *canvas, uint64_t least, uint64_t most, size_t offset, size_t len)
{
    unsigned old = f->n_parts;
    journal_state(f->journal, 1, 2, 3, &canvas->workspace, &canvas->id, least, most, offset, len);
    fixture_wait(f, &f->n_parts, old);
}

static void test_old_states_are_read_in_parts(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state)), other = fixture_canvas(cluster_of(state));
    fixture_take(f, &canvas, false);
    fixture_add(f, 1, &canvas, 1, 0, 9, 1);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    store_snapshot(f, &canvas, 4, "the fourth");
    store_snapshot(f, &canvas, 8, "the eighth");
    ask_state(f, &canvas, 0, 7, 0, 6);
    assert_int_equal(f->part_status, STATUS_OK);
    assert_int_equal(f->part.seq, 4);
    assert_int_equal(f->part.hash, 4);
    assert_int_equal(f->part.total_bytes, 10);
    assert_string_equal(f->part_bytes, "the fo");
    ask_state(f, &canvas, 4, 4, 6, 6);
    assert_string_equal(f->part_bytes, "urth");
    ask_state(f, &canvas, 4, 4, 10, 6); /* nothing is left */
    assert_int_equal(f->part_status, STATUS_OK);
    assert_int_equal(f->part.len, 0);
    ask_state(f, &canvas, 0, 3, 0, 60);
    assert_int_equal(f->part.seq, 0);
    assert_string_equal(f->part_bytes, "state 0");
    ask_state(f, &canvas, 0, UINT64_MAX, 0, 60);
    assert_int_equal(f->part.seq, 8);
    ask_state(f, &canvas, 5, 7, 0, 60);
    assert_int_equal(f->part_status, STATUS_NOT_FOUND);
    canvas.workspace = other.workspace; /* P9: not by another workspace's name */
    ask_state(f, &canvas, 0, 7, 0, 60);
    assert_int_equal(f->part_status, STATUS_NOT_FOUND);
    fixture_free(f);
}

/* ---------------------------------------------------------------- */

static int start(void **state)
{
    struct why why;
    struct pg_cluster *cluster = pg_cluster_new(NULL);
    *state = cluster;
    if (schema_migrate(pg_cluster_conninfo(cluster), false, &why) != STATUS_OK) {
        print_error("%s\n", why.text);
        return -1;
    }
    return 0;
}

static int stop(void **state)
{
    pg_cluster_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_writes_rows_in_order),
        cmocka_unit_test(test_an_empty_group_is_nothing),
        cmocka_unit_test(test_many_canvases_in_one_group),
        cmocka_unit_test(test_large_batches),
        cmocka_unit_test(test_a_stale_canvas_is_fenced_and_the_others_are_written),
        cmocka_unit_test(test_of_two_owners_one_writes),
        cmocka_unit_test(test_taking_reads_snapshot_and_suffix),
        cmocka_unit_test(test_a_canvas_that_is_not_there),
        cmocka_unit_test(test_a_live_owner_keeps_and_a_released_canvas_is_free),
        cmocka_unit_test(test_a_restart_supersedes_the_incarnation_before),
        cmocka_unit_test(test_the_lease_is_renewed),
        cmocka_unit_test(test_clients_get_numbers_and_keep_them),
        cmocka_unit_test(test_positions_outlive_the_journal),
        cmocka_unit_test(test_history_comes_in_pages),
        cmocka_unit_test(test_the_last_two_snapshots_are_kept),
        cmocka_unit_test(test_snapshots_are_thinned_evenly),
        cmocka_unit_test(test_old_states_are_read_in_parts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
