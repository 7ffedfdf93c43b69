/* The opened card: its text on top, below it a scrolled list of fields, links, comments and its history. The list is
 * walked twice: first without a grid, to find where the focus is, then scrolled so that it can be seen. */
#include <stdio.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/tui/kinds.h"
#include "client/tui/typing_private.h"
#include "client/tui/view_cell.h"
#include "client/tui/view_parts.h"
#include "client/tui/views.h"
#include "client/tui/wrap.h"
#include "common/ids.h"

enum {
    LABEL_CELLS = 16,
    ROW_LINES = 8, /* of a comment or a text field that is not being typed */
};

static const struct style plain = {.role = ROLE_TEXT, .under = ROLE_OVERLAY};
static const struct style dim = {.role = ROLE_DIM, .under = ROLE_OVERLAY};

/* The list being drawn (or measured: g NULL). */
struct list {
    struct ui *ui;
    struct grid *g;
    const struct card *card;
    const struct pane_row *rows, *focus;
    size_t n;
    struct rect r;
    int y;                    /* next line, from the list's beginning */
    int scroll;               /* lines above r */
    int focus_from, focus_to; /* lines of what has the focus */
};

static struct style on(enum role role, unsigned attrs)
{
    return style_on(role, ROLE_OVERLAY, attrs);
}

static int line_y(const struct list *l)
{
    return l->r.y + l->y - l->scroll;
}

static bool is_typed(const struct ui *ui, uint64_t object, const char *key)
{
    return ui->typing.object == object && strcmp(ui->typing.key, key) == 0;
}

static const char *title_of(const struct block *block)
{
    return block->title != NULL && block->title[0] != '\0' ? block->title : block->key;
}

/* ---- one element of the list */

static void heading(struct list *l, enum pane_part part, const char *title, size_t count, const char *empty)
{
    bool here = l->ui->pane.part == part;
    if (here && (l->focus == NULL || count == 0)) {
        l->focus_from = l->y;
        l->focus_to = l->y + 2;
    }
    if (l->g != NULL) {
        int y = line_y(l), x = l->r.x;
        grid_put(l->g, x, y, on(here ? ROLE_BORDER_FOCUS : ROLE_TITLE, ATTR_BOLD),
                 here ? sign(l->ui, SIGN_FOCUS) : " ");
        x += 2;
        x += grid_put(l->g, x, y, on(here ? ROLE_BORDER_FOCUS : ROLE_TITLE, ATTR_BOLD), title);
        if (count > 0)
            grid_printf(l->g, x + 1, y, dim, "%zu", count);
        else
            grid_put(l->g, x + 2, y, dim, empty);
        if (here && l->focus == NULL && l->ui->typing.object == 0)
            grid_cursor(l->g, l->r.x, y, false);
    }
    l->y++;
}

static size_t count_of(const struct list *l, enum pane_part part)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += l->rows[i].part == part;
    return n;
}

/* Begins a row: marks the focus, leaves a region, says where it stands. */
static struct rect begin_row(struct list *l, const struct pane_row *row, int lines)
{
    struct rect r = {l->r.x, line_y(l), l->r.w, lines};
    bool here = row == l->focus;
    if (here) {
        l->focus_from = l->y;
        l->focus_to = l->y + lines;
    }
    if (l->g != NULL) {
        if (here)
            grid_fill(l->g, r, style_on(ROLE_TEXT, ROLE_FOCUS, 0));
        if (here && l->ui->typing.object == 0)
            grid_cursor(l->g, r.x + 2, r.y, false);
        grid_hit(l->g, r, HIT_ROW, (uint64_t)(row - l->rows), 0);
    }
    l->y += lines;
    return r;
}

static struct style row_style(const struct list *l, const struct pane_row *row, enum role role, unsigned attrs)
{
    return style_on(role, row == l->focus ? ROLE_FOCUS : ROLE_OVERLAY, attrs);
}

static int text_lines(struct list *l, uint64_t object, const char *key, const char *bytes, size_t len, int width)
{
    if (is_typed(l->ui, object, key))
        return typing_rows_most(l->ui, width, l->r.h);
    return (int)wrap_count(bytes, len, width > 1 ? width - 1 : 1, ROW_LINES);
}

