/* See listener.h. When the process is out of descriptors, a spare one is given up to accept the newcomer and close it,
 * and the sockets rest for a moment: the alternative is a loop that spins on a connection that nobody can accept. */
#include "server/net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"

enum { SOCKETS_MAX = 16, ACCEPTS_PER_TURN = 64, BACKLOG = 1024, REST_MS = 100 };

/* How many connections an address has. */
struct address_count {
    struct address address;
    unsigned n;
    UT_hash_handle hh;
};

struct listener {
    struct listener_options options;
    int fds[SOCKETS_MAX];
    struct event *events[SOCKETS_MAX];
    size_t n;
    int spare;          /* descriptor to give up when there is no other */
    struct event *rest; /* ends a rest */
    struct address_count *counts;
    unsigned connections;
    uint64_t accepted, refused;
};

/* ---- addresses */

struct address address_from(const struct sockaddr *sa)
{
    struct address a = {0};
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;
        a.b[10] = a.b[11] = 0xff;
        memcpy(a.b + 12, &in->sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)sa;
        memcpy(a.b, &in->sin6_addr, IN6_IS_ADDR_V4MAPPED(&in->sin6_addr) ? 16 : 8);
    }
    return a;
}

void address_format(const struct address *address, char out[ADDRESS_TEXT])
{
    struct in6_addr in;
    memcpy(&in, address->b, sizeof in);
    if (IN6_IS_ADDR_V4MAPPED(&in)) {
        inet_ntop(AF_INET, address->b + 12, out, ADDRESS_TEXT);
        return;
    }
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &in, text, sizeof text);
    snprintf(out, ADDRESS_TEXT, "%s/64", text);
}

static struct address_count *count_of(struct listener *l, const struct address *address)
{
    struct address_count *count = NULL;
    HASH_FIND(hh, l->counts, address, sizeof *address, count);
    return count;
}

static void count_in(struct listener *l, const struct address *address)
{
    struct address_count *count = count_of(l, address);
    if (!count) {
        count = xcalloc(1, sizeof *count);
        count->address = *address;
        HASH_ADD(hh, l->counts, address, sizeof count->address, count);
    }
    count->n++;
    l->connections++;
}

void listener_gone(struct listener *l, const struct address *address)
{
    struct address_count *count = count_of(l, address);
    ASSERT(count && count->n > 0 && l->connections > 0);
    l->connections--;
    if (--count->n > 0)
        return;
    HASH_DEL(l->counts, count);
    free(count);
}

/* ---- accepting */

static void rest(struct listener *l)
{
    struct timeval tv = {0, REST_MS * 1000};
    for (size_t i = 0; i < l->n; i++)
        event_del(l->events[i]);
    event_add(l->rest, &tv);
}

static void on_rested(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    listener_start(ctx);
}

static void out_of_descriptors(struct listener *l, int listening)
{
    log_warn(NULL, "out of file descriptors: a newcomer was turned away");
    if (l->spare >= 0)
        close(l->spare);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    l->refused++;
    rest(l);
}

static void take(struct listener *l, int fd, const struct sockaddr *sa)
{
    struct address address = address_from(sa);
    const struct address_count *count = count_of(l, &address);
    if (l->connections >= l->options.limits.connections || (count && count->n >= l->options.limits.per_address)) {
        l->refused++;
        close(fd);
        return;
    }
    l->accepted++;
    count_in(l, &address);
    l->options.on_accept(l->options.ctx, fd, &address);
}

static void on_acceptable(evutil_socket_t listening, short what, void *ctx)
{
    struct listener *l = ctx;
    (void)what;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct sockaddr_storage sa;
        socklen_t len = sizeof sa;
        int fd = accept4(listening, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(l, fd, (const struct sockaddr *)&sa);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            out_of_descriptors(l, listening);
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            log_warn(NULL, "accept: %s", strerror(errno));
            return;
        }
    }
}

/* ---- sockets */

static void listen_on(struct listener *l, int fd)
{
    ASSERT(l->n < SOCKETS_MAX);
    evutil_make_socket_nonblocking(fd);
    l->fds[l->n] = fd;
    l->events[l->n] = event_new(l->options.base, fd, EV_READ | EV_PERSIST, on_acceptable, l);
    ASSERT(l->events[l->n] != NULL);
    l->n++;
}

void listener_take(struct listener *l, int fd)
{
    listen_on(l, fd);
}

