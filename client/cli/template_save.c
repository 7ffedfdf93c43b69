/* See template_save.h. The settings are those of common/templates/README.md; the properties they come from are written by
 * template_canvas.c. Whether the file is good is asked of template_parse(), which reads it back. */
#include "client/cli/template_save.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/field.h"
#include "common/template.h"

enum { ID_MOST = 40 };

struct writer {
    struct buf out;
    const struct canvas *c;
    bool stacked;
};

static void put(struct writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void put(struct writer *w, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    ASSERT(n >= 0);
    buf_add(&w->out, text, (size_t)n);
    free(text);
}

/* A text in quotes. */
static void put_quoted(struct writer *w, const char *text)
{
    buf_add(&w->out, "\"", 1);
    for (const char *at = text; *at; at++) {
        const char *escape = *at == '"' ? "\\\"" : *at == '\\' ? "\\\\" : *at == '\n' ? "\\n" : *at == '\t' ? "\\t" : NULL;
        buf_add(&w->out, escape ? escape : at, escape ? 2 : 1);
    }
    buf_add(&w->out, "\"", 1);
}

/* A setting, left out if it is empty. */
static void put_text(struct writer *w, const char *indent, const char *name, const char *text)
{
    if (!text || !text[0])
        return;
    put(w, "%s%s = ", indent, name);
    put_quoted(w, text);
    put(w, ";\n");
}

static const char *prop_text(const struct props *props, const char *key)
{
    const struct value *value = props_get(props, key);
    return value && value->text ? value->text : "";
}

/* Words with spaces between become a list. */
static void put_words(struct writer *w, const char *indent, const char *name, const char *words)
{
    if (!words[0])
        return;
    put(w, "%s%s = [", indent, name);
    for (const char *at = words, *comma = ""; *at; comma = ", ") {
        size_t len = strcspn(at, " ");
        char *word = strndup(at, len);
        ASSERT(word);
        if (len)
            put(w, "%s", comma);
        if (len)
            put_quoted(w, word);
        free(word);
        at += len + (at[len] == ' ');
    }
    put(w, "];\n");
}

/* ---- fields */

static void put_choices(struct writer *w, const struct field *f)
{
    if (f->n_choices == 0)
        return;
    put(w, " choices = (");
    for (size_t i = 0; i < f->n_choices; i++) {
        const struct field_choice *choice = &f->choices[i];
        put(w, "%s{ ", i ? ", " : "");
        put_text(w, "", "key", choice->key);
        put_text(w, " ", "title", choice->title);
        put_text(w, " ", "prompt", choice->prompt);
        put_text(w, " ", "side", choice->side);
        put_text(w, " ", "sign", choice->sign);
        put(w, "}");
    }
    put(w, ");\n");
}

static void put_field(struct writer *w, const char *indent, const struct field *f)
{
    put(w, "%s  { ", indent);
    put_text(w, "", "key", f->key);
    put_text(w, "   ", "title", f->title);
    put_text(w, "   ", "type", field_type_name(f->type));
    put_text(w, "   ", "prompt", f->prompt);
    put_text(w, "   ", "unit", f->unit);
    put_text(w, "   ", "min", f->min);
    put_text(w, "   ", "max", f->max);
    put_choices(w, f);
    put(w, "%s%s%s", f->whole ? " whole = true;" : "", f->open ? " open = true;" : "", f->required ? " required = true;" : "");
    put(w, " }");
}

/* Those that stand in props, in their order. */
static void put_fields(struct writer *w, const char *indent, const struct props *props, const struct block *block)
{
    struct fields all;
    size_t n = 0;
    fields_of_block(w->c, block, &all);
    for (size_t i = 0; i < all.n; i++) {
        char *key = xasprintf("field.%s", all.at[i].key);
        bool here = props_get(props, key) != NULL;
        free(key);
        if (!here)
            continue;
        put(w, n++ == 0 ? "%sfields = (\n" : ",\n", indent);
        put_field(w, indent, &all.at[i]);
    }
    if (n)
        put(w, "\n%s);\n", indent);
    fields_free(&all);
}

/* ---- blocks */

static bool is_hidden(const struct block *block)
{
    const struct value *hidden = props_get(&block->props, "hidden");
    return hidden && hidden->kind == VALUE_FLAG && hidden->number;
}

static bool covers(const struct block *a, const struct block *b)
{
    return a->col < b->col + b->col_span && b->col < a->col + a->col_span && a->row < b->row + b->row_span && b->row < a->row + a->row_span;
}

static bool lie_over_each_other(const struct canvas *c, struct block *const *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct block *a = blocks[i];
        if (is_hidden(a))
            continue;
        if (a->col_span == 0 || a->row_span == 0 || a->col + a->col_span > c->header.cols || a->row + a->row_span > c->header.rows)
            return true;
        for (size_t j = 0; j < i; j++)
            if (!is_hidden(blocks[j]) && covers(a, blocks[j]))
                return true;
    }
    return false;
}

