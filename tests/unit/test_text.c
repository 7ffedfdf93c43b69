/* Text ops one by one: the published vectors, the builder, the checks, and what apply, invert and positions do at the
 * edges. The laws that hold for all ops are in test_text_laws.c. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/text_help.h"

static void expect_text(const struct text *t, const char *expected)
{
    assert_true(text_is_sound(t));
    assert_string_equal(t->bytes, expected);
}

static void put(struct text_op *op, const char *bytes)
{
    text_op_insert(op, bytes, (uint32_t)strlen(bytes), (uint32_t)utf8_points(bytes, strlen(bytes)));
}

/* ---- the vectors of ottypes/text-unicode */

static uint32_t removed_points(const json_t *d)
{
    if (json_is_integer(d))
        return (uint32_t)json_integer_value(d);
    return (uint32_t)utf8_points(json_string_value(d), json_string_length(d));
}

static void op_from_json(struct text_op *op, const json_t *steps)
{
    size_t i;
    json_t *step;
    text_op_clear(op, 0);
    json_array_foreach(steps, i, step)
    {
        if (json_is_integer(step))
            text_op_retain(op, (uint32_t)json_integer_value(step));
        else if (json_object_get(step, "i") != NULL)
            put(op, json_string_value(json_object_get(step, "i")));
        else
            text_op_remove(op, removed_points(json_object_get(step, "d")));
    }
    for (uint32_t k = 0; k < op->n_steps; k++)
        op->pre_len += op->steps[k].kind == TEXT_INSERT ? 0 : op->steps[k].points;
    text_op_finish(op);
}

static json_t *next_line(FILE *file)
{
    char line[512];
    if (fgets(line, sizeof line, file) == NULL)
        return NULL;
    if (line[0] == '[')
        return json_loads(line, 0, NULL);
    return json_string(strncmp(line, "left", 4) == 0 ? "left" : "right");
}

static void vectors_of_ottypes(void **state)
{
    (void)state;
    FILE *file = fopen(TESTS_DIR "/data/ot_text-transform-tests.ndjson", "r");
    assert_non_null(file);
    int n = 0;
    struct text_op op = {0}, other = {0}, expected = {0}, out = {0};
    for (json_t *first; (first = next_line(file)) != NULL; n++) {
        json_t *second = next_line(file), *side = next_line(file), *result = next_line(file);
        assert_non_null(result);
        op_from_json(&op, first);
        op_from_json(&other, second);
        op_from_json(&expected, result);
        text_transform(&out, &op, &other, strcmp(json_string_value(side), "left") == 0 ? TEXT_LEFT : TEXT_RIGHT);
        if (!op_equal(&out, &expected)) {
            print_op("op", &op), print_op("over", &other), print_op("expected", &expected), print_op("got", &out);
            fail_msg("vector %d, %s", n + 1, json_string_value(side));
        }
        json_decref(first), json_decref(second), json_decref(side), json_decref(result);
    }
    fclose(file);
    text_op_fini(&op), text_op_fini(&other), text_op_fini(&expected), text_op_fini(&out);
    assert_int_equal(n, 46);
}

/* ---- the builder */

static void builder_is_canonical(void **state)
{
    (void)state;
    struct text_op op = {0}, same = {0};
    text_op_clear(&op, 20);
    text_op_retain(&op, 1);
    text_op_retain(&op, 0);
    text_op_retain(&op, 2);
    text_op_remove(&op, 1);
    put(&op, "ä");
    text_op_remove(&op, 2);
    put(&op, "b");
    put(&op, "");
    text_op_retain(&op, 4);
    text_op_finish(&op);
    assert_int_equal(op.n_steps, 3);

    text_op_splice(&same, 20, 3, 3, "äb", 3, 2);
    assert_true(op_equal(&op, &same));
    assert_int_equal(text_op_check(&op, 20, 100, NULL), STATUS_OK);
    assert_int_equal(text_op_post_len(&op), 19);

    text_op_clear(&op, 5);
    text_op_retain(&op, 5);
    assert_true(text_op_is_noop(&op));
    text_op_finish(&op);
    assert_int_equal(op.n_steps, 0);
    assert_true(text_op_is_noop(&op));
    assert_false(text_op_is_noop(&same));

    text_op_copy(&op, &same);
    assert_true(op_equal(&op, &same));
    text_op_copy(&op, &op);
    assert_true(op_equal(&op, &same));
    text_op_fini(&op), text_op_fini(&same);
}

