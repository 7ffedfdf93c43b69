/* Template files: libconfig's syntax, read into a struct template after every value was checked. The whole file is read even if there are
 * mistakes in it, so that they are named together; only a file without any becomes a template. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/rules.h"
#include "common/template_read.h"

enum {
    VERSION_POINTS = 20,
    CANVAS_FIELDS_FIRST = 1000, /* order of the fields of all cards: after those of the block */
    BLOCK_FIELDS_FIRST = 10,
    COLUMN_STEP = 10,
    PLACE_MAX = 1000,
};

/* ---- blocks */

static bool overlap(const struct template_block *a, const struct template_block *b)
{
    return a->col < b->col + b->col_span && b->col < a->col + a->col_span && a->row < b->row + b->row_span &&
           b->row < a->row + a->row_span;
}

static void check_block(struct parser *p, const config_setting_t *group, const struct template *t,
                        const struct template_block *block)
{
    if (strcmp(block->key, "parts") == 0)
        complain(p, group, "the key \"parts\" is kept for measures and actions of cards; take another one");
    if (block->most > 0 && block->least > block->most)
        complain(p, group, "block \"%s\": the fewest cards are more than the most; swap the limits", block->key);
    if (block->col + block->col_span > t->cols || block->row + block->row_span > t->rows)
        complain(p, group,
                 "block \"%s\" reaches beyond the grid of %u columns and %u rows; make it smaller or the grid larger",
                 block->key, t->cols, t->rows);
    for (const struct template_block *other = t->blocks; other < block; other++) {
        if (block->key[0] && strcmp(other->key, block->key) == 0)
            complain(p, group, "there are two blocks with the key \"%s\"; rename one", block->key);
        if (overlap(other, block))
            complain(p, group, "block \"%s\" overlaps block \"%s\"; change at or size of one", block->key, other->key);
    }
}

/* The block's place: the file's, or side by side (stages of lanes), or one below the other. A place that can't be read has no size, so that
 * nothing else is said about it. */
static void read_place(struct parser *p, const config_setting_t *group, const struct template *t,
                       struct template_block *block)
{
    uint32_t at = (uint32_t)(block - t->blocks);
    if (p->placed) {
        bool placed = read_pair(p, group, "at", 0, "columns, rows", &block->col, &block->row);
        if (!read_pair(p, group, "size", 1, "columns, rows", &block->col_span, &block->row_span) || !placed)
            block->col = block->row = block->col_span = block->row_span = 0;
        return;
    }
    if (member(group, "at") || member(group, "size"))
        complain(p, group, "blocks of this kind of canvas place themselves in their order; take at and size away");
    bool beside = strcmp(t->kind, "lanes") == 0;
    block->col = beside ? at : 0;
    block->row = beside ? 0 : at;
    block->col_span = block->row_span = 1;
}

/* What a block is in the kinds beyond the plain grid. */
static void read_meaning(struct parser *p, const config_setting_t *group, const config_setting_t *words,
                         struct template_block *block)
{
    static const char *const sides[] = {"company", "customer", "shared", "measure", NULL};
    static const char *const signs[] = {"plus", "minus", NULL};
    static const char *const sections[] = {"current", "terms", "proposals", "questions", "accepted", NULL};
    static const char *const ledgers[] = {"perspective", "in", "out", "trade", NULL};
    block->side = read_word(p, group, "side", sides);
    block->sign = read_word(p, group, "sign", signs);
    block->section = read_word(p, group, "section", sections);
    block->ledger = read_word(p, group, "ledger", ledgers);
    block->column = read_text(p, group, words, "column", OPTIONAL, TITLE_POINTS, false, "");
    uint32_t before = read_number(p, group, "column_at", OPTIONAL, 0, TEMPLATE_FIELDS_MAX, 0);
    block->column_order = before > 0 ? BLOCK_FIELDS_FIRST + COLUMN_STEP * before - COLUMN_STEP / 2 : 0;
    if (member(group, "limits"))
        (void)read_pair(p, group, "limits", 0, "fewest, most; 0 is no limit", &block->least, &block->most);
    read_fields(p, group, member(words, "fields"), BLOCK_FIELDS_FIRST, &block->fields, &block->n_fields);
}

