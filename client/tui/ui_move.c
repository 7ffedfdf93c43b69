/* Moving about on a canvas, see actions_move.h. While cards are carried ("move"), the arrows go from block to block. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/tui/entry.h"
#include "client/tui/ui_private.h"
#include "client/tui/view_parts.h"

static enum ui_layout layout_now(const struct ui *ui)
{
    return layout_effective(ui, layout_parts(ui).body);
}

static struct card *first_alive(const struct block *block)
{
    struct card *card = block && block->n_cards ? block->cards[0] : NULL;
    return card && card->deleted_seq ? card_next_alive(card) : card;
}

static struct card *last_alive(const struct block *block)
{
    struct card *card = block && block->n_cards ? block->cards[block->n_cards - 1] : NULL;
    return card && card->deleted_seq ? card_prev_alive(card) : card;
}

static struct block *block_of(const struct ui *ui, uint64_t id)
{
    const struct canvas *canvas = panel_canvas(ui);
    return canvas && id ? canvas_block(canvas, id) : NULL;
}

static uint64_t id_of(const struct card *card)
{
    return card ? card->o.id : 0;
}

/* The block before or after in filling order, 0: there is none. wrap: the first one follows the last one. */
static uint64_t block_beside(const struct ui *ui, int step, bool wrap)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n = 0, at = 0;
    struct block **blocks = canvas ? canvas_blocks_in_order(canvas, &n) : NULL;
    uint64_t found = 0;

    while (at < n && blocks[at]->o.id != ui->block)
        at++;
    if (at < n && step > 0 && (wrap || at + 1 < n))
        found = blocks[(at + 1) % n]->o.id;
    else if (at < n && step < 0 && (wrap || at > 0))
        found = blocks[(at + n - 1) % n]->o.id;
    free(blocks);
    return found;
}

/* The block itself has the focus in the overview; where one block is read, its first card has. */
static void enter_block(struct ui *ui, uint64_t block, bool jump)
{
    uint64_t card = 0;
    if (block == 0)
        return;
    if (layout_now(ui) != LAYOUT_CANVAS && !ui->carrying) {
        card = ui_scroll_top(ui, block);
        if (card == 0)
            card = id_of(first_alive(block_of(ui, block)));
    }
    if (jump)
        ui_jump(ui, block, card);
    else
        ui_focus(ui, block, card);
}

/* ---- arrows */

/* How far the focus is below the first visible card of its block. */
static uint32_t row_of_focus(const struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    uint64_t top = ui_scroll_top(ui, ui->block);
    uint32_t n = 0;

    for (card = card ? card_prev_alive(card) : NULL; card; card = card_prev_alive(card)) {
        n++;
        if (card->o.id == top)
            return n;
    }
    return top && n ? 0 : n;
}

/* Into the block beside, at about the same height. */
static void go_beside(struct ui *ui, int dx)
{
    uint64_t block = layout_neighbour(ui, ui->block, dx, 0);
    const struct block *to = block_of(ui, block);
    uint32_t rows = ui->card ? row_of_focus(ui) : 0;
    struct card *card = NULL;

    if (!to)
        return;
    if (ui->card && !ui->carrying) {
        const struct canvas *canvas = panel_canvas(ui);
        card = canvas_card(canvas, ui_scroll_top(ui, block));
        card = card ? card : first_alive(to);
        while (card && rows-- > 0 && card_next_alive(card))
            card = card_next_alive(card);
    } else if (layout_now(ui) != LAYOUT_CANVAS) {
        enter_block(ui, block, false);
        return;
    }
    ui_focus(ui, block, id_of(card));
}

static void go_across(struct ui *ui, int dx)
{
    if (layout_now(ui) == LAYOUT_TABLE && !ui->carrying)
        ui_table_across(ui, dx);
    else if (layout_now(ui) == LAYOUT_LANES && !ui->carrying)
        ui_lanes_across(ui, dx);
    else
        go_beside(ui, dx);
}

/* Tables and lanes have an order of their own. */
static bool steps_otherwise(struct ui *ui, int step)
{
    enum ui_layout layout = layout_now(ui);
    if (ui->carrying || (layout != LAYOUT_TABLE && layout != LAYOUT_LANES))
        return false;
    if (layout == LAYOUT_TABLE)
        ui_table_step(ui, step);
    else
        ui_lanes_step(ui, step);
    return true;
}

/* One block is all that is shown: its ends are ends. */
static bool one_block_only(const struct ui *ui)
{
    enum ui_layout layout = layout_now(ui);
    return layout == LAYOUT_BLOCK || layout == LAYOUT_TABLE;
}

