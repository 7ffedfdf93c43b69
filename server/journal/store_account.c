/* The statements behind store_account.h and their answers. */
#include "server/journal/store_account.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/pg_blocking.h"
#include "server/journal/store_private.h"

enum {
    LOGIN,
    DEVICES,
    DEVICE_TOUCH,
    DEVICE_REVOKE,
    DEVICES_REVOKE_OTHERS,
    DEVICES_PRUNE,
    CERTIFICATE_ADD,
    PASSWORD_CHANGE,
    PASSWORD_CHANGED_REVOKE,
    PASSWORD_REHASH,
    RESET_ADD,
    RESET_REDEEM,
    VOUCHED,
};

#define MS_OF(time) "(extract(epoch FROM " time ") * 1000)::int8"

/* clang-format off */
const struct pg_statement store_account_statements[] = {
    /* $1 login; $2 and $3 for one that nobody has */
    [LOGIN] = {"login",
     "SELECT coalesce(a.account_id, $2::uuid), coalesce(a.password_hash, $3::text), a.account_id IS NOT NULL"
     " FROM (SELECT 1) one LEFT JOIN account a ON a.login = lower($1::text)"},
    /* $1 account, $2 the asking device's hash, $3 and $4 expiry */
    [DEVICES] = {"devices",
     "SELECT d.device_id, d.name, " MS_OF("d.created_at") ", " MS_OF("d.used_at") ", d.token_hash IS NOT DISTINCT FROM $2::bytea, d.certificate"
     " FROM device d WHERE d.account_id = $1::uuid AND " STORE_DEVICE_LIVE("$3", "$4") " ORDER BY d.used_at DESC, d.device_id"},
    [DEVICE_TOUCH] = {"device_touch", "UPDATE device SET used_at = now() WHERE token_hash = $1::bytea"},
    [DEVICE_REVOKE] = {"device_revoke", "DELETE FROM device WHERE account_id = $1::uuid AND device_id = $2::uuid RETURNING token_hash"},
    [DEVICES_REVOKE_OTHERS] = {"devices_revoke_others",
     "DELETE FROM device WHERE account_id = $1::uuid AND token_hash <> $2::bytea RETURNING token_hash"},
    [DEVICES_PRUNE] = {"devices_prune",
     "DELETE FROM device d WHERE d.account_id = $1::uuid AND NOT " STORE_DEVICE_LIVE("$2", "$3")},
    [CERTIFICATE_ADD] = {"certificate_add",
     "INSERT INTO device (account_id, token_hash, name, certificate) VALUES ($1::uuid, $2::bytea, $3::text, true)"},
    [PASSWORD_CHANGE] = {"password_change",
     "UPDATE account SET password_hash = $3::text WHERE account_id = $1::uuid AND password_hash = $2::text RETURNING account_id"},
    [PASSWORD_CHANGED_REVOKE] = {"password_changed_revoke",
     "DELETE FROM device d USING account a WHERE d.account_id = $1::uuid AND a.account_id = $1::uuid AND a.password_hash = $2::text"
     " AND d.token_hash <> $3::bytea RETURNING d.token_hash"},
    [PASSWORD_REHASH] = {"password_rehash",
     "UPDATE account SET password_hash = $3::text WHERE account_id = $1::uuid AND password_hash = $2::text"},
    /* $1 workspace, $2 login or null, $3 author, $4 the asking account, $5 its author, $6 token, $7 expiry. An
     * account all of whose memberships are in workspaces that the asking one owns: else an owner of one could get
     * into another's through a member. */
    [RESET_ADD] = {"reset_add",
     "WITH whose AS ("
     " SELECT a.account_id, a.login FROM member m JOIN account a USING (account_id) WHERE m.workspace_id = $1::uuid AND m.role > 0"
     "  AND a.password_hash <> '' AND (a.login = lower($2::text) OR ($2::text IS NULL AND m.author = $3::int8))"
     "), allowed AS ("
     " SELECT w.account_id FROM whose w WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.account_id = w.account_id AND m.role > 0"
     "  AND NOT EXISTS (SELECT 1 FROM member o WHERE o.workspace_id = m.workspace_id AND o.account_id = $4::uuid AND o.role = 5))"
     "), made AS ("
     " INSERT INTO password_reset (workspace_id, token_hash, account_id, created_by, expires_ms)"
     " SELECT $1::uuid, $6::bytea, account_id, $5::int8, " STORE_NOW_MS " + $7::int8 FROM allowed RETURNING expires_ms"
     ") SELECT login, (SELECT max(expires_ms) FROM made) FROM whose"},
    /* $1 token, $2 password hash. FOR UPDATE by the first part: of two at once, one finds it used. */
    [RESET_REDEEM] = {"reset_redeem",
     "WITH used AS ("
     " UPDATE password_reset SET used_at = now() WHERE token_hash = $1::bytea AND used_at IS NULL AND expires_ms > " STORE_NOW_MS
     " RETURNING account_id"
     "), others AS ("
     " DELETE FROM password_reset r USING used u WHERE r.account_id = u.account_id AND r.token_hash <> $1::bytea"
     "), ended AS ("
     " DELETE FROM device d USING used u WHERE d.account_id = u.account_id"
     ") UPDATE account a SET password_hash = $2::text FROM used u WHERE a.account_id = u.account_id"
     " RETURNING a.account_id, a.login, a.password_hash"},
    /* $1 login, $2 id for a new account, $3 name, $4 workspace or null, $5 role */
    [VOUCHED] = {"vouched",
     "WITH made AS ("
     " INSERT INTO account (account_id, login, password_hash) VALUES ($2::uuid, lower($1::text), '') ON CONFLICT (login) DO NOTHING"
     " RETURNING account_id"
     "), whose AS ("
     " SELECT account_id FROM made UNION ALL SELECT account_id FROM account WHERE login = lower($1::text)"
     "), wanted AS ("
     " SELECT workspace_id FROM workspace WHERE workspace_id::text = lower($4::text)"
     "  OR (name = $4::text AND (SELECT count(*) FROM workspace WHERE name = $4::text) = 1)"
     "), numbered AS ("
     " UPDATE workspace w SET next_author = next_author + 1 FROM wanted, whose WHERE w.workspace_id = wanted.workspace_id"
     "  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.workspace_id = w.workspace_id AND m.account_id = whose.account_id)"
     " RETURNING w.workspace_id, w.next_author - 1 AS author, whose.account_id"
     "), joined AS ("
     " INSERT INTO member (workspace_id, author, account_id, role, name)"
     " SELECT workspace_id, author, account_id, $5::int8, $3::text FROM numbered"
     ") SELECT account_id, lower($1::text), ''::text FROM whose"},
    {NULL, NULL},
};
/* clang-format on */

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_login_cb *login;
    store_devices_cb *devices;
    store_revoked_cb *revoked;
    store_status_cb *status;
    store_reset_cb *reset;
    store_account_cb *account;
};

