/* Finds and makes the length prefix of frames. The length is checked against the caller's limit before anything is
 * allocated for it. */
#include "common/frame.h"

enum frame_result frame_next(const uint8_t *data, size_t len, size_t max, const uint8_t **body, size_t *body_len)
{
    *body = NULL;
    *body_len = 0;
    if (len < FRAME_HEADER)
        return FRAME_CUT;
    *body_len = (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
    if (*body_len > max)
        return FRAME_TOO_LONG;
    if (len - FRAME_HEADER < *body_len)
        return FRAME_CUT;
    *body = data + FRAME_HEADER;
    return FRAME_WHOLE;
}

void frame_put_header(uint8_t out[FRAME_HEADER], size_t body_len)
{
    out[0] = (uint8_t)(body_len >> 24);
    out[1] = (uint8_t)(body_len >> 16);
    out[2] = (uint8_t)(body_len >> 8);
    out[3] = (uint8_t)body_len;
}
