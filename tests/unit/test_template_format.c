/* Format 2 of template files: kinds, fields, sides, limits, steps, translations; every mistake of a file is named with its line; forks keep
 * the credit that is owed; and what a file says stands in the canvas that is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/method/method.h"
#include "common/template.h"
#include "tests/support/op_help.h"

#define HEAD(kind) "format = 2;\nid = \"t\";\ntitle = \"T\";\nkind = \"" kind "\";\nlicence = \"own\";\n"
#define ROWS "blocks = ( { key = \"rows\"; title = \"Rows\"; } );\n"

static struct template *parse(const char *text)
{
    struct why why = {""};
    struct template *t = template_parse("x.template", text, &why);
    if (!t)
        fail_msg("%s", why.text);
    return t;
}

static const char *prop(const struct props *props, const char *key, enum value_kind kind)
{
    const struct value *value = props_get(props, key);
    if (!value || value->kind != kind)
        fail_msg("no %s", key);
    return value->text;
}

/* ---- what a file says, and what its canvas is */

static const char everything[] =
    "format = 2;\nid = \"t\";\ntitle = \"T\";\nkind = \"table\";\nversion = \"3\";\nlang = \"en\";\nlicence = "
    "\"own\";\n"
    "attribution = \"After X.\"; adapted = \"Ann, Ben\";\nchecks = [\"empty-block\", \"duplicate\"];\nedges = "
    "[\"serves\"];\n"
    "fields = ( { key = \"rank\"; title = \"Rank\"; type = \"number\"; min = 1; max = \"2.5\"; unit = \"points\"; } "
    ");\n"
    "blocks = ( { key = \"rows\"; title = \"Rows\"; prompt = \"P?\"; help = \"H\"; plugins = [\"fit\"]; side = "
    "\"customer\"; sign = \"minus\";\n"
    "    section = \"terms\"; ledger = \"in\"; limits = [1, 3]; column = \"What\"; column_at = 1;\n"
    "    fields = ( { key = \"a\"; title = \"A\"; required = true; },\n"
    "               { key = \"b\"; title = \"B\"; type = \"choice\"; choices = [\"x\", \"y\"]; } ); },\n"
    "  { key = \"more\"; title = \"More\"; } );\n"
    "steps = ( { title = \"One\"; text = \"Do this.\"; block = \"rows\"; do = \"table\"; }, { title = \"Two\"; } );\n"
    "translations = { de = { title = \"Tabelle\";\n"
    "  blocks = { rows = { title = \"Zeilen\"; column = \"Was\"; fields = { b = { title = \"Be\"; choices = [\"ix\", "
    "\"üpsilon\"]; }; }; }; };\n"
    "  fields = { rank = { title = \"Rang\"; unit = \"Punkte\"; }; };\n"
    "  steps = ( { title = \"Eins\"; text = \"Tu dies.\"; }, { title = \"Zwei\"; } ); }; };\n";

