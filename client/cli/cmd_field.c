/* field list, define, remove, set, show: the typed fields of cards. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"
#include "common/rules.h"

/* ---- list */

/* "1 to 5, whole", "said, assumed or another word": what a field takes. */
static const char *takes(struct arena *a, const struct field *f)
{
    const char *words = "";
    if (f->min[0] && f->max[0])
        words = arena_printf(a, "%s to %s", f->min, f->max);
    else if (f->min[0] || f->max[0])
        words = arena_printf(a, "%s %s", f->min[0] ? "at least" : "at most", f->min[0] ? f->min : f->max);
    for (size_t i = 0; i < f->n_choices; i++)
        words = arena_printf(a, "%s%s%s", words, i ? ", " : "", f->choices[i].key);
    if (f->unit[0])
        words = arena_printf(a, "%s%s%s", words, *words ? " " : "in ", f->unit);
    if (f->whole)
        words = arena_printf(a, "%s%swhole", words, *words ? ", " : "");
    if (f->open && f->n_choices)
        words = arena_printf(a, "%s or another word", words);
    if (f->required)
        words = arena_printf(a, "%s%srequired", words, *words ? "; " : "");
    return words;
}

static json_t *list_json(const struct fields *fields)
{
    json_t *list = json_array();
    for (size_t i = 0; i < fields->n; i++)
        json_array_append_new(list, field_json(&fields->at[i]));
    return list;
}

static int list_fields(struct method_cli *c, const struct block *only)
{
    static const char *const titles[] = {"Block", "Key", "Title", "Type", "Takes"};
    struct output *out = &c->e.s.cli->out;
    struct text_table table;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n);
    json_t *list = json_array();
    text_table_init(&table, c->e.arena, 5, titles);
    for (size_t i = 0; i < n; i++) {
        const struct fields *fields = method_fields(c->m, blocks[i]);
        if (only && blocks[i] != only)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "key", blocks[i]->key, "title", blocks[i]->title,
                                              "fields", list_json(fields)));
        for (size_t k = 0; k < fields->n; k++) {
            const struct field *f = &fields->at[k];
            const char **row = text_table_row(&table);
            row[0] = k == 0 ? blocks[i]->key : "";
            row[1] = f->key;
            row[2] = f->title;
            row[3] = field_type_name(f->type);
            row[4] = takes(c->e.arena, f);
        }
    }
    free(blocks);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "fields");
        json_object_set(object, "blocks", list);
        out_json(out, object);
    } else if (table.n_rows == 0) {
        out_note(out, "There are no fields here yet. Next: cocanvas field define CANVAS KEY TITLE --type number");
    } else {
        text_table_print(&table, out);
    }
    json_decref(list);
    return EXIT_OK;
}

int cmd_field_list(struct cli *cli)
{
    struct method_cli c;
    struct block *only = NULL;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK && cli->n_args > 1)
        code = edit_block(&c.e, cli->args[1], &only);
    if (code == EXIT_OK)
        code = list_fields(&c, only);
    return method_end(&c, code);
}

/* ---- define and remove */

/* Where the definition is that is meant: --block, else the only block that has it, else the canvas (0). */
static int find_owner(struct method_cli *c, const char *key, uint64_t *owner)
{
    const char *words = cli_value(c->e.s.cli, "block"), *name = arena_printf(c->e.arena, "field.%s", key);
    struct block *block;
    size_t found = 0;
    *owner = 0;
    if (words) {
        int code = edit_block(&c->e, words, &block);
        *owner = code == EXIT_OK ? block->o.id : 0;
        return code;
    }
    for (const struct object *at = c->e.canvas->blocks; at; at = at->hh.next) {
        const struct block *each = (const struct block *)at;
        if (each->deleted || !props_get(&each->props, name))
            continue;
        *owner = each->o.id;
        found++;
    }
    if (props_get(&c->e.canvas->header.props, name))
        *owner = 0;
    else if (found > 1)
        return cli_fail(c->e.s.cli, EXIT_USAGE, "Several blocks have a field \"%s\": say which one by --block.", key);
    return EXIT_OK;
}

static const struct value *definition_of(struct method_cli *c, uint64_t owner, const char *key)
{
    const struct block *block = owner ? canvas_block(c->e.canvas, owner) : NULL;
    return props_get(block ? &block->props : &c->e.canvas->header.props, arena_printf(c->e.arena, "field.%s", key));
}

