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
        fflush(stdout);
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
            if (len > 30)
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

static void press_keys(struct terminal *t)
{
    static const char *const keys[] = {
        "a",  "Z",      "up",     "down",   "left",   "right",     "home",   "end", "page-up",    "page-down",
        "f1", "f5",     "f12",    "delete", "insert", "backspace", "enter",  "tab", "shift-tab",  "space",
        "é",  "ctrl-r", "ctrl-c", "alt-x",  "escape", "ctrl-z",    "ctrl-s", "f2",  "ctrl-right",
    };
    char name[KEY_NAME + 2];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        terminal_key(t, keys[i]);
        snprintf(name, sizeof name, "[%s]", keys[i]);
        terminal_expect(t, name);
    }
}

/* What is asked for, and what is used then. */
static void test_terms(void **state)
{
    (void)state;
    static const char *const terms[][2] = {
        {"xterm-256color", "xterm-256color"},
        {"tmux-256color", "tmux-256color"},
        {"linux", "linux"},
        {"vt100", "vt100"},
        {"xterm", "xterm"},
        {"dumb", "vt100"},
        {"acme-9000", "xterm-256color"},
        {"tmux-direct2", "screen-256color"},
        {"", "xterm-256color"},
    };
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        char ready[60];
        struct terminal *t = start(terms[i][0], &usual);
        snprintf(ready, sizeof ready, "ready %s", terms[i][1]);
        terminal_expect(t, ready);
        press_keys(t);
        terminal_expect(t, "╰──────────────────┺━━━━━━━━━━━━━━━━━━┛");
        terminal_expect(t, "▼ blue");
        bool colors = strcmp(terms[i][1], "vt100") != 0;
        assert_int_equal(terminal_cell_at(t, 2, 4).fg >= 0, colors);
        assert_int_equal(terminal_mode(t, 2004), colors && strcmp(terms[i][1], "linux") != 0);
        terminal_key(t, "q");
        assert_int_equal(terminal_wait_exit(t), 0);
        assert_given_back(t);
        terminal_free(t);
    }
}

static void test_mouse(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_press(t, 4, 5, 1);
    terminal_expect(t, "[press 1 4 5]");
    terminal_drag(t, 30, 6);
    terminal_expect(t, "[drag 1 30 6]");
    terminal_release(t, 30, 6, 1);
    terminal_expect(t, "[release 1 30 6]");
    terminal_press(t, 4, 5, 4);
    terminal_expect(t, "[wheel-up 0 4 5]");
    terminal_press(t, 59, 17, 5);
    terminal_expect(t, "[wheel-down 0 59 17]");
    terminal_key(t, "M"); /* off */
    terminal_expect(t, "[M]");
    assert_false(terminal_mode(t, 1002) || terminal_mode(t, 1006));
    terminal_free(t);

    t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_type(t, "\033[<0;8;9M\033[<0;8;9m\033[<0;8;9M");
    terminal_expect(t, "[release 1 7 8][double 1 7 8]");
    terminal_type(t, "\033[<2;500;400M");
    terminal_expect(t, "[press 3 59 17]");
    terminal_free(t);
}

static void test_paste(void **state)
{
    (void)state;
    static const char text[] = "eins\r\nzwei\rdrei\n\a\033[31mvier\xff";
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_paste(t, text, sizeof text - 1);
    terminal_expect(t, "[paste 26 eins/zwei/drei/[31mvier\xEF\xBF\xBD]");
    terminal_key(t, "x");
    terminal_expect(t, "[x]");
    terminal_free(t);
}

static void test_resize(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_resize(t, 100, 30);
    terminal_expect(t, "[resize 100 30]");
    terminal_expect(t, "X");
    assert_text(t, 99, 29, "X", 1);
    terminal_resize(t, 50, 12);
    terminal_expect(t, "[resize 50 12]");
    assert_text(t, 49, 11, "X", 1);
    assert_text(t, 0, 2, "╭", 1);
    terminal_free(t);
}

static void test_ends(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_key(t, "A");
    int status = terminal_wait_exit(t);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_given_back(t);
    terminal_free(t);

    t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    kill(terminal_pid(t), SIGTERM);
    status = terminal_wait_exit(t);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    assert_given_back(t);
    terminal_free(t);

    t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_key(t, "T");
    terminal_expect(t, "[T]");
    kill(terminal_pid(t), SIGFPE); /* a sanitizer may turn it into another way to die */
    status = terminal_wait_exit(t);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    assert_given_back(t);
    terminal_free(t);

    t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_key(t, "E");
    status = terminal_wait_exit(t);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    assert_given_back(t);
    terminal_expect(t, "a message from below"); /* held back until the first screen is there again */
    terminal_free(t);
}

