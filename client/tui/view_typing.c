/* A text with carets in it: one's own is the terminal's cursor; another person's is a cell in their colour, with their
 * initials in a free place beside it, so that no character is ever hidden. Selections: one's own has a background,
 * others' are underlined in their colour. */
#include <string.h>

#include "client/tui/typing_private.h"
#include "client/tui/views.h"
#include "client/tui/wrap.h"
#include "common/utf8.h"

struct sheet {
    struct ui *ui;
    struct grid *g;
    struct rect r;
    const struct text *text;
    struct wrap w;
    size_t top;
    int above; /* lines above r that are kept free for initials */
};

/* A cell is left free at the right for the caret behind a full line. */
static int wrap_width(int width)
{
    return width > 1 ? width - 1 : 1;
}

int typing_rows_most(struct ui *ui, int width, int max_rows)
{
    const struct text *text = typing_text(ui);
    size_t most = max_rows > 0 ? (size_t)max_rows : 1;
    return text != NULL ? (int)wrap_count(text->bytes, text->len_bytes, wrap_width(width), most) : 1;
}

/* ---- places */

static bool is_shown(const struct sheet *s, size_t line)
{
    return line >= s->top && line < s->top + (size_t)s->r.h;
}

static int row_of(const struct sheet *s, size_t line)
{
    return s->r.y + (int)(line - s->top);
}

/* Cells of [from, to) in a line; a line break within counts as one cell. False: none. */
static bool cells_in_line(const struct sheet *s, size_t at, uint32_t from, uint32_t to, int *x, int *w)
{
    const struct wrap_line *line = &s->w.at[at];
    uint32_t end = line->at_points + line->len_points;
    size_t placed;
    int first = 0, last = (int)line->cells;
    if (to <= line->at_points || from > end || (from == end && !line->hard))
        return false;
    if (from > line->at_points && from < end)
        wrap_place(&s->w, s->text->bytes, from, &placed, &first);
    else if (from >= end)
        first = (int)line->cells;
    if (to < end)
        wrap_place(&s->w, s->text->bytes, to, &placed, &last);
    else if (to > end && line->hard)
        last++;
    *x = first;
    *w = last - first;
    return last > first;
}

static void tint(struct sheet *s, uint32_t from, uint32_t to, struct style look)
{
    for (size_t i = s->top; i < s->w.n && is_shown(s, i) && from < to; i++) {
        int x, w;
        if (cells_in_line(s, i, from, to, &x, &w))
            grid_tint(s->g, (struct rect){s->r.x + x, row_of(s, i), w, 1}, look);
    }
}

/* ---- carets of others */

static bool is_free(const struct sheet *s, int x, int y, int w)
{
    if (y < s->r.y - s->above || y >= s->r.y + s->r.h || x < s->r.x || x + w > s->r.x + s->r.w)
        return false;
    for (int i = 0; i < w; i++) {
        const struct cell *cell = grid_at(s->g, x + i, y);
        if (cell == NULL || strcmp(cell->bytes, " ") != 0 || (cell->style.attrs & ATTR_REVERSE) != 0)
            return false;
    }
    return true;
}

static bool put_initials(struct sheet *s, const struct ui_person *p, const char *initials, int x, int y)
{
    if (!is_free(s, x, y, (int)utf8_width(initials, strlen(initials))))
        return false;
    grid_put(s->g, x, y, style_on(ui_person_role(p->author), ROLE_TEXT, ATTR_REVERSE), initials);
    return true;
}

/* Whose caret it is: beside it, above it, below it, or behind its line, wherever nothing stands. */
static void draw_initials(struct sheet *s, const struct ui_person *p, int x, int y, size_t line)
{
    const char *initials = ui_initials(s->ui, p->author);
    int back = (int)utf8_width(initials, strlen(initials)) - 1;
    if (put_initials(s, p, initials, x + 1, y) || put_initials(s, p, initials, x, y - 1) ||
        put_initials(s, p, initials, x - back, y - 1) || put_initials(s, p, initials, x, y + 1) ||
        put_initials(s, p, initials, x - back, y + 1))
        return;
    for (int end = s->r.x + (int)s->w.at[line].cells + 1; end < s->r.x + s->r.w; end++) {
        if (put_initials(s, p, initials, end, y))
            return;
    }
}

static void draw_person(struct sheet *s, const struct ui_person *p)
{
    uint32_t len = s->text->len_points;
    uint32_t caret = text_snap(s->text, p->caret < len ? p->caret : len);
    uint32_t anchor = text_snap(s->text, p->anchor < len ? p->anchor : len);
    enum role role = ui_person_role(p->author);
    size_t line;
    int cell;
    tint(s, caret < anchor ? caret : anchor, caret < anchor ? anchor : caret,
         style_on(role, ROLE_TEXT, ATTR_UNDERLINE));
    wrap_place(&s->w, s->text->bytes, caret, &line, &cell);
    if (!is_shown(s, line))
        return;
    int x = s->r.x + cell, y = row_of(s, line);
    const struct cell *under = grid_at(s->g, x, y);
    int w = under != NULL && under->width == 2 ? 2 : 1;
    grid_tint(s->g, (struct rect){x, y, w, 1}, style_on(role, ROLE_TEXT, ATTR_REVERSE));
    draw_initials(s, p, x, y, line);
}

