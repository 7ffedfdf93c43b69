/* Times and numbers as people say them, see ago.h. */
#include "client/tui/ago.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t day_of(int64_t ms, int utc_offset_s)
{
    int64_t s = ms / 1000 + utc_offset_s;

    return s >= 0 ? s / 86400 : -1;
}

static void date_text(int64_t now_ms, int64_t then_ms, int utc_offset_s, char out[AGO_TEXT])
{
    time_t then = (time_t)(then_ms / 1000 + utc_offset_s), now = (time_t)(now_ms / 1000 + utc_offset_s);
    struct tm t, n;

    if (!gmtime_r(&then, &t) || !gmtime_r(&now, &n)) {
        out[0] = '\0';
        return;
    }
    if (t.tm_year == n.tm_year)
        (void)snprintf(out, AGO_TEXT, "%d %s", t.tm_mday, months[t.tm_mon]);
    else
        (void)snprintf(out, AGO_TEXT, "%d %s %d", t.tm_mday, months[t.tm_mon], t.tm_year + 1900);
}

void ago_text(int64_t now_ms, int64_t then_ms, int utc_offset_s, char out[AGO_TEXT])
{
    int64_t s = (now_ms - then_ms) / 1000, days = day_of(now_ms, utc_offset_s) - day_of(then_ms, utc_offset_s);

    out[0] = '\0';
    if (then_ms <= 0)
        return;
    if (s < 60) /* clocks of two machines differ a little: the future is now, too */
        (void)snprintf(out, AGO_TEXT, "just now");
    else if (s < 3600)
        (void)snprintf(out, AGO_TEXT, "%" PRId64 " min ago", s / 60);
    else if (days == 0 || s < 6 * 3600)
        (void)snprintf(out, AGO_TEXT, "%" PRId64 " h ago", s / 3600);
    else if (days == 1)
        (void)snprintf(out, AGO_TEXT, "yesterday");
    else if (days < 7)
        (void)snprintf(out, AGO_TEXT, "%" PRId64 " days ago", days);
    else
        date_text(now_ms, then_ms, utc_offset_s, out);
}

void ago_number(uint64_t number, char out[AGO_TEXT])
{
    char digits[AGO_TEXT];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, number), at = 0;

    for (int i = 0; i < n && at < AGO_TEXT - 1; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}
