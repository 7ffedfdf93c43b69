/* What a struct method answers: results as of the last update, and lists that are made when somebody asks for them. */
#include <stdlib.h>

#include "client/method/method_private.h"
#include "common/buf.h"

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

/* ---- lists of what is on the canvas, in its order: blocks, in each its cards, behind each its parts */

static void list_block(struct method *m, const struct block_entry *b)
{
    for (size_t i = 0; i < b->n_findings; i++)
        m->finding_list[m->n_listed++] = (struct finding){b->findings[i].check, b->id, b->findings[i].text};
}

static void list_entry(struct method *m, const struct entry *e)
{
    if (e->measure != NULL)
        m->measures[m->n_measures++] = e->id;
    for (size_t i = 0; i < e->n_findings; i++)
        m->finding_list[m->n_listed++] = (struct finding){e->findings[i].check, e->id, e->findings[i].text};
}

static void list_cards(struct method *m, const struct block *block)
{
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct entry *e = block->cards[i]->deleted_seq == 0 ? entry_find(m, block->cards[i]->o.id) : NULL;
        if (e == NULL)
            continue;
        list_entry(m, e);
        for (size_t j = 0; j < e->n_parts; j++)
            list_entry(m, entry_find(m, e->parts[j]));
    }
}

static void list_all(struct method *m)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(m->canvas, &n);

    m->measures = xrealloc(m->measures, (m->rollup.n + 1) * sizeof *m->measures);
    m->finding_list = xrealloc(m->finding_list, (m->n_found + 1) * sizeof *m->finding_list);
    m->n_measures = m->n_listed = 0;
    for (size_t i = 0; i < m->n_findings; i++)
        m->finding_list[m->n_listed++] = (struct finding){m->findings[i].check, 0, m->findings[i].text};
    for (size_t i = 0; i < n; i++) {
        const struct block_entry *b = block_entry_find(m, blocks[i]->o.id);
        if (b != NULL)
            list_block(m, b);
        list_cards(m, blocks[i]);
    }
    m->lists_known = true;
    free(blocks);
}

/* ---- measures */

const struct measure *method_measure(const struct method *m, uint64_t card)
{
    const struct entry *e = entry_find(m, card);
    return e != NULL ? e->measure : NULL;
}

const uint64_t *method_measures(struct method *m, size_t *n)
{
    if (!m->lists_known)
        list_all(m);
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

const struct finding *method_findings(struct method *m, size_t *n)
{
    if (!m->lists_known)
        list_all(m);
    *n = m->n_listed;
    return m->finding_list;
}

size_t method_finding_count(const struct method *m)
{
    return m->n_found;
}
