/* What people type into fields, measures, readings and actions (client/cli/method_ops.h): the ops that come of it, applied to a replica, and
 * the sentence where nothing comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/method_cli.h"
#include "client/method/method.h"
#include "common/ids.h"
#include "tests/support/op_help.h"

enum { LEFT = 1, ME = 3 };

struct world {
    struct arena a;
    struct replica *r;
    struct method_ops o;
    struct why why;
};

static const char *name_of(void *ctx, uint32_t author)
{
    static const char *const names[] = {"", "Ann", "Anna Vale", "Ben Ode"};
    (void)ctx;
    return author < 4 ? names[author] : "author";
}

static void look(struct world *w)
{
    method_ops_init(&w->o, &w->a, w->r, "2026-03-15", name_of, NULL);
}

static int begin(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    struct canvas c;
    struct buf bytes;
    small_canvas(&c, NULL);
    buf_init(&bytes);
    canvas_encode(&c, &bytes);
    arena_init(&w->a, 64 << 20);
    w->r = replica_new(NULL);
    replica_set_identity(w->r, 7, ME, 0, 0);
    assert_int_equal(replica_load(w->r, buf_at(&bytes), buf_len(&bytes), 0, &w->why), STATUS_OK);
    buf_fini(&bytes);
    canvas_fini(&c);
    look(w);
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    replica_free(w->r);
    arena_fini(&w->a);
    free(w);
    return 0;
}

/* As one step, as the callers do it. */
static void save(struct world *w)
{
    enum status status = replica_edit(w->r, w->o.n, w->o.ops, 1767225600000, false, &w->why);
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), w->why.text);
    look(w);
}

static void done(struct world *w, enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%s: %s", status_name(status), w->why.text);
    save(w);
}

static void refused(struct world *w, enum status status, enum status expected, const char *says)
{
    assert_int_equal(status, expected);
    if (!strstr(w->why.text, says))
        fail_msg("\"%s\" does not say \"%s\"", w->why.text, says);
    look(w);
}

static const struct card *put_card(struct world *w, const char *text)
{
    struct ops_place place = {.block = LEFT};
    uint64_t id = replica_next_id(w->r);
    method_ops_add(&w->o, ops_card_create(&w->a, id, &place, text));
    save(w);
    return canvas_card(w->o.canvas, id);
}

static struct field field_of(const char *key, const char *json)
{
    struct field f;
    struct why why;
    assert_true(field_parse(key, json, &f, &why));
    return f;
}

static enum status set(struct world *w, const struct card *card, const char *key, const char *json, const char *typed)
{
    struct field f = field_of(key, json);
    enum status status = method_set_field(&w->o, card->o.id, canvas_card(w->o.canvas, card->o.id), &f, typed, &w->why);
    field_fini(&f);
    return status;
}

static const char *prop(struct world *w, uint64_t id, const char *key)
{
    const struct value *value = props_get(&canvas_card(w->o.canvas, id)->props, key);
    return value ? value->text ? value->text : value->number ? "on" : "off" : "";
}

/* ---- fields */

static void test_values(void **state)
{
    struct world *w = *state;
    const struct card *card = put_card(w, "Bread");
    const char *rank = "{\"title\":\"Rank\",\"type\":\"number\",\"min\":1,\"max\":\"4.5\",\"unit\":\"EUR\"}";
    const char *source = "{\"title\":\"Source\",\"type\":\"choice\",\"choices\":[\"said\",{\"key\":\"guess\",\"title\":\"Only a guess\"}]}";
    uint64_t id = card->o.id;
    done(w, set(w, card, "rank", rank, "4.50 EUR"));
    assert_string_equal(prop(w, id, "f.rank"), "4.50");
    refused(w, set(w, card, "rank", rank, "4.51"), STATUS_BAD_OP, "Rank: 4.51 is too much; the most is 4.5.");
    refused(w, set(w, card, "rank", rank, "-1"), STATUS_BAD_OP, "the least is 1");
    refused(w, set(w, card, "rank", rank, "1,5"), STATUS_BAD_OP, "1.5 with a point");
    refused(w, set(w, card, "rank", rank, "NaN"), STATUS_BAD_OP, "not a number");
    done(w, set(w, card, "rank", rank, ""));
    assert_string_equal(prop(w, id, "f.rank"), "");
    done(w, set(w, card, "source", source, "only a GUESS"));
    assert_string_equal(prop(w, id, "f.source"), "guess");
    refused(w, set(w, card, "source", source, "heard"), STATUS_BAD_OP, "none of its choices: said, guess.");
    done(w, set(w, card, "day", "{\"type\":\"date\"}", "tomorrow"));
    assert_string_equal(prop(w, id, "f.day"), "2026-03-16");
    refused(w, set(w, card, "day", "{\"type\":\"date\"}", "2026-02-29"), STATUS_BAD_OP, "is not a day");
    done(w, set(w, card, "n", "{\"type\":\"number\",\"whole\":true}", "2"));
    refused(w, set(w, card, "n", "{\"type\":\"number\",\"whole\":true}", "2.5"), STATUS_BAD_OP, "not a whole number");
    done(w, set(w, card, "hot", "{\"type\":\"flag\"}", "no"));
    assert_string_equal(prop(w, id, "f.hot"), "off");
}

