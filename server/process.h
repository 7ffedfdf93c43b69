/* What the daemon asks of its process: log, user, limits, secrecy of its memory; and what it is made of (--version). */
#ifndef COCANVAS_SERVER_PROCESS_H
#define COCANVAS_SERVER_PROCESS_H

#include <stdbool.h>
#include <stdio.h>

#include "server/config.h"

/* Sets up the log, refuses root, umask 077, no core dumps, as many descriptors as allowed, SIGPIPE ignored. */
enum status process_prepare(const struct config *c, struct why *why) MUST_CHECK;
unsigned process_cores(void);
bool process_is_unix_socket(int fd);
/* Version and libraries; warns of a libevent package that lacks the security fixes of 2026. */
void process_print_version(FILE *out);

#endif
