/* The model of a report, see report.h. */
#include "client/cli/report.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/output.h"

void report_init(struct report *r, const char *today)
{
    r->canvases = json_array();
    rollup_init(&r->rollup);
    (void)snprintf(r->today, sizeof r->today, "%s", today);
}

void report_fini(struct report *r)
{
    json_decref(r->canvases);
    rollup_fini(&r->rollup);
}

static json_t *rollup_json(const struct rollup *rollup)
{
    char *average = rollup_average(rollup);
    json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "measures", (json_int_t)rollup->n, "with_percent", (json_int_t)rollup->with_percent,
                               "green", (json_int_t)rollup->lights[LIGHT_GREEN], "amber", (json_int_t)rollup->lights[LIGHT_AMBER], "red",
                               (json_int_t)rollup->lights[LIGHT_RED], "grey", (json_int_t)rollup->lights[LIGHT_GREY], "due", (json_int_t)rollup->due);
    if (average)
        json_object_set_new(object, "average_percent", json_string(average));
    free(average);
    return object;
}

static void set(json_t *object, const char *key, const char *text)
{
    if (text && *text)
        json_object_set_new(object, key, json_string(text));
}

static void set_owned(json_t *object, const char *key, char *text)
{
    set(object, key, text);
    free(text);
}

static json_t *measure_json(const struct canvas *c, struct method *m, uint64_t id, const struct report *r, const struct names *names,
                            struct arena *arena)
{
    size_t n;
    const struct measure *measure = method_measure(m, id);
    const struct card *card = canvas_card(c, id), *row = measure->row ? canvas_card(c, measure->row) : NULL;
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "id", id_text(arena, id), "name", arena_line(arena, card->text.bytes ? card->text.bytes : ""),
                               "kind", measure_kind_name(measure->kind), "light", light_name(measure->light));
    if (row)
        set(object, "row", short_text(arena, &row->text, 80));
    set(object, "unit", measure->unit);
    set(object, "baseline", measure->baseline);
    set(object, "target", measure->target);
    if (measure->has_actual)
        set_owned(object, "actual", decimal_text(&measure->actual));
    if (measure->has_percent)
        set_owned(object, "percent", decimal_text_rounded(&measure->percent, 1));
    if (measure->owner)
        set(object, "owner", names->person(names->ctx, measure->owner));
    set(object, "last", measure->last_date);
    set(object, "due", measure->due);
    if (*measure->due && day_compare(measure->due, r->today) <= 0)
        json_object_set_new(object, "is_due", json_true());
    const struct measure_reading *readings = method_readings(m, id, &n);
    set_owned(object, "trend", sparkline(readings, n, 12, true));
    return object;
}

static const char *text_prop(const struct card *card, const char *key)
{
    const struct value *value = props_get(&card->props, key);
    return value && value->text ? value->text : "";
}

/* An action is a part that is no measure, or any card that says when, who or done. */
static bool is_action(const struct canvas *c, const struct card *card)
{
    static const char *const keys[] = {"a.when", "a.who", "a.whom", "a.done"};
    bool says = false;
    if (card->deleted_seq != 0 || card_is_measure(card))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        says |= props_get(&card->props, keys[i]) != NULL;
    return block_hidden(card->block) ? part_of(c, card, NULL) != NULL : says;
}

static json_t *action_json(const struct canvas *c, const struct card *card, const struct report *r, const struct names *names, struct arena *arena)
{
    const struct value *who = props_get(&card->props, "a.who");
    const struct card *of = part_of(c, card, NULL);
    const char *day = text_prop(card, "a.when");
    json_t *object = json_pack("{s:s, s:s}", "id", id_text(arena, card->o.id), "text", arena_line(arena, card->text.bytes ? card->text.bytes : ""));
    if (of)
        set(object, "of", short_text(arena, &of->text, 80));
    set(object, "when", day);
    set(object, "who", who && who->kind == VALUE_PERSON ? names->person(names->ctx, (uint32_t)who->number) : text_prop(card, "a.whom"));
    if (*day && day_compare(day, r->today) < 0)
        json_object_set_new(object, "overdue", json_true());
    return object;
}

static void add_actions(json_t *list, const struct canvas *c, const struct block *block, const struct report *r, const struct names *names,
                        struct arena *arena)
{
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct value *done = props_get(&block->cards[i]->props, "a.done");
        if (is_action(c, block->cards[i]) && !(done && done->number != 0))
            json_array_append_new(list, action_json(c, block->cards[i], r, names, arena));
    }
}

static json_t *actions_json(const struct canvas *c, const struct report *r, const struct names *names, struct arena *arena)
{
    size_t n;
    json_t *list = json_array();
    struct block **blocks = canvas_blocks_in_order(c, &n);
    for (size_t i = 0; i < n; i++)
        add_actions(list, c, blocks[i], r, names, arena);
    free(blocks);
    for (struct object *o = c->blocks; o; o = o->hh.next)
        if (!((struct block *)o)->deleted && block_hidden((struct block *)o))
            add_actions(list, c, (struct block *)o, r, names, arena);
    return list;
}

static json_t *findings_json(struct method *m, struct arena *arena)
{
    size_t n;
    json_t *list = json_array();
    const struct finding *at = method_findings(m, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "check", at[i].check, "object", at[i].object ? id_text(arena, at[i].object) : "canvas",
                                              "text", at[i].text));
    return list;
}

void report_add(struct report *r, const char *id, const struct canvas *canvas, struct method *m, const struct names *names, struct arena *arena)
{
    size_t n;
    const uint64_t *ids = method_measures(m, &n);
    uint64_t *copy = xcalloc(n ? n : 1, sizeof *copy);
    json_t *measures = json_array();
    const char *template_id = canvas_header_text(canvas, "template");
    memcpy(copy, ids ? ids : copy, n * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(measures, measure_json(canvas, m, copy[i], r, names, arena));
    free(copy);
    rollup_add(&r->rollup, method_rollup(m));
    json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "id", id, "title", canvas_title(canvas), "template",
                               arena_printf(arena, "%.*s", (int)strcspn(template_id, "@"), template_id), "rollup", rollup_json(method_rollup(m)),
                               "measures", measures, "actions", actions_json(canvas, r, names, arena), "checks", findings_json(m, arena));
    set(object, "attribution", canvas_header_text(canvas, "attribution"));
    set(object, "licence", canvas_header_text(canvas, "licence"));
    json_array_append_new(r->canvases, object);
}

json_t *report_json(const struct report *r, const char *workspace)
{
    return json_pack("{s:s, s:s, s:o, s:O}", "workspace", workspace, "day", r->today, "rollup", rollup_json(&r->rollup), "canvases", r->canvases);
}
