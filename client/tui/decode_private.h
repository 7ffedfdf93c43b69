/* Between decode.c (what has come, how long to wait, pastes) and decode_key.c (what one piece of it means). */
#ifndef COCANVAS_CLIENT_TUI_DECODE_PRIVATE_H
#define COCANVAS_CLIENT_TUI_DECODE_PRIVATE_H

#include "client/tui/decode.h"

enum { ESC = 0x1B };

enum decode_verdict {
    DECODE_KEY,     /* *in is it */
    DECODE_NOTHING, /* understood, but no input */
    DECODE_MORE,    /* incomplete */
};

/* What the bytes (at least one) begin with; *used: how many of them that is. It may note an answer in d. */
enum decode_verdict decode_one(struct decoder *d, const char *bytes, size_t len, int64_t now_ms, struct input *in,
                               size_t *used);

#endif
