/* history, undo, redo: what the journal tells. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/edit.h"
#include "client/cli/proto_json.h"
#include "client/cli/undo.h"
#include "client/core/replica_mark.h"
#include "common/template.h"

enum { FIRST_WINDOW = 1000 }; /* newest batches that are looked at before more are fetched */

/* ---- fetching */

static void keep_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct history *history = ctx;
    size_t len = cocanvas__committed__get_packed_size(batch);
    uint8_t *bytes = xmalloc(len + 1);
    cocanvas__committed__pack(batch, bytes);
    if ((history->n & (history->n - 1)) == 0)
        history->at = xrealloc(history->at, (history->n ? 2 * history->n : 1) * sizeof *history->at);
    history->at[history->n] = cocanvas__committed__unpack(NULL, len, bytes);
    ASSERT(history->at[history->n]);
    history->n++;
    free(bytes);
}

static void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->n; i++)
        cocanvas__committed__free_unpacked(history->at[i], NULL);
    free(history->at);
    memset(history, 0, sizeof *history);
}

/* The batches up to the present revision, newest `window` of them at most (0: all). */
static int fetch(struct edit *e, uint64_t since, uint64_t window, struct history *history)
{
    uint64_t head = replica_seq(e->replica), from = since + 1, oldest = 1;
    if (window && head > window && head - window + 1 > from)
        from = head - window + 1;
    if (from > head) {
        history->complete = head == 0;
        return EXIT_OK;
    }
    *history = (struct history){.origin = history->origin};
    int code = session_history(&e->s, from, head, keep_batch, history, &oldest);
    history->complete = from <= 1 || from <= oldest;
    return code;
}

/* ---- history */

static const char *moment(struct arena *arena, int64_t ms)
{
    char text[32];
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    if (!localtime_r(&seconds, &parts) || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        return "?";
    return arena_strndup(arena, text, strlen(text));
}

static bool by_wanted_author(struct edit *e, const Cocanvas__Committed *batch)
{
    const char *wanted = cli_value(e->s.cli, "author");
    if (!wanted)
        return true;
    const char *name = arena_fold(e->arena, session_person(&e->s, batch->author)),
               *folded = arena_fold(e->arena, wanted);
    return strncmp(name, folded, strlen(folded)) == 0;
}

static void print_batch(struct edit *e, const Cocanvas__Committed *batch)
{
    struct output *out = &e->s.cli->out;
    const char *sentence = describe_batch(&e->describe, batch);
    if (out->json) {
        json_t *object = session_object(&e->s, "batch");
        json_object_set_new(object, "seq", json_integer((json_int_t)batch->seq));
        json_object_set_new(object, "by", json_string(session_person(&e->s, batch->author)));
        json_object_set_new(object, "sentence", json_string(sentence));
        json_object_set_new(object, "batch", proto_to_json(&batch->base));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_DIM, "%6" PRIu64 "  %s  ", batch->seq, moment(e->arena, batch->time_ms));
    out_print(out, STYLE_PLAIN, "%s\n", sentence);
}

static int print_history(struct edit *e, long limit, long since)
{
    struct history history = {.n = 0};
    bool filtered = cli_value(e->s.cli, "author") != NULL;
    int code = fetch(e, (uint64_t)since, filtered ? 0 : (uint64_t)limit, &history);
    size_t shown = 0, skip = 0;
    for (size_t i = 0; code == EXIT_OK && i < history.n; i++)
        shown += by_wanted_author(e, history.at[i]);
    if (limit && shown > (size_t)limit)
        skip = shown - (size_t)limit;
    for (size_t i = 0; code == EXIT_OK && i < history.n; i++) {
        if (!by_wanted_author(e, history.at[i]))
            continue;
        if (skip)
            skip--;
        else
            print_batch(e, history.at[i]);
    }
    history_clear(&history);
    return code;
}

int cmd_history(struct cli *cli)
{
    struct edit e;
    long limit = 20, since = 0;
    if (!cli_number(cli, "limit", 0, 1000000000, &limit) || !cli_number(cli, "since", 0, INT32_MAX, &since))
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], true);
    e.describe.past = true;
    if (code == EXIT_OK)
        code = print_history(&e, limit, since);
    return edit_end(&e, code);
}

