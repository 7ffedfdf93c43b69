/* See store_sealed.h. */
#include "server/journal/store_sealed.h"

#include "common/buf.h"
#include "server/journal/store_private.h"

enum { LOCK, SEAL, SHOW };

#define ACTOR_ROLE "(SELECT coalesce(max(role), 0) FROM member WHERE workspace_id = $1::uuid AND author = $2::int8)"

const struct pg_statement store_sealed_statements[] = {
    /* Whoever is writing something new there as it was (STORE_SEAL) is waited for. */
    [LOCK] = {"seal_lock", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR UPDATE"},
    [SEAL] = {"seal",
     "WITH begun AS ("
     " UPDATE workspace SET sealed = 1 WHERE workspace_id = $1::uuid AND sealed = 0 AND " ACTOR_ROLE " = 5 RETURNING workspace_id"
     ") UPDATE canvas c SET epoch = c.epoch + 1, owner = NULL FROM begun b WHERE c.workspace_id = b.workspace_id"},
    [SHOW] = {"seal_show", "SELECT sealed FROM workspace WHERE workspace_id = $1::uuid AND " ACTOR_ROLE " = 5"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_sealed_cb *cb;
    struct uuid workspace;
};

static void on_sealed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[answer->n_results - 1] : NULL;
    if (found == NULL || PQntuples(found) == 0)
        note->cb(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, &note->workspace, SEALED_NOT);
    else
        note->cb(ctx, note->id, STATUS_OK, &note->workspace, (int)pg_int(found, 0, 0));
}

void store_workspace_seal(struct pg *pg, const struct store_actor *actor, bool seal, void *ctx, uint64_t id, store_sealed_cb *cb)
{
    struct note *note = xcalloc(1, sizeof *note);
    *note = (struct note){.id = id, .cb = cb, .workspace = actor->workspace};
    struct pg_params workspace = {0};
    pg_param_uuid(&workspace, &actor->workspace);
    struct pg_params params = workspace;
    pg_param_int(&params, actor->author);
    struct pg_request *request = pg_begin(pg, on_sealed, ctx, note);
    border_workspace(request, &actor->workspace);
    if (seal) {
        pg_exec(request, &store_sealed_statements[LOCK], &workspace);
        pg_exec(request, &store_sealed_statements[SEAL], &params);
    }
    pg_exec(request, &store_sealed_statements[SHOW], &params);
    pg_end(request);
}
