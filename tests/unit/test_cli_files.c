/* Canvases as files (client/cli/canvas_file.h): JSON is lossless for any state; Markdown comes back as it went; damaged files are refused with the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/canvas_file.h"
#include "client/cli/output.h"
#include "tests/support/op_help.h"

static const char *somebody(void *ctx, uint32_t author)
{
    (void)ctx;
    return author == 3 ? "Ann \"the owner\" Lee" : "Ben";
}

static const struct names names = {somebody, NULL};

/* A canvas after many random ops of one person, so that it holds everything there is, removed things too. */
static void grow(struct canvas *c, uint64_t seed, unsigned steps)
{
    struct rng rng = {seed};
    struct dice dice = {.rng = &rng};
    struct arena arena;
    struct op_actor actor = {.client = 7, .author = 3, .time_ms = 1700000000000, .base_seq = UINT64_MAX, .seq = 1};
    arena_init(&arena, (size_t)1 << 30);
    small_canvas(c, NULL);
    for (unsigned i = 0; i < steps; i++) {
        struct why why;
        uint32_t bad;
        Cocanvas__Op *op = dice_op(&dice, c, object_id(7, actor.last_object + 1), &arena);
        if (batch_check(1, &op, &c->limits, &bad, &why) != STATUS_OK || batch_resolve_apply(c, 1, &op, &actor, &arena, &bad, &why) != STATUS_OK)
            continue;
        c->seq = actor.seq++;
        actor.time_ms++;
    }
    arena_fini(&arena);
}

static void to_json(struct canvas *c, struct buf *out)
{
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    buf_init(out);
    export_json(c, &names, false, &arena, out);
    arena_fini(&arena);
}

static enum status from_json(const char *text, struct canvas *c, struct why *why)
{
    const struct canvas_limits none = {0};
    canvas_init(c, &none);
    why->text[0] = 0;
    return import_json(text, strlen(text), c, why);
}

/* State → file → state: the same bytes, and the same file again. */
static void test_json_is_lossless(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct canvas a, b;
        struct buf file, again, bytes_a, bytes_b;
        struct why why;
        grow(&a, seed, 400);
        to_json(&a, &file);
        buf_add(&file, "", 1);
        assert_int_equal(from_json((const char *)buf_at(&file), &b, &why), STATUS_OK);
        audit(&b);
        buf_init(&bytes_a);
        buf_init(&bytes_b);
        canvas_encode(&a, &bytes_a);
        canvas_encode(&b, &bytes_b);
        assert_int_equal(buf_len(&bytes_a), buf_len(&bytes_b));
        assert_memory_equal(buf_at(&bytes_a), buf_at(&bytes_b), buf_len(&bytes_a));
        to_json(&b, &again);
        assert_int_equal(buf_len(&again), buf_len(&file) - 1);
        assert_memory_equal(buf_at(&again), buf_at(&file), buf_len(&again));
        buf_fini(&file);
        buf_fini(&again);
        buf_fini(&bytes_a);
        buf_fini(&bytes_b);
        canvas_fini(&a);
        canvas_fini(&b);
    }
}

static char *with(const char *text, const char *old, const char *replacement)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    return xasprintf("%.*s%s%s", (int)(at - text), text, replacement, at + strlen(old));
}

static void refused(const char *text, const char *old, const char *replacement, const char *says)
{
    struct canvas c;
    struct why why;
    char *damaged = with(text, old, replacement);
    assert_int_not_equal(from_json(damaged, &c, &why), STATUS_OK);
    if (!strstr(why.text, says))
        fail_msg("\"%s\" should say \"%s\"", why.text, says);
    assert_null(c.blocks);
    canvas_fini(&c);
    free(damaged);
}

static void test_damaged_json(void **state)
{
    (void)state;
    struct canvas c;
    struct buf file;
    grow(&c, 5, 200);
    to_json(&c, &file);
    buf_add(&file, "", 1);
    const char *text = (const char *)buf_at(&file);
    refused(text, "{", "[", "not JSON");
    refused(text, "cocanvas.canvas", "something.else", "not an exported canvas");
    refused(text, "\"schema\": 1", "\"schema\": 2", "schema");
    refused(text, "\"header\"", "\"hedaer\"", "hedaer");
    refused(text, "\"cols\": 2", "\"cols\": -2", "cols");
    refused(text, "\"cols\": 2", "\"cols\": 3", "hash");
    refused(text, "\"id\": \"0.1\"", "\"id\": 1", "id");
    buf_fini(&file);
    canvas_fini(&c);
}

/* What a terminal might obey is escaped, and comes back as it was. */
static void test_json_escapes(void **state)
{
    (void)state;
    json_t *value = json_string("a\u202eb\xc2\x85" "c\u200bd\u2069é😀");
    char *text = json_text(value, 0);
    assert_string_equal(text, "\"a\\u202eb\\u0085c\\u200bd\\u2069é😀\"");
    json_t *back = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_true(json_equal(value, back));
    json_decref(value);
    json_decref(back);
    free(text);
}

/* ---- Markdown */

