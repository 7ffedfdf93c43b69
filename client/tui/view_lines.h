/* A text over several lines, broken at words: what lists, notes and pages are made of. Private to view_*.c. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_LINES_H
#define COCANVAS_CLIENT_TUI_VIEW_LINES_H

#include "client/tui/grid.h"

/* How many lines it takes, at most `most`. The text must be valid (utf8.h). */
int view_lines_count(const char *text, int width, int most);
/* Draws as much as fits into r, the last line with "…" if there is more; returns the lines used. */
int view_lines(struct grid *g, struct rect r, struct style s, const char *text);
/* One line of at most `room` cells at x,y; returns the cells used. */
int view_line(struct grid *g, int x, int y, int room, struct style s, const char *text);
/* The same, ending before `right`. Returns the cells used. */
int view_line_right(struct grid *g, int right, int y, int room, struct style s, const char *text);

#endif
