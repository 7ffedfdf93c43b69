/* The canvas' tables: registration, look-ups, and the few changes that concern more than one object. Contents are
 * canvas_object.c's, lists of cards canvas_cards.c's, rollback canvas_undo.c's. Every object is owned by its canvas'
 * table of its kind. */
#include <stdint.h>
#include <string.h>

/* Keys are 64-bit ids: the finaliser of MurmurHash3 spreads them well and is a fraction of uthash's default. Clients
 * choose ids, so `seed` (in scope wherever a key is hashed) makes it unknown to them which ones fall together; results do
 * not depend on it. All look-ups are in this file. */
#define HASH_FUNCTION(key, len, hash)                                                                                  \
    do {                                                                                                               \
        uint64_t mixed;                                                                                                \
        memcpy(&mixed, key, sizeof mixed);                                                                             \
        mixed ^= seed;                                                                                                 \
        mixed ^= mixed >> 33;                                                                                          \
        mixed *= UINT64_C(0xff51afd7ed558ccd);                                                                         \
        mixed ^= mixed >> 33;                                                                                          \
        mixed *= UINT64_C(0xc4ceb9fe1a85ec53);                                                                         \
        mixed ^= mixed >> 33;                                                                                          \
        (hash) = (unsigned)mixed;                                                                                      \
    } while (0)
#define uthash_fatal(msg) ASSERT(!msg)
#include "common/canvas_internal.h"
#include "common/field.h"

/* Most look-ups of new ids find nothing and walk a whole chain, each link of it a cache miss: keep chains short. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 4U

#include <stdlib.h>

static const enum object_kind kinds[] = {OBJECT_BLOCK, OBJECT_CARD,    OBJECT_COMMENT,
                                         OBJECT_LINK,  OBJECT_READING, OBJECT_NAMED};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

void canvas_init(struct canvas *c, const struct canvas_limits *limits)
{
    *c = (struct canvas){.header = {.o = {.kind = OBJECT_HEADER}}};
    if (limits != NULL)
        c->limits = *limits;
    text_op_init(&c->scratch);
    canvas_mark_dirty(c, &c->header.o);
}

static void clear(struct canvas *c)
{
    ASSERT(c->undo == NULL);
    for (size_t i = N_KINDS; i-- > 0;) {
        struct object **head = canvas_head(c, kinds[i]);
        struct object *list = *head;
        HASH_CLEAR(hh, *head);
        while (list != NULL) {
            struct object *next = list->hh.next;
            object_free(list);
            list = next;
        }
    }
    props_fini(&c->header.props);
    text_op_fini(&c->scratch);
}

void canvas_clear(struct canvas *c)
{
    struct canvas_limits limits = c->limits;
    clear(c);
    canvas_init(c, &limits);
}

void canvas_fini(struct canvas *c)
{
    if (c->undo != NULL)
        canvas_commit(c);
    clear(c);
    *c = (struct canvas){0};
}

/* ---- tables */

struct object **canvas_head(struct canvas *c, enum object_kind kind)
{
    switch (kind) {
    case OBJECT_BLOCK:
        return &c->blocks;
    case OBJECT_CARD:
        return &c->cards;
    case OBJECT_COMMENT:
        return &c->comments;
    case OBJECT_LINK:
        return &c->links;
    case OBJECT_READING:
        return &c->readings;
    case OBJECT_NAMED:
        return &c->named;
    case OBJECT_HEADER:
        break;
    }
    ASSERT(!"a kind with a table");
    return NULL;
}

/* The canvas' address, which the system randomises: enough, because ids that fall together only cost time. */
static uint64_t seed_of(const struct canvas *c)
{
    return (uint64_t)(uintptr_t)c * UINT64_C(0x9E3779B97F4A7C15);
}

static struct object *find(const struct canvas *c, struct object *head, uint64_t id)
{
    struct object *o;
    uint64_t seed = seed_of(c);
    HASH_FIND(hh, head, &id, sizeof id, o);
    return o;
}

struct object *canvas_find(const struct canvas *c, enum object_kind kind, uint64_t id)
{
    switch (kind) {
    case OBJECT_HEADER:
        return id == 0 ? (struct object *)(uintptr_t)&c->header.o : NULL;
    case OBJECT_BLOCK:
        return find(c, c->blocks, id);
    case OBJECT_CARD:
        return find(c, c->cards, id);
    case OBJECT_COMMENT:
        return find(c, c->comments, id);
    case OBJECT_LINK:
        return find(c, c->links, id);
    case OBJECT_READING:
        return find(c, c->readings, id);
    case OBJECT_NAMED:
        return find(c, c->named, id);
    }
    return NULL;
}

