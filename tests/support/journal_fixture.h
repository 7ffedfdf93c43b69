/* A journal on a private PostgreSQL, with what its callbacks said written down: for the tests of server/journal. */
#ifndef COCANVAS_TESTS_SUPPORT_JOURNAL_FIXTURE_H
#define COCANVAS_TESTS_SUPPORT_JOURNAL_FIXTURE_H

#include <event2/event.h>
#include <stdbool.h>

#include "server/journal/journal.h"
#include "server/journal/store.h"
#include "tests/support/pg_cluster.h"

enum { FIXTURE_OUTCOMES = 256, FIXTURE_SUFFIX = 64, FIXTURE_BYTES = 64 };

/* A copy of what came last, by kind of answer, and how many came. */
struct fixture {
    struct event_base *base;
    struct journal *journal;
    struct uuid incarnation;

    unsigned n_commits, n_groups_done;
    struct { uint64_t room_id; enum commit_outcome outcome; } commits[FIXTURE_OUTCOMES];
    bool idle_when_done;                  /* the journal took groups again inside on_group_done */

    unsigned n_states;
    bool up;
    int64_t since_ms;

    unsigned n_taken;
    enum status take_status;
    struct journal_canvas taken;          /* its pointers are not valid any more */
    char snapshot[FIXTURE_BYTES], suffix[FIXTURE_SUFFIX][FIXTURE_BYTES];

    unsigned n_clients;
    enum status client_status;
    struct journal_client client;

    unsigned n_reads;
    enum status read_status;
    size_t read_n;
    uint64_t read_oldest;
    bool read_last;
    char read[FIXTURE_SUFFIX][FIXTURE_BYTES];

    unsigned n_parts;
    enum status part_status;
    struct journal_state part;            /* its pointer is not valid any more */
    char part_bytes[FIXTURE_BYTES];

    unsigned n_snapshots;
    enum status snapshot_status;
};

struct fixture_canvas {
    struct uuid workspace, id;
    char id_text[UUID_TEXT], workspace_text[UUID_TEXT];
};

/* A journal on the cluster; returns when it is up. node NULL: the only one. */
struct fixture *fixture_new(struct pg_cluster *cluster, const char *node);
/* … or, when PostgreSQL is away, down. */
struct fixture *fixture_new_down(struct pg_cluster *cluster);
void fixture_free(struct fixture *f);
/* Runs the loop until the counter differs from old, or aborts the test after half a minute. */
void fixture_wait(struct fixture *f, const unsigned *counter, unsigned old);
void fixture_wait_up(struct fixture *f, bool up);

/* A canvas in a workspace of its own, with the first state "state 0". */
struct fixture_canvas fixture_canvas(struct pg_cluster *cluster);
/* The requests, waited for. take asserts nothing: look at f->take_status. */
void fixture_take(struct fixture *f, const struct fixture_canvas *canvas, bool read_state);
void fixture_client(struct fixture *f, const struct fixture_canvas *canvas, uint64_t epoch, const struct uuid *client_id, uint32_t author);
/* Adds a canvas' part with n batches "batch SEQ" by `client` to the group. */
void fixture_add(struct fixture *f, uint64_t room_id, const struct fixture_canvas *canvas, uint64_t epoch, uint64_t old_head, unsigned n,
                 uint32_t client);
/* Sends and waits for on_group_done; returns the outcome of the group's first canvas. */
enum commit_outcome fixture_commit(struct fixture *f);

#endif
