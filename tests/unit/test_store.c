/* Accounts, invitations, membership and canvas lists on a real PostgreSQL; and what start-up does: schema, server
 * id, first owner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/journal_fixture.h"

enum { OWNER = 5, EDITOR = 3, VIEWER = 1, HOST = 999 };
#define LATER_MS (INT64_C(7) * 86400000)

/* The last answer, whatever it was. */
struct answers {
    unsigned n;
    uint64_t id;
    enum status status;
    struct store_account account;
    struct store_membership memberships[8];
    struct store_look access;
    size_t n_people;
    uint32_t authors[8];
    char names[8][32];
    size_t n_canvases;
    struct store_canvas canvases[8];
    char titles[8][32], templates[8][32];
    int64_t expires_ms;
};

static struct fixture *f;      /* one journal for all tests here */
static struct pg_cluster *cluster;

static void on_account(void *ctx, uint64_t id, enum status status, const struct store_account *account)
{
    struct answers *a = ctx;
    a->n++, a->id = id, a->status = status;
    a->account = account != NULL ? *account : (struct store_account){0};
    assert_true(a->account.n_memberships <= 8);
    if (account != NULL && account->n_memberships > 0)
        memcpy(a->memberships, account->memberships, account->n_memberships * sizeof *a->memberships);
}

static void on_status(void *ctx, uint64_t id, enum status status)
{
    struct answers *a = ctx;
    a->n++, a->id = id, a->status = status;
}

static void on_invited(void *ctx, uint64_t id, enum status status, uint32_t number, int64_t expires_ms)
{
    (void)number;
    on_status(ctx, id, status);
    ((struct answers *)ctx)->expires_ms = expires_ms;
}

static void on_look(void *ctx, uint64_t id, enum status status, const struct store_look *look)
{
    struct answers *a = ctx;
    a->n++, a->id = id, a->status = status;
    a->access = look != NULL ? *look : (struct store_look){0};
}

static void on_people(void *ctx, uint64_t id, enum status status, size_t n, const struct store_person *people)
{
    struct answers *a = ctx;
    a->n++, a->id = id, a->status = status;
    a->n_people = n;
    for (size_t i = 0; i < n; i++) {
        a->authors[i] = people[i].author;
        snprintf(a->names[i], sizeof a->names[i], "%s", people[i].name);
    }
}

static void on_canvases(void *ctx, uint64_t id, enum status status, size_t n, const struct store_canvas *canvases)
{
    struct answers *a = ctx;
    a->n++, a->id = id, a->status = status;
    a->n_canvases = n;
    for (size_t i = 0; i < n; i++) {
        a->canvases[i] = canvases[i];
        snprintf(a->titles[i], sizeof a->titles[i], "%s", canvases[i].title);
        snprintf(a->templates[i], sizeof a->templates[i], "%s", canvases[i].template_id);
    }
}

static void answered(struct answers *a, uint64_t id)
{
    assert_int_equal(a->n, 0);
    fixture_wait(f, &a->n, 0);
    assert_int_equal(a->n, 1);
    assert_int_equal(a->id, id);
}

static struct pg *pg(void)
{
    return journal_reads(f->journal);
}

/* ---------------------------------------------------------------- shorthands */

static void hash_of(const char *text, uint8_t out[32])
{
    token_hash(text, out);
}

static struct uuid new_workspace(const char *name)
{
    struct uuid id;
    char text[UUID_TEXT];
    uuid_random(&id);
    uuid_format(&id, text);
    pg_cluster_sql(cluster, "INSERT INTO workspace (workspace_id, name) VALUES ('%s', '%s')", text, name);
    /* somebody who may invite: without an account, so that nobody else's numbers or lists are touched */
    pg_cluster_sql(cluster, "INSERT INTO member (workspace_id, author, role, name) VALUES ('%s', %d, 5, 'Host')", text, HOST);
    return id;
}

