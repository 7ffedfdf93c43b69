/* What stands in a table's cell: a card's value of one field, in words for people. Pure. */
#ifndef COCANVAS_CLIENT_METHOD_CELL_H
#define COCANVAS_CLIENT_METHOD_CELL_H

#include "client/method/method.h"
#include "common/canvas.h"
#include "common/field.h"

/* Who an author number is; never NULL. */
typedef const char *cell_name_fn(void *ctx, uint32_t author);

/* Malloc'd, valid text, "" if the card has none: text as it is, a number with its unit, a choice's title, groups with ", " between, a person's name,
 * "yes"/"no", measures and actions one a line ("Steps: 4 of 3 steps, 66.7 %", "[x] Call Ann, 2026-12-01, Ben"). */
char *cell_text(struct method *m, const struct canvas *c, const struct card *card, const struct field *field, cell_name_fn *name, void *ctx);
/* What a measure has come to: "4 of 3 steps", "yes", "no reading yet". */
char *cell_actual(const struct measure *measure);
/* One measure, one action in a line. */
char *cell_measure(const struct measure *measure, const struct card *card);
char *cell_action(const struct card *card, cell_name_fn *name, void *ctx);

/* For sorting and comparing: numbers by value, dates by day, choices by their place in the definition, empty cells last. < 0, 0, > 0. */
int cell_compare(struct method *m, const struct canvas *c, const struct card *a, const struct card *b, const struct field *field, cell_name_fn *name,
                 void *ctx);

#endif
