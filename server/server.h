/* The daemon as a whole: start, signals, reload, drain. */
#ifndef COCANVAS_SERVER_SERVER_H
#define COCANVAS_SERVER_SERVER_H

#include "server/config.h"

/* Runs until it is told to stop. Returns the process' exit code: 0 after an orderly stop, 1 if it could not start. */
int server_run(const struct config_source *source);

#endif
