/* Template files: libconfig's syntax, read into a struct template after every value was checked, with the file's line
 * in each complaint. The catalogue is embedded into the library (common/templates/ *.template) and parsed by whoever
 * needs it. */
#include "common/template.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/embed.h"
#include "common/rules.h"

enum {
    TEMPLATE_BLOCKS_MAX = 256,
    PLUGINS_MAX = 16,
    VERSION_POINTS = 20,
    NEAREST_MAX = 40, /* longest word that a suggestion is looked for */
};

/* ---- the nearest word */

/* Insertions, deletions, substitutions and swaps of neighbours that turn a into b; many if one of them is too long. */
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned row[3][NEAREST_MAX + 1];
    if (n > NEAREST_MAX || m > NEAREST_MAX)
        return NEAREST_MAX;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *two_above = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

/* Whether two words are near enough for a suggestion. */
static bool is_near(const char *word, const char *known, unsigned *least)
{
    unsigned d = distance(word, known);
    if (d >= *least || d > 1 + strlen(known) / 3)
        return false;
    *least = d;
    return true;
}

/* ---- complaints */

struct parser {
    const char *name; /* of the file */
    struct why *why;
    bool failed;
};

static void PRINTF_LIKE(3, 4) complain(struct parser *p, const config_setting_t *at, const char *fmt, ...)
{
    char sentence[sizeof p->why->text];
    va_list args;
    if (p->failed)
        return;
    p->failed = true;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    unsigned line = at != NULL ? config_setting_source_line(at) : 0;
    if (line > 0)
        (void)refuse(p->why, STATUS_BAD_OP, "%s:%u: %s", p->name, line, sentence);
    else
        (void)refuse(p->why, STATUS_BAD_OP, "%s: %s", p->name, sentence);
}

/* Refuses settings that are not in the NULL-terminated list of known ones. */
static void check_names(struct parser *p, const config_setting_t *group, const char *const *known)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(setting), *near = NULL;
        unsigned least = NEAREST_MAX;
        bool found = false;
        for (size_t j = 0; known[j] != NULL && !found; j++) {
            found = strcmp(name, known[j]) == 0;
            if (is_near(name, known[j], &least))
                near = known[j];
        }
        if (!found && near != NULL)
            complain(p, setting, "there is no setting \"%.40s\"; did you mean \"%s\"?", name, near);
        else if (!found)
            complain(p, setting, "there is no setting \"%.40s\"; templates/README.md lists them", name);
    }
}

/* ---- values */

enum presence { OPTIONAL, REQUIRED };

/* A text of at most `most` code points (one line unless lines), owned; `otherwise` if it is optional and absent. */
static char *get_text(struct parser *p, const config_setting_t *group, const char *name, enum presence presence,
                      size_t most, bool lines, const char *otherwise)
{
    const config_setting_t *setting = config_setting_get_member(group, name);
    if (setting == NULL) {
        if (presence == REQUIRED)
            complain(p, group, "%s is missing; add %s = \"...\";", name, name);
        return xstrdup(otherwise);
    }
    const char *text = config_setting_get_string(setting);
    size_t least = presence == REQUIRED ? 1 : 0;
    if (text == NULL)
        complain(p, setting, "%s must be a text in quotes", name);
    else if (lines ? !rule_text(text, least, most) : !rule_line(text, least, most))
        complain(p, setting, "%s must be valid UTF-8, %s %zu to %zu characters", name, lines ? "of" : "one line of",
                 least, most);
    else
        return xstrdup(text);
    return xstrdup(otherwise);
}

static char *get_key(struct parser *p, const config_setting_t *group, const char *name)
{
    char *key = get_text(p, group, name, REQUIRED, KEY_MAX, false, "");
    if (!p->failed && !rule_key(key))
        complain(p, config_setting_get_member(group, name),
                 "%s must begin with a letter a-z and go on with a-z, 0-9, \"_\", \".\" or \"-\"", name);
    return key;
}

