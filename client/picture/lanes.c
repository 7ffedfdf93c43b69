/* Lanes: stages (blocks) from left to right, lanes (choices of one field) from top to bottom; a card stands where its block and its lane cross.
 * Under them, curves over the stages: the mean of each number field, and what is left for each side. */
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static const double names = 9, inset = 0.4, curve = 5, gap = 0.4; /* in em */

struct lanes {
    const struct field *field;       /* NULL: the canvas names none */
    char *key;                       /* "f.lane" */
    size_t n;                        /* choices, and one row for cards without a lane */
};

static struct lanes lanes_of(struct sheet *s)
{
    const char *name = canvas_header_text(s->c, "lanes");
    struct lanes l = {fields_find(method_fields(s->m, NULL), name), xasprintf("f.%s", name), 0};
    l.n = (l.field != NULL ? l.field->n_choices : 0) + 1;
    return l;
}

/* The row of a card; the last one if it has no lane. */
static size_t lane_of(const struct lanes *l, const struct card *card)
{
    const struct value *value = props_get(&card->props, l->key);
    const struct field_choice *choice =
        l->field != NULL && value != NULL && value->text != NULL ? field_choice_find(l->field, value->text) : NULL;
    return choice != NULL ? (size_t)(choice - l->field->choices) : l->n - 1;
}

static double stage_width(struct sheet *s, double width)
{
    return (width - names * s->em) / (double)(s->n_blocks > 0 ? s->n_blocks : 1);
}

/* Heights of the rows for all stages; rows without cards are low, the row of cards without a lane may have no height. */
static double *row_heights(struct sheet *s, const struct lanes *l, double width)
{
    double *rows = xcalloc(l->n, sizeof *rows), *cell = xcalloc(l->n, sizeof *cell);
    double inner = stage_width(s, width) - 2 * inset * s->em;
    struct ink ink = ink_of(s, 1, INK);

    ink.bold = true;
    for (size_t i = 0; i + 1 < l->n; i++)
        rows[i] = sheet_height(s, l->field->choices[i].title, &ink, (names - 1) * s->em) + 2 * inset * s->em;
    for (size_t b = 0; b < s->n_blocks; b++) {
        memset(cell, 0, l->n * sizeof *cell);
        for (const struct card *card = next_card(NULL, s->blocks[b]); card != NULL; card = next_card(card, s->blocks[b]))
            cell[lane_of(l, card)] += note_need(s, card, inner) + gap * s->em;
        for (size_t i = 0; i < l->n; i++)
            if (cell[i] > 0 && cell[i] + 2 * inset * s->em > rows[i])
                rows[i] = cell[i] + 2 * inset * s->em;
    }
    free(cell);
    return rows;
}

static double heads_need(struct sheet *s, double width)
{
    double height = 0;
    for (size_t b = 0; b < s->n_blocks; b++) {
        double need = head_need(s, s->blocks[b], stage_width(s, width) - 2 * inset * s->em) + inset * s->em;
        height = need > height ? need : height;
    }
    return height;
}

/* ---- curves */

/* The mean of a number field in one stage; false if no card there has it. */
static bool mean_of(const struct block *block, const struct field *field, double *mean)
{
    char *key = xasprintf("f.%s", field->key);
    double sum = 0, n = 0;
    for (const struct card *card = next_card(NULL, block); card != NULL; card = next_card(card, block)) {
        const struct value *value = props_get(&card->props, key);
        if (value == NULL || value->kind != VALUE_NUMBER)
            continue;
        sum += strtod(value->text, NULL);
        n++;
    }
    free(key);
    *mean = n > 0 ? sum / n : 0;
    return n > 0;
}

/* What a curve shows per stage: the mean of a number field; of amounts, which have sides and units, what is left for one side in one unit. */
struct curve {
    char *title;
    const struct field *field;       /* NULL: the balance of a side */
    const char *side, *unit;         /* borrowed from the balances */
};

struct curves {
    struct curve *at;
    size_t n;
};

static bool value_at(struct sheet *s, const struct curve *c, const struct block *stage, double *value)
{
    size_t n;
    if (c->field != NULL)
        return mean_of(stage, c->field, value);
    const struct balance *all = method_balances(s->m, stage->o.id, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].side, c->side) != 0 || strcmp(all[i].unit, c->unit) != 0)
            continue;
        *value = decimal_double(&all[i].net);
        return true;
    }
    return false;
}

/* Adds a curve that has something to show in some stage; takes its title. */
static void add_curve(struct sheet *s, struct curves *curves, struct curve c)
{
    double value;
    size_t b = 0;
    while (b < s->n_blocks && !value_at(s, &c, s->blocks[b], &value))
        b++;
    if (b == s->n_blocks) {
        free(c.title);
        return;
    }
    curves->at = xrealloc(curves->at, (curves->n + 1) * sizeof *curves->at);
    curves->at[curves->n++] = c;
}

static void add_balances(struct sheet *s, struct curves *curves)
{
    size_t n, again;
    (void)method_balances(s->m, 0, &n);
    for (size_t i = 0; i < n; i++) {
        const struct balance b = method_balances(s->m, 0, &again)[i]; /* the list is gone after each look at a stage */
        add_curve(s, curves, (struct curve){xasprintf("Net for the %s%s%s", b.side, b.unit[0] != '\0' ? ", " : "", b.unit), NULL, b.side, b.unit});
    }
}

