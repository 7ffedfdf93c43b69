/* What one looks at: the focus, marks, scrolling; and keeping them on what is there when others change the canvas. */
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/ui.h"
#include "common/buf.h"

const struct canvas *ui_view(const struct ui *ui)
{
    return ui->replica ? replica_view(ui->replica) : NULL;
}

bool ui_may_edit(const struct ui *ui)
{
    return ui->replica && ui->role >= COCANVAS__ROLE__EDITOR && replica_client(ui->replica) != 0;
}

bool ui_may_comment(const struct ui *ui)
{
    return ui->replica && ui->role >= COCANVAS__ROLE__COMMENTER && replica_client(ui->replica) != 0;
}

/* A card that is alive in what is shown. */
static struct card *card_at(const struct ui *ui, uint64_t id)
{
    const struct canvas *canvas = id ? panel_canvas(ui) : NULL;
    struct card *card = canvas ? canvas_card(canvas, id) : NULL;
    return card && card->deleted_seq == 0 ? card : NULL;
}

static struct block *block_at(const struct ui *ui, uint64_t id)
{
    const struct canvas *canvas = id ? panel_canvas(ui) : NULL;
    struct block *block = canvas ? canvas_block(canvas, id) : NULL;
    return block && !block->deleted && !block_hidden(block) ? block : NULL;
}

struct card *ui_focused_card(const struct ui *ui)
{
    return card_at(ui, ui->card);
}

struct block *ui_focused_block(const struct ui *ui)
{
    return block_at(ui, ui->block);
}

size_t ui_comment_count(const struct ui *ui, uint64_t object)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n = 0;
    for (const struct object *o = canvas ? canvas->comments : NULL; o; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;
        n += comment->object == object && comment->deleted_seq == 0;
    }
    return n;
}

/* ---- the focus */

/* How many living cards stand before it in its block. */
static uint32_t index_of(const struct card *card)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < card->block->n_cards && card->block->cards[i] != card; i++)
        n += card->block->cards[i]->deleted_seq == 0;
    return n;
}

static struct card *card_at_index(const struct block *block, uint32_t index)
{
    struct card *last = NULL;
    for (uint32_t i = 0; i < block->n_cards; i++) {
        if (block->cards[i]->deleted_seq)
            continue;
        last = block->cards[i];
        if (index-- == 0)
            break;
    }
    return last;
}

/* Cards between the range's beginning and the focus are marked, as one reads them. */
static void extend_range(struct ui *ui, uint64_t to)
{
    struct card **cards;
    size_t n = ui_cards_in_order(ui, &cards), from = n, old = n, new = n;

    for (size_t i = 0; i < n; i++) {
        if (cards[i]->o.id == ui->range_from)
            from = i;
        if (cards[i]->o.id == ui->range_to)
            old = i;
        if (cards[i]->o.id == to)
            new = i;
    }
    if (from == n || new == n)
        return;
    for (size_t i = 0; i < n; i++) {
        bool was = old < n && ((i >= from && i <= old) || (i <= from && i >= old));
        bool is = (i >= from && i <= new) || (i <= from && i >= new);
        if (was || is)
            ui_mark(ui, cards[i]->o.id, is);
    }
    ui->range_to = to;
}

static void set_focus(struct ui *ui, uint64_t block, const struct card *card)
{
    uint64_t id = card ? card->o.id : 0;
    if (ui->block != block || ui->card != id)
        ui->dirty = true;
    if (ui->block != block)
        ui->table_column = 0;
    ui->block = block;
    ui->card = id;
    ui->card_index = card ? index_of(card) : 0;
}

void ui_focus(struct ui *ui, uint64_t block, uint64_t card)
{
    const struct card *there = card_at(ui, card);

    if (there && block_hidden(there->block)) /* a part is shown with its card */
        there = ui_whole_card(panel_canvas(ui), canvas_card(panel_canvas(ui), card));
    if (there)
        block = there->block->o.id;
    if (!block_at(ui, block))
        return;
    ui->following = 0;
    set_focus(ui, block, there);
    if (ui->range_from && there)
        extend_range(ui, there->o.id);
}

