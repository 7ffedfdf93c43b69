/* The main thread: signals, the listener, the admin socket, the watchdog. It serves nobody itself; it hands sockets to
 * the workers in turn, and asks and tells them by mail. Order of a start: configuration, database, identity, sockets,
 * workers, ready. */
#include "server/server.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/template.h"
#include "server/clock.h"
#include "server/database.h"
#include "server/identity.h"
#include "server/journal/clerk.h"
#include "server/journal/journal.h"
#include "server/journal/keyring.h"
#include "server/process.h"
#include "server/server_private.h"
#include "server/session/authenticator.h"
#include "server/session/backups.h"
#include "server/session/code_guard.h"
#include "server/session/limits.h"
#include "server/systemd.h"

enum { AUDIT_QUEUE = 20000, AUDIT_PATIENCE_MS = 2000, SWEEP_PAUSE_MS = 20, NEWS_EVERY_MS = 1000 };
enum { OPEN_AFTER_S = 5, LINK_TEXT = 512 };

void server_set_phase(struct server *s, enum server_phase phase)
{
    static const char *const names[] = {"starting", "serving", "draining", "ended"};
    ASSERT(phase == s->phase + 1);
    log_debug(NULL, "server %s -> %s", names[s->phase], names[phase]);
    s->phase = phase;
}

/* ---- newcomers */

static void on_accept(void *ctx, int fd, const struct address *address)
{
    struct server *s = ctx;
    unsigned long id = ++s->n_conns;
    worker_accept(s->workers[id % s->n_workers], fd, id, address);
}

/* ---- reload */

static struct listener_limits listener_limits(const struct config *c)
{
    return (struct listener_limits){.connections = (unsigned)c->max_connections,
                                    .per_address = (unsigned)c->connections_per_address};
}

/* The networks were checked with the rest of the configuration. */
static void set_login_limits(struct server *s)
{
    const struct config *c = &s->settings.config;
    struct limits_settings settings = {.per_address = (unsigned)c->login_failures,
                                       .per_login = (unsigned)c->login_failures_per_login,
                                       .per_minute = (unsigned)c->login_failures_per_minute,
                                       .per_account = (unsigned)c->connections_per_account};
    struct why why;
    ASSERT(networks_parse(c->shared_networks, &settings.shared, &why) == STATUS_OK);
    limits_set(s->limits, &settings);
}

static void warn_of_fixed(void *ctx, const char *name)
{
    (void)ctx;
    log_warn(NULL, "reload: %s changed; only a restart takes it over", name);
}

/* Everything new is built beside the old; what is broken changes nothing. */
static enum status reload(struct server *s, struct why *why)
{
    struct config fresh;
    struct worker_settings settings = s->settings;
    enum status status = config_load(&fresh, &s->source, why);
    if (status == STATUS_OK) {
        config_take_reloadable(&settings.config, &fresh);
        status = identity_load(&settings, why);
    }
    if (status != STATUS_OK) {
        log_error(NULL, "reload refused, everything stays as it was: %s", why->text);
        return status;
    }
    config_fixed_differences(&s->settings.config, &fresh, warn_of_fixed, NULL);
    SSL_CTX_free(s->settings.tls);
    s->settings = settings;
    struct listener_limits limits = listener_limits(&settings.config);
    listener_set_limits(s->listener, &limits);
    set_login_limits(s);
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_reload(s->workers[i], &s->settings);
    log_notice(NULL, "reloaded");
    return STATUS_OK;
}

/* ---- drain */

static void drain(struct server *s)
{
    if (s->phase == SERVER_STARTING)
        server_open_doors(s);
    if (s->phase != SERVER_SERVING)
        return;
    server_set_phase(s, SERVER_DRAINING);
    log_notice(NULL, "stopping: finishing what is under way");
    systemd_notify("STOPPING=1");
    listener_stop(s->listener);
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_drain(s->workers[i]);
}

static void on_signal(evutil_socket_t number, short what, void *ctx)
{
    struct server *s = ctx;
    struct why why;
    (void)what;
    if (number == SIGHUP) {
        systemd_notify("RELOADING=1");
        if (reload(s, &why) != STATUS_OK)
            systemd_notify("STATUS=The last reload was refused; see the log.");
        systemd_notify("READY=1");
    } else if (s->phase == SERVER_DRAINING) {
        log_warn(NULL, "stopped at once by a second signal");
        _exit(1);
    } else {
        drain(s);
    }
}

