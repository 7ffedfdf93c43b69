/* Days, periods, words and sparklines of measures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/method/measure.h"

/* Worked out by hand with a calendar. */
static void periods_after_days(void **state)
{
    static const char *const rows[][3] = {
        {"2026-01-31", "P1M", "2026-02-28"}, {"2024-01-31", "P1M", "2024-02-29"}, {"2024-02-29", "P1Y", "2025-02-28"},
        {"2026-11-22", "P3M", "2027-02-22"}, {"2026-12-31", "P1D", "2027-01-01"}, {"2026-12-25", "P2W", "2027-01-08"},
        {"2023-03-01", "P366D", "2024-03-01"}, {"2026-11-30", "P6M", "2027-05-30"}, {"1999-12-31", "P1W", "2000-01-07"},
        {"2026-05-31", "P13M", "2027-06-30"}, {"2100-02-28", "P1D", "2100-03-01"}, {"2026-01-15", "P12M", "2027-01-15"},
    };
    char day[11];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(day_add_period(rows[i][0], rows[i][1], day));
        assert_string_equal(day, rows[i][2]);
    }
}

static void what_is_no_period(void **state)
{
    static const char *const bad[] = {"", "P", "PM", "P0D", "P-1D", "1M", "P1M2D", "P1", "P1m", "PT1H", "P1001D", "P99999999999999999999D", "P+1D", "P 1D"};
    char day[11] = "";
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(period_valid(bad[i]));
        assert_false(day_add_period("2026-01-01", bad[i], day));
    }
    assert_false(day_add_period("2026-02-30", "P1D", day));
    assert_false(day_add_period("9999-12-31", "P1D", day));
    assert_false(day_add_period("9998-12-31", "P2Y", day));
    assert_true(period_valid("P1000Y"));
}

static void days_of_times(void **state)
{
    char day[11];
    (void)state;
    day_of_ms(0, day);
    assert_string_equal(day, "1970-01-01");
    day_of_ms(INT64_C(1795305599999), day);
    assert_string_equal(day, "2026-11-21");
    day_of_ms(INT64_C(1795305600000), day);
    assert_string_equal(day, "2026-11-22");
    day_of_ms(-5, day);
    assert_string_equal(day, "1970-01-01");
    day_of_ms(INT64_MAX, day);
    assert_string_equal(day, "9999-12-31");
    assert_true(day_compare("2026-01-02", "2026-01-10") < 0);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < MEASURE_KINDS; i++) {
        enum measure_kind kind = MEASURE_KINDS;
        assert_true(measure_kind_parse(measure_kind_name((enum measure_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    enum measure_kind kind;
    assert_false(measure_kind_parse("median", &kind));
}

static void assert_spark(const char *const *values, size_t n, size_t width, const char *expected)
{
    struct measure_reading readings[8] = {{0}};
    for (size_t i = 0; i < n; i++)
        readings[i].value = values[i];
    char *unicode = sparkline(readings, n, width, true);
    assert_string_equal(unicode, expected);
    free(unicode);
}

static void sparklines(void **state)
{
    (void)state;
    assert_spark((const char *const[]){"0", "50", "100"}, 3, 10, "▁▅█");
    assert_spark((const char *const[]){"100", "0", "50", "100"}, 4, 3, "▁▅█");
    assert_spark((const char *const[]){"5", "5"}, 2, 10, "▄▄");
    assert_spark((const char *const[]){"-1", "1.5", "-0.5"}, 3, 3, "▁█▂");
    assert_spark(NULL, 0, 10, "");
    struct measure_reading one[2] = {{.value = "1"}, {.value = "2"}};
    char *plain = sparkline(one, 2, 5, false);
    assert_string_equal(plain, "18");
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_after_days), cmocka_unit_test(what_is_no_period),    cmocka_unit_test(days_of_times),
        cmocka_unit_test(every_kind_has_a_name), cmocka_unit_test(sparklines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