static void read_block(struct parser *p, const config_setting_t *group, struct template *t)
{
    static const struct known settings[] = {
        {"key", 1},    {"title", 1},     {"prompt", 1}, {"help", 1},   {"at", 1},      {"size", 1},
        {"order", 1},  {"plugins", 1},   {"side", 2},   {"sign", 2},   {"section", 2}, {"ledger", 2},
        {"column", 2}, {"column_at", 2}, {"limits", 2}, {"fields", 2}, {NULL, 0},
    };
    struct template_block *block = &t->blocks[t->n_blocks++];
    if (config_setting_is_group(group))
        check_names(p, group, settings);
    else
        complain(p, group, "a block must be a group in braces: { key = \"...\"; title = \"...\"; ... }");
    block->line = config_setting_source_line(group);
    block->key = read_key(p, group, "key", REQUIRED);
    const config_setting_t *words = member(member(p->words, "blocks"), block->key);
    block->title = read_text(p, group, words, "title", REQUIRED, TITLE_POINTS, false, "");
    block->prompt = read_text(p, group, words, "prompt", OPTIONAL, PROMPT_POINTS, true, "");
    block->help = read_text(p, group, words, "help", OPTIONAL, PROMPT_POINTS, true, "");
    block->order =
        read_number(p, group, "order", p->format < 2 ? REQUIRED : OPTIONAL, 0, ORDER_MAX - 1, (uint32_t)t->n_blocks);
    block->plugins = read_words(p, group, "plugins", "ids of templates", "fit");
    read_place(p, group, t, block);
    read_meaning(p, group, words, block);
    check_block(p, group, t, block);
}

static void read_blocks(struct parser *p, const config_setting_t *root, struct template *t)
{
    const config_setting_t *list;
    size_t most = p->placed ? TEMPLATE_BLOCKS_MAX : GRID_MAX, n = read_list(p, root, "blocks", most, &list);
    if (!p->placed && (member(root, "cols") || member(root, "rows")))
        complain(p, root, "blocks of this kind of canvas place themselves; take cols and rows away");
    t->cols = t->rows = 1;
    if (p->placed) {
        t->cols = read_number(p, root, "cols", REQUIRED, 1, GRID_MAX, GRID_MAX);
        t->rows = read_number(p, root, "rows", REQUIRED, 1, GRID_MAX, GRID_MAX);
    } else if (n > 0) {
        *(strcmp(t->kind, "lanes") == 0 ? &t->cols : &t->rows) = (uint32_t)n;
    }
    if (!list)
        complain(p, root, "blocks must be a list of 1 to %zu groups: blocks = ( { ... }, { ... } );", most);
    t->blocks = xcalloc(n + 1, sizeof *t->blocks);
    for (size_t i = 0; i < n; i++)
        read_block(p, config_setting_get_elem(list, (unsigned)i), t);
}

/* ---- steps */

static bool has_block(const struct template *t, const char *key)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        if (strcmp(t->blocks[i].key, key) == 0)
            return true;
    }
    return false;
}

static void read_step(struct parser *p, const config_setting_t *group, const config_setting_t *words,
                      struct template *t)
{
    static const struct known settings[] = {{"title", 2}, {"text", 2}, {"block", 2}, {"do", 2}, {NULL, 0}};
    static const char *const opens[] = {"cards", "summary", "table", "measures", "review", NULL};
    struct template_step *step = &t->steps[t->n_steps++];
    if (config_setting_is_group(group))
        check_names(p, group, settings);
    else
        complain(p, group, "a step must be a group in braces: { title = \"...\"; text = \"...\"; }");
    step->title = read_text(p, group, words, "title", REQUIRED, TITLE_POINTS, false, "");
    step->text = read_text(p, group, words, "text", OPTIONAL, PROMPT_POINTS, true, "");
    step->block = read_key(p, group, "block", OPTIONAL);
    step->opens = read_word(p, group, "do", opens);
    if (step->block[0] && !has_block(t, step->block))
        complain(p, member(group, "block"), "there is no block \"%s\" for this step; use a block's key", step->block);
    char *json = template_step_format(step);
    if (!rule_text(json, 0, VALUE_POINTS))
        complain(p, group, "this step's text is too long; say it in fewer words");
    free(json);
}

