/* The first flight (Hello, Login, and Open if we know enough), Welcome, and who we are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/client_private.h"
#include "client/core/paths.h"
#include "client/core/trust.h"

/* ---------------------------------------------------------------- the server's id, remembered */

/* Unsent edits are kept per server. Knowing the id before Welcome saves a round trip when opening. */
static char *id_file(const struct client *c)
{
    return xasprintf("%s/servers/%s_%u", c->state_dir, c->options.host, c->options.port);
}

static void recall_server_id(struct client *c)
{
    char *file = id_file(c);
    char *text = paths_read(file, UUID_TEXT, NULL);

    if (text)
        text[strcspn(text, "\n")] = '\0';
    c->has_server_id = text && uuid_parse(text, &c->server_id);
    free(text);
    free(file);
}

/* Not keeping it costs a round trip next time, nothing else. */
static void keep_server_id(struct client *c)
{
    char *file = id_file(c), *dir = xasprintf("%s/servers", c->state_dir);
    char text[UUID_TEXT];
    struct why why;

    uuid_format(&c->server_id, text);
    text[UUID_TEXT - 1] = '\n';
    if (paths_make(dir, &why) != STATUS_OK || paths_replace(file, text, UUID_TEXT, false, &why) != STATUS_OK)
        log_debug(&c->log, "%s", why.text);
    free(dir);
    free(file);
}

/* ---------------------------------------------------------------- the first flight */

static void send_hello(struct client *c)
{
    Cocanvas__Hello hello;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    char software[] = "cocanvas/" COCANVAS_VERSION;

    cocanvas__hello__init(&hello);
    hello.proto_min = hello.proto_max = 1;
    hello.software = software;
    frame.body_case = COCANVAS__FRAME__BODY_HELLO;
    frame.hello = &hello;
    client_send(c, &frame);
}

static void send_login(struct client *c)
{
    Cocanvas__Login own;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    cocanvas__login__init(&own);
    if (c->token)
        own.token = c->token;
    else
        own.certificate = true;
    frame.request = c->login_request = ++c->last_request;
    frame.body_case = COCANVAS__FRAME__BODY_LOGIN;
    frame.login = c->login ? c->login : &own;
    client_send(c, &frame);
}

void client_first_flight(struct client *c)
{
    if (!c->token && !c->login && !c->certificate) {
        client_fail(c, CLIENT_NOT_LOGGED_IN, STATUS_DENIED, "not logged in to this server");
        return;
    }
    if (!c->has_server_id)
        recall_server_id(c);
    send_hello(c);
    send_login(c);
    timer_in(c->watch_timer, c->timing.watch_ms);
    if (c->wanted && (c->read_only || c->has_server_id) && !c->login && client_prepare_open(c))
        client_send_open(c);
}

/* ---------------------------------------------------------------- answers */

/* What was opened in the first flight rests on the wrong server's edits. */
static void other_server(struct client *c, const struct uuid *id)
{
    c->server_id = *id;
    keep_server_id(c);
    client_drop_canvas(c);
    client_lose(c, CLIENT_UNREACHABLE, STATUS_BUSY, "the server keeps another database than before");
}

void client_on_welcome(struct client *c, const Cocanvas__Welcome *welcome)
{
    size_t len = cocanvas__welcome__get_packed_size(welcome);
    uint8_t *bytes = xmalloc(len + 1);
    struct uuid id;
    struct why why;

    cocanvas__welcome__pack(welcome, bytes);
    if (c->welcome)
        cocanvas__welcome__free_unpacked(c->welcome, NULL);
    c->welcome = cocanvas__welcome__unpack(NULL, len, bytes);
    free(bytes);
    ASSERT(c->welcome);
    if (welcome->proto != 1 || !uuid_from_bytes(welcome->server_id.data, welcome->server_id.len, &id)) {
        client_fail(c, CLIENT_REFUSED, STATUS_VERSION,
                    "the server speaks version %u of the protocol, this program speaks 1", welcome->proto);
        return;
    }
    if (trust_remember(c->config_dir, c->options.host, c->options.port, c->pin,
                       welcome->next_pin.len == PIN_BYTES ? welcome->next_pin.data : NULL, c->via, &why) != STATUS_OK)
        log_warn(&c->log, "%s", why.text);
    if (!c->has_server_id) {
        c->server_id = id;
        c->has_server_id = true;
        keep_server_id(c);
    } else if (!uuid_equal(&c->server_id, &id)) {
        other_server(c, &id);
    }
}

static void take_token(struct client *c, const char *token)
{
    if (!*token)
        return;
    if (c->token)
        OPENSSL_cleanse(c->token, strlen(c->token));
    free(c->token);
    c->token = xstrdup(token);
    client_forget_login(c);
}

void client_on_logged_in(struct client *c, const Cocanvas__LoggedIn *logged_in)
{
    (void)event_del(c->stage_timer);
    take_token(c, logged_in->token);
    c->moves = 0;
    client_set_state(c, CLIENT_READY, STATUS_OK, NULL);
    if (c->cb.on_logged_in)
        c->cb.on_logged_in(c->ctx, logged_in);
    if (c->state != CLIENT_READY)
        return;
    client_send_requests(c);
    if (!c->wanted) {
        c->backoff_ms = 0;
        return;
    }
    if (c->open_sent) {
        timer_in(c->stage_timer, c->timing.stage_ms);
        client_set_state(c, CLIENT_OPENING, STATUS_OK, NULL);
    } else if (client_prepare_open(c)) {
        client_send_open(c);
    }
}

/* A person decides when it goes on: no stage of ours lasts that long. */
void client_on_waiting(struct client *c)
{
    if (c->state != CLIENT_LOGGING_IN)
        return;
    (void)event_del(c->stage_timer);
    c->backoff_ms = 0;
    if (c->cb.on_waiting)
        c->cb.on_waiting(c->ctx);
}

/* ---------------------------------------------------------------- credentials */

void client_login(struct client *c, const Cocanvas__Login *login)
{
    size_t len = cocanvas__login__get_packed_size(login);
    uint8_t *bytes = xmalloc(len + 1);

    client_forget_login(c);
    cocanvas__login__pack(login, bytes);
    c->login = cocanvas__login__unpack(NULL, len, bytes);
    OPENSSL_cleanse(bytes, len);
    free(bytes);
    ASSERT(c->login);
}

void client_forget_login(struct client *c)
{
    if (!c->login)
        return;
    OPENSSL_cleanse(c->login->password, strlen(c->login->password));
    OPENSSL_cleanse(c->login->invitation, strlen(c->login->invitation));
    OPENSSL_cleanse(c->login->code, strlen(c->login->code));
    OPENSSL_cleanse(c->login->reset, strlen(c->login->reset));
    cocanvas__login__free_unpacked(c->login, NULL);
    c->login = NULL;
}
