/* What is a key, a number, a date, a whole number; and which values a property takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/rules.h"

struct sample {
    const char *text;
    bool good;
};

static void check(bool (*rule)(const char *), const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (rule(samples[i].text) != samples[i].good)
            fail_msg("\"%s\" should be %s", samples[i].text, samples[i].good ? "accepted" : "refused");
    }
}

#define CHECK(rule, samples) check(rule, samples, sizeof(samples) / sizeof((samples)[0]))
#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void keys(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a", true},    {"f.rank", true}, {"col_span", true},  {"start-stop", true}, {"b1_us", true}, {X63 "x", true},
        {"", false},    {"A", false},     {"1a", false},       {".a", false},        {"a b", false},  {X63 "xx", false},
        {"a\n", false}, {"aB", false},    {"\xc3\xa4", false}, {"_a", false},        {"a:", false},
    };
    CHECK(rule_key, samples);
}

static void numbers(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"0", true},
        {"-0", true},
        {"007", true},
        {"12.50", true},
        {"-3.1", true},
        {"1234567890123456789012345678901234567890", true},
        {"12345678901234567890123456789012345678901", false},
        {"", false},
        {"-", false},
        {".5", false},
        {"5.", false},
        {"+1", false},
        {"1e5", false},
        {"1,5", false},
        {"0x1", false},
        {" 1", false},
        {"1 ", false},
        {"--1", false},
        {"1.2.3", false},
        {"NaN", false},
        {"inf", false},
        {"\xd9\xa1", false}, /* another script's digit */
    };
    CHECK(rule_number, samples);
}

static void dates(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"2024-02-29", true},  {"2000-02-29", true},   {"0001-01-01", true},  {"9999-12-31", true},
        {"2011-06-26", true},  {"2023-02-29", false},  {"1900-02-29", false}, {"2024-04-31", false},
        {"2024-13-01", false}, {"2024-00-10", false},  {"2024-01-00", false}, {"2024-01-32", false},
        {"0000-01-01", false}, {"2024-1-01", false},   {"2024-01-1", false},  {"24-01-01", false},
        {"2024/01/01", false}, {"2024-01-011", false}, {"", false},           {"2024-01-01 ", false},
        {"-024-01-01", false},
    };
    CHECK(rule_date, samples);
}

static void tags(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"a", true}, {"Für alle 😀", true}, {X63 "x", true}, {X63 "ä", true}, {X63 "xx", false},
        {"", false}, {"a\nb", false},      {"a\tb", false}, {"\x1b", false}, {"\xff", false},
    };
    CHECK(rule_tag, samples);
}

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } samples[] = {
        {"1", true},           {"64", true},  {"0064", true},
        {"0", false},          {"65", false}, {"-1", false},
        {"1.0", false},        {"", false},   {"99999999999999999999999999", false},
        {"4294967297", false},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct value value = {.kind = VALUE_NUMBER, .text = (char *)(uintptr_t)samples[i].text};
        uint32_t out = 0;
        assert_int_equal(value_to_uint(&value, 1, 64, &out), samples[i].good);
        assert_true(!samples[i].good || (out >= 1 && out <= 64));
    }
    uint32_t out;
    struct value text = {.kind = VALUE_TEXT, .text = (char *)(uintptr_t) "1"};
    assert_false(value_to_uint(&text, 0, 9, &out));
}

static void values(void **state)
{
    (void)state;
    static const struct {
        struct value value;
        bool good;
    } samples[] = {
        {{VALUE_NONE, NULL, 0}, false},
        {{VALUE_TEXT, (char *)(uintptr_t) "", 0}, true},
        {{VALUE_TEXT, (char *)(uintptr_t) "two\nlines", 0}, true},
        {{VALUE_TEXT, (char *)(uintptr_t) "\x08", 0}, false},
        {{VALUE_CHOICE, (char *)(uintptr_t) "", 0}, false},
        {{VALUE_CHOICE, (char *)(uintptr_t) "draft", 0}, true},
        {{VALUE_PERSON, NULL, 0}, false},
        {{VALUE_PERSON, NULL, UINT64_C(1) << 32}, false},
        {{VALUE_PERSON, NULL, 7}, true},
        {{VALUE_OBJECT, NULL, 0}, false},
        {{VALUE_OBJECT, NULL, UINT64_MAX}, true},
        {{VALUE_FLAG, NULL, 0}, true},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if ((rule_value(&samples[i].value) == NULL) != samples[i].good)
            fail_msg("sample %zu should be %s", i, samples[i].good ? "accepted" : "refused");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys), cmocka_unit_test(numbers),       cmocka_unit_test(dates),
        cmocka_unit_test(tags), cmocka_unit_test(whole_numbers), cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
