/* A client's copy of a canvas: confirmed state, one batch in flight, pending edits, and the view that people see.
 * Pure: no I/O, no clock.
 *
 *   view = confirmed + in flight + pending
 *
 * A local edit is applied to the view at once and joins `pending` (text ops on one text are composed, a later
 * property set replaces an earlier one). replica_seal() makes pending the batch in flight; a sealed client_seq is
 * rebased but never changed in content. A committed batch of others is applied to confirmed, in flight and pending
 * are transformed over it (op by op, never composed: P4), and the view follows: the objects that own edits changed
 * go back to what is confirmed, the batch is applied, the own ops are laid over again. One's own committed batch
 * empties "in flight".
 *
 * Undo (P6): a stack of inverse ops, transformed over what comes in; a redo entry is made at the time of its undo.
 * What others have worked on since is left alone: their later property set, move or toggle takes the own entry about
 * it off the stack, and a card that they worked on is no longer deleted by undoing its creation.
 *
 * While the canvas is anonymous (its property, in the view), edits are sealed in batches without a name, but for votes and
 * the like (op_needs_name), which are sealed by themselves. Each edit keeps what it was typed as. What was done
 * anonymously is not undone under a name: such steps are left out once the property is off.
 *
 * After a snapshot, own edits refer to an older state than the confirmed one until the batches between
 * (replica_history) or the difference of the texts (replica_history_lost) have brought them up; until then they are
 * not in the view, and edits are refused with STATUS_BUSY. */
#ifndef COCANVAS_CLIENT_CORE_REPLICA_H
#define COCANVAS_CLIENT_CORE_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/op.h"
#include "common/status.h"
#include "wire.pb-c.h"

enum { REPLICA_RECENT = 512 };

struct replica;

/* One thing that changed, for screens and `watch`: borrowed until the callback returns. */
struct replica_event {
    const Cocanvas__Committed *batch; /* NULL: a local edit, or the state was replaced */
    const Cocanvas__Op *op;           /* NULL: the whole state was replaced */
    bool own;
    /* The change of a text in the coordinates of the view, as it was after the events before this one: for carets.
     * NULL: the view's texts did not change by it (one's own edit was confirmed; or own edits still wait for their
     * history). Its target: op_text_target(op). */
    const struct text_op *text;
};
typedef void replica_event_cb(void *ctx, const struct replica_event *event);

/* Words of one's own that will not reach the canvas: what an edit typed that was refused or whose object is gone.
 * Borrowed; never empty. */
typedef void replica_lost_cb(void *ctx, uint64_t object, const char *key, const char *text, size_t len,
                             enum status code);

struct replica *replica_new(const struct canvas_limits *limits);
void replica_free(struct replica *r);
void replica_on_event(struct replica *r, replica_event_cb *cb, void *ctx);
void replica_on_lost(struct replica *r, replica_lost_cb *cb, void *ctx);

/* What people see; borrowed until the next change. The same object as confirmed until the first local edit. Own
 * edits are laid over it when it is asked for, so that catching up costs nothing extra. */
const struct canvas *replica_view(struct replica *r);
/* Whether, since the last call, the view changed in a way that no event told: own edits that stood in it fit no more, as
 * others took away what they were about, or fit again. Who keeps something derived of the view then looks at all of it. */
bool replica_view_jumped(struct replica *r);
struct canvas *replica_confirmed(struct replica *r);
uint64_t replica_seq(const struct replica *r); /* confirmed */
uint64_t replica_hash(struct replica *r);      /* of confirmed */
/* For local edits; NULL: none. */
void replica_set_limits(struct replica *r, const struct canvas_limits *limits);
const struct canvas_limits *replica_limits(const struct replica *r);
/* From Opened: ids and stamps of local ops. client 0: reading only. */
void replica_set_identity(struct replica *r, uint32_t client, uint32_t author, uint32_t last_object,
                          uint64_t acked_client_seq);
/* From Opened: the canvas' epoch. It tells whether what stands at a seq over there is what the replica knows, or whether a backup was put
 * back meanwhile. Then replica_begin_history() comes before replica_set_identity(), a snapshot has to follow, and after it
 * replica_history_lost(). */
bool replica_other_history(const struct replica *r, uint64_t epoch);
void replica_begin_history(struct replica *r, uint64_t epoch, uint32_t client, uint64_t acked_client_seq);
uint64_t replica_epoch(const struct replica *r);
void replica_set_epoch(struct replica *r, uint64_t epoch);
/* From Opened: edits that the role or a block's rights do not allow are refused at once (rights.h: FORBIDDEN). Without it,
 * everything is tried. */
void replica_set_role(struct replica *r, int role);
uint32_t replica_client(const struct replica *r);
uint32_t replica_author(const struct replica *r);
/* The id for the next object of one's own; while the canvas is anonymous, one that nobody can tell whose it is. */
uint64_t replica_next_id(struct replica *r);

/* ---- local edits */

/* Checks and applies ops to the view and adds them to pending, all or none; records their undo as one step (unless
 * group joins the step before). now_ms: this machine's clock, for the view's stamps. The ops are copied. */
enum status replica_edit(struct replica *r, size_t n_ops, Cocanvas__Op **ops, int64_t now_ms, bool group,
                         struct why *why) MUST_CHECK;
