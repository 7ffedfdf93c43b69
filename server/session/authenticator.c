/* See authenticator.h. The thread owns the helper and all jobs but those that were just submitted; those wait behind
 * the mutex, and an eventfd wakes the thread. */
#include "server/session/authenticator.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/session/auth.h"
#include "wire.pb-c.h"

enum {
    LINE_MOST = 64 << 10,
    BACKOFF_FIRST_MS = 1000,
    BACKOFF_LAST_MS = 60000,
    HOPELESS_STARTS = 3, /* in a row without an answer: from then on nobody is kept waiting while there is no helper */
    GOODBYE_MS = 300,
    IDLE_MS = 60000,
};

TAILQ_HEAD(job_list, vouch_job);

struct authenticator {
    pthread_mutex_t lock; /* guards submitted, n_submitted and ending */
    struct job_list submitted;
    unsigned n_open; /* submitted and not answered */
    bool ending;
    int wake;

    char *path;
    uid_t uid;
    gid_t gid;
    bool other_user;
    char **environment; /* the daemon's, without its database's secrets; the strings are borrowed */
    unsigned deadline_ms, parallel, queue;
    pthread_t thread;

    struct job_list waiting, with_helper; /* the oldest first */
    unsigned n_with_helper;
    uint64_t last_id;
    pid_t pid; /* 0: none */
    int fd;    /* -1: none */
    struct buf in, out;
    int64_t heard_ms, start_ms;  /* monotonic: last valid answer; not before this, a new start */
    unsigned backoff_ms, starts; /* since the last valid answer */
};

static const char no_answer[] = "The login service of this server does not answer: try again in a moment.";
static const char wrong_answer[] =
    "The login service of this server failed. Tell the server's administrator: its log has the details.";

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void vouch_job_free(struct vouch_job *job)
{
    if (job)
        sodium_memzero(job, sizeof *job);
    free(job);
}

/* Passwords do not stay in memory that is not used any more. */
static void wipe(struct buf *out, size_t len)
{
    if (len > 0)
        sodium_memzero(out->data + out->start, len);
    buf_drain(out, len);
}

/* ---- answers */

static void finish(struct authenticator *a, struct job_list *from, struct vouch_job *job, enum status status,
                   const char *sentence)
{
    TAILQ_REMOVE(from, job, entry);
    if (from == &a->with_helper)
        a->n_with_helper--;
    sodium_memzero(job->password, sizeof job->password);
    job->status = status;
    if (sentence)
        refuse(&job->why, status, "%s", sentence);
    pthread_mutex_lock(&a->lock);
    a->n_open--;
    pthread_mutex_unlock(&a->lock);
    job->done(job->ctx, job);
}

static void fail_all(struct authenticator *a, struct job_list *list, const char *sentence)
{
    struct vouch_job *job;
    while ((job = TAILQ_FIRST(list)) != NULL)
        finish(a, list, job, STATUS_BUSY, sentence);
}

/* ---- the helper's life */

/* In the child: only what is allowed between fork and exec. */
static void become_helper(const struct authenticator *a, int fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || close_range(3, ~0U, 0) != 0)
        _exit(126);
    if (a->other_user && (setgroups(1, &a->gid) != 0 || setgid(a->gid) != 0 || setuid(a->uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char *arguments[] = {a->path, NULL};
    execve(a->path, arguments, a->environment);
    _exit(127);
}

static void start_helper(struct authenticator *a)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        log_error(NULL, "authenticator: %s", strerror(errno));
        a->start_ms = now_ms() + BACKOFF_LAST_MS;
        return;
    }
    a->pid = fork();
    if (a->pid == 0)
        become_helper(a, ends[1]);
    close(ends[1]);
    a->fd = ends[0];
    fcntl(a->fd, F_SETFL, O_NONBLOCK);
    buf_clear(&a->in, 0);
    buf_clear(&a->out, 0);
    a->starts++;
    a->heard_ms = now_ms();
    log_info(NULL, "authenticator: started %s", a->path);
}

static void log_exit(int how)
{
    if (WIFEXITED(how) && WEXITSTATUS(how) == 127)
        log_error(NULL, "authenticator: it can't be run: is it executable, and its interpreter there?");
    else if (WIFEXITED(how) && WEXITSTATUS(how) == 126)
        log_error(NULL, "authenticator: the daemon may not change to the option authenticator_user");
    else if (WIFEXITED(how))
        log_error(NULL, "authenticator: it ended with %d", WEXITSTATUS(how));
    else if (WIFSIGNALED(how))
        log_error(NULL, "authenticator: signal %d ended it", WTERMSIG(how));
}

