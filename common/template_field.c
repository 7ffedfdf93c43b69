/* The fields of a template file. A field is read here setting by setting, so that complaints have their lines, and then goes through
 * field_parse() like every definition, so that the rules of fields stand in one place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/rules.h"
#include "common/template_read.h"

enum { FIELD_STEP = 10 }; /* between the orders of neighbours: people insert columns */

static const struct known field_settings[] = {
    {"key", 2}, {"title", 2}, {"type", 2}, {"prompt", 2},   {"unit", 2},    {"min", 2},
    {"max", 2}, {"whole", 2}, {"open", 2}, {"required", 2}, {"choices", 2}, {NULL, 0},
};
static const struct known choice_settings[] = {{"key", 2},  {"title", 2}, {"prompt", 2},
                                               {"side", 2}, {"sign", 2},  {NULL, 0}};

const struct field *find_field(const struct field *fields, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    }
    return NULL;
}

/* A bound of numbers: whole numbers as they are, others in quotes, so that no binary fraction comes in. */
static char *read_bound(struct parser *p, const config_setting_t *group, const char *name)
{
    const config_setting_t *setting = member(group, name);
    const char *text = setting ? config_setting_get_string(setting) : "";
    if (setting && config_setting_type(setting) == CONFIG_TYPE_INT)
        return xasprintf("%d", config_setting_get_int(setting));
    if (text && (!setting || rule_number(text)))
        return xstrdup(text);
    complain(p, setting, "%s must be a whole number, or a number with a point in quotes: %s = \"0.5\";", name, name);
    return xstrdup("");
}

/* Translation of the i-th choice: a text (its title) or a group. */
static const config_setting_t *choice_words(const config_setting_t *words, size_t i)
{
    const config_setting_t *list = member(words, "choices");
    return list ? config_setting_get_elem(list, (unsigned)i) : NULL;
}

static void read_choice(struct parser *p, const config_setting_t *from, const config_setting_t *words,
                        struct field_choice *choice)
{
    static const char *const sides[] = {"company", "customer", "shared", NULL};
    static const char *const signs[] = {"plus", "minus", NULL};
    const char *only = config_setting_get_string(from), *said = words ? config_setting_get_string(words) : NULL;
    if (only && rule_line(only, 1, TAG_POINTS)) {
        bool good = !said || rule_line(said, 1, TITLE_POINTS);
        if (!good)
            complain(p, words, "a choice must be one line of 1 to %d characters", TITLE_POINTS);
        *choice = (struct field_choice){xstrdup(only), xstrdup(said && good ? said : only), xstrdup(""), xstrdup(""),
                                        xstrdup("")};
        return;
    }
    if (!config_setting_is_group(from)) {
        complain(p, from, "a choice must be a text of at most %d characters, or { key = \"...\"; title = \"...\"; }",
                 TAG_POINTS);
        *choice = (struct field_choice){xstrdup("?"), xstrdup("?"), xstrdup(""), xstrdup(""), xstrdup("")};
        return;
    }
    check_names(p, from, choice_settings);
    choice->key = read_text(p, from, NULL, "key", REQUIRED, TAG_POINTS, false, "?");
    char *title = read_text(p, from, words, "title", OPTIONAL, TITLE_POINTS, false, choice->key);
    choice->title = said ? xstrdup(said) : title;
    if (said)
        free(title);
    choice->prompt = read_text(p, from, words, "prompt", OPTIONAL, PROMPT_POINTS, true, "");
    choice->side = read_word(p, from, "side", sides);
    choice->sign = read_word(p, from, "sign", signs);
}

static void read_choices(struct parser *p, const config_setting_t *group, const config_setting_t *words,
                         struct field *f)
{
    const config_setting_t *list = member(group, "choices");
    bool good = list && (config_setting_is_list(list) || config_setting_is_array(list));
    size_t n = good ? (size_t)config_setting_length(list) : 0;
    if (list && (!good || n > FIELD_CHOICES_MAX)) {
        complain(p, list, "choices must be at most %d: [\"guess\", \"heard\"], or ( { key = ...; title = ...; }, ... )",
                 FIELD_CHOICES_MAX);
        return;
    }
    f->choices = xcalloc(n + 1, sizeof *f->choices);
    for (; f->n_choices < n; f->n_choices++)
        read_choice(p, config_setting_get_elem(list, (unsigned)f->n_choices), choice_words(words, f->n_choices),
                    &f->choices[f->n_choices]);
}

/* The rules of fields themselves, and that the definition fits into a property. */
static void check_field(struct parser *p, const config_setting_t *group, const struct field *f)
{
    struct field again;
    struct why why = {""};
    char *json = field_format(f);
    if (!field_parse(f->key, json, &again, &why))
        complain(p, group, "%s", why.text);
    else if (!rule_text(json, 0, VALUE_POINTS))
        complain(p, group, "field \"%s\" is too long; shorten its prompts or take choices away", f->key);
    field_fini(&again);
    free(json);
}

static void read_field(struct parser *p, const config_setting_t *group, const config_setting_t *all_words,
                       uint32_t order, struct field *f)
{
    size_t before = p->mistakes->n;
    const config_setting_t *words;
    f->order = order;
    if (config_setting_is_group(group))
        check_names(p, group, field_settings);
    else
        complain(p, group, "a field must be a group in braces: { key = \"...\"; title = \"...\"; type = \"...\"; }");
    f->key = read_key(p, group, "key", REQUIRED);
    words = member(all_words, f->key);
    f->title = read_text(p, group, words, "title", REQUIRED, TITLE_POINTS, false, "?");
    f->prompt = read_text(p, group, words, "prompt", OPTIONAL, PROMPT_POINTS, true, "");
    f->unit = read_text(p, group, words, "unit", OPTIONAL, TITLE_POINTS, false, "");
    f->min = read_bound(p, group, "min");
    f->max = read_bound(p, group, "max");
    f->whole = read_flag(p, group, "whole");
    f->open = read_flag(p, group, "open");
    f->required = read_flag(p, group, "required");
    char *type = read_text(p, group, NULL, "type", OPTIONAL, KEY_MAX, false, "text");
    if (!field_type_parse(type, &f->type))
        complain(p, member(group, "type"),
                 "there is no type \"%.40s\"; use text, number, date, choice, groups, person, flag, measure or action",
                 type);
    free(type);
    read_choices(p, group, words, f);
    if (p->mistakes->n == before)
        check_field(p, group, f);
}

void read_fields(struct parser *p, const config_setting_t *group, const config_setting_t *words, uint32_t first,
                 struct field **fields, size_t *n)
{
    const config_setting_t *list;
    size_t count = read_list(p, group, "fields", TEMPLATE_FIELDS_MAX, &list);
    *fields = xcalloc(count + 1, sizeof **fields);
    for (*n = 0; *n < count; (*n)++) {
        struct field *f = &(*fields)[*n];
        const config_setting_t *element = config_setting_get_elem(list, (unsigned)*n);
        read_field(p, element, words, first + (uint32_t)*n * FIELD_STEP, f);
        if (f->key[0] && find_field(*fields, *n, f->key))
            complain(p, element, "there are two fields with the key \"%s\"; rename one", f->key);
    }
}
