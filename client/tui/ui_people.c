/* Who else is here, how they are called, and following one of them. */
#include <string.h>

#include <utf8proc.h>

#include "client/tui/ui.h"
#include "common/utf8.h"

const char *ui_person_name(const struct ui *ui, uint32_t author)
{
    const char *name = author && ui->host->person ? ui->host->person(ui->host->ctx, author) : NULL;
    if (author == 0)
        return "the server";
    if (author == AUTHOR_ANONYMOUS)
        return "anonymous";
    return name && name[0] ? name : "somebody";
}

enum role ui_person_role(uint32_t author)
{
    if (author == AUTHOR_ANONYMOUS)
        return ROLE_DIM;
    return (enum role)(ROLE_PERSON_1 + (int)(author % 8));
}

/* The first letter or digit of a word, as a capital. Returns its length, 0: there is none. */
static size_t first_letter(const char *word, size_t len, char out[4])
{
    uint32_t point;
    size_t n;
    for (size_t at = 0; at < len; at += n) {
        n = utf8_decode(word + at, len - at, &point);
        if (n == 0)
            return 0;
        utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);
        bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
        if (letter || category == UTF8PROC_CATEGORY_ND)
            return utf8_encode((uint32_t)utf8proc_toupper((utf8proc_int32_t)point), out);
    }
    return 0;
}

const char *ui_initials(struct ui *ui, uint32_t author)
{
    const char *name = ui_person_name(ui, author);
    char first[4], last[4];
    size_t n_first = 0, n_last = 0;

    while (*name) {
        size_t len = strcspn(name, " -@.");
        char letter[4];
        size_t n = first_letter(name, len, letter);
        if (n > 0 && n_first == 0) {
            memcpy(first, letter, n);
            n_first = n;
        } else if (n > 0) {
            memcpy(last, letter, n);
            n_last = n;
        }
        if (name[len] == '@')
            break;
        name += len + (name[len] != '\0');
    }
    if (n_first == 0)
        return "?";
    return ui_printf(ui, "%.*s%.*s", (int)n_first, first, (int)n_last, n_last ? last : "");
}

const struct ui_person *ui_person_of(const struct ui *ui, uint32_t session)
{
    for (size_t i = 0; i < UI_PEOPLE && session; i++)
        if (ui->people[i].session == session)
            return &ui->people[i];
    return NULL;
}

size_t ui_people_on(const struct ui *ui, uint64_t object, const struct ui_person **out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < UI_PEOPLE && n < room && object; i++)
        if (ui->people[i].session && ui->people[i].object == object && !ui->people[i].away)
            out[n++] = &ui->people[i];
    return n;
}

/* ---- news */

static struct ui_person *place_for(struct ui *ui, uint32_t session)
{
    struct ui_person *empty = NULL;
    for (size_t i = 0; i < UI_PEOPLE; i++) {
        if (ui->people[i].session == session)
            return &ui->people[i];
        if (!empty && ui->people[i].session == 0)
            empty = &ui->people[i];
    }
    return empty;
}

static void person_is(struct ui *ui, const Cocanvas__Present *present)
{
    const Cocanvas__Presence *presence = present->presence;
    struct ui_person *person = place_for(ui, present->session);

    if (!person) /* more than there is room for: they are not shown */
        return;
    if (person->session == 0)
        *person = (struct ui_person){.session = present->session};
    person->author = present->author;
    if (!presence) /* here, and has not told where yet */
        return;
    person->object = presence->object;
    person->editing = presence->editing;
    person->away = presence->away;
    person->key[0] = '\0';
    if (strlen(presence->key) <= KEY_MAX)
        memcpy(person->key, presence->key, strlen(presence->key) + 1);
    typing_presence(ui, present);
}

/* The focus goes where the followed one is, without telling that one has left them. */
static void go_along(struct ui *ui)
{
    uint32_t session = ui->following;
    const struct ui_person *person = ui_person_of(ui, session);

    if (session == 0)
        return;
    if (!person) {
        ui->following = 0;
        ui_say(ui, ROLE_WARN, "The person you followed has left the canvas.");
        return;
    }
    if (person->object && !ui->typing.object)
        (void)ui_go(ui, person->object);
    ui->following = session;
}

void ui_presence_update(struct ui *ui, const Cocanvas__PresenceUpdate *update)
{
    if (update->full)
        memset(ui->people, 0, sizeof ui->people);
    for (size_t i = 0; i < update->n_present; i++) {
        const Cocanvas__Present *present = update->present[i];
        struct ui_person *person = place_for(ui, present->session);
        if (present->session == 0 || present->session == ui->session)
            continue;
        if (!present->gone)
            person_is(ui, present);
        else if (person && person->session)
            *person = (struct ui_person){0};
    }
    go_along(ui);
    ui->dirty = true;
}

void ui_follow(struct ui *ui, uint32_t session)
{
    const struct ui_person *person = ui_person_of(ui, session);

    if (ui->following && !person) {
        person = ui_person_of(ui, ui->following);
        ui_say(ui, ROLE_TEXT, "You no longer follow %s.", person ? ui_person_name(ui, person->author) : "anybody");
        ui->following = 0;
        return;
    }
    if (!person)
        return;
    ui->following = session;
    ui_say(ui, ROLE_GOOD, "You follow %s: you see where they are, until you move.", ui_person_name(ui, person->author));
    go_along(ui);
}
