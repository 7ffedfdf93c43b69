/* row add, and groups of rows: group add, remove, list, promote. (row list: cmd_row_list.c) */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"

/* ---- row add */

/* The block that is named, or the only one that people see. */
static int block_of_row(struct method_cli *c, struct block **block)
{
    struct cli *cli = c->e.s.cli;
    size_t n;
    if (cli->n_args > 2)
        return edit_block(&c->e, cli->args[1], block);
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n);
    *block = n == 1 ? blocks[0] : NULL;
    const char *first = n ? arena_printf(c->e.arena, "%s", blocks[0]->key) : "BLOCK";
    free(blocks);
    if (*block)
        return EXIT_OK;
    return cli_fail(cli, EXIT_USAGE,
                    "This canvas has several blocks; say which one, for instance: cocanvas row add CANVAS %s TEXT",
                    first);
}

/* One "field=value" of --set on the new row. */
static int set_cell(struct method_cli *c, uint64_t id, const struct block *block, const char *typed)
{
    struct cli *cli = c->e.s.cli;
    size_t len = strcspn(typed, "=");
    struct why why = {""};
    const struct field *field;
    if (!typed[len])
        return cli_fail(cli, EXIT_USAGE, "--set is FIELD=VALUE; \"%s\" has no \"=\".", typed);
    int code = method_cli_field(c, block, arena_strndup(c->e.arena, typed, len), &field);
    if (code == EXIT_OK && typed[len + 1])
        code = method_told(cli, method_set_field(&c->o, id, NULL, field, typed + len + 1, &why), &why);
    return code;
}

static int add_row(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct block *block;
    int code = block_of_row(c, &block);
    if (code != EXIT_OK)
        return code;
    struct ops_place place = {.block = block->o.id, .first = cli_flag(cli, "first")};
    uint64_t id = replica_next_id(c->e.replica);
    method_ops_add(&c->o, ops_card_create(c->e.arena, id, &place, cli->args[cli->n_args - 1]));
    const char *typed;
    for (size_t i = 0; code == EXIT_OK && (typed = cli_value_at(cli, "set", i)); i++)
        code = set_cell(c, id, block, typed);
    if (code == EXIT_OK)
        code = method_save(c);
    const struct card *card = code == EXIT_OK ? canvas_card(c->e.canvas, id) : NULL;
    if (!card)
        return code;
    method_result(c, "row", row_json(c, card));
    edit_tell(&c->e, "Added %s", describe_card(&c->e.describe, card));
    return EXIT_OK;
}

int cmd_row_add(struct cli *cli)
{
    struct method_cli c;
    const char *typed;
    for (size_t i = 0; (typed = cli_value_at(cli, "set", i)); i++)
        if (edit_text_ok(cli, typed) != EXIT_OK)
            return EXIT_USAGE;
    if (edit_text_ok(cli, cli->args[cli->n_args - 1]) != EXIT_OK)
        return EXIT_USAGE;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = add_row(&c);
    return method_end(&c, code);
}

/* ---- groups */

/* The groups field that --field names, or the only one of the block (NULL: of the canvas). */
static int groups_field(struct method_cli *c, const struct block *block, const struct field **field)
{
    struct cli *cli = c->e.s.cli;
    const char *words = cli_value(cli, "field"), *list = "";
    const struct fields *fields = method_fields(c->m, block);
    size_t n = 0;
    if (words) {
        int code = method_cli_field(c, block, words, field);
        if (code == EXIT_OK && (*field)->type != FIELD_GROUPS)
            return cli_fail(cli, EXIT_USAGE, "%s holds no groups; it is a %s.", (*field)->title,
                            field_type_name((*field)->type));
        return code;
    }
    for (size_t i = 0; i < fields->n; i++) {
        if (fields->at[i].type != FIELD_GROUPS)
            continue;
        *field = &fields->at[i];
        list = arena_printf(c->e.arena, "%s%s%s", list, n++ ? ", " : "", fields->at[i].key);
    }
    if (n == 1)
        return EXIT_OK;
    if (n == 0)
        return cli_fail(cli, EXIT_NOT_FOUND,
                        "There is no field for groups here. Next: cocanvas field define CANVAS segment Segment --type "
                        "groups --open");
    return cli_fail(cli, EXIT_USAGE, "There are several kinds of groups: %s. Say which one by --field.", list);
}

/* A block that has a field for groups; the one of --block, if it is given. */
static int block_with_groups(struct method_cli *c, struct block **block)
{
    const char *words = cli_value(c->e.s.cli, "block");
    size_t n;
    if (words)
        return edit_block(&c->e, words, block);
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n);
    *block = NULL;
    for (size_t i = 0; i < n && !*block; i++) {
        const struct fields *fields = method_fields(c->m, blocks[i]);
        for (size_t k = 0; k < fields->n && !*block; k++)
            *block = fields->at[k].type == FIELD_GROUPS ? blocks[i] : NULL;
    }
    free(blocks);
    return EXIT_OK;
}

