/* Taking a backup (backup.h): one read-only transaction on one snapshot; rows go from PostgreSQL's binary COPY into the file as they are. */
#include "server/journal/backup.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/backup_tables.h"
#include "server/journal/pg_blocking.h"

/* PostgreSQL's binary COPY: signature, flags and length of an extension; at the end a count of -1. */
enum { COPY_HEADER = 11 + 4 + 4, ROWS_BYTES = 256 << 10 };

struct backup {
    PGconn *conn;
    struct backup_writer file;
    const atomic_bool *stop;
    struct keyring *keys;
    bool whole;
    char workspace[UUID_TEXT], canvas[UUID_TEXT]; /* whose rows are written; "" none */
    struct buf rows;                              /* that were read and not written */
    uint64_t n_rows;
};

/* ---- one table */

static enum status check_stop(const struct backup *b, struct why *why)
{
    return b->stop && atomic_load(b->stop) ? refuse(why, STATUS_SHUTDOWN, "the server stops") : STATUS_OK;
}

static enum status flush_rows(struct backup *b, struct why *why)
{
    Cocanvas__Backup__Rows rows = COCANVAS__BACKUP__ROWS__INIT;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    enum status status = check_stop(b, why);
    if (b->n_rows == 0 || status != STATUS_OK)
        return status;
    rows.count = b->n_rows;
    rows.rows = (ProtobufCBinaryData){buf_len(&b->rows), (uint8_t *)(uintptr_t)buf_at(&b->rows)};
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_ROWS;
    record.rows = &rows;
    status = backup_write(&b->file, &record, why);
    buf_clear(&b->rows, 2 * ROWS_BYTES);
    b->n_rows = 0;
    return status;
}

static enum status add_row(struct backup *b, const char *bytes, size_t len, struct why *why)
{
    if (len < 2 || memcmp(bytes, "\377\377", 2) == 0) /* the trailer */
        return STATUS_OK;
    buf_add(&b->rows, bytes, len);
    b->n_rows++;
    return buf_len(&b->rows) >= ROWS_BYTES ? flush_rows(b, why) : STATUS_OK;
}

/* PostgreSQL gives one row at a time; the header comes with the first, or with the trailer. After a failure the connection is of no
 * use any more. */
static enum status receive_rows(struct backup *b, struct why *why)
{
    enum status status = STATUS_OK;
    char *bytes;
    int len;
    for (size_t skip = COPY_HEADER; status == STATUS_OK && (len = PQgetCopyData(b->conn, &bytes, 0)) > 0; skip = 0) {
        if ((size_t)len >= skip)
            status = add_row(b, bytes + skip, (size_t)len - skip, why);
        PQfreemem(bytes);
    }
    if (status != STATUS_OK)
        return status;
    PGresult *result = PQgetResult(b->conn);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        status = refuse(why, STATUS_DEGRADED, "PostgreSQL: %s", PQerrorMessage(b->conn));
    PQclear(result);
    while ((result = PQgetResult(b->conn)) != NULL)
        PQclear(result);
    return status == STATUS_OK ? flush_rows(b, why) : status;
}

static const char *expression(const struct backup *b, const char *table, const char *column)
{
    for (const struct backup_column *c = backup_columns; c->table; c++)
        if (strcmp(c->table, table) == 0 && strcmp(c->column, column) == 0 && !(c->secret && b->whole))
            return c->instead;
    return NULL;
}

static void add_text(struct buf *sql, const char *text)
{
    buf_add(sql, text, strlen(text));
}

static void add_condition(const struct backup *b, const struct backup_table *table, struct buf *sql)
{
    char *condition = NULL;
    if (table->scope == BACKUP_ACCOUNTS && !b->whole)
        condition = xasprintf(" WHERE account_id IN (SELECT m.account_id FROM member m WHERE m.workspace_id = '%s')", b->workspace);
    else if (table->scope == BACKUP_WORKSPACE)
        condition = xasprintf(" WHERE workspace_id = '%s'", b->workspace);
    else if (table->scope == BACKUP_CANVAS)
        condition = xasprintf(" WHERE workspace_id = '%s' AND canvas_id = '%s'", b->workspace, b->canvas);
    if (condition)
        add_text(sql, condition);
    free(condition);
}

