/* Applies an op as it stands: the same on the server, on every client and in a replay (P4). Each op is checked
 * against the state before its first change, so one that does not fit leaves nothing behind. Knows nothing of
 * base_seq or limits: whether an op is welcome was decided when it was resolved. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/ids.h"
#include "common/op_internal.h"

struct applier {
    struct canvas *c;
    const struct op_actor *actor;
    struct why *why;
};

static enum status misfit(const struct applier *a, const char *problem)
{
    return refuse(a->why, STATUS_BAD_OP, "%s", problem);
}

static void set_string(char **at, const char *s)
{
    char *copy = xstrdup(s);
    free(*at);
    *at = copy;
}

static void touch_edited(const struct applier *a, struct card *card)
{
    canvas_touch(a->c, &card->o);
    card->edited_by = a->actor->author;
    card->edited_ms = a->actor->time_ms;
}

/* The block and key that a resolved place names. */
static enum status find_place(const struct applier *a, const Cocanvas__Place *place, const struct card *self,
                              struct block **block)
{
    const char *key = pbc_string(place->order_key);
    *block = canvas_block(a->c, place->block);
    if (*block == NULL)
        return no_such(a->why, "block", place->block);
    if ((*block)->deleted)
        return refuse(a->why, STATUS_GONE, "block \"%s\" was removed", (*block)->key);
    if (key[0] == '\0')
        return misfit(a, "a place has no order key");
    bool stays = self != NULL && self->block == *block && strcmp(self->order_key, key) == 0;
    if (!stays && block_key_used(*block, key))
        return refuse(a->why, STATUS_CONFLICT, "the order key is in use in block \"%s\"", (*block)->key);
    return STATUS_OK;
}

static enum status id_free(const struct applier *a, uint64_t id)
{
    return canvas_id_used(a->c, id) ? refuse(a->why, STATUS_CONFLICT, "the new id is in use") : STATUS_OK;
}

/* ---- cards */

static enum status apply_card_create(const struct applier *a, const Cocanvas__CardCreate *m)
{
    struct block *block;
    enum status status = id_free(a, m->id);
    if (status == STATUS_OK)
        status = find_place(a, m->place, NULL, &block);
    if (status != STATUS_OK)
        return status;
    struct card *card = canvas_new_card(a->c, m->id, block, m->place->order_key);
    const char *text = pbc_string(m->text);
    if (text[0] != '\0')
        text_set(&card->text, text, strlen(text));
    for (size_t i = 0; i < m->n_props; i++) {
        struct value value = value_from_message(m->props[i]->value);
        props_set(&card->props, m->props[i]->key, &value);
    }
    for (size_t i = 0; i < m->n_fields; i++) {
        const char *field = pbc_string(m->fields[i]->text);
        if (field[0] != '\0')
            text_set(&card_field(card, m->fields[i]->key, true)->text, field, strlen(field));
    }
    for (size_t i = 0; i < m->n_tags; i++)
        card_set_tag(card, m->tags[i], true);
    card->created_by = a->actor->author;
    card->created_ms = a->actor->time_ms;
    return STATUS_OK;
}

static enum status apply_card_deleted(const struct applier *a, uint64_t id, bool deleted)
{
    struct card *card = canvas_card(a->c, id);
    if (card == NULL)
        return no_such(a->why, "card", id);
    if (deleted == (card->deleted_seq != 0))
        return STATUS_OK;
    if (!deleted && card->block->deleted)
        return refuse(a->why, STATUS_GONE, "the card's block \"%s\" was removed", card->block->key);
    canvas_set_card_deleted(a->c, card, deleted ? a->actor->seq : 0);
    return STATUS_OK;
}

static enum status apply_card_move(const struct applier *a, const Cocanvas__CardMove *m)
{
    struct card *card = canvas_card(a->c, m->id);
    struct block *block;
    if (card == NULL)
        return no_such(a->why, "card", m->id);
    enum status status = find_place(a, m->place, card, &block);
    if (status == STATUS_OK)
        canvas_place_card(a->c, card, block, m->place->order_key);
    return status;
}

static enum status apply_tag_set(const struct applier *a, const Cocanvas__TagSet *m)
{
    struct card *card = canvas_card(a->c, m->card);
    if (card == NULL)
        return no_such(a->why, "card", m->card);
    canvas_touch(a->c, &card->o);
    card_set_tag(card, m->tag, m->on);
    return STATUS_OK;
}

static enum status apply_vote_set(const struct applier *a, const Cocanvas__VoteSet *m)
{
    struct card *card = canvas_card(a->c, m->card);
    if (card == NULL)
        return no_such(a->why, "card", m->card);
    canvas_touch(a->c, &card->o);
    card_set_vote(card, a->actor->author, m->on);
    return STATUS_OK;
}

