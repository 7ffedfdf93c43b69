/* What stream.c (life, input, output) and stream_wire.c (records between OpenSSL and the socket) share. Nobody else
 * includes this. */
#ifndef COCANVAS_COMMON_STREAM_PRIVATE_H
#define COCANVAS_COMMON_STREAM_PRIVATE_H

#include <event2/event_struct.h>

#include "common/stream.h"

enum {
    SCRATCH_PLAIN = 64 << 10,
    SCRATCH_IN = 64 << 10,
    SCRATCH_OUT = 72 << 10, /* a burst and its records' overhead */
    RECORD_MAX = 16 << 10,
    BURST_MAX = 4 * RECORD_MAX, /* plain bytes encrypted before the socket is asked */
    TURN_READS = 4,             /* recv calls in one event, so that one stream does not starve others */
    WIRE_LEFT_MAX = 256 << 10,  /* beyond it OpenSSL's own messages (key updates) have to wait, too */
};

enum stream_state {
    STREAM_HANDSHAKE,
    STREAM_READY,
    STREAM_CLOSING, /* stream_shutdown was called: sends what waits, discards input */
    STREAM_DEAD,    /* on_closed is due */
    STREAM_CLOSED,  /* on_closed was called */
};

struct stream {
    int fd;
    SSL *ssl;
    const struct stream_callbacks *cb;
    void *owner;
    struct event_base *base;        /* NULL while detached */
    struct stream_scratch *scratch; /* the base's; NULL while detached */
    struct event read_event;        /* persistent while reading */
    struct event write_event;       /* persistent while blocked */
    /* Activated by hand for what is to be done in this turn of the loop. One of its own, because libevent does not
     * really add an event that is active. */
    struct event soon_event;
    struct event *deadline; /* of stream_shutdown; NULL before */

    const uint8_t *wire_in; /* received records not yet decrypted; only inside take_input() */
    size_t wire_in_len;
    size_t wire_out_len;  /* records in the scratch; only while scratch->sending is this stream */
    struct buf wire_left; /* records that the socket did not take */
    struct buf in;        /* plain bytes that the owner did not consume */
    struct buf out;       /* the own buffer */
    size_t span_left;     /* rest of the source's span that is being sent */

    char *reason;        /* owned; for on_closed; NULL clean */
    int send_errno;      /* the socket refused for good; input may still be read */
    int64_t progress_ms; /* when the socket last took bytes; valid while blocked */
    struct stream_stats stats;
    enum stream_state state;
    bool wire_eof; /* the peer's FIN was read */
    bool paused;
    bool taking;       /* inside take_input() */
    bool flushing;     /* inside stream_flush() */
    bool flush_again;  /* somebody wanted a flush meanwhile */
    bool owes_drained; /* something was sent since the last on_drained */
    bool scheduled;    /* soon_event is active */
    bool read_waits;   /* SSL_read wants to write first */
    bool write_waits;  /* SSL_write wants to read first */
    bool blocked;      /* wire_left is not empty, EV_WRITE is added */
    bool said_goodbye; /* close_notify was made */
    bool half_closed;  /* and sent, and the socket shut for writing */
};

static inline uint8_t *scratch_plain(struct stream_scratch *scratch)
{
    return scratch->bytes;
}
static inline uint8_t *scratch_in(struct stream_scratch *scratch)
{
    return scratch->bytes + SCRATCH_PLAIN;
}
static inline uint8_t *scratch_out(struct stream_scratch *scratch)
{
    return scratch->bytes + SCRATCH_PLAIN + SCRATCH_IN;
}

/* Monotonic, coarse. */
int64_t stream_now_ms(void);
/* The BIO that stands between s->ssl and the socket. */
BIO *stream_wire_bio(struct stream *s);
/* Until stream_wire_send() OpenSSL's output is collected in the scratch, if no other stream is using it; else in
 * wire_left. */
bool stream_wire_collect(struct stream *s);
/* Gives what waits to the socket, in one call if the socket plays along. collecting: what stream_wire_collect()
 * returned. */
void stream_wire_send(struct stream *s, bool collecting);
/* What was collected in the scratch moves to wire_left. */
void stream_wire_spill(struct stream *s);

#endif
