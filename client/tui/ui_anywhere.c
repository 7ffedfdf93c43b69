/* What is there on every screen: palette, help, leaving, going back one step at a time. */
#include "client/tui/ui_private.h"

void ui_run_palette(struct ui *ui)
{
    ask_palette(ui);
}

void ui_run_help(struct ui *ui)
{
    ask_help(ui);
}

void ui_run_redraw(struct ui *ui)
{
    if (ui->host->redraw)
        ui->host->redraw(ui->host->ctx);
}

void ui_run_suspend(struct ui *ui)
{
    if (ui->host->suspend)
        ui->host->suspend(ui->host->ctx);
}

void ui_run_mouse(struct ui *ui)
{
    ui->mouse_on = !ui->mouse_on;
    ui->dragging = 0;
    if (ui->host->mouse)
        ui->host->mouse(ui->host->ctx, ui->mouse_on);
    if (ui->mouse_on)
        ui_say(ui, ROLE_TEXT, "The mouse works here again.");
    else
        ui_say(ui, ROLE_TEXT, "The mouse is off: your terminal selects text with it. %s turns it on.",
               ui_key(ui, ACTION_MOUSE));
}

void ui_run_reconnect(struct ui *ui)
{
    if (ui->host->reconnect)
        ui->host->reconnect(ui->host->ctx);
}

/* ---- leaving */

static void quit_now(struct ui *ui)
{
    if (ui->typing.object)
        typing_end(ui);
    if (ui->host->quit)
        ui->host->quit(ui->host->ctx);
}

static void quit_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice == 0)
        quit_now(ui);
}

void ui_run_quit(struct ui *ui)
{
    static const struct ask_choice choices[] = {
        {'y', "Leave: they are kept on this device and sent next time"}, {'n', "Stay"}, {0, NULL}};
    size_t unsent = ui->replica ? replica_unsent_ops(ui->replica) : 0;

    if (unsent == 0 || (ui->link.online && !ui->link.degraded))
        quit_now(ui);
    else
        ask_choice(
            ui, unsent == 1 ? "One change is not saved yet." : ui_printf(ui, "%zu changes are not saved yet.", unsent),
            choices, quit_answered);
}

static void leave_canvas(struct ui *ui)
{
    if (ui->host->close)
        ui->host->close(ui->host->ctx);
}

/* ---- one step back */

/* What was begun and not finished, the latest first. True: that was the step. */
static bool step_back_here(struct ui *ui)
{
    if (ui->typing.object)
        typing_end(ui);
    else if (ui->dragging)
        ui->dragging = 0;
    else if (ui->carrying)
        ui_stop_carrying(ui);
    else if (ui->panel.kind != PANEL_NONE && ui->panel.focused)
        panel_show(ui, PANEL_NONE);
    else if (ui->open_card)
        pane_close(ui);
    else if (ui->n_marked)
        ui_unmark_all(ui);
    else if (ui->following)
        ui_follow(ui, 0);
    else if (ui->n_cut) {
        ui->n_cut = 0;
        ui_say(ui, ROLE_TEXT, "Nothing is cut any more.");
    } else
        return false;
    return true;
}

void ui_step_back(struct ui *ui, bool leave)
{
    ui->dirty = true;
    if (ui->screen == SCREEN_START) {
        ui_run_start_back(ui);
        return;
    }
    if (step_back_here(ui))
        return;
    if (ui->panel.kind != PANEL_NONE) {
        panel_show(ui, PANEL_NONE);
    } else if (ui->layout != LAYOUT_CANVAS) {
        ui->layout = LAYOUT_CANVAS;
    } else if (leave || ui->leaving) {
        ui->leaving = false;
        leave_canvas(ui);
    } else { /* fingers that are used to pressing Esc twice do not leave the workshop */
        ui->leaving = true;
        ui_say(ui, ROLE_TEXT, "Once more goes back to your canvases; everything is kept.");
    }
}

void ui_run_back(struct ui *ui)
{
    ui_step_back(ui, false);
}
