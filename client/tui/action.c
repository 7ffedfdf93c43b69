/* The table of actions, see action.h. */
#include "client/tui/action.h"

#include <string.h>

#include "client/tui/ui_private.h"

#define ACTION_ROW(id_, name_, title_, contexts_, keys_, needs_, run_)                                                 \
    [ACTION_##id_] = {.action = ACTION_##id_,                                                                          \
                      .name = name_,                                                                                   \
                      .title = title_,                                                                                 \
                      .contexts = contexts_,                                                                           \
                      .keys = keys_,                                                                                   \
                      .needs = needs_,                                                                                 \
                      .run = run_},
static const struct action_row rows[ACTION_COUNT] = {ACTIONS(ACTION_ROW)};
#undef ACTION_ROW

const struct action_row *action_row(enum action action)
{
    return action > ACTION_NONE && action < ACTION_COUNT ? &rows[action] : NULL;
}

const struct action_row *action_find(const char *name)
{
    for (size_t i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* Where an action belongs that makes sense in one place only. */
static const char *wrong_place(const struct ui *ui, const struct action_row *row)
{
    unsigned now = ui_contexts(ui);

    if (row->contexts & (now | CONTEXT_ANYWHERE | CONTEXT_ASK))
        return NULL;
    if (row->contexts & CONTEXT_CANVAS)
        return ui_view(ui) ? NULL : "Open a canvas first.";
    if (row->contexts & CONTEXT_CARD)
        return "Open a card first.";
    if (row->contexts & CONTEXT_HISTORY)
        return "Open the history first.";
    if (row->contexts & CONTEXT_PANEL)
        return "Open a panel first: people, activity, history or search.";
    if (row->contexts & CONTEXT_METHOD)
        return "Open a card's measures and actions first.";
    if (row->contexts & CONTEXT_TYPING)
        return "This is for while you type a text.";
    return "This is for the list of your canvases: go back there first.";
}

static const char *missing(const struct ui *ui, unsigned needs)
{
    switch (needs) {
    case NEEDS_A_CARD:
        if (!ui_view(ui))
            return "Open a canvas first.";
        if (!ui_focused_card(ui) && ui->n_marked == 0 && ui->open_card == 0)
            return "Put the focus on a card first.";
        return NULL;
    case NEEDS_A_TABLE:
        if (!ui_view(ui))
            return "Open a canvas first.";
        return ui_shows_table(ui) ? NULL : "Show the block as a table first.";
    case NEEDS_A_BLOCK:
        if (!ui_view(ui))
            return "Open a canvas first.";
        return ui_focused_block(ui) ? NULL : "This canvas has no blocks yet.";
    case NEEDS_A_CANVAS:
        return ui_view(ui) ? NULL : "Open a canvas first.";
    default:
        return NULL;
    }
}

const char *action_refusal(const struct ui *ui, const struct action_row *row)
{
    const unsigned changes = NEEDS_EDITING | NEEDS_COMMENTING | NEEDS_LEADING;
    const char *why = wrong_place(ui, row);

    if (!why)
        why = missing(ui, row->needs & ~changes);
    /* What belongs to the history knows that it is about the past. */
    if (!why && row->needs & changes && panel_in_past(ui) && !(row->contexts & CONTEXT_HISTORY))
        return "You are looking at an earlier state: go back to now to change something.";
    if (!why &&
        ((row->needs & NEEDS_EDITING && !ui_may_edit(ui)) || (row->needs & NEEDS_COMMENTING && !ui_may_comment(ui))))
        return ui_may_comment(ui) ? "You may comment and vote here, but not change cards."
                                  : "You may read this canvas, but not change it. Its owner can let you.";
    if (!why && row->needs & NEEDS_LEADING && ui->role < COCANVAS__ROLE__FACILITATOR)
        return "This is for facilitators and owners.";
    return why;
}
