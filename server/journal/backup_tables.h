/* What of the database belongs to a backup: one row a table. A table that is missing here fails a test. Columns need no entry: all of
 * them go, except those that are replaced. */
#ifndef COCANVAS_SERVER_JOURNAL_BACKUP_TABLES_H
#define COCANVAS_SERVER_JOURNAL_BACKUP_TABLES_H

#include <stdbool.h>
#include <libpq-fe.h>

#include "common/ids.h"
#include "common/status.h"
#include "server/journal/keyring.h"

enum backup_scope {
    BACKUP_NEVER,     /* this server's own, or over in a moment */
    BACKUP_ACCOUNTS,  /* of a workspace: its members'; of all: all */
    BACKUP_SERVER,    /* with all workspaces only */
    BACKUP_WORKSPACE, /* rows by workspace_id */
    BACKUP_CANVAS,    /* rows by workspace_id and canvas_id */
};

struct backup_table {
    const char *name; /* NULL ends the table */
    enum backup_scope scope;
    const char *order; /* of its rows */
};
/* In the order in which rows can be put in again: nothing before what it refers to. */
extern const struct backup_table backup_tables[];
const struct backup_table *backup_table(const char *name);

/* A column whose values are replaced by this expression. */
struct backup_column {
    const char *table, *column, *instead; /* table NULL ends the list */
    bool secret; /* only without secrets; else always */
};
extern const struct backup_column backup_columns[];

enum { BACKUP_COLUMNS_MOST = 64, BACKUP_NAME = 64 };
/* A table's columns as they are in this database. */
struct backup_layout {
    int n;
    char names[BACKUP_COLUMNS_MOST][BACKUP_NAME], types[BACKUP_COLUMNS_MOST][BACKUP_NAME];
};
enum status backup_layout(PGconn *conn, const char *table, struct backup_layout *layout, struct why *why) MUST_CHECK;
/* -1: none. */
int backup_layout_find(const struct backup_layout *layout, const char *column);

/* The state of a canvas as it is stored: the newest snapshot and the batches behind it. has_hash false: it is sealed and cannot be read
 * here. Refusals: INTERNAL, what is stored does not fit together. */
struct backup_state {
    uint64_t seq, hash;
    bool has_hash;
};
struct backup_canvas {
    PGconn *conn;
    struct keyring *keys; /* NULL: none */
    const struct uuid *workspace, *canvas;
};
enum status backup_canvas_state(const struct backup_canvas *which, struct backup_state *state, struct why *why) MUST_CHECK;

#endif