/* Lines of a text in a row; the last one ends in "…" if there are more. */
static void draw_text(struct list *l, const struct pane_row *row, struct rect r, const char *bytes, size_t len)
{
    struct wrap w;
    wrap_init(&w);
    wrap_text(&w, bytes, len, r.w > 1 ? r.w - 1 : 1, (size_t)r.h + 1);
    for (int i = 0; i < r.h && (size_t)i < w.n; i++) {
        const struct wrap_line *line = &w.at[i];
        int cells =
            grid_fit(l->g, r.x, r.y + i, r.w, row_style(l, row, ROLE_TEXT, 0), bytes + line->at_bytes, line->len_bytes);
        if (i == r.h - 1 && w.n > (size_t)r.h)
            grid_put(l->g, r.x + cells, r.y + i, row_style(l, row, ROLE_DIM, 0), l->ui->ascii ? "~" : "…");
    }
    wrap_fini(&w);
}

static void text_or_typing(struct list *l, const struct pane_row *row, struct rect r, uint64_t object, const char *key,
                           const struct text *text)
{
    if (is_typed(l->ui, object, key))
        view_typing(l->ui, l->g, r);
    else if (text != NULL)
        draw_text(l, row, r, text->bytes, text->len_bytes);
}

/* A field by its definition: drawn as a cell is. What it asks for is told while there is nothing in it. */
static void defined_row(struct list *l, const struct pane_row *row, const char *name)
{
    const struct field *field = row->field;
    int room = l->r.w - 2 - LABEL_CELLS;
    bool empty = ui_cell(l->ui, l->card, field)[0] == '\0';
    struct rect r = begin_row(l, row, field_rows(l->ui, l->card, field, room, ROW_LINES));
    if (l->g == NULL)
        return;
    (void)grid_fit(l->g, r.x + 2, r.y, LABEL_CELLS - 1, row_style(l, row, ROLE_DIM, 0), name, strlen(name));
    struct rect body = {r.x + 2 + LABEL_CELLS, r.y, room, r.h};
    const char *prompt = words_line(l->ui, field->prompt, strlen(field->prompt));
    if (empty)
        (void)grid_fit(l->g, body.x, body.y, room, row_style(l, row, ROLE_DIM, ATTR_ITALIC), prompt, strlen(prompt));
    else
        field_draw(l->ui, l->g, body, l->card, field, row_style(l, row, ROLE_TEXT, 0));
}

static void field_row(struct list *l, const struct pane_row *row)
{
    const char *name = row->field != NULL ? row->field->title : pane_field_name(row->key);
    name = words_line(l->ui, name, strlen(name));
    if (row->field != NULL && !(row->is_text && is_typed(l->ui, l->card->o.id, row->key))) {
        defined_row(l, row, name);
        return;
    }
    const struct text *text = row->is_text ? canvas_text(panel_canvas(l->ui), l->card->o.id, row->key) : NULL;
    const struct value *value = row->is_text ? NULL : props_get(&l->card->props, row->key);
    const char *shown = value != NULL ? pane_value(l->ui, value) : text != NULL ? text->bytes : "";
    int room = l->r.w - 2 - LABEL_CELLS;
    int lines = text_lines(l, l->card->o.id, row->is_text ? row->key : "\x01", shown, strlen(shown), room);
    struct rect r = begin_row(l, row, lines);
    if (l->g == NULL)
        return;
    grid_fit(l->g, r.x + 2, r.y, LABEL_CELLS - 1, row_style(l, row, ROLE_DIM, 0), name, strlen(name));
    struct rect body = {r.x + 2 + LABEL_CELLS, r.y, room, lines};
    if (row->is_text)
        text_or_typing(l, row, body, l->card->o.id, row->key, text);
    else
        draw_text(l, row, body, shown, strlen(shown));
}

