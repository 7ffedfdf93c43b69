/* The open canvas: opening and leaving it, and how its connection stands. What comes over the connection goes straight
 * to the interface (tui_places.c). */
#include <stdlib.h>
#include <string.h>

#include "client/tui/tui_private.h"
#include "common/canvas.h"
#include "common/tls.h"

enum { KEPT_PRESENCE = 256 };

/* ---------------------------------------------------------------- the past */

static void on_past(void *ctx, const struct past_answer *answer)
{
    struct tui *t = ctx;
    struct canvas *copy = answer->canvas ? past_copy(answer->canvas) : NULL;
    ui_past(&t->ui, answer->seq, copy, answer->batch, answer->sentence);
}

void tui_history(struct tui *t, uint64_t seq)
{
    if (t->past)
        past_reader_ask(t->past, seq);
}

/* ---------------------------------------------------------------- who is here */

static void forget_present(struct tui *t)
{
    for (size_t i = 0; i < t->n_present; i++)
        cocanvas__presence_update__free_unpacked(t->present[i], NULL);
    free(t->present);
    t->present = NULL;
    t->n_present = 0;
}

static void keep_present(struct tui *t, const Cocanvas__PresenceUpdate *update)
{
    uint8_t *bytes = xmalloc(cocanvas__presence_update__get_packed_size(update) + 1);
    size_t len = cocanvas__presence_update__pack(update, bytes);
    if (update->full)
        forget_present(t);
    if (t->n_present < KEPT_PRESENCE) {
        t->present = xrealloc(t->present, (t->n_present + 1) * sizeof(Cocanvas__PresenceUpdate *));
        t->present[t->n_present] = cocanvas__presence_update__unpack(NULL, len, bytes);
        t->n_present += t->present[t->n_present] != NULL;
    }
    free(bytes);
}

void tui_canvas_presence(struct tui *t, const Cocanvas__PresenceUpdate *update)
{
    t->ui.session = client_session(t->open->client);
    if (t->shown)
        ui_presence_update(&t->ui, update);
    else
        keep_present(t, update);
}

/* ---------------------------------------------------------------- opening and leaving */

void tui_forget(struct tui *t)
{
    if (t->shown)
        ui_set_canvas(&t->ui, NULL, "", 0);
    past_reader_free(t->past);
    tui_reverting_free(t);
    forget_present(t);
    t->past = NULL;
    t->shown = t->begins = false;
    t->open = NULL;
    t->words = NULL;
    t->wishes.edited = t->wishes.presence = t->wishes.history = false;
    memset(&t->link, 0, sizeof t->link);
    if (t->screen && t->title)
        screen_title(t->screen, "");
}

void tui_open(struct tui *t, struct place *p, const struct uuid *canvas)
{
    struct place *before = t->open;
    char sentence[200];
    bool begins = t->begins;
    if (before) {
        tui_forget(t);
        if (before->client)
            client_close_canvas(before->client);
    }
    t->begins = begins;
    t->open = p;
    t->canvas = *canvas;
    tui_places_connect(t, p);
    if (!p->client || p->state == CLIENT_FAILED) {
        snprintf(sentence, sizeof sentence, "%.199s", p->sentence);
        tui_say(t, ROLE_BAD, sentence);
        t->open = NULL;
        return;
    }
    client_open(p->client, canvas, false);
    if (p->state != CLIENT_READY && p->state != CLIENT_OPENING && t->screen) {
        snprintf(sentence, sizeof sentence, "Connecting to %.150s …", p->context.host);
        tui_say(t, ROLE_WARN, sentence);
    }
}

void tui_close(struct tui *t)
{
    struct place *p = t->open;
    if (!p)
        return;
    if (t->cli->guest) { /* there is nothing else to go to */
        tui_end(t, EXIT_OK);
        return;
    }
    tui_forget(t);
    if (p->client)
        client_close_canvas(p->client);
    /* A connection that has failed is of no use for the lists, either. */
    p->renew = p->state == CLIENT_FAILED;
    tui_places_connect(t, NULL);
    tui_places_refresh(t, true);
}

/* ---------------------------------------------------------------- how the connection stands */

/* In time, and short: the command line says the rest of it. */
static void tell_expiry(struct tui *t, const struct place *p)
{
    char day[TLS_DAY_TEXT];
    int days;
    if (!p->context.certificate[0] || !tls_valid_days(p->context.certificate, &days, day) || days > TLS_EXPIRY_HINT_DAYS)
        return;
    ui_say(&t->ui, ROLE_WARN, "Your client certificate %s on %s: cocanvas certificate add --new FILE makes another one.",
           days < 0 ? "expired" : "expires", day);
}

static void show(struct tui *t)
{
    struct place *p = t->open;
    struct replica *replica = client_replica(p->client);
    t->shown = true;
    t->begins = false;
    t->past = past_reader_new(t->base, p->client, on_past, t);
    ui_set_canvas(&t->ui, replica, p->context.name, client_role(p->client));
    t->ui.session = client_session(p->client);
    for (size_t i = 0; i < t->n_present; i++)
        ui_presence_update(&t->ui, t->present[i]);
    forget_present(t);
    if (t->has_layout)
        t->ui.layout = t->layout;
    recent_note(&t->recent, &t->canvas, wall_ms());
    recent_save(&t->recent, t->cli->folders.state);
    if (t->screen && t->title)
        screen_title(t->screen, canvas_title(replica_view(replica)));
    tui_places_leave(t, p);
    tui_guests_look(t);
    tell_expiry(t, p);
}

static void live(struct tui *t)
{
    t->link.online = true;
    t->link.offline_since_ms = 0;
    t->link.failed = false;
    t->link.sentence[0] = 0;
    if (!t->shown)
        show(t);
    t->ui.role = client_role(t->open->client); /* may have changed while we were away */
}

static void lost(struct tui *t, bool for_good, const char *sentence)
{
    if (t->link.online || t->link.offline_since_ms == 0)
        t->link.offline_since_ms = wall_ms();
    t->link.online = false;
    t->link.failed = for_good;
    snprintf(t->link.sentence, sizeof t->link.sentence, "%s", sentence);
}

/* It never got so far that it could be shown. */
static void not_opened(struct tui *t, const char *sentence)
{
    struct place *p = t->open;
    if (t->begins && !t->screen) {
        t->failure = session_failure(p->client, &p->context, t->failure_sentence, sizeof t->failure_sentence);
        if (p->unknown_server)
            return; /* the person is asked first */
        t->ended = true;
        t->code = (int)t->failure;
        return;
    }
    tui_say(t, ROLE_BAD, sentence);
    t->wishes.close = true;
}

void tui_canvas_state(struct tui *t, enum client_state state, const char *sentence)
{
    switch (state) {
    case CLIENT_LIVE:
        live(t);
        break;
    case CLIENT_OFFLINE:
        lost(t, false, sentence);
        break;
    case CLIENT_FAILED:
        if (!t->shown) {
            not_opened(t, sentence);
            return;
        }
        lost(t, true, sentence);
        break;
    default:
        return; /* on the way: what was said last stands */
    }
    if (t->shown)
        ui_link_changed(&t->ui, &t->link);
}

/* What its owners said with "workspace set --confidential yes", or "set CANVAS canvas confidential yes". */
bool tui_confidential(const struct tui *t)
{
    return t->shown && client_is_confidential(t->open->client);
}

void tui_canvas_status(struct tui *t, bool degraded, int64_t since_ms)
{
    t->link.degraded = degraded;
    t->link.degraded_since_ms = since_ms;
    if (t->shown)
        ui_link_changed(&t->ui, &t->link);
}
