/* Checks of a card's fields: what must be filled, and what a value may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/method/checks.h"
#include "common/rules.h"

/* The property that holds the field's value, NULL if it is empty. */
static const struct value *value_of(const struct card *card, const struct field *field)
{
    char key[KEY_MAX + 3];
    (void)snprintf(key, sizeof key, "f.%s", field->key);
    return props_get(&card->props, key);
}

static bool has_text(const struct card *card, const char *key)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, key) == 0)
            return card->fields[i].text.len_bytes > 0;
    return false;
}

static bool has_group(const struct card *card, const char *key)
{
    size_t len = strlen(key);
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (strncmp(card->tags[i], key, len) == 0 && card->tags[i][len] == '=')
            return true;
    return false;
}

static bool has_part(const struct checking *c, const char *key)
{
    for (size_t i = 0; i < c->e->n_parts; i++)
        if (strcmp(method_part_field(c->m, c->e->parts[i]), key) == 0)
            return true;
    return false;
}

static bool is_filled(const struct checking *c, const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        return has_text(c->card, field->key);
    case FIELD_GROUPS:
        return has_group(c->card, field->key);
    case FIELD_MEASURE:
    case FIELD_ACTION:
        return has_part(c, field->key);
    default:
        return value_of(c->card, field) != NULL;
    }
}

void check_field_required(struct checking *c)
{
    for (size_t i = 0; i < c->b->fields.n; i++) {
        const struct field *field = &c->b->fields.at[i];
        if (!field->required || is_filled(c, field))
            continue;
        char *title = finding_quote(field->title, strlen(field->title));
        finding_say(c, "\"%s\" is still empty.", title);
        free(title);
    }
}

/* ---- values */

static void check_number(struct checking *c, const struct field *field, const char *title, const char *text)
{
    struct decimal value, bound;

    decimal_init(&value);
    decimal_init(&bound);
    if (!decimal_parse(&value, text))
        finding_say(c, "\"%s\" is not a number.", title);
    else if (decimal_parse(&bound, field->min) && decimal_compare(&value, &bound) < 0)
        finding_say(c, "\"%s\" is %.40s, but at least %.40s is expected.", title, text, field->min);
    else if (decimal_parse(&bound, field->max) && decimal_compare(&value, &bound) > 0)
        finding_say(c, "\"%s\" is %.40s, but at most %.40s is expected.", title, text, field->max);
    else if (field->whole && strchr(text, '.') != NULL)
        finding_say(c, "\"%s\" is %.40s, but a whole number is expected.", title, text);
    decimal_fini(&value);
    decimal_fini(&bound);
}

static void check_choice(struct checking *c, const struct field *field, const char *title, const char *text)
{
    if (field->open || field_choice_find(field, text) != NULL)
        return;
    char *quote = finding_quote(text, strlen(text));
    finding_say(c, "\"%s\" is \"%s\", which is none of its choices.", title, quote);
    free(quote);
}

static void check_value(struct checking *c, const struct field *field, const struct value *value)
{
    char *title = finding_quote(field->title, strlen(field->title));
    if (value->kind != field_value_kind(field->type))
        finding_say(c, "What stands in \"%s\" is no %s.", title, field_type_name(field->type));
    else if (value->kind == VALUE_NUMBER)
        check_number(c, field, title, value->text);
    else if (value->kind == VALUE_CHOICE)
        check_choice(c, field, title, value->text);
    free(title);
}

void check_field_value(struct checking *c)
{
    for (size_t i = 0; i < c->b->fields.n; i++) {
        const struct field *field = &c->b->fields.at[i];
        const struct value *value = field_value_kind(field->type) != VALUE_NONE ? value_of(c->card, field) : NULL;
        if (value != NULL)
            check_value(c, field, value);
    }
}
