/* review: which measures are due to be looked at, on one canvas or in the whole workspace; on a terminal a walk through them, value by value. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"
#include "client/cli/prompt.h"
#include "client/cli/reading.h"

/* A measure that is due. Everything is the cli's arena's: no connection is open while the person thinks. */
struct due {
    const char *canvas, *canvas_title; /* its id, its title */
    const char *id, *name, *row, *line, *unit, *day, *last;
    enum measure_kind kind;
};

struct review {
    struct cli *cli;
    struct due *at;
    size_t n, cap;
    json_t *list;
};

static const char *copy_of(struct cli *cli, const char *text)
{
    return arena_printf(&cli->arena, "%s", text);
}

static struct due *new_due(struct review *r)
{
    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 16;
        struct due *more = arena_calloc(&r->cli->arena, r->cap, sizeof *more);
        ASSERT(more);
        if (r->n)
            memcpy(more, r->at, r->n * sizeof *more);
        r->at = more;
    }
    return &r->at[r->n++];
}

static void add_due(struct review *r, struct method_cli *c, uint64_t id)
{
    const struct measure *m = method_measure(c->m, id);
    const struct card *card = canvas_card(c->e.canvas, id), *row = m->row ? canvas_card(c->e.canvas, m->row) : NULL;
    char canvas[UUID_TEXT];
    uuid_format(&c->e.s.canvas, canvas);
    *new_due(r) = (struct due){
        .canvas = copy_of(r->cli, canvas),
        .canvas_title = copy_of(r->cli, arena_line(c->e.arena, canvas_title(c->e.canvas))),
        .id = copy_of(r->cli, id_text(c->e.arena, id)),
        .name = copy_of(r->cli, short_text(c->e.arena, &card->text, 60)),
        .row = row ? copy_of(r->cli, short_text(c->e.arena, &row->text, 60)) : "",
        .line = copy_of(r->cli, arena_line(c->e.arena, method_cli_line(c, id))),
        .unit = copy_of(r->cli, m->unit),
        .day = copy_of(r->cli, m->due),
        .last = copy_of(r->cli, m->last_date),
        .kind = m->kind,
    };
    json_t *object = measure_json(c, id, false);
    json_object_set_new(object, "canvas", json_pack("{s:s, s:s}", "id", canvas, "title", canvas_title(c->e.canvas)));
    json_array_append_new(r->list, object);
}

/* An each_canvas_cb. */
static int collect_due(struct method_cli *c, void *ctx)
{
    struct review *r = ctx;
    size_t n;
    const uint64_t *ids = method_measures(c->m, &n);
    for (size_t i = 0; i < n; i++) {
        const struct measure *m = method_measure(c->m, ids[i]);
        if (m->due[0] && day_compare(m->due, c->today) <= 0)
            add_due(r, c, ids[i]);
    }
    return EXIT_OK;
}

static int collect(struct review *r, json_t *result)
{
    struct method_cli c;
    if (r->cli->n_args == 0)
        return method_each_canvas(r->cli, NULL, collect_due, r, result);
    int code = method_begin(&c, r->cli, r->cli->args[0], true);
    if (code == EXIT_OK)
        code = collect_due(&c, r);
    return method_end(&c, code);
}

static void print_due(struct review *r)
{
    static const char *const titles[] = {"Due", "Canvas", "Of", "Measure", "Last", "Id"};
    struct text_table table;
    text_table_init(&table, &r->cli->arena, 6, titles);
    for (size_t i = 0; i < r->n; i++) {
        const char **row = text_table_row(&table);
        row[0] = r->at[i].day;
        row[1] = r->at[i].canvas_title;
        row[2] = r->at[i].row;
        row[3] = r->at[i].line;
        row[4] = r->at[i].last;
        row[5] = r->at[i].id;
    }
    text_table_print(&table, &r->cli->out);
}

/* Saves what was typed; a usage error has been told, and the person is asked again. */
static int save_value(struct review *r, const struct due *due, const char *typed)
{
    struct method_cli c;
    struct card *card;
    uint64_t id;
    int code = method_begin(&c, r->cli, due->canvas, false);
    if (code == EXIT_OK)
        code = method_cli_measure(&c, due->id, &card);
    if (code == EXIT_OK)
        code = reading_save(&c, card, typed, NULL, NULL, false, &id);
    return method_end(&c, code);
}

static const char *question(struct review *r, const struct due *due)
{
    if (due->kind == MEASURE_YESNO)
        return "  yes or no (Enter skips)";
    return arena_printf(&r->cli->arena, "  value%s%s (Enter skips)", *due->unit ? " in " : "", due->unit);
}

/* False when the person has had enough, or something is broken. */
static bool ask_one(struct review *r, size_t i, size_t *taken, int *code)
{
    const struct due *due = &r->at[i];
    struct output *out = &r->cli->out;
    out_print(out, STYLE_BOLD, "\n%zu of %zu  %s", i + 1, r->n, due->name);
    out_print(out, STYLE_DIM, "  %s%s%s, due %s\n", due->canvas_title, *due->row ? ": " : "", due->row, due->day);
    out_print(out, STYLE_PLAIN, "  now %s%s%s\n", due->line, *due->last ? ", last reading " : "", due->last);
    output_flush(out);
    for (;;) {
        const char *typed = prompt_line(r->cli, question(r, due), NULL);
        if (!typed || !*typed)
            return typed != NULL;
        *code = save_value(r, due, typed);
        *taken += *code == EXIT_OK;
        if (*code != EXIT_USAGE)
            return *code == EXIT_OK;
    }
}

static int walk(struct review *r)
{
    size_t taken = 0;
    int code = EXIT_OK;
    out_print(&r->cli->out, STYLE_PLAIN, "%zu measure%s due. Enter skips one, Ctrl-D ends.\n", r->n,
              r->n == 1 ? " is" : "s are");
    for (size_t i = 0; i < r->n && ask_one(r, i, &taken, &code); i++)
        ;
    out_print(&r->cli->out, STYLE_PLAIN, "\n%zu reading%s added.\n", taken, taken == 1 ? "" : "s");
    return code == EXIT_USAGE ? EXIT_OK : code;
}

int cmd_review(struct cli *cli)
{
    struct review r = {.cli = cli, .list = json_array()};
    json_t *result = out_object("review");
    int code = collect(&r, result);
    json_object_set(result, "due", r.list);
    if (code == EXIT_OK && cli->out.json)
        out_json(&cli->out, json_incref(result));
    else if (code == EXIT_OK && r.n == 0)
        out_note(&cli->out, "Nothing is due for review.");
    else if (code == EXIT_OK && cli_can_ask(cli) && cli->out.terminal && !cli_flag(cli, "list"))
        code = walk(&r);
    else if (code == EXIT_OK)
        print_due(&r);
    json_decref(result);
    json_decref(r.list);
    return code;
}
