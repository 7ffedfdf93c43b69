/* A window of a canvas' history. The batches are kept encoded, and one canvas stands at one seq of them. Going back
 * decodes the nearest earlier copy; copies are made while going forward, at even distances. When there are too many,
 * every second one goes and the distance doubles: so their number is bounded, and a step back replays no more than a
 * sixteenth of what there is. */
#include "client/core/past.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/message.h"
#include "common/op.h"

enum {
    FIRST_EVERY = 64,       /* batches between copies, at first */
    WORTH_A_JUMP = 256,     /* batches that a later copy must save, to be decoded instead */
    ARENA_BYTES = 64 << 20, /* one decoded batch */
    COPY_BYTES = PAST_BYTES_MAX / 2,
};

static const struct canvas_limits no_limits;

struct batch {
    uint8_t *bytes; /* owned */
    size_t len;
};

struct copy {
    uint64_t seq;
    struct buf state;
};

struct past {
    bool begun;
    struct copy first;
    struct batch *batches; /* of seq first.seq + 1 + i; owned */
    size_t n_batches, cap_batches;
    size_t batch_bytes;
    struct copy copies[PAST_COPIES]; /* ascending seq */
    size_t n_copies, copy_bytes;
    uint64_t every;
    bool standing;     /* now holds a state */
    struct canvas now; /* initialised always */
    struct arena arena;
};

struct past *past_new(void)
{
    struct past *p = xcalloc(1, sizeof(*p));

    buf_init(&p->first.state);
    canvas_init(&p->now, &no_limits);
    arena_init(&p->arena, ARENA_BYTES);
    return p;
}

static void forget(struct past *p)
{
    for (size_t i = 0; i < p->n_batches; i++)
        free(p->batches[i].bytes);
    free(p->batches);
    p->batches = NULL;
    p->n_batches = p->cap_batches = p->batch_bytes = 0;
    for (size_t i = 0; i < p->n_copies; i++)
        buf_fini(&p->copies[i].state);
    p->n_copies = p->copy_bytes = 0;
    p->every = FIRST_EVERY;
    buf_clear(&p->first.state, 0);
    p->begun = p->standing = false;
}

void past_free(struct past *p)
{
    if (!p)
        return;
    forget(p);
    buf_fini(&p->first.state);
    canvas_fini(&p->now);
    arena_fini(&p->arena);
    free(p);
}

bool past_is_empty(const struct past *p)
{
    return !p->begun;
}

uint64_t past_first(const struct past *p)
{
    return p->begun ? p->first.seq : 0;
}

uint64_t past_last(const struct past *p)
{
    return p->begun ? p->first.seq + p->n_batches : 0;
}

bool past_has(const struct past *p, uint64_t seq)
{
    return p->begun && seq >= p->first.seq && seq <= past_last(p);
}

/* ---------------------------------------------------------------- filling */

static enum status stand_on(struct past *p, const struct buf *state, struct why *why)
{
    enum status st;

    canvas_fini(&p->now);
    canvas_init(&p->now, &no_limits);
    st = canvas_decode(&p->now, buf_at(state), buf_len(state), why);
    p->standing = st == STATUS_OK;
    return st;
}

enum status past_begin(struct past *p, const uint8_t *state, size_t len, uint64_t hash, struct why *why)
{
    enum status st;

    forget(p);
    buf_add(&p->first.state, state, len);
    st = stand_on(p, &p->first.state, why);
    if (st == STATUS_OK && hash && canvas_hash(&p->now) != hash)
        st = refuse(why, STATUS_INTERNAL, "the old state does not have the hash that it should have");
    if (st != STATUS_OK) {
        forget(p);
        return st;
    }
    p->first.seq = p->now.seq;
    p->begun = true;
    return STATUS_OK;
}

enum status past_add(struct past *p, const uint8_t *committed, size_t len, struct why *why)
{
    const Cocanvas__Committed *batch;
    struct batch *kept;

