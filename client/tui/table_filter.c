/* The line that filters a table: words that must stand somewhere in the row, and comparisons of a column by its title or
 * key: status=heard, status!=heard, importance>=3, due<2026-01-01, owner= (nothing there). Quotation marks keep blanks
 * together: "How they cope"="not at all". Letters are compared without case and accents. */
#include <string.h>

#include "client/method/decimal.h"
#include "client/tui/ask.h"
#include "client/tui/fold.h"
#include "client/tui/table.h"
#include "client/tui/ui.h"

enum { WORD = TABLE_FILTER_BYTES };

enum compare { CONTAINS, EQUAL, OTHER, LESS, MOST, MORE, LEAST };

struct term {
    char column[WORD], value[WORD];
    enum compare how;        /* CONTAINS: the value stands anywhere */
};

/* Up to one of the stops, or to the closing quotation mark. */
static const char *read_word(const char *at, const char *stops, char out[WORD])
{
    size_t len = 0;
    bool quoted = *at == '"';
    at += quoted;
    for (; *at != '\0' && (quoted ? *at != '"' : strchr(stops, *at) == NULL); at++)
        if (len + 1 < WORD)
            out[len++] = *at;
    out[len] = '\0';
    return *at == '"' && quoted ? at + 1 : at;
}

static const char *read_compare(const char *at, enum compare *how)
{
    static const struct {
        const char *sign;
        enum compare how;
    } signs[] = {{"!=", OTHER}, {"<=", MOST}, {">=", LEAST}, {"=", EQUAL}, {"<", LESS}, {">", MORE}};
    *how = CONTAINS;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(at, signs[i].sign, strlen(signs[i].sign)) == 0) {
            *how = signs[i].how;
            return at + strlen(signs[i].sign);
        }
    return at;
}

/* The next term; NULL: there is none. */
static const char *read_term(const char *at, struct term *term)
{
    at += strspn(at, " ");
    if (*at == '\0')
        return NULL;
    const char *begin = at;
    at = read_word(at, " =<>!", term->column);
    at = read_compare(at, &term->how);
    if (term->how == CONTAINS) {
        at = read_word(begin, " ", term->value);
        return at > begin ? at : at + 1;
    }
    return read_word(at, " ", term->value);
}

static bool contains(const char *text, const char *words)
{
    struct fold_words w;
    fold_words(&w, words);
    return w.n == 0 || fold_fits(&w, text, strlen(text)) == fold_all(&w);
}

static bool same(const char *a, const char *b)
{
    return contains(a, b) && contains(b, a);
}

/* A number before a number, a day before a day; < 0, 0, > 0. *known: they can be compared. */
static int compare(const char *a, const char *b, bool *known)
{
    struct decimal x, y;
    struct why why;
    char read[NUMBER_BYTES + 1];
    decimal_init(&x);
    decimal_init(&y);
    bool numbers = decimal_parse(&x, a) && decimal_read(b, read, &why) && decimal_parse(&y, read);
    int order = numbers ? decimal_compare(&x, &y) : strcmp(a, b);
    decimal_fini(&x);
    decimal_fini(&y);
    *known = a[0] != '\0';
    return order;
}

/* One of the groups, the choice by title or key, or the words as they stand. */
static bool equals(const struct table *t, const struct card *card, const struct table_column *column, const char *value)
{
    const char *cell = table_cell(t, card, column);
    const struct field *field = column->field;
    size_t len = column->key != NULL ? strlen(column->key) : 0;
    bool known;
    if (value[0] == '\0')
        return cell[0] == '\0';
    if (field != NULL && field->type == FIELD_GROUPS) {
        for (uint32_t i = 0; i < card->n_tags; i++)
            if (strncmp(card->tags[i], column->key, len) == 0 && card->tags[i][len] == '=' &&
                same(card->tags[i] + len + 1, value))
                return true;
        return false;
    }
    const struct field_choice *choice = field != NULL ? field_choice_named(field, value) : NULL;
    if (choice != NULL)
        return strcmp(choice->title, cell) == 0;
    if (column->right)
        return compare(cell, value, &known) == 0;
    return column->kind == TABLE_TEXT || (field != NULL && field->type == FIELD_TEXT) ? contains(cell, value)
                                                                                     : same(cell, value);
}

static bool compares(const struct table *t, const struct card *card, const struct table_column *column,
                     const struct term *term)
{
    bool known;
    int order = compare(table_cell(t, card, column), term->value, &known);
    switch (term->how) {
    case LESS:
        return known && order < 0;
    case MOST:
        return known && order <= 0;
    case MORE:
        return known && order > 0;
    default:
        return known && order >= 0;
    }
}

static bool fits_term(const struct table *t, const struct card *card, const struct term *term)
{
    int at = term->how == CONTAINS ? -1 : table_column_named(t, term->column);
    if (term->how == CONTAINS) {
        for (int i = 0; i < t->n_columns; i++)
            if (contains(table_cell(t, card, &t->columns[i]), term->value))
                return true;
        return false;
    }
    if (at < 0)
        return false;
    if (term->how == EQUAL || term->how == OTHER)
        return equals(t, card, &t->columns[at], term->value) == (term->how == EQUAL);
    return compares(t, card, &t->columns[at], term);
}

bool table_fits(const struct table *t, const struct card *card, const char *filter)
{
    struct term term;
    while ((filter = read_term(filter, &term)) != NULL)
        if (!fits_term(t, card, &term))
            return false;
    return true;
}
