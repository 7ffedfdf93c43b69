/* What certain people did, and the edits that take it back: the plan. See revert_walk.c for what was noted before. The edits are
 * tried one by one on a copy of what is there now, in an order in which each finds what it needs, and those that fit and change
 * something are the plan. */
#include "client/core/revert.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/revert_private.h"
#include "common/op.h"

enum { SCRATCH_BYTES = 64 << 20 };

/* ---------------------------------------------------------------- the plan */

static void keep_as_is(struct reverter *v, uint64_t object, enum revert_reason reason, const char *sentence)
{
    struct revert_plan *plan = v->plan;

    for (size_t i = 0; i < plan->n_kept; i++)
        if (plan->kept[i].object == object && plan->kept[i].reason == reason)
            return;
    if (plan->n_kept == v->cap_kept) {
        v->cap_kept = 2 * v->cap_kept + 16;
        plan->kept = xrealloc(plan->kept, v->cap_kept * sizeof(*plan->kept));
    }
    plan->kept[plan->n_kept++] =
        (struct revert_kept){object, reason, arena_strndup(v->arena, sentence, strlen(sentence))};
}

static void add_op(struct reverter *v, Cocanvas__Op *op)
{
    if (v->plan->n == v->cap_ops) {
        v->cap_ops = 2 * v->cap_ops + 64;
        v->plan->ops = xrealloc(v->plan->ops, v->cap_ops * sizeof(*v->plan->ops));
    }
    v->plan->ops[v->plan->n++] = op;
}

/* Tries the op on what is there; true: it is in the plan. */
static bool try_op(struct reverter *v, Cocanvas__Op *op, uint64_t object)
{
    struct op_actor actor = {.client = 1,
                             .author = replica_author(v->request->replica),
                             .base_seq = UINT64_MAX,
                             .seq = v->view->seq + 1,
                             .last_object = UINT32_MAX};
    struct why why = {""};
    Cocanvas__Op *tried, *back = NULL;
    enum status st;

    arena_reset(&v->scratch_arena);
    tried = op_dup(op, &v->scratch_arena);
    if (!tried) {
        v->full = true;
        return false;
    }
    if (op->kind_case != COCANVAS__OP__KIND_CARD_MOVE &&
        op_invert(&v->now, tried, &actor, &v->scratch_arena, &back, 1) == 0)
        return false; /* it is like that already */
    if (op->kind_case == COCANVAS__OP__KIND_PROP_SET && revert_same_op(back, op))
        return false;
    st = replica_allows(v->request->replica, 1, &op, &why);
    if (st == STATUS_OK)
        st = op_resolve(&v->now, tried, &actor, &v->scratch_arena, &why);
    if (st == STATUS_OK)
        st = op_apply(&v->now, tried, &actor, &why);
    if (st != STATUS_OK) {
        keep_as_is(v, object, REVERT_REFUSED, why.text);
        return false;
    }
    add_op(v, op);
    return true;
}

/* The object that the inverse takes away as a whole, 0: none. */
static uint64_t taken_away(const Cocanvas__Op *inverse)
{
    switch (inverse->kind_case) {
    case COCANVAS__OP__KIND_CARD_DELETE:
        return inverse->card_delete->id;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return inverse->comment_delete->on ? inverse->comment_delete->id : 0;
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return inverse->block_remove->on ? inverse->block_remove->id : 0;
    default:
        return 0;
    }
}

static bool others_worked_on(const struct reverter *v, uint64_t id, uint64_t since)
{
    struct worked *worked;

    HASH_FIND(hh, v->worked, &id, sizeof(id), worked);
    return worked && worked->seq > since;
}

