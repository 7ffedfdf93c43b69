/* doctor: goes the way of a connection step by step and says which step fails and what to do. Nothing secret is
 * printed: no tokens, no links, no titles. */
#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/cli/session.h"
#include "client/core/outbox.h"

enum verdict { CHECK_GOOD, CHECK_NOTE, CHECK_BAD };

struct doctor {
    struct session s;
    struct cli *cli;
    json_t *checks;
    int worst; /* exit code of the first thing that is bad */
};

static void report(struct doctor *d, enum verdict verdict, const char *what, const char *fmt, ...) PRINTF_LIKE(4, 5);

static void report(struct doctor *d, enum verdict verdict, const char *what, const char *fmt, ...)
{
    static const char *const words[] = {"ok", "note", "BAD"};
    static const enum text_style styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};
    char text[600];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    json_array_append_new(d->checks,
                          json_pack("{s:s, s:s, s:s}", "check", what, "verdict", words[verdict], "text", text));
    if (d->cli->out.json)
        return;
    out_print(&d->cli->out, styles[verdict], "%-5s", words[verdict]);
    out_print(&d->cli->out, STYLE_PLAIN, "%-12s %s\n", what, text);
    fflush(d->cli->out.to);
}

static void bad(struct doctor *d, int code)
{
    if (d->worst == EXIT_OK)
        d->worst = code;
}

/* ---- this device */

static void check_terminal(struct doctor *d)
{
    const char *term = getenv("TERM"), *charset = nl_langinfo(CODESET);
    bool utf8 = strcmp(charset, "UTF-8") == 0;
    report(d, utf8 ? CHECK_GOOD : CHECK_NOTE, "terminal", "%s, %zu columns, %s%s, colour %s",
           term && *term ? term : "no TERM", d->cli->out.width, charset,
           utf8 ? "" : " (set LC_ALL=C.UTF-8 for lines and accents)", d->cli->out.color ? "on" : "off");
}

static void check_folders(struct doctor *d)
{
    struct stat st;
    char *path = xasprintf("%s/credentials", d->cli->folders.state);
    if (stat(path, &st) != 0)
        report(d, CHECK_NOTE, "settings", "no credentials yet in %s", d->cli->folders.state);
    else if (st.st_mode & 077)
        report(d, CHECK_NOTE, "settings", "others may read %s. Next: chmod 600 %s", path, path);
    else
        report(d, CHECK_GOOD, "settings", "%zu context%s; credentials are yours alone", d->s.contexts.n,
               d->s.contexts.n == 1 ? "" : "s");
    free(path);
}

/* ---- the way to the server */

/* Whether one of the addresses accepts within the time-out; closes again at once. */
static bool try_tcp(const struct addrinfo *list, unsigned timeout_ms, int *error)
{
    *error = ETIMEDOUT;
    for (const struct addrinfo *at = list; at; at = at->ai_next) {
        int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
            continue;
        int result = connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
        struct pollfd wait = {fd, POLLOUT, 0};
        socklen_t len = sizeof result;
        if (result == EINPROGRESS && poll(&wait, 1, (int)timeout_ms) > 0)
            (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &len);
        close(fd);
        if (result == 0)
            return true;
        *error = result == EINPROGRESS ? ETIMEDOUT : result;
    }
    return false;
}

static bool check_network(struct doctor *d)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    int error;
    (void)snprintf(port, sizeof port, "%u", d->s.context.port);
    int failed = getaddrinfo(d->s.context.host, port, &hints, &list);
    if (failed) {
        report(d, CHECK_BAD, "name", "%s: %s", d->s.context.host, gai_strerror(failed));
        bad(d, EXIT_UNREACHABLE);
        return false;
    }
    size_t n = 0;
    for (const struct addrinfo *at = list; at; at = at->ai_next)
        n++;
    report(d, CHECK_GOOD, "name", "%s has %zu address%s", d->s.context.host, n, n == 1 ? "" : "es");
    bool reached = try_tcp(list, d->s.timeout_ms, &error);
    freeaddrinfo(list);
    if (reached) {
        report(d, CHECK_GOOD, "connection", "port %u answers", d->s.context.port);
        return true;
    }
    report(d, CHECK_BAD, "connection", "port %u: %s. Is the server running? Does a firewall stand between?",
           d->s.context.port, strerror(error));
    bad(d, error == ETIMEDOUT ? EXIT_TIMED_OUT : EXIT_UNREACHABLE);
    return false;
}

/* ---- the server */

static bool has_welcome(struct session *s)
{
    return client_welcome(s->client) != NULL && client_state(s->client) != CLIENT_LOGGING_IN;
}

static void check_clock(struct doctor *d, const Cocanvas__Welcome *welcome)
{
    int64_t off = wall_ms() - welcome->now_ms;
    if (off > 120000 || off < -120000)
        report(d, CHECK_NOTE, "clock", "this device is %" PRId64 " s %s the server", (off < 0 ? -off : off) / 1000,
               off < 0 ? "behind" : "ahead of");
    else
        report(d, CHECK_GOOD, "clock", "agrees with the server's");
}

