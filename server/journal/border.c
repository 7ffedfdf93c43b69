#include "server/journal/border.h"

#include <string.h>

#include "common/buf.h"
#include "common/embed.h"
#include "common/log.h"
#include "server/journal/pg_blocking.h"

#define APPLICATION "cocanvas_application"
#define AUTHENTICATION "cocanvas_authentication"

enum { WORKSPACES, ACCOUNT, PEOPLE };

/* All of them hold until the transaction ends. */
const struct pg_statement border_statements[] = {
    [WORKSPACES] = {"border_workspaces",
     "SELECT set_config('role', '" APPLICATION "', true), set_config('cocanvas.workspaces', $1::text, true)"},
    [ACCOUNT] = {"border_account",
     "SELECT set_config('role', '" APPLICATION "', true), set_config('cocanvas.account', $1::uuid::text, true),"
     " set_config('cocanvas.workspaces', border_of_account($1::uuid, $2::uuid), true)"},
    [PEOPLE] = {"border_authentication", "SELECT set_config('role', '" AUTHENTICATION "', true)"},
    {NULL, NULL},
};

const char border_application[] = "SELECT set_config('role', '" APPLICATION "', false)";

/* ---------------------------------------------------------------- requests */

/* Long enough for a few distinct ones to be named once, short enough to cost nothing with a thousand. */
enum { LOOK_BACK = 16 };

static bool is_among(const struct uuid *list, size_t n, const struct uuid *one)
{
    for (size_t i = n > LOOK_BACK ? n - LOOK_BACK : 0; i < n; i++)
        if (uuid_equal(&list[i], one))
            return true;
    return false;
}

void border_workspaces(struct pg_request *request, const struct uuid *workspaces, size_t n)
{
    struct buf list;
    ASSERT(n > 0);
    buf_init(&list);
    for (size_t i = 0; i < n; i++) {
        char text[UUID_TEXT];
        if (is_among(workspaces, i, &workspaces[i]))
            continue;
        uuid_format(&workspaces[i], text);
        buf_add(&list, i > 0 ? "," : "{", 1);
        buf_add(&list, text, strlen(text));
    }
    buf_add(&list, "}", sizeof "}");
    struct pg_params params = {0};
    pg_param_text(&params, (const char *)buf_at(&list));
    pg_exec_border(request, &border_statements[WORKSPACES], &params);
    buf_fini(&list);
}

void border_workspace(struct pg_request *request, const struct uuid *workspace)
{
    border_workspaces(request, workspace, 1);
}

void border_account(struct pg_request *request, const struct uuid *account, const struct uuid *also)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    pg_param_uuid(&params, also);
    pg_exec_border(request, &border_statements[ACCOUNT], &params);
}

void border_authentication(struct pg_request *request)
{
    static const struct pg_params none;
    pg_exec_border(request, &border_statements[PEOPLE], &none);
}

void border_none(struct pg_request *request)
{
    pg_exec_border(request, NULL, NULL);
}

/* ---------------------------------------------------------------- start */

/* Two servers on one cluster can make them at the same moment: whoever is second finds them. */
#define MAKE_ROLE(name)                                                                                                \
    "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '" name "') THEN CREATE ROLE " name ";"         \
    " GRANT " name " TO CURRENT_USER; END IF;"                                                                         \
    " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;"

static const char have_roles[] = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('" APPLICATION "', '" AUTHENTICATION "')";

/* The answer to a question with yes or no. */
static enum status ask(PGconn *conn, const char *sql, const struct pg_params *params, bool *yes, struct why *why)
{
    PGresult *result;
    enum status status = pg_blocking(conn, sql, params, &result, why);
    if (status == STATUS_OK) {
        *yes = PQntuples(result) > 0 && pg_bool(result, 0, 0);
        PQclear(result);
    }
    return status;
}

enum status border_make_roles(PGconn *conn, struct why *why)
{
    bool have = false, may = false;
    enum status status = ask(conn, have_roles, NULL, &have, why);
    if (status == STATUS_OK && !have)
        status = ask(conn, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user", NULL, &may, why);
    if (status == STATUS_OK && may)
        status = pg_blocking_script(conn, MAKE_ROLE(APPLICATION) MAKE_ROLE(AUTHENTICATION), why);
    return status;
}

static const char *borders_sql(void)
{
    for (const struct embedded_file *file = embedded_schema; file->name != NULL; file++)
        if (strcmp(file->name, "borders.sql") == 0)
            return file->bytes;
    ASSERT(!"borders.sql is embedded");
    return NULL;
}

/* What was done: which rules, for which tables, for which roles (who makes them anew makes others). */
#define APPLIED                                                                                                        \
    "(SELECT md5($1::text) || ' ' || (SELECT string_agg(version::text, ',' ORDER BY version) FROM schema_migration)"   \
    " || ' ' || string_agg(oid::text, ',' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('" APPLICATION "', '" AUTHENTICATION "'))"

enum status border_apply(PGconn *conn, struct why *why)
{
    bool have = false, done = false;
    struct pg_params params = {0};
    pg_param_text(&params, borders_sql());
    enum status status = ask(conn, have_roles, NULL, &have, why);
    if (status != STATUS_OK || !have)
        return status;
    status = ask(conn, "SELECT applied = " APPLIED " FROM border", &params, &done, why);
    if (status != STATUS_OK || done)
        return status;
    log_notice(NULL, "schema: applying borders.sql");
    status = pg_blocking_script(conn, borders_sql(), why);
    if (status == STATUS_OK)
        status = pg_blocking(conn, "INSERT INTO border (applied) SELECT " APPLIED " ON CONFLICT (one) DO UPDATE SET applied = excluded.applied",
                             &params, NULL, why);
    return status;
}

/* As each role in turn: that it may be taken, and that its rows are not all. */
enum status border_check(const char *conninfo, bool *on, struct why *why)
{
    static const char *const steps[] = {
        "SELECT set_config('role', '" AUTHENTICATION "', false) IS NOT NULL",
        "SELECT row_security_active('member')",
        border_application,
        "SELECT row_security_active('journal') AND row_security_active('audit') AND has_table_privilege('journal', 'INSERT')",
    };
    PGconn *conn;
    *on = false;
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    bool yes = true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && yes; i++)
        if (steps[i] == border_application)
            yes = pg_blocking_script(conn, steps[i], why) == STATUS_OK;
        else if (ask(conn, steps[i], NULL, &yes, why) != STATUS_OK)
            yes = false;
        else if (!yes)
            refuse(why, STATUS_DENIED, "row-level security is not active for the database's roles");
    PQfinish(conn);
    *on = yes;
    return STATUS_OK;
}
