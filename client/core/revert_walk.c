/* The walk through the history, once, from the state before the first of their edits: for each thing that they touched it is noted what
 * it was before (op_invert) and whether others have touched it since. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "client/core/revert_private.h"
#include "common/op.h"

/* ---------------------------------------------------------------- what is touched */

/* Things that are made are the same as their removal's switch, so making and removing meet. */
struct element revert_element(const Cocanvas__Op *op)
{
    struct element e = op_element(op);

    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return (struct element){COCANVAS__OP__KIND_CARD_DELETE, op->card_create->id, ""};
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return (struct element){COCANVAS__OP__KIND_COMMENT_DELETE, op->comment_add->id, ""};
    case COCANVAS__OP__KIND_LINK_ADD:
        return (struct element){COCANVAS__OP__KIND_LINK_REMOVE, op->link_add->id, ""};
    case COCANVAS__OP__KIND_READING_ADD:
        return (struct element){COCANVAS__OP__KIND_READING_REMOVE, op->reading_add->id, ""};
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return (struct element){COCANVAS__OP__KIND_BLOCK_REMOVE, op->block_add->block->id, ""};
    case COCANVAS__OP__KIND_NAME_SEQ:
        return (struct element){COCANVAS__OP__KIND_NAME_SEQ, op->name_seq->seq, ""};
    default:
        return e;
    }
}

static size_t name_of(const struct element *e, uint32_t author, char out[REVERT_NAME_BYTES])
{
    return (size_t)snprintf(out, REVERT_NAME_BYTES, "%d %" PRIu32 " %" PRIx64 " %s", (int)e->kind,
                            e->kind == COCANVAS__OP__KIND_VOTE_SET ? author : 0, e->id, e->key);
}

static bool made_by_them(const struct reverter *v, const Cocanvas__Committed *batch)
{
    for (size_t i = 0; i < v->request->n_authors; i++)
        if (v->request->authors[i] == batch->author)
            return true;
    return false;
}

static Cocanvas__Op *keep(struct reverter *v, const Cocanvas__Op *op)
{
    Cocanvas__Op *copy = op_dup(op, v->arena);

    v->full = v->full || !copy;
    return copy;
}

static void note_worked(struct reverter *v, const Cocanvas__Op *op, uint64_t seq)
{
    uint64_t ids[3];
    size_t n = op_works_on(op, ids);

    for (size_t i = 0; i < n; i++) {
        struct worked *worked;

        HASH_FIND(hh, v->worked, &ids[i], sizeof(ids[i]), worked);
        if (!worked) {
            worked = xcalloc(1, sizeof(*worked));
            worked->id = ids[i];
            HASH_ADD(hh, v->worked, id, sizeof(worked->id), worked);
        }
        worked->seq = seq;
    }
}

/* Whether a batch takes an own one back, and not such a batch. */
static bool takes_back(struct reverter *v, const Cocanvas__Committed *batch)
{
    struct undo_batch key = {.client = batch->client, .client_seq = batch->undo_of}, *found;
    const size_t len = sizeof(key.client) + sizeof(key.client_seq);

    if (!batch->undo_of)
        return false;
    HASH_FIND(hh, v->undone, &key.client, len, found);
    if (found)
        return false;
    found = xcalloc(1, sizeof(*found));
    found->client = batch->client;
    found->client_seq = batch->client_seq;
    HASH_ADD(hh, v->undone, client, len, found);
    return true;
}

/* ---------------------------------------------------------------- texts */

static struct written *find_written(const struct reverter *v, uint64_t object, const char *key,
                                    char name[REVERT_NAME_BYTES], size_t *len)
{
    struct written *written;

    *len = (size_t)snprintf(name, REVERT_NAME_BYTES, "%" PRIx64 " %s", object, key);
    HASH_FIND(hh, v->written, name, *len, written);
    return written;
}

static struct written *add_written(struct reverter *v, uint64_t object, const char *key)
{
    char name[REVERT_NAME_BYTES];
    size_t len;
    struct written *written = find_written(v, object, key, name, &len);

    if (written)
        return written;
    written = xcalloc(1, sizeof(*written));
    written->name = xstrdup(name);
    written->object = object;
    written->key = strchr(written->name, ' ') + 1;
    HASH_ADD_KEYPTR(hh, v->written, written->name, len, written);
    return written;
}

static bool walk_text(struct reverter *v, const Cocanvas__TextEdit *edit, enum editor editor)
{
    char name[REVERT_NAME_BYTES];
    size_t len;
    struct written *written = find_written(v, edit->object, edit->key, name, &len);

    if (!written && editor != EDITOR_THEY)
        return true;
    if (!written) {
        const struct text *text = canvas_text(&v->now, edit->object, edit->key);

        written = add_written(v, edit->object, edit->key);
        if (text)
            letters_add(&written->letters, text->bytes, text->len_bytes, false);
    }
    return letters_edit(&written->letters, edit, editor);
}

