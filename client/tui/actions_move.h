/* Moving about on a canvas; carried out by ui_move.c. */
#define ACTIONS_MOVE(ROW)                                                                                              \
    ROW(LEFT, "left", "Left: the block beside", CONTEXT_CANVAS, "left, h", NEEDS_A_CANVAS, ui_run_left)                \
    ROW(DOWN, "down", "Down: next card, then the block below", CONTEXT_CANVAS, "down, j", NEEDS_A_CANVAS, ui_run_down) \
    ROW(UP, "up", "Up: the card above, then the block above", CONTEXT_CANVAS, "up, k", NEEDS_A_CANVAS, ui_run_up)      \
    ROW(RIGHT, "right", "Right: the block beside", CONTEXT_CANVAS, "right, l", NEEDS_A_CANVAS, ui_run_right)           \
    ROW(NEXT_BLOCK, "next-block", "Next block", CONTEXT_CANVAS, "tab", NEEDS_A_CANVAS, ui_run_next_block)              \
    ROW(PREVIOUS_BLOCK, "previous-block", "Block before", CONTEXT_CANVAS, "shift-tab", NEEDS_A_CANVAS,                 \
        ui_run_previous_block)                                                                                         \
    ROW(GO_BLOCK, "go-block", "Go to a block by its number", CONTEXT_CANVAS, "1, 2, 3, 4, 5, 6, 7, 8, 9",              \
        NEEDS_A_CANVAS, ui_run_go_block)                                                                               \
    ROW(FIRST_CARD, "first-card", "First card of the block", CONTEXT_CANVAS, "g g, home", NEEDS_A_CANVAS,              \
        ui_run_first_card)                                                                                             \
    ROW(LAST_CARD, "last-card", "Last card of the block", CONTEXT_CANVAS, "G, end", NEEDS_A_CANVAS, ui_run_last_card)  \
    ROW(HALF_DOWN, "half-page-down", "Half a page down", CONTEXT_CANVAS, "ctrl-d", NEEDS_A_CANVAS, ui_run_half_down)   \
    ROW(HALF_UP, "half-page-up", "Half a page up", CONTEXT_CANVAS, "ctrl-u", NEEDS_A_CANVAS, ui_run_half_up)           \
    ROW(PAGE_DOWN, "page-down", "A page down", CONTEXT_CANVAS, "page-down", NEEDS_A_CANVAS, ui_run_page_down)          \
    ROW(PAGE_UP, "page-up", "A page up", CONTEXT_CANVAS, "page-up, ctrl-b", NEEDS_A_CANVAS, ui_run_page_up)            \
    ROW(OPEN, "open", "Open the card; on a block: zoom into it", CONTEXT_CANVAS, "enter", NEEDS_A_CANVAS, ui_run_open) \
    ROW(LEAVE, "leave", "Back: to the overview, then to your canvases", CONTEXT_CANVAS, "q", NEEDS_A_CANVAS,           \
        ui_run_leave)                                                                                                  \
    ROW(ZOOM, "zoom", "Zoom into the block, or out again", CONTEXT_CANVAS, "z, g z", NEEDS_A_CANVAS, ui_run_zoom)      \
    ROW(OUTLINE, "outline", "Outline: all blocks one below the other", CONTEXT_CANVAS, "Z, g o", NEEDS_A_CANVAS,       \
        ui_run_outline)                                                                                                \
    ROW(TABLE, "table", "Table: cards as rows, their fields as columns", CONTEXT_CANVAS, "t, g t", NEEDS_A_CANVAS,     \
        ui_run_table)                                                                                                  \
    ROW(SORT, "sort", "Sort the table by this column; again: the other way, then not", CONTEXT_CANVAS, "S, g s",       \
        NEEDS_A_TABLE, ui_run_sort)                                                                                    \
    ROW(FILTER, "filter", "Show only rows that fit: words, or status=heard", CONTEXT_CANVAS, "F, g f", NEEDS_A_TABLE,  \
        ui_run_filter)                                                                                                 \
    ROW(GROUP, "group", "Group the rows by one or several columns", CONTEXT_CANVAS, "B, g b", NEEDS_A_TABLE,           \
        ui_run_group)                                                                                                  \
    ROW(OVERVIEW, "overview", "Overview: all blocks in their places", CONTEXT_CANVAS, "g c", NEEDS_A_CANVAS,           \
        ui_run_overview)                                                                                               \
    ROW(JUMP_BACK, "jump-back", "Back to where you were before the last jump", CONTEXT_CANVAS, "ctrl-o, backspace",    \
        NEEDS_A_CANVAS, ui_run_jump_back)                                                                              \
    ROW(FOLLOW, "follow", "Follow somebody: see what they see; again: stop", CONTEXT_CANVAS, "f", NEEDS_A_CANVAS,      \
        ui_run_follow)                                                                                                 \
    ROW(WHERE, "where", "Say where the focus is", CONTEXT_CANVAS | CONTEXT_CARD, "ctrl-g", NEEDS_A_CANVAS, ui_run_where)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_MOVE_H
#define COCANVAS_CLIENT_TUI_ACTIONS_MOVE_H

struct ui;

void ui_run_left(struct ui *ui);
void ui_run_down(struct ui *ui);
void ui_run_up(struct ui *ui);
void ui_run_right(struct ui *ui);
void ui_run_next_block(struct ui *ui);
void ui_run_previous_block(struct ui *ui);
void ui_run_go_block(struct ui *ui);
void ui_run_first_card(struct ui *ui);
void ui_run_last_card(struct ui *ui);
void ui_run_half_down(struct ui *ui);
void ui_run_half_up(struct ui *ui);
void ui_run_page_down(struct ui *ui);
void ui_run_page_up(struct ui *ui);
void ui_run_open(struct ui *ui);
void ui_run_leave(struct ui *ui);
void ui_run_zoom(struct ui *ui);
void ui_run_outline(struct ui *ui);
void ui_run_table(struct ui *ui);
void ui_run_sort(struct ui *ui);
void ui_run_filter(struct ui *ui);
void ui_run_group(struct ui *ui);
void ui_run_overview(struct ui *ui);
void ui_run_jump_back(struct ui *ui);
void ui_run_follow(struct ui *ui);
void ui_run_where(struct ui *ui);

#endif
