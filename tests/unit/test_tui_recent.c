/* Recently opened canvases: order, the file's lines, what is not ours in it, and that the oldest goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/tui/tui_recent.h"

static struct uuid numbered(unsigned n)
{
    struct uuid id = {{0x10, 0x20}};
    id.b[14] = (uint8_t)(n >> 8);
    id.b[15] = (uint8_t)n;
    return id;
}

static void newest_first(void **state)
{
    struct recent r = {.n = 0};
    struct uuid one = numbered(1), two = numbered(2), three = numbered(3);
    (void)state;
    recent_note(&r, &one, 100);
    recent_note(&r, &two, 200);
    assert_int_equal(r.n, 2);
    assert_true(uuid_equal(&r.at[0].id, &two));
    recent_note(&r, &one, 300); /* again: it moves, and is there once */
    assert_int_equal(r.n, 2);
    assert_true(uuid_equal(&r.at[0].id, &one));
    assert_true(uuid_equal(&r.at[1].id, &two));
    assert_int_equal(recent_opened_ms(&r, &one), 300);
    assert_int_equal(recent_opened_ms(&r, &two), 200);
    assert_int_equal(recent_opened_ms(&r, &three), 0);
}

static void oldest_goes(void **state)
{
    struct recent r = {.n = 0};
    (void)state;
    for (unsigned i = 0; i < RECENT_MAX + 5; i++) {
        struct uuid id = numbered(i);
        recent_note(&r, &id, 1000 + i);
    }
    struct uuid fourth = numbered(4), fifth = numbered(5), last = numbered(RECENT_MAX + 4);
    assert_int_equal(r.n, RECENT_MAX);
    assert_int_equal(recent_opened_ms(&r, &fourth), 0);
    assert_int_equal(recent_opened_ms(&r, &fifth), 1005);
    assert_true(uuid_equal(&r.at[0].id, &last));
}

static void lines_there_and_back(void **state)
{
    struct recent r = {.n = 0}, again;
    struct buf out;
    struct uuid one = numbered(1), two = numbered(2);
    (void)state;
    recent_note(&r, &one, 1790000000123);
    recent_note(&r, &two, 1790000000456);
    buf_init(&out);
    recent_write(&r, &out);
    char *text = xstrndup((const char *)buf_at(&out), buf_len(&out));
    recent_read(&again, text);
    assert_int_equal(again.n, 2);
    assert_memory_equal(&again.at[0], &r.at[0], sizeof r.at[0]);
    assert_memory_equal(&again.at[1], &r.at[1], sizeof r.at[1]);
    free(text);
    buf_fini(&out);
}

static void other_lines_are_left_out(void **state)
{
    struct recent r;
    struct uuid id;
    (void)state;
    recent_read(
        &r, "\nnonsense\n"
            "10200000-0000-0000-0000-000000000001\n"
            "10200000-0000-0000-0000-000000000001 x\n"
            "10200000-0000-0000-0000-000000000001 -5\n"
            "10200000-0000-0000-0000-00000000000g 100\n"
            "10200000-0000-0000-0000-000000000002 200\n"
            "10200000-0000-0000-0000-000000000003 300000000000000000000000000000000000000000000000000000000000000000\n"
            "10200000-0000-0000-0000-000000000004 400");
    assert_int_equal(r.n, 2);
    id = numbered(2);
    assert_int_equal(recent_opened_ms(&r, &id), 200);
    id = numbered(4);
    assert_int_equal(recent_opened_ms(&r, &id), 400);
}

static void file_there_and_back(void **state)
{
    char folder[] = "/tmp/cocanvas-recent-XXXXXX";
    struct recent r = {.n = 0}, again;
    struct uuid one = numbered(1);
    (void)state;
    assert_non_null(mkdtemp(folder));
    recent_load(&again, folder); /* no file yet */
    assert_int_equal(again.n, 0);
    recent_note(&r, &one, 77);
    recent_save(&r, folder);
    recent_load(&again, folder);
    assert_int_equal(again.n, 1);
    assert_int_equal(recent_opened_ms(&again, &one), 77);
    char *path = xasprintf("%s/recent", folder);
    assert_int_equal(unlink(path), 0);
    free(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_first),         cmocka_unit_test(oldest_goes),
        cmocka_unit_test(lines_there_and_back), cmocka_unit_test(other_lines_are_left_out),
        cmocka_unit_test(file_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
