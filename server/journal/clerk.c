/* The audit log's writer, see clerk.h. */
#include "server/journal/clerk.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/journal/border.h"
#include "server/journal/clerk_private.h"
#include "wire.pb-c.h"

enum { WHOSE, HEAD_MAKE, ADD };
enum { TRIES = 3 };

const struct pg_statement clerk_statements[] = {
    [WHOSE] = {"audit_whose",
     "SELECT m.workspace_id, m.author FROM member m WHERE m.account_id = $1::uuid AND m.role > 0 AND ($2::uuid IS NULL OR EXISTS"
     " (SELECT 1 FROM canvas c WHERE c.canvas_id = $2::uuid AND c.workspace_id = m.workspace_id)) ORDER BY m.workspace_id"},
    /* The workspace's row first: who erases it has that, and then comes to the head. */
    [HEAD_MAKE] = {"audit_head_make",
     "INSERT INTO audit_head (workspace_id, number, hash) SELECT workspace_id, 0, $2::bytea FROM workspace WHERE workspace_id = $1::uuid"
     " FOR KEY SHARE ON CONFLICT (workspace_id) DO NOTHING"},
    /* $1 workspace, $2 id of the event, $3 what is hashed behind workspace and number, $4 … $10 the same in columns, $11
     * address or null. Who comes second waits for the head, and then chains on what the first one has written. */
    [ADD] = {"audit_add",
     "WITH head AS ("
     " UPDATE audit_head SET number = number + 1,"
     "  hash = sha256(hash || uuid_send(workspace_id) || int8send(number + 1) || $3::bytea)"
     " WHERE workspace_id = $1::uuid AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.workspace_id = $1::uuid AND a.event_id = $2::uuid)"
     " RETURNING number, hash"
     "), added AS ("
     " INSERT INTO audit (workspace_id, number, event_id, time_ms, event, author, whom, canvas_id, detail, text, hash)"
     " SELECT $1::uuid, number, $2::uuid, $4::int8, $5::int8, $6::int8, $7::int8, $8::uuid, $9::int8, $10::text, hash FROM head"
     ") INSERT INTO audit_address (workspace_id, number, author, address)"
     " SELECT $1::uuid, number, $6::int8, $11::text FROM head WHERE $11::text IS NOT NULL ON CONFLICT (workspace_id, number) DO NOTHING"},
    {NULL, NULL},
};

/* As for the journal: plans are made once, when the tables are empty, so only index look-ups will do. */
static const char *const session[] = {
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),"
    " set_config('enable_mergejoin', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false),"
    " set_config('jit', 'off', false), set_config('default_transaction_isolation', 'read committed', false)",
    NULL,
};

static const struct pg_statement *const tables[] = {clerk_statements, sweep_statements, sealing_statements, NULL};

static void send_next(struct clerk *c);

/* ---- the queue */

static void drop(struct clerk *c, struct clerk_entry *entry)
{
    TAILQ_REMOVE(&c->queue, entry, entry);
    c->stats.waiting--;
    free(entry);
}

/* Before another one, or (NULL) behind all. */
static void queue(struct clerk *c, const struct audit_event *event, struct clerk_entry *before)
{
    struct clerk_entry *entry = xcalloc(1, sizeof *entry);
    entry->event = *event;
    if (uuid_is_zero(&entry->event.id))
        uuid_random(&entry->event.id);
    if (before)
        TAILQ_INSERT_BEFORE(before, entry, entry);
    else
        TAILQ_INSERT_TAIL(&c->queue, entry, entry);
    c->stats.waiting++;
}

static void count_lost(struct clerk *c, const struct audit_event *event)
{
    const struct uuid *whose = event->for_account ? &event->account : &event->row.workspace;
    unsigned i = 0;
    while (i < c->n_lost && !(c->lost[i].for_account == event->for_account && uuid_equal(&c->lost[i].whose, whose)))
        i++;
    if (c->stats.lost++ == 0)
        log_error(NULL, "the audit log: more events wait for the database than fit into memory; some are lost, and a row will say how many");
    if (i == CLERK_LOST_MOST)
        return;
    if (i == c->n_lost)
        c->lost[c->n_lost++] = (struct clerk_lost){event->for_account, *whose, 0};
    c->lost[i].n++;
}

