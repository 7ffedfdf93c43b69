/* For tests of canvas and ops: ops in one line each, an audit of a canvas from scratch, and random ops (from a seed
 * or from a fuzzer's bytes). */
#ifndef COCANVAS_TESTS_OP_HELP_H
#define COCANVAS_TESTS_OP_HELP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/ids.h"
#include "common/op.h"
#include "common/order.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

#define UNUSED __attribute__((unused))

/* ---- messages in an arena (which is large enough by the test's choice) */

static UNUSED void *help_new(struct arena *a, const ProtobufCMessageDescriptor *type)
{
    void *message = arena_alloc(a, type->sizeof_message);
    ASSERT(message != NULL);
    protobuf_c_message_init(type, message);
    return message;
}

static UNUSED char *help_text(struct arena *a, const char *text)
{
    char *copy = arena_strndup(a, text, strlen(text));
    ASSERT(copy != NULL);
    return copy;
}

static UNUSED Cocanvas__Op *help_wrap(struct arena *a, Cocanvas__Op__KindCase kind, void *member)
{
    Cocanvas__Op *op = help_new(a, &cocanvas__op__descriptor);
    op->kind_case = kind;
    op->card_create = member;
    return op;
}

static UNUSED Cocanvas__Place *place_of(struct arena *a, uint64_t block, uint64_t after, uint64_t before, bool first)
{
    Cocanvas__Place *m = help_new(a, &cocanvas__place__descriptor);
    m->block = block;
    m->after = after;
    m->before = before;
    m->first = first;
    return m;
}

static UNUSED Cocanvas__Op *card_create(struct arena *a, uint64_t id, uint64_t block, uint64_t after, const char *text)
{
    Cocanvas__CardCreate *m = help_new(a, &cocanvas__card_create__descriptor);
    m->id = id;
    m->place = place_of(a, block, after, 0, false);
    m->text = help_text(a, text);
    return help_wrap(a, COCANVAS__OP__KIND_CARD_CREATE, m);
}

static UNUSED Cocanvas__Op *card_delete(struct arena *a, uint64_t id)
{
    Cocanvas__CardDelete *m = help_new(a, &cocanvas__card_delete__descriptor);
    m->id = id;
    return help_wrap(a, COCANVAS__OP__KIND_CARD_DELETE, m);
}

static UNUSED Cocanvas__Op *card_restore(struct arena *a, uint64_t id)
{
    Cocanvas__CardRestore *m = help_new(a, &cocanvas__card_restore__descriptor);
    m->id = id;
    return help_wrap(a, COCANVAS__OP__KIND_CARD_RESTORE, m);
}

static UNUSED Cocanvas__Op *card_move(struct arena *a, uint64_t id, Cocanvas__Place *place)
{
    Cocanvas__CardMove *m = help_new(a, &cocanvas__card_move__descriptor);
    m->id = id;
    m->place = place;
    return help_wrap(a, COCANVAS__OP__KIND_CARD_MOVE, m);
}

/* A value of a kind; text for TEXT, NUMBER, DATE, CHOICE, else number. VALUE_NONE: a Value with nothing set. */
static UNUSED Cocanvas__Value *value_of(struct arena *a, enum value_kind kind, const char *text, uint64_t number)
{
    static const Cocanvas__Value__KindCase cases[] = {
        COCANVAS__VALUE__KIND__NOT_SET, COCANVAS__VALUE__KIND_TEXT,   COCANVAS__VALUE__KIND_NUMBER,
        COCANVAS__VALUE__KIND_DATE,     COCANVAS__VALUE__KIND_FLAG,   COCANVAS__VALUE__KIND_CHOICE,
        COCANVAS__VALUE__KIND_PERSON,   COCANVAS__VALUE__KIND_OBJECT,
    };
    Cocanvas__Value *m = help_new(a, &cocanvas__value__descriptor);
    m->kind_case = cases[kind];
    if (kind == VALUE_FLAG)
        m->flag = number != 0;
    else if (kind == VALUE_PERSON)
        m->person = (uint32_t)number;
    else if (kind == VALUE_OBJECT)
        m->object = number;
    else if (kind != VALUE_NONE)
        m->text = help_text(a, text);
    return m;
}

