/* What commands print: cleaned text, the outline, the drawing, sentences about ops, and finding things by what people call them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/cmd.h"
#include "client/cli/describe.h"
#include "client/cli/find.h"
#include "client/cli/outline.h"
#include "tests/support/op_help.h"

/* A canvas with a hostile text on it, and an output that is kept in memory. */
struct world {
    struct canvas c;
    struct arena a;
    struct output out;
    char *text;
    size_t len;
};

static const char *person(void *ctx, uint32_t author)
{
    (void)ctx;
    return author == 3 ? "Ann" : "Ben\x1b[2J";
}

static void put(struct world *w, Cocanvas__Op *op)
{
    struct op_actor actor = {.client = 7, .author = 3, .base_seq = UINT64_MAX, .seq = w->c.seq + 1};
    struct why why;
    uint32_t bad;
    assert_int_equal(batch_resolve_apply(&w->c, 1, &op, &actor, &w->a, &bad, &why), STATUS_OK);
    w->c.seq++;
}

static int begin(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    arena_init(&w->a, 1 << 26);
    small_canvas(&w->c, NULL);
    w->out.to = open_memstream(&w->text, &w->len);
    w->out.err = w->out.to;
    w->out.width = 80;
    put(w, card_create(&w->a, object_id(7, 1), 1, 0, "Wholesale to cafés"));
    put(w, card_create(&w->a, object_id(7, 2), 1, object_id(7, 1), "first line\nsecond"));
    put(w, card_create(&w->a, object_id(7, 3), 1, object_id(7, 2), "evil \u202e\xc2\x9b" "31m txt"));
    put(w, tag_set(&w->a, object_id(7, 1), "b2b", true));
    put(w, vote_set(&w->a, object_id(7, 1), true));
    put(w, comment_add(&w->a, object_id(7, 4), object_id(7, 1), 0, "Really?"));
    put(w, prop_text(&w->a, 1, "prompt", "What is left?"));
    put(w, prop_text(&w->a, 2, "prompt", "What is right?"));
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    fclose(w->out.to);
    free(w->text);
    canvas_fini(&w->c);
    arena_fini(&w->a);
    free(w);
    return 0;
}

static const char *printed(struct world *w)
{
    fflush(w->out.to);
    return w->text;
}

static struct outline outline_of(struct world *w)
{
    return (struct outline){.out = &w->out, .arena = &w->a, .canvas = &w->c, .person = person, .mark = ""};
}

static void no_control(const char *text)
{
    assert_null(strchr(text, '\x1b'));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\u202e"));
}

static void test_cleaned(void **state)
{
    struct world *w = *state;
    out_print(&w->out, STYLE_BAD, "x\x1b[31m%s\n", "y\x07\u202ez");
    no_control(printed(w));
    w->out.color = true;
    out_print(&w->out, STYLE_BAD, "a\nb");
    assert_non_null(strstr(printed(w), "\033[1;31ma\033[0m\n\033[1;31mb\033[0m"));
}

static void test_outline(void **state)
{
    struct world *w = *state;
    struct outline o = outline_of(w);
    o.comments = true;
    outline_print(&o);
    const char *text = printed(w);
    no_control(text);
    assert_non_null(strstr(text, "Test  , 3 cards, revision 8\n"));
    assert_non_null(strstr(text, "\nleft (left)\n  7.1    Wholesale to cafés #b2b  1 vote  1 comment\n         7.4 Ann: Really?\n  7.2    first line\n         second\n"));
    assert_non_null(strstr(text, "\nright (right)\n  What is right?\n"));
    assert_null(strstr(text, "What is left?"));
}

static void test_removed_and_links(void **state)
{
    struct world *w = *state;
    struct outline o = outline_of(w);
    put(w, link_add(&w->a, object_id(7, 5), object_id(7, 1), object_id(7, 2), "serves"));
    put(w, card_delete(&w->a, object_id(7, 3)));
    outline_print(&o);
    assert_non_null(strstr(printed(w), "         serves 7.2: first line …\n"));
    assert_null(strstr(printed(w), "evil"));
    o.removed = true;
    outline_print(&o);
    assert_non_null(strstr(printed(w), "(removed)"));
}

static void test_attribution(void **state)
{
    struct world *w = *state;
    struct outline o = outline_of(w);
    struct value credit = {VALUE_TEXT, (char *)(uintptr_t)"After somebody", 0};
    canvas_touch(&w->c, &w->c.header.o);
    props_set(&w->c.header.props, "attribution", &credit);
    outline_print(&o);
    assert_non_null(strstr(printed(w), "\nAfter somebody\n"));
    size_t before = w->len;
    grid_print(&o, 60);
    assert_non_null(strstr(printed(w) + before, "\nAfter somebody\n"));
}

