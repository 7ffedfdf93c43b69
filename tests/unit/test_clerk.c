/* The clerk on a real PostgreSQL: rows in order and chained as common/audit.c says, once each, also when PostgreSQL goes away in the
 * middle; what does not fit is counted; what is thrown away, and that only that is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/clerk.h"
#include "server/journal/journal.h"
#include "tests/support/pg_cluster.h"
#include "wire.pb-c.h"

enum { QUEUE = 10, PATIENCE_MS = 30000 };
#define LOST COCANVAS__AUDIT_ROW__EVENT__LOST
#define NOW_MS 1800000000000

struct fixture {
    struct pg_cluster *cluster;
    struct event_base *base;
    struct clerk *clerk;
    struct uuid workspace;
    char id[UUID_TEXT];
    uint64_t cut; /* what on_cut said last */
};

/* Not the database's: what is thrown away does not depend on it. */
static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return NOW_MS;
}

static void on_cut(void *ctx, const struct uuid *canvas, uint64_t oldest_seq)
{
    struct fixture *f = ctx;
    (void)canvas;
    f->cut = oldest_seq;
}

static void ignore_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static void turn(struct fixture *f)
{
    event_base_once(f->base, -1, EV_TIMEOUT, ignore_timer, NULL, &(struct timeval){.tv_usec = 10000});
    event_base_loop(f->base, EVLOOP_ONCE);
}

static void wait_empty(struct fixture *f)
{
    for (int turns = 0; clerk_stats(f->clerk)->waiting > 0; turn(f))
        assert_true(turns++ < PATIENCE_MS / 10);
}

static void new_workspace(struct fixture *f)
{
    uuid_random(&f->workspace);
    uuid_format(&f->workspace, f->id);
    pg_cluster_sql(f->cluster, "INSERT INTO workspace (workspace_id, name) VALUES ('%s', 'w')", f->id);
}

static struct audit_event event_of(const struct fixture *f, uint64_t detail)
{
    struct audit_event event = {.row = {.workspace = f->workspace, .event = 10, .author = 3, .whom = 4, .time_ms = NOW_MS, .detail = detail}};
    snprintf(event.text, sizeof event.text, "text %u", (unsigned)detail);
    snprintf(event.address, sizeof event.address, "192.0.2.1");
    return event;
}

static void add(struct fixture *f, uint64_t detail)
{
    struct audit_event event = event_of(f, detail);
    clerk_add(f->clerk, &event);
}

static int setup(void **state)
{
    struct fixture *f = *state;
    struct clerk_options options = {
        .conninfo = pg_cluster_conninfo(f->cluster), .borders = true, .queue_most = QUEUE, .address_days = 30, .pause_ms = 0,
        .wall_ms = wall_ms, .on_cut = on_cut, .ctx = f,
    };
    f->base = event_base_new();
    f->clerk = clerk_new(f->base, &options);
    f->cut = 0;
    add(f, 0); /* nobody's: when it is done there is a connection */
    wait_empty(f);
    new_workspace(f);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    clerk_free(f->clerk);
    event_base_free(f->base);
    return 0;
}

/* The details of the workspace's rows, in order: "1 2 3 ". */
static void has_details(const struct fixture *f, const char *expected)
{
    char *got = pg_cluster_ask(f->cluster, "SELECT string_agg(detail || ' ', '' ORDER BY number) FROM audit WHERE workspace_id = '%s'", f->id);
    assert_string_equal(got, expected);
    free(got);
}

