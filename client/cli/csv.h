/* CSV, as RFC 4180 has it: cells, records, quotes, CRLF. Pure; what the columns mean is csv_canvas.h's business.
 *
 * Reading is kinder than writing: LF alone ends a record, too, a byte order mark is skipped, and the delimiter (comma, semicolon or TAB)
 * is found in the first record. What is broken is refused with the line where it begins and what to do about it. */
#ifndef COCANVAS_CLIENT_CLI_CSV_H
#define COCANVAS_CLIENT_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/status.h"

enum {
    CSV_ROWS_MAX = 100000,   /* records of a file that are read at all */
    CSV_COLUMNS_MAX = 1000,
};

struct csv_row {
    const char **cells;      /* n texts (utf8.h), NUL-terminated */
    size_t n;
    unsigned line;           /* of the file, where it begins; from 1 */
};

struct csv {
    char delimiter;
    struct csv_row *rows;    /* records without any content are left out */
    size_t n;
};

/* Everything from the arena. */
enum status csv_parse(const char *bytes, size_t len, struct arena *arena, struct csv *out, struct why *why) MUST_CHECK;
/* Whether the bytes are a text at all: valid UTF-8 without NUL and other control characters; if not, *why names the line and says what to do. */
enum status csv_check_text(const char *bytes, size_t len, struct why *why) MUST_CHECK;

/* One cell, after the delimiter unless it is the record's first. CSV_TEXT: a cell that a spreadsheet would take for a formula (it begins
 * with = + - @, TAB or CR, perhaps after apostrophes of its own) gets one apostrophe more. CSV_NUMBER: as it is, if it is a number. */
enum csv_cell { CSV_TEXT, CSV_NUMBER };
void csv_add_cell(struct buf *out, bool first, const char *text, enum csv_cell kind);
void csv_end_row(struct buf *out);
/* The cell without the apostrophe that csv_add_cell() put before it. */
const char *csv_unguarded(const char *cell);

/* Several words in one cell: "a; b", with \ before a ; or \ of their own. */
void csv_add_word(struct buf *list, const char *word);
/* The words of such a cell, from the arena. */
const char **csv_words(struct arena *arena, const char *cell, size_t *n);

#endif
