/* Each check: it finds what it is for, says so in a sentence, and is quiet again once that is mended. */
#include "tests/support/method_help.h"
#include "common/utf8.h"

static const char choice_field[] = "{\"title\":\"Source\",\"type\":\"choice\",\"choices\":[\"said\",\"assumed\"]}";

static uint64_t put_link(struct method_scene *s, uint64_t from, uint64_t to)
{
    uint64_t id = next_id(s);
    act(s, link_add(&s->a, id, from, to, "serves"));
    return id;
}

static void restore(struct method_scene *s, uint64_t card)
{
    act(s, card_restore(&s->a, card));
}

static void drop(struct method_scene *s, uint64_t card)
{
    act(s, card_delete(&s->a, card));
}

/* Each pair makes the fault and mends it. s->at[0] is the object that the finding is about (0: the canvas). */

static void make_empty_block(struct method_scene *s)
{
    s->at[1] = put_card(s, LEFT, "only one");
    drop(s, s->at[1]);
    s->at[0] = LEFT;
}

static void mend_empty_block(struct method_scene *s)
{
    restore(s, s->at[1]);
}

static void make_too_few(struct method_scene *s)
{
    s->at[0] = LEFT;
    put_prop(s, LEFT, "limit.min", VALUE_NUMBER, "2");
    put_card(s, LEFT, "one");
}

static void mend_too_few(struct method_scene *s)
{
    put_card(s, LEFT, "two");
}

/* "No more than three problems." */
static void make_too_many(struct method_scene *s)
{
    s->at[0] = LEFT;
    put_prop(s, LEFT, "limit.max", VALUE_NUMBER, "3");
    for (int i = 0; i < 3; i++)
        put_card(s, LEFT, "problem");
    assert_int_equal(found(s, "limit-max", LEFT), 0);
    s->at[1] = put_card(s, LEFT, "problem");
}

static void mend_too_many(struct method_scene *s)
{
    act(s, card_move(&s->a, s->at[1], place_of(&s->a, RIGHT, 0, 0, false)));
}

static void make_duplicate(struct method_scene *s)
{
    put_card(s, LEFT, "Save time");
    put_card(s, RIGHT, "Save time"); /* another block: another meaning */
    s->at[0] = put_card(s, LEFT, "  save TIMÉ! ");
}

static void mend_duplicate(struct method_scene *s)
{
    act(s, text_edit(&s->a, s->at[0], "", 13, 2, "never ", 0));
}

static void make_untested(struct method_scene *s)
{
    s->at[0] = put_card(s, LEFT, "They will pay");
    put_prop(s, s->at[0], "status", VALUE_CHOICE, "assumption");
}

static void mend_untested(struct method_scene *s)
{
    put_prop(s, s->at[0], "status", VALUE_CHOICE, "tested");
}

static void make_required(struct method_scene *s)
{
    s->at[0] = put_card(s, LEFT, "a row");
    put_prop(s, LEFT, "field.how", VALUE_TEXT, "{\"title\":\"How\",\"type\":\"text\",\"required\":true}");
}

static void mend_required(struct method_scene *s)
{
    act(s, text_edit(&s->a, s->at[0], "how", 0, 0, "by hand", 0));
}

static void make_value(struct method_scene *s)
{
    s->at[0] = put_card(s, LEFT, "an element");
    put_prop(s, LEFT, "field.strength", VALUE_TEXT, "{\"title\":\"Strength\",\"type\":\"number\",\"min\":\"1\",\"max\":\"5\",\"whole\":true}");
    put_prop(s, s->at[0], "f.strength", VALUE_NUMBER, "6");
}

static void mend_value(struct method_scene *s)
{
    put_prop(s, s->at[0], "f.strength", VALUE_NUMBER, "5");
}

static void make_no_target(struct method_scene *s)
{
    s->at[0] = put_measure(s, 0, "count", "higher", NULL, NULL);
}

static void mend_target(struct method_scene *s)
{
    put_prop(s, s->at[0], "m.target", VALUE_NUMBER, "20");
}

static void make_same_baseline(struct method_scene *s)
{
    s->at[0] = put_measure(s, 0, "count", "higher", "3.0", "3");
}

