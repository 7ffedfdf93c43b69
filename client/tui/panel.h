/* The panel at the side (below 100 columns: over the canvas): people, activity, history with replay, search; a card's
 * measures and actions, a measure, review, guided walk, hints. */
#ifndef COCANVAS_CLIENT_TUI_PANEL_H
#define COCANVAS_CLIENT_TUI_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/replica.h"
#include "client/tui/grid.h"
#include "client/tui/input.h"

struct ui;

enum panel_kind {
    PANEL_NONE,
    PANEL_PEOPLE,
    PANEL_ACTIVITY,
    PANEL_HISTORY,
    PANEL_SEARCH,
    /* panel_method.h: */
    PANEL_PARTS,
    PANEL_MEASURE,
    PANEL_REVIEW,
    PANEL_WALK,
    PANEL_HINTS,
};

enum { PANEL_ACTIVITY_LINES = 500, PANEL_OFFERED = 2 };

struct panel_event {
    uint64_t serial;         /* 1, 2, 3 … */
    int64_t at_ms;           /* of the last change that it tells */
    uint32_t author;
    uint64_t object;         /* where Enter leads, 0 nowhere */
    bool writing;            /* in one text: the following changes of it by the same person join this line */
    char key[KEY_MAX + 1];   /* while writing: which text */
    bool added;              /* a new card: the writing of its text joins this line */
    uint64_t block;          /* added: to this one */
    bool edit;               /* the change of a text, in a batch of several changes */
    uint32_t more;           /* further changes of the same batch */
    char *sentence;          /* without the name that it begins with: "added 7.12 to Channels: 'Wholesale'"; while writing
                                without the verb; owned */
};

/* A row of one of the panels about the method: panel_method.h. */
struct panel_item {
    uint64_t id;             /* never the same in two rows */
    unsigned what;           /* enum panel_item_what */
};

struct panel {
    enum panel_kind kind;
    bool focused;            /* keys go to it */
    size_t focus, top;       /* in its list: rows of people, of activity (newest first), of named versions, of hits */
    uint64_t focus_id;       /* what stands in that row, so that others' changes do not move it: session (0 oneself),
                                serial, seq (0 now), card */
    struct panel_event activity[PANEL_ACTIVITY_LINES]; /* a ring, newest at (next - 1) */
    size_t next, n_events;
    uint64_t serial;         /* of the newest event */
    uint64_t batch_seq;      /* of the batch that the newest event belongs to */
    uint32_t *people;        /* PEOPLE: sessions of the others, by name; owned */
    size_t n_people;
    uint64_t seq;            /* HISTORY: the state that is wanted, 0: now */
    uint64_t past_seq;       /* of the state that is shown, 0: now */
    struct canvas *past;     /* that state; owned; NULL: now */
    uint64_t past_asked;     /* asked of ui_host.history and not answered yet, 0 nothing */
    uint32_t past_author;    /* who made the batch past_seq, 0 the server */
    int64_t past_ms;         /* and when */
    uint64_t past_object;    /* what it was about, 0 nothing particular */
    char past_sentence[400]; /* what it did; or why a state cannot be had */
    char offered[PANEL_OFFERED][200]; /* the cards that "bring back" offers */
    size_t n_offered;
    uint64_t *named;         /* HISTORY: seqs of the named versions, newest first; owned */
    size_t n_named;
    char find[128];          /* SEARCH */
    uint64_t *found;         /* cards that fit, in the canvas' order; later ones at the end; owned */
    size_t n_found, cap_found;
    struct panel_item *items; /* PARTS … HINTS: their rows; owned */
    size_t n_items, cap_items;
    uint64_t card;           /* PARTS: whose they are; MEASURE: the measure */
    enum panel_kind before;  /* MEASURE: the list that one came from */
    bool entering;           /* MEASURE, REVIEW: a value is being typed */
    char typed[256];
    size_t step;             /* WALK: the step that one is at, from 0; kept while the panel is closed … */
    size_t walked;           /* … and how many one has been at */
    uint64_t reviewed;       /* REVIEW: readings that were entered in it */
};

void panel_init(struct panel *p);
void panel_fini(struct panel *p);
void panel_show(struct ui *ui, enum panel_kind kind);
/* Says in ui->wake_ms when its words will be others ("is writing" becomes "wrote"). */
void panel_tick(struct ui *ui);
/* What happened, for the activity list. */
void panel_event(struct ui *ui, const struct replica_event *event);
/* The state that ui_host.history asked for; taken (malloc'd). batch: the one that led to it, borrowed, NULL: not known.
 * past NULL: it cannot be had, and sentence says why. */
void ui_past(struct ui *ui, uint64_t seq, struct canvas *past, const Cocanvas__Committed *batch, const char *sentence);
/* The canvas that views draw: the past one while history is shown, else the replica's view; NULL: no canvas is open. */
const struct canvas *panel_canvas(const struct ui *ui);
/* True while a state of long ago is drawn: nothing can be edited in it. */
bool panel_in_past(const struct ui *ui);
/* True if the card is among what was searched for last, while that is of interest: to be marked on the canvas. */
bool panel_found(const struct ui *ui, uint64_t card);

/* ---- for ui.c, ui_mouse.c and the views */

/* Asked before the keymap while the panel has the focus: takes characters and pastes of a search. */
bool panel_input(struct ui *ui, const struct input *in);
/* A click on a HIT_ROW of it, twice: go there. And the wheel. */
void panel_row(struct ui *ui, size_t row, bool go);
void panel_move(struct ui *ui, int rows);
/* Before it is drawn into r: brings the list up to date, keeps its focus in place, scrolls to it. */
void panel_settle(struct ui *ui, struct rect r);
/* Another canvas: nothing of the last one is left. */
void panel_reset(struct ui *ui);

#endif
