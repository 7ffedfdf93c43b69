/* What a block says about its cards: their fields, whose side they are on, whether they are parts. When it says something new, its
 * cards are worked out anew. */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"

struct block_entry *block_entry_find(const struct method *m, uint64_t block)
{
    struct block_entry *b;
    HASH_FIND(hh, m->blocks, &block, sizeof block, b);
    return b;
}

void block_entry_free(struct block_entry *b)
{
    fields_free(&b->fields);
    rollup_fini(&b->rollup);
    free(b);
}

/* The property's text as one of the words (which are static), "" if it is none of them. */
static const char *known_word(const struct props *props, const char *key, const char *const *words)
{
    const struct value *value = props_get(props, key);
    for (size_t i = 0; value != NULL && value->text != NULL && words[i] != NULL; i++)
        if (strcmp(value->text, words[i]) == 0)
            return words[i];
    return "";
}

static void read_block(struct block_entry *b, const struct canvas *c, const struct block *block)
{
    static const char *const sides[] = {"company", "customer", "shared", "measure", NULL};
    static const char *const signs[] = {"plus", "minus", NULL};
    static const char *const sections[] = {"current", "terms", "proposals", "questions", "accepted", NULL};

    b->gone = block->deleted;
    b->hidden = block_hidden(block);
    b->side = known_word(&block->props, "side", sides);
    b->sign = known_word(&block->props, "sign", signs);
    b->section = known_word(&block->props, "section", sections);
    b->dirty = true;
    fields_free(&b->fields);
    fields_of_block(c, block, &b->fields);
}

void update_block(struct method *m, uint64_t id)
{
    const struct block *block = canvas_block(m->canvas, id);
    struct block_entry *b = block_entry_find(m, id);

    if (block == NULL) { /* made by an edit that was refused */
        m->stale |= b != NULL;
        return;
    }
    if (b == NULL) {
        b = xcalloc(1, sizeof *b);
        b->id = id;
        rollup_init(&b->rollup);
        HASH_ADD(hh, m->blocks, id, sizeof b->id, b);
    }
    read_block(b, m->canvas, block);
    for (uint32_t i = 0; i < block->n_cards; i++)
        entry_mark(m, block->cards[i]->o.id);
}
