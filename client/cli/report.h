/* The report of a workspace: how its canvases' measures do, what is due for review, which actions and checks are open. A model first (JSON, which is also
 * what --format json prints), then the formats out of it. Pure. */
#ifndef COCANVAS_CLIENT_CLI_REPORT_H
#define COCANVAS_CLIENT_CLI_REPORT_H

#include <jansson.h>

#include "client/cli/canvas_file.h"
#include "client/method/method.h"
#include "common/arena.h"

struct report {
    json_t *canvases;        /* one object each, in the order in which they were added */
    struct rollup rollup;    /* of all of them */
    char today[11];
};

void report_init(struct report *r, const char *today);
void report_fini(struct report *r);
/* Adds a canvas; m is up to date with it on that day. id: its UUID as text. */
void report_add(struct report *r, const char *id, const struct canvas *canvas, struct method *m, const struct names *names, struct arena *arena);
/* {"workspace", "day", "rollup", "canvases"}; a new reference. */
json_t *report_json(const struct report *r, const char *workspace);
/* The same for people, and as CSV: one record for each measure, action and finding. */
void report_markdown(const json_t *report, struct arena *arena, struct buf *out);
void report_csv(const json_t *report, struct buf *out);

#endif
