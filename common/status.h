/* Result codes. One enum for everything that can be refused or fail; the values are those of the wire's
 * ErrorCode, so a status can be sent as it is. A `struct why` carries the sentence for people. */
#ifndef COCANVAS_COMMON_STATUS_H
#define COCANVAS_COMMON_STATUS_H

#include <stdbool.h>
#include <stddef.h>

enum status {
    STATUS_OK = 0,
    STATUS_INTERNAL = 1,
    STATUS_MALFORMED = 2,
    STATUS_UNEXPECTED = 3,
    STATUS_UNKNOWN_MESSAGE = 4,
    STATUS_TOO_LARGE = 5,
    STATUS_DENIED = 6,
    STATUS_NOT_FOUND = 7,
    STATUS_GONE = 8,
    STATUS_STALE = 9,
    STATUS_BAD_TEXT = 10,
    STATUS_BAD_OP = 11,
    STATUS_CONFLICT = 12,
    STATUS_BUSY = 13,
    STATUS_VERSION = 14,
    STATUS_REPLACED = 15,
    STATUS_SLOW = 16,
    STATUS_TIMEOUT = 17,
    STATUS_SHUTDOWN = 18,
    STATUS_DEGRADED = 19,
    STATUS_OUT_OF_ORDER = 20,
    STATUS_FORBIDDEN = 21,
    STATUS_ENDED = 22,
};

/* Why something was refused: one sentence, never with card text or secrets in it. */
struct why {
    char text[400];
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/* Writes the sentence into *why (which may be NULL) and returns code, so that callers can write
 * `return refuse(why, STATUS_BAD_OP, "…", …);`. */
enum status refuse(struct why *why, enum status code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "NOT_FOUND" etc.; never NULL. */
const char *status_name(enum status code);

/* Our own faults: prints the condition, place and a backtrace and aborts, in production too. */
#define ASSERT(cond) ((cond) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *cond, const char *file, int line);

#endif
