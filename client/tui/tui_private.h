/* The inside of the interface as a program, shared by its files:
 *
 *   tui.c         the loop: keyboard, time, drawing; begin and end   tui_terminal.c  taking and giving the terminal
 *   tui_host.c    what the interface asks for (struct ui_host)       tui_outside.c   $EDITOR, Ctrl-Z
 *   tui_places.c  one connection for each context                    tui_list.c      their canvases
 *   tui_guests.c  what a facilitator does about guests             tui_lead.c       … and about one person
 *   tui_canvas.c  the open canvas: what comes, how the link stands   tui_recent.c    what was opened here
 *   tui_templates.c  a workspace's own templates
 *   tui_merge.c   a text that two people changed
 *
 * Nothing that the interface asks for happens inside of its call: it is noted as a wish and carried out at the end of
 * the loop's turn, so neither the interface nor the client library is ever entered from within itself. */
#ifndef COCANVAS_CLIENT_TUI_TUI_PRIVATE_H
#define COCANVAS_CLIENT_TUI_TUI_PRIVATE_H

#include <event2/event.h>

#include "client/cli/context.h"
#include "client/cli/editor.h"
#include "client/cli/session.h"
#include "client/core/client.h"
#include "client/core/past.h"
#include "client/tui/screen.h"
#include "client/tui/tui.h"
#include "client/tui/tui_recent.h"
#include "client/tui/ui.h"

enum {
    TUI_FRAME_MS = 33,     /* at most 30 drawings a second */
    TUI_GRACE_MS = 700,    /* `open`: so long without taking the terminal; most errors have come by then */
    TUI_REFRESH_MS = 5000, /* the start screen's lists … */
    TUI_DOZE_MS = 60000,   /* … and if no key has come for this long: */
    TUI_DOZING_MS = 30000,
    TUI_GOODBYE_MS = 2000, /* what is under way when one leaves gets so long to be answered */
    TUI_NONE_MS = -1,
};

/* A context and its connection. */
struct place {
    struct tui *tui;
    struct context context;
    struct client *client; /* NULL: logged out, or another place's canvas is open */
    enum client_state state;
    char sentence[256];                    /* why it is not online */
    bool unknown_server;                   /* nobody vouches for the key: the person is asked */
    bool asked;                            /* … and has been, or said no */
    bool renew;                            /* the connection is to be made anew */
    uint32_t list_request, create_request; /* numbers of requests under way, 0 none */
    uint32_t guests_request;               /* likewise: about guests */
    uint32_t lead_request;                 /* likewise: about one person, and what it is */
    struct ui_lead lead;
    uint32_t templates_request;            /* likewise: the workspace's own templates, all or one of them */
    struct template_set own;               /* those that have come so far; owned */
    char **own_ids;                        /* all of them; owned, with the strings */
    size_t n_own_ids, own_id;              /* how many, and which is asked for next */
    int64_t listed_ms;                     /* when the list was asked for last, monotonic */
    bool listed;                           /* all of it came once; later only its first page is asked for */
    struct start_canvas *canvases;         /* owned */
    size_t n_canvases;
    size_t n_fresh; /* of them: from the list that is coming in */
};

/* What the interface asked for; carried out between two turns of the loop. */
struct wishes {
    bool edited, presence, close, refresh, reconnect, suspend, quit, editor;
    struct buf presence_bytes; /* packed, the newest */
    char *open_context;        /* owned; with open_canvas; NULL: no wish */
    struct uuid open_canvas;
    char *create_context, *create_template, *create_title; /* owned */
    char *templates_context; /* owned; NULL: no wish */
    bool history;
    uint64_t history_seq;
    bool guests, lobby;
    enum ui_guests guests_what;
    uint32_t lobby_number;
    bool lobby_admit;
    bool lead;
    struct ui_lead lead_wanted;
    char *editor_text; /* owned */
    char say[256];     /* a sentence for the message line; "" */
    enum role say_role;
};

struct tui {
    struct cli *cli;
    struct event_base *base;
    struct event *on_keys, *on_timer, *on_child, *on_resize;
    struct event *on_stop, *on_end[3]; /* SIGTSTP; SIGTERM, SIGHUP, SIGINT */
    struct screen *screen;             /* NULL: not taken yet */
    bool away;                         /* the terminal is lent to the editor */
    int saved_stderr;                  /* where standard error went before, -1: it was not moved */
    struct grid grid;
    struct ui ui;
    struct ui_host host;
    struct wishes wishes;
    struct editor editor;
    struct recent recent;
    char person[64]; /* the name that the interface asked for last */
    bool title;      /* --title */
    bool has_layout; /* --layout */
    enum ui_layout layout;

