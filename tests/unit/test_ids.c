/* Identifiers: one text for one value, both ways; links and addresses as people paste them; fingerprints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "tests/support/rng.h"

static void uuids(void **state)
{
    (void)state;
    struct uuid id, other;
    char text[UUID_TEXT];
    uuid_random(&id);
    uuid_random(&other);
    assert_false(uuid_equal(&id, &other));
    assert_false(uuid_is_zero(&id));
    uuid_format(&id, text);
    assert_int_equal(strlen(text), UUID_TEXT - 1);
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
    assert_true(uuid_parse(text, &other));
    assert_true(uuid_equal(&id, &other));

    assert_true(uuid_parse("00112233-4455-6677-8899-AABBCCDDEEFF", &id));
    uuid_format(&id, text);
    assert_string_equal(text, "00112233-4455-6677-8899-aabbccddeeff");
    static const char *const bad[] = {"",
                                      "00112233",
                                      "00112233-4455-6677-8899-aabbccddeef",
                                      "00112233-4455-6677-8899-aabbccddeefff",
                                      "00112233445566778899aabbccddeeff",
                                      "0011223344-55-6677-8899-aabbccddeeff",
                                      "00112233-4455-6677-8899-aabbccddeefg",
                                      " 00112233-4455-6677-8899-aabbccddeeff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(uuid_parse(bad[i], &other));

    assert_true(uuid_from_bytes("0123456789abcdef", 16, &id));
    assert_memory_equal(id.b, "0123456789abcdef", 16);
    assert_false(uuid_from_bytes("0123456789abcdef", 15, &id));
    assert_true(uuid_is_zero(&(struct uuid){{0}}));
}

static void object_ids(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      ".",     "7",     "7.",           ".12",          "7.12.", "07.12",
                                      "7.012", "+7.12", "7. 12", "4294967296.1", "1.4294967296", "7.1x"};
    char text[OBJECT_ID_TEXT];
    uint64_t id;
    object_id_format(object_id(7, 12), text);
    assert_string_equal(text, "7.12");
    object_id_format(object_id(CLIENT_ANONYMOUS - 1, UINT32_MAX), text);
    assert_string_equal(text, "4294967039.4294967295");
    assert_true(object_id_parse(text, &id));
    assert_true(id == object_id(CLIENT_ANONYMOUS - 1, UINT32_MAX));
    assert_true(object_id_parse("0.1", &id));
    assert_int_equal(object_client(id), 0);
    assert_int_equal(object_counter(id), 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(object_id_parse(bad[i], &id));
}

static void anonymous_ids(void **state)
{
    (void)state;
    static const char *const bad[] = {"a.", "a.7777777", "a.777777777", "a.7777777!", "a7777777", "A.77777777", "4294967040.1"};
    char text[OBJECT_ID_TEXT];
    uint64_t id, all = 0, common = UINT64_MAX;
    object_id_format(UINT64_MAX, text);
    assert_string_equal(text, "a.77777777");
    assert_true(object_id_parse(text, &id));
    assert_true(id == UINT64_MAX);
    object_id_format(object_id(CLIENT_ANONYMOUS, 1), text);
    assert_string_equal(text, "a.aaaaaaab");
    assert_true(object_id_parse(text, &id));
    assert_true(id == object_id(CLIENT_ANONYMOUS, 1));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(object_id_parse(bad[i], &id));
    for (size_t i = 0; i < 200; i++) {
        id = object_id_anonymous();
        assert_true(object_is_anonymous(id));
        all |= id;
        common &= id;
    }
    assert_true(common == object_id(CLIENT_ANONYMOUS, 0)); /* no other bit is always set, and each is sometimes */
    assert_true(all == UINT64_MAX);
    assert_true(!object_is_anonymous(object_id(CLIENT_ANONYMOUS - 1, UINT32_MAX)));
}

static void device_tokens(void **state)
{
    (void)state;
    char token[TOKEN_TEXT], other[TOKEN_TEXT];
    token_make_device(token);
    token_make_device(other);
    assert_string_not_equal(token, other);
    assert_int_equal(strlen(token), 4 + 43 + 6);
    assert_memory_equal(token, "cnv_", 4);
    assert_true(token_check_device(token));
    /* Any changed, missing or added character is noticed. */
    for (size_t i = 0; token[i] != '\0'; i++) {
        memcpy(other, token, sizeof other);
        other[i] = other[i] == 'x' ? 'y' : 'x';
        assert_false(token_check_device(other));
    }
    memcpy(other, token, sizeof other);
    other[strlen(other) - 1] = '\0';
    assert_false(token_check_device(other));
    memcpy(other, token, sizeof other);
    other[strlen(token)] = 'a';
    other[strlen(token) + 1] = '\0';
    assert_false(token_check_device(other));
    assert_false(token_check_device(""));
    /* Made by another program (Python's zlib.crc32) from the bytes 0, 1, 2 … 31. */
    assert_true(token_check_device("cnv_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3SD0aJ"));
}

