/* The canvas as one column: each block with its title, its prompt and its cards, then the next one. It scrolls as a
 * whole; the block that is scrolled into keeps its title in the first row. The place is kept as an object (a block's
 * title or a card), so that what others do above it moves nothing. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/view_lines.h"
#include "common/rights.h"

enum { CARD_LINES = 8, READABLE = 116, PROMPT_LINES = 3, LARGE_MARGIN = 6 };

/* A place in the outline: a block's head, or one of its cards. */
struct place {
    size_t block;
    uint32_t card; /* index; UINT32_MAX: the head */
};

struct outline_view {
    struct ui *ui;
    const struct canvas *canvas;
    struct block **blocks; /* owned */
    size_t n;
    enum canvas_kind kind;
    int w, h;
};

static bool is_current(const struct block *block)
{
    const struct value *section = props_get(&block->props, "section");
    return section && section->text && strcmp(section->text, "current") == 0;
}

static void view_init(struct outline_view *v, struct ui *ui, struct rect r)
{
    *v = (struct outline_view){.ui = ui, .canvas = panel_canvas(ui), .w = r.w, .h = r.h};
    v->kind = canvas_kind(v->canvas);
    v->blocks = canvas_blocks_in_order(v->canvas, &v->n);
    for (size_t i = 1; v->kind == CANVAS_TEXT && i < v->n; i++) /* what is to be said comes first */
        for (size_t j = i; j > 0 && is_current(v->blocks[j]) && !is_current(v->blocks[j - 1]); j--) {
            struct block *before = v->blocks[j - 1];
            v->blocks[j - 1] = v->blocks[j];
            v->blocks[j] = before;
        }
}

static const struct card *card_at(const struct outline_view *v, struct place p)
{
    return p.card == UINT32_MAX ? NULL : v->blocks[p.block]->cards[p.card];
}

static uint64_t object_at(const struct outline_view *v, struct place p)
{
    const struct card *card = card_at(v, p);
    return card ? card->o.id : v->blocks[p.block]->o.id;
}

static bool go_next(const struct outline_view *v, struct place *p)
{
    const struct block *block = v->blocks[p->block];
    uint32_t from = p->card == UINT32_MAX ? 0 : p->card + 1;
    uint32_t next = from < block->n_cards ? list_alive(block, from, 1) : UINT32_MAX;
    if (next == UINT32_MAX && p->block + 1 >= v->n)
        return false;
    if (next == UINT32_MAX)
        p->block++;
    p->card = next;
    return true;
}

static bool go_back(const struct outline_view *v, struct place *p)
{
    if (p->card != UINT32_MAX) {
        p->card = p->card > 0 ? list_alive(v->blocks[p->block], p->card - 1, -1) : UINT32_MAX;
        return true;
    }
    if (p->block == 0)
        return false;
    const struct block *block = v->blocks[--p->block];
    p->card = block->n_cards ? list_alive(block, block->n_cards - 1, -1) : UINT32_MAX;
    return true;
}

/* The place of an object, found without looking at all of them; false: it is not there. */
static bool find_place(const struct outline_view *v, uint64_t object, struct place *p)
{
    const struct card *card = canvas_card(v->canvas, object);
    const struct block *block = card ? card->block : canvas_block(v->canvas, object);
    for (size_t i = 0; block && i < v->n; i++) {
        if (v->blocks[i] != block)
            continue;
        uint32_t at = card ? list_index(block, card) : UINT32_MAX, alive = at;
        if (card && at != UINT32_MAX)
            alive = list_alive(block, at, 1);
        if (card && at != UINT32_MAX && alive == UINT32_MAX)
            alive = list_alive(block, at, -1);
        *p = (struct place){i, alive};
        return true;
    }
    return false;
}

static struct place top_place(const struct outline_view *v)
{
    struct place p, top = {0, UINT32_MAX};
    const struct card *card = canvas_card(v->canvas, v->ui->outline.top);
    bool left = card && card->block->o.id != v->ui->outline.block;
    if (find_place(v, left ? v->ui->outline.below : v->ui->outline.top, &p))
        top = p;
    return top;
}

/* ---- rows */

static int text_width(const struct outline_view *v)
{
    return most(1, least(v->w - 5, READABLE));
}

static int prompt_rows(const struct outline_view *v, const struct block *block)
{
    const char *text = words_line(v->ui, block->prompt, strlen(block->prompt));
    return text[0] ? (int)wrap_count(text, strlen(text), text_width(v), PROMPT_LINES) : 0;
}

/* The current wording of a text is drawn large, in a frame of its own. */
static bool is_large(const struct outline_view *v, const struct card *card)
{
    return v->kind == CANVAS_TEXT && is_current(card->block) && v->w >= 24;
}

