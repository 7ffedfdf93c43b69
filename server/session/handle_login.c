/* Login. It is a chain of answers, each of which comes back by the session's number:
 *
 *   token         account by token
 *   certificate   account by its key
 *   password      account by login → verify, or ask the authenticator → new device
 *   invitation    account by login → verify (it exists) or make a hash → redeem → new device
 *   reset         make a hash → redeem → new device
 *
 * An unknown login goes through the same steps as a known one and is refused at the same place, in the same words
 * (P9). Where certificates are required, whose this one is is looked up first, and everybody needs their own: an
 * invitation or a reset link adds one that is nobody's yet. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/tls.h"
#include "common/utf8.h"
#include "server/journal/store_account.h"
#include "server/session/access.h"
#include "server/session/account.h"
#include "server/session/authenticator.h"
#include "server/session/guest.h"
#include "server/session/audit.h"
#include "server/session/handle.h"
#include "server/session/hasher.h"
#include "server/session/limits.h"
#include "server/session/passwords.h"

enum { DEVICE_POINTS = 64 };

enum login_kind { LOGIN_TOKEN, LOGIN_PASSWORD, LOGIN_INVITATION, LOGIN_CERTIFICATE, LOGIN_RESET };

/* A login under way; owned by its session, in state CHECKING. */
struct login_attempt {
    enum login_kind kind;
    char login[STORE_LOGIN];
    char password[PASSWORD_MOST + 1]; /* until the hasher has it */
    char hash[STORE_HASH_TEXT];       /* the account's, or the new one */
    uint8_t invitation[32];           /* hash of its token, or of the reset link's */
    bool counted;                     /* the try counts against the login until it is given back */
    bool has_key;                     /* the connection showed a certificate, and … */
    uint8_t key[PIN_BYTES];           /* … this is the hash of its public key */
    bool key_is_known;                /* it is an account's: */
    struct uuid key_account;
    char *name, *device;
    bool looked_up; /* session.account is the account of that login, or, if there is none, one that nobody has */
    bool exists;    /* there is one */
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

/* ---- the end of a login. Failures count against an address, but not those with a token, which nobody can guess: else
 * one person who mistypes a password could keep a whole workshop behind the same address from coming back. */

static void leave_checking(struct session *s, enum session_state state)
{
    login_attempt_free(s->attempt);
    s->attempt = NULL;
    session_set_state(s, state);
    session_unbusy(s);
}

static bool can_be_guessed(enum login_kind kind)
{
    return kind != LOGIN_TOKEN && kind != LOGIN_CERTIFICATE;
}

static void give_back(struct session *s)
{
    if (s->attempt->counted)
        limits_give_back(s->sessions->limits, s->attempt->login, s->sessions->mono_ms(s->sessions->ctx));
    s->attempt->counted = false;
}

/* The kinds stand in the order of enum audit_login. */
static uint64_t audit_detail(const struct session *s)
{
    return AUDIT_BY_DEVICE + (uint64_t)s->attempt->kind - LOGIN_TOKEN;
}

static void refuse_login(struct session *s, enum status code, const char *sentence)
{
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_notice(&ctx, "login refused: %s", status_name(code));
    s->sessions->failed_logins++;
    if (code != STATUS_DENIED)
        give_back(s);
    else if (can_be_guessed(s->attempt->kind))
        limits_failed(s->sessions->limits, &s->address, s->sessions->mono_ms(s->sessions->ctx));
    session_refuse(s, s->request, code, "%s", sentence);
    /* Later, and for a login that nobody has as well: else the time that it takes would tell them apart. */
    if (code == STATUS_DENIED && s->attempt->looked_up)
        audit_tell_account_later(s, AUDIT(LOGIN_REFUSED), audit_detail(s));
    leave_checking(s, SESSION_GREETED);
}

static void deny(struct session *s)
{
    static const char *const sentences[] = {
        [LOGIN_TOKEN] = "This device is not logged in any more: log in with your password.",
        [LOGIN_PASSWORD] = "Login and password do not fit together.",
        [LOGIN_INVITATION] =
            "This invitation was used or is too old, or the login is taken and its password is another one.",
        [LOGIN_CERTIFICATE] =
            "This certificate is no account's here: log in with your password, then: cocanvas certificate add.",
        [LOGIN_RESET] = "This link was used or is too old: ask for a new one.",
    };
    bool required = s->sessions->settings->client_cert == CLIENT_CERT_REQUIRED;
    if (required && s->attempt->kind == LOGIN_PASSWORD)
        refuse_login(s, STATUS_DENIED,
                     "Login and password do not fit together, or the certificate is not this account's.");
    else
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
        workspaces[i].confidential = from->confidential;
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
    struct why why;
    if (!session_take_seat(s, &account->id, NULL, 0, &why)) {
        refuse_login(s, STATUS_BUSY, why.text);
        return;
    }
    s->account = account->id;
    (void)session_take_memberships(s, account->n_memberships, account->memberships);
    free(s->login);
    s->login = xstrdup(account->login);
    s->sessions->logins++;
    give_back(s);
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_info(&ctx, "logged in%s", s->attempt->token[0] ? " on a new device" : "");
    audit_tell_account(s, AUDIT(LOGIN), audit_detail(s));
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

/* Where certificates are required, everybody comes with their own. */
static bool has_right_key(const struct session *s, const struct uuid *account)
{
    const struct login_attempt *attempt = s->attempt;
    return s->sessions->settings->client_cert != CLIENT_CERT_REQUIRED || attempt->kind == LOGIN_CERTIFICATE ||
           (attempt->key_is_known && uuid_equal(&attempt->key_account, account));
}

static void on_token_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK && !has_right_key(s, &account->id))
        refuse_login(s, STATUS_DENIED, "The certificate that was shown is not this account's.");
    else if (status == STATUS_OK)
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
    store_account_by_token(journal_reads(s->sessions->journal), s->device, false, &s->sessions->settings->devices, ctx,
                           id, on_token_account);
}

