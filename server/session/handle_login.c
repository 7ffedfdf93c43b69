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
#include "server/session/login_private.h"
#include "server/session/passwords.h"

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
        login_refuse(s, STATUS_DENIED, "The certificate that was shown is not this account's.");
    else if (status == STATUS_OK)
        login_succeed(s, account);
    else if (status == STATUS_NOT_FOUND)
        login_deny(s);
    else
        login_refuse_for_store(s, status);
}

static void on_device(void *ctx, uint64_t id, enum status status)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        login_refuse_for_store(s, status);
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
        login_refuse(s, STATUS_DENIED, "The certificate that was shown is another account's.");
    else
        login_refuse_for_store(s, status);
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
        login_deny(s);
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
        login_deny(s);
    } else {
        login_refuse_for_store(s, status);
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
        login_deny(s);
    } else {
        login_refuse_for_store(s, status);
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
        login_refuse(s, STATUS_BUSY, "The server is short of memory: try again in a moment.");
    } else if (!job->ok || (attempt->kind == LOGIN_PASSWORD && !attempt->exists)) {
        login_deny(s);
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
    login_refuse(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
}

/* ---- accounts without a password here, if there is an authenticator */

static void on_vouched_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        login_refuse_for_store(s, status);
        return;
    }
    s->account = account->id;
    access_tell_account(s->sessions, &s->account); /* perhaps with a new workspace */
    proved(s);
}

static void after_vouching(struct session *s, const struct vouch_job *job)
{
    if (job->status == STATUS_DENIED) {
        login_deny(s);
    } else if (job->status != STATUS_OK) {
        login_refuse(s, job->status, job->why.text);
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
    login_refuse(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
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
        login_refuse_for_store(s, status);
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

/* What the frame said, kept: its memory is used for other messages while answers are awaited. */
static void keep(struct session *s, const Cocanvas__Login *login)
{
    struct login_attempt *attempt = s->attempt;
    if (attempt->kind == LOGIN_TOKEN)
        token_hash(login->token, s->device);
    else if (attempt->kind == LOGIN_CERTIFICATE)
        memcpy(s->device, attempt->key, sizeof s->device);
    s->has_device = !login_can_be_guessed(attempt->kind);
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
        login_refuse_for_store(s, status);
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
    if (!login_can_be_guessed(attempt->kind))
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
    enum status status = login_check_form(login, attempt, &why);
    if (status != STATUS_OK) {
        login_refuse(s, status, why.text);
    } else if (attempt->kind == LOGIN_CERTIFICATE && certificates == CLIENT_CERT_OFF) {
        login_refuse(s, STATUS_DENIED, "This server takes no client certificates: log in with your password.");
    } else if (certificates == CLIENT_CERT_REQUIRED && !attempt->has_key) {
        login_refuse(s, STATUS_DENIED,
                     "This server lets in only who shows a certificate: cocanvas login --certificate FILE");
    } else if (!may_try(s, &why)) {
        login_refuse(s, STATUS_BUSY, why.text);
    } else if (!login_check_tokens(login, attempt)) {
        login_deny(s);
    } else {
        keep(s, login);
        look_at_key(s);
    }
}
