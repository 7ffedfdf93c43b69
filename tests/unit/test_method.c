/* What a canvas knows about its measures and amounts, with figures worked out by hand: percent achieved in both directions, lights, reviews,
 * readings that come and go, roll-ups, parts that follow their row, the two equations. */
#include "tests/support/method_help.h"

static int setup(void **state)
{
    struct method_scene *s = xcalloc(1, sizeof *s);
    scene_init(s);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct method_scene *s = *state;
    assert_as_anew(s->m, &s->c, s->today, "at the end");
    scene_fini(s);
    free(s);
    return 0;
}

/* actual, percent: NULL if there is none. */
static void assert_measure(const struct method_scene *s, uint64_t card, const char *actual, const char *percent, enum measure_light light)
{
    const struct measure *x = method_measure(s->m, card);
    assert_non_null(x);
    assert_int_equal(x->has_actual, actual != NULL);
    assert_int_equal(x->has_percent, percent != NULL);
    char *is = decimal_text(&x->actual), *reached = decimal_text(&x->percent);
    if (actual != NULL)
        assert_string_equal(is, actual);
    if (percent != NULL)
        assert_string_equal(reached, percent);
    free(is);
    free(reached);
    assert_string_equal(light_name(x->light), light_name(light));
}

/* The first of the source's two examples: "ready to use with only 3 simple steps". It was 8; 4 would just do. */
static void three_simple_steps(void **state)
{
    struct method_scene *s = *state;
    uint64_t row = put_card(s, LEFT, "SIMPLIFICATION"), steps = put_measure(s, row, "latest", "lower", "8", "3");

    put_prop(s, steps, "m.minimum", VALUE_NUMBER, "4");
    assert_measure(s, steps, NULL, NULL, LIGHT_GREY);
    put_reading(s, steps, "2026-01-10", "9");
    assert_measure(s, steps, "9", "-20", LIGHT_RED); /* (9 − 8) / (3 − 8) */
    put_reading(s, steps, "2026-01-20", "5");
    assert_measure(s, steps, "5", "60", LIGHT_RED); /* 3 of 5 steps gone, but more than 4 are left */
    put_reading(s, steps, "2026-01-30", "4");
    assert_measure(s, steps, "4", "80", LIGHT_AMBER);
    uint64_t good = put_reading(s, steps, "2026-02-10", "3");
    assert_measure(s, steps, "3", "100", LIGHT_GREEN);
    put_reading(s, steps, "2026-02-05", "7"); /* entered later, of an earlier day */
    assert_measure(s, steps, "3", "100", LIGHT_GREEN);
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_READING_REMOVE, good, true));
    assert_measure(s, steps, "7", "20", LIGHT_RED);
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_READING_REMOVE, good, false));
    put_reading(s, steps, "2026-02-10", "2.5"); /* of one day, what was entered last */
    assert_measure(s, steps, "2.5", "110", LIGHT_GREEN);
    drop_prop(s, steps, "m.baseline");
    assert_measure(s, steps, "2.5", "120", LIGHT_GREEN); /* 3 / 2.5 */
    put_reading(s, steps, "2026-02-11", "12");
    assert_measure(s, steps, "12", "25", LIGHT_RED); /* 3 / 12 */
    put_reading(s, steps, "2026-02-12", "0");
    assert_measure(s, steps, "0", "100", LIGHT_GREEN);
}

/* The second one: "number of favourable comments". */
static void favourable_comments(void **state)
{
    struct method_scene *s = *state;
    uint64_t row = put_card(s, LEFT, "STATUS/RECOGNITION"), comments = put_measure(s, row, "count", "higher", NULL, "20");

    put_reading(s, comments, "2026-01-31", "3");
    put_reading(s, comments, "2026-02-28", "4");
    assert_measure(s, comments, "7", "35", LIGHT_RED);
    uint64_t six = put_reading(s, comments, "2026-03-10", "6");
    assert_measure(s, comments, "13", "65", LIGHT_AMBER); /* more than half of the way */
    put_prop(s, comments, "m.minimum", VALUE_NUMBER, "14");
    assert_measure(s, comments, "13", "65", LIGHT_RED);
    put_reading(s, comments, "2026-03-11", "7");
    assert_measure(s, comments, "20", "100", LIGHT_GREEN);
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_READING_REMOVE, six, true));
    assert_measure(s, comments, "14", "70", LIGHT_AMBER);
    put_prop(s, comments, "m.baseline", VALUE_NUMBER, "10");
    assert_measure(s, comments, "14", "40", LIGHT_AMBER); /* 4 of 10, and the minimum is reached */
}

