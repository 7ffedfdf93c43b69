/* ledger summary: which value elements come back across the workspace's ledgers (one customer's perspective each), and rows of a plan made
 * of them. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"

enum { LEDGERS_MOST = 10000 };

/* One element on one side. Texts are the cli's arena's. */
struct element {
    const char *side; /* "out" or "in" */
    const char *name, *folded;
    size_t ledgers, cards, said, assumed, last; /* last: 1 + number of the last ledger that counted */
    struct decimal strength;                    /* sum */
    size_t n_strengths;
    const char *sentence; /* of the card with the greatest strength that has one */
    long best;
    json_t *perspectives;
};

struct summary {
    struct cli *cli;
    struct element *at; /* owned */
    size_t n, cap;
    size_t n_ledgers;
    json_t *ledgers;
};

static const char *copy_of(struct cli *cli, const char *text)
{
    return arena_printf(&cli->arena, "%s", text);
}

static const char *prop_text(const struct props *props, const char *key)
{
    const struct value *value = props_get(props, key);
    return value && value->text ? value->text : "";
}

static struct element *element_named(struct summary *s, const char *side, const char *name)
{
    const char *folded = arena_fold(&s->cli->arena, name);
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].side, side) == 0 && strcmp(s->at[i].folded, folded) == 0)
            return &s->at[i];
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 32;
        s->at = xrealloc(s->at, s->cap * sizeof *s->at);
    }
    struct element *made = &s->at[s->n++];
    *made = (struct element){.side = side,
                             .name = copy_of(s->cli, name),
                             .folded = folded,
                             .sentence = "",
                             .best = -1,
                             .perspectives = json_array()};
    decimal_init(&made->strength);
    return made;
}

static void count_card(struct summary *s, struct method_cli *c, const struct card *card, const char *side,
                       const char *perspective)
{
    const char *element = prop_text(&card->props, "f.element"), *source = prop_text(&card->props, "f.source");
    const struct text *sentence = canvas_text(c->e.canvas, card->o.id, "sentence");
    struct decimal strength;
    struct element *e = element_named(s, side, *element ? element : arena_line(c->e.arena, card->text.bytes));
    e->cards++;
    e->said += strcmp(source, "said") == 0;
    e->assumed += strcmp(source, "assumed") == 0;
    if (e->last != s->n_ledgers) {
        e->ledgers++;
        json_array_append_new(e->perspectives, json_string(perspective));
    }
    e->last = s->n_ledgers;
    decimal_init(&strength);
    bool known = decimal_parse(&strength, prop_text(&card->props, "f.strength"));
    long weight = known ? (long)decimal_double(&strength) : 0;
    if (known) {
        decimal_add(&e->strength, &e->strength, &strength);
        e->n_strengths++;
    }
    decimal_fini(&strength);
    const char *words = sentence && sentence->len_bytes                 ? sentence->bytes
                        : *element && strcmp(element, card->text.bytes) ? card->text.bytes
                                                                        : "";
    if (*words && weight > e->best) {
        e->sentence = copy_of(s->cli, words);
        e->best = weight;
    }
}

/* Which side of the ledger a block is: "in", "out", "perspective", "trade" or "". */
static const char *ledger_of(const struct block *block)
{
    const char *side = prop_text(&block->props, "ledger");
    if (*side)
        return side;
    return strncmp(block->key, "value_", 6) == 0 ? block->key + 6 : block->key; /* canvases of older templates */
}

static const char *perspective_of(struct method_cli *c, struct block **blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards && strcmp(ledger_of(blocks[i]), "perspective") == 0; k++)
            if (blocks[i]->cards[k]->deleted_seq == 0)
                return arena_line(c->e.arena, blocks[i]->cards[k]->text.bytes);
    return arena_line(c->e.arena, canvas_title(c->e.canvas));
}

/* An each_canvas_cb. */
static int count_ledger(struct method_cli *c, void *ctx)
{
    struct summary *s = ctx;
    size_t n;
    char id[UUID_TEXT];
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n);
    const char *perspective = perspective_of(c, blocks, n);
    s->n_ledgers++;
    uuid_format(&c->e.s.canvas, id);
    json_array_append_new(s->ledgers, json_pack("{s:s, s:s, s:s}", "id", id, "title", canvas_title(c->e.canvas),
                                                "perspective", perspective));
    for (size_t i = 0; i < n; i++) {
        const char *side = ledger_of(blocks[i]);
        side = strcmp(side, "in") == 0 ? "in" : strcmp(side, "out") == 0 ? "out" : NULL;
        for (uint32_t k = 0; side && k < blocks[i]->n_cards; k++)
            if (blocks[i]->cards[k]->deleted_seq == 0 && blocks[i]->cards[k]->text.len_bytes)
                count_card(s, c, blocks[i]->cards[k], side, perspective);
    }
    free(blocks);
    return s->n_ledgers < LEDGERS_MOST
               ? EXIT_OK
               : cli_fail(c->e.s.cli, EXIT_ERROR, "There are more than %d ledgers.", LEDGERS_MOST);
}

