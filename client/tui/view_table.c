/* The focused block as a table: a card is a row; its text, its fields and what is about it are the columns. The head and
 * the text stay where they are; the other columns scroll. Rows are as high as there is room for. */
#include "client/tui/view_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/view_cell.h"

enum {
    CELL_MOST = 24, /* cells of a column at most … */
    CELL_WIDE = 40, /* … on a wide screen */
    WIDE = 140,
    TEXT_LEAST = 24,
    SAMPLE = 100, /* cards that decide how wide the columns are */
    HEAD_ROWS = 2,
    TYPED_ROWS = 4,
    TYPED_CELLS = 44,
};

struct table_view {
    struct table t;
    struct rect place; /* with its frame */
    struct rect rows;  /* of the cards, without the row that says how many more there are */
    int from, to;      /* columns that are shown behind the text */
    int text_w;        /* with the gutter */
    int limit;         /* rows that a card takes at most */
    bool fits;         /* all are visible */
    size_t first;      /* visible row */
    long focus;        /* row, -1 none */
};

/* ---- columns */

static void measure_columns(struct table_view *v)
{
    struct table *t = &v->t;
    int cell_most = v->rows.w >= WIDE ? CELL_WIDE : CELL_MOST, seen = 0;
    for (int i = 1; i < t->n_columns; i++)
        t->columns[i].w = most(1, least(cell_most, words_width(t->columns[i].title)));
    for (size_t k = 0; k < t->n_rows && seen < SAMPLE; k++) {
        const struct card *card = t->rows[k].card;
        if (card == NULL)
            continue;
        seen++;
        for (int i = 1; i < t->n_columns; i++)
            t->columns[i].w = most(t->columns[i].w, least(cell_most, cell_width(t, card, &t->columns[i])));
    }
}

/* Which columns fit beside the text, from one on. Each takes its width and " │ ". */
static void show_from(struct table_view *v, int from)
{
    const struct table *t = &v->t;
    v->from = v->to = from;
    v->text_w = v->rows.w;
    while (v->to < t->n_columns && v->text_w - t->columns[v->to].w - 3 >= TEXT_LEAST)
        v->text_w -= t->columns[v->to++].w + 3;
}

/* The one that is scrolled to, the focused one in sight, and none beyond the furthest that makes sense. */
static void choose_columns(struct table_view *v)
{
    const struct table *t = &v->t;
    int room = v->rows.w - TEXT_LEAST, all = 0, last = 1, focus = t->ui->table.column;
    for (int i = t->n_columns; i-- > 1;) {
        all += t->columns[i].w + 3;
        if (all <= room)
            last = i;
    }
    int from = least(1 + most(0, t->ui->table_column), most(1, last));
    if (focus > 0 && focus < from)
        from = focus;
    show_from(v, from);
    while (focus >= v->to && v->from < focus)
        show_from(v, v->from + 1);
}

/* ---- rows */

static int row_height(const struct table_view *v, size_t row, int limit)
{
    const struct table *t = &v->t;
    const struct card *card = t->rows[row].card;
    if (card == NULL)
        return 1;
    int rows = card_rows_in(t->ui, card, CARD_ROW, v->text_w, card_typed_here(t->ui, card) ? TYPED_ROWS : limit);
    for (int i = v->from; i < v->to && rows < limit; i++)
        rows = most(rows, cell_rows(t, card, &t->columns[i], limit));
    return rows;
}

static bool all_fit(const struct table_view *v, int limit)
{
    int sum = 0;
    for (size_t i = 0; i < v->t.n_rows && sum <= v->rows.h; i++)
        sum += row_height(v, i, limit);
    return sum <= v->rows.h;
}

static void choose_limit(struct table_view *v)
{
    static const int limits[] = {8, 4, 3, 2, 1};
    v->limit = 1;
    if (v->t.n_rows > (size_t)most(0, v->rows.h))
        return;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0] && !v->fits; i++) {
        v->limit = limits[i];
        v->fits = all_fit(v, v->limit);
    }
}

