/* A measure in a picture: its name, a bar of what has been achieved, the figures, and the readings as a line. */
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static const double name_size = 0.9, small = 0.78, bar = 0.55, plot = 1.9, between = 0.35; /* in em */

static const uint32_t light_colours[] = {
    [LIGHT_GREY] = INK_FAINT, [LIGHT_RED] = POOR, [LIGHT_AMBER] = FAIR, [LIGHT_GREEN] = GOOD};

static bool has_plot(struct sheet *s, const struct card *card)
{
    return method_measure(s->m, card->o.id)->n_readings > 1;
}

/* "4 of 3 steps · 66.7 % · review 2026-12-01", "… due since …" once that day has come. */
static char *figures(const struct sheet *s, const struct measure *measure)
{
    char *actual = cell_actual(measure), *percent = measure->has_percent ? decimal_text_rounded(&measure->percent, 1) : NULL;
    const char *review = measure->due[0] == '\0' ? "" : day_compare(measure->due, s->o->today) <= 0 ? " · review due since " : " · review ";
    char *text = xasprintf("%s%s%s%s%s%s", actual, percent != NULL ? " · " : "", percent != NULL ? percent : "", percent != NULL ? " %" : "", review,
                           measure->due);
    free(actual);
    free(percent);
    return text;
}

double measure_need(struct sheet *s, const struct card *card, double width)
{
    struct ink name = ink_of(s, name_size, INK), words = ink_of(s, small, INK_SOFT);
    char *text = figures(s, method_measure(s->m, card->o.id));
    name.bold = true;
    double height = sheet_height(s, card->text.bytes, &name, width) + sheet_height(s, text, &words, width) +
                    (bar + 2 * between + (has_plot(s, card) ? plot + between : 0)) * s->em;
    free(text);
    return height;
}

/* The readings from left to right, by date where dates differ. */
static void draw_plot(struct sheet *s, const struct card *card, struct box at)
{
    size_t n;
    const struct measure_reading *readings = method_readings(s->m, card->o.id, &n);
    double least = 0, most = 0, *values = xcalloc(n + 1, sizeof *values);
    struct decimal value;

    decimal_init(&value);
    for (size_t i = 0; i < n; i++) {
        values[i] = decimal_parse(&value, readings[i].value) ? decimal_double(&value) : 0;
        least = i == 0 || values[i] < least ? values[i] : least;
        most = i == 0 || values[i] > most ? values[i] : most;
    }
    decimal_fini(&value);
    double span = most > least ? most - least : 1, step = at.w / (double)(n - 1);
    pen_line(&s->pen, at.x, at.y + at.h, at.x + at.w, at.y + at.h, 0.05 * s->em, RULE);
    for (size_t i = 0; i < n; i++) {
        double x = at.x + (double)i * step, y = at.y + at.h * (1 - (values[i] - least) / span);
        if (i > 0)
            pen_line(&s->pen, x - step, at.y + at.h * (1 - (values[i - 1] - least) / span), x, y, 0.09 * s->em, ACCENT);
        if (i + 1 == n)
            pen_disc(&s->pen, x, y, 0.2 * s->em, ACCENT);
    }
    free(values);
}

void measure_draw(struct sheet *s, const struct card *card, double x, double y, double width)
{
    const struct measure *measure = method_measure(s->m, card->o.id);
    struct ink name = ink_of(s, name_size, INK), words = ink_of(s, small, INK_SOFT);
    double share = measure->has_percent ? decimal_double(&measure->percent) / 100 : 0;
    char *text = figures(s, measure);

    name.bold = true;
    y += pen_text(&s->pen, x, y, width, card->text.bytes, &name) + between * s->em;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    pen_fill(&s->pen, x, y, width, bar * s->em, bar * s->em / 2, 0xdfe4e8);
    if (share * width > bar * s->em)
        pen_fill(&s->pen, x, y, share * width, bar * s->em, bar * s->em / 2, light_colours[measure->light]);
    y += bar * s->em;
    y += pen_text(&s->pen, x, y, width, text, &words) + between * s->em;
    if (has_plot(s, card))
        draw_plot(s, card, (struct box){x, y, width - 0.2 * s->em, plot * s->em});
    free(text);
}
