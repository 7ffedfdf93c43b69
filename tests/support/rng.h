/* Seeded randomness for tests (splitmix64): the same seed gives the same run. A test prints its seed, and COCANVAS_SEED
 * repeats it. */
#ifndef COCANVAS_TESTS_RNG_H
#define COCANVAS_TESTS_RNG_H

#include <stdint.h>
#include <stdlib.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* 0 … below - 1 (0 if below is 0). */
static inline uint32_t rng_below(struct rng *r, uint32_t below)
{
    return below > 0 ? (uint32_t)((rng_next(r) >> 32) * below >> 32) : 0;
}

/* The seed to use: COCANVAS_SEED, else the given one. */
static inline uint64_t rng_seed(uint64_t otherwise)
{
    const char *text = getenv("COCANVAS_SEED");
    return text != NULL && text[0] != '\0' ? strtoull(text, NULL, 0) : otherwise;
}

#endif
