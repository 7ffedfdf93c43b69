/* Keeps what is derived from a canvas up to date (method.h): which cards an op touched, what they contributed before and contribute now. Sums are
 * exact decimals, so that taking a contribution out again leaves nothing behind. */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"

struct method *method_new(void)
{
    struct method *m = xcalloc(1, sizeof *m);
    m->stale = true;
    rollup_init(&m->rollup);
    return m;
}

/* ---- entries */

struct entry *entry_find(const struct method *m, uint64_t card)
{
    struct entry *e;
    HASH_FIND(hh, m->entries, &card, sizeof card, e);
    return e;
}

struct block_entry *block_entry_find(const struct method *m, uint64_t block)
{
    struct block_entry *b;
    HASH_FIND(hh, m->blocks, &block, sizeof block, b);
    return b;
}

static struct entry *entry_of(struct method *m, uint64_t card)
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

static void entry_free(struct entry *e)
{
    measure_clear(e);
    findings_clear(&e->findings, &e->n_findings);
    if (e->rollup != NULL)
        rollup_fini(e->rollup);
    free(e->rollup);
    if (e->amount != NULL) {
        decimal_fini(&e->amount->value);
        free(e->amount->unit);
        free(e->amount);
    }
    decimal_fini(&e->sum);
    free(e->part_key);
    free(e->parts);
    free(e->readings);
    free(e);
}

/* ---- forgetting */

static void forget_entries(struct method *m)
{
    struct entry *e, *next_entry;
    struct text_entry *t, *next_text;

    HASH_ITER(hh, m->entries, e, next_entry)
    {
        HASH_DEL(m->entries, e);
        entry_free(e);
    }
    HASH_ITER(hh, m->texts, t, next_text)
    {
        HASH_DEL(m->texts, t);
        free(t->cards);
        free(t);
    }
    m->dirty = NULL;
}

static void forget_rest(struct method *m)
{
    struct block_entry *b, *next_block;
    struct reading_index *r, *next_reading;
    struct link_index *l, *next_link;

    HASH_ITER(hh, m->blocks, b, next_block)
    {
        HASH_DEL(m->blocks, b);
        fields_free(&b->fields);
        rollup_fini(&b->rollup);
        findings_clear(&b->findings, &b->n_findings);
        free(b);
    }
    HASH_ITER(hh, m->readings, r, next_reading)
    {
        HASH_DEL(m->readings, r);
        free(r->value);
        free(r);
    }
    HASH_ITER(hh, m->links, l, next_link)
    {
        HASH_DEL(m->links, l);
        free(l);
    }
}

static void forget_all(struct method *m)
{
    forget_entries(m);
    forget_rest(m);
    balances_free(m);
    findings_clear(&m->findings, &m->n_findings);
    fields_free(&m->header_fields);
    free(m->lanes);
    free(m->checks);
    m->lanes = m->checks = NULL;
    m->n_touched = 0;
    rollup_fini(&m->rollup);
    rollup_init(&m->rollup);
}

static void forget_lists(struct method *m)
{
    for (size_t i = 0; i < m->n_finding_list; i++)
        free(m->finding_list[i].text);
    free(m->finding_list);
    m->finding_list = NULL;
    m->n_finding_list = 0;
    m->findings_known = m->measures_known = false;
}

void method_free(struct method *m)
{
    if (m == NULL)
        return;
    forget_all(m);
    forget_lists(m);
    rollup_fini(&m->rollup);
    free(m->touched);
    free(m->measures);
    free(m->reading_list);
    free(m->balance_list);
    free(m);
}

void method_reset(struct method *m)
{
    m->stale = true;
}

/* ---- what an op may have changed */

static void touch(struct method *m, enum touch_kind kind, uint64_t id)
{
    if (m->n_touched == m->cap_touched) {
        m->cap_touched = m->cap_touched > 0 ? 2 * m->cap_touched : 64;
        m->touched = xrealloc(m->touched, m->cap_touched * sizeof *m->touched);
    }
    m->touched[m->n_touched++] = (struct touched){kind, id};
}