static void add_device(struct session *s)
{
    store_devices_prune(journal_reads(s->sessions->journal), &s->account, &s->sessions->settings->devices);
    token_make_device(s->attempt->token);
    token_hash(s->attempt->token, s->device);
    s->has_device = true;
    store_device_add(journal_reads(s->sessions->journal), &s->account, s->device, s->attempt->device, s->sessions,
                     s->id, on_device);
}

static void on_key_added(void *ctx, uint64_t id, enum status status)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    s->attempt->key_is_known = status == STATUS_OK;
    s->attempt->key_account = s->account;
    if (status == STATUS_OK)
        add_device(s);
    else if (status == STATUS_CONFLICT)
        refuse_login(s, STATUS_DENIED, "The certificate that was shown is another account's.");
    else
        refuse_for_store(s, status);
}

/* Who it is was proved otherwise than by a token. */
static void proved(struct session *s)
{
    struct login_attempt *attempt = s->attempt;
    bool adds_key = attempt->kind == LOGIN_INVITATION || attempt->kind == LOGIN_RESET;
    if (has_right_key(s, &s->account))
        add_device(s);
    else if (adds_key && !attempt->key_is_known)
        store_certificate_add(journal_reads(s->sessions->journal), &s->account, attempt->key,
                              attempt->device[0] ? attempt->device : "certificate", s->sessions, s->id, on_key_added);
    else
        deny(s);
}

/* What an invitation has brought about, for the log: under which number somebody is where now. */
static void tell_joined(struct sessions *all, uint64_t id, enum status status, const struct store_account *account)
{
    struct audit_event *event = audit_expected(all, id);
    for (size_t i = 0; event && account && i < account->n_memberships; i++) {
        const struct store_membership *in = &account->memberships[i];
        if (!uuid_equal(&in->workspace, &account->joined))
            continue;
        event->row.workspace = in->workspace;
        event->row.author = in->author;
        event->row.detail = (uint64_t)in->role;
    }
    audit_settle(all, id, status);
}

static void on_redeemed(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    tell_joined(ctx, id, status, account);
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK) {
        s->account = account->id;
        access_tell_account(s->sessions, &s->account); /* their other devices learn of the new workspace */
        proved(s);
    } else if (status == STATUS_DENIED || status == STATUS_CONFLICT || status == STATUS_NOT_FOUND) {
        deny(s);
    } else {
        refuse_for_store(s, status);
    }
}

static void on_reset(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_OK) {
        char canvas[UUID_TEXT];
        struct log_ctx log = session_log(s, canvas);
        log_notice(&log, "%s has a new password by a reset link; all devices are logged out", account->login);
        s->account = account->id;
        audit_tell_account(s, AUDIT(PASSWORD_RESET), 0);
        access_tell_account(s->sessions, &s->account); /* their devices are gone: live connections find that out */
        proved(s);
    } else if (status == STATUS_DENIED) {
        deny(s);
    } else {
        refuse_for_store(s, status);
    }
}

