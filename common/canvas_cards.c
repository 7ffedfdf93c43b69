/* A block's list of cards: an array sorted by (order key, id), so that places are found by binary search and
 * appending costs nothing. It also counts the cards that are alive and the keys that are due for a re-spread. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/order.h"

static int compare(const char *key, uint64_t id, const struct card *card)
{
    int order = strcmp(key, card->order_key);
    if (order != 0)
        return order;
    return id < card->o.id ? -1 : id > card->o.id;
}

static int compare_cards(const void *a, const void *b)
{
    const struct card *const *left = a, *const *right = b;
    return compare((*left)->order_key, (*left)->o.id, *right);
}

static bool is_long(const char *key)
{
    return strlen(key) > ORDER_KEY_RESPREAD;
}

uint32_t block_position(const struct block *block, const char *key, uint64_t id)
{
    uint32_t low = 0, high = block->n_cards;
    if (high > 0 && compare(key, id, block->cards[high - 1]) > 0)
        return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(key, id, block->cards[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t block_index(const struct block *block, const struct card *card)
{
    uint32_t i = block_position(block, card->order_key, card->o.id);
    ASSERT(i < block->n_cards && block->cards[i] == card);
    return i;
}

bool block_key_used(const struct block *block, const char *key)
{
    uint32_t i = block_position(block, key, 0);
    return i < block->n_cards && strcmp(block->cards[i]->order_key, key) == 0;
}

static void block_reserve(struct block *block)
{
    if (block->n_cards < block->cap_cards)
        return;
    ASSERT(block->cap_cards < UINT32_MAX / 2);
    block->cap_cards = block->cap_cards > 0 ? block->cap_cards * 2 : 8;
    block->cards = xrealloc(block->cards, block->cap_cards * sizeof *block->cards);
}

static void count(struct block *block, const struct card *card, bool in)
{
    uint32_t one = in ? 1 : UINT32_MAX; /* wraps: plus or minus one */
    block->n_cards += one;
    if (card->deleted_seq == 0)
        block->n_alive += one;
    if (is_long(card->order_key))
        block->n_long_keys += one;
}

void block_insert(struct block *block, struct card *card)
{
    block_reserve(block);
    uint32_t i = block_position(block, card->order_key, card->o.id);
    memmove(&block->cards[i + 1], &block->cards[i], (block->n_cards - i) * sizeof *block->cards);
    block->cards[i] = card;
    count(block, card, true);
}

void block_remove(struct block *block, struct card *card)
{
    uint32_t i = block_index(block, card);
    memmove(&block->cards[i], &block->cards[i + 1], (block->n_cards - i - 1) * sizeof *block->cards);
    count(block, card, false);
}

void block_append(struct block *block, struct card *card)
{
    block_reserve(block);
    block->cards[block->n_cards] = card;
    count(block, card, true);
}

void block_sort(struct block *block)
{
    for (uint32_t i = 1; i < block->n_cards; i++) {
        if (compare_cards(&block->cards[i - 1], &block->cards[i]) > 0) {
            qsort(block->cards, block->n_cards, sizeof(struct card *), compare_cards);
            return;
        }
    }
}

void block_rekey(struct block *block, uint32_t index, const char *key)
{
    struct card *card = block->cards[index];
    block->n_long_keys -= is_long(card->order_key);
    free(card->order_key);
    card->order_key = xstrdup(key);
    block->n_long_keys += is_long(key);
}
