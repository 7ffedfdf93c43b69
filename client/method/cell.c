/* Cells in words (cell.h). */
#include "client/method/cell.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

static char *taken(struct buf *out)
{
    char *text = xstrndup(buf_len(out) > 0 ? (const char *)buf_at(out) : "", buf_len(out));
    buf_fini(out);
    return text;
}

static void add(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text));
}

static const struct value *value_of(const struct card *card, const char *key)
{
    char name[KEY_MAX + 3];
    size_t len = strlen(key);
    if (len > KEY_MAX)
        return NULL;
    memcpy(name, "f.", 2);
    memcpy(name + 2, key, len + 1);
    return props_get(&card->props, name);
}

static const char *value_words(const struct value *value, const struct field *field, cell_name_fn *name, void *ctx)
{
    const struct field_choice *choice;
    switch (value->kind) {
    case VALUE_CHOICE:
        choice = field_choice_find(field, value->text);
        return choice != NULL ? choice->title : value->text;
    case VALUE_FLAG:
        return value->number != 0 ? "yes" : "no";
    case VALUE_PERSON:
        return name(ctx, (uint32_t)value->number);
    case VALUE_TEXT:
    case VALUE_NUMBER:
    case VALUE_DATE:
        return value->text;
    case VALUE_OBJECT:
    case VALUE_NONE:
        break;
    }
    return "";
}

static char *groups_text(const struct card *card, const struct field *field)
{
    size_t len = strlen(field->key);
    struct buf out;

    buf_init(&out);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        if (strncmp(card->tags[i], field->key, len) != 0 || card->tags[i][len] != '=')
            continue;
        if (buf_len(&out) > 0)
            add(&out, ", ");
        add(&out, card->tags[i] + len + 1);
    }
    return taken(&out);
}

char *cell_actual(const struct measure *measure)
{
    char *actual = measure->has_actual ? decimal_text(&measure->actual) : xstrdup("no reading yet"), *text;

    if (measure->has_actual && measure->kind == MEASURE_YESNO)
        text = xstrdup(decimal_sign(&measure->actual) != 0 ? "yes" : "no");
    else
        text = xasprintf("%s%s%s%s%s", actual, measure->target[0] != '\0' ? " of " : "", measure->target, measure->unit[0] != '\0' ? " " : "",
                         measure->unit);
    free(actual);
    return text;
}

char *cell_measure(const struct measure *measure, const struct card *card)
{
    char *actual = cell_actual(measure), *percent = measure->has_percent ? decimal_text_rounded(&measure->percent, 1) : NULL;
    char *text = xasprintf("%s: %s%s%s%s", card->text.bytes, actual, percent != NULL ? ", " : "", percent != NULL ? percent : "",
                           percent != NULL ? " %" : "");
    free(actual);
    free(percent);
    return text;
}

char *cell_action(const struct card *card, cell_name_fn *name, void *ctx)
{
    const struct value *when = props_get(&card->props, "a.when"), *who = props_get(&card->props, "a.who"),
                       *whom = props_get(&card->props, "a.whom"), *done = props_get(&card->props, "a.done");
    const char *person = who != NULL && who->kind == VALUE_PERSON ? name(ctx, (uint32_t)who->number)
                         : whom != NULL && whom->text != NULL     ? whom->text
                                                                  : "";
    const char *day = when != NULL && when->text != NULL ? when->text : "";
    return xasprintf("[%s] %s%s%s%s%s", done != NULL && done->number != 0 ? "x" : " ", card->text.bytes, day[0] != '\0' ? ", " : "", day,
                     person[0] != '\0' ? ", " : "", person);
}

static char *parts_text(struct method *m, const struct canvas *c, const struct card *card, const struct field *field, cell_name_fn *name,
                        void *ctx)
{
    size_t n;
    const uint64_t *parts = method_parts(m, card->o.id, &n);
    struct buf out;

    buf_init(&out);
    for (size_t i = 0; i < n; i++) {
        const struct card *part = canvas_card(c, parts[i]);
        const struct measure *measure = method_measure(m, parts[i]);
        if (part == NULL || strcmp(method_part_field(m, parts[i]), field->key) != 0)
            continue;
        char *line = measure != NULL ? cell_measure(measure, part) : cell_action(part, name, ctx);
        if (buf_len(&out) > 0)
            add(&out, "\n");
        add(&out, line);
        free(line);
    }
    return taken(&out);
}

char *cell_text(struct method *m, const struct canvas *c, const struct card *card, const struct field *field, cell_name_fn *name, void *ctx)
{
    const struct value *value = value_of(card, field->key);
    struct buf out;

    if (field->type == FIELD_GROUPS)
        return groups_text(card, field);
    if (field->type == FIELD_MEASURE || field->type == FIELD_ACTION)
        return parts_text(m, c, card, field, name, ctx);
    buf_init(&out);
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, field->key) == 0)
            add(&out, card->fields[i].text.bytes);
    if (value != NULL && buf_len(&out) == 0) {
        add(&out, value_words(value, field, name, ctx));
        if (value->kind == VALUE_NUMBER && field->unit[0] != '\0') {
            add(&out, " ");
            add(&out, field->unit);
        }
    }
    return taken(&out);
}

/* ---- order */

static int compare_numbers(const struct value *a, const struct value *b)
{
    struct decimal x, y;
    decimal_init(&x);
    decimal_init(&y);
    bool known = decimal_parse(&x, a->text) && decimal_parse(&y, b->text);
    int order = known ? decimal_compare(&x, &y) : strcmp(a->text, b->text);
    decimal_fini(&x);
    decimal_fini(&y);
    return order;
}

static int compare_choices(const struct value *a, const struct value *b, const struct field *field)
{
    const struct field_choice *x = field_choice_find(field, a->text), *y = field_choice_find(field, b->text);
    if (x != NULL && y != NULL)
        return (x > y) - (x < y);
    return x != NULL ? -1 : y != NULL ? 1 : strcmp(a->text, b->text);
}

int cell_compare(struct method *m, const struct canvas *c, const struct card *a, const struct card *b, const struct field *field, cell_name_fn *name,
                 void *ctx)
{
    const struct value *x = value_of(a, field->key), *y = value_of(b, field->key);

    if (x != NULL && y != NULL && x->kind == y->kind) {
        if (x->kind == VALUE_NUMBER)
            return compare_numbers(x, y);
        if (x->kind == VALUE_CHOICE)
            return compare_choices(x, y, field);
        if (x->kind == VALUE_FLAG)
            return (x->number > y->number) - (x->number < y->number);
    }
    char *left = cell_text(m, c, a, field, name, ctx), *right = cell_text(m, c, b, field, name, ctx);
    int order = strcmp(left, right); /* days sort as they are written */
    if (left[0] == '\0' || right[0] == '\0')
        order = (left[0] == '\0') - (right[0] == '\0');
    free(left);
    free(right);
    return order;
}
