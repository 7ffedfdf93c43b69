/* Bytes from the terminal → input: keys of all common terminals, SGR mouse, bracketed paste, answers to questions.
 * Pure: bytes and time are fed in. Bytes that are no key are swallowed; none of them ever becomes text by mistake. */
#ifndef COCANVAS_CLIENT_TUI_DECODE_H
#define COCANVAS_CLIENT_TUI_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/tui/input.h"
#include "common/buf.h"

enum {
    DECODE_PASTE_MAX = 8 << 20, /* bytes of one paste; the rest is dropped */
    DECODE_KEYS = 64,
    DECODE_KEY_BYTES = 15,
};

/* What a key of this terminal sends, beyond the usual. */
struct decode_key {
    char bytes[DECODE_KEY_BYTES + 1];
    struct input key;
};

struct decoder {
    struct buf in;    /* not understood yet */
    struct buf paste; /* of the paste under way */
    char *pasted;     /* the last paste, cleaned; owned, lent to the input */
    bool pasting;
    int64_t fed_ms; /* when the last bytes came */
    struct decode_key keys[DECODE_KEYS];
    size_t n_keys;
    int press_x, press_y; /* the last press, for double clicks */
    uint8_t press_button; /* 0: none */
    int64_t press_ms;
    int background;  /* the answer to OSC 11: 1 light, 0 dark, -1 none yet */
    bool attributes; /* the answer to DA1 has come (every terminal gives it) */
};

void decode_init(struct decoder *d);
void decode_fini(struct decoder *d);
/* A key's bytes, from terminfo; only those that begin with Escape are kept. */
void decode_add_key(struct decoder *d, const char *bytes, struct input key);
void decode_feed(struct decoder *d, const void *bytes, size_t len, int64_t now_ms);
/* The next input; a paste's bytes hold until the next call. False: none; then *wait_ms says when to ask again though
 * nothing comes (what is there may be the beginning of something), 0 never. */
bool decode_next(struct decoder *d, int64_t now_ms, struct input *in, unsigned *wait_ms);

#endif
