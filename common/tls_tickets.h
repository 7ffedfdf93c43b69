/* Keys under which a server's session tickets are encrypted. One is used for an hour, and opens tickets for two
 * more; then it is wiped. So whoever takes the memory of a server can decrypt the resumed connections of three
 * hours, not those of its whole life, as with the keys that OpenSSL makes once. */
#ifndef COCANVAS_COMMON_TLS_TICKETS_H
#define COCANVAS_COMMON_TLS_TICKETS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

enum { TLS_TICKET_KEY_S = 3600, TLS_TICKET_KEYS = 3 };

/* Gives ctx keys of its own, which are freed with it. now_s: a monotonic clock in seconds; NULL is the machine's.
 * False if there is no randomness. */
bool tls_tickets_use(SSL_CTX *ctx, int64_t (*now_s)(void));

#endif