static void to_a_canvas(void **state)
{
    (void)state;
    struct canvas c;
    struct fields fields;
    struct template *t = parse(everything);
    canvas_init(&c, NULL);
    template_instantiate(t, "Ours", &c);
    audit(&c);
    const struct props *header = &c.header.props;
    assert_string_equal(prop(header, "template", VALUE_TEXT), "t@3");
    assert_string_equal(prop(header, "kind", VALUE_TEXT), "table");
    assert_string_equal(prop(header, "lang", VALUE_TEXT), "en");
    assert_string_equal(prop(header, "attribution", VALUE_TEXT), "After X. Adapted by Ann, Ben.");
    assert_string_equal(prop(header, "checks", VALUE_TEXT), "empty-block duplicate");
    assert_string_equal(prop(header, "edges", VALUE_TEXT), "serves");
    assert_string_equal(prop(header, "step.01", VALUE_TEXT),
                        "{\"title\":\"One\",\"text\":\"Do this.\",\"block\":\"rows\",\"do\":\"table\"}");
    assert_string_equal(prop(header, "step.02", VALUE_TEXT), "{\"title\":\"Two\"}");
    assert_null(props_get(header, "step.03"));
    assert_null(props_get(header, "lanes"));
    assert_null(props_get(header, "axis.x"));
    const struct block *rows = canvas_block_by_key(&c, "rows"), *more = canvas_block_by_key(&c, "more");
    assert_string_equal(prop(&rows->props, "help", VALUE_TEXT), "H");
    assert_string_equal(prop(&rows->props, "plugins", VALUE_TEXT), "fit");
    assert_string_equal(prop(&rows->props, "side", VALUE_CHOICE), "customer");
    assert_string_equal(prop(&rows->props, "sign", VALUE_CHOICE), "minus");
    assert_string_equal(prop(&rows->props, "section", VALUE_CHOICE), "terms");
    assert_string_equal(prop(&rows->props, "ledger", VALUE_CHOICE), "in");
    assert_string_equal(prop(&rows->props, "limit.min", VALUE_NUMBER), "1");
    assert_string_equal(prop(&rows->props, "limit.max", VALUE_NUMBER), "3");
    assert_string_equal(prop(&rows->props, "column", VALUE_TEXT), "What");
    uint32_t after = (uint32_t)atoi(prop(&rows->props, "column.order", VALUE_NUMBER));
    fields_of_block(&c, rows, &fields);
    assert_int_equal(fields.n, 3);
    assert_true(fields.at[0].order < after && after < fields.at[1].order && fields.at[1].order < fields.at[2].order);
    assert_string_equal(fields.at[0].key, "a");
    assert_true(fields.at[0].required);
    assert_string_equal(fields.at[1].choices[1].key, "y");
    assert_string_equal(fields.at[2].max, "2.5");
    fields_free(&fields);
    assert_int_equal(more->props.n, 0);
    assert_true(rows->row != more->row && rows->col == more->col); /* one below the other */
    assert_int_equal(c.header.rows, 2);
    canvas_fini(&c);
    template_free(t);
}

static void hidden_parts(void **state)
{
    (void)state;
    struct canvas c;
    size_t n;
    struct template *t = parse(HEAD("text") ROWS);
    canvas_init(&c, NULL);
    template_instantiate(t, "Ours", &c);
    const struct block *parts = canvas_block_by_key(&c, "parts");
    assert_non_null(parts);
    assert_true(block_hidden(parts));
    assert_int_equal(c.n_blocks, 2);
    struct block **blocks = canvas_blocks_in_order(&c, &n);
    assert_int_equal(n, 1);
    assert_string_equal(blocks[0]->key, "rows");
    free(blocks);
    canvas_fini(&c);
    template_free(t);
}

static void translated(void **state)
{
    (void)state;
    struct why why = {""};
    struct template *t = parse(everything);
    assert_string_equal(t->languages[0], "de");
    assert_null(t->languages[1]);
    template_free(t);
    t = template_parse_in("x.template", everything, "de", &why);
    assert_non_null(t);
    assert_string_equal(t->lang, "de");
    assert_string_equal(t->title, "Tabelle");
    assert_string_equal(t->blocks[0].title, "Zeilen");
    assert_string_equal(t->blocks[0].prompt, "P?"); /* what is not translated stays */
    assert_string_equal(t->blocks[0].column, "Was");
    assert_string_equal(t->blocks[0].fields[1].title, "Be");
    assert_string_equal(t->blocks[0].fields[1].choices[1].key, "y");
    assert_string_equal(t->blocks[0].fields[1].choices[1].title, "üpsilon");
    assert_string_equal(t->fields[0].unit, "Punkte");
    assert_string_equal(t->steps[0].text, "Tu dies.");
    assert_string_equal(t->steps[0].opens, "table");
    assert_string_equal(t->blocks[1].title, "More");
    template_free(t);
    assert_null(template_parse_in("x.template", everything, "fr", &why));
    assert_string_equal(why.text, "x.template: there is no translation into \"fr\"");
}

#define LANE_FIELD                                                                                                     \
    "fields = ( { key = \"row\"; title = \"Row\"; type = \"choice\"; choices = ( { key = \"a\"; title = \"A\"; side "  \
    "= \"customer\"; sign = \"plus\"; }, \"b\" ); } );\n"
