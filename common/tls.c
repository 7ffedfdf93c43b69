/* TLS contexts for server and clients, the server's own identity (an ECDSA P-256 key and a self-signed certificate),
 * and what one may ask about the peer. Only TLS 1.3; AES-128-GCM first because it is the fastest on our machines,
 * ChaCha20 when the client prefers it (it then has no AES instructions). */
#include "common/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/tls_tickets.h"

#define CIPHERS "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"

enum {
    DAY_S = 24 * 60 * 60,
    CERT_BACKDATE_S = 2 * DAY_S, /* clients' clocks may be slow */
    CERT_VALID_DAYS = 3650,
    SESSION_TIMEOUT_S = 2 * 60 * 60,
    DAY_TEXT = 16,
};

/* ALPN's wire form: length and name. */
static const unsigned char alpn_wire[] = {10, 'c', 'o', 'c', 'a', 'n', 'v', 'a', 's', '/', '1'};

void tls_error_text(char *out, size_t room)
{
    unsigned long error = ERR_peek_last_error();
    if (room == 0)
        return;
    if (error)
        ERR_error_string_n(error, out, room);
    else
        snprintf(out, room, "no details");
    ERR_clear_error();
}

static enum status refuse_tls(struct why *why, const char *what, const char *file)
{
    char text[120];
    tls_error_text(text, sizeof text);
    return refuse(why, STATUS_INTERNAL, "%s %s: %s", what, file, text);
}

/* What server and clients have in common; false if this OpenSSL cannot do it. */
static bool set_common(SSL_CTX *ctx)
{
    char groups[] = "X25519:P-256:P-384";
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 && SSL_CTX_set_ciphersuites(ctx, CIPHERS) == 1 &&
           SSL_CTX_set1_groups_list(ctx, groups) == 1;
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
                       unsigned in_len, void *arg)
{
    unsigned char *chosen;
    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, alpn_wire, sizeof alpn_wire, in, in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* The certificate is read a second time so that its dates can be judged by file name. */
static X509 *read_cert(const char *cert_file)
{
    BIO *in = BIO_new_file(cert_file, "r");
    X509 *cert = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
    BIO_free(in);
    return cert;
}

static void day_text(const ASN1_TIME *time, char out[DAY_TEXT])
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1 || strftime(out, DAY_TEXT, "%Y-%m-%d", &parts) == 0)
        memcpy(out, "?", 2);
}

static enum status check_dates(SSL_CTX *ctx, const char *cert_file, struct why *why)
{
    X509 *cert = SSL_CTX_get0_certificate(ctx);
    char day[DAY_TEXT];
    if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0) {
        day_text(X509_get0_notBefore(cert), day);
        return refuse(why, STATUS_INTERNAL, "%s: the certificate is valid from %s on: is this machine's clock right?",
                      cert_file, day);
    }
    if (X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
        day_text(X509_get0_notAfter(cert), day);
        return refuse(
            why, STATUS_INTERNAL,
            "%s: the certificate expired on %s. Renew it; or, if the daemon had made it, move the file away: with "
            "the key that is there it makes a new one, which clients that know the key accept",
            cert_file, day);
    }
    return STATUS_OK;
}

static enum status load_identity(SSL_CTX *ctx, const char *cert_file, const char *key_file, struct why *why)
{
    if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
        return refuse_tls(why, "cannot use the certificate", cert_file);
    if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1)
        return refuse_tls(why, "cannot use the key (or it is not this certificate's)", key_file);
    if (SSL_CTX_check_private_key(ctx) != 1)
        return refuse_tls(why, "the key does not belong to the certificate:", key_file);
    return check_dates(ctx, cert_file, why);
}

SSL_CTX *tls_server_context(const char *cert_file, const char *key_file, struct why *why)
{
    static const unsigned char session_context[] = "cocanvas";
    ERR_clear_error();
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx || !set_common(ctx)) {
        refuse_tls(why, "cannot set up", "TLS");
        goto refused;
    }
    if (load_identity(ctx, cert_file, key_file, why) != STATUS_OK)
        goto refused;
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
    /* Resumption by tickets alone: nothing is kept per client. One ticket each, since clients hold one connection. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(ctx, session_context, sizeof session_context - 1);
    SSL_CTX_set_timeout(ctx, SESSION_TIMEOUT_S);
    SSL_CTX_set_num_tickets(ctx, 1);
    SSL_CTX_set_max_early_data(ctx, 0);
    if (!tls_tickets_use(ctx, NULL)) {
        refuse_tls(why, "cannot make keys for", "tickets");
        goto refused;
    }
    return ctx;
refused:
    SSL_CTX_free(ctx);
    return NULL;
}

static int accept_any(X509_STORE_CTX *store, void *arg)
{
    (void)store, (void)arg;
    return 1;
}

void tls_ask_certificate(SSL_CTX *server)
{
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(server, accept_any, NULL);
}

enum status tls_show_certificate(SSL_CTX *client, const char *file, struct why *why)
{
    ERR_clear_error();
    if (access(file, R_OK) != 0)
        return refuse(why, STATUS_NOT_FOUND, "%s: %s", file, strerror(errno));
    if (SSL_CTX_use_certificate_chain_file(client, file) != 1)
        return refuse_tls(why, "there is no certificate in", file);
    if (SSL_CTX_use_PrivateKey_file(client, file, SSL_FILETYPE_PEM) != 1)
        return refuse_tls(why, "there is no key, or another certificate's, in", file);
    return STATUS_OK;
}

bool tls_valid_days(const char *file, int *days, char day[TLS_DAY_TEXT])
{
    X509 *cert = read_cert(file);
    int seconds = 0;
    bool known = cert && ASN1_TIME_diff(days, &seconds, NULL, X509_get0_notAfter(cert)) == 1;
    if (known) {
        day_text(X509_get0_notAfter(cert), day);
        *days -= *days <= 0 && seconds < 0; /* over by hours */
    }
    X509_free(cert);
    ERR_clear_error();
    return known;
}