static uint32_t get_number(struct parser *p, const config_setting_t *group, const char *name, int least, int most)
{
    const config_setting_t *setting = config_setting_get_member(group, name);
    if (setting == NULL) {
        complain(p, group, "%s is missing; add %s = %d;", name, name, least);
        return (uint32_t)least;
    }
    int value = config_setting_get_int(setting);
    if (config_setting_type(setting) != CONFIG_TYPE_INT || value < least || value > most) {
        complain(p, setting, "%s must be a whole number from %d to %d", name, least, most);
        return (uint32_t)least;
    }
    return (uint32_t)value;
}

/* A pair of numbers, "[3, 0]". */
static void get_pair(struct parser *p, const config_setting_t *group, const char *name, int least, uint32_t *first,
                     uint32_t *second)
{
    const config_setting_t *setting = config_setting_get_member(group, name);
    *first = *second = (uint32_t)least;
    if (setting == NULL) {
        complain(p, group, "%s is missing; add %s = [%d, %d];  (columns, rows)", name, name, least, least);
        return;
    }
    bool ok = config_setting_is_array(setting) && config_setting_length(setting) == 2;
    for (int i = 0; i < 2 && ok; i++) {
        const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        int value = config_setting_get_int(element);
        ok = config_setting_type(element) == CONFIG_TYPE_INT && value >= least && value <= GRID_MAX;
        *(i == 0 ? first : second) = (uint32_t)value;
    }
    if (!ok)
        complain(p, setting, "%s must be two whole numbers from %d to %d in brackets: [columns, rows]", name, least,
                 GRID_MAX);
}

static char **get_plugins(struct parser *p, const config_setting_t *group)
{
    const config_setting_t *setting = config_setting_get_member(group, "plugins");
    int n = setting != NULL ? config_setting_length(setting) : 0;
    if (setting != NULL && (!config_setting_is_array(setting) || n > PLUGINS_MAX)) {
        complain(p, setting, "plugins must be at most %d ids of templates in brackets: [\"fit\", \"persona\"]",
                 PLUGINS_MAX);
        n = 0;
    }
    char **plugins = xcalloc((size_t)n + 1, sizeof *plugins);
    for (int i = 0; i < n; i++) {
        const char *id = config_setting_get_string_elem(setting, i);
        if (id == NULL || !rule_key(id))
            complain(p, setting, "plugins must be ids of templates");
        plugins[i] = xstrdup(id != NULL ? id : "");
    }
    return plugins;
}

/* ---- blocks */

static bool overlap(const struct template_block *a, const struct template_block *b)
{
    return a->col < b->col + b->col_span && b->col < a->col + a->col_span && a->row < b->row + b->row_span &&
           b->row < a->row + a->row_span;
}

static void check_block(struct parser *p, const config_setting_t *group, const struct template *t,
                        const struct template_block *block)
{
    if (block->col + block->col_span > t->cols || block->row + block->row_span > t->rows)
        complain(p, group,
                 "block \"%s\" reaches beyond the grid of %u columns and %u rows; make it smaller or the grid larger",
                 block->key, t->cols, t->rows);
    for (const struct template_block *other = t->blocks; other < block; other++) {
        if (strcmp(other->key, block->key) == 0)
            complain(p, group, "there are two blocks with the key \"%s\"; rename one", block->key);
        if (overlap(other, block))
            complain(p, group, "block \"%s\" overlaps block \"%s\"; change at or size of one", block->key, other->key);
    }
}

static void parse_block(struct parser *p, const config_setting_t *group, struct template *t)
{
    static const char *const known[] = {"key", "title", "prompt", "help", "at", "size", "order", "plugins", NULL};
    if (!config_setting_is_group(group)) {
        complain(p, group, "a block must be a group in braces: { key = \"...\"; title = \"...\"; ... }");
        return;
    }
    check_names(p, group, known);
    struct template_block *block = &t->blocks[t->n_blocks++];
    block->key = get_key(p, group, "key");
    block->title = get_text(p, group, "title", REQUIRED, TITLE_POINTS, false, "");
    block->prompt = get_text(p, group, "prompt", OPTIONAL, PROMPT_POINTS, true, "");
    block->help = get_text(p, group, "help", OPTIONAL, PROMPT_POINTS, true, "");
    get_pair(p, group, "at", 0, &block->col, &block->row);
    get_pair(p, group, "size", 1, &block->col_span, &block->row_span);
    block->order = get_number(p, group, "order", 0, ORDER_MAX);
    block->plugins = get_plugins(p, group);
    check_block(p, group, t, block);
}

