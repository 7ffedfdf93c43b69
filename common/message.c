/* Encoded frames ↔ protobuf-c messages. Before protobuf-c sees bytes from outside, message_scan() walks them along the
 * message's descriptor without allocating: nesting, number of fields, lengths, wire types. What passes can only become
 * as large as the arena allows. Two things that protobuf permits are refused because nobody needs them and they cost
 * us: a sub-message given in several pieces (protobuf-c would merge them, again and again), and U+0000 in a string (C
 * would silently cut there). */
#include "common/message.h"

#include <string.h>

#include "common/frame.h"

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { VARINT_MAX = 10, TAG_MAX = (1 << 29) - 1, FIELDS_MOST = 256 };

struct scan {
    const uint8_t *at, *end;
    size_t fields_left; /* shared by all levels */
};

/* Field as it stands on the wire; bytes and len are of its value (WIRE_BYTES only). */
struct field {
    uint32_t tag;
    enum wire_type type;
    uint64_t number; /* WIRE_VARINT only */
    const uint8_t *bytes;
    size_t len;
};

static bool scan_varint(struct scan *s, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_MAX && s->at < s->end; i++) {
        uint8_t byte = *s->at++;
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool scan_skip(struct scan *s, size_t len)
{
    if ((size_t)(s->end - s->at) < len)
        return false;
    s->at += len;
    return true;
}

/* Reads one field; false if it is cut, has a length beyond the end, or a wire type that proto3 does not use. */
static bool scan_field(struct scan *s, struct field *f)
{
    uint64_t key, len;
    if (!scan_varint(s, &key) || key >> 3 == 0 || key >> 3 > TAG_MAX)
        return false;
    f->tag = (uint32_t)(key >> 3);
    f->type = (enum wire_type)(key & 7);
    f->number = 0;
    f->bytes = NULL;
    f->len = 0;
    switch (f->type) {
    case WIRE_VARINT:
        return scan_varint(s, &f->number);
    case WIRE_64:
        return scan_skip(s, 8);
    case WIRE_32:
        return scan_skip(s, 4);
    case WIRE_BYTES:
        if (!scan_varint(s, &len) || len > (uint64_t)(s->end - s->at))
            return false;
        f->bytes = s->at;
        f->len = (size_t)len;
        return scan_skip(s, f->len);
    }
    return false;
}

/* The wire type that the descriptor expects; packed lists come as WIRE_BYTES. */
static enum wire_type expected_type(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return WIRE_64;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return WIRE_32;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return WIRE_BYTES;
    default:
        return WIRE_VARINT;
    }
}

/* Elements of a packed list count as fields: each becomes up to 8 bytes. */
static size_t packed_elements(const struct field *f, enum wire_type type)
{
    size_t n = 0;
    if (type == WIRE_64)
        return f->len / 8;
    if (type == WIRE_32)
        return f->len / 4;
    for (size_t i = 0; i < f->len; i++)
        n += f->bytes[i] < 0x80;
    return n;
}

static bool scan_level(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, unsigned depth,
                       size_t *fields_left);

/* The fields of one message that came already, a bit each. */
struct seen {
    uint64_t bits[FIELDS_MOST / 64];
};

/* Checks a known field's value. seen: for sub-messages. */
static bool scan_value(const ProtobufCMessageDescriptor *desc, const ProtobufCFieldDescriptor *known,
                       const struct field *f, unsigned depth, size_t *fields_left, struct seen *seen)
{
    enum wire_type expected = expected_type(known->type);
    if (f->type != expected) {
        if (known->label != PROTOBUF_C_LABEL_REPEATED || f->type != WIRE_BYTES)
            return false;
        size_t n = packed_elements(f, expected);
        if (n > *fields_left)
            return false;
        *fields_left -= n;
        return true;
    }
    if (known->type == PROTOBUF_C_TYPE_STRING)
        return f->len == 0 || memchr(f->bytes, 0, f->len) == NULL;
    if (known->type != PROTOBUF_C_TYPE_MESSAGE)
        return true;
    if (known->label != PROTOBUF_C_LABEL_REPEATED) {
        size_t index = (size_t)(known - desc->fields);
        uint64_t bit = 1ull << (index & 63), *bits = &seen->bits[index / 64];
        if (*bits & bit)
            return false;
        *bits |= bit;
    }
    return scan_level(known->descriptor, f->bytes, f->len, depth + 1, fields_left);
}

static bool scan_level(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, unsigned depth,
                       size_t *fields_left)
{
    struct scan s = {bytes, bytes + len, 0};
    struct seen seen = {{0}};
    if (depth > MESSAGE_MAX_DEPTH || desc->n_fields > FIELDS_MOST)
        return false;
    while (s.at < s.end) {
        struct field f;
        if (*fields_left == 0 || !scan_field(&s, &f))
            return false;
        --*fields_left;
        const ProtobufCFieldDescriptor *known = protobuf_c_message_descriptor_get_field(desc, f.tag);
        if (known && !scan_value(desc, known, &f, depth, fields_left, &seen))
            return false;
    }
    return true;
}

