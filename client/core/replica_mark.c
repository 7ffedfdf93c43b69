/* The undo_of of a batch that somebody else put together, see replica_mark.h. */
#include "client/core/replica_mark.h"

#include "client/core/replica_private.h"

void replica_mark_undo(struct replica *r, uint64_t client_seq)
{
    if (r->in_flight_seq == 0)
        r->pending_undo_of = client_seq;
}
