/* Names of terminals, and the locale. */
#include "client/tui/kind.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

static bool utf8_locale(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool kind_use_utf8(void)
{
    if (utf8_locale())
        return true;
    const char *name = setlocale(LC_CTYPE, NULL);
    if (name != NULL && strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0)
        return false;
    static const char *const names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (setlocale(LC_CTYPE, names[i]) != NULL && utf8_locale())
            return true;
    }
    setlocale(LC_CTYPE, "C");
    return false;
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

bool kind_has_extras(const char *term)
{
    static const char *const families[] = {"xterm",   "tmux",   "screen", "rxvt",  "alacritty", "foot",
                                           "kitty",   "st-",    "vte",    "gnome", "konsole",   "wezterm",
                                           "contour", "mintty", "putty",  "iterm"};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (begins(term, families[i]))
            return true;
    }
    return strcmp(term, "st") == 0;
}

size_t kind_candidates(const char *term, const char *out[KIND_CANDIDATES])
{
    static const char *const least[] = {"vt100", "ansi", "xterm"};
    size_t n = 0;
    bool dumb = term != NULL && strcmp(term, "dumb") == 0;
    if (term != NULL && term[0] != '\0' && strlen(term) < KIND_NAME)
        out[n++] = term;
    if (term != NULL && (begins(term, "tmux") || begins(term, "screen"))) {
        out[n++] = "screen-256color";
        out[n++] = "screen";
    }
    if (!dumb) {
        out[n++] = "xterm-256color";
        out[n++] = "xterm";
    }
    for (size_t i = 0; i < (dumb ? 3 : 2); i++)
        out[n++] = least[i];
    return n;
}
