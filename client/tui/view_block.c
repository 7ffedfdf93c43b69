/* One block: the whole screen of it, or one box on the canvas. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

enum { PROMPT_ROWS = 3, READABLE = 116 };

size_t block_number(const struct canvas *canvas, const struct block *block, size_t *n)
{
    size_t has, number = 0;
    struct block **blocks = canvas_blocks_in_order(canvas, &has);
    for (size_t i = 0; i < has && !number; i++)
        if (blocks[i] == block)
            number = i + 1;
    free(blocks);
    if (n)
        *n = has;
    return number;
}

/* The prompt as at most max_rows lines; from ui->words. */
static const char *prompt_line(struct ui *ui, const struct block *block)
{
    return words_line(ui, block->prompt, strlen(block->prompt));
}

void block_prompt(struct ui *ui, struct grid *g, struct rect r, const struct block *block, int max_rows)
{
    const char *text = prompt_line(ui, block);
    size_t len = strlen(text);
    struct wrap wrap;
    if (len == 0 || r.w < 2 || max_rows < 1)
        return;
    wrap_init(&wrap);
    wrap_text(&wrap, text, len, r.w, (size_t)max_rows);
    for (size_t i = 0; i < wrap.n; i++) {
        bool last = i + 1 == wrap.n; /* the last one shows that there is more */
        size_t line = last ? len - wrap.at[i].at_bytes : wrap.at[i].len_bytes;
        grid_fit(g, r.x, r.y + (int)i, r.w, style(ROLE_DIM), text + wrap.at[i].at_bytes, line);
    }
    wrap_fini(&wrap);
}

static struct rect prompt_place(struct ui *ui, const struct block *block, struct rect r, bool boxed)
{
    struct rect p = {r.x + (boxed ? 4 : 3), r.y + 1, most(1, least(READABLE, r.w - (boxed ? 7 : 4))), 0};
    const char *text = prompt_line(ui, block);
    int room = block->n_alive ? PROMPT_ROWS : 8;
    if (text[0] && r.h >= 8)
        p.h = (int)wrap_count(text, strlen(text), p.w, (size_t)room);
    return p;
}

struct rect block_cards(struct ui *ui, const struct block *block, struct rect r, bool boxed)
{
    struct rect prompt = prompt_place(ui, block, r, boxed);
    int above = prompt.h ? prompt.h + 1 : boxed && r.h >= 8 ? 1 : 0;
    struct rect cards = {r.x, r.y + 1 + above, r.w, r.h - 1 - above};
    if (boxed) {
        cards.x++;
        cards.w -= 2;
        cards.h--;
    }
    return cards;
}

void block_invitation(struct ui *ui, struct grid *g, struct rect r)
{
    const char *key = ui_key(ui, ACTION_NEW_CARD);
    if (!key[0] || !ui_may_edit(ui) || panel_in_past(ui) || r.h < 1)
        return;
    const char *text = words_printf(ui, "No cards yet: press %s to write the first one.", key);
    grid_fit(g, r.x + 3, r.y, r.w - 4, style(ROLE_DIM), text, strlen(text));
}

void view_block(struct ui *ui, struct grid *g, struct rect r, const struct block *block, bool boxed)
{
    struct rect old = grid_clip(g, r);
    struct card_list list;
    counts_begin(ui, panel_canvas(ui));
    grid_hit(g, r, HIT_BLOCK, block->o.id, 0);
    if (boxed)
        grid_box_heavy(g, r, style(ROLE_BORDER_FOCUS));
    struct rect prompt = prompt_place(ui, block, r, boxed), cards = block_cards(ui, block, r, boxed);
    list_plan(ui, &list, block, cards, CARD_FULL);
    box_head(ui, g, boxed ? r : (struct rect){r.x - 1, r.y, r.w + 2, r.h}, &list,
             block_number(panel_canvas(ui), block, NULL));
    block_prompt(ui, g, prompt, block, prompt.h);
    if (block->n_alive == 0)
        block_invitation(ui, g, cards);
    list_draw(ui, g, &list);
    counts_end(ui);
    grid_unclip(g, old);
}
