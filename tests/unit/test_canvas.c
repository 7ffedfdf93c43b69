/* The canvas by itself: its hash and bytes against protobuf-c's, what decoding refuses, copies, adoption, and the
 * small look-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <xxhash.h>

#include "tests/support/op_help.h"

/* Something of every kind, tombstones too. */
static void rich_canvas(struct canvas *c)
{
    struct arena a;
    struct why why;
    uint32_t bad_op;
    struct op_actor actor = {.client = 7, .author = 3, .time_ms = 1700000000000, .base_seq = 4, .seq = 5};
    arena_init(&a, 1 << 20);
    small_canvas(c, NULL);
    c->seq = 4;
    Cocanvas__Op *first[] = {
        card_create(&a, object_id(7, 1), 1, 0, "one"),
        card_create(&a, object_id(7, 2), 2, 0, "zwei 😀"),
        card_create(&a, object_id(7, 3), 1, object_id(7, 1), ""),
        prop_set(&a, object_id(7, 1), "f.flag", value_of(&a, VALUE_FLAG, NULL, 0)),
        prop_set(&a, object_id(7, 1), "f.on", value_of(&a, VALUE_FLAG, NULL, 1)),
        prop_set(&a, object_id(7, 1), "f.text", value_of(&a, VALUE_TEXT, "", 0)),
        prop_set(&a, object_id(7, 1), "f.cost", value_of(&a, VALUE_NUMBER, "-0.50", 0)),
        prop_set(&a, object_id(7, 1), "f.due", value_of(&a, VALUE_DATE, "2024-02-29", 0)),
        prop_set(&a, object_id(7, 1), "status", value_of(&a, VALUE_CHOICE, "draft", 0)),
        prop_set(&a, object_id(7, 1), "f.who", value_of(&a, VALUE_PERSON, NULL, 300)),
        prop_set(&a, object_id(7, 1), "f.see", value_of(&a, VALUE_OBJECT, NULL, object_id(7, 2))),
        text_edit(&a, object_id(7, 1), "f.need", 0, 0, "a text field", 0),
        tag_set(&a, object_id(7, 2), "tag", true),
        tag_set(&a, object_id(7, 2), "Tag", true),
        vote_set(&a, object_id(7, 2), true),
        comment_add(&a, object_id(7, 4), object_id(7, 1), 0, "why?"),
        comment_add(&a, object_id(7, 5), object_id(7, 1), object_id(7, 4), "because"),
        comment_add(&a, object_id(7, 6), 0, 0, "canvas"),
        link_add(&a, object_id(7, 7), object_id(7, 1), object_id(7, 2), "serves"),
        reading_add(&a, object_id(7, 8), object_id(7, 2), "2024-12-31", "12.5", "note"),
        block_add(&a, object_id(7, 9), "third", "Third"),
        switch_op(&a, COCANVAS__OP__KIND_BLOCK_REMOVE, object_id(7, 9), true),
        switch_op(&a, COCANVAS__OP__KIND_COMMENT_RESOLVE, object_id(7, 4), true),
        switch_op(&a, COCANVAS__OP__KIND_LINK_REMOVE, object_id(7, 7), true),
        card_delete(&a, object_id(7, 3)),
        name_seq(&a, 2, "A version"),
        name_seq(&a, 0, "Another"),
        prop_text(&a, 1, "help", "a block's property"),
    };
    size_t n = sizeof first / sizeof first[0];
    enum status status = batch_check(n, first, NULL, &bad_op, &why);
    if (status == STATUS_OK)
        status = batch_resolve_apply(c, n, first, &actor, &a, &bad_op, &why);
    if (status != STATUS_OK)
        fail_msg("op %u: %s", bad_op, why.text);
    c->seq = 5;
    for (uint32_t author = 400; author > 0; author -= 100)
        card_set_vote(canvas_card(c, object_id(7, 2)), author, true);
    canvas_touch(c, &canvas_card(c, object_id(7, 2))->o);
    arena_fini(&a);
}

/* ---- hash and bytes */

static uint64_t hash_of(const ProtobufCMessage *message, uint64_t seed)
{
    uint8_t bytes[4096];
    size_t len = protobuf_c_message_get_packed_size(message);
    assert_true(len <= sizeof bytes);
    protobuf_c_message_pack(message, bytes);
    return XXH3_64bits_withSeed(bytes, len, seed);
}

