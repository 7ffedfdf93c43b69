/* Hello, and what may come at any time: Ping and Pong. */
#include <string.h>

#include "common/frame.h"
#include "common/message.h"
#include "common/utf8.h"
#include "server/session/handle.h"

enum { PROTO_VERSION = 1, SOFTWARE_BYTES = 64 };

/* ---- Hello */

static void send_welcome(struct session *s, uint32_t request)
{
    const struct session_settings *settings = s->sessions->settings;
    struct uuid server_id = settings->server_id, incarnation = settings->incarnation;
    uint8_t pin[PIN_BYTES];
    memcpy(pin, settings->next_pin, sizeof pin);
    char software[] = "cocanvasd/" COCANVAS_VERSION;
    Cocanvas__Limits limits;
    cocanvas__limits__init(&limits);
    limits.frame_bytes = FRAME_MAX;
    limits.submit_bytes = settings->rooms.submit_bytes;
    limits.submit_ops = settings->rooms.submit_ops;
    limits.text_points = settings->rooms.canvas.text_points;
    limits.cards = settings->rooms.canvas.cards;
    limits.ping_ms = settings->ping_ms;
    Cocanvas__Welcome welcome;
    cocanvas__welcome__init(&welcome);
    welcome.proto = PROTO_VERSION;
    welcome.software = software;
    welcome.server_id = (ProtobufCBinaryData){sizeof server_id.b, server_id.b};
    welcome.incarnation = (ProtobufCBinaryData){sizeof incarnation.b, incarnation.b};
    welcome.limits = &limits;
    if (settings->has_next_pin)
        welcome.next_pin = (ProtobufCBinaryData){sizeof pin, pin};
    welcome.now_ms = s->sessions->wall_ms(s->sessions->ctx);
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_WELCOME;
    frame.welcome = &welcome;
    session_send(s, &frame);
}

void handle_hello(struct session *s, const struct request *r)
{
    const Cocanvas__Hello *hello = r->frame->hello;
    if (hello->proto_min > PROTO_VERSION || hello->proto_max < PROTO_VERSION) {
        session_kill(s, STATUS_VERSION, "This server speaks protocol version 1 only.");
        return;
    }
    if (!utf8_check_line(hello->software, strlen(hello->software), NULL) || strlen(hello->software) > SOFTWARE_BYTES) {
        session_kill(s, STATUS_MALFORMED, "Hello's software is one line of at most 64 bytes.");
        return;
    }
    session_set_state(s, SESSION_GREETED);
    send_welcome(s, r->number);
}

/* ---- always */

void handle_ping(struct session *s, const struct request *r)
{
    Cocanvas__Pong pong;
    cocanvas__pong__init(&pong);
    pong.nonce = r->frame->ping->nonce;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = r->number;
    frame.body_case = COCANVAS__FRAME__BODY_PONG;
    frame.pong = &pong;
    session_send(s, &frame);
}

/* That something came is all that a Pong says, and the connection has noted it. */
void handle_pong(struct session *s, const struct request *r)
{
    (void)s;
    (void)r;
}
