/* Cells of a list of rows: what stands in them, how they compare, and conditions on them. See row_list.h. */
#include "client/cli/row_list.h"

#include <stdlib.h>
#include <string.h>

const struct field *row_field(const struct row_list *l, const struct card *card, const struct list_column *column)
{
    return column->kind == COLUMN_FIELD ? fields_find(method_fields(l->c->m, card->block), column->key) : NULL;
}

static const char *tags_of(struct arena *a, const struct card *card)
{
    const char *text = "";
    for (uint32_t i = 0; i < card->n_tags; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", card->tags[i]);
    return text;
}

const char *row_cell(const struct row_list *l, const struct card *card, const struct list_column *column)
{
    struct arena *a = l->c->e.arena;
    const struct field *field = row_field(l, card, column);
    switch (column->kind) {
    case COLUMN_ID:
        return id_text(a, card->o.id);
    case COLUMN_TEXT:
        return card->text.bytes;
    case COLUMN_BLOCK:
        return card->block->title;
    case COLUMN_TAGS:
        return tags_of(a, card);
    case COLUMN_VOTES:
        return arena_printf(a, "%u", card->n_votes);
    case COLUMN_FIELD:
        break;
    }
    return field ? method_cli_cell(l->c, card, field) : "";
}

static const char *person_name(void *ctx, uint32_t author)
{
    return session_person(ctx, author);
}

/* ---- sorting */

/* A row with what it is sorted by, worked out once: its cells in words, without differences of case. */
struct sorted_row {
    const struct card *card;
    size_t place; /* on the canvas */
    const char *keys[KEYS_MOST];
};

/* Empty cells are last, whichever the direction. */
static int compare_cells(const struct row_list *l, const struct sorted_row *a, const struct sorted_row *b, size_t i)
{
    const struct list_column *column = l->keys[i].column;
    const struct field *field = row_field(l, a->card, column);
    bool empty_a = *a->keys[i] == '\0', empty_b = *b->keys[i] == '\0';
    int order;
    if (empty_a || empty_b)
        return empty_a - empty_b;
    if (field && row_field(l, b->card, column))
        order = cell_compare(l->c->m, l->c->e.canvas, a->card, b->card, field, person_name, &l->c->e.s);
    else if (column->kind == COLUMN_VOTES)
        order = (a->card->n_votes > b->card->n_votes) - (a->card->n_votes < b->card->n_votes);
    else if (column->kind == COLUMN_BLOCK)
        order = (a->card->block->order > b->card->block->order) - (a->card->block->order < b->card->block->order);
    else
        order = strcmp(a->keys[i], b->keys[i]);
    return l->keys[i].down ? -order : order;
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
    const struct sorted_row *x = a, *y = b;
    const struct row_list *l = ctx;
    for (size_t i = 0; i < l->n_keys; i++) {
        int order = compare_cells(l, x, y, i);
        if (order != 0)
            return order;
    }
    return (x->place > y->place) - (x->place < y->place);
}

void rows_sort(struct row_list *l)
{
    struct sorted_row *sorted = xcalloc(l->n_rows + 1, sizeof *sorted);
    for (size_t i = 0; i < l->n_rows; i++) {
        sorted[i].card = l->rows[i];
        sorted[i].place = i;
        for (size_t k = 0; k < l->n_keys; k++)
            sorted[i].keys[k] = arena_fold(l->c->e.arena, row_cell(l, l->rows[i], l->keys[k].column));
    }
    qsort_r(sorted, l->n_rows, sizeof *sorted, compare_rows, l);
    for (size_t i = 0; i < l->n_rows; i++)
        l->rows[i] = sorted[i].card;
    free(sorted);
}

/* ---- filters */

static int number_order(const char *a, const char *b, int *order)
{
    struct decimal x, y;
    decimal_init(&x);
    decimal_init(&y);
    int numbers = decimal_parse(&x, a) && decimal_parse(&y, b);
    *order = numbers ? decimal_compare(&x, &y) : 0;
    decimal_fini(&x);
    decimal_fini(&y);
    return numbers;
}

/* What is compared: the stored value of a number or a choice, else the cell in words. */
static const char *raw_of(const struct row_list *l, const struct card *card, const struct list_column *column)
{
    const struct field *field = row_field(l, card, column);
    const struct value *value = field ? props_get(&card->props, arena_printf(l->c->e.arena, "f.%s", field->key)) : NULL;
    if (value && value->text && (value->kind == VALUE_NUMBER || value->kind == VALUE_DATE))
        return value->text;
    return column->kind == COLUMN_BLOCK ? card->block->key : row_cell(l, card, column);
}

static bool is_equal(const struct row_list *l, const struct card *card, const struct list_filter *f)
{
    struct arena *a = l->c->e.arena;
    const struct field *field = row_field(l, card, f->column);
    const char *raw = raw_of(l, card, f->column), *folded = arena_fold(a, f->value);
    int order;
    if (number_order(raw, f->value, &order))
        return order == 0;
    for (uint32_t i = 0; i < card->n_tags && *f->value; i++) {
        const char *tag = card->tags[i];
        size_t len = field && field->type == FIELD_GROUPS ? strlen(field->key) : 0;
        if (len && strncmp(tag, field->key, len) == 0 && tag[len] == '=' &&
            strcmp(arena_fold(a, tag + len + 1), folded) == 0)
            return true;
        if (f->column->kind == COLUMN_TAGS && strcmp(arena_fold(a, tag), folded) == 0)
            return true;
    }
    const struct field_choice *choice =
        field && field->type == FIELD_CHOICE ? field_choice_named(field, f->value) : NULL;
    return strcmp(arena_fold(a, raw), folded) == 0 || (choice && strcmp(choice->title, raw) == 0) ||
           (f->column->kind == COLUMN_BLOCK && strcmp(arena_fold(a, card->block->title), folded) == 0);
}

static bool passes(const struct row_list *l, const struct card *card, const struct list_filter *f)
{
    struct arena *a = l->c->e.arena;
    const char *raw = raw_of(l, card, f->column);
    int order;
    if (f->op[0] == '=')
        return is_equal(l, card, f);
    if (f->op[0] == '!')
        return !is_equal(l, card, f);
    if (f->op[0] == '~')
        return strstr(arena_fold(a, raw), arena_fold(a, f->value)) != NULL;
    if (*raw == '\0')
        return false;
    if (!number_order(raw, f->value, &order))
        order = strcmp(raw, f->value);
    return f->op[0] == '<' ? order < 0 || (f->op[1] && order == 0) : order > 0 || (f->op[1] && order == 0);
}

bool row_passes(const struct row_list *l, const struct card *card)
{
    for (size_t i = 0; i < l->n_filters; i++)
        if (!passes(l, card, &l->filters[i]))
            return false;
    return true;
}

bool row_filter_read(struct row_list *l, const char *typed, struct list_filter *f, const char **name)
{
    struct arena *a = l->c->e.arena;
    size_t key = strcspn(typed, "=!<>~"), op = 0;
    if (typed[key])
        op = typed[key] != '~' && typed[key] != '=' && typed[key + 1] == '=' ? 2 : 1;
    if (op == 0 || key == 0 || (typed[key] == '!' && op == 1))
        return false;
    *name = arena_strndup(a, typed, key);
    f->op = arena_strndup(a, typed + key, op);
    f->value = arena_printf(a, "%s", typed + key + op);
    return true;
}
