/* Tables for people: columns side by side that share the terminal's width, cells wrapped at words so that nothing is cut off. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/method_cli.h"
#include "common/utf8.h"

enum { GAP = 2, NARROWEST = 6 };

/* Text from others as it may be printed, lines kept: widths are those of what is shown. */
static const char *printable(struct arena *arena, const char *text)
{
    size_t len;
    char *clean = utf8_printable(text, strlen(text), true, &len);
    const char *copy = arena_strndup(arena, clean, len);
    free(clean);
    return copy;
}

void text_table_init(struct text_table *t, struct arena *arena, size_t n_columns, const char *const *titles)
{
    *t = (struct text_table){.arena = arena, .n_columns = n_columns};
    t->titles = arena_calloc(arena, n_columns + 1, sizeof *t->titles);
    t->right = arena_calloc(arena, n_columns + 1, sizeof *t->right);
    ASSERT(t->titles && t->right);
    for (size_t i = 0; i < n_columns; i++)
        t->titles[i] = titles[i];
}

const char **text_table_row(struct text_table *t)
{
    if (t->n_rows == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 32;
        const char ***more = arena_calloc(t->arena, t->cap, sizeof *more);
        ASSERT(more);
        if (t->n_rows)
            memcpy(more, t->rows, t->n_rows * sizeof *more);
        t->rows = more;
    }
    const char **row = arena_calloc(t->arena, t->n_columns + 1, sizeof *row);
    ASSERT(row);
    for (size_t i = 0; i < t->n_columns; i++)
        row[i] = "";
    return t->rows[t->n_rows++] = row;
}

/* The widest line. */
static size_t cell_width(const char *text)
{
    size_t widest = 0;
    while (*text) {
        size_t line = strcspn(text, "\n"), cells = utf8_width(text, line);
        widest = cells > widest ? cells : widest;
        text += line + (text[line] == '\n');
    }
    return widest;
}

void text_table_widths(const struct text_table *t, size_t width, size_t *widths)
{
    size_t sum = t->n_columns ? GAP * (t->n_columns - 1) : 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        widths[i] = cell_width(t->titles[i]);
        for (size_t k = 0; k < t->n_rows; k++) {
            size_t cells = cell_width(t->rows[k][i]);
            widths[i] = cells > widths[i] ? cells : widths[i];
        }
        sum += widths[i];
    }
    for (; sum > width; sum--) {
        size_t widest = 0;
        for (size_t i = 1; i < t->n_columns; i++)
            widest = widths[i] > widths[widest] ? i : widest;
        if (t->n_columns == 0 || widths[widest] <= NARROWEST)
            return;
        widths[widest]--;
    }
}

/* How many bytes of a line go into the cells: up to a space if there is one, else anywhere between clusters. */
static size_t fitting(const char *text, size_t len, size_t cells)
{
    size_t at = 0, used = 0, space = 0;
    while (at < len) {
        size_t n = utf8_grapheme(text + at, len - at);
        size_t wide = (size_t)utf8_cluster_width(text + at, n);
        if (used + wide > cells)
            return space ? space : at ? at : n;
        at += n;
        used += wide;
        if (at < len && text[at] == ' ')
            space = at;
    }
    return len;
}

/* Takes the next printed line of a cell off its rest. */
static const char *next_line(struct arena *arena, const char **rest, size_t cells)
{
    size_t line = strcspn(*rest, "\n"), len = fitting(*rest, line, cells);
    const char *text = arena_strndup(arena, *rest, len);
    *rest += len;
    if (**rest == '\n')
        (*rest)++;
    else if (len < line)
        *rest += strspn(*rest, " ");
    return text;
}

static bool is_empty(const char *const *rest, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (*rest[i])
            return false;
    return true;
}

static void print_cells(const struct text_table *t, struct output *out, const size_t *widths, const char *const *cells,
                        enum text_style style)
{
    const char **rest = arena_calloc(t->arena, t->n_columns + 1, sizeof *rest);
    ASSERT(rest);
    for (size_t i = 0; i < t->n_columns; i++)
        rest[i] = printable(t->arena, cells[i]);
    do {
        const char *line = "";
        for (size_t i = 0; i < t->n_columns; i++) {
            const char *text = next_line(t->arena, &rest[i], widths[i]);
            size_t used = utf8_width(text, strlen(text)), pad = widths[i] > used ? widths[i] - used : 0;
            bool last = i + 1 == t->n_columns;
            line = arena_printf(t->arena, "%s%*s%s%*s%*s", line, t->right[i] ? (int)pad : 0, "", text,
                                t->right[i] || last ? 0 : (int)pad, "", last ? 0 : GAP, "");
        }
        size_t len = strlen(line);
        while (len > 0 && line[len - 1] == ' ')
            len--;
        out_print(out, style, "%.*s\n", (int)len, line);
    } while (!is_empty(rest, t->n_columns));
}

void text_table_head(const struct text_table *t, struct output *out, const size_t *widths)
{
    print_cells(t, out, widths, t->titles, STYLE_DIM);
}

void text_table_print_row(const struct text_table *t, struct output *out, const size_t *widths, size_t row)
{
    print_cells(t, out, widths, t->rows[row], STYLE_PLAIN);
}

void text_table_print(const struct text_table *t, struct output *out)
{
    size_t *widths = arena_calloc(t->arena, t->n_columns + 1, sizeof *widths);
    ASSERT(widths);
    text_table_widths(t, out->width, widths);
    text_table_head(t, out, widths);
    for (size_t i = 0; i < t->n_rows; i++)
        text_table_print_row(t, out, widths, i);
}