static void test_people(void **state)
{
    struct world *w = *state;
    uint32_t author;
    assert_int_equal(method_person(&w->o, "me", &author, &w->why), STATUS_OK);
    assert_int_equal(author, ME);
    assert_int_equal(method_person(&w->o, "ANN", &author, &w->why), STATUS_OK);
    assert_int_equal(author, 1);
    assert_int_equal(method_person(&w->o, "anna", &author, &w->why), STATUS_OK);
    assert_int_equal(author, 2);
    assert_int_equal(method_person(&w->o, "12", &author, &w->why), STATUS_OK);
    assert_int_equal(author, 12);
    refused(w, method_person(&w->o, "an", &author, &w->why), STATUS_CONFLICT, "give the number");
    refused(w, method_person(&w->o, "zoe", &author, &w->why), STATUS_NOT_FOUND, "Nobody here");
    refused(w, method_person(&w->o, "", &author, &w->why), STATUS_NOT_FOUND, "Nobody here");
}

static void test_text_and_groups(void **state)
{
    struct world *w = *state;
    const struct card *card = put_card(w, "Bread");
    uint64_t id = card->o.id;
    done(w, set(w, card, "how", "{}", "Call us"));
    done(w, set(w, card, "how", "{}", "Call us at once"));
    assert_string_equal(canvas_text(w->o.canvas, id, "how")->bytes, "Call us at once");
    (void)set(w, card, "how", "{}", "Call us at once");
    assert_int_equal(w->o.n, 0); /* no change is no op */
    done(w, set(w, card, "k", "{\"type\":\"groups\",\"open\":true}", "small, large ,,small"));
    assert_int_equal(canvas_card(w->o.canvas, id)->n_tags, 2);
    done(w, set(w, card, "k", "{\"type\":\"groups\",\"open\":true}", "large,warm"));
    card = canvas_card(w->o.canvas, id);
    assert_true(card_in_group(card, "k", "large") && card_in_group(card, "k", "warm") && !card_in_group(card, "k", "small"));
    refused(w, set(w, card, "k", "{\"type\":\"groups\",\"choices\":[\"a\"]}", "b"), STATUS_BAD_OP, "there is no group \"b\"");
    refused(w, set(w, card, "m", "{\"title\":\"Measures\",\"type\":\"measure\"}", "3"), STATUS_BAD_OP, "measure add");
}

static void test_define(void **state)
{
    struct world *w = *state;
    struct field f = field_of("rank", "{\"title\":\"Rank\",\"type\":\"number\",\"whole\":true}");
    struct fields fields;
    done(w, method_define_field(&w->o, LEFT, &f, &w->why));
    fields_of_block(w->o.canvas, canvas_block(w->o.canvas, LEFT), &fields);
    assert_int_equal(fields.n, 1);
    assert_true(fields.at[0].whole);
    assert_ptr_equal(method_find_field(&fields, "RANK", &w->why), &fields.at[0]);
    assert_null(method_find_field(&fields, "size", &w->why));
    assert_non_null(strstr(w->why.text, "The fields are: rank."));
    fields_free(&fields);
    free(f.title);
    f.title = xstrdup("two\nlines");
    refused(w, method_define_field(&w->o, LEFT, &f, &w->why), STATUS_BAD_OP, "one line");
    field_fini(&f);
}

