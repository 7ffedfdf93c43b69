/* The audit log, how long a workspace keeps what is over, and erasures. Whoever is concerned by an erasure is told by access.h after
 * it was committed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_audit.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

enum { DAYS_MOST = 36500 };

/* As lent, of bytes. */
static uint8_t *lent_bytes(const uint8_t *bytes)
{
    return (uint8_t *)(uintptr_t)bytes;
}

/* ---- the log */

static void fill_row(Cocanvas__AuditRow *to, const struct store_audit_row *from)
{
    cocanvas__audit_row__init(to);
    to->number = from->row.number;
    to->time_ms = from->row.time_ms;
    to->event = (Cocanvas__AuditRow__Event)from->row.event;
    to->author = from->row.author;
    to->whom = from->row.whom;
    if (!uuid_is_zero(&from->row.canvas))
        to->canvas = (ProtobufCBinaryData){sizeof from->row.canvas.b, lent_bytes(from->row.canvas.b)};
    to->detail = from->row.detail;
    to->text = lent(from->row.text);
    if (from->hash)
        to->hash = (ProtobufCBinaryData){AUDIT_HASH, lent_bytes(from->hash)};
    to->address = lent(from->address);
}

static void send_page(struct session *s, const struct store_audit_page *page)
{
    Cocanvas__AuditRow *at = xcalloc(page->n + 1, sizeof *at), **list = xcalloc(page->n + 1, sizeof *list);
    for (size_t i = 0; i < page->n; i++) {
        fill_row(&at[i], &page->rows[i]);
        list[i] = &at[i];
    }
    Cocanvas__AuditPage told = COCANVAS__AUDIT_PAGE__INIT;
    told.n_rows = page->n;
    told.rows = list;
    told.last = page->last;
    told.head_number = page->head_number;
    if (page->head_number > 0)
        told.head_hash = (ProtobufCBinaryData){AUDIT_HASH, lent_bytes(page->head_hash)};
    told.workspace = (ProtobufCBinaryData){sizeof page->workspace.b, lent_bytes(page->workspace.b)};
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_AUDIT_PAGE;
    frame.audit_page = &told;
    request_answer(s, &frame);
    free(at);
    free(list);
}

static void on_audit(void *ctx, uint64_t id, enum status status, const struct store_audit_page *page)
{
    audit_settle(ctx, id, status);
    struct session *s = request_succeeded(ctx, id, status);
    if (s)
        send_page(s, page);
}

void handle_audit(struct session *s, const struct request *r)
{
    const Cocanvas__AuditRequest *wanted = r->frame->audit_request;
    struct store_audit_wanted which = {.after = wanted->after, .since_ms = wanted->since_ms, .about = wanted->about};
    struct store_actor actor;
    int least_role = wanted->about ? COCANVAS__ROLE__VIEWER : COCANVAS__ROLE__OWNER;
    if (!request_actor(s, r, &wanted->workspace, least_role, &actor))
        return;
    request_begin(s, r);
    if (wanted->about && wanted->exporting && wanted->after == 0)
        audit_expect(s, AUDIT(PERSON_EXPORTED), &actor.workspace, actor.author, wanted->about, 0);
    store_audit(request_reads(s), &actor, &which, s->sessions, s->id, on_audit);
}

void handle_canvas_exported(struct session *s, const struct request *r)
{
    Cocanvas__Done done = COCANVAS__DONE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    audit_tell_canvas(s, AUDIT(CANVAS_EXPORTED), 0, 0);
    frame.request = r->number;
    frame.body_case = COCANVAS__FRAME__BODY_DONE;
    frame.done = &done;
    session_send(s, &frame);
}

/* ---- retention */

static void on_retention(void *ctx, uint64_t id, enum status status, const struct store_retention *retention)
{
    audit_settle(ctx, id, status);
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    Cocanvas__Retention told = COCANVAS__RETENTION__INIT;
    told.history_days = retention->history_days;
    told.trash_days = retention->trash_days;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_RETENTION;
    frame.retention = &told;
    request_answer(s, &frame);
}