#define SCORES                                                                                                         \
    "fields = ( { key = \"i\"; title = \"I\"; type = \"number\"; min = 0; max = 10; }, { key = \"e\"; title = \"E\"; " \
    "type = \"number\"; min = 0; max = 10; } );\n"

static void kinds(void **state)
{
    (void)state;
    struct canvas c;
    struct template *t =
        parse(HEAD("lanes") "lanes = \"row\";\n" LANE_FIELD
                            "blocks = ( { key = \"one\"; title = \"One\"; }, { key = \"two\"; title = \"Two\"; } );");
    assert_true(t->cols == 2 && t->rows == 1);
    assert_true(t->blocks[1].col == 1 && t->blocks[1].order == 2);
    assert_string_equal(t->fields[0].choices[0].side, "customer");
    assert_string_equal(t->fields[0].choices[1].title, "b");
    canvas_init(&c, NULL);
    template_instantiate(t, "Ours", &c);
    assert_string_equal(prop(&c.header.props, "lanes", VALUE_TEXT), "row");
    canvas_fini(&c);
    template_free(t);
    t = parse(HEAD("matrix") SCORES "x = { title = \"Effort\"; low = \"little\"; high = \"much\"; field = \"e\"; };\ny "
                                    "= { title = \"Impact\"; field = \"i\"; };\n" ROWS);
    canvas_init(&c, NULL);
    template_instantiate(t, "Ours", &c);
    assert_string_equal(prop(&c.header.props, "axis.x", VALUE_TEXT),
                        "{\"title\":\"Effort\",\"low\":\"little\",\"high\":\"much\",\"field\":\"e\"}");
    assert_string_equal(prop(&c.header.props, "axis.y", VALUE_TEXT), "{\"title\":\"Impact\",\"field\":\"i\"}");
    canvas_fini(&c);
    template_free(t);
    t = parse(HEAD("graph") "nodes = \"row\";\nedges = [\"gives\", \"pays\"];\n" LANE_FIELD ROWS);
    canvas_init(&c, NULL);
    template_instantiate(t, "Ours", &c);
    assert_string_equal(prop(&c.header.props, "nodes", VALUE_TEXT), "row");
    assert_string_equal(prop(&c.header.props, "edges", VALUE_TEXT), "gives pays");
    canvas_fini(&c);
    template_free(t);
}

/* ---- mistakes */

