/* The report's tables of measures, with how far each has come, and of actions. The columns that CSV has, too, can be read back; "Actual",
 * "Achieved", "Trend", "Due" and "Card" are for people. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/markdown_write.h"
#include "client/cli/output.h"

enum { BAR_CELLS = 10, SPARK_CELLS = 12 };

void markdown_add_cell(struct buf *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\n') {
            buf_add(out, "<br>", 4);
            continue;
        }
        buf_add(out, "\\", *at == '|' || *at == '\\' || strncmp(at, "<br>", 4) == 0);
        buf_add(out, at, 1);
    }
}

const char *markdown_take(struct markdown_writer *w, char *text)
{
    const char *copy = arena_printf(w->arena, "%s", text);
    free(text);
    return copy;
}

bool markdown_measure_prop(const char *key, enum value_kind kind)
{
    const struct csv_prop *p = csv_prop_of(key, kind);
    return p && (strncmp(p->key, "m.", 2) == 0 || strncmp(p->key, "a.", 2) == 0);
}

static void cell(struct markdown_writer *w, const char *text)
{
    buf_addf(w->out, " ");
    markdown_add_cell(w->out, text);
    buf_addf(w->out, " |");
}

/* "| A | B |" and the line below it. */
static void head(struct markdown_writer *w, const char *title, const char *const *columns, size_t n)
{
    buf_addf(w->out, "\n### %s\n\n|", title);
    for (size_t i = 0; i < n; i++)
        cell(w, columns[i]);
    buf_addf(w->out, "\n|");
    for (size_t i = 0; i < n; i++)
        buf_addf(w->out, "---|");
    buf_addf(w->out, "\n");
}

static const char *prop_words(struct markdown_writer *w, const struct card *card, const struct csv_prop *p)
{
    const struct value *value = props_get(&card->props, p->key);
    if (!value || value->kind != p->kind)
        return "";
    if (value->kind == VALUE_PERSON)
        return w->names->person(w->names->ctx, (uint32_t)value->number);
    if (value->kind == VALUE_FLAG)
        return value->number ? "yes" : "no";
    return value->text;
}

/* To which card it belongs; a part of a card is told by the field. */
static void owner_cells(struct markdown_writer *w, const struct card *card)
{
    const char *field = "";
    const struct card *of = part_of(w->c, card, &field);
    cell(w, id_text(w->arena, of ? of->o.id : card->o.id));
    cell(w, !of ? "" : *field ? field : "-");
    cell(w, of ? short_text(w->arena, &of->text, 40) : "");
}

/* "███████▒▒▒ 66.7 %": ten cells for 0 to 100. */
static const char *achieved(struct markdown_writer *w, const struct measure *measure)
{
    if (!measure->has_percent)
        return "";
    const char *percent = markdown_take(w, decimal_text_rounded(&measure->percent, 1)), *bar = "";
    double share = decimal_double(&measure->percent) / 100 * BAR_CELLS;
    for (int i = 0; i < BAR_CELLS; i++)
        bar = arena_printf(w->arena, "%s%s", bar, share >= i + 0.5 ? "█" : "▒");
    return arena_printf(w->arena, "%s %s %%", bar, percent);
}

static const char *readings_words(struct markdown_writer *w, uint64_t id)
{
    size_t n;
    struct buf list;
    const struct measure_reading *readings = method_readings(w->m, id, &n);
    buf_init(&list);
    for (size_t i = 0; i < n; i++)
        csv_add_word(&list, arena_printf(w->arena, "%s %s%s%s", readings[i].date, readings[i].value, *readings[i].note ? " " : "", readings[i].note));
    buf_add(&list, "", 1);
    const char *words = arena_printf(w->arena, "%s", (const char *)buf_at(&list));
    buf_fini(&list);
    return words;
}

static const char *trend(struct markdown_writer *w, uint64_t id)
{
    size_t n;
    const struct measure_reading *readings = method_readings(w->m, id, &n);
    return markdown_take(w, sparkline(readings, n, SPARK_CELLS, true));
}

static void measure_row(struct markdown_writer *w, const struct measure *measure)
{
    const struct card *card = canvas_card(w->c, measure->card);
    buf_addf(w->out, "|");
    owner_cells(w, card);
    cell(w, card->text.bytes ? card->text.bytes : "");
    cell(w, measure->has_actual ? markdown_take(w, decimal_text(&measure->actual)) : "");
    cell(w, achieved(w, measure));
    cell(w, trend(w, card->o.id));
    for (const struct csv_prop *p = csv_measure_props; p->column; p++)
        cell(w, prop_words(w, card, p));
    cell(w, measure->due);
    cell(w, readings_words(w, card->o.id));
    buf_addf(w->out, "\n");
}

void markdown_add_measures(struct markdown_writer *w)
{
    static const char *const columns[] = {"Id",      "Field",    "Card",    "Measure", "Actual", "Achieved", "Trend", "Kind", "Unit",
                                          "Direction", "Baseline", "Minimum", "Target",  "Owner",  "Period",   "Next",  "Due",  "Readings"};
    size_t n;
    const uint64_t *ids = method_measures(w->m, &n);
    uint64_t *copy = xcalloc(n ? n : 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = ids[i];
    if (n > 0)
        head(w, "Measures", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n; i++)
        measure_row(w, method_measure(w->m, copy[i]));
    free(copy);
}

/* Parts of cards that are no measures. */
void markdown_add_actions(struct markdown_writer *w)
{
    static const char *const columns[] = {"Id", "Field", "Card", "Action", "When", "Who", "Whom", "Done"};
    size_t n_blocks, n;
    bool any = false;
    struct block **blocks = canvas_blocks_in_order(w->c, &n_blocks);
    for (size_t b = 0; b < n_blocks; b++) {
        for (uint32_t k = 0; k < blocks[b]->n_cards; k++) {
            const uint64_t *parts = method_parts(w->m, blocks[b]->cards[k]->o.id, &n);
            for (size_t i = 0; i < n; i++) {
                const struct card *part = canvas_card(w->c, parts[i]);
                if (card_is_measure(part))
                    continue;
                if (!any)
                    head(w, "Actions", columns, sizeof columns / sizeof *columns);
                any = true;
                buf_addf(w->out, "|");
                owner_cells(w, part);
                cell(w, part->text.bytes ? part->text.bytes : "");
                for (const struct csv_prop *p = csv_action_props; p->column; p++)
                    cell(w, prop_words(w, part, p));
                buf_addf(w->out, "\n");
            }
        }
    }
    free(blocks);
}
