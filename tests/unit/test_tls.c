/* TLS contexts: the server's own identity, pins, what a broken file does, ALPN, versions, resumption. Handshakes run
 * in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/tls.h"

struct files {
    char folder[64];
    char *cert, *key, *other_cert, *other_key;
};

static int setup(void **state)
{
    struct files *f = xcalloc(1, sizeof *f);
    struct why why;
    snprintf(f->folder, sizeof f->folder, "/tmp/test_tls_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->cert = xasprintf("%s/cert.pem", f->folder);
    f->key = xasprintf("%s/key.pem", f->folder);
    f->other_cert = xasprintf("%s/other-cert.pem", f->folder);
    f->other_key = xasprintf("%s/other-key.pem", f->folder);
    assert_int_equal(tls_make_identity(f->cert, f->key, "canvas.example", &why), STATUS_OK);
    assert_int_equal(tls_make_identity(f->other_cert, f->other_key, "other.example", &why), STATUS_OK);
    *state = f;
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    struct files *f = *state;
    nftw(f->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(f->cert);
    free(f->key);
    free(f->other_cert);
    free(f->other_key);
    free(f);
    return 0;
}

static SSL_CTX *server_context(const struct files *f)
{
    struct why why;
    SSL_CTX *ctx = tls_server_context(f->cert, f->key, &why);
    assert_non_null(ctx);
    return ctx;
}

/* Both ends in memory, shaken hands; true if both are through. */
struct pair {
    SSL *server, *client;
};

static bool shake(struct pair *p, SSL_CTX *server, SSL_CTX *client, SSL_SESSION *session)
{
    BIO *a, *b;
    int c = 0, s = 0;
    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    p->server = SSL_new(server);
    p->client = SSL_new(client);
    SSL_set_bio(p->server, a, a);
    SSL_set_bio(p->client, b, b);
    SSL_set_accept_state(p->server);
    SSL_set_connect_state(p->client);
    if (session)
        assert_int_equal(SSL_set_session(p->client, session), 1);
    for (int i = 0; i < 10 && !(c == 1 && s == 1); i++) {
        c = SSL_do_handshake(p->client);
        s = SSL_do_handshake(p->server);
    }
    return c == 1 && s == 1;
}

static void pair_free(struct pair *p)
{
    SSL_free(p->server);
    SSL_free(p->client);
}

static void test_identity(void **state)
{
    struct files *f = *state;
    struct stat st;
    uint8_t before[PIN_BYTES], after[PIN_BYTES];
    struct why why;
    assert_int_equal(stat(f->key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FILE *in = fopen(f->cert, "r");
    X509 *cert = PEM_read_X509(in, NULL, NULL, NULL);
    fclose(in);
    assert_non_null(cert);
    int days, seconds;
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(cert), X509_get0_notAfter(cert)), 1);
    assert_in_range(days, 3651, 3653);
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(cert), NULL), 1);
    assert_int_equal(days, 2);
    assert_int_equal(X509_check_host(cert, "canvas.example", 0, 0, NULL), 1);
    X509_free(cert);
    /* A second call leaves the files alone; a certificate made again for the same key has the same pin. */
    assert_int_equal(tls_file_pin(f->cert, before, &why), STATUS_OK);
    assert_int_equal(tls_make_identity(f->cert, f->key, "x", &why), STATUS_OK);
    assert_int_equal(tls_file_pin(f->cert, after, &why), STATUS_OK);
    assert_memory_equal(before, after, PIN_BYTES);
    assert_int_equal(unlink(f->cert), 0);
    assert_int_equal(tls_make_identity(f->cert, f->key, "x", &why), STATUS_OK);
    assert_int_equal(tls_file_pin(f->cert, after, &why), STATUS_OK);
    assert_memory_equal(before, after, PIN_BYTES);
    assert_int_equal(tls_file_pin(f->other_cert, after, &why), STATUS_OK);
    assert_memory_not_equal(before, after, PIN_BYTES);
}

/* The self-made certificate is for the host, be it a name or an address; a name is never read as anything else. */
static void test_the_certificate_says_its_host(void **state)
{
    static const char *const hosts[] = {"canvas.example", "192.0.2.7", "2001:db8::7", "x,DNS:evil.example"};
    const struct files *f = *state;
    struct why why;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        assert_int_equal(unlink(f->cert), 0);
        assert_int_equal(tls_make_identity(f->cert, f->key, hosts[i], &why), STATUS_OK);
        BIO *in = BIO_new_file(f->cert, "r");
        X509 *cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
        assert_non_null(cert);
        bool is_address = i == 1 || i == 2;
        assert_int_equal(X509_check_ip_asc(cert, hosts[i], 0) == 1, is_address);
        assert_int_equal(X509_check_host(cert, hosts[0], 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), i == 0);
        assert_int_not_equal(X509_check_host(cert, "evil.example", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL), 1);
        X509_free(cert);
        BIO_free(in);
    }
}

