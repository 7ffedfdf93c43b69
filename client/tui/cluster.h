/* What is shown of one grapheme cluster: at most two cells that no terminal can misread. Grid and line breaking both ask
 * here, so a text never takes more cells than it was measured to take. Pure. */
#ifndef COCANVAS_CLIENT_TUI_CLUSTER_H
#define COCANVAS_CLIENT_TUI_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/tui/grid.h"

struct cluster_cell {
    char bytes[CELL_BYTES]; /* NUL-terminated and padded with NUL */
    uint8_t width;          /* 1 or 2 */
};

struct cluster {
    struct cluster_cell cells[2];
    int n;     /* 0 (nothing is shown), 1 or 2 */
    int width; /* of all cells together, 0 to 2 */
};

/* Looks at the first cluster of the bytes (which need not be valid); returns its length in bytes, ≥ 1 if len > 0.
 *
 * Terminals agree on a base character with combining marks, so that is all a cell may hold. Emoji joined by ZWJ and skin
 * tones become their base emoji, flags their two letters, characters that the C library does not know ▯, line breaks and
 * tabs a space; what utf8_printable() takes out is not there. ascii: everything else becomes ASCII. */
size_t cluster_show(const char *bytes, size_t len, bool ascii, struct cluster *out);
/* Only the width. */
size_t cluster_width(const char *bytes, size_t len, int *width);

#endif
