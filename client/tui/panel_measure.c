/* A measure's own page: a line for a new reading, its properties, its readings, newest first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"

enum { PROPERTY_ID = 16 }; /* below all ids of objects of people: those have a client's number in front */

static const struct panel_property properties[] = {
    {"m.kind", "Kind", ""},
    {"m.unit", "Unit", "like hours, EUR, people"},
    {"m.direction", "Better", ""},
    {"m.baseline", "Baseline", "where it stood before; a number"},
    {"m.minimum", "Minimum", "what the customer would just accept; a number"},
    {"m.target", "Target", "what 100 % means; a number"},
    {"m.owner", "Owner", "who looks after it: a name, or me; empty: nobody"},
    {"m.period", "Review", ""},
    {"m.next", "Next review", "a day like 2026-12-01; empty: after the period"},
};

enum { PROPERTIES = sizeof properties / sizeof *properties };

const struct panel_property *panel_property_at(uint64_t id)
{
    return id >= PROPERTY_ID && id < PROPERTY_ID + PROPERTIES ? &properties[id - PROPERTY_ID] : NULL;
}

const struct reading *panel_reading(const struct ui *ui, uint64_t id)
{
    const struct canvas *c = panel_canvas(ui);
    const struct reading *reading = c ? canvas_reading(c, id) : NULL;
    return reading && reading->deleted_seq == 0 ? reading : NULL;
}

void panel_measure_gather(struct ui *ui)
{
    struct panel *p = &ui->panel;
    struct method *m = ui_method(ui);
    size_t n;

    if (!method_measure(m, p->card))
        return;
    if (ui_may_edit(ui) && !panel_in_past(ui))
        panel_item_add(p, UINT64_MAX, ITEM_NEW_READING);
    for (size_t i = 0; i < PROPERTIES; i++)
        panel_item_add(p, PROPERTY_ID + i, ITEM_PROPERTY);
    const struct measure_reading *readings = method_readings(m, p->card, &n);
    for (size_t i = n; i > 0; i--)
        panel_item_add(p, readings[i - 1].id, ITEM_READING);
}

void panel_show_measure(struct ui *ui, uint64_t card)
{
    struct panel *p = &ui->panel;
    enum panel_kind before = p->kind == PANEL_PARTS || p->kind == PANEL_REVIEW || p->kind == PANEL_HINTS ? p->kind : PANEL_NONE;

    panel_show(ui, PANEL_MEASURE);
    p->before = before;
    p->card = card;
    p->focus = p->top = 0;
    p->entering = false;
    panel_method_gather(ui);
    p->focus_id = p->n_items > 0 ? p->items[0].id : 0;
}

/* ---- in words */

struct period {
    uint32_t key;
    const char *period, *words;
};

static const struct period periods[] = {
    {'d', "P1D", "every day"},      {'w', "P1W", "every week"},         {'2', "P2W", "every two weeks"},
    {'m', "P1M", "every month"},    {'q', "P3M", "every three months"}, {'h', "P6M", "every half year"},
    {'y', "P1Y", "every year"},     {'n', "", "never"},
};
enum { PERIODS = sizeof periods / sizeof *periods };

static const char *const kind_words[MEASURE_KINDS] = {
    [MEASURE_COUNT] = "count: whole numbers, added up", [MEASURE_SUM] = "sum: numbers, added up",
    [MEASURE_AVERAGE] = "average: the mean of all",     [MEASURE_LATEST] = "latest: the newest one counts",
    [MEASURE_PERCENT] = "percent: the newest one",      [MEASURE_YESNO] = "yes or no",
};

static const char *period_words(struct ui *ui, const char *period)
{
    for (size_t i = 0; i < PERIODS; i++)
        if (*period && strcmp(periods[i].period, period) == 0)
            return periods[i].words;
    return ui_printf(ui, "%s", period);
}

const char *panel_property_words(struct ui *ui, const struct card *card, const struct panel_property *property)
{
    const struct value *value = props_get(&card->props, property->key);
    enum measure_kind kind;

    if (strcmp(property->key, "m.direction") == 0)
        return value && value->text && strcmp(value->text, "lower") == 0 ? "lower" : "higher";
    if (!value)
        return "";
    if (value->kind == VALUE_PERSON)
        return ui_printf(ui, "%s", ui_person_name(ui, (uint32_t)value->number));
    if (!value->text)
        return "";
    if (strcmp(property->key, "m.kind") == 0 && measure_kind_parse(value->text, &kind))
        return kind_words[kind];
    if (strcmp(property->key, "m.period") == 0)
        return period_words(ui, value->text);
    return ui_printf(ui, "%s", value->text);
}

