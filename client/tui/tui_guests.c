/* What a facilitator does about guests, sent as requests; the answers are said, and a new code is shown until it was
 * read. */
#include <string.h>

#include "client/tui/tui_private.h"

static void send_request(struct place *p, Cocanvas__Frame *frame)
{
    p->guests_request = client_request(p->client, frame);
}

static struct place *online(struct tui *t)
{
    if (t->open && t->open->client && t->link.online)
        return t->open;
    tui_say(t, ROLE_BAD, "This needs the connection to the server.");
    return NULL;
}

static void open_for_guests(struct place *p, enum ui_guests what)
{
    Cocanvas__LiveOpen open;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    cocanvas__live_open__init(&open);
    open.lobby = what == UI_OPEN_FOR_GUESTS ? COCANVAS__LIVE_OPEN__LOBBY__OFF : COCANVAS__LIVE_OPEN__LOBBY__ON;
    open.pseudonyms = what == UI_OPEN_WITH_PSEUDONYMS;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_OPEN;
    frame.live_open = &open;
    send_request(p, &frame);
}

static void close_for_guests(struct place *p)
{
    Cocanvas__LiveClose close = COCANVAS__LIVE_CLOSE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_CLOSE;
    frame.live_close = &close;
    send_request(p, &frame);
}

static void make_code(struct place *p)
{
    Cocanvas__CodeCreate create;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    cocanvas__code_create__init(&create);
    frame.body_case = COCANVAS__FRAME__BODY_CODE_CREATE;
    frame.code_create = &create;
    send_request(p, &frame);
}

void tui_guests(struct tui *t, enum ui_guests what)
{
    struct place *p = online(t);
    if (!p)
        return;
    switch (what) {
    case UI_OPEN_FOR_GUESTS:
    case UI_OPEN_WITH_LOBBY:
    case UI_OPEN_WITH_PSEUDONYMS:
        open_for_guests(p, what);
        break;
    case UI_CLOSE_FOR_GUESTS:
        close_for_guests(p);
        break;
    case UI_MAKE_CODE:
        make_code(p);
        break;
    }
}

/* Who waits now; and the server tells facilitators who have asked once when somebody guesses codes. */
void tui_guests_look(struct tui *t)
{
    Cocanvas__LiveRequest request = COCANVAS__LIVE_REQUEST__INIT;
    Cocanvas__LobbyRequest lobby = COCANVAS__LOBBY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    t->ui.n_lobby = 0;
    if (client_role(t->open->client) < COCANVAS__ROLE__FACILITATOR)
        return;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_REQUEST;
    frame.live_request = &request;
    (void)client_request(t->open->client, &frame);
    frame.body_case = COCANVAS__FRAME__BODY_LOBBY_REQUEST;
    frame.lobby_request = &lobby;
    (void)client_request(t->open->client, &frame);
}

void tui_lobby(struct tui *t, uint32_t number, bool admit)
{
    Cocanvas__LobbyDecide decide = COCANVAS__LOBBY_DECIDE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    struct place *p = online(t);
    decide.guest = number;
    decide.all = number == 0;
    decide.admit = admit;
    frame.body_case = COCANVAS__FRAME__BODY_LOBBY_DECIDE;
    frame.lobby_decide = &decide;
    if (p)
        send_request(p, &frame);
}

/* ---- answers */

static void read_it(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)ui, (void)choice, (void)line, (void)object;
}

static void show_code(struct place *p, const Cocanvas__CodeCreated *made)
{
    static const struct ask_choice choices[] = {{'o', "I have noted it; it is not shown again"}, {0, NULL}};
    struct tui *t = p->tui;
    char server[SERVER_TEXT], title[200];
    context_server(&p->context, server);
    snprintf(title, sizeof title, "%.9s  lets in %u guests. They type: cocanvas join %.9s --server %.100s", made->code,
             made->info ? made->info->uses : 0, made->code, server);
    ask_choice(&t->ui, title, choices, read_it);
}

void tui_guests_reply(struct place *p, const Cocanvas__Frame *reply)
{
    struct tui *t = p->tui;
    p->guests_request = 0;
    if (reply->body_case == COCANVAS__FRAME__BODY_ERROR)
        tui_say(t, ROLE_BAD, reply->error->message);
    else if (reply->body_case == COCANVAS__FRAME__BODY_CODE_CREATED)
        show_code(p, reply->code_created);
    else if (reply->body_case == COCANVAS__FRAME__BODY_LIVE_SESSION && reply->live_session->open)
        tui_say(t, ROLE_GOOD, "This canvas is open for guests. Next: a code for them (make-code).");
    else if (reply->body_case == COCANVAS__FRAME__BODY_LIVE_SESSION)
        tui_say(t, ROLE_GOOD, "Closed: all guests are out.");
}
