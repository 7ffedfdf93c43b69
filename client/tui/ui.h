/* The interface's state and everything that changes it. Pure: no terminal, no network, no clock; what the outside must
 * do goes through struct ui_host. The loop (tui.c) feeds input and news in, and shows ui_draw()'s grid when ui.dirty
 * says that something has changed.
 *
 *   input → keymap → action → ui_*.c → replica_edit / ui state      ui_draw(): settle (scrolling), then view_*.c → grid
 *
 * Who knows what:
 *   ui.c          life, input, drawing                           ui_state.c    focus, marks, scrolling
 *   ui_news.c     what others did, the connection                ui_people.c   who is here, names, following
 *   ui_words.c    messages, times, sentences                     ui_move.c     moving about
 *   ui_cards.c    making, removing, moving cards, the clipboard  ui_set.c      colour, tag, vote, link
 *   ui_table.c    sorting, filtering, grouping            entry*.c      a field's value, typed or chosen
 *   ui_lanes.c    lanes and scores: moving by fields      ui_method.c   what is known about the canvas
 *   ui_blocks.c   blocks, the canvas' name, undo                 ui_anywhere.c leaving, help, mouse, going back
 *   ui_mouse.c    clicks, drags, the wheel                       ui_outside.c  pastes, $EDITOR
 *   typing*.c     a text being typed                             pane*.c       the opened card
 *   start*.c      the start screen                               panel*.c      people, activity, history, search
 *   ask*.c        palette, menus, questions, one-line prompts
 * and for each screen a view_*.c that draws it and changes nothing. */
#ifndef COCANVAS_CLIENT_TUI_UI_H
#define COCANVAS_CLIENT_TUI_UI_H

#include "client/core/replica.h"
#include "client/method/method.h"
#include "client/tui/action.h"
#include "client/tui/grid.h"
#include "client/tui/input.h"
#include "client/tui/keymap.h"
#include "client/tui/start.h"
#include "client/tui/theme.h"
#include "client/tui/ask.h"
#include "client/tui/panel.h"
#include "client/tui/table.h"
#include "client/tui/typing.h"
#include "common/arena.h"
#include "wire.pb-c.h"

enum { UI_MIN_COLS = 60, UI_MIN_ROWS = 18, UI_PEOPLE = 256, UI_CHANGES = 64, UI_LOBBY = 200 };

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
    /* What LAYOUT_CANVAS is on canvases of other kinds than a grid (layout_effective): */
    LAYOUT_LANES,  /* stages from left to right, lanes from top to bottom */
    LAYOUT_SCORES, /* a plot by two numbers, and the list of what stands in it */
    LAYOUT_GRAPH,  /* the list of players, and what goes out and comes in */
    LAYOUT_TEXT,   /* the outline with the current wording first, large */
};

/* What a facilitator may do about guests. */
enum ui_guests {
    UI_OPEN_FOR_GUESTS,
    UI_OPEN_WITH_LOBBY,
    UI_OPEN_WITH_PSEUDONYMS, /* and a lobby */
    UI_CLOSE_FOR_GUESTS,
    UI_MAKE_CODE,
};

/* What a facilitator does about one person; the answer is said. */
enum ui_lead_what { UI_LEAD_ROLE, UI_LEAD_REMOVE, UI_LEAD_REVERT };
struct ui_lead {
    enum ui_lead_what what;
    uint32_t author;
    bool guest;
    int role;         /* ROLE: from now on, on this canvas */
    int64_t since_ms; /* REVERT: what was done since then; 0: all */
};

/* Somebody who waits to be let in. */
struct ui_waiting {
    uint32_t number;
    char name[64 * 4 + 1]; /* as they gave it */
};

/* Everything the interface asks of the outside. Calls return at once; answers come back through ui_….
 * No callback may call back into ui. */