/* There is room again: what was lost is said. */
static void tell_lost(struct clerk *c)
{
    while (c->n_lost > 0 && c->stats.waiting < c->options.queue_most) {
        const struct clerk_lost *lost = &c->lost[--c->n_lost];
        struct audit_event event = {.for_account = lost->for_account};
        event.row.event = COCANVAS__AUDIT_ROW__EVENT__LOST;
        event.row.time_ms = c->options.wall_ms(c->options.ctx);
        event.row.detail = lost->n;
        *(lost->for_account ? &event.account : &event.row.workspace) = lost->whose;
        queue(c, &event, NULL);
    }
}

void clerk_add(struct clerk *c, const struct audit_event *event)
{
    if (c->stats.waiting >= c->options.queue_most) {
        count_lost(c, event);
        return;
    }
    queue(c, event, NULL);
    send_next(c);
    if (event->row.event == COCANVAS__AUDIT_ROW__EVENT__WORKSPACE_SEALED)
        clerk_sweep(c); /* what was there before is rewritten at once */
}

/* ---- writing */

/* 22 bad data, 23 broken constraints, 42 wrong statements: ours, and the same at the next try. */
static bool is_hopeless(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "42", 2) == 0;
}

/* A request about the first event has failed: true if the event is to be given up. */
static bool is_given_up(struct clerk *c, struct clerk_entry *entry, const struct pg_answer *answer)
{
    if (answer->outcome != PG_FAILED)
        return false;
    /* The try before is committed at this moment: the next one will see it. Else the numbers were changed by hand. */
    if (strcmp(answer->sqlstate, PG_UNIQUE_VIOLATION) == 0 && entry->tries++ < TRIES)
        return false;
    if (is_hopeless(answer->sqlstate)) {
        log_error(NULL, "the audit log: event %u could not be written (%s)", entry->event.row.event, answer->sqlstate);
        return true;
    }
    if (strncmp(answer->sqlstate, "40", 2) != 0)
        pg_reset(c->pg, "the audit log could not be written"); /* so that the next try has a pause before it */
    return false;
}

static void on_added(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct clerk_entry *entry = TAILQ_FIRST(&c->queue);
    (void)note;
    c->underway = false;
    if (answer->outcome == PG_DONE || is_given_up(c, entry, answer)) {
        c->stats.written += answer->outcome == PG_DONE;
        drop(c, entry);
    }
    tell_lost(c);
    send_next(c);
}

static void send_row(struct clerk *c, const struct clerk_entry *entry)
{
    static const uint8_t first[AUDIT_HASH] = {0};
    struct audit_row row = entry->event.row;
    struct pg_params head = {0}, params = {0};
    struct buf content;
    row.text = entry->event.text;
    buf_init(&content);
    audit_content(&row, &content);
    pg_param_uuid(&head, &row.workspace);
    pg_param_bytes(&head, first, sizeof first);
    pg_param_uuid(&params, &row.workspace);
    pg_param_uuid(&params, &entry->event.id);
    pg_param_bytes(&params, buf_at(&content), buf_len(&content));
    pg_param_int(&params, row.time_ms);
    pg_param_int(&params, row.event);
    pg_param_int(&params, row.author);
    pg_param_int(&params, row.whom);
    pg_param_uuid(&params, &row.canvas);
    pg_param_int(&params, (int64_t)row.detail);
    pg_param_text(&params, row.text);
    pg_param_text(&params, entry->event.address[0] ? entry->event.address : NULL);
    struct pg_request *request = pg_begin(c->pg, on_added, c, NULL);
    border_workspace(request, &row.workspace);
    pg_exec(request, &clerk_statements[HEAD_MAKE], &head);
    pg_exec(request, &clerk_statements[ADD], &params);
    pg_end(request);
    buf_fini(&content);
}

