/* watch: committed batches as they come, without a gap: what a lost connection or a snapshot skipped is fetched from
 * the history first. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "client/cli/edit.h"
#include "client/cli/proto_json.h"

struct watch {
    struct session s;
    struct arena words; /* of one batch; reset after it */
    uint64_t next;      /* the seq to be printed next */
    bool live;          /* history is told, batches may be printed as they come */
};

static const char *watch_person(void *ctx, uint32_t author)
{
    struct watch *w = ctx;
    char room[32];
    return arena_line(&w->words, client_person(w->s.client, author, room));
}

static void print_batch(struct watch *w, const Cocanvas__Committed *batch)
{
    struct cli *cli = w->s.cli;
    if (cli->out.json) {
        json_t *object = out_object("batch");
        json_object_set_new(object, "seq", json_integer((json_int_t)batch->seq));
        json_object_set_new(object, "by", json_string(watch_person(w, batch->author)));
        json_object_set_new(object, "batch", proto_to_json(&batch->base));
        out_json(&cli->out, object);
        return;
    }
    struct describe d = {
        .arena = &w->words,
        .canvas = replica_view(client_replica(w->s.client)),
        .person = watch_person,
        .ctx = w,
        .past = batch->seq < replica_seq(client_replica(w->s.client)),
    };
    char clock[16] = "";
    time_t seconds = (time_t)(batch->time_ms / 1000);
    struct tm parts;
    if (localtime_r(&seconds, &parts))
        strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    for (size_t i = 0; i < batch->n_ops; i++) {
        const char *sentence = describe_op(&d, batch->author, batch->ops[i]);
        if (!sentence)
            continue;
        out_print(&cli->out, STYLE_DIM, "%6" PRIu64 "  %s  ", batch->seq, clock);
        out_print(&cli->out, STYLE_PLAIN, "%s\n", sentence);
    }
    fflush(cli->out.to);
}

/* Only the next one is printed: an earlier one was, a later one waits for the history between. */
static void deliver(void *ctx, const Cocanvas__Committed *batch)
{
    struct watch *w = ctx;
    if (batch->seq != w->next)
        return;
    print_batch(w, batch);
    w->next++;
    arena_reset(&w->words);
    if (!output_flush(&w->s.cli->out))
        w->s.interrupted = true; /* the reader has gone away */
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct watch *w = ctx;
    if (w->live)
        deliver(w, batch);
}

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct watch *w = ctx;
    (void)code;
    if (state == CLIENT_OFFLINE)
        out_note(&w->s.cli->out, "Connection lost (%s); trying again.", sentence);
}

static uint64_t head(struct watch *w)
{
    return replica_seq(client_replica(w->s.client));
}

/* Prints from w->next to the present revision out of the history, if there is a gap. */
static int catch_up(struct watch *w)
{
    while (w->next <= head(w) && !w->s.interrupted) {
        uint64_t before = w->next, oldest = 0;
        int code = session_history(&w->s, w->next, head(w), deliver, w, &oldest);
        if (code != EXIT_OK)
            return code;
        if (w->next == before && oldest > w->next) {
            out_note(&w->s.cli->out, "Revisions %" PRIu64 " to %" PRIu64 " are no longer kept by the server.", w->next,
                     oldest - 1);
            w->next = oldest;
        } else if (w->next == before) {
            return cli_fail(w->s.cli, EXIT_ERROR, "The server did not send revision %" PRIu64 ".", before);
        }
    }
    w->live = true;
    return EXIT_OK;
}

static bool has_gap(struct session *s)
{
    struct watch *w = (struct watch *)s; /* the session is its first field */
    return s->state == CLIENT_LIVE && w->next <= head(w);
}

static int follow(struct watch *w)
{
    while (!w->s.interrupted) {
        enum status status = session_wait(&w->s, has_gap, 3600 * 1000);
        if (w->s.interrupted)
            break;
        if (status == STATUS_OK) {
            int code = catch_up(w);
            if (code != EXIT_OK && code != EXIT_UNREACHABLE && code != EXIT_TIMED_OUT)
                return code;
        } else if (status != STATUS_TIMEOUT) {
            return session_failed(&w->s, status, "watching");
        }
    }
    return output_flush(&w->s.cli->out) ? EXIT_INTERRUPTED : EXIT_OK;
}

int cmd_watch(struct cli *cli)
{
    static const struct session_hooks hooks = {.on_state = on_state, .on_batch = on_batch};
    struct watch w;
    long since = -1;
    memset(&w, 0, sizeof w);
    if (!cli_number(cli, "since", 0, INT32_MAX, &since))
        return EXIT_USAGE;
    arena_init(&w.words, (size_t)64 << 20);
    int code = session_prepare(&w.s, cli);
    w.s.hooks = &hooks;
    w.s.hooks_ctx = &w;
    w.s.stay = cli_flag(cli, "follow");
    if (code == EXIT_OK)
        code = session_choose_context(&w.s);
    if (code == EXIT_OK)
        code = session_connect(&w.s, NULL);
    if (code == EXIT_OK)
        code = session_open_canvas(&w.s, cli->args[0], false);
    if (code == EXIT_OK) {
        w.next = since < 0 ? head(&w) + 1 : (uint64_t)since + 1;
        code = catch_up(&w);
    }
    if (code == EXIT_OK && cli_flag(cli, "follow"))
        code = follow(&w);
    session_close(&w.s);
    arena_fini(&w.words);
    return code;
}