static void walk_made_texts(struct reverter *v, const Cocanvas__Op *op)
{
    if (op->kind_case == COCANVAS__OP__KIND_COMMENT_ADD)
        letters_add(&add_written(v, op->comment_add->id, "")->letters, op->comment_add->text,
                    strlen(op->comment_add->text), true);
    if (op->kind_case != COCANVAS__OP__KIND_CARD_CREATE)
        return;
    letters_add(&add_written(v, op->card_create->id, "")->letters, op->card_create->text, strlen(op->card_create->text),
                true);
    for (size_t i = 0; i < op->card_create->n_fields; i++) {
        const Cocanvas__TextField *field = op->card_create->fields[i];

        letters_add(&add_written(v, op->card_create->id, field->key)->letters, field->text, strlen(field->text), true);
    }
}

/* ---------------------------------------------------------------- the walk */

/* What takes the op back, on the state before it; NULL: it changes nothing. */
static Cocanvas__Op *inverse_of(struct reverter *v, const Cocanvas__Op *op, const struct op_actor *actor)
{
    Cocanvas__Op *inverse = NULL;

    return op_invert(&v->now, op, actor, v->arena, &inverse, 1) ? inverse : NULL;
}

struct thing *revert_thing(const struct reverter *v, Cocanvas__Op__KindCase kind, uint64_t id)
{
    const struct element e = {kind, id, ""};
    char name[REVERT_NAME_BYTES];
    size_t len = name_of(&e, 0, name);
    struct thing *thing;

    HASH_FIND(hh, v->things, name, len, thing);
    return thing;
}

/* They have made it, so it is not to stand among the others in the end. */
bool revert_is_theirs(const struct reverter *v, const struct card *card)
{
    const struct thing *thing = revert_thing(v, COCANVAS__OP__KIND_CARD_DELETE, card->o.id);

    return thing && thing->inverse->kind_case == COCANVAS__OP__KIND_CARD_DELETE;
}

struct place *revert_place(const struct reverter *v, uint64_t card)
{
    struct place *place;

    HASH_FIND(hh, v->places, &card, sizeof(card), place);
    return place;
}

static void set_key(struct place *place, const char *key)
{
    (void)snprintf(place->key.text, sizeof(place->key.text), "%s", key);
}

static void walk_move(struct reverter *v, const Cocanvas__CardMove *move, enum editor editor)
{
    const struct card *card = canvas_card(&v->now, move->id);
    struct place *place = revert_place(v, move->id);

    if (editor != EDITOR_THEY) {
        if (place)
            place->stands = editor == EDITOR_UNDO && place->moved_to == move->place->block;
        return;
    }
    if (!card || revert_is_theirs(v, card))
        return;
    if (!place) {
        place = xcalloc(1, sizeof(*place));
        place->card = move->id;
        HASH_ADD(hh, v->places, card, sizeof(place->card), place);
    }
    if (!place->stands) {
        place->block = card->block->o.id;
        set_key(place, card->order_key);
    }
    place->moved_to = move->place->block;
    place->stands = true;
}

static int by_key(const void *a, const void *b)
{
    const struct place *const *x = a, *const *y = b;
    int order = strcmp((*x)->key.text, (*y)->key.text);

    return order ? order : ((*x)->card > (*y)->card) - ((*x)->card < (*y)->card);
}

/* The cards that are to go back into that block, in their order; malloc'd. */
static struct place **places_in(const struct reverter *v, uint64_t block, size_t *n)
{
    struct place **list = xcalloc(HASH_COUNT(v->places) + 1, sizeof(struct place *));

    *n = 0;
    for (struct place *place = v->places; place; place = place->hh.next)
        if (place->stands && place->block == block)
            list[(*n)++] = place;
    qsort(list, *n, sizeof(struct place *), by_key);
    return list;
}

/* The server gives a block's cards new keys: the old places keep theirs between the same neighbours. below[i]: the card under the
 * i-th of them, 0 none. */
static void walk_respread(struct reverter *v, const Cocanvas__Op *op, const struct op_actor *actor)
{
    const struct block *block = canvas_block(&v->now, op->respread->block);
    size_t n = 0;
    struct place **places = places_in(v, op->respread->block, &n);
    uint64_t *below = xcalloc(n + 1, sizeof(*below));
    const char *low = "";
    struct canvas after;
    struct why why;

    canvas_init(&after, &v->now.limits);
    if (n && block) {
        for (size_t i = 0; i < n; i++)
            for (uint32_t k = 0; k < block->n_cards && strcmp(block->cards[k]->order_key, places[i]->key.text) < 0; k++)
                if (block->cards[k]->o.id != places[i]->card)
                    below[i] = block->cards[k]->o.id;
        canvas_copy(&after, &v->now);
        if (op_apply(&after, op, actor, &why) != STATUS_OK)
            n = 0; /* the caller finds that, too */
    }
    for (size_t i = 0; i < n; i++) {
        const struct card *under = canvas_card(&after, below[i]);
        const struct block *now = canvas_block(&after, op->respread->block);
        const char *high = "";

        if (under && strcmp(under->order_key, low) > 0)
            low = under->order_key;
        for (uint32_t k = 0; k < now->n_cards && !high[0]; k++)
            if (strcmp(now->cards[k]->order_key, low) > 0)
                high = now->cards[k]->order_key;
        if (order_n_between(low, high, 1, &places[i]->key) != STATUS_OK)
            set_key(places[i], low);
        low = places[i]->key.text;
    }
    canvas_fini(&after);
    free(below);
    free(places);
}

