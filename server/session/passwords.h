/* Which new passwords are refused because everybody tries them first: those made of one common word or pattern,
 * however it is decorated. Length (10 bytes and more) does the rest; no character classes are asked for. */
#ifndef COCANVAS_SERVER_SESSION_PASSWORDS_H
#define COCANVAS_SERVER_SESSION_PASSWORDS_H

/* NULL if the password is fit for that account, else a sentence. login may be "". */
const char *password_refusal(const char *password, const char *login);

#endif
