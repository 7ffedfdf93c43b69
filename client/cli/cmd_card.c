/* add, move, remove, restore: cards as wholes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/ops.h"
#include "client/cli/version.h"
#include "client/core/past.h"

/* The texts of new cards: the arguments, and for "-" the lines of standard input. */
struct texts {
    const char **at; /* owned; the texts are the cli's arena's or argv's */
    size_t n, cap;
};

static void texts_add(struct texts *texts, const char *text)
{
    if (texts->n == texts->cap) {
        texts->cap = texts->cap ? 2 * texts->cap : 16;
        texts->at = xrealloc(texts->at, texts->cap * sizeof *texts->at);
    }
    texts->at[texts->n++] = text;
}

static int texts_from_stdin(struct cli *cli, struct texts *texts)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    while ((len = getline(&line, &room, stdin)) >= 0) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (len == 0)
            continue;
        if (memchr(line, 0, (size_t)len)) {
            free(line);
            return cli_fail(cli, EXIT_USAGE, "Standard input is not text.");
        }
        char *copy = arena_strndup(&cli->arena, line, (size_t)len);
        if (!copy)
            break;
        texts_add(texts, copy);
    }
    free(line);
    return feof(stdin) ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "Standard input can't be read, or is too long.");
}

static int collect_texts(struct cli *cli, int first, struct texts *texts)
{
    for (int i = first; i < cli->n_args; i++) {
        int code = EXIT_OK;
        if (strcmp(cli->args[i], "-") == 0)
            code = texts_from_stdin(cli, texts);
        else
            texts_add(texts, cli->args[i]);
        if (code != EXIT_OK)
            return code;
    }
    for (size_t i = 0; i < texts->n; i++)
        if (edit_text_ok(cli, texts->at[i]) != EXIT_OK)
            return EXIT_USAGE;
    return EXIT_OK;
}

/* --after and --first. */
static int place_from_options(struct edit *e, struct block **block, struct ops_place *place)
{
    const char *after = cli_value(e->s.cli, "after");
    struct card *card;
    memset(place, 0, sizeof *place);
    place->first = cli_flag(e->s.cli, "first");
    if (after && place->first)
        return cli_fail(e->s.cli, EXIT_USAGE, "Either --after or --first, not both.");
    if (after) {
        int code = edit_card(e, FIND_ALIVE, after, &card);
        if (code != EXIT_OK)
            return code;
        if (*block && card->block != *block)
            return cli_fail(e->s.cli, EXIT_USAGE, "Card %s is in another block: %s.", after, card->block->title);
        *block = card->block;
        place->after = card->o.id;
    }
    if (*block)
        place->block = (*block)->o.id;
    return EXIT_OK;
}

static int add_cards(struct edit *e, struct cli *cli, const struct texts *texts)
{
    struct block *block;
    struct ops_place place;
    int code = edit_block(e, cli->args[1], &block);
    if (code == EXIT_OK)
        code = place_from_options(e, &block, &place);
    if (code != EXIT_OK)
        return code;
    uint64_t *ids = arena_calloc(e->arena, texts->n + 1, sizeof *ids);
    for (size_t i = 0; i < texts->n; i++) {
        ids[i] = replica_next_id(e->replica);
        Cocanvas__Op *op = ops_card_create(e->arena, ids[i], &place, texts->at[i]);
        const char *tag;
        for (size_t t = 0; (tag = cli_value_at(cli, "tag", t)); t++)
            ops_card_tag(e->arena, op, tag);
        if (cli_value(cli, "status"))
            ops_card_prop(e->arena, op, "status", cli_value(cli, "status"));
        edit_op(e, op);
        /* The next one goes behind this one, so that they keep the order in which they were typed. */
        place.first = false;
        place.after = ids[i];
    }
    code = edit_save(e);
    for (size_t i = 0; code == EXIT_OK && i < texts->n; i++)
        edit_tell_card(e, "Added", ids[i]);
    return code;
}

int cmd_add(struct cli *cli)
{
    struct texts texts = {NULL, 0, 0};
    struct edit e;
    int code = collect_texts(cli, 2, &texts);
    if (code == EXIT_OK && texts.n == 0)
        code = cli_fail(cli, EXIT_USAGE, "There is no text to add: standard input was empty.");
    if (code == EXIT_OK) {
        code = edit_begin(&e, cli, cli->args[0], false);
        if (code == EXIT_OK)
            code = add_cards(&e, cli, &texts);
        code = edit_end(&e, code);
    }
    free(texts.at);
    return code;
}

