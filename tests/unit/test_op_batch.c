/* Ops together: what a deletion does to later edits, batches all or none, committed batches, inverses, and messages
 * in arenas. */
#include "tests/support/op_fixture.h"

/* ---- deleted cards */

/* Everything that one can do to a card, as ops. */
static size_t all_edits(struct fixture *f, uint64_t id, uint64_t other, Cocanvas__Op **ops)
{
    size_t n = 0;
    ops[n++] = text_edit(&f->a, id, "", 4, 0, "new ", 0);
    ops[n++] = text_edit(&f->a, id, "f.x", 0, 0, "field", 0);
    ops[n++] = prop_text(&f->a, id, "color", "red");
    ops[n++] = tag_set(&f->a, id, "tag", true);
    ops[n++] = vote_set(&f->a, id, true);
    ops[n++] = comment_add(&f->a, own(20), id, 0, "hm");
    ops[n++] = link_add(&f->a, own(21), other, id, "serves");
    ops[n++] = link_add(&f->a, own(22), id, other, "serves");
    ops[n++] = reading_add(&f->a, own(23), id, "2024-01-01", "1", "");
    ops[n++] = card_move(&f->a, id, place_of(&f->a, 2, 0, 0, false));
    return n;
}

/* Whoever did not know of the deletion edits the tombstone; a restore brings all of it back (P5). */
static void edits_land_in_tombstone(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "text"), other = add_card(f, "other");
    ok(f, card_delete(&f->a, id));
    uint64_t deleted_seq = canvas_card(&f->c, id)->deleted_seq;
    Cocanvas__Op *ops[16];
    size_t n = all_edits(f, id, other, ops);
    for (size_t i = 0; i < n; i++) {
        f->actor.base_seq = deleted_seq - 1;
        ok(f, ops[i]);
    }
    const struct card *card = canvas_card(&f->c, id);
    assert_int_equal(card->deleted_seq, deleted_seq);
    ok(f, card_restore(&f->a, id));
    assert_string_equal(card->text.bytes, "new text");
    assert_int_equal(card->n_tags + card->n_votes + card->props.n + card->n_fields, 4);
    assert_string_equal(texts(f, 2), "new text");
}

static void edits_of_gone_refused(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "text"), other = add_card(f, "other");
    ok(f, card_delete(&f->a, id));
    uint64_t deleted_seq = canvas_card(&f->c, id)->deleted_seq;
    Cocanvas__Op *ops[16];
    size_t n = all_edits(f, id, other, ops);
    for (size_t i = 0; i < n; i++) {
        f->actor.base_seq = deleted_seq;
        no(f, ops[i], STATUS_GONE);
        f->actor.base_seq = UINT64_MAX;
        no(f, ops[i], STATUS_GONE);
    }
}

/* ---- batches */

enum { TOUCH_ALL = 21 };

/* Something of everything, the last op refused. */
static void touch_everything(struct fixture *f, uint64_t a, uint64_t b, Cocanvas__Op *ops[TOUCH_ALL])
{
    size_t n = 0;
    ops[n++] = card_create(&f->a, own(5), 1, a, "new");
    ops[n++] = block_add(&f->a, own(6), "new", "New");
    ops[n++] = card_create(&f->a, own(7), own(6), 0, "in the new block");
    ops[n++] = card_move(&f->a, a, place_of(&f->a, own(6), 0, 0, false));
    ops[n++] = card_move(&f->a, b, place_of(&f->a, 1, 0, 0, true));
    ops[n++] = text_edit(&f->a, b, "", 1, 0, "x", 1);
    ops[n++] = tag_set(&f->a, own(5), "t", true);
    ops[n++] = vote_set(&f->a, a, true);
    ops[n++] = prop_text(&f->a, 0, "title", "changed");
    ops[n++] = prop_text(&f->a, 1, "title", "changed");
    ops[n++] = card_delete(&f->a, b);
    ops[n++] = name_seq(&f->a, 3, "renamed");
    ops[n++] = name_seq(&f->a, 3, "");
    ops[n++] = name_seq(&f->a, 3, "named again");
    ops[n++] = name_seq(&f->a, 3, "");
    ops[n++] = name_seq(&f->a, 0, "this");
    ops[n++] = name_seq(&f->a, 0, "");
    ops[n++] = switch_op(&f->a, COCANVAS__OP__KIND_LINK_REMOVE, own(3), true);
    ops[n++] = switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(4), true);
    ops[n++] = reading_add(&f->a, own(8), a, "2024-01-01", "1", "");
    ops[n++] = card_delete(&f->a, own(99));
    assert_int_equal(n, TOUCH_ALL);
}

