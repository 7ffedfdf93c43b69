/* Putting a backup back (backup.h): one transaction. The file is read twice; before the first reading was right to its end nothing is asked of
 * the database. Each canvas is replayed as soon as its rows are there, and has to come to the hash that the backup names.
 *
 * Into an empty installation a whole backup goes as it is, with accounts, devices and the server's id. Everywhere else people have accounts
 * already, so accounts, workspace and members are laid aside first (temporary tables), and secrets are not taken. */
#include "server/journal/backup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "server/journal/restore_private.h"

enum { CLIENTS_SINCE = 1000 }; /* more than have come to a canvas between a backup and what made it needed */

static const char copy_header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
enum { COPY_HEADER = sizeof copy_header };
_Static_assert(sizeof copy_header == 11 + 4 + 4, "signature, flags and length of an extension");

/* ---- rows */

static enum status postgres_refuses(struct restore *r, struct why *why)
{
    const char *message = PQerrorMessage(r->conn);
    return refuse(why, STATUS_CONFLICT, "PostgreSQL does not take what is in the backup: %.*s", (int)strcspn(message, "\n"), message);
}

static uint32_t big_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A row may only be about the workspace, and the canvas, that it stands behind. */
static bool check_field(struct restore *r, int column, const uint8_t *value, size_t len)
{
    struct uuid id;
    if (column == r->workspace_column)
        return uuid_from_bytes(value, len, &id) && uuid_equal(&id, &r->workspace);
    if (column != r->canvas_column)
        return true;
    bool first = uuid_is_zero(&r->canvas);
    if (!uuid_from_bytes(value, len, &id))
        return false;
    if (first)
        r->canvas = id;
    return uuid_equal(&id, &r->canvas);
}

/* Length of the row at the beginning of bytes; 0: it is none. */
static size_t check_row(struct restore *r, const uint8_t *bytes, size_t room)
{
    size_t at = 2;
    if (room < 2 || (bytes[0] << 8 | bytes[1]) != r->n_columns)
        return 0;
    for (int i = 0; i < r->n_columns; i++) {
        if (room - at < 4)
            return 0;
        uint32_t len = big_32(bytes + at);
        at += 4;
        bool null = len == UINT32_MAX;
        if ((!null && len > room - at) || !check_field(r, i, bytes + at, null ? 0 : len))
            return 0;
        at += null ? 0 : len;
    }
    return at;
}

static enum status put_rows(struct restore *r, const Cocanvas__Backup__Rows *rows, struct why *why)
{
    size_t at = 0;
    uint64_t n = 0;
    if (!r->copying)
        return STATUS_OK;
    for (size_t len; at < rows->rows.len; at += len, n++) {
        len = check_row(r, rows->rows.data + at, rows->rows.len - at);
        if (len == 0)
            break;
    }
    if (at != rows->rows.len || n != rows->count)
        return refuse(why, STATUS_MALFORMED, "The backup holds a row of table \"%s\" that does not belong there.", r->table->name);
    if (at > 0 && PQputCopyData(r->conn, (const char *)rows->rows.data, (int)at) != 1)
        return postgres_refuses(r, why);
    r->done->counts.rows += n;
    return STATUS_OK;
}

/* ---- tables */