/* Its socket is closed a moment before it has ended. */
static bool wait_exit(pid_t pid, int *how)
{
    int64_t until = now_ms() + GOODBYE_MS;
    pid_t gone;
    while ((gone = waitpid(pid, how, WNOHANG)) == 0 && now_ms() < until)
        usleep(5000);
    return gone == pid;
}

/* Who was waiting for an answer from it is told to come back; the rest waits for the next helper. */
static void end_helper(struct authenticator *a, const char *reason, const char *sentence)
{
    int how = 0;
    if (a->fd < 0)
        return;
    close(a->fd);
    a->fd = -1;
    bool by_itself = !reason && wait_exit(a->pid, &how);
    if (!by_itself) {
        kill(a->pid, SIGKILL);
        while (waitpid(a->pid, &how, 0) < 0 && errno == EINTR)
            continue;
    }
    a->pid = 0;
    a->backoff_ms = a->backoff_ms == 0 ? BACKOFF_FIRST_MS : a->backoff_ms * 2;
    a->backoff_ms = a->backoff_ms < BACKOFF_LAST_MS ? a->backoff_ms : BACKOFF_LAST_MS;
    a->start_ms = now_ms() + a->backoff_ms;
    if (by_itself)
        log_exit(how);
    log_error(NULL, "authenticator: %s; starting it again in %u ms", reason ? reason : "it has closed its socket",
              a->backoff_ms);
    wipe(&a->out, buf_len(&a->out));
    fail_all(a, &a->with_helper, sentence);
}

/* ---- what is said to it */

static void add_string(struct buf *out, const char *key, const char *value)
{
    buf_add(out, ",\"", 2);
    buf_add(out, key, strlen(key));
    buf_add(out, "\":\"", 3);
    for (const char *at = value; *at; at++) {
        unsigned char c = (unsigned char)*at;
        char escaped[8];
        if (c < 0x20 || c == '"' || c == '\\') {
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            buf_add(out, escaped, 6);
        } else {
            buf_add(out, at, 1);
        }
    }
    buf_add(out, "\"", 1);
}

static void say(struct authenticator *a, struct vouch_job *job)
{
    char id[40];
    job->id = ++a->last_id;
    int len = snprintf(id, sizeof id, "{\"id\":%llu", (unsigned long long)job->id);
    buf_add(&a->out, id, (size_t)len);
    add_string(&a->out, "login", job->login);
    add_string(&a->out, "password", job->password);
    add_string(&a->out, "address", job->address);
    buf_add(&a->out, "}\n", 2);
    job->sent = true;
    TAILQ_REMOVE(&a->waiting, job, entry);
    TAILQ_INSERT_TAIL(&a->with_helper, job, entry);
    a->n_with_helper++;
}

static void write_some(struct authenticator *a)
{
    while (a->fd >= 0 && buf_len(&a->out) > 0) {
        ssize_t n = send(a->fd, buf_at(&a->out), buf_len(&a->out), MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            end_helper(a, NULL, no_answer);
        if (n <= 0)
            return;
        wipe(&a->out, (size_t)n);
    }
}

/* ---- what it says */

static struct vouch_job *with_id(struct authenticator *a, const json_t *id)
{
    struct vouch_job *job;
    if (!json_is_integer(id))
        return NULL;
    TAILQ_FOREACH(job, &a->with_helper, entry)
    {
        if ((json_int_t)job->id == json_integer_value(id))
            return job;
    }
    return NULL;
}

static bool take_text(const json_t *answer, const char *key, char *out, size_t room)
{
    const json_t *value = json_object_get(answer, key);
    const char *text = json_string_value(value);
    if (!value || json_is_null(value))
        return true;
    if (!text || strlen(text) >= room || !name_check(text))
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

/* Owners are made by owners only. */
static bool take_role(const json_t *answer, int *role)
{
    static const struct {
        const char *name;
        int role;
    } roles[] = {{"viewer", COCANVAS__ROLE__VIEWER},
                 {"commenter", COCANVAS__ROLE__COMMENTER},
                 {"editor", COCANVAS__ROLE__EDITOR},
                 {"facilitator", COCANVAS__ROLE__FACILITATOR}};
    const json_t *value = json_object_get(answer, "role");
    *role = COCANVAS__ROLE__EDITOR;
    for (size_t i = 0; json_is_string(value) && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].name, json_string_value(value)) == 0) {
            *role = roles[i].role;
            return true;
        }
    return !value || json_is_null(value);
}