static void other_kinds(void **state)
{
    struct method_scene *s = *state;
    uint64_t mean = put_measure(s, 0, "average", "higher", NULL, "2"), share = put_measure(s, 0, "percent", "higher", "30", "60"),
             done = put_measure(s, 0, "yesno", "higher", NULL, NULL), sum = put_measure(s, 0, "sum", "higher", "-10", "10");

    put_reading(s, mean, "2026-01-01", "1");
    put_reading(s, mean, "2026-01-02", "2");
    put_reading(s, mean, "2026-01-03", "2");
    assert_measure(s, mean, "1.666666666667", "83.333333", LIGHT_AMBER);
    put_reading(s, share, "2026-01-01", "45");
    assert_measure(s, share, "45", "50", LIGHT_AMBER);
    put_reading(s, share, "2026-01-02", "44.99");
    assert_measure(s, share, "44.99", "49.966667", LIGHT_RED);
    put_reading(s, done, "2026-01-01", "0");
    assert_measure(s, done, "0", "0", LIGHT_RED);
    put_reading(s, done, "2026-01-02", "1");
    assert_measure(s, done, "1", "100", LIGHT_GREEN);
    put_reading(s, sum, "2026-01-01", "0.1");
    put_reading(s, sum, "2026-01-02", "0.2");
    put_reading(s, sum, "2026-01-03", "-0.3");
    assert_measure(s, sum, "0", "50", LIGHT_AMBER); /* exactly */
}

/* Where a percent would say nothing, there is none. */
static void no_percent(void **state)
{
    static const struct {
        const char *direction, *baseline, *target;
    } rows[] = {{"higher", "5", "5"}, {"lower", "5.0", "5"}, {"higher", NULL, "0"}, {"higher", NULL, "-3"}, {"lower", NULL, "-3"}, {"higher", "1", NULL}};
    struct method_scene *s = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t card = put_measure(s, 0, "latest", rows[i].direction, rows[i].baseline, rows[i].target);
        put_reading(s, card, "2026-01-01", "4");
        assert_measure(s, card, "4", NULL, LIGHT_GREY);
    }
    uint64_t nothing_lost = put_measure(s, 0, "latest", "lower", NULL, "0");
    put_reading(s, nothing_lost, "2026-01-01", "0");
    assert_measure(s, nothing_lost, "0", "100", LIGHT_GREEN);
    put_reading(s, nothing_lost, "2026-01-02", "1");
    assert_measure(s, nothing_lost, "1", "0", LIGHT_RED);
}

static void reviews(void **state)
{
    struct method_scene *s = *state;
    uint64_t card = put_measure(s, 0, "latest", "higher", NULL, "5");

    assert_string_equal(method_measure(s->m, card)->due, "");
    put_prop(s, card, "m.period", VALUE_CHOICE, "P1M");
    assert_string_equal(method_measure(s->m, card)->due, "2026-02-01"); /* a month after it was made */
    assert_int_equal(method_rollup(s->m)->due, 1);
    put_reading(s, card, "2026-02-28", "1");
    assert_string_equal(method_measure(s->m, card)->due, "2026-03-28");
    assert_int_equal(method_rollup(s->m)->due, 0);
    memcpy(s->today, "2026-03-28", 11);
    method_update(s->m, &s->c, s->today);
    assert_int_equal(method_rollup(s->m)->due, 1);
    put_prop(s, card, "m.next", VALUE_DATE, "2026-04-01");
    assert_int_equal(method_rollup(s->m)->due, 0);
    memcpy(s->today, "2026-04-02", 11);
    method_update(s->m, &s->c, s->today);
    assert_int_equal(method_rollup(s->m)->due, 1);
}

static void assert_rollup(const struct rollup *r, size_t n, const char *average)
{
    if (n == 0) {
        assert_null(r);
        return;
    }
    assert_non_null(r);
    assert_int_equal(r->n, n);
    char *text = rollup_average(r);
    assert_string_equal(text, average);
    free(text);
}

