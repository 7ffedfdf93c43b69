/* Parsed Markdown onto a canvas, see markdown_import.h. */
#include "client/cli/markdown_import.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/csv_canvas.h"
#include "client/cli/output.h"
#include "client/cli/proto_json.h"
#include "common/rules.h"

enum status markdown_structure(const struct markdown *m, struct arena *arena, struct canvas *canvas, struct why *why)
{
    struct why odd = {""};
    json_t *json = json_loads(m->structure, 0, NULL);
    ProtobufCMessage *state = json ? proto_from_json(&cocanvas__canvas_state__descriptor, json, arena, &odd) : NULL;
    json_decref(json);
    if (!state)
        return refuse(why, STATUS_MALFORMED, "The comment \"<!-- cocanvas\" at its end is damaged%s%s Take that line out, and say --template.",
                      odd.text[0] ? ": " : ".", odd.text);
    Cocanvas__CanvasState *own = (Cocanvas__CanvasState *)state;
    own->n_cards = own->n_comments = own->n_links = own->n_readings = own->n_named = 0;
    size_t len = protobuf_c_message_get_packed_size(state);
    uint8_t *bytes = xmalloc(len + 1);
    protobuf_c_message_pack(state, bytes);
    enum status status = canvas_decode(canvas, bytes, len, &odd);
    free(bytes);
    return status == STATUS_OK ? status : refuse(why, status, "The comment \"<!-- cocanvas\" at its end is damaged: %.200s", odd.text);
}

/* ---- blocks */

static bool has_block(const struct intake *in, const struct markdown_block *m)
{
    if (m->key && canvas_block_by_key(in->c, m->key))
        return true;
    size_t n;
    bool found = false;
    struct block **blocks = canvas_blocks_in_order(in->c, &n);
    const char *title = arena_fold(in->arena, m->title);
    for (size_t i = 0; i < n && !found; i++)
        found = strcmp(arena_fold(in->arena, blocks[i]->title), title) == 0;
    free(blocks);
    return found;
}

/* A title may itself end with something in parentheses. */
static enum status find_heading(struct intake *in, const struct markdown_block *m, struct block **block)
{
    const char *key = m->key ? m->key : rule_key(m->title) ? m->title : "";
    if (m->key && !has_block(in, m) && !rule_key(m->key))
        return intake_block(in, "", arena_printf(in->arena, "%s (%s)", m->title, m->key), block);
    struct markdown_block whole = {.title = arena_printf(in->arena, "%s (%s)", m->title, m->key ? m->key : "")};
    if (m->key && !has_block(in, m) && has_block(in, &whole))
        return intake_block(in, "", whole.title, block);
    return intake_block(in, key, m->title, block);
}

/* ---- cards */

/* "f.odd:number" or "note:field": a property that no field defines. */
static enum status take_raw(struct intake *in, struct card *card, const struct markdown_value *value)
{
    const char *colon = strrchr(value->key, ':');
    enum value_kind kind;
    const char *key = arena_printf(in->arena, "%.*s", (int)(colon - value->key), value->key);
    if (strcmp(colon + 1, "field") == 0)
        return intake_text_field(in, card, key, value->text);
    if (!value_kind_named(colon + 1, &kind))
        return intake_refuse(in, "\"%.60s\" is no kind of value.", colon + 1);
    return intake_prop(in, card, key, kind, value->text);
}

static enum status take_groups(struct intake *in, struct card *card, const struct field *field, const char *words)
{
    size_t n;
    const char **names = csv_words(in->arena, words, &n);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = intake_tag(in, card, arena_printf(in->arena, "%s=%s", field->key, names[i]));
    return status;
}

static enum status take_value(struct intake *in, struct card *card, const struct fields *fields, const struct markdown_value *value)
{
    if (strchr(value->key, ':'))
        return take_raw(in, card, value);
    const struct field *field = *value->key ? fields_find(fields, value->key) : NULL;
    for (size_t i = 0; i < fields->n && !field; i++)
        if (strcmp(arena_fold(in->arena, fields->at[i].title), arena_fold(in->arena, value->title)) == 0)
            field = &fields->at[i];
    if (!field)
        return intake_refuse(in, "cards of the block \"%.60s\" have no field \"%.60s\".", card->block->title, *value->key ? value->key : value->title);
    if (field->type == FIELD_GROUPS)
        return take_groups(in, card, field, value->text);
    if (field->type == FIELD_MEASURE || field->type == FIELD_ACTION) /* they have tables of their own */
        return STATUS_OK;
    return intake_field(in, card, field, value->text);
}