/* The card or comment goes as a whole, so what is in it need not be changed. */
static bool goes(const struct reverter *v, uint64_t object)
{
    const Cocanvas__Op__KindCase kinds[] = {COCANVAS__OP__KIND_CARD_DELETE, COCANVAS__OP__KIND_COMMENT_DELETE,
                                            COCANVAS__OP__KIND_BLOCK_REMOVE};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const struct thing *thing = revert_thing(v, kinds[i], object);

        if (thing && thing->stands && taken_away(thing->inverse) && !others_worked_on(v, object, thing->seq))
            return true;
    }
    return false;
}

static bool is_alive(const struct reverter *v, uint64_t object)
{
    const struct block *block = canvas_block(&v->now, object);
    const struct card *card = canvas_card(&v->now, object);
    const struct comment *comment = canvas_comment(&v->now, object);

    if (block)
        return !block->deleted;
    return object == 0 || (card && card->deleted_seq == 0) || (comment && comment->deleted_seq == 0);
}

/* What was removed comes back first, blocks before the cards in them. */
static void plan_returns(struct reverter *v, Cocanvas__Op__KindCase kind)
{
    for (struct thing *thing = v->things; thing; thing = thing->hh.next) {
        size_t *figure = kind == COCANVAS__OP__KIND_CARD_RESTORE ? &v->plan->restored : &v->plan->settings;
        struct element e;

        if (!thing->stands || thing->inverse->kind_case != kind || taken_away(thing->inverse))
            continue;
        e = revert_element(thing->inverse);
        *figure += try_op(v, thing->inverse, e.id);
    }
}

static void plan_settings(struct reverter *v)
{
    for (struct thing *thing = v->things; thing; thing = thing->hh.next) {
        struct element e = revert_element(thing->inverse);

        switch (thing->stands ? thing->inverse->kind_case : COCANVAS__OP__KIND__NOT_SET) {
        case COCANVAS__OP__KIND_LINK_REMOVE:
        case COCANVAS__OP__KIND_READING_REMOVE:
        case COCANVAS__OP__KIND_NAME_SEQ:
            v->plan->settings += try_op(v, thing->inverse, e.id);
            break;
        case COCANVAS__OP__KIND_PROP_SET:
        case COCANVAS__OP__KIND_TAG_SET:
        case COCANVAS__OP__KIND_COMMENT_RESOLVE:
            if (is_alive(v, e.id) && !goes(v, e.id))
                v->plan->settings += try_op(v, thing->inverse, e.id);
            break;
        default:
            break;
        }
    }
}

static void plan_text(struct reverter *v, const struct written *written)
{
    Cocanvas__Op *op = arena_alloc(v->arena, sizeof(*op));
    Cocanvas__TextEdit like;
    struct text_op back;

    cocanvas__text_edit__init(&like);
    like.object = written->object;
    like.key = written->key;
    text_op_init(&back);
    letters_revert(&written->letters, &back);
    if (op && !text_op_is_noop(&back)) {
        cocanvas__op__init(op);
        op->kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
        op->text_edit = text_op_to_message(&back, &like, v->arena);
        v->full = v->full || !op->text_edit;
        if (op->text_edit)
            v->plan->texts += try_op(v, op, written->object);
    }
    v->full = v->full || !op;
    text_op_fini(&back);
}

static void plan_texts(struct reverter *v)
{
    for (struct written *written = v->written; written; written = written->hh.next) {
        if (goes(v, written->object) || !is_alive(v, written->object))
            continue;
        if (letters_are(&written->letters, canvas_text(&v->now, written->object, written->key)))
            plan_text(v, written);
        else
            v->plan->stale++;
    }
}

/* A card in the order that is wanted in a block. */
struct wanted {
    uint64_t card;
    const char *key;
    bool moves; /* it is one that they moved */
};

static int wanted_order(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    int order = strcmp(x->key, y->key);

    return order ? order : (x->card > y->card) - (x->card < y->card);
}

static bool is_alive_card(const struct card *card)
{
    return card && card->deleted_seq == 0;
}

