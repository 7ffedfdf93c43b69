/* Hello, Login, Ping. A login is a chain of answers, each of which comes back by the session's number:
 *
 *   token        account by token
 *   password     account by login → verify → new device
 *   invitation   account by login → verify (it exists) or make a hash → redeem → new device
 *
 * An unknown login goes through the same steps as a known one and is refused at the same place, in the same words (P9).
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/message.h"
#include "common/utf8.h"
#include "server/session/handle.h"
#include "server/session/hasher.h"

enum { PROTO_VERSION = 1, DEVICE_POINTS = 64, SOFTWARE_BYTES = 64 };

enum login_kind { LOGIN_TOKEN, LOGIN_PASSWORD, LOGIN_INVITATION };

/* A login under way; owned by its session, in state CHECKING. */
struct login_attempt {
    enum login_kind kind;
    char login[STORE_LOGIN];
    char password[PASSWORD_MOST + 1]; /* until the hasher has it */
    char hash[STORE_HASH_TEXT];       /* the account's, or the new one */
    uint8_t invitation[32];           /* hash of its token */
    char *name, *device;
    bool exists;            /* there is an account of that login: its id is session.account */
    char token[TOKEN_TEXT]; /* the new device's; "" none */
};

void login_attempt_free(struct login_attempt *attempt)
{
    if (!attempt)
        return;
    free(attempt->name);
    free(attempt->device);
    sodium_memzero(attempt, sizeof *attempt);
    free(attempt);
}

/* ---- Hello */

static void send_welcome(struct session *s, uint32_t request)
{
    const struct session_settings *settings = s->sessions->settings;
    struct uuid server_id = settings->server_id, incarnation = settings->incarnation;
    uint8_t pin[PIN_BYTES];
    memcpy(pin, settings->next_pin, sizeof pin);
    char software[] = "cocanvasd/" COCANVAS_VERSION;
    Cocanvas__Limits limits;
    cocanvas__limits__init(&limits);
    limits.frame_bytes = FRAME_MAX;
    limits.submit_bytes = settings->rooms.submit_bytes;
    limits.submit_ops = settings->rooms.submit_ops;
    limits.text_points = settings->rooms.canvas.text_points;
    limits.cards = settings->rooms.canvas.cards;
    limits.ping_ms = settings->ping_ms;
    Cocanvas__Welcome welcome;
    cocanvas__welcome__init(&welcome);
    welcome.proto = PROTO_VERSION;
    welcome.software = software;
    welcome.server_id = (ProtobufCBinaryData){sizeof server_id.b, server_id.b};
    welcome.incarnation = (ProtobufCBinaryData){sizeof incarnation.b, incarnation.b};
    welcome.limits = &limits;
    if (settings->has_next_pin)
        welcome.next_pin = (ProtobufCBinaryData){sizeof pin, pin};
    welcome.now_ms = s->sessions->wall_ms(s->sessions->ctx);
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_WELCOME;
    frame.welcome = &welcome;
    session_send(s, &frame);
}

void handle_hello(struct session *s, const struct request *r)
{
    const Cocanvas__Hello *hello = r->frame->hello;
    if (hello->proto_min > PROTO_VERSION || hello->proto_max < PROTO_VERSION) {
        session_kill(s, STATUS_VERSION, "This server speaks protocol version 1 only.");
        return;
    }
    if (!utf8_check_line(hello->software, strlen(hello->software), NULL) || strlen(hello->software) > SOFTWARE_BYTES) {
        session_kill(s, STATUS_MALFORMED, "Hello's software is one line of at most 64 bytes.");
        return;
    }
    session_set_state(s, SESSION_GREETED);
    send_welcome(s, r->number);
}

/* ---- the end of a login. Failures count against an address, but not those with a token, which nobody can guess: else
 * one person who mistypes a password could keep a whole workshop behind the same address from coming back. */

static void leave_checking(struct session *s, enum session_state state)
{
    login_attempt_free(s->attempt);
    s->attempt = NULL;
    session_set_state(s, state);
    session_unbusy(s);
}

static void refuse_login(struct session *s, enum status code, const char *sentence)
{
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_notice(&ctx, "login refused: %s", status_name(code));
    s->sessions->failed_logins++;
    if (code == STATUS_DENIED && s->attempt->kind != LOGIN_TOKEN)
        failures_add(&s->sessions->failures, &s->address, s->sessions->mono_ms(s->sessions->ctx));
    session_refuse(s, s->request, code, "%s", sentence);
    leave_checking(s, SESSION_GREETED);
}

static void deny(struct session *s)
{
    static const char *const sentences[] = {
        [LOGIN_TOKEN] = "This device is not logged in any more: log in with your password.",
        [LOGIN_PASSWORD] = "Login and password do not fit together.",
        [LOGIN_INVITATION] =
            "This invitation was used or is too old, or the login is taken and its password is another one.",
    };
    refuse_login(s, STATUS_DENIED, sentences[s->attempt->kind]);
}

