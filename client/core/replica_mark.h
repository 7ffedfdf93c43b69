/* For programs that make an undo by themselves (out of the journal, because the replica's own stack ended with the
 * program that made the change). */
#ifndef COCANVAS_CLIENT_CORE_REPLICA_MARK_H
#define COCANVAS_CLIENT_CORE_REPLICA_MARK_H

#include "client/core/replica.h"

/* After replica_edit() on a replica without other unsent edits: what is pending takes back this client's batch
 * client_seq, and is submitted with that undo_of. */
void replica_mark_undo(struct replica *r, uint64_t client_seq);

#endif