/* The definition in canvas.proto, followed with protobuf-c. */
static uint64_t hash_by_definition(struct canvas *c)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    const Cocanvas__CanvasState *m = canvas_to_message(c, &a);
    uint64_t sum = hash_of(&m->header->base, 2);
    for (size_t i = 0; i < m->n_blocks; i++)
        sum += hash_of(&m->blocks[i]->base, 3);
    for (size_t i = 0; i < m->n_cards; i++)
        sum += hash_of(&m->cards[i]->base, 4);
    for (size_t i = 0; i < m->n_comments; i++)
        sum += hash_of(&m->comments[i]->base, 5);
    for (size_t i = 0; i < m->n_links; i++)
        sum += hash_of(&m->links[i]->base, 6);
    for (size_t i = 0; i < m->n_readings; i++)
        sum += hash_of(&m->readings[i]->base, 7);
    for (size_t i = 0; i < m->n_named; i++)
        sum += hash_of(&m->named[i]->base, 8);
    arena_fini(&a);
    return sum;
}

static void hash_follows_definition(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, NULL);
    assert_int_equal(canvas_hash(&c), XXH3_64bits_withSeed("", 0, 2));
    canvas_fini(&c);
    rich_canvas(&c);
    assert_int_equal(canvas_hash(&c), hash_by_definition(&c));
    /* Changed objects alone are hashed again, and to the right sum. */
    struct card *card = canvas_card(&c, object_id(7, 1));
    uint64_t before = canvas_hash(&c);
    canvas_touch(&c, &card->o);
    text_set(&card->text, "other", 5);
    assert_int_not_equal(canvas_hash(&c), before);
    assert_int_equal(canvas_hash(&c), hash_by_definition(&c));
    canvas_touch(&c, &card->o);
    text_set(&card->text, "one", 3);
    assert_int_equal(canvas_hash(&c), before);
    canvas_fini(&c);
}

/* Pinned, so that an accidental change of encoding or hash is noticed: stored hashes must stay comparable. */
static void hash_is_pinned(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    assert_int_equal(canvas_hash(&c), UINT64_C(0x3355628c127d6cbd));
    canvas_fini(&c);
}

static void bytes_are_protobuf(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    audit(&c);
    canvas_fini(&c);
}

/* Parts of a batch longer than 127 bytes move when their length is put before them. */
static void long_parts(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    struct card *card = canvas_card(&c, object_id(7, 1));
    char *text = xmalloc(70000);
    memset(text, 'x', 70000);
    static const size_t lengths[] = {100, 126, 127, 128, 129, 16000, 16383, 16384, 16390, 70000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        canvas_touch(&c, &card->o);
        text_set(&card_field(card, "f.need", true)->text, text, lengths[i]);
        audit(&c);
    }
    for (uint32_t author = 1; author < 200; author++)
        card_set_vote(card, author * 77, true);
    canvas_touch(&c, &card->o);
    audit(&c);
    free(text);
    canvas_fini(&c);
}

/* ---- decoding */

static enum status decode(struct canvas *c, const Cocanvas__CanvasState *m, struct why *why)
{
    size_t len = cocanvas__canvas_state__get_packed_size(m);
    uint8_t *bytes = xmalloc(len);
    cocanvas__canvas_state__pack(m, bytes);
    enum status status = canvas_decode(c, bytes, len, why);
    free(bytes);
    return status;
}

/* One thing that is wrong with a state. */
typedef void spoil_fn(Cocanvas__CanvasState *m);

#define SPOIL(name, change)                                                                                            \
    static void name(Cocanvas__CanvasState *m)                                                                         \
    {                                                                                                                  \
        change;                                                                                                        \
    }
#define S(text) ((char *)(uintptr_t)(text))