static void check_key(struct doctor *d)
{
    char words[128];
    const uint8_t *pin = client_pin(d->s.client);
    if (client_problem(d->s.client) == CLIENT_WRONG_IDENTITY) {
        char sentence[512];
        client_error(d->s.client, sentence, sizeof sentence);
        report(d, CHECK_BAD, "key", "%s", sentence);
        bad(d, EXIT_IDENTITY);
    } else if (pin) {
        pin_words(pin, words, sizeof words);
        report(d, CHECK_GOOD, "key", "trusted: %s", words);
    }
}

static void check_login(struct doctor *d)
{
    char sentence[512] = "";
    enum client_problem problem = client_problem(d->s.client);
    if (d->s.logged_in) {
        report(d, CHECK_GOOD, "login", "accepted, %zu workspace%s", d->s.logged_in->n_workspaces,
               d->s.logged_in->n_workspaces == 1 ? "" : "s");
        return;
    }
    client_error(d->s.client, sentence, sizeof sentence);
    if (problem == CLIENT_NOT_LOGGED_IN && !context_logged_in(&d->s.context)) {
        report(d, CHECK_NOTE, "login", "not logged in to this server. Next: cocanvas login");
        return;
    }
    if (problem == CLIENT_NOT_LOGGED_IN)
        report(d, CHECK_BAD, "login", "%s. Next: cocanvas login", sentence);
    else if (problem != CLIENT_WRONG_IDENTITY)
        report(d, CHECK_BAD, "protocol", "%s", sentence[0] ? sentence : "the server said nothing");
    bad(d, problem == CLIENT_NOT_LOGGED_IN ? EXIT_LOGIN
           : problem == CLIENT_UNREACHABLE ? EXIT_UNREACHABLE
                                           : EXIT_ERROR);
}

static void check_outbox(struct doctor *d, const Cocanvas__Welcome *welcome)
{
    struct uuid server, canvases[64];
    if (!uuid_from_bytes(welcome->server_id.data, welcome->server_id.len, &server))
        return;
    size_t n = outbox_unsent(d->cli->folders.state, &server, canvases, 64);
    if (n)
        report(d, CHECK_NOTE, "outbox",
               "edits of %zu canvas%s wait here. Any command on that canvas sends them (show, for one)", n,
               n == 1 ? "" : "es");
    else
        report(d, CHECK_GOOD, "outbox", "nothing waits to be sent");
}

/* An own connection, since a failure here is an answer and not the end. */
static void check_server(struct doctor *d)
{
    d->s.quiet_failure = true;
    if (session_connect(&d->s, NULL) != EXIT_OK && d->s.client)
        (void)session_wait(&d->s, has_welcome, 1000);
    if (!d->s.client)
        return;
    const Cocanvas__Welcome *welcome = client_welcome(d->s.client);
    check_key(d);
    if (welcome) {
        report(d, CHECK_GOOD, "version", "this is cocanvas/%s; the server is %s, protocol %u", COCANVAS_VERSION,
               welcome->software, welcome->proto);
        check_clock(d, welcome);
    }
    check_login(d);
    if (welcome)
        check_outbox(d, welcome);
}

/* The server of the argument, or of the context; false if there is neither. */
static bool choose_server(struct doctor *d)
{
    struct why why;
    const char *name = cli_value(d->cli, "context");
    const struct context *now = contexts_find(&d->s.contexts, name ? name : d->s.contexts.current);
    const char *server = d->cli->n_args ? d->cli->args[0] : cli_value(d->cli, "server");
    if (!server && !name)
        server = getenv("COCANVAS_SERVER");
    if (!server) {
        if (now)
            d->s.context = *now;
        return now != NULL;
    }
    struct link link;
    memset(&link, 0, sizeof link);
    enum status status = strncmp(server, "cocanvas://", 11) == 0 ? link_parse(server, &link, &why)
                                                                 : address_parse(server, link.host, &link.port, &why);
    if (status != STATUS_OK) {
        report(d, CHECK_BAD, "address", "%s", why.text);
        bad(d, EXIT_USAGE);
        return false;
    }
    for (size_t i = 0; i < d->s.contexts.n; i++)
        if (strcmp(d->s.contexts.at[i].host, link.host) == 0 && d->s.contexts.at[i].port == link.port)
            d->s.context = d->s.contexts.at[i];
    snprintf(d->s.context.host, sizeof d->s.context.host, "%s", link.host);
    d->s.context.port = link.port;
    d->s.context.has_pin = link.has_pin;
    memcpy(d->s.context.pin, link.pin, PIN_BYTES);
    return true;
}

int cmd_doctor(struct cli *cli)
{
    struct doctor d;
    memset(&d, 0, sizeof d);
    d.cli = cli;
    d.checks = json_array();
    int code = session_prepare(&d.s, cli);
    if (code == EXIT_OK) {
        check_terminal(&d);
        check_folders(&d);
        if (!choose_server(&d)) {
            if (d.worst == EXIT_OK)
                report(&d, CHECK_NOTE, "server",
                       "none is chosen. Next: cocanvas login LINK, or: cocanvas doctor SERVER");
        } else if (check_network(&d)) {
            check_server(&d);
        }
        code = d.worst;
    }
    if (cli->out.json) {
        json_t *object = out_object("doctor");
        json_object_set(object, "checks", d.checks);
        json_object_set_new(object, "ok", json_boolean(code == EXIT_OK));
        out_json(&cli->out, object);
    }
    json_decref(d.checks);
    session_close(&d.s);
    return code;
}
