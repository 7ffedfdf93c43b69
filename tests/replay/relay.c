/* Two sockets and what passes between them (relay.h). */
#include "tests/replay/relay.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/status.h"

enum { CUT_AFTER_MS = 30 };

struct relay {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *cut_timer;
    struct sockaddr_in server;
    uint16_t port;
    struct bufferevent *client_side, *server_side; /* both or none */
    bool muted;                                    /* the server's bytes are thrown away */
};

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

void relay_cut(struct relay *r)
{
    const struct linger at_once = {.l_onoff = 1};
    event_del(r->cut_timer);
    if (r->client_side == NULL)
        return;
    /* Reset instead of an orderly end: that is what a lost network looks like afterwards. */
    setsockopt(bufferevent_getfd(r->client_side), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    bufferevent_free(r->client_side);
    bufferevent_free(r->server_side);
    r->client_side = r->server_side = NULL;
    r->muted = false;
}

static void on_cut_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    relay_cut(ctx);
}

void relay_cut_after_next_send(struct relay *r)
{
    const struct timeval soon = {.tv_usec = CUT_AFTER_MS * 1000};
    if (r->client_side == NULL)
        return;
    r->muted = true;
    event_add(r->cut_timer, &soon);
}

static void on_bytes(struct bufferevent *from, void *ctx)
{
    struct relay *r = ctx;
    struct evbuffer *bytes = bufferevent_get_input(from);
    if (from == r->server_side && r->muted)
        evbuffer_drain(bytes, evbuffer_get_length(bytes));
    else
        bufferevent_write_buffer(from == r->client_side ? r->server_side : r->client_side, bytes);
}

static void on_event(struct bufferevent *side, short what, void *ctx)
{
    (void)side;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        relay_cut(ctx);
}

static struct bufferevent *new_side(struct relay *r, int fd)
{
    struct bufferevent *side = bufferevent_socket_new(r->base, fd, BEV_OPT_CLOSE_ON_FREE);
    ASSERT(side != NULL);
    bufferevent_setcb(side, on_bytes, NULL, on_event, r);
    bufferevent_enable(side, EV_READ | EV_WRITE);
    return side;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *ctx)
{
    struct relay *r = ctx;
    (void)listener, (void)from, (void)len;
    relay_cut(r);
    r->client_side = new_side(r, fd);
    r->server_side = new_side(r, -1);
    if (bufferevent_socket_connect(r->server_side, (struct sockaddr *)&r->server, sizeof r->server) != 0)
        relay_cut(r);
}

struct relay *relay_new(struct event_base *base, uint16_t port)
{
    struct relay *r = xcalloc(1, sizeof *r);
    struct sockaddr_in at = loopback(0);
    socklen_t len = sizeof at;
    r->base = base;
    r->server = loopback(port);
    r->cut_timer = evtimer_new(base, on_cut_timer, r);
    r->listener =
        evconnlistener_new_bind(base, on_accept, r, LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&at, sizeof at);
    ASSERT(r->listener != NULL && r->cut_timer != NULL);
    ASSERT(getsockname(evconnlistener_get_fd(r->listener), (struct sockaddr *)&at, &len) == 0);
    r->port = ntohs(at.sin_port);
    return r;
}

void relay_free(struct relay *r)
{
    relay_cut(r);
    evconnlistener_free(r->listener);
    event_free(r->cut_timer);
    free(r);
}

uint16_t relay_port(const struct relay *r)
{
    return r->port;
}
