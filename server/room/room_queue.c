/* The queue of a room: submits as they came, undecoded, until the room may order them. One of each member at most. */
#include "server/room/room_internal.h"

#include <string.h>

#include "common/message.h"

static void enqueue(struct member *m, const uint8_t *body, size_t len)
{
    struct room *room = m->room;
    ASSERT(len <= UINT32_MAX);
    struct room_queued head = {.member = m, .len = (uint32_t)len};
    buf_add(&room->queue, &head, sizeof head);
    buf_add(&room->queue, body, len);
    m->submitted = true;
    room_make_ready(room);
}

static bool is_under_way(const struct member *m, const Cocanvas__Submit *submit)
{
    return submit->mark != 0 && m->client->under_way && m->client->mark_under_way == submit->mark;
}

/* Only asked when a second submit arrives while one is queued or under way. The same one again is dropped (its answer
 * will come), a later one breaks the rule of one batch at a time. The next one while another is only queued takes its
 * place: what is queued is then the same, or an older one that was sent again after its answer. */
static void take_second(struct member *m, const uint8_t *body, size_t len)
{
    struct rooms *r = m->room->rooms;
    enum status code;
    arena_reset(&r->arena);
    Cocanvas__Frame *frame = message_decode(&r->arena, body, len, &code);
    uint64_t last = m->client->pos.last_client_seq;
    if (!frame || frame->body_case != COCANVAS__FRAME__BODY_SUBMIT)
        member_error(m, 0, STATUS_MALFORMED, "The batch cannot be decoded.");
    else if (frame->submit->client_seq <= last || is_under_way(m, frame->submit))
        r->stats.dedupes++;
    else if (frame->submit->client_seq == last + 1 && !m->client->under_way) {
        r->stats.dedupes++;
        room_discard_queued(m->room, m);
        enqueue(m, body, len);
    } else
        room_drop(m, STATUS_OUT_OF_ORDER, "A batch was sent before the one before it was answered.");
}

void room_submit(struct member *m, const uint8_t *body, size_t len)
{
    struct room *room = m->room;
    if (!room || m->state == MEMBER_JOINING || !m->client) {
        member_error(m, 0, STATUS_UNEXPECTED, "Open a canvas for writing before sending edits.");
        return;
    }
    if (room->rooms->draining)
        return; /* the client sends it again where it connects next */
    if (stream_pending(m->stream) > ROOM_OUT_MAX) {
        room_drop(m, STATUS_SLOW, "Too many answers are waiting to be read; connect again to go on.");
        return;
    }
    if (m->submitted) {
        take_second(m, body, len);
        return;
    }
    enqueue(m, body, len);
}

void room_discard_queued(struct room *room, const struct member *m)
{
    if (!m->submitted)
        return;
    for (size_t at = room->queue.start; at < room->queue.end;) {
        struct room_queued head;
        memcpy(&head, room->queue.data + at, sizeof head);
        if (head.member == m) {
            head.member = NULL;
            memcpy(room->queue.data + at, &head, sizeof head);
        }
        at += sizeof head + head.len;
    }
}
