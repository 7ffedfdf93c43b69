/* One key, character, mouse report or answer out of a terminal's bytes: xterm's sequences, with those of the Linux console,
 * rxvt and old VT terminals, and what this terminal's own description adds. */
#include "client/tui/decode.h"

#include <string.h>

#include "client/tui/decode_private.h"
#include "common/utf8.h"

enum {
    DOUBLE_MS = 400,    /* between the presses of a double click */
    SEQUENCE_MAX = 128, /* bytes; what is longer is no key */
    PARAMS = 4,
};

/* A control sequence: ESC [ private parameters final. */
struct sequence {
    char private, final;
    unsigned params[PARAMS];
    size_t n;
};

static struct input character(uint32_t point, unsigned mods)
{
    return (struct input){.kind = INPUT_CHARACTER, .point = point, .mods = (uint8_t)mods};
}

static struct input special(enum input_kind kind, unsigned mods)
{
    return (struct input){.kind = kind, .mods = (uint8_t)mods};
}

/* ---- single bytes and characters */

static struct input control(unsigned char byte)
{
    switch (byte) {
    case '\r':
        return special(INPUT_ENTER, 0);
    case '\t':
        return special(INPUT_TAB, 0);
    case 0x08:
    case 0x7F:
        return special(INPUT_BACKSPACE, 0);
    case ESC:
        return special(INPUT_ESCAPE, 0);
    case 0:
        return character(' ', INPUT_CTRL);
    default:
        return character(byte <= 26 ? 'a' + byte - 1u : '@' + (uint32_t)byte, INPUT_CTRL);
    }
}

static enum decode_verdict plain(const char *bytes, size_t len, struct input *in, size_t *used)
{
    unsigned char first = (unsigned char)bytes[0];
    *used = 1;
    if (first < 0x20 || first == 0x7F) {
        *in = control(first);
        return DECODE_KEY;
    }
    uint32_t point;
    size_t step = utf8_decode(bytes, len, &point);
    if (step == 0) {
        size_t need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        return first >= 0xC2 && first <= 0xF4 && len < need ? DECODE_MORE : DECODE_NOTHING;
    }
    *used = step;
    *in = character(point, 0);
    return utf8_check_line(bytes, step, NULL) ? DECODE_KEY : DECODE_NOTHING;
}

/* ---- sequences */

static unsigned mods_of(unsigned param)
{
    unsigned bits = param > 0 ? param - 1 : 0;
    return (bits & 1 ? INPUT_SHIFT : 0u) | (bits & 2 || bits & 8 ? INPUT_ALT : 0u) | (bits & 4 ? INPUT_CTRL : 0u);
}

/* Keys told by the final letter: ESC [ A, ESC O A. Lower case (rxvt): with Shift or Ctrl. */
static bool letter_key(char final, unsigned mods, struct input *in)
{
    static const struct {
        char final;
        enum input_kind kind;
    } table[] = {
        {'A', INPUT_UP}, {'B', INPUT_DOWN}, {'C', INPUT_RIGHT}, {'D', INPUT_LEFT}, {'H', INPUT_HOME}, {'F', INPUT_END},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].final == final) {
            *in = special(table[i].kind, mods);
            return true;
        }
    }
    if (final >= 'P' && final <= 'S') {
        *in = (struct input){.kind = INPUT_F, .point = (uint32_t)(final - 'P') + 1, .mods = (uint8_t)mods};
        return true;
    }
    return false;
}

/* Keys told by a number: ESC [ 5 ~. */
static bool number_key(unsigned number, unsigned mods, struct input *in)
{
    static const enum input_kind editing[] = {INPUT_NONE,    INPUT_HOME,      INPUT_INSERT, INPUT_DELETE, INPUT_END,
                                              INPUT_PAGE_UP, INPUT_PAGE_DOWN, INPUT_HOME,   INPUT_END};
    static const uint8_t functions[] = {1, 2, 3, 4, 5, 0, 6, 7, 8, 9, 10, 0, 11, 12}; /* from 11 */
    if (number >= 1 && number <= 8) {
        *in = special(editing[number], mods);
        return true;
    }
    if (number < 11 || number > 24 || functions[number - 11] == 0)
        return false;
    *in = (struct input){.kind = INPUT_F, .point = functions[number - 11], .mods = (uint8_t)mods};
    return true;
}

