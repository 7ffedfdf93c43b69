/* A canvas as text: the linear outline (for narrow terminals, screen readers and pipes) and the drawing as a grid
 * (for wide ones). Both end with the template's attribution. They only read the canvas. */
#ifndef COCANVAS_CLIENT_CLI_OUTLINE_H
#define COCANVAS_CLIENT_CLI_OUTLINE_H

#include "client/cli/output.h"
#include "client/method/method.h"
#include "common/canvas.h"

struct outline {
    struct output *out;
    struct arena *arena;
    const struct canvas *canvas;
    const char *(*person)(void *ctx, uint32_t author);
    void *ctx;
    const char *mark;         /* " [acme]" behind the title, or "" */
    const struct block *only; /* one block, NULL all */
    bool comments;            /* with their texts */
    bool removed;             /* with removed cards */
    struct method *method;    /* of this canvas, up to date: cards with their fields and measures; NULL: without */
};

void outline_print(const struct outline *o);
/* The canvas' title, template and figures; also above the drawing. */
void outline_head(const struct outline *o);
/* Attribution and licence line; nothing if none is owed. */
void outline_foot(const struct outline *o);
/* "7.12  Wholesale  #b2b  ▲2  1 comment", without a line break. */
const char *outline_card(const struct outline *o, const struct card *card);
size_t outline_comments(const struct canvas *canvas, uint64_t object);

/* Draws the blocks as boxes in their places, width columns wide, as high as their cards need. */
void grid_print(const struct outline *o, size_t width);
/* Whether the drawing is readable at that width: a grid canvas, whose narrowest block still takes a few words. */
bool grid_fits(const struct canvas *canvas, size_t width);

#endif
