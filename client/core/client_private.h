/* The inside of a client, shared by its files: client.c (life, state, timers, what the user calls), client_connect.c
 * (addresses, TLS, trust, back-off), client_login.c (first flight, Welcome, login), client_open.c (opening,
 * snapshot, catching up), client_live.c (batches, edits, outbox, presence), client_request.c (requests and answers),
 * client_receive.c (frames to handlers). */
#ifndef COCANVAS_CLIENT_CORE_CLIENT_PRIVATE_H
#define COCANVAS_CLIENT_CORE_CLIENT_PRIVATE_H

#include <event2/event.h>
#include <netdb.h>
#include <sys/socket.h>

#include "client/core/client.h"
#include "client/core/outbox.h"
#include "client/core/replica.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/log.h"
#include "common/stream.h"

enum {
    CLIENT_ADDRESSES = 16,
    CLIENT_MOVES = 5, /* redirects followed before backing off */
    CLIENT_DYING = 8, /* streams that wait to be freed */
    SNAPSHOT_BYTES_MAX = 256 << 20,
    DIVERGENCES_MAX = 3,
};

/* Waiting times; tests shorten them. */
struct client_timing {
    unsigned stage_ms; /* to connect, log in, open */
    unsigned backoff_first_ms, backoff_last_ms;
    unsigned in_flight_ms; /* a batch under way and silence for so long: connect anew */
    unsigned watch_ms;     /* how often the connection is looked at */
    unsigned progress_ms;
    unsigned presence_ms; /* least time between two */
    unsigned leave_ms;    /* a server that goes away gets this long to answer what is in flight */
};

struct resolve;

struct client_address {
    struct sockaddr_storage at;
    socklen_t len;
};

/* A request that is not answered. */
struct client_request {
    uint32_t number;
    bool sent;
    bool keep;        /* the answer has several frames */
    struct buf frame; /* encoded; kept until sent */
};

struct client_person {
    uint32_t author;
    char *name;
    bool guest;
};

struct client {
    struct event_base *base;
    struct client_options options;
    char *config_dir, *state_dir, *token; /* owned; options points to them */
    char *certificate;                    /* owned; NULL none */
    struct client_callbacks cb;
    void *ctx;
    struct client_timing timing;
    struct log_ctx log;
    enum client_state state;
    enum status code; /* of the last failure or loss */
    enum client_problem problem;
    char sentence[512];

    /* the connection */
    SSL_CTX *tls;
    SSL_SESSION *session; /* for a shorter handshake when connecting again */
    struct stream_scratch scratch;
    struct stream *stream;
    struct stream *dying[CLIENT_DYING];
    unsigned n_dying;
    struct client_address addresses[CLIENT_ADDRESSES];
    unsigned n_addresses, at_address;
    struct resolve *resolve; /* a name that is being looked up */
    char host[256]; /* where to connect: the options' server, or where it sent us */
    char sni[256];
    uint16_t port;
    unsigned moves;
    unsigned backoff_ms;
    unsigned retry_after_ms; /* what GoAway asked for */
    bool leaving;            /* GoAway came: closes when nothing is in flight */
    bool trusted;
    const char *via; /* who vouched: "link", "ca", "prompt" */
    uint8_t pin[PIN_BYTES];
    bool has_pin;
    int64_t heard_ms; /* when the server last sent anything, monotonic */
    struct event *stage_timer, *retry_timer, *watch_timer, *seal_timer, *progress_timer, *presence_timer, *reaper;
    struct arena in, out;

    /* login */
    Cocanvas__Welcome *welcome; /* owned */
    Cocanvas__Login *login;     /* owned; until a token came for it */
    struct uuid server_id;
    bool has_server_id;

