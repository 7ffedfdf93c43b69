/* Measures, actions, readings, the guided walk and hints; carried out by panel_method.c, panel_parts.c, panel_measure.c,
 * panel_review.c, panel_walk.c and panel_hints.c. */
#define ACTIONS_METHOD(ROW)                                                                                            \
    ROW(PARTS, "measures", "Measures and actions of the card", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL,          \
        "g m, f6", NEEDS_A_CANVAS, ui_run_parts)                                                                       \
    ROW(REVIEW, "review", "Review: enter what is due, one after the other",                                            \
        CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL, "g r, f7", NEEDS_A_CANVAS, ui_run_review)                       \
    ROW(WALK, "walk", "Guided walk through the template's steps", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL,       \
        "g w, f8", NEEDS_A_CANVAS, ui_run_walk)                                                                        \
    ROW(HINTS, "hints", "Hints: what is missing or odd", CONTEXT_CANVAS | CONTEXT_CARD | CONTEXT_PANEL, "g i",         \
        NEEDS_A_CANVAS, ui_run_hints)                                                                                  \
    ROW(ADD_MEASURE, "add-measure", "Add a measure", CONTEXT_METHOD, "m", NEEDS_A_CANVAS | NEEDS_EDITING,              \
        ui_run_add_measure)                                                                                            \
    ROW(ADD_ACTION, "add-action", "Add an action: what, when, who", CONTEXT_METHOD, "a",                               \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_add_action)                                                             \
    ROW(PART_WORDS, "change-words", "Change the words of the measure or action", CONTEXT_METHOD, "e",                  \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_part_words)                                                             \
    ROW(ACTION_DAY, "action-day", "When the action is to be done", CONTEXT_METHOD, "d",                                \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_action_day)                                                             \
    ROW(ACTION_WHO, "action-who", "Who does it, or looks after the measure", CONTEXT_METHOD, "w",                      \
        NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_action_who)                                                             \
    ROW(PART_REMOVE, "remove-part", "Remove the measure, action or reading; empty the value", CONTEXT_METHOD,          \
        "x, delete", NEEDS_A_CANVAS | NEEDS_EDITING, ui_run_part_remove)                                               \
    ROW(METHOD_FORWARD, "method-forward", "Next step; open the measure", CONTEXT_METHOD, "right, l, n",                \
        NEEDS_A_CANVAS, ui_run_method_forward)                                                                         \
    ROW(METHOD_BACK, "method-back", "Step before; from a measure back to the list", CONTEXT_METHOD, "left, h, p",      \
        NEEDS_A_CANVAS, ui_run_method_back)

#ifndef COCANVAS_CLIENT_TUI_ACTIONS_METHOD_H
#define COCANVAS_CLIENT_TUI_ACTIONS_METHOD_H

struct ui;

void ui_run_parts(struct ui *ui);
void ui_run_review(struct ui *ui);
void ui_run_walk(struct ui *ui);
void ui_run_hints(struct ui *ui);
void ui_run_add_measure(struct ui *ui);
void ui_run_add_action(struct ui *ui);
void ui_run_part_words(struct ui *ui);
void ui_run_action_day(struct ui *ui);
void ui_run_action_who(struct ui *ui);
void ui_run_part_remove(struct ui *ui);
void ui_run_method_forward(struct ui *ui);
void ui_run_method_back(struct ui *ui);

#endif
