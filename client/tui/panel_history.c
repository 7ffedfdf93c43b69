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
#include "common/utf8.h"

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

/* Length without a character that was cut in its middle. */
static size_t utf8_cut(const char *text, size_t room)
{
    size_t len = strnlen(text, room);

    while (len > 0 && !utf8_check(text, len, NULL))
        len--;
    return len;
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
    p->past_object = batch && batch->n_ops ? panel_op_place(p->past, batch->ops[0]) : 0;
    p->past_sentence[0] = '\0';
    if (!batch)
        return;
    arena_init(&arena, RESTORE_BYTES);
    const struct describe d = {.arena = &arena, .canvas = p->past, .person = name_of, .ctx = ui, .past = true};
    const char *sentence = describe_batch(&d, batch);

    (void)snprintf(p->past_sentence, sizeof(p->past_sentence), "%s", sentence);
    p->past_sentence[utf8_cut(p->past_sentence, strlen(p->past_sentence))] = '\0';
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
        ui_say(ui, ROLE_GOOD,
               object ? "%s is as it was then. Undo takes that back."
                      : "The canvas is as it was then. Undo takes that back.",
               id_text(&ui->words, object));
    arena_fini(&arena);
    canvas_drop(past);
}

/* What can be brought back is offered in this order: the card with the focus, the one that the change was about,
 * everything. ask.about keeps the objects, panel.offered the words. */
static void chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    size_t n = ui->panel.n_offered;

    (void)line;
    (void)object;
    if (choice < n)
        restore(ui, ui->ask.about[choice]);
    else if (choice == n)
        restore(ui, 0);
}

static void offer(struct ui *ui, struct ask_choice *choices, uint64_t *about, uint64_t object)
{
    struct panel *p = &ui->panel;
    const struct card *card = canvas_card(p->past, object);
    char *words;

    if (!card || card->deleted_seq || (p->n_offered > 0 && about[0] == object))
        return;
    words = p->offered[p->n_offered];
    (void)snprintf(words, sizeof(p->offered[0]), "Only the card %s", panel_place(ui, object));
    words[utf8_cut(words, sizeof(p->offered[0]) - 1)] = '\0';
    choices[p->n_offered] = (struct ask_choice){.key = p->n_offered ? 'd' : 'c', .title = words};
    about[p->n_offered++] = object;
}

void ui_run_history_restore(struct ui *ui)
{
    struct panel *p = &ui->panel;
    struct ask_choice choices[PANEL_OFFERED + 3] = {{0}};
    uint64_t about[PANEL_OFFERED] = {0};
    char question[200];

    if (!p->past) {
        ui_say(ui, ROLE_DIM, "This is now. Step back first: %s.", ui_key(ui, ACTION_HISTORY_BACK));
        return;
    }
    p->n_offered = 0;
    offer(ui, choices, about, ui->card);
    offer(ui, choices, about, p->past_object);
    choices[p->n_offered] = (struct ask_choice){.key = 'a', .title = "The whole canvas"};
    choices[p->n_offered + 1] = (struct ask_choice){.key = 'n', .title = "Nothing"};
    (void)snprintf(question, sizeof(question), "Bring back how it was at %s? (change %" PRIu64 ")",
                   ui_time(ui, p->past_ms), p->past_seq);
    ask_choice(ui, question, choices, chosen);
    memcpy(ui->ask.about, about, sizeof(about));
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

/* Not through ui_submit(): a name is given while the past is looked at, and changes nothing of it. */
static bool submit_name(struct ui *ui, Cocanvas__Op *op)
{
    struct why why = {""};

    if (!ui->replica || replica_edit(ui->replica, 1, &op, ui->now_ms, false, &why) != STATUS_OK) {
        ui_say(ui, ROLE_WARN, "The name could not be given: %s", why.text);
        return false;
    }
    ui_edited(ui);
    return true;
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
    if (!submit_name(ui, op))
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