/* ---- properties */

static enum status apply_header_prop(const struct applier *a, const char *key, const struct value *value)
{
    struct header *header = &a->c->header;
    enum header_column column = header_column(key);
    uint32_t number = 0;
    if (column != HEADER_NONE && !value_to_uint(value, 1, GRID_MAX, &number))
        return misfit(a, "columns and rows are numbers");
    enum status status = rule_header_prop(key, value, a->why);
    if (status != STATUS_OK)
        return status;
    canvas_touch(a->c, &header->o);
    if (column == HEADER_COLS)
        header->cols = number;
    else if (column == HEADER_ROWS)
        header->rows = number;
    else
        props_set(&header->props, key, value);
    return STATUS_OK;
}

static void set_column(struct block *block, enum column column, const struct value *value)
{
    uint32_t number = 0;
    value_to_uint(value, 0, UINT32_MAX, &number);
    switch (column) {
    case COLUMN_NONE:
        break;
    case COLUMN_TITLE:
        set_string(&block->title, value->text);
        break;
    case COLUMN_PROMPT:
        set_string(&block->prompt, pbc_string(value->text));
        break;
    case COLUMN_COL:
        block->col = number;
        break;
    case COLUMN_ROW:
        block->row = number;
        break;
    case COLUMN_COL_SPAN:
        block->col_span = number;
        break;
    case COLUMN_ROW_SPAN:
        block->row_span = number;
        break;
    case COLUMN_ORDER:
        block->order = number;
        break;
    }
}

static enum status apply_prop_set(const struct applier *a, const Cocanvas__PropSet *m)
{
    struct value value = value_from_message(m->value);
    if (m->object == 0)
        return apply_header_prop(a, m->key, &value);
    struct block *block = canvas_block(a->c, m->object);
    if (block != NULL) {
        enum column column = block_column(m->key);
        enum status status = rule_block_column(column, &value, a->why);
        if (status != STATUS_OK)
            return status;
        canvas_touch(a->c, &block->o);
        if (column != COLUMN_NONE)
            set_column(block, column, &value);
        else
            props_set(&block->props, m->key, &value);
        return STATUS_OK;
    }
    struct card *card = canvas_card(a->c, m->object);
    if (card == NULL)
        return no_such(a->why, "card or block", m->object);
    touch_edited(a, card);
    props_set(&card->props, m->key, &value);
    return STATUS_OK;
}

/* ---- texts */

static enum status edit_text(const struct applier *a, const struct text_op *op, struct text *text)
{
    return text_op_check(op, text != NULL ? text->len_points : 0, UINT32_MAX, a->why);
}

static enum status apply_card_text(const struct applier *a, struct card *card, const char *key,
                                   const struct text_op *op)
{
    struct text *text = canvas_text(a->c, card->o.id, key);
    enum status status = edit_text(a, op, text);
    if (status != STATUS_OK)
        return status;
    touch_edited(a, card);
    if (text == NULL)
        text = &card_field(card, key, true)->text;
    text_apply(text, op, NULL);
    if (key[0] != '\0' && text->len_points == 0)
        card_remove_field(card, key);
    return STATUS_OK;
}

static enum status apply_text_edit(const struct applier *a, const Cocanvas__TextEdit *m)
{
    const char *key = pbc_string(m->key);
    struct text_op *op = &a->c->scratch;
    struct card *card = canvas_card(a->c, m->object);
    struct comment *comment = card == NULL ? canvas_comment(a->c, m->object) : NULL;
    if (card == NULL && comment == NULL)
        return no_such(a->why, "card or comment", m->object);
    text_op_from_message(op, m);
    if (text_op_is_noop(op))
        return STATUS_OK;
    if (card != NULL)
        return apply_card_text(a, card, key, op);
    if (key[0] != '\0')
        return misfit(a, "a comment has no text fields");
    enum status status = edit_text(a, op, &comment->text);
    if (status != STATUS_OK)
        return status;
    canvas_touch(a->c, &comment->o);
    text_apply(&comment->text, op, NULL);
    comment->edited_ms = a->actor->time_ms;
    return STATUS_OK;
}

/* ---- comments, links, readings */

