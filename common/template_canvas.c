/* The first state of a canvas: everything that its template says becomes properties of the canvas and its blocks, so that the canvas
 * needs the file no more. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/template_read.h"

/* An empty text is left out. */
static void set_text(struct props *props, const char *key, const char *text)
{
    struct value value = {.kind = VALUE_TEXT, .text = (char *)(uintptr_t)text};
    if (text[0])
        props_set(props, key, &value);
}

static void set_choice(struct props *props, const char *key, const char *choice)
{
    struct value value = {.kind = VALUE_CHOICE, .text = (char *)(uintptr_t)choice};
    if (choice[0])
        props_set(props, key, &value);
}

static void set_number(struct props *props, const char *key, uint32_t number)
{
    char text[16];
    struct value value = {.kind = VALUE_NUMBER, .text = text};
    (void)snprintf(text, sizeof text, "%u", number);
    if (number > 0)
        props_set(props, key, &value);
}

/* Words with a space between. */
static void set_words(struct props *props, const char *key, char *const *words)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; words[i]; i++) {
        buf_add(&out, " ", i > 0);
        buf_add(&out, words[i], strlen(words[i]));
    }
    buf_add(&out, "", 1);
    const char *joined = (const char *)buf_at(&out);
    set_text(props, key, joined != NULL ? joined : "");
    buf_fini(&out);
}

static void set_fields(struct props *props, const struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *key = xasprintf("field.%s", fields[i].key), *json = field_format(&fields[i]);
        set_text(props, key, json);
        free(json);
        free(key);
    }
}

static void put(json_t *object, const char *key, const char *text)
{
    if (text[0])
        json_object_set_new(object, key, json_string(text));
}

static char *take_json(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    ASSERT(text != NULL);
    json_decref(object);
    return text;
}

char *template_step_format(const struct template_step *step)
{
    json_t *object = json_object();
    put(object, "title", step->title);
    put(object, "text", step->text);
    put(object, "block", step->block);
    put(object, "do", step->opens);
    return take_json(object);
}

char *template_axis_format(const struct template_axis *axis)
{
    json_t *object = json_object();
    put(object, "title", axis->title);
    put(object, "low", axis->low);
    put(object, "high", axis->high);
    put(object, "field", axis->field);
    return take_json(object);
}

static void set_axis(struct props *props, const char *key, const struct template_axis *axis)
{
    char *json = template_axis_format(axis);
    if (axis->title[0])
        set_text(props, key, json);
    free(json);
}

static void set_steps(struct props *props, const struct template *t)
{
    for (size_t i = 0; i < t->n_steps; i++) {
        char key[32], *json = template_step_format(&t->steps[i]);
        (void)snprintf(key, sizeof key, "step.%02zu", i + 1);
        set_text(props, key, json);
        free(json);
    }
}

static void set_string(char **at, const char *s)
{
    free(*at);
    *at = xstrdup(s);
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
    set_text(&block->props, "help", from->help);
    set_words(&block->props, "plugins", from->plugins);
    set_choice(&block->props, "side", from->side);
    set_choice(&block->props, "sign", from->sign);
    set_choice(&block->props, "section", from->section);
    set_choice(&block->props, "ledger", from->ledger);
    set_text(&block->props, "column", from->column);
    set_number(&block->props, "column.order", from->column_order);
    set_number(&block->props, "limit.min", from->least);
    set_number(&block->props, "limit.max", from->most);
    set_fields(&block->props, from->fields, from->n_fields);
}

/* Where measures and actions of cards are kept; nobody sees it as a block. */
static void add_parts(uint64_t id, struct canvas *c)
{
    struct block *block = canvas_new_block(c, id);
    struct value hidden = {.kind = VALUE_FLAG, .number = 1};
    set_string(&block->key, "parts");
    set_string(&block->title, "Parts");
    set_string(&block->prompt, "");
    block->col_span = block->row_span = 1;
    block->order = ORDER_MAX;
    props_set(&block->props, "hidden", &hidden);
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
    set_text(props, "lang", t->lang);
    set_text(props, "attribution", t->attribution);
    set_text(props, "licence", t->licence);
    set_text(props, "source", t->source);
    set_text(props, "lanes", t->lanes);
    set_text(props, "nodes", t->nodes);
    set_words(props, "edges", t->edges);
    set_words(props, "checks", t->checks);
    set_axis(props, "axis.x", &t->x);
    set_axis(props, "axis.y", &t->y);
    set_fields(props, t->fields, t->n_fields);
    set_steps(props, t);
    free(version);
    for (size_t i = 0; i < t->n_blocks; i++)
        add_block(&t->blocks[i], i + 1, c);
    add_parts(t->n_blocks + 1, c);
}