static uint32_t *counter(struct canvas *c, enum object_kind kind)
{
    return kind == OBJECT_BLOCK ? &c->n_blocks : kind == OBJECT_CARD ? &c->n_cards : &c->n_others;
}

void canvas_mark_dirty(struct canvas *c, struct object *o)
{
    if (o->dirty)
        return;
    c->hash_sum -= o->hash;
    o->hash = 0;
    o->dirty = true;
    o->next_dirty = c->dirty;
    if (c->dirty != NULL)
        c->dirty->dirty_at = &o->next_dirty;
    c->dirty = o;
    o->dirty_at = &c->dirty;
}

void canvas_register(struct canvas *c, struct object *o)
{
    struct object **head = canvas_head(c, o->kind);
    uint64_t seed = seed_of(c);
    HASH_ADD(hh, *head, id, sizeof o->id, o);
    ++*counter(c, o->kind);
    canvas_mark_dirty(c, o);
}

void canvas_unregister(struct canvas *c, struct object *o)
{
    struct object **head = canvas_head(c, o->kind);
    HASH_DELETE(hh, *head, o);
    memset(&o->hh, 0, sizeof o->hh);
    --*counter(c, o->kind);
    if (!o->dirty) {
        c->hash_sum -= o->hash;
        o->hash = 0;
        return;
    }
    *o->dirty_at = o->next_dirty;
    if (o->next_dirty != NULL)
        o->next_dirty->dirty_at = o->dirty_at;
    o->dirty = false;
    o->next_dirty = NULL;
    o->dirty_at = NULL;
}

void canvas_remove(struct canvas *c, struct object *o)
{
    ASSERT(o->kind != OBJECT_BLOCK || ((struct block *)o)->n_cards == 0);
    if (o->kind == OBJECT_CARD)
        block_remove(((struct card *)o)->block, (struct card *)o);
    canvas_unregister(c, o);
    if (c->undo != NULL)
        undo_removed(c, o);
    else
        object_free(o);
}

static int by_id(const void *a, const void *b)
{
    const struct object *const *left = a, *const *right = b;
    return (*left)->id < (*right)->id ? -1 : (*left)->id > (*right)->id;
}

struct object **canvas_sorted(const struct canvas *c, enum object_kind kind, size_t *n)
{
    struct object *head = *canvas_head((struct canvas *)(uintptr_t)c, kind);
    struct object **list = xcalloc(HASH_COUNT(head), sizeof(struct object *));
    bool sorted = true;
    *n = 0;
    for (struct object *o = head; o != NULL; o = o->hh.next) {
        sorted = sorted && (*n == 0 || list[*n - 1]->id < o->id);
        list[(*n)++] = o;
    }
    if (!sorted)
        qsort(list, *n, sizeof *list, by_id);
    return list;
}

bool canvas_id_used(const struct canvas *c, uint64_t id)
{
    return find(c, c->blocks, id) != NULL || find(c, c->cards, id) != NULL || find(c, c->comments, id) != NULL ||
           find(c, c->links, id) != NULL || find(c, c->readings, id) != NULL;
}

/* ---- reading */

struct block *canvas_block(const struct canvas *c, uint64_t id)
{
    return (struct block *)find(c, c->blocks, id);
}

struct block *canvas_block_by_key(const struct canvas *c, const char *key)
{
    for (struct object *o = c->blocks; o != NULL; o = o->hh.next) {
        struct block *block = (struct block *)o;
        if (strcmp(block->key, key) == 0)
            return block;
    }
    return NULL;
}

struct card *canvas_card(const struct canvas *c, uint64_t id)
{
    return (struct card *)find(c, c->cards, id);
}

struct comment *canvas_comment(const struct canvas *c, uint64_t id)
{
    return (struct comment *)find(c, c->comments, id);
}

struct link_object *canvas_link(const struct canvas *c, uint64_t id)
{
    return (struct link_object *)find(c, c->links, id);
}

struct reading *canvas_reading(const struct canvas *c, uint64_t id)
{
    return (struct reading *)find(c, c->readings, id);
}

static int by_order(const void *a, const void *b)
{
    const struct block *left = *(const struct block *const *)a, *right = *(const struct block *const *)b;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    if (left->row != right->row)
        return left->row < right->row ? -1 : 1;
    if (left->col != right->col)
        return left->col < right->col ? -1 : 1;
    return left->o.id < right->o.id ? -1 : left->o.id > right->o.id;
}

