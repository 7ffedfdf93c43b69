/* A session on one text without network and server: each agent has a view and a queue of its own ops that nobody else
 * has seen yet. An op is committed only when somebody needs to see it, so everybody sees exactly what the trace says
 * they saw.
 *
 * With two agents this is exact: when one of them commits, it has received everything that was committed before (the
 * other's ops were committed because it needed them). So every committed op already stands in the coordinates of its
 * place in the order. */
#ifndef COCANVAS_TESTS_REPLAY_MODEL_H
#define COCANVAS_TESTS_REPLAY_MODEL_H

#include "tests/replay/trace.h"

struct model_agent {
    struct text view;
    struct text_op *queue; /* a ring: own ops that are not committed, rebased over all that was received */
    size_t first, n, cap;
    uint32_t committed; /* own ops committed */
};

struct model {
    struct model_agent *agents;
    uint32_t n_agents;
    size_t longest_queue;
    uint64_t transforms;
    struct text_op mine, theirs, scratch;
    /* Called for each op as it is committed, before the others receive it. May be NULL. */
    void (*on_commit)(void *ctx, uint32_t agent, const struct text_op *op);
    void *ctx;
};

void model_init(struct model *m, uint32_t n_agents, const char *start);
void model_fini(struct model *m);
/* The agent types the txn, after having seen what the trace says. */
void model_type(struct model *m, const struct txn *txn);
/* Everything is committed and received by all. */
void model_settle(struct model *m);

#endif
