/* A card's fields: co-edited texts are typed in place; numbers, dates, choices and the like are asked for in a line and
 * checked before they go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/ops.h"
#include "client/tui/entry.h"
#include "client/tui/kinds.h"
#include "client/tui/typing_private.h"
#include "common/buf.h"
#include "common/utf8.h"

const char *pane_field_name(const char *key)
{
    return strncmp(key, "f.", 2) == 0 && key[2] != '\0' ? key + 2 : key;
}

const char *pane_value(struct ui *ui, const struct value *value)
{
    const struct card *card;
    const char *text = "";
    switch (value->kind) {
    case VALUE_NONE:
        return "";
    case VALUE_TEXT:
    case VALUE_NUMBER:
    case VALUE_DATE:
    case VALUE_CHOICE:
        return value->text;
    case VALUE_FLAG:
        return value->number != 0 ? "yes" : "no";
    case VALUE_PERSON:
        text = ui_person_name(ui, (uint32_t)value->number);
        break;
    case VALUE_OBJECT:
        card = canvas_card(ui_view(ui), value->number);
        text = card != NULL ? short_text(&ui->words, &card->text, 40) : "(gone)";
        break;
    }
    char *copy = arena_strndup(&ui->words, text, strlen(text));
    return copy != NULL ? copy : "";
}

static const char *kind_hint(enum value_kind kind)
{
    switch (kind) {
    case VALUE_NUMBER:
        return " (a number, like 12 or 3.50)";
    case VALUE_DATE:
        return " (a day, YYYY-MM-DD)";
    case VALUE_CHOICE:
        return " (one of its choices)";
    default:
        return "";
    }
}

/* ---- a value in a line. The asker's memory: about[0] the card, about[1] the value's kind, kept: the key. */

static void value_answered(struct ui *ui, size_t choice, const char *line, uint64_t object);

static void ask_value(struct ui *ui, uint64_t card, const char *key, enum value_kind kind, const char *given)
{
    char title[200];
    char *kept = xstrdup(key);
    snprintf(title, sizeof title, "%s%s", pane_field_name(key), kind_hint(kind));
    ask_line(ui, title, given, value_answered);
    free(ui->ask.kept);
    ui->ask.kept = kept;
    ui->ask.kept_len = strlen(kept);
    ui->ask.about[0] = card;
    ui->ask.about[1] = kind;
}

static bool set_prop(struct ui *ui, uint64_t card, const char *key, const struct value *value)
{
    return ui_submit_one(ui, ops_prop_set(&ui->words, card, key, value));
}

/* 3,5 is what most of Europe types. */
static void point_for_comma(char *number)
{
    char *comma = strchr(number, ',');
    if (comma != NULL && strchr(number, '.') == NULL)
        *comma = '.';
}

static void value_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)choice, (void)object;
    uint64_t card = ui->ask.about[0];
    enum value_kind kind = (enum value_kind)ui->ask.about[1];
    if (ui->replica == NULL || canvas_card(ui_view(ui), card) == NULL)
        return;
    char *typed = arena_strndup(&ui->words, line, strlen(line));
    char *key = arena_strndup(&ui->words, ui->ask.kept, ui->ask.kept_len);
    if (typed == NULL || key == NULL)
        return;
    if (kind == VALUE_NUMBER)
        point_for_comma(typed);
    struct value value = {.kind = typed[0] != '\0' ? kind : VALUE_NONE, .text = typed};
    if (!set_prop(ui, card, key, &value))
        ask_value(ui, card, key, kind, line); /* the reason has been said; what was typed is still there */
}

/* ---- a person. The asker's memory: as above; choices are the people who are here, then oneself. */

static size_t people_here(const struct ui *ui, uint32_t authors[ASK_CHOICES - 2])
{
    size_t n = 0;
    authors[n++] = replica_author(ui->replica);
    for (size_t i = 0; i < UI_PEOPLE && n < ASK_CHOICES - 2; i++) {
        bool known = ui->people[i].session == 0;
        for (size_t j = 0; j < n; j++)
            known = known || authors[j] == ui->people[i].author;
        if (!known)
            authors[n++] = ui->people[i].author;
    }
    return n;
}

static void person_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (ui->replica == NULL)
        return;
    uint32_t authors[ASK_CHOICES - 2];
    memcpy(authors, ui->ask.kept, sizeof authors);
    const char *key = ui->ask.kept + sizeof authors;
    if (choice < ASK_CHOICES - 2 && authors[choice] != 0) {
        struct value value = {.kind = VALUE_PERSON, .number = authors[choice]};
        set_prop(ui, ui->ask.about[0], key, &value);
    }
}

static void ask_person(struct ui *ui, uint64_t card, const char *key)
{
    uint32_t authors[ASK_CHOICES - 2] = {0};
    struct ask_choice choices[ASK_CHOICES] = {{0}};
    size_t n = people_here(ui, authors), key_len = strlen(key);
    /* Names stand behind the key in the kept text, so that they last as long as the question. */
    struct buf kept;
    buf_init(&kept);
    buf_add(&kept, authors, sizeof authors);
    buf_add(&kept, key, key_len + 1);
    size_t names[ASK_CHOICES];
    for (size_t i = 0; i < n; i++) {
        const char *name = ui_person_name(ui, authors[i]);
        names[i] = buf_len(&kept);
        buf_add(&kept, name, strlen(name) + 1);
    }
    char *bytes = xmalloc(buf_len(&kept));
    memcpy(bytes, buf_at(&kept), buf_len(&kept));
    for (size_t i = 0; i < n; i++)
        choices[i] = (struct ask_choice){.key = (uint32_t)('1' + i), .title = bytes + names[i]};
    ask_choice(ui, pane_field_name(key), choices, person_answered);
    free(ui->ask.kept);
    ui->ask.kept = bytes;
    ui->ask.kept_len = buf_len(&kept);
    ui->ask.about[0] = card;
    buf_fini(&kept);
}