/* ---- editing. about[0]: the measure; about[1]: the property's number */

static struct measure_words words_with(const char *key, const char *text)
{
    struct measure_words words = {0};
    const char **const at[PROPERTIES] = {&words.kind,    &words.unit,  &words.direction, &words.baseline, &words.minimum,
                                         &words.target, &words.owner, &words.period,    &words.next};

    for (size_t i = 0; i < PROPERTIES; i++)
        if (strcmp(properties[i].key, key) == 0)
            *at[i] = text;
    return words;
}

/* False: refused, and said. */
static bool set_property(struct ui *ui, uint64_t measure, const struct panel_property *property, const char *text)
{
    const struct card *card = canvas_card(ui_view(ui), measure);
    struct measure_words words = words_with(property->key, text);
    struct method_ops o;
    struct why why = {""};

    if (!card || card->deleted_seq != 0)
        return true;
    panel_ops_init(ui, &o);
    if (method_set_measure(&o, card, &words, &why) != STATUS_OK) {
        ui_say_why(ui, &why);
        return false;
    }
    return panel_ops_submit(ui, &o);
}

static void ask_property(struct ui *ui, uint64_t measure, const struct panel_property *property, const char *given);

static void line_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t measure = ui->ask.about[0];
    const struct panel_property *property = &properties[ui->ask.about[1]];

    (void)choice, (void)object;
    if (ui->replica && !set_property(ui, measure, property, line))
        ask_property(ui, measure, property, line); /* the reason has been said; what was typed is still there */
}

static void ask_property(struct ui *ui, uint64_t measure, const struct panel_property *property, const char *given)
{
    ask_line(ui, ui_printf(ui, "%s: %s", property->title, property->hint), given, line_given);
    ui->ask.about[0] = measure;
    ui->ask.about[1] = (uint64_t)(property - properties);
}

static void kind_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (ui->replica && choice < MEASURE_KINDS)
        (void)set_property(ui, ui->ask.about[0], &properties[0], measure_kind_name((enum measure_kind)choice));
}

static void period_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (ui->replica && choice < PERIODS)
        (void)set_property(ui, ui->ask.about[0], &properties[ui->ask.about[1]], periods[choice].period);
}

static void ask_kind(struct ui *ui, uint64_t measure)
{
    static const char keys[MEASURE_KINDS] = {'c', 's', 'a', 'l', 'p', 'y'};
    struct ask_choice choices[MEASURE_KINDS + 1] = {{0}};

    for (size_t i = 0; i < MEASURE_KINDS; i++)
        choices[i] = (struct ask_choice){.key = (uint32_t)keys[i], .title = kind_words[i]};
    ask_choice(ui, "What do its readings mean?", choices, kind_given);
    ui->ask.about[0] = measure;
}

static void ask_period(struct ui *ui, uint64_t measure, const struct panel_property *property)
{
    struct ask_choice choices[PERIODS + 1] = {{0}};

    for (size_t i = 0; i < PERIODS; i++)
        choices[i] = (struct ask_choice){.key = periods[i].key, .title = periods[i].words};
    ask_choice(ui, "How often is it looked at?", choices, period_given);
    ui->ask.about[0] = measure;
    ui->ask.about[1] = (uint64_t)(property - properties);
}

void panel_property_edit(struct ui *ui, const struct panel_property *property)
{
    uint64_t measure = ui->panel.card;
    const struct card *card = canvas_card(ui_view(ui), measure);

    if (!property || !card || !ui_check_edit(ui))
        return;
    const char *now = panel_property_words(ui, card, property);
    if (strcmp(property->key, "m.kind") == 0)
        ask_kind(ui, measure);
    else if (strcmp(property->key, "m.period") == 0)
        ask_period(ui, measure, property);
    else if (strcmp(property->key, "m.direction") == 0)
        (void)set_property(ui, measure, property, strcmp(now, "lower") == 0 ? "higher" : "lower");
    else
        ask_property(ui, measure, property, now);
}

void panel_property_clear(struct ui *ui, const struct panel_property *property)
{
    if (!property)
        return;
    if (strcmp(property->key, "m.kind") == 0)
        ui_say(ui, ROLE_WARN, "A measure needs a kind: %s chooses another one.", ui_key(ui, ACTION_PANEL_GO));
    else
        (void)set_property(ui, ui->panel.card, property, "");
}

void panel_measure_owner(struct ui *ui, uint64_t id)
{
    const struct card *card = canvas_card(ui_view(ui), id);
    const struct panel_property *owner = &properties[6];

    if (card)
        ask_property(ui, id, owner, panel_property_words(ui, card, owner));
}
