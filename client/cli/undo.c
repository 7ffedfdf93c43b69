/* Which change an undo takes back, and its inverse op by op, see undo.h. */
#include "client/cli/undo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/cli/output.h"

/* ---- which one */

/* Indices into the history. */
struct stack {
    size_t *at;
    size_t n;
};

static bool take_out(struct stack *stack, const struct history *history, const Cocanvas__Committed *undo)
{
    for (size_t i = stack->n; i > 0; i--) {
        const Cocanvas__Committed *batch = history->at[stack->at[i - 1]];
        if (batch->client != undo->client || batch->client_seq != undo->undo_of)
            continue;
        memmove(stack->at + i - 1, stack->at + i, (stack->n - i) * sizeof *stack->at);
        stack->n--;
        return true;
    }
    return false;
}

/* Plays one's own batches back: what is left to undo, and what is left to redo. */
static void play_own(const struct history *history, uint32_t author, struct stack *undo, struct stack *redo)
{
    for (size_t i = 0; i < history->n; i++) {
        const Cocanvas__Committed *batch = history->at[i];
        if (batch->author != author)
            continue;
        if (batch->undo_of && take_out(undo, history, batch)) {
            redo->at[redo->n++] = i;
        } else if (batch->undo_of && take_out(redo, history, batch)) {
            undo->at[undo->n++] = i;
        } else if (!batch->undo_of) {
            undo->at[undo->n++] = i;
            redo->n = 0;
        }
    }
}

static enum undo_outcome choose(struct undo_plan *plan, const struct history *history, uint32_t author, uint32_t client, bool redo, size_t *index,
                                struct arena *arena)
{
    struct stack undo_stack = {xcalloc(history->n + 1, sizeof(size_t)), 0}, redo_stack = {xcalloc(history->n + 1, sizeof(size_t)), 0};
    play_own(history, author, &undo_stack, &redo_stack);
    const struct stack *from = redo ? &redo_stack : &undo_stack;
    enum undo_outcome outcome = from->n ? UNDO_READY : history->complete || redo ? UNDO_NOTHING : UNDO_NEEDS_HISTORY;
    if (from->n) {
        *index = from->at[from->n - 1];
        plan->target = history->at[*index];
        if (plan->target->client != client) {
            plan->why = arena_printf(arena, "your last change (revision %" PRIu64 ") was made by another program or device of yours. Undo it there; or, "
                                     "here: cocanvas undo CANVAS --revision %" PRIu64, plan->target->seq, plan->target->seq);
            outcome = UNDO_BLOCKED;
        }
    }
    free(undo_stack.at);
    free(redo_stack.at);
    return outcome;
}

static enum undo_outcome choose_revision(struct undo_plan *plan, const struct history *history, uint32_t author, uint64_t revision, size_t *index)
{
    for (size_t i = 0; i < history->n; i++) {
        if (history->at[i]->seq != revision)
            continue;
        *index = i;
        plan->target = history->at[i];
        if (plan->target->author == author)
            return UNDO_READY;
        plan->why = "that change is somebody else's";
        return UNDO_BLOCKED;
    }
    return history->complete ? UNDO_NOTHING : UNDO_NEEDS_HISTORY;
}

/* ---- what others did since */

static bool about(const Cocanvas__Op *op, uint64_t id)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_MOVE:
        return op->card_move->id == id;
    case COCANVAS__OP__KIND_CARD_DELETE:
        return op->card_delete->id == id;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return op->card_restore->id == id;
    case COCANVAS__OP__KIND_PROP_SET:
        return op->prop_set->object == id;
    case COCANVAS__OP__KIND_TAG_SET:
        return op->tag_set->card == id;
    case COCANVAS__OP__KIND_VOTE_SET:
        return op->vote_set->card == id;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return op->text_edit->object == id;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return op->comment_add->object == id;
    case COCANVAS__OP__KIND_LINK_ADD:
        return op->link_add->from == id || op->link_add->to == id;
    case COCANVAS__OP__KIND_READING_ADD:
        return op->reading_add->object == id;
    default:
        return false;
    }
}

static bool any_op(const Cocanvas__Op *op, const void *what)
{
    return about(op, *(const uint64_t *)what);
}

static bool same_prop(const Cocanvas__Op *op, const void *what)
{
    const Cocanvas__PropSet *set = what;
    return op->kind_case == COCANVAS__OP__KIND_PROP_SET && op->prop_set->object == set->object && strcmp(op->prop_set->key, set->key) == 0;
}

