/* Undo and redo of one's own (P6): stacks of inverse ops. Text entries are transformed over what others type
 * (replica_rebase.c); the others are taken off when another person has set, moved or used the same thing since. A
 * redo entry is made while its undo is applied, from the view as it stands then, so n undos and n redos are no
 * change. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"

void step_clear(struct step *step)
{
    own_list_clear(&step->inverse);
    *step = (struct step){0};
}

void step_push(struct step_stack *stack, struct step *step)
{
    if (stack->n == UNDO_STEPS) {
        step_clear(&stack->at[0]);
        memmove(stack->at, stack->at + 1, (stack->n - 1) * sizeof(*stack->at));
        stack->n--;
    }
    if (stack->n == stack->cap) {
        stack->cap = stack->cap ? stack->cap * 2 : 16;
        stack->at = xrealloc(stack->at, stack->cap * sizeof(*stack->at));
    }
    stack->at[stack->n++] = *step;
    *step = (struct step){0};
}

void step_stack_clear(struct step_stack *stack)
{
    for (size_t i = 0; i < stack->n; i++)
        step_clear(&stack->at[i]);
    free(stack->at);
    *stack = (struct step_stack){0};
}

/* The inverse of a later edit goes first. Texts are composed into the entry that is there, so that a run of typing
 * stays one entry. */
void step_join(struct step *step, struct own_list *inverse)
{
    for (size_t i = inverse->n; i > 0; i--) {
        struct own_op *later = inverse->at[i - 1];
        struct own_op *there = NULL;
        struct text_op both;

        for (size_t j = 0; later->is_text && j < step->inverse.n && !there; j++) {
            struct own_op *entry = step->inverse.at[j];

            if (entry->is_text && entry->op->text_edit->object == later->op->text_edit->object &&
                strcmp(entry->op->text_edit->key, later->op->text_edit->key) == 0)
                there = entry;
        }
        if (!there || there->broken || text_op_post_len(&later->text) != there->text.pre_len) {
            own_list_prepend(&step->inverse, later);
            continue;
        }
        text_op_init(&both);
        text_compose(&both, &later->text, &there->text);
        text_op_fini(&there->text);
        there->text = both;
        own_free(later);
    }
    inverse->n = 0;
}

void steps_sealed(struct replica *r, const struct own_op *own, uint64_t client_seq)
{
    for (size_t i = 0; i < r->undo.n; i++)
        if (r->undo.at[i].id >= own->first_step && r->undo.at[i].id <= own->last_step)
            r->undo.at[i].client_seq = client_seq;
}

/* Only settings are taken off: an entry about an object that was never made finds nothing, and a text entry has
 * become a noop. */
void steps_forget(struct replica *r, const struct own_op *rejected)
{
    struct element e = op_element(rejected->op);

    for (size_t i = 0; i < r->undo.n; i++) {
        struct step *step = &r->undo.at[i];

        for (size_t j = step->inverse.n; j > 0 && step->id >= rejected->first_step && step->id <= rejected->last_step;
             j--) {
            struct element entry = op_element(step->inverse.at[j - 1]->op);

            if (element_equal(&entry, &e))
                own_free(own_list_take(&step->inverse, j - 1));
        }
    }
}

/* ---------------------------------------------------------------- what others did */

size_t op_works_on(const Cocanvas__Op *op, uint64_t ids[3])
{
    size_t n = 0;

    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        ids[n++] = op->card_create->place ? op->card_create->place->block : 0;
        break;
    case COCANVAS__OP__KIND_CARD_MOVE:
        ids[n++] = op->card_move->id;
        ids[n++] = op->card_move->place ? op->card_move->place->block : 0;
        break;
    case COCANVAS__OP__KIND_PROP_SET:
        ids[n++] = op->prop_set->object;
        break;
    case COCANVAS__OP__KIND_TAG_SET:
        ids[n++] = op->tag_set->card;
        break;
    case COCANVAS__OP__KIND_VOTE_SET:
        ids[n++] = op->vote_set->card;
        break;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        ids[n++] = op->text_edit->object;
        break;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        ids[n++] = op->comment_add->object;
        ids[n++] = op->comment_add->parent;
        break;
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        ids[n++] = op->comment_resolve->id;
        break;
    case COCANVAS__OP__KIND_LINK_ADD:
        ids[n++] = op->link_add->from;
        ids[n++] = op->link_add->to;
        break;
    case COCANVAS__OP__KIND_READING_ADD:
        ids[n++] = op->reading_add->object;
        break;
    default:
        break;
    }
    return n;
}

/* The object that an entry would take away as a whole, 0: none. */
static uint64_t takes_away(const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_DELETE:
        return op->card_delete->id;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return op->comment_delete->on ? op->comment_delete->id : 0;
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return op->block_remove->on ? op->block_remove->id : 0;
    default:
        return 0;
    }
}

