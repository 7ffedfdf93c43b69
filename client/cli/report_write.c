/* A report as Markdown and as CSV, out of its model; see report.h. */
#include <string.h>

#include "client/cli/csv.h"
#include "client/cli/markdown_write.h"
#include "client/cli/output.h"
#include "client/cli/report.h"

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static long count(const json_t *object, const char *key)
{
    return (long)json_integer_value(json_object_get(object, key));
}

static const json_t *list(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

/* ---- Markdown */

static void row(struct buf *out, size_t n, const char *const *cells)
{
    buf_addf(out, "|");
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, " ");
        markdown_add_cell(out, cells[i]);
        buf_addf(out, " |");
    }
    buf_addf(out, "\n");
}

static void head(struct buf *out, size_t n, const char *const *cells)
{
    buf_addf(out, "\n");
    row(out, n, cells);
    buf_addf(out, "|");
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "---|");
    buf_addf(out, "\n");
}

static const char *number(struct arena *arena, long n)
{
    return arena_printf(arena, "%ld", n);
}

static const char *average(struct arena *arena, const json_t *rollup)
{
    return *word(rollup, "average_percent") ? arena_printf(arena, "%s %%", word(rollup, "average_percent")) : "";
}

static void rollup_row(struct buf *out, struct arena *arena, const char *name, const json_t *rollup, size_t actions, size_t checks)
{
    const char *const cells[] = {name,
                                 number(arena, count(rollup, "measures")),
                                 average(arena, rollup),
                                 number(arena, count(rollup, "green")),
                                 number(arena, count(rollup, "amber")),
                                 number(arena, count(rollup, "red")),
                                 number(arena, count(rollup, "grey")),
                                 number(arena, count(rollup, "due")),
                                 number(arena, (long)actions),
                                 number(arena, (long)checks)};
    row(out, sizeof cells / sizeof *cells, cells);
}

static void overview(const json_t *report, struct arena *arena, struct buf *out)
{
    static const char *const columns[] = {"Canvas", "Measures", "Achieved", "Green", "Amber", "Red", "No percent", "Due", "Open actions", "Open checks"};
    size_t i, actions = 0, checks = 0;
    json_t *canvas;
    head(out, sizeof columns / sizeof *columns, columns);
    json_array_foreach(list(report, "canvases"), i, canvas)
    {
        size_t a = json_array_size(list(canvas, "actions")), c = json_array_size(list(canvas, "checks"));
        rollup_row(out, arena, arena_line(arena, word(canvas, "title")), list(canvas, "rollup"), a, c);
        actions += a;
        checks += c;
    }
    rollup_row(out, arena, "**All**", list(report, "rollup"), actions, checks);
}

static const char *of_target(struct arena *arena, const json_t *m)
{
    const char *actual = *word(m, "actual") ? word(m, "actual") : "no reading yet", *target = word(m, "target"), *unit = word(m, "unit");
    return arena_printf(arena, "%s%s%s%s%s", actual, *target ? " of " : "", target, *unit ? " " : "", unit);
}

static void measures(const json_t *canvas, struct arena *arena, struct buf *out)
{
    static const char *const columns[] = {"Measure", "Of", "Actual", "Achieved", "Trend", "Light", "Owner", "Next review"};
    size_t i;
    json_t *m;
    if (json_array_size(list(canvas, "measures")) == 0)
        return;
    head(out, sizeof columns / sizeof *columns, columns);
    json_array_foreach(list(canvas, "measures"), i, m)
    {
        const char *due = json_is_true(list(m, "is_due")) ? arena_printf(arena, "**%s, due**", word(m, "due")) : word(m, "due");
        const char *percent = *word(m, "percent") ? arena_printf(arena, "%s %%", word(m, "percent")) : "";
        const char *const cells[] = {word(m, "name"), word(m, "row"),   of_target(arena, m), percent,
                                     word(m, "trend"), word(m, "light"), word(m, "owner"),    due};
        row(out, sizeof cells / sizeof *cells, cells);
    }
}

