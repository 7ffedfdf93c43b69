/* Somebody else checks passwords: one helper process that the administrator names (option authenticator), for
 * accounts without a password of their own here. The daemon writes a JSON line for each login to the helper's
 * standard input, and reads one for each from its standard output (both are one socket); the answers may come in any
 * order:
 *
 *   {"id":7,"login":"ann","password":"…","address":"192.0.2.1"}
 *   {"id":7,"ok":true,"login":"ann","name":"Ann Lee","workspace":"Acme","role":"editor"}
 *   {"id":8,"ok":false}
 *   {"id":9,"error":"the directory is away"}
 *
 * name, workspace and role may be left out. An error is for the log; the person is told to come back. The helper
 * runs as another user if that is set. At most eight logins are with it at a time; each has a deadline. A helper
 * that says nothing until then, ends, or says what is no answer is ended and started anew, after a pause that
 * doubles from one second to a minute; who was waiting is told to come back. A thread of its own does all of it, so
 * no event loop ever waits. */
#ifndef COCANVAS_SERVER_SESSION_AUTHENTICATOR_H
#define COCANVAS_SERVER_SESSION_AUTHENTICATOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/status.h"
#include "server/session/hasher.h"
#include "server/session/limits.h"

/* One login to be judged. Whoever makes it allocates it; it belongs to the authenticator until done is called, then
 * to the receiver. */
struct vouch_job {
    uint64_t session; /* whose: an id, because the session may be gone by then */
    char login[STORE_LOGIN];
    char password[PASSWORD_MOST + 1];
    char address[LIMITS_ADDRESS_TEXT];
    enum status status; /* OK: vouched for; DENIED; or BUSY or INTERNAL: the helper failed, and why tells people */
    struct why why;
    char name[STORE_NAME];                          /* OK: for display */
    char workspace[STORE_NAME];                     /* OK: id or name of one that the person is to be in; "" none */
    int role;                                       /* … as what */
    void (*done)(void *ctx, struct vouch_job *job); /* called on the authenticator's thread */
    void *ctx;
    /* the authenticator's */
    uint64_t id;
    int64_t since_ms;
    bool sent;
    TAILQ_ENTRY(vouch_job) entry;
};

struct authenticator_options {
    const char *path, *user; /* user "": the daemon's own */
    unsigned deadline_ms, parallel, queue;
};

struct authenticator;

/* Starts the helper. NULL and *why if the user does not exist or the file can't be run. */
struct authenticator *authenticator_new(const struct authenticator_options *options, struct why *why);
/* Ends helper and thread; jobs that wait are freed unanswered. NULL is fine. */
void authenticator_free(struct authenticator *a);
/* From any thread. False if too many wait: the job stays the caller's. */
bool authenticator_submit(struct authenticator *a, struct vouch_job *job);
/* Wipes the password, then frees. */
void vouch_job_free(struct vouch_job *job);

#endif
