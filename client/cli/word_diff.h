/* What changed from one wording to another, word by word. Pure. */
#ifndef COCANVAS_CLIENT_CLI_WORD_DIFF_H
#define COCANVAS_CLIENT_CLI_WORD_DIFF_H

#include <stddef.h>

#include "common/text.h"

enum word_change { WORDS_SAME, WORDS_TAKEN, WORDS_ADDED };

/* A run of words with the blanks between and behind them; bytes are borrowed from the two texts. */
struct word_run {
    enum word_change change;
    const char *bytes;
    size_t len;
};
/* In reading order, what was taken before what came in its place; to be freed. */
struct word_run *word_diff(const struct text *before, const struct text *after, size_t *n);

#endif
