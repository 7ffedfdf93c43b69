/* Makes the ops that commands submit. Everything comes from the arena; strings are copied. */
#ifndef COCANVAS_CLIENT_CLI_OPS_H
#define COCANVAS_CLIENT_CLI_OPS_H

#include "common/arena.h"
#include "common/canvas.h"
#include "common/op.h"

/* Where in a block: after a card, else before one, else at its beginning (first), else at its end. */
struct ops_place {
    uint64_t block, after, before;
    bool first;
};

Cocanvas__Op *ops_card_create(struct arena *a, uint64_t id, const struct ops_place *place, const char *text);
/* Adds a tag or a property to a card_create op. */
void ops_card_tag(struct arena *a, Cocanvas__Op *create, const char *tag);
void ops_card_prop(struct arena *a, Cocanvas__Op *create, const char *key, const char *text);
void ops_card_value(struct arena *a, Cocanvas__Op *create, const char *key, const struct value *value);
Cocanvas__Op *ops_card_delete(struct arena *a, uint64_t id);
Cocanvas__Op *ops_card_restore(struct arena *a, uint64_t id);
Cocanvas__Op *ops_card_move(struct arena *a, uint64_t id, const struct ops_place *place);
/* value: kind VALUE_NONE removes the property. */
Cocanvas__Op *ops_prop_set(struct arena *a, uint64_t object, const char *key, const struct value *value);
Cocanvas__Op *ops_tag_set(struct arena *a, uint64_t card, const char *tag, bool on);
Cocanvas__Op *ops_vote_set(struct arena *a, uint64_t card, bool on);
/* The text op's steps; NULL if it changes nothing. */
Cocanvas__Op *ops_text_edit(struct arena *a, uint64_t object, const char *key, const struct text_op *op);
Cocanvas__Op *ops_comment_add(struct arena *a, uint64_t id, uint64_t object, uint64_t parent, const char *text);
Cocanvas__Op *ops_comment_delete(struct arena *a, uint64_t id, bool on);
Cocanvas__Op *ops_comment_resolve(struct arena *a, uint64_t id, bool on);
Cocanvas__Op *ops_link_add(struct arena *a, uint64_t id, uint64_t from, uint64_t to, const char *kind);
Cocanvas__Op *ops_link_remove(struct arena *a, uint64_t id, bool on);
Cocanvas__Op *ops_block_add(struct arena *a, uint64_t id, const char *key, const char *title, const char *prompt);
/* Adds a property to a block_add op. */
void ops_block_prop(struct arena *a, Cocanvas__Op *add, const char *key, const struct value *value);
Cocanvas__Op *ops_block_remove(struct arena *a, uint64_t id);
/* Brings a removed block back. */
Cocanvas__Op *ops_block_restore(struct arena *a, uint64_t id);
Cocanvas__Op *ops_reading_add(struct arena *a, uint64_t id, uint64_t object, const char *date, const char *number,
                              const char *note);
Cocanvas__Op *ops_reading_remove(struct arena *a, uint64_t id, bool on);

#endif