static size_t first_row(const struct table_view *v)
{
    const struct table *t = &v->t;
    long row = table_find(t, ui_scroll_top(t->ui, t->block->o.id), t->ui->table.top_group);
    if (row > 0 && t->rows[row - 1].card == NULL)
        row--; /* its head comes along */
    return row > 0 ? (size_t)row : 0;
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

static struct table_view *view_new(struct ui *ui, const struct block *block, struct rect r)
{
    struct table_view *v = xcalloc(1, sizeof *v);
    table_init(&v->t, ui, block);
    v->place = r;
    v->focus = table_focus(&v->t);
    v->rows = table_rows(r);
    measure_columns(v);
    choose_columns(v);
    choose_limit(v);
    if (!v->fits && v->rows.h > 1)
        v->rows.h--; /* the row that says how many more there are */
    v->first = v->fits ? 0 : first_row(v);
    return v;
}

/* The last row that is visible as a whole from `first` on. */
static size_t last_row(const struct table_view *v, size_t first)
{
    int sum = 0;
    size_t last = first;
    for (size_t i = first; i < v->t.n_rows; i++) {
        sum += row_height(v, i, v->limit);
        if (sum > v->rows.h)
            break;
        last = i;
    }
    return last;
}

/* The earliest first row with which `row` is visible. */
static size_t first_for(const struct table_view *v, size_t row)
{
    int sum = row_height(v, row, v->limit);
    while (row > 0 && sum + row_height(v, row - 1, v->limit) <= v->rows.h)
        sum += row_height(v, --row, v->limit);
    return row;
}

/* ---- scrolling */

static void scroll_to(struct table_view *v, size_t first)
{
    struct ui *ui = v->t.ui;
    const struct table_row *row = &v->t.rows[first];
    if (row->card == NULL && first + 1 < v->t.n_rows)
        row++;
    v->first = first;
    ui_scroll_to(ui, v->t.block->o.id, first > 0 && row->card != NULL ? row->card->o.id : 0);
    (void)snprintf(ui->table.top_group, sizeof ui->table.top_group, "%s", first > 0 ? row->group : "");
}

static void focus_row(struct ui *ui, const struct table_row *row)
{
    if (row->card == NULL)
        return;
    if (ui->card != row->card->o.id)
        ui_focus(ui, row->card->block->o.id, row->card->o.id);
    (void)snprintf(ui->table.group, sizeof ui->table.group, "%s", row->group);
}

/* What has the focus may have been filtered away. */
static long settle_focus(struct table_view *v)
{
    struct ui *ui = v->t.ui;
    long focus = v->focus;
    for (size_t i = 0; ui->card != 0 && ui->open_card == 0 && focus < 0 && i < v->t.n_rows; i++)
        if (v->t.rows[i].card != NULL)
            focus = (long)i;
    if (focus >= 0)
        focus_row(ui, &v->t.rows[focus]);
    return focus;
}

void table_settle(struct ui *ui, const struct block *block, struct rect r)
{
    struct table_view *v = view_new(ui, block, r);
    long focus = settle_focus(v);
    size_t first = v->first, n = v->t.n_rows;
    ui->table_column = v->from - 1;
    if (!v->fits && n > 0) {
        if (first > first_for(v, n - 1)) /* no bare rows at the end */
            first = first_for(v, n - 1);
        if (focus >= 0 && (size_t)focus < first)
            first = (size_t)focus;
        else if (focus >= 0 && (size_t)focus > last_row(v, first))
            first = first_for(v, (size_t)focus);
    }
    if (n > 0)
        scroll_to(v, first);
    free(v);
}

bool table_wheel(struct ui *ui, const struct block *block, struct rect r, int n)
{
    struct table_view *v = view_new(ui, block, r);
    bool moves = !v->fits && v->t.n_rows > 0;
    if (moves) {
        long to = (long)v->first + n, end = (long)first_for(v, v->t.n_rows - 1), focus = v->focus;
        scroll_to(v, (size_t)(to < 0 ? 0 : to > end ? end : to));
        size_t last = last_row(v, v->first), row = v->first;
        if (focus >= 0 && (size_t)focus > last)
            row = last;
        while (v->t.rows[row].card == NULL && row < last)
            row++;
        if (focus >= 0 && ((size_t)focus < v->first || (size_t)focus > last))
            focus_row(ui, &v->t.rows[row]);
        ui->dirty = true;
    }
    free(v);
    return moves;
}

int table_page(struct ui *ui, const struct block *block, struct rect r)
{
    struct table_view *v = view_new(ui, block, r);
    int rows = v->t.n_rows > 0 ? most(1, (int)(last_row(v, v->first) - v->first)) : 1;
    free(v);
    return rows;
}

/* ---- drawing */

static int column_x(const struct table_view *v, int column)
{
    int x = v->rows.x + v->text_w + 2;
    for (int i = v->from; i < column; i++)
        x += v->t.columns[i].w + 3;
    return x;
}

static void draw_card(const struct table_view *v, struct grid *g, struct rect r, size_t row)
{
    const struct table *t = &v->t;
    struct ui *ui = t->ui;
    const struct card *card = t->rows[row].card;
    int column = ui->table.column;
    card_draw_in(ui, g, (struct rect){r.x, r.y, v->text_w, r.h}, card, CARD_ROW,
                 card_typed_here(ui, card) ? TYPED_ROWS : v->limit);
    for (int i = v->from; i < v->to; i++)
        cell_draw(t, g, (struct rect){column_x(v, i), r.y, t->columns[i].w, r.h}, card, &t->columns[i]);
    grid_hit(g, r, HIT_CARD, card->o.id, 0);
    card_tint(ui, g, r, card);
    if (column >= v->from && column < v->to && v->focus == (long)row && ui->typing.object == 0) {
        struct rect cell = {column_x(v, column) - 1, r.y, t->columns[column].w + 2, r.h};
        grid_tint(g, cell, style_on(ROLE_TEXT, ROLE_SELECTION, ATTR_BOLD | ATTR_UNDERLINE));
        grid_cursor(g, cell.x + 1, r.y, false);
    }
}

static void draw_group(const struct table_view *v, struct grid *g, struct rect r, const struct table_row *row)
{
    struct ui *ui = v->t.ui;
    const char *count = words_printf(ui, " %u ", row->n);
    int used = 1 + grid_fit(g, r.x + 1, r.y, r.w - words_width(count) - 4, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD),
                            row->group, strlen(row->group));
    grid_hline(g, r.x + used + 1, r.y, r.w - used - 1 - words_width(count), style(ROLE_BORDER));
    grid_put(g, r.x + r.w - words_width(count), r.y, style(ROLE_DIM), count);
}

