/* What goes out. Committed frames are pulled: each member has a cursor into the log, and its stream borrows spans
 * from there, so a delivery costs neither a copy nor an allocation, and whoever is busy gets fewer and larger spans.
 * Private frames go through the stream's own buffer. A member whose cursor falls off the log keeps only the span that
 * its stream is in the middle of, is told Lagged, and is caught up by a snapshot once its socket has taken everything
 * (P7). */
#include "server/room/room_internal.h"

#include "common/message.h"

/* ---------------------------------------------------------------- private frames */

void member_send(struct member *m, const Cocanvas__Frame *frame)
{
    struct buf *scratch = &m->room->rooms->scratch;
    buf_clear(scratch, SIZE_MAX);
    message_encode(frame, scratch);
    stream_write(m->stream, buf_at(scratch), buf_len(scratch));
}

void member_error(struct member *m, uint32_t request, enum status code, const char *sentence)
{
    Cocanvas__Error error;
    cocanvas__error__init(&error);
    error.code = (Cocanvas__ErrorCode)code;
    error.message = (char *)(uintptr_t)sentence; /* protobuf-c has no const; it is only read */
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_ERROR;
    frame.error = &error;
    struct buf out;
    buf_init(&out);
    message_encode(&frame, &out);
    stream_write(m->stream, buf_at(&out), buf_len(&out));
    buf_fini(&out);
}

void room_send_all(struct room *room, const Cocanvas__Frame *frame, enum room_audience to, const struct member *except)
{
    struct buf *scratch = &room->rooms->scratch;
    buf_clear(scratch, SIZE_MAX);
    message_encode(frame, scratch);
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        bool meant = to == ROOM_ALL || m->is_guest == (to == ROOM_GUESTS);
        if (m != except && meant && (m->state == MEMBER_LIVE || m->state == MEMBER_LAGGED))
            stream_write(m->stream, buf_at(scratch), buf_len(scratch));
    }
}

void room_send_status(struct room *room, struct member *only)
{
    struct rooms *r = room->rooms;
    bool degraded = rooms_degraded(r);
    Cocanvas__Status status = COCANVAS__STATUS__INIT;
    status.state = degraded ? COCANVAS__STATUS__STATE__DEGRADED : COCANVAS__STATUS__STATE__LIVE;
    status.head_seq = room->durable_seq;
    status.unsaved_since_ms = degraded ? r->down_since_ms : 0;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_STATUS;
    frame.status = &status;
    if (only) {
        member_send(only, &frame);
        return;
    }
    room->told_degraded = degraded;
    room_send_all(room, &frame, ROOM_ALL, NULL);
}

void room_tell_status(struct room *room)
{
    if (room->loaded && room->told_degraded != rooms_degraded(room->rooms))
        room_send_status(room, NULL);
}

/* ---------------------------------------------------------------- what a stream pulls */

struct room_log *member_log(struct member *m)
{
    switch (member_viewer(m)) {
    case VIEWER_OF_ALL:
        break;
    }
    return &m->room->log;
}

static bool lend(const struct room_bytes *b, size_t at, const uint8_t **bytes, size_t *len)
{
    *bytes = buf_at(&b->data) + at;
    *len = buf_len(&b->data) - at;
    return true;
}

bool room_source_peek(struct member *m, const uint8_t **bytes, size_t *len)
{
    if (m->rest)
        return lend(m->rest, m->rest_at, bytes, len);
    if (m->snapshot) {
        m->snapshot_lent = true;
        return lend(m->snapshot, m->snapshot_at, bytes, len);
    }
    if (m->state != MEMBER_LIVE)
        return false;
    uint64_t end;
    if (!room_log_span(member_log(m), m->cursor, bytes, &end))
        return false;
    if (m->span_end <= m->cursor)
        m->span_end = end;
    *len = (size_t)(m->span_end - m->cursor);
    return true;
}

/* True if it was the last of it, which is then given back. */
static bool count_off(struct room_bytes **b, size_t *at, size_t len)
{
    *at += len;
    ASSERT(*at <= buf_len(&(*b)->data));
    if (*at < buf_len(&(*b)->data))
        return false;
    room_bytes_unref(*b);
    *b = NULL;
    return true;
}

