/* What people type into fields becomes values and ops, see method_ops.h. Measures, readings and actions: method_parts.c. */
#include "client/cli/method_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/output.h"
#include "common/rules.h"

enum { PEOPLE_LOOKED_AT = 1000 }; /* members are numbered 1, 2, 3 …; beyond, people give the number */

void method_ops_init(struct method_ops *o, struct arena *arena, struct replica *replica, const char *today,
                     cell_name_fn *name, void *ctx)
{
    *o = (struct method_ops){
        .arena = arena, .replica = replica, .canvas = replica_view(replica), .name = name, .ctx = ctx};
    memcpy(o->today, today, strnlen(today, sizeof o->today - 1));
}

void method_ops_add(struct method_ops *o, Cocanvas__Op *op)
{
    if (!op)
        return;
    if (o->n == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 16;
        Cocanvas__Op **more = arena_calloc(o->arena, cap, sizeof *more);
        ASSERT(more);
        if (o->n)
            memcpy(more, o->ops, o->n * sizeof *more);
        o->ops = more;
        o->cap = cap;
    }
    o->ops[o->n++] = op;
}

/* ---- reading what people type */

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

enum status method_person(struct method_ops *o, const char *typed, uint32_t *author, struct why *why)
{
    char *end;
    unsigned long number = strtoul(typed, &end, 10);
    const char *folded = arena_fold(o->arena, typed);
    size_t whole = 0, begins = 0;
    *author = 0;
    if (end != typed && *end == '\0' && number > 0 && number < UINT32_MAX) {
        *author = (uint32_t)number;
        return STATUS_OK;
    }
    if (strcmp(folded, "me") == 0) {
        *author = replica_author(o->replica);
        return STATUS_OK;
    }
    for (uint32_t i = 1; i <= PEOPLE_LOOKED_AT && *folded; i++) {
        const char *name = arena_fold(o->arena, o->name(o->ctx, i));
        bool is_whole = strcmp(name, folded) == 0;
        if (!is_whole && (whole > 0 || !begins_with(name, folded)))
            continue;
        *author = i;
        whole += is_whole;
        begins++;
    }
    if (whole == 1 || (whole == 0 && begins == 1))
        return STATUS_OK;
    if (begins == 0)
        return refuse(why, STATUS_NOT_FOUND, "Nobody here is called \"%.80s\". See: cocanvas member list", typed);
    return refuse(why, STATUS_CONFLICT,
                  "Several people are called \"%.80s\": give the number. See: cocanvas member list", typed);
}

/* The day so many days after or before. */
static void day_shift(const char *day, int days, char out[11])
{
    struct tm tm = {0};
    int year = 1970, month = 1, date = 1;
    memcpy(out, day, 11);
    if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3)
        return;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = date + days;
    day_of_ms((int64_t)timegm(&tm) * 1000, out);
}

enum status method_day(struct method_ops *o, const char *typed, char day[11], struct why *why)
{
    static const struct {
        const char *word;
        int days;
    } words[] = {{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(typed, words[i].word) != 0)
            continue;
        day_shift(o->today, words[i].days, day);
        return STATUS_OK;
    }
    if (!rule_date(typed))
        return refuse(why, STATUS_BAD_OP,
                      "\"%.40s\" is not a day: write it like 2027-03-31, or today, yesterday, tomorrow.", typed);
    memcpy(day, typed, 11);
    return STATUS_OK;
}

enum status method_period(const char *typed, char *out, struct why *why)
{
    static const char *const words[][2] = {
        {"daily", "P1D"},   {"weekly", "P1W"}, {"monthly", "P1M"},     {"quarterly", "P3M"},
        {"yearly", "P1Y"},  {"day", "P1D"},    {"week", "P1W"},        {"month", "P1M"},
        {"quarter", "P3M"}, {"year", "P1Y"},   {"half-yearly", "P6M"},
    };
    char *end;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(typed, words[i][0]) == 0) {
            memcpy(out, words[i][1], strlen(words[i][1]) + 1);
            return STATUS_OK;
        }
    if (period_valid(typed) && strlen(typed) < KEY_MAX) {
        memcpy(out, typed, strlen(typed) + 1);
        return STATUS_OK;
    }
    long n = strtol(typed, &end, 10);
    char unit = end[strspn(end, " ")], text[32];
    if (unit >= 'a' && unit <= 'z')
        unit = (char)(unit - 'a' + 'A');
    snprintf(text, sizeof text, "P%ld%c", n, unit);
    if (end == typed || !period_valid(text))
        return refuse(why, STATUS_BAD_OP,
                      "\"%.40s\" is not a period: write daily, weekly, monthly, quarterly, yearly, or a number such as "
                      "2w, 6m, 1y.",
                      typed);
    memcpy(out, text, strlen(text) + 1);
    return STATUS_OK;
}

