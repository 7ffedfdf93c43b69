/* Protobuf's encoding by hand, for the state of a canvas: written canonically (fields ascending, defaults left out),
 * so that equal objects have equal bytes; read field by field without building a tree first, so that a hostile state
 * costs no more memory than it has content. Private to common/. */
#ifndef COCANVAS_COMMON_PB_H
#define COCANVAS_COMMON_PB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"

enum pb_wire { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

/* ---- writing */

static inline size_t pb_varint_at(uint8_t *at, uint64_t value)
{
    size_t n = 0;
    while (value >= 0x80) {
        at[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    at[n++] = (uint8_t)value;
    return n;
}

static inline void pb_put_varint(struct buf *out, uint64_t value)
{
    buf_wrote(out, pb_varint_at(buf_reserve(out, 10), value));
}

static inline void pb_put_tag(struct buf *out, uint32_t field, enum pb_wire wire)
{
    pb_put_varint(out, (uint64_t)field << 3 | wire);
}

/* Zero is the default and is left out. */
static inline void pb_put_uint(struct buf *out, uint32_t field, uint64_t value)
{
    if (value == 0)
        return;
    pb_put_tag(out, field, PB_VARINT);
    pb_put_varint(out, value);
}

/* Present even when empty: members of a oneof, elements of a repeated field. */
static inline void pb_put_bytes(struct buf *out, uint32_t field, const void *bytes, size_t len)
{
    uint8_t *at = buf_reserve(out, len + 15);
    size_t n = pb_varint_at(at, (uint64_t)field << 3 | PB_BYTES);
    n += pb_varint_at(at + n, len);
    if (len > 0)
        memcpy(at + n, bytes, len);
    buf_wrote(out, n + len);
}

static inline void pb_put_string(struct buf *out, uint32_t field, const char *s)
{
    if (s[0] != '\0')
        pb_put_bytes(out, field, s, strlen(s));
}

/* A message inside: pb_end() with what pb_begin() returned. */
size_t pb_begin(struct buf *out, uint32_t field);
void pb_end(struct buf *out, size_t began);

/* ---- reading */

struct pb_reader {
    const uint8_t *at, *end;
    bool bad; /* the bytes are not a message */
};

struct pb_field {
    uint32_t number;
    enum pb_wire wire;
    uint64_t value;       /* VARINT */
    const uint8_t *bytes; /* BYTES; borrowed */
    size_t len;
};

/* The next field; false at the end or when `bad` was set. */
bool pb_next(struct pb_reader *reader, struct pb_field *field);
/* The next number of a packed list. */
bool pb_next_varint(struct pb_reader *reader, uint64_t *value);

#endif
