/* The inverse of a committed text edit in the coordinates of the present text. The journal's ops carry the
 * characters that they removed, so no state is needed.
 *
 * The inverse is transformed over every later edit of that text, except that an own edit which was itself undone
 * later is no edit of others: such a pair is kept on a stack, rebased and dropped together. Transforming over each
 * of them instead would tear apart what belongs together (typing "abc", deleting it, and undoing both must end
 * without "abc"). */
#include <stdlib.h>
#include <string.h>

#include "client/cli/undo.h"
#include "common/buf.h"
#include "common/op.h"
#include "common/utf8.h"

/* The inverse of one edit, as it stands right after that edit. */
static void invert_edit(const Cocanvas__TextEdit *edit, struct text_op *out)
{
    const char *removed = edit->removed ? edit->removed : "";
    size_t len = strlen(removed), at = 0;
    uint64_t post_len = edit->pre_len;
    for (size_t i = 0; i < edit->n_steps; i++) {
        const Cocanvas__TextStep *step = edit->steps[i];
        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT)
            post_len += utf8_points(step->insert, strlen(step->insert));
        else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE)
            post_len -= step->remove;
    }
    text_op_clear(out, (uint32_t)post_len);
    for (size_t i = 0; i < edit->n_steps; i++) {
        const Cocanvas__TextStep *step = edit->steps[i];
        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_RETAIN) {
            text_op_retain(out, step->retain);
        } else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT) {
            text_op_remove(out, (uint32_t)utf8_points(step->insert, strlen(step->insert)));
        } else {
            size_t bytes = utf8_offset(removed + at, len - at, step->remove);
            text_op_insert(out, removed + at, (uint32_t)bytes, step->remove);
            at += bytes;
        }
    }
    text_op_finish(out);
}

/* Own edits that were made after the target and are undone later, newest on top; the target's own inverse lies at
 * the bottom. */
struct entry {
    size_t batch; /* index in the history */
    struct text_op inverse;
};

struct pile {
    struct entry *at; /* owned */
    size_t n, cap;
};

static void pile_push(struct pile *pile, size_t batch, const Cocanvas__TextEdit *edit)
{
    if (pile->n == pile->cap) {
        pile->cap = pile->cap ? 2 * pile->cap : 8;
        pile->at = xrealloc(pile->at, pile->cap * sizeof *pile->at);
    }
    pile->at[pile->n].batch = batch;
    text_op_init(&pile->at[pile->n].inverse);
    invert_edit(edit, &pile->at[pile->n].inverse);
    pile->n++;
}

static void pile_pop(struct pile *pile)
{
    text_op_fini(&pile->at[--pile->n].inverse);
}

/* An edit that stays: the entries, from the top down, come to stand after it. */
static void pile_rebase(struct pile *pile, const Cocanvas__TextEdit *edit)
{
    struct text_op remote, next;
    text_op_init(&remote);
    text_op_init(&next);
    text_op_from_message(&remote, edit);
    for (size_t i = pile->n; i > 0; i--) {
        struct text_op *entry = &pile->at[i - 1].inverse, rebased;
        text_op_init(&rebased);
        text_transform(&rebased, entry, &remote, TEXT_LEFT);
        text_transform(&next, &remote, entry, TEXT_RIGHT);
        text_op_copy(entry, &rebased);
        text_op_copy(&remote, &next);
        text_op_fini(&rebased);
    }
    text_op_fini(&next);
    text_op_fini(&remote);
}

static const Cocanvas__TextEdit *edit_of(const Cocanvas__Committed *batch, uint64_t object, const char *key)
{
    for (size_t i = 0; i < batch->n_ops; i++) {
        const Cocanvas__Op *op = batch->ops[i];
        if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT && op->text_edit->object == object &&
            strcmp(op->text_edit->key, key) == 0)
            return op->text_edit;
    }
    return NULL;
}

static bool undoes(const Cocanvas__Committed *batch, const Cocanvas__Committed *what)
{
    return batch->undo_of != 0 && batch->client == what->client && batch->undo_of == what->client_seq;
}

/* partner[i]: the batch that takes batch i back, or that i takes back, when both are behind index; 0 none. Nested
 * like parentheses. */
static size_t *find_pairs(const struct history *history, size_t index)
{
    size_t *partner = xcalloc(history->n, sizeof *partner), *open = xcalloc(history->n, sizeof *open), n = 0;
    for (size_t i = index + 1; i < history->n; i++) {
        if (n > 0 && undoes(history->at[i], history->at[open[n - 1]])) {
            partner[i] = open[n - 1];
            partner[open[n - 1]] = i;
            n--;
        } else if (history->at[i]->client == history->at[index]->client) {
            open[n++] = i;
        }
    }
    free(open);
    return partner;
}

bool undo_text(const struct history *history, size_t index, const Cocanvas__TextEdit *edit, struct text_op *inverse)
{
    struct pile pile = {NULL, 0, 0};
    size_t *partner = find_pairs(history, index);
    pile_push(&pile, index, edit);
    for (size_t i = index + 1; i < history->n; i++) {
        const Cocanvas__TextEdit *later = edit_of(history->at[i], edit->object, edit->key);
        if (!later)
            continue;
        if (partner[i] > i && edit_of(history->at[partner[i]], edit->object, edit->key))
            pile_push(&pile, i, later);
        else if (partner[i] && pile.n > 1 && pile.at[pile.n - 1].batch == partner[i])
            pile_pop(&pile);
        else
            pile_rebase(&pile, later);
    }
    while (pile.n > 1)
        pile_pop(&pile);
    text_op_copy(inverse, &pile.at[0].inverse);
    pile_pop(&pile);
    free(pile.at);
    free(partner);
    return !text_op_is_noop(inverse);
}
