/* Where everything stands on the screen: the parts of it, the places of the blocks, neighbours, and scrolling to the
 * focus. Nothing here draws. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"

enum {
    BOX_COLS = 12, /* least size of a block, border included */
    BOX_ROWS = 4,
    PANEL_BESIDE = 100, /* columns from which on the panel stands beside the canvas */
    PANEL_LEAST = 34,
    PANEL_MOST = 48,
    PANEL_STRIP = 9, /* lines of the history below the canvas */
    CARD_COLS = 104, /* an opened card's text is comfortable to read up to here */
};

/* ---- parts of the screen */

struct rect layout_inner(const struct ui *ui, struct rect body)
{
    if (panel_in_past(ui) && body.h > 1) {
        body.y++;
        body.h--;
    }
    return body;
}

static void place_panel(const struct ui *ui, struct ui_parts *p)
{
    struct rect body = p->body;
    if (ui->panel.kind == PANEL_NONE || ui->screen != SCREEN_CANVAS)
        return;
    if (ui->cols >= PANEL_BESIDE) {
        int w = most(PANEL_LEAST, least(PANEL_MOST, ui->cols * 3 / 10));
        p->panel = (struct rect){body.x + body.w - w, body.y, w, body.h};
        p->body.w -= w;
    } else if (ui->panel.kind == PANEL_HISTORY) { /* one wants to see what changes on the canvas */
        int h = least(PANEL_STRIP, body.h * 2 / 5);
        p->panel = (struct rect){body.x, body.y + body.h - h, body.w, h};
        p->body.h -= h;
    } else {
        int w = ui->cols < 80 ? ui->cols : 50;
        body = layout_inner(ui, body); /* the banner stays to be read */
        p->panel = (struct rect){body.x + body.w - w, body.y, w, body.h};
    }
}

/* On large screens a card floats with air around it, on small ones it takes the body. */
static struct rect place_card(struct rect body)
{
    int w = least(body.w, CARD_COLS), h = body.h;
    if (body.w >= 100)
        w = least(CARD_COLS, body.w - 16);
    if (body.h >= 30)
        h = least(body.h - 4, most(26, body.h * 4 / 5));
    return (struct rect){body.x + (body.w - w) / 2, body.y + (body.h - h) / 2, w, h};
}

struct ui_parts layout_parts(const struct ui *ui)
{
    struct ui_parts p = {
        .top = {0, 0, ui->cols, 1},
        .body = {0, 1, ui->cols, most(0, ui->rows - 3)},
        .message = {0, ui->rows - 2, ui->cols, 1},
        .hints = {0, ui->rows - 1, ui->cols, 1},
    };
    if (ui->sums && p.body.h > 1) {
        p.body.h--;
        p.sums = (struct rect){0, p.body.y + p.body.h, ui->cols, 1};
    }
    place_panel(ui, &p);
    if (ui->open_card)
        p.card = place_card(p.body);
    return p;
}

/* ---- blocks as a grid */

static bool inside_grid(const struct block *b, uint32_t cols, uint32_t rows)
{
    return b->col_span > 0 && b->row_span > 0 && b->col < cols && b->row < rows && b->col_span <= cols - b->col &&
           b->row_span <= rows - b->row;
}

static bool overlap(const struct block *a, const struct block *b)
{
    return a->col < b->col + b->col_span && b->col < a->col + a->col_span && a->row < b->row + b->row_span &&
           b->row < a->row + a->row_span;
}

static struct rect place_block(const struct block *b, struct rect r, int cols, int rows)
{
    int left = (r.w - 1) * (int)b->col / cols, right = (r.w - 1) * (int)(b->col + b->col_span) / cols;
    int top = (r.h - 1) * (int)b->row / rows, bottom = (r.h - 1) * (int)(b->row + b->row_span) / rows;
    return (struct rect){r.x + left, r.y + top, right - left + 1, bottom - top + 1};
}

static bool place_blocks(struct block *const *blocks, size_t n, const struct header *header, struct rect r,
                         struct rect *rects)
{
    for (size_t i = 0; i < n; i++) {
        if (!inside_grid(blocks[i], header->cols, header->rows))
            return false;
        for (size_t j = 0; j < i; j++)
            if (overlap(blocks[i], blocks[j]))
                return false;
        rects[i] = place_block(blocks[i], r, (int)header->cols, (int)header->rows);
        if (rects[i].w < BOX_COLS || rects[i].h < BOX_ROWS)
            return false;
    }
    return true;
}

struct rect matrix_inside(struct rect r)
{
    return (struct rect){r.x, r.y + 1, r.w, r.h - 2};
}

bool layout_blocks(const struct canvas *canvas, struct rect r, struct rect *rects, size_t n)
{
    const char *kind = canvas_header_text(canvas, "kind");
    bool matrix = canvas_kind(canvas) == CANVAS_MATRIX;
    size_t has;
    if (matrix)
        r = matrix_inside(r);
    if ((kind[0] && strcmp(kind, "grid") != 0 && !matrix) || canvas->header.cols == 0 || canvas->header.rows == 0)
        return false;
    if (canvas->header.cols > GRID_MAX || canvas->header.rows > GRID_MAX || r.w < BOX_COLS || r.h < BOX_ROWS)
        return false;
    struct block **blocks = canvas_blocks_in_order(canvas, &has);
    /* more than could ever be this large are not compared with each other */
    bool fits = has > 0 && has <= n && has <= (size_t)(r.w / (BOX_COLS - 1) + 1) * (size_t)(r.h / (BOX_ROWS - 1) + 1);
    fits = fits && place_blocks(blocks, has, &canvas->header, r, rects);
    free(blocks);
    return fits;
}

