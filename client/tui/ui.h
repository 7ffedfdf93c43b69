/* The interface's state and everything that changes it. Pure: no terminal, no network, no clock; what the outside must do
 * goes through struct ui_host. The loop (tui.c) feeds input and news in, and shows ui_draw()'s grid when ui.dirty says that
 * something has changed.
 *
 *   input → keymap → action → ui_*.c → replica_edit / ui state      ui_draw(): settle (scrolling), then view_*.c → grid
 *
 * Who knows what:
 *   ui.c          feeding in, focus, screens, messages           ui_move.c     moving about
 *   ui_cards.c    what one does to cards                         ui_typing.c   a text being typed, the opened card
 *   ui_start.c    the start screen                               ui_panel.c    people, activity, history, search
 *   ui_ask.c      palette, menus, questions, one-line prompts    ui_mouse.c    clicks and drags
 * and for each a view_*.c that draws it and changes nothing. */
#ifndef COCANVAS_CLIENT_TUI_UI_H
#define COCANVAS_CLIENT_TUI_UI_H

#include "client/core/replica.h"
#include "client/tui/action.h"
#include "client/tui/grid.h"
#include "client/tui/input.h"
#include "client/tui/keymap.h"
#include "client/tui/start.h"
#include "client/tui/theme.h"
#include "client/tui/ask.h"
#include "client/tui/panel.h"
#include "client/tui/typing.h"
#include "common/arena.h"
#include "wire.pb-c.h"

enum { UI_MIN_COLS = 60, UI_MIN_ROWS = 18, UI_PEOPLE = 256, UI_CHANGES = 64 };

/* What fills the screen below whatever floats above it. */
enum ui_screen {
    SCREEN_START,
    SCREEN_CANVAS,
};

/* How a canvas is shown. */
enum ui_layout {
    LAYOUT_CANVAS,  /* all blocks in their places */
    LAYOUT_BLOCK,   /* one block, the whole screen */
    LAYOUT_OUTLINE, /* blocks and cards, one below the other */
    LAYOUT_TABLE,   /* the focused block's cards as rows, their fields as columns */
};

/* Everything the interface asks of the outside. Calls return at once; answers come back through ui_….
 * No callback may call back into ui. */
struct ui_host {
    void *ctx;
    void (*edited)(void *ctx);                                        /* the replica was edited: send it */
    void (*presence)(void *ctx, const Cocanvas__Presence *presence);  /* where one is now (the host thins them out) */
    const char *(*person)(void *ctx, uint32_t author);                /* name; borrowed until the next call */
    void (*open)(void *ctx, const char *context, const struct uuid *canvas);
    void (*close)(void *ctx);                                         /* back to the start screen */
    void (*refresh)(void *ctx);                                       /* ask for the lists of the start screen again */
    void (*create)(void *ctx, const char *context, const char *template_id, const char *title); /* and open it */
    void (*history)(void *ctx, uint64_t seq);                         /* the state after seq: ui_past() follows */
    void (*reconnect)(void *ctx);                                     /* now, not after the pause */
    void (*edit_outside)(void *ctx, const char *text, size_t len);    /* $EDITOR: ui_edited_outside() follows */
    void (*copy)(void *ctx, const char *text, size_t len);            /* to the terminal's clipboard */
    void (*bell)(void *ctx);
    void (*mouse)(void *ctx, bool on);
    void (*redraw)(void *ctx);
    void (*suspend)(void *ctx);
    void (*quit)(void *ctx);
};

/* Somebody else on this canvas. */
struct ui_person {
    uint32_t session;                   /* 0: free */
    uint32_t author;
    uint64_t object;                    /* card or block in focus, 0 none */
    char key[KEY_MAX + 1];              /* the text that is being edited */
    uint32_t caret, anchor;             /* code points of the view's text, carried along with each change */
    uint64_t told_seq;                  /* the caret below refers to this state, which is not here yet; 0: none waits */
    uint32_t told_caret, told_anchor;
    bool editing, away;
};

/* What others changed lately: drawn as a highlight until it is older than UI_CHANGED_MS. */
enum { UI_CHANGED_MS = 4000 };
struct ui_change {
    uint64_t object; /* 0: free */
    uint32_t author;
    int64_t at_ms;
};

/* How the connection stands; what the top line says. */
struct ui_link {
    bool online;
    int64_t offline_since_ms;   /* while not online; 0: not connected yet */
    bool degraded;              /* the server cannot save */
    int64_t degraded_since_ms;
    char sentence[256];         /* why, for people; "" */
    bool failed;                /* will not try again by itself */
};

/* The place at which a list of cards is scrolled: the first visible card, so that others' changes above it move nothing. */
struct ui_scroll {
    uint64_t block;
    uint64_t top; /* card, 0: the first one */
    UT_hash_handle hh;
};

struct ui {
    const struct ui_host *host;
    struct theme theme;
    struct keymap keymap;
    struct arena words;         /* of one input or one drawing; reset after it */
    int cols, rows;
    int64_t now_ms;             /* wall clock, set by the loop before each call */
    bool dirty;                 /* something to be drawn has changed */
    int64_t wake_ms;            /* draw again then, though nothing comes (a highlight ends); 0 never */
    bool mouse_on, confidential;
    bool ascii;                 /* no UTF-8 terminal: lines of - | + */
    int utc_offset_s;           /* of this place, for times on the screen */

    enum ui_screen screen;
    struct start start;         /* start.h */

