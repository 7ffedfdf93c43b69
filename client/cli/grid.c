/* The drawing of a grid canvas: blocks as boxes in their places, cards wrapped inside. Columns share the width
 * evenly; a row becomes as high as the blocks in it need. Lines between neighbours are drawn once. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/outline.h"
#include "common/utf8.h"

enum {
    NARROWEST = 18, /* columns inside a block, below which the outline reads better */
    LARGEST = 64,   /* columns and rows of a grid that is drawn at all */
    UP = 1,
    DOWN = 2,
    LEFT = 4,
    RIGHT = 8,
};

/* One line of text inside a block. */
struct grid_line {
    char *text; /* the arena's */
    enum text_style style;
};

struct box {
    const struct block *block;
    size_t left, right, top, bottom; /* its border lines on the drawing */
    struct grid_line *lines;         /* owned */
    size_t n, cap;
};

struct drawing {
    const struct outline *o;
    size_t cols, rows;                     /* of the canvas' grid */
    size_t x[LARGEST + 1], y[LARGEST + 1]; /* border lines between its columns and rows */
    struct box *boxes;                     /* owned */
    size_t n_boxes;
    unsigned char *borders; /* owned; per cell of the drawing, the directions that lines leave it in */
};

static bool drawable(const struct block *block, size_t cols, size_t rows)
{
    return block->col_span > 0 && block->row_span > 0 && block->col < cols && block->row < rows &&
           block->col_span <= cols - block->col && block->row_span <= rows - block->row;
}

bool grid_fits(const struct canvas *canvas, size_t width)
{
    size_t cols = canvas->header.cols, rows = canvas->header.rows, n;
    const char *kind = canvas_header_text(canvas, "kind");
    if ((kind[0] && strcmp(kind, "grid") != 0) || cols == 0 || rows == 0 || cols > LARGEST || rows > LARGEST)
        return false;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    bool fits = n > 0;
    for (size_t i = 0; i < n; i++)
        fits = fits && drawable(blocks[i], cols, rows) && (width - 1) * blocks[i]->col_span / cols >= NARROWEST + 3;
    free(blocks);
    return fits;
}

/* ---- text into lines */

static void add_line(struct box *box, char *text, enum text_style style)
{
    if (box->n == box->cap) {
        box->cap = box->cap ? 2 * box->cap : 16;
        box->lines = xrealloc(box->lines, box->cap * sizeof *box->lines);
    }
    box->lines[box->n++] = (struct grid_line){text, style};
}

/* How many bytes of text fit into cells: broken at a space if there is one, else anywhere between clusters. */
static size_t fitting(const char *text, size_t len, size_t cells)
{
    size_t at = 0, used = 0, space = 0;
    while (at < len) {
        size_t n = utf8_grapheme(text + at, len - at);
        size_t wide = (size_t)utf8_cluster_width(text + at, n);
        if (used + wide > cells)
            return space ? space : at ? at : n;
        if (text[at] == ' ')
            space = at;
        used += wide;
        at += n;
    }
    return len;
}

/* Wraps one clean line, the further ones behind an indent of spaces. */
static void wrap(struct box *box, struct arena *arena, const char *text, size_t cells, size_t indent,
                 enum text_style style)
{
    size_t len = strlen(text), used = 0;
    bool first = true;
    if (indent + 4 > cells)
        indent = 0;
    while (used < len || first) {
        size_t room = first ? cells : cells - indent;
        size_t n = fitting(text + used, len - used, room);
        add_line(box, arena_printf(arena, "%*s%.*s", first ? 0 : (int)indent, "", (int)n, text + used), style);
        used += n;
        while (used < len && text[used] == ' ')
            used++;
        first = false;
    }
}

static void fill_box(const struct outline *o, struct box *box, size_t cells)
{
    const struct block *block = box->block;
    wrap(box, o->arena, arena_line(o->arena, block->title), cells, 0, STYLE_BOLD);
    if (block->n_alive == 0 && block->prompt[0])
        wrap(box, o->arena, arena_line(o->arena, block->prompt), cells, 0, STYLE_DIM);
    for (uint32_t i = 0; i < block->n_cards; i++) {
        if (block->cards[i]->deleted_seq != 0)
            continue;
        const char *line = arena_line(o->arena, outline_card(o, block->cards[i]));
        wrap(box, o->arena, line, cells, 7, STYLE_PLAIN);
    }
}

/* ---- places */

static void place_columns(struct drawing *d, size_t width)
{
    for (size_t i = 0; i <= d->cols; i++)
        d->x[i] = (width - 1) * i / d->cols;
}

/* Rows are as low as they can be (the line below a row is all that an empty one takes); a block that needs more
 * stretches the last of its rows. */