void room_source_sent(struct member *m, size_t len)
{
    if (m->rest) {
        (void)count_off(&m->rest, &m->rest_at, len);
    } else if (m->snapshot) {
        if (count_off(&m->snapshot, &m->snapshot_at, len))
            m->snapshot_lent = false;
    } else {
        m->cursor += len;
        ASSERT(m->cursor <= m->span_end);
    }
}

void room_drained(struct member *m)
{
    if (m->state == MEMBER_LAGGED && !m->waits && !m->rest && stream_pending(m->stream) == 0) {
        member_wait(m);
    } else if (m->state == MEMBER_LIVE) {
        if (m->presence_stale)
            presence_send_full(m);
        history_continue(m);
        past_continue(m);
    }
}

/* ---------------------------------------------------------------- the slow */

void member_keep_span(struct member *m)
{
    if (m->snapshot && m->snapshot_lent) {
        m->rest = m->snapshot;
        m->rest_at = m->snapshot_at;
    } else if (m->snapshot) {
        room_bytes_unref(m->snapshot);
    } else if (m->state == MEMBER_LIVE && m->span_end > m->cursor) {
        const uint8_t *bytes;
        uint64_t end;
        ASSERT(!m->rest && room_log_span(member_log(m), m->cursor, &bytes, &end) && end >= m->span_end);
        m->rest = room_bytes_new(0);
        m->rest_at = 0;
        buf_add(&m->rest->data, bytes, (size_t)(m->span_end - m->cursor));
        m->cursor = m->span_end;
    }
    m->snapshot = NULL;
    m->snapshot_lent = false;
    m->span_end = 0;
}

static void lag(struct room *room, struct member *m)
{
    member_keep_span(m);
    m->state = MEMBER_LAGGED;
    room->rooms->stats.lagged++;
    Cocanvas__Lagged lagged = COCANVAS__LAGGED__INIT;
    lagged.from_seq = room_log_seq_at(member_log(m), m->cursor);
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_LAGGED;
    frame.lagged = &lagged;
    member_send(m, &frame);
}

static void trim(struct room *room)
{
    const struct room_limits *limits = room->rooms->o.limits;
    uint64_t point = room_log_trim_point(&room->log, limits->log_bytes, limits->log_batches);
    if (point == room->log.begin)
        return;
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (m->state == MEMBER_LIVE && m->cursor < point)
            lag(room, m);
    }
    room_log_trim(&room->log, point);
    anonymous_trim(&room->anonymous, room->log.first_seq);
}

static bool owes(struct member *m)
{
    if (m->state != MEMBER_LIVE && m->state != MEMBER_LAGGED)
        return false;
    bool behind = m->state == MEMBER_LIVE && m->cursor < member_log(m)->committed;
    return behind || m->rest || m->snapshot || stream_pending(m->stream) > 0;
}

bool member_is_stuck(struct member *m, int64_t now_ms)
{
    if (!owes(m))
        return false;
    return stream_pending(m->stream) > ROOM_OUT_MAX ||
           now_ms - stream_progress_ms(m->stream) > m->room->rooms->o.limits->slow_ms;
}

/* ---------------------------------------------------------------- the broadcast */

/* Only with a deliberate fault: one member never gets the first frame of this group. */
static void drop_frame(struct room *room, struct member *m)
{
    uint64_t before = room->durable_seq - room->n_committed;
    bool fits = room->n_committed > 0 && !m->rest && !m->snapshot && m->span_end <= m->cursor &&
                room_log_covers(member_log(m), before) && m->cursor == room_log_after(member_log(m), before);
    if (fits && fault_strikes(&room->rooms->fault, FAULT_DROP_ONE_BROADCAST))
        m->cursor = room_log_after(member_log(m), before + 1);
}

void room_broadcast(struct room *room)
{
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (m->state != MEMBER_LIVE)
            continue;
        drop_frame(room, m);
        room->rooms->stats.deliveries += room->n_committed;
        if (stream_writable(m->stream))
            stream_flush(m->stream);
    }
    trim(room);
}
