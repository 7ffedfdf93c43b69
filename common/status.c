/* Result codes as words, sentences for refusals, and the end of the program when we ourselves are at fault. */
#include "common/status.h"

#include <execinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum status refuse(struct why *why, enum status code, const char *fmt, ...)
{
    if (why == NULL)
        return code;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why->text, sizeof why->text, fmt, args);
    va_end(args);
    return code;
}

const char *status_name(enum status code)
{
    static const char *const names[] = {
        [STATUS_OK] = "OK",
        [STATUS_INTERNAL] = "INTERNAL",
        [STATUS_MALFORMED] = "MALFORMED",
        [STATUS_UNEXPECTED] = "UNEXPECTED",
        [STATUS_UNKNOWN_MESSAGE] = "UNKNOWN_MESSAGE",
        [STATUS_TOO_LARGE] = "TOO_LARGE",
        [STATUS_DENIED] = "DENIED",
        [STATUS_NOT_FOUND] = "NOT_FOUND",
        [STATUS_GONE] = "GONE",
        [STATUS_STALE] = "STALE",
        [STATUS_BAD_TEXT] = "BAD_TEXT",
        [STATUS_BAD_OP] = "BAD_OP",
        [STATUS_CONFLICT] = "CONFLICT",
        [STATUS_BUSY] = "BUSY",
        [STATUS_VERSION] = "VERSION",
        [STATUS_REPLACED] = "REPLACED",
        [STATUS_SLOW] = "SLOW",
        [STATUS_TIMEOUT] = "TIMEOUT",
        [STATUS_SHUTDOWN] = "SHUTDOWN",
        [STATUS_DEGRADED] = "DEGRADED",
        [STATUS_OUT_OF_ORDER] = "OUT_OF_ORDER",
        [STATUS_FORBIDDEN] = "FORBIDDEN",
        [STATUS_ENDED] = "ENDED",
    };
    /* A code may come from a newer peer. */
    size_t at = (size_t)code;
    return at < sizeof names / sizeof names[0] && names[at] != NULL ? names[at] : "UNKNOWN";
}

_Noreturn void assert_failed(const char *cond, const char *file, int line)
{
    enum { DEPTH = 64 };
    void *frames[DEPTH];
    fprintf(stderr, "%s:%d: our own fault: this should hold: %s\n", file, line, cond);
    fflush(stderr);
    backtrace_symbols_fd(frames, backtrace(frames, DEPTH), STDERR_FILENO);
    abort();
}
