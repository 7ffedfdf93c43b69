/* Template files: blocks, prompts, attribution and licence of one canvas. The format is libconfig's syntax (comments with #), documented in
 * templates/README.md; errors name file and line. The built-in catalogue (templates/ *.template) is embedded into the library. */
#ifndef COCANVAS_COMMON_TEMPLATE_H
#define COCANVAS_COMMON_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/status.h"

struct template_block {
    char *key, *title, *prompt, *help;
    uint32_t col, row, col_span, row_span, order;
    char **plugins;          /* ids of templates that this block can be blown up into; NULL-terminated */
};

struct template {
    char *id, *title, *kind, *version, *lang;
    char *attribution;       /* the line that every screen, picture and export prints; "" if none is owed */
    char *licence, *source, *provenance;
    uint32_t cols, rows;
    struct template_block *blocks;
    size_t n_blocks;
};

/* Parses a file's text; name is for messages. malloc'd, to be given to template_free(); NULL and *why on refusal
 * ("bmc.template:14: block \"kp\" overlaps block \"ka\"; …"). Checks keys, overlaps, the grid's borders, missing licence. */
struct template *template_parse(const char *name, const char *text, struct why *why);
void template_free(struct template *t);

/* The built-in ones, parsed once by the caller: an array of n templates, sorted by id. */
struct template_set {
    struct template **at;
    size_t n;
};
void template_set_load(struct template_set *set);        /* ASSERTs: they are tested */
void template_set_free(struct template_set *set);
const struct template *template_find(const struct template_set *set, const char *id);
/* The nearest id to a misspelt one, or NULL: for "did you mean". */
const char *template_nearest(const struct template_set *set, const char *id);

/* Makes the first state of a canvas: header properties and blocks (ids 0.1, 0.2, …). c must be empty. */
void template_instantiate(const struct template *t, const char *title, struct canvas *c);

#endif
