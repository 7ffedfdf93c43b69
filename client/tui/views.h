/* All views: functions from the interface's state to cells. They change nothing but the grid; where something stands
 * that can be clicked they leave a region (grid_hit), and whoever has the focus puts the cursor (grid_cursor). */
#ifndef COCANVAS_CLIENT_TUI_VIEWS_H
#define COCANVAS_CLIENT_TUI_VIEWS_H

#include "client/tui/ui.h"

void view_start(struct ui *ui, struct grid *g, struct rect r);
/* The canvas in ui->layout, into r; the past one under a banner while history is shown; what is dragged on top. */
void view_canvas(struct ui *ui, struct grid *g, struct rect r);
/* One block. boxed: with a frame of its own, as LAYOUT_BLOCK shows it; else only title and cards. */
void view_block(struct ui *ui, struct grid *g, struct rect r, const struct block *block, bool boxed);
void view_outline(struct ui *ui, struct grid *g, struct rect r);
void view_table(struct ui *ui, struct grid *g, struct rect r);
/* The opened card. */
void view_card(struct ui *ui, struct grid *g, struct rect r);
/* A text that is being typed, wrapped into r, with selection, carets of others and the cursor; from line `top`. */
void view_typing(struct ui *ui, struct grid *g, struct rect r);
void view_panel(struct ui *ui, struct grid *g, struct rect r);
/* What floats: palette, menu, help, question, prompt. The rect is the whole screen. */
void view_ask(struct ui *ui, struct grid *g, struct rect r);
/* Top line (where, saved or not, who), message line (with the attribution), hint line. */
void view_top(struct ui *ui, struct grid *g, struct rect r);
void view_message(struct ui *ui, struct grid *g, struct rect r);
void view_hints(struct ui *ui, struct grid *g, struct rect r);
/* What both sides gain and give, net, per unit: one line below the canvas (two equations). */
void view_sums(struct ui *ui, struct grid *g, struct rect r);
/* Below the least size: a friendly sentence. */
void view_too_small(struct ui *ui, struct grid *g);

/* ---- layout: who is where. Pure. */

/* The places of the blocks (in canvas_blocks_in_order's order) in r; false if they cannot be drawn as a grid there (not a
 * grid, blocks overlap or stand outside of it, or one would be smaller than 12 × 4): then the canvas is shown as
 * LAYOUT_OUTLINE. rects: at least n; adjacent blocks share their border. */
bool layout_blocks(const struct canvas *canvas, struct rect r, struct rect *rects, size_t n);
/* What fills the body now: layouts fall back as above. */
enum ui_layout layout_effective(const struct ui *ui, struct rect body);
/* Parts of the screen. The panel stands beside the body from 100 columns on, else it lies over it (the body keeps its
 * size then). card: where an opened card floats over the body. Empty ones have no width. */
struct ui_parts {
    struct rect top, body, panel, card, sums, message, hints;
};
struct ui_parts layout_parts(const struct ui *ui);
/* The block to the left, right, above, below of one (dx, dy: -1, 0, 1), 0 none. Where blocks are not shown in their
 * places, the one before or after. */
uint64_t layout_neighbour(const struct ui *ui, uint64_t block, int dx, int dy);
/* How many rows a card takes in a list of that width, and draws it: used by block, outline and canvas alike. */
int card_rows(struct ui *ui, const struct card *card, int width, int max_rows);
void card_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, int max_rows);
/* Changes ui->scrolls so that what has the focus is visible in what will be drawn. */
void layout_settle(struct ui *ui);
/* The wheel over a place of the screen: scrolls the list there by n cards (negative: towards the beginning). The focus
 * follows if it would be scrolled out of sight. False if nothing there scrolls. */
bool layout_wheel(struct ui *ui, int x, int y, int n);
/* The card of the focused block that a page down (1) or up (-1) leads to, 0 none. */
uint64_t layout_page(struct ui *ui, int direction);
/* Where a card dropped at a place of the screen goes: it takes the place of the card there, else the end of the block
 * there. *after: the card that it comes behind, 0: the block's beginning. False: no block there. */
bool layout_drop(const struct ui *ui, uint64_t card, int x, int y, uint64_t *block, uint64_t *after);

#endif
