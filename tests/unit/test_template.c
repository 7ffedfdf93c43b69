/* Template files: the whole catalogue parses and says under which licence it is; what is wrong with a file is said
 * with its line; a canvas of a template has the blocks and the attribution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/embed.h"
#include "common/template.h"
#include "tests/support/op_help.h"

#define HEAD "id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"own\";\ncols = 2;\nrows = 1;\n"
#define LEFT "{ key = \"left\"; title = \"Left\"; at = [0, 0]; size = [1, 1]; order = 1; }"
#define RIGHT "{ key = \"right\"; title = \"Right\"; at = [1, 0]; size = [1, 1]; order = 2; }"

static struct template *parse(const char *text)
{
    struct why why = {""};
    struct template *t = template_parse("x.template", text, &why);
    if (t == NULL)
        fail_msg("%s", why.text);
    return t;
}

/* ---- the catalogue */

static void catalogue(void **state)
{
    (void)state;
    struct template_set set;
    template_set_load(&set);
    assert_int_equal(set.n, 45);
    for (size_t i = 0; i < set.n; i++) {
        const struct template *t = set.at[i];
        assert_true(i == 0 || strcmp(set.at[i - 1]->id, t->id) < 0);
        assert_true(t->licence[0] != '\0' && t->provenance[0] != '\0');
        for (size_t j = 0; j < t->n_blocks; j++) {
            assert_true(t->blocks[j].title[0] != '\0');
            if (t->blocks[j].prompt[0] == '\0')
                fail_msg("%s: block %s has no prompt", t->id, t->blocks[j].key);
        }
    }
    assert_non_null(template_find(&set, "vcc"));
    assert_int_equal(template_find(&set, "bmc")->n_blocks, 9);
    assert_null(template_find(&set, "nothing"));
    template_set_free(&set);
}

/* Blocks cover their grid, so that no canvas of the catalogue has a hole. */
static void catalogue_without_gaps(void **state)
{
    (void)state;
    struct template_set set;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        const struct template *t = set.at[i];
        uint32_t covered = 0;
        for (size_t j = 0; j < t->n_blocks; j++)
            covered += t->blocks[j].col_span * t->blocks[j].row_span;
        if (covered != t->cols * t->rows) /* nothing overlaps: the parser saw to that */
            fail_msg("%s covers %u of %u cells", t->id, covered, t->cols * t->rows);
    }
    template_set_free(&set);
}

static bool contains(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

/* The share-alike licences: said at the top of the file with its address, and in the line that every export prints. */
static void licences(void **state)
{
    (void)state;
    size_t share_alike = 0;
    for (size_t i = 0; embedded_templates[i].name != NULL; i++) {
        const struct embedded_file *file = &embedded_templates[i];
        struct template *t = parse(file->bytes);
        size_t id_len = strlen(t->id);
        if (strncmp(file->name, t->id, id_len) != 0 || strcmp(file->name + id_len, ".template") != 0)
            fail_msg("%s holds the template %s", file->name, t->id);
        static const char *const built_on_it[] = {"bmc", "lean", "bmcvpc3p", "tlbmc-env", "tlbmc-soc"};
        bool adapted = contains(t->attribution, "strategyzer");
        for (size_t j = 0; j < sizeof built_on_it / sizeof built_on_it[0]; j++)
            adapted = adapted || strcmp(t->id, built_on_it[j]) == 0;
        bool licensed = contains(t->licence, "CC-BY-SA-3.0");
        if (adapted != licensed)
            fail_msg("%s: licence %s", t->id, t->licence);
        if (licensed) {
            share_alike++;
            assert_true(contains(file->bytes, "# ") &&
                        contains(file->bytes, "https://creativecommons.org/licenses/by-sa/3.0/"));
            assert_true(contains(t->attribution, "CC BY-SA 3.0") && contains(t->attribution, "adapted"));
        }
        template_free(t);
    }
    assert_int_equal(share_alike, 5);
}

/* Tools whose owners allow no adaptation are not in the catalogue, and nothing in it bears their names. */
static void forbidden_names(void **state)
{
    (void)state;
    static const char *const names[] = {"Value Proposition Canvas", "Customer Value Map", "Customer Value Canvas",
                                        "Empathy Map", "Value Map"};
    for (size_t i = 0; embedded_templates[i].name != NULL; i++) {
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
            if (contains(embedded_templates[i].bytes, names[j]))
                fail_msg("%s mentions \"%s\"", embedded_templates[i].name, names[j]);
        }
    }
}

