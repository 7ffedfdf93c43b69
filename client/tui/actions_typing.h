/* While a text is being typed; carried out by typing_*.c. Characters and paste have no rows: they are the text. */
#define ACTIONS_TYPING(ROW)                                                                                            \
    ROW(TYPE_DONE, "stop-typing", "Done with this text", CONTEXT_TYPING, "escape", NEEDS_A_CANVAS, ui_run_type_done)   \
    ROW(TYPE_ENTER, "enter-typing", "Next line; in a new card: next card", CONTEXT_TYPING, "enter", NEEDS_A_CANVAS,    \
        ui_run_type_enter)                                                                                             \
    ROW(TYPE_NEWLINE, "new-line", "New line in this text", CONTEXT_TYPING, "alt-enter, ctrl-j", NEEDS_A_CANVAS,        \
        ui_run_type_newline)                                                                                           \
    ROW(TYPE_TAB, "stop-typing-next", "Done; on to the next part or block", CONTEXT_TYPING, "tab", NEEDS_A_CANVAS,     \
        ui_run_type_tab)                                                                                               \
    ROW(TYPE_BACK_TAB, "stop-typing-previous", "Done; back to the part or block before", CONTEXT_TYPING, "shift-tab",  \
        NEEDS_A_CANVAS, ui_run_type_back_tab)                                                                          \
    ROW(TYPE_LEFT, "caret-left", "Caret left", CONTEXT_TYPING, "left, ctrl-b", NEEDS_A_CANVAS, ui_run_type_left)       \
    ROW(TYPE_RIGHT, "caret-right", "Caret right", CONTEXT_TYPING, "right, ctrl-f", NEEDS_A_CANVAS, ui_run_type_right)  \
    ROW(TYPE_UP, "caret-up", "Caret up", CONTEXT_TYPING, "up, ctrl-p", NEEDS_A_CANVAS, ui_run_type_up)                 \
    ROW(TYPE_DOWN, "caret-down", "Caret down", CONTEXT_TYPING, "down, ctrl-n", NEEDS_A_CANVAS, ui_run_type_down)       \
    ROW(TYPE_WORD_LEFT, "caret-word-left", "One word left", CONTEXT_TYPING, "ctrl-left, alt-left, alt-b",              \
        NEEDS_A_CANVAS, ui_run_type_word_left)                                                                         \
    ROW(TYPE_WORD_RIGHT, "caret-word-right", "One word right", CONTEXT_TYPING, "ctrl-right, alt-right, alt-f",         \
        NEEDS_A_CANVAS, ui_run_type_word_right)                                                                        \
    ROW(TYPE_LINE_START, "caret-line-start", "To the line's beginning", CONTEXT_TYPING, "home, ctrl-a",                \
        NEEDS_A_CANVAS, ui_run_type_line_start)                                                                        \
    ROW(TYPE_LINE_END, "caret-line-end", "To the line's end", CONTEXT_TYPING, "end, ctrl-e", NEEDS_A_CANVAS,           \
        ui_run_type_line_end)                                                                                          \
    ROW(TYPE_PAGE_UP, "caret-page-up", "A page up", CONTEXT_TYPING, "page-up", NEEDS_A_CANVAS, ui_run_type_page_up)    \
    ROW(TYPE_PAGE_DOWN, "caret-page-down", "A page down", CONTEXT_TYPING, "page-down", NEEDS_A_CANVAS,                 \
        ui_run_type_page_down)                                                                                         \
    ROW(TYPE_TEXT_START, "caret-text-start", "To the text's beginning", CONTEXT_TYPING, "ctrl-home, alt-<",            \
        NEEDS_A_CANVAS, ui_run_type_text_start)                                                                        \
    ROW(TYPE_TEXT_END, "caret-text-end", "To the text's end", CONTEXT_TYPING, "ctrl-end, alt->", NEEDS_A_CANVAS,       \
        ui_run_type_text_end)                                                                                          \
    ROW(SELECT_LEFT, "select-left", "Select to the left", CONTEXT_TYPING, "shift-left", NEEDS_A_CANVAS,                \
        ui_run_select_left)                                                                                            \
    ROW(SELECT_RIGHT, "select-right", "Select to the right", CONTEXT_TYPING, "shift-right", NEEDS_A_CANVAS,            \
        ui_run_select_right)                                                                                           \
    ROW(SELECT_UP, "select-up", "Select upwards", CONTEXT_TYPING, "shift-up", NEEDS_A_CANVAS, ui_run_select_up)        \
    ROW(SELECT_DOWN, "select-down", "Select downwards", CONTEXT_TYPING, "shift-down", NEEDS_A_CANVAS,                  \
        ui_run_select_down)                                                                                            \
    ROW(SELECT_LINE_START, "select-line-start", "Select to the line's beginning", CONTEXT_TYPING, "shift-home",        \
        NEEDS_A_CANVAS, ui_run_select_line_start)                                                                      \
    ROW(SELECT_LINE_END, "select-line-end", "Select to the line's end", CONTEXT_TYPING, "shift-end", NEEDS_A_CANVAS,   \
        ui_run_select_line_end)                                                                                        \
    ROW(SELECT_ALL, "select-all", "Select the whole text", CONTEXT_TYPING, "alt-a", NEEDS_A_CANVAS, ui_run_select_all) \
    ROW(SELECT_MARK, "select-mark", "Begin a selection here", CONTEXT_TYPING, "ctrl-space", NEEDS_A_CANVAS,            \
        ui_run_select_mark)                                                                                            \
    ROW(TYPE_COPY, "copy-text", "Copy what is selected", CONTEXT_TYPING, "ctrl-c, alt-w, alt-c", NEEDS_A_CANVAS,       \
        ui_run_type_copy)                                                                                              \
    ROW(TYPE_CUT, "cut-text", "Cut what is selected", CONTEXT_TYPING, "ctrl-x, alt-x", NEEDS_A_CANVAS,                 \
        ui_run_type_cut)                                                                                               \
    ROW(TYPE_PASTE, "paste-text", "Put in what was cut or copied", CONTEXT_TYPING, "ctrl-y, ctrl-v", NEEDS_A_CANVAS,   \
        ui_run_type_paste)                                                                                             \
    ROW(TYPE_BACKSPACE, "delete-left", "Delete to the left", CONTEXT_TYPING, "backspace, ctrl-h", NEEDS_A_CANVAS,      \
        ui_run_type_backspace)                                                                                         \
    ROW(TYPE_DELETE, "delete-right", "Delete to the right", CONTEXT_TYPING, "delete, ctrl-d", NEEDS_A_CANVAS,          \
        ui_run_type_delete)                                                                                            \
    ROW(TYPE_CUT_WORD_LEFT, "cut-word-left", "Cut the word to the left", CONTEXT_TYPING, "ctrl-w, alt-backspace",      \
        NEEDS_A_CANVAS, ui_run_type_cut_word_left)                                                                     \
    ROW(TYPE_CUT_WORD_RIGHT, "cut-word-right", "Cut the word to the right", CONTEXT_TYPING, "alt-d", NEEDS_A_CANVAS,   \
        ui_run_type_cut_word_right)                                                                                    \
    ROW(TYPE_CUT_LINE_END, "cut-line-end", "Cut to the line's end", CONTEXT_TYPING, "ctrl-k", NEEDS_A_CANVAS,          \
        ui_run_type_cut_line_end)                                                                                      \
    ROW(TYPE_CUT_LINE_START, "cut-line-start", "Cut to the line's beginning", CONTEXT_TYPING, "ctrl-u",                \
        NEEDS_A_CANVAS, ui_run_type_cut_line_start)                                                                    \
    ROW(TYPE_UNDO, "undo-typing", "Take back", CONTEXT_TYPING, "alt-u, ctrl-_", NEEDS_A_CANVAS, ui_run_type_undo)      \
    ROW(TYPE_REDO, "redo-typing", "Do again", CONTEXT_TYPING, "ctrl-r, alt-r", NEEDS_A_CANVAS, ui_run_type_redo)       \
    ROW(TYPE_NEXT_CARD, "enter-next-card", "Enter in a new card begins the next one: on or off",                       \
        CONTEXT_TYPING | CONTEXT_CANVAS, "alt-n", NEEDS_A_CANVAS, ui_run_type_next_card)
