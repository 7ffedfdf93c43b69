/* The interface's life, its input and its drawing, see ui.h. */
#include "client/tui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/ui_private.h"
#include "client/tui/views.h"
#include "common/buf.h"
#include "common/rights.h"

enum { WORDS_BYTES = 256 << 20 };

void ui_init(struct ui *ui, const struct ui_host *host, const struct theme *theme)
{
    memset(ui, 0, sizeof *ui);
    ui->host = host;
    ui->theme = *theme;
    ui->mouse_on = true;
    ui->cols = 80;
    ui->rows = 24;
    ui->dirty = true;
    keymap_init(&ui->keymap);
    arena_init(&ui->words, WORDS_BYTES);
    start_init(&ui->start);
    typing_init(&ui->typing);
    panel_init(&ui->panel);
    ask_init(&ui->ask);
}

void ui_fini(struct ui *ui)
{
    ask_fini(&ui->ask);
    panel_fini(&ui->panel);
    typing_fini(&ui->typing);
    start_fini(&ui->start);
    keymap_fini(&ui->keymap);
    arena_fini(&ui->words);
    ui_method_forget(ui);
    free(ui->table_rows);
    free(ui->scrolls);
    free(ui->marked);
    free(ui->cut);
    free(ui->subjects);
    free(ui->hits);
    memset(ui, 0, sizeof *ui);
}

void ui_resize(struct ui *ui, int cols, int rows)
{
    ui->cols = cols < 1 ? 1 : cols > GRID_MAX_COLS ? GRID_MAX_COLS : cols;
    ui->rows = rows < 1 ? 1 : rows > GRID_MAX_ROWS ? GRID_MAX_ROWS : rows;
    ui->dragging = 0;
    ui->n_hits = 0; /* of another size: a click before the next drawing would hit something else */
    ui->dirty = true;
}

static bool too_small(const struct ui *ui)
{
    return ui->cols < UI_MIN_COLS || ui->rows < UI_MIN_ROWS;
}

/* ---- another canvas */

static void forget_canvas(struct ui *ui)
{
    if (ui->ask.kind != ASK_NONE)
        ask_close(ui);
    typing_fini(&ui->typing);
    typing_init(&ui->typing);
    panel_reset(ui);
    ui->n_scrolls = 0;
    memset(ui->people, 0, sizeof ui->people);
    memset(ui->changes, 0, sizeof ui->changes);
    memset(&ui->undoing, 0, sizeof ui->undoing);
    memset(&ui->told, 0, sizeof ui->told);
    memset(&ui->pane, 0, sizeof ui->pane);
    ui_method_forget(ui);
    memset(&ui->table, 0, sizeof ui->table);
    ui->lane[0] = '\0';
    ui->lanes_stage = 0;
    ui->lanes_top = 0;
    ui->layout = LAYOUT_CANVAS;
    ui->block = ui->card = ui->last_block = ui->last_card = ui->open_card = 0;
    ui->dragging = ui->outside_object = 0;
    ui->card_index = 0;
    ui->following = ui->session = 0;
    ui->n_cut = ui->n_subjects = 0;
    ui->carrying = ui->leaving = false;
    ui->find[0] = '\0';
    ui->message[0] = '\0';
    ui_unmark_all(ui);
}

void ui_set_canvas(struct ui *ui, struct replica *r, const char *context, int role)
{
    const struct canvas *canvas;

    if (r != ui->replica || !r) {
        ui->replica = NULL;
        forget_canvas(ui);
    }
    ui->replica = r;
    ui->role = role;
    ui->screen = r ? SCREEN_CANVAS : SCREEN_START;
    canvas = ui_view(ui);
    (void)snprintf(ui->context, sizeof ui->context, "%s", context ? context : "");
    (void)snprintf(ui->canvas_name, sizeof ui->canvas_name, "%s", canvas ? canvas_title(canvas) : "");
    ui_settle(ui);
    ui->told.known = false; /* to a new session nothing has been told */
    ui->dirty = true;
}

/* ---- edits */

void ui_edited(struct ui *ui)
{
    ui->dirty = true;
    if (ui->host->edited)
        ui->host->edited(ui->host->ctx);
}

/* All of it is open to commenters, too. */
static bool for_commenters(size_t n_ops, Cocanvas__Op *const *ops)
{
    for (size_t i = 0; i < n_ops; i++) {
        const struct rights_row *row = rights_row(ops[i]->kind_case);
        if (!row || row->role > COCANVAS__ROLE__COMMENTER)
            return false;
    }
    return true;
}