static void invite(const struct uuid *workspace, const char *token, int role, int64_t valid_ms)
{
    struct store_invitation invitation = {.workspace = *workspace, .role = role, .label = "for a test", .valid_ms = valid_ms, .created_by = HOST};
    hash_of(token, invitation.token_hash);
    struct answers a = {0};
    store_invitation_add(pg(), &invitation, &a, 11, on_invited);
    answered(&a, 11);
    assert_int_equal(a.status, STATUS_OK);
    /* counted from the database's now, whatever this machine's clock says */
    assert_in_range(a.expires_ms - valid_ms - pg_cluster_ask_number(cluster, "SELECT (extract(epoch FROM now()) * 1000)::int8") + 60000, 0, 60000);
}

static struct answers redeem(const char *token, const char *login, const struct uuid *existing)
{
    struct store_redeem redeem = {.login = login, .password_hash = existing == NULL ? "$argon2id$x" : NULL, .name = "Ann Example", .existing = existing};
    hash_of(token, redeem.token_hash);
    struct answers a = {0};
    store_redeem(pg(), &redeem, &a, 12, on_account);
    answered(&a, 12);
    return a;
}

static struct answers by_login(const char *login)
{
    struct answers a = {0};
    store_account_by_login(pg(), login, &a, 13, on_account);
    answered(&a, 13);
    return a;
}

static struct answers by_token(const char *token)
{
    uint8_t hash[32];
    hash_of(token, hash);
    struct answers a = {0};
    static const struct store_expiry never = {.idle_ms = 1LL << 40, .most_ms = 1LL << 40};
    store_account_by_token(pg(), hash, false, &never, &a, 14, on_account);
    answered(&a, 14);
    return a;
}

static struct answers access_to(const struct uuid *account, const struct uuid *canvas)
{
    struct answers a = {0};
    struct store_who who = {.account = account};
    store_look(pg(), &who, canvas, &a, 15, on_look);
    answered(&a, 15);
    if (a.status == STATUS_OK && !a.access.on_canvas)
        a.status = STATUS_NOT_FOUND;
    return a;
}

static struct answers create(const struct uuid *workspace, const struct uuid *request, const char *title)
{
    struct store_canvas_new canvas = {.workspace = *workspace, .request_id = *request, .created_by = 1, .title = title, .template_id = "bmc",
                                      .state = (const uint8_t *)"encoded", .state_len = 7, .state_hash = UINT64_MAX - 5};
    struct answers a = {0};
    store_canvas_create(pg(), &canvas, &a, 16, on_canvases);
    answered(&a, 16);
    return a;
}

static struct answers list_after(const struct uuid *account, const struct uuid *workspace, const struct store_after *after, size_t most)
{
    struct answers a = {0};
    store_canvas_list(pg(), account, workspace, false, after, most, &a, 17, on_canvases);
    answered(&a, 17);
    return a;
}

static struct answers list(const struct uuid *account, const struct uuid *workspace)
{
    return list_after(account, workspace, NULL, 8);
}

/* ---------------------------------------------------------------- accounts and invitations */

static void test_an_invitation_makes_an_account(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("Example and Sons");
    invite(&workspace, "t1", OWNER, LATER_MS);
    struct answers a = redeem("t1", "Ann", NULL);
    assert_int_equal(a.status, STATUS_OK);
    assert_string_equal(a.account.login, "ann");
    assert_string_equal(a.account.password_hash, "$argon2id$x");
    assert_int_equal(a.account.n_memberships, 1);
    assert_true(uuid_equal(&a.memberships[0].workspace, &workspace));
    assert_string_equal(a.memberships[0].name, "Example and Sons");
    assert_int_equal(a.memberships[0].role, OWNER);
    assert_int_equal(a.memberships[0].author, 1);

    struct answers b = by_login("ANN");
    assert_int_equal(b.status, STATUS_OK);
    assert_true(uuid_equal(&b.account.id, &a.account.id));
    assert_int_equal(b.account.n_memberships, 1);
    assert_int_equal(by_login("nobody").status, STATUS_NOT_FOUND);
}