static struct markdown parsed(const char *text, struct arena *arena)
{
    struct markdown m;
    struct why why = {""};
    if (markdown_parse(text, strlen(text), arena, &m, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return m;
}

static void test_markdown_parts(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct markdown m = parsed("---\ntemplate: bmc\nauthor: x\n---\n\n# Bakery  \n\n## Customer Segments (cs)\n\n> For whom?\n\n- Office workers {#b2b #\"two words\" "
                               "status=draft color=yellow votes=3}\n  who buy lunch\n\n  and cake\n  > Really? (Ann)\n* Walk-ins {not ours}\n-\n\n"
                               "## Channels\n- \\\\ back \\}\n  \\> no comment\n---\nanything (goes) here\n", &arena);
    assert_string_equal(m.title, "Bakery");
    assert_string_equal(m.template_id, "bmc");
    assert_int_equal(m.n_blocks, 2);
    assert_string_equal(m.blocks[0].title, "Customer Segments");
    assert_string_equal(m.blocks[0].key, "cs");
    assert_null(m.blocks[1].key);
    assert_int_equal(m.blocks[0].n_cards, 3);
    const struct markdown_card *card = &m.blocks[0].cards[0];
    assert_string_equal(card->text, "Office workers\nwho buy lunch\n\nand cake");
    assert_int_equal(card->n_tags, 2);
    assert_string_equal(card->tags[1], "two words");
    assert_string_equal(card->status, "draft");
    assert_string_equal(card->color, "yellow");
    assert_int_equal(card->n_comments, 1);
    assert_string_equal(card->comments[0], "Really? (Ann)");
    assert_int_equal(card->line, 12);
    assert_string_equal(m.blocks[0].cards[1].text, "Walk-ins {not ours}");
    assert_string_equal(m.blocks[0].cards[2].text, "");
    assert_string_equal(m.blocks[1].cards[0].text, "\\ back }\n> no comment");
    arena_fini(&arena);
}

static void test_markdown_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"# T\n- card\n", "Line 2"},
        {"# T\n## A\nprose\n", "Line 3"},
        {"---\ntemplate: x\n---\n# T\n## A\n- a\nprose\n", "Line 7"},
        {"# T\n## A\n- \x1b[31mred\n", "UTF-8"},
        {"# T\n## A\n- \xff\n", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        struct markdown m;
        struct why why = {""};
        arena_init(&arena, 1 << 20);
        assert_int_not_equal(markdown_parse(cases[i].text, strlen(cases[i].text), &arena, &m, &why), STATUS_OK);
        if (!strstr(why.text, cases[i].says))
            fail_msg("%zu: \"%s\" should say \"%s\"", i, why.text, cases[i].says);
        arena_fini(&arena);
    }
}

/* A canvas of awkward texts → Markdown → the same texts, tags and status. */
static void test_markdown_round_trip(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "plain", "", "two\nlines", "ends in }", "{#tag}", "> quote", "\\", "\\> x", "- list", "# head", "## head\n## head", "a\n\n\nb", "---\n---",
        "a {status=x} b", "\\}", "x\n> y", "x\n- y\n  indented", "tab\there", "字典 😀",
    };
    enum { N = sizeof texts / sizeof *texts };
    struct canvas c;
    struct arena arena;
    struct buf file;
    struct op_actor actor = {.client = 7, .author = 3, .base_seq = UINT64_MAX, .seq = 1};
    struct why why;
    uint32_t bad;
    arena_init(&arena, 1 << 24);
    small_canvas(&c, NULL);
    for (uint32_t i = 0; i < N; i++) {
        Cocanvas__Op *op = card_create(&arena, object_id(7, i + 1), 1, i ? object_id(7, i) : 0, texts[i]);
        char *tags[] = {help_text(&arena, "a"), help_text(&arena, "two \"words\"")};
        if (i % 2) {
            op->card_create->n_tags = 2;
            op->card_create->tags = tags;
        }
        assert_int_equal(batch_resolve_apply(&c, 1, &op, &actor, &arena, &bad, &why), STATUS_OK);
    }
    buf_init(&file);
    struct method *method = method_new();
    method_update(method, &c, "2026-11-22");
    export_markdown(&c, method, &names, true, &arena, &file);
    method_free(method);
    buf_add(&file, "", 1);
    assert_non_null(strstr((const char *)buf_at(&file), "\n# Test\n\n> **Confidential**\n"));
    struct markdown m = parsed((const char *)buf_at(&file), &arena);
    assert_string_equal(m.title, "Test");
    assert_int_equal(m.n_blocks, 2);
    assert_int_equal(m.blocks[0].n_cards, N);
    for (uint32_t i = 0; i < N; i++) {
        assert_string_equal(m.blocks[0].cards[i].text, texts[i]);
        assert_int_equal(m.blocks[0].cards[i].n_tags, i % 2 ? 2 : 0);
        if (i % 2)
            assert_string_equal(m.blocks[0].cards[i].tags[1], "two \"words\"");
    }
    buf_fini(&file);
    canvas_fini(&c);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_lossless),
        cmocka_unit_test(test_damaged_json),
        cmocka_unit_test(test_json_escapes),
        cmocka_unit_test(test_markdown_parts),
        cmocka_unit_test(test_markdown_refusals),
        cmocka_unit_test(test_markdown_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
