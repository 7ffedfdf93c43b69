/* The blocks as a list at the left of a block that fills a wide screen: where one is, how much is in the others, and
 * who is there. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

enum { WIDE = 120, LIST_COLS = 34, PEOPLE_SHOWN = 3 };

struct rect blocks_beside(struct rect r)
{
    if (r.w < WIDE)
        return r;
    return (struct rect){r.x + LIST_COLS, r.y, r.w - LIST_COLS, r.h};
}

/* Initials of people on the block or a card in it, right-aligned before `right`; returns where they begin. */
static int draw_people(struct ui *ui, struct grid *g, int right, int y, const struct block *block)
{
    int shown = 0;
    for (size_t i = 0; i < UI_PEOPLE && shown < PEOPLE_SHOWN && !panel_in_past(ui); i++) {
        const struct ui_person *person = &ui->people[i];
        if (person->session == 0 || person->away || person->object == 0)
            continue;
        const struct card *card = canvas_card(panel_canvas(ui), person->object);
        if ((card ? card->block->o.id : person->object) != block->o.id)
            continue;
        const char *who = words_person(ui, person);
        right -= words_width(who) + 1;
        grid_put(g, right, y, style_on(ui_person_role(person->author), ROLE_TEXT, ATTR_BOLD), who);
        shown++;
    }
    return right;
}

static void draw_row(struct ui *ui, struct grid *g, struct rect r, const struct block *block, size_t number)
{
    bool focused = ui->block == block->o.id;
    const char *title = words_line(ui, block->title, strlen(block->title));
    const char *count = block->n_alive ? words_printf(ui, "%u", block->n_alive) : "";
    int right = r.x + r.w - 1 - words_width(count), x = r.x + 1;
    grid_put(g, right, r.y, style(ROLE_DIM), count);
    right = draw_people(ui, g, right, r.y, block);
    x += grid_put(g, x, r.y, style(ROLE_DIM), number < 10 ? words_printf(ui, "%2zu ", number) : "   ");
    grid_fit(g, x, r.y, right - x - 1, focused ? style_on(ROLE_BORDER_FOCUS, ROLE_TEXT, ATTR_BOLD) : style(ROLE_TEXT),
             title, strlen(title));
    if (focused)
        grid_put(g, r.x, r.y, style_on(ROLE_BORDER_FOCUS, ROLE_TEXT, ATTR_BOLD), sign(ui, SIGN_FOCUS));
    grid_hit(g, r, HIT_BLOCK, block->o.id, 0);
}

void view_blocks(struct ui *ui, struct grid *g, struct rect r, const struct block *focus)
{
    size_t n, at = block_number(panel_canvas(ui), focus, &n), rows = (size_t)most(1, r.h - 2),
              gap = 2 * n <= rows ? 2 : 1;
    struct block **blocks = canvas_blocks_in_order(panel_canvas(ui), NULL);
    size_t first = at > rows ? at - rows : 0; /* the focused one is in sight */
    if (r.w < WIDE)
        n = 0;
    for (size_t i = first; i < n && (i - first) * gap < rows; i++)
        draw_row(ui, g, (struct rect){r.x + 1, r.y + 1 + (int)((i - first) * gap), LIST_COLS - 3, 1}, blocks[i], i + 1);
    free(blocks);
}