static void put_limits(struct writer *w, const struct block *block)
{
    const char *least = prop_text(&block->props, "limit.min"), *most = prop_text(&block->props, "limit.max");
    if (least[0] || most[0])
        put(w, "    limits = [%s, %s];\n", least[0] ? least : "0", most[0] ? most : "0");
}

/* The column of a table's text stands behind the fields of smaller orders. */
static void put_column(struct writer *w, const struct block *block)
{
    struct fields all;
    const char *order = prop_text(&block->props, "column.order");
    unsigned long at = strtoul(order, NULL, 10), before = 0;
    put_text(w, "    ", "column", prop_text(&block->props, "column"));
    if (!order[0])
        return;
    fields_of_block(w->c, block, &all);
    for (size_t i = 0; i < all.n; i++) {
        char *key = xasprintf("field.%s", all.at[i].key);
        before += props_get(&block->props, key) != NULL && all.at[i].order < at;
        free(key);
    }
    fields_free(&all);
    put(w, "    column_at = %lu;\n", before);
}

static void put_block(struct writer *w, const struct block *block, size_t number, bool placed)
{
    static const char *const words[] = {"side", "sign", "section", "ledger"};
    put(w, "%s  {\n", number ? ",\n" : "");
    put_text(w, "    ", "key", block->key);
    put_text(w, "    ", "title", block->title);
    if (placed && w->stacked)
        put(w, "    at = [0, %zu];\n    size = [1, 1];\n", number);
    else if (placed)
        put(w, "    at = [%u, %u];\n    size = [%u, %u];\n", block->col, block->row, block->col_span, block->row_span);
    put_text(w, "    ", "prompt", block->prompt);
    put_text(w, "    ", "help", prop_text(&block->props, "help"));
    put_words(w, "    ", "plugins", prop_text(&block->props, "plugins"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put_text(w, "    ", words[i], prop_text(&block->props, words[i]));
    put_limits(w, block);
    put_column(w, block);
    put_fields(w, "    ", &block->props, block);
    put(w, "  }");
}

static void put_blocks(struct writer *w, bool placed)
{
    size_t n, number = 0;
    struct block **blocks = canvas_blocks_in_order(w->c, &n);
    w->stacked = placed && lie_over_each_other(w->c, blocks, n);
    for (size_t i = 0; i < n; i++)
        number += !is_hidden(blocks[i]);
    if (placed)
        put(w, "cols = %u;\nrows = %zu;\n", w->stacked ? 1 : w->c->header.cols, w->stacked ? number : w->c->header.rows);
    put(w, "\nblocks = (\n");
    number = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_hidden(blocks[i]))
            put_block(w, blocks[i], number++, placed);
    put(w, "\n);\n");
    free(blocks);
}

/* ---- the canvas */

static void put_json(struct writer *w, const char *json, const char *const *names)
{
    json_t *object = json_loads(json, 0, NULL);
    for (size_t i = 0; names[i]; i++)
        put_text(w, " ", names[i], json_string_value(json_object_get(object, names[i])));
    json_decref(object);
}

static void put_axis(struct writer *w, const char *name, const char *json)
{
    static const char *const names[] = {"title", "low", "high", "field", NULL};
    if (!json[0])
        return;
    put(w, "%s = {", name);
    put_json(w, json, names);
    put(w, "};\n");
}

static void put_steps(struct writer *w)
{
    static const char *const names[] = {"title", "text", "block", "do", NULL};
    size_t n = 0;
    for (unsigned i = 1; i <= 24; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "step.%02u", i);
        const char *json = prop_text(&w->c->header.props, key);
        if (!json[0])
            continue;
        put(w, n++ ? ",\n  {" : "\nsteps = (\n  {");
        put_json(w, json, names);
        put(w, "}");
    }
    if (n)
        put(w, "\n);\n");
}

