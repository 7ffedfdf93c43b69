/* Parts of cards: measures with their readings, and actions; see method_ops.h. */
#include <stdio.h>
#include <string.h>

#include "client/cli/method_ops.h"
#include "client/cli/output.h"
#include "common/rules.h"

/* ---- the hidden block */

static uint64_t new_parts_block(struct method_ops *o)
{
    struct value hidden = {.kind = VALUE_FLAG, .number = 1};
    const char *key = "parts";
    uint64_t id = replica_next_id(o->replica);
    for (unsigned i = 2; canvas_block_by_key(o->canvas, key); i++)
        key = arena_printf(o->arena, "parts-%u", i);
    Cocanvas__Op *op = ops_block_add(o->arena, id, key, "Parts", "");
    op->block_add->block->col_span = op->block_add->block->row_span = 1;
    op->block_add->block->order = ORDER_MAX;
    ops_block_prop(o->arena, op, "hidden", &hidden);
    method_ops_add(o, op);
    return id;
}

uint64_t method_parts_block(struct method_ops *o)
{
    const struct block *found = canvas_block_by_key(o->canvas, "parts");
    if (o->parts)
        return o->parts;
    for (const struct object *at = o->canvas->blocks; at && !(found && block_hidden(found)); at = at->hh.next) {
        const struct block *block = (const struct block *)at;
        if (block_hidden(block) && !block->deleted)
            found = block;
    }
    if (!found || !block_hidden(found))
        return o->parts = new_parts_block(o);
    if (found->deleted)
        method_ops_add(o, ops_block_restore(o->arena, found->o.id));
    return o->parts = found->o.id;
}

static void set_prop(struct method_ops *o, uint64_t id, const char *key, enum value_kind kind, const char *text,
                     uint64_t number)
{
    struct value value = {.kind = kind, .number = number};
    if (text)
        value.text = arena_strndup(o->arena, text, strlen(text));
    method_ops_add(o, ops_prop_set(o->arena, id, key, &value));
}

uint64_t method_add_part(struct method_ops *o, uint64_t card, const char *field_key, const char *text)
{
    struct ops_place place = {.block = method_parts_block(o)};
    uint64_t id = replica_next_id(o->replica);
    method_ops_add(o, ops_card_create(o->arena, id, &place, text));
    set_prop(o, id, "of", VALUE_OBJECT, NULL, card);
    set_prop(o, id, "of.field", VALUE_CHOICE, field_key, 0);
    return id;
}

const char *method_part_key(struct method_ops *o, const struct block *block, enum field_type type, const char *typed,
                            struct why *why)
{
    struct fields fields;
    const char *key = NULL;
    fields_of_block(o->canvas, block, &fields);
    const struct field *found = typed ? method_find_field(&fields, typed, why) : NULL;
    for (size_t i = 0; i < fields.n && !typed && !found; i++)
        if (fields.at[i].type == type)
            found = &fields.at[i];
    if (found && found->type == type)
        key = arena_strndup(o->arena, found->key, strlen(found->key));
    else if (found)
        (void)refuse(why, STATUS_BAD_OP, "%s holds no %ss.", found->title, field_type_name(type));
    else if (!typed)
        key = type == FIELD_MEASURE ? "measures" : "actions";
    fields_free(&fields);
    return key;
}

/* ---- measures */

static const char *prop_text(const struct card *card, const char *key)
{
    const struct value *value = card ? props_get(&card->props, key) : NULL;
    return value && value->text ? value->text : "";
}

/* Sets or takes away one property; nothing if it was not given. */
static void set_given(struct method_ops *o, uint64_t id, const char *key, enum value_kind kind, const char *text)
{
    if (text)
        set_prop(o, id, key, *text ? kind : VALUE_NONE, *text ? text : NULL, 0);
}

static enum status read_kind(const char *typed, const char **kind, struct why *why)
{
    enum measure_kind parsed;
    if (strcmp(typed, "yes-no") == 0 || strcmp(typed, "yes/no") == 0)
        typed = "yesno";
    if (!measure_kind_parse(typed, &parsed))
        return refuse(why, STATUS_BAD_OP,
                      "There is no kind of measure \"%.40s\": it is count, sum, average, latest, percent or yesno.",
                      typed);
    *kind = measure_kind_name(parsed);
    return STATUS_OK;
}

