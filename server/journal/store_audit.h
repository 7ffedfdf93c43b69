/* Requests about the audit log, about how long a workspace keeps what is over, and erasures. As in store_members.h: each statement
 * asks itself what the actor may do at that moment. What is written and thrown away in the background is the clerk's. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_AUDIT_H
#define COCANVAS_SERVER_JOURNAL_STORE_AUDIT_H

#include "common/audit.h"
#include "server/journal/store_members.h"

enum { STORE_AUDIT_PAGE = 500 };

struct store_audit_row {
    struct audit_row row;         /* text borrowed until the callback returns */
    const uint8_t *hash;          /* AUDIT_HASH bytes, borrowed; NULL if what is stored has another length */
    const char *address;          /* borrowed; "" none is kept, or it is not the actor's to see */
};
struct store_audit_page {
    struct uuid workspace;
    size_t n;
    const struct store_audit_row *rows;
    bool last;
    uint64_t head_number;         /* of the newest row; 0: there is none, or the actor is no owner */
    uint8_t head_hash[AUDIT_HASH];
};
struct store_audit_wanted {
    uint64_t after;               /* only rows with a higher number */
    int64_t since_ms;
    uint32_t about;               /* only rows of which this is author or whom; 0: all */
};
/* For owners; with `about` the actor's own number, for every member. Else NOT_FOUND. */
typedef void store_audit_cb(void *ctx, uint64_t id, enum status status, const struct store_audit_page *page);
void store_audit(struct pg *pg, const struct store_actor *actor, const struct store_audit_wanted *wanted, void *ctx, uint64_t id,
                 store_audit_cb *cb);

/* In days; 0: for ever. */
struct store_retention {
    uint32_t history_days, trash_days;
};
typedef void store_retention_cb(void *ctx, uint64_t id, enum status status, const struct store_retention *retention);
/* For owners, else NOT_FOUND. set NULL: asks only. Answers with what holds then. */
void store_retention(struct pg *pg, const struct store_actor *actor, const struct store_retention *set, void *ctx, uint64_t id,
                     store_retention_cb *cb);

/* Who was concerned, for access.h. */
struct store_erased {
    struct uuid workspace;        /* of the erasure of a member, or of a workspace */
    uint32_t author;
    bool has_account;             /* the member had one */
    struct uuid account;
    bool account_gone;            /* and now it is gone, with its devices */
    size_t n_places;              /* of store_account_erase: where the person was, borrowed until the callback returns */
    const struct store_actor *places;
};
/* DENIED: confirm is another word; CONFLICT: the last owner (of some workspace); NOT_FOUND: no such member, or not for the actor. */
typedef void store_erased_cb(void *ctx, uint64_t id, enum status status, const struct store_erased *erased);
/* confirm: the member's name. The account goes if it is in no other workspace. */
void store_member_erase(struct pg *pg, const struct store_actor *actor, uint32_t author, const char *confirm, void *ctx, uint64_t id,
                        store_erased_cb *cb);
/* confirm: the login. All memberships end and the account goes. */
void store_account_erase(struct pg *pg, const struct uuid *account, const char *confirm, void *ctx, uint64_t id, store_erased_cb *cb);
/* confirm: the workspace's name. What is left of its canvases and its audit log is the clerk's to throw away. */
void store_workspace_erase(struct pg *pg, const struct store_actor *actor, const char *confirm, void *ctx, uint64_t id, store_erased_cb *cb);

#endif
