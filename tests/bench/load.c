/* The load generator: one run of one scenario against a running daemon; prints one JSON object. Started by `run`,
 * which pins it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/tls.h"
#include "tests/bench/bench.h"

enum { ARENA_CAP = 16 << 20, WAIT_JOIN_S = 60, WAIT_REST_NS = 2000000000 };

/* ---- options */

static void read_canvases(struct options *o, const char *file)
{
    char line[128];
    FILE *in = fopen(file, "r");
    if (!in)
        die("%s cannot be read", file);
    while (fgets(line, sizeof line, in) && o->rooms < MAX_ROOMS) {
        line[strcspn(line, "\n")] = '\0';
        if (!uuid_parse(line, &o->canvases[o->rooms++]))
            die("%s: \"%s\" is not a canvas id", file, line);
    }
    fclose(in);
}

static const struct option long_options[] = {
    {"mode", 1, NULL, 'm'},    {"label", 1, NULL, 'l'},    {"host", 1, NULL, 'h'},     {"port", 1, NULL, 'p'},
    {"token", 1, NULL, 't'},   {"canvases", 1, NULL, 'c'}, {"per-room", 1, NULL, 'n'}, {"writers", 1, NULL, 'w'},
    {"window", 1, NULL, 'W'},  {"rate", 1, NULL, 'r'},     {"warm", 1, NULL, 'a'},     {"secs", 1, NULL, 's'},
    {"at-once", 1, NULL, 'j'}, {"joins", 1, NULL, 'J'},    {"fill", 1, NULL, 'f'},     {"kind", 1, NULL, 'k'},
    {"pid", 1, NULL, 'P'},     {"postgres", 1, NULL, 'G'}, {"seen", 1, NULL, 'S'},     {"no-progress", 0, NULL, 'q'},
    {"rooms", 1, NULL, 'R'},   {"announce", 0, NULL, 'A'}, {NULL, 0, NULL, 0},
};

static void take_option(struct options *o, int option, const char *value, unsigned *rooms)
{
    switch (option) {
    case 'm':
        o->mode = value;
        break;
    case 'l':
        o->label = value;
        break;
    case 'h':
        o->host = value;
        break;
    case 'p':
        o->port = atoi(value);
        break;
    case 't':
        o->token = value;
        break;
    case 'c':
        read_canvases(o, value);
        break;
    case 'R':
        *rooms = (unsigned)atoi(value);
        break;
    case 'n':
        o->per_room = (unsigned)atoi(value);
        break;
    case 'w':
        o->writers = (unsigned)atoi(value);
        break;
    case 'W':
        o->window = (unsigned)atoi(value);
        break;
    case 'r':
        o->rate = strtod(value, NULL);
        break;
    case 'a':
        o->warm_s = strtod(value, NULL);
        break;
    case 's':
        o->secs = strtod(value, NULL);
        break;
    case 'j':
        o->join_at_once = (unsigned)atoi(value);
        break;
    case 'J':
        o->joins = (unsigned)atoi(value);
        break;
    case 'f':
        o->fill = strtoull(value, NULL, 10);
        break;
    case 'k':
        o->kind = strcmp(value, "prop") == 0 ? EDIT_PROP : EDIT_CARD;
        break;
    case 'P':
        o->server_pid = atoi(value);
        break;
    case 'G':
        o->postgres_pid = atoi(value);
        break;
    case 'S':
        o->seen_file = value;
        break;
    case 'q':
        o->progress = false;
        break;
    case 'A':
        o->announce = true;
        break;
    default:
        die("usage: load --mode load|idle|fill|join|kill|check --port N --token T --canvases FILE …");
    }
}

