/* Rules for single values of the model, shared by the checks of ops and of whole states: what is a key, a name, a
 * decimal number, a date. Private to common/. */
#ifndef COCANVAS_COMMON_RULES_H
#define COCANVAS_COMMON_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/status.h"

/* [a-z][a-z0-9_.-]{0,63} */
bool rule_key(const char *key);
/* A text of least … most code points; most 0: no limit. */
bool rule_text(const char *text, size_t least, size_t most);
/* The same in one line. */
bool rule_line(const char *text, size_t least, size_t most);
/* [-]digits[.digits], at most NUMBER_BYTES. */
bool rule_number(const char *text);
/* YYYY-MM-DD, a day that exists in the Gregorian calendar. */
bool rule_date(const char *text);
/* A tag: one line of 1 to TAG_POINTS code points. */
bool rule_tag(const char *text);
/* A property's value that is set; NULL or the part of a sentence that says what is wrong with it ("is not a date
 * YYYY-MM-DD"). */
const char *rule_value(const struct value *value);

/* The columns of a block that PropSet reaches by name; COLUMN_NONE for other keys. */
enum column {
    COLUMN_NONE,
    COLUMN_TITLE,
    COLUMN_PROMPT,
    COLUMN_COL,
    COLUMN_ROW,
    COLUMN_COL_SPAN,
    COLUMN_ROW_SPAN,
    COLUMN_ORDER
};
enum column block_column(const char *key);
/* The same for the canvas: "cols" and "rows". */
enum header_column { HEADER_NONE, HEADER_COLS, HEADER_ROWS };
enum header_column header_column(const char *key);
/* Properties of the canvas that come from its template and stay: attribution and licence must not be removable. */
bool header_fixed(const char *key);
/* A header property's own rule beyond rule_value (the title is one line of 1 to TITLE_POINTS); value NULL: it is to
 * be removed. */
enum status rule_header_prop(const char *key, const struct value *value, struct why *why);
/* Whether a value may stand in a block's column. */
enum status rule_block_column(enum column column, const struct value *value, struct why *why);
/* A whole number from least to most out of a NUMBER value. */
bool value_to_uint(const struct value *value, uint32_t least, uint32_t most, uint32_t *out);

#endif
