/* Lanes: stages (blocks) from left to right, lanes (the choices of one field) from top to bottom; a card stands where its
 * block and its lane cross. As many stages as there is room for are shown, and the others are paged to; a cell with more
 * cards than fit scrolls with the focus. */
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/view_lines.h"

enum { STAGE_LEAST = 16, STAGES_LEAST = 3, NAMES_LEAST = 12, NAMES_MOST = 24, CARD_LINES = 4, HEAD_ROWS = 2 };

struct lanes_view {
    struct ui *ui;
    struct lanes l;
    struct block **blocks; /* owned */
    size_t n;
    struct rect r;
    int names_w, stage_w;  /* without the line behind them */
    size_t from, to;       /* stages that are shown */
    int limit;             /* rows of a card */
    int *rows;             /* of each lane; owned */
    size_t top, bottom;    /* lanes that are shown */
};

static int names_width(int w)
{
    return most(NAMES_LEAST, least(NAMES_MOST, w / 7));
}

bool lanes_fit(const struct canvas *canvas, struct rect r)
{
    size_t n;
    free(canvas_blocks_in_order(canvas, &n));
    return n > 0 && r.h >= 10 &&
           r.w >= names_width(r.w) + 2 + least((int)n, STAGES_LEAST) * (STAGE_LEAST + 1);
}

/* ---- stages */

static void choose_stages(struct lanes_view *v)
{
    int room = v->r.w - 2 - v->names_w;
    int n = most(1, least((int)v->n, room / (STAGE_LEAST + 1)));
    size_t focus = 0;
    v->stage_w = room / n - 1;
    v->names_w += room - n * (v->stage_w + 1);
    for (size_t i = 0; i < v->n; i++) {
        if (v->blocks[i]->o.id == v->ui->lanes_stage)
            v->from = i;
        if (v->blocks[i]->o.id == v->ui->block)
            focus = i;
    }
    if (focus < v->from)
        v->from = focus;
    if (focus >= v->from + (size_t)n)
        v->from = focus + 1 - (size_t)n;
    if (v->from + (size_t)n > v->n)
        v->from = v->n - (size_t)n;
    v->to = v->from + (size_t)n;
}

/* ---- rows */

static int card_lines(const struct lanes_view *v, const struct card *card)
{
    int limit = card_typed_here(v->ui, card) ? most(CARD_LINES, v->limit) : v->limit;
    return card_rows_in(v->ui, card, CARD_SHORT, v->stage_w, limit);
}

static int cell_need(const struct lanes_view *v, size_t stage, size_t lane, int enough)
{
    int rows = 0;
    for (const struct card *card = lanes_card(&v->l, v->blocks[stage], lane, NULL, 1); card != NULL && rows < enough;
         card = lanes_card(&v->l, v->blocks[stage], lane, card, 1))
        rows += card_lines(v, card);
    return rows;
}

/* What all lanes need, with the line above each. */
static int measure_lanes(struct lanes_view *v)
{
    int all = 0;
    for (size_t lane = 0; lane < v->l.n; lane++) {
        const char *title = lanes_title(&v->l, lane);
        int rows = v->limit > 1 ? (int)wrap_count(title, strlen(title), v->names_w - 2, 2) : 1;
        for (size_t i = v->from; i < v->to; i++)
            rows = most(rows, cell_need(v, i, lane, v->r.h));
        v->rows[lane] = rows;
        all += rows + 1;
    }
    return all;
}

static int room_for_lanes(const struct lanes_view *v)
{
    return v->r.h - HEAD_ROWS - 1; /* the last line below closes the frame */
}

/* A lane takes at most half of the room then, and as many are shown as fit. */
static void scroll_lanes(struct lanes_view *v)
{
    int room = room_for_lanes(v), half = most(3, room / 2), sum = 0;
    size_t focus = lanes_focus(v->ui, &v->l);
    for (size_t i = 0; i < v->l.n; i++)
        v->rows[i] = least(v->rows[i], half);
    v->top = (size_t)most(0, least(v->ui->lanes_top, (int)v->l.n - 1));
    if (focus < v->top)
        v->top = focus;
    for (size_t i = focus + 1; i-- > 0;) { /* the earliest top from which the focus is in sight */
        sum += v->rows[i] + 1;
        if (sum > room) {
            v->top = v->top <= i ? i + 1 : v->top;
            break;
        }
    }
    sum = 0;
    for (v->bottom = v->top; v->bottom < v->l.n && sum + v->rows[v->bottom] + 1 <= room; v->bottom++)
        sum += v->rows[v->bottom] + 1;
    if (v->bottom == v->top) { /* one lane alone is too high */
        v->rows[v->top] = most(1, room - 1);
        v->bottom++;
    } else {
        v->rows[v->bottom - 1] += room - sum;
    }
}

