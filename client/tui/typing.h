/* A text being typed: caret, selection, movement by grapheme, word, line; and the opened card with its fields, comments
 * and history. The text itself is the replica's view, so what is typed is there at once, and others' changes arrive under
 * the caret's feet: caret and anchor are carried along with each of them. */
#ifndef COCANVAS_CLIENT_TUI_TYPING_H
#define COCANVAS_CLIENT_TUI_TYPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/replica.h"
#include "client/tui/input.h"
#include "common/canvas.h"

struct ui;

struct typing {
    uint64_t object;         /* 0: nothing is being typed */
    char key[KEY_MAX + 1];
    uint32_t caret, anchor;  /* code points of the view's text; equal: no selection */
    int want_cell;           /* column that up and down try to keep, -1 none */
    size_t top;              /* first visible line */
    int width;               /* cells of the lines when it was drawn last: for up and down */
    bool grouping;           /* the next keystroke joins the last undo step */
    bool is_new;             /* a card that was made for this text: Esc on an empty one takes it away again */
    char *killed;            /* what ctrl-k, ctrl-w took last; owned */
    size_t killed_len;
};

enum pane_part { PANE_TEXT, PANE_FIELDS, PANE_COMMENTS, PANE_HISTORY };

struct card_pane {
    enum pane_part part;
    size_t focus, top;       /* in the part's list */
};

void typing_init(struct typing *t);
void typing_fini(struct typing *t);
/* Begins, with the caret at the end (or at a point). ends the one before. */
void typing_begin(struct ui *ui, uint64_t object, const char *key, uint32_t caret);
void typing_end(struct ui *ui);
/* Characters, paste, and keys that no action takes. True if it was used. */
bool typing_input(struct ui *ui, const struct input *in);
/* Before and after others' changes: carries caret, anchor and others' carets along. */
void typing_event(struct ui *ui, const struct replica_event *event);
/* The text that is being typed; NULL if it is gone (a card that somebody removed: the words are kept by the replica). */
const struct text *typing_text(const struct ui *ui);
/* A caret of somebody else came in: to the view's coordinates. */
void typing_presence(struct ui *ui, const Cocanvas__Present *present);
/* Opens a card above the canvas. */
void pane_open(struct ui *ui, uint64_t card);
void pane_close(struct ui *ui);

#endif