    /* the canvas */
    bool wanted; /* a canvas is to be open */
    bool read_only;
    struct uuid canvas;
    bool open_sent, opened; /* on this connection */
    bool from_scratch;      /* have_seq 0: what we have is wrong */
    bool has_state;         /* the replica holds a state of the canvas */
    unsigned divergences;
    struct outbox *outbox;
    struct replica *replica;
    int role;
    bool confidential;        /* the canvas' workspace is */
    bool no_client;           /* opened without a client number, as a reader */
    uint32_t own_session;     /* from Opened */
    uint64_t head_seq, acked; /* from Opened */
    struct buf snapshot;
    uint64_t snapshot_seq;
    uint32_t snapshot_next;
    uint32_t login_request, open_request, submit_request; /* to know what an Error is about */
    uint32_t history_request;                             /* for the batches under own edits, 0: none */
    unsigned submit_errors;                               /* in a row */
    bool kept;        /* the outbox holds something */
    uint64_t settled; /* client_seq + 1 that the outbox holds as settled, 0: it holds something else */
    bool degraded;
    bool save_failed;    /* told already */
    unsigned unreported; /* batches applied since the last Progress */
    const char *rescued; /* where words of refused edits were put, while handling that */
    struct client_person *people;
    size_t n_people;
    struct buf presence; /* encoded Presence, the newest */
    bool has_presence, presence_due;

    struct client_request *requests;
    size_t n_requests;
    uint32_t last_request;
};

int64_t mono_ms(void);

/* ---- client.c */
void client_set_state(struct client *c, enum client_state state, enum status code, const char *sentence);
/* For good: no further attempts. */
void client_fail(struct client *c, enum client_problem problem, enum status code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* The connection is over; connects again by itself, or fails if that is not wished. */
void client_lose(struct client *c, enum client_problem problem, enum status code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void timer_in(struct event *timer, unsigned ms);

/* ---- client_connect.c */
void client_start(struct client *c);
void client_drop_stream(struct client *c);
void client_target(struct client *c, const char *host, uint16_t port, const char *sni);
void client_reap(evutil_socket_t fd, short what, void *arg);
unsigned client_next_backoff(struct client *c);

/* ---- client_login.c */
void client_first_flight(struct client *c);
void client_on_welcome(struct client *c, const Cocanvas__Welcome *welcome);
void client_on_logged_in(struct client *c, const Cocanvas__LoggedIn *logged_in);
void client_forget_login(struct client *c);
void client_on_waiting(struct client *c);

/* ---- client_open.c */
/* Gets outbox and replica ready; false after client_fail(). */
bool client_prepare_open(struct client *c);
void client_send_open(struct client *c);
void client_reopen(struct client *c, bool from_scratch);
void client_on_opened(struct client *c, const Cocanvas__Opened *opened);
void client_on_role_changed(struct client *c, const Cocanvas__RoleChanged *changed);
void client_on_snapshot(struct client *c, const Cocanvas__Snapshot *part);
void client_on_history(struct client *c, const Cocanvas__HistoryPage *page);
void client_caught_up(struct client *c);
void client_diverged(struct client *c, enum status code, const char *sentence);
void client_drop_canvas(struct client *c);
void client_merge_people(struct client *c, size_t n, Cocanvas__Person *const *people);

/* ---- client_live.c */
void client_on_committed(struct client *c, const Cocanvas__Committed *batch);
void client_on_reject(struct client *c, const Cocanvas__Reject *reject);
void client_on_checkpoint(struct client *c, const Cocanvas__Checkpoint *checkpoint);
void client_on_status(struct client *c, const Cocanvas__Status *status);
void client_send_in_flight(struct client *c);
void client_send_presence(struct client *c);
void client_seal(evutil_socket_t fd, short what, void *arg);
void client_seal_now(struct client *c);
void client_send_progress(evutil_socket_t fd, short what, void *arg);
void client_presence_due(evutil_socket_t fd, short what, void *arg);
void client_lost_words(void *ctx, uint64_t object, const char *key, const char *text, size_t len, enum status code);
void client_save(struct client *c);

/* ---- client_request.c */
void client_send_requests(struct client *c);
/* An Error is made up for each that was not answered. */
void client_abandon_requests(struct client *c, bool unsent_too);
/* True if the frame was the answer to a request. */
bool client_answered(struct client *c, const Cocanvas__Frame *frame);

/* ---- client_receive.c */
size_t client_on_bytes(void *owner, const uint8_t *bytes, size_t len);
void client_send(struct client *c, const Cocanvas__Frame *frame);

#endif
