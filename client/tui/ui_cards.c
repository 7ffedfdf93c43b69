/* Making, removing, moving and copying cards. One action is one undo step, however many cards it is about. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/entry.h"
#include "client/tui/kinds.h"
#include "client/tui/ui_private.h"
#include "client/tui/views.h"
#include "common/buf.h"
#include "common/text.h"

enum { COPY_BYTES = 4 << 20 };

static Cocanvas__Op **ops_room(struct ui *ui, size_t n)
{
    Cocanvas__Op **ops = arena_calloc(&ui->words, n + 1, sizeof(Cocanvas__Op *));
    ASSERT(ops);
    return ops;
}

static bool among(uint64_t id, const uint64_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* A key for "how to take it back", for messages. */
static const char *undo_hint(struct ui *ui)
{
    const char *key = ui_key(ui, ACTION_UNDO);
    return key[0] ? ui_printf(ui, " %s takes it back.", key) : "";
}

/* ---- new cards */

/* In lanes it belongs to the lane that has the focus. */
static bool new_card(struct ui *ui, uint64_t after)
{
    bool lanes = ui_in_lanes(ui);
    size_t lane = lanes ? ui_lanes_lane(ui) : 0;
    bool made = typing_new_card(ui, ui->block, after);
    if (made && lanes)
        ui_lanes_new_card(ui, lane);
    return made;
}

void ui_run_new_card(struct ui *ui)
{
    (void)new_card(ui, ui->card);
}

void ui_run_new_card_last(struct ui *ui)
{
    (void)new_card(ui, 0);
}

/* Behind the card above; at the block's beginning it is made at the end and moved, in one undo step. */
void ui_run_new_card_before(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct card *above = card ? card_prev_alive(card) : NULL;
    struct ops_place place = {.block = ui->block, .first = true};
    Cocanvas__Op *move;

    if (!new_card(ui, above ? above->o.id : 0) || above || !ui->typing.object)
        return;
    move = ops_card_move(&ui->words, ui->typing.object, &place);
    (void)ui_submit(ui, 1, &move, true);
}

bool ui_add_cards(struct ui *ui, const struct ui_line *lines, size_t n, uint64_t block, uint64_t after)
{
    Cocanvas__Op **ops = ops_room(ui, n);
    struct ops_place place = {.block = block};
    uint64_t first = 0;

    for (size_t i = 0; i < n; i++) {
        char *text = arena_strndup(&ui->words, lines[i].bytes, lines[i].len);
        ASSERT(text);
        place.after = i > 0 ? ops[i - 1]->card_create->id : after;
        ops[i] = ops_card_create(&ui->words, replica_next_id(ui->replica), &place, text);
        first = first ? first : ops[i]->card_create->id;
    }
    if (!ui_submit(ui, n, ops, false))
        return false;
    ui_focus(ui, block, first);
    return true;
}

void ui_run_edit(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct field *field = card ? ui_table_field(ui) : NULL;
    if (field)
        entry_begin(ui, card->o.id, field);
    else if (card)
        (void)typing_begin(ui, card->o.id, "", UINT32_MAX);
    else
        ui_say(ui, ROLE_WARN, "Put the focus on a card first.");
}

/* ---- removing, and bringing back */

void ui_run_remove(struct ui *ui)
{
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids);
    const char *words = ui_cards_words(ui, ids, n);
    Cocanvas__Op **ops = ops_room(ui, n);

    for (size_t i = 0; i < n; i++)
        ops[i] = ops_card_delete(&ui->words, ids[i]);
    if (ui_submit(ui, n, ops, false))
        ui_say(ui, ROLE_TEXT, "Removed %s.%s", words, undo_hint(ui));
}

static int by_deletion(const void *a, const void *b)
{
    const struct card *const *x = a, *const *y = b;
    if ((*x)->deleted_seq != (*y)->deleted_seq)
        return (*x)->deleted_seq < (*y)->deleted_seq ? 1 : -1;
    return (*x)->o.id < (*y)->o.id ? 1 : (*x)->o.id > (*y)->o.id ? -1 : 0;
}

