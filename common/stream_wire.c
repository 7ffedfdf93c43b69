/* The records of a stream on their way between OpenSSL and the socket: the BIO, the shared scratch, and sending with
 * as few system calls as possible. */
#include "common/stream_private.h"

#include <errno.h>
#include <openssl/bio.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/status.h"

/* ---- scratch */

void stream_scratch_init(struct stream_scratch *scratch)
{
    scratch->cap = SCRATCH_PLAIN + SCRATCH_IN + SCRATCH_OUT;
    scratch->bytes = xmalloc(scratch->cap);
    scratch->sending = NULL;
}

void stream_scratch_fini(struct stream_scratch *scratch)
{
    free(scratch->bytes);
    memset(scratch, 0, sizeof *scratch);
}

/* ---- the BIO between OpenSSL and us */

static int wire_bio_read(BIO *bio, char *to, int room)
{
    struct stream *s = BIO_get_data(bio);
    size_t n = (size_t)room < s->wire_in_len ? (size_t)room : s->wire_in_len;
    BIO_clear_retry_flags(bio);
    if (room <= 0)
        return 0;
    if (n == 0) {
        if (s->wire_eof)
            return 0;
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(to, s->wire_in, n);
    s->wire_in += n;
    s->wire_in_len -= n;
    return (int)n;
}

void stream_wire_spill(struct stream *s)
{
    if (s->wire_out_len > 0)
        buf_add(&s->wire_left, scratch_out(s->scratch), s->wire_out_len);
    s->wire_out_len = 0;
}

static int wire_bio_write(BIO *bio, const char *from, int len)
{
    struct stream *s = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    if (s->scratch && s->scratch->sending == s && buf_len(&s->wire_left) == 0 &&
        s->wire_out_len + (size_t)len <= SCRATCH_OUT) {
        memcpy(scratch_out(s->scratch) + s->wire_out_len, from, (size_t)len);
        s->wire_out_len += (size_t)len;
        return len;
    }
    if (buf_len(&s->wire_left) > WIRE_LEFT_MAX) {
        BIO_set_retry_write(bio);
        return -1;
    }
    stream_wire_spill(s);
    buf_add(&s->wire_left, from, (size_t)len);
    return len;
}

static long wire_bio_ctrl(BIO *bio, int cmd, long number, void *ptr)
{
    const struct stream *s = BIO_get_data(bio);
    (void)number;
    (void)ptr;
    switch (cmd) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return s->wire_eof && s->wire_in_len == 0;
    default:
        return 0;
    }
}

/* OpenSSL wants one description of our kind of BIO for the whole process. Written once, before its first use. */
static BIO_METHOD *wire_method;
static pthread_once_t wire_method_once = PTHREAD_ONCE_INIT;

static void make_wire_method(void)
{
    wire_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cocanvas stream");
    ASSERT(wire_method && BIO_meth_set_read(wire_method, wire_bio_read) &&
           BIO_meth_set_write(wire_method, wire_bio_write) && BIO_meth_set_ctrl(wire_method, wire_bio_ctrl));
}

BIO *stream_wire_bio(struct stream *s)
{
    pthread_once(&wire_method_once, make_wire_method);
    BIO *bio = BIO_new(wire_method);
    ASSERT(bio != NULL);
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    return bio;
}

int64_t stream_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- sending records */

/* Returns how many bytes the socket took; all of them if it is broken, since nobody will want them any more. */
static size_t send_some(struct stream *s, const uint8_t *bytes, size_t len)
{
    size_t sent = 0;
    while (sent < len && !s->send_errno) {
        ssize_t n = send(s->fd, bytes + sent, len - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR) {
            s->send_errno = errno;
            if (s->base) /* the peer may have said why: its last bytes are read first, then the stream ends */
                event_active(&s->read_event, EV_READ, 0);
        }
    }
    if (sent > 0)
        s->progress_ms = stream_now_ms();
    return s->send_errno ? len : sent;
}

static void set_blocked(struct stream *s, bool blocked)
{
    if (s->blocked == blocked)
        return;
    s->blocked = blocked;
    if (blocked)
        s->progress_ms = stream_now_ms();
    if (s->base && blocked)
        event_add(&s->write_event, NULL);
    else if (s->base)
        event_del(&s->write_event);
}

bool stream_wire_collect(struct stream *s)
{
    if (!s->scratch || s->scratch->sending)
        return false;
    s->scratch->sending = s;
    s->wire_out_len = 0;
    return true;
}

void stream_wire_send(struct stream *s, bool collecting)
{
    if (s->wire_out_len > 0) {
        size_t sent = send_some(s, scratch_out(s->scratch), s->wire_out_len);
        if (sent < s->wire_out_len)
            buf_add(&s->wire_left, scratch_out(s->scratch) + sent, s->wire_out_len - sent);
        s->wire_out_len = 0;
    } else if (buf_len(&s->wire_left) > 0) {
        buf_drain(&s->wire_left, send_some(s, buf_at(&s->wire_left), buf_len(&s->wire_left)));
    }
    if (buf_len(&s->wire_left) == 0)
        buf_clear(&s->wire_left, 0);
    if (collecting && s->scratch)
        s->scratch->sending = NULL;
    set_blocked(s, buf_len(&s->wire_left) > 0);
}
