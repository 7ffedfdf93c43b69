/* Identifiers: 16-byte random ids, object ids on a canvas, tokens, pins, and the links that carry them. */
#ifndef COCANVAS_COMMON_IDS_H
#define COCANVAS_COMMON_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/join_code.h"
#include "common/status.h"

struct uuid {
    uint8_t b[16];
};

enum {
    UUID_TEXT = 37,         /* 8-4-4-4-12 hex digits and NUL */
    OBJECT_ID_TEXT = 24,    /* "4294967295.4294967295" and NUL */
    PIN_BYTES = 32,         /* SHA-256 of a public key (SPKI, DER) */
    TOKEN_TEXT = 64,        /* room for any token and NUL */
    DEFAULT_PORT = 7341,
};

/* Who wrote anonymously has one number with everybody who does. Anonymous batches carry CLIENT_ANONYMOUS; the ids of what
 * is made in them have a client number from there on, which with the counter holds 40 random bits: nothing in two such
 * ids tells whether one person made both. The server never gives these numbers out. */
#define CLIENT_ANONYMOUS UINT32_C(0xFFFFFF00)
#define AUTHOR_ANONYMOUS UINT32_MAX

void uuid_random(struct uuid *id);                       /* version 4, from libsodium's randombytes */
void uuid_format(const struct uuid *id, char out[UUID_TEXT]);
bool uuid_parse(const char *text, struct uuid *id);
bool uuid_from_bytes(const void *bytes, size_t len, struct uuid *id);    /* false unless len is 16 */
bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *id);

/* Object ids: (client number << 32) | counter. */
/* A canvas' epoch rises by one with each take-over. A restored backup begins another history: its epochs differ in what stands above
 * the lower EPOCH_BITS. */
enum { EPOCH_BITS = 28 };
#define EPOCH_HISTORY(epoch) ((uint64_t)(epoch) >> EPOCH_BITS)

static inline uint64_t object_id(uint32_t client, uint32_t counter) { return (uint64_t)client << 32 | counter; }
static inline uint32_t object_client(uint64_t id) { return (uint32_t)(id >> 32); }
static inline uint32_t object_counter(uint64_t id) { return (uint32_t)id; }
static inline bool object_is_anonymous(uint64_t id) { return object_client(id) >= CLIENT_ANONYMOUS; }
uint64_t object_id_anonymous(void);                               /* a random one */
uint64_t mark_random(void);                                       /* of an anonymous batch; never 0 */
void object_id_format(uint64_t id, char out[OBJECT_ID_TEXT]);     /* "7.12"; anonymous ones "a.mfrggzdf" */
bool object_id_parse(const char *text, uint64_t *id);

/* Device tokens: "cnv_" + base62 of 32 random bytes + 6 base62 characters of CRC-32, so that secret scanners find them.
 * Invitation tokens: base32 (lower case, no padding) of 16 random bytes. */
void token_make_device(char out[TOKEN_TEXT]);
/* The same for guests, with "cng_" before it. */
void token_make_guest(char out[TOKEN_TEXT]);
void token_make_invitation(char out[TOKEN_TEXT]);
bool token_check_device(const char *text);
bool token_check_guest(const char *text);
bool token_check_invitation(const char *text);
/* SHA-256 of the token's text: what is kept at rest. */
void token_hash(const char *text, uint8_t out[32]);

/* base32, RFC 4648 alphabet in lower case, without padding. Out: NUL-terminated; room of (len*8+4)/5+1. */
void base32_encode(const uint8_t *bytes, size_t len, char *out);
bool base32_decode(const char *text, uint8_t *out, size_t len);    /* exactly len bytes */

/* cocanvas://HOST[:PORT]/i/TOKEN?p=PIN   an invitation; PIN is base32 of all 32 bytes (52 characters)
 * cocanvas://HOST[:PORT]/r/TOKEN?p=PIN   to choose a new password
 * cocanvas://HOST[:PORT]/j/CODE?p=PIN    a join code (join_code.h)
 * cocanvas://HOST[:PORT]?p=PIN           only the server
 * HOST may be a name, an IPv4 address or [IPv6]. */
struct link {
    char host[256];
    uint16_t port;
    char token[TOKEN_TEXT];      /* "" if none */
    bool reset;                  /* it is for a new password, not an invitation */
    char code[JOIN_CODE_TEXT];   /* "WDJB-MJHT", "" if none; never together with a token */
    bool has_pin;
    uint8_t pin[PIN_BYTES];
};
void link_format(const struct link *link, char *out, size_t room);
enum status link_parse(const char *text, struct link *link, struct why *why) MUST_CHECK;
/* "HOST[:PORT]"; port 7341 if none is given. */
enum status address_parse(const char *text, char host[256], uint16_t *port, struct why *why) MUST_CHECK;

/* The key's fingerprint for people: "SHA256:" and base32 in groups of four; and six words for reading aloud: proquints (16 bits a
 * word, CVCVC, after Wilkerson 2009), the first 96 bits of the pin. */
void pin_format(const uint8_t pin[PIN_BYTES], char *out, size_t room);
void pin_words(const uint8_t pin[PIN_BYTES], char *out, size_t room);

#endif
