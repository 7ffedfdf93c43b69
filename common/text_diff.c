/* The difference of two texts as an op. Equal beginnings and ends are cut off first; what is left is compared by lines,
 * and each changed run of lines by characters. Both comparisons are Myers' greedy algorithm ("An O(ND) Difference
 * Algorithm and Its Variations", 1986), which gives the shortest edit script. Its work is bounded, and so is its
 * memory; where the bound is reached the whole run becomes one replacement, which is as correct and merely less fine. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/text.h"
#include "common/utf8.h"

enum {
    MAX_EDITS = 1024,   /* longest edit script looked for; memory grows with its square (2 MiB) */
    MAX_WORK = 8 << 20, /* comparisons for one text_diff() */
};

/* Something to compare: code points, or numbers of lines. */
struct sequence {
    const uint32_t *at;
    uint32_t n;
};

/* What is equal in two sequences: a run of both. */
struct run {
    uint32_t a, b, n;
};

struct runs {
    struct run *at; /* ascending; the last one has n 0 and lies at both ends */
    size_t n, cap;
};

struct differ {
    struct text_op *out;
    uint32_t work_left;
};

static void runs_add(struct runs *runs, uint32_t a, uint32_t b, uint32_t n)
{
    if (runs->n == runs->cap) {
        runs->cap = runs->cap > 0 ? runs->cap * 2 : 16;
        runs->at = xrealloc(runs->at, runs->cap * sizeof *runs->at);
    }
    runs->at[runs->n++] = (struct run){a, b, n};
}

/* Furthest-reaching ends of all paths with a given number of edits: row d has d + 1 entries, for the diagonals -d, -d +
 * 2 … d. */
struct rows {
    int32_t *x;
    size_t cap; /* entries */
};

static void rows_reserve(struct rows *rows, int32_t d)
{
    size_t need = ((size_t)d + 1) * ((size_t)d + 2) / 2;
    if (need <= rows->cap)
        return;
    rows->cap = need * 2 > 64 ? need * 2 : 64;
    rows->x = xrealloc(rows->x, rows->cap * sizeof *rows->x);
}

static int32_t *row(const struct rows *rows, int32_t d)
{
    return rows->x + (size_t)d * ((size_t)d + 1) / 2;
}

/* Where a path with d edits on diagonal k begins: one step from the better neighbour with d - 1 edits. *down: that step
 * was an insertion. */
static int32_t step_from(const struct rows *rows, int32_t d, int32_t k, bool *down)
{
    if (d == 0) {
        *down = false;
        return 0;
    }
    const int32_t *before = row(rows, d - 1);
    int32_t i = (k + d) / 2; /* before[i - 1] is diagonal k - 1, before[i] is k + 1 */
    *down = k == -d || (k != d && before[i - 1] < before[i]);
    return *down ? before[i] : before[i - 1] + 1;
}

/* Length of the shortest edit script, with all rows filled; -1 if a bound was reached. */
static int32_t search(struct differ *differ, struct sequence a, struct sequence b, struct rows *rows)
{
    int32_t n = (int32_t)a.n, m = (int32_t)b.n;
    for (int32_t d = 0; d <= MAX_EDITS; d++) {
        rows_reserve(rows, d);
        for (int32_t k = -d; k <= d; k += 2) {
            bool down;
            int32_t x = step_from(rows, d, k, &down), from = x;
            while (x < n && x - k < m && a.at[x] == b.at[x - k])
                x++;
            row(rows, d)[(k + d) / 2] = x;
            if (x >= n && x - k >= m)
                return d;
            uint32_t work = (uint32_t)(x > from ? x - from : 0) + 1;
            if (work > differ->work_left)
                return -1;
            differ->work_left -= work;
        }
    }
    return -1;
}

/* Walks back from the end and notes the equal runs, last one first. */
static void collect(const struct rows *rows, int32_t d, struct sequence a, struct sequence b, struct runs *runs)
{
    int32_t x = (int32_t)a.n, y = (int32_t)b.n;
    for (; d >= 0; d--) {
        bool down;
        int32_t from = step_from(rows, d, x - y, &down);
        if (x > from)
            runs_add(runs, (uint32_t)from, (uint32_t)(from - (x - y)), (uint32_t)(x - from));
        y -= x - from;
        x = from;
        if (d > 0 && down)
            y--;
        else if (d > 0)
            x--;
    }
}

/* The equal runs of a and b; none, apart from the end, if finding them would take too long. */
static struct runs equal_runs(struct differ *differ, struct sequence a, struct sequence b)
{
    struct runs runs = {0};
    struct rows rows = {0};
    int32_t d = a.n > 0 && b.n > 0 ? search(differ, a, b, &rows) : -1;
    if (d >= 0)
        collect(&rows, d, a, b, &runs);
    free(rows.x);
    for (size_t i = 0; i < runs.n / 2; i++) {
        struct run swapped = runs.at[i];
        runs.at[i] = runs.at[runs.n - 1 - i];
        runs.at[runs.n - 1 - i] = swapped;
    }
    runs_add(&runs, a.n, b.n, 0);
    return runs;
}

static void emit_insert(struct text_op *out, const uint32_t *points, uint32_t n)
{
    char bytes[256];
    uint32_t len = 0, held = 0;
    for (uint32_t i = 0; i < n; i++) {
        len += (uint32_t)utf8_encode(points[i], bytes + len);
        held++;
        if (len + 4 > sizeof bytes || i + 1 == n) {
            text_op_insert(out, bytes, len, held);
            len = held = 0;
        }
    }
}

