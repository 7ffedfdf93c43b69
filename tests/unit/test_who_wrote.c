/* Who wrote which letters (client/core/who_wrote.c): runs, edits in the middle, what was accepted, anonymous letters, a history that begins late;
 * and the differences of wordings by words (client/cli/word_diff.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/cli/ops.h"
#include "client/cli/word_diff.h"
#include "client/core/who_wrote.h"
#include "common/arena.h"
#include "common/ids.h"

enum { ANN = 2, BEN = 3, CARD = 7, OTHER = 8 };

struct world {
    struct arena arena;
    struct canvas first;
    struct who_wrote *w;
};

static int make(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    const struct canvas_limits limits = {0};
    arena_init(&world->arena, 1 << 20);
    canvas_init(&world->first, &limits);
    world->w = who_wrote_new(&world->first);
    *state = world;
    return 0;
}

static int unmake(void **state)
{
    struct world *world = *state;
    who_wrote_free(world->w);
    canvas_fini(&world->first);
    arena_fini(&world->arena);
    free(world);
    return 0;
}

static bool batch(struct world *world, uint32_t author, size_t n, Cocanvas__Op **ops)
{
    Cocanvas__Committed committed = COCANVAS__COMMITTED__INIT;
    committed.author = author;
    committed.n_ops = n;
    committed.ops = ops;
    return who_wrote_add(world->w, &committed);
}

static Cocanvas__Op *create(struct world *world, uint64_t id, const char *text)
{
    return ops_card_create(&world->arena, id, &(struct ops_place){.block = 1}, text);
}

/* Makes the card's text another one, as somebody types it. */
static Cocanvas__Op *edit(struct world *world, uint64_t id, const char *text)
{
    struct text wanted;
    struct text_op op;
    text_init(&wanted);
    text_set(&wanted, text, strlen(text));
    text_op_init(&op);
    text_diff(&op, who_wrote_text(world->w, id), &wanted);
    Cocanvas__Op *made = ops_text_edit(&world->arena, id, "", &op);
    text_op_fini(&op);
    text_fini(&wanted);
    return made;
}

static void is(const struct world *world, uint64_t id, size_t n, const struct who_span *expected)
{
    size_t found;
    struct who_span *spans = who_wrote_spans(world->w, id, &found);
    assert_int_equal(found, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(spans[i].from, expected[i].from);
        assert_int_equal(spans[i].points, expected[i].points);
        assert_int_equal(spans[i].author, expected[i].author);
    }
    free(spans);
}

static void test_runs_of_letters(void **state)
{
    struct world *w = *state;
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){create(w, CARD, "Wert entsteht")}));
    assert_true(batch(w, BEN, 1, (Cocanvas__Op *[]){edit(w, CARD, "Wert – ja – entsteht")}));
    is(w, CARD, 3, (struct who_span[]){{0, 5, ANN}, {5, 7, BEN}, {12, 8, ANN}});
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){edit(w, CARD, "Wert  entsteht")}));
    is(w, CARD, 3, (struct who_span[]){{0, 5, ANN}, {5, 1, BEN}, {6, 8, ANN}});
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){edit(w, CARD, "")}));
    is(w, CARD, 0, NULL);
    is(w, OTHER, 0, NULL);
}

static void test_what_was_accepted_keeps_its_writers(void **state)
{
    struct world *w = *state;
    const struct value of = {.kind = VALUE_OBJECT, .number = OTHER};
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){create(w, CARD, "old words")}));
    assert_true(batch(w, BEN, 1, (Cocanvas__Op *[]){create(w, OTHER, "new words")}));
    Cocanvas__Op *kept = create(w, 9, "new words");
    ops_card_value(&w->arena, kept, "accepted.of", &of);
    assert_true(batch(w, ANN, 2, (Cocanvas__Op *[]){edit(w, CARD, "new words"), kept}));
    is(w, CARD, 1, (struct who_span[]){{0, 9, BEN}});
    is(w, 9, 1, (struct who_span[]){{0, 9, BEN}});
    /* without the same letters nobody else's name is put on them */
    kept = create(w, 10, "newer words");
    ops_card_value(&w->arena, kept, "accepted.of", &of);
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){kept}));
    is(w, 10, 1, (struct who_span[]){{0, 11, ANN}});
    kept = create(w, 11, "few words"); /* as many letters, but others */
    ops_card_value(&w->arena, kept, "accepted.of", &of);
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){kept}));
    is(w, 11, 1, (struct who_span[]){{0, 9, ANN}});
}

