/* Live sessions of the open canvas, their codes and their lobby: what facilitators ask for. What is allowed is decided
 * twice: by the row in the table of messages, and by the statement. Guests whose live session is over, or whose code
 * was withdrawn, are ended by access.h, on all workers, after that was committed. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"
#include "server/session/audit.h"
#include "server/session/code_guard.h"
#include "server/session/guest.h"
#include "server/session/handle.h"

enum {
    VALID_MOST_S = 12 * 3600,
    NOTICE_POINTS = 4000,
    LABEL_POINTS = 64,
    CODE_USES = 40,
    CODE_USES_MOST = 1000,
};

/* What guests are shown where the facilitator says nothing. */
#define CONFIDENTIAL_NOTICE                                                                                            \
    "What you see here is confidential. Do not copy it, photograph it or pass it on."
#define NONE_OPEN "No session of this canvas is open."

static struct store_lead lead(const struct session *s)
{
    return (struct store_lead){.workspace = s->workspace, .canvas = s->canvas, .author = s->member.author};
}

static void refuse_request(struct session *s, enum status status, const char *sentence)
{
    session_refuse(s, s->request, status, "%s", sentence);
    session_unbusy(s);
}

/* ---- what is told */

static void fill_code(Cocanvas__JoinCode *to, const struct store_code *from)
{
    cocanvas__join_code__init(to);
    to->number = from->number;
    to->label = lent(from->label);
    to->uses = from->uses;
    to->used = from->used;
    to->created_ms = from->created_ms;
    to->expires_ms = from->expires_ms;
    to->revoked = from->revoked;
}

static void send_live(struct session *s, const struct store_live *live)
{
    Cocanvas__JoinCode codes[STORE_CODES], *list[STORE_CODES];
    Cocanvas__LiveSession told;
    cocanvas__live_session__init(&told);
    told.open = live->open;
    told.lobby = live->lobby;
    told.role = (Cocanvas__Role)live->role;
    told.pseudonyms = live->pseudonyms;
    told.notice = lent(live->notice);
    told.opened_ms = live->opened_ms;
    told.opened_by = live->opened_by;
    told.ends_ms = live->ends_ms;
    told.guests = live->guests;
    told.codes = list;
    for (size_t i = 0; i < live->n_codes && i < STORE_CODES; i++) {
        fill_code(&codes[i], &live->codes[i]);
        list[told.n_codes++] = &codes[i];
    }
    s->leads_live = live->open;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_SESSION;
    frame.live_session = &told;
    request_answer(s, &frame);
}

static void log_live(const struct session *s, const char *what)
{
    char canvas[UUID_TEXT];
    struct log_ctx log = session_log(s, canvas);
    log_info(&log, "%s", what);
}

/* ---- opening, closing, looking */

static void on_live(void *ctx, uint64_t id, enum status status, const struct store_live *live)
{
    struct session *s = request_succeeded(ctx, id, status);
    if (s)
        send_live(s, live);
}

static void on_live_opened(void *ctx, uint64_t id, enum status status, const struct store_live *live)
{
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_OK)
        log_live(s, "opened a live session");
    if (s && status == STATUS_CONFLICT)
        refuse_request(s, status, "A session of this canvas is open already.");
    else
        on_live(ctx, id, status, live);
}

/* What a facilitator may ask for; fills in what was left out. */
static enum status check_live(const struct session *s, const Cocanvas__LiveOpen *open, struct store_live_new *live,
                              struct why *why)
{
    size_t points, len = strlen(open->notice);
    if (open->valid_s > VALID_MOST_S)
        return refuse(why, STATUS_MALFORMED, "A session lasts at most 12 hours.");
    if (open->role > COCANVAS__ROLE__EDITOR || (int)open->role < 0)
        return refuse(why, STATUS_MALFORMED, "Guests are viewers, commenters or editors.");
    if (!utf8_check(open->notice, len, &points) || points > NOTICE_POINTS || len > STORE_NOTICE_BYTES)
        return refuse(why, STATUS_BAD_TEXT, "A notice has at most %d characters.", NOTICE_POINTS);
    bool confidential = session_is_confidential(s) || room_is_confidential(&s->member);
    *live = (struct store_live_new){
        .lead = lead(s),
        .role = open->role == COCANVAS__ROLE__NONE ? COCANVAS__ROLE__EDITOR : (int)open->role,
        .lobby = open->lobby == COCANVAS__LIVE_OPEN__LOBBY__ON,
        .pseudonyms = open->pseudonyms,
        .notice = confidential && len == 0 ? CONFIDENTIAL_NOTICE : open->notice,
        .valid_ms = (int64_t)(open->valid_s ? open->valid_s : VALID_MOST_S) * 1000,
    };
    if (open->lobby == COCANVAS__LIVE_OPEN__LOBBY__DEFAULT)
        live->lobby = confidential;
    return STATUS_OK;
}

void handle_live_open(struct session *s, const struct request *r)
{
    struct store_live_new live;
    struct why why;
    enum status status = check_live(s, r->frame->live_open, &live, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(LIVE_OPENED), 0, (uint64_t)live.role);
    store_live_open(request_reads(s), &live, s->sessions, s->id, on_live_opened);
}

