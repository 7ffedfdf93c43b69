/* Measures (catalogue T07): a card that has the property "m.kind" is a measure. Its text is its name; the rest are properties:
 *   m.kind       choice  count | sum | average | latest | percent | yesno
 *   m.unit       text    one line
 *   m.direction  choice  higher | lower: which way is better; absent: higher
 *   m.baseline, m.minimum, m.target   numbers; target is what 100 % means, minimum what the customer would just accept
 *   m.owner      person
 *   m.period     choice  P1D … ISO 8601 durations of whole days, weeks, months or years (P1W, P2W, P1M, P3M, P6M, P1Y)
 *   m.next       date    next review, if it is not the last reading (or the card's day of making) plus a period
 * Readings (date, value, author, note) are the model's own objects. The actual value of a measure:
 *   count, sum   the sum of all readings (a count's are whole and not negative)     average  their mean
 *   latest, percent, yesno   the reading with the latest date, of equal ones the one made last (yesno: 0 or 1)
 * Percent achieved = 100 × (actual − baseline) / (target − baseline), which is right for both directions; with no baseline: higher is
 * better 100 × actual / target, lower is better 100 × target / actual (100 if the actual is 0 or less).
 * Undefined (no percent): without a reading or a target, where target equals baseline, and where a ratio says nothing: without a baseline, a target below
 * 0, or one of 0 that is to be exceeded. A yesno without a target has 1. Never cut off in value, only in a bar. */
#ifndef COCANVAS_CLIENT_METHOD_MEASURE_H
#define COCANVAS_CLIENT_METHOD_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/method/decimal.h"
#include "common/canvas.h"

enum measure_kind { MEASURE_COUNT, MEASURE_SUM, MEASURE_AVERAGE, MEASURE_LATEST, MEASURE_PERCENT, MEASURE_YESNO, MEASURE_KINDS };

/* Green: target reached. Amber: the minimum is reached (or, without a minimum, half of the way). Red: less. Grey: no percent. */
enum measure_light { LIGHT_GREY, LIGHT_RED, LIGHT_AMBER, LIGHT_GREEN };

struct measure_reading {
    uint64_t id;
    const char *date, *value, *note;     /* borrowed from the canvas */
    uint32_t author;
    int64_t created_ms;
};

/* One measure as it stands. It and its texts hold until the next update. */
struct measure {
    uint64_t card;           /* the measure's card */
    uint64_t row;            /* the card that it is a part of; 0: it stands for itself */
    enum measure_kind kind;
    bool lower;              /* lower is better */
    const char *unit;        /* "" if none */
    const char *baseline, *minimum, *target;     /* model's numbers, "" if none */
    uint32_t owner;          /* 0: none */
    const char *period;      /* "" if none */
    char due[11];            /* day of the next review, "" if there is neither period nor date */
    size_t n_readings;
    const char *last_date;   /* of the latest reading, "" if none */
    bool has_actual, has_percent;
    struct decimal actual;   /* average: 12 digits after the point */
    struct decimal percent;  /* 6 digits after the point */
    enum measure_light light;
};

bool card_is_measure(const struct card *card);
const char *measure_kind_name(enum measure_kind kind);           /* "yesno" */
bool measure_kind_parse(const char *name, enum measure_kind *kind);
const char *light_name(enum measure_light light);                /* "green" */

/* ---- days, proleptic Gregorian, as YYYY-MM-DD */
/* Adds an ISO 8601 period: months and years keep the day or take the month's last one. False if the period is none. */
bool day_add_period(const char *day, const char *period, char out[11]) MUST_CHECK;
bool period_valid(const char *period);
int day_compare(const char *a, const char *b);
/* The day of a time in UTC. */
void day_of_ms(int64_t ms, char out[11]);

/* A sparkline of `width` cells out of values in time order: the newest at the right, each column one of ▁▂▃▄▅▆▇█ (or 1 to 8 without
 * Unicode), scaled between their least and greatest. malloc'd, "" for none. */
char *sparkline(const struct measure_reading *readings, size_t n, size_t width, bool unicode);

#endif
