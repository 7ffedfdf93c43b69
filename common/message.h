/* Frames ↔ protobuf messages. Decoding goes into a capped arena, after a scan that bounds nesting and the number of
 * fields, so that a small frame cannot become a large object (protobuf-c trusts its input more than we do). */
#ifndef COCANVAS_COMMON_MESSAGE_H
#define COCANVAS_COMMON_MESSAGE_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/status.h"
#include "wire.pb-c.h"

enum {
    MESSAGE_MAX_DEPTH = 8,
    MESSAGE_MAX_FIELDS = 200000,        /* fields of all levels in one frame; elements of packed lists count, too */
    MESSAGE_MAX_STATE_FIELDS = 4000000, /* in a CanvasState, whose size is bounded elsewhere */
};

/* The scan by itself: true if the bytes are well-formed along the descriptor and within the bounds. Allocates nothing.
 * Unknown fields are passed over. Refused although protobuf would allow it: a sub-message in several pieces, U+0000 in
 * a string. */
bool message_scan(const ProtobufCMessageDescriptor *desc, const uint8_t *bytes, size_t len, size_t max_fields);

/* The body's oneof case without decoding it: one look at the tags. COCANVAS__FRAME__BODY__NOT_SET if it has none or an
 * unknown one; *request receives Frame.request if that came before it, else 0. */
Cocanvas__Frame__BodyCase message_peek(const uint8_t *body, size_t len, uint32_t *request);

/* NULL and *code (MALFORMED, UNKNOWN_MESSAGE, or TOO_LARGE for the arena) if it is not a well-formed Frame with
 * exactly one known body. Borrowed from the arena. */
Cocanvas__Frame *message_decode(struct arena *arena, const uint8_t *body, size_t len, enum status *code);
/* The same bounds for a bare Committed or CanvasState; NULL if malformed. */
Cocanvas__Committed *message_decode_committed(struct arena *arena, const uint8_t *bytes, size_t len);
Cocanvas__CanvasState *message_decode_state(struct arena *arena, const uint8_t *bytes, size_t len);

/* Appends header and encoded frame. */
void message_encode(const Cocanvas__Frame *frame, struct buf *out);
/* Appends the frame {committed: bytes} for an already encoded Committed: what the ring and catch-up send. */
void message_wrap_committed(const uint8_t *committed, size_t len, struct buf *out);
/* "submit", "open" … for logs. */
const char *message_name(Cocanvas__Frame__BodyCase body);

#endif
