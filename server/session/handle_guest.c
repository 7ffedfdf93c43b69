/* The way in for guests, see guest.h: the code is looked up, the notice is shown and accepted, the lobby is passed,
 * and a seat is taken. Every answer that means "this code lets nobody in" is the same, at the earliest 300 ms after
 * the question: the session only notes it, and the worker's tick gives it (P9). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/message.h"
#include "common/tls.h"
#include "server/session/audit.h"
#include "server/session/code_guard.h"
#include "server/session/guest.h"
#include "server/session/handle.h"

#define WRONG_CODE                                                                                                     \
    "This code lets nobody in: it may be mistyped, used up, or over. Compare it, or ask the facilitator for another "  \
    "one."
#define TOO_MANY_WRONG "Too many wrong codes came from your address: wait a minute, then try again."

enum { NOTICE_ID = 16 };

void guest_free(struct guest *guest)
{
    if (!guest)
        return;
    sodium_memzero(guest, sizeof *guest);
    free(guest);
}

static int64_t now_ms(const struct session *s)
{
    return s->sessions->mono_ms(s->sessions->ctx);
}

/* ---- the ends of a login */

static void refuse_guest(struct session *s, enum status code, const char *sentence)
{
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_notice(&ctx, "guest refused: %s", status_name(code));
    s->sessions->failed_logins++;
    s->is_guest = false;
    if (s->guest->knocked) {
        session_kill(s, code, sentence);
        return;
    }
    session_refuse(s, s->request, code, "%s", sentence);
    guest_free(s->guest);
    s->guest = NULL;
    session_set_state(s, SESSION_GREETED);
    session_unbusy(s);
}

static void refuse_for_store(struct session *s, enum status code)
{
    refuse_guest(s, code,
                 code == STATUS_DEGRADED ? "The database is not reachable: try again in a moment."
                                         : "The server could not look that up: try again in a moment.");
}

/* To be answered by the tick. */
static void wrong_code(struct session *s)
{
    struct sessions *all = s->sessions;
    if (!s->guest->knocked)
        code_guard_wrong(all->codes, &s->address, now_ms(s));
    s->guest->wrong = true;
    all->wrong_codes = true;
}

static void send_logged_in(struct session *s, const struct store_guest *found)
{
    struct uuid id = found->canvas;
    char name[STORE_NAME];
    memcpy(name, found->name, sizeof name);
    Cocanvas__Guest guest;
    cocanvas__guest__init(&guest);
    guest.canvas = (ProtobufCBinaryData){sizeof id.b, id.b};
    guest.name = name;
    guest.role = (Cocanvas__Role)found->role;
    guest.ends_ms = found->ends_ms;
    Cocanvas__LoggedIn logged_in;
    cocanvas__logged_in__init(&logged_in);
    logged_in.token = s->guest->token;
    logged_in.guest = &guest;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_LOGGED_IN;
    frame.logged_in = &logged_in;
    session_send(s, &frame);
    sodium_memzero(s->guest->token, sizeof s->guest->token);
    sodium_memzero(s->guest->name, sizeof s->guest->name); /* with pseudonyms nobody is to find it */
}

static void come_in(struct session *s, const struct store_guest *found)
{
    struct store_membership in = {.workspace = found->workspace, .role = found->role, .author = found->author};
    char login[32];
    struct why why;
    if (!session_take_seat(s, NULL, &found->workspace, found->author, &why)) {
        refuse_guest(s, STATUS_BUSY, why.text);
        return;
    }
    snprintf(login, sizeof login, "guest-%u", (unsigned)found->number);
    s->is_guest = true;
    s->live = found->session;
    s->guest->code = found->code;
    s->guest->over_ms = now_ms(s) + found->left_ms;
    (void)session_take_memberships(s, 1, &in);
    free(s->login);
    s->login = xstrdup(login);
    s->sessions->logins++;
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_info(&ctx, "came in as a guest");
    send_logged_in(s, found);
    if (!s->guest->knocked)
        s->sessions->host->logged_in(s->conn);
    s->guest->knocked = true;
    session_set_state(s, SESSION_READY);
    session_unbusy(s);
    if (s->look_again)
        access_look(s);
}

static struct session *waiting(void *ctx, uint64_t id)
{
    struct session *s = sessions_find(ctx, id);
    return s && s->state == SESSION_CHECKING && s->guest ? s : NULL;
}

