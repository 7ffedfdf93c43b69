/* The journal's life: its two connections, the node's lease, and the group commit (group.c has the statement).
 *
 * "Up" means that both connections are ready and that our lease was renewed on the present one. Whatever goes wrong
 * while a group is under way, its canvases are told COMMIT_UNKNOWN, also when PostgreSQL surely rolled back: the
 * room finds out by taking its canvas again, and there is one way through trouble instead of two (P11). Trouble that
 * a new try would meet again at once (a full disk, a read-only server) costs both connections, so that the tries
 * have growing pauses and everybody is told that nothing is being saved. But what PostgreSQL refuses because of its
 * content no pause will help: COMMIT_REFUSED, and the rooms find the one batch that is at fault. */
#include "server/journal/journal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "server/journal/journal_internal.h"

enum {
    HEARTBEAT_MS = 2000,
    STEADY_MS = 10000,       /* up for so long: the next time down is a new one */
    SEALED_KEPT = 1 << 20,
};

/* The lease is renewed only when a second or more of it is gone, so that many workers cost no more than one. */
static const struct pg_statement lease_statements[] = {
    {"node_start",
     "INSERT INTO node (name, incarnation, lease_until) VALUES ($1::text, $2::uuid, now() + interval '10 s')"
     " ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, lease_until = excluded.lease_until, started_at = now()"},
    {"node_beat",
     "INSERT INTO node (name, incarnation, lease_until) VALUES ($1::text, $2::uuid, now() + interval '10 s')"
     " ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until"
     " WHERE node.incarnation = excluded.incarnation AND node.lease_until < excluded.lease_until - interval '1 s'"},
    {"node_mine", "SELECT 1 FROM node WHERE name = $1::text AND incarnation = $2::uuid"},
    {NULL, NULL},
};
enum { NODE_START, NODE_BEAT, NODE_MINE };

/* What both connections set. Plans are made once, for arrays of any length and tables that grow from nothing, so
 * only index look-ups will do. Nothing may time a commit out; and a commit is durable, whatever the role's default
 * says (P1). */
static const char *const session[] = {
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),"
    " set_config('enable_mergejoin', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false)",
    "SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),"
    " set_config('idle_in_transaction_session_timeout', '0', false), set_config('default_transaction_isolation', 'read committed', false)",
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    NULL,
};

static const struct pg_statement *const commit_tables[] = {group_statements, lease_statements, NULL};
static const struct pg_statement *const read_tables[] = {journal_read_statements, store_statements, store_account_statements,
                                                        store_audit_statements, store_members_statements, store_session_statements, store_sealed_statements,
                                                         store_self_statements, store_template_statements, NULL};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct log_ctx log_of(const struct journal *j)
{
    return (struct log_ctx){.worker = j->options.worker};
}

/* ---------------------------------------------------------------- up and down */

/* Tells on_state if that changed. A time down that follows another closely keeps its beginning. */
static void update_state(struct journal *j)
{
    bool up = pg_is_ready(j->commits) && pg_is_ready(j->reads) && j->leased;
    if (j->told && j->up == up)
        return;
    int64_t mono = clock_ms(CLOCK_MONOTONIC);
    if (up)
        j->up_since_mono_ms = mono;
    else if (!j->told || mono - j->up_since_mono_ms >= STEADY_MS || j->down_since_ms == 0)
        j->down_since_ms = clock_ms(CLOCK_REALTIME);
    j->up = up;
    j->told = true;
    j->cb.on_state(j->ctx, up, up ? clock_ms(CLOCK_REALTIME) : j->down_since_ms);
}

void journal_give_up_reads(struct journal *j, const char *reason)
{
    pg_reset(j->reads, reason);
    update_state(j);
}

static void give_up_connections(struct journal *j, const char *reason)
{
    pg_reset(j->commits, reason);
    pg_reset(j->reads, reason);
    j->leased = false;
    update_state(j);
}

/* ---------------------------------------------------------------- the lease */