SSL_CTX *tls_client_context(struct why *why)
{
    ERR_clear_error();
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx || !set_common(ctx) || SSL_CTX_set_alpn_protos(ctx, alpn_wire, sizeof alpn_wire) != 0) {
        refuse_tls(why, "cannot set up", "TLS");
        SSL_CTX_free(ctx);
        return NULL;
    }
    /* Pins come first; the chain is looked at by tls_peer_verified() alone, since to search the system's CAs takes
     * longer than the rest of a handshake. */
    SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
    SSL_CTX_set_default_verify_paths(ctx);
    ERR_clear_error(); /* a machine without CAs is no error: pins do not need them */
    return ctx;
}

/* ---- the server's own identity */

static bool write_pem(const char *file, mode_t mode, EVP_PKEY *key, X509 *cert)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = out != NULL;
    if (!out) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (key)
        ok = PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (cert)
        ok = ok && PEM_write_X509(out, cert) == 1;
    ok = fflush(out) == 0 && fsync(fd) == 0 && ok;
    ok = fclose(out) == 0 && ok;
    if (!ok)
        unlink(file);
    return ok;
}

static EVP_PKEY *read_key(const char *key_file)
{
    BIO *in = BIO_new_file(key_file, "r");
    EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
    BIO_free(in);
    return key;
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* The name or address that a server is reached by. Not by add_extension(): a name is no configuration text. */
static bool add_host(X509 *cert, const char *host)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
    ASN1_IA5STRING *dns = address ? NULL : ASN1_IA5STRING_new();
    bool ok = names && name && (address || (dns && ASN1_STRING_set(dns, host, -1) == 1));
    if (ok) {
        GENERAL_NAME_set0_value(name, address ? GEN_IPADD : GEN_DNS, address ? (void *)address : (void *)dns);
        address = NULL;
        dns = NULL;
    }
    if (ok && sk_GENERAL_NAME_push(names, name) > 0)
        name = NULL;
    ok = ok && !name && X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1;
    ASN1_OCTET_STRING_free(address);
    ASN1_IA5STRING_free(dns);
    GENERAL_NAME_free(name);
    GENERAL_NAMES_free(names);
    return ok;
}

static bool set_serial(X509 *cert)
{
    uint8_t bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return ok;
}

/* host: a server's, NULL for people. */
static X509 *make_cert(EVP_PKEY *key, const char *common_name, const char *usage, const char *host)
{
    X509 *cert = X509_new();
    X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
    if (name && X509_set_version(cert, 2) == 1 && set_serial(cert) &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -CERT_BACKDATE_S) &&
        X509_time_adj_ex(X509_getm_notAfter(cert), CERT_VALID_DAYS, 0, NULL) && X509_set_pubkey(cert, key) == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1 &&
        X509_set_issuer_name(cert, name) == 1 && add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
        add_extension(cert, NID_ext_key_usage, usage) && (!host || add_host(cert, host)) && X509_sign(cert, key, EVP_sha256()) > 0)
        return cert;
    X509_free(cert);
    return NULL;
}

enum status tls_make_identity(const char *cert_file, const char *key_file, const char *common_name, struct why *why)
{
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    enum status status = STATUS_INTERNAL;
    ERR_clear_error();
    if (access(key_file, F_OK) == 0) {
        key = read_key(key_file);
        if (!key) {
            status = refuse_tls(why, "cannot read the key", key_file);
            goto out;
        }
    } else {
        key = EVP_EC_gen("P-256");
        if (!key || !write_pem(key_file, 0600, key, NULL)) {
            status = refuse(why, STATUS_INTERNAL, "cannot write the key %s: %s", key_file, strerror(errno));
            goto out;
        }
    }
    if (access(cert_file, F_OK) != 0) {
        cert = make_cert(key, common_name, "serverAuth", common_name);
        if (!cert) {
            status = refuse_tls(why, "cannot make the certificate", cert_file);
            goto out;
        }
        if (!write_pem(cert_file, 0644, NULL, cert)) {
            status = refuse(why, STATUS_INTERNAL, "cannot write the certificate %s: %s", cert_file, strerror(errno));
            goto out;
        }
    }
    status = STATUS_OK;
out:
    X509_free(cert);
    EVP_PKEY_free(key);
    return status;
}

