/* A graph: beside the list of players, what the focused one gives and gets, by the kinds of link; and below, if there is
 * room, who gives to whom as a table of numbers. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/view_lines.h"
#include "common/utf8.h"

enum { NAME_CELLS = 16, MATRIX_MOST = 40 };

struct link_line {
    const char *kind, *other;
    bool out;
};

static const char *first_line(struct ui *ui, const struct card *card)
{
    const char *end = strchr(card->text.bytes, '\n');
    size_t len = end != NULL ? (size_t)(end - card->text.bytes) : card->text.len_bytes;
    const char *text = words_line(ui, card->text.bytes, utf8_offset(card->text.bytes, len, 120));
    return text[0] ? text : "(no text yet)";
}

static int by_kind(const void *a, const void *b)
{
    const struct link_line *x = a, *y = b;
    if (x->out != y->out)
        return x->out ? -1 : 1;
    int order = strcmp(x->kind, y->kind);
    return order ? order : strcmp(x->other, y->other);
}

/* Links of a card, what goes out first; from ui->words. */
static size_t links_of(struct ui *ui, const struct card *card, struct link_line **out)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n = 0;
    *out = arena_calloc(&ui->words, 2 * (size_t)HASH_COUNT(canvas->links) + 1, sizeof **out);
    for (const struct object *o = canvas->links; o != NULL && *out != NULL; o = o->hh.next) {
        const struct link_object *link = (const struct link_object *)o;
        if (!link_visible(canvas, link))
            continue;
        const struct card *from = canvas_card(canvas, link->from), *to = canvas_card(canvas, link->to);
        if (link->from == card->o.id && to != NULL)
            (*out)[n++] = (struct link_line){link->kind, first_line(ui, to), true};
        if (link->to == card->o.id && from != NULL)
            (*out)[n++] = (struct link_line){link->kind, first_line(ui, from), false};
    }
    if (*out != NULL)
        qsort(*out, n, sizeof **out, by_kind);
    return n;
}

const char *graph_words(struct ui *ui, const struct card *card)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t out = 0, in = 0;
    for (const struct object *o = canvas->links; o != NULL; o = o->hh.next) {
        const struct link_object *link = (const struct link_object *)o;
        bool shows = link_visible(canvas, link);
        out += shows && link->from == card->o.id;
        in += shows && link->to == card->o.id;
    }
    const char *fields = ui_fields_line(ui, card);
    return ui_printf(ui, "%s %zu %s %zu%s%s", sign(ui, SIGN_RIGHT), out, sign(ui, SIGN_LEFT), in, fields[0] ? "   " : "",
                     fields);
}

/* One line a kind: "→ money   Retailer, Ministry". Returns the rows used. */
static int draw_kinds(struct ui *ui, struct grid *g, struct rect r, const struct link_line *lines, size_t n, bool out)
{
    int y = r.y;
    for (size_t i = 0; i < n && y < r.y + r.h;) {
        const char *others = "", *kind = lines[i].kind;
        bool mine = lines[i].out == out;
        for (; i < n && lines[i].out == (mine ? out : !out) && strcmp(lines[i].kind, kind) == 0; i++)
            others = ui_printf(ui, "%s%s%s", others, others[0] ? ", " : "", lines[i].other);
        if (!mine)
            continue;
        grid_put(g, r.x, y, style(ROLE_LINK), sign(ui, out ? SIGN_RIGHT : SIGN_LEFT));
        (void)grid_fit(g, r.x + 2, y, 12, style(ROLE_LINK), kind, strlen(kind));
        y += most(1, view_lines(g, (struct rect){r.x + 15, y, r.w - 15, most(1, least(3, r.y + r.h - y))},
                                style(ROLE_TEXT), others));
    }
    return y - r.y;
}

static int draw_side(struct ui *ui, struct grid *g, struct rect r, const struct link_line *lines, size_t n, bool out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += lines[i].out == out;
    if (r.h < 1)
        return 0;
    int used = grid_put(g, r.x, r.y, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), out ? "Gives" : "Gets");
    grid_put(g, r.x + used + 2, r.y, style(ROLE_DIM), count ? words_printf(ui, "%zu", count) : "nothing");
    return 2 + draw_kinds(ui, g, (struct rect){r.x, r.y + 1, r.w, r.h - 1}, lines, n, out);
}

