/* Clocks, CPU and memory of processes out of /proc, quantiles. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What follows the name in /proc/PID/stat; false if the process is gone. */
static bool read_stat(int pid, char *text, size_t room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t n = fread(text, 1, room - 1, file);
    fclose(file);
    text[n] = '\0';
    char *after = strrchr(text, ')');
    if (!after)
        return false;
    memmove(text, after + 1, strlen(after + 1) + 1);
    return true;
}

/* utime + stime, and with children those of the ones that were waited for. */
static double cpu_s(int pid, bool children)
{
    char text[1024];
    unsigned long user = 0, kernel = 0, child_user = 0, child_kernel = 0;
    if (!read_stat(pid, text, sizeof text))
        return 0;
    sscanf(text, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &user, &kernel, &child_user,
           &child_kernel);
    if (children) {
        user += child_user;
        kernel += child_kernel;
    }
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

double process_cpu_s(int pid)
{
    return pid > 0 ? cpu_s(pid, false) : 0;
}

double postgres_cpu_s(int postmaster)
{
    char path[80];
    int child;
    if (postmaster <= 0)
        return 0;
    double sum = cpu_s(postmaster, true);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", postmaster, postmaster);
    FILE *file = fopen(path, "r");
    while (file && fscanf(file, "%d", &child) == 1)
        sum += cpu_s(child, false);
    if (file)
        fclose(file);
    return sum;
}

double own_cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

double process_rss_kb(int pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    if (file)
        fclose(file);
    return kb;
}

void samples_add(struct samples *s, uint64_t ns)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 65536;
        s->at = xrealloc(s->at, s->cap * sizeof *s->at);
    }
    s->at[s->n++] = ns / 1000 < UINT32_MAX ? (uint32_t)(ns / 1000) : UINT32_MAX;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void samples_sort(struct samples *s)
{
    if (s->n > 0)
        qsort(s->at, s->n, sizeof *s->at, by_value);
}

double samples_ms(const struct samples *s, double quantile)
{
    return s->n ? s->at[(size_t)((double)(s->n - 1) * quantile)] / 1000.0 : 0;
}
