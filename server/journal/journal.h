/* The journal: committed batches in PostgreSQL, in order; and what belongs to them: canvas heads, client positions,
 * snapshots. One struct journal per worker: two libpq connections in pipeline mode on the worker's event base, one for
 * commits, one for reads.
 *
 * P1, P2, P3, P12 are decided here: a group of batches from many canvases is written by ONE prepared statement (arrays
 * and unnest, binary) in one transaction that compares-and-sets (head_seq, epoch, owner) per canvas and advances client
 * positions. A canvas whose comparison fails is fenced: none of its rows are written. The outcome is known only when
 * the pipeline's sync has come back without a warning; a connection that breaks before means UNKNOWN, and only a new
 * take-over (which is itself a commit) tells what became of it.
 *
 * Nothing here blocks. Answers come by callback, with the ids that were given, never with pointers to rooms or
 * sessions. */
#ifndef COCANVAS_SERVER_JOURNAL_JOURNAL_H
#define COCANVAS_SERVER_JOURNAL_JOURNAL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "common/status.h"

struct journal;

/* What happened to one canvas' part of a group. REFUSED: nothing of the group was written, because PostgreSQL does not take
 * something that is in it, and never will; which part it was is not known unless there was one only. */
enum commit_outcome { COMMIT_DONE, COMMIT_FENCED, COMMIT_UNKNOWN, COMMIT_REFUSED };

/* One canvas as read by a take-over; all pointers are borrowed until the callback returns. */
struct journal_canvas {
    struct uuid workspace;
    uint64_t epoch;               /* ours from now on */
    uint64_t head_seq;
    uint64_t oldest_seq;          /* first batch still in the journal; head_seq + 1 if none */
    uint64_t snapshot_seq;        /* 0: no snapshot (then the journal begins at 1) */
    const uint8_t *snapshot;      /* encoded CanvasState at snapshot_seq; for seq 0 the state that the canvas was created with */
    size_t snapshot_len;
    uint64_t snapshot_hash;
    size_t n_suffix;              /* encoded Committed messages snapshot_seq+1 … head_seq */
    const uint8_t *const *suffix;
    const size_t *suffix_len;
    uint32_t next_client;         /* client numbers below are given */
    bool sealed;                  /* what is stored of it is sealed (the bytes here are not) */
};

/* A client's bookkeeping on a canvas; outlives the journal's truncation (P3). */
struct journal_client {
    uint32_t number;              /* its client number */
    uint32_t author;              /* the member that it belongs to */
    uint64_t last_client_seq;     /* committed or rejected */
    uint32_t last_object;         /* highest counter used in its ids */
    uint64_t reject_client_seq;   /* the last rejected one, 0 none */
    uint16_t reject_code;
    uint64_t reject_at_seq;
};

/* One batch to be written. payload: an encoded Committed, borrowed until the group's callback. */
struct journal_row {
    uint64_t seq;
    uint32_t client;              /* 0: the server */
    uint64_t client_seq;
    uint32_t author;
    int64_t time_ms;
    const uint8_t *payload;
    size_t payload_len;
};

/* A part of a stored snapshot; bytes are borrowed until the callback returns. */
struct journal_state {
    uint64_t seq, hash;
    size_t total_bytes;           /* of the encoded CanvasState */
    const uint8_t *bytes;         /* from the asked offset on, as many as were asked for or are left */
    size_t len;
};

struct journal_callbacks {
    /* The group is through. Called once per canvas in it, in the order of journal_add_canvas, then on_group_done. */
    void (*on_commit)(void *ctx, uint64_t room_id, enum commit_outcome outcome);
    void (*on_group_done)(void *ctx);
    /* PostgreSQL is reachable (true) or not; also called once when the first connection stands. since_ms: wall
     * clock. */
    void (*on_state)(void *ctx, bool up, int64_t since_ms);
    /* Answer to journal_take: status OK, NOT_FOUND, CONFLICT (another live node owns it), DEGRADED (try again at the
     * next on_state up; that one will come), GONE (it is sealed, and the key is missing), INTERNAL (what is stored was changed
     * by somebody else). After the last two it is released again. */
    void (*on_taken)(void *ctx, uint64_t room_id, enum status status, const struct journal_canvas *canvas);
    /* Answer to journal_client: OK, DENIED (the client_id belongs to another member), FENCED as CONFLICT, DEGRADED. */
    void (*on_client)(void *ctx, uint64_t room_id, uint64_t member_id, enum status status, const struct journal_client *client);
    /* The one answer to a journal_read; batches ascending; last: nothing more up to to_seq, else ask again from the
     * next seq on. On status != OK n is 0. */
    void (*on_read)(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status, size_t n,
                    const uint8_t *const *committed, const size_t *len, bool last, uint64_t oldest_seq);
    /* The one answer to a journal_state; part NULL unless OK. NOT_FOUND: there is none (any more). */
    void (*on_state_part)(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status,
                          const struct journal_state *part);
    /* Answer to journal_snapshot. */
    void (*on_snapshot)(void *ctx, uint64_t room_id, uint64_t seq, enum status status);
};

