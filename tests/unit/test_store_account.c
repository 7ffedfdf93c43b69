/* Devices, passwords, reset links and vouched accounts on a real PostgreSQL: what each statement does, and what it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/journal/store_account.h"
#include "tests/support/journal_fixture.h"

enum { OWNER = 5, EDITOR = 3, DEVICES = 8 };
#define LATER_MS (INT64_C(7) * 86400000)
static const struct store_expiry expiry = {.idle_ms = 1000LL * 86400 * 30, .most_ms = 1000LL * 86400 * 180};

static struct fixture *f;
static struct pg_cluster *cluster;
static unsigned people; /* so that each has a login of its own */

/* The last answer, whatever it was. */
struct answers {
    unsigned n;
    enum status status;
    size_t n_devices, n_hashes;
    struct store_device devices[DEVICES];
    char names[DEVICES][64];
    uint8_t hashes[DEVICES][32];
    struct store_account account;
    char login[STORE_HASH_TEXT];
    int64_t expires_ms;
};

static void on_devices(void *ctx, uint64_t id, enum status status, size_t n, const struct store_device *devices)
{
    struct answers *a = ctx;
    assert_int_equal(id, 7);
    a->n++, a->status = status, a->n_devices = n;
    for (size_t i = 0; i < n && i < DEVICES; i++) {
        a->devices[i] = devices[i];
        snprintf(a->names[i], sizeof a->names[i], "%s", devices[i].name);
    }
}

static void on_revoked(void *ctx, uint64_t id, enum status status, size_t n, const uint8_t (*hashes)[32])
{
    struct answers *a = ctx;
    assert_int_equal(id, 7);
    a->n++, a->status = status, a->n_hashes = n;
    for (size_t i = 0; i < n && i < DEVICES; i++)
        memcpy(a->hashes[i], hashes[i], 32);
}

static void on_status(void *ctx, uint64_t id, enum status status)
{
    struct answers *a = ctx;
    assert_int_equal(id, 7);
    a->n++, a->status = status;
}

static void on_reset(void *ctx, uint64_t id, enum status status, const char *login, int64_t expires_ms)
{
    struct answers *a = ctx;
    on_status(ctx, id, status);
    snprintf(a->login, sizeof a->login, "%s", login ? login : "");
    a->expires_ms = expires_ms;
}

static void on_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct answers *a = ctx;
    on_status(ctx, id, status);
    a->account = account ? *account : (struct store_account){0};
}

static struct pg *pg(void)
{
    return journal_reads(f->journal);
}

static struct answers *answered(struct answers *a)
{
    fixture_wait(f, &a->n, 0);
    assert_int_equal(a->n, 1);
    return a;
}

/* ---- people */

struct person {
    struct uuid id;
    char id_text[UUID_TEXT], login[32];
};

static struct person new_person(const char *hash)
{
    struct person p;
    uuid_random(&p.id);
    uuid_format(&p.id, p.id_text);
    snprintf(p.login, sizeof p.login, "person%u", ++people);
    pg_cluster_sql(cluster, "INSERT INTO account (account_id, login, password_hash) VALUES ('%s', '%s', '%s')",
                   p.id_text, p.login, hash);
    return p;
}

static void device(const struct person *p, const char *token, bool certificate, int idle_days, int old_days,
                   uint8_t hash[32])
{
    char hex[65] = "";
    token_hash(token, hash);
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    pg_cluster_sql(cluster,
                   "INSERT INTO device (token_hash, account_id, name, certificate, used_at, created_at) VALUES "
                   "(decode('%s', 'hex'), '%s', '%s', %s,"
                   " now() - interval '%d days', now() - interval '%d days')",
                   hex, p->id_text, token, certificate ? "true" : "false", idle_days, old_days);
}

static struct answers list(const struct person *p, const uint8_t *current)
{
    struct answers a = {0};
    store_devices(pg(), &p->id, current, &expiry, &a, 7, on_devices);
    return *answered(&a);
}

