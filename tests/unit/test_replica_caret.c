/* Carets between replicas: random typing in one text by three people, presence that comes late and speaks of older or
 * newer states. Every character that is ever typed is another one, so that a test can say exactly where a caret must be:
 * between the characters that it was between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/op_help.h"
#include "tests/support/replica_help.h"

enum { PEOPLE = 3, LATE = 64, FIRST_LETTER = 0x4E00 };

/* A caret on its way from one person to another. */
struct told {
    uint64_t at_seq;
    uint32_t caret;
};

/* What one person knows about another's caret. */
struct known {
    struct told waiting[LATE]; /* on the way, in order */
    size_t n;
    bool told;
    struct told now; /* in confirmed coordinates */
};

struct person {
    struct peer *peer;
    struct world *world;
    uint32_t caret; /* in the own view */
    struct known others[PEOPLE];
    /* the view before the events of one delivery */
    struct text before;
    bool typing;
};

struct world {
    struct model_server server;
    struct peer peers[PEOPLE];
    struct person people[PEOPLE];
    uint64_t card;
    uint32_t next_letter;
    struct rng rng;
    uint64_t seed;
    bool
        ascii; /* letters that are not all different: only the end is looked at, and nobody tells again where they are */
};

static const struct text *view_text(struct person *p)
{
    return canvas_text(replica_view(p->peer->r), p->world->card, "");
}

/* ---- one's own caret */

static void on_event(void *ctx, const struct replica_event *event)
{
    struct person *p = ctx;
    uint64_t object;
    const char *key;

    if (event->text && op_text_target(event->op, &object, &key) && object == p->world->card && !p->typing)
        p->caret = text_transform_position(event->text, p->caret, TEXT_RIGHT);
}

static bool holds(const struct text *t, const char *letter, uint32_t from, uint32_t to)
{
    size_t a = utf8_offset(t->bytes, t->len_bytes, from), b = utf8_offset(t->bytes, t->len_bytes, to);

    return memmem(t->bytes + a, b - a, letter, 3) != NULL;
}

/* What was left of the caret is left of it or gone; what was right of it likewise; and if its left neighbour is there,
 * the caret stands right behind that. */
static void check_own(struct person *p, uint32_t caret_before)
{
    const struct text *now = view_text(p);

    assert_true(p->caret <= now->len_points);
    for (uint32_t i = 0; i < p->before.len_points; i++) {
        const char *letter = p->before.bytes + (size_t)i * 3;
        bool was_left = i < caret_before;

        if (holds(now, letter, was_left ? p->caret : 0, was_left ? now->len_points : p->caret))
            fail_msg("seed %llu: a character changed its side of the caret", (unsigned long long)p->world->seed);
        if (i + 1 == caret_before && holds(now, letter, 0, now->len_points) &&
            !holds(now, letter, p->caret - 1, p->caret))
            fail_msg("seed %llu: the caret left its neighbour", (unsigned long long)p->world->seed);
    }
}

static bool deliver(struct person *p)
{
    uint32_t caret = p->caret;
    bool more;

    copy_text(&p->before, view_text(p));
    more = peer_deliver(p->peer);
    assert_int_equal(p->peer->failed, STATUS_OK);
    check_own(p, caret);
    return more;
}

/* ---- telling others, and hearing from them */

static void tell(struct world *w, size_t from)
{
    struct person *p = &w->people[from];
    struct told told = {.at_seq = replica_seq(p->peer->r),
                        .caret = replica_caret_to_confirmed(p->peer->r, w->card, "", p->caret)};

    for (size_t i = 0; i < PEOPLE; i++) {
        struct known *k = &w->people[i].others[from];

        if (i == from)
            continue;
        if (k->n == LATE) /* the newest wins */
            k->n--;
        k->waiting[k->n++] = told;
    }
}

static void hear(struct world *w, size_t who, size_t of)
{
    struct known *k = &w->people[who].others[of];

    if (k->n == 0)
        return;
    k->now = k->waiting[0];
    k->told = true;
    k->n--;
    memmove(k->waiting, k->waiting + 1, k->n * sizeof *k->waiting);
}

