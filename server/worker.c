/* See worker.h. The loop: all events of a turn, then the rooms order what arrived and send one group to PostgreSQL,
 * then the connections' end of turn (moves, newcomers, the dead). So a group holds what one turn has read from all
 * sockets. */
#include "server/worker_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/clock.h"
#include "server/journal/pg.h"
#include "server/session/account.h"
#include "server/session/audit.h"

enum {
    TICK_MS = 250,
    WHO_MS = 200, /* for other workers to say who is on their canvases */
    GRACE_MS = 300, /* for clients to hear the last word after the time for a drain is up */
};

/* ---- who is on which canvas: lists ask, all workers answer */

static struct who *who_other(void *ctx, unsigned worker)
{
    const struct worker *w = ctx;
    return w->options.all[worker - 1]->who;
}

static void who_look(void *ctx, const struct uuid *canvas, struct room_present *out)
{
    const struct worker *w = ctx;
    rooms_present(w->rooms, canvas, out);
}

static void who_answer(void *ctx, uint64_t id, size_t n, struct room_present *const *present)
{
    struct worker *w = ctx;
    sessions_present(&w->sessions, id, n, present);
}

static void ask_present(void *ctx, uint64_t session, size_t n, const struct uuid *canvases)
{
    struct worker *w = ctx;
    who_ask(w->who, session, n, canvases);
}

static void make_who(struct worker *w)
{
    struct who_options options = {
        .base = w->base,
        .box = &w->box,
        .number = w->options.number,
        .count = w->options.count,
        .wait_ms = WHO_MS,
        .home = worker_of,
        .other = who_other,
        .look = who_look,
        .answer = who_answer,
        .ctx = w,
    };
    w->who = who_new(&options);
}

/* ---- drain */

static void set_phase(struct worker *w, enum worker_phase phase)
{
    static const char *const names[] = {"serving", "finishing", "leaving", "drained"};
    struct log_ctx ctx = {.worker = w->options.number};
    ASSERT(phase == w->phase + 1);
    log_debug(&ctx, "worker %s -> %s", names[w->phase], names[phase]);
    w->phase = phase;
}

static void leave(struct worker *w, int64_t ms)
{
    set_phase(w, WORKER_LEAVING);
    conns_drain(&w->conns, (unsigned)(ms > 0 ? ms : 0));
}

static void on_rooms_drained(void *ctx)
{
    struct worker *w = ctx;
    if (w->phase == WORKER_FINISHING)
        leave(w, w->drain_until_ms - clock_mono_ms());
}

static void deliver_drain(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    free(mail);
    if (w->phase != WORKER_SERVING)
        return;
    set_phase(w, WORKER_FINISHING);
    w->drain_until_ms = clock_mono_ms() + w->settings.config.drain_ms;
    conns_hold(&w->conns);
    rooms_drain(w->rooms, on_rooms_drained, w);
}

void worker_drain(struct worker *w)
{
    worker_post_plain(w, deliver_drain);
}

/* Whatever has not ended in time is ended. */
static void watch_drain(struct worker *w)
{
    int64_t late_ms = clock_mono_ms() - w->drain_until_ms;
    struct log_ctx ctx = {.worker = w->options.number};
    if (w->phase == WORKER_FINISHING && late_ms >= 0) {
        log_warn(&ctx, "drain: commits are still under way; clients will send again what was not confirmed");
        leave(w, GRACE_MS);
    }
    if (w->phase == WORKER_LEAVING && late_ms >= GRACE_MS)
        conns_abort(&w->conns);
    if (w->phase == WORKER_LEAVING && conns_empty(&w->conns)) {
        set_phase(w, WORKER_DRAINED);
        w->options.host->drained(w->options.ctx, w->options.number);
    }
}

/* ---- connections' host */

unsigned worker_of(const struct uuid *canvas, unsigned count)
{
    uint32_t random; /* ids are random: their bytes are a hash already */
    memcpy(&random, canvas->b, sizeof random);
    return random % count + 1;
}

static bool host_is_here(void *ctx, const struct uuid *canvas)
{
    const struct worker *w = ctx;
    return worker_of(canvas, w->options.count) == w->options.number;
}

