/* Scrolling: to the focus, by the wheel, by pages; and where a dragged card would land. */
#include "client/tui/view_parts.h"

#include <stdlib.h>

/* The list that shows a block's cards where the block is drawn on the canvas; false: it is not drawn. */
static bool list_on_canvas(struct ui *ui, const struct canvas *canvas, const struct block *block, struct rect r,
                           struct card_list *l)
{
    size_t n, number = block_number(canvas, block, &n);
    struct rect *rects = xcalloc(n + 1, sizeof *rects);
    bool there = number > 0 && layout_blocks(canvas, r, rects, n);
    if (there)
        list_plan(ui, l, block, box_inside(rects[number - 1]), CARD_SHORT);
    free(rects);
    return there;
}

/* The list of a block as it is drawn now; false in layouts that scroll as a whole. */
static bool list_of(struct ui *ui, const struct block *block, struct card_list *l)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct rect body = layout_parts(ui).body, r = layout_inner(ui, body);
    enum ui_layout layout = layout_effective(ui, body);
    if (layout == LAYOUT_CANVAS)
        return list_on_canvas(ui, canvas, block, r, l);
    if (layout != LAYOUT_BLOCK)
        return false;
    list_plan(ui, l, block, block_cards(ui, block, blocks_beside(r), true), CARD_FULL);
    return true;
}

void layout_settle(struct ui *ui)
{
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    const struct block *block = canvas ? layout_focus(ui, canvas) : NULL;
    if (!block)
        return;
    struct rect body = layout_parts(ui).body, r = layout_inner(ui, body);
    struct card_list list;
    counts_begin(ui, canvas);
    enum ui_layout layout = layout_effective(ui, body);
    if (layout_is_outline(layout))
        outline_settle(ui, layout_list(layout, r));
    else if (layout == LAYOUT_LANES)
        lanes_settle(ui, r);
    else if (list_of(ui, block, &list))
        list_settle(ui, &list);
    if (layout == LAYOUT_TABLE)
        table_settle(ui, block, r);
    counts_end(ui);
}

/* The n-th alive card from index, or the last one on the way. */
static uint32_t walk(const struct block *block, uint32_t index, int n)
{
    int step = n < 0 ? -1 : 1;
    for (; n != 0; n -= step) {
        if (step < 0 && index == 0)
            break;
        uint32_t next = list_alive(block, index + (uint32_t)step, step);
        if (next == UINT32_MAX)
            break;
        index = next;
    }
    return index;
}

/* The first and last card that the list shows as a whole. */
static void visible(struct ui *ui, const struct card_list *l, uint32_t *first, uint32_t *last)
{
    int sum = 0;
    *first = *last = l->first;
    for (uint32_t i = l->first; i != UINT32_MAX;) {
        sum += list_rows(ui, l, i);
        if (sum > l->r.h)
            return;
        *last = i;
        sum += l->gap;
        i = i + 1 < l->block->n_cards ? list_alive(l->block, i + 1, 1) : UINT32_MAX;
    }
}

/* The focus stays among what is visible. */
static void pull_focus(struct ui *ui, const struct card_list *l)
{
    uint32_t first, last, at;
    const struct card *focus = ui->card ? canvas_card(panel_canvas(ui), ui->card) : NULL;
    if (!focus || (at = list_index(l->block, focus)) == UINT32_MAX)
        return;
    visible(ui, l, &first, &last);
    if (at < first || at > last)
        ui_focus(ui, l->block->o.id, l->block->cards[at < first ? first : last]->o.id);
}

/* The block under a place of the last drawing. */
static const struct block *block_under(const struct ui *ui, int x, int y)
{
    const struct canvas *canvas = panel_canvas(ui);
    for (size_t i = ui->n_hits; canvas && i-- > 0;) {
        const struct hit *hit = &ui->hits[i];
        if (!rect_has(hit->rect, x, y))
            continue;
        if (hit->kind == HIT_BLOCK)
            return canvas_block(canvas, hit->id);
        if (hit->kind == HIT_CARD) {
            const struct card *card = canvas_card(canvas, hit->id);
            return card ? card->block : NULL;
        }
    }
    return NULL;
}

static bool wheel_list(struct ui *ui, struct card_list *l, int n)
{
    if (l->fits || l->block->n_alive == 0)
        return false;
    l->first = walk(l->block, l->first, n);
    bool at_start = list_alive_before(l->block, l->first) == 0;
    ui_scroll_to(ui, l->block->o.id, at_start ? 0 : l->block->cards[l->first]->o.id);
    pull_focus(ui, l);
    ui->dirty = true;
    return true;
}

bool layout_wheel(struct ui *ui, int x, int y, int n)
{
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    struct rect body = layout_parts(ui).body;
    struct card_list list;
    bool done = false;
    if (!canvas || !rect_has(body, x, y))
        return false;
    counts_begin(ui, canvas);
    enum ui_layout layout = layout_effective(ui, body);
    const struct block *block = layout == LAYOUT_CANVAS ? block_under(ui, x, y) : layout_focus(ui, canvas);
    if (layout_is_outline(layout))
        done = outline_wheel(ui, layout_list(layout, layout_inner(ui, body)), n);
    else if (layout == LAYOUT_TABLE && block)
        done = table_wheel(ui, block, layout_inner(ui, body), n);
    else if (block && list_of(ui, block, &list))
        done = wheel_list(ui, &list, n);
    counts_end(ui);
    return done;
}

uint64_t layout_page(struct ui *ui, int direction)
{
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    const struct block *block = canvas ? layout_focus(ui, canvas) : NULL;
    if (!block || block->n_alive == 0)
        return 0;
    struct rect body = layout_parts(ui).body;
    struct card_list list;
    int n = most(1, body.h / 3); /* cards of a page in the outline */
    counts_begin(ui, canvas);
    if (list_of(ui, block, &list)) {
        uint32_t first, last;
        visible(ui, &list, &first, &last);
        n = most(1, (int)(last - first));
    }
    counts_end(ui);
    const struct card *focus = ui->card ? canvas_card(canvas, ui->card) : NULL;
    uint32_t at = focus ? list_index(block, focus) : UINT32_MAX;
    if (at == UINT32_MAX)
        at = list_alive(block, 0, 1);
    at = walk(block, at, direction < 0 ? -n : n);
    return block->cards[at]->o.id;
}

/* ---- dragging */

bool layout_drop(const struct ui *ui, uint64_t card, int x, int y, uint64_t *block, uint64_t *after)
{
    const struct canvas *canvas = ui_view(ui);
    const struct block *to = canvas ? block_under(ui, x, y) : NULL;
    const struct card *dragged = canvas ? canvas_card(canvas, card) : NULL, *there = NULL;
    if (!to || to->deleted || !dragged)
        return false;
    for (size_t i = ui->n_hits; !there && i-- > 0;)
        if (ui->hits[i].kind == HIT_CARD && rect_has(ui->hits[i].rect, x, y))
            there = canvas_card(canvas, ui->hits[i].id);
    if (there && (there->block != to || there->deleted_seq))
        there = NULL;
    uint32_t last = to->n_cards ? list_alive(to, to->n_cards - 1, -1) : UINT32_MAX;
    const struct card *behind = last == UINT32_MAX ? NULL : to->cards[last];
    if (there) {
        /* from above in the same block the others move up: it comes behind the card there */
        bool down = dragged->block == to && list_index(to, dragged) <= list_index(to, there);
        behind = down ? there : card_prev_alive(there);
    }
    if (behind == dragged)
        behind = card_prev_alive(dragged);
    *block = to->o.id;
    *after = behind ? behind->o.id : 0;
    return true;
}