static void read_steps(struct parser *p, const config_setting_t *root, struct template *t)
{
    const config_setting_t *list, *words = member(p->words, "steps");
    size_t n = read_list(p, root, "steps", TEMPLATE_STEPS_MAX, &list);
    t->steps = xcalloc(n + 1, sizeof *t->steps);
    for (unsigned i = 0; i < n; i++)
        read_step(p, config_setting_get_elem(list, i), words ? config_setting_get_elem(words, i) : NULL, t);
    if (t->n_fields + t->n_steps > TEMPLATE_HEADER_MAX)
        complain(p, list, "a canvas has at most %d fields and steps together; give fields to the blocks that need them",
                 TEMPLATE_HEADER_MAX);
}

/* ---- kinds */

static void read_axis(struct parser *p, const config_setting_t *root, const char *name, struct template_axis *axis)
{
    static const struct known settings[] = {{"title", 2}, {"low", 2}, {"high", 2}, {"field", 2}, {NULL, 0}};
    const config_setting_t *group = member(root, name), *words = member(p->words, name);
    if (group && config_setting_is_group(group))
        check_names(p, group, settings);
    else if (group)
        complain(p, group, "%s must be a group in braces: %s = { title = \"...\"; low = \"...\"; high = \"...\"; };",
                 name, name);
    axis->title = read_text(p, group, words, "title", group ? REQUIRED : OPTIONAL, TITLE_POINTS, false, "");
    axis->low = read_text(p, group, words, "low", OPTIONAL, TITLE_POINTS, false, "");
    axis->high = read_text(p, group, words, "high", OPTIONAL, TITLE_POINTS, false, "");
    axis->field = read_key(p, group, "field", OPTIONAL);
}

/* A field of all cards, or of the cards of the only block. */
static const struct field *field_of(const struct template *t, const char *key)
{
    const struct field *f = find_field(t->fields, t->n_fields, key);
    if (!f && t->n_blocks == 1)
        f = find_field(t->blocks[0].fields, t->blocks[0].n_fields, key);
    return f;
}

static void check_axis(struct parser *p, const config_setting_t *root, const char *name, const struct template *t,
                       const struct template_axis *axis)
{
    const struct field *f = field_of(t, axis->field);
    if (!member(root, name))
        complain(p, root, "%s is missing; add %s = { title = \"...\"; low = \"...\"; high = \"...\"; };", name, name);
    else if (axis->field[0] && (!f || f->type != FIELD_NUMBER || !f->min[0] || !f->max[0]))
        complain(p, member(root, name),
                 "%s needs a number field \"%s\" with min and max, so that cards can be placed by it", name,
                 axis->field);
}

/* A setting that only one kind has. */
static void check_only(struct parser *p, const config_setting_t *root, const struct template *t, const char *name,
                       const char *kind)
{
    if (member(root, name) && strcmp(t->kind, kind) != 0)
        complain(p, member(root, name), "%s is for kind \"%s\"; take it away", name, kind);
}

static void check_choice_field(struct parser *p, const config_setting_t *root, const struct template *t,
                               const char *name, const char *key)
{
    const struct field *f = find_field(t->fields, t->n_fields, key);
    if (key[0] && (!f || f->type != FIELD_CHOICE || f->n_choices == 0))
        complain(p, member(root, name), "%s must be the key of a field of all cards with type = \"choice\" and choices",
                 name);
}

static void check_kind(struct parser *p, const config_setting_t *root, const struct template *t)
{
    if (t->kind[0] == '\0')
        return;
    check_only(p, root, t, "lanes", "lanes");
    check_only(p, root, t, "x", "matrix");
    check_only(p, root, t, "y", "matrix");
    check_only(p, root, t, "nodes", "graph");
    check_choice_field(p, root, t, "lanes", t->lanes);
    check_choice_field(p, root, t, "nodes", t->nodes);
    if (strcmp(t->kind, "lanes") == 0 && t->lanes[0] == '\0')
        complain(p, root,
                 "lanes is missing; add lanes = \"...\"; with the key of the choice field whose choices are the rows");
    if (strcmp(t->kind, "graph") == 0 && !t->edges[0])
        complain(p, root, "edges is missing; add edges = [\"gives\"]; with the kinds of link");
    if (strcmp(t->kind, "matrix") != 0)
        return;
    check_axis(p, root, "x", t, &t->x);
    check_axis(p, root, "y", t, &t->y);
    if ((t->x.field[0] == '\0') != (t->y.field[0] == '\0'))
        complain(p, root, "x and y must both have a field, or none");
    else if (t->x.field[0] && t->n_blocks > 1)
        complain(p, root, "a matrix that is placed by two fields has one block; take the others away");
}

