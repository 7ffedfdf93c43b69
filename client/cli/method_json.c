/* Fields, measures, actions and rows as JSON for programs. Numbers are decimal texts, as in the model: exact. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/method_cli.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text && *text)
        json_object_set_new(object, key, json_string(text));
}

static void set_number(json_t *object, const char *key, struct method_cli *c, const struct decimal *d)
{
    json_object_set_new(object, key, json_string(method_cli_decimal(c, d)));
}

json_t *reading_json(struct method_cli *c, const struct measure_reading *reading)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:I}", "id", id_text(c->e.arena, reading->id), "date",
                               reading->date, "value", reading->value, "by", session_person(&c->e.s, reading->author),
                               "created_ms", (json_int_t)reading->created_ms);
    set_text(object, "note", reading->note);
    return object;
}

json_t *measure_json(struct method_cli *c, uint64_t id, bool with_readings)
{
    const struct measure *m = method_measure(c->m, id);
    const struct card *card = canvas_card(c->e.canvas, id),
                      *row = m && m->row ? canvas_card(c->e.canvas, m->row) : NULL;
    if (!m || !card)
        return json_null();
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:i}", "id", id_text(c->e.arena, id), "name", card->text.bytes, "kind",
        measure_kind_name(m->kind), "direction", m->lower ? "lower" : "higher", "light", light_name(m->light), "due",
        (int)(m->due[0] != '\0' && day_compare(m->due, c->today) <= 0), "readings", (int)m->n_readings);
    if (row) {
        json_object_set_new(object, "row",
                            json_pack("{s:s, s:s, s:s}", "id", id_text(c->e.arena, row->o.id), "text", row->text.bytes,
                                      "block", row->block->key));
        set_text(object, "field", method_part_field(c->m, id));
    }
    set_text(object, "unit", m->unit);
    set_text(object, "baseline", m->baseline);
    set_text(object, "minimum", m->minimum);
    set_text(object, "target", m->target);
    set_text(object, "period", m->period);
    set_text(object, "next_review", m->due);
    set_text(object, "last_reading", m->last_date);
    if (m->owner)
        set_text(object, "owner", session_person(&c->e.s, m->owner));
    if (m->has_actual)
        set_number(object, "actual", c, &m->actual);
    if (m->has_percent)
        set_number(object, "percent", c, &m->percent);
    if (with_readings) {
        size_t n;
        json_t *list = json_array();
        const struct measure_reading *readings = method_readings(c->m, id, &n);
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, reading_json(c, &readings[i]));
        json_object_set_new(object, "values", list);
    }
    return object;
}

json_t *action_json(struct method_cli *c, const struct card *card)
{
    const struct value *when = props_get(&card->props, "a.when"), *who = props_get(&card->props, "a.who"),
                       *whom = props_get(&card->props, "a.whom"), *done = props_get(&card->props, "a.done");
    const struct card *row = part_of(c->e.canvas, card, NULL);
    json_t *object = json_pack("{s:s, s:s, s:b}", "id", id_text(c->e.arena, card->o.id), "what", card->text.bytes,
                               "done", (int)(done && done->number != 0));
    set_text(object, "when", when ? when->text : NULL);
    if (who && who->kind == VALUE_PERSON)
        set_text(object, "who", session_person(&c->e.s, (uint32_t)who->number));
    else
        set_text(object, "who", whom ? whom->text : NULL);
    if (row)
        json_object_set_new(object, "row",
                            json_pack("{s:s, s:s}", "id", id_text(c->e.arena, row->o.id), "text", row->text.bytes));
    return object;
}

json_t *rollup_json(const struct rollup *r)
{
    char *average = rollup_average(r);
    json_t *object =
        json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "measures", (int)r->n, "with_percent", (int)r->with_percent,
                  "green", (int)r->lights[LIGHT_GREEN], "amber", (int)r->lights[LIGHT_AMBER], "red",
                  (int)r->lights[LIGHT_RED], "grey", (int)r->lights[LIGHT_GREY], "due", (int)r->due);
    set_text(object, "average_percent", average);
    free(average);
    return object;
}

json_t *field_json(const struct field *field)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:b}", "key", field->key, "title", field->title, "type",
                               field_type_name(field->type), "required", (int)field->required);
    json_t *choices = json_array();
    set_text(object, "prompt", field->prompt);
    set_text(object, "unit", field->unit);
    set_text(object, "min", field->min);
    set_text(object, "max", field->max);
    if (field->whole)
        json_object_set_new(object, "whole", json_true());
    if (field->open)
        json_object_set_new(object, "open", json_true());
    for (size_t i = 0; i < field->n_choices; i++)
        json_array_append_new(choices,
                              json_pack("{s:s, s:s}", "key", field->choices[i].key, "title", field->choices[i].title));
    if (field->n_choices)
        json_object_set(object, "choices", choices);
    json_decref(choices);
    return object;
}

/* ---- rows */

static json_t *groups_json(const struct card *card, const char *key)
{
    json_t *list = json_array();
    size_t len = strlen(key);
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (strncmp(card->tags[i], key, len) == 0 && card->tags[i][len] == '=')
            json_array_append_new(list, json_string(card->tags[i] + len + 1));
    return list;
}

static json_t *parts_json(struct method_cli *c, const struct card *card, const struct field *field)
{
    json_t *list = json_array();
    size_t n;
    const uint64_t *parts = method_parts(c->m, card->o.id, &n);
    for (size_t i = 0; i < n; i++) {
        const struct card *part = canvas_card(c->e.canvas, parts[i]);
        if (!part || strcmp(method_part_field(c->m, parts[i]), field->key) != 0)
            continue;
        json_array_append_new(list,
                              method_measure(c->m, parts[i]) ? measure_json(c, parts[i], false) : action_json(c, part));
    }
    return list;
}

static json_t *cell_json(struct method_cli *c, const struct card *card, const struct field *field)
{
    const struct value *value = props_get(&card->props, arena_printf(c->e.arena, "f.%s", field->key));
    const struct text *text = canvas_text(c->e.canvas, card->o.id, field->key);
    switch (field->type) {
    case FIELD_GROUPS:
        return groups_json(card, field->key);
    case FIELD_MEASURE:
    case FIELD_ACTION:
        return parts_json(c, card, field);
    default:
        break;
    }
    if (text && text->len_bytes)
        return json_stringn(text->bytes, text->len_bytes);
    if (!value)
        return json_null();
    if (value->kind == VALUE_FLAG)
        return json_boolean(value->number != 0);
    if (value->kind == VALUE_PERSON)
        return json_string(session_person(&c->e.s, (uint32_t)value->number));
    return json_string(value->text ? value->text : "");
}

json_t *row_json(struct method_cli *c, const struct card *card)
{
    const struct fields *fields = method_fields(c->m, card->block);
    json_t *object = json_pack("{s:s, s:s, s:s}", "id", id_text(c->e.arena, card->o.id), "block", card->block->key,
                               "text", card->text.bytes);
    json_t *cells = json_object();
    for (size_t i = 0; i < fields->n; i++)
        json_object_set_new(cells, fields->at[i].key, cell_json(c, card, &fields->at[i]));
    json_object_set_new(object, "fields", cells);
    json_object_set_new(object, "votes", json_integer(card->n_votes));
    const struct rollup *r = method_rollup_row(c->m, card->o.id);
    if (r)
        json_object_set_new(object, "progress", rollup_json(r));
    return object;
}
