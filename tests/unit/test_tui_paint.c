/* Whatever grid follows whatever grid, the terminal shows the last one; and what has not changed costs nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "client/tui/paint.h"
#include "tests/support/rng.h"
#include "tests/support/terminal.h"

static const struct theme dark = {.palette = PALETTE_256, .light = false};

/* As a terminal shows it: the look that the theme gives, attribute by attribute. */
static bool same_look(const struct terminal_cell *shown, struct look look)
{
    return shown->fg == look.fg && shown->bg == look.bg && shown->bold == !!(look.attrs & ATTR_BOLD) &&
           shown->underline == !!(look.attrs & ATTR_UNDERLINE) && shown->reverse == !!(look.attrs & ATTR_REVERSE) &&
           shown->italic == !!(look.attrs & ATTR_ITALIC);
}

static void assert_shown(struct terminal *t, const struct grid *g)
{
    int cursor_x, cursor_y;
    terminal_cursor(t, &cursor_x, &cursor_y);
    assert_int_equal(cursor_x, g->cursor_x);
    assert_int_equal(cursor_y, g->cursor_y);
    for (int y = 0; y < g->rows; y++) {
        for (int x = 0; x < g->cols; x++) {
            const struct cell *cell = grid_at(g, x, y);
            if (cell->width == 0)
                continue;
            struct terminal_cell shown = terminal_cell_at(t, x, y);
            struct look look = theme_look(&dark, cell->style);
            /* Nobody sees the foreground of a blank that nothing underlines or turns round. */
            if (strcmp(cell->bytes, " ") == 0 && (look.attrs & (ATTR_UNDERLINE | ATTR_REVERSE)) == 0) {
                look.fg = (short)shown.fg;
                look.attrs = (uint8_t)((shown.bold ? ATTR_BOLD : 0) | (shown.italic ? ATTR_ITALIC : 0));
            }
            if (strcmp(shown.text, cell->bytes) != 0 || shown.width != cell->width || !same_look(&shown, look))
                fail_msg("%d,%d: \"%s\" (%d) is shown as \"%s\" (%d), fg %d bg %d", x, y, cell->bytes, cell->width,
                         shown.text, shown.width, shown.fg, shown.bg);
        }
    }
}

static void scribble(struct grid *g, struct rng *rng)
{
    static const char *const texts[] = {
        "workshop", "Zürich",   "世界", "  ", "e\u0301\u0323x", "aaaaaaaaaaaaaaaaaaaaaaaa",
        "한국어",   "●◆■▲▼★✚○", "日",   ".",
    };
    for (uint32_t i = rng_below(rng, 12); i-- > 0;) {
        struct rect r = {(int)rng_below(rng, 40) - 4, (int)rng_below(rng, 12) - 2, (int)rng_below(rng, 30) + 1,
                         (int)rng_below(rng, 8) + 1};
        struct style s =
            style_on(rng_below(rng, ROLES), rng_below(rng, 3) ? ROLE_TEXT : rng_below(rng, ROLES), rng_below(rng, 16));
        const char *text = texts[rng_below(rng, sizeof texts / sizeof texts[0])];
        switch (rng_below(rng, 5)) {
        case 0:
            grid_fill(g, r, s);
            break;
        case 1:
            grid_box(g, r, s);
            break;
        case 2:
            grid_tint(g, r, s);
            break;
        default:
            grid_put(g, r.x, r.y, s, text);
        }
    }
    grid_cursor(g, (int)rng_below(rng, 40), (int)rng_below(rng, 12), rng_below(rng, 2));
}

static void test_random_frames(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "tmux-256color"};
    struct rng rng = {rng_seed(3)};
    for (size_t i = 0; i < 2; i++) {
        struct terminal *t = terminal_blank(40, 12);
        struct paint *p = paint_new(terms[i], 40, 12, false);
        struct grid g;
        struct buf out;
        assert_non_null(p);
        grid_init(&g);
        buf_init(&out);
        grid_resize(&g, 40, 12);
        for (int round = 0; round < 600; round++) {
            if (rng_below(&rng, 10) == 0)
                grid_clear(&g);
            scribble(&g, &rng);
            buf_clear(&out, 1 << 20);
            paint_grid(p, &g, &dark, &out);
            terminal_feed(t, buf_at(&out), buf_len(&out));
            assert_shown(t, &g);
        }
        paint_free(p);
        grid_fini(&g);
        buf_fini(&out);
        terminal_free(t);
    }
}

static void test_costs(void **state)
{
    (void)state;
    struct paint *p = paint_new("xterm-256color", 80, 24, false);
    struct grid g;
    struct buf out;
    grid_init(&g);
    buf_init(&out);
    grid_resize(&g, 80, 24);
    grid_box(&g, (struct rect){0, 0, 80, 24}, style(ROLE_BORDER));
    paint_grid(p, &g, &dark, &out);
    assert_true(buf_len(&out) > 80);
    buf_clear(&out, 4096);
    paint_grid(p, &g, &dark, &out);
    assert_int_equal(buf_len(&out), 0);
    grid_put(&g, 40, 12, style(ROLE_TEXT), "x");
    paint_grid(p, &g, &dark, &out);
    assert_in_range(buf_len(&out), 1, 40);
    buf_clear(&out, 4096);
    paint_forget(p);
    paint_grid(p, &g, &dark, &out);
    assert_true(buf_len(&out) > 80);
    paint_leave(p, &out);
    buf_clear(&out, 4096);
    paint_grid(p, &g, &dark, &out); /* the shell has written over everything */
    assert_true(buf_len(&out) > 80);
    paint_free(p);
    grid_fini(&g);
    buf_fini(&out);
}

static void test_sizes(void **state)
{
    (void)state;
    struct terminal *t = terminal_blank(20, 6);
    struct paint *p = paint_new("xterm-256color", 40, 12, false);
    struct grid g;
    struct buf out;
    grid_init(&g);
    buf_init(&out);
    paint_resize(p, 20, 6);
    grid_resize(&g, 30, 9); /* drawn before the new size was known */
    grid_box(&g, (struct rect){0, 0, 30, 9}, style(ROLE_BORDER));
    grid_cursor(&g, 29, 8, false);
    paint_grid(p, &g, &dark, &out);
    terminal_feed(t, buf_at(&out), buf_len(&out));
    assert_string_equal(terminal_cell_at(t, 0, 0).text, "╭");
    assert_string_equal(terminal_cell_at(t, 19, 5).text, " ");
    grid_resize(&g, 20, 6);
    grid_box(&g, (struct rect){0, 0, 20, 6}, style(ROLE_BORDER));
    buf_clear(&out, 4096);
    paint_grid(p, &g, &dark, &out);
    terminal_feed(t, buf_at(&out), buf_len(&out));
    assert_shown(t, &g);
    paint_free(p);
    grid_fini(&g);
    buf_fini(&out);
    terminal_free(t);
    assert_null(paint_new("no-such-terminal", 80, 24, false));
    assert_null(paint_new("dumb", 80, 24, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_frames),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_sizes),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
