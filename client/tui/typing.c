/* A text being typed: beginning and ending, where the caret is when others change the text, and telling others where
 * it is. One's own caret stays in front of what another person types exactly there, another's caret behind what that
 * person typed: so each stands where the next character of its owner will appear (text.h's rule of ties). */
#include "client/tui/typing.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/typing_private.h"
#include "common/buf.h"
#include "common/utf8.h"

void typing_init(struct typing *t)
{
    memset(t, 0, sizeof *t);
    t->want_cell = -1;
}

void typing_fini(struct typing *t)
{
    free(t->was);
    free(t->killed);
    typing_init(t);
}

/* ---- the text */

static const struct text *alive_text(const struct ui *ui, uint64_t object, const char *key)
{
    static char nothing[1];
    static const struct text empty = {.bytes = nothing};
    const struct canvas *view = ui_view(ui);
    const struct card *card = view != NULL ? canvas_card(view, object) : NULL;
    const struct comment *comment = view != NULL && card == NULL ? canvas_comment(view, object) : NULL;
    const struct card *about = comment != NULL ? canvas_card(view, comment->object) : NULL;
    if (about != NULL && about->deleted_seq != 0)
        return NULL;
    if ((card != NULL && card->deleted_seq != 0) || (comment != NULL && comment->deleted_seq != 0))
        return NULL;
    const struct text *text = view != NULL ? canvas_text(view, object, key) : NULL;
    return text == NULL && card != NULL && key[0] != '\0' ? &empty : text;
}

const struct text *typing_text(const struct ui *ui)
{
    const struct typing *t = &ui->typing;
    return t->object != 0 ? alive_text(ui, t->object, t->key) : NULL;
}

void typing_remember(struct ui *ui)
{
    struct typing *t = &ui->typing;
    const struct text *text = typing_text(ui);
    if (text == NULL)
        return;
    if (t->was_cap < (size_t)text->len_bytes + 1) {
        t->was_cap = 2 * ((size_t)text->len_bytes + 1);
        t->was = xrealloc(t->was, t->was_cap);
    }
    memcpy(t->was, text->bytes, text->len_bytes);
    t->was[text->len_bytes] = '\0';
    t->was_len = text->len_bytes;
}

const struct text *typing_settle(struct ui *ui)
{
    struct typing *t = &ui->typing;
    const struct text *text = typing_text(ui);
    if (text == NULL) {
        t->object = 0;
        return NULL;
    }
    bool selected = t->caret != t->anchor;
    t->caret = text_snap(text, t->caret < text->len_points ? t->caret : text->len_points);
    if (!selected)
        t->anchor = t->caret;
    else
        t->anchor = text_snap(text, t->anchor < text->len_points ? t->anchor : text->len_points);
    return text;
}

bool typing_has_lines(const struct ui *ui)
{
    const struct typing *t = &ui->typing;
    return t->key[0] != '\0' || ui->open_card == t->object || canvas_card(ui_view(ui), t->object) == NULL;
}

void typing_end_run(struct ui *ui)
{
    ui->typing.run = RUN_NONE;
}

void typing_selection(const struct typing *t, uint32_t *from, uint32_t *to)
{
    *from = t->caret < t->anchor ? t->caret : t->anchor;
    *to = t->caret < t->anchor ? t->anchor : t->caret;
}

void typing_caret(struct ui *ui, uint32_t at, bool select)
{
    struct typing *t = &ui->typing;
    t->caret = at;
    if (!select && !t->selecting)
        t->anchor = at;
    t->want_cell = -1;
    typing_end_run(ui);
    ui->dirty = true;
    typing_tell(ui);
}

/* ---- telling others */

void typing_tell(struct ui *ui)
{
    struct typing *t = &ui->typing;
    Cocanvas__Presence presence;
    uint64_t from, to;
    cocanvas__presence__init(&presence);
    if (t->object == 0 || ui->replica == NULL || ui->host->presence == NULL ||
        replica_history_wanted(ui->replica, &from, &to))
        return;
    presence.object = t->object;
    presence.key = t->key;
    presence.caret = replica_caret_to_confirmed(ui->replica, t->object, t->key, t->caret);
    presence.anchor = replica_caret_to_confirmed(ui->replica, t->object, t->key, t->anchor);
    presence.at_seq = replica_seq(ui->replica);
    presence.editing = true;
    ui->host->presence(ui->host->ctx, &presence);
}

/* ---- beginning and ending */