static struct note *note_for(uint64_t id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->id = id;
    return note;
}

static void param_hash(struct pg_params *params, const uint8_t *hash)
{
    if (hash)
        pg_param_bytes(params, hash, 32);
    else
        pg_param_null(params);
}

static void param_expiry(struct pg_params *params, const struct store_expiry *expiry)
{
    pg_param_int(params, expiry->idle_ms);
    pg_param_int(params, expiry->most_ms);
}

static void nobody_waits(void *ctx, void *arg, const struct pg_answer *answer)
{
    (void)ctx, (void)arg, (void)answer;
}

static void send_one(struct pg *pg, int statement, const struct pg_params *params, pg_answer_cb *cb, void *ctx,
                     struct note *note)
{
    struct pg_request *request = pg_begin(pg, cb, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_account_statements[statement], params);
    pg_end(request);
}

/* ---------------------------------------------------------------- whose login */

static void on_login(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->login(ctx, note->id, store_failure(answer), NULL);
        return;
    }
    struct store_login login = {.account = pg_uuid(answer->results[0], 0, 0),
                                .exists = pg_bool(answer->results[0], 0, 2)};
    store_copy_text(login.password_hash, sizeof login.password_hash, answer->results[0], 0, 1);
    note->login(ctx, note->id, STATUS_OK, &login);
}

void store_login(struct pg *pg, const char *login, const struct uuid *nobody, const char *no_hash, void *ctx,
                 uint64_t id, store_login_cb *cb)
{
    struct note *note = note_for(id);
    note->login = cb;
    struct pg_params params = {0};
    pg_param_text(&params, login);
    pg_param_uuid(&params, nobody);
    pg_param_text(&params, no_hash);
    send_one(pg, LOGIN, &params, on_login, ctx, note);
}

/* ---------------------------------------------------------------- devices */

