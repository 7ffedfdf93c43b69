/* Actions of the start screen; carried out by start.c and start_new.c. While something is being found, characters are no
 * keys: then the other keys of a row hold. */
#define ACTIONS_START(ROW)                                                                                             \
    ROW(START_OPEN, "open-canvas", "Open this canvas", CONTEXT_START, "enter", NEEDS_NOTHING_HERE, ui_run_start_open)  \
    ROW(START_FIND, "find-canvas", "Find a canvas by typing", CONTEXT_START, "/", NEEDS_NOTHING_HERE,                  \
        ui_run_start_find)                                                                                             \
    ROW(START_NEW, "new-canvas", "New canvas", CONTEXT_START, "n, ctrl-n", NEEDS_NOTHING_HERE, ui_run_start_new)       \
    ROW(START_REFRESH, "refresh", "Look again who is where", CONTEXT_START, "r, f5", NEEDS_NOTHING_HERE,               \
        ui_run_start_refresh)                                                                                          \
    ROW(START_DOWN, "next-row", "Next row", CONTEXT_START, "down, j", NEEDS_NOTHING_HERE, ui_run_start_down)           \
    ROW(START_UP, "previous-row", "Row above", CONTEXT_START, "up, k", NEEDS_NOTHING_HERE, ui_run_start_up)            \
    ROW(START_PAGE_DOWN, "rows-down", "A page down", CONTEXT_START, "page-down, ctrl-d", NEEDS_NOTHING_HERE,           \
        ui_run_start_page_down)                                                                                        \
    ROW(START_PAGE_UP, "rows-up", "A page up", CONTEXT_START, "page-up, ctrl-u", NEEDS_NOTHING_HERE,                   \
        ui_run_start_page_up)                                                                                          \
    ROW(START_FIRST, "first-row", "First row", CONTEXT_START, "home, g g", NEEDS_NOTHING_HERE, ui_run_start_first)     \
    ROW(START_LAST, "last-row", "Last row", CONTEXT_START, "end, G", NEEDS_NOTHING_HERE, ui_run_start_last)            \
    ROW(TEMPLATE_LANGUAGE, "template-language", "Templates in another language", CONTEXT_START, "l, ctrl-t",           \
        NEEDS_NOTHING_HERE, ui_run_template_language)                                                                  \
    ROW(START_BACK, "leave-start", "Clear the search, go back, leave", CONTEXT_START, "escape, q", NEEDS_NOTHING_HERE, \
        ui_run_start_back)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_START_H
#define COCANVAS_CLIENT_TUI_ACTIONS_START_H

struct ui;

void ui_run_start_open(struct ui *ui);
void ui_run_start_find(struct ui *ui);
void ui_run_start_new(struct ui *ui);
void ui_run_start_refresh(struct ui *ui);
void ui_run_start_down(struct ui *ui);
void ui_run_start_up(struct ui *ui);
void ui_run_start_page_down(struct ui *ui);
void ui_run_start_page_up(struct ui *ui);
void ui_run_start_first(struct ui *ui);
void ui_run_start_last(struct ui *ui);
void ui_run_template_language(struct ui *ui);
void ui_run_start_back(struct ui *ui);

#endif
