/* The real program in a terminal (libvterm, in this process) against a real server: sizes, kinds of terminal, what is
 * too small or knows neither UTF-8 nor colours, mouse, paste, how the terminal is left, and some thousand random events.
 * run.py has started the server, logged a person in, and says in the environment where both are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "tests/support/rng.h"
#include "tests/support/terminal.h"

enum { COMMAND_BYTES = 4096, OUTPUT_BYTES = 1 << 20 };

static const int sizes[][2] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};

/* ---------------------------------------------------------------- the command line, and the interface */

/* One command of the client; what it prints, malloc'd. It must succeed. Words are quoted for the shell by the caller. */
static char *cli(const char *fmt, ...)
{
    char words[COMMAND_BYTES], command[2 * COMMAND_BYTES], *out = xcalloc(1, OUTPUT_BYTES);
    va_list args;
    FILE *f;
    int status;

    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    (void)snprintf(command, sizeof command, "'%s' %s", getenv("COCANVAS"), words);
    f = popen(command, "r");
    assert_non_null(f);
    (void)!fread(out, 1, OUTPUT_BYTES - 1, f);
    status = pclose(f);
    if (status != 0)
        fail_msg("%s: status %d: %s", command, status, out);
    return out;
}

static void cli_quiet(const char *words)
{
    free(cli("%s", words));
}

/* How often a text stands in what `show` prints of a canvas. */
static size_t shown(const char *canvas, const char *text)
{
    char *all = cli("show '%s'", canvas);
    size_t n = 0;

    for (const char *at = all; (at = strstr(at, text)); at++)
        n++;
    free(all);
    return n;
}

static struct terminal *start(const char *canvas, int cols, int rows, const char *term, const char *const *env)
{
    const char *const argv[] = {getenv("COCANVAS"), "open", canvas, NULL};

    return terminal_start(
        &(struct terminal_options){.argv = argv, .cols = cols, .rows = rows, .term = term, .env = env});
}

/* Until everything is there and saved. */
static void ready(struct terminal *t, const char *title)
{
    terminal_expect(t, title);
    terminal_expect(t, "saved");
}

static void leaves_well(struct terminal *t)
{
    assert_false(terminal_mode(t, 1049));
    assert_false(terminal_mode(t, 1000));
    assert_false(terminal_mode(t, 1002));
    assert_false(terminal_mode(t, 1006));
    assert_false(terminal_mode(t, 2004));
    assert_false(terminal_mode(t, 2026));
    assert_true(terminal_cursor_visible(t));
    assert_true(terminal_cooked(t));
}

static void quit(struct terminal *t)
{
    int status;

    terminal_key(t, "ctrl-q");
    status = terminal_wait_exit(t);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    leaves_well(t);
    terminal_free(t);
}

/* ---------------------------------------------------------------- sizes and kinds of terminal */

static int setup_matrix(void **state)
{
    (void)state;
    cli_quiet("new bmc Matrix");
    cli_quiet("add matrix vp 'Coffee where people wait' 'A smile in the morning'");
    cli_quiet("add matrix cs Commuters '日本語のカード' 'e\xcc\x81t\xc3\xa9 👩‍👩‍👧‍👦 family'");
    return 0;
}

/* The screen is the same, cell by cell, whatever the terminal is called; and it is full: frames reach the last column. */
static void every_size_on_every_terminal(void **state)
{
    static const char *const terms[] = {"xterm-256color", "tmux-256color", "screen", "linux", "vt100", "no-such-term"};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *expected = NULL;

        for (size_t k = 0; k < sizeof terms / sizeof *terms; k++) {
            struct terminal *t = start("matrix", sizes[i][0], sizes[i][1], terms[k], NULL);
            char *text;
            struct terminal_cell cell;

            ready(t, "Matrix");
            terminal_expect(t, "Commuters");
            terminal_expect(t, "all commands"); /* what is drawn last */
            text = terminal_text(t);
            cell = terminal_cell_at(t, sizes[i][0] - 1, 2);
            assert_string_not_equal(cell.text, " ");
            assert_true(terminal_cursor_visible(t));
            if (expected && strcmp(expected, text) != 0) {
                fprintf(stderr, "%s, %dx%d, shows\n%s\ninstead of\n%s", terms[k], sizes[i][0], sizes[i][1], text,
                        expected);
                fail();
            }
            if (!expected)
                expected = xstrdup(text);
            free(text);
            quit(t);
        }
        free(expected);
    }
}

