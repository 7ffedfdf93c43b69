/* See seal.h, which has the layout. OpenSSL does the work; what it refuses while sealing is our fault and ends the process,
 * since writing plain text instead is no way out. */
#include "server/journal/seal.h"

#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_1 = 0x07, PLACE = 1 + 16 + 16 + 8, NONCE = 12, SALT_AT = 1 + SEAL_KEY_ID, COUNTER_AT = SALT_AT + SEAL_SALT };
enum { TEXT_MARK = 0x01, BASE64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING };

struct seal_key {
    uint8_t key[SEAL_KEY];
    uint8_t id[SEAL_KEY_ID];
    uint8_t salt[SEAL_SALT];      /* of what we seal */
    uint64_t counter;             /* of the next one */
    EVP_CIPHER_CTX *sealing;      /* has the subkey of salt */
    uint8_t open_salt[SEAL_SALT]; /* of what was opened last: mostly the next one has the same */
    bool has_open_salt;
    EVP_CIPHER_CTX *opening; /* has the subkey of open_salt */
};

static const char id_label[] = "cocanvas seal key id", subkey_label[] = "cocanvas seal subkey", mask_label[] = "cocanvas seal mask";

/* ---------------------------------------------------------------- keys */

static void make_subkey(const uint8_t key[SEAL_KEY], const uint8_t salt[SEAL_SALT], uint8_t out[SEAL_KEY])
{
    uint8_t input[sizeof subkey_label - 1 + SEAL_SALT];
    unsigned len = SEAL_KEY;
    memcpy(input, subkey_label, sizeof subkey_label - 1);
    memcpy(input + sizeof subkey_label - 1, salt, SEAL_SALT);
    ASSERT(HMAC(EVP_sha256(), key, SEAL_KEY, input, sizeof input, out, &len) && len == SEAL_KEY);
}

static void set_subkey(EVP_CIPHER_CTX *cipher, const uint8_t key[SEAL_KEY], const uint8_t salt[SEAL_SALT], bool sealing)
{
    uint8_t subkey[SEAL_KEY];
    make_subkey(key, salt, subkey);
    ASSERT(EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, subkey, NULL, sealing) == 1);
    OPENSSL_cleanse(subkey, sizeof subkey);
}

struct seal_key *seal_key_new(const uint8_t key[SEAL_KEY])
{
    struct seal_key *k = xcalloc(1, sizeof *k);
    uint8_t input[sizeof id_label - 1 + SEAL_KEY], hash[SHA256_DIGEST_LENGTH];
    memcpy(k->key, key, SEAL_KEY);
    memcpy(input, id_label, sizeof id_label - 1);
    memcpy(input + sizeof id_label - 1, key, SEAL_KEY);
    SHA256(input, sizeof input, hash);
    memcpy(k->id, hash, SEAL_KEY_ID);
    OPENSSL_cleanse(input, sizeof input);
    ASSERT(RAND_bytes(k->salt, SEAL_SALT) == 1);
    k->sealing = EVP_CIPHER_CTX_new();
    k->opening = EVP_CIPHER_CTX_new();
    ASSERT(k->sealing && k->opening);
    set_subkey(k->sealing, k->key, k->salt, true);
    return k;
}

void seal_key_free(struct seal_key *key)
{
    if (!key)
        return;
    EVP_CIPHER_CTX_free(key->sealing);
    EVP_CIPHER_CTX_free(key->opening);
    OPENSSL_cleanse(key, sizeof *key);
    free(key);
}

void seal_key_id(const struct seal_key *key, char out[2 * SEAL_KEY_ID + 1])
{
    sodium_bin2hex(out, 2 * SEAL_KEY_ID + 1, key->id, SEAL_KEY_ID);
}

/* ---------------------------------------------------------------- bytes */

static void put_64(uint8_t *at, uint64_t value)
{
    uint64_t big = htobe64(value);
    memcpy(at, &big, sizeof big);
}

static void write_place(const struct seal_place *place, uint8_t out[PLACE])
{
    out[0] = (uint8_t)place->kind;
    memcpy(out + 1, place->workspace.b, 16);
    memcpy(out + 17, place->object.b, 16);
    put_64(out + 33, place->seq);
}

/* Nonce and associated data of a cipher that has its key. */
static bool begin(EVP_CIPHER_CTX *cipher, const struct seal_place *place, const uint8_t *header)
{
    uint8_t nonce[NONCE] = {0}, bound[PLACE];
    int n;
    memcpy(nonce + NONCE - 8, header + COUNTER_AT, 8);
    write_place(place, bound);
    return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, nonce, -1) == 1 && EVP_CipherUpdate(cipher, NULL, &n, header, SEAL_HEADER) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &n, bound, PLACE) == 1;
}

bool seal_is_sealed(const uint8_t *bytes, size_t len)
{
    return len > 0 && bytes[0] == VERSION_1;
}

