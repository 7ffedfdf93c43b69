/* See admin.h. The answer's first line is "ok" or "error"; the text follows. */
#include "server/admin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"

enum { COMMAND_MAX = 200, REQUESTS_MAX = 16, DEADLINE_S = 5 };

struct admin_request {
    struct admin *admin;
    int fd;
    struct event *readable; /* until the command is there */
    char command[COMMAND_MAX];
    size_t len;
    TAILQ_ENTRY(admin_request) entry;
};

struct admin {
    struct event_base *base;
    int fd;
    struct event *acceptable;
    char *path; /* to be removed at the end; NULL: systemd's */
    admin_command_cb *cb;
    void *ctx;
    TAILQ_HEAD(, admin_request) requests;
    unsigned n_requests;
};

static void end_request(struct admin_request *request)
{
    TAILQ_REMOVE(&request->admin->requests, request, entry);
    request->admin->n_requests--;
    event_free(request->readable);
    close(request->fd);
    free(request);
}

/* The text is small and the peer is local: what its socket does not take at once is lost with it. */
void admin_answer(struct admin_request *request, bool ok, const char *text)
{
    char *answer =
        xasprintf("%s\n%s%s", ok ? "ok" : "error", text, text[0] && text[strlen(text) - 1] != '\n' ? "\n" : "");
    if (send(request->fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
        log_debug(NULL, "admin: %s", strerror(errno));
    free(answer);
    end_request(request);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct admin_request *request = ctx;
    ssize_t n =
        what & EV_TIMEOUT ? 0 : read(fd, request->command + request->len, sizeof request->command - 1 - request->len);
    if (n <= 0) {
        end_request(request);
        return;
    }
    request->len += (size_t)n;
    char *end = memchr(request->command, '\n', request->len);
    if (end) {
        *end = '\0';
        event_del(request->readable);
        log_notice(NULL, "admin: %s", request->command);
        request->admin->cb(request->admin->ctx, request, request->command);
    } else if (request->len == sizeof request->command - 1) {
        admin_answer(request, false, "This command is too long.");
    }
}

static bool may_speak(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

static void on_acceptable(evutil_socket_t listening, short what, void *ctx)
{
    struct admin *a = ctx;
    (void)what;
    int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (!may_speak(fd) || a->n_requests >= REQUESTS_MAX) {
        log_warn(NULL, "admin: a connection was turned away");
        close(fd);
        return;
    }
    struct admin_request *request = xcalloc(1, sizeof *request);
    struct timeval deadline = {DEADLINE_S, 0};
    request->admin = a;
    request->fd = fd;
    request->readable = event_new(a->base, fd, EV_READ | EV_PERSIST, on_readable, request);
    ASSERT(request->readable && event_add(request->readable, &deadline) == 0);
    TAILQ_INSERT_TAIL(&a->requests, request, entry);
    a->n_requests++;
}

struct admin *admin_take(struct event_base *base, int fd, admin_command_cb *cb, void *ctx)
{
    struct admin *a = xcalloc(1, sizeof *a);
    evutil_make_socket_nonblocking(fd);
    a->base = base;
    a->fd = fd;
    a->cb = cb;
    a->ctx = ctx;
    TAILQ_INIT(&a->requests);
    a->acceptable = event_new(base, fd, EV_READ | EV_PERSIST, on_acceptable, a);
    ASSERT(a->acceptable && event_add(a->acceptable, NULL) == 0);
    return a;
}

static enum status fill_address(struct sockaddr_un *sa, const char *path, struct why *why)
{
    *sa = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof sa->sun_path)
        return refuse(why, STATUS_MALFORMED, "admin_socket: the path has more than %zu bytes", sizeof sa->sun_path - 1);
    memcpy(sa->sun_path, path, len + 1);
    return STATUS_OK;
}

static bool somebody_answers(const struct sockaddr_un *sa)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)sa, sizeof *sa) == 0;
    if (fd >= 0)
        close(fd);
    return answers;
}

struct admin *admin_new(struct event_base *base, const char *path, admin_command_cb *cb, void *ctx, struct why *why)
{
    struct sockaddr_un sa;
    if (fill_address(&sa, path, why) != STATUS_OK)
        return NULL;
    if (somebody_answers(&sa)) {
        (void)refuse(why, STATUS_CONFLICT, "another cocanvasd is running: it answers at %s", path);
        return NULL;
    }
    (void)unlink(path); /* left by a daemon that was killed */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof sa) != 0 || chmod(path, 0600) != 0 ||
        listen(fd, REQUESTS_MAX) != 0) {
        (void)refuse(why, STATUS_INTERNAL, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct admin *a = admin_take(base, fd, cb, ctx);
    a->path = xstrdup(path);
    return a;
}

void admin_free(struct admin *a)
{
    if (!a)
        return;
    while (!TAILQ_EMPTY(&a->requests))
        end_request(TAILQ_FIRST(&a->requests));
    event_free(a->acceptable);
    close(a->fd);
    if (a->path)
        (void)unlink(a->path);
    free(a->path);
    free(a);
}

/* ---- the client */

static char *ask(int fd, const char *command)
{
    struct buf answer;
    char *line = xasprintf("%s\n", command);
    bool sent = write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    free(line);
    buf_init(&answer);
    while (sent) {
        ssize_t n = read(fd, buf_reserve(&answer, 4096), 4096);
        if (n <= 0)
            break;
        buf_wrote(&answer, (size_t)n);
    }
    char *text = xstrndup(buf_len(&answer) ? (const char *)buf_at(&answer) : "", buf_len(&answer));
    buf_fini(&answer);
    return text;
}

int admin_call(const char *path, const char *command)
{
    struct sockaddr_un sa;
    struct why why;
    if (fill_address(&sa, path, &why) != STATUS_OK) {
        fprintf(stderr, "cocanvasd: %s\n", why.text);
        return 1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&sa, sizeof sa) != 0) {
        fprintf(stderr, "cocanvasd: no daemon answers at %s: %s\n", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return 6;
    }
    char *answer = ask(fd, command);
    close(fd);
    char *text = strchr(answer, '\n');
    bool ok = text && strncmp(answer, "ok\n", 3) == 0;
    if (text)
        fputs(text + 1, ok ? stdout : stderr);
    else
        fprintf(stderr, "cocanvasd: the daemon did not answer\n");
    free(answer);
    return ok ? 0 : 1;
}
