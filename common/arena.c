/* Memory for one message: chunks in a list, the free space of the newest one is bumped. The first chunk stays over
 * resets, so that small messages never reach malloc. The cap counts what was asked for (rounded up to alignment);
 * chunks grow by doubling, so what is taken from malloc stays within a small multiple of it. */
#include "common/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CHUNK = 4096,
    LARGEST_CHUNK = 256 * 1024, /* of those grown by doubling; a single larger allocation gets its own */
    ALIGN = alignof(max_align_t),
};

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* of bytes */
    alignas(max_align_t) uint8_t bytes[];
};

static void *protobuf_alloc(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void protobuf_free(void *arena, void *p)
{
    (void)arena;
    (void)p;
}

void arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap_bytes = cap_bytes, .allocator = {protobuf_alloc, protobuf_free, a}};
}

void arena_fini(struct arena *a)
{
    while (a->chunks != NULL) {
        struct arena_chunk *older = a->chunks->older;
        free(a->chunks);
        a->chunks = older;
    }
    a->at = a->end = NULL;
    a->used_bytes = 0;
}

void arena_reset(struct arena *a)
{
    a->used_bytes = 0;
    if (a->chunks == NULL)
        return;
    while (a->chunks->older != NULL) {
        struct arena_chunk *older = a->chunks->older;
        free(a->chunks);
        a->chunks = older;
    }
    a->at = a->chunks->bytes;
    a->end = a->at + a->chunks->size;
}

static bool add_chunk(struct arena *a, size_t need)
{
    size_t size = FIRST_CHUNK;
    if (a->chunks != NULL)
        size = a->chunks->size < LARGEST_CHUNK / 2 ? a->chunks->size * 2 : LARGEST_CHUNK;
    if (size < need)
        size = need;
    /* A first chunk is kept for good: one large message must not make it large. */
    if (a->chunks == NULL && size > LARGEST_CHUNK && !add_chunk(a, 0))
        return false;
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return false;
    *chunk = (struct arena_chunk){.older = a->chunks, .size = size};
    a->chunks = chunk;
    a->at = chunk->bytes;
    a->end = a->at + size;
    return true;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (a->used_bytes > a->cap_bytes || size > a->cap_bytes - a->used_bytes || size > SIZE_MAX / 2)
        return NULL;
    size = size > 0 ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    if (size > (size_t)(a->end - a->at) && !add_chunk(a, size))
        return NULL;
    void *p = a->at;
    a->at += size;
    a->used_bytes += size;
    return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *p = arena_alloc(a, total);
    if (p != NULL)
        memset(p, 0, total);
    return p;
}

char *arena_strndup(struct arena *a, const char *bytes, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(a, len + 1);
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

ProtobufCAllocator *arena_allocator(struct arena *a)
{
    a->allocator.allocator_data = a; /* the arena may have been moved since arena_init() */
    return &a->allocator;
}
