/* Actions that are there on every screen; carried out by ui_anywhere.c. */
#define ACTIONS_ANYWHERE(ROW)                                                                                          \
    ROW(PALETTE, "palette", "All commands", CONTEXT_ANYWHERE, ":", NEEDS_NOTHING_HERE, ui_run_palette)                 \
    ROW(HELP, "help", "Help for what is on the screen", CONTEXT_ANYWHERE, "?, f1", NEEDS_NOTHING_HERE, ui_run_help)    \
    ROW(REDRAW, "redraw", "Draw the screen anew", CONTEXT_ANYWHERE, "ctrl-l", NEEDS_NOTHING_HERE, ui_run_redraw)       \
    ROW(SUSPEND, "suspend", "Back to the shell; fg returns", CONTEXT_ANYWHERE, "ctrl-z", NEEDS_NOTHING_HERE,           \
        ui_run_suspend)                                                                                                \
    ROW(QUIT, "quit", "Leave cocanvas", CONTEXT_ANYWHERE, "ctrl-c, ctrl-q", NEEDS_NOTHING_HERE, ui_run_quit)           \
    ROW(BACK, "back", "Back", CONTEXT_ANYWHERE, "escape", NEEDS_NOTHING_HERE, ui_run_back)                             \
    ROW(MOUSE, "mouse", "Mouse on or off (off: the terminal's own selection)", CONTEXT_ANYWHERE, "f9",                 \
        NEEDS_NOTHING_HERE, ui_run_mouse)                                                                              \
    ROW(RECONNECT, "reconnect", "Connect again now", CONTEXT_ANYWHERE, "", NEEDS_NOTHING_HERE, ui_run_reconnect)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_ANYWHERE_H
#define COCANVAS_CLIENT_TUI_ACTIONS_ANYWHERE_H

struct ui;

void ui_run_palette(struct ui *ui);
void ui_run_help(struct ui *ui);
void ui_run_redraw(struct ui *ui);
void ui_run_suspend(struct ui *ui);
void ui_run_quit(struct ui *ui);
void ui_run_back(struct ui *ui);
void ui_run_mouse(struct ui *ui);
void ui_run_reconnect(struct ui *ui);

#endif
