/* What the canvas' views share: signs, short-lived texts, lists of cards, the figures on a card.
 * Private to view_*.c and layout*.c. */
#ifndef COCANVAS_CLIENT_TUI_VIEW_PARTS_H
#define COCANVAS_CLIENT_TUI_VIEW_PARTS_H

#include "client/tui/views.h"
#include "client/tui/wrap.h"

/* ---- view_parts.c: signs of one cell each, and texts */

enum sign {
    SIGN_FOCUS,
    SIGN_CARD,
    SIGN_MARKED,
    SIGN_CHANGED,
    SIGN_VOTE,
    SIGN_COMMENT,
    SIGN_LINK,
    SIGN_UP,
    SIGN_DOWN,
    SIGN_LEFT,
    SIGN_RIGHT,
    SIGN_DOT,
    SIGN_CRUMB,
    SIGN_SAVED,
    SIGN_UNSENT,
    SIGN_OFFLINE,
    SIGN_WARN,
    SIGN_PERSON,     /* before the initials of somebody who is here */
    SIGN_PERSON_END, /* behind them */
    SIGN_TYPES,      /* before the latter, while somebody types */
    SIGN_PAST,
    SIGN_LOCK,
    SIGNS,
};
const char *sign(const struct ui *ui, enum sign which);
/* The mark of a colour name; *role is its role. Cards without a colour have SIGN_CARD. */
const char *color_mark(struct ui *ui, const struct card *card, enum role *role);