static void invitation_tokens(void **state)
{
    (void)state;
    char token[TOKEN_TEXT];
    token_make_invitation(token);
    assert_int_equal(strlen(token), 26);
    assert_true(token_check_invitation(token));
    token[0] = '1';
    assert_false(token_check_invitation(token));
    assert_false(token_check_invitation("aaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(token_check_invitation("aaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_false(token_check_invitation("aaaaaaaaaaaaaaaaaaaaaaaaab")); /* padding bits that are not zero */
    assert_false(token_check_invitation("AAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_true(token_check_invitation("aaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void hashes(void **state)
{
    (void)state;
    static const uint8_t sha256_of_abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                            0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                            0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    uint8_t hash[32];
    token_hash("abc", hash);
    assert_memory_equal(hash, sha256_of_abc, 32);
}

static void base32(void **state)
{
    (void)state;
    /* RFC 4648, section 10, in lower case and without padding. */
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"", ""},
                 {"f", "my"},
                 {"fo", "mzxq"},
                 {"foo", "mzxw6"},
                 {"foob", "mzxw6yq"},
                 {"fooba", "mzxw6ytb"},
                 {"foobar", "mzxw6ytboi"}};
    char text[64];
    uint8_t bytes[32], back[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].bytes);
        base32_encode((const uint8_t *)cases[i].bytes, len, text);
        assert_string_equal(text, cases[i].text);
        assert_true(base32_decode(text, back, len));
        assert_memory_equal(back, cases[i].bytes, len);
        assert_false(base32_decode(text, back, len + 1));
        if (len > 0)
            assert_false(base32_decode(text, back, len - 1));
    }
    assert_false(base32_decode("mz", back, 1));  /* padding bits */
    assert_false(base32_decode("mya", back, 1)); /* a digit too many */
    assert_false(base32_decode("m y", back, 1));
    assert_false(base32_decode("MY", back, 1));
    struct rng r = {rng_seed(1)};
    for (int round = 0; round < 1000; round++) {
        size_t len = rng_below(&r, sizeof bytes + 1);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)rng_next(&r);
        base32_encode(bytes, len, text);
        assert_int_equal(strlen(text), (len * 8 + 4) / 5);
        assert_true(base32_decode(text, back, len));
        assert_memory_equal(back, bytes, len);
    }
}

/* ---- links and addresses */

#define TOKEN "abcdefghijklmnopqrstuvwxya"
#define PIN "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq"

static void links(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
        bool token, pin;
    } good[] = {
        {"cocanvas://canvas.example.org/i/" TOKEN "?p=" PIN, "canvas.example.org", 7341, true, true},
        {"cocanvas://canvas.example.org:8443/i/" TOKEN "?p=" PIN, "canvas.example.org", 8443, true, true},
        {"cocanvas://192.0.2.7?p=" PIN, "192.0.2.7", 7341, false, true},
        {"cocanvas://[2001:db8::7]:99?p=" PIN, "2001:db8::7", 99, false, true},
        {"cocanvas://[::1]/i/" TOKEN, "::1", 7341, true, false},
        {"cocanvas://localhost", "localhost", 7341, false, false},
    };
    struct link link;
    struct why why;
    char text[512];
    uint8_t pin[PIN_BYTES];
    for (size_t i = 0; i < PIN_BYTES; i++)
        pin[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (link_parse(good[i].text, &link, &why) != STATUS_OK)
            fail_msg("%s: %s", good[i].text, why.text);
        assert_string_equal(link.host, good[i].host);
        assert_int_equal(link.port, good[i].port);
        assert_string_equal(link.token, good[i].token ? TOKEN : "");
        assert_int_equal(link.has_pin, good[i].pin);
        if (link.has_pin)
            assert_memory_equal(link.pin, pin, PIN_BYTES);
        link_format(&link, text, sizeof text);
        assert_string_equal(text, good[i].text);
    }
    assert_int_equal(link_parse("cocanvas://h?later=1&p=" PIN "&x=2", &link, NULL), STATUS_OK);
    assert_true(link.has_pin);
}

