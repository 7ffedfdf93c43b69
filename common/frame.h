/* Bytes ↔ frames: a 4-byte big-endian length and the encoded Frame. Knows nothing of sockets. */
#ifndef COCANVAS_COMMON_FRAME_H
#define COCANVAS_COMMON_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_HEADER = 4,
    FRAME_MAX_BEFORE_LOGIN = 4096,
    FRAME_MAX = 1 << 20,
    FRAME_MAX_IMPORT = 9 << 20, /* CanvasCreate only */
};

enum frame_result { FRAME_WHOLE, FRAME_CUT, FRAME_TOO_LONG };

/* Looks for one frame at the beginning of data. WHOLE: *body and *body_len tell it (borrowed), the caller then drains
 * FRAME_HEADER + *body_len. CUT: *body_len is the full length once the header is there, else 0. TOO_LONG: *body_len is
 * over max. */
enum frame_result frame_next(const uint8_t *data, size_t len, size_t max, const uint8_t **body, size_t *body_len);

void frame_put_header(uint8_t out[FRAME_HEADER], size_t body_len);

#endif