static void draw_people(struct sheet *s, uint64_t object, const char *key)
{
    for (size_t i = 0; i < UI_PEOPLE; i++) {
        const struct ui_person *p = &s->ui->people[i];
        if (p->session != 0 && p->editing && !p->away && p->object == object && strcmp(p->key, key) == 0)
            draw_person(s, p);
    }
}

/* ---- the text */

static void draw_lines(struct sheet *s, struct style look)
{
    for (size_t i = s->top; i < s->w.n && is_shown(s, i); i++) {
        const struct wrap_line *line = &s->w.at[i];
        grid_fit(s->g, s->r.x, row_of(s, i), s->r.w, look, s->text->bytes + line->at_bytes, line->len_bytes);
    }
}

static int is_own_text(const struct ui *ui, uint64_t object, const char *key)
{
    return ui->open_card != 0 && ui->open_card == object && key[0] == '\0';
}

/* The opened card leaves a line above its text. */
static struct rect with_above(const struct sheet *s)
{
    return (struct rect){s->r.x, s->r.y - s->above, s->r.w, s->r.h + s->above};
}

/* What is typed stands on a background of its own; where there are few colours that would be underlined, which is what
 * others' selections are. */
static struct style look_of(const struct ui *ui, bool typed)
{
    enum role under = ui->open_card != 0 ? ROLE_OVERLAY : ROLE_TEXT;
    return style_on(ROLE_TEXT, typed && ui->theme.palette == PALETTE_256 ? ROLE_FIELD : under, 0);
}

void view_text(struct ui *ui, struct grid *g, struct rect r, uint64_t object, const char *key, const struct text *text,
               size_t top)
{
    struct sheet s = {.ui = ui, .g = g, .r = r, .text = text, .top = top, .above = is_own_text(ui, object, key)};
    if (r.w < 1 || r.h < 1)
        return;
    struct rect clip = grid_clip(g, with_above(&s));
    wrap_init(&s.w);
    wrap_text(&s.w, text->bytes, text->len_bytes, wrap_width(r.w), top + (size_t)r.h + 1);
    draw_lines(&s, look_of(ui, false));
    draw_people(&s, object, key);
    wrap_fini(&s.w);
    grid_unclip(g, clip);
}

/* The first line that is shown: as before, unless the caret would be out of sight. */
static size_t settle_top(const struct sheet *s, size_t top, size_t caret_line)
{
    size_t h = (size_t)s->r.h, last = s->w.n > h ? s->w.n - h : 0;
    if (top > last)
        top = last;
    if (caret_line < top)
        return caret_line;
    return caret_line >= top + h ? caret_line - h + 1 : top;
}

static void leave_regions(const struct sheet *s)
{
    for (int y = 0; y < s->r.h; y++) {
        size_t line = s->top + (size_t)y;
        if (line >= s->w.n)
            line = s->w.n - 1;
        grid_hit(s->g, (struct rect){s->r.x, s->r.y + y, s->r.w, 1}, HIT_TEXT, s->w.at[line].at_points, (uint32_t)line);
    }
}

void view_typing(struct ui *ui, struct grid *g, struct rect r)
{
    struct typing *t = &ui->typing;
    const struct text *text = typing_settle(ui);
    struct sheet s = {.ui = ui, .g = g, .r = r, .text = text, .above = is_own_text(ui, t->object, t->key)};
    size_t line;
    int cell;
    uint32_t from, to;
    if (text == NULL || r.w < 1 || r.h < 1)
        return;
    struct rect clip = grid_clip(g, with_above(&s));
    wrap_init(&s.w);
    wrap_text(&s.w, text->bytes, text->len_bytes, wrap_width(r.w), 0);
    wrap_place(&s.w, text->bytes, t->caret, &line, &cell);
    /* What up, down and the next drawing need to know of this one. */
    t->top = s.top = settle_top(&s, t->top, line);
    t->width = wrap_width(r.w);
    t->height = r.h;
    grid_fill(g, r, look_of(ui, true));
    draw_lines(&s, look_of(ui, true));
    typing_selection(t, &from, &to);
    tint(&s, from, to, style_on(ROLE_SELECTION, ROLE_SELECTION, 0));
    draw_people(&s, t->object, t->key);
    leave_regions(&s);
    if (is_shown(&s, line))
        grid_cursor(g, r.x + cell, row_of(&s, line), true);
    wrap_fini(&s.w);
    grid_unclip(g, clip);
}
