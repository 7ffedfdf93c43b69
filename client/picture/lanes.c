/* Lanes: stages (blocks) from left to right, lanes (choices of one field) from top to bottom; a card stands where its block and its lane cross.
 * Under them, the mean of each number field per stage, as a curve. */
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

static bool has_curve(struct sheet *s, const struct field *field)
{
    double mean;
    if (field->type != FIELD_NUMBER)
        return false;
    for (size_t b = 0; b < s->n_blocks; b++)
        if (mean_of(s->blocks[b], field, &mean))
            return true;
    return false;
}

static void draw_curve(struct sheet *s, const struct field *field, struct box at)
{
    double stage = stage_width(s, at.w), least = 0, most = 0, mean, before_x = 0, before_y = 0;
    struct ink ink = ink_of(s, 0.9, INK_SOFT), value = ink_of(s, 0.75, ACCENT);
    bool any = false;

    for (size_t b = 0; b < s->n_blocks; b++) {
        if (!mean_of(s->blocks[b], field, &mean))
            continue;
        least = mean < least ? mean : least;
        most = mean > most ? mean : most;
    }
    double span = most > least ? most - least : 1, height = at.h - 2 * s->em;
    double zero = at.y + s->em + height * most / span;
    (void)pen_text(&s->pen, at.x, at.y, (names - 1) * s->em, field->title, &ink);
    pen_line(&s->pen, at.x + names * s->em, zero, at.x + at.w, zero, 0.05 * s->em, RULE);
    for (size_t b = 0; b < s->n_blocks; b++) {
        if (!mean_of(s->blocks[b], field, &mean))
            continue;
        double x = at.x + names * s->em + ((double)b + 0.5) * stage, y = at.y + s->em + height * (most - mean) / span;
        char *text = xasprintf("%.3g", mean);
        if (any)
            pen_line(&s->pen, before_x, before_y, x, y, 0.12 * s->em, ACCENT);
        pen_disc(&s->pen, x, y, 0.25 * s->em, ACCENT);
        (void)pen_text(&s->pen, x + 0.4 * s->em, y - 1.1 * s->em, 4 * s->em, text, &value);
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
    const struct fields *fields = method_fields(s->m, NULL);

    for (size_t i = 0; i < l.n; i++)
        height += rows[i];
    for (size_t i = 0; i < fields->n; i++)
        height += has_curve(s, &fields->at[i]) ? curve * s->em : 0;
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
    const struct fields *fields = method_fields(s->m, NULL);

    for (size_t b = 0; b < s->n_blocks; b++)
        (void)head_draw(s, s->blocks[b],
                        (struct box){area.x + names * s->em + (double)b * stage + inset * s->em, area.y, stage - 2 * inset * s->em, heads});
    for (size_t i = 0; i < l.n; i++) {
        if (rows[i] > 0)
            draw_row(s, &l, i, (struct box){area.x, y, area.w, rows[i]});
        y += rows[i];
    }
    for (size_t i = 0; i < fields->n; i++) {
        if (!has_curve(s, &fields->at[i]))
            continue;
        draw_curve(s, &fields->at[i], (struct box){area.x, y + 0.5 * s->em, area.w, (curve - 0.5) * s->em});
        y += curve * s->em;
    }
    free(rows);
    free(l.key);
}

const struct kind kind_lanes = {"lanes", lanes_need, lanes_draw, false};
