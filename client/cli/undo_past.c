/* What stood before a change, found by going back through the journal: the last op that set the same thing, or the
 * op that made the object. Objects that are older than the journal (a template's blocks, imported cards) have a past
 * that is not written anywhere. */
#include <stdio.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/cli/output.h"
#include "client/cli/undo.h"

/* Goes back from just before ops[op] of batch index; false at the beginning of the history. */
struct backwards {
    const struct history *history;
    size_t batch, op;
};

static const Cocanvas__Op *step_back(struct backwards *b, uint32_t *author)
{
    while (b->op == 0) {
        if (b->batch == 0)
            return NULL;
        b->batch--;
        b->op = b->history->at[b->batch]->n_ops;
    }
    b->op--;
    *author = b->history->at[b->batch]->author;
    return b->history->at[b->batch]->ops[b->op];
}

/* A block's columns are fields of its message, not properties. */
static const Cocanvas__Value *block_column(const Cocanvas__Block *block, const char *key, struct arena *arena)
{
    const struct {
        const char *key;
        uint32_t number;
    } numbers[] = {{"col", block->col},
                   {"row", block->row},
                   {"col_span", block->col_span},
                   {"row_span", block->row_span},
                   {"order", block->order}};
    Cocanvas__Value *value = arena_alloc(arena, sizeof *value);
    ASSERT(value);
    cocanvas__value__init(value);
    if (strcmp(key, "title") == 0 || strcmp(key, "prompt") == 0) {
        value->kind_case = COCANVAS__VALUE__KIND_TEXT;
        value->text = key[0] == 't' ? block->title : block->prompt;
        return value;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].key, key) != 0)
            continue;
        char text[16];
        int len = snprintf(text, sizeof text, "%u", numbers[i].number);
        value->kind_case = COCANVAS__VALUE__KIND_NUMBER;
        value->number = arena_strndup(arena, text, (size_t)len);
        return value;
    }
    return NULL;
}

static enum undo_past prop_in(size_t n, Cocanvas__Prop *const *props, const char *key, const Cocanvas__Value **value)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(props[i]->key, key) == 0) {
            *value = props[i]->value;
            return PAST_KNOWN;
        }
    return PAST_UNSET;
}

/* A column of a template's block, as it was when the canvas was made. */
static const Cocanvas__Value *original_column(const struct canvas *origin, const Cocanvas__PropSet *set,
                                              struct arena *arena)
{
    const struct block *block = origin && set->object ? canvas_block(origin, set->object) : NULL;
    if (!block)
        return NULL;
    Cocanvas__Block as_message;
    cocanvas__block__init(&as_message);
    as_message.title = arena_strndup(arena, block->title, strlen(block->title));
    as_message.prompt = arena_strndup(arena, block->prompt, strlen(block->prompt));
    as_message.col = block->col;
    as_message.row = block->row;
    as_message.col_span = block->col_span;
    as_message.row_span = block->row_span;
    as_message.order = block->order;
    return block_column(&as_message, set->key, arena);
}

static const Cocanvas__Value *original_size(const struct canvas *origin, const char *key, struct arena *arena)
{
    bool cols = strcmp(key, "cols") == 0;
    if (!cols && strcmp(key, "rows") != 0)
        return NULL;
    struct value size = {VALUE_NUMBER, arena_printf(arena, "%u", cols ? origin->header.cols : origin->header.rows), 0};
    return ops_prop_set(arena, 0, key, &size)->prop_set->value;
}

/* What a property was when the canvas was made: of the canvas, of a block, of a card that was there from the beginning. */
static enum undo_past original_value(const struct canvas *origin, const Cocanvas__PropSet *set, struct arena *arena, const Cocanvas__Value **value)
{
    const struct props *props = NULL;
    *value = original_column(origin, set, arena);
    if (!*value && origin && set->object == 0)
        *value = original_size(origin, set->key, arena);
    if (*value)
        return PAST_KNOWN;
    if (origin && set->object == 0)
        props = &origin->header.props;
    else if (origin && canvas_block(origin, set->object))
        props = &canvas_block(origin, set->object)->props;
    else if (origin && canvas_card(origin, set->object))
        props = &canvas_card(origin, set->object)->props;
    if (!props)
        return PAST_HIDDEN;
    const struct value *was = props_get(props, set->key);
    if (was)
        *value = ops_prop_set(arena, set->object, set->key, was)->prop_set->value;
    return was ? PAST_KNOWN : PAST_UNSET;
}

