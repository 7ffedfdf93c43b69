/* What two people made of one text, put together: for a text that was away in an editor while others went on. Pure. */
#ifndef COCANVAS_CLIENT_TUI_TUI_MERGE_H
#define COCANVAS_CLIENT_TUI_TUI_MERGE_H

#include <stddef.h>

/* `before` with the changes that lead to `mine` and those that lead to `theirs`; all are valid texts. malloc'd. */
char *merge_texts(const char *before, const char *mine, const char *theirs, size_t *len);

#endif