bool ui_submit(struct ui *ui, size_t n_ops, Cocanvas__Op **ops, bool group)
{
    struct why why = {""};
    bool inside = ui->inside;
    enum status st;

    if (n_ops == 0 || !(for_commenters(n_ops, ops) ? ui_check_comment(ui) : ui_check_edit(ui)))
        return false;
    ui->inside = true; /* the ops live in ui->words, and the replica tells of them one by one */
    st = replica_edit(ui->replica, n_ops, ops, ui->now_ms, group, &why);
    ui->inside = inside;
    if (st != STATUS_OK) {
        ui_say_why(ui, &why);
        return false;
    }
    ui_edited(ui);
    return true;
}

bool ui_submit_one(struct ui *ui, Cocanvas__Op *op)
{
    return ui_submit(ui, 1, &op, false);
}

/* ---- input */

unsigned ui_contexts(const struct ui *ui)
{
    if (ui->screen == SCREEN_START)
        return CONTEXT_ANYWHERE | CONTEXT_START;
    if (ui->typing.object)
        return CONTEXT_ANYWHERE | CONTEXT_TYPING;
    if (ui->panel.kind != PANEL_NONE && ui->panel.focused)
        return CONTEXT_ANYWHERE | CONTEXT_PANEL | (ui->panel.kind == PANEL_HISTORY ? (unsigned)CONTEXT_HISTORY : 0U) |
               (ui->panel.kind >= PANEL_PARTS ? (unsigned)CONTEXT_METHOD : 0U);
    if (ui->open_card)
        return CONTEXT_ANYWHERE | CONTEXT_CARD;
    return CONTEXT_ANYWHERE | CONTEXT_CANVAS;
}

void ui_do(struct ui *ui, enum action action)
{
    const struct action_row *row = action_row(action);
    const char *refusal = row ? action_refusal(ui, row) : NULL;
    bool inside = ui->inside;

    if (!row)
        return;
    if (action != ACTION_BACK && action != ACTION_LEAVE)
        ui->leaving = false;
    ui->inside = true;
    if (refusal)
        ui_say(ui, ROLE_WARN, "%s", refusal);
    else
        row->run(ui);
    ui->inside = inside;
}

static bool is_character(const struct input *in)
{
    return in->kind == INPUT_CHARACTER && !(in->mods & (INPUT_CTRL | INPUT_ALT));
}

/* What takes characters before they are keys. */
static bool taken_as_text(struct ui *ui, const struct input *in)
{
    if (ui->screen == SCREEN_START)
        return start_input(ui, in);
    if (ui->typing.object)
        return (is_character(in) || in->kind == INPUT_PASTE) && typing_input(ui, in);
    if (ui->panel.kind != PANEL_NONE && ui->panel.focused)
        return panel_input(ui, in);
    return false;
}

static void no_such_key(struct ui *ui, const struct input *in)
{
    char name[KEY_NAME];
    const char *help = ui_key(ui, ACTION_HELP);

    input_name(in, name);
    if (name[0] && help[0])
        ui_say(ui, ROLE_DIM, "%s does nothing here; %s shows what the keys do.", name, help);
}

static void key_input(struct ui *ui, const struct input *in)
{
    int action;

    if (taken_as_text(ui, in))
        return;
    if (in->kind == INPUT_PASTE) {
        ui_paste_input(ui, in);
        return;
    }
    switch (keymap_look(&ui->keymap, ui_contexts(ui), in, 1, &action)) {
    case KEYMAP_ACTION:
        ui->key = *in;
        ui_do(ui, (enum action)action);
        break;
    case KEYMAP_MORE:
        ask_keys(ui, in);
        break;
    case KEYMAP_NOTHING:
        if (!ui->typing.object || !typing_input(ui, in))
            no_such_key(ui, in);
        break;
    }
}

/* On a screen that is too small nothing is seen of what a key would do: only leaving is possible. */
static void blind_input(struct ui *ui, const struct input *in)
{
    int action;
    if (in->kind == INPUT_MOUSE || keymap_look(&ui->keymap, CONTEXT_ANYWHERE, in, 1, &action) != KEYMAP_ACTION)
        return;
    if (action == ACTION_QUIT || action == ACTION_SUSPEND || action == ACTION_REDRAW)
        ui_do(ui, (enum action)action);
}

