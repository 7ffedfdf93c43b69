/* Choosing a template: the catalogue at the left, a picture of the focused one's blocks at the right. */
#include <stdio.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_parts.h"
#include "client/tui/view_start.h"
#include "common/template.h"

enum {
    LIST_LEAST = 28,
    LIST_MOST = 46,
    HEAD_LINES = 6,
    BELOW_LINES = 4, /* of the picture: blank, figures, attribution */
    PICTURE_MOST = 26,
};

static struct rect list_rect(struct rect page)
{
    int w = most(LIST_LEAST, least(LIST_MOST, page.w * 3 / 8));

    return (struct rect){page.x, page.y + HEAD_LINES, w, most(1, page.h - HEAD_LINES)};
}

int view_templates_room(struct rect page)
{
    return list_rect(page).h;
}

static void list(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start_new *making = &ui->start.making;
    size_t end = making->top + (size_t)r.h;

    for (size_t i = making->top; i < making->n_shown && i < end; i++) {
        const struct template *t = making->templates.at[making->shown[i]];
        struct rect line = {r.x, r.y + (int)(i - making->top), r.w, 1};
        bool focus = i == making->focus;

        if (focus) {
            grid_fill(g, line, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
            grid_put(g, line.x, line.y, style_on(ROLE_HINT_KEY, ROLE_FOCUS, 0), sign(ui, SIGN_FOCUS));
            if (!ui->start.finding)
                grid_cursor(g, line.x, line.y, false);
        }
        view_line(g, line.x + 2, line.y, line.w - 3,
                  focus ? style_on(ROLE_FOCUS, ROLE_FOCUS, ATTR_BOLD) : style(ROLE_TEXT), t->title);
        grid_hit(g, line, HIT_ROW, i, 0);
    }
    if (making->top > 0)
        grid_put(g, r.x + r.w, r.y, style(ROLE_HINT_KEY), sign(ui, SIGN_UP));
    if (end < making->n_shown)
        grid_put(g, r.x + r.w, r.y + r.h - 1, style(ROLE_HINT_KEY), sign(ui, SIGN_DOWN));
}

/* ---- the picture */

static struct rect block_rect(const struct template *t, const struct template_block *b, struct rect r)
{
    int cols = (int)t->cols, rows = (int)t->rows;
    int left = (r.w - 1) * (int)b->col / cols, right = (r.w - 1) * (int)(b->col + b->col_span) / cols;
    int top = (r.h - 1) * (int)b->row / rows, bottom = (r.h - 1) * (int)(b->row + b->row_span) / rows;

    return (struct rect){r.x + left, r.y + top, right - left + 1, bottom - top + 1};
}

/* Whether every block is large enough for something to be read in it. */
static bool can_be_drawn(const struct template *t, struct rect r)
{
    if (t->cols == 0 || t->rows == 0)
        return false;
    for (size_t i = 0; i < t->n_blocks; i++) {
        struct rect box = block_rect(t, &t->blocks[i], r);

        if (box.w < 7 || box.h < 3)
            return false;
    }
    return true;
}

/* Words that are longer than a line end in "…", instead of going on in the next one. */
static const char *short_words(struct ui *ui, const char *title, int width)
{
    const char *out = "";

    while (*title) {
        size_t len = strcspn(title, " ");
        const char *word = words_printf(ui, "%.*s", (int)len, title);

        if (words_width(word) > width)
            word = arena_short(&ui->words, word, (size_t)width);
        out = words_printf(ui, "%s%s%s", out, *out ? " " : "", word);
        title += len + strspn(title + len, " ");
    }
    return out;
}

static void picture(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    for (size_t i = 0; i < t->n_blocks; i++)
        grid_box(g, block_rect(t, &t->blocks[i], r), style(ROLE_BORDER));
    for (size_t i = 0; i < t->n_blocks; i++) {
        struct rect box = block_rect(t, &t->blocks[i], r);

        view_lines(g, (struct rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2}, style(ROLE_TITLE),
                   short_words(ui, t->blocks[i].title, box.w - 2));
    }
}

static void names(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    int n = (int)t->n_blocks, shown = n > r.h ? r.h - 1 : n;

    for (int i = 0; i < shown; i++)
        view_line(g, r.x, r.y + i, r.w, style(ROLE_TITLE),
                  words_printf(ui, "%s %s", sign(ui, SIGN_CARD), t->blocks[i].title));
    if (shown < n)
        view_line(g, r.x, r.y + shown, r.w, style(ROLE_DIM), words_printf(ui, "and %d more", n - shown));
}

static void preview(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    struct rect box = {r.x, r.y, r.w, least(PICTURE_MOST, r.h - BELOW_LINES)};
    struct rect below = {r.x, box.y + box.h + 1, r.w, 3};

    if (r.w < 20 || box.h < 2)
        return;
    if (can_be_drawn(t, box))
        picture(ui, g, box, t);
    else
        names(ui, g, box, t);
    view_line(g, below.x, below.y, below.w, style(ROLE_TEXT),
              words_printf(ui, "%s %s %s", words_count(ui, t->n_blocks, "block", "blocks"), sign(ui, SIGN_DOT),
                           t->licence ? t->licence : ""));
    below.y++;
    below.h--;
    if (t->attribution && t->attribution[0])
        view_lines(g, below, style(ROLE_DIM), t->attribution);
}

void view_templates(struct ui *ui, struct grid *g, struct rect page)
{
    const struct start_new *making = &ui->start.making;
    const struct template *t = start_template(ui);
    struct rect r = list_rect(page);

    view_start_logo(g, page, words_printf(ui, "New canvas in %s", making->workspace),
                    "Choose a template: which blocks it begins with.");
    view_start_find(ui, g, (struct rect){page.x, page.y + 4, page.w, 1}, making->find, "type to find a template",
                    making->find[0] ? words_printf(ui, "%zu of %zu", making->n_shown, making->templates.n)
                                    : words_count(ui, making->templates.n, "template", "templates"));
    list(ui, g, r);
    if (t)
        preview(ui, g, (struct rect){r.x + r.w + 2, r.y, page.w - r.w - 2, r.h}, t);
    else
        view_line(g, r.x + 2, r.y, r.w - 2, style(ROLE_TEXT), "No template fits.");
}
