/* The canvas as bytes, and its hash. Each object is written in protobuf's encoding by hand and canonically (fields
 * ascending, defaults left out, sets sorted), because the hash is defined over exactly these bytes (canvas.proto,
 * CanvasState). */
#include <stdlib.h>
#include <xxhash.h>

#include "common/canvas_internal.h"
#include "common/pb.h"

static void put_value(struct buf *out, uint32_t field, const struct value *v)
{
    size_t began = pb_begin(out, field);
    switch (v->kind) {
    case VALUE_NONE:
        break;
    case VALUE_TEXT:
        pb_put_bytes(out, 1, v->text, strlen(v->text));
        break;
    case VALUE_NUMBER:
        pb_put_bytes(out, 2, v->text, strlen(v->text));
        break;
    case VALUE_DATE:
        pb_put_bytes(out, 3, v->text, strlen(v->text));
        break;
    case VALUE_FLAG:
        pb_put_tag(out, 4, PB_VARINT);
        pb_put_varint(out, v->number);
        break;
    case VALUE_CHOICE:
        pb_put_bytes(out, 5, v->text, strlen(v->text));
        break;
    case VALUE_PERSON:
        pb_put_tag(out, 6, PB_VARINT);
        pb_put_varint(out, v->number);
        break;
    case VALUE_OBJECT:
        pb_put_tag(out, 7, PB_VARINT);
        pb_put_varint(out, v->number);
        break;
    }
    pb_end(out, began);
}

static void put_props(struct buf *out, uint32_t field, const struct props *props)
{
    for (uint32_t i = 0; i < props->n; i++) {
        size_t began = pb_begin(out, field);
        pb_put_string(out, 1, props->at[i].key);
        put_value(out, 2, &props->at[i].value);
        pb_end(out, began);
    }
}

static void put_text(struct buf *out, uint32_t field, const struct text *text)
{
    if (text->len_bytes > 0)
        pb_put_bytes(out, field, text->bytes, text->len_bytes);
}

static void encode_header(const struct header *header, struct buf *out)
{
    pb_put_uint(out, 1, header->cols);
    pb_put_uint(out, 2, header->rows);
    put_props(out, 3, &header->props);
}

static void encode_block(const struct block *block, struct buf *out)
{
    pb_put_uint(out, 1, block->o.id);
    pb_put_string(out, 2, block->key);
    pb_put_string(out, 3, block->title);
    pb_put_string(out, 4, block->prompt);
    pb_put_uint(out, 5, block->col);
    pb_put_uint(out, 6, block->row);
    pb_put_uint(out, 7, block->col_span);
    pb_put_uint(out, 8, block->row_span);
    pb_put_uint(out, 9, block->order);
    put_props(out, 10, &block->props);
    pb_put_uint(out, 11, block->deleted);
}

static void encode_votes(const struct card *card, struct buf *out)
{
    if (card->n_votes == 0)
        return;
    size_t began = pb_begin(out, 8);
    for (uint32_t i = 0; i < card->n_votes; i++)
        pb_put_varint(out, card->votes[i]);
    pb_end(out, began);
}

static void encode_card(const struct card *card, struct buf *out)
{
    pb_put_uint(out, 1, card->o.id);
    pb_put_uint(out, 2, card->block->o.id);
    pb_put_string(out, 3, card->order_key);
    put_text(out, 4, &card->text);
    for (uint32_t i = 0; i < card->n_fields; i++) {
        size_t began = pb_begin(out, 5);
        pb_put_string(out, 1, card->fields[i].key);
        put_text(out, 2, &card->fields[i].text);
        pb_end(out, began);
    }
    put_props(out, 6, &card->props);
    for (uint32_t i = 0; i < card->n_tags; i++)
        pb_put_bytes(out, 7, card->tags[i], strlen(card->tags[i]));
    encode_votes(card, out);
    pb_put_uint(out, 9, card->created_by);
    pb_put_uint(out, 10, (uint64_t)card->created_ms);
    pb_put_uint(out, 11, card->edited_by);
    pb_put_uint(out, 12, (uint64_t)card->edited_ms);
    pb_put_uint(out, 13, card->deleted_seq);
}