static uint32_t seen(struct world *w, size_t who, size_t of)
{
    struct replica *r = w->people[who].peer->r;
    struct known *k = &w->people[who].others[of];

    if (k->now.at_seq <= replica_seq(r)) {
        k->now.caret = replica_caret_follow(r, w->card, "", (uint32_t)of + 1, k->now.at_seq, k->now.caret);
        k->now.at_seq = replica_seq(r);
    }
    return replica_caret_to_view(r, w->card, "", k->now.caret);
}

/* ---- typing */

static void splice(struct person *p, uint32_t at, uint32_t removed, uint32_t added)
{
    char bytes[3 * 8];
    uint32_t n = 0;

    for (; n < added; n++)
        assert_int_equal(utf8_encode(p->world->next_letter++, bytes + (size_t)n * 3), 3);
    p->typing = true;
    assert_int_equal(
        replica_text_splice(p->peer->r, p->world->card, "", at, removed, bytes, (size_t)n * 3, 0, true, &p->peer->why),
        STATUS_OK);
    p->typing = false;
    p->caret = at + n;
}

static void act(struct world *w, size_t who)
{
    struct person *p = &w->people[who];
    uint32_t len = view_text(p)->len_points, room = len - p->caret;

    switch (rng_below(&w->rng, 8)) {
    case 0:
        p->caret = rng_below(&w->rng, len + 1);
        break;
    case 1: /* to where somebody else is: ties */
        p->caret = seen(w, who, (who + 1) % PEOPLE);
        break;
    case 2:
        splice(p, p->caret, rng_below(&w->rng, room < 4 ? room + 1 : 4), rng_below(&w->rng, 3));
        break;
    case 3:
        if (p->caret > 0)
            splice(p, p->caret - 1, 1, 0);
        break;
    default:
        splice(p, p->caret, 0, 1 + rng_below(&w->rng, 2));
        break;
    }
    tell(w, who);
}

/* One's own edit was confirmed: it has a place in the confirmed text now, which others hear. */
static void network(struct world *w, size_t who)
{
    struct person *p = &w->people[who];

    switch (rng_below(&w->rng, 5)) {
    case 0:
        peer_seal(p->peer, 256);
        break;
    case 1:
        (void)peer_arrive(p->peer, STATUS_OK, 0);
        break;
    case 2:
        hear(w, who, (who + 1) % PEOPLE);
        hear(w, who, (who + 2) % PEOPLE);
        break;
    default: {
        bool flying = replica_in_flight(p->peer->r);

        (void)deliver(p);
        if (flying && !replica_in_flight(p->peer->r))
            tell(w, who);
        break;
    }
    }
}

/* ---- a world */

static void world_init(struct world *w, uint64_t seed)
{
    Cocanvas__Op *create;
    struct arena arena;

    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->rng = (struct rng){seed};
    w->next_letter = FIRST_LETTER;
    model_init(&w->server, NULL);
    for (size_t i = 0; i < PEOPLE; i++) {
        peer_init(&w->peers[i], &w->server, (uint32_t)i + 1);
        peer_connect(&w->peers[i], true, UINT32_MAX);
        w->people[i].peer = &w->peers[i];
        w->people[i].world = w;
        text_init(&w->people[i].before);
        replica_on_event(w->peers[i].r, on_event, &w->people[i]);
    }
    arena_init(&arena, 1 << 20);
    w->card = replica_next_id(w->peers[0].r);
    create = card_create(&arena, w->card, canvas_block_by_key(&w->server.c, "vp")->o.id, 0, "");
    assert_int_equal(replica_edit(w->peers[0].r, 1, &create, 0, false, NULL), STATUS_OK);
    arena_fini(&arena);
    assert_true(peers_settle(w->peers, PEOPLE));
}

static void world_fini(struct world *w)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        text_fini(&w->people[i].before);
        peer_fini(&w->peers[i]);
    }
    model_fini(&w->server);
}

/* Until everybody has everything, also every caret. */
static void settle(struct world *w)
{
    bool busy = true;

    while (busy) {
        busy = false;
        for (size_t i = 0; i < PEOPLE; i++) {
            bool flying = replica_in_flight(w->peers[i].r);

            busy = (w->ascii ? peer_deliver(&w->peers[i]) : deliver(&w->people[i])) || busy;
            if (flying && !replica_in_flight(w->peers[i].r) && !w->ascii)
                tell(w, i);
            peer_seal(&w->peers[i], 256);
            busy = peer_arrive(&w->peers[i], STATUS_OK, 0) || busy;
        }
    }
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t j = 0; j < PEOPLE; j++)
            while (w->people[i].others[j].n > 0)
                hear(w, i, j);
}

