/* On an open canvas: batches that come, edits that go, the outbox, presence. An edit is on disk before it is sent
 * (P5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/client_private.h"

enum {
    PROGRESS_BATCHES = 64,
    SUBMIT_OPS = 256, /* if the server does not say */
    SUBMIT_BYTES = 64 << 10,
    SUBMIT_FRAME = 256, /* what is around the ops */
};

/* ---------------------------------------------------------------- outbox */

/* A disk that is full must not stop people from working together; it is told once. */
static void tell_save_failed(struct client *c, const struct why *why)
{
    char sentence[512];

    (void)snprintf(sentence, sizeof(sentence), "Unsent edits are not kept on this device: %s", why->text);
    log_warn(&c->log, "%s", sentence);
    if (!c->save_failed && c->cb.on_state)
        c->cb.on_state(c->ctx, c->state, STATUS_INTERNAL, sentence);
}

void client_save(struct client *c)
{
    bool unsent;
    unsigned flags;
    uint64_t settled;
    struct buf bytes;
    struct why why;
    enum status st;

    if (!c->outbox || !c->replica)
        return;
    unsent = !client_all_saved(c);
    settled = unsent ? 0 : replica_last_client_seq(c->replica) + 1;
    if (!unsent && (settled == c->settled || (settled == 1 && !c->kept)))
        return;
    /* With the server at hand the next moments decide; without, it may be days. */
    flags = unsent ? OUTBOX_UNSENT | (c->state == CLIENT_LIVE ? 0 : OUTBOX_SYNC) : 0;
    buf_init(&bytes);
    replica_save_unsent(c->replica, &bytes);
    st = outbox_save(c->outbox, flags, buf_at(&bytes), buf_len(&bytes), &why);
    buf_fini(&bytes);
    c->kept = true;
    c->settled = st == STATUS_OK ? settled : 0;
    if (st != STATUS_OK)
        tell_save_failed(c, &why);
    c->save_failed = st != STATUS_OK;
}

/* ---------------------------------------------------------------- sending edits */

void client_send_in_flight(struct client *c)
{
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    arena_reset(&c->out);
    frame.submit = replica_submit(c->replica, &c->out);
    if (!frame.submit)
        return;
    frame.request = c->submit_request = ++c->last_request;
    frame.body_case = COCANVAS__FRAME__BODY_SUBMIT;
    client_send(c, &frame);
}

static void tell_dropped(struct client *c, size_t dropped)
{
    Cocanvas__Reject reject;
    char detail[600];

    cocanvas__reject__init(&reject);
    (void)snprintf(detail, sizeof(detail),
                   "%zu of your edits were about things that others have removed meanwhile.%s%s%s", dropped,
                   c->rescued ? " Your words are kept in " : "", c->rescued ? c->rescued : "", c->rescued ? "." : "");
    reject.code = COCANVAS__ERROR_CODE__GONE;
    reject.detail = detail;
    c->rescued = NULL;
    if (c->cb.on_reject)
        c->cb.on_reject(c->ctx, &reject);
}

static bool seal(struct client *c)
{
    const Cocanvas__Limits *limits = c->welcome ? c->welcome->limits : NULL;
    size_t ops = limits && limits->submit_ops ? limits->submit_ops : SUBMIT_OPS;
    size_t bytes = limits && limits->submit_bytes ? limits->submit_bytes : SUBMIT_BYTES;
    size_t dropped = 0;
    bool sealed;

    c->rescued = NULL;
    sealed = replica_seal(c->replica, ops, bytes > 2 * SUBMIT_FRAME ? bytes - SUBMIT_FRAME : SUBMIT_FRAME, &dropped);
    if (dropped > 0)
        tell_dropped(c, dropped);
    return sealed;
}

void client_seal_now(struct client *c)
{
    bool sealed;

    if (!c->replica)
        return;
    sealed = c->state == CLIENT_LIVE && !c->leaving && seal(c);
    client_save(c);
    if (sealed)
        client_send_in_flight(c);
}

void client_seal(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    client_seal_now(arg);
}

void client_edited(struct client *c)
{
    if (!c->replica || !replica_has_pending(c->replica))
        return;
    if (c->options.seal_ms == 0)
        client_seal_now(c);
    else if (!evtimer_pending(c->seal_timer, NULL))
        timer_in(c->seal_timer, c->options.seal_ms);
}

/* The batch in flight was answered. */
static void answered(struct client *c)
{
    c->submit_errors = 0;
    client_seal_now(c);
    if (c->leaving && !replica_in_flight(c->replica))
        client_lose(c, CLIENT_UNREACHABLE, STATUS_SHUTDOWN, "the server went away");
}

/* ---------------------------------------------------------------- what comes */

static void note_progress(struct client *c)
{
    if (++c->unreported >= PROGRESS_BATCHES)
        client_send_progress(-1, 0, c);
    else if (!evtimer_pending(c->progress_timer, NULL))
        timer_in(c->progress_timer, c->timing.progress_ms);
}

