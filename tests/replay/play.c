/* Playing a session through real clients (play.h).
 *
 * Sequential: who types the next part is drawn by lot; before, they must have received all that was typed until then.
 * Concurrent: one player per agent of the trace, each typing what its agent saw (model.h). Beside it all players
 * scribble on a second card at the same time, lose their connections and are restarted. */
#include "tests/replay/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "tests/replay/model.h"
#include "tests/replay/scribble.h"

enum {
    TURN = 20, /* a player types so many txns in a row, on average */
    PLAYERS_MAX = 16,
    WATCHER = PLAYERS_MAX, /* number of the client that comes at the end */
};

struct game {
    const struct play_options *options;
    struct player players[PLAYERS_MAX];
    unsigned n_players;
    unsigned typing; /* the player who typed last */
    uint64_t text_card, mark_card;
    struct text expected; /* what the text of text_card is by now */
    struct scribble *scribble;
};

/* ---- the two cards */

static void make_cards(struct game *g)
{
    struct replica *replica = client_replica(g->players[0].client);
    size_t n_blocks;
    struct block **blocks = canvas_blocks_in_order(replica_view(replica), &n_blocks);
    Cocanvas__Op *ops[2];
    for (size_t i = 0; i < 2; i++) {
        ops[i] = xmalloc(sizeof *ops[i]);
        cocanvas__op__init(ops[i]);
        ops[i]->kind_case = COCANVAS__OP__KIND_CARD_CREATE;
        ops[i]->card_create = xmalloc(sizeof *ops[i]->card_create);
        cocanvas__card_create__init(ops[i]->card_create);
        ops[i]->card_create->place = xmalloc(sizeof *ops[i]->card_create->place);
        cocanvas__place__init(ops[i]->card_create->place);
        ops[i]->card_create->place->block = blocks[0]->o.id;
        ops[i]->card_create->id = replica_next_id(replica);
    }
    free(blocks);
    g->text_card = ops[0]->card_create->id;
    g->mark_card = ops[1]->card_create->id;
    ops[0]->card_create->text = xstrdup(g->options->trace->start);
    player_edit(&g->players[0], 2, ops);
    for (size_t i = 0; i < 2; i++)
        cocanvas__op__free_unpacked(ops[i], NULL);
    player_wait_saved(&g->players[0]);
    for (unsigned i = 1; i < g->n_players; i++)
        player_wait_seq(&g->players[i], player_outcome(&g->players[0]).seq);
}

/* ---- trouble and scribbling beside the trace */

static void maybe_trouble(struct game *g)
{
    struct rng *r = &g->options->stage->rng;
    if (g->options->trouble_every == 0 || rng_below(r, g->options->trouble_every) != 0)
        return;
    struct player *p = &g->players[rng_below(r, g->n_players)];
    if (rng_below(r, 3) == 0)
        player_restart(p);
    else
        player_cut(p);
}

static void beside(struct game *g)
{
    bool all_at_once = rng_below(&g->options->stage->rng, 8) == 0;
    for (unsigned i = 0; all_at_once && i < g->n_players; i++)
        scribble_step(g->scribble, &g->players[i]);
    maybe_trouble(g);
    event_base_loop(g->options->stage->base, EVLOOP_NONBLOCK);
}

/* ---- the trace */

/* The next one to type has received all that was typed until now. */
static struct player *take_turn(struct game *g, unsigned who)
{
    struct player *before = &g->players[g->typing], *now = &g->players[who];
    if (before != now) {
        player_wait_saved(before);
        player_wait_seq(now, player_outcome(before).seq);
        g->typing = who;
    }
    player_wait(now, player_can_edit, "its edits to find their place");
    if (before != now)
        expect_text("the next one to type", player_text(now, g->text_card), g->expected.bytes);
    return now;
}

/* The op's inserts and removes, from its end to its beginning, so that positions hold. */
static void type_op(struct player *p, uint64_t card, const struct text_op *op)
{
    uint32_t at = 0, from = 0;
    for (uint32_t i = 0; i < op->n_steps; i++)
        at += op->steps[i].kind == TEXT_INSERT ? 0 : op->steps[i].points;
    for (uint32_t i = op->n_steps; i-- > 0;) {
        const struct text_step *s = &op->steps[i];
        from = s->kind == TEXT_INSERT ? at : at - s->points;
        if (s->kind == TEXT_INSERT)
            player_splice(p, card, at, 0, op->bytes + s->at_bytes, s->len_bytes);
        else if (s->kind == TEXT_REMOVE)
            player_splice(p, card, from, s->points, "", 0);
        at = from;
    }
}

