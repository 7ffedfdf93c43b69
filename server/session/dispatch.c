/* See dispatch.h. Whoever adds a message to wire.proto gets a compile error in row_index() until the table has a row
 * for it. */
#include "server/session/dispatch.h"

#include "common/frame.h"
#include "common/message.h"
#include "server/session/handle.h"

#define IN_NEW (1u << SESSION_NEW)
#define IN_GREETED (1u << SESSION_GREETED)
#define IN_READY (1u << SESSION_READY)
#define IN_OPEN (1u << SESSION_OPEN)
#define IN_EITHER (IN_READY | IN_OPEN)
#define ANY (IN_GREETED | 1u << SESSION_WAITING | IN_EITHER)

/* What a message costs that carries no text: request number, tags, a few numbers. */
enum {
    SMALL = 128,
    MEDIUM = 1024,
    LOGIN_LIMIT = FRAME_MAX_BEFORE_LOGIN,
    IMPORT_LIMIT = FRAME_MAX_IMPORT,
    SUBMIT_LIMIT = 0,
    NOTICE_LIMIT = 17 << 10, /* 4,000 code points */
    TEMPLATE_LIMIT = 129 << 10, /* a file of STORE_TEMPLATE_BYTES */
};

/* CHECKING, OPENING and LEAVING appear in no row: while they last, frames wait in the connection.
 * Columns: message, states, where the role counts, least role, largest frame, raw, handler. */
