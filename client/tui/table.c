/* Columns and rows of a table, see table.h. */
#include "client/tui/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/tui/kinds.h"
#include "client/tui/ui_private.h"
#include "client/tui/view_parts.h"
#include "common/buf.h"
#include "common/ids.h"
#include "common/utf8.h"

enum {
    COLUMNS = 160,
    SHOWN_MOST = 20000, /* rows, each card as often as it is shown */
    ROW_GROUPS = 16,    /* groups of one row by one field */
    LOOSE_CELL = 200,   /* points of a text without a definition */
};

/* ---- columns */

static void add_column(struct table *t, enum table_column_kind kind, const struct field *field, const char *key,
                       const char *title)
{
    for (int i = 0; i < t->n_columns; i++)
        if (t->columns[i].kind == kind && (key == NULL || strcmp(t->columns[i].key, key) == 0))
            return;
    if (t->n_columns == COLUMNS)
        return;
    bool unit = field != NULL && field->type == FIELD_NUMBER && field->unit[0] != '\0';
    t->columns[t->n_columns++] = (struct table_column){
        .kind = kind,
        .field = field,
        .key = key,
        .title = unit ? ui_printf(t->ui, "%s (%s)", title, field->unit) : words_line(t->ui, title, strlen(title)),
        .right = kind == TABLE_VOTES || (field != NULL && field->type == FIELD_NUMBER),
    };
}

static bool is_defined(const struct fields *fields, const char *key)
{
    return fields_find(fields, key) != NULL;
}

static void add_loose(struct table *t, const struct fields *fields, const struct card *card)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (!is_defined(fields, card->fields[i].key))
            add_column(t, TABLE_LOOSE_TEXT, NULL, card->fields[i].key, card->fields[i].key);
    for (uint32_t i = 0; i < card->props.n; i++) {
        const char *key = card->props.at[i].key;
        if (strncmp(key, "f.", 2) == 0 && !is_defined(fields, key + 2))
            add_column(t, TABLE_LOOSE_PROP, NULL, key, key + 2);
    }
}

static int compare_columns(const void *a, const void *b)
{
    const struct table_column *x = a, *y = b;
    if (x->kind != y->kind)
        return (int)x->kind - (int)y->kind;
    return x->key != NULL && y->key != NULL ? strcmp(x->key, y->key) : 0;
}

static bool has_tags(struct ui *ui, const struct card *card)
{
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (!ui_tag_is_group(ui, card, card->tags[i]))
            return true;
    return false;
}

/* What cards have besides, in the order of their keys; a column of numbers only stands at the right. */
static void gather_loose(struct table *t, const struct fields *fields)
{
    bool status = false, colour = false, tags = false, votes = false;
    int defined = t->n_columns;
    for (uint32_t i = 0; i < t->block->n_cards; i++) {
        const struct card *card = t->block->cards[i];
        if (card->deleted_seq)
            continue;
        add_loose(t, fields, card);
        status |= props_get(&card->props, "status") != NULL;
        colour |= props_get(&card->props, "color") != NULL;
        tags = tags || (card->n_tags > 0 && has_tags(t->ui, card));
        votes |= card->n_votes > 0;
    }
    qsort(t->columns + defined, (size_t)(t->n_columns - defined), sizeof t->columns[0], compare_columns);
    if (status)
        add_column(t, TABLE_STATUS, NULL, NULL, "status");
    if (colour)
        add_column(t, TABLE_COLOUR, NULL, NULL, "colour");
    if (tags)
        add_column(t, TABLE_TAGS, NULL, NULL, "tags");
    if (votes)
        add_column(t, TABLE_VOTES, NULL, NULL, "votes");
    add_column(t, TABLE_AUTHOR, NULL, NULL, "author");
}

/* Loose numbers stand at the right, too, if all of the column are. */
static void align_loose(struct table *t)
{
    for (int i = 0; i < t->n_columns; i++) {
        struct table_column *c = &t->columns[i];
        if (c->kind != TABLE_LOOSE_PROP)
            continue;
        c->right = true;
        for (uint32_t k = 0; k < t->block->n_cards && c->right; k++) {
            const struct value *value = props_get(&t->block->cards[k]->props, c->key);
            c->right = t->block->cards[k]->deleted_seq || value == NULL || value->kind == VALUE_NUMBER;
        }
    }
}

