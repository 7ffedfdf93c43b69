/* Keys → actions: the defaults of action.h, and what the person changed in $XDG_CONFIG_HOME/cocanvas/keys:
 *
 *   # context   key sequence   action
 *   canvas      g n            new-card
 *   canvas      ctrl-d         none
 *
 * A sequence's beginning opens a pop-up with what may follow. Pure but for keymap_load(). */
#ifndef COCANVAS_CLIENT_TUI_KEYMAP_H
#define COCANVAS_CLIENT_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "client/tui/input.h"
#include "common/status.h"

enum { KEYMAP_SEQUENCE = 4 };

struct keymap_entry {
    unsigned context; /* one of enum action_context */
    int action;       /* enum action */
    struct input keys[KEYMAP_SEQUENCE];
    uint8_t n_keys;
};

struct keymap {
    struct keymap_entry *at; /* owned */
    size_t n, cap;
};

void keymap_init(struct keymap *k); /* the defaults */
void keymap_fini(struct keymap *k);
/* Reads settings over the defaults; a line that is wrong is told (file, line, what to do) and changes nothing: then the
 * whole file is left out. */
enum status keymap_read(struct keymap *k, const char *name, const char *text, struct why *why) MUST_CHECK;
enum status keymap_load(struct keymap *k, const char *path, struct why *why) MUST_CHECK; /* no file: OK */

enum keymap_answer { KEYMAP_NOTHING, KEYMAP_ACTION, KEYMAP_MORE };
/* What the keys mean in the first of the contexts (a bit set; the innermost bit is the highest) that knows them. */
enum keymap_answer keymap_look(const struct keymap *k, unsigned contexts, const struct input *keys, size_t n,
                               int *action);
/* The first key sequence of an action in those contexts, as people read it: "g g", "ctrl-r"; "" none. */
void keymap_name(const struct keymap *k, unsigned contexts, int action, char out[KEYMAP_SEQUENCE * KEY_NAME]);
/* Entries that continue the keys: for the pop-up. Returns how many there are; fills at most room. */
size_t keymap_follow(const struct keymap *k, unsigned contexts, const struct input *keys, size_t n,
                     const struct keymap_entry **out, size_t room);

#endif
