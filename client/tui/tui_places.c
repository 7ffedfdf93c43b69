/* Contexts and their connections: each shows on the start screen what it is about and which canvases it has, all at
 * once. While a canvas is open, only its own connection stays. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"
#include "client/core/trust.h"
#include "client/tui/tui_private.h"

/* ---------------------------------------------------------------- what the start screen shows */

static bool is_online(const struct place *p)
{
    return p->client && (p->state == CLIENT_READY || p->state == CLIENT_OPENING || p->state == CLIENT_LIVE);
}

void tui_places_tell(struct tui *t)
{
    struct start_context *contexts = xcalloc(t->n_places + 1, sizeof *contexts);
    for (size_t i = 0; i < t->n_places; i++) {
        const struct place *p = t->places[i];
        struct start_context *c = &contexts[i];
        snprintf(c->name, sizeof c->name, "%s", p->context.name);
        context_server(&p->context, c->server);
        snprintf(c->workspace, sizeof c->workspace, "%s", p->context.workspace_name);
        snprintf(c->login, sizeof c->login, "%s", p->context.login);
        c->online = is_online(p) && p->listed;
        c->loading = !c->online && !p->sentence[0];
        snprintf(c->sentence, sizeof c->sentence, "%s", p->sentence);
    }
    ui_start_contexts(&t->ui, contexts, t->n_places);
    free(contexts);
}

/* ---------------------------------------------------------------- answers */

static void on_created(struct place *p, const Cocanvas__Frame *reply)
{
    struct wishes *w = &p->tui->wishes;
    p->create_request = 0;
    if (reply->body_case == COCANVAS__FRAME__BODY_CANVAS_CREATED) {
        const Cocanvas__CanvasInfo *info = reply->canvas_created->canvas;
        free(w->open_context);
        w->open_context = NULL;
        if (info && uuid_from_bytes(info->id.data, info->id.len, &w->open_canvas))
            w->open_context = xstrdup(p->context.name);
    } else if (reply->body_case == COCANVAS__FRAME__BODY_ERROR) {
        tui_say(p->tui, ROLE_BAD, reply->error->message);
    }
}

/* ---------------------------------------------------------------- what the client library tells */

static bool is_open(const struct place *p)
{
    return p->tui->open == p;
}

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct place *p = ctx;
    struct tui *t = p->tui;
    if (state == p->state && code == STATUS_INTERNAL && *sentence) { /* no disk for unsent edits */
        tui_say(t, ROLE_BAD, sentence);
        return;
    }
    p->state = state;
    if (state == CLIENT_OFFLINE || state == CLIENT_FAILED)
        snprintf(p->sentence, sizeof p->sentence, "%s", sentence);
    else if (is_online(p))
        p->sentence[0] = 0;
    if (is_open(p) && (!t->words || state == CLIENT_FAILED || state == CLIENT_OFFLINE))
        tui_canvas_state(t, state, sentence);
    tui_places_tell(t);
    t->ui.dirty = true;
}

/* Answered later: a question takes time, and this is called from within the connection. */
static bool on_unknown_server(void *ctx, const char *host, const uint8_t pin[PIN_BYTES])
{
    struct place *p = ctx;
    (void)host, (void)pin;
    p->unknown_server = true;
    return false;
}

static void on_event(void *ctx, const struct replica_event *event)
{
    struct place *p = ctx;
    if (is_open(p) && p->tui->shown)
        ui_replica_event(&p->tui->ui, event);
}

static void on_presence(void *ctx, const Cocanvas__PresenceUpdate *update)
{
    struct place *p = ctx;
    if (is_open(p))
        tui_canvas_presence(p->tui, update);
}

static void on_people(void *ctx)
{
    ((struct place *)ctx)->tui->ui.dirty = true; /* names stand on the screen */
}

static void on_status(void *ctx, bool degraded, int64_t since_ms)
{
    struct place *p = ctx;
    if (is_open(p))
        tui_canvas_status(p->tui, degraded, since_ms);
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    struct place *p = ctx;
    const char *sentence = *reject->detail ? reject->detail : "The server refused what you did.";
    if (is_open(p))
        ui_rejected(&p->tui->ui, sentence);
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    (void)batch;
    ((struct place *)ctx)->tui->ui.dirty = true; /* one's own: from unsent to saved */
}

/* Somebody has made us something else while we were here. */
static void on_role(void *ctx, const Cocanvas__RoleChanged *changed)
{
    struct place *p = ctx;
    struct tui *t = p->tui;
    if (!is_open(p) || !t->shown || changed->role == COCANVAS__ROLE__NONE || t->ui.role == (int)changed->role)
        return;
    bool more = t->ui.role < (int)changed->role;
    t->ui.role = (int)changed->role;
    tui_say(t, more ? ROLE_GOOD : ROLE_WARN,
            arena_printf(&t->cli->arena, "You are now %s %s on this canvas.",
                         strchr("eo", role_word(changed->role)[0]) ? "an" : "a", role_word(changed->role)));
    t->ui.dirty = true;
}