/* clang-format off */
#define MESSAGES(ROW)                                                                                                 \
    ROW(HELLO,                 IN_NEW,     SCOPE_NONE,      NONE,   MEDIUM,       false, handle_hello)                \
    ROW(LOGIN,                 IN_GREETED, SCOPE_NONE,      NONE,   LOGIN_LIMIT,  false, handle_login)                \
    ROW(PING,                  ANY,        SCOPE_NONE,      NONE,   SMALL,        false, handle_ping)                 \
    ROW(PONG,                  ANY,        SCOPE_NONE,      NONE,   SMALL,        false, handle_pong)                 \
    ROW(OPEN,                  IN_READY,   SCOPE_ANYWHERE,  VIEWER, SMALL,        false, handle_open)                 \
    ROW(CLOSE,                 IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_close)                \
    ROW(SUBMIT,                IN_OPEN,    SCOPE_CANVAS,    COMMENTER, SUBMIT_LIMIT, true, handle_submit)             \
    ROW(PRESENCE,              IN_OPEN,    SCOPE_CANVAS,    VIEWER, MEDIUM,       false, handle_presence)             \
    ROW(PROGRESS,              IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_progress)             \
    ROW(DIVERGED,              IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_diverged)             \
    ROW(HISTORY_REQUEST,       IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_history)              \
    ROW(STATE_REQUEST,         IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_state)                \
    ROW(CANVAS_LIST_REQUEST,   IN_EITHER,  SCOPE_WORKSPACE, NONE,   SMALL,        false, handle_canvas_list)          \
    ROW(CANVAS_CREATE,         IN_EITHER,  SCOPE_WORKSPACE, EDITOR, IMPORT_LIMIT, false, handle_canvas_create)        \
    ROW(TEMPLATE_LIST_REQUEST, IN_EITHER,  SCOPE_WORKSPACE, NONE,   MEDIUM,       false, handle_template_list)        \
    ROW(TEMPLATE_PUT,          IN_EITHER,  SCOPE_WORKSPACE, FACILITATOR, TEMPLATE_LIMIT, false, handle_template_put)  \
    ROW(TEMPLATE_REMOVE,       IN_EITHER,  SCOPE_WORKSPACE, FACILITATOR, MEDIUM,  false, handle_template_remove)      \
    SENT(ROW, TEMPLATE_STORED)                                                                                        \
    ROW(INVITATION_CREATE,     IN_EITHER,  SCOPE_WORKSPACE, OWNER,  MEDIUM,       false, handle_invitation_create)    \
    ROW(INVITATION_LIST_REQUEST, IN_EITHER, SCOPE_WORKSPACE, OWNER, SMALL,        false, handle_invitation_list)      \
    ROW(INVITATION_REVOKE,     IN_EITHER,  SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_invitation_revoke)    \
    ROW(WORKSPACE_CREATE,      IN_EITHER,  SCOPE_WORKSPACE, NONE,   MEDIUM,       false, handle_workspace_create)     \
    ROW(WORKSPACE_RENAME,      IN_EITHER,  SCOPE_WORKSPACE, OWNER,  MEDIUM,       false, handle_workspace_rename)     \
    ROW(WORKSPACE_SET,         IN_EITHER,  SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_workspace_set)        \
    ROW(MEMBER_LIST_REQUEST,   IN_EITHER,  SCOPE_WORKSPACE, VIEWER, SMALL,        false, handle_member_list)          \
    ROW(MEMBER_SET,            IN_EITHER,  SCOPE_WORKSPACE, FACILITATOR, SMALL,   false, handle_member_set)           \
    ROW(ACCESS_REQUEST,        IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_access)               \
    ROW(ACCESS_SET,            IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_access_set)           \
    ROW(CANVAS_REMOVE,         IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_canvas_remove)        \
    ROW(CANVAS_RESTORE,        IN_READY,   SCOPE_WORKSPACE, VIEWER, SMALL,        false, handle_canvas_restore)       \
    ROW(LIVE_OPEN,             IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, NOTICE_LIMIT, false, handle_live_open)       \
    ROW(LIVE_CLOSE,            IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_live_close)           \
    ROW(LIVE_REQUEST,          IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_live_request)         \
    ROW(CODE_CREATE,           IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, MEDIUM,  false, handle_code_create)          \
    ROW(CODE_REVOKE,           IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_code_revoke)          \
    ROW(LOBBY_REQUEST,         IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_lobby_request)        \
    ROW(LOBBY_DECIDE,          IN_OPEN,    SCOPE_CANVAS,    FACILITATOR, SMALL,   false, handle_lobby_decide)         \
    ROW(DEVICE_LIST_REQUEST,   IN_EITHER,  SCOPE_ACCOUNT,   NONE,   SMALL,        false, handle_device_list)          \
    ROW(DEVICE_REVOKE,         IN_EITHER,  SCOPE_ACCOUNT,   NONE,   SMALL,        false, handle_device_revoke)        \
    ROW(PASSWORD_CHANGE,       IN_EITHER,  SCOPE_ACCOUNT,   NONE,   LOGIN_LIMIT,  false, handle_password_change)      \
    ROW(CERTIFICATE_ADD,       IN_EITHER,  SCOPE_ACCOUNT,   NONE,   MEDIUM,       false, handle_certificate_add)      \
    ROW(MEMBER_RESET,          IN_EITHER,  SCOPE_WORKSPACE, OWNER,  MEDIUM,       false, handle_member_reset)         \
    ROW(AUDIT_REQUEST,         IN_EITHER,  SCOPE_WORKSPACE, VIEWER, SMALL,        false, handle_audit)                \
    ROW(RETENTION_REQUEST,     IN_EITHER,  SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_retention)            \
    ROW(RETENTION_SET,         IN_EITHER,  SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_retention_set)        \
    ROW(CANVAS_EXPORTED,       IN_OPEN,    SCOPE_CANVAS,    VIEWER, SMALL,        false, handle_canvas_exported)      \
    ROW(PERSON_ERASE,          IN_EITHER,  SCOPE_ACCOUNT,   NONE,   MEDIUM,       false, handle_person_erase)         \
    ROW(WORKSPACE_ERASE,       IN_EITHER,  SCOPE_WORKSPACE, OWNER,  MEDIUM,       false, handle_workspace_erase)      \
    ROW(MEMBER_LEAVE,          IN_EITHER,  SCOPE_WORKSPACE, VIEWER, SMALL,        false, handle_member_leave)         \
    ROW(MEMBER_RENAME,         IN_EITHER,  SCOPE_WORKSPACE, VIEWER, MEDIUM,       false, handle_member_rename)        \
    ROW(BACKUP_REQUEST,        IN_READY,   SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_backup)               \
    ROW(BACKUP_READ,           IN_READY,   SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_backup_read)          \
    SENT(ROW, BACKUP_READY) SENT(ROW, BACKUP_PART)                                                                    \
    ROW(WORKSPACE_SEAL,        IN_EITHER,  SCOPE_WORKSPACE, OWNER,  SMALL,        false, handle_workspace_seal)       \
    SENT(ROW, ERROR) SENT(ROW, WELCOME) SENT(ROW, LOGGED_IN) SENT(ROW, OPENED) SENT(ROW, SNAPSHOT)                    \
    SENT(ROW, COMMITTED) SENT(ROW, REJECT) SENT(ROW, PRESENCE_UPDATE) SENT(ROW, CHECKPOINT) SENT(ROW, STATUS)         \
    SENT(ROW, LAGGED) SENT(ROW, MOVED) SENT(ROW, GO_AWAY) SENT(ROW, PEOPLE) SENT(ROW, HISTORY_PAGE)                   \
    SENT(ROW, CANVAS_LIST) SENT(ROW, CANVAS_CREATED) SENT(ROW, TEMPLATE_LIST) SENT(ROW, INVITATION_CREATED)           \
    SENT(ROW, DEVICE_LIST) SENT(ROW, DEVICE_REVOKED) SENT(ROW, PASSWORD_CHANGED) SENT(ROW, CERTIFICATE_ADDED)         \
    SENT(ROW, RESET_CREATED) SENT(ROW, ROLE_CHANGED)                                                                    \
    SENT(ROW, AUDIT_PAGE) SENT(ROW, RETENTION) SENT(ROW, PERSON_ERASED)                                               \
    SENT(ROW, WORKSPACE_CHANGED) SENT(ROW, MEMBER_LIST) SENT(ROW, MEMBER_CHANGED) SENT(ROW, INVITATION_LIST)          \
    SENT(ROW, DONE) SENT(ROW, ACCESS_LIST) SENT(ROW, GUEST_NOTICE) SENT(ROW, WAITING) SENT(ROW, LIVE_SESSION)         \
    SENT(ROW, CODE_CREATED) SENT(ROW, LOBBY_UPDATE) SENT(ROW, WORKSPACE_SEALED)