/* A terminal that can place nothing gets the same canvas line by line. */
static void a_dumb_terminal(void **state)
{
    struct terminal *t = start("matrix", 80, 24, "dumb", NULL);

    (void)state;
    terminal_expect(t, "you are in");
    terminal_type(t, "list\r");
    terminal_expect(t, "Commuters");
    assert_false(terminal_mode(t, 1049));
    terminal_type(t, "quit\r");
    assert_int_equal(terminal_wait_exit(t), 0);
    terminal_free(t);
}

/* What has the focus is bold or reversed on each of them, and the cursor stands on it. */
static void the_focus_is_seen_without_colours(void **state)
{
    static const char *const no_color[] = {"NO_COLOR=1", NULL};
    static const struct {
        const char *term;
        const char *const *env;
    } ways[] = {{"vt100", NULL}, {"xterm-256color", no_color}};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct terminal *t = start("matrix", 80, 24, ways[i].term, ways[i].env);
        int x, y, cx, cy;
        bool marked = false;

        ready(t, "Matrix");
        terminal_key(t, "j");
        terminal_expect(t, "▸");
        assert_true(terminal_find(t, "▸", &x, &y));
        terminal_cursor(t, &cx, &cy);
        assert_int_equal(cy, y);
        for (int row = 0; row < 24; row++)
            for (int col = 0; col < 80; col++) {
                struct terminal_cell cell = terminal_cell_at(t, col, row);

                if (cell.fg != -1 || cell.bg != -1)
                    fail_msg("cell %d,%d '%s' has colours %d on %d", col, row, cell.text, cell.fg, cell.bg);
                marked = marked || (row == y && (cell.reverse || cell.bold));
            }
        assert_true(marked);
        quit(t);
    }
}

/* Without UTF-8: not a byte above 0x7f goes to the terminal, and everything is still there. */
static void a_terminal_without_utf8(void **state)
{
    static const char *const env[] = {"LC_ALL=C", "LANG=C", NULL};
    struct terminal *t = start("matrix", 80, 24, "xterm", env);
    const struct buf *out;

    (void)state;
    ready(t, "Matrix");
    terminal_expect(t, "Commuters");
    terminal_key(t, ":");
    terminal_expect(t, "All commands");
    terminal_key(t, "escape");
    terminal_expect_gone(t, "All commands");
    out = terminal_output(t);
    for (size_t i = 0; i < buf_len(out); i++)
        if (buf_at(out)[i] >= 0x80)
            fail_msg("byte %zu is 0x%02x", i, buf_at(out)[i]);
    assert_true(terminal_shows(t, "+--") || terminal_shows(t, "+- "));
    quit(t);
}

