/* The line that one types to find something: characters are added at its end, taken away there, and that is all. */
#ifndef COCANVAS_CLIENT_TUI_FIND_LINE_H
#define COCANVAS_CLIENT_TUI_FIND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/tui/input.h"

/* Takes a character, a paste, backspace, ctrl-w (a word), ctrl-u (everything). line: valid text, NUL-terminated, in `room`
 * bytes. True if the input was one of these, *changed if the line is another one now. */
bool find_line_input(char *line, size_t room, const struct input *in, bool *changed);

#endif