static const char *list_of_fields(const struct fields *fields, char *list, size_t room)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < fields->n && used < room - 1; i++)
        used += (size_t)snprintf(list + used, room - used, "%s%s", i ? ", " : "", fields->at[i].key);
    return list;
}

const struct field *method_find_field(const struct fields *fields, const char *typed, struct why *why)
{
    char list[200];
    const struct field *found = fields_find(fields, typed);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    const char *folded = arena_fold(&arena, typed);
    for (size_t i = 0; i < fields->n && !found; i++)
        if (strcmp(arena_fold(&arena, fields->at[i].title), folded) == 0)
            found = &fields->at[i];
    arena_fini(&arena);
    if (!found && fields->n == 0)
        (void)refuse(
            why, STATUS_NOT_FOUND,
            "There is no field \"%.60s\": the cards here have none yet. Next: cocanvas field define CANVAS %.60s TITLE",
            typed, rule_key(typed) ? typed : "KEY");
    else if (!found)
        (void)refuse(why, STATUS_NOT_FOUND, "There is no field \"%.60s\". The fields are: %s.", typed,
                     list_of_fields(fields, list, sizeof list));
    return found;
}

static bool read_flag(const char *typed, uint64_t *on)
{
    static const char *const yes[] = {"yes", "y", "true", "on", "1", "x"}, *const no[] = {"no",  "n", "false",
                                                                                          "off", "0", "-"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(typed, yes[i]) == 0 || strcmp(typed, no[i]) == 0) {
            *on = strcmp(typed, yes[i]) == 0;
            return true;
        }
    return false;
}

/* < 0, 0, > 0; 0 too if one of them is none. */
static int compare_texts(const char *a, const char *b)
{
    struct decimal x, y;
    decimal_init(&x);
    decimal_init(&y);
    int order = decimal_parse(&x, a) && decimal_parse(&y, b) ? decimal_compare(&x, &y) : 0;
    decimal_fini(&x);
    decimal_fini(&y);
    return order;
}

/* Without the field's unit behind the number. */
static const char *without_unit(struct arena *a, const char *typed, const char *unit)
{
    size_t len = strlen(typed), unit_len = strlen(unit);
    if (unit_len == 0 || len <= unit_len || strcmp(typed + len - unit_len, unit) != 0)
        return typed;
    const char *number = arena_strndup(a, typed, len - unit_len);
    return strpbrk(number, "0123456789") ? number : typed;
}

static enum status read_number(struct method_ops *o, const struct field *field, const char *typed, struct value *out,
                               struct why *why)
{
    char number[NUMBER_BYTES + 1];
    struct why part = {""};
    if (!decimal_read(without_unit(o->arena, typed, field->unit), number, &part))
        return refuse(why, STATUS_BAD_OP, "%s: %s.", field->title, part.text);
    if (compare_texts(number, field->min) < 0)
        return refuse(why, STATUS_BAD_OP, "%s: %s is too little; the least is %s.", field->title, number, field->min);
    if (compare_texts(number, field->max) > 0)
        return refuse(why, STATUS_BAD_OP, "%s: %s is too much; the most is %s.", field->title, number, field->max);
    if (field->whole && strchr(number, '.'))
        return refuse(why, STATUS_BAD_OP, "%s: %s is not a whole number.", field->title, number);
    *out = (struct value){.kind = VALUE_NUMBER, .text = arena_strndup(o->arena, number, strlen(number))};
    return STATUS_OK;
}

static enum status read_choice(struct method_ops *o, const struct field *field, const char *typed, struct value *out,
                               struct why *why)
{
    char list[240] = "";
    const struct field_choice *choice = field_choice_named(field, typed);
    if (!choice && !field->open) {
        for (size_t i = 0, used = 0; i < field->n_choices && used < sizeof list - 1; i++)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", field->choices[i].key);
        return refuse(why, STATUS_BAD_OP, "%s: \"%.40s\" is none of its choices: %s.", field->title, typed, list);
    }
    const char *key = choice ? choice->key : typed;
    if (!rule_line(key, 1, TITLE_POINTS))
        return refuse(why, STATUS_BAD_OP, "%s: a choice is one line of at most %d characters.", field->title,
                      TITLE_POINTS);
    *out = (struct value){.kind = VALUE_CHOICE, .text = arena_strndup(o->arena, key, strlen(key))};
    return STATUS_OK;
}

