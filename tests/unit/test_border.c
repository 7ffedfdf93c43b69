/* The second barrier, on a real PostgreSQL: what the database's roles can see and do, whatever they ask; that no table is
 * forgotten; and that no statement loses an index by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "server/journal/clerk_private.h"
#include "server/journal/journal_internal.h"
#include "tests/support/pg_cluster.h"

#define A "aaaaaaaa-0000-4000-8000-000000000001"
#define B "bbbbbbbb-0000-4000-8000-000000000001"
#define NOBODYS "cccccccc-0000-4000-8000-000000000001"
#define APPLICATION "SET ROLE cocanvas_application;"
#define AUTHENTICATION "SET ROLE cocanvas_authentication;"
#define IN_A APPLICATION "SET cocanvas.workspaces = '{" A "}';"
#define NOT_PERMITTED "42501"

static struct pg_cluster *cluster;

/* One workspace with a row in each table: %1$s is the first eight digits of its ids. */
#define ID(tail) "'%1$s-0000-4000-8000-" tail "'"
static const char one_of_each[] =
    "INSERT INTO account VALUES (" ID("00000000000a") ", 'login-%1$s', 'hash-%1$s');"
    "INSERT INTO device (token_hash, account_id, name) VALUES ('device-%1$s', " ID("00000000000a") ", 'laptop');"
    "INSERT INTO workspace (workspace_id, name) VALUES (" ID("000000000001") ", 'workspace-%1$s');"
    "INSERT INTO member (workspace_id, author, account_id, role, name) VALUES (" ID("000000000001") ", 1, " ID("00000000000a") ", 5, 'name-%1$s');"
    "INSERT INTO invitation (workspace_id, token_hash, role, label, created_by, expires_ms)"
    " VALUES (" ID("000000000001") ", 'invitation-%1$s', 3, 'label-%1$s', 1, 4000000000000);"
    "INSERT INTO canvas (workspace_id, canvas_id, changed_ms, created_ms, created_by, request_id, title, template_id)"
    " VALUES (" ID("000000000001") ", " ID("000000000002") ", 1, 1, 1, gen_random_uuid(), 'title-%1$s', 'bmc');"
    "INSERT INTO client_pos (workspace_id, canvas_id, client, author, client_id) VALUES (" ID("000000000001") ", " ID("000000000002") ", 1, 1, gen_random_uuid());"
    "INSERT INTO journal VALUES (" ID("000000000001") ", " ID("000000000002") ", 1, 1, 1, 1, 1, 1, 'batch-%1$s');"
    "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state) VALUES (" ID("000000000001") ", " ID("000000000002") ", 0, 0, 'state-%1$s');"
    "INSERT INTO template (workspace_id, template_id, version, removed, content_id, file, info, put_by)"
    " VALUES (" ID("000000000001") ", 'ours', 1, false, gen_random_uuid(), 'file-%1$s', 'info-%1$s', 1);"
    "INSERT INTO canvas_access VALUES (" ID("000000000001") ", " ID("000000000002") ", 1, 3);"
    "INSERT INTO live_session (workspace_id, session_id, canvas_id, role, lobby, pseudonyms, notice, opened_by, ends_ms)"
    " VALUES (" ID("000000000001") ", " ID("000000000003") ", " ID("000000000002") ", 3, false, false, 'notice-%1$s', 1, 4000000000000);"
    "INSERT INTO join_code (workspace_id, session_id, number, code_hash, label, uses, expires_ms, created_by)"
    " VALUES (" ID("000000000001") ", " ID("000000000003") ", 1, 'code-%1$s', 'label-%1$s', 5, 4000000000000, 1);"
    "INSERT INTO member (workspace_id, author, session_id, role, name) VALUES (" ID("000000000001") ", 2, " ID("000000000003") ", 3, 'guest-%1$s');"
    "INSERT INTO guest VALUES (" ID("000000000001") ", 2, " ID("000000000003") ", 1, 1, 'guest-%1$s');"
    "INSERT INTO password_reset (workspace_id, token_hash, account_id, created_by, expires_ms)"
    " VALUES (" ID("000000000001") ", 'reset-%1$s', " ID("00000000000a") ", 1, 4000000000000);"
    "INSERT INTO audit VALUES (" ID("000000000001") ", 1, gen_random_uuid(), 1, 1, 1, 0, " ID("000000000002") ", 0, 'text', 'hash');"
    "INSERT INTO audit_head VALUES (" ID("000000000001") ", 1, 'hash');"
    "INSERT INTO audit_address (workspace_id, number, author, address) VALUES (" ID("000000000001") ", 1, 1, 'address-%1$s');"
    "INSERT INTO erasure (workspace_id, canvas_id) VALUES (" ID("000000000001") ", " ID("000000000009") ");";

