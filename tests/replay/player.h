/* One participant: a client of client/core behind a bad network, in this process. It can lose its connection, or be
 * ended and started again with what it had on disk. Anything that should not happen (a refusal, a failure, waiting in
 * vain) ends the program with a sentence and exit code 1. */
#ifndef COCANVAS_TESTS_REPLAY_PLAYER_H
#define COCANVAS_TESTS_REPLAY_PLAYER_H

#include "client/core/client.h"
#include "tests/replay/relay.h"
#include "tests/support/rng.h"

/* Where and what to play; borrowed by the players. */
struct stage {
    struct event_base *base;
    struct link server;
    const char *token;
    struct uuid canvas;
    const char *dir; /* each player has a folder in it */
    struct rng rng;
    uint64_t n_cuts, n_restarts, n_batches;
};

struct player {
    struct stage *stage;
    unsigned number;
    bool read_only;
    struct relay *relay;
    struct client *client;
    char *config_dir, *state_dir;
    uint64_t last_seq; /* of this client's batches: they come in order, without a gap */
    bool level;        /* since it was started it has been level with the canvas once */
    void (*on_reply)(void *ctx, const Cocanvas__Frame *reply);
    void *ctx;
};

_Noreturn void give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Connects and opens, without waiting. */
void player_init(struct player *p, struct stage *stage, unsigned number, bool read_only);
void player_fini(struct player *p);
/* Ends the client in the middle of what it does and starts another one with the same files. */
void player_restart(struct player *p);
void player_cut(struct player *p);

/* Runs all players until this one is connected and level with the canvas as it was at its last opening. */
void player_wait_live(struct player *p);
/* … and all its edits are committed. */
void player_wait_saved(struct player *p);
/* … and it has applied batch seq. */
void player_wait_seq(struct player *p, uint64_t seq);
/* Runs the event loop until cond(p). */
void player_wait(struct player *p, bool (*cond)(void *player), const char *what);

/* Whether it knows the canvas and may edit it: connected or not, but not before it was level, nor while it is finding
 * its place after a snapshot. */
bool player_can_edit(void *player);
/* What the player sees of a card; NULL before it has seen the canvas. */
const struct text *player_text(struct player *p, uint64_t card);
/* Edits its view: any number of ops as one step; then the client takes over. */
void player_edit(struct player *p, size_t n_ops, Cocanvas__Op **ops);
void player_splice(struct player *p, uint64_t card, uint32_t at, uint32_t removed, const char *bytes, size_t len);

#endif
