/* The asynchronous connection: states, the queue of requests, and what came of them.
 *
 * All trouble ends in one place, break_off(): it is only marked when it is found (perhaps deep in somebody's call)
 * and carried out from the event loop. Requests that were made while there is no connection are answered from there,
 * too, so a callback never runs inside the call that made the request. */
#include "server/journal/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/status.h"

enum {
    CONNECT_MS = 15000,       /* from the first packet to the last prepared statement */
    PAUSE_FIRST_MS = 100,     /* before the first attempt to come back; doubles … */
    PAUSE_MOST_MS = 5000,     /* … up to this */
    STEADY_MS = 10000,        /* a connection that stood so long was a good one: the pauses begin anew */
};

enum pg_state {
    PG_PAUSING,       /* waits for the next attempt */
    PG_CONNECTING,
    PG_PREPARING,     /* connected; session settings and statements are under way */
    PG_READY,
    PG_BROKEN,        /* trouble was found; break_off() is due */
};

struct pg_request {
    STAILQ_ENTRY(pg_request) entry;
    struct pg *pg;
    pg_answer_cb *cb;                  /* NULL: the connection's own preparation */
    void *ctx;                         /* borrowed */
    void *note;                        /* owned */
    bool sent;                         /* the connection was ready at pg_begin */
    bool warned;                       /* a warning came while it was the oldest */
    bool failed;
    bool bordered;                     /* it has said what it may see */
    unsigned n_sent, n_taken;          /* statements; results of them */
    uint32_t silent;                   /* bit n: the result of the nth statement is the border's */
    char sqlstate[PG_SQLSTATE];
    int n_results;
    PGresult *results[PG_RESULTS];     /* owned */
};

STAILQ_HEAD(pg_queue, pg_request);

struct pg {
    struct event_base *base;
    struct pg_options options;         /* its strings are owned */
    enum pg_state state;
    PGconn *conn;                      /* NULL while pausing */
    struct event *readable, *writable; /* of conn's socket; NULL while pausing */
    struct event *timer;               /* pause, or the limit for connecting */
    struct event *deferred;            /* break_off() and away are due */
    struct pg_queue sent;              /* oldest first */
    struct pg_queue away;              /* made without a connection: to be answered PG_AWAY */
    unsigned pause_ms;                 /* of the next pause, before jitter */
    int64_t ready_since_ms;            /* monotonic */
    bool told_ready;                   /* what on_state was told last */
    bool told;                         /* … if anything */
    char broken_by[200];               /* for the log */
};

static int64_t mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void start_connecting(struct pg *pg);

static void set_state(struct pg *pg, enum pg_state state)
{
    static const char *const names[] = {"pausing", "connecting", "preparing", "ready", "broken"};
    static const unsigned allowed[] = {
        [PG_PAUSING] = 1u << PG_CONNECTING,
        [PG_CONNECTING] = 1u << PG_PREPARING | 1u << PG_BROKEN,
        [PG_PREPARING] = 1u << PG_READY | 1u << PG_BROKEN,
        [PG_READY] = 1u << PG_BROKEN,
        [PG_BROKEN] = 1u << PG_PAUSING,
    };
    ASSERT((allowed[pg->state] >> state & 1u) != 0);
    log_debug((&(struct log_ctx){.worker = pg->options.worker}), "%s: %s -> %s", pg->options.name, names[pg->state], names[state]);
    pg->state = state;
}

static void arm(struct event *event, unsigned ms)
{
    struct timeval after = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    event_add(event, &after);
}

static void defer(struct pg *pg)
{
    event_active(pg->deferred, EV_TIMEOUT, 0);
}

/* Marks the connection as broken; what follows from it happens from the event loop. reason may be PQerrorMessage()'s
 * several lines. */
