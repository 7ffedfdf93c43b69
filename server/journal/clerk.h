/* The clerk: writes the audit log, and throws away what a workspace does not keep any longer. It has a connection of its own to
 * PostgreSQL, on the main thread's loop, so that neither delays a commit, a look-up or an answer.
 *
 * Events are written one after the other, in the order in which they were added, each in a transaction of its own that chains it to
 * the workspace's newest row (common/audit.h). Nobody waits for that. What is defined for bad times:
 * - PostgreSQL is away: events wait in memory, and are written when it is back, with the time at which they happened. An event
 *   whose outcome is unknown is written again under the same id, and is there once.
 * - More wait than `queue_most`: the newest are dropped, counted for their workspace, and a row LOST says how many were.
 * - The daemon stops while PostgreSQL is away: each event that was not written goes into the daemon's log. Killed: what waited is
 *   lost; that is what happened in the last milliseconds, or since PostgreSQL went away.
 *
 * What is thrown away goes in small steps with pauses between them (retention.c). */
#ifndef COCANVAS_SERVER_JOURNAL_CLERK_H
#define COCANVAS_SERVER_JOURNAL_CLERK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/audit.h"

struct clerk;

/* Plain data, copied at will. */
struct audit_event {
    struct audit_row row;      /* number is not used; text: see below */
    struct uuid id;            /* one that is there already is not written again; zero: a new one */
    bool for_account;          /* in each workspace that the account is in (that of row.canvas alone, if there is one), under its
                                * number there (author, and whom if that is not 0); row.workspace is not used */
    struct uuid account;
    char text[AUDIT_TEXT + 1]; /* used instead of row.text */
    char address[64];          /* "": none is kept */
};

struct clerk_options {
    const char *conninfo;
    bool borders;              /* events are written as the application, which can't change the log (border.h) */
    const char *seal_key_file; /* as in journal.h */
    const char *seal_keyring;
    unsigned queue_most;       /* events in memory */
    int64_t every_ms;          /* between two passes over what is to be thrown away; 0: none by itself */
    int64_t pause_ms;          /* between two steps of a pass */
    int64_t address_days;      /* how long addresses are kept */
    int64_t (*wall_ms)(void *ctx);
    /* The canvas' journal begins at oldest_seq now. May be NULL. */
    void (*on_cut)(void *ctx, const struct uuid *canvas, uint64_t oldest_seq);
    void *ctx;
};

struct clerk *clerk_new(struct event_base *base, const struct clerk_options *options);
void clerk_add(struct clerk *c, const struct audit_event *event);
/* Begins a pass now; one that is under way is followed by another one. */
void clerk_sweep(struct clerk *c);
/* Runs the loop until all events are written, at most so long; the rest goes into the daemon's log. For the end. */
void clerk_finish(struct clerk *c, int64_t ms);
void clerk_free(struct clerk *c);

struct clerk_stats {
    uint64_t written, lost, passes, steps;
    unsigned waiting; /* events */
};
const struct clerk_stats *clerk_stats(const struct clerk *c);

#endif
