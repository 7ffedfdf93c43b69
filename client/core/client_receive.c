/* Frames to handlers, and what an Error means for us. */
#include <stdio.h>
#include <string.h>

#include "client/core/client_private.h"
#include "common/frame.h"
#include "common/message.h"

enum { SUBMIT_ERRORS_MAX = 5 };

void client_send(struct client *c, const Cocanvas__Frame *frame)
{
    if (!c->stream)
        return;
    message_encode(frame, stream_out(c->stream));
    stream_flush(c->stream);
}

/* ---------------------------------------------------------------- errors */

/* It may be different in a moment. */
static bool worth_trying_again(enum status code)
{
    return code == STATUS_BUSY || code == STATUS_DEGRADED || code == STATUS_SHUTDOWN || code == STATUS_CONFLICT ||
           code == STATUS_INTERNAL || code == STATUS_SLOW || code == STATUS_TIMEOUT;
}

static void refused(struct client *c, enum client_problem problem, enum status code, const char *sentence)
{
    if (worth_trying_again(code))
        client_lose(c, CLIENT_REFUSED, code, "%s", sentence);
    else
        client_fail(c, problem, code, "%s", sentence);
}

/* Not a Reject: the batch was not judged, and its number not used up. */
static void submit_refused(struct client *c, enum status code, const char *sentence)
{
    Cocanvas__Reject reject;
    char detail[256];

    cocanvas__reject__init(&reject);
    if (code == STATUS_NOT_FOUND || code == STATUS_DENIED) { /* we may not edit any more */
        (void)snprintf(detail, sizeof(detail), "%.250s", sentence);
        reject.client_seq = replica_last_client_seq(c->replica);
        reject.mark = replica_in_flight_mark(c->replica);
        reject.code = COCANVAS__ERROR_CODE__DENIED;
        reject.detail = detail;
        client_on_reject(c, &reject);
        if (c->state == CLIENT_LIVE)
            client_reopen(c, false);
    } else if (++c->submit_errors >= SUBMIT_ERRORS_MAX) {
        client_fail(c, CLIENT_REFUSED, code, "the server does not take our edits: %s They are kept on this device.",
                    sentence);
    } else {
        client_lose(c, CLIENT_REFUSED, code, "%s", sentence);
    }
}

static void on_error(struct client *c, const Cocanvas__Frame *frame)
{
    enum status code = (enum status)frame->error->code;
    const char *sentence = frame->error->message;
    uint32_t about = frame->request;

    log_debug(&c->log, "error %s: %s", status_name(code), sentence);
    if (c->state == CLIENT_LOGGING_IN)
        refused(c, code == STATUS_DENIED ? CLIENT_NOT_LOGGED_IN : CLIENT_REFUSED, code, sentence);
    else if (about && about == c->open_request && !c->opened)
        refused(c, CLIENT_REFUSED, code, sentence);
    else if (about && about == c->history_request)
        client_on_history(c, NULL);
    else if (client_answered(c, frame))
        return;
    else if (code == STATUS_REPLACED || code == STATUS_VERSION || code == STATUS_ENDED)
        client_fail(c, CLIENT_REFUSED, code, "%s", sentence);
    else if (frame->error->fatal && code == STATUS_DENIED) /* the device was revoked */
        client_fail(c, CLIENT_NOT_LOGGED_IN, code, "%s", sentence);
    else if (frame->error->fatal && (code == STATUS_NOT_FOUND || code == STATUS_GONE)) /* not ours any more, or removed */
        client_fail(c, CLIENT_REFUSED, code, "%s", sentence);
    else if (frame->error->fatal)
        client_lose(c, CLIENT_REFUSED, code, "%s", sentence);
    else if (about && about == c->submit_request && c->replica && replica_in_flight(c->replica))
        submit_refused(c, code, sentence);
    else if (c->opened && worth_trying_again(code)) /* the canvas was let go of */
        client_lose(c, CLIENT_REFUSED, code, "%s", sentence);
}

/* ---------------------------------------------------------------- going elsewhere */

static void on_go_away(struct client *c, const Cocanvas__GoAway *go_away)
{
    c->retry_after_ms = go_away->retry_after_ms;
    c->leaving = true;
    if (c->replica && replica_in_flight(c->replica) && c->state == CLIENT_LIVE)
        timer_in(c->stage_timer, c->timing.leave_ms);
    else
        client_lose(c, CLIENT_UNREACHABLE, STATUS_SHUTDOWN, "%.200s",
                    *go_away->reason ? go_away->reason : "the server went away");
}

static void on_moved(struct client *c, const Cocanvas__Moved *moved)
{
    char host[256], sni[256];

    if (++c->moves > CLIENT_MOVES || !*moved->host || moved->port > UINT16_MAX) {
        client_lose(c, CLIENT_REFUSED, STATUS_BUSY, "the server sends us from one place to the next");
        return;
    }
    (void)snprintf(host, sizeof(host), "%s", moved->host);
    (void)snprintf(sni, sizeof(sni), "%s", moved->sni);
    client_drop_stream(c);
    c->opened = c->open_sent = c->leaving = false;
    c->history_request = 0;
    client_abandon_requests(c, false);
    client_target(c, host, (uint16_t)moved->port, sni);
    client_start(c);
}