static void on_beat(void *ctx, void *note, const struct pg_answer *answer)
{
    (void)note;
    struct journal *j = ctx;
    struct log_ctx log = log_of(j);
    j->beating = false;
    if (answer->outcome == PG_FAILED)
        give_up_connections(j, "the node's lease could not be renewed");
    if (answer->outcome != PG_DONE)
        return;
    bool mine = PQntuples(answer->results[1]) == 1;
    if (!mine && !j->superseded)
        log_error(&log, "another cocanvasd has started under the node name \"%s\"; this one takes no canvas any more. Give each daemon "
                  "a node name of its own.", j->options.node_name);
    j->superseded = !mine;
    j->registered = true;
    j->leased = true;
    update_state(j);
}

static void beat(struct journal *j)
{
    if (j->beating || !pg_is_ready(j->commits))
        return;
    j->beating = true;
    struct pg_params params = {0};
    pg_param_text(&params, j->options.node_name);
    pg_param_uuid(&params, &j->options.incarnation);
    struct pg_request *request = pg_begin(j->commits, on_beat, j, NULL);
    border_none(request);
    pg_exec(request, &lease_statements[j->registered ? NODE_BEAT : NODE_START], &params);
    pg_exec(request, &lease_statements[NODE_MINE], &params);
    pg_end(request);
}

static void on_heartbeat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    beat(arg);
}

static void on_pg_state(void *ctx, struct pg *pg, bool ready)
{
    struct journal *j = ctx;
    if (pg == j->commits) {
        j->leased = false;
        if (ready)
            beat(j);
    }
    update_state(j);
}

/* ---------------------------------------------------------------- group commit */

bool journal_is_up(const struct journal *j)
{
    return j->up;
}

bool journal_is_idle(const struct journal *j)
{
    return j->up && !j->underway && pg_is_ready(j->commits);
}

void journal_add_canvas(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                        uint64_t old_head, uint64_t new_head)
{
    ASSERT(!j->underway);
    enum keyring_way way = keyring_way_known(j->keyring, workspace, &j->sealing);
    j->place = (struct seal_place){.workspace = *workspace, .object = *canvas};
    j->lost = way == KEYRING_LOST;
    /* No canvas has epoch 0: what can't be sealed is not written, and the room finds out why when it takes the canvas again. */
    group_add_canvas(&j->group, room_id, workspace, canvas, j->lost ? 0 : epoch, old_head, new_head);
}

void journal_add_row(struct journal *j, const struct journal_row *row)
{
    ASSERT(!j->underway);
    if (j->sealing == NULL && !j->lost) {
        group_add_row(&j->group, row);
        return;
    }
    struct journal_row sealed = *row;
    j->place.kind = SEAL_BATCH;
    j->place.seq = row->seq;
    buf_clear(&j->sealed, SEALED_KEPT);
    if (j->sealing != NULL)
        seal_bytes(j->sealing, &j->place, row->payload, row->payload_len, &j->sealed);
    sealed.payload = j->sealed.data;
    sealed.payload_len = buf_len(&j->sealed);
    group_add_row(&j->group, &sealed);
}

void journal_add_position(struct journal *j, const struct journal_client *client)
{
    ASSERT(!j->underway);
    group_add_position(&j->group, client);
}

void journal_set_title(struct journal *j, const char *title)
{
    ASSERT(!j->underway);
    char *owned;
    j->place.kind = SEAL_TITLE;
    j->place.seq = 0;
    const char *stored = stored_seal_text(j->sealing, &j->place, title, &owned);
    group_set_title(&j->group, j->lost ? "" : stored);
    free(owned);
}

/* Bad data, limits of a row or a statement, and constraints on a single row. */
static bool is_about_content(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "54", 2) == 0 || strcmp(sqlstate, "23502") == 0 ||
           strcmp(sqlstate, "23514") == 0;
}

static enum commit_outcome outcome_of(const struct group_part *part, bool known, bool refused)
{
    if (refused)
        return COMMIT_REFUSED;
    if (!known)
        return COMMIT_UNKNOWN;
    return part->held ? COMMIT_DONE : COMMIT_FENCED;
}

static void count_outcome(struct journal_stats *stats, enum commit_outcome outcome)
{
    stats->unknown += outcome == COMMIT_UNKNOWN;
    stats->fenced += outcome == COMMIT_FENCED;
    stats->refused += outcome == COMMIT_REFUSED;
}

