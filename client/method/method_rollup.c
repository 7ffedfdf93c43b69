/* Sums of measures per row, block and canvas. A measure's share is taken out as exactly as it was put in. */
#include <stdlib.h>

#include "client/method/method_private.h"
#include "common/buf.h"

void rollup_init(struct rollup *r)
{
    *r = (struct rollup){0};
    decimal_init(&r->percent_sum);
}

void rollup_fini(struct rollup *r)
{
    decimal_fini(&r->percent_sum);
}

void rollup_add(struct rollup *to, const struct rollup *from)
{
    to->n += from->n;
    to->with_percent += from->with_percent;
    to->due += from->due;
    for (size_t i = 0; i < sizeof to->lights / sizeof to->lights[0]; i++)
        to->lights[i] += from->lights[i];
    decimal_add(&to->percent_sum, &to->percent_sum, &from->percent_sum);
}

char *rollup_average(const struct rollup *r)
{
    struct decimal n, mean;
    char *text = NULL;

    decimal_init(&n);
    decimal_init(&mean);
    decimal_set_int(&n, (long)r->with_percent);
    if (decimal_divide(&mean, &r->percent_sum, &n, 6))
        text = decimal_text_rounded(&mean, 1);
    decimal_fini(&n);
    decimal_fini(&mean);
    return text;
}

/* One measure's share, added (by = 1) or taken out (-1). */
static void share(struct rollup *r, const struct entry *e, int by)
{
    const struct measure *measure = e->measure;
    r->n += (size_t)by;
    r->lights[measure->light] += (size_t)by;
    if (e->is_due)
        r->due += (size_t)by;
    if (!measure->has_percent)
        return;
    r->with_percent += (size_t)by;
    if (by > 0)
        decimal_add(&r->percent_sum, &r->percent_sum, &measure->percent);
    else
        decimal_subtract(&r->percent_sum, &r->percent_sum, &measure->percent);
}

static void share_everywhere(struct method *m, const struct entry *e, int by)
{
    struct entry *row = e->row != 0 ? entry_find(m, e->row) : NULL;
    struct block_entry *block = block_entry_find(m, e->block);

    share(&m->rollup, e, by);
    if (block != NULL)
        share(&block->rollup, e, by);
    if (row == NULL)
        return;
    if (row->rollup == NULL) {
        row->rollup = xcalloc(1, sizeof *row->rollup);
        rollup_init(row->rollup);
    }
    share(row->rollup, e, by);
}

void rollup_put(struct method *m, struct entry *e)
{
    e->in_rollup = true;
    e->is_due = measure_is_due(e->measure, m->today);
    share_everywhere(m, e, 1);
}

void rollup_take(struct method *m, struct entry *e)
{
    if (e->in_rollup)
        share_everywhere(m, e, -1);
    e->in_rollup = false;
}

const struct rollup *method_rollup_row(const struct method *m, uint64_t card)
{
    const struct entry *e = entry_find(m, card);
    return e != NULL && e->rollup != NULL && e->rollup->n > 0 ? e->rollup : NULL;
}

const struct rollup *method_rollup_block(const struct method *m, uint64_t block)
{
    const struct block_entry *b = block_entry_find(m, block);
    return b != NULL && b->rollup.n > 0 ? &b->rollup : NULL;
}

const struct rollup *method_rollup(const struct method *m)
{
    return &m->rollup;
}