SPOIL(block_id_zero, m->blocks[0]->id = 0)
SPOIL(block_twice, m->blocks[1]->id = m->blocks[0]->id)
SPOIL(blocks_unsorted, m->blocks[0]->id = 3)
SPOIL(block_key_twice, m->blocks[1]->key = m->blocks[0]->key)
SPOIL(block_key_bad, m->blocks[0]->key = S("Key"))
SPOIL(block_key_empty, m->blocks[0]->key = S(""))
SPOIL(block_title_empty, m->blocks[0]->title = S(""))
SPOIL(block_title_lines, m->blocks[0]->title = S("a\nb"))
SPOIL(block_control, m->blocks[0]->prompt = S("\x1b[2J"))
SPOIL(block_span, m->blocks[0]->col_span = 0)
SPOIL(block_far, m->blocks[0]->row = 64)
SPOIL(block_order, m->blocks[0]->order = 2000000)
SPOIL(block_column_prop, m->blocks[0]->props[0]->key = S("title"))
SPOIL(block_deleted_with_card, m->blocks[0]->deleted = true)
SPOIL(grid_large, m->header->cols = 65)
SPOIL(header_column_prop, m->header->props[0]->key = S("rows"))
SPOIL(header_title_lines, m->header->props[0]->value->text = S("a\nb"))
SPOIL(card_block_missing, m->cards[0]->block = 55)
SPOIL(card_block_zero, m->cards[0]->block = 0)
SPOIL(card_key_missing, m->cards[0]->order_key = S(""))
SPOIL(card_key_bad, m->cards[0]->order_key = S("a00"))
SPOIL(card_key_twice, m->cards[2]->order_key = m->cards[0]->order_key)
SPOIL(card_twice, m->cards[1]->id = m->cards[0]->id)
SPOIL(card_id_of_block, m->cards[2]->id = m->blocks[2]->id)
SPOIL(card_text_bad, m->cards[0]->text = S("\xc0\xaf"))
SPOIL(card_text_control, m->cards[0]->text = S("\x7f"))
SPOIL(card_deleted_later, m->cards[2]->deleted_seq = 6)
SPOIL(card_time_negative, m->cards[0]->created_ms = -1)
SPOIL(props_unsorted, m->cards[0]->props[0]->key = S("zz"))
SPOIL(prop_twice, m->cards[0]->props[1]->key = m->cards[0]->props[0]->key)
SPOIL(prop_key_bad, m->cards[0]->props[0]->key = S("F"))
SPOIL(prop_valueless, m->cards[0]->props[0]->value->kind_case = COCANVAS__VALUE__KIND__NOT_SET)
SPOIL(prop_no_value, m->cards[0]->props[0]->value = NULL)
SPOIL(prop_number, m->cards[0]->props[0]->value->number = S("0x10"))
SPOIL(prop_date, m->cards[0]->props[1]->value->date = S("2023-02-29"))
SPOIL(prop_person, m->cards[0]->props[6]->value->person = 0)
SPOIL(field_empty, m->cards[0]->fields[0]->text = S(""))
SPOIL(field_key, m->cards[0]->fields[0]->key = S(""))
SPOIL(tags_unsorted, m->cards[1]->tags[0] = S("zzz"))
SPOIL(tag_empty, m->cards[1]->tags[0] = S(""))
SPOIL(votes_unsorted, m->cards[1]->votes[0] = 999)
SPOIL(vote_twice, m->cards[1]->votes[1] = m->cards[1]->votes[0])
SPOIL(vote_nobody, m->cards[1]->votes[0] = 0)
SPOIL(comment_object, m->comments[0]->object = 77)
SPOIL(comment_of_comment, m->comments[2]->object = m->comments[0]->id)
SPOIL(comment_parent, m->comments[1]->parent = 77)
SPOIL(comment_parent_self, m->comments[1]->parent = m->comments[1]->id)
SPOIL(comment_parent_nested, m->comments[0]->parent = m->comments[1]->id)
SPOIL(comment_parent_elsewhere, m->comments[1]->object = 0)
SPOIL(reading_id_of_link, m->readings[0]->id = m->links[0]->id)
SPOIL(comment_deleted_later, m->comments[0]->deleted_seq = 99)
SPOIL(link_end, m->links[0]->to = 1)
SPOIL(link_self, m->links[0]->to = m->links[0]->from)
SPOIL(link_kind, m->links[0]->kind = S(""))
SPOIL(link_deleted_later, m->links[0]->deleted_seq = UINT64_MAX)
SPOIL(reading_object, m->readings[0]->object = 1)
SPOIL(reading_date, m->readings[0]->date = S(""))
SPOIL(reading_value, m->readings[0]->value = S("1."))
SPOIL(reading_deleted_later, m->readings[0]->deleted_seq = 6)
SPOIL(named_zero, m->named[0]->seq = 0)
SPOIL(named_later, m->named[1]->seq = 6)
SPOIL(named_twice, m->named[1]->seq = m->named[0]->seq)
SPOIL(named_empty, m->named[0]->name = S(""))

