/* What the pages of the start screen share. Private to view_start*.c. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_START_H
#define COCANVAS_CLIENT_TUI_VIEW_START_H

#include "client/tui/grid.h"
#include "client/tui/ui.h"

/* Where everything stands: in the middle of wide screens. */
struct rect view_start_page(struct rect r);
/* Moves top by as little as possible so that the focus is among `room` rows. */
void view_start_scroll(size_t focus, size_t n, int room, size_t *top);
/* The small picture with a title and a line beside it: three lines. */
void view_start_logo(struct grid *g, struct rect page, const char *title, const char *below);
/* The line that is typed to find something; what: said while it is empty; figure: at its right. */
void view_start_find(const struct ui *ui, struct grid *g, struct rect line, const char *find, const char *what,
                     const char *figure);

/* view_start_new.c: the templates to choose from, with a picture of the one that has the focus */
int view_templates_room(struct rect page);
/* Moves the list by as little as possible so that the focus is among that many lines; heads of families take lines, too. */
void view_templates_scroll(struct start_new *making, int lines);
void view_templates(struct ui *ui, struct grid *g, struct rect page);

/* view_template.c: what a template is for, a picture of what it begins with, whose it is */
void view_template(struct ui *ui, struct grid *g, struct rect r, const struct template *t);

#endif