/* NULL if the answer is sound, else what is wrong with it. */
static const char *judge(const json_t *answer, struct vouch_job *job)
{
    const json_t *ok = json_object_get(answer, "ok");
    char login[STORE_LOGIN];
    if (json_is_string(json_object_get(answer, "error"))) {
        log_warn(NULL, "authenticator: it can't say: %.200s", json_string_value(json_object_get(answer, "error")));
        job->status = refuse(&job->why, STATUS_BUSY, "%s", no_answer);
        return NULL;
    }
    if (!json_is_boolean(ok))
        return "it left out \"ok\"";
    job->status = json_is_true(ok) ? STATUS_OK : STATUS_DENIED;
    if (job->status != STATUS_OK)
        return NULL;
    const char *said = json_string_value(json_object_get(answer, "login"));
    if (!said || !login_normalise(said, login) || strcmp(login, job->login) != 0)
        return "it vouched for another login than was asked about";
    memcpy(job->name, job->login, sizeof job->login);
    if (!take_text(answer, "name", job->name, sizeof job->name))
        return "its \"name\" is no name of 1 to 64 characters on one line";
    if (!take_text(answer, "workspace", job->workspace, sizeof job->workspace))
        return "its \"workspace\" is no id and no name";
    if (!take_role(answer, &job->role))
        return "its \"role\" is none of viewer, commenter, editor, facilitator";
    return NULL;
}

/* False after the end of a helper that says what is no answer. */
static bool take_line(struct authenticator *a, const char *line, size_t len)
{
    json_t *answer = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    struct vouch_job *job = json_is_object(answer) ? with_id(a, json_object_get(answer, "id")) : NULL;
    const char *wrong = !json_is_object(answer) ? "it said something that is not a JSON object"
                        : !json_is_integer(json_object_get(answer, "id")) ? "it left out \"id\""
                        : !job && (uint64_t)json_integer_value(json_object_get(answer, "id")) - 1 >= a->last_id
                            ? "it answered what was not asked"
                            : NULL;
    if (!wrong && job)
        wrong = judge(answer, job);
    json_decref(answer);
    if (wrong) {
        end_helper(a, wrong, wrong_answer);
        return false;
    }
    a->heard_ms = now_ms();
    a->backoff_ms = a->starts = 0;
    if (job) /* else it came too late, and was given up */
        finish(a, &a->with_helper, job, job->status, NULL);
    return true;
}

static void take_lines(struct authenticator *a)
{
    while (a->fd >= 0) {
        const char *begin = (const char *)buf_at(&a->in);
        const char *end = buf_len(&a->in) ? memchr(begin, '\n', buf_len(&a->in)) : NULL;
        if (!end)
            break;
        size_t len = (size_t)(end - begin);
        if (!take_line(a, begin, len))
            return;
        buf_drain(&a->in, len + 1);
    }
    if (a->fd >= 0 && buf_len(&a->in) >= LINE_MOST)
        end_helper(a, "its line has no end", wrong_answer);
}

static void read_some(struct authenticator *a)
{
    uint8_t bytes[4096];
    ssize_t n = recv(a->fd, bytes, sizeof bytes, 0);
    if (n > 0) {
        buf_add(&a->in, bytes, (size_t)n);
        take_lines(a);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        end_helper(a, NULL, no_answer);
    }
}

/* ---- time */

static bool is_late(const struct authenticator *a, const struct vouch_job *job, int64_t now)
{
    return job && now - job->since_ms >= a->deadline_ms;
}

static void watch_deadlines(struct authenticator *a)
{
    int64_t now = now_ms();
    struct vouch_job *job;
    while (is_late(a, job = TAILQ_FIRST(&a->with_helper), now)) {
        bool silent = a->heard_ms <= job->since_ms;
        log_warn(NULL, "authenticator: no answer within %u ms", a->deadline_ms);
        finish(a, &a->with_helper, job, STATUS_BUSY, no_answer);
        if (silent) {
            end_helper(a, "it hangs", no_answer);
            break;
        }
    }
    while (is_late(a, job = TAILQ_FIRST(&a->waiting), now))
        finish(a, &a->waiting, job, STATUS_BUSY, no_answer);
    if (a->fd < 0 && a->starts >= HOPELESS_STARTS)
        fail_all(a, &a->waiting, no_answer);
}

static int next_timeout(const struct authenticator *a)
{
    int64_t now = now_ms(), until = now + IDLE_MS;
    const struct vouch_job *oldest[] = {TAILQ_FIRST(&a->with_helper), TAILQ_FIRST(&a->waiting)};
    for (int i = 0; i < 2; i++)
        if (oldest[i] && oldest[i]->since_ms + a->deadline_ms < until)
            until = oldest[i]->since_ms + a->deadline_ms;
    if (a->fd < 0 && a->start_ms < until)
        until = a->start_ms;
    return until > now ? (int)(until - now) : 0;
}

/* ---- the thread */

/* False when it is to end. */
static bool take_submitted(struct authenticator *a)
{
    pthread_mutex_lock(&a->lock);
    TAILQ_CONCAT(&a->waiting, &a->submitted, entry);
    bool ending = a->ending;
    pthread_mutex_unlock(&a->lock);
    return !ending;
}

