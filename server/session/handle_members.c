/* Workspaces, members, invitations, who may see a canvas, and the trash. What is allowed is decided twice: by the row
 * in the table of messages, from what the session knows, and by the statement, from what holds when it runs. Whoever
 * is concerned by a change is told by access.h after it was committed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"
#include "server/journal/store_members.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

enum { NAME_POINTS = 64 };

static struct store_actor actor_on_canvas(const struct session *s)
{
    return (struct store_actor){.workspace = s->workspace, .author = s->member.author};
}

/* ---- workspaces */

static enum status check_name(const char *name, const char *what, struct why *why)
{
    return name_check(name) ? STATUS_OK
                            : refuse(why, STATUS_MALFORMED, "%s has 1 to %d characters on one line.", what, NAME_POINTS);
}

/* The same workspace is found by the same request sent again: told once. */
static void tell_workspace(struct sessions *all, uint64_t id, enum status status, const struct store_membership *workspace)
{
    struct audit_event *event = audit_expected(all, id);
    if (event && workspace) {
        event->row.workspace = workspace->workspace;
        event->row.author = workspace->author;
    }
    if (event && workspace && event->row.event == AUDIT(WORKSPACE_MADE))
        event->id = workspace->workspace;
    audit_settle(all, id, status);
}

static void on_workspace(void *ctx, uint64_t id, enum status status, const struct store_membership *workspace)
{
    tell_workspace(ctx, id, status, status == STATUS_OK ? workspace : NULL);
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    struct store_membership copy = *workspace;
    Cocanvas__Workspace told;
    cocanvas__workspace__init(&told);
    told.id = (ProtobufCBinaryData){sizeof copy.workspace.b, copy.workspace.b};
    told.name = copy.name;
    told.role = (Cocanvas__Role)copy.role;
    told.author = copy.author;
    told.confidential = copy.confidential;
    Cocanvas__WorkspaceChanged changed = COCANVAS__WORKSPACE_CHANGED__INIT;
    changed.workspace = &told;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_CHANGED;
    frame.workspace_changed = &changed;
    session_add_membership(s, &copy);
    access_tell_account(s->sessions, &s->account);
    request_answer(s, &frame);
}

void handle_workspace_create(struct session *s, const struct request *r)
{
    const Cocanvas__WorkspaceCreate *wanted = r->frame->workspace_create;
    struct why why;
    enum status status = check_name(wanted->name, "A workspace's name", &why);
    if (status == STATUS_OK && wanted->person[0])
        status = check_name(wanted->person, "A name", &why);
    if (status == STATUS_OK && wanted->request_id.len != sizeof(struct uuid))
        status = refuse(&why, STATUS_MALFORMED, "A request_id has 16 bytes.");
    int least_role = s->sessions->settings->workspace_role;
    if (status == STATUS_OK && (least_role < 0 || s->is_guest || session_best_role(s) < least_role))
        status = refuse(&why, STATUS_NOT_FOUND, REQUEST_NOT_FOUND);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    struct store_workspace_new new = {
        .account = s->account,
        .name = wanted->name,
        .person = wanted->person[0] ? wanted->person : NULL,
        .least_role = least_role,
    };
    memcpy(new.request_id.b, wanted->request_id.data, sizeof new.request_id.b);
    new.sealed = wanted->sealed;
    uuid_random(&new.id);
    if (new.sealed && !handle_make_key(s, r, &new.id))
        return;
    request_begin(s, r);
    audit_expect(s, AUDIT(WORKSPACE_MADE), &(struct uuid){{0}}, 0, 0, 0);
    store_workspace_create(request_reads(s), &new, s->sessions, s->id, on_workspace);
}

void handle_workspace_rename(struct session *s, const struct request *r)
{
    const Cocanvas__WorkspaceRename *wanted = r->frame->workspace_rename;
    struct store_actor actor;
    struct why why;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (check_name(wanted->name, "A workspace's name", &why) != STATUS_OK) {
        session_refuse(s, r->number, STATUS_MALFORMED, "%s", why.text);
        return;
    }
    request_begin(s, r);
    audit_expect(s, AUDIT(WORKSPACE_RENAMED), &actor.workspace, actor.author, 0, 0);
    store_workspace_rename(request_reads(s), &actor, wanted->name, s->sessions, s->id, on_workspace);
}

