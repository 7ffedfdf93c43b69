/* The statements behind store_members.h. In those of an actor $1 is the workspace and $2 the actor's number there. */
#include "server/journal/store_members.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_private.h"

enum {
    WORKSPACE_LOCK, WORKSPACE_CREATE, WORKSPACE_BY_REQUEST, WORKSPACE_RENAME, WORKSPACE_SET, WORKSPACE_BY_MEMBER, MEMBERS, MEMBER_SET, MEMBER_GET,
    INVITATIONS, INVITATION_REVOKE, ACCESS_SET, ACCESS, CANVAS_REMOVE, CANVAS_RESTORE,
};

#define MEMBERSHIP "SELECT w.workspace_id, w.name, m.role, m.author, w.confidential FROM workspace w JOIN member m USING (workspace_id)"
#define ACTOR_ROLE "(SELECT role FROM member WHERE workspace_id = $1::uuid AND author = $2::int8)"
#define MS(column) "(extract(epoch FROM " column ") * 1000)::int8"
#define MEMBER_COLUMNS                                                                                                 \
    "SELECT m.author, m.name, CASE WHEN " ACTOR_ROLE " = 5 THEN coalesce(a.login, '') ELSE '' END, m.role,"            \
    " m.session_id IS NOT NULL, " MS("m.joined_at") ", m.account_id FROM member m LEFT JOIN account a USING (account_id)"
/* $3 canvas: the actor's role on it */
#define ACTOR_ON_CANVAS                                                                                                \
    "actor AS (SELECT " STORE_CANVAS_ROLE " AS role FROM " STORE_CANVAS_AND_MEMBER                                      \
    " WHERE c.workspace_id = $1::uuid AND c.canvas_id = $3::uuid AND m.author = $2::int8 AND c.removed_at IS NULL)"

