/* Which server keys we trust: the pin of a link first, else known_hosts, else a CA-verified name, else the person.
 * known_hosts is a text file in the config directory: "host:port pin[,pin2] first-seen via(link|ca|prompt)", one
 * line a server. */
#ifndef COCANVAS_CLIENT_CORE_TRUST_H
#define COCANVAS_CLIENT_CORE_TRUST_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "common/ids.h"
#include "common/status.h"

enum trust { TRUSTED, TRUST_ASK, TRUST_REFUSED };

/* link_pin may be NULL. On REFUSED the sentence tells old and new words and the command that resolves it. */
enum trust trust_decide(const char *config_dir, const char *host, uint16_t port, const uint8_t *link_pin, SSL *ssl,
                        uint8_t seen[PIN_BYTES], struct why *why);
/* via: "link", "ca" or "prompt". Adds or replaces; next_pin may be NULL. */
enum status trust_remember(const char *config_dir, const char *host, uint16_t port, const uint8_t pin[PIN_BYTES],
                           const uint8_t *next_pin, const char *via, struct why *why) MUST_CHECK;
enum status trust_forget(const char *config_dir, const char *host, uint16_t port, struct why *why) MUST_CHECK;

#endif
