/* How roles look: one table per palette. Colours are indices of the terminal's palette, never redefined; no meaning is
 * carried by colour alone. Pure. */
#ifndef COCANVAS_CLIENT_TUI_THEME_H
#define COCANVAS_CLIENT_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "client/tui/grid.h"

enum palette { PALETTE_MONO, PALETTE_16, PALETTE_256 };

struct look {
    short fg, bg; /* index in the terminal's palette, -1: its default */
    uint8_t attrs;
};

struct theme {
    enum palette palette;
    bool light;
};

/* Roles and attributes of a style, resolved. */
struct look theme_look(const struct theme *t, struct style s);
/* From --color/NO_COLOR, COLORFGBG, and what the terminal can; light: 1, 0 or -1 (find out). */
void theme_choose(struct theme *t, int colors, bool no_color, int light, const char *colorfgbg);

/* What xterm shows for an index of its palette, as 0xRRGGBB; for -1 a usual foreground or background. */
uint32_t theme_rgb(const struct theme *t, short index, bool background);

/* The eight card colours, by the names that people type (`color` property). Each has a mark of its own shape. */
enum { CARD_COLORS = 8 };
struct card_color {
    const char *name; /* "yellow" … */
    const char *mark; /* "●", "◆" … one cell */
};
const struct card_color *card_color_at(int i); /* NULL behind the last */
/* Index of a colour name, -1 for "" and others. */
int card_color_find(const char *name);

#endif