/* ---------------------------------------------------------------- connections */

/* As the owner; options are further words of the connection string. */
static PGconn *connect_with(const char *options)
{
    char *conninfo = xasprintf("%s %s", pg_cluster_conninfo(cluster), options);
    PGconn *conn = PQconnectdb(conninfo);
    free(conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(conn));
    return conn;
}

static PGresult *ask(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    return result;
}

static void run(PGconn *conn, const char *sql)
{
    PQclear(ask(conn, sql));
}

static long number_of(PGconn *conn, const char *sql)
{
    PGresult *result = ask(conn, sql);
    long number = strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return number;
}

static long affected(PGconn *conn, const char *sql)
{
    PGresult *result = ask(conn, sql);
    long number = strtol(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return number;
}

static void is_refused(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (code == NULL || strcmp(code, NOT_PERMITTED) != 0)
        fail_msg("%s: %s, not refused", sql, code != NULL ? code : "done");
    PQclear(result);
}

/* All tables, or those that fit a condition on c (pg_class). Cleared by the caller. */
static PGresult *tables(PGconn *conn, const char *condition)
{
    char *sql = xasprintf("SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND (%s)"
                          " ORDER BY 1", condition);
    PGresult *result = ask(conn, sql);
    free(sql);
    return result;
}

#define BY_WORKSPACE "EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id')"
/* What is about the server, not about people; all other tables have to be guarded. */
#define THE_SERVERS "c.relname IN ('schema_migration', 'server', 'node', 'border', 'access_news')"
/* A table where somebody who is not the owner would see a row that nobody allowed, or where workspace_id does not lead the key. */
#define UNGUARDED                                                                                                      \
    "NOT " THE_SERVERS " AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)"  \
    " OR EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND 0 = ANY (p.polroles)))"
#define KEY_ELSEWHERE                                                                                                  \
    BY_WORKSPACE " AND c.relname <> 'password_reset' AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a"      \
    " ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'workspace_id')"

/* ---------------------------------------------------------------- no table is forgotten */

static void test_every_table_is_guarded(void **state)
{
    (void)state;
    PGconn *conn = connect_with("");
    PGresult *found = tables(conn, UNGUARDED);
    if (PQntuples(found) > 0)
        fail_msg("table %s has no row-level security: see schema/borders.sql", PQgetvalue(found, 0, 0));
    PQclear(found);
    found = tables(conn, KEY_ELSEWHERE);
    if (PQntuples(found) > 0)
        fail_msg("the key of table %s does not begin with the workspace", PQgetvalue(found, 0, 0));
    PQclear(found);
    /* It would be noticed. */
    run(conn, "CREATE TABLE forgotten (x text PRIMARY KEY, workspace_id uuid)");
    found = tables(conn, UNGUARDED);
    assert_int_equal(PQntuples(found), 1);
    assert_string_equal(PQgetvalue(found, 0, 0), "forgotten");
    PQclear(found);
    found = tables(conn, KEY_ELSEWHERE);
    assert_int_equal(PQntuples(found), 1);
    PQclear(found);
    run(conn, "ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON forgotten USING (true)");
    found = tables(conn, UNGUARDED);
    assert_int_equal(PQntuples(found), 1); /* a policy for everybody is none */
    PQclear(found);
    run(conn, "DROP TABLE forgotten");
    PQfinish(conn);
}

/* A later version's table gets its border by its column, without a word about it anywhere. */
static void test_a_new_table_gets_its_border_by_itself(void **state)
{
    (void)state;
    struct why why;
    PGconn *conn = connect_with("");
    run(conn, "CREATE TABLE later (workspace_id uuid, x text, PRIMARY KEY (workspace_id, x)); INSERT INTO later VALUES ('" A "', 'a'), ('" B "', 'b');"
              "UPDATE border SET applied = ''");
    assert_int_equal(schema_migrate(pg_cluster_conninfo(cluster), false, &why), STATUS_OK);
    run(conn, IN_A);
    assert_int_equal(number_of(conn, "SELECT count(*) FROM later"), 1);
    run(conn, "RESET ROLE; DROP TABLE later");
    PQfinish(conn);
}

/* ---------------------------------------------------------------- the application */

/* Of each table in which the application may select: whether it sees rows of A, and of another workspace. */
static void for_each_readable(PGconn *conn, bool in_a, bool in_b)
{
    PGresult *found = tables(conn, BY_WORKSPACE " AND c.relname <> 'password_reset'");
    assert_true(PQntuples(found) >= 15);
    for (int i = 0; i < PQntuples(found); i++) {
        const char *table = PQgetvalue(found, i, 0);
        char *of_a = xasprintf("SELECT count(*) FROM %s WHERE workspace_id = '" A "'", table);
        char *of_all = xasprintf("SELECT count(*) FROM %s", table);
        long got_a = number_of(conn, of_a), got_b = number_of(conn, of_all) - got_a;
        if ((got_a > 0) != in_a || (got_b > 0) != in_b)
            fail_msg("%s: %ld rows of A, %ld of others", table, got_a, got_b);
        free(of_a);
        free(of_all);
    }
    PQclear(found);
}

static void test_the_application_sees_the_workspaces_that_it_names(void **state)
{
    (void)state;
    PGconn *conn = connect_with("");
    for_each_readable(conn, true, true); /* as the owner: there is something to be seen */
    run(conn, IN_A);
    for_each_readable(conn, true, false);
    run(conn, "SET cocanvas.workspaces = '{" A "," B "}'");
    for_each_readable(conn, true, true);
    run(conn, "SET cocanvas.workspaces = '{" NOBODYS "}'");
    for_each_readable(conn, false, false);
    run(conn, "SET cocanvas.workspaces = ''");
    for_each_readable(conn, false, false);
    run(conn, "RESET cocanvas.workspaces");
    for_each_readable(conn, false, false);
    PQfinish(conn);
    conn = connect_with(""); /* where it was never set */
    run(conn, APPLICATION);
    for_each_readable(conn, false, false);
    PQfinish(conn);
}

/* Whatever way round a statement tries to come at them. */
static void test_no_question_finds_a_foreign_row(void **state)
{
    (void)state;
    static const char *const questions[] = {
        "SELECT count(*) FROM canvas c JOIN workspace w USING (workspace_id) WHERE w.name = 'workspace-bbbbbbbb' OR c.title LIKE '%bbbbbbbb'",
        "SELECT count(*) FROM workspace w LEFT JOIN journal j ON true WHERE j.payload = 'batch-bbbbbbbb'",
        "SELECT count(*) FROM canvas WHERE canvas_id = 'bbbbbbbb-0000-4000-8000-000000000002'",
        "SELECT count(*) FROM account WHERE login LIKE '%bbbbbbbb'",
        "SELECT count(*) FROM (SELECT name FROM member UNION SELECT notice FROM live_session) m WHERE name LIKE '%bbbbbbbb'",
        "WITH x AS (UPDATE member SET name = name RETURNING workspace_id) SELECT count(*) FROM x WHERE workspace_id <> '" A "'",
        "WITH x AS (DELETE FROM snapshot WHERE state = 'state-bbbbbbbb' RETURNING 1) SELECT count(*) FROM x",
        /* a condition that would fail on a row tells that the row is there */
        "SELECT count(*) FROM snapshot WHERE CASE WHEN workspace_id <> '" A "' THEN 1 / seq ELSE 1 END = 0",
        "SELECT count(*) FROM account a, LATERAL (SELECT m.name FROM member m WHERE m.account_id = a.account_id) x WHERE x.name = 'name-bbbbbbbb'",
    };
    PGconn *conn = connect_with("");
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        char *reversed = xasprintf("BEGIN; " APPLICATION " SET LOCAL cocanvas.workspaces = '{" B "}'; %s", questions[i]);
        PGresult *result = PQexec(conn, reversed); /* the same question has an answer in the other workspace, or an error about its row */
        bool silent = PQresultStatus(result) == PGRES_TUPLES_OK && strtol(PQgetvalue(result, 0, 0), NULL, 10) == 0;
        if (silent)
            fail_msg("%s: asks nothing", questions[i]);
        PQclear(result);
        free(reversed);
        run(conn, "ROLLBACK");
        run(conn, IN_A);
        if (number_of(conn, questions[i]) != 0)
            fail_msg("%s: found", questions[i]);
    }
    PQfinish(conn);
}

