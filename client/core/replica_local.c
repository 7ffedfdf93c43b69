/* Local edits: checked and applied to the view at once, recorded in pending, their inverse on the undo stack. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/ids.h"
#include "common/rights.h"
#include "common/utf8.h"

static const struct canvas_limits no_limits;

enum status replica_may_edit(const struct replica *r, struct why *why)
{
    if (r->client == 0)
        return refuse(why, STATUS_NOT_FOUND, "the canvas is open for reading only");
    if (!r->loaded || !own_ops_settled(r))
        return refuse(why, STATUS_BUSY, "still catching up with what others did; try again in a moment");
    return STATUS_OK;
}

/* An own edit of that text stands in the lists but not in the view, so that positions in the view do not build on
 * it. */
static bool text_is_unsettled(const struct replica *r, uint64_t object, const char *key)
{
    const struct own_op *flying = own_list_text(&r->in_flight, object, key);
    const struct own_op *pending = own_list_text(&r->pending, object, key);

    return (flying && flying->refused != STATUS_OK) || (pending && pending->refused != STATUS_OK);
}

static void keep_inverse(struct own_list *inverse, Cocanvas__Op *const *ops, size_t n, int64_t now_ms, uint64_t step)
{
    for (size_t i = n; i > 0; i--)
        own_list_prepend(inverse, own_new(ops[i - 1], now_ms, step));
}

/* Creating a card or a comment is taken back in two: first one's own words, then the thing. So the words go even if
 * it must stay because others have worked on it. */
static void keep_text_inverse(struct own_list *inverse, uint64_t object, const char *key, const char *text,
                              int64_t now_ms, uint64_t step)
{
    Cocanvas__TextStep remove = COCANVAS__TEXT_STEP__INIT;
    Cocanvas__TextStep *steps[1] = {&remove};
    Cocanvas__TextEdit edit;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    uint32_t points = (uint32_t)utf8_points(text, strlen(text));
    char *own_key = xstrdup(key);

    cocanvas__text_edit__init(&edit);
    if (points > 0) {
        remove.kind_case = COCANVAS__TEXT_STEP__KIND_REMOVE;
        remove.remove = points;
        edit.object = object;
        edit.key = own_key;
        edit.pre_len = points;
        edit.n_steps = 1;
        edit.steps = steps;
        op.kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
        op.text_edit = &edit;
        own_list_prepend(inverse, own_new(&op, now_ms, step));
    }
    free(own_key);
}

/* A card that comes back has its old order key; but the cards around it may have been taken back and forth past its
 * tombstone. So its place among the cards that people see is kept, too; replica_undo.c leaves the move out where it
 * changes nothing. */
static void keep_place(struct own_list *inverse, const struct canvas *view, const Cocanvas__Op *op, int64_t now_ms,
                       uint64_t step)
{
    const struct card *card =
        op->kind_case == COCANVAS__OP__KIND_CARD_DELETE ? canvas_card(view, op->card_delete->id) : NULL;
    const struct card *before, *after;
    Cocanvas__Place place;
    Cocanvas__CardMove move = COCANVAS__CARD_MOVE__INIT;
    Cocanvas__Op back = COCANVAS__OP__INIT;

    cocanvas__place__init(&place);
    if (!card || card->deleted_seq)
        return;
    before = card_prev_alive(card);
    after = card_next_alive(card);
    place.block = card->block->o.id;
    place.after = before ? before->o.id : 0;
    place.before = after ? after->o.id : 0;
    move.id = card->o.id;
    move.place = &place;
    back.kind_case = COCANVAS__OP__KIND_CARD_MOVE;
    back.card_move = &move;
    own_list_prepend(inverse, own_new(&back, now_ms, step));
}

static void keep_created_texts(struct own_list *inverse, const Cocanvas__Op *op, int64_t now_ms, uint64_t step)
{
    const Cocanvas__CardCreate *create = op->card_create;

    if (op->kind_case == COCANVAS__OP__KIND_COMMENT_ADD)
        keep_text_inverse(inverse, op->comment_add->id, "", op->comment_add->text, now_ms, step);
    if (op->kind_case != COCANVAS__OP__KIND_CARD_CREATE)
        return;
    for (size_t i = create->n_fields; i > 0; i--)
        keep_text_inverse(inverse, create->id, create->fields[i - 1]->key, create->fields[i - 1]->text, now_ms, step);
    keep_text_inverse(inverse, create->id, "", create->text, now_ms, step);
}

static bool is_typed_anonymously(const struct canvas *view, const Cocanvas__Op *op)
{
    return canvas_is_anonymous(view) && !op_needs_name(view, op);
}

