/* The panel: which one is shown, its list and the focus in it. A row of a list is known by what stands in it (focus_id), so
 * that people who come, cards that are changed and things that happen move nothing under one's eyes. What the four panels
 * list is in panel_people.c, panel_activity.c, panel_history.c and panel_search.c. */
#include "client/tui/panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/output.h"
#include "client/tui/find_line.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"
#include "client/tui/view_panel.h"
#include "common/ids.h"

enum { NARROW_COLS = 100 }; /* below, the panel covers the canvas */

void panel_init(struct panel *p)
{
    memset(p, 0, sizeof(*p));
}

static void past_free_canvas(struct panel *p)
{
    if (!p->past)
        return;
    canvas_fini(p->past);
    free(p->past);
    p->past = NULL;
}

void panel_fini(struct panel *p)
{
    panel_activity_forget(p);
    past_free_canvas(p);
    free(p->found);
    free(p->people);
    free(p->named);
    free(p->items);
    memset(p, 0, sizeof(*p));
}

void panel_reset(struct ui *ui)
{
    panel_fini(&ui->panel);
    panel_init(&ui->panel);
    ui->dirty = true;
}

const struct canvas *panel_canvas(const struct ui *ui)
{
    return panel_in_past(ui) ? ui->panel.past : ui_view(ui);
}

bool panel_in_past(const struct ui *ui)
{
    return ui->panel.kind == PANEL_HISTORY && ui->panel.past;
}

/* ---- the list */

size_t panel_rows(const struct ui *ui)
{
    switch (ui->panel.kind) {
    case PANEL_PEOPLE:
        return panel_people_rows(ui);
    case PANEL_ACTIVITY:
        return ui->panel.n_events;
    case PANEL_HISTORY:
        return panel_named_rows(ui);
    case PANEL_SEARCH:
        return ui->panel.n_found;
    default:
        return panel_is_method(ui) ? ui->panel.n_items : 0;
    }
}

uint64_t panel_id_at(const struct ui *ui, size_t row)
{
    const struct ui_person *person;
    const struct ui_waiting *waiting;
    const struct panel_event *event;
    const struct named *named;

    switch (ui->panel.kind) {
    case PANEL_PEOPLE:
        person = panel_person_at(ui, row);
        waiting = panel_waiting_at(ui, row);
        return person ? person->session : waiting ? (uint64_t)1 << 32 | waiting->number : 0;
    case PANEL_ACTIVITY:
        event = panel_event_at(&ui->panel, row);
        return event ? event->serial : 0;
    case PANEL_HISTORY:
        named = panel_named_at(ui, row);
        return named ? named->o.id : 0;
    case PANEL_SEARCH:
        return row < ui->panel.n_found ? ui->panel.found[row] : 0;
    default:
        return panel_is_method(ui) && row < ui->panel.n_items ? ui->panel.items[row].id : 0;
    }
}

static void focus_row(struct ui *ui, int64_t row)
{
    int64_t last = (int64_t)panel_rows(ui) - 1;

    ui->panel.focus = (size_t)(row < 0 || last < 0 ? 0 : row > last ? last : row);
    ui->panel.focus_id = panel_id_at(ui, ui->panel.focus);
    ui->dirty = true;
}

/* Others' changes: the focus stays on what it was on, and that stays on its line. */
static void follow_focus(struct ui *ui)
{
    struct panel *p = &ui->panel;
    size_t n;

    if (p->kind == PANEL_PEOPLE)
        panel_people_sort(ui);
    else if (p->kind == PANEL_HISTORY)
        panel_named_sort(ui);
    else if (panel_is_method(ui))
        panel_method_gather(ui);
    n = panel_rows(ui);
    if (p->focus < n && panel_id_at(ui, p->focus) == p->focus_id)
        return;
    for (size_t i = 0; i < n; i++) {
        if (panel_id_at(ui, i) != p->focus_id)
            continue;
        p->top = p->top + i > p->focus ? p->top + i - p->focus : 0;
        p->focus = i;
        return;
    }
    focus_row(ui, (int64_t)p->focus);
}

