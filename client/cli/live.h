/* `cocanvas live --plain`: the state of one live session, shared by live_plain.c (loop, events) and live_commands.c
 * (what is typed). */
#ifndef COCANVAS_CLIENT_CLI_LIVE_H
#define COCANVAS_CLIENT_CLI_LIVE_H

#include "client/cli/describe.h"
#include "client/cli/find.h"
#include "client/cli/session.h"

enum { LIVE_PEOPLE = 256 };

struct live_person {
    uint32_t session; /* 0: free slot */
    uint32_t author;
    uint64_t object; /* in focus, 0 none */
    bool editing, away;
};

struct live {
    struct session s;   /* first: callbacks of the session get here through it */
    struct arena words; /* of one line or event; reset after it */
    struct live_person people[LIVE_PEOPLE];
    struct buf input; /* typed, not yet a whole line */
    struct event *on_input;
    struct event *on_late; /* fires when an edit is still not saved after a while */
    uint64_t last_card;    /* the one that was added, read or changed last: "it" */
    bool started;          /* the canvas is open: from now on events are told */
    bool prompted;         /* the prompt stands there, its line not ended */
    bool ended;            /* quit, or the end of input */
    bool unsaved;          /* "saved" is owed */
    bool told_late;
    bool offline, degraded;
};

/* One line for people: sentence, and a line break. */
void live_say(struct live *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct describe live_describe(struct live *l);
const char *live_person_name(struct live *l, uint32_t author);
/* Applies ops of one's own; says why if they are refused. True if they are in the view. */
bool live_submit(struct live *l, size_t n, Cocanvas__Op **ops);
/* After any own edit: sends it, and owes "saved". */
void live_edited(struct live *l);
void live_presence(struct live *l, uint64_t object, bool editing);
/* "Saved.", "2 changes are not saved yet: offline." */
void live_status(struct live *l);
/* Carries one typed line out. */
void live_command(struct live *l, const char *line);

#endif
