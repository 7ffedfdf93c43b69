/* What the files of the panels share. */
#ifndef COCANVAS_CLIENT_TUI_PANEL_PRIVATE_H
#define COCANVAS_CLIENT_TUI_PANEL_PRIVATE_H

#include "client/tui/fold.h"
#include "client/tui/panel.h"
#include "common/canvas.h"

struct ui;
struct ui_person;
struct ui_waiting;

/* panel.c */
size_t panel_rows(const struct ui *ui);                /* of the panel's list */
uint64_t panel_id_at(const struct ui *ui, size_t row); /* focus_id of a row */
void panel_close(struct ui *ui);
/* Puts the focus on a block, a card or what a comment is about, and gives it the keys. False (and said): it is gone. */
bool panel_goto(struct ui *ui, uint64_t object);
/* "Channels: 7.12 'Wholesale'", "Channels", "" of what is gone; from ui->words. */
const char *panel_place(struct ui *ui, uint64_t object);

/* panel_people.c: rows are oneself and then the others, by name */
void panel_people_sort(struct ui *ui);
size_t panel_people_rows(const struct ui *ui);
/* Rows 1 … are those who wait to be let in; NULL: none of them. */
const struct ui_waiting *panel_waiting_at(const struct ui *ui, size_t row);
/* NULL: oneself, or who waits (or no such row). */
const struct ui_person *panel_person_at(const struct ui *ui, size_t row);
void panel_people_go(struct ui *ui);

/* panel_activity.c: row 0 is the newest */
const struct panel_event *panel_event_at(const struct panel *p, size_t row);
void panel_activity_forget(struct panel *p);
/* "added 7.12 to Channels: 'Wholesale'", with the verb that fits the time; from ui->words. */
const char *panel_event_words(struct ui *ui, const struct panel_event *e);
const char *panel_event_who(struct ui *ui, const struct panel_event *e);
/* What an op is about, where Enter leads; 0 nowhere. */
uint64_t panel_op_place(const struct canvas *c, const Cocanvas__Op *op);
enum { PANEL_WRITING_MS = 8000 };

/* panel_history.c: row 0 is now, then the named versions, newest first */
void panel_named_sort(struct ui *ui);
size_t panel_named_rows(const struct ui *ui);
const struct named *panel_named_at(const struct ui *ui, size_t row); /* NULL: now */
const struct named *panel_named_of(const struct ui *ui, uint64_t seq);
void panel_history_forget(struct ui *ui);
void panel_history_go(struct ui *ui, uint64_t seq); /* 0: now */

/* panel_search.c */
void panel_search_again(struct ui *ui);
void panel_search_event(struct ui *ui, const struct replica_event *event);
/* Where in a card the words stand: which part ("", "comment", "tag", …), and its text. Borrowed from the canvas. */
struct panel_part {
    const char *name;
    const char *text;
    size_t len;
};
struct panel_part panel_search_part(const struct canvas *c, const struct card *card, const struct fold_words *words);

#endif
