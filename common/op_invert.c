/* What takes an op back, given the state before it. The inverse is an op like any other: it is submitted, transformed
 * and resolved, so it never removes another person's work (P6); an order key or removed characters are not filled in.
 */
#include <string.h>

#include "common/ids.h"
#include "common/op_internal.h"

struct inverter {
    const struct canvas *c; /* before the op */
    const struct op_actor *actor;
    struct arena *arena;
};

/* An op with one member set; NULL if the arena is full or there is no member. */
static Cocanvas__Op *wrap(const struct inverter *v, Cocanvas__Op__KindCase kind, void *member)
{
    Cocanvas__Op *op = member != NULL ? pbc_new(v->arena, &cocanvas__op__descriptor) : NULL;
    if (op == NULL)
        return NULL;
    op->kind_case = kind;
    op->card_create = member; /* all members of the union are pointers to messages */
    return op;
}

static Cocanvas__Op *card_delete(const struct inverter *v, uint64_t id)
{
    Cocanvas__CardDelete *m = pbc_new(v->arena, &cocanvas__card_delete__descriptor);
    if (m != NULL)
        m->id = id;
    return wrap(v, COCANVAS__OP__KIND_CARD_DELETE, m);
}

static Cocanvas__Op *card_restore(const struct inverter *v, uint64_t id)
{
    Cocanvas__CardRestore *m = pbc_new(v->arena, &cocanvas__card_restore__descriptor);
    if (m != NULL)
        m->id = id;
    return wrap(v, COCANVAS__OP__KIND_CARD_RESTORE, m);
}

/* Back to where the card is now: next to its neighbours that are alive. */
static Cocanvas__Op *card_move(const struct inverter *v, uint64_t id)
{
    const struct card *card = canvas_card(v->c, id);
    Cocanvas__CardMove *m = pbc_new(v->arena, &cocanvas__card_move__descriptor);
    Cocanvas__Place *place = pbc_new(v->arena, &cocanvas__place__descriptor);
    if (card == NULL || m == NULL || place == NULL)
        return NULL;
    const struct card *before = card_prev_alive(card), *after = card_next_alive(card);
    place->block = card->block->o.id;
    place->after = before != NULL ? before->o.id : 0;
    place->before = after != NULL ? after->o.id : 0;
    m->id = id;
    m->place = place;
    return wrap(v, COCANVAS__OP__KIND_CARD_MOVE, m);
}

/* ---- properties, tags, votes */

static Cocanvas__Value *number_value(const struct inverter *v, uint32_t number)
{
    char text[12];
    size_t at = sizeof text;
    text[--at] = '\0';
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    struct value value = {.kind = VALUE_NUMBER, .text = text + at};
    return value_to_message(&value, v->arena);
}

static Cocanvas__Value *text_value(const struct inverter *v, char *text)
{
    struct value value = {.kind = VALUE_TEXT, .text = text};
    return value_to_message(&value, v->arena);
}

static Cocanvas__Value *old_prop(const struct inverter *v, const struct props *props, const char *key)
{
    static const struct value none = {.kind = VALUE_NONE};
    const struct value *value = props_get(props, key);
    return value_to_message(value != NULL ? value : &none, v->arena);
}

static Cocanvas__Value *old_block_value(const struct inverter *v, const struct block *block, const char *key)
{
    switch (block_column(key)) {
    case COLUMN_NONE:
        return old_prop(v, &block->props, key);
    case COLUMN_TITLE:
        return text_value(v, block->title);
    case COLUMN_PROMPT:
        return text_value(v, block->prompt);
    case COLUMN_COL:
        return number_value(v, block->col);
    case COLUMN_ROW:
        return number_value(v, block->row);
    case COLUMN_COL_SPAN:
        return number_value(v, block->col_span);
    case COLUMN_ROW_SPAN:
        return number_value(v, block->row_span);
    case COLUMN_ORDER:
        return number_value(v, block->order);
    }
    return NULL;
}

static Cocanvas__Value *old_header_value(const struct inverter *v, const char *key)
{
    switch (header_column(key)) {
    case HEADER_NONE:
        return old_prop(v, &v->c->header.props, key);
    case HEADER_COLS:
        return number_value(v, v->c->header.cols);
    case HEADER_ROWS:
        return number_value(v, v->c->header.rows);
    }
    return NULL;
}

