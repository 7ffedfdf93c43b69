#include "tests/support/journal_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"

static void copy_bytes(char out[FIXTURE_BYTES], const uint8_t *bytes, size_t len)
{
    ASSERT(len < FIXTURE_BYTES);
    if (len > 0)
        memcpy(out, bytes, len);
    out[len] = '\0';
}

/* ---------------------------------------------------------------- callbacks */

static void on_commit(void *ctx, uint64_t room_id, enum commit_outcome outcome)
{
    struct fixture *f = ctx;
    ASSERT(!journal_is_idle(f->journal));
    f->commits[f->n_commits % FIXTURE_OUTCOMES].room_id = room_id;
    f->commits[f->n_commits % FIXTURE_OUTCOMES].outcome = outcome;
    f->n_commits++;
}

static void on_group_done(void *ctx)
{
    struct fixture *f = ctx;
    f->idle_when_done = journal_is_idle(f->journal);
    f->n_groups_done++;
}

static void on_state(void *ctx, bool up, int64_t since_ms)
{
    struct fixture *f = ctx;
    ASSERT(f->n_states == 0 || f->up != up);
    f->up = up;
    f->since_ms = since_ms;
    f->n_states++;
}

static void on_taken(void *ctx, uint64_t room_id, enum status status, const struct journal_canvas *canvas)
{
    struct fixture *f = ctx;
    (void)room_id;
    f->take_status = status;
    f->taken = canvas != NULL ? *canvas : (struct journal_canvas){0};
    copy_bytes(f->snapshot, f->taken.snapshot, f->taken.snapshot_len);
    ASSERT(f->taken.n_suffix <= FIXTURE_SUFFIX);
    for (size_t i = 0; i < f->taken.n_suffix; i++)
        copy_bytes(f->suffix[i], f->taken.suffix[i], f->taken.suffix_len[i]);
    f->n_taken++;
}

static void on_client(void *ctx, uint64_t room_id, uint64_t member_id, enum status status, const struct journal_client *client)
{
    struct fixture *f = ctx;
    ASSERT(room_id == 1 && member_id == 2);
    f->client_status = status;
    f->client = client != NULL ? *client : (struct journal_client){0};
    f->n_clients++;
}

static void on_read(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status, size_t n,
                    const uint8_t *const *committed, const size_t *len, bool last, uint64_t oldest_seq)
{
    struct fixture *f = ctx;
    ASSERT(room_id == 1 && member_id == 2 && request == 3 && n <= FIXTURE_SUFFIX);
    f->read_status = status;
    f->read_n = n;
    f->read_last = last;
    f->read_oldest = oldest_seq;
    for (size_t i = 0; i < n; i++)
        copy_bytes(f->read[i], committed[i], len[i] < FIXTURE_BYTES ? len[i] : FIXTURE_BYTES - 1);
    f->n_reads++;
}

static void on_state_part(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status,
                          const struct journal_state *part)
{
    struct fixture *f = ctx;
    ASSERT(room_id == 1 && member_id == 2 && request == 3 && (part != NULL) == (status == STATUS_OK));
    f->part_status = status;
    f->part = part != NULL ? *part : (struct journal_state){0};
    f->part.bytes = NULL;
    copy_bytes(f->part_bytes, part != NULL ? part->bytes : (const uint8_t *)"", f->part.len);
    f->n_parts++;
}

static void on_snapshot(void *ctx, uint64_t room_id, uint64_t seq, enum status status)
{
    struct fixture *f = ctx;
    (void)room_id, (void)seq;
    f->snapshot_status = status;
    f->n_snapshots++;
}

/* ---------------------------------------------------------------- life */

static void ignore_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static int64_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* One turn of the loop, at most a second long. */
static void turn(struct fixture *f)
{
    event_base_once(f->base, -1, EV_TIMEOUT, ignore_timer, NULL, &(struct timeval){.tv_sec = 1});
    event_base_loop(f->base, EVLOOP_ONCE);
}

void fixture_wait(struct fixture *f, const unsigned *counter, unsigned old)
{
    for (int64_t end = now_s() + 30; *counter == old; turn(f))
        ASSERT(now_s() < end);
}

