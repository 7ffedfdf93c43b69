/* Sealing a workspace. Its key is made first, so that nothing can be called sealed that has none; a key that is then not needed does no
 * harm. */
#include "common/log.h"
#include "server/journal/pg.h"
#include "server/journal/store_sealed.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

bool handle_make_key(struct session *s, const struct request *r, const struct uuid *workspace)
{
    struct why why;
    enum status status = keyring_make(pg_keyring(request_reads(s)), workspace, &why);
    if (status == STATUS_OK)
        return true;
    log_error(NULL, "a workspace cannot be sealed: %s", why.text);
    session_refuse(s, r->number, STATUS_UNEXPECTED, "%s", KEYRING_NONE);
    return false;
}

static void on_sealed(void *ctx, uint64_t id, enum status status, const struct uuid *workspace, int sealed)
{
    (void)workspace;
    audit_settle(ctx, id, status);
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    Cocanvas__WorkspaceSealed told = COCANVAS__WORKSPACE_SEALED__INIT;
    told.state = sealed == SEALED_ALL       ? COCANVAS__WORKSPACE_SEALED__STATE__SEALED
                 : sealed == SEALED_ONGOING ? COCANVAS__WORKSPACE_SEALED__STATE__ONGOING
                                            : COCANVAS__WORKSPACE_SEALED__STATE__OPEN;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_SEALED;
    frame.workspace_sealed = &told;
    request_answer(s, &frame);
}

void handle_workspace_seal(struct session *s, const struct request *r)
{
    const Cocanvas__WorkspaceSeal *wanted = r->frame->workspace_seal;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (!wanted->only_ask && !handle_make_key(s, r, &actor.workspace))
        return;
    request_begin(s, r);
    if (!wanted->only_ask)
        audit_expect(s, AUDIT(WORKSPACE_SEALED), &actor.workspace, actor.author, 0, 0);
    store_workspace_seal(request_reads(s), &actor, !wanted->only_ask, s->sessions, s->id, on_sealed);
}
