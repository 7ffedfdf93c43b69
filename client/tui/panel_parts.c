/* A card's measures and actions. While the panel has not the focus it shows those of the card that has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"

static const uint64_t add_measure_id = UINT64_MAX, add_action_id = UINT64_MAX - 1;

static struct card *alive(const struct canvas *c, uint64_t id)
{
    struct card *card = id ? canvas_card(c, id) : NULL;
    return card && card->deleted_seq == 0 ? card : NULL;
}

void panel_parts_gather(struct ui *ui)
{
    struct panel *p = &ui->panel;
    const struct canvas *c = panel_canvas(ui);
    struct method *m = ui_method(ui);
    size_t n;

    if (!p->focused && alive(c, ui->card))
        p->card = ui->card;
    if (!alive(c, p->card))
        return;
    if (method_measure(m, p->card))
        panel_item_add(p, p->card, ITEM_MEASURE);
    const uint64_t *parts = method_parts(m, p->card, &n);
    for (int actions = 0; actions < 2; actions++)
        for (size_t i = 0; i < n; i++)
            if ((method_measure(m, parts[i]) == NULL) == (actions == 1))
                panel_item_add(p, parts[i], actions ? ITEM_ACTION : ITEM_MEASURE);
    if (ui_may_edit(ui) && !panel_in_past(ui)) {
        panel_item_add(p, add_measure_id, ITEM_ADD_MEASURE);
        panel_item_add(p, add_action_id, ITEM_ADD_ACTION);
    }
}

void panel_show_parts(struct ui *ui, uint64_t id)
{
    struct panel *p = &ui->panel;
    const struct canvas *c = ui_view(ui);
    struct card *card = c ? ui_whole_card(c, canvas_card(c, id)) : NULL;

    panel_show(ui, PANEL_PARTS);
    p->card = card ? card->o.id : 0;
    p->focus = p->top = 0;
    panel_method_gather(ui);
    p->focus_id = p->n_items > 0 ? p->items[0].id : 0;
}

/* ---- actions in words */

bool panel_action_done(const struct card *action)
{
    const struct value *done = props_get(&action->props, "a.done");
    return done && done->kind == VALUE_FLAG && done->number != 0;
}

static const char *day_of(const struct card *action)
{
    const struct value *when = props_get(&action->props, "a.when");
    return when && when->text ? when->text : "";
}

bool panel_action_late(struct ui *ui, const struct card *action)
{
    char today[11];
    ui_today(ui, today);
    return !panel_action_done(action) && *day_of(action) && day_compare(day_of(action), today) < 0;
}

static const char *who_of(const struct ui *ui, const struct card *action)
{
    const struct value *who = props_get(&action->props, "a.who"), *whom = props_get(&action->props, "a.whom");

    if (who && who->kind == VALUE_PERSON)
        return ui_person_name(ui, (uint32_t)who->number);
    return whom && whom->text ? whom->text : "";
}

const char *panel_action_words(struct ui *ui, const struct card *action)
{
    const char *day = day_of(action), *who = who_of(ui, action);
    return ui_printf(ui, "%s%s%s", day, *day && *who ? ", " : "", who);
}

/* ---- asking. about[0]: the card or part */

/* The card that the panel is about, where something can be added to it. */
static struct card *row_here(struct ui *ui)
{
    const struct canvas *c = ui_view(ui);
    uint64_t id = ui->panel.kind == PANEL_PARTS || ui->panel.kind == PANEL_MEASURE ? ui->panel.card : ui->card;
    struct card *card = ui_whole_card(c, alive(c, id));

    if (!card || card->deleted_seq != 0)
        ui_say(ui, ROLE_WARN, "Put the focus on a card first: measures and actions belong to one.");
    return card && card->deleted_seq == 0 ? card : NULL;
}

static void measure_named(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct card *row = ui->replica ? alive(ui_view(ui), ui->ask.about[0]) : NULL;
    struct measure_words words = {.name = line};
    struct method_ops o;
    struct why why = {""};
    uint64_t id;

    (void)choice, (void)object;
    if (!row)
        return;
    panel_ops_init(ui, &o);
    const char *key = method_part_key(&o, row->block, FIELD_MEASURE, NULL, &why);
    if (!key || method_add_measure(&o, row, key, NULL, &words, &id, &why) != STATUS_OK)
        ui_say_why(ui, &why);
    else if (panel_ops_submit(ui, &o)) {
        ui->panel.card = row->o.id;
        panel_show_measure(ui, id);
        ui_say(ui, ROLE_GOOD, "Now its unit, its target, and how often it is looked at.");
    }
}

void ui_run_add_measure(struct ui *ui)
{
    struct card *row = ui_check_edit(ui) ? row_here(ui) : NULL;

    if (!row)
        return;
    ask_line(ui, "What is counted or looked at?", "", measure_named);
    ui->ask.about[0] = row->o.id;
}

/* The next question is about the same action. */
static void ask_about(struct ui *ui, uint64_t action, const char *title, const char *given,
                      void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    ask_line(ui, title, given, done);
    ui->ask.about[0] = action;
}