    struct place **places; /* owned; pointers stay valid */
    size_t n_places;
    const char *words;  /* `open CANVAS` whose id is not known yet; borrowed from the arguments, NULL none */
    struct place *open; /* whose canvas is open or being opened, NULL none */
    struct uuid canvas;
    bool shown;  /* it is in the interface */
    bool begins; /* `open CANVAS` has not got there yet: failures end the program */
    struct ui_link link;
    Cocanvas__PresenceUpdate **present; /* came before the canvas could be shown, in order; owned */
    size_t n_present;
    struct past_reader *past;
    struct reverting *reverting; /* what somebody did is being taken back; NULL: it never was */

    int64_t began_ms;      /* monotonic, as the next ones */
    int64_t drawn_ms;      /* when the screen was drawn last … */
    int64_t changed_ms;    /* … and when that changed what stands on it */
    bool typed;            /* input has come since then */
    int64_t key_ms;        /* when the last key came */
    unsigned keys_wait_ms; /* screen_read() wants to be called again then, 0 not */
    bool ended;
    bool lost;              /* the terminal is gone, or we are told to go: no goodbyes */
    int code;               /* exit code */
    enum exit_code failure; /* EXIT_OK, or why `open CANVAS` ends before the screen was taken */
    char failure_sentence[600];
};

int64_t tui_mono_ms(void);
void tui_end(struct tui *t, int code);

/* ---- tui_terminal.c */
bool tui_take_terminal(struct tui *t);
void tui_lend_terminal(struct tui *t);
void tui_take_back(struct tui *t);
void tui_give_terminal(struct tui *t);

/* ---- tui_host.c */
void tui_host_init(struct tui *t);
void tui_wishes_fini(struct wishes *w);
void tui_carry_out(struct tui *t);
void tui_say(struct tui *t, enum role role, const char *sentence); /* when the interface is not busy */

/* ---- tui_outside.c */
void tui_suspend(struct tui *t);
void tui_start_editor(struct tui *t, const char *text);
void tui_child_ended(struct tui *t);

/* ---- tui_places.c */
int tui_places_load(struct tui *t, const char *canvas);
void tui_places_free(struct tui *t);
void tui_places_connect(struct tui *t, struct place *only); /* NULL: all */
void tui_places_leave(struct tui *t, struct place *except);
void tui_places_refresh(struct tui *t, bool now);
int tui_places_wait_ms(const struct tui *t); /* until the next refresh, TUI_NONE_MS none */
void tui_places_tell(struct tui *t);
struct place *tui_place_find(struct tui *t, const char *context);
void tui_place_create(struct place *p, const char *template_id, const char *title);
void tui_places_settle(struct tui *t);
void tui_place_trust(struct place *p);

/* ---- tui_guests.c */
void tui_guests(struct tui *t, enum ui_guests what);
void tui_guests_look(struct tui *t); /* a canvas was opened */
void tui_guests_reply(struct place *p, const Cocanvas__Frame *reply);
void tui_lobby(struct tui *t, uint32_t number, bool admit);

/* ---- tui_lead.c */
void tui_lead(struct tui *t, const struct ui_lead *lead);
bool tui_lead_reply(struct place *p, const Cocanvas__Frame *reply); /* true: it was about that */
void tui_reverting_free(struct tui *t);

/* ---- tui_list.c */
void tui_list_free(struct place *p);
void tui_list_request(struct place *p);
void tui_list_reply(struct place *p, const Cocanvas__Frame *reply);

/* ---- tui_templates.c */
void tui_templates_request(struct place *p);
void tui_templates_reply(struct place *p, const Cocanvas__Frame *reply);
void tui_templates_free(struct place *p);

/* ---- tui_canvas.c */
void tui_open(struct tui *t, struct place *p, const struct uuid *canvas);
void tui_close(struct tui *t);
void tui_forget(struct tui *t); /* nothing is open any more, as far as the interface is concerned */
void tui_canvas_state(struct tui *t, enum client_state state, const char *sentence);
void tui_canvas_status(struct tui *t, bool degraded, int64_t since_ms);
bool tui_confidential(const struct tui *t);
void tui_canvas_presence(struct tui *t, const Cocanvas__PresenceUpdate *update);
void tui_history(struct tui *t, uint64_t seq);

#endif
