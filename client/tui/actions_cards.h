/* What one does to cards and blocks; carried out by ui_cards.c, ui_set.c, ui_blocks.c, ui_block_more.c and ui_outside.c. */
#define ACTIONS_CARDS(ROW)                                                                                             \
    ROW(NEW_CARD, "new-card", "New card below", CONTEXT_CANVAS, "a, o", NEEDS_A_BLOCK | NEEDS_EDITING,                 \
        ui_run_new_card)                                                                                               \
    ROW(NEW_CARD_BEFORE, "new-card-before", "New card above", CONTEXT_CANVAS, "i, O", NEEDS_A_BLOCK | NEEDS_EDITING,   \
        ui_run_new_card_before)                                                                                        \
    ROW(NEW_CARD_LAST, "new-card-last", "New card at the end of the block", CONTEXT_CANVAS, "A",                       \
        NEEDS_A_BLOCK | NEEDS_EDITING, ui_run_new_card_last)                                                           \
    ROW(EDIT, "edit", "Type in the card here", CONTEXT_CANVAS, "e", NEEDS_A_CARD | NEEDS_EDITING, ui_run_edit)         \
    ROW(FIELD, "field", "Change a field: the one of the cell, or which you choose", CONTEXT_CANVAS, "=",               \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_field)                                                                    \
    ROW(CLEAR_FIELD, "clear-field", "Empty the field of the cell", CONTEXT_CANVAS, "-", NEEDS_A_CARD | NEEDS_EDITING,  \
        ui_run_clear_field)                                                                                            \
    ROW(EDITOR, "editor", "Edit the text in your editor ($EDITOR)", CONTEXT_CANVAS | CONTEXT_CARD, "E",                \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_editor)                                                                   \
    ROW(REMOVE, "remove", "Remove the card (undo brings it back)", CONTEXT_CANVAS, "d d, delete",                      \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_remove)                                                                   \
    ROW(RESTORE, "restore", "Bring back a removed card", CONTEXT_CANVAS, "U", NEEDS_A_CANVAS | NEEDS_EDITING,          \
        ui_run_restore)                                                                                                \
    ROW(DUPLICATE, "duplicate", "Copy the card below itself", CONTEXT_CANVAS, "D", NEEDS_A_CARD | NEEDS_EDITING,       \
        ui_run_duplicate)                                                                                              \
    ROW(MOVE_DOWN, "move-down", "Move the card down", CONTEXT_CANVAS, "J, shift-down, alt-down",                       \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_move_down)                                                                \
    ROW(MOVE_UP, "move-up", "Move the card up", CONTEXT_CANVAS, "K, shift-up, alt-up", NEEDS_A_CARD | NEEDS_EDITING,   \
        ui_run_move_up)                                                                                                \
    ROW(MOVE_LEFT, "move-left", "Move the card to the block at the left", CONTEXT_CANVAS, "<, shift-left, alt-left",   \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_move_left)                                                                \
    ROW(MOVE_RIGHT, "move-right", "Move the card to the block at the right", CONTEXT_CANVAS,                           \
        ">, shift-right, alt-right", NEEDS_A_CARD | NEEDS_EDITING, ui_run_move_right)                                  \
    ROW(MOVE, "move", "Move the card to another block", CONTEXT_CANVAS | CONTEXT_CARD, "m",                            \
        NEEDS_A_CARD | NEEDS_EDITING, ui_run_move)                                                                     \
    ROW(CUT, "cut", "Cut: paste puts the card elsewhere", CONTEXT_CANVAS, "x", NEEDS_A_CARD | NEEDS_EDITING,           \
        ui_run_cut)                                                                                                    \
    ROW(PASTE, "paste", "Put the cut cards below", CONTEXT_CANVAS, "p", NEEDS_A_BLOCK | NEEDS_EDITING, ui_run_paste)   \
    ROW(PASTE_BEFORE, "paste-before", "Put the cut cards above", CONTEXT_CANVAS, "P", NEEDS_A_BLOCK | NEEDS_EDITING,   \
        ui_run_paste_before)                                                                                           \
    ROW(COPY, "copy", "Copy the text to the clipboard", CONTEXT_CANVAS | CONTEXT_CARD, "y", NEEDS_A_BLOCK,             \
        ui_run_copy)                                                                                                   \
    ROW(MARK, "mark", "Mark the card; actions are then about all marked ones", CONTEXT_CANVAS, "s, insert",            \
        NEEDS_A_CARD, ui_run_mark)                                                                                     \
    ROW(MARK_RANGE, "mark-range", "Mark from here to where you move", CONTEXT_CANVAS, "V", NEEDS_A_CARD,               \
        ui_run_mark_range)                                                                                             \
    ROW(MARK_BLOCK, "mark-block", "Mark all cards of the block", CONTEXT_CANVAS, "ctrl-a", NEEDS_A_BLOCK,              \
        ui_run_mark_block)                                                                                             \
    ROW(UNMARK, "unmark", "Take all marks away", CONTEXT_CANVAS, "g u", NEEDS_A_CANVAS, ui_run_unmark)                 \
    ROW(COLOUR, "colour", "Colour", CONTEXT_CANVAS | CONTEXT_CARD, "C", NEEDS_A_CARD | NEEDS_EDITING, ui_run_colour)   \
    ROW(TAG, "tag", "Tag, or take a tag away", CONTEXT_CANVAS | CONTEXT_CARD, "#", NEEDS_A_CARD | NEEDS_EDITING,       \
        ui_run_tag)                                                                                                    \
    ROW(VOTE, "vote", "Vote for the card, or take the vote back", CONTEXT_CANVAS | CONTEXT_CARD, "v",                  \
        NEEDS_A_CARD | NEEDS_COMMENTING, ui_run_vote)                                                                  \
    ROW(LINK, "link", "Link to another card", CONTEXT_CANVAS | CONTEXT_CARD, "L", NEEDS_A_CARD | NEEDS_EDITING,        \
        ui_run_link)                                                                                                   \
    ROW(FOLLOW_LINK, "follow-link", "Go to a linked card", CONTEXT_CANVAS, "g l, ctrl-]", NEEDS_A_CARD,                \
        ui_run_follow_link)                                                                                            \
    ROW(UNLINK, "unlink", "Take a link away", CONTEXT_CANVAS, "", NEEDS_A_CARD | NEEDS_EDITING, ui_run_unlink)         \
    ROW(COMMENT, "comment", "Comment on the card or block", CONTEXT_CANVAS, "c", NEEDS_A_BLOCK, ui_run_comment)        \
    ROW(SPLIT, "split", "Split the card: each line becomes a card", CONTEXT_CANVAS, "", NEEDS_A_CARD | NEEDS_EDITING,  \
        ui_run_split)                                                                                                  \
    ROW(MERGE, "merge", "Join the marked cards into one", CONTEXT_CANVAS, "", NEEDS_A_CARD | NEEDS_EDITING,            \
        ui_run_merge)                                                                                                  \
    ROW(UNDO, "undo", "Take back your last change", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_METHOD, "u",               \
        NEEDS_A_CANVAS | NEEDS_COMMENTING, ui_run_undo)                                                                \
    ROW(REDO, "redo", "Do again what you took back", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_METHOD, "ctrl-r",         \
        NEEDS_A_CANVAS | NEEDS_COMMENTING, ui_run_redo)                                                                \
    ROW(RENAME_BLOCK, "rename-block", "Rename the block", CONTEXT_CANVAS, "b r", NEEDS_A_BLOCK | NEEDS_EDITING,        \
        ui_run_rename_block)                                                                                           \
    ROW(EDIT_PROMPT, "edit-prompt", "Change the block's question", CONTEXT_CANVAS, "b q",                              \
        NEEDS_A_BLOCK | NEEDS_EDITING, ui_run_edit_prompt)                                                             \
    ROW(ADD_BLOCK, "add-block", "Add a block", CONTEXT_CANVAS, "b a", NEEDS_A_CANVAS | NEEDS_EDITING,                  \
        ui_run_add_block)                                                                                              \
    ROW(REMOVE_BLOCK, "remove-block", "Remove the block", CONTEXT_CANVAS, "b d", NEEDS_A_BLOCK | NEEDS_EDITING,        \
        ui_run_remove_block)                                                                                           \
    ROW(LOCK_BLOCK, "lock-block", "Lock or unlock the block", CONTEXT_CANVAS, "b l",                                   \
        NEEDS_A_BLOCK | NEEDS_EDITING | NEEDS_LEADING, ui_run_lock_block)                                              \
    ROW(BLOCK_RIGHTS, "block-rights", "Who may do what in the block", CONTEXT_CANVAS, "b w",                           \
        NEEDS_A_BLOCK | NEEDS_EDITING | NEEDS_LEADING, ui_run_block_rights)                                            \
    ROW(BLOCK_COMMENTS, "block-comments", "Read and answer the comments on the block", CONTEXT_CANVAS, "b m",          \
        NEEDS_A_BLOCK, ui_run_block_comments)                                                                          \
    ROW(PLACE_BLOCK, "place-block", "Move the block on the grid, or resize it", CONTEXT_CANVAS, "b p",                 \
        NEEDS_A_BLOCK | NEEDS_EDITING, ui_run_place_block)                                                             \
    ROW(EDIT_HELP, "edit-help", "Change the block's help text", CONTEXT_CANVAS, "b h",                                 \
        NEEDS_A_BLOCK | NEEDS_EDITING, ui_run_edit_help)                                                               \
    ROW(RENAME_CANVAS, "rename-canvas", "Rename the canvas", CONTEXT_CANVAS, "b c", NEEDS_A_CANVAS | NEEDS_EDITING,    \
        ui_run_rename_canvas)                                                                                          \
    ROW(ANONYMOUS, "anonymous", "Write anonymously, or under names again", CONTEXT_CANVAS, "",                         \
        NEEDS_A_CANVAS | NEEDS_EDITING | NEEDS_LEADING, ui_run_anonymous)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_CARDS_H