/* "After Ann. Adapted by Ben." is Ann's, and then Ben's. */
static void put_credit(struct writer *w, const char *attribution, const char *who)
{
    static const char by[] = "Adapted by ";
    const char *adapted = NULL;
    for (const char *at = strstr(attribution, by); at; at = strstr(at + 1, by))
        adapted = at;
    size_t len = adapted ? (size_t)(adapted - attribution) : strlen(attribution);
    while (len > 0 && adapted && attribution[len - 1] == ' ')
        len--;
    char *original = strndup(attribution, len), *names = xstrdup(adapted ? adapted + strlen(by) : "");
    ASSERT(original);
    if (names[0] && names[strlen(names) - 1] == '.')
        names[strlen(names) - 1] = '\0';
    bool there = who[0] == '\0' || strcmp(names, who) == 0;
    char *all = there ? xstrdup(names) : names[0] ? xasprintf("%s, %s", names, who) : xstrdup(who);
    put_text(w, "", "attribution", original);
    put_text(w, "", "adapted", all);
    free(all);
    free(names);
    free(original);
}

static void put_header(struct writer *w, const struct template_save *save)
{
    const struct props *props = &w->c->header.props;
    put(w, "# Made from a canvas by cocanvas template save.\nformat = 2;\n");
    put_text(w, "", "id", save->id);
    put_text(w, "", "title", save->title);
    put_text(w, "", "kind", prop_text(props, "kind")[0] ? prop_text(props, "kind") : "grid");
    put_text(w, "", "lang", prop_text(props, "lang"));
    put_text(w, "", "licence", prop_text(props, "licence")[0] ? prop_text(props, "licence") : "LicenseRef-own");
    put_credit(w, prop_text(props, "attribution"), save->who);
    put_text(w, "", "source", prop_text(props, "source"));
    put_text(w, "", "lanes", prop_text(props, "lanes"));
    put_text(w, "", "nodes", prop_text(props, "nodes"));
    put_words(w, "", "edges", prop_text(props, "edges"));
    put_words(w, "", "checks", prop_text(props, "checks"));
    put_axis(w, "x", prop_text(props, "axis.x"));
    put_axis(w, "y", prop_text(props, "axis.y"));
    put_fields(w, "", props, NULL);
}

/* Grids, and matrices whose cells are blocks. */
static bool is_placed(const struct canvas *c)
{
    const char *kind = prop_text(&c->header.props, "kind"), *x = prop_text(&c->header.props, "axis.x");
    return !kind[0] || strcmp(kind, "grid") == 0 || (strcmp(kind, "matrix") == 0 && !strstr(x, "\"field\""));
}

char *template_of_canvas(const struct canvas *c, const struct template_save *save, bool *stacked, struct why *why)
{
    struct writer w = {.c = c};
    buf_init(&w.out);
    put_header(&w, save);
    put_blocks(&w, is_placed(c));
    put_steps(&w);
    buf_add(&w.out, "", 1);
    *stacked = w.stacked;
    struct template *t = template_parse(save->id, (const char *)buf_at(&w.out), why);
    char *text = t ? xstrdup((const char *)buf_at(&w.out)) : NULL;
    template_free(t);
    buf_fini(&w.out);
    return text;
}

char *template_id_of(const char *title)
{
    char *id = xcalloc(1, ID_MOST + 1);
    size_t len = 0;
    for (const char *at = title; *at && len < ID_MOST; at++) {
        char low = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        if ((low >= 'a' && low <= 'z') || (len > 0 && low >= '0' && low <= '9'))
            id[len++] = low;
        else if (len > 0 && id[len - 1] != '-')
            id[len++] = '-';
    }
    while (len > 0 && id[len - 1] == '-')
        id[--len] = '\0';
    if (len == 0)
        memcpy(id, "canvas", sizeof "canvas");
    return id;
}
