/* The terminal: the only part that knows curses. Shows grids, reads input. One at a time in a process. */
#ifndef COCANVAS_CLIENT_TUI_SCREEN_H
#define COCANVAS_CLIENT_TUI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "client/tui/grid.h"
#include "client/tui/input.h"
#include "client/tui/theme.h"
#include "common/status.h"

struct screen;

struct screen_options {
    bool mouse;        /* SGR mouse reports */
    bool title;        /* set the terminal's title (screen_title) */
    bool no_color;     /* NO_COLOR, --color=never */
    int light;         /* 1 light, 0 dark, -1: find out (OSC 11, COLORFGBG) */
    const char *term;  /* NULL: $TERM; falls back to what is near, then xterm-256color, xterm, vt100 */
};

/* Takes the terminal over: alternate screen, raw keys, mouse, bracketed paste. NULL and a sentence if that cannot be.
 * A crash (SEGV, ABRT, BUS, FPE, ILL) gives the terminal back before the process dies of it. What is written meanwhile
 * to a standard error that is the same terminal appears when it is given back. */
struct screen *screen_new(const struct screen_options *options, struct why *why);
/* Gives the terminal back as it was. */
void screen_free(struct screen *s);
int screen_fd(const struct screen *s);                 /* to be watched for reading */
const struct theme *screen_theme(const struct screen *s);
void screen_size(const struct screen *s, int *cols, int *rows);
bool screen_ascii(const struct screen *s);             /* nothing but ASCII can be shown: no UTF-8 here */
const char *screen_term(const struct screen *s);       /* the terminal's type that is used; borrowed */
/* After SIGWINCH: the next screen_read() gives INPUT_RESIZE. */
void screen_resized(struct screen *s);
/* Writes what differs from what is shown. No difference: not a byte. */
void screen_show(struct screen *s, const struct grid *g);
/* The next input, without waiting; false if there is none now. *wait_ms: when to call again without new bytes (an
 * Escape may be the beginning of a key), 0 never. *lost: the terminal is gone. */
bool screen_read(struct screen *s, struct input *in, unsigned *wait_ms, bool *lost);
/* For $EDITOR and Ctrl-Z: gives the terminal back, and takes it again with a complete redraw. */
void screen_leave(struct screen *s);
void screen_enter(struct screen *s);
void screen_redraw(struct screen *s);                  /* Ctrl-L: everything anew with the next show */
void screen_mouse(struct screen *s, bool on);
void screen_title(struct screen *s, const char *title); /* "" restores the former one */
void screen_bell(struct screen *s);
/* OSC 52: puts text into the system's clipboard; false if it is longer than terminals take (74,000 bytes). */
bool screen_copy(struct screen *s, const char *text, size_t len);
/* Bytes written to the terminal so far. */
uint64_t screen_written(const struct screen *s);

#endif