/* All who are in the workspace look again, and so hear of it. */
static void on_workspace_set(void *ctx, uint64_t id, enum status status, const struct store_membership *workspace)
{
    struct uuid changed = workspace ? workspace->workspace : (struct uuid){{0}};
    on_workspace(ctx, id, status, workspace);
    if (status == STATUS_OK)
        access_tell_workspace(ctx, &changed);
}

void handle_workspace_set(struct session *s, const struct request *r)
{
    const Cocanvas__WorkspaceSet *wanted = r->frame->workspace_set;
    bool confidential = wanted->confidential == COCANVAS__WORKSPACE_SET__CONFIDENTIAL__YES;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (!confidential && wanted->confidential != COCANVAS__WORKSPACE_SET__CONFIDENTIAL__NO) {
        session_refuse(s, r->number, STATUS_MALFORMED, "Say whether the workspace is confidential: yes or no.");
        return;
    }
    request_begin(s, r);
    audit_expect(s, AUDIT(SETTINGS), &actor.workspace, actor.author, 0, 0);
    struct audit_event *event = audit_expected(s->sessions, s->id);
    snprintf(event->text, sizeof event->text, "confidential: %s", confidential ? "yes" : "no");
    store_workspace_set(request_reads(s), &actor, confidential, s->sessions, s->id, on_workspace_set);
}

/* ---- members */

static void fill_member(Cocanvas__Member *to, const struct store_member *from)
{
    cocanvas__member__init(to);
    to->author = from->author;
    to->name = lent(from->name);
    to->role = (Cocanvas__Role)from->role;
    to->login = lent(from->login);
    to->guest = from->guest;
    to->joined_ms = from->joined_ms;
}

static void on_members(void *ctx, uint64_t id, enum status status, const struct uuid *workspace, size_t n,
                       const struct store_member *members)
{
    struct session *s = request_succeeded(ctx, id, status);
    (void)workspace;
    if (!s)
        return;
    Cocanvas__Member *at = xcalloc(n + 1, sizeof *at), **list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        fill_member(&at[i], &members[i]);
        list[i] = &at[i];
    }
    Cocanvas__MemberList told = COCANVAS__MEMBER_LIST__INIT;
    told.n_members = n;
    told.members = list;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_LIST;
    frame.member_list = &told;
    request_answer(s, &frame);
    free(at);
    free(list);
}

void handle_member_list(struct session *s, const struct request *r)
{
    const Cocanvas__MemberListRequest *wanted = r->frame->member_list_request;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    store_members(request_reads(s), &actor, wanted->removed, s->sessions, s->id, on_members);
}

/* An answer that was lost may have been a yes: then all look. */
static void tell_member_set(struct sessions *all, enum status status, const struct uuid *workspace, size_t n,
                            const struct store_member *member)
{
    if (status == STATUS_DEGRADED)
        access_tell_workspace(all, workspace);
    else if (status == STATUS_OK && n > 0 && member->has_account)
        access_tell_account(all, &member->account);
    else if (status == STATUS_OK && n > 0)
        access_tell_member(all, workspace, member->author);
}

static void on_member_set(void *ctx, uint64_t id, enum status status, const struct uuid *workspace, size_t n,
                          const struct store_member *members)
{
    struct audit_event *event = audit_expected(ctx, id);
    if (event && status == STATUS_OK && n > 0 && members->role == COCANVAS__ROLE__NONE)
        event->row.event = members->guest ? AUDIT(GUEST_REMOVED) : AUDIT(MEMBER_REMOVED);
    audit_settle(ctx, id, status);
    tell_member_set(ctx, status, workspace, n, members); /* also when whoever asked is gone */
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_CONFLICT) {
        session_refuse(s, s->request, status,
                       "This is the workspace's only owner: make somebody else an owner first.");
        session_unbusy(s);
        return;
    }
    if (status != STATUS_OK || n == 0) {
        request_failed(s, status != STATUS_OK ? status : STATUS_INTERNAL);
        return;
    }
    Cocanvas__Member member;
    fill_member(&member, &members[0]);
    Cocanvas__MemberChanged changed = COCANVAS__MEMBER_CHANGED__INIT;
    changed.member = &member;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_CHANGED;
    frame.member_changed = &changed;
    request_answer(s, &frame);
}

