/* Tables: cards are rows, fields are columns; each column as wide as what stands in it asks for. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

enum { COLUMNS_MAX = 64 };
static const double pad = 0.5; /* around a cell, in em */

struct columns {
    const struct field *at[COLUMNS_MAX];     /* NULL: the card's own text */
    double width[COLUMNS_MAX];
    size_t n;
};

static char *column_text(struct sheet *s, const struct card *card, const struct field *field)
{
    return field != NULL ? cell_text(s->m, s->c, card, field, s->o->name, s->o->name_ctx) : xstrdup(card->text.bytes);
}

static const char *column_title(const struct block *block, const struct field *field)
{
    const struct value *title = props_get(&block->props, "column");
    if (field != NULL)
        return field->title;
    return title != NULL && title->text != NULL ? title->text : "";
}

/* How much room a column asks for: by its longest and its usual text, within reason. */
static double wish(struct sheet *s, const struct block *block, const struct field *field)
{
    double most = (double)strlen(column_title(block, field)) * 0.7, sum = 0, rows = 0;
    for (const struct card *card = next_card(NULL, block); card != NULL; card = next_card(card, block), rows++) {
        char *text = column_text(s, card, field);
        double len = (double)strlen(text);
        sum += len;
        most = len > most ? len : most;
        free(text);
    }
    double mean = rows > 0 ? sum / rows : 0, measures = field != NULL && field->type == FIELD_MEASURE ? 14 : 0;
    double em = 3 + 0.25 * (most < 40 ? most : 40) + 1.4 * sqrt(mean);
    return em > measures ? em : measures;
}

static struct columns columns_of(struct sheet *s, const struct block *block, double width)
{
    const struct fields *fields = method_fields(s->m, block);
    struct columns c = {.n = 1};
    double all = c.width[0] = wish(s, block, NULL);

    for (size_t i = 0; i < fields->n && c.n < COLUMNS_MAX; i++, c.n++) {
        c.at[c.n] = &fields->at[i];
        all += c.width[c.n] = wish(s, block, c.at[c.n]);
    }
    for (size_t i = 0; i < c.n; i++)
        c.width[i] *= width / all;
    return c;
}

/* ---- cells */

/* A column of measures shows each with its bar; others their words. */
static double cell_need(struct sheet *s, const struct card *card, const struct field *field, double width)
{
    struct ink ink = ink_of(s, 1, INK);
    double height = 0;
    size_t n = 0;
    const uint64_t *parts = field != NULL && field->type == FIELD_MEASURE ? method_parts(s->m, card->o.id, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        if (strcmp(method_part_field(s->m, parts[i]), field->key) == 0 && method_measure(s->m, parts[i]) != NULL)
            height += measure_need(s, canvas_card(s->c, parts[i]), width) + 0.4 * s->em;
    if (field != NULL && field->type == FIELD_MEASURE)
        return height;
    char *text = column_text(s, card, field);
    height = sheet_height(s, text, &ink, width);
    free(text);
    return height;
}

static void cell_draw(struct sheet *s, const struct card *card, const struct field *field, struct box at)
{
    struct ink ink = ink_of(s, 1, INK);
    size_t n = 0;
    const uint64_t *parts = field != NULL && field->type == FIELD_MEASURE ? method_parts(s->m, card->o.id, &n) : NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(method_part_field(s->m, parts[i]), field->key) != 0 || method_measure(s->m, parts[i]) == NULL)
            continue;
        const struct card *measure = canvas_card(s->c, parts[i]);
        measure_draw(s, measure, at.x, at.y, at.w);
        at.y += measure_need(s, measure, at.w) + 0.4 * s->em;
    }
    if (field != NULL && field->type == FIELD_MEASURE)
        return;
    ink.bold = field == NULL;
    ink.align = field != NULL && field->type == FIELD_NUMBER ? ALIGN_RIGHT : ALIGN_LEFT;
    char *text = column_text(s, card, field);
    (void)pen_text(&s->pen, at.x, at.y, at.w, text, &ink);
    free(text);
}

