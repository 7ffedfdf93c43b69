/* Who this server is to its clients: TLS context and pins, made of the files that the configuration names; links that
 * carry them; and the one-time link of the first owner. */
#ifndef COCANVAS_SERVER_IDENTITY_H
#define COCANVAS_SERVER_IDENTITY_H

#include <stdio.h>

#include "server/worker.h"

/* Makes key and certificate if they do not exist yet. */
enum status identity_make(const struct config *c, struct why *why) MUST_CHECK;
/* Reads them: fills tls (a reference of the caller's) and the next pin. settings->config tells the files. */
enum status identity_load(struct worker_settings *settings, struct why *why) MUST_CHECK;
/* A link to this server. token may be "". port: of the listener, used if public_host names none. */
enum status identity_link(const struct config *c, uint16_t port, const char *token, char *out, size_t room,
                          struct why *why) MUST_CHECK;
/* If nobody has an account yet: makes a one-time link for the first owner, valid for a day, writes it to
 * first-owner-link (0600) in state_dir, and puts it into out. Else *needed is false. Blocks on PostgreSQL. */
enum status identity_owner_link(const struct config *c, uint16_t port, char *out, size_t room, bool *needed,
                                struct why *why) MUST_CHECK;
/* A one-time link, valid for a day, by which whoever has that login chooses a new password; *found is false if nobody has.
 * Blocks on PostgreSQL. */
enum status identity_reset_link(const struct config *c, uint16_t port, const char *login, char *out, size_t room, bool *found,
                                struct why *why) MUST_CHECK;
/* The secret under which join codes are kept (code_guard.h): in state_dir, made when there is none yet. Nodes of one database need
 * the same. */
enum status identity_code_secret(const struct config *c, uint8_t secret[32], struct why *why) MUST_CHECK;
/* Fingerprint, words and link, for people. */
enum status identity_print(const struct config *c, FILE *out, struct why *why) MUST_CHECK;

#endif
