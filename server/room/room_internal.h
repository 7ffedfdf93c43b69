/* What the files of this folder share: the insides of struct rooms and struct room. Nobody else includes it, but the
 * tests.
 *
 *   rooms.c          all rooms of a worker: the journal's callbacks, the pump, the tick, draining
 *   room.c           one room: loading, members and their clients, joining, leaving, closing
 *   room_load.c      state and log from the journal
 *   room_open.c      Opened, catching up, People
 *   room_order.c     the queue becomes a group: dedupe, transform, resolve, apply, encode
 *   room_queue.c     submits that wait for that
 *   room_sift.c      finds the batch that PostgreSQL refuses
 *   room_log.c       encoded frames            room_texts.c   recent text edits
 *   room_snapshot.c  encoded states: for members (cached), for the journal
 *   broadcast.c      members' streams pull from the log; the slow; private frames; Status
 *   room_presence.c  who is here               room_history.c pages of old batches
 *   room_past.c      parts of old states    room_anonymous.c batches whose author nobody may know */
#ifndef COCANVAS_SERVER_ROOM_ROOM_INTERNAL_H
#define COCANVAS_SERVER_ROOM_ROOM_INTERNAL_H

#include <event2/event.h>
#include <sys/queue.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/log.h"
#include "common/text.h"
#include "server/room/room.h"
#include "server/room/room_anonymous.h"
#include "server/room/room_fault.h"
#include "server/room/room_log.h"

#ifndef TAILQ_FOREACH_SAFE
#define TAILQ_FOREACH_SAFE(var, head, field, next)                                                                     \
    for ((var) = TAILQ_FIRST(head); (var) && ((next) = TAILQ_NEXT(var, field), 1); (var) = (next))
#endif

enum {
    ROOM_ARENA_BYTES = 16 << 20,    /* most for one decoded Submit with what resolving adds */
    ROOM_CHUNK_MAX = 64 << 10,      /* of the log; also the most that is kept for a slow member beyond its own buffer */
    ROOM_CHECKPOINT_EVERY = 256,    /* seqs */
    ROOM_SNAPSHOT_PART = 256 << 10, /* bytes of a state in one Snapshot frame */
    ROOM_SNAPSHOT_KEEP_MS = 10 * 1000, /* a cached one that nobody asks for goes */
    ROOM_HISTORY_PAGE = 256 << 10,     /* bytes of batches in one HistoryPage */
    ROOM_OUT_MAX = 4 << 20,            /* bytes in one member's own buffer before it counts as too slow */
    ROOM_TICK_MS = 1000,
};

enum room_state {
    ROOM_LOADING, /* the journal was asked for the canvas */
    ROOM_LIVE,
    ROOM_UNCERTAIN, /* a group's outcome is unknown: nothing is ordered until the journal was taken again */
    ROOM_RELEASING, /* empty; its last snapshot is being stored */
    ROOM_DEAD,      /* in no list any more; freed at the end of the loop turn */
};

/* A client of the canvas (one replica on one device), by its random id. Owned by the room; kept while it has a
 * member, a batch under way, or the journal is being asked for any client (so that a late answer cannot bring old
 * bookkeeping back). */
struct room_client {
    UT_hash_handle hh;
    struct uuid id;
    struct journal_client pos; /* with the batch under way counted in */
    struct member *member;     /* NULL: gone */
    bool under_way;            /* a batch of it is in the group */
    uint64_t mark_under_way;   /* that batch's mark if it is anonymous, else 0 */
    struct room_made *made;    /* owned; NULL: nothing */
};

/* What of a canvas a member is shown. Everybody is shown the same as yet, so there is one log, one state, one history. What is shown to
 * some only (writing in private, secret votes) becomes a class of viewers: a log of its own, which member_log() picks, with each batch
 * encoded once for each class that has somebody in it, and states and pages of history made for it. Who hands anything out to a
 * member that stands on the canvas switches over this, so that a new class is missed nowhere (the compiler says so). */
enum viewer { VIEWER_OF_ALL };
static inline enum viewer member_viewer(const struct member *m)
{
    (void)m;
    return VIEWER_OF_ALL;
}
/* What the journal holds may be handed to this member as it stands. */
static inline bool member_sees_journal(const struct member *m)
{
    switch (member_viewer(m)) {
    case VIEWER_OF_ALL:
        return true;
    }
    return false;
}

/* What has to be done for the submitter when the group is through. */
struct room_answer {
    struct room_client *client;
    uint64_t member_id;           /* of the member that submitted; it may be gone or replaced */
    uint64_t client_seq;          /* as submitted */
    uint64_t seq;                 /* of its row, 0: it was refused */
    bool anonymous;               /* nothing about its client is stored */
    uint64_t mark;                /* for its Reject */
    size_t reject_at, reject_len; /* its encoded Reject in room.replies; len 0: it was accepted */
};