static const struct {
    const char *name;
    spoil_fn *spoil;
} spoils[] = {
#define ROW(name)                                                                                                      \
    {                                                                                                                  \
#name, name                                                                                                    \
    }
    ROW(block_id_zero),
    ROW(block_twice),
    ROW(blocks_unsorted),
    ROW(block_key_twice),
    ROW(block_key_bad),
    ROW(block_key_empty),
    ROW(block_title_empty),
    ROW(block_title_lines),
    ROW(block_control),
    ROW(block_span),
    ROW(block_far),
    ROW(block_order),
    ROW(block_column_prop),
    ROW(block_deleted_with_card),
    ROW(grid_large),
    ROW(header_column_prop),
    ROW(header_title_lines),
    ROW(card_block_missing),
    ROW(card_block_zero),
    ROW(card_key_missing),
    ROW(card_key_bad),
    ROW(card_key_twice),
    ROW(card_twice),
    ROW(card_id_of_block),
    ROW(card_text_bad),
    ROW(card_text_control),
    ROW(card_deleted_later),
    ROW(card_time_negative),
    ROW(props_unsorted),
    ROW(prop_twice),
    ROW(prop_key_bad),
    ROW(prop_valueless),
    ROW(prop_no_value),
    ROW(prop_number),
    ROW(prop_date),
    ROW(prop_person),
    ROW(field_empty),
    ROW(field_key),
    ROW(tags_unsorted),
    ROW(tag_empty),
    ROW(votes_unsorted),
    ROW(vote_twice),
    ROW(vote_nobody),
    ROW(comment_object),
    ROW(comment_of_comment),
    ROW(comment_parent),
    ROW(comment_parent_self),
    ROW(comment_parent_nested),
    ROW(comment_parent_elsewhere),
    ROW(reading_id_of_link),
    ROW(comment_deleted_later),
    ROW(link_end),
    ROW(link_self),
    ROW(link_kind),
    ROW(link_deleted_later),
    ROW(reading_object),
    ROW(reading_date),
    ROW(reading_value),
    ROW(reading_deleted_later),
    ROW(named_zero),
    ROW(named_later),
    ROW(named_twice),
    ROW(named_empty),
};

static bool is_empty(struct canvas *c)
{
    struct canvas empty;
    canvas_init(&empty, NULL);
    bool same = same_state(c, &empty);
    audit_lists(c);
    canvas_fini(&empty);
    return same;
}

/* A deep copy through bytes, so that a spoilt state does not share anything with the canvas. */
static Cocanvas__CanvasState *message_of(struct canvas *c, struct arena *a)
{
    struct buf bytes;
    buf_init(&bytes);
    canvas_encode(c, &bytes);
    Cocanvas__CanvasState *m = cocanvas__canvas_state__unpack(arena_allocator(a), buf_len(&bytes), buf_at(&bytes));
    buf_fini(&bytes);
    assert_non_null(m);
    return m;
}

static void spoilt_states_refused(void **state)
{
    (void)state;
    struct canvas c, decoded;
    struct arena a;
    rich_canvas(&c);
    arena_init(&a, 16 << 20);
    canvas_init(&decoded, NULL);
    struct why why = {""};
    assert_int_equal(decode(&decoded, message_of(&c, &a), &why), STATUS_OK);
    assert_true(same_state(&c, &decoded));
    canvas_fini(&decoded);
    canvas_init(&decoded, NULL);
    for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
        Cocanvas__CanvasState *m = message_of(&c, &a);
        spoils[i].spoil(m);
        why.text[0] = '\0';
        enum status status = decode(&decoded, m, &why);
        if (status == STATUS_OK || why.text[0] == '\0')
            fail_msg("%s is accepted", spoils[i].name);
        if (!is_empty(&decoded))
            fail_msg("%s leaves something behind", spoils[i].name);
    }
    canvas_fini(&decoded);
    canvas_fini(&c);
    arena_fini(&a);
}

