/* A canvas out of a file, step by step; see intake.h. */
#include "client/cli/intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/method/decimal.h"
#include "common/ids.h"
#include "common/order.h"
#include "common/rules.h"
#include "common/template.h"

void intake_init(struct intake *in, struct canvas *c, struct arena *arena, struct why *why)
{
    *in = (struct intake){.c = c, .arena = arena, .why = why};
    buf_init(&in->notes);
}

void intake_fini(struct intake *in)
{
    buf_fini(&in->notes);
}

enum status intake_refuse(struct intake *in, const char *fmt, ...)
{
    char sentence[300];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    return refuse(in->why, STATUS_MALFORMED, "Line %u: %s", in->line, sentence);
}

void intake_note(struct intake *in, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    ASSERT(vasprintf(&text, fmt, args) >= 0);
    va_end(args);
    buf_addf(&in->notes, "%s\n", text);
    free(text);
}

/* ---- what it begins from */

void intake_header_text(struct canvas *c, const char *key, const char *text)
{
    struct value value = {.kind = VALUE_TEXT, .text = (char *)(uintptr_t)text};
    canvas_touch(c, &c->header.o);
    if (text[0])
        props_set(&c->header.props, key, &value);
}

void intake_title(struct canvas *c, const char *title)
{
    intake_header_text(c, "title", title);
}

void intake_blank(struct canvas *c, const char *title)
{
    intake_title(c, title);
    intake_header_text(c, "kind", "grid");
    c->header.cols = c->header.rows = 1;
}

void intake_arrange(struct canvas *c)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(c, &n);
    uint32_t cols = 1;
    while (cols < GRID_MAX && (size_t)cols * cols < n)
        cols++;
    for (size_t i = 0; i < n; i++) {
        canvas_touch(c, &blocks[i]->o);
        blocks[i]->col = (uint32_t)i % cols;
        blocks[i]->row = (uint32_t)i / cols < GRID_MAX ? (uint32_t)i / cols : GRID_MAX - 1;
        blocks[i]->col_span = blocks[i]->row_span = 1;
    }
    canvas_touch(c, &c->header.o);
    c->header.cols = cols;
    c->header.rows = n > 0 ? blocks[n - 1]->row + 1 : 1;
    free(blocks);
}

bool intake_template(struct canvas *c, const char *id, const char *title)
{
    char *plain = xstrndup(id, strcspn(id, "@ "));
    struct template *t = template_load(plain);
    if (t)
        template_instantiate(t, title && *title ? title : t->title, c);
    template_free(t);
    free(plain);
    return t != NULL;
}

/* ---- blocks */

uint64_t intake_id(struct intake *in)
{
    return object_id(INTAKE_CLIENT, ++in->made);
}

static const char *list_of_keys(struct intake *in)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(in->c, &n);
    const char *list = n == 0 ? "none" : "";
    for (size_t i = 0; i < n; i++)
        list = arena_printf(in->arena, "%s%s%s", list, i ? ", " : "", blocks[i]->key);
    free(blocks);
    return list;
}

static struct block *block_titled(struct intake *in, const char *title)
{
    size_t n;
    struct block *found = NULL, **blocks = canvas_blocks_in_order(in->c, &n);
    const char *wanted = arena_fold(in->arena, title);
    for (size_t i = 0; i < n && !found; i++)
        if (strcmp(arena_fold(in->arena, blocks[i]->title), wanted) == 0)
            found = blocks[i];
    free(blocks);
    return found;
}

static void set_words(char **at, const char *words)
{
    free(*at);
    *at = xstrdup(words);
}

/* A key that is free: the wanted one, or one out of a number. */
static const char *free_key(struct intake *in, const char *wanted)
{
    const char *key = wanted;
    for (unsigned i = in->c->n_blocks + 1; !rule_key(key) || canvas_block_by_key(in->c, key); i++)
        key = arena_printf(in->arena, "block-%u", i);
    return key;
}

/* Below everything that is there, over the whole width. */
static void place_below(struct canvas *c, struct block *block)
{
    uint32_t row = 0, order = 0;
    for (struct object *o = c->blocks; o; o = o->hh.next) {
        const struct block *other = (struct block *)o;
        if (other == block || other->deleted || block_hidden(other))
            continue;
        row = other->row + other->row_span > row ? other->row + other->row_span : row;
        order = other->order >= order && other->order < ORDER_MAX ? other->order + 1 : order;
    }
    block->row = row < GRID_MAX ? row : GRID_MAX - 1;
    block->order = order;
    block->row_span = 1;
    block->col_span = c->header.cols > 0 ? c->header.cols : 1;
    canvas_touch(c, &c->header.o);
    if (c->header.rows > 0 && block->row >= c->header.rows)
        c->header.rows = block->row + 1;
}

