/* Exact decimals: reading what people type, writing, the four operations; against laws and against figures worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client/method/decimal.h"
#include "common/buf.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

static struct decimal of(const char *text)
{
    struct decimal d;
    decimal_init(&d);
    assert_true(decimal_parse(&d, text));
    return d;
}

static void assert_text(struct decimal *d, const char *expected)
{
    char *text = decimal_text(d);
    assert_string_equal(text, expected);
    free(text);
    decimal_fini(d);
}

static void written_as_short_as_possible(void **state)
{
    static const char *const pairs[][2] = {{"0", "0"},         {"-0", "0"},          {"0.000", "0"},     {"1.50", "1.5"},
                                           {"-0.05", "-0.05"}, {"100", "100"},       {"1.000", "1"},     {"007", "7"},
                                           {"-12.30", "-12.3"}, {"0.10", "0.1"},
                                           {"123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct decimal d = of(pairs[i][0]);
        assert_text(&d, pairs[i][1]);
    }
}

static void only_the_model_s_numbers_are_parsed(void **state)
{
    static const char *const bad[] = {"", "-", ".5", "5.", "1e3", "NaN", "+1", "1,5", " 1", "0x10", "11111111111111111111111111111111111111111"};
    struct decimal d;
    (void)state;
    decimal_init(&d);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(decimal_parse(&d, bad[i]));
        assert_int_equal(decimal_sign(&d), 0);
    }
    decimal_fini(&d);
}

static void what_people_type(void **state)
{
    static const char *const good[][2] = {{"12", "12"},        {" 12 ", "12"},     {"+3", "3"},      {"-.5", "-0.5"},  {"5.", "5"},
                                          {"007.50", "7.50"},  {"1 234 567", "1234567"}, {"1'000.25", "1000.25"}, {"-0.0", "0.0"},
                                          {"12\xe2\x80\xaf" "500", "12500"}, {"0", "0"}};
    static const struct {
        const char *typed, *says;
    } bad[] = {{"1,5", "write 1.5 with"},   {"1,5", "or 15 without"}, {"1,000,000", "write 1000000,"}, {"1.000,5", "write 1000.5,"}, {"1,000.5", "write 1000.5,"},
               {"1'000,5", "write 1000.5 with"},  {",", "is not a number"}, {"e", "is not a number"}, {",1.........................................................", "write"},   {"1,000", "1000"},        {"NaN", "is not a number"}, {"1e400", "exponent"},   {"", "is not a number"},
               {".", "is not a number"}, {"1.2.3", "is not a number"}, {"12 ' 3", "is not a number"}, {"1  2", "is not a number"},
               {"--1", "is not a number"}, {"12 %", "is not a number"}, {"inf", "is not a number"},
               {"123456789012345678901234567890123456789012", "too long"}};
    char out[41];
    struct why why;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(decimal_read(good[i][0], out, &why));
        assert_string_equal(out, good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(decimal_read(bad[i].typed, out, &why));
        assert_non_null(strstr(why.text, bad[i].says));
    }
    char longest[2000];
    memset(longest, '7', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(decimal_read(longest, out, &why));
    assert_non_null(strstr(why.text, "too long"));
    for (size_t i = 0; i + 2 < sizeof longest; i += 2)
        memcpy(longest + i, "\xc3\xa4", 2);
    longest[sizeof longest - 2] = '\0';
    assert_false(decimal_read(longest, out, &why)); /* repeated in part, and no character is cut */
    assert_true(utf8_check(why.text, strlen(why.text), NULL));
}

static void the_four_operations(void **state)
{
    struct decimal a = of("0.1"), b = of("0.2"), c = of("-12.345"), out;
    (void)state;
    decimal_init(&out);
    decimal_add(&out, &a, &b);
    assert_text(&out, "0.3");
    decimal_init(&out);
    decimal_subtract(&out, &c, &a);
    assert_text(&out, "-12.445");
    decimal_init(&out);
    decimal_multiply(&out, &c, &b);
    assert_text(&out, "-2.469");
    decimal_init(&out);
    assert_true(decimal_divide(&out, &a, &c, 6));
    assert_text(&out, "-0.0081");
    decimal_init(&out);
    assert_false(decimal_divide(&out, &a, &out, 6));
    decimal_fini(&out);
    assert_true(decimal_compare(&a, &b) < 0);
    decimal_fini(&a);
    decimal_fini(&b);
    decimal_fini(&c);
}

/* Half to even, on both sides of zero. */
static void rounding(void **state)
{
    static const struct {
        const char *value, *rounded;
    } rows[] = {{"0.125", "0.12"}, {"0.135", "0.14"}, {"-0.125", "-0.12"}, {"-0.135", "-0.14"}, {"2.995", "3.00"},
                {"1", "1.00"},     {"0.004", "0.00"}, {"-0.006", "-0.01"}, {"0.1250001", "0.13"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct decimal d = of(rows[i].value);
        char *text = decimal_text_rounded(&d, 2);
        assert_string_equal(text, rows[i].rounded);
        free(text);
        decimal_fini(&d);
    }
}

static struct decimal random_decimal(struct rng *rng)
{
    char *text = xasprintf("%s%u%u.%0*u", rng_below(rng, 2) ? "-" : "", 1 + (unsigned)rng_below(rng, 1000000),
                           (unsigned)rng_below(rng, 1000000), 1 + (int)rng_below(rng, 9), (unsigned)rng_below(rng, 1000));
    struct decimal d = of(text);
    free(text);
    return d;
}

/* (a + b) − b = a and (a × b) / b = a, exactly, and the order of summands does not matter. */
static void laws(void **state)
{
    struct rng rng = {rng_seed(7)};
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct decimal a = random_decimal(&rng), b = random_decimal(&rng), x, y;
        decimal_init(&x);
        decimal_init(&y);
        decimal_add(&x, &a, &b);
        decimal_add(&y, &b, &a);
        assert_int_equal(decimal_compare(&x, &y), 0);
        decimal_subtract(&x, &x, &b);
        assert_int_equal(decimal_compare(&x, &a), 0);
        decimal_multiply(&x, &a, &b);
        assert_true(decimal_divide(&x, &x, &b, a.scale));
        assert_int_equal(decimal_compare(&x, &a), 0);
        decimal_fini(&a);
        decimal_fini(&b);
        decimal_fini(&x);
        decimal_fini(&y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_as_short_as_possible),
        cmocka_unit_test(only_the_model_s_numbers_are_parsed),
        cmocka_unit_test(what_people_type),
        cmocka_unit_test(the_four_operations),
        cmocka_unit_test(rounding),
        cmocka_unit_test(laws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
