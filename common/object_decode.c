/* One object of a canvas out of bytes that nobody vouches for: every field is checked as it is read, then what the
 * fields must be together. Unknown fields are skipped, as everywhere in protobuf. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/ids.h"
#include "common/order.h"
#include "common/pb.h"
#include "common/rules.h"
#include "common/utf8.h"

/* One object being read. The first fault wins; later calls then do nothing. */
struct decoder {
    const struct canvas *c; /* what was read before */
    struct pb_reader in;
    uint64_t id;      /* of the object, for the sentence; 0 as long as it is unknown */
    const char *what; /* "card" */
    enum status status;
    struct why *why;
    uint64_t block; /* a card's */
};

static void fail(struct decoder *d, enum status status, const char *problem)
{
    if (d->status != STATUS_OK)
        return;
    char id[OBJECT_ID_TEXT] = "";
    if (d->id != 0)
        object_id_format(d->id, id);
    d->status = refuse(d->why, status, "%s%s%s: %s", d->what, id[0] != '\0' ? " " : "", id, problem);
}

static void need(struct decoder *d, bool ok, const char *problem)
{
    if (!ok)
        fail(d, STATUS_BAD_OP, problem);
}

static uint64_t get_uint(struct decoder *d, const struct pb_field *f, uint64_t most)
{
    if (f->wire != PB_VARINT || f->value > most)
        fail(d, STATUS_MALFORMED, "a number is out of range");
    return f->value;
}

static uint32_t get_u32(struct decoder *d, const struct pb_field *f)
{
    return (uint32_t)get_uint(d, f, UINT32_MAX);
}

static bool get_bool(struct decoder *d, const struct pb_field *f)
{
    return get_uint(d, f, UINT64_MAX) != 0;
}

static int64_t get_time(struct decoder *d, const struct pb_field *f)
{
    uint64_t value = get_uint(d, f, INT64_MAX);
    return d->status == STATUS_OK ? (int64_t)value : 0;
}

/* The field's bytes as an owned string, valid text; "" after a fault. */
static void get_string(struct decoder *d, const struct pb_field *f, char **out)
{
    bool ok = f->wire == PB_BYTES;
    if (!ok)
        fail(d, STATUS_MALFORMED, "a text is expected");
    else if (!utf8_check((const char *)f->bytes, f->len, NULL)) {
        fail(d, STATUS_BAD_TEXT, "a text is not valid UTF-8 or holds a control character");
        ok = false;
    }
    free(*out);
    *out = ok ? xstrndup((const char *)f->bytes, f->len) : xstrdup("");
}

static void get_text(struct decoder *d, const struct pb_field *f, struct text *out)
{
    size_t points = 0;
    uint32_t most = d->c->limits.text_points;
    if (f->wire != PB_BYTES)
        fail(d, STATUS_MALFORMED, "a text is expected");
    else if (f->len >= UINT32_MAX || !utf8_check((const char *)f->bytes, f->len, &points))
        fail(d, STATUS_BAD_TEXT, "a text is not valid UTF-8 or holds a control character");
    else if (most != 0 && points > most)
        fail(d, STATUS_TOO_LARGE, "a text is longer than the server's limit");
    else
        text_set(out, (const char *)f->bytes, f->len);
}

static bool enter(struct decoder *d, const struct pb_field *f, struct pb_reader *inner)
{
    if (f->wire != PB_BYTES)
        fail(d, STATUS_MALFORMED, "a message is expected");
    *inner = (struct pb_reader){.at = f->bytes, .end = f->wire == PB_BYTES ? f->bytes + f->len : f->bytes};
    return d->status == STATUS_OK;
}

static void left(struct decoder *d, const struct pb_reader *inner)
{
    if (inner->bad)
        fail(d, STATUS_MALFORMED, "the bytes are no message");
}

/* ---- parts */

static void get_value(struct decoder *d, const struct pb_field *field, struct value *value)
{
    static const enum value_kind by_number[] = {VALUE_NONE, VALUE_TEXT,   VALUE_NUMBER, VALUE_DATE,
                                                VALUE_FLAG, VALUE_CHOICE, VALUE_PERSON, VALUE_OBJECT};
    struct pb_reader in;
    struct pb_field f;
    if (!enter(d, field, &in))
        return;
    while (pb_next(&in, &f)) {
        if (f.number > 7)
            continue;
        free(value->text);
        *value = (struct value){.kind = by_number[f.number]};
        if (value->kind == VALUE_FLAG)
            value->number = get_bool(d, &f);
        else if (value->kind == VALUE_PERSON || value->kind == VALUE_OBJECT)
            value->number = get_uint(d, &f, value->kind == VALUE_PERSON ? UINT32_MAX : UINT64_MAX);
        else
            get_string(d, &f, &value->text);
    }
    left(d, &in);
}

