/* Requests to PostgreSQL about live sessions of a canvas: opening and closing them, join codes, and the guests who
 * come in. As in store.h: one answer each, by callback, with the id that was given.
 *
 * "Is this live session still open, is this code still good" is decided by the statements alone, in one place and by
 * the database's clock: a code that was never given, one that is used up, one that is too old and one that was revoked
 * are not found, all by the same look-up (P9). */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_SESSION_H
#define COCANVAS_SERVER_JOURNAL_STORE_SESSION_H

#include "server/journal/store.h"

enum { STORE_NOTICE_BYTES = 16000, STORE_CODES = 100 };

/* ---- for facilitators: in all of these, who asks must be one on the canvas, else NOT_FOUND */

struct store_lead {
    struct uuid workspace, canvas;
    uint32_t author; /* who asks */
};

struct store_code {
    uint32_t number, uses, used;
    const char *label; /* borrowed until the callback returns */
    int64_t created_ms, expires_ms;
    bool revoked;
};
struct store_live {
    bool open; /* else the rest is that of the one that was closed just now, or empty */
    struct uuid session;
    int role;
    bool lobby, pseudonyms;
    const char *notice; /* borrowed until the callback returns, like codes */
    int64_t opened_ms, ends_ms;
    uint32_t opened_by, guests;
    const struct store_code *codes; /* the newest first, at most STORE_CODES */
    size_t n_codes;
};
typedef void store_live_cb(void *ctx, uint64_t id, enum status status, const struct store_live *live);

struct store_live_new {
    struct store_lead lead;
    int role;
    bool lobby, pseudonyms;
    const char *notice;
    int64_t valid_ms;
};
/* CONFLICT: there is an open one. */
void store_live_open(struct pg *pg, const struct store_live_new *live, void *ctx, uint64_t id, store_live_cb *cb);
/* NOT_FOUND also if none is open. */
void store_live_close(struct pg *pg, const struct store_lead *lead, void *ctx, uint64_t id, store_live_cb *cb);
void store_live_look(struct pg *pg, const struct store_lead *lead, void *ctx, uint64_t id, store_live_cb *cb);

struct store_code_new {
    struct store_lead lead;
    uint8_t hash[32];
    uint32_t uses;
    int64_t valid_ms; /* at most until the live session ends; 0: until then */
    const char *label;
};
/* NOT_FOUND also if no live session is open. CONFLICT: this code exists already, or there are STORE_CODES. The answer's
 * codes are this one alone. */
void store_code_add(struct pg *pg, const struct store_code_new *code, void *ctx, uint64_t id, store_live_cb *cb);
/* Of the open live session. NOT_FOUND: there is no such code. Again is no error. */
void store_code_revoke(struct pg *pg, const struct store_lead *lead, uint32_t number, void *ctx, uint64_t id,
                       store_live_cb *cb);

/* ---- for guests */

/* What a code leads to. */
struct store_door {
    struct uuid workspace, session, canvas;
    uint32_t code; /* its number */
    int role;
    bool lobby, pseudonyms;
    const char *notice; /* borrowed until the callback returns */
    int64_t ends_ms;    /* by the database's clock … */
    int64_t left_ms;    /* … and how far that is from now */
};
typedef void store_door_cb(void *ctx, uint64_t id, enum status status, const struct store_door *door);
/* NOT_FOUND: it lets nobody in. */
void store_door(struct pg *pg, const uint8_t code_hash[32], void *ctx, uint64_t id, store_door_cb *cb);

/* A guest's place. */
struct store_guest {
    struct uuid workspace, session, canvas;
    uint32_t author, number, code;
    int role;
    char name[STORE_NAME];
    int64_t ends_ms, left_ms;
};
typedef void store_guest_cb(void *ctx, uint64_t id, enum status status, const struct store_guest *guest);
/* Uses the code once and makes the guest, with that token. name: as given; not kept if the live session has pseudonyms.
 * NOT_FOUND: it lets nobody in any more. */
void store_guest_add(struct pg *pg, const uint8_t code_hash[32], const char *name, const uint8_t token_hash[32],
                     void *ctx, uint64_t id, store_guest_cb *cb);
/* NOT_FOUND: no such token, or it is over. */
void store_guest_by_token(struct pg *pg, const uint8_t token_hash[32], void *ctx, uint64_t id, store_guest_cb *cb);

#endif
