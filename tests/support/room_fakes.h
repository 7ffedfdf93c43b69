/* A world for tests of rooms: a journal and streams that the test controls, and clients that speak the wire's
 * messages. Its sources define the functions of journal.h and stream.h that rooms call.
 *
 *   journal   commits when the test says so, with the outcome that it chooses; keeps the truth: rows, positions, the
 *             state hash at each seq (room_fakes_journal.c)
 *   stream    takes as many bytes as the test allows; what it took is parsed at once, and every batch and state in it
 *             is compared with the truth (P1: nothing is sent that is not committed) (room_fakes_stream.c)
 *   client    applies received frames when the test says so, compares its hash with the truth after each batch, and
 *             can submit (room_fakes_stream.c, room_fakes_world.c) */
#ifndef COCANVAS_TESTS_ROOM_FAKES_H
#define COCANVAS_TESTS_ROOM_FAKES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/frame.h"
#include "common/message.h"
#include "common/op.h"
#include "server/room/room.h"
#include "server/room/room_internal.h"
#include "tests/support/rng.h"

enum { BLOCK_ONE = 1, BLOCK_TWO = 2, CLIENTS_MAX = 16, ROWS_MAX = 20000 };

/* ---------------------------------------------------------------- the truth */

struct fake_row {
    uint32_t client;
    uint64_t client_seq, mark;
    uint8_t *payload;
    size_t len;
};

struct fake_client {
    struct uuid id;
    struct journal_client pos;
};

struct fake_canvas {
    struct uuid id, workspace;
    uint64_t head, epoch;
    struct buf initial;                 /* encoded state at seq 0 */
    struct canvas state;                /* of all rows */
    uint64_t hash[ROWS_MAX + 1];        /* after seq */
    struct fake_row rows[ROWS_MAX + 1]; /* by seq */
    struct fake_client clients[64];
    uint32_t n_clients;
    struct buf snapshot; /* the newest stored one */
    uint64_t snapshot_seq, snapshot_hash;
    unsigned snapshots, releases, positions_written;
    char title[256];
};

enum fake_outcome {
    WRITTEN,          /* committed, and known */
    LOST,             /* the connection broke before */
    LOST_BUT_WRITTEN, /* the connection broke after the commit */
};

struct fake_part {
    uint64_t room_id, epoch, old_head, new_head;
    struct journal_row rows[512]; /* payloads copied */
    size_t n_rows;
    struct journal_client positions[64];
    size_t n_positions;
    char title[256];
    bool has_title;
};

enum fake_request { ASK_TAKE, ASK_CLIENT, ASK_READ, ASK_STATE, ASK_SNAPSHOT };

struct fake_asked {
    enum fake_request kind;
    uint64_t room_id, member_id, epoch, from, to, hash;
    size_t offset, len;
    uint32_t request, author;
    struct uuid client_id;
    bool read_state, away; /* away: asked while PostgreSQL was, or it went before the answer */
    struct buf bytes;
};

struct journal {
    struct rooms *rooms;
    struct fake_canvas *canvas;
    bool up, underway;
    struct fake_part part; /* one canvas is enough */
    bool has_part;
    struct fake_asked asked[64];
    size_t n_asked;
    unsigned groups;
    size_t page;                       /* batches in one on_read */
    const char *poison, *poison_title; /* a group with this in a payload, or in a title, is refused; NULL none */
};

/* ---------------------------------------------------------------- streams and clients */

struct world;
struct client;

struct stream {
    struct client *client;
    struct buf out, received;
    size_t span_left;
    size_t room;  /* bytes that the socket still takes */
    size_t piece; /* at most so many at a time */
    bool owes_drained, flushing, again;
    int64_t progress_ms;
};

struct client {
    struct world *world;
    struct stream *stream; /* replaced at each connection */
    struct member member;
    struct uuid id;
    uint32_t author, number;
    char name[16];
    bool connected, open;
    enum status refused, dropped; /* the last one */

    struct buf *tap;  /* all that it receives is copied there; NULL: nowhere */
    struct buf inbox; /* frames received and not looked at: length and body */
    struct canvas state;
    uint64_t seen_seq;         /* newest that it ever was at */
    bool has_state, caught_up; /* caught_up: on this connection */
    struct buf snapshot;       /* parts so far */
    struct arena arena;

