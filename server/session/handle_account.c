/* One's own account: devices, password, certificates; and an owner's reset link for a member. Each asks PostgreSQL,
 * and a new password the hasher as well, so the session is busy meanwhile. What a request needs until its last
 * answer is kept in its struct account_request. Whatever ends devices tells all workers, who close their
 * connections. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/tls.h"
#include "common/utf8.h"
#include "server/journal/store_account.h"
#include "server/session/access.h"
#include "server/session/account.h"
#include "server/session/audit.h"
#include "server/session/handle.h"
#include "server/session/hasher.h"
#include "server/session/limits.h"
#include "server/session/passwords.h"

enum { TOUCH_MS = 6 * 3600 * 1000, NAME_POINTS = 64, RESET_MS = 24 * 3600 * 1000, RESET_MOST_S = 7 * 24 * 3600 };

static const char nothing_here[] = "There is no such thing here, or you may not do this.";
static const char short_password[] = "A password has 10 to 1,024 bytes.";

/* A request under way; owned by its session. */
struct account_request {
    char old_password[PASSWORD_MOST + 1], new_password[PASSWORD_MOST + 1]; /* until the hasher has them */
    char old_hash[STORE_HASH_TEXT], new_hash[STORE_HASH_TEXT];
    bool keep_others;
    char key[STORE_LOGIN + 16]; /* under which wrong passwords are counted */
    bool counted;               /* the try is, at the moment */
    char token[TOKEN_TEXT];     /* of a reset link */
};

void account_request_free(struct account_request *request)
{
    if (request)
        sodium_memzero(request, sizeof *request);
    free(request);
}

/* ---- what all have in common */

static struct pg *database(const struct session *s)
{
    return journal_reads(s->sessions->journal);
}

/* Guests have no account. NULL after the refusal, which is the one for what does not exist. */
static struct account_request *begin(struct session *s, const struct request *r)
{
    if (s->is_guest) {
        session_refuse(s, r->number, STATUS_NOT_FOUND, "%s", nothing_here);
        return NULL;
    }
    s->request = r->number;
    s->busy = true;
    account_request_free(s->account_request);
    s->account_request = xcalloc(1, sizeof *s->account_request);
    return s->account_request;
}

static struct session *waiting(void *ctx, uint64_t id)
{
    struct session *s = sessions_find(ctx, id);
    return s && s->busy && s->account_request ? s : NULL;
}

static void end(struct session *s)
{
    account_request_free(s->account_request);
    s->account_request = NULL;
    session_unbusy(s);
}

/* A try of the old password that nobody could judge does not count. */
static void refuse_and_end(struct session *s, enum status code, const char *sentence)
{
    if (s->account_request->counted && code != STATUS_DENIED)
        limits_give_back(s->sessions->limits, s->account_request->key, s->sessions->mono_ms(s->sessions->ctx));
    session_refuse(s, s->request, code, "%s", sentence);
    end(s);
}

static void refuse_for_store(struct session *s, enum status status)
{
    const char *sentence = status == STATUS_DEGRADED    ? "The database is not reachable: try again in a moment."
                           : status == STATUS_NOT_FOUND ? nothing_here
                                                        : "The server could not do that: try again in a moment.";
    refuse_and_end(s, status, sentence);
}

static void answer(struct session *s, Cocanvas__Frame *frame, Cocanvas__Frame__BodyCase body)
{
    frame->request = s->request;
    frame->body_case = body;
    session_send(s, frame);
    end(s);
}

static void note_event(const struct session *s, const char *what)
{
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_notice(&ctx, "%s", what);
}

/* Connections of revoked devices end, with a sentence; and whoever was just logging in by one looks again. */
static void tell_revoked(struct session *s, size_t n, const uint8_t (*hashes)[32], const char *sentence)
{
    struct access_change change = {.kind = ACCESS_CLOSE, .facts = ACCESS_DEVICE, .but = s->id, .code = STATUS_DENIED};
    snprintf(change.sentence, sizeof change.sentence, "%s", sentence);
    for (size_t i = 0; i < n; i++) {
        memcpy(change.device, hashes[i], sizeof change.device);
        access_tell(s->sessions, &change);
    }
    if (n == 0)
        return;
    change = (struct access_change){.facts = ACCESS_ACCOUNT, .account = s->account, .but = s->id};
    access_tell(s->sessions, &change);
}

/* ---- devices */