static int large_rows(const struct outline_view *v, const struct card *card)
{
    int w = text_width(v) - LARGE_MARGIN, room = most(4, v->h - 4);
    if (card_typed_here(v->ui, card))
        return least(room, typing_rows(v->ui, w) + 4);
    return least(room, (int)wrap_count(card->text.bytes, card->text.len_bytes, w - 1, (size_t)room) + 4);
}

/* What its fields say, in a row below the card; "" nothing. */
static const char *line_below(const struct outline_view *v, const struct card *card)
{
    if (v->kind == CANVAS_GRAPH)
        return graph_words(v->ui, card);
    if (v->kind != CANVAS_SCORES)
        return ui_fields_line(v->ui, card);
    return scores_words(v->ui, card);
}

static int card_lines(const struct outline_view *v, const struct card *card)
{
    if (is_large(v, card))
        return large_rows(v, card);
    return card_rows_in(v->ui, card, CARD_SHORT, least(v->w, READABLE + 4), CARD_LINES) +
           (line_below(v, card)[0] != '\0');
}

/* Rows of what stands at a place, with the blank row behind a block. */
static int rows_at(const struct outline_view *v, struct place p)
{
    const struct block *block = v->blocks[p.block];
    const struct card *card = card_at(v, p);
    struct place next = p;
    bool more = go_next(v, &next);
    int blank = more && next.block == p.block ? 0 : 1;
    if (card)
        return card_lines(v, card) + blank;
    return 1 + prompt_rows(v, block) + (block->n_alive ? 0 : 1);
}

/* ---- scrolling */

static bool comes_before(struct place a, struct place b)
{
    uint32_t x = a.card == UINT32_MAX ? 0 : a.card + 1, y = b.card == UINT32_MAX ? 0 : b.card + 1;
    return a.block < b.block || (a.block == b.block && x < y);
}

/* Rows below the title that stays, if the list begins with a card. */
static int room_from(struct place first, int h)
{
    return first.card == UINT32_MAX ? h : h - 1;
}

static bool visible_from(const struct outline_view *v, struct place first, struct place to, int h)
{
    int sum = 0, room = room_from(first, h);
    for (struct place p = first; sum < room && !comes_before(to, p);) {
        int rows = rows_at(v, p);
        if (!comes_before(p, to))
            return sum + rows - 1 <= room; /* the blank row behind it may be cut off */
        sum += rows;
        if (!go_next(v, &p))
            break;
    }
    return false;
}

/* The earliest beginning from which `to` is visible as a whole. */
static struct place first_for(const struct outline_view *v, struct place to, int h)
{
    struct place first = to, before = to;
    int sum = rows_at(v, to);
    while (go_back(v, &before)) {
        sum += rows_at(v, before);
        if (sum > room_from(before, h))
            break;
        first = before;
    }
    return first;
}

static void scroll_to(const struct outline_view *v, struct place first)
{
    struct place below = first;
    bool at_start = first.block == 0 && first.card == UINT32_MAX;
    v->ui->outline.top = at_start ? 0 : object_at(v, first);
    v->ui->outline.block = v->blocks[first.block]->o.id;
    v->ui->outline.below = go_next(v, &below) ? object_at(v, below) : 0;
}

void outline_settle(struct ui *ui, struct rect r)
{
    struct outline_view v;
    struct place to;
    view_init(&v, ui, r);
    if (v.n > 0) {
        struct place first = top_place(&v);
        bool found = find_place(&v, ui->card ? ui->card : ui->block, &to) || find_place(&v, ui->block, &to);
        if (found && comes_before(to, first))
            first = to;
        else if (found && !visible_from(&v, first, to, r.h))
            first = first_for(&v, to, r.h);
        scroll_to(&v, first);
    }
    free(v.blocks);
}

bool outline_wheel(struct ui *ui, struct rect r, int n)
{
    struct outline_view v;
    view_init(&v, ui, r);
    bool moved = false;
    if (v.n > 0) {
        struct place first = top_place(&v), to;
        for (int i = 0; i < abs(n); i++)
            moved |= n > 0 ? go_next(&v, &first) : go_back(&v, &first);
        scroll_to(&v, first);
        if (find_place(&v, ui->card ? ui->card : ui->block, &to)) {
            while (!comes_before(to, first) && !visible_from(&v, first, to, r.h) && go_back(&v, &to))
                continue;
            if (comes_before(to, first))
                to = first;
            const struct card *card = card_at(&v, to);
            ui_focus(ui, v.blocks[to.block]->o.id, card ? card->o.id : 0);
        }
        ui->dirty = true;
    }
    free(v.blocks);
    return moved;
}

/* ---- drawing */

