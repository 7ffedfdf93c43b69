/* Ops one by one: what each does, what it refuses, and where cards go. Batches, deletions and undo are in
 * test_op_batch.c, random sequences in test_op_random.c. */
#include "tests/support/op_fixture.h"

/* ---- cards */

static void create_card(void **state)
{
    struct fixture *f = *state;
    Cocanvas__Op *op = card_create(&f->a, own(1), 1, 0, "Grüße");
    Cocanvas__CardCreate *m = op->card_create;
    Cocanvas__Prop *props[] = {prop_of(&f->a, "status", value_of(&f->a, VALUE_CHOICE, "draft", 0)),
                               prop_of(&f->a, "color", value_of(&f->a, VALUE_TEXT, "teal", 0))};
    char *tags[] = {help_text(&f->a, "b"), help_text(&f->a, "a"), help_text(&f->a, "b")};
    Cocanvas__TextField field = COCANVAS__TEXT_FIELD__INIT, empty = COCANVAS__TEXT_FIELD__INIT;
    field.key = help_text(&f->a, "f.who");
    field.text = help_text(&f->a, "ann");
    empty.key = help_text(&f->a, "f.none");
    Cocanvas__TextField *fields[] = {&field, &empty};
    m->n_props = 2;
    m->props = props;
    m->n_tags = 3;
    m->tags = tags;
    m->n_fields = 2;
    m->fields = fields;
    ok(f, op);
    struct card *card = canvas_card(&f->c, own(1));
    assert_int_equal(card->text.len_points, 5);
    assert_int_equal(card->created_by, 3);
    assert_int_equal(card->created_ms, 1000);
    assert_int_equal(card->edited_ms, 0);
    assert_int_equal(card->n_tags, 2);
    assert_string_equal(card->tags[0], "a");
    assert_string_equal(props_get(&card->props, "color")->text, "teal");
    assert_int_equal(card->n_fields, 1);
    assert_string_equal(canvas_text(&f->c, own(1), "f.who")->bytes, "ann");
    assert_int_equal(f->actor.last_object, 1);
    assert_true(op_placed_block(&f->c, op) == canvas_block(&f->c, 1));
    assert_string_equal(op_kind_name(op), "card_create");
}

static void create_card_refused(void **state)
{
    struct fixture *f = *state;
    add_card(f, "one");
    add_card(f, "two");
    no(f, card_create(&f->a, own(2), 1, 0, "counter used"), STATUS_CONFLICT);
    no(f, card_create(&f->a, object_id(8, 5), 1, 0, "another client's"), STATUS_BAD_OP);
    no(f, card_create(&f->a, own(0), 1, 0, "no counter"), STATUS_BAD_OP);
    no(f, card_create(&f->a, own(5), 99, 0, "no block"), STATUS_NOT_FOUND);
    no(f, card_create(&f->a, own(5), 0, 0, "no block"), STATUS_BAD_OP);
    no(f, card_create(&f->a, own(5), 1, 0, "control \x07"), STATUS_BAD_TEXT);
    no(f, card_create(&f->a, own(5), 1, 0, "\xc3"), STATUS_BAD_TEXT);
    no(f, card_create(&f->a, own(5), 1, 0, "\xed\xa0\x80"), STATUS_BAD_TEXT);
    char longer[102];
    memset(longer, 'x', 101);
    longer[101] = '\0';
    no(f, card_create(&f->a, own(5), 1, 0, longer), STATUS_TOO_LARGE);
    Cocanvas__Op *op = card_create(&f->a, own(5), 1, 0, "key from outside");
    op->card_create->place->order_key = help_text(&f->a, "a5");
    no(f, op, STATUS_BAD_OP);
    op = card_create(&f->a, own(5), 1, own(1), "first and after");
    op->card_create->place->first = true;
    no(f, op, STATUS_BAD_OP);
    op = card_create(&f->a, own(5), 1, own(5), "after itself");
    no(f, op, STATUS_BAD_OP);
    op = card_create(&f->a, own(5), 1, 0, "");
    op->card_create->place = NULL;
    no(f, op, STATUS_BAD_OP);
    /* The same property twice is ambiguous. */
    op = card_create(&f->a, own(5), 1, 0, "");
    Cocanvas__Prop *props[] = {prop_of(&f->a, "p", value_of(&f->a, VALUE_FLAG, NULL, 1)),
                               prop_of(&f->a, "p", value_of(&f->a, VALUE_FLAG, NULL, 0))};
    op->card_create->n_props = 2;
    op->card_create->props = props;
    no(f, op, STATUS_BAD_OP);
    for (uint32_t i = 3; i <= limits.cards; i++)
        add_card(f, "more");
    no(f, card_create(&f->a, own(30), 1, 0, "one too many"), STATUS_TOO_LARGE);
}

