/* What is stored, opened as its workspace is sealed or not: for everybody who reads rows. Sealed or plain is seen by the bytes themselves;
 * but in a workspace all of which is sealed, plain bytes are not taken, since only somebody who has written past us can have
 * put them there. */
#ifndef COCANVAS_SERVER_JOURNAL_STORED_H
#define COCANVAS_SERVER_JOURNAL_STORED_H

#include "server/journal/keyring.h"

/* workspace.sealed */
enum { SEALED_NOT, SEALED_ONGOING, SEALED_ALL };

/* `bytes` and `len` become those of the plain bytes, which lie behind what `plain` holds already; if `plain` has to grow, what was
 * opened into it before moves. STATUS_GONE: the key is missing. STATUS_INTERNAL: it is not what was stored there; the log says
 * so. ring may be NULL: nothing is sealed. */
enum status stored_open(struct keyring *ring, const struct seal_place *place, struct buf *plain, const uint8_t **bytes, size_t *len) MUST_CHECK;
/* A state and its hash. */
enum status stored_open_state(struct keyring *ring, const struct seal_place *place, struct buf *plain, const uint8_t **bytes, size_t *len,
                              uint64_t *hash) MUST_CHECK;
/* For lists, which show what they can: a text that can't be opened is replaced by a word that says so. The result is `text` or
 * `*owned`, which is to be freed. */
const char *stored_open_text(struct keyring *ring, const struct seal_place *place, const char *text, char **owned);
/* What goes into a text column: `text` or *owned, as above. */
const char *stored_seal_text(struct seal_key *key, const struct seal_place *place, const char *text, char **owned);

#endif