static struct uuid workspace(const char *name)
{
    struct uuid id;
    char text[UUID_TEXT];
    uuid_random(&id);
    uuid_format(&id, text);
    pg_cluster_sql(cluster, "INSERT INTO workspace (workspace_id, name) VALUES ('%s', '%s')", text, name);
    return id;
}

static void join(const struct uuid *where, const struct person *p, uint32_t author, int role)
{
    char text[UUID_TEXT];
    uuid_format(where, text);
    pg_cluster_sql(cluster,
                   "INSERT INTO member (workspace_id, author, account_id, role, name) VALUES ('%s', %u, '%s', %d, 'M')",
                   text, author, p->id_text, role);
}

/* ---- tests */

static void on_login(void *ctx, uint64_t id, enum status status, const struct store_login *login)
{
    struct answers *a = ctx;
    on_status(ctx, id, status);
    a->account.id = login->account;
    a->n_devices = login->exists;
    snprintf(a->login, sizeof a->login, "%s", login->password_hash);
}

/* Both answers look the same, but for whose they are. */
static void test_logins(void **state)
{
    (void)state;
    struct person ann = new_person("her hash");
    struct uuid nobody;
    uuid_random(&nobody);
    struct answers a = {0}, b = {0};
    store_login(pg(), ann.login, &nobody, "nobody's hash", &a, 7, on_login);
    assert_int_equal(answered(&a)->status, STATUS_OK);
    assert_true(a.n_devices == 1 && uuid_equal(&a.account.id, &ann.id));
    assert_string_equal(a.login, "her hash");
    store_login(pg(), "whoever", &nobody, "nobody's hash", &b, 7, on_login);
    assert_int_equal(answered(&b)->status, STATUS_OK);
    assert_true(b.n_devices == 0 && uuid_equal(&b.account.id, &nobody));
    assert_string_equal(b.login, "nobody's hash");
}

static void test_devices(void **state)
{
    (void)state;
    struct person ann = new_person("h"), ben = new_person("h");
    uint8_t first[32], second[32], key[32], idle[32], old[32], bens[32];
    device(&ann, "first", false, 2, 100, first);
    device(&ann, "second", false, 0, 0, second);
    device(&ann, "key", true, 500, 500, key);
    device(&ann, "idle", false, 31, 40, idle);
    device(&ann, "old", false, 0, 181, old);
    device(&ben, "bens", false, 0, 0, bens);
    struct answers a = list(&ann, second);
    assert_int_equal(a.n_devices, 3);
    assert_string_equal(a.names[0], "second");
    assert_true(a.devices[0].current && !a.devices[1].current && !a.devices[2].current);
    assert_string_equal(a.names[1], "first");
    assert_true(a.devices[2].certificate && !a.devices[1].certificate);
    store_devices_prune(pg(), &ann.id, &expiry);
    struct answers gone = {0};
    store_device_revoke(pg(), &ben.id, &a.devices[1].id, NULL, &gone, 7, on_revoked); /* not ben's */
    assert_int_equal(answered(&gone)->n_hashes, 0);
    gone = (struct answers){0};
    store_device_revoke(pg(), &ann.id, &a.devices[1].id, NULL, &gone, 7, on_revoked);
    assert_int_equal(answered(&gone)->n_hashes, 1);
    assert_memory_equal(gone.hashes[0], first, 32);
    gone = (struct answers){0};
    store_device_revoke(pg(), &ann.id, NULL, second, &gone, 7, on_revoked);
    assert_int_equal(answered(&gone)->n_hashes, 1); /* the key; what had expired was tidied up */
    assert_memory_equal(gone.hashes[0], key, 32);
    assert_int_equal(list(&ann, second).n_devices, 1);
    assert_int_equal(list(&ben, bens).n_devices, 1);
}

static void test_certificates(void **state)
{
    (void)state;
    struct person ann = new_person("h"), ben = new_person("h");
    uint8_t key[32];
    token_hash("a key", key);
    struct answers a = {0}, b = {0}, as_token = {0}, as_key = {0};
    store_certificate_add(pg(), &ann.id, key, "laptop", &a, 7, on_status);
    assert_int_equal(answered(&a)->status, STATUS_OK);
    store_certificate_add(pg(), &ben.id, key, "laptop", &b, 7, on_status);
    assert_int_equal(answered(&b)->status, STATUS_CONFLICT);
    store_account_by_token(pg(), key, false, &expiry, &as_token, 7, on_account);
    assert_int_equal(answered(&as_token)->status, STATUS_NOT_FOUND);
    store_account_by_token(pg(), key, true, &expiry, &as_key, 7, on_account);
    assert_int_equal(answered(&as_key)->status, STATUS_OK);
    assert_true(uuid_equal(&as_key.account.id, &ann.id));
}