/* Too small: a sentence; made larger: the canvas, and what was typed meanwhile is there. */
static void a_terminal_that_is_too_small(void **state)
{
    struct terminal *t = start("matrix", 50, 10, NULL, NULL);

    (void)state;
    terminal_expect(t, "60");
    terminal_expect(t, "18");
    assert_false(terminal_shows(t, "Commuters"));
    terminal_resize(t, 80, 24);
    ready(t, "Matrix");
    terminal_expect(t, "Commuters");
    terminal_resize(t, 59, 24); /* too narrow */
    terminal_expect(t, "make it larger");
    terminal_resize(t, 60, 18);
    terminal_expect(t, "Commuters");
    terminal_resize(t, 80, 17); /* too low */
    terminal_expect(t, "make it larger");
    terminal_resize(t, 80, 24);
    terminal_expect(t, "Commuters");
    terminal_keys(t, "1 a");
    terminal_type(t, "Typed large");
    terminal_expect(t, "Typed large");
    terminal_resize(t, 20, 5);
    terminal_expect_gone(t, "Typed large");
    terminal_type(t, " and small");
    terminal_resize(t, 132, 43);
    terminal_expect(t, "Typed large and small");
    terminal_key(t, "escape");
    terminal_expect(t, "enter open"); /* it was read: with a Ctrl key right behind it, it would be Alt */
    terminal_expect(t, "saved");
    for (int cols = 1; cols <= 240; cols += 17) /* sizes that a person drags through */
        terminal_resize(t, cols, cols / 3 + 1);
    terminal_resize(t, 80, 24);
    terminal_expect(t, "Commuters");
    quit(t);
}

/* ---------------------------------------------------------------- mouse and paste */

struct place {
    const char *text;
    int x;
};

static bool stands_left_of(struct terminal *t, void *ctx)
{
    const struct place *place = ctx;
    int x, y;

    return terminal_find(t, place->text, &x, &y) && x < place->x;
}

static bool mouse_is_off(struct terminal *t, void *ctx)
{
    (void)ctx;
    return !terminal_mode(t, 1002);
}

static void clicks_drags_and_wheel(void **state)
{
    struct terminal *t;
    int x, y, to_x, to_y;
    char *blocks;

    (void)state;
    cli_quiet("new bmc Mouse");
    cli_quiet("add mouse vp 'The dragged one' 'The other one'");
    t = start("mouse", 132, 43, NULL, NULL);
    ready(t, "Mouse");
    terminal_expect(t, "The dragged one");
    assert_true(terminal_mode(t, 1006));
    assert_true(terminal_find(t, "The other one", &x, &y));
    terminal_click(t, x, y);
    terminal_expect(t, "▸");
    assert_true(terminal_find(t, "▸", &to_x, &to_y));
    assert_int_equal(to_y, y);
    assert_true(terminal_find(t, "The dragged one", &x, &y));
    assert_true(terminal_find(t, "Key Partners", &to_x, &to_y));
    terminal_press(t, x, y, 1);
    terminal_drag(t, x - 4, y + 1);
    terminal_drag(t, to_x, to_y + 5);
    terminal_release(t, to_x, to_y + 5, 1);
    terminal_expect(t, "saved");
    terminal_expect(t, "8 Key Partners");
    assert_true(terminal_until(t, stands_left_of, &(struct place){"The dragged one", to_x + 20}));
    terminal_expect(t, "saved");
    blocks = cli("block list mouse");
    assert_non_null(strstr(blocks, "Key Partners"));
    free(blocks);
    assert_int_equal(shown("mouse", "The dragged one"), 1);
    terminal_press(t, x, y, 5); /* the wheel breaks nothing */
    terminal_press(t, x, y, 4);
    terminal_key(t, "f9"); /* off: the terminal's own selection */
    assert_true(terminal_until(t, mouse_is_off, NULL));
    quit(t);
}

/* Bracketed paste of several lines asks, and does what is answered. Control characters do not come through. */
static void pastes_of_many_lines(void **state)
{
    static const char lines[] = "First pasted\nSecond pasted\nThird \033[31mpasted\007\n";
    struct terminal *t;

    (void)state;
    cli_quiet("new bmc Pastes");
    t = start("pastes", 80, 24, NULL, NULL);
    ready(t, "Pastes");
    assert_true(terminal_mode(t, 2004));
    terminal_keys(t, "1 a");
    terminal_paste(t, lines, sizeof lines - 1);
    terminal_expect(t, "One card each");
    terminal_key(t, "enter");
    terminal_expect_gone(t, "One card each");
    terminal_key(t, "escape");
    terminal_expect(t, "saved");
    for (int i = 0; i < 100 && shown("pastes", "pasted") < 3; i++)
        terminal_settle(t, 20);
    assert_int_equal(shown("pastes", "pasted"), 3);
    assert_int_equal(shown("pastes", "\033"), 0);
    quit(t);
}

