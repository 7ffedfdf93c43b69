/* All or none: what a batch touches is remembered at the first touch, so that a batch that is refused half-way leaves
 * no trace. A changed object is copied, a new one is noted, a removed one is kept until the batch ends. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"

enum undo_kind { UNDO_CREATED, UNDO_CHANGED, UNDO_REMOVED, UNDO_NOTHING };

struct undo_entry {
    enum undo_kind kind;
    struct object *object; /* in the canvas; REMOVED: out of it and owned by the entry */
    struct object *before; /* CHANGED, and REMOVED after a change: its copy from before the batch, owned; else NULL */
    bool unlisted;         /* a card that is out of its block's list while a rollback is under way */
};

struct canvas_undo {
    struct undo_entry *at;
    uint32_t n, cap;
};

void canvas_begin(struct canvas *c)
{
    ASSERT(c->undo == NULL);
    c->undo = xcalloc(1, sizeof *c->undo);
}

static void add_entry(struct canvas *c, enum undo_kind kind, struct object *o, struct object *before)
{
    struct canvas_undo *undo = c->undo;
    if (undo->n == undo->cap) {
        undo->cap = undo->cap > 0 ? undo->cap * 2 : 16;
        undo->at = xrealloc(undo->at, undo->cap * sizeof *undo->at);
    }
    undo->at[undo->n++] = (struct undo_entry){.kind = kind, .object = o, .before = before};
    o->undo_at = undo->n;
}

void undo_created(struct canvas *c, struct object *o)
{
    if (c->undo != NULL)
        add_entry(c, UNDO_CREATED, o, NULL);
}

void undo_changing(struct canvas *c, struct object *o)
{
    if (c->undo != NULL && o->undo_at == 0)
        add_entry(c, UNDO_CHANGED, o, object_clone(o));
}

void undo_removed(struct canvas *c, struct object *o)
{
    if (o->undo_at == 0) {
        add_entry(c, UNDO_REMOVED, o, NULL);
        return;
    }
    struct undo_entry *entry = &c->undo->at[o->undo_at - 1];
    if (entry->kind == UNDO_CREATED) {
        entry->kind = UNDO_NOTHING;
        object_free(o);
    } else {
        entry->kind = UNDO_REMOVED;
    }
}

static void undo_free(struct canvas *c)
{
    free(c->undo->at);
    free(c->undo);
    c->undo = NULL;
}

void canvas_commit(struct canvas *c)
{
    ASSERT(c->undo != NULL);
    for (uint32_t i = 0; i < c->undo->n; i++) {
        struct undo_entry *entry = &c->undo->at[i];
        if (entry->before != NULL)
            object_free(entry->before);
        if (entry->kind == UNDO_REMOVED)
            object_free(entry->object);
        else if (entry->kind != UNDO_NOTHING)
            entry->object->undo_at = 0;
    }
    undo_free(c);
}

/* One entry's object as it was, except for its place in a block's list. */
static void restore(struct canvas *c, struct undo_entry *entry)
{
    struct object *o = entry->object;
    if (entry->kind == UNDO_CREATED) {
        canvas_unregister(c, o);
        object_free(o);
        return;
    }
    if (entry->before != NULL)
        object_replace(o, entry->before);
    o->undo_at = 0;
    if (entry->kind == UNDO_REMOVED)
        canvas_register(c, o);
    else
        canvas_mark_dirty(c, o); /* its hash may have been asked for in between */
}

/* Whether the entry's card must come back to its block's list, because it is not there or stands elsewhere or counts
 * differently. */
static bool list_differs(const struct undo_entry *entry)
{
    if (entry->kind != UNDO_CHANGED)
        return true;
    const struct card *now = (const struct card *)entry->object, *before = (const struct card *)entry->before;
    return now->block != before->block || (now->deleted_seq == 0) != (before->deleted_seq == 0) ||
           strcmp(now->order_key, before->order_key) != 0;
}

void canvas_rollback(struct canvas *c)
{
    struct canvas_undo *undo = c->undo;
    ASSERT(undo != NULL);
    /* Cards leave their lists before anything is restored and come back afterwards: keys and blocks may have been
     * swapped among them. */
    for (uint32_t i = 0; i < undo->n; i++) {
        struct undo_entry *entry = &undo->at[i];
        entry->unlisted = entry->kind != UNDO_NOTHING && entry->object->kind == OBJECT_CARD && list_differs(entry);
        if (entry->unlisted && entry->kind != UNDO_REMOVED)
            block_remove(((struct card *)entry->object)->block, (struct card *)entry->object);
    }
    for (uint32_t i = 0; i < undo->n; i++) {
        if (undo->at[i].kind != UNDO_NOTHING)
            restore(c, &undo->at[i]);
    }
    for (uint32_t i = 0; i < undo->n; i++) {
        if (undo->at[i].unlisted && undo->at[i].kind != UNDO_CREATED)
            block_insert(((struct card *)undo->at[i].object)->block, (struct card *)undo->at[i].object);
    }
    undo_free(c);
}
