/* The ops that bring a card, a block or everything back as it was. In this order, so that each finds what it needs:
 * blocks that are to be there, properties, cards that are to be there, what is in them, their places, and at last what
 * is not to be there any more: cards, then the blocks that held them. */
#include "client/core/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/op.h"

struct restorer {
    const struct canvas *view, *past;
    struct arena *arena;
    Cocanvas__Op **ops; /* grown on the heap */
    size_t n, cap;
    bool full; /* the arena is */
};

/* ---------------------------------------------------------------- making ops */

static void *make(struct restorer *r, const ProtobufCMessageDescriptor *type)
{
    void *message = arena_alloc(r->arena, type->sizeof_message);

    if (message)
        protobuf_c_message_init(type, message);
    else
        r->full = true;
    return message;
}

static char *copy_text(struct restorer *r, const char *text)
{
    char *copy = arena_strndup(r->arena, text, strlen(text));

    r->full = r->full || !copy;
    return copy;
}

/* member: the op's content, NULL if the arena is full. */
static void add(struct restorer *r, Cocanvas__Op__KindCase kind, void *member)
{
    Cocanvas__Op *op = member ? make(r, &cocanvas__op__descriptor) : NULL;

    if (!op)
        return;
    op->kind_case = kind;
    op->card_create = member; /* all members of the union are pointers to messages */
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 64;
        r->ops = xrealloc(r->ops, r->cap * sizeof(*r->ops));
    }
    r->ops[r->n++] = op;
}

static void card_delete(struct restorer *r, uint64_t id)
{
    Cocanvas__CardDelete *m = make(r, &cocanvas__card_delete__descriptor);

    if (m)
        m->id = id;
    add(r, COCANVAS__OP__KIND_CARD_DELETE, m);
}

static void card_restore(struct restorer *r, uint64_t id)
{
    Cocanvas__CardRestore *m = make(r, &cocanvas__card_restore__descriptor);

    if (m)
        m->id = id;
    add(r, COCANVAS__OP__KIND_CARD_RESTORE, m);
}

/* Directly behind `after`; 0: at the block's beginning. */
static void card_move(struct restorer *r, uint64_t id, uint64_t block, uint64_t after)
{
    Cocanvas__CardMove *m = make(r, &cocanvas__card_move__descriptor);

    if (m && (m->place = make(r, &cocanvas__place__descriptor))) {
        m->id = id;
        m->place->block = block;
        m->place->after = after;
        m->place->first = after == 0;
    }
    add(r, COCANVAS__OP__KIND_CARD_MOVE, m);
}

/* An op that says whether an object is removed: each kind has a message of its own with the same two fields. */
#define REMOVER(function, Message, descriptor, kind)                                                                   \
    static void function(struct restorer *r, uint64_t id, bool on)                                                     \
    {                                                                                                                  \
        Message *m = make(r, &descriptor);                                                                             \
                                                                                                                       \
        if (m) {                                                                                                       \
            m->id = id;                                                                                                \
            m->on = on;                                                                                                \
        }                                                                                                              \
        add(r, kind, m);                                                                                               \
    }

REMOVER(block_remove, Cocanvas__BlockRemove, cocanvas__block_remove__descriptor, COCANVAS__OP__KIND_BLOCK_REMOVE)
REMOVER(link_remove, Cocanvas__LinkRemove, cocanvas__link_remove__descriptor, COCANVAS__OP__KIND_LINK_REMOVE)
REMOVER(reading_remove, Cocanvas__ReadingRemove, cocanvas__reading_remove__descriptor,
        COCANVAS__OP__KIND_READING_REMOVE)

static void tag_set(struct restorer *r, uint64_t card, const char *tag, bool on)
{
    Cocanvas__TagSet *m = make(r, &cocanvas__tag_set__descriptor);

    if (m) {
        m->card = card;
        m->tag = copy_text(r, tag);
        m->on = on;
    }
    add(r, COCANVAS__OP__KIND_TAG_SET, m);
}

