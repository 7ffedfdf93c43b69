/* Own ops and lists of them: copies, composition, and the words they carry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/hash_table.h"

/* A heap copy of an op. A TextEdit's steps are left out: they are kept as a text_op. */
static Cocanvas__Op *op_heap_copy(const Cocanvas__Op *op)
{
    Cocanvas__Op shallow = *op;
    Cocanvas__TextEdit edit;
    uint8_t *bytes;
    size_t len;
    Cocanvas__Op *copy;

    if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT) {
        cocanvas__text_edit__init(&edit);
        edit.object = op->text_edit->object;
        edit.key = op->text_edit->key;
        shallow.text_edit = &edit;
    }
    len = cocanvas__op__get_packed_size(&shallow);
    bytes = xmalloc(len + 1);
    cocanvas__op__pack(&shallow, bytes);
    copy = cocanvas__op__unpack(NULL, len, bytes);
    free(bytes);
    ASSERT(copy);
    return copy;
}

struct own_op *own_new(const Cocanvas__Op *op, int64_t time_ms, uint64_t step)
{
    struct own_op *own = xcalloc(1, sizeof(*own));

    own->op = op_heap_copy(op);
    own->time_ms = time_ms;
    own->first_step = own->last_step = step;
    text_op_init(&own->text);
    if (op->kind_case == COCANVAS__OP__KIND_TEXT_EDIT) {
        own->is_text = true;
        text_op_from_message(&own->text, op->text_edit);
    }
    return own;
}

void own_free(struct own_op *own)
{
    if (!own)
        return;
    cocanvas__op__free_unpacked(own->op, NULL);
    text_op_fini(&own->text);
    free(own);
}

bool own_is_noop(const struct own_op *own)
{
    return own->is_text && text_op_is_noop(&own->text);
}

Cocanvas__Op *own_message(const struct own_op *own, struct arena *arena)
{
    Cocanvas__Op *op = op_dup(own->op, arena);

    if (!op || !own->is_text)
        return op;
    op->text_edit = text_op_to_message(&own->text, own->op->text_edit, arena);
    return op->text_edit ? op : NULL;
}

/* ---------------------------------------------------------------- lists */

static void list_reserve(struct own_list *list)
{
    if (list->n < list->cap)
        return;
    list->cap = list->cap ? list->cap * 2 : 8;
    list->at =
        xrealloc(list->front ? list->at - list->front : list->at, (list->front + list->cap) * sizeof(struct own_op *));
    list->at += list->front;
}

/* As many free places in front as there are ops, so that n ops put in front of each other cost n steps. */
static void list_reserve_front(struct own_list *list)
{
    size_t front = list->n + 8;
    struct own_op **at;

    if (list->front > 0)
        return;
    at = xmalloc((front + list->n) * sizeof(struct own_op *));
    if (list->n)
        memcpy(at + front, list->at, list->n * sizeof(struct own_op *));
    free(list->at);
    list->at = at + front;
    list->cap = list->n;
    list->front = front;
}

void own_list_clear(struct own_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        own_free(list->at[i]);
    if (list->at)
        free(list->at - list->front);
    *list = (struct own_list){0};
}

void own_list_append(struct own_list *list, struct own_op *own)
{
    list_reserve(list);
    list->at[list->n++] = own;
}

void own_list_prepend(struct own_list *list, struct own_op *own)
{
    list_reserve_front(list);
    list->at--;
    list->front--;
    list->cap++;
    list->at[0] = own;
    list->n++;
}

struct own_op *own_list_take(struct own_list *list, size_t at)
{
    struct own_op *own = list->at[at];

    memmove(list->at + at, list->at + at + 1, (list->n - at - 1) * sizeof(struct own_op *));
    list->n--;
    return own;
}

static bool same_text(const struct own_op *own, uint64_t object, const char *key)
{
    return own->is_text && own->op->text_edit->object == object && strcmp(own->op->text_edit->key, key) == 0;
}

struct own_op *own_list_text(const struct own_list *list, uint64_t object, const char *key)
{
    for (size_t i = list->n; i > 0; i--)
        if (same_text(list->at[i - 1], object, key))
            return list->at[i - 1];
    return NULL;
}

/* ---------------------------------------------------------------- what replaces what */

