/* Sessions: one authenticated connection each, its state, who it is and what it may do. A session gets whole frames
 * from its connection (net/conn.c), one after another; dispatch.c's table decides about each; handle_*.c do it.
 *
 * Requests that take time (passwords, PostgreSQL, opening a canvas) make the session busy: the connection holds further
 * frames back until the answer is there, so that a client may send Hello, Login and Open in one flight and everything
 * still happens in order. Answers come back by the session's number, never by pointer: one for a session that is gone
 * is dropped.
 *
 * struct sessions is what all sessions of one worker share. Nothing here is used by two threads. */
#ifndef COCANVAS_SERVER_SESSION_SESSION_H
#define COCANVAS_SERVER_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "common/arena.h"
#include "common/ids.h"
#include "common/log.h"
#include "common/status.h"
#include "common/stream.h"
#include "common/template.h"
#include "server/journal/journal.h"
#include "server/journal/store.h"
#include "server/room/room.h"
#include "server/session/access.h"
#include "server/session/auth.h"
#include "server/session/pace.h"
#include "wire.pb-c.h"

struct account_request;
struct audit_event;
struct backup_job;
struct backups;
struct audit_expectation;
struct code_guard;
struct guest;
struct authenticator;
struct hasher;
struct hash_job;
struct limits;
struct login_attempt;
struct vouch_job;
struct canvas_page;

enum session_state {
    SESSION_NEW,      /* nothing came yet; only Hello is served */
    SESSION_GREETED,  /* Hello was answered; only Login is served */
    SESSION_CHECKING, /* credentials are being checked; frames wait */
    SESSION_WAITING,  /* a guest in the lobby (guest.h) */
    SESSION_READY,    /* logged in, no canvas */
    SESSION_OPENING,  /* a canvas is being opened; frames wait */
    SESSION_OPEN,     /* on a canvas */
    SESSION_LEAVING,  /* off it, but the stream is in the middle of a frame of the room's; frames wait */
    SESSION_ENDED,    /* only waits to be freed with its connection */
};
enum { SESSION_STATES = SESSION_ENDED + 1 };

/* Whether clients may, or have to, show a certificate. */
enum client_cert { CLIENT_CERT_OFF, CLIENT_CERT_OPTIONAL, CLIENT_CERT_REQUIRED };

/* What may change by a reload; borrowed by struct sessions. */
struct session_settings {
    struct uuid server_id, incarnation;
    bool has_next_pin;
    uint8_t next_pin[PIN_BYTES]; /* of the certificate that will follow */
    struct room_limits rooms;
    struct pace_limits paces[PACES];
    uint32_t ping_ms;
    int64_t invitation_ms; /* longest validity of an invitation */
    int workspace_role;    /* least role that one must have in some workspace to make another one; -1: nobody may */
    struct store_expiry devices;
    enum client_cert client_cert;
};

/* What sessions need from the connection and its worker; conn is the pointer given to session_init(). */
struct session_host {
    /* The session is over: say why (unless sentence is NULL) and close. Returns at once; the session is freed later. */
    void (*kill)(void *conn, enum status code, const char *sentence);
    /* Not busy any more: go on with the frames that wait. Not from inside of this call. */
    void (*resume)(void *conn);
    /* Logged in: the limits for strangers end. */
    void (*logged_in)(void *conn);
    /* The canvas is this worker's: true. Else false, and the connection moves at the end of the loop turn; then
     * session_moved(). */
    bool (*place)(void *conn, const struct uuid *canvas);
};

