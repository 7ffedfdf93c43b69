/* Whom we trust: the link's pin, then the list, then a certificate authority, then the person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "client/core/paths.h"
#include "client/core/trust.h"
#include "common/buf.h"
#include "common/tls.h"

struct trial {
    char dir[64];
    struct why why;
    uint8_t pin[PIN_BYTES], seen[PIN_BYTES], other[PIN_BYTES];
    SSL_CTX *server_ctx, *client_ctx;
    SSL *server, *client; /* a connection in memory, handshake done */
};

static void shake_hands(struct trial *t)
{
    BIO *a, *b;

    assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
    t->server = SSL_new(t->server_ctx);
    t->client = SSL_new(t->client_ctx);
    SSL_set_bio(t->server, a, a);
    SSL_set_bio(t->client, b, b);
    SSL_set_accept_state(t->server);
    SSL_set_connect_state(t->client);
    for (int i = 0; i < 10; i++) {
        (void)SSL_do_handshake(t->client);
        (void)SSL_do_handshake(t->server);
    }
    assert_true(SSL_is_init_finished(t->client));
}

static int begin(void **state)
{
    struct trial *t = xcalloc(1, sizeof(*t));
    char *cert, *key;

    (void)snprintf(t->dir, sizeof(t->dir), "/tmp/cocanvas-trust-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    cert = xasprintf("%s/cert.pem", t->dir);
    key = xasprintf("%s/key.pem", t->dir);
    assert_int_equal(tls_make_identity(cert, key, "localhost", &t->why), STATUS_OK);
    assert_int_equal(tls_file_pin(cert, t->pin, &t->why), STATUS_OK);
    t->server_ctx = tls_server_context(cert, key, &t->why);
    t->client_ctx = tls_client_context(&t->why);
    assert_non_null(t->server_ctx);
    assert_non_null(t->client_ctx);
    memset(t->other, 7, sizeof(t->other));
    shake_hands(t);
    free(cert);
    free(key);
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct trial *t = *state;
    char *command = xasprintf("rm -rf %s", t->dir);

    assert_int_equal(system(command), 0);
    SSL_free(t->server);
    SSL_free(t->client);
    SSL_CTX_free(t->server_ctx);
    SSL_CTX_free(t->client_ctx);
    free(command);
    free(t);
    return 0;
}

/* As if the device's clock were wrong by so many days. */
static void jump_days(struct trial *t, int days)
{
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(SSL_CTX_get_cert_store(t->client_ctx));

    X509_VERIFY_PARAM_set_time(param, time(NULL) + (time_t)days * 86400);
}

static enum trust decide(struct trial *t, const uint8_t *link_pin)
{
    enum trust trust = trust_decide(t->dir, "example.org", 7341, link_pin, t->client, t->seen, &t->why);

    assert_memory_equal(t->seen, t->pin, PIN_BYTES);
    return trust;
}

static void remember(struct trial *t, const uint8_t *pin, const uint8_t *next, const char *via)
{
    assert_int_equal(trust_remember(t->dir, "example.org", 7341, pin, next, via, &t->why), STATUS_OK);
}

static char *list(struct trial *t)
{
    char *file = xasprintf("%s/known_hosts", t->dir);
    char *text = paths_read(file, 100000, NULL);

    free(file);
    assert_non_null(text);
    return text;
}

static void the_link_s_pin_decides_alone(void **state)
{
    struct trial *t = *state;

    assert_int_equal(decide(t, t->pin), TRUSTED);
    assert_int_equal(decide(t, t->other), TRUST_REFUSED);
    assert_non_null(strstr(t->why.text, "link"));
    remember(t, t->other, NULL, "link");
    assert_int_equal(decide(t, t->pin), TRUSTED); /* the list does not matter then */
}

static void an_unknown_server_is_asked_about(void **state)
{
    struct trial *t = *state;

    assert_int_equal(decide(t, NULL), TRUST_ASK);
    assert_non_null(strstr(t->why.text, "no authority that this device knows has signed its certificate"));
    assert_non_null(strstr(t->why.text, "--accept-new"));
    remember(t, t->pin, NULL, "prompt");
    assert_int_equal(decide(t, NULL), TRUSTED);
    assert_int_equal(trust_decide(t->dir, "example.org", 7342, NULL, t->client, t->seen, &t->why), TRUST_ASK);
    assert_int_equal(trust_decide(t->dir, "example.or", 7341, NULL, t->client, t->seen, &t->why), TRUST_ASK);
}

static void another_key_is_a_hard_stop(void **state)
{
    struct trial *t = *state;
    char old[128], now[128];

    remember(t, t->other, NULL, "prompt");
    assert_int_equal(decide(t, NULL), TRUST_REFUSED);
    pin_words(t->other, old, sizeof(old));
    pin_words(t->pin, now, sizeof(now));
    assert_non_null(strstr(t->why.text, old));
    assert_non_null(strstr(t->why.text, now));
    assert_non_null(strstr(t->why.text, "cocanvas server forget example.org:7341"));
    assert_int_equal(trust_forget(t->dir, "example.org", 7341, &t->why), STATUS_OK);
    assert_int_equal(decide(t, NULL), TRUST_ASK);
    assert_int_equal(trust_forget(t->dir, "example.org", 7341, &t->why), STATUS_NOT_FOUND);
}

static void the_next_key_is_announced(void **state)
{
    struct trial *t = *state;

    remember(t, t->other, t->pin, "link");
    assert_int_equal(decide(t, NULL), TRUSTED);
    remember(t, t->pin, NULL, "ca"); /* it came; the old one is forgotten */
    assert_int_equal(decide(t, NULL), TRUSTED);
    remember(t, t->other, NULL, "ca");
    assert_int_equal(decide(t, NULL), TRUST_REFUSED);
}

/* Once pinned by a link, no certificate authority can vouch for another key. */
static void a_ca_does_not_replace_a_link(void **state)
{
    struct trial *t = *state;
    char *text;

    remember(t, t->pin, NULL, "link");
    remember(t, t->pin, t->other, "ca");
    text = list(t);
    assert_non_null(strstr(text, " link\n"));
    assert_null(strstr(text, " ca\n"));
    free(text);
}

/* A certificate that an authority vouches for may come with another key at each renewal; not for a server that is
 * pinned otherwise. */
static void a_ca_vouches_for_a_name(void **state)
{
    struct trial *t = *state;
    char *cert = xasprintf("%s/cert.pem", t->dir);

    SSL_free(t->server);
    SSL_free(t->client);
    assert_int_equal(SSL_CTX_load_verify_locations(t->client_ctx, cert, NULL), 1);
    free(cert);
    shake_hands(t);
    assert_int_equal(trust_decide(t->dir, "elsewhere", 1, NULL, t->client, t->seen, &t->why), TRUST_ASK);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUSTED);
    assert_int_equal(trust_remember(t->dir, "localhost", 1, t->other, NULL, "ca", &t->why), STATUS_OK);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUSTED);
    assert_int_equal(trust_remember(t->dir, "localhost", 1, t->other, NULL, "link", &t->why), STATUS_OK);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUST_REFUSED);
}

