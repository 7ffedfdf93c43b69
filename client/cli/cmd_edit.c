/* edit: a card's text, by arguments or in an editor. Only the difference is submitted, so that what others type at
 * the same time stays. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/editor.h"
#include "client/cli/ops.h"
#include "common/utf8.h"

static const char *field_key(const struct cli *cli)
{
    const char *field = cli_value(cli, "field");
    return field ? field : "";
}

/* The present text, "" where the card has none yet. */
static void present_text(struct edit *e, uint64_t card, const char *key, struct text *out)
{
    const struct text *text = canvas_text(e->canvas, card, key);
    text_init(out);
    text_set(out, text && text->bytes ? text->bytes : "", text ? text->len_bytes : 0);
}

/* Submits op, which was made for `base`, over what the text has become. */
static int submit_over(struct edit *e, uint64_t card, const char *key, const struct text *base,
                       const struct text_op *op)
{
    struct text now;
    struct text_op theirs, rebased;
    present_text(e, card, key, &now);
    text_op_init(&theirs);
    text_op_init(&rebased);
    text_diff(&theirs, base, &now);
    text_transform(&rebased, op, &theirs, TEXT_LEFT);
    edit_op(e, ops_text_edit(e->arena, card, key, &rebased));
    int code = edit_save(e);
    if (code == EXIT_OK)
        edit_tell_card(e, e->n ? "Changed" : "Unchanged:", card);
    text_op_fini(&theirs);
    text_op_fini(&rebased);
    text_fini(&now);
    return code;
}

static int submit_text(struct edit *e, uint64_t card, const char *key, const struct text *base, const char *wanted)
{
    struct text goal;
    struct text_op op;
    text_init(&goal);
    text_op_init(&op);
    text_set(&goal, wanted, strlen(wanted));
    text_diff(&op, base, &goal);
    int code = submit_over(e, card, key, base, &op);
    text_op_fini(&op);
    text_fini(&goal);
    return code;
}

static int replace_part(struct edit *e, uint64_t card, const char *key, const struct text *base, const char *old,
                        const char *wanted)
{
    const char *text = base->bytes ? base->bytes : "";
    const char *at = *old ? strstr(text, old) : NULL;
    if (!at)
        return cli_fail(e->s.cli, EXIT_CONFLICT, "\"%s\" is not in the card's text: \"%s\"", old, text);
    if (strstr(at + 1, old))
        return cli_fail(e->s.cli, EXIT_CONFLICT, "\"%s\" is in the card's text several times; give more of it.", old);
    struct text_op op;
    text_op_init(&op);
    size_t new_len = strlen(wanted);
    text_op_splice(&op, base->len_points, (uint32_t)utf8_points(text, (size_t)(at - text)),
                   (uint32_t)utf8_points(old, strlen(old)), wanted, (uint32_t)new_len,
                   (uint32_t)utf8_points(wanted, new_len));
    int code = submit_over(e, card, key, base, &op);
    text_op_fini(&op);
    return code;
}

/* With a text on the command line. */
static int edit_by_arguments(struct edit *e, struct cli *cli)
{
    struct card *card;
    struct text base;
    int code = edit_card(e, FIND_ALIVE, cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    const char *wanted = joined_args(cli, 2), *old = cli_value(cli, "replace"), *key = field_key(cli);
    uint64_t id = card->o.id;
    present_text(e, id, key, &base);
    if (old)
        code = replace_part(e, id, key, &base, old, wanted);
    else if (cli_flag(cli, "append"))
        code = submit_text(e, id, key, &base, arena_printf(e->arena, "%s%s", base.bytes ? base.bytes : "", wanted));
    else
        code = submit_text(e, id, key, &base, wanted);
    text_fini(&base);
    return code;
}

/* Reads the text; the connection is closed while the person thinks. */
static int read_base(struct cli *cli, const char *key, struct text *base, char id[OBJECT_ID_TEXT])
{
    struct edit e;
    struct card *card;
    text_init(base);
    int code = edit_begin(&e, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = edit_card(&e, FIND_ALIVE, cli->args[1], &card);
    if (code == EXIT_OK) {
        present_text(&e, card->o.id, key, base);
        object_id_format(card->o.id, id);
    }
    return edit_end(&e, code);
}

static int edit_in_editor(struct cli *cli)
{
    struct text base;
    char id[OBJECT_ID_TEXT], *wanted = NULL;
    struct edit e;
    struct card *card;
    int code = read_base(cli, field_key(cli), &base, id);
    if (code == EXIT_OK)
        code = editor_run(cli, base.bytes ? base.bytes : "", &wanted);
    if (code == EXIT_OK && edit_text_ok(cli, wanted) != EXIT_OK)
        code = EXIT_USAGE;
    if (code == EXIT_OK) {
        code = edit_begin(&e, cli, cli->args[0], false);
        if (code == EXIT_OK)
            code = edit_card(&e, FIND_ALIVE, id, &card);
        if (code == EXIT_OK)
            code = submit_text(&e, card->o.id, field_key(cli), &base, wanted);
        code = edit_end(&e, code);
    }
    free(wanted);
    text_fini(&base);
    return code;
}

int cmd_edit(struct cli *cli)
{
    if (cli->n_args == 2) {
        if (cli_value(cli, "replace") || cli_flag(cli, "append"))
            return cli_fail(cli, EXIT_USAGE,
                            "The new text is missing. Usage: cocanvas edit CANVAS CARD --replace OLD NEW");
        if (!cli_can_ask(cli))
            return cli_fail(cli, EXIT_USAGE, "The new text is missing. (The editor opens only on a terminal.)");
        return edit_in_editor(cli);
    }
    if (edit_text_ok(cli, joined_args(cli, 2)) != EXIT_OK)
        return EXIT_USAGE;
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = edit_by_arguments(&e, cli);
    return edit_end(&e, code);
}
