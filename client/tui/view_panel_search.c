/* Search: what is typed, and the cards that fit with the part that fits. Two lines each. */
#include <string.h>

#include "client/cli/find.h"
#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"
#include "common/utf8.h"

static const char *figure(struct ui *ui)
{
    if (ui->panel.find[0] == '\0')
        return "";
    return words_count(ui, ui->panel.n_found, "card", "cards");
}

static int head_lines(struct ui *ui, struct rect inside)
{
    (void)ui;
    return inside.h > 6 ? 2 : 1;
}

static void head(struct ui *ui, struct grid *g, struct rect r)
{
    const struct panel *p = &ui->panel;
    struct style field = style_on(ROLE_FIELD, ROLE_FIELD, 0);
    const char *find = p->find;
    int room = r.w - 3, width = words_width(find);

    grid_fill(g, (struct rect){r.x, r.y, r.w, 1}, field);
    grid_put(g, r.x, r.y, style_on(ROLE_HINT_KEY, ROLE_FIELD, 0), "/");
    while (width > room) { /* its end is what one types */
        find += utf8_grapheme(find, strlen(find));
        width = words_width(find);
    }
    if (*find)
        grid_put(g, r.x + 2, r.y, field, find);
    else
        view_line(g, r.x + 2, r.y, room, style_on(ROLE_DIM, ROLE_FIELD, 0), "words to look for");
    if (p->focused)
        grid_cursor(g, r.x + 2 + width, r.y, true);
}

static int row_lines(struct ui *ui, size_t row, int width)
{
    (void)ui, (void)row, (void)width;
    return 2;
}

/* ---- the part that fits, with the words in it marked */

enum { BEFORE_CELLS = 16 }; /* of the text before the first place are shown, in whole words */

/* The line of the text from which on it is shown: so that the first place that fits can be seen. */
static size_t shown_from(const char *text, size_t first, int room)
{
    size_t from = 1;

    if (grid_width(text, first) < room - 4)
        return 0;
    while (from < first && (grid_width(text + from, first - from) > BEFORE_CELLS || text[from - 1] != ' '))
        from += utf8_grapheme(text + from, first - from);
    return from;
}

static void mark(struct grid *g, const struct fold_words *words, const char *text, int x, int y, int room)
{
    size_t len = strlen(text), from = 0, at, n;

    while (from < len && fold_find(words, text, len, from, &at, &n)) {
        int left = grid_width(text, at), width = grid_width(text + at, n);

        if (left >= room)
            return;
        grid_tint(g, (struct rect){x + left, y, least(width, room - left), 1},
                  style_on(ROLE_FOUND, ROLE_FOUND, ATTR_UNDERLINE));
        from = at + n;
    }
}

static void fitting(struct ui *ui, struct grid *g, struct rect r, const struct panel_part *part,
                    const struct fold_words *words, bool focus)
{
    const char *text = words_line(ui, part->text, part->len);
    size_t at = 0, n = 0, from = 0;
    int x = r.x, room = r.w;

    if (fold_find(words, text, strlen(text), 0, &at, &n))
        from = shown_from(text, at, room);
    if (from > 0) {
        grid_put(g, x++, r.y, view_panel_style(ROLE_DIM, focus), "…");
        room--;
    }
    text += from;
    if (*text)
        view_line(g, x, r.y, room, view_panel_style(ROLE_TEXT, focus), text);
    else
        view_line(g, x, r.y, room, view_panel_style(ROLE_DIM, focus), "(empty)");
    mark(g, words, text, x, r.y, room);
}

static void row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    const struct canvas *c = panel_canvas(ui);
    const struct card *card = at < ui->panel.n_found ? canvas_card(c, ui->panel.found[at]) : NULL;
    struct rect line = {r.x + 1, r.y, r.w - 1, 1};
    struct panel_part part;
    struct fold_words words;
    const char *dot = sign(ui, SIGN_DOT);

    if (!card)
        return;
    fold_words(&words, ui->panel.find);
    part = panel_search_part(c, card, &words);
    fitting(ui, g, line, &part, &words, focus);
    view_line(g, line.x, r.y + 1, line.w, view_panel_style(ROLE_DIM, focus),
              words_printf(ui, "%s %s %s%s%s", card->block->title, dot, id_text(&ui->words, card->o.id),
                           *part.name ? words_printf(ui, " %s ", dot) : "", part.name));
}

static const char *empty(struct ui *ui)
{
    if (ui->panel.find[0] == '\0')
        return "Type a word or several: the cards that have all of them, in their text, fields, tags or comments, are "
               "listed here.";
    return "No card fits. Fewer words, or only their beginnings, find more.";
}

static const struct panel_view view = {
    .title = "Search",
    .figure = figure,
    .head_lines = head_lines,
    .head = head,
    .row_lines = row_lines,
    .row = row,
    .empty = empty,
};

const struct panel_view *view_panel_search(void)
{
    return &view;
}