static void restore_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t id = choice < ui->choices.n ? ui->choices.id[choice] : 0;
    (void)line, (void)object;
    if (id && ui_submit_one(ui, ops_card_restore(&ui->words, id)) && ui_go(ui, id))
        ui_say(ui, ROLE_GOOD, "%s is back.", ui_card_words(ui, id));
}

/* The latest ones; older ones are in the history. */
void ui_run_restore(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    struct card **cards = arena_calloc(&ui->words, (size_t)canvas->n_cards + 1, sizeof *cards);
    size_t n = 0;

    ASSERT(cards);
    for (struct object *o = canvas->cards; o; o = o->hh.next) {
        struct card *card = (struct card *)o;
        if (card->deleted_seq && !card->block->deleted && ui_whole_card(canvas, card))
            cards[n++] = card;
    }
    if (n == 0) {
        ui_say(ui, ROLE_TEXT, "No card has been removed.");
        return;
    }
    qsort(cards, n, sizeof(struct card *), by_deletion);
    ui_choices_clear(ui);
    for (size_t i = 0; i < n; i++)
        if (!ui_choices_add(ui, cards[i]->o.id, "%s in %s", ui_card_words(ui, cards[i]->o.id),
                            ui_shown_block(canvas, cards[i])->title))
            break;
    ask_choice(ui, "Which card shall come back?", ui->choices.at, restore_answered);
}

/* ---- copies */

/* What a card is made of besides its text: fields, properties, tags. Votes and comments are people's, and stay. */
static size_t copy_ops(struct ui *ui, const struct card *card, uint64_t id, Cocanvas__Op **ops)
{
    struct ops_place place = {.block = card->block->o.id, .after = card->o.id};
    size_t n = 0;

    ops[n] = ops_card_create(&ui->words, id, &place, card->text.bytes);
    for (uint32_t i = 0; i < card->n_tags; i++)
        ops_card_tag(&ui->words, ops[n], card->tags[i]);
    n++;
    for (uint32_t i = 0; i < card->props.n; i++)
        ops[n++] = ops_prop_set(&ui->words, id, card->props.at[i].key, &card->props.at[i].value);
    for (uint32_t i = 0; i < card->n_fields; i++) {
        const struct text *text = &card->fields[i].text;
        struct text_op op;
        text_op_init(&op);
        text_op_splice(&op, 0, 0, 0, text->bytes, text->len_bytes, text->len_points);
        ops[n] = ops_text_edit(&ui->words, id, card->fields[i].key, &op);
        n += ops[n] != NULL;
        text_op_fini(&op);
    }
    return n;
}

void ui_run_duplicate(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids), n_ops = 0;
    Cocanvas__Op **ops = ops_room(ui, n * (1 + PROPS_MAX + FIELDS_MAX));

    for (size_t i = 0; i < n; i++)
        n_ops += copy_ops(ui, canvas_card(canvas, ids[i]), replica_next_id(ui->replica), ops + n_ops);
    if (!ui_submit(ui, n_ops, ops, false))
        return;
    ui_unmark_all(ui);
    (void)ui_go(ui, ops[0]->card_create->id);
    ui_say(ui, ROLE_TEXT, "Copied %s.%s", ui_cards_words(ui, ids, n), undo_hint(ui));
}

static void copy_texts(struct ui *ui, const uint64_t *ids, size_t n)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct buf out;

    buf_init(&out);
    for (size_t i = 0; i < n; i++) {
        const struct card *card = canvas_card(canvas, ids[i]);
        if (i > 0)
            buf_add(&out, "\n", 1);
        buf_add(&out, card->text.bytes, card->text.len_bytes);
    }
    if (buf_len(&out) == 0 || buf_len(&out) > COPY_BYTES)
        ui_say(ui, ROLE_TEXT, buf_len(&out) ? "That is too much for the clipboard." : "There is no text to copy.");
    else if (ui->host->copy) {
        ui->host->copy(ui->host->ctx, (const char *)buf_at(&out), buf_len(&out));
        ui_say(ui, ROLE_GOOD, "Copied the text of %s.", ui_cards_words(ui, ids, n));
    }
    buf_fini(&out);
}

