/* What floats above everything else and wants an answer: the palette, a pop-up of what follows a prefix key, help, a
 * question with choices, a line to be typed, a search for the target of a link. One at a time. */
#ifndef COCANVAS_CLIENT_TUI_ASK_H
#define COCANVAS_CLIENT_TUI_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/tui/input.h"

struct ui;

enum ask_kind { ASK_NONE, ASK_PALETTE, ASK_MENU, ASK_HELP, ASK_CHOICE, ASK_LINE, ASK_CARD, ASK_KEYS };

enum { ASK_CHOICES = 12, ASK_LINE_BYTES = 1024 };

struct ask_choice {
    uint32_t key;            /* the character that chooses it */
    const char *title;       /* borrowed: constants, or from the asker's own memory */
};

struct ask {
    enum ask_kind kind;
    char title[200];         /* the question */
    struct ask_choice choices[ASK_CHOICES];
    size_t n_choices, focus, top;
    char line[ASK_LINE_BYTES]; /* what is typed (LINE, PALETTE, CARD); valid text */
    size_t len, caret;       /* bytes */
    size_t n_found;          /* PALETTE, CARD: how many fit */
    struct input keys[4];    /* KEYS: the prefix so far */
    size_t n_keys;
    /* Called with the answer, after the question is closed (so it may ask the next one): CHOICE: choice is its index;
     * LINE: line, len; CARD: object. Esc: not called. */
    void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object);
    uint64_t about[2];       /* the asker's own: objects the answer is about */
    char *kept;              /* the asker's own text (a paste that waits for an answer); owned */
    size_t kept_len;
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
/* All input goes here while ask.kind is not ASK_NONE. */
void ask_input(struct ui *ui, const struct input *in);
/* How well `words` fit `text` as a fuzzy search (subsequence, word beginnings count more); -1: not at all. Case is
 * ignored. */
int ask_fit(const char *words, const char *text);

#endif
