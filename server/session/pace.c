/* See pace.h. */
#include "server/session/pace.h"

enum { UNIT = 1000 }; /* a message, in thousandths: so that a millisecond's share is a whole number at any rate */

/* What is still missing at now_ms. A clock that stands still or a day's pause: nothing overflows. */
static int64_t missing(const struct pace *p, const struct pace_limits *limits, int64_t now_ms)
{
    int64_t passed_ms = now_ms > p->at_ms ? now_ms - p->at_ms : 0;
    int64_t full_in_ms = p->spent / limits->per_s + 1;
    return passed_ms >= full_in_ms ? 0 : p->spent - passed_ms * limits->per_s;
}

void pace_spend(struct pace *p, const struct pace_limits *limits, uint64_t len, int64_t now_ms)
{
    if (limits->per_s == 0)
        return;
    p->spent = missing(p, limits, now_ms) + (int64_t)(1 + len / limits->bytes) * UNIT;
    p->at_ms = now_ms;
}

int64_t pace_wait_ms(const struct pace *p, const struct pace_limits *limits, int64_t now_ms)
{
    if (limits->per_s == 0)
        return 0;
    int64_t debt = missing(p, limits, now_ms) - (int64_t)limits->burst * UNIT;
    return debt > 0 ? (debt + limits->per_s - 1) / limits->per_s : 0;
}