static void mark_broken(struct pg *pg, const char *reason)
{
    if (pg->state == PG_BROKEN || pg->state == PG_PAUSING)
        return;
    size_t len = strcspn(reason, "\n");
    if (len >= sizeof pg->broken_by)
        len = sizeof pg->broken_by - 1;
    memcpy(pg->broken_by, reason, len);
    pg->broken_by[len] = '\0';
    set_state(pg, PG_BROKEN);
    defer(pg);
}

static void tell(struct pg *pg, bool ready)
{
    if (pg->told && pg->told_ready == ready)
        return;
    pg->told = true;
    pg->told_ready = ready;
    pg->options.on_state(pg->options.ctx, pg, ready);
}

/* ---------------------------------------------------------------- requests */

static void request_free(struct pg_request *request)
{
    for (int i = 0; i < request->n_results && i < PG_RESULTS; i++)
        PQclear(request->results[i]);
    free(request->note);
    free(request);
}

static void answer(struct pg_request *request, enum pg_outcome outcome)
{
    struct pg_answer a = {.outcome = outcome, .results = request->results, .n_results = request->n_results};
    memcpy(a.sqlstate, request->sqlstate, sizeof a.sqlstate);
    if (request->cb != NULL)
        request->cb(request->ctx, request->note, &a);
    request_free(request);
}

static void flush(struct pg *pg)
{
    int rest = PQflush(pg->conn);
    if (rest < 0)
        mark_broken(pg, PQerrorMessage(pg->conn));
    else if (rest > 0)
        event_add(pg->writable, NULL);
}

struct pg_request *pg_begin(struct pg *pg, pg_answer_cb *cb, void *ctx, void *note)
{
    struct pg_request *request = xcalloc(1, sizeof *request);
    request->pg = pg;
    request->cb = cb;
    request->ctx = ctx;
    request->note = note;
    request->sent = pg->state == PG_READY;
    return request;
}

static void send_statement(struct pg_request *request, const struct pg_statement *statement, const struct pg_params *params)
{
    struct pg *pg = request->pg;
    if (!request->sent || pg->state != PG_READY)
        return;
    request->n_sent++;
    if (!PQsendQueryPrepared(pg->conn, statement->name, params->n, params->values, params->lengths, params->formats, 1))
        mark_broken(pg, PQerrorMessage(pg->conn));
}

void pg_exec(struct pg_request *request, const struct pg_statement *statement, const struct pg_params *params)
{
    if (request->pg->options.borders != NULL && !request->bordered)
        log_error((&(struct log_ctx){.worker = request->pg->options.worker}), "%s: \"%s\" does not say in which workspaces",
                  request->pg->options.name, statement->name);
    send_statement(request, statement, params);
}

void pg_exec_border(struct pg_request *request, const struct pg_statement *statement, const struct pg_params *params)
{
    if (request->pg->options.borders == NULL)
        return;
    request->bordered = true;
    if (statement == NULL)
        return;
    ASSERT(request->n_sent < 32);
    request->silent |= (uint32_t)1 << request->n_sent;
    send_statement(request, statement, params);
}

void pg_end(struct pg_request *request)
{
    struct pg *pg = request->pg;
    if (!request->sent) {
        STAILQ_INSERT_TAIL(&pg->away, request, entry);
        defer(pg);
        return;
    }
    STAILQ_INSERT_TAIL(&pg->sent, request, entry);
    if (pg->state != PG_READY)
        return;
    if (!PQpipelineSync(pg->conn))
        mark_broken(pg, PQerrorMessage(pg->conn));
    else
        flush(pg);
}

/* ---------------------------------------------------------------- answers */

/* A warning while a commit is under way may mean that it is only half a commit ("canceling wait for synchronous
 * replication"). Its text is localised and its code generic, so every warning counts. */
