/* One entry per card: what it was the last time, what it added to sums, and how both are worked out anew when it, one of its readings, links or
 * parts, or the card that it is a part of has changed. */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"

struct entry *entry_find(const struct method *m, uint64_t card)
{
    struct entry *e;
    HASH_FIND(hh, m->entries, &card, sizeof card, e);
    return e;
}

struct entry *entry_of(struct method *m, uint64_t card)
{
    struct entry *e = entry_find(m, card);
    if (e != NULL)
        return e;
    e = xcalloc(1, sizeof *e);
    e->id = card;
    decimal_init(&e->sum);
    HASH_ADD(hh, m->entries, id, sizeof e->id, e);
    return e;
}

void entry_mark(struct method *m, uint64_t card)
{
    struct entry *e = entry_of(m, card);
    if (e->dirty)
        return;
    e->dirty = true;
    e->next_dirty = m->dirty;
    m->dirty = e;
}

void entry_mark_unchecked(struct method *m, struct entry *e)
{
    if (e->unchecked)
        return;
    e->unchecked = true;
    e->next_unchecked = m->unchecked;
    m->unchecked = e;
}

/* The amount and the findings are gone already: they are counted in sums. */
void entry_free(struct entry *e)
{
    measure_clear(e);
    if (e->rollup != NULL)
        rollup_fini(e->rollup);
    free(e->rollup);
    decimal_fini(&e->sum);
    free(e->part_key);
    free(e->parts);
    free(e->readings);
    free(e->links);
    free(e);
}

/* ---- readings */

