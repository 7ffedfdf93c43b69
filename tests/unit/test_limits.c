/* How often logins may fail: by address, by login, in all; networks that share an address. And which passwords are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "server/session/limits.h"
#include "server/session/passwords.h"

static struct address address(const char *text)
{
    struct address out = {{[10] = 0xff, [11] = 0xff}};
    if (inet_pton(AF_INET, text, out.b + 12) != 1) {
        assert_int_equal(inet_pton(AF_INET6, text, out.b), 1);
        memset(out.b + 8, 0, 8);
    }
    return out;
}

static struct limits *limits(unsigned per_address, unsigned per_login, unsigned per_minute, const char *shared)
{
    struct limits_settings settings = {.per_address = per_address, .per_login = per_login, .per_minute = per_minute};
    struct why why;
    struct limits *l = limits_new();
    assert_int_equal(networks_parse(shared, &settings.shared, &why), STATUS_OK);
    limits_set(l, &settings);
    return l;
}

/* Tries and fails until it may not any more, at most `most` times. */
static unsigned fail_until_refused(struct limits *l, const char *from, const char *login, int64_t now_ms, unsigned most)
{
    struct address at = address(from);
    struct why why;
    for (unsigned n = 0; n < most; n++) {
        if (!limits_may_try(l, &at, login, now_ms, &why))
            return n;
        limits_failed(l, &at, now_ms);
    }
    return most;
}

static void an_address_has_so_many_failures(void **state)
{
    (void)state;
    struct limits *l = limits(5, 1000, 1000, "");
    assert_int_equal(fail_until_refused(l, "192.0.2.1", NULL, 1000, 100), 5);
    assert_int_equal(fail_until_refused(l, "192.0.2.2", NULL, 1000, 100), 5);
    assert_int_equal(fail_until_refused(l, "192.0.2.1", NULL, 1000 + FAILURE_FORGOTTEN_MS, 100), 1);
    limits_free(l);
}

/* Each person has so many connections at once; who leaves makes room. */
static void a_person_has_so_many_connections(void **state)
{
    (void)state;
    struct address ann = {{1}}, ben = {{2}};
    struct limits_settings settings = {.per_address = 1, .per_login = 1, .per_minute = 1, .per_account = 2};
    struct limits *l = limits_new();
    struct why why;
    limits_set(l, &settings);
    assert_true(limits_enter(l, &ann, &why) && limits_enter(l, &ann, &why) && limits_enter(l, &ben, &why));
    assert_false(limits_enter(l, &ann, &why));
    assert_non_null(strstr(why.text, "2 times"));
    limits_leave(l, &ann);
    assert_true(limits_enter(l, &ann, &why));
    assert_false(limits_enter(l, &ann, &why));
    settings.per_account = 0;
    limits_set(l, &settings);
    for (int i = 0; i < 1000; i++)
        assert_true(limits_enter(l, &ann, &why));
    limits_leave(l, &ben);
    limits_free(l);
}

static void a_login_is_slowed_down_from_everywhere(void **state)
{
    (void)state;
    struct limits *l = limits(1000, 3, 1000, "");
    struct address elsewhere = address("198.51.100.9");
    struct why why;
    assert_int_equal(fail_until_refused(l, "192.0.2.1", "ann", 1000, 100), 3);
    assert_false(limits_may_try(l, &elsewhere, "ann", 1000, &why));
    assert_non_null(strstr(why.text, "Devices that are logged in are not affected"));
    assert_true(limits_may_try(l, &elsewhere, "ben", 1000, &why));
    assert_true(limits_may_try(l, &elsewhere, "ann", 31000, &why)); /* one in half a minute */
    assert_false(limits_may_try(l, &elsewhere, "ann", 31000, &why));
    limits_free(l);
}

/* Tries that wait for their verdict count: many at once are no way around. What succeeds is given back. */
static void tries_at_the_same_time_count(void **state)
{
    (void)state;
    struct limits *l = limits(1000, 3, 1000, "");
    struct address from = address("2001:db8::1");
    struct why why;
    for (int i = 0; i < 3; i++)
        assert_true(limits_may_try(l, &from, "ann", 1000, &why));
    assert_false(limits_may_try(l, &from, "ann", 1000, &why));
    limits_give_back(l, "ann", 1000);
    assert_true(limits_may_try(l, &from, "ann", 1000, &why));
    for (int i = 0; i < 3; i++)
        limits_give_back(l, "ann", 1000);
    for (int i = 0; i < 50; i++) { /* somebody who always has the right one */
        assert_true(limits_may_try(l, &from, "ann", 1000, &why));
        limits_give_back(l, "ann", 1000);
    }
    limits_free(l);
}

