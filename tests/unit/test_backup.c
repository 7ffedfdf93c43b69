/* What belongs to a backup, against the schema itself; the file, written and read; and a backup that is told to stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/backup.h"
#include "server/journal/backup_tables.h"
#include "server/journal/journal.h"
#include "server/journal/pg_blocking.h"
#include "tests/support/journal_fixture.h"
#include "tests/support/pg_cluster.h"

/* ---- the file */

static void write_small(FILE *file)
{
    struct backup_writer w;
    struct why why;
    Cocanvas__Backup__Head head;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    char program[] = "test";
    cocanvas__backup__head__init(&head);
    head.format = BACKUP_FORMAT;
    head.program = program;
    head.schema = 7;
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_HEAD;
    record.head = &head;
    backup_writer_init(&w, file);
    assert_int_equal(backup_write(&w, &record, &why), STATUS_OK);
    assert_int_equal(backup_write_end(&w, &why), STATUS_OK);
    backup_writer_fini(&w);
}

static enum status check_bytes(const uint8_t *bytes, size_t len, struct backup_summary *summary)
{
    struct why why;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    rewind(file);
    enum status status = backup_check(file, summary, &why);
    fclose(file);
    return status;
}

static void every_changed_byte_is_noticed(void **state)
{
    uint8_t bytes[512];
    struct backup_summary summary;
    FILE *file = tmpfile();
    (void)state;
    assert_non_null(file);
    write_small(file);
    rewind(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(len, 40, sizeof bytes - 1);
    assert_int_equal(check_bytes(bytes, len, &summary), STATUS_OK);
    assert_int_equal(summary.schema, 7);
    assert_string_equal(summary.program, "test");
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(check_bytes(bytes, cut, &summary), STATUS_MALFORMED);
    for (size_t at = 0; at < 8 * len; at++) {
        bytes[at / 8] ^= (uint8_t)(1u << at % 8);
        assert_int_not_equal(check_bytes(bytes, len, &summary), STATUS_OK);
        bytes[at / 8] ^= (uint8_t)(1u << at % 8);
    }
    bytes[len] = 0;
    assert_int_equal(check_bytes(bytes, len + 1, &summary), STATUS_MALFORMED);
}

static void a_full_disk_is_told(void **state)
{
    struct backup_writer w;
    struct why why;
    FILE *full = fopen("/dev/full", "w");
    (void)state;
    assert_non_null(full);
    backup_writer_init(&w, full);
    assert_int_equal(backup_write_end(&w, &why), STATUS_INTERNAL);
    backup_writer_fini(&w);
    fclose(full);
}

/* ---- the database */

/* Whoever makes a table says what a backup does with it. */
static void every_table_is_known(void **state)
{
    const struct pg_cluster *cluster = *state;
    for (long i = 0, n = pg_cluster_ask_number(cluster, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); i < n; i++) {
        char *name = pg_cluster_ask(cluster, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1 OFFSET %ld LIMIT 1", i);
        bool known = backup_table(name) != NULL;
        if (!known)
            print_error("table %s is not in backup_tables.c: does a backup hold it?\n", name);
        free(name);
        assert_true(known);
    }
}

/* … and of each that it holds the columns that say whose the rows are; what is replaced is there. */
static void every_row_has_columns(void **state)
{
    const struct pg_cluster *cluster = *state;
    PGconn *conn;
    struct why why;
    struct backup_layout layout;
    assert_int_equal(pg_blocking_connect(pg_cluster_conninfo(cluster), &conn, &why), STATUS_OK);
    for (const struct backup_table *t = backup_tables; t->name; t++) {
        if (t->scope == BACKUP_NEVER)
            continue;
        assert_int_equal(backup_layout(conn, t->name, &layout, &why), STATUS_OK);
        assert_true(t->scope < BACKUP_WORKSPACE || backup_layout_find(&layout, "workspace_id") >= 0);
        assert_true(t->scope != BACKUP_CANVAS || backup_layout_find(&layout, "canvas_id") >= 0);
    }
    for (const struct backup_column *c = backup_columns; c->table; c++) {
        assert_int_equal(backup_layout(conn, c->table, &layout, &why), STATUS_OK);
        assert_true(backup_layout_find(&layout, c->column) >= 0);
    }
    assert_int_equal(backup_layout(conn, "no_such_table", &layout, &why), STATUS_INTERNAL);
    PQfinish(conn);
}

#define CANDIDATES                                                                                                      \
    "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"             \
    " AND (column_name LIKE '%%hash%%' OR column_name LIKE '%%token%%' OR column_name LIKE '%%secret%%')"               \
    " ORDER BY 1 OFFSET %ld LIMIT 1"
/* A hash is what tokens and passwords are kept as: a new column of that kind is a secret until somebody says that it is none. */
static void every_hash_is_a_secret(void **state)
{
    static const char *const harmless[] = {"audit.hash", "audit_head.hash", "snapshot.hash"};
    const struct pg_cluster *cluster = *state;
    char *name;
    for (long i = 0; (name = pg_cluster_ask(cluster, CANDIDATES, i)) != NULL; i++, free(name)) {
        char *table = xstrndup(name, strcspn(name, "."));
        bool known = backup_table(table) && backup_table(table)->scope <= BACKUP_SERVER && strcmp(table, "account") != 0;
        for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++)
            known = known || strcmp(harmless[k], name) == 0;
        for (const struct backup_column *c = backup_columns; c->table; c++)
            known = known || (c->secret && strcmp(c->table, table) == 0 && strcmp(c->column, strchr(name, '.') + 1) == 0);
        if (!known)
            fail_msg("%s looks like a secret: backup_tables.c has to replace it", name);
        free(table);
    }
    assert_true(name == NULL);
}

static void it_stops_when_it_shall(void **state)
{
    const struct pg_cluster *cluster = *state;
    atomic_bool stop = true;
    struct uuid none = {{1}};
    struct why why;
    struct backup_wanted wanted = {.conninfo = pg_cluster_conninfo(cluster), .program = "test", .stop = &stop};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(backup_make(&wanted, file, NULL, &why), STATUS_SHUTDOWN);
    stop = false;
    wanted.workspace = &none;
    assert_int_equal(backup_make(&wanted, file, NULL, &why), STATUS_NOT_FOUND);
    fclose(file);
}

/* What is stored does not fit together: then there is no backup that looks like one. */
static void what_is_broken_is_told(void **state)
{
    struct pg_cluster *cluster = *state;
    struct fixture_canvas canvas = fixture_canvas(cluster); /* its state is none */
    struct why why;
    struct backup_wanted wanted = {.conninfo = pg_cluster_conninfo(cluster), .workspace = &canvas.workspace, .program = "test"};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(backup_make(&wanted, file, NULL, &why), STATUS_INTERNAL);
    assert_non_null(strstr(why.text, canvas.id_text));
    fclose(file);
}

static int make_cluster(void **state)
{
    struct pg_cluster *cluster = pg_cluster_new(NULL);
    struct uuid id;
    struct why why;
    *state = cluster;
    return schema_migrate(pg_cluster_conninfo(cluster), false, &why) == STATUS_OK &&
                   schema_server_id(pg_cluster_conninfo(cluster), &id, &why) == STATUS_OK
               ? 0
               : -1;
}

static int free_cluster(void **state)
{
    pg_cluster_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_byte_is_noticed), cmocka_unit_test(a_full_disk_is_told),   cmocka_unit_test(every_table_is_known),
        cmocka_unit_test(every_row_has_columns),         cmocka_unit_test(every_hash_is_a_secret), cmocka_unit_test(it_stops_when_it_shall),
        cmocka_unit_test(what_is_broken_is_told),
    };
    return cmocka_run_group_tests(tests, make_cluster, free_cluster);
}
