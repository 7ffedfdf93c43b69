/* The administrator's commands `cocanvasd backup`, `restore` and `check-backup`: files, sentences and exit codes around journal/backup.h. */
#ifndef COCANVAS_SERVER_BACKUP_COMMAND_H
#define COCANVAS_SERVER_BACKUP_COMMAND_H

#include <stdbool.h>

#include "server/config.h"

/* All return an exit code: 0, 1, 3 (no such workspace), 5 (something is there already), 6 (no database). path "-": standard input or
 * output. */

/* Into a new file, which is there when it is whole and not before. workspace: id or name; NULL: all. */
int backup_command(const struct config *c, const char *path, const char *workspace);
struct restore_words {
    const char *workspace, *owner; /* NULL: all; nobody */
    bool match_logins;
};
int restore_command(const struct config *c, const char *path, const struct restore_words *words);
int check_backup_command(const char *path);

#endif
