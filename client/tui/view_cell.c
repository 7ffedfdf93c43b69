/* Cells, see view_cell.h. */
#include "client/tui/view_cell.h"

#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/view_measure.h"
#include "client/tui/view_parts.h"

enum { LINES_MOST = 16 };

/* ---- words of several lines */

static int lines_width(const char *text)
{
    int widest = 0;
    for (size_t lines = 0; *text != '\0' && lines < LINES_MOST; lines++) {
        size_t len = strcspn(text, "\n");
        widest = most(widest, grid_width(text, len));
        text += len + (text[len] == '\n');
    }
    return widest;
}

static int lines_rows(const char *text, int width, int most_rows)
{
    return (int)wrap_count(text, strlen(text), most(1, width), (size_t)most(1, most_rows));
}

/* The last line ends in "…" if there are more. */
static void lines_draw(struct grid *g, struct rect r, const char *text, struct style s, bool right)
{
    struct wrap w;
    wrap_init(&w);
    wrap_text(&w, text, strlen(text), most(1, r.w), (size_t)r.h + 1);
    for (int i = 0; i < r.h && (size_t)i < w.n; i++) {
        const struct wrap_line *line = &w.at[i];
        bool cut = i == r.h - 1 && w.n > (size_t)r.h; /* grid_fit is given more than fits */
        size_t len = cut ? strlen(text + line->at_bytes) : line->len_bytes;
        int pad = right && !cut ? most(0, r.w - (int)line->cells) : 0;
        (void)grid_fit(g, r.x + pad, r.y + i, r.w - pad, s, text + line->at_bytes, len);
        if (cut && grid_width(text + line->at_bytes, len) <= r.w) /* an empty rest */
            (void)grid_put(g, r.x + r.w - 1, r.y + i, s, g->ascii ? "~" : "…");
    }
    wrap_fini(&w);
}

/* ---- fields */

static enum role field_role(const struct field *field)
{
    return field->type == FIELD_GROUPS ? ROLE_TAG : ROLE_TEXT;
}

static bool is_parts(const struct field *field)
{
    return field->type == FIELD_MEASURE || field->type == FIELD_ACTION;
}

int field_width(struct ui *ui, const struct card *card, const struct field *field)
{
    if (is_parts(field))
        return parts_width(ui, card, field);
    return lines_width(ui_cell(ui, card, field));
}

int field_rows(struct ui *ui, const struct card *card, const struct field *field, int width, int most_rows)
{
    if (is_parts(field))
        return most(1, least(parts_rows(ui, card, field, width), most_rows));
    return lines_rows(ui_cell(ui, card, field), width, most_rows);
}

void field_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, const struct field *field,
                struct style s)
{
    if (is_parts(field)) {
        parts_draw(ui, g, r, card, field);
        return;
    }
    if (s.role == ROLE_TEXT)
        s.role = (uint8_t)field_role(field);
    lines_draw(g, r, ui_cell(ui, card, field), s, false);
}

/* ---- columns */

static struct style column_style(const struct card *card, const struct table_column *column)
{
    switch (column->kind) {
    case TABLE_TAGS:
        return style(ROLE_TAG);
    case TABLE_VOTES:
        return style(ROLE_VOTE);
    case TABLE_AUTHOR:
        return style(ui_person_role(card->created_by));
    default:
        return style(ROLE_TEXT);
    }
}

/* Numbers of a column stand one below the other, without their unit: that is told by the head. */
static bool is_own(const struct table_column *column)
{
    return column->kind == TABLE_FIELD && !column->right;
}

int cell_width(const struct table *t, const struct card *card, const struct table_column *column)
{
    return is_own(column) ? field_width(t->ui, card, column->field) : lines_width(table_cell(t, card, column));
}

int cell_rows(const struct table *t, const struct card *card, const struct table_column *column, int most_rows)
{
    return is_own(column) ? field_rows(t->ui, card, column->field, column->w, most_rows)
                          : lines_rows(table_cell(t, card, column), column->w, most_rows);
}

void cell_draw(const struct table *t, struct grid *g, struct rect r, const struct card *card,
               const struct table_column *column)
{
    if (is_own(column))
        field_draw(t->ui, g, r, card, column->field, column_style(card, column));
    else
        lines_draw(g, r, table_cell(t, card, column), column_style(card, column), column->right);
}
