/* A template for people and for programs: blocks in the order of filling, with their fields; lanes, axes, steps; where it comes from. */
#include "client/cli/template_show.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

/* ---- for programs */

static void put(json_t *object, const char *key, const char *text)
{
    if (text[0])
        json_object_set_new(object, key, json_string(text));
}

static json_t *words_json(char *const *words)
{
    json_t *list = json_array();
    for (size_t i = 0; words[i]; i++)
        json_array_append_new(list, json_string(words[i]));
    return list;
}

static json_t *fields_json(const struct field *fields, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        char *text = field_format(&fields[i]);
        json_t *field = json_loads(text, 0, NULL);
        ASSERT(field != NULL);
        json_object_set_new(field, "key", json_string(fields[i].key));
        json_array_append_new(list, field);
        free(text);
    }
    return list;
}

static json_t *block_json(const struct template_block *b)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i}", "key", b->key, "title", b->title, "prompt",
                               b->prompt, "col", (int)b->col, "row", (int)b->row, "col_span", (int)b->col_span,
                               "row_span", (int)b->row_span, "order", (int)b->order);
    put(object, "help", b->help);
    put(object, "side", b->side);
    put(object, "sign", b->sign);
    put(object, "section", b->section);
    put(object, "ledger", b->ledger);
    put(object, "column", b->column);
    if (b->least > 0)
        json_object_set_new(object, "limit_min", json_integer(b->least));
    if (b->most > 0)
        json_object_set_new(object, "limit_max", json_integer(b->most));
    json_object_set_new(object, "plugins", words_json(b->plugins));
    json_object_set_new(object, "fields", fields_json(b->fields, b->n_fields));
    return object;
}

static json_t *axis_json(const struct template_axis *axis)
{
    json_t *object = json_object();
    put(object, "title", axis->title);
    put(object, "low", axis->low);
    put(object, "high", axis->high);
    put(object, "field", axis->field);
    return object;
}

static json_t *steps_json(const struct template *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->n_steps; i++) {
        json_t *step = json_object();
        put(step, "title", t->steps[i].title);
        put(step, "text", t->steps[i].text);
        put(step, "block", t->steps[i].block);
        put(step, "do", t->steps[i].opens);
        json_array_append_new(list, step);
    }
    return list;
}

static void add_whole(json_t *object, const struct template *t)
{
    json_t *blocks = json_array();
    for (size_t i = 0; i < t->n_blocks; i++)
        json_array_append_new(blocks, block_json(&t->blocks[i]));
    json_object_set_new(object, "blocks", blocks);
    json_object_set_new(object, "fields", fields_json(t->fields, t->n_fields));
    json_object_set_new(object, "checks", words_json(t->checks));
    json_object_set_new(object, "edges", words_json(t->edges));
    json_object_set_new(object, "steps", steps_json(t));
    put(object, "lanes", t->lanes);
    put(object, "nodes", t->nodes);
    put(object, "provenance", t->provenance);
    if (t->x.title[0])
        json_object_set_new(object, "x", axis_json(&t->x));
    if (t->y.title[0])
        json_object_set_new(object, "y", axis_json(&t->y));
}

json_t *template_json(const struct template *t, bool whole)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "id", t->id, "title", t->title,
                               "kind", t->kind, "version", t->version, "lang", t->lang, "attribution", t->attribution,
                               "licence", t->licence, "source", t->source, "cols", (int)t->cols, "rows", (int)t->rows);
    put(object, "about", t->about);
    put(object, "family", t->family);
    json_object_set_new(object, "languages", words_json(t->languages));
    if (whole)
        add_whole(object, t);
    return object;
}

/* ---- for people */

static void print_words(struct cli *cli, const char *before, char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        out_print(&cli->out, STYLE_DIM, "%s%s", i == 0 ? before : ", ", words[i]);
    if (words[0])
        out_print(&cli->out, STYLE_DIM, "\n");
}

static void print_choices(struct cli *cli, const struct field *f)
{
    for (size_t i = 0; i < f->n_choices; i++)
        out_print(&cli->out, STYLE_DIM, "%s%s", i == 0 ? ": " : ", ", f->choices[i].title);
    if (f->open && f->n_choices > 0)
        out_print(&cli->out, STYLE_DIM, " …");
}

static void print_fields(struct cli *cli, const struct field *fields, size_t n, const char *indent)
{
    struct output *out = &cli->out;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &fields[i];
        out_print(out, STYLE_PLAIN, "%s- %s", indent, arena_line(&cli->arena, f->title));
        out_print(out, STYLE_DIM, " (%s) %s%s", f->key, f->required ? "required " : "", field_type_name(f->type));
        if (f->min[0] || f->max[0])
            out_print(out, STYLE_DIM, " %s to %s", f->min[0] ? f->min : "any", f->max[0] ? f->max : "any");
        if (f->unit[0])
            out_print(out, STYLE_DIM, ", %s", arena_line(&cli->arena, f->unit));
        print_choices(cli, f);
        out_print(out, STYLE_PLAIN, "\n");
    }
}

