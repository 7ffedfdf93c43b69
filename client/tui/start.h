/* The start screen's state: contexts and their canvases with who is in them, recent first, found as one types. */
#ifndef COCANVAS_CLIENT_TUI_START_H
#define COCANVAS_CLIENT_TUI_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ids.h"

struct ui;

enum { START_PRESENT = 8 };

struct start_canvas {
    char context[64];        /* the context's name */
    char workspace[264];
    struct uuid id;
    char *title, *template_id; /* owned */
    int64_t changed_ms;
    int64_t opened_ms;       /* by this person on this device; 0 never */
    uint64_t head_seq;
    uint32_t n_present;      /* people in it now */
    char *present[START_PRESENT]; /* names of the first ones; owned */
};

/* One context: a workspace on a server, as somebody. */
struct start_context {
    char name[64], server[270], workspace[264], login[68];
    bool loading, online;
    char sentence[256];      /* why it is not online; "" */
};

struct start {
    struct start_context *contexts;
    size_t n_contexts;
    struct start_canvas *canvases; /* as told; owned */
    size_t n_canvases;
    char find[128];          /* what has been typed to find */
    size_t *shown;           /* indices of the canvases that fit, best first; owned */
    size_t n_shown, focus, top;
};

void start_init(struct start *s);
void start_fini(struct start *s);
/* What the loop learned: the contexts; the canvases of one context replace those it had. Copied. */
void ui_start_contexts(struct ui *ui, const struct start_context *contexts, size_t n);
void ui_start_canvases(struct ui *ui, const char *context, const struct start_canvas *canvases, size_t n);

#endif
