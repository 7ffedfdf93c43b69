/* Fields' values, see entry.h; what words mean is read by method_ops.h, as for the commands. While a question is open, others may change the definition: each answer looks the field up
 * again. The asker's memory: ask.about[0] the card, ask.about[1] the first choice of the page that is shown, ask.kept the
 * field's key. */
#include "client/tui/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/method_ops.h"
#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui_private.h"

enum { PAGE = 8 };

/* ---- what the question is about */

static void remember(struct ui *ui, uint64_t card, const char *key, uint64_t from)
{
    char *kept = xstrdup(key);
    free(ui->ask.kept);
    ui->ask.kept = kept;
    ui->ask.kept_len = strlen(kept);
    ui->ask.about[0] = card;
    ui->ask.about[1] = from;
}

/* The card is there, and has the field; else says so. */
static const struct field *recall(struct ui *ui, const struct card **card)
{
    *card = ui->replica != NULL ? canvas_card(ui_view(ui), ui->ask.about[0]) : NULL;
    if (*card == NULL || (*card)->deleted_seq != 0 || panel_in_past(ui)) {
        ui_say(ui, ROLE_WARN, "This card is gone.");
        return NULL;
    }
    const struct field *field = fields_find(ui_fields(ui, (*card)->block), ui->ask.kept);
    if (field == NULL)
        ui_say(ui, ROLE_WARN, "Somebody has just taken this field away.");
    return field;
}

static struct method_ops begin_ops(struct ui *ui)
{
    struct method_ops o;
    char today[11];
    ui_today(ui, today);
    method_ops_init(&o, &ui->words, ui->replica, today, ui_name_of, ui);
    return o;
}

/* What is typed as the field's value, "" takes it away; else the reason is said. */
static bool set_typed(struct ui *ui, const struct card *card, const struct field *field, const char *typed)
{
    struct method_ops o = begin_ops(ui);
    struct why why = {""};
    if (method_set_field(&o, card->o.id, card, field, typed, &why) == STATUS_OK)
        return o.n == 0 || ui_submit(ui, o.n, o.ops, false);
    ui_say_why(ui, &why);
    return false;
}

static bool set_value(struct ui *ui, uint64_t card, const struct field *field, struct value value)
{
    const char *key = ui_printf(ui, "f.%s", field->key);
    return ui_submit_one(ui, ops_prop_set(&ui->words, card, key, &value));
}

static bool set_group(struct ui *ui, uint64_t card, const struct field *field, const char *name, bool on)
{
    struct method_ops o = begin_ops(ui);
    struct why why = {""};
    if (method_set_group(&o, card, field, name, on, &why) == STATUS_OK)
        return o.n == 0 || ui_submit(ui, o.n, o.ops, false);
    ui_say_why(ui, &why);
    return false;
}

/* ---- what is typed in a line */

static void line_answered(struct ui *ui, size_t choice, const char *line, uint64_t object);

static void ask_typed(struct ui *ui, uint64_t card, const struct field *field, const char *given)
{
    const char *range = field->min[0] != '\0' && field->max[0] != '\0'
                            ? ui_printf(ui, ", %s to %s", field->min, field->max)
                            : "";
    const char *unit = field->unit[0] != '\0' ? ui_printf(ui, " in %s", field->unit) : "";
    const char *title = field->title;
    if (field->type == FIELD_NUMBER)
        title = ui_printf(ui, "%s%s%s", field->title, unit, range);
    else if (field->type == FIELD_DATE)
        title = ui_printf(ui, "%s: a day like 2026-03-31, or today", field->title);
    ask_line(ui, title, given, line_answered);
    remember(ui, card, field->key, 0);
}

/* Words around which there are no blanks. */
static char *trimmed(struct ui *ui, const char *line)
{
    line += strspn(line, " ");
    size_t len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        len--;
    return arena_strndup(&ui->words, line, len);
}

static void line_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct card *card;
    (void)choice, (void)object;
    const struct field *field = recall(ui, &card);
    const char *typed = trimmed(ui, line);
    uint64_t id = ui->ask.about[0];
    if (field == NULL || typed == NULL)
        return;
    bool groups = field->type == FIELD_GROUPS;
    bool done = groups ? typed[0] == '\0' || set_group(ui, id, field, typed, true) : set_typed(ui, card, field, typed);
    field = done && !groups ? NULL : recall(ui, &card); /* the edit may have moved both */
    if (field != NULL && groups && done)
        entry_begin(ui, id, field);
    else if (field != NULL)
        ask_typed(ui, id, field, line); /* the reason has been said; what was typed stays */
}

/* ---- lists of choices, by pages */

/* Something that can be chosen. */
struct option {
    const char *key, *title;
    bool on;
};