static void test_periods_and_days(void **state)
{
    struct world *w = *state;
    static const char *const rows[][2] = {{"P1M", "P1M"}, {"weekly", "P1W"}, {"2w", "P2W"}, {"6 months", "P6M"}, {"1Y", "P1Y"}, {"quarter", "P3M"}};
    char out[KEY_MAX], day[11];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(method_period(rows[i][0], out, &w->why), STATUS_OK);
        assert_string_equal(out, rows[i][1]);
    }
    refused(w, method_period("often", out, &w->why), STATUS_BAD_OP, "write daily, weekly");
    refused(w, method_period("0w", out, &w->why), STATUS_BAD_OP, "is not a period");
    assert_int_equal(method_day(&w->o, "yesterday", day, &w->why), STATUS_OK);
    assert_string_equal(day, "2026-03-14");
}

/* ---- measures */

static uint64_t put_measure(struct world *w, const struct card *row, const struct measure_words *words)
{
    uint64_t id;
    done(w, method_add_measure(&w->o, row, "measures", row ? NULL : canvas_block(w->o.canvas, LEFT), words, &id, &w->why));
    return id;
}

static void test_measure(void **state)
{
    struct world *w = *state;
    const struct card *row = put_card(w, "Simplification");
    uint64_t row_id = row->o.id, id, reading;
    const char *field;
    id = put_measure(w, row,
                     &(struct measure_words){.name = "Steps", .direction = "lower", .unit = "steps", .baseline = "6", .target = "3", .owner = "me", .period = "monthly"});
    const struct card *card = canvas_card(w->o.canvas, id);
    assert_true(block_hidden(card->block)); /* the small canvas had no such block */
    assert_string_equal(card->block->key, "parts");
    assert_int_equal(part_of(w->o.canvas, card, &field)->o.id, row_id);
    assert_string_equal(field, "measures");
    assert_string_equal(prop(w, id, "m.period"), "P1M");
    done(w, method_add_reading(&w->o, card, "4 steps", "2026-03-01", "", &reading, &w->why));
    struct method *m = method_new();
    method_update(m, w->o.canvas, "2026-03-15");
    char *percent = decimal_text_rounded(&method_measure(m, id)->percent, 1);
    assert_string_equal(percent, "66.7");
    free(percent);
    method_free(m);
    uint64_t second = put_measure(w, canvas_card(w->o.canvas, row_id), &(struct measure_words){.name = "Calls", .kind = "yes-no"});
    assert_ptr_equal(canvas_card(w->o.canvas, second)->block, canvas_card(w->o.canvas, id)->block);
    assert_string_equal(prop(w, second, "m.kind"), "yesno");
    uint64_t alone = put_measure(w, NULL, &(struct measure_words){.name = "Alone"});
    assert_int_equal(canvas_card(w->o.canvas, alone)->block->o.id, LEFT);
}

static void test_measure_refused(void **state)
{
    struct world *w = *state;
    const struct card *row = put_card(w, "Row");
    uint64_t id, ignored;
    struct measure_words words = {.name = "Steps", .baseline = "3.0", .target = "3"};
    refused(w, method_add_measure(&w->o, row, "m", NULL, &words, &ignored, &w->why), STATUS_BAD_OP, "Target and baseline are both 3");
    words = (struct measure_words){.name = "", .target = "3"};
    refused(w, method_add_measure(&w->o, row, "m", NULL, &words, &ignored, &w->why), STATUS_BAD_OP, "needs a name");
    words = (struct measure_words){.name = "x", .target = "1e400"};
    refused(w, method_add_measure(&w->o, row, "m", NULL, &words, &ignored, &w->why), STATUS_BAD_OP, "The target: \"1e400\" has an exponent");
    words = (struct measure_words){.name = "x", .direction = "sideways"};
    refused(w, method_add_measure(&w->o, row, "m", NULL, &words, &ignored, &w->why), STATUS_BAD_OP, "higher or lower");
    id = put_measure(w, row, &(struct measure_words){.name = "Steps", .baseline = "6", .target = "3"});
    const struct card *card = canvas_card(w->o.canvas, id);
    refused(w, method_set_measure(&w->o, card, &(struct measure_words){.baseline = "3"}, &w->why), STATUS_BAD_OP, "both 3");
    done(w, method_set_measure(&w->o, canvas_card(w->o.canvas, id), &(struct measure_words){.baseline = "", .name = "Few steps"}, &w->why));
    assert_string_equal(prop(w, id, "m.baseline"), "");
    assert_string_equal(canvas_card(w->o.canvas, id)->text.bytes, "Few steps");
    assert_string_equal(prop(w, id, "m.target"), "3");
}

