/* Lines of a text: where they break, that they are the text, and that places and positions are each other's inverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/grid.h"
#include "client/tui/wrap.h"
#include "common/buf.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

/* The lines, joined by '|'; a soft one ends in '~'. */
static void assert_lines(const char *text, int width, const char *expected)
{
    struct wrap w;
    struct buf out;
    wrap_init(&w);
    buf_init(&out);
    wrap_text(&w, text, strlen(text), width, 0);
    for (size_t i = 0; i < w.n; i++) {
        buf_add(&out, text + w.at[i].at_bytes, w.at[i].len_bytes);
        if (!w.at[i].hard)
            buf_add(&out, "~", 1);
        if (i + 1 < w.n)
            buf_add(&out, "|", 1);
    }
    buf_add(&out, "", 1);
    assert_string_equal((const char *)out.data, expected);
    assert_int_equal(wrap_count(text, strlen(text), width, 0), w.n);
    buf_fini(&out);
    wrap_fini(&w);
}

static void test_breaks(void **state)
{
    (void)state;
    assert_lines("", 5, "");
    assert_lines("abc", 5, "abc");
    assert_lines("abcde", 5, "abcde");
    assert_lines("abcdef", 5, "abcde~|f");
    assert_lines("one two", 7, "one two");
    assert_lines("one two", 6, "one~|two");
    assert_lines("one two", 3, "one~|two");
    assert_lines("one twoandmore", 5, "one~|twoan~|dmore");
    assert_lines("a\nb\n\nc\n", 5, "a|b||c|");
    assert_lines("one\ttwo", 5, "one~|two");
    assert_lines("one    two", 5, "one  ~| two");
    assert_lines("     x", 3, "   ~| x");
    assert_lines("世界人民", 5, "世界~|人民");
    assert_lines("ab 世界人民", 5, "ab 世~|界人~|民");
    assert_lines("世界。人", 4, "世~|界。~|人"); /* a full stop begins no line */
    assert_lines("世x世y", 4, "世x~|世y");
    assert_lines("a(世)", 4, "a(世~|)"); /* no place at all */
    assert_lines("世 「世」", 6, "世~|「世」");
    assert_lines("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 4,
                 "👩‍👩‍👧👩‍👩‍👧~|👩‍👩‍👧");
    assert_lines("e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301~|e\u0301");
    assert_lines("世x", 1, "世~|x"); /* cannot fit, and goes on all the same */
    assert_lines("ab", 0, "a~|b");
    assert_lines("ab", -7, "a~|b");
}

static void test_at_most(void **state)
{
    (void)state;
    struct wrap w;
    wrap_init(&w);
    wrap_text(&w, "a b c d e f", 11, 1, 3);
    assert_int_equal(w.n, 3);
    assert_int_equal(w.at[2].at_bytes, 4);
    assert_int_equal(wrap_count("a b c d e f", 11, 1, 3), 3);
    wrap_text(&w, "", 0, 1, 3); /* reused */
    assert_int_equal(w.n, 1);
    assert_true(w.at[0].hard);
    wrap_fini(&w);
}

static void assert_place(const struct wrap *w, const char *text, uint32_t point, size_t line, int cell)
{
    size_t at_line;
    int at_cell;
    wrap_place(w, text, point, &at_line, &at_cell);
    if (at_line != line || at_cell != cell)
        fail_msg("point %u is at %zu,%d", point, at_line, at_cell);
}

static void test_places(void **state)
{
    (void)state;
    static const char text[] = "one two\nabcdefg 世e\u0301!"; /* one~|two|abcde~|fg 世~|é! */
    struct wrap w;
    wrap_init(&w);
    wrap_text(&w, text, sizeof text - 1, 5, 0);
    assert_int_equal(w.n, 5);
    assert_place(&w, text, 0, 0, 0);
    assert_place(&w, text, 3, 0, 3); /* before the space that the line was broken at */
    assert_place(&w, text, 4, 1, 0);
    assert_place(&w, text, 7, 1, 3); /* before the line break */
    assert_place(&w, text, 8, 2, 0);
    assert_place(&w, text, 13, 3, 0); /* in the middle of the word: the next line's */
    assert_place(&w, text, 16, 3, 3);
    assert_place(&w, text, 17, 4, 0);
    assert_place(&w, text, 18, 4, 0); /* inside of the cluster: its beginning */
    assert_place(&w, text, 20, 4, 2);
    assert_place(&w, text, 99, 4, 2);
    assert_int_equal(wrap_point(&w, text, 0, 2), 2);
    assert_int_equal(wrap_point(&w, text, 0, 50), 3);
    assert_int_equal(wrap_point(&w, text, 2, 50), 12); /* not the next line's beginning */
    assert_int_equal(wrap_point(&w, text, 3, 3), 16);
    assert_int_equal(wrap_point(&w, text, 3, 4), 16);
    assert_int_equal(wrap_point(&w, text, 4, 1), 19);
    assert_int_equal(wrap_point(&w, text, 77, 0), 17);
    assert_int_equal(wrap_point(&w, text, 1, -5), 4);
    wrap_fini(&w);
}

