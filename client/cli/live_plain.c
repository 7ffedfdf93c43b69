/* A live session as lines of text: for screen readers, for slow lines, for scripts. Events come as sentences,
 * commands go in at a prompt; nothing is ever redrawn. The event loop reads the keyboard and the network at once, so
 * nobody waits for anybody; without the network it goes on, and the edits wait on this device (P5). */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/cli/live.h"

enum {
    LATE_MS = 3000, /* an edit that is not saved by then is told of */
    LINE_MAX_BYTES = 1 << 20,
};

/* ---- talking */

/* Once after each command. Events that come while it stands there begin a line of their own and do not repeat it:
 * that would be noise to listen to. */
static void prompt(struct live *l)
{
    if (l->s.cli->out.terminal && isatty(STDIN_FILENO) == 1 && !l->s.cli->out.json) {
        out_print(&l->s.cli->out, STYLE_PLAIN, "> ");
        l->prompted = true;
    }
    fflush(l->s.cli->out.to);
}

void live_say(struct live *l, const char *fmt, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, fmt);
    ASSERT(vasprintf(&text, fmt, args) >= 0);
    va_end(args);
    if (l->s.cli->out.json) {
        json_t *object = out_object("line");
        json_object_set_new(object, "text", json_string(text));
        out_json(&l->s.cli->out, object);
    } else {
        out_print(&l->s.cli->out, STYLE_PLAIN, "%s%s\n", l->prompted ? "\n" : "", text);
    }
    l->prompted = false;
    fflush(l->s.cli->out.to);
    free(text);
}

const char *live_person_name(struct live *l, uint32_t author)
{
    char room[32];
    return arena_line(&l->words, client_person(l->s.client, author, room));
}

static const char *person_of(void *ctx, uint32_t author)
{
    return live_person_name(ctx, author);
}

struct describe live_describe(struct live *l)
{
    struct replica *replica = client_replica(l->s.client);
    return (struct describe){
        .arena = &l->words, .canvas = replica ? replica_view(replica) : NULL, .person = person_of, .ctx = l};
}

/* ---- saving */

void live_status(struct live *l)
{
    size_t n = replica_unsent_ops(client_replica(l->s.client));
    const char *plural = n == 1 ? "change is" : "changes are";
    if (n == 0)
        live_say(l, "%s", l->offline ? "Offline; everything you did is saved." : "Saved.");
    else if (l->offline)
        live_say(l, "%zu %s not sent yet: offline. They are kept on this device.", n, plural);
    else if (l->degraded)
        live_say(l, "%zu %s not saved yet: the server's database is away. They are kept.", n, plural);
    else
        live_say(l, "%zu %s not saved yet.", n, plural);
}

static void on_late(evutil_socket_t fd, short events, void *ctx)
{
    struct live *l = ctx;
    (void)fd, (void)events;
    if (!l->unsaved || l->told_late)
        return;
    l->told_late = true;
    live_status(l);
}

static void check_saved(struct live *l)
{
    if (!l->unsaved || !client_all_saved(l->s.client))
        return;
    l->unsaved = false;
    evtimer_del(l->on_late);
    live_say(l, "Saved.");
}

void live_edited(struct live *l)
{
    const struct timeval late = {LATE_MS / 1000, 0};
    l->unsaved = true;
    client_edited(l->s.client);
    if (l->offline && !l->told_late) {
        l->told_late = true;
        live_status(l);
    } else if (!l->told_late) {
        evtimer_add(l->on_late, &late);
    }
}

bool live_submit(struct live *l, size_t n, Cocanvas__Op **ops)
{
    struct why why = {""};
    enum status status = replica_edit(client_replica(l->s.client), n, ops, wall_ms(), false, &why);
    if (status != STATUS_OK) {
        live_say(l, "Not done: %s", why.text[0] ? why.text : status_name(status));
        return false;
    }
    live_edited(l);
    return true;
}

