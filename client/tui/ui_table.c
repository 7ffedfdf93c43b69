/* Looking at a table: from cell to cell, sorting, filtering, grouping. Nobody else sees how one looks at it. */
#include <stdio.h>
#include <string.h>

#include "client/tui/entry.h"
#include "client/tui/kinds.h"
#include "client/tui/ui_private.h"
#include "client/tui/views.h"
#include "common/utf8.h"

bool ui_shows_table(const struct ui *ui)
{
    return ui->screen == SCREEN_CANVAS && ui_focused_block(ui) != NULL &&
           layout_effective(ui, layout_parts(ui).body) == LAYOUT_TABLE;
}

bool ui_table(struct ui *ui, struct table *t)
{
    if (!ui_shows_table(ui))
        return false;
    table_init(t, ui, ui_focused_block(ui));
    return true;
}

static void focus_row(struct ui *ui, const struct table_row *row)
{
    ui_focus(ui, row->card->block->o.id, row->card->o.id);
    (void)snprintf(ui->table.group, sizeof ui->table.group, "%s", row->group);
}

void ui_table_step(struct ui *ui, int n)
{
    struct table t;
    if (!ui_table(ui, &t))
        return;
    int step = n < 0 ? -1 : 1;
    long row = table_focus(&t), found = -1;
    if (row < 0 && step < 0)
        return;
    for (long i = row + step; i >= 0 && i < (long)t.n_rows && n != 0; i += step)
        if (t.rows[i].card != NULL) {
            found = i;
            n -= step;
        }
    if (found >= 0)
        focus_row(ui, &t.rows[found]);
    else if (step < 0)
        ui_focus(ui, ui->block, 0); /* above the first row is the table itself */
}

void ui_table_edge(struct ui *ui, bool last)
{
    struct table t;
    if (!ui_table(ui, &t))
        return;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct table_row *row = &t.rows[last ? t.n_rows - 1 - i : i];
        if (row->card != NULL) {
            focus_row(ui, row);
            return;
        }
    }
}

void ui_table_across(struct ui *ui, int dx)
{
    struct table t;
    if (!ui_table(ui, &t))
        return;
    int column = ui->table.column + dx;
    if (column >= 0 && column < t.n_columns)
        ui->table.column = column;
    if (ui->table.column == 0)
        ui->table_column = 0;
    ui->dirty = true;
}

const struct field *ui_table_field(struct ui *ui)
{
    struct table t;
    if (!ui_table(ui, &t) || ui->table.column == 0)
        return NULL;
    return t.columns[ui->table.column].field;
}

/* ---- sorting: once, the other way round, not at all */

void ui_run_sort(struct ui *ui)
{
    struct table_state *state = &ui->table;
    struct table t;
    if (!ui_table(ui, &t))
        return;
    const struct table_column *column = &t.columns[state->column];
    const char *name = table_column_name(&t, column);
    if (strcmp(state->sort, name) != 0) {
        (void)snprintf(state->sort, sizeof state->sort, "%s", name);
        state->down = false;
    } else if (!state->down) {
        state->down = true;
    } else {
        state->sort[0] = '\0';
        state->down = false;
    }
    if (state->sort[0] != '\0')
        ui_say(ui, ROLE_TEXT, "Sorted by %s, %s first.", column->title, state->down ? "the largest" : "the smallest");
    else
        ui_say(ui, ROLE_TEXT, "Not sorted: the rows stand as they stand on the canvas.");
}

/* ---- the filter */

static void filter_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct table_state *state = &ui->table;
    struct table t;
    (void)choice, (void)object;
    if (!ui_table(ui, &t))
        return;
    line += strspn(line, " ");
    (void)snprintf(state->filter, sizeof state->filter, "%s", line);
    for (size_t len = strlen(state->filter); len > 0 && !utf8_check(state->filter, len, NULL);)
        state->filter[--len] = '\0';
    if (state->filter[0] == '\0') {
        ui_say(ui, ROLE_TEXT, "All rows are shown.");
        return;
    }
    table_init(&t, ui, t.block);
    ui_say(ui, t.n_cards ? ROLE_TEXT : ROLE_WARN, "%zu of %u rows fit. %s changes the filter; an empty one shows all.",
           t.n_cards, t.block->n_alive, ui_key(ui, ACTION_FILTER));
}

