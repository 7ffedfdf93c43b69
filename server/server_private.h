/* What the files of the main thread share: the insides of struct server. Nobody else includes it.
 *
 *   server.c       start, reload, drain, stop; signals, admin commands
 *   server_mail.c  what workers post to it, and the doors, which open when all workers are ready */
#ifndef COCANVAS_SERVER_SERVER_PRIVATE_H
#define COCANVAS_SERVER_SERVER_PRIVATE_H

#include <event2/event.h>

#include "server/admin.h"
#include "server/mailbox.h"
#include "server/neighbours.h"
#include "server/net/listener.h"
#include "server/worker.h"

struct authenticator;
struct code_guard;
struct limits;

enum server_phase { SERVER_STARTING, SERVER_SERVING, SERVER_DRAINING, SERVER_ENDED };
enum { SIGNALS = 3, STATS_WAITERS = 16 };

struct server {
    struct config_source source;
    struct worker_settings settings; /* the present ones */
    enum server_phase phase;
    struct event_base *base;
    struct mailbox box;
    struct event *signals[SIGNALS];
    struct event *watchdog;    /* NULL: nobody watches */
    struct event *open_anyway; /* while STARTING: do not wait for the database any longer */
    struct listener *listener;
    struct admin *admin;
    struct hasher *hasher;
    struct backups *backups;
    struct code_guard *codes;
    struct limits *limits;
    struct authenticator *authenticator; /* NULL: there is none */
    struct clerk *clerk;
    struct neighbours *neighbours;
    struct template_set templates;
    struct worker **workers;
    unsigned n_workers, n_ready, n_drained;
    unsigned long n_conns; /* numbers given */
    struct uuid server_id, incarnation;
    bool borders; /* PostgreSQL keeps workspaces apart */
    int64_t started_ms;
    struct worker_stats *stats; /* one per worker, while they are collected */
    unsigned stats_missing;     /* answers that are not there yet; 0: nobody asked */
    struct admin_request *stats_waiters[STATS_WAITERS];
    unsigned n_stats_waiters;
    bool watchdog_waits; /* a round of stats is the proof that all loops turn */
};

void server_set_phase(struct server *s, enum server_phase phase);

/* ---- server_mail.c */
/* What workers say; each call becomes mail. */
extern const struct worker_host server_worker_host;
void server_on_neighbours_change(void *ctx, const struct access_change *change);
/* All workers are asked, unless they are being asked already. */
void server_collect_stats(struct server *s);
void server_open_doors(struct server *s);
/* Not all workers have their database, but it has been long enough. */
void server_on_open_anyway(evutil_socket_t fd, short what, void *ctx);

#endif
