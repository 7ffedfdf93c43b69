/* What the interface asks of the outside: noted when it asks, carried out between two turns of the loop. What only
 * concerns the terminal (bell, clipboard, mouse) happens at once. */
#include <stdlib.h>
#include <string.h>

#include "client/tui/tui_private.h"

/* ---------------------------------------------------------------- asked */

static void edited(void *ctx)
{
    ((struct tui *)ctx)->wishes.edited = true;
}

static void presence(void *ctx, const Cocanvas__Presence *presence)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    size_t len = cocanvas__presence__get_packed_size(presence);
    buf_clear(&w->presence_bytes, SIZE_MAX);
    cocanvas__presence__pack(presence, buf_reserve(&w->presence_bytes, len + 1));
    buf_wrote(&w->presence_bytes, len);
    w->presence = true;
}

static const char *person(void *ctx, uint32_t author)
{
    struct tui *t = ctx;
    char room[32];
    const char *name = room;
    if (t->open && t->open->client)
        name = client_person(t->open->client, author, room);
    else
        snprintf(room, sizeof room, "author %u", author);
    snprintf(t->person, sizeof t->person, "%s", name);
    return t->person;
}

static void open_canvas(void *ctx, const char *context, const struct uuid *canvas)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    free(w->open_context);
    w->open_context = xstrdup(context);
    w->open_canvas = *canvas;
}

static void close_canvas(void *ctx)
{
    ((struct tui *)ctx)->wishes.close = true;
}

static void refresh(void *ctx)
{
    ((struct tui *)ctx)->wishes.refresh = true;
}

static void create(void *ctx, const char *context, const char *template_id, const char *title)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    free(w->create_context);
    free(w->create_template);
    free(w->create_title);
    w->create_context = xstrdup(context);
    w->create_template = xstrdup(template_id);
    w->create_title = xstrdup(title);
}

static void templates(void *ctx, const char *context)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    free(w->templates_context);
    w->templates_context = xstrdup(context);
}

static void history(void *ctx, uint64_t seq)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    w->history = true;
    w->history_seq = seq;
}

static void reconnect(void *ctx)
{
    ((struct tui *)ctx)->wishes.reconnect = true;
}

static void edit_outside(void *ctx, const char *text, size_t len)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    free(w->editor_text);
    w->editor_text = xstrndup(text, len);
}

static void copy(void *ctx, const char *text, size_t len)
{
    struct tui *t = ctx;
    if (t->ui.confidential) {
        tui_say(t, ROLE_WARN, "This canvas is confidential: nothing of it goes to the system's clipboard.");
    } else if (t->screen && !screen_copy(t->screen, text, len)) {
        tui_say(t, ROLE_WARN, "That is too long for the terminal's clipboard.");
    }
}

static void bell(void *ctx)
{
    struct tui *t = ctx;
    if (t->screen)
        screen_bell(t->screen);
}

static void mouse(void *ctx, bool on)
{
    struct tui *t = ctx;
    if (t->screen)
        screen_mouse(t->screen, on);
}

static void redraw(void *ctx)
{
    struct tui *t = ctx;
    if (t->screen)
        screen_redraw(t->screen);
    t->ui.dirty = true;
}

static void suspend(void *ctx)
{
    ((struct tui *)ctx)->wishes.suspend = true;
}

static void quit(void *ctx)
{
    ((struct tui *)ctx)->wishes.quit = true;
}

static bool is_guest(void *ctx, uint32_t author)
{
    struct tui *t = ctx;
    return t->open && t->open->client && client_is_guest(t->open->client, author);
}

static void guests(void *ctx, enum ui_guests what)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    w->guests = true;
    w->guests_what = what;
}

static void lobby(void *ctx, uint32_t number, bool admit)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    w->lobby = true;
    w->lobby_number = number;
    w->lobby_admit = admit;
}

static void lead(void *ctx, const struct ui_lead *wanted)
{
    struct wishes *w = &((struct tui *)ctx)->wishes;
    w->lead = true;
    w->lead_wanted = *wanted;
}