static void cut_states_refused(void **state)
{
    (void)state;
    struct canvas c, decoded;
    struct buf bytes;
    rich_canvas(&c);
    buf_init(&bytes);
    canvas_encode(&c, &bytes);
    canvas_init(&decoded, NULL);
    size_t accepted = 0;
    for (size_t len = 0; len <= buf_len(&bytes); len++) {
        uint8_t *exact = xmalloc(len); /* so that the sanitizer sees a read beyond */
        memcpy(exact, buf_at(&bytes), len);
        accepted += canvas_decode(&decoded, exact, len, NULL) == STATUS_OK;
        canvas_fini(&decoded);
        canvas_init(&decoded, NULL);
        free(exact);
    }
    assert_true(accepted > 5 && accepted < 40); /* cuts between whole objects only */
    canvas_fini(&decoded);
    canvas_fini(&c);
    buf_fini(&bytes);
}

/* Fields in another order, unknown ones, and numbers that are not packed are all proper protobuf. */
static void unusual_encodings(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {
        0x22, 0x14, 0x42, 0x01, 0x05, 0x40, 0x06, 0x1a, 0x02, 'a',  '0',  0x08, 0x81, 0x80, 0x80, 0x00,
        0x10, 0x02, 0x9a, 0x06, 0x01, 'x',                                                              /* card */
        0x1a, 0x0e, 0x38, 0x01, 0x40, 0x01, 0x1a, 0x01, 'T',  0x12, 0x01, 'k',  0x08, 0x02, 0x28, 0x00, /* block */
        0xa5, 0x06, 1,    2,    3,    4,    0xa1, 0x06, 1,    2,    3,    4,    5,    6,    7,    8,
        0xa8, 0x06, 0x07, /* unknown */
        0x08, 0x09,       /* seq */
    };
    struct canvas c;
    struct why why = {""};
    canvas_init(&c, NULL);
    enum status status = canvas_decode(&c, bytes, sizeof bytes, &why);
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), why.text);
    assert_int_equal(c.seq, 9);
    assert_int_equal(canvas_card(&c, 1)->n_votes, 2);
    audit(&c);
    canvas_fini(&c);
}

static void limits_of_decoding(void **state)
{
    (void)state;
    struct canvas c, decoded;
    struct arena a;
    static const struct {
        struct canvas_limits limits;
        enum status status;
    } cases[] = {
        {{.text_points = 12, .cards = 3, .objects = 10}, STATUS_OK},
        {{.text_points = 11}, STATUS_TOO_LARGE},
        {{.cards = 2}, STATUS_TOO_LARGE},
        {{.objects = 9}, STATUS_TOO_LARGE},
    };
    rich_canvas(&c);
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        canvas_init(&decoded, &cases[i].limits);
        assert_int_equal(decode(&decoded, message_of(&c, &a), NULL), cases[i].status);
        assert_memory_equal(&decoded.limits, &cases[i].limits, sizeof decoded.limits);
        canvas_fini(&decoded);
    }
    canvas_fini(&c);
    arena_fini(&a);
}

/* ---- copies */

static void copy_is_equal_and_apart(void **state)
{
    (void)state;
    struct canvas c, copy;
    rich_canvas(&c);
    small_canvas(&copy, NULL);
    canvas_copy(&copy, &c);
    assert_true(same_state(&c, &copy));
    audit(&copy);
    struct card *card = canvas_card(&copy, object_id(7, 1));
    canvas_touch(&copy, &card->o);
    text_set(&card->text, "only here", 9);
    assert_string_equal(canvas_card(&c, object_id(7, 1))->text.bytes, "one");
    audit(&c);
    canvas_fini(&c);
    audit(&copy);
    /* Back to front, from a canvas whose hashes are up to date. */
    rich_canvas(&c);
    canvas_hash(&c);
    canvas_copy(&copy, &c);
    assert_true(same_state(&c, &copy));
    audit(&copy);
    canvas_fini(&c);
    canvas_fini(&copy);
}