static enum status take_card(struct intake *in, struct block *block, const struct markdown_card *m, json_t *ids)
{
    struct card *card;
    struct fields fields;
    in->line = m->line;
    enum status status = intake_card(in, block, m->text, &card);
    for (size_t i = 0; i < m->n_tags && status == STATUS_OK; i++)
        status = intake_tag(in, card, m->tags[i]);
    if (status == STATUS_OK && m->color)
        status = intake_prop(in, card, "color", VALUE_TEXT, m->color);
    if (status == STATUS_OK && m->status)
        status = intake_prop(in, card, "status", VALUE_TEXT, m->status);
    for (size_t i = 0; i < m->n_comments && status == STATUS_OK; i++)
        status = intake_comment(in, card->o.id, m->comments[i]);
    if (status != STATUS_OK)
        return status;
    if (m->id)
        json_object_set_new(ids, m->id, json_integer((json_int_t)card->o.id));
    fields_of_block(in->c, block, &fields);
    for (size_t i = 0; i < m->n_values && status == STATUS_OK; i++)
        status = take_value(in, card, &fields, &m->values[i]);
    fields_free(&fields);
    return status;
}

/* ---- measures and actions */

static const char *value_of(const struct markdown_line *line, const char *title)
{
    for (size_t i = 0; i < line->n_values; i++)
        if (strcasecmp(line->values[i].title, title) == 0)
            return line->values[i].text;
    return "";
}

static enum status take_readings(struct intake *in, const struct card *card, const char *words)
{
    size_t n;
    const char **readings = csv_words(in->arena, words, &n);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        size_t day = strcspn(readings[i], " ");
        const char *rest = readings[i] + day + strspn(readings[i] + day, " ");
        size_t value = strcspn(rest, " ");
        status = intake_reading(in, card, arena_printf(in->arena, "%.*s", (int)day, readings[i]),
                                arena_printf(in->arena, "%.*s", (int)value, rest), rest + value + (rest[value] == ' '));
    }
    return status;
}

static enum status take_line(struct intake *in, const struct markdown_line *line, const struct csv_prop *props, const char *name, json_t *ids)
{
    const char *id = value_of(line, "Id"), *field = value_of(line, "Field");
    const json_t *at = json_object_get(ids, id);
    struct card *card = at ? canvas_card(in->c, (uint64_t)json_integer_value(at)) : NULL;
    enum status status = STATUS_OK;
    in->line = line->line;
    if (!card)
        return intake_refuse(in, "its column \"Id\" names the card \"%.40s\"; no card says {id=%.40s}.", id, id);
    if (*field) {
        const struct card *of = card;
        status = intake_card(in, intake_parts(in), value_of(line, name), &card);
        if (status == STATUS_OK)
            intake_part_of(card, of, strcmp(field, "-") == 0 ? "" : field);
    }
    for (; props->column && status == STATUS_OK; props++)
        status = intake_prop(in, card, props->key, props->kind, value_of(line, props->column));
    return status == STATUS_OK ? take_readings(in, card, value_of(line, "Readings")) : status;
}

enum status markdown_import(const struct markdown *m, struct intake *in)
{
    json_t *ids = json_object();
    enum status status = STATUS_OK;
    for (size_t i = 0; i < m->n_blocks && status == STATUS_OK; i++) {
        struct block *block;
        in->line = m->blocks[i].line;
        status = find_heading(in, &m->blocks[i], &block);
        for (size_t k = 0; k < m->blocks[i].n_cards && status == STATUS_OK; k++)
            status = take_card(in, block, &m->blocks[i].cards[k], ids);
    }
    for (size_t i = 0; i < m->measures.n_lines && status == STATUS_OK; i++)
        status = take_line(in, &m->measures.lines[i], csv_measure_props, "Measure", ids);
    for (size_t i = 0; i < m->actions.n_lines && status == STATUS_OK; i++)
        status = take_line(in, &m->actions.lines[i], csv_action_props, "Action", ids);
    json_decref(ids);
    return status;
}
