/* The words of measures, days and periods, sparklines. What a measure has reached is worked out in method_measure.c. */
#include "client/method/measure.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/rules.h"

/* ---- words */

static const char *const kinds[MEASURE_KINDS] = {
    [MEASURE_COUNT] = "count",   [MEASURE_SUM] = "sum",         [MEASURE_AVERAGE] = "average",
    [MEASURE_LATEST] = "latest", [MEASURE_PERCENT] = "percent", [MEASURE_YESNO] = "yesno",
};

const char *measure_kind_name(enum measure_kind kind)
{
    return kinds[kind];
}

bool measure_kind_parse(const char *name, enum measure_kind *kind)
{
    for (int i = 0; i < MEASURE_KINDS; i++) {
        if (strcmp(name, kinds[i]) == 0) {
            *kind = (enum measure_kind)i;
            return true;
        }
    }
    return false;
}

bool card_is_measure(const struct card *card)
{
    const struct value *kind = props_get(&card->props, "m.kind");
    enum measure_kind parsed;
    return kind != NULL && kind->kind == VALUE_CHOICE && measure_kind_parse(kind->text, &parsed);
}

const char *light_name(enum measure_light light)
{
    static const char *const names[] = {[LIGHT_GREY] = "grey", [LIGHT_RED] = "red", [LIGHT_AMBER] = "amber", [LIGHT_GREEN] = "green"};
    return names[light];
}

/* ---- days. Their form sorts like the days themselves. */

int day_compare(const char *a, const char *b)
{
    return strcmp(a, b);
}

static bool leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year));
}

static void write_day(int year, int month, int day, char out[11])
{
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    memcpy(out, text, 10);
    out[10] = '\0';
}

void day_of_ms(int64_t ms, char out[11])
{
    time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : 0);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year + 1900 > 9999)
        write_day(9999, 12, 31, out);
    else
        write_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, out);
}

/* ---- periods: P, a whole number, and one of D W M Y */

enum { PERIOD_MOST = 1000 };

static bool read_period(const char *period, int *count, char *unit)
{
    char *end;
    if (period[0] != 'P' || !isdigit((unsigned char)period[1]))
        return false;
    long n = strtol(period + 1, &end, 10);
    if (n < 1 || n > PERIOD_MOST || end[0] == '\0' || end[1] != '\0' || strchr("DWMY", end[0]) == NULL)
        return false;
    *count = (int)n;
    *unit = end[0];
    return true;
}

bool period_valid(const char *period)
{
    int count;
    char unit;
    return read_period(period, &count, &unit);
}

bool day_add_period(const char *day, const char *period, char out[11])
{
    int year, month, date, count;
    char unit;
    if (!rule_date(day) || !read_period(period, &count, &unit) || sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3)
        return false;
    if (unit == 'D' || unit == 'W') {
        date += unit == 'W' ? 7 * count : count;
        for (; date > days_in(year, month); month = month % 12 + 1, year += month == 1)
            date -= days_in(year, month);
    } else {
        int months = year * 12 + month - 1 + (unit == 'Y' ? 12 * count : count);
        year = months / 12;
        month = months % 12 + 1;
        if (date > days_in(year, month))
            date = days_in(year, month);
    }
    if (year > 9999)
        return false;
    write_day(year, month, date, out);
    return true;
}

/* ---- sparklines */

char *sparkline(const struct measure_reading *readings, size_t n, size_t width, bool unicode)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    size_t from = n > width ? n - width : 0;
    double least = 0, most = 0;
    struct buf out;
    struct decimal value;

    decimal_init(&value);
    double *values = xcalloc(n - from + 1, sizeof *values);
    for (size_t i = from; i < n; i++) {
        double v = decimal_parse(&value, readings[i].value) ? decimal_double(&value) : 0;
        values[i - from] = v;
        least = i == from || v < least ? v : least;
        most = i == from || v > most ? v : most;
    }
    buf_init(&out);
    for (size_t i = 0; i < n - from; i++) {
        size_t level = most > least ? (size_t)((values[i] - least) / (most - least) * 7 + 0.5) : 3;
        char digit = (char)('1' + level);
        buf_add(&out, unicode ? bars[level] : &digit, unicode ? strlen(bars[level]) : 1);
    }
    char *text = xstrndup(buf_len(&out) > 0 ? (const char *)buf_at(&out) : "", buf_len(&out));
    buf_fini(&out);
    free(values);
    decimal_fini(&value);
    return text;
}