static int draw_player(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    struct link_line *lines;
    size_t n = links_of(ui, card, &lines);
    const char *name = first_line(ui, card), *key = ui_key(ui, ACTION_LINK);
    int y = r.y;
    (void)grid_fit(g, r.x, y, r.w, style_on(ROLE_BORDER_FOCUS, ROLE_TEXT, ATTR_BOLD), name, strlen(name));
    y += 2;
    y += draw_side(ui, g, (struct rect){r.x, y, r.w, r.y + r.h - y}, lines, n, true);
    y += draw_side(ui, g, (struct rect){r.x, y, r.w, r.y + r.h - y}, lines, n, false);
    if (key[0] && ui_may_edit(ui) && !panel_in_past(ui) && y < r.y + r.h) {
        const char *text = words_printf(ui, "%s says what this one gives to another.", key);
        (void)grid_fit(g, r.x, y++, r.w, style(ROLE_DIM), text, strlen(text));
    }
    return y - r.y;
}

/* ---- who gives to whom */

static size_t index_of(struct card *const *cards, size_t n, uint64_t id)
{
    size_t i = 0;
    while (i < n && cards[i]->o.id != id)
        i++;
    return i;
}

static void draw_matrix_row(struct ui *ui, struct grid *g, struct rect r, struct card *const *cards, size_t n, size_t row,
                            const unsigned *links)
{
    bool focused = cards[row]->o.id == ui->card;
    const char *name = words_printf(ui, "%2zu %s", row + 1, first_line(ui, cards[row]));
    struct style s = focused ? style_on(ROLE_BORDER_FOCUS, ROLE_TEXT, ATTR_BOLD) : style(ROLE_TEXT);
    (void)grid_fit(g, r.x, r.y, NAME_CELLS, s, name, strlen(name));
    for (size_t k = 0; k < n; k++) {
        unsigned count = links[row * n + k];
        const char *text = count ? words_printf(ui, "%3u", count) : k == row ? "  \\" : "  .";
        grid_put(g, r.x + NAME_CELLS + (int)k * 3, r.y, count ? style_on(ROLE_LINK, ROLE_TEXT, ATTR_BOLD) : style(ROLE_DIM),
                 text);
    }
}

static void draw_matrix(struct ui *ui, struct grid *g, struct rect r)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct card **cards;
    size_t n = ui_cards_in_order(ui, &cards);
    if (n < 2 || n > MATRIX_MOST || r.w < NAME_CELLS + (int)n * 3 || r.h < (int)n + 3)
        return;
    unsigned *links = xcalloc(n * n, sizeof *links);
    for (const struct object *o = canvas->links; o != NULL; o = o->hh.next) {
        const struct link_object *link = (const struct link_object *)o;
        size_t from = index_of(cards, n, link->from), to = index_of(cards, n, link->to);
        if (from < n && to < n && link_visible(canvas, link))
            links[from * n + to]++;
    }
    grid_put(g, r.x, r.y, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), "Gives to");
    for (size_t k = 0; k < n; k++)
        grid_put(g, r.x + NAME_CELLS + (int)k * 3, r.y, style(ROLE_DIM), words_printf(ui, "%3zu", k + 1));
    for (size_t i = 0; i < n; i++)
        draw_matrix_row(ui, g, (struct rect){r.x, r.y + 1 + (int)i, r.w, 1}, cards, n, i, links);
    free(links);
}

void view_graph(struct ui *ui, struct grid *g, struct rect r)
{
    struct rect old = grid_clip(g, r), in = {r.x + 2, r.y + 1, r.w - 4, r.h - 2};
    const struct card *card = ui_focused_card(ui);
    grid_box(g, r, style(ROLE_BORDER));
    int used = 0;
    if (card != NULL) {
        used = draw_player(ui, g, in, card);
    } else {
        static const char text[] = "Go to a player to see what it gives and gets.";
        (void)grid_fit(g, in.x, in.y, in.w, style(ROLE_DIM), text, sizeof text - 1);
        used = 1;
    }
    draw_matrix(ui, g, (struct rect){in.x, in.y + used + 1, in.w, in.h - used - 1});
    grid_unclip(g, old);
}
