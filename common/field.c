/* Typed fields: reading and writing their definitions (JSON of a fixed shape), and finding those of a block. A definition comes
 * from whoever may edit the canvas, so everything in it is checked by the rules of single values (rules.h), and a definition that
 * fails becomes a plain text field where fields are listed: what a card holds under its name stays in sight. */
#include "common/field.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/buf.h"
#include "common/rules.h"

static const char prefix[] = "field.";
enum { PREFIX_LEN = sizeof prefix - 1 };

static const char *const type_names[FIELD_TYPES] = {
    [FIELD_TEXT] = "text",     [FIELD_NUMBER] = "number",   [FIELD_DATE] = "date",
    [FIELD_CHOICE] = "choice", [FIELD_GROUPS] = "groups",   [FIELD_PERSON] = "person",
    [FIELD_FLAG] = "flag",     [FIELD_MEASURE] = "measure", [FIELD_ACTION] = "action",
};

const char *field_type_name(enum field_type type)
{
    return type_names[type];
}

bool field_type_parse(const char *name, enum field_type *type)
{
    for (size_t i = 0; i < FIELD_TYPES; i++) {
        if (strcmp(name, type_names[i]) == 0) {
            *type = (enum field_type)i;
            return true;
        }
    }
    return false;
}

enum value_kind field_value_kind(enum field_type type)
{
    switch (type) {
    case FIELD_NUMBER:
        return VALUE_NUMBER;
    case FIELD_DATE:
        return VALUE_DATE;
    case FIELD_CHOICE:
        return VALUE_CHOICE;
    case FIELD_PERSON:
        return VALUE_PERSON;
    case FIELD_FLAG:
        return VALUE_FLAG;
    case FIELD_TEXT:
    case FIELD_GROUPS:
    case FIELD_MEASURE:
    case FIELD_ACTION:
    case FIELD_TYPES:
        break;
    }
    return VALUE_NONE;
}

/* ---- reading a definition */

struct reader {
    const char *key; /* of the field */
    struct why *why;
    bool failed;
};

static void PRINTF_LIKE(2, 3) fail(struct reader *r, const char *fmt, ...)
{
    char sentence[sizeof r->why->text / 2];
    va_list args;
    if (r->failed)
        return;
    r->failed = true;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    (void)refuse(r->why, STATUS_BAD_OP, "Field \"%.64s\": %s", r->key, sentence);
}

/* A text member, owned; `otherwise` if it is absent. */
static char *read_text(struct reader *r, json_t *from, const char *name, size_t most, bool lines, const char *otherwise)
{
    json_t *member = json_object_get(from, name);
    const char *text = json_string_value(member);
    if (!member)
        return xstrdup(otherwise);
    if (text && strlen(text) == json_string_length(member) &&
        (lines ? rule_text(text, 0, most) : rule_line(text, 0, most)))
        return xstrdup(text);
    fail(r, "\"%s\" must be %s of at most %zu characters.", name, lines ? "a text" : "one line", most);
    return xstrdup(otherwise);
}

static bool read_flag(struct reader *r, json_t *from, const char *name)
{
    json_t *member = json_object_get(from, name);
    if (member && !json_is_boolean(member))
        fail(r, "\"%s\" must be true or false.", name);
    return json_is_true(member);
}

/* A bound: a decimal number as a text, or a whole JSON number (others would not be exact). */
static char *read_bound(struct reader *r, json_t *from, const char *name)
{
    json_t *member = json_object_get(from, name);
    if (!member)
        return xstrdup("");
    if (json_is_integer(member))
        return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(member));
    const char *text = json_string_value(member);
    if (text && (text[0] == '\0' || rule_number(text)))
        return xstrdup(text);
    fail(r, "\"%s\" must be a number such as \"0.5\", in quotes if it has a point.", name);
    return xstrdup("");
}

static bool one_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