/* Every line of the drawing has the same width, and borders meet. */
static void test_grid(void **state)
{
    struct world *w = *state;
    struct outline o = outline_of(w);
    w->out.unicode = true;
    assert_true(grid_fits(&w->c, 60));
    assert_false(grid_fits(&w->c, 40));
    grid_print(&o, 60);
    const char *text = printed(w);
    no_control(text);
    const char *top = strstr(text, "┌");
    assert_non_null(top);
    assert_non_null(strstr(top, "┬"));
    assert_non_null(strstr(top, "│ left                       │ right                       │\n"));
    assert_non_null(strstr(top, "│ 7.1    Wholesale to cafés  │ What is right?              │\n"));
    assert_non_null(strstr(top, "│        #b2b  1 vote  1     │"));
    for (const char *line = top; *line; line += strcspn(line, "\n") + 1)
        assert_int_equal(utf8_width(line, strcspn(line, "\n")), 60);
}

static void test_sentences(void **state)
{
    struct world *w = *state;
    struct describe d = {.arena = &w->a, .canvas = &w->c, .person = person};
    uint64_t card = object_id(7, 1);
    assert_string_equal(describe_op(&d, 3, card_create(&w->a, object_id(7, 9), 1, 0, "x\ny")), "Ann added 7.9 to left: 'x …'");
    assert_string_equal(describe_op(&d, 3, card_delete(&w->a, card)), "Ann removed 7.1 'Wholesale to cafés'");
    assert_string_equal(describe_op(&d, 3, card_move(&w->a, card, place_of(&w->a, 2, 0, 0, false))), "Ann moved 7.1 'Wholesale to cafés' to right");
    assert_string_equal(describe_op(&d, 3, tag_set(&w->a, card, "new", true)), "Ann tagged 7.1 'Wholesale to cafés' 'new'");
    assert_string_equal(describe_op(&d, 3, prop_text(&w->a, 1, "title", "L")), "Ann set title of the block left to 'L'");
    assert_string_equal(describe_op(&d, 3, prop_text(&w->a, 0, "title", "T")), "Ann set title of the canvas to 'T'");
    assert_string_equal(describe_op(&d, 3, text_edit(&w->a, card, "", 18, 0, "x", 0)), "Ann changed 7.1 in left: 'Wholesale to cafés'");
    d.past = true;
    assert_string_equal(describe_op(&d, 3, text_edit(&w->a, card, "", 18, 0, "x", 0)), "Ann wrote 'x' into 7.1");
    no_control(describe_op(&d, 4, card_create(&w->a, object_id(7, 9), 1, 0, "\x1b[31m")));
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct rng rng = {seed};
        struct dice dice = {.rng = &rng};
        const char *sentence = describe_op(&d, 4, dice_op(&dice, &w->c, object_id(7, 99), &w->a));
        if (sentence)
            no_control(sentence);
    }
}

static void found(struct world *w, const char *words, uint64_t id)
{
    struct card *card = NULL;
    const char *why = "";
    if (find_card(&w->a, &w->c, FIND_ALIVE, words, &card, &why) != STATUS_OK)
        fail_msg("%s: %s", words, why);
    assert_int_equal(card->o.id, id);
}

static void test_find_card(void **state)
{
    struct world *w = *state;
    struct card *card;
    const char *why = "";
    found(w, "7.2", object_id(7, 2));
    found(w, "2", object_id(7, 2));
    found(w, "WHOLE", object_id(7, 1));
    found(w, "first", object_id(7, 2));
    assert_int_equal(find_card(&w->a, &w->c, FIND_ALIVE, "nothing", &card, &why), STATUS_NOT_FOUND);
    put(w, card_create(&w->a, object_id(7, 5), 2, 0, "Wholesale"));
    found(w, "wholesale", object_id(7, 5));          /* the exact one beats the longer one */
    assert_int_equal(find_card(&w->a, &w->c, FIND_ALIVE, "whole", &card, &why), STATUS_CONFLICT);
    assert_non_null(strstr(why, "7.1"));
    assert_non_null(strstr(why, "7.5"));
    put(w, card_delete(&w->a, object_id(7, 5)));
    found(w, "whole", object_id(7, 1));
    assert_int_equal(find_card(&w->a, &w->c, FIND_ALIVE, "7.5", &card, &why), STATUS_NOT_FOUND);
    assert_non_null(strstr(why, "restore"));
    assert_int_equal(find_card(&w->a, &w->c, FIND_DELETED, "whole", &card, &why), STATUS_OK);
    assert_int_equal(card->o.id, object_id(7, 5));
}

static void test_find_block(void **state)
{
    struct world *w = *state;
    struct block *block;
    const char *why = "";
    put(w, prop_text(&w->a, 2, "title", "Right hand side"));
    assert_int_equal(find_block(&w->a, &w->c, "r", &block, &why), STATUS_OK);
    assert_int_equal(block->o.id, 2);
    assert_int_equal(find_block(&w->a, &w->c, "RIGHT HAND", &block, &why), STATUS_OK);
    assert_int_equal(find_block(&w->a, &w->c, "up", &block, &why), STATUS_NOT_FOUND);
    assert_non_null(strstr(why, "left, right"));
}

