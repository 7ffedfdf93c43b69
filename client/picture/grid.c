/* Grids and matrices of cells: blocks at their places, the grid stretched until the fullest block fits. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client/picture/sheet.h"

static const double inset = 0.7; /* of a block's content, in em */

struct extent {
    uint32_t cols, rows;
};

/* The grid as the blocks need it: concurrent changes may put one outside of it. */
static struct extent extent_of(const struct sheet *s)
{
    struct extent e = {s->c->header.cols, s->c->header.rows};
    for (size_t i = 0; i < s->n_blocks; i++) {
        const struct block *b = s->blocks[i];
        e.cols = b->col + b->col_span > e.cols ? b->col + b->col_span : e.cols;
        e.rows = b->row + b->row_span > e.rows ? b->row + b->row_span : e.rows;
    }
    e.cols = e.cols > 0 ? e.cols : 1;
    e.rows = e.rows > 0 ? e.rows : 1;
    return e;
}

static double grid_need(struct sheet *s, double width)
{
    struct extent e = extent_of(s);
    double row = 0;
    for (size_t i = 0; i < s->n_blocks; i++) {
        const struct block *b = s->blocks[i];
        double inner = width * b->col_span / e.cols - 2 * inset * s->em;
        double need = (head_need(s, b, inner) + notes_need(s, b, inner) + 2 * inset * s->em) / b->row_span;
        row = need > row ? need : row;
    }
    return row * e.rows;
}

static void grid_draw(struct sheet *s, struct box area)
{
    struct extent e = extent_of(s);
    for (size_t i = 0; i < s->n_blocks; i++) {
        const struct block *b = s->blocks[i];
        struct box at = {area.x + area.w * b->col / e.cols, area.y + area.h * b->row / e.rows, area.w * b->col_span / e.cols,
                         area.h * b->row_span / e.rows};
        pen_fill(&s->pen, at.x, at.y, at.w, at.h, 0, PAPER);
        pen_frame(&s->pen, at.x, at.y, at.w, at.h, 0, 0.1 * s->em, RULE);
        at = (struct box){at.x + inset * s->em, at.y + inset * s->em, at.w - 2 * inset * s->em, at.h - 2 * inset * s->em};
        at.y += head_draw(s, b, at);
        notes_draw(s, b, at);
    }
}

const struct kind kind_grid = {"grid", grid_need, grid_draw, false};

/* ---- matrices: the same with names along the sides */

static const double side = 1.8; /* of an axis' names, in em */

/* A member of an axis' definition; malloc'd, "" if there is none. */
static char *axis_text(const struct sheet *s, const char *axis, const char *member)
{
    json_t *root = json_loads(canvas_header_text(s->c, axis), 0, NULL);
    const char *text = json_string_value(json_object_get(root, member));
    char *copy = xstrdup(text != NULL ? text : "");
    json_decref(root);
    return copy;
}

static double matrix_need(struct sheet *s, double width)
{
    return grid_need(s, width - side * s->em) + side * s->em;
}

static void draw_axis(struct sheet *s, const char *axis, double x, double y, double length, bool upright)
{
    struct ink ink = ink_of(s, 1, INK_SOFT);
    const char *const members[] = {"low", "title", "high"};
    const enum align aligns[] = {ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT};

    cairo_save(s->pen.cr);
    cairo_translate(s->pen.cr, x, y);
    if (upright)
        cairo_rotate(s->pen.cr, -1.5707963267948966);
    for (int i = 0; i < 3; i++) {
        char *text = axis_text(s, axis, members[i]);
        ink.align = aligns[i];
        ink.bold = i == 1;
        ink.lines = 1;
        (void)pen_text(&s->pen, length * i / 3, 0, length / 3, text, &ink);
        free(text);
    }
    cairo_restore(s->pen.cr);
}

static void matrix_draw(struct sheet *s, struct box area)
{
    double edge = side * s->em;
    struct box inner = {area.x + edge, area.y, area.w - edge, area.h - edge};
    grid_draw(s, inner);
    draw_axis(s, "axis.x", inner.x, inner.y + inner.h + 0.3 * s->em, inner.w, false);
    draw_axis(s, "axis.y", area.x, inner.y + inner.h, inner.h, true);
}

const struct kind kind_matrix = {"matrix", matrix_need, matrix_draw, false};

/* ---- matrices by scores: each card at its two numbers; a list beside says which is which */

struct axis {
    char *field, *title;
    double least, most;
};

static struct axis axis_of(struct sheet *s, const char *name)
{
    struct axis a = {axis_text(s, name, "field"), axis_text(s, name, "title"), 0, 10};
    const struct field *field = fields_find(method_fields(s->m, s->n_blocks > 0 ? s->blocks[0] : NULL), a.field);
    if (field != NULL && field->min[0] != '\0')
        a.least = strtod(field->min, NULL);
    if (field != NULL && field->max[0] != '\0')
        a.most = strtod(field->max, NULL);
    if (!(a.most > a.least))
        a.most = a.least + 1;
    return a;
}

