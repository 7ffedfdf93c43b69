/* Frames out of a stream of any bytes, offered in any pieces: the framing must be the same as that of the whole, every
 * body must lie inside, and a header that is too long must be known at once. The first byte chooses the size of the
 * pieces. */
#include <stdlib.h>

#include "common/frame.h"
#include "common/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { MAX = 300 }; /* small, so that inputs reach it */

/* Takes a frame off data[at…end); false when there is none. */
static bool take(const uint8_t *data, size_t *at, size_t end, bool *too_long)
{
    const uint8_t *body;
    size_t body_len;
    enum frame_result result = frame_next(data + *at, end - *at, MAX, &body, &body_len);
    *too_long = result == FRAME_TOO_LONG;
    ASSERT(*too_long == (body_len > MAX));
    if (result != FRAME_WHOLE) {
        ASSERT(body == NULL);
        return false;
    }
    ASSERT(body == data + *at + FRAME_HEADER && body_len <= end - *at - FRAME_HEADER);
    uint8_t header[FRAME_HEADER];
    frame_put_header(header, body_len);
    for (size_t i = 0; i < FRAME_HEADER; i++)
        ASSERT(header[i] == data[*at + i]);
    *at += FRAME_HEADER + body_len;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    size_t whole = 0, pieces = 0, n_whole = 0, n_pieces = 0;
    bool too_long = false, too_long_in_pieces = false;
    if (len == 0)
        return 0;
    size_t step = 1 + data[0] % 64;
    data++;
    len--;
    while (take(data, &whole, len, &too_long))
        n_whole++;
    for (size_t have = 0; !too_long_in_pieces; have = have + step < len ? have + step : len) {
        while (take(data, &pieces, have, &too_long_in_pieces))
            n_pieces++;
        if (have == len)
            break;
    }
    ASSERT(whole == pieces && n_whole == n_pieces && too_long == too_long_in_pieces);
    return 0;
}
