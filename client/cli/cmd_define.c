/* define: a wording that many people write together (canvases of kind text). One card is the current wording; others are proposals, words that it must
 * have, and versions that were accepted. Sections are blocks that say so by their property "section". */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"
#include "client/cli/version.h"
#include "client/cli/word_diff.h"
#include "client/core/who_wrote.h"
#include "common/buf.h"
#include "common/utf8.h"

enum { NAME_CELLS = 60 };

/* ---- sections */

static const struct block *section(const struct canvas *canvas, const char *name)
{
    const struct block *found = NULL;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n && !found; i++) {
        const struct value *value = props_get(&blocks[i]->props, "section");
        if (value && value->text && strcmp(value->text, name) == 0)
            found = blocks[i];
    }
    free(blocks);
    return found;
}

/* The alive cards of a section, in their order; from the arena. */
static const struct card **cards_of(struct method_cli *c, const struct block *block, size_t *n)
{
    const struct card **cards = arena_calloc(c->e.arena, (block ? block->n_cards : 0) + 1, sizeof *cards);
    ASSERT(cards);
    *n = 0;
    for (uint32_t i = 0; block && i < block->n_cards; i++)
        if (!block->cards[i]->deleted_seq)
            cards[(*n)++] = block->cards[i];
    return cards;
}

static const struct card *current_card(const struct canvas *canvas)
{
    const struct block *block = section(canvas, "current");
    for (uint32_t i = 0; block && i < block->n_cards; i++)
        if (!block->cards[i]->deleted_seq)
            return block->cards[i];
    return NULL;
}

static int section_needed(struct method_cli *c, const char *name, const struct block **block)
{
    *block = section(c->e.canvas, name);
    return *block ? EXIT_OK
                  : cli_fail(c->e.s.cli, EXIT_NOT_FOUND,
                             "This canvas has no block for that: one whose property \"section\" is %s. A new one has: cocanvas new define TITLE", name);
}

static int by_votes(const void *a, const void *b)
{
    const struct card *x = *(const struct card *const *)a, *y = *(const struct card *const *)b;
    if (x->n_votes != y->n_votes)
        return x->n_votes < y->n_votes ? 1 : -1;
    return x->o.id < y->o.id ? -1 : x->o.id > y->o.id;
}

/* ---- show, terms */

/* The required word's card says whether it is missing. */
static bool is_missing(struct method_cli *c, uint64_t card)
{
    size_t n;
    const struct finding *findings = method_findings(c->m, &n);
    for (size_t i = 0; i < n; i++)
        if (findings[i].object == card && strcmp(findings[i].check, "required-words") == 0)
            return true;
    return false;
}

static void print_terms(struct method_cli *c)
{
    struct output *out = &c->e.s.cli->out;
    size_t n, missing = 0;
    const struct card **terms = cards_of(c, section(c->e.canvas, "terms"), &n);
    for (size_t i = 0; i < n; i++) {
        bool gone = is_missing(c, terms[i]->o.id);
        missing += gone;
        out_print(out, gone ? STYLE_WARN : STYLE_PLAIN, "  %s %s%s\n", gone ? "–" : "✓", short_text(c->e.arena, &terms[i]->text, NAME_CELLS),
                  gone ? "  (missing)" : "");
    }
    if (n)
        out_print(out, STYLE_DIM, "  %zu of %zu required %s in it.\n", n - missing, n, n == 1 ? "word is" : "words are");
}

static json_t *terms_json(struct method_cli *c)
{
    size_t n;
    const struct card **terms = cards_of(c, section(c->e.canvas, "terms"), &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "id", id_text(c->e.arena, terms[i]->o.id), "term", terms[i]->text.bytes,
                                              "missing", is_missing(c, terms[i]->o.id)));
    return list;
}

static json_t *wording_json(struct method_cli *c, const struct card *card)
{
    return card ? json_pack("{s:s, s:s, s:i}", "id", id_text(c->e.arena, card->o.id), "text", card->text.bytes, "votes", (int)card->n_votes)
                : json_null();
}

