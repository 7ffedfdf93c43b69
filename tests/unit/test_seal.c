/* Sealed bytes: what was sealed opens at its place and nowhere else, every bit counts, no nonce comes twice, and the layout is the one
 * that is documented, shown by opening it with OpenSSL alone. */
#include <endian.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/journal/seal.h"

static const uint8_t some_key[SEAL_KEY] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
                                           17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
static const struct seal_place here = {SEAL_BATCH, {{0xa1}}, {{0xb2}}, 7};

static struct buf sealed_of(struct seal_key *key, const struct seal_place *place, const char *text)
{
    struct buf out;
    buf_init(&out);
    seal_bytes(key, place, (const uint8_t *)text, strlen(text), &out);
    return out;
}

static enum status try_open(struct seal_key *key, const struct seal_place *place, const struct buf *sealed)
{
    struct buf plain;
    buf_init(&plain);
    enum status status = seal_open(key, place, buf_at(sealed), buf_len(sealed), &plain);
    assert_true(status == STATUS_OK || buf_len(&plain) == 0);
    buf_fini(&plain);
    return status;
}

static void test_opens(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key), *again = seal_key_new(some_key);
    static const char *const texts[] = {"", "x", "a card about the merger"};
    for (size_t i = 0; i < 3; i++) {
        struct buf sealed = sealed_of(key, &here, texts[i]), plain;
        assert_int_equal(buf_len(&sealed), strlen(texts[i]) + SEAL_OVERHEAD);
        assert_true(seal_is_sealed(buf_at(&sealed), buf_len(&sealed)));
        assert_true(strlen(texts[i]) < 2 || !memmem(buf_at(&sealed), buf_len(&sealed), texts[i], strlen(texts[i])));
        buf_init(&plain);
        buf_add(&plain, "before", 6);
        assert_int_equal(seal_open(again, &here, buf_at(&sealed), buf_len(&sealed), &plain), STATUS_OK);
        assert_int_equal(buf_len(&plain), 6 + strlen(texts[i]));
        assert_memory_equal(buf_at(&plain) + 6, texts[i], strlen(texts[i]));
        buf_fini(&plain);
        buf_fini(&sealed);
    }
    seal_key_free(key);
    seal_key_free(again);
}

static void test_other_places(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key);
    struct buf sealed = sealed_of(key, &here, "bound to where it stands");
    struct seal_place other = here;
    other.kind = SEAL_STATE;
    assert_int_equal(try_open(key, &other, &sealed), STATUS_MALFORMED);
    other = here;
    other.workspace.b[15] ^= 1;
    assert_int_equal(try_open(key, &other, &sealed), STATUS_MALFORMED);
    other = here;
    other.object.b[15] ^= 1;
    assert_int_equal(try_open(key, &other, &sealed), STATUS_MALFORMED);
    other = here;
    other.seq++;
    assert_int_equal(try_open(key, &other, &sealed), STATUS_MALFORMED);
    assert_int_equal(try_open(key, &here, &sealed), STATUS_OK);
    buf_fini(&sealed);
    seal_key_free(key);
}

static void test_every_bit(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key);
    struct buf sealed = sealed_of(key, &here, "every bit");
    size_t len = buf_len(&sealed);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        sealed.data[sealed.start + bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(try_open(key, &here, &sealed), bit / 8 >= 1 && bit / 8 <= SEAL_KEY_ID ? STATUS_NOT_FOUND : STATUS_MALFORMED);
        sealed.data[sealed.start + bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (; buf_len(&sealed) > 0; sealed.end--) {
        struct buf shorter = sealed;
        shorter.end--;
        assert_int_not_equal(try_open(key, &here, &shorter), STATUS_OK);
    }
    buf_fini(&sealed);
    seal_key_free(key);
}

static void test_other_key(void **state)
{
    (void)state;
    uint8_t bytes[SEAL_KEY] = {9};
    struct seal_key *key = seal_key_new(some_key), *other = seal_key_new(bytes);
    struct buf sealed = sealed_of(key, &here, "whose is it?");
    char id[9], other_id[9];
    seal_key_id(key, id);
    seal_key_id(other, other_id);
    assert_string_not_equal(id, other_id);
    assert_int_equal(try_open(other, &here, &sealed), STATUS_NOT_FOUND);
    buf_fini(&sealed);
    seal_key_free(key);
    seal_key_free(other);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, SEAL_SALT + 8);
}

/* Salt and counter of many, from several loadings of one key. */
static void test_nonces(void **state)
{
    (void)state;
    enum { LOADINGS = 20, EACH = 500, N = LOADINGS * EACH };
    uint8_t(*seen)[SEAL_SALT + 8] = xcalloc(N, sizeof *seen);
    for (int l = 0, n = 0; l < LOADINGS; l++) {
        struct seal_key *key = seal_key_new(some_key);
        for (int i = 0; i < EACH; i++, n++) {
            struct buf sealed = sealed_of(key, &here, "the same text");
            memcpy(seen[n], buf_at(&sealed) + 1 + SEAL_KEY_ID, sizeof seen[n]);
            buf_fini(&sealed);
        }
        seal_key_free(key);
    }
    qsort(seen, N, sizeof *seen, by_bytes);
    for (int i = 1; i < N; i++)
        assert_int_not_equal(memcmp(seen[i - 1], seen[i], sizeof *seen), 0);
    free(seen);
}