const struct block *layout_focus(const struct ui *ui, const struct canvas *canvas)
{
    struct block *block = canvas_block(canvas, ui->block);
    if (block && !block->deleted && !block_hidden(block))
        return block;
    struct block **blocks = canvas_blocks_in_order(canvas, NULL);
    block = blocks[0];
    free(blocks);
    return block;
}

static bool drawn_as_grid(const struct canvas *canvas, struct rect r)
{
    struct rect *rects = xcalloc(BLOCKS_MAX, sizeof *rects);
    bool fits = layout_blocks(canvas, r, rects, BLOCKS_MAX);
    free(rects);
    return fits;
}

/* How the canvas itself is shown, by what it is. */
static enum ui_layout layout_of_kind(const struct canvas *canvas, struct rect r)
{
    switch (canvas_kind(canvas)) {
    case CANVAS_TABLE:
        return LAYOUT_TABLE;
    case CANVAS_LANES:
        return lanes_fit(canvas, r) ? LAYOUT_LANES : LAYOUT_OUTLINE;
    case CANVAS_SCORES:
        return LAYOUT_SCORES;
    case CANVAS_GRAPH:
        return LAYOUT_GRAPH;
    case CANVAS_TEXT:
        return LAYOUT_TEXT;
    default:
        return drawn_as_grid(canvas, r) ? LAYOUT_CANVAS : LAYOUT_OUTLINE;
    }
}

enum ui_layout layout_effective(const struct ui *ui, struct rect body)
{
    const struct canvas *canvas = panel_canvas(ui);
    if (ui->layout == LAYOUT_OUTLINE || !canvas || !layout_focus(ui, canvas))
        return LAYOUT_OUTLINE;
    return ui->layout == LAYOUT_CANVAS ? layout_of_kind(canvas, layout_inner(ui, body)) : ui->layout;
}

bool layout_is_outline(enum ui_layout layout)
{
    return layout == LAYOUT_OUTLINE || layout == LAYOUT_SCORES || layout == LAYOUT_GRAPH || layout == LAYOUT_TEXT;
}

struct rect layout_list(enum ui_layout layout, struct rect r)
{
    if (layout == LAYOUT_SCORES)
        r.w = most(26, least(60, r.w * 2 / 5));
    else if (layout == LAYOUT_GRAPH)
        r.w = most(28, least(60, r.w * 2 / 5));
    return r;
}

struct rect layout_beside(enum ui_layout layout, struct rect r)
{
    struct rect list = layout_list(layout, r);
    return (struct rect){r.x + list.w, r.y, r.w - list.w, r.h};
}

/* ---- neighbours, in units of the canvas' grid */

struct span {
    int from, to;
};

static struct span span_across(const struct block *b)
{
    return (struct span){(int)b->col, (int)(b->col + b->col_span)};
}

static struct span span_down(const struct block *b)
{
    return (struct span){(int)b->row, (int)(b->row + b->row_span)};
}

/* How far `to` lies in the direction from `from`; -1: not there, or not beside it. Less is nearer: first the distance,
 * then how little of the sides touch, then how far the middles are apart, then what is further up or left. */
static int distance(struct span from, struct span to, struct span side, struct span other_side, int direction)
{
    int gap = direction > 0 ? to.from - from.to : from.from - to.to;
    int shared = least(side.to, other_side.to) - most(side.from, other_side.from);
    if (gap < 0 || shared <= 0)
        return -1;
    int middles = abs(side.from + side.to - other_side.from - other_side.to);
    return ((gap * 2 * GRID_MAX + 2 * GRID_MAX - shared) * 4 * GRID_MAX + middles) * GRID_MAX + other_side.from;
}

static uint64_t nearest(struct block *const *blocks, size_t n, const struct block *from, int dx, int dy)
{
    uint64_t found = 0;
    int best = -1;
    for (size_t i = 0; i < n; i++) {
        const struct block *b = blocks[i];
        int away = dx ? distance(span_across(from), span_across(b), span_down(from), span_down(b), dx)
                      : distance(span_down(from), span_down(b), span_across(from), span_across(b), dy);
        if (b == from || away < 0 || (best >= 0 && away >= best))
            continue;
        best = away;
        found = b->o.id;
    }
    return found;
}

uint64_t layout_neighbour(const struct ui *ui, uint64_t block, int dx, int dy)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct block *from = canvas ? canvas_block(canvas, block) : NULL;
    if (!from || from->deleted || (dx == 0) == (dy == 0))
        return 0;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    uint64_t found = 0;
    if (layout_effective(ui, layout_parts(ui).body) == LAYOUT_CANVAS) {
        found = nearest(blocks, n, from, dx, dy);
    } else {
        size_t i = block_number(canvas, from, NULL) - 1;
        if (dx + dy > 0 && i + 1 < n)
            found = blocks[i + 1]->o.id;
        else if (dx + dy < 0 && i > 0)
            found = blocks[i - 1]->o.id;
    }
    free(blocks);
    return found;
}