/* Object by object, in both directions, every object of every kind; cards swap keys and blocks on the way. */
static void copy_objects(void **state)
{
    (void)state;
    static const enum object_kind kinds[] = {OBJECT_NAMED, OBJECT_READING, OBJECT_CARD,
                                             OBJECT_LINK,  OBJECT_BLOCK,   OBJECT_COMMENT};
    struct canvas full, other;
    rich_canvas(&full);
    small_canvas(&other, NULL);
    other.seq = full.seq;
    /* The same cards at each other's places, one more, and a block that `full` does not have. */
    struct block *extra = canvas_new_block(&other, 9);
    free(extra->key);
    extra->key = xstrdup("extra");
    canvas_new_card(&other, object_id(7, 3), canvas_block(&other, 1), canvas_card(&full, object_id(7, 1))->order_key);
    canvas_new_card(&other, object_id(7, 1), canvas_block(&other, 1), canvas_card(&full, object_id(7, 3))->order_key);
    canvas_new_card(&other, object_id(7, 2), extra, "a0");
    canvas_new_card(&other, object_id(9, 9), extra, "a1");
    struct canvas *pairs[2][2] = {{&other, &full}, {&full, &other}};
    struct canvas original;
    canvas_init(&original, NULL);
    canvas_copy(&original, &other);
    for (int pass = 0; pass < 2; pass++) {
        struct canvas *to = pairs[pass][0], *from = pass == 0 ? &full : &original;
        canvas_copy_object(to, from, OBJECT_HEADER, 0);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            for (uint64_t id = 0; id < 12; id++) {
                canvas_copy_object(to, from, kinds[k], id);
                canvas_copy_object(to, from, kinds[k], object_id(7, (uint32_t)id));
                canvas_copy_object(to, from, kinds[k], object_id(9, (uint32_t)id));
            }
        }
        audit_lists(to);
        assert_true(same_state(to, from));
    }
    canvas_fini(&full);
    canvas_fini(&other);
    canvas_fini(&original);
}

/* A card whose block is unknown brings it along; and it all can be taken back. */
static void copy_brings_block(void **state)
{
    (void)state;
    struct canvas full, empty;
    rich_canvas(&full);
    canvas_init(&empty, NULL);
    uint64_t hash = canvas_hash(&empty);
    canvas_begin(&empty);
    canvas_copy_object(&empty, &full, OBJECT_CARD, object_id(7, 2));
    assert_string_equal(canvas_block(&empty, 2)->key, "right");
    assert_string_equal(canvas_card(&empty, object_id(7, 2))->text.bytes, "zwei 😀");
    audit(&empty);
    canvas_rollback(&empty);
    assert_int_equal(canvas_hash(&empty), hash);
    assert_int_equal(empty.n_blocks + empty.n_cards, 0);
    canvas_begin(&full);
    hash = canvas_hash(&full);
    canvas_copy_object(&full, &empty, OBJECT_BLOCK, 2); /* with the card in it */
    assert_null(canvas_card(&full, object_id(7, 2)));
    canvas_rollback(&full);
    assert_int_equal(canvas_hash(&full), hash);
    audit(&full);
    canvas_fini(&full);
    canvas_fini(&empty);
}

static void adoption(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    canvas_adopt(&c, 1);
    assert_int_equal(c.seq, 0);
    assert_null(c.named);
    assert_int_equal(c.n_blocks, 3);
    assert_int_equal(c.n_others, 5);
    /* Blocks, cards, comments, links, readings, each in the old order. */
    assert_string_equal(canvas_block(&c, 1)->key, "left");
    assert_string_equal(canvas_block(&c, 3)->key, "third");
    assert_string_equal(canvas_card(&c, 4)->text.bytes, "one");
    assert_string_equal(canvas_card(&c, 5)->text.bytes, "zwei 😀");
    assert_int_equal(canvas_card(&c, 6)->deleted_seq, 1);
    assert_int_equal(canvas_comment(&c, 7)->object, 4);
    assert_int_equal(canvas_comment(&c, 8)->parent, 7);
    assert_int_equal(canvas_comment(&c, 9)->object, 0);
    assert_int_equal(canvas_link(&c, 10)->to, 5);
    assert_int_equal(canvas_reading(&c, 11)->object, 5);
    assert_int_equal(props_get(&canvas_card(&c, 4)->props, "f.see")->number, 5);
    assert_int_equal(props_get(&canvas_card(&c, 4)->props, "f.who")->number, 1);
    assert_int_equal(canvas_card(&c, 4)->created_by, 1);
    assert_int_equal(canvas_card(&c, 5)->n_votes, 1);
    assert_int_equal(canvas_card(&c, 5)->votes[0], 1);
    audit(&c); /* it decodes again at seq 0 */
    canvas_fini(&c);
    rich_canvas(&c);
    canvas_adopt(&c, 0);
    assert_int_equal(canvas_card(&c, 5)->n_votes, 5);
    assert_int_equal(canvas_card(&c, 5)->created_by, 3);
    audit(&c);
    canvas_fini(&c);
}