static void replace_text(char **text, const char *with)
{
    if (!with)
        return;
    free(*text);
    *text = xstrdup(with);
}

/* "key=Title", or a key that is its own title. */
static void set_choice(struct field_choice *choice, const char *typed)
{
    size_t len = strcspn(typed, "=");
    choice->key = xstrndup(typed, len);
    choice->title = xstrdup(typed[len] ? typed + len + 1 : choice->key);
    choice->prompt = xstrdup("");
    choice->side = xstrdup("");
    choice->sign = xstrdup("");
}

static void replace_choices(struct cli *cli, struct field *f)
{
    size_t n = 0;
    while (cli_value_at(cli, "choice", n))
        n++;
    if (n == 0)
        return;
    struct field old = {.choices = f->choices, .n_choices = f->n_choices};
    field_fini(&old);
    f->choices = xcalloc(n, sizeof *f->choices);
    f->n_choices = n;
    for (size_t i = 0; i < n; i++)
        set_choice(&f->choices[i], cli_value_at(cli, "choice", i));
}

static int read_bound(struct cli *cli, const char *name, char **bound)
{
    const char *typed = cli_value(cli, name);
    char number[NUMBER_BYTES + 1] = "";
    struct why why = {""};
    if (!typed)
        return EXIT_OK;
    if (*typed && !decimal_read(typed, number, &why))
        return cli_fail(cli, EXIT_USAGE, "--%s: %s.", name, why.text);
    replace_text(bound, number);
    return EXIT_OK;
}

/* Options and title over what the field was until now. */
static int change_field(struct cli *cli, struct field *f)
{
    long order = (long)f->order;
    const char *type = cli_value(cli, "type");
    if (type && !field_type_parse(type, &f->type))
        return cli_fail(cli, EXIT_USAGE,
                        "--type is text, number, date, choice, groups, person, flag, measure or action.");
    if (cli->n_args > 2)
        replace_text(&f->title, joined_args(cli, 2));
    replace_text(&f->prompt, cli_value(cli, "prompt"));
    replace_text(&f->unit, cli_value(cli, "unit"));
    replace_choices(cli, f);
    if (read_bound(cli, "min", &f->min) != EXIT_OK || read_bound(cli, "max", &f->max) != EXIT_OK ||
        !cli_number(cli, "order", 0, ORDER_MAX, &order))
        return EXIT_USAGE;
    f->order = (uint32_t)order;
    f->whole = f->whole || cli_flag(cli, "whole");
    f->open = f->open || cli_flag(cli, "open");
    f->required = (f->required || cli_flag(cli, "required")) && !cli_flag(cli, "optional");
    return EXIT_OK;
}

/* New fields go behind the others. */
static uint32_t next_order(struct method_cli *c, uint64_t owner)
{
    const struct fields *fields = method_fields(c->m, owner ? canvas_block(c->e.canvas, owner) : NULL);
    uint32_t last = fields->n ? fields->at[fields->n - 1].order : 0;
    return last + 10 <= ORDER_MAX ? last + 10 : ORDER_MAX;
}

static int define_field(struct method_cli *c, const char *key)
{
    struct cli *cli = c->e.s.cli;
    struct why why = {""};
    struct field field;
    uint64_t owner;
    int code = find_owner(c, key, &owner);
    const struct value *old = code == EXIT_OK ? definition_of(c, owner, key) : NULL;
    if (code != EXIT_OK)
        return code;
    if (!field_parse(key, old && old->kind == VALUE_TEXT ? old->text : "{}", &field, &why) &&
        !field_parse(key, "{}", &field, &why))
        return cli_fail(cli, EXIT_USAGE, "%s", why.text);
    if (!old)
        field.order = next_order(c, owner);
    code = change_field(cli, &field);
    if (code == EXIT_OK)
        code = method_told(cli, method_define_field(&c->o, owner, &field, &why), &why);
    if (code == EXIT_OK)
        code = method_save(c);
    if (code == EXIT_OK) {
        method_result(c, "field", field_json(&field));
        edit_tell(&c->e, "%s the field %s: %s, a %s", old ? "Changed" : "Added", key, field.title,
                  field_type_name(field.type));
    }
    field_fini(&field);
    return code;
}