static const struct {
    const char *text, *said;
} mistakes[] = {
    {"format = 3;\n", "x.template:1: format must be a whole number from 1 to 2"},
    {"id = \"t\";\ntitle = \"T\";\nkind = \"grid\";\nlicence = \"own\";\nsteps = ();\n",
     "x.template:5: the setting \"steps\" came with format 2"},
    {HEAD("gird") ROWS, "x.template:4: there is no kind \"gird\"; use \"grid\", \"table\""},
    {HEAD("table") "cols = 2;\n" ROWS,
     "x.template: blocks of this kind of canvas place themselves; take cols and rows away"},
    {HEAD("table") "blocks = (\n{ key = \"k\"; title = \"K\"; at = [0, 0]; } );",
     "x.template:7: blocks of this kind of canvas place themselves in their order"},
    {HEAD("table") "blocks = (\n{ key = \"parts\"; title = \"K\"; } );", "x.template:7: the key \"parts\" is kept"},
    {HEAD("table") "blocks = (\n{ key = \"k\"; title = \"K\"; limits = [4, 3]; } );",
     "x.template:7: block \"k\": the fewest cards are more than the most"},
    {HEAD("table") "blocks = (\n{ key = \"k\"; title = \"K\";\n side = \"left\"; } );",
     "x.template:8: there is no side \"left\"; use \"company\", \"customer\", \"shared\" or \"measure\""},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; type = \"int\"; } );\n" ROWS,
     "x.template:7: there is no type \"int\""},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; type = \"number\"; min = 0.5; } );\n" ROWS,
     "x.template:7: min must be a whole number, or"},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; type = \"number\"; min = \"1,5\"; } );\n" ROWS,
     "x.template:7: min must be"},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; type = \"number\"; min = 5; max = 4; } );\n" ROWS,
     "x.template:7: Field \"f\": \"min\" is greater than"},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; type = \"choice\"; } );\n" ROWS,
     "x.template:7: Field \"f\": a choice needs"},
    {HEAD("table") "fields = (\n{ key = \"f\"; title = \"F\"; },\n{ key = \"f\"; title = \"G\"; } );\n" ROWS,
     "x.template:8: there are two fields with the key \"f\""},
    {HEAD("table") "fields = (\n{ key = \"f\"; titel = \"F\"; title = \"F\"; } );\n" ROWS,
     "x.template:7: there is no setting \"titel\"; did you mean \"title\"?"},
    {HEAD("table") "checks = \"x\";\n" ROWS, "x.template:6: checks must be at most 32 ids of checks in brackets"},
    {HEAD("table") ROWS "steps = (\n{ title = \"S\"; block = \"other\"; } );\n",
     "x.template:8: there is no block \"other\" for this step"},
    {HEAD("table") ROWS "steps = (\n{ title = \"S\";\n do = \"dance\"; } );\n",
     "x.template:9: there is no do \"dance\"; use \"cards\""},
    {HEAD("table") "lanes = \"row\";\n" LANE_FIELD ROWS, "x.template:6: lanes is for kind \"lanes\""},
    {HEAD("lanes") ROWS, "x.template: lanes is missing"},
    {HEAD("lanes") "lanes = \"other\";\n" LANE_FIELD ROWS,
     "x.template:6: lanes must be the key of a field of all cards"},
    {HEAD("graph") ROWS, "x.template: edges is missing"},
    {HEAD("matrix") SCORES
     "y = { title = \"I\"; field = \"i\"; };\n"
     "cols = 1;\nrows = 1;\nblocks = ( { key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 1]; } );\n",
     "x.template: x is missing"},
    {HEAD("matrix") LANE_FIELD
     "x = { title = \"E\"; field = \"row\"; };\ny = { title = \"I\"; field = \"row\"; };\n" ROWS,
     "x.template:7: x needs a number field \"row\" with min and max"},
    {HEAD("table") ROWS "translations = {\nde = { blocks = {\n other = { title = \"X\"; }; }; }; };\n",
     "x.template:9: there is no block \"other\" to translate"},
    {HEAD("table") ROWS "translations = {\nde = {\n titel = \"X\"; }; };\n",
     "x.template:9: there is no setting \"titel\""},
    {HEAD("table") ROWS "translations = {\nen = { title = \"X\"; }; };\n", "x.template:8: \"en\" must be a language"},
    {HEAD("table") ROWS "translations = {\nde = { title = \"\xff\"; }; };\n",
     "x.template:8: title must be valid UTF-8"},
    {HEAD("table") ROWS "steps = ( { title = \"S\"; }, { title = \"T\"; } );\ntranslations = { de = {\n steps = ( { "
                        "title = \"X\"; } ); }; };\n",
     "x.template:9: the translation must have as many steps as the original, 2"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct why why = {""};
        struct template *t = template_parse("x.template", mistakes[i].text, &why);
        if (t)
            fail_msg("mistake %zu is accepted", i);
        if (strncmp(why.text, mistakes[i].said, strlen(mistakes[i].said)) != 0)
            fail_msg("mistake %zu: \"%s\" instead of \"%s\"", i, why.text, mistakes[i].said);
    }
}

static void all_at_once(void **state)
{
    (void)state;
    struct template_mistakes m;
    assert_null(template_check(
        "x.template",
        HEAD("grid") "cols = 2;\nrows = 99;\nblocks = (\n{ key = \"K\"; title = \"K\"; at = [0, 0]; size = [1, 1]; },\n"
                     "{ key = \"l\"; titel = \"L\"; at = [0]; size = [1, 1]; },\n{ key = \"l\"; title = \"M\"; at = "
                     "[0, 0]; size = [3, 1]; } );\n",
        &m));
    static const char *const said[] = {
        "x.template:7: rows must be",
        "x.template:9: key must begin",
        "x.template:10: there is no setting \"titel\"",
        "x.template:10: title is missing",
        "x.template:10: at must be",
        "x.template:11: block \"l\" reaches beyond the grid",
        "x.template:11: block \"l\" overlaps block \"\"",
        "x.template:11: there are two blocks with the key \"l\"",
    };
    assert_int_equal(m.n, 8);
    for (size_t i = 0; i < 8; i++) {
        bool found = false;
        for (size_t j = 0; j < m.n; j++)
            found = found || strncmp(m.at[j], said[i], strlen(said[i])) == 0;
        if (!found)
            fail_msg("%s is not said", said[i]);
    }
    assert_int_equal(m.more, 0);
    template_mistakes_free(&m);
}

