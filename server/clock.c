/* The daemon's clocks: see the header. */
#include "server/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#ifdef COCANVAS_FAULTS
/* Read each time: the test changes it while the daemon runs. */
static int64_t wrong_by_ms(void)
{
    const char *path = getenv("COCANVAS_FAULT_CLOCK");
    FILE *file = path ? fopen(path, "re") : NULL;
    int64_t ms = 0;
    if (file && fscanf(file, "%" SCNd64, &ms) != 1)
        ms = 0;
    if (file)
        fclose(file);
    return ms;
}
#else
static int64_t wrong_by_ms(void)
{
    return 0;
}
#endif

int64_t clock_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME) + wrong_by_ms();
}

int64_t clock_mono_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}