/* ---- admin */

static void answer_owner_link(struct server *s, struct admin_request *request)
{
    char link[LINK_TEXT];
    bool needed = false;
    struct why why;
    enum status status =
        identity_owner_link(&s->settings.config, listener_port(s->listener), link, sizeof link, &needed, &why);
    if (status != STATUS_OK)
        admin_answer(request, false, why.text);
    else if (!needed)
        admin_answer(request, false, "This server has an owner already: they can invite others.");
    else
        admin_answer(request, true, link);
}

static void answer_reset_link(struct server *s, struct admin_request *request, const char *login)
{
    char link[LINK_TEXT];
    bool found = false;
    struct why why;
    enum status status = identity_reset_link(&s->settings.config, listener_port(s->listener), login, link, sizeof link, &found, &why);
    if (status != STATUS_OK)
        admin_answer(request, false, why.text);
    else
        admin_answer(request, found, found ? link : "Nobody has this login.");
}

static void on_command(void *ctx, struct admin_request *request, const char *command)
{
    static const char reset_link[] = "reset-link ";
    struct server *s = ctx;
    struct why why;
    if (strcmp(command, "status") == 0 && s->n_stats_waiters < STATS_WAITERS) {
        s->stats_waiters[s->n_stats_waiters++] = request;
        server_collect_stats(s);
    } else if (strcmp(command, "reload") == 0) {
        bool ok = reload(s, &why) == STATUS_OK;
        admin_answer(request, ok, ok ? "reloaded" : why.text);
    } else if (strcmp(command, "drain") == 0) {
        admin_answer(request, true, "stopping");
        drain(s);
    } else if (strcmp(command, "sweep") == 0) {
        clerk_sweep(s->clerk);
        admin_answer(request, true, "looking for what is not kept any longer");
    } else if (strcmp(command, "owner-link") == 0) {
        answer_owner_link(s, request);
    } else if (strncmp(command, reset_link, sizeof reset_link - 1) == 0) {
        answer_reset_link(s, request, command + sizeof reset_link - 1);
    } else {
        admin_answer(request, false, "There are these commands: status, reload, drain, sweep, owner-link, reset-link LOGIN.");
    }
}

/* ---- start */

static enum status make_state_dir(const struct config *c, struct why *why)
{
    if (mkdir(c->state_dir, 0700) != 0 && errno != EEXIST)
        return refuse(why, STATUS_INTERNAL, "%s: %s", c->state_dir, strerror(errno));
    return STATUS_OK;
}

/* systemd's sockets if there are any, else our own. */
static enum status open_sockets(struct server *s, struct why *why)
{
    const struct config *c = &s->settings.config;
    struct listener_options options = {.base = s->base, .limits = listener_limits(c), .on_accept = on_accept, .ctx = s};
    s->listener = listener_new(&options);
    int handed = systemd_sockets(), taken = 0;
    for (int fd = SYSTEMD_FIRST_FD; fd < SYSTEMD_FIRST_FD + handed; fd++) {
        if (process_is_unix_socket(fd) && !s->admin) {
            s->admin = admin_take(s->base, fd, on_command, s);
        } else {
            listener_take(s->listener, fd);
            taken++;
        }
    }
    enum status status = taken ? STATUS_OK : listener_bind(s->listener, c->listen, why);
    if (status == STATUS_OK && !s->admin) {
        s->admin = admin_new(s->base, c->admin_socket, on_command, s, why);
        status = s->admin ? STATUS_OK : STATUS_CONFLICT;
    }
    return status;
}

/* The link is for one person: it goes into a private file, and to a person who looks at the terminal, but not into a
 * log. */
static enum status welcome_first_owner(const struct server *s, struct why *why)
{
    char link[LINK_TEXT];
    bool needed = false;
    const struct config *c = &s->settings.config;
    enum status status = identity_owner_link(c, listener_port(s->listener), link, sizeof link, &needed, why);
    if (status != STATUS_OK || !needed)
        return status;
    log_notice(NULL, "no account yet: the first owner's link is in %s/first-owner-link", c->state_dir);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\nThe first owner's link, valid once and for a day:\n  cocanvas login '%s'\n\n", link);
    return STATUS_OK;
}

