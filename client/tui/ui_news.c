/* What comes from outside: the canvas' changes, the connection, refusals, time. */
#include <stdio.h>
#include <string.h>

#include "client/tui/ui_private.h"

/* The objects that an op changes so that one may want to see it: at most two. */
static size_t changed_objects(const Cocanvas__Op *op, uint64_t ids[2])
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        ids[0] = op->card_create->id;
        return 1;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        ids[0] = op->card_restore->id;
        return 1;
    case COCANVAS__OP__KIND_CARD_MOVE:
        ids[0] = op->card_move->id;
        return 1;
    case COCANVAS__OP__KIND_PROP_SET:
        ids[0] = op->prop_set->object;
        return 1;
    case COCANVAS__OP__KIND_TAG_SET:
        ids[0] = op->tag_set->card;
        return 1;
    case COCANVAS__OP__KIND_VOTE_SET:
        ids[0] = op->vote_set->card;
        return 1;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        ids[0] = op->text_edit->object;
        return 1;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        ids[0] = op->comment_add->object;
        return 1;
    case COCANVAS__OP__KIND_LINK_ADD:
        ids[0] = op->link_add->from;
        ids[1] = op->link_add->to;
        return 2;
    case COCANVAS__OP__KIND_READING_ADD:
        ids[0] = op->reading_add->object;
        return 1;
    case COCANVAS__OP__KIND_BLOCK_ADD:
        ids[0] = op->block_add->block->id;
        return 1;
    default:
        return 0;
    }
}

/* One place for each object; the oldest goes when all are taken. */
static void highlight(struct ui *ui, uint64_t object, uint32_t author)
{
    struct ui_change *place = &ui->changes[0];
    for (size_t i = 0; i < UI_CHANGES; i++) {
        struct ui_change *change = &ui->changes[i];
        if (change->object == object) {
            place = change;
            break;
        }
        if (place->object && (change->object == 0 || change->at_ms < place->at_ms))
            place = change;
    }
    *place = (struct ui_change){.object = object, .author = author, .at_ms = ui->now_ms};
}

uint32_t ui_changed_by(const struct ui *ui, uint64_t object)
{
    for (size_t i = 0; i < UI_CHANGES && object; i++)
        if (ui->changes[i].object == object && ui->now_ms - ui->changes[i].at_ms < UI_CHANGED_MS)
            return ui->changes[i].author;
    return 0;
}

static void take_title(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    (void)snprintf(ui->canvas_name, sizeof ui->canvas_name, "%s", canvas ? canvas_title(canvas) : "");
}

/* The focused card went to another block, and the focus stays: who took it is worth a sentence. */
static void tell_of_move(struct ui *ui, const struct replica_event *event, uint64_t before)
{
    const Cocanvas__Op *op = event->op;
    const struct canvas *canvas = ui_view(ui);
    const char *who = ui_person_name(ui, event->batch->author);

    if (before == 0 || ui->card == before || before == ui->open_card) /* pane_event() told of an opened one */
        return;
    if (op->kind_case == COCANVAS__OP__KIND_CARD_DELETE && op->card_delete->id == before)
        ui_say(ui, ROLE_TEXT, "%s removed %s.", who, ui_card_words(ui, before));
    if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE && op->card_move->id == before && canvas_card(canvas, before))
        ui_say(ui, ROLE_TEXT, "%s moved %s to %s.", who, ui_card_words(ui, before),
               canvas_card(canvas, before)->block->title);
}

static void note_undo(struct ui *ui, const Cocanvas__Op *op);

void ui_replica_event(struct ui *ui, const struct replica_event *event)
{
    bool others = event->batch && event->op && !event->own;
    uint64_t ids[2], before = ui->card;
    size_t n = others ? changed_objects(event->op, ids) : 0;

    if (!ui->replica)
        return;
    ui_method_event(ui, event);
    typing_event(ui, event);
    pane_event(ui, event);
    panel_event(ui, event);
    for (size_t i = 0; i < n; i++)
        highlight(ui, ids[i], event->batch->author);
    if (ui->undoing.on && event->own && event->op && !event->batch)
        note_undo(ui, event->op);
    if (!event->op || (event->op->kind_case == COCANVAS__OP__KIND_PROP_SET && event->op->prop_set->object == 0))
        take_title(ui);
    ui_settle(ui);
    if (others)
        tell_of_move(ui, event, before);
    ui->dirty = true;
    if (!ui->inside) {
        ui_tell_presence(ui);
        arena_reset(&ui->words);
    }
}

/* ---- what an undo did */

static const char *set_words(struct ui *ui, const Cocanvas__PropSet *set)
{
    const char *key = strncmp(set->key, "f.", 2) == 0 ? set->key + 2 : set->key;
    const char *of = set->object && !canvas_block(ui_view(ui), set->object) ? ui_card_words(ui, set->object)
                     : set->object                                          ? "the block"
                                                                            : "the canvas";
    return ui_printf(ui, "%s of %s is as before", strcmp(key, "color") == 0 ? "the colour" : key, of);
}