static void read_options(struct options *o, int argc, char **argv)
{
    int option;
    unsigned rooms = 0;
    *o = (struct options){.host = "127.0.0.1",
                          .mode = "load",
                          .label = "",
                          .per_room = 50,
                          .writers = UINT32_MAX,
                          .warm_s = 3,
                          .secs = 15,
                          .join_at_once = 20,
                          .joins = 20,
                          .progress = true};
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        take_option(o, option, optarg, &rooms);
    if (o->rooms == 0 || !o->token || !o->port)
        die("--port, --token and --canvases are needed");
    if (rooms > 0 && rooms < o->rooms)
        o->rooms = rooms;
    if (o->writers > o->per_room)
        o->writers = o->per_room;
}

/* ---- everybody */

static bool is_mode(const struct load *l, const char *mode)
{
    return strcmp(l->o.mode, mode) == 0;
}

static void make_participants(struct load *l)
{
    bool alone = is_mode(l, "join") || is_mode(l, "check");
    struct why why;
    l->n = is_mode(l, "join") ? l->o.joins : alone ? l->o.rooms : l->o.rooms * l->o.per_room;
    l->all = xcalloc(l->n, sizeof *l->all);
    for (unsigned i = 0; i < l->n; i++) {
        struct participant *p = &l->all[i];
        p->index = i;
        p->room = is_mode(l, "join") ? 0 : alone ? i : i / l->o.per_room;
        p->writer = !alone && i % l->o.per_room < l->o.writers;
    }
    buf_init(&l->in);
    buf_init(&l->kept);
    arena_init(&l->arena, ARENA_CAP);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->tls = tls_client_context(&why);
    if (!l->tls)
        die("%s", why.text);
    SSL_CTX_set_read_ahead(l->tls, 1);
    SSL_CTX_set_default_read_buffer_len(l->tls, 128 << 10);
}

static void free_participants(struct load *l)
{
    for (unsigned i = 0; i < l->n; i++) {
        struct participant *p = &l->all[i];
        SSL_free(p->ssl);
        buf_fini(&p->rest);
        buf_fini(&p->out);
        free(p->due_ns);
        free(p->acked);
        free(p->seen);
    }
    free(l->all);
    free(l->c.latency.at);
    free(l->c.ack.at);
    buf_fini(&l->kept);
    buf_fini(&l->in);
    arena_fini(&l->arena);
    SSL_CTX_free(l->tls);
}

static void join_all(struct load *l)
{
    uint64_t end = now_ns() + WAIT_JOIN_S * 1000000000ull;
    unsigned next = 0;
    while (l->c.ready + l->c.dead < l->n && now_ns() < end) {
        while (next < l->n && l->c.joining < l->o.join_at_once)
            participant_open(l, &l->all[next++]);
        pump(l, now_ns() + 20000000);
    }
    if (l->c.ready < l->n)
        die("only %u of %u participants could join", l->c.ready, l->n);
}

static void pump_for(struct load *l, uint64_t ns)
{
    uint64_t end = now_ns() + ns;
    while (now_ns() < end)
        pump(l, end);
}

/* ---- load */

struct usage {
    uint64_t at_ns;
    double server, postgres, own;
};

static struct usage usage_now(const struct load *l)
{
    return (struct usage){now_ns(), process_cpu_s(l->o.server_pid), postgres_cpu_s(l->o.postgres_pid), own_cpu_s()};
}

/* Writers in random order, so that neighbours in time are not neighbours in the room. */
static unsigned *shuffled_writers(const struct load *l, unsigned *n)
{
    unsigned *writers = xcalloc(l->n, sizeof *writers);
    *n = 0;
    for (unsigned i = 0; i < l->n; i++)
        if (l->all[i].writer)
            writers[(*n)++] = i;
    for (unsigned i = *n; i > 1; i--) {
        unsigned j = (unsigned)random() % i, swap = writers[i - 1];
        writers[i - 1] = writers[j];
        writers[j] = swap;
    }
    return writers;
}

/* Edits that are due by t; returns when the next one is. Evenly spaced over all writers. */
static uint64_t make_due(struct load *l, const unsigned *writers, unsigned n, uint64_t base, double gap, uint64_t *made,
                         uint64_t t)
{
    for (;;) {
        uint64_t due = base + (uint64_t)((double)*made * gap);
        if (due > t)
            return due;
        struct participant *p = &l->all[writers[*made % n]];
        ++*made;
        if (p->state != P_READY)
            continue;
        participant_edit(l, p, due);
        participant_submit(l, p);
    }
}

