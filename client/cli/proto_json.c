/* Reflection over protobuf-c's descriptors, see proto_json.h. */
#include "client/cli/proto_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/ids.h"

enum { DEEPEST = 16 };

/* uint64 fields with these names are object ids; the others (seq, client_seq, …) are numbers. */
static bool is_object_id(const ProtobufCFieldDescriptor *field)
{
    static const char *const names[] = {"id", "block", "object", "parent", "from",
                                        "to", "card",  "after",  "before", "cards"};
    if (field->type != PROTOBUF_C_TYPE_UINT64)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], field->name) == 0)
            return true;
    return false;
}

static size_t element_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return 4;
    }
}

/* ---- to JSON */

static json_t *bytes_json(const ProtobufCBinaryData *bytes)
{
    struct buf hex;
    buf_init(&hex);
    for (size_t i = 0; i < bytes->len; i++) {
        char two[3];
        snprintf(two, sizeof two, "%02x", bytes->data[i]);
        buf_add(&hex, two, 2);
    }
    json_t *json = json_stringn(hex.data ? (const char *)buf_at(&hex) : "", buf_len(&hex));
    buf_fini(&hex);
    return json;
}

static json_t *u64_json(const ProtobufCFieldDescriptor *field, uint64_t value)
{
    char text[OBJECT_ID_TEXT];
    if (!is_object_id(field))
        return json_integer((json_int_t)value);
    object_id_format(value, text);
    return json_string(text);
}

static json_t *fixed64_json(uint64_t value)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, value);
    return json_string(text);
}

static json_t *enum_json(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *named = protobuf_c_enum_descriptor_get_value(type, value);
    return named ? json_string(named->name) : json_integer(value);
}

