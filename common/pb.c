/* Protobuf's encoding, the parts that are not worth inlining. */
#include "common/pb.h"

enum { LONGEST_VARINT = 10, MAX_FIELD = 536870911 };

size_t pb_begin(struct buf *out, uint32_t field)
{
    pb_put_tag(out, field, PB_BYTES);
    *buf_reserve(out, 1) = 0; /* most messages inside are shorter than 128 bytes */
    buf_wrote(out, 1);
    return buf_len(out);
}

void pb_end(struct buf *out, size_t began)
{
    size_t len = buf_len(out) - began;
    uint8_t prefix[LONGEST_VARINT];
    size_t n = pb_varint_at(prefix, len);
    if (n > 1) {
        buf_reserve(out, n - 1);
        uint8_t *content = out->data + out->start + began;
        memmove(content + n - 1, content, len);
        buf_wrote(out, n - 1);
    }
    memcpy(out->data + out->start + began - 1, prefix, n);
}

bool pb_next_varint(struct pb_reader *reader, uint64_t *value)
{
    if (reader->bad || reader->at == reader->end)
        return false;
    *value = 0;
    for (unsigned i = 0; i < LONGEST_VARINT && reader->at < reader->end; i++) {
        uint8_t byte = *reader->at++;
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return true;
    }
    reader->bad = true;
    return false;
}

static bool skip(struct pb_reader *reader, size_t len)
{
    if ((size_t)(reader->end - reader->at) < len) {
        reader->bad = true;
        return false;
    }
    reader->at += len;
    return true;
}

bool pb_next(struct pb_reader *reader, struct pb_field *field)
{
    uint64_t tag, len;
    if (!pb_next_varint(reader, &tag))
        return false;
    *field = (struct pb_field){.number = (uint32_t)(tag >> 3), .wire = (enum pb_wire)(tag & 7)};
    if (tag >> 3 == 0 || tag >> 3 > MAX_FIELD) {
        reader->bad = true;
        return false;
    }
    switch (tag & 7) {
    case PB_VARINT:
        if (!pb_next_varint(reader, &field->value))
            reader->bad = true;
        return !reader->bad;
    case PB_FIXED64:
        return skip(reader, 8);
    case PB_FIXED32:
        return skip(reader, 4);
    case PB_BYTES:
        if (!pb_next_varint(reader, &len)) {
            reader->bad = true;
            return false;
        }
        field->bytes = reader->at;
        field->len = (size_t)len;
        return len <= SIZE_MAX && skip(reader, (size_t)len);
    default:
        reader->bad = true;
        return false;
    }
}