static Cocanvas__Value *value_message(struct restorer *r, const struct value *value)
{
    static const Cocanvas__Value__KindCase kinds[] = {
        [VALUE_NONE] = COCANVAS__VALUE__KIND__NOT_SET, [VALUE_TEXT] = COCANVAS__VALUE__KIND_TEXT,
        [VALUE_NUMBER] = COCANVAS__VALUE__KIND_NUMBER, [VALUE_DATE] = COCANVAS__VALUE__KIND_DATE,
        [VALUE_FLAG] = COCANVAS__VALUE__KIND_FLAG,     [VALUE_CHOICE] = COCANVAS__VALUE__KIND_CHOICE,
        [VALUE_PERSON] = COCANVAS__VALUE__KIND_PERSON, [VALUE_OBJECT] = COCANVAS__VALUE__KIND_OBJECT,
    };
    Cocanvas__Value *m = make(r, &cocanvas__value__descriptor);

    if (!m)
        return NULL;
    m->kind_case = kinds[value->kind];
    if (value->kind == VALUE_FLAG)
        m->flag = value->number != 0;
    else if (value->kind == VALUE_PERSON)
        m->person = (uint32_t)value->number;
    else if (value->kind == VALUE_OBJECT)
        m->object = value->number;
    else if (value->kind != VALUE_NONE)
        m->text = copy_text(r, value->text); /* all texts share their place in the union */
    return m;
}

static void prop_set(struct restorer *r, uint64_t object, const char *key, const struct value *value)
{
    Cocanvas__PropSet *m = make(r, &cocanvas__prop_set__descriptor);

    if (m) {
        m->object = object;
        m->key = copy_text(r, key);
        m->value = value_message(r, value);
    }
    add(r, COCANVAS__OP__KIND_PROP_SET, m);
}

/* ---------------------------------------------------------------- properties */

static bool same_value(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind || a->number != b->number)
        return false;
    return strcmp(a->text ? a->text : "", b->text ? b->text : "") == 0;
}

/* What has to go goes first, so that there is room for the rest. */
static void restore_props(struct restorer *r, uint64_t object, const struct props *view, const struct props *past)
{
    const struct value none = {.kind = VALUE_NONE};

    for (uint32_t i = 0; i < view->n; i++)
        if (!props_get(past, view->at[i].key))
            prop_set(r, object, view->at[i].key, &none);
    for (uint32_t i = 0; i < past->n; i++) {
        const struct value *now = props_get(view, past->at[i].key);

        if (!now || !same_value(now, &past->at[i].value))
            prop_set(r, object, past->at[i].key, &past->at[i].value);
    }
}

static void restore_number(struct restorer *r, uint64_t object, const char *key, uint32_t now, uint32_t then)
{
    char text[16];
    const struct value value = {.kind = VALUE_NUMBER, .text = text};

    (void)snprintf(text, sizeof(text), "%u", then);
    if (now != then)
        prop_set(r, object, key, &value);
}

static void restore_string(struct restorer *r, uint64_t object, const char *key, const char *now, char *then)
{
    const struct value value = {.kind = then[0] ? VALUE_TEXT : VALUE_NONE, .text = then[0] ? then : NULL};

    if (strcmp(now, then) != 0)
        prop_set(r, object, key, &value);
}

static void restore_header(struct restorer *r)
{
    const struct header *now = &r->view->header, *then = &r->past->header;

    if (then->cols && then->rows) { /* a canvas that is no grid cannot become none again */
        restore_number(r, 0, "cols", now->cols, then->cols);
        restore_number(r, 0, "rows", now->rows, then->rows);
    }
    restore_props(r, 0, &now->props, &then->props);
}

static void restore_block(struct restorer *r, const struct block *now, const struct block *then)
{
    uint64_t id = now->o.id;

    if (now->deleted)
        block_remove(r, id, false);
    restore_string(r, id, "title", now->title, then->title);
    restore_string(r, id, "prompt", now->prompt, then->prompt);
    restore_number(r, id, "col", now->col, then->col);
    restore_number(r, id, "row", now->row, then->row);
    restore_number(r, id, "col_span", now->col_span, then->col_span);
    restore_number(r, id, "row_span", now->row_span, then->row_span);
    restore_number(r, id, "order", now->order, then->order);
    restore_props(r, id, &now->props, &then->props);
}

/* ---------------------------------------------------------------- what is in a card */

static void restore_text(struct restorer *r, uint64_t object, const char *key, const struct text *now,
                         const struct text *then)
{
    Cocanvas__TextEdit like;
    struct text_op difference;
    struct text empty;
    char *own_key = copy_text(r, key);

    if (!own_key)
        return;
    cocanvas__text_edit__init(&like);
    like.object = object;
    like.key = own_key;
    text_init(&empty);
    text_op_init(&difference);
    text_diff(&difference, now ? now : &empty, then ? then : &empty);
    if (!text_op_is_noop(&difference)) {
        Cocanvas__TextEdit *m = text_op_to_message(&difference, &like, r->arena);

        r->full = r->full || !m;
        add(r, COCANVAS__OP__KIND_TEXT_EDIT, m);
    }
    text_op_fini(&difference);
    text_fini(&empty);
}

static const struct text *field_of(const struct card *card, const char *key)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, key) == 0)
            return &card->fields[i].text;
    return NULL;
}

