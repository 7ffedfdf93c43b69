/* Requests that are not edits: new canvases, invitations. Those that ask PostgreSQL make the session
 * busy until the answer is there. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/canvas.h"
#include "common/message.h"
#include "common/rules.h"
#include "common/utf8.h"
#include "server/journal/store_members.h"
#include "server/session/audit.h"
#include "server/journal/keyring.h"
#include "server/session/handle.h"

enum { LABEL_POINTS = 64, INVITATION_USES = 1000, STATE_BYTES = 8 << 20 };

void request_begin(struct session *s, const struct request *r)
{
    s->request = r->number;
    s->busy = true;
}

struct session *request_waiting(void *ctx, uint64_t id)
{
    struct session *s = sessions_find(ctx, id);
    return s && s->busy && (s->state == SESSION_READY || s->state == SESSION_OPEN) ? s : NULL;
}

void request_failed(struct session *s, enum status status)
{
    const char *sentence = status == STATUS_DEGRADED    ? "The database is not reachable: try again in a moment."
                           : status == STATUS_NOT_FOUND ? REQUEST_NOT_FOUND
                           : status == STATUS_CONFLICT  ? "This exists already."
                           : status == STATUS_GONE      ? KEYRING_MISSING
                                                        : "The server could not do that: try again in a moment.";
    session_refuse(s, s->request, status == STATUS_GONE ? STATUS_INTERNAL : status, "%s", sentence);
    session_unbusy(s);
}

struct session *request_succeeded(void *ctx, uint64_t id, enum status status)
{
    struct session *s = request_waiting(ctx, id);
    if (!s || status == STATUS_OK)
        return s;
    request_failed(s, status);
    return NULL;
}

void request_answer(struct session *s, Cocanvas__Frame *frame)
{
    frame->request = s->request;
    session_send(s, frame);
    session_unbusy(s);
}

void request_done(struct session *s)
{
    Cocanvas__Done done = COCANVAS__DONE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_DONE;
    frame.done = &done;
    request_answer(s, &frame);
}

struct pg *request_reads(struct session *s)
{
    return journal_reads(s->sessions->journal);
}

bool request_actor(struct session *s, const struct request *r, const ProtobufCBinaryData *workspace, int least_role,
                   struct store_actor *actor)
{
    const struct membership *in = session_workspace(s, r->number, workspace, least_role);
    if (in)
        *actor = (struct store_actor){.workspace = in->workspace, .author = in->author};
    return in != NULL;
}

/* ---- canvases */

/* The same canvas is found by the same request sent again: told once. */
static void tell_created(struct sessions *all, uint64_t id, enum status status, const struct store_canvas *canvas)
{
    struct audit_event *event = audit_expected(all, id);
    if (event && canvas)
        event->id = event->row.canvas = canvas->id;
    audit_settle(all, id, status);
}

static void on_canvas_created(void *ctx, uint64_t id, enum status status, size_t n, const struct store_canvas *canvases)
{
    tell_created(ctx, id, status, n == 1 ? canvases : NULL);
    struct session *s = request_succeeded(ctx, id, status == STATUS_OK && n != 1 ? STATUS_INTERNAL : status);
    if (!s)
        return;
    arena_reset(&s->sessions->arena);
    Cocanvas__CanvasCreated created;
    cocanvas__canvas_created__init(&created);
    created.canvas = canvas_info(&s->sessions->arena, &canvases[0]);
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_CREATED;
    frame.canvas_created = &created;
    request_answer(s, &frame);
}

static enum status check_title(const char *title, bool needed, struct why *why)
{
    size_t points;
    if (!utf8_check_line(title, strlen(title), &points))
        return refuse(why, STATUS_BAD_TEXT, "A title is one line of valid text.");
    if (points > TITLE_POINTS || (needed && points == 0))
        return refuse(why, STATUS_MALFORMED, "A title has 1 to %d characters.", TITLE_POINTS);
    return STATUS_OK;
}

static enum status state_from_template(const struct session *s, const Cocanvas__CanvasCreate *create, struct canvas *c,
                                       struct why *why)
{
    const struct template *t = template_find(s->sessions->templates, create->template_);
    if (!t)
        return refuse(why, STATUS_NOT_FOUND, "There is no template of that name.");
    template_instantiate(t, create->title, c);
    return STATUS_OK;
}

static enum status state_from_import(const Cocanvas__CanvasCreate *create, uint32_t author, struct canvas *c,
                                     struct why *why)
{
    if (create->state.len > STATE_BYTES)
        return refuse(why, STATUS_TOO_LARGE, "An imported canvas has at most 8 MiB.");
    enum status status = canvas_decode(c, create->state.data, create->state.len, why);
    if (status != STATUS_OK)
        return status;
    canvas_adopt(c, author);
    if (create->title[0]) {
        char *title = xstrdup(create->title);
        struct value value = {.kind = VALUE_TEXT, .text = title};
        canvas_touch(c, &c->header.o);
        props_set(&c->header.props, "title", &value);
        free(title);
    }
    return check_title(canvas_title(c), true, why);
}

static enum status make_state(const struct session *s, const Cocanvas__CanvasCreate *create, uint32_t author,
                              struct canvas *c, struct why *why)
{
    bool import = create->state.len > 0;
    if (import == (create->template_[0] != '\0'))
        return refuse(why, STATUS_MALFORMED,
                      "A new canvas begins from a template or from a state, not from both or none.");
    enum status status = check_title(create->title, !import, why);
    if (status != STATUS_OK)
        return status;
    return import ? state_from_import(create, author, c, why) : state_from_template(s, create, c, why);
}

