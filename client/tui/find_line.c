/* A line that is only typed at its end, see find_line.h. */
#include "client/tui/find_line.h"

#include <string.h>

#include "common/utf8.h"

static bool add(char *line, size_t room, const char *bytes, size_t len)
{
    size_t used = strlen(line);

    if (len == 0 || len >= room - used || !utf8_check_line(bytes, len, NULL))
        return false;
    memcpy(line + used, bytes, len);
    line[used + len] = '\0';
    return true;
}

/* The first line of what was pasted, as much of it as there is room for. */
static bool add_paste(char *line, size_t room, const struct input *in)
{
    const char *end = in->len > 0 ? memchr(in->bytes, '\n', in->len) : NULL;
    size_t len = end ? (size_t)(end - in->bytes) : in->len, left = room - strlen(line) - 1, fits = 0;

    while (fits < len) {
        size_t n = utf8_grapheme(in->bytes + fits, len - fits);

        if (fits + n > left)
            break;
        fits += n;
    }
    return add(line, room, in->bytes, fits);
}

static size_t without_last(const char *line)
{
    size_t len = strlen(line), at = 0, last = 0;

    while (at < len) {
        last = at;
        at += utf8_grapheme(line + at, len - at);
    }
    return last;
}

static size_t without_last_word(const char *line)
{
    size_t len = strlen(line);

    while (len > 0 && line[len - 1] == ' ')
        len--;
    while (len > 0 && line[len - 1] != ' ')
        len--;
    return len;
}

static bool cut_at(char *line, size_t at)
{
    bool changed = line[at] != '\0';

    line[at] = '\0';
    return changed;
}

bool find_line_input(char *line, size_t room, const struct input *in, bool *changed)
{
    bool plain = (in->mods & (INPUT_CTRL | INPUT_ALT)) == 0, ctrl = in->mods == INPUT_CTRL;
    char bytes[4];

    *changed = false;
    if (in->kind == INPUT_PASTE)
        *changed = add_paste(line, room, in);
    else if (in->kind == INPUT_BACKSPACE)
        *changed = cut_at(line, without_last(line));
    else if (in->kind == INPUT_CHARACTER && plain)
        *changed = add(line, room, bytes, utf8_encode(in->point, bytes));
    else if (in->kind == INPUT_CHARACTER && ctrl && in->point == 'w')
        *changed = cut_at(line, without_last_word(line));
    else if (in->kind == INPUT_CHARACTER && ctrl && in->point == 'u')
        *changed = cut_at(line, 0);
    else
        return false;
    return true;
}