static void draw_title(const struct table_view *v, struct grid *g, int x, int y, int w, int column)
{
    const struct table *t = &v->t;
    const struct table_column *c = &t->columns[column];
    bool sorted = strcmp(t->ui->table.sort, table_column_name(t, c)) == 0;
    const char *mark = sorted ? sign(t->ui, t->ui->table.down ? SIGN_DOWN : SIGN_UP) : "";
    bool here = column == t->ui->table.column;
    struct style s = style_on(here ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT, ATTR_BOLD | (here ? ATTR_UNDERLINE : 0));
    int room = w - (sorted ? 2 : 0), pad = c->right ? most(0, room - words_width(c->title)) : 0;
    int used = grid_fit(g, x + pad, y, room, s, c->title, strlen(c->title));
    if (sorted)
        grid_put(g, x + pad + used + 1, y, style(ROLE_WARN), mark);
}

static void draw_head(const struct table_view *v, struct grid *g)
{
    int y = v->rows.y - HEAD_ROWS;
    draw_title(v, g, v->rows.x + 3, y, v->text_w - 4, 0);
    for (int i = v->from; i < v->to; i++)
        draw_title(v, g, column_x(v, i), y, v->t.columns[i].w, i);
}

/* How many columns there are to the left and right, on the line below the head. */
static void draw_more_columns(const struct table_view *v, struct grid *g)
{
    struct ui *ui = v->t.ui;
    int y = v->rows.y - 1, before = v->from - 1, more = v->t.n_columns - v->to;
    if (before > 0)
        grid_put(g, v->rows.x + 2, y, style(ROLE_DIM),
                 words_printf(ui, " %s %s ", sign(ui, SIGN_LEFT),
                              words_count(ui, (size_t)before, "column", "columns")));
    if (more > 0) {
        const char *text = words_printf(ui, " %s %s ", words_count(ui, (size_t)more, "column", "columns"),
                                        sign(ui, SIGN_RIGHT));
        grid_put(g, v->rows.x + v->rows.w - words_width(text) - 1, y, style(ROLE_DIM), text);
    }
}

