/* A text as lines of at most so many cells: broken at spaces, in the middle of words that are longer than a line, and at
 * line breaks; never inside a grapheme cluster. Maps positions (code points) to places (line, cell) and back. Pure. */
#ifndef COCANVAS_CLIENT_TUI_WRAP_H
#define COCANVAS_CLIENT_TUI_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wrap_line {
    uint32_t at_bytes, len_bytes; /* without the line break or the space that was broken at */
    uint32_t at_points, len_points;
    uint32_t cells;
    bool hard; /* ends with a line break (or the text's end) */
};

struct wrap {
    struct wrap_line *at; /* at least one line, even of an empty text; owned */
    size_t n, cap;
    int width;
};

void wrap_init(struct wrap *w);
void wrap_fini(struct wrap *w);
/* The text must be valid (utf8.h). Stops after max_lines lines (0: all). */
void wrap_text(struct wrap *w, const char *bytes, size_t len, int width, size_t max_lines);
/* Only the number of lines, without keeping them; at most max_lines if that is not 0. */
size_t wrap_count(const char *bytes, size_t len, int width, size_t max_lines);
/* Place of the caret before code point `point`; where a line ends in the middle of a word it is the next line's
 * beginning. Behind the last character of a full line (before a line break, the space it was broken at, or the text's
 * end) the cell is the width: who shows a caret wraps to one cell less than there is room for. */
void wrap_place(const struct wrap *w, const char *bytes, uint32_t point, size_t *line, int *cell);
/* The code point nearest to a place; always a cluster's beginning. */
uint32_t wrap_point(const struct wrap *w, const char *bytes, size_t line, int cell);

#endif
