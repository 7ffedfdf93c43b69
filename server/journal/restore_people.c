/* What a restore has to decide about what is here already: is the installation empty, is the workspace gone, whose accounts are whose, who owns
 * it, and what the audit log says of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/audit.h"
#include "common/buf.h"
#include "server/journal/restore_private.h"
#include "wire.pb-c.h"

enum { ROLE_OWNER = 5 };

static enum status ask_bool(struct restore *r, const char *sql, const struct pg_params *params, bool *answer, struct why *why)
{
    PGresult *result;
    enum status status = pg_blocking(r->conn, sql, params, &result, why);
    if (status != STATUS_OK)
        return status;
    *answer = PQntuples(result) > 0 && pg_bool(result, 0, 0);
    PQclear(result);
    return STATUS_OK;
}

static struct pg_params here(const struct restore *r)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, &r->workspace);
    return params;
}

/* ---- the installation */

static enum status check_schema(struct restore *r, uint32_t from, struct why *why)
{
    PGresult *result;
    enum status status = pg_blocking(r->conn, "SELECT max(version) FROM schema_migration", NULL, &result, why);
    if (status != STATUS_OK)
        return status;
    int64_t schema = pg_int(result, 0, 0);
    PQclear(result);
    if (from > schema)
        return refuse(why, STATUS_VERSION, "The backup has schema %u, this database %" PRId64 ": restore it with a newer cocanvasd.", from, schema);
    return STATUS_OK;
}

/* Nobody is here. A daemon that runs knows the id that the server had before. (The lease of one that was stopped lasts some seconds more, and
 * its connections do not.) */
static enum status take_place(struct restore *r, const Cocanvas__Backup__Head *head, struct why *why)
{
    struct uuid server;
    bool served = false;
    if (!uuid_from_bytes(head->server_id.data, head->server_id.len, &server))
        return refuse(why, STATUS_MALFORMED, "The backup is damaged: the server has no id.");
    enum status status = ask_bool(r,
        "SELECT EXISTS (SELECT 1 FROM node WHERE lease_until > now()) AND EXISTS (SELECT 1 FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'cocanvasd%')", NULL, &served, why);
    if (status == STATUS_OK && served)
        status = refuse(why, STATUS_CONFLICT, "A cocanvasd serves this database: stop it first.");
    if (status == STATUS_OK)
        status = pg_blocking_script(r->conn, "DELETE FROM workspace; DELETE FROM server", why);
    struct pg_params params = {0};
    pg_param_uuid(&params, &server);
    return status == STATUS_OK ? pg_blocking(r->conn, "INSERT INTO server (server_id) VALUES ($1::uuid)", &params, NULL, why) : status;
}

enum status restore_begin(struct restore *r, const Cocanvas__Backup__Head *head, struct why *why)
{
    bool empty = false;
    r->made_ms = head->made_ms;
    enum status status = check_schema(r, head->schema, why);
    if (status == STATUS_OK) /* a first start does not come in between */
        status = pg_blocking_script(r->conn, "LOCK TABLE server IN EXCLUSIVE MODE", why);
    if (status == STATUS_OK)
        status = ask_bool(r, "SELECT NOT EXISTS (SELECT 1 FROM account) AND NOT EXISTS (SELECT 1 FROM canvas)", NULL, &empty, why);
    r->whole = status == STATUS_OK && empty && head->whole && !r->wanted->workspace;
    if (r->whole)
        return take_place(r, head, why);
    if (status == STATUS_OK)
        status = pg_blocking_script(r->conn,
            "CREATE TEMP TABLE restore_account (LIKE account INCLUDING DEFAULTS) ON COMMIT DROP;"
            "CREATE TEMP TABLE restore_workspace (LIKE workspace INCLUDING DEFAULTS) ON COMMIT DROP;"
            "CREATE TEMP TABLE restore_member (LIKE member INCLUDING DEFAULTS) ON COMMIT DROP", why);
    return status;
}

