/* While a card is opened; carried out by pane.c and pane_comment.c. */
#define ACTIONS_CARD(ROW)                                                                                              \
    ROW(PANE_CLOSE, "close-card", "Close the card", CONTEXT_CARD, "escape, q", NEEDS_A_CANVAS, ui_run_pane_close)      \
    ROW(PANE_EDIT, "edit-here", "Type, change or follow what has the focus", CONTEXT_CARD, "enter, i, e",              \
        NEEDS_A_CANVAS, ui_run_pane_edit)                                                                              \
    ROW(PANE_NEXT_PART, "next-part", "Next part of the card", CONTEXT_CARD, "tab", NEEDS_A_CANVAS,                     \
        ui_run_pane_next_part)                                                                                         \
    ROW(PANE_PREV_PART, "previous-part", "Previous part of the card", CONTEXT_CARD, "shift-tab", NEEDS_A_CANVAS,       \
        ui_run_pane_prev_part)                                                                                         \
    ROW(PANE_DOWN, "pane-down", "Down", CONTEXT_CARD, "down, j", NEEDS_A_CANVAS, ui_run_pane_down)                     \
    ROW(PANE_UP, "pane-up", "Up", CONTEXT_CARD, "up, k", NEEDS_A_CANVAS, ui_run_pane_up)                               \
    ROW(PANE_PAGE_DOWN, "pane-page-down", "A page down", CONTEXT_CARD, "page-down, ctrl-d", NEEDS_A_CANVAS,            \
        ui_run_pane_page_down)                                                                                         \
    ROW(PANE_PAGE_UP, "pane-page-up", "A page up", CONTEXT_CARD, "page-up, ctrl-u", NEEDS_A_CANVAS,                    \
        ui_run_pane_page_up)                                                                                           \
    ROW(PANE_NEXT_CARD, "pane-next-card", "Next card", CONTEXT_CARD, "J, ]", NEEDS_A_CANVAS, ui_run_pane_next_card)    \
    ROW(PANE_PREV_CARD, "pane-previous-card", "Previous card", CONTEXT_CARD, "K, [", NEEDS_A_CANVAS,                   \
        ui_run_pane_prev_card)                                                                                         \
    ROW(PANE_COMMENT, "add-comment", "Comment on the card", CONTEXT_CARD, "c", NEEDS_A_CANVAS, ui_run_pane_comment)    \
    ROW(PANE_ANSWER, "answer-comment", "Answer the comment", CONTEXT_CARD, "a", NEEDS_A_CANVAS, ui_run_pane_answer)    \
    ROW(PANE_RESOLVE, "resolve-comment", "Mark the comment as resolved, or open again", CONTEXT_CARD, "r",             \
        NEEDS_A_CANVAS, ui_run_pane_resolve)                                                                           \
    ROW(PANE_ADD_FIELD, "add-field", "Add a field", CONTEXT_CARD, "+", NEEDS_A_CANVAS | NEEDS_EDITING,                 \
        ui_run_pane_add_field)                                                                                         \
    ROW(PANE_REMOVE, "remove-here", "Remove the field, link or comment", CONTEXT_CARD, "x, delete", NEEDS_A_CANVAS,    \
        ui_run_pane_remove)                                                                                            \
    ROW(PANE_REMOVE_CARD, "remove-opened", "Remove this card, or restore it", CONTEXT_CARD, "X",                       \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_pane_remove_card)                                                       \
    ROW(PANE_HISTORY, "card-history", "History", CONTEXT_CARD, "H", NEEDS_A_CANVAS, ui_run_pane_history)