/* ---- a seat */

static void on_seat(void *ctx, uint64_t id, enum status status, const struct store_guest *found)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK) {
        code_guard_came_in(s->sessions->codes, &s->address, now_ms(s));
        audit_tell(s, AUDIT(GUEST_CAME), &found->workspace, found->author, 0, found->code);
        come_in(s, found);
    } else if (status == STATUS_NOT_FOUND) {
        wrong_code(s);
    } else {
        refuse_for_store(s, status);
    }
}

static void take_seat(struct session *s)
{
    uint8_t hash[32];
    token_make_guest(s->guest->token);
    token_hash(s->guest->token, hash);
    store_guest_add(journal_reads(s->sessions->journal), s->guest->code_hash, s->guest->name, hash, s->sessions, s->id,
                    on_seat);
}

/* ---- the lobby */

static bool waits_for(const struct session *s, const struct uuid *canvas)
{
    return s->state == SESSION_WAITING && uuid_equal(&s->canvas, canvas);
}

static bool leads(const struct session *s, const struct uuid *canvas)
{
    return s->state == SESSION_OPEN && s->member.role >= COCANVAS__ROLE__FACILITATOR && uuid_equal(&s->canvas, canvas);
}

static int by_number(const void *a, const void *b)
{
    const struct session *const *x = a, *const *y = b;
    return (*x)->guest->lobby_number < (*y)->guest->lobby_number ? -1 : 1;
}

/* Who waits for a canvas, in the order in which they came. */
static size_t find_waiting(struct sessions *all, const struct uuid *canvas, struct session *found[GUEST_LOBBY])
{
    struct session *s, *next;
    size_t n = 0;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (n < GUEST_LOBBY && waits_for(s, canvas))
            found[n++] = s;
    }
    qsort(found, n, sizeof(struct session *), by_number);
    return n;
}

void lobby_send(struct session *s, uint32_t request)
{
    struct session *found[GUEST_LOBBY];
    Cocanvas__LobbyGuest guests[GUEST_LOBBY], *list[GUEST_LOBBY];
    Cocanvas__LobbyUpdate update;
    cocanvas__lobby_update__init(&update);
    update.n_waiting = find_waiting(s->sessions, &s->canvas, found);
    update.waiting = list;
    update.crowded = code_guard_crowded(s->sessions->codes, now_ms(s));
    for (size_t i = 0; i < update.n_waiting; i++) {
        cocanvas__lobby_guest__init(&guests[i]);
        guests[i].number = found[i]->guest->lobby_number;
        guests[i].name = found[i]->guest->name;
        guests[i].since_ms = found[i]->guest->since_ms;
        list[i] = &guests[i];
    }
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_LOBBY_UPDATE;
    frame.lobby_update = &update;
    session_send(s, &frame);
}

void lobby_changed(struct sessions *all, const struct uuid *canvas)
{
    struct session *s, *next;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (leads(s, canvas))
            lobby_send(s, 0);
    }
}

void lobby_tell(struct session *s)
{
    struct session *found[GUEST_LOBBY];
    s->leads_live = false;
    if (s->state == SESSION_OPEN && leads(s, &s->canvas) && find_waiting(s->sessions, &s->canvas, found) > 0)
        lobby_send(s, 0);
}

static void send_waiting(struct session *s)
{
    Cocanvas__Waiting waits;
    cocanvas__waiting__init(&waits);
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_WAITING;
    frame.waiting = &waits;
    session_send(s, &frame);
}

static void enter_lobby(struct session *s)
{
    struct sessions *all = s->sessions;
    struct session *found[GUEST_LOBBY];
    if (find_waiting(all, &s->canvas, found) == GUEST_LOBBY) {
        refuse_guest(s, STATUS_BUSY, "Too many people are waiting to be let in: try again in a moment.");
        return;
    }
    s->guest->lobby_number = (uint32_t)++all->lobby_count;
    s->guest->since_ms = all->wall_ms(all->ctx);
    session_set_state(s, SESSION_WAITING);
    send_waiting(s);
    session_unbusy(s);
    lobby_changed(all, &s->canvas);
}

static void decide(struct session *s, bool admit)
{
    if (!admit) {
        session_kill(s, STATUS_DENIED, GUEST_NOT_ADMITTED);
        return;
    }
    s->busy = true;
    session_set_state(s, SESSION_CHECKING);
    take_seat(s);
}