int cmd_field_define(struct cli *cli)
{
    struct method_cli c;
    if (!rule_key(cli->args[1]))
        return cli_fail(
            cli, EXIT_USAGE,
            "A field's key begins with a letter a-z and goes on with a-z, 0-9, \"_\", \".\" or \"-\"; \"%s\" does not.",
            cli->args[1]);
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = define_field(&c, cli->args[1]);
    return method_end(&c, code);
}

static int remove_field(struct method_cli *c, const char *key)
{
    struct value none = {.kind = VALUE_NONE};
    uint64_t owner;
    int code = find_owner(c, key, &owner);
    if (code == EXIT_OK && !definition_of(c, owner, key))
        code = cli_fail(c->e.s.cli, EXIT_NOT_FOUND, "There is no field \"%s\". See: cocanvas field list CANVAS", key);
    if (code != EXIT_OK)
        return code;
    method_ops_add(&c->o, ops_prop_set(c->e.arena, owner, arena_printf(c->e.arena, "field.%s", key), &none));
    code = method_save(c);
    if (code == EXIT_OK) {
        method_result(c, "field", json_string(key));
        edit_tell(&c->e, "Removed the field %s; what cards hold in it comes back with it (undo, or field define)", key);
    }
    return code;
}

int cmd_field_remove(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = remove_field(&c, cli->args[1]);
    return method_end(&c, code);
}

/* ---- set and show */

/* All words; groups with a comma between, so that each word may be one. */
static const char *typed_value(struct cli *cli, int first, const struct field *field)
{
    const char *text = cli->args[first];
    for (int i = first + 1; i < cli->n_args; i++)
        text = arena_printf(&cli->arena, "%s%s%s", text, field->type == FIELD_GROUPS ? "," : " ", cli->args[i]);
    return text;
}

static int set_field(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    const struct field *field;
    struct card *card;
    struct why why = {""};
    int code = method_cli_row(c, cli->args[1], &card);
    if (code == EXIT_OK)
        code = method_cli_field(c, card->block, cli->args[2], &field);
    if (code != EXIT_OK)
        return code;
    uint64_t id = card->o.id;
    const char *title = arena_printf(c->e.arena, "%s", field->title), *key = arena_printf(c->e.arena, "%s", field->key);
    code = method_told(cli, method_set_field(&c->o, id, card, field, typed_value(cli, 3, field), &why), &why);
    if (code == EXIT_OK)
        code = method_save(c);
    card = canvas_card(c->e.canvas, id);
    if (code != EXIT_OK || !card)
        return code;
    field = fields_find(method_fields(c->m, card->block), key);
    method_result(c, "card", row_json(c, card));
    const char *now = field ? method_cli_cell(c, card, field) : "";
    edit_tell(&c->e, *now ? "%s of %s is now: %s" : "%s of %s is now empty%s", title, id_text(c->e.arena, id),
              arena_line(c->e.arena, now));
    return code;
}

int cmd_field_set(struct cli *cli)
{
    struct method_cli c;
    for (int i = 3; i < cli->n_args; i++)
        if (edit_text_ok(cli, cli->args[i]) != EXIT_OK)
            return EXIT_USAGE;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = set_field(&c);
    return method_end(&c, code);
}

static void show_fields(struct method_cli *c, const struct card *card)
{
    static const char *const titles[] = {"Field", "Value"};
    struct output *out = &c->e.s.cli->out;
    struct text_table table;
    const struct fields *fields = method_fields(c->m, card->block);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "card");
        json_object_set_new(object, "card", row_json(c, card));
        out_json(out, object);
        return;
    }
    text_table_init(&table, c->e.arena, 2, titles);
    for (size_t i = 0; i < fields->n; i++) {
        const char **row = text_table_row(&table);
        row[0] = fields->at[i].title;
        row[1] = method_cli_cell(c, card, &fields->at[i]);
    }
    out_print(out, STYLE_BOLD, "%s", card->text.bytes);
    out_print(out, STYLE_DIM, "  %s in %s\n", id_text(c->e.arena, card->o.id), card->block->title);
    if (fields->n)
        text_table_print(&table, out);
}

int cmd_field_show(struct cli *cli)
{
    struct method_cli c;
    struct card *card;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = method_cli_row(&c, cli->args[1], &card);
    if (code == EXIT_OK)
        show_fields(&c, card);
    return method_end(&c, code);
}
