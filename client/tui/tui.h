/* The terminal interface as a program: one event loop for keyboard, network and time. */
#ifndef COCANVAS_CLIENT_TUI_TUI_H
#define COCANVAS_CLIENT_TUI_TUI_H

#include "client/cli/cmd.h"

/* `cocanvas` on a terminal (canvas NULL: the start screen) and `cocanvas open CANVAS`. Returns an exit code. */
int tui_run(struct cli *cli, const char *canvas);

#endif