static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
    struct server *s = ctx;
    (void)fd;
    (void)what;
    s->watchdog_waits = true;
    server_collect_stats(s);
}

static void watch(struct server *s)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    for (int i = 0; i < SIGNALS; i++) {
        s->signals[i] = evsignal_new(s->base, numbers[i], on_signal, s);
        ASSERT(s->signals[i] && event_add(s->signals[i], NULL) == 0);
    }
    int64_t ms = systemd_watchdog_ms() / 2;
    if (ms <= 0)
        return;
    struct timeval every = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    s->watchdog = event_new(s->base, -1, EV_PERSIST, on_watchdog, s);
    ASSERT(s->watchdog && event_add(s->watchdog, &every) == 0);
}

/* Its thread begins while all signals are blocked, like the others; nothing else runs yet. */
static enum status start_authenticator(struct server *s, struct why *why)
{
    const struct config *c = &s->settings.config;
    struct authenticator_options options = {
        .path = c->authenticator,
        .user = c->authenticator_user,
        .deadline_ms = (unsigned)c->authenticator_timeout_ms,
        .parallel = (unsigned)c->authenticator_parallel,
        .queue = (unsigned)c->password_queue,
    };
    if (!c->authenticator[0])
        return STATUS_OK;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->authenticator = authenticator_new(&options, why);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->authenticator ? STATUS_OK : STATUS_MALFORMED;
}

/* ---- the clerk, on this thread */

static int64_t clerk_wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

static void on_cut(void *ctx, const struct uuid *canvas, uint64_t oldest_seq)
{
    struct server *s = ctx;
    worker_history_cut(s->workers[worker_of(canvas, s->n_workers) - 1], canvas, oldest_seq);
}

/* Without it everything goes on but what is sealed, so it is no reason not to start. */
static void check_key_file(const struct config *c)
{
    struct why why;
    struct keyring *ring = keyring_new(c->seal_key_file, c->seal_keyring);
    if (c->seal_key_file[0] && !keyring_is_ready(ring, &why))
        log_error(NULL, "sealed workspaces cannot be opened: %s", why.text);
    keyring_free(ring);
}

static void start_clerk(struct server *s)
{
    const struct config *c = &s->settings.config;
    check_key_file(c);
    struct clerk_options options = {
        .conninfo = c->database,
        .borders = s->borders,
        .seal_key_file = c->seal_key_file,
        .seal_keyring = c->seal_keyring,
        .queue_most = AUDIT_QUEUE,
        .every_ms = c->sweep_interval_s * 1000,
        .pause_ms = SWEEP_PAUSE_MS,
        .address_days = c->audit_address_days,
        .wall_ms = clerk_wall_ms,
        .on_cut = on_cut,
        .ctx = s,
    };
    s->clerk = clerk_new(s->base, &options);
    struct neighbours_options neighbours = {
        .conninfo = c->database, .incarnation = s->incarnation, .every_ms = NEWS_EVERY_MS, .on_change = server_on_neighbours_change, .ctx = s};
    s->neighbours = neighbours_new(s->base, &neighbours);
}

static void start_workers(struct server *s)
{
    const struct config *c = &s->settings.config;
    struct hasher_cost cost = {.passes = (unsigned)c->password_passes, .memory_kib = (unsigned)c->password_memory_kib};
    s->hasher = hasher_new((unsigned)c->password_threads, (unsigned)c->password_queue, &cost);
    struct backups_options backups = {
        .conninfo = c->database, .folder = c->state_dir, .seal_key_file = c->seal_key_file, .seal_keyring = c->seal_keyring};
    s->backups = backups_new(&backups);
    template_set_load(&s->templates);
    s->n_workers = c->workers ? (unsigned)c->workers : process_cores();
    s->workers = xcalloc(s->n_workers, sizeof(struct worker *));
    s->stats = xcalloc(s->n_workers, sizeof *s->stats);
    struct worker_options options = {
        .count = s->n_workers,
        .all = s->workers,
        .settings = &s->settings,
        .server_id = s->server_id,
        .incarnation = s->incarnation,
        .borders = s->borders,
        .hasher = s->hasher,
        .codes = s->codes,
        .limits = s->limits,
        .authenticator = s->authenticator,
        .backups = s->backups,
        .templates = &s->templates,
        .host = &server_worker_host,
        .ctx = s,
    };
    for (options.number = 1; options.number <= s->n_workers; options.number++)
        s->workers[options.number - 1] = worker_new(&options);
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_start(s->workers[i]);
}