static enum status apply_comment_add(const struct applier *a, const Cocanvas__CommentAdd *m)
{
    enum status status = id_free(a, m->id);
    if (status != STATUS_OK)
        return status;
    if (m->object != 0 && canvas_card(a->c, m->object) == NULL && canvas_block(a->c, m->object) == NULL)
        return no_such(a->why, "card or block", m->object);
    if (m->parent != 0) {
        const struct comment *parent = canvas_comment(a->c, m->parent);
        if (parent == NULL)
            return no_such(a->why, "comment", m->parent);
        if (parent->parent != 0 || parent->object != m->object)
            return misfit(a, "an answer must be to the first comment of a thread about the same object");
    }
    struct comment *comment = canvas_new_comment(a->c, m->id);
    comment->object = m->object;
    comment->parent = m->parent;
    text_set(&comment->text, m->text, strlen(m->text));
    comment->created_by = a->actor->author;
    comment->created_ms = a->actor->time_ms;
    return STATUS_OK;
}

/* Deletes or restores a comment, link or reading; already so is no change. */
static enum status apply_deleted(const struct applier *a, struct object *o, uint64_t *deleted_seq, bool deleted)
{
    if (deleted == (*deleted_seq != 0))
        return STATUS_OK;
    canvas_touch(a->c, o);
    *deleted_seq = deleted ? a->actor->seq : 0;
    return STATUS_OK;
}

static enum status apply_comment_delete(const struct applier *a, const Cocanvas__CommentDelete *m)
{
    struct comment *comment = canvas_comment(a->c, m->id);
    if (comment == NULL)
        return no_such(a->why, "comment", m->id);
    return apply_deleted(a, &comment->o, &comment->deleted_seq, m->on);
}

static enum status apply_comment_resolve(const struct applier *a, const Cocanvas__CommentResolve *m)
{
    struct comment *comment = canvas_comment(a->c, m->id);
    if (comment == NULL)
        return no_such(a->why, "comment", m->id);
    canvas_touch(a->c, &comment->o);
    comment->resolved = m->on;
    return STATUS_OK;
}

static enum status apply_link_add(const struct applier *a, const Cocanvas__LinkAdd *m)
{
    enum status status = id_free(a, m->id);
    if (status != STATUS_OK)
        return status;
    if (canvas_card(a->c, m->from) == NULL || canvas_card(a->c, m->to) == NULL)
        return no_such(a->why, "card", canvas_card(a->c, m->from) == NULL ? m->from : m->to);
    struct link_object *link = canvas_new_link(a->c, m->id);
    link->from = m->from;
    link->to = m->to;
    set_string(&link->kind, m->kind);
    link->created_by = a->actor->author;
    link->created_ms = a->actor->time_ms;
    return STATUS_OK;
}

static enum status apply_link_remove(const struct applier *a, const Cocanvas__LinkRemove *m)
{
    struct link_object *link = canvas_link(a->c, m->id);
    if (link == NULL)
        return no_such(a->why, "link", m->id);
    return apply_deleted(a, &link->o, &link->deleted_seq, m->on);
}

static enum status apply_reading_add(const struct applier *a, const Cocanvas__ReadingAdd *m)
{
    enum status status = id_free(a, m->id);
    if (status != STATUS_OK)
        return status;
    if (canvas_card(a->c, m->object) == NULL)
        return no_such(a->why, "card", m->object);
    struct reading *reading = canvas_new_reading(a->c, m->id);
    reading->object = m->object;
    set_string(&reading->date, m->date);
    set_string(&reading->value, m->value);
    set_string(&reading->note, pbc_string(m->note));
    reading->created_by = a->actor->author;
    reading->created_ms = a->actor->time_ms;
    return STATUS_OK;
}

static enum status apply_reading_remove(const struct applier *a, const Cocanvas__ReadingRemove *m)
{
    struct reading *reading = canvas_reading(a->c, m->id);
    if (reading == NULL)
        return no_such(a->why, "reading", m->id);
    return apply_deleted(a, &reading->o, &reading->deleted_seq, m->on);
}

/* ---- blocks and versions */

static enum status apply_block_add(const struct applier *a, const Cocanvas__BlockAdd *m)
{
    const Cocanvas__Block *b = m->block;
    enum status status = id_free(a, b->id);
    if (status != STATUS_OK)
        return status;
    if (canvas_block_by_key(a->c, b->key) != NULL)
        return refuse(a->why, STATUS_CONFLICT, "there is a block with the key \"%s\" already", b->key);
    struct block *block = canvas_new_block(a->c, b->id);
    set_string(&block->key, b->key);
    set_string(&block->title, b->title);
    set_string(&block->prompt, pbc_string(b->prompt));
    block->col = b->col;
    block->row = b->row;
    block->col_span = b->col_span;
    block->row_span = b->row_span;
    block->order = b->order;
    for (size_t i = 0; i < b->n_props; i++) {
        struct value value = value_from_message(b->props[i]->value);
        props_set(&block->props, b->props[i]->key, &value);
    }
    return STATUS_OK;
}