void seal_bytes(struct seal_key *key, const struct seal_place *place, const uint8_t *bytes, size_t len, struct buf *out)
{
    ASSERT(len <= INT32_MAX && key->counter < UINT64_MAX);
    int n = 0, rest = 0;
    uint8_t *at = buf_reserve(out, len + SEAL_OVERHEAD);
    at[0] = VERSION_1;
    memcpy(at + 1, key->id, SEAL_KEY_ID);
    memcpy(at + SALT_AT, key->salt, SEAL_SALT);
    put_64(at + COUNTER_AT, key->counter++);
    ASSERT(begin(key->sealing, place, at));
    ASSERT(len == 0 || EVP_EncryptUpdate(key->sealing, at + SEAL_HEADER, &n, bytes, (int)len) == 1);
    ASSERT(EVP_EncryptFinal_ex(key->sealing, at + SEAL_HEADER + n, &rest) == 1 && (size_t)n + (size_t)rest == len);
    ASSERT(EVP_CIPHER_CTX_ctrl(key->sealing, EVP_CTRL_GCM_GET_TAG, SEAL_TAG, at + SEAL_HEADER + len) == 1);
    buf_wrote(out, len + SEAL_OVERHEAD);
}

static void choose_subkey(struct seal_key *key, const uint8_t salt[SEAL_SALT])
{
    if (key->has_open_salt && memcmp(key->open_salt, salt, SEAL_SALT) == 0)
        return;
    set_subkey(key->opening, key->key, salt, false);
    memcpy(key->open_salt, salt, SEAL_SALT);
    key->has_open_salt = true;
}

enum status seal_open(struct seal_key *key, const struct seal_place *place, const uint8_t *bytes, size_t len, struct buf *out)
{
    if (!seal_is_sealed(bytes, len) || len < SEAL_OVERHEAD || len > INT32_MAX)
        return STATUS_MALFORMED;
    if (memcmp(bytes + 1, key->id, SEAL_KEY_ID) != 0)
        return STATUS_NOT_FOUND;
    size_t plain = len - SEAL_OVERHEAD;
    int n = 0, rest = 0;
    uint8_t tag[SEAL_TAG];
    memcpy(tag, bytes + len - SEAL_TAG, SEAL_TAG);
    choose_subkey(key, bytes + SALT_AT);
    uint8_t *at = buf_reserve(out, plain + 1);
    bool ok = begin(key->opening, place, bytes) &&
              (plain == 0 || EVP_DecryptUpdate(key->opening, at, &n, bytes + SEAL_HEADER, (int)plain) == 1) &&
              EVP_CIPHER_CTX_ctrl(key->opening, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag) == 1 &&
              EVP_DecryptFinal_ex(key->opening, at + n, &rest) == 1;
    if (!ok) { /* nobody may look at what did not prove itself */
        OPENSSL_cleanse(at, plain);
        return STATUS_MALFORMED;
    }
    buf_wrote(out, plain);
    return STATUS_OK;
}

/* ---------------------------------------------------------------- texts */

bool seal_is_sealed_text(const char *text)
{
    return text[0] == TEXT_MARK;
}

char *seal_text(struct seal_key *key, const struct seal_place *place, const char *text)
{
    struct buf sealed;
    buf_init(&sealed);
    seal_bytes(key, place, (const uint8_t *)text, strlen(text), &sealed);
    size_t room = sodium_base64_encoded_len(buf_len(&sealed), BASE64);
    char *out = xmalloc(1 + room);
    out[0] = TEXT_MARK;
    sodium_bin2base64(out + 1, room, buf_at(&sealed), buf_len(&sealed), BASE64);
    buf_fini(&sealed);
    return out;
}

enum status seal_open_text(struct seal_key *key, const struct seal_place *place, const char *text, char **out)
{
    *out = NULL;
    if (!seal_is_sealed_text(text))
        return STATUS_MALFORMED;
    size_t room = strlen(text), len = 0;
    uint8_t *sealed = xmalloc(room);
    struct buf plain;
    buf_init(&plain);
    bool decoded = sodium_base642bin(sealed, room, text + 1, room - 1, NULL, &len, NULL, BASE64) == 0;
    enum status status = decoded ? seal_open(key, place, sealed, len, &plain) : STATUS_MALFORMED;
    if (status == STATUS_OK)
        *out = xstrndup(buf_len(&plain) > 0 ? (const char *)buf_at(&plain) : "", buf_len(&plain));
    buf_fini(&plain);
    free(sealed);
    return status;
}

/* ---------------------------------------------------------------- hashes */

uint64_t seal_mask_hash(const struct seal_key *key, const struct seal_place *place, uint64_t hash)
{
    uint8_t input[sizeof mask_label - 1 + PLACE], mac[SHA256_DIGEST_LENGTH];
    unsigned len = sizeof mac;
    uint64_t mask;
    memcpy(input, mask_label, sizeof mask_label - 1);
    write_place(place, input + sizeof mask_label - 1);
    ASSERT(HMAC(EVP_sha256(), key->key, SEAL_KEY, input, sizeof input, mac, &len));
    memcpy(&mask, mac, sizeof mask);
    return hash ^ be64toh(mask);
}
