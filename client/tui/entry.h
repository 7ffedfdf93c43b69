/* A field's value, typed or chosen by the field's type: a text is typed in place, a number and a day in a line, a choice,
 * groups and a person out of a list, a flag is turned over. What is wrong with a value is said, and what was typed stays. */
#ifndef COCANVAS_CLIENT_TUI_ENTRY_H
#define COCANVAS_CLIENT_TUI_ENTRY_H

#include <stdint.h>

#include "common/field.h"

struct ui;

/* Begins with a card's field. field: borrowed for the call. */
void entry_begin(struct ui *ui, uint64_t card, const struct field *field);
/* Asks which field first. */
void entry_choose(struct ui *ui, uint64_t card);
/* Takes the value away. */
void entry_clear(struct ui *ui, uint64_t card, const struct field *field);

#endif