static void test_an_invitation_works_once_and_in_time(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("once");
    invite(&workspace, "once", EDITOR, LATER_MS);
    assert_int_equal(redeem("once", "first", NULL).status, STATUS_OK);
    assert_int_equal(redeem("once", "second", NULL).status, STATUS_DENIED);
    assert_int_equal(by_login("second").status, STATUS_NOT_FOUND);
    assert_int_equal(redeem("never made", "second", NULL).status, STATUS_DENIED);
    invite(&workspace, "expired", EDITOR, -1000);
    assert_int_equal(redeem("expired", "second", NULL).status, STATUS_DENIED);
    /* who has no valid invitation does not learn which logins exist */
    assert_int_equal(redeem("once", "first", NULL).status, STATUS_DENIED);
}

static void test_a_taken_login_leaves_the_invitation_usable(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("taken");
    invite(&workspace, "taken 1", EDITOR, LATER_MS);
    invite(&workspace, "taken 2", VIEWER, LATER_MS);
    assert_int_equal(redeem("taken 1", "bob", NULL).status, STATUS_OK);
    assert_int_equal(redeem("taken 2", "BOB", NULL).status, STATUS_CONFLICT);
    struct answers a = redeem("taken 2", "bobby", NULL);
    assert_int_equal(a.status, STATUS_OK);
    assert_int_equal(a.memberships[0].author, 2);
    assert_int_equal(a.memberships[0].role, VIEWER);
}

/* Two answers to one invitation at the same time, on two connections: one of them gets in. */
static void test_a_race_for_an_invitation(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("race");
    invite(&workspace, "race", EDITOR, LATER_MS);
    struct fixture *other = fixture_new(cluster, "other");
    struct answers a = {0}, b = {0};
    struct store_redeem one = {.login = "race-a", .password_hash = "h", .name = "A"}, two = {.login = "race-b", .password_hash = "h", .name = "B"};
    hash_of("race", one.token_hash);
    hash_of("race", two.token_hash);
    store_redeem(pg(), &one, &a, 1, on_account);
    store_redeem(journal_reads(other->journal), &two, &b, 2, on_account);
    fixture_wait(f, &a.n, 0);
    fixture_wait(other, &b.n, 0);
    assert_int_equal((a.status == STATUS_OK) + (b.status == STATUS_OK), 1);
    assert_int_equal((a.status == STATUS_DENIED) + (b.status == STATUS_DENIED), 1);
    assert_int_equal(pg_cluster_ask_number(cluster, "SELECT count(*) FROM account WHERE login LIKE 'race-%%'"), 1);
    fixture_free(other);
}

static void test_an_existing_account_joins_another_workspace(void **state)
{
    (void)state;
    struct uuid first = new_workspace("joins 1"), second = new_workspace("joins 2");
    invite(&first, "j1", EDITOR, LATER_MS);
    invite(&second, "j2", VIEWER, LATER_MS);
    invite(&second, "j3", OWNER, LATER_MS);
    invite(&second, "j4", VIEWER, LATER_MS);
    struct uuid account = redeem("j1", "carla", NULL).account.id;
    struct answers a = redeem("j2", "carla", &account);
    assert_int_equal(a.status, STATUS_OK);
    assert_int_equal(a.account.n_memberships, 2);
    assert_int_equal(a.memberships[1].role, VIEWER);
    assert_string_equal(a.account.password_hash, "$argon2id$x");
    /* in the workspace already: the higher role, the same number */
    a = redeem("j3", "carla", &account);
    assert_int_equal(a.account.n_memberships, 2);
    assert_int_equal(a.memberships[1].role, OWNER);
    assert_int_equal(a.memberships[1].author, 1);
    a = redeem("j4", "carla", &account);
    assert_int_equal(a.memberships[1].role, OWNER);
    assert_int_equal(redeem("j4", "carla", &account).status, STATUS_DENIED);
}

static void test_device_tokens(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("devices");
    invite(&workspace, "d1", EDITOR, LATER_MS);
    struct uuid account = redeem("d1", "dora", NULL).account.id;
    assert_int_equal(by_token("cnv_dora").status, STATUS_NOT_FOUND);
    uint8_t hash[32];
    hash_of("cnv_dora", hash);
    struct answers a = {0};
    store_device_add(pg(), &account, hash, "laptop", &a, 3, on_status);
    answered(&a, 3);
    assert_int_equal(a.status, STATUS_OK);
    struct answers b = by_token("cnv_dora");
    assert_int_equal(b.status, STATUS_OK);
    assert_string_equal(b.account.login, "dora");
    assert_int_equal(b.account.n_memberships, 1);

    pg_cluster_sql(cluster, "UPDATE device SET used_at = '2020-01-01'");
    by_token("cnv_dora");
    assert_int_equal(pg_cluster_ask_number(cluster, "SELECT count(*) FROM device WHERE used_at > now() - interval '1 min'"), 1);
    a = (struct answers){0};
    store_device_add(pg(), &account, hash, "again", &a, 3, on_status);
    answered(&a, 3);
    assert_int_equal(a.status, STATUS_CONFLICT);
}