/* What a room has under way in the journal, kept to be sent again if the outcome stays unknown. */
struct room_group {
    uint64_t old_head;
    struct journal_row *rows; /* payloads are borrowed from the log */
    size_t n_rows, cap_rows;
    struct room_answer *answers;
    size_t n_answers, cap_answers;
    struct buf replies; /* encoded Reject frames */
    bool title_changed;
    enum commit_outcome outcome;
    bool sifting, accusing; /* room_sift.c: PostgreSQL refused it */
    size_t from, upto;      /* while sifting: rows before `from` are durable, those up to `upto` are tried */
};

/* Bytes shared by several streams. */
struct room_bytes {
    unsigned refs;
    uint64_t seq; /* of a snapshot */
    struct buf data;
};

/* In room.queue, followed by the frame's bytes. */
struct room_queued {
    struct member *member; /* NULL: discarded */
    uint32_t len;
};

struct room_gone {
    uint32_t session, author;
};

struct room_person {
    uint32_t author;
    char *name;
    bool guest; /* came in by a join code */
    bool here;  /* has, or had, this canvas open: guests learn no other names */
};

struct room {
    struct rooms *rooms;
    uint64_t id; /* never used again in this process */
    struct uuid canvas, workspace;
    char name[UUID_TEXT]; /* the canvas' id, for logs */
    enum room_state state;
    UT_hash_handle hh_id, hh_canvas;

    bool loaded;     /* canvas and log hold something */
    struct canvas c; /* ahead of durable_seq while a group is under way */
    uint64_t epoch, durable_seq, oldest_seq;
    struct room_log log;
    struct room_anonymous anonymous; /* goes with the log */
    bool hides_presence;             /* as members were last told: where somebody is stays their own */
    char *title; /* as the journal knows it */

    TAILQ_HEAD(, member) members;
    size_t n_members, n_waiting; /* waiting: member.waits */
    struct room_client *clients; /* uthash by id */
    unsigned lookups;            /* journal_client requests under way */
    int64_t empty_since_ms;

    struct buf queue; /* submits: struct room_queued and body, one behind the other */
    struct room_group group;
    bool is_ready, in_group, is_done; /* whether it is in the list of the same name */
    size_t n_committed;               /* batches of the last group that is through */
    bool resend;                      /* the group is to be sent again as it is */
    bool taking;                      /* a journal_take is under way */
    bool unproven;                    /* an outcome was unknown, and no commit has shown since that PostgreSQL can save */
    bool told_degraded;               /* its members were told so, and not yet that it is over */

    struct room_person *people;
    size_t n_people;

    bool presence_due;      /* in rooms.presence */
    struct room_gone *gone; /* members that left since the last update */
    size_t n_gone, cap_gone;

    uint64_t left_seq;           /* head when a writer last left: what somebody who comes back may have seen */
    struct room_bytes *snapshot; /* the newest encoded state, for those who open; NULL none */
    int64_t snapshot_used_ms;
    uint64_t stored_seq; /* of the newest snapshot in the journal */
    uint64_t asked_seq;  /* of the newest that the journal was asked to store */
    size_t stored_bytes; /* size of the newest stored snapshot */
    size_t bytes_since;  /* of batches since then */
    bool storing;        /* its answer is awaited */

    TAILQ_ENTRY(room) ready, group_entry, done, presence_entry, dead;
};
TAILQ_HEAD(room_list, room);

struct rooms {
    struct rooms_options o;
    struct room *by_id, *by_canvas;
    struct room_list ready;    /* have a queue, or a group to send again */
    struct room_list group;    /* are in the group under way */
    struct room_list done;     /* were committed, are to be broadcast */
    struct room_list presence; /* owe a presence update */
    struct room_list dead;
    uint64_t last_id;
    bool up; /* the journal is */
    int64_t down_since_ms;  /* while nothing is being saved; 0 else */
    unsigned n_unproven;    /* rooms */
    bool draining;
    void (*on_drained)(void *ctx);
    void *drained_ctx;
    struct event *tick, *presence_timer;
    struct arena arena;   /* reset for each message */
    struct text_op op[2]; /* for transforming */
    struct buf scratch;
    struct room_fault fault;
    struct rooms_stats stats;
};

/* ---- rooms.c */
struct room *rooms_find(struct rooms *r, uint64_t id);
/* Whether edits are not being saved: PostgreSQL is away, or it answers but nothing has shown yet that it can commit again (a full disk
 * lets us reconnect for ever). */