/* ---- files of one's own */

static void all_settings(void **state)
{
    (void)state;
    struct template *t =
        parse("# comment\n" HEAD
              "version = \"2.1\"; lang = \"de\"; attribution = \"After \\\"X\\\"\"; source = \"https://example.org\";\n"
              "provenance = \"own \" \"work\";\n"
              "blocks = (\n  { key = \"left\"; title = \"Links\"; at = [0, 0]; size = [1, 1]; order = 5;\n"
              "    prompt = \"Wer?\\nWas?\"; help = \"Länger\"; plugins = [\"bmc\", \"fit\"]; },\n  " RIGHT ");\n");
    assert_string_equal(t->version, "2.1");
    assert_string_equal(t->lang, "de");
    assert_string_equal(t->attribution, "After \"X\"");
    assert_string_equal(t->provenance, "own work");
    assert_int_equal(t->n_blocks, 2);
    assert_string_equal(t->blocks[0].prompt, "Wer?\nWas?");
    assert_string_equal(t->blocks[0].help, "Länger");
    assert_string_equal(t->blocks[0].plugins[1], "fit");
    assert_null(t->blocks[0].plugins[2]);
    assert_null(t->blocks[1].plugins[0]);
    assert_int_equal(t->blocks[0].order, 5);
    assert_int_equal(t->blocks[1].col, 1);
    template_free(t);
    t = parse(HEAD "blocks = (" LEFT ");");
    assert_string_equal(t->version, "1");
    assert_string_equal(t->lang, "en");
    assert_string_equal(t->attribution, "");
    template_free(t);
}

/* A file, and the beginning of what is said about it. */
static const struct {
    const char *text, *said;
} mistakes[] = {
    {"", "x.template: id is missing; add id = "},
    {"id = \"t\"\ntitle = ", "x.template:2: syntax error; look for a missing quote"},
    {"id = \"t\";\nid = \"u\";", "x.template:2: duplicate setting name"},
    {"@include \"/etc/passwd\"\n", "x.template:1: a template cannot include"},
    {"id = \"t\";\n  @include \"other\"\n", "x.template:2: a template cannot include"},
    {"id = \"T\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"own\";\n",
     "x.template:1: id must begin with a letter"},
    {HEAD "attribtion = \"x\";\nblocks = (" LEFT ");",
     "x.template:7: there is no setting \"attribtion\"; did you mean \"attribution\"?"},
    {HEAD "license = \"x\";\nblocks = (" LEFT ");",
     "x.template:7: there is no setting \"license\"; did you mean \"licence\"?"},
    {HEAD "whatever = 1;\nblocks = (" LEFT ");", "x.template:7: there is no setting \"whatever\"; templates/README.md"},
    {HEAD "blocks = (" LEFT ",\n { key = \"k\"; titel = \"K\"; });",
     "x.template:8: there is no setting \"titel\"; did you mean \"title\"?"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"\";\n", "x.template:4: licence must be"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\ncols = 1;\n", "x.template: licence is missing"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"table\";\nlicence = \"own\";\n",
     "x.template:3: kind \"table\" came with format 2; add format = 2; at the top"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"CC-BY-SA-4.0\";\n",
     "x.template:4: this licence asks for an attribution"},
    {"id = \"t\";\ntitle = 5;\n", "x.template:2: title must be a text in quotes"},
    {"id = \"t\";\ntitle = \"two\\nlines\";\n", "x.template:2: title must be valid UTF-8, one line"},
    {"id = \"t\";\ntitle = \"\\x1b[2J\";\n", "x.template:2: title must be valid UTF-8, one line"},
    {"id = \"t\";\ntitle = \"\xff\";\n", "x.template:2: title must be valid UTF-8, one line"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"own\";\ncols = 65;\n",
     "x.template:5: cols must be a whole number from 1 to 64"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"own\";\ncols = \"2\";\n",
     "x.template:5: cols must be a whole number"},
    {HEAD, "x.template: blocks must be a list"},
    {HEAD "blocks = ();", "x.template:7: blocks must be a list"},
    {HEAD "blocks = ( 5 );", "x.template:7: a block must be a group"},
    {HEAD "blocks = (" LEFT ",\n" LEFT ");", "x.template:8: there are two blocks with the key \"left\""},
    {HEAD "blocks = (" RIGHT ",\n { key = \"k\"; title = \"K\"; at = [0, 0]; size = [2, 1]; order = 1; });",
     "x.template:8: block \"k\" overlaps block \"right\""},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [1, 0]; size = [2, 1]; order = 1; });",
     "x.template:8: block \"k\" reaches beyond the grid of 2 columns and 1 rows"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, 1]; size = [1, 1]; order = 1; });",
     "x.template:8: block \"k\" reaches beyond"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0]; size = [1, 1]; order = 1; });",
     "x.template:8: at must be two whole numbers"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 0]; order = 1; });",
     "x.template:8: size must be two whole numbers"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, -1]; size = [1, 1]; order = 1; });",
     "x.template:8: at must be two"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; size = [1, 1]; order = 1; });", "x.template:8: at is missing"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 1]; });",
     "x.template:8: order is missing"},
    {HEAD "blocks = (\n { key = \"K\"; title = \"K\"; at = [0, 0]; size = [1, 1]; order = 1; });",
     "x.template:8: key must begin"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 1]; order = 1;\n plugins = \"fit\"; });",
     "x.template:9: plugins must be"},
    {HEAD "blocks = (\n { key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 1]; order = 1;\n plugins = [1]; });",
     "x.template:9: plugins must be"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct why why = {""};
        struct template *t = template_parse("x.template", mistakes[i].text, &why);
        if (t != NULL)
            fail_msg("mistake %zu is accepted", i);
        if (strncmp(why.text, mistakes[i].said, strlen(mistakes[i].said)) != 0)
            fail_msg("mistake %zu: \"%s\" instead of \"%s\"", i, why.text, mistakes[i].said);
        assert_null(template_parse("x.template", mistakes[i].text, NULL));
    }
}

