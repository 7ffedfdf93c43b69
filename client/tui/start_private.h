/* What the files of the start screen share. */
#ifndef COCANVAS_CLIENT_TUI_START_PRIVATE_H
#define COCANVAS_CLIENT_TUI_START_PRIVATE_H

#include "client/tui/start.h"

/* One thing of a list and how well it fits what is searched for. */
struct start_fit {
    size_t index;
    int fit;
    int64_t recent;
};

/* Puts the best ones first, of equals the more recent, then the one that stood first; fills shown. */
void start_sort(struct start_fit *fits, size_t n, size_t *shown);
/* The focus within 0 … n - 1. */
void start_focus_at(size_t *focus, size_t n, int64_t to);

/* start_new.c: the same as in start.c, for the list of templates */
void start_new_fini(struct start_new *making);
void start_new_load(struct start_new *making); /* the templates, once */
void start_new_find(struct start_new *making);
void start_new_choose(struct ui *ui);
void start_new_close(struct ui *ui);

#endif
