/* Reading single settings: see template_read.h. */
#include "common/template_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/rules.h"

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

bool word_is_near(const char *word, const char *known, unsigned *least)
{
    unsigned d = distance(word, known);
    if (d >= *least || d > 1 + strlen(known) / 3)
        return false;
    *least = d;
    return true;
}

/* ---- complaints */

static void PRINTF_LIKE(4, 0)
    mistake_va(struct template_mistakes *m, const char *name, unsigned line, const char *fmt, va_list args)
{
    char sentence[sizeof((struct why *)0)->text];
    if (m->n == MISTAKES_MAX) {
        m->more++;
        return;
    }
    if (!m->at)
        m->at = xcalloc(MISTAKES_MAX, sizeof *m->at);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    if (line > 0)
        m->at[m->n++] = xasprintf("%s:%u: %s", name, line, sentence);
    else
        m->at[m->n++] = xasprintf("%s: %s", name, sentence);
}

void template_mistake(struct template_mistakes *m, const char *name, unsigned line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    mistake_va(m, name, line, fmt, args);
    va_end(args);
}

void complain(struct parser *p, const config_setting_t *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    mistake_va(p->mistakes, p->name, at ? config_setting_source_line(at) : 0, fmt, args);
    va_end(args);
}

void template_mistakes_free(struct template_mistakes *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->at[i]);
    free(m->at);
    *m = (struct template_mistakes){0};
}

const config_setting_t *member(const config_setting_t *group, const char *name)
{
    return group && config_setting_is_group(group) ? config_setting_get_member(group, name) : NULL;
}

static void check_name(struct parser *p, const config_setting_t *setting, const struct known *known)
{
    const char *name = config_setting_name(setting), *near = NULL;
    unsigned least = NEAREST_MAX;
    for (; known->name; known++) {
        if (strcmp(name, known->name) == 0) {
            if (known->since > p->format)
                complain(p, setting, "the setting \"%s\" came with format %d; add format = %d; at the top", name,
                         known->since, known->since);
            return;
        }
        if (word_is_near(name, known->name, &least))
            near = known->name;
    }
    if (near)
        complain(p, setting, "there is no setting \"%.40s\"; did you mean \"%s\"?", name, near);
    else
        complain(p, setting, "there is no setting \"%.40s\"; templates/README.md lists them", name);
}

void check_names(struct parser *p, const config_setting_t *group, const struct known *known)
{
    for (int i = 0; i < config_setting_length(group); i++)
        check_name(p, config_setting_get_elem(group, (unsigned)i), known);
}

/* ---- values */

char *read_text(struct parser *p, const config_setting_t *group, const config_setting_t *words, const char *name,
                enum presence presence, size_t most, bool lines, const char *otherwise)
{
    const config_setting_t *setting = member(words, name);
    if (!setting)
        setting = member(group, name);
    if (!setting) {
        if (presence == REQUIRED)
            complain(p, group, "%s is missing; add %s = \"...\";", name, name);
        return xstrdup(otherwise);
    }
    const char *text = config_setting_get_string(setting);
    size_t least = presence == REQUIRED ? 1 : 0;
    if (!text)
        complain(p, setting, "%s must be a text in quotes", name);
    else if (lines ? !rule_text(text, least, most) : !rule_line(text, least, most))
        complain(p, setting, "%s must be valid UTF-8, %s %zu to %zu characters", name, lines ? "of" : "one line of",
                 least, most);
    else
        return xstrdup(text);
    return xstrdup(otherwise);
}

char *read_key(struct parser *p, const config_setting_t *group, const char *name, enum presence presence)
{
    size_t before = p->mistakes->n;
    char *key = read_text(p, group, NULL, name, presence, KEY_MAX, false, "");
    if (p->mistakes->n == before && key[0] && !rule_key(key)) {
        complain(p, member(group, name),
                 "%s must begin with a letter a-z and go on with a-z, 0-9, \"_\", \".\" or \"-\"", name);
        key[0] = '\0';
    }
    return key;
}