static void mend_same_baseline(struct method_scene *s)
{
    drop_prop(s, s->at[0], "m.baseline");
}

static void mend_unit(struct method_scene *s)
{
    put_prop(s, s->at[0], "m.unit", VALUE_TEXT, "comments");
}

static void mend_owner(struct method_scene *s)
{
    put_ref(s, s->at[0], "m.owner", VALUE_PERSON, 3);
}

static void make_bad_period(struct method_scene *s)
{
    make_no_target(s);
    assert_int_equal(found(s, "measure-period", s->at[0]), 1);
    put_prop(s, s->at[0], "m.period", VALUE_CHOICE, "every month");
}

static void mend_period(struct method_scene *s)
{
    put_prop(s, s->at[0], "m.period", VALUE_CHOICE, "P1M");
}

static void make_due(struct method_scene *s)
{
    make_no_target(s);
    put_prop(s, s->at[0], "m.period", VALUE_CHOICE, "P1M");
    put_reading(s, s->at[0], "2026-02-15", "1");
    assert_int_equal(found(s, "review-due", s->at[0]), 1); /* today is 15 March */
    memcpy(s->today, "2026-03-16", 11);
    method_update(s->m, &s->c, s->today);
}

static void mend_due(struct method_scene *s)
{
    put_reading(s, s->at[0], "2026-03-16", "2");
}

static void make_future(struct method_scene *s)
{
    make_no_target(s);
    put_reading(s, s->at[0], "2026-03-15", "1");
    assert_int_equal(found(s, "reading-future", s->at[0]), 0);
    put_reading(s, s->at[0], "2026-03-16", "1");
}

static void mend_future(struct method_scene *s)
{
    memcpy(s->today, "2026-03-16", 11); /* it comes by itself */
    method_update(s->m, &s->c, s->today);
}

static void make_twice(struct method_scene *s)
{
    make_no_target(s);
    put_reading(s, s->at[0], "2026-03-01", "1");
    put_reading(s, s->at[0], "2026-03-02", "1");
    assert_int_equal(found(s, "reading-twice", s->at[0]), 0);
    s->at[1] = put_reading(s, s->at[0], "2026-03-01", "2");
}

static void mend_twice(struct method_scene *s)
{
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_READING_REMOVE, s->at[1], true));
}

static void make_one_side(struct method_scene *s)
{
    put_prop(s, LEFT, "side", VALUE_CHOICE, "company");
    put_prop(s, RIGHT, "side", VALUE_CHOICE, "customer");
    assert_int_equal(found(s, "two-sides", 0), 0);
    put_card(s, LEFT, "revenue");
}

static void mend_one_side(struct method_scene *s)
{
    put_card(s, RIGHT, "time saved");
}

static void make_paying(struct method_scene *s)
{
    uint64_t ours = put_card(s, LEFT, "price"), theirs = put_card(s, RIGHT, "price");
    put_prop(s, LEFT, "side", VALUE_CHOICE, "company");
    put_prop(s, LEFT, "sign", VALUE_CHOICE, "plus");
    put_prop(s, RIGHT, "side", VALUE_CHOICE, "customer");
    put_prop(s, RIGHT, "sign", VALUE_CHOICE, "minus");
    put_prop(s, ours, "f.amount", VALUE_NUMBER, "40");
    put_prop(s, theirs, "f.amount", VALUE_NUMBER, "40");
    s->at[1] = theirs;
}

static void mend_paying(struct method_scene *s)
{
    put_prop(s, s->at[1], "f.amount", VALUE_NUMBER, "-1"); /* in the end they gain, too */
}

static void make_missing_word(struct method_scene *s)
{
    put_prop(s, LEFT, "section", VALUE_CHOICE, "current");
    put_prop(s, RIGHT, "section", VALUE_CHOICE, "terms");
    s->at[0] = put_card(s, RIGHT, "Co-creation");
    assert_int_equal(found(s, "required-words", s->at[0]), 0); /* nothing is written yet */
    s->at[1] = put_card(s, LEFT, "Value for customers");
    uint64_t customer = put_card(s, RIGHT, "customer");
    assert_int_equal(found(s, "required-words", customer), 0);
}