static UNUSED Cocanvas__Prop *prop_of(struct arena *a, const char *key, Cocanvas__Value *value)
{
    Cocanvas__Prop *m = help_new(a, &cocanvas__prop__descriptor);
    m->key = help_text(a, key);
    m->value = value;
    return m;
}

static UNUSED Cocanvas__Op *prop_set(struct arena *a, uint64_t object, const char *key, Cocanvas__Value *value)
{
    Cocanvas__PropSet *m = help_new(a, &cocanvas__prop_set__descriptor);
    m->object = object;
    m->key = help_text(a, key);
    m->value = value;
    return help_wrap(a, COCANVAS__OP__KIND_PROP_SET, m);
}

static UNUSED Cocanvas__Op *prop_text(struct arena *a, uint64_t object, const char *key, const char *text)
{
    return prop_set(a, object, key, value_of(a, VALUE_TEXT, text, 0));
}

static UNUSED Cocanvas__Op *tag_set(struct arena *a, uint64_t card, const char *tag, bool on)
{
    Cocanvas__TagSet *m = help_new(a, &cocanvas__tag_set__descriptor);
    m->card = card;
    m->tag = help_text(a, tag);
    m->on = on;
    return help_wrap(a, COCANVAS__OP__KIND_TAG_SET, m);
}

static UNUSED Cocanvas__Op *vote_set(struct arena *a, uint64_t card, bool on)
{
    Cocanvas__VoteSet *m = help_new(a, &cocanvas__vote_set__descriptor);
    m->card = card;
    m->on = on;
    return help_wrap(a, COCANVAS__OP__KIND_VOTE_SET, m);
}

static UNUSED Cocanvas__TextStep *step_of(struct arena *a, Cocanvas__TextStep__KindCase kind, uint32_t points,
                                          const char *insert)
{
    Cocanvas__TextStep *m = help_new(a, &cocanvas__text_step__descriptor);
    m->kind_case = kind;
    if (kind == COCANVAS__TEXT_STEP__KIND_INSERT)
        m->insert = help_text(a, insert);
    else
        m->retain = points;
    return m;
}

/* Replaces `removed` code points at `at` of a text of pre_len by `insert`; steps that would be empty are left out. */
static UNUSED Cocanvas__Op *text_edit(struct arena *a, uint64_t object, const char *key, uint32_t pre_len, uint32_t at,
                                      const char *insert, uint32_t removed)
{
    Cocanvas__TextEdit *m = help_new(a, &cocanvas__text_edit__descriptor);
    m->object = object;
    m->key = help_text(a, key);
    m->pre_len = pre_len;
    m->steps = arena_calloc(a, 3, sizeof *m->steps);
    if (at > 0)
        m->steps[m->n_steps++] = step_of(a, COCANVAS__TEXT_STEP__KIND_RETAIN, at, NULL);
    if (insert[0] != '\0')
        m->steps[m->n_steps++] = step_of(a, COCANVAS__TEXT_STEP__KIND_INSERT, 0, insert);
    if (removed > 0)
        m->steps[m->n_steps++] = step_of(a, COCANVAS__TEXT_STEP__KIND_REMOVE, removed, NULL);
    return help_wrap(a, COCANVAS__OP__KIND_TEXT_EDIT, m);
}

static UNUSED Cocanvas__Op *comment_add(struct arena *a, uint64_t id, uint64_t object, uint64_t parent,
                                        const char *text)
{
    Cocanvas__CommentAdd *m = help_new(a, &cocanvas__comment_add__descriptor);
    m->id = id;
    m->object = object;
    m->parent = parent;
    m->text = help_text(a, text);
    return help_wrap(a, COCANVAS__OP__KIND_COMMENT_ADD, m);
}

/* COMMENT_DELETE, COMMENT_RESOLVE, LINK_REMOVE, READING_REMOVE, BLOCK_REMOVE: the messages are alike. */
static UNUSED Cocanvas__Op *switch_op(struct arena *a, Cocanvas__Op__KindCase kind, uint64_t id, bool on)
{
    Cocanvas__CommentDelete *m = NULL;
    if (kind == COCANVAS__OP__KIND_COMMENT_DELETE)
        m = help_new(a, &cocanvas__comment_delete__descriptor);
    else if (kind == COCANVAS__OP__KIND_COMMENT_RESOLVE)
        m = help_new(a, &cocanvas__comment_resolve__descriptor);
    else if (kind == COCANVAS__OP__KIND_LINK_REMOVE)
        m = help_new(a, &cocanvas__link_remove__descriptor);
    else if (kind == COCANVAS__OP__KIND_READING_REMOVE)
        m = help_new(a, &cocanvas__reading_remove__descriptor);
    else
        m = help_new(a, &cocanvas__block_remove__descriptor);
    m->id = id;
    m->on = on;
    return help_wrap(a, kind, m);
}