static bool has_tag(const struct card *card, const char *tag)
{
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (strcmp(card->tags[i], tag) == 0)
            return true;
    return false;
}

static void restore_content(struct restorer *r, const struct card *now, const struct card *then)
{
    uint64_t id = now->o.id;

    restore_text(r, id, "", &now->text, &then->text);
    for (uint32_t i = 0; i < now->n_fields; i++)
        if (!field_of(then, now->fields[i].key))
            restore_text(r, id, now->fields[i].key, &now->fields[i].text, NULL);
    for (uint32_t i = 0; i < then->n_fields; i++)
        restore_text(r, id, then->fields[i].key, field_of(now, then->fields[i].key), &then->fields[i].text);
    restore_props(r, id, &now->props, &then->props);
    for (uint32_t i = 0; i < now->n_tags; i++)
        if (!has_tag(then, now->tags[i]))
            tag_set(r, id, now->tags[i], false);
    for (uint32_t i = 0; i < then->n_tags; i++)
        if (!has_tag(now, then->tags[i]))
            tag_set(r, id, then->tags[i], true);
}

static bool is_alive(const struct card *card)
{
    return card && card->deleted_seq == 0;
}

/* ---------------------------------------------------------------- one card */

/* The nearest card before this one that is there, in the same block, in both; 0: none. */
static uint64_t common_before(const struct canvas *other, const struct card *card)
{
    const struct card *at = card;

    while ((at = card_prev_alive(at))) {
        const struct card *there = canvas_card(other, at->o.id);

        if (is_alive(there) && there->block->o.id == at->block->o.id)
            return at->o.id;
    }
    return 0;
}

/* Behind the card that it stood behind. If it does so now it stays, whatever became of those behind it: a move that moves
 * nothing would leave an undo that takes back something else. */
static void restore_place(struct restorer *r, const struct card *now, const struct card *then)
{
    uint64_t block = then->block->o.id, before = common_before(r->view, then);

    if (now->block->o.id != block || common_before(r->past, now) != before)
        card_move(r, now->o.id, block, before);
}

static void restore_card(struct restorer *r, uint64_t id)
{
    const struct card *now = canvas_card(r->view, id), *then = canvas_card(r->past, id);
    const struct block *block;

    if (!now)
        return;
    if (!is_alive(then)) {
        if (is_alive(now))
            card_delete(r, id);
        return;
    }
    /* A tombstone comes back where it lies, so that block must be there, too, if only for a moment. */
    block = now->block;
    if (block->deleted)
        block_remove(r, block->o.id, false);
    if (then->block->o.id != block->o.id && canvas_block(r->view, then->block->o.id)->deleted)
        block_remove(r, then->block->o.id, false);
    if (!is_alive(now))
        card_restore(r, id);
    restore_content(r, now, then);
    restore_place(r, now, then);
    if (block->deleted && then->block->o.id != block->o.id)
        block_remove(r, block->o.id, true);
}

/* ---------------------------------------------------------------- the order in a block */

static int order_of(const struct card *a, const struct card *b)
{
    int order = strcmp(a->order_key, b->order_key);

    return order ? order : (a->o.id > b->o.id) - (a->o.id < b->o.id);
}

/* Marks a longest run of cards (not necessarily neighbours) that stand in the wanted order already. wanted[i] NULL:
 * the card is in another block. tails[k]: the last card of the run of k + 1 cards that ends lowest. */
