/* The inside of typing a text: typing.c (life, carets, presence), typing_edit.c (what changes the text), typing_paste.c
 * (pastes and new cards), typing_move.c (movement and selection), typing_text.c (clusters and words). */
#ifndef COCANVAS_CLIENT_TUI_TYPING_PRIVATE_H
#define COCANVAS_CLIENT_TUI_TYPING_PRIVATE_H

#include "client/tui/ui.h"

/* ---- typing_text.c: pure. Positions are code points, 0 … len_points. */

/* The nearest cluster's beginning at or behind `at`: where a caret may stand. */
uint32_t text_snap(const struct text *t, uint32_t at);
uint32_t text_next_cluster(const struct text *t, uint32_t at);
uint32_t text_prev_cluster(const struct text *t, uint32_t at);
/* The end of the next word, the beginning of the one before. */
uint32_t text_next_word(const struct text *t, uint32_t at);
uint32_t text_prev_word(const struct text *t, uint32_t at);
/* Of the line (between line breaks) that holds `at`. */
uint32_t text_line_start(const struct text *t, uint32_t at);
uint32_t text_line_end(const struct text *t, uint32_t at);
/* The bytes of [from, to); borrowed. */
const char *text_range(const struct text *t, uint32_t from, uint32_t to, size_t *len);

/* ---- typing.c */

/* The text with caret and anchor brought within it, onto clusters' beginnings; NULL and typing ended if it is gone. */
const struct text *typing_settle(struct ui *ui);
/* Keeps the text as it stands for the next time. */
void typing_remember(struct ui *ui);
/* Ends the run that one undo takes back. */
void typing_end_run(struct ui *ui);
void typing_selection(const struct typing *t, uint32_t *from, uint32_t *to);
/* Puts the caret somewhere; select: the anchor stays. Tells others. */
void typing_caret(struct ui *ui, uint32_t at, bool select);
/* Enter makes a line break here, not a new card: the card is opened, or it is a comment or a field. */
bool typing_has_lines(const struct ui *ui);
bool typing_may(struct ui *ui, uint64_t object);

/* ---- typing_removed.c */

/* What is being typed in is gone: ends it, keeps the words, offers to restore. author 0: by oneself or by nobody. */
void typing_removed(struct ui *ui, uint32_t author);

/* ---- typing_edit.c */

/* Replaces [at, at + removed) and puts the caret behind; false and said why if it cannot be. */
bool typing_splice(struct ui *ui, uint32_t at, uint32_t removed, const char *bytes, size_t len, enum typing_run run);
/* Puts text in for the selection. */
bool typing_put(struct ui *ui, const char *bytes, size_t len, enum typing_run run);
void typing_paste(struct ui *ui, const char *bytes, size_t len);

/* ---- view_typing.c */

/* A text wrapped into r, with the carets and selections of others; from line `top`. */
void view_text(struct ui *ui, struct grid *g, struct rect r, uint64_t object, const char *key, const struct text *text,
               size_t top);

/* ---- pane.c */

/* The card that is opened, in the view (tombstones too); NULL if there is none. */
struct card *pane_card(const struct ui *ui);
/* The same with the row that has the focus; NULL: no such row. */
const struct pane_row *pane_row_here(struct ui *ui);
/* ---- pane_field.c */

/* A property as people read it; from ui->words. */
const char *pane_value(struct ui *ui, const struct value *value);
/* "f.need" → "need". */
const char *pane_field_name(const char *key);
void pane_edit_field(struct ui *ui, const struct card *card, const struct pane_row *row);
void pane_remove_field(struct ui *ui, const struct card *card, const struct pane_row *row);

/* ---- pane_comment.c */

/* Whether one may comment, else says why not: more people may than may change cards. */
bool pane_may_comment(struct ui *ui);
/* An op on a comment. */
bool pane_submit_comment(struct ui *ui, Cocanvas__Op *op);
void pane_edit_comment(struct ui *ui, uint64_t comment);
void pane_answer_comment(struct ui *ui, uint64_t id);
void pane_resolve_comment(struct ui *ui, uint64_t id);
void pane_remove_comment(struct ui *ui, uint64_t comment);

#endif
