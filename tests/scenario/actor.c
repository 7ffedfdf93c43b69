/* One participant for the scenarios: an ordinary client (client/core) that edits by a seeded plan and writes down what it did and saw.
 *
 * Commands come on standard input, one a line: "go MS" (one edit every MS ms), "pause", "quiet" (answers "quiet SEQ HASH" once everything is
 * saved and confirmed), "quit". Standard output says "live", "offline", "quiet …". The history is a file of JSON lines, each written by one
 * write(2), so that a SIGKILL tears none; times are CLOCK_MONOTONIC, the same for all actors of the machine.
 *
 * What it types are runs, character by character, at the beginning of texts that all share: "A.17" U+1F600 "e" U+0301 "bcd>". Runs are unique and
 * begin with their actor's own letter; one that was typed to its end must be found whole in the canvas at the end. All begin at one place, so their first characters tie; nobody begins
 * right behind a run that another is still typing, which no order of plain inserts could keep whole.
 *
 * Who leads (the server refuses it to the others) now and then makes the canvas anonymous, and named again. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/core/client.h"
#include "common/buf.h"
#include "common/utf8.h"

enum { RUN_MAX = 96, SHARED_CARDS = 3, SWITCH_EVERY = 80 };

struct actor {
    struct event_base *base;
    struct client *client;
    struct event *tick, *input;
    const char *name;
    int history;                /* file descriptor */
    uint64_t random;            /* xorshift state */
    unsigned pause_ms;          /* between edits; 0: not editing */
    unsigned runs;              /* made so far */
    char run[RUN_MAX];          /* being typed; "" none */
    size_t run_len, typed;      /* in bytes */
    uint64_t run_card;
    uint64_t sealed;            /* highest client_seq that was logged */
    int64_t checked_ns;         /* when that was last looked at */
    bool began;                 /* the replica's identity was seen */
    bool wants_quiet;
    enum client_state state;
    char line[128];
    size_t line_len;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t pick(struct actor *a, uint32_t below)
{
    a->random ^= a->random << 13;
    a->random ^= a->random >> 7;
    a->random ^= a->random << 17;
    return (uint32_t)((a->random >> 16) % below);
}

/* Appends {"t":…,"who":…,"ev":EVENT,REST} to the history. */
static void note_at(struct actor *a, int64_t t, const char *event, const char *rest)
{
    char *line = xasprintf("{\"t\":%" PRId64 ",\"who\":\"%s\",\"ev\":\"%s\"%s%s}\n", t, a->name, event, *rest ? "," : "", rest);
    size_t len = strlen(line);
    if (write(a->history, line, len) != (ssize_t)len)
        _exit(9);
    free(line);
}

static void note(struct actor *a, const char *event, const char *rest) { note_at(a, now_ns(), event, rest); }

/* New client_seqs since the last look. They were sealed after checked_ns at the earliest: that is what real-time order may rely on. */
static void note_sealed(struct actor *a)
{
    struct replica *r = client_replica(a->client);
    if (r && replica_client(r)) {
        if (!a->began) {        /* after a restart: what the outbox brought back was sealed before */
            char rest[80];
            a->sealed = replica_last_client_seq(r);
            snprintf(rest, sizeof rest, "\"client\":%" PRIu32 ",\"client_seq\":%" PRIu64, replica_client(r), a->sealed);
            note(a, "restored", rest);
            a->began = true;
        }
        uint64_t last = replica_last_client_seq(r);
        if (last < a->sealed) /* an anonymous batch gives its number back */
            a->sealed = last;
        while (a->sealed < last) {
            char rest[80];
            snprintf(rest, sizeof rest, "\"client\":%" PRIu32 ",\"client_seq\":%" PRIu64, replica_client(r), ++a->sealed);
            note_at(a, a->checked_ns, "sealed", rest);
        }
    }
    a->checked_ns = now_ns();
}

static void edited(struct actor *a)
{
    client_edited(a->client);
    note_sealed(a);
}

/* ---- edits */

