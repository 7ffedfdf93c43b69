/* What the screen costs: drawing, breaking lines, painting, without a terminal and without a server. One JSON object per
 * line; times are medians of many rounds. */
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/tui/paint.h"
#include "client/tui/wrap.h"
#include "common/buf.h"

enum { COLS = 200, ROWS = 60, ROUNDS = 300 };

struct bench {
    struct paint *paint;
    struct grid grid;
    struct theme theme;
    struct buf out;
    char *text;
    size_t len;
    unsigned round;
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void paint(struct bench *b)
{
    paint_grid(b->paint, &b->grid, &b->theme, &b->out);
}

static void nothing_changed(struct bench *b)
{
    paint(b);
}

static void one_cell(struct bench *b)
{
    grid_printf(&b->grid, 100, 30, style(ROLE_TEXT), "%c", 'a' + (int)(b->round % 26));
    paint(b);
}

static void one_card(struct bench *b)
{
    grid_printf(&b->grid, 82, 40, style(ROLE_CHANGED), "● Wholesale to bakeries, %05u", b->round);
    paint(b);
}

static void everything_anew(struct bench *b)
{
    paint_forget(b->paint);
    paint(b);
}

/* All cells are drawn, and all of them differ from those before. */
static void everything_changed(struct bench *b)
{
    grid_clear(&b->grid);
    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < COLS; x += 40)
            grid_printf(&b->grid, x, y, style(ROLE_TEXT + b->round % 5), "%c● Zürich, a card of 40 cells, it is %03u ",
                        'a' + (int)(b->round % 26), b->round);
    }
    paint(b);
}

static void wrap_card(struct bench *b)
{
    wrap_count(b->text, b->len, 36, 0);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void run(struct bench *b, const char *name, void (*what)(struct bench *b))
{
    static double times[ROUNDS];
    size_t bytes = 0;
    for (b->round = 0; b->round < ROUNDS; b->round++) {
        buf_clear(&b->out, 1 << 20);
        double begin = now_us();
        what(b);
        times[b->round] = now_us() - begin;
        bytes += buf_len(&b->out);
    }
    qsort(times, ROUNDS, sizeof times[0], compare);
    printf("{\"what\": \"%s\", \"us_median\": %.1f, \"us_p99\": %.1f, \"bytes\": %zu}\n", name, times[ROUNDS / 2],
           times[ROUNDS * 99 / 100], bytes / ROUNDS);
}

int main(void)
{
    struct bench b = {.theme = {.palette = PALETTE_256}};
    setlocale(LC_ALL, "C.UTF-8");
    b.paint = paint_new("xterm-256color", COLS, ROWS, false);
    if (b.paint == NULL)
        return 1;
    grid_init(&b.grid);
    grid_resize(&b.grid, COLS, ROWS);
    buf_init(&b.out);
    for (int i = 0; i < 5; i++)
        grid_box(&b.grid, (struct rect){i * 40, 1, 40, ROWS - 2}, style(ROLE_BORDER));
    b.len = 10000;
    b.text = xmalloc(b.len);
    for (size_t i = 0; i < b.len; i++)
        b.text[i] = i % 7 == 6 ? ' ' : 'x';
    everything_anew(&b);
    run(&b, "nothing changed", nothing_changed);
    run(&b, "one cell", one_cell);
    run(&b, "one card's line", one_card);
    run(&b, "200x60 anew", everything_anew);
    run(&b, "200x60 drawn and changed", everything_changed);
    run(&b, "10,000 characters wrapped", wrap_card);
    paint_free(b.paint);
    grid_fini(&b.grid);
    buf_fini(&b.out);
    free(b.text);
    return 0;
}