static void test_the_application_changes_nothing_elsewhere(void **state)
{
    (void)state;
    PGconn *conn = connect_with("");
    run(conn, IN_A);
    assert_int_equal(affected(conn, "UPDATE workspace SET name = 'x' WHERE workspace_id = '" B "'"), 0);
    assert_int_equal(affected(conn, "UPDATE canvas SET title = 'x' WHERE workspace_id = '" B "'"), 0);
    assert_int_equal(affected(conn, "DELETE FROM workspace WHERE workspace_id = '" B "'"), 0);
    assert_int_equal(affected(conn, "DELETE FROM snapshot WHERE workspace_id = '" B "'"), 0);
    is_refused(conn, "INSERT INTO journal VALUES ('" B "', gen_random_uuid(), 1, 1, 1, 1, 1, 1, '')");
    is_refused(conn, "INSERT INTO audit VALUES ('" B "', 2, gen_random_uuid(), 1, 1, 1, 0, gen_random_uuid(), 0, '', '')");
    is_refused(conn, "UPDATE canvas SET workspace_id = '" B "'"); /* nor does a row go over there */
    is_refused(conn, "SET row_security = off; SELECT * FROM journal");
    run(conn, "SET row_security = on");
    PQfinish(conn);
}

static void test_the_application_can_only_add_to_what_happened(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "UPDATE audit SET author = 1", "DELETE FROM audit", "TRUNCATE audit", "UPDATE journal SET payload = ''", "DELETE FROM journal",
        "DELETE FROM audit_address", "SELECT audit_forget('" A "', 1)", "ALTER TABLE audit DISABLE ROW LEVEL SECURITY",
        "DROP POLICY application ON audit", "CREATE TABLE mine (x text)",
    };
    PGconn *conn = connect_with("");
    run(conn, IN_A);
    run(conn, "INSERT INTO audit VALUES ('" A "', 2, gen_random_uuid(), 1, 1, 1, 0, '" NOBODYS "', 0, '', '')");
    assert_int_equal(number_of(conn, "SELECT count(*) FROM audit"), 2);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        is_refused(conn, tries[i]);
    PQfinish(conn);
}

