/* Moving by fields: in lanes up and down goes from lane to lane and a moved card takes its new lane as a value; among
 * scores a moved card takes another number. Nothing is placed by where it stands on the screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/method/decimal.h"
#include "client/tui/kinds.h"
#include "client/tui/ui_private.h"
#include "client/tui/views.h"

static enum ui_layout layout_now(const struct ui *ui)
{
    return layout_effective(ui, layout_parts(ui).body);
}

bool ui_in_lanes(const struct ui *ui)
{
    return ui->screen == SCREEN_CANVAS && layout_now(ui) == LAYOUT_LANES;
}

/* The key of a lane's choice; "" of the row of unsorted cards. */
static const char *lane_key(const struct lanes *l, size_t lane)
{
    return l->field != NULL && lane < l->field->n_choices ? l->field->choices[lane].key : "";
}

void ui_lanes_cell(struct ui *ui, size_t lane)
{
    if (!ui_in_lanes(ui)) /* what was clicked was drawn before */
        return;
    struct lanes l = lanes_of(ui);
    /* nothing is called "-": the row of unsorted cards */
    (void)snprintf(ui->lane, sizeof ui->lane, "%s", lane_key(&l, lane)[0] ? lane_key(&l, lane) : "-");
}

/* A cell: its first or last card, else the cell itself. */
static void focus_cell(struct ui *ui, const struct lanes *l, uint64_t block, size_t lane, int index)
{
    const struct canvas *canvas = panel_canvas(ui);
    const struct block *to = canvas_block(canvas, block);
    struct card *card = to != NULL ? lanes_card(l, to, lane, NULL, index < 0 ? -1 : 1) : NULL;
    while (card != NULL && index-- > 0 && lanes_card(l, to, lane, card, 1) != NULL)
        card = lanes_card(l, to, lane, card, 1);
    ui_lanes_cell(ui, lane);
    ui_focus(ui, block, card != NULL ? card->o.id : 0);
    ui->dirty = true;
}

static int index_in_cell(const struct lanes *l, const struct card *card)
{
    int n = 0;
    for (; card != NULL && (card = lanes_card(l, card->block, lanes_lane(l, card), card, -1)) != NULL; n++)
        continue;
    return n;
}

void ui_lanes_step(struct ui *ui, int step)
{
    struct lanes l = lanes_of(ui);
    const struct card *card = ui_focused_card(ui);
    size_t lane = lanes_focus(ui, &l);
    const struct card *next = card != NULL ? lanes_card(&l, card->block, lane, card, step) : NULL;
    if (next != NULL)
        ui_focus(ui, ui->block, next->o.id);
    else if (step > 0 ? lane + 1 < l.n : lane > 0)
        focus_cell(ui, &l, ui->block, step > 0 ? lane + 1 : lane - 1, step > 0 ? 0 : -1);
}

void ui_lanes_across(struct ui *ui, int dx)
{
    struct lanes l = lanes_of(ui);
    uint64_t block = layout_neighbour(ui, ui->block, dx, 0);
    if (block != 0)
        focus_cell(ui, &l, block, lanes_focus(ui, &l), index_in_cell(&l, ui_focused_card(ui)));
}

/* An op that gives a card its lane; NULL: the canvas names no field for it. */
static Cocanvas__Op *lane_op(struct ui *ui, const struct lanes *l, uint64_t card, size_t lane)
{
    const char *key = lane_key(l, lane);
    struct value value = {.kind = key[0] ? VALUE_CHOICE : VALUE_NONE, .text = ui_printf(ui, "%s", key)};
    if (l->field == NULL)
        return NULL;
    return ops_prop_set(&ui->words, card, ui_printf(ui, "f.%s", l->field->key), &value);
}

/* A card that was just made in a cell belongs to its lane; one undo takes both back. */
void ui_lanes_new_card(struct ui *ui, size_t lane)
{
    struct lanes l = lanes_of(ui);
    Cocanvas__Op *op = ui->typing.object != 0 && ui->typing.is_new ? lane_op(ui, &l, ui->typing.object, lane) : NULL;
    if (op != NULL)
        (void)ui_submit(ui, 1, &op, true);
}

size_t ui_lanes_lane(struct ui *ui)
{
    struct lanes l = lanes_of(ui);
    return lanes_focus(ui, &l);
}

/* Past the next card of the cell; at its border into the next lane. */
void ui_lanes_shift(struct ui *ui, bool down)
{
    struct lanes l = lanes_of(ui);
    const struct card *card = ui_focused_card(ui);
    if (card == NULL || !ui_check_edit(ui))
        return;
    size_t lane = lanes_lane(&l, card), last = l.field != NULL ? l.field->n_choices : 0;
    const struct card *next = lanes_card(&l, card->block, lane, card, down ? 1 : -1);
    Cocanvas__Op *op = NULL;
    if (next != NULL) {
        struct ops_place place = {.block = card->block->o.id};
        place.after = down ? next->o.id : 0;
        place.before = down ? 0 : next->o.id;
        op = ops_card_move(&ui->words, card->o.id, &place);
    } else if (last > 0 && (down ? lane + 1 < last : lane > 0)) {
        lane = down ? lane + 1 : lane - 1;
        op = lane_op(ui, &l, card->o.id, lane);
    }
    if (op == NULL)
        ui_say(ui, ROLE_TEXT, down ? "This is the last lane." : "This is the first lane.");
    else if (ui_submit_one(ui, op) && next == NULL)
        ui_say(ui, ROLE_TEXT, "%s: now in the lane %s.", ui_card_words(ui, ui->card), lanes_title(&l, lane));
}

/* ---- scores */

/* One more or less of the number on an axis, within what the field may be. */
bool ui_scores_shift(struct ui *ui, const char *key, int by)
{
    struct axis axis;
    const struct card *card = ui_focused_card(ui);
    double value = 0;
    if (layout_now(ui) != LAYOUT_SCORES || card == NULL)
        return false;
    axis_read(ui, key, &axis);
    if (axis.field == NULL || !ui_check_edit(ui))
        return true;
    bool known = card_number(card, axis.field, &value);
    double next = known ? value + by : axis.from;
    if ((axis.field->max[0] && next > strtod(axis.field->max, NULL)) ||
        (axis.field->min[0] && next < strtod(axis.field->min, NULL))) {
        ui_say(ui, ROLE_TEXT, "%s goes from %s to %s.", axis.field->title, axis.field->min, axis.field->max);
        return true;
    }
    struct value number = {.kind = VALUE_NUMBER, .text = ui_printf(ui, "%.10g", next)};
    if (ui_submit_one(ui, ops_prop_set(&ui->words, card->o.id, ui_printf(ui, "f.%s", axis.field->key), &number)))
        ui_say(ui, ROLE_TEXT, "%s: %.10g.", axis.field->title, next);
    return true;
}
