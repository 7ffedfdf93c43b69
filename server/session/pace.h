/* How fast one session may edit, show where it is, and ask: for each a bucket of tokens that fills evenly. A message is taken as soon as
 * the bucket is not in debt, and paid afterwards; so none is ever refused or cut, and what is too much waits. Pure: the clock is the
 * caller's. */
#ifndef COCANVAS_SERVER_SESSION_PACE_H
#define COCANVAS_SERVER_SESSION_PACE_H

#include <stdint.h>

enum pace_kind { PACE_EDITS, PACE_PRESENCE, PACE_REQUESTS, PACES };

struct pace_limits {
    uint32_t per_s; /* messages, or edits as a batch counts; 0: no limit */
    uint32_t burst; /* so many at once */
    uint32_t bytes; /* of a message, that count as one more */
};

/* Zeroed: a full bucket. */
struct pace {
    int64_t spent; /* thousandths of a message that the bucket is short of being full */
    int64_t at_ms; /* when that was so */
};

/* A message of len bytes is taken now: counts once, and once more for each `bytes`. */
void pace_spend(struct pace *p, const struct pace_limits *limits, uint64_t len, int64_t now_ms);
/* Milliseconds until the next may be taken, 0: now. */
int64_t pace_wait_ms(const struct pace *p, const struct pace_limits *limits, int64_t now_ms);

#endif
