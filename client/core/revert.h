/* Takes back what certain people did on a canvas, all of it since some revision, as ordinary edits: others see them come, and undo
 * takes them back. Pure; made from a window of the history (past.h).
 *
 * What others did since stays. Texts go by character: the letters that they wrote go, the letters of others that they removed come
 * back, and what others typed between stays where it is. Something that others have set since (a property, a tag, a place, whether
 * a card is there) is as those others want it. A card, comment or block that they made goes, unless others have worked on it: then
 * it stays, without the words of those people. Votes stay: nobody votes for others.
 *
 * Made twice, it does nothing the second time; made after it was undone, it does the same again: what somebody brings back by
 * undo is theirs as before, and removed words that somebody has put back are not put back once more. */
#ifndef COCANVAS_CLIENT_CORE_REVERT_H
#define COCANVAS_CLIENT_CORE_REVERT_H

#include <stddef.h>
#include <stdint.h>

#include "client/core/past.h"
#include "client/core/replica.h"
#include "common/arena.h"
#include "common/canvas.h"
#include "common/status.h"
#include "wire.pb-c.h"

enum { REVERT_AUTHORS = 16 };

/* Whose edits, on whose replica they are taken back. */
struct revert_request {
    struct replica *replica; /* its view should be what the window's end is; only read */
    uint32_t authors[REVERT_AUTHORS];
    size_t n_authors;
    uint64_t since; /* the first seq that counts, from 1 on */
};

enum revert_reason {
    REVERT_WORKED_ON, /* others have worked on it since */
    REVERT_REFUSED,   /* a block's rights, or what it belongs to is not there any more */
};

/* Something that stays as they made it. */
struct revert_kept {
    uint64_t object;   /* card, block, comment … */
    enum revert_reason reason;
    const char *why;   /* REFUSED: a sentence; from the arena */
};

/* Everything is from the arena. */
struct revert_plan {
    Cocanvas__Op **ops; /* for replica_edit(), as one step */
    size_t n;
    size_t batches;     /* of theirs that were looked at */
    size_t removed, restored, moved, texts, settings; /* cards; texts, and everything else that is changed */
    struct revert_kept *kept;
    size_t n_kept;
    size_t votes; /* of theirs, that stay */
    size_t stale; /* texts that the view has in another state than the window's end: to be made again with a newer window */
};

/* The window must hold the state before request->since, and should reach to the replica's. On a refusal (the arena is full, the
 * history is damaged) there is no plan. */
enum status revert_make(struct revert_plan *plan, struct past *past, const struct revert_request *request,
                        struct arena *arena, struct why *why) MUST_CHECK;

#endif
