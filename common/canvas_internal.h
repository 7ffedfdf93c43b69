/* What the files of the canvas share and nobody else needs: the life of an object's content, the lists of cards, the
 * encoding of single objects. */
#ifndef COCANVAS_COMMON_CANVAS_INTERNAL_H
#define COCANVAS_COMMON_CANVAS_INTERNAL_H

#include "common/buf.h"
#include "common/canvas.h"

/* ---- canvas_object.c: contents, no registration */

/* A zeroed object of that kind with an empty content; the caller registers or frees it. */
struct object *object_new(enum object_kind kind, uint64_t id);
/* Frees the content and the object itself. A block's array of cards goes, the cards do not. */
void object_free(struct object *o);
/* A deep copy of content and identity, unregistered; a block's copy has no cards. */
struct object *object_clone(const struct object *o);
/* Replaces o's content by that of `content` (same kind), which it uses up; identity, registration and a block's cards
 * stay o's. */
void object_replace(struct object *o, struct object *content);
void props_fini(struct props *p);

/* ---- canvas.c: registration */

/* Makes a new object part of the canvas (takes it). A card must be put into its block's list besides. */
void canvas_register(struct canvas *c, struct object *o);
/* Takes it out of the canvas' tables and counts; hash and dirty list are right again. Does not free. */
void canvas_unregister(struct canvas *c, struct object *o);
/* Unregisters and frees it, or keeps it for rollback. A block must have no cards. */
void canvas_remove(struct canvas *c, struct object *o);
void canvas_mark_dirty(struct canvas *c, struct object *o);
/* All objects of a kind, by id. malloc'd array. */
struct object **canvas_sorted(const struct canvas *c, enum object_kind kind, size_t *n);
struct object **canvas_head(struct canvas *c, enum object_kind kind);
/* Empties the canvas; limits stay. */
void canvas_clear(struct canvas *c);
/* Whether any object but a named version has that id. */
bool canvas_id_used(const struct canvas *c, uint64_t id);

/* ---- canvas_cards.c: a block's list of cards */

void block_insert(struct block *block, struct card *card);
void block_remove(struct block *block, struct card *card);
/* Appends without looking at the order; block_sort() afterwards. */
void block_append(struct block *block, struct card *card);
void block_sort(struct block *block);
/* Where a card with (key, id) is or would be. */
uint32_t block_position(const struct block *block, const char *key, uint64_t id);
/* Index of a card that is in the list. */
uint32_t block_index(const struct block *block, const struct card *card);
bool block_key_used(const struct block *block, const char *key);
/* New key for the card at that index, which keeps its neighbours. */
void block_rekey(struct block *block, uint32_t index, const char *key);

/* ---- canvas_undo.c */

/* Notes that o is new, changed or removed since canvas_begin(); nothing outside of a batch. Removed: the batch then
 * owns o. */
void undo_created(struct canvas *c, struct object *o);
void undo_changing(struct canvas *c, struct object *o);
void undo_removed(struct canvas *c, struct object *o);

/* ---- object_decode.c */

/* Reads and checks one object's encoding into a new one (or the header); whether other objects refer to it properly
 * is checked later. */
enum status object_decode(const struct canvas *c, struct object *o, const uint8_t *bytes, size_t len,
                          struct why *why) MUST_CHECK;

/* ---- canvas_encode.c */

/* Appends the object's own protobuf encoding. */
void object_encode(const struct object *o, struct buf *out);

#endif
