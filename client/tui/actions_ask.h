/* What one can do while something asks: moving in its list, answering, editing the line that is typed. */
#define ACTIONS_ASK(ROW)                                                                                               \
    ROW(MENU, "menu", "Menu: what can be done here", CONTEXT_START | CONTEXT_CANVAS | CONTEXT_PANEL, "space",          \
        NEEDS_NOTHING_HERE, ui_run_menu)                                                                               \
    ROW(ASK_NEXT, "ask-next", "Next in the list", CONTEXT_ASK, "down, ctrl-n, tab", NEEDS_NOTHING_HERE,                \
        ui_run_ask_next)                                                                                               \
    ROW(ASK_PREVIOUS, "ask-previous", "Previous in the list", CONTEXT_ASK, "up, ctrl-p, shift-tab",                    \
        NEEDS_NOTHING_HERE, ui_run_ask_previous)                                                                       \
    ROW(ASK_PAGE_DOWN, "ask-page-down", "A page down", CONTEXT_ASK, "page-down", NEEDS_NOTHING_HERE,                   \
        ui_run_ask_page_down)                                                                                          \
    ROW(ASK_PAGE_UP, "ask-page-up", "A page up", CONTEXT_ASK, "page-up", NEEDS_NOTHING_HERE, ui_run_ask_page_up)       \
    ROW(ASK_ACCEPT, "ask-accept", "Answer with this", CONTEXT_ASK, "enter", NEEDS_NOTHING_HERE, ui_run_ask_accept)     \
    ROW(ASK_CANCEL, "ask-cancel", "Leave the question", CONTEXT_ASK, "escape, ctrl-g, ctrl-c", NEEDS_NOTHING_HERE,     \
        ui_run_ask_cancel)                                                                                             \
    ROW(ASK_LEFT, "ask-left", "A character to the left", CONTEXT_ASK, "left, ctrl-b", NEEDS_NOTHING_HERE,              \
        ui_run_ask_left)                                                                                               \
    ROW(ASK_RIGHT, "ask-right", "A character to the right", CONTEXT_ASK, "right, ctrl-f", NEEDS_NOTHING_HERE,          \
        ui_run_ask_right)                                                                                              \
    ROW(ASK_WORD_LEFT, "ask-word-left", "A word to the left", CONTEXT_ASK, "alt-b, ctrl-left", NEEDS_NOTHING_HERE,     \
        ui_run_ask_word_left)                                                                                          \
    ROW(ASK_WORD_RIGHT, "ask-word-right", "A word to the right", CONTEXT_ASK, "alt-f, ctrl-right",                     \
        NEEDS_NOTHING_HERE, ui_run_ask_word_right)                                                                     \
    ROW(ASK_BEGINNING, "ask-beginning", "Beginning of the line", CONTEXT_ASK, "home, ctrl-a", NEEDS_NOTHING_HERE,      \
        ui_run_ask_beginning)                                                                                          \
    ROW(ASK_END, "ask-end", "End of the line", CONTEXT_ASK, "end, ctrl-e", NEEDS_NOTHING_HERE, ui_run_ask_end)         \
    ROW(ASK_RUB_OUT, "ask-rub-out", "Take the character before away", CONTEXT_ASK, "backspace, ctrl-h",                \
        NEEDS_NOTHING_HERE, ui_run_ask_rub_out)                                                                        \
    ROW(ASK_DELETE, "ask-delete", "Take the character behind away", CONTEXT_ASK, "delete, ctrl-d", NEEDS_NOTHING_HERE, \
        ui_run_ask_delete)                                                                                             \
    ROW(ASK_KILL_WORD, "ask-kill-word", "Cut the word before", CONTEXT_ASK, "ctrl-w, alt-backspace",                   \
        NEEDS_NOTHING_HERE, ui_run_ask_kill_word)                                                                      \
    ROW(ASK_KILL_END, "ask-kill-end", "Cut the rest of the line", CONTEXT_ASK, "ctrl-k", NEEDS_NOTHING_HERE,           \
        ui_run_ask_kill_end)                                                                                           \
    ROW(ASK_KILL_BEGINNING, "ask-kill-beginning", "Cut the line up to here", CONTEXT_ASK, "ctrl-u",                    \
        NEEDS_NOTHING_HERE, ui_run_ask_kill_beginning)                                                                 \
    ROW(ASK_YANK, "ask-yank", "Put what was cut", CONTEXT_ASK, "ctrl-y", NEEDS_NOTHING_HERE, ui_run_ask_yank)

void ui_run_menu(struct ui *ui);
void ui_run_ask_next(struct ui *ui);
void ui_run_ask_previous(struct ui *ui);
void ui_run_ask_page_down(struct ui *ui);
void ui_run_ask_page_up(struct ui *ui);
void ui_run_ask_accept(struct ui *ui);
void ui_run_ask_cancel(struct ui *ui);
void ui_run_ask_left(struct ui *ui);
void ui_run_ask_right(struct ui *ui);
void ui_run_ask_word_left(struct ui *ui);
void ui_run_ask_word_right(struct ui *ui);
void ui_run_ask_beginning(struct ui *ui);
void ui_run_ask_end(struct ui *ui);
void ui_run_ask_rub_out(struct ui *ui);
void ui_run_ask_delete(struct ui *ui);
void ui_run_ask_kill_word(struct ui *ui);
void ui_run_ask_kill_end(struct ui *ui);
void ui_run_ask_kill_beginning(struct ui *ui);
void ui_run_ask_yank(struct ui *ui);
