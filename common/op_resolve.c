/* Makes a checked op fit the canvas as it is now: finds what it refers to, decides what a deletion does to it, turns
 * a place into an order key, and fills in the characters that a text edit removes. Changes the op in place, never the
 * canvas.
 *
 * The rule for deleted things: an op whose author did not know of the deletion (base_seq before it) lands in the
 * tombstone, so that a restore brings it back (P5); one who knew is told GONE. */
#include <string.h>

#include "common/canvas_internal.h"
#include "common/ids.h"
#include "common/op_internal.h"
#include "common/order.h"
#include "common/utf8.h"

struct resolver {
    const struct canvas *c;
    struct op_actor *actor;
    struct arena *arena;
    const char *order_key; /* chosen by the caller, or NULL */
    struct why *why;
};

enum status no_such(struct why *why, const char *what, uint64_t id)
{
    char text[OBJECT_ID_TEXT];
    object_id_format(id, text);
    return refuse(why, STATUS_NOT_FOUND, "there is no %s %s", what, text);
}

static enum status arena_full(const struct resolver *r)
{
    return refuse(r->why, STATUS_TOO_LARGE, "the batch needs more memory than one batch may");
}

/* Whether an op may touch something deleted at deleted_seq. */
static enum status not_gone(const struct resolver *r, uint64_t deleted_seq, const char *what, uint64_t id)
{
    if (deleted_seq == 0 || r->actor->base_seq < deleted_seq)
        return STATUS_OK;
    char text[OBJECT_ID_TEXT];
    object_id_format(id, text);
    return refuse(r->why, STATUS_GONE, "%s %s was deleted; restore it first", what, text);
}

static enum status find_card(const struct resolver *r, uint64_t id, struct card **card)
{
    *card = canvas_card(r->c, id);
    if (*card == NULL)
        return no_such(r->why, "card", id);
    return not_gone(r, (*card)->deleted_seq, "card", id);
}

/* Whether there is room for one more element of a card's set. */
static enum status room_for(const struct resolver *r, uint32_t n, uint32_t most, const char *what)
{
    return n < most ? STATUS_OK : refuse(r->why, STATUS_TOO_LARGE, "%s; at most %u are allowed", what, most);
}

/* ---- new objects */

static enum status resolve_new(const struct resolver *r, enum object_kind kind, uint64_t id)
{
    const struct canvas *c = r->c;
    bool anonymous = r->actor->client == CLIENT_ANONYMOUS;
    if (anonymous && !object_is_anonymous(id))
        return refuse(r->why, STATUS_BAD_OP, "what is made anonymously has an anonymous id");
    if (!anonymous && object_client(id) != r->actor->client)
        return refuse(r->why, STATUS_BAD_OP, "a new object's id must carry the client's own number, %u",
                      r->actor->client);
    if (!anonymous && object_counter(id) <= r->actor->last_object)
        return refuse(r->why, STATUS_CONFLICT, "the counter of a new id must be above %u, the last one used",
                      r->actor->last_object);
    if (canvas_id_used(c, id))
        return refuse(r->why, STATUS_CONFLICT, "the new id is in use");
    if (kind == OBJECT_BLOCK && c->n_blocks >= BLOCKS_MAX)
        return refuse(r->why, STATUS_TOO_LARGE, "the canvas has %d blocks, removed ones included; that is the limit",
                      BLOCKS_MAX);
    if (kind == OBJECT_CARD && c->limits.cards != 0 && c->n_cards >= c->limits.cards)
        return refuse(r->why, STATUS_TOO_LARGE, "the canvas holds %u cards, deleted ones included; that is its limit",
                      c->n_cards);
    if (kind != OBJECT_CARD && c->limits.objects != 0 && c->n_blocks + c->n_others >= c->limits.objects)
        return refuse(r->why, STATUS_TOO_LARGE,
                      "the canvas holds %u comments, links, readings and blocks; that is its limit",
                      c->n_blocks + c->n_others);
    return STATUS_OK;
}

