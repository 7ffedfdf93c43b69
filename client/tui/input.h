/* What comes from the keyboard and the mouse, without curses: views and updates are tested with these. */
#ifndef COCANVAS_CLIENT_TUI_INPUT_H
#define COCANVAS_CLIENT_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum input_kind {
    INPUT_NONE,
    INPUT_CHARACTER, /* point; with INPUT_CTRL: the letter, lower case; with INPUT_ALT: Esc before it */
    INPUT_ENTER,
    INPUT_TAB,
    INPUT_ESCAPE,
    INPUT_BACKSPACE,
    INPUT_DELETE,
    INPUT_INSERT,
    INPUT_UP,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_HOME,
    INPUT_END,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_F, /* point: 1 to 12 */
    INPUT_MOUSE,
    INPUT_PASTE, /* bytes, len */
    INPUT_RESIZE, /* x, y: columns, rows */
};

enum { INPUT_SHIFT = 1, INPUT_CTRL = 2, INPUT_ALT = 4 };

enum mouse_what { MOUSE_PRESS, MOUSE_DRAG, MOUSE_RELEASE, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct input {
    enum input_kind kind;
    uint8_t mods;
    uint32_t point;
    int x, y;              /* MOUSE: cell; RESIZE: size */
    enum mouse_what mouse;
    uint8_t button;        /* 1 left, 2 middle, 3 right */
    const char *bytes;     /* PASTE: valid text (utf8.h); borrowed until the input is handled */
    size_t len;
};

/* A key's name as people write it in the settings and read it in hints: "a", "A", "space", "enter", "ctrl-r", "alt-x",
 * "shift-tab", "f1", "page-down", "up". */
enum { KEY_NAME = 32 };
void input_name(const struct input *in, char out[KEY_NAME]);
/* The first key of *names (keys of a sequence are separated by one space); *names goes behind it. False if it is none. */
bool input_parse(const char **names, struct input *out);
bool input_same_key(const struct input *a, const struct input *b);

#endif
