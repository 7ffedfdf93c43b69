/* One event loop with everything that it serves: connections, sessions, rooms, and a journal with its connections to
 * PostgreSQL. Workers share nothing that changes; what crosses is mail. A canvas is served by the worker that its id
 * hashes to. */
#ifndef COCANVAS_SERVER_WORKER_H
#define COCANVAS_SERVER_WORKER_H

#include <openssl/ssl.h>

#include "server/config.h"
#include "server/journal/clerk.h"
#include "server/net/conn.h"
#include "server/session/hasher.h"
#include "server/stats.h"

struct backups;
struct worker;

/* All called on the worker's thread. */
struct worker_host {
    /* Once: its connections to PostgreSQL stand. */
    void (*ready)(void *ctx);
    /* A connection has ended. */
    void (*gone)(void *ctx, const struct address *address);
    void (*stats)(void *ctx, const struct worker_stats *stats);
    /* Something for the audit log. */
    void (*audit)(void *ctx, const struct audit_event *event);
    /* What somebody may do has changed; all workers hear of it already. */
    void (*access)(void *ctx, const struct access_change *change);
    /* worker_drain() is through: nothing is left. */
    void (*drained)(void *ctx, unsigned worker);
};

/* What a reload replaces as a whole; the worker gets its own copy. */
struct worker_settings {
    struct config config;
    SSL_CTX *tls; /* each copy holds a reference */
    bool has_next_pin;
    uint8_t next_pin[PIN_BYTES];
};

struct worker_options {
    unsigned number, count;                 /* 1 … count */
    struct worker *const *all;              /* the array of all workers; complete before the first starts */
    const struct worker_settings *settings; /* copied */
    struct uuid server_id, incarnation;
    bool borders; /* PostgreSQL keeps workspaces apart (journal/border.h) */
    struct hasher *hasher;
    struct code_guard *codes;
    struct limits *limits;
    struct authenticator *authenticator; /* NULL: there is none */
    struct backups *backups;
    const struct template_set *templates;
    const struct worker_host *host;
    void *ctx;
};

struct worker *worker_new(const struct worker_options *options);
/* Starts the thread; signals must be blocked in the caller. */
void worker_start(struct worker *w);

/* From any thread. */
void worker_accept(struct worker *w, int fd, unsigned long id, const struct address *address);
void worker_reload(struct worker *w, const struct worker_settings *settings);
/* What somebody may do has changed: to be told to every worker (access.h). */
void worker_access_changed(struct worker *w, const struct access_change *change);
/* A canvas' journal begins at oldest_seq from now on: for the worker of that canvas. */
void worker_history_cut(struct worker *w, const struct uuid *canvas, uint64_t oldest_seq);
void worker_ask_stats(struct worker *w);
/* Finishes what is under way, tells the clients to come back, and then calls host.drained. */
void worker_drain(struct worker *w);
/* Ends the loop. */
void worker_stop(struct worker *w);

/* After worker_stop: waits for the thread. Mail that waits is delivered. */
void worker_join(struct worker *w);
/* After all workers were joined. */
void worker_free(struct worker *w);

/* Which worker (1 … count) serves a canvas. */
unsigned worker_of(const struct uuid *canvas, unsigned count);

#endif