static void used_id(const struct resolver *r, uint64_t id)
{
    if (!object_is_anonymous(id))
        r->actor->last_object = object_counter(id);
}

/* ---- places */

/* The card that an anchor names, if it is alive in that block and not the one that moves. */
static struct card *anchor(const struct canvas *c, const struct block *block, uint64_t id, const struct card *self)
{
    struct card *card = id != 0 ? canvas_card(c, id) : NULL;
    return card != NULL && card->deleted_seq == 0 && card->block == block && card != self ? card : NULL;
}

enum status place_gap(const struct canvas *c, const Cocanvas__Place *place, const struct card *self, const char **low,
                      const char **high, struct why *why)
{
    const struct block *block = canvas_block(c, place->block);
    if (block == NULL)
        return no_such(why, "block", place->block);
    if (block->deleted)
        return refuse(why, STATUS_GONE, "block \"%s\" was removed; bring it back first", block->key);
    /* The gap is before index `at`; the moving card counts as absent. */
    uint32_t at = block->n_cards;
    const struct card *after = anchor(c, block, place->after, self), *before = anchor(c, block, place->before, self);
    if (place->first)
        at = 0;
    else if (after != NULL)
        at = block_index(block, after) + 1;
    else if (before != NULL)
        at = block_index(block, before);
    uint32_t left = at, right = at;
    if (left > 0 && block->cards[left - 1] == self)
        left--;
    if (right < block->n_cards && block->cards[right] == self)
        right++;
    *low = left > 0 ? block->cards[left - 1]->order_key : "";
    *high = right < block->n_cards ? block->cards[right]->order_key : "";
    return STATUS_OK;
}

static enum status resolve_place(const struct resolver *r, Cocanvas__Place *place, const struct card *self)
{
    const char *low = "", *high = "";
    enum status status = place_gap(r->c, place, self, &low, &high, r->why);
    if (status != STATUS_OK)
        return status;
    struct order_key found;
    const char *key = r->order_key;
    if (key == NULL) {
        status = order_between(low, high, &found);
        if (status != STATUS_OK)
            return refuse(r->why, STATUS_TOO_LARGE, "there is no room left at this place of the block");
        key = found.text;
    }
    place->order_key = arena_strndup(r->arena, key, strlen(key));
    return place->order_key != NULL ? STATUS_OK : arena_full(r);
}

/* ---- texts */

/* The characters that a checked edit removes from text, joined; NULL if the arena is full. */
static char *removed_characters(const Cocanvas__TextEdit *m, const struct text *text, struct arena *arena)
{
    uint64_t points = 0;
    for (size_t i = 0; i < m->n_steps; i++)
        points += m->steps[i]->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE ? m->steps[i]->remove : 0;
    if (points == 0)
        return (char *)(uintptr_t)protobuf_c_empty_string;
    bool ascii = text->len_bytes == text->len_points;
    const char *at = text->bytes, *end = text->bytes + text->len_bytes;
    size_t room = ascii ? points : points * 4 < text->len_bytes ? points * 4 : text->len_bytes;
    char *out = arena_alloc(arena, room + 1);
    size_t n = 0;
    for (size_t i = 0; i < m->n_steps && out != NULL; i++) {
        const Cocanvas__TextStep *step = m->steps[i];
        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT)
            continue;
        bool remove = step->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE;
        uint32_t count = remove ? step->remove : step->retain;
        size_t len = ascii ? count : utf8_offset(at, (size_t)(end - at), count);
        if (remove) {
            memcpy(out + n, at, len);
            n += len;
        }
        at += len;
    }
    if (out != NULL)
        out[n] = '\0';
    return out;
}

/* Consumed and resulting length of a checked edit. */
static void edit_lengths(const Cocanvas__TextEdit *m, uint64_t *consumed, uint64_t *after)
{
    *consumed = 0;
    *after = m->pre_len;
    for (size_t i = 0; i < m->n_steps; i++) {
        const Cocanvas__TextStep *step = m->steps[i];
        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_RETAIN) {
            *consumed += step->retain;
        } else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE) {
            *consumed += step->remove;
            *after -= step->remove;
        } else {
            *after += utf8_points(pbc_string(step->insert), strlen(pbc_string(step->insert)));
        }
    }
}

