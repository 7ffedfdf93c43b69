/* The panel at the side (below 100 columns: over the canvas): people, activity, history with replay, search. */
#ifndef COCANVAS_CLIENT_TUI_PANEL_H
#define COCANVAS_CLIENT_TUI_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/replica.h"

struct ui;

enum panel_kind { PANEL_NONE, PANEL_PEOPLE, PANEL_ACTIVITY, PANEL_HISTORY, PANEL_SEARCH };

enum { PANEL_ACTIVITY_LINES = 500 };

struct panel_event {
    int64_t at_ms;
    uint32_t author;
    uint64_t object;         /* where Enter leads, 0 nowhere */
    char *sentence;          /* owned */
};

struct panel {
    enum panel_kind kind;
    bool focused;            /* keys go to it */
    size_t focus, top;       /* in its list */
    struct panel_event activity[PANEL_ACTIVITY_LINES]; /* a ring, newest at (next - 1) */
    size_t next, n_events;
    uint64_t seq;            /* HISTORY: the state that is shown, 0: now */
    struct canvas *past;     /* that state; owned; NULL: now, or under way */
    bool past_waits;
    char past_who[64];       /* who made that batch, and when */
    int64_t past_ms;
    char find[128];          /* SEARCH */
    uint64_t *found;         /* cards that fit; owned */
    size_t n_found;
};

void panel_init(struct panel *p);
void panel_fini(struct panel *p);
void panel_show(struct ui *ui, enum panel_kind kind);
/* What happened, for the activity list. */
void panel_event(struct ui *ui, const struct replica_event *event);
/* The state that ui_host.history asked for; taken. NULL: it cannot be had, sentence says why. */
void ui_past(struct ui *ui, uint64_t seq, struct canvas *past, uint32_t author, int64_t time_ms, const char *sentence);
/* The canvas that views draw: the past one while history is shown, else the replica's view. */
const struct canvas *panel_canvas(const struct ui *ui);

#endif
