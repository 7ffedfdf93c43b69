/* action add, done, list: what is going to be done, when, and by whom. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"

static const char *person_name(void *ctx, uint32_t author)
{
    return session_person(ctx, author);
}

static const char *action_words(struct method_cli *c, const struct card *card)
{
    char *line = cell_action(card, person_name, &c->e.s);
    const char *copy = arena_printf(c->e.arena, "%s", line);
    free(line);
    return copy;
}

static int tell_action(struct method_cli *c, int code, const char *verb, uint64_t id)
{
    const struct card *card = code == EXIT_OK ? canvas_card(c->e.canvas, id) : NULL;
    if (!card)
        return code;
    method_result(c, "action", action_json(c, card));
    edit_tell(&c->e, "%s %s  %s", verb, id_text(c->e.arena, id), action_words(c, card));
    return EXIT_OK;
}

static int add_action(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct why why = {""};
    struct card *row;
    uint64_t id = 0;
    int code = method_cli_row(c, cli->args[1], &row);
    if (code != EXIT_OK)
        return code;
    const char *key = method_part_key(&c->o, row->block, FIELD_ACTION, cli_value(cli, "field"), &why);
    if (!key)
        return method_told(cli, STATUS_BAD_OP, &why);
    code = method_told(cli,
                       method_add_action(&c->o, row, key, joined_args(cli, 2), cli_value(cli, "when"),
                                         cli_value(cli, "who"), &id, &why),
                       &why);
    if (code == EXIT_OK)
        code = method_save(c);
    return tell_action(c, code, "Added", id);
}

int cmd_action_add(struct cli *cli)
{
    struct method_cli c;
    if (edit_text_ok(cli, joined_args(cli, 2)) != EXIT_OK)
        return EXIT_USAGE;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = add_action(&c);
    return method_end(&c, code);
}

/* done; with --reopen not; with --when and --who another day or person. */
static int change_action(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct why why = {""};
    struct card *card;
    const char *when = cli_value(cli, "when"), *who = cli_value(cli, "who");
    int code = method_cli_action(c, cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    uint64_t id = card->o.id;
    code = method_told(cli, method_set_action(&c->o, id, when, who, &why), &why);
    if (code == EXIT_OK && (cli_flag(cli, "reopen") || (!when && !who)))
        method_action_done(&c->o, id, !cli_flag(cli, "reopen"));
    if (code == EXIT_OK)
        code = method_save(c);
    return tell_action(c, code, cli_flag(cli, "reopen") ? "Open again:" : when || who ? "Changed:" : "Done:", id);
}

int cmd_action_done(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = change_action(&c);
    return method_end(&c, code);
}

/* ---- list */

static const char *prop_text(const struct card *card, const char *key)
{
    const struct value *value = props_get(&card->props, key);
    return value && value->text ? value->text : "";
}

static bool is_done(const struct card *card)
{
    const struct value *done = props_get(&card->props, "a.done");
    return done && done->number != 0;
}

/* By day, those without one last; then by id. */
static int by_day(const void *a, const void *b)
{
    const struct card *x = *(const struct card *const *)a, *y = *(const struct card *const *)b;
    const char *day_x = prop_text(x, "a.when"), *day_y = prop_text(y, "a.when");
    int order = (*day_x == '\0') - (*day_y == '\0');
    if (order == 0)
        order = strcmp(day_x, day_y);
    return order ? order : (x->o.id > y->o.id) - (x->o.id < y->o.id);
}

/* Parts of cards that are gone are not among them. */
static const struct card **actions_of(struct method_cli *c, size_t *n)
{
    const struct card **list = arena_calloc(c->e.arena, c->e.canvas->n_cards + 1, sizeof *list);
    ASSERT(list);
    *n = 0;
    for (const struct object *at = c->e.canvas->cards; at; at = at->hh.next) {
        const struct card *card = (const struct card *)at;
        bool lost = block_hidden(card->block) && !part_of(c->e.canvas, card, NULL);
        if (card->deleted_seq == 0 && !lost && card_is_action(c->e.canvas, card) &&
            !(cli_flag(c->e.s.cli, "open") && is_done(card)))
            list[(*n)++] = card;
    }
    if (*n > 1)
        qsort(list, *n, sizeof *list, by_day);
    return list;
}

static void list_actions(struct method_cli *c)
{
    static const char *const titles[] = {"", "When", "Who", "What", "Of", "Id"};
    struct output *out = &c->e.s.cli->out;
    struct text_table table;
    size_t n;
    const struct card **list = actions_of(c, &n);
    json_t *objects = json_array();
    text_table_init(&table, c->e.arena, 6, titles);
    for (size_t i = 0; i < n; i++) {
        const struct card *row = part_of(c->e.canvas, list[i], NULL);
        const struct value *who = props_get(&list[i]->props, "a.who");
        const char *when = prop_text(list[i], "a.when"), **cells = text_table_row(&table);
        bool late = *when && !is_done(list[i]) && day_compare(when, c->today) < 0;
        cells[0] = is_done(list[i]) ? "[x]" : "[ ]";
        cells[1] = late ? arena_printf(c->e.arena, "%s (late)", when) : when;
        cells[2] = who && who->kind == VALUE_PERSON ? session_person(&c->e.s, (uint32_t)who->number)
                                                    : prop_text(list[i], "a.whom");
        cells[3] = list[i]->text.bytes;
        cells[4] = row ? short_text(c->e.arena, &row->text, 30) : "";
        cells[5] = id_text(c->e.arena, list[i]->o.id);
        json_array_append_new(objects, action_json(c, list[i]));
    }
    if (out->json) {
        json_t *object = session_object(&c->e.s, "actions");
        json_object_set(object, "actions", objects);
        out_json(out, object);
    } else if (n == 0) {
        out_note(out, "There are no actions%s. Next: cocanvas action add CANVAS CARD WHAT --when 2027-03-31 --who NAME",
                 cli_flag(c->e.s.cli, "open") ? " left to do" : " yet");
    } else {
        text_table_print(&table, out);
    }
    json_decref(objects);
}

int cmd_action_list(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        list_actions(&c);
    return method_end(&c, code);
}
