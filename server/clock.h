/* The daemon's two clocks. The monotonic one is for everything that lasts: deadlines, limits, pauses. The wall clock is for
 * what people are told and for the log only: what it says is compared with nothing that ends somebody's access, since that is
 * the database's to judge, which made the times, too. So a clock that jumps, on this machine or on one of several, lets
 * nobody in and throws nobody out.
 *
 * In builds with COCANVAS_FAULTS the wall clock is wrong by as many ms as the file says that COCANVAS_FAULT_CLOCK names. */
#ifndef COCANVAS_SERVER_CLOCK_H
#define COCANVAS_SERVER_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);

#endif
