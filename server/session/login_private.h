/* What the files about logins share: a login under way.
 *
 *   handle_login.c  the steps        login_form.c  what the frame says        login_end.c  refused, or logged in */
#ifndef COCANVAS_SERVER_SESSION_LOGIN_PRIVATE_H
#define COCANVAS_SERVER_SESSION_LOGIN_PRIVATE_H

#include "server/journal/store_account.h"
#include "server/session/auth.h"
#include "server/session/hasher.h"
#include "server/session/session.h"

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

/* ---- login_form.c */
/* Which of the five forms it is; exactly one is allowed. */
enum status login_check_form(const Cocanvas__Login *login, struct login_attempt *attempt, struct why *why);
/* A token or invitation of the wrong form is refused like an unknown one, without asking the database. */
bool login_check_tokens(const Cocanvas__Login *login, struct login_attempt *attempt);

/* ---- login_end.c */
void login_refuse(struct session *s, enum status code, const char *sentence);
void login_deny(struct session *s);
void login_refuse_for_store(struct session *s, enum status code);
void login_succeed(struct session *s, const struct store_account *account);
bool login_can_be_guessed(enum login_kind kind);

#endif
