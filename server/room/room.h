/* Rooms: one live canvas each. A room belongs to one worker; it orders batches (transform, resolve, number), hands
 * them to the journal as part of the worker's group, and after the commit sends them to its members out of one log of
 * encoded frames (P1, P2, P3, P7, P12).
 *
 * The way of a batch: room_submit() queues the raw frame. When the journal is idle, rooms_pump() lets every room with
 * a queue order it — decode, dedupe, transform over what was committed since base_seq, resolve, apply to the room's
 * state — and sends the group. When the group is committed: joins that wait for a state are served first (the state
 * is then exactly the durable one), then the next group is ordered and sent, then the committed frames are broadcast,
 * while PostgreSQL works. So the state is ahead of what is durable only while a commit is under way, and nobody sees
 * it then.
 *
 * The log keeps the newest frames in chunks of contiguous memory; each member has only a cursor into it, and its
 * stream sends straight from the log. A member whose cursor falls off the log is told Lagged and gets a snapshot when
 * its socket has drained (P7).
 *
 * Members are embedded in their session and belong to it; the room keeps them in a list until room_leave(). */
#ifndef COCANVAS_SERVER_ROOM_ROOM_H
#define COCANVAS_SERVER_ROOM_ROOM_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/canvas.h"
#include "common/ids.h"
#include "common/status.h"
#include "common/stream.h"
#include "server/journal/journal.h"
#include "wire.pb-c.h"

struct room;
struct rooms;
struct room_client;
struct room_bytes;

enum member_state {
    MEMBER_NONE,        /* in no room */
    MEMBER_JOINING,     /* waits for the room's load, its client's bookkeeping, or a durable state */
    MEMBER_LIVE,
    MEMBER_LAGGED,      /* fell off the log: waits until its own buffer is empty, then gets a snapshot */
};

struct member_callbacks {
    /* Opened (and what belongs to it) was written to the stream. */
    void (*on_opened)(void *session);
    /* The join was refused: NOT_FOUND, DENIED, DEGRADED, CONFLICT, SHUTDOWN, INTERNAL. Out of the room. */
    void (*on_refused)(void *session, enum status code, const char *sentence);
    /* The room lets go of the member: REPLACED, SLOW, OUT_OF_ORDER, NOT_FOUND (the canvas is gone), CONFLICT (fenced:
     * reopen), INTERNAL. Out of the room; the session says it and closes. */
    void (*on_dropped)(void *session, enum status code, const char *sentence);
};

/* A session's place in a room. Zeroed by the session, which fills the first part before room_join(); the rest is the
 * room's. */
struct member {
    struct stream *stream;              /* where its frames go; the session's */
    void *session;
    const struct member_callbacks *cb;
    uint64_t id;                        /* never used again in this process */
    uint32_t session_no;                /* shown to others in PresenceUpdate */
    uint32_t author;
    int role;                           /* wire.proto's Role */
    char name[260];
    bool is_guest;
    bool confidential;                  /* its workspace is, as far as is known at the join; for Opened */
    bool has_client_id;
    struct uuid client_id;
    uint64_t have_seq, have_hash, have_epoch, sent_client_seq;
    uint32_t request;                   /* Frame.request of the Open, for Opened */

    enum member_state state;
    struct room *room;
    struct room_client *client;         /* NULL: read only */
    uint64_t cursor;                    /* next byte of the room's log to send */
    uint64_t span_end;                  /* cursor's end of the span that the stream has borrowed; 0 none */
    uint64_t applied_seq;               /* from Progress */
    bool submitted;                     /* a batch of it is in the queue or under way */
    bool presence_stale;                /* missed presence while it was slow: owed a full set */
    Cocanvas__Presence *presence;       /* last one sent, malloc'd; NULL none */
    bool presence_new;                  /* others have not been sent it yet */
    uint64_t lookup_epoch;              /* epoch under which the journal is asked for its client, 0: it is not */
    bool waits;                         /* ready to be opened (or caught up), as soon as the state is a durable one */
    struct room_bytes *rest;            /* rest of a span that was lent but is no longer in the log; goes first */
    size_t rest_at;
    struct room_bytes *snapshot;        /* Snapshot frames, shared by all who open at once; go out before the log */
    size_t snapshot_at;
    bool snapshot_lent;                 /* the stream has seen it: it must be sent to its end */
    uint32_t history_request;           /* the History being answered, 0 none; goes on when the stream has drained */
    bool history_asked;                 /* the journal owes a page */
    uint64_t history_next, history_to;
    uint32_t past_request;              /* the StateRequest being answered, 0 none; goes on like history */
    bool past_asked;
    uint64_t past_least, past_most;     /* seqs of which the newest snapshot is wanted; equal once it is known which */
    size_t past_at;                     /* bytes of it that were sent */
    uint32_t past_index;                /* and parts */
    TAILQ_ENTRY(member) entry;
};