static enum status find_text(const struct resolver *r, const Cocanvas__TextEdit *m, const struct text **text)
{
    const char *key = pbc_string(m->key);
    struct card *card = canvas_card(r->c, m->object);
    *text = canvas_text(r->c, m->object, key);
    if (card != NULL) {
        enum status status = not_gone(r, card->deleted_seq, "card", m->object);
        if (status == STATUS_OK && *text == NULL)
            status = room_for(r, card->n_fields, FIELDS_MAX, "the card has no room for another text field");
        return status;
    }
    struct comment *comment = canvas_comment(r->c, m->object);
    if (comment == NULL)
        return no_such(r->why, "card or comment", m->object);
    if (*text == NULL)
        return refuse(r->why, STATUS_BAD_OP, "a comment has no text fields");
    return not_gone(r, comment->deleted_seq, "comment", m->object);
}

static enum status resolve_text_edit(const struct resolver *r, Cocanvas__TextEdit *m)
{
    static const struct text none = {0};
    const struct text *text;
    enum status status = find_text(r, m, &text);
    if (status != STATUS_OK)
        return status;
    if (text == NULL)
        text = &none;
    if (m->pre_len != text->len_points)
        return refuse(r->why, STATUS_BAD_OP, "the edit is for a text of %u characters, but it has %u", m->pre_len,
                      text->len_points);
    uint64_t consumed, after;
    edit_lengths(m, &consumed, &after);
    if (consumed > m->pre_len)
        return refuse(r->why, STATUS_BAD_OP, "the edit reaches beyond the text");
    uint32_t most = r->c->limits.text_points;
    if (most != 0 && after > most && after > m->pre_len)
        return refuse(r->why, STATUS_TOO_LARGE, "the text would have %llu characters; at most %u are allowed",
                      (unsigned long long)after, most);
    m->removed = removed_characters(m, text, r->arena);
    return m->removed != NULL ? STATUS_OK : arena_full(r);
}

/* ---- cards */

static enum status resolve_card_create(const struct resolver *r, Cocanvas__CardCreate *m)
{
    enum status status = resolve_new(r, OBJECT_CARD, m->id);
    if (status == STATUS_OK)
        status = resolve_place(r, m->place, NULL);
    if (status == STATUS_OK)
        used_id(r, m->id);
    return status;
}

static enum status resolve_card_move(const struct resolver *r, Cocanvas__CardMove *m)
{
    struct card *card;
    enum status status = find_card(r, m->id, &card);
    return status == STATUS_OK ? resolve_place(r, m->place, card) : status;
}

static enum status resolve_card_restore(const struct resolver *r, const Cocanvas__CardRestore *m)
{
    const struct card *card = canvas_card(r->c, m->id);
    if (card == NULL)
        return no_such(r->why, "card", m->id);
    if (card->deleted_seq != 0 && card->block->deleted)
        return refuse(r->why, STATUS_GONE, "the card's block \"%s\" was removed; bring it back first",
                      card->block->key);
    return STATUS_OK;
}

static enum status resolve_tag_set(const struct resolver *r, const Cocanvas__TagSet *m)
{
    struct card *card;
    enum status status = find_card(r, m->card, &card);
    return status == STATUS_OK && m->on ? room_for(r, card->n_tags, TAGS_MAX, "the card has no room for another tag")
                                        : status;
}

static enum status resolve_vote_set(const struct resolver *r, const Cocanvas__VoteSet *m)
{
    struct card *card;
    if (r->actor->author == 0)
        return refuse(r->why, STATUS_BAD_OP, "only people vote");
    return find_card(r, m->card, &card);
}

/* ---- properties */