/* A row's measures count where the row stands: they move, go and come back with it. */
static void rollups(void **state)
{
    struct method_scene *s = *state;
    uint64_t row = put_card(s, LEFT, "row"), other = put_card(s, LEFT, "other");
    uint64_t a = put_measure(s, row, "latest", "lower", "8", "3"), b = put_measure(s, row, "count", "higher", NULL, "20"),
             c = put_measure(s, 0, "latest", "higher", NULL, "10");
    size_t n;

    put_reading(s, a, "2026-01-01", "5");  /* 60 % */
    put_reading(s, b, "2026-01-01", "13"); /* 65 % */
    put_reading(s, c, "2026-01-01", "1");  /* 10 % */
    assert_rollup(method_rollup_row(s->m, row), 2, "62.5");
    assert_rollup(method_rollup_row(s->m, other), 0, NULL);
    assert_rollup(method_rollup_block(s->m, LEFT), 3, "45.0");
    assert_rollup(method_rollup_block(s->m, PARTS), 0, NULL);
    assert_rollup(method_rollup(s->m), 3, "45.0");
    assert_int_equal(method_rollup(s->m)->lights[LIGHT_AMBER], 2);

    act(s, card_move(&s->a, row, place_of(&s->a, RIGHT, 0, 0, false)));
    assert_rollup(method_rollup_block(s->m, LEFT), 1, "10.0");
    assert_rollup(method_rollup_block(s->m, RIGHT), 2, "62.5");
    const uint64_t *list = method_measures(s->m, &n);
    assert_int_equal(n, 3);
    assert_true(list[0] == c && list[1] == a && list[2] == b); /* LEFT is before RIGHT, parts are in their order */

    act(s, card_delete(&s->a, row));
    assert_rollup(method_rollup(s->m), 1, "10.0");
    assert_null(method_measure(s->m, a));
    act(s, card_restore(&s->a, row));
    assert_rollup(method_rollup(s->m), 3, "45.0");
    put_ref(s, a, "of", VALUE_OBJECT, other);
    assert_rollup(method_rollup_row(s->m, row), 1, "65.0");
    assert_rollup(method_rollup_row(s->m, other), 1, "60.0");

    struct rollup both; /* a workspace's */
    rollup_init(&both);
    rollup_add(&both, method_rollup(s->m));
    rollup_add(&both, method_rollup_row(s->m, row));
    assert_rollup(&both, 4, "50.0"); /* 60, 65, 10, 65 */
    rollup_fini(&both);
}

/* Only what stands in a hidden block is a part, and of nothing but a card that people see. */
static void parts(void **state)
{
    struct method_scene *s = *state;
    uint64_t row = put_card(s, LEFT, "row"), second = put_measure(s, row, "latest", "higher", NULL, "1");
    uint64_t first = put_card(s, PARTS, "an action"), visible = put_card(s, RIGHT, "not a part"), of_part = put_card(s, PARTS, "of a part");
    size_t n;

    put_prop(s, first, "of.field", VALUE_CHOICE, "how");
    put_ref(s, first, "of", VALUE_OBJECT, row);
    put_ref(s, visible, "of", VALUE_OBJECT, row);
    put_ref(s, of_part, "of", VALUE_OBJECT, first);
    act(s, card_move(&s->a, first, place_of(&s->a, PARTS, 0, 0, true)));
    const uint64_t *list = method_parts(s->m, row, &n);
    assert_int_equal(n, 2);
    assert_true(list[0] == first && list[1] == second);
    assert_string_equal(method_part_field(s->m, first), "how");
    assert_string_equal(method_part_field(s->m, second), "measure");
    assert_string_equal(method_part_field(s->m, visible), "");
    (void)method_parts(s->m, first, &n);
    assert_int_equal(n, 0);
    put_ref(s, PARTS, "hidden", VALUE_FLAG, 0); /* nobody should, but then they are cards like others */
    (void)method_parts(s->m, row, &n);
    assert_int_equal(n, 0);
    assert_int_equal(method_rollup_block(s->m, PARTS)->n, 1);
}

/* ---- the two equations */

static uint64_t put_amount(struct method_scene *s, uint64_t block, const char *amount, const char *unit)
{
    uint64_t id = put_card(s, block, amount);
    put_prop(s, id, "f.amount", VALUE_NUMBER, amount);
    if (unit != NULL)
        put_prop(s, id, "f.unit", VALUE_CHOICE, unit);
    return id;
}