void table_columns(struct table *t, struct ui *ui, const struct block *block)
{
    const struct fields *fields = ui_fields(ui, block);
    const struct value *title = props_get(&block->props, "column");
    *t = (struct table){.ui = ui, .block = block};
    t->columns = arena_calloc(&ui->words, COLUMNS, sizeof *t->columns);
    ASSERT(t->columns);
    add_column(t, TABLE_TEXT, NULL, NULL, title != NULL && title->text != NULL ? title->text : "text");
    for (size_t i = 0; i < fields->n; i++)
        add_column(t, TABLE_FIELD, &fields->at[i], fields->at[i].key, fields->at[i].title);
    gather_loose(t, fields);
    align_loose(t);
}

/* ---- cells */

static const char *value_words(struct ui *ui, const struct value *value)
{
    char id[OBJECT_ID_TEXT];
    if (!value)
        return "";
    switch (value->kind) {
    case VALUE_FLAG:
        return value->number ? "yes" : "no";
    case VALUE_PERSON:
        return ui_person_name(ui, (uint32_t)value->number);
    case VALUE_OBJECT:
        object_id_format(value->number, id);
        return words_printf(ui, "%s", id);
    default:
        return value->text ? value->text : "";
    }
}

/* Only the beginning of a long text. */
static const char *loose_words(struct ui *ui, const struct card *card, const char *key)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, key) == 0) {
            const struct text *text = &card->fields[i].text;
            return words_line(ui, text->bytes, utf8_offset(text->bytes, text->len_bytes, LOOSE_CELL));
        }
    return "";
}

static const char *tags_words(struct ui *ui, const struct card *card)
{
    const char *all = "";
    for (uint32_t i = 0; i < card->n_tags && words_width(all) < LOOSE_CELL; i++)
        if (!ui_tag_is_group(ui, card, card->tags[i]))
            all = ui_printf(ui, "%s%s#%s", all, all[0] ? " " : "", card->tags[i]);
    return all;
}

/* A number without its unit, which stands in the head. */
static const char *field_words(const struct table *t, const struct card *card, const struct field *field)
{
    const char *text = ui_cell(t->ui, card, field);
    size_t len = strlen(text), unit = strlen(field->unit);
    if (field->type == FIELD_NUMBER && unit > 0 && len > unit + 1 && strcmp(text + len - unit, field->unit) == 0)
        return ui_printf(t->ui, "%.*s", (int)(len - unit - 1), text);
    return text;
}

const char *table_cell(const struct table *t, const struct card *card, const struct table_column *c)
{
    struct ui *ui = t->ui;
    const char *text = "";
    switch (c->kind) {
    case TABLE_TEXT:
        return card->text.bytes;
    case TABLE_FIELD:
        return field_words(t, card, c->field);
    case TABLE_LOOSE_TEXT:
        return loose_words(ui, card, c->key);
    case TABLE_LOOSE_PROP:
        text = value_words(ui, props_get(&card->props, c->key));
        break;
    case TABLE_STATUS:
        text = value_words(ui, props_get(&card->props, "status"));
        break;
    case TABLE_COLOUR:
        text = value_words(ui, props_get(&card->props, "color"));
        break;
    case TABLE_TAGS:
        text = tags_words(ui, card);
        break;
    case TABLE_VOTES:
        return card->n_votes ? words_printf(ui, "%u", card->n_votes) : "";
    case TABLE_AUTHOR:
        text = ui_person_name(ui, card->created_by);
    }
    return words_line(ui, text, strlen(text));
}

const char *table_column_name(const struct table *t, const struct table_column *c)
{
    return c->key != NULL ? c->key : ui_printf(t->ui, ":%d", (int)c->kind);
}