static void play_op(struct game *g, unsigned who, const struct text_op *op)
{
    struct player *p = take_turn(g, who);
    type_op(p, g->text_card, op);
    text_apply(&g->expected, op, NULL);
    beside(g);
}

static void play_sequential(struct game *g)
{
    struct text_op op = {0};
    struct rng *r = &g->options->stage->rng;
    unsigned who = 0;
    for (size_t i = 0; i < g->options->trace->n_txns; i++) {
        if (rng_below(r, TURN) == 0)
            who = rng_below(r, g->n_players);
        txn_op(&op, &g->options->trace->txns[i], g->expected.len_points);
        play_op(g, who, &op);
    }
    text_op_fini(&op);
}

static void on_model_commit(void *ctx, uint32_t agent, const struct text_op *op)
{
    play_op(ctx, agent, op);
}

static void play_concurrent(struct game *g)
{
    struct model model;
    model_init(&model, g->options->trace->n_agents, g->options->trace->start);
    model.on_commit = on_model_commit;
    model.ctx = g;
    for (size_t i = 0; i < g->options->trace->n_txns; i++)
        model_type(&model, &g->options->trace->txns[i]);
    model_settle(&model);
    model_fini(&model);
}

/* ---- the end */

static struct outcome agree(struct game *g)
{
    expect_text("what was typed", &g->expected, g->options->end->bytes);
    uint64_t head = 0;
    for (unsigned i = 0; i < g->n_players; i++) {
        player_wait_saved(&g->players[i]);
        uint64_t seq = player_outcome(&g->players[i]).seq;
        head = seq > head ? seq : head;
    }
    for (unsigned i = 0; i < g->n_players; i++)
        player_wait_seq(&g->players[i], head);
    struct outcome first = player_outcome(&g->players[0]);
    for (unsigned i = 0; i < g->n_players; i++) {
        expect_outcome("one of the players", first, player_outcome(&g->players[i]));
        expect_text("one of the players", player_text(&g->players[i], g->text_card), g->expected.bytes);
    }
    scribble_check(g->scribble, player_text(&g->players[0], g->mark_card));
    return first;
}

/* A client that was never here sees the same, and so does whoever reads the journal. */
static void check_anew(const struct play_options *o, struct outcome expected, uint64_t text_card)
{
    const struct canvas_limits none = {0};
    struct player watcher;
    struct canvas replayed;
    player_init(&watcher, o->stage, WATCHER, true);
    player_wait_live(&watcher);
    expect_outcome("a new client", expected, player_outcome(&watcher));
    expect_text("a new client", player_text(&watcher, text_card), o->end->bytes);
    canvas_init(&replayed, &none);
    expect_outcome("the journal", expected, journal_outcome(&watcher, o->template_id, o->title, &replayed));
    expect_text("the journal", canvas_text(&replayed, text_card, ""), o->end->bytes);
    canvas_fini(&replayed);
    player_fini(&watcher);
}

void play(const struct play_options *o)
{
    struct game g = {.options = o, .n_players = o->n_players < PLAYERS_MAX ? o->n_players : PLAYERS_MAX};
    if (g.n_players < o->trace->n_agents)
        g.n_players = o->trace->n_agents;
    text_init(&g.expected);
    text_set(&g.expected, o->trace->start, strlen(o->trace->start));
    for (unsigned i = 0; i < g.n_players; i++)
        player_init(&g.players[i], o->stage, i, false);
    for (unsigned i = 0; i < g.n_players; i++)
        player_wait_live(&g.players[i]);
    make_cards(&g);
    g.scribble = scribble_new(g.mark_card, g.n_players);
    if (o->trace->concurrent)
        play_concurrent(&g);
    else
        play_sequential(&g);
    struct outcome end = agree(&g);
    check_anew(o, end, g.text_card);
    printf("%zu txns, %u players, %llu batches, %zu marks, %llu cuts, %llu restarts\n", o->trace->n_txns, g.n_players,
           (unsigned long long)end.seq, scribble_marks(g.scribble), (unsigned long long)o->stage->n_cuts,
           (unsigned long long)o->stage->n_restarts);
    printf("end %llu %016llx %llu\n", (unsigned long long)end.seq, (unsigned long long)end.hash,
           (unsigned long long)g.text_card);
    for (unsigned i = 0; i < g.n_players; i++)
        player_fini(&g.players[i]);
    scribble_free(g.scribble);
    text_fini(&g.expected);
}

void play_check(const struct play_options *o, struct outcome expected, uint64_t text_card)
{
    check_anew(o, expected, text_card);
}
