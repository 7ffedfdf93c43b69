/* Checks of measures and their readings. */
#include <stdlib.h>
#include <string.h>

#include "client/method/checks.h"

void check_measure_target(struct checking *c)
{
    if (c->e->measure->target[0] == '\0')
        finding_say(c, "It has no target: what number would be enough?");
}

void check_measure_baseline(struct checking *c)
{
    const struct measure *measure = c->e->measure;
    struct decimal target, baseline;

    decimal_init(&target);
    decimal_init(&baseline);
    if (decimal_parse(&target, measure->target) && decimal_parse(&baseline, measure->baseline) && decimal_compare(&target, &baseline) == 0)
        finding_say(c, "Its target is the same as its baseline, %.40s: no progress can be worked out.", measure->target);
    decimal_fini(&target);
    decimal_fini(&baseline);
}

/* Percents and yes or no speak for themselves. */
void check_measure_unit(struct checking *c)
{
    const struct measure *measure = c->e->measure;
    if (measure->unit[0] == '\0' && measure->kind != MEASURE_PERCENT && measure->kind != MEASURE_YESNO)
        finding_say(c, "It has no unit: what is being counted?");
}

void check_measure_owner(struct checking *c)
{
    if (c->e->measure->owner == 0)
        finding_say(c, "It has no owner: who looks after it?");
}

void check_measure_period(struct checking *c)
{
    const struct measure *measure = c->e->measure;
    if (measure->due[0] != '\0')
        return;
    if (measure->period[0] != '\0') {
        char *quote = finding_quote(measure->period, strlen(measure->period));
        finding_say(c, "Its review period \"%s\" is none: write P1W, P1M, P3M or P1Y.", quote);
        free(quote);
    } else {
        finding_say(c, "It has no review period: when do you look at it again?");
    }
}

void check_review_due(struct checking *c)
{
    const char *due = c->e->measure->due;
    int order = due[0] != '\0' ? day_compare(due, c->m->today) : 1;
    if (order == 0)
        finding_say(c, "Its review is due today.");
    else if (order < 0)
        finding_say(c, "Its review is overdue since %s.", due);
}

/* Readings stand in the order of their days. */
void check_reading_future(struct checking *c)
{
    const struct entry *e = c->e;
    size_t n = 0;

    while (n < e->n_readings && day_compare(e->readings[e->n_readings - 1 - n].date, c->m->today) > 0)
        n++;
    if (n == 1)
        finding_say(c, "It has a reading of %s, a day that is still to come.", e->readings[e->n_readings - 1].date);
    else if (n > 1)
        finding_say(c, "It has %zu readings of days that are still to come; the last one is of %s.", n, e->readings[e->n_readings - 1].date);
}

void check_reading_twice(struct checking *c)
{
    const struct entry *e = c->e;
    for (size_t i = e->n_readings; i > 1; i--) {
        if (strcmp(e->readings[i - 1].date, e->readings[i - 2].date) == 0) {
            finding_say(c, "It has two readings of %s: is one of them a mistake?", e->readings[i - 1].date);
            return;
        }
    }
}
