/* Transforming own edits over what others did (design section 5, research: server order, later insert LEFT).
 *
 * A remote text op in the coordinates of the confirmed state goes through the batch in flight, then through pending:
 * own' = T(own, remote, LEFT), remote' = T(remote, own, RIGHT). What comes out is in the view's coordinates, and
 * goes down the undo and the redo stack in the same way. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"

/* False: their lengths do not fit together, which only a wrong server (or our own fault) can bring about. */
static bool transform_both(struct text_op *own, struct text_op *remote)
{
    struct text_op own_after, remote_after;

    if (own->pre_len != remote->pre_len)
        return false;
    text_op_init(&own_after);
    text_op_init(&remote_after);
    text_transform(&own_after, own, remote, TEXT_LEFT);
    text_transform(&remote_after, remote, own, TEXT_RIGHT);
    text_op_fini(own);
    text_op_fini(remote);
    *own = own_after;
    *remote = remote_after;
    return true;
}

static void rebase_list(struct own_list *list, uint64_t object, const char *key, struct text_op *remote)
{
    for (size_t i = 0; i < list->n; i++) {
        struct own_op *own = list->at[i];

        if (!own->is_text || own->broken || own->op->text_edit->object != object ||
            strcmp(own->op->text_edit->key, key) != 0)
            continue;
        if (!transform_both(&own->text, remote))
            own->broken = true;
    }
}

static void rebase_stack(struct step_stack *stack, uint64_t object, const char *key, const struct text_op *remote)
{
    struct text_op through;

    text_op_init(&through);
    text_op_copy(&through, remote);
    for (size_t i = stack->n; i > 0; i--)
        rebase_list(&stack->at[i - 1].inverse, object, key, &through);
    text_op_fini(&through);
}

void rebase_text(struct replica *r, uint64_t object, const char *key, struct text_op *remote)
{
    rebase_list(&r->in_flight, object, key, remote);
    rebase_list(&r->pending, object, key, remote);
    rebase_stack(&r->undo, object, key, remote);
    rebase_stack(&r->redo, object, key, remote);
}

enum status check_text_steps(const Cocanvas__Op *op, struct why *why)
{
    const struct canvas_limits no_limits = {0};
    Cocanvas__TextEdit edit;
    Cocanvas__Op bare = COCANVAS__OP__INIT;
    struct text_op steps;
    enum status st;

    cocanvas__text_edit__init(&edit);
    if (op->kind_case != COCANVAS__OP__KIND_TEXT_EDIT || op->text_edit->n_steps == 0)
        return STATUS_OK;
    edit.object = op->text_edit->object;
    edit.key = op->text_edit->key;
    edit.pre_len = op->text_edit->pre_len;
    edit.n_steps = op->text_edit->n_steps;
    edit.steps = op->text_edit->steps;
    bare.kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
    bare.text_edit = &edit;
    st = op_check(&bare, &no_limits, why);
    if (st != STATUS_OK)
        return st;
    text_op_init(&steps);
    text_op_from_message(&steps, &edit);
    st = text_op_check(&steps, steps.pre_len, UINT32_MAX, why);
    text_op_fini(&steps);
    return st;
}

void rebase_foreign(struct replica *r, const Cocanvas__Op *op, struct text_op *in_view)
{
    uint64_t object;
    const char *key;
    struct text_op remote;

    if (!op_text_target(op, &object, &key))
        return;
    text_op_init(&remote);
    text_op_from_message(&remote, op->text_edit);
    rebase_text(r, object, key, &remote);
    if (in_view)
        text_op_copy(in_view, &remote);
    text_op_fini(&remote);
}

/* ---------------------------------------------------------------- one's own batch */

void in_flight_done(struct replica *r)
{
    for (size_t i = 0; i < r->in_flight.n; i++) /* done, and nobody knows where */
        names_settle(r, r->in_flight.at[i], 0);
    own_list_clear(&r->in_flight);
    if (r->in_flight_mark && r->last_client_seq == r->in_flight_seq)
        r->last_client_seq--;
    r->in_flight_mark = 0;
    r->in_flight_seq = 0;
    r->in_flight_base = 0;
    r->in_flight_undo_of = 0;
}

