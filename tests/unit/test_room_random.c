/* Sessions at random: clients with delays, connections that break in the middle of a frame, sockets that take nothing
 * for a while, commits that are lost, written unnoticed, or fenced, rooms that are released and loaded again. All the
 * while room_fakes.h compares what leaves the server, and every client's hash after every batch, with what is
 * committed. At the end all are brought together: every client is at the head, each of its batches was answered, and
 * a replay from the first state gives the same hash (P1 to P4, P11, P12). */
#include "tests/support/room_fakes.h"

enum { PEOPLE = 6, STEPS = 4000 };

struct play {
    struct world *w;
    struct rng rng;
    unsigned submitted, lagged, closed;
    bool switches; /* the canvas becomes anonymous and named again */
};

static uint32_t below(struct play *p, uint32_t n)
{
    return rng_below(&p->rng, n);
}

static struct client *anyone(struct play *p)
{
    return &p->w->clients[below(p, PEOPLE)];
}

static struct card *any_card(struct play *p, const struct client *c)
{
    uint32_t n = c->state.n_cards > 0 ? below(p, c->state.n_cards < 12 ? c->state.n_cards : 12) : 0;
    struct object *o = c->state.cards;
    while (n-- > 0 && o->hh.next)
        o = o->hh.next;
    return (struct card *)(void *)o;
}

/* ---------------------------------------------------------------- submitting */

static void submit_text(struct play *p, struct client *c, const struct card *card)
{
    char token[32];
    uint32_t len = card->text.len_points, at = below(p, len + 1);
    uint32_t removed = below(p, 2) ? below(p, len - at < 5 ? len - at + 1 : 5) : 0;
    if (below(p, 4) == 0)
        at = 0, removed = 0; /* ties */
    snprintf(token, sizeof token, "%u.%llu", c->number, (unsigned long long)c->client_seq + 1);
    if (removed > 0 && below(p, 2))
        token[0] = '\0';
    client_edit_at(c, c->state.seq, card->o.id, len, at, removed, token);
}

static void submit_card_op(struct play *p, struct client *c, const struct card *card)
{
    Cocanvas__Op op;
    cocanvas__op__init(&op);
    Cocanvas__CardDelete delete = COCANVAS__CARD_DELETE__INIT;
    Cocanvas__CardRestore restore = COCANVAS__CARD_RESTORE__INIT;
    Cocanvas__CardMove move = COCANVAS__CARD_MOVE__INIT;
    Cocanvas__Place place;
    Cocanvas__VoteSet vote = COCANVAS__VOTE_SET__INIT;
    cocanvas__place__init(&place);
    delete.id = restore.id = move.id = vote.card = card->o.id;
    move.place = &place;
    place.block = 1 + below(p, 2);
    place.first = below(p, 3) == 0;
    vote.on = below(p, 2);
    switch (card->deleted_seq ? 1 : below(p, 4)) {
    case 0:
        op.kind_case = COCANVAS__OP__KIND_CARD_DELETE;
        op.card_delete = &delete;
        break;
    case 1:
        op.kind_case = COCANVAS__OP__KIND_CARD_RESTORE;
        op.card_restore = &restore;
        break;
    case 2:
        op.kind_case = COCANVAS__OP__KIND_CARD_MOVE;
        op.card_move = &move;
        break;
    default:
        op.kind_case = COCANVAS__OP__KIND_VOTE_SET;
        op.vote_set = &vote;
    }
    client_submit_at(c, c->state.seq, &op);
}

