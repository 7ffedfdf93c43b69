/* The local console: a Unix socket in the state folder that takes one line and answers in text. Only root and the
 * daemon's own user may speak (the kernel says who it is: SO_PEERCRED). `cocanvasd admin COMMAND` is its client. */
#ifndef COCANVAS_SERVER_ADMIN_H
#define COCANVAS_SERVER_ADMIN_H

#include <event2/event.h>
#include <stdbool.h>

#include "common/status.h"

struct admin;
struct admin_request;

/* Answers with admin_answer(), at once or later. command has no line end. */
typedef void admin_command_cb(void *ctx, struct admin_request *request, const char *command);

/* Binds path, mode 0600. CONFLICT if another daemon answers there. NULL and *why on failure. */
struct admin *admin_new(struct event_base *base, const char *path, admin_command_cb *cb, void *ctx, struct why *why);
/* With a listening Unix socket from systemd. */
struct admin *admin_take(struct event_base *base, int fd, admin_command_cb *cb, void *ctx);
/* Requests that wait for an answer are closed. */
void admin_free(struct admin *a);
/* Frees the request. ok: the command was done; else text says why not. */
void admin_answer(struct admin_request *request, bool ok, const char *text);

/* The client: prints the answer; returns an exit code (0 done, 1 refused, 6 not reachable). */
int admin_call(const char *path, const char *command);

#endif
