/* Keeps what is derived from a canvas up to date (method.h): which objects an op touched, and who is to be worked out or checked anew because
 * of it. Sums are exact decimals, so that taking a contribution out again leaves nothing behind. */
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

/* ---- forgetting */

static void forget_entries(struct method *m)
{
    struct entry *e, *next;
    HASH_ITER(hh, m->entries, e, next)
    {
        HASH_DEL(m->entries, e);
        findings_clear(m, &e->findings, &e->n_findings);
        balance_take(m, e);
        entry_free(e);
    }
    m->dirty = m->unchecked = NULL;
}

static void forget_rest(struct method *m)
{
    struct block_entry *b, *next_block;
    struct reading_index *r, *next_reading;
    struct link_index *l, *next_link;

    HASH_ITER(hh, m->blocks, b, next_block)
    {
        HASH_DEL(m->blocks, b);
        findings_clear(m, &b->findings, &b->n_findings);
        block_entry_free(b);
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
    texts_free(m);
    balances_free(m);
    findings_clear(m, &m->findings, &m->n_findings);
    fields_free(&m->header_fields);
    free(m->lanes);
    m->lanes = NULL;
    m->n_touched = 0;
    rollup_fini(&m->rollup);
    rollup_init(&m->rollup);
}

void method_free(struct method *m)
{
    if (m == NULL)
        return;
    forget_all(m);
    rollup_fini(&m->rollup);
    free(m->touched);
    free(m->finding_list);
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

/* A property by which a block or the canvas says something about its cards. */
static enum touch_kind property_kind(const char *key)
{
    static const char *const keys[] = {"hidden", "side", "sign", "section", "lanes", "checks"};
    if (strncmp(key, "field.", 6) == 0)
        return TOUCH_SETTING;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return TOUCH_SETTING;
    return TOUCH_PROPERTY;
}

static void touch_card_op(struct method *m, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
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
    case COCANVAS__OP__KIND_TAG_SET:
        touch(m, TOUCH_CARD, op->tag_set->card);
        break;
    default:
        touch(m, TOUCH_CARD, op->text_edit->object);
    }
}

void method_touch(struct method *m, const Cocanvas__Op *op)
{
    if (m->stale)
        return;
    switch (op != NULL ? op->kind_case : COCANVAS__OP__KIND__NOT_SET) {
    case COCANVAS__OP__KIND_CARD_CREATE:
    case COCANVAS__OP__KIND_CARD_DELETE:
    case COCANVAS__OP__KIND_CARD_RESTORE:
    case COCANVAS__OP__KIND_CARD_MOVE:
    case COCANVAS__OP__KIND_TAG_SET:
    case COCANVAS__OP__KIND_TEXT_EDIT:
        touch_card_op(m, op);
        break;
    case COCANVAS__OP__KIND_PROP_SET:
        touch(m, property_kind(op->prop_set->key), op->prop_set->object);
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
    case COCANVAS__OP__KIND_BLOCK_ADD:
        if (op->block_add->block != NULL)
            touch(m, TOUCH_BLOCK, op->block_add->block->id);
        break;
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        touch(m, TOUCH_BLOCK, op->block_remove->id);
        break;
    case COCANVAS__OP__KIND_VOTE_SET:
    case COCANVAS__OP__KIND_COMMENT_ADD:
    case COCANVAS__OP__KIND_COMMENT_DELETE:
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
    case COCANVAS__OP__KIND_NAME_SEQ:
    case COCANVAS__OP__KIND_RESPREAD: /* keeps every place */
        break;
    default: /* the state was replaced; an op of a later version */
        m->stale = true;
    }
}

/* ---- updating */

/* The tables of a canvas hold objects of one kind, whose first member is the object. */
static void read_all(struct method *m)
{
    const struct canvas *c = m->canvas;

    forget_all(m);
    m->stale = false;
    m->lanes = xstrdup(canvas_header_text(c, "lanes"));
    checks_choose(m);
    fields_of_block(c, NULL, &m->header_fields);
    for (const struct object *o = c->blocks; o != NULL; o = o->hh.next)
        update_block(m, o->id);
    for (const struct object *o = c->readings; o != NULL; o = o->hh.next)
        update_reading(m, o->id);
    for (const struct object *o = c->links; o != NULL; o = o->hh.next)
        update_link(m, o->id);
}

static void update_card(struct method *m, uint64_t id)
{
    if (entry_find(m, id) != NULL || canvas_card(m->canvas, id) != NULL)
        entry_mark(m, id);
}

static void update_property(struct method *m, const struct touched *touched)
{
    struct block_entry *b = block_entry_find(m, touched->id);
    if (touched->id == 0)
        m->stale |= touched->kind == TOUCH_SETTING;
    else if (b == NULL)
        update_card(m, touched->id);
    else if (touched->kind == TOUCH_SETTING)
        update_block(m, touched->id);
    else
        b->dirty = true;
}

static void update_touched(struct method *m)
{
    for (size_t i = 0; i < m->n_touched && !m->stale; i++) {
        const struct touched *touched = &m->touched[i];
        switch (touched->kind) {
        case TOUCH_CARD:
            update_card(m, touched->id);
            break;
        case TOUCH_PROPERTY:
        case TOUCH_SETTING:
            update_property(m, touched);
            break;
        case TOUCH_BLOCK:
            update_block(m, touched->id);
            break;
        case TOUCH_READING:
            update_reading(m, touched->id);
            break;
        case TOUCH_LINK:
            update_link(m, touched->id);
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

/* Works out what is marked; then the checks, which look at neighbours that must be up to date. */
static void work_out_marked(struct method *m)
{
    struct entry *e;
    while ((e = m->dirty) != NULL && !m->stale) {
        m->dirty = e->next_dirty;
        e->dirty = false;
        entry_work_out(m, e);
    }
}

static void check_marked(struct method *m)
{
    struct entry *e;
    while ((e = m->unchecked) != NULL) {
        m->unchecked = e->next_unchecked;
        e->unchecked = false;
        checks_of_card(m, e);
    }
    for (struct block_entry *b = m->blocks; b != NULL; b = b->hh.next) {
        if (b->dirty)
            checks_of_block(m, b);
        b->dirty = false;
    }
    checks_of_canvas(m);
}

void method_update(struct method *m, const struct canvas *c, const char *today)
{
    bool new_day = strcmp(today, m->today) != 0;

    m->canvas = c;
    if (!m->stale && m->n_touched == 0 && !new_day)
        return;
    m->lists_known = false;
    if (new_day)
        change_day(m, today);
    update_touched(m);
    work_out_marked(m);
    if (m->stale) {
        read_all(m);
        work_out_marked(m);
    }
    check_marked(m);
}
