/* What a Markdown file says (canvas_file.h), onto a canvas. Pure. */
#ifndef COCANVAS_CLIENT_CLI_MARKDOWN_IMPORT_H
#define COCANVAS_CLIENT_CLI_MARKDOWN_IMPORT_H

#include "client/cli/canvas_file.h"
#include "client/cli/intake.h"

/* The canvas' own blocks and properties, which our export states in a comment at its end: m->structure is not NULL. canvas must be empty. */
enum status markdown_structure(const struct markdown *m, struct arena *arena, struct canvas *canvas, struct why *why) MUST_CHECK;
/* Blocks, cards, fields, measures and actions. */
enum status markdown_import(const struct markdown *m, struct intake *in) MUST_CHECK;

#endif