bool typing_may(struct ui *ui, uint64_t object)
{
    const struct comment *comment = canvas_comment(ui_view(ui), object);
    if (comment == NULL)
        return ui_check_edit(ui);
    if (comment->created_by != replica_author(ui->replica)) {
        ui_say(ui, ROLE_WARN, "Only %s can change this comment. Press a to answer it.",
               ui_person_name(ui, comment->created_by));
        return false;
    }
    return pane_may_comment(ui);
}

static bool is_opened_text(const struct ui *ui)
{
    return ui->typing.object == ui->open_card && ui->typing.key[0] == '\0';
}

bool typing_begin(struct ui *ui, uint64_t object, const char *key, uint32_t caret)
{
    struct typing *t = &ui->typing;
    if (t->object != 0 && (t->object != object || strcmp(t->key, key) != 0))
        typing_end(ui);
    const struct text *text = ui->replica != NULL ? alive_text(ui, object, key) : NULL;
    size_t key_len = strlen(key);
    if (text == NULL || key_len > KEY_MAX) {
        ui_say(ui, ROLE_WARN, "This text is gone.");
        return false;
    }
    if (!typing_may(ui, object))
        return false;
    t->object = object;
    memcpy(t->key, key, key_len + 1);
    t->caret = t->anchor = text_snap(text, caret < text->len_points ? caret : text->len_points);
    t->selecting = t->is_new = false;
    t->want_cell = -1;
    t->top = is_opened_text(ui) ? ui->pane.top : 0;
    t->run = RUN_NONE;
    typing_remember(ui);
    typing_tell(ui);
    ui->dirty = true;
    return true;
}

static bool is_blank(const struct text *text)
{
    for (uint32_t i = 0; i < text->len_bytes; i++) {
        if (strchr(" \t\n", text->bytes[i]) == NULL)
            return false;
    }
    return true;
}

/* An empty new card was nothing: it leaves no step to be undone, if it can. */
static void take_new_card_away(struct ui *ui, uint64_t id)
{
    const struct card *card = canvas_card(ui_view(ui), id);
    const struct card *near = card_prev_alive(card) != NULL ? card_prev_alive(card) : card_next_alive(card);
    uint64_t block = card->block->o.id, focus = near != NULL ? near->o.id : 0;
    struct why why = {""};
    if (replica_undo_depth(ui->replica) == ui->typing.undo_depth &&
        replica_undo(ui->replica, ui->now_ms, &why) == STATUS_OK)
        ui_edited(ui);
    card = canvas_card(ui_view(ui), id);
    if (card != NULL && card->deleted_seq == 0)
        ui_submit_one(ui, ops_card_delete(&ui->words, id));
    if (ui->card == id)
        ui_focus(ui, block, focus);
}

void typing_end(struct ui *ui)
{
    struct typing *t = &ui->typing;
    const struct text *text = typing_text(ui);
    uint64_t object = t->object;
    if (object != 0 && is_opened_text(ui))
        ui->pane.top = t->top; /* what one looked at stays there */
    bool blank = text != NULL && t->key[0] == '\0' && is_blank(text);
    t->object = 0; /* from here on events about the text are not for us */
    t->selecting = false;
    if (object == 0)
        return;
    if (blank && t->is_new)
        take_new_card_away(ui, object);
    else if (blank && canvas_comment(ui_view(ui), object) != NULL)
        pane_submit_comment(ui, ops_comment_delete(&ui->words, object, true));
    t->is_new = false;
    ui->dirty = true;
}

/* ---- others' carets: kept in confirmed coordinates, and told anew in the view's after each change */

static void bring_up(struct ui *ui, struct ui_person *p)
{
    struct replica *r = ui->replica;
    if (p->told_seq <= replica_seq(r)) {
        p->told_caret = replica_caret_follow(r, p->object, p->key, p->author, p->told_seq, p->told_caret);
        p->told_anchor = replica_caret_follow(r, p->object, p->key, p->author, p->told_seq, p->told_anchor);
        p->told_seq = replica_seq(r);
    }
    p->caret = replica_caret_to_view(r, p->object, p->key, p->told_caret);
    p->anchor = replica_caret_to_view(r, p->object, p->key, p->told_anchor);
}

static void bring_up_people(struct ui *ui)
{
    for (size_t i = 0; i < UI_PEOPLE; i++) {
        if (ui->people[i].session != 0 && ui->people[i].editing)
            bring_up(ui, &ui->people[i]);
    }
}

