/* Measures, actions, review, guided walk, hints and sums, as they are worked with and as they look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "tests/support/scene.h"

/* A value plan at work. */
struct plan {
    struct scene s;
    uint64_t rows[2], orders, trust, talks; /* cards; measures of the first two rows; an action */
};

static void put(struct plan *p, uint64_t id, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    scene_do(&p->s, 1, prop_set(&p->s.arena, id, key, value_of(&p->s.arena, kind, text, number)));
}

static uint64_t part(struct plan *p, uint64_t row, const char *field, const char *text)
{
    uint64_t id = scene_card(&p->s, 1, "parts", text, "");

    put(p, id, "of", VALUE_OBJECT, NULL, row);
    put(p, id, "of.field", VALUE_CHOICE, field, 0);
    return id;
}

static void read_value(struct plan *p, uint64_t measure, const char *date, const char *value, const char *note)
{
    uint64_t id = replica_next_id(p->s.peers[1].r);
    scene_do(&p->s, 1, reading_add(&p->s.arena, id, measure, date, value, note));
}

static uint64_t measure(struct plan *p, uint64_t row, const char *name, const char *unit, const char *target)
{
    uint64_t id = part(p, row, "measures", name);

    put(p, id, "m.kind", VALUE_CHOICE, "latest", 0);
    put(p, id, "m.unit", VALUE_TEXT, unit, 0);
    if (target)
        put(p, id, "m.target", VALUE_NUMBER, target, 0);
    return id;
}

/* The day so many days before today. */
static const char *ago(struct plan *p, int days)
{
    char day[11];
    day_of_ms(p->s.ui.now_ms - (int64_t)days * 24 * 3600 * 1000, day);
    return ui_printf(&p->s.ui, "%s", day);
}

static struct plan *plan_new(int cols, int rows)
{
    struct plan *p = xcalloc(1, sizeof *p);

    scene_init_of(&p->s, cols, rows, "vplan", "Soft water plan");
    p->rows[0] = scene_card(&p->s, 1, "plan", "I know how often the filter is due", "");
    p->rows[1] = scene_card(&p->s, 1, "plan", "My neighbours ask me about it", "");
    p->orders = measure(p, p->rows[0], "Filters changed in time", "filters", "60");
    put(p, p->orders, "m.minimum", VALUE_NUMBER, "40", 0);
    put(p, p->orders, "m.period", VALUE_CHOICE, "P1W", 0);
    put(p, p->orders, "m.owner", VALUE_PERSON, NULL, 2);
    static const char *const values[] = {"12", "20", "31", "30", "42", "45"};
    for (size_t i = 0; i < 6; i++)
        read_value(p, p->orders, ago(p, 50 - (int)i * 8), values[i], i == 3 ? "holidays" : "");
    p->trust = measure(p, p->rows[1], "Households that were recommended", "", "10");
    put(p, p->trust, "m.period", VALUE_CHOICE, "P1M", 0);
    read_value(p, p->trust, ago(p, 34), "2", "");
    (void)measure(p, p->rows[1], "Reviews written", "reviews", "20");
    p->talks = part(p, p->rows[0], "actions", "Call ten households");
    put(p, p->talks, "a.when", VALUE_DATE, ago(p, 2), 0);
    put(p, p->talks, "a.whom", VALUE_TEXT, "Mrs Keller", 0);
    return p;
}

static void plan_end(struct plan *p)
{
    scene_fini(&p->s);
    free(p);
}

static const struct measure *measure_of(struct plan *p, uint64_t id)
{
    return method_measure(ui_method(&p->s.ui), id);
}

static void focus_row(struct plan *p, size_t i)
{
    ui_focus(&p->s.ui, scene_block(&p->s, "plan"), p->rows[i]);
}

/* ---- a card's measures and actions */

static void test_parts_of_a_card(void **state)
{
    struct plan *p = plan_new(132, 43);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m");
    assert_int_equal(p->s.ui.panel.kind, PANEL_PARTS);
    assert_true(scene_shows(&p->s, "◐ Filters change"));
    assert_true(scene_shows(&p->s, "3 days overdue"));
    assert_true(scene_shows(&p->s, "Mrs Keller"));
    /* the panel follows the focus while it has not the keys */
    scene_keys(&p->s, "tab down");
    assert_false(scene_shows(&p->s, "◐ Filters change"));
    assert_true(scene_shows(&p->s, "· Reviews written"));
    scene_keys(&p->s, "g m");
    assert_int_equal(p->s.ui.panel.card, p->rows[1]);
    scene_keys(&p->s, "escape");
    assert_int_equal(p->s.ui.panel.kind, PANEL_NONE);
    plan_end(p);
}

