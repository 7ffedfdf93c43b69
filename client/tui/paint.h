/* Grids → the fewest bytes that make a terminal show them, by curses; paint.c is the only file that includes it. Curses
 * knows the terminal's type and what it shows, but never touches the terminal: the bytes are handed out, and the modes
 * are screen.c's business. One at a time in a process, as curses wants it. */
#ifndef COCANVAS_CLIENT_TUI_PAINT_H
#define COCANVAS_CLIENT_TUI_PAINT_H

#include <stdbool.h>

#include "client/tui/decode.h"
#include "client/tui/grid.h"
#include "client/tui/theme.h"
#include "common/buf.h"

struct paint;

/* NULL: a terminal of that type is not known, or the cursor cannot be placed on it. `ascii`: print nothing else. */
struct paint *paint_new(const char *term, int cols, int rows, bool ascii);
void paint_free(struct paint *p);
/* How many colours there are; 0 none. */
int paint_colors(const struct paint *p);
/* What the terminal's keys send. */
void paint_add_keys(const struct paint *p, struct decoder *d);
/* Another size; what is shown is not known any more. */
void paint_resize(struct paint *p, int cols, int rows);
/* Appends what changes the terminal from the last grid to this one: nothing if they are equal. */
void paint_grid(struct paint *p, const struct grid *g, const struct theme *theme, struct buf *out);
/* The next paint_grid() paints everything, whatever is shown. */
void paint_forget(struct paint *p);
/* Appends what leaves the screen (the next paint_grid() enters it again). */
void paint_leave(struct paint *p, struct buf *out);
/* The bytes that do the same in an emergency, whatever the state: normal characters, visible cursor, first screen. */
void paint_reset(const struct paint *p, struct buf *out);

#endif