static json_t *list_json(struct method_cli *c, const struct card **cards, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, wording_json(c, cards[i]));
    return list;
}

/* A text of people, with the lines of it apart. */
static void print_wording(struct method_cli *c, enum text_style style, const char *before, const struct text *text)
{
    for (const char *at = text->bytes, *end = at + text->len_bytes; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        char *line = arena_strndup(c->e.arena, at, (size_t)(stop - at));
        ASSERT(line);
        out_print(&c->e.s.cli->out, style, "%s%s\n", before, arena_line(c->e.arena, line));
        at = stop + 1;
    }
}

static void print_proposals(struct method_cli *c, const struct card **cards, size_t n)
{
    struct output *out = &c->e.s.cli->out;
    for (size_t i = 0; i < n; i++) {
        out_print(out, STYLE_PLAIN, "  %-6s %2u ♥  %s", id_text(c->e.arena, cards[i]->o.id), cards[i]->n_votes,
                  arena_line(c->e.arena, cards[i]->text.bytes));
        out_print(out, STYLE_DIM, "  (%s)\n", session_person(&c->e.s, cards[i]->created_by));
    }
    if (n == 0)
        out_print(out, STYLE_DIM, "  none\n");
}

static int show(struct method_cli *c)
{
    struct output *out = &c->e.s.cli->out;
    const struct card *current = current_card(c->e.canvas);
    size_t n, n_accepted;
    const struct card **proposals = cards_of(c, section(c->e.canvas, "proposals"), &n);
    const struct card **accepted = cards_of(c, section(c->e.canvas, "accepted"), &n_accepted);
    const struct block *block;
    int code = section_needed(c, "current", &block);
    if (code != EXIT_OK)
        return code;
    if (n)
        qsort(proposals, n, sizeof *proposals, by_votes);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "definition");
        json_object_set_new(object, "current", wording_json(c, current));
        json_object_set_new(object, "terms", terms_json(c));
        json_object_set_new(object, "proposals", list_json(c, proposals, n));
        json_object_set_new(object, "accepted", list_json(c, accepted, n_accepted));
        out_json(out, object);
        return EXIT_OK;
    }
    out_print(out, STYLE_BOLD, "%s\n\n", arena_line(c->e.arena, canvas_title(c->e.canvas)));
    if (current && current->text.len_bytes)
        print_wording(c, STYLE_PLAIN, "  ", &current->text);
    else
        out_print(out, STYLE_DIM, "  There is no wording yet. Next: cocanvas define propose CANVAS TEXT\n");
    out_print(out, STYLE_BOLD, "\nRequired words\n");
    print_terms(c);
    out_print(out, STYLE_BOLD, "\nProposals\n");
    print_proposals(c, proposals, n);
    out_print(out, STYLE_BOLD, "\nAccepted\n");
    for (size_t i = 0; i < n_accepted; i++)
        out_print(out, STYLE_PLAIN, "  %zu. %s\n", i + 1, arena_line(c->e.arena, accepted[i]->text.bytes));
    if (n_accepted == 0)
        out_print(out, STYLE_DIM, "  none\n");
    return EXIT_OK;
}

static int with(struct cli *cli, bool read_only, int (*run)(struct method_cli *c))
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], read_only);
    if (code == EXIT_OK)
        code = run(&c);
    return method_end(&c, code);
}

int cmd_define_show(struct cli *cli)
{
    return with(cli, true, show);
}

/* ---- propose, terms, vote */

static int add_card(struct method_cli *c, const struct block *block, const char *text, const char *told)
{
    uint64_t id = replica_next_id(c->e.replica);
    edit_op(&c->e, ops_card_create(c->e.arena, id, &(struct ops_place){.block = block->o.id}, text));
    int code = method_save(c);
    if (code == EXIT_OK)
        edit_tell_card(&c->e, told, id);
    return code;
}

static int propose(struct method_cli *c)
{
    const struct block *block;
    int code = section_needed(c, "proposals", &block);
    return code == EXIT_OK ? add_card(c, block, joined_args(c->e.s.cli, 1), "Proposed") : code;
}