static void test_lost(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_hang_up(t);
    int status = terminal_wait_exit(t);
    assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 5) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP));
    terminal_free(t);
}

static void test_leave(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_key(t, "L");
    terminal_expect(t, "outside");
    terminal_expect_gone(t, "ready");
    assert_given_back(t);
    terminal_key(t, "enter");
    terminal_expect(t, "[L]");
    terminal_expect(t, "▼ blue");
    terminal_expect(t, "[resize 60 18]");
    assert_true(terminal_mode(t, 1049) && terminal_mode(t, 1006) && terminal_mode(t, 2004));
    assert_false(terminal_cooked(t));
    terminal_key(t, "x");
    terminal_expect(t, "[x]");
    terminal_free(t);
}

static bool wrote(struct terminal *t, const char *bytes)
{
    const struct buf *out = terminal_output(t);
    return memmem(buf_at(out), buf_len(out), bytes, strlen(bytes)) != NULL;
}

static void test_extras(void **state)
{
    (void)state;
    struct terminal *t = start("xterm-256color", &usual);
    terminal_expect(t, "ready");
    terminal_keys(t, "T");
    terminal_expect(t, "[T]");
    assert_string_equal(terminal_title(t), "Can\xEF\xBF\xBDvas");
    terminal_key(t, "C");
    terminal_expect(t, "[C]");
    assert_true(wrote(t, "\033]52;c;R3LDvMOfZQ==\a"));
    assert_false(wrote(t, "\033[6 q"));
    terminal_key(t, "I");
    terminal_expect(t, "[I]");
    terminal_key(t, "U");
    terminal_expect(t, "[U]");
    assert_true(wrote(t, "\033[6 q"));
    terminal_key(t, "q");
    terminal_wait_exit(t);
    assert_true(wrote(t, "\033[23;2t"));
    terminal_free(t);
}

static void test_colors(void **state)
{
    (void)state;
    static const struct screen_options plain = {.mouse = false, .no_color = true, .light = -1};
    struct terminal *t = start("xterm-256color", &plain);
    terminal_expect(t, "ready");
    for (int y = 0; y < 18; y++) {
        for (int x = 0; x < 60; x++) {
            struct terminal_cell cell = terminal_cell_at(t, x, y);
            assert_true(cell.fg == -1 && cell.bg == -1);
        }
    }
    assert_true(terminal_cell_at(t, 0, 0).reverse);
    assert_true(terminal_cell_at(t, 2, 4).bold);
    assert_false(terminal_mode(t, 1002));
    assert_false(wrote(t, "\033[22;2t"));
    terminal_free(t);

    t = terminal_start(&(struct terminal_options){
        .child = program, .ctx = (void *)(uintptr_t)&usual, .background = "rgb:ffff/fafa/f0f0"});
    terminal_expect(t, "ready");
    assert_int_equal(terminal_cell_at(t, 2, 4).fg, 124); /* of the light table */
    terminal_free(t);

    static const char *const env[] = {"COLORFGBG=0;15", "LC_ALL=C", NULL};
    t = terminal_start(&(struct terminal_options){.child = program, .ctx = (void *)(uintptr_t)&usual, .env = env});
    terminal_expect(t, "ready");
    terminal_expect(t, "Zürich 世"); /* no settings at all: UTF-8 all the same */
    assert_int_equal(terminal_cell_at(t, 2, 4).fg, 124);
    terminal_free(t);
}

static int refused_program(void *ctx)
{
    int ends[2];
    if (pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0)
        return 1;
    return program(ctx);
}

static void test_no_terminal(void **state)
{
    (void)state;
    struct terminal *t =
        terminal_start(&(struct terminal_options){.child = refused_program, .ctx = (void *)(uintptr_t)&usual});
    terminal_expect(t, "refused: The interface needs a terminal");
    assert_true(terminal_cooked(t));
    terminal_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows),  cmocka_unit_test(test_terms),       cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_paste),  cmocka_unit_test(test_resize),      cmocka_unit_test(test_ends),
        cmocka_unit_test(test_lost),   cmocka_unit_test(test_leave),       cmocka_unit_test(test_extras),
        cmocka_unit_test(test_colors), cmocka_unit_test(test_no_terminal),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
