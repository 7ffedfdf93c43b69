/* Levelled logs on standard error. A line is put together on the stack and leaves in one write(2), so that lines of
 * several threads do not mix and no lock is needed. Control characters in a message are shown as '?', so that nobody
 * can forge a line. The settings are the one piece of state of the process here; they are written before threads start
 * and only read afterwards. */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 2048 };

static struct {
    enum log_level least;
    bool journal;
} settings = {LOG_INFO, false};

static const struct {
    const char *name;
    int syslog; /* its number in systemd's "<n>" prefix */
} levels[] = {
    [LOG_DEBUG] = {"debug", 7}, [LOG_INFO] = {"info", 6},   [LOG_NOTICE] = {"notice", 5},
    [LOG_WARN] = {"warn", 4},   [LOG_ERROR] = {"error", 3},
};

void log_setup(enum log_level least, bool journal)
{
    settings.least = least;
    settings.journal = journal;
}

enum log_level log_level_from_name(const char *name, bool *ok)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *ok = true;
            return (enum log_level)i;
        }
    }
    *ok = false;
    return LOG_INFO;
}

bool log_wants(enum log_level level)
{
    return level >= settings.least;
}

struct line {
    char bytes[LINE_MAX_BYTES]; /* the last byte is kept free for the newline */
    size_t len;
};

static void line_vadd(struct line *line, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
static void line_add(struct line *line, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line_vadd(struct line *line, const char *fmt, va_list args)
{
    size_t room = sizeof line->bytes - 1 - line->len;
    int len = vsnprintf(line->bytes + line->len, room, fmt, args);
    if (len > 0 && room > 0)
        line->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void line_add(struct line *line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    line_vadd(line, fmt, args);
    va_end(args);
}

static void line_add_time(struct line *line)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    line_add(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
             utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

static void line_add_context(struct line *line, const struct log_ctx *ctx)
{
    if (ctx->worker > 0)
        line_add(line, "worker=%u ", ctx->worker);
    if (ctx->conn > 0)
        line_add(line, "conn=%lu ", ctx->conn);
    if (ctx->user != NULL)
        line_add(line, "user=%s ", ctx->user);
    if (ctx->canvas != NULL)
        line_add(line, "canvas=%s ", ctx->canvas);
}

static void line_write(struct line *line)
{
    for (size_t i = 0; i < line->len; i++) {
        unsigned char c = (unsigned char)line->bytes[i];
        if (c < 0x20 || c == 0x7f)
            line->bytes[i] = '?';
    }
    line->bytes[line->len++] = '\n';
    while (write(STDERR_FILENO, line->bytes, line->len) < 0 && errno == EINTR)
        continue;
}

void log_line(enum log_level level, const struct log_ctx *ctx, const char *fmt, ...)
{
    if (!log_wants(level))
        return;
    int saved_errno = errno;
    struct line line = {.len = 0};
    if (settings.journal)
        line_add(&line, "<%d>", levels[level].syslog);
    else
        line_add_time(&line);
    line_add(&line, "%s ", levels[level].name);
    if (ctx != NULL)
        line_add_context(&line, ctx);
    va_list args;
    va_start(args, fmt);
    line_vadd(&line, fmt, args);
    va_end(args);
    line_write(&line);
    errno = saved_errno;
}
