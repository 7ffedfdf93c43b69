/* Who may do what: the whole of ops × roles × whose it is, written down a second time, and a block's own rights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/rights.h"
#include "tests/support/flip.h"
#include "tests/support/op_help.h"

enum { ME = 7, OTHER = 8, ROLES = COCANVAS__ROLE__OWNER + 1 };
enum { BLOCK = 1, SECOND = 2, NOTHING_THERE = 999 };
/* Objects of mine and of somebody else: the same numbers, ten apart. */
enum { CARD = 10, COMMENT = 11, OTHERS = 10 };

struct fixture {
    struct canvas c;
    struct arena arena;
};

static void add_card(struct fixture *f, uint64_t id, uint32_t author, const char *key)
{
    struct card *card = canvas_new_card(&f->c, id, canvas_block(&f->c, BLOCK), key);
    card->created_by = author;
    text_set(&card->text, "x", 1);
    struct comment *comment = canvas_new_comment(&f->c, id + 1);
    comment->object = id;
    comment->created_by = author;
    text_set(&comment->text, "y", 1);
}

static void add_block(struct fixture *f, uint64_t id, const char *key)
{
    struct block *block = canvas_new_block(&f->c, id);
    free(block->key);
    block->key = xstrdup(key);
}

static int begin(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    canvas_init(&f->c, NULL);
    arena_init(&f->arena, 1 << 20);
    add_block(f, BLOCK, "first");
    add_block(f, SECOND, "second");
    add_card(f, CARD, ME, "a0");
    add_card(f, CARD + OTHERS, OTHER, "a1");
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    canvas_fini(&f->c);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static Cocanvas__Value *choice(struct arena *a, const char *word)
{
    return value_of(a, VALUE_CHOICE, word, 0);
}

static Cocanvas__Value *flag(struct arena *a, bool on)
{
    return value_of(a, VALUE_FLAG, NULL, on);
}

/* Every op, about an object that stands `shift` after mine. */
static Cocanvas__Op *op_of(struct arena *a, Cocanvas__Op__KindCase kind, uint64_t shift)
{
    switch ((int)kind) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return card_create(a, object_id(3, 1), BLOCK, 0, "new");
    case COCANVAS__OP__KIND_CARD_DELETE:
        return card_delete(a, CARD + shift);
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return card_restore(a, CARD + shift);
    case COCANVAS__OP__KIND_CARD_MOVE:
        return card_move(a, CARD + shift, place_of(a, SECOND, 0, 0, false));
    case COCANVAS__OP__KIND_PROP_SET:
        return prop_text(a, CARD + shift, "status", "draft");
    case COCANVAS__OP__KIND_TAG_SET:
        return tag_set(a, CARD + shift, "t", true);
    case COCANVAS__OP__KIND_VOTE_SET:
        return vote_set(a, CARD + shift, true);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return text_edit(a, CARD + shift, "", 1, 0, "z", 0);
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return comment_add(a, object_id(3, 2), CARD + shift, 0, "why?");
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return switch_op(a, kind, COMMENT + shift, true);
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return switch_op(a, kind, COMMENT + shift, true);
    case COCANVAS__OP__KIND_LINK_ADD:
        return link_add(a, object_id(3, 3), CARD, CARD + OTHERS, "serves");
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return switch_op(a, kind, NOTHING_THERE, true);
    case COCANVAS__OP__KIND_READING_ADD:
        return reading_add(a, object_id(3, 4), CARD + shift, "2026-01-01", "1", "");
    case COCANVAS__OP__KIND_READING_REMOVE:
        return switch_op(a, kind, NOTHING_THERE, true);
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return block_add(a, object_id(3, 5), "third", "Third");
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return switch_op(a, kind, BLOCK, true);
    case COCANVAS__OP__KIND_NAME_SEQ:
        return name_seq(a, 0, "v1");
    case COCANVAS__OP__KIND_RESPREAD: {
        Cocanvas__Respread *respread = help_new(a, &cocanvas__respread__descriptor);
        respread->block = BLOCK;
        return help_wrap(a, kind, respread);
    }
    default:
        return NULL;
    }
}

/* Least role for one's own and for others': N nobody, C commenter, E editor, F facilitator. Then the right in a block: - none, a add,
 * e edit, m move, d delete, v vote. */