void ui_jump(struct ui *ui, uint64_t block, uint64_t card)
{
    uint64_t from_block = ui->block, from_card = ui->card;
    ui_focus(ui, block, card);
    if (ui->block != from_block || ui->card != from_card) {
        ui->last_block = from_block;
        ui->last_card = from_card;
    }
}

bool ui_go(struct ui *ui, uint64_t object)
{
    const struct card *card = card_at(ui, object);
    if (!card && !block_at(ui, object))
        return false;
    ui_jump(ui, card ? card->block->o.id : object, card ? object : 0);
    return true;
}

/* ---- after others' changes */

static void settle_block(struct ui *ui, const struct canvas *canvas)
{
    struct block **blocks;
    if (block_at(ui, ui->block))
        return;
    blocks = canvas_blocks_in_order(canvas, NULL);
    set_focus(ui, blocks[0] ? blocks[0]->o.id : 0, NULL);
    free(blocks);
}

/* The focused card is gone from its block: the one that has taken its place, else the last one. */
static struct card *stand_in(const struct ui *ui, const struct canvas *canvas)
{
    struct card *gone = canvas_card(canvas, ui->card);
    struct block *block = block_at(ui, ui->block);

    if (!block)
        return NULL;
    if (gone && gone->deleted_seq && gone->block == block)
        return card_next_alive(gone) ? card_next_alive(gone) : card_prev_alive(gone);
    return card_at_index(block, ui->card_index);
}

/* A card that somebody takes to another block takes the focus along where both blocks are in sight, or while one types
 * in it; elsewhere the screen would jump away. */
static void settle_card(struct ui *ui, const struct canvas *canvas)
{
    struct card *card = card_at(ui, ui->card);
    bool seen = card && !block_hidden(card->block); /* it may have become a part, or its block hidden */
    bool along = ui->layout == LAYOUT_CANVAS || ui->card == ui->typing.object || ui->card == ui->open_card;

    if (ui->card == 0)
        return;
    if (seen && (card->block->o.id == ui->block || along))
        set_focus(ui, card->block->o.id, card);
    else
        set_focus(ui, ui->block, stand_in(ui, canvas));
}

static size_t keep_alive(const struct ui *ui, uint64_t *ids, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (card_at(ui, ids[i]))
            ids[kept++] = ids[i];
    return kept;
}

void ui_settle(struct ui *ui)
{
    const struct canvas *canvas = panel_canvas(ui);

    if (!canvas) {
        ui->block = ui->card = 0;
        ui->n_marked = 0;
        return;
    }
    settle_card(ui, canvas);
    settle_block(ui, canvas);
    if (panel_in_past(ui)) /* marks and cut cards are the present's */
        return;
    ui->n_marked = keep_alive(ui, ui->marked, ui->n_marked);
    ui->n_cut = keep_alive(ui, ui->cut, ui->n_cut);
    if (ui->carrying && ui->n_cut == 0)
        ui->carrying = false;
    if (ui->range_from && !card_at(ui, ui->range_from))
        ui->range_from = ui->range_to = 0;
    if (ui->dragging && !card_at(ui, ui->dragging))
        ui->dragging = 0;
}

/* ---- marks */

static size_t mark_place(const struct ui *ui, uint64_t card)
{
    size_t low = 0, high = ui->n_marked;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ui->marked[middle] < card)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool ui_marked(const struct ui *ui, uint64_t card)
{
    size_t at = mark_place(ui, card);
    return at < ui->n_marked && ui->marked[at] == card;
}

void ui_mark(struct ui *ui, uint64_t card, bool on)
{
    size_t at = mark_place(ui, card);
    bool is = at < ui->n_marked && ui->marked[at] == card;

    if (is == on || (on && !card_at(ui, card)))
        return;
    ui->dirty = true;
    if (!on) {
        ui->n_marked--;
        memmove(ui->marked + at, ui->marked + at + 1, (ui->n_marked - at) * sizeof *ui->marked);
        return;
    }
    if (ui->n_marked == ui->cap_marked) {
        ui->cap_marked = ui->cap_marked ? ui->cap_marked * 2 : 16;
        ui->marked = xrealloc(ui->marked, ui->cap_marked * sizeof *ui->marked);
    }
    memmove(ui->marked + at + 1, ui->marked + at, (ui->n_marked - at) * sizeof *ui->marked);
    ui->marked[at] = card;
    ui->n_marked++;
}

