/* What a Login says: which of its forms it is, and whether what it holds is well-formed. */
#include <string.h>

#include "common/utf8.h"
#include "server/session/auth.h"
#include "server/session/passwords.h"
#include "server/session/login_private.h"

enum { DEVICE_POINTS = 64 };

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
enum status login_check_form(const Cocanvas__Login *login, struct login_attempt *attempt, struct why *why)
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
bool login_check_tokens(const Cocanvas__Login *login, struct login_attempt *attempt)
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
