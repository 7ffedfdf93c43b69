/* Ops on a canvas: check, resolve, apply, transform, invert. Pure and deterministic; the same code in server and clients.
 *
 * An op is the protobuf message of canvas.proto. Its life:
 *   server   op_check() (fields and limits, no state)  →  text edits are transformed over later committed ones (text.h)  →
 *            op_resolve() (state: ids, what is deleted; intents become order keys, removed characters are filled in)  →  op_apply()
 *   client   own: op_check, op_resolve (a prediction), op_apply on the view.   committed: op_apply as it stands.
 *
 * What a deletion does to edits made without knowledge of it: they land in the tombstone, so that a restore brings them back
 * (nothing typed is lost, P5). An edit whose base_seq already had the deletion is refused with STATUS_GONE. Deleting what is deleted and
 * restoring what is alive is no error and no change. */
#ifndef COCANVAS_COMMON_OP_H
#define COCANVAS_COMMON_OP_H

#include "canvas.pb-c.h"
#include "wire.pb-c.h"
#include "common/arena.h"
#include "common/canvas.h"
#include "common/status.h"
#include "common/text.h"

/* Who does it and when; stamped by the server. A client predicts with its own author and clock. */
struct op_actor {
    uint32_t client;         /* number on the canvas; ids of new objects must carry it. 0: the server (system batches);
                                CLIENT_ANONYMOUS: they must be anonymous ids, and last_object stays as it is */
    uint32_t author;         /* member number */
    int64_t time_ms;
    uint64_t base_seq;       /* what the submitter knew; UINT64_MAX: everything */
    uint64_t seq;            /* the batch's own seq (a client's prediction: confirmed seq + 1) */
    uint32_t last_object;    /* in and out: highest counter used in this client's ids; new ids must be above it and raise it */
};

/* Field-level check of an op from outside, without state: exactly one kind, keys and names well-formed, texts valid, values
 * in range, text steps canonical, server-only fields empty (Place.order_key, TextEdit.removed; Respread is refused). */
enum status op_check(const Cocanvas__Op *op, const struct canvas_limits *limits, struct why *why) MUST_CHECK;

/* At most one TextEdit per text in a batch. */
enum status batch_check(size_t n_ops, Cocanvas__Op *const *ops, const struct canvas_limits *limits, uint32_t *bad_op,
                        struct why *why) MUST_CHECK;

/* Makes a checked op fit to be applied to c as it stands, in place (new parts come from the arena): finds what it refers to, refuses what does
 * not fit (NOT_FOUND, GONE, BAD_OP, CONFLICT, TOO_LARGE), turns a Place into an order key, fills TextEdit.removed. Does not change c.
 * actor.last_object is raised for new ids. NameSeq.seq stays 0 where it means the batch's own. Resolving again what was resolved is fine. */
enum status op_resolve(const struct canvas *c, Cocanvas__Op *op, struct op_actor *actor, struct arena *arena, struct why *why) MUST_CHECK;

/* Applies a resolved op. A resolved op that does not fit is refused without a change (a client then knows that it has diverged). */
enum status op_apply(struct canvas *c, const Cocanvas__Op *op, const struct op_actor *actor, struct why *why) MUST_CHECK;

/* Resolves and applies a whole checked batch, all or none (canvas_begin/rollback inside, so not between a caller's own); on refusal *bad_op
 * tells the index and actor.last_object is what it was. New cards that follow one another share their gap evenly. Does not set c->seq. */
enum status batch_resolve_apply(struct canvas *c, size_t n_ops, Cocanvas__Op **ops, struct op_actor *actor, struct arena *arena,
                                uint32_t *bad_op, struct why *why) MUST_CHECK;

/* Applies a committed batch, which is checked as if it came from a stranger: every op as it stands, seq must be c->seq + 1; sets c->seq. On failure the canvas is unchanged. */
enum status batch_apply_committed(struct canvas *c, const Cocanvas__Committed *batch, struct why *why) MUST_CHECK;

/* If a key of the block has passed ORDER_KEY_RESPREAD, an op that re-keys its neighbourhood (or the whole block, if that is not enough)
 * evenly; else, and when the arena is full, NULL. From the arena. Costs nothing while keys are short. */
Cocanvas__Op *op_respread(const struct canvas *c, const struct block *block, struct arena *arena);
/* The block into which this resolved op put a card, NULL if none: what to ask op_respread() about. */
struct block *op_placed_block(const struct canvas *c, const Cocanvas__Op *op);

/* ---- text ops between their message and text.h's form */

/* The text that an op edits: true and *object, *key (borrowed) if it is a TextEdit. */
bool op_text_target(const Cocanvas__Op *op, uint64_t *object, const char **key);
void text_op_from_message(struct text_op *out, const Cocanvas__TextEdit *edit);
/* Steps from the arena; object and key are copied from `like`. NULL if the arena is full. */
Cocanvas__TextEdit *text_op_to_message(const struct text_op *op, const Cocanvas__TextEdit *like, struct arena *arena);

/* ---- undo */

/* Appends to inverse[] (room for *n_inverse … cap) the ops that take a resolved op back; c is the state before it. Property sets are inverted
 * to the value that stood before. Returns how many were appended (0: nothing to take back). From the arena. */
size_t op_invert(const struct canvas *c, const Cocanvas__Op *op, const struct op_actor *actor, struct arena *arena, Cocanvas__Op **inverse,
                 size_t cap);

/* Deep copy into an arena (protobuf pack/unpack), and the op's kind as a word for people ("card_move"). */
Cocanvas__Op *op_dup(const Cocanvas__Op *op, struct arena *arena);
const char *op_kind_name(const Cocanvas__Op *op);

#endif
