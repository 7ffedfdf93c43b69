/* The translations of a template file: a group of words for each language, shaped as the file itself. Here only the names in it are
 * checked against the file; its texts are checked when the file is read in that language. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/rules.h"
#include "common/template_read.h"

static const struct known language_settings[] = {{"title", 2}, {"blocks", 2}, {"fields", 2}, {"steps", 2},
                                                 {"x", 2},     {"y", 2},      {"about", 2},  {NULL, 0}};
static const struct known block_words[] = {{"title", 2},  {"prompt", 2}, {"help", 2},
                                           {"column", 2}, {"fields", 2}, {NULL, 0}};
static const struct known field_words[] = {{"title", 2}, {"prompt", 2}, {"unit", 2}, {"choices", 2}, {NULL, 0}};
static const struct known choice_words[] = {{"title", 2}, {"prompt", 2}, {NULL, 0}};
static const struct known step_words[] = {{"title", 2}, {"text", 2}, {NULL, 0}};
static const struct known axis_words[] = {{"title", 2}, {"low", 2}, {"high", 2}, {NULL, 0}};

/* Whether it is there and a group; complains about something else. */
static bool is_group(struct parser *p, const config_setting_t *setting)
{
    if (setting && !config_setting_is_group(setting))
        complain(p, setting, "translations must be groups in braces: { title = \"...\"; }");
    return setting && config_setting_is_group(setting);
}

/* A list of translations that go with n things one by one. */
static bool is_list_of(struct parser *p, const config_setting_t *list, size_t n, const char *what)
{
    bool good = list && (config_setting_is_list(list) || config_setting_is_array(list)) &&
                (size_t)config_setting_length(list) == n;
    if (list && !good)
        complain(p, list, "the translation must have as many %s as the original, %zu, in the same order", what, n);
    return good;
}

static void check_choices(struct parser *p, const config_setting_t *words, const struct field *f)
{
    const config_setting_t *list = member(words, "choices");
    if (!is_list_of(p, list, f->n_choices, "choices"))
        return;
    for (unsigned i = 0; i < f->n_choices; i++) {
        const config_setting_t *element = config_setting_get_elem(list, i);
        if (!config_setting_get_string(element) && is_group(p, element))
            check_names(p, element, choice_words);
    }
}

static void check_fields(struct parser *p, const config_setting_t *words, const struct field *fields, size_t n)
{
    const config_setting_t *group = member(words, "fields");
    if (!is_group(p, group))
        return;
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *element = config_setting_get_elem(group, (unsigned)i);
        const struct field *f = find_field(fields, n, config_setting_name(element));
        if (!f) {
            complain(p, element, "there is no field \"%.40s\" here to translate", config_setting_name(element));
        } else if (is_group(p, element)) {
            check_names(p, element, field_words);
            check_choices(p, element, f);
        }
    }
}

static const struct template_block *find_block(const struct template *t, const char *key)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        if (strcmp(t->blocks[i].key, key) == 0)
            return &t->blocks[i];
    }
    return NULL;
}

static void check_blocks(struct parser *p, const config_setting_t *words, const struct template *t)
{
    const config_setting_t *group = member(words, "blocks");
    if (!is_group(p, group))
        return;
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *element = config_setting_get_elem(group, (unsigned)i);
        const struct template_block *block = find_block(t, config_setting_name(element));
        if (!block) {
            complain(p, element, "there is no block \"%.40s\" to translate", config_setting_name(element));
        } else if (is_group(p, element)) {
            check_names(p, element, block_words);
            check_fields(p, element, block->fields, block->n_fields);
        }
    }
}

static void check_steps(struct parser *p, const config_setting_t *words, const struct template *t)
{
    const config_setting_t *list = member(words, "steps");
    if (!is_list_of(p, list, t->n_steps, "steps"))
        return;
    for (unsigned i = 0; i < t->n_steps; i++) {
        const config_setting_t *element = config_setting_get_elem(list, i);
        if (is_group(p, element))
            check_names(p, element, step_words);
    }
}

static void check_language(struct parser *p, const config_setting_t *words, const struct template *t)
{
    const char *lang = config_setting_name(words);
    if (!rule_key(lang) || strchr(lang, '.') || strcmp(lang, t->lang) == 0)
        complain(p, words, "\"%.20s\" must be a language such as de or pt-br, and another one than that of the file",
                 lang);
    if (!is_group(p, words))
        return;
    check_names(p, words, language_settings);
    check_blocks(p, words, t);
    check_fields(p, words, t->fields, t->n_fields);
    check_steps(p, words, t);
    if (is_group(p, member(words, "x")))
        check_names(p, member(words, "x"), axis_words);
    if (is_group(p, member(words, "y")))
        check_names(p, member(words, "y"), axis_words);
}

void check_translations(struct parser *p, const config_setting_t *root, struct template *t)
{
    const config_setting_t *all = member(root, "translations");
    int n = all && config_setting_is_group(all) ? config_setting_length(all) : 0;
    t->languages = xcalloc(TEMPLATE_WORDS_MAX + 1, sizeof *t->languages);
    if (all && (n < 1 || n > TEMPLATE_WORDS_MAX))
        complain(p, all, "translations must be a group of 1 to %d languages: translations = { de = { ... }; };",
                 TEMPLATE_WORDS_MAX);
    for (int i = 0; i < n && i < TEMPLATE_WORDS_MAX; i++) {
        const config_setting_t *words = config_setting_get_elem(all, (unsigned)i);
        check_language(p, words, t);
        t->languages[i] = xstrdup(config_setting_name(words));
    }
}
