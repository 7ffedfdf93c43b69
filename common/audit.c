/* See audit.h. */
#include "common/audit.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

static void add_64(struct buf *out, uint64_t value)
{
    uint64_t big = htobe64(value);
    buf_add(out, &big, sizeof big);
}

void audit_content(const struct audit_row *row, struct buf *out)
{
    const char *text = row->text ? row->text : "";
    uint32_t len = htobe32((uint32_t)strlen(text));
    add_64(out, (uint64_t)row->time_ms);
    add_64(out, row->event);
    add_64(out, row->author);
    add_64(out, row->whom);
    buf_add(out, row->canvas.b, sizeof row->canvas.b);
    add_64(out, row->detail);
    buf_add(out, &len, sizeof len);
    buf_add(out, text, strlen(text));
}

void audit_hash(const uint8_t before[AUDIT_HASH], const struct audit_row *row, uint8_t out[AUDIT_HASH])
{
    struct buf bytes;
    buf_init(&bytes);
    buf_add(&bytes, before, AUDIT_HASH);
    buf_add(&bytes, row->workspace.b, sizeof row->workspace.b);
    add_64(&bytes, row->number);
    audit_content(row, &bytes);
    crypto_hash_sha256(out, buf_at(&bytes), buf_len(&bytes));
    buf_fini(&bytes);
}
