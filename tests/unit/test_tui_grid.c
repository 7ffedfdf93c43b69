/* What views draw with: clipping, wide clusters, lines that join, regions, and that no text can break a frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "client/tui/grid.h"
#include "client/tui/theme.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

static struct grid blank_grid(int cols, int rows)
{
    struct grid g;
    grid_init(&g);
    grid_resize(&g, cols, rows);
    return g;
}

static void assert_grid(const struct grid *g, const char *expected)
{
    char *text = grid_to_text(g);
    if (strcmp(text, expected) != 0)
        fail_msg("got\n%sinstead of\n%s", text, expected);
    free(text);
}

static const struct style plain = {.role = ROLE_TEXT};

/* One text in a grid of one row. */
static void assert_row(const char *bytes, size_t len, int width, const char *expected)
{
    struct grid g = blank_grid(12, 1);
    int used = grid_text(&g, 0, 0, plain, bytes, len);
    char *text = grid_to_text(&g);
    if (used != width || strncmp(text, expected, strlen(expected)) != 0 || text[strlen(expected)] != '\n')
        fail_msg("\"%.*s\" takes %d cells and is shown as %s", (int)len, bytes, used, text);
    assert_int_equal(grid_width(bytes, len), used);
    free(text);
    grid_fini(&g);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int width;
        const char *shown;
    } table[] = {
        {"", 0, ""},
        {"abc", 3, "abc"},
        {"Grüße", 5, "Grüße"},
        {"世界", 4, "世界"},
        {"e\u0301", 1, "e\u0301"},
        {"a\tb\nc", 5, "a b c"},
        {"👩‍🌾x", 3, "👩x"}, /* a farmer is shown as a woman */
        {"👍🏽x", 3, "👍x"},
        {"🇩🇪x", 3, "DEx"},
        {"🇩x", 2, "Dx"},
        {"❤️x", 2, "❤x"},
        {"\u0301x", 1, "x"}, /* a mark on nothing */
        {"a\u200Bb\u202Ec\u00ADd", 4, "abcd"},
        {"a\033[31m", 6, "a\uFFFD[31m"},
        {"\u0378x", 2, "▯x"}, /* not assigned */
        {"a\u0301\u0302\u0303\u0304\u0305\u0306z", 2, "a\u0301\u0302\u0303\u0304z"},
        {"각", 2, "각"},
        {"\u1112\u1161\u11ABx", 3, "\u1112\u1161\u11ABx"},
        {"की", 2, "की"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_row(table[i].text, strlen(table[i].text), table[i].width, table[i].shown);
    assert_row("a\xff\x80z", 4, 4, "a\uFFFD\uFFFDz");
    assert_row("a\0z", 3, 3, "a\uFFFDz");
}

static void test_ascii(void **state)
{
    (void)state;
    struct grid g = blank_grid(30, 5);
    g.ascii = true;
    grid_clear(&g);
    grid_put(&g, 0, 0, plain, "Müßig – „so“ 世 😀 … ●◆■▲▼★✚○");
    grid_fit(&g, 0, 1, 8, plain, "langer Text", 11);
    grid_fit(&g, 12, 1, 1, plain, "langer Text", 11);
    grid_box(&g, (struct rect){0, 2, 6, 3}, plain);
    grid_box(&g, (struct rect){5, 2, 6, 3}, plain);
    grid_box_heavy(&g, (struct rect){14, 2, 6, 3}, plain);
    assert_grid(&g, "Mu?ig - \"so\" ?  ?  . YORPBTGE\n"
                    "langer..    .\n"
                    "+----+----+   #====#\n"
                    "|    |    |   #    #\n"
                    "+----+----+   #====#\n");
    for (int i = 0; i < g.cols * g.rows; i++)
        assert_true((unsigned char)g.cells[i].bytes[0] < 0x7F);
    grid_fini(&g);
}

static void test_wide_halves(void **state)
{
    (void)state;
    struct grid g = blank_grid(8, 1);
    grid_put(&g, 0, 0, plain, "世界人民");
    grid_put(&g, 1, 0, plain, "x"); /* the right half of the first */
    assert_grid(&g, " x界人民\n");
    grid_put(&g, 2, 0, plain, "y"); /* the left half of the second */
    assert_grid(&g, " xy 人民\n");
    grid_put(&g, 5, 0, plain, "日"); /* right half of one, left half of the next */
    assert_grid(&g, " xy  日\n");
    grid_fill(&g, (struct rect){6, 0, 1, 1}, plain);
    assert_grid(&g, " xy\n");
    grid_put(&g, 7, 0, plain, "日"); /* no room for its right half */
    assert_grid(&g, " xy\n");
    grid_put(&g, -1, 0, plain, "日z");
    assert_grid(&g, " zy\n");
    grid_fini(&g);
}

static void test_clip(void **state)
{
    (void)state;
    struct grid g = blank_grid(12, 4);
    struct rect whole = grid_clip(&g, (struct rect){2, 1, 5, 2});
    grid_put(&g, 0, 1, plain, "abcdefghijkl");
    grid_put(&g, 1, 2, plain, "世界人民"); /* both edges cut a character */
    grid_put(&g, 0, 0, plain, "outside");
    grid_put(&g, 3, 3, plain, "outside");
    assert_grid(&g, "\n  cdefg\n   界人\n\n");
    struct rect outer = grid_clip(&g, (struct rect){6, 0, 100, 100});
    assert_int_equal(g.clip.x, 6);
    assert_int_equal(g.clip.w, 1);
    assert_int_equal(g.clip.y, 1);
    assert_int_equal(g.clip.h, 2);
    grid_fill(&g, (struct rect){0, 0, 12, 4}, plain);
    grid_unclip(&g, outer);
    assert_grid(&g, "\n  cdef\n   界\n\n");
    grid_clip(&g, (struct rect){20, 20, 5, 5});
    grid_put(&g, 0, 0, plain, "nowhere");
    grid_box(&g, (struct rect){0, 0, 12, 4}, plain);
    grid_hit(&g, (struct rect){0, 0, 12, 4}, HIT_ROW, 1, 0);
    assert_int_equal(g.n_hits, 0);
    grid_unclip(&g, whole);
    assert_grid(&g, "\n  cdef\n   界\n\n");
    /* Numbers that nobody should give. */
    grid_put(&g, INT32_MAX, 0, plain, "x");
    grid_put(&g, INT32_MIN, 0, plain, "x");
    grid_put(&g, 0, INT32_MAX, plain, "x");
    grid_fill(&g, (struct rect){INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}, plain);
    grid_box(&g, (struct rect){INT32_MIN, -1, INT32_MAX, 3}, plain);
    grid_hline(&g, -5, 0, INT32_MAX, plain);
    assert_grid(&g, "────────────\n  cdef\n   界\n\n");
    grid_fini(&g);
}

static void test_fit(void **state)
{
    (void)state;
    struct grid g = blank_grid(20, 6);
    assert_int_equal(grid_fit(&g, 0, 0, 5, plain, "abcde", 5), 5);
    assert_int_equal(grid_fit(&g, 0, 1, 5, plain, "abcdef", 6), 5);
    assert_int_equal(grid_fit(&g, 0, 2, 4, plain, "世界人", 9), 3);
    assert_int_equal(grid_fit(&g, 0, 3, 8, plain, "one two three", 13), 8);
    assert_int_equal(grid_fit(&g, 0, 4, 5, plain, "one two", 7), 4);
    assert_int_equal(grid_fit(&g, 0, 5, 1, plain, "ab", 2), 1);
    assert_int_equal(grid_fit(&g, 10, 5, 0, plain, "ab", 2), 0);
    assert_int_equal(grid_fit(&g, 10, 5, -3, plain, "ab", 2), 0);
    assert_grid(&g, "abcde\nabcd…\n世…\none two…\none…\n…\n");
    grid_fini(&g);
}

static void test_boxes(void **state)
{
    (void)state;
    struct grid g = blank_grid(13, 7);
    grid_box(&g, (struct rect){0, 0, 7, 4}, plain);
    grid_box(&g, (struct rect){6, 0, 7, 4}, plain);
    grid_box(&g, (struct rect){0, 3, 13, 4}, plain);
    assert_grid(
        &g,
        "╭─────┬─────╮\n│     │     │\n│     │     │\n├─────┴─────┤\n│           │\n│           │\n╰───────────╯\n");
    grid_box_heavy(&g, (struct rect){6, 0, 7, 4}, plain);
    assert_grid(
        &g,
        "╭─────┲━━━━━┓\n│     ┃     ┃\n│     ┃     ┃\n├─────┺━━━━━┩\n│           │\n│           │\n╰───────────╯\n");
    grid_clear(&g);
    grid_box(&g, (struct rect){0, 0, 13, 5}, plain);
    grid_hline(&g, 0, 2, 13, plain);
    grid_vline(&g, 6, 0, 5, plain);
    grid_hline(&g, 2, 6, 4, plain); /* ends in nothing: no joins */
    assert_grid(&g, "╭─────┬─────╮\n│     │     │\n├─────┼─────┤\n│     │     │\n╰─────┴─────╯\n\n  ────\n");
    grid_box(&g, (struct rect){0, 0, 1, 5}, plain); /* too small for a box */
    grid_fill(&g, (struct rect){2, 1, 9, 3}, plain);
    grid_box(&g, (struct rect){2, 1, 9, 3}, plain); /* floats: joins nothing */
    assert_grid(&g, "╭─────┬─────╮\n│ ╭───────╮ │\n├─│       │─┤\n│ ╰───────╯ │\n╰─────┴─────╯\n\n  ────\n");
    grid_fini(&g);
}

static void test_tint(void **state)
{
    (void)state;
    struct grid g = blank_grid(6, 1);
    grid_put(&g, 0, 0, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), "title");
    grid_tint(&g, (struct rect){1, 0, 2, 1}, style_on(ROLE_TEXT, ROLE_FOCUS, ATTR_UNDERLINE));
    assert_int_equal(grid_at(&g, 0, 0)->style.under, ROLE_TEXT);
    assert_int_equal(grid_at(&g, 1, 0)->style.role, ROLE_TITLE);
    assert_int_equal(grid_at(&g, 1, 0)->style.under, ROLE_FOCUS);
    assert_int_equal(grid_at(&g, 1, 0)->style.attrs, ATTR_BOLD | ATTR_UNDERLINE);
    grid_tint(&g, (struct rect){0, 0, 1, 1}, style(ROLE_DIM));
    assert_int_equal(grid_at(&g, 0, 0)->style.role, ROLE_DIM);
    assert_string_equal(grid_at(&g, 0, 0)->bytes, "t");
    grid_fini(&g);
}

