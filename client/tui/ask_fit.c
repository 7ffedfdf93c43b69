/* How well typed words fit a text: each word is looked for as a subsequence, and the best way to place it counts (as
 * in fzf: Smith-Waterman with a bonus for word beginnings and runs, a price for gaps). Letters are compared without
 * case and accents. A long text is looked through in windows, so that the work stays proportional to its length. */
#include "client/tui/ask.h"

#include <limits.h>
#include <string.h>
#include <utf8proc.h>

#include "common/utf8.h"

enum {
    MATCH = 16,        /* each letter found */
    AT_BEGINNING = 14, /* the text's first letter */
    AT_WORD = 10,      /* the first letter of a word */
    IN_RUN = 8,        /* directly behind the letter before */
    GAP_FIRST = 3,     /* the first letter that is skipped, */
    GAP_MORE = 1,      /* and each after it */
    WHOLE = 40,        /* the text is just these words */
    LATER = 12,        /* found behind the first window */
    NONE = INT16_MIN / 2,
    WORD_MAX = 48, /* letters of one word that count */
    WORDS_MAX = 8,
    WINDOW = 512,
    WINDOW_SLACK = 64, /* a window may end so much earlier, so as not to cut a word */
    FOLDED_MAX = 8,
};

struct window {
    uint32_t folded[WINDOW], point[WINDOW]; /* letter, and which code point of the text it stands for */
    uint8_t bonus[WINDOW];
    size_t n;
};

struct reader {
    const char *at, *end;
    uint32_t point;  /* of the next one */
    uint32_t before; /* the letter before, 0 at the beginning */
};

static size_t fold(uint32_t point, uint32_t *out)
{
    utf8proc_int32_t parts[FOLDED_MAX];
    utf8proc_ssize_t n;
    int boundary = 0;

    if (point < 0x80) {
        *out = point >= 'A' && point <= 'Z' ? point + 32 : point;
        return 1;
    }
    n = utf8proc_decompose_char((utf8proc_int32_t)point, parts, FOLDED_MAX,
                                UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK, &boundary);
    if (n < 0 || n > FOLDED_MAX)
        return 0;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        out[i] = (uint32_t)parts[i];
    return (size_t)n;
}

static bool is_letter(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') || point >= 0x80;
}

static uint8_t bonus(uint32_t before, uint32_t point)
{
    if (before == 0)
        return AT_BEGINNING;
    return is_letter(point) && !is_letter(before) ? AT_WORD : 0;
}

/* The next window, cut before a word where that is possible. False behind the end. */
static bool read_window(struct reader *r, struct window *w)
{
    struct reader word = *r;
    size_t at_word = 0;

    w->n = 0;
    while (r->at < r->end && w->n + FOLDED_MAX <= WINDOW) {
        uint32_t point, folded[FOLDED_MAX];
        size_t len = utf8_decode(r->at, (size_t)(r->end - r->at), &point), n = len ? fold(point, folded) : 0;

        for (size_t i = 0; i < n; i++) {
            w->folded[w->n] = folded[i];
            w->point[w->n] = r->point;
            w->bonus[w->n] = i == 0 ? bonus(r->before, folded[0]) : 0;
            if (w->bonus[w->n] == AT_WORD && i == 0)
                word = *r, at_word = w->n;
            w->n++;
            r->before = folded[i];
        }
        r->at += len ? len : 1;
        r->point++;
    }
    if (r->at < r->end && at_word + WINDOW_SLACK > w->n) {
        *r = word;
        w->n = at_word;
    }
    return w->n > 0;
}

static bool is_subsequence(const uint32_t *word, size_t m, const struct window *w)
{
    size_t i = 0;

    for (size_t j = 0; j < w->n && i < m; j++)
        i += w->folded[j] == word[i];
    return i == m;
}

static int16_t better(int a, int b)
{
    return (int16_t)(a > b ? a : b);
}

/* best[i][j]: the best score with the word's letter i placed on the window's letter j. */
static void place_letters(const uint32_t *word, size_t m, const struct window *w, int16_t best[][WINDOW])
{
    for (size_t i = 0; i < m; i++) {
        int16_t gap = NONE;

        for (size_t j = 0; j < w->n; j++) {
            int16_t from = i == 0 ? 0 : NONE;

            if (i > 0 && j > 1)
                gap = better(gap - GAP_MORE, best[i - 1][j - 2] - GAP_FIRST);
            if (gap < NONE)
                gap = NONE;
            if (i > 0 && j > 0)
                from = better(best[i - 1][j - 1] + IN_RUN, gap);
            best[i][j] = w->folded[j] == word[i] && from > NONE / 2 ? (int16_t)(from + MATCH + w->bonus[j]) : NONE;
        }
    }
}

