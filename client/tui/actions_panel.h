/* Actions of the panels: people, activity, history, search; carried out by panel.c and panel_*.c. */
#define ACTIONS_PANEL(ROW)                                                                                             \
    ROW(PEOPLE, "people", "Who is here", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL, "@, f2", NEEDS_A_CANVAS,       \
        ui_run_people)                                                                                                 \
    ROW(ACTIVITY, "activity", "What happened lately", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL, "g a, f3",        \
        NEEDS_A_CANVAS, ui_run_activity)                                                                               \
    ROW(HISTORY, "history", "History: back in time, and restore", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL,       \
        "g h, f4", NEEDS_A_CANVAS, ui_run_history)                                                                     \
    ROW(SEARCH, "search", "Search in all cards", CONTEXT_CANVAS | CONTEXT_PANEL, "/, ctrl-f", NEEDS_A_CANVAS,          \
        ui_run_search)                                                                                                 \
    ROW(SEARCH_NEXT, "search-next", "Next card that fits the search", CONTEXT_CANVAS, "n", NEEDS_A_CANVAS,             \
        ui_run_search_next)                                                                                            \
    ROW(SEARCH_PREVIOUS, "search-previous", "Card before that fits the search", CONTEXT_CANVAS, "N", NEEDS_A_CANVAS,   \
        ui_run_search_previous)                                                                                        \
    ROW(NAME_NOW, "name-version", "Name the canvas as it is now", CONTEXT_CANVAS, "", NEEDS_A_CANVAS | NEEDS_EDITING,  \
        ui_run_name_now)                                                                                               \
    ROW(PANEL_GO, "go-there", "Go there", CONTEXT_PANEL, "enter", NEEDS_A_CANVAS, ui_run_panel_go)                     \
    ROW(PANEL_FOLLOW, "follow-person", "Follow this person, or stop", CONTEXT_PANEL, "f", NEEDS_A_CANVAS,              \
        ui_run_panel_follow)                                                                                           \
    ROW(ADMIT, "admit-guest", "Let this guest in", CONTEXT_PANEL, "a", NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_admit)   \
    ROW(ADMIT_ALL, "admit-all", "Let everybody in who waits", CONTEXT_PANEL, "A", NEEDS_A_CANVAS | NEEDS_LEADING,      \
        ui_run_admit_all)                                                                                              \
    ROW(DENY, "deny-guest", "Send this guest away", CONTEXT_PANEL, "d", NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_deny)   \
    ROW(PERSON_ROLE, "change-role", "Change what this person may do here", CONTEXT_PANEL, "r",                         \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_person_role)                                                            \
    ROW(PERSON_REVERT, "revert-person", "Take back what this person did", CONTEXT_PANEL, "u",                          \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_person_revert)                                                          \
    ROW(PERSON_REMOVE, "remove-person", "Remove this person", CONTEXT_PANEL, "x", NEEDS_A_CANVAS | NEEDS_LEADING,      \
        ui_run_person_remove)                                                                                          \
    ROW(LOCK_CANVAS, "lock-canvas", "Lock all blocks, or open them", CONTEXT_CANVAS | CONTEXT_PANEL, "",               \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_lock_canvas)                                                            \
    ROW(GUESTS_OPEN, "open-session", "Open this canvas for guests", CONTEXT_CANVAS, "",                                \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_guests_open)                                                            \
    ROW(GUESTS_CODE, "make-code", "Make a code that lets guests in", CONTEXT_CANVAS, "",                               \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_guests_code)                                                            \
    ROW(GUESTS_CLOSE, "close-session", "Close it: all guests are out", CONTEXT_CANVAS, "",                             \
        NEEDS_A_CANVAS | NEEDS_LEADING, ui_run_guests_close)                                                           \
    ROW(PANEL_DOWN, "panel-down", "Next row", CONTEXT_PANEL, "down, j, ctrl-n", NEEDS_A_CANVAS, ui_run_panel_down)     \
    ROW(PANEL_UP, "panel-up", "Row above", CONTEXT_PANEL, "up, k, ctrl-p", NEEDS_A_CANVAS, ui_run_panel_up)            \
    ROW(PANEL_PAGE_DOWN, "panel-page-down", "A page down", CONTEXT_PANEL, "page-down, ctrl-d", NEEDS_A_CANVAS,         \
        ui_run_panel_page_down)                                                                                        \
    ROW(PANEL_PAGE_UP, "panel-page-up", "A page up", CONTEXT_PANEL, "page-up, ctrl-u", NEEDS_A_CANVAS,                 \
        ui_run_panel_page_up)                                                                                          \
    ROW(PANEL_FIRST, "panel-first", "First row", CONTEXT_PANEL, "home, g g", NEEDS_A_CANVAS, ui_run_panel_first)       \
    ROW(PANEL_LAST, "panel-last", "Last row", CONTEXT_PANEL, "end, G", NEEDS_A_CANVAS, ui_run_panel_last)              \
    ROW(PANEL_LEAVE, "leave-panel", "Back to the canvas; the panel stays", CONTEXT_PANEL, "tab, shift-tab",            \
        NEEDS_A_CANVAS, ui_run_panel_leave)                                                                            \
    ROW(PANEL_CLOSE, "close-panel", "Close the panel", CONTEXT_PANEL, "escape, q", NEEDS_A_CANVAS, ui_run_panel_close) \
    ROW(HISTORY_BACK, "step-back", "One change back", CONTEXT_HISTORY, "left, h", NEEDS_A_CANVAS, ui_run_history_back) \
    ROW(HISTORY_FORWARD, "step-forward", "One change forward", CONTEXT_HISTORY, "right, l", NEEDS_A_CANVAS,            \
        ui_run_history_forward)                                                                                        \
    ROW(HISTORY_BACK_TEN, "step-back-ten", "Ten changes back", CONTEXT_HISTORY, "page-up, shift-left, H",              \
        NEEDS_A_CANVAS, ui_run_history_back_ten)                                                                       \
    ROW(HISTORY_FORWARD_TEN, "step-forward-ten", "Ten changes forward", CONTEXT_HISTORY, "page-down, shift-right, L",  \
        NEEDS_A_CANVAS, ui_run_history_forward_ten)                                                                    \
    ROW(HISTORY_FIRST, "step-first", "The beginning", CONTEXT_HISTORY, "home, g g", NEEDS_A_CANVAS,                    \
        ui_run_history_first)                                                                                          \
    ROW(HISTORY_NOW, "step-now", "Now", CONTEXT_HISTORY, "end, G", NEEDS_A_CANVAS, ui_run_history_now)                 \
    ROW(HISTORY_RESTORE, "restore-past", "Bring back what is shown: this card, or everything", CONTEXT_HISTORY, "r",   \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_history_restore)                                                        \
    ROW(HISTORY_NAME, "name-this-version", "Name this version", CONTEXT_HISTORY, "n", NEEDS_A_CANVAS | NEEDS_EDITING,  \
        ui_run_history_name)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_PANEL_H
