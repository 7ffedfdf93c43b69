/* A canvas as a template file: its blocks, fields and steps as its people revised them, without its cards. Pure. */
#ifndef COCANVAS_CLIENT_CLI_TEMPLATE_SAVE_H
#define COCANVAS_CLIENT_CLI_TEMPLATE_SAVE_H

#include "common/canvas.h"
#include "common/status.h"

struct template_save {
    const char *id, *title;
    const char *who;             /* adapted it; "": nobody says so */
};
/* malloc'd; NULL and *why if no template can say what the canvas is. What the canvas owes to others (attribution, licence, source, those who
 * adapted it before) is in it. *stacked: the blocks lie over each other on the canvas, and are one below the other in the file. */
char *template_of_canvas(const struct canvas *c, const struct template_save *save, bool *stacked, struct why *why);
/* What an id could be: "Acme's Canvas" → "acme-s-canvas"; malloc'd, "canvas" if nothing is left. */
char *template_id_of(const char *title);

#endif