/* ---- undo and redo */

static int submit_plan(struct edit *e, const struct undo_plan *plan, bool redo)
{
    const char *what = describe_batch(&e->describe, plan->target);
    uint64_t seq = plan->target->seq;
    struct why why = {""};
    enum status status = replica_edit(e->replica, plan->n, plan->ops, wall_ms(), false, &why);
    if (status != STATUS_OK)
        return cli_fail(e->s.cli, exit_of_status(status), "%s", why.text);
    if (plan->target->client == replica_client(e->replica))
        replica_mark_undo(e->replica, plan->target->client_seq);
    client_edited(e->s.client);
    int code = session_wait_saved(&e->s);
    if (code != EXIT_OK)
        return code;
    if (e->s.cli->out.json)
        e->result = json_pack("{s:I, s:s, s:i}", redo ? "redone" : "undone", (json_int_t)seq, "sentence", what,
                              "left_out", (int)plan->left_out);
    edit_tell(e, "%s revision %" PRIu64 ": %s", redo ? "Did again what was taken back by" : "Took back", seq, what);
    if (plan->left_out)
        out_note(&e->s.cli->out, "A part of it stays: others have worked on it since.");
    return EXIT_OK;
}

/* The template that the canvas was made from, in the version that this program has: what stood in its blocks before
 * anybody changed them. */
static bool find_origin(const struct canvas *canvas, struct canvas *origin)
{
    const struct canvas_limits no_limits = {0};
    const char *made_from = canvas_header_text(canvas, "template");
    size_t len = strcspn(made_from, "@");
    struct template_set set;
    bool found = false;
    canvas_init(origin, &no_limits);
    template_set_load(&set);
    for (size_t i = 0; i < set.n && !found; i++) {
        const struct template *t = set.at[i];
        found = made_from[len] && strlen(t->id) == len && memcmp(t->id, made_from, len) == 0 &&
                strcmp(t->version, made_from + len + 1) == 0;
        if (found)
            template_instantiate(t, "", origin);
    }
    template_set_free(&set);
    return found;
}

static int take_back(struct edit *e, bool redo, uint64_t revision, const struct canvas *origin)
{
    const char *verb = redo ? "redo" : "undo";
    for (uint64_t window = FIRST_WINDOW;; window = window < 100000 ? window * 10 : 0) {
        struct history history = {.origin = origin};
        struct undo_plan plan;
        int code = fetch(e, 0, window, &history);
        if (code != EXIT_OK) {
            history_clear(&history);
            return code;
        }
        enum undo_outcome outcome = undo_make(&plan, &history, replica_view(e->replica), replica_author(e->replica),
                                              replica_client(e->replica), redo, revision, e->arena);
        if (outcome == UNDO_NEEDS_HISTORY && history.complete)
            outcome = UNDO_NOTHING;
        if (outcome == UNDO_READY)
            code = submit_plan(e, &plan, redo);
        else if (outcome == UNDO_BLOCKED)
            code = cli_fail(e->s.cli, EXIT_CONFLICT, "Nothing was changed: %s.", plan.why);
        else if (outcome == UNDO_NOTHING)
            code = cli_fail(e->s.cli, EXIT_NOT_FOUND, "There is nothing of yours to %s on this canvas.", verb);
        history_clear(&history);
        if (outcome != UNDO_NEEDS_HISTORY || window == 0)
            return code;
    }
}

static int run_undo(struct cli *cli, bool redo)
{
    struct edit e;
    long revision = 0;
    if (!redo && !cli_number(cli, "revision", 1, INT32_MAX, &revision))
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], false);
    e.describe.past = true;
    if (code == EXIT_OK) {
        struct canvas origin;
        bool known = find_origin(e.canvas, &origin);
        code = take_back(&e, redo, (uint64_t)revision, known ? &origin : NULL);
        canvas_fini(&origin);
    }
    return edit_end(&e, code);
}

int cmd_undo(struct cli *cli)
{
    return run_undo(cli, false);
}

int cmd_redo(struct cli *cli)
{
    return run_undo(cli, true);
}
