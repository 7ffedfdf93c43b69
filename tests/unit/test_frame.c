/* Frames: the length prefix in all cuts, and the limit before everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/frame.h"

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 255, 256, 65535, 65536, FRAME_MAX};
    static uint8_t data[FRAME_HEADER + FRAME_MAX];
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const uint8_t *body;
        size_t len;
        frame_put_header(data, lengths[i]);
        assert_int_equal(frame_next(data, sizeof data, FRAME_MAX, &body, &len), FRAME_WHOLE);
        assert_ptr_equal(body, data + FRAME_HEADER);
        assert_int_equal(len, lengths[i]);
    }
}

static void test_header_is_big_endian(void **state)
{
    (void)state;
    uint8_t header[FRAME_HEADER];
    frame_put_header(header, 0x00010203);
    assert_memory_equal(header, "\x00\x01\x02\x03", FRAME_HEADER);
}

static void test_every_cut(void **state)
{
    (void)state;
    uint8_t data[FRAME_HEADER + 10] = {0};
    const uint8_t *body = data;
    size_t len;
    frame_put_header(data, 10);
    for (size_t have = 0; have < sizeof data; have++) {
        assert_int_equal(frame_next(data, have, FRAME_MAX, &body, &len), FRAME_CUT);
        assert_int_equal(len, have < FRAME_HEADER ? 0 : 10);
        assert_null(body);
    }
    assert_int_equal(frame_next(data, sizeof data, FRAME_MAX, &body, &len), FRAME_WHOLE);
}

static void test_too_long_is_known_from_the_header(void **state)
{
    (void)state;
    static const uint8_t huge[FRAME_HEADER] = {0xff, 0xff, 0xff, 0xff};
    uint8_t data[FRAME_HEADER];
    const uint8_t *body;
    size_t len;
    assert_int_equal(frame_next(huge, sizeof huge, FRAME_MAX_IMPORT, &body, &len), FRAME_TOO_LONG);
    assert_int_equal(len, 0xffffffffu);
    frame_put_header(data, FRAME_MAX_BEFORE_LOGIN + 1);
    assert_int_equal(frame_next(data, sizeof data, FRAME_MAX_BEFORE_LOGIN, &body, &len), FRAME_TOO_LONG);
    frame_put_header(data, FRAME_MAX_BEFORE_LOGIN);
    assert_int_equal(frame_next(data, sizeof data, FRAME_MAX_BEFORE_LOGIN, &body, &len), FRAME_CUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_header_is_big_endian),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_too_long_is_known_from_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
