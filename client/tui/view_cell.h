/* What stands in a cell, for a width: the one place where a field's value is drawn, in tables and on the opened card.
 * Rows and drawing come from the same wrapping, so that they cannot differ. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_CELL_H
#define COCANVAS_CLIENT_TUI_VIEW_CELL_H

#include "client/tui/grid.h"
#include "client/tui/table.h"

/* A card's value of a field: cells of its longest line; rows at that width, 1 … most; drawing into r. */
int field_width(struct ui *ui, const struct card *card, const struct field *field);
int field_rows(struct ui *ui, const struct card *card, const struct field *field, int width, int most_rows);
void field_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, const struct field *field,
                struct style s);

/* The same for any column of a table but the text. */
int cell_width(const struct table *t, const struct card *card, const struct table_column *column);
int cell_rows(const struct table *t, const struct card *card, const struct table_column *column, int most_rows);
void cell_draw(const struct table *t, struct grid *g, struct rect r, const struct card *card,
               const struct table_column *column);

#endif