int table_column_named(const struct table *t, const char *word)
{
    for (int i = 0; i < t->n_columns; i++)
        if (t->columns[i].key != NULL && strcmp(t->columns[i].key, word) == 0)
            return i;
    for (int i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i].title, word) == 0 || (t->columns[i].field && strcasecmp(t->columns[i].field->title, word) == 0))
            return i;
    return -1;
}

static const struct table_column *sorted_by(const struct table *t)
{
    for (int i = 0; t->ui->table.sort[0] != '\0' && i < t->n_columns; i++)
        if (strcmp(table_column_name(t, &t->columns[i]), t->ui->table.sort) == 0)
            return &t->columns[i];
    return NULL;
}

/* ---- groups: a row stands in each of them */

/* One place at which a card is shown. */
struct place {
    struct card *card;
    const char *order;       /* of its group: places are sorted by it first */
    const char *group;       /* its head's words */
    bool empty;              /* the cell by which the table is sorted */
    size_t at;               /* in the canvas' order */
};

struct places {
    const struct table *t;
    const struct table_column *sort;
    struct place *at;
    size_t n, cap;
};

struct group {
    const char *order, *name;
};

/* The groups of a card by one field, at least one. */
static size_t groups_of(struct table *t, const struct card *card, const struct field *field,
                        struct group out[ROW_GROUPS])
{
    size_t len = strlen(field->key), n = 0;
    for (uint32_t i = 0; field->type == FIELD_GROUPS && i < card->n_tags && n < ROW_GROUPS; i++)
        if (strncmp(card->tags[i], field->key, len) == 0 && card->tags[i][len] == '=') {
            const char *name = words_line(t->ui, card->tags[i] + len + 1, strlen(card->tags[i] + len + 1));
            out[n++] = (struct group){ui_printf(t->ui, "1%s", name), name};
        }
    if (n > 0)
        return n;
    const char *name = ui_cell(t->ui, card, field);
    name = words_line(t->ui, name, utf8_offset(name, strlen(name), LOOSE_CELL));
    const struct field_choice *choice = field->type == FIELD_CHOICE ? field_choice_named(field, name) : NULL;
    const char *order = name[0] == '\0' ? "9" : ui_printf(t->ui, "1%s", name);
    if (choice != NULL) /* choices in the order in which they are defined */
        order = words_printf(t->ui, "0%03zu", (size_t)(choice - field->choices));
    out[0] = (struct group){order, name[0] == '\0' ? "none" : name};
    return 1;
}

static void add_place(struct places *p, struct card *card, const char *order, const char *group)
{
    if (p->n == SHOWN_MOST)
        return;
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 256;
        p->at = xrealloc(p->at, p->cap * sizeof *p->at);
    }
    bool empty = p->sort != NULL && table_cell(p->t, card, p->sort)[0] == '\0';
    p->at[p->n] = (struct place){card, order, group, empty, p->n};
    p->n++;
}

static void add_places(struct places *p, struct table *t, struct card *card, size_t level, const char *order,
                       const char *group)
{
    const struct table_state *state = &t->ui->table;
    struct group groups[ROW_GROUPS];
    if (level == state->n_groups) {
        add_place(p, card, order, group);
        return;
    }
    const struct field *field = fields_find(ui_fields(t->ui, t->block), state->groups[level]);
    if (field == NULL) { /* somebody took the column away */
        add_places(p, t, card, level + 1, order, group);
        return;
    }
    size_t n = groups_of(t, card, field, groups);
    for (size_t i = 0; i < n; i++)
        add_places(p, t, card, level + 1, ui_printf(t->ui, "%s\x01%s", order, groups[i].order),
                   ui_printf(t->ui, "%s%s%s: %s", group, group[0] ? "   " : "", field->title, groups[i].name));
}

/* ---- rows */

static int compare_cells(const struct places *p, const struct card *a, const struct card *b)
{
    if (p->sort->kind == TABLE_FIELD)
        return ui_cell_compare(p->t->ui, a, b, p->sort->field);
    if (p->sort->kind == TABLE_VOTES)
        return (a->n_votes > b->n_votes) - (a->n_votes < b->n_votes);
    const char *x = table_cell(p->t, a, p->sort), *y = table_cell(p->t, b, p->sort);
    char *end_x, *end_y;
    double number_x = strtod(x, &end_x), number_y = strtod(y, &end_y);
    if (p->sort->right && *end_x == '\0' && *end_y == '\0')
        return (number_x > number_y) - (number_x < number_y);
    return strcasecmp(x, y);
}

