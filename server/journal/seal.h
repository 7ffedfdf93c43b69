/* The cipher of sealed workspaces: bytes and short texts under a workspace's own key, AES-256-GCM. Pure: no file, no database.
 *
 * Sealed bytes:
 *
 *   byte 0        0x07: sealed, version 1. No protobuf message begins with it (field 0, wire type 7), so what is sealed and what
 *                 is not can stand in one column, and are told apart by this byte.
 *   bytes 1-4     key id: the beginning of SHA-256("cocanvas seal key id" + key). Tells which key is missing, and nothing else.
 *   bytes 5-20    salt
 *   bytes 21-28   counter, big endian
 *   bytes 29-…    ciphertext, as long as the plain text
 *   last 16       tag
 *
 * AES-256-GCM under the subkey HMAC-SHA256(key, "cocanvas seal subkey" + salt), with four zero bytes and the counter as its nonce. The
 * associated data are bytes 0 to 28 and the place (kind, workspace, object, seq): what was moved to another place does not open.
 *
 * Why no nonce is used twice: whoever loads a key draws 128 random bits as salt, so that no two loadings (workers, nodes, restarts)
 * share a subkey, and counts up from 0 under it, in memory only. Nothing has to be remembered over a restart, and there is no
 * limit to how much is written, as there would be for random nonces under one key (2^32).
 *
 * A sealed text is U+0001 (which no text of people contains) and the base64 of sealed bytes. */
#ifndef COCANVAS_SERVER_JOURNAL_SEAL_H
#define COCANVAS_SERVER_JOURNAL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/ids.h"
#include "common/status.h"

enum { SEAL_KEY = 32, SEAL_KEY_ID = 4, SEAL_SALT = 16, SEAL_HEADER = 29, SEAL_TAG = 16, SEAL_OVERHEAD = SEAL_HEADER + SEAL_TAG };

/* What is sealed; the values are in what is stored and never change. */
enum seal_kind {
    SEAL_BATCH = 1,    /* journal.payload */
    SEAL_STATE = 2,    /* snapshot.state */
    SEAL_TITLE = 3,    /* canvas.title */
    SEAL_TEMPLATE = 4, /* canvas.template_id */
    SEAL_NOTICE = 5,   /* live_session.notice */
    SEAL_LABEL = 6,    /* join_code.label */
    SEAL_TEMPLATE_FILE = 7, /* template.file */
    SEAL_TEMPLATE_INFO = 8, /* template.info */
};

/* Where it belongs. */
struct seal_place {
    enum seal_kind kind;
    struct uuid workspace;
    struct uuid object; /* the canvas; NOTICE: the live session; TEMPLATE_…: content_id */
    uint64_t seq;       /* BATCH and STATE: theirs; else 0 */
};

/* A key that was loaded; for one thread. */
struct seal_key;
struct seal_key *seal_key_new(const uint8_t key[SEAL_KEY]);
void seal_key_free(struct seal_key *key); /* wiped */
/* Eight hex digits: for the log. */
void seal_key_id(const struct seal_key *key, char out[2 * SEAL_KEY_ID + 1]);

bool seal_is_sealed(const uint8_t *bytes, size_t len);
/* Appends SEAL_OVERHEAD bytes more than there are. */
void seal_bytes(struct seal_key *key, const struct seal_place *place, const uint8_t *bytes, size_t len, struct buf *out);
/* Appends the plain bytes. STATUS_NOT_FOUND: under another key; STATUS_MALFORMED: changed, or from another place. Then
 * nothing is appended. */
enum status seal_open(struct seal_key *key, const struct seal_place *place, const uint8_t *bytes, size_t len, struct buf *out) MUST_CHECK;

bool seal_is_sealed_text(const char *text);
/* Both are to be freed; open gives NULL unless OK. */
char *seal_text(struct seal_key *key, const struct seal_place *place, const char *text);
enum status seal_open_text(struct seal_key *key, const struct seal_place *place, const char *text, char **out) MUST_CHECK;

/* The hash of a state tells its content to somebody who can guess it: so that of a sealed one is stored masked. Its own inverse. */
uint64_t seal_mask_hash(const struct seal_key *key, const struct seal_place *place, uint64_t hash);

#endif