void canvas_store(struct session *s, struct store_canvas_new *new, struct canvas *c)
{
    struct buf state;
    new->title = canvas_title(c);
    new->state_hash = canvas_hash(c);
    buf_init(&state);
    canvas_encode(c, &state);
    new->state = buf_at(&state);
    new->state_len = buf_len(&state);
    audit_expect(s, AUDIT(CANVAS_MADE), &new->workspace, new->created_by, 0, 0);
    store_canvas_create(journal_reads(s->sessions->journal), new, s->sessions, s->id, on_canvas_created);
    buf_fini(&state);
}

static void store_new(struct session *s, const struct request *r, const struct membership *in, struct canvas *c)
{
    const Cocanvas__CanvasCreate *create = r->frame->canvas_create;
    struct store_canvas_new new = {
        .workspace = in->workspace,
        .created_by = in->author,
        .template_id = create->template_[0] ? create->template_ : canvas_header_text(c, "template"),
    };
    if (!uuid_from_bytes(create->request_id.data, create->request_id.len, &new.request_id))
        uuid_random(&new.request_id);
    request_begin(s, r);
    canvas_store(s, &new, c);
}

/* Perhaps one of the workspace's own. */
static bool is_from_elsewhere(const struct session *s, const Cocanvas__CanvasCreate *create)
{
    return create->state.len == 0 && rule_key(create->template_) && !template_find(s->sessions->templates, create->template_);
}

void handle_canvas_create(struct session *s, const struct request *r)
{
    const Cocanvas__CanvasCreate *create = r->frame->canvas_create;
    if (create->request_id.len != 0 && create->request_id.len != sizeof(struct uuid)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A request_id has 16 bytes.");
        return;
    }
    const struct membership *in = session_workspace(s, r->number, &create->workspace, r->least_role);
    if (!in)
        return;
    struct canvas c;
    struct why why;
    if (is_from_elsewhere(s, create)) {
        if (check_title(create->title, true, &why) == STATUS_OK)
            handle_canvas_create_own(s, r, in);
        else
            session_refuse(s, r->number, STATUS_MALFORMED, "%s", why.text);
        return;
    }
    canvas_init(&c, &s->sessions->settings->rooms.canvas);
    enum status status = make_state(s, create, in->author, &c, &why);
    if (status == STATUS_OK)
        store_new(s, r, in, &c);
    else
        session_refuse(s, r->number, status, "%s", why.text);
    canvas_fini(&c);
}

/* ---- invitations */

static void send_invitation(struct session *s, uint32_t number, int64_t expires_ms)
{
    Cocanvas__InvitationCreated created;
    cocanvas__invitation_created__init(&created);
    created.token = s->invitation->token;
    created.expires_ms = expires_ms;
    created.number = number;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_INVITATION_CREATED;
    frame.invitation_created = &created;
    session_send(s, &frame);
}

static void on_invited(void *ctx, uint64_t id, enum status status, uint32_t number, int64_t expires_ms)
{
    struct audit_event *event = audit_expected(ctx, id);
    if (event)
        event->row.detail = number;
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK) {
        send_invitation(s, number, expires_ms);
        session_forget_invitation(s);
        session_unbusy(s);
    } else {
        session_forget_invitation(s);
        request_failed(s, status);
    }
}

static enum status check_invitation(const struct session *s, const Cocanvas__InvitationCreate *wanted, struct why *why)
{
    size_t points;
    if (wanted->role < COCANVAS__ROLE__NONE || wanted->role > COCANVAS__ROLE__OWNER)
        return refuse(why, STATUS_MALFORMED, "There is no such role.");
    if (!utf8_check_line(wanted->label, strlen(wanted->label), &points) || points > LABEL_POINTS)
        return refuse(why, STATUS_MALFORMED, "A label has at most %d characters on one line.", LABEL_POINTS);
    if (wanted->uses > INVITATION_USES)
        return refuse(why, STATUS_MALFORMED, "An invitation lets in at most %d people.", INVITATION_USES);
    if ((int64_t)wanted->valid_s * 1000 > s->sessions->settings->invitation_ms)
        return refuse(why, STATUS_MALFORMED, "An invitation is valid for at most %lld days on this server.",
                      (long long)(s->sessions->settings->invitation_ms / 86400000));
    return STATUS_OK;
}

void handle_invitation_create(struct session *s, const struct request *r)
{
    const Cocanvas__InvitationCreate *wanted = r->frame->invitation_create;
    struct why why;
    enum status status = check_invitation(s, wanted, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    const struct membership *in = session_workspace(s, r->number, &wanted->workspace, r->least_role);
    if (!in)
        return;
    request_begin(s, r);
    s->invitation = xcalloc(1, sizeof *s->invitation);
    token_make_invitation(s->invitation->token);
    struct store_invitation invitation = {
        .workspace = in->workspace,
        .role = wanted->role ? (int)wanted->role : COCANVAS__ROLE__EDITOR,
        .label = wanted->label,
        .valid_ms = wanted->valid_s ? (int64_t)wanted->valid_s * 1000 : s->sessions->settings->invitation_ms,
        .created_by = in->author,
        .uses = wanted->uses,
    };
    token_hash(s->invitation->token, invitation.token_hash);
    audit_expect(s, AUDIT(INVITATION_MADE), &in->workspace, in->author, 0, 0);
    store_invitation_add(journal_reads(s->sessions->journal), &invitation, s->sessions, s->id, on_invited);
}
