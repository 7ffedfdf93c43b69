/* The real screen on a real pseudo-terminal, with libvterm as the terminal: what a person would see, and what is left
 * behind. The program on it is a child of this test that runs screen.c and obeys the keys. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/tui/screen.h"
#include "common/buf.h"
#include "tests/support/terminal.h"

/* ---- the program: says every input in row 1, and what it is told to show in the others */

static volatile sig_atomic_t got_term, got_winch;

static void term_cb(int signal)
{
    (void)signal;
    got_term = 1;
}

static void winch_cb(int signal)
{
    (void)signal;
    got_winch = 1;
}

static void describe(const struct input *in, char *out, size_t room)
{
    static const char *const mouse[] = {"press", "drag", "release", "double", "wheel-up", "wheel-down"};
    char name[KEY_NAME];
    if (in->kind == INPUT_MOUSE) {
        snprintf(out, room, "[%s %d %d %d]", mouse[in->mouse], in->button, in->x, in->y);
    } else if (in->kind == INPUT_PASTE) {
        snprintf(out, room, "[paste %zu %.40s]", in->len, in->bytes);
        for (char *c = out; *c != '\0'; c++)
            *c = *c == '\n' ? '/' : *c;
    } else if (in->kind == INPUT_RESIZE) {
        snprintf(out, room, "[resize %d %d]", in->x, in->y);
    } else {
        input_name(in, name);
        snprintf(out, room, "[%s]", name);
    }
}

static void draw_sample(struct grid *g)
{
    grid_box(g, (struct rect){0, 2, 20, 6}, style(ROLE_BORDER));
    grid_box_heavy(g, (struct rect){19, 2, 20, 6}, style(ROLE_BORDER_FOCUS));
    grid_put(g, 2, 3, style(ROLE_TEXT), "Zürich 世 e\u0301\u0323 👨‍👩‍👧 🇩🇪");
    grid_put(g, 2, 4, style(ROLE_BAD), "bad");
    grid_put(g, 2, 5, style_on(ROLE_TEXT, ROLE_SELECTION, 0), "chosen");
    grid_put(g, 2, 6, style_on(ROLE_TEXT, ROLE_TEXT, ATTR_UNDERLINE | ATTR_ITALIC), "under");
    grid_put(g, 21, 4, style(ROLE_CARD_1 + 4), "▼ blue");
    grid_put(g, g->cols - 1, g->rows - 1, style(ROLE_TEXT), "X");
}

/* Keys that mean something to it; false: it ends. */
static bool obey(struct screen *s, struct grid *g, const struct input *in, bool *typing)
{
    if (in->kind != INPUT_CHARACTER || in->mods != 0)
        return true;
    switch (in->point) {
    case 'q':
        return false;
    case 'A':
        abort();
    case 'E':
        fprintf(stderr, "a message from below\n");
        exit(3);
    case 'T':
        screen_title(s, "Can\033vas");
        break;
    case 'U':
        screen_title(s, "");
        break;
    case 'C':
        screen_copy(s, "Grüße", 7);
        break;
    case 'M':
        screen_mouse(s, false);
        break;
    case 'I':
        *typing = true;
        break;
    case 'L':
        screen_leave(s);
        if (write(STDOUT_FILENO, "outside\r\n", 9) != 9 || getchar() == EOF)
            return false;
        screen_enter(s);
        break;
    case 'R':
        screen_redraw(s);
        break;
    default:
        break;
    }
    (void)g;
    return true;
}

static void wait_input(const struct screen *s, unsigned wait_ms)
{
    struct pollfd p = {.fd = screen_fd(s), .events = POLLIN};
    poll(&p, 1, wait_ms > 0 ? (int)wait_ms : 200);
}

static void show(struct screen *s, struct grid *g, const char *said, bool typing)
{
    int cols, rows;
    screen_size(s, &cols, &rows);
    g->ascii = screen_ascii(s);
    grid_resize(g, cols, rows);
    grid_put(g, 0, 0, style(ROLE_BAR), "ready ");
    grid_put(g, 6, 0, style(ROLE_TEXT), screen_term(s));
    int end = grid_put(g, 0, 1, style(ROLE_TEXT), said);
    grid_cursor(g, end, 1, typing);
    draw_sample(g);
    screen_show(s, g);
}