/* All cards that are to stand in the block, without those that they made. */
static size_t wanted_cards(const struct reverter *v, const struct block *block, struct wanted *list)
{
    size_t n = 0;

    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];
        const struct place *place = revert_place(v, card->o.id);

        if (is_alive_card(card) && !revert_is_theirs(v, card) && !(place && place->stands))
            list[n++] = (struct wanted){card->o.id, card->order_key, false};
    }
    for (const struct place *place = v->places; place; place = place->hh.next)
        if (place->stands && place->block == block->o.id && is_alive_card(canvas_card(&v->now, place->card)))
            list[n++] = (struct wanted){place->card, place->key.text, true};
    qsort(list, n, sizeof(*list), wanted_order);
    return n;
}

static bool is_in_order(const struct reverter *v, const struct block *block, const struct wanted *list, size_t n)
{
    size_t at = 0;

    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];

        if (!is_alive_card(card) || revert_is_theirs(v, card))
            continue;
        if (at == n || list[at++].card != card->o.id)
            return false;
    }
    return at == n;
}

static Cocanvas__Op *move_op(struct reverter *v, uint64_t card, uint64_t block, uint64_t after)
{
    Cocanvas__Op *op = arena_alloc(v->arena, sizeof(*op));
    Cocanvas__CardMove *move = arena_alloc(v->arena, sizeof(*move));
    Cocanvas__Place *place = arena_alloc(v->arena, sizeof(*place));

    if (!op || !move || !place) {
        v->full = true;
        return NULL;
    }
    cocanvas__op__init(op);
    cocanvas__card_move__init(move);
    cocanvas__place__init(place);
    place->block = block;
    place->after = after;
    place->first = after == 0;
    move->id = card;
    move->place = place;
    op->kind_case = COCANVAS__OP__KIND_CARD_MOVE;
    op->card_move = move;
    return op;
}

/* If the order is another one, all cards that they moved get their places anew: so each of them has been moved by somebody else
 * then, and there is nothing left to be done. */
static void plan_order(struct reverter *v, const struct block *block)
{
    size_t most = block->n_cards + HASH_COUNT(v->places), n;
    struct wanted *list = xcalloc(most + 1, sizeof(*list));
    uint64_t after = 0;

    n = wanted_cards(v, block, list);
    /* the keys are borrowed from cards that are about to be moved, and are of no use any more */
    for (size_t i = is_in_order(v, block, list, n) ? n : 0; i < n; i++) {
        Cocanvas__Op *op = list[i].moves ? move_op(v, list[i].card, block->o.id, after) : NULL;

        if (op)
            v->plan->moved += try_op(v, op, list[i].card);
        if (canvas_card(&v->now, list[i].card)->block->o.id == block->o.id)
            after = list[i].card;
    }
    free(list);
}

static void plan_moves(struct reverter *v)
{
    for (const struct place *place = v->places; place; place = place->hh.next) {
        const struct block *block = canvas_block(&v->now, place->block);
        const struct place *first = v->places;

        while (first->block != place->block || !first->stands) {
            if (first == place)
                break;
            first = first->hh.next;
        }
        if (block && place->stands && first == place) /* each block once */
            plan_order(v, block);
    }
}

/* Cards before the blocks that hold them. */
static void plan_removals(struct reverter *v, Cocanvas__Op__KindCase kind)
{
    for (struct thing *thing = v->things; thing; thing = thing->hh.next) {
        uint64_t id = thing->stands && thing->inverse->kind_case == kind ? taken_away(thing->inverse) : 0;
        Cocanvas__Op *back;

        if (id == 0 || op_invert(&v->now, thing->inverse, &(struct op_actor){0}, v->arena, &back, 1) == 0)
            continue;
        if (others_worked_on(v, id, thing->seq))
            keep_as_is(v, id, REVERT_WORKED_ON, "others have worked on it since");
        else if (try_op(v, thing->inverse, id)) {
            v->plan->removed += kind == COCANVAS__OP__KIND_CARD_DELETE;
            v->plan->settings += kind != COCANVAS__OP__KIND_CARD_DELETE;
        }
    }
}