static void redeem(struct session *s)
{
    const struct login_attempt *attempt = s->attempt;
    if (attempt->kind == LOGIN_RESET) {
        store_reset_redeem(journal_reads(s->sessions->journal), attempt->invitation, attempt->hash, s->sessions, s->id,
                           on_reset);
        return;
    }
    struct store_redeem redeem = {
        .login = attempt->login,
        .password_hash = attempt->hash,
        .name = attempt->name,
        .existing = attempt->exists ? &s->account : NULL,
    };
    memcpy(redeem.token_hash, attempt->invitation, sizeof redeem.token_hash);
    audit_expect(s, AUDIT(MEMBER_JOINED), &(struct uuid){{0}}, 0, 0, 0);
    store_redeem(journal_reads(s->sessions->journal), &redeem, s->sessions, s->id, on_redeemed);
}

/* Hashing was made dearer since the password was set. */
static void refresh_hash(const struct session *s, const struct hash_job *job)
{
    if (job->fresh[0])
        store_password_rehash(journal_reads(s->sessions->journal), &s->account, job->hash, job->fresh);
}

static void after_hash(struct session *s, const struct hash_job *job)
{
    struct login_attempt *attempt = s->attempt;
    if (job->kind == HASH_MAKE && !job->ok) {
        refuse_login(s, STATUS_BUSY, "The server is short of memory: try again in a moment.");
    } else if (!job->ok || (attempt->kind == LOGIN_PASSWORD && !attempt->exists)) {
        deny(s);
    } else if (attempt->kind == LOGIN_PASSWORD) {
        refresh_hash(s, job);
        proved(s);
    } else {
        refresh_hash(s, job);
        memcpy(attempt->hash, job->hash, sizeof attempt->hash);
        redeem(s);
    }
}

void sessions_hashed(struct sessions *all, struct hash_job *job)
{
    struct session *s = sessions_find(all, job->session);
    if (s && s->state == SESSION_CHECKING)
        after_hash(s, job);
    else if (s && s->account_request)
        account_hashed(s, job);
    hash_job_free(job);
}

static void hash(struct session *s)
{
    struct login_attempt *attempt = s->attempt;
    struct sessions *all = s->sessions;
    struct hash_job *job = xcalloc(1, sizeof *job);
    bool make = attempt->kind == LOGIN_RESET || (attempt->kind == LOGIN_INVITATION && !attempt->exists);
    job->kind = make ? HASH_MAKE : HASH_VERIFY;
    job->session = s->id;
    job->done = all->hashed;
    job->ctx = all->ctx;
    memcpy(job->password, attempt->password, sizeof job->password);
    sodium_memzero(attempt->password, sizeof attempt->password);
    const char *against = attempt->hash[0] ? attempt->hash : hasher_dummy(all->hasher);
    if (!make)
        memcpy(job->hash, against, strlen(against) + 1);
    if (hasher_submit(all->hasher, job))
        return;
    hash_job_free(job);
    refuse_login(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
}

/* ---- accounts without a password here, if there is an authenticator */

static void on_vouched_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    s->account = account->id;
    access_tell_account(s->sessions, &s->account); /* perhaps with a new workspace */
    proved(s);
}

static void after_vouching(struct session *s, const struct vouch_job *job)
{
    if (job->status == STATUS_DENIED) {
        deny(s);
    } else if (job->status != STATUS_OK) {
        refuse_login(s, job->status, job->why.text);
    } else if (s->attempt->kind == LOGIN_INVITATION) {
        redeem(s);
    } else {
        struct store_vouched vouched = {
            .login = s->attempt->login,
            .name = job->name,
            .workspace = job->workspace[0] ? job->workspace : NULL,
            .role = job->role,
        };
        store_vouched_account(journal_reads(s->sessions->journal), &vouched, s->sessions, s->id, on_vouched_account);
    }
}

void sessions_vouched(struct sessions *all, struct vouch_job *job)
{
    struct session *s = waiting(all, job->session);
    if (s)
        after_vouching(s, job);
    vouch_job_free(job);
}

