/* The client library: one connection, at most one open canvas. Connects, checks who the server is, logs in, opens,
 * keeps the replica, reconnects and resumes, and keeps unsent edits on disk (P5). Runs on the caller's event base;
 * nothing blocks.
 *
 * Used by the command line (client_run_until) and by the terminal interface (callbacks). */
#ifndef COCANVAS_CLIENT_CORE_CLIENT_H
#define COCANVAS_CLIENT_CORE_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/core/replica.h"
#include "common/ids.h"
#include "common/status.h"
#include "wire.pb-c.h"

struct client;

enum client_state {
    CLIENT_IDLE,
    CLIENT_CONNECTING,
    CLIENT_LOGGING_IN,
    CLIENT_READY, /* logged in, no canvas */
    CLIENT_OPENING,
    CLIENT_LIVE,
    CLIENT_OFFLINE, /* lost; tries again by itself, with back-off and jitter */
    CLIENT_FAILED,  /* will not try again: see the error and client_problem() */
};

/* What kind of trouble stands behind OFFLINE or FAILED, for exit codes. */
enum client_problem {
    CLIENT_NO_PROBLEM,
    CLIENT_UNREACHABLE,    /* no address, no connection, or the connection was lost */
    CLIENT_WRONG_IDENTITY, /* the server's key is not the one that was expected, or nobody vouches for it */
    CLIENT_NOT_LOGGED_IN,  /* no token, or token, password or invitation refused */
    CLIENT_REFUSED,        /* the server said no: client_error() has its code */
    CLIENT_TIMED_OUT,
};

struct client_callbacks {
    void (*on_state)(void *ctx, enum client_state state, enum status code, const char *sentence);
    /* Nobody vouches for the key: interactive clients show the words and ask; return true to accept and remember.
     * NULL: never. */
    bool (*on_unknown_server)(void *ctx, const char *host, const uint8_t pin[PIN_BYTES]);
    void (*on_logged_in)(void *ctx, const Cocanvas__LoggedIn *logged_in);
    /* A code was sent: what has to be accepted before one comes in. The attempt is over: the next one brings its id. */
    void (*on_guest_notice)(void *ctx, const Cocanvas__GuestNotice *notice);
    void (*on_waiting)(void *ctx); /* in the lobby, from now on; then on_logged_in, or the end */
    void (*on_lobby)(void *ctx, const Cocanvas__LobbyUpdate *update); /* a facilitator: who waits to be let in */
    void (*on_event)(void *ctx, const struct replica_event *event); /* the canvas changed */
    void (*on_presence)(void *ctx, const Cocanvas__PresenceUpdate *update);
    void (*on_people)(void *ctx);
    void (*on_status)(void *ctx, bool degraded, int64_t since_ms); /* saved or "not saved since" */
    /* Own edits did not get in. detail also tells where their text was put (a file beside the outbox): nothing typed
     * vanishes. client_seq 0: they were never sent, because what they were about is gone. */
    void (*on_reject)(void *ctx, const Cocanvas__Reject *reject);
    void (*on_batch)(void *ctx, const Cocanvas__Committed *batch); /* every committed batch, own ones too, in order */
    /* The answer to client_request: reply->request is what it returned. Also Error frames. */
    void (*on_reply)(void *ctx, const Cocanvas__Frame *reply);
    /* Somebody has changed what we may do: client_role() is the role on the open canvas now, NONE while none is open. */
    void (*on_role)(void *ctx, const Cocanvas__RoleChanged *changed);
};

struct client_options {
    char host[256];
    uint16_t port;
    bool has_pin; /* from a link: must match, nothing else is asked */
    uint8_t pin[PIN_BYTES];
    bool accept_new;        /* remember an unknown server without asking */
    const char *config_dir; /* $XDG_CONFIG_HOME/cocanvas: known_hosts */
    const char *state_dir;  /* $XDG_STATE_HOME/cocanvas: outbox */
    const char *token;      /* device token, or NULL and a Login is given to client_login */
    const char *certificate; /* file with a certificate and its key, shown to servers that ask; NULL or "": none. Without token
                              * and Login it is what we log in by. */
    unsigned seal_ms;       /* pending edits are sealed after this pause (40); 0: at once */
    bool reconnect;         /* go on trying after a loss (live clients) or fail (commands) */
};

/* The options are copied. No client_free() inside a callback. */
struct client *client_new(struct event_base *base, const struct client_options *options,
                          const struct client_callbacks *cb, void *ctx);
void client_free(struct client *c);
void client_connect(struct client *c);
/* Instead of a token: password or invitation. Copied. */
void client_login(struct client *c, const Cocanvas__Login *login);
/* Opens a canvas (again after each reconnect). read_only: no client_id, no outbox. */
void client_open(struct client *c, const struct uuid *canvas, bool read_only);
void client_close_canvas(struct client *c);
/* Runs the base until what was edited is answered or ms have passed, and says goodbye. Not inside a callback. What
 * is not answered stays on disk. */
void client_quit(struct client *c, unsigned ms);

enum client_state client_state(const struct client *c);
struct replica *client_replica(struct client *c);                            /* NULL before the first Opened */
const char *client_person(struct client *c, uint32_t author, char room[32]); /* name, or "author 7" */
bool client_is_guest(const struct client *c, uint32_t author);               /* came in by a join code */
const uint8_t *client_pin(const struct client *c);                           /* of the server, after the handshake */
const Cocanvas__Welcome *client_welcome(const struct client *c);
int client_role(const struct client *c);
/* The open canvas is confidential: its workspace is, or the canvas says so of itself. */
bool client_is_confidential(const struct client *c);
uint32_t client_session(const struct client *c); /* this connection's number in PresenceUpdate; 0: no canvas is open */

/* After replica_edit and the like: seals, saves the outbox, submits. */
void client_edited(struct client *c);
bool client_all_saved(const struct client *c); /* nothing pending or in flight */
void client_presence(struct client *c, const Cocanvas__Presence *presence);
/* Sends a request frame (any body that is not of the open canvas' edits); returns its number. */
uint32_t client_request(struct client *c, Cocanvas__Frame *frame);

/* Runs the base until cond(ctx) or ms have passed or the client has failed. STATUS_OK, STATUS_TIMEOUT, or the
 * failure's code. */
enum status client_run_until(struct client *c, bool (*cond)(void *ctx), void *ctx, unsigned ms);
enum status client_error(const struct client *c, char *sentence, size_t room);
enum client_problem client_problem(const struct client *c);

#endif