/* ---------------------------------------------------------------- how the terminal is left */

static void modes_are_on_while_it_runs(struct terminal *t)
{
    assert_true(terminal_mode(t, 1049));
    assert_true(terminal_mode(t, 1002));
    assert_true(terminal_mode(t, 2004));
    assert_false(terminal_cooked(t));
}

static void signals_leave_the_terminal_as_it_was(void **state)
{
    static const struct {
        int signal;
        bool dies; /* of the signal itself, so that a core and the shell tell what happened */
    } ways[] = {{SIGTERM, false}, {SIGHUP, false}, {SIGINT, false}, {SIGSEGV, true}, {SIGABRT, true}, {SIGBUS, true}};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct terminal *t = start("matrix", 80, 24, NULL, NULL);
        int status;

        ready(t, "Matrix");
        modes_are_on_while_it_runs(t);
        assert_int_equal(kill(terminal_pid(t), ways[i].signal), 0);
        status = terminal_wait_exit(t);
        if (ways[i].dies && !(WIFSIGNALED(status) && WTERMSIG(status) == ways[i].signal))
            fail_msg("signal %d ended with status %#x", ways[i].signal, (unsigned)status);
        if (!ways[i].dies && !(WIFEXITED(status) && WEXITSTATUS(status) == 130))
            fail_msg("signal %d ended with status %#x", ways[i].signal, (unsigned)status);
        leaves_well(t);
        terminal_free(t);
    }
}

/* The terminal's window is closed: the program ends, and what was typed is there the next time. */
static void a_closed_window_loses_nothing(void **state)
{
    struct terminal *t;

    (void)state;
    cli_quiet("new bmc Closed");
    t = start("closed", 80, 24, NULL, NULL);
    ready(t, "Closed");
    terminal_keys(t, "1 a");
    terminal_type(t, "Goodbye");
    terminal_expect(t, "Goodbye");
    terminal_hang_up(t);
    (void)terminal_wait_exit(t);
    terminal_free(t);
    t = start("closed", 80, 24, NULL, NULL);
    ready(t, "Closed");
    terminal_expect(t, "Goodbye");
    quit(t);
}

/* ---------------------------------------------------------------- random events */

static bool has_ended(struct terminal *t)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)terminal_pid(t), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

static const char *const random_keys[] = {
    "up",     "down",  "left",    "right",     "tab",      "shift-tab", "enter",      "escape", "backspace", "delete",
    "home",   "end",   "page-up", "page-down", "space",    "a",         "o",          "i",      "e",         "j",
    "k",      "h",     "l",       "g",         "G",        "d",         "x",          "p",      "P",         "y",
    "s",      "V",     "u",       "U",         "ctrl-r",   "v",         "c",          "C",      "#",         "m",
    "L",      "z",     "Z",       "t",         "f",        "@",         "/",          "n",      "N",         ":",
    "?",      "1",     "2",       "5",         "9",        "b",         "r",          "w",      "B",         "J",
    "K",      "<",     ">",       "ctrl-a",    "ctrl-e",   "ctrl-k",    "ctrl-w",     "ctrl-d", "ctrl-u",    "ctrl-o",
    "ctrl-y", "alt-b", "alt-f",   "f2",        "f3",       "f4",        "ctrl-l",     "ctrl-g", "D",         "A",
    "O",      "X",     "alt-n",   "alt-up",    "shift-up", "alt-enter", "shift-down",
};