static struct answers change(const struct person *p, const char *from, const char *to, const uint8_t *keep)
{
    struct answers a = {0};
    store_password_change(pg(), &p->id, from, to, keep, &a, 7, on_revoked);
    return *answered(&a);
}

static void test_passwords(void **state)
{
    (void)state;
    struct person ann = new_person("old"), ben = new_person("old");
    uint8_t here[32], there[32], bens[32];
    device(&ann, "here", false, 0, 0, here);
    device(&ann, "there", false, 0, 0, there);
    device(&ben, "of ben", false, 0, 0, bens);
    assert_int_equal(change(&ann, "wrong", "new", here).status, STATUS_CONFLICT);
    assert_int_equal(list(&ann, here).n_devices, 2);
    struct answers a = change(&ann, "old", "new", NULL);
    assert_int_equal(a.status, STATUS_OK);
    assert_int_equal(a.n_hashes, 0);
    a = change(&ann, "new", "newer", here);
    assert_int_equal(a.n_hashes, 1);
    assert_memory_equal(a.hashes[0], there, 32);
    store_password_rehash(pg(), &ann.id, "new", "too late");
    store_password_rehash(pg(), &ann.id, "newer", "newest");
    assert_int_equal(change(&ann, "newest", "last", NULL).status, STATUS_OK);
    assert_int_equal(list(&ben, bens).n_devices, 1);
    assert_int_equal(change(&ben, "old", "x", NULL).status, STATUS_OK);
}

static struct answers reset(const struct uuid *where, const struct person *owner, const struct person *whose,
                            const char *token, int64_t valid_ms)
{
    struct store_reset reset = {
        .workspace = *where, .login = whose->login, .asking = owner->id, .created_by = 1, .valid_ms = valid_ms};
    struct answers a = {0};
    token_hash(token, reset.token_hash);
    store_reset_add(pg(), &reset, &a, 7, on_reset);
    return *answered(&a);
}

static struct answers redeem(const char *token)
{
    uint8_t hash[32];
    struct answers a = {0};
    token_hash(token, hash);
    store_reset_redeem(pg(), hash, "fresh", &a, 7, on_account);
    return *answered(&a);
}