/* A message has been seen when the next key is pressed; not so what explains something that is going on. */
static void message_seen(struct ui *ui, const struct input *in)
{
    bool pressed = in->kind != INPUT_MOUSE || in->mouse == MOUSE_PRESS || in->mouse == MOUSE_DOUBLE;
    if (pressed && in->kind != INPUT_RESIZE && ui->ask.kind == ASK_NONE && !ui->carrying)
        ui->message[0] = '\0';
}

/* Others see where one is. Carets are told by whoever types. */
void ui_tell_presence(struct ui *ui)
{
    Cocanvas__Presence presence;
    uint64_t object = ui->card ? ui->card : ui->block;
    bool editing = ui->typing.object != 0;

    if (!ui->replica || !ui->host->presence)
        return;
    if (editing) {
        ui->told.editing = true;
        return;
    }
    if (ui->told.known && ui->told.object == object && !ui->told.editing)
        return;
    ui->told.known = true;
    ui->told.object = object;
    ui->told.editing = false;
    cocanvas__presence__init(&presence);
    presence.object = object;
    presence.at_seq = replica_seq(ui->replica);
    ui->host->presence(ui->host->ctx, &presence);
}

void ui_input(struct ui *ui, const struct input *in)
{
    if (in->kind == INPUT_NONE)
        return;
    ui->inside = true;
    ui->dirty = true;
    message_seen(ui, in);
    ui->key = (struct input){0};
    if (in->kind == INPUT_RESIZE)
        ui_resize(ui, in->x, in->y);
    else if (too_small(ui))
        blind_input(ui, in);
    else if (ui->ask.kind != ASK_NONE)
        ask_input(ui, in);
    else if (in->kind == INPUT_MOUSE)
        ui_mouse(ui, in);
    else
        key_input(ui, in);
    ui_settle(ui);
    ui_tell_presence(ui);
    ui->inside = false;
    arena_reset(&ui->words);
}

/* ---- drawing */

/* Whether there is a line of sums, before anything is placed. */
static void settle_sums(struct ui *ui)
{
    size_t n = 0;
    if (ui->screen == SCREEN_CANVAS && panel_canvas(ui))
        (void)method_balances(ui_method(ui), 0, &n);
    ui->sums = n > 0;
}

static void draw_parts(struct ui *ui, struct grid *g)
{
    struct ui_parts parts = layout_parts(ui);
    struct rect all = {0, 0, ui->cols, ui->rows};

    view_top(ui, g, parts.top);
    if (ui->screen == SCREEN_START) {
        start_settle(ui, parts.body);
        view_start(ui, g, parts.body);
    } else {
        view_canvas(ui, g, parts.body);
    }
    if (ui->screen == SCREEN_CANVAS && ui->panel.kind != PANEL_NONE) {
        panel_settle(ui, parts.panel);
        view_panel(ui, g, parts.panel);
    }
    if (ui->screen == SCREEN_CANVAS && ui->open_card)
        view_card(ui, g, parts.card);
    if (parts.sums.h > 0)
        view_sums(ui, g, parts.sums);
    view_message(ui, g, parts.message);
    view_hints(ui, g, parts.hints);
    if (ui->ask.kind != ASK_NONE)
        view_ask(ui, g, all);
}

static void copy_hits(struct ui *ui, const struct grid *g)
{
    ui->n_hits = g->n_hits;
    if (g->n_hits == 0)
        return;
    ui->hits = xrealloc(ui->hits, g->n_hits * sizeof *ui->hits);
    memcpy(ui->hits, g->hits, g->n_hits * sizeof *ui->hits);
}

void ui_draw(struct ui *ui, struct grid *g)
{
    ui->inside = true;
    if (g->cols != ui->cols || g->rows != ui->rows)
        grid_resize(g, ui->cols, ui->rows);
    g->ascii = ui->ascii;
    grid_clear(g);
    ui_settle(ui);
    settle_sums(ui);
    if (too_small(ui)) {
        view_too_small(ui, g);
    } else {
        if (ui->screen == SCREEN_CANVAS)
            layout_settle(ui);
        draw_parts(ui, g);
    }
    copy_hits(ui, g);
    ui_tick(ui);
    ui->dirty = false;
    ui->inside = false;
    arena_reset(&ui->words);
}
