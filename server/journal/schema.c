/* The schema: numbered files, applied in order at start, each once, all in one transaction. Who comes second waits
 * for the row with version 0 and then finds nothing left to do. Blocking, for start-up only. */
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/embed.h"
#include "common/log.h"
#include "server/journal/border.h"
#include "server/journal/journal.h"
#include "server/journal/pg_blocking.h"

/* "0001_first.sql" -> 1; 0 if it is not a numbered file. */
static long version_of(const char *name)
{
    char *end;
    long version = strtol(name, &end, 10);
    return end != name && *end == '_' && version > 0 ? version : 0;
}

static int by_version(const void *a, const void *b)
{
    long x = version_of(((const struct embedded_file *)a)->name), y = version_of(((const struct embedded_file *)b)->name);
    return (x > y) - (x < y);
}

/* The files in the order of their numbers, which the build's list need not have. The caller frees the array. */
static struct embedded_file *sorted_files(size_t *n)
{
    *n = 0;
    while (embedded_schema[*n].name != NULL)
        (*n)++;
    struct embedded_file *files = xcalloc(*n, sizeof *files);
    memcpy(files, embedded_schema, *n * sizeof *files);
    qsort(files, *n, sizeof *files, by_version);
    return files;
}

/* The newest change that the database has; 0: none. */
static enum status newest_applied(PGconn *conn, long *version, struct why *why)
{
    PGresult *result;
    enum status status = pg_blocking(conn, "SELECT coalesce(max(version), 0) FROM schema_migration", NULL, &result, why);
    if (status != STATUS_OK)
        return status;
    *version = (long)pg_int(result, 0, 0);
    PQclear(result);
    return STATUS_OK;
}

/* Not only what is newer than the newest: changes that were made side by side come in any order. */
static enum status is_applied(PGconn *conn, long version, bool *yes, struct why *why)
{
    struct pg_params params = {0};
    pg_param_int(&params, version);
    PGresult *result;
    enum status status = pg_blocking(conn, "SELECT EXISTS (SELECT 1 FROM schema_migration WHERE version = $1::int8)", &params, &result, why);
    if (status == STATUS_OK) {
        *yes = pg_bool(result, 0, 0);
        PQclear(result);
    }
    return status;
}

static enum status apply_file(PGconn *conn, const struct embedded_file *file, struct why *why)
{
    log_notice(NULL, "schema: applying %s", file->name);
    enum status status = pg_blocking_script(conn, file->bytes, why);
    if (status != STATUS_OK)
        return status;
    struct pg_params params = {0};
    pg_param_int(&params, version_of(file->name));
    pg_param_text(&params, file->name);
    return pg_blocking(conn, "INSERT INTO schema_migration (version, name) VALUES ($1::int8, $2::text)", &params, NULL, why);
}

static enum status apply_pending(PGconn *conn, bool plan_only, struct why *why)
{
    long version = 0;
    enum status status = newest_applied(conn, &version, why);
    size_t n;
    struct embedded_file *files = sorted_files(&n);
    long newest = n > 0 ? version_of(files[n - 1].name) : 0;
    if (status == STATUS_OK && version > newest)
        status = refuse(why, STATUS_VERSION, "the database has schema %ld, this program knows only up to %ld: use a newer cocanvasd", version, newest);
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        bool applied = true;
        if (version_of(files[i].name) > 0)
            status = is_applied(conn, version_of(files[i].name), &applied, why);
        if (status != STATUS_OK || applied)
            continue;
        if (plan_only)
            log_notice(NULL, "schema: would apply %s", files[i].name);
        else
            status = apply_file(conn, &files[i], why);
    }
    free(files);
    return status;
}

/* Begins the transaction that holds the lock. Two first starts at once can collide in creating the table: the one
 * that is refused tries again. */
static enum status lock_schema(PGconn *conn, struct why *why)
{
    enum status status = STATUS_INTERNAL;
    for (int attempt = 0; status != STATUS_OK && attempt < 3; attempt++) {
        if (attempt > 0 && pg_blocking_script(conn, "ROLLBACK", why) != STATUS_OK)
            return STATUS_DEGRADED;
        status = pg_blocking_script(conn,
            "BEGIN; CREATE TABLE IF NOT EXISTS schema_migration"
            " (version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());"
            "INSERT INTO schema_migration (version, name) VALUES (0, 'lock') ON CONFLICT (version) DO NOTHING;"
            "SELECT version FROM schema_migration WHERE version = 0 FOR UPDATE", why);
    }
    return status;
}

/* What would break promises if it were otherwise. */
static enum status check_server(PGconn *conn, struct why *why)
{
    const char *encoding = PQparameterStatus(conn, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return refuse(why, STATUS_UNEXPECTED, "the database's encoding is %s; create it with ENCODING 'UTF8'", encoding != NULL ? encoding : "?");
    PGresult *result;
    enum status status = pg_blocking(conn, "SELECT current_setting('fsync') || current_setting('full_page_writes')", NULL, &result, why);
    if (status != STATUS_OK)
        return status;
    if (strstr(pg_text(result, 0, 0), "off") != NULL)
        log_error(NULL, "PostgreSQL runs with fsync or full_page_writes off: a power loss will destroy canvases");
    PQclear(result);
    return STATUS_OK;
}

enum status schema_migrate(const char *conninfo, bool plan_only, struct why *why)
{
    PGconn *conn;
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    status = check_server(conn, why);
    if (status == STATUS_OK && !plan_only)
        status = border_make_roles(conn, why);
    if (status == STATUS_OK)
        status = lock_schema(conn, why);
    if (status == STATUS_OK)
        status = apply_pending(conn, plan_only, why);
    if (status == STATUS_OK && !plan_only)
        status = border_apply(conn, why);
    if (status == STATUS_OK)
        status = pg_blocking_script(conn, plan_only ? "ROLLBACK" : "COMMIT", why);
    PQfinish(conn);
    return status;
}

enum status schema_server_id(const char *conninfo, struct uuid *id, struct why *why)
{
    PGconn *conn;
    enum status status = pg_blocking_connect(conninfo, &conn, why);
    if (status != STATUS_OK)
        return status;
    struct uuid fresh;
    uuid_random(&fresh);
    struct pg_params params = {0};
    pg_param_uuid(&params, &fresh);
    PGresult *result;
    status = pg_blocking(conn, "INSERT INTO server (server_id) VALUES ($1::uuid) ON CONFLICT (one) DO NOTHING", &params, NULL, why);
    if (status == STATUS_OK)
        status = pg_blocking(conn, "SELECT server_id FROM server", NULL, &result, why);
    if (status == STATUS_OK) {
        *id = pg_uuid(result, 0, 0);
        PQclear(result);
    }
    PQfinish(conn);
    return status;
}