enum undo_past undo_past_value(const struct history *history, size_t index, size_t op, const Cocanvas__PropSet *set,
                          struct arena *arena, const Cocanvas__Value **value)
{
    struct backwards b = {history, index, op};
    const Cocanvas__Op *at;
    uint32_t author;
    while ((at = step_back(&b, &author))) {
        if (at->kind_case == COCANVAS__OP__KIND_PROP_SET && at->prop_set->object == set->object &&
            strcmp(at->prop_set->key, set->key) == 0) {
            *value = at->prop_set->value;
            return *value && (*value)->kind_case ? PAST_KNOWN : PAST_UNSET;
        }
        if (at->kind_case == COCANVAS__OP__KIND_CARD_CREATE && at->card_create->id == set->object)
            return prop_in(at->card_create->n_props, at->card_create->props, set->key, value);
        if (at->kind_case == COCANVAS__OP__KIND_BLOCK_ADD && at->block_add->block->id == set->object) {
            *value = block_column(at->block_add->block, set->key, arena);
            return *value ? PAST_KNOWN
                          : prop_in(at->block_add->block->n_props, at->block_add->block->props, set->key, value);
        }
    }
    return original_value(history->origin, set, arena, value);
}

enum undo_past undo_past_place(const struct history *history, size_t index, size_t op, uint64_t card,
                          const Cocanvas__Place **place)
{
    struct backwards b = {history, index, op};
    const Cocanvas__Op *at;
    uint32_t author;
    *place = NULL;
    while (!*place && (at = step_back(&b, &author))) {
        if (at->kind_case == COCANVAS__OP__KIND_CARD_MOVE && at->card_move->id == card)
            *place = at->card_move->place;
        else if (at->kind_case == COCANVAS__OP__KIND_CARD_CREATE && at->card_create->id == card)
            *place = at->card_create->place;
    }
    return *place ? PAST_KNOWN : PAST_HIDDEN;
}

enum undo_past undo_past_tag(const struct history *history, size_t index, size_t op, const Cocanvas__TagSet *set, bool *on)
{
    struct backwards b = {history, index, op};
    const Cocanvas__Op *at;
    uint32_t author;
    *on = false;
    while ((at = step_back(&b, &author))) {
        if (at->kind_case == COCANVAS__OP__KIND_TAG_SET && at->tag_set->card == set->card &&
            strcmp(at->tag_set->tag, set->tag) == 0) {
            *on = at->tag_set->on;
            return PAST_KNOWN;
        }
        if (at->kind_case != COCANVAS__OP__KIND_CARD_CREATE || at->card_create->id != set->card)
            continue;
        for (size_t i = 0; i < at->card_create->n_tags; i++)
            *on = *on || strcmp(at->card_create->tags[i], set->tag) == 0;
        return PAST_KNOWN;
    }
    return PAST_HIDDEN;
}

/* Ops that switch something on or off: what they switch, and to what. kind 0: the op is none of them. */
struct switched {
    unsigned kind; /* deletion of a card, or the op's own kind */
    uint64_t id;
    bool on;
};

static struct switched switch_of(const Cocanvas__Op *op)
{
    const unsigned deletion = COCANVAS__OP__KIND_CARD_DELETE;
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return (struct switched){deletion, op->card_create->id, false};
    case COCANVAS__OP__KIND_CARD_DELETE:
        return (struct switched){deletion, op->card_delete->id, true};
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return (struct switched){deletion, op->card_restore->id, false};
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return (struct switched){op->kind_case, op->comment_delete->id, op->comment_delete->on};
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return (struct switched){op->kind_case, op->comment_resolve->id, op->comment_resolve->on};
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return (struct switched){op->kind_case, op->link_remove->id, op->link_remove->on};
    case COCANVAS__OP__KIND_READING_REMOVE:
        return (struct switched){op->kind_case, op->reading_remove->id, op->reading_remove->on};
    default:
        return (struct switched){0, 0, false};
    }
}

/* The id of what the op makes, when that begins with everything switched off. */
static uint64_t made_by(const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return op->comment_add->id;
    case COCANVAS__OP__KIND_LINK_ADD:
        return op->link_add->id;
    case COCANVAS__OP__KIND_READING_ADD:
        return op->reading_add->id;
    default:
        return 0;
    }
}

enum undo_past undo_past_switch(const struct history *history, size_t index, size_t op, bool *on)
{
    struct backwards b = {history, index, op};
    struct switched now = switch_of(history->at[index]->ops[op]);
    const Cocanvas__Op *at;
    uint32_t author;
    *on = false;
    while ((at = step_back(&b, &author))) {
        struct switched before = switch_of(at);
        if (before.kind == now.kind && before.id == now.id) {
            *on = before.on;
            return PAST_KNOWN;
        }
        if (made_by(at) == now.id)
            return PAST_KNOWN;
    }
    return PAST_HIDDEN;
}

enum undo_past undo_past_vote(const struct history *history, size_t index, size_t op, uint64_t card, uint32_t author,
                         bool *on)
{
    struct backwards b = {history, index, op};
    const Cocanvas__Op *at;
    uint32_t whose;
    *on = false;
    while ((at = step_back(&b, &whose))) {
        if (at->kind_case == COCANVAS__OP__KIND_VOTE_SET && at->vote_set->card == card && whose == author) {
            *on = at->vote_set->on;
            return PAST_KNOWN;
        }
        if (at->kind_case == COCANVAS__OP__KIND_CARD_CREATE && at->card_create->id == card)
            return PAST_KNOWN;
    }
    return PAST_HIDDEN;
}
