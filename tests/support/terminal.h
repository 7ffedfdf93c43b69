/* A terminal for tests: a pseudo-terminal with a program on it, and libvterm as what stands on the desk. Tests type,
 * point and paste as a person does, and look at cells, colours, cursor and modes. Nothing here sleeps: everything that
 * takes time is a condition that is waited for, with a deadline.
 *
 *   struct terminal *t = terminal_start(&(struct terminal_options){.argv = argv, .cols = 80, .rows = 24});
 *   terminal_expect(t, "Key Partners");      // fails the test, with a picture of the screen, if it does not come
 *   terminal_key(t, "down");
 *   terminal_type(t, "hello");
 *   int status = terminal_wait_exit(t);      // as of waitpid()
 *   terminal_free(t);
 */
#ifndef COCANVAS_TESTS_TERMINAL_H
#define COCANVAS_TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"

struct terminal;

struct terminal_options {
    const char *const *argv; /* program (found in PATH) and arguments, NULL-terminated */
    int (*child)(void *ctx); /* instead of argv: runs in a forked child, its result is the exit code */
    void *ctx;
    int cols, rows;         /* 0: 80, 24 */
    const char *term;       /* $TERM; NULL: xterm-256color */
    const char *const *env; /* "NAME=VALUE" or "NAME" (unset), NULL-terminated, over what the test has; NULL none.
                                   LC_ALL is C.UTF-8, and what would change colours (NO_COLOR, COLORFGBG) is unset. */
    const char *background; /* answer to OSC 11 ("rgb:ffff/ffff/ffff"); NULL: none, as most terminals do */
};

enum { TERMINAL_WAIT_MS = 20000 }; /* the deadline of everything that is waited for */

struct terminal *terminal_start(const struct terminal_options *options);
/* A terminal without a program: it shows what terminal_feed() is given, nobody reads what is typed. */
struct terminal *terminal_blank(int cols, int rows);
void terminal_feed(struct terminal *t, const void *bytes, size_t len);
/* Ends the program if it still runs (SIGKILL) and waits for it. */
void terminal_free(struct terminal *t);
pid_t terminal_pid(const struct terminal *t);

/* ---- a person's hands */

void terminal_send(struct terminal *t, const void *bytes, size_t len); /* raw */
void terminal_type(struct terminal *t, const char *text);              /* characters as they are */
/* A key by the name that the settings have: "up", "shift-tab", "ctrl-r", "alt-x", "f5", "page-down", "space", "a". As
 * the terminal's modes say. A name that is none fails the test. */
void terminal_key(struct terminal *t, const char *name);
/* Several keys, separated by spaces: "g g down enter". */
void terminal_keys(struct terminal *t, const char *names);
/* In brackets, if the program asked for them. */
void terminal_paste(struct terminal *t, const char *text, size_t len);
/* Nothing is sent while the program has mouse reports off, or for drags that it did not ask for. button: 1 left, 2
 * middle, 3 right, 4 wheel up, 5 wheel down. */
void terminal_press(struct terminal *t, int x, int y, int button);
void terminal_drag(struct terminal *t, int x, int y);
void terminal_release(struct terminal *t, int x, int y, int button);
void terminal_click(struct terminal *t, int x, int y); /* left, press and release */
/* The window is another size (the program gets SIGWINCH). */
void terminal_resize(struct terminal *t, int cols, int rows);
/* The connection breaks: the program's reads end, and it gets SIGHUP. Nothing of it is seen any more. */
void terminal_hang_up(struct terminal *t);

/* ---- waiting */

/* Takes in what the program writes until the condition holds; false at the deadline or if the program has ended. */
bool terminal_until(struct terminal *t, bool (*holds)(struct terminal *t, void *ctx), void *ctx);
/* Until the text stands in one row of the screen, or stands there no more; else the test fails and the screen is printed. */
void terminal_expect(struct terminal *t, const char *text);
void terminal_expect_gone(struct terminal *t, const char *text);
/* Until all that the program has written within `quiet_ms` has come: for what cannot be named by a text. */
void terminal_settle(struct terminal *t, int quiet_ms);
/* Until the program ends; its waitpid() status. Fails the test at the deadline. */
int terminal_wait_exit(struct terminal *t);

/* ---- a person's eyes */

struct terminal_cell {
    char text[32]; /* UTF-8; "" in the right half of a wide character, " " where nothing stands */
    int width;     /* 1 or 2 */
    int fg, bg;    /* palette index, -1 the terminal's default */
    bool bold, underline, italic, reverse;
};

/* All rows without trailing blanks, each ending with a line feed. malloc'd. */
char *terminal_text(struct terminal *t);
bool terminal_shows(struct terminal *t, const char *text);
/* Where a text stands first; false: nowhere. */
bool terminal_find(struct terminal *t, const char *text, int *x, int *y);
struct terminal_cell terminal_cell_at(struct terminal *t, int x, int y);
void terminal_cursor(struct terminal *t, int *x, int *y);
bool terminal_cursor_visible(const struct terminal *t);
/* Whether a private mode is set: 25 cursor, 1002/1006 mouse, 2004 paste, 1049 second screen, 2026 frame. */
bool terminal_mode(const struct terminal *t, int mode);
/* Whether the line discipline is as a shell wants it: echo and whole lines. */
bool terminal_cooked(const struct terminal *t);
const char *terminal_title(const struct terminal *t);
/* All bytes that the program has written so far (the terminal keeps them). */
const struct buf *terminal_output(const struct terminal *t);

#endif
