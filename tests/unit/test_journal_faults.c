/* The journal when things break, against a real PostgreSQL: at each point of a commit the outcome is either known or
 * said to be unknown, and a new take-over tells what became of it (P1, P11). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "server/journal/journal_internal.h"
#include "tests/support/journal_fixture.h"

#define COMMITS "cocanvasd worker 1 commits"
#define READS "cocanvasd worker 1 reads"

static struct pg_cluster *cluster_of(void **state)
{
    return *state;
}

/* A canvas with one committed batch, taken, and a group with the second batch ready to be sent. */
static struct fixture_canvas prepare(struct pg_cluster *cluster, struct fixture *f)
{
    struct fixture_canvas canvas = fixture_canvas(cluster);
    fixture_take(f, &canvas, false);
    fixture_add(f, 1, &canvas, 1, 0, 1, 0);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    fixture_add(f, 1, &canvas, 1, 1, 1, 0);
    return canvas;
}

/* Runs the loop until a backend waits for an event of that kind: then the request has got that far. */
static void wait_for_backend(struct pg_cluster *cluster, struct fixture *f, const char *application, const char *wait_event)
{
    while (pg_cluster_ask_number(cluster, "SELECT count(*) FROM pg_stat_activity WHERE application_name = '%s' AND wait_event = '%s'",
                                 application, wait_event) == 0)
        event_base_loop(f->base, EVLOOP_NONBLOCK);
}

static enum commit_outcome wait_for_outcome(struct fixture *f)
{
    unsigned first = f->n_commits;
    fixture_wait(f, &f->n_groups_done, f->n_groups_done);
    return f->commits[first % FIXTURE_OUTCOMES].outcome;
}

/* Down and up again; the canvas is taken and has that head; a further batch can be committed. */
static void recovers_with_head(struct fixture *f, const struct fixture_canvas *canvas, uint64_t head)
{
    fixture_wait_up(f, true);
    fixture_take(f, canvas, false);
    assert_int_equal(f->take_status, STATUS_OK);
    assert_int_equal(f->taken.head_seq, head);
    fixture_add(f, 1, canvas, f->taken.epoch, head, 1, 0);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
}

