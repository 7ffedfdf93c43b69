/* The report of a workspace (client/cli/report.h): two canvases with figures that can be worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/csv.h"
#include "client/cli/output.h"
#include "client/cli/report.h"
#include "tests/support/picture_scene.h"

static const struct names names = {picture_scene_name, NULL};

/* A plan with a measure of 9 → 4 of 3 (83.3 %), one without a reading, an action that is open and one that is done. */
static void plan(struct picture_scene *s, const char *title, const char *target)
{
    struct template *t = template_load("vplan");
    memset(s, 0, sizeof *s);
    canvas_init(&s->c, NULL);
    template_instantiate(t, title, &s->c);
    template_free(t);
    struct block *parts = canvas_block_by_key(&s->c, "parts"), **blocks = canvas_blocks_in_order(&s->c, NULL);
    struct card *row = picture_scene_card(s, blocks[0], "Order online");
    free(blocks);
    picture_scene_measure(s, parts, row, "measures", "=Steps", "lower", "9", target);
    struct card *done = picture_scene_card(s, parts, "Ask Ben"), *open = picture_scene_card(s, parts, "Build one");
    struct card *const actions[] = {done, open};
    for (size_t i = 0; i < 2; i++) {
        picture_scene_prop(actions[i], "of", VALUE_OBJECT, NULL, row->o.id);
        picture_scene_prop(actions[i], "of.field", VALUE_CHOICE, "actions", 0);
    }
    picture_scene_prop(done, "a.done", VALUE_FLAG, NULL, 1);
    picture_scene_prop(open, "a.when", VALUE_DATE, "2026-11-01", 0);
    picture_scene_prop(open, "a.who", VALUE_PERSON, NULL, 1);
}

static void add(struct report *r, const char *title, const char *target, struct arena *arena)
{
    struct picture_scene scene;
    struct method *m = method_new();
    plan(&scene, title, target);
    method_update(m, &scene.c, r->today);
    report_add(r, "00000000-0000-4000-8000-000000000000", &scene.c, m, &names, arena);
    method_free(m);
    canvas_fini(&scene.c);
}

static json_t *make(struct arena *arena)
{
    struct report r;
    arena_init(arena, 1 << 24);
    report_init(&r, "2026-11-22");
    add(&r, "Bakery", "3", arena); /* (4 - 9) / (3 - 9): 83.3 % */
    add(&r, "Mill", "4", arena);   /* (4 - 9) / (4 - 9): 100 % */
    json_t *json = report_json(&r, "Acme AG");
    report_fini(&r);
    return json;
}

static void test_figures(void **state)
{
    (void)state;
    struct arena arena;
    json_t *report = make(&arena), *rollup = json_object_get(report, "rollup"), *canvas = json_array_get(json_object_get(report, "canvases"), 0);
    assert_string_equal(json_string_value(json_object_get(report, "workspace")), "Acme AG");
    assert_int_equal(json_integer_value(json_object_get(rollup, "measures")), 2);
    assert_int_equal(json_integer_value(json_object_get(rollup, "green")), 1);
    assert_int_equal(json_integer_value(json_object_get(rollup, "amber")), 1);
    assert_int_equal(json_integer_value(json_object_get(rollup, "due")), 2); /* last reading 2026-10-01, a month: due 2026-11-01 */
    assert_string_equal(json_string_value(json_object_get(rollup, "average_percent")), "91.7");
    json_t *measure = json_array_get(json_object_get(canvas, "measures"), 0);
    assert_string_equal(json_string_value(json_object_get(measure, "percent")), "83.3");
    assert_string_equal(json_string_value(json_object_get(measure, "due")), "2026-11-01");
    assert_true(json_is_true(json_object_get(measure, "is_due")));
    assert_string_equal(json_string_value(json_object_get(measure, "row")), "Order online");
    json_t *actions = json_object_get(canvas, "actions");
    assert_int_equal(json_array_size(actions), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(actions, 0), "text")), "Build one");
    assert_true(json_is_true(json_object_get(json_array_get(actions, 0), "overdue")));
    assert_true(json_array_size(json_object_get(canvas, "checks")) > 0);
    json_decref(report);
    arena_fini(&arena);
}

static void holds(const struct buf *out, const char *words)
{
    if (!memmem(buf_at(out), buf_len(out), words, strlen(words)))
        fail_msg("\"%s\" is not in:\n%.*s", words, (int)buf_len(out), (const char *)buf_at(out));
}

static void test_markdown(void **state)
{
    (void)state;
    struct arena arena;
    struct buf out;
    json_t *report = make(&arena);
    buf_init(&out);
    report_markdown(report, &arena, &out);
    holds(&out, "# Acme AG, 2026-11-22\n");
    holds(&out, "| Bakery | 1 | 83.3 % | 0 | 1 | 0 | 0 | 1 | 1 | ");
    holds(&out, "| **All** | 2 | 91.7 % | 1 | 1 | 0 | 0 | 2 | 2 | ");
    holds(&out, "| =Steps | Order online | 4 of 3 steps | 83.3 % |");
    holds(&out, "**2026-11-01, due**");
    holds(&out, "- [ ] Build one, 2026-11-01 **overdue**, Ann Baker · Order online\n");
    holds(&out, "Open checks:");
    buf_fini(&out);
    json_decref(report);
    arena_fini(&arena);
}

static void test_csv(void **state)
{
    (void)state;
    struct arena arena;
    struct buf out;
    struct csv csv;
    struct why why = {""};
    json_t *report = make(&arena);
    buf_init(&out);
    report_csv(report, &out);
    assert_int_equal(csv_parse((const char *)buf_at(&out), buf_len(&out), &arena, &csv, &why), STATUS_OK);
    assert_true(csv.n > 5);
    assert_string_equal(csv.rows[0].cells[0], "what");
    assert_string_equal(csv.rows[1].cells[0], "measure");
    assert_string_equal(csv.rows[1].cells[4], "'=Steps");
    assert_string_equal(csv.rows[2].cells[0], "action");
    assert_string_equal(csv.rows[2].cells[14], "2026-11-01");
    for (size_t i = 0; i < csv.n; i++)
        assert_int_equal(csv.rows[i].n, csv.rows[0].n);
    buf_fini(&out);
    json_decref(report);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
