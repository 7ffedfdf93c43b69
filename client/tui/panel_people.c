/* Who is here: oneself, then the others by name. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"

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
    return ui->panel.n_people + 1;
}

const struct ui_person *panel_person_at(const struct ui *ui, size_t row)
{
    const struct panel *p = &ui->panel;

    if (row == 0 || row > p->n_people)
        return NULL;
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session == p->people[row - 1])
            return &ui->people[i];
    return NULL;
}

void panel_people_go(struct ui *ui)
{
    const struct ui_person *person = panel_person_at(ui, ui->panel.focus);

    if (!person)
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