static void emit_replace(struct text_op *out, struct sequence a, struct sequence b)
{
    emit_insert(out, b.at, b.n);
    text_op_remove(out, a.n);
}

/* Single characters that two different passages happen to share are no common text: an op full of them merges badly and
 * reads badly. */
static bool worth_keeping(const struct runs *runs, struct sequence a, struct sequence b)
{
    uint32_t kept = 0, shorter = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < runs->n; i++)
        kept += runs->at[i].n;
    return kept >= shorter / 2;
}

static void diff_points(struct differ *differ, struct sequence a, struct sequence b)
{
    struct runs runs = equal_runs(differ, a, b);
    if (!worth_keeping(&runs, a, b)) {
        emit_replace(differ->out, a, b);
        free(runs.at);
        return;
    }
    uint32_t from_a = 0, from_b = 0;
    for (size_t i = 0; i < runs.n; i++) {
        const struct run *run = &runs.at[i];
        emit_replace(differ->out, (struct sequence){a.at + from_a, run->a - from_a},
                     (struct sequence){b.at + from_b, run->b - from_b});
        text_op_retain(differ->out, run->n);
        from_a = run->a + run->n;
        from_b = run->b + run->n;
    }
    free(runs.at);
}

/* ---- lines */

/* A text's code points, where its lines begin, and for each line a number that is equal for equal lines of both texts. */
struct lines {
    struct sequence points;
    uint32_t *begin; /* n + 1 entries; the last is points.n */
    uint32_t *number;
    uint32_t n;
};

static void lines_init(struct lines *lines, struct sequence points)
{
    uint32_t n = 0;
    *lines = (struct lines){.points = points, .begin = xmalloc(((size_t)points.n + 1) * sizeof *lines->begin)};
    for (uint32_t i = 0; i < points.n; i++) {
        if (i == 0 || points.at[i - 1] == '\n')
            lines->begin[n++] = i;
    }
    lines->begin[n] = points.n;
    lines->n = n;
    lines->number = xmalloc((size_t)n * sizeof *lines->number);
}

static void lines_fini(struct lines *lines)
{
    free(lines->begin);
    free(lines->number);
}

static struct sequence line_points(const struct lines *lines, uint32_t from, uint32_t to)
{
    return (struct sequence){lines->points.at + lines->begin[from], lines->begin[to] - lines->begin[from]};
}

/* A line to be numbered. */
struct line {
    struct sequence points;
    uint32_t *number; /* where its number goes */
};

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    if (a->points.n != b->points.n)
        return a->points.n < b->points.n ? -1 : 1;
    return memcmp(a->points.at, b->points.at, a->points.n * sizeof *a->points.at);
}

/* Sorts all lines; equal ones are then neighbours and get one number. No hash that a hostile text could aim at. */
static void number_lines(struct lines *a, struct lines *b)
{
    struct line *all = xmalloc(((size_t)a->n + b->n) * sizeof *all);
    size_t n = 0;
    for (uint32_t i = 0; i < a->n; i++)
        all[n++] = (struct line){line_points(a, i, i + 1), &a->number[i]};
    for (uint32_t i = 0; i < b->n; i++)
        all[n++] = (struct line){line_points(b, i, i + 1), &b->number[i]};
    qsort(all, n, sizeof *all, compare_lines);
    uint32_t number = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && compare_lines(&all[i - 1], &all[i]) != 0)
            number++;
        *all[i].number = number;
    }
    free(all);
}

static void diff_lines(struct differ *differ, struct sequence points_a, struct sequence points_b)
{
    struct lines a, b;
    lines_init(&a, points_a);
    lines_init(&b, points_b);
    number_lines(&a, &b);
    struct runs runs = equal_runs(differ, (struct sequence){a.number, a.n}, (struct sequence){b.number, b.n});
    uint32_t from_a = 0, from_b = 0;
    for (size_t i = 0; i < runs.n; i++) {
        const struct run *run = &runs.at[i];
        diff_points(differ, line_points(&a, from_a, run->a), line_points(&b, from_b, run->b));
        text_op_retain(differ->out, line_points(&a, run->a, run->a + run->n).n);
        from_a = run->a + run->n;
        from_b = run->b + run->n;
    }
    free(runs.at);
    lines_fini(&a);
    lines_fini(&b);
}

/* ---- whole texts */

static uint32_t *decode_points(const struct text *t)
{
    uint32_t *points = xmalloc(((size_t)t->len_points + 1) * sizeof *points);
    size_t at = 0;
    for (uint32_t i = 0; i < t->len_points; i++) {
        size_t step = utf8_decode(t->bytes + at, t->len_bytes - at, &points[i]);
        ASSERT(step > 0);
        at += step;
    }
    return points;
}

void text_diff(struct text_op *out, const struct text *a, const struct text *b)
{
    struct differ differ = {.out = out, .work_left = MAX_WORK};
    uint32_t *points_a = decode_points(a), *points_b = decode_points(b);
    uint32_t shorter = a->len_points < b->len_points ? a->len_points : b->len_points;
    uint32_t prefix = 0, suffix = 0;
    while (prefix < shorter && points_a[prefix] == points_b[prefix])
        prefix++;
    while (suffix < shorter - prefix && points_a[a->len_points - 1 - suffix] == points_b[b->len_points - 1 - suffix])
        suffix++;
    text_op_clear(out, a->len_points);
    text_op_retain(out, prefix);
    diff_lines(&differ, (struct sequence){points_a + prefix, a->len_points - prefix - suffix},
               (struct sequence){points_b + prefix, b->len_points - prefix - suffix});
    text_op_finish(out);
    free(points_a);
    free(points_b);
}
