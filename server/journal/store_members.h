/* Requests about workspaces, members, invitations, who may see a canvas, and the trash. As in store.h; and each
 * statement asks itself what the actor may do at that moment, so that a session that has not yet heard of a change can
 * do nothing by it. What changes members, invitations or rights takes the workspace's row first: such changes come
 * one after the other, and each sees what the one before it did. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_MEMBERS_H
#define COCANVAS_SERVER_JOURNAL_STORE_MEMBERS_H

#include "server/journal/store.h"

enum { STORE_MEMBERS_MOST = 20000, STORE_INVITATIONS_MOST = 500 };

/* Who acts, in a workspace. */
struct store_actor {
    struct uuid workspace;
    uint32_t author;
};

typedef void store_workspace_cb(void *ctx, uint64_t id, enum status status, const struct store_membership *workspace);
/* The account becomes its owner. The same request_id again answers with the same workspace. least_role: that the account
 * must have in some workspace, 0 none; NOT_FOUND if it has not. person NULL: the name of its first membership. */
struct store_workspace_new {
    struct uuid account, request_id;
    const char *name, *person;
    int least_role;
    struct uuid id;               /* that it gets if it is a new one */
    bool sealed;                  /* its key is made already */
};
void store_workspace_create(struct pg *pg, const struct store_workspace_new *workspace, void *ctx, uint64_t id, store_workspace_cb *cb);
void store_workspace_rename(struct pg *pg, const struct store_actor *actor, const char *name, void *ctx, uint64_t id, store_workspace_cb *cb);

void store_workspace_set(struct pg *pg, const struct store_actor *actor, bool confidential, void *ctx, uint64_t id, store_workspace_cb *cb);

struct store_member {
    uint32_t author;
    const char *name, *login;     /* borrowed; login "" unless the actor is an owner and the member has an account */
    int role;                     /* 0: removed */
    bool guest;
    int64_t joined_ms;
    bool has_account;
    struct uuid account;          /* for access.h only, never sent */
};
/* workspace: the actor's, because whoever is concerned has to be told even when the asker is gone. */
typedef void store_members_cb(void *ctx, uint64_t id, enum status status, const struct uuid *workspace, size_t n,
                              const struct store_member *members);
void store_members(struct pg *pg, const struct store_actor *actor, bool removed_too, void *ctx, uint64_t id, store_members_cb *cb);
/* Answers with the member as it is then. NOT_FOUND: no such member, or not for the actor; CONFLICT: the last owner.
 * Who is no owner any more: the open invitations that they made are revoked. */
void store_member_set(struct pg *pg, const struct store_actor *actor, uint32_t author, int role, void *ctx, uint64_t id, store_members_cb *cb);

struct store_invitation_info {
    uint32_t number, uses, used, created_by;
    const char *label;            /* borrowed */
    int role;
    int64_t created_ms, expires_ms;
    bool revoked;
};
typedef void store_invitations_cb(void *ctx, uint64_t id, enum status status, size_t n, const struct store_invitation_info *invitations);
/* Newest first. all: also those that let nobody in any more. NOT_FOUND if the actor is no owner. */
void store_invitations(struct pg *pg, const struct store_actor *actor, bool all, void *ctx, uint64_t id, store_invitations_cb *cb);
void store_invitation_revoke(struct pg *pg, const struct store_actor *actor, uint32_t number, void *ctx, uint64_t id, store_status_cb *cb);

struct store_access_entry {
    uint32_t author;
    const char *name;             /* borrowed */
    int role;
    bool given;                   /* on this canvas alone */
};
struct store_access_list {
    bool restricted;
    size_t n;
    const struct store_access_entry *entries;
};
/* Which canvas was asked about. */
struct store_where {
    struct uuid workspace, canvas;
};
typedef void store_access_cb(void *ctx, uint64_t id, enum status status, const struct store_where *where, const struct store_access_list *list);
enum store_restriction { STORE_AS_IS = -1, STORE_OPEN = 0, STORE_RESTRICTED = 1 };
struct store_access_set {
    struct uuid canvas;
    enum store_restriction restriction;
    uint32_t author;              /* 0: nobody's role changes */
    int role;                     /* 0: nothing of its own */
};
/* For facilitators of the canvas, else NOT_FOUND. */
void store_access(struct pg *pg, const struct store_actor *actor, const struct uuid *canvas, void *ctx, uint64_t id, store_access_cb *cb);
void store_access_set(struct pg *pg, const struct store_actor *actor, const struct store_access_set *set, void *ctx, uint64_t id,
                      store_access_cb *cb);

/* Into the trash, and out of it; for facilitators of the canvas, else NOT_FOUND. One that is out already: OK. */
typedef void store_removed_cb(void *ctx, uint64_t id, enum status status, const struct store_where *where, const char *by);
void store_canvas_remove(struct pg *pg, const struct store_actor *actor, const struct uuid *canvas, void *ctx, uint64_t id, store_removed_cb *cb);
void store_canvas_restore(struct pg *pg, const struct uuid *account, const struct uuid *canvas, void *ctx, uint64_t id, store_status_cb *cb);

#endif