static void kill_backend(struct pg_cluster *cluster, const char *application)
{
    pg_cluster_sql(cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", application);
}

/* ---------------------------------------------------------------- before the commit */

/* The statement waits for the canvas' row when its backend ends. */
static void test_a_backend_that_dies_before_the_commit(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    PGconn *blocker = PQconnectdb(pg_cluster_conninfo(cluster_of(state)));
    PQclear(PQexec(blocker, "BEGIN; SELECT * FROM canvas FOR UPDATE"));
    journal_send(f->journal);
    wait_for_backend(cluster_of(state), f, COMMITS, "transactionid");
    assert_int_equal(f->n_groups_done, 1);
    kill_backend(cluster_of(state), COMMITS);
    assert_int_equal(wait_for_outcome(f), COMMIT_UNKNOWN);
    assert_int_equal(journal_stats(f->journal)->unknown, 1);
    PQfinish(blocker);
    recovers_with_head(f, &canvas, 1);
    fixture_free(f);
}

/* The connection breaks while its backend has not begun. The take-over comes first, and the old backend finds itself
 * fenced. */
static void test_a_late_commit_is_fenced_by_the_take_over(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    long backend = pg_cluster_ask_number(cluster_of(state), "SELECT pid FROM pg_stat_activity WHERE application_name = '" COMMITS "'");
    kill((pid_t)backend, SIGSTOP);
    journal_send(f->journal);
    event_base_loop(f->base, EVLOOP_NONBLOCK);
    pg_reset(f->journal->commits, "the test wants it");
    assert_int_equal(wait_for_outcome(f), COMMIT_UNKNOWN);
    fixture_wait_up(f, true);
    fixture_take(f, &canvas, false);
    assert_int_equal(f->taken.head_seq, 1);
    kill((pid_t)backend, SIGCONT);
    while (pg_cluster_ask_number(cluster_of(state), "SELECT count(*) FROM pg_stat_activity WHERE pid = %ld", backend) != 0)
        event_base_loop(f->base, EVLOOP_NONBLOCK);
    assert_int_equal(pg_cluster_ask_number(cluster_of(state), "SELECT count(*) FROM journal WHERE canvas_id = '%s'", canvas.id_text), 1);
    fixture_add(f, 1, &canvas, f->taken.epoch, 1, 1, 0);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    fixture_free(f);
}

/* ---------------------------------------------------------------- after the local commit, before the confirmation */

/* Changes a setting of the running server; returns when it is in force for new sessions. */
static void set(struct pg_cluster *cluster, const char *name, const char *value)
{
    pg_cluster_sql(cluster, "ALTER SYSTEM SET %s = '%s'", name, value);
    pg_cluster_sql(cluster, "SELECT pg_reload_conf()");
    while (pg_cluster_ask_number(cluster, "SELECT (current_setting('%s') = '%s')::int", name, value) == 0)
        continue;
}

static void want_standby(struct pg_cluster *cluster, const char *name)
{
    set(cluster, "synchronous_standby_names", name);
}

/* The group is the only thing that the commit connection waits with. */
static void send_without_standby(struct pg_cluster *cluster, struct fixture *f)
{
    wait_for_backend(cluster, f, COMMITS, "ClientRead");
    want_standby(cluster, "nobody");
    journal_send(f->journal);
    wait_for_backend(cluster, f, COMMITS, "SyncRep");
    assert_int_equal(f->n_groups_done, 1);
}

/* "canceling wait for synchronous replication due to user request": PostgreSQL reports success, with a warning. It
 * is not a success. */
static void test_a_commit_with_a_warning_is_unknown(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    send_without_standby(cluster_of(state), f);
    pg_cluster_sql(cluster_of(state), "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = '" COMMITS "'");
    assert_int_equal(wait_for_outcome(f), COMMIT_UNKNOWN);
    want_standby(cluster_of(state), "");
    recovers_with_head(f, &canvas, 2);
    fixture_free(f);
}

static void test_a_backend_that_dies_in_the_commit(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    send_without_standby(cluster_of(state), f);
    kill_backend(cluster_of(state), COMMITS);
    assert_int_equal(wait_for_outcome(f), COMMIT_UNKNOWN);
    assert_false(f->up);
    want_standby(cluster_of(state), "");
    recovers_with_head(f, &canvas, 2);
    fixture_free(f);
}

/* A take-over is a commit, too: not confirmed, it is no answer. */
static void test_a_take_over_with_a_warning_is_no_answer(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = fixture_canvas(cluster_of(state));
    want_standby(cluster_of(state), "nobody");
    journal_take(f->journal, 1, &canvas.workspace, &canvas.id, true);
    wait_for_backend(cluster_of(state), f, READS, "SyncRep");
    assert_int_equal(f->n_taken, 0);
    pg_cluster_sql(cluster_of(state), "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = '" READS "'");
    fixture_wait(f, &f->n_taken, 0);
    assert_int_equal(f->take_status, STATUS_DEGRADED);
    assert_false(f->up);
    want_standby(cluster_of(state), "");
    recovers_with_head(f, &canvas, 0);
    fixture_free(f);
}

/* ---------------------------------------------------------------- PostgreSQL away */

static void test_postgresql_is_killed_and_comes_back(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    pg_cluster_freeze(cluster_of(state), COMMITS);
    journal_send(f->journal);
    event_base_loop(f->base, EVLOOP_NONBLOCK);
    pg_cluster_kill(cluster_of(state));
    assert_int_equal(wait_for_outcome(f), COMMIT_UNKNOWN);
    assert_false(f->up);
    assert_false(journal_is_idle(f->journal));
    assert_true(f->since_ms > 1600000000000);

    fixture_take(f, &canvas, true);      /* not there: refused, not kept waiting */
    assert_int_equal(f->take_status, STATUS_DEGRADED);
    struct uuid client_id;
    uuid_random(&client_id);
    fixture_client(f, &canvas, 1, &client_id, 1);
    assert_int_equal(f->client_status, STATUS_DEGRADED);
    unsigned old = f->n_snapshots;
    journal_snapshot(f->journal, 1, &canvas.workspace, &canvas.id, 1, 1, 1, (const uint8_t *)"s", 1);
    fixture_wait(f, &f->n_snapshots, old);
    assert_int_equal(f->snapshot_status, STATUS_DEGRADED);
    old = f->n_reads;
    journal_read(f->journal, 1, 2, 3, &canvas.workspace, &canvas.id, 1, 1);
    fixture_wait(f, &f->n_reads, old);
    assert_int_equal(f->read_status, STATUS_DEGRADED);

    pg_cluster_start(cluster_of(state));
    recovers_with_head(f, &canvas, 1);
    fixture_free(f);
}

/* A daemon that starts before its database says "down" once, and is up when the database is. */
static void test_starting_without_postgresql(void **state)
{
    pg_cluster_kill(cluster_of(state));
    struct fixture *f = fixture_new_down(cluster_of(state));
    assert_false(f->up);
    assert_int_equal(f->n_states, 1);
    pg_cluster_start(cluster_of(state));
    fixture_wait_up(f, true);
    assert_int_equal(f->n_states, 2);
    fixture_free(f);
}

/* Losing the read connection alone also means "down": nothing could be taken or opened. */
static void test_a_lost_read_connection(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    kill_backend(cluster_of(state), READS);
    fixture_wait_up(f, false);
    recovers_with_head(f, &canvas, 2);
    fixture_free(f);
}

/* ---------------------------------------------------------------- PostgreSQL there, but of no use */

/* Stands for a full disk: PostgreSQL answers, and refuses each row. */
static void test_a_full_disk(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    pg_cluster_sql(cluster_of(state),
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER full_disk BEFORE INSERT ON journal EXECUTE FUNCTION full_disk()");
    assert_int_equal(fixture_commit(f), COMMIT_UNKNOWN);
    assert_false(f->up);
    int64_t since = f->since_ms;
    fixture_wait_up(f, true);
    fixture_take(f, &canvas, false);
    assert_int_equal(f->taken.head_seq, 1);
    fixture_add(f, 1, &canvas, f->taken.epoch, 1, 1, 0);
    assert_int_equal(fixture_commit(f), COMMIT_UNKNOWN);
    assert_false(f->up);
    assert_true(f->since_ms == since);      /* nothing was saved in between: people see when it began */
    pg_cluster_sql(cluster_of(state), "DROP TRIGGER full_disk ON journal");
    recovers_with_head(f, &canvas, 1);
    fixture_free(f);
}

/* PostgreSQL would refuse it for ever: that is said, nothing of the group is written, and others go on at once. */
static void test_content_that_is_refused(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f), other = fixture_canvas(cluster_of(state));
    static const char *const codes[] = {"22021", "54000", "23514"};
    fixture_take(f, &other, false);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        unsigned first = f->n_commits;
        uint64_t head = i;
        pg_cluster_sql(cluster_of(state),
            "CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF NEW.payload = 'batch 2' THEN RAISE EXCEPTION 'no' USING ERRCODE = '%s'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER picky BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION picky()", codes[i]);
        if (i > 0)
            fixture_add(f, 1, &canvas, 1, 1, 1, 0);
        journal_add_canvas(f->journal, 2, &other.workspace, &other.id, 1, head, head + 1);
        struct journal_row row = {.seq = head + 1, .payload = (const uint8_t *)"x", .payload_len = 1};
        journal_add_row(f->journal, &row);
        assert_int_equal(fixture_commit(f), COMMIT_REFUSED);
        assert_int_equal(f->commits[(first + 1) % FIXTURE_OUTCOMES].outcome, COMMIT_REFUSED);
        assert_true(f->up);
        journal_add_canvas(f->journal, 2, &other.workspace, &other.id, 1, head, head + 1);
        journal_add_row(f->journal, &row);
        assert_int_equal(fixture_commit(f), COMMIT_DONE);
        pg_cluster_sql(cluster_of(state), "DROP TRIGGER picky ON journal; DROP FUNCTION picky");
    }
    fixture_add(f, 1, &canvas, 1, 1, 1, 0);
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    fixture_free(f);
}