static const struct expectation {
    Cocanvas__Op__KindCase op;
    const char *least;
} expected[] = {
    {COCANVAS__OP__KIND_CARD_CREATE, "EEa"},    {COCANVAS__OP__KIND_CARD_DELETE, "EEd"},     {COCANVAS__OP__KIND_CARD_RESTORE, "EEd"},
    {COCANVAS__OP__KIND_CARD_MOVE, "EEm"},      {COCANVAS__OP__KIND_PROP_SET, "EEe"},        {COCANVAS__OP__KIND_TAG_SET, "EEe"},
    {COCANVAS__OP__KIND_VOTE_SET, "CCv"},       {COCANVAS__OP__KIND_TEXT_EDIT, "EEe"},       {COCANVAS__OP__KIND_COMMENT_ADD, "CC-"},
    {COCANVAS__OP__KIND_COMMENT_DELETE, "CF-"}, {COCANVAS__OP__KIND_COMMENT_RESOLVE, "CC-"}, {COCANVAS__OP__KIND_LINK_ADD, "EE-"},
    {COCANVAS__OP__KIND_LINK_REMOVE, "EE-"},    {COCANVAS__OP__KIND_READING_ADD, "EE-"},     {COCANVAS__OP__KIND_READING_REMOVE, "EE-"},
    {COCANVAS__OP__KIND_BLOCK_ADD, "EE-"},      {COCANVAS__OP__KIND_BLOCK_REMOVE, "EEd"},    {COCANVAS__OP__KIND_NAME_SEQ, "EE-"},
    {COCANVAS__OP__KIND_RESPREAD, "NN-"},
};

static bool expects(char least, int role)
{
    switch (least) {
    case 'C':
        return role >= COCANVAS__ROLE__COMMENTER;
    case 'E':
        return role >= COCANVAS__ROLE__EDITOR;
    case 'F':
        return role >= COCANVAS__ROLE__FACILITATOR;
    default:
        return false;
    }
}

static bool may(struct fixture *f, const Cocanvas__Op *op, int role)
{
    struct why why = {""};
    enum status status = rights_check(&f->c, op, ME, role, NULL, &why);
    if (status != STATUS_OK)
        assert_true(why.text[0] != '\0');
    return status == STATUS_OK;
}

static void every_op_for_every_role(void **state)
{
    struct fixture *f = *state;
    size_t kinds = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        for (int role = 0; role < ROLES; role++)
            for (int others = 0; others < 2; others++) {
                const Cocanvas__Op *op = op_of(&f->arena, expected[i].op, others ? OTHERS : 0);
                if (may(f, op, role) != expects(expected[i].least[others], role))
                    fail_msg("op %d, role %d, %s", (int)expected[i].op, role, others ? "of somebody else" : "one's own");
                kinds += role == 0 && !others;
            }
    /* No op of the protocol is missing here. */
    assert_int_equal(kinds, cocanvas__op__descriptor.n_fields);
    assert_int_equal(rights_least_role(), COCANVAS__ROLE__COMMENTER);
}

/* ---- no cell of the table changes unnoticed */

struct one_row {
    struct fixture *f;
    const struct rights_row *row;
    const struct expectation *e;
};

static char role_letter(int role)
{
    static const char letters[ROLES] = {'N', 'V', 'C', 'E', 'F', 'O'};
    return role >= 0 && role < ROLES ? letters[role] : '?';
}

static char right_letter(enum right right)
{
    static const char letters[RIGHTS] = {'-', 'a', 'e', 'm', 'd', 'v'};
    return (int)right < (int)RIGHTS ? letters[right] : '?';
}

/* What is done, and what is said: the documentation is printed from the cells. */
static bool row_is_right(void *ctx)
{
    const struct one_row *one = ctx;
    const struct rights_row *row = rights_row(one->e->op);
    const char *least = one->e->least;
    if (row != one->row || role_letter(row->role) != least[0] || role_letter(row->others) != least[1] || right_letter(row->right) != least[2])
        return false;
    for (int role = 0; role < ROLES; role++)
        for (int others = 0; others < 2; others++)
            if (may(one->f, op_of(&one->f->arena, one->e->op, others ? OTHERS : 0), role) != expects(least[others], role))
                return false;
    return true;
}

