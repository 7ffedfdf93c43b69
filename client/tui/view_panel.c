/* The panel at the side: its frame, the list in it and how it is scrolled. What its rows look like is told by the views of
 * the four panels. */
#include "client/tui/view_panel.h"

#include <string.h>

#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_parts.h"
#include "client/tui/views.h"

const struct panel_view *view_panel_of(const struct ui *ui)
{
    switch (ui->panel.kind) {
    case PANEL_PEOPLE:
        return view_panel_people();
    case PANEL_ACTIVITY:
        return view_panel_activity();
    case PANEL_HISTORY:
        return view_panel_history();
    case PANEL_SEARCH:
        return view_panel_search();
    case PANEL_PARTS:
        return view_panel_parts();
    case PANEL_MEASURE:
        return view_panel_measure();
    case PANEL_REVIEW:
        return view_panel_review();
    case PANEL_WALK:
        return view_panel_walk();
    case PANEL_HINTS:
        return view_panel_hints();
    default:
        return NULL;
    }
}

struct rect view_panel_inside(struct rect r)
{
    return (struct rect){r.x + 2, r.y + 1, r.w - 4, r.h - 2};
}

struct style view_panel_style(enum role role, bool focus)
{
    return focus ? style_on(ROLE_FOCUS, ROLE_FOCUS, 0) : style(role);
}

static void frame(struct ui *ui, struct grid *g, struct rect r, const struct panel_view *view)
{
    struct style border = style(ui->panel.focused ? ROLE_BORDER_FOCUS : ROLE_BORDER);
    const char *figure = view->figure(ui);

    grid_fill(g, r, style(ROLE_TEXT));
    if (ui->panel.focused)
        grid_box_heavy(g, r, border);
    else
        grid_box(g, r, border);
    grid_printf(g, r.x + 2, r.y, style(ROLE_TITLE), " %s ", view->title);
    if (*figure)
        view_line_right(g, r.x + r.w - 2, r.y, r.w - 6 - (int)strlen(view->title), style(ROLE_DIM),
                        words_printf(ui, " %s ", figure));
    grid_hit(g, r, HIT_PANEL, ui->panel.kind, 0);
}

/* Signs in the border: there is more above, below. */
static void more(struct ui *ui, struct grid *g, struct rect list, bool below)
{
    struct style s = style(ROLE_HINT_KEY);

    if (ui->panel.top > 0)
        grid_put(g, list.x + list.w + 1, list.y, s, sign(ui, SIGN_UP));
    if (below)
        grid_put(g, list.x + list.w + 1, list.y + list.h - 1, s, sign(ui, SIGN_DOWN));
}

static bool draw_rows(struct ui *ui, struct grid *g, struct rect r, const struct panel_view *view)
{
    struct panel *p = &ui->panel;
    size_t n = panel_rows(ui), row;
    int y = r.y;

    for (row = p->top; row < n && y < r.y + r.h; row++) {
        int lines = view->row_lines(ui, row, r.w);
        struct rect at = {r.x, y, r.w, lines}, whole = {r.x - 1, y, r.w + 2, lines};
        bool focus = row == p->focus && p->focused;

        if (focus)
            grid_fill(g, whole, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
        view->row(ui, g, at, row, focus);
        if (focus && p->kind != PANEL_SEARCH)
            grid_cursor(g, r.x - 1, y, false);
        if (row == p->focus)
            grid_put(g, r.x - 1, y, view_panel_style(ROLE_HINT_KEY, focus), sign(ui, SIGN_FOCUS));
        grid_hit(g, whole, HIT_ROW, row, 0);
        y += lines;
    }
    return row < n || y > r.y + r.h;
}

static void list(struct ui *ui, struct grid *g, struct rect r, const struct panel_view *view)
{
    const char *nothing = panel_rows(ui) == 0 ? view->empty(ui) : "";
    struct rect old;
    bool below;

    if (*nothing) {
        view_lines(g, (struct rect){r.x, r.y + 1, r.w, r.h - 1}, style(ROLE_DIM), nothing);
        return;
    }
    old = grid_clip(g, (struct rect){r.x - 1, r.y, r.w + 2, r.h});
    below = draw_rows(ui, g, r, view);
    grid_unclip(g, old);
    more(ui, g, r, below);
}

void view_panel(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel_view *view = view_panel_of(ui);
    struct rect inside = view_panel_inside(r), old;
    int head;

    if (!view || inside.w < 10 || inside.h < 2)
        return;
    old = grid_clip(g, r);
    frame(ui, g, r, view);
    view->head(ui, g, inside);
    head = view->head_lines(ui, inside);
    inside.y += head;
    inside.h -= head;
    if (inside.h > 0)
        list(ui, g, inside, view);
    grid_unclip(g, old);
}