/* Nothing is scrolled away while there is room for it: rows come and go by what one does in them. */
static void show_first_rows(struct ui *ui, const struct panel_view *view, int width, int room)
{
    struct panel *p = &ui->panel;
    int used = 0;

    for (size_t i = p->top; i < panel_rows(ui) && used <= room; i++)
        used += view->row_lines(ui, i, width);
    while (p->top > 0 && (used += view->row_lines(ui, p->top - 1, width)) <= room)
        p->top--;
}

void panel_settle(struct ui *ui, struct rect r)
{
    struct panel *p = &ui->panel;
    const struct panel_view *view = view_panel_of(ui);
    struct rect inside = view_panel_inside(r);
    int room, used = 0;

    if (!view || !ui->replica || inside.w < 1)
        return;
    follow_focus(ui);
    room = inside.h - view->head_lines(ui, inside);
    if (p->focus < p->top)
        p->top = p->focus;
    for (size_t i = p->focus + 1; i-- > p->top;) { /* from the focus upwards, as far as there is room */
        used += view->row_lines(ui, i, inside.w);
        if (used > room && i < p->focus) {
            p->top = i + 1;
            break;
        }
    }
    if (panel_is_method(ui))
        show_first_rows(ui, view, inside.w, room);
}

/* ---- which one */

void panel_close(struct ui *ui)
{
    panel_history_forget(ui);
    ui->panel.kind = PANEL_NONE;
    ui->panel.focused = false;
    ui->dirty = true;
}

void panel_show(struct ui *ui, enum panel_kind kind)
{
    struct panel *p = &ui->panel;

    if (kind == PANEL_NONE || !ui->replica) {
        panel_close(ui);
        return;
    }
    ui->dirty = true;
    p->focused = true;
    if (p->kind == kind)
        return;
    panel_history_forget(ui);
    p->kind = kind;
    p->focus = p->top = 0;
    p->focus_id = 0;
    p->entering = false;
    p->reviewed = 0;
    if (kind == PANEL_SEARCH)
        panel_search_again(ui);
    if (panel_is_method(ui))
        panel_method_gather(ui);
    if (kind == PANEL_WALK)
        p->focus = p->step < p->n_items ? p->step : 0;
    if (kind == PANEL_WALK)
        p->focus_id = panel_id_at(ui, p->focus);
    else if (kind == PANEL_ACTIVITY || kind == PANEL_SEARCH || panel_is_method(ui))
        p->focus_id = panel_id_at(ui, 0);
}

/* The key of a panel: opens it, gives it the focus, and closes it when it has it. */
static void toggle(struct ui *ui, enum panel_kind kind)
{
    if (ui->panel.kind == kind && ui->panel.focused)
        panel_close(ui);
    else
        panel_show(ui, kind);
}

bool panel_goto(struct ui *ui, uint64_t object)
{
    const struct canvas *c = ui_view(ui);
    const struct comment *comment = c ? canvas_comment(c, object) : NULL;
    uint64_t target = comment ? comment->object : object;
    const struct card *card = c ? canvas_card(c, target) : NULL;
    const struct block *block = c ? canvas_block(c, target) : NULL;

    if (card && card->deleted_seq == 0) {
        ui_focus(ui, card->block->o.id, target);
    } else if (block && !block->deleted) {
        ui_focus(ui, target, 0);
    } else {
        ui_say(ui, ROLE_WARN, card ? "%s has been removed." : "There is nothing to go to.",
               id_text(&ui->words, target));
        return false;
    }
    ui->panel.focused = false;
    if (ui->cols < NARROW_COLS)
        panel_close(ui);
    ui->dirty = true;
    return true;
}

const char *panel_place(struct ui *ui, uint64_t object)
{
    const struct canvas *c = panel_canvas(ui);
    const struct card *card = c ? canvas_card(c, object) : NULL;
    const struct block *block = c ? canvas_block(c, object) : NULL;

    if (card && card->text.len_bytes > 0)
        return arena_printf(&ui->words, "%s: %s '%s'", arena_line(&ui->words, card->block->title),
                            id_text(&ui->words, object), short_text(&ui->words, &card->text, 60));
    if (card)
        return arena_printf(&ui->words, "%s: %s", arena_line(&ui->words, card->block->title),
                            id_text(&ui->words, object));
    if (block)
        return arena_line(&ui->words, block->title);
    return "";
}

