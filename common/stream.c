/* TLS over a non-blocking socket on a libevent base.
 *
 * OpenSSL never sees the socket. Its BIO reads from `wire_in`, the records that one recv(2) brought into the shared
 * scratch, and writes into the scratch's last part, from where one send(2) takes them. Everything that was received is
 * decrypted before the event ends, so nothing of a stream stays in the scratch: plain bytes that the owner did not
 * consume go to `in`, records that the socket did not take go to `wire_left`. SSL_write is only called while wire_left
 * is empty; so it never blocks half-way, and there is no write that would have to be repeated with the same arguments.
 * The exceptions (a key update that waits for its second half makes SSL_write want to read; a peer that asks for key
 * updates and does not read makes SSL_read want to write) are flags. */
#include "common/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/status.h"
#include "common/stream_private.h"
#include "common/tls.h"

/* ---- the end */

/* Runs on_soon_event() in this turn of the loop. */
static void schedule(struct stream *s)
{
    if (!s->base || s->scheduled)
        return;
    s->scheduled = true;
    event_active(&s->soon_event, EV_TIMEOUT, 0);
}

/* Takes reason (malloc'd or NULL). on_closed follows from the event loop. */
static void die(struct stream *s, char *reason)
{
    if (s->state >= STREAM_DEAD) {
        free(reason);
        return;
    }
    s->state = STREAM_DEAD;
    s->reason = reason;
    if (s->base) {
        event_del(&s->read_event);
        event_del(&s->write_event);
        schedule(s);
    }
}

static void die_of_tls(struct stream *s, const char *what)
{
    char text[160];
    tls_error_text(text, sizeof text);
    die(s, xasprintf("%s: %s", what, text));
}

static void report_end(struct stream *s)
{
    s->state = STREAM_CLOSED;
    if (s->deadline)
        event_del(s->deadline);
    if (s->cb->on_closed)
        s->cb->on_closed(s->owner, s->reason);
}

/* ---- output */

