/* History: a line of time with what is shown and the named versions on it, who did what there, the keys, and the list of
 * named versions. */
#include <string.h>

#include "client/tui/ago.h"
#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum {
    KEYS_ROOM = 22,  /* from so many lines on with the keys */
    STRIP_ROOM = 10, /* fewer lines: a strip below the canvas */
    KEYS_LINES = 5,  /* four rows of keys, blank */
    KEY_CELLS = 19,
};

/* How the lines above the list are used. */
struct head_plan {
    int track, told, keys, title; /* first lines of these parts; keys, title -1: not there */
    int told_lines, lines;
};

static struct head_plan plan_of(struct rect inside)
{
    if (inside.h < STRIP_ROOM)
        return (struct head_plan){.told = 2, .told_lines = 2, .keys = -1, .title = -1, .lines = 4};
    if (inside.h < KEYS_ROOM)
        return (struct head_plan){.told = 3, .told_lines = 5, .keys = -1, .title = 9, .lines = 10};
    return (struct head_plan){.told = 3, .told_lines = 5, .keys = 9, .title = 9 + KEYS_LINES, .lines = 10 + KEYS_LINES};
}

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

static int head_lines(struct ui *ui, struct rect inside)
{
    (void)ui;
    return plan_of(inside).lines;
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

static const char *invitation(struct ui *ui)
{
    if (head_seq(ui) < 2)
        return "This canvas has no past yet.";
    if (!ui->panel.focused)
        return words_printf(ui, "%s brings the keys here.", ui_key(ui, ACTION_HISTORY));
    return words_printf(ui, "Step back with %s, and the canvas shows how it was. Nothing is changed by looking.",
                        ui_key(ui, ACTION_HISTORY_BACK));
}

static void told(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel *p = &ui->panel;
    const struct named *named = p->past_seq ? panel_named_of(ui, p->past_seq) : NULL;
    const char *place = p->past_seq ? panel_place(ui, p->past_object) : "";
    int used;

    if (p->past_seq == 0) {
        view_lines(g, r, style(ROLE_DIM), invitation(ui));
        return;
    }
    if (named && r.h > 2) {
        view_line(g, r.x, r.y, r.w, style(ROLE_WARN), words_printf(ui, "◆ %s", named->name));
        r.y++;
        r.h--;
    }
    used = view_lines(g, (struct rect){r.x, r.y, r.w, most(1, r.h - (*place != 0))}, style(ROLE_TEXT),
                      *p->past_sentence ? p->past_sentence : "What happened there is not known.");
    if (used < r.h)
        view_line(g, r.x, r.y + used, r.w, style(ROLE_DIM), place);
}

/* ---- the keys */

static void key_line(struct ui *ui, struct grid *g, struct rect r, enum action first, enum action second,
                     const char *what)
{
    view_line(g, r.x, r.y, KEY_CELLS - 1, style(ROLE_HINT_KEY),
              words_printf(ui, "%s, %s", ui_key(ui, first), ui_key(ui, second)));
    view_line(g, r.x + KEY_CELLS, r.y, r.w - KEY_CELLS, style(ROLE_DIM), what);
}

static void keys(struct ui *ui, struct grid *g, struct rect r)
{
    key_line(ui, g, r, ACTION_HISTORY_BACK, ACTION_HISTORY_FORWARD, "one change");
    r.y++;
    key_line(ui, g, r, ACTION_HISTORY_BACK_TEN, ACTION_HISTORY_FORWARD_TEN, "ten changes");
    r.y++;
    key_line(ui, g, r, ACTION_HISTORY_FIRST, ACTION_HISTORY_NOW, "beginning, now");
    r.y++;
    key_line(ui, g, r, ACTION_HISTORY_RESTORE, ACTION_HISTORY_NAME, "bring back, name");
}

static void head(struct ui *ui, struct grid *g, struct rect inside)
{
    struct rect r = inside;
    struct head_plan plan = plan_of(inside);

    track(ui, g, r);
    position(ui, g, (struct rect){r.x, r.y + 1, r.w, 1});
    told(ui, g, (struct rect){r.x, r.y + plan.told, r.w, plan.told_lines});
    if (plan.keys > 0 && ui->panel.focused)
        keys(ui, g, (struct rect){r.x, r.y + plan.keys, r.w, KEYS_LINES});
    if (plan.title > 0)
        view_line(g, r.x, r.y + plan.title, r.w, style(ROLE_TITLE), "Versions");
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

    if (named)
        used =
            view_line_right(g, r.x + r.w, r.y, 14, view_panel_style(ROLE_DIM, focus), ui_time(ui, named->created_ms));
    view_line(g, r.x + 1, r.y, 1, view_panel_style(here ? ROLE_HINT_KEY : ROLE_WARN, focus),
              here    ? "●"
              : named ? "◆"
                      : "○");
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