static enum status end_copy(struct restore *r, struct why *why)
{
    bool ok = PQputCopyData(r->conn, "\377\377", 2) == 1 && PQputCopyEnd(r->conn, NULL) == 1;
    PGresult *result;
    r->copying = false;
    while ((result = PQgetResult(r->conn)) != NULL) {
        ok = ok && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return ok ? STATUS_OK : postgres_refuses(r, why);
}

static enum status finish_table(struct restore *r, struct why *why)
{
    const struct backup_table *table = r->table;
    bool was = r->copying;
    r->table = NULL;
    if (!was)
        return STATUS_OK;
    enum status status = end_copy(r, why);
    if (status == STATUS_OK && strcmp(table->name, "member") == 0 && !r->whole)
        status = restore_settle_members(r, why);
    return status;
}

static bool is_laid_aside(const struct restore *r, const char *table)
{
    return !r->whole && (strcmp(table, "account") == 0 || strcmp(table, "workspace") == 0 || strcmp(table, "member") == 0);
}

static bool is_wanted(const struct restore *r, const struct backup_table *table)
{
    switch (table->scope) {
    case BACKUP_ACCOUNTS:
        return true;
    case BACKUP_SERVER:
        return r->whole;
    case BACKUP_WORKSPACE:
    case BACKUP_CANVAS:
        return r->in_workspace;
    case BACKUP_NEVER:
        break;
    }
    return false;
}

/* The columns must be there, and of the same types. */
static enum status compare_columns(struct restore *r, const Cocanvas__Backup__Table *from, struct why *why)
{
    struct backup_layout here;
    enum status status = backup_layout(r->conn, from->name, &here, why);
    if (status == STATUS_OK && (from->n_columns == 0 || from->n_columns > BACKUP_COLUMNS_MOST))
        status = refuse(why, STATUS_MALFORMED, "The backup is damaged: table \"%s\" has %zu columns.", from->name, from->n_columns);
    for (size_t i = 0; status == STATUS_OK && i < from->n_columns; i++) {
        int column = backup_layout_find(&here, from->columns[i]->name);
        if (column < 0 || strcmp(here.types[column], from->columns[i]->type) != 0)
            status = refuse(why, STATUS_VERSION, "The backup's table \"%s\" has a column \"%.60s\" that is not here: it was made by another version.",
                            from->name, from->columns[i]->name);
    }
    return status;
}

/* Only after compare_columns(): the names are those of the schema. */
static enum status begin_copy(struct restore *r, const Cocanvas__Backup__Table *from, struct why *why)
{
    struct buf sql;
    buf_init(&sql);
    char *begin = xasprintf("COPY %s%s (", is_laid_aside(r, from->name) ? "restore_" : "", r->table->name);
    buf_add(&sql, begin, strlen(begin));
    free(begin);
    r->n_columns = (int)from->n_columns;
    r->workspace_column = r->canvas_column = -1;
    for (int i = 0; i < r->n_columns; i++) {
        const char *name = from->columns[i]->name;
        char *column = xasprintf("%s\"%s\"", i ? ", " : "", name);
        buf_add(&sql, column, strlen(column));
        free(column);
        if (r->in_workspace && strcmp(name, "workspace_id") == 0)
            r->workspace_column = i;
        if (r->table->scope == BACKUP_CANVAS && strcmp(name, "canvas_id") == 0)
            r->canvas_column = i;
    }
    static const char end[] = ") FROM STDIN (FORMAT binary)";
    buf_add(&sql, end, sizeof end);
    PGresult *result = PQexec(r->conn, (const char *)buf_at(&sql));
    r->copying = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    buf_fini(&sql);
    if (!r->copying || PQputCopyData(r->conn, copy_header, COPY_HEADER) != 1)
        return postgres_refuses(r, why);
    return STATUS_OK;
}

/* A workspace's table without its id could not be checked. */
static bool names_workspace(const struct restore *r)
{
    return r->table->scope < BACKUP_WORKSPACE || (r->workspace_column >= 0 && (r->table->scope != BACKUP_CANVAS || r->canvas_column >= 0));
}

static enum status begin_table(struct restore *r, const Cocanvas__Backup__Table *from, struct why *why)
{
    enum status status = finish_table(r, why);
    if (status != STATUS_OK)
        return status;
    r->table = backup_table(from->name);
    if (!r->table || r->table->scope == BACKUP_NEVER)
        return refuse(why, STATUS_VERSION, "The backup has a table \"%.60s\" that is not here: it was made by another version.", from->name);
    if (!is_wanted(r, r->table))
        return STATUS_OK;
    status = compare_columns(r, from, why);
    if (status == STATUS_OK)
        status = begin_copy(r, from, why);
    if (status == STATUS_OK && !names_workspace(r))
        status = refuse(why, STATUS_MALFORMED, "The backup is damaged: table \"%s\" does not say whose rows it has.", from->name);
    return status;
}

/* ---- canvases and workspaces */

/* Clients may have seen more than the backup holds. The canvas goes on in another history, which they know by its epoch: the time of the
 * restore, so that no two have the same. Nobody gets a number that somebody may have had since the backup was made. */
static enum status begin_history(struct restore *r, const struct uuid *canvas, struct why *why)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, &r->workspace);
    pg_param_uuid(&params, canvas);
    pg_param_int(&params, EPOCH_BITS);
    pg_param_int(&params, CLIENTS_SINCE);
    return pg_blocking(r->conn,
                       "UPDATE canvas SET next_client = next_client + $4::int8,"
                       " epoch = greatest(extract(epoch FROM now())::int8, (epoch >> $3::int8::int) + 1) << $3::int8::int"
                       " WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid", &params, NULL, why);
}

static enum status finish_canvas(struct restore *r, const Cocanvas__Backup__Canvas *canvas, struct why *why)
{
    struct backup_state state;
    struct uuid id;
    enum status status = finish_table(r, why);
    if (status != STATUS_OK || !r->in_workspace)
        return status;
    if (!uuid_from_bytes(canvas->id.data, canvas->id.len, &id) || !uuid_equal(&id, &r->canvas))
        return refuse(why, STATUS_MALFORMED, "The backup is damaged: rows of one canvas stand behind another.");
    r->canvas = (struct uuid){{0}};
    status = backup_canvas_state(&(struct backup_canvas){r->conn, r->wanted->keys, &r->workspace, &id}, &state, why);
    if (status != STATUS_OK)
        return status;
    char text[UUID_TEXT];
    uuid_format(&id, text);
    if (state.seq != canvas->seq || (state.has_hash && canvas->has_hash && state.hash != canvas->hash))
        return refuse(why, STATUS_MALFORMED, "Canvas %s does not come to the state that the backup names.", text);
    status = begin_history(r, &id, why);
    if (status != STATUS_OK)
        return status;
    r->done->counts.canvases++;
    r->done->unchecked += !(state.has_hash && canvas->has_hash);
    return STATUS_OK;
}

