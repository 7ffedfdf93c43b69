/* Encoded states. For members: Snapshot frames, made once and shared by all who open at about the same time (the log
 * brings them from there to the head). For the journal: so that opening does not depend on the history's length. Both
 * only of a durable state (P1). */
#include "server/room/room_internal.h"

#include "common/message.h"

enum { SUFFIX_MAX_MIN = 64 << 10 }; /* so many bytes of batches behind a cached snapshot are always fine */

struct room_bytes *room_bytes_new(uint64_t seq)
{
    struct room_bytes *b = xcalloc(1, sizeof *b);
    b->refs = 1;
    b->seq = seq;
    buf_init(&b->data);
    return b;
}

struct room_bytes *room_bytes_ref(struct room_bytes *b)
{
    b->refs++;
    return b;
}

void room_bytes_unref(struct room_bytes *b)
{
    if (!b || --b->refs > 0)
        return;
    buf_fini(&b->data);
    free(b);
}

static void add_part(struct buf *out, struct canvas *c, uint32_t index, const uint8_t *bytes, size_t len, bool last)
{
    Cocanvas__Snapshot part = COCANVAS__SNAPSHOT__INIT;
    part.seq = c->seq;
    part.index = index;
    part.last = last;
    part.part.data = (uint8_t *)(uintptr_t)bytes; /* protobuf-c has no const; it is only read */
    part.part.len = len;
    part.hash = last ? canvas_hash(c) : 0;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_SNAPSHOT;
    frame.snapshot = &part;
    message_encode(&frame, out);
}

static struct room_bytes *make_frames(struct room *room)
{
    struct buf *state = &room->rooms->scratch;
    struct room_bytes *frames = room_bytes_new(room->c.seq);
    buf_clear(state, SIZE_MAX);
    canvas_encode(&room->c, state);
    size_t left = buf_len(state);
    const uint8_t *at = buf_at(state);
    uint32_t index = 0;
    do {
        size_t len = left < ROOM_SNAPSHOT_PART ? left : ROOM_SNAPSHOT_PART;
        left -= len;
        add_part(&frames->data, &room->c, index++, at, len, left == 0);
        at += len;
    } while (left > 0);
    buf_clear(state, 64 << 10);
    return frames;
}

/* Still good: the log leads from it to the head, and that is not much compared with a new one. */
static bool is_near(const struct room *room, const struct room_bytes *frames)
{
    if (!room_log_covers(&room->log, frames->seq))
        return false;
    uint64_t suffix = room->log.end - room_log_after(&room->log, frames->seq);
    return suffix <= SUFFIX_MAX_MIN || suffix <= buf_len(&frames->data) / 2;
}

struct room_bytes *room_snapshot_frames(struct room *room, uint64_t least_seq)
{
    ASSERT(room_is_settled(room) && room->durable_seq == room->c.seq);
    struct rooms *r = room->rooms;
    room->snapshot_used_ms = r->o.mono_ms(r->o.ctx);
    if (room->snapshot && room->snapshot->seq >= least_seq && is_near(room, room->snapshot))
        return room->snapshot;
    room_bytes_unref(room->snapshot);
    room->snapshot = make_frames(room);
    return room->snapshot;
}

void room_store_snapshot(struct room *room, bool always)
{
    ASSERT(room_is_settled(room) && room->durable_seq == room->c.seq);
    struct rooms *r = room->rooms;
    const struct room_limits *limits = r->o.limits;
    bool due =
        room->durable_seq - room->asked_seq >= limits->snapshot_batches || room->bytes_since >= limits->snapshot_bytes;
    /* A large canvas would otherwise be written again and again: at least half its size must have come since. So all snapshots together
     * cost at most three times the journal, and what has to be replayed stays below half of what is read anyway. */
    due = due && room->bytes_since >= room->stored_bytes / 2;
    if (room->storing || room->stored_seq == room->durable_seq || !r->up || (!always && !due))
        return;
    buf_clear(&r->scratch, SIZE_MAX);
    canvas_encode(&room->c, &r->scratch);
    room->storing = true;
    room->asked_seq = room->durable_seq;
    room->bytes_since = 0;
    room->stored_bytes = buf_len(&r->scratch);
    journal_snapshot(r->o.journal, room->id, &room->workspace, &room->canvas, room->epoch, room->durable_seq,
                     canvas_hash(&room->c), buf_at(&r->scratch), buf_len(&r->scratch));
    buf_clear(&r->scratch, 64 << 10);
}