enum status method_read_value(struct method_ops *o, const struct field *field, const char *typed, struct value *out,
                              struct why *why)
{
    uint32_t author;
    char day[11];
    enum status status;
    *out = (struct value){.kind = VALUE_NONE};
    if (*typed == '\0')
        return STATUS_OK;
    switch (field->type) {
    case FIELD_NUMBER:
        return read_number(o, field, typed, out, why);
    case FIELD_CHOICE:
        return read_choice(o, field, typed, out, why);
    case FIELD_DATE:
        status = method_day(o, typed, day, why);
        if (status == STATUS_OK)
            *out = (struct value){.kind = VALUE_DATE, .text = arena_strndup(o->arena, day, 10)};
        return status;
    case FIELD_PERSON:
        status = method_person(o, typed, &author, why);
        *out = (struct value){.kind = VALUE_PERSON, .number = author};
        return status;
    case FIELD_FLAG:
        out->kind = VALUE_FLAG;
        if (read_flag(typed, &out->number))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "%s: write yes or no.", field->title);
    default:
        return refuse(why, STATUS_BAD_OP, "%s holds no single value.", field->title);
    }
}

/* ---- fields */

static void set_text(struct method_ops *o, uint64_t id, const struct card *card, const char *key, const char *typed)
{
    struct text now, wanted;
    struct text_op op;
    const struct text *text = card ? canvas_text(o->canvas, id, key) : NULL;
    text_init(&now);
    text_init(&wanted);
    text_op_init(&op);
    text_set(&now, text && text->bytes ? text->bytes : "", text ? text->len_bytes : 0);
    text_set(&wanted, typed, strlen(typed));
    text_diff(&op, &now, &wanted);
    method_ops_add(o, ops_text_edit(o->arena, id, key, &op));
    text_op_fini(&op);
    text_fini(&wanted);
    text_fini(&now);
}

bool card_in_group(const struct card *card, const char *field_key, const char *name)
{
    size_t len = strlen(field_key);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        const char *tag = card->tags[i];
        if (strncmp(tag, field_key, len) == 0 && tag[len] == '=' && strcmp(tag + len + 1, name) == 0)
            return true;
    }
    return false;
}

enum status method_set_group(struct method_ops *o, uint64_t id, const struct field *field, const char *name, bool on,
                             struct why *why)
{
    const struct field_choice *choice = field_choice_named(field, name);
    const char *tag = arena_printf(o->arena, "%s=%s", field->key, choice ? choice->key : name);
    if (on && !choice && field->n_choices > 0 && !field->open)
        return refuse(why, STATUS_BAD_OP, "%s: there is no group \"%.60s\", and it takes no others.", field->title,
                      name);
    if (!rule_tag(tag) || *name == '\0')
        return refuse(why, STATUS_BAD_OP, "%s: a group's name is one line of at most %zu characters.", field->title,
                      TAG_POINTS - strlen(field->key) - 1);
    method_ops_add(o, ops_tag_set(o->arena, id, tag, on));
    return STATUS_OK;
}

/* The next name of a list with commas, without spaces around it; "" between two commas. */
static char *next_name(struct arena *a, const char **at)
{
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, ",");
    const char *name = *at;
    *at += len + ((*at)[len] == ',');
    while (len > 0 && name[len - 1] == ' ')
        len--;
    return arena_strndup(a, name, len);
}

/* All groups of a card: those that are no longer named go, those that are new come. */
static enum status set_groups(struct method_ops *o, uint64_t id, const struct card *card, const struct field *field,
                              const char *typed, struct why *why)
{
    enum status status = STATUS_OK;
    size_t len = strlen(field->key);
    struct card wanted = {.n_tags = 0};
    for (const char *at = typed; *at && status == STATUS_OK;) {
        const char *name = next_name(o->arena, &at);
        const struct field_choice *choice = field_choice_named(field, name);
        name = choice ? choice->key : name;
        if (*name)
            (void)card_set_tag(&wanted, arena_printf(o->arena, "%s=%s", field->key, name), true);
        if (*name && !(card && card_in_group(card, field->key, name)))
            status = method_set_group(o, id, field, name, true, why);
    }
    for (uint32_t i = 0; card && i < card->n_tags; i++) {
        const char *tag = card->tags[i];
        if (strncmp(tag, field->key, len) == 0 && tag[len] == '=' && !card_in_group(&wanted, field->key, tag + len + 1))
            method_ops_add(o, ops_tag_set(o->arena, id, tag, false));
    }
    for (uint32_t i = 0; i < wanted.n_tags; i++)
        free(wanted.tags[i]);
    free(wanted.tags);
    return status;
}

