/* A canvas as JSON Canvas 1.0 (https://jsoncanvas.org/spec/1.0/), the format of .canvas files: blocks are groups, cards text nodes inside
 * of them, links edges. What the format has no place for is in one key "cocanvas" of each node, edge and the whole, so that our own files
 * come back with everything that a card has. FORMATS.md describes it. Pure. */
#ifndef COCANVAS_CLIENT_CLI_JSON_CANVAS_H
#define COCANVAS_CLIENT_CLI_JSON_CANVAS_H

#include "client/cli/canvas_file.h"
#include "client/method/method.h"

/* m is up to date with the canvas. confidential: the canvas or its workspace is. */
void export_json_canvas(struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena,
                        struct buf *out);
/* Fills an empty canvas. title: if the file has none, else NULL. Nodes stand in the smallest group that holds their centre, others in a
 * block "Unsorted"; what breaks the format is refused with the node or edge. */
enum status import_json_canvas(const char *bytes, size_t len, const char *title, struct arena *arena, struct canvas *canvas, struct why *why) MUST_CHECK;
/* Whether JSON looks like this format rather than like our own export. */
bool looks_like_json_canvas(const char *bytes, size_t len);

/* "color" of a card → preset or hex, NULL: none. And back: the nearest of our names, NULL for what is no colour. */
const char *json_canvas_color(const char *name);
const char *json_canvas_color_name(const char *color);
/* What separates a card's text from what is shown below it, in a text node. */
#define JSON_CANVAS_DETAILS "\n\n---\n"

#endif