static void ask_authenticator(struct session *s)
{
    struct login_attempt *attempt = s->attempt;
    struct vouch_job *job = xcalloc(1, sizeof *job);
    job->session = s->id;
    job->done = s->sessions->vouched;
    job->ctx = s->sessions->ctx;
    memcpy(job->login, attempt->login, sizeof job->login);
    memcpy(job->password, attempt->password, sizeof job->password);
    sodium_memzero(attempt->password, sizeof attempt->password);
    limits_address_text(&s->address, job->address);
    if (authenticator_submit(s->sessions->authenticator, job))
        return;
    vouch_job_free(job);
    refuse_login(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
}

/* Who has a password here uses it; everybody else is the authenticator's, but newcomers with an invitation. */
static bool is_authenticators(const struct session *s)
{
    const struct login_attempt *attempt = s->attempt;
    return s->sessions->authenticator && (attempt->exists ? !attempt->hash[0] : attempt->kind == LOGIN_PASSWORD);
}

/* From here on a login that nobody has is one like any other, whose password nobody knows. */
static void on_login_account(void *ctx, uint64_t id, enum status status, const struct store_login *login)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    s->attempt->exists = login->exists;
    s->attempt->looked_up = true;
    s->account = login->account;
    memcpy(s->attempt->hash, login->password_hash, sizeof s->attempt->hash);
    if (is_authenticators(s))
        ask_authenticator(s);
    else
        hash(s);
}

/* ---- the beginning */

static enum status check_device(const Cocanvas__Login *login, struct why *why)
{
    size_t points;
    if (!utf8_check_line(login->device, strlen(login->device), &points) || points > DEVICE_POINTS)
        return refuse(why, STATUS_MALFORMED, "A device's name has at most 64 characters on one line.");
    return STATUS_OK;
}

/* Whether an account of that login exists makes no difference here: the answer must not tell. */
static enum status check_new_password(const Cocanvas__Login *login, struct why *why)
{
    if (!password_check(login->password))
        return refuse(why, STATUS_MALFORMED, "A password has 10 to 1,024 bytes.");
    const char *refusal = password_refusal(login->password, login->login);
    return refusal ? refuse(why, STATUS_MALFORMED, "%s", refusal) : STATUS_OK;
}

static enum status check_names(const Cocanvas__Login *login, enum login_kind kind, struct login_attempt *attempt,
                               struct why *why)
{
    if (!login_normalise(login->login, attempt->login))
        return refuse(why, STATUS_MALFORMED, "A login has 2 to 64 of the characters a-z, 0-9 and ._@+-");
    if (!password_check(login->password))
        return refuse(why, STATUS_MALFORMED, "A password has 10 to 1,024 bytes.");
    if (kind == LOGIN_INVITATION && !name_check(login->name))
        return refuse(why, STATUS_MALFORMED, "A name has 1 to 64 characters on one line.");
    enum status status = kind == LOGIN_INVITATION ? check_new_password(login, why) : STATUS_OK;
    return status == STATUS_OK ? check_device(login, why) : status;
}

/* Which of the five forms it is; exactly one is allowed. */
static enum status check_form(const Cocanvas__Login *login, struct login_attempt *attempt, struct why *why)
{
    bool token = login->token[0], name = login->login[0], password = login->password[0], reset = login->reset[0];
    bool invitation = login->invitation[0], certificate = login->certificate != 0;
    if (token && !name && !password && !invitation && !certificate && !reset) {
        attempt->kind = LOGIN_TOKEN;
        return STATUS_OK;
    }
    if (certificate && !token && !name && !password && !invitation && !reset) {
        attempt->kind = LOGIN_CERTIFICATE;
        return STATUS_OK;
    }
    if (reset && password && !token && !name && !invitation && !certificate) {
        attempt->kind = LOGIN_RESET;
        enum status status = check_new_password(login, why);
        return status == STATUS_OK ? check_device(login, why) : status;
    }
    if (token || certificate || reset || !name || !password)
        return refuse(
            why, STATUS_MALFORMED,
            "Log in with a token, or with login and password, or with an invitation, login, name and password, "
            "or with a certificate, or with a reset link and a new password.");
    attempt->kind = invitation ? LOGIN_INVITATION : LOGIN_PASSWORD;
    return check_names(login, attempt->kind, attempt, why);
}

