/* A card's measures and actions, and the review: measures take two lines, actions one. Where the value is typed, a line more. */
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_measure.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"
#include "common/utf8.h"

static const struct panel_item *item_at(const struct ui *ui, size_t row)
{
    return row < ui->panel.n_items ? &ui->panel.items[row] : NULL;
}

static const struct card *card_of(struct ui *ui, uint64_t id)
{
    const struct canvas *c = panel_canvas(ui);
    return c ? canvas_card(c, id) : NULL;
}

/* ---- a value that is typed */

void view_panel_entry(struct ui *ui, struct grid *g, struct rect r, const char *invitation)
{
    const struct panel *p = &ui->panel;
    const char *text = p->entering ? words_line(ui, p->typed, strlen(p->typed)) : "";
    int width = words_width(text);

    grid_fill(g, r, style_on(ROLE_FIELD, ROLE_FIELD, 0));
    if (!p->entering) {
        view_line(g, r.x + 1, r.y, r.w - 2, style_on(ROLE_DIM, ROLE_FIELD, 0), invitation);
        grid_cursor(g, r.x + 1, r.y, false);
        return;
    }
    while (width > r.w - 3 && *text) { /* the end is what is typed */
        text += utf8_grapheme(text, strlen(text));
        width = words_width(text);
    }
    view_line(g, r.x + 1, r.y, r.w - 2, style_on(ROLE_TEXT, ROLE_FIELD, 0), text);
    grid_cursor(g, r.x + 1 + width, r.y, true);
}

/* ---- a measure's rows */

static enum role under_of(bool focus)
{
    return focus ? ROLE_FOCUS : ROLE_TEXT;
}

static void draw_measure(struct ui *ui, struct grid *g, struct rect r, uint64_t id, bool focus, const char *before)
{
    const struct measure *m = method_measure(ui_method(ui), id);
    const struct card *card = card_of(ui, id);
    int used;

    if (!m || !card)
        return;
    const char *due = measure_due(ui, m), *name = words_line(ui, card->text.bytes, card->text.len_bytes);
    if (*due)
        due = words_printf(ui, "%s %s", sign(ui, SIGN_PAST), due);
    used = view_line_right(g, r.x + r.w, r.y, r.w / 2, view_panel_style(ROLE_WARN, focus), due);
    grid_put(g, r.x + 1, r.y, style_on(light_role(m->light), under_of(focus), 0), light_sign(ui, m->light));
    view_line(g, r.x + 3, r.y, r.w - used - 4, view_panel_style(ROLE_TEXT, focus),
              *before ? words_printf(ui, "%s%s %s", before, ui->ascii ? ":" : " ·", name) : name);
    measure_line(ui, g, (struct rect){r.x + 3, r.y + 1, r.w - 3, 1}, m, under_of(focus));
}

static void draw_action(struct ui *ui, struct grid *g, struct rect r, uint64_t id, bool focus)
{
    const struct card *card = card_of(ui, id);

    if (!card)
        return;
    bool done = panel_action_done(card), late = panel_action_late(ui, card);
    const char *words = panel_action_words(ui, card), *box = done ? (ui->ascii ? "x" : "☑") : (ui->ascii ? "o" : "☐");
    if (late)
        words = words_printf(ui, "%s %s", sign(ui, SIGN_PAST), words);
    grid_put(g, r.x + 1, r.y, style_on(done ? ROLE_GOOD : ROLE_TEXT, under_of(focus), 0), box);
    view_line(g, r.x + 3, r.y, r.w - 3, view_panel_style(done ? ROLE_DIM : ROLE_TEXT, focus),
              words_line(ui, card->text.bytes, card->text.len_bytes));
    view_line(g, r.x + 3, r.y + 1, r.w - 3, view_panel_style(late ? ROLE_WARN : ROLE_DIM, focus),
              *words ? words : "no day, nobody yet");
}

/* ---- of a card */

enum { HEAD_TEXT = 2 };

static const char *card_words(struct ui *ui)
{
    const struct card *card = card_of(ui, ui->panel.card);
    return card ? words_line(ui, card->text.bytes, card->text.len_bytes) : "";
}

static const char *no_figure(struct ui *ui)
{
    (void)ui;
    return "";
}

static int parts_head_lines(struct ui *ui, struct rect inside)
{
    const char *words = card_words(ui);
    return *words ? view_lines_count(words, inside.w, HEAD_TEXT) + 1 : 0;
}

static void parts_head(struct ui *ui, struct grid *g, struct rect r)
{
    r.h = least(r.h, HEAD_TEXT);
    view_lines(g, r, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), card_words(ui));
}