static struct curves curves_of(struct sheet *s)
{
    struct curves curves = {NULL, 0};
    const struct fields *fields = method_fields(s->m, NULL);
    size_t n_balances;

    (void)method_balances(s->m, 0, &n_balances);
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *field = &fields->at[i];
        if (field->type != FIELD_NUMBER)
            continue;
        if (n_balances > 0 && strcmp(field->key, "amount") == 0)
            add_balances(s, &curves);
        else
            add_curve(s, &curves, (struct curve){xstrdup(field->title), field, NULL, NULL});
    }
    return curves;
}

static void curves_free(struct curves *curves)
{
    for (size_t i = 0; i < curves->n; i++)
        free(curves->at[i].title);
    free(curves->at);
}

static void draw_curve(struct sheet *s, const struct curve *c, struct box at)
{
    double stage = stage_width(s, at.w), least = 0, most = 0, here, before_x = 0, before_y = 0;
    struct ink ink = ink_of(s, 0.9, INK_SOFT), figure = ink_of(s, 0.75, ACCENT);
    bool any = false;

    for (size_t b = 0; b < s->n_blocks; b++) {
        if (!value_at(s, c, s->blocks[b], &here))
            continue;
        least = here < least ? here : least;
        most = here > most ? here : most;
    }
    double span = most > least ? most - least : 1, height = at.h - 2 * s->em;
    double zero = at.y + s->em + height * most / span;
    (void)pen_text(&s->pen, at.x, at.y, (names - 1) * s->em, c->title, &ink);
    pen_line(&s->pen, at.x + names * s->em, zero, at.x + at.w, zero, 0.05 * s->em, RULE);
    for (size_t b = 0; b < s->n_blocks; b++) {
        if (!value_at(s, c, s->blocks[b], &here))
            continue;
        double x = at.x + names * s->em + ((double)b + 0.5) * stage, y = at.y + s->em + height * (most - here) / span;
        char *text = xasprintf("%.3g", here);
        if (any)
            pen_line(&s->pen, before_x, before_y, x, y, 0.12 * s->em, ACCENT);
        pen_disc(&s->pen, x, y, 0.25 * s->em, ACCENT);
        (void)pen_text(&s->pen, x + 0.4 * s->em, y - 1.1 * s->em, 4 * s->em, text, &figure);
        free(text);
        before_x = x;
        before_y = y;
        any = true;
    }
}

/* ---- the kind */

static double lanes_need(struct sheet *s, double width)
{
    struct lanes l = lanes_of(s);
    double *rows = row_heights(s, &l, width), height = heads_need(s, width);
    struct curves curves = curves_of(s);

    for (size_t i = 0; i < l.n; i++)
        height += rows[i];
    height += (double)curves.n * curve * s->em;
    curves_free(&curves);
    free(rows);
    free(l.key);
    return height;
}

static void draw_row(struct sheet *s, const struct lanes *l, size_t row, struct box at)
{
    double stage = stage_width(s, at.w);
    struct ink ink = ink_of(s, 1, INK_SOFT);

    ink.bold = true;
    pen_fill(&s->pen, at.x, at.y, at.w, at.h, 0, row % 2 == 0 ? PAPER : WASH);
    (void)pen_text(&s->pen, at.x + inset * s->em, at.y + inset * s->em, (names - 1) * s->em,
                   row + 1 < l->n ? l->field->choices[row].title : "Not sorted yet", &ink);
    for (size_t b = 0; b < s->n_blocks; b++) {
        double x = at.x + names * s->em + (double)b * stage, y = at.y + inset * s->em;
        pen_line(&s->pen, x, at.y, x, at.y + at.h, 0.06 * s->em, RULE);
        for (const struct card *card = next_card(NULL, s->blocks[b]); card != NULL; card = next_card(card, s->blocks[b])) {
            double inner = stage - 2 * inset * s->em, need;
            if (lane_of(l, card) != row)
                continue;
            need = note_need(s, card, inner);
            note_draw(s, card, (struct box){x + inset * s->em, y, inner, need});
            y += need + gap * s->em;
        }
    }
    pen_line(&s->pen, at.x, at.y + at.h, at.x + at.w, at.y + at.h, 0.06 * s->em, RULE);
}

static void lanes_draw(struct sheet *s, struct box area)
{
    struct lanes l = lanes_of(s);
    double *rows = row_heights(s, &l, area.w), heads = heads_need(s, area.w), stage = stage_width(s, area.w), y = area.y + heads;
    struct curves curves = curves_of(s);

    for (size_t b = 0; b < s->n_blocks; b++)
        (void)head_draw(s, s->blocks[b],
                        (struct box){area.x + names * s->em + (double)b * stage + inset * s->em, area.y, stage - 2 * inset * s->em, heads});
    for (size_t i = 0; i < l.n; i++) {
        if (rows[i] > 0)
            draw_row(s, &l, i, (struct box){area.x, y, area.w, rows[i]});
        y += rows[i];
    }
    for (size_t i = 0; i < curves.n; i++) {
        draw_curve(s, &curves.at[i], (struct box){area.x, y + 0.5 * s->em, area.w, (curve - 0.5) * s->em});
        y += curve * s->em;
    }
    curves_free(&curves);
    free(rows);
    free(l.key);
}

const struct kind kind_lanes = {"lanes", lanes_need, lanes_draw, false};