static void make_statement(const struct backup *b, const struct backup_table *table, const struct backup_layout *layout, struct buf *sql)
{
    add_text(sql, "COPY (SELECT ");
    for (int i = 0; i < layout->n; i++) {
        const char *instead = expression(b, table->name, layout->names[i]);
        char *column = instead ? xstrdup(instead) : xasprintf("\"%s\"", layout->names[i]);
        add_text(sql, i ? ", " : "");
        add_text(sql, column);
        free(column);
    }
    add_text(sql, " FROM ");
    add_text(sql, table->name);
    add_condition(b, table, sql);
    add_text(sql, " ORDER BY ");
    add_text(sql, table->order);
    buf_add(sql, ") TO STDOUT (FORMAT binary)", sizeof ") TO STDOUT (FORMAT binary)");
}

static enum status write_table_head(struct backup *b, const struct backup_table *table, struct backup_layout *layout, struct why *why)
{
    Cocanvas__Backup__Table message;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    Cocanvas__Backup__Column columns[BACKUP_COLUMNS_MOST], *list[BACKUP_COLUMNS_MOST];
    cocanvas__backup__table__init(&message);
    for (int i = 0; i < layout->n; i++) {
        cocanvas__backup__column__init(&columns[i]);
        columns[i].name = layout->names[i];
        columns[i].type = layout->types[i];
        list[i] = &columns[i];
    }
    message.name = (char *)(uintptr_t)table->name;
    message.n_columns = (size_t)layout->n;
    message.columns = list;
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_TABLE;
    record.table = &message;
    return backup_write(&b->file, &record, why);
}

static enum status write_table(struct backup *b, const struct backup_table *table, struct why *why)
{
    struct backup_layout layout;
    struct buf sql;
    enum status status = backup_layout(b->conn, table->name, &layout, why);
    if (status == STATUS_OK)
        status = write_table_head(b, table, &layout, why);
    if (status != STATUS_OK)
        return status;
    buf_init(&sql);
    make_statement(b, table, &layout, &sql);
    PGresult *result = PQexec(b->conn, (const char *)buf_at(&sql));
    bool begun = PQresultStatus(result) == PGRES_COPY_OUT;
    PQclear(result);
    buf_fini(&sql);
    return begun ? receive_rows(b, why) : refuse(why, STATUS_INTERNAL, "PostgreSQL: %s", PQerrorMessage(b->conn));
}

static enum status write_tables(struct backup *b, enum backup_scope scope, struct why *why)
{
    enum status status = STATUS_OK;
    for (const struct backup_table *table = backup_tables; status == STATUS_OK && table->name; table++)
        if (table->scope == scope)
            status = write_table(b, table, why);
    return status;
}

/* ---- canvases and workspaces */

static enum status write_canvas(struct backup *b, const struct uuid *workspace, const struct uuid *canvas, struct why *why)
{
    Cocanvas__Backup__Canvas message = COCANVAS__BACKUP__CANVAS__INIT;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    struct backup_state state;
    uuid_format(canvas, b->canvas);
    enum status status = write_tables(b, BACKUP_CANVAS, why);
    if (status == STATUS_OK)
        status = backup_canvas_state(&(struct backup_canvas){b->conn, b->keys, workspace, canvas}, &state, why);
    if (status != STATUS_OK)
        return status;
    message.id = (ProtobufCBinaryData){sizeof canvas->b, (uint8_t *)(uintptr_t)canvas->b};
    message.seq = state.seq;
    message.has_hash = state.has_hash;
    message.hash = state.has_hash ? state.hash : 0;
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_CANVAS;
    record.canvas = &message;
    return backup_write(&b->file, &record, why);
}

static enum status write_canvases(struct backup *b, const struct uuid *workspace, struct why *why)
{
    struct pg_params params = {0};
    PGresult *list;
    pg_param_uuid(&params, workspace);
    enum status status = pg_blocking(b->conn, "SELECT canvas_id FROM canvas WHERE workspace_id = $1::uuid ORDER BY canvas_id", &params, &list, why);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; status == STATUS_OK && i < PQntuples(list); i++) {
        struct uuid canvas = pg_uuid(list, i, 0);
        status = write_canvas(b, workspace, &canvas, why);
    }
    PQclear(list);
    return status;
}

