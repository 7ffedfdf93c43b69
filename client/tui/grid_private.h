/* Between grid.c, grid_line.c and grid_svg.c. */
#ifndef COCANVAS_CLIENT_TUI_GRID_PRIVATE_H
#define COCANVAS_CLIENT_TUI_GRID_PRIVATE_H

#include "client/tui/grid.h"

/* Whether a place is inside of the clip. */
bool grid_visible(const struct grid *g, int x, int y);
/* Puts one cell (bytes padded with NUL, width 1 or 2), clipped; the only way in which clusters get into a grid. */
void grid_cell(struct grid *g, int x, int y, struct style s, const char bytes[CELL_BYTES], int width);

/* The arms of a line character: up, right, down, left, each 0 none, 1 light, 2 heavy. False: it is none. */
bool grid_line_arms(const char *bytes, int arms[4]);

#endif
