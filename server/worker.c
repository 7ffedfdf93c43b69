/* See worker.h. The loop: all events of a turn, then the rooms order what arrived and send one group to PostgreSQL,
 * then the connections' end of turn (moves, newcomers, the dead). So a group holds what one turn has read from all
 * sockets. */
#include "server/worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/clock.h"
#include "server/database.h"
#include "server/journal/pg.h"
#include "server/mailbox.h"
#include "server/session/account.h"
#include "server/session/audit.h"
#include "server/who.h"

enum {
    TICK_MS = 250,
    READ_BATCHES = 1000, /* of history, in one answer of the journal */
    READ_BYTES = 256 << 10,
    WHO_MS = 200, /* for other workers to say who is on their canvases */
    GRACE_MS = 300, /* for clients to hear the last word after the time for a drain is up */
};

enum worker_phase {
    WORKER_SERVING,
    WORKER_FINISHING, /* no frames any more; commits under way are awaited */
    WORKER_LEAVING,   /* GoAway was said; the connections end */
    WORKER_DRAINED,
};

struct worker {
    struct worker_options options;
    struct worker_settings settings;
    struct session_settings session_settings;
    struct conn_settings conn_settings;
    struct event_base *base;
    struct event *tick;
    struct mailbox box;
    struct stream_scratch scratch;
    struct journal *journal;
    struct rooms *rooms;
    struct sessions sessions;
    struct conns conns;
    struct who *who;
    bool database_up;
    int64_t database_since_ms; /* wall clock */
    enum worker_phase phase;
    int64_t drain_until_ms; /* monotonic; from FINISHING on */
    bool ready_told;
    bool stopping;
    pthread_t thread;
};

/* ---- clocks */

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

static int64_t mono_ms(void *ctx)
{
    (void)ctx;
    return clock_mono_ms();
}

/* ---- settings */

static struct room_limits room_limits(const struct config *c)
{
    return (struct room_limits){
        .canvas = {.text_points = (uint32_t)c->text_points,
                   .cards = (uint32_t)c->cards,
                   .objects = (uint32_t)c->objects},
        .submit_ops = (uint32_t)c->submit_ops,
        .submit_bytes = (uint32_t)c->submit_bytes,
        .log_bytes = (size_t)c->room_log_bytes,
        .log_batches = (uint32_t)c->room_log_batches,
        .snapshot_batches = (uint32_t)c->snapshot_batches,
        .snapshot_bytes = (size_t)c->snapshot_bytes,
        .idle_ms = (unsigned)c->room_idle_ms,
        .slow_ms = (unsigned)c->slow_ms,
        .presence_ms = (unsigned)c->presence_ms,
    };
}

/* This worker's share of a limit for all. */
static unsigned share(int64_t limit, unsigned count)
{
    return (unsigned)((limit + count - 1) / count);
}

/* Of a message, that count as one more. */
enum { EDIT_BYTES = 128, REQUEST_BYTES = 8192 };

/* Fills both settings structs from w->settings; they are borrowed by everything below, which sees the change at once.
 */
static void use_settings(struct worker *w)
{
    const struct config *c = &w->settings.config;
    w->session_settings = (struct session_settings){
        .server_id = w->options.server_id,
        .incarnation = w->options.incarnation,
        .has_next_pin = w->settings.has_next_pin,
        .rooms = room_limits(c),
        .paces =
            {
                [PACE_EDITS] = {(uint32_t)c->edits_per_s, (uint32_t)c->edits_burst, EDIT_BYTES},
                [PACE_PRESENCE] = {(uint32_t)c->presence_per_s, (uint32_t)c->presence_burst, REQUEST_BYTES},
                [PACE_REQUESTS] = {(uint32_t)c->requests_per_s, (uint32_t)c->requests_burst, REQUEST_BYTES},
            },
        .ping_ms = (uint32_t)c->ping_ms,
        .invitation_ms = c->invitation_days * 86400000,
        .devices = {.idle_ms = c->device_idle_days * 86400000, .most_ms = c->device_days * 86400000},
        .client_cert = (enum client_cert)config_client_cert(c),
        .workspace_role = config_workspace_role(c),
    };
    memcpy(w->session_settings.next_pin, w->settings.next_pin, PIN_BYTES);
    w->conn_settings = (struct conn_settings){
        .half_open = share(c->half_open, w->options.count),
        .half_open_per_address = share(c->half_open_per_address, w->options.count),
        .handshakes_per_turn = (unsigned)c->handshakes_per_turn,
        .handshake_ms = c->handshake_timeout_ms,
        .login_ms = c->login_timeout_ms,
        .ping_ms = c->ping_ms,
        .idle_ms = c->idle_timeout_ms,
        .slow_ms = c->slow_ms,
        .tls = w->settings.tls,
    };
}

/* ---- between journal and rooms: the rooms need the journal to be made, and the journal somebody to answer to */

static void on_commit(void *ctx, uint64_t room_id, enum commit_outcome outcome)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_commit(w->rooms, room_id, outcome);
}