static void get_prop(struct decoder *d, const struct pb_field *field, struct props *props)
{
    struct prop prop = {.key = xstrdup("")};
    struct pb_reader in;
    struct pb_field f;
    if (enter(d, field, &in)) {
        while (pb_next(&in, &f)) {
            if (f.number == 1)
                get_string(d, &f, &prop.key);
            else if (f.number == 2)
                get_value(d, &f, &prop.value);
        }
        left(d, &in);
    }
    need(d, rule_key(prop.key), "a property's key is not a key");
    if (d->status == STATUS_OK) {
        const char *problem = rule_value(&prop.value);
        need(d, problem == NULL, "a property's value is not of its kind");
        need(d, props->n == 0 || strcmp(props->at[props->n - 1].key, prop.key) < 0,
             "the properties are not sorted by key");
        need(d, props->n < PROPS_MAX, "there are too many properties");
    }
    if (d->status == STATUS_OK)
        props_set(props, prop.key, &prop.value);
    free(prop.key);
    free(prop.value.text);
}

static void get_text_field(struct decoder *d, const struct pb_field *field, struct card *card)
{
    char *key = xstrdup("");
    struct text text;
    text_init(&text);
    struct pb_reader in;
    struct pb_field f;
    if (enter(d, field, &in)) {
        while (pb_next(&in, &f)) {
            if (f.number == 1)
                get_string(d, &f, &key);
            else if (f.number == 2)
                get_text(d, &f, &text);
        }
        left(d, &in);
    }
    need(d, rule_key(key), "a text field's key is not a key");
    need(d, text.len_points > 0, "a text field is empty");
    need(d, card->n_fields == 0 || strcmp(card->fields[card->n_fields - 1].key, key) < 0,
         "the text fields are not sorted by key");
    need(d, card->n_fields < FIELDS_MAX, "there are too many text fields");
    if (d->status == STATUS_OK)
        text_set(&card_field(card, key, true)->text, text.bytes, text.len_bytes);
    free(key);
    text_fini(&text);
}

static void get_tag(struct decoder *d, const struct pb_field *f, struct card *card)
{
    char *tag = NULL;
    get_string(d, f, &tag);
    need(d, rule_tag(tag), "a tag is not one line of 1 to 64 characters");
    need(d, card->n_tags == 0 || strcmp(card->tags[card->n_tags - 1], tag) < 0, "the tags are not sorted");
    need(d, card->n_tags < TAGS_MAX, "there are too many tags");
    if (d->status == STATUS_OK)
        card_set_tag(card, tag, true);
    free(tag);
}

static void add_vote(struct decoder *d, struct card *card, uint32_t *cap, uint64_t author)
{
    need(d, author > 0 && author <= UINT32_MAX, "a vote is nobody's");
    need(d, card->n_votes == 0 || card->votes[card->n_votes - 1] < author, "the votes are not in order");
    if (d->status != STATUS_OK)
        return;
    if (card->n_votes == *cap) {
        *cap = *cap > 0 ? *cap * 2 : 8;
        card->votes = xrealloc(card->votes, *cap * sizeof *card->votes);
    }
    card->votes[card->n_votes++] = (uint32_t)author;
}

static void get_votes(struct decoder *d, const struct pb_field *f, struct card *card, uint32_t *cap)
{
    if (f->wire == PB_VARINT) {
        add_vote(d, card, cap, f->value);
        return;
    }
    struct pb_reader in;
    uint64_t author;
    if (!enter(d, f, &in))
        return;
    while (d->status == STATUS_OK && pb_next_varint(&in, &author))
        add_vote(d, card, cap, author);
    left(d, &in);
}

/* ---- objects: fields in, then what the fields must be together */

static void get_header(struct decoder *d, struct header *header)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        if (f.number == 1)
            header->cols = get_u32(d, &f);
        else if (f.number == 2)
            header->rows = get_u32(d, &f);
        else if (f.number == 3)
            get_prop(d, &f, &header->props);
    }
    need(d, header->cols <= GRID_MAX && header->rows <= GRID_MAX, "the grid is too large");
    for (uint32_t i = 0; i < header->props.n && d->status == STATUS_OK; i++) {
        const struct prop *prop = &header->props.at[i];
        need(d, header_column(prop->key) == HEADER_NONE, "a property has the name of a column");
        if (d->status == STATUS_OK)
            d->status = rule_header_prop(prop->key, &prop->value, d->why);
    }
}