void client_send_progress(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;
    Cocanvas__Progress progress = COCANVAS__PROGRESS__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    (void)fd, (void)what;
    if (!c->opened || c->unreported == 0)
        return;
    (void)event_del(c->progress_timer);
    c->unreported = 0;
    progress.applied_seq = replica_seq(c->replica);
    frame.body_case = COCANVAS__FRAME__BODY_PROGRESS;
    frame.progress = &progress;
    client_send(c, &frame);
}

void client_on_committed(struct client *c, const Cocanvas__Committed *batch)
{
    struct why why;
    enum status st;
    bool ours, was_anonymous;

    if (!c->opened || !c->has_state || batch->seq <= replica_seq(c->replica))
        return;
    ours = replica_is_answer(c->replica, batch);
    was_anonymous = canvas_is_anonymous(replica_confirmed(c->replica));
    st = replica_committed(c->replica, batch, &why);
    if (st != STATUS_OK) {
        client_diverged(c, st, why.text);
        return;
    }
    note_progress(c);
    if (c->cb.on_batch)
        c->cb.on_batch(c->ctx, batch);
    if (was_anonymous && !canvas_is_anonymous(replica_confirmed(c->replica)))
        client_send_presence(c); /* the server has forgotten where we are */
    if (ours)
        answered(c);
    client_caught_up(c);
}

void client_lost_words(void *ctx, uint64_t object, const char *key, const char *text, size_t len, enum status code)
{
    struct client *c = ctx;
    char id[OBJECT_ID_TEXT], canvas[UUID_TEXT], when[32], about[200];
    time_t now = time(NULL);
    struct tm tm;
    struct why why;

    if (!c->outbox)
        return;
    object_id_format(object, id);
    uuid_format(&c->canvas, canvas);
    (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime_r(&now, &tm));
    (void)snprintf(about, sizeof(about), "%s canvas %s object %s%s%.60s not accepted: %s", when, canvas, id,
                   *key ? " field " : "", key, status_name(code));
    if (outbox_rescue(c->outbox, about, text, len, &c->rescued, &why) != STATUS_OK)
        log_error(&c->log, "%s", why.text);
}

void client_on_reject(struct client *c, const Cocanvas__Reject *reject)
{
    Cocanvas__Reject told = *reject;
    char detail[800];

    if (!c->replica || !replica_in_flight(c->replica) || reject->client_seq != replica_last_client_seq(c->replica) ||
        reject->mark != replica_in_flight_mark(c->replica))
        return;
    c->rescued = NULL;
    replica_rejected(c->replica, reject);
    if (c->rescued) {
        (void)snprintf(detail, sizeof(detail), "%.300s Your words are kept in %.400s.", reject->detail, c->rescued);
        told.detail = detail;
    }
    c->rescued = NULL;
    if (c->cb.on_reject && reject->code != COCANVAS__ERROR_CODE__STALE)
        c->cb.on_reject(c->ctx, &told);
    answered(c);
}

void client_on_checkpoint(struct client *c, const Cocanvas__Checkpoint *checkpoint)
{
    if (!c->opened || !c->has_state || checkpoint->seq != replica_seq(c->replica))
        return;
    if (replica_hash(c->replica) == checkpoint->hash)
        c->divergences = 0;
    else
        client_diverged(c, STATUS_CONFLICT, "the state's hash is another one");
}

void client_on_status(struct client *c, const Cocanvas__Status *status)
{
    c->degraded = status->state == COCANVAS__STATUS__STATE__DEGRADED;
    if (c->cb.on_status)
        c->cb.on_status(c->ctx, c->degraded, status->unsaved_since_ms);
}

/* ---------------------------------------------------------------- presence */

void client_send_presence(struct client *c)
{
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    c->presence_due = true;
    if (c->state != CLIENT_LIVE || !c->has_presence || evtimer_pending(c->presence_timer, NULL))
        return;
    arena_reset(&c->out);
    frame.body_case = COCANVAS__FRAME__BODY_PRESENCE;
    frame.presence = cocanvas__presence__unpack(arena_allocator(&c->out), buf_len(&c->presence), buf_at(&c->presence));
    if (!frame.presence)
        return;
    client_send(c, &frame);
    c->presence_due = false;
    timer_in(c->presence_timer, c->timing.presence_ms);
}

void client_presence_due(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;

    (void)fd, (void)what;
    if (c->presence_due)
        client_send_presence(c);
}

void client_presence(struct client *c, const Cocanvas__Presence *presence)
{
    size_t len = cocanvas__presence__get_packed_size(presence);

    buf_clear(&c->presence, SIZE_MAX);
    cocanvas__presence__pack(presence, buf_reserve(&c->presence, len + 1));
    buf_wrote(&c->presence, len);
    c->has_presence = true; /* "nowhere" encodes to nothing and is worth telling, too */
    client_send_presence(c);
}