static void print_limits(struct cli *cli, const struct template_block *b)
{
    if (b->least > 0 && b->most > 0)
        out_print(&cli->out, STYLE_DIM, "  %u to %u cards", b->least, b->most);
    else if (b->most > 0)
        out_print(&cli->out, STYLE_DIM, "  at most %u", b->most);
    else if (b->least > 0)
        out_print(&cli->out, STYLE_DIM, "  at least %u", b->least);
}

static void print_block(struct cli *cli, const struct template_block *b)
{
    struct output *out = &cli->out;
    out_print(out, STYLE_PLAIN, "\n%s", arena_line(&cli->arena, b->title));
    out_print(out, STYLE_DIM, " (%s)", b->key);
    if (b->side[0])
        out_print(out, STYLE_DIM, "  %s%s%s", b->side, b->sign[0] ? ", " : "", b->sign);
    print_limits(cli, b);
    out_print(out, STYLE_PLAIN, "\n");
    if (b->prompt[0])
        out_print(out, STYLE_PLAIN, "  %s\n", arena_line(&cli->arena, b->prompt));
    if (b->help[0])
        out_print(out, STYLE_DIM, "  %s\n", arena_line(&cli->arena, b->help));
    if (b->column[0])
        out_print(out, STYLE_PLAIN, "  - %s\n", arena_line(&cli->arena, b->column));
    print_fields(cli, b->fields, b->n_fields, "  ");
    print_words(cli, "  opens into ", b->plugins);
}

static int by_order(const void *a, const void *b)
{
    const struct template_block *x = *(const struct template_block *const *)a,
                                *y = *(const struct template_block *const *)b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : (x > y) - (x < y);
}

static void print_blocks(struct cli *cli, const struct template *t)
{
    const struct template_block **blocks = xcalloc(t->n_blocks + 1, sizeof *blocks);
    for (size_t i = 0; i < t->n_blocks; i++)
        blocks[i] = &t->blocks[i];
    if (t->n_blocks > 0)
        qsort(blocks, t->n_blocks, sizeof *blocks, by_order);
    for (size_t i = 0; i < t->n_blocks; i++)
        print_block(cli, blocks[i]);
    free(blocks);
}

static void print_axis(struct cli *cli, const char *name, const struct template_axis *axis)
{
    if (axis->title[0])
        out_print(&cli->out, STYLE_PLAIN, "%s: %s (%s to %s)\n", name, arena_line(&cli->arena, axis->title),
                  arena_line(&cli->arena, axis->low), arena_line(&cli->arena, axis->high));
}

static void print_steps(struct cli *cli, const struct template *t)
{
    if (t->n_steps > 0)
        out_print(&cli->out, STYLE_BOLD, "\nSteps\n");
    for (size_t i = 0; i < t->n_steps; i++) {
        out_print(&cli->out, STYLE_PLAIN, "%2zu. %s\n", i + 1, arena_line(&cli->arena, t->steps[i].title));
        if (t->steps[i].text[0])
            out_print(&cli->out, STYLE_DIM, "    %s\n", arena_line(&cli->arena, t->steps[i].text));
    }
}

static void print_languages(struct cli *cli, const struct template *t)
{
    size_t n = 0;
    for (size_t i = 0; t->languages[i]; i++) {
        if (strcmp(t->languages[i], t->lang) != 0)
            out_print(&cli->out, STYLE_DIM, "%s%s.%s", n++ == 0 ? "In other languages: " : ", ", t->id,
                      t->languages[i]);
    }
    if (n > 0)
        out_print(&cli->out, STYLE_DIM, "\n");
}

static void print_origin(struct cli *cli, const struct template *t)
{
    struct output *out = &cli->out;
    out_print(out, STYLE_PLAIN, "\n");
    print_languages(cli, t);
    if (t->attribution[0])
        out_print(out, STYLE_DIM, "%s\n", arena_line(&cli->arena, t->attribution));
    out_print(out, STYLE_DIM, "Licence: %s\n", arena_line(&cli->arena, t->licence));
    if (t->source[0])
        out_print(out, STYLE_DIM, "Source: %s\n", arena_line(&cli->arena, t->source));
}

void template_print(struct cli *cli, const struct template *t)
{
    struct output *out = &cli->out;
    if (out->json) {
        json_t *object = out_object("template");
        json_object_set_new(object, "template", template_json(t, true));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_BOLD, "%s", arena_line(&cli->arena, t->title));
    out_print(out, STYLE_DIM, "  %s, %s", t->id, t->kind);
    if (strcmp(t->kind, "grid") == 0)
        out_print(out, STYLE_DIM, ", %u × %u", t->cols, t->rows);
    out_print(out, STYLE_PLAIN, "\n");
    print_axis(cli, "Across", &t->x);
    print_axis(cli, "Up", &t->y);
    print_blocks(cli, t);
    if (t->n_fields > 0) {
        out_print(out, STYLE_BOLD, "\nEvery card\n");
        print_fields(cli, t->fields, t->n_fields, "  ");
    }
    print_words(cli, "\nLinks: ", t->edges);
    print_steps(cli, t);
    print_origin(cli, t);
}
