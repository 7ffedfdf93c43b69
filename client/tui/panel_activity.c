/* What happened, newest first, as sentences. The keystrokes of one person in one text are one line, and so is a new card
 * with what is typed into it; a batch of many changes is one line and a figure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/describe.h"
#include "client/cli/find.h"
#include "client/cli/output.h"
#include "client/tui/kinds.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"

enum {
    JOIN_MS = 120000, /* typing goes on in its line as long as its pauses are shorter */
    JOIN_LINES = 8,   /* and others have not done so much meanwhile that nobody would see it change */
    WORDS_BYTES = 1 << 20,
};

const struct panel_event *panel_event_at(const struct panel *p, size_t row)
{
    if (row >= p->n_events)
        return NULL;
    return &p->activity[(p->next + PANEL_ACTIVITY_LINES - 1 - row) % PANEL_ACTIVITY_LINES];
}

void panel_activity_forget(struct panel *p)
{
    for (size_t i = 0; i < PANEL_ACTIVITY_LINES; i++)
        free(p->activity[i].sentence);
    memset(p->activity, 0, sizeof(p->activity));
    p->next = p->n_events = 0;
}

/* ---- words */

static bool is_own(const struct ui *ui, uint32_t author)
{
    return ui->replica && author != 0 && author == replica_author(ui->replica);
}

const char *panel_event_who(struct ui *ui, const struct panel_event *e)
{
    if (e->author == 0)
        return "The server";
    return is_own(ui, e->author) ? "You" : arena_line(&ui->words, ui_person_name(ui, e->author));
}

const char *panel_event_words(struct ui *ui, const struct panel_event *e)
{
    const char *sentence = e->sentence ? e->sentence : "";

    if (e->writing && !e->added) {
        bool now = ui->now_ms - e->at_ms < PANEL_WRITING_MS;

        return arena_printf(&ui->words, "%s %s",
                            !now                    ? "wrote"
                            : is_own(ui, e->author) ? "are writing"
                                                    : "is writing",
                            sentence);
    }
    if (e->more > 0)
        return arena_printf(&ui->words, "%s, and %u more", sentence, e->more);
    return sentence;
}

static const char *name_of(void *ctx, uint32_t author)
{
    return ui_person_name(ctx, author);
}

/* ---- what an op is about */

static uint64_t about(const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return op->card_create->id;
    case COCANVAS__OP__KIND_CARD_DELETE:
        return op->card_delete->id;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return op->card_restore->id;
    case COCANVAS__OP__KIND_CARD_MOVE:
        return op->card_move->id;
    case COCANVAS__OP__KIND_PROP_SET:
        return op->prop_set->object;
    case COCANVAS__OP__KIND_TAG_SET:
        return op->tag_set->card;
    case COCANVAS__OP__KIND_VOTE_SET:
        return op->vote_set->card;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return op->text_edit->object;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return op->comment_add->object;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return op->comment_delete->id;
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return op->comment_resolve->id;
    case COCANVAS__OP__KIND_LINK_ADD:
        return op->link_add->from;
    case COCANVAS__OP__KIND_READING_ADD:
        return op->reading_add->object;
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return op->block_add->block ? op->block_add->block->id : 0;
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return op->block_remove->id;
    default:
        return 0;
    }
}

/* A link leads to the card that it comes from, a reading to its card. */
uint64_t panel_op_place(const struct canvas *c, const Cocanvas__Op *op)
{
    const struct link_object *link;
    const struct reading *reading;

    if (op->kind_case == COCANVAS__OP__KIND_LINK_REMOVE) {
        link = canvas_link(c, op->link_remove->id);
        return link ? link->from : 0;
    }
    if (op->kind_case == COCANVAS__OP__KIND_READING_REMOVE) {
        reading = canvas_reading(c, op->reading_remove->id);
        return reading ? reading->object : 0;
    }
    return about(op);
}

/* The sentence without the name that it begins with. */
static char *sentence_of(struct arena *arena, struct ui *ui, uint32_t author, const Cocanvas__Op *op)
{
    const struct describe d = {.arena = arena, .canvas = ui_view(ui), .person = name_of, .ctx = ui};
    const char *who = author ? arena_line(arena, ui_person_name(ui, author)) : "The server";
    const char *sentence = describe_op(&d, author, op);
    size_t len = strlen(who);

    if (!sentence)
        return NULL;
    return xstrdup(strncmp(sentence, who, len) == 0 && sentence[len] == ' ' ? sentence + len + 1 : sentence);
}

/* ---- typing */

static bool is_edit(const struct canvas *c, const Cocanvas__Op *op)
{
    return op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT && canvas_card(c, op->text_edit->object);
}

/* Keystrokes; or a new card and what is typed into it, sent together. */
static bool is_typing(const struct ui *ui, const struct replica_event *event)
{
    const struct panel_event *last = panel_event_at(&ui->panel, 0);

    if (!is_edit(ui_view(ui), event->op) || event->batch->undo_of)
        return false;
    return event->batch->n_ops == 1 ||
           (last && last->added && last->more == 0 && last->object == event->op->text_edit->object &&
            ui->panel.batch_seq == event->batch->seq);
}