const struct pg_statement store_members_statements[] = {
    [WORKSPACE_LOCK] = {"workspace_lock", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR NO KEY UPDATE"},
    /* $1 account, $2 request, $3 id, $4 name, $5 least role, $6 the person's name or null, $7 sealed */
    [WORKSPACE_CREATE] = {"workspace_create",
     "WITH made AS ("
     " INSERT INTO workspace (workspace_id, name, created_by, request_id, next_author, sealed)"
     " SELECT $3::uuid, $4::text, $1::uuid, $2::uuid, 2, $7::int8"
     " WHERE $5::int8 = 0 OR EXISTS (SELECT 1 FROM member WHERE account_id = $1::uuid AND role >= $5::int8)"
     " ON CONFLICT (created_by, request_id) DO NOTHING RETURNING workspace_id"
     ") INSERT INTO member (workspace_id, author, account_id, role, name)"
     " SELECT workspace_id, 1, $1::uuid, 5, coalesce($6::text,"
     "  (SELECT name FROM member WHERE account_id = $1::uuid ORDER BY joined_at LIMIT 1),"
     "  (SELECT login FROM account WHERE account_id = $1::uuid)) FROM made"},
    [WORKSPACE_BY_REQUEST] = {"workspace_by_request",
     MEMBERSHIP " WHERE w.created_by = $1::uuid AND w.request_id = $2::uuid AND m.account_id = $1::uuid AND m.role > 0"},
    [WORKSPACE_RENAME] = {"workspace_rename", "UPDATE workspace SET name = $3::text WHERE workspace_id = $1::uuid AND " ACTOR_ROLE " = 5"},
    [WORKSPACE_SET] = {"workspace_set", "UPDATE workspace SET confidential = ($3::int8 = 1) WHERE workspace_id = $1::uuid AND " ACTOR_ROLE " = 5"},
    [WORKSPACE_BY_MEMBER] = {"workspace_by_member", MEMBERSHIP " WHERE w.workspace_id = $1::uuid AND m.author = $2::int8 AND m.role = 5"},
    /* $3 1: also the removed */
    [MEMBERS] = {"members", MEMBER_COLUMNS
     " WHERE m.workspace_id = $1::uuid AND (m.role > 0 OR $3::int8 = 1) AND " ACTOR_ROLE " > 0 ORDER BY m.author LIMIT 20000"},
    /* $3 whose, $4 role. "yes", "last" (the only owner), or "no". */
    [MEMBER_SET] = {"member_set",
     "WITH verdict AS ("
     " SELECT CASE"
     "  WHEN " ACTOR_ROLE " = 5 THEN CASE WHEN m.role = 5 AND $4::int8 < 5 AND NOT EXISTS"
     "   (SELECT 1 FROM member o WHERE o.workspace_id = $1::uuid AND o.role = 5 AND o.author <> m.author AND o.account_id IS NOT NULL) THEN 'last'"
     "   WHEN m.account_id IS NULL AND $4::int8 > 3 THEN 'no' WHEN m.account_id IS NULL AND m.session_id IS NULL THEN 'no' ELSE 'yes' END"
     "  WHEN " ACTOR_ROLE " = 4 AND m.role BETWEEN 1 AND 3 AND $4::int8 <= 3 THEN 'yes'"
     "  ELSE 'no' END AS says FROM member m WHERE m.workspace_id = $1::uuid AND m.author = $3::int8"
     "), changed AS ("
     " UPDATE member SET role = $4::int8 WHERE workspace_id = $1::uuid AND author = $3::int8 AND (SELECT says FROM verdict) = 'yes'"
     "), shut AS ("
     " UPDATE invitation SET revoked_at = now() WHERE workspace_id = $1::uuid AND created_by = $3::int8 AND $4::int8 < 5"
     "  AND revoked_at IS NULL AND used < uses AND (SELECT says FROM verdict) = 'yes'"
     "), alone AS ("
     " DELETE FROM canvas_access WHERE workspace_id = $1::uuid AND author = $3::int8 AND $4::int8 = 0 AND (SELECT says FROM verdict) = 'yes'"
     ") SELECT coalesce((SELECT says FROM verdict), 'no')"},
    [MEMBER_GET] = {"member_get", MEMBER_COLUMNS " WHERE m.workspace_id = $1::uuid AND m.author = $3::int8"},
    /* $3 1: all. The first row of all is null for somebody who may not ask: told apart from a list that is empty. */
    [INVITATIONS] = {"invitations",
     "SELECT i.number, i.label, i.role, i.uses, i.used, " MS("i.created_at") ", i.expires_ms, i.created_by, i.revoked_at IS NOT NULL"
     " FROM (SELECT 1 WHERE " ACTOR_ROLE " = 5) may LEFT JOIN invitation i ON i.workspace_id = $1::uuid AND i.number > 0"
     "  AND ($3::int8 = 1 OR (i.used < i.uses AND i.revoked_at IS NULL AND i.expires_ms > " STORE_NOW_MS "))"
     " ORDER BY i.number DESC LIMIT 500"},
    [INVITATION_REVOKE] = {"invitation_revoke",
     "UPDATE invitation SET revoked_at = coalesce(revoked_at, now())"
     " WHERE workspace_id = $1::uuid AND number = $3::int8 AND number > 0 AND " ACTOR_ROLE " = 5 RETURNING number"},
    /* $3 canvas, $4 whose, $5 role, $6 restriction */
    [ACCESS_SET] = {"access_set",
     "WITH " ACTOR_ON_CANVAS ", allowed AS ("
     " SELECT role FROM actor WHERE role >= 4 AND ($4::int8 = 0 OR EXISTS (SELECT 1 FROM member t WHERE t.workspace_id = $1::uuid"
     "  AND t.author = $4::int8 AND t.role BETWEEN 1 AND 4 AND (t.account_id IS NOT NULL OR $5::int8 <= 3)"
     "  AND (actor.role = 5 OR $5::int8 <= greatest(3, t.role))))"
     "), shut AS ("
     " UPDATE canvas SET restricted = ($6::int8 = 1) WHERE workspace_id = $1::uuid AND canvas_id = $3::uuid AND $6::int8 >= 0"
     "  AND EXISTS (SELECT 1 FROM allowed)"
     "), stays AS (" /* who shuts a door does not shut it on himself */
     " INSERT INTO canvas_access (workspace_id, canvas_id, author, role) SELECT $1::uuid, $3::uuid, $2::int8, 4 FROM allowed"
     "  WHERE $6::int8 = 1 AND allowed.role = 4 AND $2::int8 <> $4::int8 ON CONFLICT DO NOTHING"
     "), given AS ("
     " INSERT INTO canvas_access (workspace_id, canvas_id, author, role) SELECT $1::uuid, $3::uuid, $4::int8, $5::int8 FROM allowed"
     "  WHERE $4::int8 <> 0 AND $5::int8 <> 0"
     "  ON CONFLICT (workspace_id, canvas_id, author) DO UPDATE SET role = excluded.role"
     "), taken AS ("
     " DELETE FROM canvas_access WHERE workspace_id = $1::uuid AND canvas_id = $3::uuid AND author = $4::int8 AND $4::int8 <> 0"
     "  AND $5::int8 = 0 AND EXISTS (SELECT 1 FROM allowed)"
     ") SELECT EXISTS (SELECT 1 FROM allowed)"},
    [ACCESS] = {"access",
     "WITH " ACTOR_ON_CANVAS
     " SELECT m.author, m.name, " STORE_CANVAS_ROLE ", x.role IS NOT NULL AND m.role < 5, c.restricted FROM " STORE_CANVAS_AND_MEMBER
     " WHERE c.workspace_id = $1::uuid AND c.canvas_id = $3::uuid AND " STORE_CANVAS_ROLE " > 0"
     "  AND EXISTS (SELECT 1 FROM actor WHERE role >= 4) ORDER BY m.author LIMIT 20000"},
    [CANVAS_REMOVE] = {"canvas_remove",
     "WITH " ACTOR_ON_CANVAS " UPDATE canvas SET removed_at = now(), removed_by = $2::int8"
     " WHERE workspace_id = $1::uuid AND canvas_id = $3::uuid AND EXISTS (SELECT 1 FROM actor WHERE role >= 4)"
     " RETURNING (SELECT name FROM member WHERE workspace_id = $1::uuid AND author = $2::int8)"},
    /* $1 account, $2 canvas */
    [CANVAS_RESTORE] = {"canvas_restore",
     "UPDATE canvas SET removed_at = NULL, removed_by = NULL WHERE canvas_id = $2::uuid AND EXISTS ("
     " SELECT 1 FROM " STORE_CANVAS_AND_MEMBER " WHERE c.canvas_id = $2::uuid AND m.account_id = $1::uuid AND " STORE_CANVAS_ROLE " >= 4"
     ") RETURNING 1"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_workspace_cb *workspace;
    store_members_cb *members;
    store_invitations_cb *invitations;
    store_access_cb *access;
    store_removed_cb *removed;
    store_status_cb *status;
    struct store_where where;
};

static struct note *note_for(uint64_t id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->id = id;
    return note;
}

static void add_actor(struct pg_params *params, const struct store_actor *actor)
{
    pg_param_uuid(params, &actor->workspace);
    pg_param_int(params, actor->author);
}

/* The request's first statement: changes in one workspace come one after the other. */
static void lock_workspace(struct pg_request *request, const struct uuid *workspace)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, workspace);
    pg_exec(request, &store_members_statements[WORKSPACE_LOCK], &params);
}