static void batch_all_or_none(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a"), b = add_card(f, "b");
    ok(f, name_seq(&f->a, 3, "named"));
    ok(f, link_add(&f->a, own(3), a, b, "serves"));
    ok(f, comment_add(&f->a, own(4), a, 0, "comment"));
    struct canvas before;
    canvas_init(&before, NULL);
    canvas_copy(&before, &f->c);
    uint64_t hash = canvas_hash(&f->c);
    Cocanvas__Op *ops[TOUCH_ALL];
    touch_everything(f, a, b, ops);
    assert_int_equal(run_batch(f, TOUCH_ALL, ops), STATUS_NOT_FOUND);
    assert_int_equal(f->bad_op, TOUCH_ALL - 1);
    assert_int_equal(f->actor.last_object, 4);
    assert_int_equal(canvas_hash(&f->c), hash);
    assert_true(same_state(&before, &f->c));
    assert_null(f->c.undo);
    audit(&f->c);
    /* And without the last one, all of it. */
    touch_everything(f, a, b, ops);
    assert_int_equal(run_batch(f, TOUCH_ALL - 1, ops), STATUS_OK);
    assert_int_equal(canvas_block(&f->c, own(6))->n_cards, 2);
    assert_null(canvas_find(&f->c, OBJECT_NAMED, 3));
    canvas_fini(&before);
}

static void batch_refused(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "text");
    assert_int_equal(run_batch(f, 0, NULL), STATUS_BAD_OP);
    Cocanvas__Op *twice[] = {text_edit(&f->a, id, "", 4, 0, "a", 0), text_edit(&f->a, id, "f.x", 0, 0, "a", 0),
                             vote_set(&f->a, id, true), text_edit(&f->a, id, "", 5, 0, "b", 0)};
    assert_int_equal(run_batch(f, 4, twice), STATUS_BAD_OP);
    assert_int_equal(f->bad_op, 3);
    assert_int_equal(run_batch(f, 3, twice), STATUS_OK);
    Cocanvas__Op unknown = COCANVAS__OP__INIT;
    no(f, &unknown, STATUS_BAD_OP);
}

/* A batch in which a card is created, deleted and edited: the author could not know of a deletion in the same batch. */
static void batch_edits_its_own(void **state)
{
    struct fixture *f = *state;
    Cocanvas__Op *ops[] = {card_create(&f->a, own(1), 1, 0, "x"), card_delete(&f->a, own(1)),
                           text_edit(&f->a, own(1), "", 1, 1, "y", 0), card_restore(&f->a, own(1))};
    assert_int_equal(run_batch(f, 4, ops), STATUS_OK);
    assert_string_equal(texts(f, 1), "xy");
}

static void committed_batches(void **state)
{
    struct fixture *f = *state;
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    Cocanvas__Op *ops[] = {card_create(&f->a, own(1), 1, 0, "x"), card_create(&f->a, own(2), 1, 0, "y")};
    batch.seq = 11;
    batch.client = 7;
    batch.author = 4;
    batch.time_ms = 555;
    batch.n_ops = 2;
    batch.ops = ops;
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_BAD_OP); /* no order keys yet */
    ops[0]->card_create->place->order_key = help_text(&f->a, "a1");
    ops[1]->card_create->place->order_key = help_text(&f->a, "a1");
    uint64_t hash = canvas_hash(&f->c);
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_CONFLICT); /* the key is used: all or none */
    assert_int_equal(canvas_hash(&f->c), hash);
    assert_int_equal(f->c.seq, 10);
    ops[1]->card_create->place->order_key = help_text(&f->a, "a0");
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_OK);
    assert_string_equal(texts(f, 1), "yx");
    assert_int_equal(canvas_card(&f->c, own(1))->created_by, 4);
    assert_int_equal(canvas_card(&f->c, own(1))->created_ms, 555);
    assert_int_equal(f->c.seq, 11);
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_OUT_OF_ORDER);
    batch.seq = 13;
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_OUT_OF_ORDER);
    /* Hostile texts do not reach the canvas that way either. */
    batch.seq = 12;
    batch.n_ops = 1;
    ops[0] = text_edit(&f->a, own(1), "", 1, 0, "\xff", 0);
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_BAD_TEXT);
    ops[0] = text_edit(&f->a, own(1), "", 2, 0, "z", 0);
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_BAD_OP);
    assert_int_equal(f->c.seq, 11);
}

/* ---- undo */

/* Applies op, then its inverse of the expected kind (NOT_SET: there is none), and compares what people see with what
 * they saw before. */
