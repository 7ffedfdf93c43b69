/* The start screen: the canvases of all workspaces, with the workspace in front of each, so that nobody opens another
 * client's one; or a page that says what to do first. */
#include <stdio.h>
#include <string.h>

#include "client/cli/cmd.h"
#include "client/tui/ago.h"
#include "client/tui/start_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_parts.h"
#include "client/tui/view_start.h"
#include "client/tui/views.h"
#include "common/utf8.h"

enum {
    MOST_COLS = 140, /* wider lines are hard to read along */
    WIDE_COLS = 104, /* from here on with template and number of changes */
    LOGO_CELLS = 7,
    SLIM_COLS = 72, /* below only how many are in a canvas, not who */
    LIST_LEAST = 6, /* rows that are kept free for the list, though it is shorter */
};

/* ---------------------------------------------------------------- places */

struct rect view_start_page(struct rect r)
{
    int w = least(MOST_COLS, r.w - 4), top = r.h > 19 ? least(4, r.h / 14) : 0;

    return (struct rect){r.x + (r.w - w) / 2, r.y + top, w, r.h - top};
}

/* Logo and title, blank, what is found with, another blank if there is room, the line of titles. */
static int head_lines(struct rect page)
{
    return page.h > 18 ? 7 : 6;
}

/* Lines about contexts below the list: a blank one, those that cannot be seen now, and one for the others. */
static int status_lines(const struct start *s, int page_lines)
{
    int trouble = 0, most_trouble = page_lines >= 30 ? 8 : page_lines >= 18 ? 3 : 1;
    bool fine = false;

    for (size_t i = 0; i < s->n_contexts; i++) {
        trouble += !s->contexts[i].online;
        fine = fine || s->contexts[i].online;
    }
    return 1 + least(trouble, most_trouble) + (fine || trouble > most_trouble);
}

static struct rect list_rect(const struct ui *ui, struct rect page)
{
    int head = head_lines(page),
        below = status_lines(&ui->start, page.h) + 2; /* a blank, and what is about the focus */
    int room = most(1, page.h - head - below), rows = (int)ui->start.n_canvases;

    return (struct rect){page.x, page.y + head, page.w, least(room, most(LIST_LEAST, rows))};
}

void view_start_scroll(size_t focus, size_t n, int room, size_t *top)
{
    size_t rows = (size_t)most(1, room);

    if (focus < *top)
        *top = focus;
    if (focus >= *top + rows)
        *top = focus - rows + 1;
    if (*top + rows > n)
        *top = n > rows ? n - rows : 0;
}

void start_settle(struct ui *ui, struct rect r)
{
    struct start *s = &ui->start;
    struct rect page = view_start_page(r);

    if (s->making.choosing)
        view_templates_scroll(&s->making, view_templates_room(page));
    else
        view_start_scroll(s->focus, s->n_shown, list_rect(ui, page).h, &s->top);
}

/* ---------------------------------------------------------------- head */

void view_start_logo(struct grid *g, struct rect page, const char *title, const char *below)
{
    struct style line = style(ROLE_HINT_KEY);
    int x = page.x, y = page.y;

    grid_box(g, (struct rect){x, y, LOGO_CELLS, 3}, line);
    grid_hline(g, x, y + 1, LOGO_CELLS, line);
    grid_put(g, x, y + 1, line, "├─┴┬┴─┤");
    grid_put(g, x, y, line, "╭─┬─┬─╮");
    grid_put(g, x, y + 2, line, "╰──┴──╯");
    view_line(g, x + LOGO_CELLS + 2, y, page.w - LOGO_CELLS - 2, style_on(ROLE_TITLE, ROLE_TEXT, ATTR_BOLD), title);
    view_line(g, x + LOGO_CELLS + 2, y + 1, page.w - LOGO_CELLS - 2, style(ROLE_DIM), below);
}

void view_start_find(const struct ui *ui, struct grid *g, struct rect line, const char *find, const char *what,
                     const char *figure)
{
    bool on = ui->start.finding;
    enum role under = on ? ROLE_FIELD : ROLE_TEXT;
    int room = line.w - 3 - words_width(figure) - 2, width = words_width(find);

    if (on)
        grid_fill(g, line, style_on(ROLE_FIELD, ROLE_FIELD, 0));
    grid_put(g, line.x, line.y, style_on(ROLE_HINT_KEY, under, 0), "/");
    while (width > room && *find) {
        find += utf8_grapheme(find, strlen(find));
        width = words_width(find);
    }
    if (*find)
        grid_put(g, line.x + 2, line.y, style_on(ROLE_FIELD, under, 0), find);
    else
        view_line(g, line.x + 2, line.y, room, style_on(ROLE_DIM, under, 0), what);
    view_line_right(g, line.x + line.w - 1, line.y, line.w / 2, style_on(ROLE_DIM, under, 0), figure);
    if (on)
        grid_cursor(g, line.x + 2 + width, line.y, true);
    grid_hit(g, line, HIT_ACTION, ACTION_START_FIND, 0);
}