static enum status read_value(struct world *w, const char *kind, const char *typed, char *out)
{
    uint64_t id = put_measure(w, NULL, &(struct measure_words){.name = "x", .kind = kind, .unit = "h"});
    return method_reading_value(canvas_card(w->o.canvas, id), typed, out, &w->why);
}

static void test_reading_values(void **state)
{
    struct world *w = *state;
    char out[NUMBER_BYTES + 1];
    static const char *const rows[][3] = {{"latest", "1.5 h", "1.5"}, {"percent", "40 %", "40"}, {"yesno", "yes", "1"}, {"yesno", "0", "0"}, {"count", "12", "12"}, {"sum", "-3", "-3"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(read_value(w, rows[i][0], rows[i][1], out), STATUS_OK);
        assert_string_equal(out, rows[i][2]);
    }
    refused(w, read_value(w, "count", "1.5", out), STATUS_BAD_OP, "whole and not negative");
    refused(w, read_value(w, "count", "-1", out), STATUS_BAD_OP, "whole and not negative");
    refused(w, read_value(w, "yesno", "2", out), STATUS_BAD_OP, "yes or no");
    refused(w, read_value(w, "latest", "1,5", out), STATUS_BAD_OP, "The reading: ");
    refused(w, read_value(w, "latest", "", out), STATUS_BAD_OP, "not a number");
    refused(w, method_reading_value(put_card(w, "no measure"), "1", out, &w->why), STATUS_BAD_OP, "no measure");
}

static void test_doubts_and_next(void **state)
{
    struct world *w = *state;
    uint64_t reading, id = put_measure(w, NULL, &(struct measure_words){.name = "x", .next = "2026-03-10"});
    assert_null(method_reading_doubt(&w->o, canvas_card(w->o.canvas, id), "2026-03-01"));
    done(w, method_add_reading(&w->o, canvas_card(w->o.canvas, id), "1", "2026-03-01", NULL, &reading, &w->why));
    assert_string_equal(prop(w, id, "m.next"), "2026-03-10"); /* an earlier one is not that review */
    assert_non_null(strstr(method_reading_doubt(&w->o, canvas_card(w->o.canvas, id), "2026-03-01"), "There is a reading of 2026-03-01 already: 1."));
    assert_non_null(strstr(method_reading_doubt(&w->o, canvas_card(w->o.canvas, id), "2026-03-16"), "still to come"));
    done(w, method_add_reading(&w->o, canvas_card(w->o.canvas, id), "2", NULL, "today", &reading, &w->why));
    assert_string_equal(canvas_reading(w->o.canvas, reading)->date, "2026-03-15");
    assert_string_equal(prop(w, id, "m.next"), "");
    refused(w, method_add_reading(&w->o, canvas_card(w->o.canvas, id), "2", "2026-13-01", NULL, &reading, &w->why), STATUS_BAD_OP, "is not a day");
    method_ops_add(&w->o, ops_reading_remove(&w->a, reading, true));
    save(w);
    assert_null(method_reading_doubt(&w->o, canvas_card(w->o.canvas, id), "2026-03-15"));
}

/* ---- actions, groups, the hidden block */

static void test_actions(void **state)
{
    struct world *w = *state;
    uint64_t row = put_card(w, "Row")->o.id, id;
    done(w, method_add_action(&w->o, canvas_card(w->o.canvas, row), "actions", "Call", "tomorrow", "Dr. Vale", &id, &w->why));
    assert_true(card_is_action(w->o.canvas, canvas_card(w->o.canvas, id)));
    assert_false(card_is_action(w->o.canvas, canvas_card(w->o.canvas, row)));
    assert_string_equal(prop(w, id, "a.when"), "2026-03-16");
    assert_string_equal(prop(w, id, "a.whom"), "Dr. Vale");
    done(w, method_set_action(&w->o, id, NULL, "ben", &w->why));
    assert_string_equal(prop(w, id, "a.who"), "on");
    assert_string_equal(prop(w, id, "a.whom"), "");
    method_action_done(&w->o, id, true);
    save(w);
    assert_string_equal(prop(w, id, "a.done"), "on");
    refused(w, method_set_action(&w->o, id, "soon", NULL, &w->why), STATUS_BAD_OP, "is not a day");
    refused(w, method_set_action(&w->o, id, NULL, "an", &w->why), STATUS_CONFLICT, "Several people");
}

static void test_promote(void **state)
{
    struct world *w = *state;
    struct field f = field_of("k", "{\"title\":\"Kind\",\"type\":\"groups\",\"open\":true}");
    uint64_t id;
    size_t n;
    for (int i = 0; i < 3; i++) {
        const struct card *card = put_card(w, "x");
        done(w, method_set_group(&w->o, card->o.id, &f, i < 2 ? "small" : "big", true, &w->why));
    }
    const char **names = method_groups(&w->o, NULL, &f, &n);
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "big");
    assert_string_equal(names[1], "small");
    done(w, method_promote_group(&w->o, &f, "small", canvas_block(w->o.canvas, 2), &id, &w->why));
    assert_int_equal(canvas_card(w->o.canvas, id)->block->o.id, 2);
    assert_int_equal(HASH_COUNT(w->o.canvas->links), 2);
    refused(w, method_promote_group(&w->o, &f, "none", canvas_block(w->o.canvas, 2), &id, &w->why), STATUS_NOT_FOUND, "No card has the group");
    field_fini(&f);
}