int cmd_define_propose(struct cli *cli)
{
    return edit_text_ok(cli, joined_args(cli, 1)) == EXIT_OK ? with(cli, false, propose) : EXIT_USAGE;
}

static int terms(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    const struct block *block;
    int code = section_needed(c, "terms", &block);
    if (code != EXIT_OK)
        return code;
    for (int i = 1; i < cli->n_args; i++)
        edit_op(&c->e, ops_card_create(c->e.arena, replica_next_id(c->e.replica), &(struct ops_place){.block = block->o.id}, cli->args[i]));
    if (cli->n_args > 1)
        code = method_save(c);
    if (code != EXIT_OK)
        return code;
    if (cli->out.json) {
        json_decref(c->e.result);
        c->e.result = NULL;
        json_t *object = session_object(&c->e.s, "terms");
        json_object_set_new(object, "terms", terms_json(c));
        out_json(&cli->out, object);
    } else {
        print_terms(c);
    }
    return EXIT_OK;
}

int cmd_define_terms(struct cli *cli)
{
    for (int i = 1; i < cli->n_args; i++)
        if (edit_text_ok(cli, cli->args[i]) != EXIT_OK)
            return EXIT_USAGE;
    return with(cli, cli->n_args == 1, terms);
}

/* A proposal by its id or the beginning of its text. */
static int find_proposal(struct method_cli *c, const char *words, struct card **card)
{
    const struct block *block;
    int code = section_needed(c, "proposals", &block);
    if (code == EXIT_OK)
        code = edit_card(&c->e, FIND_ALIVE, words, card);
    if (code == EXIT_OK && (*card)->block != block)
        code = cli_fail(c->e.s.cli, EXIT_NOT_FOUND, "%s is no proposal. See: cocanvas define show CANVAS", id_text(c->e.arena, (*card)->o.id));
    return code;
}

