/* Canvases by their kind, and what the interface knows about what stands on them: the canvas' own settings, read out of
 * its properties; a card's fields; the lanes; where a scored card lies. Pure; what is borrowed holds until the canvas
 * changes. */
#ifndef COCANVAS_CLIENT_TUI_KINDS_H
#define COCANVAS_CLIENT_TUI_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/method/method.h"
#include "common/canvas.h"
#include "common/field.h"

struct ui;

enum canvas_kind {
    CANVAS_GRID,
    CANVAS_TABLE,
    CANVAS_LANES,
    CANVAS_MATRIX, /* blocks are the cells */
    CANVAS_SCORES, /* cards lie where two of their numbers say */
    CANVAS_GRAPH,
    CANVAS_TEXT,
};
enum canvas_kind canvas_kind(const struct canvas *canvas);

/* What is known about the canvas that is drawn (panel_canvas), as of now; NULL: none is open. */
struct method *ui_method(struct ui *ui);
/* Today here, YYYY-MM-DD. */
void ui_today(const struct ui *ui, char out[11]);

/* ui_person_name() for whoever wants a function; ctx: struct ui. */
const char *ui_name_of(void *ctx, uint32_t author);

/* ---- fields */

/* The fields of a block's cards; never NULL. */
const struct fields *ui_fields(struct ui *ui, const struct block *block);
/* A card's value as people read it, lines with \n between; "" none; from ui->words. */
const char *ui_cell(struct ui *ui, const struct card *card, const struct field *field);
/* The tag is one of a groups field ("segment=Families"): it is shown there. */
bool ui_tag_is_group(struct ui *ui, const struct card *card, const char *tag);
/* All of a card's fields that say something, in one line: "Status: heard · Rank: 1"; "" none; from ui->words. */
const char *ui_fields_line(struct ui *ui, const struct card *card);
/* The card itself; of a part (a measure, an action) the card that it belongs to. NULL: that one is gone. */
struct card *ui_whole_card(const struct canvas *canvas, struct card *card);
/* The block in which people see it. */
const struct block *ui_shown_block(const struct canvas *canvas, const struct card *card);

/* ---- an axis of a matrix: "axis.x", "axis.y" */

struct axis {
    char title[128], low[128], high[128];
    const struct field *field; /* SCORES: the number that it shows; else NULL */
    double from, to;           /* SCORES: what the axis covers */
};
void axis_read(struct ui *ui, const char *key, struct axis *axis);
/* The card's number of a field; false: it has none. */
bool card_number(const struct card *card, const struct field *field, double *out);

/* ---- lanes: blocks are stages from left to right, the choices of one field are rows from top to bottom */

struct lanes {
    const struct field *field; /* NULL: the canvas names none */
    size_t n;                  /* rows; the last one holds cards without a lane, if there are any */
    bool unsorted;             /* there is such a row */
};
struct lanes lanes_of(struct ui *ui);
const char *lanes_title(const struct lanes *l, size_t lane);
size_t lanes_lane(const struct lanes *l, const struct card *card);
/* The lane that has the focus: of the focused card, else of the cell. */
size_t lanes_focus(struct ui *ui, const struct lanes *l);
/* The next alive card of the same cell after one (before: step -1); card NULL: its first or last one. NULL: none. */
struct card *lanes_card(const struct lanes *l, const struct block *block, size_t lane, const struct card *card,
                        int step);

#endif