char *read_word(struct parser *p, const config_setting_t *group, const char *name, const char *const *words)
{
    char *word = read_text(p, group, NULL, name, OPTIONAL, KEY_MAX, false, "");
    char list[160] = "";
    for (size_t i = 0, at = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0)
            return word;
        at += (size_t)snprintf(list + at, sizeof list - at, "%s\"%s\"",
                               i == 0         ? ""
                               : words[i + 1] ? ", "
                                              : " or ",
                               words[i]);
        ASSERT(at < sizeof list);
    }
    if (word[0])
        complain(p, member(group, name), "there is no %s \"%.40s\"; use %s", name, word, list);
    word[0] = '\0';
    return word;
}

uint32_t read_number(struct parser *p, const config_setting_t *group, const char *name, enum presence presence,
                     int least, int most, uint32_t otherwise)
{
    const config_setting_t *setting = member(group, name);
    if (!setting) {
        if (presence == REQUIRED)
            complain(p, group, "%s is missing; add %s = %d;", name, name, least);
        return otherwise;
    }
    int value = config_setting_get_int(setting);
    if (config_setting_type(setting) == CONFIG_TYPE_INT && value >= least && value <= most)
        return (uint32_t)value;
    complain(p, setting, "%s must be a whole number from %d to %d", name, least, most);
    return otherwise;
}

bool read_flag(struct parser *p, const config_setting_t *group, const char *name)
{
    const config_setting_t *setting = member(group, name);
    if (setting && config_setting_type(setting) != CONFIG_TYPE_BOOL)
        complain(p, setting, "%s must be true or false", name);
    return setting && config_setting_get_bool(setting);
}

bool read_pair(struct parser *p, const config_setting_t *group, const char *name, int least, const char *what,
               uint32_t *first, uint32_t *second)
{
    const config_setting_t *setting = member(group, name);
    uint32_t value[2] = {0};
    if (!setting) {
        complain(p, group, "%s is missing; add %s = [%d, %d];  (%s)", name, name, least, least, what);
        return false;
    }
    bool ok = config_setting_is_array(setting) && config_setting_length(setting) == 2;
    for (int i = 0; i < 2 && ok; i++) {
        const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        int number = config_setting_get_int(element);
        ok = config_setting_type(element) == CONFIG_TYPE_INT && number >= least && number <= GRID_MAX;
        value[i] = (uint32_t)number;
    }
    if (!ok) {
        complain(p, setting, "%s must be two whole numbers from %d to %d in brackets: [%s]", name, least, GRID_MAX,
                 what);
        return false;
    }
    *first = value[0];
    *second = value[1];
    return true;
}

char **read_words(struct parser *p, const config_setting_t *group, const char *name, const char *what,
                  const char *example)
{
    const config_setting_t *setting = member(group, name);
    bool good = !setting || config_setting_is_array(setting) || config_setting_is_list(setting);
    int n = setting && good ? config_setting_length(setting) : 0;
    char **words = xcalloc(TEMPLATE_WORDS_MAX + 1, sizeof *words);
    good = good && n <= TEMPLATE_WORDS_MAX;
    for (int i = 0; good && i < n; i++) {
        const char *word = config_setting_get_string_elem(setting, i);
        good = word && rule_key(word);
        if (good)
            words[i] = xstrdup(word);
    }
    if (!good)
        complain(p, setting, "%s must be at most %d %s in brackets: [\"%s\"]", name, TEMPLATE_WORDS_MAX, what, example);
    return words;
}

void free_words(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

size_t read_list(struct parser *p, const config_setting_t *group, const char *name, size_t most,
                 const config_setting_t **list)
{
    *list = member(group, name);
    if (!*list)
        return 0;
    size_t n = config_setting_is_list(*list) ? (size_t)config_setting_length(*list) : 0;
    if (n >= 1 && n <= most)
        return n;
    if (config_setting_is_list(*list) && n > most)
        complain(p, *list, "%s has %zu, and at most %zu are allowed", name, n, most);
    else
        complain(p, *list, "%s must be a list of 1 to %zu groups: %s = ( { ... }, { ... } );", name, most, name);
    return 0;
}
