/* History: a line of time with what is shown and the named versions on it, who did what there, the keys, and the list of
 * named versions. */
#include <string.h>

#include "client/tui/ago.h"
#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum {
    TRACK_LINES = 3,   /* line of time, what is shown, blank */
    TOLD_LINES = 5,    /* who, what (three), blank */
    KEYS_LINES = 5,    /* three rows of keys, blank, the list's title */
    KEYS_ROOM = 20,    /* fewer lines: without the keys */
};

static uint64_t head_seq(const struct ui *ui)
{
    return replica_seq(ui->replica);
}

static const char *number(struct ui *ui, uint64_t n)
{
    char text[AGO_TEXT];

    ago_number(n, text);
    return words_printf(ui, "%s", text);
}

static const char *figure(struct ui *ui)
{
    return words_printf(ui, "%s changes", number(ui, head_seq(ui)));
}

static bool with_keys(struct rect inside)
{
    return inside.h >= KEYS_ROOM;
}

static int head_lines(struct ui *ui, struct rect inside)
{
    (void)ui;
    return TRACK_LINES + TOLD_LINES + (with_keys(inside) ? KEYS_LINES : 1);
}

/* ---- the line of time */

static int cell_of(const struct ui *ui, struct rect r, uint64_t seq)
{
    uint64_t head = head_seq(ui);

    if (seq == 0 || seq >= head || head < 2)
        return r.x + r.w - 1;
    return r.x + (int)((double)(seq - 1) * (r.w - 1) / (double)(head - 1));
}

static void track(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel *p = &ui->panel;
    int here = cell_of(ui, r, p->seq);

    for (int x = r.x; x < r.x + r.w; x++)
        grid_put(g, x, r.y, style(x <= here ? ROLE_HINT_KEY : ROLE_BORDER), x <= here ? "━" : "─");
    for (size_t i = 0; i < p->n_named; i++)
        grid_put(g, cell_of(ui, r, p->named[i]), r.y, style(ROLE_WARN), "◆");
    grid_put(g, here, r.y, style_on(ROLE_HINT_KEY, ROLE_TEXT, ATTR_BOLD), "●");
    if (p->focused)
        grid_cursor(g, here, r.y, false);
}

static void position(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel *p = &ui->panel;
    uint64_t head = head_seq(ui);
    int used = 0;

    if (p->seq == 0) {
        view_line(g, r.x, r.y, r.w, style(ROLE_TITLE), "Now");
        return;
    }
    if (p->past_asked)
        used = view_line_right(g, r.x + r.w, r.y, r.w / 2, style(ROLE_WARN), "on its way …");
    else
        used = view_line_right(g, r.x + r.w, r.y, r.w / 2, style(ROLE_TEXT), p->past_ms ? ui_time(ui, p->past_ms) : "");
    view_line(g, r.x, r.y, r.w - used - 1, style(ROLE_TITLE),
              words_printf(ui, "%s of %s", number(ui, p->seq), number(ui, head)));
}

/* ---- what happened there */

static void told(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel *p = &ui->panel;
    const struct named *named = p->past_seq ? panel_named_of(ui, p->past_seq) : NULL;
    const char *text = p->past_sentence;

    if (p->past_seq == 0) {
        view_lines(g, r, style(ROLE_DIM),
                   head_seq(ui) < 2 ? "This canvas has no past yet."
                                    : words_printf(ui, "Step back with %s, and the canvas shows how it was.",
                                                   view_panel_key(ui, ACTION_HISTORY_BACK)));
        return;
    }
    if (named) {
        view_line(g, r.x, r.y, r.w, style(ROLE_WARN), words_printf(ui, "◆ %s", named->name));
        r.y++;
        r.h--;
    }
    view_lines(g, r, style(ROLE_TEXT), *text ? text : "What happened there is not known.");
}

/* ---- the keys */

static void key(struct ui *ui, struct grid *g, int x, int y, int room, enum action action, const char *what)
{
    int used = view_line(g, x, y, room, style(ROLE_HINT_KEY), view_panel_key(ui, action));

    view_line(g, x + used + 1, y, room - used - 1, style(ROLE_DIM), what);
}

static void pair(struct ui *ui, struct grid *g, struct rect r, int line, const enum action actions[2], const char *what)
{
    const char *keys = words_printf(ui, "%s %s", view_panel_key(ui, actions[0]), view_panel_key(ui, actions[1]));
    int used = view_line(g, r.x, r.y + line, r.w, style(ROLE_HINT_KEY), keys);

    view_line(g, r.x + used + 1, r.y + line, r.w - used - 1, style(ROLE_DIM), what);
}

static void keys(struct ui *ui, struct grid *g, struct rect r)
{
    static const enum action one[] = {ACTION_HISTORY_BACK, ACTION_HISTORY_FORWARD};
    static const enum action ten[] = {ACTION_HISTORY_BACK_TEN, ACTION_HISTORY_FORWARD_TEN};
    int half = r.w / 2;

    pair(ui, g, r, 0, one, "one change");
    pair(ui, g, r, 1, ten, "ten");
    key(ui, g, r.x, r.y + 2, half, ACTION_HISTORY_RESTORE, "bring back");
    key(ui, g, r.x + half, r.y + 2, r.w - half, ACTION_HISTORY_NAME, "name it");
}

static void head(struct ui *ui, struct grid *g, struct rect r)
{
    struct rect told_in = {r.x, r.y + TRACK_LINES, r.w, TOLD_LINES - 1};

    track(ui, g, r);
    position(ui, g, (struct rect){r.x, r.y + 1, r.w, 1});
    told(ui, g, told_in);
    if (r.h >= TRACK_LINES + TOLD_LINES + KEYS_LINES)
        keys(ui, g, (struct rect){r.x, r.y + TRACK_LINES + TOLD_LINES, r.w, 3});
    view_line(g, r.x, r.y + r.h - 1, r.w, style(ROLE_TITLE), "Versions");
}

/* ---- named versions */

static int row_lines(struct ui *ui, size_t row, int width)
{
    (void)ui, (void)row, (void)width;
    return 1;
}

static void row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    const struct named *named = panel_named_at(ui, at);
    bool here = ui->panel.seq == (named ? named->o.id : 0);
    int used = 0;

    view_line(g, r.x + 1, r.y, 1, view_panel_style(here ? ROLE_HINT_KEY : ROLE_WARN, focus), here ? "●" : "◆");
    if (named)
        used = view_line_right(g, r.x + r.w, r.y, 12, view_panel_style(ROLE_DIM, focus), number(ui, named->o.id));
    view_line(g, r.x + 3, r.y, r.w - 4 - used, view_panel_style(ROLE_TEXT, focus), named ? named->name : "Now");
}

static const char *empty(struct ui *ui)
{
    (void)ui;
    return "";
}

static const struct panel_view view = {
    .title = "History",
    .figure = figure,
    .head_lines = head_lines,
    .head = head,
    .row_lines = row_lines,
    .row = row,
    .empty = empty,
};

const struct panel_view *view_panel_history(void)
{
    return &view;
}