static void on_devices(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->devices(ctx, note->id, store_failure(answer), 0, NULL);
        return;
    }
    const PGresult *found = answer->results[0];
    size_t n = (size_t)PQntuples(found);
    struct store_device *devices = xcalloc(n + 1, sizeof *devices);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        devices[i] = (struct store_device){
            .id = pg_uuid(found, row, 0),
            .name = pg_text(found, row, 1),
            .created_ms = pg_int(found, row, 2),
            .used_ms = pg_int(found, row, 3),
            .current = pg_bool(found, row, 4),
            .certificate = pg_bool(found, row, 5),
        };
    }
    note->devices(ctx, note->id, STATUS_OK, n, devices);
    free(devices);
}

void store_devices(struct pg *pg, const struct uuid *account, const uint8_t *current, const struct store_expiry *expiry,
                   void *ctx, uint64_t id, store_devices_cb *cb)
{
    struct note *note = note_for(id);
    note->devices = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    param_hash(&params, current);
    param_expiry(&params, expiry);
    send_one(pg, DEVICES, &params, on_devices, ctx, note);
}

static void give_revoked(void *ctx, const struct note *note, const PGresult *gone)
{
    size_t n = gone ? (size_t)PQntuples(gone) : 0;
    uint8_t(*hashes)[32] = xcalloc(n + 1, sizeof *hashes);
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const uint8_t *hash = pg_bytes(gone, (int)i, 0, &len);
        ASSERT(len == sizeof hashes[i]);
        memcpy(hashes[i], hash, len);
    }
    note->revoked(ctx, note->id, STATUS_OK, n, (const uint8_t(*)[32])hashes);
    free(hashes);
}

static void on_revoked(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->revoked(ctx, note->id, store_failure(answer), 0, NULL);
    else
        give_revoked(ctx, note, answer->results[0]);
}

void store_device_revoke(struct pg *pg, const struct uuid *account, const struct uuid *device, const uint8_t *current,
                         void *ctx, uint64_t id, store_revoked_cb *cb)
{
    struct note *note = note_for(id);
    note->revoked = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    if (device)
        pg_param_uuid(&params, device);
    else
        param_hash(&params, current);
    send_one(pg, device ? DEVICE_REVOKE : DEVICES_REVOKE_OTHERS, &params, on_revoked, ctx, note);
}

void store_device_touch(struct pg *pg, const uint8_t token_hash[32])
{
    struct pg_params params = {0};
    param_hash(&params, token_hash);
    send_one(pg, DEVICE_TOUCH, &params, nobody_waits, NULL, NULL);
}

void store_devices_prune(struct pg *pg, const struct uuid *account, const struct store_expiry *expiry)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    param_expiry(&params, expiry);
    send_one(pg, DEVICES_PRUNE, &params, nobody_waits, NULL, NULL);
}

static void on_status(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    note->status(ctx, note->id, answer->outcome == PG_DONE ? STATUS_OK : store_failure(answer));
}

void store_certificate_add(struct pg *pg, const struct uuid *account, const uint8_t key_hash[32], const char *name,
                           void *ctx, uint64_t id, store_status_cb *cb)
{
    struct note *note = note_for(id);
    note->status = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    param_hash(&params, key_hash);
    pg_param_text(&params, name);
    send_one(pg, CERTIFICATE_ADD, &params, on_status, ctx, note);
}

/* ---------------------------------------------------------------- passwords */

static void on_changed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->revoked(ctx, note->id, store_failure(answer), 0, NULL);
    else if (PQntuples(answer->results[0]) == 0)
        note->revoked(ctx, note->id, STATUS_CONFLICT, 0, NULL);
    else
        give_revoked(ctx, note, answer->n_results > 1 ? answer->results[1] : NULL);
}

static void param_hashes(struct pg_params *params, const struct uuid *account, const char *old_hash,
                         const char *new_hash)
{
    pg_param_uuid(params, account);
    pg_param_text(params, old_hash);
    pg_param_text(params, new_hash);
}

void store_password_change(struct pg *pg, const struct uuid *account, const char *old_hash, const char *new_hash,
                           const uint8_t *keep, void *ctx, uint64_t id, store_revoked_cb *cb)
{
    struct note *note = note_for(id);
    note->revoked = cb;
    struct pg_params params = {0}, revoke = {0};
    param_hashes(&params, account, old_hash, new_hash);
    struct pg_request *request = pg_begin(pg, on_changed, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_account_statements[PASSWORD_CHANGE], &params);
    if (keep) {
        pg_param_uuid(&revoke, account);
        pg_param_text(&revoke, new_hash); /* it was changed by the statement before this one, or not at all */
        param_hash(&revoke, keep);
        pg_exec(request, &store_account_statements[PASSWORD_CHANGED_REVOKE], &revoke);
    }
    pg_end(request);
}