struct sessions {
    const struct session_settings *settings;
    const struct session_host *host;
    struct journal *journal;
    struct rooms *rooms;
    struct hasher *hasher;                           /* shared by all workers */
    struct limits *limits;                           /* of failed logins; shared by all workers */
    struct authenticator *authenticator;             /* shared by all workers; NULL: there is none */
    void (*vouched)(void *ctx, struct vouch_job *job); /* on the authenticator's thread: posts the job to this worker */
    void (*hashed)(void *ctx, struct hash_job *job); /* on the hasher's thread: posts the job to this worker */
    struct backups *backups;                         /* shared by all workers; NULL: there is none */
    void (*backed_up)(void *ctx, struct backup_job *job); /* on its thread: posts the job to this worker */
    const struct template_set *templates;            /* shared, never changed */
    /* Posts a change to all workers (access.h). NULL: there is only this one, and it is told at once. */
    void (*tell)(void *ctx, const struct access_change *change);
    /* To the audit log (audit.h). NULL: there is none. */
    void (*audit)(void *ctx, const struct audit_event *event);
    /* Asks all workers who is on these canvases: sessions_present() follows, perhaps before this returns. NULL: nobody is
     * asked. */
    void (*ask_present)(void *ctx, uint64_t session, size_t n, const struct uuid *canvases);
    int64_t (*wall_ms)(void *ctx);
    int64_t (*mono_ms)(void *ctx);
    void *ctx;       /* for hashed and the clocks */
    unsigned worker; /* 1-based */

    struct code_guard *codes; /* shared by all workers */
    uint64_t lobby_count;     /* gives those in the lobby their numbers */
    bool wrong_codes;         /* somebody waits for the answer to one: guests_tick() */
    bool crowded;             /* as the facilitators were told last */
    int64_t ends_looked_ms;   /* when live sessions that are over were looked for; monotonic */

    struct session *by_id;
    struct audit_event *audit_later; /* what the log will be told at the next tick; owned */
    size_t n_audit_later;
    struct audit_expectation *audit_expected; /* what the log will be told, by session */
    int64_t touched_ms; /* monotonic; account_tick() */
    bool looks_due; /* somebody's look could not be made: sessions_tick() */
    struct arena arena; /* of the message that is being handled */
    uint64_t member_count;                            /* gives members their numbers */
    unsigned n_held;                                  /* sessions */
    uint64_t frames, refusals, logins, failed_logins, holds; /* counters */
};

/* What a session knows of a workspace that its person is in. */
struct membership {
    struct uuid workspace;
    int role; /* wire.proto's Role */
    uint32_t author;
    bool confidential; /* the workspace is */
};

/* An invitation that PostgreSQL has not confirmed yet. Its token is told once and stored as a hash only. */
struct new_invitation {
    char token[TOKEN_TEXT];
};

/* Embedded in its connection, which owns it. */
struct session {
    uint64_t id; /* the connection's number: never used again in this process */
    enum session_state state;
    bool busy;                 /* an answer is outstanding: no further frame */
    bool held;                 /* it edits or asks too fast: no further frame for a while */
    struct pace paces[PACES];
    bool has_seat;             /* counts among its account's connections, under … */
    struct address seat;       /* … this key */
    struct sessions *sessions; /* the worker's; another one after a move */
    struct stream *stream;     /* the connection's */
    void *conn;
    struct address address;
    uint32_t request; /* Frame.request of what is being answered */

    char *login;                    /* since READY */
    bool is_guest;                  /* since READY: a member without an account, of one workspace alone */
    struct uuid account;            /* since READY, unless a guest */
    struct uuid live;               /* a guest's: the live session by which it came; also while WAITING */
    struct guest *guest;            /* a guest's, from its Login on; owned */
    bool leads_live;                /* a facilitator who knows of a live session of the open canvas */
    char new_code[JOIN_CODE_TEXT];  /* while it is being stored */
    uint32_t revoking;              /* number of the code, likewise */
    bool has_device;                /* logged in by a device's token, or given one */
    uint8_t device[32];             /* hash of that token; from CHECKING on */
    struct membership *memberships; /* since READY; owned */
    size_t n_memberships;
    struct login_attempt *attempt;     /* while CHECKING; owned */
    struct new_invitation *invitation; /* while one is being stored; owned */
    struct account_request *account_request; /* while one about the account is under way; owned */
    struct backup_job *backup;         /* one that was made and is being read; owned */
    struct canvas_page *page;          /* of the list of canvases, while it is asked who is on them; owned */
    struct canvas_wanted *wanted;      /* a canvas, while its template is read; owned */

    bool look_again;        /* what it may do has changed, and is to be read again as soon as that can be (access.h) */
    bool looking;           /* … is being read */
    struct uuid look_canvas; /* the canvas that was asked about, if look_has_canvas */
    bool look_has_canvas;

