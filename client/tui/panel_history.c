/* Back in time: step by step, to named versions, and bringing back what was. The state that is wanted is asked of the
 * outside, and the one before stays on the screen until it comes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/describe.h"
#include "client/cli/find.h"
#include "client/cli/output.h"
#include "client/core/past.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"

enum { RESTORE_BYTES = 256 << 20 };

static void canvas_drop(struct canvas *c)
{
    if (!c)
        return;
    canvas_fini(c);
    free(c);
}

static uint64_t head_of(const struct ui *ui)
{
    return ui->replica ? replica_seq(ui->replica) : 0;
}

/* ---- named versions */

static int newest_first(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x > *y ? -1 : *x < *y;
}

void panel_named_sort(struct ui *ui)
{
    struct panel *p = &ui->panel;
    const struct canvas *c = ui_view(ui);

    p->n_named = 0;
    if (!c)
        return;
    p->named = xrealloc(p->named, (HASH_COUNT(c->named) + 1) * sizeof(*p->named));
    for (const struct object *o = c->named; o; o = o->hh.next)
        p->named[p->n_named++] = o->id;
    qsort(p->named, p->n_named, sizeof(*p->named), newest_first);
}

size_t panel_named_rows(const struct ui *ui)
{
    return ui->panel.n_named + 1;
}

const struct named *panel_named_of(const struct ui *ui, uint64_t seq)
{
    const struct canvas *c = ui_view(ui);

    return c ? (const struct named *)canvas_find(c, OBJECT_NAMED, seq) : NULL;
}

const struct named *panel_named_at(const struct ui *ui, size_t row)
{
    return row > 0 && row <= ui->panel.n_named ? panel_named_of(ui, ui->panel.named[row - 1]) : NULL;
}

/* ---- going */

void panel_history_forget(struct ui *ui)
{
    struct panel *p = &ui->panel;

    canvas_drop(p->past);
    p->past = NULL;
    p->seq = p->past_seq = p->past_asked = 0;
    p->past_sentence[0] = '\0';
    ui->dirty = true;
}

void panel_history_go(struct ui *ui, uint64_t seq)
{
    struct panel *p = &ui->panel;

    ui->dirty = true;
    if (seq == 0 || seq >= head_of(ui)) {
        panel_history_forget(ui);
        return;
    }
    p->seq = seq;
    if (seq == p->past_seq) {
        p->past_asked = 0;
        return;
    }
    p->past_asked = seq;
    if (ui->host->history)
        ui->host->history(ui->host->ctx, seq);
}

static const char *name_of(void *ctx, uint32_t author)
{
    const struct ui *ui = ctx;

    return ui->replica && author == replica_author(ui->replica) ? "You" : ui_person_name(ui, author);
}

static void tell_batch(struct ui *ui, const Cocanvas__Committed *batch)
{
    struct panel *p = &ui->panel;
    struct arena arena;

    p->past_author = batch ? batch->author : 0;
    p->past_ms = batch ? batch->time_ms : 0;
    p->past_sentence[0] = '\0';
    if (!batch)
        return;
    arena_init(&arena, RESTORE_BYTES);
    const struct describe d = {.arena = &arena, .canvas = p->past, .person = name_of, .ctx = ui, .past = true};
    const char *sentence = describe_batch(&d, batch);
    size_t len = strlen(sentence);

    if (len >= sizeof(p->past_sentence))
        len = sizeof(p->past_sentence) - 1;
    while (len > 0 && sentence[len] != '\0' && ((unsigned char)sentence[len] & 0xc0) == 0x80)
        len--; /* not in the middle of a character */
    memcpy(p->past_sentence, sentence, len);
    p->past_sentence[len] = '\0';
    arena_fini(&arena);
}

void ui_past(struct ui *ui, uint64_t seq, struct canvas *past, const Cocanvas__Committed *batch, const char *sentence)
{
    struct panel *p = &ui->panel;

    if (p->kind != PANEL_HISTORY || p->past_asked != seq || seq == 0) {
        canvas_drop(past); /* meanwhile one has gone on */
        return;
    }
    p->past_asked = 0;
    ui->dirty = true;
    if (!past) {
        ui_say(ui, ROLE_WARN, "%s", sentence && sentence[0] ? sentence : "That state cannot be had now.");
        p->seq = p->past_seq;
        return;
    }
    canvas_drop(p->past);
    p->past = past;
    p->past_seq = seq;
    tell_batch(ui, batch);
}

static void step(struct ui *ui, int64_t by)
{
    int64_t head = (int64_t)head_of(ui), from = ui->panel.seq ? (int64_t)ui->panel.seq : head, to = from + by;

    if (head < 2) {
        ui_say(ui, ROLE_DIM, "This canvas has no past yet.");
        return;
    }
    if (to < 1)
        to = 1;
    if (to == from && by < 0)
        ui_say(ui, ROLE_DIM, "This is the beginning.");
    else if (from == head && by > 0)
        ui_say(ui, ROLE_DIM, "This is now.");
    panel_history_go(ui, to >= head ? 0 : (uint64_t)to);
}