static void choose_rows(struct lanes_view *v)
{
    int room = room_for_lanes(v), need = 0;
    for (v->limit = CARD_LINES; v->limit > 0; v->limit--)
        if ((need = measure_lanes(v)) <= room)
            break;
    if (need > room) {
        v->limit = 1;
        scroll_lanes(v);
        return;
    }
    v->bottom = v->l.n;
    for (int i = 0; need < room; i++, need++) /* what is left makes all of them higher */
        v->rows[(size_t)i % v->l.n]++;
}

static struct lanes_view *view_new(struct ui *ui, struct rect r)
{
    struct lanes_view *v = xcalloc(1, sizeof *v);
    v->ui = ui;
    v->r = r;
    v->l = lanes_of(ui);
    v->blocks = canvas_blocks_in_order(panel_canvas(ui), &v->n);
    v->names_w = names_width(r.w);
    v->rows = xcalloc(v->l.n + 1, sizeof *v->rows);
    choose_stages(v);
    choose_rows(v);
    return v;
}

static void view_free(struct lanes_view *v)
{
    free(v->rows);
    free(v->blocks);
    free(v);
}

void lanes_settle(struct ui *ui, struct rect r)
{
    struct lanes_view *v = view_new(ui, r);
    ui->lanes_stage = v->blocks[v->from]->o.id;
    ui->lanes_top = (int)v->top;
    view_free(v);
}

/* ---- drawing */

static int stage_x(const struct lanes_view *v, size_t stage)
{
    return v->r.x + 1 + v->names_w + 1 + (int)(stage - v->from) * (v->stage_w + 1);
}

/* The first card of a cell from which the focused one is visible. */
static const struct card *first_shown(const struct lanes_view *v, size_t stage, size_t lane, int h)
{
    const struct card *first = lanes_card(&v->l, v->blocks[stage], lane, NULL, 1);
    const struct card *focus = ui_focused_card(v->ui);
    if (focus == NULL || focus->block != v->blocks[stage] || lanes_lane(&v->l, focus) != lane)
        return first;
    int sum = 0;
    const struct card *from = focus;
    for (const struct card *card = focus; card != NULL; card = lanes_card(&v->l, card->block, lane, card, -1)) {
        sum += card_lines(v, card);
        if (sum > h)
            break;
        from = card;
    }
    return from;
}

static void draw_cell(const struct lanes_view *v, struct grid *g, struct rect r, size_t stage, size_t lane)
{
    struct ui *ui = v->ui;
    const struct block *block = v->blocks[stage];
    bool crowded = cell_need(v, stage, lane, r.h + 1) > r.h && r.h > 1;
    int y = r.y, bottom = r.y + r.h - crowded;
    grid_hit(g, r, HIT_BLOCK, block->o.id, (uint32_t)lane + 1);
    const struct card *card = first_shown(v, stage, lane, r.h - crowded);
    for (; card != NULL && y < bottom; card = lanes_card(&v->l, block, lane, card, 1)) {
        int rows = least(card_lines(v, card), bottom - y);
        card_draw_in(ui, g, (struct rect){r.x, y, r.w, rows}, card, CARD_SHORT, rows);
        y += rows;
    }
    size_t more = 0;
    for (; card != NULL; card = lanes_card(&v->l, block, lane, card, 1))
        more++;
    if (crowded && more > 0)
        grid_put(g, r.x + 2, bottom, style(ROLE_DIM), words_printf(ui, "+%zu %s", more, sign(ui, SIGN_DOWN)));
    if (ui->card == 0 && ui->block == block->o.id && lanes_focus(ui, &v->l) == lane && !ui->typing.object) {
        grid_tint(g, r, style_on(ROLE_TEXT, ROLE_FOCUS, 0));
        grid_put(g, r.x, r.y, style_on(ROLE_BORDER_FOCUS, ROLE_FOCUS, ATTR_BOLD), sign(ui, SIGN_FOCUS));
        grid_cursor(g, r.x, r.y, false);
    }
}