void typing_presence(struct ui *ui, const Cocanvas__Present *present)
{
    const Cocanvas__Presence *presence = present->presence;
    if (presence == NULL || !presence->editing || ui->replica == NULL)
        return;
    for (size_t i = 0; i < UI_PEOPLE; i++) {
        struct ui_person *p = &ui->people[i];
        if (p->session == 0 || p->session != present->session)
            continue;
        p->told_seq = presence->at_seq;
        p->told_caret = presence->caret;
        p->told_anchor = presence->anchor;
        bring_up(ui, p);
    }
}

/* ---- one's own caret under others' changes */

/* The place behind the last change of an op. */
static uint32_t end_of_change(const struct text_op *op)
{
    uint64_t at = 0, end = 0;
    for (uint32_t i = 0; i < op->n_steps; i++) {
        if (op->steps[i].kind != TEXT_REMOVE)
            at += op->steps[i].points;
        if (op->steps[i].kind != TEXT_RETAIN)
            end = at;
    }
    return (uint32_t)end;
}

static void carry_own(struct ui *ui, const struct text_op *op, bool local)
{
    struct typing *t = &ui->typing;
    if (t->splicing)
        return;
    if (local) { /* undo, an editor outside: one wants to see what it did */
        t->caret = t->anchor = end_of_change(op);
    } else {
        t->caret = text_transform_position(op, t->caret, TEXT_RIGHT);
        t->anchor = text_transform_position(op, t->anchor, TEXT_RIGHT);
    }
}

/* The whole state was replaced (a snapshot, a refused edit): the caret goes where the texts' difference puts it. */
static void carry_over_difference(struct ui *ui, const struct text *now)
{
    struct typing *t = &ui->typing;
    struct text was;
    struct text_op difference;
    text_init(&was);
    text_op_init(&difference);
    text_set(&was, t->was != NULL ? t->was : "", t->was_len);
    text_diff(&difference, &was, now);
    carry_own(ui, &difference, false);
    text_op_fini(&difference);
    text_fini(&was);
}

static void state_replaced(struct ui *ui)
{
    uint64_t from, to;
    if (replica_history_wanted(ui->replica, &from, &to))
        return; /* one's own edits are not in the view yet; another event follows when they are */
    bring_up_people(ui);
    if (ui->typing.object == 0)
        return;
    const struct text *text = typing_text(ui);
    if (text == NULL) {
        typing_removed(ui, 0);
        return;
    }
    carry_over_difference(ui, text);
    typing_remember(ui);
    typing_settle(ui);
    typing_tell(ui);
}

/* Whether the op takes away what is being typed in. */
static bool takes_away(const struct ui *ui, const Cocanvas__Op *op)
{
    uint64_t object = ui->typing.object;
    const struct comment *comment = canvas_comment(ui_view(ui), object);
    if (op->kind_case == COCANVAS__OP__KIND_CARD_DELETE)
        return op->card_delete->id == object || (comment != NULL && op->card_delete->id == comment->object);
    return op->kind_case == COCANVAS__OP__KIND_COMMENT_DELETE && op->comment_delete->on &&
           op->comment_delete->id == object;
}

static void carry(struct ui *ui, const struct replica_event *event)
{
    uint64_t object;
    const char *key;
    struct typing *t = &ui->typing;
    if (event->text == NULL || !op_text_target(event->op, &object, &key) || t->object != object ||
        strcmp(t->key, key) != 0)
        return;
    carry_own(ui, event->text, event->batch == NULL);
    if (event->batch == NULL && !t->splicing)
        typing_end_run(ui);
}

void typing_event(struct ui *ui, const struct replica_event *event)
{
    if (ui->replica == NULL)
        return;
    if (event->op == NULL) {
        state_replaced(ui);
        return;
    }
    carry(ui, event);
    const Cocanvas__Committed *batch = event->batch;
    if (batch != NULL && event->op != batch->ops[batch->n_ops - 1])
        return; /* the view is that after the whole batch */
    bring_up_people(ui);
    if (ui->typing.object == 0)
        return;
    if (typing_text(ui) == NULL) {
        bool taken = batch != NULL && !event->own && takes_away(ui, event->op);
        typing_removed(ui, taken ? batch->author : 0);
        return;
    }
    uint64_t from, to;
    if (replica_history_wanted(ui->replica, &from, &to))
        return;
    typing_remember(ui);
    typing_settle(ui);
    if (batch != NULL && event->own)
        typing_tell(ui); /* what was at one place of the confirmed text has a place of its own now */
}