void handle_retention(struct session *s, const struct request *r)
{
    struct store_actor actor;
    if (!request_actor(s, r, &r->frame->retention_request->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    store_retention(request_reads(s), &actor, NULL, s->sessions, s->id, on_retention);
}

void handle_retention_set(struct session *s, const struct request *r)
{
    const Cocanvas__RetentionSet *wanted = r->frame->retention_set;
    struct store_retention set = {.history_days = wanted->history_days, .trash_days = wanted->trash_days};
    struct store_actor actor;
    if (set.history_days > DAYS_MOST || set.trash_days > DAYS_MOST) {
        session_refuse(s, r->number, STATUS_MALFORMED, "At most %d days; 0 is for ever.", DAYS_MOST);
        return;
    }
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    audit_expect(s, AUDIT(SETTINGS), &actor.workspace, actor.author, 0, 0);
    struct audit_event *event = audit_expected(s->sessions, s->id);
    snprintf(event->text, sizeof event->text, "history %u days, trash %u days", set.history_days, set.trash_days);
    store_retention(request_reads(s), &actor, &set, s->sessions, s->id, on_retention);
}

/* ---- erasures */

static void refuse_erasure(struct session *s, enum status status, const char *what)
{
    if (status == STATUS_DENIED)
        session_refuse(s, s->request, STATUS_MALFORMED, "To confirm, %s has to be given exactly as it is.", what);
    else if (status == STATUS_CONFLICT)
        session_refuse(s, s->request, status,
                       "This is a workspace's only owner: make somebody else an owner first, or erase the workspace.");
    if (status == STATUS_DENIED || status == STATUS_CONFLICT)
        session_unbusy(s);
    else
        request_failed(s, status);
}

static void send_person_erased(struct session *s, const struct store_erased *erased)
{
    Cocanvas__PersonErased told = COCANVAS__PERSON_ERASED__INIT;
    told.account = erased->account_gone;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_PERSON_ERASED;
    frame.person_erased = &told;
    request_answer(s, &frame);
}

/* An answer that was lost may have been a yes: then all look. */
static void tell_erased(struct sessions *all, enum status status, const struct store_erased *erased)
{
    if (status == STATUS_DEGRADED && !uuid_is_zero(&erased->workspace))
        access_tell_workspace(all, &erased->workspace);
    else if (status == STATUS_OK && erased->has_account)
        access_tell_account(all, &erased->account);
    else if (status == STATUS_OK)
        access_tell_member(all, &erased->workspace, erased->author);
    if (status == STATUS_OK || status == STATUS_DEGRADED) /* the name is another one where others work */
        access_tell_names(all, &erased->workspace);
    for (size_t i = 0; status == STATUS_OK && i < erased->n_places; i++)
        access_tell_names(all, &erased->places[i].workspace);
}

static void on_member_erased(void *ctx, uint64_t id, enum status status, const struct store_erased *erased)
{
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_OK)
        send_person_erased(s, erased);
    else if (s)
        refuse_erasure(s, status, "the member's name");
    tell_erased(ctx, status, erased);
}

/* Whoever erases himself is told first, and then is nobody any more. */
static void on_account_erased(void *ctx, uint64_t id, enum status status, const struct store_erased *erased)
{
    for (size_t i = 0; status == STATUS_OK && i < erased->n_places; i++)
        audit_tell_of(ctx, AUDIT(PERSON_ERASED), &erased->places[i].workspace, erased->places[i].author, erased->places[i].author);
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_OK)
        send_person_erased(s, erased);
    else if (s)
        refuse_erasure(s, status, "your login");
    tell_erased(ctx, status, erased);
}

static void erase_oneself(struct session *s, const struct request *r)
{
    if (s->is_guest) {
        session_refuse(s, r->number, STATUS_NOT_FOUND, REQUEST_NOT_FOUND);
        return;
    }
    request_begin(s, r);
    store_account_erase(request_reads(s), &s->account, r->frame->person_erase->confirm, s->sessions, s->id,
                        on_account_erased);
}

void handle_person_erase(struct session *s, const struct request *r)
{
    const Cocanvas__PersonErase *wanted = r->frame->person_erase;
    struct store_actor actor;
    if (wanted->author == 0 && wanted->workspace.len == 0) {
        erase_oneself(s, r);
        return;
    }
    if (wanted->author == 0) {
        session_refuse(s, r->number, STATUS_MALFORMED, "Say who: the member's number.");
        return;
    }
    if (!request_actor(s, r, &wanted->workspace, COCANVAS__ROLE__OWNER, &actor))
        return;
    request_begin(s, r);
    audit_expect(s, AUDIT(PERSON_ERASED), &actor.workspace, actor.author, wanted->author, 0);
    store_member_erase(request_reads(s), &actor, wanted->author, wanted->confirm, s->sessions, s->id, on_member_erased);
}

static void on_workspace_erased(void *ctx, uint64_t id, enum status status, const struct store_erased *erased)
{
    char workspace[UUID_TEXT];
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_OK)
        request_done(s);
    else if (s)
        refuse_erasure(s, status, "the workspace's name");
    if (status != STATUS_OK && status != STATUS_DEGRADED)
        return;
    uuid_format(&erased->workspace, workspace);
    log_notice(NULL, "workspace %s %s", workspace, status == STATUS_OK ? "was erased" : "may have been erased");
    access_tell_erased(ctx, &erased->workspace);
}

void handle_workspace_erase(struct session *s, const struct request *r)
{
    const Cocanvas__WorkspaceErase *wanted = r->frame->workspace_erase;
    struct store_actor actor;
    if (wanted->workspace.len != sizeof(struct uuid)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "Say which workspace: its id of 16 bytes.");
        return;
    }
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    store_workspace_erase(request_reads(s), &actor, wanted->confirm, s->sessions, s->id, on_workspace_erased);
}