static void submit_something(struct play *p, struct client *c)
{
    if (!c->open || c->in_flight || !c->has_state || c->state.seq < c->opened_head)
        return;
    p->submitted++;
    if (p->switches && below(p, 20) == 0) {
        c->member.role = COCANVAS__ROLE__FACILITATOR;
        client_switch_anonymous(c, !canvas_is_anonymous(&c->state));
        return;
    }
    c->anonymous = canvas_is_anonymous(&c->state) && below(p, 10) > 0;
    const struct card *card = c->state.n_cards > 0 ? any_card(p, c) : NULL;
    if (!card || below(p, 8) == 0)
        client_create(c, "start");
    else if (below(p, 20) == 0)
        client_edit_at(c, c->state.seq, card->o.id, 60000, 0, 0, "wrong length");
    else if (below(p, 4) > (card->deleted_seq ? 2 : 0))
        submit_text(p, c, card);
    else
        submit_card_op(p, c, card);
}

/* ---------------------------------------------------------------- what happens */

static void connection_changes(struct play *p, struct client *c)
{
    if (c->connected && below(p, 2))
        client_disconnect(c);
    else if (!c->connected)
        client_connect(c, false, below(p, 3) > 0);
    if (c->stream)
        c->stream->piece = below(p, 3) ? SIZE_MAX : 1 + below(p, 50);
}

static void socket_changes(struct play *p, struct client *c)
{
    if (!c->stream)
        return;
    uint32_t what = below(p, 4);
    c->stream->room = what == 0 ? 0 : what == 1 ? below(p, 2000) : SIZE_MAX;
}

static void journal_changes(struct play *p)
{
    struct journal *j = &p->w->journal;
    uint32_t what = below(p, 40);
    if (j->underway && what < 3 && below(p, 3) == 0) {
        if (what > 0) /* else a warning: the connection stands */
            journal_set_up(j, false);
        journal_finish(j, below(p, 2) ? LOST : LOST_BUT_WRITTEN);
    } else if (j->underway) {
        journal_finish(j, WRITTEN);
    } else if (!j->up && what < 20) {
        journal_set_up(j, true);
    } else if (what == 20 && below(p, 10) == 0) {
        j->canvas->epoch++; /* another node had the canvas for a moment */
    } else if (what == 21 && j->up && below(p, 4) == 0) {
        journal_set_up(j, false);
    }
}

static void time_passes(struct play *p)
{
    p->w->now_ms += below(p, 700);
    rooms_tick(p->w->rooms);
}

static void something_happens(struct play *p)
{
    struct client *c = anyone(p);
    switch (below(p, 16)) {
    case 0:
        if (below(p, 4) == 0)
            connection_changes(p, c);
        break;
    case 1:
        socket_changes(p, c);
        break;
    case 2:
        if (c->open && c->in_flight && below(p, 2))
            client_send(c); /* once more */
        break;
    case 3:
    case 4:
    case 5:
        journal_changes(p);
        break;
    case 6:
    case 7:
        journal_answer(&p->w->journal);
        break;
    case 8:
        time_passes(p);
        break;
    case 9:
    case 10:
    case 11:
        submit_something(p, c);
        break;
    default:
        for (uint32_t n = below(p, 8); n > 0; n--)
            client_step(c);
    }
    if ((!c->connected || c->must_reopen) && below(p, 8) == 0)
        client_connect(c, false, true);
    if (below(p, 2))
        world_turn(p->w);
}

/* ---------------------------------------------------------------- the end */

static void bring_together(struct play *p)
{
    struct world *w = p->w;
    struct journal *j = &w->journal;
    if (j->underway)
        journal_finish(j, WRITTEN);
    if (!j->up)
        journal_set_up(j, true);
    for (int again = 0; again < 3; again++) { /* a fence that nobody met yet closes the room once more */
        for (size_t i = 0; i < PEOPLE; i++) {
            struct client *c = &w->clients[i];
            if (c->stream)
                c->stream->room = c->stream->piece = SIZE_MAX;
            if (!c->connected || c->must_reopen)
                client_connect(c, false, true);
        }
        world_settle(w);
        rooms_tick(w->rooms); /* asks again about an unknown outcome */
        world_settle(w);
        for (size_t i = 0; i < PEOPLE; i++) {
            if (w->clients[i].open && w->clients[i].in_flight)
                client_send(&w->clients[i]);
        }
        world_settle(w);
    }
}

