/* measure add, set, list, show: numbers by which one knows. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"

static struct measure_words words_from_options(const struct cli *cli)
{
    return (struct measure_words){
        .kind = cli_value(cli, "kind"),
        .unit = cli_value(cli, "unit"),
        .direction = cli_value(cli, "direction"),
        .baseline = cli_value(cli, "baseline"),
        .minimum = cli_value(cli, "minimum"),
        .target = cli_value(cli, "target"),
        .owner = cli_value(cli, "owner"),
        .period = cli_value(cli, "period"),
        .next = cli_value(cli, "next"),
    };
}

/* What is missing so that its percent and its review can be told; "" if nothing is. */
static const char *missing(struct arena *a, const struct measure *m)
{
    const char *words = "";
    const struct {
        bool missing;
        const char *option;
    } rows[] = {
        {m->target[0] == '\0' && m->kind != MEASURE_YESNO, "--target"},
        {m->unit[0] == '\0' && m->kind != MEASURE_YESNO && m->kind != MEASURE_PERCENT, "--unit"},
        {m->owner == 0, "--owner"},
        {m->due[0] == '\0', "--period"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].missing)
            words = arena_printf(a, "%s%s%s", words, *words ? ", " : "", rows[i].option);
    return words;
}

static void tell_measure(struct method_cli *c, const char *verb, uint64_t id)
{
    const struct measure *m = method_measure(c->m, id);
    if (!m)
        return;
    method_result(c, "measure", measure_json(c, id, false));
    edit_tell(&c->e, "%s %s  %s", verb, id_text(c->e.arena, id), method_cli_line(c, id));
    const char *still = missing(c->e.arena, m);
    if (*still)
        out_note(&c->e.s.cli->out, "Not set yet: %s. Next: cocanvas measure set CANVAS %s …", still,
                 id_text(c->e.arena, id));
}

/* A card that people see, or else a block. */
static int card_or_block(struct method_cli *c, const char *words, struct card **row, struct block **block)
{
    const char *why = "";
    *row = NULL;
    *block = canvas_block_by_key(c->e.canvas, words);
    if (*block && !(*block)->deleted && !block_hidden(*block))
        return EXIT_OK;
    *block = NULL;
    if (find_card(c->e.arena, c->e.canvas, FIND_ALIVE, words, row, &why) == STATUS_OK && !block_hidden((*row)->block))
        return EXIT_OK;
    *row = NULL;
    if (find_block(c->e.arena, c->e.canvas, words, block, &why) == STATUS_OK)
        return EXIT_OK;
    return method_cli_row(c, words, row);
}

static int add_measure(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct measure_words words = words_from_options(cli);
    struct why why = {""};
    struct card *row;
    struct block *block;
    uint64_t id = 0;
    const char *key = "";
    int code = card_or_block(c, cli->args[1], &row, &block);
    if (code != EXIT_OK)
        return code;
    words.name = joined_args(cli, 2);
    if (row && !(key = method_part_key(&c->o, row->block, FIELD_MEASURE, cli_value(cli, "field"), &why)))
        return method_told(cli, STATUS_BAD_OP, &why);
    code = method_told(cli, method_add_measure(&c->o, row, key, block, &words, &id, &why), &why);
    if (code == EXIT_OK)
        code = method_save(c);
    if (code == EXIT_OK)
        tell_measure(c, "Added", id);
    return code;
}

int cmd_measure_add(struct cli *cli)
{
    struct method_cli c;
    if (edit_text_ok(cli, joined_args(cli, 2)) != EXIT_OK)
        return EXIT_USAGE;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = add_measure(&c);
    return method_end(&c, code);
}

