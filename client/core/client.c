/* The client library's front: life, state, timers, and what the user calls (client.h). */
#include "client/core/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/client_private.h"
#include "client/core/paths.h"
#include "client/core/resolve.h"
#include "common/tls.h"

enum {
    IN_ARENA_BYTES = 64 << 20,
    OUT_ARENA_BYTES = 64 << 20,
    GOODBYE_MS = 500,
};

static const struct client_timing default_timing = {
    .stage_ms = 15000,
    .backoff_first_ms = 200,
    .backoff_last_ms = 10000,
    .in_flight_ms = 10000,
    .watch_ms = 2500,
    .progress_ms = 5000,
    .presence_ms = 100,
    .leave_ms = 2000,
};

int64_t mono_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void timer_in(struct event *timer, unsigned ms)
{
    const struct timeval in = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    (void)event_add(timer, &in);
}

/* ---------------------------------------------------------------- state */

static const char *const state_names[] = {"idle",    "connecting", "logging in", "ready",
                                          "opening", "live",       "offline",    "failed"};

/* Which states may follow; any may be lost, fail, or be ended. */
static const unsigned may_follow[] = {
    [CLIENT_IDLE] = 1u << CLIENT_CONNECTING,
    [CLIENT_CONNECTING] = 1u << CLIENT_LOGGING_IN,
    [CLIENT_LOGGING_IN] = 1u << CLIENT_READY | 1u << CLIENT_CONNECTING,
    [CLIENT_READY] = 1u << CLIENT_OPENING | 1u << CLIENT_CONNECTING,
    [CLIENT_OPENING] = 1u << CLIENT_LIVE | 1u << CLIENT_READY | 1u << CLIENT_CONNECTING,
    [CLIENT_LIVE] = 1u << CLIENT_OPENING | 1u << CLIENT_READY | 1u << CLIENT_CONNECTING,
    [CLIENT_OFFLINE] = 1u << CLIENT_CONNECTING,
    [CLIENT_FAILED] = 1u << CLIENT_CONNECTING,
};

void client_set_state(struct client *c, enum client_state state, enum status code, const char *sentence)
{
    const unsigned always = 1u << CLIENT_IDLE | 1u << CLIENT_OFFLINE | 1u << CLIENT_FAILED;

    ASSERT(state == c->state || (may_follow[c->state] | always) & 1u << state);
    log_debug(&c->log, "%s -> %s%s%s", state_names[c->state], state_names[state], sentence ? ": " : "",
              sentence ? sentence : "");
    c->state = state;
    if (c->cb.on_state)
        c->cb.on_state(c->ctx, state, code, sentence ? sentence : "");
}

static void PRINTF_LIKE(4, 0)
    remember_trouble(struct client *c, enum client_problem problem, enum status code, const char *fmt, va_list args)
{
    c->problem = problem;
    c->code = code;
    (void)vsnprintf(c->sentence, sizeof(c->sentence), fmt, args);
}

static void end_connection(struct client *c)
{
    (void)event_del(c->stage_timer);
    (void)event_del(c->watch_timer);
    (void)event_del(c->progress_timer);
    (void)event_del(c->presence_timer);
    client_drop_stream(c);
    resolve_cancel(c->resolve);
    c->resolve = NULL;
    c->opened = c->open_sent = c->leaving = false;
    c->history_request = 0;
    buf_clear(&c->snapshot, 0);
}

/* The sentence has been noted. */
static void give_up(struct client *c)
{
    end_connection(c);
    (void)event_del(c->retry_timer);
    client_set_state(c, CLIENT_FAILED, c->code, c->sentence);
    client_abandon_requests(c, true);
}

void client_fail(struct client *c, enum client_problem problem, enum status code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    remember_trouble(c, problem, code, fmt, args);
    va_end(args);
    give_up(c);
}

void client_lose(struct client *c, enum client_problem problem, enum status code, const char *fmt, ...)
{
    va_list args;

    if (c->state == CLIENT_IDLE || c->state == CLIENT_FAILED || c->state == CLIENT_OFFLINE)
        return;
    va_start(args, fmt);
    remember_trouble(c, problem, code, fmt, args);
    va_end(args);
    if (!c->options.reconnect) {
        give_up(c);
        return;
    }
    end_connection(c);
    timer_in(c->retry_timer, client_next_backoff(c));
    client_set_state(c, CLIENT_OFFLINE, code, c->sentence);
    client_abandon_requests(c, false);
}

/* ---------------------------------------------------------------- timers */

static void on_stage_timer(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;

    (void)fd, (void)what;
    if (c->leaving)
        client_lose(c, CLIENT_UNREACHABLE, STATUS_SHUTDOWN, "the server went away");
    else
        client_lose(c, CLIENT_TIMED_OUT, STATUS_TIMEOUT, "%s did not answer in time", c->host);
}

