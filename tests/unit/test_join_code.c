/* Join codes: what is made, and what people type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/join_code.h"

static void test_made(void **state)
{
    (void)state;
    char code[JOIN_CODE_TEXT], again[JOIN_CODE_TEXT], seen[256] = {0};
    for (int i = 0; i < 500; i++) {
        join_code_make(code);
        assert_int_equal(strlen(code), 9);
        assert_int_equal(code[4], '-');
        for (size_t at = 0; at < 9; at++) {
            assert_true(at == 4 || strchr(JOIN_CODE_LETTERS, code[at]));
            seen[(unsigned char)code[at]] = 1;
        }
        assert_int_equal(join_code_parse(code, again, NULL), STATUS_OK);
        assert_string_equal(again, code);
    }
    for (const char *letter = JOIN_CODE_LETTERS; *letter; letter++)
        assert_true(seen[(unsigned char)*letter]);
}

static void test_typed(void **state)
{
    (void)state;
    static const char *const good[] = {
        "WDJB-MJHT",        "wdjbmjht",   " wdjb mjht ",
        "W D J B M J H T",  "wdjb--mjht", "WDJB\xE2\x80\x93MJHT", /* en dash */
        "WDJB\xC2\xA0MJHT",                                       /* no-break space */
        "wDjB-\tMjHt\n",
    };
    char code[JOIN_CODE_TEXT];
    struct why why = {""};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (join_code_parse(good[i], code, &why) != STATUS_OK)
            fail_msg("\"%s\": %s", good[i], why.text);
        assert_string_equal(code, "WDJB-MJHT");
    }
}

static void test_mistyped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "this one has 0"},
        {"WDJB-MJH", "this one has 7"},
        {"WDJB-MJHTT", "this one has 9"},
        {"WDJB-MJHTWDJBMJHTWDJBMJHTWDJBMJHTWDJBMJHT", "this one has 40"},
        {"WDJB-MJH1", "\"1\" is in no code"},
        {"WDJB-MJHA", "\"A\" is in no code"},
        {"WDJB-MJH\xC3\x9F", "\"\xC3\x9F\" is in no code"},
        {"WDJB-MJH\xFF", "no code"},
    };
    char code[JOIN_CODE_TEXT];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct why why = {""};
        assert_int_equal(join_code_parse(bad[i].text, code, &why), STATUS_MALFORMED);
        if (!strstr(why.text, bad[i].says))
            fail_msg("\"%s\": %s", bad[i].text, why.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_mistyped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