static void on_ping(struct client *c, const Cocanvas__Ping *ping)
{
    Cocanvas__Pong pong = COCANVAS__PONG__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    pong.nonce = ping->nonce;
    frame.body_case = COCANVAS__FRAME__BODY_PONG;
    frame.pong = &pong;
    client_send(c, &frame);
}

static void on_presence_update(struct client *c, const Cocanvas__PresenceUpdate *update)
{
    if (c->opened && c->cb.on_presence)
        c->cb.on_presence(c->ctx, update);
}

/* ---------------------------------------------------------------- dispatch */

static void on_frame(struct client *c, const Cocanvas__Frame *frame)
{
    switch ((int)frame->body_case) {
    case COCANVAS__FRAME__BODY_COMMITTED:
        client_on_committed(c, frame->committed);
        break;
    case COCANVAS__FRAME__BODY_PRESENCE_UPDATE:
        on_presence_update(c, frame->presence_update);
        break;
    case COCANVAS__FRAME__BODY_ERROR:
        on_error(c, frame);
        break;
    case COCANVAS__FRAME__BODY_PING:
        on_ping(c, frame->ping);
        break;
    case COCANVAS__FRAME__BODY_WELCOME:
        client_on_welcome(c, frame->welcome);
        break;
    case COCANVAS__FRAME__BODY_LOGGED_IN:
        if (c->state == CLIENT_LOGGING_IN)
            client_on_logged_in(c, frame->logged_in);
        break;
    case COCANVAS__FRAME__BODY_GUEST_NOTICE:
        if (c->state == CLIENT_LOGGING_IN && c->cb.on_guest_notice)
            c->cb.on_guest_notice(c->ctx, frame->guest_notice);
        break;
    case COCANVAS__FRAME__BODY_WAITING:
        client_on_waiting(c);
        break;
    case COCANVAS__FRAME__BODY_LOBBY_UPDATE:
        if (c->cb.on_lobby)
            c->cb.on_lobby(c->ctx, frame->lobby_update);
        (void)client_answered(c, frame);
        break;
    case COCANVAS__FRAME__BODY_OPENED:
        if (c->state == CLIENT_OPENING && frame->request == c->open_request)
            client_on_opened(c, frame->opened);
        break;
    case COCANVAS__FRAME__BODY_SNAPSHOT:
        if (frame->request) /* an old state that somebody asked for */
            (void)client_answered(c, frame);
        else
            client_on_snapshot(c, frame->snapshot);
        break;
    case COCANVAS__FRAME__BODY_REJECT:
        if (c->opened)
            client_on_reject(c, frame->reject);
        break;
    case COCANVAS__FRAME__BODY_CHECKPOINT:
        client_on_checkpoint(c, frame->checkpoint);
        break;
    case COCANVAS__FRAME__BODY_STATUS:
        client_on_status(c, frame->status);
        break;
    case COCANVAS__FRAME__BODY_PEOPLE:
        client_merge_people(c, frame->people->n_people, frame->people->people);
        break;
    case COCANVAS__FRAME__BODY_ROLE_CHANGED:
        client_on_role_changed(c, frame->role_changed);
        break;
    case COCANVAS__FRAME__BODY_MOVED:
        on_moved(c, frame->moved);
        break;
    case COCANVAS__FRAME__BODY_GO_AWAY:
        on_go_away(c, frame->go_away);
        break;
    case COCANVAS__FRAME__BODY_HISTORY_PAGE:
        if (c->history_request && frame->request == c->history_request)
            client_on_history(c, frame->history_page);
        else
            (void)client_answered(c, frame);
        break;
    default:
        (void)client_answered(c, frame); /* Lagged: the snapshot that follows tells all; Pong: that it came */
        break;
    }
}

size_t client_on_bytes(void *owner, const uint8_t *bytes, size_t len)
{
    struct client *c = owner;
    struct stream *stream = c->stream;
    size_t used = 0;

    c->heard_ms = mono_ms();
    while (c->stream == stream) {
        const uint8_t *body;
        size_t body_len;
        enum status code;
        Cocanvas__Frame *frame;
        enum frame_result found = frame_next(bytes + used, len - used, FRAME_MAX, &body, &body_len);

        if (found == FRAME_CUT)
            return used;
        if (found == FRAME_TOO_LONG) {
            client_lose(c, CLIENT_REFUSED, STATUS_TOO_LARGE, "the server sent a frame of %zu bytes", body_len);
            break;
        }
        used += FRAME_HEADER + body_len;
        arena_reset(&c->in);
        frame = message_decode(&c->in, body, body_len, &code);
        if (frame)
            on_frame(c, frame);
        else if (code != STATUS_UNKNOWN_MESSAGE) /* a newer server may tell more than we understand */
            client_lose(c, CLIENT_REFUSED, code, "the server sent something that we cannot read");
    }
    return len; /* what is left belongs to a connection that we have given up */
}
