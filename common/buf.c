/* A growable run of bytes with a read cursor, and the malloc family that aborts on out of memory. Bytes that were read
 * leave a gap at the front; it is closed (memmove) only when that saves an allocation. */
#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/status.h"

enum { FIRST_CAP = 256 };

void *xmalloc(size_t size)
{
    void *p = malloc(size > 0 ? size : 1);
    ASSERT(p != NULL);
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = count > 0 && size > 0 ? calloc(count, size) : calloc(1, 1);
    ASSERT(p != NULL);
    return p;
}

void *xrealloc(void *p, size_t size)
{
    void *q = realloc(p, size > 0 ? size : 1);
    ASSERT(q != NULL);
    return q;
}

char *xstrndup(const char *s, size_t len)
{
    ASSERT(len < SIZE_MAX);
    char *copy = xmalloc(len + 1);
    if (len > 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
    char *out;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&out, fmt, args);
    va_end(args);
    ASSERT(len >= 0);
    return out;
}

void buf_init(struct buf *b)
{
    *b = (struct buf){0};
}

void buf_fini(struct buf *b)
{
    free(b->data);
    buf_init(b);
}

/* The least power of two from FIRST_CAP on that holds need. */
static size_t cap_for(size_t need)
{
    size_t cap = FIRST_CAP;
    while (cap < need) {
        ASSERT(cap <= SIZE_MAX / 2);
        cap *= 2;
    }
    return cap;
}

uint8_t *buf_reserve(struct buf *b, size_t len)
{
    size_t used = buf_len(b);
    size_t need;
    ASSERT(!__builtin_add_overflow(used, len, &need));
    if (len <= b->cap - b->end && b->cap > 0)
        return b->data + b->end;
    /* Closing the gap must move less than it gains, or a reader that keeps one byte would make writing quadratic. */
    if (need <= b->cap && b->start >= used) {
        memmove(b->data, b->data + b->start, used);
    } else {
        size_t cap = cap_for(need);
        uint8_t *data = xmalloc(cap);
        if (used > 0)
            memcpy(data, b->data + b->start, used);
        free(b->data);
        b->data = data;
        b->cap = cap;
    }
    b->start = 0;
    b->end = used;
    return b->data + b->end;
}

void buf_wrote(struct buf *b, size_t len)
{
    ASSERT(len <= b->cap - b->end);
    b->end += len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    if (len == 0)
        return;
    memcpy(buf_reserve(b, len), data, len);
    b->end += len;
}

void buf_drain(struct buf *b, size_t len)
{
    ASSERT(len <= buf_len(b));
    b->start += len;
    if (b->start == b->end)
        b->start = b->end = 0;
}

void buf_clear(struct buf *b, size_t keep_bytes)
{
    b->start = b->end = 0;
    if (b->cap > keep_bytes)
        buf_fini(b);
}
