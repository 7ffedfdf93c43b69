/* See stats.h: addition and lines of text. */
#include "server/stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add_conns(struct conns_stats *sum, const struct conns_stats *one)
{
    sum->shed += one->shed;
    sum->refused += one->refused;
    sum->bytes_in += one->bytes_in;
    sum->bytes_out += one->bytes_out;
    sum->writes += one->writes;
    for (int i = 0; i < CONN_STATES; i++)
        sum->by_state[i] += one->by_state[i];
}

static void add_rooms(struct rooms_stats *sum, const struct rooms_stats *one)
{
    sum->rooms += one->rooms;
    sum->members += one->members;
    sum->batches += one->batches;
    sum->rejects += one->rejects;
    sum->deliveries += one->deliveries;
    sum->lagged += one->lagged;
    sum->dropped += one->dropped;
    sum->dedupes += one->dedupes;
    sum->transforms += one->transforms;
}

static void add_journal(struct journal_stats *sum, const struct journal_stats *one)
{
    sum->groups += one->groups;
    sum->batches += one->batches;
    sum->bytes += one->bytes;
    sum->unknown += one->unknown;
    sum->fenced += one->fenced;
    sum->refused += one->refused;
}

void stats_add(struct worker_stats *sum, const struct worker_stats *one)
{
    bool first = sum->worker == 0;
    sum->worker = one->worker;
    sum->database_up = one->database_up && (first || sum->database_up);
    if (first || one->database_since_ms > sum->database_since_ms)
        sum->database_since_ms = one->database_since_ms;
    sum->frames += one->frames;
    sum->refusals += one->refusals;
    sum->logins += one->logins;
    sum->failed_logins += one->failed_logins;
    sum->holds += one->holds;
    add_conns(&sum->conns, &one->conns);
    add_rooms(&sum->rooms, &one->rooms);
    add_journal(&sum->journal, &one->journal);
}

static void line(struct buf *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line(struct buf *out, const char *fmt, ...)
{
    char text[300];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len > 0)
        buf_add(out, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
    buf_add(out, "\n", 1);
}

static void print_number(struct buf *out, const char *name, uint64_t value)
{
    line(out, "%-20s %" PRIu64, name, value);
}

static void print_connections(struct buf *out, const struct server_stats *server, const struct conns_stats *c)
{
    print_number(out, "connections", server->connections);
    print_number(out, "  members", c->by_state[CONN_MEMBER] + c->by_state[CONN_MOVING]);
    print_number(out, "  strangers",
                 c->by_state[CONN_WAITING] + c->by_state[CONN_HANDSHAKE] + c->by_state[CONN_STRANGER]);
    print_number(out, "accepted", server->accepted);
    print_number(out, "turned_away", server->refused + c->refused + c->shed);
    print_number(out, "bytes_in", c->bytes_in);
    print_number(out, "bytes_out", c->bytes_out);
    print_number(out, "writes", c->writes);
}

static void print_work(struct buf *out, const struct worker_stats *sum)
{
    print_number(out, "frames", sum->frames);
    print_number(out, "refusals", sum->refusals);
    print_number(out, "logins", sum->logins);
    print_number(out, "failed_logins", sum->failed_logins);
    print_number(out, "held_editors", sum->holds);
    print_number(out, "rooms", sum->rooms.rooms);
    print_number(out, "members", sum->rooms.members);
    print_number(out, "batches", sum->rooms.batches);
    print_number(out, "rejects", sum->rooms.rejects);
    print_number(out, "deliveries", sum->rooms.deliveries);
    print_number(out, "transforms", sum->rooms.transforms);
    print_number(out, "dedupes", sum->rooms.dedupes);
    print_number(out, "lagged", sum->rooms.lagged);
    print_number(out, "dropped", sum->rooms.dropped);
    print_number(out, "commits", sum->journal.groups);
    print_number(out, "committed_batches", sum->journal.batches);
    print_number(out, "committed_bytes", sum->journal.bytes);
    print_number(out, "unknown_outcomes", sum->journal.unknown);
    print_number(out, "fenced", sum->journal.fenced);
    print_number(out, "refused_groups", sum->journal.refused);
}

void stats_print(struct buf *out, const struct server_stats *server, unsigned n, const struct worker_stats *workers)
{
    struct worker_stats sum = {0};
    for (unsigned i = 0; i < n; i++)
        stats_add(&sum, &workers[i]);
    line(out, "%-20s %s", "version", COCANVAS_VERSION);
    line(out, "%-20s %s", "state", server->draining ? "draining" : "serving");
    line(out, "%-20s %s", "listening", server->addresses);
    print_number(out, "uptime_s", (uint64_t)(server->now_ms - server->started_ms) / 1000);
    print_number(out, "workers", n);
    line(out, "%-20s %s", "database", sum.database_up ? "up" : "away");
    print_number(out, "database_for_s", (uint64_t)(server->now_ms - sum.database_since_ms) / 1000);
    print_connections(out, server, &sum.conns);
    print_work(out, &sum);
}