static const Cocanvas__TextEdit *batch_text(const Cocanvas__Committed *batch, uint64_t object, const char *key)
{
    uint64_t other;
    const char *other_key;

    for (size_t i = 0; i < batch->n_ops; i++)
        if (op_text_target(batch->ops[i], &other, &other_key) && other == object && strcmp(other_key, key) == 0)
            return batch->ops[i]->text_edit;
    return NULL;
}

static bool text_op_equal(const struct text_op *a, const struct text_op *b)
{
    if (a->n_steps != b->n_steps || a->n_bytes != b->n_bytes || a->pre_len != b->pre_len)
        return false;
    for (uint32_t i = 0; i < a->n_steps; i++)
        if (a->steps[i].kind != b->steps[i].kind || a->steps[i].points != b->steps[i].points)
            return false;
    return a->n_bytes == 0 || memcmp(a->bytes, b->bytes, a->n_bytes) == 0;
}

/* What the server made of our text edit must be what we made of it: pending edits build on ours. This is where a
 * server with another tie rule, or a transform that was left out, is found at once. */
static bool as_predicted(const struct own_op *own, const Cocanvas__Committed *batch)
{
    const Cocanvas__TextEdit *edit;
    struct text_op committed;
    bool equal;

    if (!own->is_text || own->broken)
        return true;
    edit = batch_text(batch, own->op->text_edit->object, own->op->text_edit->key);
    if (!edit)
        return text_op_is_noop(&own->text);
    text_op_init(&committed);
    text_op_from_message(&committed, edit);
    equal = (text_op_is_noop(&committed) && own_is_noop(own)) || text_op_equal(&committed, &own->text);
    text_op_fini(&committed);
    return equal;
}

enum status rebase_batch(struct replica *r, const Cocanvas__Committed *batch, bool *own, struct why *why)
{
    bool answer = replica_is_answer(r, batch);
    bool predicted = true;

    *own = answer || (r->client && batch->client == r->client);
    r->own_base = batch->seq;
    if (answer) {
        for (size_t i = 0; i < r->in_flight.n; i++) {
            predicted = predicted && as_predicted(r->in_flight.at[i], batch);
            names_settle(r, r->in_flight.at[i], batch->seq);
        }
        in_flight_done(r);
        return predicted ? STATUS_OK
                         : refuse(why, STATUS_CONFLICT, "batch %llu: the server placed our edit elsewhere than we did",
                                  (unsigned long long)batch->seq);
    }
    for (size_t i = 0; i < batch->n_ops; i++) {
        rebase_foreign(r, batch->ops[i], i < r->n_told ? &r->told[i] : NULL);
        if (batch->author != r->author)
            steps_respect(r, batch->ops[i]);
    }
    return STATUS_OK;
}

/* ---------------------------------------------------------------- a rejected edit */

void rebase_over_inverse(struct replica *r, const struct own_op *rejected)
{
    uint64_t object = rejected->op->text_edit->object;
    const char *key = rejected->op->text_edit->key;
    struct text_op inverse;
    uint32_t at = 0;

    if (rejected->broken)
        return;
    /* Only the lengths of what the inverse brings back matter to those who transform over it, so any character
     * stands for it. */
    text_op_init(&inverse);
    text_op_clear(&inverse, (uint32_t)text_op_post_len(&rejected->text));
    for (uint32_t i = 0; i < rejected->text.n_steps; i++) {
        const struct text_step *step = &rejected->text.steps[i];

        if (step->kind == TEXT_RETAIN)
            text_op_retain(&inverse, step->points);
        else if (step->kind == TEXT_INSERT)
            text_op_remove(&inverse, step->points);
        else
            for (at = 0; at < step->points; at++)
                text_op_insert(&inverse, "x", 1, 1);
    }
    text_op_finish(&inverse);
    rebase_list(&r->pending, object, key, &inverse);
    rebase_stack(&r->undo, object, key, &inverse);
    rebase_stack(&r->redo, object, key, &inverse);
    text_op_fini(&inverse);
}