/* An id of an imported object can be the next one of a client: refused, not overwritten. */
static void create_with_used_id(void **state)
{
    struct fixture *f = *state;
    add_card(f, "card");
    f->actor.last_object = 0;
    no(f, comment_add(&f->a, own(1), 0, 0, "hello"), STATUS_CONFLICT);
    no(f, block_add(&f->a, own(1), "k", "T"), STATUS_CONFLICT);
    no(f, card_create(&f->a, own(1), 1, 0, "again"), STATUS_CONFLICT);
    f->actor.last_object = 1;
}

static void delete_and_restore(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "text");
    ok(f, vote_set(&f->a, id, true));
    ok(f, card_delete(&f->a, id));
    struct card *card = canvas_card(&f->c, id);
    assert_int_equal(card->deleted_seq, 13);
    assert_int_equal(card->block->n_alive, 0);
    /* Deleting the deleted: no error and no change, the first deletion stands. */
    ok(f, card_delete(&f->a, id));
    assert_int_equal(card->deleted_seq, 13);
    ok(f, card_restore(&f->a, id));
    assert_int_equal(card->deleted_seq, 0);
    assert_int_equal(card->block->n_alive, 1);
    assert_int_equal(card->n_votes, 1);
    ok(f, card_restore(&f->a, id));
    no(f, card_delete(&f->a, own(99)), STATUS_NOT_FOUND);
    no(f, card_restore(&f->a, own(99)), STATUS_NOT_FOUND);
    no(f, card_delete(&f->a, 0), STATUS_BAD_OP);
    no(f, card_delete(&f->a, 1), STATUS_NOT_FOUND); /* a block is no card */
}

/* ---- places */

static void places(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a"), b = add_card(f, "b"), c = add_card(f, "c");
    assert_string_equal(texts(f, 1), "abc");
    ok(f, card_move(&f->a, c, place_of(&f->a, 1, 0, 0, true)));
    assert_string_equal(texts(f, 1), "cab");
    ok(f, card_move(&f->a, c, place_of(&f->a, 1, a, 0, false)));
    assert_string_equal(texts(f, 1), "acb");
    ok(f, card_move(&f->a, b, place_of(&f->a, 1, 0, a, false)));
    assert_string_equal(texts(f, 1), "bac");
    /* Both anchors: the first counts; to where it already is. */
    ok(f, card_move(&f->a, b, place_of(&f->a, 1, a, a, false)));
    assert_string_equal(texts(f, 1), "abc");
    ok(f, card_move(&f->a, b, place_of(&f->a, 1, a, c, false)));
    assert_string_equal(texts(f, 1), "abc");
    ok(f, card_move(&f->a, a, place_of(&f->a, 1, 0, 0, true)));
    assert_string_equal(texts(f, 1), "abc");
    ok(f, card_move(&f->a, a, place_of(&f->a, 1, 0, 0, false)));
    assert_string_equal(texts(f, 1), "bca");
    ok(f, card_move(&f->a, b, place_of(&f->a, 2, c, 0, false))); /* c is not in that block: its end */
    assert_string_equal(texts(f, 1), "ca");
    assert_string_equal(texts(f, 2), "b");
    assert_int_equal(canvas_card(&f->c, b)->edited_ms, 0); /* a move is no edit */
    no(f, card_move(&f->a, b, place_of(&f->a, 2, b, 0, false)), STATUS_BAD_OP);
    no(f, card_move(&f->a, b, place_of(&f->a, 3, 0, 0, false)), STATUS_NOT_FOUND);
    no(f, card_move(&f->a, own(99), place_of(&f->a, 1, 0, 0, false)), STATUS_NOT_FOUND);
}

static void place_falls_back(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a"), b = add_card(f, "b"), c = add_card(f, "c");
    ok(f, card_delete(&f->a, a));
    /* after is gone: before counts; both gone: the end. Tombstones keep their place. */
    Cocanvas__Op *op = card_create(&f->a, own(4), 1, a, "x");
    op->card_create->place->before = c;
    ok(f, op);
    assert_string_equal(texts(f, 1), "[a]bxc");
    ok(f, card_delete(&f->a, c));
    op = card_create(&f->a, own(5), 1, a, "y");
    op->card_create->place->before = c;
    ok(f, op);
    assert_string_equal(texts(f, 1), "[a]bx[c]y");
    op = card_create(&f->a, own(6), 1, 0, "z");
    op->card_create->place->first = true;
    ok(f, op);
    assert_string_equal(texts(f, 1), "z[a]bx[c]y");
    ok(f, card_restore(&f->a, a));
    ok(f, card_restore(&f->a, c));
    assert_string_equal(texts(f, 1), "zabxcy");
    (void)b;
}

/* Two people insert after the same card: who is sequenced later comes directly after it. */
static void concurrent_inserts(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a");
    add_card(f, "b");
    ok(f, card_create(&f->a, own(3), 1, a, "1"));
    ok(f, card_create(&f->a, own(4), 1, a, "2"));
    assert_string_equal(texts(f, 1), "a21b");
}

