/* Curses writes into a file in memory, which is read after each refresh. It is given only the cells that have changed,
 * so an idle screen costs a comparison. Colour pairs are made when they are first used; colours are never redefined. */
#include "client/tui/paint.h"

#include <curses.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "common/utf8.h"

struct paint {
    SCREEN *curses;
    FILE *sink; /* where curses writes: memory */
    bool ascii;
    struct grid shown;
    bool known;             /* shown is what the terminal shows */
    short last_fg, last_bg; /* the pair used last, and what it is */
    int last_pair;
};

/* Curses puts handlers of its own where there are none; signals are the loop's. */
static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* Asked before newterm(), which does not clean up behind a refusal. */
static bool can_place_text(const char *term, int fd)
{
    int error;
    if (setupterm(term, fd, &error) == ERR)
        return false;
    bool can = cursor_address != NULL;
    del_curterm(cur_term);
    return can;
}

static SCREEN *open_terminal(const char *term, FILE *sink)
{
    if (!can_place_text(term, fileno(sink)))
        return NULL;
    struct sigaction former[SIGNALS];
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], NULL, &former[i]);
    char *name = strdup(term);
    SCREEN *curses = name != NULL ? newterm(name, sink, stdin) : NULL;
    free(name);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &former[i], NULL);
    return curses;
}

static void settle(void)
{
    nonl();
    typeahead(-1);
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    repeat_char = NULL; /* many a terminal says it is an xterm and cannot repeat */
}

struct paint *paint_new(const char *term, int cols, int rows, bool ascii)
{
    int fd = memfd_create("cocanvas-screen", MFD_CLOEXEC);
    FILE *sink = fd >= 0 ? fdopen(fd, "r+") : NULL;
    if (sink == NULL) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    SCREEN *curses = open_terminal(term, sink);
    if (curses == NULL) {
        fclose(sink);
        return NULL;
    }
    struct paint *p = xcalloc(1, sizeof *p);
    p->curses = curses;
    p->sink = sink;
    p->ascii = ascii;
    p->last_pair = -1;
    grid_init(&p->shown);
    settle();
    paint_resize(p, cols, rows);
    return p;
}

void paint_free(struct paint *p)
{
    if (!isendwin())
        endwin();
    delscreen(p->curses);
    fclose(p->sink);
    grid_fini(&p->shown);
    free(p);
}

int paint_colors(const struct paint *p)
{
    (void)p;
    return has_colors() ? COLORS : 0;
}

void paint_add_keys(const struct paint *p, struct decoder *d)
{
    static const struct {
        const char *capability;
        enum input_kind kind;
        uint8_t mods;
    } keys[] = {
        {"kcuu1", INPUT_UP, 0},
        {"kcud1", INPUT_DOWN, 0},
        {"kcub1", INPUT_LEFT, 0},
        {"kcuf1", INPUT_RIGHT, 0},
        {"khome", INPUT_HOME, 0},
        {"kend", INPUT_END, 0},
        {"kpp", INPUT_PAGE_UP, 0},
        {"knp", INPUT_PAGE_DOWN, 0},
        {"kdch1", INPUT_DELETE, 0},
        {"kich1", INPUT_INSERT, 0},
        {"kbs", INPUT_BACKSPACE, 0},
        {"kent", INPUT_ENTER, 0},
        {"kcbt", INPUT_TAB, INPUT_SHIFT},
        {"kHOM", INPUT_HOME, INPUT_SHIFT},
        {"kEND", INPUT_END, INPUT_SHIFT},
        {"kLFT", INPUT_LEFT, INPUT_SHIFT},
        {"kRIT", INPUT_RIGHT, INPUT_SHIFT},
        {"kri", INPUT_UP, INPUT_SHIFT},
        {"kind", INPUT_DOWN, INPUT_SHIFT},
    };
    (void)p;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *bytes = tigetstr(keys[i].capability);
        if (bytes != NULL && bytes != (const char *)-1)
            decode_add_key(d, bytes, (struct input){.kind = keys[i].kind, .mods = keys[i].mods});
    }
    for (uint32_t f = 1; f <= 12; f++) {
        char name[8];
        snprintf(name, sizeof name, "kf%u", f);
        const char *bytes = tigetstr(name);
        if (bytes != NULL && bytes != (const char *)-1)
            decode_add_key(d, bytes, (struct input){.kind = INPUT_F, .point = f});
    }
}

void paint_resize(struct paint *p, int cols, int rows)
{
    resize_term(rows, cols);
    erase();
    grid_resize(&p->shown, cols, rows);
    paint_forget(p);
}

void paint_forget(struct paint *p)
{
    p->known = false;
}