    uint64_t client_seq; /* last one used */
    bool in_flight;
    bool must_reopen;     /* a snapshot in the middle may contain the batch in flight: only Opened tells */
    struct buf submitted; /* the Submit in flight, encoded */
    bool anonymous;       /* how it seals batches from now on */
    uint64_t mark;        /* of the last batch that it sealed, 0: it had a name */
    uint64_t behind;      /* of the batches that it seals */
    uint32_t counter;     /* last object counter used */

    Cocanvas__Opened__Mode mode;
    uint64_t opened_head, acked, opened_reject;
    uint32_t opened_last_object;
    unsigned n_opened, n_committed, n_own, n_rejects, n_lagged, n_checkpoints, n_errors, n_status, n_updates, n_people;
    enum status reject_code, error_code;
    uint32_t reject_op;
    uint64_t reject_seq;
    bool degraded;
    int64_t since_ms; /* of that */
    uint64_t history_next;
    bool history_last;
    unsigned n_pages;
    struct buf past;   /* parts of an old state that was asked for */
    uint64_t past_seq; /* of the last whole one */
    unsigned n_parts, n_pasts;
    uint32_t past_request;
    struct {
        uint32_t session;
        uint64_t object;
        char key[16];
    } present[CLIENTS_MAX];
    unsigned n_present;
    bool last_full, last_gone;
};

struct world {
    struct event_base *base;
    struct rooms *rooms;
    struct journal journal;
    struct fake_canvas canvas;
    struct room_limits limits;
    struct client clients[CLIENTS_MAX];
    struct stream *all_streams[4096];
    size_t n_streams;
    uint64_t next_member;
    int64_t now_ms;
    unsigned asked_people;
    uint64_t people_room;
};

/* ---------------------------------------------------------------- what the test does */

/* PostgreSQL goes or comes back. */
void journal_set_up(struct journal *j, bool up);

/* The group that is under way comes to its end. */
void journal_finish(struct journal *j, enum fake_outcome outcome);

/* Answers the oldest request; false if there is none. */
bool journal_answer(struct journal *j);

/* Looks at one frame of the inbox; false if it is empty. */
bool client_step(struct client *c);

/* Looks at all frames of the inbox. */
void client_run(struct client *c);

/* Its state is the committed one of that seq, and not older than what it has seen. */
void client_check_hash(struct client *c);

/* A new connection that opens the canvas. reads: without a client id. */
void client_connect(struct client *c, bool reads, bool keeps_state);

/* The parts of client_connect, for members that the test makes itself. */
void client_new_stream(struct client *c);
extern const struct member_callbacks client_member_callbacks;

/* The connection is gone, with all that was on its way. */
void client_disconnect(struct client *c);

/* Seals ops as the next batch without sending it. */
void client_seal(struct client *c, uint64_t client_seq, uint64_t base_seq, size_t n_ops, Cocanvas__Op **ops);

/* Sends the batch in flight (again). */
void client_send(struct client *c);

/* Seals one op as the next batch and sends it. */
void client_submit_at(struct client *c, uint64_t base_seq, Cocanvas__Op *op);

uint64_t client_new_id(struct client *c);

/* Creates a card at the end of block one; returns its id. */
uint64_t client_create(struct client *c, const char *text);

/* Replaces `removed` characters at `at` of a card's text of pre_len, made at base_seq. */
void client_edit_at(struct client *c, uint64_t base_seq, uint64_t card, uint32_t pre_len, uint32_t at, uint32_t removed,
                    const char *inserted);

/* Switches the canvas to anonymous, or back, under a name. */
void client_switch_anonymous(struct client *c, bool on);

/* Sets the canvas' title. */
void client_title(struct client *c, const char *title);

struct world *world_new(void);
void world_free(struct world *w);

/* What the streams were given goes out; then the end of a loop turn. */
void world_turn(struct world *w);

/* Turns, commits and answers until nothing is under way, and all clients have looked at everything. */
void world_settle(struct world *w);

/* Opens n writing clients and settles. */
void world_open(struct world *w, size_t n);

/* The same, and a card with the text "abcdef", which clients[0] makes; returns its id. */
uint64_t world_open_with_text(struct world *w, size_t n);

/* Cards of n letters, one in each of so many batches, by clients[0]. */
void world_write_much(struct world *w, unsigned batches, size_t n);

/* The card's text as it is committed. */
const char *world_card_text(const struct world *w, uint64_t card);

/* A test with a world of its own as its state. */
int world_setup(void **state);
int world_teardown(void **state);
#define ROOM_TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

#endif
