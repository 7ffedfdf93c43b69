/* Memory for one decoded message (or one batch being put together): allocations are bumped, freed together by
 * arena_reset(), and capped, so that no message can make us allocate more than a stated amount.
 * protobuf-c unpacks into it through arena_allocator(). Not thread-safe. */
#ifndef COCANVAS_COMMON_ARENA_H
#define COCANVAS_COMMON_ARENA_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks;      /* newest first; the oldest is kept over resets */
    uint8_t *at, *end;               /* free space in the newest chunk */
    size_t used_bytes;               /* since the last reset */
    size_t cap_bytes;                /* most that may be used between two resets */
    ProtobufCAllocator allocator;
};

void arena_init(struct arena *a, size_t cap_bytes);
void arena_fini(struct arena *a);
void arena_reset(struct arena *a);

/* Aligned for any object, not zeroed. NULL when the cap or memory is exhausted. */
void *arena_alloc(struct arena *a, size_t size);
/* Zeroed array; NULL also on overflow of count × size. */
void *arena_calloc(struct arena *a, size_t count, size_t size);
/* A NUL-terminated copy of len bytes. */
char *arena_strndup(struct arena *a, const char *bytes, size_t len);

/* For protobuf_c_message_unpack(); free is a no-op. Borrowed from the arena. */
ProtobufCAllocator *arena_allocator(struct arena *a);

#endif
