/* Copies: of a whole canvas, and of one object from one canvas into another (the replica's way of taking a view back
 * to what is confirmed); and the adoption of an imported state as a new canvas. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/ids.h"
#include "common/order.h"

/* The copy has the same content, so what is known of the original's hash is right for it, too. */
static void take_hash(struct canvas *to, struct object *copy, const struct object *original)
{
    if (original->dirty || !copy->dirty)
        return;
    *copy->dirty_at = copy->next_dirty;
    if (copy->next_dirty != NULL)
        copy->next_dirty->dirty_at = copy->dirty_at;
    copy->dirty = false;
    copy->next_dirty = NULL;
    copy->dirty_at = NULL;
    copy->hash = original->hash;
    to->hash_sum += copy->hash;
}

static struct block *counterpart(struct canvas *to, const struct canvas *from, const struct block *block)
{
    struct block *own = canvas_block(to, block->o.id);
    if (own == NULL) {
        canvas_copy_object(to, from, OBJECT_BLOCK, block->o.id);
        own = canvas_block(to, block->o.id);
    }
    return own;
}

static void remove_object(struct canvas *to, const struct canvas *from, struct object *o)
{
    if (o->kind == OBJECT_BLOCK) {
        /* No card can be in it in `from`: each goes to where it is there, or goes. */
        struct block *block = (struct block *)o;
        while (block->n_cards > 0)
            canvas_copy_object(to, from, OBJECT_CARD, block->cards[block->n_cards - 1]->o.id);
    }
    canvas_remove(to, o);
}

void canvas_copy_object(struct canvas *to, const struct canvas *from, enum object_kind kind, uint64_t id)
{
    const struct object *original = canvas_find(from, kind, id);
    struct object *own = canvas_find(to, kind, id);
    if (original == NULL) {
        if (own != NULL)
            remove_object(to, from, own);
        return;
    }
    struct block *block = kind == OBJECT_CARD ? counterpart(to, from, ((const struct card *)original)->block) : NULL;
    struct object *copy = object_clone(original);
    if (own == NULL) {
        canvas_register(to, copy);
        undo_created(to, copy);
        own = copy;
    } else {
        canvas_touch(to, own);
        if (kind == OBJECT_CARD)
            block_remove(((struct card *)own)->block, (struct card *)own);
        object_replace(own, copy);
    }
    if (kind == OBJECT_CARD) {
        ((struct card *)own)->block = block;
        block_insert(block, (struct card *)own);
    }
    take_hash(to, own, original);
}

static void copy_table(struct canvas *to, const struct canvas *from, enum object_kind kind)
{
    struct object *head = *canvas_head((struct canvas *)(uintptr_t)from, kind);
    for (const struct object *o = head; o != NULL; o = o->hh.next) {
        struct object *copy = object_clone(o);
        canvas_register(to, copy);
        take_hash(to, copy, o);
    }
}

static void copy_lists(struct canvas *to, const struct canvas *from)
{
    for (const struct object *o = from->blocks; o != NULL; o = o->hh.next) {
        const struct block *block = (const struct block *)o;
        struct block *own = canvas_block(to, o->id);
        for (uint32_t i = 0; i < block->n_cards; i++) {
            struct card *card = canvas_card(to, block->cards[i]->o.id);
            card->block = own;
            block_append(own, card);
        }
    }
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
    canvas_clear(to);
    to->limits = from->limits;
    to->seq = from->seq;
    object_replace(&to->header.o, object_clone(&from->header.o));
    take_hash(to, &to->header.o, &from->header.o);
    copy_table(to, from, OBJECT_BLOCK);
    copy_table(to, from, OBJECT_CARD);
    copy_table(to, from, OBJECT_COMMENT);
    copy_table(to, from, OBJECT_LINK);
    copy_table(to, from, OBJECT_READING);
    copy_table(to, from, OBJECT_NAMED);
    copy_lists(to, from);
}

/* ---- adoption */

struct renumber {
    uint64_t old, new;
};

static int by_old(const void *a, const void *b)
{
    const struct renumber *left = a, *right = b;
    return left->old < right->old ? -1 : left->old > right->old;
}

struct adoption {
    struct renumber *ids; /* sorted by old id */
    size_t n;
    uint32_t author;
};

static uint64_t new_id(const struct adoption *a, uint64_t old)
{
    struct renumber key = {.old = old};
    const struct renumber *found = bsearch(&key, a->ids, a->n, sizeof *a->ids, by_old);
    return found != NULL ? found->new : 0;
}

