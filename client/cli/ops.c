/* Makers of op messages, see ops.h. */
#include "client/cli/ops.h"

#include <string.h>

/* A message of the descriptor's type with its defaults. */
static void *make(struct arena *a, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = arena_alloc(a, type->sizeof_message);
    ASSERT(message);
    protobuf_c_message_init(type, message);
    return message;
}

static char *dup_text(struct arena *a, const char *text)
{
    char *copy = arena_strndup(a, text, strlen(text));
    ASSERT(copy);
    return copy;
}

/* The op, and its body of the given type in *body. */
static Cocanvas__Op *make_op(struct arena *a, Cocanvas__Op__KindCase kind, const ProtobufCMessageDescriptor *type,
                             void *body)
{
    Cocanvas__Op *op = make(a, &cocanvas__op__descriptor);
    void *made = make(a, type);
    op->kind_case = kind;
    op->card_create = made; /* a union of pointers */
    memcpy(body, &made, sizeof made);
    return op;
}

static Cocanvas__Place *make_place(struct arena *a, const struct ops_place *from)
{
    Cocanvas__Place *place = make(a, &cocanvas__place__descriptor);
    place->block = from->block;
    place->after = from->first ? 0 : from->after;
    place->before = from->first ? 0 : from->before;
    place->first = from->first;
    return place;
}

Cocanvas__Op *ops_card_create(struct arena *a, uint64_t id, const struct ops_place *place, const char *text)
{
    Cocanvas__CardCreate *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_CARD_CREATE, &cocanvas__card_create__descriptor, &body);
    body->id = id;
    body->place = make_place(a, place);
    body->text = dup_text(a, text);
    return op;
}

/* Arrays of a few elements: grown by one, the old one is left to the arena. */
static void *grown(struct arena *a, const void *old, size_t n)
{
    void **more = arena_calloc(a, n + 1, sizeof *more);
    ASSERT(more);
    if (n)
        memcpy(more, old, n * sizeof *more);
    return more;
}

void ops_card_tag(struct arena *a, Cocanvas__Op *create, const char *tag)
{
    Cocanvas__CardCreate *card = create->card_create;
    card->tags = grown(a, card->tags, card->n_tags);
    card->tags[card->n_tags++] = dup_text(a, tag);
}

void ops_card_prop(struct arena *a, Cocanvas__Op *create, const char *key, const char *text)
{
    Cocanvas__CardCreate *card = create->card_create;
    Cocanvas__Prop *prop = make(a, &cocanvas__prop__descriptor);
    prop->key = dup_text(a, key);
    prop->value = make(a, &cocanvas__value__descriptor);
    prop->value->kind_case = COCANVAS__VALUE__KIND_TEXT;
    prop->value->text = dup_text(a, text);
    card->props = grown(a, card->props, card->n_props);
    card->props[card->n_props++] = prop;
}

Cocanvas__Op *ops_card_delete(struct arena *a, uint64_t id)
{
    Cocanvas__CardDelete *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_CARD_DELETE, &cocanvas__card_delete__descriptor, &body);
    body->id = id;
    return op;
}

Cocanvas__Op *ops_card_restore(struct arena *a, uint64_t id)
{
    Cocanvas__CardRestore *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_CARD_RESTORE, &cocanvas__card_restore__descriptor, &body);
    body->id = id;
    return op;
}

Cocanvas__Op *ops_card_move(struct arena *a, uint64_t id, const struct ops_place *place)
{
    Cocanvas__CardMove *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_CARD_MOVE, &cocanvas__card_move__descriptor, &body);
    body->id = id;
    body->place = make_place(a, place);
    return op;
}

static Cocanvas__Value *make_value(struct arena *a, const struct value *from)
{
    Cocanvas__Value *value = make(a, &cocanvas__value__descriptor);
    value->kind_case = (Cocanvas__Value__KindCase)from->kind;
    switch (from->kind) {
    case VALUE_NONE:
        break;
    case VALUE_TEXT:
    case VALUE_NUMBER:
    case VALUE_DATE:
    case VALUE_CHOICE:
        value->text = dup_text(a, from->text); /* a union: all of them are strings */
        break;
    case VALUE_FLAG:
        value->flag = from->number != 0;
        break;
    case VALUE_PERSON:
        value->person = (uint32_t)from->number;
        break;
    case VALUE_OBJECT:
        value->object = from->number;
        break;
    }
    return value;
}

Cocanvas__Op *ops_prop_set(struct arena *a, uint64_t object, const char *key, const struct value *value)
{
    Cocanvas__PropSet *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_PROP_SET, &cocanvas__prop_set__descriptor, &body);
    body->object = object;
    body->key = dup_text(a, key);
    body->value = make_value(a, value);
    return op;
}

Cocanvas__Op *ops_tag_set(struct arena *a, uint64_t card, const char *tag, bool on)
{
    Cocanvas__TagSet *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_TAG_SET, &cocanvas__tag_set__descriptor, &body);
    body->card = card;
    body->tag = dup_text(a, tag);
    body->on = on;
    return op;
}