static void host_move(void *ctx, struct conn *conn)
{
    struct worker *w = ctx;
    struct worker *to = w->options.all[worker_of(&conn->session.canvas, w->options.count) - 1];
    worker_post_conn(to, conn);
}

static void host_gone(void *ctx, const struct address *address)
{
    struct worker *w = ctx;
    w->options.host->gone(w->options.ctx, address);
}

static const struct conns_host conns_host = {.is_here = host_is_here, .move = host_move, .gone = host_gone};

/* ---- the loop */

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct worker *w = ctx;
    (void)fd;
    (void)what;
    conns_tick(&w->conns);
    sessions_tick(&w->sessions);
    account_tick(&w->sessions);
    audit_tick(&w->sessions);
    sessions_release_held(&w->sessions);
}

static void watch_start(struct worker *w)
{
    if (!journal_is_up(w->journal) || !pg_is_ready(journal_reads(w->journal)))
        return;
    w->ready_told = true;
    w->options.host->ready(w->options.ctx);
}

static void *run(void *ctx)
{
    struct worker *w = ctx;
    char name[16];
    snprintf(name, sizeof name, "worker-%u", w->options.number);
    pthread_setname_np(pthread_self(), name);
    bool more = false;
    while (!w->stopping) {
        event_base_loop(w->base, more ? EVLOOP_ONCE | EVLOOP_NONBLOCK : EVLOOP_ONCE);
        rooms_pump(w->rooms);
        more = conns_turn(&w->conns);
        if (!w->ready_told)
            watch_start(w);
        if (w->phase != WORKER_SERVING)
            watch_drain(w);
    }
    return NULL;
}

/* ---- life */

static void make_sessions_and_conns(struct worker *w)
{
    w->sessions = (struct sessions){
        .settings = &w->session_settings,
        .host = &conn_session_host,
        .journal = w->journal,
        .rooms = w->rooms,
        .hasher = w->options.hasher,
        .codes = w->options.codes,
        .limits = w->options.limits,
        .authenticator = w->options.authenticator,
        .vouched = worker_post_vouched,
        .backups = w->options.backups,
        .backed_up = worker_post_backup,
        .hashed = worker_post_hash,
        .templates = w->options.templates,
        .tell = worker_tell_all,
        .audit = worker_tell_audit,
        .ask_present = ask_present,
        .wall_ms = worker_wall_ms,
        .mono_ms = worker_mono_ms,
        .ctx = w,
        .worker = w->options.number,
    };
    sessions_init(&w->sessions);
    w->conns = (struct conns){
        .base = w->base,
        .scratch = &w->scratch,
        .sessions = &w->sessions,
        .settings = &w->conn_settings,
        .host = &conns_host,
        .ctx = w,
    };
    conns_init(&w->conns);
}

struct worker *worker_new(const struct worker_options *options)
{
    struct worker *w = xcalloc(1, sizeof *w);
    w->options = *options;
    w->settings = *options->settings;
    w->options.settings = NULL;
    SSL_CTX_up_ref(w->settings.tls);
    worker_use_settings(w);
    w->base = event_base_new();
    ASSERT(w->base != NULL);
    mailbox_init(&w->box, w->base, w);
    stream_scratch_init(&w->scratch);
    worker_make_journal_and_rooms(w);
    make_sessions_and_conns(w);
    make_who(w);
    w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, w);
    struct timeval every = {0, TICK_MS * 1000};
    ASSERT(w->tick && event_add(w->tick, &every) == 0);
    return w;
}

void worker_start(struct worker *w)
{
    ASSERT(pthread_create(&w->thread, NULL, run, w) == 0);
}

void worker_join(struct worker *w)
{
    pthread_join(w->thread, NULL);
}

void worker_free(struct worker *w)
{
    who_stop(w->who);
    mailbox_fini(&w->box);
    conns_abort(&w->conns);
    conns_fini(&w->conns);
    rooms_free(w->rooms);
    journal_free(w->journal);
    who_free(w->who);
    sessions_fini(&w->sessions);
    stream_scratch_fini(&w->scratch);
    event_free(w->tick);
    event_base_free(w->base);
    SSL_CTX_free(w->settings.tls);
    free(w);
}