static void mend_missing_word(struct method_scene *s)
{
    act(s, text_edit(&s->a, s->at[1], "", 19, 19, " in co-\ncreation", 0));
}

static void make_giver(struct method_scene *s)
{
    uint64_t other = put_card(s, LEFT, "supplier");
    s->at[0] = put_card(s, LEFT, "customer");
    put_link(s, s->at[0], other);
    s->at[1] = other;
}

static void mend_giver(struct method_scene *s)
{
    put_link(s, s->at[1], s->at[0]);
}

static void make_unlinked(struct method_scene *s)
{
    uint64_t pain = s->at[0] = put_card(s, RIGHT, "waiting"), relief = put_card(s, LEFT, "booking");
    s->at[1] = put_link(s, relief, pain);
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_LINK_REMOVE, s->at[1], true));
}

static void mend_unlinked(struct method_scene *s)
{
    act(s, switch_op(&s->a, COCANVAS__OP__KIND_LINK_REMOVE, s->at[1], false));
}

static void make_need(struct method_scene *s)
{
    put_prop(s, LEFT, "field.need", VALUE_TEXT, "{\"title\":\"Need\",\"type\":\"text\"}");
    put_prop(s, LEFT, "field.desire", VALUE_TEXT, "{\"title\":\"Desire\",\"type\":\"text\"}");
    s->at[0] = put_card(s, LEFT, "farmer");
    assert_int_equal(found(s, "need-without-desire", s->at[0]), 0);
    act(s, text_edit(&s->a, s->at[0], "need", 0, 0, "healthy cows", 0));
}

static void mend_need(struct method_scene *s)
{
    act(s, text_edit(&s->a, s->at[0], "desire", 0, 0, "to sleep well", 0));
}

struct check_case {
    const char *id;
    void (*make)(struct method_scene *), (*mend)(struct method_scene *);
};
static const struct check_case cases[] = {
    {"empty-block", make_empty_block, mend_empty_block},
    {"limit-min", make_too_few, mend_too_few},
    {"limit-max", make_too_many, mend_too_many},
    {"duplicate", make_duplicate, mend_duplicate},
    {"untested", make_untested, mend_untested},
    {"field-required", make_required, mend_required},
    {"field-value", make_value, mend_value},
    {"measure-target", make_no_target, mend_target},
    {"measure-baseline", make_same_baseline, mend_same_baseline},
    {"measure-unit", make_no_target, mend_unit},
    {"measure-owner", make_no_target, mend_owner},
    {"measure-period", make_bad_period, mend_period},
    {"review-due", make_due, mend_due},
    {"reading-future", make_future, mend_future},
    {"reading-twice", make_twice, mend_twice},
    {"two-sides", make_one_side, mend_one_side},
    {"one-side-pays", make_paying, mend_paying},
    {"required-words", make_missing_word, mend_missing_word},
    {"outgoing-only", make_giver, mend_giver},
    {"unlinked", make_unlinked, mend_unlinked},
    {"need-without-desire", make_need, mend_need},
};

static const struct check_case *case_of(const char *id)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(cases[i].id, id) == 0)
            return &cases[i];
    fail_msg("the check %s has no test", id);
    return NULL;
}

/* The sentence is text that ends like a sentence, and is not too long for a line or two. */
static void assert_sentence(const struct method_scene *s, const char *check)
{
    size_t n;
    const struct finding *all = method_findings(s->m, &n);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(all[i].text);
        if (strcmp(all[i].check, check) != 0)
            continue;
        assert_true(utf8_check_line(all[i].text, len, NULL));
        assert_true(len > 10 && len < 200 && strchr(".?", all[i].text[len - 1]) != NULL);
    }
}

static void run_case(const struct check_row *row)
{
    const struct check_case *it = case_of(row->id);
    struct method_scene s;

    scene_init(&s);
    if (row->when == CHECK_ASKED)
        put_prop(&s, 0, "checks", VALUE_TEXT, row->id);
    it->make(&s);
    if (found(&s, row->id, s.at[0]) != 1)
        fail_msg("%s: %zu findings", row->id, found(&s, row->id, s.at[0]));
    assert_sentence(&s, row->id);
    assert_as_anew(s.m, &s.c, s.today, row->id);
    it->mend(&s);
    if (found(&s, row->id, s.at[0]) != 0)
        fail_msg("%s: it is mended and still found", row->id);
    assert_as_anew(s.m, &s.c, s.today, row->id);
    scene_fini(&s);
}

