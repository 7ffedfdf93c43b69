/* Counters: what each worker counts for itself, added up for `cocanvasd admin status`. No names and no texts, only
 * numbers. */
#ifndef COCANVAS_SERVER_STATS_H
#define COCANVAS_SERVER_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "server/journal/journal.h"
#include "server/net/conn.h"
#include "server/room/room.h"

/* One worker's numbers at one moment; plain data. */
struct worker_stats {
    unsigned worker;
    bool database_up;
    int64_t database_since_ms; /* wall clock: since when it is up, or away */
    uint64_t frames, refusals, logins, failed_logins, holds;
    struct conns_stats conns;
    struct rooms_stats rooms;
    struct journal_stats journal;
};

/* What only the main thread knows. */
struct server_stats {
    char *addresses;            /* borrowed */
    int64_t started_ms, now_ms; /* wall clock */
    uint64_t accepted, refused;
    unsigned connections;
    bool draining;
};

/* sum += one; database_up only if all are up. */
void stats_add(struct worker_stats *sum, const struct worker_stats *one);
/* Lines "name value" for people and scripts. */
void stats_print(struct buf *out, const struct server_stats *server, unsigned n, const struct worker_stats *workers);

#endif