static void pasted_run(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a");
    add_card(f, "b");
    Cocanvas__Op *ops[15];
    size_t longest = 0;
    for (uint32_t i = 0; i < 15; i++)
        ops[i] = card_create(&f->a, own(10 + i), 1, i == 0 ? a : own(9 + i), (char[]){(char)('A' + i), '\0'});
    assert_int_equal(run_batch(f, 15, ops), STATUS_OK);
    assert_string_equal(texts(f, 1), "aABCDEFGHIJKLMNOb");
    const struct block *block = canvas_block(&f->c, 1);
    for (uint32_t i = 0; i < block->n_cards; i++) {
        size_t len = strlen(block->cards[i]->order_key);
        longest = len > longest ? len : longest;
    }
    assert_true(longest <= 3); /* one by one they would halve their gap each time */
}

/* Cards pasted in a batch that also does other things, and two runs behind each other. */
static void pasted_runs(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a");
    Cocanvas__Op *ops[] = {
        card_create(&f->a, own(2), 1, a, "b"),      card_create(&f->a, own(3), 1, own(2), "c"),
        tag_set(&f->a, own(3), "t", true),          card_create(&f->a, own(4), 1, own(3), "d"),
        card_create(&f->a, own(5), 2, own(4), "e"), card_create(&f->a, own(6), 2, own(5), "f"),
    };
    assert_int_equal(run_batch(f, 6, ops), STATUS_OK);
    assert_string_equal(texts(f, 1), "abcd");
    assert_string_equal(texts(f, 2), "ef");
}

static void respread(void **state)
{
    struct fixture *f = *state;
    f->c.limits.cards = 0;
    uint64_t a = add_card(f, "a");
    add_card(f, "b");
    uint32_t n = 1;
    const struct block *block = canvas_block(&f->c, 1);
    assert_null(op_respread(&f->c, block, &f->a));
    while (block->n_long_keys == 0 && n < 1000) {
        n++;
        ok(f, card_create(&f->a, own(n + 1), 1, a, "x"));
    }
    assert_true(n > 100 && n < 1000); /* each insert at the same place makes keys a little longer */
    ok(f, card_delete(&f->a, own(5)));
    char *before = xstrdup(texts(f, 1));
    Cocanvas__Op *op = op_respread(&f->c, block, &f->a);
    assert_non_null(op);
    assert_true(op_check(op, &limits, &f->why) == STATUS_BAD_OP); /* the server's alone */
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    batch.seq = f->c.seq + 1;
    batch.n_ops = 1;
    batch.ops = &op;
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_OK);
    assert_int_equal(block->n_long_keys, 0);
    assert_string_equal(texts(f, 1), before);
    assert_null(op_respread(&f->c, block, &f->a));
    free(before);
}

/* A re-spread that would move a card, or names strange ones, is refused: a client would have diverged. */
static void respread_refused(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a"), b = add_card(f, "b"), c = add_card(f, "c");
    static const struct {
        int cards[2];
        const char *keys[2];
    } cases[] = {
        {{0, 2}, {"a0V", "a1V"}}, /* not neighbours */
        {{1, 0}, {"a0V", "a1V"}}, /* another order */
        {{0, 1}, {"a1V", "a0V"}}, /* keys fall */
        {{0, 1}, {"a0V", "a0V"}}, /* twice the same */
        {{0, 1}, {"a0V", "a5"}},  /* beyond the next card */
        {{0, 1}, {"a0V", "!"}},   /* no key */
    };
    uint64_t ids[] = {a, b, c};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Cocanvas__Respread m = COCANVAS__RESPREAD__INIT;
        uint64_t cards[] = {ids[cases[i].cards[0]], ids[cases[i].cards[1]]};
        char *keys[] = {help_text(&f->a, cases[i].keys[0]), help_text(&f->a, cases[i].keys[1])};
        m.block = 1;
        m.n_cards = m.n_keys = 2;
        m.cards = cards;
        m.keys = keys;
        Cocanvas__Op *op = help_wrap(&f->a, COCANVAS__OP__KIND_RESPREAD, &m);
        Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
        batch.seq = f->c.seq + 1;
        batch.n_ops = 1;
        batch.ops = &op;
        assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_BAD_OP);
    }
    assert_string_equal(texts(f, 1), "abc");
}

/* ---- properties */

