/* What the panels about the method share: their rows, the value that is typed in a row, and what keys do in any of
 * them. */
#include "client/tui/panel_method.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/find_line.h"
#include "client/tui/kinds.h"
#include "client/tui/ui.h"
#include "common/buf.h"
#include "common/rules.h"

bool panel_is_method(const struct ui *ui)
{
    return ui->panel.kind >= PANEL_PARTS;
}

void panel_item_add(struct panel *p, uint64_t id, enum panel_item_what what)
{
    if (p->n_items == p->cap_items) {
        p->cap_items = p->cap_items > 0 ? 2 * p->cap_items : 32;
        p->items = xrealloc(p->items, p->cap_items * sizeof *p->items);
    }
    p->items[p->n_items++] = (struct panel_item){.id = id, .what = what};
}

void panel_method_gather(struct ui *ui)
{
    ui->panel.n_items = 0;
    if (!ui->replica)
        return;
    switch (ui->panel.kind) {
    case PANEL_PARTS:
        panel_parts_gather(ui);
        break;
    case PANEL_MEASURE:
        panel_measure_gather(ui);
        break;
    case PANEL_REVIEW:
        panel_review_gather(ui);
        break;
    case PANEL_WALK:
        panel_walk_gather(ui);
        break;
    default:
        panel_hints_gather(ui);
    }
}

const struct panel_item *panel_item(const struct ui *ui)
{
    const struct panel *p = &ui->panel;
    return panel_is_method(ui) && p->focus < p->n_items ? &p->items[p->focus] : NULL;
}

/* ---- ops */

static const char *name_of(void *ctx, uint32_t author)
{
    return ui_person_name(ctx, author);
}

void panel_ops_init(struct ui *ui, struct method_ops *o)
{
    char today[11];
    ui_today(ui, today);
    method_ops_init(o, &ui->words, ui->replica, today, name_of, ui);
}

bool panel_ops_submit(struct ui *ui, struct method_ops *o)
{
    return o->n > 0 && ui_submit(ui, o->n, o->ops, false);
}

/* ---- a value that is typed in a row */

uint64_t panel_entry_measure(const struct ui *ui)
{
    const struct panel_item *item = panel_item(ui);

    if (!item || !ui->panel.focused)
        return 0;
    if (ui->panel.kind == PANEL_REVIEW)
        return item->id;
    return item->what == ITEM_NEW_READING ? ui->panel.card : 0;
}

/* What a value may begin with: anything else is a key. */
static bool begins_value(struct ui *ui, const struct input *in)
{
    const struct measure *measure = method_measure(ui_method(ui), panel_entry_measure(ui));
    uint32_t c = in->kind == INPUT_CHARACTER && !(in->mods & (INPUT_CTRL | INPUT_ALT)) ? in->point : 0;

    if (!measure || c == 0)
        return false;
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
           (measure->kind == MEASURE_YESNO && (c == 'y' || c == 'n'));
}

bool panel_entry_input(struct ui *ui, const struct input *in)
{
    struct panel *p = &ui->panel;
    bool changed;

    if (!p->entering && !begins_value(ui, in))
        return false;
    if (!p->entering)
        p->typed[0] = '\0';
    p->entering = true;
    if (!find_line_input(p->typed, sizeof p->typed, in, &changed))
        return false;
    p->entering = p->typed[0] != '\0';
    ui->dirty = true;
    return true;
}

/* "12 yesterday after the fair": value, day, note. */
struct typed {
    const char *value, *day, *note;
};

static const char *part_of_line(struct ui *ui, const char *from, size_t len)
{
    while (len > 0 && from[len - 1] == ' ')
        len--;
    return ui_printf(ui, "%.*s", (int)len, from);
}

/* The first word behind the value that is a day divides the two; where there is none, everything is the value if it can be read as
 * one, else its first word. */
static struct typed take_apart(struct ui *ui, struct method_ops *o, const struct card *measure, const char *line)
{
    struct typed t = {.value = line, .day = "today", .note = ""};
    struct why why = {""};
    char day[11], number[NUMBER_BYTES + 1];