/* Ten thousand blocks are one mistake; a thousand wrong ones are a hundred sentences and a number. */
static void too_many(void **state)
{
    (void)state;
    struct template_mistakes m;
    struct buf text;
    static const char head[] = HEAD("grid") "cols = 1;\nrows = 1;\nblocks = (\n",
                      block[] = "{ key = \"k\"; title = \"K\"; at = [0, 0]; size = [1, 1]; },\n",
                      last[] = "{ key = \"z\"; title = \"Z\"; at = [0, 0]; size = [1, 1]; } );\n";
    for (size_t n = 100; n <= 10000; n *= 100) {
        buf_init(&text);
        buf_add(&text, head, sizeof head - 1);
        for (size_t i = 1; i < n; i++)
            buf_add(&text, block, sizeof block - 1);
        buf_add(&text, last, sizeof last);
        assert_null(template_check("x.template", (const char *)buf_at(&text), &m));
        assert_int_equal(m.n, n == 100 ? 100 : 1);
        assert_int_equal(m.more > 0, n == 100);
        if (n == 10000)
            assert_string_equal(m.at[0], "x.template:8: blocks has 10000, and at most 256 are allowed");
        template_mistakes_free(&m);
        buf_fini(&text);
    }
}

/* ---- plug-ins */

static void circles(void **state)
{
    (void)state;
    struct template_set set;
    struct template_mistakes m = {0}, unknown = {0};
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++)
        template_check_plugins(&set, set.at[i], set.at[i]->id, &m, &unknown);
    if (m.n > 0 || unknown.n > 0)
        fail_msg("%s", m.n > 0 ? m.at[0] : unknown.at[0]);
    static const char persona[] =
        "format = 2;\nid = \"persona\";\ntitle = \"T\";\nkind = \"table\";\nlicence = \"own\";\nblocks = (\n"
        "  { key = \"a\"; title = \"A\"; plugins = [\"persona\", \"journey\"]; },\n  { key = \"b\"; title = \"B\"; "
        "plugins = [\"vcc\", \"bcm\", \"ours\"]; } );\n";
    struct template *t = parse(persona);
    template_check_plugins(&set, t, "x.template", &m, &unknown);
    assert_int_equal(m.n, 2);
    assert_string_equal(m.at[0], "x.template:7: block \"a\" has its own template as a plug-in; take it away");
    assert_string_equal(m.at[1], "x.template:8: block \"b\": the plug-ins go round in a circle, persona > vcc > "
                                 "vledger > persona; take one away");
    assert_int_equal(unknown.n, 2);
    assert_string_equal(unknown.at[0],
                        "x.template:8: block \"b\": there is no built-in template \"bcm\"; did you mean \"bmc\"?");
    template_mistakes_free(&m);
    template_mistakes_free(&unknown);
    template_free(t);
    template_set_free(&set);
}

/* ---- forks */