static void on_lobby(void *ctx, const Cocanvas__LobbyUpdate *update)
{
    struct place *p = ctx;
    if (is_open(p))
        ui_lobby_update(&p->tui->ui, update);
}

static void on_reply(void *ctx, const Cocanvas__Frame *reply)
{
    struct place *p = ctx;
    if (is_open(p) && p->tui->past && past_reader_reply(p->tui->past, reply))
        return;
    if (is_open(p) && tui_lead_reply(p, reply))
        return;
    if (reply->request == p->list_request)
        tui_list_reply(p, reply);
    else if (reply->request == p->create_request)
        on_created(p, reply);
    else if (reply->request == p->guests_request)
        tui_guests_reply(p, reply);
    else if (reply->request == p->templates_request)
        tui_templates_reply(p, reply);
}

/* ---------------------------------------------------------------- connecting */

static void connect_place(struct place *p)
{
    static const struct client_callbacks callbacks = {
        .on_state = on_state,
        .on_unknown_server = on_unknown_server,
        .on_event = on_event,
        .on_presence = on_presence,
        .on_people = on_people,
        .on_status = on_status,
        .on_reject = on_reject,
        .on_batch = on_batch,
        .on_reply = on_reply,
        .on_role = on_role,
        .on_lobby = on_lobby,
    };
    struct tui *t = p->tui;
    struct client_options options = {
        .port = p->context.port,
        .has_pin = p->context.has_pin,
        .accept_new = cli_flag(t->cli, "accept-new"),
        .config_dir = t->cli->folders.config,
        .state_dir = t->cli->folders.state,
        .token = p->context.token,
        .certificate = p->context.certificate,
        .seal_ms = 40,
        .reconnect = true,
    };
    if (!context_logged_in(&p->context)) {
        snprintf(p->sentence, sizeof p->sentence, "Logged out. Next: cocanvas login %.200s", p->context.host);
        return;
    }
    snprintf(options.host, sizeof options.host, "%s", p->context.host);
    memcpy(options.pin, p->context.pin, PIN_BYTES);
    p->state = CLIENT_IDLE;
    p->sentence[0] = 0;
    p->client = client_new(t->base, &options, &callbacks, p);
    client_connect(p->client);
}

static void disconnect_place(struct place *p)
{
    client_free(p->client);
    p->client = NULL;
    tui_list_free(p);
    tui_templates_free(p);
    p->list_request = p->create_request = p->guests_request = p->lead_request = 0;
    p->listed_ms = 0;
    p->renew = false;
}

void tui_places_connect(struct tui *t, struct place *only)
{
    for (size_t i = 0; i < t->n_places; i++) {
        struct place *p = t->places[i];
        if (only && p != only)
            continue;
        if (p->client && p->renew)
            disconnect_place(p);
        if (!p->client)
            connect_place(p);
    }
    tui_places_tell(t);
}

void tui_places_leave(struct tui *t, struct place *except)
{
    for (size_t i = 0; i < t->n_places; i++)
        if (t->places[i] != except)
            t->places[i]->renew = true; /* freed when the loop is not inside of a client */
}

static bool lists_shown(const struct tui *t)
{
    return !t->shown;
}

/* Who has gone for a coffee need not be told every few seconds. */
static int64_t refresh_ms(const struct tui *t)
{
    return tui_mono_ms() - t->key_ms < TUI_DOZE_MS ? TUI_REFRESH_MS : TUI_DOZING_MS;
}

void tui_places_refresh(struct tui *t, bool now)
{
    if (!lists_shown(t))
        return;
    for (size_t i = 0; i < t->n_places; i++) {
        struct place *p = t->places[i];
        bool due = now || p->listed_ms == 0 || tui_mono_ms() - p->listed_ms >= refresh_ms(t);
        if (now && p->client && (p->state == CLIENT_FAILED || p->state == CLIENT_OFFLINE)) {
            p->asked = p->unknown_server = false;
            client_connect(p->client);
        }
        if (is_online(p) && !p->list_request && due)
            tui_list_request(p);
    }
}

int tui_places_wait_ms(const struct tui *t)
{
    int64_t wait = TUI_NONE_MS;
    for (size_t i = 0; lists_shown(t) && i < t->n_places; i++) {
        const struct place *p = t->places[i];
        int64_t in = p->listed_ms ? p->listed_ms + refresh_ms(t) - tui_mono_ms() : 0;
        if (is_online(p) && !p->list_request && (wait < 0 || in < wait))
            wait = in > 0 ? in : 0;
    }
    return (int)wait;
}

