/* TLS contexts: TLS 1.3 only, ALPN "cocanvas/1", groups X25519:P-256:P-384, no early data, no compression, released
 * buffers while idle. A context is built completely and then swapped in; a broken file leaves the old one in place
 * (OpenSSL counts references, so connections keep the context that they began with). */
#ifndef COCANVAS_COMMON_TLS_H
#define COCANVAS_COMMON_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "common/status.h"

#define TLS_ALPN "cocanvas/1"

/* A server context from PEM files; checks that key and certificate match and are in date. NULL and *why on refusal. */
SSL_CTX *tls_server_context(const char *cert_file, const char *key_file, struct why *why);
/* Asks clients for a certificate. Any is taken, also a self-signed one, and none, too: what counts is tls_peer_pin(). */
void tls_ask_certificate(SSL_CTX *server);
/* Makes an ECDSA P-256 key (mode 0600) and a self-signed certificate (10 years, notBefore 48 h back) where the files
 * do not exist yet. */
enum status tls_make_identity(const char *cert_file, const char *key_file, const char *common_name,
                              struct why *why) MUST_CHECK;
/* SHA-256 of the certificate's public key (SPKI). */
enum status tls_file_pin(const char *cert_file, uint8_t pin[PIN_BYTES], struct why *why) MUST_CHECK;

/* A client context: verifies nothing by itself (tls_peer_pin and the caller decide), but loads the system's CAs for
 * tls_peer_verified. */
SSL_CTX *tls_client_context(struct why *why);
/* Until when a certificate is valid: whole days from now (below 0: it is over), and the day as "2027-01-31". False: no certificate. */
enum { TLS_DAY_TEXT = 16, TLS_EXPIRY_HINT_DAYS = 30 /* from then on people are told */ };
bool tls_valid_days(const char *file, int *days, char day[TLS_DAY_TEXT]);
/* Shows this certificate to servers that ask: a PEM file with certificate and key. */
enum status tls_show_certificate(SSL_CTX *client, const char *file, struct why *why) MUST_CHECK;
/* Makes a key and a self-signed certificate for a person, in one file (mode 0600) that does not exist yet. */
enum status tls_make_certificate(const char *file, const char *common_name, struct why *why) MUST_CHECK;
/* Of the certificate that the other side showed; NOT_FOUND if it showed none. */
enum status tls_peer_pin(SSL *ssl, uint8_t pin[PIN_BYTES]) MUST_CHECK;
/* The chain verifies against the system's CAs and the certificate is for that host. */
bool tls_peer_verified(SSL *ssl, const char *host);
/* What keeps it from that, as a part of a sentence: "it expired on 2026-11-20", "it is for example.org", … */
enum { TLS_DOUBT_TEXT = 200 };
void tls_peer_doubt(SSL *ssl, const char *host, char out[TLS_DOUBT_TEXT]);
/* The peer agreed on ALPN cocanvas/1. */
bool tls_alpn_ok(SSL *ssl);
/* The newest OpenSSL error as text, and the queue emptied. */
void tls_error_text(char *out, size_t room);

#endif
