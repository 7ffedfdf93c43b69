/* Texts over several lines, see view_lines.h. */
#include "client/tui/view_lines.h"

#include <string.h>

#include "client/tui/wrap.h"

int view_lines_count(const char *text, int width, int most)
{
    if (width < 1 || most < 1)
        return 0;
    return (int)wrap_count(text, strlen(text), width, (size_t)most);
}

int view_lines(struct grid *g, struct rect r, struct style s, const char *text)
{
    struct wrap wrap;
    size_t len = strlen(text);
    int lines;

    if (r.w < 1 || r.h < 1)
        return 0;
    wrap_init(&wrap);
    wrap_text(&wrap, text, len, r.w, (size_t)r.h);
    lines = (int)wrap.n < r.h ? (int)wrap.n : r.h;
    for (int i = 0; i < lines; i++) {
        const struct wrap_line *line = &wrap.at[i];
        size_t end = line->at_bytes + line->len_bytes, n = i + 1 == lines && end < len ? len : end;

        grid_fit(g, r.x, r.y + i, r.w, s, text + line->at_bytes, n - line->at_bytes);
    }
    wrap_fini(&wrap);
    return lines;
}

int view_line(struct grid *g, int x, int y, int room, struct style s, const char *text)
{
    return grid_fit(g, x, y, room, s, text, strlen(text));
}

int view_line_right(struct grid *g, int right, int y, int room, struct style s, const char *text)
{
    int width = grid_width(text, strlen(text));

    if (width > room)
        width = room;
    return view_line(g, right - width, y, width, s, text);
}