static void begin_closed_loop(struct load *l, const unsigned *writers, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < l->o.window; k++)
            participant_edit(l, &l->all[writers[i]], now_ns());
        participant_submit(l, &l->all[writers[i]]);
    }
}

static struct usage begin_measuring(const struct load *l)
{
    if (l->o.announce) {
        putchar('\n');
        fflush(stdout);
    }
    return usage_now(l);
}

static void run_load(struct load *l, struct usage *first, struct usage *last)
{
    unsigned n;
    unsigned *writers = shuffled_writers(l, &n);
    uint64_t base = now_ns(), made = 0;
    double gap = l->o.rate > 0 ? 1e9 / (l->o.rate * n) : 0;
    l->c.begin_ns = base + (uint64_t)(l->o.warm_s * 1e9);
    l->c.end_ns = l->c.begin_ns + (uint64_t)(l->o.secs * 1e9);
    l->closed_loop = l->o.window > 0;
    first->at_ns = 0;
    if (l->closed_loop)
        begin_closed_loop(l, writers, n);
    for (uint64_t t = now_ns(); t < l->c.end_ns && l->c.dead < l->n; t = now_ns()) {
        if (first->at_ns == 0 && t >= l->c.begin_ns)
            *first = begin_measuring(l);
        uint64_t until = first->at_ns ? l->c.end_ns : l->c.begin_ns;
        if (!l->closed_loop && gap > 0) {
            uint64_t due = make_due(l, writers, n, base, gap, &made, t);
            until = due < until ? due : until;
        }
        pump(l, until);
    }
    *last = usage_now(l);
    l->stopping = true;
    free(writers);
}

/* Until every edit of the window has come to everybody, or nothing comes any more. */
static uint64_t wait_for_rest(struct load *l)
{
    uint64_t expected = l->c.edits_made_w * l->o.per_room, before = l->c.deliveries_of_w, changed = now_ns();
    while (l->c.deliveries_of_w < expected && now_ns() - changed < WAIT_REST_NS) {
        pump(l, now_ns() + 20000000);
        if (l->c.deliveries_of_w != before) {
            before = l->c.deliveries_of_w;
            changed = now_ns();
        }
    }
    return expected - l->c.deliveries_of_w;
}

static double per(double amount, uint64_t n)
{
    return n ? amount / (double)n : 0;
}

static void print_load(struct load *l, const struct usage *a, const struct usage *b, uint64_t missing)
{
    const struct counts *c = &l->c;
    double s = (double)(b->at_ns - a->at_ns) / 1e9;
    samples_sort(&l->c.latency);
    samples_sort(&l->c.ack);
    printf("{\"scenario\":\"%s\",\"canvases\":%u,\"participants\":%u,\"writers_per_canvas\":%u,\"rate\":%g,\"window\":%"
           "u,\"secs\":%.2f,"
           "\"edits_per_s\":%.1f,\"deliveries_per_s\":%.0f,\"missing\":%lld,\"dead\":%u,\"rejects\":%llu,\"errors\":%"
           "llu,\"lagged\":%llu,",
           l->o.label, l->o.rooms, l->n, l->o.writers, l->o.rate, l->o.window, s, (double)c->acks_w / s,
           (double)c->deliveries_w / s, (long long)missing, c->dead, (unsigned long long)c->rejects,
           (unsigned long long)c->errors, (unsigned long long)c->lagged);
    printf("\"latency_ms\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"n\":%zu},"
           "\"ack_ms\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f},",
           samples_ms(&c->latency, .5), samples_ms(&c->latency, .9), samples_ms(&c->latency, .99),
           samples_ms(&c->latency, .999), samples_ms(&c->latency, 1), c->latency.n, samples_ms(&c->ack, .5),
           samples_ms(&c->ack, .99), samples_ms(&c->ack, 1));
    printf("\"server_core_pct\":%.1f,\"server_us_per_delivery\":%.3f,\"postgres_core_pct\":%.1f,\"postgres_us_per_"
           "delivery\":%.3f,"
           "\"server_rss_mb\":%.1f,\"load_core_pct\":%.1f,\"edits_per_batch\":%.2f,\"batches_per_s\":%.0f,\"progress_"
           "per_s\":%.0f,"
           "\"bytes_per_delivery\":%.1f}\n",
           100 * (b->server - a->server) / s, per((b->server - a->server) * 1e6, c->deliveries_w),
           100 * (b->postgres - a->postgres) / s, per((b->postgres - a->postgres) * 1e6, c->deliveries_w),
           process_rss_kb(l->o.server_pid) / 1024, 100 * (b->own - a->own) / s,
           per((double)c->edits_submitted_w, c->submits_w), (double)c->submits_w / s, (double)c->progress_w / s,
           per((double)c->bytes_w, c->deliveries_w));
}