static void card_props(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "card");
    ok(f, prop_text(&f->a, id, "color", "teal"));
    ok(f, prop_text(&f->a, id, "color", "gold"));
    struct card *card = canvas_card(&f->c, id);
    assert_string_equal(props_get(&card->props, "color")->text, "gold");
    assert_int_equal(card->edited_by, 3);
    assert_int_equal(card->edited_ms, 1002);
    ok(f, prop_set(&f->a, id, "f.done", value_of(&f->a, VALUE_FLAG, NULL, 0)));
    assert_int_equal(props_get(&card->props, "f.done")->kind, VALUE_FLAG);
    ok(f, prop_set(&f->a, id, "f.who", value_of(&f->a, VALUE_PERSON, NULL, 4)));
    ok(f, prop_set(&f->a, id, "f.see", value_of(&f->a, VALUE_OBJECT, NULL, id)));
    ok(f, prop_set(&f->a, id, "f.due", value_of(&f->a, VALUE_DATE, "2024-02-29", 0)));
    ok(f, prop_set(&f->a, id, "f.cost", value_of(&f->a, VALUE_NUMBER, "-12.50", 0)));
    ok(f, prop_set(&f->a, id, "color", value_of(&f->a, VALUE_NONE, NULL, 0)));
    ok(f, prop_set(&f->a, id, "color", NULL));
    assert_null(props_get(&card->props, "color"));
    assert_int_equal(card->props.n, 5);
    no(f, prop_text(&f->a, id, "Color", "x"), STATUS_BAD_OP);
    no(f, prop_text(&f->a, id, "", "x"), STATUS_BAD_OP);
    no(f, prop_text(&f->a, id, "c\xc3\xb6l", "x"), STATUS_BAD_OP);
    no(f, prop_text(&f->a, id, "c", "\x01"), STATUS_BAD_OP);
    no(f, prop_text(&f->a, own(99), "c", "x"), STATUS_NOT_FOUND);
    no(f, prop_set(&f->a, id, "f.due", value_of(&f->a, VALUE_DATE, "2023-02-29", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, id, "f.cost", value_of(&f->a, VALUE_NUMBER, "1e9", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, id, "f.who", value_of(&f->a, VALUE_PERSON, NULL, 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, id, "f.pick", value_of(&f->a, VALUE_CHOICE, "two\nlines", 0)), STATUS_BAD_OP);
    for (int i = 0; canvas_card(&f->c, id)->props.n < PROPS_MAX; i++)
        ok(f, prop_text(&f->a, id, (char[]){'k', (char)('a' + i / 26), (char)('a' + i % 26), '\0'}, "v"));
    no(f, prop_text(&f->a, id, "one.more", "v"), STATUS_TOO_LARGE);
    ok(f, prop_text(&f->a, id, "kaa", "changed"));
}

static void block_props(void **state)
{
    struct fixture *f = *state;
    struct block *block = canvas_block(&f->c, 1);
    ok(f, prop_text(&f->a, 1, "title", "New title"));
    ok(f, prop_text(&f->a, 1, "prompt", "Why?\nHow?"));
    ok(f, prop_set(&f->a, 1, "col", value_of(&f->a, VALUE_NUMBER, "3", 0)));
    ok(f, prop_set(&f->a, 1, "row", value_of(&f->a, VALUE_NUMBER, "4", 0)));
    ok(f, prop_set(&f->a, 1, "col_span", value_of(&f->a, VALUE_NUMBER, "5", 0)));
    ok(f, prop_set(&f->a, 1, "row_span", value_of(&f->a, VALUE_NUMBER, "6", 0)));
    ok(f, prop_set(&f->a, 1, "order", value_of(&f->a, VALUE_NUMBER, "70", 0)));
    ok(f, prop_text(&f->a, 1, "help", "A property of its own"));
    assert_string_equal(block->title, "New title");
    assert_string_equal(block->prompt, "Why?\nHow?");
    assert_int_equal(block->col * 1000 + block->row * 100 + block->col_span * 10 + block->row_span, 3456);
    assert_int_equal(block->order, 70);
    assert_int_equal(block->props.n, 1);
    ok(f, prop_set(&f->a, 1, "prompt", NULL));
    assert_string_equal(block->prompt, "");
    no(f, prop_set(&f->a, 1, "title", NULL), STATUS_BAD_OP);
    no(f, prop_text(&f->a, 1, "title", ""), STATUS_BAD_OP);
    no(f, prop_text(&f->a, 1, "title", "two\nlines"), STATUS_BAD_OP);
    no(f, prop_text(&f->a, 1, "col", "3"), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "col", value_of(&f->a, VALUE_NUMBER, "64", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "col", value_of(&f->a, VALUE_NUMBER, "-1", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "col", value_of(&f->a, VALUE_NUMBER, "1.0", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "col_span", value_of(&f->a, VALUE_NUMBER, "0", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "row_span", value_of(&f->a, VALUE_NUMBER, "65", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "order", value_of(&f->a, VALUE_NUMBER, "99999999999999999999", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 1, "row", NULL), STATUS_BAD_OP);
}

static void canvas_props(void **state)
{
    struct fixture *f = *state;
    ok(f, prop_text(&f->a, 0, "title", "Another"));
    ok(f, prop_text(&f->a, 0, "phase", "write"));
    ok(f, prop_set(&f->a, 0, "cols", value_of(&f->a, VALUE_NUMBER, "12", 0)));
    ok(f, prop_set(&f->a, 0, "rows", value_of(&f->a, VALUE_NUMBER, "8", 0)));
    assert_string_equal(canvas_title(&f->c), "Another");
    assert_string_equal(canvas_header_text(&f->c, "phase"), "write");
    assert_int_equal(f->c.header.cols * 100 + f->c.header.rows, 1208);
    no(f, prop_set(&f->a, 0, "title", NULL), STATUS_BAD_OP);
    no(f, prop_text(&f->a, 0, "title", "two\nlines"), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 0, "cols", value_of(&f->a, VALUE_NUMBER, "0", 0)), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 0, "rows", NULL), STATUS_BAD_OP);
    /* What the template's licence asks for stays. */
    no(f, prop_text(&f->a, 0, "attribution", "mine"), STATUS_BAD_OP);
    no(f, prop_set(&f->a, 0, "licence", NULL), STATUS_BAD_OP);
    no(f, prop_text(&f->a, 0, "kind", "table"), STATUS_BAD_OP);
}

/* ---- tags and votes */

static void tags_and_votes(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "card");
    struct card *card = canvas_card(&f->c, id);
    ok(f, tag_set(&f->a, id, "idea", true));
    ok(f, tag_set(&f->a, id, "idea", true));
    ok(f, tag_set(&f->a, id, "Ünï", true));
    assert_int_equal(card->n_tags, 2);
    ok(f, tag_set(&f->a, id, "idea", false));
    ok(f, tag_set(&f->a, id, "idea", false));
    assert_int_equal(card->n_tags, 1);
    no(f, tag_set(&f->a, id, "", true), STATUS_BAD_OP);
    no(f, tag_set(&f->a, id, "a\tb", true), STATUS_BAD_OP);
    no(f, tag_set(&f->a, own(9), "x", true), STATUS_NOT_FOUND);
    for (int i = 0; card->n_tags < TAGS_MAX; i++)
        ok(f, tag_set(&f->a, id, (char[]){(char)('0' + i / 26), (char)('a' + i % 26), '\0'}, true));
    no(f, tag_set(&f->a, id, "more", true), STATUS_TOO_LARGE);
    ok(f, tag_set(&f->a, id, "more", false));

    for (uint32_t author = 5; author > 0; author--) {
        f->actor.author = author;
        ok(f, vote_set(&f->a, id, true));
        ok(f, vote_set(&f->a, id, true));
    }
    assert_int_equal(card->n_votes, 5);
    assert_int_equal(card->votes[0], 1);
    f->actor.author = 2;
    ok(f, vote_set(&f->a, id, false));
    assert_int_equal(card->n_votes, 4);
    assert_int_equal(card->edited_ms, 0); /* neither is an edit of the card */
    f->actor.author = 0;
    no(f, vote_set(&f->a, id, true), STATUS_BAD_OP);
}

/* ---- texts */

static void text_edits(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "Hällo 😀!");
    Cocanvas__Op *op = text_edit(&f->a, id, "", 8, 1, "e", 1);
    ok(f, op);
    assert_string_equal(op->text_edit->removed, "ä");
    assert_string_equal(text_of(f, id), "Hello 😀!");
    op = text_edit(&f->a, id, "", 8, 6, "", 2);
    ok(f, op);
    assert_string_equal(op->text_edit->removed, "😀!");
    assert_string_equal(text_of(f, id), "Hello ");
    assert_int_equal(canvas_card(&f->c, id)->edited_by, 3);
    no(f, text_edit(&f->a, id, "", 7, 0, "x", 0), STATUS_BAD_OP);
    no(f, text_edit(&f->a, id, "", 6, 5, "", 2), STATUS_BAD_OP);
    no(f, text_edit(&f->a, id, "", 6, 7, "x", 0), STATUS_BAD_OP);
    no(f, text_edit(&f->a, id, "", 6, 0, "\x80", 0), STATUS_BAD_TEXT);
    no(f, text_edit(&f->a, id, "", 6, 0, "", 0), STATUS_BAD_OP);
    no(f, text_edit(&f->a, id, "", 6, 3, "", 0), STATUS_BAD_OP); /* ends with a retain */
    no(f, text_edit(&f->a, own(9), "", 0, 0, "x", 0), STATUS_NOT_FOUND);
    no(f, text_edit(&f->a, 0, "", 0, 0, "x", 0), STATUS_BAD_OP);
    no(f, text_edit(&f->a, 1, "", 0, 0, "x", 0), STATUS_NOT_FOUND);
    op = text_edit(&f->a, id, "", 6, 0, "x", 0);
    op->text_edit->removed = help_text(&f->a, "y");
    no(f, op, STATUS_BAD_OP);
}

/* Non-canonical steps are refused: two clients could otherwise build different ops from the same message. */
static void text_steps_canonical(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "abcdef");
    enum {
        R = COCANVAS__TEXT_STEP__KIND_RETAIN,
        I = COCANVAS__TEXT_STEP__KIND_INSERT,
        D = COCANVAS__TEXT_STEP__KIND_REMOVE
    };
    static const struct {
        int kinds[3];
        uint32_t points;
    } cases[] = {{{R, R, I}, 1}, {{I, I, 0}, 1}, {{D, D, 0}, 1},         {{D, I, 0}, 1},
                 {{D, R, 0}, 1}, {{R, D, 0}, 0}, {{R, D, I}, UINT32_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Cocanvas__Op *op = text_edit(&f->a, id, "", 6, 0, "x", 0);
        op->text_edit->n_steps = 0;
        for (size_t j = 0; j < 3 && cases[i].kinds[j] != 0; j++)
            op->text_edit->steps[op->text_edit->n_steps++] =
                step_of(&f->a, (Cocanvas__TextStep__KindCase)cases[i].kinds[j], cases[i].points, "x");
        no(f, op, STATUS_BAD_OP);
    }
    Cocanvas__Op *op = text_edit(&f->a, id, "", 6, 0, "x", 0);
    op->text_edit->steps[0]->kind_case = COCANVAS__TEXT_STEP__KIND__NOT_SET;
    no(f, op, STATUS_BAD_OP);
}

static void text_growth(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "");
    char text[101];
    memset(text, 'x', 100);
    text[100] = '\0';
    ok(f, text_edit(&f->a, id, "", 0, 0, text, 0));
    no(f, text_edit(&f->a, id, "", 100, 50, "y", 0), STATUS_TOO_LARGE);
    ok(f, text_edit(&f->a, id, "", 100, 50, "y", 1));
    /* The limit was lowered: the text may shrink and stay, not grow. */
    f->c.limits.text_points = 10;
    no(f, text_edit(&f->a, id, "", 100, 50, "yz", 1), STATUS_TOO_LARGE);
    ok(f, text_edit(&f->a, id, "", 100, 50, "z", 2));
}

static void text_fields(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "");
    struct card *card = canvas_card(&f->c, id);
    no(f, text_edit(&f->a, id, "f.a", 1, 0, "x", 0), STATUS_BAD_OP);
    ok(f, text_edit(&f->a, id, "f.b", 0, 0, "bee", 0));
    ok(f, text_edit(&f->a, id, "f.a", 0, 0, "ay", 0));
    assert_int_equal(card->n_fields, 2);
    assert_string_equal(card->fields[0].key, "f.a");
    ok(f, text_edit(&f->a, id, "f.a", 2, 0, "", 2));
    assert_int_equal(card->n_fields, 1); /* an empty field is none */
    assert_null(canvas_text(&f->c, id, "f.a"));
    no(f, text_edit(&f->a, id, "F", 0, 0, "x", 0), STATUS_BAD_OP);
    for (int i = 0; card->n_fields < FIELDS_MAX; i++)
        ok(f, text_edit(&f->a, id, (char[]){'k', (char)('a' + i / 26), (char)('a' + i % 26), '\0'}, 0, 0, "v", 0));
    no(f, text_edit(&f->a, id, "f.more", 0, 0, "v", 0), STATUS_TOO_LARGE);
}

/* What is left of an edit whose characters others removed already: committed, without steps, without effect. */
static void text_noop(void **state)
{
    struct fixture *f = *state;
    uint64_t id = add_card(f, "abc");
    Cocanvas__Op *op = text_edit(&f->a, id, "", 3, 0, "", 0);
    assert_int_equal(op_resolve(&f->c, op, &f->actor, &f->a, &f->why), STATUS_OK);
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    batch.seq = f->c.seq + 1;
    batch.n_ops = 1;
    batch.ops = &op;
    uint64_t hash = canvas_hash(&f->c);
    assert_int_equal(batch_apply_committed(&f->c, &batch, &f->why), STATUS_OK);
    assert_int_equal(canvas_hash(&f->c), hash);
}

/* ---- comments, links, readings */

static void comments(void **state)
{
    struct fixture *f = *state;
    uint64_t card = add_card(f, "card");
    ok(f, comment_add(&f->a, own(2), card, 0, "why?"));
    ok(f, comment_add(&f->a, own(3), card, own(2), "because"));
    ok(f, comment_add(&f->a, own(4), card, own(3), "an answer to the answer"));
    assert_int_equal(canvas_comment(&f->c, own(3))->parent, own(2));
    assert_int_equal(canvas_comment(&f->c, own(4))->parent, own(2));
    ok(f, comment_add(&f->a, own(5), 1, 0, "about a block"));
    ok(f, comment_add(&f->a, own(6), 0, 0, "about the canvas"));
    struct comment *comment = canvas_comment(&f->c, own(2));
    assert_int_equal(comment->created_by, 3);
    ok(f, text_edit(&f->a, own(2), "", 4, 3, "!", 1));
    assert_string_equal(comment->text.bytes, "why!");
    assert_true(comment->edited_ms > comment->created_ms);
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_RESOLVE, own(2), true));
    assert_true(comment->resolved);
    no(f, text_edit(&f->a, own(2), "f.x", 0, 0, "x", 0), STATUS_BAD_OP);
    no(f, comment_add(&f->a, own(7), card, 0, ""), STATUS_BAD_OP);
    no(f, comment_add(&f->a, own(7), own(99), 0, "x"), STATUS_NOT_FOUND);
    no(f, comment_add(&f->a, own(7), card, own(99), "x"), STATUS_NOT_FOUND);
    no(f, comment_add(&f->a, own(7), 0, own(2), "x"), STATUS_BAD_OP); /* the thread is about the card */
    no(f, comment_add(&f->a, own(7), own(2), 0, "x"), STATUS_NOT_FOUND);
    no(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_RESOLVE, card, true), STATUS_NOT_FOUND);
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(2), true));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(2), true));
    no(f, comment_add(&f->a, own(7), card, own(2), "to a deleted one"), STATUS_GONE);
    no(f, text_edit(&f->a, own(2), "", 4, 0, "x", 0), STATUS_GONE);
    no(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_RESOLVE, own(2), false), STATUS_GONE);
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_COMMENT_DELETE, own(2), false));
    ok(f, comment_add(&f->a, own(7), card, own(2), "now"));
}

