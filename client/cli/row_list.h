/* A list of rows (cards with their fields) as `row list` makes it: columns, cells, conditions, sorting, groups. Private to row list. */
#ifndef COCANVAS_CLIENT_CLI_ROW_LIST_H
#define COCANVAS_CLIENT_CLI_ROW_LIST_H

#include "client/cli/method_cli.h"

enum { COLUMNS_MOST = 64, KEYS_MOST = 8, GROUP_DEPTH = 4 };

/* What a column shows; the first ones go with every card. */
enum column_kind { COLUMN_ID, COLUMN_TEXT, COLUMN_BLOCK, COLUMN_TAGS, COLUMN_VOTES, COLUMN_FIELD };

struct list_column {
    enum column_kind kind;
    const char *key, *title;
    const struct field *field; /* COLUMN_FIELD: the first definition of that key */
};

struct list_key {
    const struct list_column *column;
    bool down;
};

struct list_filter {
    const struct list_column *column;
    const char *op, *value; /* "=", "!=", "<", "<=", ">", ">=" or "~" */
};

struct row_list {
    struct method_cli *c;
    struct list_column columns[COLUMNS_MOST]; /* all that there are */
    size_t n_columns;
    const struct list_column *shown[COLUMNS_MOST];
    size_t n_shown;
    struct list_key keys[KEYS_MOST];
    size_t n_keys;
    struct list_filter filters[KEYS_MOST];
    size_t n_filters;
    const struct list_column *groups[GROUP_DEPTH];
    size_t n_groups;
    const struct card **rows; /* the arena's, in the order of the canvas, or sorted */
    size_t n_rows;
};

/* ---- cells (row_cells.c) */

/* The column's field as the card's block has it; NULL if it has none. */
const struct field *row_field(const struct row_list *l, const struct card *card, const struct list_column *column);
/* In words for people; never NULL. */
const char *row_cell(const struct row_list *l, const struct card *card, const struct list_column *column);
/* By the keys of the list; rows that are equal in them stay in the order of the canvas. */
void rows_sort(struct row_list *l);
/* "COLUMN=VALUE" and the like into a condition without its column, whose name is *name; false if it is none. */
bool row_filter_read(struct row_list *l, const char *typed, struct list_filter *f, const char **name);
/* Whether a card meets all conditions of the list. */
bool row_passes(const struct row_list *l, const struct card *card);

/* ---- groups (row_groups.c) */

/* What a group is handed to: its names, one per grouping column ("" where its rows have none), and its rows. */
typedef void row_group_cb(struct row_list *l, const char *const *names, const struct card *const *rows, size_t n,
                          void *ctx);
/* Each combination of names that some row has, in the order in which they come; without grouping columns all rows are one. */
void rows_each_group(struct row_list *l, row_group_cb *each, void *ctx);

#endif
