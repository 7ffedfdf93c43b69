/* A grid of cells: what views draw into, and all that a screen, a test or a picture needs to know. Pure.
 *
 * A cell holds one grapheme cluster that is safe to print, with the style that it should have; a wide cluster takes two
 * cells, the second of which is empty. Besides the cells a grid carries where the hardware cursor belongs and which
 * regions can be clicked. Drawing is clipped to a rectangle, so no view can write outside of its place. Every text goes
 * through utf8_printable() here: text from others cannot break a frame or reach the terminal raw. */
#ifndef COCANVAS_CLIENT_TUI_GRID_H
#define COCANVAS_CLIENT_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What something is; the theme says how that looks. */
enum role {
    ROLE_TEXT,
    ROLE_DIM,          /* prompts, attribution, what is of no importance now */
    ROLE_TITLE,        /* a block's title */
    ROLE_BORDER,
    ROLE_BORDER_FOCUS, /* of the block or panel that has the focus */
    ROLE_BAR,          /* top line */
    ROLE_BAR_DIM,
    ROLE_HINT,         /* bottom line */
    ROLE_HINT_KEY,     /* a key in it */
    ROLE_FOCUS,        /* the focused card, row or list entry */
    ROLE_MARKED,       /* chosen for a bulk action */
    ROLE_SELECTION,    /* of one's own, in a text */
    ROLE_FOUND,        /* where a search fits */
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_TAG,
    ROLE_VOTE,
    ROLE_LINK,
    ROLE_CHANGED,      /* a card that somebody has just changed */
    ROLE_OVERLAY,      /* background of what floats above the rest */
    ROLE_FIELD,        /* a line that is being typed into */
    ROLE_CARD_1,       /* the card colours of theme.h, in their order */
    ROLE_CARD_8 = ROLE_CARD_1 + 7,
    ROLE_PERSON_1,     /* people: ROLE_PERSON_1 + author % 8 */
    ROLE_PERSON_8 = ROLE_PERSON_1 + 7,
    ROLES,
};

enum { ATTR_BOLD = 1, ATTR_UNDERLINE = 2, ATTR_REVERSE = 4, ATTR_ITALIC = 8 };

struct style {
    uint8_t role;  /* enum role: the foreground */
    uint8_t under; /* enum role whose background is used; ROLE_TEXT: none */
    uint8_t attrs; /* ATTR_…, added to what the theme gives the role */
};

static inline struct style style(enum role role)
{
    return (struct style){.role = (uint8_t)role};
}
static inline struct style style_on(enum role role, enum role under, unsigned attrs)
{
    return (struct style){.role = (uint8_t)role, .under = (uint8_t)under, .attrs = (uint8_t)attrs};
}

enum { CELL_BYTES = 20 }; /* a base character and at most four marks, NUL-terminated */

struct cell {
    char bytes[CELL_BYTES]; /* "" in the right half of a wide cluster; else never empty */
    uint8_t width;          /* 1 or 2; 0 in the right half of a wide cluster */
    struct style style;
};

struct rect {
    int x, y, w, h;
};

/* What a click on a region means; the newest region at a place wins. */
enum hit_kind { HIT_NONE, HIT_BLOCK, HIT_CARD, HIT_TEXT, HIT_ROW, HIT_ACTION, HIT_PANEL, HIT_PERSON };

struct hit {
    struct rect rect;
    enum hit_kind kind;
    uint64_t id;   /* BLOCK, CARD: object; TEXT: code point at the line's beginning; ROW: index in the list that is shown;
                      ACTION: enum action; PANEL: enum panel; PERSON: author */
    uint32_t more; /* TEXT: line of the wrapped text */
};

enum { GRID_MAX_COLS = 1000, GRID_MAX_ROWS = 500 };

struct grid {
    int cols, rows;
    struct cell *cells; /* rows * cols, owned */
    struct rect clip;   /* drawing happens only here */
    int cursor_x, cursor_y;
    bool cursor_block;  /* the cursor stands in a text that is being typed (else it only marks the focus) */
    bool ascii;         /* lines of + - |, texts without anything that is not ASCII; stays over grid_clear() */
    struct hit *hits;   /* owned */
    size_t n_hits, cap_hits;
};

void grid_init(struct grid *g);
void grid_fini(struct grid *g);
/* Another size; everything is blank afterwards. */
void grid_resize(struct grid *g, int cols, int rows);
/* Blank, no regions, cursor at 0,0, clip on the whole. */
void grid_clear(struct grid *g);
bool grid_equal(const struct grid *a, const struct grid *b); /* cells and cursor */
const struct cell *grid_at(const struct grid *g, int x, int y);

/* Narrows the clip; returns the old one, to be given to grid_unclip(). */
struct rect grid_clip(struct grid *g, struct rect to);
void grid_unclip(struct grid *g, struct rect old);

void grid_fill(struct grid *g, struct rect r, struct style s);
/* Puts one line of text (line breaks and tabs become spaces); returns the cells it takes, clipped or not. */
int grid_text(struct grid *g, int x, int y, struct style s, const char *bytes, size_t len);
int grid_put(struct grid *g, int x, int y, struct style s, const char *text); /* the same, NUL-terminated */
/* At most `room` cells; what does not fit ends in "…". Returns the cells that were used. */
int grid_fit(struct grid *g, int x, int y, int room, struct style s, const char *bytes, size_t len);
int grid_printf(struct grid *g, int x, int y, struct style s, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The cells that grid_text() takes for a text. */
int grid_width(const char *bytes, size_t len);
/* Changes the style of cells that are there already: their foreground if s.role is not ROLE_TEXT, their background if
 * s.under is not ROLE_TEXT, and the attributes are added. */
void grid_tint(struct grid *g, struct rect r, struct style s);
/* Lines; where lines meet they join (├ ┼ ┤ …): grid_box draws over what other boxes drew, free corners are round. ASCII
 * if the grid says so. Joining looks at what the cells show, so what floats is to be filled (grid_fill) first. */
void grid_box(struct grid *g, struct rect r, struct style s);
/* The same with heavy lines: what has the focus is told without colour, too. */
void grid_box_heavy(struct grid *g, struct rect r, struct style s);
void grid_hline(struct grid *g, int x, int y, int w, struct style s);
void grid_vline(struct grid *g, int x, int y, int h, struct style s);
void grid_cursor(struct grid *g, int x, int y, bool typing);

void grid_hit(struct grid *g, struct rect r, enum hit_kind kind, uint64_t id, uint32_t more); /* clipped */
const struct hit *grid_hit_at(const struct grid *g, int x, int y); /* NULL: nothing there */

/* The cells as text, one line per row without trailing blanks; for tests. malloc'd. */
char *grid_to_text(const struct grid *g);

#endif