static Cocanvas__Op *prop_set(const struct inverter *v, const Cocanvas__PropSet *op)
{
    const struct block *block = canvas_block(v->c, op->object);
    const struct card *card = canvas_card(v->c, op->object);
    Cocanvas__Value *value = NULL;
    if (op->object == 0)
        value = old_header_value(v, op->key);
    else if (block != NULL)
        value = old_block_value(v, block, op->key);
    else if (card != NULL)
        value = old_prop(v, &card->props, op->key);
    Cocanvas__PropSet *m = value != NULL ? pbc_new(v->arena, &cocanvas__prop_set__descriptor) : NULL;
    if (m == NULL || (m->key = arena_strndup(v->arena, op->key, strlen(op->key))) == NULL)
        return NULL;
    m->object = op->object;
    m->value = value;
    return wrap(v, COCANVAS__OP__KIND_PROP_SET, m);
}

static Cocanvas__Op *tag_set(const struct inverter *v, const Cocanvas__TagSet *op)
{
    const struct card *card = canvas_card(v->c, op->card);
    bool had = false;
    for (uint32_t i = 0; card != NULL && i < card->n_tags; i++)
        had = had || strcmp(card->tags[i], op->tag) == 0;
    if (card == NULL || had == (op->on != 0))
        return NULL;
    Cocanvas__TagSet *m = pbc_new(v->arena, &cocanvas__tag_set__descriptor);
    if (m == NULL || (m->tag = arena_strndup(v->arena, op->tag, strlen(op->tag))) == NULL)
        return NULL;
    m->card = op->card;
    m->on = had;
    return wrap(v, COCANVAS__OP__KIND_TAG_SET, m);
}

static Cocanvas__Op *vote_set(const struct inverter *v, const Cocanvas__VoteSet *op)
{
    const struct card *card = canvas_card(v->c, op->card);
    bool had = false;
    for (uint32_t i = 0; card != NULL && i < card->n_votes; i++)
        had = had || card->votes[i] == v->actor->author;
    if (card == NULL || had == (op->on != 0))
        return NULL;
    Cocanvas__VoteSet *m = pbc_new(v->arena, &cocanvas__vote_set__descriptor);
    if (m == NULL)
        return NULL;
    m->card = op->card;
    m->on = had;
    return wrap(v, COCANVAS__OP__KIND_VOTE_SET, m);
}

/* ---- texts */

static Cocanvas__Op *text_edit(const struct inverter *v, const Cocanvas__TextEdit *op)
{
    const struct text *before = canvas_text(v->c, op->object, pbc_string(op->key));
    struct text none;
    struct text_op forward, back;
    text_init(&none);
    text_op_init(&forward);
    text_op_init(&back);
    text_op_from_message(&forward, op);
    if (before == NULL)
        before = &none;
    Cocanvas__TextEdit *m = NULL;
    if (forward.pre_len == before->len_points && !text_op_is_noop(&forward)) {
        text_invert(&back, &forward, before);
        m = text_op_to_message(&back, op, v->arena);
    }
    text_op_fini(&forward);
    text_op_fini(&back);
    text_fini(&none);
    return wrap(v, COCANVAS__OP__KIND_TEXT_EDIT, m);
}

/* ---- things that are there or not */

static Cocanvas__Op *comment_delete(const struct inverter *v, uint64_t id, bool on)
{
    Cocanvas__CommentDelete *m = pbc_new(v->arena, &cocanvas__comment_delete__descriptor);
    if (m != NULL) {
        m->id = id;
        m->on = on;
    }
    return wrap(v, COCANVAS__OP__KIND_COMMENT_DELETE, m);
}

static Cocanvas__Op *comment_resolve(const struct inverter *v, uint64_t id, bool on)
{
    Cocanvas__CommentResolve *m = pbc_new(v->arena, &cocanvas__comment_resolve__descriptor);
    if (m != NULL) {
        m->id = id;
        m->on = on;
    }
    return wrap(v, COCANVAS__OP__KIND_COMMENT_RESOLVE, m);
}

static Cocanvas__Op *link_remove(const struct inverter *v, uint64_t id, bool on)
{
    Cocanvas__LinkRemove *m = pbc_new(v->arena, &cocanvas__link_remove__descriptor);
    if (m != NULL) {
        m->id = id;
        m->on = on;
    }
    return wrap(v, COCANVAS__OP__KIND_LINK_REMOVE, m);
}

static Cocanvas__Op *reading_remove(const struct inverter *v, uint64_t id, bool on)
{
    Cocanvas__ReadingRemove *m = pbc_new(v->arena, &cocanvas__reading_remove__descriptor);
    if (m != NULL) {
        m->id = id;
        m->on = on;
    }
    return wrap(v, COCANVAS__OP__KIND_READING_REMOVE, m);
}