static void spare_objects(struct step_stack *stack, const uint64_t *ids, size_t n)
{
    for (size_t i = 0; i < stack->n; i++) {
        struct own_list *list = &stack->at[i].inverse;

        for (size_t j = list->n; j > 0; j--) {
            uint64_t id = takes_away(list->at[j - 1]->op);
            bool worked_on = false;

            for (size_t k = 0; id && k < n; k++)
                worked_on = worked_on || ids[k] == id;
            if (worked_on)
                own_free(own_list_take(list, j - 1));
        }
    }
}

/* Entries about the same element. `since`: steps from there on are not confirmed yet, so the other's op comes before
 * them. */
static void spare_element(struct step_stack *stack, const struct element *e, uint64_t since, struct own_op **lowest)
{
    *lowest = NULL;
    for (size_t i = 0; i < stack->n; i++) {
        struct own_list *list = &stack->at[i].inverse;

        for (size_t j = list->n; j > 0; j--) {
            struct element entry = op_element(list->at[j - 1]->op);

            if (!element_equal(&entry, e))
                continue;
            if (stack->at[i].id < since)
                own_free(own_list_take(list, j - 1));
            else if (!*lowest)
                *lowest = list->at[j - 1];
        }
    }
}

static uint64_t first_unconfirmed_step(const struct own_list *list, const struct element *e, uint64_t since)
{
    for (size_t i = 0; i < list->n; i++) {
        struct element own = op_element(list->at[i]->op);

        if (element_equal(&own, e) && list->at[i]->first_step < since)
            since = list->at[i]->first_step;
    }
    return since;
}

/* The own, later set stays on top; taking it back leads to what the other person set. */
static void rest_on(struct own_op *lowest, const Cocanvas__Op *foreign)
{
    struct own_op *theirs = own_new(foreign, 0, 0);
    Cocanvas__Op *op = theirs->op;

    theirs->op = lowest->op;
    lowest->op = op;
    own_free(theirs);
    if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE && op->card_move->place &&
        op->card_move->place->order_key != protobuf_c_empty_string) {
        free(op->card_move->place->order_key);
        op->card_move->place->order_key = (char *)(uintptr_t)protobuf_c_empty_string;
    }
}

void steps_respect(struct replica *r, const Cocanvas__Op *foreign)
{
    struct element e = op_element(foreign);
    uint64_t ids[3];
    size_t n = op_works_on(foreign, ids);
    uint64_t since;
    struct own_op *lowest, *ignored;

    spare_objects(&r->undo, ids, n);
    spare_objects(&r->redo, ids, n);
    if (e.kind == COCANVAS__OP__KIND__NOT_SET || e.kind == COCANVAS__OP__KIND_VOTE_SET)
        return;
    since = first_unconfirmed_step(&r->in_flight, &e, UINT64_MAX);
    since = first_unconfirmed_step(&r->pending, &e, since);
    if (e.kind != COCANVAS__OP__KIND_PROP_SET && e.kind != COCANVAS__OP__KIND_CARD_MOVE &&
        e.kind != COCANVAS__OP__KIND_TAG_SET)
        since = UINT64_MAX;
    spare_element(&r->undo, &e, since, &lowest);
    if (lowest)
        rest_on(lowest, foreign);
    if (since == UINT64_MAX)
        spare_element(&r->redo, &e, since, &ignored);
}

/* ---------------------------------------------------------------- going back and forth */

/* An own set that was never sent, and all of it belongs to the step that is taken back: it need not be sent at all. */
static bool cancel_unsent(struct replica *r, const struct own_op *undoing, uint64_t step)
{
    struct element e = op_element(undoing->op);

    if (e.kind != COCANVAS__OP__KIND_PROP_SET && e.kind != COCANVAS__OP__KIND_TAG_SET &&
        e.kind != COCANVAS__OP__KIND_VOTE_SET)
        return false;
    if (element_is_switch(&e))
        return false;
    for (size_t i = 0; i < r->pending.n; i++) {
        struct element own = op_element(r->pending.at[i]->op);

        if (!element_equal(&own, &e) || r->pending.at[i]->first_step != step)
            continue;
        own_free(own_list_take(&r->pending, i));
        return true;
    }
    return false;
}

/* Text that was typed and taken back again before it was sent leaves nothing. */
static void drop_noops(struct own_list *list)
{
    for (size_t i = list->n; i > 0; i--)
        if (own_is_noop(list->at[i - 1]))
            own_free(own_list_take(list, i - 1));
}

static void record(struct replica *r, struct own_list *fresh, const struct step *undone)
{
    bool alone = r->pending.n == 0;
    bool cancelled = false;
    size_t left = 0;

    for (size_t i = 0; i < fresh->n; i++) {
        if (cancel_unsent(r, fresh->at[i], undone->id)) {
            own_free(fresh->at[i]);
            cancelled = true;
        } else {
            fresh->at[left++] = fresh->at[i];
        }
    }
    fresh->n = left;
    own_list_add_all(&r->pending, fresh);
    drop_noops(&r->pending);
    r->pending_undo_of = alone ? undone->client_seq : 0;
    r->may_join = false;
    if (cancelled)
        view_unwind(r);
}