struct ui_host {
    void *ctx;
    void (*edited)(void *ctx);                                       /* the replica was edited: send it */
    void (*presence)(void *ctx, const Cocanvas__Presence *presence); /* where one is now (the host thins them out) */
    const char *(*person)(void *ctx, uint32_t author);               /* name; borrowed until the next call */
    void (*open)(void *ctx, const char *context, const struct uuid *canvas);
    void (*close)(void *ctx);   /* back to the start screen */
    void (*refresh)(void *ctx); /* ask for the lists of the start screen again */
    void (*create)(void *ctx, const char *context, const char *template_id, const char *title); /* and open it */
    void (*templates)(void *ctx, const char *context);             /* the workspace's own: ui_start_templates() follows */
    void (*history)(void *ctx, uint64_t seq);                      /* the state after seq: ui_past() follows */
    void (*reconnect)(void *ctx);                                  /* now, not after the pause */
    void (*edit_outside)(void *ctx, const char *text, size_t len); /* $EDITOR: ui_edited_outside() follows */
    void (*copy)(void *ctx, const char *text, size_t len);         /* to the terminal's clipboard */
    void (*bell)(void *ctx);
    void (*mouse)(void *ctx, bool on);
    void (*redraw)(void *ctx);
    void (*suspend)(void *ctx);
    void (*quit)(void *ctx);
    bool (*is_guest)(void *ctx, uint32_t author);                 /* came in by a join code */
    void (*guests)(void *ctx, enum ui_guests what);               /* the answer is said */
    void (*lobby)(void *ctx, uint32_t number, bool admit);        /* 0: everybody who waits */
    void (*lead)(void *ctx, const struct ui_lead *lead);
};

/* Somebody else on this canvas. */
struct ui_person {
    uint32_t session; /* 0: free */
    uint32_t author;
    uint64_t object;        /* card or block in focus, 0 none */
    char key[KEY_MAX + 1];  /* the text that is being edited */
    uint32_t caret, anchor; /* code points of the view's text, carried along with each change */
    uint64_t told_seq;      /* the confirmed state that the caret below refers to; it may still be to come */
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

/* How long edits may be under way before the screen says how many they are. */
enum { UI_UNSENT_MS = 500 };

/* How the connection stands; what the top line says. */
struct ui_link {
    bool online;
    int64_t offline_since_ms; /* while not online; 0: not connected yet */
    bool degraded;            /* the server cannot save */
    int64_t degraded_since_ms;
    char sentence[256]; /* why, for people; "" */
    bool failed;        /* will not try again by itself */
};

/* The place at which a list of cards is scrolled: the first visible card, so that others' changes above it move
 * nothing. */
struct ui_scroll {
    uint64_t block;
    uint64_t top;   /* card, 0: the first one */
    uint64_t below; /* the card behind it: stands in if somebody takes `top` to another block */
};

/* A question about things that are there: what each choice stands for, and its words. */
struct ui_choices {
    struct ask_choice at[ASK_CHOICES + 1]; /* ends with a NULL title */
    char title[ASK_CHOICES][300];          /* a tag has at most 256 bytes */
    uint64_t id[ASK_CHOICES];
    size_t n;
};

struct ui {
    const struct ui_host *host;
    struct theme theme;
    struct keymap keymap;
    struct arena words; /* of one input or one drawing; reset after it */
    int cols, rows;
    int64_t now_ms;   /* wall clock, set by the loop before each call */
    bool inside;      /* an input or a drawing is under way: ui->words is not reset by news */
    struct input key; /* what started the action that is carried out; INPUT_NONE: it was chosen by its name */
    bool dirty;       /* something to be drawn has changed */
    int64_t wake_ms;  /* draw again then, though nothing comes (a highlight ends); 0 never */
    bool mouse_on, confidential;
    bool ascii;       /* no UTF-8 terminal: lines of - | + */
    int utc_offset_s; /* of this place, for times on the screen */

    enum ui_screen screen;
    struct start start; /* start.h */