static double row_need(struct sheet *s, const struct card *card, const struct columns *c)
{
    double height = 0;
    for (size_t i = 0; i < c->n; i++) {
        double need = cell_need(s, card, c->at[i], c->width[i] - 2 * pad * s->em);
        height = need > height ? need : height;
    }
    return height + 2 * pad * s->em;
}

static double titles_need(struct sheet *s, const struct block *block, const struct columns *c)
{
    struct ink ink = ink_of(s, 0.9, PAPER);
    double height = 0;
    ink.bold = true;
    for (size_t i = 0; i < c->n; i++) {
        double need = sheet_height(s, column_title(block, c->at[i]), &ink, c->width[i] - 2 * pad * s->em);
        height = need > height ? need : height;
    }
    return height + 2 * pad * s->em;
}

/* ---- the kind */

static double block_need(struct sheet *s, const struct block *block, double width)
{
    struct columns c = columns_of(s, block, width);
    struct ink prompt = ink_of(s, 0.85, INK_FAINT);
    double height = titles_need(s, block, &c) + head_need(s, block, width) + 1.5 * s->em;
    if (block->prompt[0] != '\0')
        height += sheet_height(s, block->prompt, &prompt, width) + 0.4 * s->em;
    for (const struct card *card = next_card(NULL, block); card != NULL; card = next_card(card, block))
        height += row_need(s, card, &c);
    return height;
}

static double table_need(struct sheet *s, double width)
{
    double height = 0;
    for (size_t i = 0; i < s->n_blocks; i++)
        height += block_need(s, s->blocks[i], width);
    return height;
}

static void draw_titles(struct sheet *s, const struct block *block, const struct columns *c, struct box at)
{
    struct ink ink = ink_of(s, 0.9, PAPER);
    double x = at.x + pad * s->em;
    ink.bold = true;
    pen_fill(&s->pen, at.x, at.y, at.w, at.h, 0, ACCENT);
    for (size_t i = 0; i < c->n; x += c->width[i++])
        (void)pen_text(&s->pen, x, at.y + pad * s->em, c->width[i] - 2 * pad * s->em, column_title(block, c->at[i]), &ink);
}

static double draw_block(struct sheet *s, const struct block *block, struct box area)
{
    struct columns c = columns_of(s, block, area.w);
    struct ink prompt = ink_of(s, 0.85, INK_FAINT);
    double y = area.y, titles = titles_need(s, block, &c);
    bool odd = false;

    prompt.italic = true;
    y += head_draw(s, block, (struct box){area.x, y, area.w, 0});
    if (block->prompt[0] != '\0')
        y += pen_text(&s->pen, area.x, y, area.w, block->prompt, &prompt) + 0.4 * s->em;
    draw_titles(s, block, &c, (struct box){area.x, y, area.w, titles});
    y += titles;
    for (const struct card *card = next_card(NULL, block); card != NULL; card = next_card(card, block), odd = !odd) {
        double height = row_need(s, card, &c), x = area.x;
        pen_fill(&s->pen, area.x, y, area.w, height, 0, odd ? WASH : PAPER);
        for (size_t i = 0; i < c.n; x += c.width[i++])
            cell_draw(s, card, c.at[i], (struct box){x + pad * s->em, y + pad * s->em, c.width[i] - 2 * pad * s->em, height});
        pen_line(&s->pen, area.x, y + height, area.x + area.w, y + height, 0.06 * s->em, RULE);
        y += height;
    }
    return y - area.y + 1.5 * s->em;
}

static void table_draw(struct sheet *s, struct box area)
{
    for (size_t i = 0; i < s->n_blocks; i++) {
        double height = draw_block(s, s->blocks[i], area);
        area.y += height;
        area.h -= height;
    }
}

const struct kind kind_table = {"table", table_need, table_draw, true};
