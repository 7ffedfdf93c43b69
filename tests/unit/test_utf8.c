/* UTF-8: what is a text, counting, clusters and widths, and what is taken out before text from others is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "tests/support/rng.h"

static bool is_text(const char *s)
{
    return utf8_check(s, strlen(s), NULL);
}

static void valid_and_invalid(void **state)
{
    (void)state;
    static const char *const good[] = {"", "a", "tab\tand\nline feed", "ä€字😀", "\xed\x9f\xbf", "\xee\x80\x80",
                                       "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\xc2\xa0", "e\u0301 combining, \u202e bidi is for utf8_printable"};
    static const char *const bad[] = {
        "\x80", "\xbf", "a\xc3", "\xc3(", "\xe2\x82", "\xe2(\xac", "\xf0\x9f\x98", /* alone, cut, wrong continuation */
        "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", /* surrogates, too high */
        "\r\n", "\x1b[31m", "\x07", "\x7f", "\xc2\x80", "\xc2\x9f", "\x01", "\x1f", /* controls */
        "12345678\x80", "1234567\x7f" "9", "1234\x01" "6789", "12345678\r",
        "\xe5\xad\x97\xe5\xad\x97\xe5\xad", /* within a word, and behind one */
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(is_text(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (is_text(bad[i]))
            fail_msg("bad[%zu] was taken for a text", i);
    }
    assert_false(utf8_check("a\0b", 3, NULL));
    assert_true(utf8_check_line("one line ä", 11, NULL));
    assert_false(utf8_check_line("two\nlines", 9, NULL));
    assert_false(utf8_check_line("a\ttab in a line", 15, NULL));
}

/* Every single byte, alone and within a word of eight. */
static void every_byte(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        bool expected = (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t';
        for (size_t at = 0; at < 8; at++) {
            char word[] = "~ ~ ~ ~ ";
            word[at] = (char)c;
            assert_int_equal(utf8_check(word, 8, NULL), expected);
        }
    }
}

/* All code points there are: encoding and decoding agree, and exactly the right ones are refused. */
static void every_code_point(void **state)
{
    (void)state;
    char bytes[4];
    for (uint32_t point = 0; point <= 0x110100; point++) {
        uint32_t decoded = 0;
        size_t len = utf8_encode(point, bytes);
        if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            assert_int_equal(len, 0);
            continue;
        }
        assert_int_equal(len, point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
        assert_int_equal(utf8_decode(bytes, len, &decoded), len);
        assert_int_equal(decoded, point);
        assert_int_equal(utf8_decode(bytes, len - 1, &decoded), 0);
        bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        assert_int_equal(utf8_check(bytes, len, NULL), !control || point == '\n' || point == '\t');
    }
}

static void counting(void **state)
{
    (void)state;
    static const char *const letters[] = {"a", "ä", "€", "😀"};
    struct rng r = {rng_seed(1)};
    for (int round = 0; round < 2000; round++) {
        char bytes[400];
        size_t offsets[101], len = 0, n = rng_below(&r, 101), points;
        for (size_t i = 0; i < n; i++) {
            const char *letter = letters[rng_below(&r, round % 4 + 1)];
            offsets[i] = len;
            memcpy(bytes + len, letter, strlen(letter));
            len += strlen(letter);
        }
        offsets[n] = len;
        assert_true(utf8_check(bytes, len, &points));
        assert_int_equal(points, n);
        assert_int_equal(utf8_points(bytes, len), n);
        for (size_t i = 0; i <= n; i++)
            assert_int_equal(utf8_offset(bytes, len, i), offsets[i]);
        for (size_t i = 0; i <= n; i++)
            assert_int_equal(utf8_tail(bytes, len, n - i), len - offsets[i]);
        assert_int_equal(utf8_offset(bytes, len, n + 1), len);
        assert_int_equal(utf8_offset(bytes, len, SIZE_MAX), len);
        assert_int_equal(utf8_tail(bytes, len, n + 1), len);
    }
}