void handle_member_set(struct session *s, const struct request *r)
{
    const Cocanvas__MemberSet *wanted = r->frame->member_set;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (wanted->role < COCANVAS__ROLE__NONE || wanted->role > COCANVAS__ROLE__OWNER) {
        session_refuse(s, r->number, STATUS_MALFORMED, "There is no such role.");
        return;
    }
    request_begin(s, r);
    audit_expect(s, AUDIT(ROLE_CHANGED), &actor.workspace, actor.author, wanted->author, (uint64_t)wanted->role);
    store_member_set(request_reads(s), &actor, wanted->author, (int)wanted->role, s->sessions, s->id, on_member_set);
}

/* ---- invitations */

static void fill_invitation(Cocanvas__Invitation *to, const struct store_invitation_info *from)
{
    cocanvas__invitation__init(to);
    to->number = from->number;
    to->label = lent(from->label);
    to->role = (Cocanvas__Role)from->role;
    to->uses = from->uses;
    to->used = from->used;
    to->created_ms = from->created_ms;
    to->expires_ms = from->expires_ms;
    to->created_by = from->created_by;
    to->revoked = from->revoked;
}

static void on_invitations(void *ctx, uint64_t id, enum status status, size_t n,
                           const struct store_invitation_info *invitations)
{
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    Cocanvas__Invitation *at = xcalloc(n + 1, sizeof *at), **list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        fill_invitation(&at[i], &invitations[i]);
        list[i] = &at[i];
    }
    Cocanvas__InvitationList told = COCANVAS__INVITATION_LIST__INIT;
    told.n_invitations = n;
    told.invitations = list;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_INVITATION_LIST;
    frame.invitation_list = &told;
    request_answer(s, &frame);
    free(at);
    free(list);
}

void handle_invitation_list(struct session *s, const struct request *r)
{
    const Cocanvas__InvitationListRequest *wanted = r->frame->invitation_list_request;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    store_invitations(request_reads(s), &actor, wanted->all, s->sessions, s->id, on_invitations);
}

static void on_done(void *ctx, uint64_t id, enum status status)
{
    audit_settle(ctx, id, status);
    struct session *s = request_succeeded(ctx, id, status);
    if (s)
        request_done(s);
}

void handle_invitation_revoke(struct session *s, const struct request *r)
{
    const Cocanvas__InvitationRevoke *wanted = r->frame->invitation_revoke;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    request_begin(s, r);
    audit_expect(s, AUDIT(INVITATION_REVOKED), &actor.workspace, actor.author, 0, wanted->number);
    store_invitation_revoke(request_reads(s), &actor, wanted->number, s->sessions, s->id, on_done);
}

/* ---- who may see the open canvas */

static void send_access(struct session *s, const struct store_access_list *list)
{
    Cocanvas__AccessEntry *at = xcalloc(list->n + 1, sizeof *at), **entries = xcalloc(list->n + 1, sizeof *entries);
    for (size_t i = 0; i < list->n; i++) {
        cocanvas__access_entry__init(&at[i]);
        at[i].author = list->entries[i].author;
        at[i].name = lent(list->entries[i].name);
        at[i].role = (Cocanvas__Role)list->entries[i].role;
        at[i].given = list->entries[i].given;
        entries[i] = &at[i];
    }
    Cocanvas__AccessList told = COCANVAS__ACCESS_LIST__INIT;
    told.restricted = list->restricted;
    told.n_entries = list->n;
    told.entries = entries;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_ACCESS_LIST;
    frame.access_list = &told;
    request_answer(s, &frame);
    free(at);
    free(entries);
}

static void on_access(void *ctx, uint64_t id, enum status status, const struct store_where *where,
                      const struct store_access_list *list)
{
    struct session *s = request_succeeded(ctx, id, status);
    (void)where;
    if (s)
        send_access(s, list);
}