static UNUSED Cocanvas__Op *link_add(struct arena *a, uint64_t id, uint64_t from, uint64_t to, const char *kind)
{
    Cocanvas__LinkAdd *m = help_new(a, &cocanvas__link_add__descriptor);
    m->id = id;
    m->from = from;
    m->to = to;
    m->kind = help_text(a, kind);
    return help_wrap(a, COCANVAS__OP__KIND_LINK_ADD, m);
}

static UNUSED Cocanvas__Op *reading_add(struct arena *a, uint64_t id, uint64_t object, const char *date,
                                        const char *value, const char *note)
{
    Cocanvas__ReadingAdd *m = help_new(a, &cocanvas__reading_add__descriptor);
    m->id = id;
    m->object = object;
    m->date = help_text(a, date);
    m->value = help_text(a, value);
    m->note = help_text(a, note);
    return help_wrap(a, COCANVAS__OP__KIND_READING_ADD, m);
}

static UNUSED Cocanvas__Op *block_add(struct arena *a, uint64_t id, const char *key, const char *title)
{
    Cocanvas__BlockAdd *m = help_new(a, &cocanvas__block_add__descriptor);
    m->block = help_new(a, &cocanvas__block__descriptor);
    m->block->id = id;
    m->block->key = help_text(a, key);
    m->block->title = help_text(a, title);
    m->block->col_span = m->block->row_span = 1;
    return help_wrap(a, COCANVAS__OP__KIND_BLOCK_ADD, m);
}

static UNUSED Cocanvas__Op *name_seq(struct arena *a, uint64_t seq, const char *name)
{
    Cocanvas__NameSeq *m = help_new(a, &cocanvas__name_seq__descriptor);
    m->seq = seq;
    m->name = help_text(a, name);
    return help_wrap(a, COCANVAS__OP__KIND_NAME_SEQ, m);
}

/* ---- canvases */

/* A title, a grid, and two blocks: 0.1 "left" and 0.2 "right". */
static UNUSED void small_canvas(struct canvas *c, const struct canvas_limits *limits)
{
    static const char *const keys[] = {"left", "right"};
    struct value title = {.kind = VALUE_TEXT, .text = (char *)(uintptr_t) "Test"};
    canvas_init(c, limits);
    canvas_touch(c, &c->header.o);
    props_set(&c->header.props, "title", &title);
    c->header.cols = 2;
    c->header.rows = 1;
    for (uint32_t i = 0; i < 2; i++) {
        struct block *block = canvas_new_block(c, i + 1);
        free(block->key);
        free(block->title);
        block->key = xstrdup(keys[i]);
        block->title = xstrdup(keys[i]);
        block->col = i;
        block->col_span = block->row_span = 1;
        block->order = i + 1;
    }
}

/* Checks everything that a canvas keeps besides its content against the content itself, and that its bytes are what
 * protobuf-c would write and decode to an equal canvas. ASSERTs. */
static UNUSED void audit_lists(const struct canvas *c)
{
    uint32_t listed = 0;
    for (struct object *o = c->blocks; o != NULL; o = o->hh.next) {
        const struct block *block = (const struct block *)o;
        uint32_t alive = 0, long_keys = 0;
        for (uint32_t i = 0; i < block->n_cards; i++) {
            const struct card *card = block->cards[i];
            ASSERT(card->block == block);
            ASSERT(canvas_card(c, card->o.id) == card);
            ASSERT(order_key_check(card->order_key, strlen(card->order_key)));
            ASSERT(i == 0 || strcmp(block->cards[i - 1]->order_key, card->order_key) < 0);
            alive += card->deleted_seq == 0;
            long_keys += strlen(card->order_key) > ORDER_KEY_RESPREAD;
        }
        ASSERT(block->n_alive == alive);
        ASSERT(block->n_long_keys == long_keys);
        ASSERT(!block->deleted || alive == 0);
        listed += block->n_cards;
    }
    ASSERT(listed == c->n_cards);
    ASSERT(listed == HASH_COUNT(c->cards));
    ASSERT(c->n_blocks == HASH_COUNT(c->blocks));
    ASSERT(c->n_others ==
           HASH_COUNT(c->comments) + HASH_COUNT(c->links) + HASH_COUNT(c->readings) + HASH_COUNT(c->named));
}