void tui_host_init(struct tui *t)
{
    t->host = (struct ui_host){
        .ctx = t,
        .edited = edited,
        .presence = presence,
        .person = person,
        .open = open_canvas,
        .close = close_canvas,
        .refresh = refresh,
        .create = create,
        .templates = templates,
        .history = history,
        .reconnect = reconnect,
        .edit_outside = edit_outside,
        .copy = copy,
        .bell = bell,
        .mouse = mouse,
        .redraw = redraw,
        .suspend = suspend,
        .quit = quit,
        .is_guest = is_guest,
        .guests = guests,
        .lobby = lobby,
        .lead = lead,
    };
    buf_init(&t->wishes.presence_bytes);
}

void tui_wishes_fini(struct wishes *w)
{
    buf_fini(&w->presence_bytes);
    free(w->open_context);
    free(w->create_context);
    free(w->create_template);
    free(w->create_title);
    free(w->templates_context);
    free(w->editor_text);
}

void tui_say(struct tui *t, enum role role, const char *sentence)
{
    snprintf(t->wishes.say, sizeof t->wishes.say, "%s", sentence);
    t->wishes.say_role = role;
}

/* ---------------------------------------------------------------- carried out */

/* True once for each time that it was wished. */
static bool take(bool *wish)
{
    bool was = *wish;
    *wish = false;
    return was;
}

static void send_presence(struct tui *t)
{
    Cocanvas__Presence *p =
        cocanvas__presence__unpack(NULL, buf_len(&t->wishes.presence_bytes), buf_at(&t->wishes.presence_bytes));
    if (p && t->open && t->open->client)
        client_presence(t->open->client, p); /* thins them out itself */
    if (p)
        cocanvas__presence__free_unpacked(p, NULL);
}

static void open_wished(struct tui *t)
{
    char *context = t->wishes.open_context;
    struct place *p = tui_place_find(t, context);
    t->wishes.open_context = NULL;
    t->words = NULL;
    if (p)
        tui_open(t, p, &t->wishes.open_canvas);
    free(context);
}

static void create_wished(struct tui *t)
{
    struct wishes *w = &t->wishes;
    struct place *p = tui_place_find(t, w->create_context);
    if (p)
        tui_place_create(p, w->create_template, w->create_title);
    free(w->create_context);
    free(w->create_template);
    free(w->create_title);
    w->create_context = w->create_template = w->create_title = NULL;
}

static void templates_wished(struct tui *t)
{
    char *context = t->wishes.templates_context;
    struct place *p = tui_place_find(t, context);
    t->wishes.templates_context = NULL;
    if (p)
        tui_templates_request(p);
    free(context);
}

static void start_editor(struct tui *t)
{
    char *text = t->wishes.editor_text;
    t->wishes.editor_text = NULL;
    tui_start_editor(t, text);
    free(text);
}

void tui_carry_out(struct tui *t)
{
    struct wishes *w = &t->wishes;
    struct client *client = t->open ? t->open->client : NULL;
    if (take(&w->edited) && client)
        client_edited(client);
    if (take(&w->presence))
        send_presence(t);
    if (take(&w->history))
        tui_history(t, w->history_seq);
    if (take(&w->guests))
        tui_guests(t, w->guests_what);
    if (take(&w->lobby))
        tui_lobby(t, w->lobby_number, w->lobby_admit);
    if (take(&w->lead))
        tui_lead(t, &w->lead_wanted);
    if (take(&w->close))
        tui_close(t);
    if (w->open_context)
        open_wished(t);
    if (w->create_context)
        create_wished(t);
    if (w->templates_context)
        templates_wished(t);
    if (take(&w->refresh))
        tui_places_refresh(t, true);
    if (take(&w->reconnect) && t->open && t->open->client)
        client_connect(t->open->client);
    if (w->editor_text)
        start_editor(t);
    if (take(&w->suspend))
        tui_suspend(t);
    if (take(&w->quit)) /* it has asked, if there was something to ask */
        tui_end(t, EXIT_OK);
    if (w->say[0])
        ui_say(&t->ui, w->say_role, "%s", w->say);
    w->say[0] = 0;
}