static void place_rows(struct drawing *d)
{
    size_t height[LARGEST];
    for (size_t i = 0; i < d->rows; i++)
        height[i] = 0;
    for (size_t row = 0; row < d->rows; row++)
        for (size_t i = 0; i < d->n_boxes; i++) {
            const struct block *block = d->boxes[i].block;
            if (block->row + block->row_span != row + 1)
                continue;
            size_t has = block->row_span - 1; /* the lines between rows are room, too */
            for (size_t r = block->row; r <= row; r++)
                has += height[r];
            if (has < d->boxes[i].n)
                height[row] += d->boxes[i].n - has;
        }
    d->y[0] = 0;
    for (size_t i = 0; i < d->rows; i++)
        d->y[i + 1] = d->y[i] + height[i] + 1;
}

static void add_border(struct drawing *d, size_t x, size_t y, unsigned directions)
{
    d->borders[y * (d->x[d->cols] + 1) + x] |= (unsigned char)directions;
}

static void draw_border(struct drawing *d, const struct box *box)
{
    for (size_t x = box->left; x < box->right; x++) {
        add_border(d, x, box->top, RIGHT);
        add_border(d, x + 1, box->top, LEFT);
        add_border(d, x, box->bottom, RIGHT);
        add_border(d, x + 1, box->bottom, LEFT);
    }
    for (size_t y = box->top; y < box->bottom; y++) {
        add_border(d, box->left, y, DOWN);
        add_border(d, box->left, y + 1, UP);
        add_border(d, box->right, y, DOWN);
        add_border(d, box->right, y + 1, UP);
    }
}

/* ---- printing */

static const char *border_glyph(bool unicode, unsigned directions)
{
    static const char *const glyphs[16] = {" ", "╵", "╷", "│", "╴", "┘", "┐", "┤",
                                           "╶", "└", "┌", "├", "─", "┴", "┬", "┼"};
    if (unicode)
        return glyphs[directions];
    return directions == 0 ? " " : directions == (UP | DOWN) ? "|" : directions == (LEFT | RIGHT) ? "-" : "+";
}

/* The box whose inside begins at (x, y), NULL if none does. */
static const struct box *box_at(const struct drawing *d, size_t x, size_t y)
{
    for (size_t i = 0; i < d->n_boxes; i++) {
        const struct box *box = &d->boxes[i];
        if (x == box->left + 1 && y > box->top && y < box->bottom)
            return box;
    }
    return NULL;
}

static void print_inside(const struct drawing *d, const struct box *box, size_t y)
{
    size_t cells = box->right - box->left - 1, line = y - box->top - 1;
    const char *text = line < box->n ? box->lines[line].text : "";
    size_t used = utf8_width(text, strlen(text)) + 1;
    out_print(d->o->out, line < box->n ? box->lines[line].style : STYLE_PLAIN, " %s", text);
    out_print(d->o->out, STYLE_PLAIN, "%*s", used < cells ? (int)(cells - used) : 0, "");
}

/* The border from x up to the next inside of a box, or the end. Returns where that is. */
static size_t print_border(const struct drawing *d, size_t x, size_t y)
{
    size_t width = d->x[d->cols] + 1;
    struct buf run;
    buf_init(&run);
    do {
        const char *glyph = border_glyph(d->o->out->unicode, d->borders[y * width + x]);
        buf_add(&run, glyph, strlen(glyph));
        x++;
    } while (x < width && !box_at(d, x, y));
    out_print(d->o->out, STYLE_DIM, "%.*s", (int)buf_len(&run), (const char *)buf_at(&run));
    buf_fini(&run);
    return x;
}

static void print_row(const struct drawing *d, size_t y)
{
    size_t width = d->x[d->cols] + 1;
    for (size_t x = 0; x < width;) {
        const struct box *box = box_at(d, x, y);
        if (box)
            print_inside(d, box, y);
        x = box ? box->right : print_border(d, x, y);
    }
    out_print(d->o->out, STYLE_PLAIN, "\n");
}

void grid_print(const struct outline *o, size_t width)
{
    struct drawing d = {.o = o, .cols = o->canvas->header.cols, .rows = o->canvas->header.rows};
    struct block **blocks = canvas_blocks_in_order(o->canvas, &d.n_boxes);
    d.boxes = xcalloc(d.n_boxes + 1, sizeof *d.boxes);
    place_columns(&d, width);
    for (size_t i = 0; i < d.n_boxes; i++) {
        struct box *box = &d.boxes[i];
        box->block = blocks[i];
        box->left = d.x[blocks[i]->col];
        box->right = d.x[blocks[i]->col + blocks[i]->col_span];
        fill_box(o, box, box->right - box->left - 3);
    }
    place_rows(&d);
    d.borders = xcalloc((d.y[d.rows] + 1) * (d.x[d.cols] + 1), 1);
    for (size_t i = 0; i < d.n_boxes; i++) {
        d.boxes[i].top = d.y[blocks[i]->row];
        d.boxes[i].bottom = d.y[blocks[i]->row + blocks[i]->row_span];
        draw_border(&d, &d.boxes[i]);
    }
    outline_head(o);
    for (size_t y = 0; y <= d.y[d.rows]; y++)
        print_row(&d, y);
    outline_foot(o);
    for (size_t i = 0; i < d.n_boxes; i++)
        free(d.boxes[i].lines);
    free(d.boxes);
    free(d.borders);
    free(blocks);
}
