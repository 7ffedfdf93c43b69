/* The opened card: which rows stand below its text, moving among them, and what Enter does on each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/kinds.h"
#include "client/tui/typing_private.h"

struct card *pane_card(const struct ui *ui)
{
    const struct canvas *view = ui_view(ui);
    return view != NULL && ui->open_card != 0 ? canvas_card(view, ui->open_card) : NULL;
}

/* ---- the rows */

struct rows {
    struct pane_row *at;
    size_t n, cap;
};

static void add(struct rows *rows, struct pane_row row)
{
    if (rows->n < rows->cap)
        rows->at[rows->n++] = row;
}

static bool is_colour(const struct prop *prop)
{
    return strcmp(prop->key, "color") == 0 && prop->value.text != NULL && card_color_find(prop->value.text) >= 0;
}

/* What a definition says: "f.status" and "status" of a field status. */
static bool is_defined(const struct fields *fields, const char *key)
{
    return fields_find(fields, strncmp(key, "f.", 2) == 0 ? key + 2 : key) != NULL;
}

/* To which card a part belongs is told by the title. */
static bool is_place(const struct prop *prop)
{
    return strcmp(prop->key, "of") == 0 || strcmp(prop->key, "of.field") == 0;
}

/* Those that cards of the block have, in the order of their columns, though there is nothing in them yet; then what this
 * card has besides. */
static void add_fields(struct rows *rows, const struct fields *fields, const struct card *card)
{
    for (size_t i = 0; i < fields->n; i++)
        add(rows, (struct pane_row){.part = PANE_FIELDS,
                                    .key = fields->at[i].key,
                                    .field = &fields->at[i],
                                    .is_text = fields->at[i].type == FIELD_TEXT});
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (!is_defined(fields, card->fields[i].key))
            add(rows, (struct pane_row){.part = PANE_FIELDS, .key = card->fields[i].key, .is_text = true});
    for (uint32_t i = 0; i < card->props.n; i++) {
        const struct prop *prop = &card->props.at[i];
        if (!is_colour(prop) && !is_place(prop) && !(strncmp(prop->key, "f.", 2) == 0 && is_defined(fields, prop->key)))
            add(rows, (struct pane_row){.part = PANE_FIELDS, .key = prop->key}); /* the colour stands above */
    }
}

static bool is_new_field(const struct ui *ui, const struct fields *fields, const struct card *card)
{
    const struct typing *t = &ui->typing;
    if (fields_find(fields, t->key) != NULL)
        return false;
    for (uint32_t i = 0; i < card->n_fields; i++) {
        if (strcmp(card->fields[i].key, t->key) == 0)
            return false;
    }
    return t->object == card->o.id && t->key[0] != '\0';
}

static void add_links(struct rows *rows, const struct canvas *c, const struct card *card)
{
    for (const struct object *o = c->links; o != NULL; o = o->hh.next) {
        const struct link_object *l = (const struct link_object *)o;
        if ((l->from == card->o.id || l->to == card->o.id) && link_visible(c, l))
            add(rows, (struct pane_row){.part = PANE_LINKS, .id = o->id});
    }
}

static int by_time(const void *a, const void *b)
{
    const struct comment *x = *(const struct comment *const *)a, *y = *(const struct comment *const *)b;
    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return x->o.id < y->o.id ? -1 : x->o.id > y->o.id;
}

static bool is_first(const struct canvas *c, const struct comment *comment)
{
    const struct comment *parent = comment->parent != 0 ? canvas_comment(c, comment->parent) : NULL;
    return parent == NULL || parent->deleted_seq != 0;
}

/* Threads by the age of their first comment, answers within by age. */
static void add_comments(struct rows *rows, const struct canvas *c, const struct comment **sorted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_first(c, sorted[i]))
            continue;
        add(rows, (struct pane_row){.part = PANE_COMMENTS, .id = sorted[i]->o.id});
        for (size_t j = 0; j < n; j++) {
            if (sorted[j]->parent == sorted[i]->o.id && !is_first(c, sorted[j]))
                add(rows, (struct pane_row){.part = PANE_COMMENTS, .id = sorted[j]->o.id, .answer = true});
        }
    }
}