static void test_regions(void **state)
{
    (void)state;
    struct grid g = blank_grid(20, 10);
    assert_null(grid_hit_at(&g, 3, 3));
    for (int i = 0; i < 200; i++)
        grid_hit(&g, (struct rect){0, 0, 1, 1}, HIT_ROW, (uint64_t)i, 0);
    grid_hit(&g, (struct rect){2, 2, 10, 5}, HIT_BLOCK, 7, 0);
    grid_hit(&g, (struct rect){3, 3, 2, 1}, HIT_CARD, 8, 9);
    assert_int_equal(grid_hit_at(&g, 3, 3)->id, 8);
    assert_int_equal(grid_hit_at(&g, 3, 3)->more, 9);
    assert_int_equal(grid_hit_at(&g, 5, 3)->id, 7);
    assert_int_equal(grid_hit_at(&g, 11, 6)->id, 7);
    assert_null(grid_hit_at(&g, 12, 6));
    assert_int_equal(grid_hit_at(&g, 0, 0)->id, 199);
    grid_clear(&g);
    assert_null(grid_hit_at(&g, 3, 3));
    grid_cursor(&g, 100, -4, true);
    assert_int_equal(g.cursor_x, 19);
    assert_int_equal(g.cursor_y, 0);
    grid_fini(&g);
}

