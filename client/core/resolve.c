/* Name look-ups in threads, see resolve.h. Thread and loop share a struct look_up: the thread writes its result and then
 * one byte into a socket; whoever lets go of it last frees it. */
#include "client/core/resolve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

struct look_up {
    atomic_int owners; /* thread and loop */
    char *host;        /* owned */
    char port[8];
    int fd;                 /* the thread's end */
    struct addrinfo *found; /* written before the byte is sent, read after it has come */
    int error;
};

struct resolve {
    struct look_up *look_up;
    int fd; /* the loop's end */
    struct event *on_done;
    resolve_cb *cb;
    void *ctx;
};

static void let_go(struct look_up *l)
{
    if (atomic_fetch_sub(&l->owners, 1) > 1)
        return;
    if (l->found)
        freeaddrinfo(l->found);
    free(l->host);
    free(l);
}

static void *run(void *arg)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct look_up *l = arg;
    int fd = l->fd;

    l->error = getaddrinfo(l->host, l->port, &hints, &l->found);
    (void)send(fd, "", 1, MSG_NOSIGNAL); /* if nobody listens any more, that is fine */
    close(fd);
    let_go(l);
    return NULL;
}

static void end(struct resolve *r)
{
    event_free(r->on_done);
    close(r->fd);
    let_go(r->look_up);
    free(r);
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
    struct resolve *r = arg;
    struct look_up *l = r->look_up;
    resolve_cb *cb = r->cb;
    void *ctx = r->ctx;

    (void)fd, (void)what;
    atomic_fetch_add(&l->owners, 1); /* the answer outlives the resolve */
    end(r);
    cb(ctx, l->error ? NULL : l->found, l->error);
    let_go(l);
}

static bool start_thread(struct look_up *l)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, run, l) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

struct resolve *resolve_start(struct event_base *base, const char *host, uint16_t port, resolve_cb *cb, void *ctx)
{
    int ends[2];
    struct resolve *r;
    struct look_up *l;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return NULL;
    l = xcalloc(1, sizeof *l);
    atomic_init(&l->owners, 2);
    l->host = xstrdup(host);
    l->fd = ends[1];
    snprintf(l->port, sizeof l->port, "%u", port);
    r = xcalloc(1, sizeof *r);
    *r = (struct resolve){.look_up = l, .fd = ends[0], .cb = cb, .ctx = ctx};
    r->on_done = event_new(base, r->fd, EV_READ, on_done, r);
    event_add(r->on_done, NULL);
    if (start_thread(l))
        return r;
    close(ends[1]);
    let_go(l);
    end(r);
    return NULL;
}

void resolve_cancel(struct resolve *r)
{
    if (r)
        end(r);
}