/* A character with its modifiers: ESC [ 27 ; mods ; code ~ and ESC [ code ; mods u. */
static bool coded_key(unsigned code, unsigned mods, struct input *in)
{
    char bytes[4];
    size_t len = utf8_encode(code, bytes), used;
    if (len == 0 || plain(bytes, len, in, &used) != DECODE_KEY)
        return false;
    in->mods |= (uint8_t)mods;
    bool letter = (in->point | 0x20) >= 'a' && (in->point | 0x20) <= 'z';
    if (in->kind == INPUT_CHARACTER && (letter || in->point != ' '))
        in->mods &= (uint8_t)~INPUT_SHIFT;
    if (in->kind == INPUT_CHARACTER && letter && in->mods & INPUT_CTRL)
        in->point |= 0x20;
    return true;
}

static enum decode_verdict mouse(struct decoder *d, unsigned code, int x, int y, bool release, int64_t now_ms,
                                 struct input *in)
{
    *in = (struct input){.kind = INPUT_MOUSE, .x = x > 0 ? x - 1 : 0, .y = y > 0 ? y - 1 : 0};
    in->mods = (uint8_t)((code & 4 ? INPUT_SHIFT : 0) | (code & 8 ? INPUT_ALT : 0) | (code & 16 ? INPUT_CTRL : 0));
    if (code & 0x80)
        return DECODE_NOTHING;
    if (code & 64) {
        in->mouse = code & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
        return (code & 2) || release ? DECODE_NOTHING : DECODE_KEY;
    }
    bool none = (code & 3) == 3;
    in->button = none ? 1 : (uint8_t)((code & 3) + 1);
    if (code & 32) {
        in->mouse = MOUSE_DRAG;
        return none ? DECODE_NOTHING : DECODE_KEY;
    }
    in->mouse = release || none ? MOUSE_RELEASE : MOUSE_PRESS;
    if (in->mouse == MOUSE_RELEASE)
        return DECODE_KEY;
    bool again = d->press_button == in->button && d->press_x == in->x && d->press_y == in->y &&
                 now_ms - d->press_ms <= DOUBLE_MS;
    d->press_button = again ? 0 : in->button;
    d->press_x = in->x;
    d->press_y = in->y;
    d->press_ms = now_ms;
    if (again)
        in->mouse = MOUSE_DOUBLE;
    return DECODE_KEY;
}

static enum decode_verdict sequence_key(struct decoder *d, const struct sequence *s, int64_t now_ms, struct input *in)
{
    unsigned mods = s->n > 1 ? mods_of(s->params[1]) : 0;
    if (s->private == '<')
        return s->n >= 3 && (s->final == 'M' || s->final == 'm')
                   ? mouse(d, s->params[0], (int)s->params[1], (int)s->params[2], s->final == 'm', now_ms, in)
                   : DECODE_NOTHING;
    if (s->private == '?' && s->final == 'c')
        d->attributes = true;
    if (s->private != 0)
        return DECODE_NOTHING;
    if (s->final == 'Z') {
        *in = special(INPUT_TAB, INPUT_SHIFT);
        return DECODE_KEY;
    }
    if (s->final == 'u')
        return coded_key(s->params[0], mods, in) ? DECODE_KEY : DECODE_NOTHING;
    if (s->final == '~' && s->params[0] == 27 && s->n >= 3)
        return coded_key(s->params[2], mods, in) ? DECODE_KEY : DECODE_NOTHING;
    if (s->final == '^' || s->final == '$' || s->final == '@')
        mods = (s->final != '$' ? INPUT_CTRL : 0u) | (s->final != '^' ? INPUT_SHIFT : 0u);
    if (strchr("~^$@", s->final) != NULL)
        return number_key(s->params[0], mods, in) ? DECODE_KEY : DECODE_NOTHING;
    if (s->final >= 'a' && s->final <= 'd')
        return letter_key((char)(s->final - 0x20), INPUT_SHIFT, in) ? DECODE_KEY : DECODE_NOTHING;
    return s->params[0] <= 1 && letter_key(s->final, mods, in) ? DECODE_KEY : DECODE_NOTHING;
}