    /* ---- the open canvas */
    struct replica *replica;    /* NULL: none; borrowed */
    char context[64], canvas_name[264]; /* names for the top line */
    int role;                   /* Cocanvas__Role on it */
    struct ui_link link;
    enum ui_layout layout;
    uint64_t block, card;       /* the focus: a block and one of its cards (0: the block itself) */
    uint32_t card_index;        /* where the focused card stood, for when it goes */
    uint64_t *marked;           /* cards chosen for a bulk action, ascending; owned */
    size_t n_marked, cap_marked;
    struct ui_scroll *scrolls;  /* by block */
    int table_column;           /* first column shown in LAYOUT_TABLE */
    struct ui_person people[UI_PEOPLE];
    struct ui_change changes[UI_CHANGES];
    uint32_t following;         /* session of the person one follows, 0 none */
    uint64_t open_card;         /* the card that is opened above the canvas, 0 none */
    struct card_pane pane;      /* of it: typing.h */
    struct typing typing;       /* the text that is being typed, in the pane or in a block: typing.h */
    struct panel panel;         /* panel.h */
    struct ask ask;             /* palette, menu, question, prompt: ask.h */
    char find[128];             /* what / looked for last, for n and N */
    uint64_t *cut;              /* cards that "cut" took, to be put by "paste"; owned */
    size_t n_cut;
    char message[256];          /* bottom line but one; "" none */
    enum role message_role;
    int64_t message_until_ms;   /* 0: until the next input */
    struct view_counts *counts; /* figures on cards, only while something is drawn: view_parts.h */
    struct hit *hits;           /* clickable regions of the last drawing; owned */
    size_t n_hits;
    uint64_t dragging;          /* card under the mouse button, 0 none */
    int drag_x, drag_y;
};

void ui_init(struct ui *ui, const struct ui_host *host, const struct theme *theme);
void ui_fini(struct ui *ui);
void ui_resize(struct ui *ui, int cols, int rows);

/* ---- feeding in */

void ui_input(struct ui *ui, const struct input *in);
/* Another canvas (or none: NULL) is open now. The focus goes to its first block in filling order. */
void ui_set_canvas(struct ui *ui, struct replica *r, const char *context, int role);
/* From replica_on_event: keeps focus, scrolling, carets, highlights, activity and history in step. */
void ui_replica_event(struct ui *ui, const struct replica_event *event);
void ui_presence_update(struct ui *ui, const Cocanvas__PresenceUpdate *update);
void ui_link_changed(struct ui *ui, const struct ui_link *link);
void ui_rejected(struct ui *ui, const char *sentence);
/* $EDITOR has ended; text NULL: it failed, *sentence says why. */
void ui_edited_outside(struct ui *ui, const char *text, size_t len, const char *sentence);
/* Time has passed: ends messages and highlights that are over. */
void ui_tick(struct ui *ui);

/* Settles scrolling and draws everything into g (of the interface's size), and clears ui->dirty. */
void ui_draw(struct ui *ui, struct grid *g);

/* ---- for ui_*.c and view_*.c */

const struct canvas *ui_view(const struct ui *ui); /* the replica's view; NULL if no canvas is open */
bool ui_may_edit(const struct ui *ui);
const char *ui_person_name(const struct ui *ui, uint32_t author);
/* "AK" of "Anna Koch": one or two letters; from ui->words. */
const char *ui_initials(struct ui *ui, uint32_t author);
enum role ui_person_role(uint32_t author);
/* "14:05" of today, "3 Nov 14:05" before; from ui->words. */
const char *ui_time(struct ui *ui, int64_t ms);
void ui_say(struct ui *ui, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Edits of one's own: applied, sent, or the reason said. True if done. */
bool ui_submit(struct ui *ui, size_t n_ops, Cocanvas__Op **ops, bool group);
bool ui_submit_one(struct ui *ui, Cocanvas__Op *op);
/* After any edit made with replica_… directly. */
void ui_edited(struct ui *ui);
/* Moves the focus (and tells presence). card 0: the block itself. */
void ui_focus(struct ui *ui, uint64_t block, uint64_t card);
struct card *ui_focused_card(const struct ui *ui);   /* NULL: a block has the focus */
struct block *ui_focused_block(const struct ui *ui); /* NULL: the canvas has no blocks */
/* The cards that an action is about: the marked ones, else the focused one. From ui->words. */
size_t ui_targets(struct ui *ui, uint64_t **ids);
bool ui_marked(const struct ui *ui, uint64_t card);
void ui_mark(struct ui *ui, uint64_t card, bool on);
void ui_unmark_all(struct ui *ui);
/* The first visible card of a block; ui_scroll_to sets it. */
uint64_t ui_scroll_top(const struct ui *ui, uint64_t block);
void ui_scroll_to(struct ui *ui, uint64_t block, uint64_t card);
/* Who changed the object within UI_CHANGED_MS, 0 nobody. */
uint32_t ui_changed_by(const struct ui *ui, uint64_t object);
/* People whose focus or caret is on the object: fills at most room, returns how many. */
size_t ui_people_on(const struct ui *ui, uint64_t object, const struct ui_person **out, size_t room);
/* Carries an action out by its name in the table (action.h). Says why it cannot be done now. */
void ui_do(struct ui *ui, enum action action);
/* Comments on an object that are alive. */
size_t ui_comment_count(const struct ui *ui, uint64_t object);

#endif
