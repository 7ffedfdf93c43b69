/* Batches from arbitrary bytes, as hostile clients could send them, on a small canvas: what is refused leaves no
 * trace, what is accepted gives everyone the same state. The first byte chooses: ops composed from the bytes (most of
 * them nearly right), or the bytes as a protobuf Submit. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/op_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { MOST_OPS = 8, MOST_BATCHES = 24 };

struct world {
    struct canvas server, replica;
    struct op_actor actor;
    struct arena arena;
};

static void world_init(struct world *w)
{
    static const struct canvas_limits limits = {.text_points = 50, .cards = 30, .objects = 30};
    *w = (struct world){.actor = {.client = 1, .author = 5}};
    small_canvas(&w->server, &limits);
    canvas_init(&w->replica, NULL);
    canvas_copy(&w->replica, &w->server);
    arena_init(&w->arena, 4 << 20);
}

static void world_fini(struct world *w)
{
    canvas_fini(&w->server);
    canvas_fini(&w->replica);
    arena_fini(&w->arena);
}

/* The committed batch must be acceptable to a client, through bytes. */
static void follow(struct world *w, size_t n, Cocanvas__Op **ops)
{
    Cocanvas__Committed batch = COCANVAS__COMMITTED__INIT;
    batch.seq = w->server.seq;
    batch.client = w->actor.client;
    batch.author = w->actor.author;
    batch.time_ms = w->actor.time_ms;
    batch.n_ops = n;
    batch.ops = ops;
    size_t len = cocanvas__committed__get_packed_size(&batch);
    uint8_t *bytes = xmalloc(len);
    cocanvas__committed__pack(&batch, bytes);
    Cocanvas__Committed *received = cocanvas__committed__unpack(arena_allocator(&w->arena), len, bytes);
    free(bytes);
    struct why why;
    if (received == NULL)
        return; /* the arena is full */
    ASSERT(batch_apply_committed(&w->replica, received, &why) == STATUS_OK);
    ASSERT(canvas_hash(&w->replica) == canvas_hash(&w->server));
}

static void serve(struct world *w, size_t n, Cocanvas__Op **ops)
{
    struct why why = {""};
    uint32_t bad_op, last_object = w->actor.last_object;
    uint64_t hash = canvas_hash(&w->server);
    w->actor.seq = w->server.seq + 1;
    w->actor.time_ms++;
    enum status status = batch_check(n, ops, &w->server.limits, &bad_op, &why);
    if (status == STATUS_OK)
        status = batch_resolve_apply(&w->server, n, ops, &w->actor, &w->arena, &bad_op, &why);
    audit_lists(&w->server);
    ASSERT(w->server.undo == NULL);
    if (status == STATUS_OK) {
        w->server.seq++;
        follow(w, n, ops);
    } else {
        ASSERT(why.text[0] != '\0');
        ASSERT(canvas_hash(&w->server) == hash);
        ASSERT(w->actor.last_object == last_object);
    }
}

static void composed(struct world *w, struct dice *dice)
{
    for (int i = 0; i < MOST_BATCHES && dice->at < dice->end; i++) {
        Cocanvas__Op *ops[MOST_OPS];
        size_t n = 1 + dice_below(dice, MOST_OPS);
        for (size_t j = 0; j < n; j++)
            ops[j] = dice_op(dice, &w->server, object_id(1, w->actor.last_object + 1 + (uint32_t)j), &w->arena);
        w->actor.base_seq = w->server.seq - dice_below(dice, w->server.seq > 3 ? 3 : 1);
        serve(w, n, ops);
        arena_reset(&w->arena);
    }
}

/* A few objects to hit, then the bytes as they are, several times over: server-side fields are then set already. */
static void raw(struct world *w, const uint8_t *bytes, size_t len)
{
    Cocanvas__Op *ops[] = {card_create(&w->arena, object_id(1, 1), 1, 0, "card"),
                           card_create(&w->arena, object_id(1, 2), 2, 0, "Karte"),
                           comment_add(&w->arena, object_id(1, 3), object_id(1, 1), 0, "hm")};
    serve(w, 3, ops);
    ASSERT(w->server.n_cards == 2);
    w->actor.base_seq = w->server.seq;
    Cocanvas__Submit *submit = cocanvas__submit__unpack(arena_allocator(&w->arena), len, bytes);
    for (int i = 0; i < 2 && submit != NULL; i++)
        serve(w, submit->n_ops, submit->ops);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct world w;
    if (len == 0)
        return 0;
    world_init(&w);
    if (data[0] % 2 == 0) {
        struct dice dice = {.at = data + 1, .end = data + len};
        composed(&w, &dice);
    } else {
        raw(&w, data + 1, len - 1);
    }
    audit(&w.server);
    world_fini(&w);
    return 0;
}
