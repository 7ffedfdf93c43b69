/* What happens is told to the audit log from here; the clerk (journal/clerk.h), on another thread, writes it down. Nobody waits for
 * that, and nothing is told about what was refused, except logins.
 *
 * A handler that asks PostgreSQL for a change expects an event, and its answer settles it: told if the change was made. That also
 * holds when the session has gone meanwhile, so that nobody escapes the log by hanging up. When the outcome is unknown (PostgreSQL
 * went away in between) the event is told with the text "perhaps". One event per session is expected at a time, since a session
 * asks one thing at a time. */
#ifndef COCANVAS_SERVER_SESSION_AUDIT_H
#define COCANVAS_SERVER_SESSION_AUDIT_H

#include "server/journal/clerk.h"
#include "server/session/session.h"
#include "wire.pb-c.h"

/* How somebody logged in: the detail of LOGIN and LOGIN_REFUSED. */
enum audit_login { AUDIT_BY_DEVICE = 1, AUDIT_BY_PASSWORD, AUDIT_BY_INVITATION, AUDIT_BY_CERTIFICATE, AUDIT_BY_RESET, AUDIT_BY_CODE };

#define AUDIT(name) COCANVAS__AUDIT_ROW__EVENT__##name

/* Has happened. In a workspace, by one of its members; */
void audit_tell(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom, uint64_t detail);
/* on the open canvas (or the one that is being opened), by this session; */
void audit_tell_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail);
/* to the session's account: in all its workspaces. */
void audit_tell_account(struct session *s, uint32_t event, uint64_t detail);
/* The same, told within a quarter of a second (audit_tick), together with others: what the log costs then shows nobody which
 * of several logins there is. */
void audit_tell_account_later(struct session *s, uint32_t event, uint64_t detail);
void audit_tick(struct sessions *all);

/* by nobody's session any more, so without an address. */
void audit_tell_of(struct sessions *all, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom);

/* The same, if it comes about. */
void audit_expect(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom, uint64_t detail);
void audit_expect_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail);
void audit_expect_account(struct session *s, uint32_t event, uint64_t detail);
/* What is expected of a session, to be completed by what the answer says; NULL: nothing is. */
struct audit_event *audit_expected(struct sessions *all, uint64_t id);
/* The answer is there. */
void audit_settle(struct sessions *all, uint64_t id, enum status status);

/* For sessions_fini(): what waits is told. */
void audit_forget_expected(struct sessions *all);

#endif