struct block **canvas_blocks_in_order(const struct canvas *c, size_t *n)
{
    struct block **list = xcalloc((size_t)c->n_blocks + 1, sizeof(struct block *));
    size_t count = 0;
    for (struct object *o = c->blocks; o != NULL; o = o->hh.next) {
        struct block *block = (struct block *)o;
        if (!block->deleted && !block_hidden(block))
            list[count++] = block;
    }
    qsort(list, count, sizeof *list, by_order);
    if (n != NULL)
        *n = count;
    return list;
}

struct text *canvas_text(const struct canvas *c, uint64_t object, const char *key)
{
    struct card *card = canvas_card(c, object);
    if (card != NULL) {
        if (key[0] == '\0')
            return &card->text;
        struct text_field *field = card_field(card, key, false);
        return field != NULL ? &field->text : NULL;
    }
    struct comment *comment = canvas_comment(c, object);
    return comment != NULL && key[0] == '\0' ? &comment->text : NULL;
}

bool canvas_is_anonymous(const struct canvas *c)
{
    const struct value *flag = props_get(&c->header.props, "anonymous");
    return flag != NULL && flag->kind == VALUE_FLAG && flag->number != 0;
}

const char *canvas_header_text(const struct canvas *c, const char *key)
{
    const struct value *value = props_get(&c->header.props, key);
    return value != NULL && value->kind == VALUE_TEXT ? value->text : "";
}

const char *canvas_title(const struct canvas *c)
{
    return canvas_header_text(c, "title");
}

bool link_visible(const struct canvas *c, const struct link_object *l)
{
    const struct card *from = canvas_card(c, l->from), *to = canvas_card(c, l->to);
    return l->deleted_seq == 0 && from != NULL && from->deleted_seq == 0 && to != NULL && to->deleted_seq == 0;
}

struct card *card_next_alive(const struct card *card)
{
    const struct block *block = card->block;
    for (uint32_t i = block_index(block, card) + 1; i < block->n_cards; i++) {
        if (block->cards[i]->deleted_seq == 0)
            return block->cards[i];
    }
    return NULL;
}

struct card *card_prev_alive(const struct card *card)
{
    const struct block *block = card->block;
    for (uint32_t i = block_index(block, card); i-- > 0;) {
        if (block->cards[i]->deleted_seq == 0)
            return block->cards[i];
    }
    return NULL;
}

/* ---- changing */

void canvas_touch(struct canvas *c, struct object *o)
{
    undo_changing(c, o);
    canvas_mark_dirty(c, o);
}

static struct object *add(struct canvas *c, enum object_kind kind, uint64_t id)
{
    struct object *o = object_new(kind, id);
    canvas_register(c, o);
    undo_created(c, o);
    return o;
}

struct block *canvas_new_block(struct canvas *c, uint64_t id)
{
    struct block *block = (struct block *)add(c, OBJECT_BLOCK, id);
    block->key = xstrdup("");
    block->title = xstrdup("");
    block->prompt = xstrdup("");
    return block;
}

struct card *canvas_new_card(struct canvas *c, uint64_t id, struct block *block, const char *order_key)
{
    struct card *card = (struct card *)add(c, OBJECT_CARD, id);
    card->block = block;
    card->order_key = xstrdup(order_key);
    block_insert(block, card);
    return card;
}

struct comment *canvas_new_comment(struct canvas *c, uint64_t id)
{
    return (struct comment *)add(c, OBJECT_COMMENT, id);
}

struct link_object *canvas_new_link(struct canvas *c, uint64_t id)
{
    struct link_object *link = (struct link_object *)add(c, OBJECT_LINK, id);
    link->kind = xstrdup("");
    return link;
}

struct reading *canvas_new_reading(struct canvas *c, uint64_t id)
{
    struct reading *reading = (struct reading *)add(c, OBJECT_READING, id);
    reading->date = xstrdup("");
    reading->value = xstrdup("");
    reading->note = xstrdup("");
    return reading;
}

struct named *canvas_new_named(struct canvas *c, uint64_t seq)
{
    struct named *named = (struct named *)add(c, OBJECT_NAMED, seq);
    named->name = xstrdup("");
    return named;
}

void canvas_remove_named(struct canvas *c, struct named *n)
{
    canvas_remove(c, &n->o);
}

void canvas_place_card(struct canvas *c, struct card *card, struct block *block, const char *order_key)
{
    canvas_touch(c, &card->o);
    block_remove(card->block, card);
    char *key = xstrdup(order_key);
    free(card->order_key);
    card->order_key = key;
    card->block = block;
    block_insert(block, card);
}

void canvas_set_card_deleted(struct canvas *c, struct card *card, uint64_t seq)
{
    canvas_touch(c, &card->o);
    card->block->n_alive -= card->deleted_seq == 0;
    card->deleted_seq = seq;
    card->block->n_alive += seq == 0;
}
