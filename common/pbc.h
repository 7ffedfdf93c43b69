/* protobuf-c messages that live in an arena. Private to common/. */
#ifndef COCANVAS_COMMON_PBC_H
#define COCANVAS_COMMON_PBC_H

#include <protobuf-c/protobuf-c.h>

#include "common/arena.h"

/* One message with every field at its default; NULL if the arena is full. */
static inline void *pbc_new(struct arena *arena, const ProtobufCMessageDescriptor *type)
{
    void *message = arena_alloc(arena, type->sizeof_message);
    if (message != NULL)
        protobuf_c_message_init(type, message);
    return message;
}

/* A string that may not have been set by who built the message in C. */
static inline const char *pbc_string(const char *s)
{
    return s != NULL ? s : "";
}

#endif