/* Two inserts with a remove between them at one place become one insert in front of it, its bytes in order. */
static void builder_joins_inserts_around_a_remove(void **state)
{
    (void)state;
    struct text_op op = {0};
    struct text t;
    text_init(&t);
    text_set(&t, "0123456789", 10);
    text_op_clear(&op, 10);
    put(&op, "ab");
    text_op_retain(&op, 2);
    text_op_remove(&op, 3);
    put(&op, "cd");
    text_op_remove(&op, 1);
    put(&op, "ef");
    text_op_retain(&op, 1);
    put(&op, "g");
    assert_int_equal(op.n_steps, 6);
    assert_int_equal(text_op_check(&op, 10, 0, NULL), STATUS_OK);
    text_apply(&t, &op, NULL);
    expect_text(&t, "ab01cdef6g789");
    text_op_fini(&op), text_fini(&t);
}

/* Counts from the wire may be anything; building must not be where that ends the daemon (P10). */
static void builder_takes_any_counts(void **state)
{
    (void)state;
    struct text_op op = {0};
    text_op_clear(&op, 10);
    text_op_remove(&op, UINT32_MAX);
    text_op_remove(&op, UINT32_MAX);
    assert_int_equal(op.n_steps, 1);
    assert_int_equal(text_op_check(&op, 10, 100, NULL), STATUS_BAD_OP);
    text_op_clear(&op, 10);
    text_op_retain(&op, UINT32_MAX - 1);
    text_op_retain(&op, 12);
    put(&op, "x");
    assert_int_equal(text_op_check(&op, 10, 100, NULL), STATUS_BAD_OP);
    text_op_fini(&op);
}

/* ---- checking */

struct refusal {
    const char *what;
    struct text_step steps[3];
    uint32_t n_steps;
    enum status expected;
};

static void check_refuses(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"a retain of zero", {{TEXT_RETAIN, 0, 0, 0}, {TEXT_REMOVE, 1, 0, 0}}, 2, STATUS_BAD_OP},
        {"a remove of zero", {{TEXT_REMOVE, 0, 0, 0}}, 1, STATUS_BAD_OP},
        {"an insert of nothing", {{TEXT_INSERT, 0, 0, 0}}, 1, STATUS_BAD_OP},
        {"two retains", {{TEXT_RETAIN, 1, 0, 0}, {TEXT_RETAIN, 1, 0, 0}, {TEXT_REMOVE, 1, 0, 0}}, 3, STATUS_BAD_OP},
        {"two removes", {{TEXT_REMOVE, 1, 0, 0}, {TEXT_REMOVE, 1, 0, 0}}, 2, STATUS_BAD_OP},
        {"two inserts", {{TEXT_INSERT, 1, 0, 1}, {TEXT_INSERT, 1, 1, 1}}, 2, STATUS_BAD_OP},
        {"remove before insert", {{TEXT_REMOVE, 1, 0, 0}, {TEXT_INSERT, 1, 0, 1}}, 2, STATUS_BAD_OP},
        {"a trailing retain", {{TEXT_INSERT, 1, 0, 1}, {TEXT_RETAIN, 1, 0, 0}}, 2, STATUS_BAD_OP},
        {"bytes that are not there", {{TEXT_INSERT, 3, 2, 3}}, 1, STATUS_BAD_OP},
        {"bytes far away", {{TEXT_INSERT, 1, UINT32_MAX, 2}}, 1, STATUS_BAD_OP},
        {"fewer bytes than points", {{TEXT_INSERT, 3, 0, 2}}, 1, STATUS_BAD_OP},
        {"a kind that is none", {{(enum text_step_kind)7, 1, 0, 0}}, 1, STATUS_BAD_OP},
        {"a remove beyond the end", {{TEXT_RETAIN, 8, 0, 0}, {TEXT_REMOVE, 3, 0, 0}}, 2, STATUS_BAD_OP},
        {"a retain beyond the end", {{TEXT_RETAIN, 11, 0, 0}, {TEXT_INSERT, 1, 0, 1}}, 2, STATUS_BAD_OP},
        {"counts that overflow", {{TEXT_RETAIN, UINT32_MAX, 0, 0}, {TEXT_REMOVE, UINT32_MAX, 0, 0}}, 2, STATUS_BAD_OP},
        {"growth beyond the limit", {{TEXT_INSERT, 3, 0, 3}}, 1, STATUS_TOO_LARGE},
        {"growth up to the limit", {{TEXT_INSERT, 2, 0, 2}}, 1, STATUS_OK},
        {"nothing", {{0}}, 0, STATUS_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[] = "abcd";
        struct text_step steps[3];
        struct why why = {""};
        memcpy(steps, cases[i].steps, sizeof steps);
        struct text_op op = {.pre_len = 10, .n_steps = cases[i].n_steps, .steps = steps, .n_bytes = 4, .bytes = bytes};
        enum status status = text_op_check(&op, 10, 12, &why);
        if (status != cases[i].expected)
            fail_msg("%s: %s (%s)", cases[i].what, status_name(status), why.text);
        assert_int_equal(why.text[0] == '\0', status == STATUS_OK);
    }
}

