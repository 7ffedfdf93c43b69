/* Anonymous batches of one room: when the canvas' property "anonymous" was on, and which marks its log holds.
 *
 * What an anonymous batch is known by is its mark, 64 random bits that only its maker has seen before: it is in the journal
 * and in what everybody gets, and so the maker's client knows its own batch again, after a restart, too. The bookkeeping of
 * named batches (client_pos) is not touched, since a counter that rises with each of somebody's batches tells how many of
 * the anonymous ones are theirs. Exactly once (P3) holds all the same: a batch that is sent again either rests on a state
 * before the first one, then the log still has that one's mark (an older base is STALE), or on a state that has the first
 * one in it, and whoever has that has seen the mark go by. */
#ifndef COCANVAS_SERVER_ROOM_ANONYMOUS_H
#define COCANVAS_SERVER_ROOM_ANONYMOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/rights.h"
#include "common/status.h"
#include "wire.pb-c.h"

enum { ROOM_MADE_MAX = 256 }; /* comments of one client that it may still take back */

struct room_mark {
    uint64_t mark, seq;
};

struct room_switch {
    uint64_t seq; /* on, or off, from the state after this batch on */
    bool on;
};

/* Zeroed, then begun. */
struct room_anonymous {
    struct room_mark *marks; /* of the batches that the log keeps, ascending seq */
    size_t n_marks, cap_marks;
    struct room_switch *switches; /* ascending; the first one says what held when the room was loaded */
    size_t n_switches, cap_switches;
};

/* Comments that one client has made anonymously: for its own rights, in memory only, until the room forgets the client. */
struct room_made {
    uint64_t ids[ROOM_MADE_MAX]; /* a ring */
    uint64_t n;                  /* how many there have been */
};

/* The room begins with this state. */
void anonymous_begin(struct room_anonymous *a, const struct canvas *c);
void anonymous_fini(struct room_anonymous *a);
/* A batch was applied to c. */
void anonymous_applied(struct room_anonymous *a, const struct canvas *c, const Cocanvas__Committed *batch);
/* Batches before this one are not in the log any more. */
void anonymous_trim(struct room_anonymous *a, uint64_t first_seq);
/* The batch with this mark is in the log. */
bool anonymous_known(const struct room_anonymous *a, uint64_t mark);
/* Whether the batch has a name, or none, as it must: by what holds now, or what held when it was written. */
enum status anonymous_check(const struct room_anonymous *a, const struct canvas *c, const Cocanvas__Submit *s, uint32_t *bad_op,
                            struct why *why) MUST_CHECK;

/* The batch of that client was applied. */
void made_note(struct room_made **made, const Cocanvas__Submit *s);
/* made NULL: nothing. */
struct rights_made made_rights(const struct room_made *made);

#endif