static int vote(struct method_cli *c)
{
    struct card *card;
    bool off = cli_flag(c->e.s.cli, "off");
    int code = find_proposal(c, c->e.s.cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    uint64_t id = card->o.id;
    edit_op(&c->e, ops_vote_set(c->e.arena, id, !off));
    code = method_save(c);
    if (code == EXIT_OK)
        edit_tell_card(&c->e, off ? "Took back your vote for" : "Voted for", id);
    return code;
}

int cmd_define_vote(struct cli *cli)
{
    return with(cli, false, vote);
}

/* ---- accept */

static Cocanvas__Op *name_this(struct arena *arena, const char *name)
{
    Cocanvas__Op *op = arena_alloc(arena, sizeof *op);
    Cocanvas__NameSeq *named = arena_alloc(arena, sizeof *named);
    ASSERT(op && named);
    cocanvas__op__init(op);
    cocanvas__name_seq__init(named);
    named->name = arena_strndup(arena, name, strlen(name));
    op->kind_case = COCANVAS__OP__KIND_NAME_SEQ;
    op->name_seq = named;
    return op;
}

/* The current wording becomes the text; a card of its own if there is none. */
static void set_current(struct method_cli *c, const struct block *block, const struct text *text)
{
    const struct card *current = current_card(c->e.canvas);
    if (!current) {
        edit_op(&c->e, ops_card_create(c->e.arena, replica_next_id(c->e.replica), &(struct ops_place){.block = block->o.id}, text->bytes));
        return;
    }
    struct text_op op;
    text_op_init(&op);
    text_diff(&op, &current->text, text);
    edit_op(&c->e, ops_text_edit(c->e.arena, current->o.id, "", &op));
    text_op_fini(&op);
}

static int accept_proposal(struct method_cli *c)
{
    const struct block *current, *accepted;
    struct card *proposal;
    size_t n;
    int code = section_needed(c, "current", &current);
    if (code == EXIT_OK)
        code = section_needed(c, "accepted", &accepted);
    if (code == EXIT_OK)
        code = find_proposal(c, c->e.s.cli->args[1], &proposal);
    if (code != EXIT_OK)
        return code;
    (void)cards_of(c, accepted, &n);
    const char *given = cli_value(c->e.s.cli, "name");
    char *name = arena_printf(c->e.arena, "%s", given ? given : arena_printf(c->e.arena, "Accepted wording %zu", n + 1));
    struct value of = {.kind = VALUE_OBJECT, .number = proposal->o.id};
    uint64_t id = proposal->o.id;
    set_current(c, current, &proposal->text);
    Cocanvas__Op *kept = ops_card_create(c->e.arena, replica_next_id(c->e.replica), &(struct ops_place){.block = accepted->o.id},
                                         proposal->text.bytes);
    ops_card_value(c->e.arena, kept, "accepted.of", &of);
    edit_op(&c->e, kept);
    edit_op(&c->e, name_this(c->e.arena, name));
    code = method_save(c);
    if (code == EXIT_OK) {
        method_result(c, "version", json_string(name));
        edit_tell_card(&c->e, "Accepted", id);
        edit_tell(&c->e, "It is the current wording now, and this version is called \"%s\".", arena_line(c->e.arena, name));
    }
    return code;
}

int cmd_define_accept(struct cli *cli)
{
    return with(cli, false, accept_proposal);
}

/* ---- who */

struct replay {
    struct who_wrote *w;
    bool fits;
};

static void replay_batch(void *ctx, const Cocanvas__Committed *batch)
{
    struct replay *replay = ctx;
    replay->fits = replay->fits && who_wrote_add(replay->w, batch);
}

static void nothing(void *ctx, const Cocanvas__Committed *batch)
{
    (void)ctx, (void)batch;
}

/* All texts with their writers, from the oldest state that is kept on. */
static int replay_all(struct method_cli *c, struct replay *replay)
{
    uint64_t head = replica_seq(c->e.replica), oldest = 1;
    int code = head ? session_history(&c->e.s, head, head, nothing, NULL, &oldest) : EXIT_OK;
    struct version first = {.seq = oldest > 1 ? oldest - 1 : 0, .name = ""};
    if (code == EXIT_OK)
        code = version_fetch(&c->e, &first);
    if (code == EXIT_OK)
        *replay = (struct replay){who_wrote_new(first.canvas), true};
    version_fini(&first);
    if (code == EXIT_OK && head > first.seq)
        code = session_history(&c->e.s, first.seq + 1, head, replay_batch, replay, NULL);
    if (code == EXIT_OK && !replay->fits)
        code = cli_fail(c->e.s.cli, EXIT_ERROR, "The history does not fit together: nobody can say who wrote what.");
    return code;
}

/* The letters of a run; from the arena. */
static char *letters(struct method_cli *c, const struct text *text, const struct who_span *span)
{
    size_t from = utf8_offset(text->bytes, text->len_bytes, span->from);
    size_t len = utf8_offset(text->bytes + from, text->len_bytes - from, span->points);
    return arena_strndup(c->e.arena, text->bytes + from, len);
}

static const char *writer(struct method_cli *c, uint32_t author)
{
    return author == 0 ? "before the history that is kept" : author == AUTHOR_ANONYMOUS ? "anonymous" : session_person(&c->e.s, author);
}

static void print_who(struct method_cli *c, const struct text *text, const struct who_span *spans, size_t n)
{
    struct output *out = &c->e.s.cli->out;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        char *run = letters(c, text, &spans[i]);
        const char *who = writer(c, spans[i].author);
        if (out->json)
            json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i, s:i}", "text", run, "who", who, "author",
                                                  spans[i].author == AUTHOR_ANONYMOUS ? -1 : (int)spans[i].author, "from", (int)spans[i].from, "points",
                                                  (int)spans[i].points));
        else
            out_print(out, STYLE_PLAIN, "%-20s %s\n", who, arena_line(c->e.arena, run));
    }
    if (out->json) {
        json_t *object = session_object(&c->e.s, "who_wrote");
        json_object_set(object, "spans", list);
        out_json(out, object);
    }
    json_decref(list);
}

