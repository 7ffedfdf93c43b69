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

static enum undo_outcome choose_revision(struct undo_plan *plan, const struct history *history, uint32_t author,
                                         uint64_t revision, size_t *index)
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
    return op->kind_case == COCANVAS__OP__KIND_PROP_SET && op->prop_set->object == set->object &&
           strcmp(op->prop_set->key, set->key) == 0;
}

static bool same_tag(const Cocanvas__Op *op, const void *what)
{
    const Cocanvas__TagSet *set = what;
    return op->kind_case == COCANVAS__OP__KIND_TAG_SET && op->tag_set->card == set->card &&
           strcmp(op->tag_set->tag, set->tag) == 0;
}

static bool moves_card(const Cocanvas__Op *op, const void *what)
{
    return op->kind_case == COCANVAS__OP__KIND_CARD_MOVE && op->card_move->id == *(const uint64_t *)what;
}

static bool others_since(const struct history *history, size_t index,
                         bool (*hit)(const Cocanvas__Op *op, const void *what), const void *what)
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
    size_t index, op; /* the op being inverted */
    bool hidden;      /* something had to be known that the history does not tell */
};

static void add(struct inverting *v, Cocanvas__Op *op)
{
    if (op)
        v->plan->ops[v->plan->n++] = op;
}

static void leave_out(struct inverting *v)
{
    v->plan->left_out++;
    v->plan->why = "others have worked on it since";
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
        value.text = from->text; /* a union: all others are strings */
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

/* Next to where it was: beside a neighbour that is alive. A removed neighbour can't be named, but it keeps its key,
 * and which of the two sides is chosen decides on which side of it the card lands. */
static struct ops_place old_place(const struct block *block, const struct card *card, const char *key)
{
    struct ops_place place = {.block = block->o.id};
    uint32_t i = 0;
    while (i < block->n_cards && strcmp(block->cards[i]->order_key, key) < 0)
        i++;
    const struct card *below = NULL, *above = NULL;
    bool next_to_below = true;
    for (uint32_t k = i; k > 0 && !below; k--) {
        if (block->cards[k - 1] == card)
            continue;
        if (block->cards[k - 1]->deleted_seq == 0)
            below = block->cards[k - 1];
        else
            next_to_below = false;
    }
    for (uint32_t k = i; k < block->n_cards && !above; k++)
        if (block->cards[k] != card && block->cards[k]->deleted_seq == 0)
            above = block->cards[k];
    if (below && (next_to_below || !above))
        place.after = below->o.id;
    else if (above)
        place.before = above->o.id;
    return place;
}

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
    if (!block || block->deleted) {
        leave_out(v);
        return;
    }
    struct ops_place to = old_place(block, card, place->order_key);
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
        was = !set->on; /* an older card's tag: taken for changed */
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

/* What was done after the block was made in the same change is taken back before it: its cards may be on their way out already. */
static bool leaves(const struct undo_plan *plan, const struct card *card)
{
    for (size_t i = 0; i < plan->n; i++) {
        const Cocanvas__Op *op = plan->ops[i];
        if (op->kind_case == COCANVAS__OP__KIND_CARD_DELETE && op->card_delete->id == card->o.id)
            return true;
        if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE && op->card_move->id == card->o.id)
            return op->card_move->place->block != card->block->o.id;
    }
    return false;
}

static bool stays_empty(const struct undo_plan *plan, const struct block *block)
{
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0 && !leaves(plan, block->cards[i]))
            return false;
    return true;
}

static void invert_block_add(struct inverting *v, const Cocanvas__Block *made)
{
    const struct block *block = canvas_block(v->canvas, made->id);
    if (!block || block->deleted)
        return;
    if (!stays_empty(v->plan, block))
        leave_out(v);
    else
        add(v, ops_block_remove(v->arena, made->id));
}

/* Whether the op changed what it switches; one that is older than the history is taken to have done so. */
static bool switched(const struct inverting *v, bool to)
{
    bool was;
    return undo_past_switch(v->history, v->index, v->op, &was) == PAST_HIDDEN || was != to;
}