static UNUSED void audit(struct canvas *c)
{
    audit_lists(c);
    struct buf bytes, again;
    buf_init(&bytes);
    buf_init(&again);
    canvas_encode(c, &bytes);
    struct arena arena;
    arena_init(&arena, SIZE_MAX / 2);
    const Cocanvas__CanvasState *m = canvas_to_message(c, &arena);
    ASSERT(cocanvas__canvas_state__get_packed_size(m) == buf_len(&bytes));
    cocanvas__canvas_state__pack(m, buf_reserve(&again, buf_len(&bytes)));
    ASSERT(memcmp(again.data, buf_at(&bytes), buf_len(&bytes)) == 0);
    arena_fini(&arena);

    struct canvas copy;
    struct why why = {""};
    canvas_init(&copy, NULL);
    enum status status = canvas_decode(&copy, buf_at(&bytes), buf_len(&bytes), &why);
    if (status != STATUS_OK)
        fprintf(stderr, "decode: %s %s\n", status_name(status), why.text);
    ASSERT(status == STATUS_OK);
    ASSERT(canvas_hash(&copy) == canvas_hash(c));
    buf_clear(&again, 0);
    canvas_encode(&copy, &again);
    ASSERT(buf_len(&again) == buf_len(&bytes) && memcmp(buf_at(&again), buf_at(&bytes), buf_len(&bytes)) == 0);
    audit_lists(&copy);
    canvas_fini(&copy);
    buf_fini(&bytes);
    buf_fini(&again);
}

static UNUSED bool same_state(struct canvas *a, struct canvas *b)
{
    struct buf left, right;
    buf_init(&left);
    buf_init(&right);
    canvas_encode(a, &left);
    canvas_encode(b, &right);
    bool same = canvas_hash(a) == canvas_hash(b) && buf_len(&left) == buf_len(&right) &&
                memcmp(buf_at(&left), buf_at(&right), buf_len(&left)) == 0;
    buf_fini(&left);
    buf_fini(&right);
    return same;
}

/* What people can see, as bytes: without tombstones, stamps of the last edit and order keys (a card's place is its
 * number in the block instead). */
static UNUSED void visible_state(struct canvas *c, struct buf *out)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX / 2);
    Cocanvas__CanvasState *m = canvas_to_message(c, &arena);
    ASSERT(m != NULL);
    size_t n = 0;
    for (size_t i = 0; i < m->n_blocks; i++) {
        if (!m->blocks[i]->deleted)
            m->blocks[n++] = m->blocks[i];
    }
    m->n_blocks = n;
    n = 0;
    for (size_t i = 0; i < m->n_cards; i++) {
        const struct card *card = canvas_card(c, m->cards[i]->id);
        if (card->deleted_seq != 0)
            continue;
        uint32_t place = 0;
        for (uint32_t j = 0; card->block->cards[j] != card; j++)
            place += card->block->cards[j]->deleted_seq == 0;
        char number[12];
        snprintf(number, sizeof number, "%u", place);
        m->cards[i]->order_key = help_text(&arena, number);
        m->cards[i]->edited_by = 0;
        m->cards[i]->edited_ms = 0;
        m->cards[n++] = m->cards[i];
    }
    m->n_cards = n;
    n = 0;
    for (size_t i = 0; i < m->n_comments; i++) {
        m->comments[i]->edited_ms = 0;
        if (m->comments[i]->deleted_seq == 0)
            m->comments[n++] = m->comments[i];
    }
    m->n_comments = n;
    n = 0;
    for (size_t i = 0; i < m->n_links; i++) {
        if (m->links[i]->deleted_seq == 0)
            m->links[n++] = m->links[i];
    }
    m->n_links = n;
    n = 0;
    for (size_t i = 0; i < m->n_readings; i++) {
        if (m->readings[i]->deleted_seq == 0)
            m->readings[n++] = m->readings[i];
    }
    m->n_readings = n;
    for (size_t i = 0; i < m->n_named; i++) {
        m->named[i]->created_by = 0;
        m->named[i]->created_ms = 0;
    }
    m->seq = 0;
    size_t len = cocanvas__canvas_state__get_packed_size(m);
    cocanvas__canvas_state__pack(m, buf_reserve(out, len));
    buf_wrote(out, len);
    arena_fini(&arena);
}