size_t pane_rows(struct ui *ui, const struct card *card, struct pane_row **out)
{
    const struct canvas *c = panel_canvas(ui);
    const struct fields *fields = ui_fields(ui, card->block);
    size_t n_comments = HASH_COUNT(c->comments), n_links = HASH_COUNT(c->links), n = 0;
    struct rows rows = {.cap = fields->n + card->n_fields + card->props.n + n_links + n_comments + 2};
    rows.at = arena_calloc(&ui->words, rows.cap, sizeof *rows.at);
    const struct comment **sorted = arena_calloc(&ui->words, n_comments + 1, sizeof *sorted);
    *out = rows.at;
    if (rows.at == NULL || sorted == NULL)
        return 0;
    add_fields(&rows, fields, card);
    if (is_new_field(ui, fields, card))
        add(&rows, (struct pane_row){.part = PANE_FIELDS, .key = ui->typing.key, .is_text = true});
    add_links(&rows, c, card);
    for (const struct object *o = c->comments; o != NULL; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;
        if (comment->object == card->o.id && comment->deleted_seq == 0)
            sorted[n++] = comment;
    }
    qsort(sorted, n, sizeof(struct comment *), by_time);
    add_comments(&rows, c, sorted, n);
    add(&rows, (struct pane_row){.part = PANE_HISTORY});
    return rows.n;
}

static bool has_focus(const struct card_pane *pane, const struct pane_row *row)
{
    if (row->part == PANE_FIELDS)
        return row->key != NULL && strcmp(row->key, pane->focus_key) == 0;
    return row->id == pane->focus_id;
}

const struct pane_row *pane_focused(struct ui *ui, const struct pane_row *rows, size_t n)
{
    const struct card_pane *pane = &ui->pane;
    const struct pane_row *near = NULL;
    size_t place = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].part != pane->part)
            continue;
        if (has_focus(pane, &rows[i]))
            return &rows[i];
        if (place <= pane->focus)
            near = &rows[i];
        place++;
    }
    return near;
}

const struct pane_row *pane_row_here(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    struct pane_row *rows;
    if (card == NULL)
        return NULL;
    size_t n = pane_rows(ui, card, &rows);
    return pane_focused(ui, rows, n);
}

/* ---- opening and closing */

void pane_open(struct ui *ui, uint64_t id)
{
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    if (card == NULL) {
        ui_say(ui, ROLE_WARN, "This card is gone.");
        return;
    }
    if (ui->typing.object != 0)
        typing_end(ui);
    if (ui->open_card != id)
        ui->pane = (struct card_pane){.part = PANE_TEXT};
    ui->open_card = id;
    if (card->deleted_seq == 0)
        ui_focus(ui, card->block->o.id, id);
    ui->dirty = true;
}

void pane_close(struct ui *ui)
{
    if (ui->typing.object != 0)
        typing_end(ui);
    if (ui->open_card == 0)
        return;
    ui->open_card = 0;
    if (ui->replica != NULL)
        ui->dirty = true;
}

void pane_event(struct ui *ui, const struct replica_event *event)
{
    const struct card *card = pane_card(ui);
    const Cocanvas__Op *op = event->op;
    if (ui->open_card == 0)
        return;
    if (card == NULL) {
        pane_close(ui);
        return;
    }
    if (op == NULL || event->batch == NULL || event->own || ui->ask.kind != ASK_NONE)
        return;
    const char *who = ui_person_name(ui, event->batch->author);
    if (op->kind_case == COCANVAS__OP__KIND_CARD_DELETE && op->card_delete->id == card->o.id)
        ui_say(ui, ROLE_WARN, "%s removed this card. Press X to restore it.", who);
    if (op->kind_case == COCANVAS__OP__KIND_CARD_RESTORE && op->card_restore->id == card->o.id)
        ui_say(ui, ROLE_GOOD, "%s restored this card.", who);
}

void ui_run_pane_close(struct ui *ui)
{
    pane_close(ui);
}

/* ---- moving about */

static void focus_row(struct ui *ui, const struct pane_row *rows, size_t n, size_t at)
{
    struct card_pane *pane = &ui->pane;
    pane->part = rows[at].part;
    pane->focus_id = rows[at].id;
    pane->focus = 0;
    pane->focus_key[0] = '\0';
    if (rows[at].key != NULL)
        snprintf(pane->focus_key, sizeof pane->focus_key, "%s", rows[at].key);
    for (size_t i = 0; i < at && i < n; i++)
        pane->focus += rows[i].part == pane->part;
    ui->dirty = true;
}

