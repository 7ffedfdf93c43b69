/* Canvases out of and back into other formats (client/cli/csv_canvas.h, json_canvas.h, canvas_file.h): every template of the catalogue, filled by
 * its fields, comes back with all that the format promises, and another program reads what we write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/csv_canvas.h"
#include "client/cli/find.h"
#include "client/cli/intake_ops.h"
#include "client/cli/json_canvas.h"
#include "client/cli/markdown_import.h"
#include "client/cli/output.h"
#include "tests/support/op_help.h"
#include "tests/support/picture_scene.h"

static const struct names names = {picture_scene_name, NULL};

static uint32_t ann(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "Ann Baker") == 0 ? 1 : 0;
}

/* What is awkward in every format, on the first block's cards. */
static void add_awkward(struct picture_scene *s)
{
    static const char *const texts[] = {
        "=1+2", "'=quoted", "-5", "- *Not* (a): field", "+49 170", "@ann", "'plain", "a,b;c", "say \"yes\"", "two\nlines\n\nand more", "ends in }", "| pipe \\ back",
        "a <br> b", "> quote", "\\", "---\n---", "字典 😀 שלום", "{#tag}",
    };
    size_t n;
    struct block **blocks = canvas_blocks_in_order(&s->c, &n);
    struct card *last = NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct card *card = picture_scene_card(s, blocks[0], texts[i]);
        card_set_tag(card, "two words", true);
        card_set_tag(card, "a;b\\c", true);
        picture_scene_prop(card, "status", VALUE_TEXT, "draft", 0);
        picture_scene_prop(card, "f.odd", VALUE_NUMBER, "-1.50", 0);
        picture_scene_prop(card, "note", VALUE_TEXT, "=cmd()|x", 0);
        text_set(&card_field(card, "own", true)->text, "first\n| second", strlen("first\n| second"));
        if (last) {
            struct link_object *link = canvas_new_link(&s->c, picture_scene_id(s));
            link->from = last->o.id;
            link->to = card->o.id;
            free(link->kind);
            link->kind = xstrdup("serves");
        }
        last = card;
    }
    struct reading *r;
    struct card *measure = picture_scene_measure(s, canvas_block_by_key(&s->c, "parts"), last, "own.measure", "Lower\nis better", "lower", "9", "-3");
    r = canvas_new_reading(&s->c, picture_scene_id(s));
    r->object = measure->o.id;
    free(r->date);
    free(r->value);
    free(r->note);
    r->date = xstrdup("2026-10-01");
    r->value = xstrdup("-0.25");
    r->note = xstrdup("= a; note");
    free(blocks);
}

/* The scene's order keys are only in order; a file's are real ones. */
static void give_keys(struct canvas *c)
{
    for (struct object *o = c->blocks; o; o = o->hh.next) {
        struct block *block = (struct block *)o;
        struct order_key *keys = xcalloc(block->n_cards + 1, sizeof *keys);
        assert_int_equal(order_n_between(NULL, NULL, block->n_cards, keys), STATUS_OK);
        for (uint32_t i = 0; i < block->n_cards; i++) {
            free(block->cards[i]->order_key);
            block->cards[i]->order_key = xstrdup(keys[i].text);
        }
        free(keys);
    }
}

static void scene_make(struct picture_scene *s, const struct template *t)
{
    picture_scene_of(s, t, 3);
    add_awkward(s);
    give_keys(&s->c);
}

/* ---- what a canvas says, as text: two canvases with the same words hold the same */

static void say_value(struct buf *out, const struct value *value)
{
    buf_addf(out, "%d:%s:%llu", (int)value->kind, value->text ? value->text : "", value->kind == VALUE_OBJECT ? 0ULL : (unsigned long long)value->number);
}

