/* A grid as a picture: a standalone SVG of a terminal's window, with text that can be selected and searched. Pure; the
 * same grid gives the same bytes. */
#ifndef COCANVAS_CLIENT_TUI_GRID_SVG_H
#define COCANVAS_CLIENT_TUI_GRID_SVG_H

#include "client/tui/grid.h"
#include "client/tui/theme.h"
#include "common/buf.h"

/* Appends the picture. title: in the window's head, and what the picture is called for those who do not see it. */
void grid_svg(const struct grid *g, const struct theme *theme, const char *title, struct buf *out);

#endif