static void links(void **state)
{
    struct fixture *f = *state;
    uint64_t a = add_card(f, "a"), b = add_card(f, "b");
    ok(f, link_add(&f->a, own(3), a, b, "serves"));
    struct link_object *link = canvas_link(&f->c, own(3));
    assert_true(link_visible(&f->c, link));
    ok(f, card_delete(&f->a, b));
    assert_false(link_visible(&f->c, link));
    ok(f, card_restore(&f->a, b));
    assert_true(link_visible(&f->c, link));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_LINK_REMOVE, own(3), true));
    assert_false(link_visible(&f->c, link));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_LINK_REMOVE, own(3), false));
    assert_true(link_visible(&f->c, link));
    no(f, link_add(&f->a, own(4), a, a, "serves"), STATUS_BAD_OP);
    no(f, link_add(&f->a, own(4), a, 1, "serves"), STATUS_NOT_FOUND);
    no(f, link_add(&f->a, own(4), a, b, "Serves"), STATUS_BAD_OP);
    no(f, switch_op(&f->a, COCANVAS__OP__KIND_LINK_REMOVE, own(9), true), STATUS_NOT_FOUND);
}

static void readings(void **state)
{
    struct fixture *f = *state;
    uint64_t card = add_card(f, "measure");
    ok(f, reading_add(&f->a, own(2), card, "2024-12-31", "12.5", "end of year"));
    struct reading *reading = canvas_reading(&f->c, own(2));
    assert_string_equal(reading->value, "12.5");
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_READING_REMOVE, own(2), true));
    assert_int_equal(reading->deleted_seq, 13);
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_READING_REMOVE, own(2), false));
    no(f, reading_add(&f->a, own(3), card, "2024-12-32", "1", ""), STATUS_BAD_OP);
    no(f, reading_add(&f->a, own(3), card, "2024-12-31", ".5", ""), STATUS_BAD_OP);
    no(f, reading_add(&f->a, own(3), card, "2024-12-31", "1", "\x1b[31m"), STATUS_BAD_TEXT);
    no(f, reading_add(&f->a, own(3), 1, "2024-12-31", "1", ""), STATUS_NOT_FOUND);
}

