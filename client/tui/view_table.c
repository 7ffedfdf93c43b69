/* The focused block as a table: a card is a row; its text, fields and what is about it are the columns. The head and
 * the text stay where they are; the other columns scroll. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "common/utf8.h"

enum {
    COLUMNS = 160,
    CELL_MOST = 24, /* cells of a column at most */
    TEXT_LEAST = 24,
    SAMPLE = 100, /* cards that decide how wide the columns are */
    HEAD_ROWS = 2,
};

enum column_kind { COLUMN_FIELD, COLUMN_PROP, COLUMN_STATUS, COLUMN_COLOR, COLUMN_TAGS, COLUMN_VOTES, COLUMN_AUTHOR };

struct column {
    enum column_kind kind;
    const char *key;   /* FIELD, PROP: borrowed from a card */
    const char *title; /* from ui->words */
    int w;
    bool number; /* all values are: they stand at the right */
};

struct table {
    struct ui *ui;
    const struct block *block;
    struct rect rows; /* of the cards */
    struct column at[COLUMNS];
    int n;
    int from, to; /* columns that are shown */
    int text_w;   /* with the gutter */
};

/* ---- columns */

static void add_column(struct table *t, enum column_kind kind, const char *key, const char *title)
{
    for (int i = 0; i < t->n; i++)
        if (t->at[i].kind == kind && (!key || strcmp(t->at[i].key, key) == 0))
            return;
    if (t->n < COLUMNS)
        t->at[t->n++] = (struct column){kind, key, words_line(t->ui, title, strlen(title)), 0, true};
}

static void add_props(struct table *t, const struct card *card)
{
    for (uint32_t i = 0; i < card->props.n; i++)
        if (strncmp(card->props.at[i].key, "f.", 2) == 0)
            add_column(t, COLUMN_PROP, card->props.at[i].key, card->props.at[i].key + 2);
}

static int compare_columns(const void *a, const void *b)
{
    const struct column *x = a, *y = b;
    if (x->kind != y->kind)
        return (int)x->kind - (int)y->kind;
    return x->key && y->key ? strcmp(x->key, y->key) : 0;
}

static void gather_columns(struct table *t)
{
    bool status = false, color = false, tags = false, votes = false;
    for (uint32_t i = 0; i < t->block->n_cards; i++) {
        const struct card *card = t->block->cards[i];
        if (card->deleted_seq)
            continue;
        for (uint32_t j = 0; j < card->n_fields; j++)
            add_column(t, COLUMN_FIELD, card->fields[j].key, card->fields[j].key);
        if (card->props.n) {
            add_props(t, card);
            status |= props_get(&card->props, "status") != NULL;
            color |= props_get(&card->props, "color") != NULL;
        }
        tags |= card->n_tags > 0;
        votes |= card->n_votes > 0;
    }
    qsort(t->at, (size_t)t->n, sizeof t->at[0], compare_columns);
    if (status)
        add_column(t, COLUMN_STATUS, NULL, "status");
    if (color)
        add_column(t, COLUMN_COLOR, NULL, "colour");
    if (tags)
        add_column(t, COLUMN_TAGS, NULL, "tags");
    if (votes)
        add_column(t, COLUMN_VOTES, NULL, "votes");
    add_column(t, COLUMN_AUTHOR, NULL, "author");
}

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

/* Only the beginning of a long text: a cell is never wider than this. */
static const char *field_words(struct ui *ui, const struct card *card, const char *key)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, key) == 0) {
            const struct text *text = &card->fields[i].text;
            return words_line(ui, text->bytes, utf8_offset(text->bytes, text->len_bytes, 4 * CELL_MOST));
        }
    return "";
}

static const char *tags_words(struct ui *ui, const struct card *card)
{
    const char *all = "";
    for (uint32_t i = 0; i < card->n_tags && words_width(all) < CELL_MOST; i++)
        all = words_printf(ui, "%s%s#%s", all, i ? " " : "", card->tags[i]);
    return all;
}