static void draw_title(const struct outline_view *v, struct grid *g, struct rect r, const struct block *block,
                       size_t number)
{
    struct ui *ui = v->ui;
    bool focused = ui->block == block->o.id;
    const char *title = words_line(ui, block->title, strlen(block->title));
    const char *count = words_count(ui, block->n_alive, "card", "cards");
    if (rights_locked(block))
        count = words_printf(ui, "locked %s %s", sign(ui, SIGN_DOT), count);
    int x = r.x + 1, w = least(r.w - 2, READABLE + 2), right = words_width(count);
    grid_fill(g, (struct rect){r.x, r.y, r.w, 1}, style(ROLE_TEXT));
    grid_hit(g, (struct rect){r.x, r.y, r.w, 1}, HIT_BLOCK, block->o.id, 0);
    int used = grid_put(g, x, r.y, style(ROLE_DIM), number < 10 ? words_printf(ui, "%zu ", number) : "");
    struct style s = style_on(focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT, ATTR_BOLD);
    if (focused && ui->card == 0 && !ui->typing.object) {
        s = style_on(ROLE_TITLE, ROLE_FOCUS, ATTR_BOLD);
        grid_put(g, r.x, r.y, style_on(ROLE_BORDER_FOCUS, ROLE_TEXT, ATTR_BOLD), sign(ui, SIGN_FOCUS));
        grid_cursor(g, x + used, r.y, false);
    }
    used += grid_fit(g, x + used, r.y, w - used - right - 3, s, title, strlen(title));
    if (w - used - right - 3 > 2)
        grid_hline(g, x + used + 1, r.y, w - used - right - 2, style(focused ? ROLE_BORDER_FOCUS : ROLE_BORDER));
    grid_put(g, x + w - right, r.y, style(ROLE_DIM), count);
}

static void draw_large(const struct outline_view *v, struct grid *g, struct rect r, const struct card *card)
{
    struct ui *ui = v->ui;
    bool focused = ui->card == card->o.id;
    struct rect box = {r.x + 1, r.y, least(r.w - 2, text_width(v) + 2), r.h};
    struct rect text = {box.x + 4, box.y + 2, text_width(v) - LARGE_MARGIN, box.h - 4};
    grid_hit(g, box, HIT_CARD, card->o.id, 0);
    if (focused)
        grid_box_heavy(g, box, style(ROLE_BORDER_FOCUS));
    else
        grid_box(g, box, style(ROLE_BORDER));
    if (card_typed_here(ui, card)) {
        view_typing(ui, g, text);
        return;
    }
    if (card->text.len_points == 0)
        grid_put(g, text.x, text.y, style(ROLE_DIM), "Nothing written yet.");
    view_lines(g, (struct rect){text.x, text.y, text.w - 1, text.h}, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD),
               card->text.bytes);
    if (focused)
        grid_cursor(g, text.x, text.y, false);
}

static void draw_card(const struct outline_view *v, struct grid *g, struct rect r, const struct card *card)
{
    if (is_large(v, card)) {
        draw_large(v, g, (struct rect){r.x, r.y, r.w, least(r.h, large_rows(v, card))}, card);
        return;
    }
    struct rect place = {r.x, r.y, least(r.w, READABLE + 4), r.h};
    place.h = least(r.h, card_rows_in(v->ui, card, CARD_SHORT, place.w, CARD_LINES));
    card_draw_in(v->ui, g, place, card, CARD_SHORT, least(CARD_LINES, place.h));
    const char *below = line_below(v, card);
    if (below[0] == '\0' || place.h >= r.h)
        return;
    struct rect line = {place.x, place.y + place.h, place.w, 1};
    grid_fit(g, line.x + 3, line.y, line.w - 4, style(ROLE_DIM), below, strlen(below));
    grid_hit(g, line, HIT_CARD, card->o.id, 0);
}

static void draw_place(const struct outline_view *v, struct grid *g, struct rect r, struct place p)
{
    const struct block *block = v->blocks[p.block];
    const struct card *card = card_at(v, p);
    if (card) {
        draw_card(v, g, r, card);
        return;
    }
    draw_title(v, g, r, block, p.block + 1);
    block_prompt(v->ui, g, (struct rect){r.x + 3, r.y + 1, text_width(v), r.h - 1}, block,
                 least(r.h - 1, prompt_rows(v, block)));
}

void view_outline(struct ui *ui, struct grid *g, struct rect r)
{
    struct outline_view v;
    struct rect old = grid_clip(g, r);
    counts_begin(ui, panel_canvas(ui));
    view_init(&v, ui, r);
    if (v.n > 0) {
        struct place p = top_place(&v);
        int y = r.y, bottom = r.y + r.h;
        if (p.card != UINT32_MAX)
            draw_title(&v, g, (struct rect){r.x, y++, r.w, 1}, v.blocks[p.block], p.block + 1);
        do {
            draw_place(&v, g, (struct rect){r.x, y, r.w, bottom - y}, p);
            y += rows_at(&v, p);
        } while (y < bottom && go_next(&v, &p));
    } else {
        const char *text = "This canvas has no blocks yet.";
        grid_fit(g, r.x + 2, r.y + 1, r.w - 4, style(ROLE_DIM), text, strlen(text));
    }
    free(v.blocks);
    counts_end(ui);
    grid_unclip(g, old);
}
