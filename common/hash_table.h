/* uthash with xxHash for all tables of ours: uthash's default is slower, and falls through its cases in a way that clang warns of. (Tables whose
 * keys are the model's ids have a hash of their own: canvas.c.) */
#ifndef COCANVAS_COMMON_HASH_TABLE_H
#define COCANVAS_COMMON_HASH_TABLE_H

#include <uthash.h>
#include <xxhash.h>

#undef HASH_FUNCTION
#define HASH_FUNCTION(key, len, hash) (hash) = (unsigned)XXH3_64bits(key, len)

#endif