/* ---- input */

bool panel_input(struct ui *ui, const struct input *in)
{
    struct panel *p = &ui->panel;
    bool changed;

    if (panel_is_method(ui) && p->focused)
        return panel_entry_input(ui, in);
    if (p->kind != PANEL_SEARCH || !p->focused || !find_line_input(p->find, sizeof(p->find), in, &changed))
        return false;
    if (changed) {
        panel_search_again(ui);
        p->top = 0;
        focus_row(ui, 0);
    }
    ui->dirty = true;
    return true;
}

void panel_move(struct ui *ui, int rows)
{
    if (panel_is_method(ui) && !panel_entry_done(ui)) /* a value that is refused stays to be mended */
        return;
    follow_focus(ui);
    focus_row(ui, (int64_t)ui->panel.focus + rows);
}

void panel_row(struct ui *ui, size_t row, bool go)
{
    if (row >= panel_rows(ui) || (panel_is_method(ui) && !panel_entry_done(ui)))
        return;
    ui->panel.focused = true;
    focus_row(ui, (int64_t)row);
    if (go)
        ui_run_panel_go(ui);
}

/* ---- actions */

void ui_run_people(struct ui *ui)
{
    toggle(ui, PANEL_PEOPLE);
}

void ui_run_activity(struct ui *ui)
{
    toggle(ui, PANEL_ACTIVITY);
}

void ui_run_history(struct ui *ui)
{
    toggle(ui, PANEL_HISTORY);
}

void ui_run_search(struct ui *ui)
{
    panel_show(ui, PANEL_SEARCH);
}

void ui_run_panel_close(struct ui *ui)
{
    if (!panel_is_method(ui) || !panel_method_escape(ui))
        panel_close(ui);
}

void ui_run_panel_leave(struct ui *ui)
{
    if (panel_is_method(ui) && !panel_entry_done(ui))
        return;
    ui->panel.focused = false;
    if (ui->cols < NARROW_COLS && ui->panel.kind != PANEL_HISTORY) /* that one never covers the canvas */
        panel_close(ui);
    ui->dirty = true;
}

void ui_run_panel_go(struct ui *ui)
{
    struct panel *p = &ui->panel;
    const struct panel_event *event;

    follow_focus(ui);
    if (p->focus >= panel_rows(ui))
        return;
    switch (p->kind) {
    case PANEL_PEOPLE:
        panel_people_go(ui);
        break;
    case PANEL_ACTIVITY:
        event = panel_event_at(p, p->focus);
        (void)panel_goto(ui, event ? event->object : 0);
        break;
    case PANEL_HISTORY:
        panel_history_go(ui, p->focus_id);
        break;
    case PANEL_PARTS:
    case PANEL_MEASURE:
    case PANEL_REVIEW:
    case PANEL_WALK:
    case PANEL_HINTS:
        panel_method_go(ui);
        break;
    default:
        (void)snprintf(ui->find, sizeof(ui->find), "%s", p->find);
        (void)panel_goto(ui, p->focus_id);
    }
}

static int page(const struct ui *ui)
{
    return ui->rows / 4;
}

void ui_run_panel_down(struct ui *ui)
{
    panel_move(ui, 1);
}

void ui_run_panel_up(struct ui *ui)
{
    panel_move(ui, -1);
}

void ui_run_panel_page_down(struct ui *ui)
{
    panel_move(ui, page(ui));
}

void ui_run_panel_page_up(struct ui *ui)
{
    panel_move(ui, -page(ui));
}

void ui_run_panel_first(struct ui *ui)
{
    panel_move(ui, -(1 << 30));
}

void ui_run_panel_last(struct ui *ui)
{
    panel_move(ui, 1 << 30);
}