static void adopt_props(const struct adoption *a, struct props *props)
{
    for (uint32_t i = props->n; i-- > 0;) {
        struct value *value = &props->at[i].value;
        if (value->kind == VALUE_PERSON && a->author != 0)
            value->number = a->author;
        if (value->kind != VALUE_OBJECT)
            continue;
        value->number = new_id(a, value->number);
        if (value->number == 0)
            props_set(props, props->at[i].key, &(struct value){.kind = VALUE_NONE});
    }
}

static void adopt_author(const struct adoption *a, uint32_t *author)
{
    if (a->author != 0 && *author != 0 && *author != AUTHOR_ANONYMOUS)
        *author = a->author;
}

static void adopt_card(const struct adoption *a, struct card *card)
{
    adopt_props(a, &card->props);
    adopt_author(a, &card->created_by);
    adopt_author(a, &card->edited_by);
    if (a->author != 0 && card->n_votes > 0) {
        card->votes[0] = a->author;
        card->n_votes = 1;
    }
    card->deleted_seq = card->deleted_seq != 0;
}

static void adopt_object(const struct adoption *a, struct object *o)
{
    switch (o->kind) {
    case OBJECT_BLOCK:
        adopt_props(a, &((struct block *)o)->props);
        break;
    case OBJECT_CARD:
        adopt_card(a, (struct card *)o);
        break;
    case OBJECT_COMMENT: {
        struct comment *comment = (struct comment *)o;
        comment->object = new_id(a, comment->object);
        comment->parent = new_id(a, comment->parent);
        adopt_author(a, &comment->created_by);
        comment->deleted_seq = comment->deleted_seq != 0;
        break;
    }
    case OBJECT_LINK: {
        struct link_object *link = (struct link_object *)o;
        link->from = new_id(a, link->from);
        link->to = new_id(a, link->to);
        adopt_author(a, &link->created_by);
        link->deleted_seq = link->deleted_seq != 0;
        break;
    }
    case OBJECT_READING: {
        struct reading *reading = (struct reading *)o;
        reading->object = new_id(a, reading->object);
        adopt_author(a, &reading->created_by);
        reading->deleted_seq = reading->deleted_seq != 0;
        break;
    }
    case OBJECT_HEADER:
    case OBJECT_NAMED:
        break;
    }
}

static const enum object_kind adopted_kinds[] = {OBJECT_BLOCK, OBJECT_CARD, OBJECT_COMMENT, OBJECT_LINK,
                                                 OBJECT_READING};
enum { N_ADOPTED = sizeof adopted_kinds / sizeof adopted_kinds[0] };

/* All objects in the order of their new ids: kind by kind, in each by old id. */
static struct object **adopted_objects(const struct canvas *c, size_t *n)
{
    struct object **all = xcalloc((size_t)c->n_blocks + c->n_cards + c->n_others, sizeof(struct object *));
    *n = 0;
    for (size_t i = 0; i < N_ADOPTED; i++) {
        size_t count;
        struct object **list = canvas_sorted(c, adopted_kinds[i], &count);
        memcpy(all + *n, list, count * sizeof(struct object *));
        *n += count;
        free(list);
    }
    return all;
}

/* Short keys again, whatever the state came with. */
static void adopt_order(struct block *block)
{
    struct order_key *keys = xcalloc(block->n_cards, sizeof *keys);
    if (order_n_between(NULL, NULL, block->n_cards, keys) == STATUS_OK) {
        for (uint32_t i = 0; i < block->n_cards; i++)
            block_rekey(block, i, keys[i].text);
    }
    free(keys);
}

void canvas_adopt(struct canvas *c, uint32_t author)
{
    ASSERT(c->undo == NULL);
    while (c->named != NULL)
        canvas_remove(c, c->named);
    struct adoption a = {.author = author};
    struct object **all = adopted_objects(c, &a.n);
    a.ids = xcalloc(a.n, sizeof *a.ids);
    for (size_t i = 0; i < a.n; i++)
        a.ids[i] = (struct renumber){.old = all[i]->id, .new = i + 1};
    qsort(a.ids, a.n, sizeof *a.ids, by_old);
    for (size_t i = 0; i < a.n; i++) {
        canvas_unregister(c, all[i]);
        adopt_object(&a, all[i]);
    }
    for (size_t i = 0; i < a.n; i++) {
        all[i]->id = i + 1;
        canvas_register(c, all[i]);
        if (all[i]->kind == OBJECT_BLOCK)
            adopt_order((struct block *)all[i]);
    }
    canvas_mark_dirty(c, &c->header.o);
    adopt_props(&a, &c->header.props);
    c->seq = 0;
    free(a.ids);
    free(all);
}