static void read_kind(struct parser *p, const config_setting_t *root, struct template *t)
{
    static const char *const kinds[] = {"grid", "table", "matrix", "lanes", "graph", "text", NULL};
    t->kind = read_word(p, root, "kind", kinds);
    if (!member(root, "kind"))
        complain(p, root, "kind is missing; add kind = \"grid\";");
    else if (p->format < 2 && t->kind[0] && strcmp(t->kind, "grid") != 0)
        complain(p, member(root, "kind"), "kind \"%s\" came with format 2; add format = 2; at the top", t->kind);
    t->lanes = read_key(p, root, "lanes", OPTIONAL);
    t->nodes = read_key(p, root, "nodes", OPTIONAL);
    t->edges = read_words(p, root, "edges", "kinds of link", "gives");
    read_axis(p, root, "x", &t->x);
    read_axis(p, root, "y", &t->y);
    p->placed = t->kind[0] ? strcmp(t->kind, "grid") == 0 || (strcmp(t->kind, "matrix") == 0 && t->x.field[0] == '\0')
                           : member(root, "cols") != NULL; /* the kind is misspelt, and that has been said */
}

/* ---- the file */

/* Credit is owed to those whose work it is, and then to those who changed it. */
static char *read_attribution(struct parser *p, const config_setting_t *root)
{
    char *original = read_text(p, root, NULL, "attribution", OPTIONAL, TITLE_POINTS, false, "");
    char *adapted = read_text(p, root, NULL, "adapted", OPTIONAL, TITLE_POINTS, false, ""), *both = original;
    if (adapted[0]) {
        both = original[0] ? xasprintf("%s Adapted by %s.", original, adapted) : xasprintf("Adapted by %s.", adapted);
        free(original);
    }
    free(adapted);
    return both;
}

const struct template_family *template_families(void)
{
    static const struct template_family families[] = {
        {"value", "Value co-creation"},  {"business", "Business model"}, {"customer", "Customer"},
        {"plan", "Plan and measure"},    {"workshop", "Workshop"},       {NULL, NULL},
    };
    return families;
}

static char *read_family(struct parser *p, const config_setting_t *root)
{
    char *key = read_text(p, root, NULL, "family", OPTIONAL, KEY_MAX, false, "");
    const struct template_family *family = template_families();
    while (family->key && strcmp(family->key, key) != 0)
        family++;
    if (key[0] && !family->key)
        complain(p, member(root, "family"),
                 "there is no family \"%.40s\"; use value, business, customer, plan or workshop, or leave it out", key);
    return key;
}