static void there_and_back(struct fixture *f, Cocanvas__Op *op, Cocanvas__Op__KindCase expected)
{
    struct buf before, after;
    Cocanvas__Op *inverse[1] = {NULL};
    buf_init(&before);
    buf_init(&after);
    visible_state(&f->c, &before);
    assert_int_equal(batch_check(1, &op, &f->c.limits, &f->bad_op, &f->why), STATUS_OK);
    assert_int_equal(op_resolve(&f->c, op, &f->actor, &f->a, &f->why), STATUS_OK);
    assert_int_equal(op_invert(&f->c, op, &f->actor, &f->a, inverse, 0), 0);
    size_t n = op_invert(&f->c, op, &f->actor, &f->a, inverse, 1);
    assert_int_equal(op_apply(&f->c, op, &f->actor, &f->why), STATUS_OK);
    f->c.seq = f->actor.base_seq = f->actor.seq++;
    visible_state(&f->c, &after);
    bool changed =
        buf_len(&before) != buf_len(&after) || memcmp(buf_at(&before), buf_at(&after), buf_len(&before)) != 0;
    if (changed != (expected != COCANVAS__OP__KIND__NOT_SET) || n != (changed ? 1 : 0))
        fail_msg("%s: changed %d, inverses %zu", op_kind_name(op), changed, n);
    if (n > 0) {
        assert_int_equal(inverse[0]->kind_case, expected);
        ok(f, inverse[0]);
    }
    buf_clear(&after, 0);
    visible_state(&f->c, &after);
    if (buf_len(&before) != buf_len(&after) || memcmp(buf_at(&before), buf_at(&after), buf_len(&before)) != 0)
        fail_msg("%s is not taken back by %s", op_kind_name(op), n > 0 ? op_kind_name(inverse[0]) : "nothing");
    buf_fini(&before);
    buf_fini(&after);
}

static void inverses(void **state)
{
    struct fixture *f = *state;
    const Cocanvas__Op__KindCase nothing = COCANVAS__OP__KIND__NOT_SET;
    uint64_t a = add_card(f, "Grüße"), b = add_card(f, "b"), c = add_card(f, "c");
    there_and_back(f, card_create(&f->a, own(4), 1, a, "new"), COCANVAS__OP__KIND_CARD_DELETE);
    there_and_back(f, card_restore(&f->a, a), nothing);
    there_and_back(f, card_delete(&f->a, a), COCANVAS__OP__KIND_CARD_RESTORE);
    ok(f, card_delete(&f->a, own(4)));
    there_and_back(f, card_delete(&f->a, own(4)), nothing);
    there_and_back(f, card_restore(&f->a, own(4)), COCANVAS__OP__KIND_CARD_DELETE);
    there_and_back(f, card_move(&f->a, b, place_of(&f->a, 2, 0, 0, false)), COCANVAS__OP__KIND_CARD_MOVE);
    there_and_back(f, card_move(&f->a, a, place_of(&f->a, 1, c, 0, false)), COCANVAS__OP__KIND_CARD_MOVE);
    there_and_back(f, card_move(&f->a, c, place_of(&f->a, 1, 0, 0, true)), COCANVAS__OP__KIND_CARD_MOVE);
    there_and_back(f, prop_text(&f->a, a, "color", "red"), COCANVAS__OP__KIND_PROP_SET);
    ok(f, prop_set(&f->a, a, "f.cost", value_of(&f->a, VALUE_NUMBER, "12.5", 0)));
    there_and_back(f, prop_set(&f->a, a, "f.cost", value_of(&f->a, VALUE_PERSON, NULL, 3)),
                   COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_set(&f->a, a, "f.cost", NULL), COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_text(&f->a, 0, "title", "Another"), COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_set(&f->a, 0, "cols", value_of(&f->a, VALUE_NUMBER, "33", 0)), COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_text(&f->a, 1, "title", "Another"), COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_text(&f->a, 1, "prompt", "Why?"), COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, prop_text(&f->a, 1, "help", "Why?"), COCANVAS__OP__KIND_PROP_SET);
    static const char *const columns[] = {"col", "row", "col_span", "row_span", "order"};
    for (size_t i = 0; i < 5; i++)
        there_and_back(f, prop_set(&f->a, 2, columns[i], value_of(&f->a, VALUE_NUMBER, "42", 0)),
                       COCANVAS__OP__KIND_PROP_SET);
    there_and_back(f, tag_set(&f->a, a, "x", false), nothing);
    there_and_back(f, tag_set(&f->a, a, "x", true), COCANVAS__OP__KIND_TAG_SET);
    ok(f, tag_set(&f->a, a, "x", true));
    there_and_back(f, tag_set(&f->a, a, "x", false), COCANVAS__OP__KIND_TAG_SET);
    there_and_back(f, vote_set(&f->a, a, true), COCANVAS__OP__KIND_VOTE_SET);
    there_and_back(f, vote_set(&f->a, a, false), nothing);
    there_and_back(f, text_edit(&f->a, a, "", 5, 1, "rr😀", 3), COCANVAS__OP__KIND_TEXT_EDIT);
    there_and_back(f, text_edit(&f->a, a, "f.x", 0, 0, "field", 0), COCANVAS__OP__KIND_TEXT_EDIT);
    ok(f, text_edit(&f->a, a, "f.x", 0, 0, "field", 0));
    there_and_back(f, text_edit(&f->a, a, "f.x", 5, 0, "", 5), COCANVAS__OP__KIND_TEXT_EDIT);
    there_and_back(f, comment_add(&f->a, own(5), a, 0, "hm"), COCANVAS__OP__KIND_COMMENT_DELETE);
    ok(f, comment_add(&f->a, own(6), a, 0, "hm"));
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(6), true),
                   COCANVAS__OP__KIND_COMMENT_DELETE);
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(6), false), nothing);
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_RESOLVE, own(6), true),
                   COCANVAS__OP__KIND_COMMENT_RESOLVE);
    there_and_back(f, link_add(&f->a, own(7), a, b, "serves"), COCANVAS__OP__KIND_LINK_REMOVE);
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_LINK_REMOVE, own(7), false), COCANVAS__OP__KIND_LINK_REMOVE);
    there_and_back(f, reading_add(&f->a, own(8), a, "2024-01-01", "1", ""), COCANVAS__OP__KIND_READING_REMOVE);
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_READING_REMOVE, own(8), false),
                   COCANVAS__OP__KIND_READING_REMOVE);
    there_and_back(f, block_add(&f->a, own(9), "third", "Third"), COCANVAS__OP__KIND_BLOCK_REMOVE);
    there_and_back(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(9), false),
                   COCANVAS__OP__KIND_BLOCK_REMOVE);
    there_and_back(f, name_seq(&f->a, 3, "version"), COCANVAS__OP__KIND_NAME_SEQ);
    there_and_back(f, name_seq(&f->a, 0, "version"), COCANVAS__OP__KIND_NAME_SEQ);
    ok(f, name_seq(&f->a, 3, "version"));
    there_and_back(f, name_seq(&f->a, 3, ""), COCANVAS__OP__KIND_NAME_SEQ);
    there_and_back(f, name_seq(&f->a, 3, "version"), nothing);
}

