/* One picture while it is drawn, and what the kinds of canvas share: notes, measures, headings. Private to client/picture/.
 *
 * Each kind is two functions: how high it must be at a given width and size of text, and drawing it into a rectangle that is high enough. Sizes are tried
 * with guesses of heights (pen_guess), the last ones with real layouts (sheet.exact). */
#ifndef COCANVAS_CLIENT_PICTURE_SHEET_H
#define COCANVAS_CLIENT_PICTURE_SHEET_H

#include "client/picture/pen.h"
#include "client/picture/picture.h"

struct box {
    double x, y, w, h;
};

struct sheet {
    struct pen pen;
    const struct canvas *c;
    struct method *m;
    const struct picture_options *o;
    struct block **blocks;   /* those that people see, in order */
    size_t n_blocks;
    double em;               /* size of a note's text, in points */
    bool exact;
};

struct kind {
    const char *name;
    double (*need)(struct sheet *s, double width);       /* height */
    void (*draw)(struct sheet *s, struct box area);
    bool tall;               /* has more rows than columns: the page grows downwards first */
};
extern const struct kind kind_grid, kind_table, kind_lanes, kind_matrix, kind_scores, kind_graph, kind_text;

/* ---- text in units of the sheet */
struct ink ink_of(const struct sheet *s, double size, uint32_t colour);           /* size in em */
double sheet_height(struct sheet *s, const char *text, const struct ink *ink, double width);

/* ---- cards as notes */
/* The next card that people see in the block after `after` (NULL: the first): alive and no part. */
const struct card *next_card(const struct card *after, const struct block *block);
double note_need(struct sheet *s, const struct card *card, double width);
void note_draw(struct sheet *s, const struct card *card, struct box at);
/* A block's cards side by side in as many columns as the width has room for; its prompt while it has none. */
double notes_need(struct sheet *s, const struct block *block, double width);
void notes_draw(struct sheet *s, const struct block *block, struct box at);
uint32_t note_colour(const struct card *card);

/* ---- measures: name, bar, percent, plot of the readings */
double measure_need(struct sheet *s, const struct card *card, double width);
void measure_draw(struct sheet *s, const struct card *card, double x, double y, double width);

/* ---- a block's head: title, and in how many cards */
double head_need(struct sheet *s, const struct block *block, double width);
double head_draw(struct sheet *s, const struct block *block, struct box at);     /* returns its height */

#endif