void ui_unmark_all(struct ui *ui)
{
    ui->dirty = ui->dirty || ui->n_marked;
    ui->n_marked = 0;
    ui->range_from = ui->range_to = 0;
}

size_t ui_cards_in_order(struct ui *ui, struct card ***cards)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n_blocks, n = 0;
    struct block **blocks;

    *cards = NULL;
    if (!canvas)
        return 0;
    blocks = canvas_blocks_in_order(canvas, &n_blocks);
    *cards = arena_calloc(&ui->words, canvas->n_cards + 1, sizeof **cards);
    ASSERT(*cards);
    for (size_t i = 0; i < n_blocks; i++)
        for (uint32_t j = 0; j < blocks[i]->n_cards; j++)
            if (blocks[i]->cards[j]->deleted_seq == 0)
                (*cards)[n++] = blocks[i]->cards[j];
    free(blocks);
    return n;
}

size_t ui_targets(struct ui *ui, uint64_t **ids)
{
    const struct card *one = card_at(ui, ui->open_card ? ui->open_card : ui->card);
    struct card **cards;
    size_t n, found = 0;

    *ids = arena_calloc(&ui->words, ui->n_marked + 1, sizeof **ids);
    ASSERT(*ids);
    if (ui->open_card || ui->n_marked == 0) {
        (*ids)[0] = one ? one->o.id : 0;
        return one ? 1 : 0;
    }
    n = ui_cards_in_order(ui, &cards);
    for (size_t i = 0; i < n; i++)
        if (ui_marked(ui, cards[i]->o.id))
            (*ids)[found++] = cards[i]->o.id;
    return found;
}

size_t ui_keep_subjects(struct ui *ui)
{
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids);
    free(ui->subjects);
    ui->subjects = xmalloc((n + 1) * sizeof *ui->subjects);
    memcpy(ui->subjects, ids, n * sizeof *ids);
    ui->n_subjects = n;
    return n;
}

size_t ui_subjects(struct ui *ui, uint64_t **ids)
{
    ui->n_subjects = keep_alive(ui, ui->subjects, ui->n_subjects);
    *ids = arena_calloc(&ui->words, ui->n_subjects + 1, sizeof **ids);
    ASSERT(*ids);
    for (size_t i = 0; i < ui->n_subjects; i++)
        (*ids)[i] = ui->subjects[i];
    return ui->n_subjects;
}

/* ---- scrolling */

static struct ui_scroll *scroll_of(const struct ui *ui, uint64_t block)
{
    for (size_t i = 0; i < ui->n_scrolls; i++)
        if (ui->scrolls[i].block == block)
            return &ui->scrolls[i];
    return NULL;
}

uint64_t ui_scroll_top(const struct ui *ui, uint64_t block)
{
    const struct canvas *canvas = panel_canvas(ui);
    const struct ui_scroll *scroll = scroll_of(ui, block);
    struct card *top;

    if (!scroll || !canvas || scroll->top == 0)
        return 0;
    top = canvas_card(canvas, scroll->top);
    if (!top || top->block->o.id != block)
        top = canvas_card(canvas, scroll->below);
    if (!top || top->block->o.id != block)
        return 0;
    if (top->deleted_seq) /* a tombstone keeps its place: the card behind it is the first visible one */
        top = card_next_alive(top) ? card_next_alive(top) : card_prev_alive(top);
    return top ? top->o.id : 0;
}

void ui_scroll_to(struct ui *ui, uint64_t block, uint64_t card)
{
    const struct card *top = card_at(ui, card);
    const struct card *below = top ? card_next_alive(top) : NULL;
    struct ui_scroll *scroll = scroll_of(ui, block);

    if (!scroll && ui->n_scrolls == ui->cap_scrolls) {
        ui->cap_scrolls = ui->cap_scrolls ? ui->cap_scrolls * 2 : 16;
        ui->scrolls = xrealloc(ui->scrolls, ui->cap_scrolls * sizeof *ui->scrolls);
    }
    if (!scroll)
        scroll = &ui->scrolls[ui->n_scrolls++];
    scroll->block = block;
    scroll->top = top ? card : 0;
    scroll->below = below ? below->o.id : 0;
}
