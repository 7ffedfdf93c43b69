/* Who is here: oneself, then guests who wait to be let in, then the others by name. And what a facilitator does about
 * guests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"
#include "common/utf8.h"

struct present {
    const struct ui_person *person;
    const char *name;
};

static int by_name(const void *a, const void *b)
{
    const struct present *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order != 0)
        return order;
    return x->person->session < y->person->session ? -1 : x->person->session > y->person->session;
}

void panel_people_sort(struct ui *ui)
{
    struct panel *p = &ui->panel;
    struct present present[UI_PEOPLE];
    size_t n = 0;

    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session)
            present[n++] = (struct present){
                .person = &ui->people[i],
                .name = arena_fold(&ui->words, ui_person_name(ui, ui->people[i].author)),
            };
    qsort(present, n, sizeof(present[0]), by_name);
    if (!p->people)
        p->people = xcalloc(UI_PEOPLE, sizeof(*p->people));
    for (size_t i = 0; i < n; i++)
        p->people[i] = present[i].person->session;
    p->n_people = n;
}

size_t panel_people_rows(const struct ui *ui)
{
    return ui->panel.n_people + ui->n_lobby + 1;
}

const struct ui_waiting *panel_waiting_at(const struct ui *ui, size_t row)
{
    return row >= 1 && row <= ui->n_lobby ? &ui->lobby[row - 1] : NULL;
}

const struct ui_person *panel_person_at(const struct ui *ui, size_t row)
{
    const struct panel *p = &ui->panel;

    if (row <= ui->n_lobby || row - ui->n_lobby > p->n_people)
        return NULL;
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session == p->people[row - ui->n_lobby - 1])
            return &ui->people[i];
    return NULL;
}

void panel_people_go(struct ui *ui)
{
    const struct ui_person *person = panel_person_at(ui, ui->panel.focus);

    const struct ui_waiting *waiting = panel_waiting_at(ui, ui->panel.focus);

    if (waiting)
        ui_say(ui, ROLE_TEXT, "%s waits to be let in: %s lets in, %s sends away.", waiting->name,
               ui_key(ui, ACTION_ADMIT), ui_key(ui, ACTION_DENY));
    else if (!person)
        ui_say(ui, ROLE_DIM, "That is you.");
    else if (person->object == 0)
        ui_say(ui, ROLE_DIM, "%s has not gone anywhere yet.", ui_person_name(ui, person->author));
    else
        (void)panel_goto(ui, person->object);
}

void ui_run_panel_follow(struct ui *ui)
{
    const struct ui_person *person;

    if (ui->panel.kind != PANEL_PEOPLE)
        return;
    person = panel_person_at(ui, ui->panel.focus);
    ui->dirty = true;
    if (person)
        ui_follow(ui, ui->following == person->session ? 0 : person->session);
    else
        ui_say(ui, ROLE_DIM, "That is you. Choose whom you want to follow.");
}

/* ---- guests */

static void decide(struct ui *ui, bool admit)
{
    const struct ui_waiting *waiting = ui->panel.kind == PANEL_PEOPLE ? panel_waiting_at(ui, ui->panel.focus) : NULL;

    if (!waiting)
        ui_say(ui, ROLE_DIM, ui->n_lobby ? "Choose somebody who waits first." : "Nobody waits to be let in.");
    else if (ui->host->lobby)
        ui->host->lobby(ui->host->ctx, waiting->number, admit);
}

void ui_run_admit(struct ui *ui)
{
    decide(ui, true);
}

void ui_run_deny(struct ui *ui)
{
    decide(ui, false);
}

void ui_run_admit_all(struct ui *ui)
{
    if (ui->n_lobby == 0)
        ui_say(ui, ROLE_DIM, "Nobody waits to be let in.");
    else if (ui->host->lobby)
        ui->host->lobby(ui->host->ctx, 0, true);
}

static void ask_host(struct ui *ui, enum ui_guests what)
{
    if (ui->host->guests)
        ui->host->guests(ui->host->ctx, what);
}

static void open_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    static const enum ui_guests what[] = {UI_OPEN_WITH_LOBBY, UI_OPEN_FOR_GUESTS, UI_OPEN_WITH_PSEUDONYMS};

    (void)line, (void)object;
    if (choice < sizeof(what) / sizeof(*what))
        ask_host(ui, what[choice]);
}

void ui_run_guests_open(struct ui *ui)
{
    static const struct ask_choice choices[] = {
        {'l', "Guests, each let in by a facilitator"},
        {'c', "Guests, a code is enough"},
        {'p', "Guests under pseudonyms, each let in"},
        {0, NULL},
    };

    ask_choice(ui, "Open this canvas for guests, for twelve hours at most?", choices, open_answered);
}

void ui_run_guests_code(struct ui *ui)
{
    ask_host(ui, UI_MAKE_CODE);
}

static void close_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice == 0)
        ask_host(ui, UI_CLOSE_FOR_GUESTS);
}

void ui_run_guests_close(struct ui *ui)
{
    static const struct ask_choice choices[] = {{'c', "Close it"}, {'n', "No"}, {0, NULL}};

    ask_choice(ui, "All guests are out at once; what they wrote stays.", choices, close_answered);
}

/* Says who is new among those who wait. */
void ui_lobby_update(struct ui *ui, const Cocanvas__LobbyUpdate *update)
{
    uint32_t newest = 0;

    for (size_t i = 0; i < ui->n_lobby; i++)
        newest = ui->lobby[i].number > newest ? ui->lobby[i].number : newest;
    ui->n_lobby = 0;
    for (size_t i = 0; i < update->n_waiting && i < UI_LOBBY; i++) {
        const Cocanvas__LobbyGuest *guest = update->waiting[i];
        struct ui_waiting *waiting = &ui->lobby[ui->n_lobby++];
        char *clean = utf8_printable(guest->name, strlen(guest->name), false, NULL);

        waiting->number = guest->number;
        snprintf(waiting->name, sizeof(waiting->name), "%s", clean);
        free(clean);
        if (guest->number > newest)
            ui_say(ui, ROLE_WARN, "%s waits to be let in. %s shows who is here.", waiting->name,
                   ui_key(ui, ACTION_PEOPLE));
    }
    if (update->crowded)
        ui_say(ui, ROLE_WARN, "Somebody tries many wrong codes: for a while all guests come through the lobby.");
    ui->dirty = true;
}