void tui_place_create(struct place *p, const char *template_id, const char *title)
{
    Cocanvas__CanvasCreate create;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    struct uuid request;
    if (!is_online(p) || p->create_request) {
        tui_say(p->tui, ROLE_BAD, "A new canvas needs the connection to the server.");
        return;
    }
    cocanvas__canvas_create__init(&create);
    uuid_random(&request);
    if (!uuid_is_zero(&p->context.workspace))
        create.workspace = (ProtobufCBinaryData){sizeof p->context.workspace.b, p->context.workspace.b};
    create.request_id = (ProtobufCBinaryData){sizeof request.b, request.b};
    create.template_ = xstrdup(template_id);
    create.title = xstrdup(title);
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_CREATE;
    frame.canvas_create = &create;
    p->create_request = client_request(p->client, &frame);
    free(create.template_);
    free(create.title);
}

/* ---------------------------------------------------------------- servers that nobody vouches for */

void tui_place_trust(struct place *p)
{
    struct why why;
    struct tui *t = p->tui;
    const uint8_t *pin = client_pin(p->client);
    if (!pin || trust_remember(t->cli->folders.config, p->context.host, p->context.port, pin, NULL, "prompt", &why) !=
                    STATUS_OK)
        return;
    for (size_t i = 0; i < t->n_places; i++) { /* the other contexts on this server, too */
        struct place *other = t->places[i];
        if (!other->unknown_server || other->context.port != p->context.port ||
            strcmp(other->context.host, p->context.host) != 0)
            continue;
        other->unknown_server = false;
        other->sentence[0] = 0;
        client_connect(other->client);
    }
}

static void answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct tui *t = ui->host->ctx;
    size_t i = (size_t)ui->ask.about[0];
    (void)line, (void)object;
    if (choice == 0 && i < t->n_places && t->places[i]->client)
        tui_place_trust(t->places[i]);
}

static void ask_trust(struct tui *t, size_t i)
{
    static const struct ask_choice choices[] = {{'y', "Yes, they are the same"}, {'n', "No"}, {0, NULL}};
    struct place *p = t->places[i];
    char words[128], title[200];
    const uint8_t *pin = client_pin(p->client);
    p->asked = true;
    if (!pin)
        return;
    pin_words(pin, words, sizeof words);
    snprintf(title, sizeof title, "%.40s is new to this device. Does its owner see these words?  %.80s",
             p->context.host, words);
    ask_choice(&t->ui, title, choices, answered);
    t->ui.ask.about[0] = i;
}

void tui_places_settle(struct tui *t)
{
    for (size_t i = 0; i < t->n_places; i++) {
        struct place *p = t->places[i];
        if (p->renew && p->client && p != t->open)
            disconnect_place(p);
        if (p->unknown_server && !p->asked && t->screen && t->ui.ask.kind == ASK_NONE)
            ask_trust(t, i);
    }
}

/* ---------------------------------------------------------------- beginning and end */

struct place *tui_place_find(struct tui *t, const char *context)
{
    for (size_t i = 0; i < t->n_places; i++)
        if (strcmp(t->places[i]->context.name, context) == 0)
            return t->places[i];
    return NULL;
}

static struct place *add_place(struct tui *t, const struct context *context)
{
    struct place *p = xcalloc(1, sizeof *p);
    p->tui = t;
    p->context = *context;
    t->places = xrealloc(t->places, (t->n_places + 1) * sizeof(struct place *));
    t->places[t->n_places++] = p;
    return p;
}

/* --server and --context say which one it is about; else the current one, and the others can be seen, too. */
static int choose(struct tui *t, struct session *s, const char *canvas)
{
    bool given = cli_value(t->cli, "server") || cli_value(t->cli, "context");
    if (canvas || given) {
        int code = session_choose_context(s);
        if (code != EXIT_OK)
            return code;
        t->open = canvas ? add_place(t, &s->context) : NULL;
        if (given && !canvas)
            add_place(t, &s->context);
    }
    for (size_t i = 0; !given && i < s->contexts.n; i++)
        if (!tui_place_find(t, s->contexts.at[i].name))
            add_place(t, &s->contexts.at[i]);
    return EXIT_OK;
}

int tui_places_load(struct tui *t, const char *canvas)
{
    struct session s;
    int code = session_prepare(&s, t->cli);
    if (code == EXIT_OK)
        code = choose(t, &s, canvas);
    session_close(&s);
    return code;
}

void tui_places_free(struct tui *t)
{
    for (size_t i = 0; i < t->n_places; i++) {
        disconnect_place(t->places[i]);
        OPENSSL_cleanse(t->places[i], sizeof *t->places[i]);
        free(t->places[i]);
    }
    free(t->places);
}