/* ---- random ops */

/* Where decisions come from: a seed, or (rng NULL) bytes, zeros behind their end. */
struct dice {
    struct rng *rng;
    const uint8_t *at, *end;
};

static UNUSED uint32_t dice_below(struct dice *d, uint32_t below)
{
    if (d->rng != NULL)
        return rng_below(d->rng, below);
    uint32_t value = d->at < d->end ? *d->at++ : 0;
    if (below > 256 && d->at < d->end)
        value = value << 8 | *d->at++;
    return below > 0 ? value % below : 0;
}

static UNUSED bool dice_is(struct dice *d, uint32_t one_in)
{
    return dice_below(d, one_in) == one_in - 1;
}

/* An object of the table, 0 if it is empty. */
static UNUSED uint64_t dice_object(struct dice *d, const struct object *head)
{
    uint32_t n = (uint32_t)HASH_COUNT(head);
    if (n == 0)
        return 0;
    for (uint32_t skip = dice_below(d, n); skip > 0; skip--)
        head = head->hh.next;
    return head->id;
}

static UNUSED uint64_t dice_card(struct dice *d, const struct canvas *c)
{
    return dice_is(d, 40) ? 77777 : dice_object(d, c->cards);
}

static UNUSED uint64_t dice_block(struct dice *d, const struct canvas *c)
{
    return dice_is(d, 60) ? 66666 : dice_object(d, c->blocks);
}

static UNUSED const char *dice_word(struct dice *d)
{
    static const char *const words[] = {
        "a",     "value", "Wert für Kunden", "x y z",    "字典",  "😀",     "line\nline", "",   "f.rank",    "color",
        "title", "col",   "status",          "bad\x01", "order", "prompt", "cols",       "Aa", "tab\there", "f.need",
    };
    return words[dice_below(d, sizeof words / sizeof words[0])];
}

static UNUSED const char *dice_key(struct dice *d)
{
    static const char *const keys[] = {"color",  "status", "f.rank", "f.need",   "f.cost", "title",
                                       "prompt", "col",    "order",  "col_span", "cols"};
    return keys[dice_below(d, sizeof keys / sizeof keys[0])];
}

static UNUSED Cocanvas__Value *dice_value(struct dice *d, const struct canvas *c, struct arena *a)
{
    static const char *const numbers[] = {"1",   "0",   "-2.50", "63", "64",
                                          "007", "1e5", "",      "1.", "12345678901234567890.5"};
    static const char *const dates[] = {"2024-02-29", "2023-02-29", "2011-06-26", "0000-01-01", "2024-13-01"};
    switch (dice_below(d, 8)) {
    case 0:
        return dice_is(d, 2) ? value_of(a, VALUE_NONE, NULL, 0) : NULL;
    case 1:
        return value_of(a, VALUE_NUMBER, numbers[dice_below(d, 10)], 0);
    case 2:
        return value_of(a, VALUE_DATE, dates[dice_below(d, 5)], 0);
    case 3:
        return value_of(a, VALUE_FLAG, NULL, dice_below(d, 2));
    case 4:
        return value_of(a, VALUE_CHOICE, dice_word(d), 0);
    case 5:
        return value_of(a, VALUE_PERSON, NULL, dice_below(d, 5));
    case 6:
        return value_of(a, VALUE_OBJECT, NULL, dice_card(d, c));
    default:
        return value_of(a, VALUE_TEXT, dice_word(d), 0);
    }
}

static UNUSED Cocanvas__Place *dice_place(struct dice *d, const struct canvas *c, struct arena *a)
{
    Cocanvas__Place *place = place_of(a, dice_block(d, c), 0, 0, false);
    if (dice_is(d, 3))
        place->after = dice_card(d, c);
    if (dice_is(d, 4))
        place->before = dice_card(d, c);
    place->first = dice_is(d, 6);
    if (dice_is(d, 50))
        place->order_key = help_text(a, "a5");
    return place;
}

