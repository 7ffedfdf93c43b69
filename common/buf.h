/* A growable run of bytes with a read cursor. Checked arithmetic; aborts on out of memory. */
#ifndef COCANVAS_COMMON_BUF_H
#define COCANVAS_COMMON_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
    uint8_t *data;      /* owned; NULL while cap is 0 */
    size_t start;       /* first unread byte */
    size_t end;         /* one past the last byte */
    size_t cap;
};

void buf_init(struct buf *b);
void buf_fini(struct buf *b);
/* Makes room for len more bytes and returns where they go; buf_wrote() then counts them in. */
uint8_t *buf_reserve(struct buf *b, size_t len);
void buf_wrote(struct buf *b, size_t len);
void buf_add(struct buf *b, const void *data, size_t len);
/* Takes len bytes from the front; when it becomes empty the cursor returns to 0. */
void buf_drain(struct buf *b, size_t len);
/* Forgets the content; gives memory back if cap is above keep_bytes. */
void buf_clear(struct buf *b, size_t keep_bytes);
static inline size_t buf_len(const struct buf *b) { return b->end - b->start; }
/* NULL before anything was added (reckoned as numbers, since C does not allow NULL + 0). */
static inline const uint8_t *buf_at(const struct buf *b) { return (const uint8_t *)((uintptr_t)b->data + b->start); }

/* malloc family that aborts instead of returning NULL (also for tests and the client). */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
