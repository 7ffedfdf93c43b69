/* Credentials: what is accepted, how failures of an address are counted and forgotten, and the password threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/session/auth.h"
#include "server/session/hasher.h"

static void test_logins(void **state)
{
    (void)state;
    char out[STORE_LOGIN];
    assert_true(login_normalise("Ann.O+x@Example-1_2", out));
    assert_string_equal(out, "ann.o+x@example-1_2");
    static const char *const bad[] = {
        "", "a", "an n", "änn", "ann\n", "ann'--", "0123456789012345678901234567890123456789012345678901234567890123x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(login_normalise(bad[i], out));
    assert_true(login_normalise("0123456789012345678901234567890123456789012345678901234567890123", out));
}

static void test_names(void **state)
{
    (void)state;
    assert_true(name_check("Ann"));
    assert_true(name_check("Žofie 李"));
    assert_false(name_check(""));
    assert_false(name_check("   "));
    assert_false(name_check("a\nb"));
    assert_false(name_check("a\033[31m"));
    assert_false(name_check("\xff\xfe"));
    assert_true(name_check("0123456789012345678901234567890123456789012345678901234567890123"));
    assert_false(name_check("01234567890123456789012345678901234567890123456789012345678901234"));
}

static void test_passwords(void **state)
{
    (void)state;
    char password[PASSWORD_MOST + 2];
    memset(password, 'p', sizeof password);
    password[PASSWORD_MOST + 1] = '\0';
    assert_false(password_check(password));
    password[PASSWORD_MOST] = '\0';
    assert_true(password_check(password));
    password[PASSWORD_LEAST] = '\0';
    assert_true(password_check(password));
    password[PASSWORD_LEAST - 1] = '\0';
    assert_false(password_check(password));
}

static void test_failures_add_up_and_are_forgotten(void **state)
{
    (void)state;
    struct failures f = {.most = 3};
    struct address here = {{1}}, there = {{2}};
    for (int i = 0; i < 3; i++) {
        assert_true(failures_may_try(&f, &here, 1000));
        failures_add(&f, &here, 1000);
    }
    assert_false(failures_may_try(&f, &here, 1000));
    assert_true(failures_may_try(&f, &there, 1000));
    assert_true(failures_may_try(&f, &here, 1000 + FAILURE_FORGOTTEN_MS));
    failures_add(&f, &here, 1000 + FAILURE_FORGOTTEN_MS);
    assert_false(failures_may_try(&f, &here, 1000 + FAILURE_FORGOTTEN_MS));
    assert_true(failures_may_try(&f, &here, 1000 + 10 * FAILURE_FORGOTTEN_MS));
    assert_null(f.buckets);
    failures_fini(&f);
}

static void test_the_table_of_failures_is_bounded(void **state)
{
    (void)state;
    struct failures f = {.most = 3};
    struct address address = {{0}};
    for (uint32_t i = 0; i < FAILURE_BUCKETS + 100; i++) {
        memcpy(address.b, &i, sizeof i);
        failures_add(&f, &address, 1000);
    }
    assert_int_equal(HASH_COUNT(f.buckets), FAILURE_BUCKETS);
    failures_fini(&f);
}

/* Where finished jobs arrive. */
struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct hash_job *job;
};

static void arrive(void *ctx, struct hash_job *job)
{
    struct inbox *inbox = ctx;
    pthread_mutex_lock(&inbox->lock);
    inbox->job = job;
    pthread_cond_signal(&inbox->more);
    pthread_mutex_unlock(&inbox->lock);
}

static struct hash_job *run_job(struct hasher *h, struct inbox *inbox, enum hash_kind kind, const char *password,
                                const char *hash)
{
    struct hash_job *job = xcalloc(1, sizeof *job);
    job->kind = kind;
    job->done = arrive;
    job->ctx = inbox;
    memcpy(job->password, password, strlen(password) + 1);
    memcpy(job->hash, hash, strlen(hash) + 1);
    assert_true(hasher_submit(h, job));
    pthread_mutex_lock(&inbox->lock);
    while (!inbox->job)
        pthread_cond_wait(&inbox->more, &inbox->lock);
    job = inbox->job;
    inbox->job = NULL;
    pthread_mutex_unlock(&inbox->lock);
    assert_int_equal(job->password[0], 0);
    return job;
}