/* The event of an account becomes one for each of its workspaces, in its place. */
static void on_whose(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct clerk_entry *entry = TAILQ_FIRST(&c->queue);
    (void)note;
    c->underway = false;
    if (answer->outcome == PG_DONE) {
        const PGresult *found = answer->results[0];
        for (int i = 0; i < PQntuples(found); i++) {
            struct audit_event event = entry->event;
            event.for_account = false;
            event.row.workspace = pg_uuid(found, i, 0);
            event.row.author = (uint32_t)pg_int(found, i, 1);
            event.row.whom = event.row.whom ? event.row.author : 0;
            queue(c, &event, entry);
        }
        drop(c, entry);
    } else if (is_given_up(c, entry, answer)) {
        drop(c, entry);
    }
    send_next(c);
}

static void send_next(struct clerk *c)
{
    const struct clerk_entry *entry = TAILQ_FIRST(&c->queue);
    if (!entry || c->underway || !pg_is_ready(c->pg))
        return;
    c->underway = true;
    if (!entry->event.for_account) {
        send_row(c, entry);
        return;
    }
    struct pg_params params = {0};
    pg_param_uuid(&params, &entry->event.account);
    pg_param_uuid(&params, uuid_is_zero(&entry->event.row.canvas) ? NULL : &entry->event.row.canvas);
    struct pg_request *request = pg_begin(c->pg, on_whose, c, NULL);
    border_authentication(request);
    pg_exec(request, &clerk_statements[WHOSE], &params);
    pg_end(request);
}

static void on_state(void *ctx, struct pg *pg, bool ready)
{
    struct clerk *c = ctx;
    (void)pg;
    if (ready && c->pg)
        send_next(c);
}

/* ---- life */

struct clerk *clerk_new(struct event_base *base, const struct clerk_options *options)
{
    struct clerk *c = xcalloc(1, sizeof *c);
    c->base = base;
    c->options = *options;
    c->options.conninfo = c->options.seal_key_file = c->options.seal_keyring = NULL;
    c->keyring = keyring_new(options->seal_key_file != NULL ? options->seal_key_file : "",
                             options->seal_keyring != NULL ? options->seal_keyring : "");
    TAILQ_INIT(&c->queue);
    const struct pg_options pg = {
        .conninfo = options->conninfo,
        .name = "cocanvasd clerk",
        .session = session,
        .statements = tables,
        .borders = options->borders ? border_statements : NULL,
        .on_state = on_state,
        .ctx = c,
    };
    c->pg = pg_new(base, &pg);
    sweep_init(c);
    return c;
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
    bool *late = ctx;
    (void)fd;
    (void)what;
    *late = true;
}

static void log_unwritten(const struct clerk *c)
{
    const struct clerk_entry *entry;
    TAILQ_FOREACH(entry, &c->queue, entry) {
        const struct audit_event *event = &entry->event;
        char whose[UUID_TEXT];
        uuid_format(event->for_account ? &event->account : &event->row.workspace, whose);
        log_error(NULL, "not in the audit log, because the database was away: event %u of %s %s at %lld by %u, whom %u, detail %llu",
                  event->row.event, event->for_account ? "account" : "workspace", whose, (long long)event->row.time_ms,
                  event->row.author, event->row.whom, (unsigned long long)event->row.detail);
    }
}

void clerk_finish(struct clerk *c, int64_t ms)
{
    bool late = false;
    struct timeval patience = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    struct event *timer = evtimer_new(c->base, on_late, &late);
    ASSERT(timer && event_add(timer, &patience) == 0);
    while (!late && !TAILQ_EMPTY(&c->queue))
        event_base_loop(c->base, EVLOOP_ONCE);
    event_free(timer);
    log_unwritten(c);
}

void clerk_free(struct clerk *c)
{
    if (!c)
        return;
    sweep_fini(c);
    pg_free(c->pg);
    keyring_free(c->keyring);
    while (!TAILQ_EMPTY(&c->queue))
        drop(c, TAILQ_FIRST(&c->queue));
    free(c);
}

void clerk_sweep(struct clerk *c)
{
    c->sweep.again = c->sweep.stage != SWEEP_REST;
    sweep_begin(c);
}

const struct clerk_stats *clerk_stats(const struct clerk *c)
{
    return &c->stats;
}