static void actions_and_checks(const json_t *canvas, struct arena *arena, struct buf *out)
{
    size_t i;
    json_t *at;
    json_array_foreach(list(canvas, "actions"), i, at)
    {
        const char *late = json_is_true(list(at, "overdue")) ? " **overdue**" : "";
        buf_addf(out, "%s- [ ] %s%s%s%s%s%s%s%s\n", i == 0 ? "\nOpen actions:\n\n" : "", arena_line(arena, word(at, "text")), *word(at, "when") ? ", " : "",
                 word(at, "when"), late, *word(at, "who") ? ", " : "", arena_line(arena, word(at, "who")), *word(at, "of") ? " · " : "", word(at, "of"));
    }
    json_array_foreach(list(canvas, "checks"), i, at)
        buf_addf(out, "%s- %s (%s)\n", i == 0 ? "\nOpen checks:\n\n" : "", arena_line(arena, word(at, "text")), word(at, "object"));
}

void report_markdown(const json_t *report, struct arena *arena, struct buf *out)
{
    size_t i;
    json_t *canvas;
    buf_addf(out, "# %s, %s\n", arena_line(arena, word(report, "workspace")), word(report, "day"));
    if (json_array_size(list(report, "canvases")) == 0) {
        buf_addf(out, "\nThere are no canvases yet.\n");
        return;
    }
    overview(report, arena, out);
    json_array_foreach(list(report, "canvases"), i, canvas)
    {
        buf_addf(out, "\n## %s\n", arena_line(arena, word(canvas, "title")));
        measures(canvas, arena, out);
        actions_and_checks(canvas, arena, out);
        if (*word(canvas, "attribution"))
            buf_addf(out, "\n*%s*\n", arena_line(arena, word(canvas, "attribution")));
    }
}

/* ---- CSV */

/* What a record of each kind shows, by the names of the columns. */
static const char *const csv_columns[] = {"what", "canvas", "canvas_id", "id", "text", "of", "unit", "baseline", "target", "actual", "percent", "light", "owner",
                                          "last", "due", "is_due", "check", "attribution"};
enum { CSV_COLUMNS = sizeof csv_columns / sizeof *csv_columns };

static const char *csv_value(const char *what, const json_t *canvas, const json_t *at, const char *column)
{
    if (strcmp(column, "what") == 0)
        return what;
    if (strcmp(column, "canvas") == 0)
        return word(canvas, "title");
    if (strcmp(column, "canvas_id") == 0)
        return word(canvas, "id");
    if (strcmp(column, "attribution") == 0)
        return word(canvas, "attribution");
    if (strcmp(what, "measure") == 0 && strcmp(column, "text") == 0)
        return word(at, "name");
    if (strcmp(what, "measure") == 0 && strcmp(column, "of") == 0)
        return word(at, "row");
    if (strcmp(what, "action") == 0 && (strcmp(column, "owner") == 0 || strcmp(column, "due") == 0))
        return word(at, strcmp(column, "due") == 0 ? "when" : "who");
    if (strcmp(column, "is_due") == 0)
        return json_is_true(list(at, "is_due")) || json_is_true(list(at, "overdue")) ? "yes" : "";
    if (strcmp(what, "check") == 0 && strcmp(column, "id") == 0)
        return word(at, "object");
    return word(at, column);
}

static void csv_records(struct buf *out, const char *what, const json_t *canvas, const json_t *records)
{
    size_t i;
    json_t *at;
    json_array_foreach(records, i, at)
    {
        for (size_t k = 0; k < CSV_COLUMNS; k++)
            csv_add_cell(out, k == 0, csv_value(what, canvas, at, csv_columns[k]), CSV_NUMBER);
        csv_end_row(out);
    }
}

void report_csv(const json_t *report, struct buf *out)
{
    size_t i;
    json_t *canvas;
    for (size_t k = 0; k < CSV_COLUMNS; k++)
        csv_add_cell(out, k == 0, csv_columns[k], CSV_TEXT);
    csv_end_row(out);
    json_array_foreach(list(report, "canvases"), i, canvas)
    {
        csv_records(out, "measure", canvas, list(canvas, "measures"));
        csv_records(out, "action", canvas, list(canvas, "actions"));
        csv_records(out, "check", canvas, list(canvas, "checks"));
    }
}