/* From ui->words; never NULL ("" when that is full). */
const char *words_printf(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One clean line of text from others. */
const char *words_line(struct ui *ui, const char *bytes, size_t len);
int words_width(const char *text);
/* "1 card", "5 cards". */
const char *words_count(struct ui *ui, size_t n, const char *one, const char *several);
/* "‹AK›", "‹AK✎›" while typing. */
const char *words_person(struct ui *ui, const struct ui_person *person);
static inline int least(int a, int b)
{
    return a < b ? a : b;
}
static inline int most(int a, int b)
{
    return a > b ? a : b;
}
static inline bool rect_has(struct rect r, int x, int y)
{
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* How many comments and links objects have: counted once per drawing. counts_begin() nests; figures are 0 outside. */
void counts_begin(struct ui *ui, const struct canvas *canvas);
void counts_end(struct ui *ui);
uint32_t counts_comments(const struct ui *ui, uint64_t object);
uint32_t counts_links(const struct ui *ui, uint64_t object);

/* ---- view_card_line.c: a card in a list */

enum card_style {
    CARD_SHORT, /* text, and what is about it at the end of the last line */
    CARD_FULL,  /* text, and a line with everything about it */
    CARD_ROW,   /* lines of text alone: the other columns of a table tell the rest */
};
int card_rows_in(struct ui *ui, const struct card *card, enum card_style how, int width, int max_rows);
void card_draw_in(struct ui *ui, struct grid *g, struct rect r, const struct card *card, enum card_style how,
                  int max_rows);
/* Focus, marks and changes, on what is drawn of a card. */
void card_tint(struct ui *ui, struct grid *g, struct rect r, const struct card *card);
/* Whether the card's text is being typed right where it stands. */
bool card_typed_here(const struct ui *ui, const struct card *card);

/* ---- card_list.c: the cards of one block, of which only those are looked at that are visible */

struct card_list {
    const struct block *block;
    struct rect r;
    enum card_style how;
    int gap;        /* blank rows between cards */
    int max_rows;   /* of one card */
    bool fits;      /* all of them are visible */
    uint32_t first; /* index of the first visible card */
};
/* How the cards of a block are shown in r: as spacious as they fit. */
void list_plan(struct ui *ui, struct card_list *l, const struct block *block, struct rect r, enum card_style how);
/* Scrolls by as little as possible so that the focused card is visible. */
void list_settle(struct ui *ui, struct card_list *l);
/* Rows of the card at index. */
int list_rows(struct ui *ui, const struct card_list *l, uint32_t index);
void list_draw(struct ui *ui, struct grid *g, const struct card_list *l);
/* "+3 more" below a list that does not fit; next: the first card that is not shown, UINT32_MAX none. */
void list_draw_more(struct ui *ui, struct grid *g, const struct card_list *l, uint32_t next);
/* Alive cards before index. */
uint32_t list_alive_before(const struct block *block, uint32_t index);
/* Index of a card in its block by binary search (tombstones, too); UINT32_MAX if it is not in this block. */
uint32_t list_index(const struct block *block, const struct card *card);
/* The next alive index at or after (step 1) or at or before (step -1) it; UINT32_MAX none. */
uint32_t list_alive(const struct block *block, uint32_t index, int step);

/* ---- view_block.c */

/* The room for the cards of a block shown alone in r. */
struct rect block_cards(struct ui *ui, const struct block *block, struct rect r, bool boxed);
/* The place of cards inside of a box on the canvas. */
struct rect box_inside(struct rect box);
void block_prompt(struct ui *ui, struct grid *g, struct rect r, const struct block *block, int max_rows);
/* What to press in a block without cards. */
void block_invitation(struct ui *ui, struct grid *g, struct rect r);
/* Its number among the canvas' blocks, from 1; *n is how many there are. 0: it is not there. */
size_t block_number(const struct canvas *canvas, const struct block *block, size_t *n);

/* ---- view_blocks.c */

/* What is left for a block that fills r, beside the list of blocks that wide screens have. */
struct rect blocks_beside(struct rect r);
/* That list; nothing on narrow screens. */
void view_blocks(struct ui *ui, struct grid *g, struct rect r, const struct block *focus);

/* ---- layout.c */

/* The body without the banner that tells that history is shown. */
struct rect layout_inner(const struct ui *ui, struct rect body);
/* The focused block on the canvas that is drawn, else its first one; NULL: it has none. */
const struct block *layout_focus(const struct ui *ui, const struct canvas *canvas);

/* How a canvas of its kind is drawn in r, if it is not as boxes; and the outline's place beside a plot or a graph. */
struct rect layout_list(enum ui_layout layout, struct rect r);
/* The rest of r, for the plot or the graph. */
struct rect layout_beside(enum ui_layout layout, struct rect r);
/* The blocks of a matrix, between the names of its axes. */
struct rect matrix_inside(struct rect r);
bool layout_is_outline(enum ui_layout layout);

/* ---- view_lanes.c */

/* There is room for them. */
bool lanes_fit(const struct canvas *canvas, struct rect r);
void lanes_settle(struct ui *ui, struct rect r);
void view_lanes(struct ui *ui, struct grid *g, struct rect r);

/* ---- view_scores.c */

void view_scores(struct ui *ui, struct grid *g, struct rect r);
/* Names along the sides of a matrix: in one row each. */
void axis_draw_x(struct ui *ui, struct grid *g, struct rect r);
void axis_draw_y(struct ui *ui, struct grid *g, struct rect r, bool low);
/* A card's number in the plot and its two values: "3   8 × 6 = 48". */
const char *scores_words(struct ui *ui, const struct card *card);

/* ---- view_graph.c */

void view_graph(struct ui *ui, struct grid *g, struct rect r);
/* "→ 3 ← 2   Type: supplier" */
const char *graph_words(struct ui *ui, const struct card *card);

/* ---- view_outline.c */

void outline_settle(struct ui *ui, struct rect r);
bool outline_wheel(struct ui *ui, struct rect r, int n);
/* ---- view_table.c */
void table_settle(struct ui *ui, const struct block *block, struct rect r);
bool table_wheel(struct ui *ui, const struct block *block, struct rect r, int n);
/* Rows of a page. */
int table_page(struct ui *ui, const struct block *block, struct rect r);
/* The room for the cards. */
struct rect table_rows(struct rect r);
/* A field's text that is typed without its card being opened: over its cell, else at the bottom of r. */
void view_typed_field(struct ui *ui, struct grid *g, struct rect r);
/* ---- view_canvas.c */
/* Title, number, count and people in the upper border of the box that a list stands in. */
void box_head(struct ui *ui, struct grid *g, struct rect box, const struct card_list *list, size_t number);

#endif
