/* Template files: what a canvas is made from. Blocks, prompts, fields, checks, guided steps, attribution and licence; in several
 * languages. The format is libconfig's syntax (comments with #), documented in templates/README.md; messages name file and line. The
 * built-in catalogue (templates/ *.template) is embedded into the library. */
#ifndef COCANVAS_COMMON_TEMPLATE_H
#define COCANVAS_COMMON_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/field.h"
#include "common/status.h"

enum { TEMPLATE_FORMAT = 2 };    /* the newest that is understood */

/* Texts are never NULL: "" if there is none. */
struct template_block {
    char *key, *title, *prompt, *help;
    uint32_t col, row, col_span, row_span, order;
    char **plugins;          /* ids of templates that this block can be blown up into; NULL-terminated */
    char *side;              /* company | customer | shared | measure */
    char *sign;              /* plus | minus */
    char *section;           /* kind text: current | terms | proposals | questions | accepted */
    char *ledger;            /* perspective | in | out | trade */
    char *column;            /* title of a table's text column */
    uint32_t column_order;   /* its place among the fields' orders; 0: the first */
    uint32_t least, most;    /* limits of the number of cards; 0: none */
    struct field *fields;    /* of its cards */
    size_t n_fields;
    unsigned line;           /* where it is in its file */
};

struct template_axis {       /* one side of a matrix */
    char *title, *low, *high;
    char *field;             /* number field that places the cards; "": blocks are the cells */
};

struct template_step {       /* of the guided walk */
    char *title, *text;
    char *block;             /* its key, "" if the step is about the whole canvas */
    char *opens;             /* cards | summary | table | measures | review, or "" */
};

struct template {
    char *id, *title, *kind, *version, *lang;
    char *about;             /* one line for people who choose: what it is for */
    char *family;            /* what it is listed under: a key of template_families(), or "" */
    char *attribution;       /* the line that every screen, picture and export prints, with who adapted it; "" if none is owed */
    char *licence, *source, *provenance;
    uint32_t place;          /* in lists for people, from 1; 0: after those that have one */
    uint32_t cols, rows;
    struct template_block *blocks;
    size_t n_blocks;
    struct field *fields;    /* of all cards */
    size_t n_fields;
    char *lanes;             /* kind lanes: key of the choice field whose choices are the rows */
    struct template_axis x, y;   /* kind matrix */
    char *nodes;             /* kind graph: key of the choice field that is the type of a node */
    char **edges;            /* kinds of link; NULL-terminated, none: any */
    char **checks;           /* ids; NULL-terminated; none: those that every canvas has */
    unsigned checks_line;    /* where they are in the file */
    struct template_step *steps;
    size_t n_steps;
    char **languages;        /* into which the file is translated; NULL-terminated */
};

/* Everything that is wrong with a file, one sentence each: "bmc.template:14: block "kp" overlaps block "ka"; change at or size of one". */
struct template_mistakes {
    char **at;
    size_t n;
    size_t more;             /* found beyond those that are listed */
};

/* Parses a file's text; name is for messages. malloc'd, to be given to template_free(); NULL and *why (the first mistake) on refusal.
 * Keys, overlaps, the grid's borders, fields, steps and every translation are checked. */
struct template *template_parse(const char *name, const char *text, struct why *why);
/* The same in one of its languages; what is not translated stays. NULL if the file has no such language. */
struct template *template_parse_in(const char *name, const char *text, const char *lang, struct why *why);
/* The same, with all mistakes. m is to be given to template_mistakes_free() in any case. */
struct template *template_check(const char *name, const char *text, struct template_mistakes *m);
/* Adds "name:line: sentence" (line 0: none). */
void template_mistake(struct template_mistakes *m, const char *name, unsigned line, const char *fmt, ...) PRINTF_LIKE(4, 5);
void template_mistakes_free(struct template_mistakes *m);
void template_free(struct template *t);

/* The file of a fork: comments and all stay, id and version are new, and `who` is added to those who adapted it, which is printed after
 * the attribution from then on. malloc'd; NULL and *why if the text is no template, or the id or who cannot stand in a file. */
char *template_fork(const char *name, const char *text, const char *id, const char *who, struct why *why);

/* What templates are listed under, in the order in which people look: NULL-terminated by key NULL. */
struct template_family {
    const char *key;         /* "plan" */
    const char *title;       /* "Plan and measure" */
};
const struct template_family *template_families(void);

/* The built-in ones, parsed once by the caller: an array of n templates, sorted by id, and apart from it their translations. */
struct template_set {
    struct template **at;
    size_t n;
    struct template **translated;
    size_t n_translated;
};
void template_set_load(struct template_set *set);        /* ASSERTs: they are tested */
void template_set_free(struct template_set *set);
/* By id, or by id and language: "vcc.de". */
const struct template *template_find(const struct template_set *set, const char *id);
/* The nearest id to a misspelt one, or NULL: for "did you mean". */
const char *template_nearest(const struct template_set *set, const char *id);
/* The file of a built-in one, borrowed; NULL if there is none of that id. */
const char *template_file(const char *id);
/* One of the built-in ones alone, without the time for all of them; to be given to template_free(). NULL if there is none of that id. */
struct template *template_load(const char *id);

/* Circles of plug-ins that t (not of the set, or a new form of one that is) makes with those of the set are added to m; plug-ins that
 * neither the set nor t is, to unknown (they may be a workspace's). */
void template_check_plugins(const struct template_set *set, const struct template *t, const char *name, struct template_mistakes *m,
                            struct template_mistakes *unknown);

/* Makes the first state of a canvas: header properties, blocks (ids 0.1, 0.2, …) and the hidden block for parts of cards. c must be empty. */
void template_instantiate(const struct template *t, const char *title, struct canvas *c);

#endif