/* A deadlock or a serialisation failure is over when it is reported; anything else would be there at the next try,
 * too. */
static bool is_passing(const char *sqlstate)
{
    return strncmp(sqlstate, "40", 2) == 0;
}

static void on_group(void *ctx, void *note, const struct pg_answer *answer)
{
    (void)note;
    struct journal *j = ctx;
    bool known = answer->outcome == PG_DONE;
    bool refused = answer->outcome == PG_FAILED && is_about_content(answer->sqlstate);
    if (known)
        group_take_result(&j->group, answer->results[0]);
    else if (answer->outcome == PG_FAILED && !refused && !is_passing(answer->sqlstate))
        give_up_connections(j, "a group could not be committed");
    for (uint32_t i = 0; i < j->group.n_parts; i++) {
        enum commit_outcome outcome = outcome_of(&j->group.parts[i], known, refused);
        count_outcome(&j->stats, outcome);
        j->cb.on_commit(j->ctx, j->group.parts[i].room_id, outcome);
    }
    group_clear(&j->group);
    j->underway = false;
    j->cb.on_group_done(j->ctx);
}

void journal_send(struct journal *j)
{
    ASSERT(!j->underway);
    if (j->group.n_parts == 0)
        return;
    j->underway = true;
    j->stats.groups++;
    j->stats.batches += j->group.n_rows;
    j->stats.bytes += j->group.payload_bytes;
    struct pg_request *request = pg_begin(j->commits, on_group, j, NULL);
    group_exec(&j->group, request, &j->options.incarnation);
    pg_end(request);
}

/* ---------------------------------------------------------------- life */

static struct pg *connect_pg(struct journal *j, struct event_base *base, const char *what, const struct pg_statement *const *tables)
{
    char *name = xasprintf("cocanvasd worker %u %s", j->options.worker, what);
    const struct pg_options options = {
        .conninfo = j->options.conninfo, .name = name, .worker = j->options.worker, .session = session, .statements = tables,
        .borders = j->options.borders ? border_statements : NULL, .role = j->options.borders ? border_application : NULL,
        .on_state = on_pg_state, .ctx = j, .keyring = j->keyring,
    };
    struct pg *pg = pg_new(base, &options);
    free(name);
    return pg;
}

struct journal *journal_new(struct event_base *base, const struct journal_options *options, const struct journal_callbacks *cb, void *ctx)
{
    struct journal *j = xcalloc(1, sizeof *j);
    j->options = *options;
    j->options.conninfo = xstrdup(options->conninfo);
    j->options.seal_key_file = j->options.seal_keyring = NULL;
    j->options.node_name = xstrdup(options->node_name != NULL ? options->node_name : "");
    j->cb = *cb;
    j->ctx = ctx;
    group_init(&j->group);
    buf_init(&j->sealed);
    j->keyring = keyring_new(options->seal_key_file != NULL ? options->seal_key_file : "",
                             options->seal_keyring != NULL ? options->seal_keyring : "");
    j->commits = connect_pg(j, base, "commits", commit_tables);
    j->reads = connect_pg(j, base, "reads", read_tables);
    j->heartbeat = event_new(base, -1, EV_PERSIST, on_heartbeat, j);
    ASSERT(j->heartbeat != NULL);
    event_add(j->heartbeat, &(struct timeval){.tv_sec = HEARTBEAT_MS / 1000});
    return j;
}

void journal_free(struct journal *j)
{
    if (j == NULL)
        return;
    event_free(j->heartbeat);
    pg_free(j->commits);
    pg_free(j->reads);
    group_fini(&j->group);
    keyring_free(j->keyring);
    buf_fini(&j->sealed);
    free((void *)(uintptr_t)j->options.conninfo);
    free((void *)(uintptr_t)j->options.node_name);
    free(j);
}

struct pg *journal_reads(struct journal *j)
{
    return j->reads;
}

void journal_forget_key(struct journal *j, const struct uuid *workspace)
{
    keyring_forget(j->keyring, workspace);
}

const struct journal_stats *journal_stats(const struct journal *j)
{
    return &j->stats;
}
