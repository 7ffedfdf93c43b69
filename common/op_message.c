/* Ops between their protobuf messages and the model's own forms: values, text ops, copies, names. */
#include <string.h>

#include "common/op_internal.h"
#include "common/utf8.h"

struct value value_from_message(const Cocanvas__Value *m)
{
    struct value v = {.kind = VALUE_NONE};
    if (m == NULL)
        return v;
    const char *text = NULL;
    switch (m->kind_case) {
    case COCANVAS__VALUE__KIND_TEXT:
        v.kind = VALUE_TEXT;
        text = pbc_string(m->text);
        break;
    case COCANVAS__VALUE__KIND_NUMBER:
        v.kind = VALUE_NUMBER;
        text = pbc_string(m->number);
        break;
    case COCANVAS__VALUE__KIND_DATE:
        v.kind = VALUE_DATE;
        text = pbc_string(m->date);
        break;
    case COCANVAS__VALUE__KIND_FLAG:
        v.kind = VALUE_FLAG;
        v.number = m->flag ? 1 : 0;
        break;
    case COCANVAS__VALUE__KIND_CHOICE:
        v.kind = VALUE_CHOICE;
        text = pbc_string(m->choice);
        break;
    case COCANVAS__VALUE__KIND_PERSON:
        v.kind = VALUE_PERSON;
        v.number = m->person;
        break;
    case COCANVAS__VALUE__KIND_OBJECT:
        v.kind = VALUE_OBJECT;
        v.number = m->object;
        break;
    default:
        break;
    }
    v.text = (char *)(uintptr_t)text;
    return v;
}

Cocanvas__Value *value_to_message(const struct value *value, struct arena *arena)
{
    Cocanvas__Value *m = pbc_new(arena, &cocanvas__value__descriptor);
    char *text = value->text != NULL ? arena_strndup(arena, value->text, strlen(value->text)) : NULL;
    if (m == NULL || (value->text != NULL && text == NULL))
        return NULL;
    switch (value->kind) {
    case VALUE_NONE:
        break;
    case VALUE_TEXT:
        m->kind_case = COCANVAS__VALUE__KIND_TEXT;
        m->text = text;
        break;
    case VALUE_NUMBER:
        m->kind_case = COCANVAS__VALUE__KIND_NUMBER;
        m->number = text;
        break;
    case VALUE_DATE:
        m->kind_case = COCANVAS__VALUE__KIND_DATE;
        m->date = text;
        break;
    case VALUE_FLAG:
        m->kind_case = COCANVAS__VALUE__KIND_FLAG;
        m->flag = value->number != 0;
        break;
    case VALUE_CHOICE:
        m->kind_case = COCANVAS__VALUE__KIND_CHOICE;
        m->choice = text;
        break;
    case VALUE_PERSON:
        m->kind_case = COCANVAS__VALUE__KIND_PERSON;
        m->person = (uint32_t)value->number;
        break;
    case VALUE_OBJECT:
        m->kind_case = COCANVAS__VALUE__KIND_OBJECT;
        m->object = value->number;
        break;
    }
    return m;
}

bool op_text_target(const Cocanvas__Op *op, uint64_t *object, const char **key)
{
    if (op->kind_case != COCANVAS__OP__KIND_TEXT_EDIT)
        return false;
    *object = op->text_edit->object;
    *key = pbc_string(op->text_edit->key);
    return true;
}

void text_op_from_message(struct text_op *out, const Cocanvas__TextEdit *edit)
{
    text_op_clear(out, edit->pre_len);
    for (size_t i = 0; i < edit->n_steps; i++) {
        const Cocanvas__TextStep *step = edit->steps[i];
        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_RETAIN) {
            text_op_retain(out, step->retain);
        } else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE) {
            text_op_remove(out, step->remove);
        } else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT) {
            const char *text = pbc_string(step->insert);
            size_t len = strlen(text);
            text_op_insert(out, text, (uint32_t)len, (uint32_t)utf8_points(text, len));
        }
    }
    text_op_finish(out);
}

static bool step_to_message(const struct text_op *op, const struct text_step *step, Cocanvas__TextStep *m,
                            struct arena *arena)
{
    switch (step->kind) {
    case TEXT_RETAIN:
        m->kind_case = COCANVAS__TEXT_STEP__KIND_RETAIN;
        m->retain = step->points;
        return true;
    case TEXT_REMOVE:
        m->kind_case = COCANVAS__TEXT_STEP__KIND_REMOVE;
        m->remove = step->points;
        return true;
    case TEXT_INSERT:
        m->kind_case = COCANVAS__TEXT_STEP__KIND_INSERT;
        m->insert = arena_strndup(arena, op->bytes + step->at_bytes, step->len_bytes);
        return m->insert != NULL;
    }
    return false;
}

Cocanvas__TextEdit *text_op_to_message(const struct text_op *op, const Cocanvas__TextEdit *like, struct arena *arena)
{
    Cocanvas__TextEdit *edit = pbc_new(arena, &cocanvas__text_edit__descriptor);
    const char *key = pbc_string(like->key);
    if (edit == NULL || (edit->key = arena_strndup(arena, key, strlen(key))) == NULL)
        return NULL;
    edit->object = like->object;
    edit->pre_len = op->pre_len;
    edit->n_steps = op->n_steps;
    edit->steps = arena_calloc(arena, op->n_steps, sizeof(Cocanvas__TextStep *));
    Cocanvas__TextStep *steps = arena_calloc(arena, op->n_steps, sizeof *steps);
    if (edit->steps == NULL || steps == NULL)
        return NULL;
    for (uint32_t i = 0; i < op->n_steps; i++) {
        cocanvas__text_step__init(&steps[i]);
        edit->steps[i] = &steps[i];
        if (!step_to_message(op, &op->steps[i], &steps[i], arena))
            return NULL;
    }
    return edit;
}

Cocanvas__Op *op_dup(const Cocanvas__Op *op, struct arena *arena)
{
    size_t len = cocanvas__op__get_packed_size(op);
    uint8_t *bytes = arena_alloc(arena, len);
    if (bytes == NULL)
        return NULL;
    cocanvas__op__pack(op, bytes);
    return cocanvas__op__unpack(arena_allocator(arena), len, bytes);
}

const char *op_kind_name(const Cocanvas__Op *op)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&cocanvas__op__descriptor, op->kind_case);
    return field != NULL ? field->name : "nothing";
}