/* ---------------------------------------------------------------- canvases and who may see them (P9) */

static void test_creating_a_canvas_twice_makes_one(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("create"), elsewhere = new_workspace("create elsewhere"), request;
    uuid_random(&request);
    struct answers a = create(&workspace, &request, "My canvas");
    assert_int_equal(a.status, STATUS_OK);
    assert_int_equal(a.n_canvases, 1);
    assert_string_equal(a.titles[0], "My canvas");
    assert_string_equal(a.templates[0], "bmc");
    assert_int_equal(a.canvases[0].head_seq, 0);
    assert_true(a.canvases[0].created_ms > 1600000000000);
    struct answers b = create(&workspace, &request, "Another title");
    assert_int_equal(b.status, STATUS_OK);
    assert_true(uuid_equal(&a.canvases[0].id, &b.canvases[0].id));
    assert_string_equal(b.titles[0], "My canvas");
    struct answers c = create(&elsewhere, &request, "Same number, other workspace");
    assert_false(uuid_equal(&a.canvases[0].id, &c.canvases[0].id));

    struct fixture_canvas canvas = {.workspace = workspace, .id = a.canvases[0].id};
    fixture_take(f, &canvas, true);
    assert_int_equal(f->take_status, STATUS_OK);
    assert_string_equal(f->snapshot, "encoded");
    assert_true(f->taken.snapshot_hash == UINT64_MAX - 5);
    struct uuid missing;
    uuid_random(&missing);
    assert_int_equal(create(&missing, &request, "no such workspace").status, STATUS_INTERNAL);
}

static void test_access_goes_through_membership(void **state)
{
    (void)state;
    struct uuid ours = new_workspace("ours"), theirs = new_workspace("theirs"), request;
    invite(&ours, "a1", EDITOR, LATER_MS);
    invite(&theirs, "a2", OWNER, LATER_MS);
    struct uuid me = redeem("a1", "erin", NULL).account.id, you = redeem("a2", "frank", NULL).account.id;
    uuid_random(&request);
    struct uuid canvas = create(&ours, &request, "Ours").canvases[0].id;
    struct answers a = access_to(&me, &canvas);
    assert_int_equal(a.status, STATUS_OK);
    assert_true(uuid_equal(&a.access.workspace, &ours));
    assert_int_equal(a.access.role, EDITOR);
    assert_int_equal(a.access.author, 1);
    assert_string_equal(a.access.name, "Ann Example");
    assert_int_equal(access_to(&you, &canvas).status, STATUS_NOT_FOUND);
    assert_int_equal(access_to(&me, &request).status, STATUS_NOT_FOUND);

    assert_int_equal(list(&you, NULL).n_canvases, 0);
    assert_int_equal(list(&you, &ours).n_canvases, 0);
    assert_int_equal(list(&me, &theirs).n_canvases, 0);
    assert_int_equal(list(&me, &ours).n_canvases, 1);

    struct answers b = {0};
    store_people(pg(), &ours, &canvas, &b, 18, on_people);
    answered(&b, 18);
    assert_int_equal(b.n_people, 2);
    assert_int_equal(b.authors[0], 1);
    assert_string_equal(b.names[0], "Ann Example");
}