static bool is_done(struct plan *p, uint64_t action)
{
    return panel_action_done(canvas_card(&p->s.server.c, action));
}

static void test_action_is_done(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m down enter");
    assert_true(is_done(p, p->talks));
    scene_keys(&p->s, "enter");
    assert_false(is_done(p, p->talks));
    scene_keys(&p->s, "enter u"); /* undo works in the panel */
    assert_false(is_done(p, p->talks));
    plan_end(p);
}

static const char *property_of(struct plan *p, uint64_t id, const char *key)
{
    const struct value *value = props_get(&canvas_card(&p->s.server.c, id)->props, key);
    return value && value->text ? value->text : "";
}

static void test_new_action(void **state)
{
    struct plan *p = plan_new(80, 24);
    size_t n;

    (void)state;
    focus_row(p, 1);
    scene_keys(&p->s, "g m a");
    scene_type(&p->s, "Write to the club");
    scene_keys(&p->s, "enter");
    scene_type(&p->s, "no day"); /* is refused, and stays to be mended */
    scene_keys(&p->s, "enter");
    assert_int_equal(p->s.ui.ask.kind, ASK_LINE);
    assert_string_equal(p->s.ui.ask.line, "no day");
    scene_keys(&p->s, "ctrl-u");
    scene_type(&p->s, "2026-12-01");
    scene_keys(&p->s, "enter");
    scene_type(&p->s, "me");
    scene_keys(&p->s, "enter");
    assert_int_equal(p->s.ui.ask.kind, ASK_NONE);
    const uint64_t *parts = method_parts(ui_method(&p->s.ui), p->rows[1], &n);
    assert_int_equal(n, 3);
    uint64_t action = parts[2];
    assert_string_equal(property_of(p, action, "a.when"), "2026-12-01");
    assert_string_equal(property_of(p, action, "of.field"), "actions");
    assert_int_equal(props_get(&canvas_card(&p->s.server.c, action)->props, "a.who")->number, 1);
    assert_true(scene_shows(&p->s, "2026-12-01, Anna Koch"));
    scene_keys(&p->s, "d ctrl-u enter"); /* no day after all */
    assert_string_equal(property_of(p, action, "a.when"), "");
    scene_keys(&p->s, "x");
    assert_int_not_equal(canvas_card(&p->s.server.c, action)->deleted_seq, 0);
    plan_end(p);
}

/* ---- a measure's page */

static void test_new_measure(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m m");
    scene_type(&p->s, "Calls");
    scene_keys(&p->s, "enter");
    assert_int_equal(p->s.ui.panel.kind, PANEL_MEASURE);
    uint64_t id = p->s.ui.panel.card;
    assert_string_equal(canvas_card(&p->s.server.c, id)->text.bytes, "Calls");
    scene_keys(&p->s, "down enter c"); /* kind: count */
    assert_string_equal(property_of(p, id, "m.kind"), "count");
    scene_keys(&p->s, "down enter");
    scene_type(&p->s, "calls");
    scene_keys(&p->s, "enter down enter"); /* unit; better: lower */
    assert_string_equal(property_of(p, id, "m.unit"), "calls");
    assert_string_equal(property_of(p, id, "m.direction"), "lower");
    scene_keys(&p->s, "enter down down down enter");
    scene_type(&p->s, "1,5"); /* is refused: a comma means two things */
    scene_keys(&p->s, "enter");
    assert_int_equal(p->s.ui.ask.kind, ASK_LINE);
    scene_keys(&p->s, "ctrl-u");
    scene_type(&p->s, "30");
    scene_keys(&p->s, "enter down down enter w"); /* target; review: every week */
    assert_string_equal(property_of(p, id, "m.target"), "30");
    assert_string_equal(property_of(p, id, "m.period"), "P1W");
    assert_true(scene_shows(&p->s, "every week"));
    scene_keys(&p->s, "up enter");
    scene_type(&p->s, "Ben");
    scene_keys(&p->s, "enter");
    assert_int_equal(measure_of(p, id)->owner, 2);
    scene_keys(&p->s, "x");
    assert_int_equal(measure_of(p, id)->owner, 0);
    scene_keys(&p->s, "escape"); /* back to the list, on that measure */
    assert_int_equal(p->s.ui.panel.kind, PANEL_PARTS);
    assert_int_equal(p->s.ui.panel.focus_id, id);
    plan_end(p);
}