static const char *undo_words(struct ui *ui, const Cocanvas__Op *op, uint64_t *object)
{
    const struct card *card;
    uint64_t ids[2] = {0, 0};

    *object = changed_objects(op, ids) ? ids[0] : 0;
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_DELETE:
        return ui_printf(ui, "%s is removed", ui_card_words(ui, op->card_delete->id));
    case COCANVAS__OP__KIND_CARD_CREATE:
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return ui_printf(ui, "%s is back", ui_card_words(ui, *object));
    case COCANVAS__OP__KIND_CARD_MOVE:
        card = canvas_card(ui_view(ui), *object);
        return ui_printf(ui, "%s is in %s", ui_card_words(ui, *object), card ? card->block->title : "its block");
    case COCANVAS__OP__KIND_PROP_SET:
        return set_words(ui, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return ui_printf(ui, "%s %s “%s”", ui_card_words(ui, *object),
                         op->tag_set->on ? "has the tag" : "is without the tag", op->tag_set->tag);
    case COCANVAS__OP__KIND_VOTE_SET:
        return ui_printf(ui, "your vote for %s %s", ui_card_words(ui, *object),
                         op->vote_set->on ? "counts again" : "is taken back");
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return ui_printf(ui, "the text %s", ui_card_words(ui, *object));
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return op->comment_delete->on ? "the comment is removed" : "the comment is back";
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return op->link_remove->on ? "the link is removed" : "the link is back";
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return op->block_remove->on ? "the block is removed" : "the block is back";
    default:
        return "one change";
    }
}

/* A card that comes back is told of as such; that its place is put right, too, is a part of it. */
static void note_undo(struct ui *ui, const Cocanvas__Op *op)
{
    uint64_t object;
    const char *words = undo_words(ui, op, &object);
    bool same = object && object == ui->undoing.object;

    if (ui->undoing.n == 0 || (same && op->kind_case == COCANVAS__OP__KIND_CARD_DELETE)) {
        (void)snprintf(ui->undoing.first, sizeof ui->undoing.first, "%s", words);
        ui->undoing.object = object;
    }
    ui->undoing.n += ui->undoing.n == 0 || !same;
}

/* ---- the connection */

void ui_link_changed(struct ui *ui, const struct ui_link *link)
{
    bool was_online = ui->link.online, was_degraded = ui->link.degraded;
    bool was_offline = !was_online && ui->link.offline_since_ms != 0;

    ui->link = *link;
    ui->dirty = true;
    if (ui->screen != SCREEN_CANVAS)
        return;
    if (link->failed && link->sentence[0])
        ui_say(ui, ROLE_BAD, "%s", link->sentence);
    else if (was_online && !link->online)
        ui_say(ui, ROLE_WARN, "Connection lost. Go on working: changes are kept here and sent later.");
    else if (was_offline && link->online)
        ui_say(ui, ROLE_GOOD, "Connected again.");
    else if (link->degraded && !was_degraded)
        ui_say(ui, ROLE_WARN, "The server cannot save now. Go on working: changes are kept until it can.");
    else if (was_degraded && !link->degraded)
        ui_say(ui, ROLE_GOOD, "The server saves again.");
}

void ui_rejected(struct ui *ui, const char *sentence)
{
    ui_say(ui, ROLE_BAD, "%s", sentence);
}

/* ---- time */

static void wake_at(struct ui *ui, int64_t ms)
{
    if (ui->wake_ms == 0 || ms < ui->wake_ms)
        ui->wake_ms = ms;
}

static void tick_unsent(struct ui *ui)
{
    if (!ui->replica || replica_unsent_ops(ui->replica) == 0)
        ui->unsent_since_ms = 0;
    else if (ui->unsent_since_ms == 0)
        ui->unsent_since_ms = ui->now_ms;
    if (ui->unsent_since_ms && ui->now_ms < ui->unsent_since_ms + UI_UNSENT_MS)
        wake_at(ui, ui->unsent_since_ms + UI_UNSENT_MS);
}

void ui_tick(struct ui *ui)
{
    ui->wake_ms = 0;
    for (size_t i = 0; i < UI_CHANGES; i++) {
        struct ui_change *change = &ui->changes[i];
        if (change->object && ui->now_ms - change->at_ms >= UI_CHANGED_MS) {
            *change = (struct ui_change){0};
            ui->dirty = true;
        }
        if (change->object)
            wake_at(ui, change->at_ms + UI_CHANGED_MS);
    }
    if (ui->message[0] && ui->message_until_ms && ui->now_ms >= ui->message_until_ms) {
        ui->message[0] = '\0';
        ui->dirty = true;
    }
    if (ui->message[0] && ui->message_until_ms)
        wake_at(ui, ui->message_until_ms);
    tick_unsent(ui);
    panel_tick(ui);
}