static const struct hasher_cost cheap = {.passes = 1, .memory_kib = 1024}, dearer = {.passes = 2, .memory_kib = 2048};

static void test_passwords_are_made_and_verified(void **state)
{
    (void)state;
    struct inbox inbox = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL};
    struct hasher *h = hasher_new(1, 4, &cheap);
    struct hash_job *made = run_job(h, &inbox, HASH_MAKE, "correct horse", "");
    assert_true(made->ok);
    assert_memory_equal(made->hash, "$argon2id$v=19$m=1024,t=1,", 26);
    struct hash_job *right = run_job(h, &inbox, HASH_VERIFY, "correct horse", made->hash);
    assert_true(right->ok);
    struct hash_job *wrong = run_job(h, &inbox, HASH_VERIFY, "correct horsf", made->hash);
    assert_false(wrong->ok);
    struct hash_job *dummy = run_job(h, &inbox, HASH_VERIFY, "correct horse", hasher_dummy(h));
    assert_false(dummy->ok);
    assert_string_equal(right->fresh, "");
    hash_job_free(made);
    hash_job_free(right);
    hash_job_free(wrong);
    hash_job_free(dummy);
    hasher_free(h);
}

/* When hashing was made dearer, a right password is hashed anew, and a wrong one is not. */
static void test_old_hashes_are_renewed(void **state)
{
    (void)state;
    struct inbox inbox = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL};
    struct hasher *old = hasher_new(1, 4, &cheap), *new = hasher_new(1, 4, &dearer);
    struct hash_job *made = run_job(old, &inbox, HASH_MAKE, "correct horse", "");
    struct hash_job *right = run_job(new, &inbox, HASH_VERIFY, "correct horse", made->hash);
    assert_true(right->ok);
    assert_memory_equal(right->fresh, "$argon2id$v=19$m=2048,t=2,", 26);
    struct hash_job *again = run_job(new, &inbox, HASH_VERIFY, "correct horse", right->fresh);
    assert_true(again->ok);
    assert_string_equal(again->fresh, "");
    struct hash_job *wrong = run_job(new, &inbox, HASH_VERIFY, "correct horsf", made->hash);
    assert_false(wrong->ok);
    assert_string_equal(wrong->fresh, "");
    hash_job_free(made);
    hash_job_free(right);
    hash_job_free(again);
    hash_job_free(wrong);
    hasher_free(old);
    hasher_free(new);
}

/* Blocks the only thread inside of its first job, so that the queue can be filled. */
static void arrive_and_wait(void *ctx, struct hash_job *job)
{
    pthread_barrier_t *barrier = ctx;
    pthread_barrier_wait(barrier);
    pthread_barrier_wait(barrier);
    hash_job_free(job);
}

static struct hash_job *waiting_job(pthread_barrier_t *barrier)
{
    struct hash_job *job = xcalloc(1, sizeof *job);
    job->kind = HASH_VERIFY;
    job->done = arrive_and_wait;
    job->ctx = barrier;
    return job;
}

static void test_the_queue_is_bounded(void **state)
{
    (void)state;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    struct hasher *h = hasher_new(1, 2, &cheap);
    assert_true(hasher_submit(h, waiting_job(&barrier)));
    pthread_barrier_wait(&barrier);
    assert_true(hasher_submit(h, waiting_job(&barrier)));
    assert_true(hasher_submit(h, waiting_job(&barrier)));
    struct hash_job *too_many = waiting_job(&barrier);
    assert_false(hasher_submit(h, too_many));
    hash_job_free(too_many);
    for (int i = 0; i < 5; i++)
        pthread_barrier_wait(&barrier);
    hasher_free(h);
    pthread_barrier_destroy(&barrier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logins),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_failures_add_up_and_are_forgotten),
        cmocka_unit_test(test_the_table_of_failures_is_bounded),
        cmocka_unit_test(test_passwords_are_made_and_verified),
        cmocka_unit_test(test_old_hashes_are_renewed),
        cmocka_unit_test(test_the_queue_is_bounded),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