static void type_next(struct actor *a, struct replica *r)
{
    const struct text *text = canvas_text(replica_view(r), a->run_card, "");
    char *at = text && a->typed ? memmem(text->bytes, text->len_bytes, a->run, a->typed) : NULL;
    if (!text || (a->typed && !at)) {
        char rest[160];
        snprintf(rest, sizeof rest, "\"run\":\"%s\",\"typed\":%zu", a->run, a->typed);
        note(a, "torn", rest);
        a->run_len = 0;
        return;
    }
    size_t before = a->typed ? (size_t)(at - text->bytes) + a->typed : 0;
    uint32_t place = a->typed ? (uint32_t)utf8_points(text->bytes, before) : 0;
    uint32_t point;
    size_t step = utf8_decode(a->run + a->typed, a->run_len - a->typed, &point);
    struct why why;
    if (replica_text_splice(r, a->run_card, "", place, 0, a->run + a->typed, step, wall_ms(), true, &why) != STATUS_OK) {
        a->run_len = 0;     /* the card is gone, or the canvas is being opened: the run was not typed to its end */
        return;
    }
    edited(a);
    a->typed += step;
    if (a->typed == a->run_len) {
        char rest[200];
        char id[OBJECT_ID_TEXT];
        object_id_format(a->run_card, id);
        snprintf(rest, sizeof rest, "\"card\":\"%s\",\"run\":\"%s\"", id, a->run);
        note(a, "typed", rest);
        a->run_len = 0;
    }
}

/* Some card that is alive, the oldest ones most often: they are the shared texts. NULL if there is none. */
static struct card *some_card(struct actor *a, const struct canvas *c)
{
    uint32_t skip = pick(a, 3) ? pick(a, 2) : c->n_cards ? pick(a, c->n_cards) : 0;
    struct card *last = NULL;
    for (struct object *o = c->cards; o; o = o->hh.next) {
        struct card *card = (struct card *)o;
        if (card->deleted_seq)
            continue;
        last = card;
        if (skip-- == 0)
            break;
    }
    return last;
}

static bool begin_run(struct actor *a, struct replica *r)
{
    struct card *card = some_card(a, replica_view(r));
    if (!card || card->text.len_points > 3000)
        return false;
    a->run_len = (size_t)snprintf(a->run, sizeof a->run, "%s.%u\xF0\x9F\x98\x80" "e\xCC\x81%.*s>", a->name, ++a->runs,
                                 (int)pick(a, 7), "bcdefg");
    a->typed = 0;
    a->run_card = card->o.id;
    return true;
}

static bool do_ops(struct actor *a, struct replica *r, Cocanvas__Op *op)
{
    struct why why;
    Cocanvas__Op *ops[] = {op};
    if (replica_edit(r, 1, ops, wall_ms(), false, &why) != STATUS_OK)
        return false;
    edited(a);
    return true;
}

static void create_card(struct actor *a, struct replica *r)
{
    const struct canvas *view = replica_view(r);
    size_t n;
    struct block **blocks = canvas_blocks_in_order(view, &n);
    char text[64], id_text[OBJECT_ID_TEXT];
    Cocanvas__Place place = COCANVAS__PLACE__INIT;
    Cocanvas__CardCreate create = COCANVAS__CARD_CREATE__INIT;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    snprintf(text, sizeof text, "[%s.%u]", a->name, ++a->runs);
    place.block = blocks[pick(a, (uint32_t)n)]->o.id;
    place.first = pick(a, 2);
    create.id = replica_next_id(r);
    create.place = &place;
    create.text = text;
    op.kind_case = COCANVAS__OP__KIND_CARD_CREATE;
    op.card_create = &create;
    free(blocks);
    if (do_ops(a, r, &op)) {
        char rest[160];
        object_id_format(create.id, id_text);
        snprintf(rest, sizeof rest, "\"card\":\"%s\",\"text\":\"%s\"", id_text, text);
        note(a, "created", rest);
    }
}

