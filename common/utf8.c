/* UTF-8: validity, counting, and what a terminal makes of a text. Counting works on 8 bytes at a time: a code point is
 * every byte that is not a continuation byte (10xxxxxx). Widths follow the C library's wcwidth, because that is what
 * terminals and curses follow. */
#include "common/utf8.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#include "common/buf.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

enum {
    ZERO_WIDTH_JOINER = 0x200D,
    REPLACEMENT = 0xFFFD,
};

/* The first byte is the lowest. */
static uint64_t load8(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* Marks (highest bits) of the bytes that are not printable ASCII, 0x20 to 0x7E. The lowest mark is exact; borrows may
 * add wrong ones above. */
static uint64_t unprintable(uint64_t word)
{
    uint64_t below_20 = (word - ONES * 0x20) & ~word;
    uint64_t not_7f = word ^ (ONES * 0x7f);
    uint64_t is_7f = (not_7f - ONES) & ~not_7f;
    return (word | below_20 | is_7f) & HIGHS;
}

static inline size_t decode(const char *bytes, size_t len, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0)
        return 0;
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *point = first;
        return 1;
    }
    size_t need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || len < need)
        return 0;
    uint32_t value = first & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (next & 0x3F);
    }
    if (value < least[need] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return need;
}

size_t utf8_decode(const char *bytes, size_t len, uint32_t *point)
{
    return decode(bytes, len, point);
}

size_t utf8_encode(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

/* How many printable ASCII characters the text begins with. */
static size_t printable_run(const char *bytes, size_t len)
{
    size_t at = 0;
    for (; len - at >= 8; at += 8) {
        uint64_t marks = unprintable(load8(bytes + at));
        if (marks != 0)
            return at + (size_t)__builtin_ctzll(marks) / 8;
    }
    while (at < len && bytes[at] >= 0x20 && bytes[at] < 0x7F)
        at++;
    return at;
}

static bool check(const char *bytes, size_t len, bool multiline, size_t *points)
{
    size_t at = 0, n = 0;
    while (at < len) {
        uint32_t point;
        size_t run = printable_run(bytes + at, len - at);
        at += run;
        n += run;
        /* Other scripts come in runs, too. */
        while (at < len && !(bytes[at] >= 0x20 && bytes[at] < 0x7F)) {
            size_t step = decode(bytes + at, len - at, &point);
            if (step == 0 || (is_control(point) && !(multiline && (point == '\n' || point == '\t'))))
                return false;
            at += step;
            n++;
        }
    }
    if (points != NULL)
        *points = n;
    return true;
}

bool utf8_check(const char *bytes, size_t len, size_t *points)
{
    return check(bytes, len, true, points);
}

bool utf8_check_line(const char *bytes, size_t len, size_t *points)
{
    return check(bytes, len, false, points);
}

/* How many of the 8 bytes are continuation bytes. */
static size_t count_continuations(uint64_t word)
{
    uint64_t marks = (word >> 7) & ~(word >> 6) & ONES;
    return (size_t)(marks * ONES >> 56);
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_points(const char *bytes, size_t len)
{
    size_t at = 0, continuations = 0;
    for (; len - at >= 8; at += 8)
        continuations += count_continuations(load8(bytes + at));
    for (; at < len; at++)
        continuations += is_continuation(bytes[at]);
    return len - continuations;
}

size_t utf8_offset(const char *bytes, size_t len, size_t point)
{
    size_t at = 0, left = point;
    while (len - at >= 8 && left >= 8) {
        left -= 8 - count_continuations(load8(bytes + at));
        at += 8;
    }
    /* The word may have ended inside a character; its rest belongs to what was counted. */
    while (at < len && is_continuation(bytes[at]))
        at++;
    while (at < len && left > 0) {
        at++;
        while (at < len && is_continuation(bytes[at]))
            at++;
        left--;
    }
    return at;
}

size_t utf8_tail(const char *bytes, size_t len, size_t points)
{
    size_t at = len, left = points;
    while (at >= 8 && left >= 8) {
        at -= 8;
        left -= 8 - count_continuations(load8(bytes + at));
    }
    /* The word may begin inside a character that was not counted. */
    while (at < len && is_continuation(bytes[at]))
        at++;
    while (at > 0 && left > 0) {
        at--;
        if (!is_continuation(bytes[at]))
            left--;
    }
    return len - at;
}

/* The code point at the beginning, or U+FFFD and a length of 1 where it is invalid. */
static size_t decode_or_replace(const char *bytes, size_t len, uint32_t *point)
{
    size_t step = utf8_decode(bytes, len, point);
    if (step > 0)
        return step;
    *point = REPLACEMENT;
    return 1;
}

size_t utf8_grapheme(const char *bytes, size_t len)
{
    uint32_t last, next;
    utf8proc_int32_t state = 0;
    if (len == 0)
        return 0;
    size_t at = decode_or_replace(bytes, len, &last);
    while (at < len) {
        size_t step = decode_or_replace(bytes + at, len - at, &next);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)last, (utf8proc_int32_t)next, &state))
            break;
        at += step;
        last = next;
    }
    return at;
}

