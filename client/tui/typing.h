/* A text being typed: caret, selection, movement by grapheme, word, line; and the opened card with its fields, comments
 * and history. The text itself is the replica's view, so what is typed is there at once, and others' changes arrive
 * under the caret's feet: caret and anchor are carried along with each of them. */
#ifndef COCANVAS_CLIENT_TUI_TYPING_H
#define COCANVAS_CLIENT_TUI_TYPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/replica.h"
#include "client/tui/input.h"
#include "common/canvas.h"
#include "common/field.h"

struct ui;

/* A pause that long ends the run that one undo takes back. */
enum { TYPING_PAUSE_MS = 1500 };

/* What the last keystroke did: keystrokes of one kind in a row are one undo step. */
enum typing_run { RUN_NONE, RUN_INSERT, RUN_DELETE };

struct typing {
    uint64_t object; /* 0: nothing is being typed */
    char key[KEY_MAX + 1];
    uint32_t caret, anchor; /* code points of the view's text; equal: no selection */
    bool selecting;         /* a mark was set: every movement selects */
    int want_cell;          /* column that up and down try to keep, -1 none */
    size_t top;             /* first visible line when it was drawn last */
    int width, height;      /* cells of the lines, and lines, when it was drawn last: for up, down and pages */
    enum typing_run run;    /* the next keystroke of that kind joins the last undo step … */
    int64_t run_ms;         /* … unless the last one was too long ago */
    bool splicing;          /* the replica's event is about what is just being typed */
    bool is_new;            /* a card that was made for this text: it goes away again if it stays empty */
    size_t undo_depth;      /* is_new: the replica's, right after the card was made */
    bool one_card_only;     /* Enter in a new card does not begin the next one (the person's wish) */
    char *was;              /* the text as it was seen last, NUL-terminated; owned: to find the caret's place if the
                                whole state is replaced, and the words if the card is removed */
    size_t was_len, was_cap;
    char *killed; /* what ctrl-k, ctrl-w took last; owned */
    size_t killed_len;
};

enum pane_part { PANE_TEXT, PANE_FIELDS, PANE_LINKS, PANE_COMMENTS, PANE_HISTORY, PANE_PARTS };

struct card_pane {
    enum pane_part part;
    size_t focus;      /* in the part's list */
    size_t top;        /* TEXT: first line shown */
    int text_height;   /* its lines when it was drawn last … */
    size_t text_lines; /* … and all there are */
    uint64_t focus_id; /* FIELDS: 0; else link or comment: keeps the focus on it when others change the list */
    char focus_key[KEY_MAX + 1]; /* FIELDS */
};

void typing_init(struct typing *t);
void typing_fini(struct typing *t);
/* Begins, with the caret at a point (UINT32_MAX: at the end); ends the one before. False (and said why) if it cannot be
 * typed in. */
bool typing_begin(struct ui *ui, uint64_t object, const char *key, uint32_t caret);
/* Makes an empty card behind `after` (0: at the block's end), moves the focus to it and types into it: Enter begins the
 * next one, Esc ends, and one that stays empty goes away again. */
bool typing_new_card(struct ui *ui, uint64_t block, uint64_t after);
void typing_end(struct ui *ui);
/* Characters, paste, and keys that no action takes. True if it was used. */
bool typing_input(struct ui *ui, const struct input *in);
/* For every event of the replica, after it: carries caret, anchor and others' carets along, and tells when what is
 * typed in was removed. */
void typing_event(struct ui *ui, const struct replica_event *event);
/* The text that is being typed; NULL if it is gone (a card that somebody removed). An empty field is an empty text. */
const struct text *typing_text(const struct ui *ui);
/* The caret of somebody else came in: to the view's coordinates. After the person's place was put into ui->people. */
void typing_presence(struct ui *ui, const Cocanvas__Present *present);
/* Tells others where the caret is. */
void typing_tell(struct ui *ui);
/* Where the mouse is: line and cell of the text as it was drawn last (HIT_TEXT). drag: selects up to there. On the
 * opened card's text that is not being typed: begins. */
void typing_click(struct ui *ui, size_t line, int cell, bool drag);
/* Lines that view_typing() needs at that width; at most max_rows, at least one. */
int typing_rows_most(struct ui *ui, int width, int max_rows);
static inline int typing_rows(struct ui *ui, int width)
{
    return typing_rows_most(ui, width, INT16_MAX);
}

/* ---- the opened card: pane.c */

/* Opens a card above the canvas. */
void pane_open(struct ui *ui, uint64_t card);
void pane_close(struct ui *ui);
/* The same about what is open, behind typing_event(). */
void pane_event(struct ui *ui, const struct replica_event *event);
/* Asks for a comment on any object (0: the canvas) and adds it. */
void pane_ask_comment(struct ui *ui, uint64_t object);

/* Scrolls the text, or moves on in the lists, by n lines (negative: up). */
void pane_wheel(struct ui *ui, int n);
/* A click on a row of pane_rows() (HIT_ROW while a card is opened); twice: as Enter. */
void pane_click(struct ui *ui, size_t row, bool twice);

/* One line of the lists below the text, in their order. */
struct pane_row {
    enum pane_part part;
    uint64_t id;     /* link, comment; PANE_HISTORY: 0 */
    const char *key; /* PANE_FIELDS */
    const struct field *field; /* PANE_FIELDS: its definition, NULL: it has none */
    bool is_text;    /* PANE_FIELDS: a co-edited text field, else a property */
    bool answer;     /* PANE_COMMENTS: within a thread */
};
/* All of them, from ui->words. */
size_t pane_rows(struct ui *ui, const struct card *card, struct pane_row **out);
/* The row that has the focus; *n of the part's rows. NULL: the part is empty, or it is the text. */
const struct pane_row *pane_focused(struct ui *ui, const struct pane_row *rows, size_t n);

#endif