bool message_scan(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, size_t max_fields)
{
    size_t fields_left = max_fields;
    return scan_level(desc, bytes, len, 1, &fields_left);
}

/* The body field of an encoded Frame: NOT_SET if there is none. *bodies counts known ones. Stops at the first if
 * first_only. */
static Cocanvas__Frame__BodyCase find_body(const uint8_t *body, size_t len, bool first_only, uint32_t *request,
                                           unsigned *bodies)
{
    struct scan s = {body, body + len, 0};
    struct field f;
    Cocanvas__Frame__BodyCase found = COCANVAS__FRAME__BODY__NOT_SET;
    *request = 0;
    *bodies = 0;
    while (s.at < s.end && scan_field(&s, &f)) {
        if (f.tag == 1 && f.type == WIRE_VARINT)
            *request = (uint32_t)f.number;
        else if (f.tag > 1 && f.type == WIRE_BYTES &&
                 protobuf_c_message_descriptor_get_field(&cocanvas__frame__descriptor, f.tag)) {
            if (found == COCANVAS__FRAME__BODY__NOT_SET)
                found = (Cocanvas__Frame__BodyCase)f.tag;
            ++*bodies;
            if (first_only)
                break;
        }
    }
    return found;
}

Cocanvas__Frame__BodyCase message_peek(const uint8_t *body, size_t len, uint32_t *request)
{
    uint32_t number;
    unsigned bodies;
    Cocanvas__Frame__BodyCase found = find_body(body, len, true, &number, &bodies);
    if (request)
        *request = number;
    return found;
}

/* Unpacks what message_scan() passed. NULL if the arena was too small. */
static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *desc, struct arena *arena, const uint8_t *bytes,
                                size_t len)
{
    return protobuf_c_message_unpack(desc, arena_allocator(arena), len, bytes);
}

Cocanvas__Frame *message_decode(struct arena *arena, const uint8_t *body, size_t len, enum status *code)
{
    uint32_t request;
    unsigned bodies;
    *code = STATUS_MALFORMED;
    if (!message_scan(&cocanvas__frame__descriptor, body, len, MESSAGE_MAX_FIELDS))
        return NULL;
    find_body(body, len, false, &request, &bodies);
    if (bodies !=
        1) { /* two bodies: a look at the first would say something else than the decoder, which takes the last */
        *code = bodies == 0 ? STATUS_UNKNOWN_MESSAGE : STATUS_MALFORMED;
        return NULL;
    }
    Cocanvas__Frame *frame = (Cocanvas__Frame *)unpack(&cocanvas__frame__descriptor, arena, body, len);
    *code = frame ? STATUS_OK : STATUS_TOO_LARGE;
    return frame;
}

Cocanvas__Committed *message_decode_committed(struct arena *arena, const uint8_t *bytes, size_t len)
{
    if (!message_scan(&cocanvas__committed__descriptor, bytes, len, MESSAGE_MAX_FIELDS))
        return NULL;
    return (Cocanvas__Committed *)unpack(&cocanvas__committed__descriptor, arena, bytes, len);
}

Cocanvas__CanvasState *message_decode_state(struct arena *arena, const uint8_t *bytes, size_t len)
{
    if (!message_scan(&cocanvas__canvas_state__descriptor, bytes, len, MESSAGE_MAX_STATE_FIELDS))
        return NULL;
    return (Cocanvas__CanvasState *)unpack(&cocanvas__canvas_state__descriptor, arena, bytes, len);
}

void message_encode(const Cocanvas__Frame *frame, struct buf *out)
{
    size_t len = cocanvas__frame__get_packed_size(frame);
    uint8_t *to = buf_reserve(out, FRAME_HEADER + len);
    ASSERT(len <= FRAME_MAX_IMPORT);
    frame_put_header(to, len);
    size_t packed = cocanvas__frame__pack(frame, to + FRAME_HEADER);
    ASSERT(packed == len);
    buf_wrote(out, FRAME_HEADER + len);
}

static size_t put_varint(uint8_t *to, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        to[n++] = (uint8_t)(value | 0x80);
    to[n++] = (uint8_t)value;
    return n;
}

void message_wrap_committed(const uint8_t *committed, size_t len, struct buf *out)
{
    uint8_t prefix[2 * VARINT_MAX];
    size_t n = put_varint(prefix, (uint64_t)COCANVAS__FRAME__BODY_COMMITTED << 3 | WIRE_BYTES);
    n += put_varint(prefix + n, len);
    uint8_t *to = buf_reserve(out, FRAME_HEADER + n + len);
    frame_put_header(to, n + len);
    memcpy(to + FRAME_HEADER, prefix, n);
    if (len > 0)
        memcpy(to + FRAME_HEADER + n, committed, len);
    buf_wrote(out, FRAME_HEADER + n + len);
}

const char *message_name(Cocanvas__Frame__BodyCase body)
{
    const ProtobufCFieldDescriptor *field = NULL;
    if (body > 1)
        field = protobuf_c_message_descriptor_get_field(&cocanvas__frame__descriptor, (unsigned)body);
    return field ? field->name : "unknown";
}
