/* The handlers that the table of messages names, by family: handle_login.c, handle_canvas.c, handle_list.c, handle_requests.c. A
 * handler is called only when its row has let the message pass, with the message decoded; it checks what the fields
 * say. */
#ifndef COCANVAS_SERVER_SESSION_HANDLE_H
#define COCANVAS_SERVER_SESSION_HANDLE_H

#include "server/session/dispatch.h"
#include "server/session/session.h"

/* For requests that ask PostgreSQL: the session is busy until the answer is there. */
void request_begin(struct session *s, const struct request *r);
/* The session that an answer is for, if it still waits; else NULL. */
struct session *request_waiting(void *ctx, uint64_t id);
/* The answer is a refusal: says it, and lets frames go on. */
void request_failed(struct session *s, enum status status);
/* The session that a yes is for, if it still waits; else NULL, and a refusal was said. */
struct session *request_succeeded(void *ctx, uint64_t id, enum status status);
/* The answer: lets frames go on. */
void request_answer(struct session *s, Cocanvas__Frame *frame);
void request_done(struct session *s);
/* The connection for what a request asks PostgreSQL. */
struct pg *request_reads(struct session *s);
/* The workspace that a request names and one's number in it; false: the refusal was sent. */
struct store_actor;
bool request_actor(struct session *s, const struct request *r, const ProtobufCBinaryData *workspace, int least_role,
                   struct store_actor *actor);
/* For protobuf-c's fields, which are not const; nothing changes them. */
static inline char *lent(const char *text)
{
    return (char *)(uintptr_t)text;
}
/* The one sentence for what does not exist and for what one may not see or do (P9). */
#define REQUEST_NOT_FOUND "There is no such thing here, or you may not do this."

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
struct canvas_page;
void canvas_page_free(struct canvas_page *page);
/* Borrowed from the arena; NULL if that is full. */
Cocanvas__CanvasInfo *canvas_info(struct arena *arena, const struct store_canvas *from);

void handle_canvas_create(struct session *s, const struct request *r);
/* A canvas from the contents in c, stored as `new` says. The session is busy already. */
struct store_canvas_new;
void canvas_store(struct session *s, struct store_canvas_new *new, struct canvas *c);

void handle_template_list(struct session *s, const struct request *r);
void handle_template_put(struct session *s, const struct request *r);
void handle_template_remove(struct session *s, const struct request *r);
/* The rest of a CanvasCreate from a template that is none of the built-in ones. */
void handle_canvas_create_own(struct session *s, const struct request *r, const struct membership *in);
struct canvas_wanted;
void canvas_wanted_free(struct canvas_wanted *wanted);

void handle_invitation_create(struct session *s, const struct request *r);

void handle_workspace_create(struct session *s, const struct request *r);
void handle_workspace_rename(struct session *s, const struct request *r);
void handle_workspace_set(struct session *s, const struct request *r);
void handle_member_list(struct session *s, const struct request *r);
void handle_member_set(struct session *s, const struct request *r);
void handle_member_leave(struct session *s, const struct request *r);
void handle_member_rename(struct session *s, const struct request *r);
void handle_invitation_list(struct session *s, const struct request *r);
void handle_invitation_revoke(struct session *s, const struct request *r);
void handle_access(struct session *s, const struct request *r);
void handle_access_set(struct session *s, const struct request *r);
void handle_canvas_remove(struct session *s, const struct request *r);
void handle_canvas_restore(struct session *s, const struct request *r);

void handle_live_open(struct session *s, const struct request *r);
void handle_live_close(struct session *s, const struct request *r);
void handle_live_request(struct session *s, const struct request *r);
void handle_code_create(struct session *s, const struct request *r);
void handle_code_revoke(struct session *s, const struct request *r);
void handle_lobby_request(struct session *s, const struct request *r);
void handle_lobby_decide(struct session *s, const struct request *r);

void handle_device_list(struct session *s, const struct request *r);
void handle_device_revoke(struct session *s, const struct request *r);
void handle_password_change(struct session *s, const struct request *r);
void handle_certificate_add(struct session *s, const struct request *r);
void handle_member_reset(struct session *s, const struct request *r);

void handle_audit(struct session *s, const struct request *r);
void handle_retention(struct session *s, const struct request *r);
void handle_retention_set(struct session *s, const struct request *r);
void handle_canvas_exported(struct session *s, const struct request *r);
void handle_person_erase(struct session *s, const struct request *r);
void handle_workspace_erase(struct session *s, const struct request *r);
void handle_workspace_seal(struct session *s, const struct request *r);
/* A key for a workspace that is to be sealed; false: the refusal was sent. */
bool handle_make_key(struct session *s, const struct request *r, const struct uuid *workspace);

void handle_backup(struct session *s, const struct request *r);
void handle_backup_read(struct session *s, const struct request *r);
/* The file that the session reads, if it has one. */
void session_drop_backup(struct session *s);

#endif