static const struct measure_reading *newest(struct plan *p, uint64_t id)
{
    size_t n;
    const struct measure_reading *all = method_readings(ui_method(&p->s.ui), id, &n);
    return n > 0 ? &all[n - 1] : NULL;
}

static void test_reading_in_place(void **state)
{
    struct plan *p = plan_new(80, 24);
    char today[11];

    (void)state;
    ui_today(&p->s.ui, today);
    focus_row(p, 0);
    scene_keys(&p->s, "g m enter");
    scene_type(&p->s, "48");
    scene_keys(&p->s, "enter");
    assert_string_equal(newest(p, p->orders)->date, today);
    assert_string_equal(newest(p, p->orders)->value, "48");
    assert_true(scene_shows(&p->s, "80.0 %"));
    scene_type(&p->s, "50 yesterday after the fair");
    scene_keys(&p->s, "enter");
    size_t n;
    const struct measure_reading *all = method_readings(ui_method(&p->s.ui), p->orders, &n);
    assert_string_equal(all[n - 2].value, "50");
    assert_string_equal(all[n - 2].note, "after the fair");
    assert_true(scene_shows(&p->s, "after the fair"));
    scene_type(&p->s, "51 fine"); /* a second one of today: entered, and said */
    scene_keys(&p->s, "enter");
    assert_non_null(strstr(p->s.ui.message, "already"));
    assert_string_equal(newest(p, p->orders)->note, "fine");
    scene_keys(&p->s, "u");
    assert_string_equal(newest(p, p->orders)->value, "48");
    scene_type(&p->s, "60 2031-01-01");
    scene_keys(&p->s, "enter");
    assert_non_null(strstr(p->s.ui.message, "still to come"));
    plan_end(p);
}

static void test_refused_reading_stays(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m enter");
    scene_type(&p->s, "4,8");
    scene_keys(&p->s, "enter");
    assert_true(p->s.ui.panel.entering);
    assert_string_equal(p->s.ui.panel.typed, "4,8");
    assert_int_equal(measure_of(p, p->orders)->n_readings, 6);
    scene_keys(&p->s, "down"); /* moving on would enter it, too */
    assert_true(p->s.ui.panel.entering);
    scene_keys(&p->s, "escape");
    assert_false(p->s.ui.panel.entering);
    assert_int_equal(p->s.ui.panel.kind, PANEL_MEASURE);
    plan_end(p);
}

static void test_reading_is_removed(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m enter G x");
    assert_int_equal(measure_of(p, p->orders)->n_readings, 5);
    scene_keys(&p->s, "u");
    assert_int_equal(measure_of(p, p->orders)->n_readings, 6);
    plan_end(p);
}

/* Somebody else removes what is looked at. */
static void test_measure_goes(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    focus_row(p, 0);
    scene_keys(&p->s, "g m enter 4 8");
    scene_do(&p->s, 2, card_delete(&p->s.arena, p->orders));
    assert_true(scene_shows(&p->s, "This measure has been removed."));
    scene_keys(&p->s, "enter escape escape escape");
    assert_int_equal(p->s.ui.panel.kind, PANEL_NONE);
    plan_end(p);
}

static void test_reader_cannot_enter(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    ui_set_canvas(&p->s.ui, p->s.peers[0].r, "acme", COCANVAS__ROLE__COMMENTER);
    focus_row(p, 0);
    scene_keys(&p->s, "g m enter");
    assert_false(scene_shows(&p->s, "New reading"));
    scene_keys(&p->s, "5 enter m a x");
    assert_int_equal(p->s.ui.ask.kind, ASK_NONE);
    assert_int_equal(measure_of(p, p->orders)->n_readings, 6);
    plan_end(p);
}

/* ---- review */

