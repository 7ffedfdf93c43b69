/* How measures and actions look, see view_measure.h. */
#include "client/tui/view_measure.h"

#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_parts.h"

enum { BAR_LEAST = 6, BAR_MOST = 20, SPARK_MOST = 12, ONE_LINE = 44, NAME_SHARE = 2 };

enum role light_role(enum measure_light light)
{
    static const enum role roles[] = {[LIGHT_GREY] = ROLE_DIM, [LIGHT_RED] = ROLE_BAD, [LIGHT_AMBER] = ROLE_WARN, [LIGHT_GREEN] = ROLE_GOOD};
    return roles[light];
}

const char *light_sign(const struct ui *ui, enum measure_light light)
{
    static const char *const signs[][2] = {
        [LIGHT_GREY] = {"·", "."}, [LIGHT_RED] = {"○", "-"}, [LIGHT_AMBER] = {"◐", "~"}, [LIGHT_GREEN] = {"●", "+"}};
    return signs[light][ui->ascii];
}

/* ---- words */

/* No longer than people read; a mean has 12 digits after the point. */
static const char *number_words(struct ui *ui, const struct decimal *number, bool round)
{
    char *text = round ? decimal_text_rounded(number, 2) : decimal_text(number);
    size_t len = strlen(text);

    while (round && len > 0 && text[len - 1] == '0')
        len--;
    if (round && len > 0 && text[len - 1] == '.')
        len--;
    const char *words = words_printf(ui, "%.*s", (int)len, text);
    free(text);
    return words;
}

const char *measure_figures(struct ui *ui, const struct measure *m)
{
    const char *unit = words_line(ui, m->unit, strlen(m->unit));

    if (!m->has_actual)
        return m->target[0] ? words_printf(ui, "no reading yet, of %s %s", m->target, unit) : "no reading yet";
    if (m->kind == MEASURE_YESNO)
        return decimal_sign(&m->actual) > 0 ? "yes" : "no";
    const char *actual = number_words(ui, &m->actual, m->kind == MEASURE_AVERAGE);
    return words_printf(ui, "%s%s%s%s%s", actual, m->target[0] ? " of " : "", m->target, *unit ? " " : "", unit);
}

const char *measure_percent(struct ui *ui, const struct measure *m)
{
    char *text = m->has_percent ? decimal_text_rounded(&m->percent, 1) : NULL;
    const char *words = text ? words_printf(ui, "%s %%", text) : "";

    free(text);
    return words;
}

const char *measure_due(struct ui *ui, const struct measure *m)
{
    char today[11];
    int days;

    ui_today(ui, today);
    if (m->due[0] == '\0' || day_compare(m->due, today) > 0)
        return "";
    days = panel_days_between(m->due, today);
    if (days == 0)
        return "due today";
    return words_printf(ui, "%d %s overdue", days, days == 1 ? "day" : "days");
}

const char *measure_spark(struct ui *ui, uint64_t card, int width)
{
    size_t n;
    const struct measure_reading *readings = method_readings(ui_method(ui), card, &n);
    char *line = n > 1 && width > 0 ? sparkline(readings, n, (size_t)width, !ui->ascii) : NULL;
    const char *words = line ? words_printf(ui, "%s", line) : "";

    free(line);
    return words;
}

const char *rollup_words(struct ui *ui, const struct rollup *r)
{
    const char *dot = sign(ui, SIGN_DOT), *words;
    char *average;

    if (!r || r->n == 0)
        return "";
    average = rollup_average(r);
    words = words_printf(ui, "%s%s%s%s%s", words_count(ui, r->n, "measure", "measures"),
                         average ? words_printf(ui, " %s ", dot) : "", average ? average : "", average ? " %" : "",
                         r->due > 0 ? words_printf(ui, " %s %zu due", dot, r->due) : "");
    free(average);
    return words;
}

static const char *net_words(struct ui *ui, const struct balance *b)
{
    char *net = decimal_text(&b->net);
    const char *words = words_printf(ui, "%s%s%s%s", decimal_sign(&b->net) > 0 ? "+" : "", net, *b->unit ? " " : "",
                                     words_line(ui, b->unit, strlen(b->unit)));
    free(net);
    return words;
}