#define COCANVAS_CLIENT_TUI_ACTIONS_CARDS_H

struct ui;

void ui_run_new_card(struct ui *ui);
void ui_run_new_card_before(struct ui *ui);
void ui_run_new_card_last(struct ui *ui);
void ui_run_edit(struct ui *ui);
void ui_run_field(struct ui *ui);
void ui_run_clear_field(struct ui *ui);
void ui_run_editor(struct ui *ui);
void ui_run_remove(struct ui *ui);
void ui_run_restore(struct ui *ui);
void ui_run_duplicate(struct ui *ui);
void ui_run_move_down(struct ui *ui);
void ui_run_move_up(struct ui *ui);
void ui_run_move_left(struct ui *ui);
void ui_run_move_right(struct ui *ui);
void ui_run_move(struct ui *ui);
void ui_run_cut(struct ui *ui);
void ui_run_paste(struct ui *ui);
void ui_run_paste_before(struct ui *ui);
void ui_run_copy(struct ui *ui);
void ui_run_mark(struct ui *ui);
void ui_run_mark_range(struct ui *ui);
void ui_run_mark_block(struct ui *ui);
void ui_run_unmark(struct ui *ui);
void ui_run_colour(struct ui *ui);
void ui_run_tag(struct ui *ui);
void ui_run_vote(struct ui *ui);
void ui_run_link(struct ui *ui);
void ui_run_follow_link(struct ui *ui);
void ui_run_unlink(struct ui *ui);
void ui_run_comment(struct ui *ui);
void ui_run_split(struct ui *ui);
void ui_run_merge(struct ui *ui);
void ui_run_undo(struct ui *ui);
void ui_run_redo(struct ui *ui);
void ui_run_rename_block(struct ui *ui);
void ui_run_edit_prompt(struct ui *ui);
void ui_run_add_block(struct ui *ui);
void ui_run_remove_block(struct ui *ui);
void ui_run_lock_block(struct ui *ui);
void ui_run_block_rights(struct ui *ui);
void ui_run_rename_canvas(struct ui *ui);
void ui_run_block_comments(struct ui *ui);
void ui_run_place_block(struct ui *ui);
void ui_run_edit_help(struct ui *ui);

#endif