static enum status make_block(struct intake *in, const char *key, const char *title, struct block **out)
{
    if (!rule_line(title, 1, TITLE_POINTS))
        return intake_refuse(in, "a block's title is one line of 1 to %d characters.", TITLE_POINTS);
    if (in->c->n_blocks >= BLOCKS_MAX - 1)
        return intake_refuse(in, "a canvas has at most %d blocks. Is this the right column for them?", BLOCKS_MAX);
    const char *chosen = free_key(in, key);
    struct block *block = canvas_new_block(in->c, intake_id(in));
    set_words(&block->key, chosen);
    set_words(&block->title, title);
    set_words(&block->prompt, "");
    place_below(in->c, block);
    *out = block;
    return STATUS_OK;
}

enum status intake_block(struct intake *in, const char *key, const char *title, struct block **out)
{
    struct block *block = *key ? canvas_block_by_key(in->c, key) : NULL;
    if (block && (block->deleted || block_hidden(block)))
        block = NULL;
    if (!block)
        block = block_titled(in, *title ? title : key);
    *out = block;
    if (block)
        return STATUS_OK;
    if (in->blocks_are_open)
        return make_block(in, key, *title ? title : key, out);
    if (!in->block_keys)
        in->block_keys = list_of_keys(in);
    return intake_refuse(in, "there is no block \"%.60s\". The blocks are: %.180s.", *title ? title : key, in->block_keys);
}

struct block *intake_parts(struct intake *in)
{
    for (struct object *o = in->c->blocks; o; o = o->hh.next)
        if (!((struct block *)o)->deleted && block_hidden((struct block *)o))
            return (struct block *)o;
    struct value hidden = {.kind = VALUE_FLAG, .number = 1};
    const char *key = free_key(in, "parts");
    struct block *block = canvas_new_block(in->c, intake_id(in));
    set_words(&block->key, key);
    set_words(&block->title, "Parts");
    set_words(&block->prompt, "");
    block->col_span = block->row_span = 1;
    block->order = ORDER_MAX;
    props_set(&block->props, "hidden", &hidden);
    return block;
}

/* ---- cards */

enum status intake_card(struct intake *in, struct block *block, const char *text, struct card **out)
{
    struct order_key key;
    const char *last = block->n_cards > 0 ? block->cards[block->n_cards - 1]->order_key : NULL;
    if (!rule_text(text, 0, 0))
        return intake_refuse(in, "a text is not valid UTF-8, or holds control characters.");
    if (order_between(last, NULL, &key) != STATUS_OK)
        return intake_refuse(in, "there are too many cards.");
    struct card *card = canvas_new_card(in->c, intake_id(in), block, key.text);
    text_set(&card->text, text, strlen(text));
    *out = card;
    return STATUS_OK;
}

void intake_part_of(struct card *part, const struct card *card, const char *field)
{
    struct value of = {.kind = VALUE_OBJECT, .number = card->o.id}, key = {.kind = VALUE_CHOICE, .text = (char *)(uintptr_t)field};
    props_set(&part->props, "of", &of);
    if (rule_value(&key) == NULL)
        props_set(&part->props, "of.field", &key);
}

static bool read_flag(const char *typed, uint64_t *flag)
{
    static const char *const yes[] = {"yes", "true", "1", "x", "y"}, *const no[] = {"no", "false", "0", "n"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(typed, yes[i]) == 0)
            return *flag = 1, true;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcasecmp(typed, no[i]) == 0)
            return *flag = 0, true;
    return false;
}

enum status intake_prop(struct intake *in, struct card *card, const char *key, enum value_kind kind, const char *typed)
{
    char number[NUMBER_BYTES + 1];
    struct why odd = {""};
    struct value value = {.kind = kind, .text = (char *)(uintptr_t)typed};
    if (!*typed)
        return STATUS_OK;
    if (kind == VALUE_NUMBER) {
        if (!decimal_read(typed, number, &odd))
            return intake_refuse(in, "%s", odd.text);
        value.text = number;
    } else if (kind == VALUE_FLAG) {
        if (!read_flag(typed, &value.number))
            return intake_refuse(in, "\"%.40s\" is neither yes nor no.", typed);
        value.text = NULL;
    } else if (kind == VALUE_PERSON) {
        value.text = NULL;
        value.number = in->person ? in->person(in->ctx, typed) : 0;
        if (value.number == 0) {
            intake_note(in, "Line %u: nobody here is called \"%.60s\"; left out.", in->line, typed);
            return STATUS_OK;
        }
    } else if (kind == VALUE_OBJECT) {
        value.text = NULL;
        if (!object_id_parse(typed, &value.number))
            return intake_refuse(in, "\"%.40s\" is no id such as 7.12.", typed);
    }
    const char *wrong = rule_value(&value);
    if (wrong)
        return intake_refuse(in, "\"%.60s\" %s.", typed, wrong);
    if (!rule_key(key) || (card->props.n >= PROPS_MAX && !props_get(&card->props, key)))
        return intake_refuse(in, "the card has too many properties, or \"%.60s\" is no name of one.", key);
    props_set(&card->props, key, &value);
    return STATUS_OK;
}