const char *balance_words(struct ui *ui)
{
    size_t n;
    const struct balance *all = method_balances(ui_method(ui), 0, &n);
    const char *words = "", *side = "";

    for (size_t i = 0; i < n; i++) {
        bool same = strcmp(side, all[i].side) == 0;
        const char *before = i == 0 ? "" : same ? ", " : words_printf(ui, " %s ", sign(ui, SIGN_DOT));
        side = all[i].side;
        words = words_printf(ui, "%s%s%s%s", words, before,
                             same                              ? ""
                             : strcmp(side, "company") == 0    ? "Company "
                             : strcmp(side, "customer") == 0   ? "Customer "
                                                               : words_printf(ui, "%s ", side),
                             net_words(ui, &all[i]));
    }
    return words;
}

/* ---- a bar */

void measure_bar(struct ui *ui, struct grid *g, int x, int y, int width, const struct measure *m, enum role under)
{
    double percent = m->has_percent ? decimal_double(&m->percent) : 0;
    int halves = percent <= 0 ? 0 : percent >= 100 ? 2 * width : (int)(percent * 2 * width / 100 + 0.5);
    struct style full = style_on(light_role(m->light), under, 0), rest = style_on(ROLE_DIM, under, 0);

    for (int i = 0; i < width; i++) {
        bool whole = 2 * i + 2 <= halves, half = 2 * i + 1 == halves;
        const char *cell = ui->ascii ? (whole ? "#" : half ? "=" : ".") : whole ? "█" : half ? "▌" : "░";
        grid_put(g, x + i, y, whole || half ? full : rest, cell);
    }
}

void measure_line(struct ui *ui, struct grid *g, struct rect r, const struct measure *m, enum role under)
{
    const char *percent = measure_percent(ui, m), *figures = measure_figures(ui, m);
    int need = words_width(percent) + 1 + words_width(figures) + 1, bar = least(BAR_MOST, r.w - need), x = r.x;

    if (bar >= BAR_LEAST && m->has_percent) {
        measure_bar(ui, g, x, r.y, bar, m, under);
        x += bar + 1;
    }
    if (*percent) {
        x += view_line(g, x, r.y, r.x + r.w - x, style_on(light_role(m->light), under, ATTR_BOLD), percent);
        x += 1;
    }
    x += view_line(g, x, r.y, most(0, r.x + r.w - x), style_on(ROLE_TEXT, under, 0), figures) + 1;
    const char *spark = measure_spark(ui, m->card, least(SPARK_MOST, r.x + r.w - x));
    view_line(g, x, r.y, most(0, r.x + r.w - x), style_on(ROLE_LINK, under, 0), spark);
}

/* ---- in a cell */

/* One measure: in a wide cell one line, else its name and below it what it has reached. */
static void draw_measure(struct ui *ui, struct grid *g, struct rect r, const struct card *card, const struct measure *m)
{
    const char *name = words_line(ui, card->text.bytes, card->text.len_bytes), *due = measure_due(ui, m);
    bool one = r.w >= ONE_LINE;
    int name_w = one ? r.w / NAME_SHARE - 3 : r.w - 2, used;

    grid_put(g, r.x, r.y, style(light_role(m->light)), light_sign(ui, m->light));
    if (*due) {
        const char *mark = sign(ui, SIGN_PAST);
        grid_put(g, r.x + 2, r.y, style_on(ROLE_WARN, ROLE_TEXT, ATTR_BOLD), mark);
        used = words_width(mark) + 1;
    } else {
        used = 0;
    }
    view_line(g, r.x + 2 + used, r.y, name_w - used, style(ROLE_TEXT), name);
    if (one)
        measure_line(ui, g, (struct rect){r.x + name_w + 3, r.y, r.w - name_w - 3, 1}, m, ROLE_TEXT);
    else if (r.h > 1)
        measure_line(ui, g, (struct rect){r.x + 2, r.y + 1, r.w - 2, 1}, m, ROLE_TEXT);
}

