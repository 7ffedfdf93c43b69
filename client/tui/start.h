/* The start screen's state: contexts and their canvases with who is in them, recent first, found as one types. */
#ifndef COCANVAS_CLIENT_TUI_START_H
#define COCANVAS_CLIENT_TUI_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/tui/grid.h"
#include "client/tui/input.h"
#include "common/ids.h"
#include "common/template.h"

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

enum { START_OFFERED = 9 };

/* A workspace in which a canvas can be made. */
struct start_offer {
    char context[64];
    char title[600];         /* what is asked with */
};

/* A new canvas: in which context, from which template, with which title (the last one is an ask_line). */
struct start_new {
    bool choosing;           /* the templates are shown instead of the canvases */
    char context[64], workspace[264];
    struct template_set templates; /* loaded when something is listed first; owned */
    struct template_set own; /* the workspace's, as its server told when they were asked for; owned */
    char find[128];
    size_t *shown;           /* indices of the templates that fit (its own ones behind the built-in ones), best first; owned */
    size_t n_shown, focus, top;
    char lang[16];           /* in which templates are shown and made, where they are translated; "" as they were written */
    char template_id[80];    /* chosen, with its language; the title is asked for */
    struct start_offer offered[START_OFFERED];
    size_t n_offered;
};

struct start {
    struct start_context *contexts;
    size_t n_contexts;
    struct start_canvas *canvases; /* as told; owned */
    size_t n_canvases;
    char find[128];          /* what has been typed to find */
    size_t *shown;           /* indices of the canvases that fit, best first; owned */
    size_t n_shown, focus, top;
    bool finding;            /* characters narrow the list, instead of being keys */
    struct start_new making; /* a new canvas */
};

void start_init(struct start *s);
void start_fini(struct start *s);
/* What the loop learned: the contexts; the canvases of one context replace those it had. Copied. */
void ui_start_contexts(struct ui *ui, const struct start_context *contexts, size_t n);
void ui_start_canvases(struct ui *ui, const char *context, const struct start_canvas *canvases, size_t n);
/* The templates of a context's workspace: answers ui_host.templates. Takes what own holds; dropped if another workspace is chosen by now. */
void ui_start_templates(struct ui *ui, const char *context, struct template_set *own);

/* ---- for ui.c, ui_mouse.c and the views, while the start screen is shown and nothing is asked */

/* Asked before the keymap: takes characters and pastes that narrow the list. False: a key for the keymap. */
bool start_input(struct ui *ui, const struct input *in);
/* A click on a HIT_ROW, twice: open. And the wheel. */
void start_row(struct ui *ui, size_t row, bool open);
void start_move(struct ui *ui, int rows);
/* Before it is drawn into r: scrolls to the focus. */
void start_settle(struct ui *ui, struct rect r);
/* The template that has the focus while one chooses, else NULL; and that of a row: in the language that is chosen. */
const struct template *start_template(const struct ui *ui);
const struct template *start_template_at(const struct start_new *making, size_t row);
/* How many there are to choose from; whether a row's template is one of the workspace's own. */
size_t start_templates(const struct start_new *making);
bool start_is_own(const struct start_new *making, size_t row);
/* The title of the family that a row's template is listed under, "Your own" for those without one; NULL while one searches: best first then. */
const char *start_family_at(const struct start_new *making, size_t row);
/* The context of a name, NULL: none. */
const struct start_context *start_context_of(const struct start *s, const char *name);

#endif