static void read_choice(struct reader *r, json_t *from, struct field_choice *choice)
{
    static const char *const sides[] = {"", "company", "customer", "shared", NULL};
    static const char *const signs[] = {"", "plus", "minus", NULL};
    const char *only = json_string_value(from);
    json_t *group = json_is_object(from) ? json_incref(from) : json_object();
    if (only)
        json_object_set_new(group, "key", json_string(only));
    else if (!json_is_object(from))
        fail(r, "a choice is a text or {\"key\", \"title\"}.");
    choice->key = read_text(r, group, "key", TITLE_POINTS, false, "");
    choice->title = read_text(r, group, "title", TITLE_POINTS, false, choice->key);
    choice->prompt = read_text(r, group, "prompt", PROMPT_POINTS, true, "");
    choice->side = read_text(r, group, "side", TITLE_POINTS, false, "");
    choice->sign = read_text(r, group, "sign", TITLE_POINTS, false, "");
    json_decref(group);
    if (choice->key[0] == '\0' || choice->title[0] == '\0')
        fail(r, "a choice needs a key, and a title that is not empty.");
    if (!one_of(choice->side, sides))
        fail(r, "a choice's side is \"company\", \"customer\" or \"shared\".");
    if (!one_of(choice->sign, signs))
        fail(r, "a choice's sign is \"plus\" or \"minus\".");
}

static void read_choices(struct reader *r, json_t *list, struct field *f)
{
    size_t n = json_array_size(list);
    if (list && (!json_is_array(list) || n > FIELD_CHOICES_MAX)) {
        fail(r, "\"choices\" must be a list of at most %d.", FIELD_CHOICES_MAX);
        return;
    }
    f->choices = n > 0 ? xcalloc(n, sizeof *f->choices) : NULL;
    for (f->n_choices = 0; f->n_choices < n && !r->failed; f->n_choices++) {
        struct field_choice *choice = &f->choices[f->n_choices];
        read_choice(r, json_array_get(list, f->n_choices), choice);
        if (field_choice_find(f, choice->key))
            fail(r, "the choice \"%.60s\" is there twice.", choice->key);
    }
}

/* Digits before the point without leading zeros. */
static size_t whole_digits(const char **number)
{
    *number += strspn(*number, "0");
    return strspn(*number, "0123456789");
}

/* Whether the size of a is more than that of b; both are numbers without their sign. */
static bool is_larger(const char *a, const char *b)
{
    size_t n = whole_digits(&a), m = whole_digits(&b);
    int whole = n != m ? (n > m) - (n < m) : strncmp(a, b, n);
    if (whole != 0)
        return whole > 0;
    a += n + (a[n] == '.');
    b += m + (b[m] == '.');
    for (; *a != '\0' || *b != '\0'; a += *a != '\0', b += *b != '\0') {
        char left = *a != '\0' ? *a : '0', right = *b != '\0' ? *b : '0';
        if (left != right)
            return left > right;
    }
    return false;
}

static bool is_zero(const char *number)
{
    return number[strspn(number, "-0.")] == '\0';
}

/* a > b, of decimal texts. */
static bool is_greater(const char *a, const char *b)
{
    bool below_a = a[0] == '-' && !is_zero(a), below_b = b[0] == '-' && !is_zero(b);
    a += a[0] == '-';
    b += b[0] == '-';
    if (below_a != below_b)
        return below_b;
    return below_a ? is_larger(b, a) : is_larger(a, b);
}

static void read_type(struct reader *r, json_t *root, struct field *f)
{
    char *name = read_text(r, root, "type", KEY_MAX, false, "text");
    if (!field_type_parse(name, &f->type))
        fail(r, "there is no type \"%.40s\"; use text, number, date, choice, groups, person, flag, measure or action.",
             name);
    free(name);
}

static void read_order(struct reader *r, json_t *root, struct field *f)
{
    json_t *order = json_object_get(root, "order");
    json_int_t value = json_integer_value(order);
    if (order && (!json_is_integer(order) || value < 0 || value > ORDER_MAX))
        fail(r, "\"order\" must be a whole number from 0 to %d.", ORDER_MAX);
    else
        f->order = (uint32_t)value;
}