static void head(struct ui *ui, struct grid *g, struct rect page)
{
    const struct start *s = &ui->start;
    const char *figure = "";

    view_start_logo(g, page, "Your canvases",
                    s->n_contexts == 1 ? words_printf(ui, "%s", s->contexts[0].workspace)
                                       : words_count(ui, s->n_contexts, "workspace", "workspaces"));
    if (s->find[0])
        figure = words_printf(ui, "%zu of %zu", s->n_shown, s->n_canvases);
    else if (s->n_canvases)
        figure = words_count(ui, s->n_canvases, "canvas", "canvases");
    view_start_find(ui, g, (struct rect){page.x, page.y + 4, page.w, 1}, s->find, "type to find a canvas", figure);
}

/* ---------------------------------------------------------------- the list */

struct columns {
    int workspace, title, made_from, who, ago, changes; /* cells; 0: not shown */
};

static struct columns columns_of(int width)
{
    struct columns c = {.workspace = 16, .who = width < SLIM_COLS ? 5 : 17, .ago = 11};
    int left;

    if (width >= WIDE_COLS)
        c = (struct columns){.workspace = 24, .made_from = 24, .who = 24, .ago = 12, .changes = 7};
    left = width - 2 - c.workspace - c.made_from - c.who - c.ago - c.changes;
    c.title = left - 2 - 2 * (c.made_from > 0) - 2 - 2 - 2 * (c.changes > 0); /* two blanks between */
    return c;
}

static enum role workspace_role(const struct start *s, const char *context)
{
    size_t at = 0;

    while (at < s->n_contexts && strcmp(s->contexts[at].name, context) != 0)
        at++;
    return (enum role)(ROLE_PERSON_1 + at % 8);
}

static void titles(struct grid *g, struct rect page)
{
    const struct columns c = columns_of(page.w);
    struct style s = style(ROLE_DIM);
    int x = page.x + 2, y = page.y + head_lines(page) - 1;

    grid_put(g, x, y, s, "Workspace");
    x += c.workspace + 2;
    grid_put(g, x, y, s, "Canvas");
    x += c.title + 2;
    if (c.made_from) {
        grid_put(g, x, y, s, "Made from");
        x += c.made_from + 2;
    }
    grid_put(g, x, y, s, page.w < SLIM_COLS ? "Here" : "In it now");
    x += c.who + 2;
    view_line_right(g, x + c.ago, y, c.ago, s, "Changed");
    if (c.changes)
        view_line_right(g, x + c.ago + 2 + c.changes, y, c.changes, s, "Changes");
}

static const char *who_is_in(struct ui *ui, const struct start_canvas *canvas, int room)
{
    const char *names = "";
    uint32_t shown = 0;

    for (; shown < START_PRESENT && canvas->present[shown]; shown++) {
        uint32_t rest = canvas->n_present > shown + 1 ? canvas->n_present - shown - 1 : 0;
        const char *more = words_printf(ui, "%s%s%s", names, shown ? ", " : "",
                                        words_line(ui, canvas->present[shown], strlen(canvas->present[shown])));

        if (shown > 0 && words_width(more) + (rest ? 4 : 0) > room)
            break;
        names = more;
    }
    if (canvas->n_present > shown && shown > 0)
        return words_printf(ui, "%s +%u", names, canvas->n_present - shown);
    if (canvas->n_present > 0 && shown == 0)
        return words_count(ui, canvas->n_present, "person", "people");
    return names;
}

static const char *ago_words(struct ui *ui, int64_t ms)
{
    char text[AGO_TEXT];

    ago_text(ui->now_ms, ms, ui->utc_offset_s, text);
    return words_printf(ui, "%s", text);
}

static const char *number(struct ui *ui, uint64_t n)
{
    char text[AGO_TEXT];

    ago_number(n, text);
    return words_printf(ui, "%s", text);
}

static struct style part(enum role role, bool focus, unsigned attrs)
{
    return focus ? style_on(ROLE_FOCUS, ROLE_FOCUS, attrs) : style_on(role, ROLE_TEXT, attrs);
}

static const char *template_title(const struct start *s, const char *id)
{
    const struct template *t = s->making.templates.n ? template_find(&s->making.templates, id) : NULL;

    return t ? t->title : *id ? id : "imported";
}

