/* The state in protobuf-c's form, for exports and listings: structs and arrays from an arena, strings borrowed from
 * the canvas. */
#include <stdlib.h>

#include "common/canvas_internal.h"
#include "common/pbc.h"

static Cocanvas__Value *value_message(const struct value *v, struct arena *arena)
{
    Cocanvas__Value *m = pbc_new(arena, &cocanvas__value__descriptor);
    if (m == NULL)
        return NULL;
    switch (v->kind) {
    case VALUE_NONE:
        break;
    case VALUE_TEXT:
        m->kind_case = COCANVAS__VALUE__KIND_TEXT;
        m->text = v->text;
        break;
    case VALUE_NUMBER:
        m->kind_case = COCANVAS__VALUE__KIND_NUMBER;
        m->number = v->text;
        break;
    case VALUE_DATE:
        m->kind_case = COCANVAS__VALUE__KIND_DATE;
        m->date = v->text;
        break;
    case VALUE_FLAG:
        m->kind_case = COCANVAS__VALUE__KIND_FLAG;
        m->flag = v->number != 0;
        break;
    case VALUE_CHOICE:
        m->kind_case = COCANVAS__VALUE__KIND_CHOICE;
        m->choice = v->text;
        break;
    case VALUE_PERSON:
        m->kind_case = COCANVAS__VALUE__KIND_PERSON;
        m->person = (uint32_t)v->number;
        break;
    case VALUE_OBJECT:
        m->kind_case = COCANVAS__VALUE__KIND_OBJECT;
        m->object = v->number;
        break;
    }
    return m;
}

static bool props_message(const struct props *props, struct arena *arena, size_t *n, Cocanvas__Prop ***out)
{
    *n = props->n;
    *out = arena_calloc(arena, props->n, sizeof **out);
    for (uint32_t i = 0; i < props->n && *out != NULL; i++) {
        Cocanvas__Prop *m = pbc_new(arena, &cocanvas__prop__descriptor);
        if (m == NULL || (m->value = value_message(&props->at[i].value, arena)) == NULL)
            return false;
        m->key = props->at[i].key;
        (*out)[i] = m;
    }
    return *out != NULL;
}

static void *header_message(const struct object *o, struct arena *arena)
{
    const struct header *header = (const struct header *)o;
    Cocanvas__Header *m = pbc_new(arena, &cocanvas__header__descriptor);
    if (m == NULL || !props_message(&header->props, arena, &m->n_props, &m->props))
        return NULL;
    m->cols = header->cols;
    m->rows = header->rows;
    return m;
}

static void *block_message(const struct object *o, struct arena *arena)
{
    const struct block *block = (const struct block *)o;
    Cocanvas__Block *m = pbc_new(arena, &cocanvas__block__descriptor);
    if (m == NULL || !props_message(&block->props, arena, &m->n_props, &m->props))
        return NULL;
    m->id = o->id;
    m->key = block->key;
    m->title = block->title;
    m->prompt = block->prompt;
    m->col = block->col;
    m->row = block->row;
    m->col_span = block->col_span;
    m->row_span = block->row_span;
    m->order = block->order;
    m->deleted = block->deleted;
    return m;
}

static bool fields_message(const struct card *card, struct arena *arena, Cocanvas__Card *m)
{
    m->n_fields = card->n_fields;
    m->fields = arena_calloc(arena, card->n_fields, sizeof *m->fields);
    for (uint32_t i = 0; i < card->n_fields && m->fields != NULL; i++) {
        m->fields[i] = pbc_new(arena, &cocanvas__text_field__descriptor);
        if (m->fields[i] == NULL)
            return false;
        m->fields[i]->key = card->fields[i].key;
        m->fields[i]->text = card->fields[i].text.bytes;
    }
    return m->fields != NULL;
}

