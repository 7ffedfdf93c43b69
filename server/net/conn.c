/* One connection: bytes to frames to session, its end with a reason, and its deadlines. The worker's set of them is
 * conns.c. */
#include "server/net/conn.h"

#include <stdlib.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/log.h"
#include "common/message.h"
#include "common/tls.h"
#include "server/net/conn_private.h"
#include "server/net/listener.h"

enum {
    KEPT_MAX = 256 << 10,  /* bytes of waiting frames beyond which the socket is not read any more */
    OUTPUT_HIGH = 1 << 20, /* answers that the client does not take: no further frame until it does */
    LAST_WORDS_MS = 1000,
};

static const unsigned transitions[CONN_STATES] = {
    [CONN_WAITING] = 1u << CONN_HANDSHAKE | 1u << CONN_DEAD,
    [CONN_HANDSHAKE] = 1u << CONN_STRANGER | 1u << CONN_DEAD,
    [CONN_STRANGER] = 1u << CONN_MEMBER | 1u << CONN_CLOSING | 1u << CONN_DEAD,
    [CONN_MEMBER] = 1u << CONN_MOVING | 1u << CONN_CLOSING | 1u << CONN_DEAD,
    [CONN_MOVING] = 1u << CONN_MEMBER | 1u << CONN_CLOSING | 1u << CONN_DEAD,
    [CONN_CLOSING] = 1u << CONN_DEAD,
    [CONN_DEAD] = 0,
};

const char *conn_state_name(enum conn_state state)
{
    static const char *const names[CONN_STATES] = {"waiting", "handshake", "stranger", "member",
                                                   "moving",  "closing",   "dead"};
    return names[state];
}

void conn_set_state(struct conn *conn, enum conn_state state)
{
    ASSERT(transitions[conn->state] & 1u << state);
    struct log_ctx ctx = {.worker = conn->all->sessions->worker, .conn = conn->id};
    log_debug(&ctx, "connection %s -> %s", conn_state_name(conn->state), conn_state_name(state));
    conn->state = state;
    conn->since_ms = conn->all->now_ms;
}

/* ---- the end */

/* The one line that says why a connection ended. */
static void log_end(const struct conn *conn, enum log_level level, const char *what, const char *reason)
{
    char canvas[UUID_TEXT], address[ADDRESS_TEXT];
    struct log_ctx ctx = session_log(&conn->session, canvas);
    address_format(&conn->address, address);
    log_line(level, &ctx, "%s: %s (from %s)", what, reason, address);
}

static bool ends(const struct conn *conn)
{
    return conn->state == CONN_CLOSING || conn->state == CONN_DEAD;
}

static void say_error(struct conn *conn, enum status code, const char *sentence)
{
    Cocanvas__Error error;
    cocanvas__error__init(&error);
    char *copy = xstrdup(sentence);
    error.code = (Cocanvas__ErrorCode)code;
    error.message = copy;
    error.fatal = true;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_ERROR;
    frame.error = &error;
    message_encode(&frame, stream_out(conn->stream));
    free(copy);
}

static void close_after_words(struct conn *conn, unsigned ms)
{
    conn_set_state(conn, CONN_CLOSING);
    session_end(&conn->session);
    stream_shutdown(conn->stream, ms);
}

static void die(struct conn *conn)
{
    conn_set_state(conn, CONN_DEAD);
    session_end(&conn->session);
    conns_bury(conn);
}

void conn_kill(struct conn *conn, enum status code, const char *sentence)
{
    if (ends(conn))
        return;
    /* GONE says who has put the canvas into the trash: names are not for the log. */
    const char *words = code == STATUS_GONE ? "the canvas was put into the trash" : sentence;
    log_end(conn, LOG_INFO, status_name(code), words ? words : "closed");
    bool speaks = conn->state == CONN_STRANGER || conn->state == CONN_MEMBER || conn->state == CONN_MOVING;
    conns_forget_stranger(conn);
    if (!speaks) {
        die(conn);
        return;
    }
    if (sentence)
        say_error(conn, code, sentence);
    close_after_words(conn, LAST_WORDS_MS);
}

void conn_drop(struct conn *conn)
{
    conns_forget_stranger(conn);
    if (conn->state != CONN_DEAD)
        die(conn);
}

void conn_go_away(struct conn *conn, uint32_t retry_after_ms, unsigned ms)
{
    if (ends(conn))
        return;
    if (conn->state != CONN_STRANGER && conn->state != CONN_MEMBER) {
        conn_drop(conn);
        return;
    }
    log_end(conn, LOG_INFO, status_name(STATUS_SHUTDOWN), "the server stops");
    conns_forget_stranger(conn);
    char reason[] = "The server restarts: come back in a moment.";
    Cocanvas__GoAway go_away;
    cocanvas__go_away__init(&go_away);
    go_away.reason = reason;
    go_away.retry_after_ms = retry_after_ms;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_GO_AWAY;
    frame.go_away = &go_away;
    message_encode(&frame, stream_out(conn->stream));
    close_after_words(conn, ms);
}

/* ---- the stream's callbacks */

static void on_ready(void *owner)
{
    struct conn *conn = owner;
    if (ends(conn))
        return;
    if (!tls_alpn_ok(stream_ssl(conn->stream))) {
        conn_kill(conn, STATUS_VERSION, NULL);
        return;
    }
    conn_set_state(conn, CONN_STRANGER);
}

static bool takes_frames(const struct conn *conn)
{
    return (conn->state == CONN_STRANGER || conn->state == CONN_MEMBER) && !conn->all->draining &&
           session_takes_frames(&conn->session) && stream_pending(conn->stream) < OUTPUT_HIGH;
}