struct journal_options {
    const char *conninfo;
    struct uuid incarnation;          /* of this daemon's start: the owner written into the canvas */
    const char *node_name;            /* this daemon's, among those that share the database; NULL or "": the only one. A new incarnation
                                       * under a name supersedes the one before at once, without waiting for its lease. */
    const char *seal_key_file;        /* of sealed workspaces (keyring.h); NULL or "": none */
    const char *seal_keyring;
    unsigned worker;                  /* for logs and application_name */
    bool borders;                     /* the connections are the application's, and see only what each request says (border.h) */
    size_t read_batches;              /* most batches in one on_read */
    size_t read_bytes;                /* and most bytes */
};

struct journal *journal_new(struct event_base *base, const struct journal_options *options, const struct journal_callbacks *cb, void *ctx);
void journal_free(struct journal *j);
bool journal_is_up(const struct journal *j);

/* ---- group commit: begin … add … send; one group is under way at a time. */

/* No group is under way and PostgreSQL is up. */
bool journal_is_idle(const struct journal *j);
/* Opens the canvas' part of the next group; rows and positions that follow belong to it. old_head may equal new_head
 * (only positions). */
void journal_add_canvas(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                        uint64_t old_head, uint64_t new_head);
void journal_add_row(struct journal *j, const struct journal_row *row);
void journal_add_position(struct journal *j, const struct journal_client *client);
/* Sends the group; nothing happens if it is empty. */
void journal_send(struct journal *j);
/* A canvas' title for lists changed: written with the group that carries the change (call between add_canvas and
 * send). */
void journal_set_title(struct journal *j, const char *title);

/* ---- the rest */

/* Becomes the canvas' owner: epoch + 1, and reads snapshot and suffix in the same transaction, answering only after
 * its commit. NOT_FOUND, too, if the canvas is not in that workspace. read_state false (a repeated take-over after UNKNOWN): only head and epoch are answered. */
void journal_take(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, bool read_state);
/* Gives it up (owner = null) if the epoch is still ours; no answer. */
void journal_release(struct journal *j, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch);
/* Finds or makes the bookkeeping of a client_id; a new one takes the canvas' next client number, under the epoch. */
void journal_client(struct journal *j, uint64_t room_id, uint64_t member_id, const struct uuid *workspace, const struct uuid *canvas,
                    uint64_t epoch, const struct uuid *client_id, uint32_t author);
void journal_read(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request, const struct uuid *workspace,
                  const struct uuid *canvas, uint64_t from_seq, uint64_t to_seq);
/* At most len bytes, from `offset` on, of the newest stored snapshot whose seq is least_seq to most_seq (both inclusive): so a reader
 * of a large one asks for part after part, and for a certain one by asking for its seq alone. */
void journal_state(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request, const struct uuid *workspace,
                   const struct uuid *canvas, uint64_t least_seq, uint64_t most_seq, size_t offset, size_t len);
/* Stores a snapshot under the epoch. Which are kept, so that every past state can be had without a long replay: of each
 * JOURNAL_KEEP_EVERY seqs the first (seq 0, what the canvas was made with, is one of these), and the last two; the others are
 * removed. The bytes are copied. */
enum { JOURNAL_KEEP_EVERY = 4096 };
void journal_snapshot(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                      uint64_t seq, uint64_t hash, const uint8_t *bytes, size_t len);

/* The connection for everything that is not an edit: accounts, lists (store.h). */
struct pg;
struct pg *journal_reads(struct journal *j);

/* The workspace was erased: its key leaves this journal's memory. */
void journal_forget_key(struct journal *j, const struct uuid *workspace);

/* Counters for bench and admin. */
struct journal_stats {
    uint64_t groups, batches, bytes, unknown, fenced, refused;
};
const struct journal_stats *journal_stats(const struct journal *j);

/* Applies the embedded schema files that the database does not have yet, in order, under a lock; blocking; for
 * start-up only. */
enum status schema_migrate(const char *conninfo, bool plan_only, struct why *why) MUST_CHECK;
/* Reads or makes the server's id (16 random bytes, kept in the database); blocking; for start-up only. */
enum status schema_server_id(const char *conninfo, struct uuid *id, struct why *why) MUST_CHECK;

#endif