    for (const char *at = strchr(line, ' '); at; at = strchr(at + 1, ' ')) {
        size_t len = strcspn(at + 1, " ");
        const char *word = ui_printf(ui, "%.*s", (int)len, at + 1);
        if (len == 0 || method_day(o, word, day, &why) != STATUS_OK)
            continue;
        t.value = part_of_line(ui, line, (size_t)(at - line));
        t.day = word;
        t.note = at[1 + len] ? at + 2 + len : "";
        return t;
    }
    const char *blank = strchr(line, ' ');
    if (blank && method_reading_value(measure, line, number, &why) != STATUS_OK) {
        t.value = part_of_line(ui, line, (size_t)(blank - line));
        t.note = blank + 1;
    }
    return t;
}

/* The command line's sentences end in what to type there. */
static const char *without_command(struct ui *ui, const char *sentence)
{
    const char *see = strstr(sentence, " See: ");
    return ui_printf(ui, "%.*s", (int)(see ? (size_t)(see - sentence) : strlen(sentence)), sentence);
}

static void say_reading(struct ui *ui, uint64_t id, const char *doubt)
{
    const struct measure *measure = method_measure(ui_method(ui), id);
    const struct card *card = canvas_card(ui_view(ui), id);

    if (doubt) {
        ui_say(ui, ROLE_WARN, "It is entered. But: %s %s takes it back.", without_command(ui, doubt),
               ui_key(ui, ACTION_UNDO));
    } else if (measure && card) {
        char *words = cell_measure(measure, card);
        ui_say(ui, ROLE_GOOD, "%s", words);
        free(words);
    }
}

static bool enter_reading(struct ui *ui, uint64_t id, const char *line)
{
    const struct card *card = canvas_card(ui_view(ui), id);
    struct method_ops o;
    struct why why = {""};
    const char *doubt = NULL;
    char day[11];
    uint64_t reading;

    if (!card || card->deleted_seq != 0 || !ui_check_edit(ui))
        return false;
    panel_ops_init(ui, &o);
    struct typed t = take_apart(ui, &o, card, line);
    if (method_day(&o, t.day, day, &why) == STATUS_OK)
        doubt = method_reading_doubt(&o, card, day);
    if (method_add_reading(&o, card, t.value, t.day, t.note, &reading, &why) != STATUS_OK) {
        ui_say_why(ui, &why);
        return false;
    }
    if (!panel_ops_submit(ui, &o))
        return false;
    say_reading(ui, id, doubt);
    return true;
}

bool panel_entry_done(struct ui *ui)
{
    struct panel *p = &ui->panel;

    if (!p->entering)
        return true;
    ui->dirty = true;
    if (!enter_reading(ui, panel_entry_measure(ui), p->typed))
        return false;
    p->entering = false;
    p->typed[0] = '\0';
    p->reviewed += p->kind == PANEL_REVIEW;
    return true;
}

/* ---- keys */

static void go_to_row(struct ui *ui, const struct panel_item *item)
{
    const struct canvas *view = ui_view(ui);
    const struct card *whole = ui_whole_card(view, canvas_card(view, item->id));

    if (whole)
        (void)panel_goto(ui, whole->o.id);
}

void panel_method_go(struct ui *ui)
{
    const struct panel_item *item = panel_item(ui);

    if (!item)
        return;
    if (ui->panel.entering) {
        (void)panel_entry_done(ui);
        return;
    }
    switch (item->what) {
    case ITEM_NEW_READING:
        ui_say(ui, ROLE_DIM, "Type the value; a day and a note may follow: 12 yesterday after the fair");
        break;
    case ITEM_PROPERTY:
        panel_property_edit(ui, panel_property_at(item->id));
        break;
    case ITEM_READING:
        ui_say(ui, ROLE_DIM, "A reading stays as it is: %s removes it, then enter it anew.", ui_key(ui, ACTION_PART_REMOVE));
        break;
    case ITEM_STEP:
        panel_walk_go(ui, (size_t)item->id - 1, false);
        break;
    case ITEM_HINT:
        panel_hint_go(ui, item->id);
        break;
    default:
        if (ui->panel.kind == PANEL_REVIEW)
            panel_show_measure(ui, item->id);
        else
            panel_part_go(ui, item);
    }
}