static void assert_balance(const struct balance *b, const char *side, const char *unit, const char *plus, const char *minus, const char *net)
{
    char *texts[] = {decimal_text(&b->plus), decimal_text(&b->minus), decimal_text(&b->net)};
    assert_string_equal(b->side, side);
    assert_string_equal(b->unit, unit);
    assert_string_equal(texts[0], plus);
    assert_string_equal(texts[1], minus);
    assert_string_equal(texts[2], net);
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
}

static void sides_of_blocks(void **state)
{
    struct method_scene *s = *state;
    size_t n;

    put_prop(s, LEFT, "side", VALUE_CHOICE, "company");
    put_prop(s, LEFT, "sign", VALUE_CHOICE, "plus");
    put_prop(s, RIGHT, "side", VALUE_CHOICE, "customer");
    put_prop(s, RIGHT, "sign", VALUE_CHOICE, "minus");
    put_amount(s, LEFT, "0.1", "EUR");
    uint64_t twenty = put_amount(s, LEFT, "0.2", "EUR");
    put_amount(s, LEFT, "3", "hours");
    put_amount(s, RIGHT, "2", "hours");
    put_card(s, LEFT, "no amount");
    const struct balance *all = method_balances(s->m, 0, &n);
    assert_int_equal(n, 3);
    assert_balance(&all[0], "company", "EUR", "0.3", "0", "0.3");
    assert_balance(&all[1], "company", "hours", "3", "0", "3");
    assert_balance(&all[2], "customer", "hours", "0", "2", "-2");
    act(s, card_delete(&s->a, twenty));
    put_prop(s, LEFT, "sign", VALUE_CHOICE, "minus");
    all = method_balances(s->m, LEFT, &n);
    assert_int_equal(n, 2);
    assert_balance(&all[0], "company", "EUR", "0", "0.1", "-0.1");
    assert_balance(&all[1], "company", "hours", "0", "3", "-3");
}

/* Over the lifetime of use: blocks are stages, lanes say whose it is. */
static void sides_of_lanes(void **state)
{
    struct method_scene *s = *state;
    size_t n;

    put_prop(s, 0, "field.who", VALUE_TEXT,
             "{\"title\":\"Who\",\"type\":\"choice\",\"choices\":[{\"key\":\"us\",\"side\":\"company\",\"sign\":\"plus\"},"
             "{\"key\":\"effort\",\"side\":\"customer\",\"sign\":\"minus\"},\"other\"]}");
    put_prop(s, 0, "lanes", VALUE_TEXT, "who");
    uint64_t ours = put_amount(s, LEFT, "100", "EUR"), theirs = put_amount(s, RIGHT, "40", "EUR");
    (void)method_balances(s->m, 0, &n);
    assert_int_equal(n, 0);
    put_prop(s, ours, "f.who", VALUE_CHOICE, "us");
    put_prop(s, theirs, "f.who", VALUE_CHOICE, "effort");
    const struct balance *all = method_balances(s->m, 0, &n);
    assert_int_equal(n, 2);
    assert_balance(&all[0], "company", "EUR", "100", "0", "100");
    assert_balance(&all[1], "customer", "EUR", "0", "40", "-40");
    act(s, card_move(&s->a, ours, place_of(&s->a, RIGHT, 0, 0, false)));
    (void)method_balances(s->m, LEFT, &n);
    assert_int_equal(n, 0);
    (void)method_balances(s->m, RIGHT, &n);
    assert_int_equal(n, 2);
    put_prop(s, theirs, "f.who", VALUE_CHOICE, "other");
    (void)method_balances(s->m, 0, &n);
    assert_int_equal(n, 1);
}

/* Forgotten, it is found out anew. */
static void reset(void **state)
{
    struct method_scene *s = *state;
    uint64_t card = put_measure(s, 0, "latest", "higher", NULL, "10");
    struct canvas copy;

    put_reading(s, card, "2026-01-01", "1");
    canvas_init(&copy, NULL);
    canvas_copy(&copy, &s->c);
    method_reset(s->m);
    method_touch(s->m, NULL);
    method_update(s->m, &copy, s->today);
    assert_measure(s, card, "1", "10", LIGHT_RED);
    method_update(s->m, &s->c, s->today);
    canvas_fini(&copy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(three_simple_steps), TEST(favourable_comments), TEST(other_kinds),    TEST(no_percent),     TEST(reviews), TEST(rollups),
        TEST(parts),              TEST(sides_of_blocks),     TEST(sides_of_lanes), TEST(reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
