/* Requests to PostgreSQL that are not edits: accounts, devices, membership, invitations, canvas lists. Asynchronous
 * on a journal's read connection; each answer comes once, by callback, with the id that was given (a session's
 * number), so that an answer for a vanished session can be dropped. Look-ups go through membership: what one may not
 * see is not found (P9). Every statement names its workspace. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_H
#define COCANVAS_SERVER_JOURNAL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "common/status.h"

struct pg;

enum { STORE_HASH_TEXT = 128, STORE_NAME = 260, STORE_LOGIN = 65 };

/* Roles: the values of wire.proto's Role. */
struct store_membership {
    struct uuid workspace;
    char name[STORE_NAME];        /* the workspace's */
    int role;
    uint32_t author;
    bool confidential;            /* the workspace is */
};

struct store_account {
    struct uuid id;
    char login[STORE_LOGIN];
    char password_hash[STORE_HASH_TEXT];    /* crypto_pwhash_str; "" none */
    const struct store_membership *memberships;     /* borrowed until the callback returns */
    size_t n_memberships;
    struct uuid joined;           /* store_redeem: the workspace of the invitation */
};

/* How long a device's token is good for: since its last use, and in all. */
struct store_expiry {
    int64_t idle_ms, most_ms;
};

typedef void store_account_cb(void *ctx, uint64_t id, enum status status, const struct store_account *account);
/* By a device token's hash, or that of a certificate's key (also notes last use); or by login. NOT_FOUND, DEGRADED. */
void store_account_by_token(struct pg *pg, const uint8_t token_hash[32], bool certificate, const struct store_expiry *expiry, void *ctx,
                            uint64_t id, store_account_cb *cb);
void store_account_by_login(struct pg *pg, const char *login, void *ctx, uint64_t id, store_account_cb *cb);

typedef void store_status_cb(void *ctx, uint64_t id, enum status status);
void store_device_add(struct pg *pg, const struct uuid *account, const uint8_t token_hash[32], const char *device, void *ctx, uint64_t id,
                      store_status_cb *cb);

/* Uses an invitation up, in one transaction: makes the account (existing NULL; CONFLICT if the login is taken) or
 * adds the membership to an existing one; DENIED if the invitation is unknown, used, or expired. display name: the
 * member's name in the workspace. */
struct store_redeem {
    uint8_t token_hash[32];
    const char *login, *password_hash, *name;
    const struct uuid *existing;          /* account whose password was verified, or NULL */
};
void store_redeem(struct pg *pg, const struct store_redeem *redeem, void *ctx, uint64_t id, store_account_cb *cb);

struct store_invitation {
    struct uuid workspace;
    int role;
    const char *label;
    uint8_t token_hash[32];
    int64_t valid_ms;             /* from now on, by the database's clock, which judges it later */
    uint32_t created_by;          /* author, who must be an owner */
    uint32_t uses;                /* how many people it lets in; 0: one */
};
typedef void store_number_cb(void *ctx, uint64_t id, enum status status, uint32_t number);
/* Answers with its number in the workspace, and when it ends. NOT_FOUND if its maker is no owner (any more). */
typedef void store_invited_cb(void *ctx, uint64_t id, enum status status, uint32_t number, int64_t expires_ms);
void store_invitation_add(struct pg *pg, const struct store_invitation *invitation, void *ctx, uint64_t id, store_invited_cb *cb);

/* Who is asking: an account, by one of its devices; or (account NULL) a guest, who is a member without an account. */
struct store_who {
    const struct uuid *account;
    const uint8_t *device;        /* hash of its token, 32 bytes; NULL: not by a device */
    struct uuid workspace;        /* a guest's */
    uint32_t author;              /* a guest's */
};
/* What they may do now, all read at one moment. */
struct store_look {
    bool still;                   /* the device (the account, the guest's place) is there */
    const struct store_membership *memberships;     /* borrowed until the callback returns */
    size_t n_memberships;
    bool on_canvas;               /* the canvas exists and they may see it; the rest is valid only then */
    struct uuid workspace;
    int role;                     /* on this canvas: the workspace's, or what was given here alone */
    uint32_t author;
    char name[STORE_NAME];        /* the member's display name */
};
typedef void store_look_cb(void *ctx, uint64_t id, enum status status, const struct store_look *look);
/* canvas NULL: only whether they are still there, and the memberships. */
void store_look(struct pg *pg, const struct store_who *who, const struct uuid *canvas, void *ctx, uint64_t id, store_look_cb *cb);

struct store_person {
    uint32_t author;
    const char *name;
    bool guest;                   /* came in by a join code */
    bool here;                    /* has written on the canvas */
};
typedef void store_people_cb(void *ctx, uint64_t id, enum status status, size_t n, const struct store_person *people);
/* Everybody in the workspace; of its guests those who have written on this canvas. id: the room's. */
void store_people(struct pg *pg, const struct uuid *workspace, const struct uuid *canvas, void *ctx, uint64_t id, store_people_cb *cb);

struct store_canvas {
    struct uuid id, workspace;
    const char *title, *template_id;      /* borrowed until the callback returns */
    uint64_t head_seq;
    int64_t created_ms, changed_ms;
    bool restricted;              /* not for everybody in the workspace */
    int64_t removed_ms;           /* when it was put into the trash, 0: it is not there */
    uint32_t removed_by;          /* author */
};
typedef void store_canvases_cb(void *ctx, uint64_t id, enum status status, size_t n, const struct store_canvas *canvases);
/* Where a page of the list begins: behind this canvas, as it was when it was listed. */
struct store_after {
    int64_t changed_ms;
    struct uuid canvas;
};
/* Those that the account may see. workspace NULL: of all. removed: those in the trash, instead of the others. Most recently
 * changed first, at most `most`; after NULL: from the beginning. */
void store_canvas_list(struct pg *pg, const struct uuid *account, const struct uuid *workspace, bool removed, const struct store_after *after,
                       size_t most, void *ctx, uint64_t id, store_canvases_cb *cb);
/* Makes a canvas with its first state as the snapshot at seq 0. The same request_id again answers with the same
 * canvas. n is 1. */
struct store_canvas_new {
    struct uuid workspace, request_id;
    uint32_t created_by;
    const char *title, *template_id;
    const uint8_t *state;         /* encoded CanvasState, seq 0 */
    size_t state_len;
    uint64_t state_hash;
};
void store_canvas_create(struct pg *pg, const struct store_canvas_new *canvas, void *ctx, uint64_t id, store_canvases_cb *cb);

/* Start-up, blocking: whether any account exists; and a first workspace with an owner's invitation (its token's
 * hash). */
enum status store_bootstrap(const char *conninfo, const char *workspace_name, const uint8_t token_hash[32], int64_t valid_ms, bool *needed,
                            struct why *why) MUST_CHECK;

#endif