/* ---- blocks and versions */

static void blocks(void **state)
{
    struct fixture *f = *state;
    ok(f, block_add(&f->a, own(1), "third", "Third"));
    assert_non_null(canvas_block_by_key(&f->c, "third"));
    ok(f, card_create(&f->a, own(2), own(1), 0, "x"));
    no(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(1), true), STATUS_CONFLICT);
    ok(f, card_delete(&f->a, own(2)));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(1), true));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(1), true));
    no(f, card_create(&f->a, own(3), own(1), 0, "into a removed block"), STATUS_GONE);
    uint64_t other = own(3);
    ok(f, card_create(&f->a, other, 1, 0, "other"));
    no(f, card_move(&f->a, other, place_of(&f->a, own(1), 0, 0, false)), STATUS_GONE);
    no(f, card_restore(&f->a, own(2)), STATUS_GONE);
    no(f, block_add(&f->a, own(4), "third", "The key stays taken"), STATUS_CONFLICT);
    ok(f, prop_text(&f->a, own(1), "title", "Renamed meanwhile"));
    ok(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(1), false));
    ok(f, card_restore(&f->a, own(2)));
    no(f, block_add(&f->a, own(4), "Third", "T"), STATUS_BAD_OP);
    no(f, block_add(&f->a, own(4), "fourth", ""), STATUS_BAD_OP);
    Cocanvas__Op *op = block_add(&f->a, own(4), "fourth", "T");
    op->block_add->block->col_span = 0;
    no(f, op, STATUS_BAD_OP);
    op = block_add(&f->a, own(4), "fourth", "T");
    op->block_add->block->deleted = true;
    no(f, op, STATUS_BAD_OP);
    op = block_add(&f->a, own(4), "fourth", "T");
    Cocanvas__Prop *prop = prop_of(&f->a, "title", value_of(&f->a, VALUE_TEXT, "x", 0));
    op->block_add->block->n_props = 1;
    op->block_add->block->props = &prop;
    no(f, op, STATUS_BAD_OP);
    no(f, switch_op(&f->a, COCANVAS__OP__KIND_BLOCK_REMOVE, own(9), true), STATUS_NOT_FOUND);
}

