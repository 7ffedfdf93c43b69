/* What was put together from a file (intake.h), as ops that add it to a canvas: blocks and fields that are missing there, cards with
 * everything on them, their parts, links, readings, comments. Pure; the caller submits the ops in order. */
#ifndef COCANVAS_CLIENT_CLI_INTAKE_OPS_H
#define COCANVAS_CLIENT_CLI_INTAKE_OPS_H

#include "client/cli/ops.h"

struct intake_ops {
    Cocanvas__Op **ops;      /* malloc'd array; the ops are the arena's */
    size_t n, cap;
    size_t cards;            /* that people see */
    size_t made;             /* cards and parts: what counts against the canvas' limit */
};

/* The blocks of `from` as a canvas without cards, for an import into a canvas that is there. */
void intake_shell(struct canvas *shell, const struct canvas *from);
/* next_id gives ids of one's own on that canvas, ascending. */
void intake_to_ops(const struct canvas *from, const struct canvas *onto, uint64_t (*next_id)(void *ctx), void *ctx, struct arena *arena,
                   struct intake_ops *out);
void intake_ops_fini(struct intake_ops *out);

#endif
