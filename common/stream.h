/* Bytes over TCP and TLS on one libevent base: SSL_read/SSL_write, no bufferevents. Used by server and clients.
 *
 * Output has two sources. The stream's own buffer (stream_write) for what is meant for this peer alone; and, on the
 * server, a source: callbacks that lend spans of memory shared by many streams (a room's log of encoded frames), so
 * that a broadcast copies nothing. What waits goes out in as few TLS records (16 KiB) and write calls as possible. A
 * span lent by the source begins and ends on frame boundaries and is finished before the own buffer gets its turn;
 * otherwise the own buffer goes first.
 *
 * Idle streams hold no buffers: input is read into the caller's shared scratch, only an unfinished frame is kept;
 * OpenSSL releases its own. Behind OpenSSL stands an own BIO: one recv(2) fetches up to 64 KiB of records, and all
 * records of one flush leave in one send(2). What the socket does not take at once is kept, encrypted, and is never
 * more than one such burst. A stream can leave its base and join another (stream_detach, stream_attach): the server
 * moves connections between workers.
 *
 * Nothing here frees the stream inside one of its callbacks: the owner marks itself and frees later. After on_closed
 * no other callback comes; on_closed itself comes only from the event loop, never from inside a call of these
 * functions. */
#ifndef COCANVAS_COMMON_STREAM_H
#define COCANVAS_COMMON_STREAM_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct stream;

struct stream_callbacks {
    /* The handshake is done; the peer's certificate can be looked at. Optional. */
    void (*on_ready)(void *owner);
    /* All bytes not consumed yet, in one piece; returns how many were consumed. Called again when more have come; a
     * return of 0 with the same bytes means "wait". The bytes are borrowed until it returns. */
    size_t (*on_bytes)(void *owner, const uint8_t *bytes, size_t len);
    /* The own buffer and the source have nothing left to send. Optional. */
    void (*on_drained)(void *owner);
    /* The stream is dead: end of input, a reset, a TLS error. reason is for logs; NULL for a clean end. */
    void (*on_closed)(void *owner, const char *reason);
    /* The source, optional (both or none). Next span to send, or false if there is none; must return the same span
     * again until on_source_sent has counted it off completely. */
    bool (*on_source_peek)(void *owner, const uint8_t **bytes, size_t *len);
    void (*on_source_sent)(void *owner, size_t len);
};

/* Shared by all streams of one event base; not by two threads. */
struct stream_scratch {
    uint8_t *bytes; /* decrypted input, then received records, then records to be sent */
    size_t cap;
    struct stream *sending; /* who is collecting records to be sent here; NULL nobody */
};
void stream_scratch_init(struct stream_scratch *s);
void stream_scratch_fini(struct stream_scratch *s);

/* Counters that the owner may read at any time (bench and admin). */
struct stream_stats {
    uint64_t bytes_in, bytes_out; /* plain text */
    uint64_t reads, writes;       /* calls of SSL_read / SSL_write that moved something */
};

/* Takes the connected or connecting, non-blocking socket (closes it in stream_free). ctx is referenced. server:
 * accept, else connect; sni may be NULL. The handshake begins at stream_attach. */
struct stream *stream_new(int fd, SSL_CTX *ctx, bool server, const char *sni, const struct stream_callbacks *cb,
                          void *owner);
void stream_free(struct stream *s);
void stream_attach(struct stream *s, struct event_base *base, struct stream_scratch *scratch);
/* Takes the stream off its base; bytes that wait in and out are kept. Not during the handshake or after
 * stream_shutdown. For another thread: not inside the stream's own callbacks (the stream is still at work there), but
 * from an event of its own. */
void stream_detach(struct stream *s);
void stream_set_owner(struct stream *s, const struct stream_callbacks *cb, void *owner);

/* Appends to the own buffer. It is sent at the end of the event (or by stream_flush), so that several writes become
 * one record. */
void stream_write(struct stream *s, const void *bytes, size_t len);
struct buf *stream_out(struct stream *s); /* the own buffer, to encode into directly; call stream_flush afterwards */
/* Sends now what can be sent without blocking: call after stream_out() or when the source has more. Safe at any time,
 * re-entrant calls are postponed. */
void stream_flush(struct stream *s);
size_t stream_pending(const struct stream *s); /* bytes in the own buffer (not the source's) */
/* Whether the socket took everything so far: false while it is full. */
bool stream_writable(const struct stream *s);
/* Monotonic time (ms) when the socket last took bytes or had nothing to take: for "made no progress since". */
int64_t stream_progress_ms(const struct stream *s);

/* While paused, on_bytes is not called and the socket is not read. Afterwards on_bytes gets what was kept. */
void stream_pause_reading(struct stream *s, bool pause);
/* Sends what waits, then close_notify, waits for the peer to close too (so that it can read the last frame), then
 * on_closed(NULL); at most ms. Input that still comes is thrown away. */
void stream_shutdown(struct stream *s, unsigned ms);
bool stream_is_ready(const struct stream *s);
SSL *stream_ssl(struct stream *s);
int stream_fd(const struct stream *s);
const struct stream_stats *stream_stats(const struct stream *s);

#endif
