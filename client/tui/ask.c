/* Questions: opening them, choosing one of their rows, and handing on the answer. */
#include "client/tui/ask_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

void ask_init(struct ask *a)
{
    *a = (struct ask){0};
}

void ask_fini(struct ask *a)
{
    free(a->kept);
    *a = (struct ask){0};
}

/* ---------------------------------------------------------------- opening and closing */

/* Cut between clusters if it is too long. */
static void set_title(struct ask *a, const char *title)
{
    size_t len = strlen(title), at = 0, cluster;

    while (at < len && at + (cluster = utf8_grapheme(title + at, len - at)) < sizeof(a->title))
        at += cluster;
    memcpy(a->title, title, at);
    a->title[at] = '\0';
}

static void open_ask(struct ui *ui, enum ask_kind kind, const char *title)
{
    struct ask *a = &ui->ask;

    a->kind = kind;
    a->n_choices = a->focus = a->top = a->n_found = a->n_keys = 0;
    a->searching = false;
    a->done = NULL;
    set_title(a, title);
    ask_line_set(a, "");
    ui->dirty = true;
}

static void forget(struct ask *a)
{
    free(a->kept);
    a->kept = NULL;
    a->kept_len = 0;
    a->about[0] = a->about[1] = 0;
}

void ask_close(struct ui *ui)
{
    ui->ask.kind = ASK_NONE;
    ui->ask.done = NULL;
    forget(&ui->ask);
    ui->dirty = true;
}

static size_t first_selectable(const struct ask_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ask_selectable(&rows[i]))
            return i;
    return 0;
}

void ask_choice(struct ui *ui, const char *title, const struct ask_choice *choices,
                void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    struct ask *a = &ui->ask;

    open_ask(ui, ASK_CHOICE, title);
    while (a->n_choices < ASK_CHOICES && choices[a->n_choices].title) {
        a->choices[a->n_choices] = choices[a->n_choices];
        a->n_choices++;
    }
    a->done = done;
}

void ask_line(struct ui *ui, const char *title, const char *given,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    open_ask(ui, ASK_LINE, title);
    ask_line_set(&ui->ask, given ? given : "");
    ui->ask.done = done;
}

void ask_card(struct ui *ui, const char *title,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    open_ask(ui, ASK_CARD, title);
    ui->ask.done = done;
}

void ask_palette(struct ui *ui)
{
    open_ask(ui, ASK_PALETTE, "All commands");
}

void ask_help(struct ui *ui)
{
    open_ask(ui, ASK_HELP, "Help");
}

void ask_menu(struct ui *ui)
{
    struct ask_row *rows;

    open_ask(ui, ASK_MENU, "What can be done here");
    ui->ask.focus = first_selectable(rows, ask_rows(ui, &rows));
}

void ask_keys(struct ui *ui, const struct input *first)
{
    open_ask(ui, ASK_KEYS, "");
    ui->ask.keys[0] = *first;
    ui->ask.n_keys = 1;
}

/* ---------------------------------------------------------------- answering */

/* Closed before done() is called; what the asker keeps lasts until it returns without having asked again. */
void ask_answer(struct ui *ui, size_t choice, uint64_t object)
{
    void (*done)(struct ui *, size_t, const char *, uint64_t) = ui->ask.done;
    char line[ASK_LINE_BYTES];

    memcpy(line, ui->ask.line, ui->ask.len + 1);
    ui->ask.kind = ASK_NONE;
    ui->ask.done = NULL;
    ui->dirty = true;
    if (done)
        done(ui, choice, line, object);
    if (ui->ask.kind == ASK_NONE)
        forget(&ui->ask);
}

static void remember(struct ask *a, int action)
{
    size_t at = 0;

    while (at < ASK_RECENT - 1 && a->recent[at] != action)
        at++;
    memmove(a->recent + 1, a->recent, at * sizeof(*a->recent));
    a->recent[0] = action;
}

/* Answers what the action has just asked, or types it into the text that it has begun. */
static void hand_over(struct ui *ui, const char *argument)
{
    struct ask *a = &ui->ask;
    int best = -1;
    size_t choice = 0;

    if (a->kind == ASK_LINE || a->kind == ASK_CARD) {
        ask_line_set(a, argument);
        ui_run_ask_accept(ui);
    } else if (a->kind == ASK_CHOICE) {
        for (size_t i = 0; i < a->n_choices; i++)
            if (ask_fit(argument, a->choices[i].title) > best) {
                best = ask_fit(argument, a->choices[i].title);
                choice = i;
            }
        if (best >= 0)
            ask_answer(ui, choice, 0);
    } else if (ui->typing.object) {
        (void)typing_input(ui, &(struct input){.kind = INPUT_PASTE, .bytes = argument, .len = strlen(argument)});
    } else {
        ui_say(ui, ROLE_WARN, "That takes nothing behind its name.");
    }
}

static void run_action(struct ui *ui, enum action action, const char *argument)
{
    char kept[ASK_LINE_BYTES];

    (void)snprintf(kept, sizeof(kept), "%s", argument ? argument : "");
    ask_close(ui);
    remember(&ui->ask, (int)action);
    ui_do(ui, action);
    if (argument)
        hand_over(ui, kept);
}

static void go_to(struct ui *ui, uint64_t object)
{
    ask_close(ui);
    (void)ui_go(ui, object);
}

void ask_choose(struct ui *ui, const struct ask_row *row)
{
    if (row->refusal) {
        ui_say(ui, ROLE_WARN, "%s", row->refusal);
        return;
    }
    switch (row->kind) {
    case ASK_ROW_ACTION:
        run_action(ui, (enum action)row->id, row->argument);
        break;
    case ASK_ROW_PREFIX:
        ask_input(ui, &row->next);
        break;
    case ASK_ROW_CHOICE:
    case ASK_ROW_MORE:
        ask_answer(ui, (size_t)row->id, 0);
        break;
    case ASK_ROW_BLOCK:
    case ASK_ROW_CARD:
        if (ui->ask.kind == ASK_CARD)
            ask_answer(ui, 0, row->id);
        else
            go_to(ui, row->id);
        break;
    case ASK_ROW_HEADING:
        break;
    }
}

void ui_run_ask_accept(struct ui *ui)
{
    struct ask *a = &ui->ask;
    struct ask_row *rows;
    size_t n;

    if (a->kind == ASK_LINE) {
        ask_answer(ui, 0, 0);
        return;
    }
    if (a->kind == ASK_HELP) {
        if (a->searching)
            a->searching = false;
        else
            ask_close(ui);
        return;
    }
    n = ask_rows(ui, &rows);
    if (n > 0)
        ask_choose(ui, &rows[a->focus < n ? a->focus : n - 1]);
}

void ui_run_ask_cancel(struct ui *ui)
{
    struct ask *a = &ui->ask;

    if (a->kind == ASK_HELP && (a->searching || a->len)) {
        a->searching = false;
        a->top = 0;
        ask_line_set(a, "");
        return;
    }
    ask_close(ui);
}

void ui_run_menu(struct ui *ui)
{
    ask_menu(ui);
}
