/* Deliberate faults, so that the checker of histories can be shown to convict a broken server. Only in builds with
 * COCANVAS_FAULTS, chosen by the environment variable COCANVAS_FAULT=name[:n]; n: at the n-th time (default 1).
 * Elsewhere all of this is nothing.
 *
 *   ack_before_commit    batches are broadcast before they are committed (breaks P1)
 *   dedupe_off           a batch that is sent again is applied again (P3)
 *   tie_rule_flipped     late inserts go to the right (P4)
 *   drop_one_broadcast   one frame is not sent to one member (P2)
 *   kill_before_commit   SIGKILL after a group was ordered, before it is sent to the journal
 *   kill_in_commit       SIGKILL after the group was sent
 *   kill_after_commit    SIGKILL between the commit and the broadcast */
#ifndef COCANVAS_SERVER_ROOM_FAULT_H
#define COCANVAS_SERVER_ROOM_FAULT_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_ACK_BEFORE_COMMIT,
    FAULT_DEDUPE_OFF,
    FAULT_TIE_RULE_FLIPPED,
    FAULT_DROP_ONE_BROADCAST,
    FAULT_KILL_BEFORE_COMMIT,
    FAULT_KILL_IN_COMMIT,
    FAULT_KILL_AFTER_COMMIT,
};

#ifdef COCANVAS_FAULTS

struct room_fault {
    enum fault_kind kind;
    unsigned left; /* times until it strikes */
};
void fault_init(struct room_fault *f);
/* The lasting kinds: true while chosen. */
bool fault_is(const struct room_fault *f, enum fault_kind kind);
/* The kinds that strike once: true at the n-th call. */
bool fault_strikes(struct room_fault *f, enum fault_kind kind);
/* SIGKILLs this process at the n-th call. */
void fault_kill(struct room_fault *f, enum fault_kind kind);

#else

struct room_fault {
    char none;
};
static inline void fault_init(struct room_fault *f)
{
    (void)f;
}
static inline bool fault_is(const struct room_fault *f, enum fault_kind kind)
{
    return (void)f, (void)kind, false;
}
static inline bool fault_strikes(struct room_fault *f, enum fault_kind kind)
{
    return (void)f, (void)kind, false;
}
static inline void fault_kill(struct room_fault *f, enum fault_kind kind)
{
    (void)f, (void)kind;
}

#endif
#endif
