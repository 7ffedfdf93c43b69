/* Copies: of a whole canvas, and of one object from one canvas into another (the replica's way of taking a view back to what is confirmed); and
 * the adoption of an imported state as a new canvas. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"

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
