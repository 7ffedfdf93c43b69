/* The terminal is given back even when the process dies of its own fault: a handler on a stack of its own for SEGV, ABRT,
 * BUS, FPE and ILL writes what was prepared beforehand, restores the terminal's modes and lets the signal take its
 * course. While armed, what the process writes to a standard error that is the same terminal is held back (it would
 * tear the picture) and appears when the terminal is given back. One at a time in a process. */
#ifndef COCANVAS_CLIENT_TUI_RESCUE_H
#define COCANVAS_CLIENT_TUI_RESCUE_H

#include <stddef.h>
#include <termios.h>

/* bytes: what puts the terminal fd back to normal; copied. modes: as they were before. */
void rescue_arm(int fd, const struct termios *modes, const char *bytes, size_t len);
/* After the terminal was given back in the ordinary way. */
void rescue_disarm(void);

#endif