static void mode_load(struct load *l)
{
    struct usage first, last;
    join_all(l);
    run_load(l, &first, &last);
    print_load(l, &first, &last, wait_for_rest(l));
}

/* ---- memory of idle connections */

static void mode_idle(struct load *l)
{
    double before = process_rss_kb(l->o.server_pid), cpu = process_cpu_s(l->o.server_pid);
    uint64_t begin = now_ns();
    join_all(l);
    double seconds = (double)(now_ns() - begin) / 1e9;
    cpu = process_cpu_s(l->o.server_pid) - cpu;
    pump_for(l, 5000000000u);
    double after = process_rss_kb(l->o.server_pid);
    printf("{\"scenario\":\"%s\",\"connections\":%u,\"dead\":%u,\"rss_before_mb\":%.1f,\"rss_after_mb\":%.1f,\"kb_per_"
           "connection\":%.2f,"
           "\"joins_per_s\":%.0f,\"server_ms_per_join\":%.3f}\n",
           l->o.label, l->c.ready, l->c.dead, before / 1024, after / 1024, per(after - before, l->c.ready),
           l->n / seconds, per(cpu * 1000, l->c.ready));
}

/* ---- filling a canvas */

static void mode_fill(struct load *l)
{
    join_all(l);
    uint64_t left = l->o.fill, begin = now_ns();
    unsigned at = 0;
    for (;;) {
        unsigned outstanding = 0;
        for (unsigned i = 0; i < l->n; i++, at++) {
            struct participant *p = &l->all[at % l->n];
            for (; left > 0 && p->outstanding < (l->o.window ? l->o.window : 1); left--)
                participant_edit(l, p, now_ns());
            participant_submit(l, p);
            outstanding += p->outstanding;
        }
        if (outstanding == 0 || l->c.dead > 0)
            break;
        pump(l, now_ns() + 10000000);
    }
    double s = (double)(now_ns() - begin) / 1e9;
    fprintf(stderr, "# filled: %llu edits in %.1f s, %llu rejects, head seq %llu\n",
            (unsigned long long)(l->o.fill - left), s, (unsigned long long)l->c.rejects,
            (unsigned long long)l->all[0].seq);
    if (left > 0 || l->c.rejects > 0)
        die("the canvas could not be filled");
}

/* ---- joining, one after the other */

