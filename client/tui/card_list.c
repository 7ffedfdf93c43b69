/* The cards of one block in a rectangle. The more room there is, the more of each card is shown: blank rows between
 * whole texts, then whole texts, then their first lines, then one line each, and if that is still too much, as many as
 * fit from the card at which the block is scrolled. Nothing is wrapped that cannot be visible, so the number of cards
 * does not matter. */
#include "client/tui/view_parts.h"

#include <string.h>

enum { ROWS_SHORT = 12, ROWS_FULL = 16, ROWS_FULL_LEAST = 4 };

/* ---- places in a block */

uint32_t list_alive(const struct block *block, uint32_t index, int step)
{
    for (int64_t i = index; i >= 0 && i < block->n_cards; i += step)
        if (block->cards[i]->deleted_seq == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}

static int compare_places(const struct card *a, const struct card *b)
{
    int order = strcmp(a->order_key, b->order_key);
    return order ? order : (a->o.id > b->o.id) - (a->o.id < b->o.id);
}

uint32_t list_index(const struct block *block, const struct card *card)
{
    uint32_t from = 0, to = block->n_cards;
    if (card->block != block)
        return UINT32_MAX;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (compare_places(block->cards[middle], card) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < block->n_cards && block->cards[from] == card ? from : UINT32_MAX;
}

uint32_t list_alive_before(const struct block *block, uint32_t index)
{
    if (block->n_alive == block->n_cards)
        return index;
    uint32_t n = 0;
    for (uint32_t i = 0; i < index && i < block->n_cards; i++)
        n += block->cards[i]->deleted_seq == 0;
    return n;
}

static uint32_t next_alive(const struct block *block, uint32_t index)
{
    return index + 1 < block->n_cards ? list_alive(block, index + 1, 1) : UINT32_MAX;
}

static uint32_t previous_alive(const struct block *block, uint32_t index)
{
    return index > 0 ? list_alive(block, index - 1, -1) : UINT32_MAX;
}

/* ---- how the cards are shown */

int list_rows(struct ui *ui, const struct card_list *l, uint32_t index)
{
    const struct card *card = l->block->cards[index];
    if (l->how == CARD_ROW)
        return 1;
    return card_rows_in(ui, card, l->how, l->r.w, card_typed_here(ui, card) ? l->r.h : l->max_rows);
}

/* Rows of all cards if they are cut to `limit` each. */
static int rows_with(const struct ui *ui, const struct card_list *l, const int *rows, int gap, int limit)
{
    int sum = 0, n = 0;
    for (uint32_t i = list_alive(l->block, 0, 1); i != UINT32_MAX; i = next_alive(l->block, i), n++)
        sum += card_typed_here(ui, l->block->cards[i]) ? rows[n] : least(rows[n], limit);
    return sum + gap * most(0, n - 1);
}

static void plan_short(struct ui *ui, struct card_list *l)
{
    static const struct {
        int gap, limit;
    } ways[] = {{1, ROWS_SHORT}, {0, ROWS_SHORT}, {0, 8}, {0, 6}, {0, 5}, {0, 4}, {0, 3}, {0, 2}, {0, 1}};
    l->max_rows = ROWS_SHORT;
    int *rows = arena_calloc(&ui->words, l->block->n_alive + 1u, sizeof *rows), n = 0;
    for (uint32_t i = list_alive(l->block, 0, 1); rows && i != UINT32_MAX; i = next_alive(l->block, i))
        rows[n++] = list_rows(ui, l, i);
    for (size_t i = 0; rows && i < sizeof ways / sizeof ways[0] && !l->fits; i++) {
        l->gap = ways[i].gap;
        l->max_rows = ways[i].limit;
        l->fits = rows_with(ui, l, rows, l->gap, l->max_rows) <= l->r.h;
    }
}

static void plan_full(struct ui *ui, struct card_list *l)
{
    int sum = 0;
    l->gap = 1;
    l->max_rows = most(ROWS_FULL_LEAST, least(ROWS_FULL, l->r.h / 2));
    for (uint32_t i = list_alive(l->block, 0, 1); i != UINT32_MAX && sum <= l->r.h + 1; i = next_alive(l->block, i))
        sum += list_rows(ui, l, i) + l->gap;
    l->fits = sum - l->gap <= l->r.h;
}

/* Index of the first visible card, from where the block is scrolled. */
static uint32_t first_of(const struct ui *ui, const struct block *block)
{
    uint64_t top = ui_scroll_top(ui, block->o.id);
    const struct card *card = top ? canvas_card(panel_canvas(ui), top) : NULL;
    uint32_t index = card ? list_index(block, card) : 0;
    if (index == UINT32_MAX)
        index = 0;
    uint32_t found = list_alive(block, index, 1);
    if (found == UINT32_MAX && block->n_cards > 0)
        found = list_alive(block, block->n_cards - 1, -1);
    return found == UINT32_MAX ? 0 : found;
}

void list_plan(struct ui *ui, struct card_list *l, const struct block *block, struct rect r, enum card_style how)
{
    *l = (struct card_list){.block = block, .r = r, .how = how, .max_rows = 1};
    if (block->n_alive == 0 || r.h <= 0) {
        l->fits = block->n_alive == 0;
        return;
    }
    if (block->n_alive <= (uint32_t)r.h) {
        l->fits = how == CARD_ROW;
        if (how == CARD_SHORT)
            plan_short(ui, l);
        else if (how == CARD_FULL)
            plan_full(ui, l);
    } else if (how == CARD_FULL) {
        l->gap = 1;
        l->max_rows = most(ROWS_FULL_LEAST, least(ROWS_FULL, r.h / 2));
    }
    l->first = l->fits ? list_alive(block, 0, 1) : first_of(ui, block);
    if (!l->fits && r.h > 1)
        l->r.h--; /* the row that says how many more there are */
}

/* ---- scrolling */

/* The earliest first card with which `last` is visible as a whole. */
static uint32_t first_for(struct ui *ui, const struct card_list *l, uint32_t last)
{
    uint32_t first = last;
    for (int sum = list_rows(ui, l, last);;) {
        uint32_t before = previous_alive(l->block, first);
        if (before == UINT32_MAX)
            return first;
        sum += list_rows(ui, l, before) + l->gap;
        if (sum > l->r.h)
            return first;
        first = before;
    }
}

/* Whether the card at index is visible as a whole; first <= index. */
static bool is_visible(struct ui *ui, const struct card_list *l, uint32_t index)
{
    int sum = 0;
    for (uint32_t i = l->first; i != UINT32_MAX && sum <= l->r.h; i = next_alive(l->block, i)) {
        sum += list_rows(ui, l, i);
        if (i == index)
            return sum <= l->r.h;
        sum += l->gap;
    }
    return false;
}

/* At the end of the list less than half of the room is used: what is above comes down. */
static bool is_bare(struct ui *ui, const struct card_list *l)
{
    int sum = 0;
    for (uint32_t i = l->first; i != UINT32_MAX && sum < l->r.h / 2; i = next_alive(l->block, i))
        sum += list_rows(ui, l, i) + l->gap;
    return sum < l->r.h / 2;
}

void list_settle(struct ui *ui, struct card_list *l)
{
    const struct card *focus = ui->card ? canvas_card(panel_canvas(ui), ui->card) : NULL;
    if (l->fits && ui_scroll_top(ui, l->block->o.id))
        ui_scroll_to(ui, l->block->o.id, 0);
    if (l->fits || l->block->n_alive == 0 || l->r.h <= 0)
        return;
    if (is_bare(ui, l))
        l->first = first_for(ui, l, list_alive(l->block, l->block->n_cards - 1, -1));
    uint32_t index = focus && focus->deleted_seq == 0 ? list_index(l->block, focus) : UINT32_MAX;
    if (index != UINT32_MAX && index < l->first)
        l->first = index;
    else if (index != UINT32_MAX && !is_visible(ui, l, index))
        l->first = first_for(ui, l, index);
    bool at_start = previous_alive(l->block, l->first) == UINT32_MAX;
    uint64_t top = at_start ? 0 : l->block->cards[l->first]->o.id;
    if (top != ui_scroll_top(ui, l->block->o.id))
        ui_scroll_to(ui, l->block->o.id, top);
}

/* ---- drawing */

void list_draw_more(struct ui *ui, struct grid *g, const struct card_list *l, uint32_t next)
{
    uint32_t more = next == UINT32_MAX ? 0 : l->block->n_alive - list_alive_before(l->block, next);
    if (more == 0 || l->fits)
        return;
    const char *text = words_printf(ui, "+%u more %s", more, sign(ui, SIGN_DOWN));
    grid_fit(g, l->r.x + (l->r.w >= 24 ? 3 : 2), l->r.y + l->r.h, l->r.w - 2, style(ROLE_DIM), text, strlen(text));
}

void list_draw(struct ui *ui, struct grid *g, const struct card_list *l)
{
    int bottom = l->r.y + l->r.h, y = l->r.y;
    uint32_t i = l->block->n_alive ? l->first : UINT32_MAX;
    for (; i != UINT32_MAX && y < bottom; i = next_alive(l->block, i)) {
        int rows = least(list_rows(ui, l, i), bottom - y);
        card_draw_in(ui, g, (struct rect){l->r.x, y, l->r.w, rows}, l->block->cards[i], l->how, rows);
        y += rows + l->gap;
    }
    list_draw_more(ui, g, l, i);
}
