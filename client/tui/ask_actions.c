/* What keys do in any question: moving in its list, and editing the line that is typed. */
#include "client/tui/ask_private.h"

/* ---------------------------------------------------------------- moving in the list */

/* Scrolling follows the focus; a help has none and scrolls itself. */
void ask_move_by(struct ui *ui, int rows_down)
{
    struct ask *a = &ui->ask;
    struct ask_row *rows;
    size_t n = ask_rows(ui, &rows);
    struct ask_box box = ask_box(ui, rows, n);
    size_t visible = box.list.h > 0 ? (size_t)box.list.h : 1;
    int step = rows_down < 0 ? -1 : 1;

    if (n == 0)
        return;
    if (a->kind == ASK_HELP) {
        size_t most = n > visible ? n - visible : 0, down = a->top + (size_t)(rows_down > 0 ? rows_down : 0);
        size_t up = (size_t)(rows_down < 0 ? -rows_down : 0);

        down = down > up ? down - up : 0;
        a->top = down < most ? down : most;
        return;
    }
    for (int left = rows_down * step; left > 0; left--) {
        size_t at = a->focus < n ? a->focus : n - 1;

        do
            at = step > 0 ? at + 1 : at - 1;
        while (at < n && !ask_selectable(&rows[at]));
        if (at >= n)
            break;
        a->focus = at;
    }
    a->top = ask_top(ui, &box, rows, n);
}

int ask_page(struct ui *ui)
{
    struct ask_row *rows;
    size_t n = ask_rows(ui, &rows);
    int height = ask_box(ui, rows, n).list.h;

    return height > 2 ? height - 1 : 1;
}

void ui_run_ask_next(struct ui *ui)
{
    ask_move_by(ui, 1);
}

void ui_run_ask_previous(struct ui *ui)
{
    ask_move_by(ui, -1);
}

void ui_run_ask_page_down(struct ui *ui)
{
    ask_move_by(ui, ask_page(ui));
}

void ui_run_ask_page_up(struct ui *ui)
{
    ask_move_by(ui, -ask_page(ui));
}

/* ---------------------------------------------------------------- the line */

void ask_line_changed(struct ask *a)
{
    a->focus = a->top = 0;
}

void ui_run_ask_left(struct ui *ui)
{
    if (ask_flows(ui->ask.kind))
        ask_move_by(ui, -ask_page(ui) - 1);
    else
        ui->ask.caret = ask_line_before(&ui->ask);
}

void ui_run_ask_right(struct ui *ui)
{
    if (ask_flows(ui->ask.kind))
        ask_move_by(ui, ask_page(ui) + 1);
    else
        ui->ask.caret = ask_line_behind(&ui->ask);
}

void ui_run_ask_word_left(struct ui *ui)
{
    ui->ask.caret = ask_line_word_before(&ui->ask);
}

void ui_run_ask_word_right(struct ui *ui)
{
    ui->ask.caret = ask_line_word_behind(&ui->ask);
}

void ui_run_ask_beginning(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        ui->ask.caret = 0;
    else
        ask_move_by(ui, -ASK_ROWS_MAX * 3);
}

void ui_run_ask_end(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        ui->ask.caret = ui->ask.len;
    else
        ask_move_by(ui, ASK_ROWS_MAX * 3);
}

static void cut(struct ui *ui, size_t from, size_t to, bool kept)
{
    if (!ask_has_line(&ui->ask) || from == to)
        return;
    ask_line_cut(&ui->ask, from, to, kept);
    ask_line_changed(&ui->ask);
}

/* On an empty line it leads back, as in a shell. */
void ui_run_ask_rub_out(struct ui *ui)
{
    struct ask *a = &ui->ask;

    if (a->len == 0 && a->kind != ASK_LINE && a->kind != ASK_CHOICE)
        ui_run_ask_cancel(ui);
    else
        cut(ui, ask_line_before(a), a->caret, false);
}

void ui_run_ask_delete(struct ui *ui)
{
    cut(ui, ui->ask.caret, ask_line_behind(&ui->ask), false);
}

void ui_run_ask_kill_word(struct ui *ui)
{
    cut(ui, ask_line_word_before(&ui->ask), ui->ask.caret, true);
}

void ui_run_ask_kill_end(struct ui *ui)
{
    cut(ui, ui->ask.caret, ui->ask.len, true);
}

void ui_run_ask_kill_beginning(struct ui *ui)
{
    cut(ui, 0, ui->ask.caret, true);
}

void ask_type(struct ui *ui, const char *bytes, size_t len)
{
    if (!ask_line_insert(&ui->ask, bytes, len) && ui->ask.len + 8 > ASK_LINE_BYTES)
        ui_say(ui, ROLE_WARN, "That line is full.");
    ask_line_changed(&ui->ask);
}

void ui_run_ask_yank(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        ask_type(ui, ui->ask.killed, ui->ask.killed_len);
}