/* A block's focus means all of its cards. */
void ui_run_copy(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids);

    if (ui->confidential) {
        ui_say(ui, ROLE_WARN, "Copying is off here: this canvas is confidential.");
        return;
    }
    if (n == 0) {
        ids = arena_calloc(&ui->words, (size_t)block->n_cards + 1, sizeof *ids);
        ASSERT(ids);
        for (uint32_t i = 0; i < block->n_cards; i++)
            if (block->cards[i]->deleted_seq == 0)
                ids[n++] = block->cards[i]->o.id;
    }
    copy_texts(ui, ids, n);
}

/* ---- moving */

static bool move_cards(struct ui *ui, const uint64_t *ids, size_t n, struct ops_place place)
{
    Cocanvas__Op **ops = ops_room(ui, n);
    for (size_t i = 0; i < n; i++) {
        ops[i] = ops_card_move(&ui->words, ids[i], &place);
        place = (struct ops_place){.block = place.block, .after = ids[i]};
    }
    return ui_submit(ui, n, ops, false);
}

bool ui_put_cards(struct ui *ui, const uint64_t *ids, size_t n, uint64_t block, uint64_t after, bool first)
{
    const struct canvas *canvas = ui_view(ui);
    const struct card *anchor = after ? canvas_card(canvas, after) : NULL;
    struct ops_place place = {.block = block, .first = first};
    bool stays_marked = n > 1;

    while (anchor && among(anchor->o.id, ids, n))
        anchor = card_prev_alive(anchor);
    place.after = anchor ? anchor->o.id : 0;
    place.first = first || (after && !anchor);
    if (n == 0 || !move_cards(ui, ids, n, place))
        return false;
    ui_jump(ui, block, ids[0]);
    if (!stays_marked)
        ui_unmark_all(ui);
    ui_say(ui, ROLE_TEXT, "%s: now in %s.%s", ui_cards_words(ui, ids, n), canvas_block(ui_view(ui), block)->title,
           undo_hint(ui));
    return true;
}

/* Up or down within their block, all together; cards of other blocks than the first one's stay. */
static void shift(struct ui *ui, bool down)
{
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids), kept = 0;
    const struct card *edge;
    struct ops_place place = {0};

    for (size_t i = 0; i < n; i++)
        if (canvas_card(canvas, ids[i])->block == canvas_card(canvas, ids[0])->block)
            ids[kept++] = ids[i];
    if (kept == 0)
        return;
    edge = canvas_card(canvas, down ? ids[kept - 1] : ids[0]);
    place.block = edge->block->o.id;
    edge = down ? card_next_alive(edge) : card_prev_alive(edge);
    if (!edge) {
        ui_say(ui, ROLE_TEXT, down ? "It is the last one already." : "It is the first one already.");
        return;
    }
    place.after = down ? edge->o.id : 0;
    place.before = down ? 0 : edge->o.id;
    (void)move_cards(ui, ids, kept, place);
}

/* A sorted or grouped table would not show it. */
static bool order_is_hidden(struct ui *ui)
{
    struct table t;
    bool hidden = ui_table(ui, &t) && !t.plain;
    if (hidden)
        ui_say(ui, ROLE_TEXT, "The rows are sorted or grouped: show them as they stand first (%s, %s).",
               ui_key(ui, ACTION_SORT), ui_key(ui, ACTION_GROUP));
    return hidden;
}

static void shift_here(struct ui *ui, bool down)
{
    if (ui_in_lanes(ui) && ui->n_marked == 0)
        ui_lanes_shift(ui, down);
    else if (!ui_scores_shift(ui, "axis.y", down ? -1 : 1) && !order_is_hidden(ui))
        shift(ui, down);
}

void ui_run_move_down(struct ui *ui)
{
    shift_here(ui, true);
}

void ui_run_move_up(struct ui *ui)
{
    shift_here(ui, false);
}

static void move_beside(struct ui *ui, int dx)
{
    uint64_t *ids, block = layout_neighbour(ui, ui->block, dx, 0);
    size_t n = ui_targets(ui, &ids);

    if (ui_scores_shift(ui, "axis.x", dx))
        return;
    if (block)
        (void)ui_put_cards(ui, ids, n, block, 0, false);
    else
        ui_say(ui, ROLE_TEXT, "There is no block on that side.");
}

void ui_run_move_left(struct ui *ui)
{
    move_beside(ui, -1);
}

void ui_run_move_right(struct ui *ui)
{
    move_beside(ui, 1);
}

