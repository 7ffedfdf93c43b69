/* Levelled logs: one event, one line: time, level, context ("conn=12 user=ann canvas=q3"), message.
 * Never card text, names of cards or secrets. The level and the format are set once, before threads start. */
#ifndef COCANVAS_COMMON_LOG_H
#define COCANVAS_COMMON_LOG_H

#include <stdbool.h>

#include "common/status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARN, LOG_ERROR };

/* What a line is about; every field may be zero. Strings are borrowed. */
struct log_ctx {
    unsigned worker;       /* 1-based, 0 none */
    unsigned long conn;    /* connection number, 0 none */
    const char *user;      /* login, NULL none */
    const char *canvas;    /* canvas id as text, NULL none */
};

/* Not thread-safe: call before starting threads. journal: prefix lines with <3> etc. and leave the
 * time out, for systemd. */
void log_setup(enum log_level least, bool journal);
enum log_level log_level_from_name(const char *name, bool *ok);
bool log_wants(enum log_level level);
void log_line(enum log_level level, const struct log_ctx *ctx, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_debug(ctx, ...) (log_wants(LOG_DEBUG) ? log_line(LOG_DEBUG, ctx, __VA_ARGS__) : (void)0)
#define log_info(ctx, ...) log_line(LOG_INFO, ctx, __VA_ARGS__)
#define log_notice(ctx, ...) log_line(LOG_NOTICE, ctx, __VA_ARGS__)
#define log_warn(ctx, ...) log_line(LOG_WARN, ctx, __VA_ARGS__)
#define log_error(ctx, ...) log_line(LOG_ERROR, ctx, __VA_ARGS__)

#endif