static void link_row(struct list *l, const struct pane_row *row)
{
    const struct canvas *c = panel_canvas(l->ui);
    const struct link_object *link = canvas_link(c, row->id);
    struct rect r = begin_row(l, row, 1);
    if (l->g == NULL || link == NULL)
        return;
    bool out = link->from == l->card->o.id;
    const struct card *other = canvas_card(c, out ? link->to : link->from);
    int x = r.x + 2;
    x += grid_put(l->g, x, r.y, row_style(l, row, ROLE_LINK, 0), sign(l->ui, out ? SIGN_RIGHT : SIGN_LEFT)) + 1;
    x += grid_put(l->g, x, r.y, row_style(l, row, ROLE_LINK, 0), link->kind);
    if (other == NULL)
        return;
    const char *text = short_text(&l->ui->words, &other->text, 200), *title = title_of(other->block);
    x += 2;
    x += grid_fit(l->g, x, r.y, r.x + r.w - x, row_style(l, row, ROLE_TEXT, 0), text, strlen(text));
    x += 2;
    grid_fit(l->g, x, r.y, r.x + r.w - x, row_style(l, row, ROLE_DIM, 0), title, strlen(title));
}

static void comment_row(struct list *l, const struct pane_row *row)
{
    const struct comment *comment = canvas_comment(panel_canvas(l->ui), row->id);
    int indent = row->answer ? 6 : 2, room = l->r.w - indent;
    if (comment == NULL)
        return;
    int lines = text_lines(l, row->id, "", comment->text.bytes, comment->text.len_bytes, room);
    struct rect r = begin_row(l, row, lines + 1);
    if (l->g == NULL)
        return;
    int x = r.x + indent;
    if (row->answer)
        grid_put(l->g, x - 2, r.y, row_style(l, row, ROLE_DIM, 0), l->ui->ascii ? "`" : "↳");
    x += grid_put(l->g, x, r.y, row_style(l, row, ui_person_role(comment->created_by), ATTR_BOLD),
                  ui_person_name(l->ui, comment->created_by));
    x += grid_printf(l->g, x, r.y, row_style(l, row, ROLE_DIM, 0), ", %s%s", ui_time(l->ui, comment->created_ms),
                     comment->edited_ms != 0 ? ", changed" : "");
    if (comment->resolved)
        grid_put(l->g, x + 2, r.y, row_style(l, row, ROLE_GOOD, 0),
                 ui_printf(l->ui, "%s resolved", sign(l->ui, SIGN_MARKED)));
    text_or_typing(l, row, (struct rect){r.x + indent, r.y + 1, room, lines}, row->id, "", &comment->text);
}

static void history_row(struct list *l, const struct pane_row *row)
{
    const struct card *card = l->card;
    struct rect r = begin_row(l, row, card->edited_ms != 0 ? 3 : 2);
    int y = r.y;
    if (l->g == NULL)
        return;
    grid_printf(l->g, r.x + 2, y++, row_style(l, row, ROLE_TEXT, 0), "Created by %s, %s",
                ui_person_name(l->ui, card->created_by), ui_time(l->ui, card->created_ms));
    if (card->edited_ms != 0)
        grid_printf(l->g, r.x + 2, y++, row_style(l, row, ROLE_TEXT, 0), "Last changed by %s, %s",
                    ui_person_name(l->ui, card->edited_by), ui_time(l->ui, card->edited_ms));
    grid_put(l->g, r.x + 2, y, row_style(l, row, ROLE_DIM, 0), "Enter shows the whole canvas's history");
}

static void rows_of(struct list *l, enum pane_part part, void (*draw)(struct list *l, const struct pane_row *row))
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->rows[i].part == part)
            draw(l, &l->rows[i]);
    }
    l->y++;
}

static void walk(struct list *l)
{
    l->y = 0;
    heading(l, PANE_FIELDS, "Fields", count_of(l, PANE_FIELDS), "none; + adds one");
    rows_of(l, PANE_FIELDS, field_row);
    heading(l, PANE_LINKS, "Links", count_of(l, PANE_LINKS), "none; L makes one");
    rows_of(l, PANE_LINKS, link_row);
    heading(l, PANE_COMMENTS, "Comments", count_of(l, PANE_COMMENTS), "none; c writes one");
    rows_of(l, PANE_COMMENTS, comment_row);
    heading(l, PANE_HISTORY, "History", 0, "");
    rows_of(l, PANE_HISTORY, history_row);
}

