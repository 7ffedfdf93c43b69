/* Cards as notes: the text, and under it in small letters what else is known: fields, tags, votes, status, measures. */
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static const double pad = 0.55, gap = 0.6, small = 0.8, note_width = 13.5; /* in em */

static const struct {
    const char *name;
    uint32_t colour;
} colours[] = {{"yellow", 0xfff0a8}, {"orange", 0xffdcb0}, {"red", 0xffc9c4},   {"purple", 0xe6d5f5},
               {"blue", 0xcfe3fb},   {"teal", 0xc9efe9},   {"green", 0xd5f0c8}, {"grey", 0xe5e8eb}};

struct ink ink_of(const struct sheet *s, double size, uint32_t colour)
{
    return (struct ink){.size = size * s->em, .colour = colour};
}

double sheet_height(struct sheet *s, const char *text, const struct ink *ink, double width)
{
    return s->exact ? pen_height(&s->pen, text, ink, width) : pen_guess(&s->pen, text, ink->size, width);
}

uint32_t note_colour(const struct card *card)
{
    const struct value *value = props_get(&card->props, "color");
    for (size_t i = 0; value != NULL && value->text != NULL && i < sizeof colours / sizeof colours[0]; i++)
        if (strcmp(value->text, colours[i].name) == 0)
            return colours[i].colour;
    return 0xfff8d6;
}

const struct card *next_card(const struct card *after, const struct block *block)
{
    struct card *card = after != NULL ? card_next_alive(after) : NULL;
    for (uint32_t i = 0; after == NULL && card == NULL && i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            card = block->cards[i];
    return card;
}

/* ---- what else is known of a card */

static void add(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text));
}

static void add_line(struct buf *out, const char *line)
{
    if (buf_len(out) > 0)
        add(out, "\n");
    add(out, line);
}

/* Measures have a picture of their own; the lane is where the card stands; a unit stands behind its amount. */
static bool is_shown_otherwise(const struct sheet *s, const struct field *field)
{
    return field->type == FIELD_MEASURE || strcmp(field->key, "unit") == 0 || strcmp(field->key, canvas_header_text(s->c, "lanes")) == 0;
}

static char *value_text(struct sheet *s, const struct card *card, const struct field *field)
{
    const struct field *unit = strcmp(field->key, "amount") == 0 ? fields_find(method_fields(s->m, card->block), "unit") : NULL;
    char *cell = cell_text(s->m, s->c, card, field, s->o->name, s->o->name_ctx), *with_unit;
    if (unit == NULL || cell[0] == '\0')
        return cell;
    char *word = cell_text(s->m, s->c, card, unit, s->o->name, s->o->name_ctx);
    with_unit = xasprintf("%s %s", cell, word);
    free(word);
    free(cell);
    return with_unit;
}

static void add_fields(struct sheet *s, const struct card *card, struct buf *out)
{
    const struct fields *fields = method_fields(s->m, card->block);
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *field = &fields->at[i];
        char *cell = is_shown_otherwise(s, field) ? NULL : value_text(s, card, field);
        if (cell != NULL && cell[0] != '\0') {
            add_line(out, field->title);
            add(out, ": ");
            add(out, cell);
        }
        free(cell);
    }
}

/* Tags that are no groups, votes, status. */
static void add_marks(const struct card *card, struct buf *out)
{
    struct buf line;
    const struct value *status = props_get(&card->props, "status");

    buf_init(&line);
    if (card->n_votes > 0) {
        char *votes = xasprintf("●%u  ", card->n_votes);
        add(&line, votes);
        free(votes);
    }
    if (status != NULL && status->text != NULL) {
        add(&line, status->text);
        add(&line, "  ");
    }
    for (uint32_t i = 0; i < card->n_tags; i++) {
        if (strchr(card->tags[i], '=') != NULL)
            continue;
        add(&line, "#");
        add(&line, card->tags[i]);
        add(&line, " ");
    }
    buf_add(&line, "", 1);
    if (buf_len(&line) > 1)
        add_line(out, (const char *)buf_at(&line));
    buf_fini(&line);
}

static char *extra_text(struct sheet *s, const struct card *card)
{
    struct buf out;
    buf_init(&out);
    add_fields(s, card, &out);
    add_marks(card, &out);
    buf_add(&out, "", 1);
    char *text = xstrdup((const char *)buf_at(&out));
    buf_fini(&out);
    return text;
}

/* The measures that the note shows: the card itself, or its parts. */
static size_t measures_of(struct sheet *s, const struct card *card, const uint64_t **ids)
{
    size_t n;
    *ids = &card->o.id;
    if (method_measure(s->m, card->o.id) != NULL)
        return 1;
    *ids = method_parts(s->m, card->o.id, &n);
    return n;
}