static void bytes_of(const char *hex, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

/* ---- writing */

static void test_rows_are_chained_in_order(void **state)
{
    struct fixture *f = *state;
    uint8_t hash[AUDIT_HASH] = {0}, stored[AUDIT_HASH];
    for (uint64_t i = 1; i <= 5; i++)
        add(f, i);
    wait_empty(f);
    has_details(f, "1 2 3 4 5 ");
    for (uint64_t i = 1; i <= 5; i++) {
        struct audit_event event = event_of(f, i);
        event.row.number = i;
        event.row.text = event.text;
        audit_hash(hash, &event.row, hash);
        char *hex = pg_cluster_ask(f->cluster, "SELECT encode(hash, 'hex') FROM audit WHERE workspace_id = '%s' AND number = %d", f->id, (int)i);
        bytes_of(hex, stored, sizeof stored);
        assert_memory_equal(stored, hash, sizeof hash);
        free(hex);
    }
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM audit_address WHERE workspace_id = '%s'", f->id), 5);
}

static void test_an_event_with_an_id_is_there_once(void **state)
{
    struct fixture *f = *state;
    struct audit_event event = event_of(f, 1);
    uint64_t written = clerk_stats(f->clerk)->written;
    uuid_random(&event.id);
    clerk_add(f->clerk, &event);
    clerk_add(f->clerk, &event);
    add(f, 2);
    wait_empty(f);
    has_details(f, "1 2 ");
    assert_int_equal(clerk_stats(f->clerk)->written, written + 3); /* and none was in the way of another */
}

static void test_an_accounts_event_is_in_all_its_workspaces(void **state)
{
    struct fixture *f = *state;
    char first[UUID_TEXT], account[UUID_TEXT];
    struct audit_event event = {.for_account = true, .row = {.event = 1, .detail = 7, .time_ms = NOW_MS}};
    memcpy(first, f->id, sizeof first);
    new_workspace(f);
    uuid_random(&event.account);
    uuid_format(&event.account, account);
    pg_cluster_sql(f->cluster,
        "INSERT INTO account (account_id, login, password_hash) VALUES ('%s', '%.8s', '');"
        "INSERT INTO member (workspace_id, author, account_id, role, name) VALUES ('%s', 5, '%s', 3, 'A'), ('%s', 6, '%s', 0, 'A')",
        account, account, first, account, f->id, account);
    clerk_add(f->clerk, &event);
    add(f, 8);
    wait_empty(f);
    has_details(f, "8 "); /* one is not in where one was removed */
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT author FROM audit WHERE workspace_id = '%s' AND detail = 7", first), 5);
}

static void test_of_a_workspace_that_is_gone_nothing_is_written(void **state)
{
    struct fixture *f = *state;
    pg_cluster_sql(f->cluster, "DELETE FROM workspace WHERE workspace_id = '%s'", f->id);
    add(f, 1);
    new_workspace(f);
    add(f, 2);
    wait_empty(f);
    has_details(f, "2 ");
}

/* ---- PostgreSQL away */

static void test_away_and_back(void **state)
{
    struct fixture *f = *state;
    add(f, 1);
    wait_empty(f);
    add(f, 2); /* perhaps on its way, perhaps committed, when everything is killed */
    turn(f);
    pg_cluster_kill(f->cluster);
    add(f, 3);
    for (int i = 0; i < 10; i++)
        turn(f);
    assert_true(clerk_stats(f->clerk)->waiting > 0);
    add(f, 4);
    pg_cluster_start(f->cluster);
    wait_empty(f);
    has_details(f, "1 2 3 4 ");
}

static void test_what_does_not_fit_is_counted(void **state)
{
    struct fixture *f = *state;
    add(f, 1);
    wait_empty(f);
    pg_cluster_kill(f->cluster);
    for (uint64_t i = 2; i <= 2 + QUEUE + 2; i++)
        add(f, i);
    assert_int_equal(clerk_stats(f->clerk)->waiting, QUEUE);
    assert_int_equal(clerk_stats(f->clerk)->lost, 3);
    pg_cluster_start(f->cluster);
    wait_empty(f);
    has_details(f, "1 2 3 4 5 6 7 8 9 10 11 3 ");
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT detail FROM audit WHERE workspace_id = '%s' AND event = %d", f->id, LOST), 3);
}

static void test_the_end_waits_no_longer_than_it_says(void **state)
{
    struct fixture *f = *state;
    add(f, 1);
    clerk_finish(f->clerk, PATIENCE_MS);
    has_details(f, "1 ");
    pg_cluster_kill(f->cluster);
    add(f, 2);
    clerk_finish(f->clerk, 10);
    assert_int_equal(clerk_stats(f->clerk)->waiting, 1);
    pg_cluster_start(f->cluster);
}

/* ---- beside others */

static PGconn *connect_to(const struct fixture *f)
{
    PGconn *conn = PQconnectdb(pg_cluster_conninfo(f->cluster));
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    return conn;
}

static void run_sql(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
}

/* Who erases a workspace holds its row and then comes to everything that belongs to it: the clerk must not hold any of that while
 * it waits for the row. */
static void test_an_erasure_and_the_clerk_do_not_wait_for_each_other(void **state)
{
    struct fixture *f = *state;
    add(f, 1);
    wait_empty(f);
    PGconn *conn = connect_to(f);
    char *sql = xasprintf("BEGIN; SET lock_timeout = '100ms'; SELECT 1 FROM workspace WHERE workspace_id = '%s' FOR UPDATE", f->id);
    run_sql(conn, sql);
    free(sql);
    add(f, 2);
    for (int turns = 0; pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cocanvasd clerk'"
                                              " AND wait_event_type = 'Lock'") == 0; turn(f))
        assert_true(turns++ < PATIENCE_MS / 10);
    sql = xasprintf("DELETE FROM workspace WHERE workspace_id = '%s'; COMMIT", f->id);
    run_sql(conn, sql);
    free(sql);
    PQfinish(conn);
    wait_empty(f);
    has_details(f, "1 ");
}