static void test_the_application_sees_no_secret(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "SELECT password_hash FROM account", "SELECT * FROM account", "SELECT * FROM device", "SELECT * FROM password_reset",
        "UPDATE account SET login = 'x'", "DELETE FROM account",
    };
    PGconn *conn = connect_with("");
    run(conn, IN_A);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        is_refused(conn, tries[i]);
    assert_int_equal(number_of(conn, "SELECT count(login) FROM account"), 1);
    PQfinish(conn);
}

/* ---------------------------------------------------------------- authentication */

static void test_authentication_sees_no_contents(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "SELECT 1 FROM journal", "SELECT 1 FROM snapshot", "SELECT 1 FROM client_pos", "SELECT 1 FROM audit", "SELECT 1 FROM audit_head",
        "SELECT title FROM canvas", "UPDATE canvas SET removed_at = NULL", "SELECT address FROM audit_address", "SELECT 1 FROM erasure",
        "UPDATE workspace SET name = 'x'", "DELETE FROM workspace", "UPDATE live_session SET notice = ''", "SELECT 1 FROM server",
    };
    PGconn *conn = connect_with("");
    run(conn, AUTHENTICATION);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        is_refused(conn, tries[i]);
    assert_int_equal(number_of(conn, "SELECT count(*) FROM device"), 2);
    assert_int_equal(number_of(conn, "SELECT count(*) FROM member"), 4);
    PQfinish(conn);
}

