/* Cards, blocks and comments as JSON for programs that read `show --json`: names instead of numbers, only what is
 * set. (export prints the whole state instead.) */
#include <string.h>

#include "client/cli/edit.h"

static json_t *value_json(struct session *s, const struct value *value)
{
    switch (value->kind) {
    case VALUE_FLAG:
        return json_boolean(value->number != 0);
    case VALUE_PERSON:
        return json_string(session_person(s, (uint32_t)value->number));
    case VALUE_OBJECT:
        return json_string(id_text(&s->arena, value->number));
    default:
        return json_string(value->text ? value->text : "");
    }
}

static json_t *props_json(struct session *s, const struct props *props)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < props->n; i++)
        json_object_set_new(object, props->at[i].key, value_json(s, &props->at[i].value));
    return object;
}

static void set_text(json_t *object, const char *key, const struct text *text)
{
    json_object_set_new(object, key, json_stringn(text->bytes ? text->bytes : "", text->len_bytes));
}

json_t *comment_json(struct session *s, const struct comment *comment)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:b}", "id", id_text(&s->arena, comment->o.id), "object",
                               id_text(&s->arena, comment->object), "by", session_person(s, comment->created_by),
                               "created_ms", (json_int_t)comment->created_ms, "resolved", (int)comment->resolved);
    if (comment->parent)
        json_object_set_new(object, "parent", json_string(id_text(&s->arena, comment->parent)));
    set_text(object, "text", &comment->text);
    return object;
}

static size_t count_comments(const struct canvas *canvas, uint64_t object)
{
    size_t n = 0;
    for (struct object *o = canvas->comments; o; o = o->hh.next) {
        struct comment *comment = (struct comment *)o;
        n += comment->object == object && comment->deleted_seq == 0;
    }
    return n;
}

json_t *card_json(struct session *s, const struct canvas *canvas, const struct card *card)
{
    json_t *object = json_pack("{s:s, s:s}", "id", id_text(&s->arena, card->o.id), "block", card->block->key);
    set_text(object, "text", &card->text);
    json_t *tags = json_array(), *votes = json_array(), *fields = json_object();
    for (uint32_t i = 0; i < card->n_tags; i++)
        json_array_append_new(tags, json_string(card->tags[i]));
    for (uint32_t i = 0; i < card->n_votes; i++)
        json_array_append_new(votes, json_string(session_person(s, card->votes[i])));
    for (uint32_t i = 0; i < card->n_fields; i++)
        set_text(fields, card->fields[i].key, &card->fields[i].text);
    json_object_set_new(object, "tags", tags);
    json_object_set_new(object, "votes", votes);
    json_object_set_new(object, "fields", fields);
    json_object_set_new(object, "props", props_json(s, &card->props));
    json_object_set_new(object, "comments", json_integer((json_int_t)count_comments(canvas, card->o.id)));
    json_object_set_new(object, "created_by", json_string(session_person(s, card->created_by)));
    json_object_set_new(object, "created_ms", json_integer(card->created_ms));
    json_object_set_new(object, "edited_by", json_string(session_person(s, card->edited_by)));
    json_object_set_new(object, "edited_ms", json_integer(card->edited_ms));
    json_object_set_new(object, "removed", json_boolean(card->deleted_seq != 0));
    return object;
}

json_t *block_json(const struct block *block)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "key", block->key, "title", block->title,
                     "prompt", block->prompt, "col", (int)block->col, "row", (int)block->row, "col_span",
                     (int)block->col_span, "row_span", (int)block->row_span, "order", (int)block->order, "cards",
                     (int)block->n_alive);
}
