/* Three layers per row: backgrounds, lines, text. Lines are drawn (a font would leave gaps between rows); text goes out in
 * runs of one look, each at its place and stretched to its cells, so that any monospace font of the viewer will do. */
#include "client/tui/grid_svg.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/tui/grid_private.h"

enum {
    CELL_W = 9, /* 0.6 of the font's size, as most monospace fonts have it */
    CELL_H = 18,
    FONT = 15,
    BASE = 13, /* from a row's top to its text's base line */
    PAD = 12,
    HEAD = 30, /* the window's title */
};

struct picture {
    const struct grid *grid;
    const struct theme *theme;
    struct buf *out;
};

/* A look with its colours resolved, the turned round ones turned. */
struct paints {
    uint32_t fg, bg;
    uint8_t attrs;
};

__attribute__((format(printf, 2, 3))) static void add(const struct picture *p, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    buf_add(p->out, text, len > 0 && (size_t)len < sizeof text ? (size_t)len : 0);
}

static void add_escaped(const struct picture *p, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char *escaped = text[i] == '&' ? "&amp;" : text[i] == '<' ? "&lt;" : text[i] == '>' ? "&gt;" : NULL;
        if (escaped != NULL)
            buf_add(p->out, escaped, strlen(escaped));
        else if ((unsigned char)text[i] >= 0x20)
            buf_add(p->out, &text[i], 1);
    }
}

static struct paints paints_of(const struct picture *p, const struct cell *cell)
{
    struct look look = theme_look(p->theme, cell->style);
    struct paints paints = {theme_rgb(p->theme, look.fg, false), theme_rgb(p->theme, look.bg, true), look.attrs};
    if (look.attrs & ATTR_REVERSE)
        paints = (struct paints){paints.bg, paints.fg, (uint8_t)(look.attrs & ~ATTR_REVERSE)};
    return paints;
}

static const struct cell *cell_at(const struct picture *p, int x, int y)
{
    return grid_at(p->grid, x, y);
}

static int left_of(int x)
{
    return PAD + x * CELL_W;
}

static int top_of(int y)
{
    return HEAD + PAD / 2 + y * CELL_H;
}

/* ---- backgrounds */

static void add_backgrounds(const struct picture *p, int y)
{
    uint32_t usual = theme_rgb(p->theme, -1, true);
    for (int x = 0, end; x < p->grid->cols; x = end) {
        uint32_t bg = paints_of(p, cell_at(p, x, y)).bg;
        for (end = x + 1; end < p->grid->cols && paints_of(p, cell_at(p, end, y)).bg == bg; end++)
            ;
        if (bg != usual)
            add(p, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", left_of(x), top_of(y),
                (end - x) * CELL_W, CELL_H, (unsigned)bg);
    }
}

/* ---- lines */

static bool line_at(const struct picture *p, int x, int y, int arms[4])
{
    return grid_line_arms(cell_at(p, x, y)->bytes, arms);
}

static void add_stroke(const struct picture *p, const char *path, uint32_t color, int weight)
{
    add(p, "<path d=\"%s\" stroke=\"#%06x\" stroke-width=\"%s\" fill=\"none\"/>\n", path, (unsigned)color,
        weight == 2 ? "2.6" : "1.2");
}

/* A corner of two light arms: round. */
static void add_corner(const struct picture *p, int x, int y, const int arms[4], uint32_t color)
{
    char path[96];
    int left = left_of(x), top = top_of(y);
    snprintf(path, sizeof path, "M%d.5 %dQ%d.5 %d %d %d", left + CELL_W / 2, arms[0] ? top : top + CELL_H,
             left + CELL_W / 2, top + CELL_H / 2, arms[1] ? left + CELL_W : left, top + CELL_H / 2);
    add_stroke(p, path, color, 1);
}

static bool is_round(const int arms[4])
{
    return arms[0] + arms[2] == 1 && arms[1] + arms[3] == 1;
}

/* How many cells from here on a horizontal line of this weight and colour goes on. */
static int straight(const struct picture *p, int x, int y, int weight, uint32_t color)
{
    int arms[4], n = 0;
    while (x + n < p->grid->cols && line_at(p, x + n, y, arms) && arms[1] == weight && arms[3] == weight &&
           paints_of(p, cell_at(p, x + n, y)).fg == color)
        n++;
    return n;
}

static void add_arm(const struct picture *p, int x, int y, int arm, int weight, uint32_t color)
{
    char path[96];
    int middle = left_of(x) + CELL_W / 2, top = top_of(y), half = CELL_H / 2;
    if (arm == 0 || arm == 2)
        snprintf(path, sizeof path, "M%d.5 %dV%d", middle, arm == 0 ? top : top + CELL_H, top + half);
    else
        snprintf(path, sizeof path, "M%d %dH%d.5", arm == 1 ? left_of(x) + CELL_W : left_of(x), top + half, middle);
    add_stroke(p, path, color, weight);
}