/* Events are written by the application, which can only ever add. */
static void test_the_application_can_only_add(void **state)
{
    struct fixture *f = *state;
    add(f, 1);
    add(f, 2);
    wait_empty(f);
    has_details(f, "1 2 ");
    PGconn *conn = connect_to(f);
    run_sql(conn, "SET ROLE cocanvas_application");
    const char *const tries[] = {"UPDATE audit SET author = 1", "DELETE FROM audit", "TRUNCATE audit", "SELECT audit_forget(gen_random_uuid(), 1)"};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        PGresult *result = PQexec(conn, tries[i]);
        assert_string_equal(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501");
        PQclear(result);
    }
    PQfinish(conn);
    /* Of a workspace that is there nothing is forgotten; of one that is gone all is. */
    pg_cluster_sql(f->cluster, "SELECT audit_forget('%s', 1000)", f->id);
    has_details(f, "1 2 ");
    pg_cluster_sql(f->cluster, "DELETE FROM workspace WHERE workspace_id = '%s'", f->id);
    pg_cluster_sql(f->cluster, "SELECT audit_forget('%s', 1000)", f->id);
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM audit WHERE workspace_id = '%s'", f->id), 0);
}

/* ---- throwing away */

static void sweep(struct fixture *f)
{
    uint64_t passes = clerk_stats(f->clerk)->passes;
    clerk_sweep(f->clerk);
    for (int turns = 0; clerk_stats(f->clerk)->passes == passes; turn(f))
        assert_true(turns++ < PATIENCE_MS / 10);
    wait_empty(f);
}

/* A canvas with a journal of n rows, one of them a day, the newest now; states at the given seqs (the payloads are nothing). */
static void canvas_with(struct fixture *f, int n, const char *snapshots)
{
    pg_cluster_sql(f->cluster,
        "INSERT INTO canvas (workspace_id, canvas_id, head_seq, changed_ms, created_ms, created_by, request_id, title, template_id)"
        " VALUES ('%s', '%s', %d, 5, 5, 1, '%s', 't', 't');"
        "INSERT INTO journal SELECT '%s', '%s', i, 1, 1, i, 1, (extract(epoch FROM now()) * 1000)::int8 - (%d - i) * 86400000::bigint, 'x' FROM generate_series(1, %d) i;"
        "INSERT INTO client_pos (workspace_id, canvas_id, client, last_client_seq, author, client_id) VALUES ('%s', '%s', 1, %d, 1, '%s');"
        "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state) SELECT '%s', '%s', s, 0, 'x' FROM unnest('%s'::int8[]) s",
        f->id, f->id, n, f->id, f->id, f->id, n, n, f->id, f->id, n, f->id, f->id, f->id, snapshots);
}

static long oldest(const struct fixture *f, const char *table)
{
    return pg_cluster_ask_number(f->cluster, "SELECT coalesce(min(seq), -1) FROM %s WHERE workspace_id = '%s'", table, f->id);
}

