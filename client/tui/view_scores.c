/* A matrix by scores: each card as its number where two of its values say, beside the list of them; cards that lack one
 * of the two are in the list only. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"

enum { SHIFTS = 9 };

struct plot {
    struct ui *ui;
    struct axis x, y;
    struct rect r;  /* of the points */
    bool *taken;    /* cells that show one; owned */
};

static int place_on(const struct axis *axis, double value, int room)
{
    double share = (value - axis->from) / (axis->to - axis->from);
    int at = (int)(share * (room - 1) + 0.5);
    return at < 0 ? 0 : at >= room ? room - 1 : at;
}

static bool is_free(const struct plot *p, int x, int y, int w)
{
    if (x < 0 || y < 0 || x + w > p->r.w || y >= p->r.h)
        return false;
    for (int i = 0; i < w; i++)
        if (p->taken[y * p->r.w + x + i])
            return false;
    return true;
}

/* Several at one place stand beside each other. */
static bool find_room(const struct plot *p, int *x, int *y, int w)
{
    static const int shifts[SHIFTS][2] = {{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {2, 0}, {-2, 0}, {1, 1}, {-1, 1}};
    for (int i = 0; i < SHIFTS; i++) {
        int to_x = least(*x + shifts[i][0] * (w + 1), p->r.w - w), to_y = *y + shifts[i][1];
        if (is_free(p, to_x, to_y, w)) {
            *x = to_x;
            *y = to_y;
            return true;
        }
    }
    return false;
}

static void draw_point(const struct plot *p, struct grid *g, const struct card *card, size_t number)
{
    struct ui *ui = p->ui;
    double value_x, value_y;
    enum role role;
    (void)color_mark(ui, card, &role);
    const char *text = words_printf(ui, "%zu", number);
    int w = words_width(text);
    if (!card_number(card, p->x.field, &value_x) || !card_number(card, p->y.field, &value_y))
        return;
    int x = place_on(&p->x, value_x, p->r.w), y = p->r.h - 1 - place_on(&p->y, value_y, p->r.h);
    x = least(x, p->r.w - w);
    bool focused = ui->card == card->o.id;
    bool room = find_room(p, &x, &y, w);
    if (!room && !focused)
        return;
    for (int i = 0; i < w; i++)
        p->taken[y * p->r.w + x + i] = true;
    struct style s = style_on(role == ROLE_DIM ? ROLE_TITLE : role, focused ? ROLE_FOCUS : ROLE_TEXT,
                              ATTR_BOLD | (focused ? ATTR_REVERSE : 0));
    grid_put(g, p->r.x + x, p->r.y + y, s, text);
    grid_hit(g, (struct rect){p->r.x + x, p->r.y + y, w, 1}, HIT_CARD, card->o.id, 0);
}

/* The focused one first: it has its own place. */
static void draw_points(struct plot *p, struct grid *g)
{
    struct card **cards;
    size_t n = ui_cards_in_order(p->ui, &cards);
    p->taken = xcalloc((size_t)p->r.w * (size_t)p->r.h + 1, sizeof *p->taken);
    for (int focused = 1; focused >= 0; focused--)
        for (size_t i = 0; i < n; i++)
            if ((cards[i]->o.id == p->ui->card) == focused)
                draw_point(p, g, cards[i], i + 1);
    free(p->taken);
}

static void put_right(struct grid *g, int right, int y, struct style s, const char *text)
{
    grid_put(g, right - words_width(text), y, s, text);
}

/* "little for us ──── Company potential ──── much for us" */
static void draw_across(struct ui *ui, struct grid *g, struct rect r, const struct axis *axis)
{
    const char *title = words_printf(ui, "%s %s", words_line(ui, axis->title, strlen(axis->title)), sign(ui, SIGN_RIGHT));
    (void)grid_fit(g, r.x, r.y, r.w / 3, style(ROLE_DIM), axis->low, strlen(axis->low));
    int used = words_width(axis->high) < r.w / 3 ? words_width(axis->high) : 0;
    if (used)
        put_right(g, r.x + r.w, r.y, style(ROLE_DIM), axis->high);
    int x = r.x + (r.w - words_width(title)) / 2;
    if (words_width(title) < r.w / 3 + 8)
        grid_put(g, x, r.y, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), title);
}

void axis_draw_x(struct ui *ui, struct grid *g, struct rect r)
{
    struct axis axis;
    axis_read(ui, "axis.x", &axis);
    draw_across(ui, g, r, &axis);
}

void axis_draw_y(struct ui *ui, struct grid *g, struct rect r, bool low)
{
    struct axis axis;
    axis_read(ui, "axis.y", &axis);
    const char *text = low ? ui_printf(ui, "%s %s", sign(ui, SIGN_DOWN), axis.low)
                           : ui_printf(ui, "%s %s", sign(ui, SIGN_UP), axis.title);
    int used = grid_fit(g, r.x, r.y, r.w, low ? style(ROLE_DIM) : style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), text,
                        strlen(text));
    if (!low && axis.high[0])
        (void)grid_fit(g, r.x + used + 2, r.y, r.w - used - 2, style(ROLE_DIM), axis.high, strlen(axis.high));
}

static void draw_middle(const struct plot *p, struct grid *g)
{
    struct style s = style(ROLE_BORDER);
    for (int x = 0; x < p->r.w; x += 2)
        grid_put(g, p->r.x + x, p->r.y + p->r.h / 2, s, p->ui->ascii ? "." : "·");
    for (int y = 0; y < p->r.h; y++)
        grid_put(g, p->r.x + p->r.w / 2, p->r.y + y, s, p->ui->ascii ? "." : "·");
}

void view_scores(struct ui *ui, struct grid *g, struct rect r)
{
    struct plot p = {.ui = ui, .r = {r.x + 1, r.y + 2, r.w - 2, r.h - 5}};
    struct rect old = grid_clip(g, r);
    axis_read(ui, "axis.x", &p.x);
    axis_read(ui, "axis.y", &p.y);
    if (p.r.w >= 8 && p.r.h >= 4 && p.x.field != NULL && p.y.field != NULL) {
        axis_draw_y(ui, g, (struct rect){r.x + 1, r.y, r.w - 2, 1}, false);
        grid_box(g, (struct rect){r.x, r.y + 1, r.w, r.h - 3}, style(ROLE_BORDER));
        draw_middle(&p, g);
        draw_points(&p, g);
        axis_draw_y(ui, g, (struct rect){r.x + 1, r.y + r.h - 2, r.w - 2, 1}, true);
        draw_across(ui, g, (struct rect){r.x + 1, r.y + r.h - 1, r.w - 2, 1}, &p.x);
    } else {
        static const char text[] = "The fields that place the cards are gone.";
        (void)grid_fit(g, r.x + 1, r.y, r.w - 2, style(ROLE_DIM), text, sizeof text - 1);
    }
    grid_unclip(g, old);
}

const char *scores_words(struct ui *ui, const struct card *card)
{
    struct axis x, y;
    double value_x, value_y;
    struct card **cards;
    size_t n = ui_cards_in_order(ui, &cards), at = 0;
    axis_read(ui, "axis.x", &x);
    axis_read(ui, "axis.y", &y);
    while (at < n && cards[at] != card)
        at++;
    if (x.field == NULL || y.field == NULL)
        return words_printf(ui, "%zu", at + 1);
    if (!card_number(card, x.field, &value_x) || !card_number(card, y.field, &value_y))
        return words_printf(ui, "%zu   no place yet", at + 1);
    return words_printf(ui, "%zu   %g × %g = %g", at + 1, value_x, value_y, value_x * value_y);
}