/* ---- events */

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct live *l = ctx;
    bool own = batch->client == replica_client(client_replica(l->s.client));
    if (!l->started)
        return;
    struct describe d = live_describe(l);
    for (size_t i = 0; !own && i < batch->n_ops; i++) {
        const char *sentence = describe_op(&d, batch->author, batch->ops[i]);
        if (sentence)
            live_say(l, "%s%s", sentence, batch->undo_of ? " (undo)" : "");
    }
    check_saved(l);
    arena_reset(&l->words);
}

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct live *l = ctx;
    (void)code;
    if (state == CLIENT_OFFLINE && !l->offline) {
        l->offline = true;
        live_say(l, "Offline: %s. Go on; what you do is kept on this device and sent later.", sentence);
    } else if (state == CLIENT_LIVE && l->offline) {
        l->offline = l->told_late = false;
        live_say(l, "Online again.");
        if (!client_all_saved(l->s.client))
            l->unsaved = true;
        else
            check_saved(l);
        live_presence(l, 0, false);
    }
}

static void on_status(void *ctx, bool degraded, int64_t since_ms)
{
    struct live *l = ctx;
    char clock[16] = "";
    time_t seconds = (time_t)(since_ms / 1000);
    struct tm parts;
    if (degraded == l->degraded)
        return;
    l->degraded = degraded;
    if (localtime_r(&seconds, &parts))
        strftime(clock, sizeof clock, "%H:%M", &parts);
    if (degraded)
        live_say(l, "Not saved since %s: the server's database is away. Go on; what you do is kept.", clock);
    else
        live_say(l, "The server saves again.");
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    struct live *l = ctx;
    live_say(l, "Not done: %s", reject->detail[0] ? reject->detail : status_name((enum status)reject->code));
    check_saved(l);
}

static struct live_person *slot_of(struct live *l, uint32_t session)
{
    for (size_t i = 0; i < LIVE_PEOPLE; i++)
        if (l->people[i].session == session)
            return &l->people[i];
    return NULL;
}

static void one_present(struct live *l, const Cocanvas__Present *present, bool quietly)
{
    struct live_person *person = slot_of(l, present->session);
    struct replica *replica = client_replica(l->s.client);
    if (replica && present->author == replica_author(replica))
        return; /* oneself, here or on another device */
    if (present->gone) {
        if (person)
            person->session = 0;
        if (person && !quietly)
            live_say(l, "%s has left.", live_person_name(l, present->author));
        return;
    }
    if (!person) {
        person = slot_of(l, 0);
        if (!person)
            return;
        memset(person, 0, sizeof *person);
        person->session = present->session;
        if (!quietly)
            live_say(l, "%s is here.", live_person_name(l, present->author));
    }
    person->author = present->author;
    person->object = present->presence ? present->presence->object : 0;
    person->editing = present->presence && present->presence->editing;
    person->away = present->presence && present->presence->away;
}

static void on_presence(void *ctx, const Cocanvas__PresenceUpdate *update)
{
    struct live *l = ctx;
    if (update->full)
        memset(l->people, 0, sizeof l->people);
    for (size_t i = 0; i < update->n_present; i++)
        if (update->present[i]->session)
            one_present(l, update->present[i], update->full || !l->started);
    arena_reset(&l->words);
}

void live_presence(struct live *l, uint64_t object, bool editing)
{
    Cocanvas__Presence presence;
    struct replica *replica = client_replica(l->s.client);
    cocanvas__presence__init(&presence);
    presence.object = object;
    presence.editing = editing;
    presence.at_seq = replica ? replica_seq(replica) : 0;
    client_presence(l->s.client, &presence);
}

/* ---- the keyboard */

