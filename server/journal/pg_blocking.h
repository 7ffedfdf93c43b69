/* The few blocking requests of start-up: schema, the server's id, the first owner. Never used while the daemon
 * serves. */
#ifndef COCANVAS_SERVER_JOURNAL_PG_BLOCKING_H
#define COCANVAS_SERVER_JOURNAL_PG_BLOCKING_H

#include "common/status.h"
#include "server/journal/pg.h"

/* Refusals: DEGRADED (no connection), INTERNAL (PostgreSQL refuses), with PostgreSQL's sentence. */
enum status pg_blocking_connect(const char *conninfo, PGconn **conn, struct why *why) MUST_CHECK;
/* Runs statements without parameters, separated by semicolons. */
enum status pg_blocking_script(PGconn *conn, const char *sql, struct why *why) MUST_CHECK;
/* Runs one statement; params and result may be NULL. The caller clears *result, which is set only on OK. */
enum status pg_blocking(PGconn *conn, const char *sql, const struct pg_params *params, PGresult **result, struct why *why) MUST_CHECK;

#endif