static void go_down(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct card *next = card ? card_next_alive(card) : first_alive(ui_focused_block(ui));

    if (next && !ui->carrying)
        ui_focus(ui, ui->block, next->o.id);
    else if (ui->carrying || !one_block_only(ui))
        ui_focus(ui, layout_neighbour(ui, ui->block, 0, 1), 0);
}

static void go_up(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    uint64_t above;

    if (card && !ui->carrying) {
        ui_focus(ui, ui->block, id_of(card_prev_alive(card)));
    } else if (ui->carrying || !one_block_only(ui)) {
        above = layout_neighbour(ui, ui->block, 0, -1);
        if (above)
            ui_focus(ui, above, ui->carrying ? 0 : id_of(last_alive(block_of(ui, above))));
    }
}

void ui_run_left(struct ui *ui)
{
    go_across(ui, -1);
}

void ui_run_right(struct ui *ui)
{
    go_across(ui, 1);
}

void ui_run_down(struct ui *ui)
{
    if (!steps_otherwise(ui, 1))
        go_down(ui);
}

void ui_run_up(struct ui *ui)
{
    if (!steps_otherwise(ui, -1))
        go_up(ui);
}

/* ---- blocks */

void ui_run_next_block(struct ui *ui)
{
    enter_block(ui, block_beside(ui, 1, true), false);
}

void ui_run_previous_block(struct ui *ui)
{
    enter_block(ui, block_beside(ui, -1, true), false);
}

static void go_to_number(struct ui *ui, size_t number)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n = 0;
    struct block **blocks = canvas ? canvas_blocks_in_order(canvas, &n) : NULL;

    if (number > 0 && number <= n)
        enter_block(ui, blocks[number - 1]->o.id, true);
    else
        ui_say(ui, ROLE_TEXT, n == 1 ? "There is only one block." : "There are only %zu blocks.", n);
    free(blocks);
}

static void number_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    char *end;
    unsigned long number = strtoul(line, &end, 10);
    struct block *block;
    const char *why;

    (void)choice, (void)object;
    if (end != line && *end == '\0')
        go_to_number(ui, number);
    else if (find_block(&ui->words, panel_canvas(ui), line, &block, &why) == STATUS_OK)
        enter_block(ui, block->o.id, true);
    else
        ui_say(ui, ROLE_WARN, "%s", why);
}

void ui_run_go_block(struct ui *ui)
{
    if (ui->key.kind == INPUT_CHARACTER && ui->key.point >= '1' && ui->key.point <= '9')
        go_to_number(ui, ui->key.point - '0');
    else
        ask_line(ui, "Which block? Its number or the beginning of its title", "", number_answered);
}

/* ---- far */

void ui_run_first_card(struct ui *ui)
{
    if (layout_now(ui) == LAYOUT_TABLE)
        ui_table_edge(ui, false);
    else
        ui_jump(ui, ui->block, id_of(first_alive(ui_focused_block(ui))));
}

void ui_run_last_card(struct ui *ui)
{
    if (layout_now(ui) == LAYOUT_TABLE)
        ui_table_edge(ui, true);
    else
        ui_jump(ui, ui->block, id_of(last_alive(ui_focused_block(ui))));
}

/* Cards that were visible of the focused block. */
static size_t visible_cards(const struct ui *ui)
{
    const struct canvas *canvas = panel_canvas(ui);
    size_t n = 0;
    for (size_t i = 0; canvas && i < ui->n_hits; i++) {
        const struct card *card = ui->hits[i].kind == HIT_CARD ? canvas_card(canvas, ui->hits[i].id) : NULL;
        n += card && card->block->o.id == ui->block;
    }
    return n;
}

static void go_by(struct ui *ui, size_t n, bool down)
{
    struct card *card = ui_focused_card(ui);

    if (layout_now(ui) == LAYOUT_TABLE) {
        ui_table_step(ui, down ? (int)n : -(int)n);
        return;
    }
    if (!card && down)
        card = first_alive(ui_focused_block(ui));
    for (; card && n > 0; n--) {
        struct card *next = down ? card_next_alive(card) : card_prev_alive(card);
        if (!next)
            break;
        card = next;
    }
    if (card)
        ui_focus(ui, ui->block, card->o.id);
}

void ui_run_half_down(struct ui *ui)
{
    go_by(ui, visible_cards(ui) / 2 + 1, true);
}

void ui_run_half_up(struct ui *ui)
{
    go_by(ui, visible_cards(ui) / 2 + 1, false);
}

