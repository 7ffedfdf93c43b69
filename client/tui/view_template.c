/* A template as one chooses it: what it is for, a small picture of what it begins with (by its kind), languages, licence and
 * the line that is owed to its author. */
#include <stdio.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_parts.h"
#include "client/tui/view_start.h"
#include "common/template.h"

enum {
    ABOUT_LINES = 3,
    BELOW_LINES = 4, /* of the picture: blank, figures, attribution */
    PICTURE_MOST = 26,
    COLUMNS_MOST = 8,
    CELL_LEAST = 7,
};

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

/* ---- other kinds than grids */

/* Boxes side by side with a title each; rows: so many lines below the head, each with its name if there are names. */
static bool columns(struct ui *ui, struct grid *g, struct rect r, const char *const *titles, int n, const struct field *lanes)
{
    int lanes_n = lanes ? (int)least((int)lanes->n_choices, (r.h - 4) / 2) : 0, left = lanes_n > 0 ? least(14, r.w / 4) : 0;
    int height = lanes ? 4 + 2 * lanes_n : least(r.h, 8);

    while (n > 1 && (r.w - left - 1) / n <= CELL_LEAST)
        n--;
    if (n < 1 || r.h < 4)
        return false;
    for (int i = 0; i < n; i++) {
        int x = r.x + left + (r.w - left - 1) * i / n, end = r.x + left + (r.w - left - 1) * (i + 1) / n;
        grid_box(g, (struct rect){x, r.y, end - x + 1, height}, style(ROLE_BORDER));
    }
    for (int i = 0; i < n; i++) {
        int x = r.x + left + (r.w - left - 1) * i / n, end = r.x + left + (r.w - left - 1) * (i + 1) / n;
        view_lines(g, (struct rect){x + 1, r.y + 1, end - x - 1, 2}, style(ROLE_TITLE),
                   short_words(ui, titles[i], end - x - 1));
    }
    if (!lanes)
        grid_hline(g, r.x, r.y + 3, r.w, style(ROLE_BORDER));
    for (int i = 0; i < lanes_n; i++) {
        grid_hline(g, r.x + left, r.y + 3 + 2 * i, r.w - left, style(ROLE_BORDER));
        view_line(g, r.x, r.y + 4 + 2 * i, left - 1, style(ROLE_TITLE), lanes->choices[i].title);
    }
    return true;
}

static bool table_picture(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    const struct template_block *b = &t->blocks[0];
    const char *titles[COLUMNS_MOST];
    int n = 0;

    titles[n++] = b->column[0] ? b->column : b->title;
    for (size_t i = 0; i < b->n_fields && n < COLUMNS_MOST; i++)
        titles[n++] = b->fields[i].title;
    for (size_t i = 0; i < t->n_fields && n < COLUMNS_MOST; i++)
        titles[n++] = t->fields[i].title;
    return columns(ui, g, r, titles, n, NULL);
}

static bool lanes_picture(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    const struct field *lanes = NULL;
    const char *titles[COLUMNS_MOST];
    int n = 0;

    for (size_t i = 0; i < t->n_fields; i++)
        if (strcmp(t->fields[i].key, t->lanes) == 0)
            lanes = &t->fields[i];
    for (size_t i = 0; i < t->n_blocks && n < COLUMNS_MOST; i++)
        titles[n++] = t->blocks[i].title;
    return columns(ui, g, r, titles, n, lanes);
}

/* Cards placed by two numbers: the sides alone. */
static bool plot_picture(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    if (!t->x.field[0] || r.h < 6)
        return false;
    r.h = least(r.h, 12);
    view_line(g, r.x, r.y, r.w, style(ROLE_TITLE), words_printf(ui, "%s %s", sign(ui, SIGN_UP), t->y.title));
    grid_box(g, (struct rect){r.x, r.y + 1, r.w, r.h - 2}, style(ROLE_BORDER));
    view_line_right(g, r.x + r.w, r.y + r.h - 1, r.w, style(ROLE_TITLE),
                    words_printf(ui, "%s %s", t->x.title, sign(ui, SIGN_RIGHT)));
    return true;
}

static void draw_picture(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    bool drawn = false;

    if (strcmp(t->kind, "table") == 0)
        drawn = table_picture(ui, g, r, t);
    else if (strcmp(t->kind, "lanes") == 0)
        drawn = lanes_picture(ui, g, r, t);
    else if (strcmp(t->kind, "matrix") == 0 && t->x.field[0])
        drawn = plot_picture(ui, g, r, t);
    else if (can_be_drawn(t, r) && strcmp(t->kind, "graph") != 0 && strcmp(t->kind, "text") != 0)
        picture(ui, g, r, t), drawn = true;
    if (!drawn)
        names(ui, g, r, t);
}

/* ---- all of it */

static const char *figures(struct ui *ui, const struct template *t)
{
    const char *dot = sign(ui, SIGN_DOT), *languages = t->lang;

    for (char **at = t->languages; at && *at; at++)
        if (strcmp(*at, t->lang) != 0)
            languages = words_printf(ui, "%s, %s", languages, *at);
    return words_printf(ui, "%s %s %s%s%s %s %s", words_count(ui, t->n_blocks, "block", "blocks"), dot,
                        t->n_steps ? words_printf(ui, "walk of %zu steps %s ", t->n_steps, dot) : "", languages, "", dot,
                        t->licence);
}

void view_template(struct ui *ui, struct grid *g, struct rect r, const struct template *t)
{
    int about = r.h >= 8 && t->about[0] ? view_lines_count(t->about, r.w, r.h < 14 ? ABOUT_LINES - 1 : ABOUT_LINES) : 0, above = about + (about > 0 && r.h >= 16);
    struct rect box = {r.x, r.y + above, r.w, least(PICTURE_MOST, r.h - above - BELOW_LINES)};
    struct rect below = {r.x, box.y + box.h + 1, r.w, 3};

    if (r.w < 20 || box.h < 2)
        return;
    view_lines(g, (struct rect){r.x, r.y, r.w, about}, style(ROLE_TEXT), t->about);
    draw_picture(ui, g, box, t);
    view_line(g, below.x, below.y, below.w, style(ROLE_TEXT), figures(ui, t));
    below.y++;
    below.h--;
    if (t->attribution[0])
        view_lines(g, below, style(ROLE_DIM), t->attribution);
}