static void test_lists_are_newest_first(void **state)
{
    (void)state;
    struct uuid one = new_workspace("list 1"), two = new_workspace("list 2"), request[3];
    invite(&one, "l1", EDITOR, LATER_MS);
    invite(&two, "l2", EDITOR, LATER_MS);
    struct uuid me = redeem("l1", "gina", NULL).account.id;
    redeem("l2", "gina", &me);
    struct fixture_canvas canvas[3];
    for (int i = 0; i < 3; i++) {
        uuid_random(&request[i]);
        canvas[i].workspace = i == 1 ? two : one;
        canvas[i].id = create(&canvas[i].workspace, &request[i], i == 0 ? "A" : i == 1 ? "B" : "C").canvases[0].id;
        uuid_format(&canvas[i].id, canvas[i].id_text);
        pg_cluster_sql(cluster, "UPDATE canvas SET changed_ms = %d WHERE canvas_id = '%s'", 100 + i, canvas[i].id_text);
    }
    fixture_take(f, &canvas[0], false);
    fixture_add(f, 1, &canvas[0], 1, 0, 1, 0);
    journal_set_title(f->journal, "A, renamed");
    assert_int_equal(fixture_commit(f), COMMIT_DONE);
    struct answers a = list(&me, NULL);
    assert_int_equal(a.n_canvases, 3);
    assert_string_equal(a.titles[0], "A, renamed");
    assert_int_equal(a.canvases[0].head_seq, 1);
    assert_int_equal(a.canvases[0].changed_ms, 1000001);
    assert_string_equal(a.titles[1], "C");
    assert_string_equal(a.titles[2], "B");
    a = list(&me, &two);
    assert_int_equal(a.n_canvases, 1);
    assert_string_equal(a.titles[0], "B");
}

/* Page by page, canvases that changed at the same moment among them: each once, in the order of the whole list. */
static void test_lists_come_in_pages(void **state)
{
    (void)state;
    struct uuid workspace = new_workspace("pages"), request;
    invite(&workspace, "p1", EDITOR, LATER_MS);
    struct uuid me = redeem("p1", "pat", NULL).account.id;
    for (int i = 0; i < 7; i++) {
        char id[UUID_TEXT];
        uuid_random(&request);
        struct uuid canvas = create(&workspace, &request, "x").canvases[0].id;
        uuid_format(&canvas, id);
        pg_cluster_sql(cluster, "UPDATE canvas SET changed_ms = %d WHERE canvas_id = '%s'", 100 + i / 3, id);
    }
    struct answers whole = list(&me, &workspace);
    assert_int_equal(whole.n_canvases, 7);
    struct store_after after = {0};
    size_t seen = 0;
    for (int page = 0; page < 4; page++) {
        struct answers a = list_after(&me, &workspace, page > 0 ? &after : NULL, 2);
        assert_int_equal(a.n_canvases, page < 3 ? 2 : 1);
        for (size_t i = 0; i < a.n_canvases; i++, seen++)
            assert_true(uuid_equal(&a.canvases[i].id, &whole.canvases[seen].id));
        after = (struct store_after){a.canvases[a.n_canvases - 1].changed_ms, a.canvases[a.n_canvases - 1].id};
    }
    assert_int_equal(seen, 7);
    assert_int_equal(list_after(&me, &workspace, &after, 2).n_canvases, 0);
}

static void test_without_postgresql_everything_is_degraded(void **state)
{
    (void)state;
    pg_cluster_kill(cluster);
    fixture_wait_up(f, false);
    struct uuid id;
    uuid_random(&id);
    assert_int_equal(by_login("ann").status, STATUS_DEGRADED);
    assert_int_equal(access_to(&id, &id).status, STATUS_DEGRADED);
    assert_int_equal(list(&id, NULL).status, STATUS_DEGRADED);
    assert_int_equal(create(&id, &id, "t").status, STATUS_DEGRADED);
    pg_cluster_start(cluster);
    fixture_wait_up(f, true);
    assert_int_equal(by_login("ann").status, STATUS_OK);
}

/* ---------------------------------------------------------------- start-up */

static void test_migrating_again_changes_nothing(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(schema_migrate(pg_cluster_conninfo(cluster), false, &why), STATUS_OK);
    assert_int_equal(schema_migrate(pg_cluster_conninfo(cluster), true, &why), STATUS_OK);
    long newest = pg_cluster_ask_number(cluster, "SELECT max(version) FROM schema_migration");
    assert_true(newest >= 1);
    pg_cluster_sql(cluster, "INSERT INTO schema_migration (version, name) VALUES (9999, '9999_future.sql')");
    assert_int_equal(schema_migrate(pg_cluster_conninfo(cluster), false, &why), STATUS_VERSION);
    assert_non_null(strstr(why.text, "9999"));
    pg_cluster_sql(cluster, "DELETE FROM schema_migration WHERE version = 9999");
}

