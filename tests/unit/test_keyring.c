/* The keyring: a key is made once, opens with its key file only, goes for good, and what is missing is found again when it is
 * put back. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/buf.h"
#include "server/journal/keyring.h"

struct fixture {
    char folder[64], key_file[96], keyring[96];
};
static const struct uuid acme = {{0xac}}, zeta = {{0x2e}};

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void write_master(const struct fixture *f, char digit)
{
    char text[66];
    memset(text, digit, 64);
    memcpy(text + 64, "\n", 2);
    write_text(f->key_file, text, 0600);
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/test_keyring.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->key_file, sizeof f->key_file, "%s/seal.key", f->folder);
    snprintf(f->keyring, sizeof f->keyring, "%s/keyring", f->folder);
    write_master(f, 'a');
    *state = f;
    return 0;
}

static char *path_of(const struct fixture *f, const struct uuid *workspace)
{
    char name[UUID_TEXT];
    uuid_format(workspace, name);
    return xasprintf("%s/%s.key", f->keyring, name);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char *command = xasprintf("rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(command);
    free(f);
    return 0;
}

static struct keyring *ring_of(const struct fixture *f)
{
    return keyring_new(f->key_file, f->keyring);
}

/* Whether what one has sealed the other opens. */
static bool fit(struct seal_key *a, struct seal_key *b)
{
    const struct seal_place place = {SEAL_TITLE, acme, acme, 0};
    char *sealed = seal_text(a, &place, "x"), *plain = NULL;
    bool ok = seal_open_text(b, &place, sealed, &plain) == STATUS_OK;
    free(sealed);
    free(plain);
    return ok;
}

static void test_made_once(void **state)
{
    const struct fixture *f = *state;
    struct keyring *one = ring_of(f), *two = ring_of(f);
    struct why why;
    struct seal_key *key;
    assert_null(keyring_find(one, &acme));
    assert_int_equal(keyring_make(one, &acme, &why), STATUS_OK);
    assert_int_equal(keyring_make(two, &acme, &why), STATUS_OK);
    assert_int_equal(keyring_make(two, &zeta, &why), STATUS_OK);
    assert_true(fit(keyring_find(one, &acme), keyring_find(two, &acme)));
    assert_false(fit(keyring_find(one, &acme), keyring_find(two, &zeta)));
    assert_int_equal(keyring_way(one, &acme, &key), KEYRING_SEALED);
    assert_ptr_equal(key, keyring_find(one, &acme));
    assert_int_equal(keyring_way(one, &(struct uuid){{1}}, &key), KEYRING_PLAIN);
    assert_int_equal(keyring_way_known(one, &zeta, &key), KEYRING_PLAIN); /* not met yet */
    struct stat st;
    char *path = path_of(f, &acme);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(f->keyring, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    free(path);
    keyring_free(one);
    keyring_free(two);
}

static void test_destroyed(void **state)
{
    const struct fixture *f = *state;
    struct keyring *one = ring_of(f), *two = ring_of(f);
    struct why why;
    struct seal_key *key;
    assert_int_equal(keyring_make(one, &acme, &why), STATUS_OK);
    assert_non_null(keyring_find(two, &acme));
    char *path = path_of(f, &acme);
    keyring_destroy(one, &acme);
    keyring_destroy(one, &acme);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_null(keyring_find(one, &acme));
    assert_int_equal(keyring_way(one, &acme, &key), KEYRING_LOST);
    assert_int_equal(keyring_way_known(two, &acme, &key), KEYRING_SEALED); /* until it looks again, or is told */
    assert_null(keyring_find_again(two, &acme));
    assert_int_equal(keyring_way_known(two, &acme, &key), KEYRING_LOST); /* never plain */
    free(path);
    keyring_free(one);
    keyring_free(two);
}

static void test_forgotten(void **state)
{
    const struct fixture *f = *state;
    struct keyring *ring = ring_of(f);
    struct why why;
    struct seal_key *key;
    assert_int_equal(keyring_make(ring, &acme, &why), STATUS_OK);
    keyring_forget(ring, &acme);
    assert_int_equal(keyring_way_known(ring, &acme, &key), KEYRING_LOST);
    assert_non_null(keyring_find(ring, &acme)); /* the file is there */
    keyring_free(ring);
}

/* Another key file, then the right one again, without a new start. */
static void test_wrong_key_file(void **state)
{
    const struct fixture *f = *state;
    struct why why;
    struct keyring *ring = ring_of(f);
    assert_int_equal(keyring_make(ring, &acme, &why), STATUS_OK);
    keyring_free(ring);
    write_master(f, 'b');
    ring = ring_of(f);
    assert_null(keyring_find(ring, &acme));
    assert_int_equal(unlink(f->key_file), 0);
    assert_null(keyring_find(ring, &acme));
    assert_false(keyring_is_ready(ring, &why));
    write_master(f, 'a');
    assert_non_null(keyring_find(ring, &acme));
    keyring_free(ring);
}

static void test_key_files_that_are_refused(void **state)
{
    const struct fixture *f = *state;
    struct why why;
    struct keyring *ring = ring_of(f);
    static const mode_t open_to_others[] = {0604, 0644, 0620, 0606, 0601};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(chmod(f->key_file, open_to_others[i]), 0);
        assert_false(keyring_is_ready(ring, &why));
        assert_non_null(strstr(why.text, "chmod 0600"));
    }
    static const char *const wrong[] = {"", "secret\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0\n"};
    for (size_t i = 0; i < 3; i++) {
        write_text(f->key_file, wrong[i], 0600);
        assert_false(keyring_is_ready(ring, &why));
        assert_non_null(strstr(why.text, "64 hex digits"));
        assert_true(!wrong[i][0] || !strstr(why.text, "aaaaaaa")); /* not what is in it */
    }
    assert_int_equal(keyring_make(ring, &acme, &why), STATUS_NOT_FOUND);
    write_master(f, 'a');
    assert_int_equal(chmod(f->key_file, 0440), 0);
    assert_true(keyring_is_ready(ring, &why));
    keyring_free(ring);
}

/* A key under another workspace's name, and a damaged one. */
static void test_key_of_another(void **state)
{
    const struct fixture *f = *state;
    struct why why;
    struct keyring *ring = ring_of(f);
    char *from = path_of(f, &acme), *to = path_of(f, &zeta);
    assert_int_equal(keyring_make(ring, &acme, &why), STATUS_OK);
    assert_int_equal(rename(from, to), 0);
    assert_null(keyring_find(ring, &zeta));
    write_text(from, "cocanvas workspace key 1\nkey 00ff\n", 0600);
    assert_non_null(keyring_find_again(ring, &acme)); /* who has it goes on */
    struct keyring *other = ring_of(f);
    assert_null(keyring_find(other, &acme));
    free(from);
    free(to);
    keyring_free(other);
    keyring_free(ring);
}

static void test_nothing_is_set(void **state)
{
    (void)state;
    struct why why;
    struct seal_key *key;
    struct keyring *ring = keyring_new("", "");
    assert_false(keyring_is_ready(ring, &why));
    assert_int_equal(keyring_way(ring, &acme, &key), KEYRING_PLAIN);
    assert_null(keyring_find(ring, &acme));
    keyring_destroy(ring, &acme);
    keyring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_destroyed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_key_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_files_that_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_of_another, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_is_set, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
