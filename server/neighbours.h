/* The other daemons on the same database: what somebody may do is changed by one of them, and people whom it concerns may be connected to
 * another. Each tells the others through a table and looks there once a second, so live sessions everywhere look again what they may
 * do within about a second. Told is only whom it concerns, never what has changed: that stands in the database already (access.h).
 *
 * A daemon that dies between a change and telling it tells nobody; the sessions concerned find out with their next request, since
 * statements ask for themselves, at the latest when they open or log in again. On the main thread. */
#ifndef COCANVAS_SERVER_NEIGHBOURS_H
#define COCANVAS_SERVER_NEIGHBOURS_H

#include <event2/event.h>

#include "server/session/access.h"

struct neighbours;

struct neighbours_options {
    const char *conninfo;
    struct uuid incarnation; /* this daemon's */
    int64_t every_ms;        /* between two looks */
    /* Another daemon's change: for all sessions here. */
    void (*on_change)(void *ctx, const struct access_change *change);
    void *ctx;
};

struct neighbours *neighbours_new(struct event_base *base, const struct neighbours_options *options);
void neighbours_free(struct neighbours *n);
/* A change that this daemon has made. */
void neighbours_tell(struct neighbours *n, const struct access_change *change);

#endif