static void each_check(void **state)
{
    (void)state;
    for (const struct check_row *row = check_rows(); row->id != NULL; row++) {
        assert_true(row->what[0] != '\0');
        run_case(row);
    }
}

/* A template's list takes the place of what runs usually, and adds what must be asked for; what runs always stays. */
static void the_list_of_a_template(void **state)
{
    (void)state;
    for (const struct check_row *row = check_rows(); row->id != NULL; row++) {
        struct method_scene s;
        scene_init(&s);
        if (row->when != CHECK_ASKED)
            put_prop(&s, 0, "checks", VALUE_TEXT, "unlinked-not  two-side");
        case_of(row->id)->make(&s);
        size_t n, count = 0;
        const struct finding *all = method_findings(s.m, &n);
        for (size_t i = 0; i < n; i++)
            count += strcmp(all[i].check, row->id) == 0;
        if ((count > 0) != (row->when == CHECK_ALWAYS))
            fail_msg("%s: %zu findings", row->id, count);
        scene_fini(&s);
    }
}

/* Over the lifetime of use both gain, and yet she pays in one stage for what comes back in another. */
static void who_pays_in_a_stage(void **state)
{
    static const char lanes[] = "{\"title\":\"Row\",\"type\":\"choice\",\"choices\":["
                                "{\"key\":\"ours\",\"title\":\"Ours\",\"side\":\"company\",\"sign\":\"plus\"},"
                                "{\"key\":\"hers\",\"title\":\"Hers\",\"side\":\"customer\",\"sign\":\"plus\"}]}";
    static const struct {
        uint64_t stage;
        const char *row, *amount;
    } cards[] = {{LEFT, "ours", "85"}, {LEFT, "hers", "-189"}, {RIGHT, "ours", "-20"}, {RIGHT, "hers", "300"}};
    struct method_scene s;
    size_t n;
    uint64_t last = 0;
    (void)state;
    scene_init(&s);
    put_prop(&s, 0, "field.row", VALUE_TEXT, lanes);
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        last = put_card(&s, cards[i].stage, cards[i].amount);
        put_prop(&s, last, "f.row", VALUE_CHOICE, cards[i].row);
        put_prop(&s, last, "f.amount", VALUE_NUMBER, cards[i].amount);
    }
    assert_int_equal(found(&s, "one-side-pays", 0), 0); /* over all: 65 and 111 */
    put_prop(&s, 0, "lanes", VALUE_TEXT, "row");
    assert_int_equal(found(&s, "one-side-pays", 0), 2);
    const struct finding *all = method_findings(s.m, &n);
    assert_non_null(strstr(all[0].text, "the customer pays for the other side: the company is left with 85, the customer with -189."));
    assert_non_null(strstr(all[1].text, "the company pays for the other side: the company is left with -20, the customer with 300."));
    assert_sentence(&s, "one-side-pays");
    assert_as_anew(s.m, &s.c, s.today, "stages");
    put_prop(&s, last, "f.amount", VALUE_NUMBER, "-300");
    assert_int_equal(found(&s, "one-side-pays", 0), 2); /* the first stage, and now all of it */
    assert_as_anew(s.m, &s.c, s.today, "stages");
    scene_fini(&s);
}

