/* The statements behind store_self.h. $1 is the workspace and $2 the member's number there. */
#include "server/journal/store_self.h"

#include <string.h>

#include "common/buf.h"
#include "server/journal/journal_internal.h"
#include "server/journal/store_private.h"

enum { SELF_LOCK, SELF_LEAVE, SELF_RENAME };

const struct pg_statement store_self_statements[] = {
    [SELF_LOCK] = {"self_lock", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR NO KEY UPDATE"},
    /* "yes", "last" (the only owner), or "no" */
    [SELF_LEAVE] = {"self_leave",
     "WITH verdict AS ("
     " SELECT CASE WHEN m.account_id IS NULL OR m.role = 0 THEN 'no' WHEN m.role = 5 AND NOT EXISTS"
     "  (SELECT 1 FROM member o WHERE o.workspace_id = $1::uuid AND o.role = 5 AND o.author <> m.author AND o.account_id IS NOT NULL) THEN 'last'"
     "  ELSE 'yes' END AS says FROM member m WHERE m.workspace_id = $1::uuid AND m.author = $2::int8"
     "), changed AS ("
     " UPDATE member SET role = 0 WHERE workspace_id = $1::uuid AND author = $2::int8 AND (SELECT says FROM verdict) = 'yes'"
     "), shut AS ("
     " UPDATE invitation SET revoked_at = now() WHERE workspace_id = $1::uuid AND created_by = $2::int8 AND revoked_at IS NULL AND used < uses"
     "  AND (SELECT says FROM verdict) = 'yes'"
     "), alone AS ("
     " DELETE FROM canvas_access WHERE workspace_id = $1::uuid AND author = $2::int8 AND (SELECT says FROM verdict) = 'yes'"
     ") SELECT coalesce((SELECT says FROM verdict), 'no')"},
    [SELF_RENAME] = {"self_rename",
     "UPDATE member SET name = $3::text WHERE workspace_id = $1::uuid AND author = $2::int8 AND role > 0 AND account_id IS NOT NULL"
     " RETURNING 'yes'"},
    {NULL, NULL},
};

struct note {
    uint64_t id;
    store_self_cb *cb;
    struct store_actor who;
};

/* The last statement's first column says it. */
static void on_answer(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    enum status status = STATUS_NOT_FOUND;
    if (answer->outcome != PG_DONE) {
        note->cb(ctx, note->id, store_failure(answer), &note->who);
        return;
    }
    const PGresult *said = answer->results[answer->n_results - 1];
    const char *says = PQntuples(said) > 0 ? pg_text(said, 0, 0) : "no";
    if (strcmp(says, "yes") == 0)
        status = STATUS_OK;
    else if (strcmp(says, "last") == 0)
        status = STATUS_CONFLICT;
    note->cb(ctx, note->id, status, &note->who);
}

static struct note *note_for(uint64_t id, const struct store_actor *who, store_self_cb *cb)
{
    struct note *note = xcalloc(1, sizeof *note);
    *note = (struct note){id, cb, *who};
    return note;
}

static void add_who(struct pg_params *params, const struct store_actor *who)
{
    pg_param_uuid(params, &who->workspace);
    pg_param_int(params, who->author);
}

void store_member_leave(struct pg *pg, const struct store_actor *who, void *ctx, uint64_t id, store_self_cb *cb)
{
    struct pg_params params = {0}, lock = {0};
    pg_param_uuid(&lock, &who->workspace);
    add_who(&params, who);
    struct pg_request *request = pg_begin(pg, on_answer, ctx, note_for(id, who, cb));
    border_workspace(request, &who->workspace);
    pg_exec(request, &store_self_statements[SELF_LOCK], &lock);
    pg_exec(request, &store_self_statements[SELF_LEAVE], &params);
    pg_end(request);
}

void store_member_rename(struct pg *pg, const struct store_actor *who, const char *name, void *ctx, uint64_t id, store_self_cb *cb)
{
    struct pg_params params = {0};
    add_who(&params, who);
    pg_param_text(&params, name);
    struct pg_request *request = pg_begin(pg, on_answer, ctx, note_for(id, who, cb));
    border_workspace(request, &who->workspace);
    pg_exec(request, &store_self_statements[SELF_RENAME], &params);
    pg_end(request);
}
