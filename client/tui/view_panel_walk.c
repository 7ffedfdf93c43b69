/* The guided walk (the step's words on top, all steps below), and hints. */
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum { TEXT_LINES = 10, HINT_LINES = 4, LIST_LEAST = 4 };

/* ---- walk */

static const char *walk_figure(struct ui *ui)
{
    return words_printf(ui, "step %zu of %zu", ui->panel.focus + 1, ui->panel.n_items);
}

/* The lines of its text that leave room for some of the list. */
static int text_lines(struct ui *ui, const char *text, struct rect inside)
{
    (void)ui;
    return view_lines_count(text, inside.w, most(1, least(TEXT_LINES, inside.h - LIST_LEAST - 5)));
}

static bool step_here(struct ui *ui, struct walk_step *out)
{
    struct walk_step *steps;
    size_t n = walk_steps(ui, &steps);

    if (ui->panel.focus >= n)
        return false;
    *out = steps[ui->panel.focus];
    return true;
}

/* Title, text, what is there, keys, and a blank line. */
static int walk_head_lines(struct ui *ui, struct rect inside)
{
    struct walk_step step;
    return step_here(ui, &step) ? text_lines(ui, step.text, inside) + 4 : 0;
}

static const char *opens_words(const struct walk_step *step)
{
    if (strcmp(step->opens, "review") == 0)
        return "begins the review";
    if (strcmp(step->opens, "table") == 0 || strcmp(step->opens, "measures") == 0)
        return "to the table";
    return *step->block ? "to the block" : "to the canvas";
}

static void walk_head(struct ui *ui, struct grid *g, struct rect r)
{
    struct walk_step step;
    int y = r.y, lines;

    if (!step_here(ui, &step))
        return;
    view_line(g, r.x, y++, r.w, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), step.title);
    lines = text_lines(ui, step.text, r);
    y += view_lines(g, (struct rect){r.x, y, r.w, lines}, style(ROLE_TEXT), step.text);
    view_line(g, r.x, y++, r.w, style(ROLE_GOOD), words_printf(ui, "%s %s", sign(ui, SIGN_LINK), walk_state(ui, &step)));
    view_line(g, r.x, y, r.w, style(ROLE_DIM),
              words_printf(ui, "%s %s, %s next, %s back", ui_key(ui, ACTION_PANEL_GO), opens_words(&step),
                           ui_key(ui, ACTION_METHOD_FORWARD), ui_key(ui, ACTION_METHOD_BACK)));
}

static int one_line(struct ui *ui, size_t row, int width)
{
    (void)ui, (void)row, (void)width;
    return 1;
}

static void walk_row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    struct walk_step *steps;
    size_t n = walk_steps(ui, &steps);
    bool been = at < ui->panel.walked && at != ui->panel.focus;

    if (at >= n)
        return;
    grid_put(g, r.x + 1, r.y, view_panel_style(been ? ROLE_GOOD : ROLE_DIM, focus), been ? sign(ui, SIGN_MARKED) : " ");
    view_line(g, r.x + 3, r.y, r.w - 3, view_panel_style(been ? ROLE_DIM : ROLE_TEXT, focus),
              words_printf(ui, "%2zu %s", at + 1, steps[at].title));
}

static const char *walk_empty(struct ui *ui)
{
    (void)ui;
    return "This canvas has no guided walk.";
}

static const struct panel_view walk = {
    .title = "Guided walk",
    .figure = walk_figure,
    .head_lines = walk_head_lines,
    .head = walk_head,
    .row_lines = one_line,
    .row = walk_row,
    .empty = walk_empty,
};

const struct panel_view *view_panel_walk(void)
{
    return &walk;
}

/* ---- hints */

static const char *hints_figure(struct ui *ui)
{
    return ui->panel.n_items ? words_printf(ui, "%zu", ui->panel.n_items) : "";
}

static int no_head_lines(struct ui *ui, struct rect inside)
{
    (void)ui, (void)inside;
    return 0;
}

static void no_head(struct ui *ui, struct grid *g, struct rect r)
{
    (void)ui, (void)g, (void)r;
}

static const char *hint_words(struct ui *ui, size_t row)
{
    const struct finding *finding = panel_hint(ui, row < ui->panel.n_items ? ui->panel.items[row].id : 0);
    return finding ? finding->text : "";
}

/* Where it is: "Plan: 7.12 “…”"; of a part its card. */
static const char *hint_place(struct ui *ui, size_t row)
{
    const struct finding *finding = panel_hint(ui, row < ui->panel.n_items ? ui->panel.items[row].id : 0);
    const struct canvas *c = panel_canvas(ui);
    struct card *card = finding ? canvas_card(c, finding->object) : NULL;
    struct card *whole = ui_whole_card(c, card);

    if (!finding || finding->object == 0)
        return "the canvas";
    if (whole && whole != card) /* a part: its own words, and where */
        return words_printf(ui, "%s, of %s", ui_card_words(ui, finding->object), panel_place(ui, whole->o.id));
    return panel_place(ui, finding->object);
}

static int hint_row_lines(struct ui *ui, size_t row, int width)
{
    return most(1, view_lines_count(hint_words(ui, row), width - 2, HINT_LINES)) + 1;
}

static void hint_row(struct ui *ui, struct grid *g, struct rect r, size_t row, bool focus)
{
    struct rect text = {r.x + 2, r.y, r.w - 2, r.h - 1};

    grid_put(g, r.x, r.y, view_panel_style(ROLE_DIM, focus), sign(ui, SIGN_CARD));
    view_lines(g, text, view_panel_style(ROLE_TEXT, focus), hint_words(ui, row));
    view_line(g, text.x, r.y + r.h - 1, text.w, view_panel_style(ROLE_DIM, focus), hint_place(ui, row));
}

static const char *hints_empty(struct ui *ui)
{
    (void)ui;
    return "Nothing is missing and nothing looks odd.";
}

static const struct panel_view hints = {
    .title = "Hints",
    .figure = hints_figure,
    .head_lines = no_head_lines,
    .head = no_head,
    .row_lines = hint_row_lines,
    .row = hint_row,
    .empty = hints_empty,
};

const struct panel_view *view_panel_hints(void)
{
    return &hints;
}
