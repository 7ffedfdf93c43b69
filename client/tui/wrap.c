/* Breaks a text into lines, one at a time, in linear time: a line is scanned until a cluster does not fit; then it ends
 * at the last place where it may be broken, and what stood behind that place is scanned once more, as the beginning of
 * the next line. Wide characters (Chinese, Japanese, Korean) have no spaces: a line may be broken on either side of
 * them, except before closing and behind opening punctuation. */
#include "client/tui/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/cluster.h"
#include "common/buf.h"
#include "common/status.h"
#include "common/utf8.h"

struct walker {
    const char *bytes;
    size_t len;
    int width;
    uint32_t at, point; /* where the next line begins */
    bool ended;
};

/* A place in a line: how far it is from the line's beginning. */
struct reach {
    uint32_t bytes, points, cells;
};

void wrap_init(struct wrap *w)
{
    memset(w, 0, sizeof *w);
}

void wrap_fini(struct wrap *w)
{
    free(w->at);
    memset(w, 0, sizeof *w);
}

static struct reach advance(struct reach r, const char *cluster, size_t len, int cells)
{
    r.bytes += (uint32_t)len;
    r.points += (uint32_t)utf8_points(cluster, len);
    r.cells += (uint32_t)cells;
    return r;
}

/* Ends the line at `end`; the next one begins `skipped` bytes (each one code point) behind. */
static void end_line(struct walker *k, struct wrap_line *line, struct reach end, uint32_t skipped, bool hard)
{
    *line = (struct wrap_line){k->at, end.bytes, k->point, end.points, end.cells, hard};
    k->at += end.bytes + skipped;
    k->point += end.points + skipped;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_one_of(const char *bytes, size_t len, const uint32_t *points, size_t n)
{
    uint32_t point = 0;
    utf8_decode(bytes, len, &point);
    for (size_t i = 0; i < n; i++) {
        if (points[i] == point)
            return true;
    }
    return false;
}

/* What must not begin a line. */
static bool is_closing(const char *bytes, size_t len)
{
    static const uint32_t closing[] = {
        '!',    '"',    '%',    '\'',   ')',    ',',    '.',    ':',    ';',    '?',
        ']',    '}',    0x2019, 0x201D, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F,
        0x3011, 0x3015, 0x30FC, 0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F,
    };
    return is_one_of(bytes, len, closing, sizeof closing / sizeof closing[0]);
}

/* What must not end one. */
static bool is_opening(const char *bytes, size_t len)
{
    static const uint32_t opening[] = {
        '"', '\'', '(', '[', '{', 0x2018, 0x201C, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0xFF08,
    };
    return is_one_of(bytes, len, opening, sizeof opening / sizeof opening[0]);
}

/* The next line; false behind the last one. */
static bool next_line(struct walker *k, struct wrap_line *line)
{
    struct reach r = {0, 0, 0}, broken = {0, 0, 0}; /* broken: the last place where the line may end */
    uint32_t skipped = 0;                           /* of `broken`: 1 if it is at a space */
    bool can_break = false, wide_before = false, opened = false;
    const char *begin = k->bytes + k->at;
    size_t len = k->len - k->at;
    if (k->ended)
        return false;
    while (r.bytes < len) {
        const char *at = begin + r.bytes;
        int cells;
        if (*at == '\n') {
            end_line(k, line, r, 1, true);
            return true;
        }
        size_t step = cluster_width(at, len - r.bytes, &cells);
        bool space = step == 1 && is_space(*at), wide = cells == 2;
        if (space || ((wide || wide_before) && !opened && !is_closing(at, step))) {
            broken = r;
            skipped = space;
            can_break = r.bytes > 0;
        }
        if (r.cells + (uint32_t)cells > (uint32_t)k->width && r.bytes > 0) {
            end_line(k, line, can_break ? broken : r, can_break ? skipped : 0, false);
            return true;
        }
        r = advance(r, at, step, cells);
        wide_before = wide;
        opened = space || is_opening(at, step);
    }
    end_line(k, line, r, 0, true);
    k->ended = true;
    return true;
}

static struct walker walk(const char *bytes, size_t len, int width)
{
    ASSERT(len < UINT32_MAX);
    return (struct walker){.bytes = bytes, .len = len, .width = width > 0 ? width : 1};
}

void wrap_text(struct wrap *w, const char *bytes, size_t len, int width, size_t max_lines)
{
    struct walker k = walk(bytes, len, width);
    struct wrap_line line;
    w->n = 0;
    w->width = k.width;
    while ((max_lines == 0 || w->n < max_lines) && next_line(&k, &line)) {
        if (w->n == w->cap) {
            w->cap = w->cap > 0 ? w->cap * 2 : 16;
            w->at = xrealloc(w->at, w->cap * sizeof *w->at);
        }
        w->at[w->n++] = line;
    }
}

size_t wrap_count(const char *bytes, size_t len, int width, size_t max_lines)
{
    struct walker k = walk(bytes, len, width);
    struct wrap_line line;
    size_t n = 0;
    while ((max_lines == 0 || n < max_lines) && next_line(&k, &line))
        n++;
    return n;
}

/* The last line that begins at or before the point. */
static size_t line_of(const struct wrap *w, uint32_t point)
{
    size_t low = 0, high = w->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (w->at[middle].at_points <= point)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void wrap_place(const struct wrap *w, const char *bytes, uint32_t point, size_t *line, int *cell)
{
    *line = line_of(w, point);
    const struct wrap_line *l = &w->at[*line];
    struct reach r = {0, 0, 0};
    while (r.bytes < l->len_bytes) {
        const char *at = bytes + l->at_bytes + r.bytes;
        int cells;
        size_t step = cluster_width(at, l->len_bytes - r.bytes, &cells);
        struct reach behind = advance(r, at, step, cells);
        if (l->at_points + behind.points > point)
            break;
        r = behind;
    }
    *cell = (int)r.cells;
}

/* Whether the place behind a line's last character is one of the next line. */
static bool end_is_next(const struct wrap *w, size_t line)
{
    const struct wrap_line *l = &w->at[line];
    return line + 1 < w->n && w->at[line + 1].at_points == l->at_points + l->len_points;
}

uint32_t wrap_point(const struct wrap *w, const char *bytes, size_t line, int cell)
{
    if (line >= w->n)
        line = w->n - 1;
    const struct wrap_line *l = &w->at[line];
    struct reach r = {0, 0, 0};
    while (r.bytes < l->len_bytes) {
        const char *at = bytes + l->at_bytes + r.bytes;
        int cells;
        size_t step = cluster_width(at, l->len_bytes - r.bytes, &cells);
        struct reach behind = advance(r, at, step, cells);
        bool last = behind.bytes == l->len_bytes && end_is_next(w, line);
        if ((int64_t)behind.cells > cell || last)
            break;
        r = behind;
    }
    return l->at_points + r.points;
}