void account_tick(struct sessions *all)
{
    int64_t now_ms = all->mono_ms(all->ctx);
    struct session *s, *next;
    if (all->touched_ms == 0)
        all->touched_ms = now_ms;
    if (now_ms - all->touched_ms < TOUCH_MS)
        return;
    all->touched_ms = now_ms;
    HASH_ITER(hh, all->by_id, s, next)
    {
        if (s->has_device && s->state != SESSION_CHECKING)
            store_device_touch(journal_reads(all->journal), s->device);
    }
}

static int64_t expires_ms(const struct session_settings *settings, const struct store_device *device)
{
    int64_t idle = device->used_ms + settings->devices.idle_ms, most = device->created_ms + settings->devices.most_ms;
    if (device->certificate)
        return 0;
    return idle < most ? idle : most;
}

static void send_devices(struct session *s, size_t n, const struct store_device *from)
{
    Cocanvas__Device *devices = xcalloc(n + 1, sizeof *devices);
    Cocanvas__Device **list = xcalloc(n + 1, sizeof *list);
    struct uuid *ids = xcalloc(n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        cocanvas__device__init(&devices[i]);
        ids[i] = from[i].id;
        devices[i].id = (ProtobufCBinaryData){sizeof ids[i].b, ids[i].b};
        devices[i].name = xstrdup(from[i].name);
        devices[i].created_ms = from[i].created_ms;
        devices[i].used_ms = from[i].used_ms;
        devices[i].expires_ms = expires_ms(s->sessions->settings, &from[i]);
        devices[i].current = from[i].current;
        devices[i].certificate = from[i].certificate;
        list[i] = &devices[i];
    }
    Cocanvas__DeviceList message;
    cocanvas__device_list__init(&message);
    message.n_devices = n;
    message.devices = list;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.device_list = &message;
    answer(s, &frame, COCANVAS__FRAME__BODY_DEVICE_LIST);
    for (size_t i = 0; i < n; i++)
        free(devices[i].name);
    free(devices);
    free(list);
    free(ids);
}

static void on_devices(void *ctx, uint64_t id, enum status status, size_t n, const struct store_device *devices)
{
    struct session *s = waiting(ctx, id);
    if (s && status == STATUS_OK)
        send_devices(s, n, devices);
    else if (s)
        refuse_for_store(s, status);
}

void handle_device_list(struct session *s, const struct request *r)
{
    if (begin(s, r))
        store_devices(database(s), &s->account, s->has_device ? s->device : NULL, &s->sessions->settings->devices,
                      s->sessions, s->id, on_devices);
}

static void on_device_revoked(void *ctx, uint64_t id, enum status status, size_t n, const uint8_t (*hashes)[32])
{
    struct audit_event *event = audit_expected(ctx, id);
    if (event)
        event->row.detail = n;
    audit_settle(ctx, id, status == STATUS_OK && n == 0 ? STATUS_NOT_FOUND : status);
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    Cocanvas__DeviceRevoked revoked;
    cocanvas__device_revoked__init(&revoked);
    revoked.count = (uint32_t)n;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.device_revoked = &revoked;
    if (n == 0 && !s->account_request->keep_others) {
        refuse_and_end(s, STATUS_NOT_FOUND, "You have no such device. It may have been revoked already.");
        return;
    }
    note_event(s, "revoked devices");
    tell_revoked(s, n, hashes, "This device was logged out by another device of yours: log in with your password.");
    answer(s, &frame, COCANVAS__FRAME__BODY_DEVICE_REVOKED);
}

void handle_device_revoke(struct session *s, const struct request *r)
{
    const Cocanvas__DeviceRevoke *wanted = r->frame->device_revoke;
    static const uint8_t none[32] = {0};
    struct uuid device;
    bool named = uuid_from_bytes(wanted->id.data, wanted->id.len, &device);
    if (named == (wanted->others != 0) || (!named && wanted->id.len > 0)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "Say which device: its id of 16 bytes, or all others.");
        return;
    }
    struct account_request *request = begin(s, r);
    if (!request)
        return;
    request->keep_others = !named; /* none is not a mistake then */
    audit_expect_account(s, AUDIT(DEVICE_REVOKED), 0);
    store_device_revoke(database(s), &s->account, named ? &device : NULL, s->has_device ? s->device : none, s->sessions,
                        s->id, on_device_revoked);
}

/* ---- the password */

static void on_changed(void *ctx, uint64_t id, enum status status, size_t n, const uint8_t (*hashes)[32])
{
    audit_settle(ctx, id, status);
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_CONFLICT) {
        refuse_and_end(s, status, "The password was changed by another device at this moment: look there.");
        return;
    }
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    note_event(s, "changed the password");
    tell_revoked(s, n, hashes, "The password of this account was changed: log in with the new one.");
    Cocanvas__PasswordChanged changed;
    cocanvas__password_changed__init(&changed);
    changed.revoked = (uint32_t)n;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.password_changed = &changed;
    answer(s, &frame, COCANVAS__FRAME__BODY_PASSWORD_CHANGED);
}