static void test_reset(void **state)
{
    (void)state;
    struct person owner = new_person("h"), ann = new_person("h"), ben = new_person("h"), zoe = new_person("");
    struct uuid here = workspace("here"), there = workspace("there");
    uint8_t hash[32], bens[32];
    join(&here, &owner, 1, OWNER);
    join(&here, &ann, 2, EDITOR);
    join(&here, &ben, 3, EDITOR);
    join(&here, &zoe, 4, EDITOR);
    device(&ann, "of ann", false, 0, 0, hash);
    device(&ben, "device of ben", false, 0, 0, bens);
    assert_int_equal(reset(&there, &owner, &ann, "nowhere", LATER_MS).status, STATUS_NOT_FOUND);
    assert_int_equal(reset(&here, &owner, &zoe, "no password here", LATER_MS).status, STATUS_NOT_FOUND);
    assert_int_equal(reset(&here, &ben, &ann, "no owner", LATER_MS).status, STATUS_DENIED);
    struct answers a = reset(&here, &owner, &ann, "one", LATER_MS);
    assert_int_equal(a.status, STATUS_OK);
    assert_string_equal(a.login, ann.login);
    assert_in_range(a.expires_ms - LATER_MS - pg_cluster_ask_number(cluster, "SELECT (extract(epoch FROM now()) * 1000)::int8") + 60000, 0, 60000);
    assert_int_equal(reset(&here, &owner, &ann, "two", LATER_MS).status, STATUS_OK);
    assert_int_equal(reset(&here, &owner, &ben, "ben's", LATER_MS).status, STATUS_OK);
    assert_int_equal(reset(&here, &owner, &ben, "late", -1000).status, STATUS_OK);
    assert_int_equal(redeem("no owner").status, STATUS_DENIED);
    assert_int_equal(redeem("late").status, STATUS_DENIED);
    a = redeem("one");
    assert_int_equal(a.status, STATUS_OK);
    assert_true(uuid_equal(&a.account.id, &ann.id));
    assert_string_equal(a.account.password_hash, "fresh");
    assert_int_equal(list(&ann, NULL).n_devices, 0);
    assert_int_equal(redeem("one").status, STATUS_DENIED);
    assert_int_equal(redeem("two").status, STATUS_DENIED); /* went with it */
    assert_int_equal(list(&ben, NULL).n_devices, 1);
    assert_int_equal(redeem("ben's").status, STATUS_OK);
    /* somebody else's workspace protects its members; one that they left does not matter */
    join(&there, &ann, 1, EDITOR);
    assert_int_equal(reset(&here, &owner, &ann, "three", LATER_MS).status, STATUS_DENIED);
    join(&there, &owner, 2, OWNER);
    assert_int_equal(reset(&here, &owner, &ann, "four", LATER_MS).status, STATUS_OK);
    join(&there, &ben, 3, 0);
    pg_cluster_sql(cluster, "UPDATE member SET role = 3 WHERE account_id = '%s' AND author = 2", owner.id_text);
    assert_int_equal(reset(&here, &owner, &ben, "five", LATER_MS).status, STATUS_OK);
}

static struct answers vouch(const char *login, const char *where, int role)
{
    struct store_vouched vouched = {.login = login, .name = "Zoe", .workspace = where, .role = role};
    struct answers a = {0};
    store_vouched_account(pg(), &vouched, &a, 7, on_account);
    return *answered(&a);
}

static void test_vouched(void **state)
{
    (void)state;
    struct uuid acme = workspace("Acme");
    char by_id[UUID_TEXT];
    uuid_format(&acme, by_id);
    (void)workspace("Twice");
    (void)workspace("Twice");
    struct answers a = vouch("zoe", NULL, EDITOR), b = vouch("ZOE", "Acme", EDITOR);
    assert_int_equal(a.status, STATUS_OK);
    assert_string_equal(a.account.login, "zoe");
    assert_true(uuid_equal(&a.account.id, &b.account.id));
    assert_int_equal(vouch("zoe", by_id, OWNER).status, STATUS_OK);    /* she is in: nothing changes */
    assert_int_equal(vouch("yan", "Twice", EDITOR).status, STATUS_OK); /* which one? neither */
    assert_int_equal(vouch("yan", "Nowhere", EDITOR).status, STATUS_OK);
    struct answers found = {0};
    store_account_by_login(pg(), "zoe", &found, 7, on_account);
    assert_int_equal(answered(&found)->account.n_memberships, 1);
    found = (struct answers){0};
    store_account_by_login(pg(), "yan", &found, 7, on_account);
    assert_int_equal(answered(&found)->account.n_memberships, 0);
    pg_cluster_sql(
        cluster, "UPDATE member SET role = 0 WHERE account_id = (SELECT account_id FROM account WHERE login = 'zoe')");
    assert_int_equal(vouch("zoe", "Acme", EDITOR).status, STATUS_OK); /* who was removed stays so */
    found = (struct answers){0};
    store_account_by_login(pg(), "zoe", &found, 7, on_account);
    assert_int_equal(answered(&found)->account.n_memberships, 0);
}

static int begin(void **state)
{
    struct why why;
    (void)state;
    cluster = pg_cluster_new(NULL);
    assert_int_equal(schema_migrate(pg_cluster_conninfo(cluster), false, &why), STATUS_OK);
    f = fixture_new(cluster, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_free(f);
    pg_cluster_free(cluster);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logins),    cmocka_unit_test(test_devices), cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_passwords), cmocka_unit_test(test_reset),   cmocka_unit_test(test_vouched),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