static void test_history_is_cut_behind_a_stored_state(void **state)
{
    struct fixture *f = *state;
    canvas_with(f, 1300, "{0,600,1200,1290}");
    pg_cluster_sql(f->cluster, "UPDATE workspace SET history_days = 100 WHERE workspace_id = '%s'", f->id);
    sweep(f); /* the cut at 1,199 would need a state that can't be made of these payloads: nothing goes */
    assert_int_equal(oldest(f, "journal"), 1);
    assert_int_equal(f->cut, 0);
    pg_cluster_sql(f->cluster, "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state) SELECT '%s', '%s', s, 0, 'x' FROM generate_series(1198, 1199) s",
                   f->id, f->id);
    sweep(f);
    assert_int_equal(f->cut, 1200);
    assert_int_equal(oldest(f, "snapshot"), 1199);
    assert_int_equal(oldest(f, "journal"), 1200);
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT last_client_seq FROM client_pos WHERE workspace_id = '%s'", f->id), 1300);
    has_details(f, "1199 ");
    sweep(f);
    has_details(f, "1199 "); /* nothing more on the same day */
}

static void test_what_is_kept_for_ever_is_kept(void **state)
{
    struct fixture *f = *state;
    canvas_with(f, 30, "{0,10,20}");
    sweep(f);
    assert_int_equal(oldest(f, "journal"), 1);
    assert_int_equal(oldest(f, "snapshot"), 0);
    pg_cluster_sql(f->cluster, "UPDATE workspace SET history_days = 1000 WHERE workspace_id = '%s'", f->id);
    sweep(f);
    assert_int_equal(oldest(f, "journal"), 1);
    assert_int_equal(f->cut, 0);
}

static void test_the_trash(void **state)
{
    struct fixture *f = *state;
    canvas_with(f, 1300, "{0,10,20}");
    pg_cluster_sql(f->cluster, "UPDATE canvas SET removed_at = now() - interval '29 days' WHERE workspace_id = '%s'", f->id);
    sweep(f);
    assert_int_equal(oldest(f, "journal"), 1);
    pg_cluster_sql(f->cluster, "UPDATE canvas SET removed_at = now() - interval '31 days' WHERE workspace_id = '%s'", f->id);
    sweep(f);
    assert_int_equal(oldest(f, "journal"), -1);
    assert_int_equal(oldest(f, "snapshot"), -1);
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM client_pos WHERE workspace_id = '%s'", f->id), 0);
    /* Written at the very moment: found by a later pass, and only then it is off the list. */
    pg_cluster_sql(f->cluster, "INSERT INTO journal VALUES ('%s', '%s', 1, 1, 1, 1, 1, 1, 'x')", f->id, f->id);
    sweep(f);
    assert_int_equal(oldest(f, "journal"), -1);
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM erasure WHERE workspace_id = '%s'", f->id), 1);
    pg_cluster_sql(f->cluster, "UPDATE erasure SET created_at = now() - interval '2 hours'");
    sweep(f);
    assert_int_equal(pg_cluster_ask_number(f->cluster, "SELECT count(*) FROM erasure WHERE workspace_id = '%s'", f->id), 0);
}

static int start(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    struct why why;
    f->cluster = pg_cluster_new(NULL);
    *state = f;
    return schema_migrate(pg_cluster_conninfo(f->cluster), false, &why) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    pg_cluster_free(f->cluster);
    free(f);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_are_chained_in_order),
        TEST(test_an_event_with_an_id_is_there_once),
        TEST(test_an_accounts_event_is_in_all_its_workspaces),
        TEST(test_of_a_workspace_that_is_gone_nothing_is_written),
        TEST(test_away_and_back),
        TEST(test_what_does_not_fit_is_counted),
        TEST(test_the_end_waits_no_longer_than_it_says),
        TEST(test_an_erasure_and_the_clerk_do_not_wait_for_each_other),
        TEST(test_the_application_can_only_add),
        TEST(test_history_is_cut_behind_a_stored_state),
        TEST(test_what_is_kept_for_ever_is_kept),
        TEST(test_the_trash),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