/* The database's answers that mean "not now". */
static void refuse_for_store(struct session *s, enum status code)
{
    if (code == STATUS_DEGRADED)
        refuse_login(s, code, "The database is not reachable: try again in a moment.");
    else
        refuse_login(s, code, "The server could not look that up: try again in a moment.");
}

static void send_logged_in(struct session *s, const struct store_account *account)
{
    size_t n = account->n_memberships;
    Cocanvas__Workspace *workspaces = xcalloc(n + 1, sizeof *workspaces);
    Cocanvas__Workspace **list = xcalloc(n + 1, sizeof *list);
    struct uuid *ids = xcalloc(n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        const struct store_membership *from = &account->memberships[i];
        cocanvas__workspace__init(&workspaces[i]);
        ids[i] = from->workspace;
        workspaces[i].id = (ProtobufCBinaryData){sizeof ids[i].b, ids[i].b};
        workspaces[i].name = xstrdup(from->name);
        workspaces[i].role = (Cocanvas__Role)from->role;
        workspaces[i].author = from->author;
        list[i] = &workspaces[i];
    }
    Cocanvas__LoggedIn logged_in;
    cocanvas__logged_in__init(&logged_in);
    logged_in.login = s->login;
    logged_in.token = s->attempt->token;
    logged_in.n_workspaces = n;
    logged_in.workspaces = list;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_LOGGED_IN;
    frame.logged_in = &logged_in;
    session_send(s, &frame);
    for (size_t i = 0; i < n; i++)
        free(workspaces[i].name);
    free(workspaces);
    free(list);
    free(ids);
}

static void succeed(struct session *s, const struct store_account *account)
{
    s->account = account->id;
    (void)session_take_memberships(s, account->n_memberships, account->memberships);
    free(s->login);
    s->login = xstrdup(account->login);
    s->sessions->logins++;
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_info(&ctx, "logged in%s", s->attempt->token[0] ? " on a new device" : "");
    send_logged_in(s, account);
    s->sessions->host->logged_in(s->conn);
    leave_checking(s, SESSION_READY);
    if (s->look_again)
        access_look(s);
}

/* The session that an answer is for, if it still waits for one. */
static struct session *waiting(void *ctx, uint64_t id)
{
    struct session *s = sessions_find(ctx, id);
    return s && s->state == SESSION_CHECKING ? s : NULL;
}

/* ---- the steps, last one first */

static void on_token_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK)
        succeed(s, account);
    else if (status == STATUS_NOT_FOUND)
        deny(s);
    else
        refuse_for_store(s, status);
}

static void on_device(void *ctx, uint64_t id, enum status status)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    /* The account is read once more, by its new token: what is sent is what the next login will find. */
    store_account_by_token(journal_reads(s->sessions->journal), s->device, ctx, id, on_token_account);
}

static void add_device(struct session *s)
{
    token_make_device(s->attempt->token);
    token_hash(s->attempt->token, s->device);
    s->has_device = true;
    store_device_add(journal_reads(s->sessions->journal), &s->account, s->device, s->attempt->device, s->sessions,
                     s->id, on_device);
}

static void on_redeemed(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK) {
        s->account = account->id;
        add_device(s);
    } else if (status == STATUS_DENIED || status == STATUS_CONFLICT || status == STATUS_NOT_FOUND) {
        deny(s);
    } else {
        refuse_for_store(s, status);
    }
}

static void redeem(struct session *s)
{
    const struct login_attempt *attempt = s->attempt;
    struct store_redeem redeem = {
        .login = attempt->login,
        .password_hash = attempt->hash,
        .name = attempt->name,
        .existing = attempt->exists ? &s->account : NULL,
    };
    memcpy(redeem.token_hash, attempt->invitation, sizeof redeem.token_hash);
    store_redeem(journal_reads(s->sessions->journal), &redeem, s->sessions, s->id, on_redeemed);
}

static void after_hash(struct session *s, const struct hash_job *job)
{
    struct login_attempt *attempt = s->attempt;
    if (job->kind == HASH_MAKE && !job->ok) {
        refuse_login(s, STATUS_BUSY, "The server is short of memory: try again in a moment.");
    } else if (!job->ok || (attempt->kind == LOGIN_PASSWORD && !attempt->exists)) {
        deny(s);
    } else if (attempt->kind == LOGIN_INVITATION) {
        memcpy(attempt->hash, job->hash, sizeof attempt->hash);
        redeem(s);
    } else {
        add_device(s);
    }
}

void sessions_hashed(struct sessions *all, struct hash_job *job)
{
    struct session *s = waiting(all, job->session);
    if (s)
        after_hash(s, job);
    hash_job_free(job);
}