static void clusters_and_widths(void **state)
{
    (void)state;
    static const struct {
        const char *cluster;
        int width;
    } cases[] = {
        {"a", 1}, {"ä", 1}, {"e\u0301", 1}, {"字", 2}, {"😀", 2}, {"👨\u200d👩\u200d👧", 2}, 
        {"👍🏽", 2}, {"🇩🇪", 2}, {"한", 2}, {"ﬁ", 1}, {"é", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char two[64];
        size_t len = strlen(cases[i].cluster);
        memcpy(two, cases[i].cluster, len);
        memcpy(two + len, "x", 2);
        assert_int_equal(utf8_grapheme(two, len + 1), len);
        assert_int_equal(utf8_cluster_width(cases[i].cluster, len), cases[i].width);
        assert_int_equal(utf8_width(two, len + 1), cases[i].width + 1);
    }
    assert_int_equal(utf8_grapheme("", 0), 0);
    assert_int_equal(utf8_grapheme("\xff\xff", 2), 1);
    assert_int_equal(utf8_width("", 0), 0);
}

static void expect_printable(const char *bytes, size_t len, bool multiline, const char *expected)
{
    size_t out_len;
    char *out = utf8_printable(bytes, len, multiline, &out_len);
    assert_string_equal(out, expected);
    assert_int_equal(out_len, strlen(expected));
    free(out);
}

static void printable(void **state)
{
    (void)state;
    static const struct {
        const char *from, *line, *lines;
    } cases[] = {
        {"", "", ""},
        {"plain ä 字 😀", "plain ä 字 😀", "plain ä 字 😀"},
        {"two\nlines\tand a tab", "two lines and a tab", "two\nlines\tand a tab"},
        {"separators\u2028and\u2029more", "separators and more", "separators\nand\nmore"},
        {"\x1b[2J", "\uFFFD[2J", "\uFFFD[2J"},
        {"\xc2\x9b" "2J", "\uFFFD" "2J", "\uFFFD" "2J"},
        {"a\r\nb\x7f", "a\uFFFD b\uFFFD", "a\uFFFD\nb\uFFFD"},
        {"\xff\xc3(\xed\xa0\x80", "\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD"},
        {"\u202eevil\u202c \u2066x\u2069\u200e\u200f\u061c", "evil x", "evil x"},
        {"zero\u200bwidth\u200c\ufeff\u2060\u00ad", "zerowidth", "zerowidth"},
        {"a\u200db", "ab", "ab"},
        {"👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"},
        {"👩🏽\u200d🚀", "👩🏽\u200d🚀", "👩🏽\u200d🚀"},
        {"👨\u200d \u200d👩", "👨 👩", "👨 👩"},
        {"\ufdd0\uffff", "\uFFFD\uFFFD", "\uFFFD\uFFFD"},
        {"hidden\U000E0041\U000E007F", "hidden", "hidden"},
        {"e\u0301", "e\u0301", "e\u0301"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_printable(cases[i].from, strlen(cases[i].from), false, cases[i].line);
        expect_printable(cases[i].from, strlen(cases[i].from), true, cases[i].lines);
    }
    expect_printable("a\0b", 3, false, "a\uFFFDb");
}

/* Whatever comes in, what comes out is a text, and a second time nothing more is taken out. */
static void printable_of_anything(void **state)
{
    (void)state;
    struct rng r = {rng_seed(2)};
    for (int round = 0; round < 5000; round++) {
        char bytes[64];
        size_t len = rng_below(&r, sizeof bytes), out_len, again_len;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)rng_next(&r);
        char *out = utf8_printable(bytes, len, round % 2 == 0, &out_len);
        assert_true(round % 2 == 0 ? utf8_check(out, out_len, NULL) : utf8_check_line(out, out_len, NULL));
        char *again = utf8_printable(out, out_len, round % 2 == 0, &again_len);
        assert_string_equal(out, again);
        free(out);
        free(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_and_invalid), cmocka_unit_test(every_byte), cmocka_unit_test(every_code_point),
        cmocka_unit_test(counting),
        cmocka_unit_test(clusters_and_widths), cmocka_unit_test(printable), cmocka_unit_test(printable_of_anything),
    };
    setlocale(LC_CTYPE, "C.UTF-8"); /* widths follow wcwidth */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
