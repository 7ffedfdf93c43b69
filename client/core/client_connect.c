/* Getting a connection: addresses, TLS, whom we trust, trying again. Nothing of ours is sent before the server's key
 * is accepted. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/client_private.h"
#include "client/core/resolve.h"
#include "client/core/trust.h"
#include "common/tls.h"

/* ---------------------------------------------------------------- addresses */

void client_target(struct client *c, const char *host, uint16_t port, const char *sni)
{
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';

    (void)snprintf(c->host, sizeof(c->host), "%.*s", (int)(bracketed ? len - 2 : len), host + (bracketed ? 1 : 0));
    (void)snprintf(c->sni, sizeof(c->sni), "%s", sni && *sni ? sni : host);
    c->port = port ? port : DEFAULT_PORT;
    c->n_addresses = c->at_address = 0;
}

static void take_addresses(struct client *c, const struct addrinfo *found)
{
    for (const struct addrinfo *at = found; at && c->n_addresses < CLIENT_ADDRESSES; at = at->ai_next) {
        struct client_address *address = &c->addresses[c->n_addresses];

        if (at->ai_addrlen > sizeof(address->at))
            continue;
        memcpy(&address->at, at->ai_addr, at->ai_addrlen);
        address->len = at->ai_addrlen;
        c->n_addresses++;
    }
}

/* Whether the host is an address already: nobody has to be asked. */
static bool take_number(struct client *c)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    char port[8];

    (void)snprintf(port, sizeof(port), "%u", c->port);
    if (getaddrinfo(c->host, port, &hints, &found) != 0)
        return false;
    take_addresses(c, found);
    freeaddrinfo(found);
    return c->n_addresses > 0;
}

static int begin_connecting(const struct client_address *address)
{
    int fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&address->at, address->len) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

/* ---------------------------------------------------------------- trust */

/* Whether the connection may be used. A question to a person takes longer than a server waits for a greeting: after
 * a yes, we connect anew. */
static bool ask_person(struct client *c, const struct why *why)
{
    struct why not_kept;

    if (!c->options.accept_new && !(c->cb.on_unknown_server && c->cb.on_unknown_server(c->ctx, c->host, c->pin))) {
        client_fail(c, CLIENT_WRONG_IDENTITY, STATUS_DENIED, "%s", why->text);
        return false;
    }
    c->via = "prompt";
    if (trust_remember(c->config_dir, c->options.host, c->options.port, c->pin, NULL, "prompt", &not_kept) !=
        STATUS_OK) {
        client_fail(c, CLIENT_REFUSED, STATUS_INTERNAL, "%s", not_kept.text);
        return false;
    }
    if (c->options.accept_new)
        return true;
    client_drop_stream(c);
    client_start(c);
    return false;
}

/* Nodes of one server have one key: a node that we were sent to is judged as the server that we asked for. */
static bool may_use(struct client *c)
{
    SSL *ssl = stream_ssl(c->stream);
    struct why why = {""};

    c->has_pin = true;
    c->via = c->options.has_pin ? "link" : "ca";
    switch (trust_decide(c->config_dir, c->options.host, c->options.port, c->options.has_pin ? c->options.pin : NULL,
                         ssl, c->pin, &why)) {
    case TRUSTED:
        return true;
    case TRUST_ASK:
        return ask_person(c, &why);
    case TRUST_REFUSED:
        break;
    }
    client_fail(c, CLIENT_WRONG_IDENTITY, STATUS_DENIED, "%s", why.text);
    return false;
}

static void on_ready(void *owner)
{
    struct client *c = owner;

    if (!may_use(c))
        return;
    if (!tls_alpn_ok(stream_ssl(c->stream))) {
        client_fail(c, CLIENT_REFUSED, STATUS_VERSION, "%s:%u does not speak cocanvas/1", c->host, c->port);
        return;
    }
    c->trusted = true;
    client_set_state(c, CLIENT_LOGGING_IN, STATUS_OK, NULL);
    client_first_flight(c);
}

/* ---------------------------------------------------------------- the stream */

static void try_address(struct client *c);

static void on_closed(void *owner, const char *reason)
{
    struct client *c = owner;

    if (c->state == CLIENT_CONNECTING && c->at_address + 1 < c->n_addresses) {
        client_drop_stream(c);
        c->at_address++;
        try_address(c);
        return;
    }
    client_lose(c, CLIENT_UNREACHABLE, c->leaving ? STATUS_SHUTDOWN : STATUS_TIMEOUT, "%s:%u: %s", c->host, c->port,
                reason ? reason : "the server closed the connection");
    if (c->stream)
        client_drop_stream(c); /* after client_quit() there is no state left to lose */
}

