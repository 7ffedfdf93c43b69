/* A block's cards as a table: which columns there are, which rows in which order. Sorted by a column, filtered by a
 * line, grouped by one or several fields at once (a row with two groups stands in both). All of it is a way of looking:
 * nobody else sees it, and the canvas stays as it is. Made for one input or one drawing. */
#ifndef COCANVAS_CLIENT_TUI_TABLE_H
#define COCANVAS_CLIENT_TUI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/field.h"

struct ui;

enum { TABLE_GROUPS = 4, TABLE_FILTER_BYTES = 256, TABLE_NAME = 2 * KEY_MAX };

/* How one looks at it; kept in struct ui. */
struct table_state {
    uint64_t block;          /* whose it is */
    int column;              /* that has the focus; 0 is the text */
    char sort[TABLE_NAME];   /* name of a column, "" the order of the canvas */
    bool down;               /* the largest first */
    char filter[TABLE_FILTER_BYTES];
    char groups[TABLE_GROUPS][KEY_MAX + 1]; /* keys of fields */
    size_t n_groups;
    char group[512];         /* in which of its groups the focused row is: its head's words */
    char top_group[512];     /* the same of the first visible row (its card is the block's scroll) */
};

enum table_column_kind {
    TABLE_TEXT,              /* the card's text: always the first one */
    TABLE_FIELD,             /* a field of the block */
    TABLE_LOOSE_TEXT,        /* texts and properties that cards have and no field defines */
    TABLE_LOOSE_PROP,
    TABLE_STATUS,
    TABLE_COLOUR,
    TABLE_TAGS,
    TABLE_VOTES,
    TABLE_AUTHOR,
};

struct table_column {
    enum table_column_kind kind;
    const struct field *field; /* FIELD */
    const char *key;           /* FIELD, LOOSE_…: borrowed */
    const char *title;         /* from ui->words */
    int w;                     /* view_table.c: cells */
    bool right;                /* numbers stand at the right */
};

struct table_row {
    struct card *card;       /* NULL: the head of a group */
    const char *group;       /* words of its group, "" none; from ui->words */
    uint32_t n;              /* head: rows in the group */
};

struct table {
    struct ui *ui;
    const struct block *block;
    struct table_column *columns; /* from ui->words */
    int n_columns;
    struct table_row *rows;  /* ui->table_rows: until the next table is made */
    size_t n_rows;
    size_t n_cards;          /* rows that are cards, each as often as it is shown */
    bool plain;              /* in the canvas' order: neither sorted nor grouped */
};

/* Columns alone; and rows, too. */
void table_columns(struct table *t, struct ui *ui, const struct block *block);
void table_init(struct table *t, struct ui *ui, const struct block *block);
/* What stands in a cell, from ui->words; "" nothing. */
const char *table_cell(const struct table *t, const struct card *card, const struct table_column *column);
/* The name by which ui->table.sort knows a column: a field's key, ":text", ":votes" …; from ui->words. */
const char *table_column_name(const struct table *t, const struct table_column *column);
/* The column that people mean by a word: its title, or its key; -1 none. */
int table_column_named(const struct table *t, const char *word);
/* The row that has the focus, -1: none. */
long table_focus(const struct table *t);
/* The row of a card in a group, else in any; -1 none. */
long table_find(const struct table *t, uint64_t card, const char *group);

/* ---- table_filter.c */

/* Whether a row fits the line: "status=open importance>3 coffee". */
bool table_fits(const struct table *t, const struct card *card, const char *filter);

/* ---- ui_table.c */

/* The table that is drawn now; false: there is none. */
bool ui_table(struct ui *ui, struct table *t);
/* Moves the focus by n rows (heads of groups are no rows). */
void ui_table_step(struct ui *ui, int n);
void ui_table_edge(struct ui *ui, bool last);
/* Moves it to the column beside. */
void ui_table_across(struct ui *ui, int dx);
/* The field of the focused cell, NULL: it is the text, or none that can be typed in so. */
const struct field *ui_table_field(struct ui *ui);

#endif
