/* What members do about themselves: go, and change what they are called. As in store_members.h. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_SELF_H
#define COCANVAS_SERVER_JOURNAL_STORE_SELF_H

#include "server/journal/store_members.h"

typedef void store_self_cb(void *ctx, uint64_t id, enum status status, const struct store_actor *who);
/* Out of the workspace; the number, and what was done under it, stay. CONFLICT: the last owner. NOT_FOUND: no member. Open invitations that
 * they made are revoked. */
void store_member_leave(struct pg *pg, const struct store_actor *who, void *ctx, uint64_t id, store_self_cb *cb);
/* Not for guests: NOT_FOUND. */
void store_member_rename(struct pg *pg, const struct store_actor *who, const char *name, void *ctx, uint64_t id, store_self_cb *cb);

#endif