static void test_find_canvas(void **state)
{
    struct world *w = *state;
    uint8_t ids[2][16] = {{0xaa, 0xbb, 0xcc}, {0xab, 0xcd}};
    Cocanvas__CanvasInfo a, b, *both[] = {&a, &b}, *hit;
    Cocanvas__CanvasList list = COCANVAS__CANVAS_LIST__INIT;
    const char *why = "";
    cocanvas__canvas_info__init(&a);
    cocanvas__canvas_info__init(&b);
    a.id = (ProtobufCBinaryData){16, ids[0]};
    b.id = (ProtobufCBinaryData){16, ids[1]};
    a.title = help_text(&w->a, "Bäckerei 2027");
    b.title = help_text(&w->a, "Bäckerei 2028");
    list.n_canvases = 2;
    list.canvases = both;
    assert_int_equal(find_canvas(&w->a, &list, "bÄckerei 2028", &hit, &why), STATUS_OK);
    assert_ptr_equal(hit, &b);
    assert_int_equal(find_canvas(&w->a, &list, "aabb", &hit, &why), STATUS_OK);
    assert_ptr_equal(hit, &a);
    assert_int_equal(find_canvas(&w->a, &list, "aab", &hit, &why), STATUS_NOT_FOUND);
    assert_int_equal(find_canvas(&w->a, &list, "bäck", &hit, &why), STATUS_CONFLICT);
    assert_int_equal(find_canvas(&w->a, &list, "", &hit, &why), STATUS_NOT_FOUND);
}

static void test_cells(void **state)
{
    struct world *w = *state;
    assert_string_equal(arena_short(&w->a, "字典字典", 5), "字典…");
    assert_string_equal(arena_cell(&w->a, "字", 4), "字  ");
    assert_string_equal(arena_cell(&w->a, "abcdef", 4), "abc…");
}

/* ---- the table of commands */

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; cmd_at(i); i++) {
        const struct command *c = cmd_at(i);
        assert_ptr_equal(cmd_find(c->name), c);
        assert_non_null(c->run);
        assert_true(c->summary[0] >= 'A' && c->summary[0] <= 'Z' && c->summary[strlen(c->summary) - 1] != '.');
        assert_true(c->max_args < 0 || c->min_args <= c->max_args);
        for (const struct cmd_option *o = c->options; o && o->name; o++)
            for (const struct cmd_option *g = cmd_global_options(); g->name; g++) {
                assert_string_not_equal(o->name, g->name);
                assert_true(o->letter == 0 || o->letter != g->letter);
            }
        for (const struct cmd_example *e = c->examples; e && e->line; e++) {
            const struct command *named = cmd_find(arena_printf(&((struct world *)*state)->a, "%.*s", (int)strcspn(e->line, " "), e->line));
            assert_true(named || cmd_is_group(arena_printf(&((struct world *)*state)->a, "%.*s", (int)strcspn(e->line, " "), e->line)));
        }
    }
    assert_ptr_equal(cmd_find("rm"), cmd_find("remove"));
    assert_ptr_equal(cmd_find("comment"), cmd_find("comment add"));
    assert_ptr_equal(cmd_find("comment remove"), cmd_find("comment delete"));
    assert_null(cmd_find("r"));
    assert_true(cmd_is_group("member") && !cmd_is_group("add"));
}

static void test_nearest(void **state)
{
    (void)state;
    const char *const words[] = {"add", "remove", "restore"};
    assert_string_equal(nearest_word("remvoe", 3, words), "remove");
    assert_string_equal(nearest_word("restroe", 3, words), "restore");
    assert_null(nearest_word("xyz", 3, words));
    assert_null(nearest_word("a", 3, words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cleaned, begin, end),
        cmocka_unit_test_setup_teardown(test_outline, begin, end),
        cmocka_unit_test_setup_teardown(test_removed_and_links, begin, end),
        cmocka_unit_test_setup_teardown(test_attribution, begin, end),
        cmocka_unit_test_setup_teardown(test_grid, begin, end),
        cmocka_unit_test_setup_teardown(test_sentences, begin, end),
        cmocka_unit_test_setup_teardown(test_find_card, begin, end),
        cmocka_unit_test_setup_teardown(test_find_block, begin, end),
        cmocka_unit_test_setup_teardown(test_find_canvas, begin, end),
        cmocka_unit_test_setup_teardown(test_cells, begin, end),
        cmocka_unit_test_setup_teardown(test_table, begin, end),
        cmocka_unit_test_setup_teardown(test_nearest, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
