/* Every action of the interface: one table row each. The row drives keys (keymap.h), palette, hints, help and menus; a
 * key that does something without a row cannot be. */
#ifndef COCANVAS_CLIENT_TUI_ACTION_H
#define COCANVAS_CLIENT_TUI_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;

/* Where keys mean something. The innermost one of the present ones is asked first; a text that is being typed takes
 * characters before all. */
enum action_context {
    CONTEXT_ANYWHERE = 1 << 0,
    CONTEXT_START = 1 << 1,
    CONTEXT_CANVAS = 1 << 2,  /* a canvas, nothing above it */
    CONTEXT_CARD = 1 << 3,    /* an opened card */
    CONTEXT_TYPING = 1 << 4,  /* a text is being typed */
    CONTEXT_PANEL = 1 << 5,   /* a panel has the focus */
    CONTEXT_HISTORY = 1 << 6, /* the history panel */
    CONTEXT_METHOD = 1 << 7,  /* a panel about measures, the walk or hints */
    CONTEXT_ASK = 1 << 8,     /* palette, menu, question, prompt */
};

/* Why a row may be impossible now; the palette says so instead of hiding it. */
enum action_needs {
    NEEDS_NOTHING_HERE,
    NEEDS_A_CANVAS,
    NEEDS_A_BLOCK,
    NEEDS_A_CARD,          /* focused or marked */
    NEEDS_A_TABLE,         /* the focused block is shown as one */
    NEEDS_EDITING = 8,     /* the right to edit; added to the others */
    NEEDS_COMMENTING = 16, /* the right to comment and vote; added to the others */
    NEEDS_LEADING = 32,    /* a facilitator's right; added to the others */
};

#define ACTIONS(ROW)                                                                                                   \
    /* id, name, title, contexts, default keys (one sequence each, separated by ", "), needs, function */              \
    ACTIONS_ANYWHERE(ROW)                                                                                              \
    ACTIONS_START(ROW) ACTIONS_MOVE(ROW) ACTIONS_CARDS(ROW) ACTIONS_CARD(ROW) ACTIONS_TYPING(ROW) ACTIONS_PANEL(ROW)   \
        ACTIONS_METHOD(ROW) ACTIONS_ASK(ROW)

/* Each family is listed by the file that carries it out. */
#include "client/tui/actions_anywhere.h"
#include "client/tui/actions_start.h"
#include "client/tui/actions_move.h"
#include "client/tui/actions_cards.h"
#include "client/tui/actions_card.h"
#include "client/tui/actions_typing.h"
#include "client/tui/actions_panel.h"
#include "client/tui/actions_method.h"
#include "client/tui/actions_ask.h"

#define ACTION_ID(id, ...) ACTION_##id,
enum action { ACTION_NONE, ACTIONS(ACTION_ID) ACTION_COUNT };
#undef ACTION_ID

#define ACTION_RUN(id, name, title, contexts, keys, needs, run) void run(struct ui *ui);
ACTIONS(ACTION_RUN)
#undef ACTION_RUN

struct action_row {
    enum action action;
    const char *name;  /* what is typed in the palette and written in the settings: "new-card" */
    const char *title; /* "New card below" */
    unsigned contexts;
    const char *keys; /* defaults; "" none */
    unsigned needs;
    void (*run)(struct ui *ui);
};

const struct action_row *action_row(enum action action);
const struct action_row *action_find(const char *name); /* NULL: none */
/* NULL if it can be carried out now, else the reason: "Put the focus on a card first." */
const char *action_refusal(const struct ui *ui, const struct action_row *row);

#endif