/* Groups: those of the definition, then those that cards have. */
static size_t known_groups(struct ui *ui, const struct card *card, const struct field *field, struct option **out)
{
    struct method_ops o = begin_ops(ui);
    size_t n_used, n = 0;
    const char **used = method_groups(&o, NULL, field, &n_used);
    struct option *options = *out = arena_calloc(&ui->words, field->n_choices + n_used + 1, sizeof *options);
    ASSERT(options);
    for (size_t i = 0; i < field->n_choices; i++, n++)
        options[n] = (struct option){field->choices[i].title, field->choices[i].title, false};
    for (size_t i = 0; i < n_used; i++) {
        size_t at = 0;
        while (at < n && strcmp(options[at].key, used[i]) != 0)
            at++;
        options[at].key = options[at].title = used[i];
        n += at == n;
    }
    for (size_t i = 0; i < n; i++)
        options[i].on = card_in_group(card, field->key, options[i].key);
    return n;
}

static size_t known_choices(struct ui *ui, const struct card *card, const struct field *field, struct option **out)
{
    const struct value *value = props_get(&card->props, ui_printf(ui, "f.%s", field->key));
    *out = arena_calloc(&ui->words, field->n_choices + 1, sizeof **out);
    ASSERT(*out);
    for (size_t i = 0; i < field->n_choices; i++)
        (*out)[i] = (struct option){field->choices[i].key, field->choices[i].title,
                                    value != NULL && value->text != NULL && strcmp(value->text, field->choices[i].key) == 0};
    return field->n_choices;
}

static void add_person(struct ui *ui, struct option *options, size_t *n, uint32_t author, uint32_t now)
{
    const char *key = ui_printf(ui, "%u", author);
    for (size_t i = 0; i < *n; i++)
        if (strcmp(options[i].key, key) == 0)
            return;
    if (author != 0)
        options[(*n)++] = (struct option){key, ui_printf(ui, "%s", ui_person_name(ui, author)), author == now};
}

/* Oneself, those who are here, and all who have written on this canvas. */
static size_t known_people(struct ui *ui, const struct card *card, const struct field *field, struct option **out)
{
    const struct canvas *canvas = ui_view(ui);
    const struct value *value = props_get(&card->props, ui_printf(ui, "f.%s", field->key));
    uint32_t now = value != NULL && value->kind == VALUE_PERSON ? (uint32_t)value->number : 0;
    size_t n = 0, cap = UI_PEOPLE + canvas->n_cards + 2;
    *out = arena_calloc(&ui->words, cap, sizeof **out);
    ASSERT(*out);
    add_person(ui, *out, &n, replica_author(ui->replica), now);
    add_person(ui, *out, &n, now, now);
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (ui->people[i].session != 0)
            add_person(ui, *out, &n, ui->people[i].author, now);
    for (const struct object *o = canvas->cards; o != NULL; o = o->hh.next)
        add_person(ui, *out, &n, ((const struct card *)o)->created_by, now);
    return n;
}

static size_t options_of(struct ui *ui, const struct card *card, const struct field *field, struct option **out)
{
    if (field->type == FIELD_GROUPS)
        return known_groups(ui, card, field, out);
    return field->type == FIELD_PERSON ? known_people(ui, card, field, out) : known_choices(ui, card, field, out);
}

/* What a choice stands for besides the options, which are counted from 0. */
enum { OPTION_OTHER = 1 << 20, OPTION_NONE, OPTION_MORE };

static void option_answered(struct ui *ui, size_t choice, const char *line, uint64_t object);

static void ask_options(struct ui *ui, const struct card *card, const struct field *field, size_t from)
{
    struct option *options;
    size_t n = options_of(ui, card, field, &options);
    bool groups = field->type == FIELD_GROUPS, any = false;
    from = from < n ? from : 0;
    ui_choices_clear(ui);
    for (size_t i = from; i < n && i < from + PAGE; i++)
        (void)ui_choices_add(ui, i, "%s %s", options[i].on ? (ui->ascii ? "x" : "✓") : "·", options[i].title);
    for (size_t i = 0; i < n; i++)
        any = any || options[i].on;
    if (n > PAGE)
        (void)ui_choices_add(ui, OPTION_MORE, "more …");
    if (groups || (field->type == FIELD_CHOICE && (field->open || n == 0)))
        (void)ui_choices_add(ui, OPTION_OTHER, groups ? "another group …" : "another word …");
    if (!groups && (any || ui_cell(ui, card, field)[0] != '\0'))
        (void)ui_choices_add(ui, OPTION_NONE, "nothing");
    ask_choice(ui, groups ? ui_printf(ui, "%s: any number of them; Esc is enough", field->title) : field->title,
               ui->choices.at, option_answered);
    remember(ui, card->o.id, field->key, from);
}