/* ---------------------------------------------------------------- a user who owns nothing */

/* The route with two connection strings: what serves people can't come back to the owner's rights. */
static void test_the_daemons_user_owns_nothing(void **state)
{
    (void)state;
    struct why why;
    bool on;
    PGconn *owner = connect_with("");
    run(owner, "CREATE ROLE daemon LOGIN NOINHERIT IN ROLE cocanvas_application, cocanvas_authentication; CREATE ROLE stranger LOGIN");
    char *daemon = xasprintf("%s user=daemon", pg_cluster_conninfo(cluster)), *stranger = xasprintf("%s user=stranger", pg_cluster_conninfo(cluster));
    assert_int_equal(border_check(daemon, &on, &why), STATUS_OK);
    assert_true(on);
    assert_int_equal(border_check(stranger, &on, &why), STATUS_OK);
    assert_false(on);
    assert_non_null(strstr(why.text, "permission denied to set role"));
    PGconn *conn = connect_with("user=daemon");
    is_refused(conn, "SELECT 1 FROM journal");
    is_refused(conn, "SELECT 1 FROM account");
    run(conn, IN_A "RESET ROLE");
    is_refused(conn, "SELECT 1 FROM journal");
    run(conn, IN_A);
    assert_int_equal(number_of(conn, "SELECT count(*) FROM journal"), 1);
    PQfinish(conn);
    run(owner, "DROP ROLE daemon, stranger");
    PQfinish(owner);
    free(daemon);
    free(stranger);
}

/* A role that is not bound is no barrier, and is not called one. */
static void test_a_role_that_sees_everything_is_noticed(void **state)
{
    (void)state;
    struct why why;
    bool on;
    PGconn *conn = connect_with("");
    assert_int_equal(border_check(pg_cluster_conninfo(cluster), &on, &why), STATUS_OK);
    assert_true(on);
    run(conn, "ALTER ROLE cocanvas_application BYPASSRLS");
    assert_int_equal(border_check(pg_cluster_conninfo(cluster), &on, &why), STATUS_OK);
    assert_false(on);
    assert_non_null(strstr(why.text, "not active"));
    run(conn, "ALTER ROLE cocanvas_application NOBYPASSRLS; ALTER TABLE journal DISABLE ROW LEVEL SECURITY");
    assert_int_equal(border_check(pg_cluster_conninfo(cluster), &on, &why), STATUS_OK);
    assert_false(on);
    run(conn, "ALTER TABLE journal ENABLE ROW LEVEL SECURITY");
    PQfinish(conn);
}

/* ---------------------------------------------------------------- how the daemon's requests say it */

enum { FORGETFUL };
static const struct pg_statement statements[] = {
    [FORGETFUL] = {"forgetful", "SELECT string_agg(title, ' ' ORDER BY title) FROM canvas"},
    {NULL, NULL},
};

struct connection {
    struct event_base *base;
    struct pg *pg;
    bool ready;
    char got[80]; /* "-" when it was null, "" when nothing came */
    int n_results;
};

static void on_state(void *ctx, struct pg *pg, bool ready)
{
    (void)pg;
    ((struct connection *)ctx)->ready = ready;
}

