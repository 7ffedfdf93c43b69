/* The audit log's chain: known bytes, and that every field counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "common/audit.h"

static struct audit_row example(void)
{
    struct audit_row row = {.number = 3, .time_ms = 1700000000123, .event = 6, .author = 1, .whom = 7, .detail = 4, .text = "ab"};
    memset(row.workspace.b, 0x11, sizeof row.workspace.b);
    memset(row.canvas.b, 0x22, sizeof row.canvas.b);
    return row;
}

/* Written out by hand from wire.proto, not by the code that is tested. */
static void test_bytes(void **state)
{
    (void)state;
    static const uint8_t tail[] = {
        0, 0, 0, 0, 0, 0, 0, 3,                         /* number */
        0, 0, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x7b,       /* 1,700,000,000,123 */
        0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1, /* event, author */
        0, 0, 0, 0, 0, 0, 0, 7,                         /* whom */
        0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
        0, 0, 0, 0, 0, 0, 0, 4, /* detail */
        0, 0, 0, 2, 'a', 'b',
    };
    uint8_t bytes[32 + 16 + sizeof tail], expected[AUDIT_HASH], before[AUDIT_HASH], got[AUDIT_HASH];
    memset(before, 0x33, sizeof before);
    memset(bytes, 0x33, 32);
    memset(bytes + 32, 0x11, 16);
    memcpy(bytes + 48, tail, sizeof tail);
    crypto_hash_sha256(expected, bytes, sizeof bytes);
    struct audit_row row = example();
    audit_hash(before, &row, got);
    assert_memory_equal(got, expected, sizeof got);
    audit_hash(before, &row, before);
    assert_memory_equal(before, expected, sizeof got);
}

static void differs(const uint8_t was[AUDIT_HASH], const struct audit_row *row)
{
    static const uint8_t before[AUDIT_HASH] = {0};
    uint8_t now[AUDIT_HASH];
    audit_hash(before, row, now);
    assert_memory_not_equal(now, was, sizeof now);
}

static void test_every_field_counts(void **state)
{
    (void)state;
    uint8_t before[AUDIT_HASH] = {0}, was[AUDIT_HASH], now[AUDIT_HASH];
    struct audit_row row = example();
    audit_hash(before, &row, was);
    row = example(), row.workspace.b[15] ^= 1, differs(was, &row);
    row = example(), row.number++, differs(was, &row);
    row = example(), row.time_ms++, differs(was, &row);
    row = example(), row.event++, differs(was, &row);
    row = example(), row.author++, differs(was, &row);
    row = example(), row.whom++, differs(was, &row);
    row = example(), row.canvas.b[0] ^= 1, differs(was, &row);
    row = example(), row.detail++, differs(was, &row);
    row = example(), row.text = "ac", differs(was, &row);
    row = example(), row.text = NULL, differs(was, &row);
    row = example();
    before[31] = 1;
    audit_hash(before, &row, now);
    assert_memory_not_equal(now, was, sizeof now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_every_field_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