static void get_block(struct decoder *d, struct block *block)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        switch (f.number) {
        case 1:
            block->o.id = d->id = get_uint(d, &f, UINT64_MAX);
            break;
        case 2:
            get_string(d, &f, &block->key);
            break;
        case 3:
            get_string(d, &f, &block->title);
            break;
        case 4:
            get_string(d, &f, &block->prompt);
            break;
        case 5:
            block->col = get_u32(d, &f);
            break;
        case 6:
            block->row = get_u32(d, &f);
            break;
        case 7:
            block->col_span = get_u32(d, &f);
            break;
        case 8:
            block->row_span = get_u32(d, &f);
            break;
        case 9:
            block->order = get_u32(d, &f);
            break;
        case 10:
            get_prop(d, &f, &block->props);
            break;
        case 11:
            block->deleted = get_bool(d, &f);
            break;
        default:
            break;
        }
    }
    if (d->status != STATUS_OK)
        return;
    need(d, rule_key(block->key), "its key is not a key");
    need(d, rule_line(block->title, 1, TITLE_POINTS), "its title is not one line of 1 to 200 characters");
    need(d, rule_text(block->prompt, 0, PROMPT_POINTS), "its prompt is too long");
    need(d, block->col < GRID_MAX && block->row < GRID_MAX, "its place is outside of every grid");
    need(d, block->col_span >= 1 && block->col_span <= GRID_MAX && block->row_span >= 1 && block->row_span <= GRID_MAX,
         "its span is out of range");
    need(d, block->order <= ORDER_MAX, "its order is out of range");
    for (uint32_t i = 0; i < block->props.n; i++)
        need(d, block_column(block->props.at[i].key) == COLUMN_NONE, "a property has the name of a column");
    need(d, d->status != STATUS_OK || canvas_block_by_key(d->c, block->key) == NULL, "another block has the same key");
}

static void get_card(struct decoder *d, struct card *card)
{
    struct pb_field f;
    uint32_t cap_votes = 0;
    d->block = 0;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        switch (f.number) {
        case 1:
            card->o.id = d->id = get_uint(d, &f, UINT64_MAX);
            break;
        case 2:
            d->block = get_uint(d, &f, UINT64_MAX);
            break;
        case 3:
            get_string(d, &f, &card->order_key);
            break;
        case 4:
            get_text(d, &f, &card->text);
            break;
        case 5:
            get_text_field(d, &f, card);
            break;
        case 6:
            get_prop(d, &f, &card->props);
            break;
        case 7:
            get_tag(d, &f, card);
            break;
        case 8:
            get_votes(d, &f, card, &cap_votes);
            break;
        case 9:
            card->created_by = get_u32(d, &f);
            break;
        case 10:
            card->created_ms = get_time(d, &f);
            break;
        case 11:
            card->edited_by = get_u32(d, &f);
            break;
        case 12:
            card->edited_ms = get_time(d, &f);
            break;
        case 13:
            card->deleted_seq = get_uint(d, &f, UINT64_MAX);
            break;
        default:
            break;
        }
    }
    if (d->status != STATUS_OK)
        return;
    card->block = canvas_block(d->c, d->block);
    need(d, card->block != NULL, "its block does not exist");
    need(d, card->block == NULL || card->deleted_seq != 0 || !card->block->deleted, "its block is deleted");
    need(d, card->order_key != NULL && order_key_check(card->order_key, strlen(card->order_key)),
         "its order key is not one");
}

static void get_comment(struct decoder *d, struct comment *comment)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        switch (f.number) {
        case 1:
            comment->o.id = d->id = get_uint(d, &f, UINT64_MAX);
            break;
        case 2:
            comment->object = get_uint(d, &f, UINT64_MAX);
            break;
        case 3:
            comment->parent = get_uint(d, &f, UINT64_MAX);
            break;
        case 4:
            get_text(d, &f, &comment->text);
            break;
        case 5:
            comment->resolved = get_bool(d, &f);
            break;
        case 6:
            comment->created_by = get_u32(d, &f);
            break;
        case 7:
            comment->created_ms = get_time(d, &f);
            break;
        case 8:
            comment->edited_ms = get_time(d, &f);
            break;
        case 9:
            comment->deleted_seq = get_uint(d, &f, UINT64_MAX);
            break;
        default:
            break;
        }
    }
}

