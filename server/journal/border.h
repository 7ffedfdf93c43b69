/* The second barrier between workspaces: PostgreSQL shows a transaction only rows of the workspaces that it has named, whatever
 * its statements forget to ask for. The rules are schema/borders.sql; here is who takes which role, and how a request says
 * where it belongs: by its first statement, in the same flight, so that it costs no round trip.
 *
 * Where there are no borders (the roles are missing, or the administrator wants none) all of this does nothing: the statements
 * themselves join through membership, which is the first barrier. */
#ifndef COCANVAS_SERVER_JOURNAL_BORDER_H
#define COCANVAS_SERVER_JOURNAL_BORDER_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "common/ids.h"
#include "common/status.h"
#include "server/journal/pg.h"

/* For pg_options.borders. */
extern const struct pg_statement border_statements[];
/* For pg_options.role: from then on the connection is the application, and sees nothing until a request says more. */
extern const char border_application[];

/* ---- what a request may see from here on: one of these before its first statement, and again where it changes */

/* These workspaces, as the application. */
void border_workspaces(struct pg_request *request, const struct uuid *workspaces, size_t n);
void border_workspace(struct pg_request *request, const struct uuid *workspace);
/* All workspaces in which the account is a member, and one more if `also` is not NULL; as the application. */
void border_account(struct pg_request *request, const struct uuid *account, const struct uuid *also);
/* Accounts, devices, memberships, invitations and codes everywhere, and nothing of what stands on canvases. */
void border_authentication(struct pg_request *request);
/* What the connection may see by itself: an application's connection no workspace at all, the owner's everything. */
void border_none(struct pg_request *request);

/* ---- at start, blocking */

/* Makes the roles, if they are not there and the connection may. */
enum status border_make_roles(PGconn *conn, struct why *why) MUST_CHECK;
/* In the transaction of the schema changes: does what borders.sql says, unless that is done. Nothing if there are no roles. */
enum status border_apply(PGconn *conn, struct why *why) MUST_CHECK;
/* Whether this connection can take the roles, and is bound by them then. *why: the reason if not. */
enum status border_check(const char *conninfo, bool *on, struct why *why) MUST_CHECK;

#endif