static void mode_join(struct load *l)
{
    struct samples times = {0};
    double cpu = process_cpu_s(l->o.server_pid), postgres = postgres_cpu_s(l->o.postgres_pid);
    uint64_t bytes = 0;
    for (unsigned i = 0; i < l->n; i++) {
        struct participant *p = &l->all[i];
        uint64_t end = now_ns() + 10000000000u;
        participant_open(l, p);
        while (p->state != P_READY && p->state != P_DEAD && now_ns() < end)
            pump(l, end);
        if (p->state != P_READY)
            die("join %u failed", i);
        samples_add(&times, p->ready_ns - p->opened_ns);
        bytes = p->state_bytes;
        participant_kill(l, p); /* so that the next one's arrival is nobody's news */
        pump_for(l, 50000000);
    }
    samples_sort(&times);
    cpu = process_cpu_s(l->o.server_pid) - cpu;
    postgres = postgres_cpu_s(l->o.postgres_pid) - postgres;
    printf("{\"scenario\":\"%s\",\"joins\":%u,\"head_seq\":%llu,\"state_bytes\":%llu,\"join_ms\":{\"p50\":%.2f,\"p90\":"
           "%.2f,\"max\":%.2f},"
           "\"server_ms_per_join\":%.2f,\"postgres_ms_per_join\":%.2f,\"server_rss_mb\":%.1f}\n",
           l->o.label, l->n, (unsigned long long)l->all[0].head_seq, (unsigned long long)bytes, samples_ms(&times, .5),
           samples_ms(&times, .9), samples_ms(&times, 1), cpu * 1000 / l->n, postgres * 1000 / l->n,
           process_rss_kb(l->o.server_pid) / 1024);
    free(times.at);
}

/* ---- kill -9 under load, and looking afterwards */

static void mode_kill(struct load *l)
{
    struct usage first, last;
    join_all(l);
    run_load(l, &first, &last);
    kill(l->o.server_pid, SIGKILL);
    uint64_t end = now_ns() + WAIT_REST_NS;
    while (l->c.dead < l->n && now_ns() < end) /* what the kernel still holds was seen, too */
        pump(l, now_ns() + 20000000);
    FILE *out = fopen(l->o.seen_file, "w");
    if (!out)
        die("%s cannot be written", l->o.seen_file);
    for (unsigned i = 0; i < l->n; i++)
        for (uint32_t k = 0; k < l->all[i].made; k++)
            fprintf(out, "%u %u %d %d\n", i, k, l->all[i].acked[k], l->all[i].seen[k]);
    fclose(out);
}

/* Every edit that somebody saw must be in the state exactly once. */
static void mode_check(struct load *l)
{
    unsigned author, n;
    int acked, seen;
    long edits = 0, author_saw = 0, others_saw = 0, lost = 0, twice = 0;
    uint8_t *found = xcalloc(1u << 16, 1u << 10); /* 16 bits participant, 10 bits edit */
    l->keep_state = true;
    join_all(l);
    const uint8_t *at = buf_at(&l->kept), *end = at + buf_len(&l->kept);
    for (; at + MARKER <= end; at++)
        if (at[0] == '~' && at[1] == 'E' && at[MARKER - 1] == '~')
            found[(hex_number(at + 2, 4) & 0xffff) << 10 | (hex_number(at + 6, 6) & 0x3ff)]++;
    FILE *in = fopen(l->o.seen_file, "r");
    while (in && fscanf(in, "%u %u %d %d", &author, &n, &acked, &seen) == 4) {
        uint8_t times = found[(author & 0xffff) << 10 | (n & 0x3ff)];
        edits++;
        author_saw += acked;
        others_saw += seen;
        lost += (acked || seen) && times == 0;
        twice += times > 1;
    }
    printf("{\"scenario\":\"%s\",\"edits\":%ld,\"author_saw\":%ld,\"others_saw\":%ld,\"seen_and_lost\":%ld,\"applied_"
           "twice\":%ld,"
           "\"state_bytes\":%zu}\n",
           l->o.label, edits, author_saw, others_saw, lost, twice, buf_len(&l->kept));
    free(found);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct load *l);
    } modes[] = {{"load", mode_load}, {"idle", mode_idle}, {"fill", mode_fill},
                 {"join", mode_join}, {"kill", mode_kill}, {"check", mode_check}};
    struct load load = {0};
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_options(&load.o, argc, argv);
    make_participants(&load);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (is_mode(&load, modes[i].name)) {
            modes[i].run(&load);
            free_participants(&load);
            return 0;
        }
    die("there is no mode \"%s\"", load.o.mode);
}