static uint64_t id_of(const struct card *card)
{
    return card ? card->o.id : 0;
}

/* The card stands already where the entry would move it. */
static bool is_in_place(const struct canvas *view, const struct own_op *entry)
{
    const Cocanvas__CardMove *move = entry->op->kind_case == COCANVAS__OP__KIND_CARD_MOVE ? entry->op->card_move : NULL;
    const struct card *card = move ? canvas_card(view, move->id) : NULL;

    if (!card || card->block->o.id != move->place->block || move->place->first)
        return false;
    return move->place->after ? id_of(card_prev_alive(card)) == move->place->after
                              : id_of(card_next_alive(card)) == move->place->before;
}

/* A name for a batch that was not sent yet need not be sent at all. */
static bool unname(struct replica *r, const struct own_op *entry, struct own_list *inverse)
{
    struct own_op *naming = entry->names_step ? names_unsent(r, entry->names_step) : NULL;

    for (size_t i = 0; naming && i < r->pending.n; i++) {
        if (r->pending.at[i] != naming)
            continue;
        own_list_prepend(inverse, own_list_take(&r->pending, i));
        view_unwind(r);
        view_lay(r);
        return true;
    }
    return false;
}

/* The entry's batch is under way: both what it does and what takes that back wait for its seq. */
static void stay_unsettled(const struct own_op *entry, struct own_list *fresh, struct own_list *inverse)
{
    if (!entry->names_step)
        return;
    fresh->at[fresh->n - 1]->names_step = entry->names_step;
    if (inverse->n > 0 && inverse->at[0]->names_step)
        inverse->at[0]->names_step = entry->names_step;
}

/* Applies what fits of a step; the rest is about things that are gone or belong to others by now. True if something was done
 * without a fresh op. */
static bool apply_step(struct replica *r, const struct step *step, uint64_t id, int64_t now_ms, struct own_list *fresh,
                       struct own_list *inverse)
{
    bool unnamed = false;

    view_lay(r);
    for (size_t i = 0; i < step->inverse.n; i++) {
        const struct own_op *entry = step->inverse.at[i];
        Cocanvas__Op *op;

        if (entry->broken || own_is_noop(entry) || is_in_place(&r->view, entry))
            continue;
        if (unname(r, entry, inverse)) {
            unnamed = true;
            continue;
        }
        arena_reset(&r->arena);
        op = own_message(entry, &r->arena);
        if (!op || edit_one(r, op, now_ms, id, fresh, inverse, NULL) != STATUS_OK)
            continue;
        stay_unsettled(entry, fresh, inverse);
    }
    return unnamed;
}

static void tell_all(struct replica *r, const struct own_list *list)
{
    struct arena arena;

    arena_init(&arena, REPLICA_ARENA_BYTES);
    for (size_t i = 0; i < list->n; i++) {
        Cocanvas__Op *op = own_message(list->at[i], &arena);

        replica_tell_local(r, op);
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

/* Takes the newest step of `from` that still has an effect back; what takes that back again goes onto `onto`. */
static enum status go(struct replica *r, struct step_stack *from, struct step_stack *onto, int64_t now_ms,
                      const char *nothing, struct why *why)
{
    enum status st = replica_may_edit(r, why);
    bool done = false, anonymous = replica_is_anonymous(r);

    if (st != STATUS_OK)
        return st;
    while (from->n > 0 && !done) {
        struct step step = from->at[--from->n];
        struct step other = {.id = r->next_step + 1, .anonymous = step.anonymous || anonymous};
        struct own_list fresh = {0}, told = {0};

        bool may = anonymous || !step.anonymous; /* else it would say whose it was */
        bool unnamed = may && apply_step(r, &step, other.id, now_ms, &fresh, &other.inverse);

        done = fresh.n > 0 || unnamed;
        if (done) {
            r->next_step++;
            for (size_t i = 0; i < fresh.n; i++) {
                arena_reset(&r->arena);
                own_list_append(&told, own_new(own_message(fresh.at[i], &r->arena), now_ms, other.id));
            }
            record(r, &fresh, &step);
            step_push(onto, &other);
            tell_all(r, &told);
            if (unnamed)
                replica_tell(r, NULL, NULL, true, NULL);
        }
        own_list_clear(&told);
        own_list_clear(&fresh);
        step_clear(&other);
        step_clear(&step);
    }
    return done ? STATUS_OK : refuse(why, STATUS_NOT_FOUND, "%s", nothing);
}

enum status replica_undo(struct replica *r, int64_t now_ms, struct why *why)
{
    return go(r, &r->undo, &r->redo, now_ms, "there is nothing of yours to undo", why);
}

enum status replica_redo(struct replica *r, int64_t now_ms, struct why *why)
{
    return go(r, &r->redo, &r->undo, now_ms, "there is nothing to redo", why);
}

size_t replica_undo_depth(const struct replica *r)
{
    return r->undo.n;
}

size_t replica_redo_depth(const struct replica *r)
{
    return r->redo.n;
}
