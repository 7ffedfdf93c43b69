/* A measure's own page: name, bar, figures and course on top; then a line for a new reading, its properties, its readings. */
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_measure.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum { NAME_LINES = 2, LABEL = 12, DATE = 10 };

static const struct card *card_here(struct ui *ui)
{
    const struct canvas *c = panel_canvas(ui);
    const struct card *card = c ? canvas_card(c, ui->panel.card) : NULL;
    return card && card->deleted_seq == 0 && method_measure(ui_method(ui), ui->panel.card) ? card : NULL;
}

static const char *figure(struct ui *ui)
{
    const struct measure *m = card_here(ui) ? method_measure(ui_method(ui), ui->panel.card) : NULL;
    const char *due = m ? measure_due(ui, m) : "";
    return *due ? words_printf(ui, "%s %s", sign(ui, SIGN_PAST), due) : "";
}

static const char *name_words(struct ui *ui)
{
    const struct card *card = card_here(ui);
    return card ? words_line(ui, card->text.bytes, card->text.len_bytes) : "";
}

/* On short screens without the course. */
static bool has_course(struct ui *ui, struct rect inside)
{
    return inside.h >= 12 && *measure_spark(ui, ui->panel.card, 1) != '\0';
}

static int head_lines(struct ui *ui, struct rect inside)
{
    if (!card_here(ui))
        return 0;
    return view_lines_count(name_words(ui), inside.w, NAME_LINES) + 2 + has_course(ui, inside);
}

static void course(struct ui *ui, struct grid *g, struct rect r)
{
    size_t n;
    const struct measure_reading *readings = method_readings(ui_method(ui), ui->panel.card, &n);
    int width = r.w - 2 * (DATE + 1);

    if (n < 2 || width < 4)
        return;
    size_t from = n > (size_t)width ? n - (size_t)width : 0;
    const char *first = words_printf(ui, "%s", readings[from].date), *last = words_printf(ui, "%s", readings[n - 1].date);
    const char *spark = measure_spark(ui, ui->panel.card, width);
    int x = r.x + view_line(g, r.x, r.y, DATE, style(ROLE_DIM), first) + 1;
    x += view_line(g, x, r.y, width, style(ROLE_LINK), spark) + 1;
    view_line(g, x, r.y, DATE, style(ROLE_DIM), last);
}

static void head(struct ui *ui, struct grid *g, struct rect r)
{
    const struct measure *m = method_measure(ui_method(ui), ui->panel.card);

    if (!card_here(ui))
        return;
    int y = r.y + view_lines(g, (struct rect){r.x, r.y, r.w, least(NAME_LINES, r.h)},
                             style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), name_words(ui));
    grid_put(g, r.x, y, style(light_role(m->light)), light_sign(ui, m->light));
    measure_line(ui, g, (struct rect){r.x + 2, y, r.w - 2, 1}, m, ROLE_TEXT);
    if (has_course(ui, r))
        course(ui, g, (struct rect){r.x, y + 1, r.w, 1});
}

static int row_lines(struct ui *ui, size_t row, int width)
{
    (void)width;
    /* the new reading and the last property have a blank line behind them */
    return row + 1 < ui->panel.n_items && ui->panel.items[row].what != ITEM_READING &&
                   ui->panel.items[row + 1].what != ui->panel.items[row].what
               ? 2
               : 1;
}

static void property_row(struct ui *ui, struct grid *g, struct rect r, uint64_t id, bool focus)
{
    const struct card *card = card_here(ui);
    const struct panel_property *property = panel_property_at(id);

    if (!card || !property)
        return;
    const char *words = panel_property_words(ui, card, property);
    view_line(g, r.x + 1, r.y, LABEL, view_panel_style(ROLE_DIM, focus), property->title);
    view_line(g, r.x + 1 + LABEL, r.y, r.w - 1 - LABEL, view_panel_style(*words ? ROLE_TEXT : ROLE_DIM, focus),
              *words ? words_line(ui, words, strlen(words)) : sign(ui, SIGN_DOT));
}

static void reading_row(struct ui *ui, struct grid *g, struct rect r, uint64_t id, bool focus)
{
    const struct reading *reading = panel_reading(ui, id);
    const char *note;
    char today[11];
    int x = r.x + 1 + LABEL;

    if (!reading)
        return;
    ui_today(ui, today);
    note = reading->note ? reading->note : "";
    bool future = day_compare(reading->date, today) > 0;
    view_line(g, r.x + 1, r.y, DATE, view_panel_style(future ? ROLE_WARN : ROLE_DIM, focus), reading->date);
    int used = view_line_right(g, r.x + r.w, r.y, 3, view_panel_style(ui_person_role(reading->created_by), focus),
                               ui_initials(ui, reading->created_by));
    x += view_line(g, x, r.y, r.x + r.w - used - 1 - x, view_panel_style(ROLE_TEXT, focus), reading->value) + 2;
    view_line(g, x, r.y, most(0, r.x + r.w - used - 1 - x), view_panel_style(ROLE_DIM, focus),
              words_line(ui, note, strlen(note)));
}

static void row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    const struct panel_item *item = at < ui->panel.n_items ? &ui->panel.items[at] : NULL;

    if (!item)
        return;
    if (item->what == ITEM_PROPERTY) {
        property_row(ui, g, r, item->id, focus);
    } else if (item->what == ITEM_READING) {
        reading_row(ui, g, r, item->id, focus);
    } else {
        view_line(g, r.x + 1, r.y, LABEL, view_panel_style(ROLE_LINK, focus), "New reading");
        if (focus)
            view_panel_entry(ui, g, (struct rect){r.x + 1 + LABEL, r.y, r.w - 1 - LABEL, 1}, "value, then Enter: today");
        else
            view_line(g, r.x + 1 + LABEL, r.y, r.w - 1 - LABEL, style(ROLE_DIM), "value, day, note");
    }
}

static const char *empty(struct ui *ui)
{
    (void)ui;
    return "This measure has been removed.";
}

static const struct panel_view view = {
    .title = "Measure",
    .figure = figure,
    .head_lines = head_lines,
    .head = head,
    .row_lines = row_lines,
    .row = row,
    .empty = empty,
};

const struct panel_view *view_panel_measure(void)
{
    return &view;
}
