/* The canvas with all blocks in their places, as on the printed page: boxes that share their borders, the title in the
 * upper border, the focused block with heavy lines. Also what lies over every layout: the banner of the past and the
 * card under the mouse button. */
#include "client/tui/view_measure.h"
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"

#include "common/rights.h"
#include "common/utf8.h"

enum { HEAD_PEOPLE = 4, SHORT_POINTS = 4 };

struct rect box_inside(struct rect box)
{
    return (struct rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2};
}

/* ---- the upper border */

/* Bytes of a word that stay in "Cust. Segments"; 0: it stays as it is. */
static size_t short_word(const char *word, size_t len)
{
    size_t kept = utf8_offset(word, len, SHORT_POINTS);
    return utf8_points(word, len) > SHORT_POINTS + 2 ? kept : 0;
}

/* A title that does not fit loses what stands in parentheses; then its words but the last are shortened, one after the
 * other: the last one tells blocks of a canvas apart ("Customer Segments", "Customer Relationships"). */
static const char *short_title(struct ui *ui, const char *title, int room)
{
    const char *open = strrchr(title, '(');
    size_t len = strlen(title);
    if (words_width(title) > room && open && open > title && title[len - 1] == ')') {
        len = (size_t)(open - title);
        while (len > 0 && title[len - 1] == ' ')
            len--;
        title = words_printf(ui, "%.*s", (int)len, title);
    }
    for (const char *word = title, *end; words_width(title) > room && (end = strchr(word, ' ')) != NULL;) {
        size_t kept = short_word(word, (size_t)(end - word)), before = (size_t)(word - title);
        if (kept)
            title = words_printf(ui, "%.*s.%s", (int)(before + kept), title, end);
        word = strchr(title + before, ' ') + 1;
    }
    return title;
}