/* The authority's word does not hold any more, and the key is another one: the person learns why it does not hold,
 * and what to do. With the known key nobody looks at the dates: a clock that is wrong, or a renewal that was
 * forgotten, is no reason to stop. */
static void an_expired_certificate_says_so(void **state)
{
    struct trial *t = *state;
    char *cert = xasprintf("%s/old.pem", t->dir), *key = xasprintf("%s/key.pem", t->dir);
    char *command = xasprintf("openssl req -x509 -key %s -subj /CN=localhost -days 30 -out %s 2>/dev/null", key, cert);

    SSL_free(t->server);
    SSL_free(t->client);
    assert_int_equal(system(command), 0);
    SSL_CTX_free(t->server_ctx);
    t->server_ctx = tls_server_context(cert, key, &t->why);
    assert_non_null(t->server_ctx);
    assert_int_equal(SSL_CTX_load_verify_locations(t->client_ctx, cert, NULL), 1);
    shake_hands(t);
    assert_int_equal(trust_remember(t->dir, "localhost", 1, t->other, NULL, "ca", &t->why), STATUS_OK);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUSTED);
    jump_days(t, 60);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUST_REFUSED);
    assert_non_null(strstr(t->why.text, "its certificate expired on 20"));
    assert_non_null(strstr(t->why.text, "this device's clock says 20"));
    assert_non_null(strstr(t->why.text, "renew the certificate"));
    assert_non_null(strstr(t->why.text, "cocanvas server forget localhost:1"));
    assert_int_equal(trust_decide(t->dir, "else.where", 1, NULL, t->client, t->seen, &t->why), TRUST_ASK);
    assert_non_null(strstr(t->why.text, "its certificate expired on 20"));
    jump_days(t, -60);
    assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUST_REFUSED);
    assert_non_null(strstr(t->why.text, "its certificate is valid from 20"));
    for (int days = -20000; days <= 20000; days += 8000) { /* the key that is known */
        jump_days(t, days);
        assert_int_equal(trust_remember(t->dir, "localhost", 1, t->pin, NULL, "ca", &t->why), STATUS_OK);
        assert_int_equal(trust_decide(t->dir, "localhost", 1, NULL, t->client, t->seen, &t->why), TRUSTED);
        assert_int_equal(decide(t, t->pin), TRUSTED);
    }
    free(command);
    free(cert);
    free(key);
}

