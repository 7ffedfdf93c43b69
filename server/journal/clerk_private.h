/* What clerk.c and retention.c share. */
#ifndef COCANVAS_SERVER_JOURNAL_CLERK_PRIVATE_H
#define COCANVAS_SERVER_JOURNAL_CLERK_PRIVATE_H

#include <sys/queue.h>

#include "common/arena.h"
#include "common/canvas.h"
#include "server/journal/clerk.h"
#include "server/journal/pg.h"
#include "server/journal/stored.h"

/* One event that waits. */
struct clerk_entry {
    struct audit_event event;
    unsigned tries; /* that found its id or number taken */
    TAILQ_ENTRY(clerk_entry) entry;
};
TAILQ_HEAD(clerk_queue, clerk_entry);

/* Events that were dropped, of one workspace or account. */
struct clerk_lost {
    bool for_account;
    struct uuid whose;
    uint64_t n;
};
enum { CLERK_LOST_MOST = 256 };

/* What a pass does next; in this order. */
enum sweep_stage {
    SWEEP_REST,
    SWEEP_ADDRESSES, /* of the audit log, that are too old */
    SWEEP_TRASH,     /* canvases whose time in the trash is over */
    SWEEP_ERASE,     /* what canvases and workspaces that are gone have left */
    SWEEP_FIND,      /* the next canvas whose history is kept for a limited time, */
    SWEEP_WINDOW,    /* how much of it is too old, */
    SWEEP_BASE,      /* the stored state that is nearest before the cut, */
    SWEEP_REPLAY,    /* the batches from there to the cut, */
    SWEEP_STORE,     /* the state at the cut, */
    SWEEP_CUT,       /* and away with what lies before it */
    SWEEP_SEAL,      /* the next workspace that is being sealed (sealing.c), */
    SWEEP_SEAL_TEMPLATES, /* its templates, */
    SWEEP_SEAL_CANVAS,  /* its next canvas, with titles and other texts, */
    SWEEP_SEAL_STATES,  /* that one's states, */
    SWEEP_SEAL_BATCHES, /* and its batches */
    SWEEP_HEADS,     /* once a day: the newest hash of each workspace, for the daemon's log */
};

struct sweep {
    enum sweep_stage stage;
    struct event *timer;           /* the next step, or the next pass */
    struct uuid workspace, canvas; /* where the pass is: the last ones that were looked at */
    int64_t days;                  /* history_days of that workspace */
    uint64_t cut;                  /* last seq that goes */
    uint64_t base;                 /* seq of the stored state before it */
    uint64_t n_cut;                /* batches that went, of this canvas */
    uint64_t sealed_seq;           /* batches up to this one are sealed */
    bool again;                    /* another pass is wanted behind this one */
    bool more;                     /* there may be more that is too old than one look covers */
    struct canvas state;           /* while REPLAY and STORE */
    bool has_state;
    struct arena arena;            /* of one batch */
    int64_t heads_day;             /* when they were logged last */
};

struct clerk {
    struct event_base *base;
    struct clerk_options options; /* conninfo is not used any more */
    struct pg *pg;
    struct keyring *keyring;      /* owned */
    struct clerk_queue queue;     /* the first one is under way, if any */
    bool underway;
    struct clerk_lost lost[CLERK_LOST_MOST];
    unsigned n_lost;
    struct sweep sweep;
    struct clerk_stats stats;
};

extern const struct pg_statement clerk_statements[];
extern const struct pg_statement sweep_statements[];
extern const struct pg_statement sealing_statements[];

void sweep_init(struct clerk *c);
void sweep_fini(struct clerk *c);
void sweep_begin(struct clerk *c);
/* For the stages of a pass: a request; its answer (false: the pass is over); what comes next, at once or from a table's first row on;
 * and the parameters $1 workspace and $2 canvas. */
struct pg_request *sweep_request(struct clerk *c, pg_answer_cb *cb);
bool sweep_is_done(struct clerk *c, const struct pg_answer *answer);
void sweep_go_on(struct clerk *c, enum sweep_stage stage);
void sweep_begin_stage(struct clerk *c, enum sweep_stage stage);
struct pg_params sweep_here(const struct clerk *c);

/* A step of the stages SEAL…; the next stage after them is HEADS. */
void sealing_step(struct clerk *c);

#endif