static enum status props_room(const struct resolver *r, const struct props *props, const Cocanvas__PropSet *m)
{
    struct value value = value_from_message(m->value);
    if (value.kind == VALUE_NONE || props_get(props, m->key) != NULL)
        return STATUS_OK;
    return room_for(r, props->n, PROPS_MAX, "there is no room for another property");
}

static enum status resolve_header_prop(const struct resolver *r, const Cocanvas__PropSet *m)
{
    struct value value = value_from_message(m->value);
    uint32_t number;
    if (header_column(m->key) != HEADER_NONE) {
        if (!value_to_uint(&value, 1, GRID_MAX, &number))
            return refuse(r->why, STATUS_BAD_OP, "columns and rows are numbers from 1 to %d", GRID_MAX);
        return STATUS_OK;
    }
    enum status status = rule_header_prop(m->key, &value, r->why);
    return status == STATUS_OK ? props_room(r, &r->c->header.props, m) : status;
}

static enum status resolve_prop_set(const struct resolver *r, const Cocanvas__PropSet *m)
{
    if (m->object == 0)
        return resolve_header_prop(r, m);
    const struct block *block = canvas_block(r->c, m->object);
    if (block != NULL) {
        struct value value = value_from_message(m->value);
        enum column column = block_column(m->key);
        return column != COLUMN_NONE ? rule_block_column(column, &value, r->why) : props_room(r, &block->props, m);
    }
    struct card *card;
    enum status status = find_card(r, m->object, &card);
    return status == STATUS_OK ? props_room(r, &card->props, m) : status;
}

/* ---- comments, links, readings */

static enum status resolve_comment_add(const struct resolver *r, Cocanvas__CommentAdd *m)
{
    enum status status = resolve_new(r, OBJECT_COMMENT, m->id);
    struct card *card;
    if (status == STATUS_OK && m->object != 0 && canvas_block(r->c, m->object) == NULL)
        status = find_card(r, m->object, &card);
    if (status != STATUS_OK)
        return status;
    if (m->parent != 0) {
        const struct comment *parent = canvas_comment(r->c, m->parent);
        if (parent == NULL)
            return no_such(r->why, "comment", m->parent);
        if (parent->object != m->object)
            return refuse(r->why, STATUS_BAD_OP, "an answer is about the same object as the comment that it answers");
        status = not_gone(r, parent->deleted_seq, "comment", m->parent);
        if (status != STATUS_OK)
            return status;
        if (parent->parent != 0) /* an answer to an answer belongs to the same thread */
            m->parent = parent->parent;
    }
    used_id(r, m->id);
    return STATUS_OK;
}

static enum status resolve_comment_resolve(const struct resolver *r, const Cocanvas__CommentResolve *m)
{
    const struct comment *comment = canvas_comment(r->c, m->id);
    if (comment == NULL)
        return no_such(r->why, "comment", m->id);
    return not_gone(r, comment->deleted_seq, "comment", m->id);
}

static enum status resolve_link_add(const struct resolver *r, const Cocanvas__LinkAdd *m)
{
    struct card *card;
    enum status status = resolve_new(r, OBJECT_LINK, m->id);
    if (status == STATUS_OK)
        status = find_card(r, m->from, &card);
    if (status == STATUS_OK)
        status = find_card(r, m->to, &card);
    if (status == STATUS_OK)
        used_id(r, m->id);
    return status;
}

static enum status resolve_reading_add(const struct resolver *r, const Cocanvas__ReadingAdd *m)
{
    struct card *card;
    enum status status = resolve_new(r, OBJECT_READING, m->id);
    if (status == STATUS_OK)
        status = find_card(r, m->object, &card);
    if (status == STATUS_OK)
        used_id(r, m->id);
    return status;
}

/* ---- blocks and versions */

static enum status resolve_block_add(const struct resolver *r, const Cocanvas__BlockAdd *m)
{
    enum status status = resolve_new(r, OBJECT_BLOCK, m->block->id);
    if (status != STATUS_OK)
        return status;
    if (canvas_block_by_key(r->c, m->block->key) != NULL)
        return refuse(r->why, STATUS_CONFLICT, "there is a block with the key \"%s\" already", m->block->key);
    used_id(r, m->block->id);
    return STATUS_OK;
}

