/* How fast one session may edit: by a clock that the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/session/pace.h"

static const struct pace_limits limits = {.per_s = 10, .burst = 5, .bytes = 128};

static void a_burst_is_free_and_then_it_is_even(void **state)
{
    struct pace p = {0};
    int64_t now = 1000000;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(pace_wait_ms(&p, &limits, now), 0);
        pace_spend(&p, &limits, 10, now);
    }
    for (int i = 0; i < 50; i++) {
        assert_int_equal(pace_wait_ms(&p, &limits, now), 0); /* what is full is not in debt */
        pace_spend(&p, &limits, 10, now);
        assert_int_equal(pace_wait_ms(&p, &limits, now), 100);
        assert_int_equal(pace_wait_ms(&p, &limits, now + 99), 1);
        now += 100;
    }
}

static void a_pause_fills_the_bucket_and_no_more(void **state)
{
    struct pace p = {0};
    int64_t now = 5;

    (void)state;
    for (int round = 0; round < 3; round++) {
        int taken = 0;
        for (; pace_wait_ms(&p, &limits, now) == 0; taken++)
            pace_spend(&p, &limits, 0, now);
        assert_int_equal(taken, 6); /* the last one is paid afterwards */
        now += round == 0 ? 600 : INT64_C(1) << 50;
    }
}

static void large_batches_count_more(void **state)
{
    struct pace p = {0};

    (void)state;
    pace_spend(&p, &limits, 127, 0);
    assert_int_equal(p.spent, 1000);
    pace_spend(&p, &limits, 128, 0);
    assert_int_equal(p.spent, 3000);
    pace_spend(&p, &limits, 256 << 10, 0);
    assert_int_equal(pace_wait_ms(&p, &limits, 0), (3 + 2049 - 5) * 100);
    assert_int_equal(pace_wait_ms(&p, &limits, 60000), (3 + 2049 - 5) * 100 - 60000);
}

static void no_limit(void **state)
{
    const struct pace_limits none = {0};
    struct pace p = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        pace_spend(&p, &none, UINT64_MAX, 1);
    assert_int_equal(pace_wait_ms(&p, &none, 1), 0);
    assert_int_equal(p.spent, 0);
}

/* A reload changes the limits under a bucket that is in debt; a clock that goes back gives nothing away. */
static void other_limits_and_clocks(void **state)
{
    const struct pace_limits fast = {.per_s = 1000000, .burst = 1000000, .bytes = 128}, none = {0};
    struct pace p = {0};

    (void)state;
    for (int i = 0; i < 20; i++)
        pace_spend(&p, &limits, 0, 1000);
    assert_int_equal(pace_wait_ms(&p, &limits, 1000), 1500);
    assert_int_equal(pace_wait_ms(&p, &limits, 0), 1500);
    assert_int_equal(pace_wait_ms(&p, &fast, 1000), 0);
    assert_int_equal(pace_wait_ms(&p, &none, 1000), 0);
    assert_int_equal(pace_wait_ms(&p, &limits, INT64_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_free_and_then_it_is_even),
        cmocka_unit_test(a_pause_fills_the_bucket_and_no_more),
        cmocka_unit_test(large_batches_count_more),
        cmocka_unit_test(no_limit),
        cmocka_unit_test(other_limits_and_clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