static void check_seen(struct world *w)
{
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t j = 0; j < PEOPLE; j++) {
            uint32_t at = i != j && w->people[i].others[j].told ? seen(w, i, j) : 0;

            assert_true(at <= view_text(&w->people[i])->len_points);
            if (i != j && w->people[i].others[j].told && at != w->people[j].caret)
                fail_msg("seed %llu: %zu sees %zu at %u, who is at %u", (unsigned long long)w->seed, i, j, at,
                         w->people[j].caret);
        }
}

static void carets_stay_between_their_neighbours(void **state)
{
    uint64_t seed = rng_seed(1);

    (void)state;
    for (uint64_t run = 0; run < 400; run++) {
        struct world w;

        world_init(&w, seed + run);
        for (size_t round = 0; round < 4; round++) {
            for (size_t i = 0; i < 60; i++) {
                size_t who = rng_below(&w.rng, PEOPLE);

                if (rng_below(&w.rng, 2) == 0)
                    act(&w, who);
                else
                    network(&w, who);
            }
            settle(&w);
            check_seen(&w);
        }
        world_fini(&w);
    }
}

/* Two people type at one place at the same time: each one's word stays whole, and each caret stands behind its own. */
static void two_words_at_one_place(void **state)
{
    static const char *const words[] = {"abc", "xyz"};
    struct world w;

    (void)state;
    world_init(&w, 1);
    w.ascii = true;
    for (size_t i = 0; i < 6; i++) {
        struct person *p = &w.people[i % 2];

        p->typing = true;
        assert_int_equal(
            replica_text_splice(p->peer->r, w.card, "", p->caret, 0, words[i % 2] + i / 2, 1, 0, true, NULL),
            STATUS_OK);
        p->typing = false;
        p->caret++;
        tell(&w, i % 2);
        peer_seal(p->peer, 256);
        if (i % 3 == 0)
            (void)peer_arrive(p->peer, STATUS_OK, 0);
        if (i % 2 == 0)
            (void)peer_deliver(w.people[1].peer);
    }
    settle(&w);
    check_seen(&w);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(view_text(&w.people[i])->len_points, 6);
        assert_memory_equal(view_text(&w.people[i])->bytes + w.people[i].caret - 3, words[i], 3);
    }
    world_fini(&w);
}

static void nonsense_positions_stay_within(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 2);
    splice(&w.people[0], 0, 0, 3);
    settle(&w);
    for (uint64_t seq = 0; seq < 3; seq++)
        assert_in_range(replica_caret_follow(w.peers[1].r, w.card, "", 1, seq, UINT32_MAX), 0, 3);
    assert_in_range(replica_caret_to_view(w.peers[1].r, w.card, "", UINT32_MAX), 0, 3);
    assert_in_range(replica_caret_to_confirmed(w.peers[1].r, w.card, "", UINT32_MAX), 0, 3);
    assert_int_equal(replica_caret_follow(w.peers[1].r, 12345, "", 1, 0, 9), 0);
    assert_int_equal(replica_caret_to_view(w.peers[1].r, w.card, "f.none", 9), 0);
    world_fini(&w);
}

/* More edits than are kept: the answer is a place in the text all the same. */
static void older_than_what_is_kept(void **state)
{
    struct world w;

    (void)state;
    world_init(&w, 3);
    for (size_t i = 0; i < REPLICA_RECENT + 20; i++) {
        splice(&w.people[0], 0, i > 5, 1);
        peer_seal(&w.peers[0], 256);
        (void)peer_arrive(&w.peers[0], STATUS_OK, 0);
        while (deliver(&w.people[0]))
            ;
    }
    settle(&w);
    assert_in_range(replica_caret_follow(w.peers[1].r, w.card, "", 2, 2, 1), 0, view_text(&w.people[1])->len_points);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carets_stay_between_their_neighbours),
        cmocka_unit_test(two_words_at_one_place),
        cmocka_unit_test(nonsense_positions_stay_within),
        cmocka_unit_test(older_than_what_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