void fixture_wait_up(struct fixture *f, bool up)
{
    for (int64_t end = now_s() + 30; f->n_states == 0 || f->up != up; turn(f))
        ASSERT(now_s() < end);
}

static struct fixture *new_fixture(struct pg_cluster *cluster, const char *node)
{
    static const struct journal_callbacks callbacks = {on_commit, on_group_done, on_state, on_taken, on_client, on_read, on_state_part, on_snapshot};
    struct fixture *f = xcalloc(1, sizeof *f);
    f->base = event_base_new();
    ASSERT(f->base != NULL);
    uuid_random(&f->incarnation);
    struct journal_options options = {
        .conninfo = pg_cluster_conninfo(cluster), .incarnation = f->incarnation, .node_name = node, .worker = 1,
        .borders = true, .read_batches = 10, .read_bytes = 1000,
    };
    f->journal = journal_new(f->base, &options, &callbacks, f);
    return f;
}

struct fixture *fixture_new(struct pg_cluster *cluster, const char *node)
{
    struct fixture *f = new_fixture(cluster, node);
    fixture_wait_up(f, true);
    return f;
}

struct fixture *fixture_new_down(struct pg_cluster *cluster)
{
    struct fixture *f = new_fixture(cluster, NULL);
    fixture_wait_up(f, false);
    return f;
}

void fixture_free(struct fixture *f)
{
    journal_free(f->journal);
    event_base_free(f->base);
    free(f);
}

/* ---------------------------------------------------------------- requests */

struct fixture_canvas fixture_canvas(struct pg_cluster *cluster)
{
    struct fixture_canvas c;
    uuid_random(&c.workspace);
    uuid_random(&c.id);
    uuid_format(&c.workspace, c.workspace_text);
    uuid_format(&c.id, c.id_text);
    pg_cluster_sql(cluster,
        "INSERT INTO workspace (workspace_id, name) VALUES ('%s', 'w');"
        "INSERT INTO canvas (workspace_id, canvas_id, changed_ms, created_ms, created_by, request_id, title, template_id)"
        " VALUES ('%s', '%s', 5, 5, 1, '%s', 'first title', 't');"
        "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state) VALUES ('%s', '%s', 0, -7, 'state 0')",
        c.workspace_text, c.workspace_text, c.id_text, c.id_text, c.workspace_text, c.id_text);
    return c;
}

void fixture_take(struct fixture *f, const struct fixture_canvas *canvas, bool read_state)
{
    unsigned old = f->n_taken;
    journal_take(f->journal, 1, &canvas->workspace, &canvas->id, read_state);
    ASSERT(f->n_taken == old);      /* never before the call has returned */
    fixture_wait(f, &f->n_taken, old);
}

void fixture_client(struct fixture *f, const struct fixture_canvas *canvas, uint64_t epoch, const struct uuid *client_id, uint32_t author)
{
    unsigned old = f->n_clients;
    journal_client(f->journal, 1, 2, &canvas->workspace, &canvas->id, epoch, client_id, author);
    fixture_wait(f, &f->n_clients, old);
}

void fixture_add(struct fixture *f, uint64_t room_id, const struct fixture_canvas *canvas, uint64_t epoch, uint64_t old_head, unsigned n,
                 uint32_t client)
{
    journal_add_canvas(f->journal, room_id, &canvas->workspace, &canvas->id, epoch, old_head, old_head + n);
    for (uint64_t seq = old_head + 1; seq <= old_head + n; seq++) {
        char payload[FIXTURE_BYTES];
        int len = snprintf(payload, sizeof payload, "batch %llu", (unsigned long long)seq);
        struct journal_row row = {
            .seq = seq, .client = client, .client_seq = seq * 10, .author = client + 100, .time_ms = (int64_t)seq + 1000000,
            .payload = (const uint8_t *)payload, .payload_len = (size_t)len,
        };
        journal_add_row(f->journal, &row);
    }
}

enum commit_outcome fixture_commit(struct fixture *f)
{
    unsigned first = f->n_commits, old = f->n_groups_done;
    journal_send(f->journal);
    ASSERT(f->n_groups_done == old);
    fixture_wait(f, &f->n_groups_done, old);
    ASSERT(f->n_commits > first);
    return f->commits[first % FIXTURE_OUTCOMES].outcome;
}