static const char *cell_words(struct ui *ui, const struct card *card, const struct column *c)
{
    const char *text = "";
    switch (c->kind) {
    case COLUMN_FIELD:
        return field_words(ui, card, c->key);
    case COLUMN_PROP:
        text = value_words(ui, props_get(&card->props, c->key));
        break;
    case COLUMN_STATUS:
        text = value_words(ui, props_get(&card->props, "status"));
        break;
    case COLUMN_COLOR:
        text = value_words(ui, props_get(&card->props, "color"));
        break;
    case COLUMN_TAGS:
        text = tags_words(ui, card);
        break;
    case COLUMN_VOTES:
        return card->n_votes ? words_printf(ui, "%u", card->n_votes) : "";
    case COLUMN_AUTHOR:
        text = card->created_by ? ui_person_name(ui, card->created_by) : "";
    }
    return words_line(ui, text, strlen(text));
}

static bool is_number(const struct card *card, const struct column *c)
{
    const struct value *value = c->kind == COLUMN_PROP ? props_get(&card->props, c->key) : NULL;
    return c->kind == COLUMN_VOTES || (c->kind == COLUMN_PROP && (!value || value->kind == VALUE_NUMBER));
}

static void measure_columns(struct table *t)
{
    int seen = 0;
    for (int i = 0; i < t->n; i++)
        t->at[i].w = least(CELL_MOST, words_width(t->at[i].title));
    for (uint32_t k = 0; k < t->block->n_cards && seen < SAMPLE; k++) {
        const struct card *card = t->block->cards[k];
        if (card->deleted_seq)
            continue;
        seen++;
        for (int i = 0; i < t->n; i++) {
            t->at[i].w = most(t->at[i].w, least(CELL_MOST, words_width(cell_words(t->ui, card, &t->at[i]))));
            t->at[i].number = t->at[i].number && is_number(card, &t->at[i]);
        }
    }
}

/* Which columns fit beside the text, from the one that is scrolled to. Each takes its width and " │ ". */
static void choose_columns(struct table *t, int w)
{
    int room = w - TEXT_LEAST, all = 0, last = 0;
    for (int i = t->n; i-- > 0;) { /* the furthest that scrolling makes sense */
        all += t->at[i].w + 3;
        if (all <= room)
            last = i;
    }
    t->from = least(most(0, t->ui->table_column), last);
    t->to = t->from;
    t->text_w = w;
    while (t->to < t->n && t->text_w - t->at[t->to].w - 3 >= TEXT_LEAST)
        t->text_w -= t->at[t->to++].w + 3;
}

static struct rect inside(struct rect r)
{
    return (struct rect){r.x + 1, r.y + 1, most(0, r.w - 2), most(0, r.h - 2)};
}

struct rect table_rows(struct rect r)
{
    r = inside(r);
    return (struct rect){r.x, r.y + HEAD_ROWS, r.w, most(0, r.h - HEAD_ROWS)};
}

static void table_init(struct table *t, struct ui *ui, const struct block *block, struct rect r)
{
    t->ui = ui;
    t->block = block;
    t->rows = table_rows(r);
    t->n = 0;
    gather_columns(t);
    measure_columns(t);
    choose_columns(t, t->rows.w);
}

void table_settle(struct ui *ui, const struct block *block, struct rect r)
{
    struct table *t = xcalloc(1, sizeof *t);
    table_init(t, ui, block, r);
    ui->table_column = t->from;
    free(t);
}

/* ---- drawing */

static void draw_cell(struct grid *g, const struct column *c, int x, int y, struct style s, const char *text)
{
    int pad = c->number ? most(0, c->w - words_width(text)) : 0;
    grid_fit(g, x + pad, y, c->w, s, text, strlen(text));
}

static struct style cell_style(const struct card *card, const struct column *c)
{
    switch (c->kind) {
    case COLUMN_TAGS:
        return style(ROLE_TAG);
    case COLUMN_VOTES:
        return style(ROLE_VOTE);
    case COLUMN_AUTHOR:
        return style(ui_person_role(card->created_by));
    default:
        return style(ROLE_TEXT);
    }
}