static int move_card(struct edit *e, struct cli *cli)
{
    struct card *card;
    struct block *block = NULL;
    struct ops_place place;
    int code = edit_card(e, FIND_ALIVE, cli->args[1], &card);
    if (code == EXIT_OK && cli->n_args == 3)
        code = edit_block(e, cli->args[2], &block);
    if (code == EXIT_OK)
        code = place_from_options(e, &block, &place);
    if (code != EXIT_OK)
        return code;
    if (!block && !place.first)
        return cli_fail(cli, EXIT_USAGE, "Where to? Give a block, --after CARD or --first.");
    if (!block)
        place.block = card->block->o.id;
    if (place.after == card->o.id)
        return cli_fail(cli, EXIT_USAGE, "A card can't be moved behind itself.");
    uint64_t id = card->o.id;
    edit_op(e, ops_card_move(e->arena, id, &place));
    code = edit_save(e);
    if (code == EXIT_OK)
        edit_tell_card(e, "Moved: now", id);
    return code;
}

int cmd_move(struct cli *cli)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = move_card(&e, cli);
    return edit_end(&e, code);
}

/* One op for each card that the arguments name; all together or none. */
static int each_card(struct cli *cli, enum find_cards which, Cocanvas__Op *(*make)(struct arena *a, uint64_t id),
                     const char *verb)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    uint64_t *ids = arena_calloc(&cli->arena, (size_t)cli->n_args, sizeof *ids);
    for (int i = 1; code == EXIT_OK && i < cli->n_args; i++) {
        struct card *card;
        code = edit_card(&e, which, cli->args[i], &card);
        if (code != EXIT_OK)
            break;
        ids[i] = card->o.id;
        edit_op(&e, make(e.arena, ids[i]));
    }
    if (code == EXIT_OK)
        code = edit_save(&e);
    for (int i = 1; code == EXIT_OK && i < cli->n_args; i++)
        edit_tell_card(&e, verb, ids[i]);
    return edit_end(&e, code);
}

int cmd_remove(struct cli *cli)
{
    return each_card(cli, FIND_ALIVE, ops_card_delete, "Removed");
}

/* ---- bringing back what was */

/* A card (removed ones, too), a block, or the whole canvas (id 0). */
static int find_anything(struct edit *e, const char *words, uint64_t *id)
{
    struct card *card;
    struct block *block;
    const char *why = "", *ignored;
    *id = 0;
    if (strcmp(words, "canvas") == 0 || strcmp(words, ".") == 0)
        return EXIT_OK;
    enum status status = find_card(e->arena, e->canvas, FIND_ANY_CARD, words, &card, &why);
    if (status == STATUS_OK)
        *id = card->o.id;
    else if (status == STATUS_NOT_FOUND && find_block(e->arena, e->canvas, words, &block, &ignored) == STATUS_OK)
        *id = block->o.id;
    else
        return cli_fail(e->s.cli, status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND, "%s", why);
    return EXIT_OK;
}

static int collect_past(struct edit *e, const struct version *from)
{
    struct cli *cli = e->s.cli;
    for (int i = 1; i < cli->n_args; i++) {
        uint64_t id;
        size_t n;
        int code = find_anything(e, cli->args[i], &id);
        if (code != EXIT_OK)
            return code;
        Cocanvas__Op **ops = past_restore_ops(e->canvas, from->canvas, id, e->arena, &n);
        if (!ops)
            return cli_fail(cli, EXIT_ERROR, "That is too much to be brought back at once.");
        for (size_t k = 0; k < n; k++)
            edit_op(e, ops[k]);
    }
    return EXIT_OK;
}

static int restore_from(struct edit *e, const char *words, struct version *from)
{
    int code = version_find(e, words, from);
    if (code == EXIT_OK)
        code = version_fetch(e, from);
    e->canvas = replica_view(e->replica); /* others may have changed it meanwhile */
    if (code == EXIT_OK)
        code = collect_past(e, from);
    bool nothing = e->n == 0;
    if (code == EXIT_OK)
        code = edit_save(e);
    if (code == EXIT_OK && nothing)
        out_note(&e->s.cli->out, "Nothing has changed there since %s.", version_words(e, from));
    else if (code == EXIT_OK)
        edit_tell(e, "Brought back as it was at %s", version_words(e, from));
    return code;
}

int cmd_restore(struct cli *cli)
{
    struct edit e;
    struct version from = {.name = ""};
    const char *words = cli_value(cli, "from");
    if (words) {
        int code = edit_begin(&e, cli, cli->args[0], false);
        if (code == EXIT_OK)
            code = restore_from(&e, words, &from);
        code = edit_end(&e, code);
        version_fini(&from);
        return code;
    }
    return each_card(cli, FIND_DELETED, ops_card_restore, "Restored");
}

static Cocanvas__Op *vote_on(struct arena *a, uint64_t id)
{
    return ops_vote_set(a, id, true);
}

static Cocanvas__Op *vote_off(struct arena *a, uint64_t id)
{
    return ops_vote_set(a, id, false);
}

int cmd_vote(struct cli *cli)
{
    bool off = cli_flag(cli, "off");
    return each_card(cli, FIND_ALIVE, off ? vote_off : vote_on, off ? "Vote taken back from" : "Voted for");
}