/* Those of most ledgers first, then those of most cards, then by name. */
static int by_weight(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    int order = strcmp(y->side, x->side); /* "out" before "in": what customers seek comes first */
    if (order == 0)
        order = (x->ledgers < y->ledgers) - (x->ledgers > y->ledgers);
    if (order == 0)
        order = (x->cards < y->cards) - (x->cards > y->cards);
    return order ? order : strcmp(x->folded, y->folded);
}

/* The mean strength with one digit; "" without any. */
static const char *mean_strength(struct summary *s, const struct element *e)
{
    struct decimal n, mean;
    const char *words = "";
    decimal_init(&n);
    decimal_init(&mean);
    decimal_set_int(&n, (long)e->n_strengths);
    if (decimal_divide(&mean, &e->strength, &n, 1)) {
        char *text = decimal_text(&mean);
        words = copy_of(s->cli, text);
        free(text);
    }
    decimal_fini(&mean);
    decimal_fini(&n);
    return words;
}

static json_t *elements_json(struct summary *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++) {
        const struct element *e = &s->at[i];
        json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:O}", "side", e->side, "element", e->name,
                                   "ledgers", (int)e->ledgers, "cards", (int)e->cards, "said", (int)e->said, "assumed",
                                   (int)e->assumed, "perspectives", e->perspectives);
        if (e->n_strengths)
            json_object_set_new(object, "strength", json_string(mean_strength(s, e)));
        if (*e->sentence)
            json_object_set_new(object, "sentence", json_string(e->sentence));
        json_array_append_new(list, object);
    }
    return list;
}

static void print_summary(struct summary *s)
{
    static const char *const titles[] = {"Side", "Element", "Ledgers", "Cards", "Strength", "Said", "Assumed"};
    struct cli *cli = s->cli;
    struct text_table table;
    if (s->n_ledgers == 0) {
        out_note(&cli->out, "There are no ledgers yet. Next: cocanvas new vledger 'Ledger of a customer'");
        return;
    }
    text_table_init(&table, &cli->arena, 7, titles);
    for (size_t i = 2; i < 7; i++)
        table.right[i] = true;
    for (size_t i = 0; i < s->n; i++) {
        const struct element *e = &s->at[i];
        const char **row = text_table_row(&table);
        row[0] = strcmp(e->side, "out") == 0 ? "gets" : "gives";
        row[1] = e->name;
        row[2] = arena_printf(&cli->arena, "%zu of %zu", e->ledgers, s->n_ledgers);
        row[3] = arena_printf(&cli->arena, "%zu", e->cards);
        row[4] = mean_strength(s, e);
        row[5] = arena_printf(&cli->arena, "%zu", e->said);
        row[6] = arena_printf(&cli->arena, "%zu", e->assumed);
    }
    text_table_print(&table, &cli->out);
}

/* ---- what is left of the list by the options */

static bool is_chosen(const struct cli *cli, const struct element *e, long least, const char *side)
{
    struct arena *a = (struct arena *)(uintptr_t)&cli->arena;
    const char *name;
    bool named = cli_value(cli, "element") == NULL;
    for (size_t i = 0; (name = cli_value_at(cli, "element", i)); i++)
        named = named || strcmp(arena_fold(a, name), e->folded) == 0;
    return named && e->ledgers >= (size_t)least && (!side || strcmp(side, e->side) == 0);
}

static void drop(struct element *e)
{
    decimal_fini(&e->strength);
    json_decref(e->perspectives);
}

