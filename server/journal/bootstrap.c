/* The first start: an empty database gets a workspace and a one-time link for its owner. Blocking, for start-up
 * only. */
#include "server/journal/pg_blocking.h"
#include "server/journal/store.h"
#include "server/journal/store_private.h"

enum { ROLE_OWNER = 5 };

static enum status has_account(PGconn *conn, bool *has, struct why *why)
{
    PGresult *result;
    enum status status = pg_blocking(conn, "SELECT EXISTS (SELECT 1 FROM account)", NULL, &result, why);
    if (status == STATUS_OK) {
        *has = pg_bool(result, 0, 0);
        PQclear(result);
    }
    return status;
}

/* The workspace of a start before this one, if nobody used its link, else a new one. */
static enum status make_workspace(PGconn *conn, const char *name, struct why *why)
{
    struct uuid fresh;
    uuid_random(&fresh);
    struct pg_params params = {0};
    pg_param_uuid(&params, &fresh);
    pg_param_text(&params, name);
    return pg_blocking(conn, "INSERT INTO workspace (workspace_id, name) SELECT $1::uuid, $2::text WHERE NOT EXISTS (SELECT 1 FROM workspace)",
                       &params, NULL, why);
}

/* Only the newest link counts: one that scrolled away with an old start is worth nothing. */
static enum status make_invitation(PGconn *conn, const uint8_t token_hash[32], int64_t valid_ms, struct why *why)
{
    enum status status = pg_blocking_script(conn, "DELETE FROM invitation WHERE created_by = 0 AND used_at IS NULL", why);
    if (status != STATUS_OK)
        return status;
    struct pg_params params = {0};
    pg_param_bytes(&params, token_hash, 32);
    pg_param_int(&params, valid_ms);
    pg_param_int(&params, ROLE_OWNER);
    return pg_blocking(conn,
        "INSERT INTO invitation (workspace_id, token_hash, role, label, created_by, expires_ms)"
        " SELECT workspace_id, $1::bytea, $3::int8, 'the first owner', 0, " STORE_NOW_MS " + $2::int8 FROM workspace ORDER BY created_at LIMIT 1",
        &params, NULL, why);
}

enum status store_bootstrap(const char *conninfo, const char *workspace_name, const uint8_t token_hash[32], int64_t valid_ms, bool *needed,
                            struct why *why)
{
    PGconn *conn;
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    bool has = false;
    status = pg_blocking_script(conn, "BEGIN; SELECT server_id FROM server FOR UPDATE", why);
    if (status == STATUS_OK)
        status = has_account(conn, &has, why);
    if (status == STATUS_OK && !has)
        status = make_workspace(conn, workspace_name, why);
    if (status == STATUS_OK && !has)
        status = make_invitation(conn, token_hash, valid_ms, why);
    if (status == STATUS_OK)
        status = pg_blocking_script(conn, "COMMIT", why);
    *needed = status == STATUS_OK && !has;
    PQfinish(conn);
    return status;
}
