/* What a struct method answers: results as of the last update, and lists that are made when somebody asks for them. */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"

void lists_forget(struct method *m)
{
    free(m->finding_list);
    m->finding_list = NULL;
    m->findings_known = m->measures_known = false;
}

/* ---- fields and parts */

const struct fields *method_fields(struct method *m, const struct block *block)
{
    const struct block_entry *b = block != NULL ? block_entry_find(m, block->o.id) : NULL;
    return b != NULL && !b->gone ? &b->fields : &m->header_fields;
}

const uint64_t *method_parts(const struct method *m, uint64_t card, size_t *n)
{
    const struct entry *e = entry_find(m, card);
    bool is_row = e != NULL && e->block != 0 && e->row == 0;
    *n = is_row ? e->n_parts : 0;
    return is_row ? e->parts : NULL;
}

const char *method_part_field(const struct method *m, uint64_t part)
{
    const struct entry *e = entry_find(m, part);
    return e != NULL && e->block != 0 && e->part_key != NULL ? e->part_key : "";
}

/* ---- the order of a canvas */

/* Where a card is seen: a part stands behind its row. */
struct spot {
    uint64_t id;
    const struct block *block;
    const struct card *row, *part;   /* part NULL: the row itself; row NULL: the block itself */
};

static struct spot spot_of(const struct method *m, const struct entry *e)
{
    const struct card *card = canvas_card(m->canvas, e->id), *row = e->row != 0 ? canvas_card(m->canvas, e->row) : card;
    return (struct spot){.id = e->id, .block = row->block, .row = row, .part = e->row != 0 ? card : NULL};
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* As canvas_blocks_in_order() has them. */
static int compare_blocks(const struct block *a, const struct block *b)
{
    int order = COMPARE(a->order, b->order);
    if (order == 0)
        order = COMPARE(a->row, b->row);
    if (order == 0)
        order = COMPARE(a->col, b->col);
    return order != 0 ? order : COMPARE(a->o.id, b->o.id);
}

static int compare_cards(const struct card *a, const struct card *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    int order = strcmp(a->order_key, b->order_key);
    return order != 0 ? order : COMPARE(a->o.id, b->o.id);
}

static int compare_spots(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    int order = compare_blocks(x->block, y->block);
    if (order == 0)
        order = compare_cards(x->row, y->row);
    return order != 0 ? order : compare_cards(x->part, y->part);
}

/* ---- measures */

const struct measure *method_measure(const struct method *m, uint64_t card)
{
    const struct entry *e = entry_find(m, card);
    return e != NULL ? e->measure : NULL;
}

static void list_measures(struct method *m)
{
    size_t n = 0;
    struct spot *spots = xmalloc((m->rollup.n + 1) * sizeof *spots);

    for (const struct entry *e = m->entries; e != NULL; e = e->hh.next)
        if (e->measure != NULL)
            spots[n++] = spot_of(m, e);
    qsort(spots, n, sizeof *spots, compare_spots);
    m->measures = xrealloc(m->measures, (n + 1) * sizeof *m->measures);
    m->n_measures = n;
    for (size_t i = 0; i < n; i++)
        m->measures[i] = spots[i].id;
    free(spots);
}

const uint64_t *method_measures(struct method *m, size_t *n)
{
    if (!m->measures_known)
        list_measures(m);
    m->measures_known = true;
    *n = m->n_measures;
    return m->measures;
}

const struct measure_reading *method_readings(struct method *m, uint64_t card, size_t *n)
{
    const struct entry *e = entry_find(m, card);
    size_t most = e != NULL ? e->n_readings : 0;

    m->reading_list = xrealloc(m->reading_list, (most + 1) * sizeof *m->reading_list);
    *n = 0;
    for (size_t i = 0; i < most; i++) {
        const struct reading *reading = canvas_reading(m->canvas, e->readings[i].id);
        if (reading == NULL)
            continue;
        m->reading_list[(*n)++] = (struct measure_reading){
            .id = reading->o.id,
            .date = reading->date,
            .value = reading->value,
            .note = reading->note != NULL ? reading->note : "",
            .author = reading->created_by,
            .created_ms = reading->created_ms,
        };
    }
    return m->reading_list;
}

/* ---- findings */

static size_t list_objects(const struct method *m, struct spot *spots)
{
    size_t n = 0;
    for (const struct block_entry *b = m->blocks; b != NULL; b = b->hh.next)
        if (b->n_findings > 0)
            spots[n++] = (struct spot){.id = b->id, .block = canvas_block(m->canvas, b->id)};
    for (const struct entry *e = m->entries; e != NULL; e = e->hh.next)
        if (e->n_findings > 0)
            spots[n++] = spot_of(m, e);
    qsort(spots, n, sizeof *spots, compare_spots);
    return n;
}

static size_t add_findings(struct finding *to, uint64_t object, const struct finding_entry *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (struct finding){from[i].check, object, from[i].text};
    return n;
}

static void list_findings(struct method *m)
{
    struct spot *spots = xmalloc((m->n_found + 1) * sizeof *spots);
    struct finding *list = m->finding_list = xmalloc((m->n_found + 1) * sizeof *list);
    size_t n_objects = list_objects(m, spots), n = add_findings(list, 0, m->findings, m->n_findings);

    for (size_t i = 0; i < n_objects; i++) {
        const struct entry *e = spots[i].row != NULL ? entry_find(m, spots[i].id) : NULL;
        const struct block_entry *b = e == NULL ? block_entry_find(m, spots[i].id) : NULL;
        if (e != NULL)
            n += add_findings(list + n, e->id, e->findings, e->n_findings);
        else if (b != NULL)
            n += add_findings(list + n, b->id, b->findings, b->n_findings);
    }
    ASSERT(n == m->n_found);
    free(spots);
}

const struct finding *method_findings(struct method *m, size_t *n)
{
    if (!m->findings_known)
        list_findings(m);
    m->findings_known = true;
    *n = m->n_found;
    return m->finding_list;
}

size_t method_finding_count(const struct method *m)
{
    return m->n_found;
}
