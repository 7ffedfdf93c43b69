/* block list, add, set, rename, place, split, remove: the shape of a canvas that is in use. What goes together is one batch, so that one undo takes
 * it back. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
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
    static const char *const words[] = {"title", "prompt", "help", "col", "row", "col_span", "row_span", "order"};
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
            "A block has title, prompt, help, col, row, col_span, row_span and order. (Other properties: cocanvas set)");
    int code = edit_block(e, cli->args[1], &block);
    if (code != EXIT_OK)
        return code;
    if (strcmp(key, "title") != 0 && strcmp(key, "prompt") != 0 && strcmp(key, "help") != 0)
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

/* ---- rename */

static int rename_block(struct edit *e, struct cli *cli)
{
    struct block *block;
    int code = edit_block(e, cli->args[1], &block);
    if (code != EXIT_OK)
        return code;
    const char *name = arena_strndup(e->arena, block->key, strlen(block->key)), *title = joined_args(cli, 2);
    struct value value = {VALUE_TEXT, arena_strndup(e->arena, title, strlen(title)), 0};
    edit_op(e, ops_prop_set(e->arena, block->o.id, "title", &value));
    code = edit_save(e);
    if (code == EXIT_OK && e->result)
        json_object_set_new(e->result, "block", json_string(name));
    if (code == EXIT_OK)
        edit_tell(e, "The block %s is called '%s' now", name, title);
    return code;
}

int cmd_block_rename(struct cli *cli)
{
    struct edit e;
    if (edit_text_ok(cli, joined_args(cli, 2)) != EXIT_OK)
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = rename_block(&e, cli);
    return edit_end(&e, code);
}

/* ---- place */

static void set_number(struct edit *e, uint64_t object, const char *key, uint32_t number)
{
    struct value value = {VALUE_NUMBER, arena_printf(e->arena, "%u", number), 0};
    edit_op(e, ops_prop_set(e->arena, object, key, &value));
}

static bool read_number(const char *text, unsigned long least, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *number = (uint32_t)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= least && value <= GRID_MAX;
}

/* Somebody else's block that would lie under it; NULL: none. */
static const struct block *under(const struct canvas *canvas, uint64_t but, const uint32_t at[4])
{
    const struct block *found = NULL;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n && !found; i++) {
        const struct block *b = blocks[i];
        if (b->o.id != but && b->col < at[0] + at[2] && at[0] < b->col + b->col_span && b->row < at[1] + at[3] && at[1] < b->row + b->row_span)
            found = b;
    }
    free(blocks);
    return found;
}

/* at: column, row, columns, rows. The canvas grows if it has to. */
static void put_at(struct edit *e, const struct block *block, const uint32_t at[4])
{
    static const char *const keys[] = {"col", "row", "col_span", "row_span"};
    const uint32_t now[] = {block->col, block->row, block->col_span, block->row_span};
    for (size_t i = 0; i < 4; i++)
        if (at[i] != now[i])
            set_number(e, block->o.id, keys[i], at[i]);
    if (at[0] + at[2] > e->canvas->header.cols)
        set_number(e, 0, "cols", at[0] + at[2]);
    if (at[1] + at[3] > e->canvas->header.rows)
        set_number(e, 0, "rows", at[1] + at[3]);
}

static int place_at(struct edit *e, struct cli *cli, const struct block *block)
{
    uint32_t at[4] = {0, 0, block->col_span, block->row_span};
    bool good = true;
    for (int i = 2; i < cli->n_args; i++)
        good = good && read_number(cli->args[i], i >= 4, &at[i - 2]);
    if (!good || at[0] + at[2] > GRID_MAX || at[1] + at[3] > GRID_MAX)
        return cli_fail(cli, EXIT_USAGE, "A place is COLUMN ROW, from 0, and COLUMNS ROWS, from 1, within %d.", GRID_MAX);
    const struct block *other = under(e->canvas, block->o.id, at);
    if (other && !cli_flag(cli, "over"))
        return cli_fail(cli, EXIT_CONFLICT, "The block %s is there. Move it first, or say --over to put this one over it.", other->key);
    const char *name = arena_strndup(e->arena, block->key, strlen(block->key));
    put_at(e, block, at);
    int code = edit_save(e);
    if (code == EXIT_OK && e->result)
        json_object_set_new(e->result, "block", json_string(name));
    if (code == EXIT_OK)
        edit_tell(e, "The block %s is at column %u, row %u now, %u × %u", name, at[0], at[1], at[2], at[3]);
    return code;
}