static int set_measure(struct method_cli *c)
{
    struct cli *cli = c->e.s.cli;
    struct measure_words words = words_from_options(cli);
    struct why why = {""};
    struct card *card;
    words.name = cli_value(cli, "name");
    int code = method_cli_measure(c, cli->args[1], &card);
    uint64_t id = code == EXIT_OK ? card->o.id : 0;
    if (code == EXIT_OK)
        code = method_told(cli, method_set_measure(&c->o, card, &words, &why), &why);
    if (code == EXIT_OK && c->o.n == 0)
        code = cli_fail(cli, EXIT_USAGE, "Nothing was given to set. See: cocanvas help measure set");
    if (code == EXIT_OK)
        code = method_save(c);
    if (code == EXIT_OK)
        tell_measure(c, "Set:", id);
    return code;
}

int cmd_measure_set(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = set_measure(&c);
    return method_end(&c, code);
}

/* ---- list */

static enum text_style light_style(enum measure_light light)
{
    return light == LIGHT_GREEN   ? STYLE_GOOD
           : light == LIGHT_AMBER ? STYLE_WARN
           : light == LIGHT_RED   ? STYLE_BAD
                                  : STYLE_DIM;
}

/* "3 measures: 1 green, 1 red, 1 grey; average 66.7 %; 2 due for review." */
static void print_rollup(struct output *out, const struct rollup *r)
{
    static const enum measure_light order[] = {LIGHT_GREEN, LIGHT_AMBER, LIGHT_RED, LIGHT_GREY};
    char *average = rollup_average(r);
    const char *gap = ": ";
    out_print(out, STYLE_BOLD, "%zu measure%s", r->n, r->n == 1 ? "" : "s");
    for (size_t i = 0; i < 4; i++) {
        if (r->lights[order[i]] == 0)
            continue;
        out_print(out, STYLE_PLAIN, "%s", gap);
        out_print(out, light_style(order[i]), "%zu %s", r->lights[order[i]], light_name(order[i]));
        gap = ", ";
    }
    if (average)
        out_print(out, STYLE_PLAIN, "; average %s %%", average);
    if (r->due)
        out_print(out, STYLE_PLAIN, "; %zu due for review", r->due);
    out_print(out, STYLE_PLAIN, "\n");
    free(average);
}

static void fill_row(struct method_cli *c, const char **row, uint64_t id)
{
    struct arena *a = c->e.arena;
    const struct measure *m = method_measure(c->m, id);
    const char *actual = m->has_actual ? method_cli_decimal(c, &m->actual) : "–";
    size_t n;
    const struct measure_reading *readings = method_readings(c->m, id, &n);
    char *line = sparkline(readings, n, 8, c->e.s.cli->out.unicode);
    row[0] = id_text(a, id);
    row[1] = canvas_card(c->e.canvas, id)->text.bytes;
    row[2] = m->target[0] ? arena_printf(a, "%s of %s %s", actual, m->target, m->unit) : arena_printf(a, "%s %s", actual, m->unit);
    row[3] = m->has_percent ? arena_printf(a, "%s, %s", method_cli_percent(c, m), light_name(m->light)) : light_name(m->light);
    row[4] = arena_printf(a, "%s", line);
    row[5] = m->due[0] && day_compare(m->due, c->today) <= 0 ? arena_printf(a, "due since %s", m->due) : m->due;
    free(line);
}

/* The measures of one row stand below its text. */
static void print_measures(struct method_cli *c, const uint64_t *ids, size_t n)
{
    static const char *const titles[] = {"Id", "Measure", "Is", "Reached", "Trend", "Review"};
    struct output *out = &c->e.s.cli->out;
    size_t widths[sizeof titles / sizeof titles[0]];
    struct text_table table;
    uint64_t before = 0;

    text_table_init(&table, c->e.arena, sizeof titles / sizeof titles[0], titles);
    for (size_t i = 0; i < n; i++)
        fill_row(c, text_table_row(&table), ids[i]);
    text_table_widths(&table, out->width, widths);
    text_table_head(&table, out, widths);
    for (size_t i = 0; i < n; i++) {
        uint64_t row = method_measure(c->m, ids[i])->row;
        const struct card *of = row != before ? canvas_card(c->e.canvas, row) : NULL;
        if (of)
            out_print(out, STYLE_BOLD, "%s\n", short_text(c->e.arena, &of->text, 76));
        text_table_print_row(&table, out, widths, i);
        before = row;
    }
}

