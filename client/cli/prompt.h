/* Questions to the person at the terminal, and passwords from where they may come from. */
#ifndef COCANVAS_CLIENT_CLI_PROMPT_H
#define COCANVAS_CLIENT_CLI_PROMPT_H

#include "client/cli/cmd.h"

enum { PASSWORD_MAX = 1024 };

/* One line from the terminal, without the line break; the default if it is empty. From the arena; NULL at its end. */
const char *prompt_line(struct cli *cli, const char *question, const char *otherwise);
/* Without showing it; the buffer is the caller's, to be wiped. False at the end of input. */
bool prompt_secret(struct cli *cli, const char *question, char out[PASSWORD_MAX + 1]);
/* From --password-file (- is standard input), else from the terminal (twice, if it is a new one). An exit code. */
int prompt_password(struct cli *cli, bool is_new, char out[PASSWORD_MAX + 1]);

#endif
