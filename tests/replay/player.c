/* A client in this process: callbacks that insist, and waiting with an end to patience (player.h). */
#include "tests/replay/player.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"

enum { PATIENCE_MS = 60000 };

_Noreturn void give_up(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("replay: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what the client tells */

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct player *p = ctx;
    p->level = p->level || state == CLIENT_LIVE;
    if (state == CLIENT_FAILED)
        give_up("player %u failed: %s: %s", p->number, status_name(code), sentence);
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    const struct player *p = ctx;
    give_up("an edit of player %u was refused: %s: %s", p->number, status_name((enum status)reject->code),
            reject->detail);
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct player *p = ctx;
    if (p->last_seq > 0 && batch->seq != p->last_seq + 1)
        give_up("player %u was given batch %llu after %llu", p->number, (unsigned long long)batch->seq,
                (unsigned long long)p->last_seq);
    p->last_seq = batch->seq;
    p->stage->n_batches++;
}

/* A snapshot takes the place of the batches before it. */
static void on_event(void *ctx, const struct replica_event *event)
{
    struct player *p = ctx;
    if (event->op == NULL)
        p->last_seq = 0;
}

static void on_reply(void *ctx, const Cocanvas__Frame *reply)
{
    struct player *p = ctx;
    if (p->on_reply != NULL)
        p->on_reply(p->ctx, reply);
}

/* ---- life */

static void start(struct player *p)
{
    const struct client_callbacks callbacks = {
        .on_state = on_state, .on_event = on_event, .on_reject = on_reject, .on_batch = on_batch, .on_reply = on_reply};
    struct client_options options = {
        .host = "127.0.0.1",
        .port = relay_port(p->relay),
        .has_pin = true,
        .config_dir = p->config_dir,
        .state_dir = p->state_dir,
        .token = p->stage->token,
        .seal_ms = p->number % 2 * 5, /* every other one waits a little, so that several edits become one batch */
        .reconnect = true,
    };
    memcpy(options.pin, p->stage->server.pin, sizeof options.pin);
    p->last_seq = 0;
    p->level = false;
    p->client = client_new(p->stage->base, &options, &callbacks, p);
    client_open(p->client, &p->stage->canvas, p->read_only);
    client_connect(p->client);
}

void player_init(struct player *p, struct stage *stage, unsigned number, bool read_only)
{
    *p = (struct player){.stage = stage, .number = number, .read_only = read_only};
    p->config_dir = xasprintf("%s/player-%u/config", stage->dir, number);
    p->state_dir = xasprintf("%s/player-%u/state", stage->dir, number);
    p->relay = relay_new(stage->base, stage->server.port);
    start(p);
}

void player_fini(struct player *p)
{
    client_free(p->client);
    relay_free(p->relay);
    free(p->config_dir);
    free(p->state_dir);
}

void player_restart(struct player *p)
{
    client_free(p->client);
    relay_cut(p->relay);
    start(p);
    p->stage->n_restarts++;
}

void player_cut(struct player *p)
{
    if (rng_below(&p->stage->rng, 2) == 0)
        relay_cut(p->relay);
    else
        relay_cut_after_next_send(p->relay);
    p->stage->n_cuts++;
}

/* ---- waiting */

void player_wait(struct player *p, bool (*cond)(void *player), const char *what)
{
    char sentence[200];
    if (client_run_until(p->client, cond, p, PATIENCE_MS) == STATUS_OK)
        return;
    (void)client_error(p->client, sentence, sizeof sentence);
    give_up("player %u waited in vain for %s (state %d, seq %llu, last trouble: %s)", p->number, what,
            (int)client_state(p->client),
            client_replica(p->client) != NULL ? (unsigned long long)replica_seq(client_replica(p->client)) : 0,
            sentence);
}

static bool is_live(void *player)
{
    const struct player *p = player;
    return client_state(p->client) == CLIENT_LIVE;
}

static bool is_saved(void *player)
{
    const struct player *p = player;
    return client_state(p->client) == CLIENT_LIVE && client_all_saved(p->client);
}

void player_wait_live(struct player *p)
{
    player_wait(p, is_live, "the canvas");
}

void player_wait_saved(struct player *p)
{
    player_wait(p, is_saved, "its edits to be saved");
}

/* A player and the batch that it waits for. */
struct seq_wait {
    struct player *player;
    uint64_t seq;
};

static bool has_seq(void *wait)
{
    const struct seq_wait *w = wait;
    return is_live(w->player) && replica_seq(client_replica(w->player->client)) >= w->seq;
}

void player_wait_seq(struct player *p, uint64_t seq)
{
    struct seq_wait wait = {p, seq};
    if (client_run_until(p->client, has_seq, &wait, PATIENCE_MS) != STATUS_OK)
        give_up("player %u waited in vain for batch %llu", p->number, (unsigned long long)seq);
}

/* ---- editing */

bool player_can_edit(void *player)
{
    const struct player *p = player;
    uint64_t from, to;
    const struct replica *replica = client_replica(p->client);
    return p->level && replica != NULL && !replica_history_wanted(replica, &from, &to);
}

const struct text *player_text(struct player *p, uint64_t card)
{
    struct replica *replica = client_replica(p->client);
    return replica != NULL ? canvas_text(replica_view(replica), card, "") : NULL;
}

void player_edit(struct player *p, size_t n_ops, Cocanvas__Op **ops)
{
    struct why why = {""};
    enum status status = replica_edit(client_replica(p->client), n_ops, ops, now_ms(), false, &why);
    if (status != STATUS_OK)
        give_up("player %u could not edit: %s: %s", p->number, status_name(status), why.text);
    client_edited(p->client);
}

void player_splice(struct player *p, uint64_t card, uint32_t at, uint32_t removed, const char *bytes, size_t len)
{
    struct why why = {""};
    enum status status =
        replica_text_splice(client_replica(p->client), card, "", at, removed, bytes, len, now_ms(), false, &why);
    if (status != STATUS_OK)
        give_up("player %u could not edit: %s: %s", p->number, status_name(status), why.text);
    client_edited(p->client);
}
