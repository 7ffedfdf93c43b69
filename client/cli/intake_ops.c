/* A staged canvas into ops, see intake_ops.h. Blocks are matched by key; ids of cards are given anew. */
#include "client/cli/intake_ops.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/field.h"
#include "common/hash_table.h"

/* The new id of a card or block of `from`. */
struct renamed {
    uint64_t old, new;
    UT_hash_handle hh;
};

struct maker {
    const struct canvas *from, *onto;
    uint64_t (*next_id)(void *ctx);
    void *ctx;
    struct arena *arena;
    struct intake_ops *out;
    struct renamed *ids;
};

void intake_shell(struct canvas *shell, const struct canvas *from)
{
    canvas_copy_object(shell, from, OBJECT_HEADER, 0);
    for (struct object *o = from->blocks; o; o = o->hh.next)
        canvas_copy_object(shell, from, OBJECT_BLOCK, o->id);
}

static void add(struct maker *m, Cocanvas__Op *op)
{
    struct intake_ops *out = m->out;
    if (out->n == out->cap) {
        out->cap = out->cap ? 2 * out->cap : 64;
        out->ops = xrealloc(out->ops, out->cap * sizeof *out->ops);
    }
    out->ops[out->n++] = op;
}

static uint64_t new_id(const struct maker *m, uint64_t old)
{
    struct renamed *found;
    HASH_FIND(hh, m->ids, &old, sizeof old, found);
    return found ? found->new : 0;
}

static void rename_id(struct maker *m, uint64_t old, uint64_t new)
{
    struct renamed *r = xcalloc(1, sizeof *r);
    r->old = old;
    r->new = new;
    HASH_ADD(hh, m->ids, old, sizeof r->old, r);
}

/* ---- blocks */

static const struct block *same_block(const struct maker *m, const struct block *block)
{
    if (block_hidden(block))
        for (struct object *o = m->onto->blocks; o; o = o->hh.next)
            if (!((struct block *)o)->deleted && block_hidden((struct block *)o))
                return (struct block *)o;
    const struct block *same = canvas_block_by_key(m->onto, block->key);
    return same && !same->deleted && block_hidden(same) == block_hidden(block) ? same : NULL;
}

/* The block's message, but with another id. */
static Cocanvas__Op *block_add(struct maker *m, const struct block *block, uint64_t id)
{
    Cocanvas__Op *op = ops_block_add(m->arena, id, block->key, block->title, block->prompt);
    Cocanvas__Block *b = op->block_add->block;
    b->col = block->col;
    b->row = block->row;
    b->col_span = block->col_span;
    b->row_span = block->row_span;
    b->order = block->order;
    for (uint32_t i = 0; i < block->props.n; i++)
        ops_block_prop(m->arena, op, block->props.at[i].key, &block->props.at[i].value);
    return op;
}

static void add_block(struct maker *m, const struct block *block)
{
    const struct block *same = same_block(m, block);
    uint64_t id = same ? same->o.id : m->next_id(m->ctx);
    if (!same)
        add(m, block_add(m, block, id));
    rename_id(m, block->o.id, id);
    for (uint32_t i = 0; i < block->props.n; i++) {
        const struct prop *p = &block->props.at[i];
        if (same && strncmp(p->key, "field.", 6) == 0 && !props_get(&same->props, p->key) && !props_get(&m->onto->header.props, p->key))
            add(m, ops_prop_set(m->arena, id, p->key, &p->value));
    }
}

/* ---- cards */

static void *array(struct maker *m, size_t n)
{
    void *at = arena_calloc(m->arena, n ? n : 1, sizeof(void *));
    ASSERT(at);
    return at;
}

static char *dup_text(struct maker *m, const char *text)
{
    char *copy = arena_strndup(m->arena, text, strlen(text));
    ASSERT(copy);
    return copy;
}

/* Properties that name other cards come later, when all of them are there; those of parts at once, since their cards came before. */
static void add_props(struct maker *m, const struct card *card, Cocanvas__CardCreate *create, bool part)
{
    create->props = array(m, card->props.n);
    for (uint32_t i = 0; i < card->props.n; i++) {
        const struct prop *p = &card->props.at[i];
        struct value value = p->value;
        if (value.kind == VALUE_OBJECT)
            value.number = part ? new_id(m, value.number) : 0;
        if (value.kind == VALUE_OBJECT && value.number == 0)
            continue;
        Cocanvas__Prop *prop = arena_alloc(m->arena, sizeof *prop);
        ASSERT(prop);
        cocanvas__prop__init(prop);
        prop->key = dup_text(m, p->key);
        prop->value = ops_prop_set(m->arena, 1, p->key, &value)->prop_set->value;
        create->props[create->n_props++] = prop;
    }
}

