/* What the views of the four panels offer to the frame that they stand in. Private to view_panel*.c and panel.c. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_PANEL_H
#define COCANVAS_CLIENT_TUI_VIEW_PANEL_H

#include "client/tui/grid.h"
#include "client/tui/ui.h"

struct panel_view {
    const char *title;
    /* What stands at the right of the title; from ui->words, "" nothing. */
    const char *(*figure)(struct ui *ui);
    /* Lines above the list, and how they look, both for the whole inside of the panel. */
    int (*head_lines)(struct ui *ui, struct rect inside);
    void (*head)(struct ui *ui, struct grid *g, struct rect inside);
    /* Lines of a row of the list, and how it looks; focus: the keys would act on it. */
    int (*row_lines)(struct ui *ui, size_t row, int width);
    void (*row)(struct ui *ui, struct grid *g, struct rect r, size_t row, bool focus);
    /* Said while the list is empty; "" nothing. */
    const char *(*empty)(struct ui *ui);
};

const struct panel_view *view_panel_people(void);
const struct panel_view *view_panel_activity(void);
const struct panel_view *view_panel_history(void);
const struct panel_view *view_panel_search(void);
const struct panel_view *view_panel_parts(void);
const struct panel_view *view_panel_review(void);
const struct panel_view *view_panel_measure(void);
const struct panel_view *view_panel_walk(void);
const struct panel_view *view_panel_hints(void);
/* view_panel_parts.c: the line in which a value is typed. */
void view_panel_entry(struct ui *ui, struct grid *g, struct rect r, const char *invitation);

/* The view of the panel that is shown; NULL: none. */
const struct panel_view *view_panel_of(const struct ui *ui);
/* The inside of a panel that stands in r. */
struct rect view_panel_inside(struct rect r);
/* The style of a part of a row: on the focus, that of the focus. */
struct style view_panel_style(enum role role, bool focus);

#endif
