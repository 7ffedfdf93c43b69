/* See who_wrote.h. */
#include "client/core/who_wrote.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/hash_table.h"
#include "common/op.h"
#include "common/utf8.h"

struct written {
    uint64_t card;
    struct text text;
    uint32_t *authors; /* of each code point */
    UT_hash_handle hh;
};

struct who_wrote {
    struct written *texts;
    bool damaged;
};

static struct written *find(const struct who_wrote *w, uint64_t card)
{
    struct written *found;
    HASH_FIND(hh, w->texts, &card, sizeof card, found);
    return found;
}

static void add_text(struct who_wrote *w, uint64_t card, const char *bytes, size_t len, uint32_t author)
{
    struct written *t = xcalloc(1, sizeof *t);
    t->card = card;
    text_init(&t->text);
    text_set(&t->text, bytes, len);
    t->authors = xcalloc((size_t)t->text.len_points + 1, sizeof *t->authors);
    for (uint32_t i = 0; i < t->text.len_points; i++)
        t->authors[i] = author;
    HASH_ADD(hh, w->texts, card, sizeof t->card, t);
}

struct who_wrote *who_wrote_new(const struct canvas *first)
{
    struct who_wrote *w = xcalloc(1, sizeof *w);
    for (const struct object *o = first->cards; o; o = o->hh.next) {
        const struct card *card = (const struct card *)o;
        bool alone = card->edited_by == 0 || card->edited_by == card->created_by;
        add_text(w, o->id, card->text.bytes, card->text.len_bytes, alone ? card->created_by : 0);
    }
    return w;
}

void who_wrote_free(struct who_wrote *w)
{
    struct written *t, *next;
    if (!w)
        return;
    HASH_ITER(hh, w->texts, t, next)
    {
        HASH_DEL(w->texts, t);
        text_fini(&t->text);
        free(t->authors);
        free(t);
    }
    free(w);
}

/* ---- edits */

/* The writers of the letters after the op. */
static uint32_t *carried(const struct written *t, const struct text_op *op, uint32_t author)
{
    uint32_t *authors = xcalloc((size_t)text_op_post_len(op) + 1, sizeof *authors);
    uint32_t from = 0, to = 0;
    for (uint32_t i = 0; i < op->n_steps; i++) {
        uint32_t points = op->steps[i].points;
        for (uint32_t j = 0; j < points && op->steps[i].kind != TEXT_REMOVE; j++)
            authors[to++] = op->steps[i].kind == TEXT_INSERT ? author : t->authors[from + j];
        from += op->steps[i].kind == TEXT_INSERT ? 0 : points;
    }
    while (from < t->text.len_points)
        authors[to++] = t->authors[from++];
    return authors;
}

static bool add_edit(struct who_wrote *w, const Cocanvas__TextEdit *edit, uint32_t author)
{
    struct written *t = edit->key[0] ? NULL : find(w, edit->object);
    struct why why;
    struct text_op op;
    if (!t)
        return true; /* a field's text, or a comment's */
    text_op_init(&op);
    text_op_from_message(&op, edit);
    bool good = text_op_check(&op, t->text.len_points, 0, &why) == STATUS_OK;
    if (good) {
        uint32_t *authors = carried(t, &op, author);
        text_apply(&t->text, &op, NULL);
        free(t->authors);
        t->authors = authors;
    }
    text_op_fini(&op);
    return good;
}

/* ---- what was taken over */

static void take_writers(struct written *to, const struct written *from)
{
    if (!to || !from || to == from || to->text.len_bytes != from->text.len_bytes ||
        memcmp(to->text.bytes, from->text.bytes, to->text.len_bytes) != 0)
        return;
    memcpy(to->authors, from->authors, (size_t)to->text.len_points * sizeof *to->authors);
}

static const struct written *accepted_of(const struct who_wrote *w, const Cocanvas__CardCreate *create)
{
    for (size_t i = 0; i < create->n_props; i++) {
        const Cocanvas__Value *value = create->props[i]->value;
        if (strcmp(create->props[i]->key, "accepted.of") == 0 && value && value->kind_case == COCANVAS__VALUE__KIND_OBJECT)
            return find(w, value->object);
    }
    return NULL;
}

/* All texts of the batch that say the same as what was accepted. */
static void settle(struct who_wrote *w, const Cocanvas__Committed *batch)
{
    const struct written *of = NULL;
    for (size_t i = 0; i < batch->n_ops && !of; i++)
        if (batch->ops[i]->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
            of = accepted_of(w, batch->ops[i]->card_create);
    for (size_t i = 0; i < batch->n_ops && of; i++) {
        const Cocanvas__Op *op = batch->ops[i];
        if (op->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
            take_writers(find(w, op->card_create->id), of);
        else if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT)
            take_writers(find(w, op->text_edit->object), of);
    }
}

bool who_wrote_add(struct who_wrote *w, const Cocanvas__Committed *batch)
{
    for (size_t i = 0; i < batch->n_ops && !w->damaged; i++) {
        const Cocanvas__Op *op = batch->ops[i];
        if (op->kind_case == COCANVAS__OP__KIND_CARD_CREATE && !find(w, op->card_create->id))
            add_text(w, op->card_create->id, op->card_create->text, strlen(op->card_create->text), batch->author);
        else if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT)
            w->damaged = !add_edit(w, op->text_edit, batch->author);
    }
    if (!w->damaged)
        settle(w, batch);
    return !w->damaged;
}

/* ---- the answer */

struct who_span *who_wrote_spans(const struct who_wrote *w, uint64_t card, size_t *n)
{
    const struct written *t = find(w, card);
    *n = 0;
    if (!t || t->text.len_points == 0)
        return NULL;
    struct who_span *spans = xcalloc(t->text.len_points, sizeof *spans);
    for (uint32_t i = 0; i < t->text.len_points; i++) {
        if (i == 0 || t->authors[i] != t->authors[i - 1])
            spans[(*n)++] = (struct who_span){.from = i, .author = t->authors[i]};
        spans[*n - 1].points++;
    }
    return spans;
}

const struct text *who_wrote_text(const struct who_wrote *w, uint64_t card)
{
    const struct written *t = find(w, card);
    return t ? &t->text : NULL;
}