/* The bytes that curses has written since the last time. */
static void collect(struct paint *p, struct buf *out)
{
    fflush(p->sink);
    int fd = fileno(p->sink);
    off_t end = lseek(fd, 0, SEEK_CUR);
    for (off_t at = 0; at < end;) {
        ssize_t n = pread(fd, buf_reserve(out, (size_t)(end - at)), (size_t)(end - at), at);
        if (n <= 0)
            break;
        buf_wrote(out, (size_t)n);
        at += n;
    }
    lseek(fd, 0, SEEK_SET);
}

static int pair_of(struct paint *p, struct look look)
{
    if (look.fg < 0 && look.bg < 0)
        return 0;
    if (p->last_pair < 0 || p->last_fg != look.fg || p->last_bg != look.bg) {
        p->last_fg = look.fg;
        p->last_bg = look.bg;
        p->last_pair = alloc_pair(look.fg, look.bg);
    }
    return p->last_pair > 0 ? p->last_pair : 0;
}

static attr_t attributes_of(struct look look)
{
    attr_t attrs = A_NORMAL;
    if (look.attrs & ATTR_BOLD)
        attrs |= A_BOLD;
    if (look.attrs & ATTR_UNDERLINE)
        attrs |= A_UNDERLINE;
    if (look.attrs & ATTR_REVERSE)
        attrs |= A_REVERSE;
    if (look.attrs & ATTR_ITALIC)
        attrs |= A_ITALIC;
    return attrs;
}

/* The cell's characters; false if curses would not take as many cells for them. */
static bool characters_of(const struct paint *p, const struct cell *cell, wchar_t out[CCHARW_MAX + 1])
{
    size_t len = strlen(cell->bytes), n = 0;
    for (size_t at = 0, step; at < len && n < CCHARW_MAX; at += step) {
        uint32_t point;
        step = utf8_decode(cell->bytes + at, len - at, &point);
        if (step == 0 || (p->ascii && point > 0x7E))
            return false;
        out[n++] = (wchar_t)point;
    }
    out[n] = L'\0';
    return n > 0 && wcwidth(out[0]) == cell->width;
}

static void paint_cell(struct paint *p, const struct cell *cell, int x, int y, const struct theme *theme)
{
    struct look look = theme_look(theme, cell->style);
    int pair = pair_of(p, look);
    wchar_t characters[CCHARW_MAX + 1];
    cchar_t c;
    int n = 1;
    if (!characters_of(p, cell, characters)) {
        wcscpy(characters, L"?");
        n = cell->width;
    }
    for (int i = 0; i < n; i++) {
        setcchar(&c, characters, attributes_of(look), 0, &pair);
        mvadd_wchnstr(y, x + i, &c, 1);
        wcscpy(characters, L" ");
    }
}

static void paint_row(struct paint *p, const struct grid *g, int y, const struct theme *theme)
{
    const struct cell *row = &g->cells[(size_t)y * (size_t)g->cols];
    struct cell *shown = &p->shown.cells[(size_t)y * (size_t)p->shown.cols];
    int cols = g->cols < p->shown.cols ? g->cols : p->shown.cols;
    for (int x = 0; x < cols; x++) {
        if (p->known && memcmp(&row[x], &shown[x], sizeof row[x]) == 0)
            continue;
        if (row[x].width > 0 && x + row[x].width <= cols)
            paint_cell(p, &row[x], x, y, theme);
        shown[x] = row[x];
    }
}

void paint_grid(struct paint *p, const struct grid *g, const struct theme *theme, struct buf *out)
{
    if (p->known && grid_equal(&p->shown, g))
        return;
    int rows = g->rows < p->shown.rows ? g->rows : p->shown.rows;
    for (int y = 0; y < rows; y++)
        paint_row(p, g, y, theme);
    if (!p->known)
        clearok(curscr, TRUE);
    p->known = true;
    p->shown.cursor_x = g->cursor_x;
    p->shown.cursor_y = g->cursor_y;
    p->shown.cursor_block = g->cursor_block;
    move(g->cursor_y < rows ? g->cursor_y : rows - 1, g->cursor_x < p->shown.cols ? g->cursor_x : p->shown.cols - 1);
    refresh();
    collect(p, out);
}

void paint_leave(struct paint *p, struct buf *out)
{
    endwin();
    collect(p, out);
    paint_forget(p);
}

/* A capability's bytes without the pauses that old terminals wanted. */
static void add_capability(const char *name, struct buf *out)
{
    const char *bytes = tigetstr(name);
    if (bytes == NULL || bytes == (const char *)-1)
        return;
    for (; *bytes != '\0'; bytes++) {
        if (bytes[0] == '$' && bytes[1] == '<')
            bytes += strcspn(bytes, ">");
        else
            buf_add(out, bytes, 1);
        if (*bytes == '\0')
            break;
    }
}

void paint_reset(const struct paint *p, struct buf *out)
{
    (void)p;
    add_capability("sgr0", out);
    add_capability("cnorm", out);
    add_capability("rmcup", out);
}