static void on_notice(void *arg, const PGresult *notice)
{
    struct pg *pg = arg;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (severity == NULL || strcmp(severity, "WARNING") != 0)
        return;
    log_warn((&(struct log_ctx){.worker = pg->options.worker}), "%s: PostgreSQL warns: %s", pg->options.name, text != NULL ? text : "");
    if (!STAILQ_EMPTY(&pg->sent))
        STAILQ_FIRST(&pg->sent)->warned = true;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The server is not one to stay with: it shuts down, or it is read-only (a former primary: libpq then looks for the
 * present one). */
static bool is_parting(const char *sqlstate)
{
    return starts_with(sqlstate, "25006") || starts_with(sqlstate, "57P");
}

static void take_error(struct pg *pg, struct pg_request *request, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (request->failed)
        return;
    request->failed = true;
    if (sqlstate == NULL)      /* libpq's own: the connection is gone */
        return;
    memcpy(request->sqlstate, sqlstate, strnlen(sqlstate, PG_SQLSTATE - 1));
    if (strcmp(sqlstate, PG_UNIQUE_VIOLATION) != 0)
        log_warn((&(struct log_ctx){.worker = pg->options.worker}), "%s: PostgreSQL refuses (%s): %s", pg->options.name, sqlstate,
                 text != NULL ? text : "");
}

static void on_prepared(struct pg *pg, bool ok)
{
    if (!ok) {
        mark_broken(pg, "the session could not be set up (is the schema there?)");
        return;
    }
    event_del(pg->timer);
    set_state(pg, PG_READY);
    pg->ready_since_ms = mono_ms();
    tell(pg, true);
}

/* The oldest request's Sync came back. */
static void take_sync(struct pg *pg)
{
    struct pg_request *request = STAILQ_FIRST(&pg->sent);
    STAILQ_REMOVE_HEAD(&pg->sent, entry);
    if (request->cb == NULL) {
        bool ok = !request->failed;
        request_free(request);
        on_prepared(pg, ok);
        return;
    }
    if (request->failed && is_parting(request->sqlstate))
        mark_broken(pg, "the server cannot serve writers");
    enum pg_outcome outcome = PG_DONE;
    if (request->failed)
        outcome = PG_FAILED;
    else if (request->warned)
        outcome = PG_UNKNOWN;
    answer(request, outcome);
}

/* Whether the result is one of those that the requester waits for, and there is room for it. */
static bool is_wanted(struct pg_request *request)
{
    bool silent = request->n_taken < 32 && (request->silent >> request->n_taken & 1u) != 0;
    request->n_taken++;
    return !silent && request->cb != NULL && request->n_results < PG_RESULTS;
}

static void take_result(struct pg *pg, PGresult *result)
{
    struct pg_request *request = STAILQ_FIRST(&pg->sent);
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        take_sync(pg);
        return;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (is_wanted(request)) {
            request->results[request->n_results++] = result;
            return;
        }
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        take_error(pg, request, result);
        break;
    }
    PQclear(result);
}

static bool is_answering(const struct pg *pg)
{
    return pg->state == PG_READY || pg->state == PG_PREPARING;
}