static void draw_row(struct table *t, struct grid *g, int y, const struct card *card)
{
    struct rect row = {t->rows.x, y, t->rows.w, 1};
    card_draw_in(t->ui, g, (struct rect){row.x, y, t->text_w, 1}, card, CARD_ROW, 1);
    int x = row.x + t->text_w + 2;
    for (int i = t->from; i < t->to; i++) {
        draw_cell(g, &t->at[i], x, y, cell_style(card, &t->at[i]), cell_words(t->ui, card, &t->at[i]));
        x += t->at[i].w + 3;
    }
    grid_hit(g, row, HIT_CARD, card->o.id, 0);
    card_tint(t->ui, g, row, card);
}

static void draw_head(const struct table *t, struct grid *g)
{
    struct style s = style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD);
    int y = t->rows.y - HEAD_ROWS, x = t->rows.x + t->text_w + 2;
    grid_put(g, t->rows.x + 3, y, s, "text");
    for (int i = t->from; i < t->to; i++) {
        draw_cell(g, &t->at[i], x, y, s, t->at[i].title);
        x += t->at[i].w + 3;
    }
}

/* How many columns there are to the left and right, on the line below the head. */
static void draw_more_columns(const struct table *t, struct grid *g)
{
    int y = t->rows.y - 1, more = t->n - t->to;
    if (t->from > 0)
        grid_put(g, t->rows.x + 2, y, style(ROLE_DIM),
                 words_printf(t->ui, " %s %s ", sign(t->ui, SIGN_LEFT),
                              words_count(t->ui, (size_t)t->from, "column", "columns")));
    if (more > 0) {
        const char *text = words_printf(t->ui, " %s %s ", words_count(t->ui, (size_t)more, "column", "columns"),
                                        sign(t->ui, SIGN_RIGHT));
        grid_put(g, t->rows.x + t->rows.w - words_width(text) - 1, y, style(ROLE_DIM), text);
    }
}

static void draw_lines(const struct table *t, struct grid *g, struct rect r, int bottom)
{
    struct style s = style(ROLE_BORDER);
    grid_box_heavy(g, r, style(ROLE_BORDER_FOCUS));
    grid_hline(g, r.x, t->rows.y - 1, r.w, s);
    int x = t->rows.x + t->text_w;
    for (int i = t->from; i < t->to; i++) {
        grid_vline(g, x, t->rows.y - HEAD_ROWS, bottom - t->rows.y + HEAD_ROWS, s);
        x += t->at[i].w + 3;
    }
}

void view_table(struct ui *ui, struct grid *g, struct rect r)
{
    const struct block *block = layout_focus(ui, panel_canvas(ui));
    struct table *t = xcalloc(1, sizeof *t);
    struct rect old = grid_clip(g, r);
    struct card_list list;
    counts_begin(ui, panel_canvas(ui));
    table_init(t, ui, block, r);
    list_plan(ui, &list, block, t->rows, CARD_ROW);
    grid_hit(g, r, HIT_BLOCK, block->o.id, 0);
    draw_lines(t, g, r, list.r.y + list.r.h);
    box_head(ui, g, r, &list, block_number(panel_canvas(ui), block, NULL));
    draw_head(t, g);
    draw_more_columns(t, g);
    uint32_t i = block->n_alive ? list.first : UINT32_MAX;
    for (int y = list.r.y; i != UINT32_MAX && y < list.r.y + list.r.h; y++) {
        draw_row(t, g, y, block->cards[i]);
        i = i + 1 < block->n_cards ? list_alive(block, i + 1, 1) : UINT32_MAX;
    }
    list_draw_more(ui, g, &list, i);
    if (block->n_alive == 0)
        block_invitation(ui, g, t->rows);
    counts_end(ui);
    free(t);
    grid_unclip(g, old);
}