static void read_root(struct parser *p, const config_setting_t *root, struct template *t)
{
    static const struct known settings[] = {
        {"id", 1},         {"title", 1},       {"kind", 1},         {"version", 1},
        {"lang", 1},       {"attribution", 1}, {"licence", 1},      {"source", 1},
        {"provenance", 1}, {"cols", 1},        {"rows", 1},         {"blocks", 1},
        {"format", 1},     {"adapted", 2},     {"fields", 2},       {"lanes", 2},
        {"x", 2},          {"y", 2},           {"nodes", 2},        {"edges", 2},
        {"checks", 2},     {"steps", 2},       {"translations", 2}, {"place", 2},
        {"about", 2},      {"family", 2},      {NULL, 0},
    };
    p->format = (int)read_number(p, root, "format", OPTIONAL, 1, TEMPLATE_FORMAT, 1);
    check_names(p, root, settings);
    t->id = read_key(p, root, "id", REQUIRED);
    t->title = read_text(p, root, p->words, "title", REQUIRED, TITLE_POINTS, false, "");
    t->about = read_text(p, root, p->words, "about", OPTIONAL, TITLE_POINTS, false, "");
    t->family = read_family(p, root);
    read_kind(p, root, t);
    t->version = read_text(p, root, NULL, "version", OPTIONAL, VERSION_POINTS, false, "1");
    t->lang = read_text(p, root, NULL, "lang", OPTIONAL, VERSION_POINTS, false, "en");
    t->attribution = read_attribution(p, root);
    t->licence = read_text(p, root, NULL, "licence", REQUIRED, TITLE_POINTS, false, "");
    t->source = read_text(p, root, NULL, "source", OPTIONAL, TITLE_POINTS, false, "");
    t->provenance = read_text(p, root, NULL, "provenance", OPTIONAL, PROMPT_POINTS, true, "");
    if (strstr(t->licence, "CC-BY") && !member(root, "attribution"))
        complain(p, member(root, "licence"), "this licence asks for an attribution; add attribution = \"...\";");
    t->place = read_number(p, root, "place", OPTIONAL, 1, PLACE_MAX, 0);
    t->checks = read_words(p, root, "checks", "ids of checks", "empty-block");
    t->checks_line = member(root, "checks") ? config_setting_source_line(member(root, "checks")) : 0;
    read_fields(p, root, member(p->words, "fields"), CANVAS_FIELDS_FIRST, &t->fields, &t->n_fields);
    read_blocks(p, root, t);
    read_steps(p, root, t);
    check_kind(p, root, t);
    check_translations(p, root, t);
    if (p->lang) {
        free(t->lang);
        t->lang = xstrdup(p->lang);
    }
}

/* libconfig can include files; a template stands alone, and a stranger's must not make us open anything. Number of
 * the line, 0 if none. */
static unsigned include_line(const char *text)
{
    unsigned line = 1;
    for (const char *at = text; at && *at != '\0'; line++) {
        const char *word = at + strspn(at, " \t\r\f\v");
        if (strncmp(word, "@include", strlen("@include")) == 0)
            return line;
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    return 0;
}

/* The file in one language (NULL: its own); NULL after a complaint. */
static struct template *read_in(const char *name, const config_setting_t *root, const char *lang,
                                struct template_mistakes *m)
{
    struct parser p = {
        .name = name, .mistakes = m, .lang = lang, .words = lang ? member(member(root, "translations"), lang) : NULL};
    struct template *t = xcalloc(1, sizeof *t);
    if (lang && !p.words)
        template_mistake(m, name, 0, "there is no translation into \"%.20s\"", lang);
    read_root(&p, root, t);
    if (m->n == 0)
        return t;
    template_free(t);
    return NULL;
}

/* A file is good if it is in each of its languages. */
static struct template *read_file(const char *name, const char *text, const char *lang, struct template_mistakes *m)
{
    struct template *t = NULL;
    config_t config;
    *m = (struct template_mistakes){0};
    unsigned line = include_line(text);
    if (line > 0) {
        template_mistake(m, name, line, "a template cannot include another file; copy what is needed");
        return NULL;
    }
    config_init(&config);
    if (config_read_string(&config, text) == CONFIG_TRUE) {
        t = read_in(name, config_root_setting(&config), lang, m);
        for (size_t i = 0; t && !lang && m->n == 0 && t->languages[i]; i++)
            template_free(read_in(name, config_root_setting(&config), t->languages[i], m));
    } else {
        template_mistake(m, name, (unsigned)config_error_line(&config),
                         "%s; look for a missing quote, \";\" or bracket here or just above",
                         config_error_text(&config));
    }
    config_destroy(&config);
    if (m->n == 0)
        return t;
    template_free(t);
    return NULL;
}

struct template *template_check(const char *name, const char *text, struct template_mistakes *m)
{
    return read_file(name, text, NULL, m);
}

struct template *template_parse_in(const char *name, const char *text, const char *lang, struct why *why)
{
    struct template_mistakes m;
    struct template *t = read_file(name, text, lang, &m);
    if (!t)
        (void)refuse(why, STATUS_BAD_OP, "%s", m.at[0]);
    template_mistakes_free(&m);
    return t;
}

struct template *template_parse(const char *name, const char *text, struct why *why)
{
    return template_parse_in(name, text, NULL, why);
}