bool revert_same_op(const Cocanvas__Op *a, const Cocanvas__Op *b)
{
    size_t len = cocanvas__op__get_packed_size(a);
    uint8_t *bytes;
    bool same;

    if (len != cocanvas__op__get_packed_size(b))
        return false;
    bytes = xmalloc(2 * len + 1);
    cocanvas__op__pack(a, bytes);
    cocanvas__op__pack(b, bytes + len);
    same = memcmp(bytes, bytes + len, len) == 0;
    free(bytes);
    return same;
}

/* Others bring back by undo what they had set. */
static bool is_as_they_did(const struct thing *thing, const Cocanvas__Op *op)
{
    if (op->kind_case == COCANVAS__OP__KIND_CARD_RESTORE)
        return thing->theirs->kind_case == COCANVAS__OP__KIND_CARD_CREATE ||
               thing->theirs->kind_case == COCANVAS__OP__KIND_CARD_RESTORE;
    return thing->theirs->kind_case == op->kind_case ? revert_same_op(thing->theirs, op)
                                                     : op->kind_case != COCANVAS__OP__KIND_CARD_DELETE;
}

static void walk_thing(struct reverter *v, const Cocanvas__Op *op, const struct op_actor *actor, enum editor editor)
{
    struct element e = revert_element(op);
    char name[REVERT_NAME_BYTES];
    size_t len = name_of(&e, actor->author, name);
    struct thing *thing;
    Cocanvas__Op *inverse;

    if (e.kind == COCANVAS__OP__KIND__NOT_SET)
        return;
    HASH_FIND(hh, v->things, name, len, thing);
    if (editor != EDITOR_THEY) {
        if (thing)
            thing->stands = editor == EDITOR_UNDO && thing->theirs && is_as_they_did(thing, op);
        return;
    }
    inverse = inverse_of(v, op, actor);
    if (!inverse)
        return;
    if (!thing) {
        thing = xcalloc(1, sizeof(*thing));
        thing->name = xstrdup(name);
        HASH_ADD_KEYPTR(hh, v->things, thing->name, len, thing);
    }
    if (!thing->stands) {
        thing->inverse = inverse;
        thing->seq = actor->seq;
    }
    thing->stands = true;
    thing->theirs = keep(v, op);
}

static enum status walk_op(struct reverter *v, const Cocanvas__Op *op, struct op_actor *actor, enum editor editor,
                           struct why *why)
{
    if (editor == EDITOR_OTHERS)
        note_worked(v, op, actor->seq);
    if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT) {
        if (!walk_text(v, op->text_edit, editor))
            return refuse(why, STATUS_INTERNAL, "an edit in the history does not fit its text");
    } else if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE) {
        walk_move(v, op->card_move, editor);
    } else if (op->kind_case == COCANVAS__OP__KIND_RESPREAD) {
        walk_respread(v, op, actor);
    } else {
        walk_thing(v, op, actor, editor);
        if (editor == EDITOR_THEY)
            walk_made_texts(v, op);
    }
    if (v->full)
        return refuse(why, STATUS_TOO_LARGE, "that is too much to be taken back at once");
    return op_apply(&v->now, op, actor, why);
}

static enum status walk_batch(struct reverter *v, const Cocanvas__Committed *batch, struct why *why)
{
    struct op_actor actor = {.client = (uint32_t)batch->client,
                             .author = batch->author,
                             .time_ms = batch->time_ms,
                             .base_seq = batch->seq - 1,
                             .seq = batch->seq};
    enum editor editor = takes_back(v, batch) ? EDITOR_UNDO : EDITOR_OTHERS;
    enum status st = STATUS_OK;

    if (made_by_them(v, batch)) {
        editor = EDITOR_THEY;
        v->plan->batches++;
    }
    for (size_t i = 0; i < batch->n_ops && st == STATUS_OK; i++)
        st = walk_op(v, batch->ops[i], &actor, editor, why);
    v->now.seq = batch->seq;
    return st;
}

enum status revert_walk(struct reverter *v, struct past *past, struct why *why)
{
    uint64_t since = v->request->since ? v->request->since : 1;
    const struct canvas *before;
    enum status st = STATUS_OK;

    if (past_is_empty(past) || since - 1 < past_first(past))
        return refuse(why, STATUS_NOT_FOUND, "the history does not reach back so far");
    if (since > past_last(past))
        return STATUS_OK;
    before = past_at(past, since - 1, why);
    if (!before)
        return STATUS_INTERNAL;
    canvas_copy(&v->now, before);
    for (uint64_t seq = since; seq <= past_last(past) && st == STATUS_OK; seq++) {
        const Cocanvas__Committed *batch = past_batch(past, seq);

        st = batch ? walk_batch(v, batch, why) : refuse(why, STATUS_INTERNAL, "the history is damaged at this place");
    }
    return st;
}
