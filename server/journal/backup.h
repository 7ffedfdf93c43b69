/* Backup and restore of one workspace, or of all, as a file (proto/backup.proto). Blocking, on a connection of its own: for the
 * administrator's commands and for a thread that has nothing else to do.
 *
 * A backup is one snapshot of the database (REPEATABLE READ), so it may be taken while people edit: it holds each canvas as it was at one
 * moment, with the bookkeeping of that moment, so that P3 outlives a restore. For each canvas it also says what the state hash has to be.
 *
 * A restore is one transaction: all of it is there afterwards, or nothing. Ids stay as they were, since the audit chain and people's unsent
 * edits name them; so a workspace that is there already is never touched, and the restore is refused. */
#ifndef COCANVAS_SERVER_JOURNAL_BACKUP_H
#define COCANVAS_SERVER_JOURNAL_BACKUP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/backup_file.h"
#include "common/ids.h"
#include "common/status.h"

struct keyring;

struct backup_wanted {
    const char *conninfo;
    const struct uuid *workspace; /* NULL: all, with the secrets */
    struct keyring *keys;         /* to compute the hashes of sealed canvases; NULL: they have none in the backup */
    const char *program;          /* what Head says */
    const atomic_bool *stop;      /* becomes true: it ends soon, with SHUTDOWN; NULL: nobody will */
};
/* NOT_FOUND: there is no such workspace. counts may be NULL. */
enum status backup_make(const struct backup_wanted *wanted, FILE *out, struct backup_counts *counts, struct why *why) MUST_CHECK;
/* By its id, or by its name if only one has it. */
enum status backup_find_workspace(const char *conninfo, const char *words, struct uuid *id, struct why *why) MUST_CHECK;

struct restore_wanted {
    const char *conninfo;  /* of a database with this program's schema */
    const char *workspace; /* id or name of the only one to restore; NULL: all that the file holds */
    struct keyring *keys;  /* to compare sealed canvases; NULL: they are taken as they are */
    const char *owner;     /* login of somebody who becomes an owner of each; NULL: nobody */
    bool match_logins;     /* members whose accounts are not here are those who have their logins here */
};
/* A member who has come without an account: who it is can only be said by a new invitation. */
struct restore_lost {
    char workspace[260], name[260];
};
enum { RESTORE_LOST_MOST = 100 };
struct restore_done {
    struct backup_counts counts; /* that were restored */
    uint64_t unchecked;          /* canvases whose state could not be compared */
    bool whole;                  /* with accounts, passwords and devices, and under the old server's id */
    size_t n_lost;               /* of which at most RESTORE_LOST_MOST are told */
    struct restore_lost lost[RESTORE_LOST_MOST];
};
/* Nothing is written unless the file was read to its end and is right (it is read twice, so it has to be one that can be rewound), and each canvas
 * comes to the hash that it must have. Refusals: MALFORMED (the file), VERSION, CONFLICT (something is there already, or nobody here would own
 * it), NOT_FOUND (it holds no such workspace). */
enum status backup_restore(const struct restore_wanted *wanted, FILE *in, struct restore_done *done, struct why *why) MUST_CHECK;

#endif