/* Messages that only the server sends. */
#define SENT(ROW, body) ROW(body, 0, SCOPE_NONE, NONE, SMALL, false, NULL)
/* clang-format on */

#define AS_INDEX(body, ...) ROW_##body,
#define AS_ROW(body, states, scope, role, limit, raw, handle)                                                          \
    [ROW_##body] = {COCANVAS__FRAME__BODY_##body, states, scope, COCANVAS__ROLE__##role, limit, raw, handle},
#define AS_CASE(body, ...)                                                                                             \
    case COCANVAS__FRAME__BODY_##body:                                                                                 \
        return ROW_##body;

enum row_index { MESSAGES(AS_INDEX) ROWS };

static const struct dispatch_row rows[ROWS] = {MESSAGES(AS_ROW)};

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch-enum"
static int row_index(Cocanvas__Frame__BodyCase body)
{
    switch (body) {
        MESSAGES(AS_CASE)
    case COCANVAS__FRAME__BODY__NOT_SET:
    case _COCANVAS__FRAME__BODY__CASE_IS_INT_SIZE:
        return -1;
    }
    return -1;
}
#pragma GCC diagnostic pop

const struct dispatch_row *dispatch_row(Cocanvas__Frame__BodyCase body)
{
    int index = row_index(body);
    return index < 0 ? NULL : &rows[index];
}

static const char *state_sentence(enum session_state state)
{
    switch (state) {
    case SESSION_NEW:
        return "say Hello first";
    case SESSION_GREETED:
        return "log in first";
    case SESSION_READY:
        return "open a canvas first";
    case SESSION_OPEN:
        return "a canvas is open on this connection";
    case SESSION_WAITING:
        return "a facilitator has to let you in first";
    case SESSION_CHECKING:
    case SESSION_OPENING:
    case SESSION_LEAVING:
    case SESSION_ENDED:
        return "an answer is outstanding";
    }
    return "not now";
}

enum status dispatch_decide(const struct dispatch_row *row, enum session_state state, int role, size_t len,
                            size_t submit_bytes, struct why *why)
{
    if (!row)
        return refuse(why, STATUS_UNKNOWN_MESSAGE, "This server does not know this message.");
    const char *name = message_name(row->body);
    if (row->states == 0)
        return refuse(why, STATUS_UNEXPECTED, "Only the server sends \"%s\".", name);
    size_t limit = row->limit ? row->limit : submit_bytes;
    if (len > limit)
        return refuse(why, STATUS_TOO_LARGE, "A \"%s\" has at most %zu bytes.", name, limit);
    if (!(row->states & 1u << state))
        return refuse(why, STATUS_UNEXPECTED, "\"%s\" is not possible now: %s.", name, state_sentence(state));
    if (row->scope != SCOPE_NONE && role < row->least_role)
        return refuse(why, STATUS_NOT_FOUND, REQUEST_NOT_FOUND);
    return STATUS_OK;
}

/* Guests are nobody in the workspace, and have no account. */
static int role_in_scope(const struct session *s, const struct dispatch_row *row)
{
    if (!row)
        return COCANVAS__ROLE__NONE;
    if (row->scope == SCOPE_CANVAS)
        return s->member.role;
    if (s->is_guest && (row->scope == SCOPE_WORKSPACE || row->scope == SCOPE_ACCOUNT))
        return ROLE_GUEST;
    return session_best_role(s);
}

static const char *malformed_sentence(enum status code)
{
    return code == STATUS_TOO_LARGE ? "This message has too many parts." : "This is not a well-formed message.";
}

static void decode_and_handle(struct session *s, const struct dispatch_row *row, struct request *r)
{
    enum status code = STATUS_OK;
    arena_reset(&s->sessions->arena);
    r->frame = message_decode(&s->sessions->arena, r->body, r->len, &code);
    if (r->frame && r->frame->body_case == row->body) {
        r->number = r->frame->request;
        row->handle(s, r);
    } else {
        /* A frame whose oneof is set twice decodes to another body than the one that was looked at. */
        code = r->frame ? STATUS_MALFORMED : code;
        session_refuse(s, r->number, code, "%s", malformed_sentence(code));
    }
}

/* What keeps a connection going costs nothing; an Open is a request like any other. */
static void spend(struct session *s, const struct dispatch_row *row, size_t len)
{
    static const Cocanvas__Frame__BodyCase free_ones[] = {
        COCANVAS__FRAME__BODY_HELLO, COCANVAS__FRAME__BODY_LOGIN,    COCANVAS__FRAME__BODY_PING,     COCANVAS__FRAME__BODY_PONG,
        COCANVAS__FRAME__BODY_CLOSE, COCANVAS__FRAME__BODY_PROGRESS, COCANVAS__FRAME__BODY_DIVERGED,
    };
    for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++)
        if (row->body == free_ones[i])
            return;
    session_spend(s,
                  row->body == COCANVAS__FRAME__BODY_SUBMIT     ? PACE_EDITS
                  : row->body == COCANVAS__FRAME__BODY_PRESENCE ? PACE_PRESENCE
                                                                : PACE_REQUESTS,
                  len);
}

void dispatch(struct session *s, const uint8_t *body, size_t len)
{
    struct request r = {.body = body, .len = len};
    const struct dispatch_row *row = dispatch_row(message_peek(body, len, &r.number));
    struct why why;
    enum status status =
        dispatch_decide(row, s->state, role_in_scope(s, row), len, s->sessions->settings->rooms.submit_bytes, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r.number, status, "%s", why.text);
        return;
    }
    spend(s, row, len);
    r.least_role = row->least_role;
    if (row->raw)
        row->handle(s, &r);
    else
        decode_and_handle(s, row, &r);
}
