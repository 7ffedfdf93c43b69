/* Canvases as files. JSON: the whole state, lossless. Markdown: what people read and write. Pure; the commands read
 * and write the files. */
#ifndef COCANVAS_CLIENT_CLI_CANVAS_FILE_H
#define COCANVAS_CLIENT_CLI_CANVAS_FILE_H

#include <jansson.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "client/method/method.h"

struct names {
    const char *(*person)(void *ctx, uint32_t author);
    void *ctx;
};

/* {"format":"cocanvas.canvas","schema":1,"hash":…,"confidential":…,"people":[…],"state":{…}}, indented, with a line break at the end. */
void export_json(struct canvas *canvas, const struct names *names, bool confidential, struct arena *arena, struct buf *out);
/* Fills an empty canvas from such a file; every reference and limit is checked, and the hash if the file has one. */
enum status import_json(const char *bytes, size_t len, struct canvas *canvas, struct why *why) MUST_CHECK;
/* What was confidential where it comes from, perhaps because all of its workspace was, stays so in whatever workspace it comes to. */
enum status canvas_mark_confidential(struct canvas *canvas, struct why *why) MUST_CHECK;

/* A report of a canvas to read, and a file to write by hand. FORMATS.md has the exact shape; in short:
 * ---
 * template: bmc                        what the canvas is made from
 * ---
 * # Bakery 2027                        its title
 * > **Confidential**                   if it is that
 * ## Customer Segments (cs)            a block, by title or by the key in parentheses
 * > For whom do we create value?       the prompt of an empty block; quotes here are skipped
 * - Office workers {#b2b status=draft} a card; tags, status, colour and id in braces
 *   who buy lunch                      its second line
 *   - *Rank* (rank): 3                 a field
 *   > Really? (Ann)                    a comment
 * | Statement | Rank (rank) |          or cards as rows of a table, fields as columns
 * ### Measures, ### Actions            tables of them
 * ---
 * Links, attribution: everything behind this line is for people only, but for a comment that holds the canvas' own blocks.
 * m is up to date with the canvas. */
void export_markdown(struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena,
                     struct buf *out);

/* What a Markdown file says, before there is a canvas: borrowed from the arena. */
struct markdown_value {
    const char *key;  /* in parentheses: of a field, or "name:kind" of another property; "" if there is none */
    const char *title;
    const char *text;
};
struct markdown_card {
    const char *text;
    const char *id;   /* as other places of the file call it, NULL: they don't */
    struct markdown_value *values;
    size_t n_values;
    const char **tags;
    size_t n_tags;
    const char *status, *color; /* NULL: none */
    const char **comments;
    size_t n_comments;
    unsigned line; /* where it begins, for messages */
};
struct markdown_block {
    const char *title; /* as in the heading, without "(key)" */
    const char *key;   /* from "(key)", else NULL */
    struct markdown_card *cards;
    size_t n_cards;
    unsigned line;
};
/* One line of the tables of measures and actions: values, each with its column's title. */
struct markdown_line {
    struct markdown_value *values;
    size_t n_values;
    unsigned line;
};
struct markdown_table {
    struct markdown_line *lines;
    size_t n_lines;
};
struct markdown {
    const char *title;       /* from "# …", NULL if it has none */
    const char *template_id; /* from "template:", NULL if it has none */
    struct markdown_block *blocks;
    size_t n_blocks;
    struct markdown_table measures, actions;
    bool confidential;       /* "> **Confidential**" stands below the title */
    const char *structure;   /* JSON of the canvas' own blocks and properties, NULL if the file has none */
};
enum status markdown_parse(const char *bytes, size_t len, struct arena *arena, struct markdown *out,
                           struct why *why) MUST_CHECK;
#endif