/* A block's properties that say nothing about its cards. */
static bool only_words(const char *key)
{
    static const char *const keys[] = {"title", "prompt", "help", "plugins", "col", "row", "col_span", "row_span"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

void method_touch(struct method *m, const Cocanvas__Op *op)
{
    if (m->stale)
        return;
    switch (op != NULL ? op->kind_case : COCANVAS__OP__KIND__NOT_SET) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        touch(m, TOUCH_CARD, op->card_create->id);
        break;
    case COCANVAS__OP__KIND_CARD_DELETE:
        touch(m, TOUCH_CARD, op->card_delete->id);
        break;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        touch(m, TOUCH_CARD, op->card_restore->id);
        break;
    case COCANVAS__OP__KIND_CARD_MOVE:
        touch(m, TOUCH_CARD, op->card_move->id);
        break;
    case COCANVAS__OP__KIND_PROP_SET:
        touch(m, only_words(op->prop_set->key) ? TOUCH_BLOCK_WORDS : TOUCH_OBJECT, op->prop_set->object);
        break;
    case COCANVAS__OP__KIND_TAG_SET:
        touch(m, TOUCH_CARD, op->tag_set->card);
        break;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        touch(m, TOUCH_CARD, op->text_edit->object);
        break;
    case COCANVAS__OP__KIND_LINK_ADD:
        touch(m, TOUCH_LINK, op->link_add->id);
        break;
    case COCANVAS__OP__KIND_LINK_REMOVE:
        touch(m, TOUCH_LINK, op->link_remove->id);
        break;
    case COCANVAS__OP__KIND_READING_ADD:
        touch(m, TOUCH_READING, op->reading_add->id);
        break;
    case COCANVAS__OP__KIND_READING_REMOVE:
        touch(m, TOUCH_READING, op->reading_remove->id);
        break;
    case COCANVAS__OP__KIND_VOTE_SET:
    case COCANVAS__OP__KIND_COMMENT_ADD:
    case COCANVAS__OP__KIND_COMMENT_DELETE:
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
    case COCANVAS__OP__KIND_NAME_SEQ:
    case COCANVAS__OP__KIND_RESPREAD: /* keeps every place */
        break;
    default: /* blocks come and go; the state was replaced; an op of a later version */
        m->stale = true;
    }
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

/* Brings one reading up to date: it may be new, gone, back, or have another stamp now that it is committed. */
static void update_reading(struct method *m, uint64_t id)
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
    entry_of(m, l->from)->n_out += shows ? 1 : (uint32_t)-1;
    entry_of(m, l->to)->n_in += shows ? 1 : (uint32_t)-1;
    entry_mark(m, l->from);
    entry_mark(m, l->to);
}

static void update_link(struct method *m, uint64_t id)
{
    const struct link_object *link = canvas_link(m->canvas, id);
    struct link_index *l;

    HASH_FIND(hh, m->links, &id, sizeof id, l);
    if (l == NULL && link == NULL)
        return;
    if (l == NULL) {
        l = xcalloc(1, sizeof *l);
        l->id = id;
        l->from = link->from;
        l->to = link->to;
        HASH_ADD(hh, m->links, id, sizeof l->id, l);
    }
    count_link(m, l, link != NULL && link_visible(m->canvas, link));
}

static void update_links_of(struct method *m, uint64_t card)
{
    for (struct link_index *l = m->links; l != NULL; l = l->hh.next)
        if (l->from == card || l->to == card)
            update_link(m, l->id);
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
    e->row = 0;
    free(e->part_key);
    e->part_key = NULL;
}

static void part_put(struct method *m, struct entry *e, uint64_t row_id, const char *key)
{
    struct entry *row = entry_of(m, row_id);
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

/* The card that a property "of" names, 0 if there is none. */
static uint64_t of_whom(const struct card *card, const char **key)
{
    const struct value *of = props_get(&card->props, "of"), *field = props_get(&card->props, "of.field");
    *key = field != NULL && field->text != NULL ? field->text : "";
    return of != NULL && of->kind == VALUE_OBJECT && of->number != card->o.id ? of->number : 0;
}

/* ---- a card's entry */

/* The block whose sums an alive card is in: its own, or its row's if it is a part; 0: in none. A part of a part counts nowhere. */
static uint64_t counting_block(struct method *m, const struct card *card, uint64_t row)
{
    const char *key;
    if (row == 0)
        return block_hidden(card->block) ? 0 : card->block->o.id;
    const struct card *owner = canvas_card(m->canvas, row);
    if (owner == NULL || owner->deleted_seq != 0 || owner->block->deleted || of_whom(owner, &key) != 0)
        return 0;
    return owner->block->o.id;
}

static void count_in_block(struct method *m, const struct entry *e, int by)
{
    struct block_entry *b = e->row == 0 && e->block != 0 ? block_entry_find(m, e->block) : NULL;
    if (b == NULL)
        return;
    b->n_cards += (size_t)by;
    b->dirty = true;
}

static void work_out(struct method *m, struct entry *e)
{
    const struct card *card = canvas_card(m->canvas, e->id);
    bool alive = card != NULL && card->deleted_seq == 0 && !card->block->deleted;
    uint64_t block_before = e->block;
    const char *key = "";
    uint64_t row = alive ? of_whom(card, &key) : 0;

    rollup_take(m, e);
    balance_take(m, e);
    checks_text_take(m, e);
    count_in_block(m, e, -1);
    part_take(m, e);
    measure_clear(e);
    if (row != 0)
        part_put(m, e, row, key);
    e->block = alive ? counting_block(m, card, row) : 0;
    count_in_block(m, e, 1);
    if (e->block != 0 && card_is_measure(card)) {
        const struct reading_index *last = NULL;
        if (e->n_readings > 0)
            HASH_FIND(hh, m->readings, &e->readings[e->n_readings - 1].id, sizeof last->id, last);
        measure_work_out(e, card, last);
        rollup_put(m, e);
    }
    if (e->block != 0 && row == 0) {
        balance_put(m, e, card);
        checks_text_put(m, e, card);
    }
    if (e->block != block_before) { /* parts follow their row, links show or not */
        for (size_t i = 0; i < e->n_parts; i++)
            entry_mark(m, e->parts[i]);
        update_links_of(m, e->id);
    }
}

/* Works out what is marked; then the checks, which look at neighbours that must be up to date. */
static void work_out_dirty(struct method *m)
{
    struct entry *done = NULL, *e;

    while ((e = m->dirty) != NULL) {
        m->dirty = e->next_dirty;
        e->dirty = false;
        work_out(m, e);
        if (!e->checked) {
            e->checked = true;
            e->next_checked = done;
            done = e;
        }
    }
    for (e = done; e != NULL; e = e->next_checked) {
        const struct card *card = e->block != 0 ? canvas_card(m->canvas, e->id) : NULL;
        e->checked = false;
        checks_of_card(m, e, card);
    }
}

/* ---- everything anew */

static const char *known_word(const struct props *props, const char *key, const char *const *words)
{
    const struct value *value = props_get(props, key);
    for (size_t i = 0; value != NULL && value->text != NULL && words[i] != NULL; i++)
        if (strcmp(value->text, words[i]) == 0)
            return words[i];
    return "";
}

static void add_block(struct method *m, const struct block *block)
{
    static const char *const sides[] = {"company", "customer", "shared", "measure", NULL};
    static const char *const signs[] = {"plus", "minus", NULL};
    struct block_entry *b = xcalloc(1, sizeof *b);

    b->id = block->o.id;
    b->hidden = block_hidden(block);
    b->side = known_word(&block->props, "side", sides);
    b->sign = known_word(&block->props, "sign", signs);
    b->dirty = true;
    fields_of_block(m->canvas, block, &b->fields);
    rollup_init(&b->rollup);
    HASH_ADD(hh, m->blocks, id, sizeof b->id, b);
}

static void read_all(struct method *m)
{
    const struct canvas *c = m->canvas;
    const char *checks = canvas_header_text(c, "checks");

    forget_all(m);
    m->lanes = xstrdup(canvas_header_text(c, "lanes"));
    m->checks = checks[0] != '\0' ? xasprintf(" %s ", checks) : xstrdup("");
    fields_of_block(c, NULL, &m->header_fields);
    for (const struct object *o = c->blocks; o != NULL; o = o->hh.next)
        if (!canvas_block(c, o->id)->deleted)
            add_block(m, canvas_block(c, o->id));
    for (const struct object *o = c->cards; o != NULL; o = o->hh.next)
        entry_mark(m, o->id);
    for (const struct object *o = c->readings; o != NULL; o = o->hh.next)
        update_reading(m, o->id);
    for (const struct object *o = c->links; o != NULL; o = o->hh.next)
        update_link(m, o->id);
    m->stale = false;
}

/* ---- updating */

static void update_card(struct method *m, uint64_t id)
{
    if (entry_find(m, id) != NULL || canvas_card(m->canvas, id) != NULL)
        entry_mark(m, id);
}

static void update_touched(struct method *m)
{
    for (size_t i = 0; i < m->n_touched && !m->stale; i++) {
        uint64_t id = m->touched[i].id;
        struct block_entry *b = block_entry_find(m, id);
        switch (m->touched[i].kind) {
        case TOUCH_READING:
            update_reading(m, id);
            break;
        case TOUCH_LINK:
            update_link(m, id);
            break;
        case TOUCH_BLOCK_WORDS:
            if (b != NULL)
                b->dirty = true;
            break;
        case TOUCH_CARD:
            update_card(m, id);
            break;
        case TOUCH_OBJECT:
            m->stale = b != NULL || id == 0;
            update_card(m, id);
        }
    }
    m->n_touched = 0;
}

/* A new day: what is due, and which readings lie in the future. */
static void change_day(struct method *m, const char *today)
{
    for (struct entry *e = m->entries; e != NULL; e = e->hh.next)
        if (e->measure != NULL)
            entry_mark(m, e->id);
    memset(m->today, 0, sizeof m->today);
    strncpy(m->today, today, sizeof m->today - 1);
}

void method_update(struct method *m, const struct canvas *c, const char *today)
{
    bool changed = m->stale || m->n_touched > 0 || strcmp(today, m->today) != 0;

    m->canvas = c;
    if (!changed)
        return;
    forget_lists(m);
    if (strcmp(today, m->today) != 0)
        change_day(m, today);
    update_touched(m);
    if (m->stale)
        read_all(m);
    work_out_dirty(m);
    for (struct block_entry *b = m->blocks; b != NULL; b = b->hh.next) {
        if (b->dirty)
            checks_of_block(m, b, canvas_block(c, b->id));
        b->dirty = false;
    }
    checks_of_canvas(m);
}

/* ---- reading */

const struct fields *method_fields(struct method *m, const struct block *block)
{
    const struct block_entry *b = block != NULL ? block_entry_find(m, block->o.id) : NULL;
    return b != NULL ? &b->fields : &m->header_fields;
}

const uint64_t *method_parts(const struct method *m, uint64_t card, size_t *n)
{
    const struct entry *e = entry_find(m, card);
    *n = e != NULL ? e->n_parts : 0;
    return e != NULL ? e->parts : NULL;
}

const char *method_part_field(const struct method *m, uint64_t part)
{
    const struct entry *e = entry_find(m, part);
    return e != NULL && e->part_key != NULL ? e->part_key : "";
}

const struct measure *method_measure(const struct method *m, uint64_t card)
{
    const struct entry *e = entry_find(m, card);
    return e != NULL ? e->measure : NULL;
}

const struct measure_reading *method_readings(struct method *m, uint64_t card, size_t *n)
{
    const struct entry *e = entry_find(m, card);
    *n = e != NULL ? e->n_readings : 0;
    m->reading_list = xrealloc(m->reading_list, (*n + 1) * sizeof *m->reading_list);
    for (size_t i = 0; i < *n; i++) {
        const struct reading *reading = canvas_reading(m->canvas, e->readings[i].id);
        m->reading_list[i] = (struct measure_reading){
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

static int compare_measures(const void *a, const void *b, void *canvas)
{
    const struct card *x = canvas_card(canvas, *(const uint64_t *)a), *y = canvas_card(canvas, *(const uint64_t *)b);
    const char *key;
    uint64_t row_x = of_whom(x, &key), row_y = of_whom(y, &key);
    const struct card *at_x = row_x != 0 ? canvas_card(canvas, row_x) : x, *at_y = row_y != 0 ? canvas_card(canvas, row_y) : y;
    int order = (at_x->block->order > at_y->block->order) - (at_x->block->order < at_y->block->order);
    if (order == 0 && at_x->block != at_y->block)
        order = at_x->block->o.id > at_y->block->o.id ? 1 : -1;
    if (order == 0 && at_x != at_y)
        order = strcmp(at_x->order_key, at_y->order_key);
    return order != 0 ? order : strcmp(x->order_key, y->order_key);
}

const uint64_t *method_measures(struct method *m, size_t *n)
{
    if (!m->measures_known) {
        m->measures = xrealloc(m->measures, (m->rollup.n + 1) * sizeof *m->measures);
        m->n_measures = 0;
        for (const struct entry *e = m->entries; e != NULL; e = e->hh.next)
            if (e->measure != NULL)
                m->measures[m->n_measures++] = e->id;
        qsort_r(m->measures, m->n_measures, sizeof *m->measures, compare_measures, (void *)(uintptr_t)m->canvas);
        m->measures_known = true;
    }
    *n = m->n_measures;
    return m->measures;
}
