/* What people meant by typing (P5): nothing typed is lost, nothing comes twice, everything stands between what it
 * was typed between, and a run typed by one person stays whole; over delays, crashes, snapshots and rejects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/unique_text.h"

enum { SESSIONS = 400, RUNS = 400, STEPS = 160, PEERS = 4 };

enum mode { TYPING, DELETING, REJECTING };

static const char *judge(const struct uniques *u, const struct text *text, enum mode mode)
{
    static uint32_t where[UNIQUE_MAX];

    if (!unique_find(text, where))
        return "a character is there twice";
    for (uint32_t i = 1; i <= u->n; i++) {
        const struct unique *c = &u->at[i];

        if (!where[i] && !c->lost && !c->deleted_by)
            return "a character is missing";
        if (where[i] && c->lost)
            return "a character is there that was told lost";
        if (where[i] && c->deleted_by && mode == DELETING)
            return "a deleted character is there";
        if (where[i] && c->left && where[c->left] && where[c->left] > where[i])
            return "a character stands left of what it was typed behind";
        if (where[i] && c->right && where[c->right] && where[c->right] < where[i])
            return "a character stands right of what it was typed before";
    }
    return NULL;
}

static void step(struct uniques *u, struct peer *p, struct rng *rng, enum mode mode)
{
    uint32_t dice = rng_below(rng, 100);

    if (dice < 30) {
        unique_type_anywhere(u, p, rng, mode == DELETING);
    } else if (dice < 50) {
        peer_seal(p, 256);
    } else if (dice < 70) {
        bool refuse_it = mode == REJECTING && rng_below(rng, 6) == 0;

        (void)peer_arrive(p, !refuse_it ? STATUS_OK : rng_below(rng, 3) ? STATUS_BAD_OP : STATUS_STALE, 0);
    } else if (dice < 72) {
        peer_disconnect(p, rng_below(rng, 2));
    } else if (dice < 78 && !p->online) {
        peer_connect(p, rng_below(rng, 3) == 0, UINT32_MAX);
    } else if (dice < 80) {
        peer_crash(p);
        replica_on_lost(p->r, unique_lost, u);
        /* Without the history, a passage that became very different counts as replaced: what was deleted in it may
         * come back. */
        peer_connect(p, true, mode == DELETING || rng_below(rng, 2) ? UINT32_MAX : rng_below(rng, 4));
    } else {
        (void)peer_deliver(p);
    }
}

static const char *session(uint64_t seed, enum mode mode)
{
    static struct uniques u;
    struct rng rng = {seed};
    struct model_server s;
    struct peer peers[PEERS];
    size_t n = 2 + rng_below(&rng, PEERS - 1);
    const char *wrong = NULL;

    unique_begin(&u, &s, peers, n);
    for (unsigned i = 0; i < STEPS; i++) {
        struct peer *p = &peers[rng_below(&rng, (uint32_t)n)];

        if (p->online || rng_below(&rng, 4) == 0)
            step(&u, p, &rng, mode);
    }
    if (!peers_settle(peers, n))
        wrong = "a replica refused a committed batch";
    for (size_t i = 0; i < n && !wrong; i++)
        wrong = judge(&u, unique_text(&u, replica_view(peers[i].r)), mode);
    if (wrong)
        print_error("mode %d, seed 0x%llx: %s\n", (int)mode, (unsigned long long)seed, wrong);
    unique_end(&s, peers, n);
    return wrong;
}

static void run_sessions(uint64_t first, enum mode mode)
{
    bool one = getenv("COCANVAS_SEED") != NULL;

    first = rng_seed(first);
    for (uint64_t i = 0; i < (one ? 1 : SESSIONS); i++)
        assert_null(session(first + i, mode));
}

static void nothing_typed_is_lost(void **state)
{
    (void)state;
    run_sessions(0x7e570000, TYPING);
}

static void what_was_deleted_is_gone(void **state)
{
    (void)state;
    run_sessions(0x7e580000, DELETING);
}

static void only_rejected_words_are_missing(void **state)
{
    (void)state;
    run_sessions(0x7e590000, REJECTING);
}

/* Everybody types eight characters, one by one, at the same place. */
static const char *runs(uint64_t seed)
{
    static struct uniques u;
    static uint32_t where[UNIQUE_MAX];
    struct rng rng = {seed};
    struct model_server s;
    struct peer peers[PEERS];
    uint32_t typed[PEERS] = {0}, at[PEERS], last[PEERS] = {0};
    size_t n = 2 + rng_below(&rng, PEERS - 1);
    const char *wrong = NULL;

    unique_begin(&u, &s, peers, n);
    for (size_t i = 0; i < n; i++)
        at[i] = 0;
    for (unsigned i = 0; i < 400; i++) {
        size_t who = rng_below(&rng, (uint32_t)n);
        struct peer *p = &peers[who];

        switch (rng_below(&rng, 4)) {
        case 0:
            if (typed[who] == 8)
                break;
            if (last[who]) { /* behind the last one, wherever that is by now */
                const struct text *text = unique_text(&u, replica_view(p->r));

                for (at[who] = 0; unique_at(text, at[who]) != last[who]; at[who]++)
                    ;
                at[who]++;
            }
            unique_type(&u, p, at[who], 0, 1, true);
            last[who] = u.n;
            typed[who]++;
            break;
        case 1:
            peer_seal(p, 256);
            break;
        case 2:
            (void)peer_arrive(p, STATUS_OK, 0);
            break;
        default:
            (void)peer_deliver(p);
            break;
        }
    }
    if (!peers_settle(peers, n))
        wrong = "a replica refused a committed batch";
    else if (!unique_find(unique_text(&u, &s.c), where))
        wrong = "a character is there twice";
    for (uint32_t i = 1; i <= u.n && !wrong; i++)
        if (u.at[i].left && where[i] != where[u.at[i].left] + 1)
            wrong = "a run is torn";
    if (wrong)
        print_error("seed 0x%llx: %s\n", (unsigned long long)seed, wrong);
    unique_end(&s, peers, n);
    return wrong;
}

static void runs_stay_whole(void **state)
{
    uint64_t first = rng_seed(0x7e5a0000);

    (void)state;
    for (uint64_t i = 0; i < (getenv("COCANVAS_SEED") ? 1 : RUNS); i++)
        assert_null(runs(first + i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_typed_is_lost),
        cmocka_unit_test(what_was_deleted_is_gone),
        cmocka_unit_test(only_rejected_words_are_missing),
        cmocka_unit_test(runs_stay_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
