/* NameSeq with seq 0 names the state that its own batch leads to. Which seq that is, is known only when the batch is
 * committed: until then an undo or redo entry about it says which step it belongs to (own_op.names_step), and is given
 * the seq when it comes. Else it would take a name from whatever others have committed under the predicted one. */
#include "client/core/replica_private.h"

bool names_own_batch(const Cocanvas__Op *op)
{
    return op->kind_case == COCANVAS__OP__KIND_NAME_SEQ && op->name_seq->seq == 0;
}

struct own_op *names_unsent(const struct replica *r, uint64_t step)
{
    for (size_t i = 0; i < r->pending.n; i++) {
        struct own_op *own = r->pending.at[i];

        if (names_own_batch(own->op) && !own->names_step && own->first_step == step)
            return own;
    }
    return NULL;
}

/* seq 0: it will never be known. */
static void settle_list(struct own_list *list, uint64_t step, uint64_t seq)
{
    for (size_t i = list->n; i > 0; i--) {
        struct own_op *own = list->at[i - 1];

        if (own->names_step != step)
            continue;
        own->op->name_seq->seq = seq;
        own->names_step = 0;
        if (seq == 0)
            own_free(own_list_take(list, i - 1));
    }
}

static void settle_stack(struct step_stack *stack, uint64_t step, uint64_t seq)
{
    for (size_t i = 0; i < stack->n; i++)
        settle_list(&stack->at[i].inverse, step, seq);
}

void names_settle(struct replica *r, const struct own_op *naming, uint64_t seq)
{
    if (!names_own_batch(naming->op) || naming->names_step)
        return;
    settle_list(&r->pending, naming->first_step, seq);
    settle_stack(&r->undo, naming->first_step, seq);
    settle_stack(&r->redo, naming->first_step, seq);
}
