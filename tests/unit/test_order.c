/* Keys between keys: the published vectors, and what must hold for any sequence of insertions (order, form, length). */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/buf.h"
#include "common/order.h"
#include "tests/support/rng.h"

static void vectors_of_rocicorp(void **state)
{
    (void)state;
    json_t *file = json_load_file(TESTS_DIR "/data/fractional-indexing_base62_vectors.json", 0, NULL), *vector;
    json_t *vectors = json_object_get(file, "vectors");
    size_t i;
    assert_int_equal(json_array_size(vectors), 27);
    json_array_foreach(vectors, i, vector)
    {
        const char *a = json_string_value(json_object_get(vector, "a")),
                   *b = json_string_value(json_object_get(vector, "b"));
        const char *expected = json_string_value(json_object_get(vector, "expect"));
        struct order_key key;
        /* The library swaps keys that come in the wrong order; here that is the caller's fault. */
        bool swapped = a != NULL && b != NULL && strcmp(a, b) > 0;
        bool refused = swapped || json_is_true(json_object_get(vector, "is_error"));
        enum status status = order_between(a, b, &key);
        if (status != (refused ? STATUS_BAD_OP : STATUS_OK))
            fail_msg("vector %zu (%s, %s): %s", i, a ? a : "-", b ? b : "-", status_name(status));
        if (swapped && json_is_false(json_object_get(vector, "is_error")))
            assert_int_equal(order_between(b, a, &key), STATUS_OK);
        else if (refused)
            continue;
        assert_string_equal(key.text, expected);
        assert_int_equal(key.len, strlen(expected));
    }
    json_decref(file);
}

static void malformed_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "0",
                                      "a",
                                      "a00",
                                      "b1",
                                      "a0 ",
                                      "a0-",
                                      "a0\xc3\xa9",
                                      "?0",
                                      "a1V0",
                                      "A00000000000000000000000000",
                                      "zzzzzzzzzzzzzzzzzzzzzzzzzz"};
    static const char *const good[] = {"a0",
                                       "Zz",
                                       "a0V",
                                       "b00",
                                       "A00000000000000000000000001",
                                       "A000000000000000000000000001",
                                       "zzzzzzzzzzzzzzzzzzzzzzzzzzz"};
    char long_key[ORDER_KEY_MAX + 2];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(order_key_check(bad[i], strlen(bad[i])));
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(order_key_check(good[i], strlen(good[i])));
    memset(long_key, 'a', sizeof long_key);
    long_key[sizeof long_key - 1] = '\0';
    assert_true(order_key_check(long_key, ORDER_KEY_MAX));
    assert_false(order_key_check(long_key, ORDER_KEY_MAX + 1));

    struct order_key key;
    assert_int_equal(order_between("a1", "a1", &key), STATUS_BAD_OP);
    assert_int_equal(order_between("a1V", "a1", &key), STATUS_BAD_OP);
    assert_int_equal(order_between("a00", NULL, &key), STATUS_BAD_OP);
    assert_int_equal(order_between(NULL, "x", &key), STATUS_BAD_OP);
    assert_int_equal(order_between(long_key, NULL, &key), STATUS_BAD_OP);
    assert_int_equal(order_between("", "", &key), STATUS_OK);
    assert_string_equal(key.text, "a0");
}

/* The keys at the far ends of what integers can say still have neighbours, which are keys themselves. */
static void ends_of_the_integers(void **state)
{
    (void)state;
    struct order_key key;
    char below[ORDER_KEY_MAX + 1] = "A00000000000000000000000002";
    for (int i = 0; i < 100; i++) {
        assert_int_equal(order_between(NULL, below, &key), STATUS_OK);
        assert_true(order_key_check(key.text, key.len));
        assert_true(strcmp(key.text, below) < 0);
        memcpy(below, key.text, key.len + 1u);
    }
    char above[ORDER_KEY_MAX + 1] = "zzzzzzzzzzzzzzzzzzzzzzzzzzx";
    for (int i = 0; i < 100; i++) {
        assert_int_equal(order_between(above, NULL, &key), STATUS_OK);
        assert_true(order_key_check(key.text, key.len));
        assert_true(strcmp(key.text, above) > 0);
        memcpy(above, key.text, key.len + 1u);
    }
}

/* ---- growth: sequences of insertions, and how long the keys become */

enum { MANY = 3000 };

struct list {
    struct order_key *at;
    size_t n;
    unsigned longest;
};

