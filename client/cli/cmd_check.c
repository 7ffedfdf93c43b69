/* check: what the canvas itself finds odd; balance: what each side gains and gives. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"

/* "7.12 in Plan 'x'", "Plan", or "" for the canvas. */
static const char *place_of(struct method_cli *c, uint64_t object)
{
    const struct card *card = canvas_card(c->e.canvas, object);
    const struct block *block = canvas_block(c->e.canvas, object);
    if (!card)
        return block ? arena_line(c->e.arena, block->title) : "";
    const struct card *row = part_of(c->e.canvas, card, NULL);
    const char *title = arena_line(c->e.arena, row ? row->block->title : card->block->title);
    return arena_printf(c->e.arena, "%s, %s '%s'", title, id_text(c->e.arena, object),
                        short_text(c->e.arena, &card->text, 40));
}

static const char *what_of(const struct method_cli *c, uint64_t object)
{
    return canvas_card(c->e.canvas, object) ? "card" : object ? "block" : "canvas";
}

static void print_findings(struct method_cli *c, const struct finding *findings, size_t n)
{
    struct output *out = &c->e.s.cli->out;
    uint64_t before = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        const char *place = place_of(c, findings[i].object);
        if (findings[i].object != before)
            out_print(out, STYLE_BOLD, "%s\n", *place ? place : arena_line(c->e.arena, canvas_title(c->e.canvas)));
        before = findings[i].object;
        out_print(out, STYLE_PLAIN, "  %s", findings[i].text);
        out_print(out, STYLE_DIM, "  (%s)\n", findings[i].check);
    }
    if (n == 0)
        out_print(out, STYLE_GOOD, "Nothing found.\n");
}

static void findings_json(struct method_cli *c, const struct finding *findings, size_t n)
{
    json_t *object = session_object(&c->e.s, "check"), *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s, s:s}", "check", findings[i].check, "object",
                                        id_text(c->e.arena, findings[i].object), "what", what_of(c, findings[i].object),
                                        "place", place_of(c, findings[i].object), "text", findings[i].text));
    json_object_set_new(object, "findings", list);
    out_json(&c->e.s.cli->out, object);
}

int cmd_check(struct cli *cli)
{
    struct method_cli c;
    size_t n = 0;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK) {
        const struct finding *findings = method_findings(c.m, &n);
        if (cli->out.json)
            findings_json(&c, findings, n);
        else
            print_findings(&c, findings, n);
        code = method_end(&c, EXIT_OK);
        return code == EXIT_OK && n > 0 ? EXIT_ERROR : code;
    }
    return method_end(&c, code);
}

/* ---- balance */

static json_t *balances_json(struct method_cli *c, const struct balance *all, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "side", all[i].side, "unit", all[i].unit,
                                              "plus", method_cli_decimal(c, &all[i].plus), "minus",
                                              method_cli_decimal(c, &all[i].minus), "net",
                                              method_cli_decimal(c, &all[i].net)));
    return list;
}

static void add_balances(struct method_cli *c, struct text_table *table, const char *stage, const struct balance *all,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char **row = text_table_row(table);
        row[0] = i == 0 ? stage : "";
        row[1] = all[i].side;
        row[2] = all[i].unit;
        row[3] = method_cli_decimal(c, &all[i].plus);
        row[4] = method_cli_decimal(c, &all[i].minus);
        row[5] = method_cli_decimal(c, &all[i].net);
    }
}

static void warn_of_sides(struct method_cli *c)
{
    size_t n;
    const struct finding *findings = method_findings(c->m, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(findings[i].check, "one-side-pays") == 0)
            out_print(&c->e.s.cli->out, STYLE_WARN, "%s\n", findings[i].text);
}

/* Blocks are stages where they are lanes' or where both sides have something in one of them. */
static void show_balance(struct method_cli *c)
{
    static const char *const titles[] = {"Where", "Side", "Unit", "Gets", "Gives", "Net"};
    struct output *out = &c->e.s.cli->out;
    struct text_table table;
    bool lanes = *canvas_header_text(c->e.canvas, "lanes") != '\0';
    size_t n, n_blocks;
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n_blocks);
    json_t *stages = json_array();
    text_table_init(&table, c->e.arena, 6, titles);
    table.right[3] = table.right[4] = table.right[5] = true;
    for (size_t i = 0; i < n_blocks && lanes; i++) {
        const struct balance *all = method_balances(c->m, blocks[i]->o.id, &n);
        add_balances(c, &table, blocks[i]->title, all, n);
        json_array_append_new(stages, json_pack("{s:s, s:s, s:o}", "key", blocks[i]->key, "title", blocks[i]->title,
                                                "balances", balances_json(c, all, n)));
    }
    free(blocks);
    const struct balance *all = method_balances(c->m, 0, &n);
    add_balances(c, &table, lanes ? "All" : "", all, n);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "balance");
        json_object_set_new(object, "balances", balances_json(c, all, n));
        json_object_set(object, "stages", stages);
        out_json(out, object);
    } else if (n == 0) {
        out_note(out, "No card with an amount stands on a side. Amounts are the field \"amount\", of cards in blocks "
                      "or lanes that are the company's or "
                      "the customer's (templates two-eq, lifetime).");
    } else {
        text_table_print(&table, out);
        warn_of_sides(c);
    }
    json_decref(stages);
}

int cmd_balance(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        show_balance(&c);
    return method_end(&c, code);
}
