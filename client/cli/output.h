/* What commands print: text for people or JSON for programs, on standard output; notes and errors on standard error.
 *
 * Every text goes through utf8_printable() here, whoever wrote it, so no command can forget it: out_print() and
 * err_print() format first, clean the whole, and only then add colour. JSON objects carry "schema":1, one object a
 * line; characters that a terminal could obey are escaped as \uXXXX, so the data stay exactly what they are. Colour
 * and prompts only on a terminal (NO_COLOR, --color). */
#ifndef COCANVAS_CLIENT_CLI_OUTPUT_H
#define COCANVAS_CLIENT_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/status.h"

enum { OUTPUT_SCHEMA = 1 };

enum text_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

struct output {
    FILE *to, *err; /* borrowed: stdout and stderr, or a test's files */
    bool json;      /* --json */
    bool quiet;     /* --quiet: no notes, no confirmations */
    bool terminal;  /* standard output is one */
    bool err_terminal;
    bool color, err_color;
    bool unicode; /* the locale is UTF-8: lines may be drawn with box characters */
    size_t width; /* columns of the terminal, COLUMNS, or 80 */
};

void output_init(struct output *o);
/* "auto", "always" or "never"; false for another word. */
bool output_set_color(struct output *o, const char *when);

void out_print(struct output *o, enum text_style style, const char *fmt, ...) PRINTF_LIKE(3, 4);
void err_print(struct output *o, enum text_style style, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A note for people on standard error: not with --json or --quiet. A newline is added. */
void out_note(struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* {"schema":1,"type":type}; a new reference. */
json_t *out_object(const char *type);
/* Prints the object on one line, flushed, and takes the reference. */
void out_json(struct output *o, json_t *object);
/* The same, as text to be freed: indent 0 is one line. */
char *json_text(const json_t *value, size_t indent);

/* Flushes; false if what was printed could not be written (errno tells why). */
bool output_flush(struct output *o);

/* ---- text in an arena: short-lived strings of one command or one event */

char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* One clean line of text from others: control characters gone, line breaks shown as spaces. */
char *arena_line(struct arena *a, const char *text);
/* The same, cut to `cells` terminal cells with an ellipsis. */
char *arena_short(struct arena *a, const char *text, size_t cells);
/* Cut, or filled with spaces, to exactly `cells`: a column of a list. */
char *arena_cell(struct arena *a, const char *text, size_t cells);
/* Case-folded (Unicode), for comparisons of what people type. */
char *arena_fold(struct arena *a, const char *text);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