enum status method_set_field(struct method_ops *o, uint64_t id, const struct card *card, const struct field *field,
                             const char *typed, struct why *why)
{
    struct value value;
    enum status status = STATUS_OK;
    switch (field->type) {
    case FIELD_TEXT:
        set_text(o, id, card, field->key, typed);
        return STATUS_OK;
    case FIELD_GROUPS:
        return set_groups(o, id, card, field, typed, why);
    case FIELD_MEASURE:
        return refuse(why, STATUS_BAD_OP, "%s holds measures. Next: cocanvas measure add CANVAS CARD NAME",
                      field->title);
    case FIELD_ACTION:
        return refuse(why, STATUS_BAD_OP, "%s holds actions. Next: cocanvas action add CANVAS CARD WHAT", field->title);
    default:
        status = method_read_value(o, field, typed, &value, why);
        if (status == STATUS_OK)
            method_ops_add(o, ops_prop_set(o->arena, id, arena_printf(o->arena, "f.%s", field->key), &value));
        return status;
    }
}

enum status method_define_field(struct method_ops *o, uint64_t block, const struct field *field, struct why *why)
{
    struct field again;
    char *json = field_format(field);
    enum status status = STATUS_BAD_OP;
    if (strlen(field->key) + strlen("field.") <= KEY_MAX && field_parse(field->key, json, &again, why)) {
        struct value value = {.kind = VALUE_TEXT, .text = json};
        field_fini(&again);
        status = rule_text(json, 1, VALUE_POINTS)
                     ? STATUS_OK
                     : refuse(why, STATUS_TOO_LARGE, "The definition is too long: give fewer choices.");
        if (status == STATUS_OK)
            method_ops_add(o, ops_prop_set(o->arena, block, arena_printf(o->arena, "field.%s", field->key), &value));
    } else if (strlen(field->key) + strlen("field.") > KEY_MAX) {
        status = refuse(why, STATUS_BAD_OP, "A field's key has at most %zu characters.", KEY_MAX - strlen("field."));
    }
    free(json);
    return status;
}

/* ---- groups */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of one card behind those that are in the list already. */
static void add_groups(struct method_ops *o, const struct card *card, const struct field *field, const char ***names,
                       size_t *n, size_t *cap)
{
    size_t len = strlen(field->key);
    for (uint32_t t = 0; t < card->n_tags; t++) {
        if (strncmp(card->tags[t], field->key, len) != 0 || card->tags[t][len] != '=')
            continue;
        if (*n == *cap) {
            const char **more = arena_calloc(o->arena, *cap = *cap ? 2 * *cap : 32, sizeof *more);
            ASSERT(more);
            if (*n)
                memcpy(more, *names, *n * sizeof *more);
            *names = more;
        }
        (*names)[(*n)++] = card->tags[t] + len + 1;
    }
}

const char **method_groups(struct method_ops *o, const struct block *block, const struct field *field, size_t *n)
{
    const char **names = NULL;
    size_t cap = 0, kept = 0, n_blocks;
    struct block **blocks = canvas_blocks_in_order(o->canvas, &n_blocks);
    *n = 0;
    for (size_t i = 0; i < n_blocks; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards && (!block || blocks[i] == block); k++)
            if (blocks[i]->cards[k]->deleted_seq == 0)
                add_groups(o, blocks[i]->cards[k], field, &names, n, &cap);
    free(blocks);
    if (*n > 1)
        qsort(names, *n, sizeof *names, by_name);
    for (size_t i = 0; i < *n; i++)
        if (i == 0 || strcmp(names[i], names[kept - 1]) != 0)
            names[kept++] = names[i];
    *n = kept;
    return names;
}

enum status method_promote_group(struct method_ops *o, const struct field *field, const char *name,
                                 const struct block *to, uint64_t *id, struct why *why)
{
    struct ops_place place = {.block = to->o.id};
    size_t members = 0, n;
    struct block **blocks = canvas_blocks_in_order(o->canvas, &n);
    *id = replica_next_id(o->replica);
    method_ops_add(o, ops_card_create(o->arena, *id, &place, name));
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards; k++) {
            const struct card *card = blocks[i]->cards[k];
            if (card->deleted_seq != 0 || !card_in_group(card, field->key, name))
                continue;
            members++;
            method_ops_add(o, ops_link_add(o->arena, replica_next_id(o->replica), card->o.id, *id, field->key));
        }
    free(blocks);
    if (members == 0)
        return refuse(why, STATUS_NOT_FOUND, "No card has the group \"%.60s\" in %s. See: cocanvas group list CANVAS",
                      name, field->title);
    return STATUS_OK;
}
