/* The difference of two texts: right for all, small where the texts are alike, bounded where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/text_help.h"

struct pair {
    struct text a, b;
    struct text_op op;
};

static int set_up(void **state)
{
    struct pair *p = xcalloc(1, sizeof *p);
    text_init(&p->a), text_init(&p->b);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *p = *state;
    text_fini(&p->a), text_fini(&p->b);
    text_op_fini(&p->op);
    free(p);
    return 0;
}

static void check_diff(struct pair *p)
{
    struct text after;
    text_diff(&p->op, &p->a, &p->b);
    assert_int_equal(text_op_check(&p->op, p->a.len_points, 0, NULL), STATUS_OK);
    text_init(&after);
    copy_text(&after, &p->a);
    text_apply(&after, &p->op, NULL);
    assert_true(text_equal(&after, &p->b));
    text_fini(&after);
}

static void diff(struct pair *p, const char *a, const char *b)
{
    text_set(&p->a, a, strlen(a));
    text_set(&p->b, b, strlen(b));
    check_diff(p);
}

/* Characters inserted and removed. */
static uint32_t changes(const struct text_op *op)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < op->n_steps; i++)
        n += op->steps[i].kind == TEXT_RETAIN ? 0 : op->steps[i].points;
    return n;
}

static void small_changes_stay_small(void **state)
{
    struct pair *p = *state;
    diff(p, "", "");
    assert_true(text_op_is_noop(&p->op));
    diff(p, "same", "same");
    assert_true(text_op_is_noop(&p->op));
    diff(p, "", "new");
    assert_int_equal(changes(&p->op), 3);
    diff(p, "old", "");
    assert_int_equal(changes(&p->op), 3);
    diff(p, "aaaa", "aaaaa");
    assert_int_equal(changes(&p->op), 1);
    diff(p, "naïve 😀 text", "naïve 😁 text");
    assert_int_equal(changes(&p->op), 2);
    diff(p, "the quick brown fox jumps", "the quack brown ox jumped");
    assert_int_equal(changes(&p->op), 2 + 1 + 3);
    diff(p, "one\ntwo\nthree\nfour\n", "one\nthree\nfour!\nfive\n");
    assert_int_equal(changes(&p->op), 4 + 1 + 5);
    /* The shortest script of Myers' paper has five edits. */
    diff(p, "abcabba", "cbabac");
    assert_int_equal(changes(&p->op), 5);
}

/* A line that is moved far away is one remove and one insert; the lines between stay. */
static void whole_lines_stay(void **state)
{
    struct pair *p = *state;
    diff(p, "first line\nsecond line\nthird line\nfourth line\n", "second line\nthird line\nfourth line\nfirst line\n");
    assert_int_equal(changes(&p->op), 22);
}

/* Different passages are replaced as a whole, not stitched together from letters that they happen to share. */
static void different_passages_are_replaced(void **state)
{
    struct pair *p = *state;
    diff(p, "[Who pays for it?]", "[zehn Tage nach Lieferung]");
    assert_int_equal(p->op.n_steps, 3);
}

static void random_texts(void **state)
{
    struct pair *p = *state;
    uint64_t seed = rng_seed(1);
    print_message("COCANVAS_SEED=%llu\n", (unsigned long long)seed);
    struct rng r = {seed};
    struct text_op op = {0};
    for (int i = 0; i < 5000; i++) {
        bool ascii = rng_below(&r, 2) == 0;
        random_text(&r, &p->a, rng_below(&r, 200), ascii);
        random_text(&r, &p->b, rng_below(&r, 200), ascii);
        check_diff(p);
        copy_text(&p->b, &p->a);
        random_op(&r, &op, p->a.len_points, ascii);
        text_apply(&p->b, &op, NULL);
        check_diff(p);
        assert_true(changes(&p->op) <= p->a.len_points + p->b.len_points);
    }
    text_op_fini(&op);
}

/* Large texts with nothing, little and much in common; each would be slow without the bound on the work. */
static void large_texts(void **state)
{
    enum { LARGE = 130000 };
    struct pair *p = *state;
    struct rng r = {rng_seed(3)};
    random_text(&r, &p->a, LARGE, false);
    random_text(&r, &p->b, LARGE, false);
    check_diff(p);
    copy_text(&p->b, &p->a);
    for (int i = 0; i < 50; i++) {
        struct text_op op = {0};
        text_op_splice(&op, p->b.len_points, rng_below(&r, p->b.len_points - 3), 3, "Ж!", 3, 2);
        text_apply(&p->b, &op, NULL);
        text_op_fini(&op);
    }
    check_diff(p);
    assert_true(changes(&p->op) <= 50 * 5);

    char *bytes = xmalloc(LARGE);
    memset(bytes, 'a', LARGE);
    text_set(&p->a, bytes, LARGE);
    bytes[0] = bytes[LARGE / 2] = bytes[LARGE - 1] = 'b';
    text_set(&p->b, bytes, LARGE - 7);
    check_diff(p);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(small_changes_stay_small, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whole_lines_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(different_passages_are_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_texts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