static void test_bad_files_are_refused(void **state)
{
    struct files *f = *state;
    struct why why = {""};
    uint8_t pin[PIN_BYTES];
    char *absent = xasprintf("%s/absent", f->folder);
    char *folder_file = xasprintf("%s/absent/key.pem", f->folder);
    assert_null(tls_server_context(absent, f->key, &why));
    assert_non_null(strstr(why.text, absent));
    assert_null(tls_server_context(f->cert, f->other_key, &why));
    assert_non_null(strstr(why.text, f->other_key));
    assert_null(tls_server_context(f->key, f->key, &why));
    assert_int_not_equal(tls_file_pin(f->key, pin, &why), STATUS_OK);
    assert_int_not_equal(tls_make_identity(f->cert, folder_file, "x", &why), STATUS_OK);
    assert_non_null(strstr(why.text, "No such file"));
    free(absent);
    free(folder_file);
}

/* Rewrites the certificate with other dates, in days from now. */
static void write_dated(const struct files *f, int from, int to)
{
    FILE *in = fopen(f->cert, "r");
    X509 *cert = PEM_read_X509(in, NULL, NULL, NULL);
    fclose(in);
    in = fopen(f->key, "r");
    EVP_PKEY *key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    fclose(in);
    X509_time_adj_ex(X509_getm_notBefore(cert), from, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(cert), to, 0, NULL);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    FILE *out = fopen(f->cert, "w");
    assert_int_equal(PEM_write_X509(out, cert), 1);
    fclose(out);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void test_dates_are_checked(void **state)
{
    struct files *f = *state;
    struct why why;
    write_dated(f, -10, -1);
    assert_null(tls_server_context(f->cert, f->key, &why));
    assert_non_null(strstr(why.text, "expired"));
    write_dated(f, 1, 10);
    assert_null(tls_server_context(f->cert, f->key, &why));
    assert_non_null(strstr(why.text, "the certificate is valid from 20"));
    write_dated(f, -1, 10);
    SSL_CTX *ctx = tls_server_context(f->cert, f->key, &why);
    assert_non_null(ctx);
    SSL_CTX_free(ctx);
}

static void test_handshake(void **state)
{
    struct files *f = *state;
    struct why why;
    struct pair p;
    uint8_t pin[PIN_BYTES], peer[PIN_BYTES];
    SSL_CTX *server = server_context(f), *client = tls_client_context(&why);
    assert_non_null(client);
    assert_true(shake(&p, server, client, NULL));
    assert_int_equal(SSL_version(p.client), TLS1_3_VERSION);
    assert_string_equal(SSL_get_cipher_name(p.client), "TLS_AES_128_GCM_SHA256");
    assert_true(tls_alpn_ok(p.client));
    assert_true(tls_alpn_ok(p.server));
    assert_int_equal(tls_file_pin(f->cert, pin, &why), STATUS_OK);
    assert_int_equal(tls_peer_pin(p.client, peer), STATUS_OK);
    assert_memory_equal(pin, peer, PIN_BYTES);
    assert_int_equal(tls_peer_pin(p.server, peer), STATUS_NOT_FOUND); /* clients show no certificate */
    assert_false(tls_peer_verified(p.client, "canvas.example"));      /* no CA vouches for it */
    pair_free(&p);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

/* With the self-signed certificate as a CA of the client: then the name decides. */
static void test_verified_needs_chain_and_name(void **state)
{
    struct files *f = *state;
    struct why why;
    struct pair p;
    SSL_CTX *server = server_context(f), *client = tls_client_context(&why);
    assert_int_equal(SSL_CTX_load_verify_locations(client, f->cert, NULL), 1);
    assert_true(shake(&p, server, client, NULL));
    assert_true(tls_peer_verified(p.client, "canvas.example"));
    assert_false(tls_peer_verified(p.client, "other.example"));
    assert_false(tls_peer_verified(p.client, "127.0.0.1"));
    pair_free(&p);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static void test_wrong_alpn_and_old_versions(void **state)
{
    struct files *f = *state;
    struct why why;
    struct pair p;
    SSL_CTX *server = server_context(f), *client = tls_client_context(&why);
    assert_int_equal(SSL_CTX_set_alpn_protos(client, (const unsigned char *)"\x02h2", 3), 0);
    assert_false(shake(&p, server, client, NULL));
    pair_free(&p);
    SSL_CTX_free(client);
    client = SSL_CTX_new(TLS_client_method()); /* no ALPN at all: the handshake works, the owner has to ask */
    assert_true(shake(&p, server, client, NULL));
    assert_false(tls_alpn_ok(p.server));
    pair_free(&p);
    assert_int_equal(SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION), 1);
    assert_false(shake(&p, server, client, NULL));
    pair_free(&p);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

static void test_resumption(void **state)
{
    struct files *f = *state;
    struct why why;
    struct pair p;
    char byte;
    SSL_CTX *server = server_context(f), *client = tls_client_context(&why);
    assert_true(shake(&p, server, client, NULL));
    SSL_read(p.client, &byte, 1); /* takes the ticket in */
    SSL_SESSION *session = SSL_get1_session(p.client);
    assert_true(SSL_SESSION_is_resumable(session));
    SSL_shutdown(p.client); /* a connection that is torn off would make its session unusable */
    pair_free(&p);
    assert_true(shake(&p, server, client, session));
    assert_true(SSL_session_reused(p.server));
    assert_true(tls_alpn_ok(p.server));
    SSL_SESSION_free(session);
    pair_free(&p);
    SSL_CTX_free(server);
    SSL_CTX_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_certificate_says_its_host, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_files_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dates_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_handshake, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verified_needs_chain_and_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_alpn_and_old_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resumption, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