static void check_lengths(void **state)
{
    (void)state;
    struct text_op op = {0};
    text_op_splice(&op, 10, 0, 1, "ab", 2, 2);
    assert_int_equal(text_op_check(&op, 10, 11, NULL), STATUS_OK);
    assert_int_equal(text_op_check(&op, 11, 100, NULL), STATUS_BAD_OP);
    /* A text over the limit (the setting was lowered) may shrink or stay, not grow. */
    assert_int_equal(text_op_check(&op, 10, 5, NULL), STATUS_TOO_LARGE);
    text_op_splice(&op, 10, 0, 2, "ab", 2, 2);
    assert_int_equal(text_op_check(&op, 10, 5, NULL), STATUS_OK);
    text_op_fini(&op);
}

/* ---- applying */

static void apply_splice(struct text *t, uint32_t at, uint32_t removed_n, const char *bytes, struct text *removed)
{
    struct text_op op = {0};
    text_op_splice(&op, t->len_points, at, removed_n, bytes, (uint32_t)strlen(bytes),
                   (uint32_t)utf8_points(bytes, strlen(bytes)));
    text_apply(t, &op, removed);
    text_op_fini(&op);
}

static void apply_in_place(void **state)
{
    (void)state;
    struct text t, removed;
    text_init(&t), text_init(&removed);
    assert_string_equal(t.bytes, "");
    apply_splice(&t, 0, 0, "hällo 😀", NULL);
    expect_text(&t, "hällo 😀");
    apply_splice(&t, 7, 0, "!", &removed);
    expect_text(&t, "hällo 😀!");
    expect_text(&removed, "");
    apply_splice(&t, 1, 1, "e", &removed);
    expect_text(&t, "hello 😀!");
    expect_text(&removed, "ä");
    apply_splice(&t, 6, 1, "", &removed);
    expect_text(&t, "hello !");
    expect_text(&removed, "😀");
    apply_splice(&t, 0, 7, "", &removed);
    expect_text(&t, "");
    expect_text(&removed, "hello !");
    text_set(&t, "", 0);
    expect_text(&t, "");
    text_fini(&t), text_fini(&removed);
    assert_string_equal(t.bytes, "");
}

static void apply_many_steps(void **state)
{
    (void)state;
    struct text t, removed;
    struct text_op op = {0};
    text_init(&t), text_init(&removed);
    text_set(&t, "αβγ def 字", strlen("αβγ def 字"));
    text_op_clear(&op, 9);
    text_op_remove(&op, 1);
    text_op_retain(&op, 1);
    put(&op, "😀😀");
    text_op_retain(&op, 2);
    text_op_remove(&op, 2);
    text_op_retain(&op, 2);
    put(&op, "e\u0301");
    text_op_remove(&op, 1);
    text_op_finish(&op);
    text_apply(&t, &op, &removed);
    expect_text(&t, "β😀😀γ f e\u0301");
    expect_text(&removed, "αde字");
    text_op_fini(&op), text_fini(&t), text_fini(&removed);
}

static void invert_takes_back(void **state)
{
    (void)state;
    struct text t;
    struct text_op op = {0}, back = {0};
    text_init(&t);
    text_set(&t, "one 😀 two", strlen("one 😀 two"));
    text_op_splice(&op, 9, 4, 1, "zwei", 4, 4);
    text_invert(&back, &op, &t);
    text_apply(&t, &op, NULL);
    expect_text(&t, "one zwei two");
    text_apply(&t, &back, NULL);
    expect_text(&t, "one 😀 two");
    text_op_fini(&op), text_op_fini(&back), text_fini(&t);
}

/* ---- positions */

static void positions(void **state)
{
    (void)state;
    struct text_op op = {0};
    text_op_clear(&op, 12);
    text_op_retain(&op, 2);
    put(&op, "abc");
    text_op_retain(&op, 4);
    put(&op, "x");
    text_op_remove(&op, 3);
    text_op_finish(&op);
    /*                            0  1  2  3  4  5  6   7   8   9   10  11  12 */
    static const uint32_t right[] = {0, 1, 2, 6, 7, 8, 9, 10, 10, 10, 11, 12, 13};
    static const uint32_t left[] = {0, 1, 5, 6, 7, 8, 10, 10, 10, 10, 11, 12, 13};
    for (uint32_t at = 0; at <= 12; at++) {
        assert_int_equal(text_transform_position(&op, at, TEXT_RIGHT), right[at]);
        assert_int_equal(text_transform_position(&op, at, TEXT_LEFT), left[at]);
    }
    text_op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_ottypes),
        cmocka_unit_test(builder_is_canonical),
        cmocka_unit_test(builder_joins_inserts_around_a_remove),
        cmocka_unit_test(builder_takes_any_counts),
        cmocka_unit_test(check_refuses),
        cmocka_unit_test(check_lengths),
        cmocka_unit_test(apply_in_place),
        cmocka_unit_test(apply_many_steps),
        cmocka_unit_test(invert_takes_back),
        cmocka_unit_test(positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