/* The focus in sight, with a line above it if there is room. */
static int scroll_for(const struct list *l)
{
    int most = l->y - l->r.h;
    int scroll = l->focus_to + 1 - l->r.h;
    if (scroll > l->focus_from)
        scroll = l->focus_from;
    if (scroll > most)
        scroll = most;
    return scroll > 0 ? scroll : 0;
}

static void draw_list(struct list *l, struct grid *g)
{
    struct rect old = grid_clip(g, l->r);
    l->scroll = scroll_for(l);
    l->g = g;
    walk(l);
    grid_unclip(g, old);
    if (l->scroll > 0)
        grid_put(g, l->r.x + l->r.w - 1, l->r.y, dim, sign(l->ui, SIGN_UP));
    if (l->y - 1 - l->scroll > l->r.h)
        grid_put(g, l->r.x + l->r.w - 1, l->r.y + l->r.h - 1, dim, sign(l->ui, SIGN_DOWN));
}

/* ---- what stands above the list */

static int put(struct grid *g, int x, int y, int end, struct style s, const char *text)
{
    return x < end ? grid_fit(g, x, y, end - x, s, text, strlen(text)) : 0;
}

static void draw_colour(struct grid *g, int *x, int y, int end, const struct card *card)
{
    const struct value *value = props_get(&card->props, "color");
    int color = value != NULL && value->text != NULL ? card_color_find(value->text) : -1;
    if (color < 0)
        return;
    enum role role = (enum role)(ROLE_CARD_1 + color);
    *x += put(g, *x, y, end, on(role, 0), card_color_at(color)->mark);
    *x += put(g, *x, y, end, on(role, 0), " ");
    *x += put(g, *x, y, end, on(role, 0), card_color_at(color)->name);
    *x += 2;
}

/* Colour, tags, votes and by whom. Returns 1 if it takes a line. */
static int draw_marks(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    int x = r.x, end = r.x + r.w;
    draw_colour(g, &x, r.y, end, card);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        if (ui_tag_is_group(ui, card, card->tags[i]))
            continue;
        x += put(g, x, r.y, end, on(ROLE_TAG, 0), "#");
        x += put(g, x, r.y, end, on(ROLE_TAG, 0), card->tags[i]) + 1;
    }
    if (card->n_votes > 0) {
        char votes[40];
        x += card->n_tags > 0;
        snprintf(votes, sizeof votes, "%s %u %s: ", sign(ui, SIGN_VOTE), card->n_votes,
                 card->n_votes == 1 ? "vote" : "votes");
        x += put(g, x, r.y, end, on(ROLE_VOTE, 0), votes);
    }
    for (uint32_t i = 0; i < card->n_votes; i++) {
        x += put(g, x, r.y, end, on(ui_person_role(card->votes[i]), 0), ui_person_name(ui, card->votes[i]));
        x += put(g, x, r.y, end, dim, i + 1 < card->n_votes ? ", " : "");
    }
    return x > r.x;
}

/* On the card, or in one of its comments. */
static bool is_here(const struct ui *ui, const struct ui_person *p, const struct card *card)
{
    const struct comment *comment = canvas_comment(panel_canvas(ui), p->object);
    return p->session != 0 && !p->away &&
           (p->object == card->o.id || (comment != NULL && comment->object == card->o.id));
}

/* Who is here: "Anna Koch is typing". Returns 1 if it takes a line. */
static int draw_present(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    int x = r.x, end = r.x + r.w;
    for (size_t i = 0; i < UI_PEOPLE && x < end; i++) {
        const struct ui_person *p = &ui->people[i];
        enum role role = ui_person_role(p->author);
        if (!is_here(ui, p, card))
            continue;
        x += put(g, x, r.y, end, on(role, ATTR_REVERSE), ui_initials(ui, p->author)) + 1;
        x += put(g, x, r.y, end, on(role, 0), ui_person_name(ui, p->author));
        x += put(g, x, r.y, end, dim, p->editing ? " is typing" : " is here") + 2;
    }
    return x > r.x;
}

