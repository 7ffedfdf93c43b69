/* Making and checking text ops. The builder keeps an op canonical at every step, so whatever is built from parts is; an
 * op that comes from outside is checked before it may be applied. */
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

static uint32_t to_u32(uint64_t value)
{
    ASSERT(value <= UINT32_MAX);
    return (uint32_t)value;
}

void text_op_init(struct text_op *op)
{
    *op = (struct text_op){0};
}

void text_op_fini(struct text_op *op)
{
    free(op->steps);
    free(op->bytes);
    text_op_init(op);
}

void text_op_clear(struct text_op *op, uint32_t pre_len)
{
    op->pre_len = pre_len;
    op->n_steps = 0;
    op->n_bytes = 0;
}

/* The capacity to allocate when need is over cap. */
static uint32_t grown(uint32_t cap, uint64_t need, uint32_t least)
{
    uint64_t next = (uint64_t)cap + cap / 2;
    if (next < need)
        next = need;
    return to_u32(next < least ? least : next);
}

static void reserve_steps(struct text_op *op, uint64_t n_steps)
{
    if (n_steps <= op->cap_steps)
        return;
    op->cap_steps = grown(op->cap_steps, n_steps, 4);
    op->steps = xrealloc(op->steps, (size_t)op->cap_steps * sizeof *op->steps);
}

static void reserve_bytes(struct text_op *op, uint64_t n_bytes)
{
    if (n_bytes <= op->cap_bytes)
        return;
    op->cap_bytes = grown(op->cap_bytes, n_bytes, 16);
    op->bytes = xrealloc(op->bytes, op->cap_bytes);
}

void text_op_copy(struct text_op *to, const struct text_op *from)
{
    if (to == from)
        return;
    text_op_clear(to, from->pre_len);
    reserve_steps(to, from->n_steps);
    reserve_bytes(to, from->n_bytes);
    if (from->n_steps > 0)
        memcpy(to->steps, from->steps, from->n_steps * sizeof *from->steps);
    if (from->n_bytes > 0)
        memcpy(to->bytes, from->bytes, from->n_bytes);
    to->n_steps = from->n_steps;
    to->n_bytes = from->n_bytes;
}

static struct text_step *last_step(const struct text_op *op)
{
    return op->n_steps > 0 ? &op->steps[op->n_steps - 1] : NULL;
}

static struct text_step *add_step(struct text_op *op, enum text_step_kind kind)
{
    reserve_steps(op, (uint64_t)op->n_steps + 1);
    struct text_step *step = &op->steps[op->n_steps++];
    *step = (struct text_step){.kind = kind};
    return step;
}

static void add_points(struct text_op *op, enum text_step_kind kind, uint32_t points)
{
    if (points == 0)
        return;
    struct text_step *step = last_step(op);
    if (step == NULL || step->kind != kind)
        step = add_step(op, kind);
    /* Saturates: an op from outside may say anything, and text_op_check() refuses what no text can have. */
    if (__builtin_add_overflow(step->points, points, &step->points))
        step->points = UINT32_MAX;
}

void text_op_retain(struct text_op *op, uint32_t points)
{
    add_points(op, TEXT_RETAIN, points);
}

void text_op_remove(struct text_op *op, uint32_t points)
{
    add_points(op, TEXT_REMOVE, points);
}

/* The insert step at the end, made if there is none: in front of a remove at the same place, because the order of the
 * two makes no difference to the text and only one of them is canonical. */
static struct text_step *insert_step(struct text_op *op)
{
    struct text_step *last = last_step(op);
    bool behind_remove = last != NULL && last->kind == TEXT_REMOVE;
    uint32_t at = op->n_steps - (behind_remove ? 1 : 0);
    if (at > 0 && op->steps[at - 1].kind == TEXT_INSERT)
        return &op->steps[at - 1];
    struct text_step *step = add_step(op, TEXT_INSERT);
    if (behind_remove) {
        op->steps[at + 1] = op->steps[at];
        step = &op->steps[at];
        *step = (struct text_step){.kind = TEXT_INSERT};
    }
    step->at_bytes = op->n_bytes;
    return step;
}

