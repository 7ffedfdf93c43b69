/* The handlers that the table of messages names, by family: handle_login.c, handle_canvas.c, handle_requests.c. A
 * handler is called only when its row has let the message pass, with the message decoded; it checks what the fields
 * say. */
#ifndef COCANVAS_SERVER_SESSION_HANDLE_H
#define COCANVAS_SERVER_SESSION_HANDLE_H

#include "server/session/dispatch.h"
#include "server/session/session.h"

void handle_hello(struct session *s, const struct request *r);
void handle_login(struct session *s, const struct request *r);
void handle_ping(struct session *s, const struct request *r);
void handle_pong(struct session *s, const struct request *r);
void login_attempt_free(struct login_attempt *attempt);

void handle_open(struct session *s, const struct request *r);
/* Goes on with an Open on the worker of its canvas. */
void handle_open_here(struct session *s);
void handle_close(struct session *s, const struct request *r);
void handle_submit(struct session *s, const struct request *r);
void handle_presence(struct session *s, const struct request *r);
void handle_progress(struct session *s, const struct request *r);
void handle_diverged(struct session *s, const struct request *r);
void handle_history(struct session *s, const struct request *r);
void handle_state(struct session *s, const struct request *r);

void handle_canvas_list(struct session *s, const struct request *r);
void handle_canvas_create(struct session *s, const struct request *r);
void handle_template_list(struct session *s, const struct request *r);
void handle_invitation_create(struct session *s, const struct request *r);

#endif