enum status restore_check_free(struct restore *r, struct why *why)
{
    struct pg_params params = here(r);
    bool is_here = false, being_erased = false;
    enum status status = ask_bool(r, "SELECT EXISTS (SELECT 1 FROM workspace WHERE workspace_id = $1::uuid)", &params, &is_here, why);
    if (status == STATUS_OK && is_here)
        return refuse(why, STATUS_CONFLICT,
                      "The workspace \"%.100s\" is here: a restore changes nothing that is there. Erase it first, or restore into another database.",
                      r->name);
    if (status == STATUS_OK)
        status = ask_bool(r, "SELECT EXISTS (SELECT 1 FROM erasure WHERE workspace_id = $1::uuid)", &params, &being_erased, why);
    if (status == STATUS_OK && being_erased)
        return refuse(why, STATUS_CONFLICT, "What is left of the workspace \"%.100s\" is still being erased: try again in an hour or two.", r->name);
    return status;
}

/* ---- accounts and members */

static enum status tell_lost(struct restore *r, struct why *why)
{
    PGresult *lost;
    enum status status = pg_blocking(r->conn,
        "SELECT name FROM restore_member m WHERE m.role > 0 AND m.account_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = m.account_id) ORDER BY author", NULL, &lost, why);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < PQntuples(lost); i++, r->done->n_lost++) {
        if (r->done->n_lost >= RESTORE_LOST_MOST)
            continue;
        struct restore_lost *to = &r->done->lost[r->done->n_lost];
        (void)snprintf(to->workspace, sizeof to->workspace, "%s", r->name);
        (void)snprintf(to->name, sizeof to->name, "%.*s", (int)sizeof to->name - 1, pg_text(lost, i, 0));
    }
    PQclear(lost);
    return STATUS_OK;
}

/* An account that is unknown here and whose login is free is made, without a password: its person needs a link for a new one. A login that
 * somebody else has here says nothing about who that is, unless the administrator knows. */
enum status restore_settle_members(struct restore *r, struct why *why)
{
    enum status status = STATUS_OK;
    if (r->wanted->match_logins)
        status = pg_blocking_script(r->conn,
            "UPDATE restore_member m SET account_id = b.account_id FROM restore_account a JOIN account b ON b.login = a.login"
            " WHERE a.account_id = m.account_id AND NOT EXISTS (SELECT 1 FROM account x WHERE x.account_id = m.account_id)", why);
    if (status == STATUS_OK)
        status = pg_blocking_script(r->conn,
            "UPDATE restore_account SET password_hash = '';"
            "INSERT INTO account SELECT a.* FROM restore_account a"
            " WHERE a.account_id IN (SELECT m.account_id FROM restore_member m WHERE m.role > 0) ON CONFLICT DO NOTHING", why);
    if (status == STATUS_OK)
        status = tell_lost(r, why);
    if (status == STATUS_OK)
        status = pg_blocking_script(r->conn,
            "UPDATE restore_member m SET account_id = NULL, role = 0 WHERE m.account_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = m.account_id);"
            "UPDATE restore_workspace w SET created_by = NULL, request_id = NULL"
            " WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = w.created_by);"
            "INSERT INTO workspace SELECT * FROM restore_workspace; INSERT INTO member SELECT * FROM restore_member;"
            "DELETE FROM restore_workspace; DELETE FROM restore_member", why);
    return status;
}

static enum status make_owner(struct restore *r, struct why *why)
{
    struct pg_params params = here(r);
    bool made = false;
    pg_param_text(&params, r->wanted->owner);
    enum status status = ask_bool(r,
        "UPDATE member m SET role = 5 FROM account a WHERE m.workspace_id = $1::uuid AND m.account_id = a.account_id AND a.login = $2::text"
        " RETURNING true", &params, &made, why);
    if (status == STATUS_OK && !made)
        status = ask_bool(r,
            "WITH who AS (SELECT account_id, login FROM account WHERE login = $2::text), number AS ("
            " UPDATE workspace SET next_author = next_author + 1 WHERE workspace_id = $1::uuid AND EXISTS (SELECT 1 FROM who)"
            " RETURNING next_author - 1 AS author)"
            " INSERT INTO member (workspace_id, author, account_id, role, name)"
            " SELECT $1::uuid, number.author, who.account_id, 5, who.login FROM number, who RETURNING true", &params, &made, why);
    if (status == STATUS_OK && !made)
        status = refuse(why, STATUS_NOT_FOUND, "There is no account \"%.64s\" here.", r->wanted->owner);
    return status;
}

