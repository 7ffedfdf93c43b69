/* "Did you mean": the nearest known word by the Damerau-Levenshtein distance (optimal string alignment), bytewise. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd.h"

enum { LONGEST = 48 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Distance, or LONGEST if a word is too long to be worth it. */
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n >= LONGEST || m >= LONGEST)
        return LONGEST;
    unsigned d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = a[i - 1] != b[j - 1];
            d[i][j] = least(least(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

const char *nearest_word(const char *word, size_t n, const char *const *words)
{
    const char *best = NULL;
    unsigned best_distance = 3;
    for (size_t i = 0; i < n; i++) {
        unsigned d = distance(word, words[i]);
        if (d < best_distance && 2 * d <= strlen(word)) {
            best = words[i];
            best_distance = d;
        }
    }
    return best;
}
