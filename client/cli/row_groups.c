/* Rows in groups, by several columns at once; a row that has several names in a column stands in each of its groups. See row_list.h. */
#include "client/cli/row_list.h"

#include <string.h>

/* The names that a row has in a column: a groups field's are several, all others' one, "" is none. */
static size_t names_of(const struct row_list *l, const struct card *card, const struct list_column *column,
                       const char **names, size_t most)
{
    const struct field *field = row_field(l, card, column);
    size_t n = 0, len = strlen(column->key);
    bool tags = column->kind == COLUMN_TAGS;
    if (!tags && !(field && field->type == FIELD_GROUPS)) {
        names[0] = row_cell(l, card, column);
        return 1;
    }
    for (uint32_t i = 0; i < card->n_tags && n < most; i++) {
        const char *tag = card->tags[i];
        if (tags)
            names[n++] = tag;
        else if (strncmp(tag, column->key, len) == 0 && tag[len] == '=')
            names[n++] = tag + len + 1;
    }
    if (n == 0)
        names[n++] = "";
    return n;
}

static bool has_name(const struct row_list *l, const struct card *card, const struct list_column *column,
                     const char *name)
{
    const char *names[TAGS_MAX];
    size_t n = names_of(l, card, column, names, TAGS_MAX);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_known(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Names of a column among the rows, in the order in which they come; "" last. */
static size_t distinct_names(const struct row_list *l, const struct card *const *rows, size_t n,
                             const struct list_column *column, const char ***out)
{
    const char *names[TAGS_MAX], **all = NULL;
    size_t found = 0, cap = 0;
    bool none = false;
    for (size_t i = 0; i < n; i++) {
        size_t k = names_of(l, rows[i], column, names, TAGS_MAX);
        for (size_t j = 0; j < k; j++) {
            none = none || *names[j] == '\0';
            if (*names[j] == '\0' || is_known(all, found, names[j]))
                continue;
            if (found + 1 >= cap) {
                const char **more = arena_calloc(l->c->e.arena, cap = 2 * cap + 8, sizeof *more);
                ASSERT(more);
                if (found)
                    memcpy(more, all, found * sizeof *more);
                all = more;
            }
            all[found++] = names[j];
        }
    }
    if (none && !all)
        ASSERT((all = arena_calloc(l->c->e.arena, 1, sizeof *all)) != NULL);
    if (none)
        all[found++] = "";
    *out = all;
    return found;
}

static void each_group(struct row_list *l, size_t depth, const char **names, const struct card *const *rows, size_t n,
                       row_group_cb *each, void *ctx)
{
    const char **found;
    if (depth == l->n_groups) {
        each(l, names, rows, n, ctx);
        return;
    }
    size_t n_found = distinct_names(l, rows, n, l->groups[depth], &found);
    for (size_t i = 0; i < n_found; i++) {
        const struct card **inside = arena_calloc(l->c->e.arena, n + 1, sizeof *inside);
        size_t n_inside = 0;
        ASSERT(inside);
        for (size_t k = 0; k < n; k++)
            if (has_name(l, rows[k], l->groups[depth], found[i]))
                inside[n_inside++] = rows[k];
        names[depth] = found[i];
        each_group(l, depth + 1, names, inside, n_inside, each, ctx);
    }
}

void rows_each_group(struct row_list *l, row_group_cb *each, void *ctx)
{
    const char *names[GROUP_DEPTH + 1];
    each_group(l, 0, names, l->rows, l->n_rows, each, ctx);
}
