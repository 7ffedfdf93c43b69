/* The chunked log of encoded frames: see the header. Frames never cross chunks, offsets have no holes: a chunk that
 * has no room for the next frame is simply closed at its used length. */
#include "server/room/room_log.h"

#include <string.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/status.h"

enum {
    CHUNK_MIN = 2048,
    FRAMES_MIN = 64,
    TAG_COMMITTED = 24 << 3 | 2, /* Frame.committed, length-delimited */
};

struct room_log_chunk {
    TAILQ_ENTRY(room_log_chunk) entry;
    uint64_t base;      /* offset of bytes[0] */
    uint64_t first_seq; /* the next batch when it was begun */
    size_t used, cap;
    uint8_t bytes[];
};

void room_log_init(struct room_log *log, uint64_t seq, size_t chunk_max)
{
    memset(log, 0, sizeof *log);
    TAILQ_INIT(&log->chunks);
    log->last_seq = seq;
    log->first_seq = seq + 1;
    log->chunk_max = chunk_max < CHUNK_MIN ? CHUNK_MIN : chunk_max;
    log->chunk_bytes = CHUNK_MIN;
    room_texts_init(&log->texts);
}

void room_log_fini(struct room_log *log)
{
    struct room_log_chunk *chunk;
    while ((chunk = TAILQ_FIRST(&log->chunks))) {
        TAILQ_REMOVE(&log->chunks, chunk, entry);
        free(chunk);
    }
    free(log->frames);
    log->frames = NULL;
    room_texts_fini(&log->texts);
}

static struct room_log_chunk *new_chunk(struct room_log *log, size_t least)
{
    size_t cap = least > log->chunk_bytes ? least : log->chunk_bytes;
    if (log->chunk_bytes < log->chunk_max)
        log->chunk_bytes = 2 * log->chunk_bytes < log->chunk_max ? 2 * log->chunk_bytes : log->chunk_max;
    struct room_log_chunk *chunk = xmalloc(sizeof *chunk + cap);
    chunk->base = log->end;
    chunk->first_seq = log->last_seq + 1;
    chunk->used = 0;
    chunk->cap = cap;
    TAILQ_INSERT_TAIL(&log->chunks, chunk, entry);
    return chunk;
}

/* len contiguous bytes at the log's end. */
static uint8_t *extend(struct room_log *log, size_t len)
{
    struct room_log_chunk *chunk = TAILQ_LAST(&log->chunks, room_log_chunks);
    if (!chunk || chunk->cap - chunk->used < len)
        chunk = new_chunk(log, len);
    uint8_t *at = chunk->bytes + chunk->used;
    chunk->used += len;
    log->end += len;
    return at;
}

static void grow_index(struct room_log *log)
{
    uint64_t n = log->last_seq + 1 - log->first_seq;
    if (n < log->cap_frames)
        return;
    uint64_t cap = log->cap_frames ? 2 * log->cap_frames : FRAMES_MIN;
    struct room_log_frame *frames = xcalloc(cap, sizeof *frames);
    for (uint64_t seq = log->first_seq; seq <= log->last_seq; seq++)
        frames[seq & (cap - 1)] = log->frames[seq & (log->cap_frames - 1)];
    free(log->frames);
    log->frames = frames;
    log->cap_frames = cap;
}

static struct room_log_frame *frame_of(const struct room_log *log, uint64_t seq)
{
    ASSERT(seq >= log->first_seq && seq <= log->last_seq);
    return &log->frames[seq & (log->cap_frames - 1)];
}

static size_t put_varint(uint8_t *out, size_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);
    out[n++] = (uint8_t)value;
    return n;
}

/* Room for {committed} of len bytes under its frame header; counts the batch in. */
static uint8_t *add_payload(struct room_log *log, uint64_t seq, size_t len)
{
    ASSERT(seq == log->last_seq + 1);
    ASSERT(len <= UINT32_MAX / 2);
    uint8_t head[FRAME_HEADER + 16];
    size_t head_len = FRAME_HEADER;
    head_len += put_varint(head + head_len, TAG_COMMITTED);
    head_len += put_varint(head + head_len, len);
    frame_put_header(head, head_len - FRAME_HEADER + len);

    uint8_t *at = extend(log, head_len + len);
    memcpy(at, head, head_len);
    grow_index(log);
    log->last_seq = seq;
    *frame_of(log, seq) = (struct room_log_frame){
        .at = log->end - head_len - len, .payload_at = (uint32_t)head_len, .payload_len = (uint32_t)len};
    return at + head_len;
}