bool lobby_decide(struct sessions *all, const struct uuid *canvas, uint32_t number, bool admit)
{
    struct session *found[GUEST_LOBBY];
    size_t n = find_waiting(all, canvas, found), decided = 0;
    for (size_t i = 0; i < n; i++) {
        if (number && found[i]->guest->lobby_number != number)
            continue;
        decide(found[i], admit);
        decided++;
    }
    if (decided)
        lobby_changed(all, canvas);
    return decided || !number;
}

/* ---- the door */

/* Of all that is shown: who accepts it accepts exactly that. */
static void notice_id(const struct store_door *door, uint8_t out[NOTICE_ID])
{
    uint8_t facts[2] = {(uint8_t)door->role, door->pseudonyms};
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, NOTICE_ID);
    crypto_generichash_update(&hash, facts, sizeof facts);
    crypto_generichash_update(&hash, (const uint8_t *)door->notice, strlen(door->notice));
    crypto_generichash_final(&hash, out, NOTICE_ID);
}

static void show_notice(struct session *s, const struct store_door *door, uint8_t id[NOTICE_ID])
{
    char *text = xstrdup(door->notice);
    Cocanvas__GuestNotice notice;
    cocanvas__guest_notice__init(&notice);
    notice.id = (ProtobufCBinaryData){NOTICE_ID, id};
    notice.text = text;
    notice.role = (Cocanvas__Role)door->role;
    notice.pseudonyms = door->pseudonyms;
    notice.lobby = door->lobby;
    notice.ends_ms = door->ends_ms;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_GUEST_NOTICE;
    frame.guest_notice = &notice;
    session_send(s, &frame);
    free(text);
    guest_free(s->guest);
    s->guest = NULL;
    session_set_state(s, SESSION_GREETED);
    session_unbusy(s);
}

static void look_at_door(struct session *s);

static void pass_door(struct session *s, const struct store_door *door)
{
    struct sessions *all = s->sessions;
    bool lobby = door->lobby || code_guard_crowded(all->codes, now_ms(s));
    s->guest->over_ms = now_ms(s) + door->left_ms;
    s->guest->workspace = door->workspace;
    s->guest->code = door->code;
    s->live = door->session;
    s->is_guest = true;
    if (lobby)
        enter_lobby(s);
    else
        take_seat(s);
}

static void on_door(void *ctx, uint64_t id, enum status status, const struct store_door *door)
{
    struct session *s = waiting(ctx, id);
    uint8_t notice[NOTICE_ID];
    if (!s)
        return;
    if (s->look_again) { /* something has changed meanwhile: perhaps this */
        s->look_again = false;
        look_at_door(s);
        return;
    }
    if (status != STATUS_OK) {
        status == STATUS_NOT_FOUND ? wrong_code(s) : refuse_for_store(s, status);
        return;
    }
    notice_id(door, notice);
    if (!s->guest->accepts || sodium_memcmp(s->guest->accepted, notice, NOTICE_ID) != 0) {
        if (s->guest->knocked)
            refuse_guest(s, STATUS_BUSY, "The facilitator has just changed what guests agree to: come again.");
        else
            show_notice(s, door, notice);
        return;
    }
    if (s->guest->knocked) {
        pass_door(s, door);
        return;
    }
    s->guest->knocked = true;
    s->canvas = door->canvas;
    s->sessions->host->logged_in(s->conn);
    if (s->sessions->host->place(s->conn, &s->canvas))
        pass_door(s, door);
}

static void look_at_door(struct session *s)
{
    store_door(journal_reads(s->sessions->journal), s->guest->code_hash, s->sessions, s->id, on_door);
}

/* While it was on its way nobody could tell it anything. */
void guest_arrived(struct session *s)
{
    look_at_door(s);
}

/* ---- the beginning */

static void on_token(void *ctx, uint64_t id, enum status status, const struct store_guest *found)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK)
        come_in(s, found);
    else if (status == STATUS_NOT_FOUND)
        refuse_guest(s, STATUS_ENDED, GUEST_GONE);
    else
        refuse_for_store(s, status);
}

static void by_token(struct session *s, const char *token)
{
    uint8_t hash[32];
    if (!token_check_guest(token)) {
        refuse_guest(s, STATUS_ENDED, GUEST_GONE);
        return;
    }
    token_hash(token, hash);
    store_guest_by_token(journal_reads(s->sessions->journal), hash, s->sessions, s->id, on_token);
}