static size_t random_text(struct rng *rng, char *text, uint32_t pieces)
{
    static const char *const words[] = {"a",
                                        "workshop",
                                        " ",
                                        " ",
                                        "\n",
                                        "\t",
                                        "世界",
                                        "e\u0301",
                                        "👩‍👩‍👧",
                                        "。",
                                        "antidisestablishmentarianism",
                                        "\u200B",
                                        "\u00AD",
                                        "🇩🇪",
                                        "\u0301",
                                        "한",
                                        "-"};
    size_t len = 0;
    for (uint32_t n = rng_below(rng, pieces); n > 0; n--) {
        const char *word = words[rng_below(rng, sizeof words / sizeof words[0])];
        memcpy(text + len, word, strlen(word));
        len += strlen(word);
    }
    return len;
}

/* The lines with what was taken out between them are the text, in bytes and code points; none is too wide, and each takes
 * the cells that a grid takes for it. */
static void check_lines(const struct wrap *w, const char *text, size_t len)
{
    uint32_t bytes = 0, points = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct wrap_line *line = &w->at[i];
        assert_int_equal(line->at_bytes, bytes);
        assert_int_equal(line->at_points, points);
        assert_int_equal(line->len_points, utf8_points(text + bytes, line->len_bytes));
        assert_int_equal(line->cells, grid_width(text + bytes, line->len_bytes));
        assert_true((int)line->cells <= w->width || w->width == 1);
        assert_null(memchr(text + bytes, '\n', line->len_bytes));
        bytes += line->len_bytes;
        points += line->len_points;
        bool more = i + 1 < w->n;
        if (more && (line->hard || w->at[i + 1].at_bytes > bytes)) {
            assert_true(line->hard ? text[bytes] == '\n' : text[bytes] == ' ' || text[bytes] == '\t');
            bytes++;
            points++;
        }
        assert_true(more || line->hard);
    }
    assert_int_equal(bytes, len);
}

/* Every cluster's beginning has a place that leads back to it, and places never run backwards. */
static void check_places(const struct wrap *w, const char *text, size_t len)
{
    size_t line, before = 0;
    int cell, cell_before = -1;
    uint32_t point = 0;
    for (size_t at = 0; at < len;) {
        size_t step = utf8_grapheme(text + at, len - at);
        wrap_place(w, text, point, &line, &cell);
        assert_true(line > before || (line == before && cell >= cell_before));
        if (grid_width(text + at, step) > 0)
            assert_int_equal(wrap_point(w, text, line, cell), point);
        before = line;
        cell_before = cell;
        at += step;
        point += (uint32_t)utf8_points(text + at - step, step);
    }
}

static void test_random(void **state)
{
    (void)state;
    struct rng rng = {rng_seed(5)};
    struct wrap w;
    static char text[4096];
    wrap_init(&w);
    for (int round = 0; round < 4000; round++) {
        size_t len = random_text(&rng, text, 40);
        int width = 1 + (int)rng_below(&rng, 20);
        wrap_text(&w, text, len, width, 0);
        check_lines(&w, text, len);
        if (memmem(text, len, "\xE2\x80\x8B", 3) == NULL && memmem(text, len, "\xC2\xAD", 2) == NULL)
            check_places(&w, text, len);
        assert_int_equal(wrap_count(text, len, width, 0), w.n);
    }
    wrap_fini(&w);
}

/* A card of a megabyte in a narrow block, without any place to break at: a quadratic algorithm would not come back. */
static void test_long(void **state)
{
    (void)state;
    enum { LEN = 1 << 20 };
    char *text = xmalloc(LEN);
    struct wrap w;
    wrap_init(&w);
    memset(text, 'x', LEN);
    wrap_text(&w, text, LEN, 10, 0);
    check_lines(&w, text, LEN);
    for (size_t i = 0; i + 2 <= LEN; i += 2)
        memcpy(text + i, i == 0 ? "a " : "\xCC\x81", 2); /* one letter with half a million marks */
    wrap_text(&w, text, LEN, 10, 0);
    check_lines(&w, text, LEN);
    for (size_t i = 0; i + 3 <= LEN; i += 3)
        memcpy(text + i, "\xE3\x80\x82", 3); /* nothing but what may not begin a line */
    wrap_text(&w, text, LEN / 3 * 3, 10, 0);
    check_lines(&w, text, LEN / 3 * 3);
    wrap_fini(&w);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaks), cmocka_unit_test(test_at_most), cmocka_unit_test(test_places),
        cmocka_unit_test(test_random), cmocka_unit_test(test_long),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
