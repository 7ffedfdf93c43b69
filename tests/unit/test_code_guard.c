/* Join codes guessed: what an address may try, what makes a crowd and when it is over, and that a code is not kept as
 * it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "server/session/code_guard.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static struct address from(unsigned n)
{
    struct address a = {{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
    return a;
}

static struct code_guard *guard(void)
{
    static const uint8_t secret[CODE_SECRET] = {1, 2, 3};
    return code_guard_new(secret, NULL);
}

/* How many wrong codes pass, tried once a second for so long. */
static unsigned tries(struct code_guard *g, struct address a, int64_t from_ms, int64_t until_ms)
{
    unsigned n = 0;
    for (int64_t now = from_ms; now < until_ms; now += SECOND) {
        if (!code_guard_may_try(g, &a, NULL, now))
            continue;
        code_guard_wrong(g, &a, now);
        n++;
    }
    return n;
}

static void test_an_address(void **state)
{
    (void)state;
    struct code_guard *g = guard();
    assert_in_range(tries(g, from(1), 0, 5 * SECOND), 5, 5);
    assert_in_range(tries(g, from(1), 5 * SECOND, 60 * MINUTE), 30, 36); /* 20, and 20 an hour */
    assert_in_range(tries(g, from(1), 60 * MINUTE, 120 * MINUTE), 18, 21);
    assert_in_range(tries(g, from(2), 120 * MINUTE, 120 * MINUTE + 5 * SECOND), 5,
                    5); /* another one is not concerned */
    code_guard_free(g);
}

static void test_who_gets_in_makes_up_for_a_typo(void **state)
{
    (void)state;
    struct code_guard *g = guard();
    struct address a = from(1);
    for (int i = 0; i < 40; i++) {
        assert_true(code_guard_may_try(g, &a, NULL, i));
        code_guard_wrong(g, &a, i);
        code_guard_came_in(g, &a, i);
    }
    assert_int_equal(tries(g, a, 50, 50 + 8 * SECOND), 5);
    code_guard_free(g);
}

static void test_one_code(void **state)
{
    (void)state;
    struct code_guard *g = guard();
    uint8_t one[CODE_HASH] = {1}, other[CODE_HASH] = {2};
    unsigned n = 0;
    for (unsigned i = 0; i < 500; i++) {
        struct address a = from(i);
        n += code_guard_may_try(g, &a, one, 0);
    }
    assert_int_equal(n, CODE_LOOKS_A_MINUTE);
    struct address a = from(0);
    assert_true(code_guard_may_try(g, &a, other, 0));
    assert_true(code_guard_may_try(g, &a, one, SECOND));
    code_guard_free(g);
}

static void test_a_crowd(void **state)
{
    (void)state;
    struct code_guard *g = guard();
    for (unsigned i = 0; i < 99; i++) {
        struct address a = from(i);
        code_guard_wrong(g, &a, 0);
    }
    assert_false(code_guard_crowded(g, 0));
    for (unsigned i = 0; i < 10000; i++) {
        struct address a = from(i);
        code_guard_wrong(g, &a, 0);
    }
    assert_true(code_guard_crowded(g, 0));
    assert_true(code_guard_crowded(g, 25 * SECOND));
    assert_false(code_guard_crowded(g, 31 * SECOND)); /* however many they were */
    code_guard_free(g);
}

static void test_what_is_stored(void **state)
{
    (void)state;
    static const uint8_t other_secret[CODE_SECRET] = {9};
    struct code_guard *g = guard(), *h = code_guard_new(other_secret, NULL);
    uint8_t a[CODE_HASH], b[CODE_HASH], plain[32];
    code_guard_hash(g, "WDJB-MJHT", a);
    code_guard_hash(h, "WDJB-MJHT", b);
    crypto_hash_sha256(plain, (const unsigned char *)"WDJB-MJHT", 9);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, plain, sizeof a);
    code_guard_hash(g, "WDJB-MJHV", b);
    assert_memory_not_equal(a, b, sizeof a);
    code_guard_free(g);
    code_guard_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address),     cmocka_unit_test(test_who_gets_in_makes_up_for_a_typo),
        cmocka_unit_test(test_one_code),       cmocka_unit_test(test_a_crowd),
        cmocka_unit_test(test_what_is_stored),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
