/* What happened, as a sentence: "Ann added 7.14 to Channels: 'Wholesale'". For watch, history and live. Pure. Texts
 * are the present ones of the given canvas where the op itself does not carry them. */
#ifndef COCANVAS_CLIENT_CLI_DESCRIBE_H
#define COCANVAS_CLIENT_CLI_DESCRIBE_H

#include "common/arena.h"
#include "common/canvas.h"
#include "wire.pb-c.h"

struct describe {
    struct arena *arena;                               /* sentences live here */
    const struct canvas *canvas;                       /* may be NULL: ids alone then */
    const char *(*person)(void *ctx, uint32_t author); /* borrowed until the next call */
    void *ctx;
    bool past; /* of long ago: tell what a text edit did, not what the text is now */
};

/* "7.14 in Channels: 'Wholesale'", short; for confirmations. */
const char *describe_card(const struct describe *d, const struct card *card);
/* NULL if there is nothing to tell (the server's re-keying of a block). */
const char *describe_op(const struct describe *d, uint32_t author, const Cocanvas__Op *op);
/* One sentence for the whole: its first op, and how many more. */
const char *describe_batch(const struct describe *d, const Cocanvas__Committed *batch);
/* A property's value as people write it. */
const char *describe_value(const struct describe *d, const Cocanvas__Value *value);

#endif
