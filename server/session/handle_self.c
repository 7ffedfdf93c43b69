/* What members do about themselves in a workspace: leave it, and change the name that others see. As in handle_members.c. */
#include "common/utf8.h"
#include "server/journal/store_self.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

enum { NAME_POINTS = 64 };

static void on_left(void *ctx, uint64_t id, enum status status, const struct store_actor *who)
{
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_CONFLICT) {
        session_refuse(s, s->request, status,
                       "You are this workspace's only owner: make somebody else an owner first, or erase the workspace.");
        session_unbusy(s);
    } else if (s && status == STATUS_OK) {
        request_done(s); /* before the session hears that the canvas is not its own any more */
    } else if (s) {
        request_failed(s, status);
    }
    if (status == STATUS_OK || status == STATUS_DEGRADED)
        access_tell_member(ctx, &who->workspace, who->author);
}

void handle_member_leave(struct session *s, const struct request *r)
{
    struct store_actor who;
    if (!request_actor(s, r, &r->frame->member_leave->workspace, r->least_role, &who))
        return;
    request_begin(s, r);
    audit_expect(s, AUDIT(MEMBER_REMOVED), &who.workspace, who.author, who.author, 0);
    store_member_leave(request_reads(s), &who, s->sessions, s->id, on_left);
}

static void on_renamed(void *ctx, uint64_t id, enum status status, const struct store_actor *who)
{
    audit_settle(ctx, id, status);
    if (status == STATUS_OK || status == STATUS_DEGRADED)
        access_tell_names(ctx, &who->workspace);
    struct session *s = request_succeeded(ctx, id, status);
    if (s)
        request_done(s);
}

void handle_member_rename(struct session *s, const struct request *r)
{
    const Cocanvas__MemberRename *wanted = r->frame->member_rename;
    struct store_actor who;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &who))
        return;
    if (!name_check(wanted->name)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A name has 1 to %d characters on one line.", NAME_POINTS);
        return;
    }
    request_begin(s, r);
    audit_expect(s, AUDIT(MEMBER_RENAMED), &who.workspace, who.author, 0, 0);
    store_member_rename(request_reads(s), &who, wanted->name, s->sessions, s->id, on_renamed);
}