static int who(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    const struct card *card = current_card(c->e.canvas);
    struct card *named = NULL;
    struct replay replay = {0};
    size_t n = 0;
    int code = cli->n_args > 1 ? edit_card(&c->e, FIND_ALIVE, cli->args[1], &named) : EXIT_OK;
    if (code != EXIT_OK)
        return code;
    if (named)
        card = named;
    if (!card)
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no current wording yet.");
    uint64_t id = card->o.id;
    code = replay_all(c, &replay);
    struct who_span *spans = code == EXIT_OK ? who_wrote_spans(replay.w, id, &n) : NULL;
    if (code == EXIT_OK)
        print_who(c, who_wrote_text(replay.w, id), spans, n);
    free(spans);
    who_wrote_free(replay.w);
    return code;
}

int cmd_define_who(struct cli *cli)
{
    return with(cli, true, who);
}

/* ---- compare */

/* A wording: "current", the number of an accepted one, a card, or the current one of a named version or revision. text is set. */
static int wording(struct method_cli *c, const char *words, struct text *text)
{
    size_t n;
    const char *why;
    const struct card **accepted = cards_of(c, section(c->e.canvas, "accepted"), &n);
    const struct card *card = strcmp(words, "current") == 0 ? current_card(c->e.canvas) : NULL;
    struct card *found;
    char *end;
    unsigned long number = strtoul(words, &end, 10);
    if (!card && *end == '\0' && number >= 1 && number <= n)
        card = accepted[number - 1];
    if (!card && find_card(c->e.arena, c->e.canvas, FIND_ALIVE, words, &found, &why) == STATUS_OK)
        card = found;
    if (card) {
        text_set(text, card->text.bytes, card->text.len_bytes);
        return EXIT_OK;
    }
    struct version version = {0};
    int code = version_find(&c->e, words, &version);
    if (code == EXIT_OK)
        code = version_fetch(&c->e, &version);
    card = code == EXIT_OK ? current_card(version.canvas) : NULL;
    if (card)
        text_set(text, card->text.bytes, card->text.len_bytes);
    version_fini(&version);
    return code;
}

static void print_runs(struct method_cli *c, const struct word_run *runs, size_t n)
{
    static const char *const words[] = {"same", "taken", "added"};
    static const enum text_style styles[] = {STYLE_PLAIN, STYLE_BAD, STYLE_GOOD};
    static const char *const marks[][2] = {{"", ""}, {"[-", "-]"}, {"{+", "+}"}};
    struct output *out = &c->e.s.cli->out;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        char *run = arena_strndup(c->e.arena, runs[i].bytes, runs[i].len);
        ASSERT(run);
        size_t len = strlen(run);
        bool blank = len > 0 && (run[len - 1] == ' ' || run[len - 1] == '\n') && runs[i].change != WORDS_SAME;
        json_array_append_new(list, json_pack("{s:s, s:s}", "change", words[runs[i].change], "text", run));
        if (blank)
            run[len - 1] = '\0';
        if (!out->json)
            out_print(out, styles[runs[i].change], "%s%s%s%s", marks[runs[i].change][0], arena_line(c->e.arena, run), marks[runs[i].change][1],
                      blank ? " " : "");
    }
    if (out->json) {
        json_t *object = session_object(&c->e.s, "compare");
        json_object_set(object, "runs", list);
        out_json(out, object);
    } else {
        out_print(out, STYLE_PLAIN, "\n");
    }
    json_decref(list);
}

static int compare(struct method_cli *c)
{
    struct text before, after;
    size_t n;
    text_init(&before);
    text_init(&after);
    int code = wording(c, c->e.s.cli->args[1], &before);
    if (code == EXIT_OK)
        code = wording(c, c->e.s.cli->n_args > 2 ? c->e.s.cli->args[2] : "current", &after);
    if (code == EXIT_OK) {
        struct word_run *runs = word_diff(&before, &after, &n);
        print_runs(c, runs, n);
        free(runs);
    }
    text_fini(&before);
    text_fini(&after);
    return code;
}

int cmd_define_compare(struct cli *cli)
{
    return with(cli, true, compare);
}