static bool same_tag(const Cocanvas__Op *op, const void *what)
{
    const Cocanvas__TagSet *set = what;
    return op->kind_case == COCANVAS__OP__KIND_TAG_SET && op->tag_set->card == set->card && strcmp(op->tag_set->tag, set->tag) == 0;
}

static bool moves_card(const Cocanvas__Op *op, const void *what)
{
    return op->kind_case == COCANVAS__OP__KIND_CARD_MOVE && op->card_move->id == *(const uint64_t *)what;
}

static bool others_since(const struct history *history, size_t index, bool (*hit)(const Cocanvas__Op *op, const void *what), const void *what)
{
    for (size_t i = index + 1; i < history->n; i++) {
        const Cocanvas__Committed *batch = history->at[i];
        if (batch->author == history->at[index]->author || batch->author == 0)
            continue;
        for (size_t k = 0; k < batch->n_ops; k++)
            if (hit(batch->ops[k], what))
                return true;
    }
    return false;
}

/* ---- inverses, one for each kind of op */

struct inverting {
    struct undo_plan *plan;
    const struct history *history;
    const struct canvas *canvas;
    struct arena *arena;
    size_t index, op;            /* the op being inverted */
    bool hidden;                 /* something had to be known that the history does not tell */
};

static void add(struct inverting *v, Cocanvas__Op *op)
{
    if (op)
        v->plan->ops[v->plan->n++] = op;
}

static void leave_out(struct inverting *v)
{
    v->plan->left_out++;
}

/* A card that was made, or brought back: away with it, unless somebody works on it. */
static void remove_card(struct inverting *v, uint64_t id)
{
    const struct card *card = canvas_card(v->canvas, id);
    if (!card || card->deleted_seq != 0)
        return;
    if (others_since(v->history, v->index, any_op, &id))
        leave_out(v);
    else
        add(v, ops_card_delete(v->arena, id));
}

static struct value plain_value(const Cocanvas__Value *from)
{
    struct value value = {(enum value_kind)from->kind_case, NULL, 0};
    switch (value.kind) {
    case VALUE_FLAG:
        value.number = from->flag != 0;
        break;
    case VALUE_PERSON:
        value.number = from->person;
        break;
    case VALUE_OBJECT:
        value.number = from->object;
        break;
    default:
        value.text = from->text;     /* a union: all others are strings */
    }
    return value;
}

static void invert_prop(struct inverting *v, const Cocanvas__PropSet *set)
{
    const Cocanvas__Value *value = NULL;
    struct value old = {VALUE_NONE, NULL, 0};
    if (others_since(v->history, v->index, same_prop, set)) {
        leave_out(v);
        return;
    }
    if (undo_past_value(v->history, v->index, v->op, set, v->arena, &value) == PAST_HIDDEN) {
        v->hidden = true;
        return;
    }
    if (value && value->kind_case)
        old = plain_value(value);
    add(v, ops_prop_set(v->arena, set->object, set->key, &old));
}

/* Behind the last card whose key is below the old one. */
static void invert_move(struct inverting *v, uint64_t id)
{
    const Cocanvas__Place *place;
    const struct card *card = canvas_card(v->canvas, id);
    if (!card || card->deleted_seq != 0)
        return;
    if (others_since(v->history, v->index, moves_card, &id)) {
        leave_out(v);
        return;
    }
    if (undo_past_place(v->history, v->index, v->op, id, &place) == PAST_HIDDEN) {
        v->hidden = true;
        return;
    }
    const struct block *block = canvas_block(v->canvas, place->block);
    struct ops_place to = {.block = place->block, .first = true};
    if (!block || block->deleted) {
        leave_out(v);
        return;
    }
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *other = block->cards[i];
        if (other == card || other->deleted_seq != 0 || strcmp(other->order_key, place->order_key) >= 0)
            continue;
        to.first = false;
        to.after = other->o.id;
    }
    add(v, ops_card_move(v->arena, id, &to));
}

static void invert_tag(struct inverting *v, const Cocanvas__TagSet *set)
{
    bool was = false;
    if (others_since(v->history, v->index, same_tag, set)) {
        leave_out(v);
        return;
    }
    if (undo_past_tag(v->history, v->index, v->op, set, &was) == PAST_HIDDEN)
        was = !set->on;          /* an older card's tag: taken for changed */
    if (was != set->on)
        add(v, ops_tag_set(v->arena, set->card, set->tag, was));
}

static void invert_vote(struct inverting *v, const Cocanvas__VoteSet *set)
{
    bool was = false;
    if (undo_past_vote(v->history, v->index, v->op, set->card, v->history->at[v->index]->author, &was) == PAST_HIDDEN)
        was = !set->on;
    if (was != set->on)
        add(v, ops_vote_set(v->arena, set->card, was));
}

