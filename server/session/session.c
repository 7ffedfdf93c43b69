/* The state machine of a session, and what the handlers share: sending, refusing, finding a session by its number. */
#include "server/session/session.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/message.h"
#include "server/session/account.h"
#include "server/session/dispatch.h"
#include "server/session/guest.h"
#include "server/session/limits.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

enum { ARENA_BYTES = 24 << 20 }; /* an import of 8 MiB and what its decoding needs */

#define TO(state) (1u << (state))

static const unsigned transitions[SESSION_STATES] = {
    [SESSION_NEW] = TO(SESSION_GREETED) | TO(SESSION_ENDED),
    [SESSION_GREETED] = TO(SESSION_CHECKING) | TO(SESSION_ENDED),
    [SESSION_CHECKING] = TO(SESSION_GREETED) | TO(SESSION_WAITING) | TO(SESSION_READY) | TO(SESSION_ENDED),
    [SESSION_WAITING] = TO(SESSION_CHECKING) | TO(SESSION_ENDED),
    [SESSION_READY] = TO(SESSION_OPENING) | TO(SESSION_ENDED),
    [SESSION_OPENING] = TO(SESSION_READY) | TO(SESSION_OPEN) | TO(SESSION_ENDED),
    [SESSION_OPEN] = TO(SESSION_LEAVING) | TO(SESSION_ENDED),
    [SESSION_LEAVING] = TO(SESSION_READY) | TO(SESSION_ENDED),
    [SESSION_ENDED] = 0,
};

const char *session_state_name(enum session_state state)
{
    static const char *const names[SESSION_STATES] = {"new",     "greeted", "checking", "waiting", "ready",
                                                      "opening", "open",    "leaving",  "ended"};
    return names[state];
}

struct log_ctx session_log(const struct session *s, char canvas[UUID_TEXT])
{
    struct log_ctx ctx = {.worker = s->sessions->worker, .conn = (unsigned long)s->id, .user = s->login};
    if (s->state == SESSION_OPENING || s->state == SESSION_OPEN) {
        uuid_format(&s->canvas, canvas);
        ctx.canvas = canvas;
    }
    return ctx;
}

void session_set_state(struct session *s, enum session_state state)
{
    ASSERT(transitions[s->state] & TO(state));
    if (log_wants(LOG_DEBUG)) {
        char canvas[UUID_TEXT];
        struct log_ctx ctx = session_log(s, canvas);
        log_debug(&ctx, "session %s -> %s", session_state_name(s->state), session_state_name(state));
    }
    s->state = state;
}

/* ---- all sessions of a worker */

void sessions_init(struct sessions *all)
{
    all->by_id = NULL;
    arena_init(&all->arena, ARENA_BYTES);
}

void sessions_fini(struct sessions *all)
{
    ASSERT(!all->by_id);
    audit_forget_expected(all);
    arena_fini(&all->arena);
}

struct session *sessions_find(struct sessions *all, uint64_t id)
{
    struct session *s = NULL;
    HASH_FIND(hh, all->by_id, &id, sizeof id, s);
    return s;
}

/* ---- one session */

static void enter(struct session *s, struct sessions *all)
{
    s->sessions = all;
    HASH_ADD(hh, all->by_id, id, sizeof s->id, s);
}

void session_init(struct session *s, struct sessions *all, uint64_t id, struct stream *stream,
                  const struct address *address, void *conn)
{
    memset(s, 0, sizeof *s);
    s->id = id;
    s->stream = stream;
    s->conn = conn;
    s->address = *address;
    s->member.state = MEMBER_NONE;
    enter(s, all);
}

void session_leave(struct session *s)
{
    s->looking = false; /* the answer will not find it; where it goes it reads anew */
    HASH_DELETE(hh, s->sessions->by_id, s);
}

void session_moved(struct session *s, struct sessions *to)
{
    enter(s, to);
    if (s->state == SESSION_CHECKING)
        guest_arrived(s);
    else
        handle_open_here(s);
}

/* ---- how fast */

static void set_held(struct session *s, bool held)
{
    if (s->held == held)
        return;
    s->held = held;
    s->sessions->n_held += held ? 1u : -1u;
    s->sessions->holds += held;
}

static bool in_debt(const struct session *s, int64_t now_ms)
{
    for (int kind = 0; kind < PACES; kind++)
        if (pace_wait_ms(&s->paces[kind], &s->sessions->settings->paces[kind], now_ms) > 0)
            return true;
    return false;
}