/* So that one may take it back while it is still known whose it is. */
static void note_made(struct replica *r, const Cocanvas__Op *op)
{
    if (op->kind_case != COCANVAS__OP__KIND_COMMENT_ADD)
        return;
    if (r->n_made == r->cap_made) {
        r->cap_made = r->cap_made ? r->cap_made * 2 : 8;
        r->made = xrealloc(r->made, r->cap_made * sizeof(*r->made));
    }
    r->made[r->n_made++] = op->comment_add->id;
}

static struct own_op *typed(struct replica *r, const Cocanvas__Op *op, int64_t now_ms, uint64_t step, bool anonymous)
{
    struct own_op *own = own_new(op, now_ms, step);

    own->anonymous = anonymous;
    own->written_seq = r->confirmed->seq;
    if (anonymous)
        note_made(r, op);
    return own;
}

enum status edit_one(struct replica *r, const Cocanvas__Op *op, int64_t now_ms, uint64_t step, struct own_list *fresh,
                     struct own_list *inverse, struct why *why)
{
    bool anonymous = is_typed_anonymously(&r->view, op);
    struct op_actor actor = replica_actor(r, anonymous, now_ms, UINT64_MAX, r->used_object);
    Cocanvas__Op *back[INVERSE_OPS];
    struct own_list places = {0};
    Cocanvas__Op *resolved;
    uint64_t object;
    const char *key;
    size_t n_back;
    enum status st = op_check(op, &r->limits, why);

    if (st != STATUS_OK)
        return st;
    if (op_text_target(op, &object, &key) && text_is_unsettled(r, object, key))
        return refuse(why, STATUS_CONFLICT,
                      "an earlier edit of this text does not fit any more; try again in a moment");
    resolved = op_dup(op, &r->arena);
    if (!resolved)
        return refuse(why, STATUS_TOO_LARGE, "the edit is too large");
    st = op_resolve(&r->view, resolved, &actor, &r->arena, why);
    if (st != STATUS_OK)
        return st;
    n_back = op_invert(&r->view, resolved, &actor, &r->arena, back, INVERSE_OPS);
    if (n_back == 1 && names_own_batch(resolved))
        back[0]->name_seq->seq = 0;
    keep_place(&places, &r->view, resolved, now_ms, step);
    st = op_apply(&r->view, resolved, &actor, why);
    if (st == STATUS_OK && places.n)
        own_list_prepend(inverse, own_list_take(&places, 0));
    own_list_clear(&places);
    if (st != STATUS_OK)
        return st;
    r->used_object = actor.last_object;
    keep_inverse(inverse, back, n_back, now_ms, step);
    if (n_back == 1 && names_own_batch(resolved))
        inverse->at[0]->names_step = step;
    keep_created_texts(inverse, resolved, now_ms, step);
    own_list_append(fresh, typed(r, op, now_ms, step, anonymous));
    return STATUS_OK;
}

static enum status edit_all(struct replica *r, size_t n_ops, Cocanvas__Op **ops, int64_t now_ms, uint64_t step,
                            struct own_list *fresh, struct own_list *inverse, struct why *why)
{
    enum status st = STATUS_OK;

    view_lay(r);
    r->view.limits = r->limits;
    for (size_t i = 0; i < n_ops && st == STATUS_OK; i++) {
        arena_reset(&r->arena);
        st = edit_one(r, ops[i], now_ms, step, fresh, inverse, why);
    }
    r->view.limits = no_limits;
    return st;
}

static void edit_done(struct replica *r, struct own_list *fresh, struct own_list *inverse, uint64_t step, bool join)
{
    bool anonymous = false;

    for (size_t i = 0; i < fresh->n; i++)
        anonymous = anonymous || fresh->at[i]->anonymous;
    own_list_add_all(&r->pending, fresh);
    step_stack_clear(&r->redo);
    if (join) {
        step_join(&r->undo.at[r->undo.n - 1], inverse);
    } else {
        struct step fresh_step = {.id = step, .anonymous = anonymous, .inverse = *inverse};

        *inverse = (struct own_list){0};
        step_push(&r->undo, &fresh_step);
    }
    r->pending_undo_of = 0;
    r->may_join = true;
}

enum status replica_allows(struct replica *r, size_t n_ops, Cocanvas__Op *const *ops, struct why *why)
{
    const struct canvas *view = replica_view(r);
    const struct rights_made made = {.ids = r->made, .n = r->n_made};
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_ops && st == STATUS_OK; i++) {
        bool anonymous = is_typed_anonymously(view, ops[i]);

        st = rights_check(view, ops[i], anonymous ? AUTHOR_ANONYMOUS : r->author, r->role, anonymous ? &made : NULL, why);
    }
    return st;
}

