/* reading add, list, remove: what a measure was found to be, and when. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd_table.h"
#include "client/cli/method_cli.h"
#include "client/cli/reading.h"

/* A doubt is a warning, and a refusal with --strict. */
static int warn(struct method_cli *c, const struct card *measure, const char *date, bool strict)
{
    struct cli *cli = c->e.s.cli;
    const char *doubt = method_reading_doubt(&c->o, measure, date);
    if (doubt && strict)
        return cli_fail(cli, EXIT_CONFLICT, "%s Without --strict it is taken all the same.", doubt);
    if (doubt && !cli->out.json && !cli->out.quiet)
        err_print(&cli->out, STYLE_WARN, "cocanvas: %s It is taken all the same.\n", doubt);
    if (doubt)
        method_result(c, "warning", json_string(doubt));
    return EXIT_OK;
}

int reading_save(struct method_cli *c, const struct card *measure, const char *typed, const char *date,
                 const char *note, bool strict, uint64_t *id)
{
    struct cli *cli = c->e.s.cli;
    struct why why = {""};
    char day[11];
    uint64_t card = measure->o.id;
    if (cli->out.json && !c->e.result)
        c->e.result = json_object();
    int code = method_told(cli, method_add_reading(&c->o, measure, typed, date, note, id, &why), &why);
    if (code == EXIT_OK)
        code = method_told(cli, method_day(&c->o, date && *date ? date : "today", day, &why), &why);
    if (code == EXIT_OK)
        code = warn(c, measure, day, strict);
    if (code == EXIT_OK)
        code = method_save(c);
    if (code == EXIT_OK)
        edit_tell(&c->e, "%s", method_cli_line(c, card));
    return code;
}

static const struct measure_reading *find_reading(struct method_cli *c, uint64_t measure, uint64_t id)
{
    size_t n;
    const struct measure_reading *all = method_readings(c->m, measure, &n);
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return &all[i];
    return NULL;
}

int cmd_reading_add(struct cli *cli)
{
    struct method_cli c;
    struct card *card;
    uint64_t id, measure = 0;
    const char *note = cli_value(cli, "note");
    if (note && edit_text_ok(cli, note) != EXIT_OK)
        return EXIT_USAGE;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = method_cli_measure(&c, cli->args[1], &card);
    if (code == EXIT_OK) {
        measure = card->o.id;
        code = reading_save(&c, card, joined_args(cli, 2), cli_value(cli, "date"), note, cli_flag(cli, "strict"), &id);
    }
    const struct measure_reading *made = code == EXIT_OK ? find_reading(&c, measure, id) : NULL;
    if (made) {
        method_result(&c, "reading", reading_json(&c, made));
        method_result(&c, "measure", measure_json(&c, measure, false));
    }
    return method_end(&c, code);
}

/* ---- list */

static void list_readings(struct method_cli *c, const struct card *only)
{
    static const char *const titles[] = {"Id", "Date", "Value", "Measure", "By", "Note"};
    struct output *out = &c->e.s.cli->out;
    struct text_table table;
    size_t n, n_readings;
    const uint64_t *measures = method_measures(c->m, &n);
    json_t *list = json_array();
    text_table_init(&table, c->e.arena, 6, titles);
    table.right[2] = true;
    for (size_t i = 0; i < n; i++) {
        if (only && measures[i] != only->o.id)
            continue;
        const struct measure_reading *readings = method_readings(c->m, measures[i], &n_readings);
        const struct card *card = canvas_card(c->e.canvas, measures[i]);
        for (size_t k = 0; k < n_readings; k++) {
            const char **row = text_table_row(&table);
            row[0] = id_text(c->e.arena, readings[k].id);
            row[1] = readings[k].date;
            row[2] = readings[k].value;
            row[3] = card->text.bytes;
            row[4] = session_person(&c->e.s, readings[k].author);
            row[5] = readings[k].note;
            json_t *object = reading_json(c, &readings[k]);
            json_object_set_new(
                object, "measure",
                json_pack("{s:s, s:s}", "id", id_text(c->e.arena, measures[i]), "name", card->text.bytes));
            json_array_append_new(list, object);
        }
    }
    if (out->json) {
        json_t *object = session_object(&c->e.s, "readings");
        json_object_set(object, "readings", list);
        out_json(out, object);
    } else if (table.n_rows == 0) {
        out_note(out, "There are no readings yet. Next: cocanvas reading add CANVAS MEASURE VALUE");
    } else {
        text_table_print(&table, out);
    }
    json_decref(list);
}

int cmd_reading_list(struct cli *cli)
{
    struct method_cli c;
    struct card *card = NULL;
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK && cli->n_args > 1)
        code = method_cli_measure(&c, cli->args[1], &card);
    if (code == EXIT_OK)
        list_readings(&c, card);
    return method_end(&c, code);
}

/* ---- remove */

/* By its id; or, with a measure, the only reading of a day. */
static int wanted_reading(struct method_cli *c, uint64_t *id)
{
    struct cli *cli = c->e.s.cli;
    struct card *card;
    size_t n, found = 0;
    if (cli->n_args == 2) {
        const struct reading *reading = object_id_parse(cli->args[1], id) ? canvas_reading(c->e.canvas, *id) : NULL;
        if (reading && reading->deleted_seq == 0)
            return EXIT_OK;
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no reading %s. See: cocanvas reading list CANVAS", cli->args[1]);
    }
    int code = method_cli_measure(c, cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    const struct measure_reading *all = method_readings(c->m, card->o.id, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].date, cli->args[2]) == 0) {
            *id = all[i].id;
            found++;
        }
    if (found == 1)
        return EXIT_OK;
    return cli_fail(cli, found ? EXIT_USAGE : EXIT_NOT_FOUND,
                    found ? "There are several readings of %s: give the id. See: cocanvas reading list CANVAS"
                          : "There is no reading of %s. See: cocanvas reading list CANVAS",
                    cli->args[2]);
}

int cmd_reading_remove(struct cli *cli)
{
    struct method_cli c;
    uint64_t id = 0, measure = 0;
    int code = method_begin(&c, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = wanted_reading(&c, &id);
    if (code == EXIT_OK) {
        measure = canvas_reading(c.e.canvas, id)->object;
        method_ops_add(&c.o, ops_reading_remove(c.e.arena, id, true));
        code = method_save(&c);
    }
    if (code == EXIT_OK) {
        method_result(&c, "reading", json_string(id_text(c.e.arena, id)));
        method_result(&c, "measure", measure_json(&c, measure, false));
        edit_tell(&c.e, "Removed the reading; %s", method_cli_line(&c, measure));
    }
    return method_end(&c, code);
}
