/* The content of single objects: how each kind is made, copied, freed, and its sorted sets (properties, text fields,
 * tags, votes). Nothing here knows of a canvas. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"

/* ---- properties */

static void value_fini(struct value *v)
{
    free(v->text);
}

static struct value value_clone(const struct value *v)
{
    return (struct value){.kind = v->kind, .text = v->text != NULL ? xstrdup(v->text) : NULL, .number = v->number};
}

void props_fini(struct props *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        free(p->at[i].key);
        value_fini(&p->at[i].value);
    }
    free(p->at);
    *p = (struct props){0};
}

static struct props props_clone(const struct props *from)
{
    struct props to = {.n = from->n, .cap = from->n};
    if (from->n == 0)
        return to;
    to.at = xcalloc(from->n, sizeof *to.at);
    for (uint32_t i = 0; i < from->n; i++)
        to.at[i] = (struct prop){.key = xstrdup(from->at[i].key), .value = value_clone(&from->at[i].value)};
    return to;
}

/* Index of key, or where it would be inserted; *found tells which. */
static uint32_t props_position(const struct props *p, const char *key, bool *found)
{
    uint32_t low = 0, high = p->n;
    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(p->at[middle].key, key);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct value *props_get(const struct props *p, const char *key)
{
    bool found;
    uint32_t i = props_position(p, key, &found);
    return found ? &p->at[i].value : NULL;
}

void props_set(struct props *p, const char *key, const struct value *value)
{
    bool found;
    uint32_t i = props_position(p, key, &found);
    if (value->kind == VALUE_NONE) {
        if (!found)
            return;
        free(p->at[i].key);
        value_fini(&p->at[i].value);
        memmove(&p->at[i], &p->at[i + 1], (p->n - i - 1) * sizeof *p->at);
        p->n--;
        return;
    }
    if (found) {
        struct value old = p->at[i].value;
        p->at[i].value = value_clone(value);
        value_fini(&old);
        return;
    }
    if (p->n == p->cap) {
        p->cap = p->cap > 0 ? p->cap * 2 : 4;
        p->at = xrealloc(p->at, p->cap * sizeof *p->at);
    }
    memmove(&p->at[i + 1], &p->at[i], (p->n - i) * sizeof *p->at);
    p->at[i] = (struct prop){.key = xstrdup(key), .value = value_clone(value)};
    p->n++;
}

/* ---- a card's text fields, tags and votes */

static uint32_t field_position(const struct card *card, const char *key, bool *found)
{
    uint32_t i = 0;
    int order = -1;
    while (i < card->n_fields && (order = strcmp(card->fields[i].key, key)) < 0)
        i++;
    *found = i < card->n_fields && order == 0;
    return i;
}

struct text_field *card_field(struct card *card, const char *key, bool create)
{
    bool found;
    uint32_t i = field_position(card, key, &found);
    if (found)
        return &card->fields[i];
    if (!create)
        return NULL;
    card->fields = xrealloc(card->fields, (card->n_fields + 1) * sizeof *card->fields);
    memmove(&card->fields[i + 1], &card->fields[i], (card->n_fields - i) * sizeof *card->fields);
    card->fields[i].key = xstrdup(key);
    text_init(&card->fields[i].text);
    card->n_fields++;
    return &card->fields[i];
}

static void field_fini(struct text_field *field)
{
    free(field->key);
    text_fini(&field->text);
}

void card_remove_field(struct card *card, const char *key)
{
    bool found;
    uint32_t i = field_position(card, key, &found);
    if (!found)
        return;
    field_fini(&card->fields[i]);
    memmove(&card->fields[i], &card->fields[i + 1], (card->n_fields - i - 1) * sizeof *card->fields);
    card->n_fields--;
}

bool card_set_tag(struct card *card, const char *tag, bool on)
{
    uint32_t i = 0;
    int order = -1;
    while (i < card->n_tags && (order = strcmp(card->tags[i], tag)) < 0)
        i++;
    bool found = i < card->n_tags && order == 0;
    if (found == on)
        return false;
    if (on) {
        card->tags = xrealloc(card->tags, (card->n_tags + 1) * sizeof *card->tags);
        memmove(&card->tags[i + 1], &card->tags[i], (card->n_tags - i) * sizeof *card->tags);
        card->tags[i] = xstrdup(tag);
        card->n_tags++;
    } else {
        free(card->tags[i]);
        memmove(&card->tags[i], &card->tags[i + 1], (card->n_tags - i - 1) * sizeof *card->tags);
        card->n_tags--;
    }
    return true;
}

bool card_set_vote(struct card *card, uint32_t author, bool on)
{
    uint32_t i = 0;
    while (i < card->n_votes && card->votes[i] < author)
        i++;
    bool found = i < card->n_votes && card->votes[i] == author;
    if (found == on)
        return false;
    if (on) {
        card->votes = xrealloc(card->votes, (card->n_votes + 1) * sizeof *card->votes);
        memmove(&card->votes[i + 1], &card->votes[i], (card->n_votes - i) * sizeof *card->votes);
        card->votes[i] = author;
        card->n_votes++;
    } else {
        memmove(&card->votes[i], &card->votes[i + 1], (card->n_votes - i - 1) * sizeof *card->votes);
        card->n_votes--;
    }
    return true;
}

/* ---- objects */

static size_t object_size(enum object_kind kind)
{
    switch (kind) {
    case OBJECT_HEADER:
        return sizeof(struct header);
    case OBJECT_BLOCK:
        return sizeof(struct block);
    case OBJECT_CARD:
        return sizeof(struct card);
    case OBJECT_COMMENT:
        return sizeof(struct comment);
    case OBJECT_LINK:
        return sizeof(struct link_object);
    case OBJECT_READING:
        return sizeof(struct reading);
    case OBJECT_NAMED:
        return sizeof(struct named);
    }
    ASSERT(!"a kind of object");
    return 0;
}

struct object *object_new(enum object_kind kind, uint64_t id)
{
    struct object *o = xcalloc(1, object_size(kind));
    o->kind = kind;
    o->id = id;
    if (kind == OBJECT_CARD)
        text_init(&((struct card *)o)->text);
    else if (kind == OBJECT_COMMENT)
        text_init(&((struct comment *)o)->text);
    return o;
}

static void card_fini(struct card *card)
{
    free(card->order_key);
    text_fini(&card->text);
    for (uint32_t i = 0; i < card->n_fields; i++)
        field_fini(&card->fields[i]);
    free(card->fields);
    props_fini(&card->props);
    for (uint32_t i = 0; i < card->n_tags; i++)
        free(card->tags[i]);
    free(card->tags);
    free(card->votes);
}

static void content_fini(struct object *o)
{
    switch (o->kind) {
    case OBJECT_HEADER:
        props_fini(&((struct header *)o)->props);
        break;
    case OBJECT_BLOCK: {
        struct block *block = (struct block *)o;
        free(block->key);
        free(block->title);
        free(block->prompt);
        props_fini(&block->props);
        break;
    }
    case OBJECT_CARD:
        card_fini((struct card *)o);
        break;
    case OBJECT_COMMENT:
        text_fini(&((struct comment *)o)->text);
        break;
    case OBJECT_LINK:
        free(((struct link_object *)o)->kind);
        break;
    case OBJECT_READING: {
        struct reading *reading = (struct reading *)o;
        free(reading->date);
        free(reading->value);
        free(reading->note);
        break;
    }
    case OBJECT_NAMED:
        free(((struct named *)o)->name);
        break;
    }
}

void object_free(struct object *o)
{
    content_fini(o);
    if (o->kind == OBJECT_BLOCK)
        free(((struct block *)o)->cards);
    free(o);
}

static char *string_clone(const char *s)
{
    return s != NULL ? xstrdup(s) : NULL;
}

/* Without counting the code points again, as text_set() would. */
static void text_clone(struct text *to, const struct text *from)
{
    text_init(to);
    if (from->len_bytes == 0)
        return;
    *to = *from;
    to->cap_bytes = from->len_bytes + 1;
    to->bytes = xstrndup(from->bytes, from->len_bytes);
}

/* Replaces the borrowed parts of a flat copy by copies of their own. */
static void card_own(struct card *card)
{
    struct card from = *card;
    card->order_key = string_clone(from.order_key);
    text_clone(&card->text, &from.text);
    card->props = props_clone(&from.props);
    if (from.n_fields > 0) {
        card->fields = xcalloc(from.n_fields, sizeof *card->fields);
        for (uint32_t i = 0; i < from.n_fields; i++) {
            card->fields[i].key = xstrdup(from.fields[i].key);
            text_clone(&card->fields[i].text, &from.fields[i].text);
        }
    } else {
        card->fields = NULL;
    }
    card->tags = NULL;
    if (from.n_tags > 0) {
        card->tags = xcalloc(from.n_tags, sizeof *card->tags);
        for (uint32_t i = 0; i < from.n_tags; i++)
            card->tags[i] = xstrdup(from.tags[i]);
    }
    card->votes = NULL;
    if (from.n_votes > 0) {
        card->votes = xcalloc(from.n_votes, sizeof *card->votes);
        memcpy(card->votes, from.votes, from.n_votes * sizeof *card->votes);
    }
}

static void block_own(struct block *block)
{
    block->key = string_clone(block->key);
    block->title = string_clone(block->title);
    block->prompt = string_clone(block->prompt);
    block->props = props_clone(&block->props);
    block->cards = NULL;
    block->n_cards = block->cap_cards = block->n_alive = block->n_long_keys = 0;
}

struct object *object_clone(const struct object *o)
{
    struct object *copy = xmalloc(object_size(o->kind));
    memcpy(copy, o, object_size(o->kind));
    copy->dirty = false;
    copy->hash = 0;
    copy->next_dirty = NULL;
    copy->dirty_at = NULL;
    copy->undo_at = 0;
    memset(&copy->hh, 0, sizeof copy->hh);
    switch (o->kind) {
    case OBJECT_HEADER:
        ((struct header *)copy)->props = props_clone(&((const struct header *)o)->props);
        break;
    case OBJECT_BLOCK:
        block_own((struct block *)copy);
        break;
    case OBJECT_CARD:
        card_own((struct card *)copy);
        break;
    case OBJECT_COMMENT:
        text_clone(&((struct comment *)copy)->text, &((const struct comment *)o)->text);
        break;
    case OBJECT_LINK:
        ((struct link_object *)copy)->kind = string_clone(((const struct link_object *)o)->kind);
        break;
    case OBJECT_READING: {
        struct reading *reading = (struct reading *)copy;
        reading->date = string_clone(reading->date);
        reading->value = string_clone(reading->value);
        reading->note = string_clone(reading->note);
        break;
    }
    case OBJECT_NAMED:
        ((struct named *)copy)->name = string_clone(((const struct named *)o)->name);
        break;
    }
    return copy;
}

void object_replace(struct object *o, struct object *content)
{
    ASSERT(o->kind == content->kind);
    struct object identity = *o;
    content_fini(o);
    if (o->kind == OBJECT_BLOCK) {
        struct block *block = (struct block *)o;
        struct block list = *block;
        memcpy(block, content, sizeof *block);
        block->cards = list.cards;
        block->n_cards = list.n_cards;
        block->cap_cards = list.cap_cards;
        block->n_alive = list.n_alive;
        block->n_long_keys = list.n_long_keys;
    } else {
        memcpy(o, content, object_size(o->kind));
    }
    *o = identity;
    free(content);
}