struct element op_element(const Cocanvas__Op *op)
{
    struct element e = {.kind = op->kind_case, .key = ""};

    switch (op->kind_case) {
    case COCANVAS__OP__KIND_PROP_SET:
        e.id = op->prop_set->object;
        e.key = op->prop_set->key;
        break;
    case COCANVAS__OP__KIND_TAG_SET:
        e.id = op->tag_set->card;
        e.key = op->tag_set->tag;
        break;
    case COCANVAS__OP__KIND_VOTE_SET:
        e.id = op->vote_set->card;
        break;
    case COCANVAS__OP__KIND_CARD_MOVE:
        e.id = op->card_move->id;
        break;
    case COCANVAS__OP__KIND_CARD_DELETE:
        e.id = op->card_delete->id;
        break;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        e.kind = COCANVAS__OP__KIND_CARD_DELETE; /* one switch with two positions */
        e.id = op->card_restore->id;
        break;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        e.id = op->comment_delete->id;
        break;
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        e.id = op->comment_resolve->id;
        break;
    case COCANVAS__OP__KIND_LINK_REMOVE:
        e.id = op->link_remove->id;
        break;
    case COCANVAS__OP__KIND_READING_REMOVE:
        e.id = op->reading_remove->id;
        break;
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        e.id = op->block_remove->id;
        break;
    default:
        e.kind = COCANVAS__OP__KIND__NOT_SET;
        break;
    }
    return e;
}

bool element_equal(const struct element *a, const struct element *b)
{
    return a->kind != COCANVAS__OP__KIND__NOT_SET && a->kind == b->kind && a->id == b->id &&
           strcmp(a->key, b->key) == 0;
}

bool element_is_switch(const struct element *e)
{
    return e->kind == COCANVAS__OP__KIND_PROP_SET && e->id == 0 && strcmp(e->key, "anonymous") == 0;
}

/* A later one makes an earlier one superfluous, whatever stands between them; but what was typed between two switches to
 * anonymous and back needs both. */
static bool is_plain_set(const struct element *e)
{
    if (element_is_switch(e))
        return false;
    return e->kind == COCANVAS__OP__KIND_PROP_SET || e->kind == COCANVAS__OP__KIND_TAG_SET ||
           e->kind == COCANVAS__OP__KIND_VOTE_SET;
}

/* False: they do not fit together. Takes own if they do. */
static bool compose_text(struct own_op *before, struct own_op *own)
{
    struct text_op both;

    if (before->broken || before->anonymous != own->anonymous || text_op_post_len(&before->text) != own->text.pre_len)
        return false;
    text_op_init(&both);
    text_compose(&both, &before->text, &own->text);
    text_op_fini(&before->text);
    before->text = both;
    before->last_step = own->last_step;
    before->time_ms = own->time_ms;
    before->written_seq = own->written_seq;
    own_free(own);
    return true;
}

static void add_text(struct own_list *list, struct own_op *own)
{
    struct own_op *before = own_list_text(list, own->op->text_edit->object, own->op->text_edit->key);

    if (!before || !compose_text(before, own))
        own_list_append(list, own);
}

void own_list_add(struct own_list *list, struct own_op *own)
{
    struct element e = op_element(own->op);

    if (own->is_text) {
        add_text(list, own);
        return;
    }
    for (size_t i = 0; is_plain_set(&e) && i < list->n; i++) {
        struct element earlier = op_element(list->at[i]->op);

        if (!element_equal(&e, &earlier))
            continue;
        own->first_step = list->at[i]->first_step;
        own_free(own_list_take(list, i));
        break;
    }
    own_list_append(list, own);
}

/* What later ops of a list are looked up by: the op that stands for a text or for a set, and where. */
struct standing {
    char *name; /* owned */
    size_t at;
    UT_hash_handle hh;
};

enum { FEW_OPS = 32, STANDING_NAME = 320 };

static size_t standing_name(const struct own_op *own, char out[STANDING_NAME])
{
    struct element e = op_element(own->op);

    if (own->is_text)
        e = (struct element){COCANVAS__OP__KIND_TEXT_EDIT, own->op->text_edit->object, own->op->text_edit->key};
    else if (!is_plain_set(&e))
        return 0;
    return (size_t)snprintf(out, STANDING_NAME, "%d %llx %s", (int)e.kind, (unsigned long long)e.id, e.key);
}