static void hash(struct session *s, enum hash_kind kind, char *password, const char *against)
{
    struct hash_job *job = xcalloc(1, sizeof *job);
    job->kind = kind;
    job->session = s->id;
    job->done = s->sessions->hashed;
    job->ctx = s->sessions->ctx;
    memcpy(job->password, password, strlen(password) + 1);
    memcpy(job->hash, against, strlen(against) + 1);
    sodium_memzero(password, strlen(password));
    if (hasher_submit(s->sessions->hasher, job))
        return;
    hash_job_free(job);
    refuse_and_end(s, STATUS_BUSY, "Many people are logging in at the moment: try again in a few seconds.");
}

/* The old password first, then the new one. */
void account_hashed(struct session *s, const struct hash_job *job)
{
    static const uint8_t none[32] = {0};
    struct account_request *request = s->account_request;
    if (job->kind == HASH_VERIFY && !job->ok) {
        limits_failed(s->sessions->limits, &s->address, s->sessions->mono_ms(s->sessions->ctx));
        refuse_and_end(s, STATUS_DENIED, "The old password is another one.");
    } else if (job->kind == HASH_VERIFY) {
        limits_give_back(s->sessions->limits, request->key, s->sessions->mono_ms(s->sessions->ctx));
        request->counted = false;
        hash(s, HASH_MAKE, request->new_password, "");
    } else if (!job->ok) {
        refuse_and_end(s, STATUS_BUSY, "The server is short of memory: try again in a moment.");
    } else {
        memcpy(request->new_hash, job->hash, sizeof request->new_hash);
        const uint8_t *keep = request->keep_others ? NULL : s->has_device ? s->device : none;
        audit_expect_account(s, AUDIT(PASSWORD_CHANGED), 0);
        store_password_change(database(s), &s->account, request->old_hash, request->new_hash, keep, s->sessions, s->id,
                              on_changed);
    }
}

static void on_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
    } else if (!account->password_hash[0]) {
        refuse_and_end(s, STATUS_UNEXPECTED,
                       "This server does not keep your password: change it where you got it from.");
    } else {
        memcpy(s->account_request->old_hash, account->password_hash, sizeof s->account_request->old_hash);
        hash(s, HASH_VERIFY, s->account_request->old_password, account->password_hash);
    }
}

static enum status check_change(struct session *s, const Cocanvas__PasswordChange *wanted, struct why *why)
{
    if (!password_check(wanted->old_password) || !password_check(wanted->new_password))
        return refuse(why, STATUS_MALFORMED, "%s", short_password);
    const char *refusal = password_refusal(wanted->new_password, s->login ? s->login : "");
    if (refusal)
        return refuse(why, STATUS_MALFORMED, "%s", refusal);
    if (strcmp(wanted->old_password, wanted->new_password) == 0)
        return refuse(why, STATUS_MALFORMED, "The new password is the old one.");
    return STATUS_OK;
}

/* Wrong old passwords are counted apart from those of logins: whoever tries this login from elsewhere can't keep its
 * owner from changing the password, and whoever has stolen a device can't try passwords on it without end. */
void handle_password_change(struct session *s, const struct request *r)
{
    const Cocanvas__PasswordChange *wanted = r->frame->password_change;
    struct why why;
    enum status status = check_change(s, wanted, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    struct account_request *request = begin(s, r);
    if (!request)
        return;
    snprintf(request->key, sizeof request->key, "change:%s", s->login);
    if (!limits_may_try(s->sessions->limits, &s->address, request->key, s->sessions->mono_ms(s->sessions->ctx), &why)) {
        refuse_and_end(s, STATUS_BUSY, why.text);
        return;
    }
    request->counted = true;
    request->keep_others = wanted->keep_others != 0;
    memcpy(request->old_password, wanted->old_password, strlen(wanted->old_password) + 1);
    memcpy(request->new_password, wanted->new_password, strlen(wanted->new_password) + 1);
    store_account_by_login(database(s), s->login, s->sessions, s->id, on_account);
}

/* ---- certificates */

static void on_certificate(void *ctx, uint64_t id, enum status status)
{
    audit_settle(ctx, id, status);
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_CONFLICT) {
        refuse_and_end(s, status,
                       "This certificate opens an account already. Use another one, or remove it there first.");
        return;
    }
    if (status != STATUS_OK) {
        refuse_for_store(s, status);
        return;
    }
    note_event(s, "added a certificate");
    Cocanvas__CertificateAdded added;
    cocanvas__certificate_added__init(&added);
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.certificate_added = &added;
    answer(s, &frame, COCANVAS__FRAME__BODY_CERTIFICATE_ADDED);
}

