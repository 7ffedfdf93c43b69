/* Connections: a stream of bytes, cut into frames, handed to a session. And all connections of one worker: who may
 * begin a TLS handshake now, who has been silent too long, who has to move to another worker, who is dead and is freed
 * at the end of the loop's turn.
 *
 * A stranger (not logged in) gets little: small frames, a few seconds, a place among a limited number. When the places
 * are taken, a newcomer waits for the oldest stranger to have had half a second; then that one makes room. So somebody
 * who opens thousands of connections and says nothing keeps nobody out for long, and members notice nothing. */
#ifndef COCANVAS_SERVER_NET_CONN_H
#define COCANVAS_SERVER_NET_CONN_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/stream.h"
#include "server/session/session.h"

enum conn_state {
    CONN_WAITING, /* accepted; the handshake has not begun */
    CONN_HANDSHAKE,
    CONN_STRANGER, /* TLS stands; not logged in */
    CONN_MEMBER,   /* logged in */
    CONN_MOVING,   /* on its way to another worker */
    CONN_CLOSING,  /* the last words are being sent */
    CONN_DEAD,     /* to be freed at the end of the turn */
};
enum { CONN_STATES = CONN_DEAD + 1 };

struct conn_settings {
    unsigned half_open, half_open_per_address; /* of this worker */
    unsigned handshakes_per_turn;
    int64_t handshake_ms, login_ms, ping_ms, idle_ms, slow_ms;
    SSL_CTX *tls; /* borrowed */
};

struct conns;

/* Owned by struct conns of its worker; freed by conns_turn() only. */
struct conn {
    unsigned long id;
    enum conn_state state;
    struct conns *all;
    struct stream *stream; /* NULL while WAITING */
    int fd;                /* while WAITING, else the stream's */
    int64_t since_ms;      /* when it entered its state; monotonic */
    int64_t heard_ms;      /* when the last bytes came */
    bool pinged;           /* since heard_ms */
    size_t kept;           /* bytes that the stream keeps because frames have to wait */
    bool to_resume;        /* is in conns.resumed */
    bool half_open;        /* is in conns.half_open, and counted there */
    struct address address;
    struct session session;
    TAILQ_ENTRY(conn) entry; /* in conns.waiting or conns.list or a list of another worker's mail */
    TAILQ_ENTRY(conn) half_open_entry, resumed_entry, moving_entry, dead_entry;
};
TAILQ_HEAD(conn_list, conn);

struct conns_host {
    /* Whether a canvas is served here. */
    bool (*is_here)(void *ctx, const struct uuid *canvas);
    /* Takes a connection that has to go where its session's canvas is served; it is detached and in no list. */
    void (*move)(void *ctx, struct conn *conn);
    /* One is gone for good. */
    void (*gone)(void *ctx, const struct address *address);
};

struct conns_stats {
    uint64_t shed;                        /* strangers that made room */
    uint64_t refused;                     /* newcomers for whom there was no place to wait */
    uint64_t bytes_in, bytes_out, writes; /* of connections that are gone; those that live are added by conns_count() */
    uint64_t by_state[CONN_STATES];
};

struct half_open_count;

struct conns {
    struct event_base *base;
    struct stream_scratch *scratch;
    struct sessions *sessions;
    const struct conn_settings *settings;
    const struct conns_host *host;
    void *ctx;

    int64_t now_ms; /* as of this turn */
    struct conn_list waiting, list, half_open, resumed, moving, dead;
    unsigned n_waiting, n_half_open, n_list;
    struct half_open_count *counts; /* strangers by address */
    uint64_t shed_told;             /* shed + refused when it was last logged */
    bool draining;
    struct conns_stats stats;
};

extern const struct session_host conn_session_host;

/* The caller fills the fields up to ctx first. */
void conns_init(struct conns *all);
/* All connections must be gone. */
void conns_fini(struct conns *all);
/* A socket from the listener. Takes fd. */
void conns_arrive(struct conns *all, int fd, unsigned long id, const struct address *address);
/* A connection from another worker's move(). */
void conns_adopt(struct conns *all, struct conn *conn);
/* End of a loop turn: begins handshakes, lets waiting frames go on, moves, frees. True if there is more to do at once.
 */
bool conns_turn(struct conns *all);
/* Deadlines; a few times a second. */
void conns_tick(struct conns *all);
/* From now on no frame is taken, and no newcomer. */
void conns_hold(struct conns *all);
/* Says GoAway to everyone and closes, within ms. */
void conns_drain(struct conns *all, unsigned ms);
/* Ends all at once, without a word. */
void conns_abort(struct conns *all);
static inline bool conns_empty(const struct conns *all)
{
    return all->n_list == 0 && all->n_waiting == 0;
}
void conns_count(const struct conns *all, struct conns_stats *out);

#endif