void ui_run_history_back(struct ui *ui)
{
    step(ui, -1);
}

void ui_run_history_forward(struct ui *ui)
{
    step(ui, 1);
}

void ui_run_history_back_ten(struct ui *ui)
{
    step(ui, -10);
}

void ui_run_history_forward_ten(struct ui *ui)
{
    step(ui, 10);
}

void ui_run_history_first(struct ui *ui)
{
    step(ui, -(int64_t)head_of(ui));
}

void ui_run_history_now(struct ui *ui)
{
    panel_history_go(ui, 0);
}

/* ---- bringing back */

/* object: a card, or 0 for everything. Back in the present, so that one sees what it did. */
static void restore(struct ui *ui, uint64_t object)
{
    struct panel *p = &ui->panel;
    struct canvas *past = p->past;
    struct arena arena;
    size_t n = 0;
    Cocanvas__Op **ops;

    if (!past)
        return;
    p->past = NULL;
    panel_history_forget(ui);
    arena_init(&arena, RESTORE_BYTES);
    ops = past_restore_ops(ui_view(ui), past, object, &arena, &n);
    if (!ops)
        ui_say(ui, ROLE_WARN, "That is too much for one step. Bring cards back one by one.");
    else if (n == 0)
        ui_say(ui, ROLE_DIM, "Nothing is different: it still is as it was then.");
    else if (ui_submit(ui, n, ops, false))
        ui_say(ui, ROLE_GOOD, object ? "%s is as it was then. Undo takes that back."
                                     : "The canvas is as it was then. Undo takes that back.",
               id_text(&ui->words, object));
    arena_fini(&arena);
    canvas_drop(past);
}

enum { CHOICE_CARD, CHOICE_ALL };

static void card_or_all(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line;
    (void)object;
    if (choice == CHOICE_CARD || choice == CHOICE_ALL)
        restore(ui, choice == CHOICE_CARD ? ui->ask.about[0] : 0);
}

static void all_or_not(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line;
    (void)object;
    if (choice == 0)
        restore(ui, 0);
}

void ui_run_history_restore(struct ui *ui)
{
    static const struct ask_choice both[] = {
        {'c', "Only this card: its text, fields, tags and place"}, {'a', "The whole canvas"}, {'n', "Nothing"}, {0, NULL}};
    static const struct ask_choice all[] = {{'a', "The whole canvas"}, {'n', "Nothing"}, {0, NULL}};
    struct panel *p = &ui->panel;
    const struct card *card = p->past ? canvas_card(p->past, ui->card) : NULL;
    char question[200];

    if (!p->past) {
        ui_say(ui, ROLE_DIM, "This is now. Step back first, with ← or h.");
        return;
    }
    if (card && card->deleted_seq == 0) {
        (void)snprintf(question, sizeof(question), "Bring back how it was %.40s? The card is %s.",
                       ui_time(ui, p->past_ms), panel_place(ui, ui->card));
        ask_choice(ui, question, both, card_or_all);
        ui->ask.about[0] = ui->card;
    } else {
        (void)snprintf(question, sizeof(question), "Bring back how it was %.40s?", ui_time(ui, p->past_ms));
        ask_choice(ui, question, all, all_or_not);
    }
}

/* ---- naming */

static Cocanvas__Op *name_op(struct arena *a, uint64_t seq, const char *name)
{
    Cocanvas__Op *op = arena_alloc(a, sizeof(*op));
    Cocanvas__NameSeq *m = arena_alloc(a, sizeof(*m));

    if (!op || !m)
        return NULL;
    cocanvas__op__init(op);
    cocanvas__name_seq__init(m);
    m->seq = seq;
    m->name = arena_strndup(a, name, strlen(name));
    op->kind_case = COCANVAS__OP__KIND_NAME_SEQ;
    op->name_seq = m;
    return m->name ? op : NULL;
}

static void name_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t seq = ui->ask.about[0];
    const struct named *named = panel_named_of(ui, seq);
    Cocanvas__Op *op = name_op(&ui->words, seq, line);

    (void)choice;
    (void)object;
    if (!op || (line[0] == '\0' && !named))
        return;
    if (!ui_submit_one(ui, op))
        return;
    if (line[0])
        ui_say(ui, ROLE_GOOD, "This version is called “%s” now.", line);
    else
        ui_say(ui, ROLE_DIM, "The version has no name any more.");
}

static void ask_name(struct ui *ui, uint64_t seq)
{
    const struct named *named = panel_named_of(ui, seq);

    ask_line(ui, seq < head_of(ui) ? "Name this version" : "Name the canvas as it is now", named ? named->name : "",
             name_given);
    ui->ask.about[0] = seq;
}

void ui_run_history_name(struct ui *ui)
{
    if (ui->panel.past_seq == 0)
        ui_run_name_now(ui);
    else
        ask_name(ui, ui->panel.past_seq);
}

void ui_run_name_now(struct ui *ui)
{
    if (head_of(ui) == 0)
        ui_say(ui, ROLE_WARN, "Nothing has been saved on this canvas yet.");
    else
        ask_name(ui, head_of(ui));
}