/* Goes back from the end of the best way: which letters of the window the word took. */
static void trace(size_t m, size_t end, const struct window *w, int16_t best[][WINDOW], uint32_t *points)
{
    size_t j = end;

    points[m - 1] = w->point[j];
    for (size_t i = m - 1; i > 0; i--) {
        int want = best[i][j] - MATCH - w->bonus[j];
        size_t k = j - 1;

        if (best[i - 1][k] + IN_RUN != want)
            for (int gap = GAP_FIRST; k > 0 && best[i - 1][--k] - gap != want;)
                gap += GAP_MORE;
        j = k;
        points[i - 1] = w->point[j];
    }
}

/* Score in the window, -1: it does not fit (or only with gaps that eat up all it found). */
static int fit_window(const uint32_t *word, size_t m, const struct window *w, uint32_t *points)
{
    int16_t best[WORD_MAX][WINDOW];
    size_t end = 0;

    if (!is_subsequence(word, m, w))
        return -1;
    place_letters(word, m, w, best);
    for (size_t j = 1; j < w->n; j++)
        if (best[m - 1][j] > best[m - 1][end])
            end = j;
    if (best[m - 1][end] <= 0)
        return -1;
    if (points)
        trace(m, end, w, best, points);
    return best[m - 1][end];
}

static int fit_word(const uint32_t *word, size_t m, const char *text, size_t len, uint32_t *points)
{
    struct reader r = {.at = text, .end = text + len};
    struct window w;
    bool first = true;

    while (read_window(&r, &w)) {
        int score = fit_window(word, m, &w, points);

        if (score >= 0)
            return first ? score : score > LATER ? score - LATER : 1;
        first = false;
    }
    return -1;
}

/* The next word of the words, folded; 0: there is none. */
static size_t next_word(const char **words, const char *end, uint32_t word[WORD_MAX])
{
    size_t m = 0;

    while (*words < end && (**words == ' ' || **words == '\t'))
        (*words)++;
    while (*words < end && **words != ' ' && **words != '\t') {
        uint32_t point, folded[FOLDED_MAX];
        size_t len = utf8_decode(*words, (size_t)(end - *words), &point), n = len ? fold(point, folded) : 0;

        for (size_t i = 0; i < n && m < WORD_MAX; i++)
            word[m++] = folded[i];
        *words += len ? len : 1;
    }
    return m;
}

static bool is_whole(const char *words, const char *text)
{
    uint32_t a[WORD_MAX], b[WORD_MAX];
    const char *words_end = words + strlen(words), *text_end = text + strlen(text);

    for (size_t i = 0; i <= WORDS_MAX; i++) {
        size_t n = next_word(&words, words_end, a), m = next_word(&text, text_end, b);

        if (n != m || memcmp(a, b, n * sizeof(*a)) != 0)
            return false;
        if (n == 0)
            return true;
    }
    return false;
}

/* Puts the points among those that are there, ascending, each once. */
static void merge_points(uint32_t *points, size_t room, size_t *n, const uint32_t *more, size_t n_more)
{
    for (size_t i = 0; i < n_more; i++) {
        size_t at = 0;

        while (at < *n && points[at] < more[i])
            at++;
        if (*n >= room || (at < *n && points[at] == more[i]))
            continue;
        memmove(points + at + 1, points + at, (*n - at) * sizeof(*points));
        points[at] = more[i];
        (*n)++;
    }
}

int ask_fit_points(const char *words, const char *text, uint32_t *points, size_t room, size_t *n)
{
    const char *at = words, *end = words + strlen(words);
    uint32_t word[WORD_MAX], found[WORD_MAX];
    size_t m, len = strlen(text);
    int sum = 0;

    if (n)
        *n = 0;
    for (int i = 0; i < WORDS_MAX && (m = next_word(&at, end, word)) > 0; i++) {
        int score = fit_word(word, m, text, len, points ? found : NULL);

        if (score < 0)
            return -1;
        if (points)
            merge_points(points, room, n, found, m);
        sum += score;
    }
    return sum > 0 && is_whole(words, text) ? sum + WHOLE : sum;
}

int ask_fit(const char *words, const char *text)
{
    return ask_fit_points(words, text, NULL, 0, NULL);
}