/* The layout of seal.h, by hand. */
static void open_by_hand(const uint8_t *bytes, size_t len, char *out)
{
    uint8_t input[64], subkey[32], nonce[12] = {0}, aad[29 + 41] = {0}, tag[16];
    unsigned hash_len;
    int n, rest;
    memcpy(input, "cocanvas seal subkey", 20);
    memcpy(input + 20, bytes + 5, 16);
    HMAC(EVP_sha256(), some_key, 32, input, 36, subkey, &hash_len);
    memcpy(nonce + 4, bytes + 21, 8);
    memcpy(aad, bytes, 29);
    aad[29] = 1;
    aad[30] = 0xa1;
    aad[46] = 0xb2;
    aad[69] = 7;
    memcpy(tag, bytes + len - 16, 16);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, subkey, nonce), 1);
    assert_int_equal(EVP_DecryptUpdate(c, NULL, &n, aad, sizeof aad), 1);
    assert_int_equal(EVP_DecryptUpdate(c, (uint8_t *)out, &n, bytes + 29, (int)len - 45), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, 16, tag), 1);
    assert_int_equal(EVP_DecryptFinal_ex(c, (uint8_t *)out + n, &rest), 1);
    out[n] = '\0';
    EVP_CIPHER_CTX_free(c);
}

static void test_layout(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key);
    struct buf sealed = sealed_of(key, &here, "as documented");
    char out[32];
    open_by_hand(buf_at(&sealed), buf_len(&sealed), out);
    assert_string_equal(out, "as documented");
    buf_fini(&sealed);
    seal_key_free(key);
}

/* What an earlier version has stored must open for ever. */
static void test_stored_once(void **state)
{
    (void)state;
    static const char stored[] = "0759546de6404142434445464748494a4b4c4d4e4f00000000000000052d69f15e26fd2525a28e4b830a359de8b2baf285c2888fe004240c";
    uint8_t bytes[128];
    size_t len;
    struct buf plain;
    struct seal_key *key = seal_key_new(some_key);
    assert_int_equal(sodium_hex2bin(bytes, sizeof bytes, stored, strlen(stored), NULL, &len, NULL), 0);
    buf_init(&plain);
    assert_int_equal(seal_open(key, &here, bytes, len, &plain), STATUS_OK);
    assert_int_equal(buf_len(&plain), 11);
    assert_memory_equal(buf_at(&plain), "stored once", 11);
    buf_fini(&plain);
    seal_key_free(key);
}

/* AES-256-GCM is what we think it is: test case 16 of McGrew and Viega's specification. */
static void test_gcm(void **state)
{
    (void)state;
    static const char hex[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308" "cafebabefacedbaddecaf888"
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        "feedfacedeadbeeffeedfacedeadbeefabaddad2"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b";
    uint8_t b[512], out[60], tag[16];
    size_t len;
    int n;
    assert_int_equal(sodium_hex2bin(b, sizeof b, hex, strlen(hex), NULL, &len, NULL), 0);
    const uint8_t *plain = b + 44, *aad = plain + 60, *cipher = aad + 20, *expected = cipher + 60;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, b, b + 32), 1);
    assert_int_equal(EVP_EncryptUpdate(c, NULL, &n, aad, 20), 1);
    assert_int_equal(EVP_EncryptUpdate(c, out, &n, plain, 60), 1);
    assert_int_equal(EVP_EncryptFinal_ex(c, out + n, &n), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, tag), 1);
    assert_memory_equal(out, cipher, 60);
    assert_memory_equal(tag, expected, 16);
    EVP_CIPHER_CTX_free(c);
}

static void test_texts(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key);
    struct seal_place place = {SEAL_TITLE, {{1}}, {{2}}, 0}, other = {SEAL_TITLE, {{1}}, {{3}}, 0};
    static const char *const texts[] = {"", "Zürich 2026", "\xf0\x9f\x99\x82"};
    for (size_t i = 0; i < 3; i++) {
        char *sealed = seal_text(key, &place, texts[i]), *plain;
        assert_true(seal_is_sealed_text(sealed) && !seal_is_sealed_text(texts[i]));
        assert_null(strlen(texts[i]) > 0 ? strstr(sealed, texts[i]) : NULL);
        assert_int_equal(seal_open_text(key, &other, sealed, &plain), STATUS_MALFORMED);
        assert_null(plain);
        assert_int_equal(seal_open_text(key, &place, sealed, &plain), STATUS_OK);
        assert_string_equal(plain, texts[i]);
        free(plain);
        sealed[strlen(sealed) - 1] = '!';
        assert_int_equal(seal_open_text(key, &place, sealed, &plain), STATUS_MALFORMED);
        free(sealed);
    }
    seal_key_free(key);
}

static void test_masks(void **state)
{
    (void)state;
    struct seal_key *key = seal_key_new(some_key);
    struct seal_place a = {SEAL_STATE, {{1}}, {{2}}, 5}, b = a;
    b.seq = 6;
    uint64_t masked = seal_mask_hash(key, &a, 0x1234);
    assert_true(masked != 0x1234 && seal_mask_hash(key, &a, masked) == 0x1234 && seal_mask_hash(key, &b, 0x1234) != masked);
    seal_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens),   cmocka_unit_test(test_other_places), cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_other_key), cmocka_unit_test(test_nonces),     cmocka_unit_test(test_layout),
        cmocka_unit_test(test_stored_once), cmocka_unit_test(test_gcm),      cmocka_unit_test(test_texts),
        cmocka_unit_test(test_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