    arena_reset(&p->arena);
    batch = message_decode_committed(&p->arena, committed, len);
    if (!batch)
        return refuse(why, STATUS_MALFORMED, "a batch of the history cannot be read");
    if (!p->begun || batch->seq != past_last(p) + 1)
        return refuse(why, STATUS_OUT_OF_ORDER, "batch %llu does not follow what is there",
                      (unsigned long long)batch->seq);
    if (p->n_batches == PAST_BATCHES_MAX || len > PAST_BYTES_MAX - COPY_BYTES - p->batch_bytes)
        return refuse(why, STATUS_TOO_LARGE, "this part of the history is too long to be held at once");
    if (p->n_batches == p->cap_batches) {
        p->cap_batches = p->cap_batches ? 2 * p->cap_batches : 256;
        p->batches = xrealloc(p->batches, p->cap_batches * sizeof(*p->batches));
    }
    kept = &p->batches[p->n_batches++];
    *kept = (struct batch){xmalloc(len + 1), len};
    memcpy(kept->bytes, committed, len);
    p->batch_bytes += len;
    return STATUS_OK;
}

/* ---------------------------------------------------------------- copies */

/* Every second one goes, those that are not on the doubled distance. */
static void thin_out(struct past *p)
{
    size_t kept = 0;

    p->every *= 2;
    p->copy_bytes = 0;
    for (size_t i = 0; i < p->n_copies; i++) {
        struct copy *copy = &p->copies[i];

        if ((copy->seq - p->first.seq) % p->every) {
            buf_fini(&copy->state);
            continue;
        }
        p->copy_bytes += buf_len(&copy->state);
        p->copies[kept++] = *copy;
    }
    p->n_copies = kept;
}

static void keep_copy(struct past *p)
{
    uint64_t seq = p->now.seq;
    size_t at = p->n_copies;
    struct copy copy = {.seq = seq};

    if (seq == p->first.seq || (seq - p->first.seq) % p->every)
        return;
    while (at > 0 && p->copies[at - 1].seq >= seq)
        at--;
    if (at < p->n_copies && p->copies[at].seq == seq)
        return;
    buf_init(&copy.state);
    canvas_encode(&p->now, &copy.state);
    memmove(&p->copies[at + 1], &p->copies[at], (p->n_copies - at) * sizeof(copy));
    p->copies[at] = copy;
    p->n_copies++;
    p->copy_bytes += buf_len(&copy.state);
    while (p->n_copies == PAST_COPIES || (p->n_copies > 0 && p->copy_bytes > COPY_BYTES))
        thin_out(p);
}

/* ---------------------------------------------------------------- reading */

static const struct copy *nearest_copy(const struct past *p, uint64_t seq)
{
    const struct copy *best = &p->first;

    for (size_t i = 0; i < p->n_copies && p->copies[i].seq <= seq; i++)
        best = &p->copies[i];
    return best;
}

static enum status step(struct past *p, struct why *why)
{
    const struct batch *next = &p->batches[p->now.seq - p->first.seq];
    const Cocanvas__Committed *batch;
    enum status st;

    arena_reset(&p->arena);
    batch = message_decode_committed(&p->arena, next->bytes, next->len);
    st = batch ? batch_apply_committed(&p->now, batch, why)
               : refuse(why, STATUS_MALFORMED, "a batch of the history cannot be read");
    if (st == STATUS_OK)
        keep_copy(p);
    return st;
}

const struct canvas *past_at(struct past *p, uint64_t seq, struct why *why)
{
    const struct copy *copy;
    enum status st = STATUS_OK;

    if (!past_has(p, seq)) {
        (void)refuse(why, STATUS_NOT_FOUND, "revision %llu is not at hand", (unsigned long long)seq);
        return NULL;
    }
    copy = nearest_copy(p, seq);
    if (!p->standing || p->now.seq > seq || copy->seq > p->now.seq + WORTH_A_JUMP)
        st = stand_on(p, &copy->state, why);
    while (st == STATUS_OK && p->now.seq < seq)
        st = step(p, why);
    if (st != STATUS_OK)
        p->standing = false;
    return st == STATUS_OK ? &p->now : NULL;
}

const Cocanvas__Committed *past_batch(struct past *p, uint64_t seq)
{
    const struct batch *batch;

    if (!past_has(p, seq) || seq == p->first.seq)
        return NULL;
    batch = &p->batches[seq - p->first.seq - 1];
    arena_reset(&p->arena);
    return message_decode_committed(&p->arena, batch->bytes, batch->len);
}

struct canvas *past_copy(const struct canvas *c)
{
    struct canvas *copy = xcalloc(1, sizeof(*copy));

    canvas_init(copy, &no_limits);
    canvas_copy(copy, c);
    return copy;
}
