/* See word_diff.h. Each different word becomes a letter, and text_diff() compares the two strings of letters. */
#include "client/cli/word_diff.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hash_table.h"
#include "common/utf8.h"

/* Letters from a plane in which no text has its own. */
enum { FIRST_LETTER = 0x20000, LETTERS = 0xffff };

struct word {
    const char *bytes;
    size_t len;      /* without the blanks behind it */
    uint32_t letter;
    UT_hash_handle hh;
};

struct wording {
    struct word_run *words; /* in order, each with its blanks */
    size_t n;
    struct text letters;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* Words beyond the number of letters count as one and the same. */
static uint32_t letter_of(struct word **known, const char *bytes, size_t len)
{
    struct word *word;
    HASH_FIND(hh, *known, bytes, len, word);
    if (!word) {
        word = xcalloc(1, sizeof *word);
        uint32_t number = (uint32_t)HASH_COUNT(*known);
        *word = (struct word){.bytes = bytes, .len = len, .letter = FIRST_LETTER + (number < LETTERS ? number : LETTERS)};
        HASH_ADD_KEYPTR(hh, *known, bytes, len, word);
    }
    return word->letter;
}

static void add_letter(struct buf *out, uint32_t letter)
{
    const char utf8[4] = {(char)(0xf0 | letter >> 18), (char)(0x80 | (letter >> 12 & 0x3f)), (char)(0x80 | (letter >> 6 & 0x3f)),
                          (char)(0x80 | (letter & 0x3f))};
    buf_add(out, utf8, sizeof utf8);
}

static void read_words(struct wording *to, const struct text *text, struct word **known)
{
    struct buf letters;
    buf_init(&letters);
    *to = (struct wording){.words = xcalloc((size_t)text->len_points + 1, sizeof *to->words)};
    for (const char *at = text->bytes, *end = at + text->len_bytes; at < end;) {
        const char *stop = at;
        while (stop < end && !is_blank(*stop))
            stop++;
        add_letter(&letters, letter_of(known, at, (size_t)(stop - at)));
        while (stop < end && is_blank(*stop))
            stop++;
        to->words[to->n++] = (struct word_run){WORDS_SAME, at, (size_t)(stop - at)};
        at = stop;
    }
    text_init(&to->letters);
    text_set(&to->letters, buf_len(&letters) ? (const char *)buf_at(&letters) : "", buf_len(&letters));
    buf_fini(&letters);
}

static void free_words(struct word *known)
{
    struct word *word, *next;
    HASH_ITER(hh, known, word, next)
    {
        HASH_DEL(known, word);
        free(word);
    }
}

/* The words lie one behind the other in their text, so a run of them is one piece. */
static void add_run(struct word_run *runs, size_t *n, enum word_change change, const struct word_run *words, size_t n_words)
{
    size_t len = 0;
    for (size_t i = 0; i < n_words; i++)
        len += words[i].len;
    if (n_words)
        runs[(*n)++] = (struct word_run){change, words[0].bytes, len};
}

/* Insertions come before removals in an op, and behind them here. */
static struct word_run *to_runs(const struct text_op *op, const struct wording *a, const struct wording *b, size_t *n)
{
    struct word_run *runs = xcalloc((size_t)op->n_steps + 2, sizeof *runs);
    size_t from = 0, to = 0;
    *n = 0;
    for (uint32_t i = 0; i < op->n_steps; i++) {
        uint32_t points = op->steps[i].points;
        if (op->steps[i].kind == TEXT_RETAIN) {
            add_run(runs, n, WORDS_SAME, b->words + to, points);
            from += points;
            to += points;
            continue;
        }
        uint32_t added = op->steps[i].kind == TEXT_INSERT ? points : 0;
        if (added && i + 1 < op->n_steps && op->steps[i + 1].kind == TEXT_REMOVE)
            points = op->steps[++i].points;
        uint32_t taken = op->steps[i].kind == TEXT_REMOVE ? points : 0;
        add_run(runs, n, WORDS_TAKEN, a->words + from, taken);
        add_run(runs, n, WORDS_ADDED, b->words + to, added);
        from += taken;
        to += added;
    }
    add_run(runs, n, WORDS_SAME, b->words + to, b->n - to);
    return runs;
}

struct word_run *word_diff(const struct text *before, const struct text *after, size_t *n)
{
    struct word *known = NULL;
    struct wording a, b;
    struct text_op op;
    read_words(&a, before, &known);
    read_words(&b, after, &known);
    text_op_init(&op);
    text_diff(&op, &a.letters, &b.letters);
    struct word_run *runs = to_runs(&op, &a, &b, n);
    text_op_fini(&op);
    text_fini(&a.letters);
    text_fini(&b.letters);
    free(a.words);
    free(b.words);
    free_words(known);
    return runs;
}