void handle_live_request(struct session *s, const struct request *r)
{
    struct store_lead who = lead(s);
    request_begin(s, r);
    store_live_look(request_reads(s), &who, s->sessions, s->id, on_live);
}

/* Ends all who came in by it; by the code alone, if one is given. */
static void end_guests(struct session *s, const struct uuid *live, uint32_t code, const char *sentence)
{
    struct access_change change = {
        .kind = ACCESS_CLOSE, .facts = ACCESS_LIVE, .live = *live, .code = STATUS_ENDED, .join_code = code};
    if (code)
        change.facts |= ACCESS_CODE;
    snprintf(change.sentence, sizeof change.sentence, "%s", sentence);
    access_tell(s->sessions, &change);
}

static void on_live_closed(void *ctx, uint64_t id, enum status status, const struct store_live *live)
{
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_NOT_FOUND) {
        refuse_request(s, status, NONE_OPEN);
        return;
    }
    if (status == STATUS_OK) {
        struct uuid session = live->session;
        log_live(s, "closed the live session");
        send_live(s, live);
        end_guests(s, &session, 0, GUEST_CLOSED);
        return;
    }
    request_failed(s, status);
}

void handle_live_close(struct session *s, const struct request *r)
{
    struct store_lead who = lead(s);
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(LIVE_CLOSED), 0, 0);
    store_live_close(request_reads(s), &who, s->sessions, s->id, on_live_closed);
}

/* ---- codes */

static void send_code(struct session *s, const struct store_live *live)
{
    Cocanvas__JoinCode info;
    Cocanvas__CodeCreated created;
    cocanvas__code_created__init(&created);
    fill_code(&info, &live->codes[0]);
    created.code = s->new_code;
    created.info = &info;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_CODE_CREATED;
    frame.code_created = &created;
    s->leads_live = true;
    request_answer(s, &frame);
}

static void on_code(void *ctx, uint64_t id, enum status status, const struct store_live *live)
{
    struct audit_event *event = audit_expected(ctx, id);
    if (event && status == STATUS_OK && live->n_codes > 0)
        event->row.detail = live->codes[0].number;
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK && live->n_codes == 1)
        send_code(s, live);
    else if (status == STATUS_NOT_FOUND)
        refuse_request(s, status, NONE_OPEN " Open one first.");
    else if (status == STATUS_CONFLICT)
        refuse_request(s, status, "This session has had its hundred codes: close it and open another one.");
    else
        request_failed(s, status == STATUS_OK ? STATUS_INTERNAL : status);
    sodium_memzero(s->new_code, sizeof s->new_code);
}

void handle_code_create(struct session *s, const struct request *r)
{
    const Cocanvas__CodeCreate *wanted = r->frame->code_create;
    size_t points;
    if (wanted->uses > CODE_USES_MOST) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A code lets in at most %d guests.", CODE_USES_MOST);
        return;
    }
    if (!utf8_check_line(wanted->label, strlen(wanted->label), &points) || points > LABEL_POINTS) {
        session_refuse(s, r->number, STATUS_BAD_TEXT, "A label is one line of at most %d characters.", LABEL_POINTS);
        return;
    }
    struct store_code_new code = {
        .lead = lead(s),
        .uses = wanted->uses ? wanted->uses : CODE_USES,
        .valid_ms = (int64_t)wanted->valid_s * 1000,
        .label = wanted->label,
    };
    join_code_make(s->new_code);
    code_guard_hash(s->sessions->codes, s->new_code, code.hash);
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(CODE_MADE), 0, 0);
    store_code_add(request_reads(s), &code, s->sessions, s->id, on_code);
}

static void on_code_revoked(void *ctx, uint64_t id, enum status status, const struct store_live *live)
{
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_request(s, status == STATUS_NOT_FOUND ? status : STATUS_BUSY,
                       status == STATUS_NOT_FOUND ? "There is no such code in this session."
                                                  : "The server could not do that: try again in a moment.");
        return;
    }
    struct uuid session = live->session;
    log_live(s, "withdrew a join code");
    send_live(s, live);
    end_guests(s, &session, s->revoking, GUEST_REVOKED);
}

void handle_code_revoke(struct session *s, const struct request *r)
{
    struct store_lead who = lead(s);
    s->revoking = r->frame->code_revoke->number;
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(CODE_REVOKED), 0, s->revoking);
    store_code_revoke(request_reads(s), &who, s->revoking, s->sessions, s->id, on_code_revoked);
}

/* ---- the lobby */

void handle_lobby_request(struct session *s, const struct request *r)
{
    lobby_send(s, r->number);
}

void handle_lobby_decide(struct session *s, const struct request *r)
{
    const Cocanvas__LobbyDecide *wanted = r->frame->lobby_decide;
    uint32_t number = wanted->all ? 0 : wanted->guest;
    bool found = (wanted->all || number) && lobby_decide(s->sessions, &s->canvas, number, wanted->admit);
    if (found)
        audit_tell_canvas(s, wanted->admit ? AUDIT(GUEST_ADMITTED) : AUDIT(GUEST_DENIED), 0, number);
    if (s->state != SESSION_OPEN) /* telling it what has changed showed that it is gone */
        return;
    if (found)
        lobby_send(s, r->number);
    else
        session_refuse(s, r->number, STATUS_NOT_FOUND, "Nobody waits under that number (any more).");
}
