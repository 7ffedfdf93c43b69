/* revert: takes back what one person did on a canvas. The history is fetched, core/revert makes the edits, and they are
 * submitted like any others. While others go on editing, a text may have changed before the edits are made: then it is
 * looked at again, and so on until nothing is left. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/edit.h"
#include "client/core/past.h"
#include "client/core/revert.h"

enum { ROUNDS = 8, PLAN_BYTES = 256 << 20, LISTED = 50 };

struct revert {
    struct edit e;
    struct arena plans;
    uint64_t oldest; /* first seq that is still kept */
    const char *name;
    struct revert_request request;
    struct revert_plan plan, sum; /* the last one, and what was done in all */
    enum status code;             /* of the reader's answer */
    struct why why;
    bool answered, found;
    int exit_code; /* the sentence has been printed if it is not EXIT_OK */
};

/* ---------------------------------------------------------------- since when */

struct moment {
    int64_t ms; /* of one batch */
};

static void note_moment(void *ctx, const Cocanvas__Committed *batch)
{
    ((struct moment *)ctx)->ms = batch->time_ms;
}

/* "90m", "2h", "1d": so long ago. */
static bool parse_ago(const char *text, int64_t now_ms, int64_t *ms)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    int64_t unit = *end == 'm' ? 60000 : *end == 'h' ? 3600000 : *end == 'd' ? 86400000 : 0;
    if (end == text || !unit || end[1] || n > 100000)
        return false;
    *ms = now_ms - (int64_t)n * unit;
    return true;
}

/* "14:05" of today, "2026-11-21", "2026-11-21 14:05". */
static bool parse_clock(const char *text, int64_t now_ms, int64_t *ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm parts, given;
    if (!localtime_r(&now, &parts))
        return false;
    parts.tm_sec = 0;
    given = parts;
    const char *end = strptime(text, "%H:%M", &given);
    if (!end || *end) {
        given = parts;
        given.tm_hour = given.tm_min = 0;
        end = strptime(text, "%Y-%m-%d", &given);
        if (end && *end)
            end = strptime(end + 1, "%H:%M", &given);
    }
    if (!end || *end)
        return false;
    given.tm_isdst = -1;
    time_t seconds = mktime(&given);
    *ms = (int64_t)seconds * 1000;
    return seconds != (time_t)-1;
}

/* The first batch that is not older than the time: the history is searched by halves. */
static int seq_at(struct revert *r, int64_t ms, uint64_t *seq)
{
    uint64_t low = r->oldest, high = replica_seq(r->e.replica) + 1;
    while (low < high) {
        struct moment moment = {0};
        uint64_t middle = low + (high - low) / 2;
        int code = session_history(&r->e.s, middle, middle, note_moment, &moment, NULL);
        if (code != EXIT_OK)
            return code;
        if (moment.ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    *seq = low;
    return EXIT_OK;
}

static int since_when(struct revert *r)
{
    const char *since = cli_value(r->e.s.cli, "since");
    int64_t ms;
    r->request.since = r->oldest;
    if (!since)
        return EXIT_OK;
    if (*since && !since[strspn(since, "0123456789")]) {
        uint64_t seq = strtoull(since, NULL, 10);
        r->request.since = seq > r->oldest ? seq : r->oldest;
        return EXIT_OK;
    }
    if (parse_ago(since, wall_ms(), &ms) || parse_clock(since, wall_ms(), &ms))
        return seq_at(r, ms, &r->request.since);
    return cli_fail(r->e.s.cli, EXIT_USAGE,
                    "--since takes a revision, a time (14:05, \"2026-11-21 14:05\"), or how long ago (90m, 2h, 1d).");
}

/* ---------------------------------------------------------------- who */

/* How well somebody is meant: 2 by number or name, 1 by the beginning of the name. */
static int fits(struct revert *r, uint32_t author, const char *wanted)
{
    const char *name = arena_fold(r->e.arena, session_person(&r->e.s, author));
    char *end;
    unsigned long number = strtoul(wanted, &end, 10);
    if ((*wanted && !*end && number == author) || strcmp(name, wanted) == 0)
        return 2;
    return strncmp(name, wanted, strlen(wanted)) == 0 ? 1 : 0;
}

static bool is_among(const uint32_t *list, size_t n, uint32_t author)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == author)
            return true;
    return false;
}

static int several(struct revert *r, const uint32_t *authors, size_t n)
{
    const char *list = "";
    for (size_t i = 0; i < n && i < 10; i++)
        list = arena_printf(r->e.arena, "%s%s%u (%s)", list, i ? ", " : "", authors[i],
                            arena_line(r->e.arena, session_person(&r->e.s, authors[i])));
    return cli_fail(r->e.s.cli, EXIT_USAGE, "Several people are called so. Give the number: %s", list);
}

