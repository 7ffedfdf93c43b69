/* The catalogue: the templates that are embedded into the program, parsed by whoever needs them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/embed.h"
#include "common/template_read.h"

static int by_id(const void *a, const void *b)
{
    const struct template *const *left = a, *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

static void load_translations(struct template_set *set, const struct template *t, const struct embedded_file *file)
{
    size_t n = 0;
    while (t->languages[n])
        n++;
    if (n == 0)
        return;
    set->translated = xrealloc(set->translated, (set->n_translated + n) * sizeof(struct template *));
    for (size_t i = 0; i < n; i++) {
        struct template *translated = template_parse_in(file->name, file->bytes, t->languages[i], NULL);
        ASSERT(translated != NULL);
        set->translated[set->n_translated++] = translated;
    }
}

void template_set_load(struct template_set *set)
{
    size_t n = 0;
    while (embedded_templates[n].name)
        n++;
    *set = (struct template_set){.at = xcalloc(n, sizeof(struct template *)), .n = n};
    for (size_t i = 0; i < n; i++) {
        set->at[i] = template_parse(embedded_templates[i].name, embedded_templates[i].bytes, NULL);
        ASSERT(set->at[i] != NULL);
        load_translations(set, set->at[i], &embedded_templates[i]);
    }
    qsort(set->at, n, sizeof *set->at, by_id);
}

void template_set_free(struct template_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        template_free(set->at[i]);
    for (size_t i = 0; i < set->n_translated; i++)
        template_free(set->translated[i]);
    free(set->at);
    free(set->translated);
    *set = (struct template_set){0};
}

const struct template *template_find(const struct template_set *set, const char *id)
{
    const char *lang = strrchr(id, '.');
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->at[i]->id, id) == 0)
            return set->at[i];
    }
    for (size_t i = 0; lang && i < set->n_translated; i++) {
        const struct template *t = set->translated[i];
        if (strlen(t->id) == (size_t)(lang - id) && strncmp(t->id, id, (size_t)(lang - id)) == 0 &&
            strcmp(t->lang, lang + 1) == 0)
            return t;
    }
    return NULL;
}

const char *template_nearest(const struct template_set *set, const char *id)
{
    const char *nearest = NULL;
    unsigned least = NEAREST_MAX;
    for (size_t i = 0; i < set->n; i++) {
        if (word_is_near(id, set->at[i]->id, &least))
            nearest = set->at[i]->id;
    }
    return nearest;
}

const char *template_file(const char *id)
{
    size_t len = strlen(id);
    for (size_t i = 0; embedded_templates[i].name; i++) {
        const char *name = embedded_templates[i].name;
        if (strncmp(name, id, len) == 0 && strcmp(name + len, ".template") == 0)
            return embedded_templates[i].bytes;
    }
    return NULL;
}

struct template *template_load(const char *id)
{
    const char *file = template_file(id);
    return file ? template_parse(id, file, NULL) : NULL;
}

/* ---- plug-ins */

/* The way from t to its plug-ins; t stands for the one of its id in the set. */
struct walk {
    const struct template_set *set;
    const struct template *start;
    bool *seen;        /* of the set's */
    const char **path; /* ids on the way to a circle, the nearest first */
    size_t n_path;
};

/* Whether the plug-ins of t lead to the start. */
static bool leads_back(struct walk *w, const struct template *t)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        for (size_t j = 0; t->blocks[i].plugins[j]; j++) {
            const char *id = t->blocks[i].plugins[j];
            bool back = strcmp(id, w->start->id) == 0;
            for (size_t k = 0; k < w->set->n && !back; k++) {
                if (w->seen[k] || strcmp(w->set->at[k]->id, id) != 0)
                    continue;
                w->seen[k] = true;
                back = leads_back(w, w->set->at[k]);
            }
            if (back) {
                w->path[w->n_path++] = t->id;
                return true;
            }
        }
    }
    return false;
}

static void check_plugin(const struct template_set *set, const struct template *t, const struct template_block *block,
                         const char *id, const char *name, struct template_mistakes *m,
                         struct template_mistakes *unknown)
{
    const struct template *plugin = template_find(set, id);
    if (strcmp(id, t->id) == 0) {
        template_mistake(m, name, block->line, "block \"%s\" has its own template as a plug-in; take it away",
                         block->key);
        return;
    }
    if (!plugin) {
        const char *near = template_nearest(set, id);
        template_mistake(unknown, name, block->line, "block \"%s\": there is no built-in template \"%s\"%s%s%s",
                         block->key, id, near ? "; did you mean \"" : "", near ? near : "",
                         near ? "\"?" : "; it must be one of the workspace's own");
        return;
    }
    struct walk w = {
        .set = set, .start = t, .seen = xcalloc(set->n, sizeof(bool)), .path = xcalloc(set->n + 1, sizeof(char *))};
    if (leads_back(&w, plugin)) {
        char way[200];
        size_t at = (size_t)snprintf(way, sizeof way, "%s", t->id);
        for (size_t i = w.n_path; i > 0 && at < sizeof way; i--)
            at += (size_t)snprintf(way + at, sizeof way - at, " > %s", w.path[i - 1]);
        if (at < sizeof way)
            (void)snprintf(way + at, sizeof way - at, " > %s", t->id);
        template_mistake(m, name, block->line, "block \"%s\": the plug-ins go round in a circle, %s; take one away",
                         block->key, way);
    }
    free(w.seen);
    free(w.path);
}

void template_check_plugins(const struct template_set *set, const struct template *t, const char *name,
                            struct template_mistakes *m, struct template_mistakes *unknown)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        for (size_t j = 0; t->blocks[i].plugins[j]; j++)
            check_plugin(set, t, &t->blocks[i], t->blocks[i].plugins[j], name, m, unknown);
    }
}
