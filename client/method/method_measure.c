/* What a measure has reached: actual value, percent, light, next review (the rules stand in measure.h). */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"
#include "common/rules.h"

enum { MEAN_SCALE = 12, PERCENT_SCALE = 6 };

static const char *prop_text(const struct card *card, const char *key, enum value_kind kind)
{
    const struct value *value = props_get(&card->props, key);
    return value != NULL && value->kind == kind && value->text != NULL ? value->text : "";
}

static uint64_t prop_number(const struct card *card, const char *key, enum value_kind kind)
{
    const struct value *value = props_get(&card->props, key);
    return value != NULL && value->kind == kind ? value->number : 0;
}

static void measure_read(struct measure *measure, const struct card *card)
{
    const char *key;

    measure->card = card->o.id;
    if (!measure_kind_parse(prop_text(card, "m.kind", VALUE_CHOICE), &measure->kind))
        measure->kind = MEASURE_LATEST;
    measure->lower = strcmp(prop_text(card, "m.direction", VALUE_CHOICE), "lower") == 0;
    measure->unit = xstrdup(prop_text(card, "m.unit", VALUE_TEXT));
    measure->baseline = xstrdup(prop_text(card, "m.baseline", VALUE_NUMBER));
    measure->minimum = xstrdup(prop_text(card, "m.minimum", VALUE_NUMBER));
    key = prop_text(card, "m.target", VALUE_NUMBER);
    measure->target = xstrdup(key[0] == '\0' && measure->kind == MEASURE_YESNO ? "1" : key);
    measure->owner = (uint32_t)prop_number(card, "m.owner", VALUE_PERSON);
    measure->period = xstrdup(prop_text(card, "m.period", VALUE_CHOICE));
    measure->last_date = xstrdup("");
    decimal_init(&measure->actual);
    decimal_init(&measure->percent);
}

void measure_clear(struct entry *e)
{
    struct measure *measure = e->measure;
    if (measure == NULL)
        return;
    char *const texts[] = {(char *)(uintptr_t)measure->unit,    (char *)(uintptr_t)measure->baseline, (char *)(uintptr_t)measure->minimum,
                           (char *)(uintptr_t)measure->target,  (char *)(uintptr_t)measure->period,   (char *)(uintptr_t)measure->last_date};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    decimal_fini(&measure->actual);
    decimal_fini(&measure->percent);
    free(measure);
    e->measure = NULL;
}

static void work_out_actual(struct measure *measure, const struct entry *e, const struct reading_index *last)
{
    struct decimal n;

    measure->has_actual = last != NULL;
    if (last == NULL)
        return;
    switch (measure->kind) {
    case MEASURE_COUNT:
    case MEASURE_SUM:
        decimal_set(&measure->actual, &e->sum);
        break;
    case MEASURE_AVERAGE:
        decimal_init(&n);
        decimal_set_int(&n, (long)e->n_readings);
        measure->has_actual = decimal_divide(&measure->actual, &e->sum, &n, MEAN_SCALE);
        decimal_fini(&n);
        break;
    default:
        measure->has_actual = decimal_parse(&measure->actual, last->value);
    }
}

/* percent = 100 × part / whole; false if whole is 0. */
static bool set_percent(struct measure *measure, const struct decimal *part, const struct decimal *whole)
{
    struct decimal hundred;
    decimal_init(&hundred);
    decimal_set_int(&hundred, 100);
    decimal_multiply(&hundred, &hundred, part);
    bool ok = decimal_divide(&measure->percent, &hundred, whole, PERCENT_SCALE);
    decimal_fini(&hundred);
    return ok;
}

/* Without a baseline: a ratio, where one says something. */
static bool set_ratio(struct measure *measure, const struct decimal *target)
{
    if (!measure->lower)
        return decimal_sign(target) > 0 && set_percent(measure, &measure->actual, target);
    if (decimal_sign(target) < 0)
        return false;
    if (decimal_sign(&measure->actual) > 0)
        return set_percent(measure, target, &measure->actual);
    decimal_set_int(&measure->percent, 100);
    return true;
}

static void work_out_percent(struct measure *measure)
{
    struct decimal target, baseline, way, done;

    decimal_init(&target);
    decimal_init(&baseline);
    decimal_init(&way);
    decimal_init(&done);
    if (measure->has_actual && decimal_parse(&target, measure->target)) {
        if (decimal_parse(&baseline, measure->baseline)) {
            decimal_subtract(&way, &target, &baseline);
            decimal_subtract(&done, &measure->actual, &baseline);
            measure->has_percent = set_percent(measure, &done, &way);
        } else {
            measure->has_percent = set_ratio(measure, &target);
        }
    }
    decimal_fini(&target);
    decimal_fini(&baseline);
    decimal_fini(&way);
    decimal_fini(&done);
}

/* Whether the minimum (without one: half of the way) is reached. */
static bool enough(const struct measure *measure)
{
    struct decimal least;
    bool reached;

    decimal_init(&least);
    if (decimal_parse(&least, measure->minimum)) {
        int order = decimal_compare(&measure->actual, &least);
        reached = measure->lower ? order <= 0 : order >= 0;
    } else {
        decimal_set_int(&least, 50);
        reached = decimal_compare(&measure->percent, &least) >= 0;
    }
    decimal_fini(&least);
    return reached;
}

static enum measure_light work_out_light(const struct measure *measure)
{
    struct decimal all;

    if (!measure->has_percent)
        return LIGHT_GREY;
    decimal_init(&all);
    decimal_set_int(&all, 100);
    bool reached = decimal_compare(&measure->percent, &all) >= 0;
    decimal_fini(&all);
    return reached ? LIGHT_GREEN : enough(measure) ? LIGHT_AMBER : LIGHT_RED;
}

static void work_out_due(struct measure *measure, const struct card *card)
{
    const char *fixed = prop_text(card, "m.next", VALUE_DATE);
    char from[11];

    if (fixed[0] != '\0') {
        strncpy(measure->due, fixed, sizeof measure->due - 1);
        return;
    }
    day_of_ms(card->created_ms, from);
    if (!day_add_period(measure->last_date[0] != '\0' ? measure->last_date : from, measure->period, measure->due))
        measure->due[0] = '\0';
}

void measure_work_out(struct entry *e, const struct card *card, const struct reading_index *last)
{
    struct measure *measure = e->measure = xcalloc(1, sizeof *measure);

    measure_read(measure, card);
    measure->row = e->row;
    measure->n_readings = e->n_readings;
    if (last != NULL) {
        free((char *)(uintptr_t)measure->last_date);
        measure->last_date = xstrdup(last->date);
    }
    work_out_actual(measure, e, last);
    work_out_percent(measure);
    measure->light = work_out_light(measure);
    work_out_due(measure, card);
}

bool measure_is_due(const struct measure *measure, const char *today)
{
    return measure->due[0] != '\0' && day_compare(measure->due, today) <= 0;
}
