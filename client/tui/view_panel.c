/* The panel's frame; what stands in it is drawn by view_panel_rows.c. */
#include "client/tui/panel_private.h"
#include "client/tui/view_parts.h"
#include "client/tui/views.h"

static const char *title_of(enum panel_kind kind)
{
    static const char *const titles[] = {"", "People", "Activity", "History", "Search"};

    return titles[kind];
}

static void list(struct ui *ui, struct grid *g, struct rect r)
{
    struct panel *p = &ui->panel;
    size_t n = panel_rows(ui);
    int y = r.y;

    for (size_t row = p->top; row < n && y < r.y + r.h; row++) {
        int lines = view_panel_row_lines(ui, row, r.w);
        struct rect at = {r.x - 1, y, r.w + 2, lines};

        view_panel_row(ui, g, at, row, row == p->focus);
        grid_hit(g, at, HIT_ROW, row, 0);
        y += lines;
    }
}

void view_panel(struct ui *ui, struct grid *g, struct rect r)
{
    struct panel *p = &ui->panel;
    struct rect old, inside = {r.x + 2, r.y + 1, r.w - 4, r.h - 2};
    int head;

    if (p->kind == PANEL_NONE || r.w < 8 || r.h < 4)
        return;
    old = grid_clip(g, r);
    grid_fill(g, r, style(ROLE_TEXT));
    grid_box(g, r, style(p->focused ? ROLE_BORDER_FOCUS : ROLE_BORDER));
    grid_printf(g, r.x + 2, r.y, style(ROLE_TITLE), " %s ", title_of(p->kind));
    grid_hit(g, r, HIT_PANEL, p->kind, 0);
    head = view_panel_head_lines(ui, inside.w);
    view_panel_head(ui, g, (struct rect){inside.x, inside.y, inside.w, head});
    inside.y += head;
    inside.h -= head;
    (void)grid_clip(g, (struct rect){r.x + 1, inside.y, r.w - 2, inside.h});
    list(ui, g, inside);
    grid_unclip(g, old);
}