static void hash(struct session *s)
{
    struct login_attempt *attempt = s->attempt;
    struct sessions *all = s->sessions;
    struct hash_job *job = xcalloc(1, sizeof *job);
    bool make = attempt->kind == LOGIN_INVITATION && !attempt->exists;
    job->kind = make ? HASH_MAKE : HASH_VERIFY;
    job->session = s->id;
    job->done = all->hashed;
    job->ctx = all->ctx;
    memcpy(job->password, attempt->password, sizeof job->password);
    sodium_memzero(attempt->password, sizeof attempt->password);
    const char *against = attempt->exists && attempt->hash[0] ? attempt->hash : hasher_dummy(all->hasher);
    if (!make)
        memcpy(job->hash, against, strlen(against) + 1);
    if (hasher_submit(all->hasher, job))
        return;
    hash_job_free(job);
    refuse_login(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
}

static void on_login_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        refuse_for_store(s, status);
        return;
    }
    s->attempt->exists = status == STATUS_OK;
    if (s->attempt->exists) {
        s->account = account->id;
        memcpy(s->attempt->hash, account->password_hash, sizeof s->attempt->hash);
    }
    hash(s);
}

/* ---- the beginning */

static enum status check_names(const Cocanvas__Login *login, enum login_kind kind, struct login_attempt *attempt,
                               struct why *why)
{
    size_t points;
    if (!login_normalise(login->login, attempt->login))
        return refuse(why, STATUS_MALFORMED, "A login has 2 to 64 of the characters a-z, 0-9 and ._@+-");
    if (!password_check(login->password))
        return refuse(why, STATUS_MALFORMED, "A password has 10 to 1,024 bytes.");
    if (kind == LOGIN_INVITATION && !name_check(login->name))
        return refuse(why, STATUS_MALFORMED, "A name has 1 to 64 characters on one line.");
    if (!utf8_check_line(login->device, strlen(login->device), &points) || points > DEVICE_POINTS)
        return refuse(why, STATUS_MALFORMED, "A device's name has at most 64 characters on one line.");
    return STATUS_OK;
}

/* Which of the three forms it is; exactly one is allowed. */
static enum status check_form(const Cocanvas__Login *login, struct login_attempt *attempt, struct why *why)
{
    bool token = login->token[0], password = login->login[0] && login->password[0], invitation = login->invitation[0];
    if (token && !login->login[0] && !login->password[0] && !invitation) {
        attempt->kind = LOGIN_TOKEN;
        return STATUS_OK;
    }
    if (token || !password)
        return refuse(
            why, STATUS_MALFORMED,
            "Log in with a token, or with login and password, or with an invitation, login, name and password.");
    attempt->kind = invitation ? LOGIN_INVITATION : LOGIN_PASSWORD;
    return check_names(login, attempt->kind, attempt, why);
}

/* A token or invitation of the wrong form is refused like an unknown one, without asking the database. */
static bool check_tokens(const Cocanvas__Login *login, struct login_attempt *attempt)
{
    if (attempt->kind == LOGIN_TOKEN)
        return token_check_device(login->token);
    if (attempt->kind == LOGIN_PASSWORD)
        return true;
    if (!token_check_invitation(login->invitation))
        return false;
    token_hash(login->invitation, attempt->invitation);
    return true;
}

static void start(struct session *s, const Cocanvas__Login *login)
{
    struct login_attempt *attempt = s->attempt;
    struct pg *pg = journal_reads(s->sessions->journal);
    if (attempt->kind == LOGIN_TOKEN) {
        token_hash(login->token, s->device);
        s->has_device = true;
        store_account_by_token(pg, s->device, s->sessions, s->id, on_token_account);
        return;
    }
    memcpy(attempt->password, login->password, strlen(login->password) + 1);
    attempt->name = xstrdup(login->name);
    attempt->device = xstrdup(login->device);
    store_account_by_login(pg, attempt->login, s->sessions, s->id, on_login_account);
}

void handle_login(struct session *s, const struct request *r)
{
    const Cocanvas__Login *login = r->frame->login;
    struct login_attempt *attempt = xcalloc(1, sizeof *attempt);
    struct why why;
    s->request = r->number;
    s->attempt = attempt;
    s->busy = true;
    session_set_state(s, SESSION_CHECKING);
    enum status status = check_form(login, attempt, &why);
    if (status != STATUS_OK)
        refuse_login(s, status, why.text);
    else if (attempt->kind != LOGIN_TOKEN &&
             !failures_may_try(&s->sessions->failures, &s->address, s->sessions->mono_ms(s->sessions->ctx)))
        refuse_login(s, STATUS_BUSY, "Too many failed logins from your address: wait a minute, then try again.");
    else if (!check_tokens(login, attempt))
        deny(s);
    else
        start(s, login);
}

/* ---- always */

void handle_ping(struct session *s, const struct request *r)
{
    Cocanvas__Pong pong;
    cocanvas__pong__init(&pong);
    pong.nonce = r->frame->ping->nonce;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = r->number;
    frame.body_case = COCANVAS__FRAME__BODY_PONG;
    frame.pong = &pong;
    session_send(s, &frame);
}

/* That something came is all that a Pong says, and the connection has noted it. */
void handle_pong(struct session *s, const struct request *r)
{
    (void)s;
    (void)r;
}
