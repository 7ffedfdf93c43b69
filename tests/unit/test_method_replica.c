/* A struct method follows a replica's events, as clients use it: through edits of one's own and of others, refusals, undo, lost connections and snapshots,
 * what it says about the view is what one says that sees the view for the first time. */
#include "tests/support/method_help.h"
#include "tests/support/replica_help.h"

enum { SESSIONS = 150, STEPS = 200, PEERS = 3 };

static const char today[] = "2026-03-15";

struct follower {
    struct peer peer;
    struct method *m;
};

static void heard(void *ctx, const struct replica_event *event)
{
    struct follower *f = ctx;
    method_touch(f->m, event->op);
}

static Cocanvas__Op *measure_op(struct rng *rng, const struct canvas *view, struct arena *a)
{
    struct dice d = {.rng = rng};
    uint64_t card = dice_object(&d, view->cards);
    switch (rng_below(rng, 4)) {
    case 0:
        return prop_set(a, card, "m.kind", value_of(a, VALUE_CHOICE, "sum", 0));
    case 1:
        return prop_set(a, card, "m.target", value_of(a, VALUE_NUMBER, "10", 0));
    case 2:
        return prop_set(a, card, "of", value_of(a, VALUE_OBJECT, NULL, dice_object(&d, view->cards)));
    default:
        return prop_set(a, dice_object(&d, view->blocks), "hidden", value_of(a, VALUE_FLAG, NULL, rng_below(rng, 3) == 0));
    }
}

static void edit(struct follower *f, struct rng *rng)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    if (rng_below(rng, 5) == 0) {
        Cocanvas__Op *op = measure_op(rng, replica_view(f->peer.r), &arena);
        (void)!replica_edit(f->peer.r, 1, &op, f->peer.server->now_ms, false, NULL);
    } else {
        (void)!peer_edit(&f->peer, rng, false);
    }
    arena_fini(&arena);
}

static void step(struct follower *f, struct rng *rng)
{
    static const enum status codes[] = {STATUS_BAD_OP, STATUS_STALE, STATUS_DENIED, STATUS_GONE, STATUS_TOO_LARGE};
    struct peer *p = &f->peer;
    uint32_t dice = rng_below(rng, 100);

    if (dice < 4)
        (void)!replica_undo(p->r, p->server->now_ms, NULL);
    else if (dice < 7)
        (void)!replica_redo(p->r, p->server->now_ms, NULL);
    else if (dice < 27)
        peer_seal(p, 1 + rng_below(rng, 8));
    else if (dice < 47)
        (void)peer_arrive(p, rng_below(rng, 8) == 0 ? codes[rng_below(rng, 5)] : STATUS_OK, rng_below(rng, 8));
    else if (dice < 48)
        peer_disconnect(p, rng_below(rng, 2));
    else if (dice < 56 && !p->online)
        peer_connect(p, rng_below(rng, 3) == 0 || replica_seq(p->r) == 0, UINT32_MAX);
    else if (dice < 75)
        (void)peer_deliver(p);
    else
        edit(f, rng);
}

static void compare(struct follower *f, uint64_t seed, int step_number)
{
    char when[80];
    const struct canvas *view = replica_view(f->peer.r);
    if (replica_view_jumped(f->peer.r))
        method_reset(f->m);
    snprintf(when, sizeof when, "seed %lu, step %d, peer %u", (unsigned long)seed, step_number, f->peer.number);
    method_update(f->m, view, today);
    assert_as_anew(f->m, view, today, when);
}

static void run_session(uint64_t seed)
{
    struct model_server s;
    struct follower followers[PEERS];
    struct rng rng = {seed};

    model_init(&s, NULL);
    for (uint32_t i = 0; i < PEERS; i++) {
        struct follower *f = &followers[i];
        f->m = method_new();
        peer_init(&f->peer, &s, i + 1);
        replica_on_event(f->peer.r, heard, f);
        peer_connect(&f->peer, true, UINT32_MAX);
    }
    for (int i = 0; i < STEPS; i++) {
        struct follower *f = &followers[rng_below(&rng, PEERS)];
        step(f, &rng);
        assert_int_equal(f->peer.failed, STATUS_OK);
        if (rng_below(&rng, 3) == 0)
            compare(f, seed, i);
    }
    for (uint32_t i = 0; i < PEERS; i++) {
        compare(&followers[i], seed, STEPS);
        method_free(followers[i].m);
        peer_fini(&followers[i].peer);
    }
    model_fini(&s);
}

static void methods_follow_replicas(void **state)
{
    uint64_t first = rng_seed(1);
    (void)state;
    for (uint64_t seed = first; seed < first + SESSIONS; seed++)
        run_session(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(methods_follow_replicas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
