/* The rows of each panel. */
#include <string.h>

#include "client/tui/panel_private.h"
#include "client/tui/view_parts.h"
#include "client/tui/views.h"

int view_panel_head_lines(struct ui *ui, int width)
{
    (void)width;
    return ui->panel.kind == PANEL_SEARCH ? 2 : 0;
}

void view_panel_head(struct ui *ui, struct grid *g, struct rect r)
{
    if (ui->panel.kind == PANEL_SEARCH)
        grid_put(g, r.x, r.y, style(ROLE_FIELD), ui->panel.find);
}

int view_panel_row_lines(struct ui *ui, size_t row, int width)
{
    (void)ui, (void)row, (void)width;
    return 1;
}

static const char *row_words(struct ui *ui, size_t row)
{
    const struct ui_person *person = panel_person_at(ui, row);
    const struct panel_event *event = panel_event_at(&ui->panel, row);
    const struct named *named = panel_named_at(ui, row);

    switch (ui->panel.kind) {
    case PANEL_PEOPLE:
        return person ? ui_person_name(ui, person->author) : "You";
    case PANEL_ACTIVITY:
        return words_printf(ui, "%s %s", panel_event_who(ui, event), panel_event_words(ui, event));
    case PANEL_HISTORY:
        return named ? named->name : "Now";
    default:
        return panel_place(ui, ui->panel.found[row]);
    }
}

void view_panel_row(struct ui *ui, struct grid *g, struct rect r, size_t row, bool focus)
{
    const char *words = row_words(ui, row);

    grid_fit(g, r.x + 1, r.y, r.w - 2, style(focus ? ROLE_FOCUS : ROLE_TEXT), words, strlen(words));
}