static enum status write_workspace(struct backup *b, const struct uuid *workspace, const char *name, struct why *why)
{
    Cocanvas__Backup__Workspace message;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    cocanvas__backup__workspace__init(&message);
    uuid_format(workspace, b->workspace);
    message.id = (ProtobufCBinaryData){sizeof workspace->b, (uint8_t *)(uintptr_t)workspace->b};
    message.name = (char *)(uintptr_t)name;
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_WORKSPACE;
    record.workspace = &message;
    enum status status = backup_write(&b->file, &record, why);
    if (status == STATUS_OK)
        status = write_tables(b, BACKUP_WORKSPACE, why);
    return status == STATUS_OK ? write_canvases(b, workspace, why) : status;
}

/* ---- all of it */

static enum status write_head(struct backup *b, const char *program, struct why *why)
{
    Cocanvas__Backup__Head head;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    PGresult *result;
    enum status status = pg_blocking(b->conn,
        "SELECT (SELECT max(version) FROM schema_migration), (extract(epoch FROM now()) * 1000)::int8, (SELECT server_id FROM server)", NULL,
        &result, why);
    if (status != STATUS_OK)
        return status;
    struct uuid server = pg_uuid(result, 0, 2);
    cocanvas__backup__head__init(&head);
    head.format = BACKUP_FORMAT;
    head.program = (char *)(uintptr_t)program;
    head.schema = (uint32_t)pg_int(result, 0, 0);
    head.made_ms = pg_int(result, 0, 1);
    head.server_id = (ProtobufCBinaryData){sizeof server.b, server.b};
    head.whole = b->whole;
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_HEAD;
    record.head = &head;
    PQclear(result);
    return backup_write(&b->file, &record, why);
}

static enum status write_all(struct backup *b, const struct backup_wanted *wanted, struct why *why)
{
    struct pg_params params = {0};
    PGresult *list;
    pg_param_uuid(&params, wanted->workspace);
    enum status status = pg_blocking(b->conn,
        "SELECT workspace_id, name FROM workspace WHERE $1::uuid IS NULL OR workspace_id = $1::uuid ORDER BY workspace_id", &params, &list, why);
    if (status != STATUS_OK)
        return status;
    if (wanted->workspace && PQntuples(list) == 0)
        status = refuse(why, STATUS_NOT_FOUND, "there is no such workspace");
    if (status == STATUS_OK && wanted->workspace)
        uuid_format(wanted->workspace, b->workspace);
    if (status == STATUS_OK)
        status = write_head(b, wanted->program, why);
    if (status == STATUS_OK)
        status = write_tables(b, BACKUP_ACCOUNTS, why);
    if (status == STATUS_OK && b->whole)
        status = write_tables(b, BACKUP_SERVER, why);
    for (int i = 0; status == STATUS_OK && i < PQntuples(list); i++) {
        struct uuid workspace = pg_uuid(list, i, 0);
        status = write_workspace(b, &workspace, pg_text(list, i, 1), why);
    }
    PQclear(list);
    return status == STATUS_OK ? backup_write_end(&b->file, why) : status;
}

enum status backup_make(const struct backup_wanted *wanted, FILE *out, struct backup_counts *counts, struct why *why)
{
    struct backup b = {.whole = !wanted->workspace, .stop = wanted->stop, .keys = wanted->keys};
    enum status status = pg_blocking_connect(wanted->conninfo, &b.conn, why);
    if (status != STATUS_OK)
        return status;
    backup_writer_init(&b.file, out);
    buf_init(&b.rows);
    /* row_security off: rather an error than rows that are left out silently. */
    status = pg_blocking_script(b.conn, "SET row_security = off; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);
    if (status == STATUS_OK)
        status = write_all(&b, wanted, why);
    if (counts)
        *counts = b.file.counts;
    buf_fini(&b.rows);
    backup_writer_fini(&b.file);
    PQfinish(b.conn);
    return status;
}

enum status backup_find_workspace(const char *conninfo, const char *words, struct uuid *id, struct why *why)
{
    PGconn *conn;
    PGresult *found;
    struct pg_params params = {0};
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    pg_param_text(&params, words);
    status = pg_blocking(conn, "SELECT workspace_id FROM workspace WHERE workspace_id::text = $1::text OR name = $1::text LIMIT 2", &params, &found,
                         why);
    if (status == STATUS_OK) {
        int n = PQntuples(found);
        if (n == 0)
            status = refuse(why, STATUS_NOT_FOUND, "there is no workspace \"%.100s\"", words);
        else if (n > 1)
            status = refuse(why, STATUS_CONFLICT, "several workspaces are called \"%.100s\": say which one by its id", words);
        else
            *id = pg_uuid(found, 0, 0);
        PQclear(found);
    }
    PQfinish(conn);
    return status;
}