static void insert_at(struct list *list, size_t at)
{
    const char *a = at > 0 ? list->at[at - 1].text : NULL, *b = at < list->n ? list->at[at].text : NULL;
    struct order_key key;
    assert_int_equal(order_between(a, b, &key), STATUS_OK);
    assert_true(order_key_check(key.text, key.len));
    assert_true((a == NULL || strcmp(a, key.text) < 0) && (b == NULL || strcmp(key.text, b) < 0));
    memmove(list->at + at + 1, list->at + at, (list->n - at) * sizeof *list->at);
    list->at[at] = key;
    list->n++;
    if (key.len > list->longest)
        list->longest = key.len;
}

static void list_reset(struct list *list)
{
    list->n = 0;
    list->longest = 0;
}

/* Cards that are always added at one end cost four bytes, even ten thousand of them. */
static void growth_at_the_ends(void **state)
{
    (void)state;
    struct order_key first = {2, "a0"}, last = {2, "a0"}, next;
    for (int i = 0; i < 10000; i++) {
        assert_int_equal(order_between(last.text, NULL, &next), STATUS_OK);
        assert_true(order_key_check(next.text, next.len) && strcmp(last.text, next.text) < 0 && next.len <= 4);
        last = next;
        assert_int_equal(order_between(NULL, first.text, &next), STATUS_OK);
        assert_true(order_key_check(next.text, next.len) && strcmp(next.text, first.text) < 0 && next.len <= 4);
        first = next;
    }
}

static void growth_between(void **state)
{
    (void)state;
    struct rng r = {rng_seed(1)};
    struct list list = {.at = xcalloc(MANY, sizeof *list.at)};
    for (size_t i = 0; i < MANY; i++)
        insert_at(&list, rng_below(&r, (uint32_t)list.n + 1));
    assert_in_range(list.longest, 3, 8);
    /* Always into the same gap, right after the first card and right before the last one: about a digit every six. */
    list_reset(&list);
    insert_at(&list, 0), insert_at(&list, 1);
    for (size_t i = 0; i < 1000; i++)
        insert_at(&list, 1);
    assert_in_range(list.longest, 150, 220);
    list_reset(&list);
    insert_at(&list, 0), insert_at(&list, 1);
    for (size_t i = 0; i < 1000; i++)
        insert_at(&list, list.n - 1);
    assert_in_range(list.longest, 150, 220);
    free(list.at);
}

/* A gap that is used up is refused with its own code, and never with a malformed or misplaced key. */
static void a_gap_comes_to_its_end(void **state)
{
    (void)state;
    char b[ORDER_KEY_MAX + 1] = "a1";
    struct order_key key;
    enum status status = STATUS_OK;
    int n = 0;
    while ((status = order_between("a0", b, &key)) == STATUS_OK) {
        assert_true(strcmp("a0", key.text) < 0 && strcmp(key.text, b) < 0);
        memcpy(b, key.text, key.len + 1u);
        n++;
    }
    assert_int_equal(status, STATUS_TOO_LARGE);
    assert_true(n > 1000);
}

static void check_n(const char *a, const char *b, size_t n, size_t longest)
{
    struct order_key *keys = xcalloc(n + 1, sizeof *keys);
    assert_int_equal(order_n_between(a, b, n, keys), STATUS_OK);
    for (size_t i = 0; i < n; i++) {
        assert_true(order_key_check(keys[i].text, keys[i].len));
        assert_true(keys[i].len <= longest);
        assert_true(i == 0 || strcmp(keys[i - 1].text, keys[i].text) < 0);
    }
    if (n > 0) {
        assert_true(a == NULL || strcmp(a, keys[0].text) < 0);
        assert_true(b == NULL || strcmp(keys[n - 1].text, b) < 0);
    }
    assert_int_equal(keys[n].len, 0);
    free(keys);
}

static void n_between(void **state)
{
    (void)state;
    check_n(NULL, NULL, 0, 0);
    check_n(NULL, NULL, 1, 2);
    check_n(NULL, NULL, 5000, 4);
    check_n("a5", NULL, 5000, 4);
    check_n(NULL, "a5", 5000, 4);
    check_n("a0", "a1", 1, 3);
    check_n("a0", "a1", 61, 3);
    check_n("a0", "a1", 5000, 6);
    check_n("Zz", "b00", 5000, 6);
    struct order_key keys[3];
    assert_int_equal(order_n_between("a1", "a0", 3, keys), STATUS_BAD_OP);
    assert_int_equal(order_n_between("x", NULL, 3, keys), STATUS_BAD_OP);
    assert_int_equal(order_n_between(NULL, "x", 3, keys), STATUS_BAD_OP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_rocicorp),
        cmocka_unit_test(malformed_keys),
        cmocka_unit_test(ends_of_the_integers),
        cmocka_unit_test(growth_at_the_ends),
        cmocka_unit_test(growth_between),
        cmocka_unit_test(a_gap_comes_to_its_end),
        cmocka_unit_test(n_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