/* ---- notes */

double note_need(struct sheet *s, const struct card *card, double width)
{
    struct ink body = ink_of(s, 1, INK), extra = ink_of(s, small, INK_SOFT);
    double inner = width - 2 * pad * s->em, height = 2 * pad * s->em;
    const uint64_t *ids;
    size_t n = measures_of(s, card, &ids);
    char *text = extra_text(s, card);

    if (n != 1 || ids[0] != card->o.id) /* a measure's name stands in its own picture */
        height += sheet_height(s, card->text.bytes[0] != '\0' ? card->text.bytes : "…", &body, inner);
    if (text[0] != '\0')
        height += 0.2 * s->em + sheet_height(s, text, &extra, inner);
    for (size_t i = 0; i < n; i++)
        if (method_measure(s->m, ids[i]) != NULL)
            height += measure_need(s, canvas_card(s->c, ids[i]), inner);
    free(text);
    return height;
}

void note_draw(struct sheet *s, const struct card *card, struct box at)
{
    struct ink body = ink_of(s, 1, INK), extra = ink_of(s, small, INK_SOFT);
    double inner = at.w - 2 * pad * s->em, x = at.x + pad * s->em, y = at.y + pad * s->em;
    const uint64_t *ids;
    size_t n = measures_of(s, card, &ids);
    char *text = extra_text(s, card);

    pen_fill(&s->pen, at.x + 0.08 * s->em, at.y + 0.12 * s->em, at.w, at.h, 0.25 * s->em, 0xd8dde3);
    pen_fill(&s->pen, at.x, at.y, at.w, at.h, 0.25 * s->em, note_colour(card));
    if (n != 1 || ids[0] != card->o.id)
        y += pen_text(&s->pen, x, y, inner, card->text.bytes[0] != '\0' ? card->text.bytes : "…", &body);
    for (size_t i = 0; i < n; i++) {
        const struct card *measure = canvas_card(s->c, ids[i]);
        if (method_measure(s->m, ids[i]) == NULL)
            continue;
        measure_draw(s, measure, x, y, inner);
        y += measure_need(s, measure, inner);
    }
    if (text[0] != '\0')
        (void)pen_text(&s->pen, x, y + 0.2 * s->em, inner, text, &extra);
    free(text);
}

/* ---- a block full of them */

static size_t columns_in(const struct sheet *s, double width, double *each)
{
    size_t n = (size_t)((width + gap * s->em) / ((note_width + gap) * s->em));
    n = n > 0 ? n : 1;
    *each = (width - (double)(n - 1) * gap * s->em) / (double)n;
    return n;
}

double notes_need(struct sheet *s, const struct block *block, double width)
{
    const struct card *card = next_card(NULL, block);
    struct ink prompt = ink_of(s, 0.85, INK_FAINT);
    double each, height = 0;
    size_t n = columns_in(s, width, &each);

    if (card == NULL)
        return block->prompt[0] != '\0' ? sheet_height(s, block->prompt, &prompt, width) : 0;
    while (card != NULL) {
        double row = 0;
        for (size_t i = 0; i < n && card != NULL; i++, card = next_card(card, block)) {
            double need = note_need(s, card, each);
            row = need > row ? need : row;
        }
        height += row + gap * s->em;
    }
    return height;
}

void notes_draw(struct sheet *s, const struct block *block, struct box at)
{
    const struct card *card = next_card(NULL, block);
    struct ink prompt = ink_of(s, 0.85, INK_FAINT);
    double each;
    size_t n = columns_in(s, at.w, &each);

    prompt.italic = true;
    if (card == NULL && block->prompt[0] != '\0')
        (void)pen_text(&s->pen, at.x, at.y, at.w, block->prompt, &prompt);
    while (card != NULL) {
        const struct card *first = card;
        double row = 0;
        for (size_t i = 0; i < n && card != NULL; i++, card = next_card(card, block)) {
            double need = note_need(s, card, each);
            row = need > row ? need : row;
        }
        for (size_t i = 0; i < n && first != card; i++, first = next_card(first, block))
            note_draw(s, first, (struct box){at.x + (double)i * (each + gap * s->em), at.y, each, row});
        at.y += row + gap * s->em;
    }
}

/* ---- heads of blocks */

double head_need(struct sheet *s, const struct block *block, double width)
{
    struct ink ink = ink_of(s, 1.1, ACCENT);
    ink.bold = true;
    return sheet_height(s, block->title, &ink, width) + 0.4 * s->em;
}

double head_draw(struct sheet *s, const struct block *block, struct box at)
{
    struct ink ink = ink_of(s, 1.1, ACCENT);
    ink.bold = true;
    return pen_text(&s->pen, at.x, at.y, at.w, block->title, &ink) + 0.4 * s->em;
}