static void read_results(struct pg *pg)
{
    int ends = 0;      /* ends of statements in a row: two mean that nothing more is to come */
    while (is_answering(pg) && !STAILQ_EMPTY(&pg->sent) && !PQisBusy(pg->conn)) {
        PGresult *result = PQgetResult(pg->conn);
        if (PQstatus(pg->conn) == CONNECTION_BAD || (result == NULL && ++ends > 1)) {
            if (result != NULL)
                take_error(pg, STAILQ_FIRST(&pg->sent), result);
            PQclear(result);
            mark_broken(pg, PQerrorMessage(pg->conn));
            return;
        }
        if (result != NULL) {
            ends = 0;
            take_result(pg, result);
        }
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct pg *pg = arg;
    if (!is_answering(pg))
        return;
    if (!PQconsumeInput(pg->conn)) {
        mark_broken(pg, PQerrorMessage(pg->conn));
        return;
    }
    read_results(pg);
    if (is_answering(pg))
        flush(pg);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct pg *pg = arg;
    if (is_answering(pg))
        flush(pg);
}

/* ---------------------------------------------------------------- connecting */

static void free_events(struct pg *pg)
{
    if (pg->readable != NULL)
        event_free(pg->readable);
    if (pg->writable != NULL)
        event_free(pg->writable);
    pg->readable = pg->writable = NULL;
}

static bool send_prepare(struct pg *pg, const struct pg_statement *table)
{
    bool ok = true;
    for (const struct pg_statement *s = table; ok && s->name != NULL; s++)
        ok = PQsendPrepare(pg->conn, s->name, s->sql, 0, NULL) == 1;
    return ok;
}

/* Settings, statements and one Sync, all in one flight. */
static void prepare_session(struct pg *pg)
{
    bool ok = PQsetnonblocking(pg->conn, 1) == 0 && PQenterPipelineMode(pg->conn) == 1;
    for (const char *const *sql = pg->options.session; ok && *sql != NULL; sql++)
        ok = PQsendQueryParams(pg->conn, *sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
    if (ok && pg->options.role != NULL)
        ok = PQsendQueryParams(pg->conn, pg->options.role, 0, NULL, NULL, NULL, NULL, 1) == 1;
    ok = ok && (pg->options.borders == NULL || send_prepare(pg, pg->options.borders));
    for (const struct pg_statement *const *table = pg->options.statements; ok && *table != NULL; table++)
        ok = send_prepare(pg, *table);
    if (!ok || !PQpipelineSync(pg->conn)) {
        mark_broken(pg, PQerrorMessage(pg->conn));
        return;
    }
    struct pg_request *request = pg_begin(pg, NULL, NULL, NULL);
    STAILQ_INSERT_TAIL(&pg->sent, request, entry);
    int fd = PQsocket(pg->conn);
    pg->readable = event_new(pg->base, fd, EV_READ | EV_PERSIST, on_readable, pg);
    pg->writable = event_new(pg->base, fd, EV_WRITE, on_writable, pg);
    ASSERT(pg->readable != NULL && pg->writable != NULL);
    event_add(pg->readable, NULL);
    flush(pg);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg);

/* Waits for what libpq asks for; its socket may be another one each time, when there are several hosts. */
static void wait_for(struct pg *pg, short what)
{
    pg->readable = event_new(pg->base, PQsocket(pg->conn), what, on_connecting, pg);
    ASSERT(pg->readable != NULL);
    event_add(pg->readable, NULL);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct pg *pg = arg;
    if (pg->state != PG_CONNECTING)
        return;
    free_events(pg);
    switch (PQconnectPoll(pg->conn)) {
    case PGRES_POLLING_READING:
        wait_for(pg, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        wait_for(pg, EV_WRITE);
        break;
    case PGRES_POLLING_OK:
        set_state(pg, PG_PREPARING);
        prepare_session(pg);
        break;
    default:
        mark_broken(pg, PQerrorMessage(pg->conn));
        break;
    }
}

/* Our defaults come first, so that the connection string overrides them; what follows it overrides the connection
 * string. A dead host is given up by tcp_user_timeout, because libpq does not watch connect_timeout in asynchronous
 * use. */
static PGconn *start_conn(const struct pg *pg)
{
    const char *const keys[] = {"tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "target_session_attrs",
                                "dbname", "application_name", "client_encoding", NULL};
    const char *const values[] = {"5000", "10", "3", "3", "read-write", pg->options.conninfo, pg->options.name, "UTF8", NULL};
    return PQconnectStartParams(keys, values, 1);
}

static void start_connecting(struct pg *pg)
{
    set_state(pg, PG_CONNECTING);
    arm(pg->timer, CONNECT_MS);
    pg->conn = start_conn(pg);
    ASSERT(pg->conn != NULL);
    if (PQstatus(pg->conn) == CONNECTION_BAD) {
        mark_broken(pg, PQerrorMessage(pg->conn));
        return;
    }
    PQsetNoticeReceiver(pg->conn, on_notice, pg);
    wait_for(pg, EV_WRITE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct pg *pg = arg;
    if (pg->state == PG_PAUSING)
        start_connecting(pg);
    else if (pg->state != PG_READY)
        mark_broken(pg, "no answer within the time for connecting");
}

/* ---------------------------------------------------------------- the end of a connection */

static void pause_connecting(struct pg *pg)
{
    unsigned half = pg->pause_ms / 2;
    unsigned pause = half + randombytes_uniform(half + 1);
    pg->pause_ms = pg->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : pg->pause_ms * 2;
    arm(pg->timer, pause);
}

static void break_off(struct pg *pg)
{
    log_warn((&(struct log_ctx){.worker = pg->options.worker}), "%s: no connection to PostgreSQL: %s", pg->options.name, pg->broken_by);
    free_events(pg);
    PQfinish(pg->conn);
    pg->conn = NULL;
    if (pg->told_ready && mono_ms() - pg->ready_since_ms >= STEADY_MS)
        pg->pause_ms = PAUSE_FIRST_MS;
    set_state(pg, PG_PAUSING);
    pause_connecting(pg);
    struct pg_queue lost = STAILQ_HEAD_INITIALIZER(lost);
    STAILQ_CONCAT(&lost, &pg->sent);
    tell(pg, false);
    while (!STAILQ_EMPTY(&lost)) {
        struct pg_request *request = STAILQ_FIRST(&lost);
        STAILQ_REMOVE_HEAD(&lost, entry);
        answer(request, PG_UNKNOWN);
    }
}

static void on_deferred(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct pg *pg = arg;
    if (pg->state == PG_BROKEN)
        break_off(pg);
    struct pg_queue away = STAILQ_HEAD_INITIALIZER(away);
    STAILQ_CONCAT(&away, &pg->away);
    while (!STAILQ_EMPTY(&away)) {
        struct pg_request *request = STAILQ_FIRST(&away);
        STAILQ_REMOVE_HEAD(&away, entry);
        answer(request, PG_AWAY);
    }
}

struct keyring *pg_keyring(const struct pg *pg)
{
    return pg->options.keyring;
}

bool pg_is_ready(const struct pg *pg)
{
    return pg->state == PG_READY;
}

void pg_reset(struct pg *pg, const char *reason)
{
    mark_broken(pg, reason);
}

/* ---------------------------------------------------------------- life */

struct pg *pg_new(struct event_base *base, const struct pg_options *options)
{
    struct pg *pg = xcalloc(1, sizeof *pg);
    pg->base = base;
    pg->options = *options;
    pg->options.conninfo = xstrdup(options->conninfo);
    pg->options.name = xstrdup(options->name);
    pg->pause_ms = PAUSE_FIRST_MS;
    STAILQ_INIT(&pg->sent);
    STAILQ_INIT(&pg->away);
    pg->timer = evtimer_new(base, on_timer, pg);
    pg->deferred = event_new(base, -1, 0, on_deferred, pg);
    ASSERT(pg->timer != NULL && pg->deferred != NULL);
    pg->state = PG_PAUSING;
    start_connecting(pg);
    return pg;
}

static void drop_all(struct pg_queue *queue)
{
    while (!STAILQ_EMPTY(queue)) {
        struct pg_request *request = STAILQ_FIRST(queue);
        STAILQ_REMOVE_HEAD(queue, entry);
        request_free(request);
    }
}

void pg_free(struct pg *pg)
{
    if (pg == NULL)
        return;
    free_events(pg);
    event_free(pg->timer);
    event_free(pg->deferred);
    drop_all(&pg->sent);
    drop_all(&pg->away);
    PQfinish(pg->conn);
    free((void *)(uintptr_t)pg->options.conninfo);
    free((void *)(uintptr_t)pg->options.name);
    free(pg);
}