static const struct stream_callbacks live_callbacks = {
    .on_ready = on_ready, .on_bytes = client_on_bytes, .on_closed = on_closed};

static size_t ignore_bytes(void *owner, const uint8_t *bytes, size_t len)
{
    (void)owner, (void)bytes;
    return len;
}

static void ignore_end(void *owner, const char *reason)
{
    (void)owner, (void)reason;
}

static const struct stream_callbacks dead_callbacks = {.on_bytes = ignore_bytes, .on_closed = ignore_end};

void client_reap(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;

    (void)fd, (void)what;
    while (c->n_dying > 0)
        stream_free(c->dying[--c->n_dying]);
}

/* A copy: OpenSSL spoils the session itself when its connection ends without a goodbye, which is just when we need
 * it. */
static void keep_session(struct client *c)
{
    SSL_SESSION *session = SSL_get0_session(stream_ssl(c->stream));

    if (c->session)
        SSL_SESSION_free(c->session);
    c->session = session && SSL_SESSION_is_resumable(session) ? SSL_SESSION_dup(session) : NULL;
}

/* A stream is not freed inside its own callbacks. */
void client_drop_stream(struct client *c)
{
    if (!c->stream)
        return;
    if (c->trusted)
        keep_session(c);
    stream_set_owner(c->stream, &dead_callbacks, NULL);
    ASSERT(c->n_dying < CLIENT_DYING);
    c->dying[c->n_dying++] = c->stream;
    c->stream = NULL;
    c->trusted = false;
    event_active(c->reaper, EV_TIMEOUT, 0);
}

static void try_address(struct client *c)
{
    int fd = -1;

    for (; c->at_address < c->n_addresses; c->at_address++) {
        fd = begin_connecting(&c->addresses[c->at_address]);
        if (fd >= 0)
            break;
    }
    if (fd < 0) {
        client_lose(c, CLIENT_UNREACHABLE, STATUS_TIMEOUT, "%s:%u: %s", c->host, c->port, strerror(errno));
        return;
    }
    c->stream = stream_new(fd, c->tls, false, c->sni, &live_callbacks, c);
    if (c->session)
        (void)SSL_set_session(stream_ssl(c->stream), c->session);
    c->heard_ms = mono_ms();
    stream_attach(c->stream, c->base, &c->scratch);
}

static void on_resolved(void *ctx, const struct addrinfo *found, int error)
{
    struct client *c = ctx;

    c->resolve = NULL;
    take_addresses(c, found);
    if (c->n_addresses > 0)
        try_address(c);
    else
        client_lose(c, CLIENT_UNREACHABLE, STATUS_TIMEOUT, "%.100s: %s", c->host, gai_strerror(error));
}

/* A name is looked up only for the first connect: what was found is used for all later ones, since a device that is
 * offline cannot resolve. */
void client_start(struct client *c)
{
    client_set_state(c, CLIENT_CONNECTING, STATUS_OK, NULL);
    timer_in(c->stage_timer, c->timing.stage_ms);
    resolve_cancel(c->resolve);
    c->resolve = NULL;
    c->at_address = 0;
    if (c->n_addresses > 0 || take_number(c)) {
        try_address(c);
        return;
    }
    c->resolve = resolve_start(c->base, c->host, c->port, on_resolved, c);
    if (!c->resolve)
        client_lose(c, CLIENT_UNREACHABLE, STATUS_TIMEOUT, "%.100s: the name can't be looked up now", c->host);
}

/* ---------------------------------------------------------------- trying again */

/* Doubling, with a quarter of chance either way, so that a hundred participants do not come back in one moment. */
unsigned client_next_backoff(struct client *c)
{
    unsigned in_ms;

    if (c->moves > 0) { /* where we were sent did not work out: ask the one that we know */
        client_target(c, c->options.host, c->options.port, c->options.host);
        c->moves = 0;
    }
    if (c->backoff_ms == 0)
        c->backoff_ms = c->timing.backoff_first_ms;
    else if (c->backoff_ms < c->timing.backoff_last_ms)
        c->backoff_ms = c->backoff_ms * 2 < c->timing.backoff_last_ms ? c->backoff_ms * 2 : c->timing.backoff_last_ms;
    in_ms = c->backoff_ms * 3 / 4 + randombytes_uniform(c->backoff_ms / 2 + 1);
    if (c->retry_after_ms > in_ms)
        in_ms = c->retry_after_ms + randombytes_uniform(c->backoff_ms + 1);
    c->retry_after_ms = 0;
    return in_ms;
}
