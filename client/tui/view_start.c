/* The start screen. */
#include "client/tui/start_private.h"
#include "client/tui/view_parts.h"
#include "client/tui/views.h"

void start_settle(struct ui *ui, struct rect r)
{
    struct start *s = &ui->start;
    size_t room = r.h > 8 ? (size_t)r.h - 8 : 1;

    if (s->focus < s->top)
        s->top = s->focus;
    if (s->focus >= s->top + room)
        s->top = s->focus - room + 1;
}

void view_start(struct ui *ui, struct grid *g, struct rect r)
{
    struct start *s = &ui->start;
    int y = r.y + 4;

    grid_put(g, r.x + 2, r.y + 1, style(ROLE_TITLE), "cocanvas");
    for (size_t i = s->top; i < s->n_shown && y < r.y + r.h; i++, y++) {
        const struct start_canvas *c = &s->canvases[s->shown[i]];

        grid_printf(g, r.x + 2, y, style(i == s->focus ? ROLE_FOCUS : ROLE_TEXT), "%s  %s", c->workspace, c->title);
        grid_hit(g, (struct rect){r.x, y, r.w, 1}, HIT_ROW, i, 0);
    }
}