static void encode_comment(const struct comment *comment, struct buf *out)
{
    pb_put_uint(out, 1, comment->o.id);
    pb_put_uint(out, 2, comment->object);
    pb_put_uint(out, 3, comment->parent);
    put_text(out, 4, &comment->text);
    pb_put_uint(out, 5, comment->resolved);
    pb_put_uint(out, 6, comment->created_by);
    pb_put_uint(out, 7, (uint64_t)comment->created_ms);
    pb_put_uint(out, 8, (uint64_t)comment->edited_ms);
    pb_put_uint(out, 9, comment->deleted_seq);
}

static void encode_link(const struct link_object *link, struct buf *out)
{
    pb_put_uint(out, 1, link->o.id);
    pb_put_uint(out, 2, link->from);
    pb_put_uint(out, 3, link->to);
    pb_put_string(out, 4, link->kind);
    pb_put_uint(out, 5, link->created_by);
    pb_put_uint(out, 6, (uint64_t)link->created_ms);
    pb_put_uint(out, 7, link->deleted_seq);
}

static void encode_reading(const struct reading *reading, struct buf *out)
{
    pb_put_uint(out, 1, reading->o.id);
    pb_put_uint(out, 2, reading->object);
    pb_put_string(out, 3, reading->date);
    pb_put_string(out, 4, reading->value);
    pb_put_string(out, 5, reading->note);
    pb_put_uint(out, 6, reading->created_by);
    pb_put_uint(out, 7, (uint64_t)reading->created_ms);
    pb_put_uint(out, 8, reading->deleted_seq);
}

static void encode_named(const struct named *named, struct buf *out)
{
    pb_put_uint(out, 1, named->o.id);
    pb_put_string(out, 2, named->name);
    pb_put_uint(out, 3, named->created_by);
    pb_put_uint(out, 4, (uint64_t)named->created_ms);
}

void object_encode(const struct object *o, struct buf *out)
{
    switch (o->kind) {
    case OBJECT_HEADER:
        encode_header((const struct header *)o, out);
        break;
    case OBJECT_BLOCK:
        encode_block((const struct block *)o, out);
        break;
    case OBJECT_CARD:
        encode_card((const struct card *)o, out);
        break;
    case OBJECT_COMMENT:
        encode_comment((const struct comment *)o, out);
        break;
    case OBJECT_LINK:
        encode_link((const struct link_object *)o, out);
        break;
    case OBJECT_READING:
        encode_reading((const struct reading *)o, out);
        break;
    case OBJECT_NAMED:
        encode_named((const struct named *)o, out);
        break;
    }
}

uint64_t canvas_hash(struct canvas *c)
{
    struct buf bytes;
    buf_init(&bytes);
    struct object *o = c->dirty;
    while (o != NULL) {
        struct object *next = o->next_dirty;
        buf_clear(&bytes, SIZE_MAX);
        object_encode(o, &bytes);
        o->hash = XXH3_64bits_withSeed(buf_len(&bytes) > 0 ? (const void *)buf_at(&bytes) : "", buf_len(&bytes),
                                       (XXH64_hash_t)o->kind);
        c->hash_sum += o->hash;
        o->dirty = false;
        o->next_dirty = NULL;
        o->dirty_at = NULL;
        o = next;
    }
    c->dirty = NULL;
    buf_fini(&bytes);
    return c->hash_sum;
}

static void encode_table(const struct canvas *c, enum object_kind kind, struct buf *out)
{
    size_t n;
    struct object **list = canvas_sorted(c, kind, &n);
    for (size_t i = 0; i < n; i++) {
        size_t began = pb_begin(out, (uint32_t)kind);
        object_encode(list[i], out);
        pb_end(out, began);
    }
    free(list);
}

void canvas_encode(struct canvas *c, struct buf *out)
{
    pb_put_uint(out, 1, c->seq);
    size_t began = pb_begin(out, OBJECT_HEADER);
    object_encode(&c->header.o, out);
    pb_end(out, began);
    encode_table(c, OBJECT_BLOCK, out);
    encode_table(c, OBJECT_CARD, out);
    encode_table(c, OBJECT_COMMENT, out);
    encode_table(c, OBJECT_LINK, out);
    encode_table(c, OBJECT_READING, out);
    encode_table(c, OBJECT_NAMED, out);
}