static void test_review_value_by_value(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    scene_keys(&p->s, "g r");
    assert_true(scene_shows(&p->s, "2 due"));
    (void)scene_draw(&p->s);
    uint64_t first = p->s.ui.panel.focus_id;
    scene_type(&p->s, "50");
    scene_keys(&p->s, "enter");
    (void)scene_draw(&p->s);
    assert_int_not_equal(p->s.ui.panel.focus_id, first);
    assert_true(scene_shows(&p->s, "1 due"));
    scene_type(&p->s, "4");
    scene_keys(&p->s, "enter");
    assert_true(scene_shows(&p->s, "All is entered. The next review is on"));
    assert_string_equal(newest(p, p->orders)->value, "50");
    assert_string_equal(newest(p, p->trust)->value, "4");
    plan_end(p);
}

static void test_review_longest_overdue_first(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    put(p, p->trust, "m.next", VALUE_DATE, ago(p, 40), 0);
    scene_keys(&p->s, "g r");
    (void)scene_draw(&p->s);
    assert_int_equal(p->s.ui.panel.items[0].id, p->trust);
    assert_int_equal(p->s.ui.panel.items[1].id, p->orders);
    scene_keys(&p->s, "right"); /* look at it, and back */
    assert_int_equal(p->s.ui.panel.kind, PANEL_MEASURE);
    scene_keys(&p->s, "escape");
    assert_int_equal(p->s.ui.panel.kind, PANEL_REVIEW);
    assert_int_equal(p->s.ui.panel.focus_id, p->trust);
    plan_end(p);
}

static void test_days_between(void **state)
{
    (void)state;
    assert_int_equal(panel_days_between("2024-02-28", "2024-03-01"), 2);
    assert_int_equal(panel_days_between("2023-02-28", "2023-03-01"), 1);
    assert_int_equal(panel_days_between("2023-12-31", "2024-01-01"), 1);
    assert_int_equal(panel_days_between("2000-01-01", "2026-11-22"), 9822);
    assert_int_equal(panel_days_between("2026-11-22", "2026-11-20"), -2);
}

/* ---- walk */

static void test_walk(void **state)
{
    struct plan *p = plan_new(80, 24);

    (void)state;
    scene_keys(&p->s, "g w");
    assert_true(scene_shows(&p->s, "step 1 of 12"));
    assert_true(scene_shows(&p->s, "Look at the ledgers"));
    assert_true(scene_shows(&p->s, "2 rows in Plan so far."));
    scene_keys(&p->s, "right right right");
    assert_true(scene_shows(&p->s, "step 4 of 12"));
    assert_int_equal(p->s.ui.layout, LAYOUT_TABLE);
    scene_keys(&p->s, "left enter"); /* the third step: cards */
    assert_int_equal(p->s.ui.layout, LAYOUT_BLOCK);
    assert_false(p->s.ui.panel.focused);
    scene_keys(&p->s, "g w"); /* where one was */
    assert_true(scene_shows(&p->s, "step 3 of 12"));
    scene_keys(&p->s, "G left right");
    assert_true(scene_shows(&p->s, "Come back to it"));
    assert_true(scene_shows(&p->s, "2 of 3 are due."));
    scene_keys(&p->s, "right");
    assert_non_null(strstr(p->s.ui.message, "last step"));
    scene_keys(&p->s, "enter");
    assert_int_equal(p->s.ui.panel.kind, PANEL_REVIEW);
    plan_end(p);
}

/* An empty canvas with a walk offers it; and has no hints yet. */
static void test_walk_is_offered(void **state)
{
    struct scene s;

    (void)state;
    scene_init_of(&s, 80, 24, "vplan", "New");
    assert_true(scene_shows(&s, "guided walk"));
    assert_false(scene_shows(&s, " hint"));
    scene_card(&s, 1, "plan", "A row", "");
    assert_false(scene_shows(&s, "guided walk"));
    scene_fini(&s);
    scene_init_of(&s, 80, 24, "bmc", "New");
    assert_false(scene_shows(&s, "guided walk"));
    scene_keys(&s, "g w");
    assert_int_equal(s.ui.panel.kind, PANEL_NONE);
    assert_non_null(strstr(s.ui.message, "no guided walk"));
    scene_fini(&s);
}

/* ---- hints */

