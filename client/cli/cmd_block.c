/* block list, add, set, remove. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/ops.h"
#include "common/utf8.h"

int cmd_block_list(struct cli *cli)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], true);
    if (code != EXIT_OK)
        return edit_end(&e, code);
    size_t n;
    struct block **blocks = canvas_blocks_in_order(e.canvas, &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, block_json(blocks[i]));
        if (!cli->out.json)
            out_print(&cli->out, STYLE_PLAIN, "%-24s %4u  %s\n", blocks[i]->key, blocks[i]->n_alive,
                      arena_line(e.arena, blocks[i]->title));
    }
    if (cli->out.json) {
        json_t *object = session_object(&e.s, "blocks");
        json_object_set(object, "blocks", list);
        out_json(&cli->out, object);
    }
    json_decref(list);
    free(blocks);
    return edit_end(&e, code);
}

/* A new block goes over the whole width below everything, last in the order. */
static void place_block(const struct canvas *canvas, Cocanvas__Block *block)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++) {
        uint32_t below = blocks[i]->row + blocks[i]->row_span;
        block->row = below > block->row ? below : block->row;
        block->order = blocks[i]->order >= block->order ? blocks[i]->order + 1 : block->order;
    }
    free(blocks);
    block->col_span = canvas->header.cols ? canvas->header.cols : 1;
    block->row_span = 2;
}

static int add_block(struct edit *e, struct cli *cli)
{
    const char *prompt = cli_value(cli, "prompt");
    Cocanvas__Op *op =
        ops_block_add(e->arena, replica_next_id(e->replica), cli->args[1], joined_args(cli, 2), prompt ? prompt : "");
    Cocanvas__Block *block = op->block_add->block;
    place_block(e->canvas, block);
    edit_op(e, op);
    if (block->row + block->row_span > e->canvas->header.rows) {
        struct value rows = {VALUE_NUMBER, arena_printf(e->arena, "%u", block->row + block->row_span), 0};
        edit_op(e, ops_prop_set(e->arena, 0, "rows", &rows));
    }
    int code = edit_save(e);
    if (code == EXIT_OK) {
        if (e->result)
            json_object_set_new(e->result, "block", json_string(cli->args[1]));
        edit_tell(e, "Added the block %s (%s)", joined_args(cli, 2), cli->args[1]);
    }
    return code;
}

int cmd_block_add(struct cli *cli)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = add_block(&e, cli);
    return edit_end(&e, code);
}

static int set_block(struct edit *e, struct cli *cli)
{
    static const char *const words[] = {"title", "prompt", "col", "row", "col_span", "row_span", "order"};
    const size_t n_words = sizeof words / sizeof *words;
    struct block *block;
    const char *key = cli->args[2];
    struct value value = {VALUE_TEXT, cli->args[3], 0};
    bool known = false;
    for (size_t i = 0; i < n_words; i++)
        known = known || strcmp(words[i], key) == 0;
    if (!known)
        return cli_fail(
            cli, EXIT_USAGE,
            "A block has title, prompt, col, row, col_span, row_span and order. (Other properties: cocanvas set)");
    int code = edit_block(e, cli->args[1], &block);
    if (code != EXIT_OK)
        return code;
    if (strcmp(key, "title") != 0 && strcmp(key, "prompt") != 0)
        value.kind = VALUE_NUMBER;
    const char *name = arena_strndup(e->arena, block->key, strlen(block->key));
    edit_op(e, ops_prop_set(e->arena, block->o.id, key, &value));
    code = edit_save(e);
    if (code == EXIT_OK) {
        if (e->result)
            json_object_set_new(e->result, "block", json_string(name));
        edit_tell(e, "Set %s of the block %s to '%s'", key, name, cli->args[3]);
    }
    return code;
}

int cmd_block_set(struct cli *cli)
{
    struct edit e;
    if (edit_text_ok(cli, cli->args[3]) != EXIT_OK)
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = set_block(&e, cli);
    return edit_end(&e, code);
}

int cmd_block_remove(struct cli *cli)
{
    struct edit e;
    struct block *block;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = edit_block(&e, cli->args[1], &block);
    if (code == EXIT_OK && block->n_alive > 0)
        code = cli_fail(cli, EXIT_CONFLICT, "The block %s still holds %u cards. Move or remove them first.", block->key,
                        block->n_alive);
    if (code == EXIT_OK) {
        const char *name = arena_strndup(e.arena, block->key, strlen(block->key));
        edit_op(&e, ops_block_remove(e.arena, block->o.id));
        code = edit_save(&e);
        if (code == EXIT_OK) {
            if (e.result)
                json_object_set_new(e.result, "block", json_string(name));
            edit_tell(&e, "Removed the block %s", name);
        }
    }
    return edit_end(&e, code);
}
