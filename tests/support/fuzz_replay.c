/* main() for a fuzz target where libFuzzer is not used: feeds it every file of the folder given as argument (if it
 * exists), then a fixed number of seeded random inputs, half of them mutations of those files. COCANVAS_SEED repeats a
 * run, COCANVAS_RUNS sets the number. A sanitizer or an ASSERT in the target ends the program. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "tests/support/rng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { RUNS = 20000, LARGEST = 4096, MOST_FILES = 4096 };

struct input {
    uint8_t *bytes;
    size_t len;
};

struct corpus {
    struct input inputs[MOST_FILES];
    size_t n;
};

static bool read_input(const char *path, struct input *input)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    struct buf content;
    buf_init(&content);
    size_t got;
    while ((got = fread(buf_reserve(&content, LARGEST), 1, LARGEST, file)) > 0)
        buf_wrote(&content, got);
    fclose(file);
    *input = (struct input){content.data, buf_len(&content)};
    return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names, so that a seed means the same run everywhere. */
static void read_corpus(const char *folder, struct corpus *corpus)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && corpus->n < MOST_FILES && read_input(path, &corpus->inputs[corpus->n]))
            corpus->n++;
        free(path);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

static void random_bytes(struct rng *r, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)rng_next(r);
}

/* Flips, overwrites, cuts out, doubles. */
static size_t mutate(struct rng *r, uint8_t *bytes, size_t len)
{
    for (uint32_t left = 1 + rng_below(r, 8); left > 0 && len > 0; left--) {
        size_t at = rng_below(r, (uint32_t)len), n = 1 + rng_below(r, (uint32_t)(len - at));
        switch (rng_below(r, 5)) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << rng_below(r, 8));
            break;
        case 1:
            bytes[at] = (uint8_t)rng_next(r);
            break;
        case 2:
            memmove(bytes + at, bytes + at + n, len - at - n);
            len -= n;
            break;
        case 3:
            if (len + n <= LARGEST) {
                memmove(bytes + at + n, bytes + at, len - at);
                len += n;
            }
            break;
        default:
            random_bytes(r, bytes + at, n < 8 ? n : 8);
        }
    }
    return len;
}

/* The input lives in a block of exactly its size, so that a read beyond its end is found. */
static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = xmalloc(len);
    memcpy(copy, bytes, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void run_random(struct rng *r, const struct corpus *corpus)
{
    uint8_t bytes[LARGEST];
    size_t len;
    const struct input *from = corpus->n > 0 ? &corpus->inputs[rng_below(r, (uint32_t)corpus->n)] : NULL;
    if (from != NULL && rng_below(r, 2) == 0) {
        len = from->len < LARGEST ? from->len : LARGEST;
        memcpy(bytes, from->bytes, len);
        len = mutate(r, bytes, len);
    } else {
        len = rng_below(r, rng_below(r, 10) == 0 ? LARGEST : 64);
        random_bytes(r, bytes, len);
    }
    run(bytes, len);
}

int main(int argc, char **argv)
{
    struct corpus *corpus = xcalloc(1, sizeof *corpus);
    const char *runs_text = getenv("COCANVAS_RUNS");
    unsigned long runs = runs_text != NULL ? strtoul(runs_text, NULL, 10) : RUNS;
    uint64_t seed = rng_seed(1);
    struct rng r = {seed};
    if (argc > 1)
        read_corpus(argv[1], corpus);
    printf("%zu kept inputs, then %lu random ones with COCANVAS_SEED=%llu\n", corpus->n, runs,
           (unsigned long long)seed);
    fflush(stdout);
    for (size_t i = 0; i < corpus->n; i++)
        run(corpus->inputs[i].bytes, corpus->inputs[i].len);
    for (unsigned long i = 0; i < runs; i++)
        run_random(&r, corpus);
    for (size_t i = 0; i < corpus->n; i++)
        free(corpus->inputs[i].bytes);
    free(corpus);
    return 0;
}