static void change_card(struct actor *a, struct replica *r, unsigned what)
{
    struct card *card = some_card(a, replica_view(r));
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__TagSet tag = COCANVAS__TAG_SET__INIT;
    Cocanvas__VoteSet vote = COCANVAS__VOTE_SET__INIT;
    Cocanvas__Place place = COCANVAS__PLACE__INIT;
    Cocanvas__CardMove move = COCANVAS__CARD_MOVE__INIT;
    Cocanvas__Value value = COCANVAS__VALUE__INIT;
    Cocanvas__PropSet prop = COCANVAS__PROP_SET__INIT;
    char word[32], color[] = "color";
    if (!card)
        return;
    snprintf(word, sizeof word, "w%u", pick(a, 5));
    tag.card = vote.card = move.id = prop.object = card->o.id;
    tag.on = vote.on = pick(a, 4) != 0;
    tag.tag = word;
    place.block = card->block->o.id;
    place.first = true;
    move.place = &place;
    prop.key = color;
    prop.value = &value;
    value.kind_case = COCANVAS__VALUE__KIND_TEXT;
    value.text = word;
    if (what == 0) {
        op.kind_case = COCANVAS__OP__KIND_TAG_SET;
        op.tag_set = &tag;
    } else if (what == 1) {
        op.kind_case = COCANVAS__OP__KIND_VOTE_SET;
        op.vote_set = &vote;
    } else if (what == 2) {
        op.kind_case = COCANVAS__OP__KIND_CARD_MOVE;
        op.card_move = &move;
    } else {
        op.kind_case = COCANVAS__OP__KIND_PROP_SET;
        op.prop_set = &prop;
    }
    do_ops(a, r, &op);
}

static void switch_anonymous(struct actor *a, struct replica *r)
{
    char key[] = "anonymous";
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__PropSet prop = COCANVAS__PROP_SET__INIT;
    Cocanvas__Value value = COCANVAS__VALUE__INIT;
    prop.key = key;
    prop.value = &value;
    value.kind_case = COCANVAS__VALUE__KIND_FLAG;
    value.flag = !canvas_is_anonymous(replica_view(r));
    op.kind_case = COCANVAS__OP__KIND_PROP_SET;
    op.prop_set = &prop;
    if (do_ops(a, r, &op))
        note(a, "switched", value.flag ? "\"on\":true" : "\"on\":false");
}

static void edit_once(struct actor *a)
{
    struct replica *r = client_replica(a->client);
    if (!r || !replica_client(r))
        return;
    uint32_t dice = pick(a, 20);
    if (replica_view(r)->n_cards >= SHARED_CARDS && pick(a, SWITCH_EVERY) == 0)
        switch_anonymous(a, r);
    else if (a->run_len)
        type_next(a, r);
    else if (dice < 13 && begin_run(a, r))
        type_next(a, r);
    else if (dice < 16)
        create_card(a, r);
    else
        change_card(a, r, dice - 16);
}

/* ---- what comes in */

static void say_quiet(struct actor *a)
{
    struct replica *r = client_replica(a->client);
    if (!a->wants_quiet || a->state != CLIENT_LIVE || !r || !client_all_saved(a->client))
        return;
    a->wants_quiet = false;
    printf("quiet %" PRIu64 " %016" PRIx64 "\n", replica_seq(r), replica_hash(r));
    fflush(stdout);
}

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct actor *a = ctx;
    char rest[80];
    a->state = state;
    snprintf(rest, sizeof rest, "\"state\":%d,\"code\":\"%s\"", state, status_name(code));
    note(a, "state", rest);
    if (state == CLIENT_LIVE)
        printf("live\n");
    else if (state == CLIENT_FAILED)
        printf("failed %s\n", sentence ? sentence : "");
    else if (state == CLIENT_OFFLINE)
        printf("offline\n");
    fflush(stdout);
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct actor *a = ctx;
    size_t len = cocanvas__committed__get_packed_size(batch);
    uint8_t *bytes = xmalloc(len + 1);
    cocanvas__committed__pack(batch, bytes);
    char *hex = xmalloc(2 * len + 1);
    sodium_bin2hex(hex, 2 * len + 1, bytes, len);
    char *rest = xasprintf("\"seq\":%" PRIu64 ",\"epoch\":%" PRIu64 ",\"client\":%" PRIu64 ",\"client_seq\":%" PRIu64 ",\"body\":\"%s\"", batch->seq,
                           batch->epoch, batch->client, batch->client_seq, hex);
    note(a, "committed", rest);
    free(rest);
    free(hex);
    free(bytes);
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    char rest[120];
    snprintf(rest, sizeof rest, "\"client_seq\":%" PRIu64 ",\"code\":\"%s\"", reject->client_seq, status_name((enum status)reject->code));
    note(ctx, "rejected", rest);
}