static void take_lines(struct live *l)
{
    for (;;) {
        const char *bytes = (const char *)buf_at(&l->input);
        const char *stop = buf_len(&l->input) ? memchr(bytes, '\n', buf_len(&l->input)) : NULL;
        if (!stop || l->ended)
            return;
        size_t len = (size_t)(stop - bytes), text = len;
        while (text > 0 && (bytes[text - 1] == '\r' || bytes[text - 1] == ' '))
            text--;
        char *line = xstrndup(bytes, text);
        buf_drain(&l->input, len + 1);
        l->prompted = false;
        live_command(l, line);
        free(line);
        arena_reset(&l->words);
        if (!l->ended)
            prompt(l);
    }
}

static void on_input(evutil_socket_t fd, short events, void *ctx)
{
    struct live *l = ctx;
    (void)events;
    ssize_t n = read(fd, buf_reserve(&l->input, 4096), 4096);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        buf_wrote(&l->input, (size_t)n);
    else if (buf_len(&l->input))
        buf_add(&l->input, "\n", 1); /* a last line without a line break */
    take_lines(l);
    if (n <= 0 || buf_len(&l->input) > LINE_MAX_BYTES) {
        l->ended = true;
        event_del(l->on_input);
    }
}

/* ---- beginning and end */

static bool is_ended(struct session *s)
{
    return ((struct live *)s)->ended;
}

static bool is_all_saved(struct session *s)
{
    return client_all_saved(s->client);
}

static void welcome(struct live *l)
{
    live_say(l, "%s%s: you are in. Type help for the commands, quit to leave.", session_title(&l->s),
             session_mark(&l->s));
    const char *attribution = canvas_header_text(session_view(&l->s), "attribution");
    if (attribution[0])
        live_say(l, "%s", attribution);
    prompt(l);
}

static int run_loop(struct live *l)
{
    while (!l->ended && !l->s.interrupted) {
        enum status status = session_wait(&l->s, is_ended, 3600 * 1000);
        if (status != STATUS_OK && status != STATUS_TIMEOUT)
            return session_failed(&l->s, status, "working");
        if (!output_flush(&l->s.cli->out))
            return EXIT_OK;
    }
    /* What was typed last gets its chance. */
    if (!client_all_saved(l->s.client) && !l->offline)
        (void)session_wait(&l->s, is_all_saved, l->s.timeout_ms);
    check_saved(l);
    if (!client_all_saved(l->s.client)) {
        live_status(l);
        return EXIT_AGAIN;
    }
    return l->s.interrupted ? EXIT_INTERRUPTED : EXIT_OK;
}

static int start(struct live *l, struct cli *cli)
{
    static const struct session_hooks hooks = {
        .on_state = on_state,
        .on_presence = on_presence,
        .on_status = on_status,
        .on_reject = on_reject,
        .on_batch = on_batch,
    };
    int code = session_prepare(&l->s, cli);
    l->s.hooks = &hooks;
    l->s.hooks_ctx = l;
    l->s.stay = true;
    if (code == EXIT_OK)
        code = session_choose_context(&l->s);
    if (code == EXIT_OK)
        code = session_connect(&l->s, NULL);
    if (code == EXIT_OK)
        code = session_open_canvas(&l->s, cli->args[0], true);
    if (code != EXIT_OK)
        return code;
    l->on_late = evtimer_new(l->s.base, on_late, l);
    l->on_input = event_new(l->s.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, l);
    l->started = true;
    live_presence(l, 0, false);
    welcome(l);
    event_add(l->on_input, NULL);
    return EXIT_OK;
}

int cmd_live(struct cli *cli)
{
    struct live *l = xcalloc(1, sizeof *l);
    buf_init(&l->input);
    arena_init(&l->words, (size_t)64 << 20);
    int code = start(l, cli);
    if (code == EXIT_OK)
        code = run_loop(l);
    if (l->on_input)
        event_free(l->on_input);
    if (l->on_late)
        event_free(l->on_late);
    session_close(&l->s);
    buf_fini(&l->input);
    arena_fini(&l->words);
    free(l);
    return code;
}
