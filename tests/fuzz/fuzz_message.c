/* Any bytes as a Frame, as a Committed and as a CanvasState. What is accepted must be within the bounds, agree with
 * message_peek(), and come back the same after it was encoded again. */
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { ARENA_CAP = 1 << 20 };

/* Encoding what was decoded gives a form that is a fixed point. */
static void check_frame(const Cocanvas__Frame *frame)
{
    struct arena arena;
    struct buf once, twice;
    enum status code;
    arena_init(&arena, 4 * ARENA_CAP);
    buf_init(&once);
    buf_init(&twice);
    message_encode(frame, &once);
    Cocanvas__Frame *again = message_decode(&arena, buf_at(&once) + FRAME_HEADER, buf_len(&once) - FRAME_HEADER, &code);
    ASSERT(again != NULL || code == STATUS_TOO_LARGE);
    if (again) {
        message_encode(again, &twice);
        ASSERT(buf_len(&once) == buf_len(&twice) && memcmp(buf_at(&once), buf_at(&twice), buf_len(&once)) == 0);
    }
    buf_fini(&once);
    buf_fini(&twice);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena;
    uint32_t request;
    enum status code;
    arena_init(&arena, ARENA_CAP);
    Cocanvas__Frame__BodyCase peeked = message_peek(data, len, &request);
    Cocanvas__Frame *frame = message_decode(&arena, data, len, &code);
    ASSERT((frame != NULL) == (code == STATUS_OK));
    ASSERT(arena.used_bytes <= ARENA_CAP);
    if (frame) {
        ASSERT(frame->body_case == peeked && strcmp(message_name(peeked), "unknown") != 0);
        check_frame(frame);
    }
    arena_reset(&arena);
    (void)message_decode_committed(&arena, data, len);
    arena_reset(&arena);
    (void)message_decode_state(&arena, data, len);
    arena_fini(&arena);
    return 0;
}