    /* ---- the open canvas */
    struct replica *replica;            /* NULL: none; borrowed */
    char context[64], canvas_name[264]; /* names for the top line */
    int role;                           /* Cocanvas__Role on it */
    uint32_t session;                   /* one's own in PresenceUpdate, 0 not known yet; set by the loop */
    struct {
        uint64_t object;
        bool editing, known;
    } told; /* what others were told last about where one is */
    struct ui_link link;
    int64_t unsent_since_ms;     /* something of one's own is not saved since then; 0: all is */
    enum ui_layout layout;
    uint64_t block, card;           /* the focus: a block and one of its cards (0: the block itself) */
    uint32_t card_index;            /* where the focused card stood among those alive, for when it goes */
    uint64_t last_block, last_card; /* the focus before the last jump, for going back there; 0 none */
    uint64_t *marked;               /* cards chosen for a bulk action, ascending; owned */
    size_t n_marked, cap_marked;
    uint64_t range_from, range_to; /* cards between which moving marks; 0 none */
    struct ui_scroll *scrolls;     /* of the blocks that were shown; owned */
    size_t n_scrolls, cap_scrolls;
    struct {
        uint64_t top;          /* LAYOUT_OUTLINE: the first object that is visible, a card or a block's title; 0 all */
        uint64_t below, block; /* the object behind it, and the block: for when `top` goes elsewhere */
    } outline;
    int table_column; /* first column behind the text shown in LAYOUT_TABLE */
    struct table_state table;   /* how LAYOUT_TABLE is sorted, filtered and grouped: table.h */
    struct table_row *table_rows; /* room for the rows of a table; owned */
    size_t cap_table_rows;
    char lane[KEY_MAX + 1];     /* LAYOUT_LANES: the lane of the focused cell while no card has the focus */
    uint64_t lanes_stage;       /* LAYOUT_LANES: the first stage that is shown, 0 the first one */
    int lanes_top;              /* LAYOUT_LANES: the first lane that is shown */
    struct method *method;      /* what is known about the canvas: kinds.h; owned, NULL until somebody asks */
    bool sums;                  /* there are amounts on it: their net is drawn below */
    struct method *past_method; /* the same of the state that history shows */
    const struct canvas *past_known; /* … which is that one, compared only */
    uint64_t past_known_seq;
    struct ui_person people[UI_PEOPLE];
    struct ui_waiting lobby[UI_LOBBY]; /* in the order in which they came */
    size_t n_lobby;
    struct ui_change changes[UI_CHANGES];
    uint32_t following;    /* session of the person one follows, 0 none */
    uint64_t open_card;    /* the card that is opened above the canvas, 0 none */
    struct card_pane pane; /* of it: typing.h */
    struct typing typing;  /* the text that is being typed, in the pane or in a block: typing.h */
    struct panel panel;    /* panel.h */
    struct ask ask;        /* palette, menu, question, prompt: ask.h */
    char find[128];        /* what / looked for last, for n and N */
    uint64_t *cut;         /* cards that "cut" took, to be put by "paste"; owned */
    size_t n_cut;
    bool carrying; /* "move" was pressed: moving chooses the block, Enter puts the cut cards there */
    uint64_t carried_block, carried_card; /* where the focus was then */
    uint64_t *subjects; /* what the open question is about, whatever has the focus when it is answered; owned */
    size_t n_subjects;
    struct ui_choices choices; /* of the open question */
    uint64_t outside_object;   /* whose text is in $EDITOR, 0 none */
    char outside_key[KEY_MAX + 1];
    struct {
        bool on;         /* undo or redo is under way: its effects are noted */
        char first[160]; /* the first of them, in words */
        size_t n;
        uint64_t object;
    } undoing;
    bool leaving;      /* Esc was pressed on the overview: the next one leaves the canvas */
    char message[256]; /* bottom line but one; "" none */
    enum role message_role;
    int64_t message_until_ms;   /* 0: until the next input */
    struct view_counts *counts; /* figures on cards, only while something is drawn: view_parts.h */
    struct hit *hits;           /* clickable regions of the last drawing; owned */
    size_t n_hits;
    uint64_t dragging; /* card under the mouse button, 0 none */
    bool dragged;      /* it has left the cell where it was taken */
    int drag_x, drag_y;
};

void ui_init(struct ui *ui, const struct ui_host *host, const struct theme *theme);
void ui_fini(struct ui *ui);
void ui_resize(struct ui *ui, int cols, int rows);

/* ---- feeding in */

void ui_input(struct ui *ui, const struct input *in);
/* Another canvas (or none: NULL) is open now. The focus goes to its first block in filling order. The same replica
 * again (after a reconnect): only the role may be another one, and what is looked at stays. The replica before need not
 * be there any more. */
void ui_set_canvas(struct ui *ui, struct replica *r, const char *context, int role);
/* From replica_on_event: keeps focus, scrolling, carets, highlights, activity and history in step. */
void ui_replica_event(struct ui *ui, const struct replica_event *event);
void ui_presence_update(struct ui *ui, const Cocanvas__PresenceUpdate *update);
/* Who waits to be let in now. */
void ui_lobby_update(struct ui *ui, const Cocanvas__LobbyUpdate *update);
void ui_link_changed(struct ui *ui, const struct ui_link *link);
void ui_rejected(struct ui *ui, const char *sentence);
/* $EDITOR has ended; text NULL: it failed, *sentence says why. */
void ui_edited_outside(struct ui *ui, const char *text, size_t len, const char *sentence);
/* Time has passed: ends messages and highlights that are over. */
void ui_tick(struct ui *ui);

/* The bits of enum action_context that are present now, below any question (never CONTEXT_ASK). */
unsigned ui_contexts(const struct ui *ui);
/* Settles scrolling and draws everything into g (of the interface's size), and clears ui->dirty. */
void ui_draw(struct ui *ui, struct grid *g);

/* ---- for ui_*.c and view_*.c */

const struct canvas *ui_view(const struct ui *ui); /* the replica's view; NULL if no canvas is open */
bool ui_may_edit(const struct ui *ui);
bool ui_may_comment(const struct ui *ui); /* and vote */
const char *ui_person_name(const struct ui *ui, uint32_t author);
/* "AK" of "Anna Koch": one or two letters; from ui->words. */
const char *ui_initials(struct ui *ui, uint32_t author);
enum role ui_person_role(uint32_t author);
/* "14:05" of today, "3 Nov 14:05" before; from ui->words. */
const char *ui_time(struct ui *ui, int64_t ms);
/* From ui->words; one clean line if what goes in is one. */
char *ui_printf(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "“Wholesale”": the first line of a card's text, short, in quotation marks; from ui->words. */
const char *ui_card_words(struct ui *ui, uint64_t card);
/* "“Wholesale”" or "3 cards". */
const char *ui_cards_words(struct ui *ui, const uint64_t *ids, size_t n);
/* The key of an action where one is now, "" none; from ui->words. */
const char *ui_key(struct ui *ui, enum action action);
void ui_say(struct ui *ui, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Says why something was refused, as a sentence. */
void ui_say_why(struct ui *ui, const struct why *why);
/* True, or says why nothing can be changed; or, of comments and votes. */
bool ui_check_edit(struct ui *ui);
bool ui_check_comment(struct ui *ui);
/* Edits of one's own: applied, sent, or the reason said. True if done. */
bool ui_submit(struct ui *ui, size_t n_ops, Cocanvas__Op **ops, bool group);
bool ui_submit_one(struct ui *ui, Cocanvas__Op *op);
/* After any edit made with replica_… directly. */
void ui_edited(struct ui *ui);
/* Moves the focus (and tells presence). card 0: the block itself. */
void ui_focus(struct ui *ui, uint64_t block, uint64_t card);
struct card *ui_focused_card(const struct ui *ui);   /* NULL: a block has the focus */
struct block *ui_focused_block(const struct ui *ui); /* NULL: the canvas has no blocks */
/* The same as a jump: ctrl-o leads back to where one was. */
void ui_jump(struct ui *ui, uint64_t block, uint64_t card);
/* The same to any object: a card that is alive, or a block. False: it is neither. */
bool ui_go(struct ui *ui, uint64_t object);
/* After any change of the canvas: the focus, marks and cut cards name what is there. */
void ui_settle(struct ui *ui);
/* Goes where that person goes, from now on; 0: no longer. */
void ui_follow(struct ui *ui, uint32_t session);
const struct ui_person *ui_person_of(const struct ui *ui, uint32_t session); /* NULL: gone */
/* All cards that are alive, as one reads them: block by block in filling order. From ui->words. */
size_t ui_cards_in_order(struct ui *ui, struct card ***cards);
/* The cards that an action is about: the opened one, else the marked ones as one reads them, else the focused one. From
 * ui->words. */
size_t ui_targets(struct ui *ui, uint64_t **ids);
/* Keeps them for the answer to a question: whatever has the focus by then, the answer is about these. ui_subjects():
 * those that are still alive. */
size_t ui_keep_subjects(struct ui *ui);
size_t ui_subjects(struct ui *ui, uint64_t **ids);
/* Choices of ui->choices, one by one; the keys are 1 to 9, then letters. False: no more room. */
void ui_choices_clear(struct ui *ui);
bool ui_choices_add(struct ui *ui, uint64_t id, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The text of an object in $EDITOR. */
void ui_edit_outside(struct ui *ui, uint64_t object, const char *key);
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