/* People in the block and its count, from the right; returns the cells that are left. */
static int head_right(struct ui *ui, struct grid *g, int x, int y, int room, const struct card_list *list, bool wide)
{
    const struct block *block = list->block;
    uint32_t above = list->fits ? 0 : list_alive_before(block, list->first);
    const char *end = wide ? " " : "", *scrolled = "";
    if (above)
        scrolled = words_printf(ui, "%s%u %s%s", sign(ui, SIGN_UP), above, wide ? sign(ui, SIGN_DOT) : "", end);
    const char *lock = rights_locked(block) ? words_printf(ui, "%s ", room >= 24 ? "locked" : sign(ui, SIGN_LOCK)) : "";
    const char *count = words_printf(ui, " %s%s%u%s", lock, scrolled, block->n_alive, end);
    if (room >= 60)
        count = words_printf(ui, " %s%s%s ", lock, scrolled, words_count(ui, block->n_alive, "card", "cards"));
    const char *measures = rollup_words(ui, method_rollup_block(ui_method(ui), block->o.id));
    if (*measures && room >= 2 * (words_width(count) + words_width(measures) + 3))
        count = words_printf(ui, "%s%s%s ", count, room >= 60 ? words_printf(ui, "%s ", sign(ui, SIGN_DOT)) : " ", measures);
    uint32_t comments = counts_comments(ui, block->o.id);
    if (comments && room >= 60)
        count = words_printf(ui, "%s%s %s ", count, sign(ui, SIGN_DOT), words_count(ui, comments, "comment", "comments"));
    else if (comments)
        count = words_printf(ui, " %s%u%s", sign(ui, SIGN_COMMENT), comments, count);
    int cells = words_width(count), left = x + room;
    if ((block->n_alive || *lock || comments) && cells <= room / 2) {
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

void box_head(struct ui *ui, struct grid *g, struct rect box, const struct card_list *list, size_t number)
{
    const struct block *block = list->block;
    bool focused = ui->block == block->o.id, wide = box.w >= 24;
    int x = box.x + (wide ? 2 : 1), room = box.w - (wide ? 3 : 2);
    const char *title = words_line(ui, block->title, strlen(block->title));
    room = head_right(ui, g, x, box.y, room, list, wide);
    const char *before = number < 10 ? words_printf(ui, "%s%zu ", wide ? " " : "", number) : wide ? " " : "";
    int used = grid_put(g, x, box.y, style(ROLE_DIM), before);
    title = short_title(ui, title, room - used - (wide ? 1 : 0));
    struct style s = style_on(focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT, ATTR_BOLD);
    if (focused && ui->card == 0 && !ui->typing.object) {
        s = style_on(ROLE_TITLE, ROLE_FOCUS, ATTR_BOLD);
        grid_cursor(g, x + used, box.y, false);
    }
    used += grid_fit(g, x + used, box.y, room - used - (wide ? 1 : 0), s, title, strlen(title));
    if (used < room)
        grid_put(g, x + used, box.y, style(ROLE_TEXT), " ");
}

/* ---- boxes */

static void draw_box(struct ui *ui, struct grid *g, struct rect box, const struct block *block, size_t number)
{
    struct rect inside = box_inside(box);
    struct card_list list;
    /* Shared borders belong to the block below or to the right: its title stands in the upper one. */
    grid_hit(g, (struct rect){box.x, box.y, box.w - 1, box.h - 1}, HIT_BLOCK, block->o.id, 0);
    list_plan(ui, &list, block, inside, CARD_SHORT);
    box_head(ui, g, box, &list, number);
    struct rect old = grid_clip(g, inside);
    if (block->n_alive == 0) {
        int margin = inside.w >= 24 ? 2 : 1;
        struct rect prompt = {inside.x + margin, inside.y, inside.w - 2 * margin, inside.h};
        block_prompt(ui, g, prompt, block, inside.h);
    }
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
        if (canvas_kind(canvas) == CANVAS_MATRIX) {
            axis_draw_y(ui, g, (struct rect){r.x + 1, r.y, r.w - 2, 1}, false);
            axis_draw_x(ui, g, (struct rect){r.x + 1, r.y + r.h - 1, r.w - 2, 1});
        }
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
    const char *text =
        words_printf(ui, " %s The past, %s, change %llu%s%s. Nothing can be changed here.", sign(ui, SIGN_PAST), when,
                     (unsigned long long)ui->panel.past_seq, what[0] ? ": " : "", what);
    grid_fill(g, r, s);
    grid_fit(g, r.x, r.y, r.w, s, text, strlen(text));
}

/* The row at which a dragged card would come to stand: of the card whose place it takes, else below the last one. */
static struct rect landing(const struct grid *g, struct rect r, int x, int y, uint64_t after)
{
    struct rect row = {x, y, 0, 1};
    int below = 0;
    for (size_t i = 0; i < g->n_hits; i++) {
        const struct hit *hit = &g->hits[i];
        if (hit->kind == HIT_BLOCK && rect_has(hit->rect, x, y))
            row = (struct rect){hit->rect.x + 1, y, hit->rect.w - 2, 1};
        if (hit->kind == HIT_CARD && hit->id == after)
            below = hit->rect.y + hit->rect.h;
    }
    const struct hit *there = grid_hit_at(g, x, y);
    if (there && there->kind == HIT_CARD)
        row.y = there->id == after ? there->rect.y + there->rect.h - 1 : there->rect.y;
    else if (below)
        row.y = least(below, r.y + r.h - 2);
    return row;
}

/* The first line of what is dragged, where it would land. */
static void draw_dragged(struct ui *ui, struct grid *g, struct rect r)
{
    const struct card *card = ui->dragging && !panel_in_past(ui) ? canvas_card(ui_view(ui), ui->dragging) : NULL;
    uint64_t to, after;
    if (!card || !ui->dragged || !rect_has(r, ui->drag_x, ui->drag_y))
        return;
    struct style s = style_on(ROLE_TEXT, ROLE_SELECTION, ATTR_BOLD);
    struct rect row = {ui->drag_x, ui->drag_y, least(30, r.x + r.w - ui->drag_x), 1};
    if (layout_drop(ui, card->o.id, ui->drag_x, ui->drag_y, &to, &after))
        row = landing(g, r, ui->drag_x, ui->drag_y, after);
    enum role role;
    const char *mark = color_mark(ui, card, &role);
    const char *text = words_line(ui, card->text.bytes, utf8_offset(card->text.bytes, card->text.len_bytes, 200));
    int gutter = row.w >= 24 ? 3 : 2;
    grid_fill(g, row, s);
    grid_put(g, row.x + gutter - 2, row.y, style_on(role, ROLE_SELECTION, ATTR_BOLD), mark);
    grid_fit(g, row.x + gutter, row.y, row.w - gutter, s, text, strlen(text));
    grid_cursor(g, row.x, row.y, false);
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
        view_blocks(ui, g, inner, layout_focus(ui, canvas));
        view_block(ui, g, blocks_beside(inner), layout_focus(ui, canvas), true);
        break;
    case LAYOUT_TABLE:
        view_table(ui, g, inner);
        break;
    case LAYOUT_LANES:
        view_lanes(ui, g, inner);
        break;
    case LAYOUT_SCORES:
        view_outline(ui, g, layout_list(LAYOUT_SCORES, inner));
        view_scores(ui, g, layout_beside(LAYOUT_SCORES, inner));
        break;
    case LAYOUT_GRAPH:
        view_outline(ui, g, layout_list(LAYOUT_GRAPH, inner));
        view_graph(ui, g, layout_beside(LAYOUT_GRAPH, inner));
        break;
    case LAYOUT_TEXT:
    case LAYOUT_OUTLINE:
        view_outline(ui, g, inner);
    }
    if (panel_in_past(ui))
        draw_banner(ui, g, r);
    draw_dragged(ui, g, inner);
    view_typed_field(ui, g, r);
    counts_end(ui);
    grid_unclip(g, old);
}
