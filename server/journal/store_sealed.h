/* Requests about sealed workspaces: sealing one that has contents, and how far that is. As in store_members.h: the statement asks itself
 * what the actor may do at that moment. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_SEALED_H
#define COCANVAS_SERVER_JOURNAL_STORE_SEALED_H

#include "server/journal/store_members.h"
#include "server/journal/stored.h"

/* sealed: of enum SEALED_NOT …; workspace: the actor's, also if the status is not OK. */
typedef void store_sealed_cb(void *ctx, uint64_t id, enum status status, const struct uuid *workspace, int sealed);
/* For owners, else NOT_FOUND. seal: from then on all that is written there is sealed, and the clerk rewrites the rest; the workspace
 * must have a key already. All its canvases lose their owner and raise their epoch in the same transaction, so that no room
 * anywhere that does not know of it can write. Again is no error. */
void store_workspace_seal(struct pg *pg, const struct store_actor *actor, bool seal, void *ctx, uint64_t id, store_sealed_cb *cb);

#endif