static void on_retry_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    client_start(arg);
}

static bool silent_too_long(const struct client *c, int64_t silence)
{
    unsigned ping_ms =
        c->welcome && c->welcome->limits && c->welcome->limits->ping_ms ? c->welcome->limits->ping_ms : 30000;
    bool waiting = c->replica && replica_in_flight(c->replica) && c->state == CLIENT_LIVE;

    return silence >= (waiting ? c->timing.in_flight_ms : c->timing.in_flight_ms + 2 * (int64_t)ping_ms);
}

/* A batch under way, or the server's pings, must be heard of; before giving up we ask. */
static void on_watch_timer(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;
    int64_t silence = mono_ms() - c->heard_ms;

    (void)fd, (void)what;
    if (silent_too_long(c, silence)) {
        client_lose(c, CLIENT_UNREACHABLE, STATUS_TIMEOUT, "nothing was heard of the server for %lld s",
                    (long long)silence / 1000);
        return;
    }
    if (c->replica && replica_in_flight(c->replica) && silence >= c->timing.in_flight_ms / 2) {
        Cocanvas__Ping ping = COCANVAS__PING__INIT;
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

        frame.body_case = COCANVAS__FRAME__BODY_PING;
        frame.ping = &ping;
        client_send(c, &frame);
    }
    timer_in(c->watch_timer, c->timing.watch_ms);
}

/* ---------------------------------------------------------------- life */

struct client *client_new(struct event_base *base, const struct client_options *options,
                          const struct client_callbacks *cb, void *ctx)
{
    struct client *c = xcalloc(1, sizeof(*c));

    c->base = base;
    c->options = *options;
    c->config_dir = options->config_dir ? xstrdup(options->config_dir) : paths_config_dir();
    c->state_dir = options->state_dir ? xstrdup(options->state_dir) : paths_state_dir();
    c->options.config_dir = c->config_dir;
    c->options.state_dir = c->state_dir;
    c->token = options->token && *options->token ? xstrdup(options->token) : NULL;
    c->options.token = NULL;
    c->certificate = options->certificate && *options->certificate ? xstrdup(options->certificate) : NULL;
    c->options.certificate = NULL;
    if (cb)
        c->cb = *cb;
    c->ctx = ctx;
    c->timing = default_timing;
    arena_init(&c->in, IN_ARENA_BYTES);
    arena_init(&c->out, OUT_ARENA_BYTES);
    buf_init(&c->snapshot);
    buf_init(&c->presence);
    stream_scratch_init(&c->scratch);
    c->stage_timer = evtimer_new(base, on_stage_timer, c);
    c->retry_timer = evtimer_new(base, on_retry_timer, c);
    c->watch_timer = evtimer_new(base, on_watch_timer, c);
    c->seal_timer = evtimer_new(base, client_seal, c);
    c->progress_timer = evtimer_new(base, client_send_progress, c);
    c->presence_timer = evtimer_new(base, client_presence_due, c);
    c->reaper = evtimer_new(base, client_reap, c);
    client_target(c, c->options.host, c->options.port, c->options.host);
    return c;
}

static void free_timers(struct client *c)
{
    event_free(c->stage_timer);
    event_free(c->retry_timer);
    event_free(c->watch_timer);
    event_free(c->seal_timer);
    event_free(c->progress_timer);
    event_free(c->presence_timer);
    event_free(c->reaper);
}

void client_free(struct client *c)
{
    if (!c)
        return;
    c->cb = (struct client_callbacks){0};
    client_save(c);
    end_connection(c);
    client_reap(-1, 0, c);
    client_drop_canvas(c);
    client_abandon_requests(c, true);
    client_forget_login(c);
    free_timers(c);
    if (c->welcome)
        cocanvas__welcome__free_unpacked(c->welcome, NULL);
    if (c->session)
        SSL_SESSION_free(c->session);
    if (c->tls)
        SSL_CTX_free(c->tls);
    if (c->token)
        OPENSSL_cleanse(c->token, strlen(c->token));
    free(c->token);
    free(c->certificate);
    free(c->config_dir);
    free(c->state_dir);
    buf_fini(&c->snapshot);
    buf_fini(&c->presence);
    stream_scratch_fini(&c->scratch);
    arena_fini(&c->in);
    arena_fini(&c->out);
    free(c);
}

void client_connect(struct client *c)
{
    struct why why;

    if (c->state != CLIENT_IDLE && c->state != CLIENT_FAILED && c->state != CLIENT_OFFLINE)
        return;
    c->code = STATUS_OK;
    c->problem = CLIENT_NO_PROBLEM;
    c->sentence[0] = '\0';
    c->backoff_ms = 0;
    if (!c->tls)
        c->tls = tls_client_context(&why);
    if (!c->tls) {
        client_fail(c, CLIENT_REFUSED, STATUS_INTERNAL, "%s", why.text);
        return;
    }
    if (c->certificate && tls_show_certificate(c->tls, c->certificate, &why) != STATUS_OK) {
        client_fail(c, CLIENT_NOT_LOGGED_IN, STATUS_DENIED, "%s", why.text);
        return;
    }
    client_start(c);
}

