/* Old states: the parts of a stored snapshot, read from the journal one after the other, each only when the member's
 * stream has taken the one before. So a reader of a large state costs one part of memory, and commits, which have a
 * connection of their own, wait for none of it (P7). */
#include "server/room/room_internal.h"

#include "common/message.h"

static void finish(struct member *m, enum status code, const char *sentence)
{
    uint32_t request = m->past_request;
    m->past_request = 0;
    m->past_asked = false;
    if (code != STATUS_OK)
        member_error(m, request, code, sentence);
}

void past_continue(struct member *m)
{
    struct room *room = m->room;
    if (m->past_request == 0 || m->past_asked)
        return;
    if (!room->rooms->up) {
        finish(m, STATUS_DEGRADED, "The database is away; old states cannot be read now.");
        return;
    }
    ASSERT(member_sees_journal(m));
    m->past_asked = true;
    journal_state(room->rooms->o.journal, room->id, m->id, m->past_request, &room->workspace, &room->canvas,
                  m->past_least, m->past_most, m->past_at, ROOM_SNAPSHOT_PART);
}

void room_past(struct member *m, uint32_t request, uint64_t seq)
{
    if (!m->room || m->state == MEMBER_JOINING || request == 0) {
        member_error(m, request, STATUS_UNEXPECTED,
                     "Open a canvas, and number the request, before asking for an old state.");
        return;
    }
    if (m->past_request != 0) {
        member_error(m, request, STATUS_BUSY, "The state asked for before is still being sent.");
        return;
    }
    m->past_request = request;
    m->past_least = 0;
    m->past_most = seq < m->room->durable_seq ? seq : m->room->durable_seq;
    m->past_at = 0;
    m->past_index = 0;
    past_continue(m);
}

static void send_part(struct member *m, const struct journal_state *from, bool last)
{
    Cocanvas__Snapshot part = COCANVAS__SNAPSHOT__INIT;
    part.seq = from->seq;
    part.index = m->past_index++;
    part.last = last;
    part.part.data = (uint8_t *)(uintptr_t)from->bytes; /* protobuf-c has no const; it is only read */
    part.part.len = from->len;
    part.hash = last ? from->hash : 0;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.request = m->past_request;
    frame.body_case = COCANVAS__FRAME__BODY_SNAPSHOT;
    frame.snapshot = &part;
    member_send(m, &frame);
}

void past_on_part(struct member *m, uint32_t request, enum status status, const struct journal_state *part)
{
    if (!m->past_asked || m->past_request != request)
        return;
    m->past_asked = false;
    if (status == STATUS_NOT_FOUND && m->past_at > 0) {
        finish(m, STATUS_BUSY, "This state was just replaced by another one; ask again.");
        return;
    }
    if (status == STATUS_NOT_FOUND) {
        finish(m, status, "Nothing that old is kept: this workspace keeps its history for a limited time.");
        return;
    }
    if (status != STATUS_OK) {
        finish(m, status, "Old states of this canvas cannot be read now.");
        return;
    }
    m->past_least = m->past_most = part->seq;
    m->past_at += part->len;
    bool last = m->past_at >= part->total_bytes || part->len == 0;
    if (last)
        m->past_asked = true; /* the part may be taken at once, and there is nothing to go on with */
    send_part(m, part, last);
    if (last)
        finish(m, STATUS_OK, "");
}
