/* Ticket keys grow old: a ticket resumes a connection for two to three hours, with keys that change every hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/tls.h"
#include "common/tls_tickets.h"

static int64_t now_s;

static int64_t test_clock(void)
{
    return now_s;
}

struct pair {
    SSL_CTX *server, *client;
    char dir[64];
};

static int begin(void **state)
{
    struct pair *p = xcalloc(1, sizeof *p);
    struct why why;
    now_s = 1000;
    snprintf(p->dir, sizeof p->dir, "/tmp/cocanvas-tickets-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    char *cert = xasprintf("%s/c.pem", p->dir), *key = xasprintf("%s/k.pem", p->dir);
    assert_int_equal(tls_make_identity(cert, key, "localhost", &why), STATUS_OK);
    p->server = tls_server_context(cert, key, &why);
    p->client = tls_client_context(&why);
    assert_non_null(p->server);
    assert_non_null(p->client);
    SSL_CTX_set_timeout(p->server, 100000); /* so that the keys alone decide */
    unlink(cert);
    unlink(key);
    rmdir(p->dir);
    free(cert);
    free(key);
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct pair *p = *state;
    SSL_CTX_free(p->server);
    SSL_CTX_free(p->client);
    free(p);
    return 0;
}

/* A connection in memory; a session to resume may be given, and the one for the next time is returned. */
static SSL_SESSION *connect_with(struct pair *p, SSL_SESSION *session, bool *resumed)
{
    BIO *a, *b;
    char byte;
    SSL *server = SSL_new(p->server), *client = SSL_new(p->client);
    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    SSL_set_bio(server, a, a);
    SSL_set_bio(client, b, b);
    SSL_set_accept_state(server);
    SSL_set_connect_state(client);
    if (session)
        assert_int_equal(SSL_set_session(client, session), 1);
    for (int i = 0; i < 10; i++) {
        (void)SSL_do_handshake(client);
        (void)SSL_do_handshake(server);
    }
    assert_true(SSL_is_init_finished(client) && SSL_is_init_finished(server));
    (void)SSL_read(client, &byte, 1); /* the ticket comes after the handshake */
    *resumed = SSL_session_reused(client) == 1;
    SSL_SESSION *next = SSL_get1_session(client);
    SSL_shutdown(client);
    SSL_free(server);
    SSL_free(client);
    return next;
}

static bool resumes_after(struct pair *p, int64_t seconds)
{
    bool resumed;
    SSL_SESSION *session = connect_with(p, NULL, &resumed);
    assert_false(resumed);
    now_s += seconds;
    SSL_SESSION *next = connect_with(p, session, &resumed);
    SSL_SESSION_free(session);
    SSL_SESSION_free(next);
    return resumed;
}

static void tickets_last_for_the_keys_that_are_kept(void **state)
{
    struct pair *p = *state;
    assert_true(tls_tickets_use(p->server, test_clock));
    assert_true(resumes_after(p, 0));
    assert_true(resumes_after(p, TLS_TICKET_KEY_S));
    assert_true(resumes_after(p, (TLS_TICKET_KEYS - 1) * TLS_TICKET_KEY_S));
    assert_false(resumes_after(p, TLS_TICKET_KEYS * TLS_TICKET_KEY_S));
    assert_false(resumes_after(p, 1000 * (int64_t)TLS_TICKET_KEY_S));
    assert_true(resumes_after(p, TLS_TICKET_KEY_S / 2));
}

static void a_server_has_such_keys_by_itself(void **state)
{
    struct pair *p = *state;
    unsigned char keys[200];
    assert_true(resumes_after(p, 0));
    /* OpenSSL's own keys are not what is used: knowing them opens nothing. */
    long size = SSL_CTX_get_tlsext_ticket_keys(p->server, NULL, 0);
    assert_true(size > 0 && (size_t)size <= sizeof keys);
    bool resumed;
    SSL_SESSION *session = connect_with(p, NULL, &resumed);
    assert_int_equal(SSL_CTX_get_tlsext_ticket_keys(p->server, keys, size), 1);
    for (long i = 0; i < size; i++)
        keys[i] ^= 0xff;
    assert_int_equal(SSL_CTX_set_tlsext_ticket_keys(p->server, keys, size), 1);
    SSL_SESSION *next = connect_with(p, session, &resumed);
    assert_true(resumed);
    SSL_SESSION_free(session);
    SSL_SESSION_free(next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tickets_last_for_the_keys_that_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_server_has_such_keys_by_itself, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
