/* Activity: what happened, newest first. Time at the left, the sentence beside it on up to three lines. */
#include <string.h>

#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum { TIME_CELLS = 6, MOST_LINES = 3 };

static const char *figure(struct ui *ui)
{
    size_t newer = ui->panel.focused ? ui->panel.top : 0;

    return newer ? words_printf(ui, "%zu newer %s", newer, sign(ui, SIGN_UP)) : "";
}

static int head_lines(struct ui *ui, struct rect inside)
{
    (void)ui, (void)inside;
    return 0;
}

static void head(struct ui *ui, struct grid *g, struct rect r)
{
    (void)ui, (void)g, (void)r;
}

static const char *sentence(struct ui *ui, const struct panel_event *e, int *who_cells)
{
    const char *who = panel_event_who(ui, e);

    *who_cells = words_width(who);
    return words_printf(ui, "%s %s", who, panel_event_words(ui, e));
}

static int row_lines(struct ui *ui, size_t row, int width)
{
    const struct panel_event *e = panel_event_at(&ui->panel, row);
    int cells;

    return e ? view_lines_count(sentence(ui, e, &cells), width - TIME_CELLS, MOST_LINES) : 1;
}

/* Of the day alone: the list goes back to when the canvas was opened. */
static const char *clock_of(struct ui *ui, int64_t ms)
{
    int64_t minutes = (ms / 1000 + ui->utc_offset_s) / 60 % (24 * 60);

    return words_printf(ui, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

static void row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    const struct panel_event *e = panel_event_at(&ui->panel, at);
    struct rect text = {r.x + TIME_CELLS, r.y, r.w - TIME_CELLS, r.h};
    int cells;
    const char *words;

    if (!e)
        return;
    words = sentence(ui, e, &cells);
    view_line(g, r.x, r.y, TIME_CELLS, view_panel_style(ROLE_DIM, focus), clock_of(ui, e->at_ms));
    view_lines(g, text, view_panel_style(ROLE_TEXT, focus), words);
    if (!focus)
        grid_tint(g, (struct rect){text.x, text.y, least(cells, text.w), 1}, style(ui_person_role(e->author)));
}

static const char *empty(struct ui *ui)
{
    return words_printf(ui,
                        "Nothing has happened since you opened the canvas. What anybody does from now on is told "
                        "here.\n\nWhat was before: history, %s.",
                        ui_key(ui, ACTION_HISTORY));
}

static const struct panel_view view = {
    .title = "Activity",
    .figure = figure,
    .head_lines = head_lines,
    .head = head,
    .row_lines = row_lines,
    .row = row,
    .empty = empty,
};

const struct panel_view *view_panel_activity(void)
{
    return &view;
}
