/* JSON Canvas on its way into a canvas (json_canvas.h): what was read of the file, shared by what checks it (json_canvas_check.c) and what builds
 * the canvas out of it (json_canvas_import.c). */
#ifndef COCANVAS_CLIENT_CLI_JSON_CANVAS_PRIVATE_H
#define COCANVAS_CLIENT_CLI_JSON_CANVAS_PRIVATE_H

#include <jansson.h>

#include "client/cli/json_canvas.h"
#include "canvas.pb-c.h"

/* One kind of object of the state that is being put together. */
struct list {
    ProtobufCMessage **at;   /* malloc'd; the messages are the arena's */
    size_t n, cap;
};

struct node {
    const char *id, *type;
    int64_t x, y, width, height;
    const json_t *json, *own;    /* own: its key "cocanvas"; NULL: it has none */
    uint64_t object;         /* the block or card that it became; 0: none */
};

/* A card before it has its place. */
struct placed {
    Cocanvas__Card *card;
    bool stayed;             /* it is where it was when we wrote the file: its order key counts */
    int64_t x, y;
    size_t at;
};

struct reader {
    struct arena *arena;
    struct node *nodes;
    size_t n;
    json_t *index;           /* a node's id → its place in nodes */
    struct list blocks, cards, comments, links, readings;
    struct placed *placed;
    size_t n_placed;
    Cocanvas__Header *header;
    bool foreign;            /* not one of our own files */
    uint64_t unsorted;       /* the block for what stands in no group; 0: not needed yet */
    json_t *ids;             /* "7.12" of all objects so far */
    uint32_t made;
    size_t place;            /* of the node or edge, from 1, for refusals */
    const char *place_kind, *place_id;
    struct why *why;
};

/* Refuses with a sentence, after the place in the file if there is one. */
enum status json_canvas_fail(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A member that is a text without NUL; else NULL. */
const char *json_canvas_text(const json_t *object, const char *key);
/* Checks the list and fills r->nodes and r->index; makes room in r->placed. */
enum status json_canvas_read_nodes(struct reader *r, const json_t *list) MUST_CHECK;
/* The nodes at both ends. */
enum status json_canvas_check_edge(struct reader *r, const json_t *edge, const struct node **from, const struct node **to) MUST_CHECK;

#endif