static enum status apply_block_remove(const struct applier *a, const Cocanvas__BlockRemove *m)
{
    struct block *block = canvas_block(a->c, m->id);
    if (block == NULL)
        return no_such(a->why, "block", m->id);
    if (m->on && block->n_alive > 0)
        return refuse(a->why, STATUS_CONFLICT, "block \"%s\" still holds cards", block->key);
    if (block->deleted == (m->on != 0))
        return STATUS_OK;
    canvas_touch(a->c, &block->o);
    block->deleted = m->on;
    return STATUS_OK;
}

static enum status apply_name_seq(const struct applier *a, const Cocanvas__NameSeq *m)
{
    uint64_t seq = m->seq != 0 ? m->seq : a->actor->seq;
    const char *name = pbc_string(m->name);
    if (seq == 0 || seq > a->actor->seq)
        return misfit(a, "a named version does not exist yet");
    struct named *named = (struct named *)canvas_find(a->c, OBJECT_NAMED, seq);
    if (name[0] == '\0') {
        if (named != NULL)
            canvas_remove_named(a->c, named);
        return STATUS_OK;
    }
    if (named == NULL)
        named = canvas_new_named(a->c, seq);
    else
        canvas_touch(a->c, &named->o);
    set_string(&named->name, name);
    named->created_by = a->actor->author;
    named->created_ms = a->actor->time_ms;
    return STATUS_OK;
}

/* A run of neighbours gets new keys that keep every card where it is. */
static enum status apply_respread(const struct applier *a, const Cocanvas__Respread *m)
{
    struct block *block = canvas_block(a->c, m->block);
    const struct card *first = m->n_cards > 0 ? canvas_card(a->c, m->cards[0]) : NULL;
    if (block == NULL)
        return no_such(a->why, "block", m->block);
    if (first == NULL || first->block != block || m->n_cards != m->n_keys)
        return misfit(a, "a re-spread names a card that is not in its block");
    uint32_t at = block_index(block, first);
    if (block->n_cards - at < m->n_cards)
        return misfit(a, "a re-spread names more cards than there are");
    for (size_t i = 0; i < m->n_cards; i++) {
        const char *before = i > 0 ? m->keys[i - 1] : at > 0 ? block->cards[at - 1]->order_key : "";
        if (block->cards[at + i]->o.id != m->cards[i] || strcmp(before, m->keys[i]) >= 0)
            return misfit(a, "a re-spread must keep the order");
    }
    if (at + m->n_cards < block->n_cards &&
        strcmp(m->keys[m->n_keys - 1], block->cards[at + m->n_cards]->order_key) >= 0)
        return misfit(a, "a re-spread must keep the order");
    for (uint32_t i = 0; i < m->n_cards; i++) {
        canvas_touch(a->c, &block->cards[at + i]->o);
        block_rekey(block, at + i, m->keys[i]);
    }
    return STATUS_OK;
}

enum status op_apply(struct canvas *c, const Cocanvas__Op *op, const struct op_actor *actor, struct why *why)
{
    const struct applier a = {.c = c, .actor = actor, .why = why};
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return apply_card_create(&a, op->card_create);
    case COCANVAS__OP__KIND_CARD_DELETE:
        return apply_card_deleted(&a, op->card_delete->id, true);
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return apply_card_deleted(&a, op->card_restore->id, false);
    case COCANVAS__OP__KIND_CARD_MOVE:
        return apply_card_move(&a, op->card_move);
    case COCANVAS__OP__KIND_PROP_SET:
        return apply_prop_set(&a, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return apply_tag_set(&a, op->tag_set);
    case COCANVAS__OP__KIND_VOTE_SET:
        return apply_vote_set(&a, op->vote_set);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return apply_text_edit(&a, op->text_edit);
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return apply_comment_add(&a, op->comment_add);
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return apply_comment_delete(&a, op->comment_delete);
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return apply_comment_resolve(&a, op->comment_resolve);
    case COCANVAS__OP__KIND_LINK_ADD:
        return apply_link_add(&a, op->link_add);
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return apply_link_remove(&a, op->link_remove);
    case COCANVAS__OP__KIND_READING_ADD:
        return apply_reading_add(&a, op->reading_add);
    case COCANVAS__OP__KIND_READING_REMOVE:
        return apply_reading_remove(&a, op->reading_remove);
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return apply_block_add(&a, op->block_add);
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return apply_block_remove(&a, op->block_remove);
    case COCANVAS__OP__KIND_NAME_SEQ:
        return apply_name_seq(&a, op->name_seq);
    case COCANVAS__OP__KIND_RESPREAD:
        return apply_respread(&a, op->respread);
    default:
        return misfit(&a, "an op of an unknown kind");
    }
}
