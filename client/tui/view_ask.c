/* How questions look: a box above everything, with its title in the border, the line that is typed, the list, and what
 * the keys do in the border below. The same frame for all kinds; pop-ups and menus fill it with columns. */
#include "client/tui/ask_private.h"
#include "client/tui/view_parts.h"

#include <string.h>

#include "common/utf8.h"

enum { NAME_CELLS = 20, KEY_CELLS = 14, BLOCK_CELLS = 22, ROW_BYTES = 1200, POINTS = 64, OUTSIDE = 0, INSIDE = 1 };

static const struct style plain = {.role = ROLE_OVERLAY, .under = ROLE_OVERLAY};

static struct style on(enum role role, bool focused)
{
    return style_on(focused ? ROLE_FOCUS : role, focused ? ROLE_FOCUS : ROLE_OVERLAY, 0);
}

static int cells(const char *text)
{
    return grid_width(text, strlen(text));
}

/* ---------------------------------------------------------------- frame */

static const char *hint(const struct ask *a)
{
    switch (a->kind) {
    case ASK_PALETTE:
        return "enter run · esc close";
    case ASK_CARD:
        return "enter choose · esc close";
    case ASK_HELP:
        return a->searching ? "enter done · esc all again" : "/ search · up, down scroll · esc close";
    case ASK_LINE:
        return "enter done · esc cancel";
    case ASK_MENU:
        return "press a key, or choose with arrows and enter · esc close";
    default:
        return "esc cancel";
    }
}

static const char *frame_title(struct ui *ui)
{
    const struct ask *a = &ui->ask;
    const char *names = "";

    if (a->kind == ASK_CHOICE || a->kind == ASK_LINE)
        return "";
    for (size_t i = 0; a->kind == ASK_KEYS && i < a->n_keys; i++) {
        char name[KEY_NAME];

        input_name(&a->keys[i], name);
        names = words_printf(ui, "%s%s ", names, name);
    }
    return a->kind == ASK_KEYS ? words_printf(ui, "%s…", names) : a->title;
}

static void draw_frame(struct ui *ui, struct grid *g, struct rect box, const char *right)
{
    struct style border = style_on(ROLE_BORDER_FOCUS, ROLE_OVERLAY, 0), dim = style_on(ROLE_DIM, ROLE_OVERLAY, 0);
    const char *title = frame_title(ui), *below = hint(&ui->ask);
    int bottom = box.y + box.h - 1, room = box.w - 6;

    grid_hit(g, (struct rect){.w = g->cols, .h = g->rows}, HIT_NONE, OUTSIDE, 0);
    grid_hit(g, box, HIT_NONE, INSIDE, 0);
    /* A blank on both sides, so that no line of what is below touches the box. */
    grid_fill(g, (struct rect){.x = box.x - 1, .y = box.y, .w = box.w + 2, .h = box.h}, style(ROLE_TEXT));
    grid_fill(g, box, plain);
    grid_box(g, box, border);
    if (*title) {
        title = words_printf(ui, " %s ", title);
        grid_fit(g, box.x + 2, box.y, room, style_on(ROLE_TITLE, ROLE_OVERLAY, ATTR_BOLD), title, strlen(title));
    }
    if (*right) {
        right = words_printf(ui, " %s ", right);
        grid_put(g, box.x + box.w - 2 - cells(right), box.y, dim, right);
    }
    below = words_printf(ui, " %s ", below);
    grid_fit(g, box.x + 2, bottom, room, dim, below, strlen(below));
}

/* What is above and below the visible rows. */
static void draw_more(struct ui *ui, struct grid *g, const struct ask_box *b, bool above, bool below)
{
    struct style s = style_on(ROLE_HINT_KEY, ROLE_OVERLAY, 0);
    int x = b->box.x + b->box.w - 1;

    if (above)
        grid_put(g, x, b->list.y, s, sign(ui, SIGN_UP));
    if (below)
        grid_put(g, x, b->list.y + b->list.h - 1, s, sign(ui, SIGN_DOWN));
}

static void draw_question(struct ui *ui, struct grid *g, struct rect r)
{
    const char *title = ui->ask.title;
    struct wrap wrap;

    wrap_init(&wrap);
    wrap_text(&wrap, title, strlen(title), r.w, (size_t)r.h);
    for (size_t i = 0; i < wrap.n && i < (size_t)r.h; i++)
        grid_text(g, r.x, r.y + (int)i, style_on(ROLE_TITLE, ROLE_OVERLAY, ATTR_BOLD), title + wrap.at[i].at_bytes,
                  wrap.at[i].len_bytes);
    wrap_fini(&wrap);
}

