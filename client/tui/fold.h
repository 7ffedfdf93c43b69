/* Words that are searched for, and where they stand in a text: case and accents make no difference ("zurich" is found in
 * "Zürich", "STRASSE" in "Straße"). Pure. */
#ifndef COCANVAS_CLIENT_TUI_FOLD_H
#define COCANVAS_CLIENT_TUI_FOLD_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLD_WORDS = 8, FOLD_BYTES = 1024 };

struct fold_words {
    char bytes[FOLD_BYTES]; /* the words, folded, one behind the other */
    struct {
        size_t at, len;     /* in bytes */
    } word[FOLD_WORDS];
    size_t n;
};

/* Of what was typed: words are separated by blanks; those beyond FOLD_WORDS are left out. */
void fold_words(struct fold_words *w, const char *typed);
/* All of them, as fold_fits() gives them. */
unsigned fold_all(const struct fold_words *w);
/* Bit i: word i stands somewhere in the text. */
unsigned fold_fits(const struct fold_words *w, const char *text, size_t len);
/* The first place at or behind `from` where one of the words stands, in bytes of the text and on its characters' borders;
 * of several there the longest. */
bool fold_find(const struct fold_words *w, const char *text, size_t len, size_t from, size_t *at, size_t *match_len);

#endif
