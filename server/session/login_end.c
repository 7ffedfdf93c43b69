/* The end of a login: refused, in words that tell nothing, or logged in. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/session/access.h"
#include "server/session/audit.h"
#include "server/session/handle.h"
#include "server/session/limits.h"
#include "server/session/login_private.h"

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

bool login_can_be_guessed(enum login_kind kind)
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

void login_refuse(struct session *s, enum status code, const char *sentence)
{
    char canvas[UUID_TEXT];
    struct log_ctx ctx = session_log(s, canvas);
    log_notice(&ctx, "login refused: %s", status_name(code));
    s->sessions->failed_logins++;
    if (code != STATUS_DENIED)
        give_back(s);
    else if (login_can_be_guessed(s->attempt->kind))
        limits_failed(s->sessions->limits, &s->address, s->sessions->mono_ms(s->sessions->ctx));
    session_refuse(s, s->request, code, "%s", sentence);
    /* Later, and for a login that nobody has as well: else the time that it takes would tell them apart. */
    if (code == STATUS_DENIED && s->attempt->looked_up)
        audit_tell_account_later(s, AUDIT(LOGIN_REFUSED), audit_detail(s));
    leave_checking(s, SESSION_GREETED);
}

void login_deny(struct session *s)
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
        login_refuse(s, STATUS_DENIED,
                     "Login and password do not fit together, or the certificate is not this account's.");
    else
        login_refuse(s, STATUS_DENIED, sentences[s->attempt->kind]);
}

/* The database's answers that mean "not now". */
void login_refuse_for_store(struct session *s, enum status code)
{
    if (code == STATUS_DEGRADED)
        login_refuse(s, code, "The database is not reachable: try again in a moment.");
    else
        login_refuse(s, code, "The server could not look that up: try again in a moment.");
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

void login_succeed(struct session *s, const struct store_account *account)
{
    struct why why;
    if (!session_take_seat(s, &account->id, NULL, 0, &why)) {
        login_refuse(s, STATUS_BUSY, why.text);
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