static void say_card(struct buf *out, const struct canvas *c, struct method *m, const struct card *card, bool links, unsigned depth)
{
    size_t n;
    buf_addf(out, "%*s- \"%s\"", (int)depth, "", card->text.bytes);
    for (uint32_t i = 0; i < card->n_tags; i++)
        buf_addf(out, " #%s", card->tags[i]);
    for (uint32_t i = 0; i < card->props.n; i++) {
        buf_addf(out, " %s=", card->props.at[i].key);
        say_value(out, &card->props.at[i].value);
    }
    for (uint32_t i = 0; i < card->n_fields; i++)
        buf_addf(out, " %s~\"%s\"", card->fields[i].key, card->fields[i].text.bytes);
    for (struct object *o = c->links; links && o; o = o->hh.next)
        if (((struct link_object *)o)->from == card->o.id)
            buf_addf(out, " %s->\"%s\"", ((struct link_object *)o)->kind, canvas_card(c, ((struct link_object *)o)->to)->text.bytes);
    if (card_is_measure(card)) {
        const struct measure_reading *readings = method_readings(m, card->o.id, &n);
        for (size_t i = 0; i < n; i++)
            buf_addf(out, " [%s %s %s]", readings[i].date, readings[i].value, readings[i].note);
    }
    buf_addf(out, "\n");
    /* Measures, then actions: Markdown has a table of each. */
    for (int measures = 1; measures >= 0; measures--) {
        const uint64_t *parts = method_parts(m, card->o.id, &n);
        for (size_t i = 0; i < n; i++)
            if (card_is_measure(canvas_card(c, parts[i])) == (measures == 1))
                say_card(out, c, m, canvas_card(c, parts[i]), links, depth + 2);
    }
}

static char *said(const struct canvas *c, bool links, bool definitions)
{
    size_t n;
    struct buf out;
    struct method *m = method_new();
    method_update(m, c, "2026-11-22");
    struct block **blocks = canvas_blocks_in_order(c, &n);
    buf_init(&out);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&out, "## %s %s\n", blocks[i]->key, blocks[i]->title);
        for (uint32_t k = 0; definitions && k < blocks[i]->props.n; k++)
            buf_addf(&out, "%s=%s\n", blocks[i]->props.at[k].key, blocks[i]->props.at[k].value.text ? blocks[i]->props.at[k].value.text : "");
        for (uint32_t k = 0; k < blocks[i]->n_cards; k++)
            if (blocks[i]->cards[k]->deleted_seq == 0)
                say_card(&out, c, m, blocks[i]->cards[k], links, 0);
    }
    free(blocks);
    method_free(m);
    buf_add(&out, "", 1);
    return (char *)out.data;
}

static void same(const struct canvas *a, const struct canvas *b, bool links, bool definitions, const char *what)
{
    char *x = said(a, links, definitions), *y = said(b, links, definitions);
    if (strcmp(x, y) != 0) {
        size_t i = 0;
        while (x[i] == y[i])
            i++;
        size_t from = i > 100 ? i - 100 : 0;
        fail_msg("%s: …%.300s\n--- came back as …%.300s", what, x + from, y + from);
    }
    free(x);
    free(y);
}

/* A file into a folder that another program reads, if the test was told of one. */
static void keep(const char *template_id, const char *suffix, const struct buf *file)
{
    const char *folder = getenv("COCANVAS_FORMATS");
    if (!folder)
        return;
    char *path = xasprintf("%s/%s.%s", folder, template_id, suffix);
    FILE *to = fopen(path, "we");
    assert_non_null(to);
    assert_int_equal(fwrite(buf_at(file), 1, buf_len(file), to), buf_len(file));
    fclose(to);
    free(path);
}

/* ---- each format */

struct trip {
    struct arena arena;
    struct buf file;
    struct canvas back;
    struct why why;
    struct method *m;
};

static void trip_init(struct trip *t, const struct canvas *c)
{
    const struct canvas_limits none = {0};
    arena_init(&t->arena, (size_t)1 << 28);
    buf_init(&t->file);
    canvas_init(&t->back, &none);
    t->m = method_new();
    method_update(t->m, c, "2026-11-22");
    t->why.text[0] = 0;
}

static void trip_fini(struct trip *t)
{
    method_free(t->m);
    canvas_fini(&t->back);
    buf_fini(&t->file);
    arena_fini(&t->arena);
}