static int bind_one(const struct addrinfo *ai, bool both_families)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1, v6only = !both_families;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ai->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* host NULL: every address, by one IPv6 socket that takes IPv4, too, or, where there is no IPv6, by an IPv4 one. */
static enum status bind_host(struct listener *l, const char *host, const char *port, struct why *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    const char *name = host ? host : "::";
    int error = getaddrinfo(name, port, &hints, &found);
    if (error == 0) {
        for (const struct addrinfo *ai = found; ai && l->n < SOCKETS_MAX; ai = host ? ai->ai_next : NULL) {
            int fd = bind_one(ai, !host);
            if (fd < 0 && !host && errno == EAFNOSUPPORT)
                break;
            if (fd < 0) {
                freeaddrinfo(found);
                return refuse(why, STATUS_CONFLICT, "can't listen on %s port %s: %s", name, port, strerror(errno));
            }
            listen_on(l, fd);
        }
        freeaddrinfo(found);
    }
    if (l->n == 0 && !host)
        return bind_host(l, "0.0.0.0", port, why);
    if (error)
        return refuse(why, STATUS_MALFORMED, "can't listen on %s: %s", name, gai_strerror(error));
    return STATUS_OK;
}

static enum status bind_item(struct listener *l, char *item, struct why *why)
{
    char *colon = strrchr(item, ':');
    if (!colon || colon == item || !colon[1])
        return refuse(why, STATUS_MALFORMED, "listen: \"%.60s\" is not HOST:PORT", item);
    *colon = '\0';
    char *host = item;
    if (host[0] == '[' && colon[-1] == ']') {
        colon[-1] = '\0';
        host++;
    }
    return bind_host(l, strcmp(host, "*") == 0 ? NULL : host, colon + 1, why);
}

enum status listener_bind(struct listener *l, const char *where, struct why *why)
{
    char *copy = xstrdup(where), *rest_of_it = NULL;
    enum status status = refuse(why, STATUS_MALFORMED, "listen: no address");
    for (char *item = strtok_r(copy, ", ", &rest_of_it); item; item = strtok_r(NULL, ", ", &rest_of_it)) {
        status = bind_item(l, item, why);
        if (status != STATUS_OK)
            break;
    }
    free(copy);
    return status;
}

/* ---- the rest */

struct listener *listener_new(const struct listener_options *options)
{
    struct listener *l = xcalloc(1, sizeof *l);
    l->options = *options;
    l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    l->rest = evtimer_new(options->base, on_rested, l);
    ASSERT(l->rest != NULL);
    return l;
}

void listener_start(struct listener *l)
{
    for (size_t i = 0; i < l->n; i++)
        event_add(l->events[i], NULL);
}

void listener_stop(struct listener *l)
{
    event_del(l->rest);
    for (size_t i = 0; i < l->n; i++) {
        event_free(l->events[i]);
        close(l->fds[i]);
    }
    l->n = 0;
}

void listener_free(struct listener *l)
{
    if (!l)
        return;
    listener_stop(l);
    event_free(l->rest);
    if (l->spare >= 0)
        close(l->spare);
    struct address_count *count, *next;
    HASH_ITER(hh, l->counts, count, next)
    {
        HASH_DEL(l->counts, count);
        free(count);
    }
    free(l);
}

void listener_set_limits(struct listener *l, const struct listener_limits *limits)
{
    l->options.limits = *limits;
}

unsigned listener_connections(const struct listener *l)
{
    return l->connections;
}

void listener_counts(const struct listener *l, uint64_t *accepted, uint64_t *refused)
{
    *accepted = l->accepted;
    *refused = l->refused;
}

static uint16_t format_bound(int fd, char *out, size_t room)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    char host[INET6_ADDRSTRLEN] = "?";
    uint16_t port = 0;
    if (getsockname(fd, (struct sockaddr *)&sa, &len) == 0 && sa.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&sa;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        port = ntohs(in->sin_port);
        snprintf(out, room, "%s:%u", host, port);
    } else if (sa.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)&sa;
        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
        port = ntohs(in->sin6_port);
        snprintf(out, room, "[%s]:%u", host, port);
    } else {
        snprintf(out, room, "%s", host);
    }
    return port;
}

char *listener_addresses(const struct listener *l)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < l->n; i++) {
        char one[INET6_ADDRSTRLEN + 10];
        format_bound(l->fds[i], one, sizeof one);
        if (i > 0)
            buf_add(&text, ", ", 2);
        buf_add(&text, one, strlen(one));
    }
    char *result = xstrndup(buf_len(&text) ? (const char *)buf_at(&text) : "", buf_len(&text));
    buf_fini(&text);
    return result;
}

uint16_t listener_port(const struct listener *l)
{
    char text[INET6_ADDRSTRLEN + 10];
    return l->n ? format_bound(l->fds[0], text, sizeof text) : 0;
}