static int compare_readings(const struct reading_entry *a, const struct reading_entry *b)
{
    int order = strcmp(a->date, b->date);
    if (order == 0)
        order = (a->created_ms > b->created_ms) - (a->created_ms < b->created_ms);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* Where in e->readings it stands or belongs. */
static size_t reading_place(const struct entry *e, const struct reading_entry *r)
{
    size_t low = 0, high = e->n_readings;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_readings(&e->readings[middle], r) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void reading_take(struct method *m, struct reading_index *index)
{
    struct entry *e = entry_of(m, index->card);
    struct reading_entry key = {index->id, index->created_ms, ""};
    struct decimal value;

    memcpy(key.date, index->date, sizeof key.date);
    size_t at = reading_place(e, &key);
    ASSERT(at < e->n_readings && e->readings[at].id == index->id);
    memmove(&e->readings[at], &e->readings[at + 1], (--e->n_readings - at) * sizeof *e->readings);
    decimal_init(&value);
    if (decimal_parse(&value, index->value))
        decimal_subtract(&e->sum, &e->sum, &value);
    decimal_fini(&value);
    free(index->value);
    index->value = NULL;
    entry_mark(m, index->card);
}

static void reading_put(struct method *m, struct reading_index *index, const struct reading *reading)
{
    struct entry *e = entry_of(m, index->card);
    struct reading_entry entry = {index->id, reading->created_ms, ""};
    struct decimal value;

    strncpy(entry.date, reading->date, sizeof entry.date - 1);
    memcpy(index->date, entry.date, sizeof index->date);
    index->created_ms = reading->created_ms;
    index->value = xstrdup(reading->value);
    if (e->n_readings == e->cap_readings) {
        e->cap_readings = e->cap_readings > 0 ? 2 * e->cap_readings : 8;
        e->readings = xrealloc(e->readings, e->cap_readings * sizeof *e->readings);
    }
    size_t at = reading_place(e, &entry);
    memmove(&e->readings[at + 1], &e->readings[at], (e->n_readings++ - at) * sizeof *e->readings);
    e->readings[at] = entry;
    decimal_init(&value);
    if (decimal_parse(&value, index->value))
        decimal_add(&e->sum, &e->sum, &value);
    decimal_fini(&value);
    entry_mark(m, index->card);
}

/* It may be new, gone, back, or have another stamp now that it is committed. */
void update_reading(struct method *m, uint64_t id)
{
    const struct reading *reading = canvas_reading(m->canvas, id);
    struct reading_index *index;

    HASH_FIND(hh, m->readings, &id, sizeof id, index);
    if (index != NULL && index->value != NULL)
        reading_take(m, index);
    if (reading == NULL)
        return;
    if (index == NULL) {
        index = xcalloc(1, sizeof *index);
        index->id = id;
        HASH_ADD(hh, m->readings, id, sizeof index->id, index);
    }
    index->card = reading->object;
    if (reading->deleted_seq == 0)
        reading_put(m, index, reading);
}

/* ---- links */

static void count_link(struct method *m, struct link_index *l, bool shows)
{
    if (l->shows == shows)
        return;
    l->shows = shows;
    struct entry *from = entry_of(m, l->from), *to = entry_of(m, l->to);
    from->n_out += shows ? 1 : (uint32_t)-1;
    to->n_in += shows ? 1 : (uint32_t)-1;
    entry_mark_unchecked(m, from);
    entry_mark_unchecked(m, to);
}

static void tie(struct entry *e, struct link_index *l)
{
    if (e->n_links == e->cap_links) {
        e->cap_links = e->cap_links > 0 ? 2 * e->cap_links : 4;
        e->links = xrealloc(e->links, e->cap_links * sizeof(struct link_index *));
    }
    e->links[e->n_links++] = l;
}

static struct link_index *link_index_new(struct method *m, const struct link_object *link)
{
    struct link_index *l = xcalloc(1, sizeof *l);
    l->id = link->o.id;
    l->from = link->from;
    l->to = link->to;
    HASH_ADD(hh, m->links, id, sizeof l->id, l);
    tie(entry_of(m, l->from), l);
    if (l->to != l->from)
        tie(entry_of(m, l->to), l);
    return l;
}

void update_link(struct method *m, uint64_t id)
{
    const struct link_object *link = canvas_link(m->canvas, id);
    struct link_index *l;

    HASH_FIND(hh, m->links, &id, sizeof id, l);
    if (l == NULL && link == NULL)
        return;
    if (l == NULL)
        l = link_index_new(m, link);
    if (link != NULL && (link->from != l->from || link->to != l->to))
        m->stale = true; /* an edit was refused, and its id given to another link */
    else
        count_link(m, l, link != NULL && link_visible(m->canvas, link));
}

/* ---- parts: a row knows its parts, in the order of their places */

static int compare_places(const struct canvas *c, uint64_t a, uint64_t b)
{
    const struct card *x = canvas_card(c, a), *y = canvas_card(c, b);
    int order = x != NULL && y != NULL ? strcmp(x->order_key, y->order_key) : 0;
    return order != 0 ? order : (a > b) - (a < b);
}

static void part_take(struct method *m, struct entry *e)
{
    if (e->row == 0)
        return;
    struct entry *row = entry_of(m, e->row);
    for (size_t i = 0; i < row->n_parts; i++) {
        if (row->parts[i] == e->id) {
            memmove(&row->parts[i], &row->parts[i + 1], (--row->n_parts - i) * sizeof *row->parts);
            break;
        }
    }
    entry_mark_unchecked(m, row);
    e->row = 0;
    free(e->part_key);
    e->part_key = NULL;
}

static void part_put(struct method *m, struct entry *e, uint64_t row_id, const char *key)
{
    struct entry *row = entry_of(m, row_id);
    entry_mark_unchecked(m, row);
    e->row = row_id;
    e->part_key = xstrdup(key);
    if (row->n_parts == row->cap_parts) {
        row->cap_parts = row->cap_parts > 0 ? 2 * row->cap_parts : 4;
        row->parts = xrealloc(row->parts, row->cap_parts * sizeof *row->parts);
    }
    size_t at = row->n_parts++;
    for (; at > 0 && compare_places(m->canvas, row->parts[at - 1], e->id) > 0; at--)
        row->parts[at] = row->parts[at - 1];
    row->parts[at] = e->id;
}

/* The card of which this one is a part, whether or not it is there; 0: it is none. As part_of() (field.h), only what stands in a hidden block
 * is a part. */
static uint64_t row_of(const struct card *card, const char **key)
{
    const struct value *of = props_get(&card->props, "of"), *field = props_get(&card->props, "of.field");
    *key = field != NULL && field->kind == VALUE_CHOICE ? field->text : "";
    return of != NULL && of->kind == VALUE_OBJECT && block_hidden(card->block) ? of->number : 0;
}

/* ---- a card's entry */

static bool is_alive(const struct card *card)
{
    return card != NULL && card->deleted_seq == 0 && !card->block->deleted;
}

/* The block whose sums an alive card is in: its own, or its row's if it is a part; 0: in none, as a part of what is gone or a part itself. */
static uint64_t counting_block(struct method *m, const struct card *card, uint64_t row)
{
    const struct card *owner = row != 0 ? canvas_card(m->canvas, row) : card;
    return is_alive(owner) && !block_hidden(owner->block) ? owner->block->o.id : 0;
}

static void count_in_block(struct method *m, const struct entry *e, int by)
{
    struct block_entry *b = e->row == 0 && e->block != 0 ? block_entry_find(m, e->block) : NULL;
    if (b == NULL)
        return;
    b->n_cards += (size_t)by;
    b->dirty = true;
}

static void take_out(struct method *m, struct entry *e)
{
    rollup_take(m, e);
    balance_take(m, e);
    text_take(m, e);
    count_in_block(m, e, -1);
    part_take(m, e);
    measure_clear(e);
}

static void put_measure(struct method *m, struct entry *e, const struct card *card)
{
    const struct reading_index *last = NULL;
    if (e->n_readings > 0)
        HASH_FIND(hh, m->readings, &e->readings[e->n_readings - 1].id, sizeof last->id, last);
    measure_work_out(e, card, last);
    rollup_put(m, e);
}

static void put_in(struct method *m, struct entry *e, const struct card *card)
{
    const char *key;
    uint64_t row = row_of(card, &key);

    if (row != 0)
        part_put(m, e, row, key);
    e->block = counting_block(m, card, row);
    if (e->block == 0)
        return;
    count_in_block(m, e, 1);
    if (card_is_measure(card))
        put_measure(m, e, card);
    if (row == 0) {
        balance_put(m, e, card);
        text_put(m, e, card);
    }
}

/* The block in which a card's parts count. */
static uint64_t parts_block(const struct entry *e)
{
    return e->row == 0 ? e->block : 0;
}

void entry_work_out(struct method *m, struct entry *e)
{
    const struct card *card = canvas_card(m->canvas, e->id);
    uint64_t before = parts_block(e);
    bool alive_before = e->alive;

    take_out(m, e);
    e->block = 0;
    e->alive = is_alive(card);
    if (e->alive)
        put_in(m, e, card);
    entry_mark_unchecked(m, e);
    for (size_t i = 0; i < e->n_parts && parts_block(e) != before; i++) /* parts follow their row */
        entry_mark(m, e->parts[i]);
    for (size_t i = 0; i < e->n_links && e->alive != alive_before; i++)
        update_link(m, e->links[i]->id);
}