/* ---------------------------------------------------------------- workspaces */

static void on_workspace(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[answer->n_results - 1] : NULL;
    if (found == NULL || PQntuples(found) == 0) {
        note->workspace(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_membership workspace = {
        .workspace = pg_uuid(found, 0, 0), .role = (int)pg_int(found, 0, 2), .author = (uint32_t)pg_int(found, 0, 3), .confidential = pg_bool(found, 0, 4)};
    store_copy_text(workspace.name, sizeof workspace.name, found, 0, 1);
    note->workspace(ctx, note->id, STATUS_OK, &workspace);
}

void store_workspace_create(struct pg *pg, const struct store_workspace_new *workspace, void *ctx, uint64_t id, store_workspace_cb *cb)
{
    struct note *note = note_for(id);
    note->workspace = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, &workspace->account);
    pg_param_uuid(&params, &workspace->request_id);
    struct pg_params which = params;
    pg_param_uuid(&params, &workspace->id);
    pg_param_text(&params, workspace->name);
    pg_param_int(&params, workspace->least_role);
    pg_param_text(&params, workspace->person);
    pg_param_int(&params, workspace->sealed ? SEALED_ALL : SEALED_NOT);
    struct pg_request *request = pg_begin(pg, on_workspace, ctx, note);
    border_account(request, &workspace->account, &workspace->id);
    pg_exec(request, &store_members_statements[WORKSPACE_CREATE], &params);
    pg_exec(request, &store_members_statements[WORKSPACE_BY_REQUEST], &which);
    pg_end(request);
}

/* change: params after the actor were added by the caller. */
static void change_workspace(struct pg *pg, int change, struct pg_params *params, const struct store_actor *actor, void *ctx, uint64_t id,
                             store_workspace_cb *cb)
{
    struct note *note = note_for(id);
    note->workspace = cb;
    struct pg_params whose = {0};
    add_actor(&whose, actor);
    struct pg_request *request = pg_begin(pg, on_workspace, ctx, note);
    border_workspace(request, &actor->workspace);
    lock_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[change], params);
    pg_exec(request, &store_members_statements[WORKSPACE_BY_MEMBER], &whose);
    pg_end(request);
}

void store_workspace_rename(struct pg *pg, const struct store_actor *actor, const char *name, void *ctx, uint64_t id, store_workspace_cb *cb)
{
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_text(&params, name);
    change_workspace(pg, WORKSPACE_RENAME, &params, actor, ctx, id, cb);
}