/* The line, scrolled so that its caret is visible. */
static void draw_field(struct ui *ui, struct grid *g, struct rect r, const char *empty)
{
    const struct ask *a = &ui->ask;
    size_t start = ask_field_start(a, r.w);
    struct style s = style_on(ROLE_FIELD, ROLE_FIELD, 0);
    struct rect old;

    grid_fill(g, r, s);
    old = grid_clip(g, r);
    if (a->len)
        grid_text(g, r.x, r.y, s, a->line + start, a->len - start);
    else
        grid_fit(g, r.x, r.y, r.w, style_on(ROLE_DIM, ROLE_FIELD, 0), empty, strlen(empty));
    grid_unclip(g, old);
    grid_hit(g, r, HIT_TEXT, start, 0);
    if (ask_has_line(a))
        grid_cursor(g, r.x + grid_width(a->line + start, a->caret - start), r.y, true);
}

/* ---------------------------------------------------------------- rows of a list */

/* Underlines the letters of the text at x,y that the typed words stand for. */
static void mark_found(struct ui *ui, struct grid *g, int x, int y, int room, const char *text, bool focused)
{
    uint32_t points[POINTS], point = 0;
    size_t n, len = strlen(text), next = 0;
    int cell = 0;

    if (ui->ask.len == 0 || ask_fit_points(ui->ask.line, text, points, POINTS, &n) < 0)
        return;
    for (size_t at = 0; at < len && next < n;) {
        size_t cluster = utf8_grapheme(text + at, len - at);
        uint32_t behind = point + (uint32_t)utf8_points(text + at, cluster);
        int width = grid_width(text + at, cluster);

        if (cell + width >= room)
            return;
        if (points[next] < behind)
            grid_tint(g, (struct rect){.x = x + cell, .y = y, .w = width, .h = 1},
                      style_on(focused ? ROLE_TEXT : ROLE_HINT_KEY, ROLE_TEXT, ATTR_UNDERLINE | ATTR_BOLD));
        while (next < n && points[next] < behind)
            next++;
        cell += width;
        point = behind;
        at += cluster;
    }
}

static void put_right(struct grid *g, int right, int y, struct style s, int room, const char *text)
{
    int width = least(cells(text), room);

    grid_fit(g, right - width, y, room, s, text, strlen(text));
}

static void action_line(struct ui *ui, struct grid *g, struct rect r, const struct ask_row *row, bool focused)
{
    const struct action_row *action = action_row((enum action)row->id);
    const char *title = row->argument ? words_printf(ui, "%s: %s", row->title, row->argument) : row->title;
    struct style dim = on(ROLE_DIM, focused);
    bool named = r.w >= 2 * NAME_CELLS + KEY_CELLS + 20 && !row->refusal;
    int right = r.x + r.w, room = r.w - KEY_CELLS - (named ? NAME_CELLS + 2 : 0), used;

    used = grid_fit(g, r.x, r.y, room, on(row->refusal ? ROLE_DIM : ROLE_OVERLAY, focused), title, strlen(title));
    if (!row->argument)
        mark_found(ui, g, r.x, r.y, room, title, focused);
    if (row->refusal) {
        const char *why = words_printf(ui, "%s %s", sign(ui, SIGN_DOT), row->refusal);

        if (room + KEY_CELLS - used > 3)
            grid_fit(g, r.x + used + 1, r.y, r.w - used - 1, style_on(dim.role, dim.under, ATTR_ITALIC), why,
                     strlen(why));
        return;
    }
    if (named)
        grid_fit(g, right - KEY_CELLS - NAME_CELLS, r.y, NAME_CELLS, dim, action->name, strlen(action->name));
    put_right(g, right, r.y, on(ROLE_HINT_KEY, focused), KEY_CELLS - 2, row->key);
}

static void card_line(struct ui *ui, struct grid *g, struct rect r, const struct ask_row *row, bool focused)
{
    const struct card *card = ui_view(ui) ? canvas_card(ui_view(ui), row->id) : NULL;
    int block_w = r.w >= 60 ? BLOCK_CELLS : 14, room = r.w - block_w - 4;
    enum role role;
    const char *mark, *text;

    if (!card)
        return;
    mark = color_mark(ui, card, &role);
    grid_put(g, r.x, r.y, on(role, focused), mark);
    text = words_line(ui, card->text.bytes,
                      card->text.len_bytes < ROW_BYTES ? card->text.len_bytes
                                                       : utf8_offset(card->text.bytes, ROW_BYTES, ROW_BYTES / 4));
    if (*text == '\0')
        text = "(empty)";
    grid_fit(g, r.x + 2, r.y, room, on(ROLE_OVERLAY, focused), text, strlen(text));
    mark_found(ui, g, r.x + 2, r.y, room, text, focused);
    put_right(g, r.x + r.w, r.y, on(ROLE_DIM, focused), block_w,
              words_line(ui, card->block->title, strlen(card->block->title)));
}