static int change_groups(struct method_cli *c, bool on)
{
    struct cli *cli = c->e.s.cli;
    const struct field *field;
    struct card *card;
    struct why why = {""};
    int code = method_cli_row(c, cli->args[1], &card);
    if (code == EXIT_OK)
        code = groups_field(c, card->block, &field);
    for (int i = 2; code == EXIT_OK && i < cli->n_args; i++) {
        if (!on && !card_in_group(card, field->key, cli->args[i]))
            return cli_fail(cli, EXIT_NOT_FOUND, "%s is not in the group \"%s\" (%s).", id_text(c->e.arena, card->o.id),
                            cli->args[i], field->title);
        code = method_told(cli, method_set_group(&c->o, card->o.id, field, cli->args[i], on, &why), &why);
    }
    if (code != EXIT_OK)
        return code;
    uint64_t id = card->o.id;
    const char *key = arena_printf(c->e.arena, "%s", field->key);
    code = method_save(c);
    card = canvas_card(c->e.canvas, id);
    field = code == EXIT_OK && card ? fields_find(method_fields(c->m, card->block), key) : NULL;
    if (!field)
        return code;
    method_result(c, "row", row_json(c, card));
    const char *now = method_cli_cell(c, card, field);
    edit_tell(&c->e, *now ? "%s of %s is now: %s" : "%s of %s is now empty%s", field->title, id_text(c->e.arena, id),
              now);
    return EXIT_OK;
}

static int cmd_group_change(struct cli *cli, bool on)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = change_groups(&c, on);
    return method_end(&c, code);
}

int cmd_group_add(struct cli *cli)
{
    return cmd_group_change(cli, true);
}

int cmd_group_remove(struct cli *cli)
{
    return cmd_group_change(cli, false);
}

/* Cards of the group, in the order of the canvas. */
static json_t *members_json(struct method_cli *c, const struct block *block, const struct field *field,
                            const char *name)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0 && card_in_group(block->cards[i], field->key, name))
            json_array_append_new(list, json_pack("{s:s, s:s}", "id", id_text(c->e.arena, block->cards[i]->o.id),
                                                  "text", block->cards[i]->text.bytes));
    return list;
}

static void list_groups_of(struct method_cli *c, const struct block *block, const struct field *field, json_t *list)
{
    struct output *out = &c->e.s.cli->out;
    size_t n;
    const char **names = method_groups(&c->o, block, field, &n);
    if (!out->json)
        out_print(out, STYLE_BOLD, "%s\n", field->title);
    for (size_t i = 0; i < n; i++) {
        json_t *members = members_json(c, block, field, names[i]);
        if (!out->json)
            out_print(out, STYLE_PLAIN, "  %s %4zu\n", arena_cell(c->e.arena, names[i], 40), json_array_size(members));
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "block", block->key, "field", field->key, "name",
                                              names[i], "cards", members));
    }
    if (n == 0 && !out->json)
        out_print(out, STYLE_DIM, "  none yet\n");
}

static int list_groups(struct method_cli *c)
{
    struct output *out = &c->e.s.cli->out;
    json_t *list = json_array();
    size_t n, shown = 0;
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n);
    for (size_t i = 0; i < n; i++) {
        const struct fields *fields = method_fields(c->m, blocks[i]);
        for (size_t k = 0; k < fields->n; k++)
            if (fields->at[k].type == FIELD_GROUPS && ++shown)
                list_groups_of(c, blocks[i], &fields->at[k], list);
    }
    free(blocks);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "groups");
        json_object_set(object, "groups", list);
        out_json(out, object);
    } else if (shown == 0) {
        out_note(out, "There is no field for groups on this canvas. Next: cocanvas field define CANVAS segment Segment "
                      "--type groups --open");
    }
    json_decref(list);
    return EXIT_OK;
}

int cmd_group_list(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = list_groups(&c);
    return method_end(&c, code);
}

static int promote(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct block *from = NULL, *to;
    const struct field *field;
    struct why why = {""};
    uint64_t id;
    int code = block_with_groups(c, &from);
    if (code == EXIT_OK)
        code = groups_field(c, from, &field);
    if (code == EXIT_OK)
        code = edit_block(&c->e, cli->args[2], &to);
    if (code == EXIT_OK)
        code = method_told(cli, method_promote_group(&c->o, field, cli->args[1], to, &id, &why), &why);
    size_t links = c->o.n;
    if (code == EXIT_OK)
        code = method_save(c);
    const struct card *card = code == EXIT_OK ? canvas_card(c->e.canvas, id) : NULL;
    if (!card)
        return code;
    method_result(c, "row", row_json(c, card));
    method_result(c, "linked", json_integer((json_int_t)links - 1));
    edit_tell(&c->e, "Added %s, with links from %zu card%s of the group", describe_card(&c->e.describe, card),
              links - 1, links == 2 ? "" : "s");
    return EXIT_OK;
}

int cmd_group_promote(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = promote(&c);
    return method_end(&c, code);
}