static UNUSED Cocanvas__Op *dice_text_edit(struct dice *d, const struct canvas *c, struct arena *a)
{
    uint64_t object = dice_is(d, 5) ? dice_object(d, c->comments) : dice_card(d, c);
    const char *key = dice_is(d, 3) ? dice_key(d) : "";
    const struct text *text = canvas_text(c, object, key);
    uint32_t len = text != NULL ? text->len_points : 0;
    uint32_t at = dice_below(d, len + 1), removed = dice_below(d, 3) == 0 ? dice_below(d, len - at + 1) : 0;
    return text_edit(a, object, key, len + dice_is(d, 40), at, dice_word(d), removed + dice_is(d, 40));
}

static UNUSED Cocanvas__Op *dice_create(struct dice *d, const struct canvas *c, uint64_t id, struct arena *a)
{
    Cocanvas__Op *op = card_create(a, id, 1, 0, dice_word(d));
    Cocanvas__CardCreate *m = op->card_create;
    m->place = dice_place(d, c, a);
    if (dice_is(d, 4)) {
        m->n_props = 1;
        m->props = arena_calloc(a, 1, sizeof *m->props);
        m->props[0] = prop_of(a, dice_key(d), dice_value(d, c, a));
    }
    if (dice_is(d, 4)) {
        m->n_tags = 2;
        m->tags = arena_calloc(a, 2, sizeof *m->tags);
        m->tags[0] = help_text(a, dice_word(d));
        m->tags[1] = help_text(a, dice_word(d));
    }
    if (dice_is(d, 4)) {
        m->n_fields = 1;
        m->fields = arena_calloc(a, 1, sizeof *m->fields);
        m->fields[0] = help_new(a, &cocanvas__text_field__descriptor);
        m->fields[0]->key = help_text(a, dice_key(d));
        m->fields[0]->text = help_text(a, dice_word(d));
    }
    return op;
}

/* An op that mostly fits the canvas; new objects take next_id. */
static UNUSED Cocanvas__Op *dice_op(struct dice *d, const struct canvas *c, uint64_t next_id, struct arena *a)
{
    switch (dice_below(d, 24)) {
    default:
        return dice_create(d, c, next_id, a);
    case 5:
        return card_delete(a, dice_card(d, c));
    case 6:
        return card_restore(a, dice_card(d, c));
    case 7:
    case 8:
        return card_move(a, dice_card(d, c), dice_place(d, c, a));
    case 9:
        return prop_set(a,
                        dice_is(d, 3)   ? dice_block(d, c)
                        : dice_is(d, 4) ? 0
                                        : dice_card(d, c),
                        dice_key(d), dice_value(d, c, a));
    case 10:
        return tag_set(a, dice_card(d, c), dice_word(d), dice_is(d, 2));
    case 11:
        return vote_set(a, dice_card(d, c), dice_is(d, 2));
    case 12:
    case 13:
    case 14:
        return dice_text_edit(d, c, a);
    case 15:
        return comment_add(a, next_id, dice_is(d, 3) ? dice_block(d, c) : dice_card(d, c),
                           dice_is(d, 2) ? dice_object(d, c->comments) : 0, dice_word(d));
    case 16:
        return switch_op(a, COCANVAS__OP__KIND_COMMENT_DELETE, dice_object(d, c->comments), dice_is(d, 2));
    case 17:
        return switch_op(a, COCANVAS__OP__KIND_COMMENT_RESOLVE, dice_object(d, c->comments), dice_is(d, 2));
    case 18:
        return link_add(a, next_id, dice_card(d, c), dice_card(d, c), dice_key(d));
    case 19:
        return switch_op(a, COCANVAS__OP__KIND_LINK_REMOVE, dice_object(d, c->links), dice_is(d, 2));
    case 20:
        return reading_add(a, next_id, dice_card(d, c), "2024-02-29", dice_is(d, 5) ? "x" : "4.5", dice_word(d));
    case 21:
        return switch_op(a, COCANVAS__OP__KIND_READING_REMOVE, dice_object(d, c->readings), dice_is(d, 2));
    case 22:
        return dice_is(d, 2) ? block_add(a, next_id, dice_is(d, 2) ? dice_key(d) : dice_word(d), "A block")
                             : switch_op(a, COCANVAS__OP__KIND_BLOCK_REMOVE, dice_block(d, c), dice_is(d, 2));
    case 23:
        return name_seq(a, dice_below(d, (uint32_t)c->seq + 3), dice_word(d));
    }
}

#endif