void session_spend(struct session *s, enum pace_kind kind, size_t len)
{
    int64_t now_ms = s->sessions->mono_ms(s->sessions->ctx);
    pace_spend(&s->paces[kind], &s->sessions->settings->paces[kind], len, now_ms);
    set_held(s, in_debt(s, now_ms));
}

void sessions_release_held(struct sessions *all)
{
    struct session *s, *next;
    if (all->n_held == 0)
        return;
    int64_t now_ms = all->mono_ms(all->ctx);
    HASH_ITER(hh, all->by_id, s, next) {
        if (!s->held || in_debt(s, now_ms))
            continue;
        set_held(s, false);
        all->host->resume(s->conn);
    }
}

/* ---- how many connections of one person */

bool session_take_seat(struct session *s, const struct uuid *account, const struct uuid *workspace, uint32_t author, struct why *why)
{
    struct address key = {{0}};
    memcpy(key.b, account ? account->b : workspace->b, sizeof key.b);
    for (size_t i = 0; !account && i < sizeof author; i++) /* a guest has no account, but a number in a workspace */
        key.b[i] ^= (uint8_t)(author >> 8 * i);
    if (!limits_enter(s->sessions->limits, &key, why))
        return false;
    s->has_seat = true;
    s->seat = key;
    return true;
}

/* ---- the end */

void session_end(struct session *s)
{
    if (s->state == SESSION_ENDED)
        return;
    set_held(s, false);
    if (s->has_seat)
        limits_leave(s->sessions->limits, &s->seat);
    s->has_seat = false;
    bool waited = s->state == SESSION_WAITING;
    room_leave(&s->member);
    session_set_state(s, SESSION_ENDED);
    session_leave(s);
    if (waited)
        lobby_changed(s->sessions, &s->canvas);
}

void session_fini(struct session *s)
{
    session_end(s);
    member_fini(&s->member);
    login_attempt_free(s->attempt);
    session_forget_invitation(s);
    guest_free(s->guest);
    s->guest = NULL;
    account_request_free(s->account_request);
    s->account_request = NULL;
    canvas_page_free(s->page);
    s->page = NULL;
    canvas_wanted_free(s->wanted);
    s->wanted = NULL;
    session_drop_backup(s);
    free(s->login);
    free(s->memberships);
    s->attempt = NULL;
    s->login = NULL;
    s->memberships = NULL;
}

void session_forget_invitation(struct session *s)
{
    if (s->invitation)
        sodium_memzero(s->invitation, sizeof *s->invitation);
    free(s->invitation);
    s->invitation = NULL;
}

size_t session_frame_max(const struct session *s)
{
    switch (s->state) {
    case SESSION_NEW:
    case SESSION_GREETED:
    case SESSION_CHECKING:
    case SESSION_WAITING:
    case SESSION_ENDED:
        return FRAME_MAX_BEFORE_LOGIN;
    case SESSION_READY:
        return FRAME_MAX_IMPORT;
    case SESSION_OPENING:
    case SESSION_OPEN:
    case SESSION_LEAVING:
        return FRAME_MAX;
    }
    return FRAME_MAX_BEFORE_LOGIN;
}

void session_frame(struct session *s, const uint8_t *body, size_t len)
{
    ASSERT(session_takes_frames(s));
    s->sessions->frames++;
    dispatch(s, body, len);
}

void session_unbusy(struct session *s)
{
    s->busy = false;
    s->sessions->host->resume(s->conn);
}

void session_send(struct session *s, const Cocanvas__Frame *frame)
{
    message_encode(frame, stream_out(s->stream));
    stream_flush(s->stream);
}

void session_refuse(struct session *s, uint32_t request, enum status code, const char *fmt, ...)
{
    struct why why;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why.text, sizeof why.text, fmt, args);
    va_end(args);
    s->sessions->refusals++;
    Cocanvas__Error error;
    cocanvas__error__init(&error);
    error.code = (Cocanvas__ErrorCode)code;
    error.message = why.text;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_ERROR;
    frame.error = &error;
    session_send(s, &frame);
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_debug(&ctx, "refused: %s", status_name(code));
}

void session_kill(struct session *s, enum status code, const char *sentence)
{
    s->sessions->host->kill(s->conn, code, sentence);
}

