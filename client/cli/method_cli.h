/* What the commands about fields, measures and checks share: a session on a canvas together with what the canvas knows about itself
 * (client/method), finding measures and rows by what people call them, measures and cells as JSON, tables. */
#ifndef COCANVAS_CLIENT_CLI_METHOD_CLI_H
#define COCANVAS_CLIENT_CLI_METHOD_CLI_H

#include "client/cli/edit.h"
#include "client/cli/method_ops.h"
#include "client/method/method.h"

struct method_cli {
    struct edit e;
    struct method_ops o;
    struct method *m;
    char today[11];
};

/* All int functions return an exit code; if it is not EXIT_OK the sentence has been printed. */
int method_begin(struct method_cli *c, struct cli *cli, const char *canvas_words, bool read_only);
/* Closes everything; prints the result of an edit, if there is one. Safe after any failure. */
int method_end(struct method_cli *c, int code);
/* Submits the ops and brings the results up to date. */
int method_save(struct method_cli *c);
/* Prints the sentence of a refusal; EXIT_OK for STATUS_OK. */
int method_told(struct cli *cli, enum status status, const struct why *why);
/* The method's results of the replica as it is now. */
void method_look(struct method_cli *c);
/* The results of an earlier version of the canvas, which is then the edit's. */
void method_look_at(struct method_cli *c, const struct canvas *canvas);

/* A measure by its id, its name or the beginning of it, or by the card that has no other one. */
int method_cli_measure(struct method_cli *c, const char *words, struct card **card);
/* A card that people see (no part), or an action. */
int method_cli_row(struct method_cli *c, const char *words, struct card **card);
int method_cli_action(struct method_cli *c, const char *words, struct card **card);
/* A field of a block's cards (NULL: of all cards), by key or title. */
int method_cli_field(struct method_cli *c, const struct block *block, const char *words, const struct field **field);

/* From the session's arena. */
const char *method_cli_cell(struct method_cli *c, const struct card *card, const struct field *field);
/* "Done in 3 steps: 4 of 3 steps, 66.7 %". */
const char *method_cli_line(struct method_cli *c, uint64_t measure);
/* "66.7 %", or "" without one. */
const char *method_cli_percent(struct method_cli *c, const struct measure *measure);
const char *method_cli_decimal(struct method_cli *c, const struct decimal *d);

json_t *measure_json(struct method_cli *c, uint64_t id, bool with_readings);
json_t *action_json(struct method_cli *c, const struct card *card);
json_t *reading_json(struct method_cli *c, const struct measure_reading *reading);
json_t *rollup_json(const struct rollup *r);
/* A card with its fields as values of their own types: {"id", "block", "text", "fields": {"rank": "3", "segment": ["a", "b"] …}}. */
json_t *row_json(struct method_cli *c, const struct card *card);
json_t *field_json(const struct field *field);

/* Sets "key" of an edit's JSON result; takes the reference. Nothing without --json. */
void method_result(struct method_cli *c, const char *key, json_t *value);

/* All canvases of the workspace whose template is that one (its id without version; NULL: all), in order of their titles, each opened for reading. */
typedef int each_canvas_cb(struct method_cli *c, void *ctx);
int method_each_canvas(struct cli *cli, const char *template_id, each_canvas_cb *each, void *ctx, json_t *result);

/* ---- tables for people (table_print.c) */

struct text_table {
    struct arena *arena;
    size_t n_columns;
    const char **titles;
    bool *right;        /* columns of numbers */
    const char ***rows; /* n_rows × n_columns, each of any number of lines */
    size_t n_rows, cap;
};

void text_table_init(struct text_table *t, struct arena *arena, size_t n_columns, const char *const *titles);
/* A new row of empty cells, to be filled. */
const char **text_table_row(struct text_table *t);
/* The columns share the width: wide cells are wrapped at words. */
void text_table_print(const struct text_table *t, struct output *out);
/* Rows of all tables of one list get the same widths: widths is n_columns, from text_table_widths(). */
void text_table_widths(const struct text_table *t, size_t width, size_t *widths);
void text_table_head(const struct text_table *t, struct output *out, const size_t *widths);
void text_table_print_row(const struct text_table *t, struct output *out, const size_t *widths, size_t row);

#endif
