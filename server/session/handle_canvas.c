/* The life of a session on a canvas: Open, what it sends there, Close. Everything about the order and the state of the
 * canvas is the room's. */
#include <string.h>

#include "common/message.h"
#include "common/rights.h"
#include "server/session/guest.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

static void on_opened(void *ctx)
{
    struct session *s = ctx;
    session_set_state(s, SESSION_OPEN);
    char canvas[UUID_TEXT];
    struct log_ctx log = session_log(s, canvas);
    log_info(&log, "opened");
    audit_tell_canvas(s, AUDIT(CANVAS_OPENED), 0, (uint64_t)s->member.role);
    session_unbusy(s);
    if (s->look_again)
        access_look(s);
    lobby_tell(s);
}

static void refuse_open(struct session *s, enum status code, const char *sentence)
{
    session_refuse(s, s->member.request, code, "%s", sentence);
    session_set_state(s, SESSION_READY);
    session_unbusy(s);
    if (s->look_again)
        access_look(s);
}

static void on_refused(void *ctx, enum status code, const char *sentence)
{
    refuse_open(ctx, code, sentence);
}

static void on_dropped(void *ctx, enum status code, const char *sentence)
{
    session_kill(ctx, code, sentence);
}

static const struct member_callbacks member_callbacks = {on_opened, on_refused, on_dropped};

/* ---- Open */

static enum status take_open(struct session *s, const Cocanvas__Open *open, struct why *why)
{
    struct member *m = &s->member;
    member_fini(m);
    memset(m, 0, sizeof *m);
    if (!uuid_from_bytes(open->canvas.data, open->canvas.len, &s->canvas))
        return refuse(why, STATUS_MALFORMED, "A canvas' id has 16 bytes.");
    m->has_client_id = open->client_id.len > 0;
    if (m->has_client_id && !uuid_from_bytes(open->client_id.data, open->client_id.len, &m->client_id))
        return refuse(why, STATUS_MALFORMED, "A client_id has 16 bytes, or none to read only.");
    m->have_seq = open->have_seq;
    m->have_hash = open->have_hash;
    m->have_epoch = open->have_epoch;
    m->sent_client_seq = open->sent_client_seq;
    m->session = s;
    m->cb = &member_callbacks;
    return STATUS_OK;
}

void handle_open(struct session *s, const struct request *r)
{
    struct why why;
    enum status status = take_open(s, r->frame->open, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    s->member.request = r->number;
    s->busy = true;
    session_set_state(s, SESSION_OPENING);
    if (s->sessions->host->place(s->conn, &s->canvas))
        handle_open_here(s);
}

static void join(struct session *s, const struct store_look *access)
{
    struct sessions *all = s->sessions;
    struct member *m = &s->member;
    s->workspace = access->workspace;
    m->stream = s->stream;
    m->id = (uint64_t)all->worker << 48 | ++all->member_count;
    m->session_no = (uint32_t)s->id;
    m->author = access->author;
    m->role = access->role;
    m->is_guest = s->is_guest;
    m->confidential = session_is_confidential(s);
    memcpy(m->name, access->name, sizeof m->name);
    if (m->role < rights_least_role())
        m->has_client_id = false; /* may not submit: reads only */
    room_join(all->rooms, m, &s->workspace, &s->canvas);
}

static void on_access(void *ctx, uint64_t id, enum status status, const struct store_look *access)
{
    struct session *s = sessions_find(ctx, id);
    if (!s || s->state != SESSION_OPENING || s->member.state != MEMBER_NONE)
        return;
    if (s->look_again) { /* what was read may be what held before */
        s->look_again = false;
        handle_open_here(s);
    } else if (status != STATUS_OK) {
        refuse_open(s, status, "The database is not reachable: try again in a moment.");
    } else if (!access->still) {
        access_gone(s);
    } else {
        (void)session_take_memberships(s, access->n_memberships, access->memberships);
        if (access->on_canvas)
            join(s, access);
        else
            refuse_open(s, STATUS_NOT_FOUND, ACCESS_NO_CANVAS);
    }
}

void handle_open_here(struct session *s)
{
    struct store_who who = session_who(s);
    store_look(journal_reads(s->sessions->journal), &who, &s->canvas, s->sessions, s->id, on_access);
}

void handle_close(struct session *s, const struct request *r)
{
    (void)r;
    char canvas[UUID_TEXT];
    struct log_ctx log = session_log(s, canvas);
    log_info(&log, "closed the canvas");
    room_leave(&s->member);
    session_set_state(s, SESSION_LEAVING);
    s->busy = true;
    const uint8_t *bytes;
    size_t len;
    if (!room_source_peek(&s->member, &bytes, &len))
        session_drained(s);
}

/* ---- on the canvas */

void handle_submit(struct session *s, const struct request *r)
{
    room_submit(&s->member, r->body, r->len);
}

void handle_presence(struct session *s, const struct request *r)
{
    room_presence(&s->member, r->frame->presence);
}

void handle_progress(struct session *s, const struct request *r)
{
    room_progress(&s->member, r->frame->progress->applied_seq);
}

void handle_diverged(struct session *s, const struct request *r)
{
    room_diverged(&s->member, r->frame->diverged->seq, r->frame->diverged->hash);
}

void handle_history(struct session *s, const struct request *r)
{
    const Cocanvas__HistoryRequest *wanted = r->frame->history_request;
    if (wanted->to_seq && wanted->to_seq < wanted->from_seq)
        session_refuse(s, r->number, STATUS_MALFORMED, "A history goes from an earlier to a later seq.");
    else
        room_history(&s->member, r->number, wanted->from_seq, wanted->to_seq);
}

void handle_state(struct session *s, const struct request *r)
{
    room_past(&s->member, r->number, r->frame->state_request->seq);
}