/* A former primary: its connections are given up, so that libpq can look for the present one. */
static void test_a_server_that_became_read_only(void **state)
{
    struct fixture *f = fixture_new(cluster_of(state), NULL);
    struct fixture_canvas canvas = prepare(cluster_of(state), f);
    set(cluster_of(state), "default_transaction_read_only", "on");
    assert_int_equal(fixture_commit(f), COMMIT_UNKNOWN);
    assert_false(f->up);
    set(cluster_of(state), "default_transaction_read_only", "off");
    recovers_with_head(f, &canvas, 1);
    fixture_free(f);
}

/* ---------------------------------------------------------------- */

static int start(void **state)
{
    struct why why;
    struct pg_cluster *cluster = pg_cluster_new(NULL);
    *state = cluster;
    return schema_migrate(pg_cluster_conninfo(cluster), false, &why) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    pg_cluster_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_backend_that_dies_before_the_commit),
        cmocka_unit_test(test_a_late_commit_is_fenced_by_the_take_over),
        cmocka_unit_test(test_a_commit_with_a_warning_is_unknown),
        cmocka_unit_test(test_a_backend_that_dies_in_the_commit),
        cmocka_unit_test(test_a_take_over_with_a_warning_is_no_answer),
        cmocka_unit_test(test_postgresql_is_killed_and_comes_back),
        cmocka_unit_test(test_starting_without_postgresql),
        cmocka_unit_test(test_a_lost_read_connection),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_content_that_is_refused),
        cmocka_unit_test(test_a_server_that_became_read_only),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