#define COCANVAS_CLIENT_TUI_ACTIONS_PANEL_H

struct ui;

void ui_run_people(struct ui *ui);
void ui_run_activity(struct ui *ui);
void ui_run_history(struct ui *ui);
void ui_run_search(struct ui *ui);
void ui_run_search_next(struct ui *ui);
void ui_run_search_previous(struct ui *ui);
void ui_run_name_now(struct ui *ui);
void ui_run_panel_go(struct ui *ui);
void ui_run_panel_follow(struct ui *ui);
void ui_run_admit(struct ui *ui);
void ui_run_admit_all(struct ui *ui);
void ui_run_deny(struct ui *ui);
void ui_run_person_role(struct ui *ui);
void ui_run_person_revert(struct ui *ui);
void ui_run_person_remove(struct ui *ui);
void ui_run_lock_canvas(struct ui *ui);
void ui_run_guests_open(struct ui *ui);
void ui_run_guests_code(struct ui *ui);
void ui_run_guests_close(struct ui *ui);
void ui_run_panel_down(struct ui *ui);
void ui_run_panel_up(struct ui *ui);
void ui_run_panel_page_down(struct ui *ui);
void ui_run_panel_page_up(struct ui *ui);
void ui_run_panel_first(struct ui *ui);
void ui_run_panel_last(struct ui *ui);
void ui_run_panel_leave(struct ui *ui);
void ui_run_panel_close(struct ui *ui);
void ui_run_history_back(struct ui *ui);
void ui_run_history_forward(struct ui *ui);
void ui_run_history_back_ten(struct ui *ui);
void ui_run_history_forward_ten(struct ui *ui);
void ui_run_history_first(struct ui *ui);
void ui_run_history_now(struct ui *ui);
void ui_run_history_restore(struct ui *ui);
void ui_run_history_name(struct ui *ui);

#endif
