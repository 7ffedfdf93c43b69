/* The canvas with all blocks in their places, as on the printed page: boxes that share their borders, the title in the
 * upper border, the focused block with heavy lines. Also what lies over every layout: the banner of the past and the
 * card under the mouse button. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

enum { HEAD_PEOPLE = 4 };

struct rect box_inside(struct rect box)
{
    return (struct rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2};
}

/* ---- the upper border */

/* "Value Proposition (as perceived)" without what is in parentheses if that does not fit. */
static size_t short_title(const char *title, int room)
{
    size_t len = strlen(title);
    const char *open = strrchr(title, '(');
    if (words_width(title) <= room || !open || open == title || title[len - 1] != ')')
        return len;
    for (len = (size_t)(open - title); len > 0 && title[len - 1] == ' '; len--)
        continue;
    return len;
}

/* People in the block and its count, from the right; returns the cells that are left. */
static int head_right(struct ui *ui, struct grid *g, int x, int y, int room, const struct block *block, bool wide)
{
    uint64_t top = ui_scroll_top(ui, block->o.id);
    const struct card *card = top ? canvas_card(panel_canvas(ui), top) : NULL;
    uint32_t at = card ? list_index(block, card) : UINT32_MAX, above = at == UINT32_MAX ? 0 : list_alive_before(block, at);
    const char *count = above ? words_printf(ui, " %s%u %s %u ", sign(ui, SIGN_UP), above, sign(ui, SIGN_DOT), block->n_alive)
                              : words_printf(ui, " %u ", block->n_alive);
    int cells = words_width(count), left = x + room;
    if (block->n_alive && cells <= room / 2) {
        left -= cells + (wide ? 1 : 0);
        grid_put(g, left, y, style(ROLE_DIM), count);
    }
    const struct ui_person *people[HEAD_PEOPLE];
    size_t n = panel_in_past(ui) ? 0 : ui_people_on(ui, block->o.id, people, HEAD_PEOPLE);
    for (size_t i = 0; i < n && i < HEAD_PEOPLE; i++) {
        const char *who = words_person(ui, people[i]);
        if (left - words_width(who) - 1 < x + room / 2)
            break;
        left -= words_width(who) + (wide ? 1 : 0);
        grid_put(g, left, y, style_on(ui_person_role(people[i]->author), ROLE_TEXT, ATTR_BOLD), who);
    }
    return left - x;
}

void box_head(struct ui *ui, struct grid *g, struct rect box, const struct block *block, size_t number)
{
    bool focused = ui->block == block->o.id, wide = box.w >= 24;
    int x = box.x + (wide ? 2 : 1), room = box.w - (wide ? 3 : 2);
    const char *title = words_line(ui, block->title, strlen(block->title));
    room = head_right(ui, g, x, box.y, room, block, wide);
    const char *before = words_printf(ui, number <= 9 ? "%s%zu " : "%s", wide ? " " : "", number);
    int used = grid_put(g, x, box.y, style(ROLE_DIM), before);
    size_t len = short_title(title, room - used - (wide ? 1 : 0));
    struct style s = style_on(focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT, ATTR_BOLD);
    if (focused && ui->card == 0 && !ui->typing.object) {
        s = style_on(ROLE_TITLE, ROLE_FOCUS, ATTR_BOLD);
        grid_cursor(g, x + used, box.y, false);
    }
    used += grid_fit(g, x + used, box.y, room - used - (wide ? 1 : 0), s, title, len);
    if (used < room)
        grid_put(g, x + used, box.y, style(ROLE_TEXT), " ");
}

/* ---- boxes */

static void draw_box(struct ui *ui, struct grid *g, struct rect box, const struct block *block, size_t number)
{
    struct rect inside = box_inside(box);
    struct card_list list;
    grid_hit(g, box, HIT_BLOCK, block->o.id, 0);
    box_head(ui, g, box, block, number);
    struct rect old = grid_clip(g, inside);
    if (block->n_alive == 0) {
        int margin = inside.w >= 24 ? 2 : 1;
        struct rect prompt = {inside.x + margin, inside.y, inside.w - 2 * margin, inside.h};
        block_prompt(ui, g, prompt, block, inside.h);
    }
    list_plan(ui, &list, block, inside, CARD_SHORT);
    list_draw(ui, g, &list);
    grid_unclip(g, old);
}