static void on_status(void *ctx, bool degraded, int64_t since_ms)
{
    (void)since_ms;
    note(ctx, degraded ? "degraded" : "saving", "");
}

static void on_event(void *ctx, const struct replica_event *event)
{
    if (!event->op && !event->batch)
        note(ctx, "replaced", "");
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct actor *a = ctx;
    (void)fd;
    (void)what;
    note_sealed(a);
    if (a->pause_ms || a->run_len)      /* a run that was begun is typed to its end */
        edit_once(a);
    else
        say_quiet(a);
    unsigned ms = a->pause_ms ? a->pause_ms : 5;
    struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    event_add(a->tick, &tv);
}

static void command(struct actor *a, const char *line)
{
    if (sscanf(line, "go %u", &a->pause_ms) == 1)
        return;
    if (!strcmp(line, "pause"))
        a->pause_ms = 0;
    else if (!strcmp(line, "quiet"))
        a->pause_ms = 0, a->wants_quiet = true;
    else if (!strcmp(line, "quit"))
        event_base_loopbreak(a->base);
}

static void on_input(evutil_socket_t fd, short what, void *ctx)
{
    struct actor *a = ctx;
    (void)what;
    ssize_t n = read(fd, a->line + a->line_len, sizeof a->line - 1 - a->line_len);
    if (n <= 0) {
        event_base_loopbreak(a->base);
        return;
    }
    a->line_len += (size_t)n;
    a->line[a->line_len] = 0;
    for (char *end; (end = strchr(a->line, '\n'));) {
        *end = 0;
        command(a, a->line);
        a->line_len -= (size_t)(end + 1 - a->line);
        memmove(a->line, end + 1, a->line_len + 1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 9 || sodium_init() < 0) {
        fprintf(stderr, "usage: scenario_actor NAME HOST:PORT PIN TOKEN CANVAS STATE-DIR HISTORY SEED\n");
        return 2;
    }
    struct actor a = {.name = argv[1], .random = strtoull(argv[8], NULL, 10) * 2654435761u + 88172645463325252u};
    struct client_options options = {.config_dir = argv[6], .state_dir = argv[6], .token = argv[4], .has_pin = true, .reconnect = true};
    struct client_callbacks cb = {.on_state = on_state, .on_event = on_event, .on_batch = on_batch, .on_reject = on_reject, .on_status = on_status};
    struct uuid canvas;
    struct why why;
    if (address_parse(argv[2], options.host, &options.port, &why) != STATUS_OK || !base32_decode(argv[3], options.pin, PIN_BYTES) ||
        !uuid_parse(argv[5], &canvas))
        return 2;
    /* Runs are numbered on from the process' start, so that a restarted actor makes new ones. */
    a.runs = (unsigned)(now_ns() / 1000000 % 1000000000);
    a.history = open(argv[7], O_WRONLY | O_CREAT | O_APPEND, 0600);
    a.base = event_base_new();
    a.client = client_new(a.base, &options, &cb, &a);
    a.tick = evtimer_new(a.base, on_tick, &a);
    a.input = event_new(a.base, 0, EV_READ | EV_PERSIST, on_input, &a);
    a.checked_ns = now_ns();
    event_add(a.input, NULL);
    on_tick(-1, 0, &a);
    client_open(a.client, &canvas, false);
    client_connect(a.client);
    event_base_dispatch(a.base);
    event_free(a.tick);
    event_free(a.input);
    client_free(a.client);
    event_base_free(a.base);
    return 0;
}
