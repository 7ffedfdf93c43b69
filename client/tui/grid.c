/* Cells, drawn into through one function (put) that clips, keeps wide clusters whole and knows nothing of terminals.
 * Texts come in through cluster.h, which makes them safe. Lines are in grid_line.c. */
#include "client/tui/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/cluster.h"
#include "client/tui/grid_private.h"
#include "common/buf.h"
#include "common/status.h"

static struct cell blank(struct style s)
{
    return (struct cell){.bytes = " ", .width = 1, .style = s};
}

void grid_init(struct grid *g)
{
    memset(g, 0, sizeof *g);
}

void grid_fini(struct grid *g)
{
    free(g->cells);
    free(g->hits);
    memset(g, 0, sizeof *g);
}

void grid_resize(struct grid *g, int cols, int rows)
{
    cols = cols < 1 ? 1 : cols > GRID_MAX_COLS ? GRID_MAX_COLS : cols;
    rows = rows < 1 ? 1 : rows > GRID_MAX_ROWS ? GRID_MAX_ROWS : rows;
    if (g->cells == NULL || cols != g->cols || rows != g->rows) {
        g->cells = xrealloc(g->cells, (size_t)cols * (size_t)rows * sizeof *g->cells);
        g->cols = cols;
        g->rows = rows;
    }
    grid_clear(g);
}

void grid_clear(struct grid *g)
{
    size_t n = (size_t)g->cols * (size_t)g->rows;
    for (size_t i = 0; i < n; i++)
        g->cells[i] = blank(style(ROLE_TEXT));
    g->clip = (struct rect){0, 0, g->cols, g->rows};
    g->n_hits = 0;
    g->cursor_x = g->cursor_y = 0;
    g->cursor_block = false;
}

/* Cells are written as a whole, their unused bytes are 0: so they can be compared as memory. */
bool grid_equal(const struct grid *a, const struct grid *b)
{
    return a->cols == b->cols && a->rows == b->rows && a->cursor_x == b->cursor_x && a->cursor_y == b->cursor_y &&
           a->cursor_block == b->cursor_block &&
           memcmp(a->cells, b->cells, (size_t)a->cols * (size_t)a->rows * sizeof *a->cells) == 0;
}

static struct cell *cell_at(const struct grid *g, int x, int y)
{
    ASSERT(x >= 0 && x < g->cols && y >= 0 && y < g->rows);
    return &g->cells[(size_t)y * (size_t)g->cols + (size_t)x];
}

const struct cell *grid_at(const struct grid *g, int x, int y)
{
    return cell_at(g, x, y);
}

static struct rect intersect(struct rect a, struct rect b)
{
    int64_t x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int64_t right = (int64_t)a.x + a.w < (int64_t)b.x + b.w ? (int64_t)a.x + a.w : (int64_t)b.x + b.w;
    int64_t below = (int64_t)a.y + a.h < (int64_t)b.y + b.h ? (int64_t)a.y + a.h : (int64_t)b.y + b.h;
    if (right <= x || below <= y)
        return (struct rect){b.x, b.y, 0, 0};
    return (struct rect){(int)x, (int)y, (int)(right - x), (int)(below - y)};
}

struct rect grid_clip(struct grid *g, struct rect to)
{
    struct rect old = g->clip;
    g->clip = intersect(to, old);
    return old;
}

void grid_unclip(struct grid *g, struct rect old)
{
    g->clip = old;
}

bool grid_visible(const struct grid *g, int x, int y)
{
    return x >= g->clip.x && x < g->clip.x + g->clip.w && y >= g->clip.y && y < g->clip.y + g->clip.h;
}

/* A wide cluster that loses one half loses the other, too. */
static void break_wide(struct grid *g, int x, int y)
{
    struct cell *cell = cell_at(g, x, y);
    if (cell->width == 0 && x > 0) {
        struct cell *left = cell_at(g, x - 1, y);
        *left = blank(left->style);
    } else if (cell->width == 2 && x + 1 < g->cols) {
        struct cell *right = cell_at(g, x + 1, y);
        *right = blank(right->style);
    }
}

void grid_cell(struct grid *g, int x, int y, struct style s, const char bytes[CELL_BYTES], int width)
{
    bool left = grid_visible(g, x, y), right = width == 1 || (x < g->cols && grid_visible(g, x + 1, y));
    if (left)
        break_wide(g, x, y);
    if (width == 2 && right)
        break_wide(g, x + 1, y);
    if (left && right) {
        struct cell *cell = cell_at(g, x, y);
        memcpy(cell->bytes, bytes, CELL_BYTES);
        cell->width = (uint8_t)width;
        cell->style = s;
        if (width == 2)
            *cell_at(g, x + 1, y) = (struct cell){.style = s};
    } else if (left) {
        *cell_at(g, x, y) = blank(s);
    } else if (width == 2 && right) {
        *cell_at(g, x + 1, y) = blank(s);
    }
}

