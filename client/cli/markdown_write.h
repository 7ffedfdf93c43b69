/* What the writers of the Markdown report share: cells, and the tables of measures and actions. Private to markdown_*.c. */
#ifndef COCANVAS_CLIENT_CLI_MARKDOWN_WRITE_H
#define COCANVAS_CLIENT_CLI_MARKDOWN_WRITE_H

#include "client/cli/csv_canvas.h"
#include "client/method/cell.h"

struct markdown_writer {
    const struct canvas *c;
    struct method *m;
    const struct names *names;
    struct arena *arena;
    struct buf *out;
};

/* A text of several lines in one: \ before a | or \, and <br> for a line break. */
void markdown_add_cell(struct buf *out, const char *text);
/* A malloc'd text into the arena. */
const char *markdown_take(struct markdown_writer *w, char *text);
/* Whether a property stands in the tables of measures or actions. */
bool markdown_measure_prop(const char *key, enum value_kind kind);
void markdown_add_measures(struct markdown_writer *w);
void markdown_add_actions(struct markdown_writer *w);

#endif
