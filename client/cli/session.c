/* Connecting, waiting and failing for commands, see session.h. */
#include "client/cli/session.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "client/cli/find.h"
#include "client/core/past.h"
#include "client/core/outbox.h"
#include "common/tls.h"
#include "common/message.h"
#include "common/utf8.h"

enum {
    DEFAULT_TIMEOUT_MS = 15000,
    ANSWERS_MAX = 512 << 20, /* most memory for the answers of one command (a whole history) */
    GOODBYE_MS = 1000,
};

int64_t wall_ms(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (int64_t)now.tv_sec * 1000 + now.tv_usec / 1000;
}

/* ---- what the client library tells */

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct session *s = ctx;
    if (state != s->state) {
        s->state_before = s->state;
        s->state = state;
    }
    if (s->hooks && s->hooks->on_state)
        s->hooks->on_state(s->hooks_ctx, state, code, sentence);
}

static bool on_unknown_server(void *ctx, const char *host, const uint8_t pin[PIN_BYTES])
{
    struct session *s = ctx;
    char words[128], answer[16];
    if (!cli_can_ask(s->cli))
        return false;
    pin_words(pin, words, sizeof words);
    err_print(
        &s->cli->out, STYLE_PLAIN,
        "%s is new to this device. Compare these six words with the ones that the server's owner sees:\n\n    %s\n\n",
        host, words);
    err_print(&s->cli->out, STYLE_PLAIN, "Are they the same? (yes/no) ");
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    return strcmp(answer, "yes\n") == 0 || strcmp(answer, "y\n") == 0;
}

static void *copy_message(struct arena *arena, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, len ? len : 1);
    if (!bytes)
        return NULL;
    protobuf_c_message_pack(message, bytes);
    return protobuf_c_message_unpack(message->descriptor, arena_allocator(arena), len, bytes);
}

static void on_logged_in(void *ctx, const Cocanvas__LoggedIn *logged_in)
{
    struct session *s = ctx;
    if (!s->logged_in)
        s->logged_in = copy_message(&s->arena, &logged_in->base);
}

static void on_guest_notice(void *ctx, const Cocanvas__GuestNotice *notice)
{
    struct session *s = ctx;
    s->notice = copy_message(&s->arena, &notice->base);
}

static void on_waiting(void *ctx)
{
    struct session *s = ctx;
    if (!s->in_lobby)
        out_note(&s->cli->out, "You are in the lobby: a facilitator will let you in. Ctrl-C goes away.");
    s->in_lobby = true;
}

static void on_reply(void *ctx, const Cocanvas__Frame *reply)
{
    struct session *s = ctx;
    if (s->past && past_reader_reply(s->past, reply))
        return;
    if (!s->request || reply->request != s->request)
        return;
    if (reply->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE && s->on_page) {
        s->on_page(s, reply->history_page, s->page_ctx);
        if (!reply->history_page->last)
            return;
        /* Its batches went to the callback; a large history is not kept twice. */
        Cocanvas__HistoryPage empty = COCANVAS__HISTORY_PAGE__INIT;
        Cocanvas__Frame last = COCANVAS__FRAME__INIT;
        empty.last = true;
        empty.oldest_seq = reply->history_page->oldest_seq;
        last.body_case = COCANVAS__FRAME__BODY_HISTORY_PAGE;
        last.history_page = &empty;
        s->reply = copy_message(&s->arena, &last.base);
        return;
    }
    s->reply = copy_message(&s->arena, &reply->base);
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    struct session *s = ctx;
    s->rejected = true;
    s->reject_code = (enum status)reject->code;
    snprintf(s->reject_detail, sizeof s->reject_detail, "%s", reject->detail);
    if (s->hooks && s->hooks->on_reject)
        s->hooks->on_reject(s->hooks_ctx, reject);
}