static void test_start_up_in_an_unfit_or_absent_database(void **state)
{
    (void)state;
    struct why why;
    struct uuid id;
    assert_int_equal(schema_migrate("host=/nonexistent dbname=x", false, &why), STATUS_DEGRADED);
    assert_int_equal(schema_server_id("host=/nonexistent dbname=x", &id, &why), STATUS_DEGRADED);
    pg_cluster_sql(cluster, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    char conninfo[300];
    snprintf(conninfo, sizeof conninfo, "%s dbname=latin", pg_cluster_conninfo(cluster));
    assert_int_equal(schema_migrate(conninfo, false, &why), STATUS_UNEXPECTED);
    assert_non_null(strstr(why.text, "UTF8"));
}

static void test_the_server_id_stays(void **state)
{
    (void)state;
    struct why why;
    struct uuid first, again;
    assert_int_equal(schema_server_id(pg_cluster_conninfo(cluster), &first, &why), STATUS_OK);
    assert_int_equal(schema_server_id(pg_cluster_conninfo(cluster), &again, &why), STATUS_OK);
    assert_false(uuid_is_zero(&first));
    assert_true(uuid_equal(&first, &again));
}

static enum status bootstrap(const char *token, bool *needed)
{
    struct why why;
    uint8_t hash[32];
    hash_of(token, hash);
    return store_bootstrap(pg_cluster_conninfo(cluster), "First", hash, LATER_MS, needed, &why);
}

static void test_the_first_owner(void **state)
{
    (void)state;
    pg_cluster_sql(cluster, "TRUNCATE workspace, account CASCADE");
    bool needed;
    assert_int_equal(bootstrap("link 1", &needed), STATUS_OK);
    assert_true(needed);
    assert_int_equal(bootstrap("link 2", &needed), STATUS_OK);
    assert_true(needed);
    assert_int_equal(pg_cluster_ask_number(cluster, "SELECT count(*) FROM workspace"), 1);
    assert_int_equal(redeem("link 1", "owner", NULL).status, STATUS_DENIED);
    struct answers a = redeem("link 2", "owner", NULL);
    assert_int_equal(a.status, STATUS_OK);
    assert_int_equal(a.memberships[0].role, OWNER);
    assert_string_equal(a.memberships[0].name, "First");
    assert_int_equal(bootstrap("link 3", &needed), STATUS_OK);
    assert_false(needed);
    assert_int_equal(redeem("link 3", "intruder", NULL).status, STATUS_DENIED);
}

/* ---------------------------------------------------------------- */

static int start(void **state)
{
    (void)state;
    struct why why;
    cluster = pg_cluster_new(NULL);
    if (schema_migrate(pg_cluster_conninfo(cluster), false, &why) != STATUS_OK)
        return -1;
    f = fixture_new(cluster, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_free(f);
    pg_cluster_free(cluster);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_invitation_makes_an_account),
        cmocka_unit_test(test_an_invitation_works_once_and_in_time),
        cmocka_unit_test(test_a_taken_login_leaves_the_invitation_usable),
        cmocka_unit_test(test_a_race_for_an_invitation),
        cmocka_unit_test(test_an_existing_account_joins_another_workspace),
        cmocka_unit_test(test_device_tokens),
        cmocka_unit_test(test_creating_a_canvas_twice_makes_one),
        cmocka_unit_test(test_access_goes_through_membership),
        cmocka_unit_test(test_lists_are_newest_first),
        cmocka_unit_test(test_lists_come_in_pages),
        cmocka_unit_test(test_without_postgresql_everything_is_degraded),
        cmocka_unit_test(test_migrating_again_changes_nothing),
        cmocka_unit_test(test_start_up_in_an_unfit_or_absent_database),
        cmocka_unit_test(test_the_server_id_stays),
        cmocka_unit_test(test_the_first_owner),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