/* ---- cut, carry, paste */

static size_t take_cut(struct ui *ui)
{
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids);
    free(ui->cut);
    ui->cut = xmalloc((n + 1) * sizeof *ui->cut);
    memcpy(ui->cut, ids, n * sizeof *ids);
    ui->n_cut = n;
    ui_unmark_all(ui);
    return n;
}

void ui_run_cut(struct ui *ui)
{
    ui->carrying = false;
    if (take_cut(ui))
        ui_say(ui, ROLE_TEXT, "Cut %s: %s puts it where you are.", ui_cards_words(ui, ui->cut, ui->n_cut),
               ui_key(ui, ACTION_PASTE));
}

static void paste_at(struct ui *ui, uint64_t block, uint64_t after, bool first)
{
    uint64_t *ids = arena_calloc(&ui->words, ui->n_cut + 1, sizeof *ids);
    size_t n = ui->n_cut;

    ASSERT(ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = ui->cut[i];
    if (n == 0)
        ui_say(ui, ROLE_TEXT, "Nothing is cut. %s cuts the card.", ui_key(ui, ACTION_CUT));
    else if (ui_put_cards(ui, ids, n, block, after, first))
        ui->n_cut = 0;
    ui->carrying = false;
}

void ui_run_paste(struct ui *ui)
{
    paste_at(ui, ui->block, ui->card, false);
}

void ui_run_paste_before(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct card *above = card ? card_prev_alive(card) : NULL;
    paste_at(ui, ui->block, above ? above->o.id : 0, !above);
}

void ui_run_move(struct ui *ui)
{
    if (!take_cut(ui))
        return;
    if (ui->open_card)
        pane_close(ui);
    ui->carrying = true;
    ui->carried_block = ui->block;
    ui->carried_card = ui->card;
    ui_focus(ui, ui->block, 0);
    ui_say(ui, ROLE_TEXT, "Move %s: choose a block, then Enter. Esc leaves it here.",
           ui_cards_words(ui, ui->cut, ui->n_cut));
    ui->message_until_ms = 0;
}

void ui_stop_carrying(struct ui *ui)
{
    ui->carrying = false;
    ui->n_cut = 0;
    ui_focus(ui, ui->carried_block, ui->carried_card);
    ui_say(ui, ROLE_TEXT, "Nothing was moved.");
}

void ui_put_carried(struct ui *ui)
{
    paste_at(ui, ui->block, 0, false);
}

/* ---- marks */

/* Marks the card and goes on to the next one, so that a run of cards is marked by one key. */
void ui_run_mark(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    if (!card) {
        ui_say(ui, ROLE_TEXT, "Put the focus on a card to mark it.");
        return;
    }
    ui->range_from = ui->range_to = 0;
    ui_mark(ui, card->o.id, !ui_marked(ui, card->o.id));
    if (card_next_alive(card))
        ui_focus(ui, ui->block, card_next_alive(card)->o.id);
}

void ui_run_mark_range(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    if (ui->range_from) {
        ui->range_from = ui->range_to = 0;
        ui_say(ui, ROLE_TEXT, "%zu %s marked.", ui->n_marked, ui->n_marked == 1 ? "card is" : "cards are");
    } else if (card) {
        ui->range_from = ui->range_to = card->o.id;
        ui_mark(ui, card->o.id, true);
        ui_say(ui, ROLE_TEXT, "Move on to mark more cards; %s ends the range, %s takes all marks away.",
               ui_key(ui, ACTION_MARK_RANGE), ui_key(ui, ACTION_BACK));
    } else {
        ui_say(ui, ROLE_TEXT, "Put the focus on a card to begin.");
    }
}

void ui_run_mark_block(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    bool all = true;
    for (uint32_t i = 0; i < block->n_cards; i++)
        all = all && (block->cards[i]->deleted_seq || ui_marked(ui, block->cards[i]->o.id));
    for (uint32_t i = 0; i < block->n_cards; i++)
        ui_mark(ui, block->cards[i]->o.id, !all);
    ui_say(ui, ROLE_TEXT, "%zu %s marked.", ui->n_marked, ui->n_marked == 1 ? "card is" : "cards are");
}

void ui_run_unmark(struct ui *ui)
{
    ui_unmark_all(ui);
}