void store_workspace_set(struct pg *pg, const struct store_actor *actor, bool confidential, void *ctx, uint64_t id, store_workspace_cb *cb)
{
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_int(&params, confidential);
    change_workspace(pg, WORKSPACE_SET, &params, actor, ctx, id, cb);
}

/* ---------------------------------------------------------------- members */

static void give_members(void *ctx, const struct note *note, const PGresult *found)
{
    size_t n = (size_t)PQntuples(found);
    struct store_member *members = xcalloc(n + 1, sizeof *members);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        members[i] = (struct store_member){
            .author = (uint32_t)pg_int(found, row, 0), .name = pg_text(found, row, 1), .login = pg_text(found, row, 2),
            .role = (int)pg_int(found, row, 3), .guest = pg_bool(found, row, 4), .joined_ms = pg_int(found, row, 5),
            .has_account = !pg_is_null(found, row, 6),
        };
        if (members[i].has_account)
            members[i].account = pg_uuid(found, row, 6);
    }
    note->members(ctx, note->id, n > 0 ? STATUS_OK : STATUS_NOT_FOUND, &note->where.workspace, n, members);
    free(members);
}

static void on_members(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->members(ctx, note->id, store_failure(answer), &note->where.workspace, 0, NULL);
    else
        give_members(ctx, note, answer->results[0]);
}

void store_members(struct pg *pg, const struct store_actor *actor, bool removed_too, void *ctx, uint64_t id, store_members_cb *cb)
{
    struct note *note = note_for(id);
    note->members = cb;
    note->where.workspace = actor->workspace;
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_int(&params, removed_too);
    struct pg_request *request = pg_begin(pg, on_members, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[MEMBERS], &params);
    pg_end(request);
}

static void on_member_set(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->members(ctx, note->id, store_failure(answer), &note->where.workspace, 0, NULL);
        return;
    }
    const char *says = pg_text(answer->results[1], 0, 0);
    if (strcmp(says, "yes") == 0)
        give_members(ctx, note, answer->results[2]);
    else
        note->members(ctx, note->id, strcmp(says, "last") == 0 ? STATUS_CONFLICT : STATUS_NOT_FOUND, &note->where.workspace, 0, NULL);
}

void store_member_set(struct pg *pg, const struct store_actor *actor, uint32_t author, int role, void *ctx, uint64_t id, store_members_cb *cb)
{
    struct note *note = note_for(id);
    note->members = cb;
    note->where.workspace = actor->workspace;
    struct pg_params params = {0}, whom = {0};
    add_actor(&params, actor);
    pg_param_int(&params, author);
    pg_param_int(&params, role);
    add_actor(&whom, actor);
    pg_param_int(&whom, author);
    struct pg_request *request = pg_begin(pg, on_member_set, ctx, note);
    border_workspace(request, &actor->workspace);
    lock_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[MEMBER_SET], &params);
    pg_exec(request, &store_members_statements[MEMBER_GET], &whom);
    pg_end(request);
}

/* ---------------------------------------------------------------- invitations */

static void on_invitations(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[0] : NULL;
    if (found == NULL || PQntuples(found) == 0) {
        note->invitations(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, 0, NULL);
        return;
    }
    size_t n = pg_is_null(found, 0, 0) ? 0 : (size_t)PQntuples(found);
    struct store_invitation_info *list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        list[i] = (struct store_invitation_info){
            .number = (uint32_t)pg_int(found, row, 0), .label = pg_text(found, row, 1), .role = (int)pg_int(found, row, 2),
            .uses = (uint32_t)pg_int(found, row, 3), .used = (uint32_t)pg_int(found, row, 4), .created_ms = pg_int(found, row, 5),
            .expires_ms = pg_int(found, row, 6), .created_by = (uint32_t)pg_int(found, row, 7), .revoked = pg_bool(found, row, 8),
        };
    }
    note->invitations(ctx, note->id, STATUS_OK, n, list);
    free(list);
}

void store_invitations(struct pg *pg, const struct store_actor *actor, bool all, void *ctx, uint64_t id, store_invitations_cb *cb)
{
    struct note *note = note_for(id);
    note->invitations = cb;
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_int(&params, all);
    struct pg_request *request = pg_begin(pg, on_invitations, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[INVITATIONS], &params);
    pg_end(request);
}

/* A change that answers with a row if it was allowed; the last statement of its request. */
static void on_change(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->status(ctx, note->id, store_failure(answer));
    else
        note->status(ctx, note->id, PQntuples(answer->results[answer->n_results - 1]) > 0 ? STATUS_OK : STATUS_NOT_FOUND);
}