enum status replica_edit(struct replica *r, size_t n_ops, Cocanvas__Op **ops, int64_t now_ms, bool group,
                         struct why *why)
{
    struct own_list fresh = {0}, inverse = {0};
    bool join = group && r->may_join && r->undo.n > 0 && r->undo.at[r->undo.n - 1].anonymous == replica_is_anonymous(r);
    uint64_t step = join ? r->undo.at[r->undo.n - 1].id : r->next_step + 1;
    uint32_t used_object = r->used_object;
    enum status st = replica_may_edit(r, why);

    if (st == STATUS_OK)
        st = replica_allows(r, n_ops, ops, why);
    if (st != STATUS_OK || n_ops == 0)
        return st;
    st = edit_all(r, n_ops, ops, now_ms, step, &fresh, &inverse, why);
    if (st == STATUS_OK) {
        r->next_step += join ? 0 : 1;
        edit_done(r, &fresh, &inverse, step, join);
    } else {
        view_unwind(r);
        r->used_object = used_object;
    }
    own_list_clear(&fresh);
    own_list_clear(&inverse);
    for (size_t i = 0; i < n_ops && st == STATUS_OK; i++)
        replica_tell_local(r, ops[i]);
    return st;
}

/* ---------------------------------------------------------------- texts */

static enum status edit_text(struct replica *r, uint64_t object, const char *key, const struct text_op *steps,
                             int64_t now_ms, bool group, struct why *why)
{
    struct arena arena;
    Cocanvas__TextEdit like;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__Op *ops[1] = {&op};
    char *own_key = xstrdup(key);
    enum status st = STATUS_OK;

    cocanvas__text_edit__init(&like);
    arena_init(&arena, REPLICA_ARENA_BYTES);
    like.object = object;
    like.key = own_key;
    op.kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
    op.text_edit = text_op_to_message(steps, &like, &arena);
    if (!op.text_edit)
        st = refuse(why, STATUS_TOO_LARGE, "the edit is too large");
    else if (!text_op_is_noop(steps))
        st = replica_edit(r, 1, ops, now_ms, group, why);
    arena_fini(&arena);
    free(own_key);
    return st;
}

static enum status editable_text(struct replica *r, uint64_t object, const char *key, const struct text **out,
                                 struct why *why)
{
    *out = text_at(replica_view(r), object, key);
    return *out ? STATUS_OK : refuse(why, STATUS_NOT_FOUND, "there is no such text");
}

enum status replica_text_splice(struct replica *r, uint64_t object, const char *key, uint32_t at, uint32_t removed,
                                const char *bytes, size_t len, int64_t now_ms, bool group, struct why *why)
{
    const struct text *text;
    struct text_op splice;
    size_t points;
    enum status st = replica_may_edit(r, why);

    if (st != STATUS_OK)
        return st;
    if (len > UINT32_MAX || !utf8_check(bytes, len, &points))
        return refuse(why, STATUS_BAD_TEXT, "the text is not valid UTF-8 or holds control characters");
    st = editable_text(r, object, key, &text, why);
    if (st != STATUS_OK)
        return st;
    if (at > text->len_points || removed > text->len_points - at)
        return refuse(why, STATUS_BAD_OP, "position %u is beyond the end of the text", at);
    text_op_init(&splice);
    text_op_splice(&splice, text->len_points, at, removed, bytes, (uint32_t)len, (uint32_t)points);
    st = edit_text(r, object, key, &splice, now_ms, group, why);
    text_op_fini(&splice);
    return st;
}

enum status replica_text_set(struct replica *r, uint64_t object, const char *key, const char *bytes, size_t len,
                             int64_t now_ms, struct why *why)
{
    const struct text *text;
    struct text wanted;
    struct text_op difference;
    enum status st = replica_may_edit(r, why);

    if (st != STATUS_OK)
        return st;
    if (len > UINT32_MAX || !utf8_check(bytes, len, NULL))
        return refuse(why, STATUS_BAD_TEXT, "the text is not valid UTF-8 or holds control characters");
    st = editable_text(r, object, key, &text, why);
    if (st != STATUS_OK)
        return st;
    text_init(&wanted);
    text_set(&wanted, bytes, len);
    text_op_init(&difference);
    text_diff(&difference, text, &wanted);
    st = edit_text(r, object, key, &difference, now_ms, false, why);
    text_op_fini(&difference);
    text_fini(&wanted);
    return st;
}