/* ---- look-ups */

static void lookups(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    assert_true(canvas_find(&c, OBJECT_CARD, object_id(7, 1)) == &canvas_card(&c, object_id(7, 1))->o);
    assert_true(canvas_find(&c, OBJECT_HEADER, 0) == &c.header.o);
    assert_null(canvas_find(&c, OBJECT_HEADER, 1));
    assert_null(canvas_find(&c, OBJECT_COMMENT, object_id(7, 1)));
    assert_non_null(canvas_find(&c, OBJECT_NAMED, 5));
    assert_true(canvas_block_by_key(&c, "right") == canvas_block(&c, 2));
    assert_null(canvas_block_by_key(&c, "nowhere"));
    assert_string_equal(canvas_text(&c, object_id(7, 1), "f.need")->bytes, "a text field");
    assert_string_equal(canvas_text(&c, object_id(7, 4), "")->bytes, "why?");
    assert_null(canvas_text(&c, object_id(7, 4), "f.need"));
    assert_null(canvas_text(&c, 1, ""));
    assert_string_equal(canvas_title(&c), "Test");
    assert_string_equal(canvas_header_text(&c, "licence"), "");
    size_t n;
    struct block **order = canvas_blocks_in_order(&c, &n);
    assert_int_equal(n, 2); /* the removed one is left out */
    assert_int_equal(order[0]->o.id, 1);
    assert_null(order[2]);
    free(order);
    canvas_block(&c, 1)->order = 2;
    canvas_block(&c, 1)->row = 1;
    order = canvas_blocks_in_order(&c, NULL);
    assert_int_equal(order[0]->o.id, 2);
    free(order);
    canvas_fini(&c);
}

static void neighbours(void **state)
{
    (void)state;
    struct canvas c;
    small_canvas(&c, NULL);
    struct block *block = canvas_block(&c, 1);
    struct card *cards[5];
    static const char *const keys[] = {"a0", "a1", "a2", "a3", "a4"};
    for (uint32_t i = 0; i < 5; i++)
        cards[i] = canvas_new_card(&c, object_id(1, 5 - i), block, keys[i]);
    canvas_set_card_deleted(&c, cards[0], 1);
    canvas_set_card_deleted(&c, cards[2], 1);
    assert_true(card_next_alive(cards[0]) == cards[1]);
    assert_true(card_next_alive(cards[1]) == cards[3]);
    assert_null(card_next_alive(cards[4]));
    assert_null(card_prev_alive(cards[1]));
    assert_true(card_prev_alive(cards[3]) == cards[1]);
    assert_int_equal(block->n_alive, 3);
    audit(&c);
    canvas_fini(&c);
}

static void small_arena(void **state)
{
    (void)state;
    struct canvas c;
    rich_canvas(&c);
    size_t complete = 0;
    for (size_t cap = 0; cap < 16384; cap += 64) {
        struct arena a;
        arena_init(&a, cap);
        complete += canvas_to_message(&c, &a) != NULL;
        arena_fini(&a);
    }
    assert_true(complete > 0 && complete < 250);
    canvas_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_follows_definition),
        cmocka_unit_test(hash_is_pinned),
        cmocka_unit_test(bytes_are_protobuf),
        cmocka_unit_test(long_parts),
        cmocka_unit_test(spoilt_states_refused),
        cmocka_unit_test(cut_states_refused),
        cmocka_unit_test(unusual_encodings),
        cmocka_unit_test(limits_of_decoding),
        cmocka_unit_test(copy_is_equal_and_apart),
        cmocka_unit_test(copy_objects),
        cmocka_unit_test(copy_brings_block),
        cmocka_unit_test(adoption),
        cmocka_unit_test(lookups),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(small_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