static void draw_lines(const struct table_view *v, struct grid *g)
{
    struct style s = style(ROLE_BORDER);
    grid_box_heavy(g, v->place, style(ROLE_BORDER_FOCUS));
    grid_hline(g, v->place.x, v->rows.y - 1, v->place.w, s);
    int bottom = v->rows.y + v->rows.h;
    for (int i = v->from; i < v->to; i++)
        grid_vline(g, column_x(v, i) - 2, v->rows.y - HEAD_ROWS, bottom - v->rows.y + HEAD_ROWS, s);
}

/* How it is filtered and grouped, in the lower border. */
static void draw_way(const struct table_view *v, struct grid *g)
{
    const struct table *t = &v->t;
    const struct table_state *state = &t->ui->table;
    const char *text = "";
    for (size_t i = 0; i < state->n_groups; i++) {
        const struct field *field = fields_find(ui_fields(t->ui, t->block), state->groups[i]);
        text = ui_printf(t->ui, "%s%s %s", text, i ? "," : " grouped by", field ? field->title : state->groups[i]);
    }
    if (state->filter[0] != '\0')
        text = ui_printf(t->ui, "%s%s only %s: %zu of %u", text, text[0] ? " ·" : "",
                            words_line(t->ui, state->filter, strlen(state->filter)), t->n_cards, t->block->n_alive);
    if (text[0] == '\0')
        return;
    text = ui_printf(t->ui, "%s ", text);
    grid_fit(g, v->place.x + 2, v->place.y + v->place.h - 1, v->place.w - 4, style_on(ROLE_WARN, ROLE_TEXT, ATTR_BOLD),
             text, strlen(text));
}

static void draw_more(const struct table_view *v, struct grid *g, size_t next)
{
    size_t more = 0;
    for (size_t i = next; i < v->t.n_rows; i++)
        more += v->t.rows[i].card != NULL;
    if (v->fits || more == 0)
        return;
    const char *text = words_printf(v->t.ui, "+%zu more %s", more, sign(v->t.ui, SIGN_DOWN));
    grid_fit(g, v->rows.x + 3, v->rows.y + v->rows.h, v->rows.w - 2, style(ROLE_DIM), text, strlen(text));
}

static void draw_rows(const struct table_view *v, struct grid *g)
{
    int y = v->rows.y, bottom = v->rows.y + v->rows.h;
    size_t i = v->first;
    for (; i < v->t.n_rows && y < bottom; i++) {
        struct rect r = {v->rows.x, y, v->rows.w, least(row_height(v, i, v->limit), bottom - y)};
        if (v->t.rows[i].card == NULL)
            draw_group(v, g, r, &v->t.rows[i]);
        else
            draw_card(v, g, r, i);
        y += r.h;
    }
    draw_more(v, g, i);
}