static void on_status(void *ctx, bool degraded, int64_t since_ms)
{
    struct session *s = ctx;
    s->degraded = degraded;
    s->degraded_since_ms = since_ms;
    if (s->hooks && s->hooks->on_status)
        s->hooks->on_status(s->hooks_ctx, degraded, since_ms);
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct session *s = ctx;
    if (s->hooks && s->hooks->on_batch)
        s->hooks->on_batch(s->hooks_ctx, batch);
}

static void on_presence(void *ctx, const Cocanvas__PresenceUpdate *update)
{
    struct session *s = ctx;
    if (s->hooks && s->hooks->on_presence)
        s->hooks->on_presence(s->hooks_ctx, update);
}

static void on_people(void *ctx)
{
    struct session *s = ctx;
    if (s->hooks && s->hooks->on_people)
        s->hooks->on_people(s->hooks_ctx);
}

static void on_signal(evutil_socket_t signal_number, short events, void *ctx)
{
    (void)signal_number, (void)events;
    ((struct session *)ctx)->interrupted = true;
}

/* ---- beginning and end */

int session_prepare(struct session *s, struct cli *cli)
{
    memset(s, 0, sizeof *s);
    s->cli = cli;
    long seconds = DEFAULT_TIMEOUT_MS / 1000;
    arena_init(&s->arena, ANSWERS_MAX);
    if (!cli_number(cli, "timeout", 1, 86400, &seconds))
        return EXIT_USAGE;
    s->timeout_ms = (unsigned)seconds * 1000;
    struct why why;
    if (cli->guest) {
        s->contexts = (struct contexts){.at = xcalloc(1, sizeof *s->contexts.at), .n = 1};
        s->contexts.at[0] = *cli->guest;
        return EXIT_OK;
    }
    if (contexts_load(&s->contexts, &cli->folders, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    return EXIT_OK;
}

/* --server or COCANVAS_SERVER: an address, or a link with the server's pin. The token is that of a context on this
 * server. */
static int context_of_server(struct session *s, const char *server)
{
    struct why why;
    struct context *c = &s->context;
    if (strncmp(server, "cocanvas://", 11) == 0) {
        struct link link;
        if (link_parse(server, &link, &why) != STATUS_OK)
            return cli_fail(s->cli, EXIT_USAGE, "%s", why.text);
        snprintf(c->host, sizeof c->host, "%s", link.host);
        c->port = link.port;
        c->has_pin = link.has_pin;
        memcpy(c->pin, link.pin, PIN_BYTES);
    } else if (address_parse(server, c->host, &c->port, &why) != STATUS_OK) {
        return cli_fail(s->cli, EXIT_USAGE, "%s", why.text);
    }
    for (size_t i = 0; i < s->contexts.n; i++) {
        struct context *known = &s->contexts.at[i];
        if (strcmp(known->host, c->host) != 0 || known->port != c->port)
            continue;
        struct context chosen = *known;
        chosen.has_pin = c->has_pin;
        memcpy(chosen.pin, c->pin, PIN_BYTES);
        *c = chosen;
        return EXIT_OK;
    }
    return cli_fail(s->cli, EXIT_LOGIN, "You are not logged in to %s. Next: cocanvas login %s", server, server);
}

int session_choose_context(struct session *s)
{
    if (s->cli->guest) {
        s->context = *s->cli->guest;
        return EXIT_OK;
    }
    const char *server = cli_value(s->cli, "server"), *name = cli_value(s->cli, "context");
    if (!server && !name)
        server = getenv("COCANVAS_SERVER");
    if (!name)
        name = getenv("COCANVAS_CONTEXT");
    if (server && *server)
        return context_of_server(s, server);
    if (s->contexts.n == 0)
        return cli_fail(s->cli, EXIT_LOGIN,
                        "You are not logged in yet. Next: cocanvas login LINK, with the link of your invitation.");
    const struct context *found = contexts_find(&s->contexts, name && *name ? name : s->contexts.current);
    if (!found && name && *name)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "There is no context \"%s\". See: cocanvas context list", name);
    if (!found)
        return cli_fail(s->cli, EXIT_USAGE,
                        "No context is chosen. Next: cocanvas context use NAME (see: cocanvas context list)");
    s->context = *found;
    if (!context_logged_in(found))
        return cli_fail(s->cli, EXIT_LOGIN, "You are logged out of %s. Next: cocanvas login %s", found->name,
                        found->host);
    return EXIT_OK;
}

static bool is_ready(struct session *s)
{
    return s->notice || s->state == CLIENT_READY || s->state == CLIENT_LIVE;
}

/* Of a kind that also takes standard input when that is a file (epoll refuses those). */
static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    ASSERT(config && event_config_require_features(config, EV_FEATURE_FDS) == 0);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    ASSERT(base);
    return base;
}