static void links_with_codes(void **state)
{
    (void)state;
    struct link link;
    char text[512];
    assert_int_equal(link_parse("cocanvas://h:99/j/wdjb-mjht?p=" PIN, &link, NULL), STATUS_OK);
    assert_string_equal(link.code, "WDJB-MJHT");
    assert_string_equal(link.token, "");
    link_format(&link, text, sizeof text);
    assert_string_equal(text, "cocanvas://h:99/j/WDJB-MJHT?p=" PIN);
    assert_int_equal(link_parse("cocanvas://h/j/WDJBMJHT", &link, NULL), STATUS_OK);
    assert_int_equal(link_parse("cocanvas://h/j/WDJB-MJH", &link, NULL), STATUS_MALFORMED);
    assert_int_equal(link_parse("cocanvas://h/j/", &link, NULL), STATUS_MALFORMED);
    assert_int_equal(link_parse("cocanvas://h/j/WDJB-MJHT/x", &link, NULL), STATUS_MALFORMED);
}

static void links_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "http://h/i/" TOKEN,
        "cocanvas:/h",
        "cocanvas://",
        "cocanvas:///i/" TOKEN,
        "cocanvas://h/i/",
        "cocanvas://h/i/short?p=" PIN,
        "cocanvas://h/i/" TOKEN "x?p=" PIN,
        "cocanvas://h/x/" TOKEN,
        "cocanvas://h/i/" TOKEN "?p=short",
        "cocanvas://h/i/" TOKEN "?p=" PIN "a",
        "cocanvas://h:0",
        "cocanvas://h:65536",
        "cocanvas://h:",
        "cocanvas://h:1x",
        "cocanvas://h:01",
        "cocanvas://[::1",
        "cocanvas://[]",
        "cocanvas://[1.2.3.4]",
        "cocanvas://h h",
        "cocanvas://-h",
        "cocanvas://.h",
        "cocanvas://user@h",
        "cocanvas://h?p=" PIN "#x",
        "cocanvas://h/",
        "cocanvas://h/i/" TOKEN TOKEN TOKEN,
    };
    struct link link;
    struct why why;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why.text[0] = '\0';
        if (link_parse(bad[i], &link, &why) != STATUS_MALFORMED)
            fail_msg("%s was taken for a link", bad[i]);
        assert_true(why.text[0] != '\0');
    }
    char long_host[400] = "cocanvas://";
    memset(long_host + 11, 'h', 300);
    assert_int_equal(link_parse(long_host, &link, NULL), STATUS_MALFORMED);
}

static void addresses(void **state)
{
    (void)state;
    char host[256];
    uint16_t port;
    assert_int_equal(address_parse("h.example:1", host, &port, NULL), STATUS_OK);
    assert_string_equal(host, "h.example");
    assert_int_equal(port, 1);
    assert_int_equal(address_parse("[::1]", host, &port, NULL), STATUS_OK);
    assert_string_equal(host, "::1");
    assert_int_equal(port, DEFAULT_PORT);
    assert_int_equal(address_parse("h/i", host, &port, NULL), STATUS_MALFORMED);
    assert_int_equal(address_parse("::1", host, &port, NULL), STATUS_MALFORMED);
    assert_int_equal(address_parse("", host, &port, NULL), STATUS_MALFORMED);
}

static void fingerprints(void **state)
{
    (void)state;
    uint8_t pin[PIN_BYTES] = {127, 0, 0, 1, 63, 84, 220, 193, 140, 98, 193, 141}; /* addresses of the proquint paper */
    char text[80];
    pin_words(pin, text, sizeof text);
    assert_string_equal(text, "lusab-babad-gutih-tugad-mudof-sakat");
    for (size_t i = 0; i < PIN_BYTES; i++)
        pin[i] = (uint8_t)i;
    pin_format(pin, text, sizeof text);
    assert_string_equal(text, "SHA256:aaaq-eaye-auda-ocaj-bifq-ydio-b4ib-ceqt-cqkr-mfyy-denb-wha5-dypq");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uuids),         cmocka_unit_test(object_ids), cmocka_unit_test(anonymous_ids),
        cmocka_unit_test(device_tokens), cmocka_unit_test(invitation_tokens),
        cmocka_unit_test(hashes),        cmocka_unit_test(base32),
        cmocka_unit_test(links),         cmocka_unit_test(links_that_are_none),
        cmocka_unit_test(links_with_codes),
        cmocka_unit_test(addresses),     cmocka_unit_test(fingerprints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