static void draw_names(const struct lanes_view *v, struct grid *g, int y, size_t lane)
{
    struct ui *ui = v->ui;
    bool focused = lanes_focus(ui, &v->l) == lane;
    const char *title = lanes_title(&v->l, lane);
    title = words_line(ui, title, strlen(title));
    const char *prompt = v->l.field != NULL && lane < v->l.field->n_choices ? v->l.field->choices[lane].prompt : "";
    prompt = words_line(ui, prompt, strlen(prompt));
    struct rect r = {v->r.x + 2, y, v->names_w - 2, v->rows[lane]};
    struct style s = style_on(focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT, ATTR_BOLD);
    int used = view_lines(g, r, s, title);
    r.y += used;
    r.h -= used;
    if (r.h > 1 && prompt[0])
        (void)view_lines(g, r, style(ROLE_DIM), prompt);
    if (focused)
        grid_put(g, v->r.x + 1, y, s, sign(ui, SIGN_FOCUS));
}

static void draw_stage_head(const struct lanes_view *v, struct grid *g, size_t stage)
{
    struct ui *ui = v->ui;
    const struct block *block = v->blocks[stage];
    bool focused = ui->block == block->o.id;
    int x = stage_x(v, stage), y = v->r.y + 1;
    const char *count = block->n_alive ? words_printf(ui, "%u", block->n_alive) : "";
    const char *title = words_line(ui, block->title, strlen(block->title));
    grid_hit(g, (struct rect){x, y, v->stage_w, 1}, HIT_BLOCK, block->o.id, 0);
    int used = grid_put(g, x, y, style(ROLE_DIM), stage < 9 ? words_printf(ui, "%zu ", stage + 1) : "");
    (void)grid_fit(g, x + used, y, v->stage_w - used - words_width(count) - 1,
                   style_on(focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, ROLE_TEXT,
                            ATTR_BOLD | (focused ? ATTR_UNDERLINE : 0)),
                   title, strlen(title));
    grid_put(g, x + v->stage_w - words_width(count), y, style(ROLE_DIM), count);
}

/* The frame, and the lines between stages and lanes. */
static void draw_lines(const struct lanes_view *v, struct grid *g)
{
    struct style s = style(ROLE_BORDER);
    grid_box(g, v->r, s);
    for (size_t i = v->from; i < v->to; i++)
        grid_vline(g, stage_x(v, i) - 1, v->r.y, v->r.h, s);
    int y = v->r.y + HEAD_ROWS;
    for (size_t lane = v->top; lane < v->bottom; lane++) {
        grid_hline(g, v->r.x, y, v->r.w, s);
        y += v->rows[lane] + 1;
    }
}

/* How many stages and lanes there are besides, in the frame. */
static void draw_more(const struct lanes_view *v, struct grid *g)
{
    struct ui *ui = v->ui;
    size_t after = v->n - v->to, below = v->l.n - v->bottom;
    struct style s = style(ROLE_DIM);
    if (v->from > 0)
        grid_put(g, v->r.x + 1, v->r.y + 1, s,
                 words_printf(ui, "%s %zu more", sign(ui, SIGN_LEFT), v->from));
    if (after > 0) {
        const char *text = words_printf(ui, " %s %s ", words_count(ui, after, "more stage", "more stages"), sign(ui, SIGN_RIGHT));
        grid_put(g, v->r.x + v->r.w - 2 - words_width(text), v->r.y, s, text);
    }
    if (v->top > 0)
        grid_put(g, v->r.x + 2, v->r.y + HEAD_ROWS, s,
                 words_printf(ui, " %s %s ", sign(ui, SIGN_UP), words_count(ui, v->top, "lane", "lanes")));
    if (below > 0)
        grid_put(g, v->r.x + 2, v->r.y + v->r.h - 1, s,
                 words_printf(ui, " %s %s ", sign(ui, SIGN_DOWN), words_count(ui, below, "lane", "lanes")));
}

void view_lanes(struct ui *ui, struct grid *g, struct rect r)
{
    struct rect old = grid_clip(g, r);
    counts_begin(ui, panel_canvas(ui));
    struct lanes_view *v = view_new(ui, r);
    draw_lines(v, g);
    for (size_t i = v->from; i < v->to; i++)
        draw_stage_head(v, g, i);
    int y = v->r.y + HEAD_ROWS + 1;
    for (size_t lane = v->top; lane < v->bottom; lane++) {
        draw_names(v, g, y, lane);
        for (size_t i = v->from; i < v->to; i++)
            draw_cell(v, g, (struct rect){stage_x(v, i), y, v->stage_w, v->rows[lane]}, i, lane);
        y += v->rows[lane] + 1;
    }
    draw_more(v, g);
    view_free(v);
    counts_end(ui);
    grid_unclip(g, old);
}