static void turn(struct authenticator *a)
{
    if (a->fd < 0 && now_ms() >= a->start_ms)
        start_helper(a);
    while (a->fd >= 0 && a->n_with_helper < a->parallel && !TAILQ_EMPTY(&a->waiting))
        say(a, TAILQ_FIRST(&a->waiting));
    write_some(a);
    struct pollfd fds[] = {{a->wake, POLLIN, 0}, {a->fd, (short)(POLLIN | (buf_len(&a->out) ? POLLOUT : 0)), 0}};
    uint64_t count;
    if (poll(fds, 2, next_timeout(a)) > 0 && fds[0].revents && read(a->wake, &count, sizeof count) < 0)
        log_debug(NULL, "authenticator: %s", strerror(errno));
    if (a->fd >= 0 && fds[1].revents)
        read_some(a);
    watch_deadlines(a);
}

/* It sees the end of its input, and has a moment to end by itself. */
static void say_goodbye(struct authenticator *a)
{
    if (a->fd < 0)
        return;
    close(a->fd);
    a->fd = -1;
    int how;
    if (!wait_exit(a->pid, &how)) {
        kill(a->pid, SIGKILL);
        waitpid(a->pid, NULL, 0);
    }
}

static void *run(void *ctx)
{
    struct authenticator *a = ctx;
    pthread_setname_np(pthread_self(), "authenticator");
    while (take_submitted(a))
        turn(a);
    say_goodbye(a);
    return NULL;
}

/* ---- life */

static bool find_user(struct authenticator *a, const char *name, struct why *why)
{
    if (!name[0])
        return true;
    const struct passwd *user = getpwnam(name); /* before there are other threads that would ask */
    if (!user) {
        refuse(why, STATUS_MALFORMED, "authenticator_user: there is no user %.60s", name);
        return false;
    }
    a->other_user = true;
    a->uid = user->pw_uid;
    a->gid = user->pw_gid;
    return true;
}

static char **environment_without_secrets(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **copy = xcalloc(n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "PG", 2) != 0 && strncmp(environ[i], "NOTIFY_SOCKET=", 14) != 0)
            copy[kept++] = environ[i];
    return copy;
}

struct authenticator *authenticator_new(const struct authenticator_options *options, struct why *why)
{
    struct authenticator *a = xcalloc(1, sizeof *a);
    if (access(options->path, X_OK) != 0 && !options->user[0]) {
        refuse(why, STATUS_MALFORMED, "authenticator: %s: %s", options->path, strerror(errno));
        free(a);
        return NULL;
    }
    if (!find_user(a, options->user, why)) {
        free(a);
        return NULL;
    }
    a->path = xstrdup(options->path);
    a->environment = environment_without_secrets();
    a->deadline_ms = options->deadline_ms;
    a->parallel = options->parallel;
    a->queue = options->queue;
    a->fd = -1;
    a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ASSERT(a->wake >= 0 && pthread_mutex_init(&a->lock, NULL) == 0);
    TAILQ_INIT(&a->submitted);
    TAILQ_INIT(&a->waiting);
    TAILQ_INIT(&a->with_helper);
    buf_init(&a->in);
    buf_init(&a->out);
    ASSERT(pthread_create(&a->thread, NULL, run, a) == 0);
    return a;
}

static void free_jobs(struct job_list *list)
{
    struct vouch_job *job;
    while ((job = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, job, entry);
        vouch_job_free(job);
    }
}

static void wake(struct authenticator *a)
{
    uint64_t one = 1;
    if (write(a->wake, &one, sizeof one) < 0)
        log_debug(NULL, "authenticator: %s", strerror(errno));
}

void authenticator_free(struct authenticator *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->ending = true;
    pthread_mutex_unlock(&a->lock);
    wake(a);
    pthread_join(a->thread, NULL);
    free_jobs(&a->submitted);
    free_jobs(&a->waiting);
    free_jobs(&a->with_helper);
    wipe(&a->out, buf_len(&a->out));
    buf_fini(&a->in);
    buf_fini(&a->out);
    pthread_mutex_destroy(&a->lock);
    close(a->wake);
    free(a->environment);
    free(a->path);
    free(a);
}

bool authenticator_submit(struct authenticator *a, struct vouch_job *job)
{
    job->since_ms = now_ms();
    pthread_mutex_lock(&a->lock);
    bool room = a->n_open < a->queue && !a->ending;
    if (room) {
        a->n_open++;
        TAILQ_INSERT_TAIL(&a->submitted, job, entry);
    }
    pthread_mutex_unlock(&a->lock);
    if (room)
        wake(a);
    return room;
}