/* Among those who did something in the window. */
static int find_person(struct revert *r, struct past *past)
{
    const char *wanted = arena_fold(r->e.arena, cli_value(r->e.s.cli, "person"));
    uint32_t seen[4096], meant[REVERT_AUTHORS];
    size_t n_seen = 0, n = 0;
    int best = 1;
    for (uint64_t seq = r->request.since; seq <= past_last(past); seq++) {
        const Cocanvas__Committed *batch = past_batch(past, seq);
        if (!batch || batch->author == 0 || n_seen == sizeof seen / sizeof *seen ||
            is_among(seen, n_seen, batch->author))
            continue;
        seen[n_seen++] = batch->author;
        int fit = fits(r, batch->author, wanted);
        if (fit > best)
            best = fit, n = 0;
        if (fit == best && n < REVERT_AUTHORS)
            meant[n++] = batch->author;
    }
    if (n == 0)
        return cli_fail(r->e.s.cli, EXIT_NOT_FOUND, "Nobody called \"%s\" has changed anything here%s.",
                        cli_value(r->e.s.cli, "person"), cli_value(r->e.s.cli, "since") ? " since then" : "");
    if (n > 1)
        return several(r, meant, n);
    r->request.authors[0] = meant[0];
    r->request.n_authors = 1;
    r->name = arena_line(r->e.arena, session_person(&r->e.s, meant[0]));
    if (meant[0] != replica_author(r->e.replica) && client_role(r->e.s.client) < COCANVAS__ROLE__FACILITATOR)
        return cli_fail(r->e.s.cli, EXIT_NOT_FOUND, "Only facilitators and owners can take back what others did.");
    r->found = true;
    return EXIT_OK;
}

/* ---------------------------------------------------------------- the plan */

static void on_answer(void *ctx, const struct past_answer *answer)
{
    struct revert *r = ctx;
    r->answered = true;
    r->code = answer->code;
    snprintf(r->why.text, sizeof r->why.text, "%s", answer->sentence);
    if (!answer->past)
        return;
    if (!r->found)
        r->exit_code = find_person(r, answer->past);
    if (r->exit_code != EXIT_OK)
        return;
    arena_reset(&r->plans);
    r->code = revert_make(&r->plan, answer->past, &r->request, &r->plans, &r->why);
}

static bool is_answered(struct session *s)
{
    return ((const struct revert *)s->past_ctx)->answered;
}

static int make_plan(struct revert *r)
{
    struct session *s = &r->e.s;
    r->answered = false;
    past_reader_ask_window(s->past, r->request.since - 1, replica_seq(r->e.replica));
    enum status status = session_wait(s, is_answered, s->timeout_ms);
    if (status != STATUS_OK)
        return session_failed(s, status, "reading the history");
    if (r->exit_code != EXIT_OK)
        return r->exit_code;
    if (r->code == STATUS_TOO_LARGE)
        return cli_fail(s->cli, EXIT_ERROR, "That is too much history to be looked at at once: give --since.");
    if (r->code != STATUS_OK)
        return cli_fail(s->cli, exit_of_status(r->code), "%s", r->why.text);
    return EXIT_OK;
}

static void add_up(struct revert *r)
{
    r->sum.n += r->plan.n;
    r->sum.removed += r->plan.removed;
    r->sum.restored += r->plan.restored;
    r->sum.moved += r->plan.moved;
    r->sum.texts += r->plan.texts;
    r->sum.settings += r->plan.settings;
    r->sum.batches = r->plan.batches;
    r->sum.votes = r->plan.votes;
    r->sum.kept = r->plan.kept;
    r->sum.n_kept = r->plan.n_kept;
    r->sum.stale = r->plan.stale;
}

static int carry_out(struct revert *r)
{
    struct why why = {""};
    int code = make_plan(r);
    for (int round = 0; code == EXIT_OK; round++) {
        add_up(r);
        if (cli_flag(r->e.s.cli, "dry-run"))
            return EXIT_OK;
        if (r->plan.n && replica_edit(r->e.replica, r->plan.n, r->plan.ops, wall_ms(), round > 0, &why) != STATUS_OK)
            return cli_fail(r->e.s.cli, EXIT_CONFLICT, "Nothing was changed: %s.", why.text);
        client_edited(r->e.s.client);
        code = session_wait_saved(&r->e.s);
        if (code != EXIT_OK || r->plan.stale == 0 || round == ROUNDS)
            return code;
        code = make_plan(r);
    }
    return code;
}

/* ---------------------------------------------------------------- telling */

static const char *figures(struct revert *r)
{
    const struct {
        size_t n;
        const char *one, *many;
    } parts[] = {
        {r->sum.removed, "card removed", "cards removed"},
        {r->sum.restored, "card brought back", "cards brought back"},
        {r->sum.moved, "card moved back", "cards moved back"},
        {r->sum.texts, "text", "texts"},
        {r->sum.settings, "other thing", "other things"},
    };
    const char *list = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n)
            list = arena_printf(r->e.arena, "%s%s%zu %s", list, *list ? ", " : "", parts[i].n,
                                parts[i].n == 1 ? parts[i].one : parts[i].many);
    return list;
}

