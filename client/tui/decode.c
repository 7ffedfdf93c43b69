/* The decoder. What begins with Escape is a key of several bytes or the key Escape itself; only time tells, so what is
 * incomplete is waited for: shortly after a lone Escape, longer inside of a sequence (a slow network may cut it). */
#include "client/tui/decode.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/decode_private.h"
#include "common/utf8.h"

enum {
    WAIT_ESCAPE_MS = 25,    /* for what follows a lone Escape */
    WAIT_SEQUENCE_MS = 500, /* for the rest of a sequence or of a character */
    WAIT_PASTE_MS = 2000,   /* for a paste's end */
};

static const char paste_begin[] = "\033[200~", paste_end[] = "\033[201~";

void decode_init(struct decoder *d)
{
    memset(d, 0, sizeof *d);
    buf_init(&d->in);
    buf_init(&d->paste);
    d->background = -1;
}

void decode_fini(struct decoder *d)
{
    buf_fini(&d->in);
    buf_fini(&d->paste);
    free(d->pasted);
}

void decode_add_key(struct decoder *d, const char *bytes, struct input key)
{
    size_t len = strlen(bytes);
    if (len < 2 || len > DECODE_KEY_BYTES || bytes[0] != ESC || d->n_keys == DECODE_KEYS)
        return;
    struct decode_key *to = &d->keys[d->n_keys++];
    memcpy(to->bytes, bytes, len + 1);
    to->key = key;
}

void decode_feed(struct decoder *d, const void *bytes, size_t len, int64_t now_ms)
{
    if (len == 0)
        return;
    buf_add(&d->in, bytes, len);
    d->fed_ms = now_ms;
}

/* Nothing more has come: what is there is all. */
static enum decode_verdict give_up(const char *bytes, size_t len, struct input *in, size_t *used)
{
    if (bytes[0] == ESC && (len == 1 || bytes[1] == ESC)) {
        *in = (struct input){.kind = INPUT_ESCAPE};
        *used = 1;
        return DECODE_KEY;
    }
    *used = len;
    if (bytes[0] == ESC && len == 2 && (unsigned char)bytes[1] < 0x80) {
        *in = (struct input){.kind = INPUT_CHARACTER, .mods = INPUT_ALT, .point = (unsigned char)bytes[1]};
        return DECODE_KEY;
    }
    return DECODE_NOTHING;
}

/* ---- paste */

/* Appends as valid text: line ends become LF, invalid bytes U+FFFD, control characters go. */
static void clean(struct buf *out, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t point;
        size_t step = utf8_decode(bytes + at, len - at, &point);
        if (step == 0) {
            buf_add(out, "\xEF\xBF\xBD", 3);
            at++;
            continue;
        }
        if (point == '\r') {
            buf_add(out, "\n", 1);
            step += at + 1 < len && bytes[at + 1] == '\n';
        } else if (utf8_check(bytes + at, step, NULL)) {
            buf_add(out, bytes + at, step);
        }
        at += step;
    }
}

static void end_paste(struct decoder *d, struct input *in)
{
    struct buf out;
    buf_init(&out);
    clean(&out, (const char *)buf_at(&d->paste), buf_len(&d->paste));
    *in = (struct input){.kind = INPUT_PASTE, .len = buf_len(&out)};
    buf_add(&out, "", 1);
    free(d->pasted);
    d->pasted = (char *)out.data;
    in->bytes = d->pasted;
    buf_clear(&d->paste, 0);
    d->pasting = false;
}

static void collect(struct decoder *d, size_t len)
{
    size_t room = DECODE_PASTE_MAX - buf_len(&d->paste);
    buf_add(&d->paste, buf_at(&d->in), len < room ? len : room);
    buf_drain(&d->in, len);
}

/* True if the paste is complete. */
static bool paste_bytes(struct decoder *d)
{
    size_t len = buf_len(&d->in), mark = sizeof paste_end - 1;
    const uint8_t *end = len > 0 ? memmem(buf_at(&d->in), len, paste_end, mark) : NULL;
    if (end == NULL) {
        collect(d, len >= mark ? len - mark + 1 : 0);
        return false;
    }
    collect(d, (size_t)(end - buf_at(&d->in)));
    buf_drain(&d->in, mark);
    return true;
}

/* ---- together */

static unsigned left_ms(const struct decoder *d, int64_t now_ms, int64_t patience_ms)
{
    int64_t left = d->fed_ms + patience_ms - now_ms;
    return left > 0 ? (unsigned)left : 0;
}

static int64_t patience(const char *bytes, size_t len)
{
    return bytes[0] == ESC && (len == 1 || (len == 2 && bytes[1] == ESC)) ? WAIT_ESCAPE_MS : WAIT_SEQUENCE_MS;
}

static bool begins_paste(const char *bytes, size_t len)
{
    return len >= sizeof paste_begin - 1 && memcmp(bytes, paste_begin, sizeof paste_begin - 1) == 0;
}

/* One step of what is not a paste; false: nothing more to be had now. */
static bool step(struct decoder *d, int64_t now_ms, struct input *in, unsigned *wait_ms, bool *found)
{
    const char *bytes = (const char *)buf_at(&d->in);
    size_t len = buf_len(&d->in), used = 0;
    if (begins_paste(bytes, len)) {
        buf_drain(&d->in, sizeof paste_begin - 1);
        d->pasting = true;
        return true;
    }
    enum decode_verdict verdict = decode_one(d, bytes, len, now_ms, in, &used);
    if (verdict == DECODE_MORE) {
        *wait_ms = left_ms(d, now_ms, patience(bytes, len));
        if (*wait_ms > 0)
            return false;
        verdict = give_up(bytes, len, in, &used);
    }
    buf_drain(&d->in, used);
    *found = verdict == DECODE_KEY;
    return true;
}

bool decode_next(struct decoder *d, int64_t now_ms, struct input *in, unsigned *wait_ms)
{
    bool found = false;
    *wait_ms = 0;
    while (!found) {
        if (d->pasting) {
            bool complete = paste_bytes(d);
            *wait_ms = complete ? 0 : left_ms(d, now_ms, WAIT_PASTE_MS);
            if (*wait_ms > 0)
                return false;
            if (!complete)
                collect(d, buf_len(&d->in));
            end_paste(d, in);
            return true;
        }
        if (buf_len(&d->in) == 0 || !step(d, now_ms, in, wait_ms, &found))
            return false;
    }
    *wait_ms = 0;
    return true;
}