static void on_group_done(void *ctx)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_group_done(w->rooms);
}

static void on_state(void *ctx, bool up, int64_t since_ms)
{
    struct worker *w = ctx;
    w->database_up = up;
    w->database_since_ms = since_ms;
    rooms_journal_callbacks.on_state(w->rooms, up, since_ms);
}

static void on_taken(void *ctx, uint64_t room_id, enum status status, const struct journal_canvas *canvas)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_taken(w->rooms, room_id, status, canvas);
}

static void on_client(void *ctx, uint64_t room_id, uint64_t member_id, enum status status,
                      const struct journal_client *client)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_client(w->rooms, room_id, member_id, status, client);
}

static void on_read(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status, size_t n,
                    const uint8_t *const *committed, const size_t *len, bool last, uint64_t oldest_seq)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_read(w->rooms, room_id, member_id, request, status, n, committed, len, last, oldest_seq);
}

static void on_state_part(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status,
                          const struct journal_state *part)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_state_part(w->rooms, room_id, member_id, request, status, part);
}

static void on_snapshot(void *ctx, uint64_t room_id, uint64_t seq, enum status status)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_snapshot(w->rooms, room_id, seq, status);
}

static const struct journal_callbacks journal_callbacks = {
    on_commit, on_group_done, on_state, on_taken, on_client, on_read, on_state_part, on_snapshot,
};

/* ---- names of people, which rooms ask for */

static void on_people(void *ctx, uint64_t room_id, enum status status, size_t n, const struct store_person *people)
{
    struct worker *w = ctx;
    struct room_people *list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct room_people){
            .author = people[i].author, .name = people[i].name, .guest = people[i].guest, .here = people[i].here};
    if (status == STATUS_OK)
        rooms_people(w->rooms, room_id, n, list);
    free(list);
}

static void ask_people(void *ctx, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas)
{
    struct worker *w = ctx;
    store_people(journal_reads(w->journal), workspace, canvas, w, room_id, on_people);
}

/* ---- mail */

struct accept_mail {
    struct mail mail;
    int fd;
    unsigned long id;
    struct address address;
};

static void deliver_accept(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct accept_mail *m = (struct accept_mail *)mail;
    conns_arrive(&w->conns, m->fd, m->id, &m->address);
    free(m);
}

void worker_accept(struct worker *w, int fd, unsigned long id, const struct address *address)
{
    struct accept_mail *m = xmalloc(sizeof *m);
    *m = (struct accept_mail){.mail.deliver = deliver_accept, .fd = fd, .id = id, .address = *address};
    mailbox_post(&w->box, &m->mail);
}

struct conn_mail {
    struct mail mail;
    struct conn *conn;
};

static void deliver_conn(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct conn_mail *m = (struct conn_mail *)mail;
    conns_adopt(&w->conns, m->conn);
    free(m);
}

struct hash_mail {
    struct mail mail;
    struct hash_job *job;
};

static void deliver_hash(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct hash_mail *m = (struct hash_mail *)mail;
    sessions_hashed(&w->sessions, m->job);
    free(m);
}

/* On a hasher's thread. */
static void post_hash(void *ctx, struct hash_job *job)
{
    struct worker *w = ctx;
    struct hash_mail *m = xmalloc(sizeof *m);
    *m = (struct hash_mail){.mail.deliver = deliver_hash, .job = job};
    mailbox_post(&w->box, &m->mail);
}

struct backup_mail {
    struct mail mail;
    struct backup_job *job;
};

static void deliver_backup(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct backup_mail *m = (struct backup_mail *)mail;
    sessions_backed_up(&w->sessions, m->job);
    free(m);
}

/* On the backups' thread. */
static void post_backup(void *ctx, struct backup_job *job)
{
    struct worker *w = ctx;
    struct backup_mail *m = xmalloc(sizeof *m);
    *m = (struct backup_mail){.mail.deliver = deliver_backup, .job = job};
    mailbox_post(&w->box, &m->mail);
}

struct access_mail {
    struct mail mail;
    struct access_change change;
};

static void deliver_access(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct access_mail *m = (struct access_mail *)mail;
    sessions_access_changed(&w->sessions, &m->change);
    if (m->change.names)
        rooms_ask_people(w->rooms, &m->change.workspace);
    free(m);
}

void worker_access_changed(struct worker *w, const struct access_change *change)
{
    struct access_mail *m = xmalloc(sizeof *m);
    *m = (struct access_mail){.mail.deliver = deliver_access, .change = *change};
    mailbox_post(&w->box, &m->mail);
}

static void tell_all(void *ctx, const struct access_change *change)
{
    struct worker *w = ctx;
    for (unsigned i = 0; i < w->options.count; i++)
        worker_access_changed(w->options.all[i], change);
    w->options.host->access(w->options.ctx, change);
}

static void tell_audit(void *ctx, const struct audit_event *event)
{
    struct worker *w = ctx;
    w->options.host->audit(w->options.ctx, event);
}