/* NULL leaves; false: refused, and said. */
static bool set_action(struct ui *ui, uint64_t action, const char *when, const char *who)
{
    struct method_ops o;
    struct why why = {""};

    if (!alive(ui_view(ui), action))
        return true;
    panel_ops_init(ui, &o);
    if (method_set_action(&o, action, when, who, &why) != STATUS_OK) {
        ui_say_why(ui, &why);
        return false;
    }
    return panel_ops_submit(ui, &o);
}

static const char when_question[] = "When? A day like 2026-12-01, today, tomorrow; empty: no day";
static const char who_question[] = "Who? A name, or me; empty: nobody";

static void who_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t action = ui->ask.about[0];

    (void)choice, (void)object;
    if (ui->replica && !set_action(ui, action, NULL, line))
        ask_about(ui, action, who_question, line, who_given);
}

static void day_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t action = ui->ask.about[0];

    (void)choice, (void)object;
    if (ui->replica && !set_action(ui, action, line, NULL))
        ask_about(ui, action, when_question, line, day_given);
}

/* The same while the action is new: then who. */
static void first_day_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t action = ui->ask.about[0];

    (void)choice, (void)object;
    if (!ui->replica)
        return;
    if (*line && !set_action(ui, action, line, NULL))
        ask_about(ui, action, when_question, line, first_day_given);
    else
        ask_about(ui, action, who_question, "", who_given);
}

static void action_named(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct card *row = ui->replica ? alive(ui_view(ui), ui->ask.about[0]) : NULL;
    struct method_ops o;
    struct why why = {""};
    uint64_t id;

    (void)choice, (void)object;
    if (!row)
        return;
    panel_ops_init(ui, &o);
    const char *key = method_part_key(&o, row->block, FIELD_ACTION, NULL, &why);
    if (!key || method_add_action(&o, row, key, line, "", "", &id, &why) != STATUS_OK)
        ui_say_why(ui, &why);
    else if (panel_ops_submit(ui, &o)) {
        ui->panel.focus_id = id;
        ask_about(ui, id, when_question, "", first_day_given);
    }
}

void ui_run_add_action(struct ui *ui)
{
    struct card *row = ui_check_edit(ui) ? row_here(ui) : NULL;

    if (!row)
        return;
    ask_line(ui, "What is to be done?", "", action_named);
    ui->ask.about[0] = row->o.id;
}

/* ---- on what has the focus */

/* The measure or action here, NULL (and said) if there is none. */
static struct card *part_here(struct ui *ui, bool action)
{
    const struct panel_item *item = panel_item(ui);
    uint64_t id = ui->panel.kind == PANEL_MEASURE                                   ? ui->panel.card
                  : item && (item->what == ITEM_MEASURE || item->what == ITEM_ACTION) ? item->id
                                                                                    : 0;
    struct card *card = alive(ui_view(ui), id);

    if (!card || (action && card_is_measure(card))) {
        ui_say(ui, ROLE_DIM, action ? "Choose an action first." : "Choose a measure or an action first.");
        return NULL;
    }
    return card;
}

void ui_run_action_day(struct ui *ui)
{
    struct card *action = ui_check_edit(ui) ? part_here(ui, true) : NULL;

    if (action)
        ask_about(ui, action->o.id, when_question, day_of(action), day_given);
}

void ui_run_action_who(struct ui *ui)
{
    struct card *part = ui_check_edit(ui) ? part_here(ui, false) : NULL;

    if (part && card_is_measure(part))
        panel_measure_owner(ui, part->o.id);
    else if (part)
        ask_about(ui, part->o.id, who_question, who_of(ui, part), who_given);
}

static void words_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t id = ui->ask.about[0];
    struct why why = {""};

    (void)choice, (void)object;
    if (!ui->replica || !alive(ui_view(ui), id))
        return;
    if (!*line)
        ui_say(ui, ROLE_WARN, "It needs words. %s removes it.", ui_key(ui, ACTION_PART_REMOVE));
    else if (replica_text_set(ui->replica, id, "", line, strlen(line), ui->now_ms, &why) != STATUS_OK)
        ui_say_why(ui, &why);
    else
        ui_edited(ui);
}

void ui_run_part_words(struct ui *ui)
{
    struct card *part = ui_check_edit(ui) ? part_here(ui, false) : NULL;

    if (part)
        ask_about(ui, part->o.id, card_is_measure(part) ? "What is counted or looked at?" : "What is to be done?",
                  ui_printf(ui, "%s", part->text.bytes), words_given);
}

static void toggle_done(struct ui *ui, const struct card *action)
{
    struct method_ops o;

    if (!ui_check_edit(ui))
        return;
    panel_ops_init(ui, &o);
    method_action_done(&o, action->o.id, !panel_action_done(action));
    (void)panel_ops_submit(ui, &o);
}

void panel_part_go(struct ui *ui, const struct panel_item *item)
{
    const struct card *card = alive(ui_view(ui), item->id);

    if (item->what == ITEM_ADD_MEASURE)
        ui_run_add_measure(ui);
    else if (item->what == ITEM_ADD_ACTION)
        ui_run_add_action(ui);
    else if (card && item->what == ITEM_ACTION)
        toggle_done(ui, card);
    else if (card)
        panel_show_measure(ui, item->id);
}