void handle_access(struct session *s, const struct request *r)
{
    struct store_actor actor = actor_on_canvas(s);
    request_begin(s, r);
    store_access(request_reads(s), &actor, &s->canvas, s->sessions, s->id, on_access);
}

static void on_access_set(void *ctx, uint64_t id, enum status status, const struct store_where *where,
                          const struct store_access_list *list)
{
    audit_settle(ctx, id, status);
    if (status == STATUS_OK || status == STATUS_DEGRADED)
        access_tell_canvas(ctx, &where->canvas);
    on_access(ctx, id, status, where, list);
}

void handle_access_set(struct session *s, const struct request *r)
{
    const Cocanvas__AccessSet *wanted = r->frame->access_set;
    static const enum store_restriction restrictions[] = {
        [COCANVAS__ACCESS_SET__RESTRICTION__AS_IS] = STORE_AS_IS,
        [COCANVAS__ACCESS_SET__RESTRICTION__OPEN] = STORE_OPEN,
        [COCANVAS__ACCESS_SET__RESTRICTION__RESTRICTED] = STORE_RESTRICTED,
    };
    if (wanted->role < COCANVAS__ROLE__NONE || wanted->role > COCANVAS__ROLE__FACILITATOR ||
        wanted->restriction < COCANVAS__ACCESS_SET__RESTRICTION__AS_IS ||
        wanted->restriction > COCANVAS__ACCESS_SET__RESTRICTION__RESTRICTED) {
        session_refuse(s, r->number, STATUS_MALFORMED, "On one canvas somebody can be up to facilitator.");
        return;
    }
    struct store_actor actor = actor_on_canvas(s);
    struct store_access_set set = {.canvas = s->canvas,
                                   .restriction = restrictions[wanted->restriction],
                                   .author = wanted->author,
                                   .role = (int)wanted->role};
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(CANVAS_ACCESS), wanted->author, (uint64_t)wanted->role);
    struct audit_event *event = audit_expected(s->sessions, s->id);
    snprintf(event->text, sizeof event->text, "%s",
             set.restriction == STORE_RESTRICTED ? "restricted" : set.restriction == STORE_OPEN ? "open" : "");
    store_access_set(request_reads(s), &actor, &set, s->sessions, s->id, on_access_set);
}

/* ---- the trash */

static void close_removed_canvas(struct sessions *all, const struct store_where *where, const char *by)
{
    struct access_change change = {
        .kind = ACCESS_CLOSE, .facts = ACCESS_CANVAS, .canvas = where->canvas, .code = STATUS_GONE};
    size_t len = utf8_offset(by, strlen(by), NAME_POINTS / 2); /* the sentence has room for so many */
    snprintf(change.sentence, sizeof change.sentence,
             "%.*s has put this canvas into the trash. Its facilitators and the workspace's owners can restore it.",
             (int)len, by);
    access_tell(all, &change);
}

static void on_canvas_removed(void *ctx, uint64_t id, enum status status, const struct store_where *where,
                              const char *by)
{
    if (status == STATUS_OK)
        close_removed_canvas(ctx, where, by);
    else if (status == STATUS_DEGRADED)
        access_tell_canvas(ctx, &where->canvas);
    on_done(ctx, id, status);
}

void handle_canvas_remove(struct session *s, const struct request *r)
{
    struct store_actor actor = actor_on_canvas(s);
    request_begin(s, r);
    audit_expect_canvas(s, AUDIT(CANVAS_REMOVED), 0, 0);
    store_canvas_remove(request_reads(s), &actor, &s->canvas, s->sessions, s->id, on_canvas_removed);
}

void handle_canvas_restore(struct session *s, const struct request *r)
{
    struct uuid canvas;
    if (!uuid_from_bytes(r->frame->canvas_restore->canvas.data, r->frame->canvas_restore->canvas.len, &canvas)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A canvas' id has 16 bytes.");
        return;
    }
    request_begin(s, r);
    audit_expect_account(s, AUDIT(CANVAS_RESTORED), 0);
    audit_expected(s->sessions, s->id)->row.canvas = canvas;
    store_canvas_restore(request_reads(s), &s->account, &canvas, s->sessions, s->id, on_done);
}