Cocanvas__Op *ops_vote_set(struct arena *a, uint64_t card, bool on)
{
    Cocanvas__VoteSet *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_VOTE_SET, &cocanvas__vote_set__descriptor, &body);
    body->card = card;
    body->on = on;
    return op;
}

Cocanvas__Op *ops_text_edit(struct arena *a, uint64_t object, const char *key, const struct text_op *text_op)
{
    if (text_op_is_noop(text_op))
        return NULL;
    Cocanvas__TextEdit like;
    Cocanvas__Op *op = make(a, &cocanvas__op__descriptor);
    cocanvas__text_edit__init(&like);
    like.object = object;
    like.key = dup_text(a, key);
    op->kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
    op->text_edit = text_op_to_message(text_op, &like, a);
    ASSERT(op->text_edit);
    return op;
}

Cocanvas__Op *ops_comment_add(struct arena *a, uint64_t id, uint64_t object, uint64_t parent, const char *text)
{
    Cocanvas__CommentAdd *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_COMMENT_ADD, &cocanvas__comment_add__descriptor, &body);
    body->id = id;
    body->object = object;
    body->parent = parent;
    body->text = dup_text(a, text);
    return op;
}

Cocanvas__Op *ops_comment_delete(struct arena *a, uint64_t id, bool on)
{
    Cocanvas__CommentDelete *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_COMMENT_DELETE, &cocanvas__comment_delete__descriptor, &body);
    body->id = id;
    body->on = on;
    return op;
}

Cocanvas__Op *ops_comment_resolve(struct arena *a, uint64_t id, bool on)
{
    Cocanvas__CommentResolve *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_COMMENT_RESOLVE, &cocanvas__comment_resolve__descriptor, &body);
    body->id = id;
    body->on = on;
    return op;
}

Cocanvas__Op *ops_link_add(struct arena *a, uint64_t id, uint64_t from, uint64_t to, const char *kind)
{
    Cocanvas__LinkAdd *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_LINK_ADD, &cocanvas__link_add__descriptor, &body);
    body->id = id;
    body->from = from;
    body->to = to;
    body->kind = dup_text(a, kind);
    return op;
}

Cocanvas__Op *ops_link_remove(struct arena *a, uint64_t id, bool on)
{
    Cocanvas__LinkRemove *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_LINK_REMOVE, &cocanvas__link_remove__descriptor, &body);
    body->id = id;
    body->on = on;
    return op;
}

Cocanvas__Op *ops_block_add(struct arena *a, uint64_t id, const char *key, const char *title, const char *prompt)
{
    Cocanvas__BlockAdd *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_BLOCK_ADD, &cocanvas__block_add__descriptor, &body);
    body->block = make(a, &cocanvas__block__descriptor);
    body->block->id = id;
    body->block->key = dup_text(a, key);
    body->block->title = dup_text(a, title);
    body->block->prompt = dup_text(a, prompt);
    return op;
}

void ops_card_value(struct arena *a, Cocanvas__Op *create, const char *key, const struct value *value)
{
    Cocanvas__CardCreate *card = create->card_create;
    Cocanvas__Prop *prop = make(a, &cocanvas__prop__descriptor);
    prop->key = dup_text(a, key);
    prop->value = make_value(a, value);
    card->props = grown(a, card->props, card->n_props);
    card->props[card->n_props++] = prop;
}

void ops_block_prop(struct arena *a, Cocanvas__Op *add, const char *key, const struct value *value)
{
    Cocanvas__Block *block = add->block_add->block;
    Cocanvas__Prop *prop = make(a, &cocanvas__prop__descriptor);
    prop->key = dup_text(a, key);
    prop->value = make_value(a, value);
    block->props = grown(a, block->props, block->n_props);
    block->props[block->n_props++] = prop;
}

Cocanvas__Op *ops_block_restore(struct arena *a, uint64_t id)
{
    Cocanvas__Op *op = ops_block_remove(a, id);
    op->block_remove->on = false;
    return op;
}

Cocanvas__Op *ops_reading_add(struct arena *a, uint64_t id, uint64_t object, const char *date, const char *number,
                              const char *note)
{
    Cocanvas__ReadingAdd *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_READING_ADD, &cocanvas__reading_add__descriptor, &body);
    body->id = id;
    body->object = object;
    body->date = dup_text(a, date);
    body->value = dup_text(a, number);
    body->note = dup_text(a, note);
    return op;
}

Cocanvas__Op *ops_block_remove(struct arena *a, uint64_t id)
{
    Cocanvas__BlockRemove *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_BLOCK_REMOVE, &cocanvas__block_remove__descriptor, &body);
    body->id = id;
    body->on = true;
    return op;
}

Cocanvas__Op *ops_reading_remove(struct arena *a, uint64_t id, bool on)
{
    Cocanvas__ReadingRemove *body;
    Cocanvas__Op *op = make_op(a, COCANVAS__OP__KIND_READING_REMOVE, &cocanvas__reading_remove__descriptor, &body);
    body->id = id;
    body->on = on;
    return op;
}