/* What is typed into a field of the card is not its wording. */
static void test_fields_are_apart(void **state)
{
    struct world *w = *state;
    struct text_op op;
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){create(w, CARD, "ab")}));
    text_op_init(&op);
    text_op_retain(&op, 2);
    text_op_insert(&op, "x", 1, 1);
    assert_true(batch(w, BEN, 1, (Cocanvas__Op *[]){ops_text_edit(&w->arena, CARD, "how", &op)}));
    text_op_fini(&op);
    is(w, CARD, 1, (struct who_span[]){{0, 2, ANN}});
}

static struct card *there_already(struct world *w, uint64_t id, struct block *block, uint32_t edited_by)
{
    char key[2] = {(char)('a' + id), '\0'};
    struct card *card = canvas_new_card(&w->first, id, block, key);
    text_set(&card->text, "ab", 2);
    card->created_by = ANN;
    card->edited_by = edited_by;
    return card;
}

/* Of a card that somebody else has changed nobody knows any more who wrote what. */
static void test_a_history_that_begins_late(void **state)
{
    struct world *w = *state;
    struct block *block = canvas_new_block(&w->first, 1);
    (void)there_already(w, CARD, block, 0);
    (void)there_already(w, OTHER, block, BEN);
    who_wrote_free(w->w);
    w->w = who_wrote_new(&w->first);
    is(w, CARD, 1, (struct who_span[]){{0, 2, ANN}});
    is(w, OTHER, 1, (struct who_span[]){{0, 2, 0}});
}

static void test_anonymous_stays_so(void **state)
{
    struct world *w = *state;
    assert_true(batch(w, AUTHOR_ANONYMOUS, 1, (Cocanvas__Op *[]){create(w, CARD, "ab")}));
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){edit(w, CARD, "abc")}));
    is(w, CARD, 2, (struct who_span[]){{0, 2, AUTHOR_ANONYMOUS}, {2, 1, ANN}});
}

static void test_a_history_that_does_not_fit_says_so(void **state)
{
    struct world *w = *state;
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){create(w, CARD, "abc")}));
    Cocanvas__Op *late = edit(w, CARD, "abcd");
    assert_true(batch(w, ANN, 1, (Cocanvas__Op *[]){late}));
    assert_false(batch(w, ANN, 1, (Cocanvas__Op *[]){late}));
}

static void says(const char *before, const char *after, const char *expected)
{
    static const char *const marks[] = {"=", "-", "+"};
    struct text a, b;
    char found[256] = "";
    size_t n, len = 0;
    text_init(&a);
    text_init(&b);
    text_set(&a, before, strlen(before));
    text_set(&b, after, strlen(after));
    struct word_run *runs = word_diff(&a, &b, &n);
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(found + len, sizeof found - len, "%s%.*s|", marks[runs[i].change], (int)runs[i].len, runs[i].bytes);
    assert_string_equal(found, expected);
    free(runs);
    text_fini(&a);
    text_fini(&b);
}

static void test_differences_by_words(void **state)
{
    (void)state;
    says("", "", "");
    says("one two", "one two", "=one two|");
    says("one two three", "one 2 three", "=one |-two |+2 |=three|");
    says("one two", "two", "-one |=two|");
    says("two", "one two", "+one |=two|");
    says("", "äh ja", "+äh ja|");
    says("alles weg", "", "-alles weg|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_runs_of_letters, make, unmake),
        cmocka_unit_test_setup_teardown(test_what_was_accepted_keeps_its_writers, make, unmake),
        cmocka_unit_test_setup_teardown(test_fields_are_apart, make, unmake),
        cmocka_unit_test_setup_teardown(test_a_history_that_begins_late, make, unmake),
        cmocka_unit_test_setup_teardown(test_anonymous_stays_so, make, unmake),
        cmocka_unit_test_setup_teardown(test_a_history_that_does_not_fit_says_so, make, unmake),
        cmocka_unit_test(test_differences_by_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
