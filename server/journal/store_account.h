/* Requests to PostgreSQL about one's own account: devices, passwords, reset links, and accounts that an external
 * authenticator vouches for. As in store.h: one answer each, by callback, with the id that was given. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_ACCOUNT_H
#define COCANVAS_SERVER_JOURNAL_STORE_ACCOUNT_H

#include "server/journal/store.h"

/* Whose login it is. A login that nobody has gives what was handed in instead, by the same way and in the same form:
 * the time that it takes does not tell (P9). */
struct store_login {
    struct uuid account;
    char password_hash[STORE_HASH_TEXT]; /* "" none */
    bool exists;
};
typedef void store_login_cb(void *ctx, uint64_t id, enum status status, const struct store_login *login);
void store_login(struct pg *pg, const char *login, const struct uuid *nobody, const char *no_hash, void *ctx,
                 uint64_t id, store_login_cb *cb);

struct store_device {
    struct uuid id;
    const char *name; /* borrowed until the callback returns */
    int64_t created_ms, used_ms;
    bool current; /* it is the one that was given */
    bool certificate;
};
typedef void store_devices_cb(void *ctx, uint64_t id, enum status status, size_t n, const struct store_device *devices);
/* Those that have not expired; the most recently used first. current: hash of the asking device's token, or NULL. */
void store_devices(struct pg *pg, const struct uuid *account, const uint8_t *current, const struct store_expiry *expiry,
                   void *ctx, uint64_t id, store_devices_cb *cb);

/* What was revoked: hashes of tokens, 32 bytes each. */
typedef void store_revoked_cb(void *ctx, uint64_t id, enum status status, size_t n, const uint8_t (*hashes)[32]);
/* device NULL: all but current, which may then not be NULL. Expired ones go, too, and count. n is 0 if there was none. */
void store_device_revoke(struct pg *pg, const struct uuid *account, const struct uuid *device, const uint8_t *current,
                         void *ctx, uint64_t id, store_revoked_cb *cb);
/* It is in use: expiry begins anew. Nobody waits for it. */
void store_device_touch(struct pg *pg, const uint8_t token_hash[32]);
/* Removes what has expired; nobody waits for it. */
void store_devices_prune(struct pg *pg, const struct uuid *account, const struct store_expiry *expiry);
/* Adds a certificate. CONFLICT: an account has it. */
void store_certificate_add(struct pg *pg, const struct uuid *account, const uint8_t key_hash[32], const char *name,
                           void *ctx, uint64_t id, store_status_cb *cb);

/* Replaces old_hash by new_hash. CONFLICT if the account has another one meanwhile. keep NULL: the devices stay;
 * else all but that one are revoked, in the same transaction. */
void store_password_change(struct pg *pg, const struct uuid *account, const char *old_hash, const char *new_hash,
                           const uint8_t *keep, void *ctx, uint64_t id, store_revoked_cb *cb);
/* The same password, hashed anew; nobody waits for it. */
void store_password_rehash(struct pg *pg, const struct uuid *account, const char *old_hash, const char *new_hash);

struct store_reset {
    struct uuid workspace;
    const char *login;   /* whose password: by login; or NULL and … */
    uint32_t author;     /* … by the member's number */
    struct uuid asking;  /* account of the owner who asks */
    uint32_t created_by; /* and the number in the workspace */
    uint8_t token_hash[32];
    int64_t valid_ms; /* from now on, by the database's clock */
};
/* login and expires_ms only with OK. */
typedef void store_reset_cb(void *ctx, uint64_t id, enum status status, const char *login, int64_t expires_ms);
/* Stores a link's token. NOT_FOUND: no such member. DENIED: the person is in workspaces that the asking one does not own. */
void store_reset_add(struct pg *pg, const struct store_reset *reset, void *ctx, uint64_t id, store_reset_cb *cb);
/* Uses it up: sets the password, and revokes all devices and all other reset links of the account, in one
 * transaction. DENIED if it is unknown, used, or expired. The account comes without memberships. */
void store_reset_redeem(struct pg *pg, const uint8_t token_hash[32], const char *password_hash, void *ctx, uint64_t id,
                        store_account_cb *cb);
/* Blocking, for the administrator: a link for any account that exists. *found is false if there is none of that login. */
enum status store_reset_make(const char *conninfo, const char *login, const uint8_t token_hash[32], int64_t valid_ms,
                             bool *found, struct why *why) MUST_CHECK;

/* Somebody for whom an authenticator vouches: makes the account if it does not exist, and, if a workspace (its id or
 * its name) is given and there is exactly one such, the membership with that role if there is none. An existing
 * membership stays as it is, also one that was removed. The account comes without memberships. */
struct store_vouched {
    const char *login, *name, *workspace; /* workspace NULL: none */
    int role;
};
void store_vouched_account(struct pg *pg, const struct store_vouched *vouched, void *ctx, uint64_t id,
                           store_account_cb *cb);

#endif