bool rooms_degraded(const struct rooms *r);
/* An outcome is unknown; a commit has succeeded, or the room is gone. */
void room_set_unproven(struct room *room, bool unproven);
/* It has something to order or to send again. */
void room_make_ready(struct room *room);
/* Once a second: slow members, empty rooms, what need not be kept. */
void rooms_tick(struct rooms *r);

/* ---- room.c */
struct log_ctx room_log_ctx(const struct room *room);
void room_set_state(struct room *room, enum room_state state);
void room_on_taken(struct room *room, enum status status, const struct journal_canvas *canvas);
void room_on_client(struct room *room, uint64_t member_id, enum status status, const struct journal_client *client);
/* Members that could not be looked up before: the room has become live (again). */
void room_proceed_joins(struct room *room);
struct member *room_find_member(struct room *room, uint64_t member_id);
/* The state is a durable one: nothing is under way. */
bool room_is_settled(const struct room *room);
/* Takes the member out and tells its session why. */
void room_drop(struct member *m, enum status code, const char *sentence);
/* Drops all members and forgets the canvas. */
void room_close(struct room *room, enum status code, const char *sentence);
/* Asks the journal what became of the group whose outcome is unknown. */
void room_retake(struct room *room);
/* Part of the tick: gives an empty room up after its time, forgets clients that are gone. */
void room_tidy(struct room *room);
void room_free(struct room *room);
void room_client_free(struct room_client *client);

/* ---- room_load.c */
/* False: it cannot be read; the log says why. */
bool room_load(struct room *room, const struct journal_canvas *from);

/* ---- room_open.c */
/* Opens or catches up the members that wait; the room must be settled. */
void room_serve_waiting(struct room *room);
void member_wait(struct member *m);

/* ---- room_order.c */
/* Turns the queue into room.group; false if nothing came of it that the journal must know. */
bool room_order(struct room *room);
/* Adds room.group to the journal's. */
void room_add_to_journal(struct room *room);
/* The group is durable: submitters are answered, the log may be sent. */
void room_committed(struct room *room);

/* ---- room_queue.c (room_submit) */
/* Forgets the queued batches of a member. */
void room_discard_queued(struct room *room, const struct member *m);

/* ---- room_sift.c */
/* What became of a group that was refused, or of an attempt to find what is wrong with it. True if all of it is durable. */
bool room_sift(struct room *room);
/* Adds the present attempt to the journal's group. */
void room_add_attempt(struct room *room);

/* ---- room_snapshot.c */
struct room_bytes *room_bytes_new(uint64_t seq);
struct room_bytes *room_bytes_ref(struct room_bytes *b);
void room_bytes_unref(struct room_bytes *b);
/* Snapshot frames of a durable state at least_seq or later, still covered by the log. The room must be settled.
 * Borrowed. */
struct room_bytes *room_snapshot_frames(struct room *room, uint64_t least_seq);
/* Stores the state in the journal, if it changed enough (or at all: always); the room must be settled. */
void room_store_snapshot(struct room *room, bool always);

/* ---- broadcast.c */
void member_send(struct member *m, const Cocanvas__Frame *frame);
void member_error(struct member *m, uint32_t request, enum status code, const char *sentence);
/* One encoding for all live members but `except`. */
enum room_audience { ROOM_ALL, ROOM_NO_GUESTS, ROOM_GUESTS };
void room_send_all(struct room *room, const Cocanvas__Frame *frame, enum room_audience to, const struct member *except);
/* Lets the members' streams pull what was committed, then lets old chunks go. */
void room_broadcast(struct room *room);
void room_send_status(struct room *room, struct member *only);
/* To all members, if it is another one than they know. */
void room_tell_status(struct room *room);
/* The rest of the span that its stream has borrowed becomes the member's own. */
void member_keep_span(struct member *m);
/* The encoded batches that this member is shown; its cursor is in them. */
struct room_log *member_log(struct member *m);
bool member_is_stuck(struct member *m, int64_t now_ms);

/* ---- room_presence.c */
void presence_changed(struct member *m);
void presence_left(struct room *room, struct member *m);
void presence_send_full(struct member *m);
void rooms_send_presence(struct rooms *r);
/* After a commit: the canvas may have become anonymous, or not be it any more. */
void presence_follow_canvas(struct room *room);

/* ---- room_history.c */
void history_continue(struct member *m);
void history_on_read(struct member *m, uint32_t request, enum status status, size_t n, const uint8_t *const *committed,
                     const size_t *len, bool last, uint64_t oldest_seq);

/* ---- room_past.c */
void past_continue(struct member *m);
void past_on_part(struct member *m, uint32_t request, enum status status, const struct journal_state *part);

#endif
