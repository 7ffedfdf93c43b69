/* A bad network on loopback: a port of its own for one client, which passes bytes on to the server until it is told to
 * fail. */
#ifndef COCANVAS_TESTS_REPLAY_RELAY_H
#define COCANVAS_TESTS_REPLAY_RELAY_H

#include <event2/event.h>
#include <stdint.h>

struct relay;

/* Listens on a free port of 127.0.0.1 and passes on to `port` there. */
struct relay *relay_new(struct event_base *base, uint16_t port);
void relay_free(struct relay *r);
uint16_t relay_port(const struct relay *r);

/* Ends the connection if there is one: bytes that were under way are lost, in both directions. */
void relay_cut(struct relay *r);
/* The worse case: what the client sends from now on still reaches the server, the answers are lost, and soon the
 * connection is cut. */
void relay_cut_after_next_send(struct relay *r);

#endif