static void a_crowd_leaves_three_tries_to_each(void **state)
{
    (void)state;
    struct limits *l = limits(20, 1000, 40, "");
    char from[32];
    assert_int_equal(fail_until_refused(l, "192.0.2.1", NULL, 1000, 19), 19);
    assert_int_equal(fail_until_refused(l, "192.0.2.2", NULL, 1000, 19), 19);
    assert_int_equal(fail_until_refused(l, "192.0.2.3", NULL, 1000, 2), 2); /* 40 in all */
    assert_int_equal(fail_until_refused(l, "192.0.2.1", NULL, 1000, 19), 0);
    for (int i = 10; i < 20; i++) {
        snprintf(from, sizeof from, "192.0.2.%d", i);
        assert_int_equal(fail_until_refused(l, from, NULL, 1000, 100), LIMITS_CROWDED_TRIES);
    }
    assert_int_equal(fail_until_refused(l, "192.0.2.50", NULL, 400000, 100), 20); /* it is over */
    limits_free(l);
}

static void a_workshop_shares_an_address(void **state)
{
    (void)state;
    struct limits *l = limits(5, 1000, 1000, "203.0.113.0/24, 2001:db8:7::/48");
    struct address in = address("203.0.113.77"), out = address("203.0.114.77");
    assert_int_equal(fail_until_refused(l, "203.0.113.77", NULL, 1000, 1000), 5 * LIMITS_SHARED_TIMES);
    assert_int_equal(fail_until_refused(l, "203.0.114.77", NULL, 1000, 1000), 5);
    assert_int_equal(fail_until_refused(l, "2001:db8:7:1::5", NULL, 1000, 1000), 5 * LIMITS_SHARED_TIMES);
    assert_int_equal(fail_until_refused(l, "2001:db8:8:1::5", NULL, 1000, 1000), 5);
    assert_int_equal(limits_times(l, &in), LIMITS_SHARED_TIMES);
    assert_int_equal(limits_times(l, &out), 1);
    limits_free(l);
}

static void networks_are_what_they_say(void **state)
{
    (void)state;
    static const char *const bad[] = {"x",        "1.2.3",      "1.2.3.4/33", "1.2.3.4/-1",
                                      "1.2.3.4/", "1.2.3.4/8x", "::/129",     "1.2.3.4;5.6.7.8"};
    struct networks n;
    struct why why;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(networks_parse(bad[i], &n, &why), STATUS_MALFORMED);
    static const struct {
        const char *network, *address;
        bool in;
    } cases[] = {
        {"10.0.0.0/8", "10.255.3.4", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"192.0.2.6/31", "192.0.2.7", true},
        {"192.0.2.4/31", "192.0.2.7", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"2001:db8::5", "2001:db8::6", true}, /* one /64 */
        {"::/0", "2001:db8::6", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct address at = address(cases[i].address);
        assert_int_equal(networks_parse(cases[i].network, &n, &why), STATUS_OK);
        if (networks_hold(&n, &at) != cases[i].in)
            fail_msg("%s and %s", cases[i].network, cases[i].address);
    }
    char text[LIMITS_ADDRESS_TEXT];
    struct address at = address("192.0.2.7");
    limits_address_text(&at, text);
    assert_string_equal(text, "192.0.2.7");
}

static void common_passwords_are_refused(void **state)
{
    (void)state;
    static const char *const common[] = {
        "password123",    "Password2026!", "P@ssw0rd1234", "passwordpassword", "1234567890",   "0987654321",
        "qwertyuiop",     "qwertyuiop123", "1q2w3e4r5t",   "aaaaaaaaaaaa",     "abababababab", "letmein12345",
        "!!!Welcome2025", "iloveyou2024",  "adminadmin",   "administrator1",   "11111111111",  "1234512345",
        "abcdefghij",     "asdfghjkl;'",   "zaq12wsxcde",  "changeme!!",       "Sommer",       "Summer2026!!",
        "CoCanvas2026",   "olga.owner1",   "OlgaOwner99",  "football1234",     "123456789a",   "a1b2c3d4e5",
        "Passwort12",     "motdepasse1",
    };
    static const char *const fine[] = {
        "password of ann",     "correct horse",         "velvet tram honest owl", "Xk4#mQ9!vL",
        "my dog eats 3 socks", "quite a new password",  "another thing entirely", "Bäckerei am Fluss",
        "李雷和韩梅梅去学校",  "welcome to the jungle", "zebra-copper-lake",
    };
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strlen(common[i]) >= 10 && !password_refusal(common[i], "olga.owner"))
            fail_msg("%s is taken", common[i]);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (password_refusal(fine[i], "ann"))
            fail_msg("%s is refused: %s", fine[i], password_refusal(fine[i], "ann"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_has_so_many_connections),
        cmocka_unit_test(an_address_has_so_many_failures), cmocka_unit_test(a_login_is_slowed_down_from_everywhere),
        cmocka_unit_test(tries_at_the_same_time_count),    cmocka_unit_test(a_crowd_leaves_three_tries_to_each),
        cmocka_unit_test(a_workshop_shares_an_address),    cmocka_unit_test(networks_are_what_they_say),
        cmocka_unit_test(common_passwords_are_refused),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