/* Whether the role and the blocks' rights let one do that now (FORBIDDEN); replica_edit() asks it. */
enum status replica_allows(struct replica *r, size_t n_ops, Cocanvas__Op *const *ops, struct why *why) MUST_CHECK;
/* Conveniences that make the ops; text: replaces `removed` points at `at` of (object, key) in the view. */
enum status replica_text_splice(struct replica *r, uint64_t object, const char *key, uint32_t at, uint32_t removed,
                                const char *bytes, size_t len, int64_t now_ms, bool group, struct why *why) MUST_CHECK;
/* Replaces a whole text by the smallest edit (text_diff). */
enum status replica_text_set(struct replica *r, uint64_t object, const char *key, const char *bytes, size_t len,
                             int64_t now_ms, struct why *why) MUST_CHECK;
/* Takes one's own last step back, or forward again; NOT_FOUND if there is none. Goes into pending like any edit. */
enum status replica_undo(struct replica *r, int64_t now_ms, struct why *why) MUST_CHECK;
enum status replica_redo(struct replica *r, int64_t now_ms, struct why *why) MUST_CHECK;
size_t replica_undo_depth(const struct replica *r);
size_t replica_redo_depth(const struct replica *r);

/* ---- carets: the wire speaks of a text as it stood in the confirmed state after some seq (Presence.at_seq), the
 * screen of the view. Positions that no longer exist become the nearest ones; every answer lies within the text. */

/* Where a position of the view's text stands in the confirmed text. Inside of what is not confirmed yet: where that
 * begins. */
uint32_t replica_caret_to_confirmed(struct replica *r, uint64_t object, const char *key, uint32_t at);
/* Where the caret of `author`, which stood at `at` after at_seq, stands in the confirmed state of now. at_seq must not
 * be above replica_seq(): keep it until the state is there. Up to REPLICA_RECENT text edits are followed exactly. Keep
 * the answer, with replica_seq(), for the next batch. */
uint32_t replica_caret_follow(struct replica *r, uint64_t object, const char *key, uint32_t author, uint64_t at_seq,
                              uint32_t at);
/* … and where that is in the view: through one's own edits that are not confirmed. */
uint32_t replica_caret_to_view(struct replica *r, uint64_t object, const char *key, uint32_t at);

/* ---- sending */

bool replica_has_pending(const struct replica *r);
bool replica_in_flight(const struct replica *r);
/* The batch is the one in flight. */
bool replica_is_answer(const struct replica *r, const Cocanvas__Committed *batch);
/* Batches' ops not yet confirmed (in flight and pending). */
size_t replica_unsent_ops(const struct replica *r);
/* Makes pending the batch in flight (up to max_ops/max_bytes; the rest stays pending) with the next client_seq.
 * False if there is nothing to seal or one is in flight. Ops on objects that are deleted in confirmed are dropped,
 * their number told in *dropped. */
bool replica_seal(struct replica *r, size_t max_ops, size_t max_bytes, size_t *dropped);
/* The batch in flight as it must be sent now (rebased to base_seq = replica_seq); from the arena; NULL if there is
 * none. To be sent again only after Opened said that it was not answered. If others have meanwhile done all that it
 * would do, it is forgotten, its number is used again, and the answer is NULL. */
Cocanvas__Submit *replica_submit(struct replica *r, struct arena *arena);

/* ---- what the server says */

/* Starts from a snapshot (CanvasState). acked: highest client_seq that the server has answered. If there are own
 * text edits on an older state, replica_history_wanted() is true afterwards. A refused snapshot changes nothing. */
enum status replica_load(struct replica *r, const uint8_t *state, size_t len, uint64_t acked,
                         struct why *why) MUST_CHECK;
/* Own edits wait for the batches from…to (both inclusive), to be given to replica_history() in order. */
bool replica_history_wanted(const struct replica *r, uint64_t *from, uint64_t *to);
enum status replica_history(struct replica *r, const Cocanvas__Committed *batch, struct why *why) MUST_CHECK;
/* They cannot be had (the journal was truncated, or we have diverged): the difference between the text that own
 * edits refer to and the text that stands there now is taken for an edit of others. An in-flight batch up to acked
 * is done. */
void replica_history_lost(struct replica *r);
/* A committed batch, the next one. Any refusal means: diverged, open again with have_seq 0. */
enum status replica_committed(struct replica *r, const Cocanvas__Committed *batch, struct why *why) MUST_CHECK;
/* The batch in flight was refused: what is at fault (the step that contains the op; DENIED and the like: everything)
 * is taken out of the view and its words are told by the lost callback, pending is transformed over the inverse. The
 * rest of it, and everything when STALE, goes back to pending, to be sent under a new number: one bad edit must not
 * take a day of offline work with it. */
void replica_rejected(struct replica *r, const Cocanvas__Reject *reject);

/* ---- the outbox's content (client_seq, base_seq, in flight, pending, base texts of the touched texts), as an
 * encoded message */
void replica_save_unsent(struct replica *r, struct buf *out);
/* Into a new replica, before replica_load. */
enum status replica_restore_unsent(struct replica *r, const uint8_t *bytes, size_t len, struct why *why) MUST_CHECK;
uint64_t replica_last_client_seq(const struct replica *r); /* highest sealed */
uint64_t replica_in_flight_mark(const struct replica *r);  /* of an anonymous batch in flight, else 0 */

#endif