static void invert_text(struct inverting *v, const Cocanvas__TextEdit *edit)
{
    struct text_op inverse;
    text_op_init(&inverse);
    if (undo_text(v->history, v->index, edit, &inverse))
        add(v, ops_text_edit(v->arena, edit->object, edit->key, &inverse));
    text_op_fini(&inverse);
}

static void invert_block_add(struct inverting *v, const Cocanvas__Block *made)
{
    const struct block *block = canvas_block(v->canvas, made->id);
    if (!block || block->deleted)
        return;
    if (block->n_alive > 0)
        leave_out(v);
    else
        add(v, ops_block_remove(v->arena, made->id));
}

/* Comments, links, readings: made ones are deleted, deleted ones brought back. */
static void invert_attached(struct inverting *v, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_COMMENT_ADD:
        add(v, ops_comment_delete(v->arena, op->comment_add->id, true));
        break;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        add(v, ops_comment_delete(v->arena, op->comment_delete->id, !op->comment_delete->on));
        break;
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        add(v, ops_comment_resolve(v->arena, op->comment_resolve->id, !op->comment_resolve->on));
        break;
    case COCANVAS__OP__KIND_LINK_ADD:
        add(v, ops_link_remove(v->arena, op->link_add->id, true));
        break;
    case COCANVAS__OP__KIND_LINK_REMOVE:
        add(v, ops_link_remove(v->arena, op->link_remove->id, !op->link_remove->on));
        break;
    case COCANVAS__OP__KIND_READING_ADD:
        add(v, ops_reading_remove(v->arena, op->reading_add->id, true));
        break;
    case COCANVAS__OP__KIND_READING_REMOVE:
        add(v, ops_reading_remove(v->arena, op->reading_remove->id, !op->reading_remove->on));
        break;
    default:
        leave_out(v);            /* a removed block or a name in the history: made anew by hand */
    }
}

static void invert_op(struct inverting *v, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        remove_card(v, op->card_create->id);
        break;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        remove_card(v, op->card_restore->id);
        break;
    case COCANVAS__OP__KIND_CARD_DELETE: {
        const struct card *card = canvas_card(v->canvas, op->card_delete->id);
        if (card && card->deleted_seq != 0)
            add(v, ops_card_restore(v->arena, op->card_delete->id));
        break;
    }
    case COCANVAS__OP__KIND_CARD_MOVE:
        invert_move(v, op->card_move->id);
        break;
    case COCANVAS__OP__KIND_PROP_SET:
        invert_prop(v, op->prop_set);
        break;
    case COCANVAS__OP__KIND_TAG_SET:
        invert_tag(v, op->tag_set);
        break;
    case COCANVAS__OP__KIND_VOTE_SET:
        invert_vote(v, op->vote_set);
        break;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        invert_text(v, op->text_edit);
        break;
    case COCANVAS__OP__KIND_BLOCK_ADD:
        invert_block_add(v, op->block_add->block);
        break;
    case COCANVAS__OP__KIND_RESPREAD:
        break;
    default:
        invert_attached(v, op);
    }
}

static enum undo_outcome invert(struct undo_plan *plan, const struct history *history, const struct canvas *canvas, size_t index, struct arena *arena)
{
    struct inverting v = {.plan = plan, .history = history, .canvas = canvas, .arena = arena, .index = index};
    plan->ops = arena_calloc(arena, plan->target->n_ops + 1, sizeof *plan->ops);
    ASSERT(plan->ops);
    for (size_t i = plan->target->n_ops; i > 0; i--) {
        v.op = i - 1;
        invert_op(&v, plan->target->ops[v.op]);
    }
    if (v.hidden && !history->complete)
        return UNDO_NEEDS_HISTORY;
    if (v.hidden)
        plan->why = "what stood there before is older than the canvas' history";
    else if (plan->n == 0 && plan->left_out)
        plan->why = "others have worked on it since";
    else if (plan->n == 0)
        plan->why = "it has no effect any more";
    return plan->why ? UNDO_BLOCKED : UNDO_READY;
}

enum undo_outcome undo_make(struct undo_plan *plan, const struct history *history, const struct canvas *canvas, uint32_t author, uint32_t client,
                            bool redo, uint64_t revision, struct arena *arena)
{
    size_t index = 0;
    memset(plan, 0, sizeof *plan);
    enum undo_outcome outcome = revision ? choose_revision(plan, history, author, revision, &index)
                                         : choose(plan, history, author, client, redo, &index, arena);
    return outcome == UNDO_READY ? invert(plan, history, canvas, index, arena) : outcome;
}