static void draw_action(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    bool done = panel_action_done(card), late = panel_action_late(ui, card);
    const char *words = panel_action_words(ui, card);
    const char *what = words_line(ui, card->text.bytes, card->text.len_bytes);
    enum role role = done ? ROLE_DIM : ROLE_TEXT;
    int used = 0;

    if (late)
        words = words_printf(ui, "%s %s", sign(ui, SIGN_PAST), words);
    grid_put(g, r.x, r.y, style(done ? ROLE_GOOD : ROLE_DIM), done ? (ui->ascii ? "[x]" : "☑") : (ui->ascii ? "[ ]" : "☐"));
    int x = r.x + (ui->ascii ? 4 : 2), room = r.x + r.w - x;
    if (r.h > 1)
        view_line(g, x, r.y + 1, room, style(late ? ROLE_WARN : ROLE_DIM), words);
    else if (*words)
        used = 1 + view_line_right(g, r.x + r.w, r.y, room - 6, style(late ? ROLE_WARN : ROLE_DIM), words);
    view_line(g, x, r.y, room - used, style(role), what);
}

/* The parts of a card in one field. */
static size_t parts_of(struct ui *ui, const struct card *card, const struct field *field, const struct card **out, size_t room)
{
    struct method *m = ui_method(ui);
    const struct canvas *c = panel_canvas(ui);
    size_t n, found = 0;
    const uint64_t *parts = method_parts(m, card->o.id, &n);

    for (size_t i = 0; i < n && found < room; i++) {
        const struct card *part = canvas_card(c, parts[i]);
        if (part && strcmp(method_part_field(m, parts[i]), field->key) == 0)
            out[found++] = part;
    }
    return found;
}

enum { PARTS_SHOWN = 32 };

/* An action whose day and person do not fit beside it has them below. */
static int rows_of(struct ui *ui, const struct card *part, int width)
{
    const char *words = panel_action_words(ui, part);

    if (method_measure(ui_method(ui), part->o.id))
        return width < ONE_LINE ? 2 : 1;
    return *words && grid_width(part->text.bytes, part->text.len_bytes) + words_width(words) + 8 > width ? 2 : 1;
}

int parts_width(struct ui *ui, const struct card *card, const struct field *field)
{
    const struct card *parts[PARTS_SHOWN];
    size_t n = parts_of(ui, card, field, parts, PARTS_SHOWN);
    int widest = 0;

    for (size_t i = 0; i < n; i++) {
        const struct measure *m = method_measure(ui_method(ui), parts[i]->o.id);
        int name = grid_width(parts[i]->text.bytes, parts[i]->text.len_bytes) + 4;
        int below = m ? BAR_LEAST + words_width(measure_percent(ui, m)) + words_width(measure_figures(ui, m)) + 5
                      : name + words_width(panel_action_words(ui, parts[i])) + 3;
        widest = most(widest, most(name, below));
    }
    return widest;
}

int parts_rows(struct ui *ui, const struct card *card, const struct field *field, int width)
{
    const struct card *parts[PARTS_SHOWN];
    size_t n = parts_of(ui, card, field, parts, PARTS_SHOWN);
    int rows = 0;

    for (size_t i = 0; i < n; i++)
        rows += rows_of(ui, parts[i], width);
    return rows;
}

void parts_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, const struct field *field)
{
    const struct card *parts[PARTS_SHOWN];
    size_t n = parts_of(ui, card, field, parts, PARTS_SHOWN);
    int y = r.y;

    for (size_t i = 0; i < n; i++) {
        int rows = rows_of(ui, parts[i], r.w), left = r.y + r.h - y;
        const struct measure *m = method_measure(ui_method(ui), parts[i]->o.id);

        if (rows > left || (left == rows && i + 1 < n)) {
            if (left > 0)
                view_line(g, r.x, y, r.w, style(ROLE_DIM), words_printf(ui, "and %zu more", n - i));
            return;
        }
        if (m)
            draw_measure(ui, g, (struct rect){r.x, y, r.w, rows}, parts[i], m);
        else
            draw_action(ui, g, (struct rect){r.x, y, r.w, rows}, parts[i]);
        y += rows;
    }
}