int session_connect(struct session *s, const Cocanvas__Login *login)
{
    static const struct client_callbacks callbacks = {
        .on_state = on_state,
        .on_unknown_server = on_unknown_server,
        .on_logged_in = on_logged_in,
        .on_guest_notice = on_guest_notice,
        .on_waiting = on_waiting,
        .on_presence = on_presence,
        .on_people = on_people,
        .on_status = on_status,
        .on_reject = on_reject,
        .on_batch = on_batch,
        .on_reply = on_reply,
    };
    struct client_options options = {
        .port = s->context.port,
        .has_pin = s->context.has_pin,
        .accept_new = cli_flag(s->cli, "accept-new"),
        .config_dir = s->cli->folders.config,
        .state_dir = s->cli->folders.state,
        .token = login ? NULL : s->context.token,
        .certificate = s->context.certificate,
        .seal_ms = 0,
        .reconnect = s->stay,
    };
    struct why why;
    if (folder_make(options.config_dir, &why) != STATUS_OK || folder_make(options.state_dir, &why) != STATUS_OK)
        return cli_fail(s->cli, EXIT_ERROR, "%s", why.text);
    snprintf(options.host, sizeof options.host, "%s", s->context.host);
    memcpy(options.pin, s->context.pin, PIN_BYTES);
    s->base = new_base();
    s->on_interrupt = evsignal_new(s->base, SIGINT, on_signal, s);
    s->on_terminate = evsignal_new(s->base, SIGTERM, on_signal, s);
    evsignal_add(s->on_interrupt, NULL);
    evsignal_add(s->on_terminate, NULL);
    s->client = client_new(s->base, &options, &callbacks, s);
    if (login)
        client_login(s->client, login);
    client_connect(s->client);
    enum status status = session_wait(s, is_ready, s->timeout_ms);
    while (status == STATUS_TIMEOUT && s->in_lobby && !s->interrupted && client_state(s->client) == CLIENT_LOGGING_IN)
        status = session_wait(s, is_ready, s->timeout_ms);
    if (status != STATUS_OK && s->quiet_failure)
        return EXIT_ERROR;
    return status == STATUS_OK ? EXIT_OK : session_failed(s, status, "connecting");
}

/* The server goes by the key; but what stands between (a gateway, a company's proxy) may go by the date. */
static void tell_expiry(struct session *s, bool connected)
{
    char day[TLS_DAY_TEXT];
    int days;
    if (!s->context.certificate[0] || !tls_valid_days(s->context.certificate, &days, day) || days > TLS_EXPIRY_HINT_DAYS)
        return;
    if (days < 0)
        out_note(&s->cli->out, "Your client certificate %s expired on %s%s Make another one: cocanvas certificate add --new FILE",
                 s->context.certificate, day, connected ? "." : ", which may be why.");
    else
        out_note(&s->cli->out, "Your client certificate %s expires on %s, in %d days. Make another one in time: cocanvas certificate add --new FILE",
                 s->context.certificate, day, days);
}

