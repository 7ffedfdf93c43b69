/* row list: cards as a table with typed columns: sorted, filtered, and grouped by several fields at once. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/row_list.h"

/* ---- columns */

static void add_column(struct row_list *l, enum column_kind kind, const char *key, const char *title,
                       const struct field *field)
{
    for (size_t i = 0; i < l->n_columns; i++)
        if (strcmp(l->columns[i].key, key) == 0)
            return;
    if (l->n_columns < COLUMNS_MOST)
        l->columns[l->n_columns++] = (struct list_column){kind, key, title, field};
}

static const char *text_of(const struct props *props, const char *key, const char *otherwise)
{
    const struct value *value = props_get(props, key);
    return value && value->text && *value->text ? value->text : otherwise;
}

/* A table's text column may stand between its fields. */
static uint32_t text_order(const struct block *block)
{
    return (uint32_t)strtoul(text_of(&block->props, "column.order", "0"), NULL, 10);
}

static void add_columns_of(struct row_list *l, const struct block *block)
{
    const struct fields *fields = method_fields(l->c->m, block);
    const char *title = text_of(&block->props, "column", "Text");
    uint32_t order = text_order(block);
    for (size_t i = 0; i < fields->n; i++) {
        if (fields->at[i].order > order)
            add_column(l, COLUMN_TEXT, "text", title, NULL);
        add_column(l, COLUMN_FIELD, fields->at[i].key, fields->at[i].title, &fields->at[i]);
    }
    add_column(l, COLUMN_TEXT, "text", title, NULL);
}

/* All columns, and those that are shown if nobody says otherwise: not the block where there is one only. */
static void find_columns(struct row_list *l, const struct block *only)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(l->c->e.canvas, &n);
    bool lanes = strcmp(canvas_header_text(l->c->e.canvas, "kind"), "lanes") == 0;
    add_column(l, COLUMN_ID, "id", "Card", NULL);
    if (!only && n > 1)
        add_column(l, COLUMN_BLOCK, "block", lanes ? "Stage" : "Block", NULL);
    for (size_t i = 0; i < n; i++)
        if (!only || blocks[i] == only)
            add_columns_of(l, blocks[i]);
    free(blocks);
    for (size_t i = 0; i < l->n_columns; i++)
        l->shown[l->n_shown++] = &l->columns[i];
    add_column(l, COLUMN_BLOCK, "block", "Block", NULL);
    add_column(l, COLUMN_TAGS, "tags", "Tags", NULL);
    add_column(l, COLUMN_VOTES, "votes", "Votes", NULL);
}

static int named_column(struct row_list *l, const char *words, const struct list_column **column)
{
    struct arena *a = l->c->e.arena;
    const char *folded = arena_fold(a, words), *list = "";
    for (size_t i = 0; i < l->n_columns; i++) {
        *column = &l->columns[i];
        if (strcmp(l->columns[i].key, words) == 0 || strcmp(arena_fold(a, l->columns[i].title), folded) == 0)
            return EXIT_OK;
        list = arena_printf(a, "%s%s%s", list, i ? ", " : "", l->columns[i].key);
    }
    return cli_fail(l->c->e.s.cli, EXIT_NOT_FOUND, "There is no column \"%s\". There are: %s.", words, list);
}

/* The next of "a,b,c"; NULL behind the last. */
static const char *next_word(struct arena *a, const char **at)
{
    if (!*at || !**at)
        return NULL;
    size_t len = strcspn(*at, ",");
    const char *word = arena_strndup(a, *at, len);
    *at += len + ((*at)[len] == ',');
    return word;
}

/* ---- options */

static int read_filter(struct row_list *l, const char *typed)
{
    struct list_filter *f = &l->filters[l->n_filters];
    const char *name;
    if (l->n_filters == KEYS_MOST)
        return cli_fail(l->c->e.s.cli, EXIT_USAGE, "At most %d conditions go together.", KEYS_MOST);
    if (!row_filter_read(l, typed, f, &name))
        return cli_fail(l->c->e.s.cli, EXIT_USAGE,
                        "--where is COLUMN=VALUE, or with != < <= > >= or ~ (holds); \"%s\" is not.", typed);
    l->n_filters++;
    return named_column(l, name, &f->column);
}

static int read_options(struct row_list *l)
{
    struct cli *cli = l->c->e.s.cli;
    const char *at = cli_value(cli, "sort"), *word, *typed;
    int code = EXIT_OK;
    while (code == EXIT_OK && (word = next_word(l->c->e.arena, &at)) && l->n_keys < KEYS_MOST) {
        struct list_key *key = &l->keys[l->n_keys++];
        key->down = word[0] == '-';
        code = named_column(l, word + key->down, &key->column);
    }
    at = cli_value(cli, "columns");
    for (l->n_shown = at ? 0 : l->n_shown;
         code == EXIT_OK && at && (word = next_word(l->c->e.arena, &at)) && l->n_shown < COLUMNS_MOST;)
        code = named_column(l, word, &l->shown[l->n_shown++]);
    at = cli_value(cli, "group");
    while (code == EXIT_OK && (word = next_word(l->c->e.arena, &at))) {
        if (l->n_groups == GROUP_DEPTH)
            return cli_fail(cli, EXIT_USAGE, "At most %d columns group at once.", GROUP_DEPTH);
        code = named_column(l, word, &l->groups[l->n_groups++]);
    }
    for (size_t i = 0; code == EXIT_OK && (typed = cli_value_at(cli, "where", i)); i++)
        code = read_filter(l, typed);
    return code;
}