static json_t *value_json(const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return json_integer(*(const int32_t *)at);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return json_integer(*(const int64_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
        return u64_json(field, *(const uint64_t *)at);
    case PROTOBUF_C_TYPE_FIXED64:
        return fixed64_json(*(const uint64_t *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_json(field->descriptor, *(const int *)at);
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(const char *const *)at);
    case PROTOBUF_C_TYPE_BYTES:
        return bytes_json(at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return proto_to_json(*(const ProtobufCMessage *const *)at);
    default:
        return NULL; /* no floats in this protocol */
    }
}

static bool is_default(const ProtobufCFieldDescriptor *field, const void *at)
{
    static const char zeros[16] = {0};
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return !*(const char *const *)at || !**(const char *const *)at;
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return ((const ProtobufCBinaryData *)at)->len == 0;
    return memcmp(at, zeros, element_size(field->type)) == 0;
}

static json_t *repeated_json(const ProtobufCFieldDescriptor *field, const char *elements, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *value = value_json(field, elements + i * element_size(field->type));
        if (!value || json_array_append_new(list, value) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* NULL with *absent: nothing to write. NULL without: it can't be written. */
static json_t *field_json(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, bool *absent)
{
    const char *base = (const char *)message, *at = base + field->offset;
    *absent = false;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t n = *(const size_t *)(const void *)(base + field->quantifier_offset);
        *absent = n == 0;
        return n ? repeated_json(field, *(const char *const *)(const void *)at, n) : NULL;
    }
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
        *absent = *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id;
    else
        *absent = is_default(field, at);
    return *absent ? NULL : value_json(field, at);
}

json_t *proto_to_json(const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    json_t *object = json_object();
    for (unsigned i = 0; i < type->n_fields; i++) {
        bool absent;
        json_t *value = field_json(message, &type->fields[i], &absent);
        if (absent)
            continue;
        if (!value || json_object_set_new(object, type->fields[i].name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

/* ---- from JSON */

struct reading_state {
    struct arena *arena;
    struct why *why;
    unsigned depth;
};

static ProtobufCMessage *read_message(struct reading_state *r, const ProtobufCMessageDescriptor *type,
                                      const json_t *json);

static bool misfit(struct reading_state *r, const ProtobufCFieldDescriptor *field, const char *expected)
{
    refuse(r->why, STATUS_MALFORMED, "The field \"%s\" should be %s.", field->name, expected);
    return false;
}

static bool read_integer(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json,
                         json_int_t least, json_int_t most, json_int_t *out)
{
    if (!json_is_integer(json) || json_integer_value(json) < least || json_integer_value(json) > most)
        return misfit(r, field, "a whole number in its range");
    *out = json_integer_value(json);
    return true;
}

static bool read_u64(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, uint64_t *out)
{
    json_int_t number = 0;
    if (is_object_id(field))
        return (json_is_string(json) && object_id_parse(json_string_value(json), out)) ||
               misfit(r, field, "an id such as \"7.12\"");
    bool ok = read_integer(r, field, json, 0, INT64_MAX, &number);
    *out = (uint64_t)number;
    return ok;
}

static bool read_hex64(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json,
                       uint64_t *out)
{
    const char *text = json_string_value(json);
    if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
        return misfit(r, field, "16 hexadecimal digits");
    *out = strtoull(text, NULL, 16);
    return true;
}

static bool read_string(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, char **out)
{
    if (!json_is_string(json) || memchr(json_string_value(json), 0, json_string_length(json)))
        return misfit(r, field, "a text");
    *out = arena_strndup(r->arena, json_string_value(json), json_string_length(json));
    return *out || misfit(r, field, "shorter: the file is too large");
}

static bool read_bytes(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json,
                       ProtobufCBinaryData *out)
{
    const char *text = json_string_value(json);
    size_t len = text ? strlen(text) : 1;
    if (len % 2 || strspn(text, "0123456789abcdef") != len)
        return misfit(r, field, "hexadecimal digits");
    out->len = len / 2;
    out->data = arena_alloc(r->arena, len / 2 + 1);
    for (size_t i = 0; out->data && i < len / 2; i++) {
        char two[3] = {text[2 * i], text[2 * i + 1], 0};
        out->data[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return out->data || misfit(r, field, "shorter: the file is too large");
}

static bool read_enum(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, int *out)
{
    const char *name = json_string_value(json);
    const ProtobufCEnumValue *value =
        name ? protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, name) : NULL;
    if (!value)
        return misfit(r, field, "one of its names");
    *out = value->value;
    return true;
}

static bool read_number(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, void *at)
{
    json_int_t number = 0;
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        if (!read_integer(r, field, json, 0, UINT32_MAX, &number))
            return false;
        *(uint32_t *)at = (uint32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        if (!read_integer(r, field, json, INT32_MIN, INT32_MAX, &number))
            return false;
        *(int32_t *)at = (int32_t)number;
        return true;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        if (!read_integer(r, field, json, INT64_MIN, INT64_MAX, &number))
            return false;
        *(int64_t *)at = number;
        return true;
    default:
        return misfit(r, field, "of a type that this version knows");
    }
}

static bool read_value(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        return read_u64(r, field, json, at);
    case PROTOBUF_C_TYPE_FIXED64:
        return read_hex64(r, field, json, at);
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = json_is_true(json);
        return json_is_boolean(json) || misfit(r, field, "true or false");
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(r, field, json, at);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(r, field, json, at);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(r, field, json, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = read_message(r, field->descriptor, json);
        return *(ProtobufCMessage **)at != NULL;
    default:
        return read_number(r, field, json, at);
    }
}

static bool read_repeated(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json,
                          char *base)
{
    if (!json_is_array(json))
        return misfit(r, field, "a list");
    size_t n = json_array_size(json), size = element_size(field->type);
    char *elements = arena_calloc(r->arena, n + 1, size);
    if (!elements)
        return misfit(r, field, "shorter: the file is too large");
    for (size_t i = 0; i < n; i++)
        if (!read_value(r, field, json_array_get(json, i), elements + i * size))
            return false;
    *(size_t *)(void *)(base + field->quantifier_offset) = n;
    *(char **)(void *)(base + field->offset) = elements;
    return true;
}

static bool read_field(struct reading_state *r, const ProtobufCFieldDescriptor *field, const json_t *json, char *base)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_repeated(r, field, json, base);
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t *which = (uint32_t *)(void *)(base + field->quantifier_offset);
        if (*which)
            return misfit(r, field, "alone: only one of its group may be set");
        *which = field->id;
    }
    return read_value(r, field, json, base + field->offset);
}

static ProtobufCMessage *read_message(struct reading_state *r, const ProtobufCMessageDescriptor *type,
                                      const json_t *json)
{
    if (!json_is_object(json) || r->depth >= DEEPEST) {
        refuse(r->why, STATUS_MALFORMED, "An object is expected for %s.", type->short_name);
        return NULL;
    }
    ProtobufCMessage *message = arena_alloc(r->arena, type->sizeof_message);
    if (!message) {
        refuse(r->why, STATUS_TOO_LARGE, "The file is too large.");
        return NULL;
    }
    protobuf_c_message_init(type, message);
    const char *key;
    json_t *value, *object;
    memcpy(&object, &json, sizeof object); /* jansson's iterator wants it without const; it is only read */
    r->depth++;
    json_object_foreach(object, key, value)
    {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(type, key);
        if (!field) {
            refuse(r->why, STATUS_MALFORMED, "%s has no field \"%.60s\"; the file may come from a newer version.",
                   type->short_name, key);
            return NULL;
        }
        if (!read_field(r, field, value, (char *)message))
            return NULL;
    }
    r->depth--;
    return message;
}

ProtobufCMessage *proto_from_json(const ProtobufCMessageDescriptor *type, const json_t *json, struct arena *arena,
                                  struct why *why)
{
    struct reading_state r = {arena, why, 0};
    return read_message(&r, type, json);
}
