/* What floats above everything else and wants an answer: the palette, a pop-up of what follows a prefix key, a menu of
 * what can be done here, help, a question with choices, a line to be typed, a search for a card. One at a time.
 *
 *   ask.c          opening, choosing, answering       ask_rows.c   what each kind lists, best first
 *   ask_input.c    keys and clicks for each kind      ask_help.c   the lines of help and of the menu
 *   ask_actions.c  what keys do in any of them        ask_fit.c    how well typed words fit a text
 *   ask_edit.c     the line that is typed             ask_place.c  where things stand      view_ask.c  how it looks */
#ifndef COCANVAS_CLIENT_TUI_ASK_H
#define COCANVAS_CLIENT_TUI_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/tui/input.h"

struct ui;

enum ask_kind { ASK_NONE, ASK_PALETTE, ASK_MENU, ASK_HELP, ASK_CHOICE, ASK_LINE, ASK_CARD, ASK_KEYS };

enum { ASK_CHOICES = 12, ASK_LINE_BYTES = 1024, ASK_RECENT = 8 };

struct ask_choice {
    uint32_t key;            /* the character that chooses it */
    const char *title;       /* borrowed: constants, or from the asker's own memory */
};

struct ask {
    enum ask_kind kind;
    char title[200];         /* the question */
    struct ask_choice choices[ASK_CHOICES];
    size_t n_choices, focus, top; /* focus and first visible row of the list */
    char line[ASK_LINE_BYTES]; /* what is typed (LINE, PALETTE, CARD, HELP's search); valid text */
    size_t len, caret;       /* bytes */
    bool searching;          /* HELP: what is typed goes into the line */
    size_t n_found;          /* PALETTE, CARD: how many fit */
    struct input keys[4];    /* KEYS: the prefix so far */
    size_t n_keys;
    /* Called with the answer, after the question is closed (so it may ask the next one): CHOICE: choice is its index;
     * LINE: line, len; CARD: object. Esc: not called. `line` is borrowed until it returns. */
    void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object);
    /* The asker's own, set before or behind the call of ask_…(); they last until the question is cancelled, or until
     * done() returns without having asked the next one. */
    uint64_t about[2];       /* objects the answer is about */
    char *kept;              /* text (a paste that waits for an answer); owned */
    size_t kept_len;
    /* These outlast a question. */
    int recent[ASK_RECENT];  /* actions that the palette ran lately, newest first */
    char killed[ASK_LINE_BYTES]; /* what ctrl-k, ctrl-u, ctrl-w took last */
    size_t killed_len;
};

void ask_init(struct ask *a);
void ask_fini(struct ask *a);
void ask_close(struct ui *ui);
/* A question: choices end with a NULL title. */
void ask_choice(struct ui *ui, const char *title, const struct ask_choice *choices,
                void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object));
/* A line; `given` stands there at first. */
void ask_line(struct ui *ui, const char *title, const char *given,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object));
/* A card, found by typing. */
void ask_card(struct ui *ui, const char *title,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object));
/* Every action, found by typing. */
void ask_palette(struct ui *ui);
/* The keys that mean something where one is now. */
void ask_help(struct ui *ui);
/* What can be done now, to be chosen by its key, by arrows or by a click. */
void ask_menu(struct ui *ui);
/* The key is the beginning of a sequence (KEYMAP_MORE): waits for the rest of it and shows what may follow. */
void ask_keys(struct ui *ui, const struct input *first);
/* All input goes here while ask.kind is not ASK_NONE. */
void ask_input(struct ui *ui, const struct input *in);

/* How well `words` fit `text` as a fuzzy search (each word a subsequence, word beginnings and runs count more); -1: not
 * at all. Case and accents are ignored; no words fit everything (0). */
int ask_fit(const char *words, const char *text);
/* The same, and which code points of the text the words stand for: ascending, at most room, *n of them. */
int ask_fit_points(const char *words, const char *text, uint32_t *points, size_t room, size_t *n);

#endif
