/* See backup_tables.h. */
#include "server/journal/backup_tables.h"

#include <string.h>

#include "server/journal/pg_blocking.h"

/* As long as a token's hash, and the hash of nothing that anybody knows. */
#define NO_TOKEN "sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"

const struct backup_table backup_tables[] = {
    {"schema_migration", BACKUP_NEVER, ""},
    {"server", BACKUP_NEVER, ""},
    {"node", BACKUP_NEVER, ""},
    {"border", BACKUP_NEVER, ""},
    {"access_news", BACKUP_NEVER, ""},    /* between the daemons of one database */
    {"erasure", BACKUP_NEVER, ""},
    {"password_reset", BACKUP_NEVER, ""}, /* links that are good for some hours */
    {"account", BACKUP_ACCOUNTS, "account_id"},
    {"device", BACKUP_SERVER, "account_id, created_at"},
    {"workspace", BACKUP_WORKSPACE, "workspace_id"},
    {"member", BACKUP_WORKSPACE, "author"},
    {"invitation", BACKUP_WORKSPACE, "number, created_at"},
    {"canvas", BACKUP_WORKSPACE, "canvas_id"},
    {"canvas_access", BACKUP_WORKSPACE, "canvas_id, author"},
    {"live_session", BACKUP_WORKSPACE, "opened_at, session_id"},
    {"join_code", BACKUP_WORKSPACE, "session_id, number"},
    {"guest", BACKUP_WORKSPACE, "author"},
    {"template", BACKUP_WORKSPACE, "template_id, version"},
    {"audit_head", BACKUP_WORKSPACE, "workspace_id"},
    {"audit", BACKUP_WORKSPACE, "number"},
    {"audit_address", BACKUP_WORKSPACE, "number"},
    {"client_pos", BACKUP_CANVAS, "client"},
    {"snapshot", BACKUP_CANVAS, "seq"},
    {"journal", BACKUP_CANVAS, "seq"},
    {NULL, BACKUP_NEVER, NULL},
};

const struct backup_column backup_columns[] = {
    {"canvas", "owner", "NULL::uuid", false}, /* which daemon serves it at the moment */
    {"account", "password_hash", "''::text", true},
    {"invitation", "token_hash", NO_TOKEN, true},
    {"join_code", "code_hash", NO_TOKEN, true},
    {"guest", "token_hash", NO_TOKEN, true},
    {NULL, NULL, NULL, false},
};

const struct backup_table *backup_table(const char *name)
{
    for (const struct backup_table *table = backup_tables; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static bool copy_name(char to[BACKUP_NAME], const char *from)
{
    size_t len = strlen(from);
    if (len >= BACKUP_NAME)
        return false;
    memcpy(to, from, len + 1);
    return true;
}

enum status backup_layout(PGconn *conn, const char *table, struct backup_layout *layout, struct why *why)
{
    struct pg_params params = {0};
    PGresult *result;
    pg_param_text(&params, table);
    enum status status = pg_blocking(conn,
        "SELECT a.attname::text, format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = to_regclass($1::text)"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum", &params, &result, why);
    if (status != STATUS_OK)
        return status;
    bool ok = PQntuples(result) > 0 && PQntuples(result) <= BACKUP_COLUMNS_MOST;
    layout->n = ok ? PQntuples(result) : 0;
    for (int i = 0; ok && i < layout->n; i++)
        ok = copy_name(layout->names[i], pg_text(result, i, 0)) && copy_name(layout->types[i], pg_text(result, i, 1));
    PQclear(result);
    return ok ? STATUS_OK : refuse(why, STATUS_INTERNAL, "the database has no table \"%s\" that a backup can hold", table);
}

int backup_layout_find(const struct backup_layout *layout, const char *column)
{
    for (int i = 0; i < layout->n; i++)
        if (strcmp(layout->names[i], column) == 0)
            return i;
    return -1;
}