bool panel_method_escape(struct ui *ui)
{
    struct panel *p = &ui->panel;

    ui->dirty = true;
    if (p->entering) {
        p->entering = false;
        p->typed[0] = '\0';
        return true;
    }
    if (p->kind != PANEL_MEASURE || p->before == PANEL_NONE)
        return false;
    ui_run_method_back(ui);
    return true;
}

void ui_run_method_forward(struct ui *ui)
{
    const struct panel_item *item = panel_item(ui);

    if (!item || !panel_entry_done(ui))
        return;
    if (item->what == ITEM_STEP)
        panel_walk_go(ui, (size_t)item->id, true);
    else if (item->what == ITEM_MEASURE)
        panel_show_measure(ui, item->id);
    else if (item->what == ITEM_HINT)
        go_to_row(ui, item);
}

void ui_run_method_back(struct ui *ui)
{
    struct panel *p = &ui->panel;
    const struct panel_item *item = panel_item(ui);
    uint64_t measure = p->card;

    if (p->kind == PANEL_WALK && item && item->id > 1) {
        panel_walk_go(ui, (size_t)item->id - 2, true);
    } else if (p->kind == PANEL_MEASURE && p->before != PANEL_NONE) {
        enum panel_kind before = p->before;
        p->before = PANEL_NONE;
        if (before == PANEL_PARTS)
            panel_show_parts(ui, measure);
        else
            panel_show(ui, before);
        panel_method_gather(ui);
        for (size_t i = 0; i < p->n_items; i++)
            if (p->items[i].id == measure) {
                p->focus = i;
                p->focus_id = measure;
            }
    }
}

static bool remove_reading(struct ui *ui, uint64_t id)
{
    if (!ui_submit_one(ui, ops_reading_remove(&ui->words, id, true)))
        return false;
    ui_say(ui, ROLE_GOOD, "The reading is removed. %s brings it back.", ui_key(ui, ACTION_UNDO));
    return true;
}

void ui_run_part_remove(struct ui *ui)
{
    const struct panel_item *item = panel_item(ui);

    if (!item || !ui_check_edit(ui))
        return;
    if (item->what == ITEM_READING)
        (void)remove_reading(ui, item->id);
    else if (item->what == ITEM_PROPERTY)
        panel_property_clear(ui, panel_property_at(item->id));
    else if ((item->what == ITEM_MEASURE || item->what == ITEM_ACTION) &&
             ui_submit_one(ui, ops_card_delete(&ui->words, item->id)))
        ui_say(ui, ROLE_GOOD, "Removed. %s brings it back.", ui_key(ui, ACTION_UNDO));
}

/* ---- which one */

static void toggle(struct ui *ui, enum panel_kind kind)
{
    panel_show(ui, ui->panel.kind == kind && ui->panel.focused ? PANEL_NONE : kind);
}

void ui_run_review(struct ui *ui)
{
    toggle(ui, PANEL_REVIEW);
}

void ui_run_hints(struct ui *ui)
{
    toggle(ui, PANEL_HINTS);
}

void ui_run_walk(struct ui *ui)
{
    if (walk_count(ui) == 0) {
        ui_say(ui, ROLE_DIM, "This canvas has no guided walk.");
        return;
    }
    toggle(ui, PANEL_WALK);
}

void ui_run_parts(struct ui *ui)
{
    uint64_t card = ui->open_card ? ui->open_card : ui->card;

    if (ui->panel.kind == PANEL_PARTS && ui->panel.focused)
        panel_show(ui, PANEL_NONE);
    else if (card)
        panel_show_parts(ui, card);
    else
        ui_say(ui, ROLE_WARN, "Put the focus on a card first: measures and actions belong to one.");
}