static void row(struct ui *ui, struct grid *g, struct rect r, const struct start_canvas *canvas, bool focus)
{
    const struct start *s = &ui->start;
    const struct columns c = columns_of(r.w);
    const struct start_context *context = start_context_of(s, canvas->context);
    bool away = context && !context->online;
    int x = r.x + 2, y = r.y;

    if (focus)
        grid_fill(g, r, style_on(ROLE_FOCUS, ROLE_FOCUS, 0));
    grid_put(g, r.x, y, style_on(workspace_role(s, canvas->context), focus ? ROLE_FOCUS : ROLE_TEXT, 0),
             focus ? sign(ui, SIGN_FOCUS) : "▎");
    view_line(g, x, y, c.workspace, part(workspace_role(s, canvas->context), focus, 0), canvas->workspace);
    x += c.workspace + 2;
    view_line(g, x, y, c.title, part(away ? ROLE_DIM : ROLE_TEXT, focus, ATTR_BOLD), canvas->title);
    x += c.title + 2;
    if (c.made_from) {
        view_line(g, x, y, c.made_from, part(ROLE_DIM, focus, 0), template_title(s, canvas->template_id));
        x += c.made_from + 2;
    }
    if (canvas->n_present > 0 && !away) {
        grid_put(g, x, y, part(ROLE_GOOD, focus, 0), "●");
        view_line(g, x + 2, y, c.who - 2, part(ROLE_TEXT, focus, 0),
                  r.w < SLIM_COLS ? words_printf(ui, "%u", canvas->n_present) : who_is_in(ui, canvas, c.who - 2));
    }
    x += c.who + 2;
    view_line_right(g, x + c.ago, y, c.ago, part(ROLE_DIM, focus, 0), ago_words(ui, canvas->changed_ms));
    if (c.changes)
        view_line_right(g, x + c.ago + 2 + c.changes, y, c.changes, part(ROLE_DIM, focus, 0),
                        number(ui, canvas->head_seq));
}

static void list(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start *s = &ui->start;
    size_t end = s->top + (size_t)r.h;

    for (size_t i = s->top; i < s->n_shown && i < end; i++) {
        struct rect line = {r.x, r.y + (int)(i - s->top), r.w, 1};

        row(ui, g, line, &s->canvases[s->shown[i]], i == s->focus);
        grid_hit(g, line, HIT_ROW, i, 0);
        if (i == s->focus && !s->finding)
            grid_cursor(g, line.x, line.y, false);
    }
    if (s->top > 0)
        grid_put(g, r.x + r.w, r.y, style(ROLE_HINT_KEY), sign(ui, SIGN_UP));
    if (end < s->n_shown)
        grid_put(g, r.x + r.w, r.y + r.h - 1, style(ROLE_HINT_KEY), sign(ui, SIGN_DOWN));
}

/* Where exactly the focused canvas is: whose server, as whom; and what there is no column for. */
static void about_focus(struct ui *ui, struct grid *g, struct rect line)
{
    const struct start *s = &ui->start;
    const struct start_canvas *canvas = s->focus < s->n_shown ? &s->canvases[s->shown[s->focus]] : NULL;
    const struct start_context *context = canvas ? start_context_of(s, canvas->context) : NULL;
    const char *dot = sign(ui, SIGN_DOT), *more = "";

    if (!context)
        return;
    if (line.w < WIDE_COLS)
        more = words_printf(ui, " %s %s %s %s %s", dot, number(ui, canvas->head_seq),
                            canvas->head_seq == 1 ? "change" : "changes", dot, template_title(s, canvas->template_id));
    view_line(
        g, line.x, line.y, line.w, style(ROLE_DIM),
        words_printf(ui, "%s %s %s %s as %s%s", context->workspace, dot, context->server, dot, context->login, more));
}

/* ---------------------------------------------------------------- contexts */

static void trouble(struct ui *ui, struct grid *g, struct rect line, const struct start_context *context)
{
    int used;

    grid_put(g, line.x, line.y, style(context->loading ? ROLE_WARN : ROLE_BAD),
             sign(ui, context->loading ? SIGN_UNSENT : SIGN_OFFLINE));
    used = view_line(g, line.x + 2, line.y, line.w / 3, style(ROLE_TEXT), context->workspace);
    view_line(g, line.x + 2 + used + 2, line.y, line.w - used - 4, style(ROLE_DIM),
              context->loading       ? words_printf(ui, "asking %s …", context->server)
              : context->sentence[0] ? context->sentence
                                     : "offline");
}