static bool is_final(char c, const struct sequence *s)
{
    return (c >= 0x40 && c <= 0x7E) || (c == '$' && s->private == 0);
}

static void add_digit(struct sequence *s, char c)
{
    if (s->n == 0)
        s->n = 1;
    if (c == ';' || c == ':')
        s->n += s->n <= PARAMS;
    else if (s->n <= PARAMS && s->params[s->n - 1] < 1000000)
        s->params[s->n - 1] = s->params[s->n - 1] * 10 + (unsigned)(c - '0');
}

/* What begins with ESC [. */
static enum decode_verdict csi(struct decoder *d, const char *bytes, size_t len, int64_t now_ms, struct input *in,
                               size_t *used)
{
    struct sequence s = {0};
    size_t at = 2;
    if (len > 2 && bytes[2] == '[') { /* F1 to F5 of the Linux console */
        *used = 4;
        *in = (struct input){.kind = INPUT_F, .point = len > 3 ? (uint32_t)(unsigned char)bytes[3] - '@' : 0};
        return len < 4 ? DECODE_MORE : in->point >= 1 && in->point <= 5 ? DECODE_KEY : DECODE_NOTHING;
    }
    if (len > 2 && bytes[2] == 'M') { /* mouse reports of terminals that do not know SGR */
        *used = 6;
        return len < 6 ? DECODE_MORE
                       : mouse(d, (unsigned char)bytes[3] - 32u, (unsigned char)bytes[4] - 32,
                               (unsigned char)bytes[5] - 32, false, now_ms, in);
    }
    if (len > 2 && bytes[2] >= '<' && bytes[2] <= '?')
        s.private = bytes[at++];
    for (; at < len && at < SEQUENCE_MAX; at++) {
        *used = at;
        if (is_final(bytes[at], &s)) {
            s.final = bytes[at];
            *used = at + 1;
            return sequence_key(d, &s, now_ms, in);
        }
        if ((bytes[at] >= '0' && bytes[at] <= '9') || bytes[at] == ';' || bytes[at] == ':')
            add_digit(&s, bytes[at]);
        else if (bytes[at] < 0x20 || bytes[at] > 0x3F)
            return DECODE_NOTHING; /* broken off: what follows is something else */
    }
    *used = at;
    return at < SEQUENCE_MAX ? DECODE_MORE : DECODE_NOTHING;
}

/* What begins with ESC O: arrows and the number pad in their application mode, F1 to F4. */
static enum decode_verdict ss3(const char *bytes, size_t len, struct input *in, size_t *used)
{
    size_t at = 2;
    unsigned mods = 0;
    while (at < len && at < 6 && ((bytes[at] >= '0' && bytes[at] <= '9') || bytes[at] == ';'))
        mods = bytes[at] == ';' ? 0 : (unsigned)(bytes[at] - '0'), at++;
    *used = at + 1;
    if (at >= len)
        return DECODE_MORE;
    char c = bytes[at];
    if (letter_key(c, mods_of(mods), in))
        return DECODE_KEY;
    if (c >= 'a' && c <= 'd')
        return letter_key((char)(c - 0x20), INPUT_CTRL, in) ? DECODE_KEY : DECODE_NOTHING;
    if (c == 'M')
        *in = special(INPUT_ENTER, 0);
    else if (c >= 'j' && c <= 'y')
        *in = character((uint32_t)c - 0x40, 0);
    else
        return DECODE_NOTHING;
    return DECODE_KEY;
}

