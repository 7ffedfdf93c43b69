/* A room's log: the newest frames that all members receive (Committed and Checkpoint), encoded once, in chunks of
 * contiguous memory, with an index by seq. Positions are byte offsets since the room was loaded; they only rise.
 * Members' streams send spans straight from it.
 *
 * What is behind `committed` is not durable yet and is lent to nobody (P1). Old chunks are let go in two steps,
 * room_log_trim_point() and room_log_trim(), so that the owner can first look after members whose cursor is in them
 * (P7). */
#ifndef COCANVAS_SERVER_ROOM_LOG_H
#define COCANVAS_SERVER_ROOM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "server/room/room_texts.h"
#include "wire.pb-c.h"

struct room_log_chunk;

/* Where a batch's frame is. */
struct room_log_frame {
    uint64_t at;         /* offset of the frame's first byte */
    uint32_t payload_at; /* from there to the encoded Committed */
    uint32_t payload_len;
};

struct room_log {
    TAILQ_HEAD(room_log_chunks, room_log_chunk) chunks; /* oldest first */
    uint64_t begin;                                     /* first byte kept */
    uint64_t committed;                                 /* end of what may be sent */
    uint64_t end;
    uint64_t first_seq; /* oldest batch kept; last_seq + 1 if none is */
    uint64_t last_seq;
    struct room_log_frame *frames; /* ring, by seq modulo cap_frames (a power of two) */
    uint64_t cap_frames;
    size_t chunk_bytes; /* size of the next chunk: grows up to chunk_max */
    size_t chunk_max;
    struct room_texts texts; /* the text edits of these batches */
};

/* An empty log of a state at seq. */
void room_log_init(struct room_log *log, uint64_t seq, size_t chunk_max);
void room_log_fini(struct room_log *log);

/* Appends {committed}; batch->seq is last_seq + 1. Returns the encoded Committed in it, borrowed until the batch is
 * trimmed. */
const uint8_t *room_log_add_batch(struct room_log *log, const Cocanvas__Committed *batch, size_t *payload_len);
/* The same for an encoded one (from the journal). */
void room_log_add_encoded(struct room_log *log, uint64_t seq, const uint8_t *committed, size_t len);
/* Appends any other frame. */
void room_log_add_frame(struct room_log *log, const Cocanvas__Frame *frame);
/* Everything in it is durable now. */
void room_log_commit(struct room_log *log);

/* Whether all batches after seq are kept. */
bool room_log_covers(const struct room_log *log, uint64_t seq);
/* Where the frames after seq begin; seq must be covered. */
uint64_t room_log_after(const struct room_log *log, uint64_t seq);
/* The first kept batch whose frame begins at `at` or behind it; last_seq + 1 if there is none. */
uint64_t room_log_seq_at(const struct room_log *log, uint64_t at);
/* The encoded Committed of a batch that is kept and committed. */
const uint8_t *room_log_payload(const struct room_log *log, uint64_t seq, size_t *len);
/* The span that begins at `at` (kept): up to the end of its chunk or of what is committed. False if that is empty. */
bool room_log_span(const struct room_log *log, uint64_t at, const uint8_t **bytes, uint64_t *end);

/* Up to which offset the log may go to keep within max_bytes and max_batches: a chunk's border, never behind
 * `committed`. */
uint64_t room_log_trim_point(const struct room_log *log, size_t max_bytes, uint32_t max_batches);
void room_log_trim(struct room_log *log, uint64_t point);

#endif