/* Hands on whole frames while the session takes them. Returns the bytes used. */
static size_t cut_frames(struct conn *conn, const uint8_t *bytes, size_t len)
{
    size_t used = 0;
    while (takes_frames(conn)) {
        const uint8_t *body;
        size_t body_len;
        enum frame_result result =
            frame_next(bytes + used, len - used, session_frame_max(&conn->session), &body, &body_len);
        if (result == FRAME_TOO_LONG) {
            conn_kill(conn, STATUS_TOO_LARGE, "A frame is longer than this server allows: the connection is closed.");
            return len;
        }
        if (result == FRAME_CUT)
            break;
        session_frame(&conn->session, body, body_len);
        used += FRAME_HEADER + body_len;
    }
    return used;
}

static size_t on_bytes(void *owner, const uint8_t *bytes, size_t len)
{
    struct conn *conn = owner;
    if (ends(conn))
        return len;
    conn->heard_ms = conn->all->now_ms;
    conn->pinged = false;
    size_t used = cut_frames(conn, bytes, len);
    if (ends(conn))
        return len;
    conn->kept = len - used;
    if (conn->kept > KEPT_MAX && !takes_frames(conn))
        stream_pause_reading(conn->stream, true);
    return used;
}

static void on_drained(void *owner)
{
    struct conn *conn = owner;
    if (ends(conn))
        return;
    session_drained(&conn->session);
    if (!ends(conn) && conn->kept > 0)
        conn_resume(conn);
}

static void on_closed(void *owner, const char *reason)
{
    struct conn *conn = owner;
    if (conn->state == CONN_DEAD)
        return;
    conns_forget_stranger(conn);
    if (conn->state != CONN_CLOSING)
        log_end(conn, LOG_INFO, "left", reason ? reason : "the client closed the connection");
    die(conn);
}

static bool on_source_peek(void *owner, const uint8_t **bytes, size_t *len)
{
    struct conn *conn = owner;
    return session_source_peek(&conn->session, bytes, len);
}

static void on_source_sent(void *owner, size_t len)
{
    struct conn *conn = owner;
    session_source_sent(&conn->session, len);
}

const struct stream_callbacks conn_stream_callbacks = {
    .on_ready = on_ready,
    .on_bytes = on_bytes,
    .on_drained = on_drained,
    .on_closed = on_closed,
    .on_source_peek = on_source_peek,
    .on_source_sent = on_source_sent,
};

/* ---- the session's host */

void conn_resume(struct conn *conn)
{
    if (conn->to_resume || ends(conn))
        return;
    conn->to_resume = true;
    TAILQ_INSERT_TAIL(&conn->all->resumed, conn, resumed_entry);
}

static void host_kill(void *ctx, enum status code, const char *sentence)
{
    conn_kill(ctx, code, sentence);
}

static void host_resume(void *ctx)
{
    conn_resume(ctx);
}

static void host_logged_in(void *ctx)
{
    struct conn *conn = ctx;
    conns_forget_stranger(conn);
    conn_set_state(conn, CONN_MEMBER);
}

static bool host_place(void *ctx, const struct uuid *canvas)
{
    struct conn *conn = ctx;
    struct conns *all = conn->all;
    if (all->host->is_here(all->ctx, canvas))
        return true;
    conn_set_state(conn, CONN_MOVING);
    TAILQ_INSERT_TAIL(&all->moving, conn, moving_entry);
    return false;
}

const struct session_host conn_session_host = {
    .kill = host_kill,
    .resume = host_resume,
    .logged_in = host_logged_in,
    .place = host_place,
};

/* ---- deadlines */

static void ping(struct conn *conn)
{
    Cocanvas__Ping body;
    cocanvas__ping__init(&body);
    body.nonce = (uint64_t)conn->all->now_ms;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_PING;
    frame.ping = &body;
    conn->pinged = true;
    session_send(&conn->session, &frame);
}

static void tick_member(struct conn *conn, const struct conn_settings *settings, int64_t now)
{
    if (!stream_writable(conn->stream) && now - stream_progress_ms(conn->stream) >= settings->slow_ms)
        conn_kill(conn, STATUS_SLOW, "Nothing that was sent to you arrived for too long.");
    else if (now - conn->heard_ms >= settings->idle_ms)
        conn_kill(conn, STATUS_TIMEOUT, "Nothing was heard from you for too long.");
    else if (now - conn->heard_ms >= settings->ping_ms && !conn->pinged)
        ping(conn);
}

void conn_tick(struct conn *conn)
{
    const struct conn_settings *settings = conn->all->settings;
    int64_t now = conn->all->now_ms, age = now - conn->since_ms;
    switch (conn->state) {
    case CONN_WAITING:
        if (age >= settings->handshake_ms) {
            conn->all->stats.refused++; /* a crowd: told as a number, not one by one */
            conn_drop(conn);
        }
        break;
    case CONN_HANDSHAKE:
        if (age >= settings->handshake_ms)
            conn_kill(conn, STATUS_TIMEOUT, "the TLS handshake took too long");
        break;
    case CONN_STRANGER:
        if (age >= settings->login_ms)
            conn_kill(conn, STATUS_TIMEOUT,
                      conn->session.state == SESSION_CHECKING ? "The server could not check your login in time."
                                                              : "Say Hello and log in within a few seconds.");
        break;
    case CONN_MEMBER:
        tick_member(conn, settings, now);
        break;
    case CONN_MOVING:
    case CONN_CLOSING:
    case CONN_DEAD:
        break;
    }
}