static Cocanvas__Op *block_remove_op(const struct inverter *v, uint64_t id, bool on)
{
    Cocanvas__BlockRemove *m = pbc_new(v->arena, &cocanvas__block_remove__descriptor);
    if (m != NULL) {
        m->id = id;
        m->on = on;
    }
    return wrap(v, COCANVAS__OP__KIND_BLOCK_REMOVE, m);
}

static Cocanvas__Op *name_seq(const struct inverter *v, const Cocanvas__NameSeq *op)
{
    uint64_t seq = op->seq != 0 ? op->seq : v->actor->seq;
    const struct named *named = (const struct named *)canvas_find(v->c, OBJECT_NAMED, seq);
    const char *name = named != NULL ? named->name : "";
    if (strcmp(name, pbc_string(op->name)) == 0)
        return NULL;
    Cocanvas__NameSeq *m = pbc_new(v->arena, &cocanvas__name_seq__descriptor);
    if (m == NULL || (m->name = arena_strndup(v->arena, name, strlen(name))) == NULL)
        return NULL;
    m->seq = seq;
    return wrap(v, COCANVAS__OP__KIND_NAME_SEQ, m);
}

static Cocanvas__Op *invert_removal(const struct inverter *v, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_COMMENT_DELETE: {
        const struct comment *comment = canvas_comment(v->c, op->comment_delete->id);
        bool was = comment != NULL && comment->deleted_seq != 0;
        return comment != NULL && was != (op->comment_delete->on != 0) ? comment_delete(v, comment->o.id, was) : NULL;
    }
    case COCANVAS__OP__KIND_COMMENT_RESOLVE: {
        const struct comment *comment = canvas_comment(v->c, op->comment_resolve->id);
        bool was = comment != NULL && comment->resolved;
        return comment != NULL && was != (op->comment_resolve->on != 0) ? comment_resolve(v, comment->o.id, was) : NULL;
    }
    case COCANVAS__OP__KIND_LINK_REMOVE: {
        const struct link_object *link = canvas_link(v->c, op->link_remove->id);
        bool was = link != NULL && link->deleted_seq != 0;
        return link != NULL && was != (op->link_remove->on != 0) ? link_remove(v, link->o.id, was) : NULL;
    }
    case COCANVAS__OP__KIND_READING_REMOVE: {
        const struct reading *reading = canvas_reading(v->c, op->reading_remove->id);
        bool was = reading != NULL && reading->deleted_seq != 0;
        return reading != NULL && was != (op->reading_remove->on != 0) ? reading_remove(v, reading->o.id, was) : NULL;
    }
    case COCANVAS__OP__KIND_BLOCK_REMOVE: {
        const struct block *block = canvas_block(v->c, op->block_remove->id);
        bool was = block != NULL && block->deleted;
        return block != NULL && was != (op->block_remove->on != 0) ? block_remove_op(v, block->o.id, was) : NULL;
    }
    default:
        return NULL;
    }
}

static Cocanvas__Op *invert(const struct inverter *v, const Cocanvas__Op *op)
{
    const struct card *card;
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return card_delete(v, op->card_create->id);
    case COCANVAS__OP__KIND_CARD_DELETE:
        card = canvas_card(v->c, op->card_delete->id);
        return card != NULL && card->deleted_seq == 0 ? card_restore(v, card->o.id) : NULL;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        card = canvas_card(v->c, op->card_restore->id);
        return card != NULL && card->deleted_seq != 0 ? card_delete(v, card->o.id) : NULL;
    case COCANVAS__OP__KIND_CARD_MOVE:
        return card_move(v, op->card_move->id);
    case COCANVAS__OP__KIND_PROP_SET:
        return prop_set(v, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return tag_set(v, op->tag_set);
    case COCANVAS__OP__KIND_VOTE_SET:
        return vote_set(v, op->vote_set);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return text_edit(v, op->text_edit);
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return comment_delete(v, op->comment_add->id, true);
    case COCANVAS__OP__KIND_LINK_ADD:
        return link_remove(v, op->link_add->id, true);
    case COCANVAS__OP__KIND_READING_ADD:
        return reading_remove(v, op->reading_add->id, true);
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return block_remove_op(v, op->block_add->block->id, true);
    case COCANVAS__OP__KIND_NAME_SEQ:
        return name_seq(v, op->name_seq);
    default:
        return invert_removal(v, op);
    }
}

size_t op_invert(const struct canvas *c, const Cocanvas__Op *op, const struct op_actor *actor, struct arena *arena,
                 Cocanvas__Op **inverse, size_t cap)
{
    const struct inverter v = {.c = c, .actor = actor, .arena = arena};
    Cocanvas__Op *back = cap > 0 ? invert(&v, op) : NULL;
    if (back == NULL)
        return 0;
    inverse[0] = back;
    return 1;
}
