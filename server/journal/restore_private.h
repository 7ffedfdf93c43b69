/* What restore.c (the file's way in) and restore_people.c (what is there already, whose accounts, who owns it) share. */
#ifndef COCANVAS_SERVER_JOURNAL_RESTORE_PRIVATE_H
#define COCANVAS_SERVER_JOURNAL_RESTORE_PRIVATE_H

#include "server/journal/backup.h"
#include "server/journal/backup_tables.h"
#include "server/journal/pg_blocking.h"

struct restore {
    const struct restore_wanted *wanted;
    struct restore_done *done;
    PGconn *conn;
    bool whole;                           /* into an empty installation, as it is */
    int64_t made_ms;                      /* of the backup */
    bool in_workspace;                    /* what comes belongs to this one, and is wanted: */
    struct uuid workspace;
    char name[260];
    struct uuid canvas;                   /* that the rows at hand are about; zero: none yet */
    const struct backup_table *table;     /* whose rows come; NULL none */
    bool copying;                         /* they go to PostgreSQL */
    int n_columns, workspace_column, canvas_column; /* of that table in the file; -1: none */
};

/* Whether this database can take it, and how. */
enum status restore_begin(struct restore *r, const Cocanvas__Backup__Head *head, struct why *why) MUST_CHECK;
/* CONFLICT: the workspace is here, or is still being erased. */
enum status restore_check_free(struct restore *r, struct why *why) MUST_CHECK;
/* Accounts, workspace and members were laid aside: puts in what can be put in. */
enum status restore_settle_members(struct restore *r, struct why *why) MUST_CHECK;
/* All rows are in: secrets, owners, and a row in its audit log. */
enum status restore_settle_workspace(struct restore *r, struct why *why) MUST_CHECK;

#endif