int session_start(struct session *s, struct cli *cli)
{
    int code = session_prepare(s, cli);
    if (code == EXIT_OK)
        code = session_choose_context(s);
    if (code != EXIT_OK)
        return code;
    code = session_connect(s, NULL);
    tell_expiry(s, code == EXIT_OK);
    return code;
}

void session_close(struct session *s)
{
    if (s->client) {
        if (!s->interrupted)
            client_quit(s->client, GOODBYE_MS);
        client_free(s->client);
    }
    if (s->on_interrupt)
        event_free(s->on_interrupt);
    if (s->on_terminate)
        event_free(s->on_terminate);
    if (s->base)
        event_base_free(s->base);
    contexts_fini(&s->contexts);
    arena_fini(&s->arena);
    memset(s, 0, sizeof *s);
}

int session_run(struct cli *cli, int (*run)(struct session *s))
{
    struct session s;
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = run(&s);
    session_close(&s);
    return code;
}

/* ---- waiting */

struct wait {
    struct session *session;
    bool (*cond)(struct session *s);
};

static bool wait_over(void *ctx)
{
    struct wait *wait = ctx;
    return wait->session->interrupted || wait->cond(wait->session);
}

enum status session_wait(struct session *s, bool (*cond)(struct session *s), unsigned ms)
{
    struct wait wait = {s, cond};
    enum status status = client_run_until(s->client, wait_over, &wait, ms);
    /* An interrupt ends the wait like success does; what was waited for tells them apart. */
    return status == STATUS_OK && s->interrupted && !cond(s) ? STATUS_TIMEOUT : status;
}

enum exit_code session_failure(const struct client *client, const struct context *context, char *sentence, size_t room)
{
    char told[512] = "", server[SERVER_TEXT];
    enum status code = client_error(client, told, sizeof told);
    size_t len = strlen(told);
    if (client_problem(client) == CLIENT_NOT_LOGGED_IN && len > 0 && told[len - 1] == '.')
        told[len - 1] = '\0'; /* the sentence goes on */
    context_server(context, server);
    switch (client_problem(client)) {
    case CLIENT_UNREACHABLE:
        snprintf(sentence, room, "The server can't be reached: %s. Next: cocanvas doctor", told);
        return EXIT_UNREACHABLE;
    case CLIENT_WRONG_IDENTITY:
        snprintf(sentence, room, "%s", told);
        return EXIT_IDENTITY;
    case CLIENT_NOT_LOGGED_IN:
        snprintf(sentence, room, "%s: %s. Next: cocanvas login", server, told);
        return EXIT_LOGIN;
    case CLIENT_REFUSED:
        snprintf(sentence, room, "%s", told);
        return exit_of_status(code);
    case CLIENT_TIMED_OUT:
        snprintf(sentence, room, "%s. Next: cocanvas doctor", told);
        return EXIT_TIMED_OUT;
    case CLIENT_NO_PROBLEM:
        break;
    }
    return EXIT_OK;
}

int session_failed(struct session *s, enum status status, const char *doing)
{
    char sentence[900], server[SERVER_TEXT];
    if (s->interrupted)
        return cli_fail(s->cli, EXIT_INTERRUPTED, "Interrupted.");
    enum exit_code code = session_failure(s->client, &s->context, sentence, sizeof sentence);
    if (code != EXIT_OK)
        return cli_fail(s->cli, code, "%s", sentence);
    context_server(&s->context, server);
    if (status == STATUS_TIMEOUT)
        return cli_fail(s->cli, EXIT_TIMED_OUT, "%s did not answer in time (%s, %u s). Next: cocanvas doctor", server,
                        doing, s->timeout_ms / 1000);
    return cli_fail(s->cli, exit_of_status(status), "%s: %s", doing, status_name(status));
}

/* ---- the canvas */

static bool is_live(struct session *s)
{
    return s->state == CLIENT_LIVE || (s->reply && s->reply->body_case == COCANVAS__FRAME__BODY_ERROR);
}

static bool is_saved(struct session *s)
{
    return s->rejected || client_all_saved(s->client);
}