void client_open(struct client *c, const struct uuid *canvas, bool read_only)
{
    if (c->wanted)
        client_close_canvas(c);
    c->wanted = true;
    c->canvas = *canvas;
    c->read_only = read_only;
    if (c->state == CLIENT_READY && client_prepare_open(c))
        client_send_open(c);
}

void client_close_canvas(struct client *c)
{
    Cocanvas__Close close_message = COCANVAS__CLOSE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    bool on_it = c->state == CLIENT_OPENING || c->state == CLIENT_LIVE;

    if (!c->wanted)
        return;
    client_save(c);
    if (on_it && c->open_sent) {
        frame.body_case = COCANVAS__FRAME__BODY_CLOSE;
        frame.close = &close_message;
        client_send(c, &frame);
    }
    client_drop_canvas(c);
    c->wanted = c->open_sent = c->opened = false;
    if (on_it)
        client_set_state(c, CLIENT_READY, STATUS_OK, NULL);
}

static bool may_leave(void *ctx)
{
    const struct client *c = ctx;

    return c->state != CLIENT_LIVE || client_all_saved(c);
}

static bool is_gone(void *ctx)
{
    return ((struct client *)ctx)->stream == NULL;
}

void client_quit(struct client *c, unsigned ms)
{
    client_seal_now(c);
    if (c->state == CLIENT_LIVE)
        (void)client_run_until(c, may_leave, c, ms);
    client_save(c);
    (void)event_del(c->retry_timer);
    (void)event_del(c->seal_timer);
    if (c->state == CLIENT_FAILED)
        return;
    if (c->state != CLIENT_IDLE)
        client_set_state(c, CLIENT_IDLE, STATUS_OK, NULL);
    if (c->stream && stream_is_ready(c->stream)) {
        stream_shutdown(c->stream, GOODBYE_MS);
        (void)client_run_until(c, is_gone, c, 2 * GOODBYE_MS);
    }
    end_connection(c);
}

/* ---------------------------------------------------------------- looking at it */

enum client_state client_state(const struct client *c)
{
    return c->state;
}

struct replica *client_replica(struct client *c)
{
    return c->has_state ? c->replica : NULL;
}

const char *client_person(struct client *c, uint32_t author, char room[32])
{
    if (author == AUTHOR_ANONYMOUS)
        return "anonymous";
    for (size_t i = 0; i < c->n_people; i++)
        if (c->people[i].author == author && c->people[i].name[0])
            return c->people[i].name;
    (void)snprintf(room, 32, "author %u", author);
    return room;
}

bool client_is_guest(const struct client *c, uint32_t author)
{
    for (size_t i = 0; i < c->n_people; i++)
        if (c->people[i].author == author)
            return c->people[i].guest;
    return false;
}

const uint8_t *client_pin(const struct client *c)
{
    return c->has_pin ? c->pin : NULL;
}

const Cocanvas__Welcome *client_welcome(const struct client *c)
{
    return c->welcome;
}

int client_role(const struct client *c)
{
    return c->role;
}

bool client_is_confidential(const struct client *c)
{
    const char *own = c->has_state ? canvas_header_text(replica_view(c->replica), "confidential") : "";
    return c->confidential || (own[0] && strcmp(own, "no") != 0);
}

uint32_t client_session(const struct client *c)
{
    return c->opened ? c->own_session : 0;
}

bool client_all_saved(const struct client *c)
{
    return !c->replica || (!replica_has_pending(c->replica) && !replica_in_flight(c->replica));
}

enum status client_error(const struct client *c, char *sentence, size_t room)
{
    if (room > 0)
        (void)snprintf(sentence, room, "%s", c->sentence);
    return c->code;
}

enum client_problem client_problem(const struct client *c)
{
    return c->problem;
}

/* ---------------------------------------------------------------- waiting */

static void on_wait_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    *(bool *)arg = true;
}

enum status client_run_until(struct client *c, bool (*cond)(void *ctx), void *ctx, unsigned ms)
{
    bool over = false;
    struct event *timer = evtimer_new(c->base, on_wait_over, &over);

    timer_in(timer, ms);
    while (!cond(ctx) && !over && c->state != CLIENT_FAILED)
        if (event_base_loop(c->base, EVLOOP_ONCE) != 0)
            break;
    event_free(timer);
    if (cond(ctx))
        return STATUS_OK;
    if (c->state == CLIENT_FAILED)
        return c->code ? c->code : STATUS_INTERNAL;
    return STATUS_TIMEOUT;
}