/* "11;rgb:ffff/ffff/ffff": what the background is. */
static void take_background(struct decoder *d, const char *text, size_t len)
{
    static const unsigned weights[] = {299, 587, 114};
    if (len < 7 || memcmp(text, "11;rgb:", 7) != 0)
        return;
    unsigned sum = 0;
    size_t at = 7;
    for (int i = 0; i < 3; i++) {
        unsigned value = 0, most = 0;
        for (; at < len && text[at] != '/'; at++) {
            int digit = text[at] >= 'a' ? text[at] - 'a' + 10 : text[at] >= 'A' ? text[at] - 'A' + 10 : text[at] - '0';
            if (digit < 0 || digit > 15 || most > 0xFFFF)
                return;
            value = value * 16 + (unsigned)digit;
            most = most * 16 + 15;
        }
        at++;
        if (most == 0)
            return;
        sum += weights[i] * (value * 255 / most);
    }
    d->background = sum > 127500;
}

/* What begins with ESC ] and a digit: an answer, up to BEL or ESC \. */
static enum decode_verdict osc(struct decoder *d, const char *bytes, size_t len, size_t *used)
{
    size_t end = 2;
    while (end < len && end < SEQUENCE_MAX && bytes[end] != '\a' && bytes[end] != ESC)
        end++;
    bool escaped = end < len && bytes[end] == ESC;
    if (end == len || (escaped && end + 1 == len)) {
        *used = len;
        return DECODE_MORE;
    }
    take_background(d, bytes + 2, end - 2);
    *used = !escaped ? end + 1 : bytes[end + 1] == '\\' ? end + 2 : end;
    return DECODE_NOTHING;
}

static bool own_key(const struct decoder *d, const char *bytes, size_t len, struct input *in, size_t *used)
{
    size_t longest = 0;
    for (size_t i = 0; i < d->n_keys; i++) {
        size_t n = strlen(d->keys[i].bytes);
        if (n > longest && n <= len && memcmp(d->keys[i].bytes, bytes, n) == 0) {
            *in = d->keys[i].key;
            longest = n;
        }
    }
    *used = longest;
    return longest > 0;
}

static enum decode_verdict escape(struct decoder *d, const char *bytes, size_t len, int64_t now_ms, struct input *in,
                                  size_t *used);

/* A key of several bytes with Alt, as some terminals send it; else the key Escape, and then something else: a report of
 * the mouse or a paste that came right behind it. */
static enum decode_verdict escape_twice(struct decoder *d, const char *bytes, size_t len, int64_t now_ms,
                                        struct input *in, size_t *used)
{
    bool sequence = bytes[2] == '[' || bytes[2] == 'O';
    if (sequence && len == 3)
        return DECODE_MORE;
    enum decode_verdict verdict = DECODE_NOTHING;
    if (sequence && strchr("<=>?M", bytes[3]) == NULL)
        verdict = escape(d, bytes + 1, len - 1, now_ms, in, used);
    if (verdict == DECODE_MORE)
        return DECODE_MORE;
    if (verdict == DECODE_NOTHING) {
        *in = special(INPUT_ESCAPE, 0);
        *used = 1;
        return DECODE_KEY;
    }
    in->mods |= INPUT_ALT;
    ++*used;
    return DECODE_KEY;
}

static enum decode_verdict escape(struct decoder *d, const char *bytes, size_t len, int64_t now_ms, struct input *in,
                                  size_t *used)
{
    *used = len;
    if (len == 1)
        return DECODE_MORE;
    if (own_key(d, bytes, len, in, used))
        return DECODE_KEY;
    if (bytes[1] == '[')
        return csi(d, bytes, len, now_ms, in, used);
    if (bytes[1] == 'O')
        return ss3(bytes, len, in, used);
    if (bytes[1] == ']' && (len == 2 || (bytes[2] >= '0' && bytes[2] <= '9')))
        return osc(d, bytes, len, used);
    if (bytes[1] == ESC && len == 2)
        return DECODE_MORE;
    if (bytes[1] == ESC)
        return escape_twice(d, bytes, len, now_ms, in, used);
    enum decode_verdict verdict = plain(bytes + 1, len - 1, in, used);
    in->mods |= INPUT_ALT;
    ++*used;
    return verdict;
}

enum decode_verdict decode_one(struct decoder *d, const char *bytes, size_t len, int64_t now_ms, struct input *in,
                               size_t *used)
{
    return bytes[0] == ESC ? escape(d, bytes, len, now_ms, in, used) : plain(bytes, len, in, used);
}
