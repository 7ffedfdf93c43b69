/* Looking a name up without waiting for it: getaddrinfo() in a thread of its own, the answer by the event loop. A look-up
 * can take as long as it likes (a network without an answer takes half a minute); who gives up on it is not told of it
 * any more. */
#ifndef COCANVAS_CLIENT_CORE_RESOLVE_H
#define COCANVAS_CLIENT_CORE_RESOLVE_H

#include <event2/event.h>
#include <netdb.h>
#include <stdint.h>

struct resolve;

/* found: borrowed, in getaddrinfo's order; NULL: error says why, for gai_strerror(). The resolve is over and freed when
 * this is called. */
typedef void resolve_cb(void *ctx, const struct addrinfo *found, int error);

/* The callback comes from the loop, never from within. NULL: no descriptor or no thread could be had. */
struct resolve *resolve_start(struct event_base *base, const char *host, uint16_t port, resolve_cb *cb, void *ctx);
/* Before the callback: it will not be called. NULL is allowed. */
void resolve_cancel(struct resolve *r);

#endif
