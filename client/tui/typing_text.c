/* Where carets may stand: grapheme clusters, words and lines of a text. Pure. Costs what lies around the caret, not the
 * length of the text: a cluster's beginning is found by going back to the nearest place that is one for certain. */
#include <string.h>
#include <utf8proc.h>

#include "client/tui/typing_private.h"
#include "common/utf8.h"

enum { ZERO_WIDTH_JOINER = 0x200D };

/* A place in a text, in both units. */
struct spot {
    uint32_t point;
    size_t byte;
};

static struct spot spot_at(const struct text *t, uint32_t point)
{
    struct spot s = {.point = point < t->len_points ? point : t->len_points};
    bool near_end = s.point > t->len_points / 2;
    if (t->len_bytes == t->len_points)
        s.byte = s.point;
    else if (near_end)
        s.byte = t->len_bytes - utf8_tail(t->bytes, t->len_bytes, t->len_points - s.point);
    else
        s.byte = utf8_offset(t->bytes, t->len_bytes, s.point);
    return s;
}

static size_t point_before(const struct text *t, size_t byte)
{
    do
        byte--;
    while (byte > 0 && ((unsigned char)t->bytes[byte] & 0xC0) == 0x80);
    return byte;
}

/* Whether two neighbours never share a cluster, whatever stands before them. Without a state, utf8proc breaks only
 * where that is so, but for what a joiner joins. */
static bool breaks_for_certain(const struct text *t, size_t before, size_t at)
{
    uint32_t first = 0, second = 0;
    utf8_decode(t->bytes + before, t->len_bytes - before, &first);
    utf8_decode(t->bytes + at, t->len_bytes - at, &second);
    if (first < 0x300 && second < 0x300)
        return true;
    return first != ZERO_WIDTH_JOINER && utf8proc_grapheme_break((utf8proc_int32_t)first, (utf8proc_int32_t)second);
}

/* The last certain beginning of a cluster at or before s. */
static struct spot certain(const struct text *t, struct spot s)
{
    while (s.byte > 0 && s.byte < t->len_bytes) {
        size_t before = point_before(t, s.byte);
        if (breaks_for_certain(t, before, s.byte))
            break;
        s.byte = before;
        s.point--;
    }
    return s;
}

static struct spot next(const struct text *t, struct spot s)
{
    size_t len = utf8_grapheme(t->bytes + s.byte, t->len_bytes - s.byte);
    s.point += (uint32_t)utf8_points(t->bytes + s.byte, len);
    s.byte += len;
    return s;
}

static struct spot snapped(const struct text *t, uint32_t at)
{
    struct spot s = certain(t, spot_at(t, at));
    while (s.point < at && s.byte < t->len_bytes)
        s = next(t, s);
    return s;
}

static struct spot previous(const struct text *t, struct spot s)
{
    if (s.byte == 0)
        return s;
    struct spot before = {.point = s.point - 1, .byte = point_before(t, s.byte)};
    struct spot at = certain(t, before);
    for (struct spot step = at; step.point < s.point; step = next(t, step))
        at = step;
    return at;
}

uint32_t text_snap(const struct text *t, uint32_t at)
{
    return snapped(t, at).point;
}

uint32_t text_next_cluster(const struct text *t, uint32_t at)
{
    struct spot s = snapped(t, at);
    return s.byte < t->len_bytes ? next(t, s).point : s.point;
}

uint32_t text_prev_cluster(const struct text *t, uint32_t at)
{
    return previous(t, snapped(t, at)).point;
}

/* ---- words and lines */

static bool is_word(const struct text *t, size_t byte)
{
    uint32_t point = 0;
    if (utf8_decode(t->bytes + byte, t->len_bytes - byte, &point) == 0)
        return false;
    if (point < 0x80)
        return point == '_' || (point >= '0' && point <= '9') || ((point | 0x20) >= 'a' && (point | 0x20) <= 'z');
    switch (utf8proc_category((utf8proc_int32_t)point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

uint32_t text_next_word(const struct text *t, uint32_t at)
{
    struct spot s = snapped(t, at);
    while (s.byte < t->len_bytes && !is_word(t, s.byte))
        s = next(t, s);
    while (s.byte < t->len_bytes && is_word(t, s.byte))
        s = next(t, s);
    return s.point;
}

uint32_t text_prev_word(const struct text *t, uint32_t at)
{
    struct spot s = snapped(t, at), before = previous(t, s);
    while (s.byte > 0 && !is_word(t, before.byte)) {
        s = before;
        before = previous(t, s);
    }
    while (s.byte > 0 && is_word(t, before.byte)) {
        s = before;
        before = previous(t, s);
    }
    return s.point;
}

uint32_t text_line_start(const struct text *t, uint32_t at)
{
    struct spot s = spot_at(t, at);
    const char *line_break = memrchr(t->bytes, '\n', s.byte);
    size_t from = line_break != NULL ? (size_t)(line_break - t->bytes) + 1 : 0;
    return s.point - (uint32_t)utf8_points(t->bytes + from, s.byte - from);
}

uint32_t text_line_end(const struct text *t, uint32_t at)
{
    struct spot s = spot_at(t, at);
    const char *line_break = memchr(t->bytes + s.byte, '\n', t->len_bytes - s.byte);
    size_t to = line_break != NULL ? (size_t)(line_break - t->bytes) : t->len_bytes;
    return s.point + (uint32_t)utf8_points(t->bytes + s.byte, to - s.byte);
}

const char *text_range(const struct text *t, uint32_t from, uint32_t to, size_t *len)
{
    struct spot a = spot_at(t, from), b = spot_at(t, to);
    *len = b.byte > a.byte ? b.byte - a.byte : 0;
    return t->bytes + a.byte;
}
