/* The review: measures whose day has come, the longest overdue first. A value and Enter, and the next one has the focus,
 * because what is entered is no longer due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"

/* Days since 1 March of the year 0, proleptic Gregorian. */
static int day_number(const char *day)
{
    int y = 0, m = 0, d = 0;

    if (sscanf(day, "%4d-%2d-%2d", &y, &m, &d) != 3)
        return 0;
    y -= m <= 2;
    m += m <= 2 ? 9 : -3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1;
}

int panel_days_between(const char *from, const char *to)
{
    return day_number(to) - day_number(from);
}

struct due {
    const char *day;
    size_t place;
    uint64_t id;
};

static int by_day(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    int order = strcmp(x->day, y->day);
    return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

void panel_review_gather(struct ui *ui)
{
    struct method *m = ui_method(ui);
    size_t n, n_due = 0;
    const uint64_t *all = method_measures(m, &n);
    struct due *due = arena_calloc(&ui->words, n + 1, sizeof *due);
    char today[11];

    if (!due)
        return;
    ui_today(ui, today);
    for (size_t i = 0; i < n; i++) {
        const struct measure *measure = method_measure(m, all[i]);
        if (measure && measure->due[0] && day_compare(measure->due, today) <= 0)
            due[n_due++] = (struct due){.day = measure->due, .place = i, .id = all[i]};
    }
    qsort(due, n_due, sizeof *due, by_day);
    for (size_t i = 0; i < n_due; i++)
        panel_item_add(&ui->panel, due[i].id, ITEM_MEASURE);
}