/* A token or invitation of the wrong form is refused like an unknown one, without asking the database. */
static bool check_tokens(const Cocanvas__Login *login, struct login_attempt *attempt)
{
    const char *once = attempt->kind == LOGIN_RESET ? login->reset : login->invitation;
    if (attempt->kind == LOGIN_TOKEN)
        return token_check_device(login->token);
    if (attempt->kind == LOGIN_CERTIFICATE)
        return attempt->has_key;
    if (attempt->kind == LOGIN_PASSWORD)
        return true;
    if (!token_check_invitation(once))
        return false;
    token_hash(once, attempt->invitation);
    return true;
}

/* What the frame said, kept: its memory is used for other messages while answers are awaited. */
static void keep(struct session *s, const Cocanvas__Login *login)
{
    struct login_attempt *attempt = s->attempt;
    if (attempt->kind == LOGIN_TOKEN)
        token_hash(login->token, s->device);
    else if (attempt->kind == LOGIN_CERTIFICATE)
        memcpy(s->device, attempt->key, sizeof s->device);
    s->has_device = !can_be_guessed(attempt->kind);
    if (!s->has_device)
        memcpy(attempt->password, login->password, strlen(login->password) + 1);
    attempt->name = xstrdup(login->name);
    attempt->device = xstrdup(login->device);
}

static void look_up(struct session *s)
{
    struct uuid nobody;
    uuid_random(&nobody);
    store_login(journal_reads(s->sessions->journal), s->attempt->login, &nobody, hasher_dummy(s->sessions->hasher),
                s->sessions, s->id, on_login_account);
}

static void start(struct session *s)
{
    struct login_attempt *attempt = s->attempt;
    struct pg *pg = journal_reads(s->sessions->journal);
    if (s->has_device)
        store_account_by_token(pg, s->device, attempt->kind == LOGIN_CERTIFICATE, &s->sessions->settings->devices,
                               s->sessions, s->id, on_token_account);
    else if (attempt->kind == LOGIN_RESET)
        hash(s);
    else
        look_up(s);
}

static void on_key_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        refuse_for_store(s, status);
        return;
    }
    s->attempt->key_is_known = status == STATUS_OK;
    if (account)
        s->attempt->key_account = account->id;
    start(s);
}

/* Where certificates are required, the first question is whose this one is. */
static void look_at_key(struct session *s)
{
    const struct login_attempt *attempt = s->attempt;
    if (s->sessions->settings->client_cert == CLIENT_CERT_REQUIRED && attempt->kind != LOGIN_CERTIFICATE)
        store_account_by_token(journal_reads(s->sessions->journal), attempt->key, true, &s->sessions->settings->devices,
                               s->sessions, s->id, on_key_account);
    else
        start(s);
}

static bool may_try(struct session *s, struct why *why)
{
    struct login_attempt *attempt = s->attempt;
    if (!can_be_guessed(attempt->kind))
        return true;
    const char *login = attempt->login[0] ? attempt->login : NULL;
    if (!limits_may_try(s->sessions->limits, &s->address, login, s->sessions->mono_ms(s->sessions->ctx), why))
        return false;
    attempt->counted = login != NULL;
    return true;
}

void handle_login(struct session *s, const struct request *r)
{
    const Cocanvas__Login *login = r->frame->login;
    if (guest_is_login(r)) {
        guest_login(s, r);
        return;
    }
    enum client_cert certificates = s->sessions->settings->client_cert;
    struct login_attempt *attempt = xcalloc(1, sizeof *attempt);
    struct why why;
    s->request = r->number;
    s->attempt = attempt;
    s->busy = true;
    session_set_state(s, SESSION_CHECKING);
    attempt->has_key =
        certificates != CLIENT_CERT_OFF && tls_peer_pin(stream_ssl(s->stream), attempt->key) == STATUS_OK;
    enum status status = check_form(login, attempt, &why);
    if (status != STATUS_OK) {
        refuse_login(s, status, why.text);
    } else if (attempt->kind == LOGIN_CERTIFICATE && certificates == CLIENT_CERT_OFF) {
        refuse_login(s, STATUS_DENIED, "This server takes no client certificates: log in with your password.");
    } else if (certificates == CLIENT_CERT_REQUIRED && !attempt->has_key) {
        refuse_login(s, STATUS_DENIED,
                     "This server lets in only who shows a certificate: cocanvas login --certificate FILE");
    } else if (!may_try(s, &why)) {
        refuse_login(s, STATUS_BUSY, why.text);
    } else if (!check_tokens(login, attempt)) {
        deny(s);
    } else {
        keep(s, login);
        look_at_key(s);
    }
}