int cmd_block_place(struct cli *cli)
{
    struct edit e;
    struct block *block;
    if (cli->n_args == 5)
        return cli_fail(cli, EXIT_USAGE, "Both sizes or none: COLUMNS and ROWS.");
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = edit_block(&e, cli->args[1], &block);
    if (code == EXIT_OK)
        code = place_at(&e, cli, block);
    return edit_end(&e, code);
}

/* ---- split */

/* The new block takes the right or the lower half of the old one's place; where that is one cell, a row of its own below everything. */
static void halve(struct edit *e, const struct block *block, Cocanvas__Block *half)
{
    uint32_t at[4] = {block->col, block->row, block->col_span, block->row_span};
    if (block->col_span < 2 && block->row_span < 2) {
        place_block(e->canvas, half);
    } else if (block->col_span >= 2 * block->row_span || block->row_span < 2) {
        at[2] = block->col_span - block->col_span / 2;
        half->col_span = block->col_span / 2;
        half->row_span = block->row_span;
        half->col = block->col + at[2];
        half->row = block->row;
    } else {
        at[3] = block->row_span - block->row_span / 2;
        half->col_span = block->col_span;
        half->row_span = block->row_span / 2;
        half->col = block->col;
        half->row = block->row + at[3];
    }
    half->order = block->order;
    put_at(e, block, at);
    uint32_t below = half->row + half->row_span;
    if (below > e->canvas->header.rows)
        set_number(e, 0, "rows", below);
}

/* The chosen cards, in the order in which they were named. */
static int move_chosen(struct edit *e, struct cli *cli, const struct block *from, uint64_t to, size_t *n)
{
    const char *words;
    for (*n = 0; (words = cli_value_at(cli, "card", *n)); ++*n) {
        struct card *card;
        int code = edit_card(e, FIND_ALIVE, words, &card);
        if (code != EXIT_OK)
            return code;
        if (card->block != from)
            return cli_fail(cli, EXIT_USAGE, "%s is not in the block %s.", id_text(e->arena, card->o.id), from->key);
        edit_op(e, ops_card_move(e->arena, card->o.id, &(struct ops_place){.block = to}));
    }
    return EXIT_OK;
}

/* What the old block says of its cards holds for the new one, too: fields, side, sign. */
static void copy_settings(struct edit *e, const struct block *from, Cocanvas__Op *add)
{
    for (uint32_t i = 0; i < from->props.n; i++) {
        const struct prop *prop = &from->props.at[i];
        if (strncmp(prop->key, "field.", 6) == 0 || strcmp(prop->key, "side") == 0 || strcmp(prop->key, "sign") == 0)
            ops_block_prop(e->arena, add, prop->key, &prop->value);
    }
}

static int split_block(struct edit *e, struct cli *cli)
{
    struct block *block;
    size_t n;
    const char *prompt = cli_value(cli, "prompt"), *title = joined_args(cli, 3);
    int code = edit_block(e, cli->args[1], &block);
    if (code != EXIT_OK)
        return code;
    uint64_t id = replica_next_id(e->replica);
    Cocanvas__Op *add = ops_block_add(e->arena, id, cli->args[2], title, prompt ? prompt : "");
    edit_op(e, add);
    copy_settings(e, block, add);
    halve(e, block, add->block_add->block);
    code = move_chosen(e, cli, block, id, &n);
    if (code == EXIT_OK)
        code = edit_save(e);
    if (code == EXIT_OK && e->result)
        json_object_set_new(e->result, "block", json_string(cli->args[2]));
    if (code == EXIT_OK)
        edit_tell(e, "Split the block %s: %s (%s) is new, with %zu %s", cli->args[1], title, cli->args[2], n, n == 1 ? "card" : "cards");
    return code;
}

int cmd_block_split(struct cli *cli)
{
    struct edit e;
    if (edit_text_ok(cli, joined_args(cli, 3)) != EXIT_OK)
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = split_block(&e, cli);
    return edit_end(&e, code);
}