static void read_field(struct reader *r, json_t *root, struct field *f)
{
    f->title = read_text(r, root, "title", TITLE_POINTS, false, f->key);
    f->prompt = read_text(r, root, "prompt", PROMPT_POINTS, true, "");
    f->unit = read_text(r, root, "unit", TITLE_POINTS, false, "");
    f->min = read_bound(r, root, "min");
    f->max = read_bound(r, root, "max");
    f->whole = read_flag(r, root, "whole");
    f->open = read_flag(r, root, "open");
    f->required = read_flag(r, root, "required");
    read_type(r, root, f);
    read_order(r, root, f);
    read_choices(r, json_object_get(root, "choices"), f);
    if (f->title[0] == '\0')
        fail(r, "the title must not be empty.");
    if (f->type == FIELD_CHOICE && f->n_choices == 0 && !f->open)
        fail(r, "a choice needs \"choices\", or \"open\": true.");
    if (f->min[0] && f->max[0] && is_greater(f->min, f->max))
        fail(r, "\"min\" is greater than \"max\".");
}

bool field_parse(const char *key, const char *json, struct field *f, struct why *why)
{
    struct reader r = {.key = key, .why = why};
    json_error_t error;
    *f = (struct field){0};
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    if (!rule_key(key) || strlen(key) + PREFIX_LEN > KEY_MAX)
        fail(&r, "its key must begin with a letter a-z and go on with a-z, 0-9, \"_\", \".\" or \"-\", at most %d.",
             KEY_MAX - PREFIX_LEN);
    else if (!json_is_object(root))
        fail(&r, "its definition must be a JSON object such as {\"title\":\"Rank\",\"type\":\"number\"}.");
    f->key = xstrdup(key);
    if (!r.failed)
        read_field(&r, root, f);
    json_decref(root);
    if (r.failed)
        field_fini(f);
    return !r.failed;
}

void field_fini(struct field *f)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        free(f->choices[i].key);
        free(f->choices[i].title);
        free(f->choices[i].prompt);
        free(f->choices[i].side);
        free(f->choices[i].sign);
    }
    free(f->choices);
    free(f->key);
    free(f->title);
    free(f->prompt);
    free(f->unit);
    free(f->min);
    free(f->max);
    *f = (struct field){0};
}

/* ---- writing one */

static void put_text(json_t *to, const char *name, const char *text)
{
    if (text && text[0])
        json_object_set_new(to, name, json_string(text));
}

static void put_flag(json_t *to, const char *name, bool on)
{
    if (on)
        json_object_set_new(to, name, json_true());
}

static json_t *choice_json(const struct field_choice *choice)
{
    json_t *group = json_object();
    put_text(group, "key", choice->key);
    if (strcmp(choice->title, choice->key) != 0)
        put_text(group, "title", choice->title);
    put_text(group, "prompt", choice->prompt);
    put_text(group, "side", choice->side);
    put_text(group, "sign", choice->sign);
    if (json_object_size(group) > 1)
        return group;
    json_decref(group);
    return json_string(choice->key);
}

char *field_format(const struct field *f)
{
    json_t *root = json_object();
    put_text(root, "title", f->title);
    put_text(root, "type", field_type_name(f->type));
    put_text(root, "prompt", f->prompt);
    put_text(root, "unit", f->unit);
    put_text(root, "min", f->min);
    put_text(root, "max", f->max);
    put_flag(root, "whole", f->whole);
    put_flag(root, "open", f->open);
    put_flag(root, "required", f->required);
    if (f->order > 0)
        json_object_set_new(root, "order", json_integer(f->order));
    if (f->n_choices > 0) {
        json_t *list = json_array();
        for (size_t i = 0; i < f->n_choices; i++)
            json_array_append_new(list, choice_json(&f->choices[i]));
        json_object_set_new(root, "choices", list);
    }
    char *text = json_dumps(root, JSON_COMPACT);
    ASSERT(text != NULL);
    json_decref(root);
    return text;
}

/* ---- the fields of a block */

