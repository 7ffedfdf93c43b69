/* The model of a session (model.h): views, queues, and committing only what somebody needs to see. */
#include "tests/replay/model.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

void model_init(struct model *m, uint32_t n_agents, const char *start)
{
    *m = (struct model){.n_agents = n_agents, .agents = xcalloc(n_agents, sizeof *m->agents)};
    for (uint32_t i = 0; i < n_agents; i++) {
        text_init(&m->agents[i].view);
        text_set(&m->agents[i].view, start, strlen(start));
    }
}

void model_fini(struct model *m)
{
    for (uint32_t i = 0; i < m->n_agents; i++) {
        struct model_agent *a = &m->agents[i];
        for (size_t k = 0; k < a->cap; k++)
            text_op_fini(&a->queue[k]);
        free(a->queue);
        text_fini(&a->view);
    }
    free(m->agents);
    text_op_fini(&m->mine), text_op_fini(&m->theirs), text_op_fini(&m->scratch);
}

static struct text_op *queue_at(struct model_agent *a, size_t i)
{
    return &a->queue[(a->first + i) % a->cap];
}

static struct text_op *queue_push(struct model_agent *a)
{
    if (a->n == a->cap) {
        size_t cap = a->cap > 0 ? a->cap * 2 : 16;
        struct text_op *queue = xcalloc(cap, sizeof *queue);
        for (size_t i = 0; i < a->n; i++)
            queue[i] = *queue_at(a, i);
        free(a->queue);
        a->queue = queue;
        a->cap = cap;
        a->first = 0;
    }
    return queue_at(a, a->n++);
}

static void swap(struct text_op *a, struct text_op *b)
{
    struct text_op kept = *a;
    *a = *b;
    *b = kept;
}

/* A committed op of somebody else: the queue moves over it, the view follows. */
static void receive(struct model *m, struct model_agent *a, const struct text_op *op)
{
    text_op_copy(&m->theirs, op);
    for (size_t i = 0; i < a->n; i++) {
        struct text_op *mine = queue_at(a, i);
        text_transform(&m->mine, mine, &m->theirs, TEXT_LEFT);
        text_transform(&m->scratch, &m->theirs, mine, TEXT_RIGHT);
        swap(mine, &m->mine);
        swap(&m->theirs, &m->scratch);
        m->transforms += 2;
    }
    text_apply(&a->view, &m->theirs, NULL);
}

/* The agent's oldest op takes its place in the order. */
static void commit(struct model *m, uint32_t who)
{
    struct model_agent *a = &m->agents[who];
    ASSERT(a->n > 0);
    struct text_op *op = queue_at(a, 0);
    if (m->on_commit != NULL)
        m->on_commit(m->ctx, who, op);
    for (uint32_t i = 0; i < m->n_agents; i++) {
        if (i != who)
            receive(m, &m->agents[i], op);
    }
    a->first = (a->first + 1) % a->cap;
    a->n--;
    a->committed++;
}

void model_type(struct model *m, const struct txn *txn)
{
    struct model_agent *a = &m->agents[txn->agent];
    for (uint32_t i = 0; i < m->n_agents; i++) {
        while (i != txn->agent && m->agents[i].committed < txn->sees[i])
            commit(m, i);
        ASSERT(i == txn->agent || m->agents[i].committed == txn->sees[i]);
    }
    struct text_op *op = queue_push(a);
    txn_op(op, txn, a->view.len_points);
    text_apply(&a->view, op, NULL);
    if (a->n > m->longest_queue)
        m->longest_queue = a->n;
}

void model_settle(struct model *m)
{
    for (uint32_t i = 0; i < m->n_agents; i++) {
        while (m->agents[i].n > 0)
            commit(m, i);
    }
}