static void add_lines(const struct picture *p, int y)
{
    for (int x = 0; x < p->grid->cols; x++) {
        int arms[4];
        if (!line_at(p, x, y, arms))
            continue;
        uint32_t color = paints_of(p, cell_at(p, x, y)).fg;
        if (is_round(arms)) {
            add_corner(p, x, y, arms, color);
            continue;
        }
        int before[4], left = arms[3], n = left > 0 ? straight(p, x, y, left, color) : 0;
        bool within = n > 0 && x > 0 && line_at(p, x - 1, y, before) && before[1] == left && before[3] == left &&
                      paints_of(p, cell_at(p, x - 1, y)).fg == color;
        if (n > 0 && !within) {
            char path[96];
            snprintf(path, sizeof path, "M%d %dH%d", left_of(x), top_of(y) + CELL_H / 2, left_of(x + n));
            add_stroke(p, path, color, left);
        }
        for (int arm = 0; arm < 4; arm++) {
            if (arms[arm] > 0 && (n == 0 || arm % 2 == 0))
                add_arm(p, x, y, arm, arms[arm], color);
        }
    }
}

/* ---- text */

static bool is_blank(const struct cell *cell, const struct paints *paints)
{
    return strcmp(cell->bytes, " ") == 0 && (paints->attrs & ATTR_UNDERLINE) == 0;
}

/* Letters whose width every font agrees on; symbols are placed one by one. */
static bool is_even(const struct cell *cell)
{
    return cell->width == 1 && (unsigned char)cell->bytes[0] < 0xE0;
}

static bool same_paints(const struct paints *a, const struct paints *b)
{
    return a->fg == b->fg && a->attrs == b->attrs;
}

static void add_run(const struct picture *p, int x, int end, int y, const struct paints *paints)
{
    add(p, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\"", left_of(x), top_of(y) + BASE, (unsigned)paints->fg);
    if (paints->attrs & ATTR_BOLD)
        add(p, " font-weight=\"bold\"");
    if (paints->attrs & ATTR_ITALIC)
        add(p, " font-style=\"italic\"");
    if (paints->attrs & ATTR_UNDERLINE)
        add(p, " text-decoration=\"underline\"");
    if (end - x > 1 && is_even(cell_at(p, x, y)))
        add(p, " textLength=\"%d\"", (end - x) * CELL_W);
    add(p, ">");
    for (int i = x; i < end; i++)
        add_escaped(p, cell_at(p, i, y)->bytes, strlen(cell_at(p, i, y)->bytes));
    add(p, "</text>\n");
}

static void add_texts(const struct picture *p, int y)
{
    for (int x = 0, end; x < p->grid->cols; x = end) {
        const struct cell *cell = cell_at(p, x, y);
        struct paints paints = paints_of(p, cell);
        int arms[4], last = x;
        end = x + 1;
        if (cell->width == 0 || is_blank(cell, &paints) || line_at(p, x, y, arms))
            continue;
        for (; is_even(cell) && end < p->grid->cols && is_even(cell_at(p, end, y)); end++) {
            struct paints next = paints_of(p, cell_at(p, end, y));
            if (!same_paints(&paints, &next))
                break;
            if (!is_blank(cell_at(p, end, y), &next))
                last = end;
        }
        add_run(p, x, last + 1, y, &paints);
    }
}

/* ---- together */

static void add_cursor(const struct picture *p)
{
    if (p->grid->cursor_block)
        add(p, "<rect x=\"%d\" y=\"%d\" width=\"2\" height=\"%d\" fill=\"#%06x\"/>\n", left_of(p->grid->cursor_x),
            top_of(p->grid->cursor_y) + 1, CELL_H - 2, (unsigned)theme_rgb(p->theme, -1, false));
}

static void add_window(const struct picture *p, const char *title, int width, int height)
{
    unsigned back = theme_rgb(p->theme, -1, true), text = p->theme->light ? 0x57606A : 0x9AA0A8;
    unsigned head = p->theme->light ? 0xEAEEF2 : 0x262A32, edge = p->theme->light ? 0xD0D7DE : 0x363B45;
    add(p, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
        width, height, width, height);
    add(p, "<title>");
    add_escaped(p, title, strlen(title));
    add(p, "</title>\n<rect x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\" stroke=\"#%06x\"/>\n",
        width - 1, height - 1, back, edge);
    add(p, "<path d=\"M1 %dV9a8 8 0 0 1 8-8H%da8 8 0 0 1 8 8V%dz\" fill=\"#%06x\"/>\n", HEAD, width - 9, HEAD, head);
    for (int i = 0; i < 3; i++)
        add(p, "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"#%06x\"/>\n", 18 + i * 18, HEAD / 2, edge);
    add(p,
        "<g font-family=\"ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',Consolas,monospace\" font-size=\"%d\" "
        "xml:space=\"preserve\">\n",
        FONT);
    add(p, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\" font-size=\"13\" text-anchor=\"middle\">", width / 2, HEAD / 2 + 5,
        text);
    add_escaped(p, title, strlen(title));
    add(p, "</text>\n");
}

void grid_svg(const struct grid *g, const struct theme *theme, const char *title, struct buf *out)
{
    struct picture p = {.grid = g, .theme = theme, .out = out};
    add_window(&p, title, g->cols * CELL_W + 2 * PAD, g->rows * CELL_H + HEAD + PAD + PAD / 2);
    for (int y = 0; y < g->rows; y++)
        add_backgrounds(&p, y);
    for (int y = 0; y < g->rows; y++)
        add_lines(&p, y);
    for (int y = 0; y < g->rows; y++)
        add_texts(&p, y);
    add_cursor(&p);
    add(&p, "</g>\n</svg>\n");
}
