#include "server/journal/pg_blocking.h"

#include <string.h>

/* The first line of PostgreSQL's message. */
static enum status refuse_with(struct why *why, enum status code, const char *message)
{
    return refuse(why, code, "PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
}

static void ignore_notice(void *ctx, const PGresult *notice)
{
    (void)ctx, (void)notice;
}

enum status pg_blocking_connect(const char *conninfo, PGconn **conn, struct why *why)
{
    const char *const keys[] = {"connect_timeout", "tcp_user_timeout", "target_session_attrs", "dbname", "application_name", "client_encoding",
                                NULL};
    const char *const values[] = {"5", "5000", "read-write", conninfo, "cocanvasd start", "UTF8", NULL};
    *conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(*conn) == CONNECTION_OK) {
        PQsetNoticeReceiver(*conn, ignore_notice, NULL);
        return STATUS_OK;
    }
    enum status status = refuse_with(why, STATUS_DEGRADED, PQerrorMessage(*conn));
    PQfinish(*conn);
    *conn = NULL;
    return status;
}

enum status pg_blocking_script(PGconn *conn, const char *sql, struct why *why)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType got = PQresultStatus(result);
    PQclear(result);
    if (got == PGRES_COMMAND_OK || got == PGRES_TUPLES_OK)
        return STATUS_OK;
    return refuse_with(why, STATUS_INTERNAL, PQerrorMessage(conn));
}

enum status pg_blocking(PGconn *conn, const char *sql, const struct pg_params *params, PGresult **result, struct why *why)
{
    static const struct pg_params none;
    const struct pg_params *p = params != NULL ? params : &none;
    PGresult *got = PQexecParams(conn, sql, p->n, NULL, p->values, p->lengths, p->formats, 1);
    ExecStatusType status = PQresultStatus(got);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        PQclear(got);
        return refuse_with(why, STATUS_INTERNAL, PQerrorMessage(conn));
    }
    if (result != NULL)
        *result = got;
    else
        PQclear(got);
    return STATUS_OK;
}