static void holds(const struct trip *t, const char *words)
{
    if (*words && !memmem(buf_at(&t->file), buf_len(&t->file), words, strlen(words)))
        fail_msg("the file should hold \"%s\"", words);
}

static void by_csv(struct canvas *c, const struct template *template)
{
    struct trip t;
    struct csv csv;
    struct csv_head head;
    struct intake in;
    trip_init(&t, c);
    export_csv(c, t.m, &names, true, &t.arena, &t.file);
    keep(template->id, "csv", &t.file);
    if (csv_parse((const char *)buf_at(&t.file), buf_len(&t.file), &t.arena, &csv, &t.why) != STATUS_OK)
        fail_msg("%s", t.why.text);
    csv_read_head(&csv, &head);
    assert_string_equal(head.title, canvas_title(c));
    assert_string_equal(head.template_id, template->id);
    assert_string_equal(head.attribution, canvas_header_text(c, "attribution"));
    assert_string_equal(head.licence, canvas_header_text(c, "licence"));
    assert_true(head.confidential);
    assert_true(intake_template(&t.back, head.template_id, head.title));
    intake_init(&in, &t.back, &t.arena, &t.why);
    in.person = ann;
    if (csv_import(&csv, NULL, &in) != STATUS_OK)
        fail_msg("%s.csv: %s", template->id, t.why.text);
    assert_int_equal(buf_len(&in.notes), 0);
    same(c, &t.back, true, false, template->id);
    intake_fini(&in);
    trip_fini(&t);
}

static void by_json_canvas(struct canvas *c, const struct template *template)
{
    struct trip t;
    trip_init(&t, c);
    export_json_canvas(c, t.m, &names, true, &t.arena, &t.file);
    keep(template->id, "canvas", &t.file);
    assert_true(looks_like_json_canvas((const char *)buf_at(&t.file), buf_len(&t.file)));
    if (import_json_canvas((const char *)buf_at(&t.file), buf_len(&t.file), NULL, &t.arena, &t.back, &t.why) != STATUS_OK)
        fail_msg("%s.canvas: %s", template->id, t.why.text);
    audit(&t.back);
    same(c, &t.back, true, true, template->id);
    assert_string_equal(canvas_header_text(&t.back, "attribution"), template->attribution);
    assert_string_equal(canvas_header_text(&t.back, "confidential"), "yes");
    for (struct object *o = c->cards; o; o = o->hh.next) { /* ids and stamps, too */
        const struct card *card = canvas_card(&t.back, o->id);
        assert_non_null(card);
        assert_int_equal(card->created_ms, ((struct card *)o)->created_ms);
    }
    trip_fini(&t);
}

static void by_markdown(struct canvas *c, const struct template *template)
{
    struct trip t;
    struct markdown m;
    struct intake in;
    trip_init(&t, c);
    export_markdown(c, t.m, &names, false, &t.arena, &t.file);
    keep(template->id, "md", &t.file);
    holds(&t, arena_line(&t.arena, template->attribution));
    if (markdown_parse((const char *)buf_at(&t.file), buf_len(&t.file), &t.arena, &m, &t.why) != STATUS_OK)
        fail_msg("%s.md: %s", template->id, t.why.text);
    assert_string_equal(m.template_id, template->id);
    assert_non_null(m.structure);
    assert_int_equal(markdown_structure(&m, &t.arena, &t.back, &t.why), STATUS_OK);
    intake_init(&in, &t.back, &t.arena, &t.why);
    in.person = ann;
    if (markdown_import(&m, &in) != STATUS_OK)
        fail_msg("%s.md: %s", template->id, t.why.text);
    same(c, &t.back, false, true, template->id);
    intake_fini(&in);
    trip_fini(&t);
}

static void by_json(struct canvas *c, const struct template *template)
{
    struct trip t;
    trip_init(&t, c);
    export_json(c, &names, false, &t.arena, &t.file);
    keep(template->id, "json", &t.file);
    holds(&t, template->id);
    if (import_json((const char *)buf_at(&t.file), buf_len(&t.file), &t.back, &t.why) != STATUS_OK)
        fail_msg("%s.json: %s", template->id, t.why.text);
    assert_true(canvas_hash(c) == canvas_hash(&t.back));
    same(c, &t.back, true, true, template->id);
    trip_fini(&t);
}