static bool score(const struct card *card, const struct axis *axis, double *value)
{
    char *key = xasprintf("f.%s", axis->field);
    const struct value *v = props_get(&card->props, key);
    free(key);
    if (v == NULL || v->kind != VALUE_NUMBER)
        return false;
    *value = strtod(v->text, NULL);
    return true;
}

struct placed {
    const struct card *card;
    double x, y, product;
    bool known;
};

static int by_product(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    if (p->known != q->known)
        return p->known ? -1 : 1;
    return (p->product < q->product) - (p->product > q->product);
}

/* All cards, the highest product first, those without scores last. */
static struct placed *place_cards(struct sheet *s, const struct axis *x, const struct axis *y, size_t *n)
{
    struct placed *list = NULL;
    *n = 0;
    for (size_t i = 0; i < s->n_blocks; i++) {
        for (const struct card *card = next_card(NULL, s->blocks[i]); card != NULL; card = next_card(card, s->blocks[i])) {
            struct placed p = {.card = card};
            p.known = score(card, x, &p.x);
            p.known = score(card, y, &p.y) && p.known;
            p.product = p.x * p.y;
            list = xrealloc(list, (*n + 1) * sizeof *list);
            list[(*n)++] = p;
        }
    }
    if (*n > 1)
        qsort(list, *n, sizeof *list, by_product);
    return list;
}

static char *list_line(const struct placed *p, size_t number)
{
    return p->known ? xasprintf("%zu  %s  (%g × %g = %g)", number, p->card->text.bytes, p->x, p->y, p->product)
                    : xasprintf("–  %s  (no scores yet)", p->card->text.bytes);
}

static const double list_share = 0.36; /* of the width */

static double scores_need(struct sheet *s, double width)
{
    struct axis x = axis_of(s, "axis.x"), y = axis_of(s, "axis.y");
    struct ink ink = ink_of(s, 1, INK);
    double height = 0;
    size_t n;
    struct placed *list = place_cards(s, &x, &y, &n);
    for (size_t i = 0; i < n; i++) {
        char *line = list_line(&list[i], i + 1);
        height += sheet_height(s, line, &ink, width * list_share) + 0.3 * s->em;
        free(line);
    }
    free(list);
    free(x.field);
    free(x.title);
    free(y.field);
    free(y.title);
    return height > 30 * s->em ? height : 30 * s->em;
}

static double within(double value, const struct axis *axis)
{
    double share = (value - axis->least) / (axis->most - axis->least);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void scores_draw(struct sheet *s, struct box area)
{
    struct axis x = axis_of(s, "axis.x"), y = axis_of(s, "axis.y");
    struct ink ink = ink_of(s, 1, INK), number = ink_of(s, 0.8, PAPER);
    double edge = side * s->em;
    struct box plot = {area.x + edge, area.y, area.w * (1 - list_share) - 2 * edge, area.h - edge};
    double at = area.y;
    size_t n;
    struct placed *list = place_cards(s, &x, &y, &n);

    number.align = ALIGN_CENTRE;
    number.bold = true;
    pen_fill(&s->pen, plot.x, plot.y, plot.w, plot.h, 0, PAPER);
    pen_frame(&s->pen, plot.x, plot.y, plot.w, plot.h, 0, 0.1 * s->em, RULE);
    pen_line(&s->pen, plot.x + plot.w / 2, plot.y, plot.x + plot.w / 2, plot.y + plot.h, 0.06 * s->em, RULE);
    pen_line(&s->pen, plot.x, plot.y + plot.h / 2, plot.x + plot.w, plot.y + plot.h / 2, 0.06 * s->em, RULE);
    draw_axis(s, "axis.x", plot.x, plot.y + plot.h + 0.3 * s->em, plot.w, false);
    draw_axis(s, "axis.y", area.x, plot.y + plot.h, plot.h, true);
    for (size_t i = 0; i < n; i++) {
        char *line = list_line(&list[i], i + 1), *label = xasprintf("%zu", i + 1);
        double radius = 1.1 * s->em;
        double px = plot.x + radius + within(list[i].x, &x) * (plot.w - 2 * radius);
        double py = plot.y + plot.h - radius - within(list[i].y, &y) * (plot.h - 2 * radius);
        for (size_t j = 0; j < i; j++) /* those with the same scores stand side by side */
            if (list[i].known && list[j].known && list[i].x == list[j].x && list[i].y == list[j].y)
                px += 1.5 * radius;
        if (list[i].known) {
            pen_disc(&s->pen, px, py, radius, ACCENT);
            (void)pen_text(&s->pen, px - radius, py - 0.5 * s->em, 2 * radius, label, &number);
        }
        at += pen_text(&s->pen, area.x + area.w * (1 - list_share), at, area.w * list_share, line, &ink) + 0.3 * s->em;
        free(line);
        free(label);
    }
    free(list);
    free(x.field);
    free(x.title);
    free(y.field);
    free(y.title);
}

const struct kind kind_scores = {"scores", scores_need, scores_draw, true};