static void stand(struct standing **all, const struct own_op *own, size_t at)
{
    char name[STANDING_NAME];
    size_t len = standing_name(own, name);
    struct standing *standing = NULL;

    if (len == 0)
        return;
    HASH_FIND(hh, *all, name, len, standing);
    if (!standing) {
        standing = xcalloc(1, sizeof(*standing));
        standing->name = xstrdup(name);
        HASH_ADD_KEYPTR(hh, *all, standing->name, len, standing);
    }
    standing->at = at;
}

/* Composes own into the text that stands there, or takes the set away that it replaces; true: own is done with. */
static bool replace_standing(struct own_list *list, struct standing *all, struct own_op *own)
{
    char name[STANDING_NAME];
    size_t len = standing_name(own, name);
    struct standing *standing = NULL;
    struct own_op **before;

    if (len)
        HASH_FIND(hh, all, name, len, standing);
    if (!standing)
        return false;
    before = &list->at[standing->at];
    if (own->is_text)
        return compose_text(*before, own);
    own->first_step = (*before)->first_step;
    own_free(*before);
    *before = NULL;
    return false;
}

void own_list_add_all(struct own_list *list, struct own_list *fresh)
{
    struct standing *all = NULL, *standing, *next;
    size_t kept = 0;

    for (size_t i = 0; fresh->n <= FEW_OPS && i < fresh->n; i++)
        own_list_add(list, fresh->at[i]);
    for (size_t i = 0; fresh->n > FEW_OPS && i < list->n; i++)
        stand(&all, list->at[i], i);
    for (size_t i = 0; fresh->n > FEW_OPS && i < fresh->n; i++) {
        if (replace_standing(list, all, fresh->at[i]))
            continue;
        own_list_append(list, fresh->at[i]);
        stand(&all, fresh->at[i], list->n - 1);
    }
    fresh->n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i])
            list->at[kept++] = list->at[i];
    list->n = kept;
    HASH_ITER(hh, all, standing, next)
    {
        HASH_DEL(all, standing);
        free(standing->name);
        free(standing);
    }
}

/* ---------------------------------------------------------------- words */

static void words_add(struct buf *out, const char *text)
{
    size_t len = strlen(text);

    if (len && buf_len(out))
        buf_add(out, "\n", 1);
    buf_add(out, text, len);
}

static void create_words(const Cocanvas__CardCreate *create, struct buf *out)
{
    words_add(out, create->text);
    for (size_t i = 0; i < create->n_fields; i++)
        words_add(out, create->fields[i]->text);
}

void own_words(const struct own_op *own, struct buf *out, uint64_t *object, const char **key)
{
    const Cocanvas__Op *op = own->op;

    *object = 0;
    *key = "";
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_TEXT_EDIT:
        *object = op->text_edit->object;
        *key = op->text_edit->key;
        buf_add(out, own->text.bytes, own->text.n_bytes);
        break;
    case COCANVAS__OP__KIND_CARD_CREATE:
        *object = op->card_create->id;
        create_words(op->card_create, out);
        break;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        *object = op->comment_add->object;
        words_add(out, op->comment_add->text);
        break;
    case COCANVAS__OP__KIND_PROP_SET:
        *object = op->prop_set->object;
        *key = op->prop_set->key;
        if (op->prop_set->value && op->prop_set->value->kind_case == COCANVAS__VALUE__KIND_TEXT)
            words_add(out, op->prop_set->value->text);
        break;
    case COCANVAS__OP__KIND_READING_ADD:
        *object = op->reading_add->object;
        words_add(out, op->reading_add->value);
        words_add(out, op->reading_add->note);
        break;
    default:
        break;
    }
}

void own_lost(struct replica *r, const struct own_op *own, enum status code)
{
    struct buf words;
    uint64_t object;
    const char *key;

    if (!r->lost_cb)
        return;
    buf_init(&words);
    own_words(own, &words, &object, &key);
    if (buf_len(&words))
        r->lost_cb(r->lost_ctx, object, key, (const char *)buf_at(&words), buf_len(&words), code);
    buf_fini(&words);
}
