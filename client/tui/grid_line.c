/* Lines and boxes. A line's cell is seen as four arms (up, right, down, left), each none, light or heavy; drawing adds
 * arms to those that the cell shows already, and the table gives the character of the sum. */
#include "client/tui/grid.h"

#include <string.h>

#include "client/tui/grid_private.h"

enum weight { NONE, LIGHT, HEAVY };

struct arms {
    enum weight up, right, down, left;
};

/* By up, right, down, left in base 3; "" is not a line. Two light arms around a corner are round. */
static const char *const lines[81] = {
    " ", "╴", "╸", "╷", "╮", "┑", "╻", "┒", "┓", /* up none, right none */
    "╶", "─", "╾", "╭", "┬", "┭", "┎", "┰", "┱", /* right light */
    "╺", "╼", "━", "┍", "┮", "┯", "┏", "┲", "┳", /* right heavy */
    "╵", "╯", "┙", "│", "┤", "┥", "╽", "┧", "┪", /* up light, right none */
    "╰", "┴", "┵", "├", "┼", "┽", "┟", "╁", "╅", /* right light */
    "┕", "┶", "┷", "┝", "┾", "┿", "┢", "╆", "╈", /* right heavy */
    "╹", "┚", "┛", "╿", "┦", "┩", "┃", "┨", "┫", /* up heavy, right none */
    "┖", "┸", "┹", "┞", "╀", "╃", "┠", "╂", "╉", /* right light */
    "┗", "┺", "┻", "┡", "╄", "╇", "┣", "╊", "╋", /* right heavy */
};

static struct arms arms_of(int index)
{
    return (struct arms){index / 27, index / 9 % 3, index / 3 % 3, index % 3};
}

static int index_of(struct arms a)
{
    return (int)(a.up * 27 + a.right * 9 + a.down * 3 + a.left);
}

/* In ASCII one cannot see where the arms of + and # lead: everywhere, then. */
static struct arms arms_shown_ascii(const char *bytes)
{
    switch (bytes[0]) {
    case '-':
        return (struct arms){NONE, LIGHT, NONE, LIGHT};
    case '=':
        return (struct arms){NONE, HEAVY, NONE, HEAVY};
    case '|':
        return (struct arms){LIGHT, NONE, LIGHT, NONE};
    case '+':
        return (struct arms){LIGHT, LIGHT, LIGHT, LIGHT};
    case '#':
        return (struct arms){HEAVY, HEAVY, HEAVY, HEAVY};
    default:
        return (struct arms){NONE, NONE, NONE, NONE};
    }
}

static int find_line(const char *bytes)
{
    for (int i = 1; (unsigned char)bytes[0] == 0xE2 && i < 81; i++) {
        if (strcmp(bytes, lines[i]) == 0)
            return i;
    }
    return 0;
}

bool grid_line_arms(const char *bytes, int arms[4])
{
    int i = find_line(bytes);
    arms[0] = i / 27;
    arms[1] = i / 9 % 3;
    arms[2] = i / 3 % 3;
    arms[3] = i % 3;
    return i > 0;
}

static struct arms arms_shown(const struct grid *g, const char *bytes)
{
    return g->ascii ? arms_shown_ascii(bytes) : arms_of(find_line(bytes));
}

static const char *line_ascii(struct arms a)
{
    bool across = a.left != NONE || a.right != NONE, along = a.up != NONE || a.down != NONE;
    bool heavy = a.up == HEAVY || a.right == HEAVY || a.down == HEAVY || a.left == HEAVY;
    if (across && along)
        return heavy ? "#" : "+";
    if (across)
        return heavy ? "=" : "-";
    return heavy ? "#" : "|";
}

static enum weight heavier(enum weight a, enum weight b)
{
    return a > b ? a : b;
}

static void draw(struct grid *g, int x, int y, struct style s, struct arms add)
{
    struct arms a = arms_shown(g, grid_at(g, x, y)->bytes);
    a.up = heavier(a.up, add.up);
    a.right = heavier(a.right, add.right);
    a.down = heavier(a.down, add.down);
    a.left = heavier(a.left, add.left);
    char bytes[CELL_BYTES] = "";
    const char *line = g->ascii ? line_ascii(a) : lines[index_of(a)];
    memcpy(bytes, line, strlen(line));
    grid_cell(g, x, y, s, bytes, 1);
}

/* A line that ends on another one joins it; one that ends in nothing (only if `open`) goes through its last cell. */
static bool goes_on(const struct grid *g, int x, int y, bool open)
{
    return open && index_of(arms_shown(g, grid_at(g, x, y)->bytes)) == 0;
}

/* No grid is as large, and sums of two stay numbers. */
static int near(int value)
{
    enum { FAR = 1000000 };
    return value < -FAR ? -FAR : value > FAR ? FAR : value;
}

static void across(struct grid *g, int x, int y, int w, struct style s, enum weight weight, bool open)
{
    int first = x > g->clip.x ? x : g->clip.x, end = g->clip.x + g->clip.w;
    for (int i = first; i < end && i - x < w; i++) {
        if (!grid_visible(g, i, y))
            continue;
        bool on = goes_on(g, i, y, open);
        bool left = i > x || on, right = i - x < w - 1 || on;
        draw(g, i, y, s, (struct arms){NONE, right ? weight : NONE, NONE, left ? weight : NONE});
    }
}

static void along(struct grid *g, int x, int y, int h, struct style s, enum weight weight, bool open)
{
    int first = y > g->clip.y ? y : g->clip.y, end = g->clip.y + g->clip.h;
    for (int i = first; i < end && i - y < h; i++) {
        if (!grid_visible(g, x, i))
            continue;
        bool on = goes_on(g, x, i, open);
        bool up = i > y || on, down = i - y < h - 1 || on;
        draw(g, x, i, s, (struct arms){up ? weight : NONE, NONE, down ? weight : NONE, NONE});
    }
}

static void box(struct grid *g, struct rect r, struct style s, enum weight weight)
{
    r = (struct rect){near(r.x), near(r.y), near(r.w), near(r.h)};
    if (r.w < 2 || r.h < 2)
        return;
    across(g, r.x, r.y, r.w, s, weight, false);
    across(g, r.x, r.y + r.h - 1, r.w, s, weight, false);
    along(g, r.x, r.y, r.h, s, weight, false);
    along(g, r.x + r.w - 1, r.y, r.h, s, weight, false);
}

void grid_box(struct grid *g, struct rect r, struct style s)
{
    box(g, r, s, LIGHT);
}

void grid_box_heavy(struct grid *g, struct rect r, struct style s)
{
    box(g, r, s, HEAVY);
}

void grid_hline(struct grid *g, int x, int y, int w, struct style s)
{
    across(g, near(x), near(y), near(w), s, LIGHT, true);
}

void grid_vline(struct grid *g, int x, int y, int h, struct style s)
{
    along(g, near(x), near(y), near(h), s, LIGHT, true);
}