static void test_equal(void **state)
{
    (void)state;
    struct grid a = blank_grid(10, 3), b = blank_grid(10, 3);
    grid_put(&a, 0, 0, plain, "a long text");
    grid_put(&b, 0, 0, plain, "世e\u0301\u0302世世世");
    assert_false(grid_equal(&a, &b));
    grid_put(&b, 0, 0, plain, "a long text");
    assert_true(grid_equal(&a, &b));
    grid_cursor(&b, 1, 1, false);
    assert_false(grid_equal(&a, &b));
    grid_cursor(&a, 1, 1, false);
    grid_put(&a, 0, 0, style(ROLE_DIM), "a");
    assert_false(grid_equal(&a, &b));
    grid_resize(&a, 10, 4);
    assert_false(grid_equal(&a, &b));
    grid_resize(&a, INT32_MAX, INT32_MAX);
    assert_int_equal(a.cols, GRID_MAX_COLS);
    assert_int_equal(a.rows, GRID_MAX_ROWS);
    grid_fini(&a);
    grid_fini(&b);
}

/* What holds of every cell, whatever was put where. */
static void assert_sound(const struct grid *g)
{
    for (int y = 0; y < g->rows; y++) {
        for (int x = 0; x < g->cols; x++) {
            const struct cell *cell = grid_at(g, x, y);
            uint32_t point;
            size_t len = strlen(cell->bytes);
            if (cell->width == 0) {
                assert_true(x > 0 && grid_at(g, x - 1, y)->width == 2);
                assert_int_equal(len, 0);
                continue;
            }
            assert_true(cell->width == 1 || (x + 1 < g->cols && grid_at(g, x + 1, y)->width == 0));
            assert_true(utf8_check_line(cell->bytes, len, NULL));
            size_t step = utf8_decode(cell->bytes, len, &point);
            assert_int_equal(wcwidth((wchar_t)point), cell->width);
            for (size_t at = step; at < len; at += step) {
                step = utf8_decode(cell->bytes + at, len - at, &point);
                assert_int_equal(wcwidth((wchar_t)point), 0);
            }
        }
    }
}