void view_table(struct ui *ui, struct grid *g, struct rect r)
{
    const struct block *block = layout_focus(ui, panel_canvas(ui));
    struct rect old = grid_clip(g, r);
    struct card_list list;
    counts_begin(ui, panel_canvas(ui));
    struct table_view *v = view_new(ui, block, r);
    list_plan(ui, &list, block, v->rows, CARD_ROW);
    list.fits = list.fits || !v->t.plain || ui->table.filter[0] != '\0'; /* how many are above is told in plain tables */
    grid_hit(g, r, HIT_BLOCK, block->o.id, 0);
    draw_lines(v, g);
    box_head(ui, g, r, &list, block_number(panel_canvas(ui), block, NULL));
    draw_head(v, g);
    draw_more_columns(v, g);
    draw_rows(v, g);
    draw_way(v, g);
    if (block->n_alive == 0)
        block_invitation(ui, g, v->rows);
    else if (v->t.n_rows == 0)
        grid_put(g, v->rows.x + 3, v->rows.y, style(ROLE_DIM), "No row fits the filter.");
    counts_end(ui);
    free(v);
    grid_unclip(g, old);
}

/* ---- a field's text that is typed right here */

/* Where the typed cell stands; an empty one if it is not in sight. */
static struct rect typed_cell(struct ui *ui, const struct block *block, struct rect r)
{
    struct table_view *v = view_new(ui, block, r);
    struct rect cell = {0};
    long row = table_find(&v->t, ui->typing.object, ui->table.group);
    int y = v->rows.y;
    for (size_t i = v->first; row >= 0 && i < (size_t)row; i++)
        y += row_height(v, i, v->limit);
    for (int i = v->from; row >= (long)v->first && i < v->to; i++)
        if (v->t.columns[i].key != NULL && strcmp(v->t.columns[i].key, ui->typing.key) == 0)
            cell = (struct rect){column_x(v, i) - 2, y - 1, v->t.columns[i].w + 4, 3};
    free(v);
    return cell;
}

void view_typed_field(struct ui *ui, struct grid *g, struct rect r)
{
    const struct typing *typing = &ui->typing;
    const struct card *card = typing->key[0] != '\0' && ui->open_card == 0 ? canvas_card(ui_view(ui), typing->object) : NULL;
    if (card == NULL || panel_in_past(ui) || r.w < 12 || r.h < 4)
        return;
    struct rect cell = {0};
    if (layout_effective(ui, r) == LAYOUT_TABLE && layout_focus(ui, panel_canvas(ui)) == card->block)
        cell = typed_cell(ui, card->block, layout_inner(ui, r));
    int w = least(r.w, most(cell.w, TYPED_CELLS)), h = least(r.h, 2 + least(8, typing_rows(ui, w - 4)));
    int x = cell.w > 0 ? cell.x : r.x + (r.w - w) / 2, y = cell.w > 0 ? cell.y : r.y + r.h - h;
    struct rect box = {most(r.x, least(x, r.x + r.w - w)), most(r.y, least(y, r.y + r.h - h)), w, h};
    struct style s = style_on(ROLE_BORDER_FOCUS, ROLE_OVERLAY, 0);
    const struct field *field = fields_find(ui_fields(ui, card->block), typing->key);
    const char *title = words_printf(ui, " %s ", field != NULL ? field->title : typing->key);
    grid_fill(g, box, style_on(ROLE_TEXT, ROLE_OVERLAY, 0));
    grid_box(g, box, s);
    grid_fit(g, box.x + 2, box.y, box.w - 4, style_on(ROLE_TITLE, ROLE_OVERLAY, ATTR_BOLD), title, strlen(title));
    view_typing(ui, g, (struct rect){box.x + 2, box.y + 1, box.w - 4, box.h - 2});
}