static void a_name_that_does_not_fit_says_so(void **state)
{
    struct trial *t = *state;
    char *cert = xasprintf("%s/cert.pem", t->dir);

    SSL_free(t->server);
    SSL_free(t->client);
    assert_int_equal(SSL_CTX_load_verify_locations(t->client_ctx, cert, NULL), 1);
    free(cert);
    shake_hands(t);
    assert_int_equal(trust_decide(t->dir, "else.where", 1, NULL, t->client, t->seen, &t->why), TRUST_ASK);
    assert_non_null(strstr(t->why.text, "its certificate is not for else.where"));
}

static void other_lines_and_comments_stay(void **state)
{
    struct trial *t = *state;
    static const char before[] = "# my servers\nother.example:7341 garbage\nexample.org:73410 x 2020-01-01 link\n";
    char *file = xasprintf("%s/known_hosts", t->dir), *text;
    struct stat st;

    assert_int_equal(paths_replace(file, before, strlen(before), false, &t->why), STATUS_OK);
    remember(t, t->pin, NULL, "prompt");
    remember(t, t->other, NULL, "prompt");
    text = list(t);
    assert_int_equal(strncmp(text, before, strlen(before)), 0);
    assert_non_null(strstr(text, "\nexample.org:7341 "));
    assert_null(strstr(strstr(text, "\nexample.org:7341 ") + 1, "\nexample.org:7341 "));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(text);
    free(file);
}

static void a_broken_line_is_not_trust(void **state)
{
    struct trial *t = *state;
    char pin[64], *file = xasprintf("%s/known_hosts", t->dir), *text;

    base32_encode(t->pin, PIN_BYTES, pin);
    text = xasprintf("example.org:7341 %.20s 2020-01-01 link\nexample.org:7341\n", pin);
    assert_int_equal(paths_replace(file, text, strlen(text), false, &t->why), STATUS_OK);
    assert_int_equal(decide(t, NULL), TRUST_ASK);
    free(text);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_link_s_pin_decides_alone, begin, end),
        cmocka_unit_test_setup_teardown(an_unknown_server_is_asked_about, begin, end),
        cmocka_unit_test_setup_teardown(another_key_is_a_hard_stop, begin, end),
        cmocka_unit_test_setup_teardown(the_next_key_is_announced, begin, end),
        cmocka_unit_test_setup_teardown(a_ca_does_not_replace_a_link, begin, end),
        cmocka_unit_test_setup_teardown(a_ca_vouches_for_a_name, begin, end),
        cmocka_unit_test_setup_teardown(an_expired_certificate_says_so, begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_does_not_fit_says_so, begin, end),
        cmocka_unit_test_setup_teardown(other_lines_and_comments_stay, begin, end),
        cmocka_unit_test_setup_teardown(a_broken_line_is_not_trust, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
