/* A canvas as CSV: one record per card, and one per part of a card (measure, action) behind it. FORMATS.md describes the columns.
 * Pure. */
#ifndef COCANVAS_CLIENT_CLI_CSV_CANVAS_H
#define COCANVAS_CLIENT_CLI_CSV_CANVAS_H

#include "client/cli/canvas_file.h"
#include "client/cli/csv.h"
#include "client/cli/intake.h"
#include "client/method/method.h"

/* m is up to date with the canvas. confidential: the canvas or its workspace is. */
void export_csv(const struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena, struct buf *out);

/* What a CSV file says about the canvas that its cards belong on; "" if it does not. */
struct csv_head {
    const char *title, *template_id, *attribution, *licence;
    bool confidential;
};
void csv_read_head(const struct csv *csv, struct csv_head *head);
/* Whether the first record names columns (one for the text at least). */
bool csv_has_heading(const struct csv *csv);
/* Fills in->c, which has the blocks already if they are known. otherwise: where cards go that name no block; NULL: to a block "Cards". */
enum status csv_import(const struct csv *csv, struct block *otherwise, struct intake *in) MUST_CHECK;
/* A plain list, one card a line, without bullets. */
enum status list_import(const char *bytes, size_t len, struct block *otherwise, struct intake *in) MUST_CHECK;

/* A property that has a column of its own. */
struct csv_prop {
    const char *column, *key;
    enum value_kind kind;
};
/* Those of all cards (colour, status), of measures, of actions; ended by column NULL. */
extern const struct csv_prop csv_card_props[], csv_measure_props[], csv_action_props[]; /* constants: no state */
/* Its column; NULL: it has none. */
const struct csv_prop *csv_prop_of(const char *key, enum value_kind kind);

#endif
