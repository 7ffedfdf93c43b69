/* Another history: a backup was put back on the server, so what this replica holds, and what its unsent edits rest on, may not
 * be what stands there any more. A snapshot replaces the state; here the unsent edits are made fit to be laid over it, as
 * those of somebody who comes anew. What they are about and is not there is refused like any such edit, and its words kept. */
#include "client/core/replica_private.h"
#include "common/ids.h"

bool replica_other_history(const struct replica *r, uint64_t epoch)
{
    return r->epoch && epoch && EPOCH_HISTORY(r->epoch) != EPOCH_HISTORY(epoch);
}

uint64_t replica_epoch(const struct replica *r)
{
    return r->epoch;
}

void replica_set_epoch(struct replica *r, uint64_t epoch)
{
    r->epoch = epoch;
}

/* The batch in flight goes back to pending: its number may be one that is known over there, or that skips some. One without a name
 * is known by its mark, and stays. */
static void unseal(struct replica *r)
{
    struct own_list after = r->pending;

    r->pending = r->in_flight;
    r->in_flight = (struct own_list){0};
    own_list_add_all(&r->pending, &after);
    own_list_clear(&after);
    in_flight_done(r);
    r->pending_undo_of = 0;
}

/* ---------------------------------------------------------------- another number */

static bool is_id(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_UINT64 && message->descriptor != &cocanvas__name_seq__descriptor;
}

static void give_number(ProtobufCMessage *message, uint32_t from, uint32_t to);

/* at: the field's place in its message. */
static void give_number_in_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, void *at, uint32_t from, uint32_t to)
{
    size_t n = field->label == PROTOBUF_C_LABEL_REPEATED ? *(const size_t *)((char *)message + field->quantifier_offset) : 1;
    void *values = field->label == PROTOBUF_C_LABEL_REPEATED ? *(void **)at : at;
    uint64_t *ids = values;
    ProtobufCMessage **parts = values;

    for (size_t i = 0; i < n; i++) {
        if (is_id(message, field) && object_client(ids[i]) == from)
            ids[i] = object_id(to, (uint32_t)ids[i]);
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && parts[i])
            give_number(parts[i], from, to);
    }
}

/* Ids are what is 64 bits long in an op, but for the seq that NameSeq names. Of a oneof only the chosen field is one. */
static void give_number(ProtobufCMessage *message, uint32_t from, uint32_t to)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        bool chosen = !(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
                      *(const uint32_t *)((char *)message + field->quantifier_offset) == field->id;

        if (chosen)
            give_number_in_field(message, field, (char *)message + field->offset, from, to);
    }
}

/* Whoever the server does not know any more has a number that nobody had before, and used none of its counters. */
static void renumber(struct replica *r, uint32_t to)
{
    for (size_t i = 0; i < r->pending.n; i++)
        give_number(&r->pending.at[i]->op->base, r->client, to);
    for (size_t i = 0; i < r->n_bases; i++)
        if (object_client(r->bases[i].object) == r->client)
            r->bases[i].object = object_id(to, (uint32_t)r->bases[i].object);
}

/* ---------------------------------------------------------------- all of it */

void replica_begin_history(struct replica *r, uint64_t epoch, uint32_t client, uint64_t acked_client_seq)
{
    bool known = client && client == r->client;

    view_unwind(r);
    /* What would be taken back was done over there. */
    step_stack_clear(&r->undo);
    step_stack_clear(&r->redo);
    r->may_join = false;
    if (r->loaded && own_ops_settled(r))
        keep_bases(r);
    r->own_base = OTHER_HISTORY;
    backlog_clear(r);
    if (r->in_flight_seq && !r->in_flight_mark && !(known && r->in_flight_seq <= acked_client_seq))
        unseal(r);
    if (r->client && client && !known)
        renumber(r, client);
    r->acked = acked_client_seq;
    if (!r->in_flight_seq)
        r->last_client_seq = acked_client_seq;
    r->epoch = epoch;
}
