/* A text in the person's own editor ($VISUAL, $EDITOR, vi). */
#ifndef COCANVAS_CLIENT_CLI_EDITOR_H
#define COCANVAS_CLIENT_CLI_EDITOR_H

#include "client/cli/cmd.h"

/* Opens text in the editor, in a file (0600) under the state folder that is removed afterwards. *edited is malloc'd.
 * An exit code. */
int editor_run(struct cli *cli, const char *text, char **edited);

#endif