    struct uuid canvas;    /* while OPENING and OPEN */
    struct uuid workspace; /* the canvas' */
    struct member member;  /* its place in the room */
    UT_hash_handle hh;     /* in sessions.by_id */
};

/* The caller fills the fields up to `worker` first. */
void sessions_init(struct sessions *all);
void sessions_fini(struct sessions *all);
/* NULL if it is gone. */
struct session *sessions_find(struct sessions *all, uint64_t id);
/* A finished hash, on the worker's thread. Takes the job. */
void sessions_hashed(struct sessions *all, struct hash_job *job);
/* A backup that was made, or not, likewise. */
void sessions_backed_up(struct sessions *all, struct backup_job *job);
/* What the authenticator said, likewise. */
void sessions_vouched(struct sessions *all, struct vouch_job *job);
/* Lets those go on who have waited long enough; a few times a second. */
void sessions_release_held(struct sessions *all);
/* Who is on the canvases that ask_present was asked about, in the same order; NULL: nobody, or it is not known. Borrowed. */
void sessions_present(struct sessions *all, uint64_t session, size_t n, struct room_present *const *present);

void session_init(struct session *s, struct sessions *all, uint64_t id, struct stream *stream,
                  const struct address *address, void *conn);
/* Leaves the room; late answers find nothing. Safe to call twice. */
void session_end(struct session *s);
void session_fini(struct session *s);

/* Whether the next frame may be given to it. */
static inline bool session_takes_frames(const struct session *s)
{
    return !s->busy && !s->held && s->state != SESSION_ENDED;
}
/* Largest frame that it takes now. */
size_t session_frame_max(const struct session *s);
/* One whole frame. May make the session busy, or kill it. */
void session_frame(struct session *s, const uint8_t *body, size_t len);

/* The connection has left its worker, and has come to another. In between the session belongs to no table. */
void session_leave(struct session *s);
void session_moved(struct session *s, struct sessions *to);

/* The stream's callbacks, passed on to the room while there is one. */
bool session_source_peek(struct session *s, const uint8_t **bytes, size_t *len);
void session_source_sent(struct session *s, size_t len);
void session_drained(struct session *s);

/* ---- for the handlers */

/* Changes the state, after checking that the change is allowed; logs it at debug level. */
void session_set_state(struct session *s, enum session_state state);
/* A message is taken: if that was too much at once, the session is held. */
void session_spend(struct session *s, enum pace_kind kind, size_t len);
/* The session is this account's (or, account NULL, this guest's) from now on; false: it has too many connections already, which is said in
 * why. Until session_end(). */
bool session_take_seat(struct session *s, const struct uuid *account, const struct uuid *workspace, uint32_t author, struct why *why);
/* The answer is there: frames go on. */
void session_unbusy(struct session *s);
void session_send(struct session *s, const Cocanvas__Frame *frame);
/* An Error that leaves the session usable. */
void session_refuse(struct session *s, uint32_t request, enum status code, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Wipes the token. */
void session_forget_invitation(struct session *s);
/* An Error, and the end. */
void session_kill(struct session *s, enum status code, const char *sentence);
/* Membership of the workspace that a request names: 16 bytes, or none for the only one in which the role is at least
 * that. Answers the refusal itself (NOT_FOUND, whether or not the workspace exists) and returns NULL. */
const struct membership *session_workspace(struct session *s, uint32_t request, const ProtobufCBinaryData *id,
                                           int least_role);
int session_best_role(const struct session *s);
/* Whether they differ from what it had. */
bool session_take_memberships(struct session *s, size_t n, const struct store_membership *memberships);
/* One that has just been made, or changed. */
void session_add_membership(struct session *s, const struct store_membership *membership);
/* Whether the open canvas' workspace is confidential. */
bool session_is_confidential(const struct session *s);
/* For store_look(); borrows from the session. */
struct store_who session_who(const struct session *s);
/* For log lines; canvas is text to be kept by the caller. */
struct log_ctx session_log(const struct session *s, char canvas[UUID_TEXT]);
const char *session_state_name(enum session_state state);

#endif