static void flip_row(struct one_row *one, struct rights_row *row)
{
    for (int role = 0; role < ROLES; role++) {
        assert_true(role == row->role || flip_is_noticed(&row->role, &role, sizeof role, row_is_right, one));
        assert_true(role == row->others || flip_is_noticed(&row->others, &role, sizeof role, row_is_right, one));
    }
    for (enum right right = RIGHT_NONE; (int)right < (int)RIGHTS; right++)
        assert_true(right == row->right || flip_is_noticed(&row->right, &right, sizeof right, row_is_right, one));
    Cocanvas__Op__KindCase none = COCANVAS__OP__KIND_RESPREAD;
    assert_true(flip_is_noticed(&row->op, &none, sizeof none, row_is_right, one));
}

static void no_cell_changes_unnoticed(void **state)
{
    size_t rows = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct one_row one = {*state, rights_row(expected[i].op), &expected[i]};
        if (!one.row)
            continue;
        rows++;
        assert_true(row_is_right(&one));
        flip_row(&one, flip_open(one.row, sizeof *one.row));
    }
    assert_null(rights_at(rows));
    assert_non_null(rights_at(rows - 1));
}

static void words_of_others_stay_theirs(void **state)
{
    struct fixture *f = *state;
    assert_true(may(f, text_edit(&f->arena, COMMENT, "", 1, 0, "z", 0), COCANVAS__ROLE__COMMENTER));
    assert_false(may(f, text_edit(&f->arena, COMMENT, "", 1, 0, "z", 0), COCANVAS__ROLE__VIEWER));
    assert_false(may(f, text_edit(&f->arena, COMMENT + OTHERS, "", 1, 0, "z", 0), COCANVAS__ROLE__OWNER));
}

static void set(struct fixture *f, uint64_t block, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    struct value value = {.kind = kind, .text = text ? xstrdup(text) : NULL, .number = number};
    props_set(&canvas_block(&f->c, block)->props, key, &value);
    free(value.text);
}

/* With one right taken away, exactly the ops that it names are refused, to editors only or to everybody. */
static void a_blocks_rights(void **state)
{
    static const struct {
        const char *key;
        Cocanvas__Op__KindCase ops[3];
        bool own_too;
    } rights[] = {
        {"rights.add", {COCANVAS__OP__KIND_CARD_CREATE}, true},
        {"rights.edit", {COCANVAS__OP__KIND_TEXT_EDIT, COCANVAS__OP__KIND_TAG_SET, COCANVAS__OP__KIND_PROP_SET}, false},
        {"rights.move", {COCANVAS__OP__KIND_CARD_MOVE}, true},
        {"rights.delete", {COCANVAS__OP__KIND_CARD_DELETE, COCANVAS__OP__KIND_CARD_RESTORE, COCANVAS__OP__KIND_BLOCK_REMOVE}, true},
        {"rights.vote", {COCANVAS__OP__KIND_VOTE_SET}, true},
    };
    struct fixture *f = *state;
    for (size_t r = 0; r < sizeof rights / sizeof *rights; r++) {
        for (size_t i = 0; i < sizeof expected / sizeof *expected - 1; i++) {
            bool named = false;
            for (size_t k = 0; k < 3; k++)
                named = named || rights[r].ops[k] == expected[i].op;
            const Cocanvas__Op *others = op_of(&f->arena, expected[i].op, OTHERS), *own = op_of(&f->arena, expected[i].op, 0);
            bool others_before = may(f, others, COCANVAS__ROLE__EDITOR);
            set(f, BLOCK, rights[r].key, VALUE_CHOICE, "facilitators", 0);
            assert_int_equal(may(f, others, COCANVAS__ROLE__EDITOR), others_before && !named);
            assert_int_equal(may(f, own, COCANVAS__ROLE__EDITOR), !(named && rights[r].own_too));
            assert_true(may(f, own, COCANVAS__ROLE__FACILITATOR));
            set(f, BLOCK, rights[r].key, VALUE_CHOICE, "nobody", 0);
            assert_int_equal(may(f, others, COCANVAS__ROLE__OWNER), !named);
            set(f, BLOCK, rights[r].key, VALUE_NONE, NULL, 0);
        }
    }
}