static void choice_line(struct grid *g, struct rect r, const struct ask_row *row, bool focused)
{
    grid_fit(g, r.x, r.y, 4, on(ROLE_HINT_KEY, focused), row->key, strlen(row->key));
    grid_fit(g, r.x + 4, r.y, r.w - 4, on(ROLE_OVERLAY, focused), row->title, strlen(row->title));
}

static void help_line(struct grid *g, struct rect r, const struct ask_row *row)
{
    struct style title = style_on(ROLE_TITLE, ROLE_OVERLAY, ATTR_BOLD | ATTR_UNDERLINE);

    if (row->kind == ASK_ROW_HEADING) {
        grid_fit(g, r.x, r.y, r.w, title, row->title, strlen(row->title));
        return;
    }
    grid_fit(g, r.x, r.y, ASK_HELP_KEYS, style_on(ROLE_HINT_KEY, ROLE_OVERLAY, 0), row->key, strlen(row->key));
    grid_fit(g, r.x + ASK_HELP_KEYS + 2, r.y, r.w - ASK_HELP_KEYS - 2, plain, row->title, strlen(row->title));
}

static void draw_row(struct ui *ui, struct grid *g, struct rect r, const struct ask_row *row, bool focused)
{
    struct rect inside = {.x = r.x + 2, .y = r.y, .w = r.w - 2, .h = 1};

    if (ui->ask.kind == ASK_HELP) {
        help_line(g, r, row);
        return;
    }
    if (focused) {
        grid_fill(g, r, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
        if (row->kind != ASK_ROW_MORE)
            grid_put(g, r.x, r.y, style_on(ROLE_FOCUS, ROLE_FOCUS, 0), sign(ui, SIGN_FOCUS));
    }
    if (row->kind == ASK_ROW_ACTION)
        action_line(ui, g, inside, row, focused);
    else if (row->kind == ASK_ROW_CARD)
        card_line(ui, g, inside, row, focused);
    else if (row->kind == ASK_ROW_CHOICE || row->kind == ASK_ROW_MORE)
        choice_line(g, inside, row, focused);
    else {
        grid_fit(g, inside.x, inside.y, inside.w - 4, on(ROLE_OVERLAY, focused), row->title, strlen(row->title));
        put_right(g, inside.x + inside.w, inside.y, on(ROLE_HINT_KEY, focused), 3, row->key);
    }
}

/* The row and those that go on with it have the focus together. */
static bool has_focus(const struct ask *a, const struct ask_row *rows, size_t n, size_t i)
{
    size_t focus = a->focus < n ? a->focus : n - 1;

    return i == focus ||
           (rows[i].kind == ASK_ROW_MORE && rows[focus].kind == ASK_ROW_CHOICE && rows[i].id == rows[focus].id);
}

static void draw_list(struct ui *ui, struct grid *g, const struct ask_box *b, const struct ask_row *rows, size_t n)
{
    const struct ask *a = &ui->ask;
    size_t top = ask_top(ui, b, rows, n), visible = (size_t)most(b->list.h, 0);

    for (size_t i = top; i < n && i < top + visible; i++) {
        struct rect r = {.x = b->list.x, .y = b->list.y + (int)(i - top), .w = b->list.w, .h = 1};
        bool focused = a->kind != ASK_HELP && has_focus(a, rows, n, i);

        draw_row(ui, g, r, &rows[i], focused);
        grid_hit(g, r, HIT_ROW, i, 0);
        if (focused && rows[i].kind != ASK_ROW_MORE && !ask_has_line(a))
            grid_cursor(g, r.x, r.y, false);
    }
    if (a->kind == ASK_HELP && !a->searching)
        grid_cursor(g, b->list.x, b->list.y, false);
    draw_more(ui, g, b, top > 0, top + visible < n);
}

/* ---------------------------------------------------------------- columns */

static void draw_cell(struct ui *ui, struct grid *g, struct rect r, const struct ask_box *b, const struct ask_row *row,
                      bool focused)
{
    int room = r.w - b->key_w - 5;

    if (row->kind == ASK_ROW_HEADING) {
        grid_fit(g, r.x + 2, r.y, r.w - 3, style_on(ROLE_TITLE, ROLE_OVERLAY, ATTR_BOLD | ATTR_UNDERLINE), row->title,
                 strlen(row->title));
        return;
    }
    if (focused) {
        grid_fill(g, (struct rect){.x = r.x, .y = r.y, .w = r.w - 1, .h = 1}, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
        grid_put(g, r.x, r.y, style_on(ROLE_FOCUS, ROLE_FOCUS, 0), sign(ui, SIGN_FOCUS));
    }
    grid_fit(g, r.x + 2, r.y, b->key_w, on(row->refusal ? ROLE_DIM : ROLE_HINT_KEY, focused), row->key,
             strlen(row->key));
    grid_fit(g, r.x + 3 + b->key_w, r.y, room, on(row->refusal ? ROLE_DIM : ROLE_OVERLAY, focused), row->title,
             strlen(row->title));
}

static void draw_columns(struct ui *ui, struct grid *g, const struct ask_box *b, const struct ask_row *rows, size_t n)
{
    struct ask_place *places = arena_calloc(&ui->words, n, sizeof(*places));
    int top = (int)ask_top(ui, b, rows, n), columns = places ? ask_flow(rows, n, b->list.h, places) : 0;

    for (size_t i = 0; places && i < n; i++) {
        int column = places[i].column - top;
        struct rect r = {
            .x = b->list.x + column * b->column_w, .y = b->list.y + places[i].line, .w = b->column_w, .h = 1};
        bool focused = i == ui->ask.focus && ask_selectable(&rows[i]);

        if (column < 0 || column >= b->columns)
            continue;
        draw_cell(ui, g, r, b, &rows[i], focused);
        if (ask_selectable(&rows[i]))
            grid_hit(g, r, HIT_ROW, i, 0);
        if (focused)
            grid_cursor(g, r.x, r.y, false);
    }
    if (top > 0)
        grid_put(g, b->box.x, b->list.y, style_on(ROLE_HINT_KEY, ROLE_OVERLAY, 0), sign(ui, SIGN_LEFT));
    if (top + b->columns < columns)
        grid_put(g, b->box.x + b->box.w - 1, b->list.y + b->list.h - 1, style_on(ROLE_HINT_KEY, ROLE_OVERLAY, 0),
                 sign(ui, SIGN_RIGHT));
}

/* ---------------------------------------------------------------- all of it */

static const char *found_words(struct ui *ui, const struct ask_box *b, const struct ask_row *rows, size_t n)
{
    const struct ask *a = &ui->ask;

    if (a->kind == ASK_CARD)
        return words_count(ui, a->n_found, "card", "cards");
    if (a->kind == ASK_PALETTE && a->len)
        return words_printf(ui, "%zu found", a->n_found);
    if (a->kind == ASK_HELP && n > (size_t)most(b->list.h, 0))
        return words_printf(ui, "%zu%%", (ask_top(ui, b, rows, n) + (size_t)most(b->list.h, 0)) * 100 / n);
    return "";
}

static void draw_nothing(struct ui *ui, struct grid *g, struct rect r)
{
    const char *words =
        ui->ask.kind == ASK_CARD ? "No card fits. Fewer letters find more." : "Nothing fits. Fewer letters find more.";

    grid_fit(g, r.x + 2, r.y, r.w - 2, style_on(ROLE_DIM, ROLE_OVERLAY, 0), words, strlen(words));
}

void view_ask(struct ui *ui, struct grid *g, struct rect r)
{
    struct ask_row *rows;
    size_t n;
    struct ask_box b;

    (void)r;
    if (ui->ask.kind == ASK_NONE)
        return;
    n = ask_rows(ui, &rows);
    b = ask_box(ui, rows, n);
    draw_frame(ui, g, b.box, found_words(ui, &b, rows, n));
    if (b.question.h > 0)
        draw_question(ui, g, b.question);
    if (n > 0 && ask_flows(ui->ask.kind))
        draw_columns(ui, g, &b, rows, n);
    else if (n > 0)
        draw_list(ui, g, &b, rows, n);
    else if (b.list.h > 0)
        draw_nothing(ui, g, b.list);
    if (b.field.h > 0) {
        if (ui->ask.kind != ASK_LINE) {
            grid_put(g, b.field.x - 2, b.field.y, style_on(ROLE_HINT_KEY, ROLE_OVERLAY, 0), sign(ui, SIGN_CRUMB));
            grid_hline(g, b.box.x, b.field.y + 1, b.box.w, style_on(ROLE_BORDER_FOCUS, ROLE_OVERLAY, 0));
        }
        draw_field(ui, g, b.field, ui->ask.kind == ASK_LINE ? "" : "Type a few letters");
    }
}