/* ---- a card */

static void object_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)choice, (void)line;
    struct value value = {.kind = VALUE_OBJECT, .number = object};
    if (ui->replica != NULL && object != 0)
        set_prop(ui, ui->ask.about[0], ui->ask.kept, &value);
}

static void ask_object(struct ui *ui, uint64_t card, const char *key)
{
    char *kept = xstrdup(key);
    ask_card(ui, pane_field_name(key), object_answered);
    free(ui->ask.kept);
    ui->ask.kept = kept;
    ui->ask.kept_len = strlen(kept);
    ui->ask.about[0] = card;
}

void pane_edit_field(struct ui *ui, const struct card *card, const struct pane_row *row)
{
    const struct value *value = props_get(&card->props, row->key);
    uint64_t id = card->o.id;
    if (row->field != NULL) {
        entry_begin(ui, id, row->field);
        return;
    }
    if (!ui_check_edit(ui))
        return;
    if (row->is_text) {
        typing_begin(ui, id, row->key, UINT32_MAX);
        return;
    }
    if (value == NULL)
        return;
    if (value->kind == VALUE_FLAG) {
        struct value other = {.kind = VALUE_FLAG, .number = value->number == 0};
        set_prop(ui, id, row->key, &other);
    } else if (value->kind == VALUE_PERSON) {
        ask_person(ui, id, row->key);
    } else if (value->kind == VALUE_OBJECT) {
        ask_object(ui, id, row->key);
    } else {
        ask_value(ui, id, row->key, value->kind, value->text);
    }
}

void pane_remove_field(struct ui *ui, const struct card *card, const struct pane_row *row)
{
    struct why why = {""};
    struct value none = {.kind = VALUE_NONE};
    char name[KEY_MAX + 1];
    snprintf(name, sizeof name, "%s", pane_field_name(row->key));
    bool done;
    if (row->field != NULL) { /* its column stays */
        entry_clear(ui, card->o.id, row->field);
        return;
    }
    if (row->is_text) {
        done = replica_text_set(ui->replica, card->o.id, row->key, "", 0, ui->now_ms, &why) == STATUS_OK;
        if (done)
            ui_edited(ui);
        else
            ui_say_why(ui, &why);
    } else {
        done = set_prop(ui, card->o.id, row->key, &none);
    }
    if (done)
        ui_say(ui, ROLE_GOOD, "The field %s is removed.", name);
}

/* ---- a new field: its name, then its kind. The asker's memory: about[0] the card, kept: the key. */

enum { NEW_TEXT, NEW_NUMBER, NEW_DATE, NEW_FLAG, NEW_PERSON, NEW_CARD };

static void kind_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    uint64_t card = ui->ask.about[0];
    if (ui->replica == NULL)
        return;
    char key[KEY_MAX + 1];
    snprintf(key, sizeof key, "%s", ui->ask.kept);
    struct value yes = {.kind = VALUE_FLAG, .number = 1};
    ui->pane = (struct card_pane){.part = PANE_FIELDS};
    memcpy(ui->pane.focus_key, key, sizeof key);
    if (choice == NEW_TEXT)
        typing_begin(ui, card, key, UINT32_MAX);
    else if (choice == NEW_NUMBER || choice == NEW_DATE)
        ask_value(ui, card, key, choice == NEW_NUMBER ? VALUE_NUMBER : VALUE_DATE, "");
    else if (choice == NEW_FLAG)
        set_prop(ui, card, key, &yes);
    else if (choice == NEW_PERSON)
        ask_person(ui, card, key);
    else
        ask_object(ui, card, key);
}

/* "Cost per unit" → "cost-per-unit"; false if nothing is left. */
static bool make_key(const char *name, char key[KEY_MAX + 1])
{
    size_t n = 0;
    for (; *name != '\0' && n < KEY_MAX; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
        bool letter = c >= 'a' && c <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (letter || (other && n > 0))
            key[n++] = c;
        else if (n > 0 && key[n - 1] != '-' && (unsigned char)c < 0x80)
            key[n++] = '-';
    }
    while (n > 0 && key[n - 1] == '-')
        n--;
    key[n] = '\0';
    return n > 0;
}

static void name_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    static const struct ask_choice kinds[] = {{'t', "Text, written together"},
                                              {'n', "Number"},
                                              {'d', "Date"},
                                              {'y', "Yes or no"},
                                              {'p', "Person"},
                                              {'c', "Card"},
                                              {0, NULL}};
    (void)choice, (void)object;
    uint64_t id = ui->ask.about[0];
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    char key[KEY_MAX + 1], title[200];
    if (card == NULL)
        return;
    if (!make_key(line, key)) {
        ui_say(ui, ROLE_WARN, "A field's name needs a letter from a to z.");
        return;
    }
    if (fields_find(ui_fields(ui, card->block), key) != NULL || props_get(&card->props, key) != NULL || canvas_text(ui_view(ui), id, key) != NULL) {
        ui_say(ui, ROLE_WARN, "The card has a field %s already.", key);
        return;
    }
    char *kept = xstrdup(key);
    snprintf(title, sizeof title, "What is %s?", key);
    ask_choice(ui, title, kinds, kind_answered);
    free(ui->ask.kept);
    ui->ask.kept = kept;
    ui->ask.kept_len = strlen(kept);
    ui->ask.about[0] = id;
}

void ui_run_pane_add_field(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    if (card == NULL || !ui_check_edit(ui))
        return;
    ask_line(ui, "Name of the new field", "", name_answered);
    ui->ask.about[0] = card->o.id;
}