/* The room lends a span to its end, even when the member has left meanwhile. */
bool session_source_peek(struct session *s, const uint8_t **bytes, size_t *len)
{
    return room_source_peek(&s->member, bytes, len);
}

void session_source_sent(struct session *s, size_t len)
{
    room_source_sent(&s->member, len);
}

void session_drained(struct session *s)
{
    if (s->state == SESSION_LEAVING) {
        session_set_state(s, SESSION_READY);
        session_unbusy(s);
        if (s->look_again)
            access_look(s);
    } else if (s->state != SESSION_ENDED) {
        room_drained(&s->member);
    }
}

/* ---- who and what role */

bool session_take_memberships(struct session *s, size_t n, const struct store_membership *memberships)
{
    struct membership *list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        list[i].workspace = memberships[i].workspace;
        list[i].role = memberships[i].role;
        list[i].author = memberships[i].author;
        list[i].confidential = memberships[i].confidential;
    }
    bool differ = n != s->n_memberships;
    for (size_t i = 0; i < n && !differ; i++)
        differ = !uuid_equal(&list[i].workspace, &s->memberships[i].workspace) ||
                 list[i].role != s->memberships[i].role || list[i].author != s->memberships[i].author ||
                 list[i].confidential != s->memberships[i].confidential;
    free(s->memberships);
    s->memberships = list;
    s->n_memberships = n;
    return differ;
}

void session_add_membership(struct session *s, const struct store_membership *membership)
{
    size_t i = 0;
    while (i < s->n_memberships && !uuid_equal(&s->memberships[i].workspace, &membership->workspace))
        i++;
    if (i == s->n_memberships)
        s->memberships = xrealloc(s->memberships, ++s->n_memberships * sizeof *s->memberships);
    s->memberships[i] = (struct membership){
        .workspace = membership->workspace,
        .role = membership->role,
        .author = membership->author,
        .confidential = membership->confidential,
    };
}

bool session_is_confidential(const struct session *s)
{
    for (size_t i = 0; i < s->n_memberships; i++)
        if (uuid_equal(&s->memberships[i].workspace, &s->workspace))
            return s->memberships[i].confidential;
    return false;
}

struct store_who session_who(const struct session *s)
{
    struct store_who who = {.account = s->is_guest ? NULL : &s->account, .device = s->has_device ? s->device : NULL};
    if (s->is_guest && s->n_memberships > 0) {
        who.workspace = s->memberships[0].workspace;
        who.author = s->memberships[0].author;
    }
    return who;
}

int session_best_role(const struct session *s)
{
    int best = COCANVAS__ROLE__NONE;
    for (size_t i = 0; i < s->n_memberships; i++)
        if (s->memberships[i].role > best)
            best = s->memberships[i].role;
    return best;
}

static const struct membership *only_membership(const struct session *s, int least_role, size_t *found)
{
    const struct membership *only = NULL;
    *found = 0;
    for (size_t i = 0; i < s->n_memberships; i++) {
        if (s->memberships[i].role < least_role)
            continue;
        only = &s->memberships[i];
        (*found)++;
    }
    return only;
}

const struct membership *session_workspace(struct session *s, uint32_t request, const ProtobufCBinaryData *id,
                                           int least_role)
{
    struct uuid wanted;
    if (s->is_guest) { /* has one canvas, and no workspace */
        session_refuse(s, request, STATUS_NOT_FOUND, "There is no workspace in which you may do this.");
        return NULL;
    }
    if (id->len == 0) {
        size_t found;
        const struct membership *only = only_membership(s, least_role, &found);
        if (found == 1)
            return only;
        if (found > 1)
            session_refuse(s, request, STATUS_MALFORMED, "You are in several workspaces: say which one.");
        else
            session_refuse(s, request, STATUS_NOT_FOUND, "There is no workspace in which you may do this.");
        return NULL;
    }
    if (!uuid_from_bytes(id->data, id->len, &wanted)) {
        session_refuse(s, request, STATUS_MALFORMED, "A workspace's id has 16 bytes.");
        return NULL;
    }
    for (size_t i = 0; i < s->n_memberships; i++)
        if (uuid_equal(&s->memberships[i].workspace, &wanted) && s->memberships[i].role >= least_role)
            return &s->memberships[i];
    session_refuse(s, request, STATUS_NOT_FOUND, "There is no such workspace, or you may not do this there.");
    return NULL;
}
