/* What the files of the ops share. */
#ifndef COCANVAS_COMMON_OP_INTERNAL_H
#define COCANVAS_COMMON_OP_INTERNAL_H

#include "common/op.h"
#include "common/pbc.h"
#include "common/rules.h"

/* ---- op_message.c */

/* A value's form in the model; its text is borrowed from the message. NULL and a Value with nothing set are
 * VALUE_NONE. */
struct value value_from_message(const Cocanvas__Value *m);
/* NULL if the arena is full; the text is copied. */
Cocanvas__Value *value_to_message(const struct value *value, struct arena *arena);

/* ---- op_check.c */

/* As op_check(), for a committed op: what only the server may set is allowed. */
enum status op_check_committed(const Cocanvas__Op *op, struct why *why) MUST_CHECK;

/* ---- op_resolve.c */

/* As op_resolve(); order_key: the key that a CardCreate's place gets, chosen by the caller for a run of new cards;
 * NULL: to be found. */
enum status resolve_with_key(const struct canvas *c, Cocanvas__Op *op, struct op_actor *actor, struct arena *arena,
                             const char *order_key, struct why *why) MUST_CHECK;
/* Between which keys a place is ("" for an open end), self being out of the way (NULL: a new card). */
enum status place_gap(const struct canvas *c, const Cocanvas__Place *place, const struct card *self, const char **low,
                      const char **high, struct why *why) MUST_CHECK;
/* The sentences that resolve and apply share. */
enum status no_such(struct why *why, const char *what, uint64_t id);

#endif
