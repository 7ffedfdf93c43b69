/* What handle_account.c shares with the session that owns its requests and with the login that gets the hasher's mail. */
#ifndef COCANVAS_SERVER_SESSION_ACCOUNT_H
#define COCANVAS_SERVER_SESSION_ACCOUNT_H

struct account_request;
struct hash_job;
struct session;
struct sessions;

/* Wipes it, too. NULL is fine. */
void account_request_free(struct account_request *request);
/* A few times a second: every six hours the devices of all live sessions are noted as used. Else somebody who stays
 * connected for a month would be logged out by the next lost connection. */
void account_tick(struct sessions *all);
/* A password of a session's account_request was verified, or a new one hashed. */
void account_hashed(struct session *s, const struct hash_job *job);

#endif