static void go_page(struct ui *ui, int direction)
{
    struct rect body = layout_parts(ui).body;
    if (layout_now(ui) == LAYOUT_TABLE && ui_focused_block(ui)) {
        ui_table_step(ui, direction * table_page(ui, ui_focused_block(ui), layout_inner(ui, body)));
        return;
    }
    uint64_t card = layout_page(ui, direction);
    if (card)
        ui_focus(ui, ui->block, card);
    else
        go_by(ui, visible_cards(ui) + 1, direction > 0);
}

void ui_run_page_down(struct ui *ui)
{
    go_page(ui, 1);
}

void ui_run_page_up(struct ui *ui)
{
    go_page(ui, -1);
}

void ui_run_jump_back(struct ui *ui)
{
    uint64_t block = ui->last_block, card = ui->last_card;
    if (!block_of(ui, block))
        ui_say(ui, ROLE_TEXT, "You have not jumped from anywhere.");
    else
        ui_jump(ui, block, card);
}

/* ---- opening, and ways of looking */

void ui_run_open(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);

    const struct field *field = card && !ui->carrying ? ui_table_field(ui) : NULL;

    if (ui->carrying)
        ui_put_carried(ui);
    else if (field)
        entry_begin(ui, card->o.id, field);
    else if (card)
        pane_open(ui, card->o.id);
    else if (!ui_focused_block(ui))
        ui_say(ui, ROLE_TEXT, "There is no block to open.");
    else if (ui->layout != LAYOUT_BLOCK && layout_now(ui) != LAYOUT_TABLE)
        ui_run_zoom(ui);
    else if (first_alive(ui_focused_block(ui)))
        ui_run_first_card(ui);
    else
        ui_say(ui, ROLE_TEXT, "Nothing here yet: %s makes the first card.", ui_key(ui, ACTION_NEW_CARD));
}

void ui_run_leave(struct ui *ui)
{
    ui_step_back(ui, true);
}

static void show_as(struct ui *ui, enum ui_layout layout)
{
    ui->layout = layout;
    if (layout_now(ui) != LAYOUT_CANVAS && layout_now(ui) != LAYOUT_LANES && ui->card == 0)
        ui_focus(ui, ui->block, id_of(first_alive(ui_focused_block(ui))));
}

static void toggle_layout(struct ui *ui, enum ui_layout layout)
{
    show_as(ui, ui->layout == layout ? LAYOUT_CANVAS : layout);
}

void ui_run_zoom(struct ui *ui)
{
    toggle_layout(ui, LAYOUT_BLOCK);
}

void ui_run_outline(struct ui *ui)
{
    toggle_layout(ui, LAYOUT_OUTLINE);
}

void ui_run_table(struct ui *ui)
{
    toggle_layout(ui, LAYOUT_TABLE);
}

void ui_run_overview(struct ui *ui)
{
    show_as(ui, LAYOUT_CANVAS);
}

/* ---- people */

static void follow_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice < ui->choices.n)
        ui_follow(ui, (uint32_t)ui->choices.id[choice]);
}

void ui_run_follow(struct ui *ui)
{
    if (ui->following) {
        ui_follow(ui, 0);
        return;
    }
    ui_choices_clear(ui);
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session)
            (void)ui_choices_add(ui, ui->people[i].session, "%s", ui_person_name(ui, ui->people[i].author));
    if (ui->choices.n == 0)
        ui_say(ui, ROLE_TEXT, "Nobody else is here now.");
    else if (ui->choices.n == 1)
        ui_follow(ui, (uint32_t)ui->choices.id[0]);
    else
        ask_choice(ui, "Whom do you want to follow?", ui->choices.at, follow_answered);
}

/* For those who cannot see where the focus is, or lost it. */
void ui_run_where(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    const struct card *card = ui_focused_card(ui);

    if (!block)
        ui_say(ui, ROLE_TEXT, "%s: no blocks.", ui->canvas_name);
    else if (!card)
        ui_say(ui, ROLE_TEXT, "Block %s of %s: %u %s.", block->title, ui->canvas_name, block->n_alive,
               block->n_alive == 1 ? "card" : "cards");
    else
        ui_say(ui, ROLE_TEXT, "Card %s in %s, %u of %u: %s; %u %s, %zu %s.", id_text(&ui->words, card->o.id),
               block->title, ui->card_index + 1, block->n_alive, ui_card_words(ui, card->o.id), card->n_votes,
               card->n_votes == 1 ? "vote" : "votes", ui_comment_count(ui, card->o.id),
               ui_comment_count(ui, card->o.id) == 1 ? "comment" : "comments");
}