static enum status read_direction(const char *typed, const char **direction, struct why *why)
{
    static const char *const words[][2] = {{"higher", "higher"}, {"up", "higher"},  {"more", "higher"},
                                           {"lower", "lower"},   {"down", "lower"}, {"less", "lower"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(typed, words[i][0]) == 0) {
            *direction = words[i][1];
            return STATUS_OK;
        }
    return refuse(why, STATUS_BAD_OP, "A direction is higher or lower: which of them is better. \"%.40s\" is neither.",
                  typed);
}

/* One of the three numbers; its unit may stand behind it. */
static enum status read_number(struct method_ops *o, const char *what, const char *typed, const char **out,
                               struct why *why)
{
    char number[NUMBER_BYTES + 1];
    struct why part = {""};
    if (!typed || !*typed) {
        *out = typed;
        return STATUS_OK;
    }
    if (!decimal_read(typed, number, &part))
        return refuse(why, STATUS_BAD_OP, "The %s: %s.", what, part.text);
    *out = arena_strndup(o->arena, number, strlen(number));
    return STATUS_OK;
}

static bool same_number(const char *a, const char *b)
{
    struct decimal x, y;
    decimal_init(&x);
    decimal_init(&y);
    bool same = decimal_parse(&x, a) && decimal_parse(&y, b) && decimal_compare(&x, &y) == 0;
    decimal_fini(&x);
    decimal_fini(&y);
    return same;
}

/* What was typed, as the model has it. Members stay NULL if they were not given. */
struct measure_values {
    const char *kind, *unit, *direction, *baseline, *minimum, *target, *period, *next;
};

/* From the kind and what the measure has already: a target equal to the baseline would make every percent undefined. */
static enum status check_numbers(const struct card *measure, const struct measure_values *v, struct why *why)
{
    const char *baseline = v->baseline ? v->baseline : prop_text(measure, "m.baseline");
    const char *target = v->target ? v->target : prop_text(measure, "m.target");
    if (same_number(baseline, target))
        return refuse(why, STATUS_BAD_OP,
                      "Target and baseline are both %s, so there is no way to go: give another target, or leave the "
                      "baseline away.",
                      target);
    return STATUS_OK;
}

static enum status read_measure(struct method_ops *o, const struct card *measure, const struct measure_words *words,
                                struct measure_values *v, struct why *why)
{
    char text[KEY_MAX + 1], day[11];
    enum status status = STATUS_OK;
    *v = (struct measure_values){.unit = words->unit,
                                 .kind = words->kind,
                                 .direction = words->direction,
                                 .period = words->period,
                                 .next = words->next};
    if (words->kind)
        status = read_kind(words->kind, &v->kind, why);
    if (status == STATUS_OK && words->direction && *words->direction)
        status = read_direction(words->direction, &v->direction, why);
    if (status == STATUS_OK)
        status = read_number(o, "baseline", words->baseline, &v->baseline, why);
    if (status == STATUS_OK)
        status = read_number(o, "minimum", words->minimum, &v->minimum, why);
    if (status == STATUS_OK)
        status = read_number(o, "target", words->target, &v->target, why);
    if (status == STATUS_OK && words->period && *words->period) {
        status = method_period(words->period, text, why);
        v->period = status == STATUS_OK ? arena_strndup(o->arena, text, strlen(text)) : NULL;
    }
    if (status == STATUS_OK && words->next && *words->next) {
        status = method_day(o, words->next, day, why);
        v->next = status == STATUS_OK ? arena_strndup(o->arena, day, 10) : NULL;
    }
    if (status == STATUS_OK && words->unit && !rule_line(words->unit, 0, TITLE_POINTS))
        status = refuse(why, STATUS_BAD_OP, "A unit is one line of at most %d characters.", TITLE_POINTS);
    return status == STATUS_OK ? check_numbers(measure, v, why) : status;
}

static enum status apply_measure(struct method_ops *o, uint64_t id, const struct card *measure,
                                 const struct measure_words *words, struct why *why)
{
    struct measure_values v;
    uint32_t author = 0;
    enum status status = read_measure(o, measure, words, &v, why);
    if (status == STATUS_OK && words->owner && *words->owner)
        status = method_person(o, words->owner, &author, why);
    if (status != STATUS_OK)
        return status;
    set_given(o, id, "m.kind", VALUE_CHOICE, v.kind);
    set_given(o, id, "m.unit", VALUE_TEXT, v.unit);
    set_given(o, id, "m.direction", VALUE_CHOICE, v.direction);
    set_given(o, id, "m.baseline", VALUE_NUMBER, v.baseline);
    set_given(o, id, "m.minimum", VALUE_NUMBER, v.minimum);
    set_given(o, id, "m.target", VALUE_NUMBER, v.target);
    set_given(o, id, "m.period", VALUE_CHOICE, v.period);
    set_given(o, id, "m.next", VALUE_DATE, v.next);
    if (words->owner)
        set_prop(o, id, "m.owner", author ? VALUE_PERSON : VALUE_NONE, NULL, author);
    return STATUS_OK;
}

enum status method_add_measure(struct method_ops *o, const struct card *row, const char *field_key,
                               const struct block *block, const struct measure_words *words, uint64_t *id,
                               struct why *why)
{
    struct measure_words given = *words;
    given.kind = words->kind ? words->kind : "latest";
    if (!words->name || !rule_text(words->name, 1, 0))
        return refuse(why, STATUS_BAD_OP, "A measure needs a name: what is counted or looked at.");
    if (row) {
        *id = method_add_part(o, row->o.id, field_key, words->name);
    } else {
        struct ops_place place = {.block = block->o.id};
        *id = replica_next_id(o->replica);
        method_ops_add(o, ops_card_create(o->arena, *id, &place, words->name));
    }
    return apply_measure(o, *id, NULL, &given, why);
}

enum status method_set_measure(struct method_ops *o, const struct card *measure, const struct measure_words *words,
                               struct why *why)
{
    if (words->kind && !*words->kind)
        return refuse(why, STATUS_BAD_OP, "A measure needs a kind: count, sum, average, latest, percent or yesno.");
    if (words->name && !*words->name)
        return refuse(why, STATUS_BAD_OP, "A measure needs a name. To remove it: cocanvas remove CANVAS CARD");
    if (words->name) {
        struct text wanted;
        struct text_op op;
        text_init(&wanted);
        text_op_init(&op);
        text_set(&wanted, words->name, strlen(words->name));
        text_diff(&op, &measure->text, &wanted);
        method_ops_add(o, ops_text_edit(o->arena, measure->o.id, "", &op));
        text_op_fini(&op);
        text_fini(&wanted);
    }
    return apply_measure(o, measure->o.id, measure, words, why);
}

/* ---- readings */

static enum status check_reading(enum measure_kind kind, const char *number, struct why *why)
{
    if (kind == MEASURE_COUNT && (number[0] == '-' || strchr(number, '.')))
        return refuse(why, STATUS_BAD_OP,
                      "What is counted is whole and not negative: %s is not. (Other kinds: sum, average, latest.)",
                      number);
    if (kind == MEASURE_YESNO && strcmp(number, "0") != 0 && strcmp(number, "1") != 0)
        return refuse(why, STATUS_BAD_OP, "This measure is yes or no: %s is neither.", number);
    return STATUS_OK;
}

/* Without the measure's unit, or a percent sign, behind it. */
static size_t length_without(const char *typed, const char *unit)
{
    size_t len = strlen(typed), unit_len = strlen(unit);
    if (unit_len > 0 && len > unit_len && strcmp(typed + len - unit_len, unit) == 0)
        len -= unit_len;
    while (len > 0 && typed[len - 1] == ' ')
        len--;
    return len;
}

enum status method_reading_value(const struct card *measure, const char *typed, char *out, struct why *why)
{
    enum measure_kind kind = MEASURE_LATEST;
    struct why part = {""};
    char number[4 * NUMBER_BYTES];
    if (!measure_kind_parse(prop_text(measure, "m.kind"), &kind))
        return refuse(why, STATUS_BAD_OP, "That card is no measure. Next: cocanvas measure add CANVAS CARD NAME");
    if (kind == MEASURE_YESNO && (strcmp(typed, "yes") == 0 || strcmp(typed, "no") == 0)) {
        memcpy(out, typed[0] == 'y' ? "1" : "0", 2);
        return STATUS_OK;
    }
    size_t len = length_without(typed, prop_text(measure, "m.unit"));
    len = kind == MEASURE_PERCENT && len == strlen(typed) ? length_without(typed, "%") : len;
    snprintf(number, sizeof number, "%.*s", (int)(len < sizeof number ? len : sizeof number), typed);
    if (!decimal_read(number, out, &part))
        return refuse(why, STATUS_BAD_OP, "The reading: %s.", part.text);
    return check_reading(kind, out, why);
}

enum status method_add_reading(struct method_ops *o, const struct card *measure, const char *typed, const char *date,
                               const char *note, uint64_t *id, struct why *why)
{
    char number[NUMBER_BYTES + 1], day[11];
    const char *next = prop_text(measure, "m.next");
    enum status status = method_reading_value(measure, typed, number, why);
    if (status == STATUS_OK)
        status = method_day(o, date && *date ? date : "today", day, why);
    if (status == STATUS_OK && note && !rule_text(note, 0, NOTE_POINTS))
        status = refuse(why, STATUS_BAD_OP, "A note has at most %d characters.", NOTE_POINTS);
    if (status != STATUS_OK)
        return status;
    *id = replica_next_id(o->replica);
    method_ops_add(o, ops_reading_add(o->arena, *id, measure->o.id, day, number, note ? note : ""));
    if (*next && day_compare(next, day) <= 0)
        set_prop(o, measure->o.id, "m.next", VALUE_NONE, NULL, 0);
    return STATUS_OK;
}

const char *method_reading_doubt(struct method_ops *o, const struct card *measure, const char *date)
{
    for (const struct object *at = o->canvas->readings; at; at = at->hh.next) {
        const struct reading *reading = (const struct reading *)at;
        if (reading->object == measure->o.id && reading->deleted_seq == 0 && strcmp(reading->date, date) == 0)
            return arena_printf(o->arena, "There is a reading of %s already: %s. See: cocanvas reading list", date,
                                reading->value);
    }
    if (day_compare(date, o->today) > 0)
        return arena_printf(o->arena, "%s is a day that is still to come; today is %s.", date, o->today);
    return NULL;
}

/* ---- actions */

bool card_is_action(const struct canvas *c, const struct card *card)
{
    return !card_is_measure(card) &&
           (part_of(c, card, NULL) || props_get(&card->props, "a.when") || props_get(&card->props, "a.who") ||
            props_get(&card->props, "a.whom") || props_get(&card->props, "a.done"));
}

/* A member, or else the name of somebody without an account. */
static enum status set_who(struct method_ops *o, uint64_t id, const char *who, struct why *why)
{
    uint32_t author = 0;
    enum status status = *who ? method_person(o, who, &author, why) : STATUS_OK;
    if (status == STATUS_CONFLICT)
        return status;
    if (status == STATUS_NOT_FOUND && !rule_line(who, 1, TITLE_POINTS))
        return refuse(why, STATUS_BAD_OP, "Who it is: one line of at most %d characters.", TITLE_POINTS);
    set_prop(o, id, "a.who", author ? VALUE_PERSON : VALUE_NONE, NULL, author);
    set_prop(o, id, "a.whom", *who && !author ? VALUE_TEXT : VALUE_NONE, *who && !author ? who : NULL, 0);
    return STATUS_OK;
}

enum status method_set_action(struct method_ops *o, uint64_t action, const char *when, const char *who, struct why *why)
{
    char day[11];
    enum status status = when && *when ? method_day(o, when, day, why) : STATUS_OK;
    if (status == STATUS_OK && when)
        set_prop(o, action, "a.when", *when ? VALUE_DATE : VALUE_NONE, *when ? day : NULL, 0);
    if (status == STATUS_OK && who)
        status = set_who(o, action, who, why);
    return status;
}

enum status method_add_action(struct method_ops *o, const struct card *row, const char *field_key, const char *what,
                              const char *when, const char *who, uint64_t *id, struct why *why)
{
    if (!rule_text(what, 1, 0))
        return refuse(why, STATUS_BAD_OP, "An action needs words: what is to be done.");
    *id = method_add_part(o, row->o.id, field_key, what);
    return method_set_action(o, *id, when && *when ? when : NULL, who && *who ? who : NULL, why);
}

void method_action_done(struct method_ops *o, uint64_t action, bool done)
{
    set_prop(o, action, "a.done", VALUE_FLAG, NULL, done);
}
