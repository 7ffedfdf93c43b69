/* The mouse: what a click means is told by the regions of the last drawing (struct hit). A click focuses, a second one
 * opens, a drag takes a card (or, if it is marked, all marked ones) elsewhere, the wheel scrolls what is under it. */
#include "client/tui/ui_private.h"
#include "client/tui/views.h"

enum { WHEEL_ROWS = 3 };

static bool is_in(struct rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* The newest region there; NULL: none. */
static const struct hit *hit_at(const struct ui *ui, int x, int y)
{
    for (size_t i = ui->n_hits; i > 0; i--)
        if (is_in(ui->hits[i - 1].rect, x, y))
            return &ui->hits[i - 1];
    return NULL;
}

/* Which list a place belongs to. */
enum place { PLACE_START, PLACE_PANEL, PLACE_CARD, PLACE_CANVAS };

static enum place place_of(const struct ui *ui, int x, int y)
{
    struct ui_parts parts = layout_parts(ui);

    if (ui->screen == SCREEN_START)
        return PLACE_START;
    if (ui->open_card && is_in(parts.card, x, y))
        return PLACE_CARD;
    if (ui->panel.kind != PANEL_NONE && is_in(parts.panel, x, y))
        return PLACE_PANEL;
    return PLACE_CANVAS;
}

static void click_row(struct ui *ui, const struct input *in, size_t row, bool twice)
{
    switch (place_of(ui, in->x, in->y)) {
    case PLACE_START:
        start_row(ui, row, twice);
        break;
    case PLACE_PANEL:
        ui->panel.focused = true;
        panel_row(ui, row, twice);
        break;
    case PLACE_CARD:
        pane_click(ui, row, twice);
        break;
    case PLACE_CANVAS:
        break;
    }
}

static void click_person(struct ui *ui, uint32_t author)
{
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session && ui->people[i].author == author) {
            ui_follow(ui, ui->people[i].session);
            return;
        }
}

/* Clicking on the canvas leaves what is above it. */
static void to_canvas(struct ui *ui)
{
    if (ui->typing.object)
        typing_end(ui);
    if (ui->open_card)
        pane_close(ui);
    ui->panel.focused = false;
}

static void click_card(struct ui *ui, const struct input *in, uint64_t card, bool twice)
{
    to_canvas(ui);
    ui_focus(ui, ui->block, card);
    if (ui->card != card)
        return;
    if (ui->carrying) {
        ui_put_carried(ui);
    } else if (in->button == 3 || in->mods & INPUT_CTRL) {
        ui_mark(ui, card, !ui_marked(ui, card));
    } else if (twice) {
        ui_do(ui, ACTION_OPEN);
    } else if (in->button == 1) {
        ui->dragging = card;
        ui->dragged = false;
        ui->drag_x = in->x;
        ui->drag_y = in->y;
    }
}

static void click_block(struct ui *ui, uint64_t block, uint32_t cell, bool twice)
{
    bool same = ui->block == block;
    to_canvas(ui);
    ui_focus(ui, block, 0);
    if (cell > 0)
        ui_lanes_cell(ui, cell - 1);
    if (ui->carrying)
        ui_put_carried(ui);
    else if (twice && same && ui->block == block)
        ui_do(ui, ACTION_OPEN);
}

static void click_panel(struct ui *ui, enum panel_kind kind)
{
    if (kind == PANEL_NONE) /* the opened card's own place */
        return;
    if (ui->typing.object)
        typing_end(ui);
    if (ui->panel.kind != kind)
        panel_show(ui, kind);
    ui->panel.focused = true;
}

static void click(struct ui *ui, const struct input *in, bool twice)
{
    const struct hit *there = hit_at(ui, in->x, in->y);
    struct hit hit;

    if (!there)
        return;
    hit = *there; /* what follows may draw */
    switch (hit.kind) {
    case HIT_NONE:
        break;
    case HIT_BLOCK:
        click_block(ui, hit.id, hit.more, twice);
        break;
    case HIT_CARD:
        click_card(ui, in, hit.id, twice);
        break;
    case HIT_TEXT:
        typing_click(ui, hit.more, in->x - hit.rect.x, false);
        break;
    case HIT_ROW:
        click_row(ui, in, (size_t)hit.id, twice);
        break;
    case HIT_ACTION:
        ui_do(ui, (enum action)hit.id);
        break;
    case HIT_PANEL:
        click_panel(ui, (enum panel_kind)hit.id);
        break;
    case HIT_PERSON:
        click_person(ui, (uint32_t)hit.id);
        break;
    }
}

/* ---- drags */

static void drag(struct ui *ui, const struct input *in)
{
    const struct hit *hit = hit_at(ui, in->x, in->y);

    if (ui->dragging) {
        ui->dragged = ui->dragged || in->x != ui->drag_x || in->y != ui->drag_y;
        ui->drag_x = in->x;
        ui->drag_y = in->y;
    } else if (ui->typing.object && hit && hit->kind == HIT_TEXT) {
        typing_click(ui, hit->more, in->x - hit->rect.x, true);
    }
}

/* A marked card takes the other marked ones along. */
static void drop(struct ui *ui, const struct input *in)
{
    uint64_t card = ui->dragging, block, after, *ids, one[1] = {card};
    bool moved = ui->dragged;
    size_t n = 1;

    ui->dragging = 0;
    ui->dragged = false;
    if (!card || !moved || place_of(ui, in->x, in->y) != PLACE_CANVAS)
        return;
    if (!layout_drop(ui, card, in->x, in->y, &block, &after)) {
        ui_say(ui, ROLE_TEXT, "No block there: the card stays where it was.");
        return;
    }
    ids = one;
    if (ui_marked(ui, card))
        n = ui_targets(ui, &ids);
    if (ui_check_edit(ui))
        (void)ui_put_cards(ui, ids, n, block, after, after == 0);
}

/* ---- the wheel */

static void wheel(struct ui *ui, const struct input *in, int rows)
{
    switch (place_of(ui, in->x, in->y)) {
    case PLACE_START:
        start_move(ui, rows);
        break;
    case PLACE_PANEL:
        panel_move(ui, rows);
        break;
    case PLACE_CARD:
        if (!ui->typing.object)
            pane_wheel(ui, rows);
        break;
    case PLACE_CANVAS:
        (void)layout_wheel(ui, in->x, in->y, rows);
        break;
    }
}

void ui_mouse(struct ui *ui, const struct input *in)
{
    if (!ui->mouse_on)
        return;
    switch (in->mouse) {
    case MOUSE_PRESS:
    case MOUSE_DOUBLE:
        ui->dragging = 0;
        click(ui, in, in->mouse == MOUSE_DOUBLE);
        break;
    case MOUSE_DRAG:
        drag(ui, in);
        break;
    case MOUSE_RELEASE:
        drop(ui, in);
        break;
    case MOUSE_WHEEL_UP:
        wheel(ui, in, -WHEEL_ROWS);
        break;
    case MOUSE_WHEEL_DOWN:
        wheel(ui, in, WHEEL_ROWS);
        break;
    }
}