static void random_event(struct terminal *t, struct rng *rng, int cols, int rows)
{
    static const char *const texts[] = {"wörter",    "日本",  "👩‍👩‍👧‍👦",
                                        "e\xcc\x81", "a b c", "line\nline"};
    const char *text = texts[rng_below(rng, 6)];
    int x = (int)rng_below(rng, (uint32_t)cols), y = (int)rng_below(rng, (uint32_t)rows);

    switch (rng_below(rng, 12)) {
    case 0:
        terminal_click(t, x, y);
        break;
    case 1:
        terminal_press(t, x, y, 1);
        terminal_drag(t, (int)rng_below(rng, (uint32_t)cols), (int)rng_below(rng, (uint32_t)rows));
        terminal_release(t, x, y, 1);
        break;
    case 2:
        terminal_press(t, x, y, rng_below(rng, 2) ? 4 : 5);
        break;
    case 3:
        terminal_type(t, texts[rng_below(rng, 5)]);
        break;
    case 4:
        terminal_paste(t, text, strlen(text));
        break;
    default:
        terminal_key(t, random_keys[rng_below(rng, sizeof random_keys / sizeof *random_keys)]);
    }
}

/* It may be left by chance (then it is started again), but it does not crash, always answers, and can be left. */
static void survives_random_events(void **state)
{
    enum { EVENTS = 4000 };
    static const char *const env[] = {"EDITOR=true", NULL};
    struct rng rng = {rng_seed(20)};
    struct terminal *t;
    int cols = 80, rows = 24, left = 0;

    (void)state;
    print_message("COCANVAS_SEED=%llu\n", (unsigned long long)rng.state);
    cli_quiet("new bmc Random");
    cli_quiet("add random vp One Two Three");
    t = start("random", cols, rows, NULL, env);
    ready(t, "Random");
    for (int i = 0; i < EVENTS; i++) {
        random_event(t, &rng, cols, rows);
        if (i % 20 == 19)
            terminal_settle(t, 5);
        if (i % 400 == 399) {
            cols = sizes[rng_below(&rng, 4)][0];
            rows = sizes[rng_below(&rng, 4)][1];
            terminal_resize(t, cols, rows);
        }
        if (has_ended(t)) {
            int status = terminal_wait_exit(t);

            if (!WIFEXITED(status) || WEXITSTATUS(status) > 10)
                fail_msg("event %d: status %#x\n%.*s", i, (unsigned)status, (int)buf_len(terminal_output(t)),
                         (const char *)buf_at(terminal_output(t)));
            leaves_well(t);
            terminal_free(t);
            assert_true(++left < EVENTS / 40); /* else it is not the interface that is tested */
            t = start("random", cols, rows, NULL, env);
            terminal_expect(t, "help");
        }
    }
    print_message("left %d times\n", left);
    for (int i = 0; i < 8; i++) {
        terminal_key(t, "escape");
        terminal_settle(t, 100); /* so that no Escape is taken for the beginning of a key */
    }
    terminal_key(t, "ctrl-q");
    terminal_settle(t, 300);
    if (!has_ended(t))
        terminal_type(t, "y"); /* not everything was sent yet */
    (void)terminal_wait_exit(t);
    leaves_well(t);
    terminal_free(t);
    cli_quiet("show random >/dev/null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_on_every_terminal),
        cmocka_unit_test(a_dumb_terminal),
        cmocka_unit_test(the_focus_is_seen_without_colours),
        cmocka_unit_test(a_terminal_without_utf8),
        cmocka_unit_test(a_terminal_that_is_too_small),
        cmocka_unit_test(clicks_drags_and_wheel),
        cmocka_unit_test(pastes_of_many_lines),
        cmocka_unit_test(signals_leave_the_terminal_as_it_was),
        cmocka_unit_test(a_closed_window_loses_nothing),
        cmocka_unit_test(survives_random_events),
    };

    if (getenv("COCANVAS_ONLY"))
        cmocka_set_test_filter(getenv("COCANVAS_ONLY"));
    return cmocka_run_group_tests(tests, setup_matrix, NULL);
}
