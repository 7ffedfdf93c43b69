/* What kind of terminal this is, by its name and by the locale. */
#ifndef COCANVAS_CLIENT_TUI_KIND_H
#define COCANVAS_CLIENT_TUI_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum { KIND_CANDIDATES = 8, KIND_NAME = 64 };

/* The types to try, in this order, for a $TERM (NULL: unset): itself, what is near, and what every terminal
 * understands. One that says it is dumb gets the least that can place text. Returns how many; borrowed from term. */
size_t kind_candidates(const char *term, const char *out[KIND_CANDIDATES]);
/* Whether it understands what xterm does (mouse, bracketed paste, titles …), or at least ignores it. */
bool kind_has_extras(const char *term);
/* Makes the locale's characters UTF-8, if it is allowed: without settings (C, POSIX) a terminal of today takes it;
 * settings that say otherwise are believed. False: only ASCII can be shown. */
bool kind_use_utf8(void);

#endif