static enum status prepare_codes(struct server *s, struct why *why)
{
    uint8_t secret[CODE_SECRET];
    enum status status = identity_code_secret(&s->settings.config, secret, why);
    if (status == STATUS_OK)
        s->codes = code_guard_new(secret, s->limits);
    sodium_memzero(secret, sizeof secret);
    return status;
}

static enum status start(struct server *s, struct why *why)
{
    enum status status = make_state_dir(&s->settings.config, why);
    if (status == STATUS_OK)
        status = identity_make(&s->settings.config, why);
    if (status == STATUS_OK)
        status = identity_load(&s->settings, why);
    if (status == STATUS_OK)
        status = prepare_codes(s, why);
    if (status == STATUS_OK)
        status = database_prepare(&s->settings.config, &s->server_id, &s->borders, why);
    if (status == STATUS_OK)
        status = open_sockets(s, why);
    if (status == STATUS_OK)
        status = welcome_first_owner(s, why);
    if (status == STATUS_OK)
        status = start_authenticator(s, why);
    return status;
}

static void serve(struct server *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    start_clerk(s);
    start_workers(s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    watch(s);
    struct timeval patience = {OPEN_AFTER_S, 0};
    s->open_anyway = evtimer_new(s->base, server_on_open_anyway, s);
    ASSERT(s->open_anyway && event_add(s->open_anyway, &patience) == 0);
    event_base_dispatch(s->base);
}

static void stop(struct server *s)
{
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_stop(s->workers[i]);
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_join(s->workers[i]);
    if (s->hasher)
        hasher_free(s->hasher);
    authenticator_free(s->authenticator);
    if (s->backups)
        backups_stop(s->backups);
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_free(s->workers[i]);
    free(s->workers);
    backups_free(s->backups);
    code_guard_free(s->codes);
    limits_free(s->limits);
    s->n_stats_waiters = 0;
    template_set_free(&s->templates);
    admin_free(s->admin);
    mailbox_deliver(&s->box);
    if (s->clerk)
        clerk_finish(s->clerk, AUDIT_PATIENCE_MS);
    mailbox_fini(&s->box); /* the last connections are counted off here */
    clerk_free(s->clerk);
    neighbours_free(s->neighbours);
    listener_free(s->listener);
    free(s->stats);
    for (int i = 0; i < SIGNALS; i++)
        if (s->signals[i])
            event_free(s->signals[i]);
    if (s->watchdog)
        event_free(s->watchdog);
    if (s->open_anyway)
        event_free(s->open_anyway);
    event_base_free(s->base);
    SSL_CTX_free(s->settings.tls);
}

int server_run(const struct config_source *source)
{
    struct server *s = xcalloc(1, sizeof *s);
    struct why why;
    s->source = *source;
    enum status status = config_load(&s->settings.config, source, &why);
    if (status == STATUS_OK)
        status = process_prepare(&s->settings.config, &why);
    if (status == STATUS_OK) {
        ASSERT(sodium_init() >= 0);
        uuid_random(&s->incarnation);
        s->started_ms = clock_wall_ms();
        s->base = event_base_new();
        ASSERT(s->base != NULL);
        mailbox_init(&s->box, s->base, s);
        s->limits = limits_new();
        set_login_limits(s);
        status = start(s, &why);
        if (status == STATUS_OK)
            serve(s);
        stop(s);
    }
    if (status == STATUS_OK)
        log_notice(NULL, "stopped");
    else
        log_error(NULL, "can't start: %s", why.text);
    free(s);
    return status == STATUS_OK ? 0 : 1;
}
