/* The panels about measures and the method: a card's measures and actions, a measure's own page, review, guided walk,
 * hints. Their rows are listed anew when they are looked at. Private to panel*.c and view_panel*.c. */
#ifndef COCANVAS_CLIENT_TUI_PANEL_METHOD_H
#define COCANVAS_CLIENT_TUI_PANEL_METHOD_H

#include "client/cli/method_ops.h"
#include "client/method/method.h"
#include "client/tui/panel_private.h"

enum panel_item_what {
    ITEM_MEASURE,     /* PARTS, REVIEW: id is the measure's card */
    ITEM_ACTION,      /* PARTS */
    ITEM_ADD_MEASURE, /* PARTS: what can be added */
    ITEM_ADD_ACTION,
    ITEM_NEW_READING, /* MEASURE: where a value is typed */
    ITEM_PROPERTY,    /* MEASURE: id tells which: panel_property_at() */
    ITEM_READING,     /* MEASURE: id is the reading */
    ITEM_STEP,        /* WALK: id is its number, from 1 */
    ITEM_HINT,        /* HINTS: id is the finding's number in method_findings(), from 1 */
};

/* panel_method.c */
bool panel_is_method(const struct ui *ui);
void panel_method_gather(struct ui *ui);
void panel_item_add(struct panel *p, uint64_t id, enum panel_item_what what);
/* The row that has the focus; NULL: the list is empty. */
const struct panel_item *panel_item(const struct ui *ui);
/* The measure whose value can be typed where the focus is, 0 none. */
uint64_t panel_entry_measure(const struct ui *ui);
bool panel_entry_input(struct ui *ui, const struct input *in);
/* Takes what is typed as a reading. False: it was refused (and said), and is still there. */
bool panel_entry_done(struct ui *ui);
void panel_method_go(struct ui *ui);
/* Esc: what is typed goes, a measure's page goes back to its list. False: the panel is to be closed. */
bool panel_method_escape(struct ui *ui);
/* The method's ops in ui->words, of the canvas as it is. */
void panel_ops_init(struct ui *ui, struct method_ops *o);
bool panel_ops_submit(struct ui *ui, struct method_ops *o);

/* panel_parts.c */
void panel_parts_gather(struct ui *ui);
/* The measures and actions of a card (of a part: its card's). */
void panel_show_parts(struct ui *ui, uint64_t card);
void panel_part_go(struct ui *ui, const struct panel_item *item);
/* "2026-12-01, Ben"; "" neither; from ui->words. */
const char *panel_action_words(struct ui *ui, const struct card *action);
bool panel_action_done(const struct card *action);
bool panel_action_late(struct ui *ui, const struct card *action);

/* panel_measure.c */
void panel_measure_gather(struct ui *ui);
void panel_show_measure(struct ui *ui, uint64_t card);
struct panel_property {
    const char *key, *title, *hint;
};
const struct panel_property *panel_property_at(uint64_t id);
/* What a measure has there, in words; "" nothing; from ui->words. */
const char *panel_property_words(struct ui *ui, const struct card *card, const struct panel_property *property);
void panel_property_edit(struct ui *ui, const struct panel_property *property);
void panel_property_clear(struct ui *ui, const struct panel_property *property);
void panel_measure_owner(struct ui *ui, uint64_t card);
/* A reading as the canvas has it, NULL: it is gone. */
const struct reading *panel_reading(const struct ui *ui, uint64_t id);

/* panel_review.c */
void panel_review_gather(struct ui *ui);
/* Days from the first to the second; both YYYY-MM-DD. */
int panel_days_between(const char *from, const char *to);

/* panel_walk.c */
struct walk_step {
    const char *title, *text; /* from ui->words */
    const char *block;        /* a block's key, "" the whole canvas */
    const char *opens;        /* "cards", "summary", "table", "measures", "review", "" */
};
/* The canvas' steps, from ui->words. */
size_t walk_steps(struct ui *ui, struct walk_step **out);
/* How many there are. */
size_t walk_count(const struct ui *ui);
void panel_walk_gather(struct ui *ui);
/* What is there already of what the step is about; from ui->words. */
const char *walk_state(struct ui *ui, const struct walk_step *step);
void panel_walk_go(struct ui *ui, size_t step, bool stay);

/* panel_hints.c */
void panel_hints_gather(struct ui *ui);
const struct finding *panel_hint(struct ui *ui, uint64_t id); /* NULL: gone */
void panel_hint_go(struct ui *ui, uint64_t id);

#endif
