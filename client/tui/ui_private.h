/* What the interface's own files share. */
#ifndef COCANVAS_CLIENT_TUI_UI_PRIVATE_H
#define COCANVAS_CLIENT_TUI_UI_PRIVATE_H

#include "client/tui/ui.h"
#include "common/field.h"

/* ui.c: tells others where the focus is, if they do not know. While one types, the typing tells them. */
void ui_tell_presence(struct ui *ui);
/* ui_method.c */
void ui_method_event(struct ui *ui, const struct replica_event *event);
void ui_method_forget(struct ui *ui);
/* As cell_compare(). */
int ui_cell_compare(struct ui *ui, const struct card *a, const struct card *b, const struct field *field);
/* ui_table.c */
bool ui_shows_table(const struct ui *ui);
/* ui_lanes.c */
bool ui_in_lanes(const struct ui *ui);
void ui_lanes_step(struct ui *ui, int step);
/* The cell of the focused stage that has the focus while no card has. */
void ui_lanes_cell(struct ui *ui, size_t lane);
void ui_lanes_across(struct ui *ui, int dx);
/* The lane that has the focus, before a card is made; and afterwards: the new card belongs to it. */
size_t ui_lanes_lane(struct ui *ui);
void ui_lanes_new_card(struct ui *ui, size_t lane);
void ui_lanes_shift(struct ui *ui, bool down);
/* Among scores: one more or less on an axis ("axis.x"). False: it is another view, or no card has the focus. */
bool ui_scores_shift(struct ui *ui, const char *key, int by);
/* ui_mouse.c */
void ui_mouse(struct ui *ui, const struct input *in);
/* ui_outside.c: a paste that no text takes becomes cards. */
void ui_paste_input(struct ui *ui, const struct input *in);
/* ui_anywhere.c: one step back from where one is; leave: from the overview to the canvases without asking again. */
void ui_step_back(struct ui *ui, bool leave);

/* ui_cards.c */
/* Puts cards into a block in their order: behind `after`, else at its beginning (first), else at its end. Says so. */
bool ui_put_cards(struct ui *ui, const uint64_t *ids, size_t n, uint64_t block, uint64_t after, bool first);
/* The carried cards stay where they were. */
void ui_stop_carrying(struct ui *ui);
/* … or go to the focused block. */
void ui_put_carried(struct ui *ui);
/* New cards with those texts; focus on the first. The bytes are borrowed. */
struct ui_line {
    const char *bytes;
    size_t len;
};
bool ui_add_cards(struct ui *ui, const struct ui_line *lines, size_t n, uint64_t block, uint64_t after);

#endif
