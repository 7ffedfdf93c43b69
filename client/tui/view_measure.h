/* How measures and actions look, wherever they stand: light, bar, figures, sparkline, due mark. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_MEASURE_H
#define COCANVAS_CLIENT_TUI_VIEW_MEASURE_H

#include "client/method/method.h"
#include "client/tui/grid.h"
#include "common/field.h"

struct ui;

/* Every light has a sign of its own: nothing is told by colour alone. */
enum role light_role(enum measure_light light);
const char *light_sign(const struct ui *ui, enum measure_light light);
/* "4 of 6 steps", "no reading yet"; "66.7 %", "" without one; "due today", "3 days overdue", "" if it is not; from ui->words. */
const char *measure_figures(struct ui *ui, const struct measure *measure);
const char *measure_percent(struct ui *ui, const struct measure *measure);
const char *measure_due(struct ui *ui, const struct measure *measure);
/* The newest readings as a line of at most width cells; from ui->words. */
const char *measure_spark(struct ui *ui, uint64_t card, int width);
/* A bar of width cells, as full as the percent is (at most full). under: the background that it stands on. */
void measure_bar(struct ui *ui, struct grid *g, int x, int y, int width, const struct measure *measure, enum role under);
/* Bar, percent, figures, sparkline in one line, as much of them as there is room for. */
void measure_line(struct ui *ui, struct grid *g, struct rect r, const struct measure *measure, enum role under);
/* "3 measures · 73.5 % · 1 due"; "" without measures; from ui->words. */
const char *rollup_words(struct ui *ui, const struct rollup *r);
/* What stands in the canvas' last line: "Company: +120 EUR, -3 hours · Customer: …"; "" without amounts; from ui->words. */
const char *balance_words(struct ui *ui);

/* The measures, or the actions, of a card in a cell of a table. Rows at that width, 0 if it has none; drawing into r. */
int parts_width(struct ui *ui, const struct card *card, const struct field *field);
int parts_rows(struct ui *ui, const struct card *card, const struct field *field, int width);
void parts_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, const struct field *field);

#endif