static int parts_row_lines(struct ui *ui, size_t row, int width)
{
    const struct panel_item *item = item_at(ui, row);
    (void)width;
    return item && (item->what == ITEM_ADD_MEASURE || item->what == ITEM_ADD_ACTION) ? 1 : 2;
}

static void parts_row(struct ui *ui, struct grid *g, struct rect r, size_t row, bool focus)
{
    const struct panel_item *item = item_at(ui, row);

    if (!item)
        return;
    if (item->what == ITEM_MEASURE)
        draw_measure(ui, g, r, item->id, focus, "");
    else if (item->what == ITEM_ACTION)
        draw_action(ui, g, r, item->id, focus);
    else
        view_line(g, r.x + 1, r.y, r.w - 1, view_panel_style(ROLE_LINK, focus),
                  item->what == ITEM_ADD_MEASURE ? "+ a measure: a number that shows it"
                                                 : "+ an action: what, when and who");
}

static const char *parts_empty(struct ui *ui)
{
    return card_of(ui, ui->panel.card) ? "This card has no measures and no actions."
                                       : "Put the focus on a card: its measures and actions are shown here.";
}

static const struct panel_view parts = {
    .title = "Measures and actions",
    .figure = no_figure,
    .head_lines = parts_head_lines,
    .head = parts_head,
    .row_lines = parts_row_lines,
    .row = parts_row,
    .empty = parts_empty,
};

const struct panel_view *view_panel_parts(void)
{
    return &parts;
}

/* ---- review */

static const char *review_figure(struct ui *ui)
{
    size_t n = ui->panel.n_items;
    return n > 0 ? words_printf(ui, "%zu due", n) : "";
}

static int review_head_lines(struct ui *ui, struct rect inside)
{
    (void)ui, (void)inside;
    return 0;
}

static void review_head(struct ui *ui, struct grid *g, struct rect r)
{
    (void)ui, (void)g, (void)r;
}

static bool enters(const struct ui *ui, size_t row)
{
    return row == ui->panel.focus && ui->panel.focused && ui_may_edit(ui);
}

static int review_row_lines(struct ui *ui, size_t row, int width)
{
    (void)width;
    return enters(ui, row) ? 4 : 3;
}

static const char *row_words(struct ui *ui, uint64_t measure)
{
    const struct measure *m = method_measure(ui_method(ui), measure);
    const struct card *row = m && m->row ? card_of(ui, m->row) : NULL;
    return row ? words_line(ui, row->text.bytes, row->text.len_bytes) : "";
}

static void review_row(struct ui *ui, struct grid *g, struct rect r, size_t row, bool focus)
{
    const struct panel_item *item = item_at(ui, row);

    if (!item)
        return;
    draw_measure(ui, g, r, item->id, focus, "");
    const char *of = row_words(ui, item->id);
    const struct measure *m = method_measure(ui_method(ui), item->id);
    view_line(g, r.x + 3, r.y + 2, r.w - 3, view_panel_style(ROLE_DIM, focus),
              m && m->last_date[0] ? words_printf(ui, "last on %s%s%s", m->last_date, *of ? ", of: " : "", of)
                                   : words_printf(ui, "never looked at%s%s", *of ? ", of: " : "", of));
    if (enters(ui, row))
        view_panel_entry(ui, g, (struct rect){r.x + 3, r.y + 3, r.w - 3, 1}, "type the value, then Enter");
}

/* The next day on which something will be due. */
static const char *next_due(struct ui *ui)
{
    struct method *m = ui_method(ui);
    size_t n;
    const uint64_t *all = method_measures(m, &n);
    const char *next = "";

    for (size_t i = 0; i < n; i++) {
        const char *due = method_measure(m, all[i])->due;
        if (*due && (!*next || strcmp(due, next) < 0))
            next = due;
    }
    return words_printf(ui, "%s", next);
}

static const char *review_empty(struct ui *ui)
{
    const char *next = next_due(ui);

    if (method_rollup(ui_method(ui))->n == 0)
        return "There are no measures on this canvas yet.";
    if (!*next)
        return "Nothing is due. Give measures a period, and they come here when it is time.";
    return words_printf(ui, ui->panel.reviewed ? "All is entered. The next review is on %s." : "Nothing is due. The next review is on %s.",
                        next);
}

static const struct panel_view review = {
    .title = "Review",
    .figure = review_figure,
    .head_lines = review_head_lines,
    .head = review_head,
    .row_lines = review_row_lines,
    .row = review_row,
    .empty = review_empty,
};

const struct panel_view *view_panel_review(void)
{
    return &review;
}
