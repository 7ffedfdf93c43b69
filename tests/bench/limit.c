/* What a core of this machine can do with the same bytes and no work at all: a bare TLS writer to N clients. The writer
 * is pinned to core 0, the readers, which throw the records away undecrypted, to core 1. Prints one JSON object.
 *
 *     limit --clients N --bytes B --together K [--rate ROUNDS_PER_S] --secs S --folder F
 *
 * F: a folder in which a certificate may be made. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/tls.h"

struct options {
    int clients, bytes, together;
    double rate, secs;
    const char *label, *folder;
};

static _Noreturn void die(const char *what)
{
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void pin(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        fprintf(stderr, "core %d is not there: not pinned\n", core);
}

static int listen_somewhere(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)address, len) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)address, &len) != 0)
        die("listen");
    return fd;
}

static void make_nonblocking(int fd)
{
    int one = 1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Shakes hands, then reads and throws away until all writers have gone. */
static _Noreturn void read_all(const struct options *o, const struct sockaddr_in *address)
{
    struct why why;
    SSL_CTX *ctx = tls_client_context(&why);
    int epoll = epoll_create1(0), live = o->clients;
    pin(1);
    for (int i = 0; i < o->clients; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        SSL *ssl = SSL_new(ctx);
        if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
            die("connect");
        SSL_set_fd(ssl, fd);
        if (SSL_connect(ssl) != 1)
            die("handshake");
        make_nonblocking(fd);
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
    }
    while (live > 0) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            ssize_t got = recv(events[i].data.fd, NULL, 1 << 20, MSG_TRUNC);
            if (got == 0 || (got < 0 && errno != EAGAIN)) {
                close(events[i].data.fd);
                live--;
            }
        }
    }
    _exit(0);
}

struct writer {
    int fd;
    SSL *ssl;
    size_t sent; /* of the present round */
    bool blocked;
};

static SSL_CTX *server_context(const struct options *o)
{
    struct why why;
    char *cert = xasprintf("%s/limit.crt", o->folder), *key = xasprintf("%s/limit.key", o->folder);
    SSL_CTX *ctx =
        tls_make_identity(cert, key, "limit", &why) == STATUS_OK ? tls_server_context(cert, key, &why) : NULL;
    if (!ctx) {
        fprintf(stderr, "%s\n", why.text);
        exit(1);
    }
    free(cert);
    free(key);
    return ctx;
}

static void accept_all(const struct options *o, int listener, SSL_CTX *ctx, struct writer *writers, int epoll)
{
    for (int i = 0; i < o->clients; i++) {
        struct writer *w = &writers[i];
        w->fd = accept(listener, NULL, NULL);
        w->ssl = SSL_new(ctx);
        SSL_set_fd(w->ssl, w->fd);
        if (SSL_accept(w->ssl) != 1)
            die("handshake");
        make_nonblocking(w->fd);
        struct epoll_event e = {.events = EPOLLOUT | EPOLLET, .data.u32 = (uint32_t)i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, w->fd, &e);
    }
}

/* One round to everybody who has room; returns the deliveries made. */
static uint64_t write_round(const struct options *o, struct writer *writers, const char *message, int *blocked)
{
    uint64_t done = 0;
    size_t len = (size_t)o->bytes * (size_t)o->together;
    for (int i = 0; i < o->clients; i++) {
        struct writer *w = &writers[i];
        if (w->blocked)
            continue;
        int n = SSL_write(w->ssl, message + w->sent, (int)(len - w->sent));
        if (n > 0) {
            w->sent += (size_t)n;
            if (w->sent == len) {
                w->sent = 0;
                done += (uint64_t)o->together;
            }
        } else {
            ERR_clear_error();
            w->blocked = true;
            ++*blocked;
        }
    }
    return done;
}

static void unblock(struct writer *writers, int epoll, int *blocked, int timeout_ms)
{
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, timeout_ms);
    for (int i = 0; i < n; i++) {
        struct writer *w = &writers[events[i].data.u32];
        *blocked -= w->blocked;
        w->blocked = false;
    }
}

static void sleep_until(uint64_t t)
{
    struct timespec ts = {(time_t)(t / 1000000000u), (long)(t % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        ;
}

static void write_all(const struct options *o, struct writer *writers, int epoll)
{
    char *message = xmalloc((size_t)o->bytes * (size_t)o->together);
    memset(message, 'x', (size_t)o->bytes * (size_t)o->together);
    int blocked = 0;
    unblock(writers, epoll, &blocked, 0);
    uint64_t begin = now_ns(), end = begin + (uint64_t)(o->secs * 1e9), next = begin, done = 0;
    double cpu = cpu_s();
    while (now_ns() < end) {
        if (o->rate > 0) {
            sleep_until(next);
            next += (uint64_t)(1e9 / o->rate);
        }
        done += write_round(o, writers, message, &blocked);
        if (blocked > 0)
            unblock(writers, epoll, &blocked, blocked == o->clients ? 100 : 0);
    }
    double s = (double)(now_ns() - begin) / 1e9;
    cpu = cpu_s() - cpu;
    printf("{\"scenario\":\"%s\",\"clients\":%d,\"bytes\":%d,\"together\":%d,\"rate\":%g,\"deliveries_per_s\":%.0f,"
           "\"us_per_delivery\":%.3f,\"deliveries_per_core_s\":%.0f,\"core_pct\":%.1f}\n",
           o->label, o->clients, o->bytes, o->together, o->rate, (double)done / s, done ? cpu * 1e6 / (double)done : 0,
           (double)done / cpu, 100 * cpu / s);
    free(message);
}

static void read_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"clients", 1, NULL, 'c'}, {"bytes", 1, NULL, 'b'},  {"together", 1, NULL, 't'}, {"rate", 1, NULL, 'r'},
        {"secs", 1, NULL, 's'},    {"folder", 1, NULL, 'f'}, {"label", 1, NULL, 'l'},    {NULL, 0, NULL, 0}};
    int option;
    *o = (struct options){.clients = 50, .bytes = 150, .together = 1, .secs = 2, .label = "limit", .folder = "."};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'c':
            o->clients = atoi(optarg);
            break;
        case 'b':
            o->bytes = atoi(optarg);
            break;
        case 't':
            o->together = atoi(optarg);
            break;
        case 'r':
            o->rate = strtod(optarg, NULL);
            break;
        case 's':
            o->secs = strtod(optarg, NULL);
            break;
        case 'f':
            o->folder = optarg;
            break;
        case 'l':
            o->label = optarg;
            break;
        default:
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    struct options o;
    struct sockaddr_in address;
    signal(SIGPIPE, SIG_IGN);
    read_options(&o, argc, argv);
    int listener = listen_somewhere(&address);
    pid_t readers = fork();
    if (readers == 0)
        read_all(&o, &address);
    pin(0);
    struct writer *writers = xcalloc((size_t)o.clients, sizeof *writers);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    accept_all(&o, listener, server_context(&o), writers, epoll);
    write_all(&o, writers, epoll);
    for (int i = 0; i < o.clients; i++)
        close(writers[i].fd);
    waitpid(readers, NULL, 0);
    free(writers);
    return 0;
}