static void on_answer(void *ctx, void *note, const struct pg_answer *answer)
{
    struct connection *c = ctx;
    (void)note;
    assert_int_equal(answer->outcome, PG_DONE);
    c->n_results = answer->n_results;
    const PGresult *last = answer->results[answer->n_results - 1];
    snprintf(c->got, sizeof c->got, "%s", pg_is_null(last, 0, 0) ? "-" : pg_text(last, 0, 0));
}

static void connect_pg(struct connection *c)
{
    static const struct pg_statement *const all[] = {statements, NULL};
    static const char *const none[] = {NULL};
    const struct pg_options options = {.conninfo = pg_cluster_conninfo(cluster), .name = "test", .session = none, .statements = all, .borders = border_statements,
                                       .role = border_application, .on_state = on_state, .ctx = c};
    *c = (struct connection){.base = event_base_new()};
    c->pg = pg_new(c->base, &options);
    while (!c->ready)
        event_base_loop(c->base, EVLOOP_ONCE);
}

/* Sends the forgetful statement behind a border, and returns what it saw. */
#define SEES(c, border)                                                                                                \
    (__extension__({                                                                                                   \
        struct pg_request *request = pg_begin((c)->pg, on_answer, (c), NULL);                                          \
        border;                                                                                                        \
        sees(c, request);                                                                                              \
    }))

static const char *sees(struct connection *c, struct pg_request *request)
{
    static const struct pg_params no_params;
    c->got[0] = '\0';
    pg_exec(request, &statements[FORGETFUL], &no_params);
    pg_end(request);
    while (c->got[0] == '\0')
        event_base_loop(c->base, EVLOOP_ONCE);
    assert_int_equal(c->n_results, 1); /* the border's own results are nobody's business */
    return c->got;
}

static struct uuid uuid(const char *text)
{
    struct uuid id;
    assert_true(uuid_parse(text, &id));
    return id;
}

static void test_a_forgetful_statement_sees_only_its_workspaces(void **state)
{
    (void)state;
    struct connection c;
    const struct uuid in[] = {uuid(A), uuid(A), uuid(B), uuid(A)}, nobodys = uuid(NOBODYS);
    const struct uuid account = uuid("aaaaaaaa-0000-4000-8000-00000000000a");
    connect_pg(&c);
    assert_string_equal(SEES(&c, border_workspace(request, &in[0])), "title-aaaaaaaa");
    assert_string_equal(SEES(&c, border_none(request)), "-"); /* nothing is left of the request before */
    assert_string_equal(SEES(&c, (void)0), "-");
    assert_string_equal(SEES(&c, border_workspaces(request, in, 4)), "title-aaaaaaaa title-bbbbbbbb");
    assert_string_equal(SEES(&c, border_workspace(request, &nobodys)), "-");
    assert_string_equal(SEES(&c, border_account(request, &account, NULL)), "title-aaaaaaaa");
    assert_string_equal(SEES(&c, border_account(request, &account, &in[2])), "title-aaaaaaaa title-bbbbbbbb");
    assert_string_equal(SEES(&c, border_account(request, &nobodys, NULL)), "-");
    assert_string_equal(SEES(&c, (border_authentication(request), border_workspace(request, &in[2]))), "title-bbbbbbbb");
    pg_free(c.pg);
    event_base_free(c.base);
}

/* ---------------------------------------------------------------- plans */

/* The lines of a plan that say which table is read by which index. */
static void scans_of(const PGresult *plan, struct buf *scans)
{
    buf_clear(scans, SIZE_MAX);
    buf_add(scans, "\n", 1);
    for (int i = 0; i < PQntuples(plan); i++) {
        const char *line = PQgetvalue(plan, i, 0), *scan = strstr(line, "Seq Scan on ");
        if (scan == NULL)
            scan = strstr(line, "Scan using ");
        if (scan == NULL)
            continue;
        buf_add(scans, scan, strlen(scan));
        buf_add(scans, "\n", 1);
    }
    buf_add(scans, "", 1);
}

static int parameters_of(const char *sql)
{
    int most = 0;
    for (const char *at = strchr(sql, '$'); at != NULL; at = strchr(at + 1, '$'))
        if (atoi(at + 1) > most)
            most = atoi(at + 1);
    return most;
}