struct room_limits {
    struct canvas_limits canvas;
    uint32_t submit_ops, submit_bytes;
    size_t log_bytes;                   /* of encoded frames kept per room for slow members and late bases (4 MiB) */
    uint32_t log_batches;               /* and batches (4,096) */
    uint32_t snapshot_batches;          /* a snapshot is stored after so many batches (1,000) */
    size_t snapshot_bytes;              /* or so many bytes (1 MiB), but not before half its own size has come */
    unsigned idle_ms;                   /* an empty room is kept this long before it is released (60 s) */
    unsigned slow_ms;                   /* a member that takes no bytes for so long is dropped (30 s) */
    unsigned presence_ms;               /* presence is sent at most this often (50 ms) */
};

struct rooms_options {
    struct event_base *base;
    struct journal *journal;            /* NULL: comes later, by rooms_set_journal() */
    const struct room_limits *limits;   /* borrowed; may be swapped by a reload through rooms_set_limits */
    unsigned worker;
    /* Names of a workspace's members, asked once per room; the answer comes through rooms_people(). */
    void (*ask_people)(void *ctx, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas);
    int64_t (*wall_ms)(void *ctx);      /* injected clocks */
    int64_t (*mono_ms)(void *ctx);
    void *ctx;
};

struct rooms *rooms_new(const struct rooms_options *options);
void rooms_free(struct rooms *r);
/* To be given to journal_new() with the struct rooms as ctx. */
extern const struct journal_callbacks rooms_journal_callbacks;
/* The journal that was made with these callbacks; before the event base runs. */
void rooms_set_journal(struct rooms *r, struct journal *journal);

/* The member asks for a canvas that its session has verified access to (store_access). Answers by callback, perhaps
 * before returning. */
void room_join(struct rooms *r, struct member *m, const struct uuid *workspace, const struct uuid *canvas);
/* Out of the room at once; a batch in the queue is discarded, one under way is finished without it. Safe in any
 * state. A span that the stream has borrowed stays with the member (room_source_peek goes on lending it), so that the
 * connection can live on after Close. */
void room_leave(struct member *m);
/* Leaves, and gives back what the member holds: before the session is freed, when its stream sends nothing any more. */
void member_fini(struct member *m);
/* body: a whole encoded Frame{submit}; copied. Refusals come as Reject or Error to the stream. */
void room_submit(struct member *m, const uint8_t *body, size_t len);
void room_presence(struct member *m, const Cocanvas__Presence *presence);
/* Whether the canvas says of itself that it is confidential. */
bool room_is_confidential(const struct member *m);
void room_progress(struct member *m, uint64_t applied_seq);
void room_diverged(struct member *m, uint64_t seq, uint64_t hash);
void room_history(struct member *m, uint32_t request, uint64_t from_seq, uint64_t to_seq);
/* Older batches of this canvas are not kept any longer: they are not told from memory either. */
void rooms_history_cut(struct rooms *r, const struct uuid *canvas, uint64_t oldest_seq);
/* The newest stored state that is not after seq, as Snapshot frames. */
void room_past(struct member *m, uint32_t request, uint64_t seq);
/* A member's stream callbacks, to be called by the session for its stream. */
bool room_source_peek(struct member *m, const uint8_t **bytes, size_t *len);
void room_source_sent(struct member *m, size_t len);
void room_drained(struct member *m);

struct room_people {
    uint32_t author;
    const char *name;
    bool guest; /* came in by a join code */
    bool here;  /* has written on this canvas: guests learn no other names but those of who is there */
};
/* Some are called otherwise now: the workspace's rooms ask again, and tell everybody what is new. */
void rooms_ask_people(struct rooms *r, const struct uuid *workspace);
void rooms_people(struct rooms *r, uint64_t room_id, size_t n, const struct room_people *people);
/* Orders what is queued and sends a group, if the journal is idle. Called at the end of every loop turn. */
void rooms_pump(struct rooms *r);
void rooms_set_limits(struct rooms *r, const struct room_limits *limits);
/* Drain: no new joins; on_drained when no batch is queued or under way and snapshots are stored. */
void rooms_drain(struct rooms *r, void (*on_drained)(void *ctx), void *ctx);

/* Who is on a canvas now, each person once: for lists. */
enum { ROOM_PRESENT_MAX = 8 };
struct room_present {
    uint32_t count;                     /* people */
    uint32_t n;                         /* of them named here: those who came first */
    uint32_t authors[ROOM_PRESENT_MAX];
    char names[ROOM_PRESENT_MAX][260];
};
/* All zero if the canvas has no room here. */
void rooms_present(const struct rooms *r, const struct uuid *canvas, struct room_present *out);

struct rooms_stats {
    uint64_t rooms, members, batches, rejects, deliveries, lagged, dropped, dedupes, transforms;
};
const struct rooms_stats *rooms_stats(const struct rooms *r);

#endif
