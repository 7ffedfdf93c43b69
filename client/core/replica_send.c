/* What goes to the server and may come back refused: sealing pending into the batch in flight, the Submit, a Reject. */
#include <stdlib.h>
#include <string.h>

#include "client/core/replica_private.h"
#include "common/ids.h"

/* ---------------------------------------------------------------- sealing */

/* What no longer fits would have the whole batch refused. */
static size_t drop_what_does_not_fit(struct replica *r)
{
    size_t kept = 0, dropped = 0;

    view_lay(r);
    for (size_t i = 0; i < r->pending.n; i++) {
        struct own_op *own = r->pending.at[i];

        if (own->refused == STATUS_OK && !own_is_noop(own)) {
            r->pending.at[kept++] = own;
            continue;
        }
        if (own->refused != STATUS_OK) {
            dropped++;
            own_lost(r, own, own->refused);
            steps_forget(r, own);
        }
        own_free(own);
    }
    r->pending.n = kept;
    return dropped;
}

static size_t op_bytes(const struct own_op *own)
{
    size_t step_bytes = 16; /* at most: tags, lengths and numbers of one step */

    return cocanvas__op__get_packed_size(own->op) + own->text.n_bytes + own->text.n_steps * step_bytes + step_bytes;
}

static bool is_switch(const struct own_op *own)
{
    struct element e = op_element(own->op);

    return element_is_switch(&e);
}

/* A batch has a name or it has none. A switch ends it: what was typed after it is judged by what holds after it. */
static size_t alike_in_pending(const struct replica *r)
{
    size_t n = 0;

    while (n < r->pending.n && r->pending.at[n]->anonymous == r->pending.at[0]->anonymous)
        if (is_switch(r->pending.at[n++]))
            break;
    return n;
}

/* How many ops of pending go into the next batch: as many as fit and are alike, not cutting a step in two if that can be had. */
static size_t front_of_pending(const struct replica *r, size_t max_ops, size_t max_bytes)
{
    size_t n = 0, bytes = 0, cut, alike = alike_in_pending(r);

    while (n < alike && n < max_ops) {
        bytes += op_bytes(r->pending.at[n]);
        if (n > 0 && bytes > max_bytes)
            break;
        n++;
    }
    for (cut = n; cut > 0 && cut < alike; cut--)
        if (r->pending.at[cut - 1]->last_step < r->pending.at[cut]->first_step)
            break;
    return cut > 0 ? cut : n;
}

bool replica_seal(struct replica *r, size_t max_ops, size_t max_bytes, size_t *dropped)
{
    size_t n, had = r->pending.n;

    *dropped = 0;
    if (r->in_flight_seq || r->pending.n == 0 || !own_ops_settled(r))
        return false;
    *dropped = drop_what_does_not_fit(r);
    n = front_of_pending(r, max_ops, max_bytes);
    if (n == 0)
        return false;
    r->in_flight_seq = ++r->last_client_seq;
    r->in_flight_base = r->confirmed->seq;
    r->in_flight_mark = r->pending.at[0]->anonymous ? mark_random() : 0;
    r->in_flight_undo_of = n == had && !r->in_flight_mark ? r->pending_undo_of : 0;
    r->pending_undo_of = 0;
    for (size_t i = 0; i < n; i++) {
        if (!r->in_flight_mark)
            steps_sealed(r, r->pending.at[i], r->in_flight_seq);
        own_list_append(&r->in_flight, r->pending.at[i]);
    }
    memmove(r->pending.at, r->pending.at + n, (r->pending.n - n) * sizeof(struct own_op *));
    r->pending.n -= n;
    return true;
}

/* ---------------------------------------------------------------- sending */

static bool nothing_left_to_do(const struct replica *r)
{
    for (size_t i = 0; i < r->in_flight.n; i++)
        if (!own_is_noop(r->in_flight.at[i]))
            return false;
    return true;
}

/* How far back the newest state is that they were typed on. */
static uint64_t written_behind(const struct replica *r)
{
    uint64_t newest = 0;

    for (size_t i = 0; i < r->in_flight.n; i++)
        if (r->in_flight.at[i]->written_seq > newest)
            newest = r->in_flight.at[i]->written_seq;
    return newest < r->confirmed->seq ? r->confirmed->seq - newest : 0;
}