static int compare_places(const void *a, const void *b, void *ctx)
{
    const struct place *x = a, *y = b;
    const struct places *p = ctx;
    int order = strcmp(x->order, y->order);
    if (order == 0 && p->sort != NULL) {
        order = (int)x->empty - (int)y->empty; /* nothing comes last, whichever way */
        if (order == 0 && !x->empty)
            order = p->t->ui->table.down ? compare_cells(p, y->card, x->card) : compare_cells(p, x->card, y->card);
    }
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static void gather_places(struct places *p, struct table *t)
{
    const char *filter = t->ui->table.filter;
    for (uint32_t i = 0; i < t->block->n_cards; i++) {
        struct card *card = t->block->cards[i];
        bool typed = card->o.id == t->ui->typing.object; /* it does not vanish under one's hands */
        if (card->deleted_seq == 0 && (filter[0] == '\0' || typed || table_fits(t, card, filter)))
            add_places(p, t, card, 0, "", "");
    }
    if (!t->plain && p->n > 0)
        qsort_r(p->at, p->n, sizeof *p->at, compare_places, p);
}

/* Room that lasts as long as the interface: a table of ten thousand rows is made for every drawing. */
static struct table_row *rows_room(struct ui *ui, size_t n)
{
    if (n > ui->cap_table_rows) {
        ui->cap_table_rows = n;
        ui->table_rows = xrealloc(ui->table_rows, n * sizeof *ui->table_rows);
    }
    return ui->table_rows;
}

/* All cards as they stand. */
static void plain_rows(struct table *t)
{
    t->rows = rows_room(t->ui, (size_t)t->block->n_alive + 1);
    for (uint32_t i = 0; i < t->block->n_cards; i++)
        if (t->block->cards[i]->deleted_seq == 0)
            t->rows[t->n_rows++] = (struct table_row){.card = t->block->cards[i], .group = ""};
    t->n_cards = t->n_rows;
}

static void rows_of(struct table *t, const struct places *p)
{
    struct table_row *head = NULL;
    t->rows = rows_room(t->ui, 2 * p->n + 1);
    for (size_t i = 0; i < p->n; i++) {
        const struct place *place = &p->at[i];
        if (place->group[0] != '\0' && (head == NULL || strcmp(p->at[i - 1].order, place->order) != 0)) {
            head = &t->rows[t->n_rows++];
            *head = (struct table_row){.group = place->group};
        }
        t->rows[t->n_rows++] = (struct table_row){.card = place->card, .group = place->group};
        if (head != NULL)
            head->n++;
    }
    t->n_cards = p->n;
}

void table_init(struct table *t, struct ui *ui, const struct block *block)
{
    struct table_state *state = &ui->table;
    if (state->block != block->o.id)
        *state = (struct table_state){.block = block->o.id};
    table_columns(t, ui, block);
    struct places p = {.t = t, .sort = sorted_by(t)};
    t->plain = p.sort == NULL && state->n_groups == 0;
    if (t->plain && state->filter[0] == '\0') {
        plain_rows(t);
    } else {
        gather_places(&p, t);
        rows_of(t, &p);
        free(p.at);
    }
    if (state->column >= t->n_columns)
        state->column = t->n_columns - 1;
}

long table_find(const struct table *t, uint64_t card, const char *group)
{
    long any = -1;
    for (size_t i = 0; card != 0 && i < t->n_rows; i++) {
        if (t->rows[i].card == NULL || t->rows[i].card->o.id != card)
            continue;
        if (strcmp(t->rows[i].group, group) == 0)
            return (long)i;
        any = any < 0 ? (long)i : any;
    }
    return any;
}

long table_focus(const struct table *t)
{
    return table_find(t, t->ui->card, t->ui->table.group);
}
