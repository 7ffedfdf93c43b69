/* Flipping the cells of a table that is constant: a page of the program is made writable, a cell changed and put back.
 * For tests that show that no cell can change unnoticed. Header only. */
#ifndef COCANVAS_TESTS_FLIP_H
#define COCANVAS_TESTS_FLIP_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/status.h"

/* The table, to be written to from now on. */
static inline void *flip_open(const void *table, size_t len)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)table & ~(page - 1),
              to = (uintptr_t)table + len;
    ASSERT(mprotect((void *)from, to - from, PROT_READ | PROT_WRITE) == 0);
    void *writable;
    memcpy(&writable, &table, sizeof writable);
    return writable;
}

/* Writes other bytes into a cell, asks whether that is noticed, and puts the old ones back. */
static inline bool flip_is_noticed(void *cell, const void *other, size_t len, bool (*is_right)(void *ctx), void *ctx)
{
    uint8_t old[16];
    ASSERT(len <= sizeof old);
    memcpy(old, cell, len);
    memcpy(cell, other, len);
    bool noticed = !is_right(ctx);
    memcpy(cell, old, len);
    return noticed;
}

#endif