/* The option's value: its index may be another one by now, so its words decide. */
static void choose(struct ui *ui, const struct card *card, const struct field *field, const char *title, bool on)
{
    struct option *options;
    size_t n = options_of(ui, card, field, &options), at = 0;
    while (at < n && strcmp(options[at].title, title) != 0)
        at++;
    if (at == n) {
        ui_say(ui, ROLE_WARN, "That is no longer among the choices.");
        return;
    }
    if (field->type == FIELD_GROUPS) {
        uint64_t id = card->o.id, from = ui->ask.about[1];
        char *key = arena_strndup(&ui->words, field->key, strlen(field->key));
        if (key == NULL || !set_group(ui, id, field, options[at].key, on))
            return;
        card = canvas_card(ui_view(ui), id);
        field = fields_find(ui_fields(ui, card->block), key);
        if (field != NULL)
            ask_options(ui, card, field, (size_t)from);
        return;
    }
    struct value value = {.kind = VALUE_CHOICE, .text = arena_strndup(&ui->words, options[at].key, strlen(options[at].key))};
    if (field->type == FIELD_PERSON)
        value = (struct value){.kind = VALUE_PERSON, .number = strtoul(options[at].key, NULL, 10)};
    (void)set_value(ui, card->o.id, field, value);
}

static void option_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct card *card;
    (void)line, (void)object;
    const struct field *field = recall(ui, &card);
    if (field == NULL || choice >= ui->choices.n)
        return;
    const char *title = ui_printf(ui, "%s", ui->choices.title[choice]);
    uint64_t what = ui->choices.id[choice];
    size_t mark = strcspn(title, " ");
    if (what == OPTION_MORE)
        ask_options(ui, card, field, ui->ask.about[1] + PAGE);
    else if (what == OPTION_OTHER)
        ask_typed(ui, card->o.id, field, "");
    else if (what == OPTION_NONE)
        entry_clear(ui, card->o.id, field);
    else
        choose(ui, card, field, title + mark + 1, strncmp(title, "·", mark) == 0);
}

/* ---- all of them */

void entry_begin(struct ui *ui, uint64_t id, const struct field *field)
{
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    if (card == NULL || (field->type != FIELD_MEASURE && field->type != FIELD_ACTION && !ui_check_edit(ui)))
        return;
    const struct value *value = props_get(&card->props, ui_printf(ui, "f.%s", field->key));
    switch (field->type) {
    case FIELD_TEXT:
        (void)typing_begin(ui, id, field->key, UINT32_MAX);
        break;
    case FIELD_NUMBER:
    case FIELD_DATE:
        ask_typed(ui, id, field, value != NULL && value->text != NULL ? value->text : "");
        break;
    case FIELD_CHOICE:
    case FIELD_GROUPS:
    case FIELD_PERSON:
        if (field->n_choices == 0 && field->type == FIELD_CHOICE)
            ask_typed(ui, id, field, value != NULL && value->text != NULL ? value->text : "");
        else
            ask_options(ui, card, field, 0);
        break;
    case FIELD_FLAG:
        (void)set_value(ui, id, field,
                        (struct value){.kind = VALUE_FLAG, .number = value == NULL || value->number == 0});
        break;
    case FIELD_MEASURE:
    case FIELD_ACTION:
        panel_show_parts(ui, id);
        break;
    case FIELD_TYPES:
        break;
    }
}

void entry_clear(struct ui *ui, uint64_t id, const struct field *field)
{
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    if (card == NULL || !ui_check_edit(ui))
        return;
    if (field->type == FIELD_MEASURE || field->type == FIELD_ACTION) {
        panel_show_parts(ui, id); /* one of them is to be chosen */
    } else if (ui_cell(ui, card, field)[0] != '\0') {
        (void)set_typed(ui, card, field, "");
    }
}

static void field_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t id = ui->ask.about[0];
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    (void)line, (void)object;
    if (card == NULL || choice >= ui->choices.n)
        return;
    const struct fields *fields = ui_fields(ui, card->block);
    if (ui->choices.id[choice] < fields->n)
        entry_begin(ui, id, &fields->at[ui->choices.id[choice]]);
}

void entry_choose(struct ui *ui, uint64_t id)
{
    const struct card *card = ui->replica != NULL ? canvas_card(ui_view(ui), id) : NULL;
    const struct fields *fields = card != NULL ? ui_fields(ui, card->block) : NULL;
    if (fields == NULL)
        return;
    if (fields->n == 0) {
        ui_say(ui, ROLE_TEXT, "Cards here have no fields of their own. On the opened card + adds one.");
        return;
    }
    ui_choices_clear(ui);
    for (size_t i = 0; i < fields->n; i++)
        if (!ui_choices_add(ui, i, "%s", fields->at[i].title))
            break;
    ask_choice(ui, "Which field?", ui->choices.at, field_chosen);
    ui->ask.about[0] = id;
}