static void add_fields(struct maker *m, const struct card *card, Cocanvas__CardCreate *create)
{
    create->fields = array(m, card->n_fields);
    for (uint32_t i = 0; i < card->n_fields; i++) {
        Cocanvas__TextField *field = arena_alloc(m->arena, sizeof *field);
        ASSERT(field);
        cocanvas__text_field__init(field);
        field->key = dup_text(m, card->fields[i].key);
        field->text = dup_text(m, card->fields[i].text.bytes);
        create->fields[create->n_fields++] = field;
    }
}

static uint64_t add_card(struct maker *m, const struct card *card, const struct ops_place *place, bool part)
{
    uint64_t id = m->next_id(m->ctx);
    Cocanvas__Op *op = ops_card_create(m->arena, id, place, card->text.bytes ? card->text.bytes : "");
    Cocanvas__CardCreate *create = op->card_create;
    add_props(m, card, create, part);
    add_fields(m, card, create);
    for (uint32_t i = 0; i < card->n_tags; i++)
        ops_card_tag(m->arena, op, card->tags[i]);
    add(m, op);
    rename_id(m, card->o.id, id);
    m->out->made++;
    m->out->cards += !part;
    return id;
}

static void add_cards(struct maker *m, bool hidden)
{
    for (struct object *o = m->from->blocks; o; o = o->hh.next) {
        const struct block *block = (struct block *)o;
        struct ops_place place = {.block = new_id(m, o->id)};
        for (uint32_t i = 0; i < block->n_cards && block_hidden(block) == hidden; i++)
            if (block->cards[i]->deleted_seq == 0)
                place.after = add_card(m, block->cards[i], &place, hidden);
    }
}

/* ---- what refers to cards */

static void add_references(struct maker *m)
{
    for (struct object *o = m->from->cards; o; o = o->hh.next) {
        const struct card *card = (struct card *)o;
        for (uint32_t i = 0; i < card->props.n && !block_hidden(card->block); i++) {
            struct value value = card->props.at[i].value;
            uint64_t to = value.kind == VALUE_OBJECT ? new_id(m, value.number) : 0;
            value.number = to;
            if (to && new_id(m, o->id))
                add(m, ops_prop_set(m->arena, new_id(m, o->id), card->props.at[i].key, &value));
        }
    }
    for (struct object *o = m->from->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        uint64_t from = new_id(m, link->from), to = new_id(m, link->to);
        if (from && to && link->deleted_seq == 0)
            add(m, ops_link_add(m->arena, m->next_id(m->ctx), from, to, link->kind));
    }
    for (struct object *o = m->from->comments; o; o = o->hh.next) {
        const struct comment *comment = (struct comment *)o;
        uint64_t about = new_id(m, comment->object);
        if (comment->deleted_seq == 0 && (about || comment->object == 0))
            add(m, ops_comment_add(m->arena, m->next_id(m->ctx), about, 0, comment->text.bytes));
    }
}

static void add_readings(struct maker *m)
{
    for (struct object *o = m->from->readings; o; o = o->hh.next) {
        const struct reading *reading = (struct reading *)o;
        uint64_t card = new_id(m, reading->object);
        if (!card || reading->deleted_seq != 0)
            continue;
        add(m, ops_reading_add(m->arena, m->next_id(m->ctx), card, reading->date, reading->value, reading->note ? reading->note : ""));
    }
}

void intake_to_ops(const struct canvas *from, const struct canvas *onto, uint64_t (*next_id)(void *ctx), void *ctx, struct arena *arena,
                   struct intake_ops *out)
{
    struct maker m = {.from = from, .onto = onto, .next_id = next_id, .ctx = ctx, .arena = arena, .out = out};
    *out = (struct intake_ops){0};
    for (struct object *o = from->blocks; o; o = o->hh.next)
        if (((struct block *)o)->n_alive > 0)
            add_block(&m, (struct block *)o);
    add_cards(&m, false);
    add_cards(&m, true);
    add_references(&m);
    add_readings(&m);
    struct renamed *r, *next;
    HASH_ITER(hh, m.ids, r, next)
    {
        HASH_DEL(m.ids, r);
        free(r);
    }
}

void intake_ops_fini(struct intake_ops *out)
{
    free(out->ops);
    *out = (struct intake_ops){0};
}