struct cut_mail {
    struct mail mail;
    struct uuid canvas;
    uint64_t oldest_seq;
};

static void deliver_cut(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct cut_mail *m = (struct cut_mail *)mail;
    rooms_history_cut(w->rooms, &m->canvas, m->oldest_seq);
    free(m);
}

void worker_history_cut(struct worker *w, const struct uuid *canvas, uint64_t oldest_seq)
{
    struct cut_mail *m = xmalloc(sizeof *m);
    *m = (struct cut_mail){.mail.deliver = deliver_cut, .canvas = *canvas, .oldest_seq = oldest_seq};
    mailbox_post(&w->box, &m->mail);
}

struct vouch_mail {
    struct mail mail;
    struct vouch_job *job;
};

static void deliver_vouched(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct vouch_mail *m = (struct vouch_mail *)mail;
    sessions_vouched(&w->sessions, m->job);
    free(m);
}

/* On the authenticator's thread. */
static void post_vouched(void *ctx, struct vouch_job *job)
{
    struct worker *w = ctx;
    struct vouch_mail *m = xmalloc(sizeof *m);
    *m = (struct vouch_mail){.mail.deliver = deliver_vouched, .job = job};
    mailbox_post(&w->box, &m->mail);
}

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

struct settings_mail {
    struct mail mail;
    struct worker_settings settings;
};

static void deliver_settings(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct settings_mail *m = (struct settings_mail *)mail;
    SSL_CTX_free(w->settings.tls);
    w->settings = m->settings;
    use_settings(w);
    rooms_set_limits(w->rooms, &w->session_settings.rooms);
    free(m);
}

void worker_reload(struct worker *w, const struct worker_settings *settings)
{
    struct settings_mail *m = xmalloc(sizeof *m);
    *m = (struct settings_mail){.mail.deliver = deliver_settings, .settings = *settings};
    SSL_CTX_up_ref(settings->tls);
    mailbox_post(&w->box, &m->mail);
}

static void post_plain(struct worker *w, void (*deliver)(void *receiver, struct mail *mail))
{
    struct mail *mail = xmalloc(sizeof *mail);
    mail->deliver = deliver;
    mailbox_post(&w->box, mail);
}

static void deliver_ask_stats(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct worker_stats stats = {
        .worker = w->options.number,
        .database_up = w->database_up,
        .database_since_ms = w->database_since_ms,
        .frames = w->sessions.frames,
        .refusals = w->sessions.refusals,
        .logins = w->sessions.logins,
        .failed_logins = w->sessions.failed_logins,
        .holds = w->sessions.holds,
        .rooms = *rooms_stats(w->rooms),
        .journal = *journal_stats(w->journal),
    };
    conns_count(&w->conns, &stats.conns);
    w->options.host->stats(w->options.ctx, &stats);
    free(mail);
}

void worker_ask_stats(struct worker *w)
{
    post_plain(w, deliver_ask_stats);
}

static void deliver_stop(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    w->stopping = true;
    free(mail);
}

void worker_stop(struct worker *w)
{
    post_plain(w, deliver_stop);
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
    post_plain(w, deliver_drain);
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
    struct conn_mail *m = xmalloc(sizeof *m);
    *m = (struct conn_mail){.mail.deliver = deliver_conn, .conn = conn};
    mailbox_post(&to->box, &m->mail);
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

static void make_journal_and_rooms(struct worker *w)
{
    const struct config *c = &w->settings.config;
    struct journal_options journal = {
        .conninfo = database_of_workers(c),
        .borders = w->options.borders,
        .node_name = c->node_name,
        .seal_key_file = c->seal_key_file,
        .seal_keyring = c->seal_keyring,
        .incarnation = w->options.incarnation,
        .worker = w->options.number,
        .read_batches = READ_BATCHES,
        .read_bytes = READ_BYTES,
    };
    w->database_since_ms = clock_wall_ms();
    w->journal = journal_new(w->base, &journal, &journal_callbacks, w);
    struct rooms_options rooms = {
        .base = w->base,
        .journal = w->journal,
        .limits = &w->session_settings.rooms,
        .worker = w->options.number,
        .ask_people = ask_people,
        .wall_ms = wall_ms,
        .mono_ms = mono_ms,
        .ctx = w,
    };
    w->rooms = rooms_new(&rooms);
}

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
        .vouched = post_vouched,
        .backups = w->options.backups,
        .backed_up = post_backup,
        .hashed = post_hash,
        .templates = w->options.templates,
        .tell = tell_all,
        .audit = tell_audit,
        .ask_present = ask_present,
        .wall_ms = wall_ms,
        .mono_ms = mono_ms,
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
    use_settings(w);
    w->base = event_base_new();
    ASSERT(w->base != NULL);
    mailbox_init(&w->box, w->base, w);
    stream_scratch_init(&w->scratch);
    make_journal_and_rooms(w);
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