static enum status check_form(const Cocanvas__Login *login, struct guest *guest, struct why *why)
{
    if (login->login[0] || login->password[0] || login->invitation[0] || login->reset[0] || login->certificate ||
        (login->token[0] && login->code[0]))
        return refuse(why, STATUS_MALFORMED, "A guest logs in with a code and a name, or with a guest's token.");
    guest->accepts = login->accept_notice.len > 0;
    if (login->accept_notice.len != 0 && login->accept_notice.len != NOTICE_ID)
        return refuse(why, STATUS_MALFORMED, "A notice's id has 16 bytes.");
    if (guest->accepts)
        memcpy(guest->accepted, login->accept_notice.data, NOTICE_ID);
    if (guest->accepts && !name_check(login->name))
        return refuse(why, STATUS_MALFORMED, "A name has 1 to 64 characters on one line.");
    snprintf(guest->name, sizeof guest->name, "%s", guest->accepts ? login->name : "");
    return STATUS_OK;
}

static void by_code(struct session *s, const char *typed)
{
    struct code_guard *codes = s->sessions->codes;
    char code[JOIN_CODE_TEXT];
    bool formed = join_code_parse(typed, code, NULL) == STATUS_OK;
    if (formed)
        code_guard_hash(codes, code, s->guest->code_hash);
    sodium_memzero(code, sizeof code);
    if (!code_guard_may_try(codes, &s->address, formed ? s->guest->code_hash : NULL, now_ms(s)))
        refuse_guest(s, STATUS_BUSY, TOO_MANY_WRONG);
    else if (formed)
        look_at_door(s);
    else
        wrong_code(s);
}

bool guest_is_login(const struct request *r)
{
    const Cocanvas__Login *login = r->frame->login;
    return login->code[0] || strncmp(login->token, "cng_", 4) == 0;
}

void guest_login(struct session *s, const struct request *r)
{
    const Cocanvas__Login *login = r->frame->login;
    uint8_t key[PIN_BYTES];
    struct why why;
    s->request = r->number;
    s->guest = xcalloc(1, sizeof *s->guest);
    s->guest->began_ms = now_ms(s);
    s->busy = true;
    session_set_state(s, SESSION_CHECKING);
    enum status status = check_form(login, s->guest, &why);
    if (status != STATUS_OK)
        refuse_guest(s, status, why.text);
    else if (s->sessions->settings->client_cert == CLIENT_CERT_REQUIRED &&
             tls_peer_pin(stream_ssl(s->stream), key) != STATUS_OK)
        refuse_guest(s, STATUS_DENIED, "This server lets in only who shows a certificate: it takes no guests.");
    else if (login->token[0])
        by_token(s, login->token);
    else
        by_code(s, login->code);
}

/* ---- time */

static void end_wrong(struct sessions *all, int64_t now)
{
    struct session *s, *next;
    if (!all->wrong_codes)
        return;
    all->wrong_codes = false;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (s->state != SESSION_CHECKING || !s->guest || !s->guest->wrong)
            continue;
        if (now - s->guest->began_ms >= GUEST_ANSWER_MS)
            refuse_guest(s, STATUS_DENIED, WRONG_CODE);
        else
            all->wrong_codes = true;
    }
}

static void end_sessions(struct sessions *all, int64_t now)
{
    struct session *s, *next;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (s->is_guest && s->state != SESSION_ENDED && s->guest && s->guest->over_ms && now >= s->guest->over_ms)
            session_kill(s, STATUS_ENDED, GUEST_TIME_OVER);
    }
}

/* Facilitators who lead a live session are told that somebody guesses codes, and when that is over. */
static void tell_crowd(struct sessions *all, int64_t now)
{
    struct session *s, *next;
    bool crowded = code_guard_crowded(all->codes, now);
    if (crowded == all->crowded)
        return;
    all->crowded = crowded;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (s->leads_live && leads(s, &s->canvas))
            lobby_send(s, 0);
    }
}

void guests_tick(struct sessions *all)
{
    int64_t now = all->mono_ms(all->ctx);
    end_wrong(all, now);
    tell_crowd(all, now);
    if (now < all->ends_looked_ms + 1000)
        return;
    all->ends_looked_ms = now;
    end_sessions(all, now);
}