static void forks(void **state)
{
    (void)state;
    struct why why = {""};
    struct template_set set;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        const char *file = template_file(set.at[i]->id);
        assert_non_null(file);
        char *fork = template_fork("x.template", file, "ours", "Ann \"A\" Example", &why);
        if (!fork)
            fail_msg("%s: %s", set.at[i]->id, why.text);
        char *again = template_fork("x.template", fork, "theirs", "Ben", &why);
        assert_non_null(again);
        struct template *t = parse(again);
        char *origin = xasprintf("# Forked from %s, version %s.\n", set.at[i]->id, set.at[i]->version);
        assert_non_null(strstr(again, origin));
        assert_non_null(strstr(again, "# Forked from ours, version 1.\n"));
        assert_string_equal(t->id, "theirs");
        assert_string_equal(t->version, "1");
        assert_int_equal(strncmp(t->attribution, set.at[i]->attribution, strlen(set.at[i]->attribution)), 0);
        assert_non_null(strstr(t->attribution, "Adapted by Ann \"A\" Example, Ben."));
        assert_string_equal(t->licence, set.at[i]->licence);
        assert_int_equal(t->n_blocks, set.at[i]->n_blocks);
        free(origin);
        free(fork);
        free(again);
        template_free(t);
    }
    assert_null(template_fork("x.template", template_file("bmc"), "Ours", "Ann", &why));
    assert_null(template_fork("x.template", template_file("bmc"), "ours", "An\nn", &why));
    assert_null(template_fork("x.template", "id = \"t\"; title = \"T\";", "ours", "Ann", &why));
    assert_null(template_fork("x.template",
                              "format = 2; id = \"t\"; title = \"T\"; kind = \"table\"; licence = \"own\"; " ROWS,
                              "ours", "Ann", &why));
    assert_non_null(strstr(why.text, "a line of its own"));
    assert_null(template_file("bm"));
    template_set_free(&set);
}

/* ---- the documentation */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = xcalloc(1, 1 << 18);
    assert_true(fread(text, 1, (1 << 18) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The examples of the format's description are good, and every check that there is stands in it. */
static void described(void **state)
{
    (void)state;
    char *text = read_file(TESTS_DIR "/../common/templates/README.md");
    char *first = strstr(text, "```\n#"), *second = strstr(text, "```\ntranslations");
    assert_non_null(first);
    assert_non_null(second);
    first += strlen("```\n");
    second += strlen("```\n");
    char *file = xasprintf("%.*s%.*s", (int)(strstr(first, "```") - first), first,
                           (int)(strstr(second, "```") - second), second);
    struct template *t = parse(file);
    assert_string_equal(t->id, "ours");
    assert_string_equal(t->languages[0], "de");
    template_free(t);
    for (const struct check_row *row = check_rows(); row->id; row++) {
        char *line = xasprintf("| `%s` | %s |", row->id,
                               row->when == CHECK_ALWAYS    ? "always"
                               : row->when == CHECK_USUALLY ? "usually"
                                                            : "if listed");
        if (!strstr(text, line))
            fail_msg("README.md does not say: %s", line);
        free(line);
    }
    free(file);
    free(text);
}

static void checks_exist(void **state)
{
    (void)state;
    struct template_set set;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        for (size_t j = 0; set.at[i]->checks[j]; j++) {
            const struct check_row *row = check_rows();
            while (row->id && strcmp(row->id, set.at[i]->checks[j]) != 0)
                row++;
            if (!row->id)
                fail_msg("%s: there is no check %s", set.at[i]->id, set.at[i]->checks[j]);
        }
    }
    template_set_free(&set);
}

/* Everything that is built in says what it is for and where it is listed; what a file says wrongly is named. */
static void families(void **state)
{
    struct template_set set;
    struct template *t;
    struct why why = {""};

    (void)state;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        const struct template_family *family = template_families();
        while (family->key && strcmp(family->key, set.at[i]->family) != 0)
            family++;
        if (!family->key || !set.at[i]->about[0])
            fail_msg("%s: family \"%s\", about \"%s\"", set.at[i]->id, set.at[i]->family, set.at[i]->about);
    }
    template_set_free(&set);
    t = parse(HEAD("table") "about = \"For us.\";\nfamily = \"plan\";\n" ROWS);
    assert_string_equal(t->about, "For us.");
    assert_string_equal(t->family, "plan");
    template_free(t);
    t = parse(HEAD("table") ROWS);
    assert_string_equal(t->family, "");
    template_free(t);
    assert_null(template_parse("x.template", HEAD("table") "family = \"other\";\n" ROWS, &why));
    assert_non_null(strstr(why.text, "x.template:6"));
    assert_non_null(strstr(why.text, "no family"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_canvas),
        cmocka_unit_test(hidden_parts),
        cmocka_unit_test(translated),
        cmocka_unit_test(kinds),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(too_many),
        cmocka_unit_test(circles),
        cmocka_unit_test(forks),
        cmocka_unit_test(described),
        cmocka_unit_test(checks_exist),
        cmocka_unit_test(families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