static const char *object_words(struct revert *r, uint64_t object)
{
    const struct canvas *canvas = replica_view(r->e.replica);
    const struct card *card = canvas_card(canvas, object);
    const struct block *block = canvas_block(canvas, object);
    r->e.describe.canvas = canvas;
    if (card)
        return describe_card(&r->e.describe, card);
    if (block)
        return arena_printf(r->e.arena, "the block %s", arena_line(r->e.arena, block->title));
    return object ? id_text(r->e.arena, object) : "the canvas";
}

static void tell_kept(struct revert *r)
{
    struct output *out = &r->e.s.cli->out;
    for (size_t i = 0; i < r->sum.n_kept && i < LISTED; i++)
        out_note(out, "Stays: %s (%s)", object_words(r, r->sum.kept[i].object), r->sum.kept[i].why);
    if (r->sum.n_kept > LISTED)
        out_note(out, "… and %zu more.", r->sum.n_kept - LISTED);
    if (r->sum.votes)
        out_note(out, "%zu of their votes stay: only who voted can take a vote back.", r->sum.votes);
    if (r->sum.stale)
        out_note(out, "%zu texts were being edited all the time and stay as they are: once more, please.",
                 r->sum.stale);
}

static void tell_plan(struct revert *r)
{
    r->e.describe.canvas = replica_view(r->e.replica);
    r->e.describe.past = true;
    for (size_t i = 0; i < r->plan.n && i < LISTED; i++) {
        const char *sentence = describe_op(&r->e.describe, replica_author(r->e.replica), r->plan.ops[i]);
        if (sentence)
            edit_tell(&r->e, "  %s", sentence);
    }
    if (r->plan.n > LISTED)
        edit_tell(&r->e, "  … and %zu more", r->plan.n - LISTED);
}

static void tell_json(struct revert *r, bool dry)
{
    json_t *kept = json_array();
    for (size_t i = 0; i < r->sum.n_kept; i++)
        json_array_append_new(kept, json_pack("{s:s, s:s}", "object", id_text(r->e.arena, r->sum.kept[i].object), "why",
                                              r->sum.kept[i].why));
    json_t *object = session_object(&r->e.s, "revert");
    json_t *told = json_pack("{s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "person", r->name,
                             "number", (json_int_t)r->request.authors[0], "since", (json_int_t)r->request.since,
                             "dry_run", (int)dry, "batches", (json_int_t)r->sum.batches, "ops", (json_int_t)r->sum.n,
                             "cards_removed", (json_int_t)r->sum.removed, "cards_restored", (json_int_t)r->sum.restored,
                             "cards_moved", (json_int_t)r->sum.moved, "texts", (json_int_t)r->sum.texts, "others",
                             (json_int_t)r->sum.settings, "votes", (json_int_t)r->sum.votes, "kept", kept);
    json_object_update(object, told);
    json_decref(told);
    out_json(&r->e.s.cli->out, object);
}

static void tell(struct revert *r)
{
    bool dry = cli_flag(r->e.s.cli, "dry-run");
    if (r->e.s.cli->out.json) {
        tell_json(r, dry);
        return;
    }
    if (r->sum.n == 0)
        edit_tell(&r->e, "There is nothing of %s's to take back any more.", r->name);
    else if (dry)
        edit_tell(&r->e, "Would take back what %s did in %zu changes: %s. Nothing was changed.", r->name,
                  r->sum.batches, figures(r));
    else
        edit_tell(&r->e, "Took back what %s did in %zu changes: %s.", r->name, r->sum.batches, figures(r));
    if (dry)
        tell_plan(r);
    tell_kept(r);
}

/* ---------------------------------------------------------------- the command */

static void ignore_batch(void *ctx, const Cocanvas__Committed *batch)
{
    (void)ctx, (void)batch;
}

static int begin(struct revert *r)
{
    struct session *s = &r->e.s;
    uint64_t head = replica_seq(r->e.replica);
    r->oldest = 1;
    r->request.replica = r->e.replica;
    int code = head ? session_history(s, head, head, ignore_batch, NULL, &r->oldest) : EXIT_OK;
    r->oldest = r->oldest ? r->oldest : 1;
    if (code == EXIT_OK)
        code = since_when(r);
    if (code != EXIT_OK)
        return code;
    s->past_ctx = r;
    s->past = past_reader_new(s->base, s->client, on_answer, r);
    code = carry_out(r);
    past_reader_free(s->past);
    s->past = NULL;
    s->past_ctx = NULL;
    return code;
}

int cmd_revert(struct cli *cli)
{
    struct revert r = {.exit_code = EXIT_OK};
    if (!cli_value(cli, "person"))
        return cli_fail(cli, EXIT_USAGE, "Whose changes? --person NAME");
    arena_init(&r.plans, PLAN_BYTES);
    int code = edit_begin(&r.e, cli, cli->args[0], cli_flag(cli, "dry-run"));
    if (code == EXIT_OK)
        code = begin(&r);
    if (code == EXIT_OK)
        tell(&r);
    code = edit_end(&r.e, code);
    arena_fini(&r.plans);
    return code;
}
