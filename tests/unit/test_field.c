/* Typed fields: definitions are read and written without loss, mistakes in them are said, and a canvas with a broken definition
 * still shows what its cards hold; parts belong to cards that people see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/field.h"
#include "tests/support/op_help.h"

static void parse(const char *key, const char *json, struct field *f)
{
    struct why why = {""};
    if (!field_parse(key, json, f, &why))
        fail_msg("%s", why.text);
}

static void there_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"title\":\"Rank\",\"type\":\"number\",\"prompt\":\"Which "
        "first?\\nWhy?\",\"unit\":\"points\",\"min\":\"-2\",\"max\":\"2.5\",\"whole\":true,"
        "\"required\":true,\"order\":7}",
        "{\"title\":\"Status\",\"type\":\"choice\",\"open\":true,\"choices\":[\"guess\",{\"key\":\"heard\",\"title\":"
        "\"gehört\",\"prompt\":\"Von wem?\","
        "\"side\":\"customer\",\"sign\":\"plus\"}]}",
        "{\"title\":\"Who\",\"type\":\"person\"}",
        "{\"title\":\"Bundles\",\"type\":\"groups\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct field f;
        parse("k", texts[i], &f);
        char *again = field_format(&f);
        assert_string_equal(again, texts[i]);
        free(again);
        field_fini(&f);
    }
}

static void what_is_read(void **state)
{
    (void)state;
    struct field f;
    parse("rank", "{\"type\":\"number\",\"min\":0,\"max\":\"10\"}", &f);
    assert_string_equal(f.title, "rank");
    assert_string_equal(f.min, "0");
    assert_string_equal(f.max, "10");
    assert_int_equal(f.type, FIELD_NUMBER);
    assert_string_equal(f.unit, "");
    field_fini(&f);
    parse("s", "{\"title\":\"S\",\"type\":\"choice\",\"choices\":[\"EUR\",{\"key\":\"h\",\"title\":\"Äußerst viel\"}]}",
          &f);
    assert_int_equal(f.n_choices, 2);
    assert_string_equal(f.choices[0].title, "EUR");
    assert_string_equal(f.choices[1].side, "");
    assert_ptr_equal(field_choice_named(&f, "eur"), &f.choices[0]);
    assert_ptr_equal(field_choice_named(&f, "äUSSERST viel"), &f.choices[1]);
    assert_ptr_equal(field_choice_find(&f, "h"), &f.choices[1]);
    assert_null(field_choice_find(&f, "eur"));
    assert_null(field_choice_named(&f, "viel"));
    assert_null(field_choice_named(&f, "\xff"));
    field_fini(&f);
}

static void type_names(void **state)
{
    (void)state;
    for (enum field_type type = 0; type < FIELD_TYPES; type++) {
        enum field_type again = FIELD_TYPES;
        assert_true(field_type_parse(field_type_name(type), &again));
        assert_int_equal(again, type);
    }
    enum field_type type;
    assert_false(field_type_parse("int", &type));
}

static const struct {
    const char *key, *json, *said;
} mistakes[] = {
    {"K", "{}", "its key must begin with a letter"},
    {"", "{}", "its key must begin"},
    {"a2345678901234567890123456789012345678901234567890123456789", "{}", "its key must begin"},
    {"k", "", "must be a JSON object"},
    {"k", "[]", "must be a JSON object"},
    {"k", "{\"title\":\"a\",\"title\":\"b\"}", "must be a JSON object"},
    {"k", "{\"title\":\"\"}", "title must not be empty"},
    {"k", "{\"title\":\"a\\nb\"}", "\"title\" must be one line"},
    {"k", "{\"title\":\"\\u001b[2J\"}", "\"title\" must be one line"},
    {"k", "{\"title\":5}", "\"title\" must be one line"},
    {"k", "{\"type\":\"int\"}", "no type \"int\""},
    {"k", "{\"type\":\"number\",\"min\":0.5}", "\"min\" must be a number"},
    {"k", "{\"type\":\"number\",\"min\":\"1,5\"}", "\"min\" must be a number"},
    {"k", "{\"type\":\"number\",\"max\":\"NaN\"}", "\"max\" must be a number"},
    {"k", "{\"type\":\"number\",\"max\":\"1e400\"}", "\"max\" must be a number"},
    {"k", "{\"type\":\"number\",\"min\":\"2\",\"max\":\"1.99\"}", "\"min\" is greater"},
    {"k", "{\"type\":\"number\",\"min\":\"-1\",\"max\":\"-1.01\"}", "\"min\" is greater"},
    {"k", "{\"type\":\"number\",\"min\":\"010\",\"max\":\"9\"}", "\"min\" is greater"},
    {"k", "{\"type\":\"number\",\"min\":\"0.1\",\"max\":\"-5\"}", "\"min\" is greater"},
    {"k", "{\"whole\":1}", "\"whole\" must be true or false"},
    {"k", "{\"order\":-1}", "\"order\" must be"},
    {"k", "{\"order\":\"1\"}", "\"order\" must be"},
    {"k", "{\"type\":\"choice\"}", "a choice needs \"choices\""},
    {"k", "{\"type\":\"choice\",\"choices\":\"a b\"}", "\"choices\" must be a list"},
    {"k", "{\"type\":\"choice\",\"choices\":[5]}", "a choice is a text"},
    {"k", "{\"type\":\"choice\",\"choices\":[\"\"]}", "a choice needs a key"},
    {"k", "{\"type\":\"choice\",\"choices\":[\"a\",{\"key\":\"a\",\"title\":\"b\"}]}", "\"a\" is there twice"},
    {"k", "{\"type\":\"choice\",\"choices\":[{\"key\":\"a\",\"side\":\"left\"}]}", "side is"},
    {"k", "{\"type\":\"choice\",\"choices\":[{\"key\":\"a\",\"sign\":\"+\"}]}", "sign is"},
};

static void mistakes_are_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct field f;
        struct why why = {""};
        if (field_parse(mistakes[i].key, mistakes[i].json, &f, &why))
            fail_msg("%s is accepted", mistakes[i].json);
        if (!strstr(why.text, mistakes[i].said))
            fail_msg("%s: \"%s\" instead of \"%s\"", mistakes[i].json, why.text, mistakes[i].said);
        assert_null(f.key);
        assert_false(field_parse(mistakes[i].key, mistakes[i].json, &f, NULL));
    }
    struct field f;
    parse("k", "{\"type\":\"number\",\"min\":\"-0.0\",\"max\":\"0\"}", &f);
    field_fini(&f);
    parse("k", "{\"type\":\"number\",\"min\":\"1.50\",\"max\":\"1.5\"}", &f);
    field_fini(&f);
}

static void set(struct props *props, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    struct value value = {.kind = kind, .text = (char *)(uintptr_t)text, .number = number};
    props_set(props, key, &value);
}

static void fields_of_a_block(void **state)
{
    (void)state;
    struct canvas c;
    struct fields fields;
    canvas_init(&c, NULL);
    struct block *block = canvas_new_block(&c, 1);
    fields_of_block(&c, block, &fields);
    assert_int_equal(fields.n, 0);
    fields_free(&fields);
    set(&c.header.props, "field.status", VALUE_TEXT, "{\"title\":\"Canvas\",\"order\":5}", 0);
    set(&c.header.props, "field.rank", VALUE_TEXT, "{\"type\":\"number\",\"order\":2}", 0);
    set(&c.header.props, "field.", VALUE_TEXT, "{}", 0);
    set(&c.header.props, "field.1", VALUE_TEXT, "{}", 0);
    set(&block->props, "field.status", VALUE_TEXT, "{\"title\":\"Block\",\"order\":1}", 0);
    set(&block->props, "field.broken", VALUE_TEXT, "{\"type\":", 0);
    set(&block->props, "field.number", VALUE_NUMBER, "5", 0);
    set(&block->props, "fields", VALUE_TEXT, "{}", 0);
    fields_of_block(&c, block, &fields);
    assert_int_equal(fields.n, 4);
    assert_string_equal(fields.at[0].title, "Block");
    assert_string_equal(fields.at[1].key, "rank");
    assert_string_equal(fields.at[2].key, "broken");
    assert_int_equal(fields.at[2].type, FIELD_TEXT);
    assert_string_equal(fields.at[2].title, "broken");
    assert_string_equal(fields.at[3].key, "number");
    assert_ptr_equal(fields_find(&fields, "rank"), &fields.at[1]);
    assert_null(fields_find(&fields, "1"));
    fields_free(&fields);
    fields_of_block(&c, NULL, &fields);
    assert_int_equal(fields.n, 2);
    assert_string_equal(fields.at[1].title, "Canvas");
    fields_free(&fields);
    canvas_fini(&c);
}

static void parts(void **state)
{
    (void)state;
    struct canvas c;
    const char *field = NULL;
    canvas_init(&c, NULL);
    struct block *rows = canvas_new_block(&c, 1), *hidden = canvas_new_block(&c, 2);
    set(&hidden->props, "hidden", VALUE_FLAG, NULL, 1);
    assert_true(block_hidden(hidden));
    assert_false(block_hidden(rows));
    struct card *row = canvas_new_card(&c, 10, rows, "a"), *part = canvas_new_card(&c, 11, hidden, "a"),
                *nested = canvas_new_card(&c, 12, hidden, "b"), *visible = canvas_new_card(&c, 13, rows, "b");
    assert_null(part_of(&c, part, NULL));
    set(&part->props, "of", VALUE_OBJECT, NULL, 10);
    assert_ptr_equal(part_of(&c, part, &field), row);
    assert_string_equal(field, "");
    set(&part->props, "of.field", VALUE_CHOICE, "measure", 0);
    assert_ptr_equal(part_of(&c, part, &field), row);
    assert_string_equal(field, "measure");
    set(&nested->props, "of", VALUE_OBJECT, NULL, 11);
    assert_null(part_of(&c, nested, NULL)); /* parts have no parts */
    set(&visible->props, "of", VALUE_OBJECT, NULL, 10);
    assert_null(part_of(&c, visible, NULL)); /* what people see as a card is one */
    canvas_set_card_deleted(&c, row, 5);
    assert_null(part_of(&c, part, NULL));
    canvas_set_card_deleted(&c, row, 0);
    set(&hidden->props, "hidden", VALUE_FLAG, NULL, 0);
    assert_false(block_hidden(hidden));
    set(&hidden->props, "hidden", VALUE_TEXT, "yes", 1);
    assert_false(block_hidden(hidden));
    canvas_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),    cmocka_unit_test(what_is_read),      cmocka_unit_test(type_names),
        cmocka_unit_test(mistakes_are_said), cmocka_unit_test(fields_of_a_block), cmocka_unit_test(parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