static int point_width(uint32_t point)
{
    if (point >= 0x20 && point < 0x7F)
        return 1;
    int width = wcwidth((wchar_t)point);
    return width >= 0 ? width : utf8proc_charwidth((utf8proc_int32_t)point);
}

int utf8_cluster_width(const char *bytes, size_t len)
{
    int width = 0;
    for (size_t at = 0; at < len && width < 2;) {
        uint32_t point;
        at += decode_or_replace(bytes + at, len - at, &point);
        width += point_width(point);
    }
    return width < 2 ? width : 2;
}

size_t utf8_width(const char *bytes, size_t len)
{
    size_t width = 0;
    for (size_t at = 0; at < len;) {
        size_t step = utf8_grapheme(bytes + at, len - at);
        width += (size_t)utf8_cluster_width(bytes + at, step);
        at += step;
    }
    return width;
}

/* Characters that change or hide what stands around them and show nothing themselves. */
static bool is_invisible(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00AD, 0x00AD},   /* soft hyphen */
        {0x034F, 0x034F},   /* combining grapheme joiner */
        {0x061C, 0x061C},   /* Arabic letter mark */
        {0x115F, 0x1160},   /* Hangul fillers */
        {0x180E, 0x180E},   /* Mongolian vowel separator */
        {0x200B, 0x200C},   /* zero-width space and non-joiner */
        {0x200E, 0x200F},   /* left-to-right and right-to-left mark */
        {0x202A, 0x202E},   /* bidirectional embeddings and overrides */
        {0x2060, 0x206F},   /* word joiner, invisible operators, bidirectional isolates, deprecated controls */
        {0x3164, 0x3164},   /* Hangul filler */
        {0xFEFF, 0xFEFF},   /* byte order mark */
        {0xFFA0, 0xFFA0},   /* half-width Hangul filler */
        {0xFFF9, 0xFFFB},   /* interlinear annotations */
        {0x1D173, 0x1D17A}, /* musical format controls */
        {0xE0000, 0xE00FF}, /* tags */
        {0xE01F0, 0xE0FFF}, /* unassigned, to be ignored by default */
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    }
    return false;
}

static bool is_noncharacter(uint32_t point)
{
    return (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE;
}

static int bound_class(uint32_t point)
{
    return utf8proc_get_property((utf8proc_int32_t)point)->boundclass;
}

static bool is_pictographic(uint32_t point)
{
    return bound_class(point) == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* Whether a joiner behind `before` (the last character that is no extension of another) and in front of these bytes
 * joins emoji. */
static bool joins_emoji(uint32_t before, const char *bytes, size_t len)
{
    uint32_t next;
    return is_pictographic(before) && utf8_decode(bytes, len, &next) > 0 && is_pictographic(next);
}

/* What is shown instead of this character; 0: nothing. */
static uint32_t printable(uint32_t point, bool multiline)
{
    if (point == '\n' || point == '\t' || point == 0x2028 || point == 0x2029)
        return !multiline ? ' ' : point == '\t' ? '\t' : '\n';
    if (is_control(point) || is_noncharacter(point))
        return REPLACEMENT;
    return is_invisible(point) ? 0 : point;
}

char *utf8_printable(const char *bytes, size_t len, bool multiline, size_t *out_len)
{
    struct buf out;
    buf_init(&out);
    uint32_t base = 0; /* last character that is no extension of another */
    for (size_t at = 0; at < len;) {
        uint32_t point;
        at += decode_or_replace(bytes + at, len - at, &point);
        if (point == ZERO_WIDTH_JOINER)
            point = joins_emoji(base, bytes + at, len - at) ? point : 0;
        else
            point = printable(point, multiline);
        if (point == 0)
            continue;
        buf_wrote(&out, utf8_encode(point, (char *)buf_reserve(&out, 4)));
        if (bound_class(point) != UTF8PROC_BOUNDCLASS_EXTEND && point != ZERO_WIDTH_JOINER)
            base = point;
    }
    if (out_len != NULL)
        *out_len = buf_len(&out);
    buf_add(&out, "", 1);
    return (char *)out.data;
}