static void draw_boxes(struct ui *ui, struct grid *g, struct rect r, const struct canvas *canvas)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    struct rect *rects = xcalloc(n + 1, sizeof *rects);
    if (layout_blocks(canvas, r, rects, n)) {
        for (size_t i = 0; i < n; i++)
            grid_box(g, rects[i], style(ROLE_BORDER));
        for (size_t i = 0; i < n; i++)
            if (blocks[i]->o.id == ui->block)
                grid_box_heavy(g, rects[i], style(ROLE_BORDER_FOCUS));
        for (size_t i = 0; i < n; i++)
            draw_box(ui, g, rects[i], blocks[i], i + 1);
    }
    free(rects);
    free(blocks);
}

/* ---- what lies over it */

static void draw_banner(struct ui *ui, struct grid *g, struct rect body)
{
    struct rect r = {body.x, body.y, body.w, 1};
    struct style s = style_on(ROLE_WARN, ROLE_TEXT, ATTR_BOLD | ATTR_REVERSE);
    const char *when = ui->panel.past_ms ? ui_time(ui, ui->panel.past_ms) : "long ago";
    const char *what = words_line(ui, ui->panel.past_sentence, strlen(ui->panel.past_sentence));
    const char *text = words_printf(ui, " %s The past, %s, change %llu%s%s. Nothing can be changed here.",
                                    sign(ui, SIGN_PAST), when, (unsigned long long)ui->panel.past_seq,
                                    what[0] ? ": " : "", what);
    grid_fill(g, r, s);
    grid_fit(g, r.x, r.y, r.w, s, text, strlen(text));
}

/* The first line of what is dragged, where it would land. */
static void draw_dragged(struct ui *ui, struct grid *g, struct rect r)
{
    const struct card *card = ui->dragging && !panel_in_past(ui) ? canvas_card(ui_view(ui), ui->dragging) : NULL;
    uint64_t to, after;
    if (!card || !ui->dragged || !rect_has(r, ui->drag_x, ui->drag_y))
        return;
    bool lands = layout_drop(ui, card->o.id, ui->drag_x, ui->drag_y, &to, &after);
    enum role role;
    const char *mark = color_mark(ui, card, &role);
    const char *text = words_printf(ui, " %s %.200s ", lands ? mark : sign(ui, SIGN_WARN),
                                    words_line(ui, card->text.bytes, least((int)card->text.len_bytes, 160)));
    int w = least(least(words_width(text), 40), r.x + r.w - ui->drag_x);
    grid_fit(g, ui->drag_x, ui->drag_y, w, style_on(ROLE_TEXT, ROLE_SELECTION, ATTR_BOLD), text, strlen(text));
    grid_cursor(g, ui->drag_x, ui->drag_y, false);
}

void view_canvas(struct ui *ui, struct grid *g, struct rect r)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct rect inner = layout_inner(ui, r), old = grid_clip(g, r);
    if (!canvas) {
        grid_unclip(g, old);
        return;
    }
    counts_begin(ui, canvas);
    switch (layout_effective(ui, r)) {
    case LAYOUT_CANVAS:
        draw_boxes(ui, g, inner, canvas);
        break;
    case LAYOUT_BLOCK:
        view_block(ui, g, inner, layout_focus(ui, canvas), true);
        break;
    case LAYOUT_TABLE:
        view_table(ui, g, inner);
        break;
    case LAYOUT_OUTLINE:
        view_outline(ui, g, inner);
    }
    if (panel_in_past(ui))
        draw_banner(ui, g, r);
    draw_dragged(ui, g, inner);
    counts_end(ui);
    grid_unclip(g, old);
}