static void versions(void **state)
{
    struct fixture *f = *state;
    ok(f, name_seq(&f->a, 0, "Today")); /* seq 11, its own */
    ok(f, name_seq(&f->a, 4, "Before lunch"));
    assert_string_equal(((struct named *)canvas_find(&f->c, OBJECT_NAMED, 11))->name, "Today");
    ok(f, name_seq(&f->a, 4, "After lunch"));
    assert_string_equal(((struct named *)canvas_find(&f->c, OBJECT_NAMED, 4))->name, "After lunch");
    ok(f, name_seq(&f->a, 4, ""));
    assert_null(canvas_find(&f->c, OBJECT_NAMED, 4));
    ok(f, name_seq(&f->a, 4, ""));
    no(f, name_seq(&f->a, 99, "The future"), STATUS_BAD_OP);
    no(f, name_seq(&f->a, 4, "two\nlines"), STATUS_BAD_OP);
}

static void object_limit(void **state)
{
    struct fixture *f = *state;
    uint64_t card = add_card(f, "card");
    for (uint32_t i = 0; i < limits.objects - 2; i++) /* two are the blocks */
        ok(f, comment_add(&f->a, own(2 + i), card, 0, "x"));
    no(f, comment_add(&f->a, own(20), card, 0, "x"), STATUS_TOO_LARGE);
    no(f, reading_add(&f->a, own(20), card, "2024-01-01", "1", ""), STATUS_TOO_LARGE);
    no(f, block_add(&f->a, own(20), "k", "T"), STATUS_TOO_LARGE);
    no(f, name_seq(&f->a, 3, "x"), STATUS_TOO_LARGE);
    add_card(f, "cards have a limit of their own");
}