/* In the order of the canvas: the canvas, then each block with its cards, a card's parts behind it. */
static void the_order_of_findings(void **state)
{
    static const char *const expected[] = {"two-sides", "limit-max", "untested", "measure-target", "untested", "empty-block"};
    struct method_scene s;
    size_t n, at = 0;
    (void)state;
    scene_init(&s);
    put_prop(&s, 0, "checks", VALUE_TEXT, "two-sides untested empty-block");
    uint64_t second = put_card(&s, LEFT, "second"), first = put_card(&s, LEFT, "first");
    act(&s, card_move(&s.a, first, place_of(&s.a, LEFT, 0, 0, true)));
    (void)put_measure(&s, first, "yesno", "higher", NULL, NULL);
    uint64_t part = put_measure(&s, first, "percent", "higher", NULL, NULL);
    put_ref(&s, part, "m.owner", VALUE_PERSON, 1);
    put_prop(&s, first, "status", VALUE_CHOICE, "assumption");
    put_prop(&s, second, "status", VALUE_CHOICE, "assumption");
    put_prop(&s, LEFT, "limit.max", VALUE_NUMBER, "1");
    put_prop(&s, LEFT, "side", VALUE_CHOICE, "company");
    const struct finding *all = method_findings(s.m, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].check, "measure-owner") == 0 || strcmp(all[i].check, "measure-period") == 0)
            continue;
        assert_true(at < sizeof expected / sizeof expected[0]);
        assert_string_equal(all[i].check, expected[at++]);
    }
    assert_int_equal(at, sizeof expected / sizeof expected[0]);
    scene_fini(&s);
}

/* What a value may be, one by one. */
static void values(void **state)
{
    static const char whole[] = "{\"title\":\"F\",\"type\":\"number\",\"min\":\"-1\",\"whole\":true}", open_field[] = "{\"title\":\"F\",\"type\":\"choice\",\"open\":true}";
    static const struct {
        const char *field;
        enum value_kind kind;
        const char *text, *says; /* NULL: nothing */
    } rows[] = {
        {whole, VALUE_NUMBER, "-1", NULL},
        {whole, VALUE_NUMBER, "-1.5", "at least -1"},
        {whole, VALUE_NUMBER, "1.5", "whole number"},
        {whole, VALUE_TEXT, "1", "no number"},
        {choice_field, VALUE_CHOICE, "said", NULL},
        {choice_field, VALUE_CHOICE, "heard", "none of its choices"},
        {choice_field, VALUE_NUMBER, "1", "no choice"},
        {open_field, VALUE_CHOICE, "heard", NULL},
        {"{\"title\":\"F\",\"type\":\"date\"}", VALUE_CHOICE, "2026-01-01", "no date"},
        {"{\"title\":\"F\",\"type\":\"text\"}", VALUE_NUMBER, "1", NULL}, /* its text stands elsewhere */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct method_scene s;
        size_t n;
        scene_init(&s);
        put_prop(&s, 0, "checks", VALUE_TEXT, "none");
        uint64_t card = put_card(&s, RIGHT, "row");
        put_prop(&s, 0, "field.f", VALUE_TEXT, rows[i].field);
        put_prop(&s, card, "f.f", rows[i].kind, rows[i].text);
        const struct finding *all = method_findings(s.m, &n);
        assert_int_equal(n, rows[i].says != NULL);
        if (n > 0)
            assert_non_null(strstr(all[0].text, rows[i].says));
        scene_fini(&s);
    }
}

/* A measure, an action, a group fill a field as a text does. */
static void what_fills_a_field(void **state)
{
    struct method_scene s;
    (void)state;
    scene_init(&s);
    uint64_t row = put_card(&s, LEFT, "row");
    put_prop(&s, LEFT, "field.measure", VALUE_TEXT, "{\"title\":\"Measure\",\"type\":\"measure\",\"required\":true}");
    put_prop(&s, LEFT, "field.bundle", VALUE_TEXT, "{\"title\":\"Bundle\",\"type\":\"groups\",\"required\":true}");
    put_prop(&s, LEFT, "field.due", VALUE_TEXT, "{\"title\":\"Due\",\"type\":\"date\",\"required\":true}");
    assert_int_equal(found(&s, "field-required", row), 3);
    uint64_t part = put_measure(&s, row, "count", "higher", NULL, "1");
    assert_int_equal(found(&s, "field-required", row), 2);
    act(&s, tag_set(&s.a, row, "bundle=all inclusive", true));
    put_prop(&s, row, "f.due", VALUE_DATE, "2026-01-01");
    assert_int_equal(found(&s, "field-required", row), 0);
    drop(&s, part);
    assert_int_equal(found(&s, "field-required", row), 1);
    scene_fini(&s);
}