static void get_link(struct decoder *d, struct link_object *link)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        switch (f.number) {
        case 1:
            link->o.id = d->id = get_uint(d, &f, UINT64_MAX);
            break;
        case 2:
            link->from = get_uint(d, &f, UINT64_MAX);
            break;
        case 3:
            link->to = get_uint(d, &f, UINT64_MAX);
            break;
        case 4:
            get_string(d, &f, &link->kind);
            break;
        case 5:
            link->created_by = get_u32(d, &f);
            break;
        case 6:
            link->created_ms = get_time(d, &f);
            break;
        case 7:
            link->deleted_seq = get_uint(d, &f, UINT64_MAX);
            break;
        default:
            break;
        }
    }
    if (d->status != STATUS_OK)
        return;
    need(d, link->kind != NULL && rule_key(link->kind), "its kind is not a key");
    need(d, link->from != link->to, "it links a card with itself");
}

static void get_reading(struct decoder *d, struct reading *reading)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        switch (f.number) {
        case 1:
            reading->o.id = d->id = get_uint(d, &f, UINT64_MAX);
            break;
        case 2:
            reading->object = get_uint(d, &f, UINT64_MAX);
            break;
        case 3:
            get_string(d, &f, &reading->date);
            break;
        case 4:
            get_string(d, &f, &reading->value);
            break;
        case 5:
            get_string(d, &f, &reading->note);
            break;
        case 6:
            reading->created_by = get_u32(d, &f);
            break;
        case 7:
            reading->created_ms = get_time(d, &f);
            break;
        case 8:
            reading->deleted_seq = get_uint(d, &f, UINT64_MAX);
            break;
        default:
            break;
        }
    }
    if (d->status != STATUS_OK)
        return;
    need(d, reading->date != NULL && rule_date(reading->date), "its date does not exist");
    need(d, reading->value != NULL && rule_number(reading->value), "its value is not a decimal number");
    if (reading->note == NULL)
        reading->note = xstrdup("");
    need(d, rule_text(reading->note, 0, NOTE_POINTS), "its note is too long");
}

static void get_named(struct decoder *d, struct named *named)
{
    struct pb_field f;
    while (d->status == STATUS_OK && pb_next(&d->in, &f)) {
        if (f.number == 1)
            named->o.id = get_uint(d, &f, UINT64_MAX);
        else if (f.number == 2)
            get_string(d, &f, &named->name);
        else if (f.number == 3)
            named->created_by = get_u32(d, &f);
        else if (f.number == 4)
            named->created_ms = get_time(d, &f);
    }
    if (d->status == STATUS_OK)
        need(d, named->name != NULL && rule_line(named->name, 1, TITLE_POINTS),
             "its name is not one line of 1 to 200 characters");
}

static void fill(struct decoder *d, struct object *o)
{
    switch (o->kind) {
    case OBJECT_HEADER:
        get_header(d, (struct header *)o);
        break;
    case OBJECT_BLOCK: {
        struct block *block = (struct block *)o;
        block->key = xstrdup("");
        block->title = xstrdup("");
        block->prompt = xstrdup("");
        get_block(d, block);
        break;
    }
    case OBJECT_CARD:
        get_card(d, (struct card *)o);
        break;
    case OBJECT_COMMENT:
        get_comment(d, (struct comment *)o);
        break;
    case OBJECT_LINK:
        get_link(d, (struct link_object *)o);
        break;
    case OBJECT_READING:
        get_reading(d, (struct reading *)o);
        break;
    case OBJECT_NAMED:
        get_named(d, (struct named *)o);
        break;
    }
    left(d, &d->in);
}

static const char *kind_name(enum object_kind kind)
{
    static const char *const names[] = {"",        "",     "header",  "block",        "card",
                                        "comment", "link", "reading", "named version"};
    return names[kind];
}

enum status object_decode(const struct canvas *c, struct object *o, const uint8_t *bytes, size_t len, struct why *why)
{
    struct decoder d = {.c = c, .what = kind_name(o->kind), .why = why, .in = {.at = bytes, .end = bytes + len}};
    fill(&d, o);
    need(&d, o->kind == OBJECT_HEADER || o->id != 0, "it has no id");
    need(&d, o->kind == OBJECT_HEADER || o->kind == OBJECT_NAMED || !canvas_id_used(c, o->id),
         "another object has the same id");
    return d.status;
}