void store_invitation_revoke(struct pg *pg, const struct store_actor *actor, uint32_t number, void *ctx, uint64_t id, store_status_cb *cb)
{
    struct note *note = note_for(id);
    note->status = cb;
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_int(&params, number);
    struct pg_request *request = pg_begin(pg, on_change, ctx, note);
    border_workspace(request, &actor->workspace);
    lock_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[INVITATION_REVOKE], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- one canvas */

/* none: what an empty list means. */
static void give_access(void *ctx, const struct note *note, const PGresult *found, enum status none)
{
    size_t n = (size_t)PQntuples(found);
    struct store_access_entry *entries = xcalloc(n + 1, sizeof *entries);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        entries[i] = (struct store_access_entry){.author = (uint32_t)pg_int(found, row, 0), .name = pg_text(found, row, 1),
                                                 .role = (int)pg_int(found, row, 2), .given = pg_bool(found, row, 3)};
    }
    struct store_access_list list = {.restricted = n > 0 && pg_bool(found, 0, 4), .n = n, .entries = entries};
    note->access(ctx, note->id, n > 0 ? STATUS_OK : none, &note->where, &list);
    free(entries);
}

static void on_access(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->access(ctx, note->id, store_failure(answer), &note->where, NULL);
    else
        give_access(ctx, note, answer->results[0], STATUS_NOT_FOUND);
}

void store_access(struct pg *pg, const struct store_actor *actor, const struct uuid *canvas, void *ctx, uint64_t id, store_access_cb *cb)
{
    struct note *note = note_for(id);
    note->access = cb;
    note->where = (struct store_where){actor->workspace, *canvas};
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_uuid(&params, canvas);
    struct pg_request *request = pg_begin(pg, on_access, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[ACCESS], &params);
    pg_end(request);
}

static void on_access_set(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->access(ctx, note->id, store_failure(answer), &note->where, NULL);
    else if (!pg_bool(answer->results[1], 0, 0))
        note->access(ctx, note->id, STATUS_NOT_FOUND, &note->where, NULL);
    else
        give_access(ctx, note, answer->results[2], STATUS_OK); /* who gave up his own right does not see the rest */
}

void store_access_set(struct pg *pg, const struct store_actor *actor, const struct store_access_set *set, void *ctx, uint64_t id,
                      store_access_cb *cb)
{
    struct note *note = note_for(id);
    note->access = cb;
    note->where = (struct store_where){actor->workspace, set->canvas};
    struct pg_params params = {0}, which = {0};
    add_actor(&params, actor);
    pg_param_uuid(&params, &set->canvas);
    pg_param_int(&params, set->author);
    pg_param_int(&params, set->role);
    pg_param_int(&params, set->restriction);
    add_actor(&which, actor);
    pg_param_uuid(&which, &set->canvas);
    struct pg_request *request = pg_begin(pg, on_access_set, ctx, note);
    border_workspace(request, &actor->workspace);
    lock_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[ACCESS_SET], &params);
    pg_exec(request, &store_members_statements[ACCESS], &which);
    pg_end(request);
}

static void on_removed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->removed(ctx, note->id, store_failure(answer), &note->where, NULL);
    else if (PQntuples(answer->results[1]) == 0)
        note->removed(ctx, note->id, STATUS_NOT_FOUND, &note->where, NULL);
    else
        note->removed(ctx, note->id, STATUS_OK, &note->where, pg_text(answer->results[1], 0, 0));
}

void store_canvas_remove(struct pg *pg, const struct store_actor *actor, const struct uuid *canvas, void *ctx, uint64_t id, store_removed_cb *cb)
{
    struct note *note = note_for(id);
    note->removed = cb;
    note->where = (struct store_where){actor->workspace, *canvas};
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_uuid(&params, canvas);
    struct pg_request *request = pg_begin(pg, on_removed, ctx, note);
    border_workspace(request, &actor->workspace);
    lock_workspace(request, &actor->workspace);
    pg_exec(request, &store_members_statements[CANVAS_REMOVE], &params);
    pg_end(request);
}

void store_canvas_restore(struct pg *pg, const struct uuid *account, const struct uuid *canvas, void *ctx, uint64_t id, store_status_cb *cb)
{
    struct note *note = note_for(id);
    note->status = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    pg_param_uuid(&params, canvas);
    struct pg_request *request = pg_begin(pg, on_change, ctx, note);
    border_account(request, account, NULL);
    pg_exec(request, &store_members_statements[CANVAS_RESTORE], &params);
    pg_end(request);
}
