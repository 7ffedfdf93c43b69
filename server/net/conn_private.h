/* What conn.c (one connection) and conns.c (all of a worker) tell each other. */
#ifndef COCANVAS_SERVER_NET_CONN_PRIVATE_H
#define COCANVAS_SERVER_NET_CONN_PRIVATE_H

#include "server/net/conn.h"

extern const struct stream_callbacks conn_stream_callbacks;

void conn_set_state(struct conn *conn, enum conn_state state);
const char *conn_state_name(enum conn_state state);
/* Logs the reason, says it where the peer can hear it (unless it is NULL), closes. Does nothing if it ends already. */
void conn_kill(struct conn *conn, enum status code, const char *sentence);
/* Ends without a word and without a line in the log. */
void conn_drop(struct conn *conn);
void conn_go_away(struct conn *conn, uint32_t retry_after_ms, unsigned ms);
/* Frames that wait go on at the end of the turn. */
void conn_resume(struct conn *conn);
void conn_tick(struct conn *conn);

/* It counts as a stranger no more. */
void conns_forget_stranger(struct conn *conn);
/* It is DEAD: freed at the end of the turn. */
void conns_bury(struct conn *conn);

#endif