Cocanvas__Submit *replica_submit(struct replica *r, struct arena *arena)
{
    Cocanvas__Submit *submit;

    if (!r->in_flight_seq || !own_ops_settled(r))
        return NULL;
    if (nothing_left_to_do(r)) {
        if (!r->in_flight_mark && r->last_client_seq == r->in_flight_seq)
            r->last_client_seq--;
        in_flight_done(r);
        return NULL;
    }
    submit = arena_alloc(arena, sizeof(*submit));
    if (!submit)
        return NULL;
    cocanvas__submit__init(submit);
    submit->client_seq = r->in_flight_seq;
    submit->base_seq = r->confirmed->seq;
    submit->undo_of = r->in_flight_undo_of;
    submit->anonymous = r->in_flight_mark != 0;
    submit->mark = r->in_flight_mark;
    submit->behind = written_behind(r);
    submit->ops = arena_calloc(arena, r->in_flight.n, sizeof(Cocanvas__Op *));
    for (size_t i = 0; submit->ops && i < r->in_flight.n; i++) {
        if (own_is_noop(r->in_flight.at[i]))
            continue;
        submit->ops[submit->n_ops] = own_message(r->in_flight.at[i], arena);
        if (!submit->ops[submit->n_ops++])
            return NULL;
    }
    r->in_flight_base = submit->base_seq;
    return submit->ops ? submit : NULL;
}

/* ---------------------------------------------------------------- refused */

/* The codes that speak of one op rather than of the batch or the person. */
static bool one_op_is_at_fault(enum status code)
{
    return code == STATUS_GONE || code == STATUS_NOT_FOUND || code == STATUS_BAD_TEXT || code == STATUS_BAD_OP ||
           code == STATUS_CONFLICT || code == STATUS_TOO_LARGE || code == STATUS_FORBIDDEN;
}

/* The index that Reject names counts the ops as they were sent, without those that had become noops. */
static const struct own_op *op_at_fault(const struct replica *r, uint32_t index)
{
    for (size_t i = 0; i < r->in_flight.n; i++) {
        if (own_is_noop(r->in_flight.at[i]))
            continue;
        if (index-- == 0)
            return r->in_flight.at[i];
    }
    return NULL;
}

static bool steps_overlap(const struct own_op *a, const struct own_op *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

static bool *choose_what_goes(const struct replica *r, enum status code, uint32_t index)
{
    bool *goes = xcalloc(r->in_flight.n + 1, sizeof(bool));
    const struct own_op *fault = one_op_is_at_fault(code) ? op_at_fault(r, index) : NULL;

    for (size_t i = 0; i < r->in_flight.n; i++)
        goes[i] = code != STATUS_STALE && (!fault || steps_overlap(fault, r->in_flight.at[i]));
    return goes;
}

void replica_rejected(struct replica *r, const Cocanvas__Reject *reject)
{
    struct own_list flown = r->in_flight, after;
    bool *goes;

    if (!r->in_flight_seq || reject->client_seq != r->in_flight_seq || reject->mark != r->in_flight_mark)
        return;
    view_unwind(r);
    goes = choose_what_goes(r, (enum status)reject->code, reject->op);
    for (size_t i = 0; i < flown.n; i++) {
        if (!goes[i])
            continue;
        if (flown.at[i]->is_text)
            rebase_over_inverse(r, flown.at[i]);
        steps_forget(r, flown.at[i]);
        names_settle(r, flown.at[i], 0); /* before pending is looked at: it may lose what refers to it */
        own_lost(r, flown.at[i], (enum status)reject->code);
    }
    after = r->pending;
    r->in_flight = r->pending = (struct own_list){0};
    for (size_t i = 0; i < flown.n; i++) {
        if (goes[i])
            own_free(flown.at[i]);
        else
            own_list_add(&r->pending, flown.at[i]);
    }
    flown.n = 0;
    own_list_add_all(&r->pending, &after);
    free(goes);
    own_list_clear(&flown);
    own_list_clear(&after);
    in_flight_done(r);
    r->pending_undo_of = 0;
    replica_tell(r, NULL, NULL, true, NULL);
}