const uint8_t *room_log_add_batch(struct room_log *log, const Cocanvas__Committed *batch, size_t *payload_len)
{
    *payload_len = cocanvas__committed__get_packed_size(batch);
    uint8_t *payload = add_payload(log, batch->seq, *payload_len);
    cocanvas__committed__pack(batch, payload);
    return payload;
}

void room_log_add_encoded(struct room_log *log, uint64_t seq, const uint8_t *committed, size_t len)
{
    memcpy(add_payload(log, seq, len), committed, len);
}

void room_log_add_frame(struct room_log *log, const Cocanvas__Frame *frame)
{
    size_t len = cocanvas__frame__get_packed_size(frame);
    uint8_t *at = extend(log, FRAME_HEADER + len);
    frame_put_header(at, len);
    cocanvas__frame__pack(frame, at + FRAME_HEADER);
}

void room_log_commit(struct room_log *log)
{
    log->committed = log->end;
}

bool room_log_covers(const struct room_log *log, uint64_t seq)
{
    return seq + 1 >= log->first_seq && seq <= log->last_seq;
}

uint64_t room_log_after(const struct room_log *log, uint64_t seq)
{
    ASSERT(room_log_covers(log, seq));
    return seq == log->last_seq ? log->end : frame_of(log, seq + 1)->at;
}

uint64_t room_log_seq_at(const struct room_log *log, uint64_t at)
{
    uint64_t low = log->first_seq, high = log->last_seq + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (frame_of(log, middle)->at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Nearly everybody is in the newest chunk, so the search begins there. */
static const struct room_log_chunk *chunk_at(const struct room_log *log, uint64_t at)
{
    const struct room_log_chunk *chunk = TAILQ_LAST(&log->chunks, room_log_chunks);
    while (chunk && chunk->base > at)
        chunk = TAILQ_PREV(chunk, room_log_chunks, entry);
    ASSERT(chunk && at <= chunk->base + chunk->used);
    return chunk;
}

const uint8_t *room_log_payload(const struct room_log *log, uint64_t seq, size_t *len)
{
    const struct room_log_frame *frame = frame_of(log, seq);
    ASSERT(frame->at < log->committed);
    const struct room_log_chunk *chunk = chunk_at(log, frame->at);
    *len = frame->payload_len;
    return chunk->bytes + (frame->at - chunk->base) + frame->payload_at;
}

bool room_log_span(const struct room_log *log, uint64_t at, const uint8_t **bytes, uint64_t *end)
{
    ASSERT(at >= log->begin);
    if (at >= log->committed)
        return false;
    const struct room_log_chunk *chunk = chunk_at(log, at);
    uint64_t chunk_end = chunk->base + chunk->used;
    *end = chunk_end < log->committed ? chunk_end : log->committed;
    *bytes = chunk->bytes + (at - chunk->base);
    return true;
}

uint64_t room_log_trim_point(const struct room_log *log, size_t max_bytes, uint32_t max_batches)
{
    uint64_t point = log->begin, first_seq = log->first_seq;
    const struct room_log_chunk *chunk = TAILQ_FIRST(&log->chunks), *next;
    for (; chunk && (next = TAILQ_NEXT(chunk, entry)); chunk = next) {
        bool fits = log->end - point <= max_bytes && log->last_seq + 1 - first_seq <= max_batches;
        if (fits || chunk->base + chunk->used > log->committed)
            break;
        point = next->base;
        first_seq = next->first_seq;
    }
    return point;
}

void room_log_trim(struct room_log *log, uint64_t point)
{
    ASSERT(point <= log->committed);
    if (point == log->begin)
        return;
    struct room_log_chunk *chunk;
    while ((chunk = TAILQ_FIRST(&log->chunks)) && chunk->base < point) {
        TAILQ_REMOVE(&log->chunks, chunk, entry);
        free(chunk);
    }
    log->begin = point;
    ASSERT(chunk && chunk->base == point);
    log->first_seq = chunk->first_seq;
    room_texts_trim(&log->texts, log->first_seq);
}
