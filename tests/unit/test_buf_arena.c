/* Memory: what goes into a buffer comes out in order; an arena gives aligned, separate pieces up to its cap, and
 * forgets them together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "tests/support/rng.h"

/* Random writes and reads against a counter: byte n of the stream is n modulo 251. */
static void buf_is_a_stream(void **state)
{
    (void)state;
    struct rng r = {rng_seed(1)};
    struct buf b;
    size_t written = 0, read = 0;
    buf_init(&b);
    for (int round = 0; round < 20000; round++) {
        size_t n = rng_below(&r, rng_below(&r, 20) == 0 ? 5000 : 100);
        if (rng_below(&r, 2) == 0) {
            uint8_t *at = buf_reserve(&b, n);
            for (size_t i = 0; i < n; i++)
                at[i] = (uint8_t)((written + i) % 251);
            buf_wrote(&b, n);
            written += n;
        } else {
            n = n < buf_len(&b) ? n : buf_len(&b);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(buf_at(&b)[i], (read + i) % 251);
            buf_drain(&b, n);
            read += n;
        }
        assert_int_equal(buf_len(&b), written - read);
        assert_true(b.start <= b.end && b.end <= b.cap);
    }
    buf_fini(&b);
}

static void buf_keeps_and_gives_back(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    buf_add(&b, NULL, 0);
    assert_null(b.data);
    buf_add(&b, "abc", 3);
    buf_drain(&b, 3);
    assert_int_equal(b.start, 0);
    assert_int_equal(b.end, 0);
    buf_add(&b, "abc", 3);
    buf_clear(&b, 4096);
    assert_int_equal(buf_len(&b), 0);
    assert_non_null(b.data);
    (void)buf_reserve(&b, 100000);
    buf_clear(&b, 4096);
    assert_null(b.data);
    assert_int_equal(b.cap, 0);
    buf_fini(&b);
}

/* A reader that always leaves a little does not let the buffer grow, and is not paid for with a move at each write. */
static void buf_stays_small_behind_a_steady_reader(void **state)
{
    (void)state;
    struct buf b;
    uint8_t bytes[100] = {0};
    buf_init(&b);
    buf_add(&b, bytes, 50);
    for (int i = 0; i < 100000; i++) {
        buf_add(&b, bytes, sizeof bytes);
        buf_drain(&b, sizeof bytes);
    }
    assert_in_range(b.cap, 150, 512);
    buf_fini(&b);
}

static void strings(void **state)
{
    (void)state;
    char *a = xstrdup("abc"), *b = xstrndup("abcdef", 3), *c = xasprintf("%s-%d", a, 7), *d = xstrndup(NULL, 0);
    assert_string_equal(a, b);
    assert_string_equal(c, "abc-7");
    assert_string_equal(d, "");
    free(a), free(b), free(c), free(d);
    free(xmalloc(0));
    free(xcalloc(0, 8));
}

static void arena_pieces_are_separate(void **state)
{
    (void)state;
    enum { PIECES = 500 };
    struct rng r = {rng_seed(2)};
    struct arena a;
    uint8_t *piece[PIECES];
    size_t size[PIECES];
    arena_init(&a, 1 << 20);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < PIECES; i++) {
            size[i] = rng_below(&r, rng_below(&r, 50) == 0 ? 9000 : 64);
            piece[i] = arena_alloc(&a, size[i]);
            assert_non_null(piece[i]);
            assert_int_equal((uintptr_t)piece[i] % alignof(max_align_t), 0);
            memset(piece[i], (int)i % 256, size[i]);
        }
        for (size_t i = 0; i < PIECES; i++) {
            for (size_t k = 0; k < size[i]; k++)
                assert_int_equal(piece[i][k], i % 256);
        }
        arena_reset(&a);
        assert_int_equal(a.used_bytes, 0);
    }
    arena_fini(&a);
}

static void arena_has_a_cap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 10000);
    assert_null(arena_alloc(&a, 10001));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 7));
    assert_null(arena_calloc(&a, SIZE_MAX / 2, 3));
    assert_null(arena_strndup(&a, "", SIZE_MAX));
    size_t n = 0;
    while (arena_alloc(&a, 16) != NULL)
        n++;
    assert_int_equal(n, 10000 / 16);
    arena_reset(&a);
    assert_non_null(arena_alloc(&a, 9000));
    assert_null(arena_alloc(&a, 1024));
    /* Pieces of nothing count too, so that a message of empty fields cannot run for ever. */
    arena_reset(&a);
    for (n = 0; arena_alloc(&a, 0) != NULL; n++)
        assert_true(n < 10000);
    arena_fini(&a);
}

static void arena_makes_strings_and_zeros(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 10000);
    char *s = arena_strndup(&a, "abcdef", 3);
    assert_string_equal(s, "abc");
    memset(arena_alloc(&a, 512), 0xff, 512);
    arena_reset(&a);
    const uint64_t *zeros = arena_calloc(&a, 64, 8);
    for (size_t i = 0; i < 64; i++)
        assert_true(zeros[i] == 0);
    arena_fini(&a);
}

/* The first chunk is kept, and one large message does not make it large. */
static void arena_keeps_little(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 4 << 20);
    assert_non_null(arena_alloc(&a, 2 << 20));
    arena_reset(&a);
    assert_in_range((size_t)(a.end - a.at), 1024, 64 * 1024);
    const void *first = arena_alloc(&a, 100);
    arena_reset(&a);
    assert_ptr_equal(arena_alloc(&a, 100), first);
    ProtobufCAllocator *allocator = arena_allocator(&a);
    void *p = allocator->alloc(allocator->allocator_data, 24);
    assert_non_null(p);
    allocator->free(allocator->allocator_data, p);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_is_a_stream),
        cmocka_unit_test(buf_keeps_and_gives_back),
        cmocka_unit_test(buf_stays_small_behind_a_steady_reader),
        cmocka_unit_test(strings),
        cmocka_unit_test(arena_pieces_are_separate),
        cmocka_unit_test(arena_has_a_cap),
        cmocka_unit_test(arena_makes_strings_and_zeros),
        cmocka_unit_test(arena_keeps_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
