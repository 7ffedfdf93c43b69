/* What handle_account.c shares with the session that owns its requests and with the login that gets the hasher's mail. */
#ifndef COCANVAS_SERVER_SESSION_ACCOUNT_H
#define COCANVAS_SERVER_SESSION_ACCOUNT_H

struct account_request;
struct hash_job;
struct session;

/* Wipes it, too. NULL is fine. */
void account_request_free(struct account_request *request);
/* A password of a session's account_request was verified, or a new one hashed. */
void account_hashed(struct session *s, const struct hash_job *job);

#endif