void grid_fill(struct grid *g, struct rect r, struct style s)
{
    r = intersect(r, g->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        if (r.w > 0) {
            break_wide(g, r.x, y);
            break_wide(g, r.x + r.w - 1, y);
        }
        for (int x = r.x; x < r.x + r.w; x++)
            *cell_at(g, x, y) = blank(s);
    }
}

/* x so far on the right that nothing shows any more (and int does not overflow). */
static bool is_beyond(const struct grid *g, int x)
{
    return x > g->cols + 2;
}

static int put_cluster(struct grid *g, int x, int y, struct style s, const struct cluster *c)
{
    for (int i = 0; i < c->n; i++) {
        grid_cell(g, x, y, s, c->cells[i].bytes, c->cells[i].width);
        x += c->cells[i].width;
    }
    return c->width;
}

int grid_text(struct grid *g, int x, int y, struct style s, const char *bytes, size_t len)
{
    struct cluster c;
    int used = 0;
    for (size_t at = 0; at < len;) {
        if (used > INT32_MAX / 4)
            break;
        at += cluster_show(bytes + at, len - at, g->ascii, &c);
        if (!is_beyond(g, x + used))
            put_cluster(g, x + used, y, s, &c);
        used += c.width;
    }
    return used;
}

int grid_put(struct grid *g, int x, int y, struct style s, const char *text)
{
    return grid_text(g, x, y, s, text, strlen(text));
}

int grid_width(const char *bytes, size_t len)
{
    int all = 0, width;
    for (size_t at = 0; at < len && all < INT32_MAX / 4; all += width)
        at += cluster_width(bytes + at, len - at, &width);
    return all;
}

/* Bytes of the longest beginning that takes at most `room` cells. */
static size_t fitting(const char *bytes, size_t len, int room)
{
    size_t at = 0;
    int width;
    while (at < len) {
        size_t step = cluster_width(bytes + at, len - at, &width);
        if (width > room)
            break;
        room -= width;
        at += step;
    }
    return at;
}

int grid_fit(struct grid *g, int x, int y, int room, struct style s, const char *bytes, size_t len)
{
    if (room <= 0)
        return 0;
    if (fitting(bytes, len, room) == len)
        return grid_text(g, x, y, s, bytes, len);
    const char *more = !g->ascii ? "…" : room > 1 ? ".." : ".";
    int more_width = g->ascii && room > 1 ? 2 : 1;
    size_t keep = fitting(bytes, len, room - more_width);
    while (keep > 0 && bytes[keep - 1] == ' ')
        keep--;
    int used = grid_text(g, x, y, s, bytes, keep);
    grid_put(g, x + used, y, s, more);
    return used + more_width;
}

int grid_printf(struct grid *g, int x, int y, struct style s, const char *fmt, ...)
{
    char *text;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&text, fmt, args);
    va_end(args);
    ASSERT(len >= 0);
    int used = grid_text(g, x, y, s, text, (size_t)len);
    free(text);
    return used;
}

void grid_tint(struct grid *g, struct rect r, struct style s)
{
    r = intersect(r, g->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            struct style *have = &cell_at(g, x, y)->style;
            if (s.role != ROLE_TEXT)
                have->role = s.role;
            if (s.under != ROLE_TEXT)
                have->under = s.under;
            have->attrs |= s.attrs;
        }
    }
}

void grid_cursor(struct grid *g, int x, int y, bool typing)
{
    g->cursor_x = x < 0 ? 0 : x >= g->cols ? g->cols - 1 : x;
    g->cursor_y = y < 0 ? 0 : y >= g->rows ? g->rows - 1 : y;
    g->cursor_block = typing;
}

void grid_hit(struct grid *g, struct rect r, enum hit_kind kind, uint64_t id, uint32_t more)
{
    r = intersect(r, g->clip);
    if (r.w == 0)
        return;
    if (g->n_hits == g->cap_hits) {
        g->cap_hits = g->cap_hits > 0 ? g->cap_hits * 2 : 64;
        g->hits = xrealloc(g->hits, g->cap_hits * sizeof *g->hits);
    }
    g->hits[g->n_hits++] = (struct hit){.rect = r, .kind = kind, .id = id, .more = more};
}

const struct hit *grid_hit_at(const struct grid *g, int x, int y)
{
    for (size_t i = g->n_hits; i-- > 0;) {
        const struct rect *r = &g->hits[i].rect;
        if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
            return &g->hits[i];
    }
    return NULL;
}

char *grid_to_text(const struct grid *g)
{
    struct buf out;
    buf_init(&out);
    for (int y = 0; y < g->rows; y++) {
        int end = g->cols;
        while (end > 0 && strcmp(cell_at(g, end - 1, y)->bytes, " ") == 0)
            end--;
        for (int x = 0; x < end; x++) {
            const struct cell *cell = cell_at(g, x, y);
            buf_add(&out, cell->bytes, strlen(cell->bytes));
        }
        buf_add(&out, "\n", 1);
    }
    buf_add(&out, "", 1);
    return (char *)out.data;
}