static void mark_in_order(size_t n, const struct card *const *wanted, bool *stays)
{
    size_t *tails = xcalloc(n + 1, sizeof(*tails)), *previous = xcalloc(n + 1, sizeof(*previous));
    size_t longest = 0;

    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = longest;

        if (!wanted[i])
            continue;
        while (low < high) {
            size_t middle = (low + high) / 2;

            if (order_of(wanted[tails[middle]], wanted[i]) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        previous[i] = low > 0 ? tails[low - 1] : n;
        tails[low] = i;
        longest = low == longest ? longest + 1 : longest;
    }
    for (size_t i = longest > 0 ? tails[longest - 1] : n; i < n; i = previous[i])
        stays[i] = true;
    free(tails);
    free(previous);
}

/* From the beginning on: each card that is not in its place goes directly behind the one that is to stand before it. */
static void restore_order(struct restorer *r, const struct block *then)
{
    const struct card **wanted = xcalloc(then->n_cards + 1, sizeof(struct card *));
    uint64_t *ids = xcalloc(then->n_cards + 1, sizeof(*ids));
    bool *stays = xcalloc(then->n_cards + 1, sizeof(*stays));
    size_t n = 0;

    for (uint32_t i = 0; i < then->n_cards; i++) {
        const struct card *now = canvas_card(r->view, then->cards[i]->o.id);

        if (!is_alive(then->cards[i]) || !now)
            continue;
        wanted[n] = now->block->o.id == then->o.id ? now : NULL;
        ids[n++] = now->o.id;
    }
    mark_in_order(n, wanted, stays);
    for (size_t i = 0; i < n; i++)
        if (!stays[i])
            card_move(r, ids[i], then->o.id, i > 0 ? ids[i - 1] : 0);
    free(wanted);
    free(ids);
    free(stays);
}

/* ---------------------------------------------------------------- everything */

static void restore_blocks(struct restorer *r)
{
    struct object *o, *next;

    HASH_ITER(hh, r->past->blocks, o, next)
    {
        const struct block *then = (const struct block *)o, *now = canvas_block(r->view, o->id);

        if (now && !then->deleted)
            restore_block(r, now, then);
    }
}

/* A tombstone in a block that is not to be there needs it for a moment all the same. */
static bool lend_block(struct restorer *r, const struct card *now)
{
    const struct block *then = canvas_block(r->past, now->block->o.id);

    if (!now->block->deleted || (then && !then->deleted))
        return false;
    block_remove(r, now->block->o.id, false);
    return true;
}

static void restore_cards(struct restorer *r)
{
    struct object *o, *next;
    uint64_t *lent = xcalloc(r->view->n_blocks + 1, sizeof(*lent));
    size_t n_lent = 0;

    HASH_ITER(hh, r->past->cards, o, next)
    {
        const struct card *then = (const struct card *)o, *now = canvas_card(r->view, o->id);

        if (!is_alive(then) || !now)
            continue;
        if (!is_alive(now)) {
            bool known = false;

            for (size_t i = 0; i < n_lent; i++)
                known = known || lent[i] == now->block->o.id;
            if (!known && lend_block(r, now))
                lent[n_lent++] = now->block->o.id;
            card_restore(r, o->id);
        }
        restore_content(r, now, then);
    }
    HASH_ITER(hh, r->past->blocks, o, next)
    {
        const struct block *then = (const struct block *)o;

        if (!then->deleted)
            restore_order(r, then);
    }
    for (size_t i = 0; i < n_lent; i++)
        block_remove(r, lent[i], true);
    free(lent);
}

static void remove_newer(struct restorer *r)
{
    struct object *o, *next;

    HASH_ITER(hh, r->view->cards, o, next)
    if (is_alive((const struct card *)o) && !is_alive(canvas_card(r->past, o->id)))
        card_delete(r, o->id);
    HASH_ITER(hh, r->view->blocks, o, next)
    {
        const struct block *then = canvas_block(r->past, o->id);

        if (!((const struct block *)o)->deleted && (!then || then->deleted))
            block_remove(r, o->id, true);
    }
}

static void restore_links_and_readings(struct restorer *r)
{
    struct object *o, *next;

    HASH_ITER(hh, r->view->links, o, next)
    {
        const struct link_object *then = canvas_link(r->past, o->id);
        bool alive = then && then->deleted_seq == 0;

        if (alive != (((const struct link_object *)o)->deleted_seq == 0))
            link_remove(r, o->id, !alive);
    }
    HASH_ITER(hh, r->view->readings, o, next)
    {
        const struct reading *then = canvas_reading(r->past, o->id);
        bool alive = then && then->deleted_seq == 0;

        if (alive != (((const struct reading *)o)->deleted_seq == 0))
            reading_remove(r, o->id, !alive);
    }
}

static void restore_one_block(struct restorer *r, const struct block *now)
{
    const struct block *then = canvas_block(r->past, now->o.id);

    if (then && !then->deleted)
        restore_block(r, now, then);
    else if (!now->deleted && now->n_alive == 0)
        block_remove(r, now->o.id, true);
}

Cocanvas__Op **past_restore_ops(const struct canvas *view, const struct canvas *past, uint64_t object,
                                struct arena *arena, size_t *n)
{
    struct restorer r = {.view = view, .past = past, .arena = arena};
    Cocanvas__Op **ops;

    if (object == 0) {
        restore_header(&r);
        restore_blocks(&r);
        restore_cards(&r);
        remove_newer(&r);
        restore_links_and_readings(&r);
    } else if (canvas_block(view, object)) {
        restore_one_block(&r, canvas_block(view, object));
    } else {
        restore_card(&r, object);
    }
    ops = r.full ? NULL : arena_calloc(arena, r.n + 1, sizeof(*ops));
    if (ops && r.n)
        memcpy(ops, r.ops, r.n * sizeof(*ops));
    *n = ops ? r.n : 0;
    free(r.ops);
    return ops;
}