void ui_run_filter(struct ui *ui)
{
    struct table t;
    if (ui_table(ui, &t))
        ask_line(ui, "Show which rows? Words, or a column: status=heard rank>1", ui->table.filter, filter_answered);
}

/* ---- groups: each choice adds a level or takes it away again */

static bool is_grouped(const struct table_state *state, const char *key, size_t *at)
{
    for (*at = 0; *at < state->n_groups; (*at)++)
        if (strcmp(state->groups[*at], key) == 0)
            return true;
    return false;
}

static void toggle_group(struct table_state *state, const char *key)
{
    size_t at;
    if (is_grouped(state, key, &at)) {
        state->n_groups--;
        memmove(state->groups[at], state->groups[at + 1], (state->n_groups - at) * sizeof state->groups[0]);
    } else if (state->n_groups < TABLE_GROUPS) {
        (void)snprintf(state->groups[state->n_groups++], sizeof state->groups[0], "%s", key);
    }
    state->group[0] = state->top_group[0] = '\0';
}

/* A field by which rows can be put together: few values, each of them short. */
static bool can_group(const struct field *field)
{
    return field->type == FIELD_GROUPS || field->type == FIELD_CHOICE || field->type == FIELD_PERSON ||
           field->type == FIELD_FLAG || field->type == FIELD_DATE || field->type == FIELD_NUMBER;
}

static void group_answered(struct ui *ui, size_t choice, const char *line, uint64_t object);

static void ask_group(struct ui *ui)
{
    struct table t;
    if (!ui_table(ui, &t))
        return;
    ui_choices_clear(ui);
    for (int i = 0; i < t.n_columns; i++) {
        const struct field *field = t.columns[i].field;
        size_t at;
        if (field == NULL || !can_group(field))
            continue;
        const char *mark = is_grouped(&ui->table, field->key, &at) ? ui_printf(ui, "%zu.", at + 1) : "·";
        if (ui->choices.n + 1 < ASK_CHOICES)
            (void)ui_choices_add(ui, (uint64_t)i, "%s %s", mark, field->title);
    }
    if (ui->choices.n == 0) {
        ui_say(ui, ROLE_TEXT, "No column of this table puts rows together: groups, choices, people, days or numbers do.");
        return;
    }
    if (ui->table.n_groups > 0)
        (void)ui_choices_add(ui, UINT64_MAX, "not grouped");
    ask_choice(ui, "Group by which column? Several, one after the other; Esc is enough", ui->choices.at, group_answered);
}

static void group_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct table t;
    (void)line, (void)object;
    if (choice >= ui->choices.n || !ui_table(ui, &t))
        return;
    uint64_t column = ui->choices.id[choice];
    if (column == UINT64_MAX) {
        ui->table.n_groups = 0;
        ui->table.group[0] = ui->table.top_group[0] = '\0';
        return;
    }
    if (column < (uint64_t)t.n_columns && t.columns[column].field != NULL)
        toggle_group(&ui->table, t.columns[column].field->key);
    ask_group(ui);
}

void ui_run_group(struct ui *ui)
{
    ask_group(ui);
}

/* ---- a cell */

void ui_run_field(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct field *field = ui_table_field(ui);
    if (card == NULL)
        ui_say(ui, ROLE_WARN, "Put the focus on a card first.");
    else if (field != NULL)
        entry_begin(ui, card->o.id, field);
    else
        entry_choose(ui, card->o.id);
}

void ui_run_clear_field(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    const struct field *field = ui_table_field(ui);
    if (card != NULL && field != NULL)
        entry_clear(ui, card->o.id, field);
    else
        ui_say(ui, ROLE_TEXT, "Go to the cell of a field first: right leads there.");
}