/* Keys of blocks are compared with one another, so their number is limited whatever the server's limits are. */
static void block_limit(void **state)
{
    struct fixture *f = *state;
    f->c.limits = (struct canvas_limits){0};
    for (uint32_t i = f->c.n_blocks; i < BLOCKS_MAX; i++) {
        char key[16];
        snprintf(key, sizeof key, "b%u", i);
        ok(f, block_add(&f->a, own(i), key, "T"));
    }
    no(f, block_add(&f->a, own(2000), "more", "T"), STATUS_TOO_LARGE);
    struct buf bytes;
    struct canvas decoded;
    buf_init(&bytes);
    struct block *block = canvas_new_block(&f->c, own(3000));
    free(block->key);
    free(block->title);
    block->key = xstrdup("more");
    block->title = xstrdup("T");
    block->col_span = block->row_span = 1;
    canvas_encode(&f->c, &bytes);
    canvas_init(&decoded, NULL);
    assert_int_equal(canvas_decode(&decoded, buf_at(&bytes), buf_len(&bytes), &f->why), STATUS_TOO_LARGE);
    canvas_fini(&decoded);
    canvas_fini(&f->c);
    small_canvas(&f->c, NULL);
    buf_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(create_card),
        TEST(create_card_refused),
        TEST(create_with_used_id),
        TEST(delete_and_restore),
        TEST(places),
        TEST(place_falls_back),
        TEST(concurrent_inserts),
        TEST(pasted_run),
        TEST(pasted_runs),
        TEST(respread),
        TEST(respread_refused),
        TEST(card_props),
        TEST(block_props),
        TEST(canvas_props),
        TEST(tags_and_votes),
        TEST(text_edits),
        TEST(text_steps_canonical),
        TEST(text_growth),
        TEST(text_fields),
        TEST(text_noop),
        TEST(comments),
        TEST(links),
        TEST(readings),
        TEST(blocks),
        TEST(versions),
        TEST(object_limit),
        TEST(block_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