/* A definition that can't be read: a text field under its key. */
static void plain_field(const char *key, struct field *f)
{
    *f = (struct field){.key = xstrdup(key),
                        .title = xstrdup(key),
                        .prompt = xstrdup(""),
                        .unit = xstrdup(""),
                        .min = xstrdup(""),
                        .max = xstrdup(""),
                        .type = FIELD_TEXT,
                        .order = ORDER_MAX};
}

static size_t count_definitions(const struct props *props)
{
    size_t n = 0;
    for (uint32_t i = 0; i < props->n; i++)
        n += strncmp(props->at[i].key, prefix, PREFIX_LEN) == 0;
    return n;
}

static void add_definitions(const struct props *props, struct fields *out)
{
    for (uint32_t i = 0; i < props->n; i++) {
        const struct prop *prop = &props->at[i];
        const char *key = prop->key + PREFIX_LEN;
        if (strncmp(prop->key, prefix, PREFIX_LEN) != 0 || !rule_key(key) || fields_find(out, key))
            continue;
        struct field *f = &out->at[out->n];
        if (prop->value.kind != VALUE_TEXT || !field_parse(key, prop->value.text, f, NULL))
            plain_field(key, f);
        out->n++;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct field *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return strcmp(x->key, y->key);
}

void fields_of_block(const struct canvas *c, const struct block *block, struct fields *out)
{
    size_t room = count_definitions(&c->header.props) + (block ? count_definitions(&block->props) : 0);
    *out = (struct fields){.at = room > 0 ? xcalloc(room, sizeof *out->at) : NULL};
    if (block)
        add_definitions(&block->props, out);
    add_definitions(&c->header.props, out);
    if (out->n > 1)
        qsort(out->at, out->n, sizeof *out->at, by_place);
}

void fields_free(struct fields *f)
{
    for (size_t i = 0; i < f->n; i++)
        field_fini(&f->at[i]);
    free(f->at);
    *f = (struct fields){0};
}

const struct field *fields_find(const struct fields *f, const char *key)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->at[i].key, key) == 0)
            return &f->at[i];
    }
    return NULL;
}

const struct field_choice *field_choice_find(const struct field *f, const char *key)
{
    for (size_t i = 0; i < f->n_choices; i++) {
        if (strcmp(f->choices[i].key, key) == 0)
            return &f->choices[i];
    }
    return NULL;
}

/* The word without differences of case; malloc'd, "" if it is no text. */
static char *folded(const char *word)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)word, 0, &out,
                                        UTF8PROC_NULLTERM | UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return len >= 0 ? (char *)out : xstrdup("");
}

static bool same_word(const char *folded_word, const char *other)
{
    char *folded_other = folded(other);
    bool same = strcmp(folded_word, folded_other) == 0;
    free(folded_other);
    return same;
}

const struct field_choice *field_choice_named(const struct field *f, const char *word)
{
    const struct field_choice *found = field_choice_find(f, word);
    char *wanted = folded(word);
    for (size_t i = 0; i < f->n_choices && !found; i++) {
        if (same_word(wanted, f->choices[i].key))
            found = &f->choices[i];
    }
    for (size_t i = 0; i < f->n_choices && !found; i++) {
        if (same_word(wanted, f->choices[i].title))
            found = &f->choices[i];
    }
    free(wanted);
    return found;
}

/* ---- parts */

bool block_hidden(const struct block *block)
{
    const struct value *hidden = props_get(&block->props, "hidden");
    return hidden && hidden->kind == VALUE_FLAG && hidden->number != 0;
}

/* Only what stands in a hidden block is a part, and only of a card that people see: so nobody gains or loses rights over a
 * visible card by a property on it, and there is no chain or circle of parts. */
struct card *part_of(const struct canvas *c, const struct card *card, const char **field)
{
    const struct value *of = props_get(&card->props, "of"), *key = props_get(&card->props, "of.field");
    if (!of || of->kind != VALUE_OBJECT || !block_hidden(card->block))
        return NULL;
    struct card *owner = canvas_card(c, of->number);
    if (!owner || owner->deleted_seq != 0 || block_hidden(owner->block))
        return NULL;
    if (field)
        *field = key && key->kind == VALUE_CHOICE ? key->text : "";
    return owner;
}