static void test_hostile(void **state)
{
    (void)state;
    static const uint32_t odd[] = {0x1B,   0x9B,   0x200D,  0xFE0F, 0x1F1E6, 0x1F3FB, 0x1F468, 0x202E, 0x301,   0x20E3,
                                   0x4E16, 0xE000, 0x1FAE8, 0xFFFE, 0x3164,  0x1160,  0xAD,    0x2028, 0xE0061, 0x94D};
    struct rng rng = {rng_seed(11)};
    struct grid g = blank_grid(30, 4);
    for (int round = 0; round < 20000; round++) {
        char text[128];
        size_t len = 0;
        for (uint32_t n = rng_below(&rng, 20); n > 0; n--) {
            uint32_t pick = rng_below(&rng, 4);
            if (pick == 0)
                text[len++] = (char)rng_below(&rng, 256);
            else
                len += utf8_encode(pick == 1 ? rng_below(&rng, 0x30000) : odd[rng_below(&rng, 20)], text + len);
        }
        g.clip = (struct rect){(int)rng_below(&rng, 4), 0, (int)rng_below(&rng, 26), 4};
        int x = (int)rng_below(&rng, 34) - 3, used = grid_text(&g, x, (int)rng_below(&rng, 4), plain, text, len);
        assert_int_equal(used, grid_width(text, len));
        int room = (int)rng_below(&rng, 10);
        assert_in_range(grid_fit(&g, x, 2, room, plain, text, len), 0, room);
    }
    assert_sound(&g);
    grid_fini(&g);
}

/* Tests may run where nothing is set, and views draw the same there. */
static void test_no_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C");
    static const char text[] = "Grüße 世\u0378●";
    assert_row(text, strlen(text), 10, "Grüße 世▯●");
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_ascii),     cmocka_unit_test(test_wide_halves),
        cmocka_unit_test(test_clip),    cmocka_unit_test(test_fit),       cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_tint),    cmocka_unit_test(test_regions),   cmocka_unit_test(test_equal),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_no_locale),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
