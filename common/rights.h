/* Who may do what on a canvas: one table row for each kind of op, and what a facilitator has set for single blocks. Pure;
 * the server refuses by it when it orders a batch, clients use it to say beforehand why something is not possible, and the
 * documentation is printed from it.
 *
 * A block's own rights are properties of it, which only facilitators may set:
 *   locked          flag: nothing in it changes but by facilitators
 *   rights.add      choice: everyone, facilitators, nobody (absent: everyone); the same for
 *   rights.edit     changing cards that somebody else made
 *   rights.move     moving cards out of it, into it, and within it
 *   rights.delete   removing and restoring
 *   rights.vote     voting
 * "nobody" holds for facilitators, too, until they set something else.
 *
 * A part of a card (field.h: its measures and actions, which stand in a hidden block) is where its card is: the rights of that card's block
 * hold for it. So a row's measures are locked with the row. To hide a block that exists is for facilitators. */
#ifndef COCANVAS_COMMON_RIGHTS_H
#define COCANVAS_COMMON_RIGHTS_H

#include <stdbool.h>

#include "common/canvas.h"
#include "common/status.h"
#include "wire.pb-c.h"

/* What a block's rights speak of. */
enum right { RIGHT_NONE, RIGHT_ADD, RIGHT_EDIT, RIGHT_MOVE, RIGHT_DELETE, RIGHT_VOTE };
enum { RIGHTS = RIGHT_VOTE + 1 };

struct rights_row {
    Cocanvas__Op__KindCase op;
    int role;             /* least role (wire.proto's Role) */
    int others;           /* least role for an object that somebody else made; NONE: nobody at all */
    enum right right;     /* what it is in a block */
};

/* In the order of canvas.proto's Op; NULL behind the last. Respread has no row: nobody may submit it. */
const struct rights_row *rights_at(size_t i);
/* NULL: nobody may. */
const struct rights_row *rights_row(Cocanvas__Op__KindCase op);
const char *right_name(enum right right);      /* "add"; "" for RIGHT_NONE */
/* Least role that may submit anything at all. */
int rights_least_role(void);

/* Comments that somebody has made anonymously, as long as it is remembered whose they are: so that their maker may take them
 * back. Nothing but memory ever holds such a list. */
struct rights_made {
    const uint64_t *ids;  /* borrowed */
    size_t n;
};

/* Whether `author`, who has `role` on the canvas, may do this checked op (op_check) on its present state. What the op names
 * and is not there is not this function's business: op_resolve says so. FORBIDDEN and a sentence. What was made anonymously is somebody else's for
 * everybody, AUTHOR_ANONYMOUS too, but for what `made` lists (NULL: nothing). */
enum status rights_check(const struct canvas *c, const Cocanvas__Op *op, uint32_t author, int role, const struct rights_made *made,
                         struct why *why) MUST_CHECK;
/* The same for all of a batch, on the state before it; *bad_op is the index of the first one. */
enum status rights_check_batch(const struct canvas *c, size_t n_ops, Cocanvas__Op *const *ops, uint32_t author, int role,
                               const struct rights_made *made, uint32_t *bad_op, struct why *why) MUST_CHECK;
/* Nothing in it changes but by facilitators. */
bool rights_locked(const struct block *block);
/* Whether a block lets that role do it; for hints on screens. */
bool rights_in_block(const struct block *block, enum right right, int role);
/* What has a name even while a canvas is anonymous: votes, what only facilitators may set, and changes of a comment that has
 * its maker's name. Such an op is never part of an anonymous batch, and all others are refused in a named one while the
 * property is on. */
bool op_needs_name(const struct canvas *c, const Cocanvas__Op *op);
/* A property that only facilitators may set: a block's rights and lock, the canvas' phase, visibility and "anonymous". */
bool rights_is_lead_property(uint64_t object, const char *key);

#endif