static void parse_blocks(struct parser *p, const config_setting_t *root, struct template *t)
{
    const config_setting_t *blocks = config_setting_get_member(root, "blocks");
    int n = blocks != NULL && config_setting_is_list(blocks) ? config_setting_length(blocks) : 0;
    if (n < 1 || n > TEMPLATE_BLOCKS_MAX) {
        complain(p, blocks != NULL ? blocks : root,
                 "blocks must be a list of 1 to %d blocks: blocks = ( { ... }, { ... } );", BLOCKS_MAX);
        return;
    }
    t->blocks = xcalloc((size_t)n, sizeof *t->blocks);
    for (int i = 0; i < n && !p->failed; i++)
        parse_block(p, config_setting_get_elem(blocks, (unsigned)i), t);
}

/* ---- files */

static void parse_root(struct parser *p, const config_setting_t *root, struct template *t)
{
    static const char *const known[] = {"id",     "title",      "kind", "version", "lang",   "attribution", "licence",
                                        "source", "provenance", "cols", "rows",    "blocks", NULL};
    check_names(p, root, known);
    t->id = get_key(p, root, "id");
    t->title = get_text(p, root, "title", REQUIRED, TITLE_POINTS, false, "");
    t->kind = get_text(p, root, "kind", REQUIRED, KEY_MAX, false, "");
    t->version = get_text(p, root, "version", OPTIONAL, VERSION_POINTS, false, "1");
    t->lang = get_text(p, root, "lang", OPTIONAL, VERSION_POINTS, false, "en");
    t->attribution = get_text(p, root, "attribution", OPTIONAL, TITLE_POINTS, false, "");
    t->licence = get_text(p, root, "licence", REQUIRED, TITLE_POINTS, false, "");
    t->source = get_text(p, root, "source", OPTIONAL, TITLE_POINTS, false, "");
    t->provenance = get_text(p, root, "provenance", OPTIONAL, PROMPT_POINTS, true, "");
    if (!p->failed && strcmp(t->kind, "grid") != 0)
        complain(p, config_setting_get_member(root, "kind"), "kind \"%.40s\" is not supported; use \"grid\"", t->kind);
    if (!p->failed && strstr(t->licence, "CC-BY") != NULL && t->attribution[0] == '\0')
        complain(p, config_setting_get_member(root, "licence"),
                 "this licence asks for an attribution; add attribution = \"...\";");
    t->cols = get_number(p, root, "cols", 1, GRID_MAX);
    t->rows = get_number(p, root, "rows", 1, GRID_MAX);
    if (!p->failed)
        parse_blocks(p, root, t);
}

/* libconfig can include files; a template stands alone, and a stranger's must not make us open anything. Number of
 * the line, 0 if none. */
static unsigned include_line(const char *text)
{
    unsigned line = 1;
    for (const char *at = text; at != NULL && *at != '\0'; line++) {
        const char *word = at + strspn(at, " \t\r\f\v");
        if (strncmp(word, "@include", strlen("@include")) == 0)
            return line;
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return 0;
}

struct template *template_parse(const char *name, const char *text, struct why *why)
{
    unsigned line = include_line(text);
    if (line > 0) {
        (void)refuse(why, STATUS_BAD_OP, "%s:%u: a template cannot include another file; copy what is needed", name,
                     line);
        return NULL;
    }
    struct parser p = {.name = name, .why = why};
    struct template *t = xcalloc(1, sizeof *t);
    config_t config;
    config_init(&config);
    if (config_read_string(&config, text) == CONFIG_TRUE) {
        parse_root(&p, config_root_setting(&config), t);
    } else {
        p.failed = true;
        (void)refuse(why, STATUS_BAD_OP, "%s:%d: %s; look for a missing quote, \";\" or bracket here or just above",
                     name, config_error_line(&config), config_error_text(&config));
    }
    config_destroy(&config);
    if (!p.failed)
        return t;
    template_free(t);
    return NULL;
}

void template_free(struct template *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_blocks; i++) {
        struct template_block *block = &t->blocks[i];
        free(block->key);
        free(block->title);
        free(block->prompt);
        free(block->help);
        for (size_t j = 0; block->plugins != NULL && block->plugins[j] != NULL; j++)
            free(block->plugins[j]);
        free(block->plugins);
    }
    free(t->blocks);
    free(t->id);
    free(t->title);
    free(t->kind);
    free(t->version);
    free(t->lang);
    free(t->attribution);
    free(t->licence);
    free(t->source);
    free(t->provenance);
    free(t);
}