/* The plan that is made once, as that role; NULL if the role may not do this at all. */
static PGresult *plan_as(PGconn *conn, const char *role, const struct pg_statement *s)
{
    struct buf sql;
    char *head = xasprintf("DEALLOCATE ALL; RESET ROLE; %s PREPARE s AS %s; EXPLAIN (COSTS OFF) EXECUTE s", role, s->sql);
    buf_init(&sql);
    buf_add(&sql, head, strlen(head));
    for (int i = 0; i < parameters_of(s->sql); i++)
        buf_add(&sql, i == 0 ? "(NULL" : ",NULL", 5);
    buf_add(&sql, parameters_of(s->sql) > 0 ? ")" : " ", 2);
    PGresult *plan = PQexec(conn, (const char *)buf_at(&sql));
    if (PQresultStatus(plan) != PGRES_TUPLES_OK) {
        if (strcmp(PQresultErrorField(plan, PG_DIAG_SQLSTATE), NOT_PERMITTED) != 0)
            fail_msg("%s: %s", s->name, PQerrorMessage(conn));
        PQclear(plan);
        plan = NULL;
    }
    buf_fini(&sql);
    free(head);
    return plan;
}

static void compare_plans(PGconn *conn, const struct pg_statement *s)
{
    struct buf without, with;
    buf_init(&without);
    buf_init(&with);
    PGresult *free_plan = plan_as(conn, "", s), *bound = plan_as(conn, APPLICATION, s);
    if (bound == NULL)
        bound = plan_as(conn, AUTHENTICATION, s);
    if (bound == NULL)
        fail_msg("%s: neither role may do this", s->name);
    scans_of(free_plan, &without);
    scans_of(bound, &with);
    if (strcmp((const char *)buf_at(&without), (const char *)buf_at(&with)) != 0)
        fail_msg("%s reads without a border:%s… and with it:%s", s->name, (const char *)buf_at(&without), (const char *)buf_at(&with));
    PQclear(free_plan);
    PQclear(bound);
    buf_fini(&without);
    buf_fini(&with);
}

/* Each statement of the daemon's can be run by one of the roles, and its plan, which is made once and without statistics, reads the same
 * tables by the same indexes as it would without a border. */
static void test_no_statement_loses_its_index(void **state)
{
    (void)state;
    static const struct pg_statement *const all[] = {
        group_statements, journal_read_statements, store_statements, store_account_statements, store_audit_statements, store_members_statements,
        store_session_statements, store_template_statements, clerk_statements,
    };
    PGconn *conn = connect_with("");
    run(conn, "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct pg_statement *s = all[i]; s->name != NULL; s++)
            compare_plans(conn, s);
    PQfinish(conn);
}

/* ---------------------------------------------------------------- the tests' own */

static int start(void **state)
{
    (void)state;
    struct why why;
    cluster = pg_cluster_new(NULL);
    if (schema_migrate(pg_cluster_conninfo(cluster), false, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        return -1;
    }
    pg_cluster_sql(cluster, one_of_each, "aaaaaaaa");
    pg_cluster_sql(cluster, one_of_each, "bbbbbbbb");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pg_cluster_free(cluster);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_table_is_guarded),
        cmocka_unit_test(test_a_new_table_gets_its_border_by_itself),
        cmocka_unit_test(test_the_application_sees_the_workspaces_that_it_names),
        cmocka_unit_test(test_no_question_finds_a_foreign_row),
        cmocka_unit_test(test_the_application_changes_nothing_elsewhere),
        cmocka_unit_test(test_the_application_can_only_add_to_what_happened),
        cmocka_unit_test(test_the_application_sees_no_secret),
        cmocka_unit_test(test_authentication_sees_no_contents),
        cmocka_unit_test(test_the_daemons_user_owns_nothing),
        cmocka_unit_test(test_a_role_that_sees_everything_is_noticed),
        cmocka_unit_test(test_a_forgetful_statement_sees_only_its_workspaces),
        cmocka_unit_test(test_no_statement_loses_its_index),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
