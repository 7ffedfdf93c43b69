/* Moving the caret, and selecting. Up, down and pages go by the lines as they were drawn last. */
#include "client/tui/typing_private.h"
#include "client/tui/wrap.h"

/* ---- along the text */

static void move(struct ui *ui, uint32_t (*to)(const struct text *t, uint32_t at), bool select)
{
    const struct text *text = typing_settle(ui);
    if (text != NULL)
        typing_caret(ui, to(text, ui->typing.caret), select);
}

/* Left or right without Shift leaves a selection at its end on that side. */
static bool leave_selection(struct ui *ui, bool to_left)
{
    uint32_t from, to;
    if (typing_settle(ui) == NULL || ui->typing.selecting)
        return false;
    typing_selection(&ui->typing, &from, &to);
    if (from == to)
        return false;
    typing_caret(ui, to_left ? from : to, false);
    return true;
}

static uint32_t text_start(const struct text *t, uint32_t at)
{
    (void)t, (void)at;
    return 0;
}

static uint32_t text_end(const struct text *t, uint32_t at)
{
    (void)at;
    return t->len_points;
}

void ui_run_type_left(struct ui *ui)
{
    if (!leave_selection(ui, true))
        move(ui, text_prev_cluster, false);
}

void ui_run_type_right(struct ui *ui)
{
    if (!leave_selection(ui, false))
        move(ui, text_next_cluster, false);
}

void ui_run_type_word_left(struct ui *ui)
{
    move(ui, text_prev_word, false);
}

void ui_run_type_word_right(struct ui *ui)
{
    move(ui, text_next_word, false);
}

void ui_run_type_line_start(struct ui *ui)
{
    move(ui, text_line_start, false);
}

void ui_run_type_line_end(struct ui *ui)
{
    move(ui, text_line_end, false);
}

void ui_run_type_text_start(struct ui *ui)
{
    move(ui, text_start, false);
}

void ui_run_type_text_end(struct ui *ui)
{
    move(ui, text_end, false);
}

void ui_run_select_left(struct ui *ui)
{
    move(ui, text_prev_cluster, true);
}

void ui_run_select_right(struct ui *ui)
{
    move(ui, text_next_cluster, true);
}

void ui_run_select_line_start(struct ui *ui)
{
    move(ui, text_line_start, true);
}

void ui_run_select_line_end(struct ui *ui)
{
    move(ui, text_line_end, true);
}

void ui_run_select_all(struct ui *ui)
{
    const struct text *text = typing_settle(ui);
    if (text == NULL)
        return;
    ui->typing.selecting = false;
    ui->typing.anchor = 0;
    typing_caret(ui, text->len_points, true);
}

void ui_run_select_mark(struct ui *ui)
{
    struct typing *t = &ui->typing;
    if (typing_settle(ui) == NULL)
        return;
    bool on = !t->selecting;
    t->selecting = false;
    typing_caret(ui, t->caret, false);
    t->selecting = on;
    ui_say(ui, ROLE_TEXT,
           on ? "Selecting: move the caret, then cut (ctrl-x) or copy (alt-w)." : "No longer selecting.");
}

/* ---- by drawn lines */

static int drawn_width(const struct typing *t)
{
    return t->width > 0 ? t->width : 60;
}

/* The caret `lines` further down (negative: up), in the column that was aimed at first. */
static void move_lines(struct ui *ui, long lines, bool select)
{
    struct typing *t = &ui->typing;
    const struct text *text = typing_settle(ui);
    struct wrap w;
    size_t line;
    int cell;
    if (text == NULL)
        return;
    wrap_init(&w);
    wrap_text(&w, text->bytes, text->len_bytes, drawn_width(t), 0);
    wrap_place(&w, text->bytes, t->caret, &line, &cell);
    int want = t->want_cell >= 0 ? t->want_cell : cell;
    long to = (long)line + lines;
    if (to < 0)
        typing_caret(ui, 0, select);
    else if (to >= (long)w.n)
        typing_caret(ui, text->len_points, select);
    else
        typing_caret(ui, wrap_point(&w, text->bytes, (size_t)to, want), select);
    t->want_cell = want;
    wrap_fini(&w);
}

static long page(const struct typing *t)
{
    return t->height > 2 ? t->height - 1 : 1;
}

void ui_run_type_up(struct ui *ui)
{
    move_lines(ui, -1, false);
}

void ui_run_type_down(struct ui *ui)
{
    move_lines(ui, 1, false);
}

void ui_run_select_up(struct ui *ui)
{
    move_lines(ui, -1, true);
}

void ui_run_select_down(struct ui *ui)
{
    move_lines(ui, 1, true);
}

void ui_run_type_page_up(struct ui *ui)
{
    move_lines(ui, -page(&ui->typing), false);
}

void ui_run_type_page_down(struct ui *ui)
{
    move_lines(ui, page(&ui->typing), false);
}

void typing_click(struct ui *ui, size_t line, int cell, bool drag)
{
    struct typing *t = &ui->typing;
    const struct text *text;
    struct wrap w;
    if (t->object == 0 && (ui->open_card == 0 || !typing_begin(ui, ui->open_card, "", 0)))
        return;
    text = typing_settle(ui);
    if (text == NULL)
        return;
    wrap_init(&w);
    wrap_text(&w, text->bytes, text->len_bytes, drawn_width(t), 0);
    if (line >= w.n)
        line = w.n - 1;
    t->selecting = false;
    typing_caret(ui, wrap_point(&w, text->bytes, line, cell > 0 ? cell : 0), drag);
    wrap_fini(&w);
}

/* ---- ending */

void ui_run_type_done(struct ui *ui)
{
    struct typing *t = &ui->typing;
    if (t->selecting) { /* Esc goes one step back: first out of the selection */
        t->selecting = false;
        typing_caret(ui, t->caret, false);
        return;
    }
    typing_end(ui);
}

/* As Tab does where nothing is typed. */
static void go_on(struct ui *ui, enum action in_card, enum action on_canvas)
{
    typing_end(ui);
    ui_do(ui, ui->open_card != 0 ? in_card : on_canvas);
}

void ui_run_type_tab(struct ui *ui)
{
    go_on(ui, ACTION_PANE_NEXT_PART, ACTION_NEXT_BLOCK);
}

void ui_run_type_back_tab(struct ui *ui)
{
    go_on(ui, ACTION_PANE_PREV_PART, ACTION_PREVIOUS_BLOCK);
}