static uint64_t next_id(void *ctx)
{
    return object_id(7, ++*(uint32_t *)ctx);
}

/* What was put together reaches another canvas by ops. */
static void by_ops(struct canvas *c, const struct template *template)
{
    struct trip t;
    struct intake_ops ops;
    uint32_t counter = 0, bad;
    struct op_actor actor = {.client = 7, .author = 1, .time_ms = 1700000000000, .base_seq = UINT64_MAX, .seq = 1};
    trip_init(&t, c);
    template_instantiate(template, "Other", &t.back);
    intake_to_ops(c, &t.back, next_id, &counter, &t.arena, &ops);
    for (size_t i = 0; i < ops.n; i++) {
        enum status status = batch_check(1, &ops.ops[i], &t.back.limits, &bad, &t.why);
        if (status == STATUS_OK)
            status = batch_resolve_apply(&t.back, 1, &ops.ops[i], &actor, &t.arena, &bad, &t.why);
        if (status != STATUS_OK)
            fail_msg("%s: op %zu of kind %d: %s", template->id, i, (int)ops.ops[i]->kind_case, t.why.text);
    }
    audit(&t.back);
    assert_true(ops.cards > 0 && ops.made >= ops.cards);
    same(c, &t.back, true, false, template->id);
    intake_ops_fini(&ops);
    trip_fini(&t);
}

static void each_template(void (*trip)(struct canvas *c, const struct template *t))
{
    struct template_set set;
    template_set_load(&set);
    assert_true(set.n >= 33);
    for (size_t i = 0; i < set.n; i++) {
        struct picture_scene scene;
        scene_make(&scene, set.at[i]);
        trip(&scene.c, set.at[i]);
        canvas_fini(&scene.c);
    }
    template_set_free(&set);
}

/* Only what is a number is left alone in a column of numbers. */
static void test_csv_guard(void **state)
{
    static const struct {
        const char *text, *cell;
        enum csv_cell kind;
    } cases[] = {{"-1.5", "-1.5", CSV_NUMBER}, {"-1.5", "'-1.5", CSV_TEXT}, {"=1+2", "'=1+2", CSV_NUMBER}, {"-1+A1", "'-1+A1", CSV_NUMBER}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out);
        csv_add_cell(&out, true, cases[i].text, cases[i].kind);
        assert_int_equal(buf_len(&out), strlen(cases[i].cell));
        assert_memory_equal(buf_at(&out), cases[i].cell, buf_len(&out));
        buf_fini(&out);
    }
}

static void test_csv(void **state)
{
    (void)state;
    each_template(by_csv);
}

static void test_json_canvas(void **state)
{
    (void)state;
    each_template(by_json_canvas);
}

static void test_markdown(void **state)
{
    (void)state;
    each_template(by_markdown);
}

static void test_json(void **state)
{
    (void)state;
    each_template(by_json);
}

static void test_ops(void **state)
{
    (void)state;
    each_template(by_ops);
}

/* Other programs look at what we write: Python's csv and json, and a validator of JSON Canvas. */
static void test_other_programs(void **state)
{
    (void)state;
    char folder[] = "/tmp/cocanvas-formats-XXXXXX";
    assert_non_null(mkdtemp(folder));
    setenv("COCANVAS_FORMATS", folder, 1);
    each_template(by_csv);
    each_template(by_json_canvas);
    each_template(by_json);
    unsetenv("COCANVAS_FORMATS");
    char *command = xasprintf("python3 -B '%s/checks/formats.py' '%s'", TESTS_DIR, folder);
    assert_int_equal(system(command), 0);
    free(command);
    command = xasprintf("rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    free(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_guard),
        cmocka_unit_test(test_csv),  cmocka_unit_test(test_json_canvas), cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_json), cmocka_unit_test(test_ops),         cmocka_unit_test(test_other_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