static void draw_title(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    char number[OBJECT_ID_TEXT], title[300];
    object_id_format(card->o.id, number);
    const struct card *whole = ui_whole_card(panel_canvas(ui), canvas_card(panel_canvas(ui), card->o.id));
    const char *of = whole != NULL && whole != card ? ui_card_words(ui, whole->o.id) : title_of(ui_shown_block(panel_canvas(ui), card));
    snprintf(title, sizeof title, " %.240s %s %s ", of, sign(ui, SIGN_DOT), number);
    grid_fit(g, r.x + 2, r.y, r.w - 4, on(ROLE_TITLE, ATTR_BOLD), title, strlen(title));
    if (card->deleted_seq != 0) {
        static const char removed[] = " removed: X restores it ";
        grid_fit(g, r.x + 2, r.y + r.h - 1, r.w - 4, on(ROLE_WARN, ATTR_BOLD), removed, sizeof removed - 1);
    }
}

/* ---- the card's own text */

static void draw_card_text(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    bool here = ui->pane.part == PANE_TEXT;
    grid_put(g, r.x - 2, r.y, on(here ? ROLE_BORDER_FOCUS : ROLE_BORDER, ATTR_BOLD), here ? sign(ui, SIGN_FOCUS) : " ");
    if (is_typed(ui, card->o.id, "")) {
        view_typing(ui, g, r);
        return;
    }
    struct card_pane *pane = &ui->pane;
    size_t lines = wrap_count(card->text.bytes, card->text.len_bytes, r.w > 1 ? r.w - 1 : 1, 0);
    size_t hidden = lines > (size_t)r.h ? lines - (size_t)r.h : 0, top = pane->top < hidden ? pane->top : hidden;
    if (card->text.len_points == 0)
        grid_put(g, r.x, r.y, dim, "Nothing written yet. Enter begins.");
    view_text(ui, g, r, card->o.id, "", &card->text, top);
    if (hidden > 0)
        grid_put(g, r.x, r.y + r.h, dim, ui_printf(ui, "lines %zu to %zu of %zu", top + 1, top + (size_t)r.h, lines));
    if (here)
        grid_cursor(g, r.x, r.y, false);
    /* What page down and a click need to know of this drawing. */
    pane->text_height = r.h;
    pane->text_lines = lines;
    if (ui->typing.object != 0)
        return;
    ui->typing.width = r.w > 1 ? r.w - 1 : 1;
    for (int y = 0; y < r.h; y++)
        grid_hit(g, (struct rect){r.x, r.y + y, r.w, 1}, HIT_TEXT, 0, (uint32_t)(top + (size_t)y));
}

/* The text takes what it needs, but leaves a third of the place to the list. */
static int text_height(struct ui *ui, const struct card *card, struct rect r)
{
    int width = r.w > 1 ? r.w - 1 : 1, max_rows = most(3, r.h - r.h / 3 - 1);
    int need = is_typed(ui, card->o.id, "")
                   ? typing_rows_most(ui, r.w, max_rows)
                   : (int)wrap_count(card->text.bytes, card->text.len_bytes, width, (size_t)max_rows);
    return least(most(need, 3), most(1, r.h));
}

void view_card(struct ui *ui, struct grid *g, struct rect r)
{
    const struct card *card = canvas_card(panel_canvas(ui), ui->open_card);
    if (card == NULL)
        return;
    grid_fill(g, r, plain);
    grid_hit(g, r, HIT_PANEL, PANEL_NONE, 0);
    grid_box(g, r, on(ROLE_BORDER_FOCUS, 0));
    draw_title(ui, g, r, card);
    struct rect in = {r.x + 3, r.y + 1, r.w - 6, r.h - 2};
    int used = draw_marks(ui, g, in, card);
    in.y += used, in.h -= used;
    used = draw_present(ui, g, in, card);
    in.y += used, in.h -= used;
    in.y++, in.h--; /* room for the initials of those who type in the first line */
    struct rect text = {in.x, in.y, in.w, text_height(ui, card, in)};
    draw_card_text(ui, g, text, card);
    struct pane_row *rows;
    struct list l = {.ui = ui, .card = card, .r = {in.x - 2, text.y + text.h + 1, in.w + 2, in.h - text.h - 1}};
    l.n = pane_rows(ui, card, &rows);
    l.rows = rows;
    l.focus = ui->pane.part != PANE_TEXT ? pane_focused(ui, rows, l.n) : NULL;
    if (l.r.h < 1)
        return;
    walk(&l);
    draw_list(&l, g);
}