enum status intake_text_field(struct intake *in, struct card *card, const char *key, const char *text)
{
    if (!*text)
        return STATUS_OK;
    if (!rule_key(key) || !rule_text(text, 0, 0))
        return intake_refuse(in, "\"%.60s\" is no name of a field, or its text holds control characters.", key);
    if (card->n_fields >= FIELDS_MAX && !canvas_text(in->c, card->o.id, key))
        return intake_refuse(in, "a card has at most %d text fields.", FIELDS_MAX);
    text_set(&card_field(card, key, true)->text, text, strlen(text));
    return STATUS_OK;
}

enum status intake_tag(struct intake *in, struct card *card, const char *tag)
{
    if (!rule_tag(tag))
        return intake_refuse(in, "a tag is one line of 1 to %d characters.", TAG_POINTS);
    if (card->n_tags >= TAGS_MAX)
        return intake_refuse(in, "a card has at most %d tags.", TAGS_MAX);
    card_set_tag(card, tag, true);
    return STATUS_OK;
}

enum status intake_reading(struct intake *in, const struct card *card, const char *date, const char *value, const char *note)
{
    char number[NUMBER_BYTES + 1];
    struct why odd = {""};
    if (!rule_date(date))
        return intake_refuse(in, "a reading begins with a day such as 2026-11-22, not with \"%.40s\".", date);
    if (!decimal_read(value, number, &odd))
        return intake_refuse(in, "%s", odd.text);
    if (!rule_text(note, 0, NOTE_POINTS))
        return intake_refuse(in, "a reading's note has at most %d characters.", NOTE_POINTS);
    struct reading *reading = canvas_new_reading(in->c, intake_id(in));
    reading->object = card->o.id;
    set_words(&reading->date, date);
    set_words(&reading->value, number);
    set_words(&reading->note, note);
    return STATUS_OK;
}

void intake_link(struct intake *in, const struct card *from, const struct card *to, const char *kind)
{
    struct link_object *link = canvas_new_link(in->c, intake_id(in));
    link->from = from->o.id;
    link->to = to->o.id;
    set_words(&link->kind, rule_key(kind) ? kind : "relates");
}

enum status intake_comment(struct intake *in, uint64_t object, const char *text)
{
    if (!*text || !rule_text(text, 1, 0))
        return intake_refuse(in, "a comment is empty, or holds control characters.");
    struct comment *comment = canvas_new_comment(in->c, intake_id(in));
    comment->object = object;
    text_set(&comment->text, text, strlen(text));
    return STATUS_OK;
}

/* ---- fields */

static const char *const kind_names[] = {
    [VALUE_NONE] = "none", [VALUE_TEXT] = "text",     [VALUE_NUMBER] = "number", [VALUE_DATE] = "date",
    [VALUE_FLAG] = "flag", [VALUE_CHOICE] = "choice", [VALUE_PERSON] = "person", [VALUE_OBJECT] = "object",
};

const char *value_kind_name(enum value_kind kind)
{
    return kind_names[kind];
}

bool value_kind_named(const char *name, enum value_kind *kind)
{
    for (int i = VALUE_TEXT; i <= VALUE_OBJECT; i++)
        if (strcmp(kind_names[i], name) == 0)
            return *kind = (enum value_kind)i, true;
    return false;
}

enum status intake_field(struct intake *in, struct card *card, const struct field *field, const char *typed)
{
    char *key = arena_printf(in->arena, "f.%s", field->key);
    enum value_kind kind = field_value_kind(field->type);
    if (field->type == FIELD_TEXT)
        return intake_text_field(in, card, field->key, typed);
    if (kind == VALUE_NONE) {
        if (*typed)
            intake_note(in, "Line %u: \"%.60s\" is a field of the type %s, which is not filled from one cell; left out.", in->line, field->title,
                        field_type_name(field->type));
        return STATUS_OK;
    }
    const struct field_choice *choice = kind == VALUE_CHOICE ? field_choice_named(field, typed) : NULL;
    return intake_prop(in, card, key, kind, choice ? choice->key : typed);
}

void intake_define(struct intake *in, struct block *block, const char *key, const char *title, enum field_type type)
{
    char *name = arena_printf(in->arena, "field.%s", key);
    if (props_get(&block->props, name) || props_get(&in->c->header.props, name) || !rule_key(name) || block->props.n >= PROPS_MAX)
        return;
    char *none = (char *)(uintptr_t)"";
    struct field field = {.key = (char *)(uintptr_t)key, .title = (char *)(uintptr_t)(rule_line(title, 1, TITLE_POINTS) ? title : key),
                          .prompt = none, .unit = none, .min = none, .max = none, .type = type, .open = type == FIELD_CHOICE};
    char *text = field_format(&field);
    struct value value = {.kind = VALUE_TEXT, .text = text};
    canvas_touch(in->c, &block->o);
    if (rule_value(&value) == NULL)
        props_set(&block->props, name, &value);
    free(text);
}