static void nearest(void **state)
{
    (void)state;
    struct template_set set;
    template_set_load(&set);
    assert_string_equal(template_nearest(&set, "bcm"), "bmc");
    assert_string_equal(template_nearest(&set, "vc"), "vcc");
    assert_string_equal(template_nearest(&set, "start-stop-contineu"), "start-stop-continue");
    assert_string_equal(template_nearest(&set, "persnoa"), "persona");
    assert_null(template_nearest(&set, "quarterly-report"));
    assert_null(template_nearest(&set, "a-name-that-is-much-too-long-to-be-compared-with-anything"));
    template_set_free(&set);
}

/* ---- canvases */

/* No limit of the model is broken: a server would take the state as an import. */
static void imported_again(struct canvas *c)
{
    struct buf state;
    struct canvas again;
    struct why why = {""};
    buf_init(&state);
    canvas_encode(c, &state);
    canvas_init(&again, NULL);
    if (canvas_decode(&again, buf_at(&state), buf_len(&state), &why) != STATUS_OK)
        fail_msg("%s: %s", canvas_header_text(c, "template"), why.text);
    canvas_fini(&again);
    buf_fini(&state);
}

static void instantiate(void **state)
{
    (void)state;
    struct template_set set;
    struct canvas c;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        const struct template *t = set.at[i];
        canvas_init(&c, NULL);
        template_instantiate(t, "Our canvas", &c);
        assert_string_equal(canvas_title(&c), "Our canvas");
        assert_string_equal(canvas_header_text(&c, "attribution"), t->attribution);
        assert_string_equal(canvas_header_text(&c, "licence"), t->licence);
        assert_int_equal(c.n_blocks, t->n_blocks + 1); /* and the hidden one */
        audit(&c);
        imported_again(&c);
        canvas_fini(&c);
    }
    canvas_init(&c, NULL);
    template_instantiate(template_find(&set, "bmc"), "Ours", &c);
    assert_string_equal(canvas_header_text(&c, "template"), "bmc@2");
    assert_string_equal(canvas_header_text(&c, "kind"), "grid");
    assert_int_equal(c.header.cols, 10);
    const struct block *block = canvas_block_by_key(&c, "cs");
    assert_int_equal(object_client(block->o.id), 0);
    assert_int_equal(block->col, 8);
    assert_int_equal(block->row_span, 6);
    assert_string_equal(props_get(&block->props, "plugins")->text, "persona jtbd3");
    canvas_fini(&c);
    template_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catalogue),    cmocka_unit_test(catalogue_without_gaps),
        cmocka_unit_test(licences),     cmocka_unit_test(forbidden_names),
        cmocka_unit_test(all_settings), cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(nearest),      cmocka_unit_test(instantiate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
