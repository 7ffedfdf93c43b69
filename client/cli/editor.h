/* A text in the person's own editor ($VISUAL, $EDITOR, vi). */
#ifndef COCANVAS_CLIENT_CLI_EDITOR_H
#define COCANVAS_CLIENT_CLI_EDITOR_H

#include <sys/types.h>

#include "client/cli/cmd.h"

/* Opens text in the editor, in a file (0600) under the state folder that is removed afterwards. *edited is malloc'd.
 * An exit code. */
int editor_run(struct cli *cli, const char *text, char **edited);

/* The same in two steps, for who has something else to do meanwhile. */
struct editor {
    char *path, *before; /* owned */
    pid_t child;         /* to be waited for; 0: not running */
};
enum status editor_begin(struct editor *e, const char *state_dir, const char *text, struct why *why) MUST_CHECK;
/* The child has ended, `how` is what waitpid() said: what it left in the file, malloc'd; NULL and why if it failed. */
char *editor_end(struct editor *e, int how, struct why *why);

#endif