static void a_locked_block(void **state)
{
    struct fixture *f = *state;
    const Cocanvas__Op *into = card_move(&f->arena, CARD, place_of(&f->arena, SECOND, 0, 0, false));
    assert_true(may(f, into, COCANVAS__ROLE__EDITOR));
    set(f, SECOND, "locked", VALUE_FLAG, NULL, 1);
    assert_false(may(f, into, COCANVAS__ROLE__EDITOR)); /* nothing comes in */
    assert_true(may(f, into, COCANVAS__ROLE__FACILITATOR));
    set(f, SECOND, "locked", VALUE_FLAG, NULL, 0);
    assert_true(may(f, into, COCANVAS__ROLE__EDITOR));
    set(f, BLOCK, "locked", VALUE_FLAG, NULL, 1);
    assert_false(may(f, into, COCANVAS__ROLE__EDITOR)); /* nothing goes out, not even one's own words change */
    assert_false(may(f, text_edit(&f->arena, CARD, "", 1, 0, "z", 0), COCANVAS__ROLE__EDITOR));
    assert_true(may(f, comment_add(&f->arena, object_id(3, 9), CARD, 0, "why?"), COCANVAS__ROLE__COMMENTER));
}

/* Rights, locks, phase: only facilitators set them, in words that mean something, by whatever op. */
static void who_sets_rights(void **state)
{
    struct fixture *f = *state;
    struct why why = {""};
    const Cocanvas__Op *ops[] = {
        prop_set(&f->arena, BLOCK, "rights.add", choice(&f->arena, "nobody")),
        prop_set(&f->arena, BLOCK, "locked", flag(&f->arena, true)),
        prop_set(&f->arena, 0, "phase", choice(&f->arena, "write")),
        prop_set(&f->arena, 0, "visibility", choice(&f->arena, "anonymous")),
    };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        assert_false(may(f, ops[i], COCANVAS__ROLE__EDITOR));
        assert_true(may(f, ops[i], COCANVAS__ROLE__FACILITATOR));
    }
    assert_true(may(f, prop_text(&f->arena, 0, "title", "Ours"), COCANVAS__ROLE__EDITOR));
    assert_true(may(f, prop_text(&f->arena, CARD, "phase", "a card's own field"), COCANVAS__ROLE__EDITOR));
    const Cocanvas__Op *wrong[] = {
        prop_set(&f->arena, BLOCK, "rights.add", choice(&f->arena, "anybody")),
        prop_text(&f->arena, BLOCK, "rights.add", "nobody"),
        prop_text(&f->arena, BLOCK, "locked", "yes"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(rights_check(&f->c, wrong[i], ME, COCANVAS__ROLE__OWNER, NULL, &why), STATUS_BAD_OP);
    Cocanvas__Op *block = block_add(&f->arena, object_id(3, 5), "third", "Third");
    Cocanvas__Prop *prop = prop_of(&f->arena, "locked", flag(&f->arena, true));
    block->block_add->block->props = &prop;
    block->block_add->block->n_props = 1;
    assert_false(may(f, block, COCANVAS__ROLE__EDITOR));
    assert_true(may(f, block, COCANVAS__ROLE__FACILITATOR));
}

/* ---- parts: measures and actions of a card, in a hidden block; their rights are those of the card's block */

enum { HIDDEN = 3, PART = 40 };

/* A hidden block with a part of my card, both made by me. */
static void add_part(struct fixture *f, uint32_t author)
{
    struct value hidden = {.kind = VALUE_FLAG, .number = 1}, of = {.kind = VALUE_OBJECT, .number = CARD};
    add_block(f, HIDDEN, "parts");
    props_set(&canvas_block(&f->c, HIDDEN)->props, "hidden", &hidden);
    struct card *part = canvas_new_card(&f->c, PART, canvas_block(&f->c, HIDDEN), "a0");
    part->created_by = author;
    props_set(&part->props, "of", &of);
}

static Cocanvas__Op *part_create(struct arena *a, uint64_t block, uint64_t of)
{
    Cocanvas__Op *op = card_create(a, object_id(3, 1), block, 0, "new");
    op->card_create->n_props = 1;
    op->card_create->props = arena_calloc(a, 1, sizeof(void *));
    op->card_create->props[0] = prop_of(a, "of", value_of(a, VALUE_OBJECT, NULL, of));
    return op;
}

static bool editor_may(struct fixture *f, const Cocanvas__Op *op)
{
    return may(f, op, COCANVAS__ROLE__EDITOR);
}

static void a_part_s_rights_are_its_row_s(void **state)
{
    struct fixture *f = *state;
    struct arena *a = &f->arena;
    Cocanvas__Op *const ops[] = {
        card_delete(a, PART),
        card_restore(a, PART),
        card_move(a, PART, place_of(a, HIDDEN, 0, 0, false)),
        prop_set(a, PART, "m.target", value_of(a, VALUE_NUMBER, "3", 0)),
        tag_set(a, PART, "tag", true),
        vote_set(a, PART, true),
        text_edit(a, PART, "", 0, 0, "x", 0),
        part_create(a, HIDDEN, CARD),
        part_create(a, SECOND, CARD), /* it could be moved behind the scenes afterwards */
        part_create(a, NOTHING_THERE, CARD),
        prop_set(a, PART, "of", value_of(a, VALUE_OBJECT, NULL, CARD + OTHERS)),
    };
    add_part(f, ME);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        assert_true(editor_may(f, ops[i]));
    set(f, BLOCK, "locked", VALUE_FLAG, NULL, 1);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (editor_may(f, ops[i]))
            fail_msg("op %zu goes round the lock", i);
    canvas_card(&f->c, CARD)->deleted_seq = 5; /* its row may come back */
    assert_false(editor_may(f, ops[3]));
    canvas_card(&f->c, CARD)->deleted_seq = 0;
    set(f, BLOCK, "locked", VALUE_FLAG, NULL, 0);
    set(f, HIDDEN, "locked", VALUE_FLAG, NULL, 1); /* the hidden block's own lock is about what is nobody's part */
    assert_true(editor_may(f, ops[3]));
    assert_false(editor_may(f, card_create(a, object_id(3, 1), HIDDEN, 0, "new")));
}

static void rights_of_rows_hold_for_parts(void **state)
{
    struct fixture *f = *state;
    struct arena *a = &f->arena;
    Cocanvas__Op *target = prop_set(a, PART, "m.target", value_of(a, VALUE_NUMBER, "3", 0));

    add_part(f, OTHER);
    set(f, BLOCK, "rights.edit", VALUE_CHOICE, "facilitators", 0);
    assert_false(editor_may(f, target)); /* somebody else's */
    canvas_card(&f->c, PART)->created_by = ME;
    assert_true(editor_may(f, target));
    set(f, BLOCK, "rights.add", VALUE_CHOICE, "facilitators", 0);
    assert_false(editor_may(f, part_create(a, HIDDEN, CARD)));
    assert_false(editor_may(f, prop_set(a, PART, "of", value_of(a, VALUE_OBJECT, NULL, CARD))));
    set(f, BLOCK, "rights.move", VALUE_CHOICE, "nobody", 0);
    assert_false(editor_may(f, card_move(a, PART, place_of(a, HIDDEN, 0, 0, true))));
    assert_false(editor_may(f, card_move(a, PART, place_of(a, SECOND, 0, 0, false)))); /* out of its row */
    /* A card that only says so is no part until it stands there; then it comes into the row's block. */
    struct value of = {.kind = VALUE_OBJECT, .number = CARD};
    struct card *card = canvas_new_card(&f->c, PART + 1, canvas_block(&f->c, SECOND), "a0");
    props_set(&card->props, "of", &of);
    assert_true(editor_may(f, card_move(a, PART + 1, place_of(a, SECOND, 0, 0, false))));
    assert_false(editor_may(f, card_move(a, PART + 1, place_of(a, HIDDEN, 0, 0, false))));
    assert_false(editor_may(f, prop_set(a, SECOND, "hidden", flag(a, true)))); /* for facilitators */
    assert_int_equal(rights_check(&f->c, prop_set(a, SECOND, "hidden", flag(a, true)), ME, COCANVAS__ROLE__FACILITATOR, NULL, NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_op_for_every_role, begin, end),
        cmocka_unit_test_setup_teardown(no_cell_changes_unnoticed, begin, end),
        cmocka_unit_test_setup_teardown(words_of_others_stay_theirs, begin, end),
        cmocka_unit_test_setup_teardown(a_blocks_rights, begin, end),
        cmocka_unit_test_setup_teardown(a_locked_block, begin, end),
        cmocka_unit_test_setup_teardown(who_sets_rights, begin, end),
        cmocka_unit_test_setup_teardown(a_part_s_rights_are_its_row_s, begin, end),
        cmocka_unit_test_setup_teardown(rights_of_rows_hold_for_parts, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
