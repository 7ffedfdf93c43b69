/* History: pages of old batches, from the log where it reaches, else from the journal. One request of a member at a
 * time, and the next page only when its stream has drained, so that a reader of a long history costs one page of
 * memory (P7). */
#include "server/room/room_internal.h"

#include "common/message.h"

static void finish(struct member *m, enum status code, const char *sentence)
{
    uint32_t request = m->history_request;
    m->history_request = 0;
    m->history_asked = false;
    if (code != STATUS_OK)
        member_error(m, request, code, sentence);
}

static void send_page(struct member *m, size_t n, ProtobufCBinaryData *batches, bool last, uint64_t oldest_seq)
{
    Cocanvas__HistoryPage page = COCANVAS__HISTORY_PAGE__INIT;
    page.n_committed = n;
    page.committed = batches;
    page.last = last;
    page.oldest_seq = oldest_seq;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.request = m->history_request;
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_PAGE;
    frame.history_page = &page;
    member_send(m, &frame);
}

/* What comes next is in the log: a page of it. */
static void page_from_log(struct member *m)
{
    struct room *room = m->room;
    struct arena *arena = &room->rooms->arena;
    arena_reset(arena);
    uint64_t most = m->history_to + 1 - m->history_next;
    ProtobufCBinaryData *batches = arena_calloc(arena, most, sizeof *batches);
    size_t n = 0, bytes = 0;
    while (batches && n < most) {
        size_t len;
        const uint8_t *payload = room_log_payload(member_log(m), m->history_next + n, &len);
        if (n > 0 && bytes + len > ROOM_HISTORY_PAGE)
            break;
        bytes += len;
        batches[n++] = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)payload, .len = len};
    }
    m->history_next += n;
    bool last = m->history_next > m->history_to;
    send_page(m, n, batches, last, room->oldest_seq);
    if (last)
        finish(m, STATUS_OK, "");
}

void history_continue(struct member *m)
{
    struct room *room = m->room;
    if (m->history_request == 0 || m->history_asked)
        return;
    if (m->history_next >= member_log(m)->first_seq && m->history_next <= m->history_to) {
        page_from_log(m);
        return;
    }
    if (!room->rooms->up) {
        finish(m, STATUS_DEGRADED, "The database is away; the history cannot be read now.");
        return;
    }
    ASSERT(member_sees_journal(m));
    m->history_asked = true;
    journal_read(room->rooms->o.journal, room->id, m->id, m->history_request, &room->workspace, &room->canvas,
                 m->history_next, m->history_to);
}

void room_history(struct member *m, uint32_t request, uint64_t from_seq, uint64_t to_seq)
{
    struct room *room = m->room;
    if (!room || m->state == MEMBER_JOINING || request == 0) {
        member_error(m, request, STATUS_UNEXPECTED,
                     "Open a canvas, and number the request, before asking for its history.");
        return;
    }
    if (m->history_request != 0) {
        member_error(m, request, STATUS_BUSY, "The history asked for before is still being sent.");
        return;
    }
    uint64_t to = to_seq == 0 || to_seq > room->durable_seq ? room->durable_seq : to_seq;
    uint64_t from = from_seq < room->oldest_seq ? room->oldest_seq : from_seq;
    m->history_request = request;
    if (from > to) {
        send_page(m, 0, NULL, true, room->oldest_seq);
        finish(m, STATUS_OK, "");
        return;
    }
    m->history_next = from;
    m->history_to = to;
    history_continue(m);
}

void rooms_history_cut(struct rooms *r, const struct uuid *canvas, uint64_t oldest_seq)
{
    struct room *room;
    HASH_FIND(hh_canvas, r->by_canvas, canvas, sizeof *canvas, room);
    if (room && room->oldest_seq < oldest_seq)
        room->oldest_seq = oldest_seq;
}

/* A frame at a time; batches are never larger than a frame, and a page is cut where it would become too long. */
static void send_read(struct member *m, size_t n, const uint8_t *const *committed, const size_t *len, bool last,
                      uint64_t oldest_seq)
{
    struct arena *arena = &m->room->rooms->arena;
    arena_reset(arena);
    ProtobufCBinaryData *batches = arena_calloc(arena, n + 1, sizeof *batches);
    if (!batches)
        return;
    size_t begin = 0, bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > begin && bytes + len[i] > ROOM_HISTORY_PAGE) {
            send_page(m, i - begin, batches + begin, false, oldest_seq);
            begin = i;
            bytes = 0;
        }
        bytes += len[i];
        batches[i] = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)committed[i], .len = len[i]};
    }
    send_page(m, n - begin, batches + begin, last, oldest_seq);
}

void history_on_read(struct member *m, uint32_t request, enum status status, size_t n, const uint8_t *const *committed,
                     const size_t *len, bool last, uint64_t oldest_seq)
{
    if (!m->history_asked || m->history_request != request)
        return;
    m->history_asked = false;
    if (status != STATUS_OK) {
        finish(m, status, "The history cannot be read now.");
        return;
    }
    if (oldest_seq > m->history_next)
        m->history_next = oldest_seq;
    m->history_next += n;
    last = last || n == 0 || m->history_next > m->history_to;
    send_read(m, n, committed, len, last, oldest_seq);
    if (last)
        finish(m, STATUS_OK, "");
}