static void list_measures(struct method_cli *c)
{
    struct output *out = &c->e.s.cli->out;
    size_t n;
    const uint64_t *ids = method_measures(c->m, &n);
    if (out->json) {
        json_t *object = session_object(&c->e.s, "measures"), *list = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, measure_json(c, ids[i], false));
        json_object_set_new(object, "measures", list);
        json_object_set_new(object, "progress", rollup_json(method_rollup(c->m)));
        out_json(out, object);
        return;
    }
    if (n == 0) {
        out_note(out, "There are no measures yet. Next: cocanvas measure add CANVAS CARD NAME --target 3 --unit steps");
        return;
    }
    print_measures(c, ids, n);
    print_rollup(out, method_rollup(c->m));
}

int cmd_measure_list(struct cli *cli)
{
    struct method_cli c;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        list_measures(&c);
    return method_end(&c, code);
}

/* ---- show */

static void print_line(struct output *out, const char *what, const char *value, const char *unit)
{
    if (!*value)
        return;
    out_print(out, STYLE_DIM, "  %-12s ", what);
    out_print(out, STYLE_PLAIN, "%s%s%s\n", value, *unit ? " " : "", unit);
}

static void print_readings(struct method_cli *c, uint64_t id)
{
    static const char *const titles[] = {"Id", "Date", "Value", "By", "Note"};
    struct text_table table;
    size_t n;
    const struct measure_reading *readings = method_readings(c->m, id, &n);
    text_table_init(&table, c->e.arena, 5, titles);
    table.right[2] = true;
    for (size_t i = 0; i < n; i++) {
        const char **row = text_table_row(&table);
        row[0] = id_text(c->e.arena, readings[i].id);
        row[1] = readings[i].date;
        row[2] = readings[i].value;
        row[3] = session_person(&c->e.s, readings[i].author);
        row[4] = readings[i].note;
    }
    if (n)
        text_table_print(&table, &c->e.s.cli->out);
    else
        out_note(&c->e.s.cli->out, "There is no reading yet. Next: cocanvas reading add CANVAS %s VALUE",
                 id_text(c->e.arena, id));
}

static void show_measure(struct method_cli *c, const struct card *card)
{
    struct output *out = &c->e.s.cli->out;
    const struct measure *m = method_measure(c->m, card->o.id);
    const struct card *row = m->row ? canvas_card(c->e.canvas, m->row) : NULL;
    if (out->json) {
        json_t *object = session_object(&c->e.s, "measure");
        json_object_set_new(object, "measure", measure_json(c, card->o.id, true));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_BOLD, "%s\n", method_cli_line(c, card->o.id));
    print_line(out, "of", row ? short_text(c->e.arena, &row->text, 60) : "", "");
    print_line(out, "kind", measure_kind_name(m->kind), m->lower ? "(lower is better)" : "(higher is better)");
    print_line(out, "baseline", m->baseline, m->unit);
    print_line(out, "minimum", m->minimum, m->unit);
    print_line(out, "target", m->target, m->unit);
    print_line(out, "reached", method_cli_percent(c, m), light_name(m->light));
    print_line(out, "owner", m->owner ? session_person(&c->e.s, m->owner) : "", "");
    print_line(out, "period", m->period, "");
    print_line(out, "next review", m->due, m->due[0] && day_compare(m->due, c->today) <= 0 ? "(due)" : "");
    print_readings(c, card->o.id);
}

int cmd_measure_show(struct cli *cli)
{
    struct method_cli c;
    struct card *card;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = method_cli_measure(&c, cli->args[1], &card);
    if (code == EXIT_OK)
        show_measure(&c, card);
    return method_end(&c, code);
}
