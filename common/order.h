/* Keys between keys: fractional indexing after David Greenspan, as in rocicorp/fractional-indexing (CC0): a variable-length
 * integer part with a head letter, then a base-62 fraction without trailing zeros; plain byte order. Pure. */
#ifndef COCANVAS_COMMON_ORDER_H
#define COCANVAS_COMMON_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

enum {
    ORDER_KEY_MAX = 255,        /* longest key that is handled at all */
    ORDER_KEY_RESPREAD = 32,    /* a block whose key would grow beyond this is re-spread */
};

struct order_key {
    unsigned char len;
    char text[ORDER_KEY_MAX + 1];    /* NUL-terminated */
};

/* Well-formed (head, length of the integer part, digits, no trailing zero). */
bool order_key_check(const char *key, size_t len);

/* A key strictly between a and b; NULL or "" means the open end. STATUS_BAD_OP if a >= b or either is malformed. */
enum status order_between(const char *a, const char *b, struct order_key *out) MUST_CHECK;

/* n keys, ascending, evenly between a and b; out has room for n. */
enum status order_n_between(const char *a, const char *b, size_t n, struct order_key *out) MUST_CHECK;

#endif
