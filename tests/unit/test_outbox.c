/* Slots of unsent edits on disk: locked, kept over a crash, found again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "client/core/outbox.h"
#include "client/core/paths.h"

struct place {
    char dir[64];
    struct uuid server, canvas;
    struct why why;
};

static int begin(void **state)
{
    struct place *p = xcalloc(1, sizeof(*p));

    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/cocanvas-outbox-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    uuid_random(&p->server);
    uuid_random(&p->canvas);
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct place *p = *state;
    char *command = xasprintf("rm -rf %s", p->dir);

    assert_int_equal(system(command), 0);
    free(command);
    free(p);
    return 0;
}

static struct outbox *take(struct place *p)
{
    struct outbox *o = outbox_take(p->dir, &p->server, &p->canvas, &p->why);

    if (!o)
        print_error("%s\n", p->why.text);
    assert_non_null(o);
    return o;
}

static void save(struct place *p, struct outbox *o, unsigned flags, const char *text)
{
    assert_int_equal(outbox_save(o, flags, (const uint8_t *)text, strlen(text), &p->why), STATUS_OK);
}

static void assert_holds(struct place *p, struct outbox *o, const char *text)
{
    struct buf b;

    buf_init(&b);
    assert_int_equal(outbox_load(o, &b, &p->why), STATUS_OK);
    assert_int_equal(buf_len(&b), strlen(text));
    if (buf_len(&b))
        assert_memory_equal(buf_at(&b), text, strlen(text));
    buf_fini(&b);
}

static char *file(struct place *p, const char *name)
{
    char server[UUID_TEXT], canvas[UUID_TEXT];

    uuid_format(&p->server, server);
    uuid_format(&p->canvas, canvas);
    return xasprintf("%s/outbox/%s/%s/%s", p->dir, server, canvas, name);
}

static void keeps_id_and_content(void **state)
{
    struct place *p = *state;
    struct outbox *o = take(p);
    struct uuid id = *outbox_client_id(o);

    assert_holds(p, o, "");
    save(p, o, OUTBOX_UNSENT | OUTBOX_SYNC, "edits");
    save(p, o, OUTBOX_UNSENT, "more edits");
    outbox_release(o);
    o = take(p);
    assert_true(uuid_equal(outbox_client_id(o), &id));
    assert_holds(p, o, "more edits");
    save(p, o, 0, "all answered");
    outbox_release(o);
    o = take(p);
    assert_true(uuid_equal(outbox_client_id(o), &id));
    assert_holds(p, o, "all answered");
    outbox_release(o);
}

static void a_slot_is_one_program_s(void **state)
{
    struct place *p = *state;
    struct outbox *a = take(p), *b = take(p), *c;
    struct uuid of_b = *outbox_client_id(b);

    assert_false(uuid_equal(outbox_client_id(a), outbox_client_id(b)));
    outbox_release(b);
    c = take(p);
    assert_true(uuid_equal(outbox_client_id(c), &of_b));
    outbox_release(a);
    outbox_release(c);
}

static void unsent_edits_come_first(void **state)
{
    struct place *p = *state;
    struct outbox *a = take(p), *b = take(p);
    struct uuid of_b = *outbox_client_id(b);

    save(p, a, 0, "answered");
    save(p, b, OUTBOX_UNSENT, "waiting");
    outbox_release(a);
    outbox_release(b);
    a = take(p);
    assert_true(uuid_equal(outbox_client_id(a), &of_b));
    assert_holds(p, a, "waiting");
    outbox_release(a);
}

/* The lock goes with the process, whatever ends it. */
static void a_killed_program_leaves_its_slot(void **state)
{
    struct place *p = *state;
    struct outbox *o;
    int ready[2];
    pid_t pid;
    char c;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        o = outbox_take(p->dir, &p->server, &p->canvas, &p->why);
        if (!o || outbox_save(o, OUTBOX_UNSENT, (const uint8_t *)"typed", 5, &p->why) != STATUS_OK ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(outbox_unsent(p->dir, &p->server, &p->canvas, 1), 0); /* in use */
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    o = take(p);
    assert_holds(p, o, "typed");
    outbox_release(o);
    close(ready[0]);
    close(ready[1]);
}

/* Many programs that begin at the same moment on a canvas nobody had open: each gets a slot, though another one may make it
 * under its hands. */
static void many_begin_at_once(void **state)
{
    enum { ROUNDS = 20, PROGRAMS = 12 };
    struct place *p = *state;
    int go[2], stay[2], status;
    pid_t pid[PROGRAMS];

    for (int round = 0; round < ROUNDS; round++) {
        char answers[PROGRAMS] = "";
        int taken[2];
        uuid_random(&p->canvas);
        assert_true(pipe(go) == 0 && pipe(stay) == 0 && pipe(taken) == 0);
        for (int i = 0; i < PROGRAMS; i++) {
            pid[i] = fork();
            if (pid[i] != 0)
                continue;
            char c;
            close(go[1]);
            close(stay[1]);
            (void)!read(go[0], &c, 1); /* ends when all are let go */
            struct outbox *o = outbox_take(p->dir, &p->server, &p->canvas, &p->why);
            if (write(taken[1], o ? "y" : "n", 1) != 1)
                _exit(1);
            (void)!read(stay[0], &c, 1); /* holds it until all have tried */
            _exit(0);
        }
        close(go[1]);
        for (int i = 0; i < PROGRAMS; i++)
            assert_int_equal(read(taken[0], &answers[i], 1), 1);
        close(stay[1]);
        for (int i = 0; i < PROGRAMS; i++) {
            assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
            assert_int_equal(answers[i], 'y');
        }
        for (int i = 0; i < 2; i++)
            close(taken[i]);
        close(go[0]);
        close(stay[0]);
    }
}

static void finds_canvases_with_unsent_edits(void **state)
{
    struct place *p = *state;
    struct uuid found[4], first = p->canvas, other;
    struct outbox *o = take(p);

    assert_int_equal(outbox_unsent(p->dir, &p->server, found, 4), 0);
    save(p, o, OUTBOX_UNSENT, "waiting");
    outbox_release(o);
    uuid_random(&p->canvas);
    outbox_release(take(p));
    assert_int_equal(outbox_unsent(p->dir, &p->server, found, 4), 1);
    assert_true(uuid_equal(&found[0], &first));
    uuid_random(&other);
    assert_int_equal(outbox_unsent(p->dir, &other, found, 4), 0);
}

static void a_damaged_file_is_kept_but_not_used(void **state)
{
    struct place *p = *state;
    struct outbox *o = take(p);
    char *command;

    save(p, o, OUTBOX_UNSENT, "damaged");
    outbox_set_aside(o);
    assert_holds(p, o, "");
    outbox_release(o);
    command = xasprintf("grep -rqx damaged %s", p->dir);
    assert_int_equal(system(command), 0);
    free(command);
}

/* An id file that was cut off while it was made: a new id, and its edits are nobody's. */
static void a_cut_id_is_replaced(void **state)
{
    struct place *p = *state;
    struct outbox *o = take(p);
    char *id = file(p, "0.id");

    save(p, o, OUTBOX_UNSENT, "whose?");
    outbox_release(o);
    assert_int_equal(truncate(id, 7), 0);
    o = take(p);
    assert_false(uuid_is_zero(outbox_client_id(o)));
    assert_holds(p, o, "");
    outbox_release(o);
    free(id);
}

static void nobody_else_reads_it(void **state)
{
    struct place *p = *state;
    struct outbox *o = take(p);
    const char *path;
    struct stat st;
    char *name = file(p, "0.unsent");

    save(p, o, OUTBOX_UNSENT, "secret");
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(outbox_rescue(o, "card 1.1", "words", 5, &path, &p->why), STATUS_OK);
    assert_int_equal(outbox_rescue(o, "card 1.2", "other", 5, &path, &p->why), STATUS_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(name);
    name = paths_read(path, 1000, NULL);
    assert_string_equal(name, "--- card 1.1\nwords\n--- card 1.2\nother\n");
    free(name);
    outbox_release(o);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    struct place *p = *state;

    assert_null(outbox_take("/dev/null/x", &p->server, &p->canvas, &p->why));
    assert_non_null(strstr(p->why.text, "/dev/null/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_id_and_content, begin, end),
        cmocka_unit_test_setup_teardown(a_slot_is_one_program_s, begin, end),
        cmocka_unit_test_setup_teardown(unsent_edits_come_first, begin, end),
        cmocka_unit_test_setup_teardown(a_killed_program_leaves_its_slot, begin, end),
        cmocka_unit_test_setup_teardown(many_begin_at_once, begin, end),
        cmocka_unit_test_setup_teardown(finds_canvases_with_unsent_edits, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_kept_but_not_used, begin, end),
        cmocka_unit_test_setup_teardown(a_cut_id_is_replaced, begin, end),
        cmocka_unit_test_setup_teardown(nobody_else_reads_it, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_is_told, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