/* Encrypts up to one record. False: OpenSSL took nothing. */
static size_t encrypt(struct stream *s, const uint8_t *bytes, size_t len)
{
    size_t written = 0;
    ERR_clear_error();
    if (SSL_write_ex(s->ssl, bytes, len < RECORD_MAX ? len : RECORD_MAX, &written) == 1) {
        s->stats.writes++;
        s->stats.bytes_out += written;
        return written;
    }
    switch (SSL_get_error(s->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        s->write_waits = true;
        break;
    case SSL_ERROR_WANT_WRITE: /* cannot be while wire_left is empty; if it is, EV_WRITE tells when to go on */
        break;
    case SSL_ERROR_ZERO_RETURN:
        die(s, NULL);
        break;
    default:
        die_of_tls(s, "TLS write");
    }
    return 0;
}

/* Next bytes to be sent: the rest of a span first, then the own buffer, then the source. */
static bool next_output(struct stream *s, const uint8_t **bytes, size_t *len, bool *from_source)
{
    *from_source = s->span_left > 0 || buf_len(&s->out) == 0;
    if (!*from_source) {
        *bytes = buf_at(&s->out);
        *len = buf_len(&s->out);
        return true;
    }
    if (!s->cb->on_source_peek || !s->cb->on_source_peek(s->owner, bytes, len) || *len == 0) {
        s->span_left = 0;
        return false;
    }
    s->span_left = *len;
    return true;
}

/* One burst: encrypts until BURST_MAX or until nothing is left. Returns the plain bytes that went. */
static size_t send_burst(struct stream *s)
{
    size_t total = 0;
    bool collecting = stream_wire_collect(s);
    while (total < BURST_MAX && s->base && s->state < STREAM_DEAD) {
        const uint8_t *bytes;
        size_t len;
        bool from_source;
        if (!next_output(s, &bytes, &len, &from_source))
            break;
        size_t written = encrypt(s, bytes, len);
        if (written == 0)
            break;
        total += written;
        if (from_source) {
            s->span_left -= written;
            s->cb->on_source_sent(s->owner, written);
        } else {
            buf_drain(&s->out, written);
        }
    }
    stream_wire_send(s, collecting);
    if (buf_len(&s->out) == 0)
        buf_clear(&s->out, 0);
    return total;
}

/* After the last byte: close_notify, then the socket's half. */
static void say_goodbye(struct stream *s)
{
    if (!s->said_goodbye) {
        bool collecting = stream_wire_collect(s);
        s->said_goodbye = true;
        ERR_clear_error();
        SSL_shutdown(s->ssl);
        stream_wire_send(s, collecting);
    }
    if (s->said_goodbye && !s->blocked && !s->half_closed) {
        s->half_closed = true;
        shutdown(s->fd, SHUT_WR);
    }
}

static bool may_send(const struct stream *s)
{
    return s->base && (s->state == STREAM_READY || s->state == STREAM_CLOSING) && !s->blocked && !s->write_waits &&
           !s->said_goodbye;
}

/* Sends until nothing is left or the socket is full. */
static void send_all(struct stream *s)
{
    while (may_send(s)) {
        size_t n = send_burst(s);
        s->owes_drained = s->owes_drained || n > 0;
        if (n < BURST_MAX) /* nothing left, blocked, or dead */
            break;
    }
}

static void tell_drained(struct stream *s)
{
    if (!s->owes_drained || !may_send(s))
        return;
    s->owes_drained = false;
    if (s->cb->on_drained && s->state == STREAM_READY)
        s->cb->on_drained(s->owner);
}

void stream_flush(struct stream *s)
{
    if (s->flushing || s->taking) {
        s->flush_again = true;
        return;
    }
    s->flushing = true;
    do {
        s->flush_again = false;
        send_all(s);
        tell_drained(s);
    } while (s->flush_again && may_send(s));
    s->flushing = false;
    if (s->state == STREAM_CLOSING && s->base && (may_send(s) || s->said_goodbye))
        say_goodbye(s);
}

void stream_write(struct stream *s, const void *bytes, size_t len)
{
    if (s->state >= STREAM_DEAD)
        return;
    buf_add(&s->out, bytes, len);
    if (!s->taking && !s->flushing)
        schedule(s);
    s->flush_again = true;
}

struct buf *stream_out(struct stream *s)
{
    return &s->out;
}
size_t stream_pending(const struct stream *s)
{
    return buf_len(&s->out);
}
bool stream_writable(const struct stream *s)
{
    return !s->blocked;
}
int64_t stream_progress_ms(const struct stream *s)
{
    return s->blocked ? s->progress_ms : stream_now_ms();
}

/* ---- input */

/* Hands plain bytes over: new ones behind those that were kept. */
static void deliver(struct stream *s, const uint8_t *bytes, size_t len)
{
    bool wanted = s->base && s->state == STREAM_READY && !s->paused;
    if (s->state != STREAM_READY)
        return;
    if (!wanted) {
        buf_add(&s->in, bytes, len);
    } else if (buf_len(&s->in) == 0) {
        size_t used = s->cb->on_bytes(s->owner, bytes, len);
        ASSERT(used <= len);
        buf_add(&s->in, bytes + used, len - used);
    } else {
        buf_add(&s->in, bytes, len);
        size_t used = s->cb->on_bytes(s->owner, buf_at(&s->in), buf_len(&s->in));
        ASSERT(used <= buf_len(&s->in));
        buf_drain(&s->in, used);
    }
    if (buf_len(&s->in) == 0)
        buf_clear(&s->in, 0);
}

/* What was kept while reading was paused or the stream was on its way to another base. */
static void deliver_kept(struct stream *s)
{
    if (buf_len(&s->in) == 0 || s->paused || s->state != STREAM_READY)
        return;
    size_t used = s->cb->on_bytes(s->owner, buf_at(&s->in), buf_len(&s->in));
    ASSERT(used <= buf_len(&s->in));
    buf_drain(&s->in, used);
    if (buf_len(&s->in) == 0)
        buf_clear(&s->in, 0);
}

/* Why SSL_read brought nothing. */
static void read_ended(struct stream *s)
{
    switch (SSL_get_error(s->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        break;
    case SSL_ERROR_WANT_WRITE:
        s->read_waits = true;
        break;
    case SSL_ERROR_ZERO_RETURN: /* a goodbye, or just the end; the latter after a failed send is a reset */
        die(s, s->wire_eof && s->send_errno ? xstrdup(strerror(s->send_errno)) : NULL);
        break;
    default:
        if (s->wire_eof && ERR_peek_error() == 0)
            die(s, NULL);
        else
            die_of_tls(s, "TLS read");
    }
}

/* Decrypts everything that was received and hands it over in pieces of up to SCRATCH_PLAIN. scratch: the one that
 * wire_in lies in, since a callback may detach the stream. */
static void decrypt(struct stream *s, struct stream_scratch *scratch)
{
    uint8_t *plain = scratch_plain(scratch);
    size_t have = 0, n;
    if (s->write_waits) {
        s->write_waits = false;
        s->flush_again = true;
    }
    for (;;) {
        ERR_clear_error();
        bool got = SSL_read_ex(s->ssl, plain + have, SCRATCH_PLAIN - have, &n) == 1;
        if (got) {
            s->stats.reads++;
            s->stats.bytes_in += n;
            have += n;
            if (have < SCRATCH_PLAIN)
                continue;
        }
        if (have > 0)
            deliver(s, plain, have);
        have = 0;
        if (s->state >= STREAM_DEAD)
            return;
        if (!got)
            break;
    }
    read_ended(s);
}

static void shake_hands(struct stream *s)
{
    ERR_clear_error();
    int result = SSL_do_handshake(s->ssl);
    if (result == 1) {
        s->state = STREAM_READY;
        if (s->cb->on_ready)
            s->cb->on_ready(s->owner);
        return;
    }
    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        break;
    default:
        if (s->send_errno)
            die(s, xstrdup(strerror(s->send_errno)));
        else if (s->wire_eof && ERR_peek_error() == 0)
            die(s, xstrdup("the peer left during the TLS handshake"));
        else
            die_of_tls(s, "TLS handshake");
    }
}

/* What OpenSSL has to say on its own account (handshake, tickets, key updates) is collected in wire_left. */
static void process_input(struct stream *s, struct stream_scratch *scratch)
{
    if (s->state == STREAM_HANDSHAKE)
        shake_hands(s);
    if (s->state == STREAM_READY || s->state == STREAM_CLOSING)
        decrypt(s, scratch);
    stream_wire_send(s, false);
}

/* One recv(2) and what follows from it. True if there may be more in the socket. */
static bool receive(struct stream *s)
{
    struct stream_scratch *scratch = s->scratch;
    ssize_t n;
    do
        n = recv(s->fd, scratch_in(scratch), SCRATCH_IN, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (s->send_errno)
            die(s, xstrdup(strerror(s->send_errno)));
        return false;
    }
    if (n < 0) {
        die(s, xstrdup(strerror(s->send_errno ? s->send_errno : errno)));
        return false;
    }
    s->wire_eof = n == 0;
    s->wire_in = scratch_in(scratch);
    s->wire_in_len = (size_t)n;
    process_input(s, scratch);
    s->wire_in = NULL;
    s->wire_in_len = 0;
    return n == SCRATCH_IN;
}

static bool may_read(const struct stream *s)
{
    return s->base && s->state < STREAM_DEAD && (!s->paused || s->state == STREAM_CLOSING) && !s->read_waits;
}

static void take_input(struct stream *s)
{
    s->taking = true;
    deliver_kept(s);
    for (unsigned i = 0; i < TURN_READS && may_read(s) && receive(s); i++)
        ;
    s->taking = false;
    if (s->flush_again || buf_len(&s->out) > 0 || s->state == STREAM_CLOSING)
        stream_flush(s);
}

static void on_read_event(evutil_socket_t fd, short what, void *arg)
{
    struct stream *s = arg;
    (void)fd;
    (void)what;
    if (s->state >= STREAM_DEAD)
        return;
    if (s->paused && s->send_errno)
        die(s, xstrdup(strerror(s->send_errno)));
    else
        take_input(s);
}

/* The handshake's next flight, what could not be read before something was written, and the output. */
static void go_on(struct stream *s)
{
    if (s->blocked)
        stream_wire_send(s, false);
    if (s->state == STREAM_HANDSHAKE && !s->blocked)
        process_input(s, s->scratch);
    if (s->read_waits && !s->blocked) {
        s->read_waits = false;
        process_input(s, s->scratch);
    }
    stream_flush(s);
}

static void on_write_event(evutil_socket_t fd, short what, void *arg)
{
    struct stream *s = arg;
    (void)fd;
    (void)what;
    if (s->state < STREAM_DEAD)
        go_on(s);
}

static void on_soon_event(evutil_socket_t fd, short what, void *arg)
{
    struct stream *s = arg;
    (void)fd;
    (void)what;
    s->scheduled = false;
    if (s->state < STREAM_DEAD)
        go_on(s);
    else if (s->state == STREAM_DEAD)
        report_end(s);
}

/* ---- life */

struct stream *stream_new(int fd, SSL_CTX *ctx, bool server, const char *sni, const struct stream_callbacks *cb,
                          void *owner)
{
    struct stream *s = xcalloc(1, sizeof *s);
    int one = 1;
    s->fd = fd;
    s->cb = cb;
    s->owner = owner;
    s->state = STREAM_HANDSHAKE;
    s->ssl = SSL_new(ctx);
    ASSERT(s->ssl != NULL);
    BIO *bio = stream_wire_bio(s);
    SSL_set_bio(s->ssl, bio, bio);
    if (server)
        SSL_set_accept_state(s->ssl);
    else
        SSL_set_connect_state(s->ssl);
    if (sni) {
        char *name = xstrdup(sni); /* OpenSSL copies it, through a pointer that is not const */
        SSL_set_tlsext_host_name(s->ssl, name);
        free(name);
    }
    SSL_set_mode(s->ssl,
                 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* not on Unix sockets; then it is not needed */
    return s;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    if (s->base)
        stream_detach(s);
    if (s->deadline)
        event_free(s->deadline);
    SSL_free(s->ssl);
    close(s->fd);
    buf_fini(&s->wire_left);
    buf_fini(&s->in);
    buf_fini(&s->out);
    free(s->reason);
    free(s);
}

void stream_attach(struct stream *s, struct event_base *base, struct stream_scratch *scratch)
{
    ASSERT(!s->base);
    s->base = base;
    s->scratch = scratch;
    event_assign(&s->read_event, base, s->fd, EV_READ | EV_PERSIST, on_read_event, s);
    event_assign(&s->write_event, base, s->fd, EV_WRITE | EV_PERSIST, on_write_event, s);
    event_assign(&s->soon_event, base, -1, 0, on_soon_event, s);
    if (s->state < STREAM_DEAD && !s->paused)
        event_add(&s->read_event, NULL);
    if (s->blocked)
        event_add(&s->write_event, NULL);
    if (buf_len(&s->in) > 0 && !s->paused && s->state < STREAM_DEAD)
        event_active(&s->read_event, EV_READ, 0);
    s->flush_again = true;
    schedule(s); /* the handshake's first flight, what waits, or the end */
}

void stream_detach(struct stream *s)
{
    if (!s->base)
        return;
    if (s->scratch->sending == s) {
        stream_wire_spill(s);
        s->scratch->sending = NULL;
    }
    event_del(&s->read_event);
    event_del(&s->write_event);
    event_del(&s->soon_event);
    s->blocked = buf_len(&s->wire_left) > 0;
    s->scheduled = false;
    s->base = NULL;
    s->scratch = NULL;
}

void stream_set_owner(struct stream *s, const struct stream_callbacks *cb, void *owner)
{
    s->cb = cb;
    s->owner = owner;
}

void stream_pause_reading(struct stream *s, bool pause)
{
    if (s->paused == pause)
        return;
    s->paused = pause;
    if (!s->base || s->state >= STREAM_DEAD)
        return;
    if (pause) {
        event_del(&s->read_event);
    } else {
        event_add(&s->read_event, NULL);
        if (buf_len(&s->in) > 0)
            event_active(&s->read_event, EV_READ, 0);
    }
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    die(arg, NULL);
}

void stream_shutdown(struct stream *s, unsigned ms)
{
    struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    if (s->state >= STREAM_CLOSING)
        return;
    if (s->state == STREAM_HANDSHAKE || !s->base) {
        die(s, NULL);
        return;
    }
    s->state = STREAM_CLOSING;
    s->deadline = evtimer_new(s->base, on_deadline, s);
    ASSERT(s->deadline != NULL);
    event_add(s->deadline, &tv);
    buf_clear(&s->in, 0);
    if (s->paused) {
        s->paused = false;
        event_add(&s->read_event, NULL);
    }
    s->flush_again = true;
    schedule(s);
}

bool stream_is_ready(const struct stream *s)
{
    return s->state == STREAM_READY;
}
SSL *stream_ssl(struct stream *s)
{
    return s->ssl;
}
int stream_fd(const struct stream *s)
{
    return s->fd;
}
const struct stream_stats *stream_stats(const struct stream *s)
{
    return &s->stats;
}
