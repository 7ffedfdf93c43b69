/* The load generator's parts: options, participants, measurements. One thread, one epoll, real protocol over TLS.
 *
 * A participant keeps no document. Every edit is a new card whose text carries a marker
 *     ~E<participant:4 hex><edit:6 hex><due time in ns:16 hex>~
 * and every marker in a Committed frame is one delivery of that edit to the participant that received it. So the
 * generator is much cheaper than any server, and counts the same for any server whose bytes contain the text. */
#ifndef COCANVAS_TESTS_BENCH_H
#define COCANVAS_TESTS_BENCH_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/ids.h"

enum { MARKER = 29, EDIT_TEXT = 60, MAX_ROOMS = 1024, MAX_PIDS = 8 };

enum edit_kind {
    EDIT_CARD, /* a new card: the edit of the comparison with other servers */
    EDIT_PROP, /* a property of one's own card: history that does not make the canvas larger */
};

struct options {
    const char *host, *mode, *label, *token, *seen_file;
    int port;
    struct uuid canvases[MAX_ROOMS];
    unsigned rooms;             /* how many are in canvases */
    unsigned per_room, writers; /* participants of each room, and how many of them write */
    unsigned window;            /* edits outstanding per writer; 0: open loop at `rate` */
    double rate;                /* edits per second and writer */
    double warm_s, secs;        /* before measuring, and measuring */
    unsigned join_at_once;      /* connections being made at the same time */
    unsigned joins;             /* mode join: how many, one after the other */
    uint64_t fill;              /* mode fill: edits */
    enum edit_kind kind;
    bool progress; /* send Progress as the protocol asks (off only to see what it costs) */
    bool announce; /* an empty line on standard output when the measuring begins */
    int server_pid, postgres_pid;
};

/* ---- measure.c */

uint64_t now_ns(void);
double process_cpu_s(int pid);
double postgres_cpu_s(int postmaster); /* with its children, also those that have ended */
double own_cpu_s(void);
double process_rss_kb(int pid);

struct samples { /* microseconds */
    uint32_t *at;
    size_t n, cap;
};
void samples_add(struct samples *s, uint64_t ns);
void samples_sort(struct samples *s);
double samples_ms(const struct samples *s, double quantile);
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- participant.c */

enum participant_state { P_NEW, P_CONNECTING, P_HANDSHAKE, P_JOINING, P_READY, P_DEAD };

struct participant {
    unsigned index, room;
    bool writer;
    enum participant_state state;
    int fd;
    bool wants_out;
    SSL *ssl;
    struct buf rest; /* of an unfinished frame */
    struct buf out;
    uint64_t opened_ns, ready_ns;
    uint64_t state_bytes;   /* of Snapshot parts */
    uint64_t seq, head_seq; /* applied; head at Opened */
    bool has_snapshot, mode_snapshot, opened;
    uint32_t client, counter; /* own number on the canvas, last counter used in an id */
    uint64_t client_seq;      /* last one used */
    bool in_flight;
    uint64_t progress_seq, progress_ns;
    /* Edits: 0 … made-1 exist, 0 … sent-1 were submitted. */
    uint32_t made, sent, cap;
    uint64_t *due_ns;
    uint8_t *acked, *seen; /* its author saw it; another participant saw it */
    unsigned outstanding;  /* made and not acked */
};

/* Everything counted; `_w`: inside the measured window. */
struct counts {
    uint64_t begin_ns, end_ns; /* the window; 0 … 0 before it is known */
    uint64_t edits_made_w, acks_w, deliveries_w, deliveries_of_w, batches_w,
        bytes_w; /* bytes: whole Committed frames */
    uint64_t submits_w, edits_submitted_w, progress_w;
    uint64_t rejects, errors, lagged, degraded;
    unsigned ready, joining, dead;
    struct samples latency, ack;
};

struct load {
    struct options o;
    struct participant *all;
    unsigned n;
    int epoll;
    SSL_CTX *tls;
    struct counts c;
    bool closed_loop, stopping;
    bool keep_state; /* mode check: the states received are kept in `kept` */
    struct buf kept;
    struct buf in;      /* what the participant at work has received; shared, so that idle ones need no memory */
    struct arena arena; /* one decoded message */
};

void participant_open(struct load *l, struct participant *p);
void participant_kill(struct load *l, struct participant *p);
/* Makes an edit that was due at that time; it is submitted now or with the batch after the one under way. */
void participant_edit(struct load *l, struct participant *p, uint64_t due_ns);
void participant_submit(struct load *l, struct participant *p);
/* One round of epoll, waiting until `until_ns` at most. */
void pump(struct load *l, uint64_t until_ns);
uint64_t hex_number(const uint8_t *at, unsigned digits);

#endif