void store_password_rehash(struct pg *pg, const struct uuid *account, const char *old_hash, const char *new_hash)
{
    struct pg_params params = {0};
    param_hashes(&params, account, old_hash, new_hash);
    send_one(pg, PASSWORD_REHASH, &params, nobody_waits, NULL, NULL);
}

/* ---------------------------------------------------------------- reset links */

static void on_reset(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->reset(ctx, note->id, store_failure(answer), NULL, 0);
    else if (PQntuples(answer->results[0]) == 0)
        note->reset(ctx, note->id, STATUS_NOT_FOUND, NULL, 0);
    else if (pg_is_null(answer->results[0], 0, 1))
        note->reset(ctx, note->id, STATUS_DENIED, NULL, 0);
    else
        note->reset(ctx, note->id, STATUS_OK, pg_text(answer->results[0], 0, 0), pg_int(answer->results[0], 0, 1));
}

void store_reset_add(struct pg *pg, const struct store_reset *reset, void *ctx, uint64_t id, store_reset_cb *cb)
{
    struct note *note = note_for(id);
    note->reset = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, &reset->workspace);
    pg_param_text(&params, reset->login);
    pg_param_int(&params, reset->author);
    pg_param_uuid(&params, &reset->asking);
    pg_param_int(&params, reset->created_by);
    param_hash(&params, reset->token_hash);
    pg_param_int(&params, reset->valid_ms);
    send_one(pg, RESET_ADD, &params, on_reset, ctx, note);
}

static void on_account(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE || PQntuples(answer->results[0]) == 0) {
        note->account(ctx, note->id, answer->outcome == PG_DONE ? STATUS_DENIED : store_failure(answer), NULL);
        return;
    }
    struct store_account account = {.id = pg_uuid(answer->results[0], 0, 0)};
    store_copy_text(account.login, sizeof account.login, answer->results[0], 0, 1);
    store_copy_text(account.password_hash, sizeof account.password_hash, answer->results[0], 0, 2);
    note->account(ctx, note->id, STATUS_OK, &account);
}

void store_reset_redeem(struct pg *pg, const uint8_t token_hash[32], const char *password_hash, void *ctx, uint64_t id,
                        store_account_cb *cb)
{
    struct note *note = note_for(id);
    note->account = cb;
    struct pg_params params = {0};
    param_hash(&params, token_hash);
    pg_param_text(&params, password_hash);
    send_one(pg, RESET_REDEEM, &params, on_account, ctx, note);
}

enum status store_reset_make(const char *conninfo, const char *login, const uint8_t token_hash[32], int64_t valid_ms,
                             bool *found, struct why *why)
{
    PGconn *conn;
    PGresult *result;
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    struct pg_params params = {0};
    pg_param_text(&params, login);
    param_hash(&params, token_hash);
    pg_param_int(&params, valid_ms);
    status = pg_blocking(conn,
                         "INSERT INTO password_reset (token_hash, account_id, created_by, expires_ms)"
                         " SELECT $2::bytea, account_id, 0, " STORE_NOW_MS " + $3::int8 FROM account WHERE login = lower($1::text)"
                         " RETURNING account_id",
                         &params, &result, why);
    if (status == STATUS_OK) {
        *found = PQntuples(result) > 0;
        PQclear(result);
    }
    PQfinish(conn);
    return status;
}

/* ---------------------------------------------------------------- vouched for */

void store_vouched_account(struct pg *pg, const struct store_vouched *vouched, void *ctx, uint64_t id,
                           store_account_cb *cb)
{
    struct note *note = note_for(id);
    note->account = cb;
    struct uuid fresh;
    uuid_random(&fresh);
    struct pg_params params = {0};
    pg_param_text(&params, vouched->login);
    pg_param_uuid(&params, &fresh);
    pg_param_text(&params, vouched->name);
    pg_param_text(&params, vouched->workspace);
    pg_param_int(&params, vouched->role);
    send_one(pg, VOUCHED, &params, on_account, ctx, note);
}