/* What is being written, as it is now: "7.12 in Channels: 'Whole'". */
static char *writing_words(struct arena *arena, struct ui *ui, const struct card *card, const char *key, bool added)
{
    const struct describe d = {.arena = arena, .canvas = ui_view(ui), .person = name_of, .ctx = ui};

    if (key[0])
        return xasprintf("%s of %s", arena_line(arena, key), describe_card(&d, card));
    if (!added)
        return xstrdup(describe_card(&d, card));
    return xasprintf("added %s to %s%s%s%s", id_text(arena, card->o.id), arena_line(arena, ui_shown_block(ui_view(ui), card)->title),
                     card->text.len_bytes ? ": '" : "", short_text(arena, &card->text, 60),
                     card->text.len_bytes ? "'" : "");
}

/* The line of the same person in the same text, if it is the last thing that this person did. */
static struct panel_event *line_to_join(struct panel *p, uint32_t author, const Cocanvas__TextEdit *edit,
                                        const struct card *card, int64_t at_ms)
{
    for (size_t row = 0; row < JOIN_LINES && row < p->n_events; row++) {
        struct panel_event *e = &p->activity[(p->next + PANEL_ACTIVITY_LINES - 1 - row) % PANEL_ACTIVITY_LINES];

        if (e->author != author)
            continue;
        if (e->object != edit->object || at_ms - e->at_ms > JOIN_MS)
            return NULL;
        if (e->added) /* to where it is no more: then that remains what was told */
            return edit->key[0] == '\0' && e->block == card->block->o.id ? e : NULL;
        return e->writing && strcmp(e->key, edit->key) == 0 ? e : NULL;
    }
    return NULL;
}

/* ---- taking in */

static struct panel_event *new_line(struct ui *ui, const Cocanvas__Committed *batch, uint64_t object, char *sentence)
{
    struct panel *p = &ui->panel;
    struct panel_event *e = &p->activity[p->next];

    free(e->sentence);
    *e = (struct panel_event){
        .serial = ++p->serial,
        .at_ms = batch->time_ms,
        .author = batch->author,
        .object = object,
        .sentence = sentence,
    };
    p->next = (p->next + 1) % PANEL_ACTIVITY_LINES;
    if (p->n_events < PANEL_ACTIVITY_LINES)
        p->n_events++;
    if (p->kind == PANEL_ACTIVITY && !p->focused && p->focus == 0)
        p->focus_id = e->serial; /* nobody reads in it: the newest stays on top */
    return e;
}

static void take_typing(struct ui *ui, struct arena *arena, const Cocanvas__Committed *batch,
                        const Cocanvas__TextEdit *edit)
{
    const struct card *card = canvas_card(ui_view(ui), edit->object);
    struct panel_event *e = line_to_join(&ui->panel, batch->author, edit, card, batch->time_ms);
    bool added = e && e->added;
    char *sentence = writing_words(arena, ui, card, edit->key, added);

    if (e) {
        free(e->sentence);
        e->sentence = sentence;
        e->at_ms = batch->time_ms;
    } else {
        e = new_line(ui, batch, edit->object, sentence);
        e->writing = true;
        (void)snprintf(e->key, sizeof(e->key), "%s", edit->key);
    }
}

/* A further change of the batch that the newest line tells: it is counted. What was deleted says more than how its text
 * became empty before. */
static void count_in(struct panel_event *e, char *sentence, uint64_t object, bool edit)
{
    if (e->edit && !edit) {
        free(e->sentence);
        e->sentence = sentence;
        e->object = object;
        e->edit = false;
        return;
    }
    e->more += !edit || e->edit;
    free(sentence);
}

static void take_other(struct ui *ui, struct arena *arena, const struct replica_event *event)
{
    struct panel *p = &ui->panel;
    bool edit = is_edit(ui_view(ui), event->op);
    uint64_t object = panel_op_place(ui_view(ui), event->op);
    char *sentence = sentence_of(arena, ui, event->batch->author, event->op);
    struct panel_event *e;

    if (!sentence)
        return;
    if (event->batch->undo_of) {
        char *undone = xasprintf("%s (undo)", sentence);

        free(sentence);
        sentence = undone;
    }
    if (p->n_events > 0 && p->batch_seq == event->batch->seq) {
        count_in(&p->activity[(p->next + PANEL_ACTIVITY_LINES - 1) % PANEL_ACTIVITY_LINES], sentence, object, edit);
        return;
    }
    e = new_line(ui, event->batch, object, sentence);
    e->edit = edit;
    e->added = event->op->kind_case == COCANVAS__OP__KIND_CARD_CREATE && !event->batch->undo_of;
    if (e->added && event->op->card_create->place)
        e->block = event->op->card_create->place->block;
    p->batch_seq = event->batch->seq;
}

void panel_tick(struct ui *ui)
{
    const struct panel *p = &ui->panel;

    for (size_t row = 0; p->kind == PANEL_ACTIVITY && row < JOIN_LINES && row < p->n_events; row++) {
        const struct panel_event *e = panel_event_at(p, row);
        int64_t at_ms = e->at_ms + PANEL_WRITING_MS;

        if (e->writing && at_ms > ui->now_ms && (ui->wake_ms == 0 || at_ms < ui->wake_ms))
            ui->wake_ms = at_ms;
    }
}

void panel_event(struct ui *ui, const struct replica_event *event)
{
    struct arena arena;

    panel_search_event(ui, event);
    if (!event->batch || !event->op || !ui_view(ui))
        return;
    arena_init(&arena, WORDS_BYTES);
    if (is_typing(ui, event))
        take_typing(ui, &arena, event->batch, event->op->text_edit);
    else
        take_other(ui, &arena, event);
    arena_fini(&arena);
    if (ui->panel.kind == PANEL_ACTIVITY)
        ui->dirty = true;
}
