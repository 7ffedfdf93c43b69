/* Choosing a template: the catalogue at the left, by families; what the focused one is and looks like at the right. */
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
};

/* Behind the title of one of the workspace's own. */
static const char YOURS[] = "yours";

static struct rect list_rect(struct rect page)
{
    int w = most(LIST_LEAST, least(LIST_MOST, page.w * 3 / 8));

    return (struct rect){page.x, page.y + HEAD_LINES, w, most(1, page.h - HEAD_LINES)};
}

int view_templates_room(struct rect page)
{
    return list_rect(page).h;
}

/* A family's title stands above its first template, and above the first line that is seen. */
static bool has_head(const struct start_new *making, size_t row, size_t top)
{
    const char *family = start_family_at(making, row);
    return family && (row == top || strcmp(family, start_family_at(making, row - 1)) != 0);
}

static int lines_between(const struct start_new *making, size_t top, size_t last)
{
    int lines = 0;

    for (size_t i = top; i <= last && i < making->n_shown; i++)
        lines += 1 + has_head(making, i, top);
    return lines;
}

void view_templates_scroll(struct start_new *making, int lines)
{
    if (making->top >= making->n_shown || making->focus < making->top)
        making->top = making->focus;
    while (making->top < making->focus && lines_between(making, making->top, making->focus) > lines)
        making->top++;
    while (making->top > 0 && lines_between(making, making->top - 1, making->n_shown - 1) <= lines)
        making->top--;
}

static void draw_template(struct ui *ui, struct grid *g, struct rect line, size_t row)
{
    const struct start_new *making = &ui->start.making;
    const struct template *t = start_template_at(making, row);
    bool focus = row == making->focus;

    if (focus) {
        grid_fill(g, line, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
        grid_put(g, line.x, line.y, style_on(ROLE_HINT_KEY, ROLE_FOCUS, 0), sign(ui, SIGN_FOCUS));
        if (!ui->start.finding)
            grid_cursor(g, line.x, line.y, false);
    }
    int mark = start_is_own(making, row) ? (int)strlen(YOURS) + 1 : 0;
    if (mark)
        view_line(g, line.x + line.w - mark, line.y, mark - 1, focus ? style_on(ROLE_FOCUS, ROLE_FOCUS, 0) : style(ROLE_DIM), YOURS);
    view_line(g, line.x + 2, line.y, line.w - 3 - mark,
              focus ? style_on(ROLE_FOCUS, ROLE_FOCUS, ATTR_BOLD) : style(ROLE_TEXT), t->title);
    grid_hit(g, line, HIT_ROW, row, 0);
}

static void list(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start_new *making = &ui->start.making;
    size_t i = making->top;
    int y = r.y;

    for (; i < making->n_shown && y + has_head(making, i, making->top) < r.y + r.h; i++) {
        if (has_head(making, i, making->top))
            view_line(g, r.x, y++, r.w, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), start_family_at(making, i));
        draw_template(ui, g, (struct rect){r.x, y++, r.w, 1}, i);
    }
    if (making->top > 0)
        grid_put(g, r.x + r.w, r.y, style(ROLE_HINT_KEY), sign(ui, SIGN_UP));
    if (i < making->n_shown)
        grid_put(g, r.x + r.w, r.y + r.h - 1, style(ROLE_HINT_KEY), sign(ui, SIGN_DOWN));
}

void view_templates(struct ui *ui, struct grid *g, struct rect page)
{
    const struct start_new *making = &ui->start.making;
    const struct template *t = start_template(ui);
    struct rect r = list_rect(page);

    view_start_logo(g, page, words_printf(ui, "New canvas in %s", making->workspace),
                    making->lang[0] ? words_printf(ui, "Choose a template; %s: another language than “%s”.", ui_key(ui, ACTION_TEMPLATE_LANGUAGE), making->lang)
                                   : words_printf(ui, "Choose a template; %s: in another language.", ui_key(ui, ACTION_TEMPLATE_LANGUAGE)));
    view_start_find(ui, g, (struct rect){page.x, page.y + 4, page.w, 1}, making->find, "type to find a template",
                    making->find[0] ? words_printf(ui, "%zu of %zu", making->n_shown, start_templates(making))
                                    : words_count(ui, start_templates(making), "template", "templates"));
    list(ui, g, r);
    if (t)
        view_template(ui, g, (struct rect){r.x + r.w + 2, r.y, page.w - r.w - 2, r.h}, t);
    else
        view_line(g, r.x + 2, r.y, r.w - 2, style(ROLE_TEXT), "No template fits.");
}