static void focus_text(struct ui *ui)
{
    ui->pane = (struct card_pane){.part = PANE_TEXT};
    ui->dirty = true;
}

/* One row on; above the first one is the text. */
static void step(struct ui *ui, bool down)
{
    const struct card *card = pane_card(ui);
    struct pane_row *rows;
    if (card == NULL)
        return;
    size_t n = pane_rows(ui, card, &rows);
    const struct pane_row *here = ui->pane.part != PANE_TEXT ? pane_focused(ui, rows, n) : NULL;
    if (here == NULL && ui->pane.part != PANE_TEXT) { /* an empty part: to the next row that there is */
        size_t at = 0;
        while (at + 1 < n && rows[at].part < ui->pane.part)
            at++;
        focus_row(ui, rows, n, at);
    } else if (here == NULL && down && n > 0) {
        focus_row(ui, rows, n, 0);
    } else if (here != NULL && down && here + 1 < rows + n) {
        focus_row(ui, rows, n, (size_t)(here - rows) + 1);
    } else if (here == rows && !down) {
        focus_text(ui);
    } else if (here != NULL && !down) {
        focus_row(ui, rows, n, (size_t)(here - rows) - 1);
    }
}

void ui_run_pane_down(struct ui *ui)
{
    step(ui, true);
}

void ui_run_pane_up(struct ui *ui)
{
    step(ui, false);
}

void pane_wheel(struct ui *ui, int n)
{
    struct card_pane *pane = &ui->pane;
    size_t most = pane->text_lines > (size_t)pane->text_height ? pane->text_lines - (size_t)pane->text_height : 0;
    ui->dirty = true;
    if (pane->part != PANE_TEXT) {
        for (int i = n < 0 ? -n : n; i > 0; i--)
            step(ui, n > 0);
        return;
    }
    if (pane->top > most)
        pane->top = most;
    if (n < 0)
        pane->top -= pane->top < (size_t)-n ? pane->top : (size_t)-n;
    else
        pane->top += most - pane->top < (size_t)n ? most - pane->top : (size_t)n;
}

static int page(const struct ui *ui)
{
    return ui->pane.part != PANE_TEXT || ui->pane.text_height < 3 ? 4 : ui->pane.text_height - 1;
}

void ui_run_pane_page_down(struct ui *ui)
{
    pane_wheel(ui, page(ui));
}

void ui_run_pane_page_up(struct ui *ui)
{
    pane_wheel(ui, -page(ui));
}

void pane_click(struct ui *ui, size_t row, bool twice)
{
    const struct card *card = pane_card(ui);
    struct pane_row *rows;
    size_t n = card != NULL ? pane_rows(ui, card, &rows) : 0;
    if (row >= n)
        return;
    if (ui->typing.object != 0)
        typing_end(ui); /* what is clicked stands where it stood: a text that is emptied goes only afterwards */
    focus_row(ui, rows, n, row);
    if (twice)
        ui_run_pane_edit(ui);
}

static void go_part(struct ui *ui, int by)
{
    struct card_pane *pane = &ui->pane;
    struct pane_row *rows;
    const struct card *card = pane_card(ui);
    if (card == NULL)
        return;
    *pane = (struct card_pane){.part = (enum pane_part)(((int)pane->part + by + PANE_PARTS) % PANE_PARTS)};
    size_t n = pane_rows(ui, card, &rows);
    for (size_t i = n; i > 0; i--) {
        if (rows[i - 1].part == pane->part)
            focus_row(ui, rows, n, i - 1);
    }
    ui->dirty = true;
}

void ui_run_pane_next_part(struct ui *ui)
{
    go_part(ui, 1);
}

void ui_run_pane_prev_part(struct ui *ui)
{
    go_part(ui, -1);
}

/* ---- from card to card */

static struct card *first_alive(const struct block *block, bool last)
{
    for (uint32_t i = 0; i < block->n_cards; i++) {
        struct card *card = block->cards[last ? block->n_cards - 1 - i : i];
        if (card->deleted_seq == 0)
            return card;
    }
    return NULL;
}