/* Comments, links, readings: made ones are deleted, deleted ones brought back. */
static void invert_attached(struct inverting *v, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_COMMENT_ADD:
        add(v, ops_comment_delete(v->arena, op->comment_add->id, true));
        break;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        if (switched(v, op->comment_delete->on))
            add(v, ops_comment_delete(v->arena, op->comment_delete->id, !op->comment_delete->on));
        break;
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        if (switched(v, op->comment_resolve->on))
            add(v, ops_comment_resolve(v->arena, op->comment_resolve->id, !op->comment_resolve->on));
        break;
    case COCANVAS__OP__KIND_LINK_ADD:
        add(v, ops_link_remove(v->arena, op->link_add->id, true));
        break;
    case COCANVAS__OP__KIND_LINK_REMOVE:
        if (switched(v, op->link_remove->on))
            add(v, ops_link_remove(v->arena, op->link_remove->id, !op->link_remove->on));
        break;
    case COCANVAS__OP__KIND_READING_ADD:
        add(v, ops_reading_remove(v->arena, op->reading_add->id, true));
        break;
    case COCANVAS__OP__KIND_READING_REMOVE:
        if (switched(v, op->reading_remove->on))
            add(v, ops_reading_remove(v->arena, op->reading_remove->id, !op->reading_remove->on));
        break;
    default: /* a removed block, a name in the history */
        v->plan->left_out++;
        v->plan->why = "what was removed there can't be brought back; make it again";
    }
}

static void invert_op(struct inverting *v, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        remove_card(v, op->card_create->id);
        break;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        if (switched(v, false))
            remove_card(v, op->card_restore->id);
        break;
    case COCANVAS__OP__KIND_CARD_DELETE: {
        const struct card *card = canvas_card(v->canvas, op->card_delete->id);
        if (card && card->deleted_seq != 0 && switched(v, true))
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

static enum undo_outcome invert(struct undo_plan *plan, const struct history *history, const struct canvas *canvas,
                                size_t index, struct arena *arena)
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
    if (plan->n == 0 && !plan->why)
        return UNDO_NOTHING;
    return plan->n == 0 || v.hidden ? UNDO_BLOCKED : UNDO_READY;
}

/* The newest of one's own that still has an effect. */
static enum undo_outcome undo_last(struct undo_plan *plan, const struct history *history, const struct canvas *canvas,
                                   const struct stack *from, uint32_t client, struct arena *arena)
{
    for (size_t i = from->n; i > 0; i--) {
        memset(plan, 0, sizeof *plan);
        plan->target = history->at[from->at[i - 1]];
        if (plan->target->client != client) {
            plan->why = arena_printf(arena,
                                     "your last change (revision %" PRIu64
                                     ") was made by another program or device of yours. Undo it there; or, "
                                     "here: cocanvas undo CANVAS --revision %" PRIu64,
                                     plan->target->seq, plan->target->seq);
            return UNDO_BLOCKED;
        }
        enum undo_outcome outcome = invert(plan, history, canvas, from->at[i - 1], arena);
        if (outcome != UNDO_NOTHING)
            return outcome;
    }
    return UNDO_NOTHING;
}

enum undo_outcome undo_make(struct undo_plan *plan, const struct history *history, const struct canvas *canvas,
                            uint32_t author, uint32_t client, bool redo, uint64_t revision, struct arena *arena)
{
    size_t index = 0;
    enum undo_outcome outcome;
    memset(plan, 0, sizeof *plan);
    if (revision) {
        outcome = choose_revision(plan, history, author, revision, &index);
        return outcome == UNDO_READY ? invert(plan, history, canvas, index, arena) : outcome;
    }
    struct stack undo_stack = {xcalloc(history->n + 1, sizeof(size_t)), 0},
                 redo_stack = {xcalloc(history->n + 1, sizeof(size_t)), 0};
    play_own(history, author, &undo_stack, &redo_stack);
    outcome = undo_last(plan, history, canvas, redo ? &redo_stack : &undo_stack, client, arena);
    if (outcome == UNDO_NOTHING && !history->complete && !redo)
        outcome = UNDO_NEEDS_HISTORY;
    free(undo_stack.at);
    free(redo_stack.at);
    return outcome;
}
