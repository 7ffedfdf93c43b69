/* See auth.h. Only pure checks and the bucket of failures: easy to test, nothing to wait for. */
#include "server/session/auth.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"
#include "server/session/hasher.h"

bool login_normalise(const char *given, char out[STORE_LOGIN])
{
    size_t len = strlen(given);
    if (len < 2 || len >= STORE_LOGIN)
        return false;
    for (size_t i = 0; i <= len; i++) {
        char c = given[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("._@+-", c))
            return false;
        out[i] = c;
    }
    return true;
}

bool name_check(const char *name)
{
    size_t points;
    return utf8_check_line(name, strlen(name), &points) && points >= 1 && points <= 64 && name[strspn(name, " ")];
}

bool password_check(const char *password)
{
    size_t len = strlen(password);
    return len >= PASSWORD_LEAST && len <= PASSWORD_MOST;
}

static struct failure_bucket *find(struct failures *f, const struct address *address, int64_t now_ms)
{
    struct failure_bucket *bucket = NULL;
    HASH_FIND(hh, f->buckets, address, sizeof *address, bucket);
    if (!bucket)
        return NULL;
    bucket->failures -= (double)(now_ms - bucket->at_ms) / (f->forgotten_ms > 0 ? f->forgotten_ms : FAILURE_FORGOTTEN_MS);
    bucket->at_ms = now_ms;
    if (bucket->failures > 0)
        return bucket;
    HASH_DEL(f->buckets, bucket);
    free(bucket);
    return NULL;
}

void failures_fini(struct failures *f)
{
    struct failure_bucket *bucket, *next;
    HASH_ITER(hh, f->buckets, bucket, next)
    {
        HASH_DEL(f->buckets, bucket);
        free(bucket);
    }
}

bool failures_may_try(struct failures *f, const struct address *address, int64_t now_ms)
{
    const struct failure_bucket *bucket = find(f, address, now_ms);
    return !bucket || bucket->failures + 1 <= f->most; /* a whole one must have leaked */
}

/* The oldest bucket makes room: insertion order is age, near enough, and the table stays small. */
static void make_room(struct failures *f)
{
    if (HASH_COUNT(f->buckets) < FAILURE_BUCKETS)
        return;
    struct failure_bucket *oldest = f->buckets;
    HASH_DEL(f->buckets, oldest);
    free(oldest);
}

void failures_add(struct failures *f, const struct address *address, int64_t now_ms)
{
    struct failure_bucket *bucket = find(f, address, now_ms);
    if (!bucket) {
        make_room(f);
        bucket = xcalloc(1, sizeof *bucket);
        bucket->address = *address;
        bucket->at_ms = now_ms;
        HASH_ADD(hh, f->buckets, address, sizeof bucket->address, bucket);
    }
    bucket->failures += 1;
}

void failures_take_back(struct failures *f, const struct address *address, int64_t now_ms)
{
    struct failure_bucket *bucket = find(f, address, now_ms);
    if (bucket)
        bucket->failures -= 1;
}