void text_op_insert(struct text_op *op, const char *bytes, uint32_t len_bytes, uint32_t points)
{
    if (points == 0)
        return;
    struct text_step *step = insert_step(op);
    reserve_bytes(op, (uint64_t)op->n_bytes + len_bytes);
    memcpy(op->bytes + op->n_bytes, bytes, len_bytes);
    op->n_bytes += len_bytes;
    step->len_bytes += len_bytes;
    step->points += points;
}

void text_op_finish(struct text_op *op)
{
    struct text_step *last = last_step(op);
    if (last != NULL && last->kind == TEXT_RETAIN)
        op->n_steps--;
}

bool text_op_is_noop(const struct text_op *op)
{
    for (uint32_t i = 0; i < op->n_steps; i++) {
        if (op->steps[i].kind != TEXT_RETAIN)
            return false;
    }
    return true;
}

uint64_t text_op_post_len(const struct text_op *op)
{
    uint64_t len = op->pre_len;
    for (uint32_t i = 0; i < op->n_steps; i++) {
        if (op->steps[i].kind == TEXT_INSERT)
            len += op->steps[i].points;
        else if (op->steps[i].kind == TEXT_REMOVE)
            len -= op->steps[i].points;
    }
    return len;
}

void text_op_splice(struct text_op *op, uint32_t pre_len, uint32_t at, uint32_t removed, const char *bytes,
                    uint32_t len_bytes, uint32_t points)
{
    ASSERT(at <= pre_len && removed <= pre_len - at);
    text_op_clear(op, pre_len);
    text_op_retain(op, at);
    text_op_insert(op, bytes, len_bytes, points);
    text_op_remove(op, removed);
    text_op_finish(op);
}

/* ---- checking */

static bool step_is_canonical(const struct text_op *op, uint32_t i)
{
    const struct text_step *step = &op->steps[i];
    const struct text_step *before = i > 0 ? step - 1 : NULL;
    if (step->points == 0)
        return false;
    if (before != NULL && before->kind == step->kind)
        return false;
    if (step->kind == TEXT_INSERT) {
        bool inside = step->at_bytes <= op->n_bytes && step->len_bytes <= op->n_bytes - step->at_bytes;
        return inside && step->len_bytes >= step->points && (before == NULL || before->kind != TEXT_REMOVE);
    }
    return step->kind == TEXT_REMOVE || (step->kind == TEXT_RETAIN && i + 1 < op->n_steps);
}

enum status text_op_check(const struct text_op *op, uint32_t len_points, uint32_t max_points, struct why *why)
{
    uint64_t used = 0, after = len_points;
    if (op->pre_len != len_points)
        return refuse(why, STATUS_BAD_OP, "the edit is for a text of %u characters, but it has %u", op->pre_len,
                      len_points);
    for (uint32_t i = 0; i < op->n_steps; i++) {
        if (!step_is_canonical(op, i))
            return refuse(why, STATUS_BAD_OP, "step %u of the edit is not in canonical form", i + 1);
        if (op->steps[i].kind == TEXT_INSERT)
            after += op->steps[i].points;
        else
            used += op->steps[i].points;
        if (used > len_points)
            return refuse(why, STATUS_BAD_OP, "step %u of the edit goes beyond the end of the text", i + 1);
        if (op->steps[i].kind == TEXT_REMOVE)
            after -= op->steps[i].points;
    }
    uint32_t most = max_points > 0 && max_points < TEXT_POINTS_MAX ? max_points : TEXT_POINTS_MAX;
    if (after > most && after > len_points)
        return refuse(why, STATUS_TOO_LARGE, "a text may have at most %u characters", most);
    return STATUS_OK;
}
