/* All views: functions from the interface's state to cells. They change nothing but the grid; where something stands
 * that can be clicked they leave a region (grid_hit), and whoever has the focus puts the cursor (grid_cursor). */
#ifndef COCANVAS_CLIENT_TUI_VIEWS_H
#define COCANVAS_CLIENT_TUI_VIEWS_H

#include "client/tui/ui.h"

void view_start(struct ui *ui, struct grid *g, struct rect r);
/* The canvas in ui->layout, into r. */
void view_canvas(struct ui *ui, struct grid *g, struct rect r);
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
/* Below the least size: a friendly sentence. */
void view_too_small(struct ui *ui, struct grid *g);

/* ---- layout: who is where. Pure. */

/* The places of the blocks (in canvas_blocks_in_order's order) in r; false if they cannot be drawn as a grid there (not a
 * grid, or a block would be smaller than 12 × 4): then the canvas is shown as LAYOUT_OUTLINE. rects: at least n; adjacent
 * blocks share their border. */
bool layout_blocks(const struct canvas *canvas, struct rect r, struct rect *rects, size_t n);
/* What fills the body now: layouts fall back as above. */
enum ui_layout layout_effective(const struct ui *ui, struct rect body);
/* Parts of the screen. */
struct ui_parts { struct rect top, body, panel, message, hints; };
struct ui_parts layout_parts(const struct ui *ui);
/* The block to the left, right, above, below of one (dx, dy: -1, 0, 1), 0 none. */
uint64_t layout_neighbour(const struct ui *ui, uint64_t block, int dx, int dy);
/* How many rows a card takes in a list of that width, and draws it: used by block, outline and canvas alike. */
int card_rows(struct ui *ui, const struct card *card, int width, int max_rows);
void card_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, int max_rows);
/* Changes ui->scrolls so that what has the focus is visible in what will be drawn. */
void layout_settle(struct ui *ui);

#endif