/* The next or previous card in the order of filling, over the border of blocks; NULL at the ends. */
static struct card *neighbour(const struct ui *ui, const struct card *card, bool next)
{
    struct card *near = next ? card_next_alive(card) : card_prev_alive(card);
    if (near != NULL)
        return near;
    size_t n, at = 0;
    struct block **blocks = canvas_blocks_in_order(ui_view(ui), &n);
    while (at < n && blocks[at] != card->block)
        at++;
    /* a part stands in no block that one sees */
    for (size_t i = at == n ? n : next ? at + 1 : at - 1; i < n && near == NULL; i += next ? 1 : SIZE_MAX)
        near = first_alive(blocks[i], !next);
    free(blocks);
    return near;
}

static void go_card(struct ui *ui, bool next)
{
    const struct card *card = pane_card(ui);
    const struct card *near = card != NULL ? neighbour(ui, card, next) : NULL;
    if (near != NULL)
        pane_open(ui, near->o.id);
    else
        ui_say(ui, ROLE_TEXT, next ? "This is the last card." : "This is the first card.");
}

void ui_run_pane_next_card(struct ui *ui)
{
    go_card(ui, true);
}

void ui_run_pane_prev_card(struct ui *ui)
{
    go_card(ui, false);
}

/* ---- doing something here */

static void follow_link(struct ui *ui, uint64_t id)
{
    const struct link_object *l = canvas_link(ui_view(ui), id);
    if (l != NULL)
        pane_open(ui, l->from == ui->open_card ? l->to : l->from);
}

static void say_removed(struct ui *ui)
{
    ui_say(ui, ROLE_WARN, "This card is removed. Press X to restore it first.");
}

void ui_run_pane_edit(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    const struct pane_row *row = pane_row_here(ui);
    if (card == NULL)
        return;
    if (card->deleted_seq != 0)
        say_removed(ui);
    else if (ui->pane.part == PANE_TEXT)
        typing_begin(ui, card->o.id, "", UINT32_MAX);
    else if (ui->pane.part == PANE_FIELDS && row == NULL)
        ui_run_pane_add_field(ui);
    else if (ui->pane.part == PANE_FIELDS)
        pane_edit_field(ui, card, row);
    else if (ui->pane.part == PANE_LINKS && row != NULL)
        follow_link(ui, row->id);
    else if (ui->pane.part == PANE_COMMENTS && row == NULL)
        ui_run_pane_comment(ui);
    else if (ui->pane.part == PANE_COMMENTS)
        pane_edit_comment(ui, row->id);
    else if (ui->pane.part == PANE_HISTORY)
        ui_run_pane_history(ui);
}

void ui_run_pane_remove(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    const struct pane_row *row = ui->pane.part != PANE_TEXT ? pane_row_here(ui) : NULL;
    if (card == NULL)
        return;
    if (row == NULL || row->part == PANE_HISTORY) {
        ui_say(ui, ROLE_TEXT, "Move to a field, a link or a comment first. X removes the whole card.");
        return;
    }
    if (row->part == PANE_COMMENTS)
        pane_remove_comment(ui, row->id);
    else if (ui_check_edit(ui) && row->part == PANE_FIELDS)
        pane_remove_field(ui, card, row);
    else if (row->part == PANE_LINKS && ui_check_edit(ui) &&
             ui_submit_one(ui, ops_link_remove(&ui->words, row->id, true)))
        ui_say(ui, ROLE_GOOD, "The link is removed.");
}

void ui_run_pane_remove_card(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    if (card == NULL || !ui_check_edit(ui))
        return;
    bool removed = card->deleted_seq != 0;
    uint64_t id = card->o.id;
    if (removed && ui_submit_one(ui, ops_card_restore(&ui->words, id)))
        ui_say(ui, ROLE_GOOD, "Restored.");
    else if (!removed && ui_submit_one(ui, ops_card_delete(&ui->words, id)))
        ui_say(ui, ROLE_GOOD, "Removed. Press X to restore it.");
}

void ui_run_pane_history(struct ui *ui)
{
    panel_show(ui, PANEL_HISTORY);
}