static void *card_message(const struct object *o, struct arena *arena)
{
    const struct card *card = (const struct card *)o;
    Cocanvas__Card *m = pbc_new(arena, &cocanvas__card__descriptor);
    if (m == NULL || !props_message(&card->props, arena, &m->n_props, &m->props) || !fields_message(card, arena, m))
        return NULL;
    m->id = o->id;
    m->block = card->block->o.id;
    m->order_key = card->order_key;
    m->text = card->text.bytes;
    m->n_tags = card->n_tags;
    m->tags = card->tags;
    m->n_votes = card->n_votes;
    m->votes = card->votes;
    m->created_by = card->created_by;
    m->created_ms = card->created_ms;
    m->edited_by = card->edited_by;
    m->edited_ms = card->edited_ms;
    m->deleted_seq = card->deleted_seq;
    return m;
}

static void *comment_message(const struct object *o, struct arena *arena)
{
    const struct comment *comment = (const struct comment *)o;
    Cocanvas__Comment *m = pbc_new(arena, &cocanvas__comment__descriptor);
    if (m == NULL)
        return NULL;
    m->id = o->id;
    m->object = comment->object;
    m->parent = comment->parent;
    m->text = comment->text.bytes;
    m->resolved = comment->resolved;
    m->created_by = comment->created_by;
    m->created_ms = comment->created_ms;
    m->edited_ms = comment->edited_ms;
    m->deleted_seq = comment->deleted_seq;
    return m;
}

static void *link_message(const struct object *o, struct arena *arena)
{
    const struct link_object *link = (const struct link_object *)o;
    Cocanvas__Link *m = pbc_new(arena, &cocanvas__link__descriptor);
    if (m == NULL)
        return NULL;
    m->id = o->id;
    m->from = link->from;
    m->to = link->to;
    m->kind = link->kind;
    m->created_by = link->created_by;
    m->created_ms = link->created_ms;
    m->deleted_seq = link->deleted_seq;
    return m;
}

static void *reading_message(const struct object *o, struct arena *arena)
{
    const struct reading *reading = (const struct reading *)o;
    Cocanvas__Reading *m = pbc_new(arena, &cocanvas__reading__descriptor);
    if (m == NULL)
        return NULL;
    m->id = o->id;
    m->object = reading->object;
    m->date = reading->date;
    m->value = reading->value;
    m->note = reading->note;
    m->created_by = reading->created_by;
    m->created_ms = reading->created_ms;
    m->deleted_seq = reading->deleted_seq;
    return m;
}

static void *named_message(const struct object *o, struct arena *arena)
{
    const struct named *named = (const struct named *)o;
    Cocanvas__NamedSeq *m = pbc_new(arena, &cocanvas__named_seq__descriptor);
    if (m == NULL)
        return NULL;
    m->seq = o->id;
    m->name = named->name;
    m->created_by = named->created_by;
    m->created_ms = named->created_ms;
    return m;
}

static bool table_message(const struct canvas *c, enum object_kind kind,
                          void *(*convert)(const struct object *, struct arena *), struct arena *arena, size_t *n,
                          void ***out)
{
    struct object **list = canvas_sorted(c, kind, n);
    *out = arena_calloc(arena, *n, sizeof **out);
    bool ok = *out != NULL;
    for (size_t i = 0; i < *n && ok; i++)
        ok = ((*out)[i] = convert(list[i], arena)) != NULL;
    free(list);
    return ok;
}

#define TABLE(kind, convert, field)                                                                                    \
    (table_message(c, kind, convert, arena, &m->n_##field, &list) && (m->field = (void *)list, true))

Cocanvas__CanvasState *canvas_to_message(struct canvas *c, struct arena *arena)
{
    void **list;
    Cocanvas__CanvasState *m = pbc_new(arena, &cocanvas__canvas_state__descriptor);
    if (m == NULL || (m->header = header_message(&c->header.o, arena)) == NULL)
        return NULL;
    m->seq = c->seq;
    bool ok = TABLE(OBJECT_BLOCK, block_message, blocks) && TABLE(OBJECT_CARD, card_message, cards) &&
              TABLE(OBJECT_COMMENT, comment_message, comments) && TABLE(OBJECT_LINK, link_message, links) &&
              TABLE(OBJECT_READING, reading_message, readings) && TABLE(OBJECT_NAMED, named_message, named);
    return ok ? m : NULL;
}
