/* Names looked up beside the loop: found, not there, and given up on while under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "client/core/resolve.h"

struct heard {
    unsigned times;
    bool found;
    int error;
    uint16_t port;
};

static void on_resolved(void *ctx, const struct addrinfo *found, int error)
{
    struct heard *h = ctx;
    h->times++;
    h->found = found != NULL;
    h->error = error;
    if (found && found->ai_family == AF_INET)
        h->port = ntohs(((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_port);
    if (found && found->ai_family == AF_INET6)
        h->port = ntohs(((const struct sockaddr_in6 *)(const void *)found->ai_addr)->sin6_port);
}

static struct heard look_up(const char *host)
{
    struct heard h = {0};
    struct event_base *base = event_base_new();
    assert_non_null(base);
    assert_non_null(resolve_start(base, host, 7341, on_resolved, &h));
    assert_int_equal(h.times, 0); /* never from within */
    while (h.times == 0)
        assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
    event_base_free(base);
    return h;
}

static void a_name_that_there_is(void **state)
{
    (void)state;
    struct heard h = look_up("localhost");
    assert_true(h.found);
    assert_int_equal(h.times, 1);
    assert_int_equal(h.port, 7341);
}

static void a_name_that_cannot_be(void **state)
{
    char label[80];
    (void)state;
    memset(label, 'x', sizeof label - 1); /* DNS allows 63 characters */
    label[sizeof label - 1] = 0;
    struct heard h = look_up(label);
    assert_false(h.found);
    assert_int_not_equal(h.error, 0);
}

static void given_up(void **state)
{
    struct heard h = {0};
    struct event_base *base = event_base_new();
    (void)state;
    for (int i = 0; i < 50; i++)
        resolve_cancel(resolve_start(base, "localhost", 1, on_resolved, &h));
    resolve_cancel(NULL);
    assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1); /* nothing is waited for */
    assert_int_equal(h.times, 0);
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_there_is),
        cmocka_unit_test(a_name_that_cannot_be),
        cmocka_unit_test(given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