/* ---- messages */

static void copies(void **state)
{
    struct fixture *f = *state;
    Cocanvas__Op *op = text_edit(&f->a, own(1), "f.x", 9, 2, "añ😀", 3);
    Cocanvas__Op *copy = op_dup(op, &f->a);
    assert_true(copy != op && copy->text_edit->steps[1]->insert != op->text_edit->steps[1]->insert);
    uint64_t object;
    const char *key;
    assert_true(op_text_target(copy, &object, &key));
    assert_int_equal(object, own(1));
    assert_string_equal(key, "f.x");
    struct text_op form;
    text_op_init(&form);
    text_op_from_message(&form, copy->text_edit);
    assert_int_equal(text_op_post_len(&form), 9);
    Cocanvas__TextEdit *back = text_op_to_message(&form, copy->text_edit, &f->a);
    uint8_t first[100], second[100];
    size_t len = cocanvas__text_edit__pack(op->text_edit, first);
    assert_int_equal(cocanvas__text_edit__pack(back, second), len);
    assert_memory_equal(first, second, len);
    text_op_fini(&form);
    assert_false(op_text_target(card_delete(&f->a, 1), &object, &key));
    assert_null(op_placed_block(&f->c, card_delete(&f->a, 1)));
    struct arena tiny;
    arena_init(&tiny, 64);
    assert_null(op_dup(op, &tiny));
    arena_fini(&tiny);
}

/* An arena that is full in the midst of resolving refuses, at whichever allocation. */
static void full_arena(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "text");
    for (size_t cap = 0; cap < 2048; cap += 16) {
        struct arena tiny;
        arena_init(&tiny, cap);
        Cocanvas__Op *ops[] = {text_edit(&f->a, id, "", 4, 0, "x", 4), card_create(&f->a, own(5), 1, 0, "x")};
        for (size_t i = 0; i < 2; i++) {
            struct op_actor actor = f->actor;
            Cocanvas__Op *inverse[1];
            enum status status = op_resolve(&f->c, ops[i], &actor, &tiny, &f->why);
            assert_true(status == STATUS_OK || status == STATUS_TOO_LARGE);
            op_invert(&f->c, ops[i], &actor, &tiny, inverse, 1);
        }
        arena_fini(&tiny);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(edits_land_in_tombstone),
        TEST(edits_of_gone_refused),
        TEST(batch_all_or_none),
        TEST(batch_refused),
        TEST(batch_edits_its_own),
        TEST(committed_batches),
        TEST(inverses),
        TEST(copies),
        TEST(full_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