static int program(void *ctx)
{
    const struct screen_options *options = ctx;
    struct why why;
    struct grid g;
    struct input in;
    char said[200] = "";
    bool lost = false, typing = false, on = true;
    unsigned wait_ms = 0;
    setlocale(LC_ALL, "");
    signal(SIGTERM, term_cb);
    signal(SIGWINCH, winch_cb);
    struct screen *s = screen_new(options, &why);
    if (s == NULL) {
        printf("refused: %s\n", why.text);
        return 2;
    }
    grid_init(&g);
    while (on && !lost && !got_term) {
        show(s, &g, said, typing);
        if (got_winch) {
            got_winch = 0;
            screen_resized(s);
        } else {
            wait_input(s, wait_ms);
        }
        while (on && screen_read(s, &in, &wait_ms, &lost)) {
            size_t len = strlen(said);
            if (len > 100)
                len = 0;
            describe(&in, said + len, sizeof said - len);
            on = obey(s, &g, &in, &typing);
        }
    }
    screen_free(s);
    grid_fini(&g);
    return lost ? 5 : got_term ? 4 : 0;
}

static const struct screen_options usual = {.mouse = true, .title = true, .light = -1};

static struct terminal *start(const char *term, const struct screen_options *options)
{
    return terminal_start(&(struct terminal_options){
        .child = program, .ctx = (void *)(uintptr_t)options, .term = term, .cols = 60, .rows = 18});
}

/* ---- tests */

static void assert_given_back(struct terminal *t)
{
    assert_true(terminal_cooked(t));
    assert_true(terminal_cursor_visible(t));
    assert_false(terminal_mode(t, 1049));
    assert_false(terminal_mode(t, 1002));
    assert_false(terminal_mode(t, 1006));
    assert_false(terminal_mode(t, 2004));
    assert_false(terminal_mode(t, 2026));
}

static void assert_text(struct terminal *t, int x, int y, const char *text, int width)
{
    struct terminal_cell cell = terminal_cell_at(t, x, y);
    assert_string_equal(cell.text, text);
    assert_int_equal(cell.width, width);
}

static void test_shows(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready xterm-256color");
    terminal_key(t, "x");
    terminal_expect(t, "[x]");
    int x, y;
    terminal_cursor(t, &x, &y);
    assert_int_equal(x, 3);
    assert_int_equal(y, 1);
    char *text = terminal_text(t);
    static const char *const rows[] = {
        "\n╭──────────────────┲━━━━━━━━━━━━━━━━━━┓\n",
        "\n│ Zürich 世 e\u0301\u0323 👨 DE┃                  ┃\n",
        "\n╰──────────────────┺━━━━━━━━━━━━━━━━━━┛\n",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strstr(text, rows[i]) == NULL)
            fail_msg("not there:%sbut\n%s", rows[i], text);
    }
    free(text);
    assert_text(t, 9, 3, "世", 2);
    assert_text(t, 59, 17, "X", 1);
    assert_int_equal(terminal_cell_at(t, 2, 4).fg, 210);
    assert_true(terminal_cell_at(t, 2, 4).bold);
    assert_int_equal(terminal_cell_at(t, 2, 5).bg, 25);
    assert_true(terminal_cell_at(t, 2, 6).underline && terminal_cell_at(t, 2, 6).italic);
    assert_int_equal(terminal_cell_at(t, 0, 0).bg, 236);
    assert_int_equal(terminal_cell_at(t, 50, 10).bg, -1);
    assert_true(terminal_mode(t, 1049) && terminal_mode(t, 1002) && terminal_mode(t, 1006) && terminal_mode(t, 2004));
    assert_false(terminal_cooked(t));
    terminal_key(t, "q");
    assert_int_equal(terminal_wait_exit(t), 0);
    assert_given_back(t);
    terminal_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