static enum status check_owner(struct restore *r, struct why *why)
{
    struct pg_params params = here(r);
    bool owned = false;
    pg_param_int(&params, ROLE_OWNER);
    enum status status = ask_bool(r,
        "SELECT EXISTS (SELECT 1 FROM member WHERE workspace_id = $1::uuid AND role = $2::int8 AND account_id IS NOT NULL)", &params, &owned, why);
    if (status == STATUS_OK && !owned)
        status = refuse(why, STATUS_CONFLICT, "No owner of \"%.100s\" has an account here: say who shall own it (--owner=LOGIN).", r->name);
    return status;
}

/* Of a whole backup, too: what lets somebody in is not brought to an installation that goes on. */
static enum status drop_secrets(struct restore *r, struct why *why)
{
    enum status status = STATUS_OK;
    for (const struct backup_column *c = backup_columns; status == STATUS_OK && c->table; c++) {
        if (!c->secret || backup_table(c->table)->scope < BACKUP_WORKSPACE)
            continue;
        struct pg_params params = here(r);
        char *sql = xasprintf("UPDATE %s SET %s = %s WHERE workspace_id = $1::uuid", c->table, c->column, c->instead);
        status = pg_blocking(r->conn, sql, &params, NULL, why);
        free(sql);
    }
    return status;
}

/* ---- the audit log */

static enum status newest_audit(struct restore *r, struct audit_row *row, uint8_t hash[AUDIT_HASH], struct why *why)
{
    struct pg_params params = here(r);
    PGresult *head;
    enum status status = pg_blocking(r->conn, "SELECT number, hash FROM audit_head WHERE workspace_id = $1::uuid", &params, &head, why);
    if (status != STATUS_OK)
        return status;
    size_t len = 0;
    const uint8_t *bytes = PQntuples(head) > 0 ? pg_bytes(head, 0, 1, &len) : NULL;
    memset(hash, 0, AUDIT_HASH);
    if (bytes && len == AUDIT_HASH)
        memcpy(hash, bytes, AUDIT_HASH);
    row->number = bytes ? (uint64_t)pg_int(head, 0, 0) + 1 : 1;
    PQclear(head);
    return STATUS_OK;
}

/* The chain goes on where the backup ends; what happened after that is in no log here. */
static enum status add_audit(struct restore *r, struct why *why)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct audit_row row = {.workspace = r->workspace,
                            .time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
                            .event = COCANVAS__AUDIT_ROW__EVENT__RESTORED,
                            .detail = (uint64_t)r->made_ms};
    uint8_t hash[AUDIT_HASH];
    struct uuid event_id, none = {{0}};
    enum status status = newest_audit(r, &row, hash, why);
    if (status != STATUS_OK)
        return status;
    audit_hash(hash, &row, hash);
    uuid_random(&event_id);
    struct pg_params params = here(r);
    pg_param_int(&params, (int64_t)row.number);
    pg_param_uuid(&params, &event_id);
    pg_param_int(&params, row.time_ms);
    pg_param_int(&params, row.event);
    pg_param_uuid(&params, &none);
    pg_param_int(&params, (int64_t)row.detail);
    pg_param_bytes(&params, hash, sizeof hash);
    return pg_blocking(r->conn,
        "WITH head AS (INSERT INTO audit_head (workspace_id, number, hash) VALUES ($1::uuid, $2::int8, $8::bytea)"
        " ON CONFLICT (workspace_id) DO UPDATE SET number = excluded.number, hash = excluded.hash)"
        " INSERT INTO audit (workspace_id, number, event_id, time_ms, event, author, whom, canvas_id, detail, text, hash)"
        " VALUES ($1::uuid, $2::int8, $3::uuid, $4::int8, $5::int8, 0, 0, $6::uuid, $7::int8, '', $8::bytea)", &params, NULL, why);
}

enum status restore_settle_workspace(struct restore *r, struct why *why)
{
    enum status status = r->whole ? STATUS_OK : drop_secrets(r, why);
    if (status == STATUS_OK && r->wanted->owner)
        status = make_owner(r, why);
    if (status == STATUS_OK && !r->whole)
        status = check_owner(r, why);
    return status == STATUS_OK ? add_audit(r, why) : status;
}