static void status(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start *s = &ui->start;
    const char *fine = "";
    size_t n_fine = 0;
    int y = r.y, last = r.y + r.h - 1;

    for (size_t i = 0; i < s->n_contexts; i++) {
        const struct start_context *context = &s->contexts[i];

        if (context->online) {
            fine = words_printf(ui, "%s%s%s", fine, n_fine++ ? ", " : "", context->workspace);
        } else if (y < last || (y == last && n_fine == 0)) {
            trouble(ui, g, (struct rect){r.x, y, r.w, 1}, context);
            y++;
        }
    }
    if (n_fine == 0 || y > last)
        return;
    grid_put(g, r.x, y, style(ROLE_GOOD), sign(ui, SIGN_SAVED));
    view_line(g, r.x + 2, y, r.w - 2, style(ROLE_DIM), words_printf(ui, "connected: %s", fine));
}

/* ---------------------------------------------------------------- pages instead of a list */

static void way(struct ui *ui, struct grid *g, struct rect *r, const char *when, const char *what)
{
    int column = 34;

    (void)ui;
    if (r->w >= 70) {
        view_line(g, r->x, r->y, column - 2, style(ROLE_TEXT), when);
        view_line(g, r->x + column, r->y, r->w - column, style(ROLE_HINT_KEY), what);
        r->y += 2;
    } else {
        view_line(g, r->x, r->y, r->w, style(ROLE_TEXT), when);
        view_line(g, r->x + 2, r->y + 1, r->w - 2, style(ROLE_HINT_KEY), what);
        r->y += 3;
    }
}

static void welcome(struct ui *ui, struct grid *g, struct rect page)
{
    struct rect r = {page.x + 2, page.y + 5, page.w - 4, page.h - 5};

    view_start_logo(g, page, "cocanvas", "several people, one canvas");
    view_line(g, r.x, r.y, r.w, style(ROLE_TITLE), "Welcome. This device does not know a workspace yet.");
    r.y += 2;
    way(ui, g, &r, "You have an invitation link:", "cocanvas login LINK");
    if (cmd_find("join"))
        way(ui, g, &r, "You have a code for a session:", "cocanvas join CODE");
    way(ui, g, &r, "You have an account already:", "cocanvas login SERVER");
    r.h = page.y + page.h - r.y;
    view_lines(
        g, r, style(ROLE_DIM),
        "Leave with q or Esc, type one of these, and come back with cocanvas. Whoever set the server up found the "
        "first link in what it printed when it was started first.");
}

/* Contexts are there, but nothing to list. */
static void nothing(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start *s = &ui->start;
    bool loading = false, online = false;
    const char *where = s->n_contexts == 1 ? s->contexts[0].workspace : "your workspaces";

    for (size_t i = 0; i < s->n_contexts; i++) {
        loading = loading || s->contexts[i].loading;
        online = online || s->contexts[i].online;
    }
    r.x += 2;
    r.w -= 4;
    r.y++;
    if (s->find[0]) {
        view_line(g, r.x, r.y, r.w, style(ROLE_TEXT), words_printf(ui, "No canvas fits “%s”.", s->find));
        view_line(g, r.x, r.y + 1, r.w, style(ROLE_DIM), "Esc shows all of them again.");
    } else if (!online) {
        view_lines(g, (struct rect){r.x, r.y, r.w, 3}, style(ROLE_TEXT),
                   loading
                       ? "Looking for your canvases …"
                       : "None of your workspaces can be reached now. The list comes by itself as soon as one can.");
    } else {
        view_line(g, r.x, r.y, r.w, style(ROLE_TITLE), words_printf(ui, "There is no canvas in %s yet.", where));
        grid_put(g, r.x, r.y + 2, style(ROLE_HINT_KEY), "n");
        view_line(g, r.x + 3, r.y + 2, r.w - 3, style(ROLE_TEXT), "makes the first one: a template, a title, done");
        grid_put(g, r.x, r.y + 3, style(ROLE_HINT_KEY), "r");
        view_line(g, r.x + 3, r.y + 3, r.w - 3, style(ROLE_TEXT), "looks again whether somebody has made one");
    }
}

void view_start(struct ui *ui, struct grid *g, struct rect r)
{
    const struct start *s = &ui->start;
    struct rect page = view_start_page(r), rows = list_rect(ui, page);
    int lines = status_lines(s, page.h);

    if (s->n_contexts == 0) {
        welcome(ui, g, page);
        return;
    }
    if (s->making.choosing) {
        view_templates(ui, g, page);
        return;
    }
    head(ui, g, page);
    if (s->n_shown > 0) {
        titles(g, page);
        list(ui, g, rows);
    } else {
        nothing(ui, g, (struct rect){rows.x, rows.y - 2, rows.w, rows.h + 2});
    }
    about_focus(ui, g, (struct rect){page.x, rows.y + rows.h + 1, page.w, 1});
    status(ui, g, (struct rect){page.x, rows.y + rows.h + 3, page.w, lines - 1});
}