static void test_hints(void **state)
{
    struct plan *p = plan_new(132, 43);

    (void)state;
    assert_true(scene_shows(&p->s, "hints"));
    scene_keys(&p->s, "g i");
    assert_true(scene_shows(&p->s, "It has no owner"));
    assert_true(scene_shows(&p->s, "“Reviews written”, of Plan"));
    (void)scene_draw(&p->s);
    size_t n = p->s.ui.panel.n_items;
    scene_keys(&p->s, "G enter"); /* leads to the measure's page, and its card has the focus */
    assert_int_equal(p->s.ui.panel.kind, PANEL_MEASURE);
    assert_int_equal(p->s.ui.card, p->rows[1]);
    scene_keys(&p->s, "escape");
    assert_int_equal(p->s.ui.panel.kind, PANEL_HINTS);
    put(p, p->trust, "m.unit", VALUE_TEXT, "households", 0);
    (void)scene_draw(&p->s);
    assert_int_equal(p->s.ui.panel.n_items, n - 1);
    plan_end(p);
}

/* ---- sums */

static void test_sums_of_two_equations(void **state)
{
    struct scene s;
    uint64_t id;

    (void)state;
    scene_init_of(&s, 132, 43, "two-eq", "Both sides");
    assert_false(scene_shows(&s, "Net Company"));
    size_t n;
    struct block **blocks = canvas_blocks_in_order(&s.server.c, &n);
    const char *plus = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct value *side = props_get(&blocks[i]->props, "side"), *sign = props_get(&blocks[i]->props, "sign");
        if (side && sign && strcmp(side->text, "company") == 0 && strcmp(sign->text, "plus") == 0)
            plus = blocks[i]->key;
    }
    assert_non_null(plus);
    id = scene_card(&s, 1, plus, "Subscriptions", "");
    free(blocks);
    scene_do(&s, 1, prop_set(&s.arena, id, "f.amount", value_of(&s.arena, VALUE_NUMBER, "1200.50", 0)));
    scene_do(&s, 1, prop_set(&s.arena, id, "f.unit", value_of(&s.arena, VALUE_CHOICE, "EUR", 0)));
    assert_true(scene_shows(&s, "Net Company +1200.5 EUR"));
    scene_fini(&s);
}

/* ---- how it looks */

static void check_looks(int cols, int rows, const char *keys, const char *name)
{
    struct plan *p = plan_new(cols, rows);
    char file[64];

    focus_row(p, 0);
    scene_keys(&p->s, keys);
    (void)snprintf(file, sizeof file, "%s_%dx%d", name, cols, rows);
    assert_true(scene_golden(&p->s, file));
    plan_end(p);
}

static void test_looks(void **state)
{
    static const int sizes[][2] = {{80, 24}, {200, 60}, {60, 18}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int cols = sizes[i][0], rows = sizes[i][1];
        check_looks(cols, rows, "", "vplan");
        check_looks(cols, rows, "g m", "vplan_parts");
        check_looks(cols, rows, "g m enter", "vplan_measure");
        check_looks(cols, rows, "g r 5 0", "vplan_review");
        check_looks(cols, rows, "g w right right", "vplan_walk");
        check_looks(cols, rows, "g i", "vplan_hints");
    }
}

/* Nothing but ASCII, where the terminal has nothing else. */
static void test_ascii(void **state)
{
    struct plan *p = plan_new(132, 43);
    static const char *const keys[] = {"", "g m", "enter", "escape escape g r", "g w", "g i"};

    (void)state;
    p->s.ui.ascii = true;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        focus_row(p, 0);
        scene_keys(&p->s, keys[k]);
        char *text = grid_to_text(scene_draw(&p->s));
        for (size_t i = 0; text[i]; i++)
            assert_true((unsigned char)text[i] < 0x80);
        free(text);
    }
    assert_true(scene_shows(&p->s, "Hints"));
    plan_end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_a_card),
        cmocka_unit_test(test_action_is_done),
        cmocka_unit_test(test_new_action),
        cmocka_unit_test(test_new_measure),
        cmocka_unit_test(test_reading_in_place),
        cmocka_unit_test(test_refused_reading_stays),
        cmocka_unit_test(test_reading_is_removed),
        cmocka_unit_test(test_measure_goes),
        cmocka_unit_test(test_reader_cannot_enter),
        cmocka_unit_test(test_review_value_by_value),
        cmocka_unit_test(test_review_longest_overdue_first),
        cmocka_unit_test(test_days_between),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_walk_is_offered),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_sums_of_two_equations),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