enum status tls_make_certificate(const char *file, const char *common_name, struct why *why)
{
    ERR_clear_error();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? make_cert(key, common_name, "clientAuth", NULL) : NULL;
    enum status status = STATUS_OK;
    if (!cert)
        status = refuse_tls(why, "cannot make the certificate", file);
    else if (access(file, F_OK) == 0)
        status = refuse(why, STATUS_CONFLICT, "%s is there already", file);
    else if (!write_pem(file, 0600, key, cert))
        status = refuse(why, STATUS_INTERNAL, "%s can't be written: %s", file, strerror(errno));
    X509_free(cert);
    EVP_PKEY_free(key);
    return status;
}

/* ---- pins and names */

static bool cert_pin(X509 *cert, uint8_t pin[PIN_BYTES])
{
    unsigned char *der = NULL;
    size_t len = 0;
    int n = cert ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der) : -1;
    bool ok = n > 0 && EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)n, pin, &len) == 1 && len == PIN_BYTES;
    OPENSSL_free(der);
    return ok;
}

enum status tls_file_pin(const char *cert_file, uint8_t pin[PIN_BYTES], struct why *why)
{
    ERR_clear_error();
    X509 *cert = read_cert(cert_file);
    bool ok = cert_pin(cert, pin);
    X509_free(cert);
    return ok ? STATUS_OK : refuse_tls(why, "cannot read the certificate", cert_file);
}

enum status tls_peer_pin(SSL *ssl, uint8_t pin[PIN_BYTES])
{
    return cert_pin(SSL_get0_peer_certificate(ssl), pin) ? STATUS_OK : STATUS_NOT_FOUND;
}

/* X509_V_OK, or what is wrong with the chain. */
static int chain_error(SSL *ssl, X509 *cert)
{
    X509_STORE_CTX *store = X509_STORE_CTX_new();
    int error = X509_V_ERR_UNSPECIFIED;
    if (store &&
        X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)), cert, SSL_get_peer_cert_chain(ssl)) ==
            1 &&
        X509_STORE_CTX_set_default(store, "ssl_server") == 1)
        error = X509_verify_cert(store) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(store);
    X509_STORE_CTX_free(store);
    ERR_clear_error();
    return error;
}

static bool is_for_host(X509 *cert, const char *host)
{
    return X509_check_host(cert, host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1 ||
           X509_check_ip_asc(cert, host, 0) == 1;
}

bool tls_peer_verified(SSL *ssl, const char *host)
{
    X509 *cert = SSL_get0_peer_certificate(ssl);
    return cert && chain_error(ssl, cert) == X509_V_OK && is_for_host(cert, host);
}

void tls_peer_doubt(SSL *ssl, const char *host, char out[TLS_DOUBT_TEXT])
{
    X509 *cert = SSL_get0_peer_certificate(ssl);
    int error = cert ? chain_error(ssl, cert) : X509_V_ERR_UNSPECIFIED;
    char day[DAY_TEXT], today[DAY_TEXT] = "?";
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts))
        (void)strftime(today, sizeof today, "%Y-%m-%d", &parts);
    if (cert && error == X509_V_ERR_CERT_HAS_EXPIRED) {
        day_text(X509_get0_notAfter(cert), day);
        snprintf(out, TLS_DOUBT_TEXT, "its certificate expired on %s (this device's clock says %s)", day, today);
    } else if (cert && error == X509_V_ERR_CERT_NOT_YET_VALID) {
        day_text(X509_get0_notBefore(cert), day);
        snprintf(out, TLS_DOUBT_TEXT, "its certificate is valid from %s on (this device's clock says %s)", day, today);
    } else if (cert && error == X509_V_OK && !is_for_host(cert, host)) {
        snprintf(out, TLS_DOUBT_TEXT, "its certificate is not for %.100s", host);
    } else if (error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
               error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) {
        snprintf(out, TLS_DOUBT_TEXT, "no authority that this device knows has signed its certificate");
    } else {
        snprintf(out, TLS_DOUBT_TEXT, "its certificate does not hold: %.100s", X509_verify_cert_error_string(error));
    }
}

bool tls_alpn_ok(SSL *ssl)
{
    const unsigned char *chosen;
    unsigned len;
    SSL_get0_alpn_selected(ssl, &chosen, &len);
    return len == sizeof alpn_wire - 1 && memcmp(chosen, alpn_wire + 1, len) == 0;
}