static uint64_t replay_hash(const struct fake_canvas *truth)
{
    static const struct canvas_limits none;
    struct canvas c;
    struct why why = {""};
    canvas_init(&c, &none);
    assert_int_equal(canvas_decode(&c, buf_at(&truth->initial), buf_len(&truth->initial), &why), STATUS_OK);
    for (uint64_t seq = 1; seq <= truth->head; seq++) {
        Cocanvas__Committed *batch = cocanvas__committed__unpack(NULL, truth->rows[seq].len, truth->rows[seq].payload);
        assert_non_null(batch);
        assert_int_equal(batch_apply_committed(&c, batch, &why), STATUS_OK);
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    uint64_t hash = canvas_hash(&c);
    canvas_fini(&c);
    return hash;
}

static void check_end(struct play *p)
{
    const struct fake_canvas *truth = &p->w->canvas;
    uint64_t hash = replay_hash(truth);
    for (size_t i = 0; i < PEOPLE; i++) {
        struct client *c = &p->w->clients[i];
        if (!c->open)
            print_error("client %u: dropped %d, refused %d\n", c->number, c->dropped, c->refused);
        assert_true(c->open);
        assert_false(c->in_flight);
        assert_int_equal(c->state.seq, truth->head);
        assert_int_equal(canvas_hash(&c->state), hash);
        assert_int_equal(truth->clients[c->number - 1].pos.last_client_seq, c->client_seq);
    }
    struct room *room = p->w->rooms->by_id;
    assert_int_equal(canvas_hash(&room->c), hash);
}

static void play(uint64_t seed, struct play *p)
{
    *p = (struct play){.w = world_new(), .rng = {seed}, .switches = seed % 2 == 0};
    struct world *w = p->w;
    w->limits.log_bytes = 2000 + below(p, below(p, 2) ? 6000 : 60000);
    w->limits.log_batches = 20 + below(p, 400);
    w->limits.snapshot_batches = 5 + below(p, 200);
    w->limits.idle_ms = 3000;
    w->limits.slow_ms = 20000;
    for (int i = 0; i < STEPS; i++)
        something_happens(p);
    bring_together(p);
    check_end(p);
}

static void test_random_sessions(void **state)
{
    (void)state;
    uint64_t seed = rng_seed(1), rounds = getenv("COCANVAS_ROUNDS") ? strtoull(getenv("COCANVAS_ROUNDS"), NULL, 0) : 60;
    struct rooms_stats sum = {0};
    uint64_t batches = 0, anonymous = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        struct play p;
        print_message("seed %llu\n", (unsigned long long)(seed + i));
        play(seed + i, &p);
        const struct rooms_stats *s = rooms_stats(p.w->rooms);
        batches += p.w->canvas.head;
        for (uint64_t seq = 1; seq <= p.w->canvas.head; seq++)
            anonymous += p.w->canvas.rows[seq].mark != 0;
        sum.rejects += s->rejects;
        sum.lagged += s->lagged;
        sum.dropped += s->dropped;
        sum.dedupes += s->dedupes;
        sum.transforms += s->transforms;
        world_free(p.w);
    }
    print_message("%llu anonymous batches\n", (unsigned long long)anonymous);
    print_message("%llu batches, %llu rejects, %llu lagged, %llu dropped, %llu deduped, %llu transformed\n",
                  (unsigned long long)batches, (unsigned long long)sum.rejects, (unsigned long long)sum.lagged,
                  (unsigned long long)sum.dropped, (unsigned long long)sum.dedupes, (unsigned long long)sum.transforms);
    /* The sessions met what they are for. */
    if (rounds >= 20)
        assert_true(batches > 1000 && anonymous > 500 && sum.rejects > 10 && sum.lagged > 10 && sum.dropped > 10 && sum.dedupes > 10 &&
                    sum.transforms > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_sessions)};
    log_setup(LOG_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