static bool has_unsent(struct session *s, const struct uuid *canvas)
{
    struct uuid server, found[64];
    const Cocanvas__Welcome *welcome = client_welcome(s->client);
    if (!welcome || !uuid_from_bytes(welcome->server_id.data, welcome->server_id.len, &server))
        return false;
    size_t n = outbox_unsent(s->cli->folders.state, &server, found, 64);
    for (size_t i = 0; i < n && i < 64; i++)
        if (uuid_equal(&found[i], canvas))
            return true;
    return false;
}

static int send_leftovers(struct session *s)
{
    out_note(&s->cli->out, "Sending edits that were still waiting on this device …");
    int code = session_wait_saved(s);
    s->rejected = false;
    return code;
}

int session_open_canvas(struct session *s, const char *words, bool edit)
{
    if (!uuid_parse(words, &s->canvas)) {
        Cocanvas__CanvasList *list;
        Cocanvas__CanvasInfo *info;
        const char *why;
        int code = session_canvases(s, false, false, &list);
        if (code != EXIT_OK)
            return code;
        enum status status = find_canvas(&s->arena, list, words, &info, &why);
        if (status != STATUS_OK)
            return cli_fail(s->cli, status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND, "%s", why);
        if (!uuid_from_bytes(info->id.data, info->id.len, &s->canvas))
            return cli_fail(s->cli, EXIT_ERROR, "The server sent a canvas without a proper id.");
    }
    bool leftovers = has_unsent(s, &s->canvas);
    s->reply = NULL;
    client_open(s->client, &s->canvas, !edit && !leftovers);
    enum status status = session_wait(s, is_live, s->timeout_ms);
    if (status != STATUS_OK)
        return session_failed(s, status, "opening the canvas");
    return leftovers ? send_leftovers(s) : EXIT_OK;
}

int session_start_canvas(struct session *s, struct cli *cli, const char *words, bool edit)
{
    int code = session_start(s, cli);
    return code == EXIT_OK ? session_open_canvas(s, words, edit) : code;
}

const struct canvas *session_view(const struct session *s)
{
    return replica_view(client_replica(s->client));
}

const char *session_title(const struct session *s)
{
    return canvas_title(session_view(s));
}

const char *session_person(struct session *s, uint32_t author)
{
    char room[32];
    return arena_line(&s->arena, client_person(s->client, author, room));
}

/* ---- edits */

int session_wait_saved(struct session *s)
{
    enum status status = session_wait(s, is_saved, s->timeout_ms);
    if (s->rejected)
        return cli_fail(s->cli, exit_of_status(s->reject_code), "%s",
                        s->reject_detail[0] ? s->reject_detail : "The server refused the change.");
    if (status == STATUS_OK)
        return EXIT_OK;
    const char *kept = "It is kept on this device and goes out with the next command on this canvas.";
    if (s->interrupted)
        return cli_fail(s->cli, EXIT_INTERRUPTED, "Interrupted before the server confirmed the change. %s", kept);
    if (s->degraded)
        return cli_fail(s->cli, EXIT_AGAIN, "Not saved yet: the server's database is away. %s", kept);
    if (status == STATUS_TIMEOUT)
        return cli_fail(s->cli, EXIT_TIMED_OUT, "Not confirmed within %u s. %s", s->timeout_ms / 1000, kept);
    return cli_fail(s->cli, EXIT_UNREACHABLE, "The connection was lost before the change was confirmed. %s", kept);
}

int session_submit(struct session *s, size_t n, Cocanvas__Op **ops)
{
    struct why why = {""};
    s->rejected = false;
    enum status status = replica_edit(client_replica(s->client), n, ops, wall_ms(), false, &why);
    if (status != STATUS_OK)
        return cli_fail(s->cli, exit_of_status(status), "%s", why.text[0] ? why.text : status_name(status));
    client_edited(s->client);
    return session_wait_saved(s);
}