static void count_votes(struct reverter *v)
{
    for (struct thing *thing = v->things; thing; thing = thing->hh.next) {
        const struct card *card;

        if (!thing->stands || thing->theirs->kind_case != COCANVAS__OP__KIND_VOTE_SET || !thing->theirs->vote_set->on)
            continue;
        card = canvas_card(&v->now, thing->theirs->vote_set->card);
        v->plan->votes += card && card->deleted_seq == 0;
    }
}

static void plan(struct reverter *v)
{
    canvas_copy(&v->now, v->view);
    plan_returns(v, COCANVAS__OP__KIND_BLOCK_REMOVE);
    plan_returns(v, COCANVAS__OP__KIND_CARD_RESTORE);
    plan_returns(v, COCANVAS__OP__KIND_COMMENT_DELETE);
    plan_settings(v);
    plan_texts(v);
    plan_moves(v);
    plan_removals(v, COCANVAS__OP__KIND_COMMENT_DELETE);
    plan_removals(v, COCANVAS__OP__KIND_CARD_DELETE);
    plan_removals(v, COCANVAS__OP__KIND_BLOCK_REMOVE);
    count_votes(v);
}

/* ---------------------------------------------------------------- all of it */

static void fini(struct reverter *v)
{
    struct thing *thing, *next_thing;
    struct written *written, *next_written;
    struct place *place, *next_place;
    struct worked *worked, *next_worked;
    struct undo_batch *undo, *next_undo;

    HASH_ITER(hh, v->things, thing, next_thing)
    {
        HASH_DEL(v->things, thing);
        free(thing->name);
        free(thing);
    }
    HASH_ITER(hh, v->written, written, next_written)
    {
        HASH_DEL(v->written, written);
        letters_fini(&written->letters);
        free(written->name);
        free(written);
    }
    HASH_ITER(hh, v->worked, worked, next_worked)
    {
        HASH_DEL(v->worked, worked);
        free(worked);
    }
    HASH_ITER(hh, v->undone, undo, next_undo)
    {
        HASH_DEL(v->undone, undo);
        free(undo);
    }
    HASH_ITER(hh, v->places, place, next_place)
    {
        HASH_DEL(v->places, place);
        free(place);
    }
    canvas_fini(&v->now);
    arena_fini(&v->scratch_arena);
}

/* The lists grew on the heap; what the caller gets is the arena's. */
static bool into_arena(struct arena *arena, void *list, size_t bytes)
{
    void **at = list;
    void *copy = arena_alloc(arena, bytes + 1);

    if (copy && bytes)
        memcpy(copy, *at, bytes);
    free(*at);
    *at = copy;
    return copy != NULL;
}

enum status revert_make(struct revert_plan *plan_out, struct past *past, const struct revert_request *request,
                        struct arena *arena, struct why *why)
{
    const struct canvas_limits no_limits = {0};
    struct reverter v = {.plan = plan_out, .request = request, .view = replica_view(request->replica), .arena = arena};
    enum status st;

    *plan_out = (struct revert_plan){0};
    arena_init(&v.scratch_arena, SCRATCH_BYTES);
    canvas_init(&v.now, &no_limits);
    st = revert_walk(&v, past, why);
    if (st == STATUS_OK)
        plan(&v);
    fini(&v);
    if (!into_arena(arena, &plan_out->ops, plan_out->n * sizeof(*plan_out->ops)) ||
        !into_arena(arena, &plan_out->kept, plan_out->n_kept * sizeof(*plan_out->kept)))
        v.full = true;
    if (st == STATUS_OK && v.full)
        st = refuse(why, STATUS_TOO_LARGE, "that is too much to be taken back at once");
    if (st != STATUS_OK)
        *plan_out = (struct revert_plan){0};
    return st;
}