static void collect_rows(struct row_list *l, const struct block *only)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(l->c->e.canvas, &n);
    l->rows = arena_calloc(l->c->e.arena, l->c->e.canvas->n_cards + 1, sizeof *l->rows);
    ASSERT(l->rows);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards && (!only || blocks[i] == only); k++)
            if (blocks[i]->cards[k]->deleted_seq == 0 && row_passes(l, blocks[i]->cards[k]))
                l->rows[l->n_rows++] = blocks[i]->cards[k];
    free(blocks);
    if (l->n_rows > 1 && l->n_keys > 0)
        rows_sort(l);
}

/* ---- printing */

struct printing {
    struct text_table table;
    size_t widths[COLUMNS_MOST];
};

static size_t row_index(const struct row_list *l, const struct card *card)
{
    size_t i = 0;
    while (l->rows[i] != card)
        i++;
    return i;
}

static void print_group(struct row_list *l, const char *const *names, const struct card *const *rows, size_t n,
                        void *ctx)
{
    struct output *out = &l->c->e.s.cli->out;
    struct printing *p = ctx;
    const char *title = "";
    for (size_t i = 0; i < l->n_groups; i++)
        title = arena_printf(l->c->e.arena, "%s%s%s: %s", title, i ? ", " : "", l->groups[i]->title,
                             *names[i] ? names[i] : "(none)");
    if (l->n_groups)
        out_print(out, STYLE_BOLD, "\n%s", title);
    if (l->n_groups)
        out_print(out, STYLE_DIM, "  %zu\n", n);
    for (size_t i = 0; i < n; i++)
        text_table_print_row(&p->table, out, p->widths, row_index(l, rows[i]));
}

static void print_rows(struct row_list *l)
{
    struct output *out = &l->c->e.s.cli->out;
    struct printing p;
    const char *titles[COLUMNS_MOST];
    if (l->n_rows == 0) {
        out_note(out,
                 l->n_filters ? "No row is like that." : "There are no rows yet. Next: cocanvas row add CANVAS TEXT");
        return;
    }
    for (size_t i = 0; i < l->n_shown; i++)
        titles[i] = l->shown[i]->title;
    text_table_init(&p.table, l->c->e.arena, l->n_shown, titles);
    for (size_t i = 0; i < l->n_shown; i++)
        p.table.right[i] =
            (l->shown[i]->field && l->shown[i]->field->type == FIELD_NUMBER) || l->shown[i]->kind == COLUMN_VOTES;
    for (size_t i = 0; i < l->n_rows; i++) {
        const char **row = text_table_row(&p.table);
        for (size_t k = 0; k < l->n_shown; k++)
            row[k] = row_cell(l, l->rows[i], l->shown[k]);
    }
    text_table_widths(&p.table, out->width, p.widths);
    text_table_head(&p.table, out, p.widths);
    rows_each_group(l, print_group, &p);
}

static void group_to_json(struct row_list *l, const char *const *names, const struct card *const *rows, size_t n,
                          void *ctx)
{
    json_t *list = ctx, *keys = json_object(), *ids = json_array();
    for (size_t i = 0; i < l->n_groups; i++)
        json_object_set_new(keys, l->groups[i]->key, *names[i] ? json_string(names[i]) : json_null());
    for (size_t i = 0; i < n; i++)
        json_array_append_new(ids, json_string(id_text(l->c->e.arena, rows[i]->o.id)));
    json_array_append_new(list, json_pack("{s:o, s:o}", "keys", keys, "rows", ids));
}

static void rows_to_json(struct row_list *l)
{
    json_t *object = session_object(&l->c->e.s, "rows"), *columns = json_array(), *rows = json_array(),
           *groups = json_array();
    for (size_t i = 0; i < l->n_shown; i++)
        json_array_append_new(columns, json_pack("{s:s, s:s}", "key", l->shown[i]->key, "title", l->shown[i]->title));
    for (size_t i = 0; i < l->n_rows; i++)
        json_array_append_new(rows, row_json(l->c, l->rows[i]));
    json_object_set_new(object, "columns", columns);
    json_object_set_new(object, "rows", rows);
    if (l->n_groups) {
        rows_each_group(l, group_to_json, groups);
        json_object_set(object, "groups", groups);
    }
    json_decref(groups);
    out_json(&l->c->e.s.cli->out, object);
}

int cmd_row_list(struct cli *cli)
{
    struct method_cli c;
    struct row_list l = {.c = &c};
    struct block *only = NULL;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK && cli->n_args > 1)
        code = edit_block(&c.e, cli->args[1], &only);
    if (code == EXIT_OK) {
        find_columns(&l, only);
        code = read_options(&l);
    }
    if (code == EXIT_OK) {
        collect_rows(&l, only);
        if (cli->out.json)
            rows_to_json(&l);
        else
            print_rows(&l);
    }
    return method_end(&c, code);
}
