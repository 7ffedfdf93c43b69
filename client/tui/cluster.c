/* One grapheme cluster → cells. Most text is ASCII or plain letters and takes the short way; the rest is cleaned by
 * utf8_printable() and put together code point by code point: every character that moves the cursor opens a cell of its
 * own, marks join the cell before them. */
#include "client/tui/cluster.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

#include "common/utf8.h"

enum {
    MARKS_MAX = 4, /* what curses can show on one character */
    ZERO_WIDTH_JOINER = 0x200D,
    UNKNOWN = 0x25AF, /* ▯ */
};

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t point, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    }
    return false;
}

/* Characters that need no cleaning: letters of common scripts, punctuation, lines and shapes. */
static bool is_plain(uint32_t point)
{
    static const struct range plain[] = {
        {0x00A1, 0x00AC}, {0x00AE, 0x02FF}, {0x0391, 0x03CE}, {0x0410, 0x044F}, {0x2010, 0x2027}, {0x20A0, 0x20BF},
        {0x2500, 0x25FC}, {0x3041, 0x3096}, {0x30A1, 0x30FA}, {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3},
    };
    return is_in(point, plain, sizeof plain / sizeof plain[0]);
}

static bool is_variation_selector(uint32_t point)
{
    return (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0100 && point <= 0xE01EF);
}

static bool is_skin_tone(uint32_t point)
{
    return point >= 0x1F3FB && point <= 0x1F3FF;
}

static bool is_flag_letter(uint32_t point)
{
    return point >= 0x1F1E6 && point <= 0x1F1FF;
}

/* Cells of a code point as the C library says; in a locale that is not UTF-8 it knows nothing, then as utf8proc says.
 * *known: a terminal can be expected to agree. */
static int point_width(uint32_t point, bool *known)
{
    int width = wcwidth((wchar_t)point);
    *known = width >= 0;
    if (width >= 0)
        return width;
    *known = wcwidth(L'é') < 0 && utf8proc_category((utf8proc_int32_t)point) != UTF8PROC_CATEGORY_CN;
    return utf8proc_charwidth((utf8proc_int32_t)point);
}

/* The nearest ASCII character: accents fall away, typographic signs become what typewriters had, the marks of the card
 * colours (theme.c) their initials. */
static uint32_t ascii_for(uint32_t point)
{
    static const char pairs[] = "‘'’'“\"”\"„\"–-—-….•*·.«<»>‹<›>❯>←<→>↑^↓v▸>▾v▌>▏|█#░.▒:─-│|×x€E✓v✔v✗x"
                                "●Y◆O■R▲P▼B★T✚G○E";
    uint32_t from;
    for (size_t at = 0, step; at < sizeof pairs - 1; at += step + 1) {
        step = utf8_decode(pairs + at, sizeof pairs - at, &from);
        if (from == point)
            return (unsigned char)pairs[at + step];
    }
    utf8proc_int32_t parts[8];
    int boundclass = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)point, parts, 8, UTF8PROC_DECOMPOSE, &boundclass);
    return n >= 1 && n <= 8 && parts[0] >= 0x20 && parts[0] < 0x7F ? (uint32_t)parts[0] : '?';
}

static void add_cell(struct cluster *out, uint32_t point, int width)
{
    struct cluster_cell *cell = &out->cells[out->n++];
    memset(cell, 0, sizeof *cell);
    utf8_encode(point, cell->bytes);
    cell->width = (uint8_t)width;
    out->width += width;
}

/* True if the mark found room. */
static bool add_mark(struct cluster_cell *cell, uint32_t point)
{
    size_t have = strlen(cell->bytes);
    char mark[4];
    size_t len = utf8_encode(point, mark);
    if (utf8_points(cell->bytes, have) > MARKS_MAX || have + len >= CELL_BYTES)
        return false;
    memcpy(cell->bytes + have, mark, len);
    return true;
}

/* Adds one cleaned code point; false: the cluster ends here. */
static bool add_point(struct cluster *out, uint32_t point, bool ascii)
{
    bool known;
    int width = point_width(point, &known);
    if (point == '\n' || point == '\t')
        point = ' ', width = 1;
    else if (is_flag_letter(point))
        point = 'A' + (point - 0x1F1E6), width = 1;
    else if (is_variation_selector(point) || (is_skin_tone(point) && out->n > 0))
        return true;
    else if (point == ZERO_WIDTH_JOINER)
        return out->n == 0;
    else if (width <= 0)
        return ascii || out->n == 0 || (known && add_mark(&out->cells[out->n - 1], point)) || true;
    else if (!known)
        point = UNKNOWN;
    if (out->width + width > 2)
        return false;
    if (ascii && point >= 0x7F)
        point = ascii_for(point);
    bool narrow = width == 2 && (point == UNKNOWN || point < 0x7F);
    add_cell(out, point, narrow ? 1 : width);
    return true;
}

/* Blanks behind what is shown, so that it takes the cells that utf8_width() counts. */
static void pad(struct cluster *out, int width)
{
    while (out->width < width && out->n < 2)
        add_cell(out, ' ', 1);
}

static void show_clean(const char *bytes, size_t len, bool ascii, struct cluster *out)
{
    uint32_t point;
    size_t step;
    for (size_t at = 0; at < len; at += step) {
        step = utf8_decode(bytes + at, len - at, &point);
        if (step == 0 || !add_point(out, point, ascii))
            break;
    }
    pad(out, utf8_cluster_width(bytes, len));
}

/* Printable ASCII with nothing on it. */
static bool is_simple(const char *bytes, size_t len)
{
    return bytes[0] >= 0x20 && bytes[0] < 0x7F && (len == 1 || (unsigned char)bytes[1] < 0x80);
}

size_t cluster_show(const char *bytes, size_t len, bool ascii, struct cluster *out)
{
    out->n = out->width = 0;
    if (len == 0)
        return 0;
    if (is_simple(bytes, len)) {
        add_cell(out, (unsigned char)bytes[0], 1);
        return 1;
    }
    size_t step = utf8_grapheme(bytes, len);
    uint32_t point;
    if (utf8_decode(bytes, step, &point) == step && is_plain(point)) {
        show_clean(bytes, step, ascii, out);
        return step;
    }
    size_t clean_len;
    char *clean = utf8_printable(bytes, step, false, &clean_len);
    show_clean(clean, clean_len, ascii, out);
    free(clean);
    return step;
}

size_t cluster_width(const char *bytes, size_t len, int *width)
{
    if (len > 0 && is_simple(bytes, len)) {
        *width = 1;
        return 1;
    }
    struct cluster c;
    size_t step = cluster_show(bytes, len, false, &c);
    *width = c.width;
    return step;
}