/* Cards say the same whatever the case of letters, accents, spaces and signs; fields and lanes tell them apart. */
static void duplicates(void **state)
{
    struct method_scene s;
    (void)state;
    scene_init(&s);
    uint64_t a = put_card(&s, LEFT, "Zeit – für  Kunden?"), b = put_card(&s, LEFT, "zeit FUR kunden"), c = put_card(&s, LEFT, "zeit\nfür kunden");
    uint64_t empty = put_card(&s, LEFT, ""), signs = put_card(&s, LEFT, "???"), more = put_card(&s, LEFT, "!");
    assert_int_equal(found(&s, "duplicate", a), 0); /* the first */
    assert_int_equal(found(&s, "duplicate", b), 1);
    assert_int_equal(found(&s, "duplicate", c), 1);
    assert_int_equal(found(&s, "duplicate", empty) + found(&s, "duplicate", signs) + found(&s, "duplicate", more), 0);
    drop(&s, a);
    assert_int_equal(found(&s, "duplicate", b), 0);
    assert_int_equal(found(&s, "duplicate", c), 1);
    act(&s, text_edit(&s.a, c, "job", 0, 0, "another job", 0)); /* a row with other cells is another row */
    assert_int_equal(found(&s, "duplicate", c), 0);
    act(&s, text_edit(&s.a, b, "job", 0, 0, "Another Job", 0));
    assert_int_equal(found(&s, "duplicate", c), 1);
    put_prop(&s, 0, "field.lane", VALUE_TEXT, "{\"title\":\"Lane\",\"type\":\"choice\",\"open\":true}");
    put_prop(&s, 0, "lanes", VALUE_TEXT, "lane");
    put_prop(&s, c, "f.lane", VALUE_CHOICE, "us");
    assert_int_equal(found(&s, "duplicate", c), 0);
    uint64_t vowel = put_card(&s, RIGHT, "कि"), other = put_card(&s, RIGHT, "कु"); /* their marks are vowels */
    assert_int_equal(found(&s, "duplicate", vowel) + found(&s, "duplicate", other), 0);
    assert_as_anew(s.m, &s.c, s.today, "duplicates");
    scene_fini(&s);
}

/* With one of its ends, a link goes and comes back. */
static void links_that_show(void **state)
{
    struct method_scene s;
    (void)state;
    scene_init(&s);
    put_prop(&s, 0, "checks", VALUE_TEXT, "unlinked");
    uint64_t pain = put_card(&s, RIGHT, "waiting"), relief = put_card(&s, LEFT, "booking");
    (void)put_link(&s, relief, pain);
    assert_int_equal(found(&s, "unlinked", pain), 0);
    drop(&s, relief);
    assert_int_equal(found(&s, "unlinked", pain), 1);
    restore(&s, relief);
    assert_int_equal(found(&s, "unlinked", pain), 0);
    scene_fini(&s);
}

/* Words are missed again when what had them is gone, or is the wording no more; and they are no one's business where nothing is written. */
static void the_current_wording(void **state)
{
    struct method_scene s;
    (void)state;
    scene_init(&s);
    make_missing_word(&s);
    mend_missing_word(&s);
    uint64_t wording = s.at[1], second = put_card(&s, LEFT, "another sentence");
    drop(&s, wording);
    assert_int_equal(found(&s, "required-words", s.at[0]), 1);
    restore(&s, wording);
    assert_int_equal(found(&s, "required-words", s.at[0]), 0);
    put_prop(&s, LEFT, "section", VALUE_CHOICE, "proposals");
    put_prop(&s, RIGHT, "section", VALUE_CHOICE, "terms");
    assert_int_equal(found(&s, "required-words", s.at[0]), 0);
    put_prop(&s, LEFT, "section", VALUE_CHOICE, "current");
    drop(&s, wording);
    assert_int_equal(found(&s, "required-words", s.at[0]), 1);
    drop(&s, second);
    assert_int_equal(found(&s, "required-words", s.at[0]), 0);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_check),         cmocka_unit_test(the_list_of_a_template), cmocka_unit_test(who_pays_in_a_stage),
        cmocka_unit_test(the_order_of_findings),
        cmocka_unit_test(values),             cmocka_unit_test(what_fills_a_field),     cmocka_unit_test(duplicates),
        cmocka_unit_test(links_that_show),    cmocka_unit_test(the_current_wording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
