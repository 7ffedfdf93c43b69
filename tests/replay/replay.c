/* Replays a recorded editing session (trace.h) and checks that everybody ends with the same text and state (P1 to P5).
 *
 *   replay --in-process TRACE                on text.c alone, without clients
 *   replay --play … TRACE                    through real clients and a running daemon; prints "end SEQ HASH CARD"
 *   replay --check "SEQ HASH CARD" … TRACE   a new client opens the canvas: is everything still there?
 *
 * `run` beside this file starts the daemon and calls all three. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/replay/model.h"
#include "tests/replay/play.h"

enum mode { NO_MODE, IN_PROCESS, PLAY, CHECK };

struct options {
    enum mode mode;
    struct stage stage;
    struct play_options play;
    const char *expected; /* CHECK */
    uint64_t seed;
    size_t max_txns;
    const char *trace;
};

static _Noreturn void usage(void)
{
    fputs("usage: replay --in-process [--txns N] TRACE\n"
          "       replay --play --server LINK --token TOKEN --canvas ID --template ID --title TITLE --dir DIR\n"
          "              [--seed N] [--players N] [--trouble N] [--txns N] TRACE\n"
          "       replay --check \"SEQ HASH CARD\" (and the same) TRACE\n"
          "TRACE is JSON, - for standard input. --trouble N: a lost connection or a restart in N txns.\n",
          stderr);
    exit(2);
}

static uint64_t number(const char *text, uint64_t most)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 0);
    if (*text == '\0' || *end != '\0' || value > most)
        usage();
    return value;
}

static void take_server(struct options *o, const char *text)
{
    struct why why;
    if (link_parse(text, &o->stage.server, &why) != STATUS_OK)
        give_up("--server: %s", why.text);
    if (!o->stage.server.has_pin)
        give_up("--server: the link has no pin");
}

static void take_option(struct options *o, int option)
{
    switch (option) {
    case 'i':
        o->mode = IN_PROCESS;
        break;
    case 'p':
        o->mode = PLAY;
        break;
    case 'k':
        o->mode = CHECK, o->expected = optarg;
        break;
    case 's':
        take_server(o, optarg);
        break;
    case 't':
        o->stage.token = optarg;
        break;
    case 'c':
        if (!uuid_parse(optarg, &o->stage.canvas))
            usage();
        break;
    case 'T':
        o->play.template_id = optarg;
        break;
    case 'l':
        o->play.title = optarg;
        break;
    case 'd':
        o->stage.dir = optarg;
        break;
    case 'S':
        o->seed = number(optarg, UINT64_MAX);
        break;
    case 'n':
        o->play.n_players = (unsigned)number(optarg, 16);
        break;
    case 'r':
        o->play.trouble_every = (uint32_t)number(optarg, UINT32_MAX);
        break;
    case 'x':
        o->max_txns = number(optarg, SIZE_MAX);
        break;
    default:
        usage();
    }
}

static void take_options(struct options *o, int argc, char **argv)
{
    static const struct option known[] = {
        {"in-process", no_argument, NULL, 'i'},     {"play", no_argument, NULL, 'p'},
        {"check", required_argument, NULL, 'k'},    {"server", required_argument, NULL, 's'},
        {"token", required_argument, NULL, 't'},    {"canvas", required_argument, NULL, 'c'},
        {"template", required_argument, NULL, 'T'}, {"title", required_argument, NULL, 'l'},
        {"dir", required_argument, NULL, 'd'},      {"seed", required_argument, NULL, 'S'},
        {"players", required_argument, NULL, 'n'},  {"trouble", required_argument, NULL, 'r'},
        {"txns", required_argument, NULL, 'x'},     {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        take_option(o, option);
    if (o->mode == NO_MODE || optind + 1 != argc || o->play.n_players == 0)
        usage();
    if (o->mode != IN_PROCESS &&
        (!o->stage.server.has_pin || !o->stage.token || !o->stage.dir || !o->play.template_id || !o->play.title))
        usage();
    o->trace = argv[optind];
}

/* The text at the end, by text.c alone; it must be the recorded one. */
static void replay_in_process(const struct trace *trace, struct text *end, bool tell)
{
    struct model model;
    struct text_op op = {0};
    model_init(&model, trace->n_agents, trace->start);
    for (size_t i = 0; i < trace->n_txns; i++) {
        if (trace->concurrent) {
            model_type(&model, &trace->txns[i]);
        } else {
            txn_op(&op, &trace->txns[i], model.agents[0].view.len_points);
            text_apply(&model.agents[0].view, &op, NULL);
        }
    }
    if (trace->concurrent)
        model_settle(&model);
    const struct text *first = &model.agents[0].view;
    for (uint32_t i = 0; i < trace->n_agents; i++)
        expect_text("in process", &model.agents[i].view, trace->end != NULL ? trace->end : first->bytes);
    text_set(end, first->bytes, first->len_bytes);
    if (tell)
        printf("in process: %zu txns, %llu transforms, longest queue %zu\n", trace->n_txns,
               (unsigned long long)model.transforms, model.longest_queue);
    text_op_fini(&op);
    model_fini(&model);
}

static void check(const struct options *o)
{
    unsigned long long seq, hash, card;
    if (sscanf(o->expected, "%llu %llx %llu", &seq, &hash, &card) != 3)
        usage();
    play_check(&o->play, (struct outcome){seq, hash}, card);
}

int main(int argc, char **argv)
{
    struct options o = {.seed = rng_seed(1), .play = {.n_players = 4}};
    struct trace trace;
    struct text end;
    take_options(&o, argc, argv);
    if (sodium_init() < 0)
        give_up("no randomness");
    trace_load(&trace, o.trace, o.max_txns);
    text_init(&end);
    replay_in_process(&trace, &end, o.mode == IN_PROCESS);
    if (o.mode != IN_PROCESS) {
        o.stage.base = event_base_new();
        o.stage.rng.state = o.seed;
        o.play.stage = &o.stage;
        o.play.trace = &trace;
        o.play.end = &end;
        if (o.mode == PLAY)
            play(&o.play);
        else
            check(&o);
        event_base_free(o.stage.base);
    }
    text_fini(&end);
    trace_free(&trace);
    return 0;
}