void handle_certificate_add(struct session *s, const struct request *r)
{
    const Cocanvas__CertificateAdd *wanted = r->frame->certificate_add;
    uint8_t key[PIN_BYTES];
    size_t points;
    if (!utf8_check_line(wanted->name, strlen(wanted->name), &points) || points > NAME_POINTS) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A name has at most %d characters on one line.", NAME_POINTS);
    } else if (s->sessions->settings->client_cert == CLIENT_CERT_OFF) {
        session_refuse(s, r->number, STATUS_UNEXPECTED,
                       "This server takes no client certificates (its option client_cert is off).");
    } else if (tls_peer_pin(stream_ssl(s->stream), key) != STATUS_OK) {
        session_refuse(s, r->number, STATUS_UNEXPECTED,
                       "This connection was made without a certificate: connect with it.");
    } else if (begin(s, r)) {
        audit_expect_account(s, AUDIT(CERTIFICATE_ADDED), 0);
        store_certificate_add(database(s), &s->account, key, wanted->name, s->sessions, s->id, on_certificate);
    }
}

/* ---- an owner's reset link */

static void on_reset(void *ctx, uint64_t id, enum status status, const char *login, int64_t expires_ms)
{
    audit_settle(ctx, id, status);
    struct session *s = waiting(ctx, id);
    if (!s)
        return;
    if (status == STATUS_NOT_FOUND) {
        refuse_and_end(s, status, "There is no such member in this workspace, or their password is kept elsewhere.");
    } else if (status == STATUS_DENIED) {
        refuse_and_end(
            s, STATUS_NOT_FOUND,
            "Only somebody who owns all workspaces of a person can make this link. The server's administrator "
            "can: cocanvasd admin reset-link LOGIN");
    } else if (status != STATUS_OK) {
        refuse_for_store(s, status);
    } else {
        note_event(s, "made a reset link");
        char *copy = xstrdup(login);
        Cocanvas__ResetCreated created;
        cocanvas__reset_created__init(&created);
        created.token = s->account_request->token;
        created.expires_ms = expires_ms;
        created.login = copy;
        Cocanvas__Frame frame;
        cocanvas__frame__init(&frame);
        frame.reset_created = &created;
        answer(s, &frame, COCANVAS__FRAME__BODY_RESET_CREATED);
        free(copy);
    }
}

static enum status check_reset(const Cocanvas__MemberReset *wanted, char login[STORE_LOGIN], struct why *why)
{
    if ((wanted->author != 0) == (wanted->login[0] != '\0'))
        return refuse(why, STATUS_MALFORMED, "Say whose password: the member's number or the login.");
    if (wanted->login[0] && !login_normalise(wanted->login, login))
        return refuse(why, STATUS_MALFORMED, "A login has 2 to 64 of the characters a-z, 0-9 and ._@+-");
    if (wanted->valid_s > RESET_MOST_S)
        return refuse(why, STATUS_MALFORMED, "A reset link is valid for at most 7 days.");
    return STATUS_OK;
}

void handle_member_reset(struct session *s, const struct request *r)
{
    const Cocanvas__MemberReset *wanted = r->frame->member_reset;
    char login[STORE_LOGIN];
    struct why why;
    enum status status = check_reset(wanted, login, &why);
    if (status != STATUS_OK) {
        session_refuse(s, r->number, status, "%s", why.text);
        return;
    }
    const struct membership *in = session_workspace(s, r->number, &wanted->workspace, r->least_role);
    struct account_request *request = in ? begin(s, r) : NULL;
    if (!request)
        return;
    token_make_invitation(request->token);
    struct store_reset reset = {
        .workspace = in->workspace,
        .login = wanted->login[0] ? login : NULL,
        .author = wanted->author,
        .asking = s->account,
        .created_by = in->author,
        .valid_ms = wanted->valid_s ? (int64_t)wanted->valid_s * 1000 : RESET_MS,
    };
    token_hash(request->token, reset.token_hash);
    audit_expect(s, AUDIT(RESET_MADE), &in->workspace, in->author, wanted->author, 0);
    store_reset_add(database(s), &reset, s->sessions, s->id, on_reset);
}