/* Somebody's own block called "parts" stays what it is; a removed hidden one comes back. */
static void test_parts_block(void **state)
{
    struct world *w = *state;
    Cocanvas__Op *op = ops_block_add(&w->a, replica_next_id(w->r), "parts", "Spare parts", "");
    op->block_add->block->col_span = op->block_add->block->row_span = 1;
    method_ops_add(&w->o, op);
    save(w);
    uint64_t hidden = method_parts_block(&w->o);
    assert_int_equal(method_parts_block(&w->o), hidden);
    assert_int_equal(w->o.n, 1);
    save(w);
    assert_string_equal(canvas_block(w->o.canvas, hidden)->key, "parts-2");
    assert_true(method_parts_block(&w->o) == hidden && w->o.n == 0);
}

/* ---- tables for people */

static void test_table(void **state)
{
    struct world *w = *state;
    static const char *const titles[] = {"Text", "Number"};
    struct output out = {.width = 23};
    struct text_table t;
    char *text;
    size_t len;
    out.to = out.err = open_memstream(&text, &len);
    text_table_init(&t, &w->a, 2, titles);
    t.right[1] = true;
    const char **row = text_table_row(&t);
    row[0] = "words that are wrapped\nsecond";
    row[1] = "12";
    row = text_table_row(&t);
    row[0] = "\xe5\xb7\xa5\xe4\xbd\x9c \x1b[31m"; /* wide characters, and what a terminal would obey */
    row[1] = "3.5";
    text_table_row(&t)[0] = "\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5";
    text_table_print(&t, &out);
    fclose(out.to);
    assert_string_equal(text, "Text             Number\n"
                              "words that are       12\n"
                              "wrapped\n"
                              "second\n"
                              "\xe5\xb7\xa5\xe4\xbd\x9c \xef\xbf\xbd[31m          3.5\n"
                              "\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\xe5\xb7\xa5\n"
                              "\xe5\xb7\xa5\xe5\xb7\xa5\n");
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_values),  TEST(test_people),          TEST(test_text_and_groups), TEST(test_define),          TEST(test_periods_and_days),
        TEST(test_measure), TEST(test_measure_refused), TEST(test_reading_values),  TEST(test_doubts_and_next), TEST(test_actions),
        TEST(test_promote), TEST(test_parts_block),     TEST(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
