/* What a canvas knows about what stands on it: measures and their roll-ups, sums per side, checks. Derived from a canvas and kept up to date with it,
 * so that an edit costs what it touched and not what the canvas holds (a budget: 5,000 cards, 10,000 readings, 1 ms per edit). Pure: no I/O; today's date
 * is an argument. The canvas stays the caller's; borrowed pointers hold until the next method_update() or change of the canvas.
 *
 *   replica's event → method_touch(m, op) … → (replica_view_jumped() → method_reset(m)) → method_update(m, view, today) → readings of results */
#ifndef COCANVAS_CLIENT_METHOD_METHOD_H
#define COCANVAS_CLIENT_METHOD_METHOD_H

#include "canvas.pb-c.h"
#include "client/method/decimal.h"
#include "client/method/measure.h"
#include "common/canvas.h"
#include "common/field.h"

struct method;

struct method *method_new(void);
void method_free(struct method *m);
/* Everything is to be computed anew at the next update (a snapshot came, edits were taken back). */
void method_reset(struct method *m);
/* An op was applied to the canvas; also what one's own edits did. NULL is method_reset(). */
void method_touch(struct method *m, const Cocanvas__Op *op);
/* Brings the results up to date with c. today: YYYY-MM-DD; a new day looks at what is due again. */
void method_update(struct method *m, const struct canvas *c, const char *today);

/* ---- fields */
/* The fields of a block's cards, in the order of columns; parsed once per change. */
const struct fields *method_fields(struct method *m, const struct block *block);

/* ---- parts: a card's measures and actions, in the order of the hidden block; and the field in which a part stands ("" if the card is no part) */
const uint64_t *method_parts(const struct method *m, uint64_t card, size_t *n);
const char *method_part_field(const struct method *m, uint64_t part);

/* ---- measures */
/* NULL if the card is no measure (or gone). */
const struct measure *method_measure(const struct method *m, uint64_t card);
/* All alive measures of the canvas whose row is alive, by (block order, place, part order). */
const uint64_t *method_measures(struct method *m, size_t *n);
/* Its readings by (date, created, id); borrowed until the next call or update. */
const struct measure_reading *method_readings(struct method *m, uint64_t card, size_t *n);

/* Roll-up of measures: of a row (its parts), a block (its rows and measures), a canvas; rollup_add joins canvases to a workspace's. */
struct rollup {
    size_t n;                /* measures */
    size_t with_percent;
    size_t lights[4];        /* by enum measure_light */
    size_t due;              /* due for review today or earlier */
    struct decimal percent_sum;  /* of those with a percent; / with_percent is the average */
};
void rollup_init(struct rollup *r);
void rollup_fini(struct rollup *r);
void rollup_add(struct rollup *to, const struct rollup *from);
/* 100 × the mean with one digit ("73.5"); malloc'd; NULL without a percent. */
char *rollup_average(const struct rollup *r);
const struct rollup *method_rollup_row(const struct method *m, uint64_t card);       /* NULL: no measures */
const struct rollup *method_rollup_block(const struct method *m, uint64_t block);    /* NULL: no measures */
const struct rollup *method_rollup(const struct method *m);

/* ---- two equations (T20, T25): amounts per side and unit. A card's amount is its number field "amount" in the unit that its choice field "unit" says
 * ("" if it has none). Side and sign come from the block's properties "side" and "sign", or from the choice of the canvas' lanes field. */
struct balance {
    const char *side;        /* "company" or "customer" */
    const char *unit;        /* borrowed */
    struct decimal plus, minus, net;
};
/* By (side, unit); stage 0: the whole canvas, else what stands in that block (a lane's stage). */
const struct balance *method_balances(struct method *m, uint64_t stage, size_t *n);

/* ---- checks: a quiet list that leads to the card */
struct finding {
    const char *check;       /* id of the check: "measure-target" */
    uint64_t object;         /* card (a part too) or block, 0: the canvas */
    const char *text;        /* a sentence in plain words about that object; it may quote other cards' texts. Borrowed until the next update */
};
/* In the order of the canvas (canvas, then blocks in order, each with its cards, each with its parts). */
const struct finding *method_findings(struct method *m, size_t *n);
/* Their number costs nothing. */
size_t method_finding_count(const struct method *m);

/* Which checks run: ALWAYS those that speak only where somebody has set up what they look at; USUALLY those that go with every canvas
 * whose template names none; ASKED those that a template must name (the canvas' property "checks"). */
enum check_when { CHECK_ALWAYS, CHECK_USUALLY, CHECK_ASKED };
struct check_row {
    const char *id;          /* "empty-block" */
    const char *what;        /* one line for people */
    enum check_when when;
};
/* All checks that exist, for `template check` and the manual: NULL-terminated by id NULL. */
const struct check_row *check_rows(void);

#endif