/* ---- the catalogue */

static int by_id(const void *a, const void *b)
{
    const struct template *const *left = a, *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

void template_set_load(struct template_set *set)
{
    size_t n = 0;
    while (embedded_templates[n].name != NULL)
        n++;
    *set = (struct template_set){.at = xcalloc(n, sizeof(struct template *)), .n = n};
    for (size_t i = 0; i < n; i++) {
        set->at[i] = template_parse(embedded_templates[i].name, embedded_templates[i].bytes, NULL);
        ASSERT(set->at[i] != NULL);
    }
    qsort(set->at, n, sizeof *set->at, by_id);
}

void template_set_free(struct template_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        template_free(set->at[i]);
    free(set->at);
    *set = (struct template_set){0};
}

const struct template *template_find(const struct template_set *set, const char *id)
{
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->at[i]->id, id) == 0)
            return set->at[i];
    }
    return NULL;
}

const char *template_nearest(const struct template_set *set, const char *id)
{
    const char *nearest = NULL;
    unsigned least = NEAREST_MAX;
    for (size_t i = 0; i < set->n; i++) {
        if (is_near(id, set->at[i]->id, &least))
            nearest = set->at[i]->id;
    }
    return nearest;
}

/* ---- a canvas of a template */

/* Sets a text property; an empty one is left out. */
static void set_text(struct props *props, const char *key, char *text)
{
    struct value value = {.kind = VALUE_TEXT, .text = text};
    if (text[0] != '\0')
        props_set(props, key, &value);
}

static void set_string(char **at, const char *s)
{
    free(*at);
    *at = xstrdup(s);
}

static char *join(char *const *words)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            buf_add(&out, " ", 1);
        buf_add(&out, words[i], strlen(words[i]));
    }
    char *joined = xstrndup(buf_len(&out) > 0 ? (const char *)buf_at(&out) : "", buf_len(&out));
    buf_fini(&out);
    return joined;
}

static void add_block(const struct template_block *from, uint64_t id, struct canvas *c)
{
    struct block *block = canvas_new_block(c, id);
    set_string(&block->key, from->key);
    set_string(&block->title, from->title);
    set_string(&block->prompt, from->prompt);
    block->col = from->col;
    block->row = from->row;
    block->col_span = from->col_span;
    block->row_span = from->row_span;
    block->order = from->order;
    char *plugins = join(from->plugins);
    set_text(&block->props, "help", from->help);
    set_text(&block->props, "plugins", plugins);
    free(plugins);
}

void template_instantiate(const struct template *t, const char *title, struct canvas *c)
{
    struct props *props = &c->header.props;
    canvas_touch(c, &c->header.o);
    c->header.cols = t->cols;
    c->header.rows = t->rows;
    char *version = xasprintf("%s@%s", t->id, t->version);
    struct value value = {.kind = VALUE_TEXT, .text = (char *)(uintptr_t)title};
    props_set(props, "title", &value);
    set_text(props, "template", version);
    set_text(props, "kind", t->kind);
    set_text(props, "attribution", t->attribution);
    set_text(props, "licence", t->licence);
    set_text(props, "source", t->source);
    free(version);
    for (size_t i = 0; i < t->n_blocks; i++)
        add_block(&t->blocks[i], i + 1, c);
}