static enum status resolve_block_remove(const struct resolver *r, const Cocanvas__BlockRemove *m)
{
    const struct block *block = canvas_block(r->c, m->id);
    if (block == NULL)
        return no_such(r->why, "block", m->id);
    if (m->on && block->n_alive > 0)
        return refuse(r->why, STATUS_CONFLICT, "block \"%s\" still holds %u cards; move or delete them first",
                      block->key, block->n_alive);
    return STATUS_OK;
}

static enum status resolve_name_seq(const struct resolver *r, const Cocanvas__NameSeq *m)
{
    if (m->seq > r->actor->seq)
        return refuse(r->why, STATUS_BAD_OP, "version %llu does not exist yet", (unsigned long long)m->seq);
    uint64_t seq = m->seq != 0 ? m->seq : r->actor->seq;
    const struct canvas *c = r->c;
    if (pbc_string(m->name)[0] != '\0' && canvas_find(c, OBJECT_NAMED, seq) == NULL && c->limits.objects != 0 &&
        c->n_blocks + c->n_others >= c->limits.objects)
        return refuse(r->why, STATUS_TOO_LARGE, "the canvas has no room for another named version");
    return STATUS_OK;
}

static enum status resolve(const struct resolver *r, Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return resolve_card_create(r, op->card_create);
    case COCANVAS__OP__KIND_CARD_DELETE:
        return canvas_card(r->c, op->card_delete->id) != NULL ? STATUS_OK
                                                              : no_such(r->why, "card", op->card_delete->id);
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return resolve_card_restore(r, op->card_restore);
    case COCANVAS__OP__KIND_CARD_MOVE:
        return resolve_card_move(r, op->card_move);
    case COCANVAS__OP__KIND_PROP_SET:
        return resolve_prop_set(r, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return resolve_tag_set(r, op->tag_set);
    case COCANVAS__OP__KIND_VOTE_SET:
        return resolve_vote_set(r, op->vote_set);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return resolve_text_edit(r, op->text_edit);
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return resolve_comment_add(r, op->comment_add);
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return canvas_comment(r->c, op->comment_delete->id) != NULL
                   ? STATUS_OK
                   : no_such(r->why, "comment", op->comment_delete->id);
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return resolve_comment_resolve(r, op->comment_resolve);
    case COCANVAS__OP__KIND_LINK_ADD:
        return resolve_link_add(r, op->link_add);
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return canvas_link(r->c, op->link_remove->id) != NULL ? STATUS_OK
                                                              : no_such(r->why, "link", op->link_remove->id);
    case COCANVAS__OP__KIND_READING_ADD:
        return resolve_reading_add(r, op->reading_add);
    case COCANVAS__OP__KIND_READING_REMOVE:
        return canvas_reading(r->c, op->reading_remove->id) != NULL
                   ? STATUS_OK
                   : no_such(r->why, "reading", op->reading_remove->id);
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return resolve_block_add(r, op->block_add);
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return resolve_block_remove(r, op->block_remove);
    case COCANVAS__OP__KIND_NAME_SEQ:
        return resolve_name_seq(r, op->name_seq);
    case COCANVAS__OP__KIND_RESPREAD:
        return STATUS_OK; /* the server's own; op_apply looks at it */
    default:
        return refuse(r->why, STATUS_BAD_OP, "an op of an unknown kind");
    }
}

enum status resolve_with_key(const struct canvas *c, Cocanvas__Op *op, struct op_actor *actor, struct arena *arena,
                             const char *order_key, struct why *why)
{
    struct resolver r = {.c = c, .actor = actor, .arena = arena, .order_key = order_key, .why = why};
    return resolve(&r, op);
}

enum status op_resolve(const struct canvas *c, Cocanvas__Op *op, struct op_actor *actor, struct arena *arena,
                       struct why *why)
{
    return resolve_with_key(c, op, actor, arena, NULL, why);
}