static bool is_chosen(const struct restore *r, const Cocanvas__Backup__Workspace *workspace)
{
    char id[UUID_TEXT];
    uuid_format(&r->workspace, id);
    const char *wanted = r->wanted->workspace;
    return !wanted || strcmp(wanted, workspace->name) == 0 || strcmp(wanted, id) == 0;
}

static enum status finish_workspace(struct restore *r, struct why *why)
{
    enum status status = finish_table(r, why);
    bool was = r->in_workspace;
    r->in_workspace = false;
    return status == STATUS_OK && was ? restore_settle_workspace(r, why) : status;
}

static enum status begin_workspace(struct restore *r, const Cocanvas__Backup__Workspace *workspace, struct why *why)
{
    enum status status = finish_workspace(r, why);
    if (status != STATUS_OK)
        return status;
    if (!uuid_from_bytes(workspace->id.data, workspace->id.len, &r->workspace))
        return refuse(why, STATUS_MALFORMED, "The backup is damaged: a workspace without an id.");
    if (!is_chosen(r, workspace))
        return STATUS_OK;
    (void)snprintf(r->name, sizeof r->name, "%.*s", (int)sizeof r->name - 1, workspace->name);
    r->in_workspace = true;
    r->done->counts.workspaces++;
    return restore_check_free(r, why);
}

/* ---- all of it */

static enum status take_record(struct restore *r, const Cocanvas__Backup__Record *record, struct why *why)
{
    switch (record->body_case) {
    case COCANVAS__BACKUP__RECORD__BODY_HEAD:
        return restore_begin(r, record->head, why);
    case COCANVAS__BACKUP__RECORD__BODY_TABLE:
        return begin_table(r, record->table, why);
    case COCANVAS__BACKUP__RECORD__BODY_ROWS:
        return put_rows(r, record->rows, why);
    case COCANVAS__BACKUP__RECORD__BODY_WORKSPACE:
        return begin_workspace(r, record->workspace, why);
    case COCANVAS__BACKUP__RECORD__BODY_CANVAS:
        return finish_canvas(r, record->canvas, why);
    default:
        return refuse(why, STATUS_MALFORMED, "The backup is damaged.");
    }
}

static enum status take_file(struct restore *r, FILE *in, struct why *why)
{
    struct backup_reader reader;
    const Cocanvas__Backup__Record *record = NULL;
    backup_reader_init(&reader, in);
    enum status status = backup_read(&reader, &record, why);
    while (status == STATUS_OK && record) {
        status = take_record(r, record, why);
        if (status == STATUS_OK)
            status = backup_read(&reader, &record, why);
    }
    backup_reader_fini(&reader);
    if (status == STATUS_OK)
        status = finish_workspace(r, why);
    if (status == STATUS_OK && r->wanted->workspace && r->done->counts.workspaces != 1)
        status = refuse(why, r->done->counts.workspaces ? STATUS_CONFLICT : STATUS_NOT_FOUND, r->done->counts.workspaces ?
                        "The backup holds several workspaces \"%.100s\": say which one by its id." : "The backup holds no workspace \"%.100s\".",
                        r->wanted->workspace);
    return status;
}

enum status backup_restore(const struct restore_wanted *wanted, FILE *in, struct restore_done *done, struct why *why)
{
    struct backup_summary summary;
    struct restore r = {.wanted = wanted, .done = done};
    *done = (struct restore_done){0};
    enum status status = backup_check(in, &summary, why);
    if (status == STATUS_OK && fseeko(in, 0, SEEK_SET) != 0)
        status = refuse(why, STATUS_INTERNAL, "the backup can't be read a second time");
    if (status == STATUS_OK)
        status = pg_blocking_connect(wanted->conninfo, &r.conn, why);
    if (status != STATUS_OK)
        return status;
    status = pg_blocking_script(r.conn, "SET row_security = off; BEGIN", why);
    if (status == STATUS_OK)
        status = take_file(&r, in, why);
    if (status == STATUS_OK)
        status = pg_blocking_script(r.conn, "COMMIT", why);
    done->whole = r.whole;
    PQfinish(r.conn); /* which rolls back what was not committed */
    return status;
}