static int choose(struct summary *s)
{
    const char *side = cli_value(s->cli, "side");
    long least = 1;
    size_t kept = 0;
    if (side && strcmp(side, "in") != 0 && strcmp(side, "out") != 0)
        return cli_fail(s->cli, EXIT_USAGE, "--side is out (what customers get) or in (what they put in).");
    if (!cli_number(s->cli, "least", 1, LEDGERS_MOST, &least))
        return EXIT_USAGE;
    if (!side && cli_value(s->cli, "into"))
        side = "out"; /* a plan is about what customers seek */
    for (size_t i = 0; i < s->n; i++) {
        if (is_chosen(s->cli, &s->at[i], least, side))
            s->at[kept++] = s->at[i];
        else
            drop(&s->at[i]);
    }
    s->n = kept;
    if (s->n > 1)
        qsort(s->at, s->n, sizeof *s->at, by_weight);
    return EXIT_OK;
}

/* ---- into a plan */

/* The first block whose cards have a field "element". */
static struct block *plan_block(struct method_cli *c)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(c->e.canvas, &n), *found = NULL;
    for (size_t i = 0; i < n && !found; i++) {
        const struct field *field = fields_find(method_fields(c->m, blocks[i]), "element");
        found = field && field->type == FIELD_CHOICE ? blocks[i] : NULL;
    }
    free(blocks);
    return found;
}

static bool has_row(struct method_cli *c, const struct block *block, const struct element *e)
{
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];
        if (card->deleted_seq == 0 &&
            (strcmp(arena_fold(c->e.arena, prop_text(&card->props, "f.element")), e->folded) == 0 ||
             strcmp(arena_fold(c->e.arena, card->text.bytes), e->folded) == 0))
            return true;
    }
    return false;
}

static int add_rows(struct summary *s, struct method_cli *c, json_t *ids)
{
    const struct block *block = plan_block(c);
    struct why why = {""};
    int code = EXIT_OK;
    if (!block)
        return cli_fail(s->cli, EXIT_USAGE,
                        "That canvas has no field \"element\": a plan is made from the template vplan.");
    const struct field *field = fields_find(method_fields(c->m, block), "element");
    struct ops_place place = {.block = block->o.id};
    for (size_t i = 0; code == EXIT_OK && i < s->n; i++) {
        const struct element *e = &s->at[i];
        if (has_row(c, block, e))
            continue;
        uint64_t id = replica_next_id(c->e.replica);
        method_ops_add(&c->o, ops_card_create(c->e.arena, id, &place, *e->sentence ? e->sentence : e->name));
        code = method_told(s->cli, method_set_field(&c->o, id, NULL, field, e->name, &why), &why);
        place.after = id;
        json_array_append_new(ids, json_string(id_text(c->e.arena, id)));
    }
    return code == EXIT_OK ? method_save(c) : code;
}

static int into_plan(struct summary *s)
{
    struct method_cli c;
    json_t *ids = json_array(), *rows = json_array();
    size_t i;
    json_t *each;
    int code = method_begin(&c, s->cli, cli_value(s->cli, "into"), false);
    if (code == EXIT_OK)
        code = add_rows(s, &c, ids);
    json_array_foreach(ids, i, each)
    {
        uint64_t id;
        const struct card *card =
            code == EXIT_OK && object_id_parse(json_string_value(each), &id) ? canvas_card(c.e.canvas, id) : NULL;
        if (!card)
            continue;
        json_array_append_new(rows, row_json(&c, card));
        edit_tell(&c.e, "Added %s", describe_card(&c.e.describe, card));
    }
    if (code == EXIT_OK && json_array_size(ids) == 0)
        out_note(&s->cli->out, "Nothing was added: the plan has all of these elements, or there are none.");
    if (code == EXIT_OK) {
        method_result(&c, "elements", elements_json(s));
        method_result(&c, "added", json_incref(rows));
    }
    json_decref(rows);
    json_decref(ids);
    return method_end(&c, code);
}

int cmd_ledger_summary(struct cli *cli)
{
    struct summary s = {.cli = cli, .ledgers = json_array()};
    json_t *result = out_object("ledger_summary");
    int code = method_each_canvas(cli, "vledger", count_ledger, &s, result);
    if (code == EXIT_OK)
        code = choose(&s);
    if (code == EXIT_OK && cli_value(cli, "into")) {
        code = into_plan(&s);
    } else if (code == EXIT_OK && cli->out.json) {
        json_object_set(result, "ledgers", s.ledgers);
        json_object_set_new(result, "elements", elements_json(&s));
        out_json(&cli->out, json_incref(result));
    } else if (code == EXIT_OK) {
        print_summary(&s);
    }
    for (size_t i = 0; i < s.n; i++)
        drop(&s.at[i]);
    free(s.at);
    json_decref(s.ledgers);
    json_decref(result);
    return code;
}
