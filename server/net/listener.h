/* The listening sockets: accepts, and keeps the numbers of connections within their limits. Lives in the main thread;
 * hands each accepted socket over by a callback and is told when the connection is gone. */
#ifndef COCANVAS_SERVER_NET_LISTENER_H
#define COCANVAS_SERVER_NET_LISTENER_H

#include <event2/event.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/status.h"
#include "server/session/auth.h"

struct listener;

struct listener_limits {
    unsigned connections, per_address;
};

struct listener_options {
    struct event_base *base;
    struct listener_limits limits;
    /* Takes the socket: non-blocking, connected. */
    void (*on_accept)(void *ctx, int fd, const struct address *address);
    void *ctx;
};

struct listener *listener_new(const struct listener_options *options);
void listener_free(struct listener *l);
/* Binds and listens: "HOST:PORT[,HOST:PORT…]", * for every address, port 0 for a free one. */
enum status listener_bind(struct listener *l, const char *where, struct why *why) MUST_CHECK;
/* Takes a socket that listens already (from systemd). */
void listener_take(struct listener *l, int fd);
/* Accepts from now on; stops for good. */
void listener_start(struct listener *l);
void listener_stop(struct listener *l);
void listener_set_limits(struct listener *l, const struct listener_limits *limits);
/* A connection of that address has ended. */
void listener_gone(struct listener *l, const struct address *address);
unsigned listener_connections(const struct listener *l);
/* Sockets accepted, and turned away because of a limit, since the start. */
void listener_counts(const struct listener *l, uint64_t *accepted, uint64_t *refused);
/* "127.0.0.1:7341, [::1]:7341": for logs and status. malloc'd. */
char *listener_addresses(const struct listener *l);
uint16_t listener_port(const struct listener *l);

/* The address as far as limits go (auth.h), and as text. */
struct address address_from(const struct sockaddr *sa);
enum { ADDRESS_TEXT = 64 };
void address_format(const struct address *address, char out[ADDRESS_TEXT]);

#endif
